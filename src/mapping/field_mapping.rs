//! What a field of a fact is made of: a text with columns in it, and how it becomes a value.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::mapping::condition::Conditions;
use crate::mapping::one_or_several::OneOrSeveral;
use crate::mapping::template::{Template, TemplateName, TemplatePart};

/// What a field, or a group of fields, is made of. Which of these suit depends on the field.
#[derive(Debug, Clone, Default)]
pub struct FieldMapping {
    /// The text itself.
    pub text: Option<Template>,
    /// Everything else.
    pub how: FieldOptions,
}

/// How a text becomes a value.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the mapping language")]
pub struct FieldOptions {
    column: Option<OneOrSeveral>,
    text: Option<Template>,
    /// What each code means.
    pub codes: BTreeMap<String, String>,
    /// What a value that is no code becomes; without it such a value is an error.
    pub otherwise: Option<Template>,
    /// Words that mean "not stated" here.
    pub missing: Vec<String>,
    /// Words that say at the end of a date that it goes on.
    pub ongoing: Vec<String>,
    /// What stands between the items of a list; it becomes "; ". Of a name: what stands between
    /// several in one cell.
    pub split: Option<String>,
    /// What stands before the name of a state whose government is meant.
    pub strip_prefix: Option<OneOrSeveral>,
    /// What the names of those look like who act for a state, with `{state}` in them.
    pub acts_for: Option<OneOrSeveral>,
    /// What the names of those look like who belong to a state, with `{state}` in them.
    pub of: Option<OneOrSeveral>,
    /// Spellings and codes of the data set become names of whom they mean.
    pub alias: bool,
    /// The field is made only of records that pass these.
    pub when: Conditions,
    /// The field is made as this other one, of the fact or of `[shared]`, but for its own `when`.
    pub like: Option<String>,
    /// A place within another becomes a place of its own, and not a spot of the fact.
    pub entity: bool,
    /// What stands between thousands.
    pub thousands: Option<char>,
    /// What stands before decimals, where it is no point.
    pub decimal: Option<char>,
    /// Words and signs beside a number, and how many times it they mean: a million, a currency once.
    pub scale: BTreeMap<String, u32>,
    /// Words and signs that mean nought.
    pub nil: Vec<String>,
    /// Marks of footnotes behind a number are no part of it.
    pub footnotes: bool,
    /// What marks behind or before a number or name mean: a qualifier, or a kind of actor.
    pub marks: BTreeMap<String, String>,
    /// A further mark, in a column of its own.
    pub flag: Option<Template>,
    /// The qualifier of a number without a mark.
    pub unmarked: Option<String>,
    /// A number's lower bound.
    pub low: Option<Template>,
    /// A number's best estimate.
    pub best: Option<Template>,
    /// A number's upper bound.
    pub high: Option<Template>,
    /// How a number given by its bounds is hedged.
    pub qualifier: Option<String>,
    /// The spelling of a name.
    pub name: Option<Template>,
    /// Its Gleditsch–Ward number.
    pub gw: Option<Template>,
    /// Its Correlates of War number.
    pub cow: Option<Template>,
    /// Its ISO 3166 code of three letters.
    pub iso3: Option<Template>,
    /// Its ISO 3166 code of two letters.
    pub iso2: Option<Template>,
    /// Its ISO 3166 number.
    #[serde(rename = "iso-numeric")]
    pub iso_numeric: Option<Template>,
    /// Its UCDP actor number.
    pub ucdp: Option<Template>,
    /// Its SIPRI code.
    pub sipri: Option<Template>,
    /// Its ACLED code.
    pub acled: Option<Template>,
    /// What sort of actor or place it is, should it be new.
    pub kind: Option<Box<FieldMapping>>,
    /// The place that a place lies in.
    pub within: Option<Box<FieldMapping>>,
    /// Latitude and longitude.
    pub point: Option<[Template; 2]>,
    /// The first date.
    pub start: Option<Box<FieldMapping>>,
    /// The last date.
    pub end: Option<Box<FieldMapping>>,
    /// The year.
    pub year: Option<Box<FieldMapping>>,
    /// The month, as a number or by its name.
    pub month: Option<Box<FieldMapping>>,
    /// The day of the month.
    pub day: Option<Box<FieldMapping>>,
    /// Years with something between; the date is from the first to the last.
    pub years: Option<Template>,
    /// How dates are written, tried in this order (strftime).
    pub formats: Vec<String>,
    /// The first of the hundred years that years of two digits belong to.
    pub century: Option<i16>,
    /// The languages of the names of months, besides English.
    pub locale: Option<OneOrSeveral>,
    /// Numbers are days as spreadsheets count them.
    pub excel: bool,
    /// What stands between the first and the last date in one cell.
    pub range: Option<OneOrSeveral>,
    /// How precise the date is: day, span, week, month or year.
    pub precision: Option<Box<FieldMapping>>,
    /// Whether it happened within the date or held throughout it.
    pub span: Option<String>,
    /// Whether the source states the date.
    pub basis: Option<String>,
    /// The date is approximate where this is stated.
    pub approximate: Option<Template>,
}

