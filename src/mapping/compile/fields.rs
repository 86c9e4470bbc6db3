//! The fields of a fact made ready: each word of a mapping suits the field that it is for, or
//! is a mistake.

use std::collections::BTreeMap;

use crate::kind::reference_table::{ACTORS, PLACES, ReferenceTable};
use crate::kind::{self, Field, Figure, Kind};
use crate::mapping::compile::MappingCompiler;
use crate::mapping::compiled::{FieldRule, NameRule, NumberRule, QuantityRule, RuleKind, TextRule};
use crate::mapping::compiled_template::CompiledTemplate;
use crate::mapping::one_or_several::OneOrSeveral;
use crate::mapping::{FieldMapping, FieldOptions, Template};
use crate::value::suggest::did_you_mean;
use crate::value::{NameStyle, StatePattern, Type};

impl MappingCompiler<'_> {
    pub(super) fn making(
        &mut self,
        kind: &'static Kind,
        name: &str,
        spec: &FieldMapping,
    ) -> Option<FieldRule> {
        if name == "date" {
            let fields = ["date", "date_span", "date_basis"].map(|name| kind.field(name));
            let [Some(date), Some(span), Some(basis)] = fields else { return None };
            let plan = self.date(spec, [date, span, basis]);
            let column = plan.columns.first().copied();
            return Some(FieldRule {
                field: date,
                column,
                by: RuleKind::Date(Box::new(plan)),
                shared: None,
            });
        }
        if let Some(fields) = group(kind, name) {
            return self.quantity(spec, fields);
        }
        let Some(field) = kind
            .field(name)
            .filter(|field| field.is_given() && !["key", "source"].contains(&field.name))
        else {
            if name == "source" {
                self.wrong("source belongs at the top of the file, not in a [[fact]]".into());
                return None;
            }
            let given = kind.fields().filter(|field| field.is_given()).map(|field| field.name);
            let near = did_you_mean(name, given.chain(groups(kind).into_iter().chain(["date"])));
            self.wrong(format!("unknown field \"{name}\" in {}{near}", kind.name));
            return None;
        };
        let by = match field.ty {
            Type::Actor => RuleKind::Name(Box::new(self.name(spec, name, &ACTORS))),
            Type::Place => {
                let mut rule = self.name(spec, name, &PLACES);
                rule.is_spot = name == "place" && rule.within.is_some() && !spec.how.entity;
                RuleKind::Name(Box::new(rule))
            }
            Type::Integer | Type::Real | Type::Degrees(_) => {
                let allowed = ["missing", "nil", "footnotes", "thousands", "decimal", "scale"];
                self.suits(&spec.how, &allowed, name);
                let text = self.needed(spec, name)?;
                RuleKind::Number(self.number(text, &spec.how, field.ty == Type::Integer))
            }
            _ => {
                let words = self.words(
                    spec,
                    name,
                    &["codes", "otherwise", "missing", "split", "formats", "century", "locale"],
                )?;
                self.choices(&words, field);
                RuleKind::Text(words)
            }
        };
        let column = match &by {
            RuleKind::Text(words) => words.text.first_column(),
            RuleKind::Number(number) => number.text.first_column(),
            RuleKind::Name(name) => name.name.as_ref().and_then(|words| words.text.first_column()),
            RuleKind::Quantity(_) | RuleKind::Date(_) => None,
        };
        Some(FieldRule { field, column, by, shared: None })
    }

    /// Constants must be what the field takes.
    fn choices(&mut self, words: &TextRule, field: &'static Field) {
        let constant = words.text.constant().filter(|_| words.codes.is_empty()).map(str::to_owned);
        for text in
            words.codes.values().filter(|meaning| !meaning.is_empty()).cloned().chain(constant)
        {
            if let Err(expected) = field.ty.parse(&text) {
                self.wrong(format!("{}: \"{text}\": {expected}", field.name));
            }
        }
    }

    pub(super) fn suits(&mut self, how: &FieldOptions, allowed: &[&str], name: &str) {
        for word in how.used() {
            if !allowed.contains(&word) {
                self.wrong(format!(
                    "{name} does not take {word}; expected one of {}",
                    allowed.join(", ")
                ));
            }
        }
    }

    fn needed<'s>(&mut self, spec: &'s FieldMapping, name: &str) -> Option<&'s Template> {
        if spec.text.is_none() {
            self.wrong(format!("{name}: expected text, or a table with column or text"));
        }
        spec.text.as_ref()
    }

    pub(super) fn words(
        &mut self,
        spec: &FieldMapping,
        name: &str,
        allowed: &[&str],
    ) -> Option<TextRule> {
        self.suits(&spec.how, allowed, name);
        let text = self.needed(spec, name)?;
        let text = self.text(text);
        let otherwise = spec.how.otherwise.as_ref().map(|otherwise| self.text(otherwise));
        let patterns = spec
            .how
            .codes
            .iter()
            .filter(|(code, _)| code.contains('*'))
            .map(|(code, word)| (code.clone(), word.clone()));
        Some(TextRule {
            text,
            codes: spec.how.codes.clone().into_iter().collect(),
            patterns: longest_first(&patterns.collect()),
            otherwise,
            missing: spec.how.missing.clone(),
            split: spec.how.split.clone(),
            dates: (!spec.how.formats.is_empty()).then(|| self.date_style(&spec.how)),
        })
    }

    fn number(&mut self, template: &Template, how: &FieldOptions, whole: bool) -> NumberRule {
        if how.thousands.is_some() && how.thousands == Some(how.decimal.unwrap_or('.')) {
            self.wrong(
                "the thousands and decimal separators are the same: set decimal = \",\"".into(),
            );
        }
        for (word, times) in &how.scale {
            if word.trim().is_empty() || *times == 0 {
                self.wrong(format!("scale: \"{word}\" = {times}: expected a word and a number above 0, such as \"million\" = 1000000"));
            }
        }
        let mut scale: Vec<(String, u32)> =
            how.scale.iter().map(|(word, times)| (word.trim().to_owned(), *times)).collect();
        scale.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        NumberRule {
            scale,
            text: self.text(template),
            missing: how.missing.clone(),
            nil: how.nil.clone(),
            footnotes: how.footnotes,
            thousands: how.thousands,
            decimal: how.decimal.unwrap_or('.'),
            whole,
        }
    }

    fn quantity(
        &mut self,
        spec: &FieldMapping,
        fields: [Option<&'static Field>; 5],
    ) -> Option<FieldRule> {
        let how = &spec.how;
        let allowed = [
            "missing",
            "nil",
            "footnotes",
            "thousands",
            "decimal",
            "scale",
            "marks",
            "flag",
            "unmarked",
            "low",
            "best",
            "high",
            "qualifier",
        ];
        let field = fields[1]?;
        self.suits(how, &allowed, field.name);
        let whole = field.ty == Type::Integer;
        if spec.text.is_some() && how.best.is_some() {
            self.wrong(format!("{}: expected text or best, not both", field.name));
        }
        let mut number = |template: Option<&Template>| {
            template.map(|template| self.number(template, how, whole))
        };
        let (low, best, high) = (
            number(how.low.as_ref()),
            number(spec.text.as_ref().or(how.best.as_ref())),
            number(how.high.as_ref()),
        );
        if low.is_none() && best.is_none() && high.is_none() {
            self.wrong(format!("{}: expected text, or low, best or high", field.name));
        }
        let qualifiers = kind::QUALIFIERS;
        for word in how.marks.values().chain(&how.unmarked).chain(&how.qualifier) {
            if !qualifiers.contains(&word.as_str()) {
                let near = did_you_mean(word, qualifiers.iter().copied());
                self.wrong(format!(
                    "invalid qualifier \"{word}\": expected one of {}{near}",
                    qualifiers.join(", ")
                ));
            }
        }
        for (mark, word) in &how.marks {
            let gaps = mark.matches('…').count();
            if gaps > 0 && (gaps != 2 || word != "range") {
                self.wrong(format!(
                    "marks: \"{mark}\" = \"{word}\": \"…\" stands for the two bounds of a range, such as \"between … and …\" = \"range\""
                ));
            }
        }
        let flag = how.flag.as_ref().map(|flag| self.text(flag));
        let column = [&best, &low, &high]
            .into_iter()
            .flatten()
            .find_map(|number| number.text.first_column());
        let quantity = QuantityRule {
            low,
            best,
            high,
            marks: longest_first(&how.marks),
            flag,
            unmarked: how.unmarked.clone(),
            qualifier: how.qualifier.clone(),
            fields,
        };
        Some(FieldRule { field, column, by: RuleKind::Quantity(Box::new(quantity)), shared: None })
    }

    fn name(
        &mut self,
        spec: &FieldMapping,
        name: &str,
        table: &'static ReferenceTable,
    ) -> NameRule {
        let how = &spec.how;
        let mut allowed = vec![
            "missing",
            "marks",
            "name",
            "kind",
            "codes",
            "otherwise",
            "split",
            "strip_prefix",
            "alias",
            "when",
        ];
        allowed.extend(kind::reference_table::SCHEMES);
        if table.table == PLACES.table {
            allowed.extend(["within", "point", "entity"]);
        } else {
            allowed.extend(["acts_for", "of"]);
        }
        self.suits(how, &allowed, name);
        let codes: Vec<(&'static str, CompiledTemplate)> = how
            .schemes()
            .into_iter()
            .map(|(scheme, template)| (scheme, self.text(template)))
            .collect();
        let template = spec.text.as_ref().or(how.name.as_ref());
        if template.is_none() && codes.is_empty() && how.within.is_none() {
            self.wrong(format!(
                "{name}: expected a name or a code ({})",
                kind::reference_table::SCHEMES[1..].join(", ")
            ));
        }
        let otherwise = how.otherwise.as_ref().map(|otherwise| self.text(otherwise));
        let spelled = template.map(|template| TextRule {
            text: self.text(template),
            codes: how.codes.clone().into_iter().collect(),
            patterns: Vec::new(),
            otherwise,
            missing: how.missing.clone(),
            split: None,
            dates: None,
        });
        let kinds: &'static [&'static str] = match table.field("kind").map(|field| field.ty) {
            Some(Type::Choice(kinds)) => kinds,
            _ => &[],
        };
        let sort = how
            .kind
            .as_ref()
            .and_then(|spec| self.words(spec, "kind", &["codes", "otherwise", "missing"]));
        let constant = sort.as_ref().and_then(|sort| sort.text.constant()).map(str::to_owned);
        let coded = sort.iter().flat_map(|sort| sort.codes.values().cloned());
        for word in coded
            .chain(constant.filter(|_| sort.as_ref().is_some_and(|sort| sort.codes.is_empty())))
            .chain(how.marks.values().filter(|kind| !kind.is_empty()).cloned())
            .collect::<Vec<_>>()
        {
            if !kinds.contains(&word.as_str()) {
                let near = did_you_mean(&word, kinds.iter().copied());
                self.wrong(format!(
                    "invalid kind \"{word}\" for {}: expected one of {}{near}",
                    table.table,
                    kinds.join(", ")
                ));
            }
        }
        let within = how.within.as_ref().map(|spec| Box::new(self.name(spec, "within", &PLACES)));
        let point = how.point.as_ref().map(|point| {
            let [lat, lon] = point;
            [self.number(lat, how, false), self.number(lon, how, false)]
        });
        let empty = |text: &Option<String>| text.as_deref() == Some("");
        if empty(&how.split)
            || how.strip_prefix.iter().flat_map(OneOrSeveral::list).any(String::is_empty)
        {
            self.wrong(format!("{name}: split and strip_prefix must not be empty"));
        }
        let style = NameStyle {
            split: how.split.clone().filter(|split| !split.is_empty()),
            strip_prefix: how.strip_prefix.iter().flat_map(OneOrSeveral::list).cloned().collect(),
            acts_for: self.state_patterns(how.acts_for.as_ref(), "acts_for", name),
            of: self.state_patterns(how.of.as_ref(), "of", name),
            alias: how.alias,
        };
        NameRule {
            name: spelled,
            codes,
            when: how.when.0.iter().map(|condition| self.test(condition)).collect(),
            kind: sort,
            kinds,
            marks: longest_first(&how.marks),
            style,
            is_spot: false,
            within,
            point,
            columns: Vec::new(),
        }
        .with_columns()
    }

    fn state_patterns(
        &mut self,
        texts: Option<&OneOrSeveral>,
        key: &str,
        name: &str,
    ) -> Vec<StatePattern> {
        let mut patterns = Vec::new();
        for text in texts.into_iter().flat_map(OneOrSeveral::list) {
            match StatePattern::parse(text) {
                Some(pattern) => patterns.push(pattern),
                None => self.wrong(format!(
                    "{name}: {key} \"{text}\": expected a pattern such as \"Military Forces of {{state}} (*)\""
                )),
            }
        }
        patterns
    }
}

/// The figures that a quantity sets, by what mappings call them.
fn groups(kind: &'static Kind) -> Vec<&'static str> {
    // the one that has no name of its own comes last
    let mut figures: Vec<_> = kind.figures.iter().collect();
    figures.sort_by_key(|figure| figure.stem.is_empty());
    figures.into_iter().map(Figure::name).collect()
}

/// The fields of a figure: low, best, high, words, qualifier.
fn group(kind: &'static Kind, name: &str) -> Option<[Option<&'static Field>; 5]> {
    let figure = kind.figures.iter().find(|figure| figure.name() == name)?;
    let Figure { low, best, high, text, qualifier, .. } = *figure;
    let fields = [Some(low), Some(best), Some(high), text, qualifier];
    Some(fields.map(|name| name.and_then(|name| kind.field(name))))
}

fn longest_first(marks: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut marks: Vec<(String, String)> = marks.clone().into_iter().collect();
    marks.sort_by_key(|(mark, _)| std::cmp::Reverse(mark.len()));
    marks
}
