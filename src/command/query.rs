//! `facts query`: rows.

use crate::command::filter_args::FilterArgs;
use crate::command::global_args::GlobalArgs;
use crate::command::query_table::TableQuery;
use crate::command::ui::Ui;
use crate::command::{Exit, kinds_or};
use crate::command::{extra_columns, heading, query_sheet, reference_rows, rights, table_columns};
use crate::error::{Error, Result};
use crate::kind::reference_table::ReferenceTable;
use crate::query::{self, ColumnRef, Predicate, Query};
use crate::render::Heading;
use crate::store::published::Dialect;
use crate::value::suggest::did_you_mean;
use crate::value::text::count;

/// List facts of one kind, or a timeline of all kinds.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts query events --during 2013-11..2014-03\n  facts query arms-transfers --recipient Iraq --stage delivered -f json"
)]
pub struct Args {
    #[arg(value_name = "KIND", help = kinds_or("all; also sources, topics, actors and places, which have -w alone"))]
    kind: String,
    /// Fields to show, separated by commas; extra.NAME is a source column that the mapping did not
    /// use, extra.* is all of them
    #[arg(short, long, value_name = "FIELDS")]
    columns: Option<String>,
    /// Fields to sort by, with `-` for descending; `none` skips sorting, which is fastest for bulk
    /// export [default: date,ref]
    #[arg(short, long, value_name = "FIELDS", allow_hyphen_values = true)]
    sort: Option<String>,
    /// Maximum number of facts
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    limit: Option<u64>,
    /// Number of facts to skip
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = whole)]
    offset: u64,
    /// How to cite sources: not at all, by key, or with the passage
    #[arg(long, value_name = "HOW", value_parser = ["none", "key", "full"], default_value = "key")]
    cite: String,
    /// Print the SQL without running it; of a published copy, in the dialect of its engine or of
    /// another: sqlite, duckdb, postgres, spark
    #[arg(long, value_name = "DIALECT", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    explain: Option<String>,
    /// Exit with 1 if no facts match
    #[arg(short = 'e', long)]
    exit_code: bool,
    /// Write the fields that can be edited, for a spreadsheet; facts edit --from reads them back
    #[arg(long, conflicts_with_all = ["cite", "explain"])]
    sheet: bool,
    #[command(flatten)]
    filters: FilterArgs,
}

/// What `--cite none` leaves out.
const CITATION: [&str; 4] = ["ref", "source", "locator", "quote"];

/// A number of facts.
pub fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a whole number, 0 or more".to_owned())
}

fn named_dialect(name: &str) -> Result<Dialect> {
    let known = Dialect::ALL.iter().map(|(known, _)| *known);
    let found = Dialect::ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, dialect)| *dialect).ok_or_else(|| {
        let list = known.clone().collect::<Vec<_>>().join(", ");
        Error::usage(format!(
            "--explain \"{name}\": expected one of {list}{}",
            did_you_mean(name, known)
        ))
    })
}

fn column_heading(column: &ColumnRef) -> Heading {
    column.field().map_or_else(|| Heading::text(column.name()), heading)
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    if let Some(table) = reference_rows::table(&args.kind) {
        return rows_of(table, args, global, ui);
    }
    let mut query = Query::of(query::kinds(&args.kind)?);
    query.tests = args.filters.tests(&query.kinds)?;
    query.past = args.filters.past()?;
    let mut all = None;
    if let Some(list) = args.columns.as_ref().filter(|_| !args.sheet) {
        (query.columns, all) = extra_columns::columns(list, &query.kinds)?;
    }
    match args.sort.as_deref() {
        None => {}
        Some("none") => query.unsorted = true,
        Some(list) => query.sort = query::sort(list, &query.kinds)?,
    }
    (query.limit, query.offset) = (args.limit, args.offset);
    let store = rights::open_for_answers(global, ui)?;
    if args.sheet {
        if store.is_published() {
            return Err(Error::usage(
                "a published copy has no sheet: facts cannot be edited there",
            )
            .hint("ask the database itself: --db FILE"));
        }
        return query_sheet::write(query, args.columns.as_deref(), &store, global, ui);
    }
    let sorted = query.sort.iter().map(|order| &order.column);
    let tested = query.tests.iter().filter_map(Predicate::column);
    extra_columns::say_unknown(
        query.columns.iter().chain(sorted).chain(tested),
        &query.kinds,
        &store,
        ui,
    )?;
    if let Some(at) = all {
        extra_columns::put_all(&mut query.columns, at, &query.kinds, &store)?;
    }
    if let Some(dialect) = &args.explain {
        let sql = if dialect.is_empty() {
            store.explain(&query)?
        } else {
            store.explain_as(&query, named_dialect(dialect)?)?
        };
        ui.text(&format!("{sql};\n"))?;
        return Ok(Exit::Done);
    }
    if args.cite == "none" {
        query.columns.retain(|column| !CITATION.contains(&column.name()));
    }
    let cited: &[&str] = if args.cite == "full" { &["source", "locator", "quote"] } else { &[] };
    let placed: &[&str] = if global.format(ui.terminal)?.name == "geojson" {
        &["latitude", "longitude"]
    } else {
        &[]
    };
    if !cited.is_empty() || !placed.is_empty() {
        for name in cited.iter().chain(placed) {
            if !query.columns.iter().any(|column| column.name() == *name) {
                query.columns.push(query::column(name, &query.kinds)?);
            }
        }
    }
    ui.cite(&store, global)?;
    let headings = query.columns.iter().map(column_heading).collect();
    let columns = table_columns::of_query(&query, args.columns.is_some());
    store.check(&query)?;
    for said in query::code_notes(&query.tests) {
        ui.note(&said);
    }
    let rows = ui.select(global, headings, columns, &store, &query)?;
    for said in store.homonyms(&query)? {
        ui.status(&said);
    }
    // an answer may be less than was meant too: a part of a list may be misspelt, or what should be
    // left out
    if rows == 0
        || query.tests.iter().any(
            |test| matches!(test, Predicate::In { values, not, .. } if *not || values.len() > 1),
        )
    {
        for said in store.unknown_values(&query)? {
            ui.status(&said);
        }
    }
    if ui.terminal && global.output.is_none() {
        ui.status(&count(rows, "fact", "facts"));
    }
    Ok(if rows == 0 && args.exit_code { Exit::No } else { Exit::Done })
}

/// Shows rows that facts refer to.
fn rows_of(
    table: &'static ReferenceTable,
    args: &Args,
    global: &GlobalArgs,
    ui: &mut Ui,
) -> Result<Exit> {
    if args.explain.is_some() || args.cite != "key" {
        return Err(Error::usage(format!(
            "--explain and --cite are for facts, not for {}",
            table.table
        )));
    }
    let asked = TableQuery {
        table,
        columns: args.columns.as_deref(),
        sort: args.sort.as_deref(),
        limit: args.limit,
        offset: args.offset,
        sheet: args.sheet,
        filters: &args.filters,
    };
    let store = rights::open_for_answers(global, ui)?;
    let rows = asked.run(&store, global, ui)?;
    Ok(asked.ended(rows, args.exit_code, global, ui))
}
