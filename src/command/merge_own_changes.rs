//! What was done in this copy, since another parted from it, to the rows that facts refer to.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::command::manual_input::stated;
use crate::command::reference_rows::{TABLES, class_of};
use crate::error::Result;
use crate::kind::reference_table::ReferenceTable;
use crate::store::{StatedFields, Store};

/// What was done in this copy to rows that facts refer to, since the two copies were the same.
#[derive(Debug, Default)]
pub struct OwnChanges {
    /// By the table and the name that a row had then: the name that it has now.
    names: HashMap<(&'static str, String), String>,
    /// By the same: what it stated then, in the fields that changed.
    before: HashMap<(&'static str, String), StatedFields>,
    /// Rows that were added since, by table and name.
    pub added: BTreeSet<(&'static str, String)>,
    /// Rows that were deleted since, by table and name.
    pub deleted: HashSet<(&'static str, String)>,
}

impl OwnChanges {
    /// What these imports did.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn since(store: &Store, imports: &[i64]) -> Result<OwnChanges> {
        let mut own = OwnChanges::default();
        for table in TABLES {
            for row in store.changed_rows(table, imports)? {
                let now = stated(&row.after, table.key[0]).to_owned();
                let Some(before) = row.before else {
                    own.added.insert((table.table, now));
                    continue;
                };
                let then = Some(stated(&before, table.key[0])).filter(|then| !then.is_empty());
                let then = (table.table, then.unwrap_or(&now).to_owned());
                own.before.insert(then.clone(), before);
                own.names.insert(then, now);
            }
            let deleted = store.deleted_rows(table, imports)?;
            own.deleted.extend(deleted.into_iter().map(|(name, _)| (table.table, name)));
        }
        Ok(own)
    }

    /// The name that a row of the other copy had when the two were the same, as far as it was changed
    /// here since.
    ///
    /// # Errors
    /// The other copy cannot be read.
    pub fn then(
        &self,
        table: &'static ReferenceTable,
        name: &str,
        other: &Store,
    ) -> Result<String> {
        let Some(class) = class_of(table).filter(|_| !self.has_changed(table.table, name)) else {
            return Ok(name.to_owned());
        };
        for (_, then) in self.names.keys().filter(|(of, _)| *of == table.table) {
            if other.usual_name(class, then)?.as_deref() == Some(name) {
                return Ok(then.clone());
            }
        }
        Ok(name.to_owned())
    }

    /// What a row stated when the two copies were the same; none if it was added since.
    pub fn base(
        &self,
        table: &'static ReferenceTable,
        (then, now): (&str, &str),
        ours: StatedFields,
    ) -> Option<StatedFields> {
        let is_another = then == now && self.renamed_to(table, now).is_some();
        if is_another || self.added.contains(&(table.table, now.to_owned())) {
            return None;
        }
        let before = self.before.get(&(table.table, then.to_owned()));
        let was = |(field, text): (String, String)| {
            let before = before.and_then(|before| before.iter().find(|(name, _)| *name == field));
            let text = before.map_or(text, |(_, text)| text.clone());
            (field, text)
        };
        Some(ours.into_iter().map(was).collect())
    }

    /// The name that a row has now, if it has another one.
    pub fn renamed(&self, table: &ReferenceTable, then: &str) -> Option<&str> {
        let now = self.names.get(&(table.table, then.to_owned()))?;
        Some(now.as_str()).filter(|now| *now != then)
    }

    /// The name that a row had then which has this one now, if it had another one.
    pub fn renamed_to(&self, table: &ReferenceTable, now: &str) -> Option<&str> {
        let is_it = |((of, then), name): &(&(&'static str, String), &String)| {
            *of == table.table && *name == now && then != now
        };
        self.names.iter().find(is_it).map(|((_, then), _)| then.as_str())
    }

    /// Whether a row was changed.
    pub fn has_changed(&self, table: &'static str, then: &str) -> bool {
        self.names.contains_key(&(table, then.to_owned()))
    }
}
