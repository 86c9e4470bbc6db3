//! Who did something and to whom in a draft, and how names are read: taken apart, without the marks of
//! footnotes.

use std::collections::BTreeSet;

use crate::command::import::draft::roles::{Choice, rank_of};
use crate::command::import::draft::sample::is_missing;
use crate::command::import::draft::toml_text::{list, quoted};
use crate::command::import::draft::words::{
    ACTORS, FIRST_SIDE, GUESTS, PERSONS, SECOND_SIDE, TARGETS, VISITED, words_of,
};
use crate::command::import::draft::write::Draft;

impl Draft<'_> {
    /// The fields of the parties, with the words that their columns are called by: those of an actor
    /// and a target, or of two sides where two columns are called alike.
    pub(super) fn party_fields(&self) -> [(&'static str, &'static [&'static str]); 2] {
        let is_second = |column: usize| {
            let name = self.name(column);
            let first = name.strip_suffix(" (2)");
            first.is_some_and(|first| self.columns.all.iter().any(|other| other.name == first))
        };
        let is_side = |words: &[&str]| !self.columns.named(words, |_| true).is_empty();
        if is_side(&FIRST_SIDE) && is_side(&SECOND_SIDE) {
            [("side_a", &FIRST_SIDE), ("side_b", &SECOND_SIDE)]
        } else if is_side(&GUESTS) {
            [("actor", &GUESTS), ("target", &VISITED)]
        } else if self.columns.named(&ACTORS, is_second).is_empty() {
            [("actor", &ACTORS), ("target", &TARGETS)]
        } else {
            [("side_a", &ACTORS), ("side_b", &ACTORS)]
        }
    }

    /// The names in a column as a field reads them: without the marks of footnotes, and taken apart
    /// where a cell has several.
    pub(super) fn names(&mut self, column: usize, guesses: &mut Vec<String>) -> String {
        let sample = &self.columns.all[column];
        let mut keys = Vec::new();
        let mut between = None;
        let with = |sign: &str| sample.cells.keys().filter(|cell| cell.contains(sign)).count();
        let is_of_persons = self.columns.is_called(column, &PERSONS[..2]);
        // a sign that a name may have too stands between several more than once
        let signs = [
            ("\n", "the end of a line", 1),
            ("; ", "a semicolon", 1),
            (" / ", "a slash", 1),
            ("، ", "a comma", 1),
            (" — ", "a dash", 2),
            (" – ", "a dash", 2),
            (" vs. ", "\"vs.\"", 1),
            (" vs ", "\"vs\"", 1),
            (" v. ", "\"v.\"", 1),
        ];
        let perhaps = [(", ", "a comma", 2), (" and ", "\"and\"", 2), (" & ", "\"&\"", 2)];
        let is_between = |(sign, _, least): &&(&str, &str, usize)| with(sign) >= *least;
        // of several the one that most cells have
        let most = signs.iter().rev().filter(is_between).max_by_key(|(sign, ..)| with(sign));
        if let Some((sign, name, _)) = most {
            guesses.push(format!("guess: {name} stands between several parties"));
            let sign = if *sign == "\n" { *sign } else { sign.trim() };
            between = Some(sign);
            keys.push(format!("split = {}", quoted(sign)));
        } else if let Some((sign, name, _)) =
            perhaps.iter().find(is_between).filter(|_| !is_of_persons)
        {
            guesses.push(format!(
                "guess: {name} stands between several parties, if all of them are known"
            ));
            let sign = if *sign == ", " { "," } else { *sign };
            between = Some(sign);
            keys.push(format!("split = {}", quoted(sign)));
        }
        let mut missing = sample.missing();
        if let Some(sign) = between {
            let parts = sample.cells.keys().flat_map(|cell| cell.split(sign)).map(str::trim);
            missing.extend(parts.filter(|part| is_missing(part)).map(str::to_owned));
            missing.sort_unstable();
            missing.dedup();
        }
        if !missing.is_empty() {
            keys.push(format!("missing = {}", list(&missing)));
        }
        keys.extend(self.marks(column, guesses));
        let cell = self.cell(column);
        match self.iso_of(column) {
            Some(scheme) if keys.is_empty() => format!("{{ {scheme} = {cell} }}"),
            Some(scheme) => format!("{{ {scheme} = {cell}, {} }}", keys.join(", ")),
            None if keys.is_empty() => cell,
            None => format!("{{ name = {cell}, {} }}", keys.join(", ")),
        }
    }

    /// The scheme of the ISO codes in a column that is called after them or after states.
    fn iso_of(&self, column: usize) -> Option<&'static str> {
        let is_called = words_of(self.name(column))
            .iter()
            .any(|word| ["iso", "iso2", "iso3", "state", "country"].contains(&word.as_str()));
        let are_codes = |length: usize| {
            let mut told = self.columns.all[column].told().peekable();
            told.peek().is_some()
                && told.all(|(cell, _)| {
                    cell.len() == length && cell.bytes().all(|b| b.is_ascii_uppercase())
                })
        };
        let schemes = [(3, "iso3"), (2, "iso2")];
        schemes
            .into_iter()
            .find(|(length, _)| is_called && are_codes(*length))
            .map(|(_, scheme)| scheme)
    }

    /// The marks of footnotes that names in a column end with, as a key.
    pub(super) fn marks(&self, column: usize, guesses: &mut Vec<String>) -> Option<String> {
        let cells = self.columns.all[column].cells.keys();
        let marks: BTreeSet<&str> = cells.filter_map(|cell| footnote_mark(cell)).collect();
        if marks.is_empty() {
            return None;
        }
        guesses.push("guess: what stands behind a name under marks is that of a footnote".into());
        let marks: Vec<String> =
            marks.into_iter().map(|mark| format!("{} = \"\"", quoted(mark))).collect();
        Some(format!("marks = {{ {} }}", marks.join(", ")))
    }

    /// Whether the records are of persons: it is said when they were born.
    pub(super) fn is_of_persons(&self) -> bool {
        let is_birth = |column: usize| self.columns.is_of_person(column);
        (0..self.columns.width).any(is_birth)
    }

    /// Who did something, and to whom.
    pub(super) fn parties(&mut self, is_free: &impl Fn(usize) -> bool) {
        let columns = self.columns;
        for (field, words) in self.party_fields() {
            let is_part = |column: usize| {
                let words = words_of(self.name(column));
                words.iter().any(|word| {
                    ["type", "count", "number", "sex", "age", "sector", "kind", "category", "role"]
                        .contains(&word.as_str())
                })
            };
            // a market or a depot that was hit is a target, not a party
            let is_sort = |column: usize| {
                let cells = &columns.all[column].cells;
                let small =
                    cells.keys().filter(|cell| cell.starts_with(char::is_lowercase)).count();
                field == "target" && cells.len() < 20 && small * 5 >= cells.len() * 4
            };
            let fits = |column: usize| {
                columns.all[column].is_text()
                    && is_free(column)
                    && !is_part(column)
                    && !is_sort(column)
            };
            let mut found = columns.named(words, fits);
            // who is listed, where each record is of a person
            if found.is_empty() && field == "target" && self.is_of_persons() {
                found = columns.named(&PERSONS, fits);
            }
            // two columns that are called alike are the two sides
            let number = |column: usize| self.name(column).ends_with(" (2)");
            let choice =
                found.iter().copied().find(|column| number(*column) == (field == "side_b"));
            if let Some(column) = choice.or(found.first().copied()) {
                let others =
                    found.into_iter().filter(|other| *other != column && field != "side_a");
                let mut guesses = self.others(&Choice { column, others: others.collect() });
                // a word among others may be another's: "attributed operation"
                let is_plain = rank_of(self.name(column), words).is_some_and(|rank| rank.0 == 0);
                if !is_plain && guesses.is_empty() {
                    let name = quoted(self.name(column));
                    guesses.push(match field {
                        "target" => format!("guess: {name} names to whom it was done"),
                        "actor" => format!("guess: {name} names who did it"),
                        _ => format!("guess: {name} names one of the sides"),
                    });
                }
                let name = self.names(column, &mut guesses);
                self.field(field, &name, &guesses);
            }
        }
    }
}

/// Signs that stand for footnotes.
pub(super) const FOOTNOTES: [char; 14] =
    ['*', '†', '‡', 'ª', 'º', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// The mark of a footnote behind a name: `[1]`, `(a)`, `*`, `²`.
fn footnote_mark(name: &str) -> Option<&str> {
    let is_short = |inside: &str| {
        let is_number = inside.len() < 3 && inside.bytes().all(|b| b.is_ascii_digit());
        let is_letter = inside.len() == 1 && inside.bytes().all(|b| b.is_ascii_lowercase());
        !inside.is_empty() && (is_number || is_letter)
    };
    for (open, close) in [('[', ']'), ('(', ')')] {
        if name.ends_with(close)
            && let Some(at) = name.rfind(open)
            && is_short(&name[at + 1..name.len() - 1])
        {
            return Some(&name[at..]);
        }
    }
    // "Finnland 2)"
    if let Some(number) = name.strip_suffix(')')
        && let Some((_, mark)) = number.rsplit_once(' ')
        && is_short(mark)
    {
        return Some(&name[name.len() - mark.len() - 2..]);
    }
    let bare = name.trim_end_matches(FOOTNOTES);
    (!bare.is_empty() && bare.len() < name.len()).then(|| &name[bare.len()..])
}
