//! Coverage for facts, as for code: which sentences of a text facts rest on, and which others look
//! as if they held one.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::evidence::locator;
use crate::value::calendar_words::MONTHS;
use crate::value::text::fold;

/// One sentence of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands, as a locator.
    pub locator: String,
    /// Its words, white space folded.
    pub text: String,
    /// The kinds of the facts that rest on it, each once.
    pub kinds: Vec<&'static str>,
    /// How many facts rest on it.
    pub facts: usize,
    /// What makes it look like a fact: `figure`, `date`, and known names.
    pub looks: Vec<String>,
}

/// The sentences of a text, with the facts that rest on them. `names` are known actors, places and
/// designations.
#[must_use]
pub fn sentences(
    text: &str,
    facts: &[(&'static str, Range<usize>)],
    names: &[String],
) -> Vec<Sentence> {
    let known: BTreeMap<Vec<String>, &str> = names
        .iter()
        .map(|name| (words(name), name.as_str()))
        .filter(|(words, _)| !words.is_empty())
        .collect();
    let longest = known.keys().map(Vec::len).max().unwrap_or(0);
    locator::sentences(text)
        .into_iter()
        .map(|range| {
            let here: Vec<&'static str> = facts
                .iter()
                .filter(|(_, fact)| fact.start < range.end && range.start < fact.end)
                .map(|(kind, _)| *kind)
                .collect();
            let mut kinds = here.clone();
            kinds.sort_unstable();
            kinds.dedup();
            let body = &text[range.clone()];
            Sentence {
                locator: locator::chars(text, &range),
                text: body.split_whitespace().collect::<Vec<_>>().join(" "),
                kinds,
                facts: here.len(),
                looks: looks(body, &known, longest),
            }
        })
        .collect()
}

/// What makes a sentence look like a fact.
fn looks(body: &str, known: &BTreeMap<Vec<String>, &str>, longest: usize) -> Vec<String> {
    let words = words(body);
    let mut looks = Vec::new();
    let year = |word: &String| word.len() == 4 && word.chars().all(|c| c.is_ascii_digit());
    let capital_month = MONTHS.iter().any(|month| {
        words.iter().any(|word| word == month)
            && (*month != "may" && *month != "march" || body.contains(&capital(month)))
    });
    if words.iter().any(year) || capital_month {
        looks.push("date".to_owned());
    }
    if words.iter().any(|word| word.chars().any(|c| c.is_ascii_digit()) && !year(word)) {
        looks.push("figure".to_owned());
    }
    let mut i = 0;
    while i < words.len() {
        let found = (1..=longest.min(words.len() - i))
            .rev()
            .find_map(|n| known.get(&words[i..i + n]).map(|name| (n, *name)))
            .filter(|(_, name)| is_written_so(body, &words[i], name));
        if let Some((n, name)) = found {
            if !looks.iter().any(|seen| seen == name) {
                looks.push(name.to_owned());
            }
            i += n;
        } else {
            i += 1;
        }
    }
    looks
}

/// Whether a text has the first word of a name with the same capitals: "a car bomb" does not name
/// CAR, nor "a turkey" Turkey.
fn is_written_so(body: &str, word: &str, name: &str) -> bool {
    let first = name.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    let first = first.unwrap_or_default();
    let is_short = first.chars().count() > 1 && first.chars().all(char::is_uppercase);
    body.split(|c: char| !c.is_alphanumeric()).filter(|own| fold(own) == word).any(|own| {
        let has_capital =
            own.starts_with(char::is_uppercase) || !first.starts_with(char::is_uppercase);
        if is_short { own.chars().all(|c| !c.is_lowercase()) } else { has_capital }
    })
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Words without case, accents and possessive endings; figures keep their digits together.
fn words(text: &str) -> Vec<String> {
    let bare = fold(text).replace(['’', '\''], "'").replace("'s ", " ").replace(',', "");
    bare.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The share of sentences that at least one fact rests on, in percent.
#[must_use]
pub fn share(sentences: &[Sentence]) -> f64 {
    percent(sentences.iter().filter(|sentence| sentence.facts > 0).count(), sentences.len())
}

/// So many of all, in percent; all of nothing.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "no text has 2^53 sentences")]
pub fn percent(some: usize, all: usize) -> f64 {
    if all == 0 { 100.0 } else { some as f64 * 100.0 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_without_facts_show_what_looks_like_one() {
        let text = "Iraq bought 24 jets in May 2013. It was a good idea. Baghdad’s mayor may object. The end.";
        let names = ["Iraq".to_owned(), "Baghdad".to_owned()];
        let found = sentences(text, &[("events", 0..10), ("events", 2..5)], &names);
        assert_eq!(found.iter().map(|s| s.facts).collect::<Vec<_>>(), [2, 0, 0, 0]);
        assert_eq!(found[0].kinds, ["events"]);
        assert_eq!(found[0].looks, ["date", "figure", "Iraq"]);
        assert!(found[1].looks.is_empty());
        assert_eq!(found[2].looks, ["Baghdad"]);
        let names = ["CAR", "US", "Turkey", "rifles"].map(str::to_owned);
        let capitals = sentences("A car bomb hit us. The US sold Rifles to Turkey.", &[], &names);
        assert_eq!(capitals[0].looks, [""; 0]);
        assert_eq!(capitals[1].looks, ["US", "rifles", "Turkey"]);
        assert_eq!(found[1].locator, "char=33,52");
        assert!((share(&found) - 25.0).abs() < 1e-9);
    }
}
