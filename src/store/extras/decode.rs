//! Putting objects together again, or having some of their columns, with layouts and texts read
//! once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use crate::error::Result;
use crate::store::extras::{NUMBERED, names, quoted, value};

/// Puts objects together, with what it has read of layouts and texts.
pub struct ExtrasDecoder<'c> {
    connection: &'c Connection,
    /// The names of the columns of each layout.
    layouts: HashMap<i64, Vec<String>>,
    /// The columns that were asked for last, and where each cell of a layout stands among them.
    asked: Vec<Arc<str>>,
    places: HashMap<i64, Vec<Option<usize>>>,
    texts: NumberedTexts,
}

impl ExtrasDecoder<'_> {
    /// One that has read nothing yet.
    pub fn of(connection: &Connection) -> ExtrasDecoder<'_> {
        let (layouts, places) = (HashMap::new(), HashMap::new());
        ExtrasDecoder {
            connection,
            layouts,
            asked: Vec::new(),
            places,
            texts: NumberedTexts::default(),
        }
    }

    /// Has a text be the object that was packed; anything else is as it is.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn put_together(&mut self, packed: &str, object: &mut String) -> Result<()> {
        object.clear();
        let Some((layout, cells)) = layout_of(packed) else {
            object.push_str(packed);
            return Ok(());
        };
        self.read(layout)?;
        let ExtrasDecoder { connection, layouts, texts, .. } = self;
        let mut failed = None;
        let text = |id: usize, object: &mut String| match texts.get(connection, id) {
            Ok(text) => {
                object.push_str(&text?.json);
                Some(())
            }
            Err(e) => {
                failed = Some(e);
                None
            }
        };
        if joined(&layouts[&layout], cells, object, text).is_none() {
            // damage, which the digest tells
            object.clear();
            object.push_str(cells);
        }
        failed.map_or(Ok(()), Err)
    }

    /// Has `pieces` be the columns that are asked for, of an object that was packed.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn take_apart(
        &mut self,
        packed: &str,
        asked: &[Arc<str>],
        pieces: &mut Vec<CellSlice>,
    ) -> Result<()> {
        pieces.clear();
        pieces.resize(asked.len(), CellSlice::Nothing);
        let Some((layout, cells)) = layout_of(packed) else {
            // what is no object of texts stays as it is
            if !packed.trim_start().starts_with('{') {
                return Ok(());
            }
            let sql = format!(
                "SELECT e.key, {} FROM json_each(iif(json_valid(?1), ?1, '{{}}')) e",
                value("?1")
            );
            let mut read = self.connection.prepare_cached(&sql)?;
            let mut rows = read.query([packed])?;
            while let Some(row) = rows.next()? {
                let name = row.get_ref(0)?.as_str().unwrap_or_default();
                // the first of two that are called the same
                if let Some(place) = asked.iter().position(|asked| **asked == *name)
                    && pieces[place] == CellSlice::Nothing
                    && let Some(text) = row.get(1)?
                {
                    pieces[place] = CellSlice::Own(text);
                }
            }
            return Ok(());
        };
        if self.asked != asked {
            self.asked = asked.to_vec();
            self.places.clear();
        }
        self.read(layout)?;
        let ExtrasDecoder { connection, layouts, places, texts, .. } = self;
        let places = places.entry(layout).or_insert_with(|| {
            // the first of two that are called the same
            let mut free: Vec<Option<&str>> = asked.iter().map(|name| Some(&**name)).collect();
            let place = |column: &String| {
                let name: String = serde_json::from_str(column.trim_end_matches(':')).ok()?;
                let place = free.iter().position(|asked| *asked == Some(name.as_str()))?;
                free[place] = None;
                Some(place)
            };
            layouts[&layout].iter().map(place).collect()
        });
        let mut at = packed.len() - cells.len();
        for place in places {
            at += 1;
            let Some(rest) = packed.get(at..) else { break };
            let end = quoted(rest).or_else(|| rest.find([',', ']'])).unwrap_or(rest.len());
            if let Some(piece) = place.and_then(|place| pieces.get_mut(place)) {
                let cell = &rest[..end];
                *piece = match cell.as_bytes().first() {
                    Some(b'"') if !cell.as_bytes().contains(&b'\\') => {
                        CellSlice::There(at + 1..at + end - 1)
                    }
                    Some(b'0'..=b'9') => match cell.parse() {
                        Ok(id) if texts.get(connection, id)?.is_some() => CellSlice::Known(id),
                        _ => CellSlice::Nothing,
                    },
                    _ => serde_json::from_str(cell).map_or(CellSlice::Nothing, CellSlice::Own),
                };
            }
            at += end;
        }
        Ok(())
    }

    /// The text of a piece of the object that was packed so.
    pub fn text<'t>(&'t self, piece: &'t CellSlice, packed: &'t str) -> Option<&'t str> {
        match piece {
            CellSlice::Nothing => None,
            CellSlice::There(range) => packed.get(range.clone()),
            CellSlice::Known(id) => {
                self.texts.0.get(*id).and_then(Option::as_ref).map(NumberedText::plain)
            }
            CellSlice::Own(text) => Some(text),
        }
    }

    /// Reads the names of a layout, if they are not known.
    fn read(&mut self, layout: i64) -> Result<()> {
        if let Entry::Vacant(free) = self.layouts.entry(layout) {
            let find = "SELECT columns FROM layouts WHERE id = ?1";
            let columns: Option<String> =
                self.connection.query_row(find, [layout], |row| row.get(0)).optional()?;
            free.insert(names(columns.as_deref().unwrap_or_default()));
        }
        Ok(())
    }
}

