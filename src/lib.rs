//! `facts`: a sourced fact database for people who study conflict and diplomacy.
//!
//! Modules in the order of their dependence; each knows only those above it:
//!
//! - [`exit`]: the exit codes and the error type
//! - [`value`]: one cell: types, dates, text
//! - [`kind`]: what may be stated, as data
//! - [`query`]: what is asked, as plain data
//! - [`import`]: bytes to checked rows
//! - [`tabulate`]: rows to a cross-table
//! - [`render`]: rows to bytes
//! - [`store`]: `SQLite`, and nothing else knows it
//! - [`command`]: the command line, and nothing else knows it

pub mod command;
pub mod exit;
pub mod import;
pub mod kind;
pub mod query;
pub mod render;
pub mod store;
pub mod tabulate;
pub mod value;
