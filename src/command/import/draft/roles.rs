//! Which column of a table plays which part in a fact: by its name, and by what is in it.

use crate::command::import::draft::date_reading::DateReading;
use crate::command::import::draft::number_reading::NumberReading;
use crate::command::import::draft::sample::ColumnSample;
use crate::command::import::draft::words::{COUNTRIES, DEATHS, NOT_PLACES, STARTS};
use crate::error::Result;
use crate::store::{EntityClass, Store};

/// A column that was chosen, and others that might be meant.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The column.
    pub column: usize,
    /// Other candidates.
    pub others: Vec<usize>,
}

/// A date in three columns.
#[derive(Debug, Clone, Default)]
pub struct DateParts {
    /// The column of the year, with the words in it that mean "not stated".
    pub year: (usize, Vec<String>),
    /// That of the month.
    pub month: Option<(usize, Vec<String>)>,
    /// That of the day.
    pub day: Option<(usize, Vec<String>)>,
    /// No column is called a year: this one has numbers that may be years.
    pub is_guess: bool,
}

/// The column of countries, and the list of codes that it is of; none for names.
pub type CountryColumn = (usize, Option<&'static str>);

/// The columns of a table with what is known of each.
pub struct DraftColumns {
    /// The columns.
    pub all: Vec<ColumnSample>,
    dates: Vec<Option<DateReading>>,
    numbers: Vec<Option<NumberReading>>,
    years: Vec<Option<Vec<String>>>,
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
    /// that may be either stands between thousands.
    #[must_use]
    pub fn of(all: Vec<ColumnSample>, has_commas: bool) -> DraftColumns {
        let dates = all.iter().map(ColumnSample::date).collect();
        // words such as "dozens" make a column of deaths no other one
        let number = |column: &ColumnSample| {
            let is_harm = words_of(&column.name).iter().any(|word| DEATHS.contains(&word.as_str()));
            let with_comma = if has_commas { column.number_with_comma() } else { None };
            with_comma
                .or_else(|| if is_harm { column.number_of(MOST_NUMBERS) } else { column.number() })
        };
        let numbers = all.iter().map(number).collect();
        let years = all.iter().map(ColumnSample::year).collect();
        DraftColumns { all, dates, numbers, years }
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
        let mut found: Vec<((usize, usize), usize)> = Vec::new();
        for (column, sample) in self.all.iter().enumerate() {
            let parts = words_of(&sample.name);
            let whole = parts.join("_");
            let rank = words.iter().enumerate().find_map(|(n, word)| {
                if whole == *word {
                    Some((0, n))
                } else if parts.iter().any(|part| part == word) {
                    Some((1, n))
                } else if parts.iter().any(|part| is_compound(part, word))
                    || whole.contains(word) && word.contains('_')
                {
                    Some((2, n))
                } else {
                    None
                }
            });
            if let Some(rank) = rank.filter(|_| fits(column)) {
                found.push((rank, column));
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, column)| column).collect()
    }

    /// The first of the columns that are called by these words, with the others.
    #[must_use]
    pub fn choose(&self, words: &[&str], fits: impl Fn(usize) -> bool) -> Option<Choice> {
        let mut found = self.named(words, fits).into_iter();
        found.next().map(|column| Choice { column, others: found.collect() })
    }

    /// The column of the first or only date.
    #[must_use]
    pub fn start(&self) -> Option<Choice> {
        let is_kept = |column: usize| self.is_kept(column);
        let fits = |column: usize| self.dates[column].is_some();
        let mut named = self.named(&STARTS, fits);
        named.sort_by_key(|column| is_kept(*column));
        // a column of digits alone is a date only if it is called so
        let others = (0..self.all.len()).filter(|column| {
            // a number of a section, 16.1.2, may be read as a day of a year of two digits too
            let is_plain = |reading: &DateReading| {
                reading.excel
                    || reading
                        .formats
                        .iter()
                        .any(|format| *format == "%Y%m%d" || format.ends_with("%y"))
            };
            !named.contains(column)
                && self.dates[*column].as_ref().is_some_and(|date| !is_plain(date))
        });
        let mut all: Vec<usize> = named.iter().copied().chain(others).collect();
        if named.is_empty() {
            all.sort_by_key(|column| is_kept(*column));
        }
        let mut all = all.into_iter();
        all.next().map(|column| Choice { column, others: all.collect() })
    }

    /// Whether a column is called after what was done with the record, and not what happened.
    #[must_use]
    pub fn is_kept(&self, column: usize) -> bool {
        const KEPT: [&str; 20] = [
            "entry",
            "entered",
            "updated",
            "update",
            "modified",
            "verified",
            "created",
            "accessed",
            "added",
            "published",
            "publication",
            "retrieved",
            "last",
            "version",
            "end",
            "until",
            "birth",
            "born",
            "reported",
            "report",
        ];
        words_of(&self.all[column].name).iter().any(|part| KEPT.contains(&part.as_str()))
    }

    /// The columns that are called as dates are, and of which no cell is read.
    #[must_use]
    pub fn unread_dates(&self) -> Vec<usize> {
        self.named(&STARTS, |column| {
            self.all[column].stated > 0
                && self.dates[column].is_none()
                && self.years[column].is_none()
                && self.numbers[column].is_none()
        })
    }

    /// The column that is called as a date is, whatever is in it.
    #[must_use]
    pub fn named_as_date(&self) -> Option<usize> {
        self.named(&STARTS, |column| self.all[column].stated > 0).into_iter().next()
    }

    /// The column of the last date.
    #[must_use]
    pub fn end(&self, start: usize) -> Option<usize> {
        let ends = [
            "date_end",
            "end_date",
            "end",
            "until",
            "to",
            "finish",
            "ende",
            "fin",
            "ended",
            "closed",
            "lifted",
            "expired",
            "terminated",
            "bis",
        ];
        let found = self.named(&ends, |column| column != start && self.dates[column].is_some());
        found.into_iter().next()
    }

    /// Dates in parts: of the beginning, and of the end if there is one.
    #[must_use]
    pub fn parts(&self) -> Option<(DateParts, Option<DateParts>)> {
        const YEARS: [&str; 16] = [
            "year", "jahr", "annee", "ano", "anno", "год", "yr", "date", "datum", "fecha", "start",
            "begin", "from", "opened", "founded", "period",
        ];
        // words of a column that says when something was first
        const FIRST: [&str; 16] = [
            "first",
            "since",
            "founded",
            "established",
            "began",
            "signed",
            "ratified",
            "joined",
            "built",
            "entered",
            "independence",
            "launched",
            "created",
            "formed",
            "born",
            "entry",
        ];
        const ENDS: [&str; 6] = ["end", "until", "to", "closed", "ended", "finish"];
        let is_years = |column: usize| self.years[column].is_some();
        let mut years = self.named(&YEARS, is_years);
        years.extend(self.named(&ENDS, |column| is_years(column) && !years.contains(&column)));
        let is_end = |column: usize| {
            let name = self.all[column].name.to_lowercase();
            let words = words_of(&name);
            name.contains("end")
                || name.ends_with('2')
                || words.iter().any(|word| ENDS.contains(&word.as_str()))
        };
        let first = years.iter().copied().find(|column| !is_end(*column));
        // in a column without a name, or one that says when something was first
        let says_when = |column: usize| {
            words_of(&self.all[column].name).iter().any(|word| FIRST.contains(&word.as_str()))
        };
        let is_likely = |column: &usize| {
            let are_late =
                |number: &NumberReading| number.least >= 1800.0 && number.greatest <= 2100.0;
            is_years(*column)
                && (self.all[*column].name.starts_with("column ") || says_when(*column))
                && self.numbers[*column].as_ref().is_some_and(are_late)
        };
        let Some(first) = first else {
            let any = (0..self.all.len()).find(is_likely)?;
            return Some((DateParts { is_guess: true, ..self.parts_of(any) }, None));
        };
        let last = years.into_iter().find(|column| *column != first && is_end(*column));
        Some((self.parts_of(first), last.map(|column| self.parts_of(column))))
    }

    /// Whether the cells of a column are years.
    #[must_use]
    pub fn is_years(&self, column: usize) -> bool {
        self.years[column].is_some()
    }

    /// The date of a column of years alone.
    #[must_use]
    pub fn years_in(&self, column: usize) -> DateParts {
        DateParts {
            year: (column, self.years[column].clone().unwrap_or_default()),
            ..DateParts::default()
        }
    }

    fn parts_of(&self, year: usize) -> DateParts {
        // styear and stmon, Year1 and Month1: what is left of the name is the same
        let rest = |name: &str, words: &[&str]| {
            let name = name.to_lowercase();
            words.iter().find(|word| name.contains(**word)).map(|word| name.replacen(word, "", 1))
        };
        let years = ["year", "jahr", "annee", "ano", "anno", "yr"];
        let own = rest(&self.all[year].name, &years);
        let part = |words: &[&str], most: u32| {
            let fits = |column: &usize| {
                *column != year
                    && rest(&self.all[*column].name, words)
                        .is_some_and(|rest| own.as_ref() == Some(&rest))
            };
            let column = (0..self.all.len()).find(fits)?;
            self.all[column].part(most).map(|missing| (column, missing))
        };
        DateParts {
            year: (year, self.years[year].clone().unwrap_or_default()),
            month: part(&["month", "monat", "mois", "mes", "mese", "mon"], 12),
            day: part(&["day", "tag", "jour", "dia", "giorno"], 31),
            is_guess: false,
        }
    }

    /// The column of countries where something happened; of `any` countries, whatever they did.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn country(&self, store: &Store, any: bool) -> Result<Option<CountryColumn>> {
        let is_place = |sample: &ColumnSample| any || may_be_place(&sample.name);
        let mut best: Option<((usize, usize), CountryColumn)> = None;
        for (column, sample) in
            self.all.iter().enumerate().filter(|(_, sample)| sample.stated > 0 && is_place(sample))
        {
            let named = self.named(&COUNTRIES, |other| other == column);
            let rank = usize::from(named.is_empty());
            for (order, scheme) in
                [None, Some("iso3"), Some("gw"), Some("cow"), Some("iso2")].into_iter().enumerate()
            {
                if !may_be_of(sample, scheme, rank == 0) || !is_known(sample, scheme, store)? {
                    continue;
                }
                if best.as_ref().is_none_or(|(known, _)| (rank, order) < *known) {
                    best = Some(((rank, order), (column, scheme)));
                }
                break;
            }
        }
        // a column that is called so may name countries that nobody knows
        let called = ["country", "country_name", "nation", "pays", "pais", "land", "paese"];
        let named = || {
            self.choose(&called, |column| self.all[column].is_text() && is_place(&self.all[column]))
        };
        Ok(best.map(|(_, found)| found).or_else(|| Some((named()?.column, None))))
    }

    /// The columns of the point.
    #[must_use]
    pub fn point(&self) -> Option<(usize, usize)> {
        let within = |limit: f64| {
            move |number: &NumberReading| number.least >= -limit && number.greatest <= limit
        };
        let find = |words: &[&str], limit: f64| {
            let fits = |column: usize| self.numbers[column].as_ref().is_some_and(within(limit));
            self.named(words, fits).into_iter().next()
        };
        Some((
            find(&["latitude", "lat", "y"], 90.0)?,
            find(&["longitude", "lon", "lng", "long", "x"], 180.0)?,
        ))
    }
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

/// Whether a part of a name is this word with a part that is often joined to it: `killedtotal`,
/// `countryname`, but not the "actor" in "factor".
fn is_compound(part: &str, word: &str) -> bool {
    const JOINED: [&str; 34] = [
        "s", "st", "es", "name", "names", "start", "end", "best", "low", "high", "total", "event",
        "date", "code", "id", "count", "number", "num", "nr", "no", "est", "estimate", "incident",
        "country", "town", "city", "datum", "ort", "zahl", "anzahl", "of", "the", "begin", "year",
    ];
    let rests = [part.strip_prefix(word), part.strip_suffix(word)];
    word.len() > 3
        && rests.into_iter().flatten().any(|rest| {
            JOINED.contains(&rest) || !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())
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
        known += usize::from(store.usual_name(EntityClass::Place, &text)?.is_some());
    }
    let share = if scheme.is_some() { CODES } else { NAMES };
    Ok(known > 0 && known * 10 >= asked * share)
}

/// The words of a name, in lower case and without accents: `dateStart` and `date_start` are `date`,
/// `start`.
#[must_use]
pub fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && was_lower {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        if c.is_alphanumeric() {
            words.last_mut().unwrap_or(&mut String::new()).push(c);
        }
    }
    let folded = words.iter().map(|word| crate::value::text::fold(word));
    folded.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &[&str], rows: &[&[&str]]) -> DraftColumns {
        let mut all: Vec<ColumnSample> = header.iter().map(|name| ColumnSample::of(name)).collect();
        for row in rows {
            all.iter_mut().zip(*row).for_each(|(sample, cell)| sample.add(cell));
        }
        DraftColumns::of(all, false)
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
