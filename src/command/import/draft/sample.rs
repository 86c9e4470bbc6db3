//! What the columns of a table are made of, as far as a sample tells: dates in one or more formats,
//! years, numbers, words for what is missing.

use std::collections::BTreeMap;

use crate::value::date;
use crate::value::date_formats::DateStyle;
use crate::value::month_names::MonthNames;

/// How many different cells of a column are kept.
const DISTINCT: usize = 20_000;

/// Words that tables have where something is not stated.
const MISSING: [&str; 48] = [
    "n/a",
    "na",
    "n.a.",
    "nd",
    "n.d.",
    "-",
    "--",
    "–",
    "—",
    ".",
    "..",
    "...",
    "…",
    "unknown",
    "null",
    "none",
    "nil",
    "?",
    "xxx",
    "#n/a",
    "nan",
    "not available",
    "not stated",
    "unspecified",
    "s/d",
    "s.d.",
    "k.a.",
    "k. a.",
    ". .",
    "−",
    "unk",
    "tbd",
    "nr",
    "no data",
    "not reported",
    "not known",
    "not recorded",
    "н/д",
    "нет данных",
    "немає даних",
    "sin datos",
    "no disponible",
    "non disponible",
    "keine angabe",
    "keine angaben",
    "unbekannt",
    "inconnu",
    "desconocido",
];

/// Words that tables have at the end of what is not over.
const ONGOING: [&str; 10] = [
    "ongoing",
    "present",
    "to date",
    "current",
    "now",
    "continuing",
    "heute",
    "andauernd",
    "en cours",
    "actualidad",
];

/// Numbers that code books use where something is not stated.
const MISSING_CODES: [&str; 5] = ["-9", "-99", "-999", "-9999", "-88"];

/// How dates are written in the field's files. Where several read the same cells, the first is
/// proposed.
const FORMATS: [&str; 39] = [
    "%Y-%m-%d",
    "%d %B %Y",
    "%d. %B %Y",
    "%d de %B de %Y",
    "%d de %B %Y",
    "%der %B %Y",
    "%d %B %Y г.",
    "%dst %B %Y",
    "%dnd %B %Y",
    "%drd %B %Y",
    "%dth %B %Y",
    "%d.%m.%Y.",
    "%Y-%m-%dT%H:%M:%SZ",
    "%m/%d/%Y %I:%M:%S %p",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d %H:%M",
    "%B %d, %Y",
    "%d-%B-%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%d/%m/%Y %H:%M",
    "%d-%B-%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%B %Y",
    "%B-%y",
    "%Y-%m",
    "%Y/%m",
    "%m/%Y",
    "%Y",
];

/// Formats that read some days alike, with day and month exchanged.
const EXCHANGED: [(&str, &str); 3] =
    [("%d/%m/%Y", "%m/%d/%Y"), ("%d-%m-%Y", "%m-%d-%Y"), ("%d/%m/%y", "%m/%d/%y")];

/// The languages that the names of months are looked for in.
pub const LANGUAGES: [&str; 11] =
    ["de", "fr", "es", "it", "pt", "nl", "ru", "uk_UA", "tr", "ar_EG", "pl"];

/// The Julian day numbers between which a date of a table is likely: the years 1000 to 2199.
const EARLIEST: i64 = 2_086_308;
const LATEST: i64 = 2_524_594;

/// What stands between two dates in one cell.
const RANGES: [&str; 5] = [" to ", " – ", "–", " - ", "-"];

/// The first of the hundred years that ends with this one.
pub const CENTURY: i16 = 1927;

impl NumberReading {
    /// Whether other numbers are written alike, so that one rule reads both.
    #[must_use]
    pub fn is_like(&self, other: &NumberReading) -> bool {
        let free = |reading: &NumberReading| {
            reading.thousands.is_none() && (reading.is_whole || reading.decimal == '.')
        };
        let same = self.thousands == other.thousands && self.decimal == other.decimal;
        let both_whole = self.is_whole && other.is_whole;
        same || both_whole && (free(self) || free(other))
    }

