//! The beginning of a file: its lines and their cells, and how it lies before its records.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::mapping::ReadOptions;
use crate::mapping::compiled::column;

/// Delimiters to try; the header decides.
pub(super) const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// How many lines may precede a header.
const LINES: usize = 200;

/// How a file lies before its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLayout {
    /// What stands between cells.
    pub delimiter: char,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The lines before the header.
    pub preamble: Vec<String>,
    /// Where, in bytes, the header begins; the first record, where the file has none.
    pub start: usize,
    /// The line on which that is.
    pub line: u64,
    /// Whether the line there is the header.
    pub has_header: bool,
    /// How many line breaks are within the names of the columns.
    pub breaks: u64,
    /// Number of columns by which it was recognised.
    pub score: usize,
}

/// The beginning of a file. Its lines are cut into cells once, however many mappings look at
/// it: to make a reader of CSV takes longer than to read a line.
#[derive(Debug)]
pub struct FileHead<'t> {
    text: &'t str,
    /// Each with its place in bytes.
    pub(super) lines: Vec<(usize, &'t str)>,
    cells: RefCell<HashMap<CutLine, Rc<[String]>>>,
    names: RefCell<HashMap<CutLine, Rc<HeaderNames>>>,
}

/// The names of columns, prepared for look-ups by many mappings.
#[derive(Debug)]
pub(super) struct HeaderNames {
    /// The names.
    pub(super) names: Rc<[String]>,
    /// The same in lower case.
    folded: HashSet<String>,
}

impl HeaderNames {
    pub(super) fn of(names: Rc<[String]>) -> HeaderNames {
        let folded = names.iter().map(|name| folded(name)).collect();
        HeaderNames { names, folded }
    }

    /// Whether there is such a column. For most lines of a file, which are no header, this is quick.
    pub(super) fn has(&self, wanted: &WantedColumn<'_>) -> bool {
        (wanted.is_by_place || self.folded.contains(&wanted.folded))
            && column(&self.names, wanted.name).is_some()
    }
}

/// A column that a mapping asks for.
#[derive(Debug)]
pub(super) struct WantedColumn<'m> {
    pub(super) name: &'m str,
    folded: String,
    /// It may name a column by its position, or the second of two columns with one name.
    is_by_place: bool,
}

