//! What is wrong, or worth a second look, in facts: each rule a function of claims. Without any
//! I/O.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::evidence::claim::{Claim, overlap};
use crate::evidence::gate;
use crate::evidence::locator::{self, Locator};
use crate::evidence::near_quote;
use crate::evidence::quote::{self, QuotePlace};
use crate::value::text::{count, fold};

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The rule.
    pub rule: &'static str,
    /// The fact, or the source.
    pub reference: String,
    /// What was found, in a sentence.
    pub what: String,
}

/// The rules with their meaning, as help, `docs/evidence.md` and output name them.
pub const RULES: &[(&str, &str)] = &[
    (
        "locator",
        "locators that are invalid, point outside the text, cut a word or do not cover the quote",
    ),
    ("quote", "quotes with an ellipsis or that are only near the text: what the text has"),
    ("text", "documents without a stored text, or with a text from another file"),
    ("order", "low, best and high out of order"),
    ("dates", "dates that end before they begin, and deliveries before the order"),
    ("duplicate", "facts of one source that state the same thing"),
    ("period", "figures of one source for the same question over overlapping periods"),
    ("name", "unmatched names"),
    ("source", "sources with neither a URL nor a text"),
    ("integrity", "rows that differ from what was written: damaged, or changed by another program"),
];

/// A source, as the rules look at it.
#[derive(Debug, Clone)]
pub struct CheckedSource {
    /// Its short name.
    pub slug: String,
    /// Whether it is a document.
    pub document: bool,
    /// Whether it says where it can be read.
    pub has_url: bool,
    /// Its text, if it is held.
    pub text: Option<String>,
    /// SHA-256 of the file that the text came from, and the sum that the source names.
    pub sums: Option<(String, Option<String>)>,
}

/// The rules at work on facts that come one by one, twice: what belongs to other facts is found by
/// the hashes of what they have in common, so that only facts with something in common are kept.
pub struct Checker<'s> {
    sources: &'s [CheckedSource],
    found: Vec<Finding>,
    /// How many facts came.
    facts: u64,
    /// A name is one finding, however many facts bear it: the first of them, and how many.
    unknown: BTreeMap<String, (String, u64)>,
    hashes: RandomState,
    /// What facts have in common, by its hash, and what several have.
    met: HashSet<u64, RandomState>,
    met_again: HashSet<u64, RandomState>,
    /// The orders of each deal.
    orders: HashMap<u64, DealOrders, RandomState>,
    deliveries: bool,
    kept: Vec<Claim>,
}

/// The orders of one deal: the first that came, and the first day of the earliest; none if one has
/// no date.
struct DealOrders {
    reference: String,
    earliest: Option<i64>,
}

