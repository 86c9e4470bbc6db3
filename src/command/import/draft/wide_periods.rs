//! Columns that are called after years, quarters or months: the periods of a wide table.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::command::import::draft::beside::unit_in;
use crate::command::import::draft::date_reading::{CENTURY, LANGUAGES, calendar_of};
use crate::command::import::draft::parties::FOOTNOTES;
use crate::command::import::draft::words::{HIGHS, LOWS};
use crate::command::import::draft::write::Draft;
use crate::value::calendar_words::CalendarWords;
use crate::value::date;
use crate::value::date_formats::DateStyle;
use crate::value::partial_date::PartialDate;
use crate::value::text::fold;

/// A column that is called after a year, a quarter or a month.
pub(super) struct WidePeriod {
    pub(super) column: usize,
    /// In EDTF: 2013, 2013-05; of a month beside a column of years the month alone.
    pub(super) period: String,
    /// What else it says: "killed" in "2013 killed".
    pub(super) what: String,
    /// The column of the year, of a month that does not say it.
    pub(super) year: Option<usize>,
    /// The columns of the least and the most that the figure may be.
    pub(super) bounds: Option<[usize; 2]>,
}

impl WidePeriod {
    /// The columns that its figure is read from.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.column).chain(self.bounds.into_iter().flatten())
    }

    /// What it says beside its period and whether it is a bound, and which.
    fn bound(&self) -> (Vec<&str>, Bound) {
        let mut bound = Bound::Best;
        let is_rest = |word: &&str| {
            let word = fold(word);
            let is_low = LOWS.contains(&word.as_str());
            let is_high = HIGHS.contains(&word.as_str());
            if is_low {
                bound = Bound::Low;
            } else if is_high {
                bound = Bound::High;
            }
            !is_low && !is_high && !["best", "central", "mid", "estimate"].contains(&word.as_str())
        };
        (self.what.split_whitespace().filter(is_rest).collect(), bound)
    }
}

/// Which of the three numbers of a figure a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Low,
    Best,
    High,
}

/// Puts the columns of the least and of the most beside that of the best estimate, where each period has
/// all three.
fn with_bounds(all: Vec<WidePeriod>) -> Vec<WidePeriod> {
    let of = |one: &WidePeriod, bound: Bound| {
        let rest = one.bound().0;
        let mut same = all
            .iter()
            .filter(|other| other.period == one.period && other.bound() == (rest.clone(), bound));
        same.next().map(|other| other.column).filter(|_| same.next().is_none())
    };
    let joined = |one: &WidePeriod| {
        let [low, best, high] = [Bound::Low, Bound::Best, Bound::High].map(|bound| of(one, bound));
        let what = one.bound().0.join(" ");
        let (period, year) = (one.period.clone(), one.year);
        Some(WidePeriod { column: best?, period, what, year, bounds: Some([low?, high?]) })
    };
    let whole: Option<Vec<WidePeriod>> =
        all.iter().filter(|one| one.bound().1 == Bound::Best).map(joined).collect();
    match whole {
        Some(whole) if !whole.is_empty() && whole.len() * 3 == all.len() => whole,
        _ => all,
    }
}

