//! What is there already while a run writes: sources, topics, keys.

use rusqlite::OptionalExtension;

use crate::error::{Result, Stop};
use crate::kind::reference_table::ReferenceTable;
use crate::store::entities::lookup::{EntityClass, NameMatch};
use crate::store::read::StatedFields;
use crate::store::read::columns::reference_expression;
use crate::store::read::cursor::plain;
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

    /// The row of a table that has a name, as an export writes it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn row(&self, table: &'static ReferenceTable, name: &str) -> Result<Option<StatedFields>> {
        let shown: Vec<String> = table.fields.iter().map(reference_expression).collect();
        let sql = format!(
            "SELECT {} FROM {} f WHERE f.{} = ?1",
            shown.join(", "),
            table.table,
            table.key[0]
        );
        let mut find = self.transaction.prepare_cached(&sql)?;
        let mut rows = find.query([name])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut stated = Vec::new();
        for (i, field) in table.fields.iter().enumerate() {
            stated.push((field.name.to_owned(), plain(row.get_ref(i)?)?.to_string()));
        }
        Ok(Some(stated))
    }

    /// Whether an actor, or a place, has a name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn has_name(&mut self, class: EntityClass, name: &str) -> Result<bool> {
        Ok(!matches!(self.names.find(&self.transaction, class, name)?, NameMatch::None))
    }

    /// The SHA-256 of the text that is held of a source.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn text_sum(&self, source: &str) -> Result<Option<String>> {
        let find = "SELECT t.sha256 FROM source_texts t JOIN sources s ON s.id = t.source_id WHERE s.slug = ?1";
        Ok(self.transaction.query_row(find, [source], |row| row.get(0)).optional()?)
    }

    fn expected_slug(&self, one: &str, table: &str, slug: &str) -> Result<String> {
        let mut read = self.transaction.prepare_cached(&format!("SELECT slug FROM {table}"))?;
        let known = read.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        let command = if one == "source" {
            format!("facts source add {slug} --title TITLE")
        } else {
            format!("facts add topics slug={slug} question=QUESTION")
        };
        Ok(format!(
            "unknown {one}: add it with {command}, or list it in {table}.csv{}",
            did_you_mean(slug, known.iter().map(String::as_str))
        ))
    }
}
