//! `facts add`: one fact by hand, or one a line of JSON.

use std::io::BufRead;
use std::path::PathBuf;

use serde_json::{Map, Value as Json};

use crate::command::global_args::GlobalArgs;
use crate::command::manual_input::{self, ManualFields};
use crate::command::ui::Ui;
use crate::command::{Exit, kinds_or};
use crate::error::{Error, ErrorKind, Result, Stop};
use crate::kind::reference_table::{self, ReferenceTable};
use crate::kind::{Field, KINDS, Kind};
use crate::query;
use crate::store::{Access, Outcome, Store, Writer};
use crate::value::suggest::did_you_mean;
use crate::value::text::count;

/// Add facts by hand, with the same checks as a seed file.
///
/// Actors, places and topics are added the same way: facts add actors name=… kind=…
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts add casualties source=unami key=2013 date=2013 date_basis=stated harm=killed population=civilians best=7818 summary='Killed in 2013'\n  facts add events --from events.jsonl"
)]
pub struct Args {
    #[arg(value_name = "KIND", help = kinds_or("actors, places or topics"))]
    kind: String,
    /// Values of the fact; without key, one is assigned
    #[arg(value_name = "FIELD=VALUE", required_unless_present = "from")]
    fields: Vec<String>,
    /// Read facts from a file with one JSON object per line; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "fields")]
    from: Option<PathBuf>,
    /// Keep a quote that is not in the stored text of its source, marked as unchecked
    #[arg(long)]
    quote_unchecked: bool,
}

/// What may be added.
enum What {
    Kind(&'static Kind),
    ReferenceTable(&'static ReferenceTable),
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let what = what(&args.kind)?;
    let path = global.database().path;
    let store = Store::open(&path, Access::Write)?;
    let records: Vec<(Option<u64>, ManualFields)> = match &args.from {
        None => vec![(None, manual_input::words(&args.fields)?)],
        Some(file) => objects(file)?,
    };
    let file = args.from.as_ref().map(|file| {
        if file.as_os_str() == "-" { "<stdin>".to_owned() } else { file.display().to_string() }
    });
    let mut details = Vec::new();
    let mut refs = Vec::new();
    let mut writer = manual_input::write(&store)?;
    if args.quote_unchecked {
        writer.keep_quotes();
    }
    for (line, record) in records {
        let place = line
            .map(|line| format!("{}:{line}: ", file.as_deref().unwrap_or_default()))
            .unwrap_or_default();
        match put(&what, record, &mut writer) {
            Ok(reference) => refs.push(reference),
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Input(lines)) => {
                details.extend(lines.into_iter().map(|line| format!("{place}{line}")));
            }
        }
    }
    for (_, refused) in writer.settle()? {
        details.push(manual_input::refused(&refused, &Vec::new()));
    }
    if !details.is_empty() {
        return Err(manual_input::rejected(details));
    }
    manual_input::say_omitted(&writer, ui);
    writer.commit()?;
    ui.say_clock_set_back(&store)?;
    for reference in &refs {
        ui.text(&format!("{reference}\n"))?;
    }
    ui.status(&format!("{}: {} added", path.display(), count(refs.len() as u64, "row", "rows")));
    Ok(Exit::Done)
}

fn what(word: &str) -> Result<What> {
    const BY_HAND: [&ReferenceTable; 3] =
        [&reference_table::ACTORS, &reference_table::PLACES, &reference_table::TOPICS];
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

/// Writes one record; its REF or name, or what is wrong with it.
fn put(
    what: &What,
    mut record: ManualFields,
    writer: &mut Writer<'_>,
) -> Result<String, Stop<Vec<String>>> {
    let stated = |record: &ManualFields, name: &str| {
        record
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    };
    match what {
        What::ReferenceTable(parent) => {
            let fields: Vec<&'static Field> = parent.fields.iter().collect();
            let row = manual_input::check(&record, &fields, false).map_err(Stop::Input)?;
            let name = stated(&record, parent.key[0]);
            match writer.put_reference(parent, &row, 0) {
                Ok(Outcome::Added) => Ok(name),
                Ok(_) => {
                    Err(Stop::Input(vec![format!("{}: {name} already exists", parent.key[0])]))
                }
                Err(stop) => {
                    Err(stop.map(|refused| vec![manual_input::refused(&refused, &record)]))
                }
            }
        }
        What::Kind(kind) => {
            if let Some((_, other)) = record
                .iter()
                .find(|(name, value)| name == "kind" && *value != kind.name && !value.is_empty())
            {
                let line = format!("kind: \"{other}\": expected {}", kind.name);
                return Err(Stop::Input(vec![line]));
            }
            // a ref names the fact where its source and key do not
            if let Some((source, key)) = stated(&record, "ref").split_once(':') {
                for (name, value) in [("source", source), ("key", key)] {
                    if stated(&record, name).is_empty() {
                        record.retain(|(known, _)| known != name);
                        record.push((name.into(), value.into()));
                    }
                }
            }
            // what a query shows beside the stated fields is no mistake: it follows from them
            record.retain(|(name, _)| kind.field(name).is_none_or(Field::is_given));
            let source = stated(&record, "source");
            if stated(&record, "key").is_empty() {
                record.retain(|(name, _)| name != "key");
                // without a source the record is refused for that alone
                let key =
                    if source.is_empty() { "1".into() } else { writer.next_key(kind, &source)? };
                record.push(("key".into(), key));
            }
            let fields: Vec<&'static Field> = kind.fields().collect();
            let row = manual_input::check(&record, &fields, true).map_err(Stop::Input)?;
            let reference = format!("{source}:{}", stated(&record, "key"));
            if writer.is_live(kind, &source, &stated(&record, "key"))? {
                return Err(Stop::Input(vec![format!(
                    "key: {reference} already exists; change it with: facts edit {reference}"
                )]));
            }
            writer.put(kind, &row).map_err(|stop| {
                stop.map(|refused| vec![manual_input::refused(&refused, &record)])
            })?;
            Ok(reference)
        }
    }
}

/// The objects of a file, each with its line.
fn objects(file: &PathBuf) -> Result<Vec<(Option<u64>, ManualFields)>> {
    let shown =
        if file.as_os_str() == "-" { "<stdin>".to_owned() } else { file.display().to_string() };
    let failed = |e: &std::io::Error| Error::io(&shown, e);
    let lines: Box<dyn BufRead> = if file.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::io::BufReader::new(std::fs::File::open(file).map_err(|e| failed(&e))?))
    };
    let mut records = Vec::new();
    let mut details = Vec::new();
    for (n, line) in lines.lines().enumerate() {
        let line = line.map_err(|e| failed(&e))?;
        let n = n as u64 + 1;
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Map<String, Json>>(line.trim_start_matches('\u{feff}')) {
            Ok(object) => match manual_input::object(&object) {
                Ok(given) => records.push((Some(n), given)),
                Err(why) => details.push(format!("{shown}:{n}: {why}")),
            },
            Err(e) => details.push(format!(
                "{shown}:{n}:{}: expected one JSON object per line: {e}",
                e.column()
            )),
        }
    }
    if details.is_empty() { Ok(records) } else { Err(manual_input::rejected(details)) }
}

/// The message for a REF that nothing has.
pub fn no_such_ref(store: &Store, reference: &str) -> Result<Error> {
    let refs = store.refs()?;
    Ok(Error::new(
        ErrorKind::NotFound,
        format!(
            "unknown reference \"{reference}\"{}",
            did_you_mean(reference, refs.iter().map(String::as_str))
        ),
    ))
}
