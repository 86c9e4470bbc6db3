//! The names of months and weekdays, in English and in the languages that a mapping names.

use std::str::FromStr;
use std::sync::Arc;

use pure_rust_locales::{Locale, locale_match};

use crate::value::text::fold;

/// The months in English, in lower case.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The months as Roman numerals: 20.vii.2002.
const ROMAN: [&str; 12] =
    ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];

/// The weekdays in English, in lower case.
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Words that stand in written dates and say nothing: "3rd of March", "1er mars", "3 березня 2014 р."
const FILLERS: [&str; 25] = [
    "st", "nd", "rd", "th", "of", "the", "er", "eme", "le", "de", "del", "el", "di", "den", "der",
    "am", "e", "г", "года", "году", "р", "року", "yili", "r", "roku",
];

/// The names of months and weekdays in the languages that dates are written in; English always is
/// one.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct CalendarWords {
    /// A folded name, and which month it names (1 to 12).
    local: Arc<[(String, i8)]>,
    /// The folded names of weekdays.
    weekdays: Arc<[String]>,
}

/// A part of a date as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenPart {
    /// Digits: how many, and the number.
    Digits(usize, i16),
    /// The name of a month.
    Month(i8),
}

impl CalendarWords {
    /// The names in these languages, each written as `de` or `uk_UA`.
    ///
    /// # Errors
    /// Why one of them is none that is known.
    pub fn of(languages: &[String]) -> Result<CalendarWords, String> {
        let (mut local, mut weekdays) = (Vec::new(), Vec::new());
        for language in languages {
            let locale = Locale::from_str(language)
                .or_else(|_| Locale::from_str(&format!("{language}_{}", language.to_uppercase())))
                .map_err(|_| {
                    format!(
                        "unknown locale \"{language}\": expected language_COUNTRY, such as uk_UA, \
                         or a language code that is also the country's code, such as de"
                    )
                })?;
            // many languages bend the name where a day stands before it
            let names = [
                Some(locale_match!(locale => LC_TIME::MON)),
                Some(locale_match!(locale => LC_TIME::ABMON)),
                locale_match!(locale => LC_TIME::ALT_MON),
                locale_match!(locale => LC_TIME::AB_ALT_MON),
            ];
            for months in names.into_iter().flatten() {
                local.extend((1..).zip(months).map(|(month, name)| (folded(name), month)));
            }
            let days =
                [locale_match!(locale => LC_TIME::DAY), locale_match!(locale => LC_TIME::ABDAY)];
            weekdays.extend(days.into_iter().flatten().map(|name| folded(name)));
        }
        Ok(CalendarWords { local: local.into(), weekdays: weekdays.into() })
    }

    /// The month that a word names: the whole name, or its first letters if no other month begins
    /// with them.
    #[must_use]
    pub fn month(&self, word: &str) -> Option<i8> {
        let word = folded(word);
        let english = (1..).zip(MONTHS).map(|(month, name)| (name, month));
        let names = || {
            english.clone().chain(self.local.iter().map(|(name, month)| (name.as_str(), *month)))
        };
        if let Some((_, month)) = names().find(|(name, _)| *name == word) {
            return Some(month);
        }
        if let Some(n) = ROMAN.iter().position(|month| *month == word) {
            return i8::try_from(n + 1).ok();
        }
        if word.chars().count() < 3 {
            return None;
        }
        let mut begun = names().filter(|(name, _)| name.starts_with(&word));
        let (_, first) = begun.next()?;
        begun.all(|(_, month)| month == first).then_some(first)
    }

    /// The parts of a date whose month is written out, in their order; punctuation, weekdays and
    /// words such as "of" are passed over. None if it has other words.
    #[must_use]
    pub fn parts(&self, text: &str) -> Option<Vec<WrittenPart>> {
        let is_letter = |c: char| c.is_alphabetic() || "'’ʼ".contains(c);
        let is_mark = |c: char| c.is_whitespace() || ".,-–/()º°ª\u{200e}\u{200f}".contains(c);
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let belongs: &dyn Fn(char) -> bool = if is_mark(first) {
                &is_mark
            } else if first.is_ascii_digit() {
                &|c: char| c.is_ascii_digit()
            } else if is_letter(first) {
                &|c: char| is_letter(c) && !is_mark(c)
            } else {
                return None;
            };
            let (token, behind) =
                rest.split_at(rest.find(|c: char| !belongs(c)).unwrap_or(rest.len()));
            rest = behind;
            if is_mark(first) {
                continue;
            }
            let two_words = || {
                let second = behind.strip_prefix(' ')?;
                let end = second.find(|c: char| !is_letter(c)).unwrap_or(second.len());
                let word = second.get(..end).filter(|word| !word.is_empty())?;
                let month = self.month(&format!("{token} {word}"))?;
                Some((month, &second[end..]))
            };
            if first.is_ascii_digit() {
                parts.push(WrittenPart::Digits(token.len(), token.parse().ok()?));
            } else if let Some((month, behind)) = two_words() {
                // تشرين الأول
                rest = behind;
                parts.push(WrittenPart::Month(month));
            } else if let Some(month) = self.month(token) {
                // some name a month twice: آذار/مارس
                if !parts.contains(&WrittenPart::Month(month)) {
                    parts.push(WrittenPart::Month(month));
                }
            } else if !self.is_passed_over(token) {
                return None;
            }
        }
        Some(parts)
    }

    fn is_passed_over(&self, word: &str) -> bool {
        let word = folded(word);
        let is_english = |day: &str| day == word || word.len() == 3 && day.starts_with(&word);
        FILLERS.contains(&word.as_str())
            || WEEKDAYS.iter().any(|day| is_english(day))
            || self.weekdays.contains(&word)
    }
}

fn folded(name: &str) -> String {
    fold(name.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_by_their_names_and_first_letters() {
        let names = CalendarWords::of(&["de", "fr", "uk_UA", "ar_SY"].map(str::to_owned)).unwrap();
        for (word, month) in [
            ("March", Some(3)),
            ("Sept.", Some(9)),
            ("dec", Some(12)),
            ("März", Some(3)),
            ("août", Some(8)),
            ("березня", Some(3)),
            ("березень", Some(3)),
            ("ma", None),
            ("ju", None),
            ("soon", None),
        ] {
            assert_eq!(names.month(word), month, "{word}");
        }
        let parts = |text| names.parts(text).unwrap_or_default();
        let (three, year) = (WrittenPart::Digits(1, 3), WrittenPart::Digits(4, 2014));
        assert_eq!(parts("3 août 2014"), [three, WrittenPart::Month(8), year]);
        assert_eq!(parts("Samstag, 3. Dez. 2014"), [three, WrittenPart::Month(12), year]);
        assert_eq!(parts("березень 2014 р."), [WrittenPart::Month(3), year]);
        assert_eq!(parts("3 تشرين الأول 2014"), [three, WrittenPart::Month(10), year]);
        assert_eq!(names.parts("soon, 3 August 2014"), None);
        assert!(CalendarWords::of(&["xx".into()]).is_err());
    }
}
