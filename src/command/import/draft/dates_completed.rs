//! Dates that a column alone does not say: days whose year or month stands elsewhere, and words for what is
//! not over.

use crate::command::import::draft::date_reading::DateReading;
use crate::command::import::draft::roles::{DraftColumns, YearBehind};
use crate::command::import::draft::sample::{ColumnSample, is_missing, only_year};
use crate::command::import::draft::when::ENDS;
use crate::command::import::draft::words::STARTS;
use crate::mapping::SHEET_COLUMN;
use crate::value::calendar_words::CalendarWords;
use crate::value::date_formats::{DateStyle, without_footnotes};

impl DraftColumns {
    /// Reads the columns of last dates in which one word or two stand where nothing is over yet, however
    /// often.
    pub(super) fn read_last_dates(&mut self, above: Option<&str>) {
        let is_word = |cell: &str| {
            cell.contains(char::is_alphabetic) && !cell.contains(|c: char| c.is_ascii_digit())
        };
        // a word beside dates that are read, if it comes more than once
        for column in self.named(&ENDS, |column| self.dates[column].is_some()) {
            let Some(reading) = &mut self.dates[column] else { continue };
            let cells = &self.all[column].cells;
            let unread = reading.unread.iter();
            let words: Vec<String> = unread
                .filter(|cell| is_word(cell) && cells.get(*cell).is_some_and(|times| *times > 1))
                .cloned()
                .collect();
            if words.len() == 1 {
                reading.unread.retain(|cell| !words.contains(cell));
                self.ongoing.push((column, words));
            }
        }
        for column in self.named(&ENDS, |column| self.dates[column].is_none()) {
            let sample = &self.all[column];
            let words: Vec<String> =
                sample.told().map(|(cell, _)| cell).filter(|cell| is_word(cell)).cloned().collect();
            if words.is_empty() || words.len() > 2 {
                continue;
            }
            let mut dates = ColumnSample::of(&sample.name);
            for (cell, times) in &sample.cells {
                if !words.contains(cell) {
                    dates.add_times(cell, *times);
                }
            }
            if let Some(reading) = dates.date(above) {
                self.dates[column] = Some(reading);
                self.ongoing.push((column, words));
            } else if dates.year().is_some() {
                self.years[column] = dates.year();
                self.ongoing.push((column, words));
            }
        }
    }

    /// Reads a column of days of the month beside the sheets of months.
    pub(super) fn add_months(&mut self) {
        let is_month = |column: usize| {
            self.dates[column].as_ref().is_some_and(|date| {
                [["%B %Y"], ["%B %y"]].iter().any(|month| date.formats == month)
                    && date.unread.is_empty()
            })
        };
        let Some(sheet) = self.named(&[SHEET_COLUMN], is_month).first().copied() else { return };
        let days = ["day", "tag", "jour", "dia", "giorno", "dag", "dzien", "gun", "день", "date"];
        let calendar = CalendarWords::default();
        let fits = |column: usize| {
            column != sheet
                && self.years[column].is_none()
                && self.all[column].part(31, &calendar).is_some_and(|missing| missing.is_empty())
        };
        let Some(day) = self.named(&days, fits).first().copied() else { return };
        let behind = YearBehind {
            between: " ".to_owned(),
            column: Some(sheet),
            above: None,
            unread: Vec::new(),
        };
        let locale = self.dates[sheet].as_ref().map_or(&[][..], |date| date.locale);
        let of_sheet = self.dates[sheet].take().unwrap_or_default();
        let formats = vec![if of_sheet.formats == ["%B %y"] { "%d %B %y" } else { "%d %B %Y" }];
        let century = of_sheet.century;
        let read = self.all[day].stated;
        self.dates[day] =
            Some(DateReading { formats, century, locale, read, ..DateReading::default() });
        self.numbers[day] = None;
        self.yearless.push((day, behind));
    }