/// A column of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellSlice {
    /// It has none.
    Nothing,
    /// This stretch of what was packed.
    There(Range<usize>),
    /// The text of this number.
    Known(usize),
    /// This text.
    Own(String),
}

/// The layout and the cells of what was packed; none, if nothing was.
fn layout_of(packed: &str) -> Option<(i64, &str)> {
    let rest = packed.strip_prefix('#')?;
    let cells = rest.find('[')?;
    Some((rest[..cells].parse().ok()?, &rest[cells..]))
}

/// Numbered texts, indexed by number; numbers start at 1.
#[derive(Default)]
struct NumberedTexts(Vec<Option<NumberedText>>);

/// A text as JSON, and as it is where that is another.
struct NumberedText {
    json: Box<str>,
    plain: Option<String>,
}

impl NumberedTexts {
    /// A text, if it is there.
    fn get(&mut self, connection: &Connection, id: usize) -> Result<Option<&NumberedText>> {
        let Some(number) = i64::try_from(id).ok().filter(|number| *number <= NUMBERED) else {
            return Ok(None);
        };
        if self.0.len() <= id {
            self.0.resize_with(id + 1, || None);
        }
        let place = &mut self.0[id];
        if place.is_none() {
            let mut find =
                connection.prepare_cached("SELECT text FROM extra_texts WHERE id = ?1")?;
            let text: Option<String> = find.query_row([number], |row| row.get(0)).optional()?;
            *place = text.map(|json| NumberedText {
                plain: json.contains('\\').then(|| serde_json::from_str(&json).unwrap_or_default()),
                json: json.into(),
            });
        }
        Ok(place.as_ref())
    }
}

impl NumberedText {
    fn plain(&self) -> &str {
        self.plain
            .as_deref()
            .unwrap_or_else(|| self.json.get(1..self.json.len() - 1).unwrap_or_default())
    }
}

/// Adds the object that cells make with the names of their layout, and with the texts that numbers
/// stand for.
fn joined(
    names: &[String],
    cells: &str,
    object: &mut String,
    mut text: impl FnMut(usize, &mut String) -> Option<()>,
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
