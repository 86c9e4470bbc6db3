//! The types that a field can have, and how the text of a cell becomes a value of one.

use std::borrow::Cow;

use crate::value::suggest::did_you_mean;
use crate::value::{OwnedValue, Value, date};

/// What a field holds. Names of actors, places, sources and topics are text here; the store
/// resolves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Free text, kept to the byte.
    Text,
    /// A word or a few from an open vocabulary, compared without case.
    Term,
    /// A lower-case key: letters, digits, `.`, `-`, `_`.
    Slug,
    /// A fact's own key within its source.
    Key,
    /// SHA-256, in hexadecimal.
    Sha256,
    /// A whole number.
    Integer,
    /// A decimal number.
    Real,
    /// Degrees of latitude or longitude, from minus so many to so many.
    Degrees(u8),
    /// A date in EDTF; the days on which it may lie are kept beside it.
    Date,
    /// A date in EDTF, as text alone.
    Edtf,
    /// A day, derived from a date.
    Day,
    /// A stretch of the calendar, derived from a date.
    Bucket(date::Bucket),
    /// One of a closed list.
    Choice(&'static [&'static str]),
    /// Yes or no, as 1 or 0.
    Flag,
    /// A JSON value.
    Json,
    /// An actor, by any of its names or as `scheme:code`.
    Actor,
    /// A place, by any of its names or as `scheme:code`.
    Place,
    /// A source, by its slug.
    Source,
    /// A topic, by its slug.
    Topic,
    /// A run of seed or import, by its number.
    Import,
}

impl Type {
    /// Whether values of this type are numbers to calculate with.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Type::Integer | Type::Real | Type::Degrees(_))
    }

    /// What the type is called in help, in `fields` and in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Type::Text => "text",
            Type::Term => "term",
            Type::Slug => "slug",
            Type::Key => "key",
            Type::Sha256 => "sha-256",
            Type::Integer => "integer",
            Type::Real | Type::Degrees(_) => "number",
            Type::Date | Type::Edtf => "date (EDTF)",
            Type::Day => "day",
            Type::Bucket(_) => "period",
            Type::Choice(_) => "choice",
            Type::Flag => "0 or 1",
            Type::Json => "json",
            Type::Actor => "actor",
            Type::Place => "place",
            Type::Source => "source",
            Type::Topic => "topic",
            Type::Import => "import",
        }
    }

    /// Reads the text of a cell. Empty text is `Null`; free text is kept as it is, everything else
    /// is trimmed.
    ///
    /// # Errors
    /// What was expected, as the end of a sentence.
    pub fn parse(self, text: &str) -> Result<OwnedValue, String> {
        self.read(text).map(Value::into_owned)
    }

    /// The same without a copy of the text.
    ///
    /// # Errors
    /// Those of [`Type::parse`].
    pub fn read(self, text: &str) -> Result<Value<'_>, String> {
        if text.is_empty() {
            return Ok(Value::Null);
        }
        if text.contains('\0') {
            return Err("expected text without NUL characters".into());
        }
        if self == Type::Text {
            return if text.trim().is_empty() {
                Err("expected text, or an empty cell if there is none".into())
            } else {
                Ok(Value::Text(Cow::Borrowed(text)))
            };
        }
        let text = text.trim();
        if text.is_empty() {
            return Err("expected a value, or an empty cell if there is none".into());
        }
        match self {
            Type::Key if text.chars().any(char::is_control) => {
                Err("expected a key without line breaks or control characters".into())
            }
            Type::Text
            | Type::Term
            | Type::Key
            | Type::Actor
            | Type::Place
            | Type::Source
            | Type::Topic => Ok(Value::Text(Cow::Borrowed(text))),
            Type::Slug => slug(text),
            Type::Sha256
                if text.len() == 64
                    && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) =>
            {
                Ok(Value::Text(Cow::Borrowed(text)))
            }
            Type::Sha256 => Err("expected a SHA-256: 64 characters, 0-9 and a-f".into()),
            Type::Integer | Type::Import => integer(text),
            Type::Real => number(text),
            Type::Degrees(most) => match number(text)? {
                Value::Real(n) if n.abs() > f64::from(most) => {
                    Err(format!("expected a number from -{most} to {most}"))
                }
                value => Ok(value),
            },
            Type::Date | Type::Edtf => date::parse(text)
                .map(|_| Value::Text(Cow::Borrowed(text)))
                .map_err(|e| format!("expected {e}")),
            Type::Choice(list) => choice(text, list),
            Type::Flag => match text {
                "0" => Ok(Value::Int(0)),
                "1" => Ok(Value::Int(1)),
                _ => Err("expected 0 or 1".into()),
            },
            Type::Json => serde_json::from_str::<serde_json::Value>(text)
                .map(|_| Value::Json(Cow::Borrowed(text)))
                .map_err(|e| format!("expected valid JSON ({e})")),
            Type::Day => match date::parse(text) {
                Ok(date::Days { first: Some(first), last: Some(last) }) if first == last => {
                    Ok(Value::Day(first))
                }
                _ => Err("expected a day as YYYY-MM-DD".into()),
            },
            Type::Bucket(_) => {
                Err("is derived from the date and cannot be set; set date instead".into())
            }
        }
    }
}

