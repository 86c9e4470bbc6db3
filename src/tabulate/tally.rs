//! Facts gathered by their labels, one at a time: what is kept grows with the table and not with
//! the facts.

use std::collections::BTreeSet;

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use indexmap::map::Entry;

use crate::tabulate::group::{Groups, TallyEntry, TallyGroup};
use crate::tabulate::label::{LabelSet, number, number_of, sole_and_shared};
use crate::tabulate::{Across, Aggregate, Cross, Dispute, Label, LabelKey, LabelOrder, Share};
use crate::value::date::{Bucket, Days};
use crate::value::text::BETWEEN_NAMES;
use crate::value::{FigureStats, RunningSum};

/// The first days of the buckets that a label lies in; none if it is not longer than one bucket, has
/// an open end, or lies in too many.
fn starts(label: &Label, bucket: Bucket) -> Vec<i64> {
    let starts: Vec<i64> = match label.days() {
        Some((first, last)) if first < last && last < i64::MAX => {
            let next = |day: &i64| Some(bucket.next(*day)).filter(|day| *day <= last);
            std::iter::successors(Some(first), next).take(LONGEST + 1).collect()
        }
        _ => Vec::new(),
    };
    if starts.len() > LONGEST { Vec::new() } else { starts }
}

/// The largest number of buckets that one fact is spread over.
const LONGEST: usize = 1200;

/// Facts gathered by their labels, so that what is kept grows with the table and not with the
/// facts.
#[derive(Debug)]
pub struct Tally {
    aggregate: Aggregate,
    labels: LabelSet,
    sources: BTreeSet<u32>,
    /// Facts whose figure is denied, and in no group.
    denied: u64,
    /// By the labels of the rows, of the columns, and of what figures count, one behind the other.
    groups: Groups,
    /// What figures count, each with its number.
    counted: IndexSet<LabelKey, RandomState>,
}

/// Takes the groups of a table out of it, one after the other, and gives their room back: a table made of
/// another may have as many.
fn drained(groups: &mut Groups) -> impl Iterator<Item = (LabelKey, TallyGroup)> + use<> {
    let mut groups = std::mem::take(groups);
    std::iter::from_fn(move || {
        let group = groups.pop();
        if groups.len() + groups.len() / 8 < groups.capacity() {
            groups.shrink_to(groups.len());
        }
        group
    })
}

impl Tally {
    /// One without facts.
    #[must_use]
    pub fn new(aggregate: Aggregate) -> Tally {
        Tally {
            aggregate,
            labels: LabelSet::default(),
            sources: BTreeSet::new(),
            denied: 0,
            groups: Groups::default(),
            counted: IndexSet::default(),
        }
    }

    /// The number of a label.
    pub fn label(&mut self, label: Label) -> u32 {
        number_of(&mut self.labels, label)
    }

    /// Adds a fact under its labels: those of the rows, of the columns, and the last `counts` of
    /// what its figure counts.
    pub fn add(&mut self, labels: &[u32], counts: usize, entry: &TallyEntry<'_>) {
        if !self.sources.contains(&entry.source) {
            self.sources.insert(entry.source);
        }
        let counted = self.counted(&labels[labels.len() - counts..]);
        match self.groups.get_mut(labels) {
            Some(group) => group.add(entry, counted, self.aggregate),
            None => {
                self.groups.entry(labels.into()).or_default().add(entry, counted, self.aggregate);
            }
        }
    }

    /// The number of what a figure counts; none where nothing says it.
    fn counted(&mut self, labels: &[u32]) -> Option<u32> {
        if labels.is_empty() {
            return None;
        }
        let place = self.counted.get_index_of(labels);
        Some(number(place.unwrap_or_else(|| self.counted.insert_full(labels.into()).0)))
    }

