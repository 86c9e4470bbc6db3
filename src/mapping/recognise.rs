//! How a file lies before its records: which line is the header, what separates cells, what stands
//! before it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::mapping::{Mapping, ReadOptions, Record};
use crate::value::date_formats::DateStyle;
use crate::value::partial_date::PartialDate;

use crate::mapping::compiled::{REJECT_COLUMNS, column, labels};
use crate::value::text::looks_like;

/// Delimiters to try; the header decides.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

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
    /// Number of columns by which it was recognised.
    pub score: usize,
}

/// A file that does not suit a description: the share of the columns that it has, and those that it
/// lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// Share of the required columns that the file has, in thousandths.
    pub share: usize,
    /// What it lacks, or has and must not have.
    pub why: Vec<String>,
    /// The columns that it has, in the line that comes nearest to a header.
    pub header: Vec<String>,
}

/// The beginning of a file. Its lines are cut into cells once, however many descriptions look at
/// it: to make a reader of CSV takes longer than to read a line.
#[derive(Debug)]
pub struct FileHead<'t> {
    /// Each with its place in bytes.
    lines: Vec<(usize, &'t str)>,
    cells: RefCell<HashMap<CutLine, Rc<[String]>>>,
}

/// How a line is cut: its number, the delimiter, and whether quotes count.
type CutLine = (usize, char, bool);

impl<'t> FileHead<'t> {
    /// The lines of a text, whatever ends them.
    #[must_use]
    pub fn of(text: &'t str) -> FileHead<'t> {
        FileHead { lines: lines(text), cells: RefCell::default() }
    }

    /// The cells of a line, white space around them left out.
    fn cells(&self, line: usize, delimiter: char, quotes: bool) -> Rc<[String]> {
        let mut known = self.cells.borrow_mut();
        let cut = known.entry((line, delimiter, quotes));
        cut.or_insert_with(|| cells(self.lines[line].1, delimiter, quotes).into()).clone()
    }

    /// The names of the columns, in a line or in several that belong together.
    fn header(&self, line: usize, delimiter: char, read: &ReadOptions) -> Rc<[String]> {
        let first = self.cells(line, delimiter, read.quotes);
        if read.header_rows < 2 {
            return first;
        }
        // a cell that spans several columns is named once
        let mut names: Vec<String> = Vec::new();
        for (n, name) in first.iter().enumerate() {
            let left = if name.is_empty() && n > 0 { names[n - 1].clone() } else { name.clone() };
            names.push(left);
        }
        for below in (line + 1..line + read.header_rows).filter(|line| *line < self.lines.len()) {
            for (name, more) in names.iter_mut().zip(&*self.cells(below, delimiter, read.quotes)) {
                format!("{name} {more}").trim().clone_into(name);
            }
        }
        names.into()
    }

    /// The lines before this one.
    fn before(&self, line: usize) -> Vec<String> {
        self.lines[..line].iter().map(|(_, text)| (*text).to_owned()).collect()
    }
}

/// How a file lies whose beginning is this, if it suits the description.
///
/// # Errors
/// How near it comes.
pub fn match_mapping(
    mapping: &Mapping,
    head: &FileHead<'_>,
    file_name: &str,
) -> Result<FileLayout, Mismatch> {
    let names = &mapping.recognise.file_name;
    if !names.is_empty()
        && !names
            .iter()
            .any(|pattern| looks_like(&file_name.to_lowercase(), &pattern.to_lowercase()))
    {
        return Err(Mismatch {
            share: 0,
            why: vec![format!("a file name such as {}", names.join(" or "))],
            header: Vec::new(),
        });
    }
    let read = &mapping.read;
    let delimiters = read.delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    if let Some(header) = &read.header {
        return without_header(header, read, &delimiters, head);
    }
    let needs = mapping.needs();
    let mut nearest = Mismatch {
        share: 0,
        why: needs.iter().map(|need| need.join("|")).collect(),
        header: Vec::new(),
    };
    for (n, (start, _)) in head.lines.iter().enumerate() {
        for delimiter in &delimiters {
            let header = named(&head.header(n, *delimiter, read), read);
            if header.len() < 2 && needs.len() > 1 {
                continue;
            }
            let lacks: Vec<String> = needs
                .iter()
                .filter(|need| !need.iter().any(|name| column(&header, name).is_some()))
                .map(|need| need.join("|"))
                .collect();
            let unwanted =
                mapping.recognise.without.iter().filter(|name| column(&header, name).is_some());
            let why: Vec<String> = lacks
                .iter()
                .cloned()
                .chain(unwanted.map(|name| format!("no column {name}")))
                .collect();
            if why.is_empty() {
                return Ok(FileLayout {
                    delimiter: *delimiter,
                    header: header.to_vec(),
                    preamble: head.before(n),
                    start: *start,
                    line: n as u64 + 1,
                    has_header: true,
                    score: needs.len(),
                });
            }
            let share = 1000 * (needs.len() - lacks.len()) / needs.len().max(1);
            if share > nearest.share {
                nearest = Mismatch { share, why, header: header.to_vec() };
            }
        }
    }
    Err(nearest)
}

/// A table that nobody has described, as it seems to lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuessedLayout {
    /// How it lies before its records.
    pub layout: FileLayout,
    /// How many rows the header has.
    pub header_rows: usize,
}

