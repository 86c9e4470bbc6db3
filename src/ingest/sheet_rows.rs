//! The rows of a sheet of a workbook as texts: numbers with all their digits, days as ISO days, what is
//! merged with cells below it in each of them.

#[cfg(feature = "excel")]
use std::collections::HashMap;
#[cfg(feature = "excel")]
use std::fs::File;
#[cfg(feature = "excel")]
use std::io::{Seek, SeekFrom};

#[cfg(feature = "excel")]
use calamine::{Data, DataRef, Reader, Sheet, SheetType, SheetVisible, Sheets, Xlsx};

#[cfg(feature = "excel")]
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "excel")]
use crate::ingest::unpack_budget;
#[cfg(feature = "excel")]
use crate::value::real;

/// A table on its way into a file of its own.
#[cfg(feature = "excel")]
pub(super) struct Spool<'s> {
    shown: &'s str,
    out: csv::Writer<std::io::BufWriter<File>>,
}

#[cfg(feature = "excel")]
impl<'s> Spool<'s> {
    pub(super) fn new(shown: &'s str) -> Result<Spool<'s>> {
        let file = tempfile::tempfile().map_err(|e| Error::io(shown, &e))?;
        let out =
            csv::WriterBuilder::new().flexible(true).from_writer(std::io::BufWriter::new(file));
        Ok(Spool { shown, out })
    }

    pub(super) fn write(&mut self, row: &[String]) -> Result<()> {
        let failed = |e| Error::new(ErrorKind::Io, self.shown.to_owned()).with_source(e);
        self.out.write_record(row).map_err(failed)
    }

    pub(super) fn end(self) -> Result<File> {
        let shown = self.shown;
        let buffer = self.out.into_inner().map_err(|e| Error::io(shown, e.error()))?;
        let mut file = buffer.into_inner().map_err(|e| Error::io(shown, e.error()))?;
        file.seek(SeekFrom::Start(0)).map_err(|e| Error::io(shown, &e))?;
        Ok(file)
    }
}

/// Hands on the rows of a sheet. The rows above its first cell count, so that a message names the row of
/// the sheet.
#[cfg(feature = "excel")]
pub(super) fn write_sheet(
    book: &mut Sheets<std::io::Cursor<Vec<u8>>>,
    name: &str,
    shown: &str,
    write: &mut dyn FnMut(&[String]) -> Result<()>,
) -> Result<()> {
    if let Sheets::Xlsx(book) = book {
        let Some((first, last)) = corners(book, name, shown)? else {
            return Err(Error::new(
                ErrorKind::Rejected,
                format!("{shown}: the sheet \"{name}\" is empty"),
            ));
        };
        for _ in 0..first.0 {
            write(&[String::new()])?;
        }
        let merged = merged_below(book, name, shown)?;
        return cell_rows(book, name, shown, (first, last), &merged, write);
    }
    let range = book.worksheet_range(name).map_err(|e| broken(shown, e))?;
    for _ in 0..range.start().map_or(0, |(row, _)| row) {
        write(&[String::new()])?;
    }
    range.rows().try_for_each(|row| write(&row.iter().map(text).collect::<Vec<_>>()))
}

/// The sheets that are shown.
#[cfg(feature = "excel")]
pub(super) fn shown_sheets(book: &Sheets<std::io::Cursor<Vec<u8>>>) -> Vec<String> {
    let is_shown = |sheet: &&Sheet| {
        sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
    };
    book.sheets_metadata().iter().filter(is_shown).map(|sheet| sheet.name.clone()).collect()
}

#[cfg(feature = "excel")]
pub(super) fn broken(shown: &str, e: calamine::Error) -> Error {
    Error::new(ErrorKind::Rejected, format!("{shown}: damaged workbook"))
        .with_source(e)
        .hint("open it in a spreadsheet and save it as .xlsx or CSV")
}

/// A cell of a sheet: its row and its column.
#[cfg(feature = "excel")]
type CellPosition = (u32, u32);

/// The first and the last corner of the cells of a sheet.
#[cfg(feature = "excel")]
fn corners(
    book: &mut Xlsx<std::io::Cursor<Vec<u8>>>,
    name: &str,
    shown: &str,
) -> Result<Option<(CellPosition, CellPosition)>> {
    let mut found: Option<(CellPosition, CellPosition)> = None;
    for_each_cell(book, name, shown, |(row, column), _| {
        let ((top, left), (bottom, right)) = found.unwrap_or(((row, column), (row, column)));
        found = Some(((top.min(row), left.min(column)), (bottom.max(row), right.max(column))));
        Ok(())
    })?;
    if let Some(((top, left), (bottom, right))) = found {
        let (rows, columns) = (u64::from(bottom) + 1, u64::from(right) + 1);
        let used = (u64::from(bottom - top) + 1, u64::from(right - left) + 1);
        let is_sparse = unpack_budget::sheet(used.0, used.1, u64::MAX);
        is_sparse
            .and_then(|()| unpack_budget::sheet(rows, 1, u64::MAX))
            .map_err(|_| unpack_budget::sheet(rows, columns, 0).err().unwrap_or_default())
            .map_err(|why| Error::new(ErrorKind::Rejected, format!("{shown}: {why}")))?;
    }
    Ok(found)
}

/// Hands on the rows between two corners of a sheet, blank ones included.
#[cfg(feature = "excel")]
fn cell_rows(
    book: &mut Xlsx<std::io::Cursor<Vec<u8>>>,
    name: &str,
    shown: &str,
    ((top, left), (bottom, right)): (CellPosition, CellPosition),
    merged: &HashMap<CellPosition, u32>,
    mut write: impl FnMut(&[String]) -> Result<()>,
) -> Result<()> {
    let width = (right - left) as usize + 1;
    let mut row = vec![String::new(); width];
    let mut at = top;
    // of each column, what is merged with cells below it, and the last of their rows
    let mut held: HashMap<usize, (String, u32)> = HashMap::new();
    let mut write = |row: &mut Vec<String>, at: u32| {
        held.retain(|_, (_, last)| at <= *last);
        for (column, cell) in row.iter_mut().enumerate() {
            let below = u32::try_from(column).ok().and_then(|n| merged.get(&(at, left + n)));
            if let Some(last) = below
                && is_label(cell)
            {
                held.insert(column, (cell.clone(), *last));
            } else if cell.is_empty()
                && let Some((label, _)) = held.get(&column)
            {
                cell.clone_from(label);
            }
        }
        write(row)?;
        row.iter_mut().for_each(String::clear);
        Ok::<(), Error>(())
    };
    for_each_cell(book, name, shown, |(cell_row, column), cell| {
        if cell_row < at {
            return Err(Error::new(
                ErrorKind::Rejected,
                format!("{shown}: damaged workbook: its rows are out of order"),
            )
            .hint("open it in a spreadsheet and save it as .xlsx or CSV"));
        }
        while at < cell_row {
            write(&mut row, at)?;
            at += 1;
        }
        row[(column - left) as usize] = text(&cell);
        Ok(())
    })?;
    while at <= bottom {
        write(&mut row, at)?;
        at += 1;
    }
    Ok(())
}

/// The cells that are merged with cells below them, and the last of their rows.
#[cfg(feature = "excel")]
fn merged_below(
    book: &mut Xlsx<std::io::Cursor<Vec<u8>>>,
    name: &str,
    shown: &str,
) -> Result<HashMap<CellPosition, u32>> {
    let regions = book.merge_cells_by_sheet_name(name).map_err(|e| {
        Error::new(ErrorKind::Rejected, format!("{shown}: damaged workbook")).with_source(e)
    })?;
    let below = regions.into_iter().map(|region| (region.start, region.end.0));
    Ok(below.filter(|((row, _), last)| row < last).collect())
}

/// Whether what a merged cell holds is said of each of its rows: a word or a year is, a number may be
/// that of all of them together.
pub(super) fn is_label(cell: &str) -> bool {
    let is_year = cell.parse::<u16>().is_ok_and(|year| (1000..2200).contains(&year));
    is_year || !cell.is_empty() && cell.parse::<f64>().is_err()
}

/// Hands on the cells of a sheet that state something, one by one.
#[cfg(feature = "excel")]
fn for_each_cell(
    book: &mut Xlsx<std::io::Cursor<Vec<u8>>>,
    name: &str,
    shown: &str,
    mut take: impl FnMut(CellPosition, Data) -> Result<()>,
) -> Result<()> {
    let broken = |e: calamine::XlsxError| {
        Error::new(ErrorKind::Rejected, format!("{shown}: damaged workbook"))
            .with_source(e)
            .hint("open it in a spreadsheet and save it as .xlsx or CSV")
    };
    let mut cells = book.worksheet_cells_reader(name).map_err(broken)?;
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        if *cell.get_value() != DataRef::Empty {
            take(cell.get_position(), cell.get_value().clone().into())?;
        }
    }
    Ok(())
}

/// The first whole number that a spreadsheet cannot tell from the next one.
#[cfg(feature = "excel")]
const WHOLE: f64 = 9_007_199_254_740_992.0;

#[cfg(feature = "excel")]
pub(super) fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(n) => n.to_string(),
        // whole as far as a spreadsheet counts
        Data::Float(n) if n.fract() == 0.0 && n.abs() < WHOLE => format!("{n:.0}"),
        Data::Float(n) => real(*n),
        Data::Bool(true) => "TRUE".into(),
        Data::Bool(false) => "FALSE".into(),
        Data::DateTime(date) => match date.to_ymd_hms_milli() {
            (year, month, day, 0, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
            (year, month, day, hour, minute, second, _) => {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
            }
        },
        Data::Error(error) => error.to_string(),
    }
}
