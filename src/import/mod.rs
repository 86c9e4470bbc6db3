//! Bytes to records to checked rows; every bad cell is located and explained.

mod complaint;
mod decode;
mod figure;
mod json;
mod layout;
mod make;
mod plan;
mod planner;
mod records;
mod strict;
mod table;
mod text;
mod when;
mod words;

pub use complaint::{Complaint, Complaints};
pub use decode::{decoded, is_utf8, likely, named, of_mark};
pub use json::table as json_table;
pub use layout::{Layout, any, fit, is_complete, release};
pub use make::Repeated;
pub use plan::{Known, Plan, REJECT_COLUMNS};
pub use planner::{check, plan};
pub use records::{Form, Record, Records, Short};
pub use strict::Fault;
pub use table::{Bad, Columns, complete_date};
