//! Facts gathered by their labels, one at a time: what is kept grows with the table and not with
//! the facts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;

use crate::tabulate::period::Period;
use crate::tabulate::{Across, Aggregate, Cross, Dispute, Label, Share, name};
use crate::value::date::{self, Bucket, Days};
use crate::value::text::BETWEEN_NAMES;
use crate::value::{FigureStats, Number, RunningSum};

/// One fact on its way into the cross-table, but for its labels.
#[derive(Debug, Clone, Copy)]
pub struct TallyEntry<'a> {
    /// Its figure; none: it states none.
    pub figure: Option<Number>,
    /// It counts over all of its date, so that another of its source may count a part of that
    /// again.
    pub over_period: bool,
    /// What kind of number it is.
    pub measure: StockFlow,
    /// The state of affairs that it states, if it is one.
    pub state: Option<u64>,
    /// Who states it: the number of a label.
    pub source: u32,
    /// The question that it answers.
    pub topic: Option<&'a str>,
    /// The days that it covers.
    pub days: Days,
    /// The days of each part, if its date is a set; of an interval without an end, all days to come.
    pub parts: &'a [Days],
    /// The fact's name, for messages.
    pub reference: &'a str,
}

impl TallyEntry<'_> {
    /// The time that its figure is for.
    fn period(&self) -> Option<Period> {
        let parts = if self.parts.is_empty() { &[self.days][..] } else { self.parts };
        Period::of(self.source, parts, self.reference)
    }
}

/// Whether a number may be added to others of other times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StockFlow {
    /// Of what happened in a time.
    Flow,
    /// At a date.
    Stock,
    /// A running total at a date.
    Cumulative,
}

/// The first days of the buckets that a label lies in; none if it is not longer than one bucket, has
/// an open end, or lies in too many.
fn starts(label: &Label, bucket: Bucket) -> Vec<i64> {
    let starts: Vec<i64> = match label.days {
        Some((first, last)) if first < last && last < i64::MAX => {
            let next = |day: &i64| Some(bucket.next(*day)).filter(|day| *day <= last);
            std::iter::successors(Some(first), next).take(LONGEST + 1).collect()
        }
        _ => Vec::new(),
    };
    if starts.len() > LONGEST { Vec::new() } else { starts }
}

/// The largest number of dates that a message names.
const SHOWN: usize = 5;

/// The largest number of buckets that one fact is spread over.
const LONGEST: usize = 1200;

/// Facts gathered by their labels, so that what is kept grows with the table and not with the
/// facts.
#[derive(Debug)]
pub struct Tally {
    aggregate: Aggregate,
    labels: Vec<Label>,
    numbers: HashMap<Label, u32>,
    sources: BTreeSet<u32>,
    /// Facts whose figure is denied, and in no group.
    denied: u64,
    /// By the labels of the rows, of the columns, and of what figures count, one behind the other.
    groups: HashMap<Vec<u32>, TallyGroup, RandomState>,
}

/// The facts of one cell.
#[derive(Debug, Clone, Default)]
pub(super) struct TallyGroup {
    pub(super) facts: u64,
    pub(super) stated: u64,
    pub(super) sum: RunningSum,
    pub(super) low: Option<Number>,
    pub(super) high: Option<Number>,
    /// Of those that state a figure: sources, what is counted, answers to questions, periods.
    pub(super) sources: BTreeSet<u32>,
    pub(super) counts: BTreeSet<Vec<u32>>,
    pub(super) answers: BTreeMap<String, Vec<String>>,
    pub(super) periods: Vec<Period>,
    /// The dates of stocks and running totals.
    pub(super) stocks: BTreeSet<(StockFlow, Option<i64>, Option<i64>)>,
    /// Whether a figure is a flow.
    pub(super) has_flows: bool,
    /// States of affairs by their sources, each with the days that it was stated for first.
    pub(super) states: HashMap<(u32, u64), Days, RandomState>,
    /// Other days for which one of them was stated too.
    pub(super) other_dates: BTreeSet<Days>,
    /// Every figure, where the middle one is asked for, and with its source, where all are.
    pub(super) figures: Vec<f64>,
    pub(super) list: Vec<(u32, Option<Number>)>,
}

