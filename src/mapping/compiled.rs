//! What a mapping is for one file: its columns found, its constants read, so that records need
//! no look-up.

use std::collections::HashMap;

use crate::kind::{Field, Kind};
use crate::mapping::compiled_template::CompiledTemplate;
use crate::mapping::{Condition, DerivedColumns};
use crate::value::date_formats::DateStyle;
use crate::value::partial_date::PartialDate;
use crate::value::{NameStyle, OwnedValue};

/// The field whose name also sets a point and a locality.
pub(super) const PLACE: &str = "place";

/// A mapping, ready for the files of one header.
#[derive(Debug, Default)]
pub struct CompiledMapping {
    /// What a record becomes.
    pub facts: Vec<CompiledFact>,
    /// The number of rules that several facts share.
    pub shared: usize,
    /// Of how many parts the key of its first fact is made.
    pub parts: usize,
    /// What the facts of a record depend on besides its cells: the mapping, the columns, and the release if
    /// the mapping puts it into facts.
    pub read_with: String,
    /// Records that are none.
    pub skip: Vec<CompiledCondition>,
    /// Columns in which a blank cell means the one above it.
    pub fill_down: Vec<usize>,
    /// The column that says of which sheet a record is.
    pub sheet: Option<usize>,
    /// Columns that the file does not have.
    pub derived: DerivedColumns,
    /// Records that are given once more for each party.
    pub repeats: Option<CompiledRepeats>,
    /// Words that mean "not stated".
    pub missing: Vec<String>,
    /// The names of the columns, those that the file does not have at the end.
    pub header: Vec<String>,
    /// The same, each of them once, as `extra` has them.
    pub labels: Vec<String>,
    /// The same as names of an object of JSON: `"name":`.
    pub names: Vec<String>,
    /// Which facts hold all of a column; a column that none holds is kept in `extra`.
    pub homes: Vec<Vec<usize>>,
    /// Columns that are no part of a record: the release, and those that a rejects file adds.
    pub ignored: Vec<usize>,
}

impl CompiledMapping {
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

    /// The first fact, if every record has it and the keys of all other facts begin with its key.
    #[must_use]
    pub fn leads(&self) -> Option<&CompiledFact> {
        let (first, others) = self.facts.split_first()?;
        let is_under =
            |fact: &CompiledFact| fact.key.iter().any(|part| matches!(part, KeyPart::Record));
        let is_counted = first.key.iter().any(|part| matches!(part, KeyPart::Counter));
        let is_alone = self.repeats.is_none() && first.when.is_empty() && !is_counted;
        (is_alone && others.iter().all(is_under)).then_some(first)
    }

    /// Whether a fact of the kind may state a field.
    #[must_use]
    pub fn fills(&self, kind: &Kind, field: &Field) -> bool {
        let of_kind = self.facts.iter().filter(|fact| fact.kind.name == kind.name);
        of_kind.flat_map(|fact| &fact.fields).any(|rule| rule.makes(field.name))
    }

    /// Whether a cell may list several names that have codes beside them.
    #[must_use]
    pub fn lists_coded_names(&self) -> bool {
        let lists = |rule: &FieldRule| match &rule.by {
            RuleKind::Name(name) => name.style.split.is_some() && !name.codes.is_empty(),
            _ => false,
        };
        self.facts.iter().any(|fact| fact.fields.iter().any(lists))
    }
}

/// Records repeated for each party: they share a key and differ only in some columns.
#[derive(Debug)]
pub struct CompiledRepeats {
    /// The key that the records share.
    pub key: CompiledTemplate,
    /// What differs, as `{$others}` has it.
    pub gather: CompiledTemplate,
    /// The columns that may differ.
    pub with: Vec<usize>,
    /// Those columns of `with` that `gather` does not use.
    pub untold: Vec<usize>,
}

