//! Loading much at once: indexes that are cheaper to make anew at the end, and names looked up in
//! memory meanwhile.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use rusqlite::{Transaction, params};

use crate::error::Result;
use crate::kind::KINDS;
use crate::store::entities::lookup::EntityClass;

/// A row of `names` on its way in.
pub struct NameRow {
    /// The row.
    pub id: i64,
    /// The spelling or code.
    pub name: String,
    /// The actor or place.
    pub entity: i64,
    /// Since when it is so, as EDTF.
    pub valid_from: Option<String>,
    /// Until when.
    pub valid_to: Option<String>,
}

/// A large load under way: some indexes are not there, and memory tells which rows of `names` a
/// folded form may have.
#[derive(Debug)]
pub struct Bulk {
    /// The statements that make the indexes again.
    indexes: Vec<String>,
    /// The first row of a folded form, by its hash, and the further ones.
    first: HashMap<u64, i64, RandomState>,
    further: HashMap<u64, Vec<i64>, RandomState>,
    hasher: RandomState,
}

/// Fewer records than these are not worth it.
const MANY: u64 = 10_000;

impl Bulk {
    /// Begins a large load, if so many records are one beside what is there already.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn begin(transaction: &Transaction<'_>, records: u64) -> Result<Option<Bulk>> {
        let mut there = 0;
        for kind in KINDS {
            let most = format!("SELECT ifnull(max(id), 0) FROM {}", kind.table);
            there += transaction.query_row(&most, [], |row| row.get::<_, i64>(0))?.unsigned_abs();
        }
        if records < MANY || records < there {
            return Ok(None);
        }
        let mut names: Vec<String> =
            ["names_of_places", "names_folded", "places_name"].map(str::to_owned).to_vec();
        names.extend(KINDS.iter().map(|kind| format!("{}_date", kind.table)));
        let mut indexes = Vec::new();
        for name in names {
            let find = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?1";
            indexes.push(transaction.query_row(find, [&name], |row| row.get(0))?);
            transaction.execute(&format!("DROP INDEX {name}"), [])?;
        }
        let mut bulk = Bulk {
            indexes,
            first: HashMap::default(),
            further: HashMap::default(),
            hasher: RandomState::default(),
        };
        let mut read = transaction.prepare("SELECT id, folded FROM names")?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            bulk.hear(row.get_ref(1)?.as_str().unwrap_or_default(), row.get(0)?);
        }
        Ok(Some(bulk))
    }

    /// Makes the indexes again.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end(self, transaction: &Transaction<'_>) -> Result<()> {
        let Bulk { indexes, first, further, .. } = self;
        // sorting wants the memory
        drop((first, further));
        for index in &indexes {
            transaction.execute(index, [])?;
        }
        Ok(())
    }

    /// Remembers a new row of `names`.
    pub fn hear(&mut self, folded: &str, id: i64) {
        let hash = self.hasher.hash_one(folded);
        match self.first.entry(hash) {
            Entry::Occupied(_) => self.further.entry(hash).or_default().push(id),
            Entry::Vacant(free) => {
                free.insert(id);
            }
        }
    }

    /// The rows of `names` that may have this folded form; others do not.
    fn heard(&self, folded: &str) -> Vec<i64> {
        let hash = self.hasher.hash_one(folded);
        let first = self.first.get(&hash).copied();
        first.into_iter().chain(self.further.get(&hash).into_iter().flatten().copied()).collect()
    }
}

/// The rows of `names` of a class that have this folded form and scheme.
///
/// # Errors
/// The database cannot be read.
pub fn rows_of(
    transaction: &Transaction<'_>,
    bulk: Option<&Bulk>,
    class: EntityClass,
    scheme: &str,
    folded: &str,
) -> Result<Vec<NameRow>> {
    let row = |row: &rusqlite::Row<'_>| {
        Ok(NameRow {
            id: row.get(0)?,
            name: row.get(1)?,
            entity: row.get(2)?,
            valid_from: row.get(3)?,
            valid_to: row.get(4)?,
        })
    };
    // the plus keeps SQLite from looking through all names of a scheme
    let sql = |by: &str| {
        let column = class.column();
        format!(
            "SELECT id, name, {column}, valid_from, valid_to FROM names
              WHERE folded = ?1 AND +scheme = ?2 AND {column} IS NOT NULL{by}"
        )
    };
    let Some(bulk) = bulk else {
        let mut find = transaction.prepare_cached(&sql(""))?;
        let rows = find.query_map(params![folded, scheme], row)?;
        return Ok(rows.collect::<Result<_, _>>()?);
    };
    let mut found = Vec::new();
    let ids = bulk.heard(folded);
    if !ids.is_empty() {
        let mut find = transaction.prepare_cached(&sql(" AND id = ?3"))?;
        for id in ids {
            for name in find.query_map(params![folded, scheme, id], row)? {
                found.push(name?);
            }
        }
    }
    Ok(found)
}
