//! Loads a folder of CSV files into a database: all of it, or nothing and a list of errors.

use std::cell::RefCell;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;
use std::sync::{Arc, LazyLock};

use foldhash::quality::RandomState;

use crate::command::folder_renames;
use crate::command::folder_rows::{CellFinder, FolderRow, FolderTable, ImportNumbers};
use crate::command::rejected_rows::RejectedTables;
use crate::command::seed_folder::{FolderHistory, SeedFolder};
use crate::error::{Error, ErrorKind, Result, Stop};
use crate::ingest::{Columns, CsvError, CsvReader, Diagnostic, Diagnostics, complete_date};
use crate::kind::reference_table::{self, HISTORY, REFERENCE_TABLES, ReferenceTable};
use crate::kind::{Field, InputRow, KINDS, Kind, given};
use crate::mapping::cell_error::CellError;
use crate::store::{Counts, EntityClass, ImportInfo, Outcome, RowError, Store, Writer};
use crate::value::{EntityRef, InputValue, NameStyle, Value};

/// Loads a folder in one transaction. A new database begins with the countries, unless the folder
/// is an export of one. With `skips`, rows that are refused are left out.
///
/// # Errors
/// What is wrong with the folder, or the database cannot be written.
pub fn load(folder: &SeedFolder, store: &Store, info: &ImportInfo, skips: bool) -> Result<Loaded> {
    let mut writer = store.write(info.clone())?;
    let fresh = store.is_fresh()?;
    let history = folder.history()?;
    if fresh && history.is_some() {
        writer.restore();
    }
    if fresh && folder.open(reference_table::IMPORTS.table)?.is_none() {
        countries(&mut writer)?;
    }
    let FolderHistory { uids, is_numbered } = history.unwrap_or_default();
    writer.set_known_imports(uids);
    let mut load = FolderLoad::new(folder, fresh);
    load.skips = skips;
    load.has_uids = !is_numbered;
    let sums = folder.sums();
    let (report, rows) = load.tables(&mut writer)?;
    folder.check_same(sums.as_ref())?;
    if !load.diagnostics.is_empty() && (!skips || load.is_broken) {
        return Err(load.refuse_all());
    }
    writer.reject(load.rejected.count() as u64);
    let kept = writer.kept().to_vec();
    let held = store.status()?.held.iter().map(|held| held.live).collect();
    writer.commit()?;
    let refused = load.diagnostics.lines();
    let FolderLoad { skipped_history, rejected, .. } = load;
    Ok(Loaded { report, rows, held, skipped_history, kept, rejected, refused })
}

/// Writes the countries that every database begins with.
///
/// # Errors
/// The database cannot be written.
pub fn countries(writer: &mut Writer<'_>) -> Result<()> {
    let mut load = FolderLoad::new(&SeedFolder::Countries, false);
    writer.base(|writer| load.tables(writer).map(|_| ()))?;
    if load.diagnostics.is_empty() { Ok(()) } else { Err(load.refuse_all()) }
}

/// What a run did, kind by kind.
pub type LoadReport = Vec<(&'static Kind, Counts)>;

/// What was loaded.
pub struct Loaded {
    /// Facts, kind by kind.
    pub report: LoadReport,
    /// How many rows of sources, topics, actors, places and names are new or others than before.
    pub rows: u64,
    /// How many facts the database holds now, kind by kind.
    pub held: Vec<u64>,
    /// Rows of the folder's own history that were left out.
    pub skipped_history: u64,
    /// Facts that were changed by hand and stay so.
    pub kept: Vec<String>,
    /// Rows that were refused and left out.
    pub rejected: RejectedTables,
    /// What is wrong with them.
    pub refused: Vec<String>,
}

/// Loads a folder into a store.
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
struct FolderLoad<'f> {
    folder: &'f SeedFolder,
    /// Whether the database is empty, so that the folder's history can be loaded too.
    fresh: bool,
    diagnostics: Diagnostics,
    /// Rows that are refused are left out.
    skips: bool,
    rejected: RejectedTables,
    /// What is wrong with the row at hand, by field.
    faults: Vec<(Option<String>, String)>,
    /// Something is wrong with a file, and not with a row of it.
    is_broken: bool,
    skipped_history: u64,
    read: u64,
    /// Facts name imports by identifiers, and what numbers these have here.
    has_uids: bool,
    imports: ImportNumbers,
}

/// Where a row stands, and how a cell of it is found there.
struct RowPosition<'a, 't> {
    row: &'a FolderRow,
    table: &'t FolderTable<'t>,
    cells: &'a RefCell<CellFinder<'t>>,
}

impl RowPosition<'_, '_> {
    /// Where the cell of a field stands and what it holds, to complain about it.
    fn cell(&self, field: &str) -> Diagnostic {
        let cell = self.table.columns.position(field);
        let value =
            cell.and_then(|cell| self.row.record.get(cell)).filter(|value| !value.is_empty());
        let (field, value) = (Some(field.to_owned()), value.map(str::to_owned));
        self.wrong(CellError { cell, field, value, expected: String::new() })
    }

