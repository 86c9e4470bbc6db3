//! Texts that come again and again in extra columns get numbers, which cells then have in their place.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::{FixedState, RandomState};
use rusqlite::Connection;

use crate::error::Result;
use crate::store::extras::NUMBERED;

/// How often texts of a column were looked up, and had a number.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TextHits {
    tried: u32,
    hit: u32,
}

impl TextHits {
    /// The number of look-ups after which it is decided.
    const TRIALS: u32 = 1 << 10;

    /// Whether texts of the column seldom come again.
    fn are_few(self) -> bool {
        self.tried >= TextHits::TRIALS && self.hit < self.tried / 8
    }
}

/// The texts that numbers stand for.
#[derive(Debug)]
pub(super) struct TextNumbers {
    ids: HashMap<Box<str>, i64, RandomState>,
    /// The last number that was given.
    last: i64,
    /// Those of late that have none: one that comes again gets a number.
    seen: HashSet<u64, RandomState>,
    hasher: FixedState,
    /// Numbers that were given and are yet to be written.
    new: Vec<(i64, Box<str>)>,
}

impl TextNumbers {
    /// The length in bytes, quotes included, of the longest text that gets a number, and how many texts
    /// are remembered as seen once.
    pub(super) const LONG: usize = 100;
    const SEEN: usize = 1 << 14;

    /// Those that are there.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(connection: &Connection) -> Result<TextNumbers> {
        let mut read = connection.prepare("SELECT text, id FROM extra_texts")?;
        let texts = read.query_map([], |row| Ok((row.get::<_, String>(0)?.into(), row.get(1)?)))?;
        let ids: HashMap<_, i64, _> = texts.collect::<Result<_, _>>()?;
        let last = ids.values().copied().max().unwrap_or_default();
        Ok(TextNumbers {
            ids,
            last,
            seen: HashSet::default(),
            hasher: FixedState::default(),
            new: Vec::new(),
        })
    }

    /// The array of cells, each in quotes, with numbers for texts where they are shorter.
    pub fn code<'c>(
        &mut self,
        cells: impl Iterator<Item = Option<&'c str>> + Clone,
        hits: &mut Vec<TextHits>,
    ) -> String {
        let long = |cell: Option<&str>| cell.map_or(4, str::len) + 1;
        let mut coded = String::with_capacity(cells.clone().map(long).sum::<usize>() + 1);
        for (column, cell) in cells.enumerate() {
            coded.push(if column == 0 { '[' } else { ',' });
            if hits.len() <= column {
                hits.push(TextHits::default());
            }
            let Some(cell) = cell else {
                coded.push_str("null");
                continue;
            };
            let begin = coded.len();
            if (3..=TextNumbers::LONG).contains(&cell.len()) && !hits[column].are_few() {
                hits[column].tried += 1;
                if let Some(number) = self.number(cell) {
                    hits[column].hit += 1;
                    coded.push_str(itoa::Buffer::new().format(number));
                }
            }
            if coded.len() == begin || coded.len() - begin >= cell.len() {
                coded.truncate(begin);
                coded.push_str(cell);
            }
        }
        coded.push(']');
        coded
    }

    /// Whether texts got a number that is not written yet.
    pub fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// Writes the texts that got a number.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn write_new(&mut self, connection: &Connection) -> Result<()> {
        for new in self.new.drain(..) {
            connection
                .prepare_cached("INSERT INTO extra_texts (id, text) VALUES (?1, ?2)")?
                .execute(new)?;
        }
        Ok(())
    }

    /// The number of a text, which may get one now.
    fn number(&mut self, text: &str) -> Option<i64> {
        if let Some(id) = self.ids.get(text) {
            return Some(*id);
        }
        if self.last >= NUMBERED || self.seen.insert(self.hasher.hash_one(text)) {
            if self.seen.len() >= TextNumbers::SEEN {
                self.seen.clear();
            }
            return None;
        }
        self.last += 1;
        self.ids.insert(text.into(), self.last);
        self.new.push((self.last, text.into()));
        Some(self.last)
    }
}