impl<'s> Checker<'s> {
    /// Begins with the sources of the facts to come.
    #[must_use]
    pub fn new(sources: &'s [CheckedSource]) -> Checker<'s> {
        Checker {
            sources,
            found: Vec::new(),
            facts: 0,
            unknown: BTreeMap::new(),
            hashes: RandomState::default(),
            met: HashSet::default(),
            met_again: HashSet::default(),
            orders: HashMap::default(),
            deliveries: false,
            kept: Vec::new(),
        }
    }

    /// Looks at a fact by itself.
    pub fn first(&mut self, claim: &Claim) {
        self.facts += 1;
        let source = self.source(claim);
        locator(claim, source, &mut self.found);
        order(claim, &mut self.found);
        for name in &claim.unknown {
            match self.unknown.get_mut(name) {
                Some((_, facts)) => *facts += 1,
                None => drop(self.unknown.insert(name.clone(), (claim.reference.clone(), 1))),
            }
        }
        if let (Some(first), Some(last)) = (claim.days.first, claim.days.last)
            && first > last
        {
            push(&mut self.found, "dates", &claim.reference, "ends before it begins".into());
        }
        for hash in self.in_common(claim) {
            if !self.met.insert(hash) {
                self.met_again.insert(hash);
            }
        }
        match claim.stage.as_deref() {
            Some("delivered") => self.deliveries = true,
            Some("ordered") => {
                let day = claim.days.first;
                let orders = self.orders.entry(self.hashes.hash_one(deal(claim)));
                orders
                    .and_modify(|orders| {
                        orders.earliest = orders.earliest.zip(day).map(|(a, b)| a.min(b));
                    })
                    .or_insert(DealOrders { reference: claim.reference.clone(), earliest: day });
            }
            _ => {}
        }
    }

    /// Whether any fact must come once more.
    #[must_use]
    pub fn wants_again(&self) -> bool {
        !self.met_again.is_empty() || self.deliveries && !self.orders.is_empty()
    }

    /// Looks at a fact beside the others.
    pub fn again(&mut self, claim: Claim) {
        if claim.stage.as_deref() == Some("delivered")
            && let Some(orders) = self.orders.get(&self.hashes.hash_one(deal(&claim)))
            && let (Some(last), Some(earliest)) = (claim.days.last, orders.earliest)
            && last < earliest
        {
            let what = format!("delivered before it was ordered ({})", orders.reference);
            push(&mut self.found, "dates", &claim.reference, what);
        }
        if self.in_common(&claim).iter().any(|hash| self.met_again.contains(hash)) {
            self.kept.push(claim);
        }
    }

    /// What is found, sorted by rule and REF, and how many facts there were.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Finding>, u64) {
        let Checker { sources, found, unknown, kept, facts, .. } = &mut self;
        for (name, (first, facts)) in unknown {
            let more = if *facts > 1 {
                format!(" ({})", count(*facts, "fact", "facts"))
            } else {
                String::new()
            };
            let what = format!(
                "unmatched name \"{name}\"{more}; if it is another name of somebody: facts names link \"{name}\" NAME; if it is not: facts edit actors \"{name}\" kind=KIND"
            );
            push(found, "name", first, what);
        }
        let is_data = |claim: &Claim| {
            sources.iter().any(|source| source.slug == claim.source && !source.document)
        };
        duplicates(kept, is_data, found);
        periods(kept, is_data, found);
        for source in *sources {
            self::source(source, found);
        }
        let place = |rule: &str| RULES.iter().position(|(name, _)| *name == rule);
        found.sort_by(|a, b| {
            (place(a.rule), &a.reference, &a.what).cmp(&(place(b.rule), &b.reference, &b.what))
        });
        (std::mem::take(found), *facts)
    }

    fn source(&self, claim: &Claim) -> Option<&'s CheckedSource> {
        self.sources.iter().find(|source| source.slug == claim.source)
    }

    /// The hashes of what a fact may have in common with others: what it states, and the question
    /// that its figures answer.
    fn in_common(&self, claim: &Claim) -> Vec<u64> {
        let is_data = self.source(claim).is_some_and(|source| !source.document);
        let summary = is_data.then_some(&claim.summary);
        let stated = ("stated", &claim.source, claim.kind, &claim.content, summary);
        let asked = figure_question(claim, is_data).map(|asked| ("asked", &claim.source, asked));
        let asked = asked.map(|asked| self.hashes.hash_one(asked));
        [Some(self.hashes.hash_one(stated)), asked].into_iter().flatten().collect()
    }
}

/// The deal that a fact is about, within its source: the parties and the item stand in front of the
/// content.
fn deal(claim: &Claim) -> (&str, &str) {
    (&claim.source, claim.content.split('\u{1e}').next().unwrap_or_default())
}

fn push(found: &mut Vec<Finding>, rule: &'static str, reference: &str, what: String) {
    found.push(Finding { rule, reference: reference.to_owned(), what });
}