    /// What is wrong with a cell, with its place.
    fn wrong(&self, bad: CellError) -> Diagnostic {
        let at = self.cells.borrow_mut().locate(self.row, bad.cell);
        placed(self.table.file, at, bad)
    }
}

/// What is wrong with a cell on a line and in a column of a file.
fn placed(file: &str, (line, column): (u64, u64), bad: CellError) -> Diagnostic {
    let CellError { field, value, expected, .. } = bad;
    Diagnostic { file: file.to_owned(), line, column, field, value, expected }
}

impl<'f> FolderLoad<'f> {
    fn new(folder: &'f SeedFolder, fresh: bool) -> FolderLoad<'f> {
        FolderLoad {
            folder,
            fresh,
            diagnostics: Diagnostics::default(),
            skips: false,
            rejected: RejectedTables::default(),
            faults: Vec::new(),
            is_broken: false,
            skipped_history: 0,
            read: 0,
            has_uids: true,
            imports: ImportNumbers { lacks_history: !fresh, ..ImportNumbers::default() },
        }
    }

    /// Loads all tables; returns what became of the facts, and how many rows that they refer to are new
    /// or others than before.
    fn tables(&mut self, writer: &mut Writer<'_>) -> Result<(LoadReport, u64)> {
        let mut rows = 0;
        if !self.fresh && self.folder.history()?.is_some() {
            rows += folder_renames::follow(self.folder, writer)?;
        }
        for parent in REFERENCE_TABLES {
            let is_history = HISTORY.iter().any(|table| table.table == parent.table);
            if is_history && !self.fresh {
                continue;
            }
            rows += self.parent(parent, writer)?;
        }
        if self.fresh {
            self.imports.known = writer.import_numbers()?;
        }
        writer.expect(self.folder.about(), |_, _| true)?;
        let of_kind = |kind: &&'static Kind| Ok((*kind, self.kind(kind, writer)?));
        Ok((KINDS.iter().map(of_kind).collect::<Result<_>>()?, rows))
    }

    fn refuse_all(&self) -> Error {
        let mut failure = Error::new(
            ErrorKind::Rejected,
            format!(
                "{}: {}; nothing was written",
                self.folder.name(),
                self.diagnostics.sum(self.read)
            ),
        );
        failure.details = self.diagnostics.lines();
        failure
    }

    /// Loads a table that facts refer to; returns how many of its rows are new or others than before.
    fn parent(&mut self, parent: &'static ReferenceTable, writer: &mut Writer<'_>) -> Result<u64> {
        let fields: Vec<&'static Field> = parent.fields.iter().collect();
        let mut seen = SeenKeys::default();
        let refers = |field: &&Field| {
            EntityClass::of(field.ty).is_some_and(|class| class.table() == parent.table)
        };
        let mut read = 0;
        // the cells that refer to other rows, by the number of theirs
        let mut waiting: HashMap<(u64, &str), Diagnostic> = HashMap::new();
        let mut changed: BTreeSet<u64> = BTreeSet::new();
        self.table(parent.table, &fields, |load, here, row| {
            let key: Vec<String> =
                parent.key.iter().map(|name| given(row, name).into_owned()).collect();
            let key = key.join("\u{1f}");
            if !key.is_empty() && load.is_repeated(&mut seen, &key, here, parent.key[0]) {
                return Ok(());
            }
            read += 1;
            let cells = parent.fields.iter().filter(refers);
            let cells = cells.map(|field| ((read, field.name), here.cell(field.name)));
            waiting.extend(cells.filter(|(_, cell)| cell.value.is_some()));
            writer.stand_at(read);
            match writer.put_reference(parent, row) {
                Ok(Outcome::Unchanged) => {}
                Ok(_) => {
                    changed.insert(read);
                }
                Err(Stop::Input(refused)) => load.refuse(refused, here),
                Err(Stop::Failed(error)) => return Err(error),
            }
            Ok(())
        })?;
        let settled = writer.settle()?;
        for (row, RowError { field, expected }) in settled.refused {
            let cell = row.and_then(|row| waiting.remove(&(row, field)));
            self.is_broken = true;
            if let Some(cell) = cell {
                self.diagnostics.push(Diagnostic { expected, ..cell });
            }
        }
        changed.extend(settled.changed);
        Ok(changed.len() as u64)
    }

    fn kind(&mut self, kind: &'static Kind, writer: &mut Writer<'_>) -> Result<Counts> {
        let fields: Vec<&'static Field> = kind.fields().collect();
        let span = kind.field("date_span");
        let mut counts = Counts::default();
        let mut seen = SeenKeys::default();
        let has_free_parties = self.folder.format()? == 1;
        self.table(kind.table, &fields, |load, here, row| {
            if has_free_parties {
                name_parties(row);
            }
            if let Some(span) = span
                && let Err((field, expected)) = complete_date(row, span)
            {
                load.refuse(RowError { field, expected }, here);
                return Ok(());
            }
            let retired = !given(row, "retired_by").is_empty();
            if retired && !load.fresh {
                load.skipped_history += 1;
                return Ok(());
            }
            let key = format!("{}:{}", given(row, "source"), given(row, "key"));
            if !retired && load.is_repeated(&mut seen, &key, here, "key") {
                return Ok(());
            }
            match writer.put(kind, row) {
                Ok(outcome) => counts.count(outcome),
                Err(Stop::Input(faults)) => {
                    faults.into_iter().for_each(|fault| load.refuse(fault, here));
                }
                Err(Stop::Failed(error)) => return Err(error),
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
        mut each: impl FnMut(&mut Self, &RowPosition<'_, '_>, &mut InputRow<'static>) -> Result<()>,
    ) -> Result<()> {
        let Some((file, bytes)) = self.folder.open(table)? else { return Ok(()) };
        let records = match CsvReader::open(bytes) {
            Ok(records) => records,
            Err(Stop::Input(error)) => {
                self.break_off(&file, error);
                return Ok(());
            }
            Err(Stop::Failed(e)) => return Err(Error::io(&file, &e)),
        };
        let columns = match Columns::of(records.header(), fields) {
            Ok(columns) => columns,
            Err(bad) => {
                self.is_broken = true;
                let placed = |bad: CellError| placed(&file, records.locate(bad.cell), bad);
                bad.into_iter().map(placed).for_each(|wrong| self.diagnostics.push(wrong));
                return Ok(());
            }
        };
        let imports = std::mem::take(&mut self.imports);
        let source = FolderTable {
            folder: self.folder,
            table,
            file: &file,
            columns: &columns,
            imports: self.has_uids.then_some(&imports),
        };
        let cells = RefCell::new(CellFinder::of(&source));
        let read = source.rows(|row| {
            self.read += 1;
            let stated = std::mem::replace(&mut row.row, Ok(InputRow::new()));
            let here = RowPosition { row, table: &source, cells: &cells };
            let stated = match stated {
                Ok(mut stated) => {
                    each(self, &here, &mut stated)?;
                    Ok(stated)
                }
                Err(bad) => {
                    self.complain(bad, &here);
                    Err(Vec::new())
                }
            };
            let faults = std::mem::take(&mut self.faults);
            if self.skips && !faults.is_empty() {
                self.rejected.add(table, (records.header(), &row.record), row.line, &faults);
            }
            // the reader frees it
            row.row = stated;
            Ok(())
        });
        self.imports = imports;
        match read {
            Err(Stop::Input(error)) => {
                self.break_off(&file, error);
                Ok(())
            }
            Err(Stop::Failed(error)) => Err(error),
            Ok(()) => Ok(()),
        }
    }

    /// Notes that a file breaks its format.
    fn break_off(&mut self, file: &str, error: CsvError) {
        self.is_broken = true;
        self.diagnostics.push(Diagnostic::fault(file, error));
    }

    fn complain(&mut self, bad: Vec<CellError>, here: &RowPosition<'_, '_>) {
        for bad in bad {
            self.faults.push((bad.field.clone(), bad.expected.clone()));
            self.diagnostics.push(here.wrong(bad));
        }
    }

    fn refuse(&mut self, RowError { field, expected }: RowError, here: &RowPosition<'_, '_>) {
        self.faults.push((Some(field.to_owned()), expected.clone()));
        self.diagnostics.push(Diagnostic { expected, ..here.cell(field) });
    }

    fn is_repeated(
        &mut self,
        seen: &mut SeenKeys,
        key: &str,
        here: &RowPosition<'_, '_>,
        field: &str,
    ) -> bool {
        if let Some(first) = seen.first_line(key, here.row.line) {
            let cell = here.table.columns.position(field);
            let expected = format!("duplicate key, first used on line {first}");
            let value = Some(key.split('\u{1f}').collect::<Vec<_>>().join(" "));
            self.complain(
                vec![CellError { cell, field: Some(field.to_owned()), value, expected }],
                here,
            );
            return true;
        }
        false
    }
}

/// The keys of the rows of a table, each as two hashes, since there may be millions of them.
#[derive(Default)]
struct SeenKeys {
    hashers: [RandomState; 2],
    lines: HashMap<[u64; 2], u64, RandomState>,
}

impl SeenKeys {
    /// The line of the first row with this key, if there was one before the row on `line`.
    fn first_line(&mut self, key: &str, line: u64) -> Option<u64> {
        let hashes = self.hashers.each_ref().map(|hasher| hasher.hash_one(key));
        match self.lines.entry(hashes) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(free) => {
                free.insert(line);
                None
            }
        }
    }
}

/// Makes names of the further parties of an event, which were free text in format 1: whoever is not
/// known becomes somebody of whom nothing is known.
fn name_parties(row: &mut InputRow<'static>) {
    static LIST: LazyLock<NameStyle> =
        LazyLock::new(|| NameStyle { split: Some(";".into()), ..NameStyle::default() });
    for (field, value) in row {
        if field.name == "others"
            && let InputValue::Value(Value::Text(text)) = value
        {
            let name = Some(std::mem::take(text));
            let style: &'static NameStyle = &LIST;
            *value = InputValue::Entity(Arc::new(EntityRef {
                name,
                kind: Some("unknown".into()),
                style: Some(style),
                ..EntityRef::default()
            }));
        }
    }
}
