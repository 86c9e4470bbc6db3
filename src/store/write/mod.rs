//! Writing facts: rows made ready and encoded, releases compared with what is there, imports taken
//! back.

mod agreement;
pub mod bulk;
mod counts;
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

pub use counts::{Counts, Outcome};
pub use release::{ReleaseEnd, ReleaseImport, ReleaseInfo};
pub use transaction::{ImportInfo, RowError, Writer};
pub use undo::UndoOutcome;
