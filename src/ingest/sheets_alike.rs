//! Sheets of a workbook that have the same columns, as one table: a sheet a year, or a region.

use std::fs::File;
use std::io::Cursor;

use calamine::Sheets;

use crate::error::{Error, ErrorKind, Result};
use crate::ingest::sheet_rows::{Spool, shown_sheets, write_sheet};
use crate::mapping::{self, FileHead, GuessedLayout, SHEET_COLUMN};

/// The sheets that have the same columns as one of them, one below the other, with a column of their
/// names; and those names.
pub fn all_alike(
    book: &mut Sheets<Cursor<Vec<u8>>>,
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
        row.push(if n == 0 { SHEET_COLUMN.to_owned() } else { String::new() });
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

/// The header is looked for in this many rows.
const HEADER_WITHIN: usize = 200;
