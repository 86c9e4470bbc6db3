//! Taking a run back: what it added goes, what it retired lives again, as if it had never been.

use rusqlite::{OptionalExtension, TransactionBehavior};

use super::{Store, search};
use crate::exit::Result;
use crate::kind::KINDS;

/// What became of an undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undone {
    /// So many rows went, and so many live again.
    Done(u64, u64),
    /// There is no such run.
    NoRun,
    /// A later run changed what this one added.
    Later(i64),
}

impl Store {
    /// Takes a run back exactly. Actors, places, names, topics and sources that came with it stay.
    ///
    /// # Errors
    /// The database cannot be written; then nothing was.
    pub fn undo(&mut self, run: i64) -> Result<Undone> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known = transaction.query_row("SELECT 1 FROM imports WHERE id = ?1", [run], |_| Ok(())).optional()?;
        if known.is_none() {
            return Ok(Undone::NoRun);
        }
        let (mut gone, mut again) = (0, 0);
        for kind in KINDS {
            let later = format!("SELECT min(retired_by_id) FROM {} WHERE import_id = ?1 AND retired_by_id > ?1", kind.table);
            if let Some(later) = transaction.query_row(&later, [run], |row| row.get(0))? {
                return Ok(Undone::Later(later));
            }
            gone += transaction.execute(&format!("DELETE FROM {} WHERE import_id = ?1", kind.table), [run])?;
            let revive = format!("UPDATE {} SET retired_by_id = NULL, retired_why = NULL WHERE retired_by_id = ?1", kind.table);
            again += transaction.execute(&revive, [run])?;
        }
        transaction.execute("DELETE FROM imports WHERE id = ?1", [run])?;
        search::rebuild(&transaction)?;
        transaction.commit()?;
        Ok(Undone::Done(gone as u64, again as u64))
    }
}
