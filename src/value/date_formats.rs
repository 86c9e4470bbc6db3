//! Dates as data sets write them: in formats of their own, in parts, with a precision beside them;
//! all become EDTF.

use jiff::civil::{Date, date};
use jiff::fmt::strtime;

use crate::value::date::{civil, iso, julian, year_text};
use crate::value::month_names::MonthNames;

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

/// A date as far as it is stated: a year, perhaps its month, perhaps the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartialDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

impl PartialDate {
    fn of(date: Date) -> PartialDate {
        PartialDate { year: date.year(), month: Some(date.month()), day: Some(date.day()) }
    }

    /// Whether the day is stated.
    #[must_use]
    pub fn is_day(self) -> bool {
        self.day.is_some()
    }

    /// The first day that it may be.
    #[must_use]
    pub fn first(self) -> i64 {
        julian(date(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)))
    }

    /// The last day that it may be.
    #[must_use]
    pub fn last(self) -> i64 {
        match (self.month, self.day) {
            (Some(month), None) => julian(date(self.year, month, 1).last_of_month()),
            (None, _) => julian(date(self.year, 12, 31)),
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

/// How a data set writes its dates.
#[derive(Debug, Default)]
pub struct DateStyle {
    /// The formats (strftime), tried in this order; ISO 8601 where there are none.
    pub formats: Vec<String>,
    /// The first of the hundred years that a year of two digits belongs to.
    pub century: Option<i16>,
    /// How the months are called.
    pub months: MonthNames,
    /// Whether numbers are days as spreadsheets count them.
    pub excel: bool,
    /// What stands between the first and the last date in one cell.
    pub range: Vec<String>,
}

impl DateStyle {
    /// The style of dates that are written in these formats.
    #[must_use]
    pub fn of(formats: Vec<String>) -> DateStyle {
        DateStyle { formats, ..DateStyle::default() }
    }

    /// What is wrong with the formats, if anything is.
    #[must_use]
    pub fn mistakes(&self) -> Vec<String> {
        let wrong = |format: &String| {
            let why = if self.century.is_none() && has_short_year(format) {
                "the year has two digits; set century to the first of the hundred years meant, \
                 such as century = 1950 for 1950 to 2049"
            } else {
                // a day on which no two parts look alike
                let day = PartialDate::of(date(2003, 11, 23));
                let text = strtime::format(format, date(2003, 11, 23).at(14, 5, 6, 0));
                let read = text.ok().and_then(|text| parse(&text, format, Some(1950)));
                match read {
                    Some(read) if (read.first()..=read.last()).contains(&day.first()) => {
                        return None;
                    }
                    _ => "expected a year, or a year and a month, or a year, a month and a day",
                }
            };
            Some(format!("invalid date format \"{format}\": {why}"))
        };
        let of_century = self.century.filter(|year| !(0..=9900).contains(year)).map(|year| {
            format!("century = {year}: expected the first year of a hundred, such as 1900 or 1950")
        });
        self.formats.iter().filter_map(wrong).chain(of_century).collect()
    }

    /// The date that a text states, in the first of the formats that fits.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<PartialDate> {
        let day = || spreadsheet_day(text).filter(|_| self.excel);
        self.in_formats(text).or_else(day)
    }

    fn in_formats(&self, text: &str) -> Option<PartialDate> {
        if self.formats.is_empty() {
            return iso_date(text);
        }
        self.formats.iter().find_map(|format| self.read_as(text, format))
    }

    /// The first and the last date that a text states, where it states two.
    ///
    /// What one of them leaves out is taken from the other: "12–14 March 2014", "1914-18".
    #[must_use]
    pub fn read_range(&self, text: &str) -> Option<(PartialDate, PartialDate)> {
        self.range.iter().find_map(|between| {
            let (left, right) = text.split_once(between.as_str())?;
            let (left, right) = (left.trim(), right.trim());
            if left.is_empty() || right.is_empty() {
                return None;
            }
            match (self.in_formats(left), self.in_formats(right)) {
                (Some(first), Some(last)) => Some((first, last)),
                (None, Some(last)) => {
                    let rests = right.match_indices(|c: char| !c.is_alphanumeric());
                    let whole = rests.map(|(n, _)| format!("{left}{}", &right[n..]));
                    Some((whole.into_iter().find_map(|text| self.in_formats(&text))?, last))
                }
                (Some(first), None) => {
                    let begun = left.len().checked_sub(right.len())?;
                    Some((first, self.in_formats(&format!("{}{right}", left.get(..begun)?))?))
                }
                (None, None) => None,
            }
        })
    }

    fn read_as(&self, text: &str, format: &str) -> Option<PartialDate> {
        if format == "%Y-%m-%d"
            && let Some(day) = iso_day(text)
        {
            return Some(day);
        }
        parse(text, format, self.century).or_else(|| {
            if !format.contains("%B") && !format.contains("%b") && !format.contains("%h") {
                return None;
            }
            let text = self.months.in_english(text)?;
            parse(&text, &format.replace("%b", "%B").replace("%h", "%B"), self.century)
        })
    }

    /// What a text that states no date should look like, for messages.
    #[must_use]
    pub fn expected(&self, text: &str) -> String {
        let day = date(2014, 3, 12);
        let mut shown: Vec<String> = Vec::new();
        for format in &self.formats {
            let text =
                strtime::format(format, day.at(0, 0, 0, 0)).unwrap_or_else(|_| format.clone());
            if !shown.contains(&text) {
                shown.push(text);
            }
        }
        if shown.is_empty() {
            shown.push(day.to_string());
        }
        let hint = if self.excel { "" } else { spreadsheet_hint(text) };
        format!("expected a valid date, such as {}{hint}", shown.join(" or "))
    }
}

/// What to do about a text that looks like a day as spreadsheets count it; else nothing.
#[must_use]
pub fn spreadsheet_hint(text: &str) -> &'static str {
    let looks = text.len() == 5 && text.parse::<u32>().is_ok_and(|n| (10_000..80_000).contains(&n));
    if looks { "; if it is a spreadsheet date, set excel = true" } else { "" }
}

