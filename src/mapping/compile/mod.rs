//! A mapping made ready for one file: its names looked up, its columns found.
//!
//! Every name in the mapping is checked here, against the kinds, their fields and code lists,
//! and the header of the file; a mistake has its line and the nearest name.

mod date;
mod fields;
mod shared_rules;

use std::collections::BTreeMap;

use crate::kind::{self, Field, KINDS, Kind, Need};
use crate::mapping::compile::shared_rules::number_shared;
use crate::mapping::compiled::{
    CompiledCondition, CompiledFact, CompiledMapping, CompiledRepeats, FieldRule, KeyPart,
    KnownValues, REJECT_COLUMNS, column, labels,
};
use crate::mapping::compiled_template::{CellRef, CompiledPart, CompiledTemplate};
use crate::mapping::definition::column_of_text;
use crate::mapping::{
    Condition, DerivedColumns, Division, Each, FactMapping, Mapping, MappingError, SHEET_COLUMN,
    Template, TemplateName,
};
use crate::value::OwnedValue;
use crate::value::suggest::did_you_mean;
use crate::value::text::{json_name, looks_like};

/// Makes a mapping ready; `source` is its TOML, for the lines of mistakes.
///
/// # Errors
/// Everything that is wrong with it, or does not suit the file.
pub fn compile(
    mapping: &Mapping,
    source: &str,
    known: &KnownValues,
) -> Result<CompiledMapping, Vec<MappingError>> {
    let mut compiler = MappingCompiler {
        mapping,
        source,
        known,
        mistakes: Vec::new(),
        within: 1,
        variables: BTreeMap::new(),
        names_release: false,
    };
    let compile = compiler.compile();
    if compiler.mistakes.is_empty() { Ok(compile) } else { Err(compiler.mistakes) }
}

/// Checks a mapping without a file: as if it had every column that the mapping names.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(mapping: &Mapping, source: &str) -> Result<(), Vec<MappingError>> {
    let mut header: Vec<String> = mapping.needs().into_iter().flatten().collect();
    header.extend(mapping.recognise.optional.iter().cloned());
    for fact in &mapping.fact {
        if let Some(Each::Columns { columns }) = &fact.each {
            header.extend(columns.list().iter().map(|pattern| pattern.replace(['?', '*'], "1")));
        }
    }
    header.extend(mapping.read.fill_down.iter().cloned());
    header.retain(|name| !mapping.read.derived().contains(name));
    header.sort_unstable();
    header.dedup();
    header.extend(mapping.read.derived());
    compile(mapping, source, &KnownValues { header, release: Some("1".into()) }).map(|_| ())
}

struct MappingCompiler<'d> {
    mapping: &'d Mapping,
    source: &'d str,
    known: &'d KnownValues,
    mistakes: Vec<MappingError>,
    /// The line of what is at hand.
    within: usize,
    variables: BTreeMap<String, String>,
    /// The mapping uses the release in facts.
    names_release: bool,
}

