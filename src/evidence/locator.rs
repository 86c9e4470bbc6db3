//! Locators, and the passages of a text that they lead to, without any I/O.

use std::ops::Range;

/// A fragment of a source, in the form that its media type defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locator {
    /// Characters of a plain text, counted from 0 between them (RFC 5147).
    Chars(usize, Option<usize>),
    /// Lines of a plain text, counted from 0 between them (RFC 5147).
    Lines(usize, Option<usize>),
    /// A row of a CSV file (RFC 7111).
    Row(u64),
    /// A page of a PDF (RFC 8118).
    Page(u64),
    /// A text fragment of a web page.
    Fragment(String),
}

/// What a locator may look like, for messages.
pub const EXPECTED: &str = "a locator: char=START,END or line=START,END in a text (RFC 5147), row=N in a CSV file, page=N in a PDF, or :~:text=… in a web page";

impl Locator {
    /// Reads a locator; nothing if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Locator> {
        if text.starts_with(":~:text=") {
            return Some(Locator::Fragment(text.to_owned()));
        }
        let (scheme, rest) = text.split_once('=')?;
        // an integrity check behind a semicolon (RFC 5147) is not looked at
        let place = rest.split(';').next()?;
        match scheme {
            "row" => place.parse().ok().map(Locator::Row),
            "page" => place.parse().ok().filter(|page| *page > 0).map(Locator::Page),
            "char" | "line" => {
                let (start, end) = place.split_once(',').unwrap_or((place, place));
                let start = if start.is_empty() { 0 } else { start.parse().ok()? };
                let end = if end.is_empty() { None } else { Some(end.parse().ok()?) };
                if end.is_some_and(|end| end < start) {
                    return None;
                }
                Some(if scheme == "char" {
                    Locator::Chars(start, end)
                } else {
                    Locator::Lines(start, end)
                })
            }
            _ => None,
        }
    }

    /// The bytes of the text that it leads to; nothing if it does not lead into this text.
    #[must_use]
    pub fn resolve(&self, text: &str) -> Option<Range<usize>> {
        let range = match self {
            Locator::Chars(start, end) => {
                let start = byte_of(text, *start)?;
                let end = end.map_or(Some(text.len()), |end| byte_of(text, end))?;
                start..end
            }
            Locator::Lines(start, end) => {
                let ends: Vec<usize> = std::iter::once(0)
                    .chain(text.match_indices('\n').map(|(i, _)| i + 1))
                    .collect();
                let at = |line: usize| {
                    ends.get(line).copied().or((line == ends.len()).then_some(text.len()))
                };
                let end = end.map_or(Some(text.len()), at)?;
                at(*start)?..end
            }
            _ => return None,
        };
        (range.start < range.end).then_some(range)
    }
}

/// The byte before which character number `n` stands.
fn byte_of(text: &str, n: usize) -> Option<usize> {
    text.char_indices().map(|(i, _)| i).chain([text.len()]).nth(n)
}

/// The locator of these bytes of a text.
#[must_use]
pub fn chars(text: &str, bytes: &Range<usize>) -> String {
    let start = text[..bytes.start].chars().count();
    let length = text[bytes.clone()].chars().count();
    format!("char={start},{}", start + length)
}

/// Where a quote stands in a text: exactly so, or, if that is nowhere, with white space folded.
#[must_use]
pub fn find(text: &str, quote: &str) -> Vec<Range<usize>> {
    let exact: Vec<Range<usize>> =
        text.match_indices(quote).map(|(i, found)| i..i + found.len()).collect();
    if !exact.is_empty() || quote.trim().is_empty() {
        return exact;
    }
    let (folded, places) = fold(text);
    let (wanted, _) = fold(quote.trim());
    folded
        .match_indices(wanted.trim())
        .map(|(i, found)| {
            places[i]
                ..places[i + found.len() - 1]
                    + text[places[i + found.len() - 1]..].chars().next().map_or(1, char::len_utf8)
        })
        .collect()
}

/// A text with every run of white space as one blank, and for each of its bytes where it stood.
fn fold(text: &str) -> (String, Vec<usize>) {
    let (mut folded, mut places) = (String::new(), Vec::new());
    let mut blank = false;
    for (i, c) in text.char_indices() {
        if c.is_whitespace() {
            if !blank {
                folded.push(' ');
                places.push(i);
            }
            blank = true;
        } else {
            blank = false;
            folded.push(c);
            places.extend(std::iter::repeat_n(i, c.len_utf8()));
        }
    }
    (folded, places)
}

