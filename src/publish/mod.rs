//! A copy of the live facts for other engines: flat tables with names resolved, as files that
//! `DuckDB`, Spark, pandas or `PostgreSQL` read.

pub mod copy;
mod csv_table;
mod engine_error;
#[cfg(feature = "parquet")]
pub mod lake;
mod load_script;
mod manifest;
#[cfg(feature = "parquet")]
mod parquet_table;
pub mod postgres;
pub mod sqlite_table;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

pub use manifest::{LoadedFile, Manifest, PublishedFile};
pub use tables::{ColumnType, PublishedColumn, PublishedTable, tables};

use crate::error::{Error, Result};
use crate::store::Store;
use crate::value::Value;

/// What the files of a publication are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Apache Parquet, compressed with Snappy: a folder for each kind, a file for each source.
    #[cfg(feature = "parquet")]
    Parquet,
    /// CSV, and a script that loads it into `PostgreSQL`.
    Csv,
}

impl TableFormat {
    /// Its name on the command line and in the manifest, which is the ending of its files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => "parquet",
            TableFormat::Csv => "csv",
        }
    }

    /// Whether a table is divided into a file for each source.
    fn divides(self) -> bool {
        self != TableFormat::Csv
    }

    fn begin(self, path: &Path, table: &PublishedTable) -> Result<Box<dyn TableWriter>> {
        Ok(match self {
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => Box::new(parquet_table::ParquetTable::begin(path, table)?),
            TableFormat::Csv => Box::new(csv_table::CsvTable::begin(path, table)?),
        })
    }
}

/// Writes one file of a table.
trait TableWriter {
    /// Writes a row, a cell for each column.
    fn row(&mut self, cells: &[Value<'_>]) -> Result<()>;

    /// Ends the file.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// Writes the tables of a database into an empty folder, one row at a time; returns what was
/// written.
///
/// # Errors
/// The database cannot be read, or a file cannot be written.
pub fn write(store: &Store, folder: &Path, format: TableFormat) -> Result<Vec<PublishedFile>> {
    let mut written = Vec::new();
    for table in tables() {
        written.extend(write_table(&table, store, folder, format, "")?);
    }
    if format == TableFormat::Csv {
        let path = folder.join(load_script::LOAD_SCRIPT);
        fs::write(&path, load_script::load_script()).map_err(|e| failed(&path, &e))?;
    }
    Ok(written)
}

/// Writes one table; `part` ends the names of the files of a table that is a folder.
fn write_table(
    table: &PublishedTable,
    store: &Store,
    folder: &Path,
    format: TableFormat,
    part: &str,
) -> Result<Vec<PublishedFile>> {
    let mut files = TableFiles { folder, format, table, part, open: None, done: Vec::new() };
    table.read(store, &mut |cells| files.row(cells))?;
    files.finish()
}

fn failed(path: &Path, e: &std::io::Error) -> Error {
    Error::io(format!("cannot write {}", path.display()), e)
}

/// The files of one table.
struct TableFiles<'a> {
    folder: &'a Path,
    format: TableFormat,
    table: &'a PublishedTable,
    /// What the names of its files end with.
    part: &'a str,
    open: Option<OpenFile>,
    done: Vec<PublishedFile>,
}

/// A file that is being written: that of one source, if the table is divided.
struct OpenFile {
    source: Option<String>,
    path: PathBuf,
    rows: u64,
    writer: Box<dyn TableWriter>,
}

impl TableFiles<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> Result<()> {
        let divided_by = self.table.divided_by().filter(|_| self.format.divides());
        let source = divided_by.map(|column| cells[column].text().unwrap_or_default());
        if self.open.as_ref().is_none_or(|open| open.source.as_deref() != source) {
            self.end()?;
            self.open = Some(self.begin(source.map(str::to_owned))?);
        }
        if let Some(open) = &mut self.open {
            open.writer.row(cells)?;
            open.rows += 1;
        }
        Ok(())
    }

    /// Begins the file of a source, or that of a table that is not divided.
    fn begin(&self, source: Option<String>) -> Result<OpenFile> {
        let (name, end) = (self.table.name, self.format.name());
        let path = if self.format.divides() && self.table.grows_with_facts() {
            // a slug is a sound name of a file
            let stem = source.as_deref().unwrap_or("all");
            PathBuf::from(name).join(format!("{stem}{}.{end}", self.part))
        } else {
            PathBuf::from(format!("{name}.{end}"))
        };
        let whole = self.folder.join(&path);
        if let Some(folder) = whole.parent() {
            fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
        }
        let writer = self.format.begin(&whole, self.table)?;
        Ok(OpenFile { source, path, rows: 0, writer })
    }

    fn end(&mut self) -> Result<()> {
        if let Some(open) = self.open.take() {
            open.writer.finish()?;
            let file = PublishedFile::of(self.folder, self.table.name, &open.path, open.rows)?;
            self.done.push(file);
        }
        Ok(())
    }

    /// Ends the last file. A table without rows is there too.
    fn finish(mut self) -> Result<Vec<PublishedFile>> {
        // a part of a table need not be
        if self.open.is_none() && self.done.is_empty() && self.part.is_empty() {
            let none = self.table.divided_by().filter(|_| self.format.divides());
            self.open = Some(self.begin(none.map(|_| "none".to_owned()))?);
        }
        self.end()?;
        Ok(self.done)
    }
}
