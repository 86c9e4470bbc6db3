//! What imports of the other copy did to a fact.

use crate::command::merge_report::map;
use crate::merge::{FieldChanges, Fields};
use crate::store::{ChangedFact, FactVersion};

/// One import's change of a fact: what it stated before, and states after it.
pub struct ChangeStep {
    /// The number of the import there.
    pub import: i64,
    pub before: Fields,
    /// None: it was retired.
    pub after: Option<Fields>,
}

/// What imports did to a fact.
pub struct TheirChanges<'f> {
    /// One change after the other.
    pub steps: Vec<ChangeStep>,
    /// All of them in one.
    pub changes: FieldChanges,
    /// What it states after them; none: they retired it.
    pub after: Option<Fields>,
    /// The version that they retired last.
    pub retired: Option<&'f FactVersion>,
    /// The last of them that did anything to it.
    pub import: i64,
}

impl TheirChanges<'_> {
    /// Whether the fact was there before.
    pub fn is_of_older_fact(&self) -> bool {
        self.steps.first().is_some_and(|step| !step.before.is_empty())
    }
}

/// What imports, in this order, did to a fact; none if nothing of it.
pub fn changes<'f>(fact: &'f ChangedFact, imports: &[i64]) -> Option<TheirChanges<'f>> {
    let mut found: Option<TheirChanges<'f>> = None;
    for import in imports {
        let before = fact.versions.iter().find(|version| version.retired_by == Some(*import));
        let after = fact.versions.iter().find(|version| version.import == *import);
        if before.is_none() && after.is_none() {
            continue;
        }
        let theirs = found.get_or_insert_with(|| TheirChanges {
            steps: Vec::new(),
            changes: FieldChanges::default(),
            after: None,
            retired: None,
            import: *import,
        });
        theirs.import = *import;
        // what comes again after it was retired is compared with what it was
        let earlier = before.or(theirs.retired).map(|version| map(&version.stated));
        let earlier = earlier.unwrap_or_default();
        theirs.after = after.map(|after| map(&after.stated));
        if let Some(after) = &theirs.after {
            theirs.changes.add(&earlier, after);
        }
        theirs.steps.push(ChangeStep {
            import: *import,
            before: earlier,
            after: theirs.after.clone(),
        });
        if before.is_some() {
            theirs.retired = before;
        }
    }
    found
}
