//! The columns of a data set that have no field, kept aside: their names once for all rows that have them, a row of cells
//! for each fact. Reading a kind's table then does not go through them.
//!
//! An object of texts is taken apart so, and put together again to the letter, since digests are over it; what is no such
//! object stays in the column `extra` as it is.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, params};

use super::held::Held;
use super::search;
use crate::exit::Result;
use crate::kind::Kind;

/// The SQL function of our connections that puts an object together.
const FUNCTION: &str = "object_of(l.columns, x.cells)";

/// The same in the words of any `SQLite`, for statements that are printed.
const ANYWHERE: &str = "(SELECT '{' || group_concat((l.columns -> c.key) || ':' || (x.cells -> c.key)) || '}'
                   FROM json_each(l.columns) c WHERE x.cells -> c.key <> 'null')";

/// The cells with the number of their layout, for [`Names::object`]: less to sort than an object.
const PACKED: &str = "'#' || l.id || x.cells";

/// The SQL that gives the object of the row `f`.
pub fn expression(kind: &'static Kind) -> String {
    kept(kind, FUNCTION)
}

/// The SQL that gives what [`Names::object`] makes the object of the row `f` of.
pub fn packed(kind: &'static Kind) -> String {
    kept(kind, PACKED)
}

fn kept(kind: &'static Kind, by: &str) -> String {
    let place = search::place(kind);
    format!(
        "coalesce(f.extra, (SELECT {by} FROM extras x JOIN layouts l ON l.id = x.layout_id WHERE x.id = f.id * 16 + {place}))"
    )
}

/// The same SQL with objects, and without a function of ours.
pub fn anywhere(sql: &str) -> String {
    sql.replace(FUNCTION, ANYWHERE).replace(PACKED, ANYWHERE)
}

/// The names of all layouts.
#[derive(Debug)]
pub struct Names(HashMap<i64, Vec<String>>);

impl Names {
    /// Those of a database.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(connection: &Connection) -> Result<Names> {
        Ok(Names(read(connection)?.into_iter().map(|layout| (layout.id, layout.names)).collect()))
    }

    /// The object that was packed; anything else stays as it is.
    pub fn object<'t>(&self, packed: &'t str) -> Cow<'t, str> {
        let Some((number, _)) = packed.strip_prefix('#').and_then(|rest| rest.split_once('[')) else { return packed.into() };
        let names = number.parse().ok().and_then(|number: i64| self.0.get(&number));
        let cells = &packed[1 + number.len()..];
        names.and_then(|names| joined(names, cells)).map_or(Cow::Borrowed(cells), Cow::Owned)
    }
}

/// Forgets the cells of the facts of a kind that a condition on the row `f` finds.
///
/// # Errors
/// The database cannot be written.
pub fn forget(connection: &Connection, kind: &'static Kind, condition: &str, id: i64) -> Result<()> {
    let (table, place) = (kind.table, search::place(kind));
    let sql = format!("DELETE FROM extras WHERE id IN (SELECT f.id * 16 + {place} FROM {table} f WHERE {condition})");
    connection.prepare_cached(&sql)?.execute([id])?;
    Ok(())
}

