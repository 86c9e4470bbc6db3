//! A description made ready for one file: its names looked up, its columns found.
//!
//! Every name in the description is checked here, against the kinds, their fields and code lists, and the header of
//! the file; a mistake has its line and the nearest name.

use std::collections::BTreeMap;

use super::plan::{
    By, DatePlan, FactPlan, KeyPart, Known, Making, NamePlan, Number, Plan, Quantity, REJECT_COLUMNS, RepeatPlan, Test, Words,
    column, looks_like,
};
use super::text::{Part, Ref, Text};
use crate::dataset::{Condition, Description, Each, Fact, How, Mistake, Name, Spec, Template};
use crate::kind::parent::{ACTORS, PLACES, Parent};
use crate::kind::{self, Field, KINDS, Kind, Need};
use crate::value::calendar::{PRECISIONS, check_format};
use crate::value::nearest::did_you_mean;
use crate::value::{Type, Value};

/// Makes a description ready; `source` is its TOML, for the lines of mistakes.
///
/// # Errors
/// Everything that is wrong with it, or does not suit the file.
pub fn plan(description: &Description, source: &str, known: &Known) -> Result<Plan, Vec<Mistake>> {
    let mut planner = Planner { description, source, known, mistakes: Vec::new(), within: 1, variables: BTreeMap::new() };
    let plan = planner.plan();
    if planner.mistakes.is_empty() { Ok(plan) } else { Err(planner.mistakes) }
}

/// Checks a description without a file: as if it had every column that the description names.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(description: &Description, source: &str) -> Result<(), Vec<Mistake>> {
    let mut header: Vec<String> = description.needs().into_iter().flatten().collect();
    header.extend(description.recognise.optional.iter().cloned());
    for fact in &description.fact {
        if let Some(Each::Columns { columns }) = &fact.each {
            header.extend(columns.list().iter().map(|pattern| pattern.replace(['?', '*'], "1")));
        }
    }
    header.sort_unstable();
    header.dedup();
    plan(description, source, &Known { header, release: Some("1".into()) }).map(|_| ())
}

struct Planner<'d> {
    description: &'d Description,
    source: &'d str,
    known: &'d Known,
    mistakes: Vec<Mistake>,
    /// The line of what is at hand.
    within: usize,
    variables: BTreeMap<String, String>,
}

