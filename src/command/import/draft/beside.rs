//! What the lines above and below a table say of all of it: the unit of its figures, the time that it
//! is of, and what a sign in its cells means.

use crate::command::import::draft::date_reading::{CENTURY, LANGUAGES, calendar_of};
use crate::command::import::draft::date_words::in_words;
use crate::command::import::draft::sample::{is_year, only_year};
use crate::value::calendar_words::CalendarWords;
use crate::value::date_formats::DateStyle;

/// How many times one a figure is meant.
const SCALES: [&str; 32] = [
    "000",
    "000s",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "billions",
    "mn",
    "mln",
    "mio",
    "bn",
    "tsd",
    "tausend",
    "millionen",
    "milliarden",
    "milliers",
    "milliards",
    "miles",
    "millones",
    "milhoes",
    "тыс",
    "тысяч",
    "млн",
    "млрд",
    "тис",
    "bin",
    "milyon",
    "milyar",
    "مليون",
    "ألف",
    "مليار",
];

/// What else is a unit.
const UNITS: [&str; 27] = [
    "usd",
    "us",
    "eur",
    "gbp",
    "chf",
    "dollar",
    "dollars",
    "euro",
    "euros",
    "dolares",
    "dolari",
    "dolar",
    "руб",
    "грн",
    "percent",
    "tiv",
    "tonnes",
    "tons",
    "ha",
    "km",
    "km2",
    "gdp",
    "pib",
    "persons",
    "personnes",
    "чел",
    "osob",
];

/// The unit that a title or the name of a column states: in brackets, or as "in thousands of …".
#[must_use]
pub fn unit_in(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(begin) = rest.find(['(', '[']) {
        let end = rest[begin..].find([')', ']'])? + begin;
        let inside = rest[begin + 1..end].trim();
        let is_unit = words(inside).iter().any(|word| is_word_of_unit(word));
        if inside.len() < 40 && (is_unit || inside.contains(['%', '$', '€', '£'])) {
            return Some(inside.to_owned());
        }
        rest = &rest[end + 1..];
    }
    // "Exports, in thousands of US$, 2023"
    let parts: Vec<&str> = text.split_whitespace().collect();
    let begin = (1..parts.len()).find(|n| {
        // "in constant US$ m."
        let is_price =
            |word: &&str| ["constant", "current", "real"].contains(&word.to_lowercase().as_str());
        let is_told = |part: &&str| words(part).iter().any(|word| is_word_of_unit(word));
        let is_scale = words(parts[*n]).iter().any(|word| SCALES.contains(&word.as_str()))
            || is_price(&parts[*n]) && parts[*n..].iter().take(4).any(is_told);
        ["in", "en", "em", "в", "у"].contains(&parts[n - 1].to_lowercase().as_str()) && is_scale
    })?;
    let mut unit = Vec::new();
    for part in parts[begin..].iter().take(5) {
        let is_year = part.chars().filter(char::is_ascii_digit).count() == 4;
        if is_year && !part.starts_with('(') {
            break;
        }
        // a full stop may be that of "Tsd."
        let is_short = words(part).iter().any(|word| SCALES.contains(&word.as_str()));
        let ends: &[char] = if is_short { &[',', ';', ':'] } else { &[',', ';', ':', '.'] };
        unit.push(part.trim_end_matches(ends));
        if part.ends_with(ends) {
            break;
        }
    }
    Some(unit.join(" "))
}

fn is_word_of_unit(word: &str) -> bool {
    SCALES.contains(&word) || UNITS.contains(&word)
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(crate::value::text::fold).collect()
}

/// The years from which to which a line says that something is, in EDTF: "2015-19", "2014 to 2019".
#[must_use]
pub fn years_in(line: &str) -> Option<String> {
    let numbers: Vec<(usize, &str)> = line
        .match_indices(|c: char| c.is_ascii_digit())
        .map(|(at, _)| at)
        .filter(|at| !line[..*at].ends_with(|c: char| c.is_ascii_digit()))
        .map(|at| {
            let rest = &line[at..];
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            (at, &rest[..end])
        })
        .collect();
    numbers.windows(2).find_map(|pair| {
        let [(at, first), (next, last)] = [pair[0], pair[1]];
        let between = line[at + first.len()..next].trim();
        let is_range = ["-", "–", "—", "/", "to", "bis", "a", "à", "al"].contains(&between);
        let whole = match last.len() {
            2 if first.len() == 4 => format!("{}{last}", &first[..2]),
            _ => last.to_owned(),
        };
        let are_years = [first, whole.as_str()].iter().all(|year| is_year(year));
        (is_range && are_years && first < whole.as_str()).then(|| format!("{first}/{whole}"))
    })
}

