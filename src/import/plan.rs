//! A description made ready for one file: its names looked up, its columns found, so that records need no look-up.
//!
//! Every name in the description is checked here, against the kinds, their fields and code lists, and the header of
//! the file; a mistake has its line and the nearest name.

use std::collections::{BTreeMap, HashMap};

use super::text::{Part, Ref, Text};
use crate::dataset::{Condition, Description, Each, Fact, How, Mistake, Name, Spec, Template};
use crate::kind::parent::{ACTORS, PLACES, Parent};
use crate::kind::{self, Field, KINDS, Kind, Need};
use crate::value::calendar::{PRECISIONS, check_format};
use crate::value::nearest::did_you_mean;
use crate::value::{Type, Value};

/// A description, ready for the files of one header.
#[derive(Debug, Default)]
pub struct Plan {
    /// What a record becomes.
    pub facts: Vec<FactPlan>,
    /// Of how many parts the key of its first fact is made.
    pub parts: usize,
    /// Records that are none.
    pub skip: Vec<Test>,
    /// Records that are given once more for each party.
    pub repeats: Option<RepeatPlan>,
    /// Words that mean "not stated".
    pub missing: Vec<String>,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The same, each of them once, as `extra` has them.
    pub labels: Vec<String>,
    /// Which facts hold all of a column; a column that none holds is kept in `extra`.
    pub homes: Vec<Vec<usize>>,
    /// Columns that are no part of a record: those that a rejects file adds.
    pub ignored: Vec<usize>,
}

impl Plan {
    /// The kinds of the facts.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static Kind> {
        let mut kinds: Vec<&'static Kind> = Vec::new();
        for fact in &self.facts {
            if !kinds.iter().any(|kind| kind.name == fact.kind.name) {
                kinds.push(fact.kind);
            }
        }
        kinds
    }
}

/// Records that are given once more for each party: those with one key that differ in some columns alone.
#[derive(Debug)]
pub struct RepeatPlan {
    /// What they share.
    pub key: Text,
    /// What differs, as `{$others}` has it.
    pub gather: Text,
    /// The columns that may differ.
    pub with: Vec<usize>,
    /// Those of them that `gather` does not tell.
    pub untold: Vec<usize>,
}

