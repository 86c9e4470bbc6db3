//! Taking objects apart: layouts and texts that are there already or are made, and the cells of a
//! fact.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::hash::BuildHasher;

use foldhash::fast::{FixedState, RandomState};
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::kind::Kind;
use crate::store::extras::{NUMBERED, names, quoted};
use crate::store::fact_id;
use crate::store::write::statements::StatementCache;

/// What the columns of some rows are called.
#[derive(Debug)]
struct ExtrasLayout {
    id: i64,
    names: Vec<String>,
    /// The kinds of the facts that have it, by the bits of their places.
    kinds: i64,
    /// How often a text of each column had a number.
    hits: Vec<TextHits>,
}

/// How often texts of a column were looked up, and had a number.
#[derive(Debug, Clone, Copy, Default)]
struct TextHits {
    tried: u32,
    hit: u32,
}

impl TextHits {
    /// So many decide.
    const TRIALS: u32 = 1 << 10;

    /// Whether texts of the column seldom come again.
    fn are_few(self) -> bool {
        self.tried >= TextHits::TRIALS && self.hit < self.tried / 8
    }
}

/// The layouts of a run, the one that fitted last first.
#[derive(Debug, Default)]
pub struct ExtrasEncoder {
    known: Option<Vec<ExtrasLayout>>,
    /// The cells at hand, and the same with numbers, kept to spare a new text for each fact.
    cells: String,
    coded: String,
    texts: TextNumbers,
}

/// So many layouts are tried.
const TRIED: usize = 16;

impl ExtrasEncoder {
    /// Takes an object apart: the layout that it has, made if there is none. None: it is no object
    /// of texts.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn take(&mut self, connection: &Connection, object: &str) -> Result<Option<i64>> {
        let layout = self.layout(connection, object)?;
        if let (Some(_), Some([last, ..])) = (layout, self.known.as_deref_mut()) {
            self.texts.code(connection, &self.cells, &mut last.hits, &mut self.coded)?;
        }
        Ok(layout)
    }

    fn layout(&mut self, connection: &Connection, object: &str) -> Result<Option<i64>> {
        let ExtrasEncoder { known, cells, .. } = self;
        let known = match known {
            Some(known) => known,
            None => known.insert(read(connection)?),
        };
        if let Some(i) =
            known.iter().take(TRIED).position(|layout| fits(object, &layout.names, cells))
        {
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
            .prepare_cached("INSERT INTO layouts (columns, kinds) VALUES (?1, 0) ON CONFLICT (columns) DO NOTHING")?
            .execute([&columns])?;
        let (id, kinds) = connection
            .prepare_cached("SELECT id, kinds FROM layouts WHERE columns = ?1")?
            .query_row([&columns], |row| Ok((row.get(0)?, row.get(1)?)))?;
        known.retain(|layout| layout.id != id);
        known.insert(0, ExtrasLayout { id, names: own, kinds, hits: Vec::new() });
        Ok(Some(id))
    }

    /// Keeps the cells of the object that was taken apart last, for a fact.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn keep(
        &mut self,
        statements: &mut StatementCache<'_>,
        kind: &'static Kind,
        id: i64,
        layout: i64,
    ) -> Result<()> {
        let bit = 1 << fact_id::kind_tag(kind);
        if let Some(last) =
            self.known.iter_mut().flatten().next().filter(|last| last.kinds & bit == 0)
        {
            let add = || "UPDATE layouts SET kinds = kinds | ?1 WHERE id = ?2".to_owned();
            statements.get("add kind", "layouts", add)?.execute([bit, layout])?;
            last.kinds |= bit;
        }
        let add = || "INSERT INTO extras (id, layout_id, cells) VALUES (?1, ?2, ?3)".to_owned();
        statements.get("add", "extras", add)?.execute(params![
            fact_id::rowid(kind, id),
            layout,
            self.coded
        ])?;
        Ok(())
    }
}

/// The texts that numbers stand for.
#[derive(Debug, Default)]
struct TextNumbers {
    ids: Option<HashMap<Box<str>, i64, RandomState>>,
    /// The last number that was given.
    last: i64,
    /// Those of late that have none: one that comes again gets a number.
    seen: HashSet<u64, RandomState>,
    hasher: FixedState,
}

impl TextNumbers {
    /// Those of so many bytes, quotes included, get a number, and so many are seen at once.
    const LONG: usize = 100;
    const SEEN: usize = 1 << 14;