impl TallyGroup {
    fn add(&mut self, entry: &TallyEntry<'_>, counts: &[u32], aggregate: Aggregate) {
        self.facts += 1;
        if aggregate == Aggregate::List {
            self.list.push((entry.source, entry.figure));
        }
        if aggregate == Aggregate::Count && !self.sources.contains(&entry.source) {
            self.sources.insert(entry.source);
        }
        if let Some(state) = entry.state {
            self.add_state((entry.source, state), entry.days);
        }
        let Some(figure) = entry.figure else { return };
        self.stated += 1;
        self.sum.add(figure);
        self.low = self.low.into_iter().chain([figure]).min_by(Number::order);
        self.high = self.high.into_iter().chain([figure]).max_by(Number::order);
        if aggregate == Aggregate::Median {
            self.figures.push(figure.real());
        }
        if !self.sources.contains(&entry.source) {
            self.sources.insert(entry.source);
        }
        if !self.counts.contains(counts) {
            self.counts.insert(counts.to_vec());
        }
        if let Some(topic) = entry.topic {
            self.answers.entry(topic.to_owned()).or_default().push(entry.reference.to_owned());
        }
        match entry.measure {
            StockFlow::Flow => self.has_flows = true,
            other => {
                self.stocks.insert((other, entry.days.first, entry.days.last));
            }
        }
        if entry.over_period {
            self.periods.extend(entry.period());
        }
    }

    /// The dates at which states of affairs were stated; the first few.
    pub(super) fn dates_of_states(&self) -> Vec<String> {
        let dates: BTreeSet<Days> =
            self.states.values().chain(&self.other_dates).copied().collect();
        let shown: Vec<String> = dates.into_iter().map(date::text).collect();
        match shown.len() {
            0..=SHOWN => shown,
            many => [&shown[..SHOWN - 1], &[format!("and {} more", many - SHOWN + 1)]].concat(),
        }
    }

    fn add_state(&mut self, state: (u32, u64), days: Days) {
        if *self.states.entry(state).or_insert(days) != days {
            self.other_dates.insert(days);
        }
    }

    /// Takes in the facts of another.
    pub(super) fn take(&mut self, other: &TallyGroup) {
        self.facts += other.facts;
        self.stated += other.stated;
        self.sum.take(&other.sum);
        self.low = self.low.into_iter().chain(other.low).min_by(Number::order);
        self.high = self.high.into_iter().chain(other.high).max_by(Number::order);
        self.sources.extend(&other.sources);
        self.counts.extend(other.counts.iter().cloned());
        for (topic, answers) in &other.answers {
            self.answers.entry(topic.clone()).or_default().extend(answers.iter().cloned());
        }
        self.periods.extend(other.periods.iter().cloned());
        self.stocks.extend(&other.stocks);
        self.has_flows |= other.has_flows;
        self.other_dates.extend(&other.other_dates);
        other.states.iter().for_each(|(state, days)| self.add_state(*state, *days));
        self.figures.extend(&other.figures);
        self.list.extend(&other.list);
    }
}

impl Tally {
    /// One without facts.
    #[must_use]
    pub fn new(aggregate: Aggregate) -> Tally {
        Tally {
            aggregate,
            labels: Vec::new(),
            numbers: HashMap::new(),
            sources: BTreeSet::new(),
            denied: 0,
            groups: HashMap::default(),
        }
    }

    /// The number of a label.
    pub fn label(&mut self, label: Label) -> u32 {
        let next = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(label).or_insert_with_key(|label| {
            self.labels.push(label.clone());
            next
        })
    }

    /// Adds a fact under its labels: those of the rows, of the columns, and the last `counts` of
    /// what its figure counts.
    pub fn add(&mut self, labels: &[u32], counts: usize, entry: &TallyEntry<'_>) {
        if !self.sources.contains(&entry.source) {
            self.sources.insert(entry.source);
        }
        let counted = &labels[labels.len() - counts..];
        match self.groups.get_mut(labels) {
            Some(group) => group.add(entry, counted, self.aggregate),
            None => {
                self.groups.entry(labels.to_vec()).or_default().add(entry, counted, self.aggregate);
            }
        }
    }

    /// Counts a fact whose figure, if it has one, is denied.
    pub fn add_denied(&mut self, has_figure: bool) {
        self.denied += u64::from(has_figure);
    }

    /// How many figures were left out because the speaker denies them.
    #[must_use]
    pub fn denied(&self) -> u64 {
        self.denied
    }

