//! A selection of facts and what to show of it, as plain data: what is wanted, never how it is
//! found.

mod column_ref;
mod expression;
mod row_test;

use crate::error::{Error, Result};
use crate::kind::{self, CodeList, Expansion, Field, KINDS, Kind};
use crate::value::date::Days;
use crate::value::suggest::did_you_mean;
use crate::value::{OwnedValue, Type};

pub use column_ref::{ColumnRef, EXTRA};
pub use expression::parse as parse_expression;
pub use row_test::{RowTest, field_of};

/// Which facts, which of their fields, in which order.
#[derive(Debug, Clone)]
pub struct Query {
    /// The kinds to look through, at least one.
    pub kinds: Vec<&'static Kind>,
    /// What a fact must satisfy: all of these.
    pub tests: Vec<Predicate>,
    /// The columns to show, at least one.
    pub columns: Vec<ColumnRef>,
    /// What to sort by, first things first; ties, and no sort at all, go by date and ref.
    pub sort: Vec<Order>,
    /// Not sorted at all: each kind's facts as they lie.
    pub unsorted: bool,
    /// Maximum number of rows.
    pub limit: Option<u64>,
    /// Number of rows to skip.
    pub offset: u64,
    /// Words that the facts must hold; without a sort, the best match comes first.
    pub words: Option<String>,
    /// What was known, or published, when.
    pub past: AsOf,
}

/// The state of the database, and of the world's publications, that an answer is taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AsOf {
    /// What this database knew then.
    pub as_of: Option<AsOfPoint>,
    /// What had been published by that day, a Julian day number.
    pub published_by: Option<i64>,
}

/// A moment in the life of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AsOfPoint {
    /// The last run that began before this time (RFC 3339, UTC).
    Before(String),
    /// This run.
    Import(i64),
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// The column is, or holds, one of these; with `not`, everything but, facts without it included.
    In {
        /// The column.
        column: ColumnRef,
        /// Names, codes or values.
        values: Vec<String>,
        /// Turns the condition round.
        not: bool,
        /// A name that means several must mean no others.
        exclusively: bool,
    },
    /// One of these takes part.
    AnyActor {
        /// Names or codes.
        names: Vec<String>,
        /// In which roles, and whether it is they themselves.
        tie: ActorTie,
        /// A name that means several must mean no others.
        exclusively: bool,
    },
    /// The date may lie in the window, or must.
    DateWindow(Days, DateMatch),
    /// The column compares so with a value; facts without it satisfy no comparison.
    Compare(ColumnRef, Op, OwnedValue),
    /// The column is known, or is not.
    Known(ColumnRef, bool),
}

impl Predicate {
    /// The column that it looks at, if it is one.
    #[must_use]
    pub fn column(&self) -> Option<&ColumnRef> {
        match self {
            Predicate::In { column, .. }
            | Predicate::Compare(column, ..)
            | Predicate::Known(column, _) => Some(column),
            Predicate::AnyActor { .. } | Predicate::DateWindow(..) => None,
        }
    }
}

/// How an actor that is asked for is tied to a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorTie {
    /// It, or whoever acts for it, has any role but that of a supporter.
    Party,
    /// It has any role.
    PartyOrSupporter,
    /// Somebody who belongs to it, and does not act for it, has any role.
    Belonging,
}

/// How firmly a date must lie in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateMatch {
    /// It may lie in it.
    #[default]
    Overlap,
    /// It must lie in it.
    Within,
}

/// A comparison in `-w FIELD OP VALUE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Is,
    /// `==`: is shown as, to the letter; of a name no other that means the same, nor anybody who
    /// acts for it or lies within it.
    IsShown,
    /// `!=`
    IsNot,
    /// `~`: holds the text, whatever the case of A to Z.
    Contains,
    /// `!~`
    ContainsNot,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// One key of a sort.
#[derive(Debug, Clone)]
pub struct Order {
    /// The column.
    pub column: ColumnRef,
    /// From high to low; rows without a value come last.
    pub descending: bool,
}

