//! Facts against their sources and each other: passages, voices, what is wrong, contested or left
//! out. Without any I/O.

pub mod check;
pub mod claim;
pub mod compare;
pub mod coverage;
pub mod gate;
pub mod locator;
mod near_quote;
pub mod quote;
pub mod rights;
pub mod totals;
pub mod verdict;