/// So many lines below a header are looked at.
const BELOW: usize = 60;

/// A table whose header nobody has described: the first line with as many cells as most lines have.
/// It is a record itself if it looks like those below it.
#[must_use]
pub fn guess_layout(head: &FileHead<'_>) -> Option<GuessedLayout> {
    let (delimiter, width) = DELIMITERS
        .into_iter()
        .filter_map(|delimiter| {
            let mut widths: HashMap<usize, usize> = HashMap::new();
            for n in 0..head.lines.len() {
                *widths.entry(head.cells(n, delimiter, true).len()).or_default() += 1;
            }
            let most = widths.into_iter().filter(|(width, _)| *width > 1);
            let (width, lines) = most.max_by_key(|(width, lines)| (*lines, *width))?;
            Some(((lines, width), delimiter, width))
        })
        .max_by_key(|(rank, ..)| *rank)
        .map(|(_, delimiter, width)| (delimiter, width))?;
    // a title is padded to the width of the table by spreadsheets
    let stated =
        |n: &usize| head.cells(*n, delimiter, true).iter().filter(|cell| !cell.is_empty()).count();
    let mut lines =
        (0..head.lines.len()).filter(|n| head.cells(*n, delimiter, true).len() == width);
    let first =
        lines.clone().find(|n| stated(n) * 2 >= width).or_else(|| lines.find(|n| stated(n) > 1));
    let line = first?;
    let cells = |n: usize| head.cells(n, delimiter, true);
    let below: Vec<Rc<[String]>> = (line + 1..head.lines.len())
        .map(cells)
        .filter(|cells| cells.len() == width)
        .take(BELOW)
        .collect();
    let first = cells(line);
    let has_header = below.is_empty() || is_header(&first, &below);
    let header_rows = if has_header && is_second_row(&first, &below) { 2 } else { 1 };
    let read = ReadOptions { header_rows, ..ReadOptions::default() };
    let names = if has_header {
        head.header(line, delimiter, &read)
    } else {
        vec![String::new(); width].into()
    };
    Some(GuessedLayout {
        layout: FileLayout {
            delimiter,
            header: labels(&names),
            preamble: head.before(line),
            start: head.lines[line].0,
            line: line as u64 + 1,
            has_header,
            score: 0,
        },
        header_rows,
    })
}

/// Whether a row of a table with so many columns looks like a note below it: it has fewer cells, or
/// says something in the first of many alone.
#[must_use]
pub fn is_note(record: &Record, width: usize) -> bool {
    record.len() < width
        || width > 2
            && record.iter().skip(1).all(|cell| cell.trim().is_empty())
            && record.get(0).is_some_and(|cell| !cell.trim().is_empty())
}