fn locator(claim: &Claim, source: Option<&CheckedSource>, found: &mut Vec<Finding>) {
    let text = source.and_then(|source| source.text.as_deref());
    let say = |what: String, found: &mut Vec<Finding>| {
        push(found, "locator", &claim.reference, what);
    };
    let parsed = match &claim.locator {
        None => None,
        Some(locator) => match Locator::parse(locator) {
            None => return say(format!("{locator}: expected {}", locator::EXPECTED), found),
            Some(parsed) => Some((locator, parsed)),
        },
    };
    let Some(text) = text else { return };
    let led = match &parsed {
        None => None,
        Some((locator, parsed)) => match gate::passage(text, parsed) {
            Ok(range) => range.map(|range| (*locator, parsed, range)),
            Err((_, said)) => return say(format!("{locator}: {said}"), found),
        },
    };
    let Some((locator, parsed, range)) = led else {
        if let Some(quote) = &claim.quote {
            match quote::places(text, quote).as_slice() {
                [] if tells_near(claim, text, found) => {}
                [] => say("the quote is not in the text".into(), found),
                [first, ..] => pieces(claim, first, found),
            }
        }
        return;
    };
    let passage = &text[range.clone()];
    let touches = |a: Option<char>, b: Option<char>| {
        a.is_some_and(char::is_alphanumeric) && b.is_some_and(char::is_alphanumeric)
    };
    let begins = touches(text[..range.start].chars().next_back(), passage.chars().next());
    let ends = touches(passage.chars().next_back(), text[range.end..].chars().next());
    // a page may end within a word
    if (begins || ends) && !matches!(parsed, Locator::Page(_) | Locator::Fragment(..)) {
        say(format!("{locator} {} within a word", if begins { "begins" } else { "ends" }), found);
    } else if matches!(parsed, Locator::Chars(..)) && passage.trim().len() < passage.len() {
        say(format!("{locator} begins or ends with white space"), found);
    }
    if let Some(quote) = &claim.quote {
        match quote::places(passage, quote).as_slice() {
            [] if tells_near(claim, passage, found) => {}
            [] => say(format!("the passage at {locator} does not contain the quote"), found),
            [first, ..] => pieces(claim, first, found),
        }
    }
}

/// Tells what the text has, if a quote differs from it in a few letters alone.
fn tells_near(claim: &Claim, text: &str, found: &mut Vec<Finding>) -> bool {
    let Some(place) = claim.quote.as_ref().and_then(|quote| near_quote::near(text, quote)) else {
        return false;
    };
    let passage = text[place.range].split_whitespace().collect::<Vec<_>>().join(" ");
    push(found, "quote", &claim.reference, format!("near the text, which has: {passage}"));
    true
}

/// A quote that leaves words of the text out, or has words of an editor: a reader should see which.
fn pieces(claim: &Claim, place: &QuotePlace, found: &mut Vec<Finding>) {
    if !place.omitted.is_empty() {
        let what = format!("the quote leaves out: {}", place.omitted.join(" … "));
        push(found, "quote", &claim.reference, what);
    }
    if !place.added.is_empty() {
        let what = format!("the text does not have: {}", place.added.join(", "));
        push(found, "quote", &claim.reference, what);
    }
}

fn order(claim: &Claim, found: &mut Vec<Finding>) {
    for figure in &claim.figures {
        let stated: Vec<f64> = figure.stated().collect();
        if gate::out_of_order(&stated).is_some() {
            let shown: Vec<String> = stated.iter().map(ToString::to_string).collect();
            let name =
                if figure.name.is_empty() { String::new() } else { format!("{} ", figure.name) };
            push(
                found,
                "order",
                &claim.reference,
                format!("{name}low, best, high are out of order: {}", shown.join(", ")),
            );
        }
    }
}

/// Two facts that state the same. The records of a data set have keys of their own, and are
/// compared to the letter.
fn duplicates(claims: &[Claim], is_data: impl Fn(&Claim) -> bool, found: &mut Vec<Finding>) {
    let mut same: BTreeMap<(&str, &str, &str), Vec<&Claim>> = BTreeMap::new();
    for claim in claims {
        same.entry((&claim.source, claim.kind, &claim.content)).or_default().push(claim);
    }
    for group in same.values().filter(|group| group.len() > 1) {
        for (i, claim) in group.iter().enumerate().skip(1).take(100) {
            let same = |other: &Claim| {
                if is_data(claim) {
                    other.summary == claim.summary
                } else {
                    is_near(&other.summary, &claim.summary)
                }
            };
            let near = group[..i].iter().find(|other| same(other));
            if let Some(other) = near {
                push(
                    found,
                    "duplicate",
                    &claim.reference,
                    format!("states the same thing as {}", other.reference),
                );
            }
        }
    }
}

