//! The names of months, in English and in the languages that a mapping names.

use std::str::FromStr;

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

/// The names of the months in the languages that dates are written in; English always is one.
#[derive(Debug, Default)]
pub struct MonthNames {
    /// A folded name, and which month it names (1 to 12).
    local: Vec<(String, i8)>,
}

impl MonthNames {
    /// The names in these languages, each written as `de` or `uk_UA`.
    ///
    /// # Errors
    /// Why one of them is none that is known.
    pub fn of(languages: &[String]) -> Result<MonthNames, String> {
        let mut local = Vec::new();
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
        }
        Ok(MonthNames { local })
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
        if word.chars().count() < 3 {
            return None;
        }
        let mut begun = names().filter(|(name, _)| name.starts_with(&word));
        let (_, first) = begun.next()?;
        begun.all(|(_, month)| month == first).then_some(first)
    }

    /// The text with the first word that names a month written in full and in English.
    #[must_use]
    pub fn in_english(&self, text: &str) -> Option<String> {
        let mut start = 0;
        while let Some(offset) = text[start..].find(char::is_alphabetic) {
            let first = start + offset;
            let length = text[first..]
                .find(|c: char| !c.is_alphabetic() && c != '\'' && c != '’')
                .unwrap_or(text.len() - first);
            let end = first + length;
            if let Some(month) = self.month(&text[first..end]) {
                let name = MONTHS[usize::try_from(month - 1).ok()?];
                let rest = &text[end..];
                return Some(format!(
                    "{}{name}{}",
                    &text[..first],
                    rest.strip_prefix('.').unwrap_or(rest)
                ));
            }
            start = end;
        }
        None
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
        let names = MonthNames::of(&["de".into(), "fr".into(), "uk_UA".into()]).unwrap();
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
        assert_eq!(names.in_english("3 août 2014").as_deref(), Some("3 august 2014"));
        assert_eq!(names.in_english("Sat, 3 Dec. 2014").as_deref(), Some("Sat, 3 december 2014"));
        assert!(MonthNames::of(&["xx".into()]).is_err());
    }
}
