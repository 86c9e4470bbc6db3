//! The columns of a data set that have no field, kept aside: their names once for all rows that have them, a row of cells
//! for each fact, and texts that come again and again once. Reading a kind's table then does not go through them.
//!
//! An object of texts is taken apart so, and put together again to the letter, since digests are over it; what is no such
//! object stays in the column `extra` as it is.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::hash::BuildHasher;

use foldhash::fast::{FixedState, RandomState};
use rusqlite::{Connection, OptionalExtension, params};

use super::held::Held;
use super::search;
use crate::exit::Result;
use crate::kind::Kind;

/// The SQL that puts an object together, in the words of any `SQLite`.
const OBJECT: &str = "(SELECT '{' || group_concat((l.columns -> c.key) || ':' || CASE c.type
            WHEN 'integer' THEN (SELECT t.text FROM extra_texts t WHERE t.id = c.value) ELSE x.cells -> c.key END) || '}'
          FROM json_each(x.cells) c WHERE c.type <> 'null')";

/// The SQL that gives the object of the row `f`.
pub fn expression(kind: &'static Kind) -> String {
    kept(kind, OBJECT, " JOIN layouts l ON l.id = x.layout_id")
}

/// The SQL that gives what [`Objects`] makes the object of the row `f` of: less to sort, and sooner had.
pub fn packed(kind: &'static Kind) -> String {
    kept(kind, "'#' || x.layout_id || x.cells", "")
}

fn kept(kind: &'static Kind, by: &str, joins: &str) -> String {
    format!("coalesce(f.extra, (SELECT {by} FROM extras x{joins} WHERE x.id = f.id * 16 + {}))", search::place(kind))
}

/// Puts objects together, with what it has read of layouts and texts.
pub struct Objects<'c> {
    connection: &'c Connection,
    layouts: HashMap<i64, Vec<String>>,
    texts: HashMap<i64, Box<str>, RandomState>,
}

impl Objects<'_> {
    /// One that has read nothing yet.
    pub fn of(connection: &Connection) -> Objects<'_> {
        Objects { connection, layouts: HashMap::new(), texts: HashMap::default() }
    }

    /// Has a text be the object that was packed; anything else is as it is.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn put_together(&mut self, packed: &str, object: &mut String) -> Result<()> {
        object.clear();
        let layout = packed.strip_prefix('#').and_then(|rest| rest.split_once('['));
        let Some((layout, _)) = layout.and_then(|(layout, rest)| Some((layout.parse::<i64>().ok()?, rest))) else {
            object.push_str(packed);
            return Ok(());
        };
        let Objects { connection, layouts, texts } = self;
        let names = match layouts.entry(layout) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let find = "SELECT columns FROM layouts WHERE id = ?1";
                let columns: Option<String> = connection.query_row(find, [layout], |row| row.get(0)).optional()?;
                free.insert(names(columns.as_deref().unwrap_or_default()))
            }
        };
        let cells = packed.trim_start_matches(|c| c != '[');
        let mut failed = None;
        let text = |id: i64, object: &mut String| {
            if let Some(text) = texts.get(&id) {
                object.push_str(text);
                return Some(());
            }
            let find = connection.prepare_cached("SELECT text FROM extra_texts WHERE id = ?1");
            match find.and_then(|mut find| find.query_row([id], |row| row.get::<_, String>(0)).optional()) {
                Ok(text) => {
                    let text = text?;
                    object.push_str(&text);
                    texts.insert(id, text.into());
                    Some(())
                }
                Err(e) => {
                    failed = Some(e);
                    None
                }
            }
        };
        if joined(names, cells, object, text).is_none() {
            // damage, which the digest tells
            object.clear();
            object.push_str(cells);
        }
        failed.map_or(Ok(()), |e| Err(e.into()))
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

/// Adds the object that cells make with the names of their layout, and with the texts that numbers stand for.
fn joined(
    names: &[String],
    cells: &str,
    object: &mut String,
    mut text: impl FnMut(i64, &mut String) -> Option<()>,
) -> Option<()> {
    let bytes = cells.as_bytes();
    let mut at = 0;
    for name in names {
        if bytes.get(at) != Some(if at == 0 { &b'[' } else { &b',' }) {
            return None;
        }
        at += 1;
        let begin = at;
        if bytes.get(at) == Some(&b'n') {
            at += bytes[at..].starts_with(b"null").then_some(4)?;
            continue;
        }
        object.push(if object.is_empty() { '{' } else { ',' });
        object.push_str(name);
        if bytes.get(at) == Some(&b'"') {
            at += quoted(&cells[at..])?;
            object.push_str(&cells[begin..at]);
        } else {
            at += bytes[at..].iter().position(|byte| !byte.is_ascii_digit())?;
            text(cells[begin..at].parse().ok()?, object)?;
        }
    }
    if &bytes[at..] != b"]" || object.is_empty() {
        return None;
    }
    object.push('}');
    Some(())
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
    /// The cells at hand, and the same with numbers, kept to spare a new text for each fact.
    cells: String,
    coded: String,
    texts: Texts,
}

/// So many layouts are tried.
const TRIED: usize = 16;