/// Whether two summaries say the same in the same words, but for a few letters.
fn is_near(a: &str, b: &str) -> bool {
    strsim::normalized_damerau_levenshtein(&fold(a), &fold(b)) >= 0.9
}

/// The question that the figures of a fact answer, and what they count. Without a topic, only a
/// document's place and period are one: the records of a data set count apart.
fn figure_question(claim: &Claim, is_data: bool) -> Option<(&str, String)> {
    let alone =
        claim.has_place_question && claim.date.is_some() && claim.event.is_none() && !is_data;
    let place = claim.place.as_deref().filter(|_| alone);
    let question = claim.topic.as_deref().or(place).filter(|_| !claim.figures.is_empty())?;
    Some((question, claim.counted.join(" ").to_lowercase()))
}

/// Two figures for one question over common days.
fn periods(claims: &[Claim], is_data: impl Fn(&Claim) -> bool, found: &mut Vec<Finding>) {
    let mut asked: BTreeMap<(&str, (&str, String)), Vec<&Claim>> = BTreeMap::new();
    for claim in claims {
        if let Some(question) = figure_question(claim, is_data(claim)) {
            asked.entry((&claim.source, question)).or_default().push(claim);
        }
    }
    for group in asked.values() {
        for (i, claim) in group.iter().enumerate() {
            let other = group[..i]
                .iter()
                .find(|other| other.said_by == claim.said_by && overlap(other.days, claim.days));
            if let Some(other) = other {
                push(
                    found,
                    "period",
                    &claim.reference,
                    format!(
                        "answers the same question as {}, over overlapping days",
                        other.reference
                    ),
                );
            }
        }
    }
}

