//! Grouped rows to a cross-table that does not lie, without any I/O.
//!
//! Missing is not zero, figures of several sources are never added up unasked, nor two answers to one question, nor a
//! year and the months within it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;

use crate::value::date::Days;
use crate::value::text::grouped;
use crate::value::{Cell, Value, real};

/// How the figures of a cell become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// How many rows.
    Count,
    /// Their sum.
    Sum,
    /// The lowest.
    Min,
    /// The highest.
    Max,
    /// The arithmetic mean.
    Mean,
    /// The middle one.
    Median,
    /// The lowest and the highest: `7,818–9,852`.
    Range,
    /// Each with its source: `IBC 9,852; UNAMI 7,818`.
    List,
}

impl Aggregate {
    /// Whether figures are mixed into one that none of the sources states.
    fn adds_up(self) -> bool {
        matches!(self, Aggregate::Sum | Aggregate::Mean | Aggregate::Median)
    }
}

/// One label of an axis, with what sorts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// Labels of nothing stand last.
    pub missing: bool,
    /// What periods are ordered by; `None` for labels that are no period.
    pub days: Option<(i64, i64)>,
    /// The text.
    pub text: String,
}

/// One fact on its way into the cross-table, but for its labels.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Its figure; none: it states none.
    pub figure: Option<f64>,
    /// It counts over all of its date, so that another of its source may count a part of that again.
    pub over_period: bool,
    /// Who states it: the number of a label.
    pub source: u32,
    /// The question that it answers.
    pub topic: Option<&'a str>,
    /// The days that it covers.
    pub days: Days,
    /// The fact's name, for messages.
    pub reference: &'a str,
}

/// Facts gathered by their labels, so that what is kept grows with the table and not with the facts.
#[derive(Debug)]
pub struct Tally {
    aggregate: Aggregate,
    labels: Vec<Label>,
    numbers: HashMap<Label, u32>,
    sources: BTreeSet<u32>,
    /// By the labels of the rows, of the columns, and of what figures count, one behind the other.
    groups: HashMap<Vec<u32>, Group, RandomState>,
}

/// The facts of one cell.
#[derive(Debug, Clone, Default)]
struct Group {
    facts: u64,
    stated: u64,
    sum: Sum,
    low: Option<f64>,
    high: Option<f64>,
    /// Of those that state a figure: sources, what is counted, answers to questions, periods.
    sources: BTreeSet<u32>,
    counts: BTreeSet<Vec<u32>>,
    answers: BTreeMap<String, Vec<String>>,
    periods: Vec<Period>,
    /// Every figure, where the middle one is asked for, and with its source, where all are.
    figures: Vec<f64>,
    list: Vec<(u32, Option<f64>)>,
}

/// A figure for a stretch of time: its source, the first and the last day, the fact.
type Period = (u32, i64, i64, String);

/// A sum that keeps what addition rounds away (Neumaier).
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, n: f64) {
        let sum = self.sum + n;
        self.lost += if self.sum.abs() >= n.abs() { (self.sum - sum) + n } else { (n - sum) + self.sum };
        self.sum = sum;
    }

    /// The sum, to the fifteen digits that a binary number holds of a decimal one.
    fn total(self) -> f64 {
        let exact = self.sum + self.lost;
        format!("{exact:.14e}").parse().unwrap_or(exact)
    }
}

