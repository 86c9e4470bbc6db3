//! `facts edit --from`: the rows of a file or sheet, compared with the facts that they came from.

use std::path::Path;

use crate::command::add;
use crate::command::edits::Edits;
use crate::command::manual_input::{Fault, ManualFields, VERSION, stated};
use crate::command::rejected_rows::RejectedRecords;
use crate::command::retire::{self, REASONS};
use crate::command::sheet_rows::{self, DELETE, REF, SheetEdits, delete_of};
use crate::command::targets;
use crate::error::{Error, Result, Stop};
use crate::kind::{self, KINDS, Kind};
use crate::store::{LiveFact, NewFactOutcome, Store, Writer};

/// Reads a file and writes what its rows change; `words` may name the kind of its new facts. Rows
/// that are refused go to `rejected`, if they are to be skipped.
///
/// # Errors
/// The file cannot be read, or the database cannot be written.
pub fn apply(
    file: &Path,
    words: &[String],
    (store, writer): (&Store, &mut Writer<'_>),
    edits: &mut Edits,
    rejected: Option<&mut RejectedRecords>,
) -> Result<SheetEdits> {
    let mut kind = match words {
        [] => None,
        [word] => Some(kind::find(word).ok_or_else(|| {
            Error::usage(format!(
                "\"{word}\" is not a kind of fact; with --from, the references are in the file"
            ))
        })?),
        _ => return Err(Error::usage("--from takes the references from the file")),
    };
    let mut sheet = SheetEdits::default();
    sheet_rows::each(
        file,
        |_| REF,
        (writer, edits),
        rejected,
        |fields, writer, edits| {
            let mut row = SheetRow { kind, fields, store, sheet: &mut sheet };
            let done = row.apply(writer, edits);
            kind = row.kind;
            done
        },
    )?;
    Ok(sheet)
}

/// A row of a sheet.
struct SheetRow<'a> {
    kind: Option<&'static Kind>,
    fields: &'a ManualFields,
    store: &'a Store,
    sheet: &'a mut SheetEdits,
}

