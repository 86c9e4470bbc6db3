//! References to facts: whole, or the beginning of one that no other has; and what they refer to.

use rusqlite::params;

use crate::error::Result;
use crate::kind::{Field, KINDS, Kind};
use crate::store::Store;
use crate::store::read::columns;
use crate::store::read::cursor::plain;
use crate::store::write::fact_key::is_made;
use crate::value::text::hex;

/// What a row states: the names of its fields, and their text as an export writes it.
pub type StatedFields = Vec<(String, String)>;

/// A fact that is there now.
#[derive(Debug, Clone)]
pub struct LiveFact {
    /// Its kind.
    pub kind: &'static Kind,
    /// The fields that a row may be given, as an export writes them.
    pub stated: StatedFields,
    /// The first characters of its digest, which a sheet is compared by.
    pub version: String,
}

/// How many characters of a digest tell a version of a fact from the others.
const VERSION: usize = 8;

impl Store {
    /// The source and key of a reference that a fact has; where none has, those of the facts entered
    /// by hand whose key begins so. There are several if a beginning is not enough.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn references(&self, reference: &str) -> Result<Vec<(String, String)>> {
        let Some((source, begun)) = reference.split_once(':') else { return Ok(Vec::new()) };
        let mut whole = Vec::new();
        let mut longer = Vec::new();
        for kind in KINDS {
            let sql = format!(
                "SELECT key FROM {} WHERE source_id = (SELECT id FROM sources WHERE slug = ?1)
                    AND key >= ?2 AND key < ?2 || char(1114111) AND retired_by_id IS NULL AND (key = ?2 OR {}) LIMIT 5",
                kind.table,
                is_made(kind, "key")
            );
            let mut find = self.connection.prepare_cached(&sql)?;
            let mut rows = find.query(params![source, begun])?;
            while let Some(row) = rows.next()? {
                let key: String = row.get(0)?;
                let found = if key == begun { &mut whole } else { &mut longer };
                found.push((source.to_owned(), key));
            }
        }
        let mut found = if whole.is_empty() { longer } else { whole };
        found.dedup();
        Ok(found)
    }

    /// What the live rows of a source and key state, each with its kind, which is one of these.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn live_facts(
        &self,
        kinds: &[&'static Kind],
        source: &str,
        key: &str,
    ) -> Result<Vec<LiveFact>> {
        let mut found = Vec::new();
        for kind in kinds {
            found.extend(self.versions(kind, source, key, "f.retired_by_id IS NULL")?);
        }
        Ok(found)
    }

    /// The version of a fact, live or retired, whose digest begins so.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn version(
        &self,
        kind: &'static Kind,
        source: &str,
        key: &str,
        version: &str,
    ) -> Result<Option<LiveFact>> {
        let versions = self.versions(kind, source, key, "TRUE")?;
        Ok(versions.into_iter().find(|fact| fact.version == version))
    }

    /// The version of a fact that was retired last.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn last_retired(
        &self,
        kind: &'static Kind,
        source: &str,
        key: &str,
    ) -> Result<Option<LiveFact>> {
        let last = format!(
            "f.id = (SELECT id FROM {} WHERE source_id = f.source_id AND key = f.key AND retired_by_id IS NOT NULL
                ORDER BY retired_by_id DESC, id DESC LIMIT 1)",
            kind.table
        );
        Ok(self.versions(kind, source, key, &last)?.pop())
    }

    fn versions(
        &self,
        kind: &'static Kind,
        source: &str,
        key: &str,
        condition: &str,
    ) -> Result<Vec<LiveFact>> {
        let fields: Vec<&'static Field> = kind.fields().filter(|field| field.is_given()).collect();
        let shown: Vec<String> = fields.iter().map(|field| columns::wording(kind, field)).collect();
        let sql = format!(
            "SELECT {}, f.digest FROM {} f WHERE f.source_id = (SELECT id FROM sources WHERE slug = ?1)
                AND f.key = ?2 AND {condition}",
            shown.join(", "),
            kind.table
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([source, key])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let mut stated = Vec::new();
            for (i, field) in fields.iter().enumerate() {
                stated.push((field.name.to_owned(), plain(row.get_ref(i)?)?.to_string()));
            }
            let digest: Vec<u8> = row.get(fields.len())?;
            let version = hex(&digest)[..VERSION].to_owned();
            found.push(LiveFact { kind, stated, version });
        }
        Ok(found)
    }
}
