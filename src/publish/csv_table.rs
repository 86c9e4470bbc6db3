//! A table of a publication as CSV: what is not stated is empty, and an empty text is in quotes.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::publish::tables::day_text;
use crate::publish::{PublishedTable, TableWriter, failed};
use crate::value::Value;

/// A CSV file that is being written.
pub struct CsvTable {
    path: PathBuf,
    out: BufWriter<File>,
}

impl CsvTable {
    /// Begins a file with its header.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(path: &Path, table: &PublishedTable) -> Result<CsvTable> {
        let file = File::create_new(path).map_err(|e| failed(path, &e))?;
        let mut made = CsvTable { path: path.to_owned(), out: BufWriter::new(file) };
        let header: Vec<Value<'_>> =
            table.columns.iter().map(|column| Value::Text(column.name.into())).collect();
        made.row(&header)?;
        Ok(made)
    }
}

impl TableWriter for CsvTable {
    fn row(&mut self, cells: &[Value<'_>]) -> Result<()> {
        let mut line = String::new();
        for (n, cell) in cells.iter().enumerate() {
            if n > 0 {
                line.push(',');
            }
            match cell {
                Value::Null => {}
                Value::Day(day) => line.push_str(&day_text(*day).unwrap_or_default()),
                other => quote(&mut line, &other.to_string()),
            }
        }
        line.push('\n');
        self.out.write_all(line.as_bytes()).map_err(|e| failed(&self.path, &e))
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let path = self.path;
        let file = self.out.into_inner().map_err(|e| failed(&path, e.error()))?;
        file.sync_all().map_err(|e| failed(&path, &e))
    }
}

/// Adds a cell, in quotes where it needs them: `\.` alone would end the data of `PostgreSQL`.
fn quote(line: &mut String, cell: &str) {
    let is_plain = |c: char| !matches!(c, ',' | '"' | '\n' | '\r' | '\\');
    if !cell.is_empty() && cell.chars().all(is_plain) {
        line.push_str(cell);
        return;
    }
    line.push('"');
    line.push_str(&cell.replace('"', "\"\""));
    line.push('"');
}
