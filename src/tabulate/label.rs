//! The labels of a cross-table.

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use smallvec::SmallVec;

use crate::value::NumberOrder;

/// One label of an axis, with what sorts it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// What it is ordered by, before its text.
    pub order: LabelOrder,
    /// The text.
    pub text: Box<str>,
}

/// What a label is ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelOrder {
    /// Its text alone.
    #[default]
    Text,
    /// A number.
    Number(NumberOrder),
    /// The first days of the periods in which it begins and ends.
    Days(i64, i64),
    /// Nothing: it is the label of missing values, which sorts last.
    Missing,
}

impl Label {
    /// Whether it is the label of missing values.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.order == LabelOrder::Missing
    }

    /// The first days of the periods in which it begins and ends, if it is of a period.
    #[must_use]
    pub fn days(&self) -> Option<(i64, i64)> {
        match self.order {
            LabelOrder::Days(first, last) => Some((first, last)),
            LabelOrder::Text | LabelOrder::Number(_) | LabelOrder::Missing => None,
        }
    }
}

/// The labels of a row or a column, by their numbers; a few need no room of their own.
pub type LabelKey = SmallVec<[u32; 4]>;

/// Labels, each with its number.
pub(super) type LabelSet = IndexSet<Label, RandomState>;

/// The number of a label, which it is given where it is new.
pub(super) fn number_of(labels: &mut LabelSet, label: Label) -> u32 {
    number(labels.insert_full(label).0)
}

/// The place of a label in its set, as a number.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// A label as people read it.
#[must_use]
pub fn name<'l>(
    row: impl IntoIterator<Item = &'l Label>,
    column: impl IntoIterator<Item = &'l Label>,
) -> String {
    let parts: Vec<&str> = row.into_iter().chain(column).map(|label| &*label.text).collect();
    if parts.is_empty() { "the total".into() } else { parts.join(" × ") }
}

/// The labels of what is one's own, which stands first, and of what is shared.
pub(super) fn sole_and_shared() -> [Label; 2] {
    [(0, "sole"), (1, "shared")]
        .map(|(n, text)| Label { order: LabelOrder::Days(n, n), text: text.into() })
}