impl Draft<'_> {
    /// The columns that are called after years, quarters or months, with the period of each, and what
    /// else they say. Where most say nothing else, one that does, such as a total of several years, is
    /// none of them.
    pub(super) fn wide_periods(&self) -> Vec<WidePeriod> {
        let names = self.columns.all.iter().enumerate();
        let all: Vec<WidePeriod> = names
            .clone()
            .filter_map(|(column, sample)| {
                let (period, what) = period_of(&sample.name)?;
                Some(WidePeriod { column, period, what, year: None, bounds: None })
            })
            .collect();
        if all.is_empty() {
            return self.parts_of_years();
        }
        // "2023 (until 31 August)" is the year as far as it is known
        let names_month = |what: &str| {
            let mut words = what.split(|c: char| !c.is_alphanumeric());
            words.any(|word| {
                let languages =
                    std::iter::once(CalendarWords::default()).chain(LANGUAGES.map(calendar_of));
                word.chars().count() > 2
                    && languages.into_iter().any(|words| words.month(word).is_some())
            })
        };
        let partial = |one: WidePeriod| {
            let has_brackets = self.name(one.column).ends_with([')', ']']);
            let is_year = has_brackets && one.period.len() == 4 && names_month(&one.what);
            if is_year { WidePeriod { what: String::new(), ..one } } else { one }
        };
        let all = with_bounds(all.into_iter().map(partial).collect());
        let bare = all.iter().filter(|period| period.what.is_empty()).count();
        if bare * 2 >= all.len() {
            return all.into_iter().filter(|period| period.what.is_empty()).collect();
        }
        // a word beside one year alone is the name of something else
        let is_series = |one: &WidePeriod| {
            let same = all.iter().filter(|other| other.what == one.what);
            same.map(|other| &other.period).collect::<BTreeSet<_>>().len() > 1
        };
        let series: Vec<bool> =
            all.iter().map(|one| !one.what.is_empty() && is_series(one)).collect();
        all.into_iter()
            .zip(series)
            .filter(|(_, is_series)| *is_series)
            .map(|(one, _)| one)
            .collect()
    }

    /// The columns that are called after the months or the quarters, beside a column of years or
    /// below a title with the year.
    fn parts_of_years(&self) -> Vec<WidePeriod> {
        let (year, above) = match (self.columns.parts(), self.year_above) {
            (Some((parts, None)), _) => (Some(parts.year.0), None),
            (None, Some(above)) => (None, Some(above)),
            _ => return Vec::new(),
        };
        let named = |part: fn(&str) -> Option<String>| -> Vec<WidePeriod> {
            (0..self.columns.all.len())
                .filter_map(|column| {
                    let part = part(self.name(column).trim())?;
                    let period = above.map_or(part.clone(), |year| format!("{year}-{part}"));
                    Some(WidePeriod { column, period, what: String::new(), year, bounds: None })
                })
                .collect()
        };
        let months = named(|name| {
            month_of(&format!("{name} 2000"))?.strip_prefix("2000-").map(str::to_owned)
        });
        let quarters = named(|name| quarter_of(name).map(|n| n.to_string()));
        match (months.len(), quarters.len()) {
            (6.., _) => months,
            (_, 3..) => quarters,
            _ => Vec::new(),
        }
    }

    /// What is uncertain of the periods that columns are called after.
    pub(super) fn doubts_of_periods(&mut self, years: &[WidePeriod], has_years: bool) {
        if let Some(year) = self.year_above
            && !has_years
            && years
                .iter()
                .all(|period| !self.name(period.column).contains(|c: char| c.is_numeric()))
        {
            self.line(&format!("# guess: the columns are of {year}, the year above the table"));
        }
        let is_fiscal = |period: &WidePeriod| {
            let name = self.name(period.column).to_lowercase();
            name.starts_with("fy") || name.contains("fiscal")
        };
        if years.iter().any(is_fiscal) {
            self.line("# guess: a fiscal year is taken as the calendar year of its name");
        }
        if years.iter().any(|period| period.period.contains('/')) {
            self.line("# guess: 2021/22 is a period of two years");
        }
    }
}

/// What stands beside a year and says no more of the figures below than how sure they are.
const BESIDE_YEARS: [&str; 20] = [
    "prév",
    "prev",
    "estim",
    "prov",
    "vorl",
    "gesch",
    "forecast",
    "projected",
    "FY",
    "in",
    "p",
    "r",
    "e",
    "f",
    "est",
    "prelim",
    "provisional",
    "preliminary",
    "revised",
    "proj",
];

