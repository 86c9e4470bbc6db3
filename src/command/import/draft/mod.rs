//! `facts import --draft`: a first mapping of a table, made from its header and its records, and
//! tried before it is printed.

mod beside;
mod counts;
mod date_fields;
mod date_reading;
mod date_words;
mod dates_completed;
mod deaths;
mod events;
mod fields;
mod harms;
mod head;
mod indicators;
mod look;
mod measures;
mod missions;
mod number_reading;
mod number_words;
mod odd_rows;
mod parties;
mod roles;
mod sample;
mod sums;
mod table_notes;
mod toml_text;
mod transfers;
mod treaties;
mod units;
mod when;
mod wide;
mod wide_periods;
mod words;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::command::global_args::GlobalArgs;
use crate::command::import::choose::choose;
use crate::command::import::draft::look::look;
use crate::command::import::draft::write::Draft;
use crate::command::import::{Args, load, not_a_table};
use crate::command::load_folder::countries;
use crate::command::rejected_rows::OnError;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::ingest::source_file::SourceFile;
use crate::kind::{EVENTS, KINDS, Kind};
use crate::query::{ColumnRef, Query, column};
use crate::store::{Access, Counts, ImportInfo, Store};
use crate::value::Value;
use crate::value::text::{count, grouped};

/// Files up to this size are tried whole, larger ones are not.
const TRIED: u64 = 64 << 20;

/// A first mapping of the table in a file, with what it would make of it.
///
/// # Errors
/// The file cannot be read, or holds no table.
pub fn draft(input: &SourceFile, args: &Args, global: &GlobalArgs) -> Result<String> {
    not_a_table::refuse(input)?;
    let place = tempfile::tempdir().map_err(|e| Error::io("cannot create a folder", &e))?;
    let db = place.path().join("draft.db");
    Store::open_or_create(&db, false, |store, _| {
        let mut writer =
            store.write(ImportInfo { at: "draft".into(), ..global.import_info("draft") })?;
        countries(&mut writer)?;
        writer.commit()
    })?;
    let store = Store::open(&db, Access::Read { any_schema: false })?;
    let (mut columns, mut notes) = look(input, args.encoding.as_deref(), args.sheet.as_deref())?;
    notes.nil = columns.read_nil(&notes.lines);
    columns.repeated = notes.repeated;
    columns.has_sheets = input.sheets_read() > 1;
    if columns.has_sheets {
        columns.add_months();
    }
    notes.divided = columns.divide(&store, notes.heading.is_some())?;
    let layout = choose(input, &Args { draft: false, mapping: None, ..args.clone() }).ok();
    let write = |may_be_figures| -> Result<String> {
        let text = Draft::of(&columns, &notes, &store, may_be_figures)?;
        let told = layout.as_ref().map_or(String::new(), |known| {
            format!(
                "# The file is laid out as {}: try facts import FILE first, which needs no mapping\n",
                known.mapping.name
            )
        });
        Ok(told + &text)
    };
    let text = write(true)?;
    if input.size() > TRIED {
        return Ok(format!(
            "{text}# The file is large; to try the mapping: --mapping THIS.toml --dry-run\n"
        ));
    }
    let tried = try_out(input, args, global, &text, &db)?;
    if tried.lost > 0 {
        // what the other columns do not tell apart is numbered
        let other = write(false)?;
        if other != text {
            let told = try_out(input, args, global, &other, &db)?.told;
            return Ok(other + &told);
        }
    }
    let told = tried.told;
    Ok(format!("{text}{told}"))
}

/// What a draft makes of the file.
struct Tried {
    /// What the user is told of it.
    told: String,
    /// Records that become no facts, since another one has their key or a cell cannot be read.
    lost: u64,
}

