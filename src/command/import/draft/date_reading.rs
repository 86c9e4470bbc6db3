//! How a column of dates is read: in which formats, in which language, as ranges.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::command::import::draft::date_words::in_words;
use crate::command::import::draft::sample::{ColumnSample, only_year};
use crate::command::import::draft::words::words_of;
use crate::mapping::SHEET_COLUMN;
use crate::value::calendar_words::CalendarWords;
use crate::value::date;
use crate::value::date_formats::{DateStyle, without_footnotes};
use crate::value::text::western_digits;

/// How dates are written in the field's files. Where several read the same cells, the first is
/// proposed.
const FORMATS: [&str; 77] = [
    "%Y-%m-%d",
    "%d %B %Y",
    "%B %d, %Y",
    "%Y %B %d",
    "%d.%m.%Y.",
    "%d.%m.%Y г.",
    "%d.%m.%Y р.",
    "%d.%m.%Y r.",
    "%d %B %Y %H%M UTC",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S%:z",
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%d %H:%M:%S%:z",
    "%m/%d/%Y %I:%M:%S %p",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H%M",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%MZ",
    "%Y-%m-%dT%H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y / %H%M",
    "%d.%m.%Y / %H%M UTC",
    "%d.%m.%Y, %H:%M",
    "%d/%m/%Y %H%M",
    "%d/%m/%Y %H%M UTC",
    "%d/%m/%Y, %H:%M",
    "%d/%m/%Y %H:%M UTC",
    "%Y-%m-%d %H:%M UTC",
    "%d %B %Y, %H:%M",
    "%d %B %Y %H:%M",
    "%d %B %Y %H:%M UTC",
    "%d %B %Y, %H%M UTC",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Q",
    "%Y年%m月%d日",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%a, %d/%m/%Y",
    "%a, %m/%d/%Y",
    "%a %d/%m/%Y",
    "%a %m/%d/%Y",
    "%d-%B-%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d %B %Y %H%M",
    "%B %Y",
    "%B %y",
    "%Y %B",
    "%B-%y",
    "%B/%y",
    "%B/%Y",
    "%B-%Y",
    "%Y-%m",
    "%Y/%m",
    "%m/%Y",
    "%m.%Y",
    "%m-%Y",
    "Q%q %Y",
    "%Y Q%q",
    "%Y-Q%q",
    "%Y",
    "%Y г.",
    "%Y р.",
    "FY%Y",
];

/// Formats in which the words beside a date leave no doubt.
const WRITTEN: [&str; 6] = ["%d %B %Y", "%B %d, %Y", "%B %Y", "%Y-%m-%d", "%d.%m.%Y", "%Y"];

/// How many different cells are tried in each language.
const TRIED_CELLS: usize = 200;

/// No date is as long as this, in bytes.
const LONGEST: usize = 80;

/// How many different cells are tried with each format; one that reads none of them is not used.
const PROBED: usize = 400;

/// Formats that read some days alike, with day and month exchanged.
const EXCHANGED: [(&str, &str); 3] =
    [("%d/%m/%Y", "%m/%d/%Y"), ("%d-%m-%Y", "%m-%d-%Y"), ("%d/%m/%y", "%m/%d/%y")];

/// The languages that the names of months are looked for in; Arabic has several names for them.
pub const LANGUAGES: [&[&str]; 19] = [
    &["de"],
    &["fr"],
    &["es"],
    &["it"],
    &["pt"],
    &["nl"],
    &["ru"],
    &["uk_UA"],
    &["tr"],
    &["ar_EG", "ar_SY", "ar_TN"],
    &["pl"],
    &["sv_SE"],
    &["id"],
    &["fa_IR"],
    &["ro"],
    &["cs_CZ"],
    &["da_DK"],
    &["nb_NO"],
    &["sr_RS", "sr_RS@latin"],
];

/// The words of one of these languages, or those of English.
#[must_use]
pub fn calendar_of(language: &[&str]) -> CalendarWords {
    static KNOWN: LazyLock<Vec<CalendarWords>> = LazyLock::new(|| {
        let locales = |language: &[&str]| -> Vec<String> {
            language.iter().map(|locale| (*locale).to_owned()).collect()
        };
        LANGUAGES
            .iter()
            .map(|language| CalendarWords::of(&locales(language)).unwrap_or_default())
            .collect()
    });
    let known = LANGUAGES.iter().position(|other| *other == language);
    known.map_or_else(CalendarWords::default, |n| KNOWN[n].clone())
}