/// Returns the passage with some characters of context on each side, cut between words, and with
/// runs of white space as one space.
#[must_use]
pub fn in_context(text: &str, passage: &Range<usize>, context: usize) -> (String, String, String) {
    let folded = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let before: String = text[..passage.start]
        .chars()
        .rev()
        .take(context)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let cut = before.len() < passage.start;
    let before = if cut {
        before.split_once(char::is_whitespace).map_or("", |(_, rest)| rest).to_owned()
    } else {
        before
    };
    let after: String = text[passage.end..].chars().take(context).collect();
    let tail = passage.end + after.len() < text.len();
    let after = if tail {
        after.rsplit_once(char::is_whitespace).map_or("", |(rest, _)| rest).to_owned()
    } else {
        after
    };
    let gap = |c: Option<char>| if c.is_some_and(char::is_whitespace) { " " } else { "" };
    let (left, right) =
        (gap(text[..passage.start].chars().next_back()), gap(text[passage.end..].chars().next()));
    (
        format!("{}{}{left}", if cut { "… " } else { "" }, folded(&before)),
        folded(&text[passage.clone()]),
        format!("{right}{}{}", folded(&after), if tail { " …" } else { "" }),
    )
}

/// Words before which a full stop ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "dr", "prof", "gen", "col", "lt", "sgt", "st", "no", "vs", "etc", "e.g", "i.e",
    "u.s", "u.n", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov",
    "dec",
];

/// The sentences of a text, without the white space around them. A blank line ends one too.
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let ends = match c {
            '\n' => text[i + 1..].split('\n').next().is_some_and(|line| line.trim().is_empty()),
            '.' | '!' | '?' => {
                // quotation marks and brackets behind the stop belong to the sentence
                let mut rest = text[i + 1..].chars().skip_while(|c| "\"'”’»)]".contains(*c));
                let gap = rest.next().is_none_or(char::is_whitespace);
                let upper = rest.find(|c| !c.is_whitespace()).is_none_or(|c| !c.is_lowercase());
                gap && upper && !(c == '.' && is_abbreviation(&text[start..i]))
            }
            _ => false,
        };
        if !ends {
            continue;
        }
        let mut end = i + c.len_utf8();
        if c != '\n' {
            let mut next = next;
            while let Some(closing) = next.filter(|c| "\"'”’»)]".contains(*c)) {
                end += closing.len_utf8();
                chars.next();
                next = chars.peek().map(|(_, c)| *c);
            }
        }
        push(text, start..end, &mut found);
        start = end;
    }
    push(text, start..text.len(), &mut found);
    found
}

fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let single = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    single || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.end - (part.len() - part.trim_end().len());
    if start < end {
        found.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "Über Bagdad. The count\nrose to 9,500 (so said Mr. Smith).\n\nTitle\n\n“It did,” he said. no end";

    #[test]
    fn a_locator_leads_to_its_characters_and_lines() {
        let passage = |locator: &str| {
            Locator::parse(locator).and_then(|l| l.resolve(TEXT)).map(|range| &TEXT[range])
        };
        assert_eq!(passage("char=0,4"), Some("Über"));
        assert_eq!(passage("char=5,11"), Some("Bagdad"));
        assert_eq!(passage("line=1,2"), Some("rose to 9,500 (so said Mr. Smith).\n"));
        assert_eq!(passage("char=0,9999"), None);
        assert_eq!(passage("char=9,9"), None);
        assert_eq!(passage("char=9,3"), None);
        assert_eq!(passage("page=3"), None);
        assert_eq!(Locator::parse("charr=1,2"), None);
        assert_eq!(Locator::parse("char=a,b"), None);
    }

    #[test]
    fn a_quote_is_found_exactly_or_with_white_space_folded() {
        let found = |quote: &str| {
            find(TEXT, quote).into_iter().map(|range| chars(TEXT, &range)).collect::<Vec<_>>()
        };
        assert_eq!(found("Bagdad"), ["char=5,11"]);
        assert_eq!(found("count rose  to"), ["char=17,30"]);
        assert_eq!(found("said"), ["char=41,45", "char=79,83"]);
        assert!(found("never said").is_empty());
    }

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        let read: Vec<&str> = sentences(TEXT).into_iter().map(|range| &TEXT[range]).collect();
        assert_eq!(
            read,
            [
                "Über Bagdad.",
                "The count\nrose to 9,500 (so said Mr. Smith).",
                "Title",
                "“It did,” he said. no end"
            ]
        );
    }

    #[test]
    fn context_is_cut_between_words() {
        let range = find(TEXT, "9,500").remove(0);
        assert_eq!(
            in_context(TEXT, &range, 14),
            ("… rose to ".into(), "9,500".into(), " (so said Mr. …".into())
        );
    }

    proptest! {
        #[test]
        fn a_found_quote_has_a_locator_that_leads_back(text in "[aü \n.😀]{1,40}", start in 0_usize..40, length in 1_usize..10) {
            let quote: String = text.chars().skip(start).take(length).collect();
            prop_assume!(!quote.trim().is_empty());
            let found = find(&text, &quote);
            prop_assert!(!found.is_empty());
            for range in found {
                let back = Locator::parse(&chars(&text, &range)).unwrap().resolve(&text).unwrap();
                prop_assert_eq!(&text[back], &text[range]);
            }
        }
    }
}
