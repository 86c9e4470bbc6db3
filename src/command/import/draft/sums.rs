//! Rows of a table that add up the rows above them, whatever they are called.

use crate::mapping::Record;

/// How many records must stand above a row that adds them up.
const LEAST: u64 = 3;

/// A sum is none by chance if it has a number as large as this; one of two records has several numbers.
const LARGE: f64 = 10.0;

/// What the numbers of each column add up to so far, and since the last row that was a sum.
#[derive(Debug, Default)]
pub struct RunningSums {
    all: ColumnSums,
    since: ColumnSums,
    /// How many cells of the records hold words.
    words: u64,
}

/// What the numbers of each column of some records add up to.
#[derive(Debug, Default)]
struct ColumnSums {
    records: u64,
    sums: Vec<f64>,
}

impl RunningSums {
    /// Whether each number of a row is the sum of those above it in its column, from the first or since
    /// the last sum, and there are some that are above nought.
    pub fn is_sum(&mut self, record: &Record) -> bool {
        let numbers: Vec<(usize, f64)> = record
            .iter()
            .enumerate()
            .filter_map(|(column, cell)| Some((column, number(cell)?)))
            .collect();
        // a record says more in words than what stands beside a sum
        let says_less = words_in(record) * 2 * self.all.records <= self.words
            || self.words < self.all.records * 3;
        // "Summa Mali", and nothing else in words where records have several
        let says_little = words_in(record) == 1 && self.words >= self.all.records * 2;
        let are_several = numbers.iter().filter(|(_, n)| *n > 0.0).count() > 1;
        let is_large = numbers.iter().any(|(_, n)| *n >= LARGE);
        let is_sum = self.all.records >= LEAST && is_large && self.all.are(&numbers)
            || self.since.records > 1
                && is_large
                && (are_several || says_little)
                && self.since.are(&numbers);
        let is_sum = is_sum && says_less;
        if is_sum {
            self.since = ColumnSums::default();
        }
        is_sum
    }

    /// Notes that a row is a sum by its words.
    pub fn end_part(&mut self) {
        self.since = ColumnSums::default();
    }

    /// Adds the numbers of a record.
    pub fn add(&mut self, record: &Record) {
        self.words += words_in(record);
        self.all.add(record);
        self.since.add(record);
    }
}

/// How many cells of a record hold words.
fn words_in(record: &Record) -> u64 {
    record.iter().filter(|cell| cell.contains(char::is_alphabetic)).count() as u64
}

impl ColumnSums {
    fn are(&self, numbers: &[(usize, f64)]) -> bool {
        let sum = |column: usize| self.sums.get(column).copied().unwrap_or_default();
        numbers.iter().any(|(_, n)| *n > 0.0)
            && numbers.iter().all(|(column, n)| (sum(*column) - n).abs() <= n.abs() * 1e-9)
    }

    fn add(&mut self, record: &Record) {
        self.records += 1;
        self.sums.resize(self.sums.len().max(record.len()), 0.0);
        for (sum, cell) in self.sums.iter_mut().zip(record) {
            *sum += number(cell).unwrap_or_default();
        }
    }
}

/// The word of a row that adds up the rows above it, with its column, if there is one that can tell it
/// from others.
#[must_use]
pub fn word_of_sum(record: &Record) -> Option<(usize, String)> {
    let is_word = |cell: &str| {
        cell.contains(char::is_alphanumeric) && !cell.starts_with(|c: char| c.is_ascii_digit())
    };
    let label = record.iter().enumerate().find(|(_, cell)| is_word(cell));
    label.map(|(column, cell)| (column, cell.trim().to_owned()))
}

/// The rows that add up those right below them, in at least three columns: a region above its countries.
#[must_use]
pub fn wholes_above(rows: &[Record]) -> Vec<usize> {
    const COLUMNS: usize = 3;
    let numbers: Vec<Vec<Option<f64>>> =
        rows.iter().map(|row| row.iter().map(number).collect()).collect();
    let is_whole = |n: &usize| {
        let mut sums = vec![0.0; numbers[*n].len()];
        numbers[*n + 1..].iter().enumerate().any(|(parts, below)| {
            sums.iter_mut().zip(below).for_each(|(sum, n)| *sum += n.unwrap_or_default());
            let stated =
                || numbers[*n].iter().zip(&sums).filter_map(|(n, sum)| Some(((*n)?, *sum)));
            // numbers in print are rounded
            let is_sum = |(n, sum): (f64, f64)| (n - sum).abs() <= (n * 0.005).max(0.06);
            parts > 0
                && stated().filter(|(n, _)| *n >= LARGE).count() >= COLUMNS
                && stated().filter(|pair| is_sum(*pair)).count() * 10 >= stated().count() * 9
        })
    };
    (0..rows.len()).filter(|n| words_in(&rows[*n]) == 1 && is_whole(n)).collect()
}

