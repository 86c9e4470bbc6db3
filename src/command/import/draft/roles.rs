//! Which column of a table plays which part in a fact: by its name, and by what is in it.

use std::collections::HashMap;

use crate::command::import::draft::beside::says_nil;
use crate::command::import::draft::date_reading::DateReading;
use crate::command::import::draft::number_reading::NumberReading;
use crate::command::import::draft::sample::{ColumnSample, is_missing};
use crate::command::import::draft::words::{
    COUNTRIES, DEATHS, HARMS, HOSTS, NOT_PLACES, PERHAPS_COUNTRIES, VICTIMS, words_of,
};
use crate::error::Result;
use crate::mapping;
use crate::store::Store;
use crate::value::degrees::in_minutes;

/// A column that was chosen, and others that might be meant.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The column.
    pub column: usize,
    /// Other candidates.
    pub others: Vec<usize>,
}

/// The column of countries, and the list of codes that it is of; none for names.
pub type CountryColumn = (usize, Option<&'static str>);

/// Where the year of days stands that have none: in another column, or above the table.
#[derive(Debug, Clone)]
pub struct YearBehind {
    /// What is put between a day and its year.
    pub between: String,
    /// The column of the year.
    pub column: Option<usize>,
    /// The year above the table.
    pub above: Option<String>,
    /// Cells that are no days.
    pub unread: Vec<String>,
}

/// The columns of a table with what is known of each.
pub struct DraftColumns {
    /// The columns.
    pub all: Vec<ColumnSample>,
    /// How many of them the file has; the others are made of those.
    pub width: usize,
    /// Those that say two things in each cell: other columns have the parts.
    pub divided: Vec<usize>,
    /// The parts of divided cells that say that nothing is known: "not", "reported".
    pub unknown_parts: Vec<String>,
    /// How many records repeat another one in every cell.
    pub repeated: u64,
    /// The records are those of several sheets, which a column names.
    pub has_sheets: bool,
    /// Words of columns of last dates that say that something is not over.
    pub(super) ongoing: Vec<(usize, Vec<String>)>,
    /// Columns of days without a year, with what stands before the year that is put behind them.
    pub(super) yearless: Vec<(usize, YearBehind)>,
    pub(super) dates: Vec<Option<DateReading>>,
    pub(super) numbers: Vec<Option<NumberReading>>,
    pub(super) years: Vec<Option<Vec<String>>>,
}

/// The share of a column's cells that must be known for it to be a column of places: 6 of 10 names,
/// 9 of 10 codes.
const NAMES: usize = 6;
const CODES: usize = 9;

/// How many of ten cells of a column of deaths must be numbers.
const MOST_NUMBERS: u64 = 5;

/// How many different cells are looked up.
const LOOKED_UP: usize = 300;

impl DraftColumns {
    /// Looks at the columns of a table; where it `has_commas` before decimals, a point in a number
    /// that may be either stands between thousands. A date without a year may be of the `year` that
    /// is named above the table.
    #[must_use]
    pub fn of(all: Vec<ColumnSample>, has_commas: bool, year: Option<&str>) -> DraftColumns {
        let dates: Vec<Option<DateReading>> = all.iter().map(|column| column.date(year)).collect();
        let has_commas = has_commas || dates.iter().flatten().any(DateReading::is_continental);
        // words such as "dozens" make a column of deaths no other one
        let number = |column: &ColumnSample| {
            let is_harm = words_of(&column.name).iter().any(|word| {
                DEATHS.contains(&word.as_str())
                    || VICTIMS.contains(&word.as_str())
                    || HARMS.iter().any(|(_, words)| words.contains(&word.as_str()))
            });
            // people are whole: "4,100" of them are thousands
            let with_comma = if has_commas { column.number_with_comma() } else { None };
            let with_comma = with_comma.filter(|number| number.is_integer || !is_harm);
            with_comma
                .or_else(|| if is_harm { column.number_of(MOST_NUMBERS) } else { column.number() })
        };
        let numbers = all.iter().map(number).collect();
        let years = all.iter().map(ColumnSample::year).collect();
        let (width, divided, yearless) = (all.len(), Vec::new(), Vec::new());
        let mut columns = DraftColumns {
            all,
            width,
            divided,
            unknown_parts: Vec::new(),
            repeated: 0,
            has_sheets: false,
            ongoing: Vec::new(),
            yearless,
            dates,
            numbers,
            years,
        };
        columns.read_last_dates(year);
        columns.add_years(year);
        columns
    }

    /// Reads signs as nought where a line beside the table says that they mean it; returns those signs,
    /// each with its line.
    pub fn read_nil(&mut self, lines: &[String]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for sign in ["–", "-", "—", "..", "…", ".", "*"] {
            let Some(line) = lines.iter().find(|line| says_nil(line, sign)) else { continue };
            let mut stands = false;
            for number in self.numbers.iter_mut().flatten() {
                let before = number.missing.len();
                number.missing.retain(|word| word != sign);
                if number.missing.len() < before {
                    number.nil.push(sign.to_owned());
                    stands = true;
                }
            }
            if stands {
                found.push((sign.to_owned(), line.clone()));
            }
        }
        found
    }

    /// Finds the columns that say two things in each cell, a town and its country or the two numbers of a
    /// point, and adds the columns of the parts: what stands between, and what those are called.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn divide(
        &mut self,
        store: &Store,
        has_heading: bool,
    ) -> Result<Vec<(usize, &'static str, [String; 2])>> {
        self.width -= usize::from(has_heading);
        let mut divided = Vec::new();
        for column in 0..self.width {
            let sample = &self.all[column];
            let (at, names) = if let Some(at) = between_degrees(sample) {
                (at, ["latitude", "longitude"])
            } else if may_be_place(&sample.name)
                && let Some(at) = between_town_and_country(sample, store)?
            {
                (at, ["place", "country"])
            } else {
                continue;
            };
            let into = names.map(|name| format!("{}: {name}", sample.name));
            let mut unknown = Vec::new();
            let mut parts = [&into[0], &into[1]].map(|name| ColumnSample::of(name));
            for (cell, times) in &sample.cells {
                let (first, second) = mapping::divided(cell, at);
                if names[0] == "latitude" && is_missing(cell) {
                    unknown.extend([first, second].map(str::to_owned));
                    continue;
                }
                parts[0].add_times(first, *times);
                parts[1].add_times(second, *times);
            }
            self.unknown_parts.extend(unknown.into_iter().filter(|part| !part.is_empty()));
            self.divided.push(column);
            for part in parts {
                self.dates.push(None);
                self.numbers.push(part.number());
                self.years.push(None);
                self.all.push(part);
            }
            divided.push((column, at, into));
        }
        Ok(divided)
    }

    /// The columns at the left that state a word or year once, above all the rows that it is said of.
    #[must_use]
    pub fn filled_down(&self) -> Vec<usize> {
        let is_stated_once = |column: &usize| -> bool {
            let sample = &self.all[*column];
            let is_sparse = sample.is_distinct() && sample.blank > sample.stated;
            let is_label = sample.is_text()
                || self.years[*column].is_some()
                || is_sparse && (*column == 0 || self.dates[*column].is_some());
            // the first column may name the same under several headings
            is_label
                && (*column < 2 || sample.is_distinct())
                && !sample.begins_blank
                && sample.stated > 1
                && sample.blank > 0
                && sample.blank * 3 >= sample.stated
        };
        let is_full =
            |column: usize| self.all[column].has_no_blanks() && self.dates[column].is_some();
        let from = usize::from(self.all.len() > 1 && is_full(0) && self.called_country(1));
        (from..self.all.len()).take_while(is_stated_once).collect()
    }

    /// How a column is read as dates.
    #[must_use]
    pub fn date(&self, column: usize) -> Option<&DateReading> {
        self.dates[column].as_ref()
    }

    /// How a column is read as numbers.
    #[must_use]
    pub fn number(&self, column: usize) -> Option<&NumberReading> {
        self.numbers[column].as_ref()
    }

    /// The columns that are called by one of these words, the best first: whoever is called exactly
    /// so, then by a part of its name.
    #[must_use]
    pub fn named(&self, words: &[&str], fits: impl Fn(usize) -> bool) -> Vec<usize> {
        let ranked = self.all.iter().enumerate().filter_map(|(column, sample)| {
            let is_whole = !self.divided.contains(&column);
            let rank = rank_of(&sample.name, words).filter(|_| is_whole && fits(column))?;
            Some((rank, column))
        });
        let mut found: Vec<((usize, usize), usize)> = ranked.collect();
        found.sort_unstable();
        found.into_iter().map(|(_, column)| column).collect()
    }

    /// Whether a column is called by one of these words.
    #[must_use]
    pub fn is_called(&self, column: usize, words: &[&str]) -> bool {
        rank_of(&self.all[column].name, words).is_some()
    }

    /// The first of the columns that are called by these words, with the others.
    #[must_use]
    pub fn choose(&self, words: &[&str], fits: impl Fn(usize) -> bool) -> Option<Choice> {
        let mut found = self.named(words, fits).into_iter();
        found.next().map(|column| Choice { column, others: found.collect() })
    }

    /// The column of countries where something happened; of `any` countries, whatever they did.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn country(&self, store: &Store, any: bool) -> Result<Option<CountryColumn>> {
        let is_place = |sample: &ColumnSample| {
            any || may_be_place(&sample.name) || rank_of(&sample.name, &HOSTS).is_some()
        };
        let mut best: Option<((usize, usize), CountryColumn)> = None;
        for (column, sample) in
            self.all.iter().enumerate().filter(|(_, sample)| sample.stated > 0 && is_place(sample))
        {
            if self.divided.contains(&column) {
                continue;
            }
            let rank = if self.is_called(column, &HOSTS) {
                0
            } else {
                1 + usize::from(!self.called_country(column))
            };
            for (order, scheme) in
                [None, Some("iso3"), Some("gw"), Some("cow"), Some("iso2")].into_iter().enumerate()
            {
                if !may_be_of(sample, scheme, rank < 2) || !is_known(sample, scheme, store)? {
                    continue;
                }
                if best.as_ref().is_none_or(|(known, _)| (rank, order) < *known) {
                    best = Some(((rank, order), (column, scheme)));
                }
                break;
            }
        }
        // a column that is called so may name countries that nobody knows
        let named = || {
            self.choose(&COUNTRIES, |column| {
                self.all[column].is_text() && is_place(&self.all[column])
            })
        };
        Ok(best.map(|(_, found)| found).or_else(|| Some((named()?.column, None))))
    }

    /// All columns whose cells are names of countries, wherever something may have happened.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn countries(&self, store: &Store) -> Result<Vec<usize>> {
        let mut found = Vec::new();
        for (column, sample) in self.all.iter().enumerate().take(self.width) {
            let may_be = may_be_place(&sample.name) && !self.divided.contains(&column);
            if may_be && may_be_of(sample, None, true) && is_known(sample, None, store)? {
                found.push(column);
            }
        }
        Ok(found)
    }

    /// Whether a column is called as those of countries are.
    #[must_use]
    pub fn called_country(&self, column: usize) -> bool {
        self.is_called(column, &COUNTRIES) || self.is_called(column, &PERHAPS_COUNTRIES)
    }

    /// The columns of the point.
    #[must_use]
    pub fn point(&self) -> Option<(usize, usize)> {
        let within = |limit: f64| {
            move |number: &NumberReading| number.least >= -limit && number.greatest <= limit
        };
        let find = |words: &[&str], limit: f64| {
            let in_degrees = |cell: &str| in_minutes(cell).is_some_and(|n| n.abs() <= limit);
            let fits = |column: usize| {
                let mut told = self.all[column].told().peekable();
                self.numbers[column].as_ref().is_some_and(within(limit))
                    || told.peek().is_some() && told.all(|(cell, _)| in_degrees(cell))
            };
            self.named(words, fits).into_iter().next()
        };
        Some((
            find(
                &[
                    "latitude",
                    "lat",
                    "latitud",
                    "breite",
                    "breitengrad",
                    "enlem",
                    "широта",
                    "szerokosc",
                    "breedtegraad",
                    "latitudine",
                    "lat_dd",
                    "y",
                ],
                90.0,
            )?,
            find(
                &[
                    "longitude",
                    "lon",
                    "lng",
                    "long",
                    "longitud",
                    "lange",
                    "langengrad",
                    "boylam",
                    "долгота",
                    "довгота",
                    "dlugosc",
                    "lengtegraad",
                    "longitudine",
                    "x",
                ],
                180.0,
            )?,
        ))
    }
}

