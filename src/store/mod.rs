//! The only folder that knows `SQLite`: open, migrate, write, select.

mod connection;
mod date_parts;
#[cfg(test)]
mod encoder_tests;
mod entities;
mod error;
mod extras;
mod fact_id;
mod inspect;
mod interrupt;
pub mod published;
mod read;
mod rollup;
mod schema;
mod search;
mod source_texts;
#[cfg(test)]
mod tests;
pub mod trace;
mod write;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use connection::Access;
pub use entities::{EntityClass, LinkOutcome};
use published::EngineClient;

pub use inspect::{
    ChangedFact, ChangedRow, FactChange, FactVersion, History, ImportRecord, KindCount, SqlColumn,
    SqlLimits, Status, compared,
};
pub use read::{LiveFact, StatedFields};
pub use rollup::{AggregateRequest, RollupRow};
pub use schema::migrations::AppliedMigration;
pub use write::{
    Counts, FactEncoder, ImportInfo, NewFactOutcome, Outcome, RecordFacts, ReleaseEnd,
    ReleaseImport, ReleaseInfo, RowError, SameRecord, UndoOutcome, Writer, key_of,
};

/// An open database of facts, checked to be one.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// Its schema was found to be the one that the migrations make.
    is_ours: bool,
    /// Whoever holds the facts, if they are not in the file.
    published: Option<Box<dyn EngineClient>>,
}

impl Store {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// An SQL text literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
