//! CSV (RFC 4180, UTF-8, LF) and TSV: nothing for NULL, and never a byte of text changed.

use std::io::{self, Write};

use super::{Format, Sheet, Sink};
use crate::value::Cell;

/// Comma-separated.
pub static CSV: Format = Format {
    name: "csv",
    extensions: &["csv"],
    about: "comma-separated with a header; the default in a pipe",
    open: |out, sheet| begin(out, sheet, b','),
};

/// Tab-separated.
pub static TSV: Format = Format {
    name: "tsv",
    extensions: &["tsv", "tab"],
    about: "tab-separated with a header",
    open: |out, sheet| begin(out, sheet, b'\t'),
};

struct Rows<'a> {
    writer: csv::Writer<&'a mut dyn Write>,
    null: &'a str,
    cell: String,
}

fn begin<'a>(out: &'a mut dyn Write, sheet: &'a Sheet, delimiter: u8) -> io::Result<Box<dyn Sink + 'a>> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).buffer_capacity(1 << 16).from_writer(out);
    writer.write_record(sheet.headings.iter().map(|heading| &heading.name)).map_err(as_io)?;
    Ok(Box::new(Rows { writer, null: sheet.null.as_deref().unwrap_or_default(), cell: String::new() }))
}

impl Sink for Rows<'_> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        use std::fmt::Write;
        for cell in cells {
            let text = match cell {
                Cell::Null => self.null,
                Cell::Text(text) | Cell::Json(text) => text,
                other => {
                    self.cell.clear();
                    let _ = write!(self.cell, "{other}");
                    &self.cell
                }
            };
            self.writer.write_field(text).map_err(as_io)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(as_io)
    }

    fn finish(mut self: Box<Self>) -> io::Result<Vec<String>> {
        self.writer.flush()?;
        Ok(Vec::new())
    }
}

fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
