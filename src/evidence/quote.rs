//! Finding a quote in the text of its source, however it was typed: exactly, with typography folded,
//! or in pieces around an ellipsis.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// How a quote was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuoteStatus {
    /// To the letter.
    Exact,
    /// Apart from white space, case, accents and typography.
    Folded,
    /// In pieces, around an ellipsis or the words of an editor.
    Pieces,
    /// But for a few letters, as a scan or a hasty typist has it.
    Near,
    /// The text of the source is not stored.
    NotHeld,
    /// It was not looked for, or not found, and kept nevertheless.
    Unchecked,
}

impl QuoteStatus {
    /// Its name in databases and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            QuoteStatus::Exact => "exact",
            QuoteStatus::Folded => "folded",
            QuoteStatus::Pieces => "pieces",
            QuoteStatus::Near => "near",
            QuoteStatus::NotHeld => "not-held",
            QuoteStatus::Unchecked => "unchecked",
        }
    }
}

/// A place where a quote stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotePlace {
    /// The bytes of the text, from the first word of the quote to its last.
    pub range: Range<usize>,
    /// How it was found.
    pub status: QuoteStatus,
    /// What the text has between the pieces of the quote.
    pub omitted: Vec<String>,
    /// What an editor added in brackets, but for remarks such as `[sic]`: the text does not say it.
    pub added: Vec<String>,
}

/// What an editor says of the text and does not add to it.
const REMARKS: [&str; 6] = ["sic", "sic!", "...", "…", "emphasis added", "emphasis mine"];

/// How many characters may lie between two pieces of a quote.
const FARTHEST: usize = 2_000;

/// The places where a quote stands: those where it stands as it was typed, or else those that need
/// the least folding.
#[must_use]
pub fn places(text: &str, quote: &str) -> Vec<QuotePlace> {
    let quote = quote.trim();
    if !quote.contains(char::is_alphanumeric) {
        return Vec::new();
    }
    let at = |range: Range<usize>, status| {
        // half of a divided word may say the opposite
        let omitted = halves_left_out(text, &range);
        let status = if omitted.is_empty() { status } else { QuoteStatus::Pieces };
        QuotePlace { range, status, omitted, added: Vec::new() }
    };
    let exact = text.match_indices(quote).map(|(i, found)| i..i + found.len());
    let exact: Vec<QuotePlace> = exact
        .filter(|range| !cuts(text, range))
        .map(|range| at(range, QuoteStatus::Exact))
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    // "[T]he" is "The"
    // and a quote may stand in marks of its own
    let bare = quote.trim_matches(['"', '“', '”', '„', '«', '»', '‘', '’', '\'']);
    let written = [quote.to_owned(), quote.replace(['[', ']'], ""), bare.to_owned()];
    let typed: Vec<FoldedText> = Hyphens::ALL
        .into_iter()
        .flat_map(|hyphens| written.iter().map(move |quote| FoldedText::of(quote, hyphens)))
        .collect();
    for hyphens in Hyphens::ALL {
        let folded = FoldedText::of(text, hyphens);
        let found = typed.iter().map(|quote| folded.find(quote)).find(|found| !found.is_empty());
        let of_text = |range: Range<usize>| folded.bytes(&range);
        let whole: Vec<Range<usize>> =
            found.into_iter().flatten().map(of_text).filter(|range| !cuts(text, range)).collect();
        if !whole.is_empty() {
            return whole.into_iter().map(|range| at(range, QuoteStatus::Folded)).collect();
        }
    }
    let mut found: Vec<QuotePlace> = Vec::new();
    for place in Hyphens::ALL.into_iter().flat_map(|hyphens| in_pieces(text, quote, hyphens)) {
        // of two that end together, the shorter
        match found.iter_mut().find(|other| other.range.end == place.range.end) {
            Some(other) if other.range.start < place.range.start => *other = place,
            Some(_) => {}
            None => found.push(place),
        }
    }
    found
}

/// Whether a passage begins or ends within a word or a figure: a part of either says something else.
pub(super) fn cuts(text: &str, range: &Range<usize>) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let is_mark = |c: Option<char>| matches!(c, Some('.' | ','));
    let is_sign = |c: Option<char>| c.is_some_and(is_dash);
    let (before, passage, behind) =
        (&text[..range.start], &text[range.clone()], &text[range.end..]);
    let (first, last) = (passage.chars().next(), passage.chars().next_back());
    let (mut back, mut ahead) = (before.chars().rev(), behind.chars());
    let (one, two) = (back.next(), back.next());
    let (next, after) = (ahead.next(), ahead.next());
    let begins_in_figure =
        is_digit(first) && (is_mark(one) && is_digit(two) || is_sign(one) && !is_word(two));
    let ends_in_figure = is_digit(last) && is_mark(next) && is_digit(after);
    is_word(one) && is_word(first)
        || is_word(next) && is_word(last)
        || begins_in_figure
        || ends_in_figure
}

