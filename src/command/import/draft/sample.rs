//! What the columns of a table are made of, as far as a sample tells: years, months, words for what is
//! missing; dates and numbers in `date_reading.rs` and `number_reading.rs`.

use std::collections::{BTreeMap, BTreeSet};

use crate::command::import::draft::words::{TOTAL_OF, TOTALS};
use crate::value::calendar_words::CalendarWords;
use crate::value::text::western_digits;

/// How many different cells of a column are kept.
const DISTINCT: usize = 20_000;

/// Words that tables have where something is not stated.
const MISSING: [&str; 158] = [
    "idem",
    "ditto",
    "do.",
    "\"",
    "n/k",
    "n.k.",
    "nk",
    "n.c.",
    "n.v.t.",
    "n/s",
    "not given",
    "не розголошується",
    "не разглашается",
    "undisclosed",
    "bilinmiyor",
    "belirsiz",
    "غير معروف",
    "غير محدد",
    "brak danych",
    "não informado",
    "sem informação",
    "onbekend",
    "неизвестно",
    "невідомо",
    "sconosciuto",
    "*",
    "**",
    "n/a",
    "na",
    "n.a.",
    "nd",
    "n.d.",
    "-",
    "--",
    "–",
    "—",
    ".",
    "..",
    "...",
    "…",
    "unknown",
    "null",
    "none",
    "nil",
    "?",
    "xxx",
    "#n/a",
    "nan",
    "not available",
    "not stated",
    "unspecified",
    "s/d",
    "s.d.",
    "k.a.",
    "k. a.",
    ". .",
    "−",
    "unk",
    "tbd",
    "nr",
    "no data",
    "not reported",
    "not known",
    "not recorded",
    "н/д",
    "нет данных",
    "немає даних",
    "sin datos",
    "no disponible",
    "non disponible",
    "keine angabe",
    "keine angaben",
    "unbekannt",
    "inconnu",
    "desconocido",
    "b.d.",
    "b/d",
    "okänt",
    "ej angivet",
    "uppgift saknas",
    "tidak diketahui",
    "tidak ada data",
    "نامشخص",
    "نامعلوم",
    "غير متوفر",
    "لم يحدد",
    "n.r.",
    "n/r",
    "not applicable",
    "not provided",
    "tbc",
    "tba",
    "to be confirmed",
    "withheld",
    "unclear",
    "undetermined",
    "unreported",
    "not specified",
    "not determined",
    "not disclosed",
    "no information",
    "no info",
    "nieznany",
    "nieznana",
    "nieznane",
    "niet bekend",
    "não disponível",
    "desconhecido",
    "desconhecida",
    "desconocida",
    "non precisato",
    "non précisé",
    "non communiqué",
    "inconnue",
    "no consta",
    "no especificado",
    "не указано",
    "не вказано",
    "bilgi yok",
    "veri yok",
    "mevcut değil",
    "ukjent",
    "ukendt",
    "neznámo",
    "necunoscut",
    "n/c",
    "n.b.",
    "n. b.",
    "niet beschikbaar",
    "geen gegevens",
    "keine daten",
    "s/f",
    "s. f.",
    "s. d.",
    "б. д.",
    "б.д.",
    "n. d.",
    "s.i.",
    "ikke oppgitt",
    "fehlt",
    "s/l",
    "s.l.",
    "не установлен",
    "не установлены",
    "не установлено",
    "не встановлено",
    "неизвестны",
    "неизвестен",
    "невідомий",
    "невідомі",
    "inconnus",
    "desconocidos",
    "non identifié",
    "non identifiés",
    "no identificado",
    "no identificados",
    "unidentified",
    "niezidentyfikowani",
];

