//! What a release lacks: the facts that a complete one withdraws, within what it is complete for.

use std::collections::{BTreeSet, HashSet};

use rusqlite::params;

use crate::error::Result;
use crate::kind::{KINDS, Kind};
use crate::store::read::columns::expression;
use crate::store::write::release::ReleaseImport;
use crate::store::write::transaction::Writer;
use crate::value::text::BETWEEN_NAMES;

/// The values that a file is complete for.
pub(super) type Covered = BTreeSet<String>;

/// The field of countries, and the SQL of the country of a name: one that nobody knows yet is one all
/// the same.
const COUNTRY: &str = "country";
const COUNTRY_OF: &str = "SELECT coalesce(n.country, n.label) FROM names n WHERE n.id =";

/// The SQL of the values for which a release with the row `f` is complete; NULL: it knows no limits.
pub(super) fn value_within(kind: &'static Kind, within: Option<&str>) -> String {
    match within.and_then(|name| kind.field(name)) {
        None => "NULL".to_owned(),
        Some(field) if field.name == COUNTRY => format!("({COUNTRY_OF} f.place_id)"),
        Some(field) => expression(kind, field),
    }
}

/// A fact that a release lacks: its kind, id and key.
pub(super) type AbsentFact = (&'static Kind, i64, String);

impl ReleaseImport {
    /// Retires what was imported with the same mapping before, and is not in this release;
    /// returns how many records those are.
    pub(super) fn withdraw(
        &mut self,
        writer: &mut Writer<'_>,
        absent: &[AbsentFact],
    ) -> Result<u64> {
        for (kind, id, _) in absent {
            writer.retire(kind, *id, self.retired("absent"))?;
        }
        Ok(self.records_of(absent))
    }

    /// The live facts that were imported with the same mapping, and that this release lacks: of
    /// those for which it may be complete; and for what it is.
    pub(super) fn absent(&self, writer: &Writer<'_>) -> Result<(Vec<AbsentFact>, Covered)> {
        let mut absent = Vec::new();
        let mut covered = Covered::default();
        // nothing was there before, so that nothing of it can be lacking
        if self.fresh && self.within.as_deref().is_none_or(|within| within == COUNTRY) {
            let mut find = writer.transaction.prepare(&format!("{COUNTRY_OF} ?1"))?;
            for place in self.within.iter().flat_map(|_| &self.places) {
                let countries: String = find.query_row([place], |row| row.get(0))?;
                covered.extend(countries.split(BETWEEN_NAMES).map(str::to_owned));
            }
            return Ok((Vec::new(), covered));
        }
        for kind in KINDS {
            let value = value_within(kind, self.within.as_deref());
            let sql = format!(
                "SELECT f.id, f.key, {value} FROM {} f JOIN imports r ON r.id = f.import_id
                  WHERE f.source_id = ?1 AND f.retired_by_id IS NULL AND r.dataset = ?2",
                kind.table
            );
            let mut find = writer.transaction.prepare_cached(&sql)?;
            let mut rows = find.query(params![self.source, self.dataset])?;
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                let values: Option<String> = row.get(2)?;
                if !self.has_seen(kind, id) {
                    absent.push(((*kind, id, row.get(1)?), values));
                } else if let Some(values) = values {
                    covered.extend(values.split(BETWEEN_NAMES).map(str::to_owned));
                }
            }
        }
        let is_covered = |values: &Option<String>| {
            values
                .as_ref()
                .is_some_and(|all| all.split(BETWEEN_NAMES).all(|one| covered.contains(one)))
        };
        absent.retain(|(_, values)| self.within.is_none() || is_covered(values));
        Ok((absent.into_iter().map(|(fact, _)| fact).collect(), covered))
    }

    /// How many records these facts are of.
    pub(super) fn records_of(&self, facts: &[AbsentFact]) -> u64 {
        let record = |key: &str| key.split('/').take(self.parts).collect::<Vec<_>>().join("/");
        facts.iter().map(|(.., key)| record(key)).collect::<HashSet<_>>().len() as u64
    }
}
