//! The draft as text: what each column becomes, which of it is a guess, and what else is possible.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::command::import::draft::roles::{
    Choice, CountryColumn, DateParts, DraftColumns, words_of,
};
use crate::command::import::draft::sample::{DateReading, NumberReading};
use crate::error::Result;
use crate::kind::{EVENTS, INDICATORS};
use crate::store::Store;
use crate::value::text::count;

/// What is known of the file beside its columns.
#[derive(Debug, Default)]
pub struct TableNotes {
    /// What messages call it.
    pub name: String,
    /// Its encoding, if it is not UTF-8.
    pub encoding: Option<&'static str>,
    /// Where the records of a JSON file are.
    pub records: Option<String>,
    /// What stands between cells.
    pub delimiter: char,
    /// Lines above the header.
    pub above: usize,
    /// The file has no header.
    pub has_no_header: bool,
    /// How many rows the header has.
    pub header_rows: usize,
    /// Rows below the table that are notes.
    pub footer: usize,
    /// Cells that say that their row adds up others, with their columns.
    pub totals: BTreeSet<(usize, String)>,
    /// The row below the header is tags.
    pub has_tags: bool,
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn list(items: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| quoted(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

/// A column that is called after a year.
struct WideYear {
    column: usize,
    year: String,
    /// What else it says: "killed" in "2013 killed".
    what: String,
}

/// The draft under way.
pub struct Draft<'a> {
    columns: &'a DraftColumns,
    out: String,
    used: Vec<usize>,
}

impl<'a> Draft<'a> {
    /// Writes the draft of a table.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(columns: &'a DraftColumns, notes: &TableNotes, store: &Store) -> Result<String> {
        let mut draft = Draft { columns, out: String::new(), used: Vec::new() };
        draft.head(notes);
        let country = columns.country(store, false)?;
        let wide = draft.wide_years();
        let is_world_bank = wide.iter().any(|year| columns.all[year.column].name.contains("[YR"));
        if wide.len() >= 3 || is_world_bank {
            // what is told of a supplier or recipient each year is told of its country
            let country = match country {
                None => columns.country(store, true)?,
                found => found,
            };
            draft.wide(&wide, country);
        } else if draft.is_panel(country) {
            draft.panel(country);
        } else {
            draft.events(country);
        }
        draft.rest();
        Ok(draft.out)
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn name(&self, column: usize) -> &str {
        &self.columns.all[column].name
    }

    /// A column as a template.
    fn cell(&mut self, column: usize) -> String {
        if !self.used.contains(&column) {
            self.used.push(column);
        }
        quoted(&self.template(column))
    }

    fn template(&self, column: usize) -> String {
        format!("{{{}}}", self.name(column).replace('{', "{{").replace('}', "}}"))
    }

    /// A field with its value, and what is uncertain of it.
    fn field(&mut self, field: &str, value: &str, guesses: &[String]) {
        for guess in guesses {
            self.line(&format!("# {guess}"));
        }
        self.line(&format!("{field:<7} = {value}"));
    }

    fn others(&self, choice: &Choice) -> Vec<String> {
        if choice.others.is_empty() {
            return Vec::new();
        }
        let names: Vec<&str> =
            choice.others.iter().take(6).map(|column| self.name(*column)).collect();
        vec![format!("guess: {}; other candidates: {}", self.name(choice.column), names.join(", "))]
    }

    fn head(&mut self, notes: &TableNotes) {
        let stem = notes.name.split('.').next().unwrap_or_default().to_lowercase();
        let slug: String =
            stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let slug =
            if slug.trim_matches('-').is_empty() { "my-table" } else { slug.trim_matches('-') };
        self.line(&format!(
            "# Draft mapping of {}: check it, then try it with",
            quoted(&notes.name)
        ));
        self.line("#   facts import --mapping THIS.toml --dry-run FILE");
        self.line("# The mapping language is explained in: facts help mapping");
        if notes.above > 0 {
            self.line(&format!("# lines above the header that are skipped: {}", notes.above));
        }
        self.line("format = 1");
        self.line(&format!("name  = {}", quoted(slug)));
        self.line(&format!(
            "title = {}",
            quoted(&format!("{} (name the source here)", notes.name))
        ));
        self.line("# publisher = \"\"   licence = \"\"   codebook = \"\"\n");
        self.line("[read]");
        match &notes.records {
            Some(path) => self.line(&format!("records   = {}", quoted(path))),
            None => self.line(&format!("delimiter = {}", quoted(&notes.delimiter.to_string()))),
        }
        if notes.has_no_header {
            let names =
                self.columns.all.iter().map(|column| column.name.as_str()).collect::<Vec<_>>();
            self.line("# guess: the first line is a record, since it looks like the others; name the columns");
            let names = list(names);
            self.line(&format!("header    = {names}"));
        }
        if notes.header_rows > 1 {
            self.line("# guess: the header stands in two rows");
            self.line(&format!("header_rows = {}", notes.header_rows));
        }
        if notes.has_tags {
            self.line("skip_rows = 1");
        }
        if notes.footer > 0 {
            self.line(&format!(
                "# rows below the table that are taken for notes: {}",
                notes.footer
            ));
            self.line("footer    = true");
        }
        let mut totals = Vec::new();
        for column in 0..self.columns.all.len() {
            let cells: Vec<&String> = notes
                .totals
                .iter()
                .filter(|(other, _)| *other == column)
                .map(|(_, cell)| cell)
                .collect();
            if !cells.is_empty() {
                let text = quoted(&self.template(column));
                totals.push(format!("{{ text = {text}, is = {} }}", list(cells)));
            }
        }
        if !totals.is_empty() {
            self.line("# guess: these rows add up others, and are no records");
            self.line(&format!("skip      = [{}]", totals.join(", ")));
        }
        if let Some(encoding) = notes.encoding {
            self.line(&format!("encoding  = [{}]", quoted(&encoding.to_lowercase())));
        }
    }

    /// The columns that are called after years, with the year of each, and what else they say. Where
    /// most say nothing else, one that does, such as a total of several years, is none of them.
    fn wide_years(&self) -> Vec<WideYear> {
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
            .filter(|(n, column)| column.stated == 0 || self.columns.number(*n).is_some())
            .filter_map(|(column, sample)| {
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
    fn wide(&mut self, years: &[WideYear], country: Option<CountryColumn>) {
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
            if let Some(number) = self.columns.number(year.column) {
                missing.extend(number.missing.iter().chain(&number.unread).cloned());
                if style.as_ref().is_none_or(|known| number.read > known.read) {
                    style = Some(number.clone());
                }
            }
        }
        missing.sort_unstable();
        missing.dedup();
        let whole: Vec<usize> = (0..self.columns.all.len())
            .filter(|column| !is_year(*column) && self.columns.all[*column].is_whole())
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
        self.line("# one fact for each year that has a number");
        self.line(&format!("each    = [\n  {},\n]", entries.join(",\n  ")));
        let mut conditions = vec!["{ text = \"{$value}\", stated = true }".to_owned()];
        if !missing.is_empty() {
            conditions.push(format!("{{ text = \"{{$value}}\", not = {} }}", list(&missing)));
        }
        self.line(&format!("when    = [{}]", conditions.join(", ")));
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
        self.line("date    = { year = \"{$year}\" }");
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

    /// Whether the table has a country, a year and otherwise only numbers.
    fn is_panel(&self, country: Option<CountryColumn>) -> bool {
        let (Some((country, _)), Some((parts, None))) = (country, self.columns.parts()) else {
            return false;
        };
        if parts.month.is_some() || self.columns.start().is_some() || self.columns.point().is_some()
        {
            return false;
        }
        let deaths = self.columns.called(&DEATHS, |_| true);
        let is_number = |column: usize| self.columns.number(column).is_some();
        let others: Vec<usize> = (0..self.columns.all.len())
            .filter(|column| *column != country && *column != parts.year.0)
            .filter(|column| self.columns.all[*column].stated > 0)
            .collect();
        let texts = others
            .iter()
            .filter(|column| !is_number(**column) && self.columns.all[**column].length() > 4)
            .count();
        deaths.is_empty() && others.iter().any(|column| is_number(*column)) && texts <= 1
    }

    /// A table of countries and years: an indicator for each number.
    fn panel(&mut self, country: Option<CountryColumn>) {
        let Some((parts, _)) = self.columns.parts() else { return };
        let is_code = |name: &str| {
            let name = name.to_lowercase();
            ["code", "id", "column 1", "ccode", "gwno", "iso"]
                .iter()
                .any(|word| name.contains(word))
                || name.is_empty()
        };
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
            if sample.is_text() && sample.is_whole() && self.template(column) != place {
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

    fn events(&mut self, country: Option<CountryColumn>) {
        let columns = self.columns;
        self.line(&format!("\n[[fact]]\nkind    = {}", quoted(EVENTS.name)));
        let start = columns.start();
        let parts = columns.parts();
        let is_free = |column: usize| {
            start.as_ref().is_none_or(|start| start.column != column)
                && country.is_none_or(|(country, _)| country != column)
        };
        let ids = ["id", "event_id", "key", "code", "no", "nr", "number", "num", "ref", "index"];
        let is_key =
            |column: usize| columns.all[column].is_whole() && columns.all[column].is_distinct();
        let key = columns.choose(&ids, is_key).map(|choice| choice.column).or((0..columns
            .all
            .len()
            .min(1))
            .find(|column| is_key(*column) && is_free(*column)));
        match key {
            Some(column) => {
                let cell = self.cell(column);
                self.line(&format!("key     = [{cell}]"));
            }
            None => {
                self.line("# no column tells the records apart: they are numbered, and a later version of the file that");
                self.line("# has them in another order changes them");
                self.line("key     = [\"#\"]");
            }
        }
        let is_word = |column: usize| {
            let sample = &columns.all[column];
            sample.is_text() && sample.is_whole() && sample.length() < 60 && is_free(column)
        };
        match columns.choose(&["event_type", "type", "category", "kind", "art", "tipo"], is_word) {
            Some(choice) => {
                let guesses = self.others(&choice);
                let cell = self.cell(choice.column);
                self.field("type", &cell, &guesses);
            }
            None => self.field(
                "type",
                &quoted("event"),
                &["guess: say what kind of event these are".into()],
            ),
        }
        self.summary(&is_free);
        match (&start, parts) {
            (Some(start), _) => self.date(start),
            (None, Some((start, end))) => {
                if start.is_guess {
                    let name = self.name(start.year.0).to_owned();
                    self.line(&format!("# guess: {name} holds years"));
                }
                self.date_of_parts(&start, end.as_ref());
            }
            (None, None) => self.line("# no column was read as a date"),
        }
        for (field, words) in [
            (
                "actor",
                &["actor1", "actor_1", "side_a", "perpetrator", "attacker", "actor", "responsible"]
                    [..],
            ),
            ("target", &["actor2", "actor_2", "side_b", "victim", "target", "defender"]),
        ] {
            let fits = |column: usize| columns.all[column].is_text() && is_free(column);
            if let Some(choice) = columns.choose(words, fits) {
                let guesses = self.others(&choice);
                let cell = self.cell(choice.column);
                self.field(field, &cell, &guesses);
            }
        }
        self.place(country, self.town(&is_free));
        self.deaths_field();
    }

    /// The column of what is smaller than a country.
    fn town(&self, is_free: &impl Fn(usize) -> bool) -> Option<usize> {
        let columns = self.columns;
        let towns = [
            "location",
            "town",
            "city",
            "village",
            "place",
            "locality",
            "site",
            "ort",
            "ville",
            "lugar",
            "municipality",
            "district",
            "province",
            "where",
        ];
        columns
            .choose(&towns, |column| {
                columns.all[column].is_text() && is_free(column) && columns.date(column).is_none()
            })
            .map(|choice| choice.column)
    }

    fn deaths_field(&mut self) {
        let columns = self.columns;
        match self.deaths() {
            Some(Ok(choice)) if self.bounds(&choice).is_some() => {
                if let Some((low, high)) = self.bounds(&choice) {
                    let mut missing: Vec<String> = [low, high]
                        .into_iter()
                        .filter_map(|column| columns.number(column))
                        .flat_map(|number| number.missing.iter().chain(&number.unread))
                        .cloned()
                        .collect();
                    missing.sort_unstable();
                    missing.dedup();
                    let style = columns.number(low).or(columns.number(high));
                    let (low, high) = (self.cell(low), self.cell(high));
                    let mut keys = vec![format!("low = {low}, high = {high}")];
                    keys.extend(number_keys(style, &missing));
                    self.line(&format!("deaths  = {{ {} }}", keys.join(", ")));
                }
            }
            Some(Ok(choice)) => {
                let guesses = self.others(&choice);
                let cell = self.cell(choice.column);
                for guess in &guesses {
                    self.line(&format!("# {guess}"));
                }
                let style = columns.number(choice.column).cloned();
                let missing: Vec<String> = style
                    .iter()
                    .flat_map(|style| style.missing.iter().chain(&style.unread))
                    .cloned()
                    .collect();
                self.number_field("deaths", cell.trim_matches('"'), style.as_ref(), &missing);
            }
            Some(Err(column)) => {
                let name = self.name(column).to_owned();
                self.line(&format!("# {name} looks like a level and not like a number of deaths, and is kept in extra"));
            }
            None => {}
        }
    }

    /// The column of deaths; an error where it holds levels.
    fn deaths(&self) -> Option<Result<Choice, usize>> {
        let columns = self.columns;
        let is_other = |column: usize| {
            let name = columns.all[column].name.to_lowercase();
            let has_part =
                ["injur", "wound", "missing", "rate", "percent", "code", "source", "date", "%"]
                    .iter()
                    .any(|word| name.contains(word));
            let units = [
                "per",
                "pct",
                "share",
                "thousand",
                "thousands",
                "million",
                "millions",
                "000",
                "000s",
            ];
            has_part || words_of(&name).iter().any(|word| units.contains(&word.as_str()))
        };
        let fits = |column: usize| {
            columns.number(column).is_some_and(|number| number.is_whole) && !is_other(column)
        };
        let mut choice = columns.choose(&DEATHS, fits)?;
        let is_bound = |column: usize| {
            let name = columns.all[column].name.to_lowercase();
            ["low", "high", "min", "max"].iter().any(|word| name.contains(word))
        };
        if is_bound(choice.column)
            && let Some(n) = choice.others.iter().position(|column| !is_bound(*column))
        {
            std::mem::swap(&mut choice.column, &mut choice.others[n]);
        }
        let number = columns.number(choice.column)?;
        let is_level = number.distinct <= 8
            && number.greatest <= 9.0
            && number.missing.iter().any(|code| code.starts_with('-'));
        Some(if is_level { Err(choice.column) } else { Ok(choice) })
    }

    /// The columns of the lowest and the highest number, if what was chosen is one of them.
    fn bounds(&self, choice: &Choice) -> Option<(usize, usize)> {
        let is_called = |column: usize, words: [&str; 2]| {
            let name = self.name(column).to_lowercase();
            words.iter().any(|word| name.contains(word))
        };
        let all = || std::iter::once(choice.column).chain(choice.others.iter().copied());
        let low = all().find(|column| is_called(*column, ["low", "min"]))?;
        let high = all().find(|column| is_called(*column, ["high", "max"]))?;
        (choice.column == low || choice.column == high).then_some((low, high))
    }

    fn summary(&mut self, is_free: &impl Fn(usize) -> bool) {
        let columns = self.columns;
        let words = [
            "summary",
            "description",
            "descr",
            "notes",
            "note",
            "comment",
            "title",
            "headline",
            "event",
            "details",
            "what",
            "remarks",
        ];
        let is_told = |column: usize| {
            columns.all[column].is_text() && is_free(column) && columns.date(column).is_none()
        };
        let named = columns.choose(&words, is_told).map(|choice| choice.column);
        let whole = |column: &usize| columns.all[*column].is_whole();
        let longest = (0..columns.all.len())
            .filter(|column| is_told(*column) && whole(column))
            .max_by_key(|column| columns.all[*column].length());
        let any = (0..columns.all.len()).find(whole);
        match (named, longest.or(any)) {
            (Some(column), _) if whole(&column) => {
                let cell = self.cell(column);
                self.field("summary", &cell, &[]);
            }
            // every fact needs a summary: what every record states stands in for one that is blank
            (Some(column), Some(other)) => {
                self.cell(column);
                let text = format!("{{{}|{}}}", self.name(column), self.name(other));
                self.field("summary", &quoted(&text), &[]);
            }
            (None, Some(column)) => {
                let cell = self.cell(column);
                let guess = format!(
                    "guess: no column is called a summary; {} has the most text",
                    self.name(column)
                );
                self.field("summary", &cell, &[guess]);
            }
            _ => self.field("summary", &quoted("a record of the table"), &[]),
        }
    }

    fn date(&mut self, start: &Choice) {
        let Some(reading) = self.columns.date(start.column).cloned() else { return };
        let end = self.columns.end(start.column);
        let others = start.others.iter().copied().filter(|column| Some(*column) != end);
        let mut guesses = self.others(&Choice { column: start.column, others: others.collect() });
        if end.is_some() {
            guesses.push(LASTED.into());
        }
        if !reading.either.is_empty() {
            let shown: Vec<String> =
                reading.either.iter().take(5).map(|cell| quoted(cell)).collect();
            guesses.push(format!(
                "guess: some cells have the day first and others the month; {} could be either, such as {}, and are read as {}",
                count(reading.either.len() as u64, "cell", "cells"),
                shown.join(", "),
                reading.formats.first().copied().unwrap_or_default()
            ));
        }
        if self.columns.all[start.column].cells.keys().any(|cell| is_early(cell)) {
            guesses.push(EARLY.into());
        }
        let all = self.columns.all[start.column].stated;
        if let Some(also) = reading.also {
            guesses.push(format!(
                "guess: {} of {all} cells read as {}; also possible: {also}",
                reading.read,
                reading.formats.first().copied().unwrap_or_default()
            ));
        }
        if reading.century.is_some() {
            guesses.push("guess: the century of years with two digits".into());
        }
        if reading.excel {
            guesses.push("guess: the numbers are days as a spreadsheet counts them".into());
        }
        if !reading.unread.is_empty() {
            let shown: Vec<String> =
                reading.unread.iter().take(5).map(|cell| quoted(cell)).collect();
            let more = if reading.unread.len() > 5 { ", …" } else { "" };
            guesses.push(format!("not read as dates, and unknown: {}{more}", shown.join(", ")));
        }
        for guess in guesses {
            self.line(&format!("# {guess}"));
        }
        let cell = self.cell(start.column);
        let is_plain = reading.formats.is_empty() && end.is_none() && reading.missing.is_empty();
        if is_plain {
            self.line(&format!("date    = {cell}"));
            return;
        }
        let mut keys = Vec::new();
        match end {
            Some(end) => {
                let end = self.cell(end);
                keys.push(format!("start = {cell}, end = {end}"));
            }
            None => keys.push(format!("text = {cell}")),
        }
        let mut formats: Vec<&str> = reading.formats.clone();
        let mut missing: Vec<String> =
            reading.missing.iter().chain(&reading.unread).cloned().collect();
        if let Some(end) = end.and_then(|end| self.columns.date(end)) {
            formats.extend(end.formats.iter().copied());
            missing.extend(end.missing.iter().chain(&end.unread).cloned());
        }
        formats.dedup();
        if !formats.is_empty() {
            keys.push(format!("formats = {}", list(&formats)));
        }
        keys.extend(style_keys(&reading));
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            keys.push(format!("missing = {}", list(&missing)));
        }
        self.line(&format!("date    = {{ {} }}", keys.join(", ")));
    }

    fn date_of_parts(&mut self, start: &DateParts, end: Option<&DateParts>) {
        let mut of = |parts: &DateParts| {
            let mut keys = Vec::new();
            let all = [
                ("year", Some(&parts.year)),
                ("month", parts.month.as_ref()),
                ("day", parts.day.as_ref()),
            ];
            for (name, part) in all {
                let Some((column, missing)) = part else { continue };
                let cell = self.cell(*column);
                keys.push(if missing.is_empty() {
                    format!("{name} = {cell}")
                } else {
                    let column = quoted(&self.columns.all[*column].name);
                    format!("{name} = {{ column = {column}, missing = {} }}", list(missing))
                });
            }
            format!("{{ {} }}", keys.join(", "))
        };
        let first = of(start);
        let last = end.map(of);
        if self.columns.all[start.year.0].cells.keys().any(|cell| is_early(cell)) {
            self.line(&format!("# {EARLY}"));
        }
        if last.is_some() {
            self.line(&format!("# {LASTED}"));
        }
        match last {
            None => self.line(&format!("date    = {first}")),
            Some(last) => self.line(&format!("date    = {{ start = {first}, end = {last} }}")),
        }
    }

    fn place(&mut self, country: Option<CountryColumn>, town: Option<usize>) {
        let point = self.columns.point();
        let of_country = country.map(|(column, scheme)| {
            let cell = self.cell(column);
            (scheme.unwrap_or("name"), cell)
        });
        let mut keys = Vec::new();
        match (town.filter(|town| country.is_none_or(|(country, _)| country != *town)), of_country)
        {
            (Some(town), Some((scheme, cell))) => {
                let town = self.cell(town);
                keys.push(format!("name = {town}, within = {{ {scheme} = {cell} }}"));
            }
            (Some(town), None) => keys.push(format!("name = {}", self.cell(town))),
            (None, Some((scheme, cell))) => keys.push(format!("{scheme} = {cell}")),
            (None, None) => return,
        }
        if let Some((latitude, longitude)) = point {
            let (latitude, longitude) = (self.cell(latitude), self.cell(longitude));
            keys.push(format!("point = [{latitude}, {longitude}]"));
        }
        self.line(&format!("place   = {{ {} }}", keys.join(", ")));
    }

    fn number_field(
        &mut self,
        field: &str,
        text: &str,
        style: Option<&NumberReading>,
        missing: &[String],
    ) {
        let mut keys = vec![format!("text = {}", quoted(text))];
        if let Some(style) = style {
            if style.is_ambiguous {
                self.line("# guess: what a point or comma in a number means; also possible: it groups thousands");
            }
            if !style.unread.is_empty() {
                let shown: Vec<String> =
                    style.unread.iter().take(5).map(|cell| quoted(cell)).collect();
                self.line(&format!("# not read as numbers, and unknown: {}", shown.join(", ")));
            }
        }
        keys.extend(number_keys(style, missing));
        if keys.len() == 1 {
            self.line(&format!("{field:<7} = {}", quoted(text)));
        } else {
            self.line(&format!("{field:<7} = {{ {} }}", keys.join(", ")));
        }
    }

    fn rest(&mut self) {
        let left: Vec<String> = (0..self.columns.all.len())
            .filter(|column| !self.used.contains(column))
            .map(|column| self.name(column).to_owned())
            .collect();
        if left.is_empty() {
            return;
        }
        self.line("# Columns not used above are kept as `extra.NAME`:");
        for line in left.chunks(6) {
            let _ = writeln!(self.out, "#   {}", line.join(", "));
        }
    }
}

/// What a date of two columns may mean.
const LASTED: &str = "guess: it happened once, between the two dates; if it lasted from the first to the last, add span = \"throughout\"";

/// What years before 1500 may mean.
const EARLY: &str = "guess: years before 1500 are taken as Gregorian; if they are of another calendar, convert the dates first";

/// Whether a date or year is before 1500.
fn is_early(cell: &str) -> bool {
    let numbers = cell.split(|c: char| !c.is_ascii_digit());
    let mut years = numbers.filter(|number| number.len() == 4);
    years.next().is_some_and(|year| year < "1500")
}

/// Words that columns of deaths are called by.
const DEATHS: [&str; 16] = [
    "deaths_best",
    "best",
    "total_deaths",
    "total_killed",
    "total_fatalities",
    "fatalities",
    "deaths",
    "killed",
    "dead",
    "fatality",
    "deaths_total",
    "tote",
    "muertos",
    "morts",
    "mortos",
    "fallecidos",
];

/// How numbers are written, and the words for what is not stated.
fn number_keys(style: Option<&NumberReading>, missing: &[String]) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(sign) = style.and_then(|style| style.thousands) {
        keys.push(format!("thousands = {}", quoted(&sign.to_string())));
    }
    if let Some(style) = style.filter(|style| style.decimal != '.') {
        keys.push(format!("decimal = {}", quoted(&style.decimal.to_string())));
    }
    if !missing.is_empty() {
        keys.push(format!("missing = {}", list(missing)));
    }
    keys
}

fn style_keys(reading: &DateReading) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(locale) = reading.locale {
        keys.push(format!("locale = {}", quoted(locale)));
    }
    if let Some(century) = reading.century {
        keys.push(format!("century = {century}"));
    }
    if let Some(range) = reading.range {
        keys.push(format!("range = {}", quoted(range)));
    }
    if reading.excel {
        keys.push("excel = true".into());
    }
    keys
}