/// The halves of words that a hyphen at the end of a line divides, if a passage begins or ends with the
/// other half: "un-" before "willing to speak".
pub(super) fn halves_left_out(text: &str, range: &Range<usize>) -> Vec<String> {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let (before, passage, behind) =
        (&text[..range.start], &text[range.clone()], &text[range.end..]);
    let mut halves = Vec::new();
    let above = before.trim_end();
    if is_letter(passage.chars().next())
        && before[above.len()..].contains('\n')
        && above.strip_suffix(is_dash).is_some_and(|word| is_letter(word.chars().next_back()))
    {
        halves.extend(above.split_whitespace().next_back().map(str::to_owned));
    }
    if is_letter(passage.chars().next_back())
        && let Some(rest) = behind.strip_prefix(is_dash)
        && let word = rest.trim_start()
        && rest[..rest.len() - word.len()].contains('\n')
        && is_letter(word.chars().next())
    {
        let end = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
        halves.push(format!("-{}", &word[..end]));
    }
    halves
}

/// What becomes of hyphens within words: at the end of a line they may divide a word, or belong to
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hyphens {
    /// Those at the end of a line go.
    Joined,
    /// All stay.
    Kept,
}

impl Hyphens {
    const ALL: [Hyphens; 2] = [Hyphens::Joined, Hyphens::Kept];
}

/// A text as quotes are compared with it, and where each of its characters comes from.
struct FoldedText {
    chars: Vec<char>,
    places: Vec<Range<usize>>,
}

impl FoldedText {
    /// Folds a text.
    fn of(text: &str, hyphens: Hyphens) -> FoldedText {
        let mut folded = FoldedText { chars: Vec::new(), places: Vec::new() };
        let mut rest = text.char_indices().peekable();
        while let Some((i, c)) = rest.next() {
            let place = i..i + c.len_utf8();
            if is_invisible(c) {
                continue;
            }
            if is_dash(c) {
                let behind = &text[place.end..];
                let line = behind.trim_start_matches([' ', '\t', '\r']);
                let is_divided = line.starts_with('\n')
                    && folded.chars.last().is_some_and(|last| last.is_alphabetic())
                    && line.trim_start().starts_with(char::is_alphabetic);
                if is_divided {
                    while rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
                }
                if is_divided && hyphens == Hyphens::Joined {
                    continue;
                }
                let is_apart = folded.chars.last().is_none_or(|last| *last == ' ');
                if is_apart && behind.starts_with(|c: char| c.is_ascii_digit()) {
                    // the sign of a number
                    folded.push('-', place);
                    continue;
                }
                // a dash with blanks around it, or two hyphens, are a dash
                if folded.chars.last() == Some(&' ') {
                    folded.chars.pop();
                    folded.places.pop();
                }
                while rest.next_if(|(_, c)| is_dash(*c) || *c == ' ').is_some() {}
                if folded.chars.last() != Some(&'-') {
                    folded.push('-', place);
                }
                continue;
            }
            if c.is_whitespace() {
                if folded.chars.last().is_some_and(|last| !matches!(last, ' ' | '-')) {
                    folded.push(' ', place);
                }
                continue;
            }
            if is_raised(c) {
                folded.push(c, place);
                continue;
            }
            for plain in std::iter::once(plain(c)).nfkd().flat_map(char::to_lowercase) {
                let is_accent =
                    is_accent(plain) && folded.chars.last().is_some_and(char::is_ascii_alphabetic);
                if !is_accent {
                    folded.push(plain, place.clone());
                }
            }
        }
        if folded.chars.last() == Some(&' ') {
            folded.chars.pop();
            folded.places.pop();
        }
        folded
    }

    fn push(&mut self, c: char, place: Range<usize>) {
        self.chars.push(c);
        self.places.push(place);
    }

