//! What is wrong with a file of input, a line a cell, in a form that editors jump to.

use std::fmt::{self, Display};

use crate::ingest::CsvError;
use crate::value::text::{count, grouped, quoted, visible};

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file.
    pub file: String,
    /// The physical line, from 1.
    pub line: u64,
    /// The column in characters, counted from 1; 0 if the input has no lines, in which case `line`
    /// is the record number.
    pub column: u64,
    /// The field, if it is about one.
    pub field: Option<String>,
    /// What the cell holds.
    pub value: Option<String>,
    /// What was expected.
    pub expected: String,
}

impl Diagnostic {
    /// A complaint about the format of the file.
    #[must_use]
    pub fn fault(file: &str, fault: CsvError) -> Diagnostic {
        Diagnostic {
            file: file.to_owned(),
            line: fault.line,
            column: fault.column,
            field: None,
            value: None,
            expected: fault.expected,
        }
    }
}

impl Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            0 => write!(f, "{}: record {}: ", visible(&self.file), self.line)?,
            column => write!(f, "{}:{}:{column}: ", visible(&self.file), self.line)?,
        }
        if let Some(field) = &self.field {
            write!(f, "{}: ", visible(field))?;
        }
        if let Some(value) = &self.value {
            write!(f, "{}: ", quoted(value))?;
        }
        f.write_str(&self.expected)
    }
}

/// All complaints of a run; the first few are kept, all are counted.
#[derive(Debug, Default)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    count: u64,
    rows: u64,
    structural: bool,
    last: Option<(String, u64)>,
    shown: Option<usize>,
}

impl Diagnostics {
    /// How many are kept to be shown.
    const SHOWN: usize = 50;

    /// None yet, of which so many will be shown.
    #[must_use]
    pub fn showing(shown: usize) -> Diagnostics {
        Diagnostics { shown: Some(shown), ..Diagnostics::default() }
    }

    /// How many rows are complained about.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let row = Some((diagnostic.file.clone(), diagnostic.line));
        if row != self.last {
            self.rows += 1;
            self.last = row;
        }
        self.count += 1;
        self.structural |= diagnostic.line == 1 || diagnostic.field.is_none();
        if self.kept.len() < self.shown.unwrap_or(Diagnostics::SHOWN) {
            self.kept.push(diagnostic);
        }
    }

    /// Whether there is nothing to complain about.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The lines to show.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let more = self.count - self.kept.len() as u64;
        let mut lines: Vec<String> = self.kept.iter().map(ToString::to_string).collect();
        if more > 0 {
            lines.push(format!("… and {}", count(more, "more", "more")));
        }
        lines
    }

    /// What was wrong, in a few words: `2 of 412 rows cannot be loaded`, or how many mistakes where
    /// rows are no measure.
    #[must_use]
    pub fn sum(&self, read: u64) -> String {
        if self.structural {
            return count(self.count, "error", "errors");
        }
        format!(
            "{} of {} cannot be loaded",
            grouped(&self.rows.to_string()),
            count(read, "row", "rows")
        )
    }
}
