//! Excel: typed cells, a bold header that stays, a filter, and sheets of the sources cited and of
//! the query.

use std::io::{self, Write};

use rust_xlsxwriter::{
    DataValidation, ExcelDateTime, Format as Style, Workbook, Worksheet, XlsxError,
};

use crate::render::cell_text::in_workbook;
use crate::render::cited::Cited;
use crate::render::{Format, Sheet, Sink};
use crate::value::{Number, Value};

/// An Excel workbook.
pub static FORMAT: Format = Format {
    name: "xlsx",
    extensions: &["xlsx"],
    about: "an Excel workbook with the sources cited and the query",
    binary: true,
    open: |out, sheet| {
        let mut book = Workbook::new();
        let facts = book.add_worksheet_with_constant_memory().map_err(as_io)?;
        header(
            facts,
            &sheet.headings.iter().map(|heading| heading.name.as_str()).collect::<Vec<_>>(),
        )
        .map_err(as_io)?;
        let widths = sheet.headings.iter().map(|heading| heading.name.chars().count()).collect();
        Ok(Box::new(XlsxRows {
            out,
            sheet,
            book,
            widths,
            row: 1,
            cut: 0,
            left_out: 0,
            cited: Cited::new(sheet),
            day: day(),
        }))
    },
};

/// The rows that a sheet of Excel has, the header among them.
const ROWS: u32 = 1_048_576;

/// The widest that a column is made.
const WIDEST: usize = 60;

/// So many rows below the last have the lists of words too.
const NEW_ROWS: u32 = 1_000;

struct XlsxRows<'a> {
    out: &'a mut dyn Write,
    sheet: &'a Sheet,
    book: Workbook,
    widths: Vec<usize>,
    row: u32,
    /// Texts that were too long for a cell.
    cut: u64,
    left_out: u64,
    cited: Cited,
    day: Style,
}

impl Sink for XlsxRows<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        if self.row >= ROWS {
            self.left_out += 1;
            return Ok(());
        }
        self.cited.row(cells);
        let (row, null) = (self.row, self.sheet.null.as_deref());
        let facts = self.book.worksheet_from_index(0).map_err(as_io)?;
        for (n, cell) in cells.iter().enumerate() {
            let column = u16::try_from(n).unwrap_or(u16::MAX);
            let width = cell_of(
                facts,
                row,
                column,
                cell,
                self.sheet.headings[n].date,
                null,
                &self.day,
                &mut self.cut,
            )?;
            self.widths[n] = self.widths[n].max(width);
        }
        self.row += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<Vec<String>> {
        let last = self.row - 1;
        let columns = u16::try_from(self.widths.len()).unwrap_or(u16::MAX);
        let facts = self.book.worksheet_from_index(0).map_err(as_io)?;
        facts.set_name("facts").map_err(as_io)?;
        for (n, width) in self.widths.iter().enumerate() {
            widen(facts, u16::try_from(n).unwrap_or(u16::MAX), *width)?;
        }
        for (column, heading) in (0..).zip(&self.sheet.headings) {
            if heading.hidden {
                facts.set_column_hidden(column).map_err(as_io)?;
            }
            if !heading.choices.is_empty() {
                let list =
                    DataValidation::new().allow_list_strings(heading.choices).map_err(as_io)?;
                // rows may be added below
                facts
                    .add_data_validation(1, column, (last + NEW_ROWS).min(ROWS - 1), column, &list)
                    .map_err(as_io)?;
            }
        }
        if columns > 0 {
            facts.autofilter(0, 0, last, columns - 1).map_err(as_io)?;
        }
        let works = self.cited.works(self.sheet);
        if !works.is_empty() {
            let sources = self.book.add_worksheet();
            sources.set_name("sources").map_err(as_io)?;
            let names: Vec<&str> = works[0].lines.iter().map(|(name, _)| name.as_str()).collect();
            header(sources, &names).map_err(as_io)?;
            for (row, work) in (1..).zip(&works) {
                for (column, (_, text)) in (0..).zip(&work.lines) {
                    text_of(sources, row, column, text, &mut self.cut)?;
                }
            }
            (0..u16::try_from(names.len()).unwrap_or(0))
                .try_for_each(|column| widen(sources, column, 24))?;
        }
        let query = self.book.add_worksheet();
        query.set_name("query").map_err(as_io)?;
        header(query, &["about", "value"]).map_err(as_io)?;
        let about = &self.sheet.about;
        let notes = about.notes.iter().map(|note| ("note", note));
        let lines = about.query.iter().map(|(name, value)| (name.as_str(), value)).chain(notes);
        for (row, (name, value)) in (1..).zip(lines) {
            text_of(query, row, 0, name, &mut self.cut)?;
            text_of(query, row, 1, value, &mut self.cut)?;
        }
        widen(query, 0, 14)?;
        widen(query, 1, WIDEST)?;
        let mut notes = Vec::new();
        if self.cut > 0 {
            notes.push(format!(
                "cells cut because they hold more text than Excel allows: {}",
                self.cut
            ));
        }
        if self.left_out > 0 {
            notes.push(format!(
                "rows left out because an Excel sheet cannot hold more: {}; use -f csv",
                self.left_out
            ));
        }
        let bytes = self.book.save_to_buffer().map_err(as_io)?;
        self.out.write_all(&bytes)?;
        Ok(notes)
    }
}

fn day() -> Style {
    Style::new().set_num_format("yyyy-mm-dd")
}

