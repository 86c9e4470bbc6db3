//! Numbers as data sets write them: separators, marks, flags and bounds become low, best and high
//! with a qualifier.

use std::borrow::Cow;

use crate::mapping::compiled::{NumberRule, QuantityRule};
use crate::mapping::compiled_template::{CompiledTemplate, RecordCells};
use crate::value::degrees::in_minutes;
use crate::value::text::{western_digits, without_footnote};
use crate::value::{Type, Value, real};

/// A number that a record states.
pub struct ParsedNumber<'p> {
    /// Its value.
    pub cell: Value<'p>,
    /// It is written in another way than the value would be.
    pub wordy: bool,
}

/// A number with its bounds.
#[derive(Default)]
pub struct ParsedFigure<'p> {
    /// The lower bound.
    pub low: Value<'p>,
    /// The best estimate.
    pub best: Value<'p>,
    /// The upper bound.
    pub high: Value<'p>,
    /// The source's words, where they say more than the numbers.
    pub words: Option<Cow<'p, str>>,
    /// How it is hedged.
    pub qualifier: Option<&'p str>,
}

/// The number that a record states, if any.
///
/// # Errors
/// What was expected.
pub fn number<'p>(
    number: &'p NumberRule,
    cells: &RecordCells<'p, '_>,
) -> Result<Option<ParsedNumber<'p>>, String> {
    let Some(text) = number.text.fill(cells) else { return Ok(None) };
    let own = bare(number, &[], &text);
    if [text.as_ref(), own].iter().any(|text| number.missing.iter().any(|word| word == text)) {
        return Ok(None);
    }
    let read = read(number, own)?;
    Ok(Some(ParsedNumber { wordy: read.wordy || own.len() < text.trim().len(), ..read }))
}

/// The degrees that a record states, if any: a comma in them can only be before decimals.
///
/// # Errors
/// What was expected.
pub fn degrees(number: &NumberRule, cells: &RecordCells<'_, '_>) -> Result<Option<f64>, String> {
    match number.text.fill(cells) {
        Some(text) if !number.missing.iter().any(|word| *word == text) => {
            let text = western_digits(&text);
            if let Some(degrees) = in_minutes(&text) {
                return Ok(Some(degrees));
            }
            let plain = if text.contains('.') { text } else { text.replacen(',', ".", 1).into() };
            Ok(Type::Real.parse(&plain)?.number())
        }
        _ => Ok(None),
    }
}

/// Whether a cell states degrees and minutes, which are kept as they were written.
pub fn is_in_minutes(number: &NumberRule, cells: &RecordCells<'_, '_>) -> bool {
    number.text.fill(cells).is_some_and(|text| in_minutes(&western_digits(&text)).is_some())
}

/// Spaces as typesetters put them between thousands.
const SPACES: [char; 3] = ['\u{a0}', '\u{202f}', '\u{2009}'];

/// A number without the words and signs beside it, and how many times it is meant.
fn unscaled<'t>(text: &'t str, scale: &[(String, u32)]) -> (&'t str, u64) {
    let (mut bare, mut times) = (text.trim(), 1);
    // a currency and a million
    for _ in 0..2 {
        let found = scale.iter().find_map(|(word, more)| {
            let rest = bare.strip_prefix(word.as_str()).or(bare.strip_suffix(word.as_str()))?;
            Some((rest.trim(), u64::from(*more)))
        });
        let Some((rest, more)) = found else { break };
        bare = rest;
        times *= more;
    }
    (bare, times)
}

/// A number multiplied as text: for tens only the decimal point moves, so that no digit is lost.
fn multiplied(number: &str, mut times: u64) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    if !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return number.to_owned();
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let (mut whole, mut part) = (whole.to_owned(), part.chars());
    while times > 1 && times.is_multiple_of(10) {
        whole.push(part.next().unwrap_or('0'));
        times /= 10;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let moved = match part.as_str() {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    };
    let rest = u32::try_from(times).ok().filter(|times| *times > 1);
    match (rest, moved.parse::<f64>()) {
        (Some(times), Ok(number)) => real(number * f64::from(times)),
        _ => moved,
    }
}

/// The text of a number, without the mark of a footnote where those are none of it; what hedges the number is
/// no footnote.
fn bare<'t>(number: &NumberRule, marks: &[(String, String)], text: &'t str) -> &'t str {
    match without_footnote(text.trim()) {
        (bare, note) if number.footnotes && !marks.iter().any(|(mark, _)| mark.trim() == note) => {
            bare
        }
        _ => text,
    }
}

