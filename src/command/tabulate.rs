//! `facts tabulate`: a cross-table of figures, or of how many facts there are.

use clap::ValueEnum;

use crate::command::extra_columns;
use crate::command::filter_args::FilterArgs;
use crate::command::gather::{Axes, collect, explain, figure, of_denied, separate, unit_fields};
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::command::{Exit, kinds_or};
use crate::error::{Error, Result};
use crate::kind::Field;
use crate::query::{self, ColumnRef, Predicate, Query, columns};
use crate::render::Heading;
use crate::tabulate::{Across, Aggregate, Cross, Label, Share, Tally, TotalOf, name};
use crate::value::date::Bucket;
use crate::value::suggest::did_you_mean;
use crate::value::text::{BETWEEN_NAMES, count, grouped};
use crate::value::{OwnedValue, Type, Value};

/// Cross-tabulate facts without summing incompatible figures.
///
/// Figures in different units get separate columns and are never summed. A sum over several
/// sources, or over several answers to one question, is an error that lists the alternatives.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts tabulate casualties --rows year --cols population --value best\n  facts tabulate events --rows type"
)]
pub struct Args {
    #[arg(value_name = "KIND", help = kinds_or("all"))]
    kind: String,
    /// Fields for the rows; year, quarter, month and decade are fields too
    #[arg(long, value_name = "FIELDS", required = true)]
    rows: String,
    /// Fields for the columns
    #[arg(long, value_name = "FIELDS")]
    cols: Option<String>,
    /// Figure to show in the cells [default: number of facts]
    #[arg(long, value_name = "FIELD")]
    value: Option<String>,
    /// How to combine the figures in a cell [default: sum, or count without --value]
    #[arg(long, value_name = "HOW")]
    agg: Option<AggregateArg>,
    /// Add totals, under the same rules as the sums in the cells
    #[arg(long, value_name = "WHERE")]
    totals: Option<Totals>,
    /// How to count a fact that names several countries or parties: under a label of its own, or
    /// once for each of them, in a separate column
    #[arg(long, value_name = "HOW", value_enum, default_value_t = MembersArg::Own)]
    members: MembersArg,
    /// Where to count a fact whose date is longer than a year, quarter, month or decade of the table:
    /// under a label of its own, in the first, or in each
    #[arg(long, value_name = "HOW", value_enum, default_value_t = SpreadArg::Own)]
    spread: SpreadArg,
    /// Add up across these anyway: source, topic (answers to one question), date (a period and
    /// its part), or a field that says what the figures count, such as harm
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    sum_across: Vec<String>,
    #[command(flatten)]
    filters: FilterArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AggregateArg {
    Count,
    Sum,
    Min,
    Max,
    Mean,
    Median,
    Range,
    List,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Totals {
    Rows,
    Cols,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MembersArg {
    Own,
    Each,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SpreadArg {
    Own,
    First,
    Each,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let mut query = Query::of(query::kinds(&args.kind)?);
    query.tests = args.filters.tests(&query.kinds)?;
    query.past = args.filters.past()?;
    let rows = columns(&args.rows, &query.kinds)?;
    let mut cols =
        args.cols.as_deref().map_or(Ok(Vec::new()), |list| columns(list, &query.kinds))?;
    let value = args.value.as_deref().map(|name| figure(name, &query)).transpose()?;
    let aggregate = aggregate(args.agg, value)?;
    // what the figure counts differs in these: they get columns of their own
    let unit_fields = unit_fields(value, &query)?;
    let across = across(args, &unit_fields)?;
    let unit_fields: Vec<&'static Field> = unit_fields
        .into_iter()
        .filter(|field| !args.sum_across.iter().any(|name| name == field.name))
        .collect();
    let free: Vec<&'static Field> = unit_fields
        .iter()
        .copied()
        .filter(|field| {
            !rows.iter().chain(&cols).any(|axis| axis.name() == field.name)
                && !args.filters.fixes(field.name)
        })
        .collect();
    let axes = Axes { rows: rows.clone(), columns: cols.clone(), unit_fields };
    let spread = spread_bucket(args, &axes, value, aggregate)?;
    let store = rights::open_for_answers(global, ui)?;
    let mut tally = collect(&query, &axes, value, aggregate, &store)?;
    let named: Vec<usize> = rows
        .iter()
        .chain(&cols)
        .enumerate()
        .filter_map(|(n, field)| field.names_several().then_some(n))
        .collect();
    let splits_members = args.members == MembersArg::Each;
    let (lacking, all) = tally.lacking();
    let denied = of_denied(tally.denied());
    let notes_of_shares: Vec<String> = if splits_members {
        Vec::new()
    } else {
        let sides = rows.iter().chain(&axes.columns).enumerate();
        sides.flat_map(|(n, field)| shares(&tally, n, field, value, named.contains(&n))).collect()
    };
    if let Some(over) = spread {
        let stay = spread_over(over, args.spread == SpreadArg::Each, aggregate, &mut tally)?;
        if stay > 0 {
            ui.note(&format!(
                "{} not spread: the date has an open end, is a set, or covers more than 1,200 periods",
                count(stay, "fact", "facts")
            ));
        }
    }
    if splits_members {
        tally.each_member(spread_field(&named, args)?, rows.len() + cols.len());
    }
    let (split, apart) = separate(&mut tally, &axes.unit_fields, &free, &store)?;
    cols.extend(apart.iter().copied().map(ColumnRef::Field));
    if !apart.is_empty() {
        let names: Vec<&str> = apart.iter().map(|field| field.name).collect();
        ui.note(&format!("figures differ in {}: each gets a separate column", names.join(" and ")));
    }
    let sources = tally.sources();
    let tested = query.tests.iter().filter_map(Predicate::column);
    extra_columns::say_unknown(
        axes.rows.iter().chain(&axes.columns).chain(tested),
        &query.kinds,
        &store,
        ui,
    )?;
    ui.cite_some(&store, global, |slug| sources.contains(&slug))?;
    let mut cross = tally
        .cross(axes.rows.len(), axes.columns.len() + usize::from(splits_members), &split, across)
        .map_err(explain)?;
    if value.is_some() && lacking > 0 {
        let what = value.map_or("figure", |value| value.name);
        ui.note(&format!(
            "{lacking} of {} without {what}; not counted as zero",
            count(all, "fact", "facts")
        ));
    }
    denied.iter().for_each(|said| ui.note(said));
    if let Some(value) =
        value.filter(|value| aggregate == Aggregate::Sum && is_bound(value, &query))
    {
        ui.note(&format!(
            "this sum of {} assumes that every figure is at its bound at once; do not read it as a confidence interval",
            value.name
        ));
    }
    if splits_members {
        cross.pair_columns(axes.columns.len());
    }
    notes_of_shares.iter().for_each(|said| ui.note(said));
    query::code_notes(&query.tests).iter().for_each(|said| ui.note(said));
    let mut unknown = store.homonyms(&query)?;
    if cross.rows().len() == 0 {
        unknown.extend(store.unknown_values(&query)?);
    }
    drop(store);
    write(&cross, &rows, !cols.is_empty() || splits_members, (args, across), global, ui)?;
    unknown.iter().for_each(|said| ui.status(said));
    Ok(Exit::Done)
}

/// Whether a field is a lower or upper bound of figures.
fn is_bound(field: &Field, query: &Query) -> bool {
    let figures = query.kinds.iter().flat_map(|kind| kind.figures);
    figures.into_iter().any(|figure| [figure.low, figure.high].contains(&field.name))
}

/// What `--sum-across` allows.
fn across(args: &Args, unit_fields: &[&'static Field]) -> Result<Across> {
    let mut across = Across::default();
    for name in &args.sum_across {
        match name.as_str() {
            "source" => across.sources = true,
            "topic" => across.topics = true,
            "date" => across.periods = true,
            name if unit_fields.iter().any(|field| field.name == name) => {}
            name => {
                let units = unit_fields.iter().map(|field| field.name);
                let known: Vec<&str> =
                    ["source", "topic", "date"].into_iter().chain(units).collect();
                let near = did_you_mean(name, known.iter().copied());
                return Err(Error::usage(format!(
                    "--sum-across \"{name}\": expected one of {}{near}",
                    known.join(", ")
                )));
            }
        }
    }
    Ok(across)
}

/// The one field of the sides whose labels may name several.
fn spread_field(named: &[usize], args: &Args) -> Result<usize> {
    if matches!(args.totals, Some(Totals::Cols | Totals::Both)) {
        return Err(Error::usage(
            "--totals cols cannot be used with --members each, which counts shared facts once for each member",
        )
        .hint("leave out --totals, or use --members own"));
    }
    match named {
        [one] => Ok(*one),
        [] => Err(Error::usage(
            "--members each needs a field in --rows or --cols that can hold several names",
        )
        .hint("use a field such as country, side_a, actor or conflict_country")),
        _ => Err(Error::usage(
            "--members each takes only one field of parties or countries in --rows and --cols",
        )
        .hint("keep only one of them")),
    }
}

/// Spreads long facts over the buckets of a side.
fn spread_over(
    (side, bucket): (usize, Bucket),
    is_each: bool,
    aggregate: Aggregate,
    tally: &mut Tally,
) -> Result<u64> {
    if is_each && is_sum(aggregate) && tally.has_flows_over_several(side, bucket) {
        return Err(Error::usage("--spread each would add up one figure in several periods")
            .hint("--spread own gives long periods a row of their own; without --value, --spread each counts facts"));
    }
    Ok(tally.spread(side, bucket, is_each))
}

/// Whether what is shown of figures depends on how often each is counted.
fn is_sum(aggregate: Aggregate) -> bool {
    matches!(aggregate, Aggregate::Sum | Aggregate::Mean | Aggregate::Median)
}

/// The side and the buckets over which long facts are spread, if they are.
fn spread_bucket(
    args: &Args,
    axes: &Axes,
    value: Option<&Field>,
    aggregate: Aggregate,
) -> Result<Option<(usize, Bucket)>> {
    let how = match args.spread {
        SpreadArg::Own => return Ok(None),
        SpreadArg::First => "first",
        SpreadArg::Each => "each",
    };
    let sides = axes.rows.iter().chain(&axes.columns).enumerate();
    let buckets: Vec<(usize, Bucket)> = sides
        .filter_map(|(n, side)| match side.ty() {
            Type::Bucket(bucket) => Some((n, bucket)),
            _ => None,
        })
        .collect();
    let [one] = buckets.as_slice() else {
        return Err(Error::usage(format!(
            "--spread {how} needs one of year, quarter, month and decade in --rows or --cols"
        )));
    };
    // what has a stage is a deal, and goes through bit by bit
    if args.spread == SpreadArg::First
        && is_sum(aggregate)
        && value.is_some_and(|value| value.unit_fields.contains(&"stage"))
    {
        return Err(Error::usage(
            "--spread first would put the deliveries of several years into the first of them",
        )
        .hint("--spread own gives long periods a row of their own"));
    }
    if args.spread == SpreadArg::Each && args.totals.is_some() {
        return Err(Error::usage(
            "--totals cannot be used with --spread each, which counts one fact in several periods",
        )
        .hint("leave out --totals, or use --spread own"));
    }
    Ok(Some(*one))
}

/// What to say of facts that lie under no label of a field, or under one that is shared, where they
/// are more than a hundredth of the facts or of the figure.
fn shares(
    tally: &Tally,
    at: usize,
    side: &ColumnRef,
    value: Option<&'static Field>,
    is_named: bool,
) -> Vec<String> {
    let said = |share: Share, what: String| {
        let Share { facts: (some, all), sum: (part, whole) } = share;
        let of_figure = value.filter(|_| whole.real() != 0.0).map_or(String::new(), |value| {
            let [part, whole] = [part, whole].map(|n| grouped(&n.text()));
            format!(" ({part} of {whole} {})", value.name)
        });
        let some = grouped(&some.to_string());
        format!("{some} of {}{of_figure} {what}", count(all, "fact", "facts"))
    };
    let mut notes = Vec::new();
    let none = tally.share(at, Label::is_missing);
    if none.is_large() && side.extra().is_none() {
        let name = side.name();
        notes.push(said(none, format!("without {name}; -w '{name} is null' shows them")));
    }
    let shared = tally.share(at, |label| label.text.contains(BETWEEN_NAMES));
    if is_named && shared.is_large() {
        let what = format!(
            "name more than one {}; --members each counts them under every one",
            side.name().replace('_', " ")
        );
        notes.push(said(shared, what));
    }
    notes
}

fn aggregate(how: Option<AggregateArg>, value: Option<&Field>) -> Result<Aggregate> {
    match (how, value) {
        (None, None) | (Some(AggregateArg::Count), _) => Ok(Aggregate::Count),
        (Some(_), None) => Err(Error::usage("--agg needs a figure: name one with --value")),
        (None | Some(AggregateArg::Sum), Some(_)) => Ok(Aggregate::Sum),
        (Some(AggregateArg::Min), _) => Ok(Aggregate::Min),
        (Some(AggregateArg::Max), _) => Ok(Aggregate::Max),
        (Some(AggregateArg::Mean), _) => Ok(Aggregate::Mean),
        (Some(AggregateArg::Median), _) => Ok(Aggregate::Median),
        (Some(AggregateArg::Range), _) => Ok(Aggregate::Range),
        (Some(AggregateArg::List), _) => Ok(Aggregate::List),
    }
}

fn write(
    cross: &Cross,
    rows: &[ColumnRef],
    has_columns: bool,
    (args, across): (&Args, Across),
    global: &GlobalArgs,
    ui: &mut Ui,
) -> Result<()> {
    let number = !matches!(args.agg, Some(AggregateArg::Range | AggregateArg::List));
    let figure = |name: String| Heading { number, ..Heading::text(name) };
    let mut headings: Vec<Heading> = rows.iter().map(|row| Heading::text(row.name())).collect();
    if has_columns {
        headings.extend(
            cross
                .columns()
                .map(|column| figure(name(&[], cross.labels_of(column)).replace(" × ", " · "))),
        );
    } else {
        let how = args.agg.map(|how| format!("{how:?}").to_lowercase());
        let what = args.value.clone().unwrap_or_else(|| "facts".into());
        headings.push(figure(
            how.filter(|how| how != "count").map_or(what.clone(), |how| format!("{how} of {what}")),
        ));
    }
    let along =
        |which: Totals| args.totals.is_some_and(|totals| totals == which || totals == Totals::Both);
    if along(Totals::Rows) && has_columns {
        headings.push(figure("total".into()));
    }
    let totals = |of: Totals, totals: TotalOf| {
        along(of).then(|| cross.totals(totals, across).map_err(explain)).transpose()
    };
    let of_rows = if has_columns { totals(Totals::Rows, TotalOf::Rows)? } else { None };
    let of_columns =
        if cross.rows().len() == 0 { None } else { totals(Totals::Cols, TotalOf::Columns)? };
    let of_all = match (&of_rows, &of_columns) {
        (Some(_), Some(_)) => cross.totals(TotalOf::All, across).map_err(explain)?,
        _ => Vec::new(),
    };
    ui.rows(global, headings, Vec::new(), |row| {
        for (n, key) in cross.rows().enumerate() {
            let mut line: Vec<Value<'_>> = cross.labels_of(key).map(label_cell).collect();
            line.extend(cross.columns().map(|column| cross.cell_at(key, column)));
            line.extend(of_rows.as_ref().map(|totals| totals[n].clone()));
            row(&line)?;
        }
        if let Some(totals) = &of_columns {
            let mut line: Vec<OwnedValue> = vec![Value::Text("total".into())];
            line.resize(rows.len(), Value::Null);
            line.extend(totals.iter().chain(&of_all).cloned());
            row(&line)?;
        }
        Ok((cross.rows().len() + usize::from(of_columns.is_some())) as u64)
    })?;
    Ok(())
}

fn label_cell(label: &Label) -> Value<'_> {
    if label.is_missing() { Value::Null } else { Value::Text(label.text.as_ref().into()) }
}
