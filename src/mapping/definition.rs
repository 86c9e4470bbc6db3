//! The mapping of a published layout: how it is recognised and read, and what its records
//! become.
//!
//! A mapping is data and never runs code. It is read with serde from TOML; a word that it may
//! not use is an error with its line. Whether the columns that it asks for are there is decided
//! when it meets a file (`compile/`).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::kind::{self, Kind};
use crate::mapping::condition::{Condition, Conditions};
use crate::mapping::derived::Division;
use crate::mapping::field_mapping::FieldMapping;
use crate::mapping::mapping_error::{MappingError, line_of, nearer};
use crate::mapping::one_or_several::OneOrSeveral;
use crate::mapping::template::{Template, TemplateName, TemplatePart};
use crate::value::suggest::did_you_mean;

/// The number of the mapping language. A mapping that states none is of this one.
const FORMAT: i64 = 1;

fn newest() -> i64 {
    FORMAT
}

/// What of a data set may be passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Redistribution {
    /// All of it.
    Yes,
    /// Its facts, without the columns beside them.
    Excerpt,
    /// Its citation alone.
    No,
}

impl Redistribution {
    /// The value of the field `redistribution` of a source.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Redistribution::Yes => "yes",
            Redistribution::Excerpt => "excerpt",
            Redistribution::No => "no",
        }
    }
}

/// One published layout.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The number of the mapping language that it is written in.
    #[serde(default = "newest")]
    pub format: i64,
    /// Its name.
    pub name: String,
    /// The source that it feeds, one per work; the name where it is not given.
    pub source: Option<String>,
    /// The work's title.
    pub title: String,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// On what terms.
    pub licence: Option<String>,
    /// What of it may be passed on.
    pub redistribution: Option<Redistribution>,
    /// The sources that it is made of.
    #[serde(default)]
    pub derived_from: Vec<String>,
    /// Where it can be had.
    pub url: Option<String>,
    /// How its makers want it cited.
    pub citation: Option<String>,
    /// What it has in common with other data sets of its makers: agreement among them confirms
    /// nothing.
    pub family: Option<String>,
    /// The fields of which each record has one value, so that figures may be summed over them.
    #[serde(default)]
    pub partitioned_by: Vec<String>,
    /// Where its codes are explained.
    pub codebook: Option<String>,
    /// Whether a file holds everything, so that what it lacks was withdrawn.
    #[serde(default)]
    pub complete: Complete,
    /// Where the file says which release it is.
    #[serde(default)]
    pub release: ReleaseMapping,
    /// What tells the layout from others, beyond the columns that it uses.
    #[serde(default)]
    pub recognise: Recognition,
    /// How the file is read.
    #[serde(default)]
    pub read: ReadOptions,
    /// Fields of every fact whose kind has them and which does not make them itself.
    #[serde(default)]
    pub shared: SharedFields,
    /// What a record becomes.
    pub fact: Vec<FactMapping>,
}

/// The fields that facts share, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct SharedFields(Vec<(Spanned<String>, FieldMapping)>);

