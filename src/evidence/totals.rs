//! Totals of several sources set against each other: for each label what each source adds up to,
//! and how those stand to each other. Without any I/O.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::claim::ClaimFigure;
use crate::evidence::verdict::{Verdict, figures_verdict, within_family};

/// Populations that are parts of all: a source that has one of the first two divides its dead
/// among them.
const SIDES: [&str; 2] = ["side a", "side b"];
const PARTS: [&str; 4] = ["side a", "side b", "civilians", "unknown"];
const CIVILIANS: &str = "civilians";
const ALL: &str = "all";

/// What one source adds up to under one label, for one population.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceTotal {
    /// The label, part by part, such as country and year.
    pub label: Vec<String>,
    /// What else is counted, such as harm, and the unit; the same for all that are compared.
    pub scope: Vec<String>,
    /// The kind of violence, if the source tells kinds apart.
    pub violence: Option<String>,
    /// The population.
    pub population: Option<String>,
    /// The source.
    pub source: String,
    /// The totals.
    pub figure: ClaimFigure,
}

impl SourceTotal {
    /// What it counts, for which source: of two totals of that one is part of the other.
    #[must_use]
    pub fn counted(&self) -> (Asked, String) {
        let SourceTotal { label, scope, violence, population, source, .. } = self;
        let asked = (label.clone(), scope.clone(), violence.clone(), population.clone());
        (asked, source.clone())
    }

    /// Adds a total that counts the same.
    pub fn add(&mut self, other: &SourceTotal) {
        add(&mut self.figure, &other.figure);
    }
}

/// What several sources say of one label.
#[derive(Debug, Clone, PartialEq)]
pub struct TotalQuestion {
    /// The label.
    pub label: Vec<String>,
    /// What is counted.
    pub scope: Vec<String>,
    /// The kind of violence; none: all of it.
    pub violence: Option<String>,
    /// The population.
    pub population: Option<String>,
    /// How the totals stand to each other.
    pub verdict: Verdict,
    /// The sources and their totals.
    pub answers: Vec<(String, ClaimFigure)>,
    /// The lowest and the highest best estimate; of a source without one, its bounds.
    pub range: (f64, f64),
}

impl TotalQuestion {
    /// The highest over the lowest; none if the lowest is 0.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        let (low, high) = self.range;
        if low > 0.0 { Some(high / low) } else { (high <= low).then_some(1.0) }
    }
}

/// What a total counts, beside its source: label, scope, violence, population.
pub type Asked = (Vec<String>, Vec<String>, Option<String>, Option<String>);

/// The labels for which several sources have a total of the same thing, the most disputed first,
/// and how many have one source alone.
///
/// A source that divides its dead among the sides is compared by what they add up to. A source that
/// tells no kinds of violence apart is compared with all kinds of the others, if they tell several. `family` tells which
/// sources are related.
#[must_use]
pub fn questions(
    totals: &[SourceTotal],
    family: impl Fn(&str) -> String,
) -> (Vec<TotalQuestion>, usize) {
    let mut asked: BTreeMap<Asked, BTreeMap<String, ClaimFigure>> = BTreeMap::new();
    for total in whole(totals) {
        let SourceTotal { label, scope, violence, population, source, figure } = total;
        asked.entry((label, scope, violence, population)).or_default().insert(source, figure);
    }
    // a source without kinds of violence is compared with the sum over the kinds of another, unless
    // that other states a total for all kinds itself
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for total in totals {
        kinds.entry(&total.source).or_default().extend(total.violence.as_deref());
    }
    let mut of_all: BTreeMap<Asked, BTreeMap<String, ClaimFigure>> = BTreeMap::new();
    for ((label, scope, violence, population), answers) in &asked {
        let all = (label.clone(), scope.clone(), None, population.clone());
        let Some(whole) = asked.get(&all).filter(|_| violence.is_some()) else { continue };
        for (source, figure) in answers {
            let is_of_all = kinds.get(source.as_str()).is_some_and(|kinds| kinds.len() > 1);
            if is_of_all && !whole.contains_key(source) {
                let sums = of_all.entry(all.clone()).or_default();
                match sums.get_mut(source) {
                    Some(sum) => add(sum, figure),
                    None => drop(sums.insert(source.clone(), figure.clone())),
                }
            }
        }
    }
    for (question, sums) in of_all {
        asked.entry(question).or_default().extend(sums);
    }
    let mut lone = 0;
    let mut found = Vec::new();
    for ((label, scope, violence, population), answers) in asked {
        let answers: Vec<(String, ClaimFigure)> = answers.into_iter().collect();
        if answers.len() < 2 {
            lone += 1;
            continue;
        }
        let figures: Vec<&ClaimFigure> = answers.iter().map(|(_, figure)| figure).collect();
        let stated = || {
            figures.iter().flat_map(|figure| match figure.best {
                Some(best) => vec![best],
                None => figure.stated().collect(),
            })
        };
        let range =
            (stated().fold(f64::INFINITY, f64::min), stated().fold(f64::NEG_INFINITY, f64::max));
        let families: Vec<String> = answers.iter().map(|(source, _)| family(source)).collect();
        let sources = answers.iter().zip(&families);
        let verdict = within_family(
            figures_verdict(&figures),
            sources.map(|((source, _), family)| (source.as_str(), family.as_str())),
        );
        found.push(TotalQuestion { label, scope, violence, population, verdict, answers, range });
    }
    let rank = |question: &TotalQuestion| question.ratio().unwrap_or(f64::INFINITY);
    found.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| a.label.cmp(&b.label)));
    (found, lone)
}

