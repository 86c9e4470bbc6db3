//! Dates as data sets write them: in formats of their own, in parts, with a precision beside them;
//! all become EDTF.

use jiff::civil::{Date, date};
use jiff::fmt::strtime;

use crate::value::date::{civil, iso, julian, year_text};

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
    /// The month is known.
    Month,
    /// The year is known.
    Year,
}

/// The precisions, by the names that descriptions have for them.
pub const PRECISIONS: [(&str, Precision); 6] = [
    ("day", Precision::Day),
    ("span", Precision::Span),
    ("interval", Precision::Interval),
    ("week", Precision::Week),
    ("month", Precision::Month),
    ("year", Precision::Year),
];

/// The months, in English and lower case.
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

/// Whether a format (strftime) can read dates.
///
/// # Errors
/// Why it cannot.
pub fn check_format(format: &str) -> Result<(), String> {
    let told = date(2003, 11, 23).at(14, 5, 6, 0);
    let text = strtime::format(format, told).map_err(|e| e.to_string())?;
    match day_in(&text, format) {
        Some(day) if civil(day) == Some(told.date()) => Ok(()),
        _ => Err("it needs a year, a month and a day".into()),
    }
}

/// What a day looks like in each of the formats, for messages; ISO 8601 where there are none.
#[must_use]
pub fn examples(formats: &[String]) -> String {
    let day = date(2014, 3, 12);
    let mut shown: Vec<String> = Vec::new();
    for format in formats {
        let text = strtime::format(format, day.at(0, 0, 0, 0)).unwrap_or_else(|_| format.clone());
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    if shown.is_empty() { day.to_string() } else { shown.join(" or ") }
}

fn day_in(text: &str, format: &str) -> Option<i64> {
    // the year of "9-May-20" is not the year 20
    if format.contains("%Y")
        && !text.as_bytes().windows(4).any(|run| run.iter().all(u8::is_ascii_digit))
    {
        return None;
    }
    strtime::parse(format, text).ok()?.to_date().ok().map(julian)
}

/// The day that a text states in the first of the formats that fits; ISO 8601 where there are none.
#[must_use]
pub fn day(text: &str, formats: &[String]) -> Option<i64> {
    if formats.is_empty() {
        return iso_day(text);
    }
    formats
        .iter()
        .find_map(|format| if format == "%Y-%m-%d" { iso_day(text) } else { day_in(text, format) })
}

fn iso_day(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !text.is_ascii() {
        return None;
    }
    let part = |range: std::ops::Range<usize>| {
        bytes[range]
            .iter()
            .try_fold(0_i16, |n, b| b.is_ascii_digit().then(|| n * 10 + i16::from(b - b'0')))
    };
    let narrow = |n: i16| i8::try_from(n).ok();
    Date::new(part(0..4)?, narrow(part(5..7)?)?, narrow(part(8..10)?)?).ok().map(julian)
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

/// A date in parts, of which the finer may be missing, as EDTF.
///
/// # Errors
/// Which part is none (0 year, 1 month, 2 day), and what was expected.
pub fn in_parts(
    year: &str,
    month: Option<&str>,
    day: Option<&str>,
) -> Result<String, (usize, String)> {
    let of_year = whole(year)
        .and_then(|year| i16::try_from(year).ok())
        .filter(|year| (-9999..=9999).contains(year));
    let Some(year) = of_year else { return Err((0, "expected a year".into())) };
    let Some(month) = month else {
        return if day.is_none() {
            Ok(year_text(year))
        } else {
            Err((1, "expected a month, because a day is given".into()))
        };
    };
    let number = match whole(month) {
        Some(n) => i8::try_from(n).ok().filter(|n| (1..=12).contains(n)),
        None => month_named(month),
    };
    let Some(number) = number else {
        return Err((1, "expected a month: 1 to 12, or its English name".into()));
    };
    let Some(day) = day else { return Ok(format!("{}-{number:02}", year_text(year))) };
    let found = whole(day)
        .and_then(|day| i8::try_from(day).ok())
        .and_then(|day| Date::new(year, number, day).ok());
    found
        .map(|date| iso(julian(date)))
        .ok_or_else(|| (2, "expected a day that exists in that month".into()))
}

/// A number that may have been through a spreadsheet: `7` and `7.0`.
fn whole(text: &str) -> Option<i64> {
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

fn month_named(text: &str) -> Option<i8> {
    let name = text.trim_end_matches('.').to_lowercase();
    let found = MONTHS.iter().position(|month| name.len() >= 3 && month.starts_with(&name))?;
    i8::try_from(found + 1).ok()
}

/// Years with something between them: from the first to the last if they are all of them, else as
/// the set of them.
///
/// # Errors
/// What is no year.
pub fn years(text: &str) -> Result<String, String> {
    let mut found: Vec<i64> = Vec::new();
    for year in text.split(|c: char| !c.is_ascii_digit()).filter(|year| !year.is_empty()) {
        let year: i64 = year.parse().map_err(|_| format!("expected years, not \"{year}\""))?;
        found.push(year);
    }
    match (found.iter().min(), found.iter().max()) {
        (Some(first), Some(last)) if *last > 9999 => {
            Err(format!("expected years, not \"{first}\""))
        }
        (Some(first), Some(last)) if first == last => Ok(format!("{first:04}")),
        (Some(first), Some(last)) => {
            let (first, last) = (*first, *last);
            found.sort_unstable();
            found.dedup();
            Ok(if found.windows(2).all(|pair| pair[1] - pair[0] == 1) {
                format!("{first:04}/{last:04}")
            } else {
                let years: Vec<String> = found.iter().map(|year| format!("{year:04}")).collect();
                format!("{{{}}}", years.join(","))
            })
        }
        _ => Err("expected years".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, formats: &[&str]) -> Option<String> {
        let formats: Vec<String> = formats.iter().map(|format| (*format).to_owned()).collect();
        day(text, &formats).map(iso)
    }

    #[test]
    fn days_are_read_in_the_formats_of_the_field() {
        let acled = ["%d %B %Y", "%d-%B-%Y", "%d-%b-%y", "%d-%m-%y"];
        for (text, formats, wanted) in [
            ("2014-01-22 00:00:00.000", &["%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.f"][..], "2014-01-22"),
            ("2017-01-30", &["%Y-%m-%d", "%Y-%m-%d %H:%M:%S%.f"], "2017-01-30"),
            ("01 November 2024", &acled, "2024-11-01"),
            ("01-January-2015", &acled, "2015-01-01"),
            ("9-May-20", &acled, "2020-05-09"),
            ("31-12-19", &acled, "2019-12-31"),
            ("20-Mar-03", &["%d-%b-%y"], "2003-03-20"),
            ("01 Jan 2003", &["%d %b %Y"], "2003-01-01"),
            ("23 Oct 2025 5:22:49 PM", &["%d %b %Y %I:%M:%S %p"], "2025-10-23"),
            ("18 May 2026 2:29:20 PM", &["%d %b %Y %I:%M:%S %p"], "2026-05-18"),
        ] {
            for format in formats {
                check_format(format).unwrap();
            }
            assert_eq!(read(text, formats).as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(read("2014-02-30", &[]), None);
        assert_eq!(read("2014-02-30", &["%Y-%m-%d"]), None);
        assert!(check_format("%Y-%m").is_err());
        assert!(check_format("%Q").is_err());
    }

    #[test]
    fn a_date_is_as_precise_as_it_is() {
        let between = |first: &str, last: &str, precision| {
            between(iso_day(first).unwrap(), iso_day(last).unwrap(), precision, false)
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
        assert_eq!(in_parts("2003", None, None).unwrap(), "2003");
        assert_eq!(in_parts("2003.0", Some("3"), None).unwrap(), "2003-03");
        assert_eq!(in_parts("2003", Some("Mar"), Some("20")).unwrap(), "2003-03-20");
        for (year, month, day) in
            [("x", None, None), ("2003", Some("13"), None), ("2003", Some("2"), Some("30"))]
        {
            assert!(in_parts(year, month, day).is_err());
        }
        assert!(in_parts("2003", None, Some("4")).is_err());
    }

    #[test]
    fn years_are_a_span_or_a_set() {
        assert_eq!(years("2005").unwrap(), "2005");
        assert_eq!(years("2006; 2005; 2006; 2007").unwrap(), "2005/2007");
        assert_eq!(years("2009; 2005; 2006").unwrap(), "{2005,2006,2009}");
        assert!(years("soon").is_err());
    }
}