impl Group {
    fn add(&mut self, entry: &Entry<'_>, counts: &[u32], aggregate: Aggregate) {
        self.facts += 1;
        if aggregate == Aggregate::List {
            self.list.push((entry.source, entry.figure));
        }
        let Some(figure) = entry.figure else { return };
        self.stated += 1;
        self.sum.add(figure);
        self.low = Some(self.low.map_or(figure, |low| if figure.total_cmp(&low).is_lt() { figure } else { low }));
        self.high = Some(self.high.map_or(figure, |high| if figure.total_cmp(&high).is_gt() { figure } else { high }));
        if aggregate == Aggregate::Median {
            self.figures.push(figure);
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
        if let (true, Some(first), Some(last)) = (entry.over_period, entry.days.first, entry.days.last)
            && is_period(last - first)
        {
            self.periods.push((entry.source, first, last, entry.reference.to_owned()));
        }
    }

    /// Takes in the facts of another.
    fn take(&mut self, other: &Group) {
        self.facts += other.facts;
        self.stated += other.stated;
        self.sum.add(other.sum.sum);
        self.sum.add(other.sum.lost);
        self.low = self.low.into_iter().chain(other.low).min_by(f64::total_cmp);
        self.high = self.high.into_iter().chain(other.high).max_by(f64::total_cmp);
        self.sources.extend(&other.sources);
        self.counts.extend(other.counts.iter().cloned());
        for (topic, answers) in &other.answers {
            self.answers.entry(topic.clone()).or_default().extend(answers.iter().cloned());
        }
        self.periods.extend(other.periods.iter().cloned());
        self.figures.extend(&other.figures);
        self.list.extend(&other.list);
    }
}

impl Tally {
    /// One without facts.
    #[must_use]
    pub fn new(aggregate: Aggregate) -> Tally {
        Tally { aggregate, labels: Vec::new(), numbers: HashMap::new(), sources: BTreeSet::new(), groups: HashMap::default() }
    }

    /// The number of a label.
    pub fn label(&mut self, label: Label) -> u32 {
        let next = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(label).or_insert_with_key(|label| {
            self.labels.push(label.clone());
            next
        })
    }

    /// Adds a fact under its labels: those of the rows, of the columns, and the last `counts` of what its figure counts.
    pub fn add(&mut self, labels: &[u32], counts: usize, entry: &Entry<'_>) {
        if !self.sources.contains(&entry.source) {
            self.sources.insert(entry.source);
        }
        let counted = &labels[labels.len() - counts..];
        match self.groups.get_mut(labels) {
            Some(group) => group.add(entry, counted, self.aggregate),
            None => self.groups.entry(labels.to_vec()).or_default().add(entry, counted, self.aggregate),
        }
    }

    /// The sources of all facts.
    #[must_use]
    pub fn sources(&self) -> Vec<&str> {
        self.sources.iter().map(|source| self.labels[*source as usize].text.as_str()).collect()
    }

    /// Takes in what another gathered.
    pub fn take(&mut self, other: &Tally) {
        let numbers: Vec<u32> = other.labels.iter().map(|label| self.label(label.clone())).collect();
        let here = |labels: &[u32]| -> Vec<u32> { labels.iter().map(|n| numbers[*n as usize]).collect() };
        self.sources.extend(other.sources.iter().map(|source| numbers[*source as usize]));
        for (labels, group) in &other.groups {
            let mut group = group.clone();
            group.sources = here(&group.sources.iter().copied().collect::<Vec<_>>()).into_iter().collect();
            group.counts = group.counts.iter().map(|counts| here(counts)).collect();
            group.periods.iter_mut().for_each(|period| period.0 = numbers[period.0 as usize]);
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

    /// The cross-table of so many parts of the rows and of the columns; what figures count joins the columns where
    /// `split` says so. Without `across_sources`, a sum, mean or median over several sources is refused.
    ///
    /// # Errors
    /// The first dispute, in the order of rows and columns.
    pub fn cross(&self, rows: usize, columns: usize, split: &[bool], across_sources: bool) -> Result<Cross, Dispute> {
        let named = |labels: &[u32]| -> Vec<Label> { labels.iter().map(|n| self.labels[*n as usize].clone()).collect() };
        let mut groups: HashMap<(Vec<u32>, Vec<u32>), Group> = HashMap::new();
        for (labels, group) in &self.groups {
            let (row, rest) = labels.split_at(rows);
            let (column, counts) = rest.split_at(columns);
            let mut column = column.to_vec();
            column.extend(counts.iter().zip(split).filter(|(_, split)| **split).map(|(label, _)| label));
            groups.entry((row.to_vec(), column)).or_default().take(group);
        }
        let cells: BTreeMap<(Vec<Label>, Vec<Label>), Group> =
            groups.into_iter().map(|((row, column), group)| ((named(&row), named(&column)), group)).collect();
        let cross = Cross {
            rows: cells.keys().map(|(row, _)| row.clone()).collect::<BTreeSet<_>>().into_iter().collect(),
            columns: cells.keys().map(|(_, column)| column.clone()).collect::<BTreeSet<_>>().into_iter().collect(),
            cells,
            labels: self.labels.clone(),
            aggregate: self.aggregate,
        };
        if self.aggregate.adds_up() {
            for ((row, column), group) in &cross.cells {
                cross.dispute(&name(row, column), group, across_sources)?;
            }
        }
        Ok(cross)
    }
}

/// Why a cell cannot be filled honestly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dispute {
    /// Several sources would be added up.
    Sources(String, Vec<String>),
    /// Figures that count different things would be added up.
    Unlike(String, Vec<String>),
    /// Several answers to one question would be added up.
    Answers(String, String, Vec<String>),
    /// A figure for a period and one for a part of it would be added up.
    Periods(String, Vec<String>),
}

/// The cross-table: labels of the rows and columns, and the cells.
#[derive(Debug, Clone)]
pub struct Cross {
    /// The labels of the rows, in order; totals are not among them.
    pub rows: Vec<Vec<Label>>,
    /// The labels of the columns, in order.
    pub columns: Vec<Vec<Label>>,
    cells: BTreeMap<(Vec<Label>, Vec<Label>), Group>,
    labels: Vec<Label>,
    aggregate: Aggregate,
}

impl Cross {
    /// The cell of a row and a column; nothing where there is no fact, or none with a figure.
    #[must_use]
    pub fn cell(&self, row: &[Label], column: &[Label]) -> Value {
        let key = (row.to_vec(), column.to_vec());
        self.cells.get(&key).map_or(Cell::Null, |group| self.summed(group))
    }

