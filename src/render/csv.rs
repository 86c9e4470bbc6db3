//! CSV (RFC 4180, UTF-8, LF) and TSV: nothing for NULL, and never a byte of text changed.

use std::io::{self, Write};

use super::{Excel, Format, Sheet, Sink};
use crate::value::text::count;
use crate::value::{Cell, date};

/// Comma-separated.
pub static CSV: Format = Format {
    name: "csv",
    extensions: &["csv"],
    about: "comma-separated with a header; the default in a pipe",
    binary: false,
    open: |out, sheet| begin(out, sheet, b','),
};

/// Tab-separated.
pub static TSV: Format = Format {
    name: "tsv",
    extensions: &["tsv", "tab"],
    about: "tab-separated with a header",
    binary: false,
    open: |out, sheet| begin(out, sheet, b'\t'),
};

struct Rows<'a> {
    writer: csv::Writer<&'a mut dyn Write>,
    null: &'a str,
    cell: String,
    excel: Option<Excel>,
    guarded: u64,
}

fn begin<'a>(out: &'a mut dyn Write, sheet: &'a Sheet, delimiter: u8) -> io::Result<Box<dyn Sink + 'a>> {
    let mut builder = csv::WriterBuilder::new();
    builder.delimiter(delimiter).buffer_capacity(1 << 16);
    if let Some(excel) = sheet.excel {
        builder.terminator(csv::Terminator::CRLF);
        if excel == Excel::Eu && delimiter == b',' {
            builder.delimiter(b';');
        }
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut writer = builder.from_writer(out);
    writer.write_record(sheet.headings.iter().map(|heading| &heading.name)).map_err(as_io)?;
    let null = sheet.null.as_deref().unwrap_or_default();
    Ok(Box::new(Rows { writer, null, cell: String::new(), excel: sheet.excel, guarded: 0 }))
}

impl Sink for Rows<'_> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        use std::fmt::Write;
        for cell in cells {
            let text = match cell {
                Cell::Null => self.null,
                // a spreadsheet would take it for a formula
                Cell::Text(text) | Cell::Json(text) if self.excel.is_some() && is_formula(text) => {
                    self.guarded += 1;
                    self.cell.clear();
                    let _ = write!(self.cell, "'{text}");
                    &self.cell
                }
                Cell::Text(text) | Cell::Json(text) => text,
                // a year before the common era begins like a formula too
                Cell::Day(day) if self.excel.is_some() && date::iso(*day).starts_with('-') => {
                    self.guarded += 1;
                    self.cell = format!("'{}", date::iso(*day));
                    &self.cell
                }
                Cell::Real(_) | Cell::Partial(..) if self.excel == Some(Excel::Eu) => {
                    self.cell = cell.to_string().replace('.', ",");
                    &self.cell
                }
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
        let what = count(self.guarded, "text begins", "texts begin");
        Ok((self.guarded > 0).then(|| format!("{what} like a formula and got a ' in front")).into_iter().collect())
    }
}

/// Whether a spreadsheet would not take a text for text. One that begins with the sign that guards it is guarded too, so
/// that taking one sign away gives back what was.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠', '\''])
}

fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Heading;
    use proptest::prelude::*;

    fn written(excel: Option<Excel>, cells: &[Cell<'_>]) -> String {
        let headings = cells.iter().map(|_| Heading::text("a")).collect();
        let sheet = Sheet { headings, excel, ..Sheet::default() };
        let mut out = Vec::new();
        let mut sink = (CSV.open)(&mut out, &sheet).unwrap();
        sink.row(cells).unwrap();
        sink.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn spreadsheets_get_what_they_open_rightly() {
        let cells = [Cell::Text("=1+2".into()), Cell::Real(-33.5), Cell::Text("a;b".into()), Cell::Null];
        assert_eq!(written(None, &cells), "a,a,a,a\n=1+2,-33.5,a;b,\n");
        assert_eq!(written(Some(Excel::Us), &cells), "\u{feff}a,a,a,a\r\n'=1+2,-33.5,a;b,\r\n");
        assert_eq!(written(Some(Excel::Eu), &cells), "\u{feff}a;a;a;a\r\n'=1+2;-33,5;\"a;b\";\r\n");
    }

    proptest! {
        /// Taking one sign away from what begins with it gives back every text.
        #[test]
        fn a_guard_can_be_taken_away(text in "['=+@a -]{1,6}") {
            let shown = written(Some(Excel::Us), &[Cell::Text(text.clone().into())]);
            let cell = shown.trim_start_matches('\u{feff}').lines().nth(1).unwrap().to_owned();
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(cell.strip_prefix('\'').unwrap_or(&cell), text);
        }
    }
}