/// The totals with the parts of a population put together, where a source divides all of it.
fn whole(totals: &[SourceTotal]) -> Vec<SourceTotal> {
    let dividing: BTreeSet<(&str, &Option<String>)> = totals
        .iter()
        .filter(|total| total.population.as_deref().is_some_and(|one| SIDES.contains(&one)))
        .map(|total| (total.source.as_str(), &total.violence))
        .collect();
    let mut whole: BTreeMap<(&str, Asked), ClaimFigure> = BTreeMap::new();
    let mut stated: BTreeSet<(&str, Asked)> = BTreeSet::new();
    for total in totals {
        let SourceTotal { label, scope, violence, population, source, figure } = total;
        let of = |population: Option<String>| {
            (source.as_str(), (label.clone(), scope.clone(), violence.clone(), population))
        };
        let is_part = population.as_deref().is_some_and(|one| PARTS.contains(&one))
            && dividing.contains(&(source.as_str(), violence));
        let key = of(if is_part { Some(ALL.to_owned()) } else { population.clone() });
        if is_part && population.as_deref() == Some(CIVILIANS) {
            whole.insert(of(population.clone()), figure.clone());
        }
        // what it states of all is not the sum of its parts
        if population.as_deref() == Some(ALL) {
            stated.insert(key.clone());
            whole.insert(key, figure.clone());
        } else if !stated.contains(&key) {
            whole.entry(key).and_modify(|sum| add(sum, figure)).or_insert_with(|| figure.clone());
        }
    }
    whole
        .into_iter()
        .map(|((source, (label, scope, violence, population)), figure)| {
            let source = source.to_owned();
            SourceTotal { label, scope, violence, population, source, figure }
        })
        .collect()
}

/// Adds a total to another; a bound that one of them lacks is not known of both.
fn add(sum: &mut ClaimFigure, more: &ClaimFigure) {
    let both = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a + b);
    sum.low = both(sum.low, more.low);
    sum.best = both(sum.best, more.best);
    sum.high = both(sum.high, more.high);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(source: &str, violence: Option<&str>, population: &str, best: f64) -> SourceTotal {
        SourceTotal {
            label: vec!["Iraq".into()],
            scope: vec!["killed".into()],
            violence: violence.map(str::to_owned),
            population: Some(population.to_owned()),
            source: source.to_owned(),
            figure: ClaimFigure { name: String::new(), low: None, best: Some(best), high: None },
        }
    }

    fn found(totals: &[SourceTotal]) -> Vec<(Option<String>, (f64, f64))> {
        let (questions, _) = questions(totals, str::to_owned);
        questions.into_iter().map(|question| (question.violence, question.range)).collect()
    }

    #[test]
    fn sides_add_up_to_all() {
        let totals = [
            total("a", Some("state-based"), "side a", 3.0),
            total("a", Some("state-based"), "side b", 4.0),
            total("a", Some("state-based"), "civilians", 5.0),
            total("b", Some("state-based"), "all", 14.0),
        ];
        assert_eq!(found(&totals), [(Some("state-based".into()), (12.0, 14.0))]);
        assert_eq!(found(&totals[2..]), [], "civilians alone are not all");
    }

    #[test]
    fn what_is_stated_of_all_is_no_sum() {
        let totals = [
            total("a", None, "side a", 3.0),
            total("a", None, "all", 9.0),
            total("b", None, "all", 14.0),
        ];
        assert_eq!(found(&totals), [(None, (9.0, 14.0))]);
    }

    #[test]
    fn kinds_of_violence_are_not_set_against_each_other() {
        let totals = [
            total("a", Some("state-based"), "all", 3.0),
            total("b", Some("non-state"), "all", 4.0),
        ];
        assert_eq!(found(&totals), []);
        let untold = [total("c", None, "all", 6.0)];
        assert_eq!(found(&[&totals[..], &untold].concat()), []);
        let of_kinds = [total("a", Some("one-sided"), "all", 1.0), total("a", None, "side x", 9.0)];
        let all = [&totals[..], &of_kinds, &untold].concat();
        assert_eq!(found(&all), [(None, (4.0, 6.0))]);
    }
}