/// The year, quarter or month that a column is called after, in EDTF, and what else it says.
fn period_of(name: &str) -> Option<(String, String)> {
    if let Some(month) = month_of(name) {
        return Some((month, String::new()));
    }
    // "January 2014 killed", "Killed January 2014"
    let words: Vec<&str> = name.split_whitespace().collect();
    for count in (1..words.len()).rev() {
        let (begin, rest) = words.split_at(count);
        let (first, end) = words.split_at(words.len() - count);
        for (period, what) in [(begin, rest), (end, first)] {
            if let Some(month) = month_of(&period.join(" ")) {
                return Some((month, what.join(" ")));
            }
        }
    }
    // the one group of four digits that may be a year: "2012 [YR2012]" says it twice
    let is_digit = |c: char| c.is_ascii_digit();
    let mut years = name.char_indices().filter(|(at, _)| {
        let group = name.get(*at..at + 4).is_some_and(|year| year.chars().all(is_digit));
        let is_bounded = !name[..*at].ends_with(is_digit)
            && !name.get(at + 4..).is_some_and(|behind| behind.starts_with(is_digit));
        group && is_bounded
    });
    let at = years.next()?.0;
    if years.any(|(other, _)| name[other..other + 4] != name[at..at + 4]) {
        return None;
    }
    let year = name[at..at + 4].parse::<u16>().ok().filter(|year| (1800..2200).contains(year))?;
    // R puts a letter before a year
    let (before, mut behind) = (if at > 1 { &name[..at] } else { "" }, &name[at + 4..]);
    behind = behind.trim_start_matches(FOOTNOTES);
    let mut period = year.to_string();
    // 2021/22 and 2021-22 are two years
    let next = format!("{:02}", (year + 1) % 100);
    if let Some(rest) = behind
        .strip_prefix(['/', '-', '–'])
        .and_then(|rest| rest.strip_prefix(&next))
        .filter(|rest| !rest.starts_with(is_digit))
    {
        period = format!("{year}/{}", year + 1);
        behind = rest;
    }
    let is_edge = |c: char| !c.is_alphanumeric() && c != '%';
    let mut words: Vec<&str> =
        [before, behind].into_iter().flat_map(str::split_whitespace).collect();
    // a unit, "('000)", stays as it is written
    let is_unit = |word: &str| unit_in(word).is_some();
    words = words
        .into_iter()
        .map(|word| if is_unit(word) { word } else { word.trim_matches(is_edge) })
        .collect();
    words
        .retain(|word| !word.is_empty() && !word.starts_with("YR") && !BESIDE_YEARS.contains(word));
    // the mark of a footnote: "2020 (a)", "2021 [1]"
    let is_mark = |inside: &str| inside.len() == 1 && inside.is_ascii();
    let marked =
        behind.trim().strip_prefix(['(', '[']).and_then(|rest| rest.strip_suffix([')', ']']));
    if let Some(mark) = marked.filter(|mark| is_mark(mark)) {
        words.retain(|word| *word != mark);
    }
    // a unit alone says nothing of what is counted
    if words.len() == 1 && words.iter().all(|word| word.starts_with(['(', '[']) && is_unit(word)) {
        words.clear();
    }
    if let Some(quarter) = words.iter().find_map(|word| quarter_of(word)) {
        period = format!("{year}-{quarter}");
        words.retain(|word| quarter_of(word).is_none());
    }
    Some((period, words.join(" ")))
}

/// The quarter that a word such as Q1 or T1 means; EDTF counts them from 33 on.
fn quarter_of(word: &str) -> Option<u8> {
    let digit = word.strip_prefix(['Q', 'q', 'T']).or(word.strip_suffix(['Q', 'q']))?;
    let number = digit.parse::<u8>().ok().filter(|n| (1..=4).contains(n) && digit.len() == 1)?;
    Some(32 + number)
}

/// The month that a column is called after, in EDTF.
fn month_of(name: &str) -> Option<String> {
    const FORMATS: [&str; 6] = ["%Y-%m", "%m/%Y", "%B %Y", "%B-%Y", "%B-%y", "%B %y"];
    static STYLES: LazyLock<Vec<DateStyle>> = LazyLock::new(|| {
        let all = std::iter::once(CalendarWords::default()).chain(LANGUAGES.map(calendar_of));
        let style = |calendar| DateStyle {
            formats: FORMATS.map(str::to_owned).into(),
            century: Some(CENTURY),
            calendar,
            ..DateStyle::default()
        };
        all.map(style).collect()
    });
    let name = name.trim();
    if !name.contains(|c: char| c.is_numeric()) {
        return None;
    }
    // a day that stands for its month, as spreadsheets keep it
    if let Some(month) = name.get(..10).and_then(|day| day.strip_suffix("-01"))
        && name[10..].chars().all(|c| " :0T".contains(c))
        && date::parse(month).is_ok()
    {
        return Some(month.to_owned());
    }
    STYLES
        .iter()
        .find_map(|style| style.read(name).map(PartialDate::edtf).filter(|month| month.len() == 7))
}