/// What one fact is made of.
#[derive(Debug)]
pub struct FactPlan {
    /// Its kind.
    pub kind: &'static Kind,
    /// What its key is made of.
    pub key: Vec<KeyPart>,
    /// It is made only of records that pass these.
    pub when: Vec<Test>,
    /// Its fields.
    pub fields: Vec<Making>,
    /// The fields that every fact of the kind must state.
    pub needed: Vec<&'static Field>,
    /// What fields say where the record says nothing.
    pub defaults: Vec<(&'static Field, Value)>,
    /// The columns that it holds whole.
    pub columns: Vec<usize>,
}

/// A part of a key.
#[derive(Debug)]
pub enum KeyPart {
    /// A text.
    Text(Text),
    /// A counter among equals.
    Counter,
    /// The key of the record's first fact.
    Record,
}

/// How a field, or a group of fields, is made.
#[derive(Debug)]
pub struct Making {
    /// What messages call it.
    pub field: &'static Field,
    /// The column that messages point to.
    pub column: Option<usize>,
    /// How.
    pub by: By,
}

/// How a value is made.
#[derive(Debug)]
pub enum By {
    /// From a text.
    Words(Words),
    /// As a number.
    Number(Number),
    /// As low, best and high, with the source's words.
    Quantity(Box<Quantity>),
    /// As a name.
    Name(Box<NamePlan>),
    /// As a date.
    Date(Box<DatePlan>),
}

/// A text, and what becomes of it.
#[derive(Debug)]
pub struct Words {
    /// The text.
    pub text: Text,
    /// What each code means.
    pub codes: HashMap<String, String>,
    /// What texts mean that look like these, the longest first.
    pub patterns: Vec<(String, String)>,
    /// What a value that is no code becomes.
    pub otherwise: Option<Text>,
    /// Words that mean "not stated" here.
    pub missing: Vec<String>,
    /// What stands between the items of a list.
    pub split: Option<String>,
    /// Formats of a date that is kept as text.
    pub formats: Vec<String>,
}

/// A number as it is written.
#[derive(Debug, Clone)]
pub struct Number {
    /// The text.
    pub text: Text,
    /// Words that mean "not stated" here.
    pub missing: Vec<String>,
    /// What stands between thousands.
    pub thousands: Option<char>,
    /// What stands before decimals.
    pub decimal: char,
    /// Whether it is a whole number.
    pub whole: bool,
}

/// A number with its bounds.
#[derive(Debug)]
pub struct Quantity {
    /// The lower bound.
    pub low: Option<Number>,
    /// The best estimate.
    pub best: Option<Number>,
    /// The upper bound.
    pub high: Option<Number>,
    /// What marks mean, the longest first.
    pub marks: Vec<(String, String)>,
    /// A mark in a column of its own.
    pub flag: Option<Text>,
    /// The qualifier of a number without a mark.
    pub unmarked: Option<String>,
    /// The qualifier of a number given by its bounds.
    pub qualifier: Option<String>,
    /// The fields: low, best, high, words, qualifier.
    pub fields: [Option<&'static Field>; 5],
}

/// An actor or place.
#[derive(Debug)]
pub struct NamePlan {
    /// The spelling.
    pub name: Option<Words>,
    /// Codes with their schemes.
    pub codes: Vec<(&'static str, Text)>,
    /// What sort it is, should it be new.
    pub kind: Option<Words>,
    /// The sorts that there are.
    pub kinds: &'static [&'static str],
    /// What marks at a name say of its sort, the longest first.
    pub marks: Vec<(String, String)>,
    /// What stands between several, who are nobody in particular.
    pub split: Option<String>,
    /// The place that a place lies in.
    pub within: Option<Box<NamePlan>>,
    /// Latitude and longitude.
    pub point: Option<[Number; 2]>,
}

/// A date.
#[derive(Debug)]
pub struct DatePlan {
    /// The day, or the first.
    pub start: Option<Text>,
    /// The last day.
    pub end: Option<Text>,
    /// Year, month and day.
    pub parts: Option<[Option<Text>; 3]>,
    /// Years with something between.
    pub years: Option<Text>,
    /// How dates are written.
    pub formats: Vec<String>,
    /// How precise it is.
    pub precision: Option<Words>,
    /// It is approximate where this is stated.
    pub approximate: Option<Text>,
    /// Words that mean "not stated" here.
    pub missing: Vec<String>,
    /// Whether it held throughout the date.
    pub throughout: bool,
    /// The columns of the days, which are kept where the date is less precise than they.
    pub columns: Vec<usize>,
    /// The fields: date, span, basis.
    pub fields: [&'static Field; 3],
    /// The basis.
    pub basis: String,
}

/// A test of a record.
#[derive(Debug)]
pub struct Test {
    /// What is tested.
    pub text: Text,
    /// The test itself.
    pub condition: Condition,
}

/// What is known of a file before its records.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The names of its columns.
    pub header: Vec<String>,
    /// The release.
    pub release: Option<String>,
}

/// Columns of a rejects file, which are no part of a record.
pub const REJECT_COLUMNS: [&str; 3] = ["_line", "_field", "_error"];

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

/// The place of a column in a header: by its name, else by its name in whatever case.
#[must_use]
pub fn column(header: &[String], name: &str) -> Option<usize> {
    let name = name.trim();
    header
        .iter()
        .position(|column| column == name)
        .or_else(|| header.iter().position(|column| column.to_lowercase() == name.to_lowercase()))
}

/// Whether a column's name looks like a pattern of `?` and `*`.
#[must_use]
pub fn looks_like(name: &str, pattern: &str) -> bool {
    fn from(name: &[char], pattern: &[char]) -> bool {
        match (pattern.first(), name.first()) {
            (None, None) => true,
            (Some('*'), _) => from(name, &pattern[1..]) || (!name.is_empty() && from(&name[1..], pattern)),
            (Some('?'), Some(_)) => from(&name[1..], &pattern[1..]),
            (Some(wanted), Some(found)) => wanted == found && from(&name[1..], &pattern[1..]),
            _ => false,
        }
    }
    from(&name.chars().collect::<Vec<_>>(), &pattern.chars().collect::<Vec<_>>())
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

impl Making {
    /// Whether it makes a field.
    pub(super) fn makes(&self, name: &str) -> bool {
        match &self.by {
            By::Quantity(quantity) => quantity.fields.iter().flatten().any(|field| field.name == name),
            By::Date(date) => date.fields.iter().any(|field| field.name == name),
            _ => self.field.name == name,
        }
    }

    /// The columns whose cells can be told from what it makes.
    fn whole(&self, columns: &mut Vec<usize>) {
        let mut add = |text: &Text| columns.extend(text.column());
        match &self.by {
            By::Words(words) if words.is_whole() => add(&words.text),
            By::Words(_) => {}
            By::Number(number) => add(&number.text),
            By::Quantity(quantity) => {
                for number in [&quantity.low, &quantity.best, &quantity.high].into_iter().flatten() {
                    add(&number.text);
                }
                quantity.flag.iter().for_each(add);
            }
            By::Name(name) => name.whole(columns),
            By::Date(date) => {
                date.columns.iter().for_each(|column| columns.push(*column));
                let parts = date.parts.iter().flatten().flatten();
                let precision = date.precision.iter().filter(|words| words.is_whole()).map(|words| &words.text);
                let others = parts.chain(&date.years).chain(&date.approximate).chain(precision);
                columns.extend(others.filter_map(Text::column));
            }
        }
    }
}

impl Words {
    /// Whether the text can be told from what it becomes.
    fn is_whole(&self) -> bool {
        let mut meanings: Vec<&String> = self.codes.values().collect();
        meanings.sort_unstable();
        meanings.dedup();
        meanings.len() == self.codes.len() && self.otherwise.is_none()
    }
}

impl NamePlan {
    fn whole(&self, columns: &mut Vec<usize>) {
        columns.extend(self.name.iter().filter(|words| words.is_whole()).filter_map(|words| words.text.column()));
        columns.extend(self.codes.iter().filter_map(|(_, text)| text.column()));
        columns.extend(self.point.iter().flatten().filter_map(|number| number.text.column()));
        if let Some(within) = &self.within {
            within.whole(columns);
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