impl MappingCompiler<'_> {
    fn compile(&mut self) -> CompiledMapping {
        let mut facts = Vec::new();
        let read = &self.mapping.read;
        for (n, fact) in self.mapping.fact.iter().enumerate() {
            self.within = self.line(fact.kind.span());
            let Some(kind) = kind::find(fact.kind.get_ref()) else {
                let near = did_you_mean(fact.kind.get_ref(), KINDS.iter().map(|kind| kind.name));
                self.wrong(format!("unknown kind \"{}\"{near}", fact.kind.get_ref()));
                continue;
            };
            for variables in self.rows(fact) {
                self.variables = variables;
                let made = self.fact(kind, fact, n == 0);
                facts.push(made);
            }
            self.variables.clear();
        }
        let skip = read.skip.iter().map(|condition| self.test(condition)).collect();
        let fill_down = self.fill_down();
        let derived = self.derived();
        let repeats = read.repeats.as_ref().map(|repeats| {
            let (key, gather) = (self.text(&repeats.key), self.text(&repeats.gather));
            let mut with: Vec<usize> =
                repeats.with.iter().filter_map(|name| column(&self.known.header, name)).collect();
            let untold =
                with.iter().copied().filter(|column| gather.column() != Some(*column)).collect();
            with.extend(gather.first_column());
            CompiledRepeats { key, gather, with, untold }
        });
        let parts = facts.first().map_or(1, |fact| fact.key.len());
        // the release is known of the import, and tells no record from that of the next release
        let is_no_part = |i: &usize| {
            let name = &self.known.header[*i];
            derived.is_part(*i)
                || REJECT_COLUMNS.contains(&name.as_str())
                || self.mapping.release.column.as_ref() == Some(name)
        };
        let ignored: Vec<usize> = (0..self.known.header.len()).filter(is_no_part).collect();
        let homes = (0..self.known.header.len())
            .map(|column| {
                (0..facts.len()).filter(|n| facts[*n].columns.contains(&column)).collect()
            })
            .collect();
        let header = self.known.header.clone();
        let labels = labels(&header);
        let names = labels.iter().map(|label| json_name(label)).collect();
        let shared = number_shared(&mut facts);
        let columns = (0..header.len()).filter(|column| !ignored.contains(column));
        let columns: Vec<&str> = columns.map(|column| header[column].as_str()).collect();
        let release = self.known.release.as_deref().filter(|_| self.names_release);
        let version = env!("CARGO_PKG_VERSION");
        let read_with =
            [version, self.source, release.unwrap_or_default(), &columns.join("\0")].join("\0\0");
        CompiledMapping {
            facts,
            shared,
            read_with,
            parts,
            skip,
            fill_down,
            sheet: column(&self.known.header, SHEET_COLUMN),
            derived,
            repeats,
            missing: read.missing.clone(),
            header,
            labels,
            names,
            homes,
            ignored,
        }
    }

    /// The columns that the file does not have.
    fn derived(&mut self) -> DerivedColumns {
        let read = &self.mapping.read;
        let names = read.derived();
        if !names.is_empty() && read.repeats.is_some() {
            self.wrong("[read] has repeats, and heading or divide: expected one of them".into());
        }
        let width = self.known.header.len() - names.len();
        let own = &self.known.header[..width];
        for name in &names {
            if own.contains(name) || names.iter().filter(|other| *other == name).count() > 1 {
                self.wrong(format!("[read] there are two columns \"{name}\": call it otherwise"));
            }
        }
        let mut divisions = Vec::new();
        for Division { column: name, at, .. } in &read.divide {
            if at.is_empty() {
                self.wrong(format!("[read] divide: at what is \"{name}\" divided? at is empty"));
            }
            match column(own, name) {
                Some(column) => divisions.push((column, at.clone())),
                None => {
                    let near = did_you_mean(name, own.iter().map(String::as_str));
                    self.wrong(format!("[read] divide: unknown column \"{name}\"{near}"));
                }
            }
        }
        DerivedColumns { width, heading: read.heading.clone(), divisions }
    }

    /// The columns in which a blank cell means the one above it.
    fn fill_down(&mut self) -> Vec<usize> {
        let read = &self.mapping.read;
        if !read.fill_down.is_empty() && read.repeats.is_some() {
            self.wrong("[read] has fill_down and repeats: expected one of them".into());
        }
        let mut columns = Vec::new();
        for name in &read.fill_down {
            match column(&self.known.header, name) {
                Some(column) => columns.push(column),
                None => {
                    let near = did_you_mean(name, self.known.header.iter().map(String::as_str));
                    self.wrong(format!("[read] fill_down: unknown column \"{name}\"{near}"));
                }
            }
        }
        columns
    }

    fn line(&self, span: std::ops::Range<usize>) -> usize {
        MappingError::at(self.source, Some(span), String::new()).line
    }

    fn wrong(&mut self, said: String) {
        let mistake = MappingError { line: self.within, said };
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }

    /// What a fact is made for: the variables of each.
    fn rows(&mut self, fact: &FactMapping) -> Vec<BTreeMap<String, String>> {
        match &fact.each {
            None => vec![BTreeMap::new()],
            Some(Each::Rows(rows)) => rows.clone(),
            Some(Each::Columns { columns }) => {
                let wide = |name: &&String| {
                    columns
                        .list()
                        .iter()
                        .any(|pattern| looks_like(&name.to_lowercase(), &pattern.to_lowercase()))
                };
                let found: Vec<_> = self.known.header.iter().filter(wide).cloned().collect();
                if found.is_empty() {
                    self.wrong(format!("no column matches {}", columns.list().join(" or ")));
                }
                found
                    .into_iter()
                    .map(|name| BTreeMap::from([("column".to_owned(), name)]))
                    .collect()
            }
        }
    }

    fn fact(&mut self, kind: &'static Kind, fact: &FactMapping, first: bool) -> CompiledFact {
        let key = fact.key.iter().map(|part| self.key_part(part, first)).collect::<Vec<_>>();
        if key.iter().filter(|part| matches!(part, KeyPart::Counter)).count() > usize::from(first) {
            self.wrong(
                "key: \"#\" is allowed once, as the last part of the key of the first fact".into(),
            );
        }
        let is_numbered = key.iter().any(|part| matches!(part, KeyPart::Counter));
        if is_numbered && self.rows(fact).len() > 1 {
            self.wrong(
                "key: \"#\" numbers records, and each makes several facts of one: name the columns that tell the records apart"
                    .into(),
            );
        }
        let when: Vec<CompiledCondition> =
            fact.when.iter().map(|condition| self.test(condition)).collect();
        let mut fields: Vec<FieldRule> = Vec::new();
        for (name, spec) in &fact.fields {
            self.within = self.line(name.span());
            if let Some(making) = self.making(kind, name.get_ref(), spec) {
                fields.push(making);
            }
        }
        self.within = self.line(fact.kind.span());
        let made = |field: &Field| fields.iter().any(|making| making.makes(field.name));
        let needed: Vec<&'static Field> = kind
            .fields()
            .filter(|field| {
                field.need == Need::Required && !["ref", "key", "source"].contains(&field.name)
            })
            .collect();
        let lacking: Vec<&str> =
            needed.iter().filter(|field| !made(field)).map(|field| field.name).collect();
        let defaults = kind
            .fields()
            .filter(|field| field.is_given())
            .filter_map(|field| Some((field, OwnedValue::Text(field.default?.into()))))
            .collect();
        if !lacking.is_empty() {
            self.wrong(format!("{}: missing {}", kind.name, lacking.join(" and ")));
        }
        let mut columns: Vec<usize> = key
            .iter()
            .filter_map(|part| match part {
                KeyPart::CompiledTemplate(text) => text.column(),
                _ => None,
            })
            .collect();
        // in a key of several columns nobody can ask for one of them
        if columns.len() > 1 {
            columns.clear();
        }
        fields.iter().for_each(|making| making.whole(&mut columns));
        CompiledFact { kind, key, when, fields, needed, defaults, columns }
    }

    fn key_part(&mut self, part: &Template, first: bool) -> KeyPart {
        let text = self.text(part);
        match text.parts.as_slice() {
            [CompiledPart::Plain(plain)] if plain == "#" => KeyPart::Counter,
            [CompiledPart::Pick(picks)] if matches!(picks.as_slice(), [CellRef::Key]) => {
                if first {
                    self.wrong(
                        "key: {$key} is the key of the first fact; only later facts can use it"
                            .into(),
                    );
                }
                KeyPart::Record
            }
            _ => KeyPart::CompiledTemplate(text),
        }
    }

    fn test(&mut self, condition: &Condition) -> CompiledCondition {
        let Condition { is, not, starts_with, above, stated, .. } = condition;
        if is.is_none()
            && not.is_none()
            && starts_with.is_none()
            && above.is_none()
            && stated.is_none()
        {
            self.wrong("a condition needs one of is, not, starts_with, above and stated".into());
        }
        CompiledCondition { text: self.text(&condition.text), condition: condition.clone() }
    }

    /// A template with its columns found and its variables filled in.
    fn text(&mut self, template: &Template) -> CompiledTemplate {
        CompiledTemplate { parts: self.parts(&template.parts) }
    }

    fn parts(&mut self, parts: &[crate::mapping::TemplatePart]) -> Vec<CompiledPart> {
        parts
            .iter()
            .map(|part| match part {
                crate::mapping::TemplatePart::Text(text) => CompiledPart::Plain(text.clone()),
                crate::mapping::TemplatePart::Optional(parts) => {
                    CompiledPart::Optional(self.parts(parts))
                }
                crate::mapping::TemplatePart::Pick(names) => {
                    let found: Vec<CellRef> =
                        names.iter().filter_map(|name| self.find(name)).collect();
                    let spared = |name: &TemplateName| match name {
                        TemplateName::Column(name) => {
                            self.mapping.recognise.optional.contains(name)
                        }
                        TemplateName::Variable(_) => true,
                    };
                    if found.is_empty() && !names.iter().any(spared) {
                        let name =
                            names.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
                        let near =
                            did_you_mean(&name, self.known.header.iter().map(String::as_str));
                        self.wrong(format!("the file has no column \"{name}\"{near}"));
                    }
                    CompiledPart::Pick(found)
                }
            })
            .collect()
    }

    /// A column that an entry of each names.
    fn column_of_entry(&mut self, name: &str) -> Option<CellRef> {
        let found = column(&self.known.header, name).map(CellRef::Column);
        if found.is_none() {
            self.wrong(format!("the file has no column \"{name}\""));
        }
        found
    }

    fn find(&mut self, name: &TemplateName) -> Option<CellRef> {
        let variable = match name {
            TemplateName::Column(name) => {
                return column(&self.known.header, name).map(CellRef::Column);
            }
            TemplateName::Variable(variable) => variable.as_str(),
        };
        let own = self.variables.get(variable).cloned();
        match (variable, own) {
            ("value", _) if self.variables.contains_key("column") => {
                let name = self.variables["column"].clone();
                self.column_of_entry(&name)
            }
            ("column", Some(name)) => Some(CellRef::Const(name)),
            (_, Some(text)) => match column_of_text(&text) {
                Some(name) => self.column_of_entry(&name),
                None => Some(CellRef::Const(text)),
            },
            ("release", _) => {
                self.names_release = true;
                self.known.release.clone().map(CellRef::Const)
            }
            ("source", _) => Some(CellRef::Const(self.mapping.source().to_owned())),
            ("key", _) => Some(CellRef::Key),
            ("others", _) => Some(CellRef::Others),
            _ => {
                let known = ["release", "source", "column", "value", "key", "others"];
                let all = known.into_iter().chain(self.variables.keys().map(String::as_str));
                let near = did_you_mean(variable, all);
                self.wrong(format!("unknown variable ${variable}{near}"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::DATASETS;

    #[test]
    fn every_mapping_that_ships_suits_the_kinds() {
        for (name, _) in DATASETS {
            let text = crate::mapping::text(name).unwrap();
            check(&Mapping::parse(&text).unwrap(), &text)
                .unwrap_or_else(|mistakes| panic!("{name}: {mistakes:?}"));
        }
    }

    #[test]
    fn patterns_are_of_question_marks_and_stars() {
        for (name, pattern) in [
            ("1990", "19??"),
            ("1990-2023", "19*"),
            ("Mission to UN", "Mission*"),
            ("x", "*"),
            ("", "*"),
        ] {
            assert!(looks_like(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [("1990-2023", "19??"), ("2023", "19??"), ("A mission", "mission*")]
        {
            assert!(!looks_like(name, pattern), "{name} {pattern}");
        }
    }

    #[test]
    fn a_mistake_is_found_where_it_stands() {
        let good = r#"name = "t"
title = "T"
[[fact]]
kind = "casualties"
key = ["{id}"]
harm = "killed"
population = "civilians"
quantity = { text = "{n}", unmarked = "exact" }
date = { start = "{day}", formats = ["%d/%m/%Y"] }
summary = "{id}"
"#;
        let mistakes = |from: &str, to: &str| {
            let text = good.replace(from, to);
            assert!(from.is_empty() || text != good);
            let mapping = Mapping::parse(&text).unwrap();
            let known =
                KnownValues { header: ["id", "n", "day"].map(str::to_owned).into(), release: None };
            compile(&mapping, &text, &known).err().unwrap_or_default()
        };
        assert_eq!(mistakes("", ""), []);
        for (from, to, line, said) in [
            ("\"casualties\"", "\"casualty\"", 4, "did you mean \"casualties\""),
            ("harm = \"killed\"", "harm = \"kiled\"", 6, "did you mean \"killed\""),
            ("harm = \"killed\"\n", "", 4, "missing harm"),
            ("population", "populaton", 7, "did you mean \"population\""),
            ("\"{n}\"", "\"{m}\"", 8, "no column \"m\""),
            ("\"exact\"", "\"exactly\"", 8, "did you mean \"exact\""),
            ("%d/%m/%Y", "%d/%m", 9, "invalid date format"),
            ("%d/%m/%Y", "%d/%m/%y", 9, "set century"),
            ("%Y\"]", "%Y\"], locale = \"xx\"", 9, "unknown locale"),
            ("start = ", "end = ", 9, "end needs start"),
            ("\"{day}\"", "{ day = \"{day}\" }", 9, "expected a text, or a table"),
            ("unmarked", "within", 8, "does not take within"),
            ("{id}\"\n", "{$id}\"\n", 10, "unknown variable $id"),
        ] {
            let found = mistakes(from, to);
            assert!(
                found.iter().any(|mistake| mistake.line == line && mistake.said.contains(said)),
                "{to}: {found:?}"
            );
        }
    }
}