    /// Whether a row and a column have a fact in common.
    #[must_use]
    pub fn has(&self, row: &[Label], column: &[Label]) -> bool {
        self.cells.contains_key(&(row.to_vec(), column.to_vec()))
    }

    /// The total of a row, of a column, or of all.
    ///
    /// # Errors
    /// The total would mix what must not be mixed.
    pub fn total(&self, row: Option<&[Label]>, column: Option<&[Label]>, across_sources: bool) -> Result<Value, Dispute> {
        let mut whole = Group::default();
        for ((r, c), group) in &self.cells {
            if row.is_none_or(|row| r == row) && column.is_none_or(|column| c == column) {
                whole.take(group);
            }
        }
        if self.aggregate.adds_up() {
            self.dispute(&name(row.unwrap_or_default(), column.unwrap_or_default()), &whole, across_sources)?;
        }
        Ok(self.summed(&whole))
    }

    /// How many facts of how many lack a figure.
    #[must_use]
    pub fn lacking(&self) -> (u64, u64) {
        self.cells.values().fold((0, 0), |(lack, all), group| (lack + group.facts - group.stated, all + group.facts))
    }

    fn text(&self, label: u32) -> &str {
        &self.labels[label as usize].text
    }

    fn dispute(&self, cell: &str, group: &Group, across_sources: bool) -> Result<(), Dispute> {
        if group.sources.len() > 1 && !across_sources {
            let mut sources: Vec<String> = group.sources.iter().map(|source| self.text(*source).to_owned()).collect();
            sources.sort_unstable();
            return Err(Dispute::Sources(cell.to_owned(), sources));
        }
        if group.counts.len() > 1 {
            let counted = group.counts.iter().map(|counts| {
                let labels: Vec<Label> = counts.iter().map(|label| self.labels[*label as usize].clone()).collect();
                name(&labels, &[])
            });
            let mut counted: Vec<String> = counted.collect();
            counted.sort_unstable();
            return Err(Dispute::Unlike(cell.to_owned(), counted));
        }
        if let Some((topic, answers)) = group.answers.iter().find(|(_, answers)| answers.len() > 1) {
            let mut answers = answers.clone();
            answers.sort_unstable();
            return Err(Dispute::Answers(cell.to_owned(), topic.clone(), answers));
        }
        periods(cell, &group.periods)
    }

