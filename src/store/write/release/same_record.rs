//! Recognises unchanged records by their digest, before any facts are made of them.

use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::kind::Kind;
use crate::store::fact_id;
use crate::store::write::counts::Outcome;
use crate::store::write::fact_encoder::SameRecord;
use crate::store::write::release::ReleaseImport;
use crate::store::write::transaction::Writer;

impl ReleaseImport {
    /// Counts a record if it is in the database unchanged. False if it is not, or if its facts were changed in any
    /// way since the first of them was recorded; then each of them must be compared.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_same(&mut self, writer: &mut Writer<'_>, record: &SameRecord) -> Result<bool> {
        let facts = self.facts_of_same(writer, record)?;
        self.changes.count(facts.is_empty());
        let Some((kind, first)) = facts.first().copied() else { return Ok(false) };
        let is_repeated = self.has_seen(kind, first);
        facts.into_iter().for_each(|(kind, id)| self.see(kind, id));
        writer.counts.count(if is_repeated { Outcome::Repeated } else { Outcome::Unchanged });
        Ok(true)
    }

    /// The live facts of an unchanged record; none if it is not unchanged.
    fn facts_of_same(
        &self,
        writer: &mut Writer<'_>,
        record: &SameRecord,
    ) -> Result<Vec<(&'static Kind, i64)>> {
        let SameRecord { kind, key, digest } = record;
        let first: Option<(i64, i64)> = writer
            .statements
            .get("same", kind.name, || same(kind))?
            .query_row(params![self.source, key, digest], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((first, import)) = first else { return Ok(Vec::new()) };
        let mut facts = vec![(*kind, first)];
        for kind in &self.kinds {
            let find = writer.statements.get("of record", kind.name, || of_record(kind))?;
            let mut rows = find.query(params![self.source, key, import])?;
            while let Some(row) = rows.next()? {
                match row.get(0)? {
                    Some(id) => facts.push((*kind, id)),
                    None => return Ok(Vec::new()),
                }
            }
        }
        Ok(facts)
    }
}

/// The SQL that finds the first fact of a record by its key and digest, and the import that recorded it.
fn same(kind: &'static Kind) -> String {
    format!(
        "SELECT f.id, f.import_id FROM {} f JOIN extras x ON x.id = {}
          WHERE f.source_id = ?1 AND f.key = ?2 AND f.retired_by_id IS NULL AND x.record = ?3",
        kind.table,
        fact_id::number("f", fact_id::kind_tag(kind))
    )
}

/// The SQL that finds the further live facts of a record; NULL for each that an import after `?3` recorded or
/// retired, or that a person recorded.
fn of_record(kind: &'static Kind) -> String {
    let table = kind.table;
    let under = "f.source_id = ?1 AND f.key > ?2 || '/' AND f.key < ?2 || '0'";
    format!(
        "SELECT iif(f.import_id > ?3 OR r.file IS NULL, NULL, f.id) FROM {table} f JOIN imports r ON r.id = f.import_id
          WHERE {under} AND f.retired_by_id IS NULL
         UNION ALL
         SELECT NULL FROM {table} f WHERE {under} AND f.retired_by_id > ?3 AND f.retired_by_id IS NOT NULL"
    )
}
