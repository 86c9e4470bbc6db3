//! The draft as text: what each column becomes, which of it is a guess, and what else is possible.

use crate::command::import::draft::beside::unit_in;
use crate::command::import::draft::roles::{Choice, CountryColumn, DraftColumns, may_be_place};
use crate::command::import::draft::table_notes::TableNotes;
use crate::command::import::draft::toml_text::quoted;
use crate::command::import::draft::words::{PROVINCES, TOWNS, words_of};
use crate::error::Result;
use crate::mapping::SHEET_COLUMN;
use crate::store::Store;
use crate::value::text::fold;

/// Words of running totals, without accents.
const RUNNING: [&str; 15] = [
    "tally since",
    "totals since",
    "total since",
    "cumulative",
    "running total",
    "since the start of",
    "since the beginning of",
    "cumul",
    "acumulad",
    "kumulativ",
    "kumulatif",
    "kumulacyjn",
    "нарастающим",
    "seit beginn",
    "depuis le debut",
];

/// The draft under way.
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Draft<'a> {
    pub(super) columns: &'a DraftColumns,
    /// The one year that is named above the table.
    pub(super) year_above: Option<&'a str>,
    /// The day or months that a line beside the table names, in EDTF.
    period_beside: Option<String>,
    /// The sheets are called after the countries of their records.
    pub(super) are_sheets_countries: bool,
    /// All columns of countries.
    countries: Vec<usize>,
    /// What the lines above the table say that it is of.
    pub(super) title: Option<&'a str>,
    /// The unit that a line beside the table names.
    pub(super) unit_beside: Option<String>,
    /// The first column that the file does not have is the heading above a record.
    pub(super) has_heading: bool,
    /// The facts last, as missions do.
    pub(super) lasts: bool,
    /// Figures may be without an event.
    pub(super) may_be_figures: bool,
    out: String,
    pub(super) used: Vec<usize>,
}

