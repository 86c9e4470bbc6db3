//! What may be stated: the columns that all facts share, one declaration per kind, and the list of
//! kinds.
//!
//! Declarations are data. They drive validation, flags, help, completions, headings,
//! `docs/reference.md` and the JSON; a migration creates each table as a second fence, and a test holds the two
//! equal in both directions.

mod arms_transfers;
mod casualty_statistics;
mod code_list;
mod common_fields;
mod diplomatic_posts;
mod events;
mod figure;
mod indicators;
mod new_fact;
pub mod reference_table;

use std::borrow::Cow;

use crate::value::date::Bucket;
use crate::value::{InputValue, Type};

pub use arms_transfers::KIND as ARMS_TRANSFERS;
pub use casualty_statistics::KIND as CASUALTIES;
pub use code_list::{Code, CodeList, CodeRelation, Expansion, Relation};
pub use diplomatic_posts::KIND as DIPLOMATIC_POSTS;
pub use events::KIND as EVENTS;
pub use figure::{CountsAs, Figure};
pub use indicators::KIND as INDICATORS;
pub use new_fact::{ExtraColumns, FactKey, NewFact};

/// Every kind of fact, in the order of help and output.
pub static KINDS: &[&Kind] = &[
    &events::KIND,
    &arms_transfers::KIND,
    &casualty_statistics::KIND,
    &diplomatic_posts::KIND,
    &indicators::KIND,
];

/// What the program keeps in a kind's table beside the declared fields.
pub const KEPT_COLUMNS: &[&str] = &["id", "digest"];

/// Stances of somebody who states no figure: it is denied, or not given.
pub const NOT_STATED: [&str; 2] = ["denies", "declines"];

/// The values of `stock_flow` whose figures are never added up over time.
pub const NOT_FLOW: [&str; 2] = [STOCK, CUMULATIVE];

/// A number at a date, in `stock_flow`.
pub const STOCK: &str = "stock";

/// A running total, in `stock_flow`.
pub const CUMULATIVE: &str = "cumulative";

/// What happened in a time, in `stock_flow`; a figure that says nothing of it is one.
pub const FLOW: &str = "flow";

/// The field that says which of them a figure is.
pub const STOCK_FLOW: &str = "stock_flow";

/// How a number is hedged in its source.
pub const QUALIFIERS: &[&str] = &[
    "exact", "rounded", "about", "almost", "over", "at-least", "up-to", "range", "several", "order",
];

/// A kind of fact: what people call it, its table, and what its rows say beyond what all facts say.
#[derive(Debug)]
pub struct Kind {
    /// Its number in databases, below 15; never changed and never used again.
    pub tag: u8,
    /// Its name on the command line and in output: `arms-transfers`.
    pub name: &'static str,
    /// One of it: `arms transfer`.
    pub one: &'static str,
    /// Its table, and the stem of its seed file: `arms_transfers`.
    pub table: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// The fields of this kind alone.
    pub own: &'static [Field],
    /// Its figures: numbers with bounds.
    pub figures: &'static [Figure],
    /// Figures of one population in one place and period answer one question, also without a topic.
    pub has_place_question: bool,
    /// The fields that say what its figures count: figures that differ in them are no answers to
    /// one question.
    pub comparable_by: &'static [&'static str],
    /// The fields that say whose figures they are, beside the place; in any order, since the sides of a
    /// conflict have none.
    pub scope_by: &'static [&'static str],
    /// The fields by which the kind's rollup is grouped, besides source, year and country; empty if
    /// it has no rollup.
    pub rollup_by: &'static [&'static str],
    /// A field and the value of it with which a figure that belongs to no event is a number at a date,
    /// unless it says otherwise.
    pub stock_if: Option<(&'static str, &'static str)>,
    /// The fields that tell one state of affairs from another, where facts are states of affairs and
    /// not what happened: at two dates it is the same one, and counts once. Empty for other kinds.
    pub same_by: &'static [&'static str],
    /// The fields that a narrow table shows, the most important first; `parties` is the column that
    /// it makes of those below.
    pub leading: &'static [&'static str],
    /// The parties that a table for people shows in one column.
    pub parties: &'static [PartyPair],
}

