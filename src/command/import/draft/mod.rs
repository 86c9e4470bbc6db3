//! `facts import --draft`: a first mapping of a table, made from its header and its records, and
//! tried before it is printed.

mod date_reading;
mod deaths;
mod fields;
mod harms;
mod head;
mod indicators;
mod number_reading;
mod roles;
mod sample;
mod sums;
mod table_notes;
mod toml_text;
mod transfers;
mod words;
mod write;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

use encoding_rs::Encoding;

use crate::command::global_args::GlobalArgs;
use crate::command::import::choose::{beginning, by_name, text as whole};
use crate::command::import::draft::roles::DraftColumns;
use crate::command::import::draft::sample::{ColumnSample, is_part_of_above, is_total};
use crate::command::import::draft::sums::RunningSums;
use crate::command::import::draft::table_notes::TableNotes;
use crate::command::import::draft::write::Draft;
use crate::command::import::json_records::json_as_table;
use crate::command::import::{Args, load, not_a_table};
use crate::command::load_folder::countries;
use crate::command::rejected_rows::OnError;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::ingest::source_file::SourceFile;
use crate::ingest::{self, CsvDialect, CsvReader, ShortRows};
use crate::kind::{KINDS, Kind};
use crate::mapping::{self, FileHead, GuessedLayout, Record};
use crate::query::{ColumnRef, Query};
use crate::store::{Access, Counts, ImportInfo, Store};
use crate::value::Value;
use crate::value::text::{count, grouped};

/// How many records are looked at.
const MANY: usize = 200_000;

/// A first line as long as this is none of a table.
const LINE: usize = 1 << 17;

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
    let (columns, notes) = look(input, args.encoding.as_deref())?;
    let text = Draft::of(&columns, &notes, &store)?;
    drop(store);
    if input.size() > TRIED {
        return Ok(format!(
            "{text}# The file is large; to try the mapping: --mapping THIS.toml --dry-run\n"
        ));
    }
    let file = place.path().join("draft.toml");
    std::fs::write(&file, &text).map_err(|e| Error::io("cannot write the draft", &e))?;
    let told = try_out(input, args, global, &file, &db)?;
    Ok(format!("{text}{told}"))
}

/// Looks at the records of a table.
fn look(input: &SourceFile, encoding: Option<&str>) -> Result<(DraftColumns, TableNotes)> {
    let json = json_as_table(input)?;
    let head = input.head()?;
    let is_utf8 = ingest::is_utf8(input.reader()?).map_err(|e| input.failed(&e))?;
    let marked = ingest::of_mark(&head).map(|(encoding, _)| encoding);
    let found = encoding_of(input, (marked, is_utf8), encoding)?;
    let text = match &json {
        Some((_, table)) => table.clone(),
        None => beginning(input, found)?,
    };
    refuse_long_line(&text, &input.shown)?;
    let GuessedLayout { layout, header_rows } = mapping::guess_layout(&FileHead::of(&text))
        .ok_or_else(|| {
            let failure = Error::new(
                ErrorKind::Rejected,
                format!("{}: no table found in the file", input.shown),
            );
            failure.hint(input.sheets_unseen().unwrap_or_else(|| {
                "a table has at least two columns, separated by commas, semicolons, tabs or |"
                    .into()
            }))
        })?;
    let width = layout.header.len();
    let form = CsvDialect {
        delimiter: u8::try_from(layout.delimiter).unwrap_or(b','),
        line: layout.line,
        short: json.is_some().then_some(ShortRows::Pad(width)),
        ..CsvDialect::default()
    };
    let mut all: Box<dyn Read> = match &json {
        Some((_, table)) => Box::new(std::io::Cursor::new(table.clone())),
        None => whole(input, found)?,
    };
    std::io::copy(&mut (&mut all).take(layout.start as u64), &mut std::io::sink())
        .map_err(|e| input.failed(&e))?;
    let mut records = CsvReader::of(all, form);
    let mut columns: Vec<ColumnSample> =
        layout.header.iter().map(|name| ColumnSample::of(name)).collect();
    let mut notes = TableNotes {
        name: input.name.clone(),
        encoding: (marked.is_none() && !is_utf8).then(|| found.name()),
        records: json.and_then(|(path, _)| path),
        delimiter: layout.delimiter,
        above: layout.preamble.iter().filter(|line| !line.trim().is_empty()).count(),
        has_no_header: !layout.has_header,
        header_rows,
        ..TableNotes::default()
    };
    let mut record = Record::new();
    let mut passed = if layout.has_header { header_rows } else { 0 };
    let mut read = 0;
    let mut headings: Vec<String> = Vec::new();
    let mut sums = RunningSums::default();
    let mut is_gap = false;
    // what cannot be read is told when the table is imported
    while let Ok(true) = records.next(&mut record) {
        if passed > 0 {
            passed -= 1;
            continue;
        }
        let is_blank = record.iter().all(|cell| cell.trim().is_empty());
        let is_below_gap = std::mem::replace(&mut is_gap, is_blank);
        if mapping::is_note(&record, width) {
            is_gap = true;
            notes.footer += usize::from(!is_blank);
            headings.extend(record.get(0).filter(|_| record.len() == width).map(str::to_owned));
            continue;
        }
        if is_blank || record.len() != width {
            continue;
        }
        if notes.takes(&record, &layout.header, read == 0) {
            continue;
        }
        if let Some(names) = other_header(&record, &layout.header, is_below_gap) {
            return Err(two_tables(input, records.locate(None).0, &names));
        }
        if sums.is_sum(&record) && notes.takes_sum(&record) {
            continue;
        }
        sums.add(&record);
        // rows with too few cells that are followed by whole ones are no notes
        notes.footer = 0;
        notes.sections.extend(headings.drain(..).filter(|heading| !heading.trim().is_empty()));
        notes.has_indents |= record.get(0).is_some_and(|cell| cell.starts_with("  "));
        read += 1;
        columns.iter_mut().zip(&record).for_each(|(column, cell)| column.add(cell.trim()));
        if read >= MANY {
            break;
        }
    }
    if read == 0 {
        return Err(Error::new(
            ErrorKind::Rejected,
            format!("{}: the table has a header and no records", input.shown),
        ));
    }
    // a table whose cells stand between semicolons leaves commas to its numbers
    Ok((DraftColumns::of(columns, layout.delimiter == ';'), notes))
}

