//! The date of a record, as EDTF: from days with a precision, from parts, or from a list of years.

use std::borrow::Cow;

use crate::mapping::apply::FieldError;
use crate::mapping::compiled::DateRule;
use crate::mapping::compiled_template::{CompiledTemplate, RecordCells};
use crate::value::date;
use crate::value::date_formats::{self, PRECISIONS, Precision};

impl DateRule {
    /// The date as EDTF, and whether the columns of its days can be told from it.
    pub(super) fn edtf<'p>(
        &'p self,
        cells: &RecordCells<'p, '_>,
    ) -> Result<Option<(Cow<'p, str>, bool)>, FieldError> {
        let stated = |text: &'p CompiledTemplate| {
            text.fill(cells).filter(|text| !self.missing.iter().any(|word| word == text))
        };
        let mut date = if let Some([year, month, day]) = &self.parts {
            let part = |part: &'p Option<CompiledTemplate>| part.as_ref().and_then(stated);
            let Some(stated_year) = part(year) else { return Ok(None) };
            let at =
                |part: &Option<CompiledTemplate>| part.as_ref().and_then(CompiledTemplate::column);
            let (stated_month, stated_day) = (part(month), part(day));
            // a day of no month is kept beside the year
            let whole = stated_month.is_some() || stated_day.is_none();
            let of_month = stated_day.as_deref().filter(|_| stated_month.is_some());
            let date = date_formats::in_parts(&stated_year, stated_month.as_deref(), of_month);
            (
                Cow::Owned(date.map_err(|(n, expected)| (at([year, month, day][n]), expected))?),
                whole,
            )
        } else if let Some(years) = &self.years {
            let Some(stated_years) = stated(years) else { return Ok(None) };
            let date = date_formats::years(&stated_years).map_err(|e| (years.column(), e))?;
            (Cow::Owned(date), true)
        } else {
            match self.days(
                self.start.as_ref().and_then(stated),
                self.end.as_ref().and_then(stated),
                cells,
            )? {
                Some(date) => date,
                None => return Ok(None),
            }
        };
        let no = |word: &Cow<'_, str>| ["no", "false", "0"].contains(&word.to_lowercase().as_str());
        let approximate = self.approximate.as_ref().and_then(|approximate| approximate.fill(cells));
        if approximate.is_some_and(|word| !no(&word)) && !date.0.ends_with('~') {
            date.0 = Cow::Owned(format!("{}~", date.0));
        }
        Ok(Some(date))
    }

    fn days<'p>(
        &self,
        begin: Option<Cow<'p, str>>,
        end: Option<Cow<'p, str>>,
        cells: &RecordCells<'p, '_>,
    ) -> Result<Option<(Cow<'p, str>, bool)>, FieldError> {
        let day = |text: &str, of: &Option<CompiledTemplate>| {
            date_formats::day(text, &self.formats).ok_or_else(|| {
                let column = of.as_ref().and_then(CompiledTemplate::column);
                (
                    column,
                    format!(
                        "expected a valid date, such as {}",
                        date_formats::examples(&self.formats)
                    ),
                )
            })
        };
        let precision = match &self.precision {
            None => Precision::Day,
            Some(words) => {
                let column = words.text.first_column();
                let word = words.fill(cells).map_err(|e| (column, e))?;
                let found = PRECISIONS.iter().find(|(name, _)| Some(*name) == word.as_deref());
                found
                    .map(|(_, precision)| *precision)
                    .ok_or((column, "expected a date precision".to_owned()))?
            }
        };
        match (begin, end) {
            (None, None) => Ok(None),
            // a date in EDTF stands for itself
            (Some(begin), None)
                if self.end.is_none() && self.precision.is_none() && self.formats.is_empty() =>
            {
                Ok(Some((begin, true)))
            }
            (Some(begin), None) => {
                let first = day(&begin, &self.start)?;
                let open = self.throughout && self.end.is_some();
                let date = if open {
                    format!("{}/..", date::iso(first))
                } else {
                    date_formats::between(first, first, precision, self.throughout)
                };
                Ok(Some((Cow::Owned(date), precision == Precision::Day)))
            }
            (None, Some(end)) => {
                Ok(Some((Cow::Owned(format!("/{}", date::iso(day(&end, &self.end)?))), false)))
            }
            (Some(begin), Some(end)) => {
                let (first, last) = (day(&begin, &self.start)?, day(&end, &self.end)?);
                if first > last {
                    let column = self.end.as_ref().and_then(CompiledTemplate::column);
                    return Err((column, format!("the end is before the start, {begin}")));
                }
                let date = date_formats::between(first, last, precision, self.throughout);
                Ok(Some((
                    Cow::Owned(date),
                    matches!(precision, Precision::Day | Precision::Span | Precision::Interval),
                )))
            }
        }
    }
}
