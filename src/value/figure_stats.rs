//! Figures that are added up.

/// What some facts add up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FigureStats {
    /// How many facts.
    pub facts: u64,
    /// How many of them state a figure.
    pub stated: u64,
    /// The sum of what they state.
    pub sum: f64,
    /// The lowest.
    pub low: Option<f64>,
    /// The highest.
    pub high: Option<f64>,
}
