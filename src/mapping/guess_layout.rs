//! How a table lies that no mapping describes: its delimiter, its header of one or two rows, and what
//! is a note below it.

use std::collections::HashMap;
use std::rc::Rc;

use crate::mapping::Record;
use crate::mapping::compiled::labels;
use crate::mapping::file_head::{DELIMITERS, FileHead, FileLayout, HeadRecord, joined_header};

/// A table that nobody has described, as it seems to lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuessedLayout {
    /// How it lies before its records.
    pub layout: FileLayout,
    /// How many rows the header has.
    pub header_rows: usize,
}

/// A table that begins with its header, its cells between commas.
#[must_use]
pub fn first_row_as_header(head: &FileHead<'_>) -> Option<GuessedLayout> {
    let (start, _) = *head.lines.first()?;
    let layout = FileLayout {
        delimiter: ',',
        header: labels(&head.cells(0, ',', true)),
        preamble: Vec::new(),
        start,
        line: 1,
        has_header: true,
        breaks: 0,
        score: 0,
    };
    Some(GuessedLayout { layout, header_rows: 1 })
}

/// So many lines below a header are looked at.
const BELOW: usize = 60;

/// A table whose header nobody has described: the first line with as many cells as most lines have.
/// It is a record itself if it looks like those below it.
#[must_use]
pub fn guess_layout(head: &FileHead<'_>) -> Option<GuessedLayout> {
    let (delimiter, width, records) = DELIMITERS
        .into_iter()
        .filter_map(|delimiter| {
            let records = head.records(delimiter);
            let mut widths: HashMap<usize, usize> = HashMap::new();
            for record in &records {
                *widths.entry(record.cells.len()).or_default() += 1;
            }
            let most = widths.into_iter().filter(|(width, _)| *width > 1);
            let (width, lines) = most.max_by_key(|(width, lines)| (*lines, *width))?;
            Some(((lines, width), delimiter, records))
        })
        .max_by_key(|(rank, ..)| *rank)
        .map(|((_, width), delimiter, records)| (delimiter, width, records))?;
    // a title is padded to the width of the table by spreadsheets, or merged over all of it
    let stated = |record: &HeadRecord| {
        let cells = &record.cells;
        let is_title = cells.len() > 1 && cells.iter().all(|cell| *cell == cells[0]);
        if is_title { 1 } else { cells.iter().filter(|cell| !cell.is_empty()).count() }
    };
    let mut wide = records.iter().enumerate().filter(|(_, record)| record.cells.len() == width);
    let first = wide.clone().find(|(_, record)| stated(record) * 2 >= width);
    let (at, first) = first.or_else(|| wide.find(|(_, record)| stated(record) > 1))?;
    // a row above it may say of which group the columns are that are called alike
    let above = at.checked_sub(1).map(|above| (above, &records[above]));
    let (at, first) =
        above.filter(|(_, above)| names_groups(&above.cells, &first.cells)).unwrap_or((at, first));
    let rows = || records[at + 1..].iter().map(|record| Rc::clone(&record.cells));
    let below: Vec<Rc<[String]>> =
        rows().filter(|cells| cells.len() == width).take(BELOW).collect();
    let is_two = is_second_row(&first.cells, &below);
    let has_header = below.is_empty() || is_two || is_header(&first.cells, &below);
    let header_rows = if is_two { 2 } else { 1 };
    let names = match has_header {
        true if is_two => joined_header(&first.cells, rows().take(1)),
        true => first.cells.to_vec(),
        false => vec![String::new(); width],
    };
    Some(GuessedLayout {
        layout: FileLayout {
            delimiter,
            header: labels(&names),
            preamble: head.before(first.line),
            start: first.start,
            line: first.line as u64 + 1,
            has_header,
            breaks: 0,
            score: 0,
        },
        header_rows,
    })
}

/// Whether a row of a table with so many columns looks like a note below it: it has fewer cells, or
/// says something in the first of many alone.
#[must_use]
pub fn is_note(record: &Record, width: usize) -> bool {
    const NOTES: [&str; 16] = [
        "source:",
        "sources:",
        "note:",
        "notes:",
        "last updated",
        "last changed",
        "updated:",
        "data as of",
        "quelle:",
        "stand:",
        "fuente:",
        "nota:",
        "note :",
        "источник:",
        "джерело:",
        "©",
    ];
    let first = record.iter().map(str::trim).find(|cell| !cell.is_empty()).unwrap_or_default();
    let first = first.to_lowercase();
    // "- = not available"
    let is_legend = first.split_once('=').is_some_and(|(sign, _)| {
        let sign = sign.trim();
        !sign.is_empty() && !sign.contains(char::is_alphanumeric)
    });
    record.len() < width
        || is_legend
        || NOTES.iter().any(|word| first.starts_with(word))
        || width > 2
            && record.iter().skip(1).all(|cell| cell.trim().is_empty())
            && record.get(0).is_some_and(|cell| !cell.trim().is_empty())
}

