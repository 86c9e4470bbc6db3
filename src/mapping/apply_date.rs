//! The date of a record, as EDTF: from days with a precision, from parts, or from a list of years.

use std::borrow::Cow;

use crate::mapping::cell_error::FieldError;
use crate::mapping::compiled::{CodedDate, DateEnd, DateRule, DateSource, TextRule};
use crate::mapping::compiled_template::{CompiledTemplate, RecordCells};
use crate::value::partial_date::{self, PRECISIONS, PartialDate, Precision};

/// A date as EDTF, and whether the columns of its days can be told from it.
type WholeDate<'p> = (Cow<'p, str>, bool);

/// What a record states at one end of a date.
struct StatedEnd {
    first: PartialDate,
    /// The last date, where one cell states two.
    last: Option<PartialDate>,
    /// Whether the columns of the day can be told from it.
    whole: bool,
    /// Whether it is approximate.
    is_approximate: bool,
}

impl StatedEnd {
    fn of(first: PartialDate) -> StatedEnd {
        StatedEnd { first, last: None, whole: true, is_approximate: false }
    }

    /// The first date as EDTF.
    fn edtf(&self) -> String {
        let mark = if self.is_approximate { "~" } else { "" };
        format!("{}{mark}", self.first.edtf())
    }
}

impl DateRule {
    /// The date as EDTF, and whether the columns of its days can be told from it.
    pub(super) fn edtf<'p>(
        &'p self,
        cells: &RecordCells<'p, '_>,
    ) -> Result<Option<WholeDate<'p>>, FieldError> {
        let date = match &self.source {
            DateSource::Edtf(text) => self.stated(text, cells).map(|text| (text, true)),
            DateSource::Years(years) => match self.stated(years, cells) {
                None => None,
                Some(stated) => {
                    let date = partial_date::years(&stated, &self.missing)
                        .map_err(|e| (years.column(), e))?;
                    Some((Cow::Owned(date), true))
                }
            },
            DateSource::Ends { start: Some(DateEnd::Text(words)), end: None }
                if let Some(coded) = self.coded(words, cells) =>
            {
                // the data set's own words say more
                Some((Cow::Borrowed(coded.edtf.as_str()), false))
            }
            DateSource::Ends { start, end } => {
                let from = self.end(start.as_ref(), cells)?;
                if self.goes_on(end.as_ref(), cells) {
                    // when it began is not known, and it is not over: it has no date
                    from.map(|from| (Cow::Owned(format!("{}/..", from.edtf())), from.whole))
                } else {
                    let to = self.end(end.as_ref(), cells)?;
                    self.joined(from, to, end.as_ref(), cells)?
                }
            }
        };
        let Some((mut date, whole)) = date else { return Ok(None) };
        let no = |word: &Cow<'_, str>| ["no", "false", "0"].contains(&word.to_lowercase().as_str());
        let approximate = self.approximate.as_ref().and_then(|approximate| approximate.fill(cells));
        if approximate.is_some_and(|word| !no(&word)) {
            date = Cow::Owned(approximately(&date));
        }
        Ok(Some((date, whole)))
    }

    /// Whether the end says that it is none yet.
    fn goes_on(&self, end: Option<&DateEnd>, cells: &RecordCells<'_, '_>) -> bool {
        let text = match end {
            Some(DateEnd::Text(words)) => words.text.fill(cells),
            Some(DateEnd::Parts(parts)) => parts[0].as_ref().and_then(|year| year.text.fill(cells)),
            None => None,
        };
        text.is_some_and(|text| self.ongoing.iter().any(|word| *word == text))
    }

    fn stated<'p>(
        &self,
        text: &'p CompiledTemplate,
        cells: &RecordCells<'p, '_>,
    ) -> Option<Cow<'p, str>> {
        text.fill(cells).filter(|text| !self.missing.iter().any(|word| word == text))
    }

    /// The date that the data set's own text means.
    fn coded(&self, words: &TextRule, cells: &RecordCells<'_, '_>) -> Option<&CodedDate> {
        if self.codes.is_empty() {
            return None;
        }
        self.codes.get(words.text.fill(cells)?.as_ref())
    }

    /// One end of the date.
    fn end(
        &self,
        end: Option<&DateEnd>,
        cells: &RecordCells<'_, '_>,
    ) -> Result<Option<StatedEnd>, FieldError> {
        match end {
            None => Ok(None),
            Some(DateEnd::Text(words)) => self.text(words, cells),
            Some(DateEnd::Parts(parts)) => self.parts(parts, cells),
        }
    }

    fn text(
        &self,
        words: &TextRule,
        cells: &RecordCells<'_, '_>,
    ) -> Result<Option<StatedEnd>, FieldError> {
        let column = words.text.column();
        let text = words.fill(cells).map_err(|e| (column, e))?;
        let Some(text) = text.filter(|text| !self.missing.iter().any(|word| word == text)) else {
            return Ok(None);
        };
        if let Some((first, is_approximate)) =
            self.codes.get(text.as_ref()).and_then(|coded| coded.end)
        {
            return Ok(Some(StatedEnd { is_approximate, whole: false, ..StatedEnd::of(first) }));
        }
        // a footnote mark does not belong to the date
        let whole = !text.contains('[');
        if let Some(first) = cells.dates.read(&self.style, &text) {
            return Ok(Some(StatedEnd { whole, ..StatedEnd::of(first) }));
        }
        // 1946~, as EDTF has it
        if let Some(first) = text.strip_suffix('~').and_then(|bare| self.style.read(bare)) {
            return Ok(Some(StatedEnd { is_approximate: true, whole, ..StatedEnd::of(first) }));
        }
        if let Some((first, last)) = self.style.read_range(&text) {
            return Ok(Some(StatedEnd { last: Some(last), whole, ..StatedEnd::of(first) }));
        }
        let expected = self.style.expected(&text);
        Err(match column {
            Some(_) => (column, expected),
            // the cells alone do not show what was read
            None => (words.text.first_column(), format!("{expected}, not \"{text}\"")),
        })
    }

    fn parts(
        &self,
        parts: &[Option<TextRule>; 3],
        cells: &RecordCells<'_, '_>,
    ) -> Result<Option<StatedEnd>, FieldError> {
        let at = |n: usize| parts[n].as_ref().and_then(|part: &TextRule| part.text.first_column());
        let mut stated: [Option<Cow<'_, str>>; 3] = [None, None, None];
        for (n, part) in parts.iter().enumerate() {
            if let Some(part) = part {
                stated[n] = part
                    .fill(cells)
                    .map_err(|e| (at(n), e))?
                    .filter(|text| !self.missing.iter().any(|word| word == text));
            }
        }
        let [Some(year), month, day] = stated else { return Ok(None) };
        // a day of no month is kept beside the year
        let whole = month.is_some() || day.is_none();
        let of_month = day.as_deref().filter(|_| month.is_some());
        let first = partial_date::in_parts(&year, month.as_deref(), of_month, &self.style.calendar)
            .map_err(|(n, expected)| (at(n), expected))?;
        Ok(Some(StatedEnd { whole, ..StatedEnd::of(first) }))
    }

    /// The date from one end to the other.
    fn joined(
        &self,
        from: Option<StatedEnd>,
        to: Option<StatedEnd>,
        end: Option<&DateEnd>,
        cells: &RecordCells<'_, '_>,
    ) -> Result<Option<WholeDate<'static>>, FieldError> {
        let whole =
            from.as_ref().is_none_or(|from| from.whole) && to.as_ref().is_none_or(|to| to.whole);
        let column = || match end? {
            DateEnd::Text(words) => words.text.first_column(),
            DateEnd::Parts(parts) => parts[0].as_ref()?.text.first_column(),
        };
        let (first, last) = match (from, to) {
            (None, None) => return Ok(None),
            (None, Some(to)) => {
                let last = to.last.map_or_else(|| to.edtf(), PartialDate::edtf);
                return Ok(Some((Cow::Owned(format!("/{last}")), false)));
            }
            (Some(from), None) => match from.last {
                Some(last) => (from.first, last),
                None => return self.alone(&from, end.is_some(), cells).map(Some),
            },
            (Some(from), Some(to)) if from.is_approximate || to.is_approximate => {
                if from.first.first() > to.first.last() {
                    return Err((column(), ends_early(from.first)));
                }
                return Ok(Some((Cow::Owned(format!("{}/{}", from.edtf(), to.edtf())), whole)));
            }
            (Some(from), Some(to)) => (from.first, to.last.unwrap_or(to.first)),
        };
        if first.first() > last.last() {
            return Err((column(), ends_early(first)));
        }
        if !first.is_day() || !last.is_day() || end.is_none() {
            return Ok(Some((Cow::Owned(partial_date::from_to(first, last)), whole)));
        }
        let precision = self.precision(cells)?;
        let date = partial_date::between(first.first(), last.first(), precision, self.throughout);
        let told = matches!(precision, Precision::Day | Precision::Span | Precision::Interval);
        Ok(Some((Cow::Owned(date), whole && told)))
    }

    /// The date of a record that states but one.
    fn alone(
        &self,
        from: &StatedEnd,
        may_end: bool,
        cells: &RecordCells<'_, '_>,
    ) -> Result<WholeDate<'static>, FieldError> {
        let StatedEnd { first, whole, .. } = *from;
        if may_end && self.throughout {
            // where a word says that it goes on, a blank says that its end is not known
            let end = if self.ongoing.is_empty() { ".." } else { "" };
            return Ok((Cow::Owned(format!("{}/{end}", from.edtf())), whole));
        }
        if !first.is_day() || from.is_approximate {
            return Ok((Cow::Owned(from.edtf()), whole));
        }
        let precision = self.precision(cells)?;
        let day = first.first();
        let date = partial_date::between(day, day, precision, self.throughout);
        let told = matches!(precision, Precision::Day | Precision::SevenDays);
        Ok((Cow::Owned(date), whole && told))
    }

    fn precision(&self, cells: &RecordCells<'_, '_>) -> Result<Precision, FieldError> {
        let Some(words) = &self.precision else { return Ok(Precision::Day) };
        let column = words.text.first_column();
        let word = words.fill(cells).map_err(|e| (column, e))?;
        let found = PRECISIONS.iter().find(|(name, _)| Some(*name) == word.as_deref());
        found
            .map(|(_, precision)| *precision)
            .ok_or((column, "expected a date precision".to_owned()))
    }
}

/// What to say of a date that ends before it starts.
fn ends_early(start: PartialDate) -> String {
    format!("the end is before the start, {}", start.edtf())
}

/// A date in EDTF as an approximate one: of an interval, both ends are.
fn approximately(date: &str) -> String {
    let mark = |end: &str| match end {
        "" | ".." => end.to_owned(),
        _ if end.ends_with(['~', ']', '}']) => end.to_owned(),
        _ => format!("{end}~"),
    };
    match date.split_once('/') {
        Some((from, to)) => format!("{}/{}", mark(from), mark(to)),
        None => mark(date),
    }
}
