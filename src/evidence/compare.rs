//! Where sources and voices disagree: claims to questions with their answers side by side and a
//! verdict. Without any I/O.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::claim::{Claim, ClaimFigure, overlap};
use crate::evidence::verdict::{Verdict, figures_verdict, within_family};

/// An answer, and the figure that it gives.
pub type Answer<'c> = (&'c Claim, Option<&'c ClaimFigure>);

/// A question, or the part of it that counts one thing.
#[derive(Debug, Clone)]
pub struct Question<'c> {
    /// Its topic, or what is asked.
    pub asked: String,
    /// What the figures count; empty if the answers are not figures.
    pub counted: String,
    /// How they stand to each other.
    pub verdict: Verdict,
    /// The answers, in the order of their dates and names.
    pub answers: Vec<Answer<'c>>,
    /// The lowest and the highest number that any states.
    pub range: Option<(f64, f64)>,
}

impl Question<'_> {
    /// The highest over the lowest.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.range.filter(|(low, _)| *low > 0.0).map(|(low, high)| high / low)
    }
}

/// Groups claims by the question that they answer and gives each group a verdict; questions with
/// one answer are left out.
///
/// `asked` is the topic, or for figures without one what makes them comparable: for casualties
/// place, population and harm, with overlapping periods.
#[must_use]
pub fn questions(claims: &[Claim]) -> Vec<Question<'_>> {
    let mut by_topic: BTreeMap<String, Vec<&Claim>> = BTreeMap::new();
    let mut by_place: BTreeMap<String, Vec<&Claim>> = BTreeMap::new();
    for claim in claims {
        if let Some(topic) = &claim.topic {
            by_topic.entry(topic.clone()).or_default().push(claim);
        } else if let Some(asked) = place_question(claim) {
            by_place.entry(asked).or_default().push(claim);
        }
    }
    // figures without a topic join the question of one that has it, where they count the same thing
    for group in by_topic.values_mut() {
        let asked: Vec<String> = group.iter().filter_map(|claim| place_question(claim)).collect();
        for key in asked {
            if let Some(others) = by_place.get_mut(&key) {
                let (joined, rest): (Vec<&Claim>, Vec<&Claim>) = others.iter().partition(|other| {
                    group.iter().any(|claim| {
                        overlap(claim.days, other.days)
                            && place_question(claim).as_ref() == Some(&key)
                    })
                });
                group.extend(joined);
                *others = rest;
            }
        }
    }
    let mut questions: Vec<Question<'_>> =
        by_topic.into_iter().flat_map(|(asked, group)| verdicts(&asked, group)).collect();
    for (asked, group) in by_place {
        for cluster in clusters(group) {
            for scope in scopes(cluster) {
                questions.extend(verdicts(&asked, scope));
            }
        }
    }
    questions
}

/// Claims about the same sides and violence. A figure that does not say whose it is answers where
/// there is one such scope; where there are several it is more than any of them.
fn scopes(cluster: Vec<&Claim>) -> Vec<Vec<&Claim>> {
    let mut scopes: BTreeMap<&[String], Vec<&Claim>> = BTreeMap::new();
    for claim in cluster {
        scopes.entry(&claim.scope).or_default().push(claim);
    }
    if scopes.len() == 2
        && let Some(unscoped) = scopes.remove(&[][..])
    {
        scopes.values_mut().for_each(|only| only.extend(&unscoped));
    }
    scopes.into_values().collect()
}

/// Whether the answers are of one data set alone: its records count different things.
fn is_one_data_set(group: &[&Claim]) -> bool {
    group.iter().all(|claim| claim.is_record && claim.source == group[0].source)
}

/// What is counted, where, from which day to which: figures are compared within it.
type Scope = (String, String, Option<i64>, Option<i64>);

/// What the figures of a claim count, whatever its case.
fn counted(claim: &Claim) -> String {
    claim.counted.join(" ").to_lowercase()
}

/// Returns the question of a figure without a topic (what it counts, and where), if it is
/// comparable.
#[must_use]
pub fn place_question(claim: &Claim) -> Option<String> {
    let dated = claim.days.first.is_some() || claim.days.last.is_some();
    (claim.has_place_question && dated)
        .then(|| claim.place.as_ref().map(|place| format!("{}, {place}", counted(claim))))
        .flatten()
}

