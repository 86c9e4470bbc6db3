//! Bytes to records to rows of cells, every bad cell located: files, workbooks, encodings, CSV and
//! JSON.

mod csv_reader;
mod diagnostic;
mod dialect;
mod encoding;
mod json_table;
mod sheet_rows;
#[cfg(feature = "excel")]
mod sheets_alike;
pub mod source_file;
mod strict_csv;
mod table;
mod unpack_budget;
mod web_page;
mod workbook;

pub use workbook::ALL as ALL_SHEETS;

pub use csv_reader::CsvReader;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use dialect::{CsvDialect, ShortRows};
pub use encoding::{decoded, is_utf8, likely, named, of_mark};
pub use json_table::table as json_table;
pub use strict_csv::CsvError;
pub use table::{Columns, complete_date};
