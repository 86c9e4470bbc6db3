//! Finding the passage that a quote nearly is: a scan or a hasty typist changes letters, and never a
//! figure, a name or a "not".

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::evidence::locator;
use crate::evidence::quote::{QuotePlace, QuoteStatus, cuts, folded, halves_left_out};

/// A quote is near a passage if no more than one in this many of its characters differs.
const ONE_IN: usize = 20;

/// How many passages are compared letter by letter at most: those of a text that says the same words
/// over and over are all alike.
const COMPARED: usize = 20_000;

/// How many passages with equally many words of a quote are compared letter by letter.
const ALIKE: usize = 200;

/// How many times as long as the quote a sentence may be that is shown for it.
const LONGER: usize = 3;

/// Words that turn a sentence round.
const NEGATIONS: [&str; 14] = [
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot",
    "deny", "denies", "denied", "refused",
];

/// Words that say who.
const PRONOUNS: [&str; 14] = [
    "i", "he", "she", "it", "we", "they", "you", "his", "her", "its", "our", "their", "them", "us",
];

/// Words that say how many.
const COUNTS: [&str; 32] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
];

/// The place of a text that a quote is like but for a few letters. No word with a digit, no negation
/// and no name may be among those that differ.
#[must_use]
pub fn near(text: &str, quote: &str) -> Option<QuotePlace> {
    let (words, wanted) = (words(text), words(quote));
    let typed: Vec<String> = wanted.iter().map(|word| folded(&quote[word.clone()])).collect();
    let length: usize = typed.iter().map(|word| word.chars().count() + 1).sum();
    if wanted.len() < 3 {
        return None;
    }
    let known: HashSet<&str> = typed.iter().map(String::as_str).collect();
    let of_text: Vec<String> = words.iter().map(|word| folded(&text[word.clone()])).collect();
    let mut best: Option<(usize, Range<usize>)> = None;
    let mut compared = 0;
    for begin in 0..words.len() {
        // a scan joins and divides words
        for count in wanted.len().saturating_sub(1)..=wanted.len() + 1 {
            let Some(window) = of_text.get(begin..begin + count) else { continue };
            let shared = window.iter().filter(|word| known.contains(word.as_str())).count();
            if shared * 2 < wanted.len() || compared == COMPARED {
                continue;
            }
            compared += 1;
            let distance = strsim::levenshtein(&window.join(" "), &typed.join(" "));
            if distance * ONE_IN > length
                || best.as_ref().is_some_and(|(least, _)| *least <= distance)
            {
                continue;
            }
            let range = words[begin].start..words[begin + count - 1].end;
            if cuts(text, &range) || !halves_left_out(text, &range).is_empty() {
                continue;
            }
            let own: Vec<&str> =
                words[begin..begin + count].iter().map(|word| &text[word.clone()]).collect();
            let other: Vec<&str> = wanted.iter().map(|word| &quote[word.clone()]).collect();
            if differs_in_letters_alone(&own, &other) {
                best = Some((distance, range));
            }
        }
    }
    best.map(|(_, range)| QuotePlace {
        range,
        status: QuoteStatus::Near,
        omitted: Vec::new(),
        added: Vec::new(),
    })
}

/// The words of a text: their bytes, without the punctuation around them.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut begin = None;
    let is_word = |c: char| {
        c.is_alphanumeric()
            || matches!(c, '\'' | '\u{2019}' | '%' | '$' | '€' | '£' | '¥' | '\u{2212}' | '+')
    };
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (is_word(c), begin) {
            (true, None) => begin = Some(at),
            (false, Some(start)) => {
                words.push(start..at);
                begin = None;
            }
            _ => {}
        }
    }
    words
}

/// Whether two passages differ in words alone that are neither figures nor names and turn nothing
/// round.
fn differs_in_letters_alone(own: &[&str], typed: &[&str]) -> bool {
    let is_firm = |word: &str| {
        let plain = folded(word);
        word.contains(char::is_numeric)
            || word.starts_with(char::is_uppercase)
            || NEGATIONS.contains(&plain.as_str())
            || PRONOUNS.contains(&plain.as_str())
            || COUNTS.contains(&plain.trim_end_matches('s'))
            || plain.ends_with("n't")
    };
    let firm = |words: &[&str]| -> Vec<String> {
        words.iter().filter(|word| is_firm(word)).map(|word| folded(word)).collect()
    };
    firm(own) == firm(typed) && are_slips(own, typed)
}

/// Whether the words in which two passages differ are slips of the hand or of a scan: one letter
/// each, not the first, so that "able" is not "unable" and "increased" not "decreased".
fn are_slips(own: &[&str], typed: &[&str]) -> bool {
    let (own, typed) = (own.iter().map(|word| folded(word)), typed.iter().map(|word| folded(word)));
    let (own, typed): (Vec<String>, Vec<String>) = (own.collect(), typed.collect());
    let ahead = own.iter().zip(&typed).take_while(|(one, other)| one == other).count();
    let (own, typed) = (&own[ahead..], &typed[ahead..]);
    let behind =
        own.iter().rev().zip(typed.iter().rev()).take_while(|(one, other)| one == other).count();
    let (own, typed) = (&own[..own.len() - behind], &typed[..typed.len() - behind]);
    if own.len() == typed.len() {
        return own.iter().zip(typed).all(|(one, other)| one == other || is_slip(one, other));
    }
    // words that were joined or divided
    is_slip(&own.concat(), &typed.concat())
}