/// A row and the rows below it that are indented, as its parts are.
#[derive(Debug, Default)]
pub struct IndentedParts {
    /// The first cell of the row, and its numbers.
    whole: Option<(String, Vec<Option<f64>>)>,
    parts: u64,
    sums: Vec<f64>,
}

impl IndentedParts {
    /// Takes the next row; where it is not indented, the rows before it are complete: what the row
    /// above them says in its first cell, if it adds them up.
    pub fn take(&mut self, record: &Record) -> Option<String> {
        if record.get(0).is_some_and(|cell| cell.starts_with("  ")) {
            self.parts += 1;
            self.sums.resize(self.sums.len().max(record.len()), 0.0);
            for (sum, cell) in self.sums.iter_mut().zip(record) {
                *sum += number(cell).unwrap_or_default();
            }
            return None;
        }
        let ended = self.end();
        let label = record.get(0).unwrap_or_default().trim().to_owned();
        self.whole = Some((label, record.iter().map(number).collect()));
        ended
    }

    /// The same at the end of the table.
    pub fn end(&mut self) -> Option<String> {
        let IndentedParts { whole, parts, sums } = std::mem::take(self);
        let (label, numbers) = whole.filter(|_| parts > 1)?;
        let mut stated = numbers.iter().zip(&sums).filter_map(|(n, sum)| Some(((*n)?, *sum)));
        // sums of rounded numbers are not exact
        let is_sum = |(n, sum): &(f64, f64)| (n - sum).abs() <= n * 0.005;
        let first = stated.next()?;
        (first.0 > 0.0 && is_sum(&first) && stated.all(|pair| is_sum(&pair))).then_some(label)
    }
}

/// A number, however it is written: of one comma or full stop with three digits behind it, it is taken
/// that it groups thousands.
fn number(cell: &str) -> Option<f64> {
    let bare: String = cell.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
    if !bare.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let last = bare.rfind([',', '.']);
    let groups = |sign: char| bare.split(sign).skip(1).all(|group| group.len() == 3);
    let plain = match last {
        Some(at) if bare[at + 1..].len() == 3 && groups(char::from(bare.as_bytes()[at])) => {
            bare.replace([',', '.'], "")
        }
        Some(at) => format!("{}.{}", bare[..at].replace([',', '.'], ""), &bare[at + 1..]),
        None => bare,
    };
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_adds_up_those_below_it_is_seen() {
        let rows = [
            ["North Africa", "80", "86.4", "541"],
            ["Algeria", "37.9", "50.9", "253.2"],
            ["Egypt", "32.1", "0.1", "6.3"],
            ["Tunisia", "10", "35.3", "281.5"],
            ["Asia", "30", "25", "22"],
            ["India", "30", "20", "22"],
        ];
        let rows: Vec<Record> = rows.iter().map(|row| Record::from(row.to_vec())).collect();
        assert_eq!(wholes_above(&rows), [0]);
    }

    #[test]
    fn a_row_that_adds_up_what_is_indented_below_it_is_seen() {
        let mut parts = IndentedParts::default();
        let mut take = |row: [&str; 2]| parts.take(&Record::from(row.to_vec()));
        assert_eq!(take(["North", "1,200"]), None);
        assert_eq!(take(["  A", "800"]), None);
        assert_eq!(take(["  B", "401"]), None);
        assert_eq!(take(["South", "70"]).as_deref(), Some("North"));
        assert_eq!(take(["  C", "8"]), None);
        assert_eq!(take(["  D", "9"]), None);
        assert_eq!(parts.end(), None, "of which others are not named");
    }

    #[test]
    fn a_row_that_adds_up_the_others_is_seen() {
        let mut sums = RunningSums::default();
        for row in [["A", "1,200", "3"], ["B", "300", "4"], ["C", "5", "0.5"]] {
            sums.add(&Record::from(row.to_vec()));
        }
        let mut is_sum = |row: [&str; 3]| sums.is_sum(&Record::from(row.to_vec()));
        assert!(is_sum(["World", "1,505", "7.5"]));
        assert!(is_sum(["Σ", "1 505", ""]));
        for row in [["D", "1,505", "7"], ["D", "5", "3"], ["D", "", ""], ["D", "0", ""]] {
            assert!(!is_sum(row), "{row:?}");
        }
        let mut parts = RunningSums::default();
        let mut take = |row: [&str; 3]| {
            let row = Record::from(row.to_vec());
            let is_sum = parts.is_sum(&row);
            if !is_sum {
                parts.add(&row);
            }
            is_sum
        };
        assert!(!take(["A", "5", "6"]) && !take(["B", "7", "8"]) && take(["East", "12", "14"]));
        assert!(!take(["C", "4", "9"]) && !take(["D", "6", "1"]) && take(["West", "10", "10"]));
        assert!(!take(["E", "1", "0"]) && !take(["F", "0", "1"]) && !take(["G", "1", "1"]));
    }
}
