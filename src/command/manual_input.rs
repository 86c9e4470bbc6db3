//! Facts given by hand: `field=value` pairs and JSON objects, with the checks and messages of a
//! seed file.

use serde_json::{Map, Value as Json};

use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::ingest::{Columns, complete_date};
use crate::kind::{Field, InputRow};
use crate::mapping::Record;
use crate::mapping::cell_error::CellError;
use crate::store::{ImportInfo, RowError, Store, Writer};
use crate::value::real;
use crate::value::text::quoted;

/// What is stated of one fact: names of fields and their text.
pub type ManualFields = Vec<(String, String)>;

/// Reads `field=value` words.
///
/// # Errors
/// A word without `=`.
pub fn words(words: &[String]) -> Result<ManualFields> {
    words
        .iter()
        .map(|word| {
            let (name, value) = word.split_once('=').ok_or_else(|| {
                Error::usage(format!("invalid argument \"{word}\": expected FIELD=VALUE"))
            })?;
            Ok((name.trim().replace('-', "_"), value.to_owned()))
        })
        .collect()
}

/// Reads an object of JSON: text and numbers are taken as they are, null is an empty cell, a list
/// of texts has "; " between; `extra` is kept as JSON.
///
/// # Errors
/// A value that no field can have.
pub fn object(object: &Map<String, Json>) -> Result<ManualFields, String> {
    let text = |name: &str, value: &Json| match value {
        Json::Null => Ok(String::new()),
        Json::String(text) => Ok(text.clone()),
        Json::Number(n) => {
            Ok(n.as_f64().filter(|_| !n.is_i64() && !n.is_u64()).map_or(n.to_string(), real))
        }
        other if name == "extra" => Ok(other.to_string()),
        Json::Array(items) if items.iter().all(Json::is_string) => {
            Ok(items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("; "))
        }
        other => Err(format!(
            "{name}: {}: expected text, a number, null or a list of texts",
            quoted(&other.to_string())
        )),
    };
    // an answer says twice who several are
    let is_said_twice =
        |name: &str| name.strip_suffix("_members").is_some_and(|field| object.contains_key(field));
    object
        .iter()
        .filter(|(name, _)| !is_said_twice(name))
        .map(|(name, value)| Ok((name.clone(), text(name, value)?)))
        .collect()
}

/// Checks what is given against the fields of a table.
///
/// # Errors
/// Every mistake, as the lines that messages show.
pub fn check(
    given: &ManualFields,
    fields: &[&'static Field],
    is_fact: bool,
) -> Result<InputRow<'static>, Vec<String>> {
    let header: Record = given.iter().map(|(name, _)| name).collect();
    let record: Record = given.iter().map(|(_, value)| value).collect();
    let (columns, bad) = Columns::found(&header, fields);
    let mut lines: Vec<String> = bad.into_iter().map(line).collect();
    let mut row = match columns.row(&record) {
        Ok(row) => row,
        Err(bad) => {
            lines.extend(bad.into_iter().map(line));
            return Err(lines);
        }
    };
    let span = fields.iter().find(|field| field.name == "date_span");
    if let (true, Some(span)) = (is_fact, span)
        && let Err((field, expected)) = complete_date(&mut row, span)
    {
        lines.push(refused(&RowError { field, expected }, given));
    }
    if lines.is_empty() { Ok(row) } else { Err(lines) }
}

fn line(CellError { field, value, expected, .. }: CellError) -> String {
    let field = field.map(|field| format!("{field}: ")).unwrap_or_default();
    let value = value.map(|value| format!("{}: ", quoted(&value))).unwrap_or_default();
    format!("{field}{value}{expected}")
}

/// A refusal of the store, as the line that a message shows.
#[must_use]
pub fn refused(refused: &RowError, given: &ManualFields) -> String {
    let value = given.iter().find(|(name, value)| name == refused.field && !value.is_empty());
    let value = value.map(|(_, value)| format!("{}: ", quoted(value))).unwrap_or_default();
    format!("{}: {value}{}", refused.field, refused.expected)
}

/// The failure that these lines make.
#[must_use]
pub fn rejected(details: Vec<String>) -> Error {
    let mut failure = Error::new(ErrorKind::Rejected, "nothing was written");
    failure.details = details;
    failure
}

/// Says what the text of a source has between the pieces of a quote: a word that is left out may be
/// the one that matters.
pub fn say_omitted(writer: &Writer<'_>, ui: &mut Ui) {
    for omitted in writer.omitted() {
        ui.status(&format!("the quote leaves out: {omitted}"));
    }
}

/// Begins to write what is given by hand.
///
/// # Errors
/// Another program writes.
pub fn write(store: &Store) -> Result<Writer<'_>> {
    let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    store.write(ImportInfo { at, file: None })
}
