//! `facts chart`: a cross-table as a picture, or events on a line of time.

mod numbers;
mod timeline;

use std::collections::BTreeSet;

use crate::chart::Chart;
use crate::command::extra_columns;
use crate::command::filter_args::FilterArgs;
use crate::command::global_args::GlobalArgs;
use crate::command::load_claims::source_text;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::command::{Exit, kinds_or};
#[cfg(feature = "chart")]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
use crate::evidence::rights::Rights;
use crate::query::{self, Predicate, Query};
use crate::store::Store;

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
        timeline::timeline(&query, args, &store)?
    } else {
        numbers::numbers(&query, args, &store)?
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

fn too_many_colours(values: usize) -> Error {
    Error::usage(format!("--by has {values} values; at most {COLOURS} colours can be told apart"))
        .hint("select fewer with a filter, or leave out --by")
}

/// A day as a place on an axis.
#[expect(clippy::cast_precision_loss, reason = "days are far below 2^53")]
fn number(day: i64) -> f64 {
    day as f64
}

/// The works with these slugs, in a line.
fn sources(slugs: &BTreeSet<String>, store: &Store) -> Result<String> {
    let mut told = Vec::new();
    store.export_reference(&crate::kind::reference_table::SOURCES, |cells| {
        if let Some(slug) = cells[0].text().filter(|slug| slugs.contains(*slug)) {
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
