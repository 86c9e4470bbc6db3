//! Rows to bytes: one output format a file, and the list of them. Knows cells and headings, nothing
//! else.

mod cell_text;
mod cited;
mod csv;
mod geojson;
pub mod html;
mod json;
mod latex;
mod markdown;
mod record;
mod table;
#[cfg(feature = "excel")]
mod xlsx;

use std::io::{self, Write};

pub use cell_text::in_workbook;

use crate::value::Value;

/// Every output format.
pub static FORMATS: &[&Format] = &[
    &table::FORMAT,
    &csv::CSV,
    &csv::TSV,
    &json::JSON,
    &json::JSONL,
    #[cfg(feature = "excel")]
    &xlsx::FORMAT,
    &markdown::FORMAT,
    &html::FORMAT,
    &latex::FORMAT,
    &geojson::FORMAT,
];

/// A way to write rows.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// The ends of file names that choose it.
    pub extensions: &'static [&'static str],
    /// One sentence.
    pub about: &'static str,
    /// It is no text, and nothing for a terminal.
    pub binary: bool,
    /// Begins to write.
    pub open: for<'a> fn(&'a mut dyn Write, &'a Sheet) -> io::Result<Box<dyn Sink + 'a>>,
}

/// What is written: its columns, and how whoever reads wants to see them.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The columns.
    pub headings: Vec<Heading>,
    /// How a table for people shows them.
    pub table: TableColumns,
    /// What stands for "not stated"; by itself nothing, and a dash in tables.
    pub null: Option<String>,
    /// A field a line instead of a row a line, in tables.
    pub records: bool,
    /// How wide a table may be, in columns of the terminal; none: as wide as it is.
    pub width: Option<usize>,
    /// At most so many rows in a table.
    pub cap: Option<usize>,
    /// Whether tables may use colour.
    pub color: bool,
    /// How spreadsheets want their CSV; none: as it is.
    pub excel: Option<Excel>,
    /// What the rows are, for the formats that say so.
    pub about: SheetNotes,
}

/// Which columns a table for people shows first, and which it joins.
#[derive(Debug, Clone, Default)]
pub struct TableColumns {
    /// The columns that a narrow table keeps first, by name.
    pub leading: Vec<String>,
    /// The columns that are shown as one: the bounds and the best estimate of a figure.
    pub figures: Vec<FigureColumns>,
    /// The parties that are shown in one column.
    pub parties: Option<PartyColumns>,
    /// The columns whose values another one says, too; they are left out.
    pub repeated: Vec<usize>,
    /// What all rows have in a column may be said once above the table, in place of the column.
    pub says_once: bool,
    /// All columns are shown, however wide the table becomes.
    pub keeps_all: bool,
}

/// Pairs of columns that are shown as one: the first, what stands between, the second.
#[derive(Debug, Clone)]
pub struct PartyColumns {
    /// What they are called together.
    pub name: String,
    /// The pairs.
    pub pairs: Vec<(usize, &'static str, usize)>,
}

/// Three columns that are one figure.
#[derive(Debug, Clone)]
pub struct FigureColumns {
    /// What a table calls it.
    pub name: String,
    /// The column of the lower bound.
    pub low: usize,
    /// The column of the best estimate.
    pub best: usize,
    /// The column of the upper bound.
    pub high: usize,
}

/// The two kinds of CSV that spreadsheets open by a double click: both begin with a byte order mark
/// and end lines with CRLF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excel {
    /// A comma between cells, a point before decimals.
    Us,
    /// A semicolon between cells, a comma before decimals.
    Eu,
}

/// What rows are, and which works they may cite.
#[derive(Debug, Clone, Default)]
pub struct SheetNotes {
    /// The question: each line with its name.
    pub query: Vec<(String, String)>,
    /// The works that are known.
    pub works: Vec<CitedWork>,
    /// What else there is to say of the answer.
    pub notes: Vec<String>,
}

/// A work that rows may cite.
#[derive(Debug, Clone)]
pub struct CitedWork {
    /// Its short name.
    pub slug: String,
    /// Its title, publisher and so on, each with its name.
    pub lines: Vec<(String, String)>,
}

/// One column.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of the column by itself")]
pub struct Heading {
    /// Its name.
    pub name: String,
    /// Numbers stand to the right.
    pub number: bool,
    /// It holds dates, whole ones among them.
    pub date: bool,
    /// It may hold several names, with [`text::BETWEEN_NAMES`](crate::value::text::BETWEEN_NAMES) between.
    pub names: bool,
    /// The words that may stand in it, where there is a list; a workbook offers them.
    pub choices: &'static [&'static str],
    /// A workbook does not show it.
    pub hidden: bool,
}

impl Heading {
    /// A column of text.
    pub fn text(name: impl Into<String>) -> Heading {
        Heading {
            name: name.into(),
            number: false,
            date: false,
            names: false,
            choices: &[],
            hidden: false,
        }
    }

    /// A column of numbers.
    pub fn number(name: impl Into<String>) -> Heading {
        Heading { number: true, ..Heading::text(name) }
    }
}

/// Begins and ends a part of a text that a field a line shows apart. Both are private to Unicode's
/// users, and no data has them.
pub const MARK_ON: char = '\u{e000}';
/// See [`MARK_ON`].
pub const MARK_OFF: char = '\u{e001}';

/// Adds a row to the bytes of others.
pub type Line = dyn Fn(&mut Vec<u8>, &[Value<'_>]) + Send + Sync;

/// Takes rows.
pub trait Sink {
    /// Writes a row; as many cells as there are headings.
    ///
    /// # Errors
    /// The output cannot be written.
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()>;

    /// What makes rows into the bytes that [`Sink::lines`] takes, on any thread; none, where a row
    /// depends on those before it.
    fn line(&self) -> Option<Box<Line>> {
        None
    }

    /// Writes rows that were made so.
    ///
    /// # Errors
    /// The output cannot be written.
    fn lines(&mut self, bytes: &[u8]) -> io::Result<()> {
        let _ = bytes;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Writes what is left, and returns what whoever reads should be told.
    ///
    /// # Errors
    /// The output cannot be written.
    fn finish(self: Box<Self>) -> io::Result<Vec<String>>;
}

/// The format of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}

/// The format that a file's name asks for.
#[must_use]
pub fn by_extension(extension: &str) -> Option<&'static Format> {
    let extension = extension.to_ascii_lowercase();
    FORMATS.iter().copied().find(|format| format.extensions.contains(&extension.as_str()))
}
