//! `-w FIELD OP VALUE` on a row of a table that facts refer to, as an export writes it.

use crate::error::{Error, Result};
use crate::kind::Field;
use crate::kind::reference_table::ReferenceTable;
use crate::query::Op;
use crate::query::expression::{Operation, is_ordered, read, with_article};
use crate::value::date::{self, Days};
use crate::value::suggest::did_you_mean;
use crate::value::{Type, Value};

/// A condition on one field of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowTest {
    field: &'static Field,
    asked: RowCondition,
}

#[derive(Debug, Clone, PartialEq)]
enum RowCondition {
    Known(bool),
    Compared(Op, String),
}

impl RowTest {
    /// Reads a condition on a table.
    ///
    /// # Errors
    /// The field is unknown, the value is none of the field's, or the field has no such comparison.
    pub fn parse(text: &str, table: &ReferenceTable) -> Result<RowTest> {
        let read = read(text)?;
        let field = field_of(read.name, table)?;
        let (op, sign, value) = match read.operation {
            Operation::Known(known) => {
                return Ok(RowTest { field, asked: RowCondition::Known(known) });
            }
            Operation::Compared(op, sign, value) => (op, sign, value),
        };
        let is_number = field.ty.is_number() || matches!(field.ty, Type::Degrees(_));
        if is_ordered(op) && !is_number && field.ty != Type::Edtf {
            let what = with_article(field.ty.name());
            return Err(Error::usage(format!(
                "cannot compare {} ({what}) with {sign}; use = != ~ !~",
                field.name
            )));
        }
        if !matches!(op, Op::Contains | Op::ContainsNot)
            && !matches!(field.ty, Type::Actor | Type::Place | Type::Slug)
        {
            field
                .ty
                .parse(value)
                .map_err(|e| Error::usage(format!("-w \"{text}\": \"{value}\": {e}")))?;
        }
        Ok(RowTest { field, asked: RowCondition::Compared(op, value.to_owned()) })
    }

    /// The name that it asks for, if it asks for whom a name means.
    #[must_use]
    pub fn name(&self) -> Option<(&'static Field, &str)> {
        match &self.asked {
            RowCondition::Compared(Op::Is | Op::IsNot, name) => Some((self.field, name)),
            _ => None,
        }
    }

    /// The same for another name.
    #[must_use]
    pub fn of_name(self, name: String) -> RowTest {
        match self.asked {
            RowCondition::Compared(op, _) => {
                RowTest { asked: RowCondition::Compared(op, name), ..self }
            }
            RowCondition::Known(_) => self,
        }
    }

    /// Whether a row meets it, of which `stated` gives the text of each field, empty where it states
    /// nothing. What is not stated meets no comparison.
    pub fn holds<'r>(&self, stated: impl Fn(&str) -> &'r str) -> bool {
        let cell = stated(self.field.name);
        // an export says so of a name that has a colon in it
        let cell = match self.field.ty {
            Type::Actor | Type::Place => cell.strip_prefix("name:").unwrap_or(cell),
            _ => cell,
        };
        match &self.asked {
            RowCondition::Known(known) => *known != cell.is_empty(),
            RowCondition::Compared(..) if cell.is_empty() => false,
            RowCondition::Compared(op, value) => compare(self.field, cell, *op, value),
        }
    }
}

/// The field of a table with this name; `-` and `_` are one.
///
/// # Errors
/// There is none; the message has the nearest.
pub fn field_of(name: &str, table: &ReferenceTable) -> Result<&'static Field> {
    let wanted = name.trim().replace('-', "_");
    table.fields.iter().find(|field| field.name == wanted).ok_or_else(|| {
        let names: Vec<&str> = table.fields.iter().map(|field| field.name).collect();
        let near = did_you_mean(&wanted, names.iter().copied());
        Error::usage(format!("unknown field \"{name}\" in {}{near}", table.table))
            .hint(format!("fields: {}", names.join(", ")))
    })
}

fn compare(field: &Field, cell: &str, op: Op, value: &str) -> bool {
    match op {
        Op::Contains => has(cell, value),
        Op::ContainsNot => !has(cell, value),
        Op::IsShown => cell == value,
        Op::Is => is_same(field, cell, value),
        Op::IsNot => !is_same(field, cell, value),
        Op::Less | Op::AtMost | Op::More | Op::AtLeast if field.ty == Type::Edtf => {
            match (date::parse(cell), date::parse(value)) {
                (Ok(cell), Ok(value)) => compare_days(cell, op, value),
                _ => false,
            }
        }
        Op::Less | Op::AtMost | Op::More | Op::AtLeast => {
            let number = |text: &str| field.ty.parse(text).ok().and_then(|value| value.number());
            number(cell).zip(number(value)).is_some_and(|(cell, value)| match op {
                Op::Less => cell < value,
                Op::AtMost => cell <= value,
                Op::More => cell > value,
                _ => cell >= value,
            })
        }
    }
}

/// Whether a text holds another, whatever the case of A to Z.
fn has(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

fn is_same(field: &Field, cell: &str, value: &str) -> bool {
    let parsed = |text: &str| field.ty.parse(text).map(Value::into_owned);
    cell.eq_ignore_ascii_case(value)
        || field.ty != Type::Edtf
            && matches!((parsed(cell), parsed(value)), (Ok(a), Ok(b)) if a == b)
}

/// Dates compare by their days: before means that all of it lies before.
fn compare_days(cell: Days, op: Op, value: Days) -> bool {
    let (of_cell, of_value) = match op {
        Op::Less => (cell.last, value.first),
        Op::AtMost => (cell.last, value.last),
        Op::More => (cell.first, value.last),
        _ => (cell.first, value.first),
    };
    of_cell.zip(of_value).is_some_and(|(cell, value)| match op {
        Op::Less => cell < value,
        Op::AtMost => cell <= value,
        Op::More => cell > value,
        _ => cell >= value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::reference_table::{PLACES, SOURCES};

    fn holds(text: &str, table: &ReferenceTable, row: &[(&str, &'static str)]) -> bool {
        let cell =
            |name: &str| row.iter().find(|(field, _)| *field == name).map_or("", |cell| cell.1);
        RowTest::parse(text, table).unwrap().holds(cell)
    }

    #[test]
    fn rows_are_found_by_what_they_state() {
        let source = [("slug", "unami"), ("kind", "document"), ("published", "2014-03")];
        for (text, is_one) in [
            ("kind=document", true),
            ("slug~NAM", true),
            ("slug==UNAMI", false),
            ("slug=UNAMI", true),
            ("published<2015", true),
            ("published<2014", false),
            ("published>=2014", true),
            ("licence is null", true),
            ("licence!=CC", false),
        ] {
            assert_eq!(holds(text, &SOURCES, &source), is_one, "{text}");
        }
        let place = [("name", "Mosul"), ("latitude", "36.34")];
        assert!(holds("latitude>36", &PLACES, &place));
        assert!(holds("latitude=36.340", &PLACES, &place));
    }

    #[test]
    fn what_cannot_be_asked_is_answered() {
        for (text, says) in [
            ("kid=document", "did you mean \"kind\""),
            ("kind=paper", "expected one of document, dataset"),
            ("title<a", "cannot compare title"),
            ("title", "no operator"),
        ] {
            let failure = RowTest::parse(text, &SOURCES).unwrap_err();
            assert!(failure.message.contains(says), "{text}: {failure}");
        }
    }
}
