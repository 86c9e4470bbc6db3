//! Dates in parts, at the precision that is stated; all become EDTF.

use jiff::civil::Date;

use crate::value::calendar_words::CalendarWords;
use crate::value::date::{self, Days, civil, iso, julian, year_text};
use crate::value::text::western_digits;

/// How precise a data set calls a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// The day is known.
    Day,
    /// One of the days from the first to the last.
    Span,
    /// Some of the days from the first to the last.
    Interval,
    /// Some day of the week around the day that is given.
    Week,
    /// The seven days from the day that is given on.
    SevenDays,
    /// The month is known.
    Month,
    /// The year is known.
    Year,
}

/// The precisions, by the names that mappings have for them.
pub const PRECISIONS: [(&str, Precision); 7] = [
    ("day", Precision::Day),
    ("span", Precision::Span),
    ("interval", Precision::Interval),
    ("week", Precision::Week),
    ("seven-days", Precision::SevenDays),
    ("month", Precision::Month),
    ("year", Precision::Year),
];

/// What EDTF has for the first quarter of a year where others have the month.
const FIRST_QUARTER: i8 = 33;

/// A date as far as it is stated: a year, perhaps its month, quarter or season, perhaps the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartialDate {
    pub(in crate::value) year: i16,
    /// EDTF counts seasons as months from 21 on, and quarters from 33 on.
    pub(in crate::value) month: Option<i8>,
    pub(in crate::value) day: Option<i8>,
}

impl PartialDate {
    pub(in crate::value) fn of(date: Date) -> PartialDate {
        PartialDate { year: date.year(), month: Some(date.month()), day: Some(date.day()) }
    }

    /// The date of a text in EDTF, if it is but one: a year, a month, a season, a quarter or a day.
    #[must_use]
    pub fn of_edtf(text: &str) -> Option<PartialDate> {
        date::parse(text).ok()?;
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<i16>().ok());
        let year = parts.next()??;
        let mut finer = parts.map(|part| part.and_then(|n| i8::try_from(n).ok()));
        let (month, day) = (finer.next(), finer.next());
        Some(PartialDate {
            year,
            month: month.map_or(Some(None), |n| n.map(Some))?,
            day: day.map_or(Some(None), |n| n.map(Some))?,
        })
    }

    /// The days of a season or quarter; none of another date.
    fn days_of_season(self) -> Option<Days> {
        self.month.filter(|month| *month > 12)?;
        date::parse(&self.edtf()).ok()
    }

    /// The quarter of the year that the number of its month counts; none if it has more than four.
    pub(in crate::value) fn of_quarter(self) -> Option<PartialDate> {
        let quarter = self.month.filter(|n| (1..=4).contains(n) && self.day.is_none())?;
        Some(PartialDate { month: Some(FIRST_QUARTER - 1 + quarter), ..self })
    }

    /// Whether the day is stated.
    #[must_use]
    pub fn is_day(self) -> bool {
        self.day.is_some()
    }

    /// The first day that it may be.
    #[must_use]
    pub fn first(self) -> i64 {
        match self.days_of_season() {
            Some(days) => days.first.unwrap_or_default(),
            None => {
                julian(Date::constant(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)))
            }
        }
    }

    /// The last day that it may be.
    #[must_use]
    pub fn last(self) -> i64 {
        match (self.month, self.day) {
            (Some(month), None) => match self.days_of_season() {
                Some(days) => days.last.unwrap_or_default(),
                None => julian(Date::constant(self.year, month, 1).last_of_month()),
            },
            (None, _) => julian(Date::constant(self.year, 12, 31)),
            _ => self.first(),
        }
    }

    /// The date as EDTF.
    #[must_use]
    pub fn edtf(self) -> String {
        let year = year_text(self.year);
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{year}-{month:02}-{day:02}"),
            (Some(month), None) => format!("{year}-{month:02}"),
            (None, _) => year,
        }
    }
}

