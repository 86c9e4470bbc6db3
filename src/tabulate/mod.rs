//! Grouped rows to a cross-table that does not lie, without any I/O.
//!
//! Missing is not zero, figures of several sources are never added up unasked, nor two answers to
//! one question, nor a year and the months within it.

mod cross;
mod group;
mod label;
mod period;
mod small_set;
mod tally;

pub use cross::{Cross, TotalOf};
pub use group::{StockFlow, TallyEntry};
pub use label::{Label, LabelKey, LabelOrder, name};
pub use tally::Tally;

use crate::value::Number;

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
    /// Whether facts are mixed into one number that none of the sources states.
    fn adds_up(self) -> bool {
        matches!(self, Aggregate::Count | Aggregate::Sum | Aggregate::Mean | Aggregate::Median)
    }

    /// Whether it must see every figure, and not what some add up to.
    #[must_use]
    pub fn wants_each(self) -> bool {
        matches!(self, Aggregate::Median | Aggregate::List)
    }

    /// Whether figures are mixed into one number that none of the sources states.
    #[must_use]
    pub fn mixes_figures(self) -> bool {
        self.adds_up() && self != Aggregate::Count
    }

    /// Whether it is about the lowest or the highest.
    #[must_use]
    pub fn wants_ends(self) -> bool {
        matches!(self, Aggregate::Min | Aggregate::Max | Aggregate::Range)
    }
}

/// A part of the facts of a table, and of what their figures add up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Number of facts in this part, and of all facts.
    pub facts: (u64, u64),
    /// Sum of the figures in this part, and of all figures.
    pub sum: (Number, Number),
}

impl Share {
    /// Whether it is more than a hundredth of the facts or of the sum.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.facts.0 * 100 > self.facts.1
            || self.sum.0.real().abs() * 100.0 > self.sum.1.real().abs()
    }
}

/// What may be added up although it is most likely counted twice: what the user takes upon himself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Across {
    /// Facts of several sources.
    pub sources: bool,
    /// Several answers to one question.
    pub topics: bool,
    /// Figures for periods that overlap, or numbers at several dates.
    pub periods: bool,
}

