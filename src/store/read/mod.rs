//! Reading facts: a query compiled to SQL, and its rows read, on one thread or on several.

pub mod batch;
pub mod compile;
pub mod cursor;
pub mod predicate;
mod select;
