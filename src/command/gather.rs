//! Facts read and gathered by their labels for `tabulate`, `chart` and `compare`, and what is said
//! where they must not be added up.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::{FixedState, RandomState};

use crate::command::load_claims::source_text;
use crate::error::{Error, Result};
use crate::kind::reference_table::{PARTITIONED_BY, SOURCES};
use crate::kind::{self, Field, Kind, NOT_STATED};
use crate::query::{ColumnRef, Predicate, Query, column, field};
use crate::store::{AggregateRequest, RollupRow, Store};
use crate::tabulate::{Aggregate, Dispute, Label, LabelOrder, StockFlow, Tally, TallyEntry};
use crate::value::date::{self, Bucket, Days};
use crate::value::text::{BETWEEN_NAMES, count};
use crate::value::{Type, Value};

/// The fields of the table's sides, and those that tell figures of one cell apart.
pub struct Axes {
    /// Those down the side.
    pub rows: Vec<ColumnRef>,
    /// Those across the top.
    pub columns: Vec<ColumnRef>,
    /// Those that say what a figure counts.
    pub unit_fields: Vec<&'static Field>,
}

/// The field whose figures are put in the cells.
pub fn figure(name: &str, query: &Query) -> Result<&'static Field> {
    let found = column(name, &query.kinds)?;
    if let Some(figure) = found.field().filter(|field| field.ty.is_number()) {
        return Ok(figure);
    }
    let numbers: Vec<&str> = query
        .kinds
        .iter()
        .flat_map(|kind| kind.own)
        .filter(|own| own.ty.is_number())
        .map(|own| own.name)
        .collect();
    Err(Error::usage(format!("{} is not a numeric field ({})", found.name(), found.ty().name()))
        .hint(format!("numeric fields: {}", numbers.join(", "))))
}

/// Reads the facts.
pub fn collect(
    query: &Query,
    axes: &Axes,
    value: Option<&'static Field>,
    aggregate: Aggregate,
    store: &Store,
) -> Result<Tally> {
    let shared = |name: &str| column(name, &query.kinds);
    let mut query = query.clone();
    query.columns = [
        shared("source")?,
        shared("topic")?,
        shared("key")?,
        shared("date_from")?,
        shared("date_to")?,
    ]
    .into();
    query.columns.extend([shared("kind")?, shared("date_span")?]);
    query.columns.push(shared("stance")?);
    let by_time = |column: &ColumnRef| matches!(column.ty(), Type::Bucket(_));
    let needs_sets = value.is_some() || axes.rows.iter().chain(&axes.columns).any(by_time);
    let more = FurtherColumns::add_to(&mut query, value, aggregate, needs_sets)?;
    let leaves_denied = value.is_some() && aggregate.mixes_figures() && !asks_stance(&query, axes);
    let fixed = query.columns.len();
    let units = axes.unit_fields.iter().copied().map(ColumnRef::Field);
    let sides: Vec<ColumnRef> =
        axes.rows.iter().chain(&axes.columns).cloned().chain(units).collect();
    query.columns.extend(sides.iter().cloned());
    query.columns.extend(value.map(ColumnRef::Field));
    let begin = || Gathering {
        tally: Tally::new(aggregate),
        known: vec![LabelCache::default(); sides.len() + 1],
        labels: vec![0; sides.len()],
    };
    let asked = AggregateRequest {
        sides: &sides,
        value,
        each: aggregate.wants_each(),
        ends: aggregate.wants_ends(),
    };
    let row = |gathering: &mut Gathering, store: &Store, cells: &[Value<'_>]| {
        let figure = value.and_then(|_| cells[cells.len() - 1].exact_number());
        if leaves_denied && cells[7].text().is_some_and(|stance| NOT_STATED.contains(&stance)) {
            gathering.tally.add_denied(figure.is_some());
            return Ok(());
        }
        let day = |i: usize| match cells[i] {
            Value::Day(day) => Some(day),
            _ => None,
        };
        let days = Days { first: day(3), last: day(4) };
        let text = more.date.and_then(|at| cells[at].text());
        let set = text.filter(|date| date::is_set(date));
        let parts = text.map_or_else(Vec::new, |date| date::parts_or_open(date, days));
        let source = gathering.look(
            store,
            (&query.columns[0], &cells[0]),
            &sides,
            &cells[fixed..],
            (days, set),
        )?;
        let is_throughout = cells[6].text() == Some("throughout");
        let has_event = more.event.is_some_and(|at| !cells[at].is_null());
        let kind = cells[5].text().and_then(kind::find);
        let over_period = kind.is_some_and(|kind| kind.is_over_period(is_throughout, has_event));
        let measure = more.stock_or_flow(kind, cells, has_event);
        let topic = cells[1].text();
        let reference = if topic.is_some() || over_period {
            format!("{}:{}", store.name_of(&query.columns[0], &cells[0])?, cells[2])
        } else {
            String::new()
        };
        let entry = TallyEntry {
            figure,
            over_period,
            measure,
            state: kind
                .filter(|_| !is_throughout || is_whole_years(days))
                .and_then(|kind| more.state(kind, cells)),
            source,
            topic,
            days,
            parts: &parts,
            reference: &reference,
        };
        gathering.tally.add(&gathering.labels, axes.unit_fields.len(), &entry);
        Ok(())
    };
    let summed = |gathering: &mut Gathering, store: &Store, sums: &RollupRow<'_>| {
        let source = gathering.look(
            store,
            (&query.columns[0], &sums.source),
            &sides,
            &sums.sides,
            (sums.days, None),
        )?;
        gathering.tally.add_many(&gathering.labels, axes.unit_fields.len(), source, &sums.many);
        Ok(())
    };
    let gathered = store.gather(&query, asked, begin, row, summed)?;
    let mut parts = gathered.into_iter().map(|gathering| gathering.tally);
    let mut tally = parts.next().unwrap_or_else(|| Tally::new(aggregate));
    parts.for_each(|part| tally.take(part));
    Ok(tally)
}

