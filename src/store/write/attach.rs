//! Attaching the text of a document, and looking for the quotes of its facts in it.

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Error, Result};
use crate::evidence::gate::{self, Citation};
use crate::evidence::quote::{self, QuoteStatus};
use crate::kind::KINDS;
use crate::kind::reference_table::TEXTS;
use crate::store::write::transaction::Writer;
use crate::store::write::undo_steps;
use crate::store::{rollup, search};

/// How many quotes of a source a text has, and how many it lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QuoteCounts {
    /// Those that it has.
    pub found: u64,
    /// Those that it lacks.
    pub lacking: u64,
}

/// The quote of a fact.
struct StoredQuote {
    id: i64,
    quote: String,
    locator: Option<String>,
    is_live: bool,
    status: Option<String>,
}

/// Says of the quotes of a source's facts that no text is held, if none is any longer.
///
/// # Errors
/// The database cannot be written.
pub fn forget_statuses(connection: &Connection, source: i64) -> Result<()> {
    let find = "SELECT text FROM source_texts WHERE source_id = ?1";
    let text: Option<String> = connection.query_row(find, [source], |row| row.get(0)).optional()?;
    if text.is_some() {
        return Ok(());
    }
    for kind in KINDS {
        let is_rolled_up = rollup::is_complete(connection, kind)?;
        let set = format!(
            "UPDATE {} SET quote_status = '{}' WHERE source_id = ?1 AND quote IS NOT NULL",
            kind.table,
            QuoteStatus::NotHeld.name()
        );
        if connection.execute(&set, [source])? > 0 && is_rolled_up {
            rollup::say_whole(connection, kind)?;
        }
    }
    Ok(())
}

/// Looks for the quotes of a source's facts in a text, and keeps how each was found as a change by
/// a run.
fn look_again(
    connection: &Connection,
    run: Option<i64>,
    source: i64,
    text: &str,
) -> Result<QuoteCounts> {
    let mut counts = QuoteCounts::default();
    for kind in KINDS {
        let table = kind.table;
        let mut read = connection.prepare(&format!(
            "SELECT id, quote, locator, retired_by_id IS NULL, quote_status FROM {table} WHERE source_id = ?1 AND quote IS NOT NULL"
        ))?;
        let quotes: Vec<StoredQuote> = read
            .query_map([source], |row| {
                Ok(StoredQuote {
                    id: row.get(0)?,
                    quote: row.get(1)?,
                    locator: row.get(2)?,
                    is_live: row.get(3)?,
                    status: row.get(4)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        if quotes.is_empty() {
            continue;
        }
        // no figure changes, so that the rollup stays what it is
        let is_rolled_up = rollup::is_complete(connection, kind)?;
        let set = format!("UPDATE {table} SET quote_status = ?2 WHERE id = ?1");
        let mut set = connection.prepare(&set)?;
        for StoredQuote { id, quote, locator, is_live, status: before } in quotes {
            let citation = Citation {
                quote: Some(&quote),
                locator: locator.as_deref(),
                text: Some(text),
                accepts_nearest: before.as_deref() == Some(QuoteStatus::Near.name()),
            };
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
            if run.is_some() && before.as_deref() != Some(status.name()) {
                let columns = ["quote_status"];
                undo_steps::keep(connection, run, table, &columns, "id = ?1", id)?;
                set.execute(params![id, status.name()])?;
            }
        }
        if is_rolled_up {
            rollup::say_whole(connection, kind)?;
        }
    }
    Ok(counts)
}

impl Writer<'_> {
    /// Keeps the text of a source, in the place of an earlier one.
    ///
    /// # Errors
    /// The database cannot be written, or there is no such source.
    pub fn attach(&mut self, source: &str, text: &str, sha256: &str) -> Result<QuoteCounts> {
        let slug = source;
        let source = self.source(slug).map_err(|stop| stop.into_error(Error::usage))?;
        let held = self.text_of(slug)?;
        if held.as_deref() == Some(text) && self.text_sum(slug)?.as_deref() == Some(sha256) {
            return look_again(&self.transaction, None, source, text);
        }
        let run = self.begin(source)?;
        let connection = &self.transaction;
        search::forget_text(connection, source)?;
        let columns = ["sha256", "text"];
        let of_source = "source_id = ?1";
        undo_steps::keep(connection, Some(run), TEXTS.table, &columns, of_source, source)?;
        connection.execute(
            "INSERT INTO source_texts (source_id, sha256, text, import_id) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (source_id) DO UPDATE SET sha256 = excluded.sha256, text = excluded.text",
            params![source, sha256, text, run],
        )?;
        search::add_text(connection, source)?;
        let quotes = look_again(connection, Some(run), source, text)?;
        self.texts.remove(slug);
        Ok(quotes)
    }
}
