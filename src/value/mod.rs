//! One cell: its types, text to value and back; dates (EDTF), names as people write them, nearest
//! names.

pub mod calendar_words;
pub mod date;
pub mod date_formats;
pub mod degrees;
mod entity_ref;
mod figure_stats;
mod number;
pub mod partial_date;
pub mod suggest;
pub mod text;
mod types;

use std::borrow::Cow;
use std::fmt::{self, Display};

pub use entity_ref::{EntityRef, InputValue, NameStyle, StatePattern};
pub use figure_stats::FigureStats;
pub use number::{Number, NumberOrder, RunningSum};
pub use types::Type;

/// One value of one field of one row, on its way in or out.
///
/// `Null` is "not stated", which is never the same as zero or as an empty text.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value<'a> {
    /// Not stated.
    #[default]
    Null,
    /// A whole number.
    Int(i64),
    /// A decimal number, always finite.
    Real(f64),
    /// Text, never empty.
    Text(Cow<'a, str>),
    /// A day, as a Julian day number; shown as an ISO 8601 day.
    Day(i64),
    /// A figure to which some of its parts are missing: the figure, how many parts it has, how many
    /// it lacks.
    Partial(Number, u64, u64),
    /// JSON, kept as text.
    Json(Cow<'a, str>),
}

/// A cell that owns its text.
pub type OwnedValue = Value<'static>;

impl Value<'_> {
    /// The same cell, owning its text.
    #[must_use]
    pub fn into_owned(self) -> OwnedValue {
        self.with_text(|text| Cow::Owned(text.to_owned()))
    }

    /// The same cell with another text, if it has one.
    #[must_use]
    pub fn with_text<'s, 'b>(&'s self, text: impl FnOnce(&'s str) -> Cow<'b, str>) -> Value<'b> {
        match self {
            Value::Text(own) => Value::Text(text(own)),
            Value::Json(own) => Value::Json(text(own)),
            Value::Null => Value::Null,
            Value::Int(n) => Value::Int(*n),
            Value::Real(n) => Value::Real(*n),
            Value::Day(day) => Value::Day(*day),
            Value::Partial(n, parts, lacking) => Value::Partial(*n, *parts, *lacking),
        }
    }

    /// Whether nothing is stated.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The number in the cell, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "figures of the field are far below 2^53"
            )]
            Value::Int(n) => Some(*n as f64),
            Value::Real(n) => Some(*n),
            Value::Partial(n, ..) => Some(n.real()),
            _ => None,
        }
    }

    /// The number in the cell, with all digits of a whole one.
    #[must_use]
    pub fn exact_number(&self) -> Option<Number> {
        match self {
            Value::Int(n) => Some(Number::Int(*n)),
            Value::Partial(n, ..) => Some(*n),
            other => other.number().map(Number::Real),
        }
    }

    /// The text in the cell, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Json(text) => Some(text),
            _ => None,
        }
    }
}

/// The cell as machines read it: no separators, nothing for NULL, ISO days.
impl Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => Ok(()),
            Value::Int(n) => Display::fmt(n, f),
            Value::Real(n) => write_real(f, *n),
            Value::Partial(n, ..) => f.write_str(&n.text()),
            Value::Text(text) | Value::Json(text) => f.write_str(text),
            Value::Day(day) => f.write_str(&date::iso(*day)),
        }
    }
}

/// The shortest text that reads back as the same number: `1458`, `0.1`, `1e300`.
#[must_use]
pub fn real(n: f64) -> String {
    Value::Real(n).to_string()
}

fn write_real(f: &mut fmt::Formatter<'_>, n: f64) -> fmt::Result {
    if n.fract() == 0.0 && n.abs() < 1e15 { write!(f, "{n:.0}") } else { write!(f, "{n:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_so_that_they_read_back() {
        for n in [
            0.0,
            1458.0,
            0.1,
            -33.8688,
            1e300,
            f64::MAX,
            f64::MIN_POSITIVE,
            9_007_199_254_740_991.0,
        ] {
            assert_eq!(real(n).parse::<f64>().unwrap().to_bits(), n.to_bits(), "{n}");
        }
        assert_eq!(real(1458.0), "1458");
    }
}
