//! The rows of a table of a folder, read and taken apart on a thread of their own while another writes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use crate::command::seed_folder::SeedFolder;
use crate::error::{Error, Result, Stop};
use crate::ingest::{Columns, CsvError, CsvReader};
use crate::kind::InputRow;
use crate::mapping::Record;
use crate::mapping::cell_error::CellError;

/// A file of a folder whose header is known.
pub struct FolderTable<'f> {
    /// The folder.
    pub folder: &'f SeedFolder,
    /// Which of its tables.
    pub table: &'f str,
    /// The file, for messages.
    pub file: &'f str,
    /// Which column holds which field.
    pub columns: &'f Columns,
    /// The numbers of imports here; none where the folder has numbers itself.
    pub imports: Option<&'f ImportNumbers>,
}

/// What imports are numbered here, by their identifiers.
#[derive(Debug, Default)]
pub struct ImportNumbers {
    /// The numbers.
    pub known: HashMap<String, i64>,
    /// The history of the folder is not loaded: any number tells that there was one.
    pub lacks_history: bool,
}

/// A row as it was read.
pub struct FolderRow {
    /// Its number among the rows of the file, from 0.
    number: u64,
    /// The line on which it begins.
    pub line: u64,
    /// Its cells.
    pub record: Record,
    /// What they say, or what is wrong with them.
    pub row: Result<InputRow<'static>, Vec<CellError>>,
}

/// The number of rows in a batch, and of batches that may wait.
const BATCH: usize = 32;
const WAITING: usize = 8;

impl FolderTable<'_> {
    /// Hands on every row, in order.
    ///
    /// # Errors
    /// The file cannot be read, or `each` fails ([`Stop::Failed`]); the file breaks its format
    /// ([`Stop::Input`]).
    pub fn rows(
        &self,
        mut each: impl FnMut(&mut FolderRow) -> Result<()>,
    ) -> Result<(), Stop<CsvError>> {
        thread::scope(|scope| {
            let (full, batches) = sync_channel::<Vec<FolderRow>>(WAITING);
            // what the reader made it frees itself
            let (used, free) = channel::<Vec<FolderRow>>();
            let reader = scope.spawn(move || self.read(&full, &free));
            for mut batch in batches {
                batch.iter_mut().try_for_each(&mut each)?;
                let _ = used.send(batch);
            }
            reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn read(
        &self,
        full: &SyncSender<Vec<FolderRow>>,
        free: &Receiver<Vec<FolderRow>>,
    ) -> Result<(), Stop<CsvError>> {
        let Some(mut records) = self.open()? else { return Ok(()) };
        let mut number = 0;
        loop {
            let mut batch = free.try_recv().unwrap_or_default();
            let mut filled = 0;
            let end = loop {
                if filled == batch.len() {
                    let (record, row) = (Record::new(), Ok(InputRow::new()));
                    batch.push(FolderRow { number, line: 0, record, row });
                }
                let row = &mut batch[filled];
                match records.next(&mut row.record).map_err(|stop| self.failed(stop)) {
                    Ok(true) => {}
                    Ok(false) => break Some(Ok(())),
                    Err(stop) => break Some(Err(stop)),
                }
                if let Some(imports) = self.imports {
                    imports.number(self.columns, &mut row.record);
                }
                (row.number, row.line) = (number, records.locate(None).0);
                row.row = self.columns.row(&row.record);
                (number, filled) = (number + 1, filled + 1);
                if filled == BATCH {
                    break None;
                }
            };
            batch.truncate(filled);
            let left = full.send(batch).is_err();
            match end {
                Some(end) => return end,
                None if left => return Ok(()),
                None => {}
            }
        }
    }

    fn open(&self) -> Result<Option<CsvReader>, Stop<CsvError>> {
        let Some((_, bytes)) = self.folder.open(self.table)? else { return Ok(None) };
        CsvReader::open(bytes).map(Some).map_err(|stop| self.failed(stop))
    }

    fn failed(&self, stop: Stop<CsvError, io::Error>) -> Stop<CsvError> {
        match stop {
            Stop::Input(error) => Stop::Input(error),
            Stop::Failed(e) => Stop::Failed(Error::io(self.file, &e)),
        }
    }
}

impl ImportNumbers {
    /// Puts the numbers of imports in the place of their identifiers.
    fn number(&self, columns: &Columns, record: &mut Record) {
        let cells = ["import", "retired_by"].map(|name| columns.position(name));
        let is_empty = |cell: usize| record.get(cell).is_none_or(str::is_empty);
        if cells.into_iter().flatten().all(is_empty) {
            return;
        }
        let number = |cell: &str| match self.known.get(cell) {
            Some(number) => number.to_string(),
            None if self.lacks_history && !cell.is_empty() => "0".to_owned(),
            None => cell.to_owned(),
        };
        let numbered = record.iter().enumerate().map(|(n, cell)| {
            if cells.contains(&Some(n)) { Cow::Owned(number(cell)) } else { Cow::Borrowed(cell) }
        });
        *record = numbered.collect();
    }
}

/// Finds the cells of rows that were handed on, by reading the file once more; rows are asked for in
/// their order.
pub struct CellFinder<'t> {
    table: &'t FolderTable<'t>,
    records: Option<CsvReader>,
    record: Record,
    /// How many rows it has read.
    read: u64,
}

impl<'t> CellFinder<'t> {
    /// One that has read nothing yet.
    pub fn of(table: &'t FolderTable<'t>) -> CellFinder<'t> {
        CellFinder { table, records: None, record: Record::new(), read: 0 }
    }

    /// The line and column of a cell of a row, or of the row itself.
    pub fn locate(&mut self, row: &FolderRow, cell: Option<usize>) -> (u64, u64) {
        if self.records.is_none() {
            self.records = self.table.open().ok().flatten();
        }
        let Some(records) = &mut self.records else { return (row.line, 1) };
        while self.read <= row.number {
            if !records.next(&mut self.record).is_ok_and(|is_read| is_read) {
                return (row.line, 1);
            }
            self.read += 1;
        }
        records.locate(cell)
    }
}