impl Planner<'_> {
    fn plan(&mut self) -> Plan {
        let mut facts = Vec::new();
        let read = &self.description.read;
        for (n, fact) in self.description.fact.iter().enumerate() {
            self.within = self.line(fact.kind.span());
            let Some(kind) = kind::find(fact.kind.get_ref()) else {
                let near = did_you_mean(fact.kind.get_ref(), KINDS.iter().map(|kind| kind.name));
                self.wrong(format!("no kind is called \"{}\"{near}", fact.kind.get_ref()));
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
        let repeats = read.repeats.as_ref().map(|repeats| {
            let (key, gather) = (self.text(&repeats.key), self.text(&repeats.gather));
            let mut with: Vec<usize> = repeats.with.iter().filter_map(|name| column(&self.known.header, name)).collect();
            let untold = with.iter().copied().filter(|column| gather.column() != Some(*column)).collect();
            with.extend(gather.first_column());
            RepeatPlan { key, gather, with, untold }
        });
        let parts = facts.first().map_or(1, |fact| fact.key.len());
        let ignored: Vec<usize> =
            (0..self.known.header.len()).filter(|i| REJECT_COLUMNS.contains(&self.known.header[*i].as_str())).collect();
        let homes = (0..self.known.header.len())
            .map(|column| (0..facts.len()).filter(|n| facts[*n].columns.contains(&column)).collect())
            .collect();
        let header = self.known.header.clone();
        let labels = labels(&header);
        Plan { facts, parts, skip, repeats, missing: read.missing.clone(), header, labels, homes, ignored }
    }

    fn line(&self, span: std::ops::Range<usize>) -> usize {
        Mistake::at(self.source, Some(span), String::new()).line
    }

    fn wrong(&mut self, said: String) {
        let mistake = Mistake { line: self.within, said };
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
    }

    /// What a fact is made for: the variables of each.
    fn rows(&mut self, fact: &Fact) -> Vec<BTreeMap<String, String>> {
        match &fact.each {
            None => vec![BTreeMap::new()],
            Some(Each::Rows(rows)) => rows.clone(),
            Some(Each::Columns { columns }) => {
                let wide = |name: &&String| columns.list().iter().any(|pattern| looks_like(name, pattern));
                let found: Vec<_> = self.known.header.iter().filter(wide).cloned().collect();
                if found.is_empty() {
                    self.wrong(format!("no column looks like {}", columns.list().join(" or ")));
                }
                found.into_iter().map(|name| BTreeMap::from([("column".to_owned(), name)])).collect()
            }
        }
    }

    fn fact(&mut self, kind: &'static Kind, fact: &Fact, first: bool) -> FactPlan {
        let key = fact.key.iter().map(|part| self.key_part(part, first)).collect::<Vec<_>>();
        if key.iter().filter(|part| matches!(part, KeyPart::Counter)).count() > usize::from(first) {
            self.wrong("key: \"#\" counts equals once, as the last part of the key of the first fact".into());
        }
        let when: Vec<Test> = fact.when.iter().map(|condition| self.test(condition)).collect();
        let mut fields: Vec<Making> = Vec::new();
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
            .filter(|field| field.need == Need::Required && !["ref", "key", "source"].contains(&field.name))
            .collect();
        let lacking: Vec<&str> = needed.iter().filter(|field| !made(field)).map(|field| field.name).collect();
        let defaults = kind
            .fields()
            .filter(|field| field.is_given())
            .filter_map(|field| Some((field, Value::Text(field.default?.into()))))
            .collect();
        if !lacking.is_empty() {
            self.wrong(format!("every one of {} needs {}", kind.name, lacking.join(" and ")));
        }
        let mut columns: Vec<usize> = key
            .iter()
            .filter_map(|part| match part {
                KeyPart::Text(text) => text.column(),
                _ => None,
            })
            .collect();
        fields.iter().for_each(|making| making.whole(&mut columns));
        FactPlan { kind, key, when, fields, needed, defaults, columns }
    }

    fn key_part(&mut self, part: &Template, first: bool) -> KeyPart {
        let text = self.text(part);
        match text.parts.as_slice() {
            [Part::Plain(plain)] if plain == "#" => KeyPart::Counter,
            [Part::Pick(picks)] if matches!(picks.as_slice(), [Ref::Key]) => {
                if first {
                    self.wrong("key: {$key} is the key of the first fact, and belongs to further ones".into());
                }
                KeyPart::Record
            }
            _ => KeyPart::Text(text),
        }
    }

    fn test(&mut self, condition: &Condition) -> Test {
        Test { text: self.text(&condition.text), condition: condition.clone() }
    }

    /// A template with its columns found and its variables filled in.
    fn text(&mut self, template: &Template) -> Text {
        Text { parts: self.parts(&template.parts) }
    }

    fn parts(&mut self, parts: &[crate::dataset::Part]) -> Vec<Part> {
        parts
            .iter()
            .map(|part| match part {
                crate::dataset::Part::Text(text) => Part::Plain(text.clone()),
                crate::dataset::Part::Optional(parts) => Part::Optional(self.parts(parts)),
                crate::dataset::Part::Pick(names) => {
                    let found: Vec<Ref> = names.iter().filter_map(|name| self.find(name)).collect();
                    let spared = |name: &Name| match name {
                        Name::Column(name) => self.description.recognise.optional.contains(name),
                        Name::Variable(_) => true,
                    };
                    if found.is_empty() && !names.iter().any(spared) {
                        let name = names.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
                        let near = did_you_mean(&name, self.known.header.iter().map(String::as_str));
                        self.wrong(format!("the file has no column \"{name}\"{near}"));
                    }
                    Part::Pick(found)
                }
            })
            .collect()
    }

    fn find(&mut self, name: &Name) -> Option<Ref> {
        let variable = match name {
            Name::Column(name) => return column(&self.known.header, name).map(Ref::Column),
            Name::Variable(variable) => variable.as_str(),
        };
        let own = self.variables.get(variable).cloned();
        match (variable, own) {
            ("value", _) if self.variables.contains_key("column") => {
                let name = self.variables["column"].clone();
                let found = column(&self.known.header, &name).map(Ref::Column);
                if found.is_none() {
                    self.wrong(format!("the file has no column \"{name}\""));
                }
                found
            }
            (_, Some(text)) => Some(Ref::Const(text)),
            ("release", _) => self.known.release.clone().map(Ref::Const),
            ("source", _) => Some(Ref::Const(self.description.source().to_owned())),
            ("key", _) => Some(Ref::Key),
            ("others", _) => Some(Ref::Others),
            _ => {
                let known = ["release", "source", "column", "value", "key", "others"];
                let all = known.into_iter().chain(self.variables.keys().map(String::as_str));
                let near = did_you_mean(variable, all);
                self.wrong(format!("no variable is called ${variable}{near}"));
                None
            }
        }
    }

    fn making(&mut self, kind: &'static Kind, name: &str, spec: &Spec) -> Option<Making> {
        if name == "date" {
            let fields = ["date", "date_span", "date_basis"].map(|name| kind.field(name));
            let [Some(date), Some(span), Some(basis)] = fields else { return None };
            let plan = self.date(spec, [date, span, basis]);
            let column = plan.columns.first().copied();
            return Some(Making { field: date, column, by: By::Date(Box::new(plan)) });
        }
        if let Some(fields) = group(kind, name) {
            return self.quantity(spec, fields);
        }
        let Some(field) = kind.field(name).filter(|field| field.is_given() && !["key", "source"].contains(&field.name)) else {
            if name == "source" {
                self.wrong("source is said once, at the top of the file".into());
                return None;
            }
            let given = kind.fields().filter(|field| field.is_given()).map(|field| field.name);
            let near = did_you_mean(name, given.chain(groups(kind).into_iter().chain(["date"])));
            self.wrong(format!("{} have no field \"{name}\"{near}", kind.name));
            return None;
        };
        let by = match field.ty {
            Type::Actor => By::Name(Box::new(self.name(spec, name, &ACTORS))),
            Type::Place => By::Name(Box::new(self.name(spec, name, &PLACES))),
            Type::Integer | Type::Real => {
                self.suits(&spec.how, &["missing", "thousands", "decimal"], name);
                let text = self.needed(spec, name)?;
                By::Number(self.number(text, &spec.how, field.ty == Type::Integer))
            }
            _ => {
                let words = self.words(spec, name, &["codes", "otherwise", "missing", "split", "formats"])?;
                self.choices(&words, field);
                By::Words(words)
            }
        };
        let column = match &by {
            By::Words(words) => words.text.first_column(),
            By::Number(number) => number.text.first_column(),
            By::Name(name) => name.name.as_ref().and_then(|words| words.text.first_column()),
            By::Quantity(_) | By::Date(_) => None,
        };
        Some(Making { field, column, by })
    }

    /// Constants must be what the field takes.
    fn choices(&mut self, words: &Words, field: &'static Field) {
        let constant = words.text.constant().filter(|_| words.codes.is_empty()).map(str::to_owned);
        for text in words.codes.values().filter(|meaning| !meaning.is_empty()).cloned().chain(constant) {
            if let Err(expected) = field.ty.parse(&text) {
                self.wrong(format!("{}: \"{text}\": {expected}", field.name));
            }
        }
    }

    fn suits(&mut self, how: &How, allowed: &[&str], name: &str) {
        for word in how.used() {
            if !allowed.contains(&word) {
                self.wrong(format!("{name} does not take {word}; it takes {}", allowed.join(", ")));
            }
        }
    }

    fn needed<'s>(&mut self, spec: &'s Spec, name: &str) -> Option<&'s Template> {
        if spec.text.is_none() {
            self.wrong(format!("{name}: expected a text, or a table with column or text"));
        }
        spec.text.as_ref()
    }

    fn words(&mut self, spec: &Spec, name: &str, allowed: &[&str]) -> Option<Words> {
        self.suits(&spec.how, allowed, name);
        let text = self.needed(spec, name)?;
        let text = self.text(text);
        let otherwise = spec.how.otherwise.as_ref().map(|otherwise| self.text(otherwise));
        let patterns =
            spec.how.codes.iter().filter(|(code, _)| code.contains('*')).map(|(code, word)| (code.clone(), word.clone()));
        Some(Words {
            text,
            codes: spec.how.codes.clone().into_iter().collect(),
            patterns: longest_first(&patterns.collect()),
            otherwise,
            missing: spec.how.missing.clone(),
            split: spec.how.split.clone(),
            formats: spec.how.formats.clone(),
        })
    }

    fn number(&mut self, template: &Template, how: &How, whole: bool) -> Number {
        if how.thousands.is_some() && how.thousands == Some(how.decimal.unwrap_or('.')) {
            self.wrong("thousands and decimals cannot have the same sign: say decimal = \",\" too".into());
        }
        Number {
            text: self.text(template),
            missing: how.missing.clone(),
            thousands: how.thousands,
            decimal: how.decimal.unwrap_or('.'),
            whole,
        }
    }

    fn quantity(&mut self, spec: &Spec, fields: [Option<&'static Field>; 5]) -> Option<Making> {
        let how = &spec.how;
        let allowed = ["missing", "thousands", "decimal", "marks", "flag", "unmarked", "low", "best", "high", "qualifier"];
        let field = fields[1]?;
        self.suits(how, &allowed, field.name);
        let whole = field.ty == Type::Integer;
        if spec.text.is_some() && how.best.is_some() {
            self.wrong(format!("{}: expected a text or best, not both", field.name));
        }
        let mut number = |template: Option<&Template>| template.map(|template| self.number(template, how, whole));
        let (low, best, high) =
            (number(how.low.as_ref()), number(spec.text.as_ref().or(how.best.as_ref())), number(how.high.as_ref()));
        if low.is_none() && best.is_none() && high.is_none() {
            self.wrong(format!("{}: expected a text, or low, best or high", field.name));
        }
        let qualifiers = kind::QUALIFIERS;
        for word in how.marks.values().chain(&how.unmarked).chain(&how.qualifier) {
            if !qualifiers.contains(&word.as_str()) {
                let near = did_you_mean(word, qualifiers.iter().copied());
                self.wrong(format!("\"{word}\" is no qualifier: expected one of {}{near}", qualifiers.join(", ")));
            }
        }
        let flag = how.flag.as_ref().map(|flag| self.text(flag));
        let column = [&best, &low, &high].into_iter().flatten().find_map(|number| number.text.first_column());
        let quantity = Quantity {
            low,
            best,
            high,
            marks: longest_first(&how.marks),
            flag,
            unmarked: how.unmarked.clone(),
            qualifier: how.qualifier.clone(),
            fields,
        };
        Some(Making { field, column, by: By::Quantity(Box::new(quantity)) })
    }

    fn name(&mut self, spec: &Spec, name: &str, table: &'static Parent) -> NamePlan {
        let how = &spec.how;
        let mut allowed = vec!["missing", "marks", "name", "kind", "codes", "otherwise", "split"];
        allowed.extend(kind::parent::SCHEMES);
        if table.table == PLACES.table {
            allowed.extend(["within", "point"]);
        }
        self.suits(how, &allowed, name);
        let codes: Vec<(&'static str, Text)> =
            how.schemes().into_iter().map(|(scheme, template)| (scheme, self.text(template))).collect();
        let template = spec.text.as_ref().or(how.name.as_ref());
        if template.is_none() && codes.is_empty() && how.within.is_none() {
            self.wrong(format!("{name}: expected a name or a code ({})", kind::parent::SCHEMES[1..].join(", ")));
        }
        let otherwise = how.otherwise.as_ref().map(|otherwise| self.text(otherwise));
        let spelled = template.map(|template| Words {
            text: self.text(template),
            codes: how.codes.clone().into_iter().collect(),
            patterns: Vec::new(),
            otherwise,
            missing: how.missing.clone(),
            split: None,
            formats: Vec::new(),
        });
        let kinds: &'static [&'static str] = match table.field("kind").map(|field| field.ty) {
            Some(Type::Choice(kinds)) => kinds,
            _ => &[],
        };
        let sort = how.kind.as_ref().and_then(|spec| self.words(spec, "kind", &["codes", "otherwise", "missing"]));
        let constant = sort.as_ref().and_then(|sort| sort.text.constant()).map(str::to_owned);
        let coded = sort.iter().flat_map(|sort| sort.codes.values().cloned());
        for word in coded
            .chain(constant.filter(|_| sort.as_ref().is_some_and(|sort| sort.codes.is_empty())))
            .chain(how.marks.values().cloned())
            .collect::<Vec<_>>()
        {
            if !kinds.contains(&word.as_str()) {
                let near = did_you_mean(&word, kinds.iter().copied());
                self.wrong(format!("\"{word}\" is no kind of {}: expected one of {}{near}", table.table, kinds.join(", ")));
            }
        }
        let within = how.within.as_ref().map(|spec| Box::new(self.name(spec, "within", &PLACES)));
        let point = how.point.as_ref().map(|point| {
            let [lat, lon] = point;
            [self.number(lat, how, false), self.number(lon, how, false)]
        });
        let (marks, split) = (longest_first(&how.marks), how.split.clone());
        NamePlan { name: spelled, codes, kind: sort, kinds, marks, split, within, point }
    }

    fn date(&mut self, spec: &Spec, fields: [&'static Field; 3]) -> DatePlan {
        let how = &spec.how;
        let allowed =
            ["missing", "start", "end", "year", "month", "day", "years", "formats", "precision", "span", "basis", "approximate"];
        self.suits(how, &allowed, "date");
        let start = spec.text.as_ref().or(how.start.as_ref()).map(|template| self.text(template));
        let end = how.end.as_ref().map(|template| self.text(template));
        let parts = how
            .year
            .as_ref()
            .map(|year| [Some(year), how.month.as_ref(), how.day.as_ref()].map(|part| part.map(|part| self.text(part))));
        let years = how.years.as_ref().map(|years| self.text(years));
        if [start.is_some(), parts.is_some(), years.is_some()].iter().filter(|given| **given).count() != 1 {
            self.wrong("date: expected one of a text, start (and end), year (and month and day), or years".into());
        }
        let precision = how.precision.as_ref().and_then(|spec| self.words(spec, "precision", &["codes", "otherwise", "missing"]));
        for word in precision.iter().flat_map(|words| words.codes.values()).cloned().collect::<Vec<_>>() {
            if !PRECISIONS.iter().any(|(name, _)| *name == word) {
                let names = PRECISIONS.map(|(name, _)| name).join(", ");
                self.wrong(format!("\"{word}\" is no precision: expected one of {names}"));
            }
        }
        for format in &how.formats {
            if let Err(why) = check_format(format) {
                self.wrong(format!("\"{format}\" is no format of a date: {why}"));
            }
        }
        let span = how.span.as_deref().unwrap_or("within");
        let basis = how.basis.clone().unwrap_or_else(|| "stated".into());
        for (field, word) in [(fields[1], span), (fields[2], basis.as_str())] {
            if let Err(expected) = field.ty.parse(word) {
                self.wrong(format!("{}: \"{word}\": {expected}", field.name));
            }
        }
        let day = parts.as_ref().and_then(|[.., day]| day.as_ref());
        let told = [start.as_ref(), end.as_ref(), years.as_ref(), day];
        let columns = told.into_iter().flatten().filter_map(Text::column).collect();
        DatePlan {
            start,
            end,
            parts,
            years,
            formats: how.formats.clone(),
            precision,
            approximate: how.approximate.as_ref().map(|approximate| self.text(approximate)),
            missing: how.missing.clone(),
            throughout: span == "throughout",
            columns,
            fields,
            basis,
        }
    }
}

/// The groups of fields that a quantity sets, by the name of the group.
fn groups(kind: &'static Kind) -> Vec<&'static str> {
    let prefixed = kind.own.iter().filter_map(|field| field.name.strip_suffix("_best"));
    prefixed.chain(kind.field("best").map(|_| "quantity")).collect()
}

/// The fields of a group: low, best, high, words, qualifier.
fn group(kind: &'static Kind, name: &str) -> Option<[Option<&'static Field>; 5]> {
    if !groups(kind).contains(&name) {
        return None;
    }
    let names = match name {
        "quantity" => ["low", "best", "high", "quantity_text", "qualifier"].map(str::to_owned),
        _ => ["low", "best", "high", "text", "qualifier"].map(|end| format!("{name}_{end}")),
    };
    Some(names.map(|name| kind.field(&name)))
}

/// The names of columns, each of them once: one without a name is called after its place.
fn labels(header: &[String]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for (n, name) in header.iter().enumerate() {
        let stem = if name.is_empty() { format!("column {}", n + 1) } else { name.clone() };
        let again = header[..n].iter().filter(|other| *other == name).count();
        labels.push(if again == 0 || name.is_empty() { stem } else { format!("{stem} ({})", again + 1) });
    }
    labels
}

fn longest_first(marks: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut marks: Vec<(String, String)> = marks.clone().into_iter().collect();
    marks.sort_by_key(|(mark, _)| std::cmp::Reverse(mark.len()));
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::DATASETS;

    #[test]
    fn every_description_that_ships_suits_the_kinds() {
        for (name, text) in DATASETS {
            check(&Description::parse(text).unwrap(), text).unwrap_or_else(|mistakes| panic!("{name}: {mistakes:?}"));
        }
    }

    #[test]
    fn patterns_are_of_question_marks_and_stars() {
        for (name, pattern) in [("1990", "19??"), ("1990-2023", "19*"), ("Mission to UN", "Mission*"), ("x", "*"), ("", "*")] {
            assert!(looks_like(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [("1990-2023", "19??"), ("2023", "19??"), ("A mission", "mission*")] {
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
            let description = Description::parse(&text).unwrap();
            let known = Known { header: ["id", "n", "day"].map(str::to_owned).into(), release: None };
            plan(&description, &text, &known).err().unwrap_or_default()
        };
        assert_eq!(mistakes("", ""), []);
        for (from, to, line, said) in [
            ("\"casualties\"", "\"casualty\"", 4, "did you mean \"casualties\""),
            ("harm = \"killed\"", "harm = \"kiled\"", 6, "did you mean \"killed\""),
            ("harm = \"killed\"\n", "", 4, "needs harm"),
            ("population", "populaton", 7, "did you mean \"population\""),
            ("\"{n}\"", "\"{m}\"", 8, "no column \"m\""),
            ("\"exact\"", "\"exactly\"", 8, "did you mean \"exact\""),
            ("%d/%m/%Y", "%m/%Y", 9, "no format of a date"),
            ("unmarked", "within", 8, "does not take within"),
            ("{id}\"\n", "{$id}\"\n", 10, "no variable is called $id"),
        ] {
            let found = mistakes(from, to);
            assert!(found.iter().any(|mistake| mistake.line == line && mistake.said.contains(said)), "{to}: {found:?}");
        }
    }
}
