//! Actors and places: what a name or code means, who is new, and names that change hands.

mod country_names;
pub mod labels;
pub mod lookup;
pub mod merge;
pub mod name_cache;
mod name_rows;
pub(in crate::store) mod new_names;
mod resolve;
mod several;

pub use lookup::EntityClass;
pub use merge::LinkOutcome;