impl FieldMapping {
    /// Every template in it.
    pub(super) fn templates<'s>(&'s self, all: &mut Vec<&'s Template>) {
        all.extend(&self.text);
        all.extend(self.how.templates());
        let how = &self.how;
        let specs = [
            &how.kind,
            &how.within,
            &how.precision,
            &how.start,
            &how.end,
            &how.year,
            &how.month,
            &how.day,
        ];
        for spec in specs.into_iter().flatten() {
            spec.templates(all);
        }
    }
}

impl FieldOptions {
    /// The codes of a name with their schemes, those of states first.
    #[must_use]
    pub fn schemes(&self) -> Vec<(&'static str, &Template)> {
        let all = [
            ("gw", &self.gw),
            ("cow", &self.cow),
            ("iso3", &self.iso3),
            ("iso2", &self.iso2),
            ("iso-numeric", &self.iso_numeric),
            ("ucdp", &self.ucdp),
            ("sipri", &self.sipri),
            ("acled", &self.acled),
        ];
        all.into_iter()
            .filter_map(|(scheme, template)| Some((scheme, template.as_ref()?)))
            .collect()
    }

    /// Every template in it, but for those of the specs within.
    fn templates(&self) -> impl Iterator<Item = &Template> {
        let single = [
            &self.otherwise,
            &self.flag,
            &self.low,
            &self.best,
            &self.high,
            &self.name,
            &self.years,
            &self.approximate,
        ];
        let codes = self.schemes().into_iter().map(|(_, template)| template);
        let conditions = self.when.0.iter().map(|condition| &condition.text);
        single
            .into_iter()
            .flatten()
            .chain(codes)
            .chain(self.point.iter().flatten())
            .chain(conditions)
    }

    /// Returns the mapping keys that are set, to check that the field accepts them.
    #[must_use]
    pub fn used(&self) -> Vec<&'static str> {
        let all = [
            ("codes", !self.codes.is_empty()),
            ("otherwise", self.otherwise.is_some()),
            ("missing", !self.missing.is_empty()),
            ("ongoing", !self.ongoing.is_empty()),
            ("split", self.split.is_some()),
            ("strip_prefix", self.strip_prefix.is_some()),
            ("acts_for", self.acts_for.is_some()),
            ("of", self.of.is_some()),
            ("alias", self.alias),
            ("entity", self.entity),
            ("when", !self.when.0.is_empty()),
            ("like", self.like.is_some()),
            ("thousands", self.thousands.is_some()),
            ("decimal", self.decimal.is_some()),
            ("scale", !self.scale.is_empty()),
            ("nil", !self.nil.is_empty()),
            ("footnotes", self.footnotes),
            ("marks", !self.marks.is_empty()),
            ("flag", self.flag.is_some()),
            ("unmarked", self.unmarked.is_some()),
            ("low", self.low.is_some()),
            ("best", self.best.is_some()),
            ("high", self.high.is_some()),
            ("qualifier", self.qualifier.is_some()),
            ("name", self.name.is_some()),
            ("kind", self.kind.is_some()),
            ("within", self.within.is_some()),
            ("point", self.point.is_some()),
            ("start", self.start.is_some()),
            ("end", self.end.is_some()),
            ("year", self.year.is_some()),
            ("month", self.month.is_some()),
            ("day", self.day.is_some()),
            ("years", self.years.is_some()),
            ("formats", !self.formats.is_empty()),
            ("century", self.century.is_some()),
            ("locale", self.locale.is_some()),
            ("excel", self.excel),
            ("range", self.range.is_some()),
            ("precision", self.precision.is_some()),
            ("span", self.span.is_some()),
            ("basis", self.basis.is_some()),
            ("approximate", self.approximate.is_some()),
        ];
        let schemes = self.schemes().into_iter().map(|(scheme, _)| scheme);
        all.into_iter().filter(|(_, used)| *used).map(|(word, _)| word).chain(schemes).collect()
    }
}

impl<'de> Deserialize<'de> for FieldMapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FieldMapping, D::Error> {
        struct FieldMappingVisitor;
        impl<'de> Visitor<'de> for FieldMappingVisitor {
            type Value = FieldMapping;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text with {column} placeholders, or a table of options")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<FieldMapping, E> {
                Ok(FieldMapping {
                    text: Some(Template::parse(text).map_err(E::custom)?),
                    how: FieldOptions::default(),
                })
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<FieldMapping, M::Error> {
                let mut how = FieldOptions::deserialize(MapAccessDeserializer::new(map))?;
                let text = match (how.column.take(), how.text.take()) {
                    (None, text) => text,
                    (Some(_), Some(_)) => {
                        return Err(M::Error::custom("expected column or text, not both"));
                    }
                    (Some(columns), None) => {
                        let names =
                            columns.list().iter().map(|name| match name.strip_prefix('$') {
                                Some(variable) => TemplateName::Variable(variable.to_owned()),
                                None => TemplateName::Column(name.clone()),
                            });
                        Some(Template { parts: vec![TemplatePart::Pick(names.collect())] })
                    }
                };
                Ok(FieldMapping { text, how })
            }
        }
        deserializer.deserialize_any(FieldMappingVisitor)
    }
}
