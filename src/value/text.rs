//! Text as people write and read it: names compared without case and accents, control characters
//! made visible.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What stands between several names in one cell, of a row on its way in or of an answer.
pub const BETWEEN_NAMES: &str = "; ";

/// Folds a name for comparison: removes case, accents and repeated white space.
#[must_use]
pub fn fold(name: &str) -> String {
    if name.is_ascii()
        && !name.contains("  ")
        && name.trim().len() == name.len()
        && !name.contains(['`', '\t', '\n', '\r', '\x0b', '\x0c'])
    {
        return name.to_ascii_lowercase();
    }
    let mut plain = String::with_capacity(name.len());
    let lower = name.to_lowercase();
    // as an apostrophe it has no decomposition
    let letters = lower.chars().map(|c| if c == '\u{b4}' { '\'' } else { c });
    for c in letters.nfkd().filter(|c| !is_combining_mark(*c) && !is_zero_width(*c)) {
        match plain_letters(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    let folded = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.is_empty() { name.to_owned() } else { folded }
}

/// Folds the name of an actor or a place: an article, `&` for `and` and `St.` for `Saint` make no
/// other name.
#[must_use]
pub fn fold_name(name: &str) -> String {
    let folded = fold(name);
    let bare = folded.strip_prefix("the ").unwrap_or(&folded);
    let bare = [", the", " (the)"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare);
    if bare.is_empty() || !bare.contains(['&', '.', ' ']) {
        return bare.to_owned();
    }
    let word = |word: &str| match word {
        "&" => "and".to_owned(),
        "st" | "st." => "saint".to_owned(),
        word => word.to_owned(),
    };
    bare.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The text with the digits and decimal signs of other scripts as those of ours: `١٢٣` is `123`.
#[must_use]
pub fn western_digits(text: &str) -> Cow<'_, str> {
    // the zeros of Arabic, Persian, Hindi, Bengali, Thai, Burmese, Khmer and of full width
    const ZEROS: [char; 8] = ['٠', '۰', '०', '০', '๐', '၀', '០', '０'];
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let western = |c: char| match c {
        '٫' => '.',
        '٬' => ',',
        other => ZEROS
            .iter()
            .find_map(|zero| {
                let digit = u32::from(other).checked_sub(u32::from(*zero))?;
                char::from_digit(digit, 10)
            })
            .unwrap_or(other),
    };
    Cow::Owned(text.chars().map(western).collect())
}

/// A number without the mark of a footnote behind it, such as `*`, `²` or `[a]`, or a remark in brackets, and
/// the mark or remark.
#[must_use]
pub fn without_footnote(text: &str) -> (&str, &str) {
    if let Some(bracket) = text.rfind('(').filter(|at| *at > 0 && text.ends_with(')'))
        && text[bracket..].contains(char::is_alphabetic)
    {
        let (bare, remark) = text.split_at(bracket);
        return (bare.trim_end(), remark);
    }
    let begin = match text.rfind('[') {
        Some(bracket) if bracket > 0 && text.ends_with(']') && text.len() - bracket < 6 => bracket,
        _ => text.trim_end_matches(['*', '†', '‡', '§', '¹', '²', '³', '⁴']).len(),
    };
    let (bare, mark) = text.split_at(begin);
    (bare.trim_end(), mark)
}

/// Whether a character takes no room and says nothing.
fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// What a letter or apostrophe without a decomposition is typed as on a plain keyboard.
fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{02b9}' | '\u{02bb}'
        | '\u{02bc}' | '\u{02bd}' | '\u{02be}' | '\u{02bf}' | '\u{02c8}' | '\u{a78b}'
        | '\u{a78c}' | '`' | '\u{0092}' => "'",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ß' => "ss",
        'þ' => "th",
        'æ' => "ae",
        'œ' => "oe",
        'ı' => "i",
        _ => return None,
    })
}

