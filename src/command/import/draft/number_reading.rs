//! How a column of numbers is read: what groups thousands, what stands before decimals, which marks
//! hedge it.

use crate::command::import::draft::number_words::{
    MARKS, NOUGHT, RANGES_IN_WORDS, SCALES, SEVERAL,
};
use crate::command::import::draft::sample::{ColumnSample, MISSING_CODES, is_missing, is_year};
use crate::mapping;
use crate::value::text::{fold, western_digits, without_footnote};

/// How a column of numbers is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NumberReading {
    /// What groups thousands.
    pub thousands: Option<char>,
    /// What stands before decimals.
    pub decimal: char,
    /// Another way to read the same cells.
    pub is_ambiguous: bool,
    /// The words and codes that mean "not stated".
    pub missing: Vec<String>,
    /// The words and signs that mean nought.
    pub nil: Vec<String>,
    /// Marks of footnotes stand behind some.
    pub footnotes: bool,
    /// A cell with a remark in brackets behind its number.
    pub remark: Option<String>,
    /// Cells that are no number, and would be unknown.
    pub unread: Vec<String>,
    /// Signs and words beside a number, and how they hedge it.
    pub marks: Vec<(String, &'static str)>,
    /// The cells that have one.
    pub marked: Vec<String>,
    /// Words and signs beside a number, and how many times it they mean.
    pub scale: Vec<(String, u32)>,
    /// All of them are whole.
    pub is_integer: bool,
    /// The least and the greatest.
    pub least: f64,
    /// See `least`.
    pub greatest: f64,
    /// How many different numbers there are.
    pub distinct: usize,
    /// How many cells it reads.
    pub read: u64,
}

impl NumberReading {
    /// Whether other numbers are written alike, so that one rule reads both.
    #[must_use]
    pub fn is_like(&self, other: &NumberReading) -> bool {
        let free = |reading: &NumberReading| {
            reading.thousands.is_none() && (reading.is_integer || reading.decimal == '.')
        };
        let same = self.thousands == other.thousands && self.decimal == other.decimal;
        let both_whole = self.is_integer && other.is_integer;
        same || both_whole && (free(self) || free(other))
    }

    /// One rule for these columns, which are written alike.
    #[must_use]
    pub fn joined(readings: &[NumberReading]) -> NumberReading {
        let mut all =
            readings.iter().max_by_key(|reading| reading.read).cloned().unwrap_or_default();
        if let Some(grouped) = readings.iter().find(|reading| reading.thousands.is_some()) {
            (all.thousands, all.decimal) = (grouped.thousands, grouped.decimal);
        }
        all.marks = readings.iter().flat_map(|reading| reading.marks.clone()).collect();
        all.marks.sort_unstable();
        all.marks.dedup();
        all.scale = readings.iter().flat_map(|reading| reading.scale.clone()).collect();
        all.scale.sort_unstable();
        all.scale.dedup();
        all.nil = readings.iter().flat_map(|reading| reading.nil.clone()).collect();
        all.nil.sort_unstable();
        all.nil.dedup();
        all.remark = readings.iter().find_map(|reading| reading.remark.clone());
        all.footnotes = readings.iter().any(|reading| reading.footnotes);
        all.missing = readings
            .iter()
            .flat_map(|reading| reading.missing.iter().chain(&reading.unread))
            .cloned()
            .collect();
        all.missing.sort_unstable();
        all.missing.dedup();
        all.unread.clear();
        all.is_ambiguous = readings.iter().any(|reading| reading.is_ambiguous);
        all
    }
}

/// A number as it is written, its thousands in groups of three.
fn number(cell: &str, thousands: Option<char>, decimal: char) -> Option<f64> {
    let cell = western_digits(cell).replace(['\u{a0}', '\u{202f}'], " ");
    let (sign, digits) = cell.strip_prefix('-').map_or(("", cell.as_str()), |rest| ("-", rest));
    let (whole, part) = match digits.split_once(decimal) {
        Some((whole, part)) => (whole, Some(part)),
        None => (digits, None),
    };
    let groups: Vec<&str> = thousands.map_or(vec![whole], |sign| whole.split(sign).collect());
    let is_grouped = groups.len() > 1;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let sound = groups.iter().enumerate().all(|(n, group)| {
        is_digits(group)
            && (!is_grouped || if n == 0 { group.len() <= 3 } else { group.len() == 3 })
    });
    if !sound || part.is_some_and(|part| !is_digits(part)) {
        return None;
    }
    format!("{sign}{}.{}", groups.concat(), part.unwrap_or("0")).parse().ok()
}