impl<'de> Deserialize<'de> for SharedFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SharedFields, D::Error> {
        struct SharedVisitor;
        impl<'de> Visitor<'de> for SharedVisitor {
            type Value = SharedFields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of fields")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<SharedFields, M::Error> {
                let mut fields = Vec::new();
                while let Some(name) = map.next_key::<Spanned<String>>()? {
                    fields.push((name, map.next_value::<FieldMapping>()?));
                }
                Ok(SharedFields(fields))
            }
        }
        deserializer.deserialize_map(SharedVisitor)
    }
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(text: &str) -> Result<Mapping, MappingError> {
        let wrong = |e: &toml::de::Error| {
            MappingError::at(text, e.span(), nearer(e.message().lines().next().unwrap_or_default()))
        };
        // a later format may have words that this program does not know
        let table: toml::Table = text.parse().map_err(|e| wrong(&e))?;
        if let Some(format) =
            table.get("format").filter(|format| format.as_integer() != Some(FORMAT))
        {
            let said = format!(
                "format {format}: expected {FORMAT}; a mapping of a later format needs a newer version of facts"
            );
            return Err(MappingError { line: line_of(text, "format"), said });
        }
        let mut mapping: Mapping = toml::from_str(text).map_err(|e| wrong(&e))?;
        mapping.share(text)?;
        let good =
            |name: &str| crate::value::Type::Slug.parse(name).is_ok_and(|value| !value.is_null());
        for name in [Some(&mapping.name), mapping.source.as_ref()].into_iter().flatten() {
            if !good(name) {
                return Err(MappingError {
                    line: 1,
                    said: format!("name \"{name}\": expected lower-case letters, digits and -"),
                });
            }
        }
        if mapping.fact.is_empty() {
            return Err(MappingError { line: 1, said: "expected at least one [[fact]]".into() });
        }
        for name in &mapping.partitioned_by {
            let kinds = mapping.fact.iter().filter_map(|fact| kind::find(fact.kind.get_ref()));
            let units: Vec<&str> = kinds
                .flat_map(|kind| kind.fields().flat_map(|field| field.unit_fields).copied())
                .collect();
            if !units.contains(&name.as_str()) {
                let near = did_you_mean(name, units);
                let said = format!(
                    "partitioned_by: \"{name}\" is not a field that separates the figures of any [[fact]]{near}"
                );
                return Err(MappingError { line: line_of(text, "partitioned_by"), said });
            }
        }
        if let Complete::Within { within } = &mapping.complete {
            let kinds = mapping.fact.iter().filter_map(|fact| kind::find(fact.kind.get_ref()));
            let fields = kinds
                .flat_map(Kind::fields)
                .filter(|field| field.is_given() || field.name == "country")
                .filter(|field| !field.ty.is_number());
            let names: Vec<&str> =
                fields.map(|field| field.name).filter(|name| *name != "key").collect();
            if !names.contains(&within.as_str()) {
                let near = did_you_mean(within, names);
                let said =
                    format!("complete: within = \"{within}\": no [[fact]] has such a field{near}");
                return Err(MappingError { line: line_of(text, "complete"), said });
            }
        }
        Ok(mapping)
    }

    /// Gives each fact the shared fields that its kind has and that it does not make itself.
    fn share(&mut self, text: &str) -> Result<(), MappingError> {
        let mut borrowed: Vec<&str> = self
            .fact
            .iter()
            .flat_map(|fact| &fact.fields)
            .filter_map(|(_, field)| field.how.like.as_deref())
            .collect();
        borrowed.sort_unstable();
        let borrowed: Vec<String> = borrowed.into_iter().map(str::to_owned).collect();
        for (name, field) in &self.shared.0 {
            let mut is_used = borrowed.contains(name.get_ref());
            for fact in &mut self.fact {
                let has = |kind: &Kind| {
                    name.get_ref() == "date"
                        || kind.field(name.get_ref()).is_some()
                        || kind.figures.iter().any(|figure| figure.name() == name.get_ref())
                };
                if kind::find(fact.kind.get_ref()).is_none_or(|kind| !has(kind)) {
                    continue;
                }
                is_used = true;
                if !fact.fields.iter().any(|(other, _)| other.get_ref() == name.get_ref()) {
                    fact.fields.push((name.clone(), field.clone()));
                }
            }
            if !is_used {
                let said =
                    format!("[shared] has a field \"{}\" that no [[fact]] can use", name.get_ref());
                return Err(MappingError::at(text, Some(name.span()), said));
            }
        }
        for fact in &mut self.fact {
            let known: Vec<(String, FieldMapping)> = fact
                .fields
                .iter()
                .chain(&self.shared.0)
                .map(|(name, field)| (name.get_ref().clone(), field.clone()))
                .collect();
            for (name, field) in &mut fact.fields {
                let Some(like) = &field.how.like else { continue };
                let others =
                    field.how.used().into_iter().filter(|key| !["like", "when"].contains(key));
                if let Some(other) = others.chain(field.text.as_ref().map(|_| "text")).next() {
                    let said = format!(
                        "{}: like cannot be combined with {other}; only `when` is allowed beside it",
                        name.get_ref()
                    );
                    return Err(MappingError::at(text, Some(name.span()), said));
                }
                let Some((_, other)) =
                    known.iter().find(|(known, other)| known == like && other.how.like.is_none())
                else {
                    let said = format!(
                        "{}: like = \"{like}\": no such field in the fact or in [shared]",
                        name.get_ref()
                    );
                    return Err(MappingError::at(text, Some(name.span()), said));
                };
                let when = std::mem::take(&mut field.how.when);
                *field = other.clone();
                if !when.0.is_empty() {
                    field.how.when = when;
                }
            }
        }
        Ok(())
    }

    /// The columns that it needs, each with those that may stand in for it.
    #[must_use]
    pub fn needs(&self) -> Vec<Vec<String>> {
        let mut templates: Vec<&Template> = Vec::new();
        let mut needs: Vec<Vec<String>> =
            self.recognise.columns.iter().map(|name| vec![name.clone()]).collect();
        if let Some(repeats) = &self.read.repeats {
            templates.extend([&repeats.key, &repeats.gather]);
        }
        for condition in &self.read.skip {
            templates.push(&condition.text);
        }
        for fact in &self.fact {
            templates.extend(&fact.key);
            templates.extend(fact.when.iter().map(|condition| &condition.text));
            for (_, spec) in &fact.fields {
                spec.templates(&mut templates);
            }
            if let Some(Each::Rows(rows)) = &fact.each {
                let column = |(key, text): (&String, &String)| match key.as_str() {
                    "column" => Some(vec![text.clone()]),
                    _ => column_of_text(text).map(|name| vec![name]),
                };
                needs.extend(rows.iter().flatten().filter_map(column));
            }
        }
        for pick in templates.into_iter().flat_map(Template::picks) {
            let columns = pick.iter().filter_map(|name| match name {
                TemplateName::Column(name) => Some(name.clone()),
                TemplateName::Variable(_) => None,
            });
            needs.push(columns.collect());
        }
        needs.extend(self.read.divide.iter().map(|division| vec![division.column.clone()]));
        let derived = self.read.derived();
        needs.retain(|need| {
            let is_sure =
                |name: &String| self.recognise.optional.contains(name) || derived.contains(name);
            !need.is_empty() && !need.iter().any(is_sure)
        });
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// Whether a fact cannot be made without knowing the release.
    #[must_use]
    pub fn needs_release(&self) -> bool {
        let mut templates: Vec<&Template> = Vec::new();
        for fact in &self.fact {
            templates.extend(&fact.key);
            fact.fields.iter().for_each(|(_, spec)| spec.templates(&mut templates));
        }
        let is_release = |pick: &&[TemplateName]| matches!(pick, [TemplateName::Variable(name)] if name == "release");
        templates.iter().any(|template| {
            template.parts.iter().any(|part| match part {
                TemplatePart::Pick(names) => is_release(&names.as_slice()),
                _ => false,
            })
        })
    }

    /// The slug of the source that it feeds.
    #[must_use]
    pub fn source(&self) -> &str {
        self.source.as_deref().unwrap_or(&self.name)
    }
}

