//! The gate that facts pass on their way in: a locator must have a form and lead somewhere, and a
//! quote must stand in the text that it is taken from.

use std::ops::Range;

use crate::evidence::locator::{self, EXPECTED, Locator};
use crate::evidence::near_quote;
use crate::evidence::quote::{self, QuotePlace, QuoteStatus};

/// What a fact cites.
#[derive(Debug, Clone, Copy)]
pub struct Citation<'a> {
    /// The words of the source, as they were typed.
    pub quote: Option<&'a str>,
    /// Where they stand.
    pub locator: Option<&'a str>,
    /// The text of the source, if it is held.
    pub text: Option<&'a str>,
    /// A quote may differ from the text in a few letters.
    pub accepts_nearest: bool,
}

/// A citation that passed the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedCitation {
    /// The locator, found by the quote if none was given.
    pub locator: Option<String>,
    /// How the quote was found, if there is one.
    pub status: Option<QuoteStatus>,
    /// What the text has between the pieces of the quote.
    pub omitted: Vec<String>,
    /// What an editor added to the quote.
    pub added: Vec<String>,
}

/// What is wrong with a citation: the field, and what was expected.
pub type CitationError = (&'static str, String);

/// Checks a citation.
///
/// # Errors
/// The locator has no valid form or leads nowhere, or the quote is not where it should be.
pub fn check(citation: Citation<'_>) -> Result<CheckedCitation, CitationError> {
    let Citation { quote, locator: given, text, accepts_nearest } = citation;
    let parsed = given
        .map(|text| Locator::parse(text).ok_or(("locator", format!("expected {EXPECTED}"))))
        .transpose()?;
    let passed = |locator: Option<String>, status| CheckedCitation {
        locator,
        status,
        omitted: Vec::new(),
        added: Vec::new(),
    };
    let kept = given.map(str::to_owned);
    let Some(text) = text else {
        return Ok(passed(kept, quote.map(|_| QuoteStatus::NotHeld)));
    };
    let passage = parsed.map(|locator| passage(text, &locator)).transpose()?.flatten();
    let Some(quote) = quote else { return Ok(passed(kept, None)) };
    let mut found = quote::places(text, quote);
    if found.is_empty() && accepts_nearest {
        found.extend(near_quote::near(text, quote));
    }
    let inside: Vec<&QuotePlace> = match &passage {
        None => found.iter().collect(),
        Some(passage) => found
            .iter()
            .filter(|place| passage.start <= place.range.start && place.range.end <= passage.end)
            .collect(),
    };
    let name = |place: &QuotePlace| locator::chars(text, &place.range);
    match (inside.as_slice(), &kept) {
        ([], _) if found.is_empty() => Err(("quote", not_found(text, quote))),
        ([], _) => {
            let places: Vec<String> = found.iter().map(name).collect();
            Err((
                "locator",
                format!("does not cover the quote, which is at {}", places.join(" or ")),
            ))
        }
        ([one], _) | ([one, ..], Some(_)) => Ok(CheckedCitation {
            locator: kept.or_else(|| Some(name(one))),
            status: Some(one.status),
            omitted: one.omitted.clone(),
            added: one.added.clone(),
        }),
        (several, None) => {
            let places: Vec<String> = several.iter().map(|place| name(place)).collect();
            Err((
                "quote",
                format!("occurs several times in the text; set locator to {}", places.join(" or ")),
            ))
        }
    }
}

/// Which of the numbers of a figure, from low to high, is above the next one.
#[must_use]
pub fn out_of_order(numbers: &[f64]) -> Option<usize> {
    numbers.windows(2).position(|pair| pair[0] > pair[1])
}

/// The part of a text that a locator leads to; none where it says nothing of a plain text.
///
/// # Errors
/// It leads out of the text.
pub(super) fn passage(
    text: &str,
    locator: &Locator,
) -> Result<Option<Range<usize>>, CitationError> {
    if !locator.leads_into(text) {
        return Ok(None);
    }
    if let Some(range) = locator.resolve(text) {
        return Ok(Some(range));
    }
    let pages = || locator::pages(text);
    let chars = |part: &str| format!("has {} characters", part.chars().count());
    let expected = match locator {
        Locator::Lines(..) => format!("outside the text, which has {} lines", text.lines().count()),
        Locator::Page(_) => format!("the text has pages 1 to {}", pages().len()),
        Locator::PageChars(page, ..) => {
            let n = usize::try_from(*page).unwrap_or(usize::MAX).saturating_sub(1);
            match pages().get(n) {
                Some(range) => {
                    format!("outside page {page}, which {}", chars(&text[range.clone()]))
                }
                None => format!("the text has pages 1 to {}", pages().len()),
            }
        }
        Locator::Fragment(..) => "these words are not in the text".to_owned(),
        _ => format!("outside the text, which {}", chars(text)),
    };
    Err(("locator", expected))
}

/// What to say of a quote that is nowhere.
fn not_found(text: &str, quote: &str) -> String {
    let near = near_quote::near(text, quote).map(|place| place.range);
    let keep = match near {
        Some(_) => "; --accept-nearest keeps it as near that passage",
        None => "",
    };
    let shown = near.or_else(|| near_quote::nearest(text, quote));
    let near = shown.map_or(String::new(), |range| {
        let passage = text[range.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
        format!("; did you mean \"{passage}\" at {}?", locator::chars(text, &range))
    });
    format!("not in the text of the source{near}{keep}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Page one. They did not attack.\u{c}Page two. They left. They left.";

    fn checked(
        quote: Option<&str>,
        locator: Option<&str>,
    ) -> Result<CheckedCitation, CitationError> {
        check(Citation { quote, locator, text: Some(TEXT), accepts_nearest: false })
    }

    #[test]
    fn a_quote_finds_its_place() {
        let found = checked(Some("They did … attack"), None).unwrap();
        assert_eq!(found.locator.as_deref(), Some("char=10,29"));
        assert_eq!((found.status, found.omitted), (Some(QuoteStatus::Pieces), vec!["not".into()]));
        let page = checked(Some("They did not attack"), Some("page=1")).unwrap();
        assert_eq!(page.locator.as_deref(), Some("page=1"));
        let not_held = Citation {
            quote: Some("x"),
            locator: Some("page=7"),
            text: None,
            accepts_nearest: false,
        };
        assert_eq!(check(not_held).unwrap().status, Some(QuoteStatus::NotHeld));
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        for (quote, locator, field, said) in [
            (None, Some("p. 12"), "locator", "expected a locator"),
            (None, Some("page=3"), "locator", "pages 1 to 2"),
            (None, Some("char=5,900"), "locator", "has 62 characters"),
            (None, Some("char=9,3"), "locator", "expected a locator"),
            (Some("They did not attack"), Some("page=2"), "locator", "which is at char=10,29"),
            (Some("They did attack."), None, "quote", "did you mean \"They did not attack.\""),
            (Some("9999 jets were burnt"), None, "quote", "not in the text"),
            (Some("They left"), None, "quote", "several times"),
        ] {
            let (of, why) = checked(quote, locator).unwrap_err();
            assert!(of == field && why.contains(said), "{quote:?} {locator:?}: {of}: {why}");
        }
    }
}