    /// One rule for these columns, which are written alike.
    #[must_use]
    pub fn joined(readings: &[NumberReading]) -> NumberReading {
        let mut all =
            readings.iter().max_by_key(|reading| reading.read).cloned().unwrap_or_default();
        if let Some(grouped) = readings.iter().find(|reading| reading.thousands.is_some()) {
            (all.thousands, all.decimal) = (grouped.thousands, grouped.decimal);
        }
        all.marks = readings.iter().flat_map(|reading| reading.marks.clone()).collect();
        all.marks.sort_unstable();
        all.marks.dedup();
        all.missing = readings
            .iter()
            .flat_map(|reading| reading.missing.iter().chain(&reading.unread))
            .cloned()
            .collect();
        all.missing.sort_unstable();
        all.missing.dedup();
        all.unread.clear();
        all.is_ambiguous = readings.iter().any(|reading| reading.is_ambiguous);
        all
    }
}

/// The cells of a column.
#[derive(Debug, Default, Clone)]
pub struct ColumnSample {
    /// What the column is called.
    pub name: String,
    /// Records that state it.
    pub stated: u64,
    /// Records in which it is blank.
    pub blank: u64,
    /// Its cells, and how often each occurs.
    pub cells: BTreeMap<String, u64>,
    /// There are more than were kept.
    pub has_more: bool,
}

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
    pub range: Option<&'static str>,
    /// The language of the months.
    pub locale: Option<&'static str>,
    /// Days as a spreadsheet counts them.
    pub excel: bool,
    /// The cells that mean "not stated".
    pub missing: Vec<String>,
    /// Cells that are no date, and would be unknown.
    pub unread: Vec<String>,
    /// How many cells it reads.
    pub read: u64,
}

/// How a column of numbers is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NumberReading {
    /// What groups thousands.
    pub thousands: Option<char>,
    /// What stands before decimals.
    pub decimal: char,
    /// Another way to read the same cells.
    pub is_ambiguous: bool,
    /// The words and codes that mean "not stated".
    pub missing: Vec<String>,
    /// Cells that are no number, and would be unknown.
    pub unread: Vec<String>,
    /// Signs and words beside a number, and how they hedge it.
    pub marks: Vec<(String, &'static str)>,
    /// The cells that have one.
    pub marked: Vec<String>,
    /// All of them are whole.
    pub is_whole: bool,
    /// The least and the greatest.
    pub least: f64,
    /// See `least`.
    pub greatest: f64,
    /// How many different numbers there are.
    pub distinct: usize,
    /// How many cells it reads.
    pub read: u64,
}

impl ColumnSample {
    /// One that has seen nothing.
    #[must_use]
    pub fn of(name: &str) -> ColumnSample {
        ColumnSample { name: name.to_owned(), ..ColumnSample::default() }
    }

    /// Looks at one more cell.
    pub fn add(&mut self, cell: &str) {
        if cell.is_empty() {
            self.blank += 1;
            return;
        }
        self.stated += 1;
        if let Some(times) = self.cells.get_mut(cell) {
            *times += 1;
        } else if self.cells.len() < DISTINCT {
            self.cells.insert(cell.to_owned(), 1);
        } else {
            self.has_more = true;
        }
    }

