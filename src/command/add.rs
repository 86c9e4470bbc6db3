//! `facts add`: facts by hand: one on the command line, or those of a file.

use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::command::global_args::GlobalArgs;
use crate::command::manual_input::{self, Fault, ManualFields, stated};
use crate::command::records::{BY_HAND, ManualRecord, RecordFile};
use crate::command::rejected_rows::{OnErrorArgs, RejectedRecords};
use crate::command::template;
use crate::command::ui::Ui;
use crate::command::{Exit, kinds_or};
use crate::error::{Error, Result, Stop};
use crate::kind::reference_table::ReferenceTable;
use crate::kind::{Field, KINDS, Kind};
use crate::query;
use crate::store::{Access, ImportInfo, NewFactOutcome, Outcome, Store, Writer, key_of};
use crate::value::text::count;

/// Add facts by hand, with the same checks as a seed file.
///
/// Without a key, a fact is given one that is made of what it states: the same fact added twice is
/// there once. Actors, places and topics are added the same way: facts add actors name=… kind=…
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts add casualties source=unami date=2013 harm=killed population=civilians best=7818 quote='at least 7,818 civilians'\n  facts add events --template > form.toml\n  facts add --from form.toml"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Args {
    #[arg(value_name = "KIND", help = kinds_or("actors, places or topics"), required_unless_present_any = ["from", "editor"])]
    kind: Option<String>,
    /// Values of the fact; without summary, it is the quote; without `date_basis`, the date is
    /// stated. With --from, values of all facts of the file that do not state them
    #[arg(value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// Read facts from a file: JSON, TOML, CSV or a workbook; - is standard input
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Print a form to fill in, for --from; FIELD=VALUE fills in some of it
    #[arg(long, conflicts_with_all = ["from", "editor", "dry_run"])]
    template: bool,
    /// Fill in the form in $EDITOR, then add what was filled in
    #[arg(long, conflicts_with = "from")]
    editor: bool,
    /// Add actors and places that are not known yet
    #[arg(long)]
    create: bool,
    /// Keep a quote that differs from the text in a few letters, as a scan does, marked as near
    #[arg(long)]
    accept_nearest: bool,
    /// Keep a quote that is not in the stored text of its source, marked as unchecked
    #[arg(long)]
    quote_unchecked: bool,
    #[command(flatten)]
    refused: OnErrorArgs,
    /// Check everything, but write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What may be added.
