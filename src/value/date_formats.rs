//! Dates as data sets write them, in formats of their own.

use std::borrow::Cow;

use jiff::civil::{Date, date};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use crate::value::calendar_words::{CalendarWords, WrittenPart};
use crate::value::date::{civil, julian};
use crate::value::partial_date::PartialDate;
use crate::value::text::western_digits;

/// How a data set writes its dates.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DateStyle {
    /// The formats (strftime, `%q` for a quarter, and `%Q` for milliseconds since 1970), tried in this order;
    /// ISO 8601 where there are none. Where the name of the month is written, the order of the parts is what counts.
    pub formats: Vec<String>,
    /// The first of the hundred years that a year of two digits belongs to.
    pub century: Option<i16>,
    /// How months and weekdays are called.
    pub calendar: CalendarWords,
    /// Whether numbers are days as spreadsheets count them.
    pub excel: bool,
    /// What stands between the first and the last date in one cell.
    pub range: Vec<String>,
}

/// A date without the marks of footnotes behind its parts: `3 May [2]`, `3 May[a] 1961`.
#[must_use]
pub fn without_footnotes(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut rest = text.as_ref();
    let mut bare = String::new();
    while let Some((before, behind)) = rest.split_once('[') {
        let Some((mark, after)) = behind.split_once(']') else { break };
        let is_mark = (1..=3).contains(&mark.len()) && mark.chars().all(char::is_alphanumeric);
        if !is_mark || bare.is_empty() && before.trim().is_empty() {
            break;
        }
        bare.push_str(before.trim_end());
        rest = after;
    }
    if bare.is_empty() { text } else { Cow::Owned(bare + rest) }
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
            if CLOCKS.iter().any(|(clock, _)| clock == format) {
                return None;
            }
            let why = if self.century.is_none() && has_short_year(format) {
                "the year has two digits; set century to the first of the hundred years meant, \
                 such as century = 1950 for 1950 to 2049"
            } else {
                // a day on which no two parts look alike
                let day = PartialDate::of(date(2003, 11, 23));
                let moment = date(2003, 11, 23).at(14, 5, 6, 0).to_zoned_datetime(TimeZone::UTC);
                let text = moment.and_then(|moment| strtime::format(format, &moment)).ok();
                let read = text.and_then(|text| self.read_as(&text, format));
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
        let text = without_footnotes(western_digits(text));
        let day = || spreadsheet_day(&text).filter(|_| self.excel);
        self.in_formats(&text).or_else(day)
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
        let text = without_footnotes(western_digits(text));
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
                    let begun = left.get(..left.len().checked_sub(right.len())?)?;
                    let last = self.in_formats(&format!("{begun}{right}"))?;
                    // 1699-00
                    let next =
                        || self.in_formats(&format!("{}{right}", begun.parse::<u32>().ok()? + 1));
                    let is_early = last.last() < first.first();
                    Some((first, if is_early { next().unwrap_or(last) } else { last }))
                }
                // 1/28-29/17
                (None, None) => {
                    let begun = left.get(..=left.rfind(|c: char| !c.is_alphanumeric())?)?;
                    let rest = right.find(|c: char| !c.is_alphanumeric())?;
                    let first = self.in_formats(&format!("{left}{}", &right[rest..]))?;
                    Some((first, self.in_formats(&format!("{begun}{right}"))?))
                }
            }
        })
    }

    fn read_as(&self, text: &str, format: &str) -> Option<PartialDate> {
        if let Some((_, per_second)) = CLOCKS.iter().find(|(clock, _)| *clock == format) {
            return on_clock(text, *per_second);
        }
        if format == "%Y-%m-%d"
            && let Some(day) = iso_day(text)
        {
            return Some(day);
        }
        if format.contains("%q") {
            // as strftime writes a quarter, but does not read it
            return parse(text, &format.replace("%q", "%m"), self.century)?.of_quarter();
        }
        parse(text, format, self.century).or_else(|| self.written(text, format))
    }

    /// The date of a text with the name of its month, if its parts stand in the order of the format.
    fn written(&self, text: &str, format: &str) -> Option<PartialDate> {
        let order = format.split('%').skip(1).map(|part| part.trim_start_matches(['-', '_']));
        let order: Vec<char> = order.map(|part| part.chars().next().unwrap_or(' ')).collect();
        if !order.iter().any(|part| matches!(part, 'B' | 'b' | 'h')) {
            return None;
        }
        let parts = self.calendar.parts(text)?;
        if parts.len() != order.len() {
            return None;
        }
        let (mut year, mut month, mut day) = (None, None, None);
        for (part, wanted) in parts.into_iter().zip(&order) {
            match (wanted, part) {
                ('B' | 'b' | 'h', WrittenPart::Month(n)) => month = Some(n),
                ('d' | 'e', WrittenPart::Digits(1 | 2, n)) => day = Some(i8::try_from(n).ok()?),
                ('Y', WrittenPart::Digits(4, n)) => year = Some(n),
                // "March 12" is a day of some year, unless the format is so
                ('y', WrittenPart::Digits(2, n))
                    if order.len() > 2 || format.contains(' ') || !text.contains(' ') =>
                {
                    year = self.century.map(|first| of_century(first, n));
                }
                _ => return None,
            }
        }
        match day {
            Some(day) => Date::new(year?, month?, day).ok().map(PartialDate::of),
            None => Some(PartialDate { year: year?, month: Some(month?), day: None }),
        }
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

/// Formats of moments that are counted from 1970 on, and how many of what is counted make a second. A number
/// of less than half a year is none of them.
const CLOCKS: [(&str, i64); 2] = [("%s", 1), ("%Q", 1000)];

const HALF_A_YEAR: i64 = 15_000_000;

/// The day, in UTC, of a moment that is counted from 1970 on.
fn on_clock(text: &str, per_second: i64) -> Option<PartialDate> {
    let seconds = text.parse::<i64>().ok()?.div_euclid(per_second);
    let days = Some(seconds.div_euclid(86_400)).filter(|_| seconds.abs() >= HALF_A_YEAR)?;
    civil(julian(date(1970, 1, 1)).checked_add(days)?).map(PartialDate::of)
}

fn has_short_year(format: &str) -> bool {
    ["%y", "%-y", "%D", "%g"].iter().any(|part| format.contains(part))
}

/// The year of two digits within the hundred years that begin with `first`.
fn of_century(first: i16, year: i16) -> i16 {
    first + (year - first).rem_euclid(100)
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
        read.set_year(Some(of_century(first, year))).ok()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::partial_date::from_to;

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
            ("2022-09-17T18:00:00+03:30", &["%Y-%m-%dT%H:%M:%S%:z"], "2022-09-17"),
            ("1394582400000", &["%Q"], "2014-03-12"),
            ("1394582400", &["%s"], "2014-03-12"),
            ("18 May 2026 2:29:20 PM", &["%d %b %Y %I:%M:%S %p"], "2026-05-18"),
        ] {
            assert_eq!(style(formats).mistakes(), Vec::<String>::new());
            assert_eq!(read(text, formats).as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(read("2014-02-30", &[]), None);
        assert_eq!(read("2014-02-30", &["%Y-%m-%d"]), None);
        assert_eq!(style(&["%m-%d"]).mistakes().len(), 1);
        assert_eq!(style(&["%H"]).mistakes().len(), 1);
    }

    #[test]
    fn a_format_may_leave_out_the_day() {
        for (text, format, wanted) in [
            ("March 2014", "%B %Y", "2014-03"),
            ("2014/3", "%Y/%m", "2014-03"),
            ("201403", "%Y%m", "2014-03"),
            ("Sept. 2014", "%b %Y", "2014-09"),
            ("Q3 2021", "Q%q %Y", "2021-35"),
            ("2021-Q1", "%Y-Q%q", "2021-33"),
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
    fn the_name_of_a_month_tells_the_parts_of_a_date_apart() {
        let calendar = CalendarWords::of(&["uk_UA".into(), "ar_EG".into(), "ar_SY".into()]);
        let style = DateStyle {
            calendar: calendar.unwrap(),
            ..style(&["%d %B %Y", "%B %d, %Y", "%B %Y", "%d-%b-%y", "%B-%y"])
        };
        let read = |text| style.read(text).map(PartialDate::edtf);
        for (text, wanted) in [
            ("3rd of March, 2014", "2014-03-03"),
            ("Sat, 3 March 2014", "2014-03-03"),
            ("March 3rd 2014", "2014-03-03"),
            ("3.March.2014", "2014-03-03"),
            ("3 березня 2014 р.", "2014-03-03"),
            ("березень 2014 р.", "2014-03"),
            ("١٢ آذار/مارس ٢٠١٤", "2014-03-12"),
            ("5 Jun 67", "1967-06-05"),
            ("Mar-12", "2012-03"),
        ] {
            assert_eq!(read(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["March 12", "3 March", "3 March or April 2014", "31 April 2014", "3 soon 2014"]
        {
            assert_eq!(read(text), None, "{text}");
        }
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
            century: Some(1950),
            ..style(&["%d %B %Y", "%B %Y", "%Y-%m-%d", "%Y", "%m/%d/%y"])
        };
        for (text, wanted) in [
            ("12-14 March 2014", "2014-03-12/2014-03-14"),
            ("30 March – 2 April 2014", "2014-03-30/2014-04-02"),
            ("March–May 2014", "2014-03/2014-05"),
            ("2014-03-12 to 2014-03-14", "2014-03-12/2014-03-14"),
            ("1960–1963", "1960/1963"),
            ("1914-18", "1914/1918"),
            ("1/28-29/17", "2017-01-28/2017-01-29"),
        ] {
            let (first, last) = style.read_range(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(from_to(first, last), wanted, "{text}");
        }
        for text in ["some time – later", "2010-", "– March 2014"] {
            assert_eq!(style.read_range(text), None, "{text}");
        }
    }
}
