//! What a draft knows of a table beside its columns.

use std::collections::BTreeSet;

use crate::command::import::draft::beside::{period_in, years_in};
use crate::command::import::draft::sample::only_year;
use crate::value::text::fold;

/// Words of lines that say when a table was last worked on, and not of when it is.
const WORKED_ON: [&str; 24] = [
    "changed",
    "updated",
    "update",
    "retrieved",
    "accessed",
    "downloaded",
    "produced",
    "published",
    "generated",
    "printed",
    "created",
    "prepared",
    "compiled",
    "revised",
    "abgerufen",
    "aktualisiert",
    "consulté",
    "actualizado",
    "atualizado",
    "aggiornato",
    "обновлено",
    "оновлено",
    "zaktualizowano",
    "bijgewerkt",
];

/// Words of lines that say which year all of a table is of, without accents.
const OF_YEAR: [&str; 12] = [
    "berichtsjahr",
    "reporting year",
    "year of report",
    "calendar year",
    "annee de reference",
    "exercice",
    "ano de referencia",
    "anno di riferimento",
    "отчетный год",
    "звітний рік",
    "verslagjaar",
    "rok sprawozdawczy",
];

impl TableNotes {
    /// The day, months or years that the sheet or a line beside the table names, in EDTF.
    #[must_use]
    pub fn period(&self) -> Option<String> {
        let is_worked_on = |line: &str| {
            let lower = line.to_lowercase();
            let mut words = lower.split(|c: char| !c.is_alphanumeric());
            words.any(|word| WORKED_ON.contains(&word))
        };
        let lines = self.sheet.iter().chain(&self.lines).filter(|line| !is_worked_on(line));
        // "Berichtsjahr 2017" says more than the day of the report
        let is_of_year = |line: &&String| {
            let line = fold(line);
            OF_YEAR.iter().any(|words| line.contains(words))
        };
        let reported = lines
            .clone()
            .filter(is_of_year)
            .find_map(|line| only_year(std::iter::once(line.as_str())));
        let years = || lines.clone().find_map(|line| years_in(line));
        let period = || lines.clone().find_map(|line| period_in(line));
        reported.or_else(period).or_else(years)
    }
}

/// What is known of the file beside its columns.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct TableNotes {
    /// What messages call it.
    pub name: String,
    /// The sheet that is read of several.
    pub sheet: Option<String>,
    /// Somebody chose it.
    pub is_sheet_chosen: bool,
    /// Its encoding, if it is not UTF-8.
    pub encoding: Option<&'static str>,
    /// Where the records of a JSON file are.
    pub records: Option<String>,
    /// What stands between cells.
    pub delimiter: char,
    /// Lines above the header.
    pub above: usize,
    /// How many of [`TableNotes::lines`] stand above the header.
    pub above_all: usize,
    /// Which sheets were read, and which not.
    pub sheets_unseen: Option<String>,
    /// The first of them that says something in several words.
    pub title: Option<String>,
    /// The one year that they name.
    pub year_above: Option<String>,
    /// The file has no header.
    pub has_no_header: bool,
    /// How many rows the header has.
    pub header_rows: usize,
    /// Rows below the table that are notes.
    pub footer: usize,
    /// Cells that say that their row adds up others, with their columns.
    pub totals: BTreeSet<(usize, String)>,
    /// Rows that state hardly anything of what all others do, each by a cell of its own.
    pub strays: Vec<(usize, String)>,
    /// How many rows repeat another one in every cell.
    pub repeated: u64,
    /// The row below the header is tags or units.
    pub has_tags: bool,
    /// The units in that row.
    pub units: Option<String>,
    /// What stands alone in rows between the records, as headings of sections do.
    pub sections: Vec<String>,
    /// What the column is called that has the heading above each record, where there are several.
    pub heading: Option<String>,
    /// The columns that say two things in each cell, with what stands between, and what the columns of
    /// the two are called.
    pub divided: Vec<(usize, &'static str, [String; 2])>,
    /// The signs that mean nought, with the lines that say so.
    pub nil: Vec<(String, String)>,
    /// The lines above the table and the notes below it.
    pub lines: Vec<String>,
    /// Cells of the first column are indented, as the parts of the row above them are.
    pub has_indents: bool,
    /// Some rows below the header are the header once more, as at the breaks of pages.
    pub repeats_header: bool,
}
