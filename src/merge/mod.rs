//! Two copies of the same facts made one, field by field: what each side changed since they were the
//! same, and where both changed one field differently.

mod fields;
mod tables;

pub use fields::{FieldChanges, FieldConflict, Fields};
pub use tables::{ExportedTable, TableMerge, merge_tables};
