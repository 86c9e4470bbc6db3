//! Reading an answer row by row: what its columns become, on this thread or, where they are many,
//! on others.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::thread::{ScopedJoinHandle, scope};

use foldhash::fast::RandomState;
use rusqlite::types::ValueRef;
use rusqlite::{Row, params_from_iter};

use crate::error::{Error, ErrorKind, Result};
use crate::kind::Field;
use crate::query::{ColumnRef, Query};
use crate::store::extras::{CellSlice, ExtrasDecoder};
use crate::store::read::batch::{Batch, CellBatch, channel};
use crate::store::read::compile::{self, CompiledQuery, Scan};
use crate::store::read::decoder::ColumnDecoder;
use crate::store::{Store, fact_id};
use crate::value::date::Days;
use crate::value::{OwnedValue, Value};

/// Minimum number of ids per stretch, and maximum number of stretches: two threads take turns.
const STRETCH: i64 = 512;
const TURNS: i64 = 1 << 14;

/// Reads answers, and remembers what the numbers in them stand for.
pub struct Cursor<'s> {
    store: &'s Store,
    /// Names, by the field and the number.
    called: HashMap<(&'static str, i64), OwnedValue, RandomState>,
    objects: ExtrasDecoder<'s>,
    /// The object of the row at hand; no kind has two fields of them.
    object: String,
    /// The columns of objects that are asked for, and those of the row at hand.
    asked: Vec<Arc<str>>,
    pieces: Vec<CellSlice>,
}

