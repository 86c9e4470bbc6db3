//! Whether the pages of a file are sound.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, Result};

/// Refuses a database whose pages are damaged, as far as a quick check tells.
///
/// # Errors
/// It is damaged.
pub fn check(connection: &Connection, path: &Path) -> Result<()> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" {
        return Ok(());
    }
    Err(Error::database(format!("{} is damaged", path.display()))
        .with_source(said)
        .hint("restore a backup"))
}
