//! Which facts no rollup holds: one list of reasons for each kind, which `SQLite` is told as a
//! condition and rows in memory are asked.

use crate::kind::{Kind, NOT_FLOW, NOT_STATED};
use crate::store::rollup::figures;
use crate::store::write::param::Param;
use crate::value::date::SET_SEPARATOR;

/// The days that `SQLite` can tell the year of: from year 0 to 9999.
const DAYS: (i64, i64) = (1_721_060, 5_373_484);

/// Figures beyond this are added up one by one, so that a sum of all others is exact.
const LARGE: i64 = 1 << 40;

/// Why a fact must be looked at by itself: what one of its columns states.
#[derive(Debug, Clone, Copy)]
pub enum Reason {
    /// Whatever it states.
    Always,
    /// It states something.
    Stated(&'static str),
    /// It states nothing.
    Missing(&'static str),
    /// It states this text.
    Is(&'static str, &'static str),
    /// This is in its text.
    Contains(&'static str, char),
    /// Its number is below this one.
    Below(&'static str, i64),
    /// Its number is above this one.
    Above(&'static str, i64),
}

impl Reason {
    /// The column that it is about.
    pub fn column(&self) -> Option<&'static str> {
        match *self {
            Reason::Always => None,
            Reason::Stated(column)
            | Reason::Missing(column)
            | Reason::Is(column, _)
            | Reason::Contains(column, _)
            | Reason::Below(column, _)
            | Reason::Above(column, _) => Some(column),
        }
    }

    /// Whether a value of that column is one.
    pub fn holds(&self, value: &Param<'_>) -> bool {
        match (self, value) {
            (Reason::Always, _) | (Reason::Missing(_), Param::Null) => true,
            (Reason::Stated(_), value) => *value != Param::Null,
            (Reason::Is(_, text), Param::Text(value)) => value == text,
            (Reason::Contains(_, part), Param::Text(value)) => value.contains(*part),
            (Reason::Below(_, least), Param::Integer(n)) => n < least,
            (Reason::Above(_, most), Param::Integer(n)) => n > most,
            _ => false,
        }
    }

    /// The same as a condition on the row `f`.
    fn sql(&self) -> String {
        match self {
            Reason::Always => "TRUE".to_owned(),
            Reason::Stated(column) => format!("f.{column} IS NOT NULL"),
            Reason::Missing(column) => format!("f.{column} IS NULL"),
            Reason::Is(column, text) => format!("f.{column} = '{text}'"),
            Reason::Contains(column, part) => format!("f.{column} GLOB '*{part}*'"),
            Reason::Below(column, least) => format!("f.{column} < {least}"),
            Reason::Above(column, most) => format!("f.{column} > {most}"),
        }
    }
}

/// The reasons of a kind: it answers a question, is denied, is a figure for a period, a stock or a running
/// total, has several dates, or is too far from today or too large to be added up in the same way.
pub fn reasons(kind: &Kind) -> Vec<Reason> {
    let (first, last) = DAYS;
    let mut reasons = vec![
        Reason::Stated("topic"),
        Reason::Is("date_span", "throughout"),
        // a set, whose members may lie far apart
        Reason::Contains("date", SET_SEPARATOR),
        Reason::Below("first_day", first),
        Reason::Below("last_day", first),
        Reason::Above("first_day", last),
        Reason::Above("last_day", last),
    ];
    reasons.extend(NOT_STATED.map(|stance| Reason::Is("stance", stance)));
    if let Some(field) = kind.field("stock_flow") {
        reasons.extend(NOT_FLOW.map(|what| Reason::Is(field.name, what)));
    }
    if kind.has_period_figures() {
        // the figures of an event do not cover a period
        let event = kind.field("event").map(|field| Reason::Missing(field.name));
        reasons.push(event.unwrap_or(Reason::Always));
    }
    reasons.extend(figures(kind).flat_map(|figure| {
        [Reason::Above(figure.name, LARGE), Reason::Below(figure.name, -LARGE)]
    }));
    reasons
}

/// The condition that a fact must be looked at by itself.
pub fn not_rolled_up(kind: &Kind) -> String {
    let reasons: Vec<String> = reasons(kind).iter().map(Reason::sql).collect();
    format!("({})", reasons.join(" OR "))
}