fn has_short_year(format: &str) -> bool {
    ["%y", "%-y", "%D", "%g"].iter().any(|part| format.contains(part))
}

fn parse(text: &str, format: &str, century: Option<i16>) -> Option<PartialDate> {
    // the year of "9-May-20" is not the year 20
    if format.contains("%Y")
        && !text.as_bytes().windows(4).any(|run| run.iter().all(u8::is_ascii_digit))
    {
        return None;
    }
    let mut read = strtime::parse(format, text).ok()?;
    if let Some(first) = century
        && has_short_year(format)
        && let Some(year) = read.year()
    {
        read.set_year(Some(first + (year - first).rem_euclid(100))).ok()?;
    }
    if let Ok(date) = read.to_date() {
        return Some(PartialDate::of(date));
    }
    match (read.year()?, read.month(), read.day()) {
        (year, month, None) => Some(PartialDate { year, month, day: None }),
        _ => None,
    }
}

fn iso_day(text: &str) -> Option<PartialDate> {
    if text.len() >= 10 { iso_date(text) } else { None }
}

/// The date of a text in ISO 8601: a year, a month or a day.
fn iso_date(text: &str) -> Option<PartialDate> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let bytes = text.as_bytes();
    let part = |range: std::ops::Range<usize>| {
        bytes[range]
            .iter()
            .try_fold(0_i16, |n, b| b.is_ascii_digit().then(|| n * 10 + i16::from(b - b'0')))
    };
    // there is no year -0
    let year = || part(0..4).filter(|year| *year > 0 || sign > 0).map(|year| year * sign);
    let narrow = |n: i16| i8::try_from(n).ok();
    let dash = |n: usize| bytes[n] == b'-';
    match bytes.len() {
        4 => Some(PartialDate { year: year()?, month: None, day: None }),
        7 if dash(4) => {
            let month = narrow(part(5..7)?).filter(|month| (1..=12).contains(month))?;
            Some(PartialDate { year: year()?, month: Some(month), day: None })
        }
        10 if dash(4) && dash(7) => Date::new(year()?, narrow(part(5..7)?)?, narrow(part(8..10)?)?)
            .ok()
            .map(PartialDate::of),
        _ => None,
    }
}

