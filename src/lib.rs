//! `facts`: a sourced fact database for people who study conflict and diplomacy.
//!
//! Modules in the order of their dependence; each knows only those above it:
//!
//! - [`exit`]: the exit codes and the error type
//! - [`panic`]: what a fault of the program itself becomes
//! - [`value`]: one cell: types, dates, text
//! - [`kind`]: what may be stated, as data
//! - [`query`]: what is asked, as plain data
//! - [`dataset`]: the layouts of the outside world, as data
//! - [`import`]: bytes to checked rows
//! - [`passage`]: locators and the passages of a text
//! - [`claim`], [`check`], [`compare`], [`coverage`]: what is wrong, contested, left out
//! - [`tabulate`]: rows to a cross-table
//! - [`render`]: rows to bytes
//! - [`chart`]: numbers to pictures
//! - [`store`]: `SQLite`, and nothing else knows it
//! - [`command`]: the command line, and nothing else knows it

pub mod chart;
pub mod check;
pub mod claim;
pub mod command;
pub mod compare;
pub mod coverage;
pub mod dataset;
pub mod exit;
pub mod import;
pub mod kind;
pub mod panic;
pub mod passage;
pub mod query;
pub mod render;
pub mod store;
pub mod tabulate;
pub mod value;