/// Where in a row stands what says how its fact may be added to others.
struct FurtherColumns {
    value: Option<&'static Field>,
    event: Option<usize>,
    stock_flow: Option<usize>,
    date: Option<usize>,
    /// With the values that make a figure a number at a date.
    stock_if: Vec<(usize, &'static str)>,
    /// What tells states of affairs apart, where facts are counted.
    same_by: Vec<usize>,
}

impl FurtherColumns {
    /// Has a query show them.
    fn add_to(
        query: &mut Query,
        value: Option<&'static Field>,
        aggregate: Aggregate,
        needs_date: bool,
    ) -> Result<FurtherColumns> {
        let kinds = query.kinds.clone();
        let mut add = |name: &str| -> Result<usize> {
            query.columns.push(column(name, &kinds)?);
            Ok(query.columns.len() - 1)
        };
        let mut stock_if = Vec::new();
        if value.is_some() {
            for (name, says) in kinds.iter().filter_map(|kind| kind.stock_if) {
                stock_if.push((add(name)?, says));
            }
        }
        let mut same_by = Vec::new();
        if aggregate == Aggregate::Count {
            for name in kinds.iter().flat_map(|kind| kind.same_by) {
                same_by.push(add(name)?);
            }
        }
        Ok(FurtherColumns {
            value,
            event: add("event").ok(),
            stock_flow: add("stock_flow").ok(),
            date: needs_date.then(|| add("date")).transpose()?,
            stock_if,
            same_by,
        })
    }

