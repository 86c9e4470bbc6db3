//! What a merge did, and what it leaves to people.

use std::path::Path;

use crate::command::global_args::GlobalArgs;
use crate::command::manual_input::ManualFields;
use crate::command::ui::Ui;
use crate::error::Result;
use crate::merge::Fields;
use crate::render::Heading;
use crate::value::Value;
use crate::value::text::count;

/// What both sides changed, each its own way; it stays as it is here.
pub struct MergeConflict {
    /// The fact, or the row of a table.
    pub name: String,
    /// The field.
    pub field: String,
    /// What is stated here.
    pub ours: String,
    /// What is stated there.
    pub theirs: String,
}

/// What a merge did.
#[derive(Default)]
pub struct MergeReport {
    /// Facts that are new here.
    pub added: u64,
    /// Facts that changed.
    pub changed: u64,
    /// Facts that were retired.
    pub retired: u64,
    /// Rows that facts refer to.
    pub rows: u64,
    /// What stays, and has to be looked at.
    pub conflicts: Vec<MergeConflict>,
}

impl MergeReport {
    /// Shows the conflicts.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn show(&self, global: &GlobalArgs, ui: &mut Ui) -> Result<()> {
        if self.conflicts.is_empty() && global.format.is_none() && global.output.is_none() {
            return Ok(());
        }
        let headings = ["ref", "field", "here", "there"].map(Heading::text).into();
        ui.rows(global, headings, Vec::new(), |row| {
            for MergeConflict { name, field, ours, theirs } in &self.conflicts {
                let cell = |text: &str| {
                    if text.is_empty() { Value::Null } else { Value::Text(text.to_owned().into()) }
                };
                row(&[cell(name), cell(field), cell(ours), cell(theirs)])?;
            }
            Ok(self.conflicts.len() as u64)
        })?;
        Ok(())
    }

    /// Says what was done.
    pub fn say(&self, other: &Path, imports: u64, dry_run: bool, ui: &mut Ui) {
        let other = other.display();
        if imports == 0 && self.changed + self.retired + self.added == 0 {
            ui.status(&format!("{other}: nothing new"));
            return;
        }
        let mut parts = Vec::new();
        for (n, what) in
            [(self.added, "added"), (self.changed, "changed"), (self.retired, "retired")]
        {
            if n > 0 {
                parts.push(format!("{} {what}", count(n, "fact", "facts")));
            }
        }
        if self.rows > 0 {
            parts.push(rows(self.rows));
        }
        if parts.is_empty() {
            parts.push("nothing that was not here".into());
        }
        let end = if dry_run { "; nothing was written" } else { "" };
        ui.status(&format!(
            "{other}: {}: {}{end}",
            count(imports, "import", "imports"),
            parts.join(", ")
        ));
        if !self.conflicts.is_empty() {
            ui.status(&format!(
                "{}: what is here stays; edit it, or take a fact of the other copy with --theirs REF",
                count(self.conflicts.len() as u64, "conflict", "conflicts")
            ));
        }
    }
}

/// How many rows that facts refer to were written, in words.
pub fn rows(rows: u64) -> String {
    format!("{} of sources, topics, names and texts", count(rows, "row", "rows"))
}

/// What is stated, field by field.
pub fn map(stated: &ManualFields) -> Fields {
    stated.iter().filter(|(_, text)| !text.is_empty()).cloned().collect()
}
