//! References that a row of a table makes to rows that may come later in the same input.

use crate::store::entities::lookup::EntityClass;

/// A reference of a row to a row of the same table, which may arrive later.
#[derive(Debug)]
pub struct PendingReference {
    pub table: &'static str,
    pub column: String,
    pub class: EntityClass,
    pub id: i64,
    pub field: &'static str,
    pub name: String,
    /// Where the row stood, for the message.
    pub place: Option<u64>,
}