impl<'a> Draft<'a> {
    /// Writes the draft of a table. Where it `may_be_figures`, those of a table that tells of no events are
    /// told apart by its other columns, of which it is only known when they are tried whether they do.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(
        columns: &'a DraftColumns,
        notes: &'a TableNotes,
        store: &Store,
        may_be_figures: bool,
    ) -> Result<String> {
        let year_above = notes.year_above.as_deref();
        let mut draft = Draft {
            columns,
            year_above,
            period_beside: notes.period(),
            are_sheets_countries: false,
            countries: columns.countries(store)?,
            title: notes.title.as_deref(),
            unit_beside: notes
                .lines
                .iter()
                .find_map(|line| unit_in(line.trim_matches(['"', ',', ';']))),
            has_heading: notes.heading.is_some(),
            lasts: false,
            may_be_figures,
            out: String::new(),
            used: Vec::new(),
        };
        draft.head(notes);
        let country = columns.country(store, false)?;
        draft.are_sheets_countries =
            country.is_some_and(|(column, _)| columns.all[column].name == SHEET_COLUMN);
        let wide = draft.wide_periods();
        let is_world_bank = wide.iter().any(|year| columns.all[year.column].name.contains("[YR"));
        // a year or two head figures of them where nothing else says when
        let is_dated = columns.start().is_some() || columns.parts().is_some();
        let are_figures =
            !wide.is_empty() && wide.iter().all(|year| columns.number(year.column).is_some());
        if wide.len() >= 3 || is_world_bank || are_figures && !is_dated {
            // what is told of a supplier or recipient each year is told of its country
            let country = match country {
                None => columns.country(store, true)?,
                found => found,
            };
            draft.wide(&wide, country);
        } else if let Some(found) = draft.transfer_columns() {
            draft.transfers(&found);
        } else if let Some(found) = draft.mission_columns() {
            draft.missions(&found);
        } else if let Some(found) = draft.treaty_columns(country) {
            draft.treaty(&found);
        } else if let Some(count) = draft.count_of_events() {
            draft.counts(count, country);
        } else if draft.is_panel(country) {
            draft.panel(country);
        } else {
            draft.events(country);
        }
        draft.blanks();
        draft.rest(notes);
        Ok(draft.out)
    }

    /// A line of the draft; a line break in a name that a remark tells of ends no remark.
    pub(super) fn line(&mut self, text: &str) {
        let text = text.strip_prefix('\n').map_or(text, |rest| {
            self.out.push('\n');
            rest
        });
        if text.starts_with('#') {
            self.out.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
        } else {
            self.out.push_str(text);
        }
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

    /// Columns as a template with commas between, which are left out with what is blank; something is not
    /// blank, and stands first.
    pub(super) fn listed(&self, columns: &[usize]) -> String {
        let is_whole = |column: &usize| self.columns.all[*column].has_no_blanks();
        let first = columns.iter().position(is_whole).unwrap_or_default();
        let rest =
            columns.iter().enumerate().filter(|(n, _)| *n != first).map(|(_, column)| column);
        let parts = columns[first..].iter().take(1).chain(rest).enumerate().map(|(n, column)| {
            let comma = if n > 0 { ", " } else { "" };
            let template = self.template(*column);
            if is_whole(column) {
                format!("{comma}{template}")
            } else {
                format!("[{comma}{template}]")
            }
        });
        parts.collect()
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

    /// The date of a record.
    pub(super) fn when(&mut self) {
        let stated = |column: usize| self.columns.all[column].stated;
        let parts = self.columns.parts();
        // a column that dates only some of the records adds to those that date all
        let is_fuller = |start: &Choice| {
            let dated = self.columns.date(start.column).map_or(0, |date| date.read);
            parts.as_ref().is_none_or(|(parts, _)| {
                let least = match (&parts.month, &parts.day) {
                    (Some(_), Some(_)) => 10,
                    (Some(_), None) => 5,
                    (None, _) => 8,
                };
                let is_full = dated * 10 >= stated(parts.year.0) * least;
                // what says when something was over does not say when it was
                parts.is_guess || is_full && !self.columns.is_called_end(start.column)
            })
        };
        let start = self.columns.start().filter(is_fuller);
        if start.is_none()
            && let Some((parts, end)) = &parts
        {
            self.unread_days(parts, end.as_ref());
        }
        match (start, parts) {
            (Some(mut start), parts) => {
                // a column of years, or of sheets called after them, may date the records too
                if let Some((parts, _)) = parts.filter(|(parts, _)| parts.year.0 != start.column)
                    && !start.others.contains(&parts.year.0)
                    && self.columns.end(start.column) != Some(parts.year.0)
                {
                    start.others.push(parts.year.0);
                }
                self.date(&start);
            }
            (None, Some((start, end))) => {
                if end.is_none()
                    && let Some(quarter) = self.quarter_beside(&start)
                {
                    return self.date_of_quarter(start.year.0, quarter);
                }
                if start.is_guess {
                    let name = self.name(start.year.0).to_owned();
                    self.line(&format!("# guess: {name} holds years"));
                }
                self.date_of_parts(&start, end.as_ref());
            }
            (None, None) => {
                if let Some(period) = self.period_beside.clone() {
                    self.line(&format!(
                        "# guess: all of it is of {period}, which stands beside the table"
                    ));
                    self.line(&format!("date    = {}", quoted(&period)));
                } else if let Some(year) = self.year_above {
                    self.line(&format!(
                        "# guess: all of it is of {year}, the year above the table"
                    ));
                    self.line(&format!("date    = {}", quoted(year)));
                } else {
                    self.line("# no column was read as a date");
                }
                if let Some(column) = self.columns.named_as_date() {
                    let said = self.named_like_a_date(column);
                    self.line(&format!("# {said}"));
                }
            }
        }
    }

    pub(super) fn place_of_event(
        &mut self,
        country: Option<CountryColumn>,
        is_free: &impl Fn(usize) -> bool,
    ) {
        if let Some((column, _)) = country {
            let others: Vec<usize> =
                self.countries.iter().copied().filter(|other| *other != column).collect();
            let is_state = words_of(self.name(column)).iter().any(|word| word.starts_with("state"));
            if !self.columns.called_country(column) || is_state || !others.is_empty() {
                let name = quoted(self.name(column));
                let names: Vec<String> =
                    others.iter().map(|other| quoted(self.name(*other))).collect();
                let others = match names.as_slice() {
                    [] => String::new(),
                    names => format!("; other candidates: {}", names.join(", ")),
                };
                self.line(&format!("# guess: {name} is where it happened{others}"));
            }
        }
        self.place(country, self.town(is_free));
    }

    /// The column of what is smaller than a country.
    fn town(&self, is_free: &impl Fn(usize) -> bool) -> Option<usize> {
        let columns = self.columns;
        // a code is not what a place is called
        let is_code = |column: usize| {
            let words = words_of(self.name(column));
            words
                .iter()
                .any(|word| ["code", "id", "iso", "iso2", "iso3", "pcode"].contains(&word.as_str()))
        };
        let fits = |column: usize| {
            columns.all[column].is_text()
                && is_free(column)
                && columns.date(column).is_none()
                && may_be_place(self.name(column))
                && !is_code(column)
        };
        let choice = columns.choose(&TOWNS, fits).or_else(|| columns.choose(&PROVINCES, fits))?;
        // a location that is one of a few, such as a road or an office, is none of the towns beside it
        let different = |column: usize| columns.all[column].cells.len();
        let is_sort = different(choice.column) < 10
            && columns.all[choice.column].stated > 10 * different(choice.column) as u64;
        let other = choice.others.iter().copied().max_by_key(|column| different(*column));
        Some(other.filter(|other| is_sort && different(*other) >= 10).unwrap_or(choice.column))
    }

    /// What to say of columns that are blank below their first cell, as merged cells are.
    fn blanks(&mut self) {
        let filled = self.columns.filled_down();
        for column in self.used.clone().into_iter().filter(|column| !filled.contains(column)) {
            let sample = &self.columns.all[column];
            let is_label = column < 3 && sample.is_text();
            if is_label && sample.blank > 0 && sample.blank * 3 >= sample.stated {
                let line = format!(
                    "# {} is blank in {} of {} records; if a cell is meant for the rows below it too: [read] fill_down",
                    quoted(&sample.name),
                    sample.blank,
                    sample.blank + sample.stated
                );
                self.line(&line);
            }
        }
    }

    /// What to say of columns and lines that tell how dates and figures are meant.
    fn cautions(&mut self, notes: &TableNotes) {
        let is_precision = |column: &usize| {
            let words = words_of(self.name(*column));
            words
                .iter()
                .any(|word| ["prec", "precision", "accuracy", "certainty"].contains(&word.as_str()))
                && words.iter().any(|word| word.contains("date") || word.contains("time"))
                && !self.used.contains(column)
        };
        let precision = (0..self.columns.width).find(is_precision);
        if let Some(name) = precision.map(|column| quoted(self.name(column))) {
            self.line(&format!(
                "# {name} may say how precise the dates are; if it does: precision, with codes"
            ));
        }
        let says_so = |line: &&str| {
            let line = fold(line);
            RUNNING.iter().any(|words| line.contains(words))
        };
        let names = self.columns.all.iter().map(|sample| sample.name.as_str());
        let lines = notes.lines.iter().map(String::as_str);
        if let Some(line) = names.chain(lines).find(says_so) {
            let line = line.trim_matches([',', ';', ' ']);
            self.line(&format!("# guess: figures may be running totals, which are never added up, since it is said: {line}"));
        }
    }

    fn rest(&mut self, notes: &TableNotes) {
        self.cautions(notes);
        // said only where a field reads the signs
        let is_read = self.out.contains("nil = [");
        for (sign, line) in notes.nil.iter().filter(|_| is_read) {
            let (sign, line) = (quoted(sign), line.trim_matches([',', ';', ' ']));
            self.line(&format!("# guess: {sign} means nought, as beside the table: {line}"));
        }
        let left: Vec<String> = (0..self.columns.width)
            .filter(|column| !self.used.contains(column))
            .map(|column| {
                let is_number = self.columns.number(column).is_some();
                format!("{}{}", self.name(column), if is_number { " (numbers)" } else { "" })
            })
            .collect();
        if left.is_empty() {
            return;
        }
        self.line("# Columns not used above are kept as `extra.NAME`:");
        for line in left.chunks(6) {
            self.line(&format!("#   {}", line.join(", ")));
        }
    }
}
