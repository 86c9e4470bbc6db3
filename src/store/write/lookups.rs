//! What is there already while a run writes: sources, topics, keys.

use rusqlite::OptionalExtension;

use crate::error::{Result, Stop};
use crate::store::write::transaction::Writer;
use crate::value::suggest::did_you_mean;

impl Writer<'_> {
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