    /// Reads the columns of days without a year, "17/02", with the year of a column or of the title
    /// behind them.
    pub(super) fn add_years(&mut self, above: Option<&str>) {
        let of_years = self.named(&OF_YEARS, |column| self.years[column].is_some());
        let behind = of_years.first().copied();
        if behind.is_none() && above.is_none() {
            return;
        }
        for column in self.named(&STARTS, |column| self.dates[column].is_none()) {
            let sample = &self.all[column];
            let all: u64 = sample.told().map(|(_, times)| times).sum();
            let Some((sign, days)) = [' ', '/', '.', '-']
                .into_iter()
                .map(|sign| {
                    let days = sample.told().filter(|(cell, _)| is_day_of_month(cell, sign));
                    (sign, days.map(|(_, times)| times).sum::<u64>())
                })
                .max_by_key(|(_, days)| *days)
            else {
                continue;
            };
            if days * 5 < all * 4 {
                continue;
            }
            let is_day = |cell: &str| is_day_of_month(cell, sign);
            let mut ends = sample.cells.keys().filter(|cell| is_day(cell));
            // "3.4." has the sign already
            let between = match ends.clone().filter(|cell| cell.ends_with(sign)).count() {
                0 => sign.to_string(),
                _ if ends.all(|cell| cell.ends_with(sign)) => String::new(),
                _ => continue,
            };
            // in a leap year, which has all days
            let mut whole = ColumnSample::of(&sample.name);
            for (cell, times) in sample.told().filter(|(cell, _)| is_day(cell)) {
                whole.add_times(&format!("{cell}{between}2000"), times);
            }
            let Some(reading) = whole.date(None) else { continue };
            let year = format!("{between}2000");
            let unread: Vec<String> = reading
                .unread
                .iter()
                .filter_map(|cell| cell.strip_suffix(&year).map(str::to_owned))
                .collect();
            let others = sample
                .cells
                .keys()
                .filter(|cell| !is_day(cell) || is_missing(cell) || unread.contains(cell));
            let years: Vec<String> = match behind {
                Some(years) => self.all[years].cells.keys().cloned().collect(),
                None => above.iter().map(|year| (*year).to_owned()).collect(),
            };
            let with_years = |cell: &String| -> Vec<String> {
                years.iter().map(|year| format!("{cell}{between}{year}")).collect()
            };
            let mut codes = in_each_year(&reading.codes, &between, &years);
            // a month with its year, beside days without one
            let (whole, others): (Vec<_>, Vec<_>) = others
                .map(|cell| (cell, month_with_year(cell, &years)))
                .partition(|(_, own)| own.is_some());
            codes.extend(whole.into_iter().filter_map(|(cell, own)| {
                let (year, date) = own?;
                Some((format!("{cell}{between}{year}"), date))
            }));
            let others = others.into_iter().flat_map(|(cell, _)| with_years(cell));
            let blank =
                years.iter().filter(|_| sample.blank > 0).map(|year| format!("{between}{year}"));
            let missing = others.take(2_000).chain(blank).collect();
            self.dates[column] =
                Some(DateReading { missing, codes, unread: Vec::new(), ..reading });
            let above = above.filter(|_| behind.is_none()).map(str::to_owned);
            self.yearless.push((column, YearBehind { between, column: behind, above, unread }));
        }
    }
}

/// Words of columns of the years of days that stand elsewhere.
const OF_YEARS: [&str; 17] = [
    "year",
    "section",
    "heading",
    "sheet",
    "jahr",
    "ano",
    "annee",
    "anno",
    "год",
    "рік",
    "yil",
    "rok",
    "jaar",
    "ar",
    "tahun",
    "السنة",
    "سنة",
];

/// At most this many years are tried for a form of cell.
const TOLD_APART: usize = 400;

/// What the cells mean that were read as if they were of the year 2000, in each of these years.
fn in_each_year(
    codes: &[(String, String)],
    between: &str,
    years: &[String],
) -> Vec<(String, String)> {
    let each = |(cell, date): &(String, String)| -> Vec<(String, String)> {
        let Some(cell) = cell.strip_suffix("2000") else { return Vec::new() };
        let years = years.iter().take(TOLD_APART);
        years.map(|year| (format!("{cell}{year}"), date.replace("2000", year))).collect()
    };
    codes
        .iter()
        .filter(|(cell, _)| cell.ends_with(&format!("{between}2000")))
        .flat_map(each)
        .collect()
}

/// The year of a month that a cell states with it, if it is one of these, and the month.
fn month_with_year(cell: &str, years: &[String]) -> Option<(String, String)> {
    let style = DateStyle::of(["%m.%Y", "%m/%Y", "%B %Y", "%Y"].map(str::to_owned).into());
    let year = only_year(std::iter::once(cell)).filter(|own| years.contains(own))?;
    Some((year, style.read(cell)?.edtf()))
}

/// Whether a cell is a day and a month, as "17/02", "3.4." or "15 August", or may be a month.
fn is_day_of_month(cell: &str, sign: char) -> bool {
    let bare = without_footnotes(cell.into());
    let cell: &str = &bare;
    if sign == ' ' {
        let digits = cell.chars().filter(char::is_ascii_digit).count();
        return digits < 5
            && cell.contains(char::is_alphabetic)
            && only_year(std::iter::once(cell)).is_none();
    }
    let parts: Vec<&str> = cell.trim_end_matches(sign).split(sign).collect();
    let number =
        |part: &&str| part.len() < 3 && part.parse::<u8>().is_ok_and(|n| (1..=31).contains(&n));
    parts.len() == 2 && parts.iter().all(number)
}
