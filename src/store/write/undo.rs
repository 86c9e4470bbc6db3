//! Undoes an import: removes the rows that it added and restores those that it retired.

use std::ops::RangeInclusive;

use rusqlite::{Transaction, TransactionBehavior, params};

use crate::error::Result;
use crate::kind::{KINDS, Kind};
use crate::store::entities::labels;
use crate::store::entities::lookup::EntityClass;
use crate::store::entities::merge::roles;
use crate::store::search::{self, Reindex};
use crate::store::write::attach;
use crate::store::write::transaction::ImportInfo;
use crate::store::write::undo_steps;
use crate::store::{Store, date_parts, extras, rollup};

/// The outcome of an undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UndoOutcome {
    /// Done: the number of rows removed, and of rows restored.
    Done(u64, u64),
    /// There is no such run.
    NoRun,
    /// All that it added is used by later facts.
    Used,
    /// A later run changed what this one added.
    Later(i64),
}

impl Store {
    /// Takes runs back exactly, the latest first, with the sources, the actors, places and names that
    /// they brought, unless later facts bear them: all of the runs or none. Returns those that were
    /// taken back or, if one cannot be, that one. A trial does it, and then leaves everything as it
    /// was.
    ///
    /// # Errors
    /// The database cannot be written; then nothing was.
    pub fn undo(
        &mut self,
        runs: RangeInclusive<i64>,
        info: &ImportInfo,
    ) -> Result<(Vec<i64>, UndoOutcome)> {
        // SQLite would look through all facts for each name that goes; what is still used stays by
        // the statements below
        self.connection.pragma_update(None, "foreign_keys", false)?;
        let outcome = self.undo_all(runs, info);
        self.connection.pragma_update(None, "foreign_keys", true)?;
        outcome
    }

