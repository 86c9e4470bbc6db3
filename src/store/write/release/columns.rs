//! Records that differ only since the file has other columns than the one before it: a layout that
//! gained or lost columns changes no fact.

use std::borrow::Cow;
use std::collections::HashSet;
use std::collections::hash_map::Entry;

use rusqlite::params;
use serde_json::{Map, Value};

use crate::error::Result;
use crate::store::write::put::LiveRow;
use crate::store::write::release::ReleaseImport;
use crate::store::write::row_encoder::EncodedFact;
use crate::store::write::transaction::Writer;
use crate::store::{extras, fact_id};

impl ReleaseImport {
    /// Whether a fact differs from its live row in nothing but extra columns that only one of the
    /// two files has.
    pub(super) fn differs_in_columns_only(
        &mut self,
        writer: &Writer<'_>,
        prepared: &mut EncodedFact<'_>,
        live: &LiveRow,
    ) -> Result<bool> {
        let kind = prepared.form.kind;
        let sql =
            format!("SELECT {} FROM {} f WHERE f.id = ?1", extras::expression(kind), kind.table);
        let old: Option<String> =
            writer.transaction.prepare_cached(&sql)?.query_row([live.id], |row| row.get(0))?;
        let new = prepared.take_extra();
        if let Some(old) = &old {
            prepared.set_extra(Cow::Owned(old.clone()));
        }
        let states_the_same = live.digest == prepared.digest();
        prepared.take_extra();
        if let Some(new) = &new {
            prepared.set_extra(new.clone());
        }
        if !states_the_same {
            return Ok(false);
        }
        let before = match self.columns_before.entry(live.import) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(columns_until(writer, self.source, live.import)?),
        };
        let object = |text: Option<&str>| -> Map<String, Value> {
            text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
        };
        let (mut old, mut new) = (object(old.as_deref()), object(new.as_deref()));
        old.retain(|column, _| self.columns.contains(column));
        new.retain(|column, _| before.contains(column));
        Ok(old == new)
    }
}

/// The extra columns of the facts that a source had after an import: later ones may have brought a file
/// of another layout.
fn columns_until(writer: &Writer<'_>, source: i64, import: i64) -> Result<HashSet<String>> {
    let mut columns = HashSet::new();
    for kind in crate::kind::KINDS {
        let sql = format!(
            "SELECT DISTINCT n.value FROM
               (SELECT DISTINCT x.layout_id FROM {} f JOIN extras x ON x.id = {} WHERE f.source_id = ?1 AND f.import_id <= ?2) u
               JOIN layouts l ON l.id = u.layout_id, json_each(l.columns) n",
            kind.table,
            fact_id::number("f", fact_id::kind_tag(kind))
        );
        let mut read = writer.transaction.prepare(&sql)?;
        let names = read.query_map(params![source, import], |row| row.get(0))?;
        for name in names {
            columns.insert(name?);
        }
    }
    Ok(columns)
}