/// What one fact is made of.
#[derive(Debug)]
pub struct CompiledFact {
    /// Its kind.
    pub kind: &'static Kind,
    /// What its key is made of.
    pub key: Vec<KeyPart>,
    /// It is made only of records that pass these.
    pub when: Vec<CompiledCondition>,
    /// Its fields.
    pub fields: Vec<FieldRule>,
    /// The fields that every fact of the kind must state.
    pub needed: Vec<&'static Field>,
    /// What fields say where the record says nothing.
    pub defaults: Vec<(&'static Field, OwnedValue)>,
    /// The columns that it holds whole.
    pub columns: Vec<usize>,
}

/// A part of a key.
#[derive(Debug)]
pub enum KeyPart {
    /// A text.
    CompiledTemplate(CompiledTemplate),
    /// A counter among equals.
    Counter,
    /// The key of the record's first fact.
    Record,
}

/// How a field, or a group of fields, is made.
#[derive(Debug, PartialEq)]
pub struct FieldRule {
    /// What messages call it.
    pub field: &'static Field,
    /// The column that messages point to.
    pub column: Option<usize>,
    /// How.
    pub by: RuleKind,
    /// Its number among the rules that several facts share.
    pub shared: Option<usize>,
}

/// How a value is made.
#[derive(Debug, PartialEq)]
pub enum RuleKind {
    /// From a text.
    Text(TextRule),
    /// As a number.
    Number(NumberRule),
    /// As low, best and high, with the source's words.
    Quantity(Box<QuantityRule>),
    /// As a name.
    Name(Box<NameRule>),
    /// As a date.
    Date(Box<DateRule>),
}

/// A text, and what becomes of it.
#[derive(Debug, PartialEq)]
pub struct TextRule {
    /// The text.
    pub text: CompiledTemplate,
    /// What each code means.
    pub codes: HashMap<String, String>,
    /// What texts mean that look like these, the longest first.
    pub patterns: Vec<(String, String)>,
    /// What a value that is no code becomes.
    pub otherwise: Option<CompiledTemplate>,
    /// Words that mean "not stated" here.
    pub missing: Vec<String>,
    /// What stands between the items of a list.
    pub split: Option<String>,
    /// Formats of a date that is kept as text.
    pub dates: Option<DateStyle>,
}

/// A number as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberRule {
    /// The text.
    pub text: CompiledTemplate,
    /// Words that mean "not stated" here.
    pub missing: Vec<String>,
    /// Words and signs that mean nought.
    pub nil: Vec<String>,
    /// Marks of footnotes behind it are no part of it.
    pub footnotes: bool,
    /// Words and signs beside it, the longest first, and how many times the number they mean.
    pub scale: Vec<(String, u32)>,
    /// What stands between thousands.
    pub thousands: Option<char>,
    /// What stands before decimals.
    pub decimal: char,
    /// Whether it is a whole number.
    pub whole: bool,
}

