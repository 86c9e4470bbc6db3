//! A sheet of a workbook (.xlsx, .ods) as a table of text: numbers with all their digits, days as
//! ISO days.

#[cfg(feature = "excel")]
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::BufReader;
#[cfg(feature = "excel")]
use std::io::{Read, Seek, SeekFrom};

#[cfg(feature = "excel")]
use calamine::{
    Data, DataRef, Reader, Sheet, SheetType, SheetVisible, Sheets, Xlsx, open_workbook_auto_from_rs,
};

#[cfg(feature = "excel")]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
#[cfg(feature = "excel")]
use crate::ingest::unpack_budget::{self, BoundedReader, CELLS_IN_MEMORY};
#[cfg(feature = "excel")]
use crate::mapping::{self, FileHead, GuessedLayout};
#[cfg(feature = "excel")]
use crate::value::real;
#[cfg(feature = "excel")]
use crate::value::suggest::did_you_mean;

/// A sheet of a workbook as CSV.
pub struct SheetTable {
    /// The table.
    pub file: File,
    /// What the sheet is called.
    pub name: String,
    /// The other sheets of the workbook.
    pub others: Vec<String>,
    /// How many sheets it is made of.
    pub read: usize,
}

/// The sheet of this name, or the first that holds a table, as CSV; none if the archive is no
/// workbook.
///
/// # Errors
/// The workbook is broken, or has no such sheet.
pub fn table(given: &File, shown: &str, wanted: Option<&str>) -> Result<Option<SheetTable>> {
    if !is_workbook(given, shown)? {
        return Ok(None);
    }
    read(given, shown, wanted).map(Some)
}

/// The sheet of this name, or the first that holds a table, of a workbook of an old kind (.xls), as
/// CSV.
///
/// # Errors
/// The workbook is broken, or has no such sheet.
pub fn old(given: &File, shown: &str, wanted: Option<&str>) -> Result<SheetTable> {
    read(given, shown, wanted)
}

/// Whoever asks for this sheet asks for all that have the same columns.
pub const ALL: &str = "all";

/// The sheet of this name, or the first that holds a table, of a workbook.
#[cfg(feature = "excel")]
fn read(given: &File, shown: &str, wanted: Option<&str>) -> Result<SheetTable> {
    let mut bytes = Vec::new();
    let mut file = given.try_clone().map_err(|e| Error::io(shown, &e))?;
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.read_to_end(&mut bytes))
        .map_err(|e| Error::io(shown, &e))?;
    refuse_bomb(&bytes, shown)?;
    let mut book: Sheets<_> =
        open_workbook_auto_from_rs(std::io::Cursor::new(bytes)).map_err(|e| broken(shown, e))?;
    // its cells are read into one block, however far apart they are
    if matches!(book, Sheets::Xlsb(_)) {
        return Err(Error::new(ErrorKind::Rejected, format!("{shown}: a binary workbook (.xlsb)"))
            .hint("save it as .xlsx or CSV"));
    }
    let names = book.sheet_names();
    let is_all = wanted == Some(ALL) && !names.iter().any(|name| name == ALL);
    let name = match wanted.filter(|_| !is_all) {
        Some(name) if names.iter().any(|known| known == name) => name.to_owned(),
        Some(name) => {
            let near = did_you_mean(name, names.iter().map(String::as_str));
            return Err(Error::usage(format!("{shown}: unknown sheet \"{name}\"{near}"))
                .hint(format!("sheets: {}", names.join(", "))));
        }
        None => usual_sheet(&mut book)
            .ok_or_else(|| Error::new(ErrorKind::Rejected, format!("{shown} has no sheets")))?,
    };
    let others = |read: &[String]| {
        names.iter().filter(|name| !read.contains(name)).cloned().collect::<Vec<_>>()
    };
    if is_all {
        let (mut file, mut read) = all_alike(&mut book, &name, shown)?;
        // the first may be a summary of the others
        for like in shown_sheets(&book).into_iter().filter(|like| *like != name) {
            if read.len() > 1 {
                break;
            }
            if let Ok(found) = all_alike(&mut book, &like, shown)
                && found.1.len() > 1
            {
                (file, read) = found;
            }
        }
        let others = others(&read);
        return Ok(SheetTable { file, others, name: read.join(", "), read: read.len() });
    }
    let mut spool = Spool::new(shown)?;
    write_sheet(&mut book, &name, shown, &mut |row| spool.write(row))?;
    let others = others(std::slice::from_ref(&name));
    Ok(SheetTable { file: spool.end()?, others, name, read: 1 })
}

/// A table on its way into a file of its own.
#[cfg(feature = "excel")]
struct Spool<'s> {
    shown: &'s str,
    out: csv::Writer<std::io::BufWriter<File>>,
}

