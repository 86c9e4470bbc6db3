//! How answers to one question stand to each other.

use crate::evidence::claim::ClaimFigure;

/// How the answers to a question stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Somebody states it, somebody denies it.
    Denied,
    /// The ranges do not meet.
    Disjoint,
    /// Single figures that differ.
    PointDiffers,
    /// The same deal stands at several stages, in no order of time.
    StageDiffers,
    /// Sources of one family differ: one revises the other, or counts otherwise.
    Revision,
    /// The ranges meet, and are not the same.
    Overlap,
    /// The answers do not count the same thing, and are no contradiction.
    ScopeDiffers,
    /// They agree.
    Agree,
}

impl Verdict {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Denied => "denied",
            Verdict::Disjoint => "disjoint",
            Verdict::PointDiffers => "point-differs",
            Verdict::StageDiffers => "stage-differs",
            Verdict::Revision => "revision",
            Verdict::Overlap => "overlap",
            Verdict::ScopeDiffers => "scope-differs",
            Verdict::Agree => "agree",
        }
    }

    /// Whether the answers cannot all be right.
    #[must_use]
    pub fn is_contradiction(self) -> bool {
        matches!(
            self,
            Verdict::Denied | Verdict::Disjoint | Verdict::PointDiffers | Verdict::StageDiffers
        )
    }
}

/// Turns a contradiction between several sources of one family into [`Verdict::Revision`].
/// `sources` gives the source and the family of each answer.
#[must_use]
pub fn within_family<'s>(
    verdict: Verdict,
    mut sources: impl Iterator<Item = (&'s str, &'s str)> + Clone,
) -> Verdict {
    let others = sources.clone();
    let Some((source, family)) = sources.next() else { return verdict };
    let is_one_family = sources.all(|(_, other)| other == family);
    let are_several = others.clone().any(|(other, _)| other != source);
    if is_one_family && are_several && verdict.is_contradiction() {
        Verdict::Revision
    } else {
        verdict
    }
}

/// The verdict on figures that count the same thing.
#[must_use]
pub fn figures_verdict(figures: &[&ClaimFigure]) -> Verdict {
    let lowest_end = figures.iter().map(|figure| figure.upper()).fold(f64::INFINITY, f64::min);
    let highest_begin =
        figures.iter().map(|figure| figure.lower()).fold(f64::NEG_INFINITY, f64::max);
    if highest_begin > lowest_end {
        return if figures.iter().all(|figure| figure.is_point()) {
            Verdict::PointDiffers
        } else {
            Verdict::Disjoint
        };
    }
    let same = figures.windows(2).all(|pair| {
        pair[0].lower().total_cmp(&pair[1].lower()).is_eq()
            && pair[0].upper().total_cmp(&pair[1].upper()).is_eq()
    });
    if same { Verdict::Agree } else { Verdict::Overlap }
}