    /// The ranges, in characters, where another text occurs in it as whole words.
    fn find(&self, wanted: &FoldedText) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(range) = self.find_from(wanted, from) {
            from = range.end;
            found.push(range);
        }
        found
    }

    fn find_from(&self, wanted: &FoldedText, from: usize) -> Option<Range<usize>> {
        let (chars, wanted) = (&self.chars, wanted.chars.as_slice());
        let first = *wanted.first()?;
        let last = chars.len().checked_sub(wanted.len())?;
        let is_word = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
        let cuts = |at: usize| at > 0 && is_word(at - 1) && is_word(at) || self.cuts_figure(at);
        (from..=last)
            .filter(|start| chars[*start] == first)
            .map(|start| start..start + wanted.len())
            .find(|range| chars[range.clone()] == *wanted && !cuts(range.start) && !cuts(range.end))
    }

    /// Whether a place lies within a figure: `9|,500`, `1.|5`, `−|5`.
    fn cuts_figure(&self, at: usize) -> bool {
        let c = |at: Option<usize>| at.and_then(|at| self.chars.get(at)).copied().unwrap_or(' ');
        let is_digit = |at: Option<usize>| c(at).is_ascii_digit();
        let (one, two) = (at.checked_sub(1), at.checked_sub(2));
        let is_mark = |at: Option<usize>| matches!(c(at), '.' | ',');
        let is_behind = is_mark(one) && is_digit(two) && is_digit(Some(at));
        let is_before = is_mark(Some(at)) && is_digit(one) && is_digit(Some(at + 1));
        let is_signed = c(one) == '-' && is_digit(Some(at)) && !c(two).is_alphanumeric();
        is_behind || is_before || is_signed
    }

    /// The bytes of the text that some of its characters come from.
    fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        self.places[range.start].start..self.places[range.end - 1].end
    }
}