/// Claims whose periods overlap, directly or through others.
fn clusters(mut group: Vec<&Claim>) -> Vec<Vec<&Claim>> {
    group.sort_by_key(|claim| {
        (claim.days.first.unwrap_or(i64::MIN), claim.days.last.unwrap_or(i64::MAX))
    });
    let mut clusters: Vec<(i64, Vec<&Claim>)> = Vec::new();
    for claim in group {
        let (first, last) =
            (claim.days.first.unwrap_or(i64::MIN), claim.days.last.unwrap_or(i64::MAX));
        match clusters.last_mut() {
            Some((end, cluster)) if first <= *end => {
                *end = last.max(*end);
                cluster.push(claim);
            }
            _ => clusters.push((last, vec![claim])),
        }
    }
    clusters.into_iter().map(|(_, cluster)| cluster).collect()
}

/// The verdict on a group of answers: one on what is said and denied, else one for each thing that
/// is counted.
fn verdicts<'c>(asked: &str, mut group: Vec<&'c Claim>) -> Vec<Question<'c>> {
    if group.len() < 2 || is_one_data_set(&group) {
        return Vec::new();
    }
    group.sort_by(|a, b| {
        (a.days.first, a.days.last, &a.reference).cmp(&(b.days.first, b.days.last, &b.reference))
    });
    let whole = |verdict: Verdict| Question {
        asked: asked.to_owned(),
        counted: String::new(),
        verdict,
        answers: group.iter().map(|claim| (*claim, claim.figures.first())).collect(),
        range: None,
    };
    let speaks =
        |stances: &[&str]| group.iter().any(|claim| stances.contains(&claim.stance.as_str()));
    let is_denied = speaks(&["denies"]) && speaks(&["states", "alleges"]);
    // each thing that is counted, over each period, is compared for itself
    // a figure for a part of the country is none for all of it
    let places: BTreeSet<&String> = group.iter().filter_map(|claim| claim.place.as_ref()).collect();
    let mut parts: BTreeMap<Scope, Vec<Answer<'_>>> = BTreeMap::new();
    // a figure that a speaker denies is not compared
    for claim in group.iter().filter(|claim| claim.stance != "denies") {
        for figure in &claim.figures {
            let what = [figure.name.clone(), counted(claim)]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ");
            let place = claim.place.clone().filter(|_| places.len() > 1).unwrap_or_default();
            parts
                .entry((what, place, claim.days.first, claim.days.last))
                .or_default()
                .push((claim, Some(figure)));
        }
    }
    // several records of one data set for one thing are parts of it, and no answers to each other
    for answers in parts.values_mut() {
        let of: Vec<(bool, String)> =
            answers.iter().map(|(claim, _)| (claim.is_record, claim.source.clone())).collect();
        answers.retain(|(claim, _)| {
            let same =
                |(is_record, source): &&(bool, String)| *is_record && *source == claim.source;
            of.iter().filter(same).count() < 2
        });
    }
    parts.retain(|_, answers| !answers.is_empty());
    let several = parts.len() > 1;
    let mut found: Vec<Question<'c>> = Vec::new();
    // one figure beside records that are its parts answers alone
    let is_alone = !several && parts.values().any(|answers| answers.len() == 1);
    if is_alone {
        parts.clear();
    }
    for ((counted, place, ..), answers) in parts {
        let figures: Vec<&ClaimFigure> = answers.iter().filter_map(|(_, figure)| *figure).collect();
        // voices that sources report contradict each other whoever reports them
        let sources: BTreeSet<&str> = answers.iter().map(|(claim, _)| &*claim.source).collect();
        let are_own = sources.len() == answers.len()
            && answers.iter().all(|(claim, _)| claim.said_by.is_none());
        let families = answers.iter().map(|(claim, _)| (&*claim.source, &*claim.family));
        let verdict = match figures_verdict(&figures) {
            Verdict::Agree if several => Verdict::ScopeDiffers,
            verdict if are_own => within_family(verdict, families),
            verdict => verdict,
        };
        let stated = || figures.iter().flat_map(|figure| figure.stated());
        let low = stated().fold(f64::INFINITY, f64::min);
        let high = stated().fold(f64::NEG_INFINITY, f64::max);
        let period = answers[0].0.date.clone().unwrap_or_default();
        let counted = if several {
            [counted, place, period].join(" ").trim().replace("  ", " ")
        } else {
            counted
        };
        found.push(Question {
            asked: asked.to_owned(),
            counted,
            verdict,
            answers,
            range: (low <= high).then_some((low, high)),
        });
    }
    if is_denied {
        found
            .retain(|question| !matches!(question.verdict, Verdict::Agree | Verdict::ScopeDiffers));
        found.insert(0, whole(Verdict::Denied));
    }
    if stages_conflict(&group) {
        found.push(whole(Verdict::StageDiffers));
    }
    if found.is_empty() && !is_alone {
        found.push(whole(Verdict::Agree));
    }
    found
}

