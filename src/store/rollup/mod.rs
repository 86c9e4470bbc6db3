//! Summaries of a kind by source, year, country and sort: the usual tables come from them, and not
//! from the facts.
//!
//! A row of a summary looks like a fact of coarse date and no more than its place, so that filters and labels are
//! those of facts. Each run that writes facts adds rows of its own, below zero for facts that it
//! retired. Facts that must be looked at one by one, answers to a question and figures for a
//! period, are in none.

mod answer;
mod maintain;
mod rule;

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Params};

pub use answer::{AggregateRequest, RollupRow};
pub use maintain::RollupChanges;
pub use rule::{Reason, not_rolled_up, reasons};

use crate::error::Result;
use crate::kind::{Field, KINDS, Kind};
use crate::store::Store;
use crate::value::Type;

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
    KINDS.iter().copied().filter(|kind| !kind.rollup_by.is_empty())
}

/// The facts of a kind that a summary knows nothing of, found by their index.
pub fn not_rolled_up_rows(kind: &Kind) -> String {
    format!("{table} f INDEXED BY {table}_alone", table = kind.table)
}

/// Whether the summary of a kind holds all that it is to hold.
pub fn is_complete(connection: &Connection, kind: &Kind) -> Result<bool> {
    let found = connection
        .prepare_cached("SELECT 1 FROM summed WHERE kind = ?1")?
        .query_row([kind.name], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// The rows that facts add up to, so many times: those that a condition on the row `f` finds.
fn rows(kind: &'static Kind, condition: &str, times: i64) -> String {
    let year = |day: &str| format!("CAST(julianday(f.{day}, 'start of year') + 0.5 AS INTEGER)");
    // each behind a comma
    let list = |parts: Vec<String>| parts.iter().flat_map(|part| [", ", part]).collect::<String>();
    let own =
        |before: &str| list(kind.rollup_by.iter().map(|name| format!("{before}{name}")).collect());
    let (mut sums, mut inner) = (Vec::new(), Vec::new());
    for figure in figures(kind) {
        let name = figure.name;
        sums.push(format!("{times} * {name}_n AS {name}_n, {times} * {name}_sum AS {name}_sum, {name}_min, {name}_max"));
        inner.push(format!(
            "count(f.{name}) AS {name}_n, ifnull(sum(f.{name}), 0) AS {name}_sum, min(f.{name}) AS {name}_min, max(f.{name}) AS {name}_max"
        ));
    }
    let (sums, inner) = (list(sums), list(inner));
    format!(
        "SELECT source_id, date, first_day, last_day, place_id{},
                {times} * facts AS facts{sums}
           FROM (SELECT f.source_id, iif(f.date IS NULL, NULL, 'known') AS date, {} AS first_day, {} AS last_day,
                        f.place_id{}, count(*) AS facts{inner}
                   FROM {} f WHERE {condition} AND {} IS NOT TRUE GROUP BY {})",
        own(""),
        year("first_day"),
        year("last_day"),
        own("f."),
        kind.table,
        not_rolled_up(kind),
        (1..=5 + kind.rollup_by.len()).map(|i| i.to_string()).collect::<Vec<_>>().join(", "),
    )
}

/// The columns of a summary, but for its id.
fn columns(kind: &Kind) -> Vec<String> {
    let sorts = kind.rollup_by.iter().copied();
    let first = ["source_id", "date", "first_day", "last_day", "place_id"]
        .into_iter()
        .chain(sorts)
        .chain(["facts"]);
    let sums = figures(kind)
        .flat_map(|figure| ["n", "sum", "min", "max"].map(|sum| format!("{}_{sum}", figure.name)));
    first.map(str::to_owned).chain(sums).collect()
}

/// Adds facts to the summary of their kind, or takes them off.
fn add(
    connection: &Connection,
    kind: &'static Kind,
    times: i64,
    condition: &str,
    values: impl Params,
) -> Result<()> {
    connection.execute(&insert(kind, times, condition), values)?;
    Ok(())
}

fn insert(kind: &'static Kind, times: i64, condition: &str) -> String {
    format!(
        "INSERT INTO {} ({}) {}",
        table(kind),
        columns(kind).join(", "),
        rows(kind, condition, times)
    )
}

/// Makes the summary of a kind anew.
fn make(connection: &Connection, kind: &'static Kind) -> Result<()> {
    connection.execute(&format!("DELETE FROM {}", table(kind)), [])?;
    add(connection, kind, 1, "f.retired_by_id IS NULL", [])?;
    say_whole(connection, kind)
}

/// Makes the summaries that were whole anew.
///
/// # Errors
/// The database cannot be written.
pub fn make_again(connection: &Connection) -> Result<()> {
    kinds().try_for_each(|kind| {
        if is_complete(connection, kind)? { make(connection, kind) } else { Ok(()) }
    })
}

/// Says that the summary of a kind holds all that it is to hold: its triggers take that back with
/// whatever is written.
pub fn say_whole(connection: &Connection, kind: &Kind) -> Result<()> {
    connection
        .execute("INSERT INTO summed (kind) VALUES (?1) ON CONFLICT DO NOTHING", [kind.name])?;
    Ok(())
}

/// Takes a run out of the summaries, before its facts go and those that it retired live again.
///
/// # Errors
/// The database cannot be written.
pub fn take_back(connection: &Connection, run: i64) -> Result<()> {
    for kind in kinds() {
        if is_complete(connection, kind)? {
            let added = "f.import_id = ?1 AND f.retired_by_id IS NULL";
            add(connection, kind, -1, added, [run])?;
            add(connection, kind, 1, "f.retired_by_id = ?1", [run])?;
        }
    }
    Ok(())
}

/// Has the facts of one name follow it to another.
///
/// # Errors
/// The database cannot be written.
pub fn move_place(connection: &Connection, from: i64, to: i64) -> Result<()> {
    for kind in kinds() {
        let sql = format!("UPDATE {} SET place_id = ?2 WHERE place_id = ?1", table(kind));
        connection.execute(&sql, [from, to])?;
    }
    Ok(())
}

impl Store {
    /// The kinds whose summary is not what their facts add up to.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(in crate::store) fn false_sums(&self) -> Result<Vec<&'static Kind>> {
        let mut wrong = Vec::new();
        for kind in kinds() {
            if is_complete(&self.connection, kind)? {
                let now = rows(kind, "f.retired_by_id IS NULL", 1);
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
        by.extend(kind.rollup_by);
        let sums: Vec<String> =
            figures(kind).map(|figure| format!("sum({0}_n), sum({0}_sum)", figure.name)).collect();
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
