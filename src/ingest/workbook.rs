//! A sheet of a workbook (.xlsx, .ods) as a table of text: numbers with all their digits, days as
//! ISO days.

#[cfg(feature = "excel")]
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
#[cfg(feature = "excel")]
use std::io::{Read, Seek, SeekFrom};

#[cfg(feature = "excel")]
use calamine::{Data, Reader, Sheets, open_workbook_auto_from_rs};

#[cfg(feature = "excel")]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
#[cfg(feature = "excel")]
use crate::ingest::sheet_rows::{Spool, broken, shown_sheets, text, write_sheet};
#[cfg(feature = "excel")]
use crate::ingest::sheets_alike::all_alike;
#[cfg(feature = "excel")]
use crate::ingest::unpack_budget::{self, BoundedReader, CELLS_IN_MEMORY};
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

/// How many cells of a sheet decide whether it holds a table.
#[cfg(feature = "excel")]
const LOOKED_AT: usize = 2_000;

/// A table of fewer rows may be a summary of a longer one on another sheet.
#[cfg(feature = "excel")]
const SHORT: usize = 20;

/// The first sheet that is shown and holds a table with figures, unless that is much shorter than another;
/// else the first that is shown, else the first.
#[cfg(feature = "excel")]
fn usual_sheet(book: &mut Sheets<std::io::Cursor<Vec<u8>>>) -> Option<String> {
    let shown = shown_sheets(book);
    let tables: Vec<(&String, usize)> =
        shown.iter().filter_map(|name| Some((name, rows_of_table(book, name)?))).collect();
    let longest = tables.iter().copied().rev().max_by_key(|(_, rows)| *rows);
    let with_table = match (tables.first(), longest) {
        (Some((_, rows)), Some((longest, most))) if *rows < SHORT && most >= rows * 4 => {
            Some(longest)
        }
        (first, _) => first.map(|(name, _)| *name),
    };
    with_table
        .cloned()
        .or_else(|| shown.first().cloned())
        .or_else(|| book.sheet_names().first().cloned())
}

/// How many of the first rows of a sheet have several cells, if a figure or date is in every third of them
/// at least: an explanation of the others has words alone.
#[cfg(feature = "excel")]
fn rows_of_table(book: &mut Sheets<std::io::Cursor<Vec<u8>>>, name: &str) -> Option<usize> {
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
        let mut cells = book.worksheet_cells_reader(name).ok()?;
        for _ in 0..LOOKED_AT {
            let Ok(Some(cell)) = cells.next_cell() else { break };
            look(cell.get_position().0, &cell.get_value().clone().into());
        }
    } else {
        let range = book.worksheet_range(name).ok()?;
        let cells =
            range.rows().zip(0..).flat_map(|(row, n)| row.iter().map(move |cell| (n, cell)));
        cells.take(LOOKED_AT).for_each(|(row, cell)| look(row, cell));
    }
    let whole = || rows.values().filter(|(cells, _)| *cells > 1);
    let with_figures = whole().filter(|(_, figures)| *figures > 0).count();
    (with_figures > 0 && with_figures * 3 >= whole().count()).then(|| whole().count())
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
