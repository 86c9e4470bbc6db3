//! Which columns of a table say when: a date, a first and a last one, or years with their months and
//! days.

use crate::command::import::draft::date_reading::{DateReading, LANGUAGES, calendar_of};
use crate::command::import::draft::number_reading::NumberReading;
use crate::command::import::draft::roles::{Choice, DraftColumns, rank_of};
use crate::command::import::draft::words::{MONTHS, STARTS, words_of};
use crate::value::calendar_words::CalendarWords;
use crate::value::text::fold;

/// Words that columns of last dates are called by.
pub(super) const ENDS: [&str; 84] = [
    "отмены",
    "снятия",
    "скасування",
    "освобождения",
    "звільнення",
    "liberacion",
    "freilassung",
    "released_on",
    "returned",
    "date_end",
    "end_date",
    "end",
    "until",
    "to",
    "finish",
    "finished",
    "ending",
    "dep",
    "departure",
    "departed",
    "baja",
    "al",
    "cierre",
    "completed",
    "concluded",
    "einde",
    "slut",
    "selesai",
    "پایان",
    "ende",
    "fin",
    "ended",
    "окончания",
    "закінчення",
    "bitis",
    "termination",
    "fim",
    "fine",
    "koniec",
    "конец",
    "кінець",
    "окончание",
    "النهاية",
    "hasta",
    "released",
    "left",
    "closed",
    "lifted",
    "removed",
    "delisted",
    "expired",
    "terminated",
    "bis",
    "zamkniecie",
    "zamkniecia",
    "zakonczenie",
    "zakonczenia",
    "conclusao",
    "conclusion",
    "completion",
    "termino",
    "beendet",
    "abschluss",
    "abschlusses",
    "slutdatum",
    "avslutad",
    "berakhir",
    "kapanis",
    "закрытия",
    "закриття",
    "chiusura",
    "fermeture",
    "sluiting",
    "الاغلاق",
    "fechamento",
    "encerramento",
    "schliessung",
    "closing",
    "closure",
    "geschlossen",
    "aufgelost",
    "abgezogen",
    "beendigung",
    "beendet_am",
];

/// A date in three columns.
#[derive(Debug, Clone, Default)]
pub struct DateParts {
    /// The column of the year, with the words in it that mean "not stated".
    pub year: (usize, Vec<String>),
    /// That of the month.
    pub month: Option<(usize, Vec<String>)>,
    /// The language that the months are written in; none for English, and for numbers.
    pub locale: &'static [&'static str],
    /// That of the day.
    pub day: Option<(usize, Vec<String>)>,
    /// No column is called a year: this one has numbers that may be years.
    pub is_guess: bool,
}

impl DateParts {
    /// Whether a column is one of them.
    #[must_use]
    pub fn has(&self, column: usize) -> bool {
        let parts = [Some(&self.year), self.month.as_ref(), self.day.as_ref()];
        parts.into_iter().flatten().any(|(other, _)| *other == column)
    }
}

impl DraftColumns {
    /// The column of the first or only date.
    #[must_use]
    pub fn start(&self) -> Option<Choice> {
        let is_kept = |column: usize| self.is_kept(column);
        let fits = |column: usize| self.dates[column].is_some();
        let mut named = self.named(&STARTS, fits);
        let months = self.named(&MONTHS, |column| fits(column) && !named.contains(&column));
        named.extend(months);
        named.sort_by_key(|column| is_kept(*column));
        // a column of digits alone is a date only if it is called so
        let others = (0..self.all.len()).filter(|column| {
            // a number of a section, 16.1.2, may be read as a day of a year of two digits too
            let is_plain = |reading: &DateReading| {
                let is_digits =
                    |format: &&str| ["%Y%m%d", "%Q"].contains(format) || format.ends_with("%y");
                reading.excel
                    || !reading.formats.is_empty()
                        && reading.formats.iter().all(is_digits)
                        && !reading.formats.iter().any(|format| format.contains("%B"))
            };
            let is_name = |word: &String| {
                ["reference", "ref", "id", "symbol", "number", "no"].contains(&word.as_str())
            };
            !named.contains(column)
                && !words_of(&self.all[*column].name).iter().any(is_name)
                && self.dates[*column].as_ref().is_some_and(|date| !is_plain(date))
        });
        let mut all: Vec<usize> = named.iter().copied().chain(others).collect();
        if named.is_empty() {
            all.sort_by_key(|column| is_kept(*column));
        }
        // of a person somebody was born before anything happened
        // what dates few records, or says when something was over, goes behind what dates all
        let read = |column: &usize| self.dates[*column].as_ref().map_or(0, |reading| reading.read);
        let most = all.iter().map(read).max().unwrap_or_default();
        let is_less = |column: &usize| {
            read(column) * 4 < most * 3 || rank_of(&self.all[*column].name, &ENDS).is_some()
        };
        all.sort_by_key(|column| self.is_of_person(*column) || is_less(column));
        let mut all = all.into_iter();
        all.next().map(|column| Choice { column, others: all.collect() })
    }

