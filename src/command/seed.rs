//! `facts seed`: load the shipped facts, or a folder of CSV, all of it or nothing.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use include_dir::{Dir, include_dir};

use super::console::Console;
use super::global::Global;
use crate::exit::{Exit, Failure, Result};
use crate::import::{Bad, Columns, Complaint, Complaints, Record, Records, complete_date};
use crate::kind::parent::{self, PARENTS, Parent};
use crate::kind::{Field, KINDS, Kind};
use crate::render::Heading;
use crate::store::{Counts, Refused, Row, Run, Store, Writer};
use crate::value::nearest::did_you_mean;
use crate::value::text::count;
use crate::value::{Cell, Value};

/// The facts that ship with the program.
static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/seed");

/// Create the database if there is none, and load the shipped facts or a folder of CSV files.
///
/// A folder holds a file a table, as `facts export` writes them: sources.csv, topics.csv, actors.csv, places.csv,
/// names.csv, and a file for each kind of fact. Any of them may be missing. All is loaded, or nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts seed\n  facts seed my-facts/ --db my.db")]
pub struct Args {
    /// The folder [default: the shipped facts]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Where the files come from.
enum Folder {
    Shipped,
    Path(PathBuf),
}

/// What a run did, kind by kind.
type Report = Vec<(&'static Kind, Counts)>;

/// Runs it.
pub fn run(args: &Args, global: &Global, console: &mut Console) -> Result<Exit> {
    let folder = args.folder.clone().map_or(Folder::Shipped, Folder::Path);
    folder.check()?;
    let path = global.database().path;
    let (report, held, created, history) = Store::open_or_create(&path, |store, created| {
        let loaded = Load::new(&folder, store.is_fresh()?).run(store)?;
        let held: Vec<u64> = store.status()?.held.iter().map(|held| held.live).collect();
        Ok((loaded.report, held, created, loaded.skipped_history))
    })?;
    let headings = vec![Heading::text("kind"), Heading::number("facts"), Heading::number("added"), Heading::number("changed")];
    let whole = |n: u64| -> Value { Cell::Int(i64::try_from(n).unwrap_or(i64::MAX)) };
    if !global.quiet || global.format.is_some() || global.output.is_some() {
        console.rows(global, headings, Vec::new(), |row| {
            for ((kind, counts), held) in report.iter().zip(&held) {
                row(&[Cell::Text(kind.name.into()), whole(*held), whole(counts.added), whole(counts.changed)])?;
            }
            Ok(report.len() as u64)
        })?;
    }
    let sum = |of: fn(&Counts) -> u64| report.iter().map(|(_, counts)| of(counts)).sum::<u64>();
    let shown = path.display();
    console.say(&format!(
        "{shown}: {}, {} added, {} changed{}",
        count(held.iter().sum(), "fact", "facts"),
        sum(|c| c.added),
        sum(|c| c.changed),
        if created { "; the database is new" } else { "" }
    ));
    if history > 0 {
        console.say(&format!(
            "{} of the folder's history left out: the database has a history of its own",
            count(history, "row", "rows")
        ));
    }
    let db = if global.db.is_some() { format!(" --db {shown}") } else { String::new() };
    console.say(&format!(
        "next:\n  facts query events --during 2013{db}\n  facts query arms-transfers --recipient Iraq{db}\n  facts tabulate casualties --rows year --cols population --value best{db}"
    ));
    Ok(Exit::Done)
}

impl Folder {
    /// Refuses a folder that is none, or holds a table that nobody knows.
    fn check(&self) -> Result<()> {
        let Folder::Path(path) = self else { return Ok(()) };
        let shown = path.display();
        let entries = std::fs::read_dir(path).map_err(|e| Failure::io(&shown, &e))?;
        let known: Vec<String> = tables().map(|table| format!("{table}.csv")).collect();
        let mut found = 0;
        for entry in entries {
            let name = entry.map_err(|e| Failure::io(&shown, &e))?.file_name();
            if PathBuf::from(&name).extension() != Some(OsStr::new("csv")) {
                continue;
            }
            let name = name.to_string_lossy().into_owned();
            if !known.contains(&name) {
                let near = did_you_mean(&name, known.iter().map(String::as_str));
                return Err(Failure::new(
                    Exit::Rejected,
                    format!("{shown}: no table is called {name}{near}; nothing was written"),
                )
                .hint(format!("a folder of facts holds {}", known.join(", "))));
            }
            found += 1;
        }
        if found == 0 {
            return Err(Failure::new(Exit::Rejected, format!("{shown} holds no CSV file of facts"))
                .hint(format!("it may hold {}", known.join(", "))));
        }
        Ok(())
    }

    /// The file of a table, and what messages call it.
    fn open(&self, table: &str) -> Result<Option<(String, Box<dyn Read>)>> {
        let name = format!("{table}.csv");
        match self {
            Folder::Shipped => Ok(SHIPPED.get_file(&name).map(|file| {
                let bytes: Box<dyn Read> = Box::new(Cursor::new(file.contents()));
                (format!("seed/{name}"), bytes)
            })),
            Folder::Path(path) => {
                let file = path.join(name);
                let shown = file.display().to_string();
                match File::open(&file) {
                    Ok(opened) => Ok(Some((shown, Box::new(opened)))),
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(e) => Err(Failure::io(shown, &e)),
                }
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Folder::Shipped => "shipped facts".to_owned(),
            Folder::Path(path) => path.display().to_string(),
        }
    }
}

fn tables() -> impl Iterator<Item = &'static str> {
    PARENTS.iter().map(|parent| parent.table).chain(KINDS.iter().map(|kind| kind.table))
}

/// What was loaded.
struct Loaded {
    report: Report,
    skipped_history: u64,
}

/// Loads a folder into a store.
struct Load<'f> {
    folder: &'f Folder,
    /// Nothing is there yet, so that a folder's history can be taken over.
    fresh: bool,
    complaints: Complaints,
    skipped_history: u64,
    read: u64,
}

impl<'f> Load<'f> {
    fn new(folder: &'f Folder, fresh: bool) -> Load<'f> {
        Load { folder, fresh, complaints: Complaints::default(), skipped_history: 0, read: 0 }
    }

    fn run(mut self, store: &mut Store) -> Result<Loaded> {
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let file = self.folder.name();
        let mut writer = store.write(Run { at, file })?;
        for parent in PARENTS {
            if parent.table == parent::IMPORTS.table && !self.fresh {
                continue;
            }
            self.parent(parent, &mut writer)?;
        }
        let mut report = Report::new();
        for kind in KINDS {
            let counts = self.kind(kind, &mut writer)?;
            report.push((kind, counts));
        }
        if !self.complaints.is_empty() {
            let mut failure = Failure::new(
                Exit::Rejected,
                format!("{}: {}; nothing was written", self.folder.name(), self.complaints.sum(self.read)),
            );
            failure.details = self.complaints.lines();
            return Err(failure);
        }
        writer.commit()?;
        Ok(Loaded { report, skipped_history: self.skipped_history })
    }

    fn parent(&mut self, parent: &'static Parent, writer: &mut Writer<'_>) -> Result<()> {
        let fields: Vec<&'static Field> = parent.fields.iter().collect();
        let mut seen: HashMap<String, u64> = HashMap::new();
        let mut places: Vec<(u64, u64, String)> = Vec::new();
        let mut settled: Option<String> = None;
        self.table(parent.table, &fields, |load, file, columns, records, record, row| {
            let key: Vec<String> = parent.key.iter().map(|name| value_of(&row, name)).collect();
            let key = key.join("\u{1f}");
            if load.is_repeated(&mut seen, key, file, records, columns, parent.key[0]) {
                return Ok(());
            }
            // every reference that waits is complained about at the cell that made it
            let at = columns.position("of").or(columns.position("within"));
            let (line, column) = records.locate(at);
            places.push((line, column, at.and_then(|at| record.get(at)).unwrap_or_default().to_owned()));
            settled = Some(file.to_owned());
            match writer.put_parent(parent, &row, places.len() - 1)? {
                Ok(_) => {}
                Err(refused) => load.refuse(refused, file, columns, records, record),
            }
            if parent.table == parent::IMPORTS.table {
                writer.restore();
            }
            Ok(())
        })?;
        for (place, refused) in writer.settle()? {
            let (line, column, value) = places[place].clone();
            let file = settled.clone().unwrap_or_default();
            let field = Some(refused.field.to_owned());
            self.complaints.push(Complaint { file, line, column, field, value: Some(value), expected: refused.expected });
        }
        Ok(())
    }

    fn kind(&mut self, kind: &'static Kind, writer: &mut Writer<'_>) -> Result<Counts> {
        let fields: Vec<&'static Field> = kind.fields().collect();
        let span = kind.field("date_span");
        let mut counts = Counts::default();
        let mut seen: HashMap<String, u64> = HashMap::new();
        self.table(kind.table, &fields, |load, file, columns, records, record, mut row| {
            if let Some(span) = span
                && let Err((field, expected)) = complete_date(&mut row, span)
            {
                load.refuse(Refused { field, expected }, file, columns, records, record);
                return Ok(());
            }
            let retired = !value_of(&row, "retired_by").is_empty();
            if retired && !load.fresh {
                load.skipped_history += 1;
                return Ok(());
            }
            let key = format!("{}:{}", value_of(&row, "source"), value_of(&row, "key"));
            if !retired && load.is_repeated(&mut seen, key, file, records, columns, "key") {
                return Ok(());
            }
            match writer.put(kind, &row)? {
                Ok(outcome) => counts.count(outcome),
                Err(refused) => load.refuse(refused, file, columns, records, record),
            }
            Ok(())
        })?;
        Ok(counts)
    }

    /// Reads a table's file and hands on its sound rows; complains about the others.
    fn table(
        &mut self,
        table: &str,
        fields: &[&'static Field],
        mut each: impl FnMut(&mut Load<'f>, &str, &Columns, &Records, &Record, Row) -> Result<()>,
    ) -> Result<()> {
        let Some((file, bytes)) = self.folder.open(table)? else { return Ok(()) };
        let failed = |e: std::io::Error| Failure::io(&file, &e);
        let mut records = match Records::open(bytes).map_err(failed)? {
            Ok(records) => records,
            Err(fault) => {
                self.complaints.push(Complaint::fault(&file, fault));
                return Ok(());
            }
        };
        let columns = match Columns::of(records.header(), fields) {
            Ok(columns) => columns,
            Err(bad) => {
                let header = records.header().clone();
                self.complain(bad, &file, &records, &header);
                return Ok(());
            }
        };
        let mut record = Record::new();
        loop {
            match records.next(&mut record).map_err(failed)? {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(fault) => {
                    self.complaints.push(Complaint::fault(&file, fault));
                    return Ok(());
                }
            }
            self.read += 1;
            match columns.row(&record) {
                Ok(row) => each(self, &file, &columns, &records, &record, row)?,
                Err(bad) => self.complain(bad, &file, &records, &record),
            }
        }
    }

    fn complain(&mut self, bad: Vec<Bad>, file: &str, records: &Records, record: &Record) {
        let _ = record;
        for Bad { cell, field, value, expected } in bad {
            let (line, column) = records.locate(cell);
            self.complaints.push(Complaint { file: file.to_owned(), line, column, field, value, expected });
        }
    }

    fn refuse(
        &mut self,
        Refused { field, expected }: Refused,
        file: &str,
        columns: &Columns,
        records: &Records,
        record: &Record,
    ) {
        let cell = columns.position(field);
        let value = cell.and_then(|cell| record.get(cell)).filter(|value| !value.is_empty()).map(str::to_owned);
        self.complain(vec![Bad { cell, field: Some(field.to_owned()), value, expected }], file, records, record);
    }

    fn is_repeated(
        &mut self,
        seen: &mut HashMap<String, u64>,
        key: String,
        file: &str,
        records: &Records,
        columns: &Columns,
        field: &str,
    ) -> bool {
        let cell = columns.position(field);
        let (line, _) = records.locate(None);
        if let Some(first) = seen.get(&key) {
            let expected = format!("a row with this key is on line {first} already");
            let value = Some(key.split('\u{1f}').collect::<Vec<_>>().join(" "));
            self.complain(vec![Bad { cell, field: Some(field.to_owned()), value, expected }], file, records, &Record::new());
            true
        } else {
            seen.insert(key, line);
            false
        }
    }
}

fn value_of(row: &Row, name: &str) -> String {
    row.iter().find(|(field, _)| field.name == name).map(|(_, value)| value.to_string()).unwrap_or_default()
}