/// Whether a file of the layout holds everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Complete {
    /// It is not known to.
    #[default]
    Unknown,
    /// Always, or never.
    Is(bool),
    /// If a line before the header looks like this, or like one of these.
    Preamble {
        /// The patterns, of `?` and `*`.
        preamble: OneOrSeveral,
    },
    /// For the values of a field that its facts have, such as the countries.
    Within {
        /// The field.
        within: String,
    },
}

/// Where a file says which release it is; the first that does.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseMapping {
    /// A column.
    pub column: Option<String>,
    /// The text before it in a line before the header.
    pub preamble: Option<String>,
    /// How the date there is written; it becomes an ISO day.
    #[serde(default)]
    pub formats: Vec<String>,
    /// What it looks like in the name of the file, `#` for a digit: `v##.#`, `####`.
    #[serde(default)]
    pub file_name: Vec<String>,
}

impl ReleaseMapping {
    /// Whether files of the data set say which release they are, one way or another.
    #[must_use]
    pub fn is_stated_somewhere(&self) -> bool {
        self.column.is_some() || self.preamble.is_some() || !self.file_name.is_empty()
    }
}

/// What tells a layout from others, beyond the columns that its facts use.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognition {
    /// Further columns that it has.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Columns that it does not have.
    #[serde(default)]
    pub without: Vec<String>,
    /// Columns that the facts use where they are there.
    #[serde(default)]
    pub optional: Vec<String>,
    /// What the name of the file looks like, one of these; of `?` and `*`. A mapping that it suits is
    /// chosen before one that says nothing of the name.
    #[serde(default)]
    pub file_name: Vec<String>,
}