/// Makes the function known to a connection.
///
/// # Errors
/// It cannot be.
pub fn teach(connection: &Connection) -> Result<()> {
    let last = Mutex::new((String::new(), Vec::new()));
    connection.create_scalar_function(
        "object_of",
        2,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS,
        move |context| {
            let text = |i: usize| context.get_raw(i).as_str_or_null().ok().flatten();
            let (Some(columns), Some(cells)) = (text(0), text(1)) else { return Ok(None) };
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.0 != columns {
                *last = (columns.to_owned(), names(columns));
            }
            Ok(Some(joined(&last.1, cells).unwrap_or_else(|| cells.to_owned())))
        },
    )?;
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

/// The object that cells make with the names of their layout.
fn joined(names: &[String], cells: &str) -> Option<String> {
    let mut object = String::with_capacity(cells.len() + names.iter().map(String::len).sum::<usize>());
    let bytes = cells.as_bytes();
    let mut at = 0;
    for name in names {
        if bytes.get(at) != Some(if at == 0 { &b'[' } else { &b',' }) {
            return None;
        }
        at += 1;
        if bytes.get(at) == Some(&b'n') {
            at += bytes[at..].starts_with(b"null").then_some(4)?;
            continue;
        }
        let end = at + quoted(&cells[at..])?;
        object.push(if object.is_empty() { '{' } else { ',' });
        object.push_str(name);
        object.push_str(&cells[at..end]);
        at = end;
    }
    (&bytes[at..] == b"]" && !object.is_empty()).then(|| object + "}")
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

/// What the columns of some rows are called.
#[derive(Debug)]
struct Layout {
    id: i64,
    names: Vec<String>,
}

/// The layouts of a run, the one that fitted last first.
#[derive(Debug, Default)]
pub struct Layouts {
    known: Option<Vec<Layout>>,
    /// The cells at hand, kept to spare a new text for each fact.
    cells: String,
}

/// So many layouts are tried.
const TRIED: usize = 16;

impl Layouts {
    /// Takes an object apart: the layout that it has, made if there is none. None: it is no object of texts.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn take(&mut self, connection: &Connection, object: &str) -> Result<Option<i64>> {
        let Layouts { known, cells } = self;
        let known = match known {
            Some(known) => known,
            None => known.insert(read(connection)?),
        };
        if let Some(i) = known.iter().take(TRIED).position(|layout| fits(object, &layout.names, cells)) {
            known[..=i].rotate_right(1);
            return Ok(Some(known[0].id));
        }
        let Some(mut own) = columns_of(object) else { return Ok(None) };
        if let Some(merged) = known.first().and_then(|last| merged(&last.names, &own))
            && fits(object, &merged, cells)
        {
            own = merged;
        }
        fits(object, &own, cells);
        let columns: Vec<&str> = own.iter().map(|name| name.trim_end_matches(':')).collect();
        let columns = format!("[{}]", columns.join(","));
        // it may be one of those that were not tried
        connection
            .prepare_cached("INSERT INTO layouts (columns) VALUES (?1) ON CONFLICT (columns) DO NOTHING")?
            .execute([&columns])?;
        let id =
            connection.prepare_cached("SELECT id FROM layouts WHERE columns = ?1")?.query_row([&columns], |row| row.get(0))?;
        known.retain(|layout| layout.id != id);
        known.insert(0, Layout { id, names: own });
        Ok(Some(id))
    }

    /// Keeps the cells of the object that was taken apart last, for a fact.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn keep(&self, held: &mut Held<'_>, kind: &'static Kind, id: i64, layout: i64) -> Result<()> {
        let add = || "INSERT INTO extras (id, layout_id, cells) VALUES (?1, ?2, ?3)".to_owned();
        held.get("add", "extras", add)?.execute(params![search::row(kind, id), layout, self.cells])?;
        Ok(())
    }
}

