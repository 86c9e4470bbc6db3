//! The only folder that knows `SQLite`: open, migrate, write, select.

mod backup;
mod batch;
mod bulk;
mod compile;
mod condition;
mod diff;
pub mod draft;
mod extra;
mod fault;
mod form;
mod held;
mod integrity;
mod interrupt;
mod known;
mod link;
mod names;
mod open;
mod output;
mod parents;
pub mod place;
mod prepare;
mod reader;
mod release;
mod remembered;
mod resolve;
mod schema;
mod search;
mod select;
mod sql;
mod status;
mod summary;
#[cfg(test)]
mod tests;
mod texts;
mod undo;
mod write;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use diff::{Change, compared};
pub use link::Linked;
pub use names::Class;
pub use open::Access;
pub use output::Output;
pub use release::{About, Release};
pub use schema::migrations::Ledger;
pub use sql::{Column, Cost};
pub use status::{Held, History, Status};
pub use summary::{Asked, Sums};
pub use undo::Undone;
pub use write::{Counts, Outcome, Refused, Run, Writer};

/// An open database of facts, checked to be one.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// Its schema was found to be the one that the migrations make.
    is_ours: bool,
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
