//! The stretches of time that figures are for: a year and a month within it are never added up.

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

    /// Whether all of another figure of the source is for a part of this one's time.
    pub(super) fn holds(&self, other: &Period) -> bool {
        if self.set.is_none() && other.set.is_none() {
            return self.source == other.source
                && (self.first, self.last) != (other.first, other.last)
                && self.first <= other.first
                && other.last <= self.last;
        }
        let own = self.parts();
        let is_held = |part: &(i64, i64)| {
            own.iter().any(|stretch| stretch.0 <= part.0 && part.1 <= stretch.1)
        };
        self.source == other.source
            && (self.first, self.last, &self.set) != (other.first, other.last, &other.set)
            && other.parts().iter().all(is_held)
    }
}

/// Whether something that lies within this many days is a figure for a period, a month or longer, and
/// no single event.
fn is_period(days: i64) -> bool {
    days >= 27
}

/// A longer period that holds a shorter one of the same source: a year and one of its months, or a
/// set of years and one of them.
pub(super) fn periods(cell: &str, stated: &[Period]) -> Result<(), Dispute> {
    let dispute = |one: &Period, other: &Period| {
        Err(Dispute::Periods(cell.to_owned(), vec![one.reference.clone(), other.reference.clone()]))
    };
    let order = |period: &&Period| (period.source, period.first, std::cmp::Reverse(period.last));
    let mut spans: Vec<&Period> = stated.iter().collect();
    spans.sort_unstable_by(|a, b| (order(a), &a.reference).cmp(&(order(b), &b.reference)));
    let mut longest: Option<&Period> = None;
    for span in spans.iter().filter(|span| span.set.is_none()) {
        match longest {
            Some(held) if held.holds(span) => return dispute(held, span),
            Some(held) if held.source == span.source && held.last >= span.last => {}
            _ => longest = Some(span),
        }
    }
    // sets are few: each is compared with every other figure
    for set in spans.iter().filter(|span| span.set.is_some()) {
        for other in &spans {
            if set.holds(other) {
                return dispute(set, other);
            }
            if other.holds(set) {
                return dispute(other, set);
            }
        }
    }
    Ok(())
}