impl<'m> WantedColumn<'m> {
    pub(super) fn of(name: &'m str) -> WantedColumn<'m> {
        let bare = name.trim();
        let is_by_place = bare.starts_with("column ") || bare.ends_with(')');
        WantedColumn { name, folded: folded(bare), is_by_place }
    }
}

/// A name in lower case, with one space between words.
fn folded(name: &str) -> String {
    name_in(name).to_lowercase()
}

/// How a line is cut: its number, the delimiter, and whether quotes count.
type CutLine = (usize, char, bool);

impl<'t> FileHead<'t> {
    /// The lines of a text, whatever ends them.
    #[must_use]
    pub fn of(text: &'t str) -> FileHead<'t> {
        FileHead { text, lines: lines(text), cells: RefCell::default(), names: RefCell::default() }
    }

    /// The cells of the record that begins with a line, as names of columns.
    pub(super) fn cells(&self, line: usize, delimiter: char, quotes: bool) -> Rc<[String]> {
        let mut known = self.cells.borrow_mut();
        let cut = known.entry((line, delimiter, quotes));
        let end = if quotes { self.end(line) } else { line };
        let text = &self.text[self.lines[line].0..self.lines[end].0 + self.lines[end].1.len()];
        cut.or_insert_with(|| cells(text, delimiter, quotes).into()).clone()
    }

    /// The line on which the record ends that begins with a line: another where a cell in quotes goes
    /// on over several.
    fn end(&self, line: usize) -> usize {
        const MOST: usize = 20;
        let quotes = |line: &usize| self.lines[*line].1.bytes().filter(|b| *b == b'"').count();
        let is_open = |line: &usize| quotes(line) % 2 == 1;
        let last = self.lines.len().min(line + MOST);
        let closes = || (line + 1..last).find(is_open);
        if is_open(&line) { closes().unwrap_or(line) } else { line }
    }

    /// The cells of the record that begins with a line and may go on over several.
    pub(super) fn record(&self, line: usize, delimiter: char, quotes: bool) -> Vec<String> {
        cells(&self.text[self.lines[line].0..], delimiter, quotes)
    }

    /// The names of the columns in a line, prepared for look-ups.
    pub(super) fn names(&self, line: usize, delimiter: char, quotes: bool) -> Rc<HeaderNames> {
        let mut known = self.names.borrow_mut();
        let names = || Rc::new(HeaderNames::of(self.cells(line, delimiter, quotes)));
        known.entry((line, delimiter, quotes)).or_insert_with(names).clone()
    }

    /// The names of the columns, in a line or in several that belong together.
    pub(super) fn header(&self, line: usize, delimiter: char, read: &ReadOptions) -> Rc<[String]> {
        let first = self.cells(line, delimiter, read.quotes);
        if read.header_rows < 2 {
            return first;
        }
        let mut end = self.end(line);
        let below = (1..read.header_rows).map_while(|_| {
            let next = Some(end + 1).filter(|line| *line < self.lines.len())?;
            end = self.end(next);
            Some(self.cells(next, delimiter, read.quotes))
        });
        joined_header(&first, below).into()
    }

    /// How many line breaks are within the names in a header that begins with a line.
    pub(super) fn header_breaks(&self, line: usize, read: &ReadOptions) -> u64 {
        let (mut line, mut breaks) = (line, 0);
        for _ in 0..read.header_rows.max(1) {
            if line >= self.lines.len() {
                break;
            }
            let end = if read.quotes { self.end(line) } else { line };
            breaks += end - line;
            line = end + 1;
        }
        breaks as u64
    }

    /// The records of the text, whose cells may hold line breaks; blank ones are left out.
    pub(super) fn records(&self, delimiter: char) -> Vec<HeadRecord> {
        let Ok(sign) = u8::try_from(delimiter) else { return Vec::new() };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(sign)
            .from_reader(self.text.as_bytes());
        let mut records = Vec::new();
        for record in reader.records().take(LINES).filter_map(Result::ok) {
            let start =
                record.position().map_or(0, |at| usize::try_from(at.byte()).unwrap_or(usize::MAX));
            // its place is that of the blank lines before it
            let found = self.lines.partition_point(|(begin, _)| *begin < start);
            let is_blank = |line: &usize| self.lines[*line].1.is_empty();
            let Some(line) = (found..self.lines.len()).find(|line| !is_blank(line)) else { break };
            let (start, _) = self.lines[line];
            let cells = record.iter().map(name_in).collect();
            records.push(HeadRecord { start, line, cells });
        }
        records
    }

    /// The lines before this one.
    pub(super) fn before(&self, line: usize) -> Vec<String> {
        self.lines[..line].iter().map(|(_, text)| (*text).to_owned()).collect()
    }
}

/// A record at the beginning of a file.
#[derive(Debug)]
pub struct HeadRecord {
    /// Where it begins, in bytes.
    pub start: usize,
    /// The number of the line there, from 0.
    pub line: usize,
    /// Its cells, white space around them left out.
    pub cells: Rc<[String]>,
}

/// The names of columns that stand in several rows.
pub(super) fn joined_header(
    first: &[String],
    below: impl Iterator<Item = Rc<[String]>>,
) -> Vec<String> {
    // a cell that spans several columns is named once
    let mut names: Vec<String> = Vec::new();
    for (n, name) in first.iter().enumerate() {
        let left = if name.is_empty() && n > 0 { names[n - 1].clone() } else { name.clone() };
        names.push(left);
    }
    for row in below {
        for (name, more) in names.iter_mut().zip(&*row) {
            // as is one that spans both rows
            if more != name {
                format!("{name} {more}").trim().clone_into(name);
            }
        }
    }
    names
}

/// The lines of a text, whatever ends them, each with its place in bytes; a last one that is cut
/// off is none.
fn lines(head: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < head.len() && lines.len() < LINES {
        let rest = &head[start..];
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        lines.push((start, &rest[..end]));
        let crlf = rest[end..].starts_with("\r\n");
        start += end + if crlf { 2 } else { 1 };
    }
    lines
}

/// The cells of a line or of the first record of a text, as names of columns.
fn cells(line: &str, delimiter: char, quotes: bool) -> Vec<String> {
    let Ok(delimiter) = u8::try_from(delimiter) else { return Vec::new() };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(quotes)
        .from_reader(line.as_bytes());
    let first = reader.records().next().and_then(Result::ok);
    first.map_or(Vec::new(), |record| record.iter().map(name_in).collect())
}

/// The name of a column: a line break in it is a space, since it only makes the column narrow.
fn name_in(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}