/// What stands between a latitude and a longitude in each cell of a column.
fn between_degrees(sample: &ColumnSample) -> Option<&'static str> {
    let degrees = |text: &str, most: f64| {
        let plain = || text.parse::<f64>().ok().filter(|_| text.contains('.'));
        in_minutes(text).or_else(plain).is_some_and(|n| n.abs() <= most)
    };
    let is_point = |cell: &str, at: &str| {
        let (first, second) = mapping::divided(cell, at);
        degrees(first, 90.0) && degrees(second, 180.0)
    };
    let is_between = |at: &&str| {
        let mut told = sample.told().peekable();
        told.peek().is_some() && told.all(|(cell, _)| is_point(cell, at))
    };
    [",", " – ", " - ", " / ", ";", " "].into_iter().find(is_between)
}

/// What stands before the country that most cells of a column name at their end.
fn between_town_and_country(sample: &ColumnSample, store: &Store) -> Result<Option<&'static str>> {
    let mut countries: HashMap<&str, bool> = HashMap::new();
    for at in [", ", "، ", " ("] {
        let (mut asked, mut known, mut twice) = (0, 0, 0);
        for (cell, _) in sample.told().take(LOOKED_UP) {
            let (place, country) = mapping::divided(cell, at);
            asked += 1;
            if country.is_empty() || country.len() == cell.len() {
                continue;
            }
            let mut is_country = |text| -> Result<bool> {
                if let Some(is_known) = countries.get(text) {
                    return Ok(*is_known);
                }
                let is_known = store.is_place(text)?;
                countries.insert(text, is_known);
                Ok(is_known)
            };
            if is_country(country)? {
                known += 1;
                twice += usize::from(is_country(place.rsplit(at).next().unwrap_or(place).trim())?);
            }
        }
        // two countries are parties, and no town with its country
        if known > 1 && twice * 2 < known && known * 10 >= asked * NAMES {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Whether a column may say where something happened: it is not called after a person, a party or a
/// weapon.
#[must_use]
pub fn may_be_place(name: &str) -> bool {
    !words_of(name).iter().any(|word| NOT_PLACES.contains(&word.as_str()))
}

/// Whether the cells of a column look like codes of a list, or like names.
fn may_be_of(sample: &ColumnSample, scheme: Option<&str>, is_named: bool) -> bool {
    let all = |fits: fn(&str) -> bool| sample.cells.keys().all(|cell| fits(cell));
    let is_upper = |cell: &str, length: usize| {
        cell.len() == length && cell.bytes().all(|b| b.is_ascii_uppercase())
    };
    let called = sample.name.to_lowercase();
    match scheme {
        None => sample.is_text() && sample.length() > 3,
        Some("iso3") => {
            sample.cells.keys().filter(|cell| is_upper(cell, 3)).count() * 10
                >= sample.cells.len() * 9
        }
        Some("iso2") => is_named && sample.cells.keys().all(|cell| is_upper(cell, 2)),
        Some(scheme) => {
            (called.contains(scheme) || scheme == "cow" && called.contains("ccode"))
                && all(|cell| cell.parse::<f64>().is_ok_and(|n| (-9.0..1000.0).contains(&n)))
        }
    }
}

/// How well a name fits the first of these words that it has, and which that is.
pub(super) fn rank_of(name: &str, words: &[&str]) -> Option<(usize, usize)> {
    let parts = words_of(name);
    let whole = parts.join("_");
    words.iter().enumerate().find_map(|(n, word)| {
        let is_part = |part: &String| is_compound(part, word);
        if whole == *word {
            Some((0, n))
        } else if parts.iter().any(|part| part == word) {
            Some((1, n))
        } else if parts.iter().any(is_part) || whole.contains(word) && word.contains('_') {
            Some((2, n))
        } else {
            None
        }
    })
}

/// Whether a part of a name is this word with a part that is often joined to it: `killedtotal`,
/// `countryname`, but not the "actor" in "factor".
fn is_compound(part: &str, word: &str) -> bool {
    const JOINED: [&str; 34] = [
        "s", "st", "es", "name", "names", "start", "end", "best", "low", "high", "total", "event",
        "date", "code", "id", "count", "number", "num", "nr", "no", "est", "estimate", "incident",
        "country", "town", "city", "datum", "ort", "zahl", "anzahl", "of", "the", "begin", "year",
    ];
    let rests = [part.strip_prefix(word), part.strip_suffix(word)];
    // eventdate, SQLDATE
    let is_date = word == "date"
        && part.ends_with("date")
        && !["update", "mandate", "candidate"].contains(&part);
    is_date
        || word.len() > 3
            && rests.into_iter().flatten().any(|rest| {
                JOINED.contains(&rest)
                    || !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())
            })
}

/// Whether enough of the cells of a column are countries that the program knows.
fn is_known(sample: &ColumnSample, scheme: Option<&str>, store: &Store) -> Result<bool> {
    let (mut known, mut asked) = (0, 0);
    for cell in sample.cells.keys().take(LOOKED_UP) {
        let text = match scheme {
            Some(scheme) => format!("{scheme}:{}", cell.trim_end_matches(".0")),
            None => cell.clone(),
        };
        asked += 1;
        known += usize::from(store.is_place(&text)?);
    }
    let share = if scheme.is_some() { CODES } else { NAMES };
    Ok(known > 0 && known * 10 >= asked * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &[&str], rows: &[&[&str]]) -> DraftColumns {
        let mut all: Vec<ColumnSample> = header.iter().map(|name| ColumnSample::of(name)).collect();
        for row in rows {
            all.iter_mut().zip(*row).for_each(|(sample, cell)| sample.add(cell));
        }
        DraftColumns::of(all, false, None)
    }

    #[test]
    fn the_date_of_the_event_goes_before_that_of_the_entry() {
        let table = columns(
            &["Entry Date", "date_start", "last_verified"],
            &[&["2020-01-02", "2014-03-01", "2021-05-06"]],
        );
        let start = table.start().unwrap();
        assert_eq!((start.column, start.others.len()), (1, 2));
    }

    #[test]
    fn parts_of_dates_belong_together_by_their_names() {
        let header = ["styear", "stmon", "stday", "endyear", "endmon", "endday"];
        let table = columns(&header, &[&["1990", "8", "2", "1991", "2", "-9"]]);
        let (start, end) = table.parts().unwrap();
        assert_eq!((start.year.0, start.month.unwrap().0, start.day.unwrap().0), (0, 1, 2));
        let end = end.unwrap();
        assert_eq!(
            (end.year.0, end.month.unwrap().0, end.day),
            (3, 4, None),
            "a day that none states"
        );
    }

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(words_of("dateStart"), ["date", "start"]);
        assert_eq!(words_of("Número de muertos"), ["numero", "de", "muertos"]);
    }
}
