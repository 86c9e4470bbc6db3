//! The rows of `names` that a code or a spelling has, and what is known of whom they mean.

use std::sync::Arc;

use rusqlite::params;

use crate::error::Result;
use crate::kind::reference_table::HOMONYM;
use crate::store::entities::lookup::{EntityClass, wording};
use crate::store::entities::name_cache::{Entity, NameHit};
use crate::store::write::transaction::Writer;
use crate::value::EntityRef;
use crate::value::date::{self, Days};
use crate::value::text::fold_name;

impl Writer<'_> {
    /// Whether somebody has a code, at whatever time.
    pub(super) fn bears(
        &self,
        class: EntityClass,
        entity: i64,
        scheme: &str,
        code: &str,
    ) -> Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM names WHERE folded = ?1 AND +scheme = ?2 AND {} = ?3)",
            class.column()
        );
        let mut find = self.transaction.prepare_cached(&sql)?;
        Ok(find.query_row(params![fold_name(code), scheme, entity], |row| row.get(0))?)
    }

    /// Whether somebody has other codes than those that are given, and none of them: it cannot be
    /// who is meant.
    pub(super) fn is_contradicted(
        &self,
        class: EntityClass,
        entity: i64,
        named: &EntityRef<'_>,
    ) -> Result<bool> {
        let sql = format!(
            "SELECT max(folded = ?3) FROM names WHERE {} = ?1 AND scheme = ?2 AND scheme IN ('gw', 'cow', 'ucdp', 'acled', 'sipri')",
            class.column()
        );
        for (scheme, code) in &named.codes {
            let same: Option<bool> = self
                .transaction
                .prepare_cached(&sql)?
                .query_row(params![entity, scheme, fold_name(code)], |row| row.get(0))?;
            if same == Some(false) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The row of a code on these days. Where it went from one bearer to another within them, the
    /// name beside it decides, or whom that is known to mean, else who bears it at their end; where it is nobody's, the only bearer that
    /// it ever had.
    pub(in crate::store) fn coded(
        &mut self,
        class: EntityClass,
        scheme: &str,
        code: &str,
        (name, spelled): (Option<&str>, Option<i64>),
        days: Days,
    ) -> Result<Option<NameHit>> {
        let mut rows = self.rows_of(class, scheme, &fold_name(code))?;
        rows.sort_by(|a, b| b.valid_from.cmp(&a.valid_from));
        let mut known: Vec<(NameHit, bool, bool)> = Vec::new();
        let whole = days.first.zip(days.last).map(|(first, last)| last - first + 1);
        for row in rows {
            let (from, to) = row.validity();
            let valid = row.is_valid(days);
            let NameRow { id, entity, .. } = row;
            let usual = Arc::clone(&self.known(class, entity)?.usual);
            // who bore the code for the lesser part of a long time is not who is meant
            let shared = days.first.zip(days.last).map(|(first, last)| {
                to.map_or(last, |to| to.min(last)) - from.map_or(first, |from| from.max(first)) + 1
            });
            let is_most = shared.zip(whole).is_none_or(|(shared, whole)| shared * 2 >= whole);
            let is_named = spelled == Some(entity)
                || name.is_some_and(|name| fold_name(name) == fold_name(&usual));
            let named = is_most && is_named;
            let wording = format!("{scheme}:{code}").into();
            known.push((NameHit { id, entity, wording }, valid, named));
        }
        let only = known
            .first()
            .filter(|(first, ..)| known.iter().all(|(meant, ..)| meant.entity == first.entity));
        self.resolved.dated |= only.is_none() && !known.is_empty();
        let valid = || known.iter().filter(|(_, valid, _)| *valid);
        // the latest stands first
        let best = valid().find(|(.., named)| *named).or_else(|| valid().next());
        if let (None, Some(_)) = (best, only) {
            self.resolved.outside.insert(format!("{scheme}:{code}"));
        }
        let best = best.or(only);
        Ok(best.map(|(meant, ..)| meant.clone()))
    }

    /// The row of a spelling, to the letter.
    pub(in crate::store) fn exactly(
        &self,
        class: EntityClass,
        name: &str,
    ) -> Result<Option<NameHit>> {
        Ok(self.spelled(class, name)?.filter(|found| found.wording == wording(name)))
    }

    /// The row of a spelling on these days: one that passed from one state to another means the state
    /// that had it at their end.
    pub(in crate::store) fn spelled_on(
        &mut self,
        class: EntityClass,
        name: &str,
        days: Days,
    ) -> Result<Option<NameHit>> {
        let mut rows = self.rows_of(class, "name", &fold_name(name))?;
        if rows.iter().any(|row| row.name == name) {
            rows.retain(|row| row.name == name);
        }
        let is_shared = rows.iter().any(|row| row.entity != rows[0].entity);
        if !is_shared || rows.iter().all(|row| row.validity() == (None, None)) {
            return self.spelled(class, name);
        }
        self.resolved.dated = true;
        rows.retain(|row| row.is_valid(days));
        let latest = rows.into_iter().max_by_key(|row| row.validity().0);
        Ok(latest.map(|row| NameHit {
            id: row.id,
            entity: row.entity,
            wording: wording(&row.name),
        }))
    }

    /// The row of a spelling, to the letter or as the only one with this folded form.
    pub(in crate::store) fn spelled(
        &self,
        class: EntityClass,
        name: &str,
    ) -> Result<Option<NameHit>> {
        let mut found: Option<NameHit> = None;
        let mut several = false;
        for row in self.rows_of(class, "name", &fold_name(name))? {
            let meant = NameHit { id: row.id, entity: row.entity, wording: wording(&row.name) };
            if row.name == name {
                return Ok(Some(meant));
            }
            several |= found.as_ref().is_some_and(|first| first.entity != meant.entity);
            found.get_or_insert(meant);
        }
        Ok(found.filter(|_| !several))
    }

    /// All who are called so, others than the usual bearer too.
    pub(super) fn bearers(&self, class: EntityClass, name: &str) -> Result<Vec<i64>> {
        let mut bearers = Vec::new();
        for scheme in ["name", HOMONYM] {
            let rows = self.rows_of(class, scheme, &fold_name(name))?;
            bearers.extend(rows.into_iter().map(|row| row.entity));
        }
        Ok(bearers)
    }

    /// The rows of `names` of a class that have this folded form and scheme.
    fn rows_of(&self, class: EntityClass, scheme: &str, folded: &str) -> Result<Vec<NameRow>> {
        // the plus keeps SQLite from looking through all names of a scheme
        let sql = format!(
            "SELECT id, name, {column}, valid_from, valid_to FROM names
              WHERE folded = ?1 AND +scheme = ?2 AND {column} IS NOT NULL",
            column = class.column()
        );
        let mut find = self.transaction.prepare_cached(&sql)?;
        let rows = find.query_map(params![folded, scheme], |row| {
            Ok(NameRow {
                id: row.get(0)?,
                name: row.get(1)?,
                entity: row.get(2)?,
                valid_from: row.get(3)?,
                valid_to: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn has_code(&self, class: EntityClass, entity: i64, scheme: &str) -> Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM names WHERE {} = ?1 AND scheme = ?2)",
            class.column()
        );
        Ok(self
            .transaction
            .prepare_cached(&sql)?
            .query_row(params![entity, scheme], |row| row.get(0))?)
    }

    /// What is known of an actor or place.
    pub(in crate::store) fn known(&mut self, class: EntityClass, id: i64) -> Result<Arc<Entity>> {
        if let Some(entity) = self.resolved.entities.get(&(class, id)) {
            return Ok(Arc::clone(entity));
        }
        let find = match class {
            EntityClass::Actor => {
                "SELECT name, kind = 'state', NULL, NULL, NULL FROM actors WHERE id = ?1"
            }
            EntityClass::Place => {
                "SELECT name, kind = 'country', latitude, longitude, (SELECT country FROM names WHERE place_id = p.id LIMIT 1)
                   FROM places p WHERE id = ?1"
            }
        };
        let entity = self.transaction.prepare_cached(find)?.query_row([id], |row| {
            let (lat, lon): (Option<f64>, Option<f64>) = (row.get(2)?, row.get(3)?);
            Ok(Entity {
                usual: row.get_ref(0)?.as_str()?.into(),
                is_state: row.get(1)?,
                country: row.get_ref(4)?.as_str_or_null()?.map(Arc::from),
                point: lat.zip(lon),
            })
        })?;
        Ok(self.resolved.remember((class, id), entity))
    }
}

/// A row of `names` as it is looked up.
struct NameRow {
    id: i64,
    name: String,
    entity: i64,
    valid_from: Option<String>,
    valid_to: Option<String>,
}

impl NameRow {
    /// The first and the last day on which it is valid, where there are any.
    fn validity(&self) -> (Option<i64>, Option<i64>) {
        let edge = |text: &Option<String>| text.as_deref().and_then(|text| date::parse(text).ok());
        (
            edge(&self.valid_from).and_then(|days| days.first),
            edge(&self.valid_to).and_then(|days| days.last),
        )
    }

    /// Whether it may be valid on these days.
    fn is_valid(&self, days: Days) -> bool {
        let (from, to) = self.validity();
        let after = |a: Option<i64>, b: Option<i64>| matches!((a, b), (Some(a), Some(b)) if a > b);
        !after(from, days.last) && !after(days.first, to)
    }
}