#[derive(Clone, Copy)]
enum What {
    Kind(&'static Kind),
    ReferenceTable(&'static ReferenceTable),
}

/// A record of a file with the values that hold for all that do not state them.
fn with(mut record: ManualFields, given: &ManualFields) -> ManualFields {
    for (name, value) in given {
        match record.iter_mut().find(|(known, _)| known == name) {
            Some((_, stated)) if stated.trim().is_empty() => stated.clone_from(value),
            Some(_) => {}
            None => record.push((name.clone(), value.clone())),
        }
    }
    record
}

/// What became of a record.
pub struct Done {
    name: String,
    /// Whether it was not there before.
    pub is_new: bool,
    note: Option<String>,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    // values for a form of several kinds stand where a kind would
    let is_value = |word: &&String| word.contains('=') && (args.from.is_some() || args.editor);
    let first = args.kind.as_ref().filter(is_value);
    let what = args.kind.as_deref().filter(|_| first.is_none()).map(what).transpose()?;
    let words: Vec<String> = first.into_iter().chain(&args.fields).cloned().collect();
    let given = manual_input::words(&words)?;
    if args.template {
        let Some(What::Kind(kind)) = what else {
            return Err(Error::usage("--template needs a kind of fact"));
        };
        ui.whole(global, template::of(&[kind], &given)?.as_bytes())?;
        return Ok(Exit::Done);
    }
    let (file, form) = read(args, what, &given)?;
    if file.is_none() && args.fields.is_empty() {
        return Err(Error::usage("nothing to add: give FIELD=VALUE, or a file with --from").hint(
            format!("the fields: facts fields {}", args.kind.as_deref().unwrap_or(KINDS[0].name)),
        ));
    }
    args.refused.check(args.from.as_deref())?;
    let path = global.database().path;
    let store = Store::open(&path, Access::Write)?;
    let mut writer =
        store.write(ImportInfo { is_trial: args.dry_run, ..global.import_info("add") })?;
    if args.accept_nearest {
        writer.accept_nearest();
    }
    if args.quote_unchecked {
        writer.keep_quotes();
    }
    if args.create {
        writer.create_names();
    }
    let (mut faults, mut done) = (Vec::new(), Vec::new());
    let mut rejected = RejectedRecords::default();
    let mut shown = String::new();
    let records = match file {
        None => {
            faults.extend(derived(what, &given));
            vec![(None, given)]
        }
        Some(file) => {
            faults = file.faults;
            if args.refused.skips() {
                rejected.add_broken(file.broken);
            } else {
                faults.extend(file.broken.into_iter().map(|(_, fault)| fault));
            }
            shown = file.shown;
            let whole = |record: ManualRecord| {
                let fields = match record.table {
                    Some(_) => record.fields.clone(),
                    None => with(record.fields.clone(), &given),
                };
                (Some(record), fields)
            };
            file.records.into_iter().map(whole).collect()
        }
    };
    for (read, record) in records {
        if let Some(read) = &read {
            writer.stand_at(read.line);
        }
        let kept = args.refused.skips().then(|| record.clone());
        let table = read.as_ref().and_then(|read| read.table).map(What::ReferenceTable);
        let what = table.or(what);
        match writer.or_nothing(|writer| put(what, record, writer)) {
            Ok(one) => done.push(one),
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Input(more)) => {
                let place = |fault: Fault| match &read {
                    Some(read) => read.placed(fault, &shown),
                    None => fault,
                };
                let more = more.into_iter().map(place);
                match kept.filter(|_| read.is_some()) {
                    Some(record) => rejected.add(record, more.collect()),
                    None => faults.extend(more),
                }
            }
        }
    }
    faults.extend(manual_input::unsettled(&mut writer, &shown)?);
    if !faults.is_empty() {
        let refused = manual_input::rejected(&faults, global, ui)?;
        return Err(match form {
            Some(form) => template::keep(form, refused)?,
            None => refused,
        });
    }
    manual_input::say_quote_notes(&writer, ui);
    manual_input::say_created(&writer, ui);
    rejected.write(&args.refused)?;
    writer.commit()?;
    rejected.say(&args.refused, ui);
    ui.say_clock_set_back(&store)?;
    say(&done, &path, args.dry_run, ui)?;
    Ok(rejected.exit())
}

/// The file that is added, if there is one, and the form that it was filled in on.
fn read(
    args: &Args,
    what: Option<What>,
    given: &ManualFields,
) -> Result<(Option<RecordFile>, Option<NamedTempFile>)> {
    Ok(match (&args.from, args.editor) {
        (Some(file), _) => (Some(RecordFile::read(file)?), None),
        (None, true) => {
            let kinds = match what {
                Some(What::Kind(kind)) => vec![kind],
                _ => KINDS.to_vec(),
            };
            let (file, form) = template::filled_in(&kinds, given)?;
            (Some(file), Some(form))
        }
        (None, false) => (None, None),
    })
}

/// Names what was added, and says how much that is.
fn say(done: &[Done], path: &Path, dry_run: bool, ui: &mut Ui) -> Result<()> {
    for one in done {
        ui.text(&format!("{}\n", one.name))?;
        if let Some(note) = &one.note {
            ui.status(note);
        }
    }
    let added = done.iter().filter(|one| one.is_new).count();
    let unchanged = match done.len() - added {
        0 => String::new(),
        n => format!(", {n} there already"),
    };
    let end = if dry_run { "; nothing was written" } else { "" };
    ui.status(&format!(
        "{}: {} added{unchanged}{end}",
        path.display(),
        count(added as u64, "row", "rows")
    ));
    Ok(())
}

fn what(word: &str) -> Result<What> {
    if let Some(parent) = BY_HAND.into_iter().find(|parent| parent.table == word) {
        return Ok(What::ReferenceTable(parent));
    }
    let expected = || {
        let kinds = KINDS.iter().map(|kind| kind.name);
        let tables = BY_HAND.iter().map(|parent| parent.table);
        format!(
            "expected one of {}; facts source add adds a source",
            kinds.chain(tables).collect::<Vec<_>>().join(", ")
        )
    };
    match query::kinds(word) {
        Ok(kinds) if kinds.len() == 1 => Ok(What::Kind(kinds[0])),
        Ok(_) => Err(Error::usage("`all` is not allowed here; name one kind").hint(expected())),
        Err(mut unknown) => {
            unknown.hints = vec![expected()];
            Err(unknown)
        }
    }
}

/// What is wrong with fields that follow from others: typed by hand, they would say nothing.
fn derived(what: Option<What>, given: &ManualFields) -> Vec<Fault> {
    let Some(What::Kind(kind)) = what else { return Vec::new() };
    let is_derived = |name: &str| {
        kind.field(name).is_some_and(|field| !field.is_given()) && !["kind", "ref"].contains(&name)
    };
    let fault = |(name, value): &(String, String)| {
        Fault::of(name, value, "follows from other fields and cannot be given")
    };
    given.iter().filter(|(name, _)| is_derived(name)).map(fault).collect()
}

/// Writes one record.
fn put(
    what: Option<What>,
    record: ManualFields,
    writer: &mut Writer<'_>,
) -> Result<Done, Stop<Vec<Fault>>> {
    if let Some(What::ReferenceTable(parent)) = what {
        return put_reference(parent, &record, writer);
    }
    let kind = kind_of(what, &record).map_err(|fault| Stop::Input(vec![fault]))?;
    put_fact(kind, record, writer)
}

/// The kind of a record: what it says itself, or the one that the command names.
fn kind_of(what: Option<What>, record: &ManualFields) -> Result<&'static Kind, Fault> {
    let own = stated(record, "kind");
    match what {
        Some(What::Kind(kind)) if own.is_empty() || own == kind.name => Ok(kind),
        Some(What::Kind(kind)) => Err(Fault::of("kind", own, format!("expected {}", kind.name))),
        _ => crate::kind::find(own).ok_or_else(|| {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            Fault::of("kind", own, format!("expected one of {}", names.join(", ")))
        }),
    }
}