/// A text as quotes are compared with it, without the hyphens that divide words.
pub(super) fn folded(text: &str) -> String {
    FoldedText::of(text, Hyphens::Joined).chars.into_iter().collect()
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// A raised or lowered digit: the mark of a footnote or a power, and no part of the number before it.
fn is_raised(c: char) -> bool {
    matches!(c, '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}'..='\u{209c}')
}

/// The accent of a Latin letter, which keyboards lack and transliterations differ in.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// An apostrophe or quotation mark of whatever kind as one: within a quotation, those of another are
/// typed otherwise.
fn plain(c: char) -> char {
    match c {
        '\u{2018}'..='\u{201f}'
        | '\u{2032}'
        | '\u{2033}'
        | '\u{02bc}'
        | '\u{02bb}'
        | '`'
        | '\u{b4}'
        | '\u{ab}'
        | '\u{bb}'
        | '"' => '\'',
        other => other,
    }
}

/// The places of a quote whose pieces stand in the text one behind the other.
fn in_pieces(text: &str, quote: &str, hyphens: Hyphens) -> Vec<QuotePlace> {
    let pieces = pieces(quote);
    if pieces.len() < 2 && pieces.first().is_none_or(|piece| piece.len() == quote.len()) {
        return Vec::new();
    }
    let whole = FoldedText::of(text, hyphens);
    let pieces: Vec<FoldedText> =
        pieces.iter().map(|piece| FoldedText::of(piece, hyphens)).collect();
    let Some((first, others)) = pieces.split_first() else { return Vec::new() };
    let mut found: Vec<QuotePlace> = Vec::new();
    for begin in whole.find(first) {
        let mut end = begin.end;
        let mut omitted = Vec::new();
        let is_whole = others.iter().all(|piece| {
            let next = whole.find_from(piece, end).filter(|next| next.start - end <= FARTHEST);
            next.is_some_and(|next| {
                if next.start > end {
                    let gap = text[whole.bytes(&(end..next.start))].trim();
                    omitted.push(gap.split_whitespace().collect::<Vec<_>>().join(" "));
                }
                end = next.end;
                true
            })
        });
        if is_whole {
            omitted.retain(|gap| !gap.is_empty());
            let range = whole.bytes(&(begin.start..end));
            let added = added(quote);
            found.push(QuotePlace { range, status: QuoteStatus::Pieces, omitted, added });
        }
    }
    found
}

/// The bracketed words of a quote that say something.
fn added(quote: &str) -> Vec<String> {
    let brackets = quote.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    brackets
        .map(|(inside, _)| inside.trim())
        .filter(|inside| !REMARKS.contains(&inside.to_lowercase().as_str()))
        .map(|inside| format!("[{inside}]"))
        .collect()
}

/// The pieces of a quote around its ellipses and what an editor put into brackets.
fn pieces(quote: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut begin, mut at) = (0, 0);
    let gap = |rest: &str| -> Option<usize> {
        for ellipsis in ["(...)", "(…)", "...", "…", ". . ."] {
            if let Some(behind) = rest.strip_prefix(ellipsis) {
                // the full stop of the sentence may follow
                return Some(rest.len() - behind.trim_start_matches('.').len());
            }
        }
        rest.strip_prefix('[').and_then(|inside| inside.find(']')).map(|end| end + 2)
    };
    while at < quote.len() {
        match gap(&quote[at..]) {
            Some(length) => {
                pieces.push(&quote[begin..at]);
                at += length;
                begin = at;
            }
            None => at += quote[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    pieces.push(&quote[begin..]);
    let words = |piece: &str| piece.contains(char::is_alphanumeric);
    let ends = |c: char| c.is_whitespace() || ",;:".contains(c);
    pieces.into_iter().map(|piece| piece.trim_matches(ends)).filter(|piece| words(piece)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The mayor’s office said on Monday that at least 17 people – among them \
        five children – were killed in Qarra.\nNobody claimed responsi-\nbility. “We did not attack \
        the well-\nknown market,” the colonel said; the café   was hit by chance. Twenty-two were \
        wounded.";

    fn status(quote: &str) -> Option<QuoteStatus> {
        places(TEXT, quote).first().map(|place| place.status)
    }

    #[test]
    fn a_quote_is_found_however_it_was_typed() {
        for (quote, wanted) in [
            ("at least 17 people", QuoteStatus::Exact),
            ("The mayor's office said", QuoteStatus::Folded),
            ("the mayor’s office SAID on monday", QuoteStatus::Folded),
            ("people - among them five children - were killed", QuoteStatus::Folded),
            ("people -- among them five children -- were killed", QuoteStatus::Folded),
            ("people—among them five children—were killed", QuoteStatus::Folded),
            ("Nobody claimed responsibility.", QuoteStatus::Folded),
            ("\"We did not attack the well-known market,\"", QuoteStatus::Folded),
            ("„We did not attack", QuoteStatus::Folded),
            ("killed in Qarra. Nobody claimed", QuoteStatus::Folded),
            ("the cafe\u{301} was hit by chance", QuoteStatus::Folded),
            ("the cafe was hit by chance", QuoteStatus::Folded),
            ("were killed in Qárra", QuoteStatus::Folded),
            ("at\u{a0}least 17 peo\u{ad}ple", QuoteStatus::Folded),
            ("[t]he colonel said", QuoteStatus::Folded),
            ("“at least 17 people”", QuoteStatus::Folded),
            ("at least 17 people … were killed", QuoteStatus::Pieces),
            ("at least 17 people ... were killed in Qarra", QuoteStatus::Pieces),
            ("at least 17 people [...] were killed", QuoteStatus::Pieces),
            ("at least 17 people (…) were killed", QuoteStatus::Pieces),
            ("… 17 people … killed …", QuoteStatus::Pieces),
            ("[They] did not attack the well-known market", QuoteStatus::Pieces),
            ("Nobody [sic] claimed responsibility", QuoteStatus::Pieces),
        ] {
            assert_eq!(status(quote), Some(wanted), "{quote}");
        }
    }

    #[test]
    fn what_the_text_does_not_say_is_not_found() {
        for quote in [
            "at least 18 people",
            "at most 17 people",
            "at least 7 people",
            "We did attack the well-known market",
            "We attack the well-known market",
            "five children were wounded",
            "Nobody denied responsibility",
            "the mayor said on Monday",
            "were killed … at least 17 people",
            "7 people",
            "17 people … were killed … in Basra",
            "ill",
            "…",
            "",
        ] {
            assert_eq!(status(quote), None, "{quote}");
        }
    }

    #[test]
    fn a_part_of_a_figure_is_another_figure() {
        let text =
            "Over 9,500 died, a loss of 1.5 million; it fell by −5 percent. 17³ re-sign “a ‘b’ c”.";
        for quote in ["500 died", "9", "5 million", "5 percent", "173 re-sign", "17 resign"] {
            assert!(places(text, quote).is_empty(), "{quote}");
        }
        for quote in ["9,500 died", "1.5 million", "−5 percent", "-5 percent", "'a \"b\" c'"] {
            assert!(!places(text, quote).is_empty(), "{quote}");
        }
    }

    #[test]
    fn pieces_that_stand_close_together_are_found_before_distant_ones() {
        let text = "The government fell. It was a union-led-\ngovernment, the paper says.";
        let place = places(text, "government, [sic] the paper says").remove(0);
        assert_eq!(&text[place.range], "government, the paper says");
    }

    #[test]
    fn what_an_ellipsis_leaves_out_is_told() {
        let place = places(TEXT, "“We did … attack the").remove(0);
        assert_eq!((place.status, place.omitted), (QuoteStatus::Pieces, vec!["not".to_owned()]));
        assert_eq!(&TEXT[place.range], "“We did not attack the");
    }

    #[test]
    fn half_of_a_divided_word_is_told() {
        for (quote, half) in [
            ("bility", "responsi-"),
            ("known market,” the colonel said", "well-"),
            ("Nobody claimed responsi", "-bility"),
        ] {
            let place = places(TEXT, quote).remove(0);
            assert_eq!((place.status, place.omitted), (QuoteStatus::Pieces, vec![half.to_owned()]));
        }
    }

    #[test]
    fn what_an_editor_added_is_told() {
        let added = |quote: &str| places(TEXT, quote).remove(0).added;
        assert_eq!(added("[Not] at least 17 people"), ["[Not]"]);
        assert_eq!(added("said on Monday [3 March] that at least"), ["[3 March]"]);
        assert!(added("Nobody [sic] claimed responsibility").is_empty());
        assert!(added("at least 17 people [...] were killed").is_empty());
    }
}
