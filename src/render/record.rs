//! A field a line: how a table shows rows that are too wide for it, and `show` a fact.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::render::cell_text::{marked, shown};
use crate::render::{Sheet, Sink};
use crate::value::Value;

/// Writes records, a blank line between.
pub struct RecordTables<'a> {
    out: &'a mut dyn Write,
    sheet: &'a Sheet,
    label: usize,
    rows: u64,
}

impl<'a> RecordTables<'a> {
    /// Begins to write.
    pub fn new(out: &'a mut dyn Write, sheet: &'a Sheet) -> RecordTables<'a> {
        let label = sheet.headings.iter().map(|heading| heading.name.width()).max().unwrap_or(0);
        RecordTables { out, sheet, label, rows: 0 }
    }
}

impl Sink for RecordTables<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        let sheet = self.sheet;
        self.lines(cells.iter().map(|cell| shown(cell, sheet)))
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

impl RecordTables<'_> {
    /// Writes a record whose cells are text already.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn lines(&mut self, cells: impl Iterator<Item = String>) -> io::Result<()> {
        if self.rows > 0 {
            writeln!(self.out)?;
        }
        let room = self
            .sheet
            .width
            .map_or(usize::MAX, |width| width.saturating_sub(self.label + 2).max(20));
        for (heading, text) in self.sheet.headings.iter().zip(cells) {
            let pad = self.label - heading.name.width();
            for (i, line) in wrapped(&text, room).iter().enumerate() {
                let line = &marked(line, self.sheet.color);
                if i == 0 {
                    writeln!(self.out, "{}{}  {line}", heading.name, " ".repeat(pad))?;
                } else {
                    writeln!(self.out, "{}  {line}", " ".repeat(self.label))?;
                }
            }
        }
        self.rows += 1;
        Ok(())
    }
}

/// Text in lines of at most `room` columns, broken between words only.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if lines[last].width() + 1 + word.width() <= room {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