/// Imports the file with the draft, into a copy of a database that is thrown away, and tells what it makes.
fn try_out(
    input: &SourceFile,
    args: &Args,
    global: &GlobalArgs,
    text: &str,
    empty: &Path,
) -> Result<Tried> {
    let place = tempfile::tempdir().map_err(|e| Error::io("cannot create a folder", &e))?;
    let (mapping, db) = (place.path().join("draft.toml"), place.path().join("draft.db"));
    std::fs::write(&mapping, text)
        .and_then(|()| std::fs::copy(empty, &db))
        .map_err(|e| Error::io("cannot write the draft", &e))?;
    let args = Args {
        draft: false,
        mapping: Some(mapping),
        release: Some("draft".into()),
        on_error: OnError::Skip,
        force_codes: true,
        ..args.clone()
    };
    let global = GlobalArgs { db: Some(db.clone()), quiet: true, ..global.clone() };
    let mut ui = Ui::new(Box::new(std::io::sink()), Box::new(std::io::sink()), false);
    let report = load::file(input, &args, &global, &mut ui).map_err(|mut failure| {
        failure.message =
            format!("the draft of {} does not load: {}", input.shown, failure.message);
        failure.hint("this is a bug in facts; please report it with the first lines of the file")
    })?;
    let store = Store::open(&db, Access::Read { any_schema: false })?;
    let Counts { rejected, repeated, .. } = report.counts;
    let mut told = format!("# Tried: {}", count(report.counts.read(), "record", "records"));
    let mut parts = Vec::new();
    for kind in KINDS {
        parts.extend(made_of(kind, &store)?);
    }
    let _ =
        writeln!(told, ": {}", if parts.is_empty() { "nothing".into() } else { parts.join("; ") });
    for (n, what) in [(rejected, "rejected"), (repeated, "repeated")] {
        if n > 0 {
            let _ = writeln!(told, "# {what}: {}", count(n, "record", "records"));
        }
    }
    if let Some((town, countries)) = scattered_town(&store)? {
        let _ = writeln!(
            told,
            "# \"{town}\" lies in {countries} countries: if their column does not say where it was, leave out within"
        );
    }
    for note in report.notes.iter().filter(|note| !note.is_empty()).take(8) {
        for line in note.lines() {
            let _ = writeln!(told, "# {line}");
        }
    }
    Ok(Tried { told, lost: rejected + repeated })
}

/// The town that lies in the most countries, and in how many, if they are more than a name may be common
/// to.
fn scattered_town(store: &Store) -> Result<Option<(String, usize)>> {
    const COMMON: usize = 2;
    let mut query = Query::of(vec![&EVENTS]);
    let columns = ["locality", "country"].map(|name| column(name, &query.kinds));
    query.columns = columns.into_iter().collect::<Result<_>>()?;
    query.unsorted = true;
    let mut countries: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    store.select(&query, |cells| {
        if let [Some(town), Some(country)] = [0, 1].map(|n| cells[n].text()) {
            countries.entry(town.to_owned()).or_default().insert(country.to_owned());
        }
        Ok(())
    })?;
    let most = countries.into_iter().max_by_key(|(_, countries)| countries.len());
    Ok(most.map(|(town, countries)| (town, countries.len())).filter(|(_, many)| *many > COMMON))
}

/// The facts of a kind: how many, how many of them have a date and a place, and what their best
/// estimates add up to.
fn made_of(kind: &'static Kind, store: &Store) -> Result<Option<String>> {
    let best = kind.figures.first().map(|figure| figure.best);
    let mut query = Query::of(vec![kind]);
    query.columns = ["date", "place", "latitude"]
        .into_iter()
        .chain(best)
        .chain(["measure"])
        .filter_map(|name| kind.field(name).map(ColumnRef::Field))
        .collect();
    query.unsorted = true;
    let (mut facts, mut dated, mut placed, mut with_best, mut sum) = (0, 0, 0, 0_u64, 0.0);
    let mut measures = BTreeSet::new();
    store.select(&query, |cells| {
        facts += 1;
        dated += u64::from(!cells[0].is_null());
        placed += u64::from(!cells[1].is_null() || !cells[2].is_null());
        if let Some(number) = cells.get(3).and_then(Value::number) {
            with_best += 1;
            sum += number;
        }
        if let Some(measure) = cells.get(4).and_then(Value::text).filter(|_| measures.len() < 2) {
            measures.insert(measure.to_owned());
        }
        Ok(())
    })?;
    if facts == 0 {
        return Ok(None);
    }
    // figures of several measures are never added up
    let sum = if measures.len() > 1 {
        format!(", {} with a figure", grouped(&with_best.to_string()))
    } else if with_best > 0 {
        format!(
            ", {} with a figure, sum of best {}",
            grouped(&with_best.to_string()),
            grouped(&crate::value::real((sum * 1000.0).round() / 1000.0))
        )
    } else {
        String::new()
    };
    Ok(Some(format!(
        "{} ({} dated, {} placed{sum})",
        count(facts, kind.one, &format!("{}s", kind.one)),
        grouped(&dated.to_string()),
        grouped(&placed.to_string()),
    )))
}
