//! What a run did to facts, on its way into the summaries that hold them.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use rusqlite::{Connection, ToSql};

use crate::error::Result;
use crate::kind::Kind;
use crate::store::rollup::{add, columns, is_complete, kinds, make, table};
use crate::store::write::param::Param;
use crate::store::write::row_encoder::{EncodedFact, RollupColumns};
use crate::value::date::{Bucket, Days};

/// So many retired facts are taken off one by one; for more, the summary is made anew.
const FEW: usize = 1_000;

/// What the facts of one row of a summary have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct RollupKey {
    source: i64,
    is_dated: bool,
    days: Days,
    place: Option<i64>,
    /// The number of their sorts.
    sorts: usize,
}

/// What facts state of a figure.
#[derive(Debug, Clone, Copy, Default)]
struct FigureSum {
    stated: i64,
    sum: i64,
    /// The lowest and the highest.
    ends: Option<(i64, i64)>,
}

impl FigureSum {
    fn add(&mut self, figure: i64) {
        self.stated += 1;
        self.sum += figure;
        let (low, high) = self.ends.unwrap_or((figure, figure));
        self.ends = Some((low.min(figure), high.max(figure)));
    }
}

/// How many they are, and what they state of each figure.
type PendingRollupRow = (i64, Box<[FigureSum]>);

/// So many rows are kept in memory.
const KEPT: usize = 50_000;

/// What stands between two sorts.
const BETWEEN: char = '\0';

/// What a run did to facts that summaries hold.
#[derive(Debug, Default)]
pub struct RollupChanges {
    kinds: HashMap<&'static str, RollupChange, RandomState>,
}

/// What it did to one kind.
#[derive(Debug, Default)]
struct RollupChange {
    /// The rows that it retired.
    retired: Vec<i64>,
    /// What was added.
    added: HashMap<RollupKey, PendingRollupRow, RandomState>,
    /// The sorts of facts met so far, those of one fact with [`BETWEEN`] between.
    sorts: IndexSet<String, RandomState>,
    /// A buffer for the sorts of the fact at hand.
    joined: String,
}

impl RollupChanges {
    /// Says that a fact was added.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn add(&mut self, connection: &Connection, prepared: &EncodedFact<'_>) -> Result<()> {
        let Some(rollup_by) = &prepared.form.rollup_by else { return Ok(()) };
        let kind = prepared.form.kind;
        let change = self.kinds.entry(kind.name).or_default();
        change.add(prepared, rollup_by);
        if change.added.len() >= KEPT {
            change.write(connection, kind)?;
        }
        Ok(())
    }

    /// Says that a fact was retired.
    pub fn retire(&mut self, kind: &'static Kind, id: i64) {
        let change = self.kinds.entry(kind.name).or_default();
        if change.retired.len() <= FEW {
            change.retired.push(id);
        }
    }

    /// Brings the summaries to what is there now. One that is not whole is made anew where a folder
    /// or file was loaded.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end(&mut self, connection: &Connection, is_load: bool) -> Result<()> {
        for kind in kinds() {
            let change = self.kinds.get_mut(kind.name);
            let is_whole = is_complete(connection, kind)?;
            if is_whole && change.is_none() || !is_whole && !is_load {
                continue;
            }
            match change {
                Some(change) if change.retired.len() <= FEW && is_whole => {
                    change.write(connection, kind)?;
                    if !change.retired.is_empty() {
                        let ids = serde_json::json!(change.retired).to_string();
                        let retired = "f.id IN (SELECT value FROM json_each(?1))";
                        add(connection, kind, -1, retired, [ids])?;
                    }
                }
                _ => make(connection, kind)?,
            }
        }
        Ok(())
    }
}

impl RollupChange {
    fn add(&mut self, prepared: &EncodedFact<'_>, rollup_by: &RollupColumns) {
        let value = |column: usize| &prepared.values[column];
        let day = |column: usize| match value(column) {
            Param::Integer(day) => Some(*day),
            _ => None,
        };
        let (first, last) = (day(rollup_by.date + 1), day(rollup_by.date + 2));
        let is_alone = rollup_by.alone.iter().any(|(column, reason)| reason.holds(value(*column)));
        if is_alone || prepared.is_retired() {
            return;
        }
        let Param::Integer(source) = *value(rollup_by.source) else { return };
        let is_dated = *value(rollup_by.date) != Param::Null;
        let days = Days {
            first: first.map(|day| Bucket::Year.start_of(day)),
            last: last.map(|day| Bucket::Year.start_of(day)),
        };
        let place = match *value(rollup_by.place) {
            Param::Integer(place) => Some(place),
            _ => None,
        };
        let RollupChange { added, sorts, joined, .. } = self;
        joined.clear();
        for (n, column) in rollup_by.sorts.iter().enumerate() {
            joined.extend((n > 0).then_some(BETWEEN));
            if let Param::Text(sort) = value(*column) {
                joined.push_str(sort);
            }
        }
        let known = sorts.get_index_of(joined.as_str());
        let sorts = known.unwrap_or_else(|| sorts.insert_full(joined.clone()).0);
        let key = RollupKey { source, is_dated, days, place, sorts };
        let nothing = || (0, vec![FigureSum::default(); rollup_by.figures.len()].into());
        let (facts, figures) = added.entry(key).or_insert_with(nothing);
        *facts += 1;
        for (sum, column) in figures.iter_mut().zip(&rollup_by.figures) {
            if let Param::Integer(figure) = *value(*column) {
                sum.add(figure);
            }
        }
    }

    /// Writes what was added.
    fn write(&mut self, connection: &Connection, kind: &'static Kind) -> Result<()> {
        let columns = columns(kind);
        let marks = vec!["?"; columns.len()];
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            table(kind),
            columns.join(", "),
            marks.join(", ")
        );
        let mut insert = connection.prepare(&sql)?;
        for (RollupKey { source, is_dated, days, place, sorts }, (facts, figures)) in
            self.added.drain()
        {
            let known = is_dated.then_some("known");
            let mut values: Vec<&dyn ToSql> =
                vec![&source, &known, &days.first, &days.last, &place];
            let sorts: Vec<&str> = self.sorts[sorts].split(BETWEEN).collect();
            values.extend(sorts.iter().map(|sort| sort as &dyn ToSql));
            values.push(&facts);
            let ends: Vec<(Option<i64>, Option<i64>)> =
                figures.iter().map(|figure| figure.ends.unzip()).collect();
            for (FigureSum { stated, sum, .. }, (low, high)) in figures.iter().zip(&ends) {
                values.extend([stated as &dyn ToSql, sum, low, high]);
            }
            insert.execute(values.as_slice())?;
        }
        Ok(())
    }
}