/// Why a cell cannot be filled honestly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dispute {
    /// Figures of several sources would be added up.
    Sources(String, Vec<String>),
    /// Facts of several sources would be counted together.
    Counts(String, Vec<String>),
    /// One state of affairs would be counted at each of several dates.
    States(String, Vec<String>),
    /// Figures that count different things would be added up.
    Unlike(String, Vec<String>),
    /// Several answers to one question would be added up.
    Answers(String, String, Vec<String>),
    /// Figures for periods that overlap would be added up.
    Periods(String, Vec<String>),
    /// Numbers at several dates, or running totals, would be added up.
    Stocks(String, usize),
    /// Numbers at a date, or running totals, would be added to what happened in a time.
    StockAndFlow(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::date::{self, Bucket};
    use crate::value::{OwnedValue, Value};

    fn label(text: &str) -> Vec<Label> {
        vec![Label { text: text.into(), ..Label::default() }]
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

    fn days_of((first, last): (i64, i64)) -> LabelOrder {
        LabelOrder::Days(first, last)
    }

    fn entry(
        row: &'static str,
        column: &'static str,
        figure: Option<f64>,
        source: &'static str,
        when: &'static str,
    ) -> Fact {
        Fact { row, column, figure, source, when, counts: "killed", topic: None, over_period: true }
    }

    fn cross(facts: &[Fact], aggregate: Aggregate, across: bool) -> Result<Cross, Dispute> {
        let mut tally = Tally::new(aggregate);
        for fact in facts {
            let labels =
                [fact.row, fact.column, fact.counts].map(|text| tally.label(label(text).remove(0)));
            let source = tally.label(label(fact.source).remove(0));
            let days = date::parse(fact.when).unwrap();
            let reference = format!("{}:{}-{}-{}", fact.source, fact.row, fact.column, fact.when);
            let Fact { figure, over_period, topic, .. } = *fact;
            tally.add(
                &labels,
                1,
                &TallyEntry {
                    figure: figure.map(Number::Real),
                    over_period,
                    measure: StockFlow::Flow,
                    state: None,
                    source,
                    topic,
                    days,
                    parts: &date::parts(fact.when),
                    reference: &reference,
                },
            );
        }
        tally.cross(1, 1, &[false], Across { sources: across, ..Across::default() })
    }

    #[test]
    fn a_sum_over_nothing_is_nothing_and_zero_is_zero() {
        let cross = cross(
            &[entry("a", "x", None, "s", "2013"), entry("b", "x", Some(0.0), "s", "2013")],
            Aggregate::Sum,
            false,
        )
        .unwrap();
        assert_eq!(cross.cell(&label("a"), &label("x")), Value::Null);
        assert_eq!(cross.cell(&label("b"), &label("x")), Value::Real(0.0));
        assert_eq!(cross.cell(&label("a"), &label("y")), Value::Null);
    }

    #[test]
    fn what_lasted_is_counted_in_the_first_or_in_each_of_its_years() {
        let year = Bucket::Year;
        let rows = |is_each: bool| -> Vec<(String, OwnedValue)> {
            let mut tally = Tally::new(Aggregate::Count);
            for when in ["2012-05/2014-02", "2013", "2013/.."] {
                let days = date::parse(when).unwrap();
                let row = Label {
                    order: days_of(year.order(days)),
                    text: year.label(days).unwrap().into(),
                };
                let (row, source) = (tally.label(row), tally.label(label("s").remove(0)));
                tally.add(
                    &[row],
                    0,
                    &TallyEntry {
                        figure: None,
                        over_period: false,
                        measure: StockFlow::Flow,
                        state: None,
                        source,
                        topic: None,
                        days,
                        parts: &[],
                        reference: "",
                    },
                );
            }
            tally.spread(0, year, is_each);
            let cross = tally.cross(1, 0, &[], Across::default()).unwrap();
            let text = |row: &[u32]| cross.named(row)[0].text.to_string();
            cross.rows().map(|row| (text(row), cross.cell_at(row, &[]))).collect()
        };
        let counted = |rows: &[(&str, i64)]| -> Vec<(String, OwnedValue)> {
            rows.iter().map(|(row, n)| ((*row).to_owned(), Value::Int(*n))).collect()
        };
        assert_eq!(rows(false), counted(&[("2012", 1), ("2013", 1), ("2013–", 1)]));
        assert_eq!(rows(true), counted(&[("2012", 1), ("2013", 2), ("2013–", 1), ("2014", 1)]));
    }

    #[test]
    fn a_cell_that_lacks_figures_says_how_many() {
        let cross = cross(
            &[entry("a", "x", None, "s", "2012"), entry("a", "x", Some(5.0), "s", "2013")],
            Aggregate::Sum,
            false,
        )
        .unwrap();
        assert_eq!(cross.cell(&label("a"), &label("x")), Value::Partial(Number::Int(5), 2, 1));
    }

    #[test]
    fn sources_are_never_added_up_unasked() {
        let entries = vec![
            entry("a", "x", Some(3.0), "ibc", "2013"),
            entry("a", "x", Some(4.0), "unami", "2013"),
        ];
        let dispute = cross(&entries, Aggregate::Sum, false).unwrap_err();
        assert_eq!(dispute, Dispute::Sources("a × x".into(), vec!["ibc".into(), "unami".into()]));
        assert_eq!(
            cross(&entries, Aggregate::Sum, true).unwrap().cell(&label("a"), &label("x")),
            Value::Real(7.0)
        );
        assert_eq!(
            cross(&entries, Aggregate::Range, false).unwrap().cell(&label("a"), &label("x")),
            Value::Text("3–4".into())
        );
        assert_eq!(
            cross(&entries, Aggregate::List, false).unwrap().cell(&label("a"), &label("x")),
            Value::Text("ibc 3; unami 4".into())
        );
    }

    #[test]
    fn totals_never_add_up_what_counts_different_things() {
        let mut wounded = entry("b", "x", Some(4.0), "s", "2013");
        wounded.counts = "wounded";
        let cross =
            cross(&[entry("a", "x", Some(3.0), "s", "2012"), wounded], Aggregate::Sum, false)
                .unwrap();
        assert_eq!(
            cross.totals(TotalOf::Columns, Across::default()),
            Err(Dispute::Unlike("x".into(), vec!["killed".into(), "wounded".into()]))
        );
    }

    #[test]
    fn tenths_add_up_to_what_people_expect() {
        let tenths: Vec<Fact> =
            (0..10).map(|_| entry("a", "x", Some(0.1), "s", "2013-01-01")).collect();
        assert_eq!(
            cross(&tenths, Aggregate::Sum, false).unwrap().cell(&label("a"), &label("x")),
            Value::Real(1.0)
        );
    }

    #[test]
    fn two_answers_to_one_question_are_never_added_up() {
        let mut entries = vec![
            entry("a", "x", Some(3.0), "s", "2013-01"),
            entry("a", "x", Some(4.0), "s", "2013-02"),
        ];
        for entry in &mut entries {
            entry.topic = Some("how-many");
        }
        assert!(
            matches!(cross(&entries, Aggregate::Sum, true), Err(Dispute::Answers(_, topic, _)) if topic == "how-many")
        );
    }

    #[test]
    fn a_year_and_its_months_are_never_added_up() {
        let entries = vec![
            entry("a", "x", Some(3.0), "s", "2013"),
            entry("a", "x", Some(1.0), "s", "2013-02"),
        ];
        assert!(matches!(cross(&entries, Aggregate::Sum, false), Err(Dispute::Periods(..))));
        let months = vec![
            entry("a", "x", Some(3.0), "s", "2013-01"),
            entry("a", "x", Some(1.0), "s", "2013-02"),
        ];
        assert!(cross(&months, Aggregate::Sum, false).is_ok());
        let mut events = vec![
            entry("a", "x", Some(3.0), "s", "2013"),
            entry("a", "x", Some(1.0), "s", "2013-02"),
        ];
        events.iter_mut().for_each(|event| event.over_period = false);
        assert!(
            cross(&events, Aggregate::Sum, false).is_ok(),
            "events known to the year and to the month are two events"
        );
        let days = vec![
            entry("a", "x", Some(3.0), "s", "2013-01-03"),
            entry("a", "x", Some(1.0), "s", "2013-01"),
        ];
        assert!(
            cross(&days, Aggregate::Sum, false).is_ok(),
            "an event on a day may well be beside one known to the month"
        );
    }
}
