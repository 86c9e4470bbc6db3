//! A cell that is wrong, before it is known where in the file it stands.

/// A cell that cannot be what its field wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// Which cell, from 0; none: the record as a whole.
    pub cell: Option<usize>,
    /// The field, if it is about one.
    pub field: Option<String>,
    /// What the cell holds, if that helps.
    pub value: Option<String>,
    /// What was expected.
    pub expected: String,
}

/// What is wrong with one thing that a record was to become, and the column that messages point to;
/// none: that of the field.
pub(in crate::mapping) type FieldError = (Option<usize>, String);
