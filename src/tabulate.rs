//! Grouped rows to a cross-table that does not lie, without any I/O.
//!
//! Missing is not zero, figures of several sources are never added up unasked, nor two answers to one question, nor a
//! year and the months within it.

use std::collections::{BTreeMap, BTreeSet};

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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Labels of nothing stand last.
    pub missing: bool,
    /// What periods are ordered by; `None` for labels that are no period.
    pub days: Option<(i64, i64)>,
    /// The text.
    pub text: String,
}

/// One fact on its way into the cross-table.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its label on each part of the rows.
    pub row: Vec<Label>,
    /// Its label on each part of the columns.
    pub column: Vec<Label>,
    /// Its figure; none: it states none.
    pub figure: Option<f64>,
    /// It counts over all of its date, so that another of its source may count a part of that again.
    pub over_period: bool,
    /// Who states it.
    pub source: String,
    /// The question that it answers.
    pub topic: Option<String>,
    /// The days that it covers.
    pub days: Days,
    /// What the figure counts: `killed`, `rank`. Figures that count different things are never added up.
    pub counts: Vec<Label>,
    /// The fact's name, for messages.
    pub reference: String,
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
    cells: BTreeMap<(Vec<Label>, Vec<Label>), Vec<Entry>>,
    aggregate: Aggregate,
}

impl Cross {
    /// Puts the entries in their cells. With `guard`, a sum, mean or median over what must not be mixed is refused.
    ///
    /// # Errors
    /// The first dispute, in the order of rows and columns.
    pub fn of(entries: Vec<Entry>, aggregate: Aggregate, across_sources: bool) -> Result<Cross, Dispute> {
        let mut cells: BTreeMap<(Vec<Label>, Vec<Label>), Vec<Entry>> = BTreeMap::new();
        for entry in entries {
            cells.entry((entry.row.clone(), entry.column.clone())).or_default().push(entry);
        }
        if aggregate.adds_up() {
            for ((row, column), entries) in &cells {
                dispute(&name(row, column), entries, across_sources)?;
            }
        }
        let rows: BTreeSet<Vec<Label>> = cells.keys().map(|(row, _)| row.clone()).collect();
        let columns: BTreeSet<Vec<Label>> = cells.keys().map(|(_, column)| column.clone()).collect();
        Ok(Cross { rows: rows.into_iter().collect(), columns: columns.into_iter().collect(), cells, aggregate })
    }

    /// The cell of a row and a column; nothing where there is no fact, or none with a figure.
    #[must_use]
    pub fn cell(&self, row: &[Label], column: &[Label]) -> Value {
        let key = (row.to_vec(), column.to_vec());
        self.cells.get(&key).map_or(Cell::Null, |entries| summed(entries.iter(), self.aggregate))
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
        let entries: Vec<Entry> = self
            .cells
            .iter()
            .filter(|((r, c), _)| row.is_none_or(|row| r == row) && column.is_none_or(|column| c == column))
            .flat_map(|(_, entries)| entries.iter().cloned())
            .collect();
        if self.aggregate.adds_up() {
            dispute(&name(row.unwrap_or_default(), column.unwrap_or_default()), &entries, across_sources)?;
        }
        Ok(summed(entries.iter(), self.aggregate))
    }

    /// How many facts of how many lack a figure.
    #[must_use]
    pub fn lacking(&self) -> (u64, u64) {
        let all = || self.cells.values().flatten();
        (all().filter(|entry| entry.figure.is_none()).count() as u64, all().count() as u64)
    }
}

/// A label as people read it.
#[must_use]
pub fn name(row: &[Label], column: &[Label]) -> String {
    let parts: Vec<&str> = row.iter().chain(column).map(|label| label.text.as_str()).collect();
    if parts.is_empty() { "the total".into() } else { parts.join(" × ") }
}

