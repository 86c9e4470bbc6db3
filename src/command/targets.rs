//! What a correction is about: facts named by their references or found by a condition, or rows of
//! the tables that facts refer to.

use crate::command::reference_rows;
use crate::error::{Error, ErrorKind, Result};
use crate::kind::reference_table::ReferenceTable;
use crate::kind::{KINDS, Kind};
use crate::query::{self, Query};
use crate::store::{LiveFact, StatedFields, Store};
use crate::value::suggest::did_you_mean;

/// What the words of a command name.
#[derive(Debug)]
pub enum Targets {
    /// Facts: a source and a key each.
    Facts(Vec<(String, String)>),
    /// Rows of a table.
    Rows(&'static ReferenceTable, Vec<StatedFields>),
}

/// Finds what the words of a command name: references; or the name of a table, and names in it. With
/// conditions, all facts of a kind, of all kinds, or all rows of a table that meet them.
///
/// # Errors
/// Something that is named is not there.
pub fn find(words: &[String], conditions: &[String], store: &Store) -> Result<Targets> {
    let (first, others) =
        words.split_first().map_or((None, words), |(first, others)| (Some(first.as_str()), others));
    if let Some(table) = first.and_then(reference_rows::table) {
        let rows = match (others, conditions) {
            ([], []) => {
                return Err(Error::usage(format!("name the rows of {}", table.table))
                    .hint("name them one by one, or select them with -w"));
            }
            ([], conditions) => found(reference_rows::matching(store, table, conditions)?, || {
                format!("no row of {} matches {}", table.table, conditions.join(" and "))
            })?,
            (names, []) => {
                let row = |name: &String| reference_rows::named(store, table, name);
                names.iter().map(row).collect::<Result<_>>()?
            }
            _ => return Err(Error::usage("name either rows or a condition with -w")),
        };
        return Ok(Targets::Rows(table, rows));
    }
    if !conditions.is_empty() {
        let kinds = match words {
            [] => KINDS.to_vec(),
            [kind] => query::kinds(kind)?,
            _ => return Err(Error::usage("name either references or a condition with -w")),
        };
        return Ok(Targets::Facts(facts_where(kinds, conditions, store)?));
    }
    if words.is_empty() {
        return Err(Error::usage(
            "name the facts by reference (SOURCE:KEY), or select them with -w",
        ));
    }
    let mut facts: Vec<(String, String)> = Vec::new();
    for word in words {
        let fact = reference(word, store)?;
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    Ok(Targets::Facts(facts))
}

/// The source and key of the one fact that a reference, or the beginning of one, leads to.
///
/// # Errors
/// There is none, or several.
pub fn reference(word: &str, store: &Store) -> Result<(String, String)> {
    if !word.contains(':') {
        return Err(Error::usage(format!("invalid reference \"{word}\": expected SOURCE:KEY")));
    }
    let mut found = store.references(word)?;
    match found.len() {
        0 => Err(no_such_ref(store, word)?),
        1 => Ok(found.remove(0)),
        _ => {
            let refs: Vec<String> =
                found.iter().map(|(source, key)| format!("{source}:{key}")).collect();
            Err(Error::usage(format!("\"{word}\" is the beginning of several references"))
                .hint(format!("such as {}", refs.join(", "))))
        }
    }
}

/// The one live fact of a source and key.
///
/// # Errors
/// There is none, or facts of several kinds have the key.
pub fn one_fact(store: &Store, source: &str, key: &str) -> Result<LiveFact> {
    let mut found = store.live_facts(KINDS, source, key)?;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(no_such_ref(store, &format!("{source}:{key}"))?),
        _ => Err(Error::usage(format!("{source}:{key} refers to facts of several kinds"))),
    }
}

/// The message for a REF that nothing has.
///
/// # Errors
/// The database cannot be read.
pub fn no_such_ref(store: &Store, reference: &str) -> Result<Error> {
    if let Some((source, key)) = reference.split_once(':')
        && store.has_had_any(source, key)?
    {
        return Ok(Error::new(ErrorKind::NotFound, format!("{reference} was retired")).hint(
            format!("facts show {reference} says by which import; facts undo takes it back"),
        ));
    }
    let refs = store.refs()?;
    Ok(Error::new(
        ErrorKind::NotFound,
        format!(
            "unknown reference \"{reference}\"{}",
            did_you_mean(reference, refs.iter().map(String::as_str))
        ),
    ))
}

fn facts_where(
    kinds: Vec<&'static Kind>,
    conditions: &[String],
    store: &Store,
) -> Result<Vec<(String, String)>> {
    let mut query = Query::of(kinds);
    query.tests = conditions
        .iter()
        .map(|text| query::parse_expression(text, &query.kinds))
        .collect::<Result<_>>()?;
    query.columns = query::columns("source,key", &query.kinds)?;
    let mut found = Vec::new();
    store.check(&query)?;
    store.select(&query, |cells| {
        found.push((cells[0].to_string(), cells[1].to_string()));
        Ok(())
    })?;
    self::found(found, || format!("no fact matches {}", conditions.join(" and ")))
}

/// What was found, if anything was.
fn found<T>(all: Vec<T>, message: impl FnOnce() -> String) -> Result<Vec<T>> {
    if all.is_empty() { Err(Error::new(ErrorKind::NotFound, message())) } else { Ok(all) }
}
