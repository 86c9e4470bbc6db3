//! From the columns of a file to the fields of a table, and from its records to checked rows.

use crate::kind::{self, Field, InputRow, Need};
use crate::mapping::cell_error::CellError;
use crate::mapping::{REJECT_COLUMNS, Record};
use crate::value::suggest::did_you_mean;
use crate::value::{InputValue, OwnedValue, Type, Value};

/// Which column of a file holds which field.
#[derive(Debug)]
pub struct Columns {
    /// None: no field is called so.
    fields: Vec<Option<&'static Field>>,
    /// Fields that are in no column and have something to say all the same.
    defaults: Vec<(&'static Field, OwnedValue)>,
}

impl Columns {
    /// Matches the header of a file with the fields of a table.
    ///
    /// # Errors
    /// Unknown, doubled or missing columns, all of them.
    pub fn of(header: &Record, table: &[&'static Field]) -> Result<Columns, Vec<CellError>> {
        let (columns, bad) = Columns::found(header, table);
        if bad.is_empty() { Ok(columns) } else { Err(bad) }
    }

    /// Matches the header of a file with the fields of a table as far as that can be done: unknown,
    /// doubled or missing columns, all of them, beside it.
    #[must_use]
    pub fn found(header: &Record, table: &[&'static Field]) -> (Columns, Vec<CellError>) {
        if let (1, Some(only)) = (header.len(), header.get(0))
            && let Some(delimiter) =
                [';', '\t', '|'].into_iter().find(|delimiter| only.contains(*delimiter))
        {
            let shown =
                if delimiter == '\t' { "tabs".to_owned() } else { format!("\"{delimiter}\"") };
            let expected = format!("the columns are separated by {shown}: expected commas");
            let columns = Columns { fields: vec![None], defaults: Vec::new() };
            return (columns, vec![CellError { cell: None, field: None, value: None, expected }]);
        }
        let takes: Vec<&'static Field> =
            table.iter().copied().filter(|field| field.is_stored()).collect();
        let mut bad = Vec::new();
        let mut fields: Vec<Option<&'static Field>> = Vec::new();
        for (cell, name) in header.iter().enumerate() {
            let complain = |expected: String| CellError {
                cell: Some(cell),
                field: None,
                value: Some(name.to_owned()),
                expected,
            };
            // a table of rows that were refused says what was wrong with each
            if REJECT_COLUMNS.contains(&name) {
                fields.push(None);
                continue;
            }
            let wanted = kind::present_name(name.trim());
            let field = takes.iter().copied().find(|field| field.name == wanted);
            let is_seen = fields.iter().flatten().any(|seen| seen.name == wanted);
            fields.push(field.filter(|_| !is_seen));
            match field {
                None if table.iter().any(|field| field.name == wanted) => {
                    bad.push(complain("follows from other fields and cannot be set".into()));
                }
                None => {
                    let near = did_you_mean(name, takes.iter().map(|field| field.name));
                    bad.push(complain(format!("unknown field{near}")));
                }
                Some(_) if is_seen => bad.push(complain("occurs twice".into())),
                Some(_) => {}
            }
        }
        let missing = takes
            .iter()
            .filter(|field| !fields.iter().flatten().any(|seen| seen.name == field.name));
        let mut defaults = Vec::new();
        for field in missing {
            if field.need == Need::Required {
                bad.push(CellError {
                    cell: None,
                    field: None,
                    value: None,
                    expected: match field.ty {
                        Type::Choice(words) => {
                            format!("{} is missing: one of {}", field.name, words.join(", "))
                        }
                        _ => format!("{} is missing", field.name),
                    },
                });
            }
            if let Some(value) = field.default {
                defaults.push((*field, Value::Text(value.into())));
            }
        }
        (Columns { fields, defaults }, bad)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Every cell that is not what its field wants.
    pub fn row(&self, record: &Record) -> Result<InputRow<'static>, Vec<CellError>> {
        let (row, bad) = self.sound(record);
        if bad.is_empty() { Ok(row) } else { Err(bad) }
    }

    /// Reads the cells of a record that are what their fields want; the others are listed beside
    /// them.
    #[must_use]
    pub fn sound(&self, record: &Record) -> (InputRow<'static>, Vec<CellError>) {
        if record.len() != self.fields.len() {
            let expected = format!(
                "number of cells: {} in the row, {} in the header",
                record.len(),
                self.fields.len()
            );
            let bad = CellError { cell: None, field: None, value: None, expected };
            return (Vec::new(), vec![bad]);
        }
        let mut row: InputRow<'static> =
            Vec::with_capacity(self.fields.len() + self.defaults.len());
        let mut bad = Vec::new();
        for (cell, (field, text)) in self.fields.iter().zip(record).enumerate() {
            let Some(field) = field else { continue };
            let mut complain = |expected: String, value: Option<&str>| {
                bad.push(CellError {
                    cell: Some(cell),
                    field: Some(field.name.to_owned()),
                    value: value.map(str::to_owned),
                    expected,
                });
            };
            match field.ty.parse(text) {
                Err(expected) => complain(expected, Some(text)),
                Ok(Value::Null) => match field.default {
                    Some(value) => row.push((*field, InputValue::Value(Value::Text(value.into())))),
                    None if field.need == Need::Required => {
                        complain("must not be empty".into(), None);
                    }
                    None => row.push((*field, InputValue::Value(Value::Null))),
                },
                Ok(value) => row.push((*field, InputValue::Value(value))),
            }
        }
        row.extend(
            self.defaults.iter().map(|(field, value)| (*field, InputValue::Value(value.clone()))),
        );
        (row, bad)
    }

    /// The column of a field, from 0.
    #[must_use]
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| known.is_some_and(|known| known.name == field))
    }
}

/// A date needs its basis, and says by itself that something happened within it; without a date
/// neither means anything.
///
/// # Errors
/// The field at fault, and what was expected of it.
pub fn complete_date(
    row: &mut InputRow<'static>,
    span: &'static Field,
) -> Result<(), (&'static str, String)> {
    let stated = |row: &InputRow<'_>, name: &str| {
        row.iter().any(|(field, value)| field.name == name && !value.is_null())
    };
    if stated(row, "date") {
        if !stated(row, "date_basis") {
            return Err((
                "date_basis",
                "missing: with a date, set it to stated (by the source), inferred (by you) or source (the source's own date)".into(),
            ));
        }
        if !stated(row, "date_span") {
            row.retain(|(field, _)| field.name != "date_span");
            row.push((span, InputValue::Value(Value::Text("within".into()))));
        }
        return Ok(());
    }
    match ["date_basis", "date_span"].into_iter().find(|name| stated(row, name)) {
        Some(name) => Err((name, "must be empty when the date is".into())),
        None => Ok(()),
    }
}