/// Whether a word is another but for one letter behind its first.
fn is_slip(one: &str, other: &str) -> bool {
    // what a scan takes for one another
    let seen = |word: &str| word.replace("rn", "m").replace("cl", "d").replace("vv", "w");
    let (one, other) = (seen(one), seen(other));
    one.chars().next() == other.chars().next() && strsim::osa_distance(&one, &other) <= 1
}

/// The passage that has most of the words of a quote, if it has half of them: the sentence, where that
/// is not much longer.
#[must_use]
pub fn nearest(text: &str, quote: &str) -> Option<Range<usize>> {
    let alike = most_alike(text, quote)?;
    let sentence = locator::sentences(text)
        .into_iter()
        .find(|sentence| sentence.contains(&alike.start) && alike.end <= sentence.end);
    Some(sentence.filter(|sentence| sentence.len() <= LONGER * quote.len()).unwrap_or(alike))
}

/// The passage, as long as the quote, that has most of its words.
fn most_alike(text: &str, quote: &str) -> Option<Range<usize>> {
    let (words, wanted) = (words(text), words(quote));
    let mut lacking: HashMap<String, i64> = HashMap::new();
    for word in &wanted {
        *lacking.entry(folded(&quote[word.clone()])).or_default() += 1;
    }
    let of_text: Vec<String> = words.iter().map(|word| folded(&text[word.clone()])).collect();
    // the ends of the passages that have most of them, of which there may be several
    let (mut shared, mut most, mut ends) = (0, 0, Vec::new());
    for at in 0..of_text.len() {
        if let Some(left) = lacking.get_mut(&of_text[at]) {
            shared += i64::from(*left > 0);
            *left -= 1;
        }
        if let Some(gone) = at.checked_sub(wanted.len())
            && let Some(left) = lacking.get_mut(&of_text[gone])
        {
            *left += 1;
            shared -= i64::from(*left > 0);
        }
        if shared > most {
            (most, ends) = (shared, vec![at]);
        } else if shared == most && ends.len() < ALIKE {
            ends.push(at);
        }
    }
    if wanted.len() < 3 || usize::try_from(most).ok()? * 2 < wanted.len() {
        return None;
    }
    let typed = folded(quote);
    let begin = |last: usize| (last + 1).saturating_sub(wanted.len());
    let last = ends
        .into_iter()
        .min_by_key(|last| strsim::levenshtein(&of_text[begin(*last)..=*last].join(" "), &typed))?;
    // it begins with a word of the quote, as it ends with one
    let first = (begin(last)..=last).find(|at| lacking.contains_key(&of_text[*at]))?;
    Some(words[first].start..words[last].end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::quote::places;

    const TEXT: &str = "At least 17 people – among them five children – were killed in Qarra.\nNobody \
        claimed responsi-\nbility. “We did not attack the well-\nknown market,” the colonel said.";

    #[test]
    fn a_quote_is_near_if_a_few_letters_differ_and_nothing_that_matters() {
        for quote in [
            "Nobody claimed responsibilty. We did not attack the well known market",
            "among them five childrem were killed in Qarra",
        ] {
            assert!(places(TEXT, quote).is_empty(), "{quote}");
            let place = near(TEXT, quote);
            assert_eq!(place.map(|place| place.status), Some(QuoteStatus::Near), "{quote}");
        }
        for quote in [
            "at least 18 people among them five children were killed",
            "We did now attack the well known market",
            "among them five children were killed in Basra",
            "among them nine children were killed in Qarra",
            "five childrem",
            "Nobody disclaimed responsibility. We did not attack the well known market",
            "Somebody claimed responsibility. We did not attack the well known market",
            "Nobody claimed responsibility. We did not attach the well known basket",
        ] {
            assert_eq!(near(TEXT, quote), None, "{quote}");
        }
    }

    #[test]
    fn a_quote_near_a_part_of_a_figure_is_of_another_figure() {
        let text = "Some 3.5 million people fled, a fall of -5 per cent in the north.";
        for quote in ["5 million people fled a fall", "5 per cent in the nortn"] {
            assert_eq!(near(text, quote), None, "{quote}");
        }
    }

    #[test]
    fn the_sentence_that_is_most_like_a_quote_is_the_nearest() {
        let near = nearest(TEXT, "Nobody claimed any responsibility.").unwrap();
        assert_eq!(&TEXT[near], "Nobody claimed responsi-\nbility.");
        assert_eq!(nearest(TEXT, "9999 jets were burnt"), None);
    }
}
