//! Changes of one record, field by field.

use std::collections::BTreeMap;

/// What a record states: fields and their text; a field that is not stated is not there.
pub type Fields = BTreeMap<String, String>;

/// A field that both sides changed, each its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConflict {
    /// The field.
    pub field: String,
    /// What this side states.
    pub ours: String,
    /// What the other side states.
    pub theirs: String,
}

/// What one side did to a record: for each field what it stated before the first change, and what it
/// states after the last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldChanges {
    changes: BTreeMap<String, (String, String)>,
}

impl FieldChanges {
    /// The changes from one state to another.
    #[must_use]
    pub fn between(before: &Fields, after: &Fields) -> FieldChanges {
        let mut changes = FieldChanges::default();
        changes.add(before, after);
        changes
    }

    /// Adds a later change.
    pub fn add(&mut self, before: &Fields, after: &Fields) {
        for field in before.keys().chain(after.keys()) {
            let text = |fields: &Fields| fields.get(field).cloned().unwrap_or_default();
            let (old, new) = (text(before), text(after));
            if old == new {
                continue;
            }
            self.changes.entry(field.clone()).or_insert_with(|| (old, String::new())).1 = new;
        }
        self.changes.retain(|_, (old, new)| old != new);
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Makes the changes in a record of the other side. Where that changed a field too, and
    /// differently, it stays as it is, and is listed.
    #[must_use]
    pub fn apply(&self, ours: &Fields) -> (Fields, Vec<FieldConflict>) {
        let mut merged = ours.clone();
        let mut conflicts = Vec::new();
        for (field, (old, new)) in &self.changes {
            let own = ours.get(field).map_or("", String::as_str);
            if own == new {
                continue;
            }
            if own != old {
                conflicts.push(FieldConflict {
                    field: field.clone(),
                    ours: own.to_owned(),
                    theirs: new.clone(),
                });
                continue;
            }
            set(&mut merged, field, new);
        }
        (merged, conflicts)
    }

    /// Makes the changes in a record, whatever it states.
    #[must_use]
    pub fn force(&self, ours: &Fields) -> Fields {
        let mut merged = ours.clone();
        self.changes.iter().for_each(|(field, (_, new))| set(&mut merged, field, new));
        merged
    }
}

fn set(fields: &mut Fields, field: &str, text: &str) {
    if text.is_empty() {
        fields.remove(field);
    } else {
        fields.insert(field.to_owned(), text.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(given: &[(&str, &str)]) -> Fields {
        given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn changes_of_different_fields_come_together() {
        let base = fields(&[("best", "5"), ("note", "n")]);
        let theirs = FieldChanges::between(&base, &fields(&[("best", "6")]));
        let ours = fields(&[("best", "5"), ("note", "n"), ("place", "Iraq")]);
        let merged = fields(&[("best", "6"), ("place", "Iraq")]);
        assert_eq!(theirs.apply(&ours), (merged, Vec::new()));
    }

    #[test]
    fn one_field_changed_twice_is_a_conflict_and_stays() {
        let base = fields(&[("best", "5")]);
        let theirs = FieldChanges::between(&base, &fields(&[("best", "6")]));
        let (merged, conflicts) = theirs.apply(&fields(&[("best", "7")]));
        assert_eq!(merged, fields(&[("best", "7")]));
        let told = FieldConflict { field: "best".into(), ours: "7".into(), theirs: "6".into() };
        assert_eq!(conflicts, [told]);
        assert_eq!(theirs.force(&merged), fields(&[("best", "6")]));
    }

    #[test]
    fn what_was_changed_and_changed_back_did_not_change() {
        let (five, six) = (fields(&[("best", "5")]), fields(&[("best", "6")]));
        let mut changes = FieldChanges::between(&five, &six);
        changes.add(&six, &five);
        assert!(changes.is_empty());
    }

    fn some_fields() -> impl Strategy<Value = Fields> {
        prop::collection::btree_map("[abc]", "[xyz]", 0..4)
    }

    proptest! {
        #[test]
        fn both_directions_agree_but_for_conflicts(base in some_fields(), a in some_fields(), b in some_fields()) {
            let (of_a, of_b) = (FieldChanges::between(&base, &a), FieldChanges::between(&base, &b));
            let (one, conflicts) = of_b.apply(&a);
            let (other, same) = of_a.apply(&b);
            let names = |conflicts: &[FieldConflict]| {
                conflicts.iter().map(|conflict| conflict.field.clone()).collect::<Vec<_>>()
            };
            prop_assert_eq!(names(&conflicts), names(&same));
            for field in one.keys().chain(other.keys()) {
                let is_contested = conflicts.iter().any(|conflict| conflict.field == *field);
                prop_assert!(is_contested || one.get(field) == other.get(field));
            }
            // merging again adds nothing
            let (again, _) = of_b.apply(&one);
            prop_assert_eq!(again, one);
        }
    }
}