impl Cursor<'_> {
    /// So many names are remembered.
    const MANY: usize = 1 << 13;

    /// One that remembers nothing yet.
    pub fn of(store: &Store) -> Cursor<'_> {
        let objects = ExtrasDecoder::of(&store.connection);
        let (called, object, asked, pieces) =
            (HashMap::default(), String::new(), Vec::new(), Vec::new());
        Cursor { store, called, objects, object, asked, pieces }
    }

    /// Hands an answer on, a fact at a time, and says how many they were.
    ///
    /// # Errors
    /// The database cannot be read, or `row` fails.
    pub fn hand_on(
        &mut self,
        compiled: &CompiledQuery,
        mut row: impl FnMut(&[Value<'_>]) -> Result<()>,
    ) -> Result<u64> {
        let CompiledQuery { sql, values, decoders } = compiled;
        // the parts of an answer are asked for in the same words
        let mut statement = self.store.connection.prepare_cached(sql)?;
        let mut answer = statement.query(params_from_iter(values))?;
        let part = |read: &ColumnDecoder| {
            if let ColumnDecoder::Extra(_, name) = read { Some(name.clone()) } else { None }
        };
        self.asked = decoders.iter().filter_map(part).collect();
        let mut column = 0;
        let mut learned: Vec<(usize, &ColumnDecoder)> = Vec::new();
        for read in decoders {
            if matches!(
                read,
                ColumnDecoder::Called(_)
                    | ColumnDecoder::Ref(_)
                    | ColumnDecoder::Object
                    | ColumnDecoder::Extra(0, _)
            ) {
                learned.push((column, read));
            }
            column += read.width();
        }
        let mut rows = 0;
        while let Some(found) = answer.next()? {
            self.learn(found, &learned)?;
            let (mut column, mut packed) = (0, "");
            let mut cells = Vec::with_capacity(decoders.len());
            for read in decoders {
                if let ColumnDecoder::Extra(0, _) = read {
                    packed =
                        found.get_ref(column)?.as_str_or_null().ok().flatten().unwrap_or_default();
                }
                cells.push(self.cell(found, column, read, packed)?);
                column += read.width();
            }
            row(&cells)?;
            rows += 1;
        }
        Ok(rows)
    }

    /// Looks up what the numbers in some columns of a row stand for, where that is not known, and
    /// puts its object together.
    fn learn(&mut self, row: &Row<'_>, learned: &[(usize, &ColumnDecoder)]) -> Result<()> {
        if self.called.len() > Cursor::MANY {
            self.called.clear();
        }
        for (column, read) in learned {
            match (read, row.get_ref(*column)?) {
                (
                    ColumnDecoder::Called(field) | ColumnDecoder::Ref(field),
                    ValueRef::Integer(number),
                ) => {
                    if let Entry::Vacant(free) = self.called.entry((field.name, number)) {
                        free.insert(
                            self.store.name_of(&ColumnRef::Field(field), &Value::Int(number))?,
                        );
                    }
                }
                (ColumnDecoder::Extra(..), found) => match plain(found)?.text() {
                    Some(packed) => {
                        self.objects.take_apart(packed, &self.asked, &mut self.pieces)?;
                    }
                    None => self.pieces.clear(),
                },
                (ColumnDecoder::Object, found) => match plain(found)?.text() {
                    Some(packed) => self.objects.put_together(packed, &mut self.object)?,
                    None => self.object.clear(),
                },
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads a cell; `packed` is the object of the row, where columns of it are asked for.
    fn cell<'r>(
        &'r self,
        row: &'r Row<'_>,
        column: usize,
        read: &ColumnDecoder,
        packed: &'r str,
    ) -> Result<Value<'r>> {
        let number = |column| row.get::<_, Option<i64>>(column);
        let called = |field: &Field| {
            let name = number(column)?.and_then(|number| self.called.get(&(field.name, number)));
            Ok::<_, Error>(name.map_or(Value::Null, |name| name.with_text(Cow::Borrowed)))
        };
        Ok(match read {
            ColumnDecoder::Day => number(column)?.map_or(Value::Null, Value::Day),
            ColumnDecoder::Bucket(bucket) => {
                let days = Days { first: number(column)?, last: number(column + 1)? };
                match plain(row.get_ref(column + 2)?)? {
                    // it is not all that lies between
                    Value::Text(set) if !bucket.is_all_of(days) => Value::Text(set),
                    _ => bucket.label(days).map_or(Value::Null, |label| Value::Text(label.into())),
                }
            }
            ColumnDecoder::Called(field) => called(field)?,
            ColumnDecoder::Ref(source) => {
                let (source, key) = (called(source)?, plain(row.get_ref(column + 1)?)?);
                let parts =
                    [source.text().unwrap_or_default(), ":", key.text().unwrap_or_default()];
                Value::Text(Cow::Owned(parts.concat()))
            }
            ColumnDecoder::Extra(n, _) => {
                let text = self.pieces.get(*n).and_then(|piece| self.objects.text(piece, packed));
                text.map_or(Value::Null, |text| Value::Text(Cow::Borrowed(text)))
            }
            ColumnDecoder::Object if self.object.is_empty() => Value::Null,
            ColumnDecoder::Object => Value::Json(Cow::Borrowed(&self.object)),
            ColumnDecoder::Plain => plain(row.get_ref(column)?)?,
        })
    }
}

impl Store {
    /// Has another thread read an answer: first the rows that an index has first, then the others, which
    /// must be sorted.
    ///
    /// # Errors
    /// The database cannot be read, or `row` fails; the database is busy: then `row` was not
    /// called.
    pub(in crate::store) fn read_beside(
        &self,
        query: &Query,
        row: &mut dyn FnMut(&[Value<'_>]) -> Result<()>,
    ) -> Result<u64> {
        let other = Store::beside(&self.path)?;
        let parts = match self.day_of_first(query)? {
            Some(day) => vec![Scan::Before(day), Scan::Rest(day)],
            None => vec![Scan::Whole],
        };
        scope(|scope| {
            let (mut sender, receiver) = channel::<CellBatch>();
            let reader = scope.spawn(move || {
                let mut rows = 0;
                for part in parts {
                    let compiled = compile::compile_parallel(&other.connection, query, part)?;
                    rows += Cursor::of(&other)
                        .hand_on(&compiled, |cells| sender.push(|batch| batch.push(cells)))?;
                }
                sender.end()?;
                Ok(rows)
            });
            receiver.take(|batch| batch.hand_on(row))?;
            joined(reader)
        })
    }

    /// Has two other threads read an answer that nobody wants sorted, each a stretch of it in turn,
    /// and add the rows to the batches that are taken here.
    ///
    /// # Errors
    /// The database cannot be read, or `take` fails; the database is busy: then `take` was not
    /// called.
    pub(in crate::store) fn read_in_turn<B: Batch>(
        &self,
        query: &Query,
        add: impl Fn(&mut B, &[Value<'_>]) + Sync,
        mut take: impl FnMut(&mut B) -> Result<()>,
    ) -> Result<u64> {
        let most = fact_id::most_of(&self.connection, query.kinds[0])?;
        let length = STRETCH.max(most / TURNS);
        let begin = |turn: i64| if turn == 0 { i64::MIN } else { turn.saturating_mul(length) };
        let stretches = || {
            (0..=most / length)
                .map(|turn| (begin(turn), (turn + 1).saturating_mul(length).saturating_sub(1)))
        };
        let others = [Store::beside(&self.path)?, Store::beside(&self.path)?];
        let (many, add) = (others.len(), &add);
        scope(|scope| {
            let (incoming, readers): (Vec<_>, Vec<_>) = others
                .into_iter()
                .enumerate()
                .map(|(n, other)| {
                    let (mut sender, receiver) = channel::<B>();
                    let read = move || {
                        let mut reader = Cursor::of(&other);
                        let mut compiled =
                            compile::compile_parallel(&other.connection, query, Scan::Ids(0, 0))?;
                        let mut rows = 0;
                        for (first, last) in stretches().skip(n).step_by(many) {
                            compiled.set_ids(first, last);
                            rows += reader.hand_on(&compiled, |cells| {
                                sender.push(|batch| add(batch, cells))
                            })?;
                            sender.end()?;
                        }
                        Ok(rows)
                    };
                    (receiver, scope.spawn(read))
                })
                .unzip();
            for (_, receiver) in stretches().zip(incoming.iter().cycle()) {
                if !receiver.take(&mut take)? {
                    break;
                }
            }
            drop(incoming);
            // one that failed knows why; the other was told to stop
            let (told, ends): (Vec<_>, Vec<_>) =
                readers.into_iter().map(joined).partition(was_told);
            ends.into_iter().chain(told).sum()
        })
    }
}

/// Whether a thread ended because nobody listened any longer.
fn was_told<T>(end: &Result<T>) -> bool {
    matches!(end, Err(failure) if failure.kind == ErrorKind::Stopped)
}

fn joined<T>(reader: ScopedJoinHandle<'_, T>) -> T {
    reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A value of `SQLite` as a cell.
///
/// # Errors
/// It is none that the program writes: the database is damaged.
pub fn plain(value: ValueRef<'_>) -> Result<Value<'_>> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Real(n) => Value::Real(n),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Value::Text(Cow::Borrowed(text)),
            Err(_) => {
                return Err(Error::database("the database is damaged: invalid UTF-8 in a text")
                    .about_file()
                    .hint("restore a backup"));
            }
        },
        ValueRef::Blob(_) => {
            return Err(Error::database("the database is damaged: unexpected blob")
                .about_file()
                .hint("restore a backup"));
        }
    })
}
