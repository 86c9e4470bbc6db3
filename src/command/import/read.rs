//! The records of a file, read and checked on a thread of their own while another makes facts of them and writes.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use super::choose::Chosen;
use crate::command::input::Input;
use crate::exit::Result;
use crate::import::{Fault, Record, Records};

/// Where a record is from.
#[derive(Debug, Clone, Copy)]
pub struct At {
    /// Its number among the records of the file, from 0.
    pub number: u64,
    /// The line on which it begins.
    pub line: u64,
}

/// What is known of a file at its end.
#[derive(Debug)]
pub struct End {
    /// How many records were put together from several lines.
    pub joined: u64,
    /// SHA-256 of the file as it was given.
    pub sha256: String,
}

/// Records, each with its line.
type Batch = Vec<(u64, Record)>;

/// So many records are handed on at once, and so many batches may wait.
const BATCH: usize = 128;
const WAITING: usize = 3;

/// Hands on every record, in order.
///
/// # Errors
/// The file cannot be read, or `each` fails (outer); the file breaks its format (inner).
pub fn all(chosen: &Chosen, input: &Input, mut each: impl FnMut(&Record, At) -> Result<()>) -> Result<Result<End, Fault>> {
    thread::scope(|scope| {
        let (full, batches) = sync_channel::<Batch>(WAITING);
        let (used, free) = channel::<Batch>();
        let reader = scope.spawn(move || read(chosen, input, &full, &free));
        let mut number = 0;
        for batch in batches {
            for (line, record) in &batch {
                each(record, At { number, line: *line })?;
                number += 1;
            }
            // the reader may have come to the end
            let _ = used.send(batch);
        }
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn read(chosen: &Chosen, input: &Input, full: &SyncSender<Batch>, free: &Receiver<Batch>) -> Result<Result<End, Fault>> {
    let mut records = chosen.records(input)?;
    loop {
        let mut batch = free.try_recv().unwrap_or_default();
        batch.resize_with(BATCH, || (0, Record::new()));
        let mut filled = 0;
        let mut end = None;
        for (line, record) in &mut batch {
            match records.next(record).map_err(|e| input.failed(&e))? {
                Ok(true) => *line = records.locate(None).0,
                Ok(false) => end = Some(Ok(())),
                Err(fault) => end = Some(Err(fault)),
            }
            if end.is_some() {
                break;
            }
            filled += 1;
        }
        batch.truncate(filled);
        let left = full.send(batch).is_err();
        match end {
            None if left => return Ok(Ok(End { joined: 0, sha256: String::new() })),
            None => {}
            Some(Err(fault)) => return Ok(Err(fault)),
            Some(Ok(())) => return Ok(Ok(End { joined: records.joined(), sha256: input.sha256()? })),
        }
    }
}

/// Finds the cells of records that were read before, by reading the file once more behind the first reader.
pub struct Finder {
    records: Records,
    record: Record,
    /// How many records it has read.
    read: u64,
}

impl Finder {
    /// Begins at the beginning.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn begin(chosen: &Chosen, input: &Input) -> Result<Finder> {
        Ok(Finder { records: chosen.records(input)?, record: Record::new(), read: 0 })
    }

    /// The line and column of a cell of a record, or of the record itself; records are asked for in their order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn locate(&mut self, input: &Input, at: At, cell: Option<usize>) -> Result<(u64, u64)> {
        while self.read <= at.number {
            if !matches!(self.records.next(&mut self.record).map_err(|e| input.failed(&e))?, Ok(true)) {
                return Ok((at.line, 1));
            }
            self.read += 1;
        }
        Ok(self.records.locate(cell))
    }
}
