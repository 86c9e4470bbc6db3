//! What a run changes or deletes in rows that it did not add, kept as it was before, so that an undo
//! can put it back.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde_json::{Map, Value as Json};

use crate::error::{Error, ErrorKind, Result};
use crate::kind::KINDS;
use crate::kind::reference_table::{REFERENCE_TABLES, ReferenceTable};

/// Members of names have no id of their own; a step of theirs has that of the name.
const MEMBERS: &str = "name_members";

/// Keeps columns of the rows of a table that a condition on `?1` finds.
///
/// # Errors
/// The database cannot be written.
pub fn keep(
    connection: &Connection,
    run: Option<i64>,
    table: &str,
    columns: &[&str],
    condition: &str,
    value: i64,
) -> Result<()> {
    let Some(run) = run else { return Ok(()) };
    let pairs: Vec<String> = columns.iter().map(|column| format!("'{column}', {column}")).collect();
    let id = if table == MEMBERS { "name_id" } else { "id" };
    // what the run added itself goes when it is undone
    let has_import =
        |parent: &&ReferenceTable| parent.table == table && parent.kept.contains(&"import_id");
    let is_old = if REFERENCE_TABLES.iter().copied().any(|parent| has_import(&parent)) {
        format!("AND import_id IS NOT {run}")
    } else {
        String::new()
    };
    let sql = format!(
        "INSERT INTO undo_steps (import_id, changed_table, row_id, before)
         SELECT {run}, '{table}', {id}, json_object({}) FROM {table} WHERE ({condition}) {is_old}",
        pairs.join(", ")
    );
    connection.prepare_cached(&sql)?.execute([value])?;
    Ok(())
}

/// Keeps a row whole, before it is deleted.
///
/// # Errors
/// The database cannot be written.
pub fn keep_whole(connection: &Connection, run: Option<i64>, table: &str, id: i64) -> Result<()> {
    let mut read =
        connection.prepare_cached("SELECT name FROM pragma_table_info(?1) WHERE name <> 'id'")?;
    let columns: Vec<String> =
        read.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    keep(connection, run, table, &columns, "id = ?1", id)
}

/// The first later run that changed a row which this one changed or added.
///
/// # Errors
/// The database cannot be read.
pub fn changed_later(connection: &Connection, run: i64) -> Result<Option<i64>> {
    let added = REFERENCE_TABLES
        .iter()
        .filter(|parent| parent.kept.contains(&"import_id"))
        .map(|parent| format!("SELECT '{0}', id FROM {0} WHERE import_id = ?1", parent.table));
    let own = "SELECT changed_table, row_id FROM undo_steps WHERE import_id = ?1".to_owned();
    let rows: Vec<String> = added.chain([own]).collect();
    let sql = format!(
        "SELECT min(import_id) FROM undo_steps WHERE import_id > ?1 AND (changed_table, row_id) IN ({})",
        rows.join(" UNION ALL ")
    );
    Ok(connection.query_row(&sql, [run], |row| row.get(0))?)
}

/// The rows of `names` whose label may change when the steps of the run `?1` are taken back.
pub const RENAMED: &str = "SELECT n.id FROM names n WHERE n.id IN (SELECT row_id FROM undo_steps WHERE import_id = ?1 AND changed_table = 'names')
     OR n.actor_id IN (SELECT row_id FROM undo_steps WHERE import_id = ?1 AND changed_table = 'actors')
     OR n.place_id IN (SELECT row_id FROM undo_steps WHERE import_id = ?1 AND changed_table = 'places')";

/// Whether a run has steps in a table.
///
/// # Errors
/// The database cannot be read.
pub fn has(connection: &Connection, run: i64, table: &str) -> Result<bool> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM undo_steps WHERE import_id = ?1 AND changed_table = ?2)";
    Ok(connection.prepare_cached(sql)?.query_row(params![run, table], |row| row.get(0))?)
}

/// Puts back what a run changed or deleted, the last first; how many changes those were.
///
/// # Errors
/// The database cannot be written, or somebody else has the name of a row that was deleted.
pub fn take_back(connection: &Connection, run: i64) -> Result<usize> {
    let steps: Vec<(String, i64, String)> = {
        let mut find = connection.prepare(
            "SELECT changed_table, row_id, before FROM undo_steps WHERE import_id = ?1 ORDER BY id DESC",
        )?;
        let rows = find.query_map([run], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    for (table, id, before) in steps {
        let is_known = table == MEMBERS
            || KINDS.iter().any(|kind| kind.table == table)
            || REFERENCE_TABLES.iter().any(|parent| parent.table == table);
        let before: Option<Map<String, Json>> = serde_json::from_str(&before).ok();
        let Some(before) = before.filter(|_| is_known) else {
            return Err(Error::database(format!(
                "the record of what import {run} changed is damaged"
            )));
        };
        put_back(connection, &table, id, before).map_err(|error| match error.kind {
            ErrorKind::Rejected => Error::new(
                ErrorKind::Rejected,
                format!("import {run} cannot be undone: a later one uses the name of a row in {table} that it deleted; nothing was written"),
            ),
            _ => error,
        })?;
    }
    Ok(connection.execute("DELETE FROM undo_steps WHERE import_id = ?1", [run])?)
}

fn put_back(
    connection: &Connection,
    table: &str,
    id: i64,
    before: Map<String, Json>,
) -> Result<()> {
    if table == MEMBERS {
        let number = |name: &str| before.get(name).and_then(Json::as_i64);
        connection.execute(
            "UPDATE name_members SET member_id = ?3 WHERE name_id = ?1 AND position = ?2",
            params![id, number("position"), number("member_id")],
        )?;
        return Ok(());
    }
    let find = format!("SELECT 1 FROM {table} WHERE id = ?1");
    let is_there = connection.query_row(&find, [id], |_| Ok(())).optional()?.is_some();
    let (columns, values): (Vec<String>, Vec<Sql>) =
        before.into_iter().map(|(column, value)| (column, sql(value))).unzip();
    let values = values.into_iter().chain([Sql::Integer(id)]);
    if is_there {
        let set: Vec<String> = columns.iter().map(|column| format!("{column} = ?")).collect();
        let update = format!("UPDATE {table} SET {} WHERE id = ?", set.join(", "));
        connection.execute(&update, params_from_iter(values))?;
        return Ok(());
    }
    let insert = format!(
        "INSERT INTO {table} ({}, id) VALUES ({}) ON CONFLICT DO NOTHING",
        columns.join(", "),
        vec!["?"; columns.len() + 1].join(", ")
    );
    if connection.execute(&insert, params_from_iter(values))? == 0 {
        return Err(Error::new(ErrorKind::Rejected, "taken"));
    }
    Ok(())
}

fn sql(value: Json) -> Sql {
    match value {
        Json::Null => Sql::Null,
        Json::Bool(flag) => Sql::Integer(i64::from(flag)),
        Json::Number(n) => {
            n.as_i64().map(Sql::Integer).or_else(|| n.as_f64().map(Sql::Real)).unwrap_or(Sql::Null)
        }
        Json::String(text) => Sql::Text(text),
        other => Sql::Text(other.to_string()),
    }
}
