//! Summaries of a kind by source, year, country and sort: the usual tables come from them, and not from the facts.
//!
//! A row of a summary looks like a fact of coarse date and place, so that filters and labels are those of facts. Each run
//! that writes facts adds rows of its own, below zero for facts that it retired. Facts that must be looked at one by one,
//! answers to a question and figures for a period, are in none.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::Store;
use super::compile::{number, published};
use super::condition::condition;
use super::form::{Bound, Prepared, Summed};
use super::select::plain;
use crate::exit::{Failure, Result};
use crate::kind::{Field, KINDS, Kind};
use crate::query::{Query, Test};
use crate::value::date::{Bucket, Days};
use crate::value::{Type, Value};

/// The days that `SQLite` can tell the year of: from year 0 to 9999.
const DAYS: (i64, i64) = (1_721_060, 5_373_484);

/// So many retired facts are taken off one by one; for more, the summary is made anew.
const FEW: usize = 1_000;

/// What facts of one source, time and sort add up to. The source and the sides are numbers that [`Store::called`] knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Sums {
    /// Their source.
    pub source: Value,
    /// The first days of the years in which they begin and end, where a side asks for them.
    pub days: Days,
    /// What they have at each side.
    pub sides: Vec<Value>,
    /// How many facts.
    pub facts: u64,
    /// How many of them state the figure.
    pub stated: u64,
    /// The sum of what they state.
    pub sum: f64,
    /// The lowest.
    pub low: Option<f64>,
    /// The highest.
    pub high: Option<f64>,
}

/// The table of a summary.
pub fn table(kind: &Kind) -> String {
    format!("{}_summary", kind.table)
}

/// The figures of a kind that its summary adds up.
pub fn figures(kind: &Kind) -> impl Iterator<Item = &'static Field> {
    kind.own.iter().filter(|field| field.ty == Type::Integer)
}

/// The kinds that have a summary.
fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().copied().filter(|kind| !kind.summed.is_empty())
}

/// The condition that a fact must be looked at by itself.
pub fn alone(kind: &Kind) -> String {
    let (first, last) = DAYS;
    // a figure that belongs to an event is no figure for a period
    let event = if kind.field("event").is_some() { " OR f.event IS NULL" } else { "" };
    format!(
        "(f.topic IS NOT NULL OR f.date_span = 'throughout' OR f.first_day < {first} OR f.last_day < {first} OR f.first_day > {last} OR f.last_day > {last}{event})"
    )
}

/// The facts of a kind that a summary knows nothing of, found by their index.
pub fn apart(kind: &Kind) -> String {
    format!("{table} f INDEXED BY {table}_alone", table = kind.table)
}