/// Stages at which a deal goes through, and those at which it does not.
const THROUGH: &[&str] = &["cleared", "delivered"];
const STUCK: &[&str] = &["blocked", "under-review", "delayed", "withheld", "cancelled"];

/// Whether a deal is said to go through and not to, and that in no order of time: undated, or on
/// common days.
fn stages_conflict(group: &[&Claim]) -> bool {
    let at = |stages: &'static [&str]| {
        group.iter().filter(move |claim| {
            claim.stage.as_deref().is_some_and(|stage| stages.contains(&stage))
                && matches!(claim.stance.as_str(), "states" | "alleges")
        })
    };
    at(THROUGH)
        .any(|a| at(STUCK).any(|b| a.date.is_none() || b.date.is_none() || overlap(a.days, b.days)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::date;

    fn claim(reference: &str, topic: &str) -> Claim {
        Claim {
            topic: (!topic.is_empty()).then(|| topic.to_owned()),
            counted: vec!["killed".into(), "civilians".into()],
            ..Claim::bare(reference, "casualties")
        }
    }

    fn counts(
        reference: &str,
        topic: &str,
        low: Option<f64>,
        best: Option<f64>,
        high: Option<f64>,
    ) -> Claim {
        Claim {
            figures: vec![ClaimFigure { name: String::new(), low, best, high }],
            ..claim(reference, topic)
        }
    }

    fn dated(claim: Claim, when: &str) -> Claim {
        Claim { date: Some(when.to_owned()), days: date::parse(when).unwrap(), ..claim }
    }

    #[test]
    fn what_is_denied_may_be_disputed_among_those_who_state_it() {
        let of = |reference: &str, best: f64| counts(reference, "dead", None, Some(best), None);
        let denial = Claim { stance: "denies".into(), ..of("c:1", 3.0) };
        assert_eq!(verdict(&[of("a:1", 3.0), denial.clone()]), [Verdict::Denied]);
        let both = [Verdict::Denied, Verdict::PointDiffers];
        assert_eq!(verdict(&[of("a:1", 3.0), of("b:1", 4.0), denial]), both);
    }

    #[test]
    fn sources_of_one_family_revise_and_do_not_contradict_each_other() {
        let of = |reference: &str, best: f64, family: &str| Claim {
            family: family.into(),
            ..counts(reference, "dead", None, Some(best), None)
        };
        let (a, b) = (of("a:1", 3.0, "one"), of("b:1", 4.0, "one"));
        assert_eq!(verdict(&[a.clone(), b.clone()]), [Verdict::Revision]);
        assert_eq!(verdict(&[a.clone(), of("b:1", 3.0, "one")]), [Verdict::Agree]);
        assert_eq!(verdict(&[a.clone(), of("c:1", 4.0, "other")]), [Verdict::PointDiffers]);
        assert_eq!(verdict(&[a.clone(), of("a:2", 4.0, "one")]), [Verdict::PointDiffers]);
        assert_eq!(
            verdict(&[a.clone(), b.clone(), of("c:1", 4.0, "other")]),
            [Verdict::PointDiffers]
        );
        let voice = |claim: &Claim, who: &str| Claim { said_by: Some(who.into()), ..claim.clone() };
        assert_eq!(verdict(&[voice(&a, "Iran"), voice(&b, "Iraq")]), [Verdict::PointDiffers]);
        assert_eq!(verdict(&[a, voice(&b, "Iraq")]), [Verdict::PointDiffers]);
    }

    fn verdict(claims: &[Claim]) -> Vec<Verdict> {
        questions(claims).into_iter().map(|question| question.verdict).collect()
    }

    #[test]
    fn denied_is_when_somebody_states_and_somebody_denies() {
        let denies = Claim { stance: "denies".into(), ..claim("b:1", "t") };
        let declines = Claim { stance: "declines".into(), ..claim("c:1", "t") };
        assert_eq!(
            verdict(&[claim("a:1", "t"), denies.clone(), declines.clone()]),
            [Verdict::Denied]
        );
        assert_eq!(verdict(&[denies, declines]), [Verdict::Agree]);
    }

    #[test]
    fn ranges_that_do_not_meet_are_disjoint_and_those_that_meet_overlap() {
        let range = |reference: &str, low: f64, high: f64| {
            counts(reference, "t", Some(low), None, Some(high))
        };
        assert_eq!(verdict(&[range("a:1", 1.0, 3.0), range("b:1", 4.0, 6.0)]), [Verdict::Disjoint]);
        assert_eq!(verdict(&[range("a:1", 1.0, 4.0), range("b:1", 4.0, 6.0)]), [Verdict::Overlap]);
        assert_eq!(verdict(&[range("a:1", 1.0, 4.0), range("b:1", 1.0, 4.0)]), [Verdict::Agree]);
    }

    #[test]
    fn single_figures_differ_or_agree_and_nearly_a_hundred_is_a_hundred() {
        let point = |reference: &str, best: f64| counts(reference, "t", None, Some(best), None);
        assert_eq!(verdict(&[point("a:1", 9500.0), point("b:1", 7818.0)]), [Verdict::PointDiffers]);
        assert_eq!(verdict(&[point("a:1", 9500.0), point("b:1", 9500.0)]), [Verdict::Agree]);
        let nearly = counts("b:1", "t", None, Some(100.0), Some(100.0));
        assert_eq!(verdict(&[point("a:1", 100.0), nearly]), [Verdict::Agree]);
        let over = counts("b:1", "t", Some(16_000.0), None, None);
        assert_eq!(verdict(&[point("a:1", 17_000.0), over]), [Verdict::Overlap]);
    }

    #[test]
    fn what_counts_different_things_is_shown_apart() {
        let soldiers = Claim {
            counted: vec!["killed".into(), "soldiers".into()],
            ..counts("b:1", "t", None, Some(5.0), None)
        };
        assert_eq!(
            verdict(&[counts("a:1", "t", None, Some(9.0), None), soldiers]),
            [Verdict::ScopeDiffers, Verdict::ScopeDiffers]
        );
    }

    #[test]
    fn stages_differ_unless_they_are_a_sequence() {
        let stage = |reference: &str, stage: &str| Claim {
            stage: Some(stage.to_owned()),
            ..claim(reference, "t")
        };
        assert_eq!(
            verdict(&[stage("a:1", "blocked"), stage("b:1", "delivered")]),
            [Verdict::StageDiffers]
        );
        let sequence =
            [dated(stage("a:1", "blocked"), "2013-11"), dated(stage("b:1", "cleared"), "2014-01")];
        assert_eq!(verdict(&sequence), [Verdict::Agree]);
        let at_once =
            [dated(stage("a:1", "blocked"), "2013-11"), dated(stage("b:1", "cleared"), "2013")];
        assert_eq!(verdict(&at_once), [Verdict::StageDiffers]);
    }

    #[test]
    fn periods_are_the_same_when_their_days_are_and_places_are_told_apart() {
        let on = |reference: &str, best: f64, when: &str| {
            dated(counts(reference, "t", None, Some(best), None), when)
        };
        assert_eq!(
            verdict(&[on("a:1", 5.0, "2013"), on("b:1", 9.0, "2013~")]),
            [Verdict::PointDiffers]
        );
        assert_eq!(
            verdict(&[on("a:1", 5.0, "2011"), on("b:1", 9.0, "2011-01/2011-12")]),
            [Verdict::PointDiffers]
        );
        let there = |claim: Claim, place: &str| Claim { place: Some(place.to_owned()), ..claim };
        let apart =
            [there(on("a:1", 5.0, "2013"), "Iraq"), there(on("b:1", 2.0, "2013"), "Baghdad")];
        assert_eq!(verdict(&apart), [Verdict::ScopeDiffers, Verdict::ScopeDiffers]);
        assert_eq!(
            verdict(&[there(on("a:1", 5.0, "2013"), "Iraq"), on("b:1", 2.0, "2013")]),
            [Verdict::PointDiffers]
        );
    }

    #[test]
    fn an_order_and_its_delivery_are_no_contradiction() {
        let stage = |reference: &str, stage: &str| {
            dated(Claim { stage: Some(stage.to_owned()), ..claim(reference, "t") }, "2013")
        };
        assert_eq!(
            verdict(&[stage("a:1", "ordered"), stage("b:1", "delivered")]),
            [Verdict::Agree]
        );
    }

    #[test]
    fn figures_without_a_topic_are_compared_by_place_and_period() {
        let there = |reference: &str, best: f64, when: &str| {
            dated(
                Claim {
                    place: Some("Iraq".into()),
                    ..counts(reference, "", None, Some(best), None)
                },
                when,
            )
        };
        assert_eq!(
            verdict(&[
                there("a:1", 9500.0, "2013"),
                there("b:1", 7818.0, "2013"),
                there("a:2", 4500.0, "2012")
            ]),
            [Verdict::PointDiffers]
        );
        // a year and one of its months are not the same thing
        assert_eq!(
            verdict(&[there("a:1", 9500.0, "2013"), there("b:1", 700.0, "2013-04")]),
            [Verdict::ScopeDiffers, Verdict::ScopeDiffers]
        );
        let asked = Claim { topic: Some("t".into()), ..there("a:1", 9500.0, "2013") };
        assert_eq!(verdict(&[asked, there("b:1", 7818.0, "2013")]), [Verdict::PointDiffers]);
    }
}
