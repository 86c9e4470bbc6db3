//! Drafts of tables of figures: a column for each year, or countries and years with a column for each
//! measure.

use crate::command::import::draft::date_reading::{CENTURY, LANGUAGES};
use crate::command::import::draft::number_reading::NumberReading;
use crate::command::import::draft::roles::{CountryColumn, words_of};
use crate::command::import::draft::sample::is_missing;
use crate::command::import::draft::toml_text::{list, quoted};
use crate::command::import::draft::words::DEATHS;
use crate::command::import::draft::write::Draft;
use crate::kind::INDICATORS;
use crate::value::date_formats::DateStyle;
use crate::value::month_names::MonthNames;
use crate::value::partial_date::PartialDate;

/// A column that is called after a year or a month.
pub(super) struct WideYear {
    pub(super) column: usize,
    /// In EDTF: 2013, 2013-05.
    year: String,
    /// What else it says: "killed" in "2013 killed".
    what: String,
}

impl Draft<'_> {
    /// The columns that are called after years, with the year of each, and what else they say. Where
    /// most say nothing else, one that does, such as a total of several years, is none of them.
    pub(super) fn wide_years(&self) -> Vec<WideYear> {
        let year_of = |name: &str| {
            let name = name.trim();
            let at = name.find(|c: char| c.is_ascii_digit())?;
            let year = name.get(at..at + 4)?;
            let is_year = year.parse::<u16>().is_ok_and(|n| (1800..2200).contains(&n));
            let behind = name.get(at + 4..).unwrap_or_default();
            let is_whole = at <= 1 && !behind.starts_with(|c: char| c.is_ascii_digit());
            (is_year && is_whole).then(|| (year.to_owned(), behind.to_owned()))
        };
        let all: Vec<WideYear> = self
            .columns
            .all
            .iter()
            .enumerate()
            .filter_map(|(column, sample)| {
                if let Some(month) = month_of(&sample.name) {
                    return Some(WideYear { column, year: month, what: String::new() });
                }
                let (year, behind) = year_of(&sample.name)?;
                let what = behind.trim_matches(|c: char| !c.is_alphanumeric() && c != '%');
                let what = if what.starts_with("YR") { "" } else { what }.to_owned();
                Some(WideYear { column, year, what })
            })
            .collect();
        let bare = all.iter().filter(|year| year.what.is_empty()).count();
        if bare * 2 >= all.len() {
            return all.into_iter().filter(|year| year.what.is_empty()).collect();
        }
        all.into_iter().filter(|year| !year.what.is_empty()).collect()
    }

    /// A table with a column for each year: an indicator for each cell.
    pub(super) fn wide(&mut self, years: &[WideYear], country: Option<CountryColumn>) {
        let is_year = |column: usize| years.iter().any(|year| year.column == column);
        let measure = self
            .columns
            .choose(
                &[INDICATORS.one, "series", "measure", "variable", "item", "category"],
                |column| self.columns.all[column].is_text() && !is_year(column),
            )
            .map(|choice| choice.column);
        let mut missing: Vec<String> = Vec::new();
        let mut style: Option<NumberReading> = None;
        for year in years {
            match self.columns.number(year.column) {
                Some(number) => {
                    missing.extend(number.missing.iter().chain(&number.unread).cloned());
                    if style.as_ref().is_none_or(|known| number.read > known.read) {
                        style = Some(number.clone());
                    }
                }
                // too few numbers to tell how they are written
                None => {
                    let cells = self.columns.all[year.column].cells.keys();
                    missing.extend(cells.filter(|cell| !is_plain_number(cell)).cloned());
                }
            }
        }
        missing.sort_unstable();
        missing.dedup();
        // a figure, such as a total, tells nothing apart
        let whole: Vec<usize> = (0..self.columns.all.len())
            .filter(|column| !is_year(*column) && self.columns.all[*column].has_no_blanks())
            .filter(|column| self.columns.number(*column).is_none() || is_code(self.name(*column)))
            .collect();
        self.line(&format!("\n[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
        let has_rest = years.iter().any(|year| !year.what.is_empty());
        let entries: Vec<String> = years
            .iter()
            .map(|WideYear { column, year, what }| {
                let name = quoted(self.name(*column));
                let what =
                    if has_rest { format!(", what = {}", quoted(what)) } else { String::new() };
                format!("{{ column = {name}, year = {}{what} }}", quoted(year))
            })
            .collect();
        let unread: Vec<&String> = missing.iter().filter(|cell| !is_missing(cell)).collect();
        if !unread.is_empty() {
            let shown: Vec<String> = unread.iter().take(5).map(|cell| quoted(cell)).collect();
            self.line(&format!("# not read as numbers, and left out: {}", shown.join(", ")));
        }
        self.line("# one fact for each year that has a number");
        self.each_stated(&entries, &missing);
        self.used.extend(years.iter().map(|year| year.column));
        let mut key: Vec<String> =
            whole.iter().take(6).map(|column| quoted(&self.template(*column))).collect();
        if has_rest {
            key.push(quoted("{$what}"));
        }
        key.push(quoted("{$year}"));
        self.line(&format!("key     = [{}]", key.join(", ")));
        match measure {
            _ if has_rest => self.field("measure", &quoted("{$what}"), &[]),
            Some(column) => {
                let cell = self.cell(column);
                self.field("measure", &cell, &[]);
            }
            None => self.field(
                "measure",
                &quoted("value"),
                &["guess: say what is measured, and in which unit".into()],
            ),
        }
        let are_years = years.iter().all(|year| year.year.len() == 4);
        self.line(if are_years {
            "date    = { year = \"{$year}\" }"
        } else {
            "date    = \"{$year}\""
        });
        self.place(country, None);
        self.number_field("quantity", "{$value}", style.as_ref(), &[]);
        let told: Vec<String> = country
            .iter()
            .map(|(column, _)| *column)
            .chain(measure)
            .map(|column| self.template(column))
            .collect();
        let told = if told.is_empty() { "{$value}".to_owned() } else { told.join(", ") };
        self.line(&format!("summary = {}", quoted(&format!("{told}: {{$value}} in {{$year}}"))));
    }

    /// The columns of numbers that may be measures: no codes, ranks, years or coordinates.
    pub(super) fn measures(&self, country: Option<CountryColumn>) -> Vec<usize> {
        const OTHER: [&str; 26] = [
            "rank",
            "year",
            "month",
            "day",
            "lat",
            "latitude",
            "lon",
            "long",
            "longitude",
            "age",
            "no",
            "nr",
            "n",
            "row",
            "index",
            "lfd",
            "sira",
            "№",
            "num",
            "low",
            "high",
            "min",
            "max",
            "precision",
            "hour",
            "week",
        ];
        let parts = self.columns.parts();
        let is_part = |column: usize| {
            parts.as_ref().is_some_and(|(start, end)| {
                start.year.0 == column || end.as_ref().is_some_and(|end| end.year.0 == column)
            })
        };
        let is_measure = |column: &usize| {
            let column = *column;
            let name = self.name(column);
            self.columns.number(column).is_some()
                && self.columns.date(column).is_none()
                && !is_part(column)
                && country.is_none_or(|(country, _)| country != column)
                && !is_code(name)
                && !self.is_of_people(column)
                && !words_of(name).is_empty()
                && !words_of(name).iter().any(|word| OTHER.contains(&word.as_str()))
        };
        (0..self.columns.all.len()).filter(is_measure).collect()
    }

    /// An indicator for each of the columns, beside the event of the record.
    pub(super) fn indicators(&mut self, measures: &[usize]) {
        self.used.extend(measures);
        self.line("\n# guess: each of these columns is a measure; delete those that are none, and add a unit");
        for (group, style) in self.written_alike(measures) {
            let entry = |column: &usize| {
                format!("{{ column = {0}, measure = {0} }}", quoted(self.name(*column)))
            };
            let entries: Vec<String> = group.iter().map(entry).collect();
            self.line(&format!("[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
            self.each_stated(&entries, &style.missing);
            self.line("key     = [\"{$key}\", \"{$measure}\"]");
            self.line("measure = \"{$measure}\"");
            self.number_field("quantity", "{$value}", Some(&style), &[]);
            self.line("summary = \"{$measure}: {$value}\"");
        }
    }

    /// Columns of numbers in groups that one rule reads, with the rule.
    pub(super) fn written_alike(&self, columns: &[usize]) -> Vec<(Vec<usize>, NumberReading)> {
        let mut groups: Vec<(Vec<usize>, Vec<NumberReading>)> = Vec::new();
        for column in columns {
            let Some(number) = self.columns.number(*column) else { continue };
            match groups.iter_mut().find(|(_, all)| all.iter().all(|other| other.is_like(number))) {
                Some((group, all)) => {
                    group.push(*column);
                    all.push(number.clone());
                }
                None => groups.push((vec![*column], vec![number.clone()])),
            }
        }
        groups.into_iter().map(|(group, all)| (group, NumberReading::joined(&all))).collect()
    }

    /// One fact for each entry whose cell states a number.
    pub(super) fn each_stated(&mut self, entries: &[String], missing: &[String]) {
        self.line(&format!("each    = [\n  {},\n]", entries.join(",\n  ")));
        let mut conditions = vec!["{ text = \"{$value}\", stated = true }".to_owned()];
        if !missing.is_empty() {
            conditions.push(format!("{{ text = \"{{$value}}\", not = {} }}", list(missing)));
        }
        self.line(&format!("when    = [{}]", conditions.join(", ")));
    }

    /// Whether the table has a country, a year and otherwise only numbers.
    pub(super) fn is_panel(&self, country: Option<CountryColumn>) -> bool {
        let (Some((country, _)), Some((parts, None))) = (country, self.columns.parts()) else {
            return false;
        };
        if parts.month.is_some() || self.columns.start().is_some() || self.columns.point().is_some()
        {
            return false;
        }
        let deaths = self.columns.named(&DEATHS, |_| true);
        let is_number = |column: usize| self.columns.number(column).is_some();
        let is_measure = |column: &usize| is_number(*column) && !is_code(self.name(*column));
        let others: Vec<usize> = (0..self.columns.all.len())
            .filter(|column| *column != country && *column != parts.year.0)
            .filter(|column| self.columns.all[*column].stated > 0)
            .collect();
        let texts = others
            .iter()
            .filter(|column| !is_number(**column) && self.columns.all[**column].length() > 4)
            .count();
        deaths.is_empty() && others.iter().any(is_measure) && texts <= 1
    }

    /// A table of countries and years: an indicator for each number.
    pub(super) fn panel(&mut self, country: Option<CountryColumn>) {
        let Some((parts, _)) = self.columns.parts() else { return };
        let mut entries = Vec::new();
        let (mut style, mut missing) = (None, Vec::new());
        for column in 0..self.columns.all.len() {
            let is_other =
                country.is_none_or(|(country, _)| country != column) && column != parts.year.0;
            if let Some(number) =
                self.columns.number(column).filter(|_| is_other && !is_code(self.name(column)))
            {
                entries
                    .push(format!("{{ column = {0}, measure = {0} }}", quoted(self.name(column))));
                missing.extend(number.missing.iter().chain(&number.unread).cloned());
                style = style.or(Some(number.clone()));
                self.used.push(column);
            }
        }
        missing.sort_unstable();
        missing.dedup();
        self.line(&format!("\n[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
        self.line("# guess: each of these columns is a measure; delete those that are none, and add a unit");
        self.line(&format!("each    = [\n  {},\n]", entries.join(",\n  ")));
        let place = country.map(|(column, _)| self.template(column)).unwrap_or_default();
        let year = self.template(parts.year.0);
        let mut key = vec![quoted(&place)];
        for (column, sample) in self.columns.all.iter().enumerate() {
            if sample.is_text() && sample.has_no_blanks() && self.template(column) != place {
                key.push(quoted(&self.template(column)));
            }
        }
        key.extend([quoted(&year), quoted("{$measure}")]);
        self.line(&format!("key     = [{}]", key.join(", ")));
        self.line("measure = \"{$measure}\"");
        self.date_of_parts(&parts, None);
        self.place(country, None);
        self.number_field("quantity", "{$value}", style.as_ref(), &missing);
        self.line(&format!(
            "summary = {}",
            quoted(&format!("{{$measure}}, {place}, {year}: {{$value}}"))
        ));
    }
}

/// The month that a column is called after, in EDTF.
fn month_of(name: &str) -> Option<String> {
    const FORMATS: [&str; 6] = ["%Y-%m", "%m/%Y", "%B %Y", "%B-%Y", "%B-%y", "%B %y"];
    let name = name.trim();
    std::iter::once(None).chain(LANGUAGES.map(Some)).find_map(|language| {
        let months = match language {
            Some(language) => MonthNames::of(&[language.to_owned()]).unwrap_or_default(),
            None => MonthNames::default(),
        };
        let style = DateStyle {
            formats: FORMATS.map(str::to_owned).into(),
            century: Some(CENTURY),
            months,
            ..DateStyle::default()
        };
        style.read(name).map(PartialDate::edtf).filter(|month| month.len() == 7)
    })
}

/// Whether a cell is a number without signs.
fn is_plain_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok()
}

/// Whether a column of numbers is called as one of codes is.
fn is_code(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = ["code", "id", "column 1", "ccode", "gwno", "iso"];
    name.is_empty() || words.iter().any(|word| name.contains(word))
}