/// Two fields whose parties are read together.
#[derive(Debug)]
pub struct PartyPair {
    /// The one named first.
    pub first: &'static str,
    /// What stands between them.
    pub between: &'static str,
    /// The other.
    pub second: &'static str,
}

/// The sides of a conflict, neither of which comes first.
pub(in crate::kind) const SIDES: PartyPair =
    PartyPair { first: "side_a", between: " – ", second: "side_b" };

/// One field of a kind or of a parent table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name everywhere: JSON, CSV, flags (with `-` for `_`), help.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// Whether a row must, may or cannot be given it.
    pub need: Need,
    /// What an empty cell means, where it does not mean "not stated".
    pub default: Option<&'static str>,
    /// Whether `query` has a flag of this name.
    pub filter: Filter,
    /// The fields that say what the number counts: figures that differ in these are never added up.
    pub unit_fields: &'static [&'static str],
    /// Whether search finds its terms; it finds all texts, actors and places.
    pub is_searched: bool,
    /// The table of the codes that its values usually are; other values are taken too.
    pub codes: Option<&'static str>,
    /// One sentence: meaning, unit, codebook.
    pub about: &'static str,
}

/// Who fills a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Every row must state it.
    Required,
    /// A row may state it.
    Optional,
    /// It is computed from other fields.
    Derived,
    /// The program sets it: the import that recorded the row, and the one that retired it.
    System,
}

/// What a filter flag of a field compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// There is no flag.
    None,
    /// The whole value.
    Is,
    /// A part of the text.
    Contains,
}

/// A row on its way in: the fields that it states, in any order.
pub type InputRow<'a> = Vec<(&'static Field, InputValue<'a>)>;

/// The text that a row gives for a field; empty where it gives none.
#[must_use]
pub fn given<'r>(row: &'r InputRow<'_>, name: &str) -> Cow<'r, str> {
    row.iter()
        .find(|(field, _)| field.name == name)
        .and_then(|(_, value)| value.text())
        .unwrap_or_default()
}

impl Field {
    /// Returns an optional field without default, filter or unit fields.
    const fn new(name: &'static str, ty: Type, about: &'static str) -> Field {
        Field {
            name,
            ty,
            need: Need::Optional,
            default: None,
            filter: Filter::None,
            unit_fields: &[],
            is_searched: false,
            codes: None,
            about,
        }
    }

    const fn required(self) -> Field {
        Field { need: Need::Required, ..self }
    }

    const fn derived(self) -> Field {
        Field { need: Need::Derived, ..self }
    }

    const fn system(self) -> Field {
        Field { need: Need::System, ..self }
    }

    const fn default(self, value: &'static str) -> Field {
        Field { default: Some(value), ..self }
    }

    const fn filter(self, filter: Filter) -> Field {
        Field { filter, ..self }
    }

    const fn searched(self) -> Field {
        Field { is_searched: true, ..self }
    }

    const fn codes(self, table: &'static str) -> Field {
        Field { codes: Some(table), ..self }
    }

    const fn unit_fields(self, unit_fields: &'static [&'static str]) -> Field {
        Field { unit_fields, ..self }
    }

    /// Whether the field has a place of its own in the table.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.need != Need::Derived
    }

    /// Whether a row on its way in may carry the field.
    #[must_use]
    pub fn is_given(&self) -> bool {
        matches!(self.need, Need::Required | Need::Optional)
    }

    /// The columns that hold the field.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        match self.ty {
            Type::Actor | Type::Place | Type::Source | Type::Import => {
                vec![format!("{}_id", self.name)]
            }
            Type::Date => vec![self.name.to_owned(), "first_day".into(), "last_day".into()],
            _ => vec![self.name.to_owned()],
        }
    }

    /// Whether it may name several actors or places: not where the name is that of a spot, which may
    /// have anything in it.
    #[must_use]
    pub fn names_several(&self) -> bool {
        matches!(self.ty, Type::Actor | Type::Place) && self.name != "place"
    }

    /// The codes that its values usually are.
    #[must_use]
    pub fn code_list(&self) -> Option<CodeList> {
        self.codes.map(CodeList::of)
    }

    /// Whether its flag compares a part of the text.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.filter == Filter::Contains
    }

    /// The flag that filters by it, without dashes: `post-type`.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }
}

