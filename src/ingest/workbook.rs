//! A sheet of a workbook (.xlsx, .ods) as a table of text: numbers with all their digits, days as
//! ISO days.

use std::fs::File;
use std::io::BufReader;
#[cfg(feature = "excel")]
use std::io::{Read, Seek, SeekFrom, Write};

#[cfg(feature = "excel")]
use calamine::{Data, Reader, Sheets, open_workbook_auto_from_rs};

#[cfg(feature = "excel")]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
#[cfg(feature = "excel")]
use crate::value::real;
#[cfg(feature = "excel")]
use crate::value::suggest::did_you_mean;

/// A sheet of a workbook as CSV.
pub struct SheetTable {
    /// The table.
    pub file: File,
    /// The other sheets of the workbook.
    pub others: Vec<String>,
}

/// The sheet of this name, or the first, as CSV; none if the archive is no workbook.
///
/// # Errors
/// The workbook is broken, or has no such sheet.
pub fn table(given: &File, shown: &str, wanted: Option<&str>) -> Result<Option<SheetTable>> {
    if !is_workbook(given, shown)? {
        return Ok(None);
    }
    read(given, shown, wanted).map(Some)
}

/// The sheet of this name, or the first, of a workbook of an old kind (.xls), as CSV.
///
/// # Errors
/// The workbook is broken, or has no such sheet.
pub fn old(given: &File, shown: &str, wanted: Option<&str>) -> Result<SheetTable> {
    read(given, shown, wanted)
}

/// The sheet of this name, or the first, of a workbook.
#[cfg(feature = "excel")]
fn read(given: &File, shown: &str, wanted: Option<&str>) -> Result<SheetTable> {
    let broken = |e: calamine::Error| {
        Error::new(ErrorKind::Rejected, format!("{shown}: damaged workbook"))
            .with_source(e)
            .hint("open it in a spreadsheet and save it as .xlsx or CSV")
    };
    let mut bytes = Vec::new();
    let mut file = given.try_clone().map_err(|e| Error::io(shown, &e))?;
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.read_to_end(&mut bytes))
        .map_err(|e| Error::io(shown, &e))?;
    let mut book: Sheets<_> =
        open_workbook_auto_from_rs(std::io::Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let name = match wanted {
        Some(name) if names.iter().any(|known| known == name) => name.to_owned(),
        Some(name) => {
            let near = did_you_mean(name, names.iter().map(String::as_str));
            return Err(Error::usage(format!("{shown}: unknown sheet \"{name}\"{near}"))
                .hint(format!("sheets: {}", names.join(", "))));
        }
        None => names
            .first()
            .cloned()
            .ok_or_else(|| Error::new(ErrorKind::Rejected, format!("{shown} has no sheets")))?,
    };
    let range = book.worksheet_range(&name).map_err(broken)?;
    let failed = |e: &std::io::Error| Error::io(shown, e);
    let mut spool = tempfile::tempfile().map_err(|e| failed(&e))?;
    let mut out =
        csv::WriterBuilder::new().flexible(true).from_writer(std::io::BufWriter::new(&mut spool));
    // the rows above the first cell count, so that a message names the row of the sheet
    let above = range.start().map_or(0, |(row, _)| row);
    for _ in 0..above {
        out.write_record([""])
            .map_err(|e| Error::new(ErrorKind::Io, shown.to_owned()).with_source(e))?;
    }
    for row in range.rows() {
        out.write_record(row.iter().map(text))
            .map_err(|e| Error::new(ErrorKind::Io, shown.to_owned()).with_source(e))?;
    }
    out.into_inner().map_err(|e| failed(e.error()))?.flush().map_err(|e| failed(&e))?;
    let others = names.into_iter().filter(|other| *other != name).collect();
    Ok(SheetTable { file: spool, others })
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

#[cfg(feature = "excel")]
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(n) => n.to_string(),
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
