//! The cells that an edit changes, and what is wrong with them.

use crate::command::global_args::GlobalArgs;
use crate::command::manual_input::{self, Fault, ManualFields, stated};
use crate::command::reference_rows;
use crate::command::targets;
use crate::command::ui::Ui;
use crate::error::{Result, Stop};
use crate::kind::reference_table::ReferenceTable;
use crate::kind::{Field, KINDS, Need};
use crate::render::Heading;
use crate::store::{LiveFact, Outcome, StatedFields, Store, Writer};
use crate::value::Value;

/// A cell that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// The fact, or the row of a table.
    pub name: String,
    /// Its field.
    pub field: String,
    /// What it stated.
    pub old: String,
    /// What it states now.
    pub new: String,
}

/// What is changed, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Edits {
    /// The cells.
    pub changes: Vec<CellChange>,
    /// How many facts or rows have them.
    pub changed: u64,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What messages call the file that they come from, if they do.
    pub file: String,
}

impl Edits {
    /// Changes fields of facts.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn facts(
        &mut self,
        facts: Vec<(String, String)>,
        fields: &ManualFields,
        store: &Store,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        for (source, key) in facts {
            let fact = targets::one_fact(store, &source, &key)?;
            match self.fact(&fact, fields, store, writer) {
                Ok(()) => {}
                Err(Stop::Input(faults)) => self.faults.extend(faults),
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Changes fields of a fact.
    ///
    /// # Errors
    /// The database cannot be written; what is wrong with the changed fact is in the outcome.
    pub fn fact(
        &mut self,
        fact: &LiveFact,
        fields: &ManualFields,
        store: &Store,
        writer: &mut Writer<'_>,
    ) -> Result<(), Stop<Vec<Fault>>> {
        let before = &fact.stated;
        let reference = format!("{}:{}", stated(before, "source"), stated(before, "key"));
        let fixed = fields.iter().filter(|(name, value)| {
            matches!(name.as_str(), "key" | "source") && value != stated(before, name)
        });
        let faults: Vec<Fault> = fixed
            .map(|(name, value)| {
                let expected = format!(
                    "part of the reference {reference}, which stays; retire the fact and add it anew"
                );
                Fault::of(name, value, expected)
            })
            .collect();
        if !faults.is_empty() {
            return Err(Stop::Input(faults));
        }
        let mut after = with(before, fields);
        // another quote stands elsewhere, unless somebody says where
        let has = |name: &str| fields.iter().any(|(field, _)| field == name);
        if has("quote") && !has("locator") && stated(before, "locator").starts_with("char=") {
            after.retain(|(field, _)| field != "locator");
        }
        let is_same_place =
            !stated(&after, "locator").is_empty() || !has("quote") && !has("locator");
        let outcome = manual_input::put(fact.kind, &after, writer)?;
        if !matches!(outcome, Outcome::Unchanged | Outcome::ColumnsOnly) {
            if !is_same_place {
                // where the quote was found now
                let (source, key) = (stated(before, "source"), stated(before, "key"));
                let now = store.live_facts(KINDS, source, key)?.pop();
                let found = now.map(|fact| stated(&fact.stated, "locator").to_owned());
                after.retain(|(field, _)| field != "locator");
                after.extend(found.map(|found| ("locator".to_owned(), found)));
            }
            self.note(&reference, before, &after);
        }
        Ok(())
    }

    /// Changes fields of rows of a table.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn rows(
        &mut self,
        table: &'static ReferenceTable,
        rows: Vec<StatedFields>,
        fields: &ManualFields,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let key = table.key[0];
        let declared: Vec<&'static Field> = table.fields.iter().collect();
        for before in rows {
            let name = stated(&before, key).to_owned();
            let whole = with(&before, fields);
            if whole.iter().all(|(field, value)| stated(&before, field) == value) {
                continue;
            }
            let mut after = whole.clone();
            let new_name = stated(&after, key).to_owned();
            if new_name != name && !new_name.is_empty() {
                let renamed = match reference_rows::class_of(table) {
                    Some(class) => writer.rename(class, &name, &new_name),
                    None => {
                        Err(Stop::Input(format!("the {key} of a row of {} stays", table.table)))
                    }
                };
                match renamed {
                    Ok(()) => {}
                    Err(Stop::Failed(error)) => return Err(error),
                    Err(Stop::Input(expected)) => {
                        self.faults.push(Fault::of(key, &new_name, expected));
                        continue;
                    }
                }
            }
            let is_required =
                |name: &str| table.field(name).is_some_and(|field| field.need == Need::Required);
            after.retain(|(name, _)| {
                is_required(name) || fields.iter().any(|(changed, _)| changed == name)
            });
            let row = match manual_input::check(&after, &declared, false) {
                Ok(row) => row,
                Err((_, faults)) => {
                    self.faults.extend(faults);
                    continue;
                }
            };
            match writer.put_reference(table, &row) {
                Ok(_) => self.note(&format!("{} {name}", table.table), &before, &whole),
                Err(Stop::Input(refused)) => self.faults.push(Fault::refused(refused, &after)),
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Remembers what became of a row.
    fn note(&mut self, name: &str, before: &ManualFields, after: &ManualFields) {
        self.changed += 1;
        let gone = before.iter().map(|(field, _)| field);
        let fields = after.iter().map(|(field, _)| field);
        let mut seen: Vec<&String> = Vec::new();
        for field in fields.chain(gone) {
            let (old, new) = (stated(before, field), stated(after, field));
            if old != new && !seen.contains(&field) {
                seen.push(field);
                self.changes.push(CellChange {
                    name: name.to_owned(),
                    field: field.clone(),
                    old: old.to_owned(),
                    new: new.to_owned(),
                });
            }
        }
    }

    /// Shows the cells that change.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn show(&self, global: &GlobalArgs, ui: &mut Ui) -> Result<()> {
        let is_asked = global.format.is_some() || global.output.is_some();
        if !is_asked && (self.changes.is_empty() || global.quiet) {
            return Ok(());
        }
        let headings = ["ref", "field", "old", "new"].map(Heading::text).into();
        ui.rows(global, headings, Vec::new(), |row| {
            for CellChange { name, field, old, new } in &self.changes {
                let cell = |text: &str| {
                    if text.is_empty() { Value::Null } else { Value::Text(text.to_owned().into()) }
                };
                row(&[cell(name), cell(field), cell(old), cell(new)])?;
            }
            Ok(self.changes.len() as u64)
        })?;
        Ok(())
    }
}

/// What a row states when some of its fields change.
fn with(before: &ManualFields, fields: &ManualFields) -> ManualFields {
    let mut after = before.clone();
    for (name, value) in fields {
        after.retain(|(known, _)| known != name);
        after.push((name.clone(), value.clone()));
        // a date that goes takes with it what is said of it
        if name == "date" && value.is_empty() {
            after.retain(|(known, _)| !known.starts_with("date_"));
        }
    }
    after
}
