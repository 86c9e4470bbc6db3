//! What changed in a source between two of its runs: facts that came, went, or were stated
//! otherwise.

use std::collections::BTreeMap;

use rusqlite::params;

use crate::error::Result;
use crate::kind::{Field, KINDS, Kind};
use crate::store::Store;
use crate::store::read::columns;
use crate::store::read::cursor::plain;
use crate::value::OwnedValue;

/// A fact that differs between two runs.
#[derive(Debug, Clone)]
pub struct FactChange {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its key within the source.
    pub key: String,
    /// What it stated, field by field; `None`: it was not there.
    pub before: Option<Vec<OwnedValue>>,
    /// What it states; `None`: it is no more.
    pub after: Option<Vec<OwnedValue>>,
}

/// The fields that a change is told in.
pub fn compared(kind: &'static Kind) -> impl Iterator<Item = &'static Field> {
    kind.fields()
        .filter(|field| field.is_given() && !["key", "source", "locator"].contains(&field.name))
}

impl Store {
    /// The last run that brought a release, or the run of this number (`import=3`), with its
    /// source; one a source.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn runs_of(&self, release: &str) -> Result<Vec<(i64, String)>> {
        let number = release.strip_prefix("import=").and_then(|run| run.parse::<i64>().ok());
        let mut find = self.connection.prepare(
            "SELECT max(r.id), s.slug FROM imports r JOIN sources s ON s.id = r.source_id
              WHERE CASE WHEN ?2 IS NULL THEN r.release = ?1 ELSE r.id = ?2 END GROUP BY s.slug ORDER BY 1",
        )?;
        let runs =
            find.query_map(params![release, number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(runs.collect::<Result<_, _>>()?)
    }

    /// Every release that a run brought.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn releases(&self) -> Result<Vec<String>> {
        let mut find = self.connection.prepare(
            "SELECT DISTINCT release FROM imports WHERE release IS NOT NULL ORDER BY id",
        )?;
        let releases = find.query_map([], |row| row.get(0))?;
        Ok(releases.collect::<Result<_, _>>()?)
    }

    /// Hands on every fact of a source that was otherwise after one run than after another, in the
    /// order of their keys.
    ///
    /// # Errors
    /// The database cannot be read, or `each` fails.
    pub fn diff(
        &self,
        source: &str,
        from: i64,
        to: i64,
        mut each: impl FnMut(FactChange) -> Result<()>,
    ) -> Result<()> {
        let (first, last) = (from.min(to), from.max(to));
        for kind in KINDS {
            // a row is different only if it came, or went, between the two
            let rows = |condition: &str| -> Result<BTreeMap<String, i64>> {
                let sql = format!(
                    "SELECT f.key, f.id FROM {} f WHERE f.source_id = (SELECT id FROM sources WHERE slug = ?1) AND {condition}",
                    kind.table
                );
                let mut find = self.connection.prepare(&sql)?;
                let rows = find.query_map(params![source, first, last], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            };
            let gone =
                rows("f.import_id <= ?2 AND f.retired_by_id > ?2 AND f.retired_by_id <= ?3")?;
            let come = rows(
                "f.import_id > ?2 AND f.import_id <= ?3 AND (f.retired_by_id IS NULL OR f.retired_by_id > ?3)",
            )?;
            let (before, after) = if from <= to { (&gone, &come) } else { (&come, &gone) };
            let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let state = |rows: &BTreeMap<String, i64>| {
                    rows.get(key).map(|id| self.state(kind, *id)).transpose()
                };
                each(FactChange {
                    kind,
                    key: key.clone(),
                    before: state(before)?,
                    after: state(after)?,
                })?;
            }
        }
        Ok(())
    }

    /// Reads the compared fields of a row.
    fn state(&self, kind: &'static Kind, id: i64) -> Result<Vec<OwnedValue>> {
        let shown: Vec<String> =
            compared(kind).map(|field| columns::expression(kind, field)).collect();
        let mut find = self.connection.prepare_cached(&format!(
            "SELECT {} FROM {} f WHERE f.id = ?1",
            shown.join(", "),
            kind.table
        ))?;
        let mut rows = find.query([id])?;
        let mut cells = Vec::with_capacity(shown.len());
        if let Some(row) = rows.next()? {
            for i in 0..shown.len() {
                cells.push(plain(row.get_ref(i)?)?.into_owned());
            }
        }
        Ok(cells)
    }
}
