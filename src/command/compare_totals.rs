//! `facts compare KIND --rows FIELDS`: what each source adds up to, side by side.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::command::gather::{Axes, collect, explain, figure};
use crate::command::load_claims;
use crate::error::{Error, Result};
use crate::evidence::claim::ClaimFigure;
use crate::evidence::totals::{self, SourceTotal, TotalQuestion};
use crate::kind::{FLOW, Field, Figure, STOCK_FLOW};
use crate::query::{ColumnRef, Op, Predicate, Query, column, columns, field};
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

/// Adds up each source's figures under each label, and sets them against each other: those of one
/// kind, and of `counting`, kinds of data sets whose figures count the same.
///
/// # Errors
/// A field that is unknown or no figure; several kinds; the database cannot be read.
pub fn totals(
    query: &Query,
    counting: &[(Query, &'static Figure)],
    (rows, value): (&str, Option<&str>),
    store: &Store,
) -> Result<Compared> {
    let [kind] = query.kinds.as_slice() else {
        return Err(Error::usage("--rows compares the totals of one kind")
            .hint("facts compare casualties --rows country,year"));
    };
    let labels = columns(rows, &query.kinds)?;
    let best = value.or_else(|| kind.figures.first().map(|figure| figure.best));
    let best = figure(best.unwrap_or("best"), query)?;
    let of = kind.figures.iter().find(|figure| [figure.low, figure.high].contains(&best.name));
    if let Some(of) = of {
        return Err(Error::usage(format!(
            "--value {}: a bound stands beside its best estimate; compare that",
            best.name
        ))
        .hint(format!("--value {} shows {}, too", of.best, best.name)));
    }
    let is_row = |name: &str| labels.iter().any(|row| row.name() == name);
    let known = |name: &str| kind.field(name).filter(|_| !is_row(name)).map(ColumnRef::Field);
    let units =
        best.unit_fields.iter().filter(|name| **name != OWN_WORDS && !SCOPES.contains(name));
    let counted = Counted {
        scope: SCOPES.iter().chain(units).copied().filter_map(known).collect(),
        parted: [VIOLENCE, POPULATION].into_iter().filter_map(known).collect(),
        fields: &[],
    };
    let mut out = LeftOut::default();
    let mut all = Vec::new();
    // what a source states in the kind itself goes before what the figures of another come to
    for (query, figure) in counting {
        let Ok(rows) = columns(rows, &query.kinds) else { continue };
        let Some((best, counts)) = kind.figures.first().and_then(|own| {
            let at = own.fields().into_iter().position(|field| field == best.name)?;
            Some((field(figure.fields()[at], &query.kinds), figure.counts.as_ref()?))
        }) else {
            continue;
        };
        let counted = Counted { fields: counts.fields, ..counted.clone() };
        all.extend(totals_of(query, &rows, best?, &counted, (store, &mut out))?);
    }
    all.extend(totals_of(query, &labels, best, &counted, (store, &mut out))?);
    let families = load_claims::families(store)?;
    let family = |source: &str| families.get(source).cloned().unwrap_or_else(|| source.to_owned());
    let (questions, lone) = totals::questions(&all, family);
    let Counted { scope, parted, .. } = counted;
    let scope = scope.into_iter().chain(parted).collect();
    Ok(Compared { rows: labels, scope, questions, notes: out.notes(lone) })
}

/// What tells apart what is counted.
#[derive(Clone)]
struct Counted {
    /// The columns that are the same for all that are compared.
    scope: Vec<ColumnRef>,
    /// Those by which a source may divide its figures.
    parted: Vec<ColumnRef>,
    /// What the figures of a kind without these columns would say in them.
    fields: &'static [(&'static str, &'static str)],
}

impl Counted {
    /// What all figures say of a column.
    fn always(&self, column: &ColumnRef) -> Option<&'static str> {
        self.fields.iter().find(|(name, _)| *name == column.name()).map(|(_, says)| *says)
    }
}

/// The totals of each source under each label.
fn totals_of(
    query: &Query,
    rows: &[ColumnRef],
    best: &'static Field,
    counted: &Counted,
    (store, out): (&Store, &mut LeftOut),
) -> Result<Vec<SourceTotal>> {
    let [kind] = query.kinds.as_slice() else { return Ok(Vec::new()) };
    let bounds = kind.figures.iter().find_map(|figure| figure.bounds_of(best));
    let mut told = vec![column("source", &query.kinds)?];
    let own = |column: &&ColumnRef| kind.field(column.name()).is_some();
    told.extend(counted.scope.iter().chain(&counted.parted).filter(own).cloned());
    let axes = Axes { rows: rows.to_vec(), columns: told, unit_fields: Vec::new() };
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
    let asked: Vec<Option<Vec<String>>> =
        rows.iter().map(|row| asked_names(query, row, store)).collect::<Result<_>>()?;
    let mut all: BTreeMap<_, SourceTotal> = BTreeMap::new();
    for (row, column) in best.pairs() {
        let (row, column) = (row.as_slice(), column.as_slice());
        if row.iter().any(Label::is_missing) {
            out.unlabelled += 1;
            continue;
        }
        let crosses = [low.as_ref(), Some(&best), high.as_ref()];
        if let Some(dispute) = crosses.iter().flatten().find_map(|cross| cross.dispute(row, column))
        {
            out.disputes.push(dispute);
            continue;
        }
        let [low, best, high] = crosses.map(|cross| cross.map(|cross| cross.cell(row, column)));
        let is_partial = matches!(best, Some(Value::Partial(..)));
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
        // no deaths are reported of an event: that is not to say that there were none
        if !counted.fields.is_empty() && figure.stated().all(|number| number == 0.0) {
            out.zeros += 1;
            continue;
        }
        out.lacking += usize::from(is_partial);
        let part = |counts: &ColumnRef| match counted.always(counts) {
            Some(says) => Some(says.to_owned()),
            None => axes
                .columns
                .iter()
                .zip(column)
                .find(|(told, label)| told.name() == counts.name() && !label.is_missing())
                .map(|(_, label)| label.text.to_string()),
        };
        let parted = |name: &str| counted.parted.iter().find(|by| by.name() == name).and_then(part);
        let scope = counted.scope.iter().map(|column| match part(column) {
            Some(text) => text,
            // a figure that says nothing of it counts what happened
            None if column.name() == STOCK_FLOW => FLOW.to_owned(),
            None => String::new(),
        });
        let scope: Vec<String> = scope.collect();
        let labels = labels_of_members(row, rows);
        out.shared += usize::from(labels.len() > 1);
        let is_asked = |label: &Vec<String>| {
            label
                .iter()
                .zip(&asked)
                .all(|(member, names)| names.as_ref().is_none_or(|names| names.contains(member)))
        };
        for label in labels.into_iter().filter(is_asked) {
            let total = SourceTotal {
                label,
                scope: scope.clone(),
                violence: parted(VIOLENCE),
                population: parted(POPULATION),
                source: column[0].text.to_string(),
                figure: figure.clone(),
            };
            match all.entry(total.counted()) {
                Entry::Occupied(mut known) => known.get_mut().add(&total),
                Entry::Vacant(place) => drop(place.insert(total)),
            }
        }
    }
    Ok(all.into_values().collect())
}

/// Whom the filters ask for in a row of a table that names some, by their usual names; what else a
/// fact names beside them is not asked for.
fn asked_names(query: &Query, column: &ColumnRef, store: &Store) -> Result<Option<Vec<String>>> {
    if !column.names_several() {
        return Ok(None);
    }
    for test in &query.tests {
        let words = match test {
            Predicate::In { column: of, values, not: false, .. } if of.name() == column.name() => {
                values.clone()
            }
            Predicate::Compare(of, Op::Is | Op::IsShown, Value::Text(word))
                if of.name() == column.name() =>
            {
                vec![word.to_string()]
            }
            _ => continue,
        };
        return store.usual_names(column, &words).map(Some);
    }
    Ok(None)
}

/// The labels of a row; where one names several, those of each of them: what several countries share
/// is of each.
fn labels_of_members(row: &[Label], rows: &[ColumnRef]) -> Vec<Vec<String>> {
    let mut labels = vec![Vec::new()];
    for (label, column) in row.iter().zip(rows) {
        let members: Vec<&str> = if column.names_several() {
            label.text.split(BETWEEN_NAMES).collect()
        } else {
            vec![&label.text]
        };
        labels = labels
            .iter()
            .flat_map(|label: &Vec<String>| {
                members.iter().map(|member| [&label[..], &[(*member).to_owned()]].concat())
            })
            .collect();
    }
    labels
}

/// Totals that were left out or are not whole.
#[derive(Default)]
struct LeftOut {
    unlabelled: usize,
    shared: usize,
    lacking: usize,
    /// Totals of events of which no deaths are reported.
    zeros: usize,
    disputes: Vec<Dispute>,
}

impl LeftOut {
    /// What is said of them, and of those that only one source has.
    fn notes(self, lone: usize) -> Vec<String> {
        let LeftOut { unlabelled, shared, lacking, zeros, disputes } = self;
        let mut notes = Vec::new();
        let mut note = |n: usize, one: &str, many: &str| {
            if n > 0 {
                notes.push(format!("{n} {}", if n == 1 { one } else { many }));
            }
        };
        note(
            lone,
            "total is of one source only, and is not compared",
            "totals are of one source only, and are not compared",
        );
        note(unlabelled, "total left out: it has no label", "totals left out: they have no label");
        note(
            shared,
            "total of several names is counted under each of them",
            "totals of several names are counted under each of them",
        );
        note(
            zeros,
            "total of 0 left out: none are reported, which is not to say that there were none",
            "totals of 0 left out: none are reported, which is not to say that there were none",
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
}