/// How a file of the layout is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadOptions {
    /// The encodings that it may have, tried in this order.
    pub encoding: Vec<String>,
    /// What stands between cells; found by the header where it is not given.
    pub delimiter: Option<char>,
    /// Whether quotes hold cells together.
    pub quotes: bool,
    /// Whether a record with too few cells goes on in the next line.
    pub rejoin: bool,
    /// The names of the columns of a file without a header.
    pub header: Option<Vec<String>>,
    /// What a column without a name is called, `{left}` for the column to its left.
    pub unnamed: Option<String>,
    /// How many rows the header has: their cells are read together.
    pub header_rows: usize,
    /// Rows under the header that are no records.
    pub skip_rows: usize,
    /// Whether rows at the end that say something in their first cell alone, or have fewer cells than
    /// the header, are notes and no records.
    pub footer: bool,
    /// Records that are none: totals, footnotes.
    pub skip: Vec<Condition>,
    /// Columns in which a blank cell means the one above it.
    pub fill_down: Vec<String>,
    /// What a column is called that holds the heading above a record: a row that says something in its
    /// first cell alone.
    pub heading: Option<String>,
    /// Columns whose cells are divided in two.
    pub divide: Vec<Division>,
    /// Words that mean "not stated" in every column.
    pub missing: Vec<String>,
    /// The sheet of a workbook, or `all` for those with the same columns.
    pub sheet: Option<String>,
    /// Where the records of a JSON file are: names with dots between.
    pub records: Option<String>,
    /// Records that are given once more for each party.
    pub repeats: Option<Repeats>,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            encoding: Vec::new(),
            delimiter: None,
            quotes: true,
            rejoin: false,
            header: None,
            unnamed: None,
            header_rows: 1,
            skip_rows: 0,
            footer: false,
            skip: Vec::new(),
            fill_down: Vec::new(),
            heading: None,
            divide: Vec::new(),
            missing: Vec::new(),
            sheet: None,
            records: None,
            repeats: None,
        }
    }
}

impl ReadOptions {
    /// The names of the columns that the file does not have, in the order in which they follow its
    /// own.
    #[must_use]
    pub fn derived(&self) -> Vec<String> {
        let parts = self.divide.iter().flat_map(|division| &division.into);
        self.heading.iter().chain(parts).cloned().collect()
    }
}

/// Records that an export gives once more for each party: those with one key are one record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// What they share.
    pub key: Template,
    /// What differs; `{$others}` has all but the first, "; " between.
    pub gather: Template,
    /// The columns that may differ, where they are more than those of `gather`; what they hold is
    /// kept in `extra`.
    #[serde(default)]
    pub with: Vec<String>,
}

/// What a fact is made for, beside once a record.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Each {
    /// Once for each of these: its `column`, and as variables further texts, or columns in braces.
    Rows(Vec<BTreeMap<String, String>>),
    /// Once for each column whose name looks so (`?` and `*`): a wide table.
    Columns {
        /// The patterns.
        columns: OneOrSeveral,
    },
}

/// The column that a text of an entry of [`Each::Rows`] stands for, if it is the name of one in braces.
pub(super) fn column_of_text(text: &str) -> Option<String> {
    let name = text.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.replace("{{", "{").replace("}}", "}"))
}

