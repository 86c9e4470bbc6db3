//! The index that `facts search` asks: which rows it has, which fields, and how a person's words
//! become its query.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;
use crate::kind::{Field, KINDS, Kind};
use crate::store::Store;
use crate::store::entities::lookup::EntityClass;
use crate::store::fact_id::{self, TEXT, kind_tag, rowid};
use crate::store::write::statements::StatementCache;
use crate::value::Type;
use crate::value::text::{fold, less_folded};

/// If more facts change than this many, and more than one in `PART`, the index is made anew: that is cheaper
/// than telling it of each.
const FEW: i64 = 5_000;
const PART: i64 = 20;

/// The SQL that gives the numbers and words of the facts of a kind that a condition on the row `f`
/// finds.
fn entries(kind: &Kind, condition: &str) -> String {
    let parts: Vec<String> =
        kind.fields().filter(|field| is_searched(field)).map(words_of).collect();
    format!(
        "SELECT {} AS number, concat_ws(char(10), {}) AS words FROM {} f WHERE {condition}",
        fact_id::number("f", kind_tag(kind)),
        parts.join(", "),
        kind.table
    )
}

/// Facts whose words are about to change, or that are about to go: the index forgets their words
/// before, and learns them anew after. An index without content cannot look old words up, and is
/// broken by wrong ones, so they are worked out before anything else is written.
#[derive(Debug)]
pub struct Reindex {
    /// The ids of the facts of each kind; none: so many that the index is made anew.
    facts: Option<Vec<(&'static Kind, String)>>,
}

impl Reindex {
    /// Takes the facts out of the index that a condition on the row `f` finds for a kind; `?1` in it
    /// is the value.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn begin(
        connection: &Connection,
        value: i64,
        condition: impl Fn(&'static Kind) -> String,
    ) -> Result<Reindex> {
        let few = FEW.max(fact_id::most(connection)? / PART);
        let mut facts = Vec::new();
        let mut all = 0;
        for kind in KINDS {
            let sql = format!(
                "SELECT count(*), json_group_array(id) FROM (SELECT f.id FROM {} f WHERE {} LIMIT {})",
                kind.table,
                condition(kind),
                few + 1
            );
            let (count, ids): (i64, String) =
                connection.query_row(&sql, [value], |row| Ok((row.get(0)?, row.get(1)?)))?;
            all += count;
            facts.push((*kind, ids));
        }
        if all > few {
            return Ok(Reindex { facts: None });
        }
        for (kind, ids) in &facts {
            let sql = format!(
                "INSERT INTO search (search, rowid, words) SELECT 'delete', number, words FROM ({})",
                entries(kind, AMONG)
            );
            connection.execute(&sql, [ids])?;
        }
        Ok(Reindex { facts: Some(facts) })
    }

    /// Puts those that are still there back, with the words that they have now.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end(self, connection: &Connection) -> Result<()> {
        let Some(facts) = self.facts else { return rebuild(connection) };
        for (kind, ids) in facts {
            let sql = format!("INSERT INTO search (rowid, words) {}", entries(kind, AMONG));
            connection.execute(&sql, [ids])?;
        }
        Ok(())
    }
}

/// The condition that the row `f` is one of a list of ids.
const AMONG: &str = "f.id IN (SELECT value FROM json_each(?1))";

/// The words of new facts on their way into the index. It takes the facts of one kind after
/// another: each time that it is given an earlier row than the last, it writes what it has.
#[derive(Debug, Default)]
pub struct SearchWords {
    kinds: BTreeMap<i64, (String, Vec<(i64, usize)>)>,
}

/// So many bytes of words wait.
const WAITING: usize = 1 << 16;

impl SearchWords {
    /// Adds a fact with its words, which `put` puts behind those of the facts before it.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn add(
        &mut self,
        statements: &mut StatementCache<'_>,
        kind: &Kind,
        id: i64,
        put: impl FnOnce(&mut String),
    ) -> Result<()> {
        let (words, rows) = self.kinds.entry(kind_tag(kind)).or_default();
        put(words);
        rows.push((rowid(kind, id), words.len()));
        if words.len() < WAITING { Ok(()) } else { self.write(statements) }
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn write(&mut self, statements: &mut StatementCache<'_>) -> Result<()> {
        let insert = statements.get("add", "words", || {
            "INSERT INTO search (rowid, words) VALUES (?1, ?2)".to_owned()
        })?;
        for (words, rows) in self.kinds.values_mut() {
            let mut begin = 0;
            for (row, end) in rows.drain(..) {
                insert.execute(params![row, &words[begin..end]])?;
                begin = end;
            }
            words.clear();
        }
        Ok(())
    }
}

