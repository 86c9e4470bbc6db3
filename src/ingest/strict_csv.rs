//! Checks the bytes of a CSV file before the `csv` crate reads them.
//!
//! The crate accepts unclosed quotes, text after a closing quote and NUL characters, and miscounts
//! lines after blank ones. This reader passes the same bytes on, stops at the first that breaks RFC
//! 4180, and keeps the bytes of the records under way so that a cell can be located.

use std::io::{self, Read};

use crate::ingest::dialect::CsvDialect;

/// The longest cell, in bytes.
const LONGEST_CELL: u64 = 16 << 20;

/// The most cells of a record.
const MOST_CELLS: u32 = 100_000;

/// The most bytes of blank lines between two records.
const MOST_BLANK: u64 = 16 << 20;

/// What breaks the format, and where: a physical line, and a column in characters, both from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvError {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
    /// What is wrong, or what was expected.
    pub expected: String,
    /// The bytes are no text in UTF-8.
    pub is_encoding: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a record, where blank lines are passed over.
    Between,
    /// At the beginning of a cell.
    Begin,
    /// In a cell without quotes.
    Plain,
    /// In a cell with quotes.
    Quoted,
    /// Behind a quote in a quoted cell: its last, or the first of two.
    Closed,
}

/// What ends the lines of a file outside quotes: LF and CRLF may mix, CR only by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Unknown,
    Feeds,
    Carriages,
}

/// A reader that checks what it passes on.
pub struct StrictCsv<R> {
    inner: R,
    delimiter: u8,
    quotes: bool,
    /// The bytes that can end a run of plain text in an unquoted cell.
    ends_run: [bool; 256],
    /// The bytes from `start` to where the pass stands.
    window: Vec<u8>,
    start: u64,
    start_line: u64,
    state: State,
    ends: Ends,
    /// The byte before was a carriage return outside quotes.
    carriage: bool,
    /// Where the cell began.
    cell: u64,
    /// How many cells of the record ended.
    cells: u32,
    /// Where the last record ended.
    between: u64,
    fault: Option<CsvError>,
}

impl<R: Read> Read for StrictCsv<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let from = self.start + self.window.len() as u64;
        self.window.extend_from_slice(&buffer[..n]);
        let outcome = if n == 0 && !buffer.is_empty() {
            self.end(from)
        } else {
            self.check(from, &buffer[..n])
        };
        match outcome {
            Ok(()) => Ok(n),
            Err((at, expected)) => {
                let (line, column) = self.position(at);
                self.fault = Some(CsvError {
                    line,
                    column,
                    expected: expected.to_owned(),
                    is_encoding: false,
                });
                Err(io::Error::other(expected))
            }
        }
    }
}

impl<R> StrictCsv<R> {
    /// Checks what `inner` gives.
    pub fn new(inner: R, form: CsvDialect) -> StrictCsv<R> {
        let mut ends_run = [false; 256];
        for byte in [0, b'\r', b'\n', b'"', form.delimiter] {
            ends_run[usize::from(byte)] = true;
        }
        StrictCsv {
            inner,
            delimiter: form.delimiter,
            quotes: form.quotes,
            ends_run,
            window: Vec::new(),
            start: 0,
            start_line: form.line,
            state: State::Between,
            ends: Ends::Unknown,
            carriage: false,
            cell: 0,
            cells: 0,
            between: 0,
            fault: None,
        }
    }

    /// What stopped the pass.
    pub fn fault(&self) -> Option<&CsvError> {
        self.fault.as_ref()
    }

