//! Locators, and the passages of a text that they lead to, without any I/O.

use std::ops::Range;

use percent_encoding::percent_decode_str;

use crate::evidence::quote;

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
    /// Characters of a page, counted from 0 between them.
    PageChars(u64, usize, Option<usize>),
    /// A text fragment of a web page.
    Fragment(TextFragment),
    /// A time in a recording (Media Fragments), which leads into no text.
    Time,
}

/// Words of a web page, as browsers find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFragment {
    /// What stands before them.
    prefix: Option<String>,
    /// The words, or those with which the passage begins.
    begin: String,
    /// Those with which it ends, if it is longer.
    end: Option<String>,
    /// What stands behind it.
    suffix: Option<String>,
}

impl TextFragment {
    /// Reads `[PREFIX-,]START[,END][,-SUFFIX]`.
    fn parse(text: &str) -> Option<TextFragment> {
        let decoded = |part: &str| {
            let text = percent_decode_str(part).decode_utf8().ok()?.into_owned();
            Some(text).filter(|text| !text.trim().is_empty())
        };
        let mut parts: Vec<&str> = text.split('&').next()?.split(',').collect();
        let prefix = match parts.first().and_then(|part| part.strip_suffix('-')) {
            Some(prefix) => {
                parts.remove(0);
                Some(decoded(prefix)?)
            }
            None => None,
        };
        let suffix = match parts.last().and_then(|part| part.strip_prefix('-')) {
            Some(suffix) => {
                parts.pop();
                Some(decoded(suffix)?)
            }
            None => None,
        };
        let (begin, end) = match parts.as_slice() {
            [begin] => (decoded(begin)?, None),
            [begin, end] => (decoded(begin)?, Some(decoded(end)?)),
            _ => return None,
        };
        Some(TextFragment { prefix, begin, end, suffix })
    }

    /// The first place where the words stand, with what stands around them.
    fn find(&self, text: &str) -> Option<Range<usize>> {
        let places = |text: &str, words: &str| -> Vec<Range<usize>> {
            quote::places(text, words).into_iter().map(|place| place.range).collect()
        };
        // nothing but signs and blanks lies between what stands beside one another
        let is_gap = |part: &str| !part.contains(char::is_alphanumeric);
        let is_behind = |begin: usize| match &self.prefix {
            None => true,
            Some(prefix) => {
                places(&text[..begin], prefix).iter().any(|place| is_gap(&text[place.end..begin]))
            }
        };
        let is_before = |end: usize| match &self.suffix {
            None => true,
            Some(suffix) => places(&text[end..], suffix)
                .iter()
                .any(|place| is_gap(&text[end..end + place.start])),
        };
        let begins = places(text, &self.begin).into_iter();
        begins.filter(|place| is_behind(place.start)).find_map(|place| {
            let ends = match &self.end {
                None => vec![place.end],
                Some(words) => {
                    let found = places(&text[place.end..], words).into_iter();
                    found.map(|found| place.end + found.end).collect()
                }
            };
            ends.into_iter().find(|end| is_before(*end)).map(|end| place.start..end)
        })
    }
}

/// What a locator may look like, for messages.
pub const EXPECTED: &str = "a locator: char=START,END or line=START,END in a text (RFC 5147), row=N in a CSV file, page=N or page=N&char=START,END in a PDF, t=START,END in a recording, or :~:text=… in a web page";

impl Locator {
    /// Reads a locator; nothing if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Locator> {
        if let Some(fragment) = text.strip_prefix(":~:text=") {
            return TextFragment::parse(fragment).map(Locator::Fragment);
        }
        let (scheme, rest) = text.split_once('=')?;
        // an integrity check behind a semicolon (RFC 5147) is not looked at
        let place = rest.split(';').next()?;
        match scheme {
            "row" => place.parse().ok().map(Locator::Row),
            "page" => {
                let (page, within) = match place.split_once("&char=") {
                    Some((page, within)) => (page, Some(start_and_end(within)?)),
                    None => (place, None),
                };
                let page = page.parse().ok().filter(|page| *page > 0)?;
                Some(match within {
                    Some((start, end)) => Locator::PageChars(page, start, end),
                    None => Locator::Page(page),
                })
            }
            "char" => start_and_end(place).map(|(start, end)| Locator::Chars(start, end)),
            "line" => start_and_end(place).map(|(start, end)| Locator::Lines(start, end)),
            "t" => is_time(place).then_some(Locator::Time),
            _ => None,
        }
    }

    /// Whether it says of a text where to look: a row of a table or a time does not, nor a page where
    /// the text has none.
    #[must_use]
    pub fn leads_into(&self, text: &str) -> bool {
        match self {
            Locator::Row(_) | Locator::Time => false,
            Locator::Page(_) | Locator::PageChars(..) => text.contains(PAGE_END),
            _ => true,
        }
    }

    /// The bytes of the text that it leads to; nothing if it does not lead into this text.
    #[must_use]
    pub fn resolve(&self, text: &str) -> Option<Range<usize>> {
        let range = match self {
            Locator::Chars(start, end) => chars_of(text, *start, *end)?,
            Locator::Page(page) => page_of(text, *page)?,
            Locator::PageChars(page, start, end) => {
                let page = page_of(text, *page)?;
                let within = chars_of(&text[page.clone()], *start, *end)?;
                page.start + within.start..page.start + within.end
            }
            Locator::Fragment(fragment) => fragment.find(text)?,
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
            Locator::Row(_) | Locator::Time => return None,
        };
        (range.start < range.end).then_some(range)
    }
}