/// The Julian day numbers between which a date of a table is likely: the years 1000 to 2199.
const EARLIEST: i64 = 2_086_308;

const LATEST: i64 = 2_524_594;

/// What stands between two dates in one cell.
const RANGES: [&str; 14] = [
    " to ", " – ", "–", " - ", "-", "/", " s.d. ", " s/d ", " sampai ", " bis ", " au ", " al ",
    " до ", " do ",
];

/// How a month is read that a spreadsheet keeps as its first day.
pub const FIRST_OF_MONTH: &str = "%Y-%m-01";

/// The first of the hundred years that ends with this one.
pub const CENTURY: i16 = 1927;

/// How a column of dates is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DateReading {
    /// The formats; none: as EDTF.
    pub formats: Vec<&'static str>,
    /// A format that reads the cells too, with another meaning.
    pub also: Option<&'static str>,
    /// Cells that the first of two such formats reads, and the other too.
    pub either: Vec<String>,
    /// The first of a hundred years, for years of two digits.
    pub century: Option<i16>,
    /// What stands between two dates.
    pub range: Vec<&'static str>,
    /// Cells that say in words what no format reads, and what they mean in EDTF.
    pub codes: Vec<(String, String)>,
    /// The language of the months; none for English.
    pub locale: &'static [&'static str],
    /// Days as a spreadsheet counts them.
    pub excel: bool,
    /// The cells that mean "not stated".
    pub missing: Vec<String>,
    /// Cells that are no date, and would be unknown.
    pub unread: Vec<String>,
    /// How many cells it reads.
    pub read: u64,
}

impl DateReading {
    /// Whether the months are written in a language that has commas before decimals.
    #[must_use]
    pub fn is_continental(&self) -> bool {
        self.locale.first().is_some_and(|locale| !locale.starts_with("ar"))
    }

    /// Takes over how another column is read, so that one rule reads both.
    pub fn join(&mut self, other: &DateReading) {
        self.codes.extend(other.codes.iter().cloned());
        self.codes.sort_unstable();
        self.codes.dedup();
        for range in &other.range {
            if !self.range.contains(range) {
                self.range.push(range);
            }
        }
        self.century = self.century.or(other.century);
        self.excel |= other.excel;
        if self.locale.is_empty() {
            self.locale = other.locale;
        }
    }
}

/// The reading that reads the most; of equals the first.
trait RevMaxByRead: Iterator<Item = DateReading> + Sized {
    fn rev_max_by_read(self) -> Option<DateReading> {
        self.fold(None, |best: Option<DateReading>, next| match best {
            Some(best) if best.read >= next.read => Some(best),
            _ => Some(next),
        })
    }
}

impl<I: Iterator<Item = DateReading>> RevMaxByRead for I {}

/// Whether a cell may be a day as a spreadsheet counts them.
fn is_sheet_day(cell: &str) -> bool {
    cell.len() == 5 && cell.parse::<u32>().is_ok_and(|n| (15_000..60_000).contains(&n))
}

impl ColumnSample {
    /// How the column is read as dates, if most of its cells are some; those without a year are of
    /// this one, or of the only one that other cells have.
    #[must_use]
    pub fn date(&self, year: Option<&str>) -> Option<DateReading> {
        let all: u64 = self.told().map(|(_, times)| times).sum();
        // what has but four digits may be a year, or any number
        let is_plain = |cell: &str| cell.len() < 5 && cell.bytes().all(|b| b.is_ascii_digit());
        let others: u64 =
            self.told().filter(|(cell, _)| !is_plain(cell)).map(|(_, times)| times).sum();
        if all == 0 || others == 0 {
            return None;
        }
        let own = only_year(self.cells.keys().map(String::as_str));
        let year = own.as_deref().or(year);
        let best = [self.edtf(), self.spreadsheet_days(), self.in_likely_language(year)]
            .into_iter()
            .flatten()
            .rev_max_by_read();
        // a column with only a few dates in it is not a date column, nor is one of another calendar
        best.filter(|_| !self.is_of_other_calendar()).filter(|reading| {
            let unread: u64 = reading.unread.iter().filter_map(|cell| self.cells.get(cell)).sum();
            reading.read * 5 >= all * 3 && others > unread
        })
    }

