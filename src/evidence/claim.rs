//! A fact as checks and comparisons look at it: its voice, its time, its figures. Without any I/O.

use crate::value::date::Days;

/// One fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// `source:key`.
    pub reference: String,
    /// The kind's name.
    pub kind: &'static str,
    /// Its figures answer the question of their place and period, also without a topic.
    pub has_place_question: bool,
    /// The work.
    pub source: String,
    /// The sources that it is related to; a source without relatives is a family of its own.
    pub family: String,
    /// The question that it answers.
    pub topic: Option<String>,
    /// The voice; none: the source itself.
    pub said_by: Option<String>,
    /// The channel between voice and source.
    pub said_via: Option<String>,
    /// How the voice speaks.
    pub stance: String,
    /// What it says.
    pub summary: String,
    /// Its date, as text.
    pub date: Option<String>,
    /// The days on which it may lie.
    pub days: Days,
    /// Where it is true.
    pub place: Option<String>,
    /// The place in the source.
    pub locator: Option<String>,
    /// The source's words.
    pub quote: Option<String>,
    /// Where a deal stands.
    pub stage: Option<String>,
    /// The event that it belongs to.
    pub event: Option<String>,
    /// What its figures count: harm and population, measure and unit.
    pub counted: Vec<String>,
    /// Whose figures they are, beside the place: sides and kind of violence; empty where it is not
    /// said.
    pub scope: Vec<String>,
    /// Its source is a data set, whose records each count something else.
    pub is_record: bool,
    /// Its figures, each under the name of its field.
    pub figures: Vec<ClaimFigure>,
    /// What tells it from another fact of its kind, but for its summary: the kind's own fields,
    /// voice, stance, time, place.
    pub content: String,
    /// The names in it that belong to nobody known.
    pub unknown: Vec<String>,
}

/// A number as low, best and high.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimFigure {
    /// What the fields are called: nothing for low, best and high, `staff` for `staff_low` …
    pub name: String,
    /// The lower bound.
    pub low: Option<f64>,
    /// The best estimate.
    pub best: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
}

impl ClaimFigure {
    /// Where it begins: its lower bound, else its best estimate, else nowhere.
    #[must_use]
    pub fn lower(&self) -> f64 {
        self.low.or(self.best).unwrap_or(f64::NEG_INFINITY)
    }

    /// Where it ends: its upper bound, else its best estimate, else nowhere.
    #[must_use]
    pub fn upper(&self) -> f64 {
        self.high.or(self.best).unwrap_or(f64::INFINITY)
    }

    /// Whether it is one number.
    #[must_use]
    pub fn is_point(&self) -> bool {
        self.lower().total_cmp(&self.upper()).is_eq()
    }

    /// The numbers that it does state, from the lowest.
    pub fn stated(&self) -> impl Iterator<Item = f64> {
        [self.low, self.best, self.high].into_iter().flatten()
    }
}

/// Whether two facts may lie on a common day; without a date they may.
#[must_use]
pub fn overlap(a: Days, b: Days) -> bool {
    let before =
        |a: Days, b: Days| matches!((a.last, b.first), (Some(last), Some(first)) if last < first);
    !before(a, b) && !before(b, a)
}

#[cfg(test)]
impl Claim {
    /// A claim that states nothing yet, for tests: `source:key`.
    pub(crate) fn bare(reference: &str, kind: &'static str) -> Claim {
        let days = Days { first: None, last: None };
        let (source, key) = reference.split_once(':').unwrap_or((reference, ""));
        Claim {
            reference: reference.to_owned(),
            kind,
            has_place_question: kind == "casualties",
            source: source.to_owned(),
            family: source.to_owned(),
            topic: None,
            said_by: None,
            said_via: None,
            stance: "states".into(),
            summary: key.to_owned(),
            date: None,
            days,
            place: None,
            locator: None,
            quote: None,
            stage: None,
            event: None,
            counted: Vec::new(),
            scope: Vec::new(),
            is_record: false,
            figures: Vec::new(),
            content: key.to_owned(),
            unknown: Vec::new(),
        }
    }
}