/// Words that tables have at the end of what is not over.
const ONGOING: [&str; 57] = [
    "heden",
    "dzis",
    "н. в.",
    "по н. в.",
    "still open",
    "still active",
    "still operating",
    "still in force",
    "in force",
    "today",
    "in corso",
    "em curso",
    "en curso",
    "laufend",
    "trwa",
    "триває",
    "продолжается",
    "devam ediyor",
    "incumbent",
    "in office",
    "im amt",
    "en poste",
    "ongoing",
    "present",
    "to date",
    "current",
    "now",
    "continuing",
    "heute",
    "andauernd",
    "en cours",
    "actualidad",
    "do dziś",
    "do dzisiaj",
    "nadal",
    "obecnie",
    "bis heute",
    "bis dato",
    "hasta hoy",
    "vigente",
    "até hoje",
    "in uso",
    "tot heden",
    "tot nu",
    "pågår",
    "pågående",
    "masih berlangsung",
    "sekarang",
    "halen",
    "по настоящее время",
    "по н.в.",
    "донині",
    "дотепер",
    "ще триває",
    "حتى الآن",
    "مستمر",
    "still ongoing",
];

/// Numbers that code books use where something is not stated.
pub const MISSING_CODES: [&str; 9] =
    ["-9", "-99", "-999", "-9999", "-66", "-77", "-88", "-777", "-888"];

/// The cells of a column.
#[derive(Debug, Default, Clone)]
pub struct ColumnSample {
    /// What the column is called.
    pub name: String,
    /// Records that state it.
    pub stated: u64,
    /// Records in which it is blank.
    pub blank: u64,
    /// It is blank in the first record.
    pub begins_blank: bool,
    /// Its cells, and how often each occurs.
    pub cells: BTreeMap<String, u64>,
    /// Numbers of rows that add up others.
    pub sums: Vec<String>,
    /// There are more than were kept.
    pub has_more: bool,
}

impl ColumnSample {
    /// One that has seen nothing.
    #[must_use]
    pub fn of(name: &str) -> ColumnSample {
        ColumnSample { name: name.to_owned(), ..ColumnSample::default() }
    }

    /// Looks at one more cell.
    pub fn add(&mut self, cell: &str) {
        self.add_times(cell, 1);
    }

    /// The same for a cell that occurs so often.
    pub fn add_times(&mut self, cell: &str, n: u64) {
        if cell.is_empty() {
            self.begins_blank |= self.stated + self.blank == 0;
            self.blank += n;
            return;
        }
        self.stated += n;
        if let Some(times) = self.cells.get_mut(cell) {
            *times += n;
        } else if self.cells.len() < DISTINCT {
            self.cells.insert(cell.to_owned(), n);
        } else {
            self.has_more = true;
        }
    }

    /// Takes a cell back that was looked at.
    pub fn take_back(&mut self, cell: &str) {
        if cell.is_empty() {
            self.blank = self.blank.saturating_sub(1);
            return;
        }
        self.stated = self.stated.saturating_sub(1);
        match self.cells.get_mut(cell) {
            Some(times) if *times > 1 => *times -= 1,
            Some(_) => drop(self.cells.remove(cell)),
            None => {}
        }
    }

    /// Every record states it.
    #[must_use]
    pub fn has_no_blanks(&self) -> bool {
        self.blank == 0 && self.stated > 0
    }

    /// No cell occurs twice.
    #[must_use]
    pub fn is_distinct(&self) -> bool {
        !self.has_more && self.cells.len() as u64 == self.stated
    }

    /// The mean length of a cell, in characters.
    #[must_use]
    pub fn length(&self) -> usize {
        let all: usize = self.cells.keys().map(|cell| cell.chars().count()).sum();
        all / self.cells.len().max(1)
    }

    /// The cells that are no words for what is missing.
    pub fn told(&self) -> impl Iterator<Item = (&String, u64)> {
        self.cells.iter().filter(|(cell, _)| !is_missing(cell)).map(|(cell, times)| (cell, *times))
    }

    pub fn missing(&self) -> Vec<String> {
        self.cells.keys().filter(|cell| is_missing(cell)).cloned().collect()
    }

    /// The words for a missing value, if all other cells are years.
    #[must_use]
    pub fn year(&self) -> Option<Vec<String>> {
        let is_missing_code = |cell: &str| MISSING_CODES.contains(&cell) || cell == "0";
        let mut missing = self.missing();
        let mut years = 0;
        for (cell, _) in self.told() {
            match cell {
                cell if is_year(cell) => years += 1,
                cell if is_missing_code(cell) => missing.push(cell.clone()),
                _ => return None,
            }
        }
        (years > 0).then_some(missing)
    }

