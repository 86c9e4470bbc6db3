//! The texts of documents, read back.

use rusqlite::{Connection, OptionalExtension};

use crate::error::Result;
use crate::store::Store;

/// A text that the database holds, and the sums of its file and of the source's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// The text.
    pub text: String,
    /// SHA-256 of the file that was attached.
    pub sha256: String,
    /// SHA-256 that the source gives, if it gives one.
    pub expected: Option<String>,
}

/// The text of a source, if it is held.
///
/// # Errors
/// The database cannot be read.
pub fn text(connection: &Connection, source: &str) -> Result<Option<String>> {
    let find =
        "SELECT t.text FROM source_texts t JOIN sources s ON s.id = t.source_id WHERE s.slug = ?1";
    Ok(connection.prepare_cached(find)?.query_row([source], |row| row.get(0)).optional()?)
}

impl Store {
    /// The text of a source with its sums, if it is held.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn held_text(&self, source: &str) -> Result<Option<SourceText>> {
        let find = "SELECT t.text, t.sha256, s.sha256 FROM source_texts t JOIN sources s ON s.id = t.source_id WHERE s.slug = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(SourceText { text: row.get(0)?, sha256: row.get(1)?, expected: row.get(2)? })
        };
        Ok(self.connection.prepare_cached(find)?.query_row([source], read).optional()?)
    }

    /// The SHA-256 that a source gives for its file; the outer `None`: there is no such source.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn source_sum(&self, source: &str) -> Result<Option<Option<String>>> {
        Ok(self
            .connection
            .query_row("SELECT sha256 FROM sources WHERE slug = ?1", [source], |row| row.get(0))
            .optional()?)
    }
}
