//! What a query shows, sorts and compares: a declared field, or a column that a data set alone has.

use std::sync::Arc;

use crate::kind::{Field, Kind};
use crate::value::Type;

/// What the names of columns of data sets begin with: `extra.relid`.
pub const EXTRA: &str = "extra.";

/// One column of the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnRef {
    /// A field that a kind declares.
    Field(&'static Field),
    /// A column of a data set that no kind declares, by its name with [`EXTRA`] before it: it is kept
    /// in `extra`, and any kind may have it.
    Extra(Arc<str>),
}

impl ColumnRef {
    /// Returns the column of a data set that a name with [`EXTRA`] before it means.
    #[must_use]
    pub fn extra_named(name: &str) -> Option<ColumnRef> {
        let column = name.strip_prefix(EXTRA).filter(|column| !column.is_empty());
        column.map(|_| ColumnRef::Extra(name.into()))
    }

    /// The name, as commands and headings have it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            ColumnRef::Field(field) => field.name,
            ColumnRef::Extra(name) => name,
        }
    }

    /// The type of its values.
    #[must_use]
    pub fn ty(&self) -> Type {
        match self {
            ColumnRef::Field(field) => field.ty,
            ColumnRef::Extra(_) => Type::Text,
        }
    }

    /// The declared field.
    #[must_use]
    pub fn field(&self) -> Option<&'static Field> {
        match self {
            ColumnRef::Field(field) => Some(field),
            ColumnRef::Extra(_) => None,
        }
    }

    /// The name of a column of a data set, as the data set has it.
    #[must_use]
    pub fn extra(&self) -> Option<&str> {
        match self {
            ColumnRef::Field(_) => None,
            ColumnRef::Extra(name) => Some(&name[EXTRA.len()..]),
        }
    }

    /// Whether it may name several actors or places.
    #[must_use]
    pub fn names_several(&self) -> bool {
        self.field().is_some_and(Field::names_several)
    }

    /// The same column in this kind: kinds declare fields of one name with types of their own.
    #[must_use]
    pub fn of(&self, kind: &Kind) -> Option<ColumnRef> {
        match self {
            ColumnRef::Field(field) => kind.field(field.name).map(ColumnRef::Field),
            ColumnRef::Extra(_) => Some(self.clone()),
        }
    }
}

impl From<&'static Field> for ColumnRef {
    fn from(field: &'static Field) -> ColumnRef {
        ColumnRef::Field(field)
    }
}