impl TableNotes {
    /// Whether a row is not a record but tags or units below the header, the header again, a sum of
    /// other rows or a part of one. Such a row is noted.
    fn takes(&mut self, record: &Record, header: &[String], is_first: bool) -> bool {
        if is_first && (is_tags(record) || is_units(record)) {
            self.has_tags = true;
            self.units = is_units(record).then(|| record.iter().collect::<Vec<_>>().join(", "));
            return true;
        }
        // columns without a name have got one; a table without a header has no other
        let is_nameless = |name: &str| name.starts_with("column ");
        let mut named = record.iter().zip(header).filter(|(_, name)| !is_nameless(name)).peekable();
        if named.peek().is_some() && named.all(|(cell, name)| cell.trim() == name.trim()) {
            self.repeats_header = true;
            return true;
        }
        let is_sum = |(n, cell): &(usize, &str)| is_total(cell) || *n < 2 && is_part_of_above(cell);
        let sums: Vec<(usize, &str)> = record.iter().enumerate().filter(is_sum).collect();
        self.totals.extend(sums.iter().map(|(column, cell)| (*column, cell.trim().to_owned())));
        !sums.is_empty()
    }
}

impl TableNotes {
    /// Notes a row that adds up the rows above it, if a word in it can tell it from others.
    fn takes_sum(&mut self, record: &Record) -> bool {
        let is_word = |cell: &&str| !cell.starts_with(|c: char| c.is_ascii_digit());
        let label = record.iter().enumerate().find(|(_, cell)| is_word(cell));
        if let Some((column, cell)) = label {
            self.totals.insert((column, cell.trim().to_owned()));
        }
        label.is_some()
    }
}

/// What to say of a file with a second table, which begins on a line.
fn two_tables(input: &SourceFile, line: u64, names: &str) -> Error {
    let message = format!("{}:{line}: another table begins here ({names})", input.shown);
    Error::new(ErrorKind::Rejected, message).hint("put each table into a file or sheet of its own")
}

