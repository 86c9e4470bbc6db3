//! Statements that a run needs again and again, prepared once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::fast::RandomState;
use rusqlite::{Connection, Statement};

use crate::error::Result;

/// The statements of a run, each by what it does, and to what.
pub struct StatementCache<'c> {
    connection: &'c Connection,
    statements: HashMap<(&'static str, &'static str), Statement<'c>, RandomState>,
}

impl<'c> StatementCache<'c> {
    /// None yet.
    pub fn new(connection: &'c Connection) -> StatementCache<'c> {
        StatementCache { connection, statements: HashMap::default() }
    }

    /// The statement that does this to that, made of the SQL when it is first asked for.
    ///
    /// # Errors
    /// The SQL is none.
    pub fn get(
        &mut self,
        does: &'static str,
        to: &'static str,
        sql: impl FnOnce() -> String,
    ) -> Result<&mut Statement<'c>> {
        Ok(match self.statements.entry((does, to)) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(free) => free.insert(self.connection.prepare(&sql())?),
        })
    }
}