/// A fact that a record becomes.
#[derive(Debug, Clone)]
pub struct FactMapping {
    /// Its kind.
    pub kind: Spanned<String>,
    /// What its key is made of; `#` is a counter among equals.
    pub key: Vec<Template>,
    /// What it is made for.
    pub each: Option<Each>,
    /// It is made only of records that pass these.
    pub when: Vec<Condition>,
    /// Its fields, and groups of fields (`date`, `quantity`, `deaths`, …), with what they are made
    /// of.
    pub fields: Vec<(Spanned<String>, FieldMapping)>,
}

impl<'de> Deserialize<'de> for FactMapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FactMapping, D::Error> {
        struct FactVisitor;
        impl<'de> Visitor<'de> for FactVisitor {
            type Value = FactMapping;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table with kind, key, each, when and the fields of the kind")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<FactMapping, M::Error> {
                let (mut kind, mut key, mut each, mut when, mut fields) =
                    (None, None, None, Vec::new(), Vec::new());
                while let Some(name) = map.next_key::<Spanned<String>>()? {
                    match name.get_ref().as_str() {
                        "kind" => kind = Some(map.next_value::<Spanned<String>>()?),
                        "key" => key = Some(map.next_value::<Vec<Template>>()?),
                        "each" => each = Some(map.next_value::<Each>()?),
                        "when" => when = map.next_value::<Conditions>()?.0,
                        _ => fields.push((name, map.next_value::<FieldMapping>()?)),
                    }
                }
                Ok(FactMapping {
                    kind: kind.ok_or_else(|| M::Error::custom("a [[fact]] needs a kind"))?,
                    key: key.filter(|key| !key.is_empty()).ok_or_else(|| {
                        M::Error::custom("a [[fact]] needs a key: the columns that identify a record, or [\"#\"]")
                    })?,
                    each,
                    when,
                    fields,
                })
            }
        }
        deserializer.deserialize_map(FactVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "t"
title = "T"

[[fact]]
kind = "casualties"
key = ["{id}"]
harm = "killed"
population = { column = "who", codes = { a = "civilians" }, otherwise = "{who}" }
quantity = { low = "{min}", high = "{max}", qualifier = "range" }
date = "{year}"
"#;

    #[test]
    fn a_mapping_is_read() {
        let mapping = Mapping::parse(GOOD).unwrap();
        assert_eq!(mapping.fact[0].kind.get_ref(), "casualties");
        assert_eq!(mapping.fact[0].fields.len(), 4);
        let (_, quantity) =
            mapping.fact[0].fields.iter().find(|(name, _)| name.get_ref() == "quantity").unwrap();
        assert_eq!(quantity.how.used(), ["low", "high", "qualifier"]);
    }

    #[test]
    fn a_mapping_of_another_format_is_refused() {
        assert_eq!(Mapping::parse(&format!("format = 1\n{GOOD}")).unwrap().format, 1);
        let mistake = Mapping::parse(&GOOD.replace("title", "format = 2\ntitle")).unwrap_err();
        assert_eq!(
            (mistake.line, mistake.said.starts_with("format 2: expected 1")),
            (3, true),
            "{mistake:?}"
        );
        // even if it has words that this program does not know
        for format in ["2\nwords_to_come = 1", "\"2\"", "1.0"] {
            let text = GOOD.replace("title", &format!("format = {format}\ntitle"));
            let mistake = Mapping::parse(&text).unwrap_err();
            assert!(
                mistake.said.ends_with("needs a newer version of facts"),
                "{format}: {mistake:?}"
            );
        }
    }

    #[test]
    fn a_mistake_has_its_line() {
        let line = |from: &str, to: &str| {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD);
            let mistake = Mapping::parse(&text).unwrap_err();
            assert!(!mistake.said.is_empty());
            mistake.line
        };
        assert_eq!(line("codes =", "coeds ="), 9);
        assert_eq!(line("{min}", "{min"), 10);
        assert_eq!(line("title = \"T\"", "titel = \"T\""), 3);
        assert_eq!(line("kind = \"casualties\"\n", ""), 5);
        assert_eq!(line("key = [\"{id}\"]", "key = []"), 5);
        assert_eq!(line("date = \"{year}\"", "date = 3"), 11);
        assert_eq!(line("name = \"t\"", "name = \"My Data\""), 1);
    }
}
