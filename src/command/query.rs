//! `facts query`: rows.

use super::console::Console;
use super::filters::Filters;
use super::global::Global;
use crate::exit::{Exit, Result};
use crate::query::{self, Query};
use crate::render::Heading;
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
    /// The fields to show, with commas between
    #[arg(short, long, value_name = "FIELDS")]
    columns: Option<String>,
    /// What to sort by, `-` before a field for high to low [default: date,ref]
    #[arg(short, long, value_name = "FIELDS", allow_hyphen_values = true)]
    sort: Option<String>,
    /// At most so many facts
    #[arg(short, long, value_name = "N")]
    limit: Option<u64>,
    /// Leave out so many first
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
    /// Print the SQL instead of running it
    #[arg(long)]
    explain: bool,
    /// Exit with 1 when no fact matches
    #[arg(short = 'e', long)]
    exit_status: bool,
    #[command(flatten)]
    filters: Filters,
}

/// Runs it.
pub fn run(args: &Args, global: &Global, console: &mut Console) -> Result<Exit> {
    let mut query = Query::of(query::kinds(&args.kind)?);
    query.tests = args.filters.tests(&query.kinds)?;
    query.past = args.filters.past()?;
    if let Some(list) = &args.columns {
        query.columns = query::fields(list, &query.kinds)?;
    }
    if let Some(list) = &args.sort {
        query.sort = query::sort(list, &query.kinds)?;
    }
    (query.limit, query.offset) = (args.limit, args.offset);
    let store = global.open()?;
    if args.explain {
        console.text(&format!("{};\n", store.explain(&query)?))?;
        return Ok(Exit::Done);
    }
    let headings =
        query.columns.iter().map(|field| Heading { name: field.name.to_owned(), number: field.ty.is_number() }).collect();
    let leading = if args.columns.is_some() { Vec::new() } else { query.leading().map(str::to_owned).collect() };
    let rows = console.rows(global, headings, leading, |row| store.select(&query, row))?;
    if rows == 0 {
        for said in store.unknown_values(&query)? {
            console.say(&said);
        }
    }
    if console.terminal && global.output.is_none() {
        console.say(&count(rows, "fact", "facts"));
    }
    Ok(if rows == 0 && args.exit_status { Exit::No } else { Exit::Done })
}