/// What ends a page of a text.
const PAGE_END: char = '\u{c}';

/// The pages of a text that has pages.
#[must_use]
pub fn pages(text: &str) -> Vec<Range<usize>> {
    let mut begin = 0;
    let page = |page: &str| {
        let range = begin..begin + page.len();
        begin = range.end + PAGE_END.len_utf8();
        range
    };
    text.split(PAGE_END).map(page).collect()
}

fn page_of(text: &str, page: u64) -> Option<Range<usize>> {
    let n = usize::try_from(page).ok()?.checked_sub(1)?;
    pages(text).get(n).filter(|_| text.contains(PAGE_END)).cloned()
}

/// The numbers of `START,END`; either may be left out, and one alone is a place between two.
fn start_and_end(text: &str) -> Option<(usize, Option<usize>)> {
    let (start, end) = text.split_once(',').unwrap_or((text, text));
    let start = if start.is_empty() { 0 } else { start.parse().ok()? };
    let end = if end.is_empty() { None } else { Some(end.parse().ok()?) };
    end.is_none_or(|end| end >= start).then_some((start, end))
}

/// Whether a text is one or two times: seconds, or `hh:mm:ss`, with or without `npt:`.
fn is_time(text: &str) -> bool {
    let is_part = |part: &str| {
        let (whole, fraction) = part.split_once('.').unwrap_or((part, "0"));
        [whole, fraction].iter().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_one = |time: &str| !time.is_empty() && time.split(':').all(is_part);
    let seconds = |time: &str| {
        let parts = time.split(':').map(|part| part.parse::<f64>().unwrap_or_default());
        parts.fold(0.0, |all, part| all * 60.0 + part)
    };
    let text = text.strip_prefix("npt:").unwrap_or(text);
    match text.split_once(',') {
        Some(("", end)) => is_one(end),
        Some((start, end)) => is_one(start) && is_one(end) && seconds(start) < seconds(end),
        None => is_one(text),
    }
}

fn chars_of(text: &str, start: usize, end: Option<usize>) -> Option<Range<usize>> {
    let start = byte_of(text, start)?;
    let end = end.map_or(Some(text.len()), |end| byte_of(text, end))?;
    Some(start..end)
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
    fn a_locator_leads_to_pages_and_fragments() {
        let text = "One. Two.\u{c}Three, four. Five.";
        let passage = |locator: &str| {
            Locator::parse(locator).and_then(|l| l.resolve(text)).map(|range| &text[range])
        };
        assert_eq!(passage("page=2"), Some("Three, four. Five."));
        assert_eq!(passage("page=2&char=7,11"), Some("four"));
        assert_eq!(passage("page=3"), None);
        assert_eq!(passage("page=2&char=7,99"), None);
        assert_eq!(passage(":~:text=Three%2C%20four"), Some("Three, four"));
        assert_eq!(passage(":~:text=One.-,two,three,-four"), Some("Two.\u{c}Three"));
        assert_eq!(passage(":~:text=six"), None);
        assert_eq!(passage(":~:text=four.-,Five"), Some("Five"));
        assert_eq!(passage(":~:text=One.-,Five"), None);
        assert_eq!(passage(":~:text=Three,-Five"), None);
        for none in [
            "page=0",
            "page=2&char=9,3",
            ":~:text=",
            ":~:text=a,b,c",
            "t=",
            "t=a",
            "t=1,",
            "t=1,2,3",
            "t=20,10",
        ] {
            assert_eq!(Locator::parse(none), None, "{none}");
        }
        for time in ["t=10", "t=10,20.5", "t=,20", "t=npt:0:02:00,0:02:10"] {
            assert_eq!(Locator::parse(time), Some(Locator::Time), "{time}");
        }
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