/// Makes the index anew.
///
/// # Errors
/// The database cannot be written.
pub fn rebuild(connection: &Connection) -> Result<()> {
    connection.execute("INSERT INTO search (search) VALUES ('delete-all')", [])?;
    for kind in KINDS {
        let sql = format!("INSERT INTO search (rowid, words) {}", entries(kind, "TRUE"));
        connection.execute(&sql, [])?;
    }
    connection.execute(&format!("INSERT INTO search (rowid, words) {}", texts("TRUE")), [])?;
    Ok(())
}

/// The SQL that gives the numbers and words of the held texts `t` that a condition finds.
fn texts(condition: &str) -> String {
    format!(
        "SELECT {} AS number, text AS words FROM source_texts t WHERE {condition}",
        fact_id::number("t", TEXT)
    )
}

/// Takes the text of a source out of the index, before another takes its place.
///
/// # Errors
/// The database cannot be written.
pub fn forget_text(connection: &Connection, source: i64) -> Result<()> {
    let sql = format!(
        "INSERT INTO search (search, rowid, words) SELECT 'delete', number, words FROM ({})",
        texts("t.source_id = ?1")
    );
    connection.execute(&sql, [source])?;
    Ok(())
}

/// Puts the text of a source into the index.
///
/// # Errors
/// The database cannot be written.
pub fn add_text(connection: &Connection, source: i64) -> Result<()> {
    let sql = format!("INSERT INTO search (rowid, words) {}", texts("t.source_id = ?1"));
    connection.execute(&sql, [source])?;
    Ok(())
}

/// The words of a field: of a name its spelling and the usual name of its bearer.
fn words_of(field: &Field) -> String {
    match EntityClass::of(field.ty) {
        Some(_) => format!(
            "(SELECT concat_ws(' ', n.name, nullif(n.label, n.name)) FROM names n WHERE n.id = f.{}_id)",
            field.name
        ),
        None => format!("f.{}", field.name),
    }
}

/// The SQL that selects the ids of the facts of a kind that have the words of its one value.
pub fn rows_with(kind: &Kind) -> String {
    format!(
        "SELECT {} FROM search WHERE search MATCH ? AND {} = {}",
        fact_id::row_of("rowid"),
        fact_id::tag_of("rowid"),
        kind_tag(kind)
    )
}

/// A text as a phrase for the index, which does not fold all that names are folded by.
pub fn phrase(text: &str) -> String {
    let texts = less_folded(&fold(text));
    let phrases: Vec<String> =
        texts.iter().map(|text| format!("\"{}\"", text.replace('"', " "))).collect();
    phrases.join(" OR ")
}

/// Whether the words of a field are searched: what people write, names, and terms that say what a
/// fact is about.
pub fn is_searched(field: &Field) -> bool {
    let is_text = matches!(field.ty, Type::Text | Type::Actor | Type::Place);
    (is_text || field.is_searched) && field.is_stored()
}

/// The words of a person as a query of the index: all must occur; `"a phrase"`, and `prefix*`.
///
/// Everything else that the index would take for an operator is a word.
#[must_use]
pub fn words(text: &str) -> Option<String> {
    let mut terms = Vec::new();
    for (i, part) in text.split('"').enumerate() {
        let phrases: Vec<&str> =
            if i % 2 == 1 { vec![part] } else { part.split_whitespace().collect() };
        for phrase in phrases {
            let bare = phrase.trim_end_matches('*');
            if bare.chars().any(char::is_alphanumeric) {
                terms.push(format!(
                    "\"{bare}\"{}",
                    if bare.len() < phrase.len() { " *" } else { "" }
                ));
            }
        }
    }
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

impl Store {
    /// The sources whose held text has all these words.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn texts_with(&self, text: &str) -> Result<Vec<(String, String)>> {
        let Some(query) = words(text) else { return Ok(Vec::new()) };
        let mut find = self.connection.prepare(&format!(
            "SELECT s.slug, t.text FROM source_texts t JOIN sources s ON s.id = t.source_id
              WHERE t.id IN (SELECT {} FROM search WHERE search MATCH ?1 AND {} = ?2) ORDER BY s.slug",
            fact_id::row_of("rowid"),
            fact_id::tag_of("rowid")
        ))?;
        let rows = find.query_map(params![query, TEXT], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a source of this slug is there.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn has_source(&self, slug: &str) -> Result<bool> {
        let found = self
            .connection
            .query_row("SELECT 1 FROM sources WHERE slug = ?1", [slug], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }
}

#[cfg(test)]
mod tests {
    use crate::store::search::words;

    #[test]
    fn a_persons_words_are_never_operators() {
        assert_eq!(words("apache hellfire").unwrap(), "\"apache\" AND \"hellfire\"");
        assert_eq!(words("\"green zone\" embas*").unwrap(), "\"green zone\" AND \"embas\" *");
        assert_eq!(words("a OR -b").unwrap(), "\"a\" AND \"OR\" AND \"-b\"");
        assert_eq!(words("' \" * ("), None);
    }
}
