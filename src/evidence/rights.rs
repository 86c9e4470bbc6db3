//! What of a source may be passed on: one rule for all that leaves a database for others.

/// What may be passed on of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// All of it, as far as the database knows.
    Whole,
    /// Its facts, each with a passage, and no text or column beside them.
    Excerpt,
    /// That it exists: its citation, and none of its facts.
    Citation,
    /// Nothing, not even that it exists.
    Nothing,
}

impl Rights {
    /// Returns what the fields `redistribution` and `restricted` of a source allow.
    #[must_use]
    pub fn of(redistribution: Option<&str>, restricted: Option<&str>) -> Rights {
        match (restricted, redistribution) {
            (Some("yes"), _) => Rights::Nothing,
            (_, Some("no")) => Rights::Citation,
            (_, Some("excerpt")) => Rights::Excerpt,
            _ => Rights::Whole,
        }
    }

    /// Whether facts of the source may be passed on.
    #[must_use]
    pub fn has_facts(self) -> bool {
        matches!(self, Rights::Whole | Rights::Excerpt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restricted_source_is_withheld_whatever_else_is_allowed() {
        assert_eq!(Rights::of(Some("yes"), Some("yes")), Rights::Nothing);
        assert_eq!(Rights::of(Some("no"), Some("no")), Rights::Citation);
        assert_eq!(Rights::of(Some("excerpt"), None), Rights::Excerpt);
        assert_eq!(Rights::of(None, None), Rights::Whole);
    }
}