    fn summed(&self, group: &Group) -> Value {
        if self.aggregate == Aggregate::Count {
            return Cell::Int(i64::try_from(group.facts).unwrap_or(i64::MAX));
        }
        let (Some(low), Some(high)) = (group.low, group.high) else { return Cell::Null };
        #[expect(clippy::cast_precision_loss, reason = "no table has 2^53 rows")]
        let n = group.stated as f64;
        let figure = match self.aggregate {
            Aggregate::Count | Aggregate::Sum => group.sum.total(),
            Aggregate::Min => low,
            Aggregate::Max => high,
            Aggregate::Mean => group.sum.total() / n,
            Aggregate::Median => middle(&group.figures),
            Aggregate::Range => {
                let shown = |n: f64| grouped(&real(n));
                return Cell::Text(
                    if low.total_cmp(&high).is_eq() { shown(low) } else { format!("{}–{}", shown(low), shown(high)) }.into(),
                );
            }
            Aggregate::List => {
                let shown = |figure: &Option<f64>| figure.map_or("–".to_owned(), |n| grouped(&real(n)));
                let mut parts: Vec<String> =
                    group.list.iter().map(|(source, figure)| format!("{} {}", self.text(*source), shown(figure))).collect();
                parts.sort_unstable();
                return Cell::Text(parts.join("; ").into());
            }
        };
        match group.facts - group.stated {
            0 => Cell::Real(figure),
            lacking => Cell::Partial(figure, group.facts, lacking),
        }
    }
}

/// The middle one of some figures.
fn middle(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_unstable_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len().is_multiple_of(2) { f64::midpoint(figures[middle - 1], figures[middle]) } else { figures[middle] }
}

/// A label as people read it.
#[must_use]
pub fn name(row: &[Label], column: &[Label]) -> String {
    let parts: Vec<&str> = row.iter().chain(column).map(|label| label.text.as_str()).collect();
    if parts.is_empty() { "the total".into() } else { parts.join(" × ") }
}

/// A longer period that holds a shorter one of the same source: a year and one of its months.
fn periods(cell: &str, stated: &[Period]) -> Result<(), Dispute> {
    let mut spans: Vec<&Period> = stated.iter().collect();
    spans.sort_unstable_by(|a, b| (a.0, a.1, -a.2, &a.3).cmp(&(b.0, b.1, -b.2, &b.3)));
    let mut longest: Option<&Period> = None;
    for span in spans {
        let (source, first, last, reference) = span;
        match longest {
            Some((of, begin, end, holder)) if of == source && last <= end && (begin, end) != (first, last) => {
                return Err(Dispute::Periods(cell.to_owned(), vec![holder.clone(), reference.clone()]));
            }
            Some((of, _, end, _)) if of == source && end >= last => {}
            _ => longest = Some(span),
        }
    }
    Ok(())
}

/// Whether something that lies within so many days is a figure for a period, a month or longer, and no single event.
fn is_period(days: i64) -> bool {
    days >= 27
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::date;

    fn label(text: &str) -> Vec<Label> {
        vec![Label { days: None, missing: false, text: text.to_owned() }]
    }

    struct Fact {
        row: &'static str,
        column: &'static str,
        figure: Option<f64>,
        source: &'static str,
        when: &'static str,
        counts: &'static str,
        topic: Option<&'static str>,
        over_period: bool,
    }

    fn entry(row: &'static str, column: &'static str, figure: Option<f64>, source: &'static str, when: &'static str) -> Fact {
        Fact { row, column, figure, source, when, counts: "killed", topic: None, over_period: true }
    }

    fn cross(facts: &[Fact], aggregate: Aggregate, across_sources: bool) -> Result<Cross, Dispute> {
        let mut tally = Tally::new(aggregate);
        for fact in facts {
            let labels = [fact.row, fact.column, fact.counts].map(|text| tally.label(label(text).remove(0)));
            let source = tally.label(label(fact.source).remove(0));
            let days = date::parse(fact.when).unwrap();
            let reference = format!("{}:{}-{}-{}", fact.source, fact.row, fact.column, fact.when);
            let Fact { figure, over_period, topic, .. } = *fact;
            tally.add(&labels, 1, &Entry { figure, over_period, source, topic, days, reference: &reference });
        }
        tally.cross(1, 1, &[false], across_sources)
    }

    #[test]
    fn a_sum_over_nothing_is_nothing_and_zero_is_zero() {
        let cross =
            cross(&[entry("a", "x", None, "s", "2013"), entry("b", "x", Some(0.0), "s", "2013")], Aggregate::Sum, false).unwrap();
        assert_eq!(cross.cell(&label("a"), &label("x")), Cell::Null);
        assert_eq!(cross.cell(&label("b"), &label("x")), Cell::Real(0.0));
        assert_eq!(cross.cell(&label("a"), &label("y")), Cell::Null);
    }

    #[test]
    fn a_cell_that_lacks_figures_says_how_many() {
        let cross =
            cross(&[entry("a", "x", None, "s", "2012"), entry("a", "x", Some(5.0), "s", "2013")], Aggregate::Sum, false).unwrap();
        assert_eq!(cross.cell(&label("a"), &label("x")), Cell::Partial(5.0, 2, 1));
    }

    #[test]
    fn sources_are_never_added_up_unasked() {
        let entries = vec![entry("a", "x", Some(3.0), "ibc", "2013"), entry("a", "x", Some(4.0), "unami", "2013")];
        let dispute = cross(&entries, Aggregate::Sum, false).unwrap_err();
        assert_eq!(dispute, Dispute::Sources("a × x".into(), vec!["ibc".into(), "unami".into()]));
        assert_eq!(cross(&entries, Aggregate::Sum, true).unwrap().cell(&label("a"), &label("x")), Cell::Real(7.0));
        assert_eq!(cross(&entries, Aggregate::Range, false).unwrap().cell(&label("a"), &label("x")), Cell::Text("3–4".into()));
        assert_eq!(
            cross(&entries, Aggregate::List, false).unwrap().cell(&label("a"), &label("x")),
            Cell::Text("ibc 3; unami 4".into())
        );
    }

    #[test]
    fn totals_never_add_up_what_counts_different_things() {
        let mut wounded = entry("b", "x", Some(4.0), "s", "2013");
        wounded.counts = "wounded";
        let cross = cross(&[entry("a", "x", Some(3.0), "s", "2012"), wounded], Aggregate::Sum, false).unwrap();
        assert_eq!(
            cross.total(None, Some(&label("x")), false),
            Err(Dispute::Unlike("x".into(), vec!["killed".into(), "wounded".into()]))
        );
    }

    #[test]
    fn tenths_add_up_to_what_people_expect() {
        let tenths: Vec<Fact> = (0..10).map(|_| entry("a", "x", Some(0.1), "s", "2013-01-01")).collect();
        assert_eq!(cross(&tenths, Aggregate::Sum, false).unwrap().cell(&label("a"), &label("x")), Cell::Real(1.0));
    }

    #[test]
    fn two_answers_to_one_question_are_never_added_up() {
        let mut entries = vec![entry("a", "x", Some(3.0), "s", "2013-01"), entry("a", "x", Some(4.0), "s", "2013-02")];
        for entry in &mut entries {
            entry.topic = Some("how-many");
        }
        assert!(matches!(cross(&entries, Aggregate::Sum, true), Err(Dispute::Answers(_, topic, _)) if topic == "how-many"));
    }

    #[test]
    fn a_year_and_its_months_are_never_added_up() {
        let entries = vec![entry("a", "x", Some(3.0), "s", "2013"), entry("a", "x", Some(1.0), "s", "2013-02")];
        assert!(matches!(cross(&entries, Aggregate::Sum, false), Err(Dispute::Periods(..))));
        let months = vec![entry("a", "x", Some(3.0), "s", "2013-01"), entry("a", "x", Some(1.0), "s", "2013-02")];
        assert!(cross(&months, Aggregate::Sum, false).is_ok());
        let mut events = vec![entry("a", "x", Some(3.0), "s", "2013"), entry("a", "x", Some(1.0), "s", "2013-02")];
        events.iter_mut().for_each(|event| event.over_period = false);
        assert!(cross(&events, Aggregate::Sum, false).is_ok(), "events known to the year and to the month are two events");
        let days = vec![entry("a", "x", Some(3.0), "s", "2013-01-03"), entry("a", "x", Some(1.0), "s", "2013-01")];
        assert!(cross(&days, Aggregate::Sum, false).is_ok(), "an event on a day may well be beside one known to the month");
    }
}