impl SheetRow<'_> {
    fn apply(
        &mut self,
        writer: &mut Writer<'_>,
        edits: &mut Edits,
    ) -> Result<(), Stop<Vec<Fault>>> {
        let reference = stated(self.fields, REF).trim().to_owned();
        if reference.is_empty() {
            return self.apply_new(writer);
        }
        let Some(fact) = self.fact(&reference)? else {
            return self.apply_retired(&reference);
        };
        // new rows of a sheet are of the kind of the others
        self.kind = self.kind.or(Some(fact.kind));
        let delete = delete_of(self.fields).to_owned();
        if delete.is_empty() {
            return self.change(&fact, writer, edits);
        }
        let (reason, note) = match REASONS.iter().find(|reason| **reason == delete) {
            Some(reason) => (*reason, None),
            None => (REASONS[0], Some(delete.as_str())),
        };
        if self.is_current(&fact) {
            retire::fact(&fact, reason, note, writer)?;
            self.sheet.retired += 1;
        }
        Ok(())
    }

    /// The live fact of a reference; none if it was retired.
    fn fact(&self, reference: &str) -> Result<Option<LiveFact>, Stop<Vec<Fault>>> {
        let fault = |expected: String| Stop::Input(vec![Fault::of(REF, reference, expected)]);
        let Some((source, key)) = reference.split_once(':') else {
            return Err(fault("expected SOURCE:KEY".into()));
        };
        let mut live = self.store.live_facts(KINDS, source, key)?;
        match live.len() {
            1 => Ok(Some(live.remove(0))),
            0 if self.store.has_had_any(source, key)? => Ok(None),
            // the beginning of a reference
            0 => match self.store.references(reference)?.as_slice() {
                [(source, key)] => Ok(Some(targets::one_fact(self.store, source, key)?)),
                [] => Err(fault(targets::no_such_ref(self.store, reference)?.message)),
                _ => Err(fault("it is the beginning of several references".into())),
            },
            _ => Err(fault("facts of several kinds have this key".into())),
        }
    }

    /// A row of a fact that was retired since. Where the row retires it too, or changes nothing, there
    /// is nothing to do.
    fn apply_retired(&mut self, reference: &str) -> Result<(), Stop<Vec<Fault>>> {
        let (source, key) = reference.split_once(':').unwrap_or_default();
        let version = stated(self.fields, VERSION).trim();
        let mut is_changed = version.is_empty();
        for kind in KINDS {
            if let Some(was) = self.store.version(kind, source, key, version)? {
                is_changed |= !self.changed(kind, &was.stated, true).is_empty();
            }
        }
        if is_changed && delete_of(self.fields).is_empty() {
            self.sheet.conflict(reference, "retired");
        }
        Ok(())
    }

    fn apply_new(&mut self, writer: &mut Writer<'_>) -> Result<(), Stop<Vec<Fault>>> {
        let delete = delete_of(self.fields);
        if delete.is_empty() {
            return self.add(writer);
        }
        let expected = "a row without a ref has nothing to retire: empty the cell";
        Err(Stop::Input(vec![Fault::of(DELETE, delete, expected)]))
    }

    fn add(&mut self, writer: &mut Writer<'_>) -> Result<(), Stop<Vec<Fault>>> {
        let own = stated(self.fields, "kind").trim();
        let Some(kind) = kind::find(own).or(self.kind.filter(|_| own.is_empty())) else {
            let expected =
                "expected the kind of a new fact, in the column kind or behind facts edit";
            return Err(Stop::Input(vec![Fault::of("kind", own, expected)]));
        };
        let is_fact = |name: &str| ![DELETE, VERSION, REF, "kind"].contains(&name);
        let record: ManualFields = self
            .fields
            .iter()
            .filter(|(name, value)| is_fact(name) && !value.trim().is_empty())
            .cloned()
            .collect();
        if add::put_new(kind, record, writer)?.1 == NewFactOutcome::Added {
            self.sheet.added += 1;
        }
        Ok(())
    }

    /// Whether the fact is still the one that the row was made of; if not, that is a conflict.
    fn is_current(&mut self, fact: &LiveFact) -> bool {
        let version = stated(self.fields, VERSION).trim();
        let is_current = version.is_empty() || version == fact.version;
        if !is_current {
            self.sheet.conflict(&reference(fact), "changed");
        }
        is_current
    }

    fn change(
        &mut self,
        fact: &LiveFact,
        writer: &mut Writer<'_>,
        edits: &mut Edits,
    ) -> Result<(), Stop<Vec<Fault>>> {
        let version = stated(self.fields, VERSION).trim();
        let (source, key) = (stated(&fact.stated, "source"), stated(&fact.stated, "key"));
        let base = if version.is_empty() || version == fact.version {
            None
        } else {
            self.store.version(fact.kind, source, key, version)?
        };
        let before = base.as_ref().map_or(&fact.stated, |base| &base.stated);
        let changed = self.changed(fact.kind, before, !version.is_empty());
        if changed.is_empty() {
            return Ok(());
        }
        if !version.is_empty() && version != fact.version {
            // the fact already says what the row asks for
            if !self.changed(fact.kind, &fact.stated, true).is_empty() {
                self.sheet.conflict(&reference(fact), "changed");
            }
            return Ok(());
        }
        edits.fact(fact, &changed, self.store, writer)
    }

    /// The cells of the row that state something else than the fact.
    fn changed(&self, kind: &'static Kind, before: &ManualFields, empties: bool) -> ManualFields {
        sheet_rows::changed(self.fields, before, empties, |name| kind.field(name))
    }
}

fn reference(fact: &LiveFact) -> String {
    format!("{}:{}", stated(&fact.stated, "source"), stated(&fact.stated, "key"))
}
