//! What a run did to facts, on its way into the summaries that hold them.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};

use crate::error::Result;
use crate::kind::Kind;
use crate::store::rollup::{add, columns, is_complete, kinds, make, table};
use crate::store::write::param::Param;
use crate::store::write::row_encoder::{EncodedFact, RollupColumns};
use crate::value::date::{Bucket, Days};

/// So many retired facts are taken off one by one; for more, the summary is made anew.
const FEW: usize = 1_000;

/// A row of a summary under way.
#[derive(Debug)]
struct PendingRollupRow {
    source: i64,
    is_dated: bool,
    days: Days,
    place: Option<i64>,
    sorts: Vec<String>,
    facts: i64,
    figures: Vec<FigureSum>,
}

/// What facts state of a figure.
#[derive(Debug, Clone, Copy, Default)]
struct FigureSum {
    stated: i64,
    sum: i64,
    low: Option<i64>,
    high: Option<i64>,
}

/// So many rows are kept in memory.
const KEPT: usize = 50_000;

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
    /// What was added, by source, time, place and sorts, one behind the other.
    added: HashMap<Vec<u8>, PendingRollupRow, RandomState>,
    key: Vec<u8>,
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
        let sort = |column: &usize| match value(*column) {
            Param::Text(text) => text.as_ref(),
            _ => "",
        };
        let RollupChange { added, key, .. } = self;
        key.clear();
        let place = match *value(rollup_by.place) {
            Param::Integer(place) => Some(place),
            _ => None,
        };
        for part in [Some(source), Some(i64::from(is_dated)), days.first, days.last, place] {
            key.push(u8::from(part.is_some()));
            key.extend_from_slice(&part.unwrap_or_default().to_le_bytes());
        }
        for column in &rollup_by.sorts {
            key.extend_from_slice(sort(column).as_bytes());
            key.push(0);
        }
        let new = || PendingRollupRow {
            source,
            is_dated,
            days,
            place,
            sorts: rollup_by.sorts.iter().map(|column| sort(column).to_owned()).collect(),
            facts: 0,
            figures: vec![FigureSum::default(); rollup_by.figures.len()],
        };
        let row = match added.get_mut(key) {
            Some(row) => row,
            None => added.entry(key.clone()).or_insert_with(new),
        };
        row.facts += 1;
        for (sum, column) in row.figures.iter_mut().zip(&rollup_by.figures) {
            if let Param::Integer(figure) = *value(*column) {
                sum.stated += 1;
                sum.sum += figure;
                sum.low = Some(sum.low.map_or(figure, |low| low.min(figure)));
                sum.high = Some(sum.high.map_or(figure, |high| high.max(figure)));
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
        for row in self.added.drain().map(|(_, row)| row) {
            let whole = |n: Option<i64>| n.map_or(Sql::Null, Sql::Integer);
            let mut values = vec![
                Sql::Integer(row.source),
                if row.is_dated { Sql::Text("known".into()) } else { Sql::Null },
                whole(row.days.first),
                whole(row.days.last),
                whole(row.place),
            ];
            values.extend(row.sorts.into_iter().map(Sql::Text));
            values.push(Sql::Integer(row.facts));
            for FigureSum { stated, sum, low, high } in row.figures {
                values.extend([Sql::Integer(stated), Sql::Integer(sum), whole(low), whole(high)]);
            }
            insert.execute(params_from_iter(values))?;
        }
        Ok(())
    }
}