/// A date that is stated by its first and last day, at a precision; as EDTF.
///
/// What happened within them is one day of them, what held throughout is all of them.
#[must_use]
pub fn between(first: i64, last: i64, precision: Precision, throughout: bool) -> String {
    let span = |first: i64, last: i64| {
        if throughout {
            format!("{}/{}", iso(first), iso(last))
        } else {
            format!("[{}..{}]", iso(first), iso(last))
        }
    };
    let (Some(begin), Some(end)) = (civil(first), civil(last)) else { return span(first, last) };
    match precision {
        Precision::SevenDays => format!("{}/{}", iso(first), iso(first + 6)),
        Precision::Day | Precision::Span | Precision::Week if first != last => span(first, last),
        Precision::Interval if first != last => format!("{}/{}", iso(first), iso(last)),
        Precision::Day => iso(first),
        // not a day that is known, and nothing tells how far it may be off
        Precision::Span | Precision::Interval => format!("{}~", iso(first)),
        Precision::Week => span(first - 3, first + 3),
        Precision::Month if (begin.year(), begin.month()) == (end.year(), end.month()) => {
            format!("{}-{:02}", year_text(begin.year()), begin.month())
        }
        Precision::Year if begin.year() == end.year() => year_text(begin.year()),
        Precision::Month | Precision::Year => span(first, last),
    }
}

/// A date in parts, of which the finer may be missing.
///
/// # Errors
/// Which part is none (0 year, 1 month, 2 day), and what was expected.
pub fn in_parts(
    year: &str,
    month: Option<&str>,
    day: Option<&str>,
    calendar: &CalendarWords,
) -> Result<PartialDate, (usize, String)> {
    let of_year = whole(year)
        .and_then(|year| i16::try_from(year).ok())
        .filter(|year| (-9999..=9999).contains(year));
    let Some(year) = of_year else { return Err((0, "expected a year".into())) };
    let Some(month) = month else {
        return if day.is_none() {
            Ok(PartialDate { year, month: None, day: None })
        } else {
            Err((1, "expected a month, because a day is given".into()))
        };
    };
    let number = match whole(month) {
        Some(n) => i8::try_from(n).ok().filter(|n| (1..=12).contains(n)),
        None => calendar.month(month),
    };
    let unknown = |text: &str| match whole(text) {
        Some(n) if n <= 0 || n >= 99 => {
            format!("; if it means unknown, set [read] missing = [\"{n}\"]")
        }
        _ => String::new(),
    };
    let Some(number) = number else {
        return Err((1, format!("expected a month: 1 to 12, or its name{}", unknown(month))));
    };
    let Some(day) = day else { return Ok(PartialDate { year, month: Some(number), day: None }) };
    let found = whole(day)
        .and_then(|day| i8::try_from(day).ok())
        .and_then(|day| Date::new(year, number, day).ok());
    found
        .map(PartialDate::of)
        .ok_or_else(|| (2, format!("expected a day that exists in that month{}", unknown(day))))
}

/// A date from a first to a last one, of which at least one is less precise than a day; as EDTF.
#[must_use]
pub fn from_to(first: PartialDate, last: PartialDate) -> String {
    if first == last { first.edtf() } else { format!("{}/{}", first.edtf(), last.edtf()) }
}

/// A number that may have been through a spreadsheet: `7` and `7.0`.
fn whole(text: &str) -> Option<i64> {
    western_digits(text.strip_suffix(".0").unwrap_or(text)).parse().ok()
}

