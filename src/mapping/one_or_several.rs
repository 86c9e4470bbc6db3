//! One text, or a list of them.

use serde::Deserialize;

/// One text or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrSeveral {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl OneOrSeveral {
    /// Each of them.
    #[must_use]
    pub fn list(&self) -> &[String] {
        match self {
            OneOrSeveral::One(one) => std::slice::from_ref(one),
            OneOrSeveral::Several(several) => several,
        }
    }
}