fn read<'p>(number: &NumberRule, text: &str) -> Result<ParsedNumber<'p>, String> {
    if number.nil.iter().any(|word| word == text.trim()) {
        return Ok(ParsedNumber { wordy: true, ..read_times(number, "0", 1)? });
    }
    if number.scale.is_empty() {
        return read_times(number, text, 1);
    }
    let (bare, times) = unscaled(text, &number.scale);
    let read = read_times(number, bare, times)?;
    Ok(ParsedNumber { wordy: read.wordy || bare.len() < text.trim().len(), ..read })
}

/// The same without words beside it, multiplied by `times`.
fn read_times<'p>(number: &NumberRule, text: &str, times: u64) -> Result<ParsedNumber<'p>, String> {
    let ty = if number.whole { Type::Integer } else { Type::Real };
    let mut plain = western_digits(text);
    // a space between thousands may be one that does not break, or a narrow one
    if number.thousands == Some(' ') && plain.contains(SPACES) {
        plain = Cow::Owned(plain.replace(SPACES, " "));
    }
    if let Some(thousands) = number.thousands
        && plain.contains(thousands)
    {
        plain = Cow::Owned(
            ungrouped(&plain, thousands, number.decimal)
                .ok_or("expected thousands in groups of three digits")?,
        );
    }
    if number.decimal != '.' {
        if plain.contains('.') {
            return Err(format!("expected \"{}\" as the decimal separator", number.decimal));
        }
        plain = Cow::Owned(plain.replace(number.decimal, "."));
    }
    let wordy = matches!(plain, Cow::Owned(_));
    if times != 1 {
        plain = Cow::Owned(multiplied(&plain, times));
    }
    // whole numbers come back from statistics programs with decimals
    let bare = if number.whole { bare_code(&plain) } else { plain.as_ref() };
    if number.whole && bare.strip_prefix('-').is_some_and(|rest| rest.parse::<u64>().is_ok()) {
        return Err(format!(
            "expected 0 or more; if it means unknown, set [read] missing = [\"{bare}\"]"
        ));
    }
    Ok(ParsedNumber { cell: ty.parse(bare)?, wordy })
}

/// A number without the separators between its thousands, which must stand where they belong.
fn ungrouped(text: &str, thousands: char, decimal: char) -> Option<String> {
    let (whole, rest) =
        text.split_once(decimal).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut groups = whole.trim_start_matches('-').split(thousands);
    let first = groups.next()?.len();
    let fits = (1..=3).contains(&first) && groups.all(|group| group.len() == 3);
    let decimals = rest.map_or(String::new(), |rest| format!("{decimal}{rest}"));
    fits.then(|| format!("{}{decimals}", whole.replace(thousands, "")))
}

/// A code without the decimals that statistics programs give it: `369.0` is `369`.
#[must_use]
pub fn bare_code(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, zeros))
            if !zeros.is_empty()
                && zeros.bytes().all(|b| b == b'0')
                && !whole.is_empty()
                && whole.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit()) =>
        {
            whole
        }
        _ => text,
    }
}

/// The number with its bounds that a record states, if any.
///
/// # Errors
/// The column at fault, where it is another than the first, and what was expected.
pub fn quantity<'p>(
    plan: &'p QuantityRule,
    cells: &RecordCells<'p, '_>,
) -> Result<Option<ParsedFigure<'p>>, (Option<usize>, String)> {
    if plan.low.is_some() || plan.high.is_some() {
        return bounded(plan, cells);
    }
    let Some(best) = &plan.best else { return Ok(None) };
    let Some(text) =
        best.text.fill(cells).filter(|text| !best.missing.iter().any(|word| word == text))
    else {
        return Ok(None);
    };
    let own = bare(best, &plan.marks, &text);
    let is_noted = own.len() < text.trim().len();
    if is_noted && best.missing.iter().any(|word| word == own) {
        return Ok(None);
    }
    let (bare, mark) = unmarked(own, &plan.marks);
    let flag = match plan.flag.as_ref().and_then(|flag| flag.fill(cells)) {
        None => None,
        Some(flag) => match plan.marks.iter().find(|(mark, _)| *mark == flag) {
            Some((_, qualifier)) => Some(qualifier.as_str()),
            None => {
                let known: Vec<&str> = plan.marks.iter().map(|(mark, _)| mark.as_str()).collect();
                let column = plan.flag.as_ref().and_then(CompiledTemplate::column);
                return Err((
                    column,
                    format!("expected the flag to be \"{}\" or empty", known.join("\", \"")),
                ));
            }
        },
    };
    let qualifier = mark.or(flag).or(plan.unmarked.as_deref());
    if qualifier == Some("range")
        && let Some((low, high)) = bounds_in(bare, &plan.marks)
    {
        // "1–2 million" are two of one word
        let (bare_low, of_low) = unscaled(low, &best.scale);
        let (bare_high, of_high) = unscaled(high, &best.scale);
        let of_low = if of_low == 1 { of_high } else { of_low };
        let bound = |text: &str, times: u64| {
            read_times(best, text, times).map(|found| found.cell).map_err(|e| (None, e))
        };
        let (low, high) = (bound(bare_low, of_low)?, bound(bare_high, of_high)?);
        return Ok(Some(ParsedFigure {
            low,
            best: Value::Null,
            high,
            words: Some(text),
            qualifier,
        }));
    }
    // "dozens", "several hundred", "100s" set no bound
    if qualifier == Some("several") || (qualifier == Some("order") && bare.is_empty()) {
        return Ok(Some(ParsedFigure { words: Some(text), qualifier, ..ParsedFigure::default() }));
    }
    let ParsedNumber { cell, wordy } = read(best, bare).map_err(|e| (None, e))?;
    let words = (wordy || is_noted || mark.is_some()).then_some(text);
    let mut figure = ParsedFigure { words, qualifier, ..ParsedFigure::default() };
    match qualifier {
        Some("exact") => {
            (figure.low, figure.best, figure.high) = (cell.clone(), cell.clone(), cell);
        }
        Some("over" | "at-least") => figure.low = cell,
        Some("up-to") => figure.high = cell,
        Some("almost") => (figure.best, figure.high) = (cell.clone(), cell),
        _ => figure.best = cell,
    }
    Ok(Some(figure))
}

