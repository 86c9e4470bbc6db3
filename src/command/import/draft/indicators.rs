//! Drafts of figures: a column for each measure, beside the event of a record or by themselves.

use std::collections::BTreeSet;

use crate::command::import::draft::beside::period_in;
use crate::command::import::draft::measures::is_code;
use crate::command::import::draft::number_reading::NumberReading;
use crate::command::import::draft::roles::CountryColumn;
use crate::command::import::draft::sample::{MISSING_CODES, is_missing};
use crate::command::import::draft::toml_text::{list, number_keys, quoted};
use crate::command::import::draft::words::{COUNTERPARTS, DEATHS, HOLDERS, words_of};
use crate::command::import::draft::write::Draft;
use crate::kind::INDICATORS;
use crate::mapping::SHEET_COLUMN;

impl Draft<'_> {
    /// The column of sheets that are called after years, where something else dates the records.
    fn sheet_of_years(&self) -> Option<usize> {
        let column = self.columns.all.iter().position(|sample| sample.name == SHEET_COLUMN)?;
        // dates in the years of the sheets say it better
        let sheets: Vec<&str> = self.columns.all[column].cells.keys().map(String::as_str).collect();
        let is_of_sheet = |cell: &String| sheets.iter().any(|year| cell.contains(year));
        let is_date = self.columns.start().is_some_and(|start| {
            let cells = &self.columns.all[start.column].cells;
            start.column != column && !cells.keys().all(is_of_sheet)
        });
        (self.columns.has_sheets && self.columns.is_years(column) && is_date).then_some(column)
    }

    /// The column of the sheets, which say what is measured if they are not called after years.
    pub(super) fn sheet_of_measure(&self) -> Option<usize> {
        let column = self.columns.all.iter().position(|sample| sample.name == SHEET_COLUMN)?;
        let says_what = !self.columns.is_years(column) && !self.are_sheets_countries;
        (self.columns.has_sheets && says_what).then_some(column)
    }

    /// Writes whose figures those of a record are: the first column of words that is neither its
    /// country nor one of `others`; only one that is called so, if it must be (`is_named`).
    pub(super) fn subject(
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

    /// An indicator for each pair of columns that are the bounds of a figure that no column has at its best:
    /// `civ_min` and `civ_max`.
    pub(super) fn bounded_figures(&mut self, key: &str) {
        for low in 0..self.columns.width {
            let is_free = |column: usize| {
                !self.used.contains(&column) && self.columns.number(column).is_some()
            };
            let stem = self.stem(low);
            let others =
                (0..self.columns.width).filter(|other| *other != low && self.stem(*other) == stem);
            let others: Vec<usize> = others.collect();
            let [high] = others.as_slice() else { continue };
            if stem.is_empty()
                || !self.is_low(low)
                || !self.is_high(*high)
                || !is_free(low)
                || !is_free(*high)
            {
                continue;
            }
            let style = self.columns.number(low).cloned().unwrap_or_default();
            let measure = quoted(&stem.join(" "));
            self.line("\n# guess: these columns are the bounds of one figure");
            self.line(&format!("[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
            let (low, high) = (self.cell(low), self.cell(*high));
            self.line(&format!("when    = {{ text = {low}, stated = true }}"));
            self.line(&format!("key     = [{key}, {measure}]"));
            self.line(&format!("measure = {measure}"));
            let keys = [
                vec![format!("low = {low}, high = {high}")],
                number_keys(Some(&style), &style.missing),
            ];
            self.line(&format!("quantity = {{ {} }}", keys.concat().join(", ")));
            self.line(&format!("summary = {measure}"));
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
        let is_told = |cell: &&String| !is_missing(cell) && !MISSING_CODES.contains(&cell.as_str());
        let unread: Vec<&String> = missing.iter().filter(is_told).collect();
        if !unread.is_empty() {
            let shown: Vec<String> = unread.iter().take(12).map(|cell| quoted(cell)).collect();
            let more = if unread.len() > 12 { ", …" } else { "" };
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
        let measures = self.all_measures(country);
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
            match self.quarter_beside(&parts) {
                Some(quarter) => self.date_of_quarter(parts.year.0, quarter),
                None => self.date_of_parts(&parts, None),
            }
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
