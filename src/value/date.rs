//! Dates at their true precision: EDTF text, the days it may lie on, and windows to look through.
//!
//! The one place that knows `edtf-core`. Days are Julian day numbers: they compare as integers,
//! years before the common era included, and `SQLite`'s own `date()` reads them.

use std::borrow::Cow;

use edtf_core::{Bound, Edtf};
use jiff::civil::Date;

/// The Julian day number of 1 January 1970 (at noon).
pub const EPOCH: i64 = 2_440_588;

/// What a date may be, in words for messages.
pub const EXPECTED: &str = "a valid EDTF date (2014, 2014-03, 2014-03-12, 2011-12~, 2006/2007, 2013/.., -0538 for 539 BCE)";

/// The first and the last day on which something may lie; `None`: no bound known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days {
    /// The earliest day; `None` if unbounded.
    pub first: Option<i64>,
    /// The latest day.
    pub last: Option<i64>,
}

/// Reads an EDTF date (ISO 8601-2 levels 0 and 1, and sets).
///
/// # Errors
/// A sentence on what is wrong with it.
pub fn parse(text: &str) -> Result<Days, String> {
    if let Some(days) = plain_days(text) {
        return Ok(days);
    }
    if is_day_month_year(text) {
        return Err("the year first, as in 2014-03-12".to_owned());
    }
    parsed(text)
}

/// The same by the parser.
fn parsed(text: &str) -> Result<Days, String> {
    let date = Edtf::parse(text).map_err(|e| format!("{EXPECTED}: {}", e.message))?;
    if matches!(date, Edtf::DateTime(_)) {
        return Err(format!("{EXPECTED}: times of day are not supported"));
    }
    let bounds = date.bounds();
    let days = Days { first: bound(bounds.earliest)?, last: bound(bounds.latest)? };
    match days {
        Days { first: None, last: None } => {
            Err(format!("{EXPECTED}: this one is open at both ends"))
        }
        Days { first: Some(first), last: Some(last) } if first > last => {
            Err(format!("{EXPECTED}: this one ends before it begins"))
        }
        _ => Ok(days),
    }
}

/// A day, or days from one to another, written as ISO 8601 has them; none of any other date. Most dates
/// of data sets are such, and need no parser.
fn plain_days(text: &str) -> Option<Days> {
    let (from, to) = text.split_once('/').unwrap_or((text, text));
    let first = plain_day(from)?;
    let last = if from == to { first } else { plain_day(to)? };
    (first <= last).then_some(Days { first: Some(first), last: Some(last) })
}

fn plain_day(text: &str) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'))
        })
    };
    let year = number(&[y1, y2, y3, y4])?;
    let [month, day] = [[m1, m2], [d1, d2]].map(|pair| number(&pair));
    let (month, day) = (i8::try_from(month?).ok()?, i8::try_from(day?).ok()?);
    Date::new(year, month, day).ok().map(julian)
}

/// Whether a date is a set of several, such as `{2010,2012}` or `[2010,2012]`.
#[must_use]
pub fn is_set(text: &str) -> bool {
    text.contains(SET_SEPARATOR)
}

/// What stands between the parts of a set, and in no other date.
pub const SET_SEPARATOR: char = ',';

/// The days of each part of a date that is a set, such as `{2010,2012}`; none of any other date.
#[must_use]
pub fn parts(text: &str) -> Vec<Days> {
    let inside = |(open, close)| text.strip_prefix(open)?.strip_suffix(close);
    let Some(members) = [('{', '}'), ('[', ']')].into_iter().find_map(inside) else {
        return Vec::new();
    };
    if !is_set(members) {
        return Vec::new();
    }
    let part = |member: &str| match member.split_once("..") {
        Some((from, to)) => parse(&format!("{from}/{to}")),
        None => parse(member),
    };
    members.split(SET_SEPARATOR).filter_map(|member| part(member.trim()).ok()).collect()
}

