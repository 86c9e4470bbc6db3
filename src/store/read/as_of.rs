//! The past: which rows were live, and which sources published, at the moment of a question.

use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use crate::error::{Error, ErrorKind, Result};
use crate::query::{AsOf, AsOfPoint};
use crate::value::date;

/// The last import at a moment.
///
/// # Errors
/// Imports cannot be looked up.
pub fn import_at(connection: &Connection, moment: &AsOfPoint) -> Result<i64> {
    match moment {
        AsOfPoint::Import(import) => {
            let find = "SELECT ifnull(max(id), 0) FROM imports";
            let last: i64 = connection.query_row(find, [], |row| row.get(0))?;
            if (0..=last).contains(import) {
                return Ok(*import);
            }
            Err(Error::new(ErrorKind::NotFound, format!("unknown import {import}"))
                .hint("list all: facts log"))
        }
        AsOfPoint::Before(time) => {
            // in the order of imports: a clock may have been set back
            let find = "SELECT ifnull((SELECT min(id) - 1 FROM imports WHERE ran_at >= ?1), ifnull(max(id), 0)) FROM imports";
            Ok(connection.query_row(find, [time], |row| row.get(0))?)
        }
    }
}

/// The condition that the row `f` was live, and its source published, at a moment.
///
/// # Errors
/// Imports or sources cannot be looked up.
pub fn live(connection: &Connection, past: &AsOf, values: &mut Vec<Sql>) -> Result<String> {
    let live = match &past.as_of {
        None => "f.retired_by_id IS NULL",
        Some(moment) => {
            let import = import_at(connection, moment)?;
            values.extend([Sql::Integer(import), Sql::Integer(import)]);
            "f.import_id <= ? AND (f.retired_by_id IS NULL OR f.retired_by_id > ?)"
        }
    };
    Ok(match past.published_by {
        None => live.to_owned(),
        Some(by) => format!("{live} AND {}", published(connection, by, values)?),
    })
}

/// The condition that the source of the row `f` had been published by a day.
///
/// # Errors
/// Sources cannot be looked up.
pub fn published(connection: &Connection, by: i64, values: &mut Vec<Sql>) -> Result<String> {
    let mut read =
        connection.prepare("SELECT id, published FROM sources WHERE published IS NOT NULL")?;
    let found = read.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let mut ids = Vec::new();
    for source in found {
        let (id, published) = source?;
        // known only to the year, it may have been published on any day of it
        if date::parse(&published).is_ok_and(|days| days.last.is_some_and(|last| last <= by)) {
            ids.push(id);
        }
    }
    values.push(Sql::Text(format!("{ids:?}")));
    Ok("f.source_id IN (SELECT value FROM json_each(?))".to_owned())
}