/// The one day, month or stretch of months that a line states, in EDTF; none for a year alone.
#[must_use]
pub fn period_in(line: &str) -> Option<String> {
    only_year(std::iter::once(line))?;
    let parts: Vec<&str> = line
        .split_whitespace()
        .map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|part| !part.is_empty())
        .collect();
    let formats =
        ["%d %B %Y", "%B %d, %Y", "%B %Y", "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y"];
    let style = |calendar: CalendarWords, formats: &[&str]| DateStyle {
        formats: formats.iter().map(|format| (*format).to_owned()).collect(),
        century: Some(CENTURY),
        calendar,
        ..DateStyle::default()
    };
    // 03/04/2024 may be one of two days
    let is_either = |text: &str| {
        let read = |format: &str| style(CalendarWords::default(), &[format]).read(text);
        read("%d/%m/%Y").is_some_and(|day| read("%m/%d/%Y").is_some_and(|other| other != day))
    };
    let languages = std::iter::once(CalendarWords::default()).chain(LANGUAGES.map(calendar_of));
    for calendar in languages {
        let style = style(calendar, &formats);
        for length in (1..=parts.len().min(7)).rev() {
            for window in parts.windows(length) {
                let text = window.join(" ");
                let has_year = only_year(std::iter::once(text.as_str())).is_some();
                if !has_year || is_either(&text) {
                    continue;
                }
                if let Some(date) = in_words(&text, &style)
                    && date.len() >= 7
                    && date.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'/')
                {
                    return Some(date);
                }
            }
        }
    }
    None
}

/// Whether a line says that a sign means nought: "–  nil".
#[must_use]
pub fn says_nil(line: &str, sign: &str) -> bool {
    const NILS: [&str; 31] = [
        "yok",
        "yoktur",
        "немає",
        "нема",
        "отсутствуют",
        "отсутствует",
        "ninguna",
        "aucun",
        "aucune",
        "keiner",
        "nessuno",
        "wystąpiło",
        "wystąpił",
        "nil",
        "zero",
        "none",
        "nought",
        "null",
        "néant",
        "zéro",
        "нет",
        "cero",
        "nulo",
        "nichts",
        "kein",
        "keine",
        "rien",
        "ninguno",
        "nulla",
        "geen",
        "brak",
    ];
    let is_between = |c: char| c.is_whitespace() || "=:,;\"“”„‟‚’«»()".contains(c);
    let parts: Vec<&str> = line.split(is_between).filter(|part| !part.is_empty()).collect();
    let at = parts.iter().position(|part| *part == sign);
    let Some(rest) = at.and_then(|at| parts.get(at + 1..)) else { return false };
    // up to the next sign or the end of the sentence
    for (n, word) in rest.iter().take(6).enumerate() {
        let bare = word.trim_matches('.').to_lowercase();
        // "not available or zero" may be either, and so may "brak danych"
        let is_unknown = ["not", "or", "oder", "ou", "o", "или", "або", "lub", "n/a", "unknown"]
            .contains(&bare.as_str())
            && !(n == 0 && bare == "o");
        let next = rest.get(n + 1).map(|next| next.trim_matches('.').to_lowercase());
        let is_no_data = next.is_some_and(|next| {
            let what = [
                "data",
                "danych",
                "данных",
                "даних",
                "dato",
                "dati",
                "dados",
                "daten",
                "angabe",
                "angaben",
                "datos",
                "données",
                "gegevens",
                "uppgift",
                "veri",
                "information",
                "informations",
            ];
            what.contains(&next.as_str())
        });
        if is_unknown || is_no_data {
            return false;
        }
        if NILS.contains(&bare.as_str()) {
            return true;
        }
        if !word.contains(char::is_alphanumeric) || word.ends_with('.') {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_stands_in_brackets_or_behind_a_preposition() {
        for (text, unit) in [
            ("Exports by country (thousand US$), 2023", Some("thousand US$")),
            ("IDPs end-2021 ('000)", Some("'000")),
            (
                "Military expenditure, in millions of US dollars, 2010",
                Some("millions of US dollars"),
            ),
            ("Kosten (Mio. €)*", Some("Mio. €")),
            ("Share (%)", Some("%")),
            ("Spending in constant (2022) US$ m.", Some("constant (2022) US$ m")),
            ("Wert in Tsd. €, 2022", Some("Tsd. €")),
            ("Killed (confirmed)", None),
            ("Attacks in Thailand", None),
        ] {
            assert_eq!(unit_in(text).as_deref(), unit, "{text}");
        }
    }

    #[test]
    fn a_title_names_the_time_of_its_table() {
        for (line, period) in [
            ("As of 31/03/2024", Some("2024-03-31")),
            ("As of 03/04/2024", None),
            ("Incidents by type, January–June 2023", Some("2023-01/2023-06")),
            ("Situation in March 2021 (revised)", Some("2021-03")),
            ("Todesfälle im Mai 2020", Some("2020-05")),
            ("Yearbook 2023", None),
            ("2014 to 2019", None),
        ] {
            assert_eq!(period_in(line).as_deref(), period, "{line}");
        }
    }

    #[test]
    fn a_title_names_the_years_that_its_figures_are_of() {
        for (line, years) in [
            ("Deliveries 2015-19 (cumulative)", Some("2015/2019")),
            ("2014 to 2019", Some("2014/2019")),
            ("US$ m. at constant 2015 prices", None),
            ("S/RES/1325 of 2000", None),
            ("Resolution 1998-97", None),
        ] {
            assert_eq!(years_in(line).as_deref(), years, "{line}");
        }
    }

    #[test]
    fn a_legend_says_what_a_sign_means() {
        assert!(says_nil("–  nil    ..  not available", "–"));
        assert!(says_nil("Key: – = nil", "–"));
        assert!(says_nil("– = geen. Bron: Defensie", "–"));
        assert!(says_nil("Znak „-” oznacza, że zjawisko nie wystąpiło", "-"));
        assert!(!says_nil("–  nil    ..  not available", ".."));
        assert!(!says_nil("- = not available or zero", "-"));
        assert!(!says_nil("b.d. – brak danych; ok. – około", "–"));
    }
}
