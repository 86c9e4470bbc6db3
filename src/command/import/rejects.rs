//! The file of records that could not be loaded: as they stood, with what was wrong; mended, it can
//! be imported.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::command::import::choose::ChosenMapping;
use crate::error::{Error, Result};
use crate::fs::output::Output;
use crate::mapping::cell_error::CellError;
use crate::mapping::{REJECT_COLUMNS, Record};

/// A file of rejects on its way; it appears when it is finished, if it holds anything.
pub struct Rejects {
    target: PathBuf,
    out: csv::Writer<BufWriter<Output>>,
    /// The columns of the file that are none of what was wrong with a record before.
    kept: Vec<usize>,
    written: u64,
}

impl Rejects {
    /// Begins one.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(target: &Path, chosen: &ChosenMapping) -> Result<Rejects> {
        let made = Output::begin(target)?;
        let plain = !chosen.mapping.read.quotes && chosen.table.is_none();
        let style = if plain { csv::QuoteStyle::Never } else { csv::QuoteStyle::Necessary };
        let delimiter = if chosen.table.is_some() {
            b','
        } else {
            u8::try_from(chosen.layout.delimiter).unwrap_or(b',')
        };
        let out = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .quote_style(style)
            .flexible(true)
            .from_writer(BufWriter::new(made));
        let header = &chosen.layout.header;
        let is_own = |n: &usize| !REJECT_COLUMNS.contains(&header[*n].as_str());
        let kept: Vec<usize> = (0..header.len()).filter(is_own).collect();
        let names: Vec<&str> = kept.iter().map(|n| header[*n].as_str()).collect();
        let mut rejects = Rejects { target: target.to_owned(), out, kept, written: 0 };
        rejects.row(names.into_iter().chain(REJECT_COLUMNS))?;
        Ok(rejects)
    }

    /// Adds a record.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, record: &Record, line: u64, bad: &[CellError]) -> Result<()> {
        let fields: Vec<&str> = bad.iter().filter_map(|bad| bad.field.as_deref()).collect();
        let errors: Vec<&str> = bad.iter().map(|bad| bad.expected.as_str()).collect();
        let told = [line.to_string(), fields.join("; "), errors.join("; ")];
        let cells: Vec<&str> = self.kept.iter().filter_map(|n| record.get(*n)).collect();
        self.row(cells.into_iter().chain(told.iter().map(String::as_str)))?;
        self.written += 1;
        Ok(())
    }

    fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<()> {
        let failed = format!("cannot write {}", self.target.display());
        self.out
            .write_record(cells)
            .map_err(|e| Error::new(crate::error::ErrorKind::Io, failed).with_source(e))
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> Result<Option<PathBuf>> {
        let failed =
            |e: &std::io::Error| Error::io(format!("cannot write {}", self.target.display()), e);
        if self.written == 0 {
            return Ok(None);
        }
        let mut buffer = self.out.into_inner().map_err(|e| failed(e.error()))?;
        buffer.flush().map_err(|e| failed(&e))?;
        let made = buffer.into_inner().map_err(|e| failed(e.error()))?;
        made.finish()?;
        Ok(Some(self.target))
    }
}
