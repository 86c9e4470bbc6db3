//! The date of a fact made ready: where each end stands, and how the data set writes dates.

use std::collections::HashMap;

use crate::kind::Field;
use crate::mapping::FieldMapping;
use crate::mapping::compile::MappingCompiler;
use crate::mapping::compiled::{CodedDate, DateEnd, DateRule, DateSource, TextRule};
use crate::mapping::field_mapping::FieldOptions;
use crate::mapping::one_or_several::OneOrSeveral;
use crate::value::calendar_words::CalendarWords;
use crate::value::date;
use crate::value::date_formats::DateStyle;
use crate::value::partial_date::{PRECISIONS, PartialDate};

impl MappingCompiler<'_> {
    pub(super) fn date(&mut self, spec: &FieldMapping, fields: [&'static Field; 3]) -> DateRule {
        let how = &spec.how;
        let allowed = [
            "codes",
            "missing",
            "ongoing",
            "start",
            "end",
            "year",
            "month",
            "day",
            "years",
            "formats",
            "century",
            "locale",
            "excel",
            "range",
            "precision",
            "span",
            "basis",
            "approximate",
        ];
        self.suits(how, &allowed, "date");
        let style = self.date_style(how);
        let source = self.date_source(spec, &style);
        let precision = how
            .precision
            .as_ref()
            .and_then(|spec| self.words(spec, "precision", &["codes", "otherwise", "missing"]));
        let constant = |words: &TextRule| words.text.constant().map(str::to_owned);
        let words: Vec<String> = precision
            .iter()
            .flat_map(|words| match constant(words).filter(|_| words.codes.is_empty()) {
                Some(constant) => vec![constant],
                None => words.codes.values().cloned().collect(),
            })
            .collect();
        for word in words {
            if !PRECISIONS.iter().any(|(name, _)| *name == word) {
                let names = PRECISIONS.map(|(name, _)| name).join(", ");
                self.wrong(format!("invalid precision \"{word}\": expected one of {names}"));
            }
        }
        let span = how.span.as_deref().unwrap_or("within");
        let basis = how.basis.clone().unwrap_or_else(|| "stated".into());
        for (field, word) in [(fields[1], span), (fields[2], basis.as_str())] {
            if let Err(expected) = field.ty.parse(word) {
                self.wrong(format!("{}: \"{word}\": {expected}", field.name));
            }
        }
        DateRule {
            columns: source.day_columns(),
            source,
            style,
            precision,
            approximate: how.approximate.as_ref().map(|approximate| self.text(approximate)),
            missing: how.missing.clone(),
            ongoing: how.ongoing.clone(),
            codes: self.coded_dates(how),
            throughout: span == "throughout",
            fields,
            basis,
        }
    }

    /// The texts that no format reads, and the dates that they mean.
    fn coded_dates(&mut self, how: &FieldOptions) -> HashMap<String, CodedDate> {
        let mut coded = HashMap::new();
        for (text, edtf) in &how.codes {
            let bare = edtf.strip_suffix('~');
            let one = PartialDate::of_edtf(bare.unwrap_or(edtf));
            let end = one.map(|date| (date, bare.is_some()));
            let wrong = match date::parse(edtf) {
                Err(expected) => Some(expected),
                Ok(_) if end.is_none() && how.end.is_some() => {
                    Some("one date, because there is an end in another column".into())
                }
                Ok(_) => None,
            };
            if let Some(expected) = wrong {
                self.wrong(format!("date: codes: \"{text}\" = \"{edtf}\": expected {expected}"));
            }
            coded.insert(text.clone(), CodedDate { edtf: edtf.clone(), end });
        }
        coded
    }

    /// Where the date stands.
    fn date_source(&mut self, spec: &FieldMapping, style: &DateStyle) -> DateSource {
        let how = &spec.how;
        let given =
            [spec.text.is_some(), how.start.is_some(), how.year.is_some(), how.years.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            self.wrong(
                "date: expected one of: text, start (with end), year (with month and day), or years"
                    .into(),
            );
        }
        if !how.ongoing.is_empty() && how.end.is_none() {
            self.wrong("date: ongoing needs start and end".into());
        }
        if how.end.is_some() && how.start.is_none() {
            self.wrong("date: end needs start".into());
        }
        if let Some(years) = &how.years {
            return DateSource::Years(self.text(years));
        }
        let is_edtf = style.formats.is_empty()
            && !style.excel
            && style.range.is_empty()
            && how.codes.is_empty()
            && how.precision.is_none();
        let end = how.end.as_ref().and_then(|end| self.date_end(end, "date.end"));
        if let (Some(start), None, true) = (&how.start, &how.end, is_edtf)
            && let Some(text) = start.text.as_ref().filter(|_| start.how.used().is_empty())
        {
            return DateSource::Edtf(self.text(text));
        }
        if let Some(start) = &how.start {
            return DateSource::Ends { start: self.date_end(start, "date.start"), end };
        }
        match &spec.text {
            Some(text) if is_edtf => DateSource::Edtf(self.text(text)),
            Some(text) => {
                let words = TextRule::of(self.text(text));
                DateSource::Ends { start: Some(DateEnd::Text(Box::new(words))), end: None }
            }
            None => DateSource::Ends { start: self.date_parts(how, "date"), end: None },
        }
    }

    /// One end of the date: a text, or its parts.
    fn date_end(&mut self, spec: &FieldMapping, name: &str) -> Option<DateEnd> {
        self.suits(&spec.how, &["year", "month", "day", "missing"], name);
        match (&spec.text, &spec.how.year) {
            (Some(_), None) => {
                self.words(spec, name, &["missing"]).map(|words| DateEnd::Text(Box::new(words)))
            }
            (None, Some(_)) => self.date_parts(&spec.how, name),
            _ => {
                self.wrong(format!("{name}: expected a text, or a table with year, month and day"));
                None
            }
        }
    }

    fn date_parts(&mut self, how: &FieldOptions, name: &str) -> Option<DateEnd> {
        let year = how.year.as_ref()?;
        let mut part = |spec: &FieldMapping, part: &str| {
            let mut words =
                self.words(spec, &format!("{name}.{part}"), &["codes", "otherwise", "missing"])?;
            words.missing.extend(how.missing.iter().cloned());
            Some(words)
        };
        let year = part(year, "year")?;
        let month = how.month.as_ref().and_then(|month| part(month, "month"));
        let day = how.day.as_ref().and_then(|day| part(day, "day"));
        Some(DateEnd::Parts(Box::new([Some(year), month, day])))
    }

    /// How the data set writes dates.
    pub(super) fn date_style(&mut self, how: &FieldOptions) -> DateStyle {
        let several = |one: &Option<OneOrSeveral>| {
            one.as_ref().map_or_else(Vec::new, |several| several.list().to_vec())
        };
        let calendar = CalendarWords::of(&several(&how.locale)).unwrap_or_else(|why| {
            self.wrong(why);
            CalendarWords::default()
        });
        let style = DateStyle {
            formats: how.formats.clone(),
            century: how.century,
            calendar,
            excel: how.excel,
            range: several(&how.range),
        };
        style.mistakes().into_iter().for_each(|mistake| self.wrong(mistake));
        style
    }
}