    /// Whether a column says when a person was born, which is before anything that happened.
    #[must_use]
    pub fn is_of_person(&self, column: usize) -> bool {
        const BIRTH: [&str; 7] =
            ["birth", "born", "dob", "naissance", "nacimiento", "geburtsdatum", "рождения"];
        words_of(&self.all[column].name).iter().any(|word| BIRTH.contains(&word.as_str()))
    }

    /// Whether a column is called after what was done with the record, and not what happened.
    #[must_use]
    pub fn is_kept(&self, column: usize) -> bool {
        const KEPT: [&str; 20] = [
            "entry",
            "entered",
            "updated",
            "update",
            "modified",
            "verified",
            "created",
            "accessed",
            "added",
            "published",
            "publication",
            "retrieved",
            "last",
            "version",
            "end",
            "until",
            "birth",
            "born",
            "reported",
            "report",
        ];
        words_of(&self.all[column].name).iter().any(|part| KEPT.contains(&part.as_str()))
    }

    /// The columns that are called as dates are, and of which no cell is read.
    #[must_use]
    pub fn unread_dates(&self) -> Vec<usize> {
        self.named(&STARTS, |column| {
            let is_digit = |cell: &String| cell.contains(|c: char| c.is_ascii_digit());
            self.all[column].cells.keys().any(is_digit)
                && self.dates[column].is_none()
                && self.years[column].is_none()
                && self.numbers[column].is_none()
        })
    }

    /// The column that is called as a date is, whatever is in it.
    #[must_use]
    pub fn named_as_date(&self) -> Option<usize> {
        self.named(&STARTS, |column| self.all[column].stated > 0).into_iter().next()
    }

    /// The column of the last date.
    #[must_use]
    pub fn end(&self, start: usize) -> Option<usize> {
        let is_date = |column: usize| self.dates[column].is_some() || self.years[column].is_some();
        self.named(&ENDS, |column| column != start && is_date(column)).into_iter().next()
    }