/// A cell without the words and signs that scale its number, and those, as they are written.
fn unscaled(cell: &str) -> (&str, Vec<(String, u32)>) {
    let (mut bare, mut found) = (cell.trim(), Vec::new());
    for _ in 0..2 {
        let one = SCALES.iter().find_map(|(word, times)| {
            let is_word = |part: &str| part.to_lowercase() == *word;
            let before = bare.split_at_checked(word.len()).filter(|(start, _)| is_word(start));
            let behind =
                bare.len().checked_sub(word.len()).and_then(|at| bare.split_at_checked(at));
            let behind = behind.filter(|(_, end)| is_word(end)).map(|(rest, end)| (end, rest));
            before.or(behind).map(|(word, rest)| (rest.trim(), (word.to_owned(), *times)))
        });
        let Some((rest, word)) =
            one.filter(|(rest, _)| rest.contains(|c: char| c.is_ascii_digit()))
        else {
            break;
        };
        bare = rest;
        found.push(word);
    }
    (bare, found)
}

/// What stands between the bounds of a range.
const BETWEEN: [&str; 17] = [
    " s/d ", " s.d. ", " to ", " à ", " a ", " bis ", " tot ", " do ", " до ", " ila ", " sampai ",
    " til ", " إلى ", " تا ", "–", "—", "-",
];

/// A number with the words and signs that scale it.
type ScaledNumber = (f64, Vec<(String, u32)>);

/// A number as it is written, or with words and signs beside it that scale it.
fn scaled(cell: &str, thousands: Option<char>, decimal: char) -> Option<ScaledNumber> {
    if let Some(number) = number(cell, thousands, decimal) {
        return Some((number, Vec::new()));
    }
    let (bare, scale) = unscaled(cell);
    let times: f64 = scale.iter().map(|(_, times)| f64::from(*times)).product();
    number(bare, thousands, decimal).map(|number| (number * times, scale))
}

