//! Rows of an answer on their way from the thread that reads to the thread that writes: their texts one behind the other.

use std::borrow::Cow;
use std::ops::Range;

use crate::value::{Cell, Value};

/// Some rows.
#[derive(Debug, Default)]
pub struct Batch {
    text: String,
    /// Cells without their texts, and where those lie.
    cells: Vec<(Value, Range<usize>)>,
    rows: usize,
}

/// So many bytes of text, or rows, are handed on at once.
const BYTES: usize = 1 << 16;
const ROWS: usize = 256;

impl Batch {
    /// Adds a row.
    pub fn push(&mut self, cells: &[Cell<'_>]) {
        for cell in cells {
            let begin = self.text.len();
            let bare = cell.with_text(|text| {
                self.text.push_str(text);
                Cow::Borrowed("")
            });
            self.cells.push((bare, begin..self.text.len()));
        }
        self.rows += 1;
    }

    /// Whether it is time to hand it on.
    pub fn is_full(&self) -> bool {
        self.text.len() >= BYTES || self.rows >= ROWS
    }

    /// Hands its rows on, and is empty then.
    ///
    /// # Errors
    /// Those of `row`.
    pub fn hand_on<E>(&mut self, mut row: impl FnMut(&[Cell<'_>]) -> Result<(), E>) -> Result<(), E> {
        let width = self.cells.len().checked_div(self.rows).unwrap_or_default();
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(width);
        for kept in self.cells.chunks(width.max(1)) {
            cells.clear();
            cells.extend(kept.iter().map(|(cell, at)| cell.with_text(|_| Cow::Borrowed(&self.text[at.clone()]))));
            row(&cells)?;
        }
        drop(cells);
        self.text.clear();
        self.cells.clear();
        self.rows = 0;
        Ok(())
    }
}