    /// Adds facts of one source that are added up already, none of them for a period or an answer
    /// to a question, under their labels, as [`Tally::add`] does.
    pub fn add_many(&mut self, labels: &[u32], counts: usize, source: u32, many: &FigureStats) {
        self.sources.insert(source);
        let (sources, counted) = match many.stated {
            0 if self.aggregate == Aggregate::Count => ([source].into(), BTreeSet::new()),
            0 => (BTreeSet::new(), BTreeSet::new()),
            _ => ([source].into(), [labels[labels.len() - counts..].to_vec()].into()),
        };
        let FigureStats { facts, stated, sum, low, high } = *many;
        let sum = RunningSum::of(sum);
        let [low, high] = [low, high].map(|bound| bound.map(Number::Real));
        let group = TallyGroup {
            facts,
            stated,
            sum,
            low,
            high,
            sources,
            counts: counted,
            has_flows: stated > 0,
            ..TallyGroup::default()
        };
        self.groups.entry(labels.to_vec()).or_default().take(&group);
    }

    /// Has the facts of a label that names several count for each of them: once under its own
    /// label, and in a column that says that they are shared. `side` is the label's place among all,
    /// `at` that of the new column.
    pub fn each_member(&mut self, side: usize, at: usize) {
        let [sole, shared] = sole_and_shared().map(|label| self.label(label));
        for (mut labels, group) in std::mem::take(&mut self.groups) {
            let label = self.labels[labels[side] as usize].clone();
            let members: Vec<u32> = label
                .text
                .split(BETWEEN_NAMES)
                .map(|member| self.label(Label { text: member.to_owned(), ..label.clone() }))
                .collect();
            labels.insert(at, if members.len() > 1 { shared } else { sole });
            for member in members {
                labels[side] = member;
                self.groups.entry(labels.clone()).or_default().take(&group);
            }
        }
    }

    /// Whether a figure for a period of several buckets is a flow, which is not in each of them.
    #[must_use]
    pub fn has_flows_over_several(&self, side: usize, bucket: Bucket) -> bool {
        let is_long =
            |labels: &[u32]| starts(&self.labels[labels[side] as usize], bucket).len() > 1;
        self.groups.iter().any(|(labels, group)| group.has_flows && is_long(labels))
    }

    /// Puts the facts of a label that is longer than one bucket under the first of its buckets, or
    /// under each. What has an open end, several dates or more than 1,200 buckets stays where it is;
    /// returns how many facts do.
    pub fn spread(&mut self, side: usize, bucket: Bucket, is_each: bool) -> u64 {
        let mut stay = 0;
        for (mut labels, group) in std::mem::take(&mut self.groups) {
            let label = &self.labels[labels[side] as usize];
            let starts = starts(label, bucket);
            if starts.is_empty() {
                let is_open = label.text.starts_with('–');
                if is_open || label.days.is_some_and(|(first, last)| first < last) {
                    stay += group.facts;
                }
                self.groups.entry(labels).or_default().take(&group);
                continue;
            }
            for day in starts.into_iter().take(if is_each { LONGEST } else { 1 }) {
                let days = Days { first: Some(day), last: Some(day) };
                let text = bucket.label(days).unwrap_or_default();
                labels[side] =
                    self.label(Label { days: Some((day, day)), text, ..Label::default() });
                let mut group = group.clone();
                // what holds throughout holds in each of them
                if is_each && !group.stocks.is_empty() {
                    let at_day = |stock: &(StockFlow, Option<i64>, Option<i64>)| {
                        (stock.0, Some(day), Some(day))
                    };
                    group.stocks = group.stocks.iter().map(at_day).collect();
                }
                self.groups.entry(labels.clone()).or_default().take(&group);
            }
        }
        stay
    }

    /// The share of the facts whose label at a place, among those of the rows and columns, is one of
    /// these.
    #[must_use]
    pub fn share(&self, at: usize, is_one: impl Fn(&Label) -> bool) -> Share {
        let mut facts = (0, 0);
        let mut sums = (RunningSum::default(), RunningSum::default());
        for (labels, group) in &self.groups {
            facts.1 += group.facts;
            sums.1.take(&group.sum);
            if is_one(&self.labels[labels[at] as usize]) {
                facts.0 += group.facts;
                sums.0.take(&group.sum);
            }
        }
        Share { facts, sum: (sums.0.total(), sums.1.total()) }
    }

    /// How many facts lack a figure, of how many.
    #[must_use]
    pub fn lacking(&self) -> (u64, u64) {
        self.groups.values().fold((0, 0), |(lack, all), group| {
            (lack + group.facts - group.stated, all + group.facts)
        })
    }

    /// The sources of all facts.
    #[must_use]
    pub fn sources(&self) -> Vec<&str> {
        self.sources.iter().map(|source| self.labels[*source as usize].text.as_str()).collect()
    }