/// Whether a cell is a number, or a date that begins with one.
fn is_figure(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    digits > 0 && digits * 2 >= cell.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Whether a cell says a year: 2013, Q1 2013, FY2012/13.
fn says_year(cell: &str) -> bool {
    let mut numbers = cell.split(|c: char| !c.is_ascii_digit());
    numbers.any(|number| {
        number.len() == 4 && number.parse::<u16>().is_ok_and(|n| (1800..2200).contains(&n))
    })
}

/// Whether most of the cells of a column are figures.
fn is_of_figures(below: &[Rc<[String]>], column: usize) -> bool {
    let stated: Vec<&String> =
        below.iter().map(|cells| &cells[column]).filter(|cell| !cell.is_empty()).collect();
    let figures = stated.iter().filter(|cell| is_figure(cell)).count();
    !stated.is_empty() && figures * 3 >= stated.len() * 2
}

/// Whether a row names the columns below it: it has words where they have figures, or words that they
/// have nowhere.
fn is_header(first: &[String], below: &[Rc<[String]>]) -> bool {
    let years = first.iter().filter(|cell| says_year(cell)).count();
    let (mut names, mut records) = (0, 0);
    for (column, cell) in first.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        let occurs = below.iter().any(|cells| cells[column] == *cell);
        match (is_of_figures(below, column), is_figure(cell)) {
            (true, false) => names += 1,
            // a column for each year
            (true, true) if says_year(cell) && (years > 2 || cell.contains("[YR")) => {}
            (true, true) if says_year(cell) && !below.iter().any(|row| says_year(&row[column])) => {
                names += 1;
            }
            (true, true) => records += 1,
            (false, _) if occurs => records += 1,
            (false, _) => {}
        }
    }
    names > 0 || records == 0
}

/// Whether a row names the groups of the columns below it: it has several words or years and blanks, and
/// some of those columns are called alike.
fn names_groups(above: &[String], header: &[String]) -> bool {
    let stated: Vec<&String> = above.iter().filter(|cell| !cell.is_empty()).collect();
    let are_alike = header.iter().enumerate().any(|(n, name)| header[..n].contains(name));
    above.len() == header.len()
        && stated.len() > 1
        && stated.len() < above.len()
        && stated.iter().all(|cell| !is_figure(cell) || says_year(cell))
        && are_alike
}

/// Whether the row below a header belongs to it: it has words where the rows below have figures, and
/// the first row leaves cells blank, as one that spans columns does.
fn is_second_row(first: &[String], below: &[Rc<[String]>]) -> bool {
    let Some((second, rest)) = below.split_first() else { return false };
    let spans = first.iter().enumerate().skip(1).any(|(n, cell)| {
        cell.is_empty() && second.get(n).is_some_and(|below| !below.is_empty())
            || first[..n].contains(cell) && !cell.is_empty()
    });
    let is_year = |cell: &String| cell.parse::<u16>().is_ok_and(|n| (1800..2200).contains(&n));
    let stated = || second.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
    // the years of several columns of figures, below what they measure
    let has_years = second.first().is_some_and(String::is_empty)
        && stated().count() > 1
        && stated().all(|(n, cell)| is_year(cell) && is_of_figures(rest, n));
    let names = stated().filter(|(n, cell)| !is_figure(cell) && is_of_figures(rest, *n));
    // dates of columns that hold words, below what those are called, and no name of a record
    let is_named = |row: &Rc<[String]>| row.first().is_some_and(|cell| !cell.is_empty());
    let has_dates = second.first().is_some_and(String::is_empty)
        && rest.iter().all(is_named)
        && stated().filter(|(_, cell)| is_figure(cell) || cell.contains(char::is_numeric)).count()
            > 1
        && stated().all(|(n, _)| !is_of_figures(rest, n) || n + 1 == second.len());
    // years and words of several figures, beside the names that span both rows
    let is_again = |n: usize, cell: &String| first.get(n) == Some(cell);
    let has_both = second.first().is_none_or(|cell| cell.is_empty() || is_again(0, cell))
        && stated().all(|(n, cell)| {
            let is_year_of_figures = is_year(cell) && is_of_figures(rest, n);
            is_again(n, cell) || is_year_of_figures || !cell.contains(char::is_numeric)
        })
        && stated().filter(|(n, cell)| !is_again(*n, cell) && is_of_figures(rest, *n)).count() > 1;
    !rest.is_empty() && has_dates
        || spans
            && !rest.is_empty()
            && (has_years
                || has_both
                || names.count() > 0
                    && !second.iter().any(|cell| is_figure(cell) || cell.starts_with('#')))
}