/// Whether the summary of a kind holds all that it is to hold.
fn is_whole(connection: &Connection, kind: &Kind) -> Result<bool> {
    let found =
        connection.prepare_cached("SELECT 1 FROM summed WHERE kind = ?1")?.query_row([kind.name], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

/// The rows that facts add up to: those that a condition on the row `f` finds.
fn rows(kind: &'static Kind, condition: &str, values: &str) -> String {
    let year = |day: &str| format!("CAST(julianday(f.{day}, 'start of year') + 0.5 AS INTEGER)");
    let country = kind.field("country").map_or("NULL".to_owned(), |field| number(kind, field));
    let own = |before: &str| kind.summed.iter().map(|name| format!(", {before}{name}")).collect::<String>();
    let (mut sums, mut inner) = (String::new(), String::new());
    for figure in figures(kind) {
        let name = figure.name;
        sums += &format!(", {values} * {name}_n AS {name}_n, {values} * {name}_sum AS {name}_sum, {name}_min, {name}_max");
        inner += &format!(
            ", count(f.{name}) AS {name}_n, total(f.{name}) AS {name}_sum, min(f.{name}) AS {name}_min, max(f.{name}) AS {name}_max"
        );
    }
    format!(
        "SELECT source_id, date, first_day, last_day, (SELECT min(n.id) FROM names n WHERE n.place_id = country) AS place_id{},
                {values} * facts AS facts{sums}
           FROM (SELECT f.source_id, iif(f.date IS NULL, NULL, 'known') AS date, {} AS first_day, {} AS last_day,
                        {country} AS country{}, count(*) AS facts{inner}
                   FROM {} f WHERE {condition} AND {} IS NOT TRUE GROUP BY {})",
        own(""),
        year("first_day"),
        year("last_day"),
        own("f."),
        kind.table,
        alone(kind),
        (1..=5 + kind.summed.len()).map(|i| i.to_string()).collect::<Vec<_>>().join(", "),
    )
}

/// The columns of a summary, but for its id.
fn columns(kind: &Kind) -> Vec<String> {
    let sorts = kind.summed.iter().copied();
    let first = ["source_id", "date", "first_day", "last_day", "place_id"].into_iter().chain(sorts).chain(["facts"]);
    let sums = figures(kind).flat_map(|figure| ["n", "sum", "min", "max"].map(|sum| format!("{}_{sum}", figure.name)));
    first.map(str::to_owned).chain(sums).collect()
}

/// Adds facts to the summary of their kind, or takes them off.
fn add(connection: &Connection, kind: &'static Kind, times: i64, condition: &str, value: Sql) -> Result<()> {
    let sql = format!("INSERT INTO {} ({}) {}", table(kind), columns(kind).join(", "), rows(kind, condition, "?2"));
    connection.execute(&sql, params![value, times])?;
    Ok(())
}

/// Makes the summary of a kind anew.
fn make(connection: &Connection, kind: &'static Kind) -> Result<()> {
    connection.execute(&format!("DELETE FROM {}", table(kind)), [])?;
    add(connection, kind, 1, "f.retired_by_id IS NULL AND ?1 IS NULL", Sql::Null)?;
    connection.execute("INSERT INTO summed (kind) VALUES (?1) ON CONFLICT DO NOTHING", [kind.name])?;
    Ok(())
}

/// Makes all summaries anew.
///
/// # Errors
/// The database cannot be written.
pub fn rebuild(connection: &Connection) -> Result<()> {
    kinds().try_for_each(|kind| make(connection, kind))
}

/// A row of a summary under way.
#[derive(Debug)]
struct Row {
    source: i64,
    is_dated: bool,
    days: Days,
    country: Option<i64>,
    sorts: Vec<String>,
    facts: i64,
    figures: Vec<FigureSum>,
}

/// What facts state of a figure.
#[derive(Debug, Clone, Copy, Default)]
struct FigureSum {
    stated: i64,
    sum: f64,
    low: Option<i64>,
    high: Option<i64>,
}

/// So many rows are kept in memory.
const KEPT: usize = 50_000;

/// What a run did to facts that summaries hold.
#[derive(Debug, Default)]
pub struct Changes {
    kinds: HashMap<&'static str, Change>,
    /// Places or names are where they were not: countries may be others.
    pub moved: bool,
}

/// What it did to one kind.
#[derive(Debug, Default)]
struct Change {
    /// The rows that it retired.
    retired: Vec<i64>,
    /// What was added, by source, time, country and sorts, one behind the other.
    added: HashMap<Vec<u8>, Row, RandomState>,
    key: Vec<u8>,
}

impl Changes {
    /// Says that a fact was added.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn add(&mut self, connection: &Connection, prepared: &Prepared<'_>) -> Result<()> {
        let Some(summed) = &prepared.form.summed else { return Ok(()) };
        let kind = prepared.form.kind;
        let change = self.kinds.entry(kind.name).or_default();
        change.add(prepared, summed);
        if change.added.len() >= KEPT {
            change.write(connection, kind)?;
        }
        Ok(())
    }

    /// Says that a fact was retired.
    pub fn retire(&mut self, kind: &'static Kind, id: i64) {
        let change = self.kinds.entry(kind.name).or_default();
        if change.retired.len() <= FEW {
            change.retired.push(id);
        }
    }

    /// Brings the summaries to what is there now. One that is not whole is left so, unless much is written anyway.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end(&mut self, connection: &Connection, is_load: bool) -> Result<()> {
        for kind in kinds() {
            let change = self.kinds.get_mut(kind.name);
            if change.is_none() && !self.moved || !is_load && !is_whole(connection, kind)? {
                continue;
            }
            match change {
                Some(change) if !self.moved && change.retired.len() <= FEW && is_whole(connection, kind)? => {
                    change.write(connection, kind)?;
                    if !change.retired.is_empty() {
                        let ids: Vec<String> = change.retired.iter().map(i64::to_string).collect();
                        let ids = Sql::Text(format!("[{}]", ids.join(",")));
                        add(connection, kind, -1, "f.id IN (SELECT value FROM json_each(?1))", ids)?;
                    }
                }
                _ => make(connection, kind)?,
            }
        }
        Ok(())
    }
}