fn dispute(cell: &str, entries: &[Entry], across_sources: bool) -> Result<(), Dispute> {
    let stated: Vec<&Entry> = entries.iter().filter(|entry| entry.figure.is_some()).collect();
    let sources: BTreeSet<&str> = stated.iter().map(|entry| entry.source.as_str()).collect();
    if sources.len() > 1 && !across_sources {
        return Err(Dispute::Sources(cell.to_owned(), sources.into_iter().map(str::to_owned).collect()));
    }
    let counted: BTreeSet<String> = stated.iter().map(|entry| name(&entry.counts, &[])).collect();
    if counted.len() > 1 {
        return Err(Dispute::Unlike(cell.to_owned(), counted.into_iter().collect()));
    }
    let mut topics: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in &stated {
        if let Some(topic) = &entry.topic {
            topics.entry(topic).or_default().push(&entry.reference);
        }
    }
    if let Some((topic, answers)) = topics.into_iter().find(|(_, answers)| answers.len() > 1) {
        return Err(Dispute::Answers(cell.to_owned(), topic.to_owned(), answers.into_iter().map(str::to_owned).collect()));
    }
    periods(cell, &stated)
}

/// A longer period that holds a shorter one of the same source: a year and one of its months.
fn periods(cell: &str, stated: &[&Entry]) -> Result<(), Dispute> {
    let mut spans: Vec<(&str, i64, i64, &str)> = stated
        .iter()
        .filter(|e| e.over_period)
        .filter_map(|e| Some((e.source.as_str(), e.days.first?, e.days.last?, e.reference.as_str())))
        .collect();
    spans.sort_unstable_by(|a, b| (a.0, a.1, -a.2).cmp(&(b.0, b.1, -b.2)));
    let mut longest: Option<(&str, i64, i64, &str)> = None;
    for span in spans {
        let (source, first, last, reference) = span;
        match longest {
            Some((of, begin, end, holder))
                if of == source
                    && last <= end
                    && (begin, end) != (first, last)
                    && is_period(end - begin)
                    && is_period(last - first) =>
            {
                return Err(Dispute::Periods(cell.to_owned(), vec![holder.to_owned(), reference.to_owned()]));
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

fn summed<'a>(entries: impl Iterator<Item = &'a Entry>, aggregate: Aggregate) -> Value {
    let entries: Vec<&Entry> = entries.collect();
    let parts = entries.len() as u64;
    if aggregate == Aggregate::Count {
        return Cell::Int(i64::try_from(parts).unwrap_or(i64::MAX));
    }
    let mut figures: Vec<f64> = entries.iter().filter_map(|entry| entry.figure).collect();
    if figures.is_empty() {
        return Cell::Null;
    }
    figures.sort_unstable_by(f64::total_cmp);
    let (low, high) = (figures[0], figures[figures.len() - 1]);
    #[expect(clippy::cast_precision_loss, reason = "no table has 2^53 rows")]
    let n = figures.len() as f64;
    let middle = figures.len() / 2;
    let figure = match aggregate {
        Aggregate::Count | Aggregate::Sum => figures.iter().sum(),
        Aggregate::Min => low,
        Aggregate::Max => high,
        Aggregate::Mean => figures.iter().sum::<f64>() / n,
        Aggregate::Median if figures.len().is_multiple_of(2) => f64::midpoint(figures[middle - 1], figures[middle]),
        Aggregate::Median => figures[middle],
        Aggregate::Range => {
            let shown = |n: f64| grouped(&real(n));
            return Cell::Text(
                if low.total_cmp(&high).is_eq() { shown(low) } else { format!("{}–{}", shown(low), shown(high)) }.into(),
            );
        }
        Aggregate::List => {
            let mut parts: Vec<String> = entries
                .iter()
                .map(|e| format!("{} {}", e.source, e.figure.map_or("–".to_owned(), |n| grouped(&real(n)))))
                .collect();
            parts.sort_unstable();
            return Cell::Text(parts.join("; ").into());
        }
    };
    match parts - figures.len() as u64 {
        0 => Cell::Real(figure),
        lacking => Cell::Partial(figure, parts, lacking),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::date;

    fn label(text: &str) -> Vec<Label> {
        vec![Label { days: None, missing: false, text: text.to_owned() }]
    }

    fn entry(row: &str, column: &str, figure: Option<f64>, source: &str, when: &str) -> Entry {
        Entry {
            row: label(row),
            column: label(column),
            figure,
            over_period: true,
            source: source.to_owned(),
            topic: None,
            days: date::parse(when).unwrap(),
            counts: label("killed"),
            reference: format!("{source}:{row}-{column}-{when}"),
        }
    }

    #[test]
    fn a_sum_over_nothing_is_nothing_and_zero_is_zero() {
        let cross =
            Cross::of(vec![entry("a", "x", None, "s", "2013"), entry("b", "x", Some(0.0), "s", "2013")], Aggregate::Sum, false)
                .unwrap();
        assert_eq!(cross.cell(&label("a"), &label("x")), Cell::Null);
        assert_eq!(cross.cell(&label("b"), &label("x")), Cell::Real(0.0));
        assert_eq!(cross.cell(&label("a"), &label("y")), Cell::Null);
    }

    #[test]
    fn a_cell_that_lacks_figures_says_how_many() {
        let cross =
            Cross::of(vec![entry("a", "x", None, "s", "2012"), entry("a", "x", Some(5.0), "s", "2013")], Aggregate::Sum, false)
                .unwrap();
        assert_eq!(cross.cell(&label("a"), &label("x")), Cell::Partial(5.0, 2, 1));
    }

    #[test]
    fn sources_are_never_added_up_unasked() {
        let entries = vec![entry("a", "x", Some(3.0), "ibc", "2013"), entry("a", "x", Some(4.0), "unami", "2013")];
        let dispute = Cross::of(entries.clone(), Aggregate::Sum, false).unwrap_err();
        assert_eq!(dispute, Dispute::Sources("a × x".into(), vec!["ibc".into(), "unami".into()]));
        assert_eq!(Cross::of(entries.clone(), Aggregate::Sum, true).unwrap().cell(&label("a"), &label("x")), Cell::Real(7.0));
        assert_eq!(
            Cross::of(entries.clone(), Aggregate::Range, false).unwrap().cell(&label("a"), &label("x")),
            Cell::Text("3–4".into())
        );
        assert_eq!(
            Cross::of(entries, Aggregate::List, false).unwrap().cell(&label("a"), &label("x")),
            Cell::Text("ibc 3; unami 4".into())
        );
    }

    #[test]
    fn totals_never_add_up_what_counts_different_things() {
        let mut wounded = entry("b", "x", Some(4.0), "s", "2013");
        wounded.counts = label("wounded");
        let cross = Cross::of(vec![entry("a", "x", Some(3.0), "s", "2012"), wounded], Aggregate::Sum, false).unwrap();
        assert_eq!(
            cross.total(None, Some(&label("x")), false),
            Err(Dispute::Unlike("x".into(), vec!["killed".into(), "wounded".into()]))
        );
    }

    #[test]
    fn two_answers_to_one_question_are_never_added_up() {
        let mut entries = vec![entry("a", "x", Some(3.0), "s", "2013-01"), entry("a", "x", Some(4.0), "s", "2013-02")];
        for entry in &mut entries {
            entry.topic = Some("how-many".into());
        }
        assert!(matches!(Cross::of(entries, Aggregate::Sum, true), Err(Dispute::Answers(_, topic, _)) if topic == "how-many"));
    }

    #[test]
    fn a_year_and_its_months_are_never_added_up() {
        let entries = vec![entry("a", "x", Some(3.0), "s", "2013"), entry("a", "x", Some(1.0), "s", "2013-02")];
        assert!(matches!(Cross::of(entries, Aggregate::Sum, false), Err(Dispute::Periods(..))));
        let months = vec![entry("a", "x", Some(3.0), "s", "2013-01"), entry("a", "x", Some(1.0), "s", "2013-02")];
        assert!(Cross::of(months, Aggregate::Sum, false).is_ok());
        let mut events = vec![entry("a", "x", Some(3.0), "s", "2013"), entry("a", "x", Some(1.0), "s", "2013-02")];
        events.iter_mut().for_each(|event| event.over_period = false);
        assert!(Cross::of(events, Aggregate::Sum, false).is_ok(), "events known to the year and to the month are two events");
        let days = vec![entry("a", "x", Some(3.0), "s", "2013-01-03"), entry("a", "x", Some(1.0), "s", "2013-01")];
        assert!(Cross::of(days, Aggregate::Sum, false).is_ok(), "an event on a day may well be beside one known to the month");
    }
}