/// Whether a cell is a number, or a date that begins with one.
fn is_figure(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    digits > 0 && digits * 2 >= cell.chars().filter(|c| c.is_alphanumeric()).count()
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
    let is_year = |cell: &String| {
        cell.get(..4)
            .is_some_and(|year| year.parse::<u16>().is_ok_and(|n| (1800..2200).contains(&n)))
    };
    let years = first.iter().filter(|cell| is_year(cell)).count();
    let (mut names, mut records) = (0, 0);
    for (column, cell) in first.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        let occurs = below.iter().any(|cells| cells[column] == *cell);
        match (is_of_figures(below, column), is_figure(cell)) {
            (true, false) => names += 1,
            // a column for each year
            (true, true) if is_year(cell) && (years > 2 || cell.contains("[YR")) => {}
            (true, true) => records += 1,
            (false, _) if occurs => records += 1,
            (false, _) => {}
        }
    }
    names > 0 || records == 0
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
    spans
        && !rest.is_empty()
        && (has_years
            || names.count() > 0
                && !second.iter().any(|cell| is_figure(cell) || cell.starts_with('#')))
}

fn without_header(
    header: &[String],
    read: &ReadOptions,
    delimiters: &[char],
    head: &FileHead<'_>,
) -> Result<FileLayout, Mismatch> {
    let Some(first) = head.lines.iter().position(|(_, line)| !line.is_empty()) else {
        return Err(Mismatch {
            share: 0,
            why: vec!["at least one record".into()],
            header: Vec::new(),
        });
    };
    let told = |delimiter: char| head.cells(first, delimiter, read.quotes);
    let layout = |delimiter: char, header: Vec<String>, has_header: bool| {
        let score = header.len();
        FileLayout {
            delimiter,
            header,
            preamble: Vec::new(),
            start: head.lines[first].0,
            line: first as u64 + 1,
            has_header,
            score,
        }
    };
    // a file of rejects has a header in any case
    let mended: Vec<String> =
        header.iter().cloned().chain(REJECT_COLUMNS.map(str::to_owned)).collect();
    if let Some(delimiter) = delimiters.iter().find(|delimiter| told(**delimiter)[..] == mended) {
        return Ok(layout(*delimiter, mended, true));
    }
    match delimiters.iter().find(|delimiter| told(**delimiter).len() == header.len()) {
        Some(delimiter) => Ok(layout(*delimiter, header.to_vec(), false)),
        None => Err(Mismatch {
            share: 0,
            why: vec![format!("{} cells in the first line", header.len())],
            header: Vec::new(),
        }),
    }
}