impl Layouts {
    /// Takes an object apart: the layout that it has, made if there is none. None: it is no object of texts.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn take(&mut self, connection: &Connection, object: &str) -> Result<Option<i64>> {
        let layout = self.layout(connection, object)?;
        if layout.is_some() {
            self.texts.code(connection, &self.cells, &mut self.coded)?;
        }
        Ok(layout)
    }

    fn layout(&mut self, connection: &Connection, object: &str) -> Result<Option<i64>> {
        let Layouts { known, cells, .. } = self;
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
        held.get("add", "extras", add)?.execute(params![search::row(kind, id), layout, self.coded])?;
        Ok(())
    }
}

/// The texts that numbers stand for.
#[derive(Debug, Default)]
struct Texts {
    ids: Option<HashMap<Box<str>, i64, RandomState>>,
    /// Those of late that have none: one that comes again gets a number.
    seen: HashSet<u64, RandomState>,
    hasher: FixedState,
}

impl Texts {
    /// So many get a number, those of so many bytes, quotes included, and so many are seen at once.
    const MANY: usize = 1 << 15;
    const LONG: usize = 100;
    const SEEN: usize = 1 << 14;

    /// Has `coded` be the cells, with numbers for texts where they are shorter.
    fn code(&mut self, connection: &Connection, cells: &str, coded: &mut String) -> Result<()> {
        coded.clear();
        let mut rest = cells;
        while let Some((separator, more)) = rest.split_at_checked(1) {
            coded.push_str(separator);
            let text = quoted(more).map_or("", |end| &more[..end]);
            let before = coded.len();
            if let Some(number) = self.number(connection, text)? {
                let _ = write!(coded, "{number}");
            }
            if coded.len() == before || coded.len() - before >= text.len() {
                coded.truncate(before);
                coded.push_str(text);
            }
            rest = &more[text.len()..];
        }
        Ok(())
    }

    /// The number of a text, which may get one now.
    fn number(&mut self, connection: &Connection, text: &str) -> Result<Option<i64>> {
        if !(3..=Texts::LONG).contains(&text.len()) {
            return Ok(None);
        }
        let ids = match &mut self.ids {
            Some(ids) => ids,
            none => {
                let mut read = connection.prepare("SELECT text, id FROM extra_texts")?;
                let texts = read.query_map([], |row| Ok((row.get::<_, String>(0)?.into(), row.get(1)?)))?;
                none.insert(texts.collect::<Result<_, _>>()?)
            }
        };
        if let Some(id) = ids.get(text) {
            return Ok(Some(*id));
        }
        if ids.len() >= Texts::MANY || self.seen.insert(self.hasher.hash_one(text)) {
            if self.seen.len() >= Texts::SEEN {
                self.seen.clear();
            }
            return Ok(None);
        }
        connection.prepare_cached("INSERT INTO extra_texts (text) VALUES (?1)")?.execute([text])?;
        let id = connection.last_insert_rowid();
        ids.insert(text.into(), id);
        Ok(Some(id))
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
    use crate::kind::KINDS;
    use crate::store::schema::migrated;

    proptest! {
        /// Whatever object of texts: put together again it is the same to the letter, by us and by SQLite.
        #[test]
        fn objects_come_back_to_the_letter(
            objects in prop::collection::vec(prop::collection::vec(("[a-d]{1,2}|[a\"\\\\é\u{1}]", "[a\"é]{0,3}|.{0,6}"), 1..6), 1..24)
        ) {
            let connection = migrated();
            let kind = KINDS[0];
            let ask = |sql: String| -> String {
                connection.query_row(&format!("SELECT {sql} FROM (SELECT 1 AS id, NULL AS extra) f"), [], |row| row.get(0)).unwrap()
            };
            let mut layouts = Layouts::default();
            for object in objects {
                let mut map = serde_json::Map::new();
                map.extend(object.into_iter().map(|(name, value)| (name, value.into())));
                let object = serde_json::Value::Object(map).to_string();
                let layout = layouts.take(&connection, &object).unwrap();
                prop_assert!(layout.is_some(), "{object}");
                layouts.keep(&mut Held::new(&connection), kind, 1, layout.unwrap_or_default()).unwrap();
                prop_assert_eq!(&ask(expression(kind)), &object, "{}", layouts.coded);
                let mut back = String::new();
                Objects::of(&connection).put_together(&ask(packed(kind)), &mut back).unwrap();
                prop_assert_eq!(&back, &object, "{}", layouts.coded);
                connection.execute("DELETE FROM extras", []).unwrap();
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,20}|[\\[{\\]}\",:\\\\nul]{0,12}") {
            columns_of(&text);
            joined(&names(&text), &text, &mut String::new(), |_, _| Some(()));
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
    fn a_text_that_comes_again_is_kept_once() {
        let connection = migrated();
        let mut layouts = Layouts::default();
        let mut coded = |object: &str| {
            layouts.take(&connection, object).unwrap();
            layouts.coded.clone()
        };
        assert_eq!(coded(r#"{"a":"Clear","b":"1"}"#), r#"["Clear","1"]"#);
        assert_eq!(coded(r#"{"a":"Clear","b":"2"}"#), r#"[1,"2"]"#);
        assert_eq!(coded(r#"{"b":"1"}"#), "[null,2]");
        // a number that is no shorter saves nothing
        assert_eq!(coded(r#"{"a":"","b":"1"}"#), r#"["",2]"#);
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(Texts::LONG));
        coded(&long);
        assert!(coded(&long).len() > Texts::LONG);
        // another run goes on with them
        let mut layouts = Layouts::default();
        layouts.take(&connection, r#"{"a":"Clear"}"#).unwrap();
        assert_eq!(layouts.coded, "[1,null]");
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
