//! The facts of one cell, added up, with what tells whether they may be.
//!
//! A table may have as many cells as there are facts: what few cells need stands apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::tabulate::period::Period;
use crate::tabulate::small_set::SmallSet;
use crate::tabulate::{Aggregate, LabelKey};
use crate::value::date::{self, Days};
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

/// The largest number of dates that a message names.
const SHOWN: usize = 5;

/// The cells of a table, or of one that is under way, by their labels.
pub(super) type Groups = IndexMap<LabelKey, TallyGroup, RandomState>;

/// The facts of one cell.
#[derive(Debug, Clone, Default)]
pub(super) struct TallyGroup {
    /// How many they are.
    pub(super) facts: u64,
    /// Their sources, where facts are counted; else those of facts that state a figure.
    pub(super) sources: SmallSet<u32>,
    figures: Option<Box<FigureGroup>>,
    states: Option<Box<StateGroup>>,
}

/// The figures of one cell.
#[derive(Debug, Clone, Default)]
pub(super) struct FigureGroup {
    /// How many facts state one.
    pub(super) stated: u64,
    pub(super) sum: RunningSum,
    /// What they count, where it is said, by the numbers that the table has for it.
    pub(super) counts: SmallSet<u32>,
    rare: Option<Box<RareFigures>>,
}

/// What is kept of figures that cannot simply be added up, or are not.
#[derive(Debug, Clone, Default)]
pub(super) struct RareFigures {
    /// Answers to questions, by the question.
    pub(super) answers: BTreeMap<String, Vec<String>>,
    /// The periods that they are for.
    pub(super) periods: Vec<Period>,
    /// How many of them are stocks and running totals, and their dates.
    not_flows: u64,
    pub(super) stocks: BTreeSet<(StockFlow, Option<i64>, Option<i64>)>,
    /// Every figure, where the middle one is asked for and there are several.
    figures: Vec<f64>,
    /// The lowest and the highest, where they are asked for and there are several.
    ends: Option<(Number, Number)>,
    /// Every figure with its source, where all are asked for.
    pub(super) list: Vec<(u32, Option<Number>)>,
}

/// The states of affairs that the facts of one cell state.
#[derive(Debug, Clone, Default)]
struct StateGroup {
    /// By their sources, each with the days that it was stated for first.
    states: HashMap<(u32, u64), Days, RandomState>,
    /// Other days for which one of them was stated too.
    other_dates: BTreeSet<Days>,
}

impl StateGroup {
    fn add(&mut self, state: (u32, u64), days: Days) {
        if *self.states.entry(state).or_insert(days) != days {
            self.other_dates.insert(days);
        }
    }
}

impl FigureGroup {
    /// What is kept of figures that cannot simply be added up; nothing where all can.
    pub(super) fn rare(&self) -> Option<&RareFigures> {
        self.rare.as_deref()
    }

    /// Whether one is a flow.
    pub(super) fn has_flows(&self) -> bool {
        self.stated > self.rare().map_or(0, |rare| rare.not_flows)
    }

    fn rare_mut(&mut self) -> &mut RareFigures {
        self.rare.get_or_insert_default()
    }

    /// The lowest and the highest. A single figure is the sum.
    pub(super) fn ends(&self) -> (Number, Number) {
        let sole = self.sum.sole();
        self.rare().and_then(|rare| rare.ends).unwrap_or((sole, sole))
    }

    /// The figures, where the middle one is asked for.
    pub(super) fn each(&self) -> Vec<f64> {
        let sole = (self.stated == 1).then(|| self.sum.sole().real());
        let several = self.rare().map_or(&[][..], |rare| &rare.figures);
        sole.into_iter().chain(several.iter().copied()).collect()
    }

    /// Adds figures: their number and sum, the lowest and the highest, and, for a median, all of them.
    fn add(
        &mut self,
        (stated, sum): (u64, &RunningSum),
        (low, high): (Number, Number),
        each: &[f64],
        aggregate: Aggregate,
    ) {
        if stated > 0 && self.stated + stated > 1 {
            if aggregate.wants_ends() {
                let (least, greatest) = if self.stated > 0 { self.ends() } else { (low, high) };
                let least = [least, low].into_iter().min_by(Number::order).unwrap_or(least);
                let greatest =
                    [greatest, high].into_iter().max_by(Number::order).unwrap_or(greatest);
                self.rare_mut().ends = Some((least, greatest));
            }
            if aggregate == Aggregate::Median {
                let sole = (self.stated == 1).then(|| self.sum.sole().real());
                self.rare_mut().figures.extend(sole.iter().chain(each));
            }
        }
        self.stated += stated;
        self.sum.take(sum);
    }

    /// Takes in the figures of another.
    fn take(&mut self, other: &FigureGroup, aggregate: Aggregate) {
        let each = if aggregate == Aggregate::Median { other.each() } else { Vec::new() };
        self.add((other.stated, &other.sum), other.ends(), &each, aggregate);
        self.counts.take(&other.counts);
        if let Some(others) = &other.rare {
            let rare = self.rare_mut();
            for (topic, answers) in &others.answers {
                rare.answers.entry(topic.clone()).or_default().extend(answers.iter().cloned());
            }
            rare.periods.extend(others.periods.iter().cloned());
            rare.not_flows += others.not_flows;
            rare.stocks.extend(&others.stocks);
            rare.list.extend(&others.list);
        }
    }
}

