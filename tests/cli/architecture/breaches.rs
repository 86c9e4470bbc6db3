//! What breaks the rules today: the file, and what stands there. Each list may only shrink: a test
//! fails at what is not listed, and at what is listed and no longer there.

/// A module that the file's own may not use.
pub const DEPENDENCIES: &[(&str, &str)] = &[];

/// A crate that belongs to another module.
pub const CRATES: &[(&str, &str)] = &[];

/// A macro, an attribute or a path that is used nowhere.
pub const FORBIDDEN: &[(&str, &str)] = &[];

/// The clock, the environment or the file system.
pub const WORLD: &[(&str, &str)] = &[];

/// The beginning of a statement.
pub const SQL: &[(&str, &str)] = &[];

/// The name of a kind.
pub const KINDS: &[(&str, &str)] = &[];

/// A name of a type that is declared elsewhere too.
pub const TYPES: &[(&str, &str)] = &[];
