//! `facts`: a sourced fact database for people who study conflict and diplomacy.
//!
//! The library is the program's own: it has no stable API. Modules in the order of their
//! dependence; each knows only those above it (ARCHITECTURE.md has the map):
//!
//! - [`error`]: the error type
//! - [`mod@panic`]: what a fault of the program itself becomes
//! - [`value`]: one cell: types, dates, text
//! - [`kind`]: what may be stated, as data
//! - [`query`]: what is asked, as plain data
//! - [`mapping`]: the layouts of the outside world, and records of them made into facts
//! - [`evidence`]: passages, voices; what is wrong, contested, left out
//! - [`merge`]: two copies made one, field by field
//! - [`tabulate`]: facts to a cross-table
//! - [`chart`]: numbers to pictures
//! - [`render`]: rows to bytes
//! - [`fs`]: files that appear whole
//! - [`ingest`]: bytes to records
//! - [`store`]: `SQLite`, and nothing else knows it
//! - [`publish`]: flat tables for other engines
//! - [`command`]: the command line, and nothing else knows it

pub mod chart;
pub mod command;
pub mod error;
pub mod evidence;
pub mod fs;
pub mod ingest;
pub mod kind;
pub mod mapping;
pub mod merge;
pub mod panic;
pub mod publish;
pub mod query;
pub mod render;
pub mod store;
pub mod tabulate;
pub mod value;
