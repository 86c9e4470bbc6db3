//! The records of a file, read and made into facts on a thread of their own while another writes.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use self_cell::self_cell;

use crate::command::import::choose::ChosenMapping;
use crate::error::{Result, Stop};
use crate::ingest::source_file::SourceFile;
use crate::ingest::{CsvError, CsvReader};
use crate::mapping::cell_error::CellError;
use crate::mapping::{CompiledMapping, FillDown, KnownDates, Record, Repeated, is_note};
use crate::store::{FactEncoder, RecordFacts, SameRecord};

/// Where a record is from.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordPosition {
    /// Its number among the records of the file, from 0.
    pub number: u64,
    /// The line on which it begins.
    pub line: u64,
    /// Its row, as a spreadsheet numbers them: a cell of several lines is in one row.
    pub row: u64,
}

/// What a record became.
pub enum RecordOutcome<'r> {
    /// It is none: a total, a footnote.
    Nothing,
    /// A repetition of a record that was met before.
    Repeated,
    /// These facts; none, where it states nothing.
    Facts(RecordFacts<'r>),
    /// Unknown yet: the same record may already be in the database.
    Same(SameRecord),
    /// It is wrong here.
    CellError(Vec<CellError>),
}

/// What is known of a file at its end.
#[derive(Debug, Default)]
pub struct End {
    /// How many records were put together from several lines.
    pub joined: u64,
    /// How many rows behind the table are notes.
    pub notes: u64,
    /// SHA-256 of the file as it was given.
    pub sha256: String,
    /// The encoder of the facts, if there was one.
    pub encoder: Option<FactEncoder>,
}

/// Some records, and where they are from.
type RecordBatch = Vec<(RecordPosition, Record)>;

/// What the records of a batch became.
type Facts<'r> = Vec<RecordOutcome<'r>>;

/// Records and the plan that their facts are made with.
struct Owner<'p> {
    plan: &'p CompiledMapping,
    records: RecordBatch,
}

self_cell!(
    struct MadeBatch<'p> {
        owner: Owner<'p>,
        #[covariant]
        dependent: Facts,
    }
);

/// The number of records in a batch, and of batches that may wait. The reader can go on for as long as the
/// writer needs to index the words that have piled up (`store::search`).
const BATCH: usize = 24;
const WAITING: usize = 12;

