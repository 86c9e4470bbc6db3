//! The columns of a data set that have no field, kept aside: their names once for all rows that
//! have them, a row of cells for each fact, and texts that come again and again once. Reading a
//! kind's table then does not go through them.
//!
//! An object of texts is taken apart so, and put together again to the letter, since digests are
//! over it; what is no such object stays in the column `extra` as it is.

mod decode;
mod encode;
mod shared;
mod text_numbers;

use std::collections::BTreeSet;

use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use crate::error::Result;
use crate::kind::Kind;
use crate::store::{fact_id, literal};

pub use decode::{CellSlice, ExtrasDecoder};
pub use encode::EncodedExtra;
pub use shared::SharedExtras;

/// So many texts get a number, from 1 on.
const NUMBERED: i64 = 1 << 15;

/// The SQL that puts an object together, in the words of any `SQLite`.
const OBJECT: &str = "(SELECT '{' || group_concat((l.columns -> c.key) || ':' || CASE c.type
            WHEN 'integer' THEN (SELECT t.text FROM extra_texts t WHERE t.id = c.value) ELSE x.cells -> c.key END) || '}'
          FROM json_each(x.cells) c WHERE c.type <> 'null')";

/// The SQL that gives the object of the row `f`.
pub fn expression(kind: &'static Kind) -> String {
    kept(kind, OBJECT, " JOIN layouts l ON l.id = x.layout_id")
}

/// The SQL that gives what [`ExtrasDecoder`] makes the object of the row `f` of: less to sort, and
/// sooner had.
pub fn packed(kind: &'static Kind) -> String {
    kept(kind, "'#' || x.layout_id || x.cells", "")
}

/// The SQL that gives a value `e` of an object as a text: numbers, true and false, and what lies
/// deeper, as they are written.
fn value(object: &str) -> String {
    format!(
        "CASE e.type WHEN 'text' THEN e.value WHEN 'null' THEN NULL ELSE coalesce({object} -> e.fullkey, e.value) END"
    )
}

/// The SQL that gives one column of the row `f`. `SQLite` looks its place in the layouts up once, and not for
/// each row.
pub fn column(kind: &'static Kind, name: &str) -> String {
    let (name, value) = (literal(name), value("f.extra"));
    format!(
        "coalesce(iif(f.extra IS NULL, NULL, (SELECT {value} FROM json_each(f.extra) e WHERE e.key = {name} AND e.type <> 'null')),
           (SELECT CASE typeof(c.cell) WHEN 'integer' THEN (SELECT t.text ->> '$' FROM extra_texts t WHERE t.id = c.cell) ELSE c.cell END
              FROM (SELECT x.cells ->> ((SELECT json_group_object(l.id, n.key) FROM layouts l, json_each(l.columns) n WHERE n.value = {name})
                             ->> ('$.\"' || x.layout_id || '\"')) AS cell
                      FROM extras x WHERE x.id = {}) c))",
        fact_id::number("f", fact_id::kind_tag(kind))
    )
}

/// The SQL condition that the cells of the row `f` may hold one of these texts, in capitals or not:
/// looked for without taking the cells apart. It finds more than those that do.
///
/// # Errors
/// The database cannot be read.
pub fn may_hold(
    connection: &Connection,
    kind: &'static Kind,
    texts: &[String],
    values: &mut Vec<Sql>,
) -> Result<String> {
    // a letter may be written as its number in any text that has one so
    const ESCAPED: &str = "instr(text, '\\u') > 0 OR instr(text, '\\/') > 0";
    let mut any = vec![ESCAPED.replace("text", "x.cells")];
    let mut numbers: BTreeSet<i64> = BTreeSet::new();
    let mut find = connection.prepare_cached(&format!(
        "SELECT id FROM extra_texts WHERE text = ?1 COLLATE NOCASE OR {ESCAPED}"
    ))?;
    for text in texts {
        let quoted = serde_json::json!(text).to_string();
        any.push("x.cells LIKE ? ESCAPE '\\'".to_owned());
        values.push(Sql::Text(like_any(&quoted)));
        let found = find.query_map([&quoted], |row| row.get::<_, i64>(0))?;
        numbers.extend(found.collect::<Result<Vec<i64>, _>>()?);
    }
    any.extend(numbers.iter().map(|number| format!("instr(x.cells, '{number}') > 0")));
    Ok(format!(
        "(f.extra IS NOT NULL OR EXISTS (SELECT 1 FROM extras x WHERE x.id = {} AND ({})))",
        fact_id::number("f", fact_id::kind_tag(kind)),
        any.join(" OR ")
    ))
}