/// A number with its bounds.
#[derive(Debug, PartialEq)]
pub struct QuantityRule {
    /// The lower bound.
    pub low: Option<NumberRule>,
    /// The best estimate.
    pub best: Option<NumberRule>,
    /// The upper bound.
    pub high: Option<NumberRule>,
    /// What marks mean, the longest first.
    pub marks: Vec<(String, String)>,
    /// A mark in a column of its own.
    pub flag: Option<CompiledTemplate>,
    /// The qualifier of a number without a mark.
    pub unmarked: Option<String>,
    /// The qualifier of a number given by its bounds.
    pub qualifier: Option<String>,
    /// The fields: low, best, high, words, qualifier.
    pub fields: [Option<&'static Field>; 5],
}

/// An actor or place.
#[derive(Debug, PartialEq)]
pub struct NameRule {
    /// The spelling.
    pub name: Option<TextRule>,
    /// Codes with their schemes.
    pub codes: Vec<(&'static str, CompiledTemplate)>,
    /// It is made only of records that pass these.
    pub when: Vec<CompiledCondition>,
    /// What sort it is, should it be new.
    pub kind: Option<TextRule>,
    /// The sorts that there are.
    pub kinds: &'static [&'static str],
    /// What marks at a name say of its sort, the longest first.
    pub marks: Vec<(String, String)>,
    /// How the data set writes names.
    pub style: NameStyle,
    /// Its name and point are those of a spot in the place that it lies in.
    pub is_spot: bool,
    /// The place that a place lies in.
    pub within: Option<Box<NameRule>>,
    /// Latitude and longitude.
    pub point: Option<[NumberRule; 2]>,
    /// The columns whose cells can be told from the name.
    pub columns: Vec<usize>,
}

/// The compiled mapping of a date.
#[derive(Debug, PartialEq)]
pub struct DateRule {
    /// Where it stands.
    pub source: DateSource,
    /// How the data set writes dates.
    pub style: DateStyle,
    /// How precise it is.
    pub precision: Option<TextRule>,
    /// It is approximate where this is stated.
    pub approximate: Option<CompiledTemplate>,
    /// Words that mean "not stated" here.
    pub missing: Vec<String>,
    /// Words that say at its end that it goes on.
    pub ongoing: Vec<String>,
    /// Texts that no format reads, and the dates that they mean.
    pub codes: HashMap<String, CodedDate>,
    /// Whether it held throughout the date.
    pub throughout: bool,
    /// The columns of the days, which are kept where the date is less precise than they.
    pub columns: Vec<usize>,
    /// The fields: date, span, basis.
    pub fields: [&'static Field; 3],
    /// The basis.
    pub basis: String,
}

/// The date that a text of a data set means.
#[derive(Debug, PartialEq)]
pub struct CodedDate {
    /// In EDTF.
    pub edtf: String,
    /// The same as one end of a date, if it can be one, and whether it is approximate.
    pub end: Option<(PartialDate, bool)>,
}

/// The cells of a record that give its date.
#[derive(Debug, PartialEq)]
pub enum DateSource {
    /// In one text, in EDTF.
    Edtf(CompiledTemplate),
    /// In one date, or in a first and a last one.
    Ends {
        /// The first, or the only one.
        start: Option<DateEnd>,
        /// The last.
        end: Option<DateEnd>,
    },
    /// In a list of years.
    Years(CompiledTemplate),
}

/// One end of a date.
#[derive(Debug, PartialEq)]
pub enum DateEnd {
    /// In one text.
    Text(Box<TextRule>),
    /// In year, month and day; the first always is there.
    Parts(Box<[Option<TextRule>; 3]>),
}

impl DateSource {
    /// The columns of the days, which are kept where the date is less precise than they.
    #[must_use]
    pub fn day_columns(&self) -> Vec<usize> {
        let of_end = |end: &DateEnd| match end {
            DateEnd::Text(words) => words.text.column(),
            DateEnd::Parts(parts) => parts[2].as_ref().and_then(|day| day.text.column()),
        };
        match self {
            DateSource::Edtf(text) | DateSource::Years(text) => text.column().into_iter().collect(),
            DateSource::Ends { start, end } => start.iter().chain(end).filter_map(of_end).collect(),
        }
    }

