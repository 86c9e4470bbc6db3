//! What the rows of a file or sheet do to what they came from, whatever that is: `facts edit --from`.

use std::collections::HashMap;
use std::path::Path;

use crate::command::edits::Edits;
use crate::command::manual_input::{Fault, ManualFields, VERSION, stated};
use crate::command::records::RecordFile;
use crate::command::rejected_rows::RejectedRecords;
use crate::error::{Result, Stop};
use crate::kind::Field;
use crate::render::in_workbook;
use crate::store::Writer;

/// The column that says what a row was made of: a fact's reference, or the name of a row of a table.
pub const REF: &str = "ref";

/// The column that says why a fact is to be retired, or that a row is to be deleted.
pub const DELETE: &str = "delete";

/// What became of the rows of a sheet beside those that changed something.
#[derive(Debug, Default)]
pub struct SheetEdits {
    /// What is new.
    pub added: u64,
    /// What was retired or deleted.
    pub retired: u64,
    /// Rows of what was changed meanwhile, and stays as it is.
    pub conflicts: Vec<String>,
}

impl SheetEdits {
    /// Notes that a row cannot be applied.
    pub fn conflict(&mut self, name: &str, what: &str) {
        self.conflicts.push(format!(
            "conflict: {name} was {what} since the sheet was made, and stays as it is"
        ));
    }
}

/// Applies each record of a file. No two may have the same name in the column that `name_of` names.
/// What is wrong goes to `edits`, or to `rejected` if such rows are to be skipped.
///
/// # Errors
/// The file cannot be read, or the database cannot be written.
pub fn each(
    file: &Path,
    name_of: impl Fn(&ManualFields) -> &'static str,
    (writer, edits): (&mut Writer<'_>, &mut Edits),
    mut rejected: Option<&mut RejectedRecords>,
    mut apply: impl FnMut(&ManualFields, &mut Writer<'_>, &mut Edits) -> Result<(), Stop<Vec<Fault>>>,
) -> Result<()> {
    let file = RecordFile::read(file)?;
    edits.faults.extend(file.faults.iter().cloned());
    match &mut rejected {
        Some(rejected) => rejected.add_broken(file.broken),
        None => edits.faults.extend(file.broken.into_iter().map(|(_, fault)| fault)),
    }
    edits.file.clone_from(&file.shown);
    let mut seen: HashMap<&str, u64> = HashMap::new();
    for record in &file.records {
        writer.stand_at(record.line);
        let column = name_of(&record.fields);
        let name = stated(&record.fields, column).trim();
        let earlier = seen.insert(name, record.line).filter(|_| !name.is_empty());
        let done = match earlier {
            Some(line) => {
                let expected = format!("there already, on line {line}");
                Err(Stop::Input(vec![Fault::of(column, name, expected)]))
            }
            None => writer.or_nothing(|writer| apply(&record.fields, writer, edits)),
        };
        match done {
            Ok(()) => {}
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Input(faults)) => {
                let faults = faults.into_iter().map(|fault| record.placed(fault, &file.shown));
                match &mut rejected {
                    Some(rejected) => rejected.add(record.fields.clone(), faults.collect()),
                    None => edits.faults.extend(faults),
                }
            }
        }
    }
    Ok(())
}

/// What the column [`DELETE`] of a row says; nothing where it says no.
#[must_use]
pub fn delete_of(fields: &ManualFields) -> &str {
    let told = stated(fields, DELETE).trim();
    let is_no = ["no", "n", "0", "false"].iter().any(|no| told.eq_ignore_ascii_case(no));
    if is_no { "" } else { told }
}

/// The cells of a row that state something else than before, but for the columns about it. An empty
/// cell removes the value if `empties`, and changes nothing otherwise.
pub fn changed(
    fields: &ManualFields,
    before: &ManualFields,
    empties: bool,
    field: impl Fn(&str) -> Option<&'static Field>,
) -> ManualFields {
    let is_about = |name: &str| {
        [DELETE, VERSION, REF].contains(&name) || field(name).is_some_and(|field| !field.is_given())
    };
    fields
        .iter()
        .filter(|(name, value)| !is_about(name) && (empties || !value.trim().is_empty()))
        .filter(|(name, value)| {
            let old = stated(before, name);
            let is_default = value.trim().is_empty()
                && field(name).is_some_and(|field| field.default == Some(old));
            !is_same(field(name), old, value) && !is_default
        })
        .cloned()
        .collect()
}

/// Whether a cell states what was stated: spreadsheets write line ends and numbers their own way,
/// and cut texts that are too long for them.
fn is_same(field: Option<&Field>, old: &str, cell: &str) -> bool {
    if old == cell || in_sheet(old) == in_sheet(cell) {
        return true;
    }
    field.is_some_and(|field| {
        matches!((field.ty.parse(old), field.ty.parse(cell)), (Ok(old), Ok(cell)) if old == cell)
    })
}

fn in_sheet(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' | '\n' => {
                // LibreOffice takes both, in either order, for the end of one line
                rest.next_if(|next| matches!(next, '\r' | '\n') && *next != c);
                kept.push('\n');
            }
            c if c.is_control() && c != '\t' => {}
            c => kept.push(c),
        }
    }
    in_workbook(&kept).trim().to_owned()
}