/// The folded texts that an index which folds less may have for a folded one: `lodz` and `łodz`.
/// Of a long text with many such letters only the first of them.
#[must_use]
pub fn less_folded(folded: &str) -> Vec<String> {
    const MOST: usize = 128;
    const LETTERS: [(&str, &[&str]); 10] = [
        ("ss", &["ß"]),
        ("th", &["þ"]),
        ("ae", &["æ"]),
        ("oe", &["œ"]),
        ("l", &["ł"]),
        ("o", &["ø"]),
        ("d", &["đ", "ð"]),
        ("h", &["ħ"]),
        ("i", &["ı"]),
        ("'", &["\u{2bf}", "\u{2be}"]),
    ];
    let mut texts = vec![String::new()];
    let mut rest = folded;
    while let Some(c) = rest.chars().next() {
        let pair = LETTERS.iter().find(|(plain, _)| rest.starts_with(plain));
        let plain = pair.map_or(&rest[..c.len_utf8()], |(plain, _)| plain);
        let others = pair.map_or(&[][..], |(_, others)| others);
        if texts.len() * (others.len() + 1) <= MOST {
            let more: Vec<String> = texts
                .iter()
                .flat_map(|text| others.iter().map(move |other| format!("{text}{other}")))
                .collect();
            texts.iter_mut().for_each(|text| text.push_str(plain));
            texts.extend(more);
        } else {
            texts.iter_mut().for_each(|text| text.push_str(plain));
        }
        rest = &rest[plain.len()..];
    }
    texts
}

/// Whether a text looks like a pattern of `?` and `*`.
#[must_use]
pub fn looks_like(text: &str, pattern: &str) -> bool {
    fn from(text: &[char], pattern: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => {
                from(text, &pattern[1..]) || (!text.is_empty() && from(&text[1..], pattern))
            }
            (Some('?'), Some(_)) => from(&text[1..], &pattern[1..]),
            (Some(wanted), Some(found)) => wanted == found && from(&text[1..], &pattern[1..]),
            _ => false,
        }
    }
    from(&text.chars().collect::<Vec<_>>(), &pattern.chars().collect::<Vec<_>>())
}

/// Text for a terminal: control and direction-changing characters are shown, not obeyed.
///
/// C0 and DEL become their pictures (`␛`), C1 and the bidirectional controls their code
/// (`\u{202e}`); joiners stay, since Persian, Arabic and emoji need them.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match u32::from(c) {
            code @ 0..=0x1f => shown.push(char::from_u32(0x2400 + code).unwrap_or('␀')),
            0x7f => shown.push('␡'),
            code if is_unsafe(c) => {
                let _ = write!(shown, "\\u{{{code:x}}}");
            }
            _ => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Whether a terminal would obey a character instead of showing it.
#[must_use]
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}')
}

/// A value as a message shows it: in quotes, control characters visible, at most 60 characters.
#[must_use]
pub fn quoted(text: &str) -> String {
    let length = text.chars().count();
    if length <= 60 {
        return format!("\"{}\"", visible(text));
    }
    let head: String = text.chars().take(60).collect();
    format!("\"{}…\" ({} characters)", visible(&head), grouped(&length.to_string()))
}

/// A number with separators between its thousands: `9,500`, `-1,234.5`.
#[must_use]
pub fn grouped(number: &str) -> String {
    let digits = number.trim_start_matches('-');
    let whole = digits.split(['.', 'e']).next().unwrap_or(digits);
    if number.contains('e') || whole.len() < 4 {
        return number.to_owned();
    }
    let mut shown = String::with_capacity(number.len() + whole.len() / 3);
    shown.push_str(&number[..number.len() - digits.len()]);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(c);
    }
    shown.push_str(&digits[whole.len()..]);
    shown
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `1 row`, `2 rows`, `1,240 rows`.
#[must_use]
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(&n.to_string()), if n == 1 { one } else { many })
}