impl Query {
    /// Everything of these kinds, with the fields they show when nobody names any.
    #[must_use]
    pub fn of(kinds: Vec<&'static Kind>) -> Query {
        let columns = match kinds.as_slice() {
            [one] => one.shown().map(ColumnRef::Field).collect(),
            _ => kind::shown_of_all().map(ColumnRef::Field).collect(),
        };
        Query {
            kinds,
            tests: Vec::new(),
            columns,
            sort: Vec::new(),
            unsorted: false,
            limit: None,
            offset: 0,
            words: None,
            past: AsOf::default(),
        }
    }

    /// The fields that a narrow table shows, the most important first.
    pub fn leading(&self) -> impl Iterator<Item = &'static str> {
        let first = match self.kinds.as_slice() {
            [one] => one.leading,
            _ => kind::LEADING_OF_ALL,
        };
        first.iter().chain(kind::LEADING_NEXT).copied()
    }
}

/// The kinds that a word means: one of them, or `all`.
///
/// # Errors
/// The word is no kind; the message has the nearest.
pub fn kinds(word: &str) -> Result<Vec<&'static Kind>> {
    if word == "all" {
        return Ok(KINDS.to_vec());
    }
    kind::find(word).map(|kind| vec![kind]).ok_or_else(|| {
        let known = KINDS.iter().map(|kind| kind.name).chain(["all"]);
        let list = known.clone().collect::<Vec<_>>().join(", ");
        Error::usage(format!("unknown kind \"{word}\"{}", did_you_mean(word, known)))
            .hint(format!("kinds: {list}"))
    })
}

