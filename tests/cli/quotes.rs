//! Quotes of a real document: honest ones are found however they were typed, and invented ones are
//! refused. The document cannot be published: where it is not there, the tests say so.

use std::fs;

use facts::evidence::gate::{self, Citation};
use facts::evidence::quote::QuoteStatus;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::shared;

/// The sentences of the document that have enough words to be told from one another.
fn sentences(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut begin = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, '.' | '\n') {
            let sentence = text[begin..at].trim();
            if (8..40).contains(&sentence.split_whitespace().count())
                && !sentence.contains('\n')
                && sentence.starts_with(char::is_alphanumeric)
                && !sentence.contains('[')
                && !sentence.ends_with('-')
                && !text[..begin].trim_end().ends_with('-')
            {
                let start = begin + text[begin..at].find(sentence).unwrap();
                if text.matches(sentence).count() == 1 {
                    found.push((start, sentence.to_owned()));
                }
            }
            begin = at + c.len_utf8();
        }
    }
    found
}

/// One way to type a sentence: what it does to it, and how it is found then.
type Typing = (&'static str, fn(&str) -> String, QuoteStatus);

fn middle(text: &str) -> (String, String) {
    let words: Vec<&str> = text.split_whitespace().collect();
    (words[..words.len() / 2 - 1].join(" "), words[words.len() / 2 + 1..].join(" "))
}

const TYPINGS: [Typing; 12] = [
    ("as it stands", str::to_owned, QuoteStatus::Exact),
    ("upper case", str::to_uppercase, QuoteStatus::Folded),
    ("lines", |text| text.replacen(' ', "\n  ", 2), QuoteStatus::Folded),
    ("no-break spaces", |text| text.replace(' ', "\u{a0}"), QuoteStatus::Folded),
    (
        "soft hyphens",
        |text| text.replacen("tion", "ti\u{ad}on", 1).replacen(' ', "  ", 1),
        QuoteStatus::Folded,
    ),
    (
        "typographic marks",
        |text| {
            format!(" {} ", text.replace('\'', "\u{2019}").replace('"', "\u{201c}"))
                .replacen(' ', "  ", 2)
        },
        QuoteStatus::Folded,
    ),
    (
        "hyphenated",
        |text| {
            let at = text
                .split_whitespace()
                .find(|word| word.len() > 7 && word.chars().all(char::is_alphabetic));
            at.map_or_else(
                || text.replacen(' ', "  ", 1),
                |word| text.replacen(word, &format!("{}-\n{}", &word[..3], &word[3..]), 1),
            )
        },
        QuoteStatus::Folded,
    ),
    (
        "an ellipsis",
        |text| {
            let (a, b) = middle(text);
            format!("{a} … {b}")
        },
        QuoteStatus::Pieces,
    ),
    (
        "three points",
        |text| {
            let (a, b) = middle(text);
            format!("{a} ... {b}")
        },
        QuoteStatus::Pieces,
    ),
    (
        "brackets",
        |text| {
            let (a, b) = middle(text);
            format!("{a} [...] {b}")
        },
        QuoteStatus::Pieces,
    ),
    (
        "an editor's word",
        |text| {
            let (a, b) = middle(text);
            format!("{a} [they] {b}")
        },
        QuoteStatus::Pieces,
    ),
    ("sic", |text| text.replacen(' ', " [sic] ", 1), QuoteStatus::Pieces),
];

/// One way to make a sentence say something else.
type Forgery = (&'static str, fn(&str) -> Option<String>);

const FORGERIES: [Forgery; 6] = [
    ("a word left out", |text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        Some([&words[..words.len() / 2], &words[words.len() / 2 + 1..]].concat().join(" "))
    }),
    ("a word put in", |text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (a, b) = words.split_at(words.len() / 2);
        Some(format!("{} never {}", a.join(" "), b.join(" ")))
    }),
    ("another figure", |text| {
        let at = text.find(|c: char| c.is_ascii_digit())?;
        let digit = text.as_bytes()[at] - b'0';
        Some(format!("{}{}{}", &text[..at], (digit + 1) % 10, &text[at + 1..]))
    }),
    ("words exchanged", |text| {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let n = words.len() / 2;
        words.swap(n - 1, n);
        (words[n - 1] != words[n]).then(|| words.join(" "))
    }),
    ("another name", |text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let at = words[1..].iter().position(|word| word.starts_with(char::is_uppercase))? + 1;
        Some([&words[..at], &["Ruritania"], &words[at + 1..]].concat().join(" "))
    }),
    ("pieces out of order", |text| {
        let (a, b) = middle(text);
        Some(format!("{b} … {a}"))
    }),
];

#[test]
fn quotes_of_a_real_document_are_told_from_invented_ones() {
    let Some(path) = shared("essay.txt") else { return };
    let text = fs::read_to_string(path).unwrap();
    let sentences = sentences(&text);
    assert!(sentences.len() > 30, "{} sentences", sentences.len());
    let check = |quote: &str, accepts_nearest| {
        gate::check(Citation {
            quote: Some(quote),
            locator: None,
            text: Some(&text),
            accepts_nearest,
        })
    };
    let strategy = (0..sentences.len(), 0..TYPINGS.len(), 0..FORGERIES.len());
    let mut runner =
        TestRunner::new(Config { cases: 120, failure_persistence: None, ..Config::default() });
    let told = runner.run(&strategy, |(sentence, typing, forgery)| {
        let (begin, sentence) = &sentences[sentence];
        let (name, typed, status) = TYPINGS[typing];
        let quote = typed(sentence);
        let found = check(&quote, false);
        let found =
            found.map_err(|why| TestCaseError::fail(format!("{name}: {quote}: {why:?}")))?;
        let at = text[..*begin].chars().count();
        let locator = found.locator.unwrap_or_default();
        prop_assert!(
            locator.starts_with(&format!("char={at},")),
            "{}: {}: {}",
            name,
            quote,
            locator
        );
        prop_assert_eq!(found.status, Some(status), "{}: {}", name, quote);
        let (name, forge) = FORGERIES[forgery];
        if let Some(quote) = forge(sentence) {
            prop_assert!(check(&quote, false).is_err(), "{}: {}", name, quote);
            let is_near = check(&quote, true).is_ok();
            prop_assert!(
                !is_near || name == "a word left out" || name == "words exchanged",
                "near: {}: {}",
                name,
                quote
            );
        }
        Ok(())
    });
    if let Err(why) = told {
        panic!("{why}");
    }
}

#[test]
fn a_negation_that_an_ellipsis_leaves_out_is_shown() {
    let text = "They did not attack the market.";
    let citation = Citation {
        quote: Some("did … attack"),
        locator: None,
        text: Some(text),
        accepts_nearest: false,
    };
    assert_eq!(gate::check(citation).unwrap().omitted, ["not"]);
}