    /// Takes in what another gathered.
    pub fn take(&mut self, other: &Tally) {
        let numbers: Vec<u32> =
            other.labels.iter().map(|label| self.label(label.clone())).collect();
        let here =
            |labels: &[u32]| -> Vec<u32> { labels.iter().map(|n| numbers[*n as usize]).collect() };
        self.sources.extend(other.sources.iter().map(|source| numbers[*source as usize]));
        self.denied += other.denied;
        for (labels, group) in &other.groups {
            let mut group = group.clone();
            group.sources =
                here(&group.sources.iter().copied().collect::<Vec<_>>()).into_iter().collect();
            group.counts = group.counts.iter().map(|counts| here(counts)).collect();
            group
                .periods
                .iter_mut()
                .for_each(|period| period.source = numbers[period.source as usize]);
            let states = std::mem::take(&mut group.states);
            let renumbered = |((source, state), days)| ((numbers[source as usize], state), days);
            group.states = states.into_iter().map(renumbered).collect();
            group.list.iter_mut().for_each(|listed| listed.0 = numbers[listed.0 as usize]);
            self.groups.entry(here(labels)).or_default().take(&group);
        }
    }

    /// Which of the last `counts` labels differ among the facts that state a figure.
    #[must_use]
    pub fn differing(&self, counts: usize) -> Vec<bool> {
        (0..counts)
            .map(|i| {
                let stated = self.groups.iter().filter(|(_, group)| group.stated > 0);
                let mut labels = stated.map(|(labels, _)| labels[labels.len() - counts + i]);
                let first = labels.next();
                labels.any(|label| Some(label) != first)
            })
            .collect()
    }

    /// Puts together what differs only in some of the last labels, those of what figures count.
    pub fn join_counts(&mut self, joined: &[bool]) {
        if !joined.contains(&true) {
            return;
        }
        let all = self.label(Label::default());
        let join = |counts: &mut [u32]| {
            counts.iter_mut().zip(joined).filter(|(_, joined)| **joined).for_each(|(label, _)| {
                *label = all;
            });
        };
        for (mut labels, mut group) in std::mem::take(&mut self.groups) {
            let counts = labels.len() - joined.len();
            join(&mut labels[counts..]);
            group.counts = std::mem::take(&mut group.counts)
                .into_iter()
                .map(|mut counts| {
                    join(&mut counts);
                    counts
                })
                .collect();
            self.groups.entry(labels).or_default().take(&group);
        }
    }

    /// The cross-table of so many parts of the rows and of the columns; what figures count joins
    /// the columns where `split` says so. What `across` does not allow to be added up is refused.
    ///
    /// # Errors
    /// The first dispute, in the order of rows and columns.
    pub fn cross(
        &self,
        rows: usize,
        columns: usize,
        split: &[bool],
        across: Across,
    ) -> Result<Cross, Dispute> {
        let cross = self.cross_unchecked(rows, columns, split);
        if self.aggregate.adds_up() {
            for ((row, column), group) in &cross.cells {
                cross.check_cell(&name(row, column), group, across)?;
            }
        }
        Ok(cross)
    }

    /// The cross-table, whatever it adds up: [`Cross::dispute`] says of a cell whether it may.
    #[must_use]
    pub fn cross_unchecked(&self, rows: usize, columns: usize, split: &[bool]) -> Cross {
        let named = |labels: &[u32]| -> Vec<Label> {
            labels.iter().map(|n| self.labels[*n as usize].clone()).collect()
        };
        let mut groups: HashMap<(Vec<u32>, Vec<u32>), TallyGroup> = HashMap::new();
        for (labels, group) in &self.groups {
            let (row, rest) = labels.split_at(rows);
            let (column, counts) = rest.split_at(columns);
            let mut column = column.to_vec();
            column.extend(
                counts.iter().zip(split).filter(|(_, split)| **split).map(|(label, _)| label),
            );
            groups.entry((row.to_vec(), column)).or_default().take(group);
        }
        let cells: BTreeMap<(Vec<Label>, Vec<Label>), TallyGroup> = groups
            .into_iter()
            .map(|((row, column), group)| ((named(&row), named(&column)), group))
            .collect();
        Cross {
            rows: cells
                .keys()
                .map(|(row, _)| row.clone())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            columns: cells
                .keys()
                .map(|(_, column)| column.clone())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            cells,
            labels: self.labels.clone(),
            aggregate: self.aggregate,
        }
    }
}

/// The labels of what is one's own, which stands first, and of what is shared.
pub(super) fn sole_and_shared() -> [Label; 2] {
    [(0, "sole"), (1, "shared")].map(|(n, text)| Label {
        days: Some((n, n)),
        text: text.to_owned(),
        ..Label::default()
    })
}
