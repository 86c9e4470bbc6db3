//! A chart of figures: a cross-table, drawn.

use std::collections::{BTreeMap, BTreeSet};

use crate::chart::{Chart, ChartStyle, Point, Series};
use crate::command::chart::{Args, COLOURS, number, sources, too_many_colours};
use crate::command::gather::{self, Axes};
use crate::error::{Error, Result};
use crate::query::{ColumnRef, Query, column, field};
use crate::store::Store;
use crate::tabulate::{Across, Aggregate, Cross, Dispute, Label};
use crate::value::date::Days;
use crate::value::text::count;
use crate::value::{Type, Value};

/// A chart of figures.
pub(super) fn numbers(query: &Query, args: &Args, store: &Store) -> Result<Chart> {
    let x = column(&args.x, &query.kinds)?;
    let y = args.y.as_deref().map(|name| gather::figure(name, query)).transpose()?;
    let by = args.by.as_deref().map(|name| column(name, &query.kinds)).transpose()?;
    let unit_fields = gather::unit_fields(y, query)?;
    let free: Vec<_> = unit_fields
        .iter()
        .copied()
        .filter(|field| {
            x.name() != field.name
                && by.as_ref().is_none_or(|by| by.name() != field.name)
                && !args.filters.fixes(field.name)
        })
        .collect();
    let axes = Axes { rows: vec![x.clone()], columns: by.iter().cloned().collect(), unit_fields };
    let aggregate = if y.is_some() { Aggregate::Sum } else { Aggregate::Count };
    let bounds = y.and_then(|y| {
        query.kinds.iter().flat_map(|kind| kind.figures).find_map(|figure| figure.bounds_of(y))
    });
    let beside = |n: usize| bounds.and_then(|bounds| field(bounds[n], &query.kinds).ok()).map(Some);
    let mut crosses = Vec::new();
    let mut apart = Vec::new();
    let (mut lacking, mut denied) = (None, None);
    let mut slugs = BTreeSet::new();
    for value in [Some(y), beside(0), beside(1)] {
        crosses.push(match value {
            None => None,
            Some(value) => {
                let mut tally = gather::collect(query, &axes, value, aggregate, store)?;
                lacking = lacking.or(Some(tally.lacking()));
                denied = denied.or(Some(tally.denied()));
                slugs.extend(tally.sources().into_iter().map(str::to_owned));
                let split;
                (split, apart) = gather::separate(&mut tally, &axes.unit_fields, &free, store)?;
                Some(
                    tally
                        .cross(axes.rows.len(), axes.columns.len(), &split, Across::default())
                        .map_err(explain)?,
                )
            }
        });
    }
    let Some(cross) = &crosses[0] else { return Ok(Chart::default()) };
    if cross.columns().len() > COLOURS {
        return Err(too_many_colours(cross.columns().len()));
    }
    let rows: Vec<Vec<Label>> = cross.rows().map(|row| cross.named(row)).collect();
    let columns: Vec<Vec<Label>> = cross.columns().map(|column| cross.named(column)).collect();
    let places = Places::of(&rows, x.ty());
    let series = columns
        .iter()
        .map(|column| {
            let mut points: Vec<Point> =
                rows.iter().filter_map(|row| point(row, column, &crosses, &places)).collect();
            points.sort_by(|a, b| a.x.total_cmp(&b.x));
            Series { name: crate::tabulate::name(&[], column).replace(" × ", " · "), points }
        })
        .collect();
    let what = y.map_or_else(|| "facts".to_owned(), |y| y.name.replace('_', " "));
    let of: Vec<&str> =
        by.iter().map(ColumnRef::name).chain(apart.iter().map(|field| field.name)).collect();
    let told = if of.is_empty() { String::new() } else { format!(", by {}", of.join(" and ")) };
    let (lacking, all) = lacking.unwrap_or_default();
    let mut notes = vec![sources(&slugs, store)?];
    if y.is_some() && lacking > 0 {
        notes.push(format!(
            "{lacking} of {} without {what}; not drawn as zero",
            count(all, "fact", "facts")
        ));
    }
    notes.extend(denied.and_then(gather::of_denied));
    notes.extend(places.left_out.clone());
    Ok(Chart {
        title: format!("{}: {what} by {}{told}", args.kind, x.name()),
        measure: y.map_or("facts".into(), |y| y.about.trim_end_matches('.').to_owned()),
        series,
        ticks: places.ticks,
        bucket: places.bucket,
        notes,
        style: if args.drawn == "lines" { ChartStyle::Lines } else { ChartStyle::Bars },
    })
}