/// Adds a text to JSON, in quotes, as `serde_json` writes it.
pub fn quote(json: &mut String, text: &str) {
    let is_plain = |b: &u8| *b >= b' ' && *b != b'"' && *b != b'\\';
    json.push('"');
    // a count has no early exit, so that the compiler can check many bytes at once
    if text.as_bytes().iter().filter(|b| !is_plain(b)).count() == 0 {
        json.push_str(text);
    } else {
        let mut rest = text;
        while let Some(plain) = rest.bytes().position(|b| !is_plain(&b)) {
            json.push_str(&rest[..plain]);
            let sign = rest.as_bytes()[plain];
            match sign {
                b'"' => json.push_str("\\\""),
                b'\\' => json.push_str("\\\\"),
                b'\n' => json.push_str("\\n"),
                b'\r' => json.push_str("\\r"),
                b'\t' => json.push_str("\\t"),
                8 => json.push_str("\\b"),
                12 => json.push_str("\\f"),
                _ => {
                    let _ = write!(json, "\\u{sign:04x}");
                }
            }
            rest = &rest[plain + 1..];
        }
        json.push_str(rest);
    }
    json.push('"');
}

/// A text as the name of a value in an object of JSON: `"name":`.
#[must_use]
pub fn json_name(name: &str) -> String {
    let mut json = String::with_capacity(name.len() + 3);
    quote(&mut json, name);
    json.push(':');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_text_may_be_folded_less() {
        let lodz = less_folded("lodz");
        assert!(["lodz", "łodz", "løđz"].iter().all(|text| lodz.contains(&(*text).to_owned())));
        assert_eq!(lodz.len(), 12);
        assert!(less_folded("giessen").contains(&"gießen".to_owned()));
        assert!(less_folded("hollow hill of the old lighthouse").len() <= 128);
    }

    #[test]
    fn an_article_a_saint_and_an_ampersand_make_no_other_name() {
        for (one, other) in [
            ("The Gambia", "Gambia, The"),
            ("the Soviet Union", "Soviet Union"),
            ("St. Kitts & Nevis", "Saint Kitts and Nevis"),
            ("St Lucia", "Saint Lucia"),
            ("Cote d\u{b4}Ivoire", "Côte d’Ivoire"),
            ("Mali\u{200b}", "\u{feff}mali"),
            ("Niger (the)", "NIGER"),
        ] {
            assert_eq!(fold_name(one), fold_name(other), "{one}");
        }
        assert_ne!(fold_name("St"), fold_name("Saint Lucia"));
        assert_ne!(fold_name("Theba"), fold_name("ba"));
    }

    #[test]
    fn spellings_of_one_name_fold_to_one() {
        assert_eq!(fold("  Türkiye "), fold("turkiye"));
        assert_eq!(fold("São  Tomé"), "sao tome");
        assert_ne!(fold("Iraq"), fold("Iran"));
    }

    #[test]
    fn digits_of_other_scripts_are_digits() {
        assert_eq!(western_digits("١٢٣ / ۴۵۶ / ०９"), "123 / 456 / 09");
        assert_eq!(western_digits("١٬٢٣٤٫٥"), "1,234.5");
        assert_eq!(western_digits("Größe 7²"), "Größe 7²");
    }

    #[test]
    fn terminals_never_see_a_control_character() {
        assert_eq!(visible("\u{1b}]0;pwn\u{7}"), "␛]0;pwn␇");
        assert_eq!(visible("a\u{202e}b\u{9b}"), "a\\u{202e}b\\u{9b}");
        assert_eq!(visible("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }

    #[test]
    fn texts_are_quoted_as_serde_quotes_them() {
        let all: String = (0..300).filter_map(char::from_u32).collect();
        for text in ["", "plain", "a \"b\" \\ c", "\u{7f}é\n", &all] {
            let mut json = String::new();
            quote(&mut json, text);
            assert_eq!(json, serde_json::json!(text).to_string());
        }
    }

    #[test]
    fn thousands_are_grouped() {
        for (plain, shown) in [
            ("9500", "9,500"),
            ("-1234.5", "-1,234.5"),
            ("100", "100"),
            ("16000000", "16,000,000"),
            ("1e300", "1e300"),
        ] {
            assert_eq!(grouped(plain), shown);
        }
    }
}