/// A number with a mark before or behind it, or the greater of a range, and the mark.
fn marked(
    cell: &str,
    thousands: Option<char>,
    decimal: char,
) -> Option<(ScaledNumber, (String, &'static str))> {
    // an estimate in brackets
    for (mark, open, close) in [("()", '(', ')'), ("[]", '[', ']'), ("{}", '{', '}')] {
        let inside = cell.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(number) = inside.and_then(|bare| scaled(bare.trim(), thousands, decimal)) {
            return Some((number, (mark.to_owned(), "about")));
        }
    }
    for (mark, qualifier) in MARKS {
        let is_mark = |part: &str| part.to_lowercase() == mark;
        let before = cell.split_at_checked(mark.len()).filter(|(start, _)| is_mark(start));
        let behind = cell.len().checked_sub(mark.len()).and_then(|at| cell.split_at_checked(at));
        let behind = behind.filter(|(_, end)| is_mark(end)).map(|(bare, end)| (end, bare));
        if let Some((mark, bare)) = before.or(behind)
            && let Some(number) = scaled(bare.trim(), thousands, decimal)
        {
            return Some((number, (mark.to_owned(), qualifier)));
        }
    }
    let range = |(low, high): (&str, &str), sign: &str| {
        let (low, high) = (low.trim(), high.trim());
        // the years of a period are no number
        if is_year(low) && is_year(high) && low >= "1800" {
            return None;
        }
        let (least, _) = scaled(low, thousands, decimal)?;
        let greatest = scaled(high, thousands, decimal)?;
        (least <= greatest.0).then_some((greatest, (sign.to_owned(), "range")))
    };
    let between = || BETWEEN.into_iter().find_map(|sign| range(cell.split_once(sign)?, sign));
    let around = |mark: &str| range(mapping::bounds_around(cell, mark)?, mark);
    between().or_else(|| RANGES_IN_WORDS.into_iter().find_map(around))
}

impl ColumnSample {
    /// How the column is read as numbers, if nearly all of its cells are some.
    #[must_use]
    pub fn number(&self) -> Option<NumberReading> {
        self.number_of(9)
    }

    /// The same with decimal commas, for cells that may have either: `1.350`.
    #[must_use]
    pub fn number_with_comma(&self) -> Option<NumberReading> {
        let known = self.number().filter(|known| known.is_ambiguous)?;
        let reading = self.numbers(Some('.'), ',');
        (reading.read >= known.read).then_some(NumberReading { is_ambiguous: true, ..reading })
    }

    /// The same, if at least `of_ten` out of ten cells are numbers.
    #[must_use]
    pub fn number_of(&self, of_ten: u64) -> Option<NumberReading> {
        const STYLES: [(Option<char>, char); 6] = [
            (None, '.'),
            (Some(','), '.'),
            (Some('.'), ','),
            (Some(' '), ','),
            (Some('\''), '.'),
            (None, ','),
        ];
        let is_code = |cell: &String| MISSING_CODES.contains(&cell.as_str());
        let all: u64 = self.told().filter(|(cell, _)| !is_code(cell)).map(|(_, times)| times).sum();
        let mut best: Option<(usize, NumberReading)> = None;
        for (thousands, decimal) in STYLES {
            let reading = self.numbers(thousands, decimal);
            // larger numbers, in rows that add up others, may tell what a point or comma means
            let sums = self.sums.iter();
            let proof = sums.filter(|cell| number(cell, thousands, decimal).is_some()).count();
            // one odd cell costs no column
            let odd: u64 = reading.unread.iter().filter_map(|cell| self.cells.get(cell)).sum();
            // words such as "dozens" alone make no column of numbers
            let words = reading.marks.iter().filter(|(_, qualifier)| *qualifier == "several");
            let words: u64 = words.filter_map(|(word, _)| self.cells.get(word)).sum();
            // nor do one or two words for what is not known
            let has_few = reading.unread.len() <= 2 && reading.read * 10 >= all * 6;
            // and other words beside numbers are numbers that somebody has to read
            let is_near = |cell: &&String| {
                let digits = cell.chars().filter(char::is_ascii_digit).count();
                digits > 0 && cell.len() < 30 && reading.read * 2 >= all
            };
            let has_numbers = reading.unread.iter().all(|cell| is_near(&cell));
            let is_enough = (reading.read * 10 >= all * of_ten
                || odd == 1 && reading.read >= 3
                || has_few
                || has_numbers)
                && words * 2 <= reading.read;
            match &mut best {
                _ if !is_enough || reading.read == 0 => {}
                None => best = Some((proof, reading)),
                Some((known_proof, known))
                    if (reading.read, proof) > (known.read, *known_proof) =>
                {
                    best = Some((proof, reading));
                }
                Some((known_proof, known))
                    if (reading.read, proof) == (known.read, *known_proof)
                        && (reading.greatest - known.greatest).abs() > f64::EPSILON =>
                {
                    known.is_ambiguous = true;
                }
                Some(_) => {}
            }
        }
        let (_, mut reading) = best?;
        if reading.decimal == ',' && self.has_groups_behind_commas() {
            // beside spaces between thousands, nobody knows what a comma before three digits is
            let is_spaced =
                |cell: &String| number(cell, Some(' '), '.').is_some_and(|n| n >= 1000.0);
            let has_spaces = self.told().any(|(cell, _)| cell.contains(' ') && is_spaced(cell));
            if has_spaces {
                return Some(self.numbers(Some(' '), '.'));
            }
            reading.is_ambiguous = true;
        }
        if !reading.is_integer && reading.decimal == '.' && self.has_points_between_thousands() {
            let grouped = self.numbers(Some('.'), ',');
            if grouped.read >= reading.read {
                return Some(NumberReading { is_ambiguous: true, ..grouped });
            }
        }
        Some(reading)
    }

    /// Whether each comma stands before three digits, as it does between thousands.
    fn has_groups_behind_commas(&self) -> bool {
        let mut behind = self.told().filter_map(|(cell, _)| cell.rsplit_once(',')).peekable();
        let is_group = |(before, rest): (&str, &str)| {
            let digits = rest.chars().take_while(char::is_ascii_digit).count();
            let whole = before.chars().rev().take_while(char::is_ascii_digit).count();
            digits == 3 && (1..4).contains(&whole)
        };
        behind.peek().is_some() && behind.all(is_group)
    }

    /// Whether points stand between thousands: each before three digits, beside whole numbers without any.
    fn has_points_between_thousands(&self) -> bool {
        let groups = |cell: &str| -> Option<(String, String)> {
            let mut numbers = cell
                .split(|c: char| !c.is_ascii_digit() && c != '.')
                .filter(|part| part.contains('.') && part.bytes().any(|b| b.is_ascii_digit()));
            let (whole, part) = numbers.next()?.split_once('.')?;
            Some((whole.to_owned(), part.to_owned()))
        };
        let is_group = |(whole, part): &(String, String)| {
            part.len() == 3 && (1..4).contains(&whole.len()) && !whole.starts_with('0')
        };
        let with_point: Vec<_> = self.told().filter_map(|(cell, _)| groups(cell)).collect();
        let is_whole = |cell: &str| cell.bytes().all(|b| b.is_ascii_digit());
        with_point.len() > 1
            && with_point.iter().all(is_group)
            && self.told().any(|(cell, _)| is_whole(cell))
    }

    fn numbers(&self, thousands: Option<char>, decimal: char) -> NumberReading {
        let mut reading = NumberReading {
            thousands,
            decimal,
            missing: self.missing(),
            is_integer: true,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            ..NumberReading::default()
        };
        for (cell, times) in self.told() {
            if MISSING_CODES.contains(&cell.as_str()) {
                reading.missing.push(cell.clone());
                continue;
            }
            if is_nought(cell) {
                continue;
            }
            if SEVERAL.contains(&fold(cell).as_str()) {
                reading.marks.push((cell.clone(), "several"));
                reading.marked.push(cell.clone());
                reading.read += times;
                continue;
            }
            let (bare, note) = match without_footnote(cell) {
                // "(approx.)" hedges the number
                (_, note) if MARKS.iter().any(|(mark, _)| mark.trim() == note.to_lowercase()) => {
                    (cell.as_str(), "")
                }
                parts => parts,
            };
            if !note.is_empty() && is_missing(bare) {
                reading.missing.push(cell.clone());
                continue;
            }
            let found = scaled(bare, thousands, decimal).or_else(|| {
                let (number, mark) = marked(bare, thousands, decimal)?;
                reading.marked.push(cell.clone());
                if !reading.marks.contains(&mark) {
                    reading.marks.push(mark);
                }
                Some(number)
            });
            let Some((number, scale)) = found else {
                reading.unread.push(cell.clone());
                continue;
            };
            reading.footnotes |= !note.is_empty();
            if note.starts_with('(') {
                reading.remark.get_or_insert_with(|| cell.clone());
            }
            for word in scale {
                if !reading.scale.contains(&word) {
                    reading.scale.push(word);
                }
            }
            reading.read += times;
            reading.distinct += 1;
            reading.is_integer &= number.fract() == 0.0;
            reading.least = reading.least.min(number);
            reading.greatest = reading.greatest.max(number);
        }
        // beside numbers a word for nothing is one
        let has_numbers = reading.read > 0;
        let noughts = self.cells.iter().filter(|(cell, _)| has_numbers && is_nought(cell));
        for (cell, times) in noughts {
            let (bare, note) = without_footnote(cell);
            reading.footnotes |= !note.is_empty();
            if !reading.nil.iter().any(|word| word == bare) {
                reading.nil.push(bare.to_owned());
            }
            reading.missing.retain(|word| word != cell);
            reading.read += times;
            reading.least = reading.least.min(0.0);
        }
        reading
    }
}

/// Whether a cell says in a word that there was none.
fn is_nought(cell: &str) -> bool {
    NOUGHT.contains(&without_footnote(cell).0.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use crate::command::import::draft::sample::sample;

    #[test]
    fn numbers_are_read_by_their_signs() {
        let style = |cells: &[&str]| {
            sample("n", cells)
                .number()
                .map(|read| (read.thousands, read.decimal, read.is_ambiguous))
        };
        assert_eq!(style(&["5", "12"]), Some((None, '.', false)));
        assert_eq!(style(&["7,818", "1,234,567"]), Some((Some(','), '.', false)));
        assert_eq!(style(&["1.234,5", "12,5"]), Some((Some('.'), ',', false)));
        assert_eq!(style(&["7.818", "9.500"]), Some((None, '.', true)), "7.8 or 7,818");
        assert_eq!(style(&["1 234", "12"]), Some((Some(' '), ',', false)));
        assert_eq!(style(&["12 children", "many"]), None);
        let money =
            sample("n", &["$1.2 billion", "$300 million", "about $5m", "7"]).number().unwrap();
        assert_eq!((money.read, money.greatest), (4, 1.2e9));
        assert_eq!(money.scale.len(), 4, "{:?}", money.scale);
        let hedged = sample("n", &["20-30", "c. 40", "5+", "12", "at least 7"]).number().unwrap();
        assert_eq!((hedged.read, hedged.greatest), (5, 40.0));
        assert_eq!(
            hedged.marks,
            [("-", "range"), ("+", "over"), ("at least ", "at-least"), ("c. ", "about")]
                .map(|(mark, qualifier)| (mark.to_owned(), qualifier))
        );
        let marked = sample("n", &["1 286 000 [a]", "246*", "7"]).number().unwrap();
        assert_eq!((marked.read, marked.footnotes), (3, true));
        let coded = sample("n", &["3", "-9", "n/a", "0"]).number().unwrap();
        assert_eq!(coded.missing, ["n/a", "-9"]);
    }
}
