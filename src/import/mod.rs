//! Bytes to records to checked rows; every bad cell is located and explained.

mod complaint;
mod records;
mod strict;
mod table;

pub use complaint::{Complaint, Complaints};
pub use records::{Record, Records};
pub use strict::Fault;
pub use table::{Bad, Columns, complete_date};
