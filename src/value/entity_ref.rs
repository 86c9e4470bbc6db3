//! A party or a place as a data set names it: by a spelling, by codes, or both; and a field's value
//! on its way in.

use std::borrow::Cow;
use std::sync::Arc;

use crate::value::Value;
use crate::value::text::looks_like;

/// A party or a place, before it is known whom the name means.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntityRef<'a> {
    /// The spelling.
    pub name: Option<Cow<'a, str>>,
    /// Codes with their schemes; the first that is known decides.
    pub codes: Vec<(&'static str, Cow<'a, str>)>,
    /// What sort of actor or place it is, should it be new.
    pub kind: Option<Cow<'a, str>>,
    /// Latitude and longitude of a place (WGS 84).
    pub point: Option<(f64, f64)>,
    /// The place that a place lies in.
    pub within: Option<Box<EntityRef<'a>>>,
    /// How the data set writes names.
    pub style: Option<&'a NameStyle>,
}

/// How a data set writes names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameStyle {
    /// What stands between several names in one cell, and between their codes.
    pub split: Option<String>,
    /// What stands before the name of a state where its government is meant: `Government of `.
    pub strip_prefix: Vec<String>,
    /// What the name of somebody who acts for a state looks like: `Military Forces of {state}`.
    pub acts_for: Vec<StatePattern>,
    /// What the name of somebody looks like who belongs to a state: `* ({state})`.
    pub of: Vec<StatePattern>,
    /// The spellings and codes of the data set can be relied on: they become names of whom they
    /// mean.
    pub alias: bool,
}

/// A pattern with the name of a state in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePattern {
    before: String,
    after: String,
}

impl StatePattern {
    /// Reads `Military Forces of {state} (*)`: `?` and `*` stand for any text.
    #[must_use]
    pub fn parse(text: &str) -> Option<StatePattern> {
        let (before, after) = text.split_once("{state}")?;
        let is_clear = ![before, after].iter().any(|part| part.contains(['{', '}']));
        is_clear.then(|| StatePattern { before: before.to_owned(), after: after.to_owned() })
    }

    /// The state in a name that looks so.
    #[must_use]
    pub fn state<'n>(&self, name: &'n str) -> Option<&'n str> {
        let ends: Vec<usize> = name.char_indices().map(|(at, _)| at).chain([name.len()]).collect();
        // the last beginning and the first end: nothing of a state's name stands around it
        let begin = *ends.iter().rev().find(|at| looks_like(&name[..**at], &self.before))?;
        let end = *ends.iter().find(|at| **at > begin && looks_like(&name[**at..], &self.after))?;
        Some(name[begin..end].trim()).filter(|state| !state.is_empty())
    }
}

impl EntityRef<'_> {
    /// Whether it names nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.codes.is_empty()
            && self.within.as_deref().is_none_or(EntityRef::is_empty)
    }
}

/// The input for one field of a new row.
#[derive(Debug, Clone, PartialEq)]
pub enum InputValue<'a> {
    /// A value; of an actor or place its name or `scheme:code`, which must be known.
    Value(Value<'a>),
    /// An actor or place as a data set names it, who may be new; the facts of a record share it.
    Entity(Arc<EntityRef<'a>>),
}

impl<'a> InputValue<'a> {
    /// The same, without a copy of its text.
    #[must_use]
    pub fn borrowed(&'a self) -> InputValue<'a> {
        match self {
            InputValue::Value(value) => InputValue::Value(value.with_text(Cow::Borrowed)),
            InputValue::Entity(named) => InputValue::Entity(Arc::clone(named)),
        }
    }

    /// Whether nothing is given.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match self {
            InputValue::Value(cell) => cell.is_null(),
            InputValue::Entity(named) => named.is_empty(),
        }
    }

    /// The text of it, as messages show it.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            InputValue::Value(Value::Null) => None,
            InputValue::Value(Value::Text(text) | Value::Json(text)) => Some(Cow::Borrowed(text)),
            InputValue::Value(other) => Some(Cow::Owned(other.to_string())),
            InputValue::Entity(named) => named
                .name
                .as_deref()
                .or(named.codes.first().map(|(_, code)| code.as_ref()))
                .map(Cow::Borrowed),
        }
    }
}
