//! Facts given by hand: `field=value` pairs and records of files, with the checks and messages of a
//! seed file.

use std::fmt::{self, Display};

use serde_json::{Map, Value as Json};

use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result, Stop};
use crate::ingest::{Columns, complete_date};
use crate::kind::{Field, InputRow, Kind};
use crate::mapping::Record;
use crate::mapping::cell_error::CellError;
use crate::render::Heading;
use crate::store::{Outcome, RowError, Writer};
use crate::value::suggest::without_nearest;
use crate::value::text::quoted;
use crate::value::{InputValue, Value, real};

/// What is stated of one fact: names of fields and their text.
pub type ManualFields = Vec<(String, String)>;

/// The column of a sheet that says which version of a fact or row its row was made of.
pub const VERSION: &str = "version";

/// The text of a field; empty if it is not stated.
#[must_use]
pub fn stated<'a>(given: &'a ManualFields, name: &str) -> &'a str {
    given.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
}

/// One thing that is wrong with what was given by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file and the line, or the number of the record where it has no lines.
    pub place: Option<(String, u64)>,
    /// The field, if it is about one.
    pub field: Option<String>,
    /// What was given.
    pub value: Option<String>,
    /// What was expected.
    pub expected: String,
}

impl Fault {
    /// One about a field.
    #[must_use]
    pub fn of(field: &str, value: &str, expected: impl Into<String>) -> Fault {
        Fault {
            place: None,
            field: Some(field.to_owned()),
            value: Some(value.to_owned()).filter(|value| !value.is_empty()),
            expected: expected.into(),
        }
    }

    /// What the store refuses.
    #[must_use]
    pub fn refused(RowError { field, expected }: RowError, given: &ManualFields) -> Fault {
        Fault::of(field, stated(given, field), expected)
    }
}

impl From<CellError> for Fault {
    fn from(CellError { field, value, expected, .. }: CellError) -> Fault {
        Fault { place: None, field, value, expected }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, line)) = &self.place {
            write!(f, "{file}:{line}: ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        if let Some(value) = &self.value {
            write!(f, "{}: ", quoted(value))?;
        }
        f.write_str(&self.expected)
    }
}

/// The failure that these faults make. Where a format was asked for, they are rows of it.
///
/// # Errors
/// They cannot be written.
pub fn rejected(faults: &[Fault], global: &GlobalArgs, ui: &mut Ui) -> Result<Error> {
    let mut failure = Error::new(ErrorKind::Rejected, "nothing was written");
    if global.format.is_none() && global.output.is_none() {
        failure.details = faults.iter().map(ToString::to_string).collect();
        return Ok(failure);
    }
    let headings = ["file", "line", "field", "value", "expected", "nearest"];
    ui.rows(global, headings.map(Heading::text).into(), Vec::new(), |row| {
        for Fault { place, field, value, expected } in faults {
            let (expected, nearest) = without_nearest(expected);
            row(&[
                text(place.as_ref().map(|(file, _)| file.as_str())),
                place
                    .as_ref()
                    .map_or(Value::Null, |(_, line)| Value::Int(i64::try_from(*line).unwrap_or(0))),
                text(field.as_deref()),
                text(value.as_deref()),
                Value::Text(expected.into()),
                text(nearest),
            ])?;
        }
        Ok(faults.len() as u64)
    })?;
    Ok(failure)
}

fn text(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Null, |text| Value::Text(text.into()))
}

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
            Ok((name.trim().replace('-', "_"), value.trim().to_owned()))
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
/// Every mistake, with what of the row is sound.
pub fn check(
    given: &ManualFields,
    fields: &[&'static Field],
    is_fact: bool,
) -> Result<InputRow<'static>, (InputRow<'static>, Vec<Fault>)> {
    let header: Record = given.iter().map(|(name, _)| name).collect();
    let record: Record = given.iter().map(|(_, value)| value).collect();
    let (columns, bad) = Columns::found(&header, fields);
    let mut faults: Vec<Fault> = bad.into_iter().map(Fault::from).collect();
    let (mut row, bad) = columns.sound(&record);
    faults.extend(bad.into_iter().map(Fault::from));
    let field = |name: &str| fields.iter().copied().find(|field| field.name == name);
    if let (true, Some(span), Some(basis)) = (is_fact, field("date_span"), field("date_basis")) {
        let has = |name: &str| !stated(given, name).trim().is_empty();
        if has("date") && !has("date_basis") {
            row.retain(|(field, _)| field.name != basis.name);
            row.push((basis, InputValue::Value(Value::Text("stated".into()))));
        }
        let is_read = row.iter().any(|(field, value)| field.name == "date" && !value.is_null());
        if (is_read || !has("date"))
            && let Err((field, expected)) = complete_date(&mut row, span)
        {
            faults.push(Fault::of(field, stated(given, field), expected));
        }
    }
    if faults.is_empty() { Ok(row) } else { Err((row, faults)) }
}

/// Checks and writes a fact.
///
/// # Errors
/// The database cannot be written; everything that is wrong with the fact is in the outcome.
pub fn put(
    kind: &'static Kind,
    given: &ManualFields,
    writer: &mut Writer<'_>,
) -> Result<Outcome, Stop<Vec<Fault>>> {
    let row = checked(kind, given, writer)?;
    let told = |faults: Vec<RowError>| {
        faults.into_iter().map(|fault| Fault::refused(fault, given)).collect()
    };
    writer.put(kind, &row).map_err(|stop| stop.map(told))
}

/// The row that a fact makes.
///
/// # Errors
/// The database cannot be read; everything that is wrong with the fact is in the outcome.
pub fn checked(
    kind: &'static Kind,
    given: &ManualFields,
    writer: &mut Writer<'_>,
) -> Result<InputRow<'static>, Stop<Vec<Fault>>> {
    let fields: Vec<&'static Field> = kind.fields().collect();
    match check(given, &fields, true) {
        Ok(row) => Ok(row),
        Err((row, mut faults)) => {
            let is_said = |faults: &[Fault], field: &str| {
                faults.iter().any(|fault| fault.field.as_deref() == Some(field))
            };
            for fault in writer.faults(kind, &row)? {
                if !is_said(&faults, fault.field) {
                    faults.push(Fault::refused(fault, given));
                }
            }
            Err(Stop::Input(faults))
        }
    }
}

/// The actors and places that rows are said to belong to, and that nobody knows. `shown` is the file
/// that they come from, if they do.
///
/// # Errors
/// The database cannot be written.
pub fn unsettled(writer: &mut Writer<'_>, shown: &str) -> Result<Vec<Fault>> {
    let fault = |(line, refused): (Option<u64>, RowError)| Fault {
        place: line.map(|line| (shown.to_owned(), line)),
        ..Fault::refused(refused, &Vec::new())
    };
    Ok(writer.settle()?.refused.into_iter().map(fault).collect())
}

/// Says what the quotes leave out and what they add: one word may be the one that matters.
pub fn say_quote_notes(writer: &Writer<'_>, ui: &mut Ui) {
    writer.quote_notes().iter().for_each(|note| ui.status(note));
}

/// Says which actors and places were made.
pub fn say_created(writer: &Writer<'_>, ui: &mut Ui) {
    for created in writer.created() {
        ui.status(&format!("added {created}, of which nothing else is known"));
    }
}