/// Years with something between them: from the first to the last if they are all of them, else as
/// the set of them. An item may be a span: `2010-2012`. Words that mean "not stated" are passed over.
///
/// # Errors
/// What is no year.
pub fn years(text: &str, missing: &[String]) -> Result<String, String> {
    let year = |text: &str| -> Result<i64, String> {
        let is_year = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| is_year).ok_or_else(|| {
            format!("expected years of four digits, such as 2010; 2012, not \"{text}\"")
        })
    };
    let mut found: Vec<i64> = Vec::new();
    for item in text.split([';', ',', ' ']).map(str::trim) {
        if item.is_empty() || missing.iter().any(|word| word == item) {
            continue;
        }
        match item.split_once(['-', '–', '/']) {
            Some((first, last)) => {
                let (first, last) = (year(first)?, year(last)?);
                if first > last {
                    return Err(format!(
                        "expected years, not \"{item}\": the end is before the start"
                    ));
                }
                found.extend(first..=last);
            }
            None => found.push(year(item)?),
        }
    }
    found.sort_unstable();
    found.dedup();
    match (found.first(), found.last()) {
        (Some(first), Some(last)) if first == last => Ok(format!("{first:04}")),
        (Some(first), Some(last)) if found.windows(2).all(|pair| pair[1] - pair[0] == 1) => {
            Ok(format!("{first:04}/{last:04}"))
        }
        (Some(_), Some(_)) => {
            let years: Vec<String> = found.iter().map(|year| format!("{year:04}")).collect();
            Ok(format!("{{{}}}", years.join(",")))
        }
        _ => Err("expected years".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_as_precise_as_it_is() {
        let between = |first: &str, last: &str, precision| {
            let day = |text: &str| julian(text.parse().unwrap());
            between(day(first), day(last), precision, false)
        };
        assert_eq!(between("2014-03-05", "2014-03-05", Precision::Day), "2014-03-05");
        assert_eq!(
            between("2014-03-05", "2014-03-11", Precision::Span),
            "[2014-03-05..2014-03-11]"
        );
        assert_eq!(between("2014-03-05", "2014-03-05", Precision::Span), "2014-03-05~");
        assert_eq!(
            between("2014-03-05", "2014-03-05", Precision::Week),
            "[2014-03-02..2014-03-08]"
        );
        assert_eq!(between("2014-03-01", "2014-03-31", Precision::Month), "2014-03");
        assert_eq!(between("2014-01-01", "2014-12-31", Precision::Year), "2014");
        assert_eq!(
            between("2014-01-01", "2015-12-31", Precision::Year),
            "[2014-01-01..2015-12-31]"
        );
    }

    #[test]
    fn parts_of_a_date_may_be_missing() {
        let calendar = CalendarWords::default();
        let read = |year, month, day| in_parts(year, month, day, &calendar).map(PartialDate::edtf);
        assert_eq!(read("2003", None, None).unwrap(), "2003");
        assert_eq!(read("2003.0", Some("3"), None).unwrap(), "2003-03");
        assert_eq!(read("2003", Some("Mar"), Some("20")).unwrap(), "2003-03-20");
        for (year, month, day) in
            [("x", None, None), ("2003", Some("13"), None), ("2003", Some("2"), Some("30"))]
        {
            assert!(read(year, month, day).is_err());
        }
        assert!(read("2003", None, Some("4")).is_err());
        let (part, why) = read("2003", Some("3"), Some("-9")).unwrap_err();
        assert_eq!((part, why.contains("missing = [\"-9\"]")), (2, true));
    }

    #[test]
    fn years_are_a_span_or_a_set() {
        let missing = ["-9".to_owned()];
        let years = |text| years(text, &missing);
        assert_eq!(years("2005").unwrap(), "2005");
        assert_eq!(years("2006; 2005; 2006; 2007").unwrap(), "2005/2007");
        assert_eq!(years("2009; 2005; 2006").unwrap(), "{2005,2006,2009}");
        assert_eq!(years("2010–2012").unwrap(), "2010/2012");
        assert_eq!(years("2010-2011; 2014; -9").unwrap(), "{2010,2011,2014}");
        for text in ["soon", "2010; 20", "c. 2010", "2010-05", "2012-2010", "-0500"] {
            assert!(years(text).is_err(), "{text}");
        }
    }
}