/// The refusal of a sum, as for a table, with the options that a chart has instead.
fn explain(dispute: Dispute) -> Error {
    let hint = match dispute {
        Dispute::Sources(..) | Dispute::Counts(..) => {
            "--by source separates sources, --source X selects one; facts tabulate offers more ways"
        }
        Dispute::Periods(..)
        | Dispute::Stocks(..)
        | Dispute::StockAndFlow(..)
        | Dispute::States(..) => "--x date separates them, or select one of them with a filter",
        Dispute::Answers(..) | Dispute::Unlike(..) => "select one of them with a filter",
    };
    let mut failure = gather::explain(dispute);
    failure.hints = vec![hint.into()];
    failure
}

/// The point of a cell, with the bounds of its figure. A cell without facts, or without a place on the
/// axis, has none.
fn point(
    row: &[Label],
    column: &[Label],
    crosses: &[Option<Cross>],
    places: &Places,
) -> Option<Point> {
    let span = places.span(row)?;
    // a bound of a sum exists only if every figure in it has one
    let bound = |n: usize| match crosses[n].as_ref().map(|cross| cross.cell(row, column)) {
        Some(Value::Partial(..)) | None => None,
        Some(cell) => cell.number(),
    };
    let y = crosses[0].as_ref().and_then(|cross| cross.cell(row, column).number());
    let bounds = bound(1).zip(bound(2));
    let is_there = crosses[0].as_ref().is_some_and(|cross| cross.has(row, column));
    is_there.then(|| Point {
        x: f64::midpoint(span.0, span.1),
        span,
        label: row[0].text.to_string(),
        y,
        bounds,
    })
}

/// Where the labels of an axis stand.
struct Places {
    dated: bool,
    order: BTreeMap<String, f64>,
    ticks: Vec<(f64, String)>,
    bucket: f64,
    left_out: Option<String>,
}

impl Places {
    fn of(rows: &[Vec<Label>], ty: Type) -> Places {
        let labels: Vec<&Label> = rows.iter().map(|row| &row[0]).collect();
        if let Type::Bucket(bucket) = ty {
            let dated: Vec<&&Label> =
                labels.iter().filter(|label| !label.is_missing() && is_bounded(label)).collect();
            let first = dated.iter().filter_map(|label| label.days()).map(|(first, _)| first).min();
            let last = dated.iter().filter_map(|label| label.days()).map(|(_, last)| last).max();
            let mut ticks = Vec::new();
            let mut day = first;
            // every whole bucket has its place, facts or no facts
            while let (Some(at), Some(last)) = (day, last)
                && at <= last
                && ticks.len() < 5000
            {
                let next = bucket.next(at);
                let label =
                    bucket.label(Days { first: Some(at), last: Some(at) }).unwrap_or_default();
                ticks.push((f64::midpoint(number(at), number(next)), label));
                day = Some(next);
            }
            let bucket = first.map_or(365.0, |first| number(bucket.next(first) - first));
            let without = labels.len() - dated.len();
            let left_out = (without > 0).then(|| {
                "facts without a date, with an open-ended date or with several dates are not drawn".to_owned()
            });
            return Places { dated: true, order: BTreeMap::new(), ticks, bucket, left_out };
        }
        let order: BTreeMap<String, f64> = (0_u32..)
            .zip(&labels)
            .map(|(n, label)| (label.text.to_string(), f64::from(n)))
            .collect();
        let ticks = (0_u32..)
            .zip(&labels)
            .map(|(n, label)| (f64::from(n) + 0.5, label.text.to_string()))
            .collect();
        Places { dated: false, order, ticks, bucket: 1.0, left_out: None }
    }

    fn span(&self, row: &[Label]) -> Option<(f64, f64)> {
        let label = row.first()?;
        if !self.dated {
            let at = *self.order.get(&*label.text)?;
            return Some((at, at + 1.0));
        }
        let (first, last) = label.days().filter(|_| !label.is_missing() && is_bounded(label))?;
        Some((number(first), number(last) + self.bucket))
    }
}

/// Whether a label of dates has a beginning and an end.
fn is_bounded(label: &Label) -> bool {
    label.days().is_some_and(|(first, last)| first != i64::MAX && last != i64::MAX)
        && !label.text.starts_with('–')
        && !label.text.ends_with('–')
}