impl Change {
    fn add(&mut self, prepared: &Prepared<'_>, summed: &Summed) {
        let value = |column: usize| &prepared.values[column];
        let day = |column: usize| match value(column) {
            Bound::Integer(day) => Some(*day),
            _ => None,
        };
        let (first, last) = (day(summed.date + 1), day(summed.date + 2));
        let is_alone = *value(summed.topic) != Bound::Null
            || *value(summed.span) == Bound::Text("throughout".into())
            || [first, last].into_iter().flatten().any(|day| !(DAYS.0..=DAYS.1).contains(&day))
            || summed.event.is_some_and(|event| *value(event) == Bound::Null);
        if is_alone || prepared.is_retired() {
            return;
        }
        let Bound::Integer(source) = *value(summed.source) else { return };
        let is_dated = *value(summed.date) != Bound::Null;
        let days = Days { first: first.map(|day| Bucket::Year.start_of(day)), last: last.map(|day| Bucket::Year.start_of(day)) };
        let sort = |column: &usize| match value(*column) {
            Bound::Text(text) => text.as_ref(),
            _ => "",
        };
        let Change { added, key, .. } = self;
        key.clear();
        for part in [Some(source), Some(i64::from(is_dated)), days.first, days.last, prepared.country] {
            key.push(u8::from(part.is_some()));
            key.extend_from_slice(&part.unwrap_or_default().to_le_bytes());
        }
        for column in &summed.sorts {
            key.extend_from_slice(sort(column).as_bytes());
            key.push(0);
        }
        let new = || Row {
            source,
            is_dated,
            days,
            country: prepared.country,
            sorts: summed.sorts.iter().map(|column| sort(column).to_owned()).collect(),
            facts: 0,
            figures: vec![FigureSum::default(); summed.figures.len()],
        };
        let row = match added.get_mut(key) {
            Some(row) => row,
            None => added.entry(key.clone()).or_insert_with(new),
        };
        row.facts += 1;
        for (sum, column) in row.figures.iter_mut().zip(&summed.figures) {
            if let Bound::Integer(figure) = *value(*column) {
                sum.stated += 1;
                #[expect(clippy::cast_precision_loss, reason = "SQLite's total() is one of decimals too")]
                let decimal = figure as f64;
                sum.sum += decimal;
                sum.low = Some(sum.low.map_or(figure, |low| low.min(figure)));
                sum.high = Some(sum.high.map_or(figure, |high| high.max(figure)));
            }
        }
    }

    /// Writes what was added.
    fn write(&mut self, connection: &Connection, kind: &'static Kind) -> Result<()> {
        let columns = columns(kind);
        let marks: Vec<String> = (0..columns.len())
            .map(|i| if i == 4 { "(SELECT min(id) FROM names WHERE place_id = ?)".to_owned() } else { "?".to_owned() })
            .collect();
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", table(kind), columns.join(", "), marks.join(", "));
        let mut insert = connection.prepare(&sql)?;
        for row in self.added.drain().map(|(_, row)| row) {
            let whole = |n: Option<i64>| n.map_or(Sql::Null, Sql::Integer);
            let mut values = vec![
                Sql::Integer(row.source),
                if row.is_dated { Sql::Text("known".into()) } else { Sql::Null },
                whole(row.days.first),
                whole(row.days.last),
                whole(row.country),
            ];
            values.extend(row.sorts.into_iter().map(Sql::Text));
            values.push(Sql::Integer(row.facts));
            for FigureSum { stated, sum, low, high } in row.figures {
                values.extend([Sql::Integer(stated), Sql::Real(sum), whole(low), whole(high)]);
            }
            insert.execute(params_from_iter(values))?;
        }
        Ok(())
    }
}

/// What is asked of a table.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The fields of its sides.
    pub sides: &'a [&'static Field],
    /// The figure.
    pub value: Option<&'static Field>,
    /// It wants every figure by itself.
    pub each: bool,
    /// It wants the lowest or the highest.
    pub ends: bool,
}