/// The day of a number as spreadsheets count them from 1900 on; a time of day is left out.
fn spreadsheet_day(text: &str) -> Option<PartialDate> {
    let serial = text.split_once('.').map_or(text, |(days, _)| days).parse::<i64>().ok()?;
    // their 1900 has a 29 February, day 60
    let offset = match serial {
        1..=59 => serial,
        61..=2_958_465 => serial - 1,
        _ => return None,
    };
    civil(julian(date(1899, 12, 31)) + offset).map(PartialDate::of)
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

/// A date in parts, of which the finer may be missing.
///
/// # Errors
/// Which part is none (0 year, 1 month, 2 day), and what was expected.
pub fn in_parts(
    year: &str,
    month: Option<&str>,
    day: Option<&str>,
    months: &MonthNames,
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
        None => months.month(month),
    };
    let unknown = |text: &str| match whole(text) {
        Some(n) if n <= 0 || n >= 99 => format!("; if it means unknown, set missing = [\"{n}\"]"),
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
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
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

    fn style(formats: &[&str]) -> DateStyle {
        let formats = formats.iter().map(|format| (*format).to_owned()).collect();
        DateStyle { century: Some(1950), ..DateStyle::of(formats) }
    }

    fn read(text: &str, formats: &[&str]) -> Option<String> {
        style(formats).read(text).map(PartialDate::edtf)
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
            assert_eq!(style(formats).mistakes(), Vec::<String>::new());
            assert_eq!(read(text, formats).as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(read("2014-02-30", &[]), None);
        assert_eq!(read("2014-02-30", &["%Y-%m-%d"]), None);
        assert_eq!(style(&["%m-%d"]).mistakes().len(), 1);
        assert_eq!(style(&["%Q"]).mistakes().len(), 1);
    }

    #[test]
    fn a_date_is_as_precise_as_it_is() {
        let between = |first: &str, last: &str, precision| {
            let day = |text| iso_day(text).unwrap().first();
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
    fn a_format_may_leave_out_the_day() {
        for (text, format, wanted) in [
            ("March 2014", "%B %Y", "2014-03"),
            ("2014/3", "%Y/%m", "2014-03"),
            ("201403", "%Y%m", "2014-03"),
            ("Sept. 2014", "%b %Y", "2014-09"),
            ("1960", "%Y", "1960"),
            ("1991-1-16", "%Y-%m-%d", "1991-01-16"),
        ] {
            assert_eq!(read(text, &[format]).as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(read("-0044-03-15", &[]).as_deref(), Some("-0044-03-15"));
        let month = read("2014-02", &[]);
        assert_eq!(month.as_deref(), Some("2014-02"));
    }

    #[test]
    fn a_year_of_two_digits_needs_its_century() {
        let one = DateStyle::of(vec!["%d-%b-%y".into()]);
        assert!(one.mistakes()[0].contains("set century"));
        let old = DateStyle { century: Some(1900), ..one };
        let read = |text| old.read(text).map(PartialDate::edtf);
        assert_eq!(read("5-Jun-67").as_deref(), Some("1967-06-05"));
        assert_eq!(read("20-Mar-03").as_deref(), Some("1903-03-20"));
    }

    #[test]
    fn spreadsheets_count_days_from_1900() {
        let style = DateStyle { excel: true, ..DateStyle::default() };
        let read = |text| style.read(text).map(PartialDate::edtf);
        assert_eq!(read("41710").as_deref(), Some("2014-03-12"));
        assert_eq!(read("41710.75").as_deref(), Some("2014-03-12"));
        assert_eq!(read("1").as_deref(), Some("1900-01-01"));
        assert_eq!(read("59").as_deref(), Some("1900-02-28"));
        assert_eq!(read("60"), None);
        assert_eq!(read("61").as_deref(), Some("1900-03-01"));
        assert!(DateStyle::default().expected("41710").contains("excel = true"));
    }

    #[test]
    fn one_cell_may_state_the_first_and_the_last_date() {
        let style = DateStyle {
            excel: true,
            range: ["–", " to ", "-"].map(str::to_owned).to_vec(),
            ..style(&["%d %B %Y", "%B %Y", "%Y-%m-%d", "%Y"])
        };
        for (text, wanted) in [
            ("12-14 March 2014", "2014-03-12/2014-03-14"),
            ("30 March – 2 April 2014", "2014-03-30/2014-04-02"),
            ("March–May 2014", "2014-03/2014-05"),
            ("2014-03-12 to 2014-03-14", "2014-03-12/2014-03-14"),
            ("1960–1963", "1960/1963"),
            ("1914-18", "1914/1918"),
        ] {
            let (first, last) = style.read_range(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(from_to(first, last), wanted, "{text}");
        }
        for text in ["some time – later", "2010-", "– March 2014"] {
            assert_eq!(style.read_range(text), None, "{text}");
        }
    }

    #[test]
    fn parts_of_a_date_may_be_missing() {
        let months = MonthNames::default();
        let read = |year, month, day| in_parts(year, month, day, &months).map(PartialDate::edtf);
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