#[cfg(feature = "excel")]
impl<'s> Spool<'s> {
    fn new(shown: &'s str) -> Result<Spool<'s>> {
        let file = tempfile::tempfile().map_err(|e| Error::io(shown, &e))?;
        let out =
            csv::WriterBuilder::new().flexible(true).from_writer(std::io::BufWriter::new(file));
        Ok(Spool { shown, out })
    }

    fn write(&mut self, row: &[String]) -> Result<()> {
        let failed = |e| Error::new(ErrorKind::Io, self.shown.to_owned()).with_source(e);
        self.out.write_record(row).map_err(failed)
    }

    fn end(self) -> Result<File> {
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
fn write_sheet(
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

/// What the column is called that says of which sheet a record is.
pub const SHEET: &str = "sheet";

/// The sheets that have the same columns as one of them, one below the other, with a column of their
/// names; and those names.
#[cfg(feature = "excel")]
fn all_alike(
    book: &mut Sheets<std::io::Cursor<Vec<u8>>>,
    like: &str,
    shown: &str,
) -> Result<(File, Vec<String>)> {
    let mut spool = Spool::new(shown)?;
    let mut above: Vec<Vec<String>> = Vec::new();
    write_sheet(book, like, shown, &mut |row| {
        if above.len() < HEADER_WITHIN {
            above.push(row.to_vec());
        }
        Ok(())
    })?;
    let mut head = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in &above {
        head.write_record(row)
            .map_err(|e| Error::new(ErrorKind::Io, shown.to_owned()).with_source(e))?;
    }
    let text = String::from_utf8(head.into_inner().unwrap_or_default()).unwrap_or_default();
    let guessed = mapping::guess_layout(&FileHead::of(&text)).filter(|g| g.layout.has_header);
    let Some(GuessedLayout { layout, header_rows }) = guessed else {
        return Err(Error::new(
            ErrorKind::Rejected,
            format!("{shown}: the sheet \"{like}\" has no header that others could have too"),
        )
        .hint("name one sheet with --sheet"));
    };
    let width = layout.header.len();
    // blank rows are no lines of the text
    let is_header = |row: &[String], header: &[String]| {
        let same = |(a, b): (&String, &String)| a.split_whitespace().eq(b.split_whitespace());
        row.len() <= header.len().max(width) && header.iter().zip(row).all(same) && !row.is_empty()
    };
    let stated = |row: &[String]| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    // the row that names the most columns
    let named = |row: &Vec<String>| {
        let cells = row.iter().map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "));
        let begins = |(cell, name): &(String, &String)| !cell.is_empty() && name.starts_with(cell);
        cells.zip(&layout.header).filter(begins).count()
    };
    let first = (0..above.len()).rev().max_by_key(|n| named(&above[*n])).unwrap_or_default();
    let header = above[first].clone();
    for row in &above[..first] {
        spool.write(row)?;
    }
    for (n, row) in above[first..(first + header_rows).min(above.len())].iter().enumerate() {
        let mut row = row.clone();
        row.resize(width, String::new());
        row.push(if n == 0 { SHEET.to_owned() } else { String::new() });
        spool.write(&row)?;
    }
    let mut read = Vec::new();
    let mut notes: Vec<Vec<String>> = Vec::new();
    for name in shown_sheets(book) {
        // the header, and then records
        let mut left: Option<usize> = None;
        // rows with one cell: headings, if records follow, or notes
        let mut alone: Vec<Vec<String>> = Vec::new();
        let done = write_sheet(book, &name, shown, &mut |row| match &mut left {
            None => {
                if is_header(row, &header) {
                    left = Some(header_rows - 1);
                }
                Ok(())
            }
            Some(0) => {
                let mut row = row.to_vec();
                let is_record = stated(&row) > 1;
                row.resize(width, String::new());
                row.push(if is_record { name.clone() } else { String::new() });
                if !is_record {
                    alone.push(row);
                    return Ok(());
                }
                alone.drain(..).try_for_each(|row| spool.write(&row))?;
                spool.write(&row)
            }
            Some(n) => {
                *n -= 1;
                Ok(())
            }
        });
        match done {
            Ok(()) if left.is_some() => {
                alone.retain(|row| stated(row) > 0 && !notes.contains(row));
                notes.append(&mut alone);
                read.push(name);
            }
            Err(failure) if left.is_some() || name == like => return Err(failure),
            // one with other columns, or an empty one
            Ok(()) | Err(_) => {}
        }
    }
    notes.iter().try_for_each(|row| spool.write(row))?;
    Ok((spool.end()?, read))
}

/// The header stands within so many rows.
#[cfg(feature = "excel")]
const HEADER_WITHIN: usize = 200;

/// The sheets that are shown.
#[cfg(feature = "excel")]
fn shown_sheets(book: &Sheets<std::io::Cursor<Vec<u8>>>) -> Vec<String> {
    let is_shown = |sheet: &&Sheet| {
        sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
    };
    book.sheets_metadata().iter().filter(is_shown).map(|sheet| sheet.name.clone()).collect()
}

#[cfg(feature = "excel")]
fn broken(shown: &str, e: calamine::Error) -> Error {
    Error::new(ErrorKind::Rejected, format!("{shown}: damaged workbook"))
        .with_source(e)
        .hint("open it in a spreadsheet and save it as .xlsx or CSV")
}

/// How many cells of a sheet decide whether it holds a table.
#[cfg(feature = "excel")]
const LOOKED_AT: usize = 2_000;

/// The first sheet that is shown and holds a table with figures; else the first that is shown, else
/// the first.
#[cfg(feature = "excel")]
fn usual_sheet(book: &mut Sheets<std::io::Cursor<Vec<u8>>>) -> Option<String> {
    let shown = shown_sheets(book);
    let with_table = shown.iter().find(|name| holds_table(book, name)).cloned();
    with_table.or_else(|| shown.first().cloned()).or_else(|| book.sheet_names().first().cloned())
}

/// Whether some rows of a sheet have several cells, and a figure or date in every third of them at
/// least: an explanation of the others has words alone.
#[cfg(feature = "excel")]
fn holds_table(book: &mut Sheets<std::io::Cursor<Vec<u8>>>, name: &str) -> bool {
    // of each row, how many cells it has, and how many figures
    let mut rows: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    let mut look = |row: u32, cell: &Data| {
        let is_figure = text(cell).starts_with(|c: char| c.is_ascii_digit());
        if *cell != Data::Empty {
            let (cells, figures) = rows.entry(row).or_default();
            *cells += 1;
            *figures += u32::from(is_figure);
        }
    };
    if let Sheets::Xlsx(book) = book {
        let Ok(mut cells) = book.worksheet_cells_reader(name) else { return false };
        for _ in 0..LOOKED_AT {
            let Ok(Some(cell)) = cells.next_cell() else { break };
            look(cell.get_position().0, &cell.get_value().clone().into());
        }
    } else {
        let Ok(range) = book.worksheet_range(name) else { return false };
        let cells =
            range.rows().zip(0..).flat_map(|(row, n)| row.iter().map(move |cell| (n, cell)));
        cells.take(LOOKED_AT).for_each(|(row, cell)| look(row, cell));
    }
    let whole = || rows.values().filter(|(cells, _)| *cells > 1);
    let with_figures = whole().filter(|(_, figures)| *figures > 0).count();
    with_figures > 0 && with_figures * 3 >= whole().count()
}

/// How many bytes of texts, or of an `OpenDocument` file, are held in memory.
#[cfg(feature = "excel")]
const TEXTS: u64 = 64 << 20;

/// Fails if the members of a workbook unpack to too much.
#[cfg(feature = "excel")]
fn refuse_bomb(bytes: &[u8], shown: &str) -> Result<()> {
    let refused = |why: String| Error::new(ErrorKind::Rejected, format!("{shown}: {why}"));
    // an old workbook is not packed
    let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) else { return Ok(()) };
    for n in 0..archive.len() {
        let Ok(member) = archive.by_index(n) else { continue };
        let packed = member.compressed_size();
        let name = member.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let is_held = name == "content.xml" || name.ends_with("sharedStrings.xml");
        let mut member = BoundedReader::of(member, packed);
        let mut content = String::new();
        let read = if name == "content.xml" {
            (&mut member).take(TEXTS + 1).read_to_string(&mut content).map(|n| n as u64)
        } else {
            std::io::copy(&mut member, &mut std::io::sink())
        };
        let read = read.map_err(|e| refused(e.to_string()))?;
        if is_held && read > TEXTS {
            return Err(refused("it holds more text than fits: save the sheet as CSV".into()));
        }
        let (rows, columns) = unpack_budget::of_open_document(&content);
        unpack_budget::sheet(rows, columns, CELLS_IN_MEMORY).map_err(refused)?;
    }
    Ok(())
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

/// This program reads no workbooks.
#[cfg(not(feature = "excel"))]
fn read(_: &File, shown: &str, _: Option<&str>) -> Result<SheetTable> {
    Err(Error::usage(format!(
        "{shown} is a workbook, but this build of facts cannot read workbooks (feature \"excel\")"
    ))
    .hint("save the sheet as CSV"))
}

/// A workbook is an archive with certain members.
fn is_workbook(given: &File, shown: &str) -> Result<bool> {
    let file = given.try_clone().map_err(|e| Error::io(shown, &e))?;
    let Ok(archive) = zip::ZipArchive::new(BufReader::new(file)) else { return Ok(false) };
    let mut names = archive.file_names().filter_map(std::result::Result::ok);
    Ok(names
        .any(|name| matches!(name.as_ref(), "xl/workbook.xml" | "content.xml" | "xl/workbook.bin")))
}

/// The first whole number that a spreadsheet cannot tell from the next one.
#[cfg(feature = "excel")]
const WHOLE: f64 = 9_007_199_254_740_992.0;

#[cfg(feature = "excel")]
fn text(cell: &Data) -> String {
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