    /// The parts of its ends, each in a column of its own.
    fn parts(&self) -> impl Iterator<Item = &TextRule> {
        let ends = match self {
            DateSource::Ends { start, end } => [start.as_ref(), end.as_ref()],
            _ => [None, None],
        };
        ends.into_iter().flatten().flat_map(|end| match end {
            DateEnd::Text(_) => [].iter().flatten(),
            DateEnd::Parts(parts) => parts.iter().flatten(),
        })
    }
}

/// A test of a record.
#[derive(Debug, PartialEq)]
pub struct CompiledCondition {
    /// What is tested.
    pub text: CompiledTemplate,
    /// The test itself.
    pub condition: Condition,
}

/// What is known of a file before its records.
#[derive(Debug, Clone, Default)]
pub struct KnownValues {
    /// The names of its columns.
    pub header: Vec<String>,
    /// The release.
    pub release: Option<String>,
}

/// Columns of a rejects file, which are no part of a record.
pub const REJECT_COLUMNS: [&str; 3] = ["_line", "_field", "_error"];

/// The place of a column in a header: by its name, else by its name in whatever case.
#[must_use]
pub fn column(header: &[String], name: &str) -> Option<usize> {
    let name = name.trim();
    let by_name = header
        .iter()
        .position(|column| column == name)
        .or_else(|| header.iter().position(|column| is_same_in_any_case(column, name)))
        .or_else(|| {
            let is_same = |column: &String| column.split_whitespace().eq(name.split_whitespace());
            header.iter().position(is_same)
        });
    by_name.or_else(|| {
        if let Some(place) = name.strip_prefix("column ") {
            let at = place.parse::<usize>().ok()?.checked_sub(1)?;
            return header.get(at).filter(|name| name.is_empty()).map(|_| at);
        }
        let is_label = name.ends_with(')');
        if is_label { labels(header).iter().position(|label| label == name) } else { None }
    })
}

/// Whether two names differ in case alone.
fn is_same_in_any_case(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        a.eq_ignore_ascii_case(b)
    } else {
        a.to_lowercase() == b.to_lowercase()
    }
}

/// The names of columns, each of them once: one without a name is called after its place.
#[must_use]
pub fn labels(header: &[String]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (n, name) in header.iter().enumerate() {
        let again = seen.entry(name).or_default();
        *again += 1;
        labels.push(match (name.as_str(), *again) {
            ("", _) => format!("column {}", n + 1),
            (name, 1) => name.to_owned(),
            (name, again) => format!("{name} ({again})"),
        });
    }
    labels
}

impl FieldRule {
    /// Whether it makes a field.
    pub(super) fn makes(&self, name: &str) -> bool {
        match &self.by {
            RuleKind::Quantity(quantity) => {
                quantity.fields.iter().flatten().any(|field| field.name == name)
            }
            RuleKind::Date(date) => date.fields.iter().any(|field| field.name == name),
            _ => self.field.name == name,
        }
    }

    /// The columns whose cells can be told from what it makes.
    pub(super) fn whole(&self, columns: &mut Vec<usize>) {
        let mut add = |text: &CompiledTemplate| columns.extend(text.column());
        match &self.by {
            RuleKind::Text(words) if words.is_whole() => add(&words.text),
            RuleKind::Text(_) => {}
            RuleKind::Number(number) => add(&number.text),
            RuleKind::Quantity(quantity) => {
                for number in [&quantity.low, &quantity.best, &quantity.high].into_iter().flatten()
                {
                    add(&number.text);
                }
                quantity.flag.iter().for_each(add);
            }
            RuleKind::Name(name) => name.whole(columns),
            RuleKind::Date(date) => {
                date.columns.iter().for_each(|column| columns.push(*column));
                let whole = date.source.parts().chain(&date.precision);
                let whole = whole.filter(|words| words.is_whole()).map(|words| &words.text);
                columns.extend(whole.chain(&date.approximate).filter_map(CompiledTemplate::column));
            }
        }
    }
}

impl TextRule {
    /// Whether the text can be told from what it becomes.
    fn is_whole(&self) -> bool {
        let mut meanings: Vec<&String> = self.codes.values().collect();
        meanings.sort_unstable();
        meanings.dedup();
        meanings.len() == self.codes.len() && self.otherwise.is_none()
    }
}

impl NameRule {
    /// Works out its columns.
    pub(super) fn with_columns(self) -> NameRule {
        let mut columns = Vec::new();
        self.whole(&mut columns);
        NameRule { columns, ..self }
    }

    fn whole(&self, columns: &mut Vec<usize>) {
        columns.extend(
            self.name
                .iter()
                .filter(|words| words.is_whole())
                .filter_map(|words| words.text.column()),
        );
        columns.extend(self.codes.iter().filter_map(|(_, text)| text.column()));
        columns.extend(self.point.iter().flatten().filter_map(|number| number.text.column()));
        if let Some(within) = &self.within {
            within.whole(columns);
        }
    }
}