    /// Every record states it.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.blank == 0 && self.stated > 0
    }

    /// No cell occurs twice.
    #[must_use]
    pub fn is_distinct(&self) -> bool {
        !self.has_more && self.cells.len() as u64 == self.stated
    }

    /// The mean length of a cell, in characters.
    #[must_use]
    pub fn length(&self) -> usize {
        let all: usize = self.cells.keys().map(|cell| cell.chars().count()).sum();
        all / self.cells.len().max(1)
    }

    /// The cells that are no words for what is missing.
    fn told(&self) -> impl Iterator<Item = (&String, u64)> {
        self.cells.iter().filter(|(cell, _)| !is_missing(cell)).map(|(cell, times)| (cell, *times))
    }

    fn missing(&self) -> Vec<String> {
        self.cells.keys().filter(|cell| is_missing(cell)).cloned().collect()
    }

    /// How the column is read as dates, if most of its cells are some.
    #[must_use]
    pub fn date(&self) -> Option<DateReading> {
        let all: u64 = self.told().map(|(_, times)| times).sum();
        // what has but four digits may be a year, or any number
        let is_plain = |cell: &str| cell.len() < 5 && cell.bytes().all(|b| b.is_ascii_digit());
        let others: u64 =
            self.told().filter(|(cell, _)| !is_plain(cell)).map(|(_, times)| times).sum();
        if all == 0 || others == 0 {
            return None;
        }
        let best = [self.edtf(), self.spreadsheet_days(), self.in_formats(None)]
            .into_iter()
            .chain(LANGUAGES.map(|language| self.in_formats(Some(language))))
            .flatten()
            .rev_max_by_read();
        // a column with a few dates among other things is no date
        best.filter(|reading| {
            let unread: u64 = reading.unread.iter().filter_map(|cell| self.cells.get(cell)).sum();
            reading.read * 5 >= all * 4 && others > unread
        })
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
        Some(DateReading { missing: self.missing(), read, ..DateReading::default() })
    }

    /// Five digits, as spreadsheets count days, in a column that is called so.
    fn spreadsheet_days(&self) -> Option<DateReading> {
        let is_day = |cell: &str| {
            cell.len() == 5 && cell.parse::<u32>().is_ok_and(|n| (15_000..60_000).contains(&n))
        };
        let is_called = ["date", "day", "datum", "fecha"]
            .iter()
            .any(|word| self.name.to_lowercase().contains(word));
        if !is_called || !self.told().all(|(cell, _)| is_day(cell)) {
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

    /// The fewest formats that read the most cells.
    fn in_formats(&self, locale: Option<&'static str>) -> Option<DateReading> {
        let style = |formats: &[&str]| {
            let months = match locale {
                Some(locale) => MonthNames::of(&[locale.to_owned()]).unwrap_or_default(),
                None => MonthNames::default(),
            };
            DateStyle {
                formats: formats.iter().map(|format| (*format).to_owned()).collect(),
                century: Some(CENTURY),
                months,
                ..DateStyle::default()
            }
        };
        let reads: Vec<DateStyle> = FORMATS.iter().map(|format| style(&[format])).collect();
        let all: Vec<(&String, u64)> = self.told().collect();
        let mut left = all.clone();
        let mut reading = DateReading { locale, missing: self.missing(), ..DateReading::default() };
        let fits = |n: usize, cell: &str| {
            // a year of four digits is not one of two, nor eight digits any number
            let has_short_year = FORMATS[n].contains("%y");
            let digits = cell.chars().filter(char::is_ascii_digit).count();
            !(has_short_year && digits > 6)
                && reads[n]
                    .read(cell)
                    .is_some_and(|date| (EARLIEST..LATEST).contains(&date.first()))
        };
        while !left.is_empty() {
            let count = |n: usize| {
                left.iter().filter(|(cell, _)| fits(n, cell)).map(|(_, times)| times).sum::<u64>()
            };
            let Some((n, most)) = (0..FORMATS.len())
                .map(|n| (n, count(n)))
                .max_by_key(|(n, most)| (*most, std::cmp::Reverse(*n)))
                .filter(|(_, most)| *most > 0)
            else {
                break;
            };
            reading.formats.push(FORMATS[n]);
            reading.read += most;
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
                let reads_both = |cell: &str| fits(at(one), cell) && fits(at(other), cell);
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
                left.iter().filter(|(cell, _)| style.read_range(cell).is_some()).count()
            };
            let best = FORMATS.iter().filter(|format| **format != "%Y").max_by_key(reads_ranges);
            reading.formats.extend(best.filter(|format| reads_ranges(format) > 0).copied());
        }
        // two dates in one cell
        for range in RANGES {
            let style = DateStyle { range: vec![range.to_owned()], ..style(&reading.formats) };
            let both: u64 = left
                .iter()
                .filter(|(cell, _)| style.read_range(cell).is_some())
                .map(|(_, times)| times)
                .sum();
            if both > 0 && !reading.formats.is_empty() {
                reading.range = Some(range);
                reading.read += both;
                left.retain(|(cell, _)| style.read_range(cell).is_none());
                break;
            }
        }
        reading.unread = left.into_iter().map(|(cell, _)| cell.clone()).collect();
        (!reading.formats.is_empty()).then_some(reading)
    }

    /// The words for what is not stated, if all other cells are years.
    #[must_use]
    pub fn year(&self) -> Option<Vec<String>> {
        let is_missing_code = |cell: &str| MISSING_CODES.contains(&cell) || cell == "0";
        let mut missing = self.missing();
        let mut years = 0;
        for (cell, _) in self.told() {
            match cell {
                cell if is_year(cell) => years += 1,
                cell if is_missing_code(cell) => missing.push(cell.clone()),
                _ => return None,
            }
        }
        (years > 0).then_some(missing)
    }

    /// The words for what is not stated, if all other cells are numbers from 1 to `most`, or names of
    /// months.
    #[must_use]
    pub fn part(&self, most: u32) -> Option<Vec<String>> {
        let months = MonthNames::default();
        let is_part = |cell: &str| {
            let number = cell.parse::<u32>().is_ok_and(|n| (1..=most).contains(&n));
            number || most == 12 && months.month(cell).is_some()
        };
        let mut missing = self.missing();
        let (mut parts, mut others) = (0, 0);
        for (cell, times) in self.told() {
            if is_part(cell) {
                parts += times;
            } else {
                others += times;
                missing.push(cell.clone());
            }
        }
        (parts > 0 && parts >= others).then_some(missing)
    }

    /// How the column is read as numbers, if nearly all of its cells are some.
    #[must_use]
    pub fn number(&self) -> Option<NumberReading> {
        self.number_of(9)
    }

    /// The same with decimal commas, for cells that may have either: `1.350`.
    #[must_use]
    pub fn number_with_comma(&self) -> Option<NumberReading> {
        let known = self.number().filter(|known| known.is_ambiguous)?;
        let reading = self.numbers(Some('.'), ',');
        (reading.read >= known.read).then_some(NumberReading { is_ambiguous: true, ..reading })
    }

    /// The same, if at least so many of ten cells are.
    #[must_use]
    pub fn number_of(&self, of_ten: u64) -> Option<NumberReading> {
        const STYLES: [(Option<char>, char); 6] = [
            (None, '.'),
            (Some(','), '.'),
            (Some('.'), ','),
            (Some(' '), ','),
            (Some('\''), '.'),
            (None, ','),
        ];
        let is_code = |cell: &String| MISSING_CODES.contains(&cell.as_str());
        let all: u64 = self.told().filter(|(cell, _)| !is_code(cell)).map(|(_, times)| times).sum();
        let mut best: Option<NumberReading> = None;
        for (thousands, decimal) in STYLES {
            let reading = self.numbers(thousands, decimal);
            match &mut best {
                _ if reading.read * 10 < all * of_ten || reading.read == 0 => {}
                None => best = Some(reading),
                Some(known) if reading.read > known.read => best = Some(reading),
                Some(known)
                    if reading.read == known.read
                        && (reading.greatest - known.greatest).abs() > f64::EPSILON =>
                {
                    known.is_ambiguous = true;
                }
                Some(_) => {}
            }
        }
        best
    }

    fn numbers(&self, thousands: Option<char>, decimal: char) -> NumberReading {
        let mut reading = NumberReading {
            thousands,
            decimal,
            missing: self.missing(),
            is_whole: true,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            ..NumberReading::default()
        };
        for (cell, times) in self.told() {
            if MISSING_CODES.contains(&cell.as_str()) {
                reading.missing.push(cell.clone());
                continue;
            }
            let found = number(cell, thousands, decimal).or_else(|| {
                let (number, mark) = marked(cell, thousands, decimal)?;
                reading.marked.push(cell.clone());
                if !reading.marks.contains(&mark) {
                    reading.marks.push(mark);
                }
                Some(number)
            });
            let Some(number) = found else {
                reading.unread.push(cell.clone());
                continue;
            };
            reading.read += times;
            reading.distinct += 1;
            reading.is_whole &= number.fract() == 0.0;
            reading.least = reading.least.min(number);
            reading.greatest = reading.greatest.max(number);
        }
        reading
    }

    /// Most of its cells are words.
    #[must_use]
    pub fn is_text(&self) -> bool {
        let words = self.told().filter(|(cell, _)| cell.chars().any(char::is_alphabetic)).count();
        self.stated > 0 && words * 2 > self.told().count()
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

/// Whether a cell is a word for what is not stated.
#[must_use]
pub fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell.to_lowercase().as_str()) || is_ongoing(cell)
}

