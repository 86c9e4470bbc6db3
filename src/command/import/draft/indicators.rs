//! Drafts of tables of figures: a column for each year, or countries and years with a column for each
//! measure.

use std::collections::BTreeSet;

use crate::command::import::draft::beside::{period_in, unit_in};
use crate::command::import::draft::date_reading::{LANGUAGES, calendar_of};
use crate::command::import::draft::number_reading::NumberReading;
use crate::command::import::draft::roles::{CountryColumn, words_of};
use crate::command::import::draft::sample::{is_missing, is_total};
use crate::command::import::draft::toml_text::{list, quoted};
use crate::command::import::draft::wide_periods::WidePeriod;
use crate::command::import::draft::words::{COUNTERPARTS, DEATHS, HOLDERS};
use crate::command::import::draft::write::Draft;
use crate::ingest::SHEET_COLUMN;
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

    /// The column of sheets that are called after years, where something else dates the records.
    fn sheet_of_years(&self) -> Option<usize> {
        let column = self.columns.all.iter().position(|sample| sample.name == SHEET_COLUMN)?;
        let is_date = self.columns.start().is_some_and(|start| start.column != column);
        (self.columns.has_sheets && self.columns.is_years(column) && is_date).then_some(column)
    }

    /// The column of the sheets, which say what is measured if they are not called after years.
    pub(super) fn sheet_of_measure(&self) -> Option<usize> {
        let column = self.columns.all.iter().position(|sample| sample.name == SHEET_COLUMN)?;
        (self.columns.has_sheets && !self.columns.is_years(column)).then_some(column)
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

    /// Writes whose figures those of a record are: the first column of words that is neither its
    /// country nor one of `others`; only one that is called so, if it must be (`is_named`).
    fn subject(
        &mut self,
        country: Option<CountryColumn>,
        others: &[usize],
        is_named: bool,
    ) -> Option<usize> {
        const NAMES_OF_RECORDS: [&str; 9] =
            ["id", "ids", "ref", "reference", "symbol", "code", "no", "number", "document"];
        let is_name_of_event = |name: &str| {
            let is_holder = |word: &String| word != "name" && HOLDERS.contains(&word.as_str());
            !words_of(name).iter().any(is_holder)
        };
        let fits = |column: &usize| {
            let sample = &self.columns.all[*column];
            let is_address = || sample.cells.keys().any(|cell| cell.starts_with("http"));
            // beside a country, only what is called so says whose figure it is
            !others.contains(column)
                && (country.is_none() && !is_named || self.columns.is_called(*column, &HOLDERS))
                // what an event is called names nobody
                && !(is_named && is_name_of_event(self.name(*column)))
                && country
                    .is_none_or(|(country, _)| country != *column && !is_code(self.name(*column)))
                && sample.is_text()
                && sample.has_no_blanks()
                && sample.length() < 40
                && self.columns.date(*column).is_none()
                && self.columns.number(*column).is_none()
                && !is_address()
        };
        let is_name = |column: &usize| {
            let words = words_of(self.name(*column));
            words.iter().any(|word| NAMES_OF_RECORDS.contains(&word.as_str()))
        };
        let holder = (0..self.columns.all.len()).find(|column| fits(column) && !is_name(column))?;
        let is_other = |column: usize| column != holder && fits(&column);
        let counterpart = self.columns.choose(&COUNTERPARTS, is_other);
        let mut guesses =
            vec![format!("guess: {} says whose figure it is", quoted(self.name(holder)))];
        let name = self.names(holder, &mut guesses);
        self.field("subject", &name, &guesses);
        if let Some(choice) = counterpart {
            let mut guesses = self.others(&choice);
            let name = self.names(choice.column, &mut guesses);
            self.field("counterpart", &name, &guesses);
        }
        Some(holder)
    }

    /// The columns of numbers that may be measures: no codes, ranks, years or coordinates.
    pub(super) fn measures(&self, country: Option<CountryColumn>) -> Vec<usize> {
        const OTHER: [&str; 51] = [
            "time",
            "uhrzeit",
            "heure",
            "hora",
            "cod",
            "edad",
            "rank",
            "year",
            "jahr",
            "jaar",
            "annee",
            "ano",
            "anno",
            "año",
            "год",
            "рік",
            "rok",
            "yil",
            "month",
            "monat",
            "mois",
            "mes",
            "mese",
            "maand",
            "day",
            "tag",
            "jour",
            "dia",
            "giorno",
            "dag",
            "dzien",
            "день",
            "gun",
            "lat",
            "latitude",
            "lon",
            "long",
            "longitude",
            "age",
            "row",
            "index",
            "low",
            "high",
            "min",
            "max",
            "precision",
            "hour",
            "week",
            "session",
            "sitzung",
            "x",
        ];
        // "No." numbers records, and "No. of hostages" counts them
        const NUMBERING: [&str; 18] = [
            "lp", "م", "رقم", "ت", "ser", "serial", "sl", "nro", "numero", "n°", "no", "nr", "n",
            "lfd", "sira", "№", "num", "o",
        ];
        let parts = self.columns.parts();
        let id = self.key(&|_| true).filter(|(_, is_id)| *is_id).map(|(column, _)| column);
        let is_part = |column: usize| {
            parts.as_ref().is_some_and(|(start, end)| {
                [Some(start), end.as_ref()].into_iter().flatten().any(|date| date.has(column))
            })
        };
        // "No" counts votes beside "Yes"
        let are_votes = (0..self.columns.all.len())
            .any(|column| words_of(self.name(column)).iter().any(|word| word == "yes"));
        let is_other = |name: &str| {
            let words = words_of(name);
            let numbers_something = ["num", "no", "nr", "n°", "№"];
            let is_numbered = !name.ends_with(')')
                && words.last().is_some_and(|word| numbers_something.contains(&word.as_str()));
            !are_votes && is_numbered
                || words.iter().any(|word| OTHER.contains(&word.as_str()))
                || !are_votes && words.iter().all(|word| NUMBERING.contains(&word.as_str()))
        };
        let is_measure = |column: &usize| {
            let column = *column;
            let name = self.name(column);
            self.columns.number(column).is_some()
                && id != Some(column)
                && !self.numbers_the_records(column)
                && self.columns.date(column).is_none()
                && !(self.columns.is_years(column) && self.columns.is_called_end(column))
                && !is_part(column)
                && country.is_none_or(|(country, _)| country != column)
                && !is_code(name)
                && (!self.is_of_people(column) || self.is_of_several_harms(column))
                && !words_of(name).is_empty()
                && !is_other(name)
        };
        self.without_total((0..self.columns.all.len()).filter(is_measure).collect())
    }

    /// Whether the numbers of a column are more than the few codes of a list.
    pub(super) fn is_more_than_a_code(&self, column: usize) -> bool {
        const CODED: [&str; 14] = [
            "code",
            "type",
            "prec",
            "precision",
            "status",
            "clarity",
            "category",
            "level",
            "gwno",
            "gwnoa",
            "gwnob",
            "ccode",
            "flag",
            "version",
        ];
        let words = words_of(self.name(column));
        !words.iter().any(|word| CODED.contains(&word.as_str()))
            && self.columns.number(column).is_some_and(|number| {
                number.greatest > 12.0
                    || !number.is_integer
                    || !number.marks.is_empty()
                    || unit_in(self.name(column)).is_some()
                    || period_in(self.name(column)).is_some()
            })
    }

    /// Whether a column counts the records: 1, 2, 3.
    pub(super) fn numbers_the_records(&self, column: usize) -> bool {
        let sample = &self.columns.all[column];
        #[expect(clippy::cast_precision_loss, reason = "a sample has far fewer cells than 2^53")]
        let all = sample.stated as f64;
        sample.has_no_blanks()
            && sample.is_distinct()
            && sample.stated > 5
            && self.columns.number(column).is_some_and(|number| {
                number.is_integer && number.least > 0.0 && number.greatest < all + 1.0
            })
    }

    /// The measures without the one that adds up the others, by its name.
    fn without_total(&self, mut measures: Vec<usize>) -> Vec<usize> {
        if measures.len() > 2 {
            let is_of_all = |name: &str| words_of(name).first().is_some_and(|word| word == "all");
            measures
                .retain(|column| !is_total(self.name(*column)) && !is_of_all(self.name(*column)));
        }
        measures
    }

    /// A table of figures that tells of no events: an indicator for each number, which the other columns
    /// tell apart.
    pub(super) fn figures(&mut self, measures: &[usize], country: Option<CountryColumn>) {
        let filled = self.columns.filled_down();
        let parts = self.columns.parts();
        let is_part = |column| parts.as_ref().is_some_and(|(parts, _)| parts.has(column));
        let tells_apart = |column: &usize| {
            let is_whole = self.columns.all[*column].has_no_blanks() || filled.contains(column);
            // a figure, such as a total, tells nothing apart
            let is_figure = self.columns.number(*column).is_some()
                && self.columns.date(*column).is_none()
                && !is_part(*column)
                && !is_code(self.name(*column));
            is_whole && !is_figure && !measures.contains(column)
        };
        let key: Vec<String> = (0..self.columns.width)
            .filter(tells_apart)
            .take(8)
            .map(|column| quoted(&self.template(column)))
            .collect();
        self.line("\n[shared]");
        self.when();
        self.place_of_event(country, &|column| {
            country.is_none_or(|(country, _)| country != column)
        });
        self.indicators(measures, country, &key, false);
    }

    /// An indicator for each of the columns, with the key of the record; the figures of an event are nobody's
    /// unless a column is called so.
    pub(super) fn indicators(
        &mut self,
        measures: &[usize],
        country: Option<CountryColumn>,
        key: &[String],
        of_event: bool,
    ) {
        let key: Vec<String> = key.iter().cloned().chain([quoted("{$measure}")]).collect();
        let key = key.join(", ");
        self.used.extend(measures);
        self.line("\n# guess: each of these columns is a measure; delete those that are none, and add a unit");
        for (group, style, period) in self.of_one_time(measures) {
            self.line(&format!("[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
            self.each_stated(&self.measure_entries(&group), &style.missing);
            self.line(&format!("key     = [{key}]"));
            self.line("measure = \"{$measure}\"");
            self.unit_of(&group);
            if let Some(period) = period {
                self.line(&format!(
                    "# guess: these figures are of {period}, which their columns are called after"
                ));
                self.line(&format!("date    = {}", quoted(&period)));
            } else if let Some(sheet) = self.sheet_of_years() {
                self.line("# guess: these figures are of the year that the sheet is called after");
                let cell = self.cell(sheet);
                self.line(&format!("date    = {{ year = {cell} }}"));
            }
            let holder = self.subject(country, measures, of_event);
            let of = country.map(|(column, _)| column).into_iter().chain(holder);
            let of: Vec<String> = of.map(|column| self.template(column)).collect();
            self.number_field("quantity", "{$value}", Some(&style), &[]);
            let told = if of.is_empty() { String::new() } else { format!("{}: ", of.join(", ")) };
            self.line(&format!("summary = {}", quoted(&format!("{told}{{$measure}}: {{$value}}"))));
        }
    }

    /// The same as [`Draft::written_alike`], apart for each day or month that columns are called after: "Staff
    /// (31/12/2022)".
    fn of_one_time(&self, columns: &[usize]) -> Vec<(Vec<usize>, NumberReading, Option<String>)> {
        let period = |column: &usize| period_in(self.name(*column));
        let periods: BTreeSet<Option<String>> = columns.iter().map(period).collect();
        let mut groups = Vec::new();
        for time in periods {
            let own: Vec<usize> =
                columns.iter().copied().filter(|column| period(column) == time).collect();
            let alike = self.written_alike(&own).into_iter();
            groups.extend(alike.map(|(group, style)| (group, style, time.clone())));
        }
        groups
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
        let unread: Vec<&String> = missing.iter().filter(|cell| !is_missing(cell)).collect();
        if !unread.is_empty() {
            let shown: Vec<String> = unread.iter().take(5).map(|cell| quoted(cell)).collect();
            let more = if unread.len() > 5 { ", …" } else { "" };
            self.line(&format!("# not read as numbers, and left out: {}{more}", shown.join(", ")));
        }
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
        let is_measure = |column: &usize| {
            country.is_none_or(|(country, _)| country != *column)
                && *column != parts.year.0
                && self.columns.number(*column).is_some()
                && !is_code(self.name(*column))
        };
        let measures = (0..self.columns.all.len()).filter(is_measure).collect();
        let measures = self.without_total(measures);
        self.used.extend(&measures);
        let place = country.map(|(column, _)| self.template(column)).unwrap_or_default();
        let year = self.template(parts.year.0);
        let mut key = vec![quoted(&place)];
        for (column, sample) in self.columns.all.iter().enumerate() {
            if sample.is_text() && sample.has_no_blanks() && self.template(column) != place {
                key.push(quoted(&self.template(column)));
            }
        }
        key.extend([quoted(&year), quoted("{$measure}")]);
        self.line("\n# guess: each of these columns is a measure; delete those that are none, and add a unit");
        for (group, style) in self.written_alike(&measures) {
            self.line(&format!("[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
            self.each_stated(&self.measure_entries(&group), &style.missing);
            self.line(&format!("key     = [{}]", key.join(", ")));
            match self.sheet_of_measure() {
                Some(sheet) => {
                    let sheet = self.template(sheet);
                    self.line(&format!("measure = {}", quoted(&format!("{{$measure}}, {sheet}"))));
                }
                None => self.line("measure = \"{$measure}\""),
            }
            self.unit_of(&group);
            self.date_of_parts(&parts, None);
            self.place(country, None);
            self.subject(country, &[parts.year.0], false);
            self.number_field("quantity", "{$value}", Some(&style), &[]);
            let told = format!("{{$measure}}, {place}, {year}: {{$value}}");
            self.line(&format!("summary = {}", quoted(&told)));
        }
    }

    /// The columns of measures, each with its name.
    pub(super) fn measure_entries(&self, columns: &[usize]) -> Vec<String> {
        let name = |column: &usize| quoted(self.name(*column));
        let have_units = self.have_units(columns);
        columns
            .iter()
            .map(|column| {
                let unit = self.unit_key(*column, have_units);
                format!("{{ column = {0}, measure = {0}{unit} }}", name(column))
            })
            .collect()
    }
}

/// Whether a cell is a number without signs.
fn is_plain_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok()
}

/// Whether a column of numbers is called as one of codes is.
fn is_code(name: &str) -> bool {
    const CODES: [&str; 16] = [
        "eventid",
        "incidentid",
        "recordid",
        "caseid",
        "code",
        "codes",
        "id",
        "ids",
        "ccode",
        "cowcode",
        "gwno",
        "gwcode",
        "iso",
        "iso2",
        "iso3",
        "isocode",
    ];
    name.trim().is_empty()
        || name == "column 1"
        || words_of(name).iter().any(|word| CODES.contains(&word.as_str()))
}
