//! Looking at a database as a whole: its state, history, differences, soundness and copies, and SQL
//! of a user's own.

mod backup;
mod changes;
mod diff;
mod integrity;
mod public_copy;
mod sandbox;
mod status;

pub use changes::{ChangedFact, ChangedRow, FactVersion, ImportRecord};
pub use diff::{FactChange, compared};
pub use sandbox::{SqlColumn, SqlLimits};
pub use status::{History, KindCount, Status};
