//! The draft as text: what each column becomes, which of it is a guess, and what else is possible.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::command::import::draft::roles::{
    Choice, CountryColumn, DraftColumns, may_be_place, words_of,
};
use crate::command::import::draft::sample::is_missing;
use crate::command::import::draft::toml_text::{list, number_keys, quoted};
use crate::command::import::draft::words::{COUNTRIES, DEATHS};
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
    /// The row below the header is tags or units.
    pub has_tags: bool,
    /// The units in that row.
    pub units: Option<String>,
    /// What stands alone in rows between the records, as headings of sections do.
    pub sections: Vec<String>,
    /// Cells of the first column are indented, as the parts of the row above them are.
    pub has_indents: bool,
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
        } else if let Some(found) = draft.transfer_columns() {
            draft.transfers(&found);
        } else if draft.is_panel(country) {
            draft.panel(country);
        } else {
            draft.events(country);
        }
        draft.blanks();
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
        if let Some(units) = &notes.units {
            self.line(&format!("# guess: the row below the header holds units: {units}"));
        }
        if notes.has_tags {
            self.line("skip_rows = 1");
        }
        if notes.has_indents {
            let name = quoted(self.name(0));
            self.line(&format!("# guess: some cells of {name} are indented; if they are parts of the row above them, which"));
            self.line("# has their sum, skip one of the two");
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
        if !notes.sections.is_empty() {
            let others: Vec<String> =
                (1..self.columns.all.len()).map(|column| self.template(column)).collect();
            let shown: Vec<&str> = notes.sections.iter().take(5).map(String::as_str).collect();
            self.line(&format!(
                "# guess: rows that state nothing but {} are headings of sections, and no records: {}",
                quoted(self.name(0)),
                shown.join(", ")
            ));
            self.line("# what a heading says of the rows below it is not read");
            totals.push(format!("{{ text = {}, is = \"\" }}", quoted(&others.concat())));
        }
        if !totals.is_empty() {
            if !notes.totals.is_empty() {
                self.line("# guess: rows of totals add up others, and are no records");
            }
            self.line(&format!("skip      = [{}]", totals.join(", ")));
        }
        if let Some(encoding) = notes.encoding {
            self.line("# guess: the encoding; check names with accents");
            self.line(&format!("encoding  = [{}]", quoted(&encoding.to_lowercase())));
        }
    }

    fn events(&mut self, country: Option<CountryColumn>) {
        let columns = self.columns;
        let start = columns.start();
        let is_free = |column: usize| {
            start.as_ref().is_none_or(|start| start.column != column)
                && country.is_none_or(|(country, _)| country != column)
        };
        let deaths = self.death_columns();
        let harms = self.harms(&deaths);
        // a table of other figures: each of them is a measure
        let measures =
            if deaths.is_empty() && harms.is_empty() { self.measures(country) } else { Vec::new() };
        let is_shared = !harms.is_empty() || !measures.is_empty();
        if is_shared {
            self.line("\n[shared]");
            self.when();
            self.place_of_event(country, &is_free);
        }
        self.line(&format!("\n[[fact]]\nkind    = {}", quoted(EVENTS.name)));
        self.key_line(&is_free);
        let is_word = |column: usize| {
            let sample = &columns.all[column];
            sample.is_text() && sample.is_whole() && sample.length() < 60 && is_free(column)
        };
        // the type of a weapon or of a source is none of an event
        let is_type = |column: usize| {
            const WORDS: [&str; 13] = [
                "event", "incident", "attack", "violence", "conflict", "action", "type",
                "category", "kind", "art", "tipo", "of", "sub",
            ];
            let words = words_of(self.name(column));
            is_word(column)
                && words.iter().all(|word| WORDS.contains(&word.as_str()))
                && columns.all[column].cells.len() > 1
        };
        match columns.choose(&["event_type", "type", "category", "kind", "art", "tipo"], is_type) {
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
        if !is_shared {
            self.when();
        }
        for (field, words) in [
            (
                "actor",
                &[
                    "actor1",
                    "actor_1",
                    "side_a",
                    "perpetrator",
                    "attacker",
                    "aggressor",
                    "actor",
                    "responsible",
                ][..],
            ),
            ("target", &["actor2", "actor_2", "side_b", "victim", "target", "defender"]),
        ] {
            let is_part = |column: usize| {
                let words = words_of(self.name(column));
                words
                    .iter()
                    .any(|word| ["type", "count", "number", "sex", "age"].contains(&word.as_str()))
            };
            let fits = |column: usize| {
                columns.all[column].is_text() && is_free(column) && !is_part(column)
            };
            if let Some(choice) = columns.choose(words, fits) {
                let guesses = self.others(&choice);
                let cell = self.cell(choice.column);
                self.field(field, &cell, &guesses);
            }
        }
        if !is_shared {
            self.place_of_event(country, &is_free);
        }
        if !deaths.is_empty() {
            self.deaths_field();
        }
        if !harms.is_empty() {
            self.casualties(&harms);
        }
        if !measures.is_empty() {
            self.indicators(&measures);
        }
        self.broken_counts();
    }

    /// What to say of columns that are called as numbers of people are, and hold something else.
    fn broken_counts(&mut self) {
        for column in 0..self.columns.all.len() {
            let has_parts = self.columns.number(column).is_some_and(|number| !number.is_whole);
            if has_parts && !self.used.contains(&column) && self.is_of_people(column) {
                let name = quoted(self.name(column));
                self.line(&format!(
                    "# {name} is called like a number of people, and not all of its cells are whole: it is kept in extra"
                ));
            }
        }
    }

    /// The key of a record.
    pub(super) fn key_line(&mut self, is_free: &impl Fn(usize) -> bool) {
        match self.key(is_free) {
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
    }

    /// The date of a record.
    pub(super) fn when(&mut self) {
        match (self.columns.start(), self.columns.parts()) {
            (Some(start), _) => self.date(&start),
            (None, Some((start, end))) => {
                if start.is_guess {
                    let name = self.name(start.year.0).to_owned();
                    self.line(&format!("# guess: {name} holds years"));
                }
                self.date_of_parts(&start, end.as_ref());
            }
            (None, None) => {
                self.line("# no column was read as a date");
                if let Some(column) = self.columns.called_as_date() {
                    let name = quoted(self.name(column));
                    let cells = self.columns.all[column].cells.keys().take(3);
                    let cells: Vec<String> = cells.map(|cell| quoted(cell)).collect();
                    self.line(&format!(
                        "# {name} is called like one: no format reads cells such as {}",
                        cells.join(", ")
                    ));
                }
            }
        }
    }

    fn place_of_event(&mut self, country: Option<CountryColumn>, is_free: &impl Fn(usize) -> bool) {
        if let Some((column, _)) = country
            && self.columns.called(&COUNTRIES, |other| other == column).is_empty()
        {
            let name = self.name(column).to_owned();
            self.line(&format!("# guess: \"{name}\" is where it happened"));
        }
        self.place(country, self.town(is_free));
    }

    /// The columns that the deaths of an event are read from: none where each counts another group,
    /// and none counts all.
    fn death_columns(&self) -> Vec<usize> {
        let choice = match self.deaths() {
            Some(Ok(choice)) => choice,
            // levels are no number of people
            Some(Err(column)) => return vec![column],
            None => return Vec::new(),
        };
        if let Some((low, best, high)) = self.bounds(&choice) {
            return [Some(low), best, Some(high)].into_iter().flatten().collect();
        }
        let others = || choice.others.iter().filter(|column| self.dead(**column).is_some());
        if self.dead(choice.column).is_some() && others().next().is_some() {
            return Vec::new();
        }
        vec![choice.column]
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
                columns.all[column].is_text()
                    && is_free(column)
                    && columns.date(column).is_none()
                    && may_be_place(self.name(column))
            })
            .map(|choice| choice.column)
    }

    fn deaths_field(&mut self) {
        let columns = self.columns;
        match self.deaths() {
            Some(Ok(choice)) if self.bounds(&choice).is_some() => {
                if let Some((low, best, high)) = self.bounds(&choice) {
                    for guess in self.more_words(choice.column) {
                        self.line(&format!("# {guess}"));
                    }
                    let mut missing: Vec<String> = [Some(low), best, Some(high)]
                        .into_iter()
                        .flatten()
                        .filter_map(|column| columns.number(column))
                        .flat_map(|number| {
                            number.missing.iter().chain(&number.unread).chain(&number.marked)
                        })
                        .cloned()
                        .collect();
                    missing.sort_unstable();
                    missing.dedup();
                    let unread: Vec<String> = missing
                        .iter()
                        .filter(|cell| !is_missing(cell))
                        .map(|cell| quoted(cell))
                        .collect();
                    if !unread.is_empty() {
                        self.line(&format!(
                            "# not read as bounds, and unknown: {}",
                            unread.join(", ")
                        ));
                    }
                    let style = columns.number(low).or(columns.number(high));
                    let (low, high) = (self.cell(low), self.cell(high));
                    let mut keys = vec![format!("low = {low}, high = {high}")];
                    if let Some(best) = best {
                        keys.insert(0, format!("best = {}", self.cell(best)));
                    }
                    let keys_of_numbers = number_keys(style, &missing);
                    keys.extend(
                        keys_of_numbers.into_iter().filter(|key| !key.starts_with("marks")),
                    );
                    self.line(&format!("deaths  = {{ {} }}", keys.join(", ")));
                }
            }
            Some(Ok(choice)) => {
                let mut guesses = self.others(&choice);
                guesses.extend(self.more_words(choice.column));
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
    pub(super) fn deaths(&self) -> Option<Result<Choice, usize>> {
        let columns = self.columns;
        let is_other = |column: usize| {
            let name = columns.all[column].name.to_lowercase();
            let has_part =
                ["injur", "wound", "missing", "rate", "percent", "code", "source", "date", "%"]
                    .iter()
                    .any(|word| name.contains(word));
            let units = [
                // animals, and what did not happen
                "livestock",
                "animals",
                "cattle",
                "incidents",
                EVENTS.name,
                "attacks",
                "averted",
                "prevented",
                "change",
                "not",
                "by",
                "displaced",
                "buildings",
                "houses",
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
        let says_deaths = |column: usize| {
            let words = words_of(self.name(column));
            words.iter().any(|word| {
                DEATHS
                    .iter()
                    .any(|death| *death != "best" && word.contains(&death.replace("_best", "")))
            })
        };
        // "best" alone is the best estimate of anything
        let has_deaths = (0..columns.all.len()).any(says_deaths);
        let fits = |column: usize| {
            fits(column) && (has_deaths && !is_lone_best(self.name(column)) || says_deaths(column))
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

    /// The columns of the lowest and the highest number, and of the best estimate, if there is one.
    fn bounds(&self, choice: &Choice) -> Option<(usize, Option<usize>, usize)> {
        let is_called = |column: usize, words: [&str; 2]| {
            let name = self.name(column).to_lowercase();
            words.iter().any(|word| name.contains(word))
        };
        let all = || std::iter::once(choice.column).chain(choice.others.iter().copied());
        let low = all().find(|column| is_called(*column, ["low", "min"]))?;
        let high = all().find(|column| is_called(*column, ["high", "max"]))?;
        let best = Some(choice.column).filter(|column| *column != low && *column != high);
        // bounds of something else than what was chosen are none of it
        let stem = |column: usize, word: [&str; 2]| {
            let name = self.name(column).to_lowercase();
            word.iter().fold(name, |name, word| name.replace(word, ""))
        };
        let same = |best: usize| {
            let bare = stem(best, ["best", "estimate"]);
            bare.trim_matches(|c: char| !c.is_alphanumeric()).is_empty()
                || words_of(&stem(low, ["low", "estimate"])) == words_of(&bare)
        };
        best.is_none_or(same).then_some((low, best, high))
    }

    /// What to say of a column that is called by more than deaths.
    fn more_words(&self, column: usize) -> Vec<String> {
        const PLAIN: [&str; 22] = [
            "total",
            "number",
            "of",
            "no",
            "the",
            "count",
            "people",
            "persons",
            "estimate",
            "best",
            "low",
            "high",
            "reported",
            "confirmed",
            "civilian",
            "civilians",
            "est",
            "min",
            "max",
            "anzahl",
            "de",
            "all",
        ];
        let name = self.name(column);
        let is_plain = |word: &String| {
            DEATHS.contains(&word.as_str())
                || PLAIN.contains(&word.as_str())
                || DEATHS.iter().any(|death| word.contains(death))
        };
        if words_of(name).iter().all(is_plain) {
            return Vec::new();
        }
        vec![format!("guess: \"{name}\" is taken for a number of deaths")]
    }

    /// The column that tells the records apart.
    fn key(&self, is_free: &impl Fn(usize) -> bool) -> Option<usize> {
        const IDS: [&str; 10] =
            ["id", "event_id", "key", "code", "no", "nr", "ref", "index", "number", "num"];
        const BESIDE: [&str; 10] =
            ["event", "incident", "record", "case", "row", "unique", "fact", "entry", "the", "of"];
        let columns = self.columns;
        let is_key =
            |column: usize| columns.all[column].is_whole() && columns.all[column].is_distinct();
        // a number of something else is a figure
        let is_id = |column: usize| {
            words_of(self.name(column))
                .iter()
                .all(|word| IDS.contains(&word.as_str()) || BESIDE.contains(&word.as_str()))
        };
        let is_running = |column: usize| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a sample has far fewer cells than 2^53"
            )]
            columns.number(column).is_none_or(|number| {
                number.greatest - number.least + 1.0 <= number.distinct as f64 * 10.0
                    || !["number", "num", "no", "nr"]
                        .contains(&self.name(column).to_lowercase().as_str())
            })
        };
        let called =
            columns.choose(&IDS, |column| is_key(column) && is_id(column) && is_running(column));
        // a column without a name that numbers the records, as pandas writes it
        let is_index =
            |column: usize| self.name(column).starts_with("column ") && is_running(column);
        let first = (0..columns.all.len().min(1)).find(|column| {
            let is_label = columns.number(*column).is_none() || is_index(*column);
            is_key(*column) && is_free(*column) && is_label
        });
        called.map(|choice| choice.column).or(first)
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

    /// What to say of columns that are blank below their first cell, as merged cells are.
    fn blanks(&mut self) {
        for column in self.used.clone() {
            let sample = &self.columns.all[column];
            let is_label =
                column < 3 && (sample.is_text() || self.columns.number(column).is_some());
            if is_label && sample.blank > 0 && sample.blank * 3 >= sample.stated {
                let line = format!(
                    "# {} is blank in {} of {} records; if a cell is meant for the rows below it too, fill it in first",
                    quoted(&sample.name),
                    sample.blank,
                    sample.blank + sample.stated
                );
                self.line(&line);
            }
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

/// Whether a column is called "best" beside words that say of what.
fn is_lone_best(name: &str) -> bool {
    let words = words_of(name);
    words.len() > 1 && words.iter().any(|word| word == "best")
}
