//! The stretches of time that figures are for: those that overlap are never added up.

use std::sync::Arc;

use crate::tabulate::Dispute;
use crate::value::date::Days;

/// A figure for a stretch of time, or for several.
#[derive(Debug, Clone)]
pub(super) struct Period {
    pub(super) source: u32,
    /// The first day of all, and the last.
    pub(super) first: i64,
    pub(super) last: i64,
    /// The stretches, if the date is a set of them.
    pub(super) set: Option<Arc<[(i64, i64)]>>,
    /// The fact.
    pub(super) reference: String,
}

impl Period {
    /// The stretch of time, or the set of them, that a figure is for; none if it is for an event.
    pub(super) fn of(source: u32, parts: &[Days], reference: &str) -> Option<Period> {
        let bounds: Vec<(i64, i64)> =
            parts.iter().map(|part| Some((part.first?, part.last?))).collect::<Option<_>>()?;
        let first = bounds.iter().map(|(first, _)| *first).min()?;
        let last = bounds.iter().map(|(_, last)| *last).max()?;
        is_period(last.saturating_sub(first)).then(|| Period {
            source,
            first,
            last,
            set: (bounds.len() > 1).then(|| bounds.into()),
            reference: reference.to_owned(),
        })
    }

    /// The stretches.
    fn parts(&self) -> Vec<(i64, i64)> {
        self.set.as_ref().map_or_else(|| vec![(self.first, self.last)], |set| set.to_vec())
    }

    /// Whether another figure of the source is for other days, of which some are this one's too.
    pub(super) fn overlaps(&self, other: &Period) -> bool {
        let is_same = (self.first, self.last, &self.set) == (other.first, other.last, &other.set);
        if self.source != other.source || is_same {
            return false;
        }
        if self.set.is_none() && other.set.is_none() {
            return share((self.first, self.last), (other.first, other.last));
        }
        let others = other.parts();
        self.parts().iter().any(|part| others.iter().any(|other| share(*part, *other)))
    }
}

/// Whether two stretches share more than the day on which one ends and the other begins.
fn share(one: (i64, i64), other: (i64, i64)) -> bool {
    let shared = one.1.min(other.1).saturating_sub(one.0.max(other.0));
    let is_day = |stretch: (i64, i64)| stretch.0 == stretch.1;
    shared > 0 || shared == 0 && (is_day(one) || is_day(other))
}

/// Whether something that lies within this many days is a figure for a period, a month or longer, and
/// no single event.
fn is_period(days: i64) -> bool {
    days >= 27
}

/// Two periods of one source that overlap: a year and one of its months, January to August and March
/// to October, a set of years and one of them.
pub(super) fn periods(cell: impl Fn() -> String, stated: &[Period]) -> Result<(), Dispute> {
    let dispute = |one: &Period, other: &Period| {
        Err(Dispute::Periods(cell(), vec![one.reference.clone(), other.reference.clone()]))
    };
    let order = |period: &&Period| (period.source, period.first, std::cmp::Reverse(period.last));
    let mut spans: Vec<&Period> = stated.iter().collect();
    spans.sort_unstable_by(|a, b| (order(a), &a.reference).cmp(&(order(b), &b.reference)));
    let mut longest: Option<&Period> = None;
    for span in spans.iter().filter(|span| span.set.is_none()) {
        match longest {
            Some(held) if held.overlaps(span) => return dispute(held, span),
            Some(held) if held.source == span.source && held.last >= span.last => {}
            _ => longest = Some(span),
        }
    }
    // sets are few: each is compared with every other figure
    for set in spans.iter().filter(|span| span.set.is_some()) {
        for other in &spans {
            if set.overlaps(other) {
                return dispute(set, other);
            }
        }
    }
    Ok(())
}
