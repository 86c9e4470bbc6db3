//! What is there already while a run writes: sources, topics, keys.

use rusqlite::{OptionalExtension, params};

use crate::error::{Result, Stop};
use crate::kind::Kind;
use crate::store::write::transaction::Writer;
use crate::value::suggest::did_you_mean;

impl Writer<'_> {
    /// Whether a live fact of a kind has this name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_live(&self, kind: &Kind, source: &str, key: &str) -> Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} WHERE source_id = (SELECT id FROM sources WHERE slug = ?1) AND key = ?2 AND retired_by_id IS NULL)",
            kind.table
        );
        Ok(self.transaction.prepare_cached(&sql)?.query_row([source, key], |row| row.get(0))?)
    }

    /// A key for a new fact of a source that none of its kind has had: `casualty-statistic-3`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn next_key(&self, kind: &Kind, source: &str) -> Result<String> {
        let stem = kind.one.replace(' ', "-");
        let sql = format!(
            "SELECT ifnull(max(CAST(substr(key, ?2) AS INTEGER)), 0) + 1 FROM {}
              WHERE source_id = (SELECT id FROM sources WHERE slug = ?1) AND key GLOB ?3",
            kind.table
        );
        let from = i64::try_from(stem.len()).unwrap_or(0) + 2;
        let next: i64 = self
            .transaction
            .prepare_cached(&sql)?
            .query_row(params![source, from, format!("{stem}-[0-9]*")], |row| row.get(0))?;
        Ok(format!("{stem}-{next}"))
    }

    /// The number of a source, or what was expected instead.
    pub(in crate::store) fn source(&mut self, slug: &str) -> Result<i64, Stop<String>> {
        if let Some(id) = self.sources.get(slug) {
            return Ok(*id);
        }
        let find = "SELECT id FROM sources WHERE slug = ?1";
        let found: Option<i64> = self
            .transaction
            .prepare_cached(find)?
            .query_row([slug], |row| row.get(0))
            .optional()?;
        match found {
            Some(id) => {
                self.sources.insert(slug.to_owned(), id);
                Ok(id)
            }
            None => Err(Stop::Input(self.expected_slug("source", "sources", slug)?)),
        }
    }

    pub(in crate::store) fn topic(&mut self, slug: &str) -> Result<(), Stop<String>> {
        let known: bool = self
            .transaction
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM topics WHERE slug = ?1)")?
            .query_row([slug], |row| row.get(0))?;
        if known { Ok(()) } else { Err(Stop::Input(self.expected_slug("topic", "topics", slug)?)) }
    }

    fn expected_slug(&self, one: &str, table: &str, slug: &str) -> Result<String> {
        let mut read = self.transaction.prepare_cached(&format!("SELECT slug FROM {table}"))?;
        let known = read.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        let command = if one == "source" { "facts source add" } else { "facts add topics" };
        Ok(format!(
            "unknown {one}: add it with {command}, or list it in {table}.csv{}",
            did_you_mean(slug, known.iter().map(String::as_str))
        ))
    }
}