    /// Adds facts under their labels.
    fn join(&mut self, labels: LabelKey, group: TallyGroup) {
        match self.groups.entry(labels) {
            Entry::Vacant(place) => drop(place.insert(group)),
            Entry::Occupied(mut known) => known.get_mut().take(&group, self.aggregate),
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
        let counted = self.counted(&labels[labels.len() - counts..]);
        let group = TallyGroup::of_many(source, many, counted, self.aggregate);
        self.join(labels.into(), group);
    }

    /// Has the facts of a label that names several count for each of them: once under its own
    /// label, and in a column that says that they are shared. `side` is the label's place among all,
    /// `at` that of the new column.
    pub fn each_member(&mut self, side: usize, at: usize) {
        let [sole, shared] = sole_and_shared().map(|label| self.label(label));
        for (mut labels, group) in drained(&mut self.groups) {
            let label = self.labels[labels[side] as usize].clone();
            let members: Vec<u32> = label
                .text
                .split(BETWEEN_NAMES)
                .map(|member| self.label(Label { text: member.into(), ..label.clone() }))
                .collect();
            labels.insert(at, if members.len() > 1 { shared } else { sole });
            for member in members {
                labels[side] = member;
                self.join(labels.clone(), group.clone());
            }
        }
    }

    /// Whether a figure for a period of several buckets is a flow, which is not in each of them.
    #[must_use]
    pub fn has_flows_over_several(&self, side: usize, bucket: Bucket) -> bool {
        let is_long =
            |labels: &[u32]| starts(&self.labels[labels[side] as usize], bucket).len() > 1;
        self.groups.iter().any(|(labels, group)| group.has_flows() && is_long(labels))
    }

    /// Puts the facts of a label that is longer than one bucket under the first of its buckets, or
    /// under each. What has an open end, several dates or more than 1,200 buckets stays where it is;
    /// returns how many facts do.
    pub fn spread(&mut self, side: usize, bucket: Bucket, is_each: bool) -> u64 {
        let mut stay = 0;
        for (mut labels, group) in drained(&mut self.groups) {
            let label = &self.labels[labels[side] as usize];
            let starts = starts(label, bucket);
            if starts.is_empty() {
                let is_open = label.text.starts_with('–');
                if is_open || label.days().is_some_and(|(first, last)| first < last) {
                    stay += group.facts;
                }
                self.join(labels, group);
                continue;
            }
            for day in starts.into_iter().take(if is_each { LONGEST } else { 1 }) {
                let days = Days { first: Some(day), last: Some(day) };
                let text = bucket.label(days).unwrap_or_default();
                labels[side] =
                    self.label(Label { order: LabelOrder::Days(day, day), text: text.into() });
                let mut group = group.clone();
                if is_each {
                    group.hold_stocks_at(day);
                }
                self.join(labels.clone(), group);
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
            sums.1.take(&group.sum());
            if is_one(&self.labels[labels[at] as usize]) {
                facts.0 += group.facts;
                sums.0.take(&group.sum());
            }
        }
        Share { facts, sum: (sums.0.total(), sums.1.total()) }
    }

    /// How many facts lack a figure, of how many.
    #[must_use]
    pub fn lacking(&self) -> (u64, u64) {
        self.groups.values().fold((0, 0), |(lack, all), group| {
            (lack + group.facts - group.stated(), all + group.facts)
        })
    }

    /// The sources of all facts.
    #[must_use]
    pub fn sources(&self) -> Vec<&str> {
        self.sources.iter().map(|source| self.labels[*source as usize].text.as_ref()).collect()
    }

    /// Takes in what another gathered.
    pub fn take(&mut self, other: Tally) {
        let numbers: Vec<u32> = other.labels.into_iter().map(|label| self.label(label)).collect();
        self.sources.extend(other.sources.iter().map(|source| numbers[*source as usize]));
        self.denied += other.denied;
        let renumber = |labels: &mut LabelKey| {
            labels.iter_mut().for_each(|label| *label = numbers[*label as usize]);
        };
        let mut counted = Vec::new();
        for mut labels in other.counted {
            renumber(&mut labels);
            counted.extend(self.counted(&labels));
        }
        let mut groups = other.groups;
        for (mut labels, mut group) in drained(&mut groups) {
            renumber(&mut labels);
            group.renumber(&numbers);
            group.renumber_counts(&counted);
            self.join(labels, group);
        }
    }

    /// Which of the last `counts` labels differ among the facts that state a figure.
    #[must_use]
    pub fn differing(&self, counts: usize) -> Vec<bool> {
        (0..counts)
            .map(|i| {
                let stated = self.groups.iter().filter(|(_, group)| group.stated() > 0);
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
        let mut counted = Vec::new();
        for mut labels in std::mem::take(&mut self.counted) {
            join(&mut labels);
            counted.extend(self.counted(&labels));
        }
        for (mut labels, mut group) in drained(&mut self.groups) {
            let counts = labels.len() - joined.len();
            join(&mut labels[counts..]);
            group.renumber_counts(&counted);
            self.join(labels, group);
        }
    }

    /// The cross-table of so many parts of the rows and of the columns; what figures count joins
    /// the columns where `split` says so. What `across` does not allow to be added up is refused.
    ///
    /// # Errors
    /// The first dispute, in the order of rows and columns.
    pub fn cross(
        self,
        rows: usize,
        columns: usize,
        split: &[bool],
        across: Across,
    ) -> Result<Cross, Dispute> {
        let cross = self.cross_unchecked(rows, columns, split);
        cross.check(across)?;
        Ok(cross)
    }

    /// The cross-table, whatever it adds up: [`Cross::dispute`] says of a cell whether it may.
    #[must_use]
    pub fn cross_unchecked(mut self, rows: usize, columns: usize, split: &[bool]) -> Cross {
        if split.contains(&false) {
            for (labels, group) in drained(&mut self.groups) {
                let (cell, counts) = labels.split_at(rows + columns);
                let own = counts.iter().zip(split).filter(|(_, split)| **split);
                let key: LabelKey =
                    cell.iter().chain(own.map(|(label, _)| label)).copied().collect();
                self.join(key, group);
            }
        }
        Cross::of(rows, self.groups, (self.labels, self.counted), self.aggregate)
    }
}
