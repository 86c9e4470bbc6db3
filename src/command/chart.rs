//! `facts chart`: a cross-table as a picture, or events on a line of time.

use std::collections::BTreeMap;

use crate::chart::{Chart, ChartStyle, Point, Series};
use crate::command::extra_columns;
use crate::command::filter_args::FilterArgs;
use crate::command::gather::{self, Axes};
use crate::command::global_args::GlobalArgs;
use crate::command::load_claims::source_text;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::command::{Exit, kinds_or};
#[cfg(feature = "chart")]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
use crate::evidence::rights::Rights;
use crate::query::{self, ColumnRef, Predicate, Query, column, field};
use crate::store::Store;
use crate::tabulate::{Across, Aggregate, Cross, Dispute, Label};
use crate::value::date::{Bucket, Days};
use crate::value::text::count;
use crate::value::{Type, Value};

/// Draw a chart of figures by period or another field, or a timeline; without -o, as text.
///
/// Whiskers run from low to high, missing figures leave gaps, and the sources are listed below.
/// Figures from different sources are never summed; separate them with --by source.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts chart casualties --x year --y best --by source -o deaths.svg\n  facts chart events --style timeline --during 2013-11..2014-03"
)]
pub struct Args {
    #[arg(value_name = "KIND", help = kinds_or("all"))]
    kind: String,
    /// Field on the x axis: year, quarter, month, decade, or any other field
    #[arg(long, value_name = "FIELD", default_value = "year")]
    x: String,
    /// Figure on the y axis [default: number of facts]
    #[arg(long, value_name = "FIELD")]
    y: Option<String>,
    /// Field that gets a colour for each value
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// Chart style
    #[arg(long = "style", id = "drawn", value_name = "STYLE", value_parser = ["bars", "lines", "timeline"], default_value = "bars")]
    drawn: String,
    /// Title of the chart
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    #[command(flatten)]
    filters: FilterArgs,
}

/// The most lines that a timeline has.
const LINES: usize = 60;

/// The most marks on a long line of time.
const TICKS: i64 = 30;

/// The most colours that can be told apart.
const COLOURS: usize = 7;

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    if let Some(format) = &global.format {
        return Err(Error::usage(format!("facts chart does not write {format}"))
            .hint("-o chart.svg, chart.png or chart.txt chooses the format; facts tabulate writes the figures"));
    }
    let mut query = Query::of(query::kinds(&args.kind)?);
    query.tests = args.filters.tests(&query.kinds)?;
    query.past = args.filters.past()?;
    let store = rights::open_for_answers(global, ui)?;
    let is_picture = global
        .output
        .as_ref()
        .is_some_and(|path| path.extension().is_none_or(|end| !end.eq_ignore_ascii_case("txt")));
    if is_picture {
        // a timeline shows what facts say; figures alone are not what is protected
        let is_withheld: fn(Rights) -> bool = match args.drawn.as_str() {
            "timeline" => |rights| !rights.has_facts(),
            _ => |rights| rights == Rights::Nothing,
        };
        query = rights::for_picture(&query, &store, ui, is_withheld)?;
    }
    let mut chart = if args.drawn == "timeline" {
        timeline(&query, args, &store)?
    } else {
        numbers(&query, args, &store)?
    };
    let figure = query.kinds.iter().find_map(|kind| kind.figures.first());
    if let Some(figure) = figure.filter(|_| args.drawn != "timeline" && args.y.is_none()) {
        ui.status(&format!("bars show the number of facts; --y {} shows the figures", figure.best));
    }
    if let Some(title) = &args.title {
        chart.title.clone_from(title);
    }
    if chart.series.iter().all(|series| series.points.is_empty()) {
        extra_columns::say_unknown(
            query.tests.iter().filter_map(Predicate::column),
            &query.kinds,
            &store,
            ui,
        )?;
        for said in store.unknown_values(&query)? {
            ui.status(&said);
        }
        ui.status("nothing to draw: no facts match");
        return Ok(Exit::Done);
    }
    drop(store);
    let end = global
        .output
        .as_ref()
        .and_then(|path| path.extension())
        .and_then(|end| end.to_str())
        .map(str::to_lowercase);
    match (global.output.is_some(), end.as_deref()) {
        (false, _) => ui.text(&chart.text(ui.width().unwrap_or(100)))?,
        (true, Some(end @ ("svg" | "png"))) => ui.whole(global, &picture(&chart, end)?)?,
        (true, Some("txt")) => ui.whole(global, chart.text(100).as_bytes())?,
        (true, _) => {
            return Err(Error::usage("unknown chart format: expected .svg, .png or .txt")
                .hint("give the -o file one of these extensions"));
        }
    }
    Ok(Exit::Done)
}