/// Columns without a name get one from the column to their left, if the description says so.
fn named(header: &Rc<[String]>, read: &ReadOptions) -> Rc<[String]> {
    let Some(unnamed) = &read.unnamed else { return header.clone() };
    let mut header = header.to_vec();
    for n in 1..header.len() {
        if header[n].is_empty() {
            header[n] = unnamed.replace("{left}", &header[n - 1]);
        }
    }
    header.into()
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

/// The cells of a line, white space around them left out.
fn cells(line: &str, delimiter: char, quotes: bool) -> Vec<String> {
    let Ok(delimiter) = u8::try_from(delimiter) else { return Vec::new() };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(quotes)
        .from_reader(line.as_bytes());
    let first = reader.records().next().and_then(Result::ok);
    first.map_or(Vec::new(), |record| record.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// The release that the description finds in the lines before the header, or in the name of the
/// file.
#[must_use]
pub fn release(mapping: &Mapping, layout: &FileLayout, file_name: &str) -> Option<String> {
    let release = &mapping.release;
    let told = release.preamble.as_ref().and_then(|before| {
        let line =
            layout.preamble.iter().find_map(|line| line.trim().strip_prefix(before.as_str()))?;
        DateStyle::of(release.formats.clone()).read(line.trim()).map(PartialDate::edtf)
    });
    told.or_else(|| release.file_name.iter().find_map(|pattern| in_name(file_name, pattern)))
}

/// Finds a release in a file name by a pattern in which `#` is a digit: `v##_#` finds `23.1` in
/// `v23_1`.
fn in_name(name: &str, pattern: &str) -> Option<String> {
    let (name, pattern): (Vec<char>, Vec<char>) =
        (name.chars().collect(), pattern.chars().collect());
    let fits = |at: usize| {
        pattern.iter().enumerate().all(|(i, wanted)| match (wanted, name.get(at + i)) {
            ('#', Some(c)) => c.is_ascii_digit(),
            (wanted, Some(c)) => c.eq_ignore_ascii_case(wanted),
            _ => false,
        })
    };
    let bounded = |at: usize| {
        let digit = |at: Option<&char>| at.is_some_and(char::is_ascii_digit);
        let goes_on = pattern.last() == Some(&'#') && digit(name.get(at + pattern.len()));
        let began = pattern.first() == Some(&'#') && at > 0 && digit(name.get(at - 1));
        !began && !goes_on
    };
    let at = (0..name.len()).find(|at| fits(*at) && bounded(*at))?;
    let found: String = name[at..at + pattern.len()].iter().collect();
    Some(found.trim_matches(|c: char| !c.is_ascii_digit()).replace('_', "."))
}

/// Whether a file that lies so holds everything, as far as the description can tell.
#[must_use]
pub fn is_complete(mapping: &Mapping, layout: &FileLayout) -> bool {
    use crate::mapping::Complete;
    match &mapping.complete {
        Complete::Unknown => false,
        Complete::Is(complete) => *complete,
        Complete::Within { .. } => true,
        Complete::Preamble { preamble } => layout.preamble.iter().any(|line| {
            let folded = line.split_whitespace().collect::<Vec<_>>().join(" ");
            preamble.list().iter().any(|pattern| looks_like(&folded, &format!("*{pattern}*")))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(more: &str) -> Mapping {
        Mapping::parse(&format!(
            "name = \"t\"\ntitle = \"T\"\n{more}\n[[fact]]\nkind = \"events\"\nkey = [\"{{id}}\"]\ntype = \"battle\"\nsummary = \"{{a|b}}\"\n"
        ))
        .unwrap()
    }

    fn layout(mapping: &Mapping, text: &str, file_name: &str) -> Result<FileLayout, Mismatch> {
        match_mapping(mapping, &FileHead::of(text), file_name)
    }

    #[test]
    fn the_header_is_found_behind_what_precedes_it() {
        let head = "A title; with a semicolon\r\n\r\nid;b;c\r\n1;2;3\r\n";
        let found = layout(&mapping(""), head, "x.csv").unwrap();
        assert_eq!((found.delimiter, found.line, found.start), (';', 3, 29));
        assert_eq!(found.header, ["id", "b", "c"]);
        assert_eq!(found.preamble.len(), 2);
        assert_eq!(layout(&mapping(""), "id\tA\r1\t2", "x").unwrap().delimiter, '\t');
        let unfit = layout(&mapping(""), "id,c\n", "x").unwrap_err();
        assert_eq!((unfit.share, unfit.why), (500, vec!["a|b".to_owned()]));
        assert!(layout(&mapping("[recognise]\nwithout = [\"c\"]"), head, "x").is_err());
        assert!(layout(&mapping("[recognise]\nfile_name = [\"*.tsv\"]"), head, "x.csv").is_err());
    }

    #[test]
    fn a_file_without_a_header_has_the_columns_that_it_is_said_to_have() {
        let bare = mapping("[read]\nheader = [\"id\", \"a\"]\n");
        let found = layout(&bare, "1|Mosul\n", "x").unwrap();
        assert_eq!((found.delimiter, found.line, found.start), ('|', 1, 0));
        assert!(layout(&bare, "1|Mosul|x\n", "x").is_err());
    }

    #[test]
    fn names_of_files_tell_releases() {
        assert_eq!(in_name("GEDEvent_v23_1.csv", "v##_#").as_deref(), Some("23.1"));
        assert_eq!(in_name("lowy_2017.csv", "####").as_deref(), Some("2017"));
        assert_eq!(in_name("20170101.csv", "####"), None);
        assert_eq!(in_name("lowy.csv", "####"), None);
    }
}