    /// Whether the years are those of Iran, Afghanistan or Islam, written in their digits.
    fn is_of_other_calendar(&self) -> bool {
        let foreign = |cell: &&String| cell.chars().any(|c| c.is_numeric() && !c.is_ascii());
        let cells = || self.told().map(|(cell, _)| cell).filter(foreign);
        let is_early = |cell: &String| {
            let cell = western_digits(cell);
            let mut numbers = cell.split(|c: char| !c.is_ascii_digit());
            numbers.any(|number| number.len() == 4 && number < "1500")
        };
        let early = cells().filter(|cell| is_early(cell)).count();
        early > 0 && early * 2 > cells().count()
    }

    /// The reading in the language that reads most of some of the cells.
    fn in_likely_language(&self, year: Option<&str>) -> Option<DateReading> {
        let all: Vec<(&String, u64)> = self.told().collect();
        // they are sorted: some from everywhere
        let some: Vec<(&String, u64)> =
            all.iter().copied().step_by(all.len().div_ceil(TRIED_CELLS).max(1)).collect();
        let languages = std::iter::once(&[][..]).chain(LANGUAGES);
        let likely = languages
            .filter_map(|language| self.in_formats(&some, language, year))
            .rev_max_by_read()?;
        let tried: u64 = some.iter().map(|(_, times)| times).sum();
        if some.len() == all.len() {
            return Some(likely);
        }
        // the others are like them
        (likely.read * 2 >= tried).then(|| self.in_formats(&all, likely.locale, year))?
    }

    fn edtf(&self) -> Option<DateReading> {
        let unread: Vec<&String> = self
            .told()
            .filter(|(cell, _)| {
                !cell.starts_with(|c: char| c.is_ascii_digit()) || date::parse(cell).is_err()
            })
            .map(|(cell, _)| cell)
            .collect();
        if !unread.is_empty() {
            return None;
        }
        let read = self.told().map(|(_, times)| times).sum();
        // spreadsheets keep a month as its first day
        let is_month = |cell: &String| cell.len() == 10 && cell.ends_with("-01");
        let are_months = self.told().count() > 3 && self.told().all(|(cell, _)| is_month(cell));
        let formats = if are_months { vec![FIRST_OF_MONTH] } else { Vec::new() };
        Some(DateReading { formats, missing: self.missing(), read, ..DateReading::default() })
    }

    /// Five digits, as spreadsheets count days, in a column that is called so.
    fn spreadsheet_days(&self) -> Option<DateReading> {
        if !self.is_called_date() || !self.told().all(|(cell, _)| is_sheet_day(cell)) {
            return None;
        }
        let read = self.told().map(|(_, times)| times).sum();
        let formats = vec!["%Y-%m-%d"];
        Some(DateReading {
            formats,
            excel: true,
            missing: self.missing(),
            read,
            ..DateReading::default()
        })
    }

    /// Reads cells that hold two dates, or a day as a spreadsheet counts it.
    fn read_more(
        &self,
        reading: &mut DateReading,
        left: &mut Vec<(&String, u64)>,
        style: &dyn Fn(&[&str]) -> DateStyle,
        year: Option<&str>,
    ) {
        // two dates in one cell, in the formats of the others or in those that leave no doubt
        let ranges_in = |format: &str| {
            let style = DateStyle { range: RANGES.map(str::to_owned).into(), ..style(&[format]) };
            left.iter().filter(|(cell, _)| style.read_range(cell).is_some()).count()
        };
        // days and months in figures, where only one order reads all of them
        let figures: Vec<&str> = EXCHANGED
            .into_iter()
            .filter_map(|(one, other)| match (ranges_in(one), ranges_in(other)) {
                (ours, theirs) if ours > theirs => Some(one),
                (ours, theirs) if theirs > ours => Some(other),
                _ => None,
            })
            .collect();
        let sure = WRITTEN.into_iter().chain(figures);
        for format in std::iter::once(None).chain(sure.map(Some)) {
            if format.is_none() && reading.formats.is_empty() {
                continue;
            }
            for range in RANGES {
                let formats: Vec<&str> = reading.formats.iter().copied().chain(format).collect();
                let style = DateStyle { range: vec![range.to_owned()], ..style(&formats) };
                let both: u64 = left
                    .iter()
                    .filter(|(cell, _)| style.read_range(cell).is_some())
                    .map(|(_, times)| times)
                    .sum();
                if both > 0 {
                    if !reading.range.contains(&range) {
                        reading.range.push(range);
                    }
                    let is_new = |format: &&'static str| !reading.formats.contains(format);
                    reading.formats.extend(format.filter(is_new));
                    reading.read += both;
                    left.retain(|(cell, _)| style.read_range(cell).is_none());
                }
            }
        }
        // dates in words
        let formats: Vec<&str> = reading.formats.iter().chain(&WRITTEN).copied().collect();
        let spoken = style(&formats);
        left.retain(|(cell, times)| {
            let has_year = only_year(std::iter::once(cell.as_str())).is_some();
            let with_year = || {
                let year = year.filter(|_| {
                    !has_year && self.name != SHEET_COLUMN && cell.contains(char::is_alphabetic)
                })?;
                in_words(&format!("{cell} {year}"), &spoken)
            };
            let date = in_words(cell, &spoken).or_else(with_year);
            if let Some(date) = &date {
                reading.codes.push(((*cell).clone(), date.clone()));
                reading.read += times;
            }
            date.is_none()
        });
        // days as a spreadsheet counts them, beside others
        if self.is_called_date() && !reading.formats.is_empty() {
            let days: u64 =
                left.iter().filter(|(cell, _)| is_sheet_day(cell)).map(|(_, n)| n).sum();
            if days > 0 {
                reading.excel = true;
                reading.read += days;
                left.retain(|(cell, _)| !is_sheet_day(cell));
            }
        }
    }

