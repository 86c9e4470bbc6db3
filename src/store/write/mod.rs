//! Writing facts: rows made ready and encoded, releases compared with what is there, imports taken
//! back.

pub mod bulk;
mod lookups;
pub mod param;
mod pending_reference;
mod prepare;
mod reference_rows;
mod release;
pub mod row_encoder;
pub mod statements;
pub mod transaction;
mod undo;

pub use release::{ReleaseEnd, ReleaseImport, ReleaseInfo};
pub use transaction::{Counts, ImportInfo, Outcome, RowError, Writer};
pub use undo::UndoOutcome;