/// Whether a summary can answer: all that is asked for, and filtered by, is what it tells.
fn answers(query: &Query, asked: Asked<'_>) -> Option<&'static Kind> {
    let [kind] = query.kinds.as_slice() else { return None };
    let by_sort = |field: &Field| kind.summed.contains(&field.name) || ["source", "country", "kind"].contains(&field.name);
    let by = |field: &Field| by_sort(field) || matches!(field.ty, Type::Bucket(Bucket::Year | Bucket::Decade));
    let is_year = |Days { first, last }: Days| {
        let begins = |day: i64| Bucket::Year.start_of(day) == day;
        first.is_none_or(begins) && last.is_none_or(|last| begins(last + 1))
    };
    let passes = |test: &Test| match test {
        Test::When(days, _) => is_year(*days),
        Test::Among { field, .. } | Test::Compare(field, ..) | Test::Known(field, _) => by_sort(field),
        Test::AnyActor(_) => false,
    };
    let can = !kind.summed.is_empty()
        && !asked.each
        && query.words.is_none()
        && query.past.as_of.is_none()
        && asked.sides.iter().all(|field| by(field))
        && asked.value.is_none_or(|value| figures(kind).any(|figure| figure.name == value.name))
        && query.tests.iter().all(passes);
    can.then_some(kind)
}

impl Store {
    /// What the summary of a kind has for a table, for each source, time and place in it; none, where the facts themselves
    /// must be asked.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) fn sums(&self, query: &Query, asked: Asked<'_>) -> Result<Option<Vec<Sums>>> {
        let kind = match answers(query, asked) {
            Some(kind) if self.is_ours && is_whole(&self.connection, kind)? => kind,
            _ => return Ok(None),
        };
        let mut values = Vec::new();
        let mut conditions = vec!["1".to_owned()];
        if let Some(by) = query.past.published_by {
            conditions.push(published(&self.connection, by)?);
        }
        for test in &query.tests {
            conditions.push(condition(&self.connection, kind, test, &mut values)?);
        }
        let has_days = asked.sides.iter().any(|field| matches!(field.ty, Type::Bucket(_)));
        let mut shown = vec!["f.source_id".to_owned()];
        shown.extend(["f.first_day", "f.last_day"].map(|day| if has_days { day.to_owned() } else { "NULL".to_owned() }));
        shown.extend(asked.sides.iter().map(|field| match kind.field(field.name) {
            Some(own) if !matches!(own.ty, Type::Bucket(_)) => number(kind, own),
            _ => "NULL".to_owned(),
        }));
        let n = shown.len();
        let sums = asked.value.map_or("NULL, NULL, NULL, NULL".to_owned(), |value| {
            format!("sum({0}_n), total({0}_sum), min({0}_min), max({0}_max)", value.name)
        });
        let by: Vec<String> = (1..=n).map(|i| i.to_string()).collect();
        let sql = format!(
            "SELECT {}, sum(facts), min(facts), {sums} FROM {} f WHERE {} GROUP BY {} HAVING sum(facts) > 0",
            shown.join(", "),
            table(kind),
            conditions.join(" AND "),
            by.join(", ")
        );
        let mut find = self.connection.prepare(&sql)?;
        let mut found = find.query(params_from_iter(values))?;
        let mut sums = Vec::new();
        while let Some(row) = found.next()? {
            // the lowest of all is not known once a fact went
            if asked.ends && row.get::<_, i64>(n + 1)? < 0 {
                return Ok(None);
            }
            let whole = |i: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(n + i)?.unwrap_or(0).unsigned_abs());
            let figure = |i: usize| Ok::<_, Failure>(plain(row.get_ref(n + i)?)?.number());
            sums.push(Sums {
                source: plain(row.get_ref(0)?)?.into_owned(),
                days: Days { first: row.get(1)?, last: row.get(2)? },
                sides: (3..n).map(|i| Ok(plain(row.get_ref(i)?)?.into_owned())).collect::<Result<_>>()?,
                facts: whole(0)?,
                stated: whole(2)?,
                sum: figure(3)?.unwrap_or(0.0),
                low: figure(4)?,
                high: figure(5)?,
            });
        }
        Ok(Some(sums))
    }

    /// The kinds whose summary is not what their facts add up to.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) fn false_sums(&self) -> Result<Vec<&'static Kind>> {
        let mut wrong = Vec::new();
        for kind in kinds() {
            if is_whole(&self.connection, kind)? {
                let now = rows(kind, "f.retired_by_id IS NULL", "1");
                let kept = format!("SELECT * FROM {}", table(kind));
                if self.added_up(kind, &now)? != self.added_up(kind, &kept)? {
                    wrong.push(kind);
                }
            }
        }
        Ok(wrong)
    }

    /// Rows of a summary, those of one place and time added up.
    fn added_up(&self, kind: &'static Kind, rows: &str) -> Result<BTreeMap<String, String>> {
        let mut by: Vec<&str> = vec!["source_id", "date", "first_day", "last_day", "place_id"];
        by.extend(kind.summed);
        let sums: Vec<String> = figures(kind).map(|figure| format!("sum({0}_n), total({0}_sum)", figure.name)).collect();
        let sql = format!(
            "SELECT json_array({by}), json_array(sum(facts), {}) FROM ({rows}) GROUP BY {by} HAVING sum(facts) <> 0",
            sums.join(", "),
            by = by.join(", ")
        );
        let mut find = self.connection.prepare(&sql)?;
        let found = find.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}
