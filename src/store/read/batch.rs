//! Rows of an answer on their way from the thread that reads to the thread that writes, some at a
//! time.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender, sync_channel};

use crate::error::{Error, ErrorKind, Result};
use crate::value::{OwnedValue, Value};

/// So many batches may wait.
const WAITING: usize = 4;

/// So many bytes of text, or rows, are handed on at once.
const BYTES: usize = 1 << 16;
const ROWS: u64 = 256;

/// Some rows.
pub trait Batch: Default + Send {
    /// Whether it is time to hand them on.
    fn is_full(&self) -> bool;
}

/// Where batches are sent from; what was sent is used again.
pub struct BatchSender<B> {
    batch: B,
    full: SyncSender<Option<B>>,
    free: Receiver<B>,
}

/// The receiving end.
pub struct BatchReceiver<B> {
    batches: Receiver<Option<B>>,
    used: Sender<B>,
}

/// A channel whose batches are used again.
pub fn channel<B: Batch>() -> (BatchSender<B>, BatchReceiver<B>) {
    let (full, batches) = sync_channel(WAITING);
    let (used, free) = mpsc::channel();
    (BatchSender { batch: B::default(), full, free }, BatchReceiver { batches, used })
}

impl<B: Batch> BatchSender<B> {
    /// Has a row added to the batch at hand, and sends that when it is full.
    ///
    /// # Errors
    /// Nobody listens any longer: why is known there.
    pub fn push(&mut self, add: impl FnOnce(&mut B)) -> Result<()> {
        add(&mut self.batch);
        if self.batch.is_full() { self.send() } else { Ok(()) }
    }

    /// Says that this was an answer, or a part of one.
    ///
    /// # Errors
    /// Nobody listens any longer.
    pub fn end(&mut self) -> Result<()> {
        self.send()?;
        self.full.send(None).map_err(gone)
    }

    fn send(&mut self) -> Result<()> {
        let free = self.free.try_recv().unwrap_or_default();
        self.full.send(Some(std::mem::replace(&mut self.batch, free))).map_err(gone)
    }
}

fn gone<T>(_: T) -> Error {
    Error::new(ErrorKind::Stopped, "")
}

impl<B> BatchReceiver<B> {
    /// Takes the batches of an answer or of a part of one. Returns false if the sender stopped before
    /// its end.
    ///
    /// # Errors
    /// Those of `take`, which leaves a batch empty.
    pub fn take(&self, mut take: impl FnMut(&mut B) -> Result<()>) -> Result<bool> {
        while let Ok(coming) = self.batches.recv() {
            let Some(mut batch) = coming else { return Ok(true) };
            take(&mut batch)?;
            // who sends may have come to the end
            let _ = self.used.send(batch);
        }
        Ok(false)
    }
}

/// Rows as cells, their texts one behind the other.
#[derive(Debug, Default)]
pub struct CellBatch {
    text: String,
    /// Cells without their texts, and where those lie.
    bare: Vec<(OwnedValue, Range<usize>)>,
    rows: u64,
}

impl Batch for CellBatch {
    fn is_full(&self) -> bool {
        self.text.len() >= BYTES || self.rows >= ROWS
    }
}

impl CellBatch {
    /// Adds a row.
    pub fn push(&mut self, cells: &[Value<'_>]) {
        for cell in cells {
            let begin = self.text.len();
            let bare = cell.with_text(|text| {
                self.text.push_str(text);
                Cow::Borrowed("")
            });
            self.bare.push((bare, begin..self.text.len()));
        }
        self.rows += 1;
    }

    /// Hands its rows on, and is empty then.
    ///
    /// # Errors
    /// Those of `row`.
    pub fn hand_on(&mut self, row: &mut dyn FnMut(&[Value<'_>]) -> Result<()>) -> Result<()> {
        let width = usize::try_from(self.rows)
            .ok()
            .and_then(|rows| self.bare.len().checked_div(rows))
            .unwrap_or_default();
        let mut cells: Vec<Value<'_>> = Vec::with_capacity(width);
        for kept in self.bare.chunks(width.max(1)) {
            cells.clear();
            cells.extend(
                kept.iter()
                    .map(|(cell, at)| cell.with_text(|_| Cow::Borrowed(&self.text[at.clone()]))),
            );
            row(&cells)?;
        }
        drop(cells);
        self.text.clear();
        self.bare.clear();
        self.rows = 0;
        Ok(())
    }
}

/// Rows as they will be written.
#[derive(Debug, Default)]
pub struct LineBatch {
    /// Their bytes.
    pub bytes: Vec<u8>,
    /// How many they are.
    pub rows: u64,
}

impl Batch for LineBatch {
    fn is_full(&self) -> bool {
        self.bytes.len() >= BYTES || self.rows >= ROWS
    }
}