    /// Has `coded` be the cells, with numbers for texts where they are shorter.
    fn code(
        &mut self,
        connection: &Connection,
        cells: &str,
        hits: &mut Vec<TextHits>,
        coded: &mut String,
    ) -> Result<()> {
        coded.clear();
        let mut rest = cells;
        let mut column = 0;
        while let Some((separator, more)) = rest.split_at_checked(1) {
            coded.push_str(separator);
            let text = quoted(more).map_or("", |end| &more[..end]);
            column += usize::from(matches!(separator, "[" | ","));
            if hits.len() < column {
                hits.resize(column, TextHits::default());
            }
            let hits = &mut hits[column - 1];
            let before = coded.len();
            if (3..=TextNumbers::LONG).contains(&text.len()) && !hits.are_few() {
                hits.tried += 1;
                if let Some(number) = self.number(connection, text)? {
                    hits.hit += 1;
                    let _ = write!(coded, "{number}");
                }
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
        let ids = match &mut self.ids {
            Some(ids) => ids,
            none => {
                let mut read = connection.prepare("SELECT text, id FROM extra_texts")?;
                let texts =
                    read.query_map([], |row| Ok((row.get::<_, String>(0)?.into(), row.get(1)?)))?;
                let ids = none.insert(texts.collect::<Result<_, _>>()?);
                self.last = ids.values().copied().max().unwrap_or_default();
                ids
            }
        };
        if let Some(id) = ids.get(text) {
            return Ok(Some(*id));
        }
        if self.last >= NUMBERED || self.seen.insert(self.hasher.hash_one(text)) {
            if self.seen.len() >= TextNumbers::SEEN {
                self.seen.clear();
            }
            return Ok(None);
        }
        self.last += 1;
        connection
            .prepare_cached("INSERT INTO extra_texts (id, text) VALUES (?1, ?2)")?
            .execute(params![self.last, text])?;
        ids.insert(text.into(), self.last);
        Ok(Some(self.last))
    }
}

fn read(connection: &Connection) -> Result<Vec<ExtrasLayout>> {
    let mut read = connection.prepare("SELECT id, columns, kinds FROM layouts ORDER BY id DESC")?;
    let rows = read.query_map([], |row| {
        let names = names(&row.get::<_, String>(1)?);
        Ok(ExtrasLayout { id: row.get(0)?, names, kinds: row.get(2)?, hits: Vec::new() })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The names of an object, each with its colon; none where it has other values than texts, or white
/// space between them.
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

/// Whether an object has these columns, in their order, or some of them; its cells are in `cells`
/// then.
fn fits(object: &str, names: &[String], cells: &mut String) -> bool {
    let Some(mut rest) = object.strip_prefix('{') else { return false };
    cells.clear();
    for name in names {
        cells.push(if cells.is_empty() { '[' } else { ',' });
        let value =
            rest.strip_prefix(name.as_str()).and_then(|value| Some((value, quoted(value)?)));
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

/// The columns of a layout and those of an object, each of these behind the one before it; none
/// where they are too different.
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
    (merged.len() < names.len() + own.len().div_ceil(2) && merged.len() <= own.len() * 2 + 8)
        .then_some(merged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kind::KINDS;
    use crate::store::extras::{ExtrasDecoder, column, columns, expression, packed};
    use crate::store::schema::migrated;

    proptest! {
        // each makes a database
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever object of texts: put together again it is the same to the letter, by us and by
        /// SQLite.
        #[test]
        fn objects_come_back_to_the_letter(
            objects in prop::collection::vec(prop::collection::vec(("[a-d]{1,2}|[a\"\\\\é\u{1}]", "[a\"é]{0,3}|.{0,6}"), 1..6), 1..24)
        ) {
            let connection = migrated();
            let kind = KINDS[0];
            let ask = |sql: String| -> String {
                connection.query_row(&format!("SELECT {sql} FROM (SELECT 1 AS id, NULL AS extra) f"), [], |row| row.get(0)).unwrap()
            };
            let mut layouts = ExtrasEncoder::default();
            for object in objects {
                let mut map = serde_json::Map::new();
                map.extend(object.into_iter().map(|(name, value)| (name, value.into())));
                let object = serde_json::Value::Object(map).to_string();
                let layout = layouts.take(&connection, &object).unwrap();
                prop_assert!(layout.is_some(), "{object}");
                layouts.keep(&mut StatementCache::new(&connection), kind, 1, layout.unwrap_or_default()).unwrap();
                prop_assert_eq!(&ask(expression(kind)), &object, "{}", layouts.coded);
                let mut back = String::new();
                ExtrasDecoder::of(&connection).put_together(&ask(packed(kind)), &mut back).unwrap();
                prop_assert_eq!(&back, &object, "{}", layouts.coded);
                // each column by itself too, and no other
                let serde_json::Value::Object(map) = serde_json::from_str(&object).unwrap() else { unreachable!() };
                let asked: Vec<std::sync::Arc<str>> =
                    map.keys().map(|name| name.as_str().into()).chain(["none".into()]).collect();
                let (packed, mut pieces, mut objects) = (ask(packed(kind)), Vec::new(), ExtrasDecoder::of(&connection));
                objects.take_apart(&packed, &asked, &mut pieces).unwrap();
                for (name, piece) in asked.iter().zip(&pieces) {
                    let wanted = map.get(&**name).and_then(serde_json::Value::as_str);
                    prop_assert_eq!(objects.text(piece, &packed), wanted, "{} of {}", name, packed);
                    let sql = format!("SELECT {} FROM (SELECT 1 AS id, NULL AS extra) f", column(kind, name));
                    let by_sql: Option<String> = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
                    prop_assert_eq!(by_sql.as_deref(), wanted);
                    prop_assert_eq!(wanted.is_some() <= columns(&connection, kind).unwrap().iter().any(|known| **known == **name), true);
                }
                connection.execute("DELETE FROM extras", []).unwrap();
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,20}|[\\[{\\]}\",:\\\\nul]{0,12}") {
            let connection = migrated();
            connection.execute("INSERT INTO layouts (columns) VALUES ('[\"a\",\"b\"]')", []).unwrap();
            columns_of(&text);
            let mut objects = ExtrasDecoder::of(&connection);
            objects.put_together(&format!("#1{text}"), &mut String::new()).unwrap();
            objects.take_apart(&format!("#1{text}"), &["a".into()], &mut Vec::new()).unwrap();
            fits(&text, &["\"a\":".to_owned()], &mut String::new());
        }
    }

    #[test]
    fn rows_that_lack_some_columns_share_a_layout() {
        let connection = migrated();
        let mut layouts = ExtrasEncoder::default();
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
        let mut layouts = ExtrasEncoder::default();
        let mut coded = |object: &str| {
            layouts.take(&connection, object).unwrap();
            layouts.coded.clone()
        };
        assert_eq!(coded(r#"{"a":"Clear","b":"1"}"#), r#"["Clear","1"]"#);
        assert_eq!(coded(r#"{"a":"Clear","b":"2"}"#), r#"[1,"2"]"#);
        assert_eq!(coded(r#"{"b":"1"}"#), "[null,2]");
        // a number that is no shorter saves nothing
        assert_eq!(coded(r#"{"a":"","b":"1"}"#), r#"["",2]"#);
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(TextNumbers::LONG));
        coded(&long);
        assert!(coded(&long).len() > TextNumbers::LONG);
        // a column whose texts hardly come again is left alone
        let number = |n: u32| coded(&format!(r#"{{"a":"Clear","b":"{}"}}"#, 1000 + n % 1100));
        let seldom: Vec<String> = (0..2_200).map(number).collect();
        assert_eq!(seldom.last().unwrap(), r#"[1,"2099"]"#);
        // another run goes on with them
        let mut layouts = ExtrasEncoder::default();
        layouts.take(&connection, r#"{"a":"Clear"}"#).unwrap();
        assert_eq!(layouts.coded, "[1,null]");
    }

    #[test]
    fn layouts_do_not_grow_with_rows_that_share_little() {
        let connection = migrated();
        let mut layouts = ExtrasEncoder::default();
        for i in 0..500 {
            layouts
                .take(&connection, &format!(r#"{{"a":"1","b":"2","c":"3","u{i}":"4"}}"#))
                .unwrap();
        }
        let size: i64 = connection
            .query_row("SELECT sum(length(columns)) FROM layouts", [], |row| row.get(0))
            .unwrap();
        assert!(size < 500 * 120, "{size}");
    }

    #[test]
    fn other_json_is_no_object_of_texts() {
        for json in [
            r#"{"a":1}"#,
            r#"{"a":null}"#,
            r#"{"a":{"b":"c"}}"#,
            r#"{ "a":"b"}"#,
            "[]",
            "{}",
            r#"{"a":"b"} "#,
            "\"a\"",
            "1",
        ] {
            assert_eq!(columns_of(json), None, "{json}");
            assert!(!fits(json, &["\"a\":".to_owned()], &mut String::new()), "{json}");
        }
    }
}