/// Whether a cell says that something is not over.
#[must_use]
pub fn is_ongoing(cell: &str) -> bool {
    ONGOING.contains(&cell.to_lowercase().as_str())
}

/// Whether a cell says that its row adds up others.
#[must_use]
pub fn is_total(cell: &str) -> bool {
    const WHOLE: [&str; 34] = [
        "razem",
        "ukupno",
        "totalt",
        "totaal",
        "celkem",
        "ensemble",
        "suma",
        "разом",
        "усього",
        "المجموع",
        "الاجمالي",
        "合計",
        "合计",
        "总计",
        "sum total",
        "gesamtsumme",
        "all",
        "overall",
        "cumulative",
        "totale",
        "total",
        "totals",
        "sum",
        "subtotal",
        "sub-total",
        "grand total",
        "all countries",
        "gesamt",
        "insgesamt",
        "summe",
        "somme",
        "итого",
        "всего",
        "toplam",
    ];
    // "Grand total (2014)"
    let cell = cell.split(" (").next().unwrap_or(cell);
    let cell = crate::value::text::fold(cell.trim_matches(|c: char| !c.is_alphanumeric()));
    let is_part = cell.starts_with("total ") || cell.ends_with(" total");
    let is_subtotal = ["subtotal", "sub-total"]
        .iter()
        .any(|word| cell.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', ':'])));
    WHOLE.contains(&cell.as_str()) || is_subtotal || is_part && cell.split(' ').count() < 4
}

/// Whether a cell is a year of four digits.
#[must_use]
pub fn is_year(cell: &str) -> bool {
    cell.len() == 4 && cell.parse::<u16>().is_ok_and(|year| (1000..2200).contains(&year))
}

/// A number as it is written, its thousands in groups of three.
fn number(cell: &str, thousands: Option<char>, decimal: char) -> Option<f64> {
    let cell = cell.replace(['\u{a0}', '\u{202f}'], " ");
    let (sign, digits) = cell.strip_prefix('-').map_or(("", cell.as_str()), |rest| ("-", rest));
    let (whole, part) = match digits.split_once(decimal) {
        Some((whole, part)) => (whole, Some(part)),
        None => (digits, None),
    };
    let groups: Vec<&str> = thousands.map_or(vec![whole], |sign| whole.split(sign).collect());
    let is_grouped = groups.len() > 1;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let sound = groups.iter().enumerate().all(|(n, group)| {
        is_digits(group)
            && (!is_grouped || if n == 0 { group.len() <= 3 } else { group.len() == 3 })
    });
    if !sound || part.is_some_and(|part| !is_digits(part)) {
        return None;
    }
    format!("{sign}{}.{}", groups.concat(), part.unwrap_or("0")).parse().ok()
}

/// Signs and words beside numbers, and how they hedge them. A longer one goes before a shorter one
/// that it begins with.
const MARKS: [(&str, &str); 27] = [
    ("approximately ", "about"),
    ("approx. ", "about"),
    ("about ", "about"),
    ("around ", "about"),
    ("circa ", "about"),
    ("ca. ", "about"),
    ("c. ", "about"),
    ("etwa ", "about"),
    ("environ ", "about"),
    ("unos ", "about"),
    ("около ", "about"),
    ("~", "about"),
    ("≈", "about"),
    ("at least ", "at-least"),
    ("mindestens ", "at-least"),
    ("au moins ", "at-least"),
    ("al menos ", "at-least"),
    ("no less than ", "at-least"),
    ("≥", "at-least"),
    ("more than ", "over"),
    ("over ", "over"),
    (">", "over"),
    ("+", "over"),
    ("up to ", "up-to"),
    ("≤", "up-to"),
    ("<", "up-to"),
    ("almost ", "almost"),
];

/// What stands between the bounds of a range.
const BETWEEN: [&str; 3] = ["–", "—", "-"];

/// A number with a mark before or behind it, or the greater of a range, and the mark.
fn marked(
    cell: &str,
    thousands: Option<char>,
    decimal: char,
) -> Option<(f64, (String, &'static str))> {
    for (mark, qualifier) in MARKS {
        let is_mark = |part: &str| part.to_lowercase() == mark;
        let before = cell.split_at_checked(mark.len()).filter(|(start, _)| is_mark(start));
        let behind = cell.len().checked_sub(mark.len()).and_then(|at| cell.split_at_checked(at));
        let behind = behind.filter(|(_, end)| is_mark(end)).map(|(bare, end)| (end, bare));
        if let Some((mark, bare)) = before.or(behind)
            && let Some(number) = number(bare.trim(), thousands, decimal)
        {
            return Some((number, (mark.to_owned(), qualifier)));
        }
    }
    BETWEEN.into_iter().find_map(|sign| {
        let (low, high) = cell.split_once(sign)?;
        let (low, high) = (low.trim(), high.trim());
        // the years of a period are no number
        if is_year(low) && is_year(high) {
            return None;
        }
        let bound = |text: &str| number(text, thousands, decimal);
        let (least, greatest) = (bound(low)?, bound(high)?);
        (least <= greatest).then_some((greatest, (sign.to_owned(), "range")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str, cells: &[&str]) -> ColumnSample {
        let mut sample = ColumnSample::of(name);
        cells.iter().for_each(|cell| sample.add(cell));
        sample
    }

    #[test]
    fn dates_are_read_in_as_many_formats_as_they_have() {
        let mixed = sample("date", &["2003-03-20", "2003-04", "2003", "n/a"]).date().unwrap();
        assert_eq!((mixed.formats.len(), mixed.missing), (0, vec!["n/a".to_owned()]));
        let days = sample("d", &["31/12/2003", "01/02/2004"]).date().unwrap();
        assert_eq!((days.formats, days.also), (vec!["%d/%m/%Y"], None));
        let either = sample("d", &["01/02/2003", "03/04/2004"]).date().unwrap();
        assert_eq!((either.formats, either.also), (vec!["%d/%m/%Y"], Some("%m/%d/%Y")));
        let american = sample("d", &["12/31/2003", "01/02/2004"]).date().unwrap();
        assert_eq!(american.formats, ["%m/%d/%Y"]);
        let months = sample("d", &["March 2014", "12 April 2014"]).date().unwrap();
        assert_eq!(months.formats.len(), 2);
        let short = sample("d", &["5-Jun-67", "20-Mar-03"]).date().unwrap();
        assert_eq!((short.formats, short.century), (vec!["%d-%B-%y"], Some(CENTURY)));
        let german =
            sample("datum", &["12 März 2014", "3 Mai 2014", "1 Juni 2015"]).date().unwrap();
        assert_eq!((german.formats, german.locale), (vec!["%d %B %Y"], Some("de")));
        let ranges = sample("d", &["12–14 March 2014", "3 May 2014", "9 May 2014"]).date().unwrap();
        assert_eq!(ranges.range, Some("–"));
        assert!(sample("date", &["41710", "41711"]).date().unwrap().excel);
        let few = sample("d", &["2014-03-01", "2014-03-02", "2014-03-03", "2014-03-04", "soon"]);
        assert_eq!(few.date().unwrap().unread, ["soon"]);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for cells in
            [&["yesterday", "soon"][..], &["1990", "1991"], &["12", "14"], &["S-300", "T-72"]]
        {
            assert_eq!(sample("x", cells).date(), None, "{cells:?}");
        }
    }

    #[test]
    fn numbers_are_read_by_their_signs() {
        let style = |cells: &[&str]| {
            sample("n", cells)
                .number()
                .map(|read| (read.thousands, read.decimal, read.is_ambiguous))
        };
        assert_eq!(style(&["5", "12"]), Some((None, '.', false)));
        assert_eq!(style(&["7,818", "1,234,567"]), Some((Some(','), '.', false)));
        assert_eq!(style(&["1.234,5", "12,5"]), Some((Some('.'), ',', false)));
        assert_eq!(style(&["7.818", "9.500"]), Some((None, '.', true)), "7.8 or 7,818");
        assert_eq!(style(&["1 234", "12"]), Some((Some(' '), ',', false)));
        assert_eq!(style(&["12 people", "many"]), None);
        let hedged = sample("n", &["20-30", "c. 40", "5+", "12", "at least 7"]).number().unwrap();
        assert_eq!((hedged.read, hedged.greatest), (5, 40.0));
        assert_eq!(
            hedged.marks,
            [("-", "range"), ("+", "over"), ("at least ", "at-least"), ("c. ", "about")]
                .map(|(mark, qualifier)| (mark.to_owned(), qualifier))
        );
        let coded = sample("n", &["3", "-9", "n/a", "0"]).number().unwrap();
        assert_eq!(coded.missing, ["n/a", "-9"]);
    }
}