fn source(source: &CheckedSource, found: &mut Vec<Finding>) {
    if source.document && source.text.is_none() {
        push(
            found,
            "text",
            &source.slug,
            format!("no text stored; add it with: facts source attach {} FILE", source.slug),
        );
    }
    if let Some((sum, Some(expected))) = &source.sums
        && sum != expected
    {
        push(
            found,
            "text",
            &source.slug,
            format!("the stored text comes from another file: SHA-256 {sum}, expected {expected}"),
        );
    }
    if !source.has_url && source.text.is_none() {
        push(found, "source", &source.slug, "has neither a URL nor a text".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::claim::ClaimFigure;
    use crate::value::date;

    fn claim(key: &str) -> Claim {
        Claim::bare(&format!("s:{key}"), "arms-transfers")
    }

    fn dated(claim: Claim, when: &str) -> Claim {
        Claim { date: Some(when.to_owned()), days: date::parse(when).unwrap(), ..claim }
    }

    fn source(text: Option<&str>) -> CheckedSource {
        CheckedSource {
            slug: "s".into(),
            document: true,
            has_url: true,
            text: text.map(str::to_owned),
            sums: None,
        }
    }

    fn all(claims: &[Claim], sources: &[CheckedSource]) -> Vec<Finding> {
        let mut checker = Checker::new(sources);
        claims.iter().for_each(|claim| checker.first(claim));
        if checker.wants_again() {
            claims.iter().for_each(|claim| checker.again(claim.clone()));
        }
        checker.finish().0
    }

    /// The rules and references of what is found in a document whose text is held.
    fn found(claims: &[Claim]) -> Vec<(&'static str, String)> {
        all(claims, &[source(Some("Iraq bought 24 jets. Nobody was hurt."))])
            .into_iter()
            .map(|f| (f.rule, f.reference))
            .collect()
    }

    #[test]
    fn a_locator_must_lead_to_whole_words_and_to_its_quote() {
        let at = |locator: &str, quote: Option<&str>| Claim {
            locator: Some(locator.to_owned()),
            quote: quote.map(str::to_owned),
            ..claim("a")
        };
        let wrong = vec![("locator", "s:a".to_owned())];
        assert_eq!(found(&[at("char=0,11", Some("Iraq bought"))]), []);
        assert_eq!(found(&[at("page=3", None)]), []);
        for bad in [
            at("char=0,10", None),
            at("char=1,11", None),
            at("char=0,5", None),
            at("char=0,99", None),
            at("chars=0,4", None),
            at("char=0,4", Some("jets")),
        ] {
            assert_eq!(found(std::slice::from_ref(&bad)), wrong, "{:?}", bad.locator);
        }
        assert_eq!(found(&[Claim { quote: Some("never said".into()), ..claim("a") }]), wrong);
        // a text without pages has its quotes nevertheless
        assert_eq!(found(&[at("page=3", Some("24 jets"))]), []);
        assert_eq!(found(&[at("page=3", Some("never said"))]), wrong);
    }

    #[test]
    fn bounds_out_of_order_are_reported_and_missing_ones_are_not() {
        let with = |key: &str, low, best, high| Claim {
            figures: vec![ClaimFigure { name: String::new(), low, best, high }],
            ..claim(key)
        };
        assert_eq!(
            found(&[with("a", Some(1.0), Some(1.0), None), with("b", None, Some(3.0), Some(4.0))]),
            []
        );
        assert_eq!(found(&[with("a", Some(9.0), None, Some(3.0))]), [("order", "s:a".to_owned())]);
    }

    #[test]
    fn a_delivery_before_its_order_is_reported() {
        let deal = |key: &str, stage: &str, when: &str| {
            dated(
                Claim {
                    stage: Some(stage.into()),
                    content: format!("jets\u{1e}{key}"),
                    ..claim(key)
                },
                when,
            )
        };
        assert_eq!(
            found(&[deal("o", "ordered", "2014"), deal("d", "delivered", "2013")]),
            [("dates", "s:d".to_owned())]
        );
        assert_eq!(found(&[deal("o", "ordered", "2013"), deal("d", "delivered", "2013")]), []);
        assert_eq!(
            found(&[
                deal("o", "ordered", "2014"),
                deal("p", "ordered", "2012"),
                deal("d", "delivered", "2013")
            ]),
            []
        );
    }

    #[test]
    fn two_facts_that_state_the_same_are_reported_once() {
        let said = |key: &str, summary: &str| Claim {
            content: "same".into(),
            summary: summary.into(),
            ..claim(key)
        };
        assert_eq!(
            found(&[
                said("a", "Iraq bought jets."),
                said("b", "Iraq bought jets"),
                said("c", "Something else entirely")
            ]),
            [("duplicate", "s:b".to_owned())]
        );
    }

    #[test]
    fn two_figures_of_one_voice_over_common_days_are_reported() {
        let figure = |key: &str, when: &str| {
            let figures =
                vec![ClaimFigure { name: String::new(), low: None, best: Some(1.0), high: None }];
            dated(Claim { topic: Some("t".into()), figures, ..claim(key) }, when)
        };
        assert_eq!(
            found(&[figure("a", "2013"), figure("b", "2013-04")]),
            [("period", "s:b".to_owned())]
        );
        assert_eq!(found(&[figure("a", "2013"), figure("b", "2014")]), []);
        let other = Claim { said_by: Some("UNAMI".into()), ..figure("b", "2013") };
        assert_eq!(found(&[figure("a", "2013"), other]), []);
    }

    #[test]
    fn names_of_nobody_and_sources_without_anything_are_reported() {
        assert_eq!(
            found(&[Claim { unknown: vec!["Somebody".into()], ..claim("a") }]),
            [("name", "s:a".to_owned())]
        );
        let bare = CheckedSource { has_url: false, ..source(None) };
        let rules: Vec<&str> = all(&[], &[bare]).into_iter().map(|f| f.rule).collect();
        assert_eq!(rules, ["text", "source"]);
        let other =
            CheckedSource { sums: Some(("b".into(), Some("a".into()))), ..source(Some("x")) };
        assert_eq!(all(&[], &[other])[0].rule, "text");
    }
}
