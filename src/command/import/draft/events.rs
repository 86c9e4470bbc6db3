//! Drafts of tables whose records are events: what tells them apart, what they are called, and the figures
//! beside them.

use crate::command::import::draft::roles::{Choice, CountryColumn};
use crate::command::import::draft::sample::MISSING_CODES;
use crate::command::import::draft::toml_text::quoted;
use crate::command::import::draft::words::{HOLDERS, PERSONS, TOWNS, words_of};
use crate::command::import::draft::write::Draft;
use crate::kind::EVENTS;
use crate::mapping::SHEET_COLUMN;
use crate::value::text::count;

/// Those of them that stand for remarks.
const REMARKS: [&str; 5] = ["notes", "note", "comment", "comments", "remarks"];

/// Texts that are as long as this, in characters, say more than a name.
const SENTENCE: usize = 25;

/// Words of columns that say in a sentence what happened.
const SUMMARIES: [&str; 12] = [
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

impl Draft<'_> {
    pub(super) fn events(&mut self, country: Option<CountryColumn>) {
        let columns = self.columns;
        let start = columns.start();
        let is_free = |column: usize| {
            start.as_ref().is_none_or(|start| start.column != column)
                && country.is_none_or(|(country, _)| country != column)
        };
        let deaths = self.death_columns();
        let mut harms = self.harms(&deaths);
        // what else may count the dead counts them twice, or others too
        if !deaths.is_empty() {
            harms.retain(|harm| !harm.is_of_any_dead());
        }
        // each other figure is a measure
        let mut measures = self.measures(country);
        if !deaths.is_empty() || !harms.is_empty() {
            let is_counted = |column: &usize| {
                deaths.contains(column)
                    || harms.iter().any(|harm| harm.columns().any(|own| own == *column))
            };
            measures.retain(|column| !is_counted(column) && self.is_more_than_a_code(*column));
        }
        if !measures.is_empty() && self.may_be_figures && self.tells_no_event(&measures, country) {
            return self.figures(&self.all_measures(country), country);
        }
        let has_bounds = (0..columns.width).any(|column| {
            self.is_low(column) && columns.number(column).is_some() && deaths.is_empty()
        });
        let is_shared = !harms.is_empty() || !measures.is_empty() || has_bounds;
        if is_shared {
            self.line("\n[shared]");
            self.when();
            self.place_of_event(country, &is_free);
        }
        self.line(&format!("\n[[fact]]\nkind    = {}", quoted(EVENTS.name)));
        self.key_line(&is_free);
        match self.event_type(&is_free) {
            Some(choice) => {
                let mut guesses = self.others(&choice);
                let of_events = ["event", "incident", "attack", "violence", "conflict", "action"];
                let words = words_of(self.name(choice.column));
                if guesses.is_empty()
                    && !words.iter().any(|word| of_events.contains(&word.as_str()))
                {
                    let name = quoted(self.name(choice.column));
                    guesses.push(format!("guess: {name} says what kind of event it was"));
                }
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
        self.parties(&is_free);
        if !is_shared {
            self.place_of_event(country, &is_free);
        }
        if !deaths.is_empty() {
            self.deaths_field();
        }
        if !harms.is_empty() {
            self.casualties(harms, true);
        }
        if !measures.is_empty() {
            self.indicators(&measures, country, &[quoted("{$key}")], true);
        }
        self.bounded_figures(&quoted("{$key}"));
        self.broken_counts();
    }

    /// The column that says what kind of event it was.
    fn event_type(&self, is_free: &impl Fn(usize) -> bool) -> Option<Choice> {
        let columns = self.columns;
        let is_word = |column: usize| {
            let sample = &columns.all[column];
            sample.is_text() && sample.has_no_blanks() && sample.length() < 60 && is_free(column)
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
        columns.choose(&["event_type", "type", "category", "kind", "art", "tipo"], is_type)
    }

    /// Whether the records state figures of a time and tell of no event: each has a figure, beside which
    /// stands nothing but short labels that come more than once, and no day, or nothing but a day.
    fn tells_no_event(&self, measures: &[usize], country: Option<CountryColumn>) -> bool {
        let columns = self.columns;
        let any = |_: usize| true;
        let is_told = |words: &[&str]| {
            columns.choose(words, |column| columns.all[column].is_text()).is_some()
        };
        let tells = columns.point().is_some()
            || self.event_type(&any).is_some()
            || self.key(&any).is_some_and(|(_, is_id)| is_id)
            || is_told(&SUMMARIES)
            || self.party_fields().iter().any(|(_, words)| is_told(words))
            || columns.end(usize::MAX).is_some();
        let is_place = |column: usize| {
            country.is_some_and(|(country, _)| country == column)
                || columns.is_called(column, &TOWNS)
                || columns.is_called(column, &HOLDERS)
        };
        let labels: Vec<usize> = (0..columns.width)
            .filter(|column| !measures.contains(column) && columns.date(*column).is_none())
            .filter(|column| columns.number(*column).is_none() && columns.all[*column].is_text())
            .collect();
        let is_label = |column: &usize| {
            let sample = &columns.all[*column];
            sample.length() < 40 && (is_place(*column) || !sample.is_distinct())
        };
        let has_days = match columns.start() {
            Some(start) => columns.date(start.column).is_none_or(|date| {
                date.formats.is_empty() || date.formats.iter().any(|format| format.contains("%d"))
            }),
            None => columns.parts().is_some_and(|(parts, _)| parts.day.is_some()),
        };
        let is_whole = |column: &usize| {
            columns.all[*column].has_no_blanks()
                && columns
                    .number(*column)
                    .is_some_and(|number| number.missing.is_empty() && number.unread.is_empty())
        };
        !tells
            && measures.iter().any(is_whole)
            && labels.iter().all(is_label)
            && (!has_days || labels.is_empty())
    }

    /// The key of a record.
    pub(super) fn key_line(&mut self, is_free: &impl Fn(usize) -> bool) {
        let key = self.key(is_free);
        if self.columns.repeated > 0 {
            let rows = count(self.columns.repeated, "row repeats", "rows repeat");
            let read = match key {
                Some(_) => "read once",
                None => "read as a record of its own; with a key of all columns it is read once",
            };
            self.line(&format!("# {rows} another row in every cell: such a row is {read}"));
        }
        match key {
            Some((column, is_id)) => {
                let cell = self.cell(column);
                if !is_id {
                    self.line("# guess: this column tells the records apart; if a cell may come twice in a later version, add \"#\"");
                }
                self.line(&format!("key     = [{cell}]"));
            }
            None => {
                self.line("# no column tells the records apart: they are numbered, and a later version of the file that");
                self.line("# has them in another order changes them");
                self.line("key     = [\"#\"]");
            }
        }
    }

    /// The column that tells the records apart, and whether it is called so.
    pub(super) fn key(&self, is_free: &impl Fn(usize) -> bool) -> Option<(usize, bool)> {
        const IDS: [&str; 22] = [
            "eventid",
            "incidentid",
            "recordid",
            "caseid",
            "id",
            "event_id",
            "key",
            "code",
            "no",
            "nr",
            "ref",
            "index",
            "number",
            "num",
            "n",
            "nº",
            "№",
            "sira",
            "lp",
            "nro",
            "numero",
            "uuid",
        ];
        const BESIDE: [&str; 10] =
            ["event", "incident", "record", "case", "row", "unique", "fact", "entry", "the", "of"];
        let columns = self.columns;
        let is_key = |column: usize| {
            columns.all[column].has_no_blanks() && columns.all[column].is_distinct()
        };
        // a row that stands twice is one record
        let is_key_but_for_repeats = |column: usize| {
            let sample = &columns.all[column];
            sample.has_no_blanks()
                && !sample.has_more
                && sample.cells.len() as u64 + columns.repeated == sample.stated
        };
        // a number of something else is a figure
        let is_id = |column: usize| {
            let words = words_of(self.name(column));
            words.last().is_some_and(|word| ["id", "no", "nr"].contains(&word.as_str()))
                || words
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
        let called = columns.choose(&IDS, |column| {
            is_key_but_for_repeats(column) && is_id(column) && is_running(column)
        });
        // a column without a name that numbers the records, as pandas writes it
        let is_index =
            |column: usize| self.name(column).starts_with("column ") && is_running(column);
        let first = (0..columns.all.len().min(1)).find(|column| {
            let is_label = columns.number(*column).is_none() || is_index(*column);
            is_key(*column) && is_free(*column) && is_label
        });
        let counts_records = || (0..columns.width).find(|column| self.numbers_the_records(*column));
        called
            .map(|choice| (choice.column, true))
            .or(first.map(|column| (column, is_index(column))))
            .or_else(|| counts_records().map(|column| (column, false)))
    }

    /// A summary of the first columns that name something, where none says in words what happened.
    fn labels_as_summary(&mut self, is_free: &impl Fn(usize) -> bool) {
        const SAID: [&str; 14] = [
            "source",
            "sources",
            "quelle",
            "fuente",
            "fonte",
            "bron",
            "kalla",
            "источник",
            "джерело",
            "sumber",
            "kaynak",
            "zrodlo",
            "url",
            "link",
        ];
        let columns = self.columns;
        let names = |column: &usize| {
            let sample = &columns.all[*column];
            let is_sheet = columns.has_sheets && self.name(*column) == SHEET_COLUMN;
            let has_figures =
                |cell: &&String| cell.chars().filter(char::is_ascii_digit).count() > 3;
            let figures = sample.cells.keys().filter(has_figures).count();
            !is_sheet
                && is_free(*column)
                && figures * 2 < sample.cells.len()
                && sample.is_text()
                && sample.cells.len() > 1
                && sample.length() > 2
                && sample.length() < SENTENCE * 2
                && sample.blank < sample.stated
                && columns.date(*column).is_none()
                && columns.number(*column).is_none()
                && !columns.divided.contains(column)
                && !columns.is_called(*column, &SAID)
                && !sample.cells.keys().any(|cell| MISSING_CODES.contains(&cell.as_str()))
        };
        let told: Vec<usize> = (0..columns.width).filter(names).take(3).collect();
        let whole = told.iter().any(|column| columns.all[*column].has_no_blanks());
        if told.is_empty() || !whole {
            let any = (0..columns.all.len()).find(|column| columns.all[*column].has_no_blanks());
            let text =
                any.map_or_else(|| quoted("a record of the table"), |column| self.cell(column));
            return self.field("summary", &text, &["guess: no column is called a summary".into()]);
        }
        let text = self.listed(&told);
        let names: Vec<&str> = told.iter().map(|column| self.name(*column)).collect();
        let guess = format!(
            "guess: no column is called a summary; these name what the records are of: {}",
            names.join(", ")
        );
        self.field("summary", &quoted(&text), &[guess]);
    }

    fn summary(&mut self, is_free: &impl Fn(usize) -> bool) {
        let columns = self.columns;
        let is_told = |column: usize| {
            let is_sheet = columns.has_sheets && self.name(column) == SHEET_COLUMN;
            column < columns.width
                && !is_sheet
                && columns.all[column].is_text()
                && !MISSING_CODES.iter().any(|code| columns.all[column].cells.contains_key(*code))
                && is_free(column)
                && columns.date(column).is_none()
        };
        // the title of a person is one of rank
        let is_rank = |column: usize| self.is_of_persons() && columns.is_called(column, &["title"]);
        let fits = |column: usize| is_told(column) && !is_rank(column);
        // remarks that few records have say nothing of the others
        let says_it = |column: usize| {
            fits(column)
                && (columns.all[column].has_no_blanks() || !columns.is_called(column, &REMARKS))
        };
        let named = columns.choose(&SUMMARIES, says_it).map(|choice| choice.column);
        // what each record is of
        let is_name = |column: usize| {
            is_told(column)
                && columns.all[column].has_no_blanks()
                && columns.all[column].cells.len() as u64 * 10 >= columns.all[column].stated * 9
                && !self.used.contains(&column)
                && !columns.is_called(column, &TOWNS)
                && !columns.called_country(column)
                && !self.is_of_persons()
        };
        let has_words = |column: &usize| {
            let sample = &columns.all[*column];
            sample.cells.keys().filter(|cell| cell.contains(' ')).count() * 2 > sample.cells.len()
        };
        let title = || {
            let (column, is_id) = self.key(is_free)?;
            Some(column).filter(|column| !is_id && is_told(*column) && has_words(column))
        };
        let named = named
            .or_else(|| columns.choose(&PERSONS, is_name).map(|choice| choice.column))
            .or_else(title);
        let whole = |column: &usize| columns.all[*column].has_no_blanks();
        // neither codes nor addresses tell anything
        let is_prose = |column: usize| {
            let mut cells = columns.all[column].cells.keys();
            columns.all[column].length() > 3 && !cells.any(|cell| cell.starts_with("http"))
        };
        // what parties and places are called is told by fields of their own
        let fields = self.party_fields().map(|(_, words)| words);
        let is_field = |column: usize| {
            self.used.contains(&column)
                || fields.iter().any(|words| columns.is_called(column, words))
        };
        let longest = (0..columns.all.len())
            .filter(|column| is_told(*column) && whole(column) && is_prose(*column))
            .max_by_key(|column| (!is_field(*column), columns.all[*column].length()));
        let any = (0..columns.all.len()).find(whole);
        match (named, longest.or(any)) {
            (Some(column), _) if whole(&column) => {
                let cell = self.cell(column);
                self.field("summary", &cell, &[]);
            }
            // what few records say is a remark, and tells nothing of the others
            (Some(column), _) if columns.all[column].stated < columns.all[column].blank => {
                self.labels_as_summary(is_free);
            }
            // every fact needs a summary: where it is blank, a column without blanks is used
            (Some(column), Some(other)) => {
                self.cell(column);
                let text = format!("{{{}|{}}}", self.name(column), self.name(other));
                self.field("summary", &quoted(&text), &[]);
            }
            (None, Some(column)) if columns.all[column].length() < SENTENCE => {
                self.labels_as_summary(is_free);
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
}