impl Kind {
    /// What a table for people calls the column of the parties.
    pub const PARTIES: &'static str = "parties";

    /// All fields of the kind, in the order in which output shows them.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> {
        common_fields::HEAD.iter().chain(self.own).chain(common_fields::TAIL)
    }

    /// The place of a field among [`Kind::fields`]: told by where it is declared, which is quick, or
    /// else by its name; none for a field that the kind does not have.
    #[must_use]
    pub fn position(&self, field: &Field) -> Option<usize> {
        let (head, own) = (common_fields::HEAD, self.own);
        head.element_offset(field)
            .or_else(|| Some(head.len() + own.element_offset(field)?))
            .or_else(|| Some(head.len() + own.len() + common_fields::TAIL.element_offset(field)?))
            .or_else(|| self.fields().position(|known| known.name == field.name))
    }

    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name == name)
    }

    /// Whether figures of this kind cover the whole date of a fact that belongs to no event.
    #[must_use]
    pub fn has_period_figures(&self) -> bool {
        self.figures.iter().any(|figure| figure.is_period)
    }

    /// Whether a figure of a fact is for the whole of its date: what one event cost is counted once,
    /// however well its date is known.
    #[must_use]
    pub fn is_over_period(&self, is_throughout: bool, has_event: bool) -> bool {
        !has_event && (is_throughout || self.has_period_figures())
    }

    /// Whether a figure is a number at a date.
    #[must_use]
    pub fn is_stock(&self, value: &Field) -> bool {
        self.figures.iter().any(|figure| {
            figure.is_stock && [figure.low, figure.best, figure.high].contains(&value.name)
        })
    }

    /// The fields that a query shows when it names none.
    pub fn shown(&self) -> impl Iterator<Item = &'static Field> {
        self.fields().filter(|field| is_shown(field))
    }
}

/// The fields that every kind has, in the order in which output shows them.
pub fn common_fields() -> impl Iterator<Item = &'static Field> {
    common_fields::HEAD.iter().chain(common_fields::TAIL)
}

/// The fields of the timeline over all kinds that a query shows when it names none.
pub fn shown_of_all() -> impl Iterator<Item = &'static Field> {
    common_fields().filter(|field| is_shown(field))
}

/// The name that a field has today, by one that folders of format 1 have for it.
#[must_use]
pub fn present_name(name: &str) -> &str {
    match name {
        "lat" => "latitude",
        "lon" => "longitude",
        name => name,
    }
}

/// The shared field of this name.
#[must_use]
pub fn common_field(name: &str) -> Option<&'static Field> {
    common_fields().find(|field| field.name == name)
}

fn is_shown(field: &Field) -> bool {
    field.need != Need::System && !common_fields::HIDDEN.contains(&field.name)
}

/// The fields that a table of any kind shows next.
pub const LEADING_NEXT: &[&str] =
    &["place", "said_by", "stance", "topic", "quantity_text", "said_via", "note"];

/// The fields that a narrow table of all kinds shows, the most important first.
pub const LEADING_OF_ALL: &[&str] = &["ref", "date", "summary", "kind", "said_by", "stance"];

/// The kind of this name, if there is one.
#[must_use]
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

/// The kinds whose figures count the same as those of this one, with the figure and what it counts.
pub fn counting(
    counted: &Kind,
) -> impl Iterator<Item = (&'static Kind, &'static Figure, &'static CountsAs)> {
    let figures =
        KINDS.iter().flat_map(|kind| kind.figures.iter().map(move |figure| (*kind, figure)));
    figures.filter_map(|(kind, figure)| {
        let counts = figure.counts.as_ref().filter(|counts| counts.kind == counted.name)?;
        Some((kind, figure, counts))
    })
}

/// The bucket that a field of this type groups by.
#[must_use]
pub fn bucket(field: &Field) -> Option<Bucket> {
    match field.ty {
        Type::Bucket(bucket) => Some(bucket),
        _ => None,
    }
}
