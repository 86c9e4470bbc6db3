//! Values on their way into a statement.

use std::borrow::Cow;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::value::Value;

/// What a fact states, in short.
pub type FactDigest = [u8; 16];

/// The beginning of the hash of a record. It is compared only with that of an earlier version of the record.
pub type RecordDigest = [u8; 8];

/// A value on its way into a column, without a copy of its text.
#[derive(Debug, Clone, PartialEq)]
pub enum Param<'r> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Real(f64),
    /// Text.
    Text(Cow<'r, str>),
    /// A digest.
    Blob(FactDigest),
}

impl Param<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Param<'static> {
        match self {
            Param::Text(text) => Param::Text(Cow::Owned(text.into_owned())),
            Param::Null => Param::Null,
            Param::Integer(n) => Param::Integer(n),
            Param::Real(n) => Param::Real(n),
            Param::Blob(sum) => Param::Blob(sum),
        }
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Integer(n) => ValueRef::Integer(*n),
            Param::Real(n) => ValueRef::Real(*n),
            Param::Text(text) => ValueRef::Text(text.as_bytes()),
            Param::Blob(sum) => ValueRef::Blob(sum),
        }))
    }
}

impl<'r> From<Value<'r>> for Param<'r> {
    fn from(cell: Value<'r>) -> Param<'r> {
        match cell {
            Value::Null => Param::Null,
            Value::Int(n) | Value::Day(n) => Param::Integer(n),
            Value::Real(n) => Param::Real(n),
            Value::Partial(n, ..) => Param::Real(n.real()),
            Value::Text(text) | Value::Json(text) => Param::Text(text),
        }
    }
}