    fn undo_all(
        &mut self,
        runs: RangeInclusive<i64>,
        info: &ImportInfo,
    ) -> Result<(Vec<i64>, UndoOutcome)> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known: Vec<i64> = {
            let find = "SELECT id FROM imports WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC";
            let mut find = transaction.prepare(find)?;
            let rows = find.query_map(params![runs.start(), runs.end()], |row| row.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        // neither end may be mistyped
        let missing = [runs.start(), runs.end()].into_iter().find(|run| !known.contains(run));
        if let Some(missing) = missing {
            return Ok((vec![*missing], UndoOutcome::NoRun));
        }
        let (mut removed, mut restored) = (0, 0);
        for run in &known {
            match take_back(&transaction, *run, info)? {
                UndoOutcome::Done(gone, again) => {
                    removed += gone;
                    restored += again;
                }
                other => return Ok((vec![*run], other)),
            }
        }
        if !info.is_trial {
            transaction.commit()?;
        }
        Ok((known, UndoOutcome::Done(removed, restored)))
    }
}

/// Takes one run back.
fn take_back(
    transaction: &Transaction<'_>,
    run: i64,
    ImportInfo { at, by, .. }: &ImportInfo,
) -> Result<UndoOutcome> {
    for kind in KINDS {
        let later = format!(
            "SELECT min(retired_by_id) FROM {} WHERE import_id = ?1 AND retired_by_id > ?1",
            kind.table
        );
        if let Some(later) = transaction.query_row(&later, [run], |row| row.get(0))? {
            return Ok(UndoOutcome::Later(later));
        }
    }
    if let Some(later) = undo_steps::changed_later(transaction, run)? {
        return Ok(UndoOutcome::Later(later));
    }
    let words = Reindex::begin(transaction, run, has_other_words)?;
    rollup::take_back(transaction, run)?;
    let (mut gone, mut again) = (0, 0);
    for kind in KINDS {
        date_parts::forget(transaction, kind, run)?;
        extras::forget(transaction, kind, "f.import_id = ?1", run)?;
        gone += transaction
            .execute(&format!("DELETE FROM {} WHERE import_id = ?1", kind.table), [run])?;
        let revive = format!(
            "UPDATE {} SET retired_by_id = NULL, retired_why = NULL, retired_note = NULL WHERE retired_by_id = ?1",
            kind.table
        );
        again += transaction.execute(&revive, [run])?;
    }
    extras::forget_unused(transaction)?;
    let texts = texts_of(transaction, run)?;
    texts.iter().try_for_each(|source| search::forget_text(transaction, *source))?;
    let has_moved = KINDS.iter().try_fold(false, |moved, kind| -> Result<bool> {
        Ok(moved || undo_steps::has(transaction, run, kind.table)?)
    })?;
    let changed = undo_steps::take_back(transaction, run)?;
    let forgotten = forget(transaction, run)?;
    if gone + again == 0 && changed + forgotten.removed == 0 && forgotten.kept > 0 {
        // nothing is left of it but what later facts use
        return Ok(UndoOutcome::Used);
    }
    for source in &texts {
        search::add_text(transaction, *source)?;
        attach::forget_statuses(transaction, *source)?;
    }
    labels::refresh(transaction)?;
    if has_moved {
        rollup::make_again(transaction)?;
    }
    let undone = "INSERT INTO undone (uid, at, by) SELECT uid, ?2, ?3 FROM imports WHERE id = ?1 AND uid IS NOT NULL";
    transaction.execute(undone, params![run, at, by])?;
    transaction.execute("DELETE FROM imports WHERE id = ?1", [run])?;
    words.end(transaction)?;
    let (removed, restored) = (gone + forgotten.removed, again + changed);
    Ok(UndoOutcome::Done(removed as u64, restored as u64))
}

/// The condition that the row `f` of a kind goes when the run `?1` is undone, or is found by other
/// words.
fn has_other_words(kind: &'static Kind) -> String {
    let renamed = undo_steps::RENAMED;
    let names =
        format!("{renamed} UNION SELECT name_id FROM name_members WHERE member_id IN ({renamed})");
    let of_names: Vec<String> = [EntityClass::Actor, EntityClass::Place]
        .into_iter()
        .flat_map(roles)
        .filter(|(table, _)| *table == kind.table)
        .map(|(_, column)| format!("f.{column} IN ({names})"))
        .collect();
    let moved = format!(
        "f.id IN (SELECT row_id FROM undo_steps WHERE import_id = ?1 AND changed_table = '{}')",
        kind.table
    );
    format!("(f.import_id = ?1 OR {moved} OR {})", of_names.join(" OR "))
}

/// The sources whose text a run brought or replaced.
fn texts_of(transaction: &Transaction<'_>, run: i64) -> Result<Vec<i64>> {
    let sql = "SELECT source_id FROM source_texts WHERE import_id = ?1
         OR id IN (SELECT row_id FROM undo_steps WHERE import_id = ?1 AND changed_table = 'source_texts')";
    let mut find = transaction.prepare(sql)?;
    let rows = find.query_map([run], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets whom the run brought in: names that no fact bears any longer, and their bearers.
fn forget(transaction: &Transaction<'_>, run: i64) -> Result<Forgotten> {
    let mut forgotten = Forgotten::default();
    for class in [EntityClass::Actor, EntityClass::Place] {
        let (column, table, one) = (class.column(), class.table(), class.one());
        let borne: Vec<String> = roles(class)
            .into_iter()
            .map(|(table, column)| {
                format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
            })
            .collect();
        // members of names that go are used by nobody else
        let unused = format!(
            "import_id = ?1 AND class = '{one}' AND id NOT IN ({borne})",
            borne = borne.join(" UNION ")
        );
        transaction.execute(
            &format!(
                "DELETE FROM name_members WHERE name_id IN (SELECT id FROM names WHERE {unused})"
            ),
            [run],
        )?;
        forgotten.removed += transaction.execute(
            &format!(
                "DELETE FROM names WHERE {unused} AND id NOT IN (SELECT member_id FROM name_members)
                    AND ifnull({column}, -1) NOT IN (SELECT b.id FROM {table} b JOIN names n ON n.{column} = b.id
                                          WHERE b.import_id = ?1 AND n.id IN ({borne} UNION SELECT member_id FROM name_members))",
                borne = borne.join(" UNION ")
            ),
            [run],
        )?;
        // a place within a place goes first
        let mut kept = vec![format!("SELECT {column} FROM names WHERE {column} IS NOT NULL")];
        kept.extend(
            class
                .ties()
                .iter()
                .map(|tie| format!("SELECT {tie} FROM {table} WHERE {tie} IS NOT NULL")),
        );
        let gone = format!(
            "DELETE FROM {table} WHERE import_id = ?1 AND id NOT IN ({})",
            kept.join(" UNION ")
        );
        loop {
            let removed = transaction.execute(&gone, [run])?;
            forgotten.removed += removed;
            if removed == 0 {
                break;
            }
        }
        forgotten.kept += transaction
            .execute(&format!("UPDATE {table} SET import_id = NULL WHERE import_id = ?1"), [run])?;
    }
    forgotten.kept +=
        transaction.execute("UPDATE names SET import_id = NULL WHERE import_id = ?1", [run])?;
    forgotten.removed +=
        transaction.execute("DELETE FROM source_texts WHERE import_id = ?1", [run])?;
    let asked: Vec<String> = KINDS
        .iter()
        .map(|kind| format!("SELECT topic FROM {} WHERE topic IS NOT NULL", kind.table))
        .collect();
    forgotten.removed += transaction.execute(
        &format!(
            "DELETE FROM topics WHERE import_id = ?1 AND slug NOT IN ({})",
            asked.join(" UNION ")
        ),
        [run],
    )?;
    forgotten.kept +=
        transaction.execute("UPDATE topics SET import_id = NULL WHERE import_id = ?1", [run])?;
    let mut used = vec![
        "SELECT source_id FROM source_texts".to_owned(),
        format!("SELECT source_id FROM imports WHERE id <> {run} AND source_id IS NOT NULL"),
    ];
    used.extend(KINDS.iter().map(|kind| format!("SELECT source_id FROM {}", kind.table)));
    let new: Vec<i64> = {
        let sql = format!(
            "SELECT id FROM sources WHERE import_id = ?1 AND id NOT IN ({})",
            used.join(" UNION ")
        );
        let mut find = transaction.prepare(&sql)?;
        let rows = find.query_map([run], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    let all =
        transaction.execute("UPDATE sources SET import_id = NULL WHERE import_id = ?1", [run])?;
    forgotten.kept += all - new.len();
    for source in new {
        forgotten.removed += transaction.execute("DELETE FROM sources WHERE id = ?1", [source])?;
    }
    Ok(forgotten)
}

/// What became of the rows that a run added and that facts refer to.
#[derive(Debug, Default)]
struct Forgotten {
    /// They went.
    removed: usize,
    /// Later facts use them.
    kept: usize,
}
