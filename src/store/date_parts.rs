//! The dates of the few facts that have several, such as deliveries in 2010 and in 2012 and in no
//! year between.

use rusqlite::{Connection, params};

use crate::error::Result;
use crate::kind::{KINDS, Kind};
use crate::store::Store;
use crate::store::fact_id::{self, kind_tag, rowid};
use crate::value::Value;
use crate::value::date::{self, SET_SEPARATOR};

impl Store {
    /// Hands on the parts of the dates that are sets, those of live facts: the kind, the reference, the
    /// first and the last day.
    ///
    /// # Errors
    /// The database cannot be read, or `row` fails.
    pub fn date_parts(&self, row: &mut dyn FnMut(&[Value<'_>]) -> Result<()>) -> Result<()> {
        for kind in KINDS {
            let sql = format!(
                "SELECT s.slug || ':' || f.key, d.first_day, d.last_day
                   FROM date_parts d JOIN {} f ON d.fact = {} JOIN sources s ON s.id = f.source_id
                  WHERE f.retired_by_id IS NULL ORDER BY d.fact, d.position",
                kind.table,
                fact_id::number("f", kind_tag(kind))
            );
            let mut read = self.connection.prepare(&sql)?;
            let mut parts = read.query([])?;
            while let Some(part) = parts.next()? {
                let day = |at| -> Result<Value<'_>> {
                    Ok(part.get::<_, Option<i64>>(at)?.map_or(Value::Null, Value::Int))
                };
                let reference: String = part.get(0)?;
                let kind = Value::Text(kind.name.into());
                row(&[kind, Value::Text(reference.into()), day(1)?, day(2)?])?;
            }
        }
        Ok(())
    }
}

/// Keeps the parts of a date that is a set.
///
/// # Errors
/// The database cannot be written.
pub fn insert(connection: &Connection, kind: &Kind, id: i64, date: &str) -> Result<()> {
    let sql =
        "INSERT INTO date_parts (fact, position, first_day, last_day) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = connection.prepare_cached(sql)?;
    for (position, days) in (1_i64..).zip(date::parts(date)) {
        insert.execute(params![rowid(kind, id), position, days.first, days.last])?;
    }
    Ok(())
}

/// Forgets those of the facts of a kind that an import recorded.
///
/// # Errors
/// The database cannot be written.
pub fn forget(connection: &Connection, kind: &Kind, import: i64) -> Result<()> {
    let sql = format!(
        "DELETE FROM date_parts WHERE fact IN (SELECT {} FROM {} f WHERE f.import_id = ?1)",
        fact_id::number("f", kind_tag(kind)),
        kind.table
    );
    connection.execute(&sql, [import])?;
    Ok(())
}

/// The SQL that gives a date if it is a set.
pub fn set(column: &str) -> String {
    format!("iif(instr({column}, '{SET_SEPARATOR}') > 0, {column}, NULL)")
}

/// The condition that one of the parts of the date of the row `f` may lie between two days, of which
/// either may be open; none where no fact has parts. The values are the last and the first day.
///
/// # Errors
/// The database cannot be read.
pub fn overlap(
    connection: &Connection,
    kind: &Kind,
    (has_last, has_first): (bool, bool),
) -> Result<Option<String>> {
    let some: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM date_parts)")?
        .query_row([], |row| row.get(0))?;
    if !some {
        return Ok(None);
    }
    let last = if has_last { " AND (d.first_day IS NULL OR d.first_day <= ?)" } else { "" };
    let first = if has_first { " AND (d.last_day IS NULL OR d.last_day >= ?)" } else { "" };
    Ok(Some(format!(
        "(f.date NOT GLOB '*{SET_SEPARATOR}*' OR EXISTS (SELECT 1 FROM date_parts d WHERE d.fact = {}{last}{first}))",
        fact_id::number("f", kind_tag(kind))
    )))
}