/// The days of each part of a set; of an interval that is open on one side, such as `2014/..`, all
/// days on that side; none of any other date, and none where an end is unknown, as in `2014/`.
#[must_use]
pub fn parts_or_open(text: &str, days: Days) -> Vec<Days> {
    let (before, after) = (text.starts_with("../"), text.ends_with("/.."));
    if !before && !after {
        return if is_set(text) { parts(text) } else { Vec::new() };
    }
    let first = days.first.or(before.then_some(i64::MIN));
    let last = days.last.or(after.then_some(i64::MAX));
    vec![Days { first, last }]
}

/// Whether it is a date as people write it: `13/05/2013`, `5.3.2014`. Nobody can tell its day from its
/// month.
fn is_day_month_year(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [a, b, year] if (1..=2).contains(&a.len()) && (1..=2).contains(&b.len()) && year.len() == 4
        && [a, b, year].iter().all(|part| digits(part)))
}

fn bound(bound: Bound) -> Result<Option<i64>, String> {
    match bound {
        Bound::Date(day) => i16::try_from(day.year)
            .ok()
            .and_then(|year| Date::new(year, day.month.cast_signed(), day.day.cast_signed()).ok())
            .map(|date| Some(julian(date)))
            .ok_or_else(|| format!("{EXPECTED}: years run from -9999 to 9999")),
        _ => Ok(None),
    }
}

pub(super) fn julian(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24 + EPOCH
}

pub(super) fn civil(day: i64) -> Option<Date> {
    let hours = day.checked_sub(EPOCH)?.checked_mul(24)?;
    Date::constant(1970, 1, 1).checked_add(jiff::SignedDuration::try_from_hours(hours)?).ok()
}

/// The year and the month of a day; none beyond the years -9999 to 9999.
#[must_use]
pub fn civil_year_month(day: i64) -> Option<(i64, i64)> {
    civil(day).map(|date| (i64::from(date.year()), i64::from(date.month())))
}

/// The first day of a month; none beyond the years -9999 to 9999.
#[must_use]
pub fn first_of_month(year: i64, month: i64) -> Option<i64> {
    let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?);
    Date::new(year, month, 1).ok().map(julian)
}

/// A day as ISO 8601: `2014-03-12`, `-0538-01-01`.
#[must_use]
pub fn iso(day: i64) -> String {
    match civil(day) {
        Some(date) => format!("{}-{:02}-{:02}", year_text(date.year()), date.month(), date.day()),
        None => format!("day {day}"),
    }
}

pub(super) fn year_text(year: i16) -> String {
    if year < 0 { format!("-{:04}", -i32::from(year)) } else { format!("{year:04}") }
}

/// A window to look through: `2013`, `2013-11..2014-03`, `..2014`, `2013..`; bounds are years,
/// months or days.
///
/// # Errors
/// A sentence on what is wrong with it.
pub fn window(text: &str) -> Result<Days, String> {
    let expected = |why: &str| {
        format!("expected a date window such as 2013, 2013-11..2014-03, 2013.. or ..2014{why}")
    };
    let side = |side: &str| match side.trim() {
        "" => Ok(Days { first: None, last: None }),
        side => {
            parse(side).map_err(|_| expected(&format!(": \"{side}\" is not a year, month or day")))
        }
    };
    let (from, to) = match text.split_once("..") {
        Some((from, to)) if !text.starts_with(['[', '{']) && !text.contains('/') => {
            (side(from)?, side(to)?)
        }
        _ => (side(text)?, side(text)?),
    };
    let days = Days { first: from.first, last: to.last };
    match days {
        Days { first: None, last: None } => Err(expected("")),
        Days { first: Some(first), last: Some(last) } if first > last => {
            Err(expected(": this one ends before it begins"))
        }
        _ => Ok(days),
    }
}

/// Days as a date: a year, a month or a day where they are one, else the first and the last.
#[must_use]
pub fn text(days: Days) -> String {
    match days {
        Days { first: None, last: None } => "no date".to_owned(),
        Days { first: Some(first), last: Some(last) } if first == last => iso(first),
        Days { first: Some(first), last: Some(last) } => {
            let whole = [Bucket::Year, Bucket::Month]
                .into_iter()
                .find(|bucket| bucket.start_of(first) == first && bucket.next(first) == last + 1);
            whole
                .and_then(|bucket| bucket.label(days))
                .unwrap_or_else(|| format!("{}/{}", iso(first), iso(last)))
        }
        Days { first, last } => {
            let side = |day: Option<i64>| day.map_or("..".to_owned(), iso);
            format!("{}/{}", side(first), side(last))
        }
    }
}