/// Writes a row of a table that facts refer to, which must not be there in another form.
///
/// # Errors
/// The database cannot be written; what is wrong with the row is in the outcome.
pub fn put_reference(
    parent: &'static ReferenceTable,
    record: &ManualFields,
    writer: &mut Writer<'_>,
) -> Result<Done, Stop<Vec<Fault>>> {
    let fields: Vec<&'static Field> = parent.fields.iter().collect();
    let row =
        manual_input::check(record, &fields, false).map_err(|(_, faults)| Stop::Input(faults))?;
    let name = stated(record, parent.key[0]).to_owned();
    let outcome = writer
        .put_reference(parent, &row)
        .map_err(|stop| stop.map(|refused| vec![Fault::refused(refused, record)]))?;
    match outcome {
        Outcome::Added | Outcome::Unchanged => {
            Ok(Done { name, is_new: outcome == Outcome::Added, note: None })
        }
        _ => {
            let expected = format!(
                "already exists; change it with: facts edit {} {}",
                parent.table,
                shlex::try_quote(&name).unwrap_or_default()
            );
            Err(Stop::Input(vec![Fault::of(parent.key[0], &name, expected)]))
        }
    }
}

/// Writes a fact, under a key made of what it states if it gives none.
pub fn put_new(
    kind: &'static Kind,
    mut record: ManualFields,
    writer: &mut Writer<'_>,
) -> Result<(String, NewFactOutcome), Stop<Vec<Fault>>> {
    // a query also shows columns that are derived from what is stated; those are ignored
    record.retain(|(name, _)| kind.field(name).is_none_or(Field::is_given));
    // and one table may hold facts of several kinds: what only others have is blank
    let is_of_others = |name: &str| {
        kind.field(name).is_none() && KINDS.iter().any(|other| other.field(name).is_some())
    };
    record.retain(|(name, value)| !value.trim().is_empty() || !is_of_others(name));
    if stated(&record, "summary").is_empty() && !stated(&record, "quote").is_empty() {
        let quote = stated(&record, "quote").split_whitespace().collect::<Vec<_>>().join(" ");
        record.retain(|(name, _)| name != "summary");
        record.push(("summary".into(), quote));
    }
    let has_key = !stated(&record, "key").is_empty();
    if !has_key {
        record.retain(|(name, _)| name != "key");
        record.push(("key".into(), "new".into()));
    }
    let mut row = manual_input::checked(kind, &record, writer)?;
    if !has_key {
        let key = key_of(kind, &row);
        record.retain(|(name, _)| name != "key");
        record.push(("key".into(), key));
        row = manual_input::checked(kind, &record, writer)?;
    }
    let told =
        |faults: Vec<_>| faults.into_iter().map(|fault| Fault::refused(fault, &record)).collect();
    let reference = format!("{}:{}", stated(&record, "source"), stated(&record, "key"));
    let outcome = writer.put_new(kind, &row).map_err(|stop| stop.map(told))?;
    Ok((reference, outcome))
}

fn put_fact(
    kind: &'static Kind,
    mut record: ManualFields,
    writer: &mut Writer<'_>,
) -> Result<Done, Stop<Vec<Fault>>> {
    // a ref names the fact where its source and key do not
    let reference = stated(&record, "ref").to_owned();
    if let Some((source, key)) = reference.split_once(':') {
        for (name, value) in [("source", source), ("key", key)] {
            if stated(&record, name).is_empty() {
                record.retain(|(known, _)| known != name);
                record.push((name.into(), value.into()));
            }
        }
    }
    let has_key = !stated(&record, "key").is_empty();
    let (name, outcome) = put_new(kind, record, writer)?;
    let note = match outcome {
        NewFactOutcome::Added => return Ok(Done { name, is_new: true, note: None }),
        NewFactOutcome::Unchanged => None,
        NewFactOutcome::Retired if has_key => {
            let expected = "a fact with this key was retired: choose another key, or undo that";
            return Err(Stop::Input(vec![Fault::of("key", &name, expected)]));
        }
        NewFactOutcome::Retired => Some(format!(
            "{name} has been retired and is not added again: facts show {name} says why, facts undo takes it back"
        )),
        _ if has_key => {
            let expected = format!("already exists; change it with: facts edit {name}");
            return Err(Stop::Input(vec![Fault::of("key", &name, expected)]));
        }
        NewFactOutcome::Edited => Some(format!("{name} has been edited and stays as it is")),
        NewFactOutcome::Differs => None,
    };
    Ok(Done { name, is_new: false, note })
}