    /// Dates in parts: of the beginning, and of the end if there is one.
    #[must_use]
    pub fn parts(&self) -> Option<(DateParts, Option<DateParts>)> {
        const YEARS: [&str; 32] = [
            "ar",
            "tahun",
            "jaar",
            "yili",
            "kurulus",
            "strtyr",
            "styr",
            "startyr",
            "begyr",
            "endyr",
            "iyear",
            "year",
            "jahr",
            "annee",
            "ano",
            "anno",
            "год",
            "рік",
            "yil",
            "rok",
            "السنة",
            "yr",
            "date",
            "datum",
            "fecha",
            "start",
            "begin",
            "from",
            "opened",
            "founded",
            "period",
            "sheet",
        ];
        // words of a column that says when something was first
        const FIRST: [&str; 16] = [
            "first",
            "since",
            "founded",
            "established",
            "began",
            "signed",
            "ratified",
            "joined",
            "built",
            "entered",
            "independence",
            "launched",
            "created",
            "formed",
            "born",
            "entry",
        ];
        const LAST: [&str; 6] = ["end", "until", "to", "closed", "ended", "finish"];
        let is_years = |column: usize| self.years[column].is_some();
        let mut years = self.named(&YEARS, is_years);
        years.extend(self.named(&LAST, |column| is_years(column) && !years.contains(&column)));
        let is_end = |column: usize| {
            let name = self.all[column].name.to_lowercase();
            let words = words_of(&name);
            name.contains("end")
                || name.ends_with('2')
                || words.iter().any(|word| LAST.contains(&word.as_str()))
        };
        let first = years.iter().copied().find(|column| !is_end(*column));
        // in a column without a name, or one that says when something was first
        let says_when = |column: usize| {
            words_of(&self.all[column].name).iter().any(|word| FIRST.contains(&word.as_str()))
        };
        let is_likely = |column: &usize| {
            let are_late =
                |number: &NumberReading| number.least >= 1800.0 && number.greatest <= 2100.0;
            is_years(*column)
                && (self.all[*column].name.starts_with("column ") || says_when(*column))
                && self.numbers[*column].as_ref().is_some_and(are_late)
        };
        let Some(first) = first else {
            let any = (0..self.all.len()).find(is_likely)?;
            return Some((DateParts { is_guess: true, ..self.parts_of(any) }, None));
        };
        let last = years.into_iter().find(|column| *column != first && is_end(*column));
        Some((self.parts_of(first), last.map(|column| self.parts_of(column))))
    }

    /// Whether a column says when something was over.
    #[must_use]
    pub fn is_called_end(&self, column: usize) -> bool {
        rank_of(&self.all[column].name, &ENDS).is_some()
    }

    /// Whether the cells of a column are years.
    #[must_use]
    pub fn is_years(&self, column: usize) -> bool {
        self.years[column].is_some()
    }

    /// The date of a column of years alone.
    #[must_use]
    pub fn years_in(&self, column: usize) -> DateParts {
        DateParts {
            year: (column, self.years[column].clone().unwrap_or_default()),
            ..DateParts::default()
        }
    }

    fn parts_of(&self, year: usize) -> DateParts {
        // styear and stmon, Year1 and Month1: what is left of the name is the same
        let rest = |name: &str, words: &[&str]| {
            let name = fold(name);
            words.iter().find(|word| name.contains(**word)).map(|word| name.replacen(word, "", 1))
        };
        let years = [
            "year",
            "jahr",
            "annee",
            "anno",
            "ano",
            "yr",
            "год",
            "рік",
            "yil",
            "rok",
            "السنة",
            "سنة",
        ];
        let own = rest(&self.all[year].name, &years);
        let column = |words: &[&str]| {
            let fits = |column: &usize| {
                *column != year
                    && rest(&self.all[*column].name, words)
                        .is_some_and(|rest| own.as_ref() == Some(&rest))
            };
            (0..self.all.len()).find(fits)
        };
        let month = column(&[
            "mnth",
            "mth",
            "month",
            "monat",
            "mois",
            "mese",
            "mes",
            "mon",
            "mo",
            "maand",
            "месяц",
            "місяць",
            "ay",
            "miesiac",
            "الشهر",
            "شهر",
        ]);
        // in the language that leaves the fewest of them unread
        let in_language = |language: &'static [&'static str]| {
            let column = month?;
            let unread = self.all[column].part(12, &calendar_of(language))?;
            Some((unread.len(), (column, unread), language))
        };
        let languages = std::iter::once(&[][..]).chain(LANGUAGES);
        let months = languages.filter_map(in_language).min_by_key(|(unread, ..)| *unread);
        let day = column(&["day", "tag", "jour", "dia", "giorno", "dy", "день", "gun", "dzien"]);
        DateParts {
            year: (year, self.years[year].clone().unwrap_or_default()),
            locale: months.as_ref().map_or(&[], |(.., language)| language),
            month: months.map(|(_, month, _)| month),
            day: day
                .and_then(|day| Some((day, self.all[day].part(31, &CalendarWords::default())?))),
            is_guess: false,
        }
    }
}
