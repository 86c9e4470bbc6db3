//! Actors and places: what a name or code means, who is new, and names that change hands.

pub mod lookup;
pub mod merge;
pub mod name_cache;
mod resolve;

pub use lookup::EntityClass;
pub use merge::LinkOutcome;