fn header(sheet: &mut Worksheet, names: &[&str]) -> Result<(), XlsxError> {
    let bold = Style::new().set_bold();
    for (column, name) in (0..).zip(names) {
        sheet.write_string_with_format(0, column, *name, &bold)?;
    }
    sheet.set_freeze_panes(1, 0).map(|_| ())
}

/// A spreadsheet keeps 15 digits of a number: longer ones are text.
const LONG: u64 = 1_000_000_000_000_000;

/// Writes a cell; how wide it is.
#[expect(
    clippy::too_many_arguments,
    reason = "a cell with everything that decides how it is written"
)]
fn cell_of(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Value<'_>,
    dated: bool,
    null: Option<&str>,
    style: &Style,
    cut: &mut u64,
) -> io::Result<usize> {
    let text = match cell {
        Value::Null => match null {
            None => return Ok(0),
            Some(null) => null.to_owned(),
        },
        #[expect(clippy::cast_precision_loss, reason = "guarded by the pattern's condition")]
        Value::Int(n) if n.unsigned_abs() < LONG => {
            sheet.write_number(row, column, *n as f64).map_err(as_io)?;
            return Ok(n.to_string().len());
        }
        Value::Partial(Number::Int(n), ..) if n.unsigned_abs() >= LONG => n.to_string(),
        Value::Real(_) | Value::Partial(..) => {
            sheet.write_number(row, column, cell.number().unwrap_or_default()).map_err(as_io)?;
            return Ok(12);
        }
        other => other.to_string(),
    };
    if (dated || matches!(cell, Value::Day(_)))
        && let Some(date) = excel_day(&text)
    {
        sheet.write_datetime_with_format(row, column, &date, style).map_err(as_io)?;
        return Ok(10);
    }
    text_of(sheet, row, column, &text, cut)?;
    Ok(text.lines().map(|line| line.chars().count()).max().unwrap_or(0))
}

/// A whole day that Excel counts rightly: its 1900 has a 29 February.
fn excel_day(text: &str) -> Option<ExcelDateTime> {
    let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    if text.len() != 10 || text < "1900-03-01" {
        return None;
    }
    ExcelDateTime::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn text_of(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    cut: &mut u64,
) -> io::Result<()> {
    let kept = in_workbook(text);
    *cut += u64::from(kept.len() < text.len());
    let text = kept;
    sheet.write_string(row, column, text).map_err(as_io).map(|_| ())
}

fn widen(sheet: &mut Worksheet, column: u16, width: usize) -> io::Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "at most a hundred characters")]
    let width = (width.clamp(6, WIDEST) + 2) as f64;
    sheet.set_column_width(column, width).map_err(as_io).map(|_| ())
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
fn as_io(error: XlsxError) -> io::Error {
    io::Error::other(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{CitedWork, Heading, SheetNotes};
    use calamine::{Data, Reader, Xlsx};

    #[test]
    fn a_workbook_reads_back_with_its_types() {
        let date = Heading { date: true, ..Heading::text("date") };
        let headings =
            vec![Heading::text("ref"), date, Heading::number("best"), Heading::text("summary")];
        let work =
            |slug: &str| CitedWork { slug: slug.into(), lines: vec![("slug".into(), slug.into())] };
        let about = SheetNotes {
            query: vec![("command".into(), "facts query".into())],
            works: vec![work("a"), work("b")],
            notes: Vec::new(),
        };
        let sheet = Sheet { headings, about, ..Sheet::default() };
        let mut bytes = Vec::new();
        let mut sink = (FORMAT.open)(&mut bytes, &sheet).unwrap();
        let text = |text: &'static str| Value::Text(text.into());
        let rows = [
            [text("a:1"), text("2014-03-12"), Value::Int(0), text("=1+1")],
            [text("a:2"), text("2013-11"), Value::Null, text("00123")],
            [text("a:3"), text("-0538-01-01"), Value::Real(0.1), text("a bell \u{7} and \u{1b}")],
            [text("a:4"), Value::Null, Value::Int(4_180_888_594_091_023), Value::Null],
        ];
        for row in &rows {
            sink.row(row).unwrap();
        }
        sink.finish().unwrap();
        let mut book: Xlsx<_> = Xlsx::new(io::Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["facts", "sources", "query"]);
        let range = book.worksheet_range("facts").unwrap();
        let cell =
            |row: u32, column: u32| range.get_value((row, column)).cloned().unwrap_or(Data::Empty);
        assert!(matches!(&cell(1, 1), Data::DateTime(date) if date.to_ymd_hms_milli().0 == 2014));
        assert_eq!(cell(1, 2), Data::Float(0.0), "zero is zero");
        assert_eq!(cell(1, 3), Data::String("=1+1".into()), "text is no formula");
        assert_eq!(cell(2, 1), Data::String("2013-11".into()), "a month is no day");
        assert_eq!(cell(2, 2), Data::Empty, "what is not stated is empty");
        assert_eq!(cell(2, 3), Data::String("00123".into()));
        assert_eq!(
            cell(3, 1),
            Data::String("-0538-01-01".into()),
            "Excel has no years before 1900"
        );
        assert_eq!(cell(3, 2), Data::Float(0.1));
        assert_eq!(cell(4, 2), Data::String("4180888594091023".into()), "no digit is lost");
        assert!(cell(3, 3).to_string().starts_with("a bell "));
        let sources = book.worksheet_range("sources").unwrap();
        assert_eq!(sources.height(), 2, "a header, and the one work that is cited");
    }
}
