//! The tables of a publication: their columns, and how their rows are read.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::Result;
use crate::kind::reference_table::{NAMES, PLACES, ReferenceTable, SOURCES, TOPICS};
use crate::kind::{Field, KINDS, Kind};
use crate::query::{ColumnRef, Query};
use crate::store::Store;
use crate::store::published::{REFERENCE, SqlType, is_published, sql_type};
use crate::value::date::{civil_year_month, iso};
use crate::value::text::{fold, fold_name};
use crate::value::{OwnedValue, Type, Value};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text in UTF-8.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A decimal number of 64 bits.
    Real,
    /// A day of the years 1 to 9999.
    Date,
}

/// A column of a published table.
#[derive(Debug, Clone)]
pub struct PublishedColumn {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub ty: ColumnType,
    /// One sentence.
    pub about: &'static str,
}

/// A table of a publication.
#[derive(Debug)]
pub struct PublishedTable {
    /// Its name.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// Its columns.
    pub columns: Vec<PublishedColumn>,
    rows: Rows,
}

/// Where the rows of a table come from.
#[derive(Debug)]
enum Rows {
    /// The live facts of a kind.
    Facts(&'static Kind),
    /// The rows of a table that facts refer to.
    ReferenceTable(&'static ReferenceTable),
    /// Every name and code, and its folded form.
    Names,
    /// Every place, with each place that it lies in.
    PlacesWithin,
    /// The parts of the dates that are sets.
    DateParts,
    /// The database without its facts.
    Reference,
}

/// What is told of a date beside the date itself, so that an engine needs no arithmetic of dates.
const OF_DATES: [PublishedColumn; 6] = [
    integer("first_day", "First day of the date, as a Julian day number; empty if unbounded."),
    integer("last_day", "Last day of the date, as a Julian day number; empty if unbounded."),
    integer("first_year", "Year of the first day; 0 is 1 BCE."),
    integer("last_year", "Year of the last day."),
    integer(
        "first_month",
        "Month of the first day, counted from January of the year 0: 12 × year + month − 1.",
    ),
    integer("last_month", "Month of the last day, counted in the same way."),
];

/// What is told of names beside them, so that an engine need not fold and cut texts.
const OF_NAMES: [PublishedColumn; 3] = [
    text("place_label", "Usual name of the place, without the spot in it."),
    text("spot_folded", "The spot without case, accents and apostrophes, for look-ups."),
    integer("key_length", "Number of characters of the key, by which references are sorted."),
];

const fn integer(name: &'static str, about: &'static str) -> PublishedColumn {
    PublishedColumn { name, ty: ColumnType::Integer, about }
}

const fn text(name: &'static str, about: &'static str) -> PublishedColumn {
    PublishedColumn { name, ty: ColumnType::Text, about }
}

/// The tables of a publication, in the order in which they are written.
#[must_use]
pub fn tables() -> Vec<PublishedTable> {
    let kinds = KINDS.iter().map(|kind| PublishedTable {
        name: kind.table,
        about: kind.about,
        columns: fields(kind).map(column).chain(OF_DATES).chain(OF_NAMES).collect(),
        rows: Rows::Facts(kind),
    });
    let reference = [&SOURCES, &TOPICS].map(|table| PublishedTable {
        name: table.table,
        about: table.about,
        columns: table.fields.iter().map(column).collect(),
        rows: Rows::ReferenceTable(table),
    });
    let names = PublishedTable {
        name: "names",
        about: "Spellings and codes of actors and places.",
        columns: vec![
            text("class", "Whether it is the name of an actor or of a place."),
            text("entity", "Usual name of the actor or place."),
            text("scheme", "The code list; `name` for a spelling."),
            text("name", "The spelling or code."),
            text("folded", "The name without case, accents and apostrophes, for look-ups."),
            text("valid_from", "First day on which it is valid (EDTF)."),
            text("valid_to", "Last day on which it is valid (EDTF)."),
        ],
        rows: Rows::Names,
    };
    let within = PublishedTable {
        name: "places_within",
        about: "Which place lies in which, at any distance; each lies in itself.",
        columns: vec![
            text("ancestor", "The place that contains it."),
            text("ancestor_kind", "Type of the place that contains it, such as country."),
            text("place", "The place."),
        ],
        rows: Rows::PlacesWithin,
    };
    let parts = PublishedTable {
        name: "date_parts",
        about: "The dates of the facts that have several, each by itself.",
        columns: vec![
            text("kind", "Kind of the fact."),
            text("ref", "The fact."),
            integer("first_day", "First day, as a Julian day number; empty if unbounded."),
            integer("last_day", "Last day, as a Julian day number; empty if unbounded."),
        ],
        rows: Rows::DateParts,
    };
    let carried = PublishedTable {
        name: REFERENCE,
        about: "Names, sources and topics as `facts --db` needs them: a database without facts, compressed, in pieces.",
        columns: vec![
            integer("part", "Number of the piece."),
            text("data", "The piece, in hexadecimal digits."),
        ],
        rows: Rows::Reference,
    };
    kinds.chain(reference).chain([names, within, parts, carried]).collect()
}

/// The fields of a kind that are published, the columns of data sets that have no field among them.
/// Years and months stand in columns of their own, as numbers.
fn fields(kind: &'static Kind) -> impl Iterator<Item = &'static Field> {
    kind.fields().filter(|field| is_published(field) && !matches!(field.ty, Type::Bucket(_)))
}

fn column(field: &'static Field) -> PublishedColumn {
    let ty = match sql_type(field) {
        SqlType::Integer if field.ty == Type::Day => ColumnType::Date,
        SqlType::Integer => ColumnType::Integer,
        SqlType::Real => ColumnType::Real,
        SqlType::Text => ColumnType::Text,
    };
    PublishedColumn { name: field.name, ty, about: field.about }
}

impl PublishedTable {
    /// The column that tells the source of a row, if the rows are facts.
    #[must_use]
    pub fn divided_by(&self) -> Option<usize> {
        match self.rows {
            Rows::Facts(_) => self.columns.iter().position(|column| column.name == "source"),
            _ => None,
        }
    }

    /// Whether it has as many rows as the facts make: such a table is a folder of files.
    #[must_use]
    pub fn grows_with_facts(&self) -> bool {
        matches!(self.rows, Rows::Facts(_) | Rows::DateParts)
    }

    /// Reads the rows, those of one source one behind the other.
    ///
    /// # Errors
    /// The database cannot be read, or `row` fails.
    pub fn read(
        &self,
        store: &Store,
        row: &mut dyn FnMut(&[Value<'_>]) -> Result<()>,
    ) -> Result<()> {
        match self.rows {
            Rows::Facts(kind) => facts(kind, store, row),
            Rows::ReferenceTable(table) => store.export_reference(table, row).map(|_| ()),
            Rows::Names => names(store, row),
            Rows::PlacesWithin => places_within(store, row),
            Rows::DateParts => store.date_parts(row),
            Rows::Reference => {
                for (part, data) in (0_i64..).zip(store.reference_pieces()?) {
                    row(&[Value::Int(part), Value::Text(data.into())])?;
                }
                Ok(())
            }
        }
    }
}

fn facts(
    kind: &'static Kind,
    store: &Store,
    row: &mut dyn FnMut(&[Value<'_>]) -> Result<()>,
) -> Result<()> {
    let mut query = Query::of(vec![kind]);
    query.columns = fields(kind).map(ColumnRef::Field).collect();
    let at = |name: &str| query.columns.iter().position(|column| column.name() == name);
    let told = ToldColumns {
        days: [at("date_from"), at("date_to")],
        key: at("key"),
        place: at("place"),
        spot: at("locality"),
    };
    // a sort of all facts would need room for them
    query.unsorted = true;
    let by_source = crate::query::column("source", &[kind])?;
    let mut sources = Vec::new();
    store.export_reference(&SOURCES, |cells| {
        sources.push(cells[0].to_string());
        Ok(())
    })?;
    for source in sources {
        query.tests = vec![crate::query::among(by_source.clone(), &[kind], vec![source], false)?];
        facts_of(&query, &told, store, row)?;
    }
    Ok(())
}

/// Where in a row stands what more is told of a fact.
struct ToldColumns {
    days: [Option<usize>; 2],
    key: Option<usize>,
    place: Option<usize>,
    spot: Option<usize>,
}

/// Reads the facts that a query finds, with what is told of their dates and names.
fn facts_of(
    query: &Query,
    told: &ToldColumns,
    store: &Store,
    row: &mut dyn FnMut(&[Value<'_>]) -> Result<()>,
) -> Result<()> {
    store.select(query, |cells| {
        let mut all: Vec<Value<'_>> =
            cells.iter().map(|cell| cell.with_text(Cow::Borrowed)).collect();
        let days = told.days.map(|at| match at.map(|at| &cells[at]) {
            Some(Value::Day(day)) => Some(*day),
            _ => None,
        });
        let number = |n: Option<i64>| n.map_or(Value::Null, Value::Int);
        let year = |day: Option<i64>| day.and_then(civil_year_month).map(|(year, _)| year);
        let month = |day: Option<i64>| {
            day.and_then(civil_year_month).map(|(year, month)| 12 * year + month - 1)
        };
        all.extend(days.map(number));
        all.extend(days.map(|day| number(year(day))));
        all.extend(days.map(|day| number(month(day))));
        let stated = |at: Option<usize>| at.and_then(|at| cells[at].text());
        let (place, spot) = (stated(told.place), stated(told.spot));
        // `Avdiivka town, Ukraine` is the place Ukraine
        let label = match (place, spot) {
            (Some(place), Some(spot)) => {
                place.strip_prefix(spot).and_then(|rest| rest.strip_prefix(", "))
            }
            (place, _) => place,
        };
        let text = |text: Option<&str>| {
            text.map_or(Value::Null, |text| Value::Text(text.to_owned().into()))
        };
        let length = stated(told.key).and_then(|key| i64::try_from(key.chars().count()).ok());
        all.extend([text(label), text(spot.map(fold).as_deref()), number(length)]);
        row(&all)
    })?;
    Ok(())
}

fn names(store: &Store, row: &mut dyn FnMut(&[Value<'_>]) -> Result<()>) -> Result<()> {
    let at = |name: &str| NAMES.fields.iter().position(|field| field.name == name).unwrap_or(0);
    let (scheme, name, actor, place) = (at("scheme"), at("name"), at("actor"), at("place"));
    let (from, to) = (at("valid_from"), at("valid_to"));
    store.export_reference(&NAMES, |cells| {
        let (class, entity) = if cells[actor].is_null() {
            ("place", &cells[place])
        } else {
            ("actor", &cells[actor])
        };
        let entity = entity.text().unwrap_or_default();
        let entity = entity.strip_prefix("name:").unwrap_or(entity);
        let folded = fold_name(&cells[name].to_string());
        let borrowed = |at: usize| cells[at].with_text(Cow::Borrowed);
        row(&[
            Value::Text(class.into()),
            Value::Text(entity.into()),
            borrowed(scheme),
            borrowed(name),
            Value::Text(folded.into()),
            borrowed(from),
            borrowed(to),
        ])
    })?;
    Ok(())
}

fn places_within(store: &Store, row: &mut dyn FnMut(&[Value<'_>]) -> Result<()>) -> Result<()> {
    let mut places: Vec<(String, OwnedValue, String)> = Vec::new();
    store.export_reference(&PLACES, |cells| {
        let plain = |at: usize| {
            let text = cells[at].text().unwrap_or_default();
            text.strip_prefix("name:").unwrap_or(text).to_owned()
        };
        places.push((plain(0), cells[1].clone().into_owned(), plain(2)));
        Ok(())
    })?;
    let by_name: HashMap<&str, usize> =
        places.iter().enumerate().map(|(n, place)| (place.0.as_str(), n)).collect();
    for (n, (name, ..)) in places.iter().enumerate() {
        let within = |at: &usize| by_name.get(places[*at].2.as_str()).copied();
        // no chain is longer than there are places
        for at in std::iter::successors(Some(n), within).take(places.len()) {
            let (ancestor, kind, _) = &places[at];
            row(&[
                Value::Text(ancestor.as_str().into()),
                kind.with_text(Cow::Borrowed),
                Value::Text(name.as_str().into()),
            ])?;
        }
    }
    Ok(())
}

/// A day as other engines know days; none before the year 1 or after 9999, which they do not.
pub(super) fn day_text(day: i64) -> Option<String> {
    let year = civil_year_month(day)?.0;
    (1..=9999).contains(&year).then(|| iso(day))
}
