//! The draft as text: what each column becomes, which of it is a guess, and what else is possible.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::command::import::draft::roles::{Choice, CountryColumn, DraftColumns, words_of};
use crate::command::import::draft::toml_text::{list, number_keys, quoted};
use crate::error::Result;
use crate::kind::EVENTS;
use crate::store::Store;

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

/// The draft under way.
pub struct Draft<'a> {
    pub(super) columns: &'a DraftColumns,
    out: String,
    pub(super) used: Vec<usize>,
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

    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    pub(super) fn name(&self, column: usize) -> &str {
        &self.columns.all[column].name
    }

    /// A column as a template.
    pub(super) fn cell(&mut self, column: usize) -> String {
        if !self.used.contains(&column) {
            self.used.push(column);
        }
        quoted(&self.template(column))
    }

    pub(super) fn template(&self, column: usize) -> String {
        format!("{{{}}}", self.name(column).replace('{', "{{").replace('}', "}}"))
    }

    /// A field with its value, and what is uncertain of it.
    pub(super) fn field(&mut self, field: &str, value: &str, guesses: &[String]) {
        for guess in guesses {
            self.line(&format!("# {guess}"));
        }
        self.line(&format!("{field:<7} = {value}"));
    }

    pub(super) fn others(&self, choice: &Choice) -> Vec<String> {
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

/// Words that columns of deaths are called by.
pub(super) const DEATHS: [&str; 16] = [
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
