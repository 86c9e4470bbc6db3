//! Reading facts: a query compiled to SQL, and its rows read, on one thread or on several.

pub mod as_of;
mod asked_values;
pub mod batch;
pub mod columns;
pub mod compile;
pub mod cursor;
pub mod decoder;
mod few;
pub mod predicate;
mod reference;
mod select;
#[cfg(test)]
mod tests;

pub use reference::{LiveFact, StatedFields};
