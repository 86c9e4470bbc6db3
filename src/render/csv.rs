//! CSV (RFC 4180, UTF-8, LF) and TSV: nothing for NULL, and never a byte of text changed.

use std::io::{self, Write};

use crate::render::{Excel, Format, Line, Sheet, Sink};
use crate::value::text::count;
use crate::value::{Value, date};

/// Comma-separated.
pub static CSV: Format = Format {
    name: "csv",
    extensions: &["csv"],
    about: "comma-separated, with a header; the default in a pipe",
    binary: false,
    open: |out, sheet| begin(out, sheet, b','),
};

/// Tab-separated.
pub static TSV: Format = Format {
    name: "tsv",
    extensions: &["tsv", "tab"],
    about: "tab-separated, with a header",
    binary: false,
    open: |out, sheet| begin(out, sheet, b'\t'),
};

struct CsvRows<'a> {
    out: &'a mut dyn Write,
    style: CsvStyle,
    /// The row at hand.
    row: Vec<u8>,
    guarded: u64,
}

/// How rows are written.
#[derive(Clone)]
struct CsvStyle {
    delimiter: u8,
    null: String,
    excel: Option<Excel>,
}

fn begin<'a>(
    out: &'a mut dyn Write,
    sheet: &'a Sheet,
    delimiter: u8,
) -> io::Result<Box<dyn Sink + 'a>> {
    let excel = sheet.excel;
    if excel.is_some() {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let delimiter = if excel == Some(Excel::Eu) && delimiter == b',' { b';' } else { delimiter };
    let style = CsvStyle { delimiter, null: sheet.null.clone().unwrap_or_default(), excel };
    let mut row = Vec::new();
    for heading in &sheet.headings {
        field(&mut row, &heading.name, delimiter);
    }
    style.end(&mut row, 0);
    out.write_all(&row)?;
    Ok(Box::new(CsvRows { out, style, row, guarded: 0 }))
}

/// Adds a field to a row, in quotes where it needs them, as RFC 4180 and the crate `csv` have it.
/// That crate looks for one quote after another, which takes half of an export of objects: those
/// are full of them.
fn field(row: &mut Vec<u8>, text: &str, delimiter: u8) {
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\r' | b'\n') || byte == delimiter) {
        row.push(b'"');
        let mut at = row.len();
        row.resize(at + 2 * text.len(), b'"');
        for byte in text.bytes() {
            row[at] = byte;
            at += 1 + usize::from(byte == b'"');
        }
        row.truncate(at);
        row.push(b'"');
    } else {
        row.extend_from_slice(text.as_bytes());
    }
    row.push(delimiter);
}

impl CsvStyle {
    /// Adds a row to others, and says how many texts got a guard.
    fn add(&self, row: &mut Vec<u8>, cells: &[Value<'_>]) -> u64 {
        let (begin, mut guarded) = (row.len(), 0);
        let text = |row: &mut Vec<u8>, text: &str| field(row, text, self.delimiter);
        for cell in cells {
            match cell {
                Value::Null => text(row, &self.null),
                // a spreadsheet would take it for a formula
                Value::Text(own) | Value::Json(own) if self.excel.is_some() && is_formula(own) => {
                    guarded += 1;
                    text(row, &format!("'{own}"));
                }
                Value::Text(own) | Value::Json(own) => text(row, own),
                // a year before the common era begins like a formula too
                Value::Day(day) if self.excel.is_some() && date::iso(*day).starts_with('-') => {
                    guarded += 1;
                    text(row, &format!("'{}", date::iso(*day)));
                }
                Value::Real(_) | Value::Partial(..) if self.excel == Some(Excel::Eu) => {
                    text(row, &cell.to_string().replace('.', ","));
                }
                // numbers and days need no quotes
                other => {
                    let _ = write!(row, "{other}");
                    row.push(self.delimiter);
                }
            }
        }
        self.end(row, begin);
        guarded
    }

    /// Ends the row that begins there.
    fn end(&self, row: &mut Vec<u8>, begin: usize) {
        // behind the last field stands no delimiter; one field that is empty would be no row
        row.pop();
        if row.len() == begin {
            row.extend_from_slice(b"\"\"");
        }
        row.extend_from_slice(if self.excel.is_some() { b"\r\n" } else { b"\n" });
    }
}

impl Sink for CsvRows<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        self.row.clear();
        self.guarded += self.style.add(&mut self.row, cells);
        self.out.write_all(&self.row)
    }

    fn line(&self) -> Option<Box<Line>> {
        let style = self.style.clone();
        // guards are counted here
        style.excel.is_none().then(|| -> Box<Line> {
            Box::new(move |row, cells| {
                style.add(row, cells);
            })
        })
    }

    fn lines(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        let what = count(self.guarded, "cell starts", "cells start");
        Ok((self.guarded > 0)
            .then(|| format!("{what} like a formula; a leading ' was added"))
            .into_iter()
            .collect())
    }
}

/// Whether a spreadsheet would not take a text for text. One that begins with the sign that guards
/// it is guarded too, so that taking one sign away gives back what was.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Heading;
    use proptest::prelude::*;

    fn written(excel: Option<Excel>, cells: &[Value<'_>]) -> String {
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
        let cells = [
            Value::Text("=1+2".into()),
            Value::Real(-33.5),
            Value::Text("a;b".into()),
            Value::Null,
        ];
        assert_eq!(written(None, &cells), "a,a,a,a\n=1+2,-33.5,a;b,\n");
        assert_eq!(written(Some(Excel::Us), &cells), "\u{feff}a,a,a,a\r\n'=1+2,-33.5,a;b,\r\n");
        assert_eq!(written(Some(Excel::Eu), &cells), "\u{feff}a;a;a;a\r\n'=1+2;-33,5;\"a;b\";\r\n");
    }

    proptest! {
        /// Whatever the cells: to the byte what the crate `csv` writes.
        #[test]
        fn rows_are_what_the_crate_writes(cells in prop::collection::vec("[a,;\"\t\r\n é]{0,5}", 1..4), excel in any::<bool>()) {
            let sheet = Sheet { headings: vec![Heading::text("a,b"); cells.len()], ..Sheet::default() };
            let (mut ours, mut theirs) = (Vec::new(), csv::WriterBuilder::new());
            let sheet = if excel { theirs.terminator(csv::Terminator::CRLF); Sheet { excel: Some(Excel::Us), ..sheet } } else { sheet };
            let mut sink = (CSV.open)(&mut ours, &sheet).unwrap();
            sink.row(&cells.iter().map(|text| Value::Json(text.as_str().into())).collect::<Vec<_>>()).unwrap();
            sink.finish().unwrap();
            let mut theirs = theirs.from_writer(Vec::new());
            theirs.write_record(vec!["a,b"; cells.len()]).unwrap();
            let guard = |text: &String| format!("{}{text}", if excel && is_formula(text) { "'" } else { "" });
            theirs.write_record(cells.iter().map(guard)).unwrap();
            let ours = String::from_utf8(ours).unwrap();
            prop_assert_eq!(ours.trim_start_matches('\u{feff}').as_bytes(), theirs.into_inner().unwrap());
        }

        /// Taking one sign away from what begins with it gives back every text.
        #[test]
        fn a_guard_can_be_taken_away(text in "['=+@a -]{1,6}") {
            let shown = written(Some(Excel::Us), &[Value::Text(text.clone().into())]);
            let cell = shown.trim_start_matches('\u{feff}').lines().nth(1).unwrap().to_owned();
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(cell.strip_prefix('\'').unwrap_or(&cell), text);
        }
    }
}
