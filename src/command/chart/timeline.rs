//! A chart of facts on a line of time.

use std::collections::BTreeSet;

use crate::chart::{Chart, ChartStyle, Point, Series};
use crate::command::chart::{Args, COLOURS, number, sources, too_many_colours};
use crate::error::{Error, Result};
use crate::query::{Query, column};
use crate::store::Store;
use crate::value::Value;
use crate::value::date::{Bucket, Days};
use crate::value::text::count;

/// The most lines that a timeline has.
const LINES: usize = 60;

/// The most marks on a long line of time.
const TICKS: i64 = 30;

/// Facts on a line of time, a line each.
pub(super) fn timeline(query: &Query, args: &Args, store: &Store) -> Result<Chart> {
    let mut query = query.clone();
    let shared = |name: &str| column(name, &query.kinds);
    let by = args.by.as_deref().map(shared).transpose()?;
    query.columns = ["date_from", "date_to", "date", "summary", "source"]
        .into_iter()
        .map(shared)
        .collect::<Result<_>>()?;
    query.columns.extend(by);
    let mut series: Vec<Series> = Vec::new();
    let mut slugs = BTreeSet::new();
    let (mut lines, mut without) = (0, 0_u64);
    store.select(&query, |cells| {
        if let Some(slug) = cells[4].text().filter(|slug| !slugs.contains(*slug)) {
            slugs.insert(slug.to_owned());
        }
        let (Value::Day(first), Value::Day(last)) = (&cells[0], &cells[1]) else {
            without += 1;
            return Ok(());
        };
        lines += 1;
        let name = cells.get(5).map_or(String::new(), ToString::to_string);
        let place = series.iter().position(|series| series.name == name).unwrap_or_else(|| {
            series.push(Series { name, points: Vec::new() });
            series.len() - 1
        });
        let span = (number(*first), number(*last + 1));
        let label = format!("{}  {}", cells[2], cells[3]);
        series[place].points.push(Point { x: span.0, span, label, y: None, bounds: None });
        Ok(())
    })?;
    if lines > LINES {
        return Err(Error::usage(format!(
            "{lines} facts are too many for a timeline (limit: {LINES})"
        ))
        .hint("select fewer with a filter, such as --during"));
    }
    if series.len() > COLOURS {
        return Err(too_many_colours(series.len()));
    }
    let spans = || series.iter().flat_map(|series| &series.points).map(|point| point.span);
    let begin = spans().map(|span| span.0).fold(f64::INFINITY, f64::min);
    let end = spans().map(|span| span.1).fold(f64::NEG_INFINITY, f64::max);
    let bucket = bucket_for(end - begin);
    let mut ticks = Vec::new();
    if lines > 0 {
        #[expect(clippy::cast_possible_truncation, reason = "a day")]
        let mut day = bucket.start_of(begin as i64);
        while number(day) <= end {
            ticks.push((
                number(day),
                bucket.label(Days { first: Some(day), last: Some(day) }).unwrap_or_default(),
            ));
            day = bucket.next(day);
        }
        // over centuries only whole hundreds of years, or round numbers of them, are marked
        let decades = i64::try_from(ticks.len()).unwrap_or(i64::MAX);
        if let Some(step) =
            [50, 100, 500, 1000].into_iter().find(|step| decades / (step / 10) <= TICKS)
            && decades > TICKS
            && bucket == Bucket::Decade
        {
            let year = |label: &str| label.trim_end_matches('s').parse::<i64>().ok();
            ticks.retain(|(_, label)| year(label).is_some_and(|year| year.rem_euclid(step) == 0));
            ticks
                .iter_mut()
                .for_each(|(_, label)| label.truncate(label.trim_end_matches('s').len()));
        }
    }
    let mut notes = vec![sources(&slugs, store)?];
    if without > 0 {
        notes.push(format!(
            "{} not drawn: no date, or an open-ended date",
            count(without, "fact", "facts")
        ));
    }
    Ok(Chart {
        title: format!("{}: timeline", args.kind),
        measure: String::new(),
        series,
        ticks,
        bucket: 1.0,
        notes,
        style: ChartStyle::Timeline,
    })
}

/// The bucket whose beginnings mark an axis of this many days.
fn bucket_for(days: f64) -> Bucket {
    match days {
        days if days < 800.0 => Bucket::Month,
        days if days < 15_000.0 => Bucket::Year,
        _ => Bucket::Decade,
    }
}