    fn check(&mut self, from: u64, bytes: &[u8]) -> Result<(), (u64, &'static str)> {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            let at = from + (bytes.len() - rest.len()) as u64;
            // most bytes are plain text within a cell
            let within = self.within_cell(rest);
            if at + within as u64 - self.cell > LONGEST_CELL && self.state != State::Between {
                return Err((self.cell, "a cell longer than 16 MiB starts here"));
            }
            if within > 0 {
                rest = &rest[within..];
                continue;
            }
            rest = &rest[1..];
            if byte == 0 {
                return Err((at, "NUL character: not a text file, or not in UTF-8"));
            }
            if self.state == State::Between && at - self.between > MOST_BLANK {
                return Err((self.between, "more than 16 MiB of blank lines start here"));
            }
            if self.state == State::Quoted {
                // within quotes, only a quote or a NUL ends a run
                self.state = State::Closed;
                continue;
            }
            if self.carriage {
                self.carriage = false;
                self.line_end(at - 1, if byte == b'\n' { Ends::Feeds } else { Ends::Carriages })?;
                if byte == b'\n' {
                    continue;
                }
            }
            match (byte, self.state) {
                (b'\r', _) => self.carriage = true,
                (b'\n', _) => self.line_end(at, Ends::Feeds)?,
                (b'"', State::Between | State::Begin) if self.quotes => {
                    (self.state, self.cell) = (State::Quoted, at);
                }
                (b'"', State::Closed) if self.quotes => self.state = State::Quoted,
                (b'"', State::Plain) if self.quotes => {
                    return Err((
                        at,
                        "quote inside an unquoted cell: quote the whole cell and double the quote",
                    ));
                }
                (byte, _) if byte == self.delimiter => {
                    (self.state, self.cell) = (State::Begin, at);
                    self.cells += 1;
                    if self.cells > MOST_CELLS {
                        return Err((at, "more than 100,000 cells in one record"));
                    }
                }
                (_, State::Closed) => {
                    return Err((
                        at,
                        "text after a closing quote: double the quotes inside a cell",
                    ));
                }
                (_, State::Between) => (self.state, self.cell) = (State::Plain, at),
                _ => self.state = State::Plain,
            }
        }
        Ok(())
    }

    /// The number of leading bytes that are plain text of the current cell.
    fn within_cell(&self, bytes: &[u8]) -> usize {
        let end = match self.state {
            State::Quoted => bytes.iter().position(|byte| matches!(byte, b'"' | 0)),
            State::Plain if !self.carriage => {
                bytes.iter().position(|byte| self.ends_run[usize::from(*byte)])
            }
            _ => Some(0),
        };
        end.unwrap_or(bytes.len())
    }

    fn line_end(&mut self, at: u64, ends: Ends) -> Result<(), (u64, &'static str)> {
        if self.state != State::Between {
            self.between = at;
        }
        (self.state, self.cells) = (State::Between, 0);
        if self.ends == Ends::Unknown {
            self.ends = ends;
        }
        if self.ends == ends {
            Ok(())
        } else {
            Err((at, "mixed line endings: CR cannot be combined with LF or CRLF outside quotes"))
        }
    }

    fn end(&mut self, at: u64) -> Result<(), (u64, &'static str)> {
        if self.state == State::Quoted {
            return Err((self.cell, "unclosed quote starts here"));
        }
        if std::mem::take(&mut self.carriage) {
            self.line_end(at - 1, Ends::Carriages)?;
        }
        Ok(())
    }

    /// Forgets what lies before a byte of the file, which begins this line.
    pub fn forget_before(&mut self, byte: u64, line: u64) {
        let n = usize::try_from(byte - self.start).unwrap_or(0);
        if n > 1 << 20 {
            self.start_line = line;
            self.window.drain(..n);
            self.start = byte;
        }
    }

    /// The first byte at or behind `byte` that is no line end: where a record really begins.
    pub fn record_start(&self, byte: u64) -> u64 {
        let from = self.index(byte);
        let blank = self.window[from..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        byte + blank as u64
    }

    /// Where cell number `n` of the record that begins at `byte` begins.
    pub fn cell_start(&self, byte: u64, n: usize) -> u64 {
        let (mut quoted, mut cells) = (false, 0);
        for (i, &b) in self.window[self.index(byte)..].iter().enumerate() {
            if cells == n {
                return byte + i as u64;
            }
            match b {
                b'"' if self.quotes => quoted = !quoted,
                b'\r' | b'\n' if !quoted => break,
                b if b == self.delimiter && !quoted => cells += 1,
                _ => {}
            }
        }
        if cells == n { self.start + self.window.len() as u64 } else { byte }
    }

    fn index(&self, byte: u64) -> usize {
        usize::try_from(byte.saturating_sub(self.start))
            .unwrap_or(usize::MAX)
            .min(self.window.len())
    }

    /// The line and the column, in characters, of a byte; both from 1.
    fn position(&self, byte: u64) -> (u64, u64) {
        self.position_from(self.start, self.start_line, byte)
    }

    /// The same, counted from a byte that begins a line that is known.
    pub fn position_from(&self, begin: u64, line: u64, byte: u64) -> (u64, u64) {
        let before = &self.window[self.index(begin)..self.index(byte)];
        let ends = |b: &&u8| if self.ends == Ends::Carriages { **b == b'\r' } else { **b == b'\n' };
        let lines = before.iter().filter(ends).count() as u64;
        let begin = before.iter().rposition(|b| ends(&b)).map_or(0, |i| i + 1);
        let column = String::from_utf8_lossy(&before[begin..]).chars().count() as u64 + 1;
        (line + lines, column)
    }
}
