//! The fields of a draft that are read from cells: places and numbers; dates in `date_fields.rs`.

use std::collections::BTreeSet;

use crate::command::import::draft::number_reading::NumberReading;
use crate::command::import::draft::roles::CountryColumn;
use crate::command::import::draft::toml_text::{list, number_keys, quoted};
use crate::command::import::draft::words::{GUESTS, HOSTS, PROVINCES, TOWNS, words_of};
use crate::command::import::draft::write::Draft;
use crate::value::text::grouped;

impl Draft<'_> {
    /// The column of the countries beside a column of towns, where both are of one thing: "venue.city",
    /// "venue.country".
    fn country_of(&self, town: usize) -> Option<usize> {
        let fits = |column: &usize| {
            *column != town
                && self.columns.all[*column].is_text()
                && self.columns.called_country(*column)
                && !self.columns.is_called(*column, &TOWNS)
                && object_of(self.name(*column)).is_some()
                && object_of(self.name(*column)) == object_of(self.name(town))
        };
        (0..self.columns.width).find(fits)
    }

    /// The column of the ISO codes of three letters of the countries in another one: "Country of asylum (ISO)".
    fn iso3_of(&self, country: usize) -> Option<usize> {
        const CODE: [&str; 6] = ["iso", "iso3", "code", "alpha", "a3", "3"];
        let own = words_of(self.name(country));
        let is_code = |column: &usize| {
            let words = words_of(self.name(*column));
            let mut rest = words.iter().filter(|word| !CODE.contains(&word.as_str()));
            let is_upper =
                |cell: &String| cell.len() == 3 && cell.bytes().all(|b| b.is_ascii_uppercase());
            *column != country
                && words.len() > own.len()
                && own.iter().all(|word| rest.next() == Some(word))
                && rest.next().is_none()
                && self.columns.all[*column].has_no_blanks()
                && self.columns.all[*column].cells.keys().all(is_upper)
        };
        (0..self.columns.width).find(is_code)
    }

    /// The column of the provinces that towns of another one lie in.
    fn province_of(&self, town: usize) -> Option<usize> {
        let fits = |column: usize| {
            let sample = &self.columns.all[column];
            column != town
                && sample.is_text()
                && sample.stated * 2 > self.columns.all[town].stated
                && sample.cells.len() <= self.columns.all[town].cells.len()
        };
        self.columns.choose(&PROVINCES, fits).map(|choice| choice.column)
    }

    pub(super) fn place(&mut self, country: Option<CountryColumn>, town: Option<usize>) {
        let point = self.columns.point();
        let beside = town.and_then(|town| self.country_of(town)).map(|column| (column, None));
        // where something was signed, or a guest was received, is not in the country that it is about
        let is_elsewhere = |town: usize| {
            self.columns.is_called(town, &SIGNED)
                || !self.columns.named(&GUESTS, |_| true).is_empty()
                    && country.is_some_and(|(country, _)| !self.columns.is_called(country, &HOSTS))
        };
        let country = beside.or(country.filter(|_| !town.is_some_and(is_elsewhere)));
        let of_country = country.map(|(column, scheme)| {
            let mut guesses = Vec::new();
            let marks = self.marks(column, &mut guesses).filter(|_| scheme.is_none());
            if marks.is_some() {
                guesses.iter().for_each(|guess| self.line(&format!("# {guess}")));
            }
            let mut marks = marks.map_or(String::new(), |marks| format!(", {marks}"));
            if scheme.is_none()
                && self.columns.all[column].cells.keys().any(|cell| cell.contains(';'))
            {
                self.line("# guess: a semicolon stands between several countries");
                marks.push_str(", split = \";\"");
            }
            // what is missing of the place itself is said with that of its point
            let is_within = town.is_some_and(|town| town != column);
            let own = Some(column).filter(|_| scheme.is_none());
            let missing = match point {
                Some((lat, lon)) if !is_within => {
                    self.missing_words(own.into_iter().chain([lat, lon]))
                }
                _ => self.missing_words(own),
            };
            let code =
                self.iso3_of(column).filter(|_| scheme.is_none()).map_or(String::new(), |code| {
                    let missing = self.columns.all[code].missing();
                    let cell = self.cell(code);
                    if missing.is_empty() { format!(", iso3 = {cell}") } else { String::new() }
                });
            (scheme.unwrap_or("name"), self.cell(column) + &code + &marks + &missing)
        });
        let mut keys = Vec::new();
        match (town.filter(|town| country.is_none_or(|(country, _)| country != *town)), of_country)
        {
            (Some(town), Some((scheme, cell))) => {
                let of_point = point.into_iter().flat_map(|(lat, lon)| [lat, lon]);
                let missing = self.missing_words(of_point.chain([town]));
                if let Some((country, _)) =
                    country.filter(|(country, _)| !self.is_beside(town, *country))
                {
                    let (town, country) = (self.name(town), self.name(country));
                    self.line(&format!("# guess: {} lies in {}", quoted(town), quoted(country)));
                }
                let town = self.cell(town);
                keys.push(format!("name = {town}{missing}, within = {{ {scheme} = {cell} }}"));
            }
            (Some(town), None) => {
                let of_point = point.into_iter().flat_map(|(lat, lon)| [lat, lon]);
                let missing = self.missing_words(of_point.chain([town]));
                // a town is told from others of its name by its province
                let within = self.province_of(town).map_or(String::new(), |province| {
                    let (town, around) = (quoted(self.name(town)), quoted(self.name(province)));
                    self.line(&format!("# guess: {town} lies in {around}"));
                    let missing = self.missing_words([province]);
                    format!(", within = {{ name = {}{missing} }}", self.cell(province))
                });
                keys.push(format!("name = {}{missing}{within}", self.cell(town)));
            }
            (None, Some((scheme, cell))) => keys.push(format!("{scheme} = {cell}")),
            // a point may stand alone
            (None, None) => {
                for (field, column) in
                    point.into_iter().flat_map(|(lat, lon)| [("latitude", lat), ("longitude", lon)])
                {
                    let missing = self.missing_words([column]);
                    let cell = self.cell(column);
                    let value = match missing.as_str() {
                        "" => cell,
                        missing => format!("{{ text = {cell}{missing} }}"),
                    };
                    self.field(field, &value, &[]);
                }
                return;
            }
        }
        if let Some((latitude, longitude)) = point {
            if self.has_nought_for_unknown(latitude, longitude) {
                self.line("# guess: a point of 0 and 0 is not known");
            }
            let (latitude, longitude) = (self.cell(latitude), self.cell(longitude));
            keys.push(format!("point = [{latitude}, {longitude}]"));
        }
        self.line(&format!("place   = {{ {} }}", keys.join(", ")));
    }

    /// Whether a column of countries says where the towns of another one are: it is called a country and no
    /// more, or both are of one thing: "venue.city", "venue.country".
    fn is_beside(&self, town: usize, country: usize) -> bool {
        let (town, country) = (self.name(town), self.name(country));
        object_of(country).is_some() && object_of(town) == object_of(country)
            || words_of(country).len() == 1
            || words_of(country).iter().any(|word| words_of(town).contains(word))
    }

    /// Whether points are nought and nought where they are not known: in as many records in both columns.
    fn has_nought_for_unknown(&self, latitude: usize, longitude: usize) -> bool {
        let noughts = |column: usize| -> u64 {
            let cells = self.columns.all[column].cells.iter();
            cells.filter(|(cell, _)| is_nought(cell)).map(|(_, times)| times).sum()
        };
        noughts(latitude) > 0 && noughts(latitude) == noughts(longitude)
    }

    /// The words of columns that say that nothing is known, as a key.
    fn missing_words(&self, columns: impl IntoIterator<Item = usize>) -> String {
        let columns: Vec<usize> = columns.into_iter().collect();
        let words = columns.iter().flat_map(|column| self.columns.all[*column].missing());
        let mut words: BTreeSet<String> = words.collect();
        if columns.iter().any(|column| *column >= self.columns.width) {
            words.extend(self.columns.unknown_parts.iter().cloned());
        }
        if let Some((latitude, longitude)) = self.columns.point()
            && columns.contains(&latitude)
            && self.has_nought_for_unknown(latitude, longitude)
        {
            let cells = [latitude, longitude].map(|column| self.columns.all[column].cells.keys());
            words.extend(cells.into_iter().flatten().filter(|cell| is_nought(cell)).cloned());
        }
        if words.is_empty() { String::new() } else { format!(", missing = {}", list(&words)) }
    }

    pub(super) fn number_field(
        &mut self,
        field: &str,
        text: &str,
        style: Option<&NumberReading>,
        missing: &[String],
    ) {
        let mut keys = vec![format!("text = {}", quoted(text))];
        if let Some(style) = style {
            if style.is_ambiguous {
                self.line(match style.thousands.filter(|sign| ",.".contains(*sign)) {
                    None => "# guess: a point or comma in these numbers stands before decimals; also possible: it groups thousands",
                    Some(_) => "# guess: a point or comma in these numbers groups thousands; also possible: it stands before decimals",
                });
            }
            let words = style.scale.iter().filter(|(_, times)| *times > 1);
            let words: Vec<String> = words
                .map(|(word, times)| {
                    format!("{} means {}", quoted(word), grouped(&times.to_string()))
                })
                .collect();
            if !words.is_empty() {
                self.line(&format!("# guess: beside a number, {}", words.join(", ")));
            }
            let noughts: Vec<String> = style
                .nil
                .iter()
                .filter(|word| word.contains(char::is_alphabetic))
                .map(|word| quoted(word))
                .collect();
            if let Some(cell) = &style.remark {
                let cell = quoted(cell);
                self.line(&format!("# guess: brackets after a number hold a remark: {cell}"));
            }
            if !noughts.is_empty() {
                self.line(&format!("# guess: {} means nought", noughts.join(" or ")));
            }
            if !style.unread.is_empty() {
                let shown: Vec<String> =
                    style.unread.iter().take(12).map(|cell| quoted(cell)).collect();
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
}

/// Words of columns of where an agreement was signed.
const SIGNED: [&str; 14] = [
    "signed",
    "signing",
    "signature",
    "firma",
    "unterzeichnung",
    "unterzeichnungsort",
    "podpisania",
    "assinatura",
    "imza",
    "undertecknad",
    "ondertekening",
    "подписания",
    "підписання",
    "penandatanganan",
];

/// Whether a coordinate is nought.
fn is_nought(cell: &str) -> bool {
    cell.contains('0') && cell.chars().all(|c| "0.,-".contains(c))
}

/// The object that a column is of: "venue" in "venue.city".
fn object_of(name: &str) -> Option<&str> {
    name.rsplit_once(['.', ':']).map(|(of, _)| of)
}
