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

    /// Applies the changes to `ours`. A field that `ours` changed differently keeps its value and is
    /// returned as a conflict.
    #[must_use]
    pub fn apply(&self, ours: &Fields) -> (Fields, Vec<FieldConflict>) {
        self.apply_after(ours, &[], &[])
    }

    /// The same, where it is known which states each side went through since the two were the same:
    /// whoever went on from the other's value has the later one.
    #[must_use]
    pub fn apply_after(
        &self,
        ours: &Fields,
        ours_before: &[Fields],
        theirs_before: &[Fields],
    ) -> (Fields, Vec<FieldConflict>) {
        let went_through = |states: &[Fields], field: &str, value: &str| {
            states.iter().any(|state| state.get(field).map_or("", String::as_str) == value)
        };
        let mut merged = ours.clone();
        let mut conflicts = Vec::new();
        for (field, (old, new)) in &self.changes {
            let own = ours.get(field).map_or("", String::as_str);
            if own == new {
                continue;
            }
            let they_went_on = went_through(theirs_before, field, own);
            let we_went_on = went_through(ours_before, field, new);
            if own != old && we_went_on && !they_went_on {
                continue;
            }
            if own != old && (!they_went_on || we_went_on) {
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

    /// Whether a record states all of it already.
    #[must_use]
    pub fn is_in(&self, ours: &Fields) -> bool {
        let (merged, conflicts) = self.apply(ours);
        conflicts.is_empty() && merged == *ours
    }

    /// The changes of some fields alone.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&str) -> bool) -> FieldChanges {
        let changes = self.changes.iter().filter(|(field, _)| wanted(field));
        FieldChanges {
            changes: changes.map(|(field, both)| (field.clone(), both.clone())).collect(),
        }
    }

    /// Whether a field changed.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.changes.contains_key(field)
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
    fn whoever_went_on_from_the_others_value_has_the_later_one() {
        let [one, two, three] = ["1", "2", "3"].map(|best| fields(&[("best", best)]));
        let theirs = FieldChanges::between(&one, &three);
        let went_on = theirs.apply_after(&two, &[], &[two.clone(), three.clone()]);
        assert_eq!(went_on, (three.clone(), Vec::new()), "theirs went from 1 over 2 to 3");
        let ours = FieldChanges::between(&one, &two);
        let stays = ours.apply_after(&three, &[two.clone(), three.clone()], &[two]);
        assert_eq!(stays, (three, Vec::new()), "ours went from 1 over 2 to 3");
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