/// Hands on every record with what it became, in order. `encoder` encodes the facts as far as it can.
///
/// # Errors
/// The file cannot be read, or `each` fails ([`Stop::Failed`]); the file breaks its format ([`Stop::Input`]).
pub fn all(
    chosen: &ChosenMapping,
    input: &SourceFile,
    encoder: Option<FactEncoder>,
    mut each: impl FnMut(&Record, RecordPosition, &mut RecordOutcome<'_>) -> Result<()>,
) -> Result<End, Stop<CsvError>> {
    in_batches(chosen, input, encoder, |batches| {
        while batches.next(&mut each)? {}
        Ok(())
    })
}

/// Reads the records on a thread of their own while `drive` takes them batch by batch.
///
/// # Errors
/// The file cannot be read, or `drive` fails ([`Stop::Failed`]); the file breaks its format ([`Stop::Input`]).
pub fn in_batches(
    chosen: &ChosenMapping,
    input: &SourceFile,
    encoder: Option<FactEncoder>,
    drive: impl FnOnce(&mut Batches<'_>) -> Result<()>,
) -> Result<End, Stop<CsvError>> {
    let maker = RecordMaker {
        groups: RecordGroups::of(chosen, input)?,
        encoder,
        dates: KnownDates::default(),
    };
    thread::scope(|scope| {
        let (full, batches) = sync_channel::<MadeBatch<'_>>(WAITING);
        // what the reader made it frees itself: threads that free for each other wait for each
        // other
        let (used, free) = channel::<MadeBatch<'_>>();
        let reader = scope.spawn(move || read(chosen, input, maker, &full, &free));
        drive(&mut Batches { full: batches, used })?;
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The batches of records that were read and are not yet written.
pub struct Batches<'p> {
    full: Receiver<MadeBatch<'p>>,
    used: Sender<MadeBatch<'p>>,
}

impl Batches<'_> {
    /// Hands on the records of the next batch; false at the end of the file.
    ///
    /// # Errors
    /// `each` fails.
    pub fn next(
        &mut self,
        mut each: impl FnMut(&Record, RecordPosition, &mut RecordOutcome<'_>) -> Result<()>,
    ) -> Result<bool> {
        let Ok(mut batch) = self.full.recv() else { return Ok(false) };
        batch.with_dependent_mut(|owner, facts| {
            let mut made = owner.records.iter().zip(facts);
            made.try_for_each(|((at, record), made)| each(record, *at, made))
        })?;
        // the reader may have come to the end
        let _ = self.used.send(batch);
        Ok(true)
    }
}

fn read<'p>(
    chosen: &'p ChosenMapping,
    input: &SourceFile,
    mut maker: RecordMaker,
    full: &SyncSender<MadeBatch<'p>>,
    free: &Receiver<MadeBatch<'p>>,
) -> Result<End, Stop<CsvError>> {
    let mut reader = chosen.records(input)?;
    let (mut number, mut notes) = (0, 0);
    let mut above = FillDown::default();
    let mut known_joined = 0;
    let mut breaks = chosen.layout.breaks;
    loop {
        let mut records =
            free.try_recv().map_or_else(|_| RecordBatch::new(), |batch| batch.into_owner().records);
        records.resize_with(BATCH, Default::default);
        let mut filled = 0;
        let mut end = None;
        for (at, record) in &mut records {
            match next(&mut reader, record, chosen, &mut notes) {
                Ok(true) => {
                    above.fill(&chosen.plan, record);
                    let line = reader.locate(None).0;
                    *at = RecordPosition { number, line, row: line.saturating_sub(breaks) };
                    // what a raw line break cut is two rows
                    let joined =
                        reader.joined() - std::mem::replace(&mut known_joined, reader.joined());
                    breaks += line_breaks(record.as_slice()).saturating_sub(joined);
                }
                Ok(false) => end = Some(Ok(())),
                Err(Stop::Input(error)) => end = Some(Err(error)),
                Err(Stop::Failed(e)) => return Err(input.failed(&e).into()),
            }
            if end.is_some() {
                break;
            }
            filled += 1;
            number += 1;
        }
        records.truncate(filled);
        maker.encoder.iter_mut().for_each(FactEncoder::learn);
        let batch = MadeBatch::new(Owner { plan: &chosen.plan, records }, |owner| {
            let made =
                owner.records.iter().map(|(at, record)| maker.make(owner.plan, record, at.row));
            made.collect()
        });
        let left = full.send(batch).is_err();
        match end {
            None if left => return Ok(End::default()),
            None => {}
            Some(Err(error)) => return Err(Stop::Input(error)),
            Some(Ok(())) => {
                let (joined, sha256) = (reader.joined(), input.sha256()?);
                return Ok(End { joined, notes, sha256, encoder: maker.encoder });
            }
        }
    }
}

/// How many line breaks a text has: LF, CR LF or CR.
fn line_breaks(text: &str) -> u64 {
    let count = |byte: u8| text.bytes().filter(|b| *b == byte).count();
    let (lf, cr) = (count(b'\n'), count(b'\r'));
    let both = if cr > 0 { text.matches("\r\n").count() } else { 0 };
    (lf + cr - both) as u64
}

/// Reads the next record. Where the mapping says that notes follow the table, those are counted, and a
/// record behind them breaks the format.
fn next(
    reader: &mut CsvReader,
    record: &mut Record,
    chosen: &ChosenMapping,
    notes: &mut u64,
) -> Result<bool, Stop<CsvError, std::io::Error>> {
    while reader.next(record)? {
        // the sign by which DOS ended a file
        if record.len() == 1 && record.get(0) == Some("\u{1a}") {
            continue;
        }
        let is_whole = !is_note(record, chosen.layout.header.len());
        let is_blank = record.iter().all(|cell| cell.trim().is_empty());
        // the heading of a section says something in its first cell alone, as a note does
        let is_left_out = || chosen.plan.skips(record) || chosen.plan.is_heading(record);
        if !chosen.mapping.read.footer || is_whole && *notes == 0 || is_left_out() {
            return Ok(true);
        }
        if is_whole && !is_blank {
            let (line, column) = reader.locate(None);
            let expected = "a record below a row that is taken for a note, since only its first cell says anything: remove footer = true, or the notes within the table";
            return Err(Stop::Input(CsvError {
                line,
                column,
                expected: expected.into(),
                is_encoding: false,
            }));
        }
        *notes += u64::from(!is_blank);
    }
    Ok(false)
}

/// Records that an export repeats, by their key.
struct RecordGroups(HashMap<String, RecordGroup>);

/// The records of one key: the first, the others, and whether they were met.
struct RecordGroup {
    first: Repeated,
    others: Vec<Repeated>,
    met: bool,
}

impl RecordGroups {
    /// The records of each key, where an export repeats records.
    fn of(chosen: &ChosenMapping, input: &SourceFile) -> Result<RecordGroups> {
        let mut groups = HashMap::new();
        if chosen.plan.repeats.is_none() {
            return Ok(RecordGroups(groups));
        }
        let mut records = chosen.records(input)?;
        let mut record = Record::new();
        while input.has_more(records.next(&mut record))? {
            let Some(repeated) = chosen.plan.repeats(&record) else { continue };
            match groups.get_mut(&repeated.key) {
                None => {
                    groups.insert(
                        repeated.key.clone(),
                        RecordGroup { first: repeated, others: Vec::new(), met: false },
                    );
                }
                // one that differs elsewhere is another record, and is told so
                Some(group) if group.first.shared != repeated.shared => {}
                Some(group) if group.first == repeated || group.others.contains(&repeated) => {}
                Some(group) => group.others.push(repeated),
            }
        }
        Ok(RecordGroups(groups))
    }
}

/// Makes facts of records.
struct RecordMaker {
    groups: RecordGroups,
    encoder: Option<FactEncoder>,
    dates: KnownDates,
}

impl RecordMaker {
    /// Makes facts of a record, unless it repeats another.
    fn make<'r>(
        &mut self,
        plan: &'r CompiledMapping,
        record: &'r Record,
        row: u64,
    ) -> RecordOutcome<'r> {
        let is_blank = record.iter().all(|cell| cell.trim().is_empty());
        if is_blank || plan.skips(record) {
            return RecordOutcome::Nothing;
        }
        let mut repetitions: &[Repeated] = &[];
        if let Some(repeated) = plan.repeats(record)
            && let Some(group) = self.groups.0.get_mut(&repeated.key)
            && group.first.shared == repeated.shared
        {
            if group.met {
                return RecordOutcome::Repeated;
            }
            group.met = true;
            repetitions = &group.others;
        }
        let mut digest = None;
        if let (Some(encoder), Some(first)) = (&self.encoder, plan.leads()) {
            let now = encoder.digest(plan.cells_of(record));
            if let Some(same) = encoder.ask(first.kind, || plan.key_of(record), now) {
                return RecordOutcome::Same(same);
            }
            digest = Some(now);
        }
        match plan.make(record, repetitions, row, &self.dates) {
            Ok(facts) => RecordOutcome::Facts(match &mut self.encoder {
                Some(encoder) => encoder.encode(facts, digest),
                None => RecordFacts::new(facts),
            }),
            Err(bad) => RecordOutcome::CellError(bad),
        }
    }
}

/// Finds the cells of records that were read before, by reading the file once more behind the first
/// reader.
pub struct Finder {
    records: CsvReader,
    record: Record,
    /// How many records it has read.
    read: u64,
}

impl Finder {
    /// Begins at the beginning.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn begin(chosen: &ChosenMapping, input: &SourceFile) -> Result<Finder> {
        Ok(Finder { records: chosen.records(input)?, record: Record::new(), read: 0 })
    }

    /// The line and column of a cell of a record, or of the record itself; records are asked for in
    /// their order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn locate(
        &mut self,
        input: &SourceFile,
        at: RecordPosition,
        cell: Option<usize>,
    ) -> Result<(u64, u64)> {
        while self.read <= at.number {
            if !input.has_more(self.records.next(&mut self.record))? {
                return Ok((at.line, 1));
            }
            self.read += 1;
        }
        Ok(self.records.locate(cell))
    }
}
