//! `facts query`: rows.

use super::console::Console;
use super::filters::Filters;
use super::global::Global;
use super::heading;
use crate::exit::{Exit, Failure, Result};
use crate::kind::{self, COLUMN, Field};
use crate::query::{self, Query, Test};
use crate::store::Store;
use crate::value::nearest::did_you_mean;
use crate::value::text::count;

/// List facts of one kind, or the timeline over all.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts query events --during 2013-11..2014-03\n  facts query arms-transfers --recipient Iraq --stage delivered -f json"
)]
pub struct Args {
    /// events, arms-transfers, casualties, posts, indicators, or all
    #[arg(value_name = "KIND")]
    kind: String,
    /// The fields to show, with commas between; extra.NAME is a column of a data set, extra.* all of them
    #[arg(short, long, value_name = "FIELDS")]
    columns: Option<String>,
    /// What to sort by, `-` before a field for high to low; `none` is quickest [default: date,ref]
    #[arg(short, long, value_name = "FIELDS", allow_hyphen_values = true)]
    sort: Option<String>,
    /// At most so many facts
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    limit: Option<u64>,
    /// Leave out so many first
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = whole)]
    offset: u64,
    /// How sources are cited: not at all, by their key, or with the passage
    #[arg(long, value_name = "HOW", value_parser = ["none", "key", "full"], default_value = "key")]
    cite: String,
    /// Print the SQL instead of running it
    #[arg(long)]
    explain: bool,
    /// Exit with 1 when no fact matches
    #[arg(short = 'e', long)]
    exit_status: bool,
    #[command(flatten)]
    filters: Filters,
}

/// A number of facts.
pub fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a whole number, from 0".to_owned())
}

/// What stands for all columns of data sets that have no field.
const ALL: &str = "extra.*";

/// Puts every column in the place of all of them, and says which of those that are named is none.
fn columns(query: &mut Query, store: &Store, console: &mut Console) -> Result<()> {
    let sorted = query.sort.iter().map(|order| order.field);
    let tested = query.tests.iter().filter_map(Test::field);
    let named: Vec<&str> = query.columns.iter().copied().chain(sorted).chain(tested).filter_map(Field::column).collect();
    if named.is_empty() {
        return Ok(());
    }
    let known = store.columns(&query.kinds)?;
    if let Some(at) = query.columns.iter().position(|field| field.name == ALL) {
        let others = known.iter().filter(|name| !named.contains(&name.as_str()));
        let others: Vec<_> = others.filter_map(|name| kind::column(&format!("{COLUMN}{name}"))).collect();
        query.columns.splice(at..=at, others);
    }
    if query.columns.is_empty() {
        return Err(Failure::usage(format!("\"{ALL}\": no fact here has a column without a field")));
    }
    for name in named.into_iter().filter(|name| *name != "*" && !known.iter().any(|known| known == name)) {
        let near = did_you_mean(name, known.iter().map(String::as_str));
        console.say(&format!("no data set here has a column \"{name}\" without a field{near}"));
    }
    Ok(())
}

/// Runs it.
pub fn run(args: &Args, global: &Global, console: &mut Console) -> Result<Exit> {
    let mut query = Query::of(query::kinds(&args.kind)?);
    query.tests = args.filters.tests(&query.kinds)?;
    query.past = args.filters.past()?;
    if let Some(list) = &args.columns {
        query.columns = query::fields(list, &query.kinds)?;
    }
    match args.sort.as_deref() {
        None => {}
        Some("none") => query.unsorted = true,
        Some(list) => query.sort = query::sort(list, &query.kinds)?,
    }
    (query.limit, query.offset) = (args.limit, args.offset);
    let store = global.open()?;
    columns(&mut query, &store, console)?;
    if args.explain {
        console.text(&format!("{};\n", store.explain(&query)?))?;
        return Ok(Exit::Done);
    }
    if args.cite == "none" {
        query.columns.retain(|field| !["ref", "source", "locator", "quote"].contains(&field.name));
    }
    let cited: &[&str] = if args.cite == "full" { &["source", "locator", "quote"] } else { &[] };
    let placed: &[&str] = if global.format(console.terminal)?.name == "geojson" { &["lat", "lon"] } else { &[] };
    if !cited.is_empty() || !placed.is_empty() {
        for name in cited.iter().chain(placed) {
            if !query.columns.iter().any(|field| field.name == *name) {
                query.columns.push(query::field(name, &query.kinds)?);
            }
        }
    }
    console.cite(&store, global)?;
    let headings = query.columns.iter().map(|field| heading(field)).collect();
    let leading = if args.columns.is_some() { Vec::new() } else { query.leading().map(str::to_owned).collect() };
    let rows = console.select(global, headings, leading, &store, &query)?;
    // an answer may be less than was meant too: a part of a list may be misspelt, or what should be left out
    if rows == 0 || query.tests.iter().any(|test| matches!(test, Test::Among { values, not, .. } if *not || values.len() > 1)) {
        for said in store.unknown_values(&query)? {
            console.say(&said);
        }
    }
    if console.terminal && global.output.is_none() {
        console.say(&count(rows, "fact", "facts"));
    }
    Ok(if rows == 0 && args.exit_status { Exit::No } else { Exit::Done })
}
