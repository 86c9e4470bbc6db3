//! Drafts of wide tables: a column for each year, quarter or month, and an indicator for each cell.

use crate::command::import::draft::date_reading::{LANGUAGES, calendar_of};
use crate::command::import::draft::measures::is_code;
use crate::command::import::draft::number_reading::NumberReading;
use crate::command::import::draft::roles::{CountryColumn, may_be_place};
use crate::command::import::draft::toml_text::{list, quoted};
use crate::command::import::draft::wide_periods::WidePeriod;
use crate::command::import::draft::write::Draft;
use crate::kind::INDICATORS;

impl Draft<'_> {
    /// A table with a column for each year: an indicator for each cell.
    pub(super) fn wide(&mut self, years: &[WidePeriod], country: Option<CountryColumn>) {
        let of_columns: Vec<usize> = years.iter().flat_map(WidePeriod::columns).collect();
        let is_year = |column: usize| of_columns.contains(&column);
        let is_heading = |column: usize| column == self.columns.width && self.has_heading;
        let measure = self
            .columns
            .choose(
                &[INDICATORS.one, "series", "measure", "variable", "item", "category"],
                |column| self.columns.all[column].is_text() && !is_year(column),
            )
            .map(|choice| choice.column);
        let (missing, style) = self.wide_numbers(years);
        // a figure, such as a total, tells nothing apart
        let filled = self.columns.filled_down();
        let is_label = |column: usize| {
            let sample = &self.columns.all[column];
            // labels stand at the left of the figures
            let is_left = of_columns.first().is_some_and(|first| column < *first);
            let is_mostly_told = is_left && sample.is_text() && sample.stated > sample.blank;
            sample.has_no_blanks() || filled.contains(&column) || is_mostly_told
        };
        let whole: Vec<usize> = (0..self.columns.all.len())
            .filter(|column| !is_year(*column) && is_label(*column))
            // of what is divided, the whole
            .filter(|column| *column < self.columns.width || is_heading(*column))
            .filter(|column| self.columns.number(*column).is_none() || is_code(self.name(*column)))
            .collect();
        self.line(&format!("\n[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
        let has_rest = years.iter().any(|year| !year.what.is_empty());
        let are_years = years.iter().all(|year| year.period.len() == 4);
        let year_column = years.iter().find_map(|period| period.year);
        let word = match year_column {
            Some(_) if years.iter().any(|part| part.period.as_str() > "12") => "quarter",
            Some(_) => "month",
            None if are_years => "year",
            None => "period",
        };
        let entries = self.entries_of_periods(years, word);
        self.line(&format!("# one fact for each {word} that has a number"));
        self.each_stated(&entries, &missing);
        self.used.extend(&of_columns);
        let mut key: Vec<String> =
            whole.iter().take(6).map(|column| quoted(&self.template(*column))).collect();
        if has_rest {
            key.push(quoted("{$what}"));
        }
        let year = year_column.map(|column| self.template(column));
        if let Some(year) = year.as_ref().filter(|year| !key.contains(&quoted(year))) {
            key.push(quoted(year));
        }
        key.push(quoted(&format!("{{${word}}}")));
        self.line(&format!("key     = [{}]", key.join(", ")));
        let sheet = self.sheet_of_measure();
        match measure.or(sheet) {
            _ if has_rest => self.field("measure", &quoted("{$what}"), &[]),
            Some(column) => {
                let cell = self.cell(column);
                self.field("measure", &cell, &[]);
            }
            None => self.field(
                "measure",
                &quoted(&self.title.unwrap_or("value").replace('{', "{{").replace('}', "}}")),
                &["guess: say what is measured, and in which unit".into()],
            ),
        }
        self.unit_of(&of_columns);
        self.used.extend(year_column);
        self.doubts_of_periods(years, year_column.is_some());
        let when = match &year {
            Some(year) => format!("{year}-{{${word}}}"),
            None => format!("{{${word}}}"),
        };
        let month = if word == "year" { self.month_of_rows() } else { None };
        self.date_of_wide(word, &when, month.as_ref());
        if let Some((column, _)) = country.filter(|(column, _)| !may_be_place(self.name(*column))) {
            let name = quoted(self.name(column));
            self.line(&format!("# guess: {name} is the country whose figure it is"));
        }
        self.place(country, None);
        let month = month.map(|(column, _)| column);
        let others: Vec<usize> =
            of_columns.iter().copied().chain(measure).chain(year_column).chain(month).collect();
        let holder = self.subject(country, &others, false);
        if years.iter().any(|year| year.bounds.is_some()) {
            self.bounds_of_entries(&of_columns);
        } else {
            self.number_field("quantity", "{$value}", style.as_ref(), &[]);
        }
        let told: Vec<String> = country
            .iter()
            .map(|(column, _)| *column)
            .chain(holder)
            .chain(measure)
            .map(|column| self.template(column))
            .collect();
        let told = if told.is_empty() { "{$value}".to_owned() } else { told.join(", ") };
        let told = if has_rest { format!("{told}, {{$what}}") } else { told };
        let when = match (word, &year) {
            ("quarter", Some(year)) => format!("{{$column}} of {year}"),
            ("period", _) => "{$column}".to_owned(),
            _ => when,
        };
        self.line(&format!("summary = {}", quoted(&format!("{told}: {{$value}} in {when}"))));
    }

    /// The column of the months that the rows are of, below columns of years, with the language of their
    /// names as a key.
    fn month_of_rows(&self) -> Option<(usize, String)> {
        let is_word = |cell: &String| cell.contains(char::is_alphabetic);
        let languages = || std::iter::once(&[][..]).chain(LANGUAGES);
        (0..self.columns.width).find_map(|column| {
            let sample = &self.columns.all[column];
            if sample.cells.len() < 3
                || sample.cells.len() > 12
                || !sample.cells.keys().all(is_word)
            {
                return None;
            }
            let language = languages().find(|language| {
                let part = sample.part(12, &calendar_of(language));
                part.is_some_and(|unread| unread.is_empty())
            })?;
            let locale = match language {
                [] => String::new(),
                [one] => format!(", locale = {}", quoted(one)),
                several => format!(", locale = {}", list(several)),
            };
            Some((column, locale))
        })
    }

    /// The entries of columns that are called after periods.
    fn entries_of_periods(&self, years: &[WidePeriod], word: &str) -> Vec<String> {
        let of_columns: Vec<usize> = years.iter().map(|year| year.column).collect();
        let have_units = self.have_units(&of_columns);
        let has_rest = years.iter().any(|year| !year.what.is_empty());
        let entry = |WidePeriod { column, period, what, bounds, .. }: &WidePeriod| {
            let name = quoted(self.name(*column));
            let what = if has_rest { format!(", what = {}", quoted(what)) } else { String::new() };
            let unit = self.unit_key(*column, have_units);
            let bounds = bounds.map_or(String::new(), |bounds| {
                let [low, high] = bounds.map(|bound| quoted(&self.template(bound)));
                format!(", low = {low}, high = {high}")
            });
            format!("{{ column = {name}{bounds}, {word} = {}{what}{unit} }}", quoted(period))
        };
        years.iter().map(entry).collect()
    }

    /// The date of a cell below a period, in a row of a month if there is a column of those.
    fn date_of_wide(&mut self, word: &str, when: &str, month: Option<&(usize, String)>) {
        let date = match (word, month) {
            ("year", Some((column, locale))) => {
                let month = self.cell(*column);
                format!("date    = {{ year = \"{{$year}}\", month = {month}{locale} }}")
            }
            ("year", None) => "date    = { year = \"{$year}\" }".to_owned(),
            _ => format!("date    = {}", quoted(when)),
        };
        self.line(&date);
    }

    /// The cells of these columns that state no number, and how the others are read.
    fn wide_numbers(&self, years: &[WidePeriod]) -> (Vec<String>, Option<NumberReading>) {
        let mut missing: Vec<String> = Vec::new();
        let mut styles: Vec<NumberReading> = Vec::new();
        for year in years {
            match self.columns.number(year.column) {
                Some(number) => {
                    missing.extend(number.missing.iter().chain(&number.unread).cloned());
                    styles.push(number.clone());
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
        // what is missing is told by the condition of each cell
        let style = (!styles.is_empty())
            .then(|| NumberReading { missing: Vec::new(), ..NumberReading::joined(&styles) });
        (missing, style)
    }
}

/// Whether a cell is a number without signs.
fn is_plain_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok()
}
