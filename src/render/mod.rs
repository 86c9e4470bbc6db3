//! Rows to bytes: one output format a file, and the list of them. Knows cells and headings, nothing else.

mod csv;
pub mod html;
mod json;
mod markdown;
mod record;
mod table;

use std::io::{self, Write};

use crate::value::Cell;

/// Every output format.
pub static FORMATS: &[&Format] =
    &[&table::FORMAT, &csv::CSV, &csv::TSV, &json::JSON, &json::JSONL, &markdown::FORMAT, &html::FORMAT];

/// A way to write rows.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// The ends of file names that choose it.
    pub extensions: &'static [&'static str],
    /// One sentence.
    pub about: &'static str,
    /// Begins to write.
    pub open: for<'a> fn(&'a mut dyn Write, &'a Sheet) -> io::Result<Box<dyn Sink + 'a>>,
}

/// What is written: its columns, and how whoever reads wants to see them.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The columns.
    pub headings: Vec<Heading>,
    /// The columns that a narrow table keeps first, by name.
    pub leading: Vec<String>,
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
}

/// One column.
#[derive(Debug, Clone)]
pub struct Heading {
    /// Its name.
    pub name: String,
    /// Numbers stand to the right.
    pub number: bool,
}

impl Heading {
    /// A column of text.
    pub fn text(name: impl Into<String>) -> Heading {
        Heading { name: name.into(), number: false }
    }

    /// A column of numbers.
    pub fn number(name: impl Into<String>) -> Heading {
        Heading { name: name.into(), number: true }
    }
}

/// Begins and ends a part of a text that a field a line shows apart. Both are private to Unicode's users, and no data has them.
pub const MARK_ON: char = '\u{e000}';
/// See [`MARK_ON`].
pub const MARK_OFF: char = '\u{e001}';

/// Takes rows.
pub trait Sink {
    /// Writes a row; as many cells as there are headings.
    ///
    /// # Errors
    /// The output cannot be written.
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;

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