/// The cells of a row that look like the header of another table: some are called as columns of this one
/// are, and none holds a number. Below a blank row or a heading one name is enough.
fn other_header(record: &Record, header: &[String], is_below_gap: bool) -> Option<String> {
    let stated: Vec<&str> = record.iter().map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let is_known = |cell: &&&str| header.iter().any(|name| name.trim() == **cell);
    let known = stated.iter().filter(is_known).count();
    let has_number = stated.iter().any(|cell| cell.starts_with(|c: char| c.is_ascii_digit()));
    let is_header = if is_below_gap { known > 0 } else { known * 2 >= stated.len() };
    (is_header && known < stated.len() && stated.len() > 2 && !has_number)
        .then(|| stated.join(", "))
}

/// The encoding of a file: that of its mark, that which was asked for, or the likely one.
fn encoding_of(
    input: &SourceFile,
    (marked, is_utf8): (Option<&'static Encoding>, bool),
    asked: Option<&str>,
) -> Result<&'static Encoding> {
    match (marked.or(asked.map(by_name).transpose()?), is_utf8) {
        (Some(encoding), _) => Ok(encoding),
        (None, true) => Ok(encoding_rs::UTF_8),
        (None, false) => by_name(ingest::likely(input.reader()?).map_err(|e| input.failed(&e))?),
    }
}

fn refuse_long_line(text: &str, shown: &str) -> Result<()> {
    if text.len() < LINE || text.contains(['\n', '\r']) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Rejected,
        format!("{shown}: its first line is longer than {LINE} bytes: no table found"),
    ))
}

/// Whether a row below the header holds tags, as the Humanitarian Exchange Language has them.
fn is_tags(record: &Record) -> bool {
    record.iter().all(|cell| cell.is_empty() || cell.starts_with('#'))
}

/// Whether a row below the header says in which units or formats its columns are.
fn is_units(record: &Record) -> bool {
    const UNITS: [&str; 33] = [
        "%",
        "usd",
        "usd m",
        "us$",
        "us$m",
        "us$ m",
        "eur",
        "eur m",
        "m",
        "km",
        "persons",
        "people",
        "number",
        "count",
        "units",
        "tiv",
        "text",
        "string",
        "integer",
        "numeric",
        "date",
        "yyyy",
        "yyyy-mm-dd",
        "dd/mm/yyyy",
        "mm/dd/yyyy",
        "dd.mm.yyyy",
        "code",
        "name",
        "iso3",
        "year",
        "millions",
        "thousands",
        "of order",
    ];
    let is_unit = |cell: &str| {
        let cell = cell.trim().to_lowercase();
        let bare = cell.trim_matches(['(', ')', '[', ']']);
        UNITS.contains(&bare) || bare.len() + 2 == cell.len()
    };
    let mut stated = record.iter().filter(|cell| !cell.trim().is_empty()).peekable();
    stated.peek().is_some() && stated.all(is_unit)
}

/// Imports the file with the draft, into a database that is thrown away, and tells what it makes.
fn try_out(
    input: &SourceFile,
    args: &Args,
    global: &GlobalArgs,
    mapping: &Path,
    db: &Path,
) -> Result<String> {
    let args = Args {
        draft: false,
        mapping: Some(mapping.to_owned()),
        release: Some("draft".into()),
        on_error: OnError::Skip,
        force_codes: true,
        ..args.clone()
    };
    let global = GlobalArgs { db: Some(db.to_owned()), quiet: true, ..global.clone() };
    let mut ui = Ui::new(Box::new(std::io::sink()), Box::new(std::io::sink()), false);
    let report = load::file(input, &args, &global, &mut ui).map_err(|mut failure| {
        failure.message =
            format!("the draft of {} does not load: {}", input.shown, failure.message);
        failure.hint("this is a bug in facts; please report it with the first lines of the file")
    })?;
    let store = Store::open(db, Access::Read { any_schema: false })?;
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
    for note in report.notes.iter().filter(|note| !note.is_empty()).take(8) {
        for line in note.lines() {
            let _ = writeln!(told, "# {line}");
        }
    }
    Ok(told)
}

/// The facts of a kind: how many, how many of them have a date and a place, and what their best
/// estimates add up to.
fn made_of(kind: &'static Kind, store: &Store) -> Result<Option<String>> {
    let best = kind.figures.first().map(|figure| figure.best);
    let mut query = Query::of(vec![kind]);
    query.columns = ["date", "place"]
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
        placed += u64::from(!cells[1].is_null());
        if let Some(number) = cells.get(2).and_then(Value::number) {
            with_best += 1;
            sum += number;
        }
        if let Some(measure) = cells.get(3).and_then(Value::text).filter(|_| measures.len() < 2) {
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