/// A stretch of the calendar that tabulations group by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// Ten years: `2010s`.
    Decade,
    /// A calendar year: `2013`.
    Year,
    /// Three months: `2013-Q4`.
    Quarter,
    /// A calendar month: `2013-11`.
    Month,
}

impl Bucket {
    /// The bucket that these days fill, by name: `2013`; `2012–2013` for what is longer than one;
    /// `2013–` for open ends.
    ///
    /// The label has no sorting power: that is what [`Bucket::order`] is for.
    #[must_use]
    pub fn label(self, days: Days) -> Option<String> {
        let name = |day: Option<i64>| day.and_then(civil).map(|date| self.name(date));
        match (name(days.first), name(days.last)) {
            (None, None) => None,
            (Some(first), Some(last)) if first == last => Some(first),
            (first, last) => {
                Some(format!("{}–{}", first.unwrap_or_default(), last.unwrap_or_default()))
            }
        }
    }

    /// Whether all of these days lie in one bucket.
    #[must_use]
    pub fn is_all_of(self, days: Days) -> bool {
        days.first
            .zip(days.last)
            .is_some_and(|(first, last)| self.start_of(first) == self.start_of(last))
    }

    /// What orders buckets, and tells whether two facts share one: the first days of their first
    /// and last stretch.
    #[must_use]
    pub fn order(self, days: Days) -> (i64, i64) {
        let start =
            |day: Option<i64>| day.and_then(civil).and_then(|date| self.start(date)).map(julian);
        let (first, last) = (start(days.first), start(days.last));
        (first.or(last).unwrap_or(i64::MAX), last.unwrap_or(i64::MAX))
    }

    /// The first day of the stretch that a day lies in.
    #[must_use]
    pub fn start_of(self, day: i64) -> i64 {
        civil(day).and_then(|date| self.start(date)).map_or(day, julian)
    }

    /// The first day of the next stretch.
    #[must_use]
    pub fn next(self, day: i64) -> i64 {
        let months = match self {
            Bucket::Decade => 120,
            Bucket::Year => 12,
            Bucket::Quarter => 3,
            Bucket::Month => 1,
        };
        let next = civil(self.start_of(day))
            .and_then(|date| date.checked_add(jiff::Span::new().months(months)).ok());
        next.map_or(day + 30 * i64::from(months), julian)
    }