/// The two bounds in one text, at the mark of a range or a dash.
fn bounds_in<'t>(text: &'t str, marks: &[(String, String)]) -> Option<(&'t str, &'t str)> {
    let ranges = || marks.iter().filter(|(_, qualifier)| qualifier == "range");
    if let Some(bounds) = ranges().find_map(|(mark, _)| bounds_around(text, mark)) {
        return Some(bounds);
    }
    let at_mark = ranges().find_map(|(mark, _)| text.split_once(mark.as_str()));
    let bounds = at_mark.or_else(|| text.split_once(|c: char| "-–—".contains(c)))?;
    Some((bounds.0.trim(), bounds.1.trim())).filter(|(low, _)| !low.is_empty())
}

/// What stands for a bound in the mark of a range that has words around them: `between … and …`.
const GAP: &str = "…";

/// The two bounds in a text that is written as a mark says: `between … and …`.
#[must_use]
pub fn bounds_around<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let mut words = mark.split(GAP).map(str::trim);
    let (before, between, behind) = (words.next()?, words.next()?, words.next()?);
    let inside = text.trim().strip_prefix(before)?.strip_suffix(behind)?;
    let (low, high) = inside.split_once(between)?;
    // a word between stands apart
    let is_apart = low.ends_with(' ') || !between.contains(char::is_alphabetic);
    let bounds = (low.trim(), high.trim());
    (is_apart && !bounds.0.is_empty() && !bounds.1.is_empty()).then_some(bounds)
}

/// A number that a data set gives by its bounds.
fn bounded<'p>(
    plan: &'p QuantityRule,
    cells: &RecordCells<'p, '_>,
) -> Result<Option<ParsedFigure<'p>>, (Option<usize>, String)> {
    let mut wordy = false;
    let mut bound = |bound: &'p Option<NumberRule>| -> Result<Value<'p>, (Option<usize>, String)> {
        let column = bound.as_ref().and_then(|bound| bound.text.first_column());
        let found = bound
            .as_ref()
            .map_or(Ok(None), |bound| number(bound, cells))
            .map_err(|e| (column, e))?;
        Ok(found.map_or(Value::Null, |found| {
            wordy |= found.wordy;
            found.cell
        }))
    };
    let (low, best, high) = (bound(&plan.low)?, bound(&plan.best)?, bound(&plan.high)?);
    if low.is_null() && best.is_null() && high.is_null() {
        return Ok(None);
    }
    let words = if wordy {
        let numbers = [&plan.low, &plan.best, &plan.high].into_iter().flatten();
        Some(Cow::Owned(
            numbers.filter_map(|number| number.text.fill(cells)).collect::<Vec<_>>().join("; "),
        ))
    } else {
        None
    };
    Ok(Some(ParsedFigure { low, best, high, words, qualifier: plan.qualifier.as_deref() }))
}

