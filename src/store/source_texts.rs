//! The texts of documents: attaching one, and reading it back.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::error::Result;
use crate::evidence::gate::{self, Citation};
use crate::evidence::quote::{self, QuoteStatus};
use crate::kind::KINDS;
use crate::store::rollup;
use crate::store::{Store, search};

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

/// How many quotes of a source a text has, and how many it lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QuoteCounts {
    /// Those that it has.
    pub found: u64,
    /// Those that it lacks.
    pub lacking: u64,
}

/// Looks for the quotes of a source's facts in a text, and keeps how each was found.
fn look_again(connection: &Connection, source: i64, text: &str) -> Result<QuoteCounts> {
    let mut counts = QuoteCounts::default();
    for kind in KINDS {
        let table = kind.table;
        let mut read = connection.prepare(&format!(
            "SELECT id, quote, locator, retired_by_id IS NULL FROM {table} WHERE source_id = ?1 AND quote IS NOT NULL"
        ))?;
        let quotes: Vec<(i64, String, Option<String>, bool)> = read
            .query_map([source], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        if quotes.is_empty() {
            continue;
        }
        // no figure changes, so that the rollup stays what it is
        let is_rolled_up = rollup::is_whole(connection, kind)?;
        let set = format!("UPDATE {table} SET quote_status = ?2 WHERE id = ?1");
        let mut set = connection.prepare(&set)?;
        for (id, quote, locator, is_live) in quotes {
            let citation =
                Citation { quote: Some(&quote), locator: locator.as_deref(), text: Some(text) };
            // of several places without a locator, any shows how it was found
            let status = match gate::check(citation) {
                Ok(cited) => cited.status.unwrap_or(QuoteStatus::Unchecked),
                Err(_) if locator.is_none() => quote::places(text, &quote)
                    .first()
                    .map_or(QuoteStatus::Unchecked, |place| place.status),
                Err(_) => QuoteStatus::Unchecked,
            };
            if is_live {
                let is_found = status != QuoteStatus::Unchecked;
                *(if is_found { &mut counts.found } else { &mut counts.lacking }) += 1;
            }
            set.execute(params![id, status.name()])?;
        }
        if is_rolled_up {
            rollup::say_whole(connection, kind)?;
        }
    }
    Ok(counts)
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

    /// Keeps the text of a source, in the place of an earlier one, unless `agree` refuses: it is
    /// called in the same transaction, so that what it reads is what is replaced.
    ///
    /// # Errors
    /// The database cannot be written, or that of `agree`.
    pub fn attach(
        &self,
        source: &str,
        text: &str,
        sha256: &str,
        agree: impl FnOnce() -> Result<()>,
    ) -> Result<QuoteCounts> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        agree()?;
        let source: i64 =
            transaction
                .query_row("SELECT id FROM sources WHERE slug = ?1", [source], |row| row.get(0))?;
        search::forget_text(&transaction, source)?;
        transaction.execute(
            "INSERT INTO source_texts (source_id, sha256, text) VALUES (?1, ?2, ?3)
             ON CONFLICT (source_id) DO UPDATE SET sha256 = excluded.sha256, text = excluded.text",
            params![source, sha256, text],
        )?;
        search::add_text(&transaction, source)?;
        let quotes = look_again(&transaction, source, text)?;
        transaction.commit()?;
        Ok(quotes)
    }
}