impl TallyGroup {
    /// Facts of one source that are added up already, none of them for a period or an answer to a
    /// question; `counted` is what their figures count.
    pub(super) fn of_many(
        source: u32,
        many: &FigureStats,
        counted: Option<u32>,
        aggregate: Aggregate,
    ) -> TallyGroup {
        let FigureStats { facts, stated, sum, low, high } = *many;
        let mut group = TallyGroup { facts, ..TallyGroup::default() };
        if stated > 0 || aggregate == Aggregate::Count {
            group.sources.insert(source);
        }
        if stated > 0 {
            let figures = group.figures_mut();
            let sum = RunningSum::of(sum);
            let ends = low.zip(high).map(|(low, high)| (Number::Real(low), Number::Real(high)));
            let sole = sum.sole();
            figures.add((stated, &sum), ends.unwrap_or((sole, sole)), &[], aggregate);
            counted.into_iter().for_each(|counted| figures.counts.insert(counted));
        }
        group
    }

    /// Adds a fact, whose figure counts this.
    pub(super) fn add(
        &mut self,
        entry: &TallyEntry<'_>,
        counted: Option<u32>,
        aggregate: Aggregate,
    ) {
        self.facts += 1;
        if aggregate == Aggregate::List {
            self.figures_mut().rare_mut().list.push((entry.source, entry.figure));
        }
        if aggregate == Aggregate::Count || entry.figure.is_some() {
            self.sources.insert(entry.source);
        }
        if let Some(state) = entry.state {
            self.states.get_or_insert_default().add((entry.source, state), entry.days);
        }
        let Some(figure) = entry.figure else { return };
        let figures = self.figures_mut();
        let sum = RunningSum::from(figure);
        figures.add((1, &sum), (figure, figure), &[figure.real()], aggregate);
        counted.into_iter().for_each(|counted| figures.counts.insert(counted));
        if let Some(topic) = entry.topic {
            let answers = &mut figures.rare_mut().answers;
            answers.entry(topic.to_owned()).or_default().push(entry.reference.to_owned());
        }
        if entry.measure != StockFlow::Flow {
            let rare = figures.rare_mut();
            rare.not_flows += 1;
            rare.stocks.insert((entry.measure, entry.days.first, entry.days.last));
        }
        if let Some(period) = entry.period().filter(|_| entry.over_period) {
            figures.rare_mut().periods.push(period);
        }
    }

    /// Its figures; nothing where none is stated.
    pub(super) fn figures(&self) -> Option<&FigureGroup> {
        self.figures.as_deref()
    }

    fn figures_mut(&mut self) -> &mut FigureGroup {
        self.figures.get_or_insert_default()
    }

    /// How many facts state a figure.
    pub(super) fn stated(&self) -> u64 {
        self.figures().map_or(0, |figures| figures.stated)
    }

    /// The sum of its figures.
    pub(super) fn sum(&self) -> RunningSum {
        self.figures().map_or_else(RunningSum::default, |figures| figures.sum)
    }

    /// Whether one of its figures is a flow.
    pub(super) fn has_flows(&self) -> bool {
        self.figures().is_some_and(FigureGroup::has_flows)
    }

    /// Whether a state of affairs is stated for several dates.
    pub(super) fn has_other_dates(&self) -> bool {
        self.states.as_ref().is_some_and(|states| !states.other_dates.is_empty())
    }

    /// The dates at which states of affairs were stated; the first few.
    pub(super) fn dates_of_states(&self) -> Vec<String> {
        let Some(states) = &self.states else { return Vec::new() };
        let dates: BTreeSet<Days> =
            states.states.values().chain(&states.other_dates).copied().collect();
        let shown: Vec<String> = dates.into_iter().map(date::text).collect();
        match shown.len() {
            0..=SHOWN => shown,
            many => [&shown[..SHOWN - 1], &[format!("and {} more", many - SHOWN + 1)]].concat(),
        }
    }

    /// Has what holds throughout hold at this day.
    pub(super) fn hold_stocks_at(&mut self, day: i64) {
        if let Some(rare) = self.figures.as_mut().and_then(|figures| figures.rare.as_mut()) {
            let at_day =
                |(kind, ..): &(StockFlow, Option<i64>, Option<i64>)| (*kind, Some(day), Some(day));
            rare.stocks = rare.stocks.iter().map(at_day).collect();
        }
    }

    /// Has what figures count mean others: `numbers` has the new one of each.
    pub(super) fn renumber_counts(&mut self, numbers: &[u32]) {
        if let Some(figures) = &mut self.figures {
            figures.counts = figures.counts.map(|counted| numbers[*counted as usize]);
        }
    }

    /// Has labels mean others: `numbers` has the new one of each.
    pub(super) fn renumber(&mut self, numbers: &[u32]) {
        let number = |old: u32| numbers[old as usize];
        self.sources = self.sources.map(|source| number(*source));
        if let Some(rare) = self.figures.as_mut().and_then(|figures| figures.rare.as_mut()) {
            rare.periods.iter_mut().for_each(|period| period.source = number(period.source));
            rare.list.iter_mut().for_each(|listed| listed.0 = number(listed.0));
        }
        if let Some(group) = &mut self.states {
            let states = std::mem::take(&mut group.states);
            let renumbered = |((source, state), days)| ((number(source), state), days);
            group.states = states.into_iter().map(renumbered).collect();
        }
    }

    /// Takes in the facts of another.
    pub(super) fn take(&mut self, other: &TallyGroup, aggregate: Aggregate) {
        self.facts += other.facts;
        self.sources.take(&other.sources);
        if let Some(others) = &other.figures {
            self.figures_mut().take(others, aggregate);
        }
        if let Some(others) = &other.states {
            let states = self.states.get_or_insert_default();
            states.other_dates.extend(&others.other_dates);
            others.states.iter().for_each(|(state, days)| states.add(*state, *days));
        }
    }
}
