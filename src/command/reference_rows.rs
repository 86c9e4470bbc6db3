//! Rows of the tables that facts refer to, found by a name or by what they state.

use sha2::{Digest, Sha256};

use crate::command::manual_input::stated;
use crate::error::{Error, ErrorKind, Result};
use crate::kind::Field;
use crate::kind::reference_table::{ACTORS, PLACES, ReferenceTable, SOURCES, TOPICS};
use crate::query::RowTest;
use crate::store::{EntityClass, StatedFields, Store};
use crate::value::suggest::did_you_mean;
use crate::value::text::hex;
use crate::value::{OwnedValue, Type, Value};

/// The tables whose rows are read and corrected by hand.
pub const TABLES: [&ReferenceTable; 4] = [&SOURCES, &TOPICS, &ACTORS, &PLACES];

/// How many characters of a digest tell a version of a row from the others.
const VERSION: usize = 8;

/// The table of this name.
#[must_use]
pub fn table(word: &str) -> Option<&'static ReferenceTable> {
    TABLES.into_iter().find(|table| table.table == word)
}

/// Whether the rows of a table are actors or places.
#[must_use]
pub fn class_of(table: &ReferenceTable) -> Option<EntityClass> {
    [EntityClass::Actor, EntityClass::Place].into_iter().find(|class| class.table() == table.table)
}

/// What one row of a table is called in a message: `actor`.
#[must_use]
pub fn one_of(table: &ReferenceTable) -> &'static str {
    table.table.trim_end_matches('s')
}

/// The row that has a name: of an actor or place, any of its names.
///
/// # Errors
/// There is none; the message has the nearest.
pub fn named(store: &Store, table: &'static ReferenceTable, name: &str) -> Result<StatedFields> {
    let usual = match class_of(table) {
        Some(class) => store.usual_name(class, name)?.unwrap_or_else(|| name.to_owned()),
        None => name.to_owned(),
    };
    let (mut found, mut known) = (None, Vec::new());
    each(store, table, |row| {
        let own = stated(&row, table.key[0]).to_owned();
        if own == usual {
            found = Some(row);
        }
        known.push(own);
    })?;
    found.ok_or_else(|| {
        let near = did_you_mean(name, known.iter().map(String::as_str));
        Error::new(ErrorKind::NotFound, format!("unknown {} \"{name}\"{near}", one_of(table)))
    })
}

/// The rows that meet all conditions.
///
/// # Errors
/// A condition cannot be, or the database cannot be read.
pub fn matching(
    store: &Store,
    table: &'static ReferenceTable,
    conditions: &[String],
) -> Result<Vec<StatedFields>> {
    let mut tests = Vec::new();
    for text in conditions {
        let test = RowTest::parse(text, table)?;
        let usual = match test.name() {
            Some((field, name)) => match class_of_field(table, field) {
                Some(class) => store.usual_name(class, name)?,
                None => None,
            },
            None => None,
        };
        tests.push(match usual {
            Some(usual) => test.of_name(usual),
            None => test,
        });
    }
    let mut found = Vec::new();
    each(store, table, |row| {
        if tests.iter().all(|test| test.holds(|name| stated(&row, name))) {
            found.push(row);
        }
    })?;
    Ok(found)
}

/// Whom the values of a field are names of.
fn class_of_field(table: &ReferenceTable, field: &Field) -> Option<EntityClass> {
    match field.ty {
        Type::Actor => Some(EntityClass::Actor),
        Type::Place => Some(EntityClass::Place),
        _ if field.name == table.key[0] => class_of(table),
        _ => None,
    }
}

/// What tells a row from what it stated before or states later.
#[must_use]
pub fn version(row: &StatedFields) -> String {
    let mut sum = Sha256::new();
    for (field, value) in row {
        sum.update(format!("{field}={value}\0"));
    }
    hex(&sum.finalize())[..VERSION].to_owned()
}

/// The cells of a row: numbers as numbers, the others as text.
#[must_use]
pub fn cells(row: &StatedFields, fields: &[&'static Field]) -> Vec<OwnedValue> {
    let cell = |field: &&'static Field| {
        let text = stated(row, field.name);
        if text.is_empty() {
            return Value::Null;
        }
        match field.ty.parse(text).map(Value::into_owned) {
            Ok(number @ (Value::Int(_) | Value::Real(_))) => number,
            _ => Value::Text(text.to_owned().into()),
        }
    };
    fields.iter().map(cell).collect()
}

fn each(
    store: &Store,
    table: &'static ReferenceTable,
    mut take: impl FnMut(StatedFields),
) -> Result<()> {
    store.export_reference(table, |cells| {
        let stated = table.fields.iter().zip(cells);
        take(stated.map(|(field, cell)| (field.name.to_owned(), cell.to_string())).collect());
        Ok(())
    })?;
    Ok(())
}