fn read(connection: &Connection) -> Result<Vec<Layout>> {
    let mut read = connection.prepare("SELECT id, columns FROM layouts ORDER BY id DESC")?;
    let rows = read.query_map([], |row| Ok(Layout { id: row.get(0)?, names: names(&row.get::<_, String>(1)?) }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The names of an object, each with its colon; none where it has other values than texts, or white space between them.
fn columns_of(object: &str) -> Option<Vec<String>> {
    let mut rest = object.strip_prefix('{')?;
    let mut found = Vec::new();
    loop {
        let end = quoted(rest)? + 1;
        if rest.as_bytes().get(end - 1) != Some(&b':') {
            return None;
        }
        let (name, more) = rest.split_at(end);
        found.push(name.to_owned());
        rest = &more[quoted(more)?..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return (rest == "}").then_some(found),
        }
    }
}

/// Whether an object has these columns, in their order, or some of them; its cells are in `cells` then.
fn fits(object: &str, names: &[String], cells: &mut String) -> bool {
    let Some(mut rest) = object.strip_prefix('{') else { return false };
    cells.clear();
    for name in names {
        cells.push(if cells.is_empty() { '[' } else { ',' });
        let value = rest.strip_prefix(name.as_str()).and_then(|value| Some((value, quoted(value)?)));
        let Some((value, end)) = value else {
            cells.push_str("null");
            continue;
        };
        cells.push_str(&value[..end]);
        rest = &value[end..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    cells.push(']');
    rest == "}" && object != "{}"
}

/// The columns of a layout and those of an object, each of these behind the one before it; none where they are too different.
fn merged(names: &[String], own: &[String]) -> Option<Vec<String>> {
    let mut merged = names.to_vec();
    let mut at = 0;
    for name in own {
        match merged.iter().position(|known| known == name) {
            Some(i) => at = i + 1,
            None => {
                merged.insert(at, name.clone());
                at += 1;
            }
        }
    }
    // names of columns that few rows have must not be repeated with every layout
    (merged.len() < names.len() + own.len().div_ceil(2) && merged.len() <= own.len() * 2 + 8).then_some(merged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::schema::migrated;

    proptest! {
        /// Whatever object of texts: put together again it is the same to the letter, by our function and by SQLite's own.
        #[test]
        fn objects_come_back_to_the_letter(
            objects in prop::collection::vec(prop::collection::vec(("[a-d]{1,2}|[a\"\\\\é\u{1}]", ".{0,6}"), 1..6), 1..12)
        ) {
            let connection = migrated();
            teach(&connection).unwrap();
            let mut layouts = Layouts::default();
            for object in objects {
                let mut map = serde_json::Map::new();
                map.extend(object.into_iter().map(|(name, value)| (name, value.into())));
                let object = serde_json::Value::Object(map).to_string();
                let layout = layouts.take(&connection, &object).unwrap();
                prop_assert!(layout.is_some(), "{object}");
                let columns: String = connection.query_row("SELECT columns FROM layouts WHERE id = ?1", [layout], |row| row.get(0)).unwrap();
                for put_together in [FUNCTION.to_owned(), anywhere(FUNCTION)] {
                    let sql = format!("SELECT {put_together} FROM (SELECT ?1 AS columns) l, (SELECT ?2 AS cells) x");
                    let back: String = connection.query_row(&sql, params![columns, layouts.cells], |row| row.get(0)).unwrap();
                    prop_assert_eq!(&back, &object, "{} {}", columns, layouts.cells);
                }
                let packed = format!("#{}{}", layout.unwrap_or_default(), layouts.cells);
                prop_assert_eq!(Names::of(&connection).unwrap().object(&packed), object);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,20}|[\\[{\\]}\",:\\\\nul]{0,12}") {
            columns_of(&text);
            joined(&names(&text), &text);
            fits(&text, &["\"a\":".to_owned()], &mut String::new());
        }
    }

    #[test]
    fn rows_that_lack_some_columns_share_a_layout() {
        let connection = migrated();
        let mut layouts = Layouts::default();
        let mut ids = |object: &str| layouts.take(&connection, object).unwrap();
        ids(r#"{"a":"1","c":"3","d":"4"}"#);
        let wider = ids(r#"{"a":"1","b":"2","c":"3"}"#);
        assert_eq!(ids(r#"{"b":"2","d":"4"}"#), wider);
        assert_ne!(ids(r#"{"y":"1","z":"2"}"#), wider);
        assert_eq!(ids(r#"{"a":"1"}"#), wider);
    }

    #[test]
    fn layouts_do_not_grow_with_rows_that_share_little() {
        let connection = migrated();
        let mut layouts = Layouts::default();
        for i in 0..500 {
            layouts.take(&connection, &format!(r#"{{"a":"1","b":"2","c":"3","u{i}":"4"}}"#)).unwrap();
        }
        let size: i64 = connection.query_row("SELECT sum(length(columns)) FROM layouts", [], |row| row.get(0)).unwrap();
        assert!(size < 500 * 120, "{size}");
    }

    #[test]
    fn other_json_is_no_object_of_texts() {
        for json in
            [r#"{"a":1}"#, r#"{"a":null}"#, r#"{"a":{"b":"c"}}"#, r#"{ "a":"b"}"#, "[]", "{}", r#"{"a":"b"} "#, "\"a\"", "1"]
        {
            assert_eq!(columns_of(json), None, "{json}");
            assert!(!fits(json, &["\"a\":".to_owned()], &mut String::new()), "{json}");
        }
    }
}