    /// The date that a label of a table stands for, in EDTF; any other text as it is. `2010s`,
    /// `2013-Q4`, `2013–2014`, `2013–`.
    #[must_use]
    pub fn edtf(self, label: &str) -> Cow<'_, str> {
        let part = |text: &str, is_end: bool| match text.rsplit_once("-Q") {
            _ if text.is_empty() => "..".to_owned(),
            Some((year, quarter)) => match quarter.parse::<u8>() {
                Ok(n @ 1..=4) => format!("{year}-{:02}", if is_end { 3 * n } else { 3 * n - 2 }),
                _ => text.to_owned(),
            },
            None => match text.strip_suffix('s').and_then(|decade| decade.parse::<i16>().ok()) {
                Some(decade) => year_text(if is_end { decade + 9 } else { decade }),
                None => text.to_owned(),
            },
        };
        match label.split_once('–') {
            Some((from, to)) => Cow::Owned(format!("{}/{}", part(from, false), part(to, true))),
            None if self == Bucket::Decade || self == Bucket::Quarter => {
                let (from, to) = (part(label, false), part(label, true));
                if from == to { Cow::Borrowed(label) } else { Cow::Owned(format!("{from}/{to}")) }
            }
            None => Cow::Borrowed(label),
        }
    }

    fn start(self, date: Date) -> Option<Date> {
        let (year, month) = match self {
            Bucket::Decade => (date.year().div_euclid(10) * 10, 1),
            Bucket::Year => (date.year(), 1),
            Bucket::Quarter => (date.year(), (date.month() - 1) / 3 * 3 + 1),
            Bucket::Month => (date.year(), date.month()),
        };
        Date::new(year.max(-9999), month, 1).ok()
    }

    fn name(self, date: Date) -> String {
        let year = year_text(date.year());
        match self {
            Bucket::Decade => format!("{}s", year_text(date.year().div_euclid(10) * 10)),
            Bucket::Year => year,
            Bucket::Quarter => format!("{year}-Q{}", (date.month() - 1) / 3 + 1),
            Bucket::Month => format!("{year}-{:02}", date.month()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(text: &str) -> (String, String) {
        let shown = |day: Option<i64>| day.map_or("open".to_owned(), iso);
        let days = parse(text).unwrap();
        (shown(days.first), shown(days.last))
    }

    #[test]
    fn a_date_knows_its_first_and_last_day() {
        for (text, first, last) in [
            ("2014-03-12", "2014-03-12", "2014-03-12"),
            ("2014-02", "2014-02-01", "2014-02-28"),
            ("2012", "2012-01-01", "2012-12-31"),
            ("2011-12~", "2011-12-01", "2011-12-31"),
            ("2006/2007", "2006-01-01", "2007-12-31"),
            ("2013/..", "2013-01-01", "open"),
            ("/2014-02", "open", "2014-02-28"),
            ("[2014-03-05..2014-03-11]", "2014-03-05", "2014-03-11"),
            ("-0538", "-0538-01-01", "-0538-12-31"),
        ] {
            assert_eq!(days(text), (first.to_owned(), last.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2013-13",
            "2014-02-30",
            "2014-2-3",
            "12 March 2014",
            "2014-03-12T10:00:00Z",
            "../..",
            "2014/2013",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_bound_of_a_window_takes_in_all_of_its_year_or_month() {
        let shown =
            |text| window(text).map(|days| (days.first.map(iso), days.last.map(iso))).unwrap();
        assert_eq!(shown("2013-11..2014"), (Some("2013-11-01".into()), Some("2014-12-31".into())));
        assert_eq!(shown("..2014-03"), (None, Some("2014-03-31".into())));
        assert_eq!(shown("-0538.."), (Some("-0538-01-01".into()), None));
        for text in ["", "..", "2014..2013", "soon", "2013-13..2014"] {
            assert!(window(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_longer_than_a_bucket_gets_a_bucket_of_its_own() {
        let label = |bucket: Bucket, text| bucket.label(parse(text).unwrap()).unwrap();
        assert_eq!(label(Bucket::Year, "2013-11"), "2013");
        assert_eq!(label(Bucket::Year, "2006/2007"), "2006–2007");
        assert_eq!(label(Bucket::Year, "2013/.."), "2013–");
        assert_eq!(label(Bucket::Month, "2013"), "2013-01–2013-12");
        assert_eq!(label(Bucket::Quarter, "2013-11"), "2013-Q4");
        assert_eq!(label(Bucket::Decade, "-0538"), "-0540s");
    }

    #[test]
    fn days_are_shown_as_the_date_that_they_are() {
        for date in ["2014", "2014-02", "2014-02-03", "2014-02-03/2014-05-01", "2014-01-01/.."] {
            assert_eq!(text(parse(date).unwrap()), date);
        }
        assert_eq!(text(parse("2013/2014").unwrap()), "2013-01-01/2014-12-31");
    }

    proptest! {
        #[test]
        fn days_survive_their_way_through_iso(day in 0_i64..5_373_484) {
            let text = iso(day);
            prop_assert_eq!(parse(&text).unwrap(), Days { first: Some(day), last: Some(day) });
        }

        /// Days that are read without the parser are those that it reads.
        #[test]
        fn plain_days_are_what_the_parser_makes_of_them(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9](/[0-2][0-9]{3}-[01][0-9]-[0-3][0-9])?"
        ) {
            if let Some(days) = plain_days(&text) {
                prop_assert_eq!(parsed(&text), Ok(days));
            }
        }
    }
}