/// The column of this name: a field of any of the kinds, or `extra.NAME`.
///
/// # Errors
/// As [`field`], or it is `extra.*`.
pub fn column(name: &str, kinds: &[&'static Kind]) -> Result<ColumnRef> {
    match ColumnRef::extra_named(name.trim()) {
        Some(column) if column.extra() == Some("*") => {
            Err(Error::usage("extra.* is only allowed in --columns of facts query")
                .hint("name one column: extra.NAME"))
        }
        Some(column) => Ok(column),
        None => field(name, kinds).map(ColumnRef::Field),
    }
}

/// The field of this name in any of the kinds; `-` and `_` are one.
///
/// # Errors
/// No kind has it; the message has the nearest, or the kind that does have it.
pub fn field(name: &str, kinds: &[&'static Kind]) -> Result<&'static Field> {
    let wanted = name.trim().replace('-', "_");
    if let Some(field) = kinds.iter().find_map(|kind| kind.field(&wanted)) {
        return Ok(field);
    }
    let of = if let [one] = kinds { one.name } else { "any kind" };
    let known: Vec<&str> =
        kinds.iter().flat_map(|kind| kind.fields().map(|field| field.name)).collect();
    let near = did_you_mean(&wanted, known);
    let elsewhere: Vec<&str> =
        KINDS.iter().filter(|kind| kind.field(&wanted).is_some()).map(|kind| kind.name).collect();
    let failure = Error::usage(format!("unknown field \"{name}\" in {of}{near}"));
    let failure = if near.is_empty() && !elsewhere.is_empty() {
        failure.hint(format!("{wanted} is a field of {}", elsewhere.join(", ")))
    } else {
        failure
    };
    Err(failure.hint(if let [one] = kinds {
        format!("facts fields {} lists its fields", one.name)
    } else {
        "facts fields lists the fields of every kind".into()
    }))
}

/// The columns named in a list with commas.
///
/// # Errors
/// As [`column()`], or one is named twice.
pub fn columns(list: &str, kinds: &[&'static Kind]) -> Result<Vec<ColumnRef>> {
    let columns: Vec<ColumnRef> = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .flat_map(|name| match joined_fields(name, kinds) {
            fields if fields.is_empty() => vec![name],
            fields => fields,
        })
        .map(|name| column(name, kinds))
        .collect::<Result<_>>()?;
    if columns.is_empty() {
        return Err(Error::usage(format!("no field in \"{list}\"")));
    }
    let is_again = |(n, column): &(usize, &ColumnRef)| {
        columns[..*n].iter().any(|other| other.name() == column.name())
    };
    match columns.iter().enumerate().find(is_again) {
        Some((_, twice)) => Err(Error::usage(format!("\"{list}\" names {} twice", twice.name()))),
        None => Ok(columns),
    }
}

/// The fields that a table for people shows in one column of this name: a figure, or the parties.
fn joined_fields(name: &str, kinds: &[&'static Kind]) -> Vec<&'static str> {
    let [kind] = kinds else { return Vec::new() };
    if name == Kind::PARTIES {
        return kind.parties.iter().flat_map(|pair| [pair.first, pair.second]).collect();
    }
    let figure = kind.figures.iter().find(|figure| figure.heading() == name);
    figure.map_or_else(Vec::new, |figure| vec![figure.low, figure.best, figure.high])
}

/// A test that a column has one of these values; what comes from a closed list or has a form is
/// checked.
///
/// # Errors
/// A value that the column cannot have.
pub fn among(
    column: ColumnRef,
    kinds: &[&'static Kind],
    values: Vec<String>,
    not: bool,
) -> Result<Predicate> {
    if values.is_empty() {
        return Err(Error::usage(format!(
            "{}: expected a value, found only white space",
            column.name()
        )));
    }
    if let Type::Bucket(bucket) = column.ty() {
        for value in &values {
            Type::Date
                .parse(&bucket.edtf(value))
                .map_err(|e| Error::usage(format!("{}: \"{value}\": {e}", column.name())))?;
        }
    } else if let Some(codes) = column.field().and_then(Field::code_list) {
        for value in &values {
            known_code(&codes, value)?;
        }
    } else if !matches!(column.ty(), Type::Actor | Type::Place | Type::Source | Type::Topic) {
        for value in &values {
            parse_of_any(&column, kinds, value)
                .map_err(|e| Error::usage(format!("{}: \"{value}\": {e}", column.name())))?;
        }
    }
    Ok(Predicate::In { column, values, not, exclusively: false })
}

/// Fails if a value such as `plover:assault` is a code that the scheme does not have.
fn known_code(codes: &CodeList, value: &str) -> Result<()> {
    let Some((scheme, code)) = codes.scheme_of(value) else { return Ok(()) };
    if codes.expand(scheme, code) != Expansion::default() {
        return Ok(());
    }
    let known = codes.codes_of(scheme);
    let near = did_you_mean(code, known.iter().copied());
    Err(Error::usage(format!("unknown code \"{code}\" of {scheme}{near}"))
        .hint(format!("codes of {scheme}: {}", known.join(", "))))
}

/// What to say of codes of other schemes that the tests name: which types they take, and which they
/// leave out because they cover something else too.
#[must_use]
pub fn code_notes(tests: &[Predicate]) -> Vec<String> {
    let mut notes = Vec::new();
    for test in tests {
        let Predicate::In { column, values, .. } = test else { continue };
        let Some(codes) = column.field().and_then(Field::code_list) else { continue };
        for value in values {
            let Some((scheme, code)) = codes.scheme_of(value) else { continue };
            let Expansion { taken, left_out } = codes.expand(scheme, code);
            let taken = if taken.is_empty() { "nothing".to_owned() } else { taken.join(", ") };
            let left_out: Vec<String> =
                left_out.iter().map(|(name, relation)| format!("{name} ({relation})")).collect();
            notes.push(if left_out.is_empty() {
                format!("{value} takes {taken}")
            } else {
                format!("{value} takes {taken}; it leaves out {}", left_out.join(", "))
            });
        }
    }
    notes
}

/// A value of a column, as any of the kinds that have it takes it: a figure may be a whole number in
/// one and a decimal one in another.
fn parse_of_any(
    column: &ColumnRef,
    kinds: &[&'static Kind],
    text: &str,
) -> std::result::Result<OwnedValue, String> {
    let own = kinds.iter().filter_map(|kind| column.of(kind));
    own.map(|own| own.ty().parse(text))
        .find(std::result::Result::is_ok)
        .unwrap_or_else(|| column.ty().parse(text))
}

/// A sort such as `-date,source`.
///
/// # Errors
/// As [`column()`].
pub fn sort(list: &str, kinds: &[&'static Kind]) -> Result<Vec<Order>> {
    list.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| {
            let descending = name.starts_with('-');
            Ok(Order { column: column(name.trim_start_matches(['-', '+']), kinds)?, descending })
        })
        .collect()
}
