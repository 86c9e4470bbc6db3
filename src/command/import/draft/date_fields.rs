//! The date of a fact in a draft: from which columns it is read, and what is uncertain of it.

use crate::command::import::draft::date_reading::{DateReading, FIRST_OF_MONTH};
use crate::command::import::draft::roles::{Choice, YearBehind};
use crate::command::import::draft::sample::is_ongoing;
use crate::command::import::draft::toml_text::{list, quoted, style_keys};
use crate::command::import::draft::when::DateParts;
use crate::command::import::draft::words::words_of;
use crate::command::import::draft::write::Draft;
use crate::value::partial_date::PartialDate;
use crate::value::text::{count, western_digits};

impl Draft<'_> {
    pub(super) fn date(&mut self, start: &Choice) {
        let Some(mut reading) = self.columns.date(start.column).cloned() else { return };
        let end = self.columns.end(start.column);
        for guess in self.doubts_of_date(start, end, &reading) {
            self.line(&format!("# {guess}"));
        }
        let mut cell = self.cell(start.column);
        if let Some((_, behind)) =
            self.columns.yearless.iter().find(|(column, _)| *column == start.column)
        {
            let YearBehind { between, column, above, .. } = behind.clone();
            let year = match (column, above) {
                (Some(column), _) => {
                    self.cell(column);
                    self.template(column)
                }
                (None, year) => year.unwrap_or_default(),
            };
            self.line("# guess: the year of these days, which stands elsewhere");
            cell = quoted(&format!("{}{between}{year}", self.template(start.column)));
        }
        let is_plain = reading.formats.is_empty()
            && reading.codes.is_empty()
            && end.is_none()
            && reading.missing.is_empty();
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
        if let Some(years) = end.filter(|end| self.columns.date(*end).is_none()) {
            // years alone at the end of dates
            formats.push("%Y");
            missing.extend(self.columns.years_in(years).year.1);
        }
        if let Some(end) = end.and_then(|end| self.columns.date(end)) {
            // days as they are written where no format is named
            if formats.is_empty() != end.formats.is_empty() {
                formats.push("%Y-%m-%d");
            }
            formats.extend(end.formats.iter().copied());
            missing.extend(end.missing.iter().chain(&end.unread).cloned());
            reading.join(end);
            // at one end of a date stands but one
            let is_one = |edtf: &str| PartialDate::of_edtf(edtf.trim_end_matches('~')).is_some();
            let (codes, others): (Vec<_>, Vec<_>) =
                reading.codes.drain(..).partition(|(_, edtf)| is_one(edtf));
            reading.codes = codes;
            missing.extend(others.into_iter().map(|(cell, _)| cell));
        }
        let mut seen = Vec::new();
        formats.retain(|format| {
            !seen.contains(format) && {
                seen.push(*format);
                true
            }
        });
        if !formats.is_empty() {
            keys.push(format!("formats = {}", list(&formats)));
        }
        keys.extend(style_keys(&reading));
        missing.sort_unstable();
        missing.dedup();
        let ongoing = end.map_or_else(Vec::new, |end| self.ongoing(end));
        missing.retain(|word| !ongoing.contains(word));
        if !missing.is_empty() {
            keys.push(format!("missing = {}", list(&missing)));
        }
        if !ongoing.is_empty() {
            keys.push(format!("ongoing = {}", list(&ongoing)));
        }
        if self.is_lasting(end) {
            keys.push("span = \"throughout\"".into());
        }
        self.line(&format!("date    = {{ {} }}", keys.join(", ")));
    }

    /// The column of quarters beside one of years without months.
    pub(super) fn quarter_beside(&self, parts: &DateParts) -> Option<usize> {
        const QUARTERS: [&str; 8] =
            ["quarter", "qtr", "quartal", "trimestre", "kwartal", "kwartaal", "квартал", "ceyrek"];
        let is_quarter = |cell: &str| ["1", "2", "3", "4"].contains(&cell.trim_start_matches('Q'));
        let fits = |column: usize| {
            column != parts.year.0
                && self.columns.all[column].stated > 0
                && self.columns.all[column].cells.keys().all(|cell| is_quarter(cell))
        };
        let choice = self.columns.choose(&QUARTERS, fits).filter(|_| parts.month.is_none());
        choice.map(|choice| choice.column)
    }

    /// The date of a column of years and one of quarters.
    pub(super) fn date_of_quarter(&mut self, year: usize, quarter: usize) {
        let has_letter = self.columns.all[quarter].cells.keys().any(|cell| cell.starts_with('Q'));
        let between = if has_letter { "-" } else { "-Q" };
        self.used.extend([year, quarter]);
        let text = format!("{}{between}{}", self.template(year), self.template(quarter));
        self.line(&format!("date    = {{ text = {}, formats = [\"%Y-Q%q\"] }}", quoted(&text)));
    }

    /// What to say of days that belong to no date of parts: those without a month, and those of a column of
    /// their own that no format reads.
    pub(super) fn unread_days(&mut self, start: &DateParts, end: Option<&DateParts>) {
        let parts = [Some(start), end].into_iter().flatten();
        let lone: Vec<usize> = parts
            .filter(|parts| parts.month.is_none())
            .filter_map(|parts| parts.day.as_ref().map(|(day, _)| *day))
            .collect();
        for column in lone {
            let name = quoted(self.name(column));
            self.line(&format!("# {name} holds days, but no column of their months was found"));
        }
        for column in self.columns.unread_dates() {
            let said = self.named_like_a_date(column);
            self.line(&format!("# {said}"));
        }
    }

    /// What to say of a column that is named like a date, and of which no cell is read.
    pub(super) fn named_like_a_date(&self, column: usize) -> String {
        let cells = self.columns.all[column].cells.keys().take(3).map(|cell| quoted(cell));
        let cells = cells.collect::<Vec<_>>().join(", ");
        let name = quoted(self.name(column));
        let is_other = self.columns.all[column].cells.keys().any(|cell| is_early(cell));
        let other = if is_other {
            "; if their years are of another calendar, convert them first"
        } else {
            ""
        };
        format!(
            "{name} is named like a date, but no known format reads cells such as {cells}{other}"
        )
    }

    /// Whether the records say from when to when something was so: nobody was killed or harmed on some day
    /// between, and the first column is not called after a date alone, as those of events are.
    fn is_of_spells(&self) -> bool {
        const DATES: [&str; 12] = [
            "date",
            "start",
            "properties",
            "event",
            "day",
            "datum",
            "fecha",
            "data",
            "begin",
            "from",
            "dates",
            "first",
        ];
        let is_called_date = |start: &Choice| {
            words_of(self.name(start.column)).iter().all(|word| DATES.contains(&word.as_str()))
                && words_of(self.name(start.column)).iter().any(|word| word.contains("dat"))
        };
        let happened = |start: &Choice| {
            words_of(self.name(start.column)).iter().any(|word| HAPPENED.contains(&word.as_str()))
        };
        let harms = self.harms(&[]).is_empty() && self.death_columns().is_empty();
        harms
            && !self.columns.start().is_some_and(|start| happened(&start))
            && self.columns.start().is_some_and(|start| !is_called_date(&start))
    }

    /// Whether a column of years says since when something is so.
    fn tells_of_a_spell(&self, column: usize) -> bool {
        const SINCE: [&str; 12] = [
            "opened",
            "founded",
            "established",
            "built",
            "since",
            "from",
            "operating",
            "active",
            "appointed",
            "deployed",
            "occupied",
            "held",
        ];
        words_of(self.name(column)).iter().any(|word| SINCE.contains(&word.as_str()))
    }

    /// Whether the facts held from the first date to the last: missions do, and what may go on.
    fn is_lasting(&self, end: Option<usize>) -> bool {
        // what ended on some day that nobody knows did not go on
        let is_unknown = |end: usize| {
            self.columns.all[end]
                .missing()
                .iter()
                .any(|word| word.contains(char::is_alphabetic) && !is_ongoing(word))
        };
        end.is_some_and(|end| {
            self.lasts || self.is_of_spells() && !is_unknown(end) || !self.ongoing(end).is_empty()
        })
    }

    /// What is uncertain of a date.
    fn doubts_of_date(
        &self,
        start: &Choice,
        end: Option<usize>,
        reading: &DateReading,
    ) -> Vec<String> {
        let others = start.others.iter().copied().filter(|column| Some(*column) != end);
        let mut guesses = self.others(&Choice { column: start.column, others: others.collect() });
        if end.is_some() && !self.is_lasting(end) {
            guesses.push(LASTED.into());
        } else if end.is_some_and(|end| self.ongoing(end).is_empty()) && !self.lasts {
            guesses.push(GOES_ON.into());
        }
        if self.columns.is_kept(start.column) {
            guesses.push(format!(
                "guess: {} may say when the record was made, and not when it happened",
                quoted(self.name(start.column))
            ));
        }
        let words = end.map_or_else(Vec::new, |end| self.ongoing(end));
        if !words.is_empty() {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            guesses.push(format!("guess: {} means that it is not over", words.join(" or ")));
        }
        let unread = self.columns.yearless.iter().find(|(column, _)| *column == start.column);
        if let Some((_, behind)) = unread.filter(|(_, behind)| !behind.unread.is_empty()) {
            let shown: Vec<String> =
                behind.unread.iter().take(5).map(|cell| quoted(cell)).collect();
            guesses.push(format!("not read as days, and unknown: {}", shown.join(", ")));
        }
        let unread = self.columns.unread_dates().into_iter();
        guesses.extend(unread.map(|column| self.named_like_a_date(column)));
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
        if !reading.codes.is_empty() {
            guesses.push("guess: what the dates in `codes` mean, which no format reads".into());
        }
        if reading.formats.contains(&FIRST_OF_MONTH) {
            guesses.push(
                "guess: all dates are first days of months, and taken for the months; if they are days, leave out formats"
                    .into(),
            );
        }
        if reading.formats.contains(&"FY%Y") {
            guesses.push("guess: a fiscal year is taken as the calendar year of its name".into());
        }
        if !reading.unread.is_empty() {
            let shown: Vec<String> =
                reading.unread.iter().take(12).map(|cell| quoted(cell)).collect();
            let more = if reading.unread.len() > 12 { ", …" } else { "" };
            guesses.push(format!("not read as dates, and unknown: {}{more}", shown.join(", ")));
        }
        guesses
    }

    /// The cells of a column that say that something is not over.
    fn ongoing(&self, column: usize) -> Vec<String> {
        let known = self.columns.all[column].cells.keys().filter(|cell| is_ongoing(cell)).cloned();
        let told = self.columns.ongoing.iter().filter(|(other, _)| *other == column);
        known.chain(told.flat_map(|(_, words)| words.clone())).collect()
    }

    pub(super) fn date_of_parts(&mut self, start: &DateParts, end: Option<&DateParts>) {
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
            keys.join(", ")
        };
        let first = of(start);
        let last = end.map(of);
        let locale = match start.locale {
            [] => String::new(),
            [one] => format!(", locale = {}", quoted(one)),
            several => format!(", locale = {}", list(several)),
        };
        if self.columns.all[start.year.0].cells.keys().any(|cell| is_early(cell)) {
            self.line(&format!("# {EARLY}"));
        }
        let lasts = last.is_some() && self.tells_of_a_spell(start.year.0);
        if last.is_some() {
            self.line(&format!("# {}", if lasts { GOES_ON } else { LASTED }));
        }
        match last {
            None => self.line(&format!("date    = {{ {first}{locale} }}")),
            Some(last) => {
                let ongoing = end.map_or_else(Vec::new, |end| self.ongoing(end.year.0));
                let ongoing = match ongoing.as_slice() {
                    [] => String::new(),
                    words => format!(", ongoing = {}", list(words)),
                };
                let ends = format!("start = {{ {first} }}, end = {{ {last} }}");
                let span = if lasts { ", span = \"throughout\"" } else { "" };
                self.line(&format!("date    = {{ {ends}{ongoing}{locale}{span} }}"));
            }
        }
    }
}

/// Words of columns of the days of what happened, however long.
const HAPPENED: [&str; 7] =
    ["incident", "event", "attack", "seen", "protest", "strike", "operation"];

/// What a date of two columns may mean.
const LASTED: &str = "guess: it happened once, between the two dates; if it lasted from the first to the last, add span = \"throughout\"";

/// What a first date without a last one may mean.
const GOES_ON: &str = "guess: it lasted from the first date to the last, and with no last date it still goes on; if it happened once, between the two dates, take out span";

/// What years before 1500 may mean.
const EARLY: &str = "guess: years before 1500 are taken as Gregorian; if they are of another calendar, convert the dates first";

/// Whether a date or year is before 1500.
fn is_early(cell: &str) -> bool {
    let cell = western_digits(cell);
    let numbers = cell.split(|c: char| !c.is_ascii_digit());
    let mut years = numbers.filter(|number| number.len() == 4);
    years.next().is_some_and(|year| year < "1500")
}