/// A chart as a picture, by the end of its file's name.
#[cfg(feature = "chart")]
fn picture(chart: &Chart, end: &str) -> Result<Vec<u8>> {
    let drawn = if end == "svg" { chart.svg().map(String::into_bytes) } else { chart.png() };
    drawn.map_err(|why| Error::new(ErrorKind::Io, "cannot draw the chart").with_source(why))
}

/// This program draws no pictures.
#[cfg(not(feature = "chart"))]
fn picture(_: &Chart, end: &str) -> Result<Vec<u8>> {
    Err(Error::usage(format!("this build of facts cannot draw .{end} charts (feature \"chart\")"))
        .hint("write a .txt file with -o instead"))
}

/// A chart of figures.
fn numbers(query: &Query, args: &Args, store: &Store) -> Result<Chart> {
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
    for value in [Some(y), beside(0), beside(1)] {
        crosses.push(match value {
            None => None,
            Some(value) => {
                let mut tally = gather::collect(query, &axes, value, aggregate, store)?;
                lacking = lacking.or(Some(tally.lacking()));
                denied = denied.or(Some(tally.denied()));
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
    let mut notes = vec![sources(query, store)?];
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

/// The bucket whose beginnings mark an axis of this many days.
fn bucket_for(days: f64) -> Bucket {
    match days {
        days if days < 800.0 => Bucket::Month,
        days if days < 15_000.0 => Bucket::Year,
        _ => Bucket::Decade,
    }
}

fn too_many_colours(values: usize) -> Error {
    Error::usage(format!("--by has {values} values; at most {COLOURS} colours can be told apart"))
        .hint("select fewer with a filter, or leave out --by")
}

/// What must not be added up is no more drawn than tabulated.
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

/// The figure of a cell with its bounds; none where there is no fact, or no place on the axis.
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

#[expect(clippy::cast_precision_loss, reason = "days are far below 2^53")]
fn number(day: i64) -> f64 {
    day as f64
}

/// Facts on a line of time, a line each.
fn timeline(query: &Query, args: &Args, store: &Store) -> Result<Chart> {
    let mut query = query.clone();
    let shared = |name: &str| column(name, &query.kinds);
    let by = args.by.as_deref().map(shared).transpose()?;
    query.columns =
        [shared("date_from")?, shared("date_to")?, shared("date")?, shared("summary")?].into();
    query.columns.extend(by);
    let mut series: Vec<Series> = Vec::new();
    let (mut lines, mut without) = (0, 0_u64);
    store.select(&query, |cells| {
        let (Value::Day(first), Value::Day(last)) = (&cells[0], &cells[1]) else {
            without += 1;
            return Ok(());
        };
        lines += 1;
        let name = cells.get(4).map_or(String::new(), ToString::to_string);
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
    let mut notes = vec![sources(&query, store)?];
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

/// The works that the facts of a query are from, in a line.
fn sources(query: &Query, store: &Store) -> Result<String> {
    let mut query = query.clone();
    query.columns = vec![column("source", &query.kinds)?];
    query.sort = Vec::new();
    let mut slugs: Vec<String> = Vec::new();
    store.select(&query, |cells| {
        let slug = cells[0].to_string();
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
        Ok(())
    })?;
    slugs.sort_unstable();
    let mut told = Vec::new();
    store.export_reference(&crate::kind::reference_table::SOURCES, |cells| {
        if let Some(slug) = cells[0].text().filter(|slug| slugs.iter().any(|known| known == slug)) {
            let text = |name: &str| source_text(cells, name);
            let rights =
                Rights::of(text("redistribution").as_deref(), text("restricted").as_deref());
            told.push(match rights {
                Rights::Whole | Rights::Excerpt => format!("{slug} ({})", cells[2]),
                Rights::Citation => format!("{slug} ({}; not for redistribution)", cells[2]),
                Rights::Nothing => "a restricted source (not for redistribution)".to_owned(),
            });
        }
        Ok(())
    })?;
    Ok(format!("Sources: {}", told.join("; ")))
}