    fn is_called_date(&self) -> bool {
        let name = self.name.to_lowercase();
        ["date", "day", "datum", "fecha"].iter().any(|word| name.contains(word))
    }

    /// Whether a column is called after a moment, so that a long number in it is one.
    fn is_called_time(&self) -> bool {
        const TIMES: [&str; 6] = ["at", "time", "timestamp", "date", "occurred", "when"];
        words_of(&self.name).iter().any(|word| TIMES.contains(&word.as_str()))
    }

    /// The fewest formats that read the most cells.
    fn in_formats(
        &self,
        all: &[(&String, u64)],
        locale: &'static [&'static str],
        year: Option<&str>,
    ) -> Option<DateReading> {
        let calendar = calendar_of(locale);
        let style = |formats: &[&str]| DateStyle {
            formats: formats.iter().map(|format| (*format).to_owned()).collect(),
            century: Some(CENTURY),
            calendar: calendar.clone(),
            ..DateStyle::default()
        };
        let reads: Vec<DateStyle> = FORMATS.iter().map(|format| style(&[format])).collect();
        let may_be_date = |cell: &str| {
            cell.len() < LONGEST && (cell.contains(char::is_numeric) || year.is_some())
        };
        let (mut left, never): (Vec<(&String, u64)>, Vec<_>) =
            all.iter().copied().partition(|(cell, _)| may_be_date(cell));
        // only words differ between languages
        let has_words = || left.iter().any(|(cell, _)| cell.contains(char::is_alphabetic));
        if left.is_empty() || !locale.is_empty() && !has_words() {
            return None;
        }
        // the cells that name a month
        let is_worded =
            |cell: &str| calendar.parts(&without_footnotes(western_digits(cell))).is_some();
        let worded: HashSet<&String> =
            left.iter().map(|(cell, _)| *cell).filter(|cell| is_worded(cell)).collect();
        let mut reading = DateReading { locale, missing: self.missing(), ..DateReading::default() };
        let fits = |n: usize, cell: &String| {
            // what goes on is read in words
            let goes_on = cell.ends_with(['–', '—']);
            // a year of four digits is not one of two, nor eight digits any number
            let has_short_year = FORMATS[n].contains("%y");
            let digits = cell.chars().filter(char::is_ascii_digit).count();
            let is_clock = FORMATS[n] == "%Q";
            // "Nov 18" is a month of a sheet, and else a day
            let is_of_sheet = FORMATS[n] != "%B %y" || self.name == SHEET_COLUMN;
            let may_be = !goes_on
                && is_of_sheet
                && (!has_short_year || digits < 7)
                && (!is_clock || (12..14).contains(&digits) && self.is_called_time());
            may_be
                && (!FORMATS[n].contains("%B") || worded.contains(cell))
                && reads[n]
                    .read(cell)
                    .is_some_and(|date| (EARLIEST..LATEST).contains(&date.first()))
        };
        while !left.is_empty() {
            let count = |n: usize| {
                let probed = left.iter().take(PROBED);
                probed.filter(|(cell, _)| fits(n, cell)).map(|(_, times)| times).sum::<u64>()
            };
            let Some((n, _)) = (0..FORMATS.len())
                .map(|n| (n, count(n)))
                .max_by_key(|(n, most)| (*most, std::cmp::Reverse(*n)))
                .filter(|(_, most)| *most > 0)
            else {
                break;
            };
            reading.formats.push(FORMATS[n]);
            reading.read +=
                left.iter().filter(|(cell, _)| fits(n, cell)).map(|(_, times)| times).sum::<u64>();
            let exchanged = EXCHANGED.iter().find_map(|(one, other)| match FORMATS[n] {
                format if format == *one => Some(*other),
                format if format == *other => Some(*one),
                _ => None,
            });
            if let Some(other) =
                exchanged.and_then(|other| FORMATS.iter().position(|format| *format == other))
                && left.iter().filter(|(cell, _)| fits(n, cell)).all(|(cell, _)| fits(other, cell))
            {
                reading.also = Some(FORMATS[other]);
            }
            left.retain(|(cell, _)| !fits(n, cell));
        }
        for (one, other) in EXCHANGED {
            if reading.formats.contains(&one) && reading.formats.contains(&other) {
                let at = |format| FORMATS.iter().position(|known| *known == format).unwrap_or(0);
                let reads_both = |cell: &String| fits(at(one), cell) && fits(at(other), cell);
                let both = all.iter().filter(|(cell, _)| reads_both(cell));
                reading.either = both.map(|(cell, _)| (*cell).clone()).collect();
            }
        }
        if reading.formats.iter().any(|format| format.contains("%y")) {
            reading.century = Some(CENTURY);
        }
        // two dates in each cell
        if reading.formats.is_empty() {
            let reads_ranges = |format: &&&str| {
                let style =
                    DateStyle { range: RANGES.map(str::to_owned).into(), ..style(&[format]) };
                left.iter()
                    .take(PROBED / 10)
                    .filter(|(cell, _)| style.read_range(cell).is_some())
                    .count()
            };
            // of equals the first
            let best =
                FORMATS.iter().rev().filter(|format| **format != "%Y").max_by_key(reads_ranges);
            reading.formats.extend(best.filter(|format| reads_ranges(format) > 0).copied());
        }
        self.read_more(&mut reading, &mut left, &style, year);
        reading.unread = left.into_iter().chain(never).map(|(cell, _)| cell.clone()).collect();
        (!reading.formats.is_empty() || !reading.codes.is_empty()).then_some(reading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::import::draft::sample::sample;

    #[test]
    fn dates_are_read_in_as_many_formats_as_they_have() {
        let mixed = sample("date", &["2003-03-20", "2003-04", "2003", "n/a"]).date(None).unwrap();
        assert_eq!((mixed.formats.len(), mixed.missing), (0, vec!["n/a".to_owned()]));
        let days = sample("d", &["31/12/2003", "01/02/2004"]).date(None).unwrap();
        assert_eq!((days.formats, days.also), (vec!["%d/%m/%Y"], None));
        let either = sample("d", &["01/02/2003", "03/04/2004"]).date(None).unwrap();
        assert_eq!((either.formats, either.also), (vec!["%d/%m/%Y"], Some("%m/%d/%Y")));
        let american = sample("d", &["12/31/2003", "01/02/2004"]).date(None).unwrap();
        assert_eq!(american.formats, ["%m/%d/%Y"]);
        let months = sample("d", &["March 2014", "12 April 2014"]).date(None).unwrap();
        assert_eq!(months.formats.len(), 2);
        let short = sample("d", &["5-Jun-67", "20-Mar-03"]).date(None).unwrap();
        assert_eq!((short.formats, short.century), (vec!["%d-%B-%y"], Some(CENTURY)));
        let german =
            sample("datum", &["12 März 2014", "3 Mai 2014", "1 Juni 2015"]).date(None).unwrap();
        assert_eq!((german.formats, german.locale), (vec!["%d %B %Y"], &["de"][..]));
        let ranges =
            sample("d", &["12–14 March 2014", "3 May 2014", "9 May 2014"]).date(None).unwrap();
        assert_eq!(ranges.range, ["–"]);
        assert!(sample("date", &["41710", "41711"]).date(None).unwrap().excel);
        let few = sample("d", &["2014-03-01", "2014-03-02", "2014-03-03", "2014-03-04", "soon"]);
        assert_eq!(few.date(None).unwrap().unread, ["soon"]);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for cells in
            [&["yesterday", "soon"][..], &["1990", "1991"], &["12", "14"], &["S-300", "T-72"]]
        {
            assert_eq!(sample("x", cells).date(None), None, "{cells:?}");
        }
    }
}
