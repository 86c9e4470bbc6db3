//! Writing facts: rows made ready and encoded, releases compared with what is there, imports taken
//! back.

mod adopt;
mod agreement;
pub mod attach;
pub mod bulk;
mod corrections;
mod counts;
mod encode_row;
mod fact_encoder;
pub mod fact_key;
mod lookups;
pub mod param;
mod pending_reference;
mod prepare;
pub mod put;
mod reference_rows;
mod release;
pub mod row_encoder;
pub mod statements;
pub mod transaction;
mod undo;
pub mod undo_steps;

pub use counts::{Counts, Outcome};
pub use fact_encoder::{FactEncoder, RecordFacts, SameRecord};
pub use fact_key::key_of;
pub use put::NewFactOutcome;
pub use release::{ReleaseEnd, ReleaseImport, ReleaseInfo};
pub use transaction::{ImportInfo, RowError, Writer};
pub use undo::UndoOutcome;
