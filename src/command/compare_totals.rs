//! `facts compare KIND --rows FIELDS`: what each source adds up to, side by side.

use crate::command::gather::{Axes, collect, explain, figure};
use crate::command::load_claims;
use crate::error::{Error, Result};
use crate::evidence::claim::ClaimFigure;
use crate::evidence::totals::{self, SourceTotal, TotalQuestion};
use crate::kind::{FLOW, Field, STOCK_FLOW};
use crate::query::{ColumnRef, Query, among, column, columns, field};
use crate::store::Store;
use crate::tabulate::{Aggregate, Cross, Dispute, Label};
use crate::value::Value;
use crate::value::text::BETWEEN_NAMES;

/// Fields that tell apart what figures count, where a kind has them, beside their units. Types of
/// events are each data set's own words, and tell nothing apart.
const SCOPES: [&str; 2] = ["harm", STOCK_FLOW];
const OWN_WORDS: &str = "type";
const VIOLENCE: &str = "violence";
const POPULATION: &str = "population";

/// Stances of a voice that states no figure.
const NOT_STATED: [&str; 2] = ["denies", "declines"];

/// The totals of each label, and what is said of those that were left out.
pub struct Compared {
    /// The columns of the labels.
    pub rows: Vec<ColumnRef>,
    /// The columns of what is counted.
    pub scope: Vec<ColumnRef>,
    /// The labels with several sources.
    pub questions: Vec<TotalQuestion>,
    /// What is to be known beside them, in sentences.
    pub notes: Vec<String>,
}

/// The query without facts whose figure the speaker denies or declines to give.
fn asserted(query: &Query) -> Result<Query> {
    let mut query = query.clone();
    let stance = column("stance", &query.kinds)?;
    let not_stated = NOT_STATED.map(str::to_owned).into();
    query.tests.push(among(stance, &query.kinds, not_stated, true)?);
    Ok(query)
}

/// Adds up each source's figures under each label, and sets them against each other.
///
/// # Errors
/// A field that is unknown or no figure; several kinds; the database cannot be read.
pub fn totals(query: &Query, rows: &str, value: Option<&str>, store: &Store) -> Result<Compared> {
    let [kind] = query.kinds.as_slice() else {
        return Err(Error::usage("--rows compares the totals of one kind")
            .hint("facts compare casualties --rows country,year"));
    };
    let rows = columns(rows, &query.kinds)?;
    let query = &asserted(query)?;
    let best = value.or_else(|| kind.figures.first().map(|figure| figure.best));
    let best = figure(best.unwrap_or("best"), query)?;
    let bounds = kind.figures.iter().find_map(|figure| figure.bounds_of(best));
    let is_row = |name: &str| rows.iter().any(|row| row.name() == name);
    let known = |name: &str| kind.field(name).filter(|_| !is_row(name)).map(ColumnRef::Field);
    let units =
        best.unit_fields.iter().filter(|name| **name != OWN_WORDS && !SCOPES.contains(name));
    let scope: Vec<ColumnRef> = SCOPES.iter().chain(units).copied().filter_map(known).collect();
    let parted: Vec<ColumnRef> = [VIOLENCE, POPULATION].into_iter().filter_map(known).collect();
    let source = column("source", &query.kinds)?;
    let columns = [&[source][..], &scope, &parted].concat();
    let axes = Axes { rows: rows.clone(), columns, unit_fields: Vec::new(), sets_apart: false };
    let cross = |field: &'static Field| -> Result<Cross> {
        let tally = collect(query, &axes, Some(field), Aggregate::Sum, store)?;
        Ok(tally.cross_unchecked(axes.rows.len(), axes.columns.len(), &[]))
    };
    let [low, high] = match bounds {
        None => [None, None],
        Some(names) => {
            let [low, high] = names.map(|name| field(name, &query.kinds));
            [Some(cross(low?)?), Some(cross(high?)?)]
        }
    };
    let best = cross(best)?;
    let mut all = Vec::new();
    let (mut disputes, mut unlabelled, mut lacking, mut shared) = (Vec::new(), 0, 0, 0);
    for (row, column) in best.pairs() {
        if row.iter().any(|label| label.missing) {
            unlabelled += 1;
            continue;
        }
        let crosses = [low.as_ref(), Some(&best), high.as_ref()];
        if let Some(dispute) = crosses.iter().flatten().find_map(|cross| cross.dispute(row, column))
        {
            disputes.push(dispute);
            continue;
        }
        let [low, best, high] = crosses.map(|cross| cross.map(|cross| cross.cell(row, column)));
        let is_partial = matches!(best, Some(Value::Partial(..)));
        lacking += usize::from(is_partial);
        // bounds that only some of the facts have are bounds of less
        let bound = |cell: Option<Value<'_>>| match cell {
            Some(Value::Partial(..)) if !is_partial => None,
            cell => cell.and_then(|cell| cell.number()),
        };
        let figure = ClaimFigure {
            name: String::new(),
            low: bound(low),
            best: best.and_then(|best| best.number()),
            high: bound(high),
        };
        if figure.stated().next().is_none() {
            continue;
        }
        let is_shared = |(label, row): (&Label, &ColumnRef)| {
            row.names_several() && label.text.contains(BETWEEN_NAMES)
        };
        shared += usize::from(row.iter().zip(&rows).any(is_shared));
        let text = |label: &Label| label.text.clone();
        let part = |name: &str| {
            let at = parted.iter().position(|part| part.name() == name)?;
            let label = &column[1 + scope.len() + at];
            (!label.missing).then(|| text(label))
        };
        all.push(SourceTotal {
            label: row.iter().map(text).collect(),
            scope: column[1..]
                .iter()
                .zip(&scope)
                .map(|(label, column)| match label.missing {
                    false => text(label),
                    // a figure that says nothing of it counts what happened
                    true if column.name() == STOCK_FLOW => FLOW.to_owned(),
                    true => String::new(),
                })
                .collect(),
            violence: part(VIOLENCE),
            population: part(POPULATION),
            source: column[0].text.clone(),
            figure,
        });
    }
    let families = load_claims::families(store)?;
    let family = |source: &str| families.get(source).cloned().unwrap_or_else(|| source.to_owned());
    let (questions, lone) = totals::questions(&all, family);
    let notes = left_out([lone, unlabelled, shared, lacking], disputes);
    let scope = scope.into_iter().chain(parted).collect();
    Ok(Compared { rows, scope, questions, notes })
}

/// What is said of totals that were left out or are not whole.
fn left_out(
    [lone, unlabelled, shared, lacking]: [usize; 4],
    disputes: Vec<Dispute>,
) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |n: usize, one: &str, many: &str| {
        if n > 0 {
            notes.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    };
    note(
        lone,
        "total not compared: only one source has it",
        "totals not compared: only one source has each",
    );
    note(unlabelled, "total left out: it has no label", "totals left out: they have no label");
    note(
        shared,
        "total counts several names together, not each of them",
        "totals count several names together, not each of them",
    );
    note(
        lacking,
        "total does not include facts whose figure is unknown",
        "totals do not include facts whose figure is unknown",
    );
    let n = disputes.len();
    if let Some(first) = disputes.into_iter().next() {
        let which = if n == 1 { "total" } else { "totals" };
        notes.push(format!("{n} {which} left out: {}", explain(first)));
    }
    notes
}