/// The pattern for `LIKE … ESCAPE '\'` that finds a text anywhere, whatever the case of A to Z.
pub fn like_any(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// The columns that facts of a kind have in layouts, those of the first first.
///
/// # Errors
/// The database cannot be read.
pub fn columns(connection: &Connection, kind: &'static Kind) -> Result<Vec<String>> {
    let sql = "SELECT c.value FROM (SELECT * FROM layouts ORDER BY id) l, json_each(l.columns) c WHERE l.kinds >> ?1 & 1";
    let mut read = connection.prepare(sql)?;
    let names = read.query_map([fact_id::kind_tag(kind)], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// The columns that facts of a kind have in objects that stay as they are, for which all facts are
/// gone through.
///
/// # Errors
/// The database cannot be read.
pub fn columns_of_objects(connection: &Connection, kind: &'static Kind) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT DISTINCT e.key FROM {} f, json_each(f.extra) e WHERE f.extra IS NOT NULL AND json_type(f.extra) = 'object'",
        kind.table
    );
    let mut read = connection.prepare(&sql)?;
    let names = read.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn kept(kind: &'static Kind, by: &str, joins: &str) -> String {
    format!(
        "coalesce(f.extra, (SELECT {by} FROM extras x{joins} WHERE x.id = {}))",
        fact_id::number("f", fact_id::kind_tag(kind))
    )
}

/// Forgets the cells of the facts of a kind that a condition on the row `f` finds.
///
/// # Errors
/// The database cannot be written.
pub fn forget(
    connection: &Connection,
    kind: &'static Kind,
    condition: &str,
    id: i64,
) -> Result<()> {
    connection.prepare_cached(&forget_sql(kind, condition))?.execute([id])?;
    Ok(())
}

/// The SQL that does so.
pub fn forget_sql(kind: &'static Kind, condition: &str) -> String {
    let number = fact_id::number("f", fact_id::kind_tag(kind));
    format!(
        "DELETE FROM extras WHERE id IN (SELECT {number} FROM {} f WHERE {condition})",
        kind.table
    )
}

/// Forgets layouts that no fact has any longer, and the texts, if none has any.
///
/// # Errors
/// The database cannot be written.
pub fn forget_unused(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM layouts WHERE id NOT IN (SELECT layout_id FROM extras)", [])?;
    connection.execute("DELETE FROM extra_texts WHERE NOT EXISTS (SELECT 1 FROM extras)", [])?;
    Ok(())
}

/// The names of a layout, each as it stands in an object: `"name":`.
fn names(columns: &str) -> Vec<String> {
    let names: Vec<&str> = elements(columns).unwrap_or_default();
    names.into_iter().map(|name| format!("{name}:")).collect()
}

/// The elements of an array of texts and nulls, as they stand there.
fn elements(array: &str) -> Option<Vec<&str>> {
    let mut rest = array.strip_prefix('[')?;
    let mut found = Vec::new();
    while rest != "]" {
        let end = if rest.starts_with("null") { 4 } else { quoted(rest)? };
        found.push(&rest[..end]);
        rest = &rest[end..];
        rest = match rest.strip_prefix(',') {
            Some(more) => more,
            None if rest == "]" => rest,
            None => return None,
        };
    }
    Some(found)
}

/// Where the text in quotes ends with which this begins.
fn quoted(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        at += bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
        if at >= bytes.len() {
            return None;
        }
    }
}