/// Strips the mark before or after a number, and returns the qualifier that the mark means.
fn unmarked<'t, 'p>(text: &'t str, marks: &'p [(String, String)]) -> (&'t str, Option<&'p str>) {
    for (mark, qualifier) in marks {
        // a range is told by what stands between its bounds, or around them
        if qualifier == "range" && mark.contains(GAP) {
            if bounds_around(text, mark).is_some() {
                return (text, Some(qualifier));
            }
            continue;
        }
        if qualifier == "range" {
            if text.rfind(mark.as_str()).is_some_and(|at| at > 0) {
                return (text, Some(qualifier));
            }
            continue;
        }
        let bare = match mark.as_str() {
            "()" | "[]" | "{}" => {
                text.strip_prefix(&mark[..1]).and_then(|rest| rest.strip_suffix(&mark[1..]))
            }
            mark => text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)),
        };
        if let Some(bare) = bare {
            return (bare.trim(), Some(qualifier));
        }
    }
    (text, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::compiled_template::{CellRef, CompiledPart};
    use crate::mapping::{KnownDates, Record};

    fn plan(whole: bool) -> QuantityRule {
        let number = |column| NumberRule {
            text: CompiledTemplate {
                parts: vec![CompiledPart::Pick(vec![CellRef::Column(column)])],
            },
            missing: vec!["n/a".into()],
            nil: vec!["–".into()],
            footnotes: true,
            scale: vec![("million".into(), 1_000_000), ("$".into(), 1)],
            thousands: Some(','),
            decimal: '.',
            whole,
        };
        let marks = [
            ("at least", "at-least"),
            ("several", "several"),
            ("c.", "about"),
            ("?", "about"),
            ("+", "over"),
            ("(est.)", "about"),
            ("between … and …", "range"),
            (" to ", "range"),
            ("-", "range"),
            ("()", "about"),
        ];
        QuantityRule {
            low: None,
            best: Some(number(0)),
            high: None,
            marks: marks.map(|(mark, word)| (mark.into(), word.into())).into(),
            flag: Some(CompiledTemplate {
                parts: vec![CompiledPart::Pick(vec![CellRef::Column(1)])],
            }),
            unmarked: Some("exact".into()),
            qualifier: None,
            fields: [None; 5],
        }
    }

    fn figure(text: &str, flag: &str) -> Result<String, (Option<usize>, String)> {
        let record: Record = [text, flag].iter().collect();
        let plan = plan(true);
        let dates = KnownDates::default();
        let cells =
            RecordCells { record: &record, missing: &[], key: "", others: "", dates: &dates };
        let told = quantity(&plan, &cells)?.map(|figure| {
            let qualifier = figure.qualifier.unwrap_or("-");
            let words = figure.words.as_deref().unwrap_or("-");
            format!("{}|{}|{}|{qualifier}|{words}", figure.low, figure.best, figure.high)
        });
        Ok(told.unwrap_or_else(|| "nothing".into()))
    }

    #[test]
    fn a_number_keeps_its_uncertainty() {
        for (text, flag, wanted) in [
            ("24", "", "24|24|24|exact|-"),
            ("24", "?", "|24||about|-"),
            ("1,500", "", "1500|1500|1500|exact|1,500"),
            ("c. 9,500", "", "|9500||about|c. 9,500"),
            ("at least 16,000", "", "16000|||at-least|at least 16,000"),
            ("500+", "", "500|||over|500+"),
            ("(24)", "", "|24||about|(24)"),
            ("12 [8]", "", "12|12|12|exact|12 [8]"),
            ("9+¹", "", "9|||over|9+¹"),
            ("n/a [2]", "", "nothing"),
            ("40 (est.)", "", "|40||about|40 (est.)"),
            ("12 (3 women)", "", "12|12|12|exact|12 (3 women)"),
            ("between 5 and 7", "", "5||7|range|between 5 and 7"),
            ("$1.2 million", "", "1200000|1200000|1200000|exact|$1.2 million"),
            ("1-2 million", "", "1000000||2000000|range|1-2 million"),
            ("2.345678 million", "", "2345678|2345678|2345678|exact|2.345678 million"),
            ("112-122", "", "112||122|range|112-122"),
            ("5 to 7", "", "5||7|range|5 to 7"),
            ("several", "", "|||several|several"),
            ("several hundred", "", "|||several|several hundred"),
            ("41.0", "", "41|41|41|exact|-"),
            ("0", "", "0|0|0|exact|-"),
            ("–", "", "0|0|0|exact|–"),
            ("", "?", "nothing"),
            ("n/a", "", "nothing"),
        ] {
            assert_eq!(figure(text, flag).unwrap(), wanted, "{text} {flag}");
        }
        for (text, flag) in [("many", ""), ("24", "!"), ("1,50", ""), ("2.5", ""), ("c. some", "")]
        {
            assert!(figure(text, flag).is_err(), "{text} {flag}");
        }
    }

    #[test]
    fn codes_lose_the_decimals_of_statistics_programs() {
        assert_eq!(bare_code("369.0"), "369");
        assert_eq!(bare_code("369"), "369");
        assert_eq!(bare_code("-1.00"), "-1");
        assert_eq!(bare_code("3.5"), "3.5");
        assert_eq!(bare_code("v.0"), "v.0");
    }
}