    /// Whether a figure holds at a date: what it says of itself, else what its kind says.
    fn stock_or_flow(
        &self,
        kind: Option<&Kind>,
        cells: &[Value<'_>],
        has_event: bool,
    ) -> StockFlow {
        let is_stock = || {
            self.value.zip(kind).is_some_and(|(value, kind)| kind.is_stock(value))
                || !has_event
                    && self.stock_if.iter().any(|(at, says)| cells[*at].text() == Some(says))
        };
        match self.stock_flow.and_then(|at| cells[at].text()) {
            Some(kind::CUMULATIVE) => StockFlow::Cumulative,
            Some(kind::STOCK) => StockFlow::Stock,
            None if is_stock() => StockFlow::Stock,
            _ => StockFlow::Flow,
        }
    }

    /// What a fact has in common with those that state the same state of affairs.
    fn state(&self, kind: &Kind, cells: &[Value<'_>]) -> Option<u64> {
        if kind.same_by.is_empty() || self.same_by.is_empty() {
            return None;
        }
        let mut hasher = FixedState::default().build_hasher();
        self.same_by.iter().for_each(|at| cells[*at].to_string().hash(&mut hasher));
        Some(hasher.finish())
    }
}

/// Whether denials are what is asked for: else a figure that is denied is nobody's.
fn asks_stance(query: &Query, axes: &Axes) -> bool {
    let tested = query.tests.iter().filter_map(Predicate::column);
    tested.chain(&axes.rows).chain(&axes.columns).any(|column| column.name() == "stance")
}

/// Whether days are calendar years: a list is one of a year, and what began and ended on some day is a
/// spell, which is counted for itself.
fn is_whole_years(days: Days) -> bool {
    days.first.is_none_or(|first| Bucket::Year.start_of(first) == first)
        && days.last.is_none_or(|last| Bucket::Year.start_of(last + 1) == last + 1)
}

/// What one thread gathers.
struct Gathering {
    tally: Tally,
    /// The labels of each side that were met, and of the sources.
    known: Vec<LabelCache>,
    labels: Vec<u32>,
}

impl Gathering {
    /// Notes the labels of the sides of a fact; returns that of its source.
    fn look(
        &mut self,
        store: &Store,
        (source, slug): (&ColumnRef, &Value<'_>),
        sides: &[ColumnRef],
        cells: &[Value<'_>],
        (days, set): (Days, Option<&str>),
    ) -> Result<u32> {
        let Gathering { tally, known, labels } = self;
        let mut number = |n: usize, column: &ColumnRef, cell: &Value<'_>| {
            if let (Some(set), Type::Bucket(bucket)) = (set, column.ty())
                && !bucket.is_all_of(days)
            {
                let order = LabelOrder::Days(bucket.order(days).0, i64::MAX);
                return Ok(tally.label(Label { order, text: set.into() }));
            }
            if let Some(number) = known[n].get(column, cell, days) {
                return Ok(number);
            }
            let number = tally.label(label(column, &store.name_of(column, cell)?, days));
            known[n].insert(column, cell, days, number);
            Ok::<_, Error>(number)
        };
        for (n, (side, cell)) in sides.iter().zip(cells).enumerate() {
            labels[n] = number(n, side, cell)?;
        }
        number(sides.len(), source, slug)
    }
}

/// The largest number of texts that are remembered: if there are more, few of them recur.
const REMEMBERED: usize = 10_000;

/// The labels of the values of a side that were seen: what one is called is asked once.
#[derive(Debug, Clone, Default)]
struct LabelCache {
    nothing: Option<u32>,
    numbers: HashMap<i64, u32, RandomState>,
    texts: HashMap<String, u32, RandomState>,
    days: HashMap<(Option<i64>, Option<i64>), u32, RandomState>,
}

impl LabelCache {
    fn get(&self, column: &ColumnRef, cell: &Value<'_>, days: Days) -> Option<u32> {
        match (column.ty(), cell) {
            (Type::Bucket(_), _) => self.days.get(&(days.first, days.last)).copied(),
            (_, Value::Null) => self.nothing,
            (_, Value::Int(n) | Value::Day(n)) => self.numbers.get(n).copied(),
            (_, Value::Text(text)) => self.texts.get(text.as_ref()).copied(),
            (_, other) => self.texts.get(&other.to_string()).copied(),
        }
    }

    fn insert(&mut self, column: &ColumnRef, cell: &Value<'_>, days: Days, label: u32) {
        match (column.ty(), cell) {
            (Type::Bucket(_), _) => {
                self.days.insert((days.first, days.last), label);
            }
            (_, Value::Null) => self.nothing = Some(label),
            (_, Value::Int(n) | Value::Day(n)) => {
                self.numbers.insert(*n, label);
            }
            (_, other) if self.texts.len() < REMEMBERED => {
                self.texts.insert(other.to_string(), label);
            }
            _ => {}
        }
    }
}

fn label(column: &ColumnRef, cell: &Value<'_>, days: Days) -> Label {
    let text = match column.ty() {
        Type::Bucket(bucket) => bucket.label(days),
        _ if cell.is_null() => None,
        _ => Some(cell.to_string()),
    };
    let of_days = |(first, last)| LabelOrder::Days(first, last);
    let order = match (column.ty(), cell) {
        _ if text.is_none() => LabelOrder::Missing,
        (Type::Bucket(bucket), _) => of_days(bucket.order(days)),
        // two facts that begin on one day are under one label, wherever they end
        (Type::Day, Value::Day(day)) => of_days((*day, *day)),
        (Type::Date, _) => {
            let first = days.first.or(days.last);
            of_days((first.unwrap_or(i64::MAX), days.last.unwrap_or(i64::MAX)))
        }
        _ => cell.exact_number().map_or(LabelOrder::Text, |n| LabelOrder::Number(n.sorted_by())),
    };
    Label { order, text: text.unwrap_or_else(|| format!("no {}", column.name())).into() }
}

/// The fields that say what a figure counts, of all kinds that have it.
///
/// # Errors
/// A kind declares a field that it lacks.
pub fn unit_fields(value: Option<&Field>, query: &Query) -> Result<Vec<&'static Field>> {
    let mut units: Vec<&'static Field> = Vec::new();
    let figures = value
        .into_iter()
        .flat_map(|value| query.kinds.iter().filter_map(|kind| kind.field(value.name)));
    for name in figures.flat_map(|figure| figure.unit_fields) {
        let unit = field(name, &query.kinds)?;
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    Ok(units)
}

/// The fields in which figures do differ get columns: which of all, and they themselves. Figures
/// that differ in a field which divides the records of all their sources are put together.
///
/// # Errors
/// The sources cannot be read.
pub fn separate(
    tally: &mut Tally,
    unit_fields: &[&'static Field],
    free: &[&'static Field],
    store: &Store,
) -> Result<(Vec<bool>, Vec<&'static Field>)> {
    let divided = divided(&tally.sources(), store)?;
    let joined: Vec<bool> = unit_fields
        .iter()
        .map(|field| divided.iter().all(|by| by.iter().any(|name| name == field.name)))
        .collect();
    tally.join_counts(&joined);
    let split: Vec<bool> = unit_fields
        .iter()
        .zip(tally.differing(unit_fields.len()))
        .map(|(field, differs)| differs && free.contains(field))
        .collect();
    let apart = unit_fields
        .iter()
        .zip(&split)
        .filter(|(_, split)| **split)
        .map(|(field, _)| *field)
        .collect();
    Ok((split, apart))
}

/// The fields that divide the records of each of these sources.
fn divided(sources: &[&str], store: &Store) -> Result<Vec<Vec<String>>> {
    let mut divided = Vec::new();
    store.export_reference(&SOURCES, |cells| {
        let text = |name: &str| source_text(cells, name);
        if text("slug").is_some_and(|slug| sources.contains(&slug.as_str())) {
            let by = text(PARTITIONED_BY).unwrap_or_default();
            divided.push(by.split(BETWEEN_NAMES).map(str::to_owned).collect());
        }
        Ok(())
    })?;
    Ok(divided)
}

/// What is said of figures that were left out because they are denied; nothing where none were.
pub fn of_denied(denied: u64) -> Option<String> {
    (denied > 0).then(|| {
        format!(
            "{} left out: the speaker denies it, or declines to give one; -w stance=denies or --cols stance shows it",
            count(denied, "figure", "figures")
        )
    })
}

pub fn explain(dispute: Dispute) -> Error {
    match dispute {
        Dispute::Sources(cell, sources) => Error::usage(format!("{cell} would sum figures from {}", sources.join(", ")))
            .hint("--cols source shows them side by side, --source X selects one, --agg range or list shows them all, --sum-across source sums them anyway"),
        Dispute::Counts(cell, sources) => Error::usage(format!("{cell} would count facts of {} together, some of them perhaps twice", sources.join(", ")))
            .hint("--cols source shows them side by side, --source X selects one, --sum-across source counts them anyway"),
        Dispute::States(cell, dates) => Error::usage(format!("{cell} would count the same entries at several dates: {}", dates.join(", ")))
            .hint("--cols date separates them, -w date=DATE selects one, --sum-across date counts them anyway"),
        Dispute::Answers(cell, topic, refs) => {
            Error::usage(format!("{cell} would sum {} answers to one question, {topic}: {}", refs.len(), refs.join(", ")))
                .hint("--agg range or list shows them all, --cols said_by shows them side by side, --sum-across topic sums them anyway")
        }
        Dispute::Unlike(cell, counted) => Error::usage(format!("{cell} would sum figures in different units: {}", counted.join(", ")))
            .hint("leave out --totals, or select one of them with a filter"),
        Dispute::StockAndFlow(cell) => Error::usage(format!("{cell} would sum numbers at a date, or running totals, and figures for a period (stocks and flows)"))
            .hint("--cols stock_flow or -w stock_flow=flow separates them, --agg range or list shows them all, --sum-across date sums them anyway"),
        Dispute::Stocks(cell, dates) => Error::usage(format!("{cell} would sum numbers that hold at {dates} different dates (stocks, not flows)"))
            .hint("--cols date separates them, --agg max or range shows the highest, --sum-across date sums them anyway"),
        Dispute::Periods(cell, refs) => Error::usage(format!("{cell} would sum figures for periods that overlap: {}", refs.join(", ")))
            .hint("--rows month separates them, --agg range or list shows them all, --sum-across date sums them anyway"),
    }
}
