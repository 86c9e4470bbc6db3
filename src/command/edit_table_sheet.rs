//! `facts edit TABLE --from`: the rows of a file or sheet, compared with those of a table that facts
//! refer to.

use std::path::Path;

use crate::command::add;
use crate::command::edits::Edits;
use crate::command::manual_input::{Fault, ManualFields, VERSION, stated};
use crate::command::reference_rows;
use crate::command::rejected_rows::RejectedRecords;
use crate::command::sheet_rows::{self, DELETE, REF, SheetEdits, delete_of};
use crate::error::{Result, Stop};
use crate::kind::reference_table::ReferenceTable;
use crate::store::{StatedFields, Store, Writer};

/// Reads a file and writes what its rows change in a table. A row is known by the column `ref`, and by
/// its name where the file has no such column; others are new.
///
/// # Errors
/// The file cannot be read, or the database cannot be written.
pub fn apply(
    file: &Path,
    table: &'static ReferenceTable,
    (store, writer): (&Store, &mut Writer<'_>),
    edits: &mut Edits,
    rejected: Option<&mut RejectedRecords>,
) -> Result<SheetEdits> {
    let known = reference_rows::matching(store, table, &[])?;
    let mut sheet = SheetEdits::default();
    let name_of = |fields: &ManualFields| if has_ref(fields) { REF } else { table.key[0] };
    sheet_rows::each(file, name_of, (writer, edits), rejected, |fields, writer, edits| {
        let name = stated(fields, name_of(fields)).trim();
        let before = known.iter().find(|row| stated(row, table.key[0]) == name);
        TableRow { table, fields, sheet: &mut sheet }.apply(name, before, writer, edits)
    })?;
    Ok(sheet)
}

fn has_ref(fields: &ManualFields) -> bool {
    fields.iter().any(|(name, _)| name == REF)
}

/// A row of a sheet.
struct TableRow<'a> {
    table: &'static ReferenceTable,
    fields: &'a ManualFields,
    sheet: &'a mut SheetEdits,
}

impl TableRow<'_> {
    fn apply(
        &mut self,
        name: &str,
        before: Option<&StatedFields>,
        writer: &mut Writer<'_>,
        edits: &mut Edits,
    ) -> Result<(), Stop<Vec<Fault>>> {
        let delete = delete_of(self.fields);
        let fault = |field: &str, value: &str, expected: &str| {
            Err(Stop::Input(vec![Fault::of(field, value, expected)]))
        };
        let Some(before) = before else {
            let is_new = name.is_empty() || !has_ref(self.fields);
            return match (is_new, delete) {
                (true, "") => self.add(writer),
                (true, delete) => {
                    fault(DELETE, delete, "a new row has nothing to delete: empty the cell")
                }
                // another row of the sheet may have made it go, or another person
                (false, "") if stated(self.fields, VERSION).trim().is_empty() => {
                    let one = reference_rows::one_of(self.table);
                    fault(REF, name, &format!("unknown {one}"))
                }
                (false, "") => {
                    self.sheet.conflict(name, "deleted or renamed");
                    Ok(())
                }
                (false, _) => Ok(()),
            };
        };
        let version = stated(self.fields, VERSION).trim();
        let is_current = version.is_empty() || version == reference_rows::version(before);
        if !delete.is_empty() {
            if !is_current {
                self.sheet.conflict(name, "changed");
                return Ok(());
            }
            writer
                .delete_reference(self.table, name)
                .map_err(|stop| stop.map(|users| vec![Fault::of(DELETE, delete, users)]))?;
            self.sheet.retired += 1;
            return Ok(());
        }
        let field = |name: &str| self.table.field(name);
        let changed = sheet_rows::changed(self.fields, before, !version.is_empty(), field);
        if changed.is_empty() {
            return Ok(());
        }
        if !is_current {
            self.sheet.conflict(name, "changed");
            return Ok(());
        }
        let earlier = edits.faults.len();
        edits.rows(self.table, vec![before.clone()], &changed, writer)?;
        match edits.faults.split_off(earlier) {
            faults if faults.is_empty() => Ok(()),
            faults => Err(Stop::Input(faults)),
        }
    }

    fn add(&mut self, writer: &mut Writer<'_>) -> Result<(), Stop<Vec<Fault>>> {
        let is_about = |name: &str| [DELETE, VERSION, REF].contains(&name);
        let stated =
            self.fields.iter().filter(|(name, value)| !is_about(name) && !value.is_empty());
        let row: ManualFields = stated.cloned().collect();
        self.sheet.added += u64::from(add::put_reference(self.table, &row, writer)?.is_new);
        Ok(())
    }
}
