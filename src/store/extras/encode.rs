//! Taking objects apart: layouts and texts that are there already or are made, and the cells of a
//! fact.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::kind::{ExtraColumns, Kind};
use crate::store::extras::text_numbers::{TextHits, TextNumbers};
use crate::store::extras::{elements, names, quoted};
use crate::store::fact_id;
use crate::store::write::param::RecordDigest;
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

/// Splits objects into cells. It has read all layouts and texts, so that it needs no database; new ones wait
/// to be written.
#[derive(Debug)]
pub struct ExtrasEncoder {
    /// The layouts, the one that fitted last first.
    known: Vec<ExtrasLayout>,
    /// The cells at hand, kept to spare a new text for each fact.
    cells: String,
    texts: TextNumbers,
    new: Vec<NewExtras>,
    /// The shapes of records met so far, by the addresses of the names of their columns.
    shapes: HashMap<Vec<usize>, Shape, RandomState>,
    /// Buffers: the columns of the current record, and the ranges of their cells in its object.
    shape: Vec<usize>,
    quoted: Vec<Range<usize>>,
}

/// The layout of a set of columns, and for each cell of the layout its column, if there is one.
#[derive(Debug)]
struct Shape {
    layout: i64,
    places: Vec<Option<usize>>,
}

/// A new layout, or a kind of fact that is new to a layout.
#[derive(Debug)]
enum NewExtras {
    Layout { id: i64, columns: String },
    Kind { layout: i64, bit: i64 },
}

/// The extra columns of a fact as a layout and cells.
#[derive(Debug, Clone)]
pub struct EncodedExtra {
    layout: i64,
    cells: String,
}

/// The most layouts that are tried, and the most shapes that are remembered.
const TRIED: usize = 16;
const SHAPES: usize = 1 << 12;

impl ExtrasEncoder {
    /// One that knows the layouts and texts that are there.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(connection: &Connection) -> Result<ExtrasEncoder> {
        let mut read =
            connection.prepare("SELECT id, columns, kinds FROM layouts ORDER BY id DESC")?;
        let rows = read.query_map([], |row| {
            let names = names(&row.get::<_, String>(1)?);
            Ok(ExtrasLayout { id: row.get(0)?, names, kinds: row.get(2)?, hits: Vec::new() })
        })?;
        Ok(ExtrasEncoder {
            known: rows.collect::<Result<_, _>>()?,
            cells: String::new(),
            texts: TextNumbers::of(connection)?,
            new: Vec::new(),
            shapes: HashMap::default(),
            shape: Vec::new(),
            quoted: Vec::new(),
        })
    }

    /// Encodes the object of a fact. Returns `None` for JSON that is not an object of texts.
    pub fn encode(&mut self, kind: &'static Kind, object: &str) -> Option<EncodedExtra> {
        let n = self.layout(object)?;
        let ExtrasEncoder { known, cells, texts, new, .. } = self;
        let layout = last(known, n, kind, new);
        let cells = elements(cells)?;
        let cells = cells.into_iter().map(|cell| Some(cell).filter(|cell| *cell != "null"));
        Some(EncodedExtra { layout: layout.id, cells: texts.code(cells, &mut layout.hits) })
    }

    /// Encodes the columns of a record; also returns the object that they make.
    pub fn encode_columns(
        &mut self,
        kind: &'static Kind,
        columns: &ExtraColumns<'_>,
    ) -> (Option<EncodedExtra>, String) {
        let object = columns.json();
        if columns.repeated.is_some() {
            return (self.encode(kind, &object), object);
        }
        self.shape.clear();
        self.shape.extend(columns.cells.iter().map(|(name, _)| name.as_ptr().addr()));
        if !self.shapes.contains_key(&self.shape) {
            let Some(n) = self.layout(&object) else { return (None, object) };
            let column =
                |wanted: &String| columns.cells.iter().position(|(name, _)| name == wanted);
            let ExtrasLayout { id, names, .. } = &self.known[n];
            let shape = Shape { layout: *id, places: names.iter().map(column).collect() };
            if self.shapes.len() >= SHAPES {
                self.shapes.clear();
            }
            self.shapes.insert(self.shape.clone(), shape);
        }
        let ExtrasEncoder { known, texts, new, shapes, shape, quoted, .. } = self;
        let Shape { layout, places } = &shapes[shape];
        let Some(n) = known.iter().position(|known| known.id == *layout) else {
            return (None, object);
        };
        let layout = last(known, n, kind, new);
        // the ranges of the quoted cells in the object
        quoted.clear();
        let mut at = 1;
        for (name, cell) in &columns.cells {
            let begin = at + name.len();
            let end = begin + quoted_len(&object[begin..], cell);
            quoted.push(begin..end);
            at = end + 1;
        }
        let cells = places.iter().map(|place| place.map(|n| &object[quoted[n].clone()]));
        let cells = texts.code(cells, &mut layout.hits);
        (Some(EncodedExtra { layout: layout.id, cells }), object)
    }

    /// Whether new layouts or texts wait to be written.
    pub fn has_news(&self) -> bool {
        !self.new.is_empty() || self.texts.has_new()
    }

    /// Writes new layouts and texts.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn write_news(&mut self, connection: &Connection) -> Result<()> {
        self.new.drain(..).try_for_each(|new| new.write(connection))?;
        self.texts.write_new(connection)
    }

    /// The place of the layout that an object has, made if there is none; its cells are in `cells` then.
    fn layout(&mut self, object: &str) -> Option<usize> {
        let ExtrasEncoder { known, cells, new, .. } = self;
        let fitting =
            known.iter().take(TRIED).position(|layout| fits(object, &layout.names, cells));
        if fitting.is_some() {
            return fitting;
        }
        let mut own = columns_of(object)?;
        if let Some(merged) = known.first().and_then(|last| merged(&last.names, &own))
            && fits(object, &merged, cells)
        {
            own = merged;
        }
        fits(object, &own, cells);
        // it may be one of those that were not tried
        if let Some(n) = known.iter().position(|layout| layout.names == own) {
            return Some(n);
        }
        let columns: Vec<&str> = own.iter().map(|name| name.trim_end_matches(':')).collect();
        let columns = format!("[{}]", columns.join(","));
        let id = known.iter().map(|layout| layout.id).max().unwrap_or_default() + 1;
        new.push(NewExtras::Layout { id, columns });
        known.insert(0, ExtrasLayout { id, names: own, kinds: 0, hits: Vec::new() });
        Some(0)
    }
}

