//! Statements that a run needs again and again, prepared once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::fast::RandomState;
use rusqlite::{Connection, Statement};

use crate::error::Result;
use crate::store::write::param::Param;

/// A statement whose parameters stay bound: a value that is the same as in the row before, such as a constant
/// or NULL, is not bound again.
pub struct RowStatement<'c> {
    statement: Statement<'c>,
    bound: Vec<BoundValue>,
}

/// The value of a parameter, if it is short enough to be remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BoundValue {
    Null,
    Integer(i64),
    Real(u64),
    Short(u8, [u8; BoundValue::SHORT]),
    Other,
}

impl BoundValue {
    /// The longest text that is remembered, in bytes.
    const SHORT: usize = 14;

    fn of(value: &Param<'_>) -> BoundValue {
        match value {
            Param::Null => BoundValue::Null,
            Param::Integer(n) => BoundValue::Integer(*n),
            Param::Real(n) => BoundValue::Real(n.to_bits()),
            Param::Text(text) if text.len() <= BoundValue::SHORT => {
                let mut short = [0; BoundValue::SHORT];
                short[..text.len()].copy_from_slice(text.as_bytes());
                BoundValue::Short(u8::try_from(text.len()).unwrap_or_default(), short)
            }
            Param::Text(_) | Param::Blob(_) => BoundValue::Other,
        }
    }
}

impl RowStatement<'_> {
    /// Runs the statement with these values; returns how many rows it changed.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn execute<'v>(&mut self, values: impl Iterator<Item = &'v Param<'v>>) -> Result<usize> {
        for (i, value) in values.enumerate() {
            let now = BoundValue::of(value);
            if self.bound.len() <= i {
                self.bound.push(BoundValue::Null);
            }
            if now == BoundValue::Other || now != self.bound[i] {
                self.statement.raw_bind_parameter(i + 1, value)?;
                self.bound[i] = now;
            }
        }
        Ok(self.statement.raw_execute()?)
    }
}

/// The statements of a run, each by what it does, and to what.
pub struct StatementCache<'c> {
    connection: &'c Connection,
    statements: HashMap<(&'static str, &'static str), Statement<'c>, RandomState>,
    rows: HashMap<&'static str, RowStatement<'c>, RandomState>,
}

impl<'c> StatementCache<'c> {
    /// None yet.
    pub fn new(connection: &'c Connection) -> StatementCache<'c> {
        StatementCache { connection, statements: HashMap::default(), rows: HashMap::default() }
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

    /// The statement that adds a row to a table.
    ///
    /// # Errors
    /// The SQL is none.
    pub fn row(
        &mut self,
        table: &'static str,
        sql: impl FnOnce() -> String,
    ) -> Result<&mut RowStatement<'c>> {
        Ok(match self.rows.entry(table) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(free) => {
                let statement = self.connection.prepare(&sql())?;
                free.insert(RowStatement { statement, bound: Vec::new() })
            }
        })
    }
}
