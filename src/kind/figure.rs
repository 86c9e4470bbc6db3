//! Figures of a kind: which fields are the bounds, the words and the hedge of one number.

use crate::kind::Field;

/// One figure, by the names of its fields.
#[derive(Debug)]
pub struct Figure {
    /// What its fields are called before `_low`, `_best` and `_high`; nothing where they are called
    /// so themselves.
    pub stem: &'static str,
    /// The lower bound.
    pub low: &'static str,
    /// The best estimate.
    pub best: &'static str,
    /// The upper bound.
    pub high: &'static str,
    /// The source's words.
    pub text: Option<&'static str>,
    /// How the source hedges it.
    pub qualifier: Option<&'static str>,
    /// It is for a period, unless the fact belongs to an event: figures for a period and for a part
    /// of it are never added up.
    pub is_period: bool,
    /// It is a number at a date, such as of posts, and never added up over time.
    pub is_stock: bool,
    /// What it counts, in the fields of a kind whose figures count the same.
    pub counts: Option<CountsAs>,
}

/// What the figure of one kind counts, in the fields of another.
#[derive(Debug)]
pub struct CountsAs {
    /// The other kind's name.
    pub kind: &'static str,
    /// The fields that say what its figures count, with what they would say of this one.
    pub fields: &'static [(&'static str, &'static str)],
}

impl Figure {
    /// The one figure of a kind, whose fields are called `low`, `best` and `high`.
    pub(in crate::kind) const fn only(is_period: bool) -> Figure {
        Figure {
            stem: "",
            low: "low",
            best: "best",
            high: "high",
            text: Some("quantity_text"),
            qualifier: Some("qualifier"),
            is_period,
            is_stock: false,
            counts: None,
        }
    }

    /// The fields of its low, best and high.
    #[must_use]
    pub fn fields(&self) -> [&'static str; 3] {
        [self.low, self.best, self.high]
    }

    /// What a mapping calls it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if self.stem.is_empty() { "quantity" } else { self.stem }
    }

    /// What a table for people calls it, where it shows low, best and high in one column.
    #[must_use]
    pub fn heading(&self) -> &'static str {
        if self.stem.is_empty() { "figure" } else { self.stem }
    }

    /// The fields of its bounds, if a field is its best estimate.
    #[must_use]
    pub fn bounds_of(&self, best: &Field) -> Option<[&'static str; 2]> {
        (best.name == self.best).then_some([self.low, self.high])
    }
}
