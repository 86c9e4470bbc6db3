//! A few of many facts, found without all the others: among the first by day, or from a day on.

use rusqlite::{OptionalExtension, Row, params};

use crate::error::Result;
use crate::query::{AsOf, Predicate, Query};
use crate::store::entities::lookup::{self, EntityClass, Meaning};
use crate::store::read::asked_values::names_asked;
use crate::store::read::batch::CellBatch;
use crate::store::read::columns::BEGIN;
use crate::store::read::compile::{self, Scan};
use crate::store::read::cursor::Cursor;
use crate::store::read::select::MANY;
use crate::store::{Store, fact_id};
use crate::value::Type;

/// The number of facts, the first by day, that are shown before the others are sorted, or tested before an
/// index is asked for those that pass. If many pass, enough are found here.
const FIRST: i64 = 2_000;

/// How many facts are few.
const FEW: u64 = 1_000;

/// From this offset on it pays to look for the day first.
const DEEP: u64 = 2_000;

impl Store {
    /// The answer to a query for few facts that pass tests, if it lies among the first of all.
    pub(super) fn among_first(&self, query: &Query) -> Result<Option<(CellBatch, u64)>> {
        let wanted = query.limit.unwrap_or(0).saturating_add(query.offset);
        let is_few = query.limit.is_some_and(|limit| limit > 0) && wanted <= FEW;
        let in_window = query.tests.iter().any(|test| matches!(test, Predicate::DateWindow(..)));
        if query.tests.is_empty() || !is_few || in_window || !self.goes_by_day(query)? {
            return Ok(None);
        }
        // if nobody bears the name of an actor, no fact has it; a word that names no place may still name a spot
        let of_actors = |(meaning, _): &(Meaning, &str)| meaning.class == EntityClass::Actor;
        for (meaning, word) in names_asked(query).filter(of_actors) {
            if lookup::usual_names(&self.connection, meaning, word)?.is_empty() {
                return Ok(None);
            }
        }
        let compiled = compile::compile_part(&self.connection, query, Scan::First(FIRST))?;
        let mut found = CellBatch::default();
        let rows = Cursor::of(self).hand_on(&compiled, |cells| {
            found.push(cells);
            Ok(())
        })?;
        Ok((query.limit == Some(rows)).then_some((found, rows)))
    }

    /// For a query of all facts in the order of their days: a day before which some 2,000 of them begin, which
    /// are shown before the others are sorted.
    pub(in crate::store) fn day_of_first(&self, query: &Query) -> Result<Option<i64>> {
        if !query.sort.is_empty() || !self.goes_by_day(query)? {
            return Ok(None);
        }
        let table = query.kinds[0].table;
        let sql = format!(
            "SELECT {BEGIN} FROM {table} f WHERE {BEGIN} IS NOT NULL ORDER BY {BEGIN} LIMIT 1 OFFSET {FIRST}"
        );
        Ok(self.connection.query_row(&sql, [], |row| row.get(0)).optional()?)
    }

    /// For a query with a far offset: a day before which all facts are passed over, and how many are to
    /// be passed over from it on. The index knows days, but not which facts are retired.
    pub(super) fn day_of_offset(&self, query: &Query) -> Result<Option<(i64, u64)>> {
        let is_plain = query.tests.is_empty() && query.sort.is_empty();
        if !is_plain || query.offset < DEEP || !self.goes_by_day(query)? {
            return Ok(None);
        }
        let table = query.kinds[0].table;
        // facts without a day come last
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} f WHERE {BEGIN} IS NULL)");
        if self.connection.query_row(&sql, [], |row| row.get(0))? {
            return Ok(None);
        }
        let offset = i64::try_from(query.offset).unwrap_or(i64::MAX);
        let sql = format!(
            "SELECT {BEGIN}, f.last_day, f.id FROM {table} f ORDER BY {BEGIN}, f.last_day, f.id LIMIT 1 OFFSET ?1"
        );
        let place = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let found = self.connection.query_row(&sql, [offset], place).optional()?;
        let Some((day, last, id)): Option<(i64, Option<i64>, i64)> = found else {
            return Ok(None);
        };
        // of the facts before that one, those of its day are not passed over
        let sql = format!(
            "SELECT (SELECT count(*) FROM {table} f WHERE {BEGIN} = ?1
                        AND (ifnull(f.last_day, 0), f.id) < (ifnull(?2, 0), ?3))
                  + (SELECT count(*) FROM {table} f WHERE retired_by_id IS NOT NULL AND +{BEGIN} < ?1)"
        );
        let rest: i64 =
            self.connection.query_row(&sql, params![day, last, id], |row| row.get(0))?;
        Ok(Some((day, rest.unsigned_abs())))
    }

    /// Whether a query asks facts of one kind, many of which there are, as they are now, in the order
    /// of their days.
    fn goes_by_day(&self, query: &Query) -> Result<bool> {
        let [kind] = query.kinds.as_slice() else { return Ok(false) };
        let by_day = query.sort.first().is_none_or(|order| order.column.ty() == Type::Date);
        Ok(by_day
            && !query.unsorted
            && query.words.is_none()
            && query.past == AsOf::default()
            && fact_id::most_of(&self.connection, kind)? >= MANY)
    }
}
