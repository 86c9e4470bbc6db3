//! Which columns of numbers are measures: no codes, ranks, years or numbers of the records.

use crate::command::import::draft::beside::{period_in, unit_in};
use crate::command::import::draft::roles::CountryColumn;
use crate::command::import::draft::sample::is_total;
use crate::command::import::draft::words::{MONTHS, words_of};
use crate::command::import::draft::write::Draft;

impl Draft<'_> {
    /// The columns of numbers that may be measures: no codes, ranks, years or coordinates.
    pub(super) fn measures(&self, country: Option<CountryColumn>) -> Vec<usize> {
        const OTHER: [&str; 41] = [
            "time",
            "uhrzeit",
            "heure",
            "hora",
            "cod",
            "edad",
            "rank",
            "year",
            "jahr",
            "jaar",
            "annee",
            "ano",
            "anno",
            "año",
            "год",
            "рік",
            "rok",
            "yil",
            "day",
            "tag",
            "jour",
            "dia",
            "giorno",
            "dag",
            "dzien",
            "день",
            "gun",
            "lat",
            "latitude",
            "lon",
            "long",
            "longitude",
            "age",
            "row",
            "index",
            "precision",
            "hour",
            "week",
            "session",
            "sitzung",
            "x",
        ];
        // "No." numbers records, and "No. of hostages" counts them
        const NUMBERING: [&str; 18] = [
            "lp", "م", "رقم", "ت", "ser", "serial", "sl", "nro", "numero", "n°", "no", "nr", "n",
            "lfd", "sira", "№", "num", "o",
        ];
        let parts = self.columns.parts();
        let id = self.key(&|_| true).filter(|(_, is_id)| *is_id).map(|(column, _)| column);
        let is_part = |column: usize| {
            let stands_behind =
                self.columns.yearless.iter().any(|(_, year)| year.column == Some(column));
            stands_behind
                || parts.as_ref().is_some_and(|(start, end)| {
                    [Some(start), end.as_ref()].into_iter().flatten().any(|date| date.has(column))
                })
        };
        // "No" counts votes beside "Yes"
        let are_votes = (0..self.columns.all.len())
            .any(|column| words_of(self.name(column)).iter().any(|word| word == "yes"));
        let is_other = |name: &str| {
            let words = words_of(name);
            let numbers_something = ["num", "no", "nr", "n°", "№"];
            let is_numbered = !name.ends_with(')')
                && words.last().is_some_and(|word| numbers_something.contains(&word.as_str()));
            !are_votes && is_numbered
                || words
                    .iter()
                    .any(|word| OTHER.contains(&word.as_str()) || MONTHS.contains(&word.as_str()))
                || !are_votes && words.iter().all(|word| NUMBERING.contains(&word.as_str()))
        };
        let unread = self.columns.unread_dates();
        let is_of_point = |column: usize| columns_of(self.columns.point()).contains(&column);
        // the lower or upper bound of what another column has the other bound or the best estimate of
        let is_bound = |column: usize| {
            (self.is_low(column) || self.is_high(column))
                && (0..self.columns.all.len())
                    .any(|other| other != column && self.stem(other) == self.stem(column))
        };
        let is_measure = |column: &usize| {
            let column = *column;
            let name = self.name(column);
            self.columns.number(column).is_some()
                && id != Some(column)
                && !self.numbers_the_records(column)
                && self.columns.date(column).is_none()
                && !(self.columns.is_years(column) && self.columns.is_called_end(column))
                && !is_part(column)
                && !is_of_point(column)
                && !unread.contains(&column)
                && !is_bound(column)
                && country.is_none_or(|(country, _)| country != column)
                && !is_code(name)
                && (!self.is_of_people(column) || self.is_of_several_harms(column))
                && !words_of(name).is_empty()
                && !is_other(name)
        };
        self.without_total((0..self.columns.all.len()).filter(is_measure).collect())
    }

    /// The same with those of people, where the figures are of no event that could have harmed them.
    pub(super) fn all_measures(&self, country: Option<CountryColumn>) -> Vec<usize> {
        let mut all = self.measures(country);
        let is_people = |column: &usize| {
            self.is_of_people(*column)
                && self.columns.number(*column).is_some()
                && !all.contains(column)
                && !self.is_low(*column)
                && !self.is_high(*column)
        };
        let people: Vec<usize> = (0..self.columns.width).filter(is_people).collect();
        all.extend(people);
        all.sort_unstable();
        all
    }

    /// Whether the numbers of a column are more than the few codes of a list.
    pub(super) fn is_more_than_a_code(&self, column: usize) -> bool {
        const CODED: [&str; 14] = [
            "code",
            "type",
            "prec",
            "precision",
            "status",
            "clarity",
            "category",
            "level",
            "gwno",
            "gwnoa",
            "gwnob",
            "ccode",
            "flag",
            "version",
        ];
        let words = words_of(self.name(column));
        !words.iter().any(|word| CODED.contains(&word.as_str()))
            && self.columns.number(column).is_some_and(|number| {
                number.greatest > 12.0
                    || !number.is_integer
                    || !number.marks.is_empty()
                    || unit_in(self.name(column)).is_some()
                    || period_in(self.name(column)).is_some()
            })
    }

    /// Whether a column counts the records: 1, 2, 3.
    pub(super) fn numbers_the_records(&self, column: usize) -> bool {
        let sample = &self.columns.all[column];
        #[expect(clippy::cast_precision_loss, reason = "a sample has far fewer cells than 2^53")]
        let all = sample.stated as f64;
        sample.has_no_blanks()
            && sample.is_distinct()
            && sample.stated > 5
            && self.columns.number(column).is_some_and(|number| {
                number.is_integer && number.least > 0.0 && number.greatest < all + 1.0
            })
    }

    /// The measures without the one that adds up the others, by its name.
    fn without_total(&self, mut measures: Vec<usize>) -> Vec<usize> {
        // a total that says of what is a measure of its own, which no sum adds to its parts
        if measures.len() > 2 {
            let is_bare = |column: &usize| {
                let name = self.name(*column);
                is_total(name) && words_of(name).len() == 1
                    || words_of(name).first().is_some_and(|word| word == "all")
            };
            measures.retain(|column| !is_bare(column));
        }
        measures
    }
}

/// The two columns of a point.
fn columns_of(point: Option<(usize, usize)>) -> Vec<usize> {
    point.into_iter().flat_map(|(latitude, longitude)| [latitude, longitude]).collect()
}

/// Whether a column of numbers is called as one of codes is.
pub(super) fn is_code(name: &str) -> bool {
    const CODES: [&str; 16] = [
        "eventid",
        "incidentid",
        "recordid",
        "caseid",
        "code",
        "codes",
        "id",
        "ids",
        "ccode",
        "cowcode",
        "gwno",
        "gwcode",
        "iso",
        "iso2",
        "iso3",
        "isocode",
    ];
    name.trim().is_empty()
        || name == "column 1"
        || words_of(name).iter().any(|word| {
            // rcid, uid
            let is_short = word.ends_with("id") && word.len() < 6;
            let is_word = ["aid", "paid", "raid", "covid", "said"].contains(&word.as_str());
            CODES.contains(&word.as_str()) || is_short && !is_word
        })
}