/// The length of the quoted cell at the beginning of a text.
fn quoted_len(text: &str, cell: &str) -> usize {
    let bare = cell.len() + 2;
    // escaped characters make it longer
    if text.as_bytes().get(bare - 1) == Some(&b'"') && text[1..].starts_with(cell) {
        bare
    } else {
        quoted(text).unwrap_or(bare)
    }
}

/// Moves a layout to the front and notes that a fact of this kind has it.
fn last<'l>(
    known: &'l mut [ExtrasLayout],
    n: usize,
    kind: &'static Kind,
    new: &mut Vec<NewExtras>,
) -> &'l mut ExtrasLayout {
    known[..=n].rotate_right(1);
    let layout = &mut known[0];
    let bit = 1 << fact_id::kind_tag(kind);
    if layout.kinds & bit == 0 {
        layout.kinds |= bit;
        new.push(NewExtras::Kind { layout: layout.id, bit });
    }
    layout
}

impl NewExtras {
    /// Writes what is new.
    ///
    /// # Errors
    /// The database cannot be written.
    fn write(&self, connection: &Connection) -> Result<()> {
        match self {
            NewExtras::Layout { id, columns } => connection
                .prepare_cached("INSERT INTO layouts (id, columns, kinds) VALUES (?1, ?2, 0)")?
                .execute(params![id, columns])?,
            NewExtras::Kind { layout, bit } => connection
                .prepare_cached("UPDATE layouts SET kinds = kinds | ?1 WHERE id = ?2")?
                .execute([bit, layout])?,
        };
        Ok(())
    }
}

impl EncodedExtra {
    /// Keeps the extra columns of a fact, and the digest of the record that it is the first of.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn keep(
        &self,
        statements: &mut StatementCache<'_>,
        kind: &'static Kind,
        id: i64,
        record: Option<&RecordDigest>,
    ) -> Result<()> {
        let add = || {
            "INSERT INTO extras (id, layout_id, record, cells) VALUES (?1, ?2, ?3, ?4)".to_owned()
        };
        statements.get("add", "extras", add)?.execute(params![
            fact_id::rowid(kind, id),
            self.layout,
            record,
            self.cells
        ])?;
        Ok(())
    }
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
            let mut layouts = ExtrasEncoder::of(&connection).unwrap();
            for object in objects {
                let mut map = serde_json::Map::new();
                map.extend(object.into_iter().map(|(name, value)| (name, value.into())));
                let object = serde_json::Value::Object(map).to_string();
                let Some(extra) = layouts.encode(kind, &object) else { panic!("{object}") };
                layouts.write_news(&connection).unwrap();
                extra.keep(&mut StatementCache::new(&connection), kind, 1, None).unwrap();
                prop_assert_eq!(&ask(expression(kind)), &object, "{}", extra.cells);
                let mut back = String::new();
                ExtrasDecoder::of(&connection).put_together(&ask(packed(kind)), &mut back).unwrap();
                prop_assert_eq!(&back, &object, "{}", extra.cells);
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
        let mut layouts = ExtrasEncoder::of(&connection).unwrap();
        let mut ids = |object: &str| layouts.encode(KINDS[0], object).unwrap().layout;
        ids(r#"{"a":"1","c":"3","d":"4"}"#);
        let wider = ids(r#"{"a":"1","b":"2","c":"3"}"#);
        assert_eq!(ids(r#"{"b":"2","d":"4"}"#), wider);
        assert_ne!(ids(r#"{"y":"1","z":"2"}"#), wider);
        assert_eq!(ids(r#"{"a":"1"}"#), wider);
    }

    #[test]
    fn a_text_that_comes_again_is_kept_once() {
        let connection = migrated();
        let mut layouts = ExtrasEncoder::of(&connection).unwrap();
        let mut coded = |object: &str| {
            let extra = layouts.encode(KINDS[0], object).unwrap();
            layouts.write_news(&connection).unwrap();
            extra.cells
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
        let mut layouts = ExtrasEncoder::of(&connection).unwrap();
        assert_eq!(layouts.encode(KINDS[0], r#"{"a":"Clear"}"#).unwrap().cells, "[1,null]");
    }

    #[test]
    fn layouts_do_not_grow_with_rows_that_share_little() {
        let connection = migrated();
        let mut layouts = ExtrasEncoder::of(&connection).unwrap();
        for i in 0..500 {
            layouts.encode(KINDS[0], &format!(r#"{{"a":"1","b":"2","c":"3","u{i}":"4"}}"#));
        }
        layouts.write_news(&connection).unwrap();
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