fn slug(text: &str) -> Result<OwnedValue, String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if text.chars().all(good) && !text.starts_with(['-', '.']) {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    } else {
        Err("expected lower-case letters, digits and - _ . (not starting with - or .)".into())
    }
}

fn integer(text: &str) -> Result<OwnedValue, String> {
    match text.parse::<i64>() {
        Ok(n) if n < 0 => Err("expected 0 or more".into()),
        // written as a whole number is: without a sign, without noughts before it
        Ok(n)
            if text.bytes().all(|b| b.is_ascii_digit())
                && (text.len() == 1 || !text.starts_with('0')) =>
        {
            Ok(Value::Int(n))
        }
        Ok(n) => Err(format!("expected a whole number (did you mean {n}?)")),
        Err(e)
            if matches!(
                e.kind(),
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow
            ) =>
        {
            Err("expected a whole number between -9223372036854775808 and 9223372036854775807"
                .into())
        }
        Err(_) => match ungrouped(text) {
            Some(n) => Err(format!("expected a whole number (did you mean {n}?)")),
            None => Err("expected a whole number".into()),
        },
    }
}

/// The number that is meant by one with separators between its thousands: `9,500`, `7.818`, `1 000
/// 000`.
fn ungrouped(text: &str) -> Option<i64> {
    let mut groups = text.split([',', '.', ' ', '\'', '\u{a0}', '\u{202f}']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let fits = (1..=3).contains(&first.len())
        && !rest.is_empty()
        && rest.iter().all(|group| group.len() == 3);
    fits.then(|| format!("{first}{}", rest.concat()).parse().ok()).flatten()
}

fn number(text: &str) -> Result<OwnedValue, String> {
    let plain =
        text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c)) && !text.starts_with('+');
    match text.parse::<f64>() {
        Ok(n) if plain && n.is_finite() => {
            let is_whole = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            let is_exact = text.parse::<i64>().is_ok_and(|whole| whole.unsigned_abs() <= 1 << 53);
            if is_whole && !is_exact {
                return Err("expected a number of at most 15 digits".into());
            }
            Ok(Value::Real(if n == 0.0 { 0.0 } else { n }))
        }
        // a comma that groups no thousands stands before decimals
        _ if let Some((whole, part)) = text.split_once(',')
            && part.len() != 3
            && [whole, part]
                .iter()
                .all(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())) =>
        {
            Err(format!("expected a decimal point (did you mean {whole}.{part}?)"))
        }
        _ => match text.replace([',', ' '], "").parse::<f64>() {
            Ok(n) if n.is_finite() && text.contains([',', ' ']) => Err(format!(
                "expected a number with a decimal point and no separators (did you mean {}?)",
                crate::value::real(n)
            )),
            _ => Err("expected a number".into()),
        },
    }
}

fn choice(text: &str, list: &[&'static str]) -> Result<OwnedValue, String> {
    match list.iter().find(|known| **known == text) {
        Some(known) => Ok(Value::Text(Cow::Borrowed(known))),
        None => Err(format!(
            "expected one of {}{}",
            list.join(", "),
            did_you_mean(text, list.iter().copied())
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_as_written_or_not_at_all() {
        for text in ["0", "9500", "9223372036854775807", " 12 "] {
            assert!(matches!(Type::Integer.parse(text), Ok(Value::Int(_))), "{text}");
        }
        for text in [
            "7.818",
            "1e3",
            "0x10",
            "+5",
            "-0",
            "-3",
            "007",
            "9,500",
            "9223372036854775808",
            "12a",
            "1 2 x",
            "NaN",
        ] {
            assert!(Type::Integer.parse(text).is_err(), "{text}");
        }
        assert_eq!(
            Type::Integer.parse("7.818").unwrap_err(),
            "expected a whole number (did you mean 7818?)"
        );
        assert_eq!(Type::Integer.parse("1.5").unwrap_err(), "expected a whole number");
        for text in ["0", "-33.8688", "1e3", "9007199254740992"] {
            assert!(matches!(Type::Real.parse(text), Ok(Value::Real(_))), "{text}");
        }
        for text in ["NaN", "inf", "1e999", "9007199254740993", "1,5", "0x10", "+1"] {
            assert!(Type::Real.parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_is_null_and_blank_is_an_error() {
        assert_eq!(Type::Integer.parse(""), Ok(Value::Null));
        assert!(Type::Text.parse("  ").is_err());
        assert_eq!(Type::Text.parse(" a "), Ok(Value::Text(" a ".into())));
        assert_eq!(Type::Actor.parse(" Iraq "), Ok(Value::Text("Iraq".into())));
    }

    #[test]
    fn a_wrong_choice_hears_the_nearest() {
        let error =
            Type::Choice(&["states", "alleges", "denies", "declines"]).parse("denied").unwrap_err();
        assert!(error.ends_with("did you mean \"denies\"?"), "{error}");
    }
}
