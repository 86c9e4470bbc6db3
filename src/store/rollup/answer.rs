//! Tables that are answered by a summary.

use rusqlite::{Connection, params_from_iter};

use crate::error::{Error, Result};
use crate::kind::{Field, Kind};
use crate::query::{ColumnRef, Predicate, Query};
use crate::store::Store;
use crate::store::read::as_of::published;
use crate::store::read::columns::number;
use crate::store::read::cursor::plain;
use crate::store::read::predicate::condition;
use crate::store::rollup::{figures, is_complete, table};
use crate::value::date::{Bucket, Days};
use crate::value::{FigureStats, Type, Value};

/// What facts of one source, time and sort add up to. The source and the sides are numbers that
/// [`Store::name_of`] knows.
#[derive(Debug, Clone, PartialEq)]
pub struct RollupRow<'v> {
    /// Their source.
    pub source: Value<'v>,
    /// The first days of the years in which they begin and end, where a side asks for them.
    pub days: Days,
    /// What they have at each side.
    pub sides: Vec<Value<'v>>,
    /// What they add up to.
    pub many: FigureStats,
}

/// What is asked of a table.
#[derive(Debug, Clone, Copy)]
pub struct AggregateRequest<'a> {
    /// The columns of its sides.
    pub sides: &'a [ColumnRef],
    /// The figure.
    pub value: Option<&'static Field>,
    /// It wants every figure by itself.
    pub each: bool,
    /// It wants the lowest or the highest.
    pub ends: bool,
}

/// Whether a summary can answer: all that is asked for, and filtered by, is what it tells.
fn answers(query: &Query, asked: AggregateRequest<'_>) -> Option<&'static Kind> {
    let [kind] = query.kinds.as_slice() else { return None };
    let by_sort = |column: &ColumnRef| {
        let name = column.name();
        kind.rollup_by.contains(&name) || ["source", "country", "kind"].contains(&name)
    };
    let by = |column: &ColumnRef| {
        by_sort(column) || matches!(column.ty(), Type::Bucket(Bucket::Year | Bucket::Decade))
    };
    let is_year = |Days { first, last }: Days| {
        let begins = |day: i64| Bucket::Year.start_of(day) == day;
        first.is_none_or(begins) && last.is_none_or(|last| begins(last + 1))
    };
    let passes = |test: &Predicate| match test {
        Predicate::DateWindow(days, _) => is_year(*days),
        Predicate::In { column, .. }
        | Predicate::Compare(column, ..)
        | Predicate::Known(column, _) => by_sort(column),
        Predicate::AnyActor { .. } => false,
    };
    let can = !kind.rollup_by.is_empty()
        && !asked.each
        && query.words.is_none()
        && query.past.as_of.is_none()
        && asked.sides.iter().all(by)
        && asked.value.is_none_or(|value| figures(kind).any(|figure| figure.name == value.name))
        && query.tests.iter().all(passes);
    can.then_some(kind)
}

impl Store {
    /// The kind whose summary answers for a table; none, where the facts themselves must be asked.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(in crate::store) fn summed_kind(
        &self,
        query: &Query,
        asked: AggregateRequest<'_>,
    ) -> Result<Option<&'static Kind>> {
        let Some(kind) = answers(query, asked).filter(|_| self.is_ours) else { return Ok(None) };
        // the lowest of all is not known once a fact went
        let can = is_complete(&self.connection, kind)?
            && !(asked.ends && has_taken_off(&self.connection, kind)?);
        Ok(can.then_some(kind))
    }

    /// Hands on what the summary of a kind has for a table. Rows may have the same source, days and sides.
    ///
    /// # Errors
    /// The database cannot be read, or `each` fails.
    pub(in crate::store) fn sums(
        &self,
        kind: &'static Kind,
        query: &Query,
        asked: AggregateRequest<'_>,
        mut each: impl FnMut(&RollupRow<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut values = Vec::new();
        let mut conditions = vec!["1".to_owned()];
        if let Some(by) = query.past.published_by {
            conditions.push(published(&self.connection, by, &mut values)?);
        }
        for test in &query.tests {
            conditions.push(condition(&self.connection, kind, test, &mut values)?);
        }
        let has_days = asked.sides.iter().any(|side| matches!(side.ty(), Type::Bucket(_)));
        let mut shown = vec!["f.source_id".to_owned()];
        shown.extend(
            ["f.first_day", "f.last_day"]
                .map(|day| if has_days { day.to_owned() } else { "NULL".to_owned() }),
        );
        shown.extend(asked.sides.iter().map(|side| match kind.field(side.name()) {
            Some(own) if !matches!(own.ty, Type::Bucket(_)) => number(kind, own),
            _ => "NULL".to_owned(),
        }));
        let n = shown.len();
        // the table adds rows up by itself, and SQLite would have to sort them to group them
        let is_grouped = has_taken_off(&self.connection, kind)?;
        let add_up = |how: &str, column: &str| {
            if is_grouped { format!("{how}({column})") } else { column.to_owned() }
        };
        let mut sums = vec![add_up("sum", "facts")];
        match asked.value {
            None => sums.extend(["NULL"; 4].map(str::to_owned)),
            Some(Field { name, .. }) => sums.extend(
                [("sum", "n"), ("sum", "sum"), ("min", "min"), ("max", "max")]
                    .map(|(how, what)| add_up(how, &format!("{name}_{what}"))),
            ),
        }
        let groups = if is_grouped {
            let by: Vec<String> = (1..=n).map(|i| i.to_string()).collect();
            format!("GROUP BY {} HAVING sum(facts) > 0", by.join(", "))
        } else {
            String::new()
        };
        let sql = format!(
            "SELECT {}, {} FROM {} f WHERE {} {groups}",
            shown.join(", "),
            sums.join(", "),
            table(kind),
            conditions.join(" AND ")
        );
        let mut find = self.connection.prepare(&sql)?;
        let mut found = find.query(params_from_iter(values))?;
        while let Some(row) = found.next()? {
            let whole = |i: usize| {
                Ok::<_, rusqlite::Error>(
                    row.get::<_, Option<i64>>(n + i)?.unwrap_or(0).unsigned_abs(),
                )
            };
            let figure = |i: usize| Ok::<_, Error>(plain(row.get_ref(n + i)?)?.number());
            each(&RollupRow {
                source: plain(row.get_ref(0)?)?,
                days: Days { first: row.get(1)?, last: row.get(2)? },
                sides: (3..n).map(|i| plain(row.get_ref(i)?)).collect::<Result<_>>()?,
                many: FigureStats {
                    facts: whole(0)?,
                    stated: whole(1)?,
                    sum: figure(2)?.unwrap_or(0.0),
                    low: figure(3)?,
                    high: figure(4)?,
                },
            })?;
        }
        Ok(())
    }
}

/// Whether facts were taken off the summary of a kind, by rows below zero.
fn has_taken_off(connection: &Connection, kind: &Kind) -> Result<bool> {
    let find = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE facts < 0)", table(kind));
    Ok(connection.query_row(&find, [], |row| row.get(0))?)
}
