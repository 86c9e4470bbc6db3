//! Loading much at once: indexes that are cheaper to make anew at the end.

use rusqlite::{OptionalExtension, Transaction};

use crate::error::Result;
use crate::kind::{Field, KINDS, Kind};
use crate::store::entities::lookup::EntityClass;
use crate::store::fact_id;

/// A large load under way: some indexes are not there.
#[derive(Debug)]
pub struct Bulk {
    /// The statements that make the indexes again.
    indexes: Vec<String>,
}

/// Fewer records than these are not worth it.
const MANY: u64 = 10_000;

impl Bulk {
    /// Begins a large load, if this many records are large beside what is there. An index of a
    /// field that no record fills stays: to make it anew takes a pass over all rows.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn begin(
        transaction: &Transaction<'_>,
        records: u64,
        fills: impl Fn(&Kind, &Field) -> bool,
    ) -> Result<Option<Bulk>> {
        let there = fact_id::most(transaction)?.unsigned_abs();
        if records < MANY || records < there {
            return Ok(None);
        }
        let mut indexes = Vec::new();
        for kind in KINDS {
            let filled: Vec<&Field> = kind.fields().filter(|field| fills(kind, field)).collect();
            let named = filled.iter().filter(|field| EntityClass::of(field.ty).is_some());
            let dated = (!filled.is_empty()).then_some("date");
            for of in dated.into_iter().chain(named.map(|field| field.name)) {
                let name = format!("{}_{of}", kind.table);
                let find = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?1";
                // a country is that of the place
                let index = transaction.query_row(find, [&name], |row| row.get(0)).optional()?;
                let Some(index) = index else { continue };
                indexes.push(index);
                transaction.execute(&format!("DROP INDEX {name}"), [])?;
            }
        }
        automerge(transaction, 0)?;
        Ok(Some(Bulk { indexes }))
    }

    /// Makes the indexes again.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end(self, transaction: &Transaction<'_>) -> Result<()> {
        automerge(transaction, AUTOMERGE)?;
        self.indexes.iter().try_for_each(|index| Ok(transaction.execute(index, []).map(|_| ())?))
    }
}

/// The default of FTS5: it merges segments of the full-text index as soon as there are this many.
const AUTOMERGE: i64 = 4;

/// Sets when segments of the full-text index are merged; with 0, only when there are very many.
fn automerge(transaction: &Transaction<'_>, pieces: i64) -> Result<()> {
    let set = "INSERT INTO search (search, rank) VALUES ('automerge', ?1)";
    transaction.execute(set, [pieces])?;
    Ok(())
}
