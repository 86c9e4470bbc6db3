//! The rows that facts refer to, in a merge: sources, topics, actors, places, texts, and whom names
//! mean.

use std::collections::HashMap;

use crate::command::manual_input::{self, stated};
use crate::command::merge_own_changes::OwnChanges;
use crate::command::merge_report::{MergeConflict, MergeReport, map};
use crate::command::names::LINKED;
use crate::command::reference_rows::{TABLES, class_of};
use crate::error::{Result, Stop};
use crate::kind::reference_table::{
    ACTORS, NAMES, PLACES, ReferenceTable, SOURCES, TEXTS, TOPICS, WORDING_SCHEME,
};
use crate::kind::{Field, Kind};
use crate::merge::FieldChanges;
use crate::store::{
    ChangedRow, EntityClass, ImportRecord, LinkOutcome, Outcome, StatedFields, Store, Writer,
};
use crate::value::Type;
use crate::value::text::BETWEEN_NAMES;

/// Deletes the rows that these imports deleted, or merges those that they merged into another, unless
/// they were changed here or are in use.
///
/// # Errors
/// A database cannot be read or written.
pub fn deletions(
    other: &Store,
    (new, numbers): (&[i64], &HashMap<i64, i64>),
    own: &OwnChanges,
    writer: &mut Writer<'_>,
    report: &mut MergeReport,
) -> Result<()> {
    for table in TABLES {
        let deleted = other.deleted_rows(table, new)?;
        let left = if deleted.is_empty() { Vec::new() } else { all_rows(other, table)? };
        for (name, import) in deleted {
            let is_changed = own.has_changed(table.table, &name);
            // what came again under its name is there
            if left.iter().any(|row| stated(row, table.key[0]) == name)
                || !is_changed && writer.row(table, &name)?.is_none()
            {
                continue;
            }
            let class = class_of(table);
            let merged = match class {
                Some(class) => other.usual_name(class, &name)?,
                None => None,
            };
            let mut contested = |ours: String| {
                report.conflicts.push(MergeConflict {
                    name: format!("{} {name}", table.table),
                    field: String::new(),
                    ours,
                    theirs: merged
                        .as_ref()
                        .map_or_else(|| "deleted".to_owned(), |into| format!("merged into {into}")),
                });
            };
            if is_changed {
                contested("changed".to_owned());
                continue;
            }
            writer.write_as(numbers[&import]);
            if let (Some(class), Some(into)) = (class, &merged) {
                match writer.link(class, &name, into, true)? {
                    LinkOutcome::Done(..) => report.rows += 1,
                    _ => contested(name.clone()),
                }
                continue;
            }
            match writer.delete_reference(table, &name) {
                Ok(()) => report.rows += 1,
                Err(Stop::Input(users)) => contested(users),
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Brings the sources, topics, actors, places and texts of the new imports.
///
/// # Errors
/// A database cannot be read or written.
pub fn rows(
    other: &Store,
    (new, numbers): (&[i64], &HashMap<i64, i64>),
    own: &OwnChanges,
    writer: &mut Writer<'_>,
    report: &mut MergeReport,
) -> Result<()> {
    for table in TABLES {
        for row in other.changed_rows(table, new)? {
            writer.write_as(numbers[&row.import]);
            merge_row(table, &row, (other, own), writer, report)?;
        }
    }
    for row in other.changed_rows(&TEXTS, new)? {
        writer.write_as(numbers[&row.import]);
        merge_text(&row, writer, report)?;
    }
    settle(writer, report)
}

/// Sets whom actors and places belong to.
fn settle(writer: &mut Writer<'_>, report: &mut MergeReport) -> Result<()> {
    for (_, refused) in writer.settle()?.refused {
        report.conflicts.push(MergeConflict {
            name: "names".into(),
            field: refused.field.to_owned(),
            ours: String::new(),
            theirs: refused.expected,
        });
    }
    Ok(())
}

fn merge_row(
    table: &'static ReferenceTable,
    row: &ChangedRow,
    (other, own): (&Store, &OwnChanges),
    writer: &mut Writer<'_>,
    report: &mut MergeReport,
) -> Result<()> {
    let key = table.key[0];
    let mut name = stated(&row.after, key).to_owned();
    if let (Some(class), Some(before)) = (class_of(table), &row.before) {
        let old = match stated(before, key) {
            "" => name.clone(),
            old => old.to_owned(),
        };
        let mut contested = |ours: &str, theirs: &str| {
            report.conflicts.push(MergeConflict {
                name: format!("{} {old}", table.table),
                field: key.to_owned(),
                ours: ours.to_owned(),
                theirs: theirs.to_owned(),
            });
        };
        if let Some(here) = own.renamed(table, &old) {
            // the row is followed to the name that it has here
            if old != name && here != name {
                contested(here, &name);
            }
            here.clone_into(&mut name);
        } else if old != name && writer.row(table, &old)?.is_some() {
            match writer.rename(class, &old, &name) {
                Ok(()) => report.rows += 1,
                // it keeps the name that it has here
                Err(Stop::Input(_)) => {
                    contested(&old, &name);
                    old.clone_into(&mut name);
                }
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
    }
    if row.before.is_none() {
        if let Some(then) = own.renamed_to(table, &name) {
            // somebody else got this name here
            report.conflicts.push(MergeConflict {
                name: format!("{} {name}", table.table),
                field: key.to_owned(),
                ours: format!("now the name of {then}"),
                theirs: "somebody new".to_owned(),
            });
            return Ok(());
        }
        report.rows += u64::from(follow_newcomer(table, &name, (other, own), writer)?);
    }
    let Some(ours) = writer.row(table, &name)? else {
        // another copy's actor may be a further name of somebody here
        let is_known = match class_of(table) {
            Some(class) => writer.has_name(class, &name)?,
            None => false,
        };
        match &row.before {
            None if is_known => {}
            None => put(table, &row.after, &name, writer, report)?,
            // what was there when the copies were the same, and is here no more
            Some(before) => gone(table, (&name, is_known), (before, &row.after), report),
        }
        return Ok(());
    };
    let before = row.before.clone().unwrap_or_default();
    let after: StatedFields = match &row.before {
        // of a row that was there only what changed counts
        Some(before) => row
            .after
            .iter()
            .filter(|(field, _)| before.iter().any(|(changed, _)| changed == field))
            .cloned()
            .collect(),
        None => row.after.clone(),
    };
    let without = |mut fields: StatedFields| {
        fields.retain(|(field, _)| field != key);
        map(&fields)
    };
    let changes = FieldChanges::between(&without(before), &without(after));
    let (merged, contested) = changes.apply(&map(&ours));
    for contested in contested {
        report.conflicts.push(MergeConflict {
            name: format!("{} {name}", table.table),
            field: contested.field,
            ours: contested.ours,
            theirs: contested.theirs,
        });
    }
    if merged != map(&ours) {
        let all = table.fields.iter().map(|field| {
            let text = merged.get(field.name).cloned().unwrap_or_default();
            (field.name.to_owned(), text)
        });
        put(table, &all.collect(), &name, writer, report)?;
    }
    Ok(())
}

/// Gives a row that both copies added the name that only the other gave it later; whether there is one.
fn follow_newcomer(
    table: &'static ReferenceTable,
    name: &str,
    (other, own): (&Store, &OwnChanges),
    writer: &mut Writer<'_>,
) -> Result<bool> {
    let Some(class) = class_of(table) else { return Ok(false) };
    if writer.row(table, name)?.is_some() {
        return Ok(false);
    }
    for (_, added) in own.added.iter().filter(|(of, _)| *of == table.table) {
        if other.usual_name(class, added)?.as_deref() == Some(name)
            && writer.row(table, added)?.is_some()
        {
            return match writer.rename(class, added, name) {
                Ok(()) => Ok(true),
                Err(Stop::Input(_)) => Ok(false),
                Err(Stop::Failed(error)) => Err(error),
            };
        }
    }
    Ok(false)
}

/// Tells of a row that was changed there and deleted here, or merged into another: as a row, as the other
/// direction tells it.
fn gone(
    table: &ReferenceTable,
    (name, is_merged): (&str, bool),
    (before, after): (&StatedFields, &StatedFields),
    report: &mut MergeReport,
) {
    let ours = if is_merged { "merged into another" } else { "deleted" };
    let changed = before.iter().filter(|(field, old)| stated(after, field) != old);
    let told: Vec<String> =
        changed.map(|(field, _)| format!("{field}: {}", stated(after, field))).collect();
    if !told.is_empty() {
        report.conflicts.push(MergeConflict {
            name: format!("{} {name}", table.table),
            field: String::new(),
            ours: ours.to_owned(),
            theirs: told.join(BETWEEN_NAMES),
        });
    }
}

fn put(
    table: &'static ReferenceTable,
    given: &StatedFields,
    name: &str,
    writer: &mut Writer<'_>,
    report: &mut MergeReport,
) -> Result<()> {
    let fields: Vec<&'static Field> = table.fields.iter().collect();
    let mut conflict = |field: &str, theirs: String| {
        report.conflicts.push(MergeConflict {
            name: format!("{} {name}", table.table),
            field: field.to_owned(),
            ours: String::new(),
            theirs,
        });
    };
    match manual_input::check(given, &fields, false) {
        Err((_, faults)) => {
            for fault in faults {
                conflict(fault.field.as_deref().unwrap_or_default(), fault.expected);
            }
        }
        Ok(row) => match writer.put_reference(table, &row) {
            Ok(Outcome::Unchanged) => {}
            Ok(_) => report.rows += 1,
            Err(Stop::Input(refused)) => conflict(refused.field, refused.expected),
            Err(Stop::Failed(error)) => return Err(error),
        },
    }
    Ok(())
}

fn merge_text(row: &ChangedRow, writer: &mut Writer<'_>, report: &mut MergeReport) -> Result<()> {
    let (source, sum) = (stated(&row.after, "source"), stated(&row.after, "sha256"));
    let held = writer.text_sum(source)?;
    let before = row.before.as_ref().map(|before| stated(before, "sha256").to_owned());
    if held.as_deref() == Some(sum) || before.as_deref() == Some(sum) {
        return Ok(());
    }
    if held == before {
        writer.attach(source, stated(&row.after, "text"), sum)?;
        report.rows += 1;
        return Ok(());
    }
    report.conflicts.push(MergeConflict {
        name: format!("text of {source}"),
        field: "sha256".into(),
        ours: held.unwrap_or_default(),
        theirs: sum.to_owned(),
    });
    Ok(())
}

/// Links or merges names as an import did.
///
/// # Errors
/// The database cannot be written.
pub fn link(
    import: &ImportRecord,
    store: &Store,
    own: &OwnChanges,
    writer: &mut Writer<'_>,
    report: &mut MergeReport,
) -> Result<()> {
    let action = stated(&import.stated, "action");
    let Some((name, entity)) = stated(&import.stated, "note").split_once(LINKED) else {
        return Ok(());
    };
    let is_merge = action.starts_with("names merge");
    if !is_merge && !action.starts_with("names link") {
        return Ok(());
    }
    let class = if action.ends_with("--place") { EntityClass::Place } else { EntityClass::Actor };
    // a conflict, of which the deletion of its row tells
    if is_merge && own.has_changed(class.table(), name) {
        return Ok(());
    }
    match writer.link(class, name, entity, is_merge)? {
        LinkOutcome::Done(..) => report.rows += 1,
        // nobody has either of the names here: there is nothing to link
        LinkOutcome::NoEntity | LinkOutcome::NoName => {}
        LinkOutcome::Taken(usual)
        | LinkOutcome::FurtherName(usual)
        | LinkOutcome::BothStates(usual, _)
        | LinkOutcome::Above(usual, _) => {
            if store.usual_name(class, entity)?.as_deref() != Some(usual.as_str()) {
                report.conflicts.push(MergeConflict {
                    name: format!("names {name}"),
                    field: class.one().to_owned(),
                    ours: usual,
                    theirs: entity.to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// Brings the spellings and codes of the new imports.
///
/// # Errors
/// A database cannot be read or written.
pub fn spellings(
    other: &Store,
    new: &[i64],
    numbers: &HashMap<i64, i64>,
    writer: &mut Writer<'_>,
    report: &mut MergeReport,
) -> Result<()> {
    for row in other.changed_rows(&NAMES, new)? {
        if row.before.is_none() {
            writer.write_as(numbers[&row.import]);
            spelling(&row.after, writer, report)?;
        }
    }
    Ok(())
}

/// Brings a spelling or code, unless it means somebody here already.
fn spelling(row: &StatedFields, writer: &mut Writer<'_>, report: &mut MergeReport) -> Result<()> {
    let text = |name: &str| stated(row, name);
    let (class, bearer) = if text("actor").is_empty() {
        (EntityClass::Place, text("place"))
    } else {
        (EntityClass::Actor, text("actor"))
    };
    // a name of nobody has members, and comes with the facts that have it
    if text("scheme") == WORDING_SCHEME || bearer.is_empty() || !writer.has_name(class, bearer)? {
        return Ok(());
    }
    let name = text("name").to_owned();
    if text("scheme") == "name" && writer.has_name(class, &name)? {
        return Ok(());
    }
    put(&NAMES, row, &name, writer, report)
}

/// Brings the rows of an exported folder, which does not tell what imports changed: those that are not
/// here, and what they state otherwise than when the two copies were the same.
///
/// # Errors
/// A database cannot be read or written.
pub fn rows_of_folder(
    other: &Store,
    import: i64,
    own: &OwnChanges,
    writer: &mut Writer<'_>,
    report: &mut MergeReport,
) -> Result<()> {
    for table in TABLES {
        for row in all_rows(other, table)? {
            let name = stated(&row, table.key[0]).to_owned();
            let then = own.then(table, &name, other)?;
            let now = own.renamed(table, &then).unwrap_or(&name).to_owned();
            if let Some(ours) = writer.row(table, &now)? {
                let mut before = own.base(table, (&then, &now), ours);
                if let Some(before) = &mut before {
                    let key = before.iter_mut().find(|(field, _)| field == table.key[0]);
                    key.into_iter().for_each(|(_, text)| text.clone_from(&then));
                }
                let changed = ChangedRow { after: row, before, import };
                merge_row(table, &changed, (other, own), writer, report)?;
                continue;
            }
            let is_known = match class_of(table) {
                Some(class) => writer.has_name(class, &name)?,
                None => false,
            };
            if !is_known && !own.deleted.contains(&(table.table, name.clone())) {
                put(table, &row, &name, writer, report)?;
            }
        }
    }
    settle(writer, report)?;
    for row in all_rows(other, &TEXTS)? {
        if writer.text_sum(stated(&row, "source"))?.is_none() {
            writer.attach(stated(&row, "source"), stated(&row, "text"), stated(&row, "sha256"))?;
            report.rows += 1;
        }
    }
    for row in all_rows(other, &NAMES)? {
        spelling(&row, writer, report)?;
    }
    Ok(())
}

fn all_rows(other: &Store, table: &'static ReferenceTable) -> Result<Vec<StatedFields>> {
    let mut rows = Vec::new();
    other.export_reference(table, |cells| {
        let stated = table.fields.iter().zip(cells);
        rows.push(stated.map(|(field, cell)| (field.name.to_owned(), cell.to_string())).collect());
        Ok(())
    })?;
    Ok(rows)
}

/// Brings the rows that a fact refers to and that are not here, such as an actor that was deleted
/// here and used there; whether there was one.
///
/// # Errors
/// A database cannot be read or written.
pub fn bring(
    other: &Store,
    kind: &'static Kind,
    given: &StatedFields,
    writer: &mut Writer<'_>,
    report: &mut MergeReport,
) -> Result<bool> {
    let mut has_brought = false;
    for (name, text) in given.iter().filter(|(_, text)| !text.is_empty()) {
        let Some(field) = kind.field(name) else { continue };
        let (table, wanted): (&'static ReferenceTable, Vec<String>) = match field.ty {
            Type::Source => (&SOURCES, vec![text.clone()]),
            Type::Topic => (&TOPICS, vec![text.clone()]),
            Type::Actor | Type::Place => {
                let class = EntityClass::of(field.ty).unwrap_or(EntityClass::Actor);
                let table = if class == EntityClass::Actor { &ACTORS } else { &PLACES };
                let mut usual = Vec::new();
                for part in text.split(BETWEEN_NAMES) {
                    if !writer.has_name(class, part)? {
                        usual.extend(other.usual_name(class, part)?);
                    }
                }
                (table, usual)
            }
            _ => continue,
        };
        for row in all_rows(other, table)? {
            let name = stated(&row, table.key[0]).to_owned();
            if wanted.contains(&name) && writer.row(table, &name)?.is_none() {
                put(table, &row, &name, writer, report)?;
                has_brought = true;
            }
        }
    }
    settle(writer, report)?;
    Ok(has_brought)
}