    /// The words for a missing value, if all other cells are numbers from 1 to `most`, or names of
    /// months.
    #[must_use]
    pub fn part(&self, most: u32, calendar: &CalendarWords) -> Option<Vec<String>> {
        let is_part = |cell: &str| {
            let number = cell.parse::<u32>().is_ok_and(|n| (1..=most).contains(&n));
            number || most == 12 && calendar.month(cell).is_some()
        };
        let mut missing = self.missing();
        let (mut parts, mut others) = (0, 0);
        for (cell, times) in self.told() {
            if is_part(cell) {
                parts += times;
            } else {
                others += times;
                missing.push(cell.clone());
            }
        }
        (parts > 0 && parts >= others).then_some(missing)
    }

    /// Most of its cells are words.
    #[must_use]
    pub fn is_text(&self) -> bool {
        let words = self.told().filter(|(cell, _)| cell.chars().any(char::is_alphabetic)).count();
        self.stated > 0 && words * 2 > self.told().count()
    }
}

/// Whether a cell holds a word for a missing value.
#[must_use]
pub fn is_missing(cell: &str) -> bool {
    let inside = cell.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    MISSING.contains(&inside.unwrap_or(cell).to_lowercase().as_str()) || is_ongoing(cell)
}

/// Whether a cell says that something is not over.
#[must_use]
pub fn is_ongoing(cell: &str) -> bool {
    let cell = cell.to_lowercase();
    ONGOING.contains(&cell.as_str()) || cell.starts_with("still ")
}

/// Whether a cell says that its row adds up others.
#[must_use]
pub fn is_total(cell: &str) -> bool {
    // "Grand total (2014)"
    let cell = cell.split(" (").next().unwrap_or(cell);
    let cell = crate::value::text::fold(cell.trim_matches(|c: char| !c.is_alphanumeric()));
    let first = cell.split(' ').next().map(|word| word.trim_end_matches([',', ':', '.']));
    let is_part = first.is_some_and(|word| TOTAL_OF.contains(&word)) || cell.ends_with(" total");
    let is_subtotal = ["subtotal", "sub-total"]
        .iter()
        .any(|word| cell.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', ':', ','])));
    // "All situations"
    let is_all = cell.split(' ').count() == 2 && cell.starts_with("all ")
        || cell.ends_with(", all")
        || ["carried forward", "brought forward", "ubertrag"]
            .iter()
            .any(|word| cell.starts_with(word));
    TOTALS.contains(&cell.as_str())
        || is_all
        || is_subtotal
        || is_part && cell.split(' ').count() < 6
}

/// Whether a cell at the beginning of a row says that the row counts votes.
#[must_use]
pub fn is_tally(cell: &str) -> bool {
    const VOTES: [&str; 8] = [
        "in favour",
        "in favor",
        "against",
        "abstaining",
        "abstentions",
        "abstained",
        "not voting",
        "non-voting",
    ];
    VOTES.contains(&cell.to_lowercase().as_str())
}

/// Whether a cell at the beginning of a row says that the row is a part of the one above it.
#[must_use]
pub fn is_part_of_above(cell: &str) -> bool {
    const WORDS: [&str; 12] = [
        "of which",
        "of whom",
        "thereof",
        "including",
        "incl.",
        "davon",
        "darunter",
        "dont ",
        "de los cuales",
        "de las cuales",
        "di cui",
        "в том числе",
    ];
    let cell = cell.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    cell.len() < 60 && WORDS.iter().any(|word| cell.starts_with(word))
}

/// Whether a cell is a year of four digits.
#[must_use]
pub fn is_year(cell: &str) -> bool {
    let cell = western_digits(cell);
    cell.len() == 4 && cell.parse::<u16>().is_ok_and(|year| (1000..2200).contains(&year))
}

/// The one year that some texts name; none if they name several.
#[must_use]
pub fn only_year<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let numbers = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_digit()));
    let years: BTreeSet<&str> = numbers.filter(|number| is_year(number)).collect();
    years.first().filter(|_| years.len() == 1).map(|year| (*year).to_owned())
}

/// The sample of a column with these cells.
#[cfg(test)]
pub fn sample(name: &str, cells: &[&str]) -> ColumnSample {
    let mut sample = ColumnSample::of(name);
    cells.iter().for_each(|cell| sample.add(cell));
    sample
}
