//! The deaths of an event in a draft: which column counts them, with which bounds.

use crate::command::import::draft::number_reading::NumberReading;
use crate::command::import::draft::roles::Choice;
use crate::command::import::draft::sample::{MISSING_CODES, is_missing};
use crate::command::import::draft::toml_text::{number_keys, quoted};
use crate::command::import::draft::words::{
    DEATHS, HIGHS, LOWS, VICTIMS, counts_no_people, words_of,
};
use crate::command::import::draft::write::Draft;
use crate::kind::CASUALTIES;

impl Draft<'_> {
    /// The columns that the deaths of an event are read from: none where each counts another group,
    /// and none counts all.
    pub(super) fn death_columns(&self) -> Vec<usize> {
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

    pub(super) fn deaths_field(&mut self) {
        let columns = self.columns;
        match self.deaths() {
            Some(Ok(choice)) if self.bounds(&choice).is_some() => {
                if let Some((low, best, high)) = self.bounds(&choice) {
                    for guess in self.more_words(choice.column) {
                        self.line(&format!("# {guess}"));
                    }
                    self.bounds_field("deaths", low, best, high);
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

    /// A figure that three columns, or two, give by its bounds.
    pub(super) fn bounds_field(
        &mut self,
        field: &str,
        low: usize,
        best: Option<usize>,
        high: usize,
    ) {
        let columns: Vec<usize> = [Some(low), best, Some(high)].into_iter().flatten().collect();
        let keys_of_numbers = self.keys_of_bounds(&columns);
        let (low, high) = (self.cell(low), self.cell(high));
        let best = best.map_or(String::new(), |best| format!("best = {}, ", self.cell(best)));
        self.line(&format!("{field:<7} = {{ {best}low = {low}, high = {high}{keys_of_numbers} }}"));
    }

    /// A figure that the columns of an entry give by its bounds.
    pub(super) fn bounds_of_entries(&mut self, columns: &[usize]) {
        let keys = self.keys_of_bounds(columns);
        self.line(&format!(
            "quantity = {{ best = \"{{$value}}\", low = \"{{$low}}\", high = \"{{$high}}\"{keys} }}"
        ));
    }

    /// How the numbers of these columns, which are bounds of figures, are read.
    fn keys_of_bounds(&mut self, columns: &[usize]) -> String {
        let readings: Vec<NumberReading> =
            columns.iter().filter_map(|column| self.columns.number(*column).cloned()).collect();
        let mut missing: Vec<String> = readings
            .iter()
            .flat_map(|number| number.missing.iter().chain(&number.unread).chain(&number.marked))
            .cloned()
            .collect();
        missing.sort_unstable();
        missing.dedup();
        let unread: Vec<String> =
            missing.iter().filter(|cell| !is_missing(cell)).map(|cell| quoted(cell)).collect();
        if !unread.is_empty() {
            self.line(&format!("# not read as bounds, and unknown: {}", unread.join(", ")));
        }
        let keys = number_keys(Some(&NumberReading::joined(&readings)), &missing);
        let keys = keys.into_iter().filter(|key| !key.starts_with("marks"));
        std::iter::once(String::new()).chain(keys).collect::<Vec<_>>().join(", ")
    }

    /// The column of deaths; an error where it holds levels.
    fn deaths(&self) -> Option<Result<Choice, usize>> {
        let columns = self.columns;
        let is_other = |column: usize| {
            let name = columns.all[column].name.to_lowercase();
            let words = words_of(&name);
            ["injur", "wound", "missing", "displaced"].iter().any(|word| name.contains(word))
                || counts_no_people(&name, &words)
        };
        let counts = |column: usize| {
            columns.number(column).is_some_and(|number| number.is_integer) && !is_other(column)
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
            counts(column)
                && (has_deaths && !is_lone_best(self.name(column)) || says_deaths(column))
        };
        let are_told = (0..columns.all.len()).any(|column| self.is_of_people(column));
        let victims = || if are_told { None } else { columns.choose(&VICTIMS, counts) };
        let mut choice = columns.choose(&DEATHS, fits).or_else(victims)?;
        let is_bound = |column: usize| self.is_low(column) || self.is_high(column);
        if is_bound(choice.column)
            && let Some(n) = choice.others.iter().position(|column| !is_bound(*column))
        {
            std::mem::swap(&mut choice.column, &mut choice.others[n]);
        }
        let number = columns.number(choice.column)?;
        let is_level = number.distinct <= 8
            && number.greatest <= 9.0
            && number.missing.iter().any(|code| MISSING_CODES.contains(&code.as_str()));
        Some(if is_level { Err(choice.column) } else { Ok(choice) })
    }

    /// The columns of the lowest and the highest number, and of the best estimate, if there is one.
    fn bounds(&self, choice: &Choice) -> Option<(usize, Option<usize>, usize)> {
        let of = self.stem(choice.column);
        // "best" alone is that of any
        let is_same = |column: &usize| of.is_empty() || self.stem(*column) == of;
        // "low" and "high" alone are called after nothing
        let are_numbers = |column: &usize| self.columns.number(*column).is_some();
        let all = || {
            let chosen = std::iter::once(choice.column).chain(choice.others.iter().copied());
            chosen.chain((0..self.columns.all.len()).filter(are_numbers))
        };
        let low = all().filter(is_same).find(|column| self.is_low(*column))?;
        let high = all()
            .filter(|column| self.stem(*column) == self.stem(low))
            .find(|column| self.is_high(*column))?;
        let best = Some(choice.column).filter(|column| *column != low && *column != high);
        Some((low, best, high))
    }

    /// The words of a column's name that do not say which of three estimates it holds.
    pub(super) fn stem(&self, column: usize) -> Vec<String> {
        let mut words = words_of(self.name(column));
        words.retain(|word| {
            let word = word.as_str();
            !LOWS.contains(&word) && !HIGHS.contains(&word) && !["best", "estimate"].contains(&word)
        });
        words
    }

    /// Whether a column is called as the lower bound of a figure is. One that is called as both
    /// bounds has ranges in its cells.
    pub(super) fn is_low(&self, column: usize) -> bool {
        self.has_word(column, &LOWS) && !self.has_word(column, &HIGHS)
    }

    /// The same for the upper bound.
    pub(super) fn is_high(&self, column: usize) -> bool {
        self.has_word(column, &HIGHS) && !self.has_word(column, &LOWS)
    }

    /// Whether one of these words is in a column's name.
    fn has_word(&self, column: usize, words: &[&str]) -> bool {
        words_of(self.name(column)).iter().any(|word| words.contains(&word.as_str()))
    }

    /// What to say of a column that is called by more than deaths.
    fn more_words(&self, column: usize) -> Vec<String> {
        const PLAIN: [&str; 23] = [
            "victims",
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
                || word == CASUALTIES.name
                || DEATHS.iter().any(|death| word.contains(death))
        };
        if words_of(name).iter().all(is_plain) {
            return Vec::new();
        }
        vec![format!("guess: \"{name}\" is taken for a number of deaths")]
    }

    /// What to say of columns that are called as numbers of people are, and hold something else.
    pub(super) fn broken_counts(&mut self) {
        for column in 0..self.columns.all.len() {
            let has_parts = self.columns.number(column).is_some_and(|number| !number.is_integer);
            if has_parts && !self.used.contains(&column) && self.is_of_people(column) {
                let name = quoted(self.name(column));
                self.line(&format!(
                    "# {name} is named like a count of people, but has cells that are not whole numbers: kept in extra"
                ));
            }
        }
    }
}

/// Whether a column is called "best" beside words that say of what.
fn is_lone_best(name: &str) -> bool {
    let words = words_of(name);
    words.len() > 1 && words.iter().any(|word| word == "best")
}
