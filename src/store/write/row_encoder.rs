//! How the facts of a kind are written: columns, statements and the order of the digest, worked out
//! once.

use std::borrow::Cow;
use std::rc::Rc;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use sha2::{Digest, Sha256};

use crate::kind::{Field, Kind};
use crate::store::entities::name_cache::Meant;
use crate::store::{rollup, search};
use crate::value::date::Days;
use crate::value::{Cell, real};

/// What the program itself writes, behind the columns of the fields.
const SIGNED: [&str; 4] = ["import_id", "retired_by_id", "retired_why", "digest"];

/// How the facts of a kind are written.
#[derive(Debug)]
pub struct Form {
    /// The kind.
    pub kind: &'static Kind,
    /// The fields that a row may be given, each with the place of its first column.
    fields: Vec<(&'static Field, usize)>,
    /// The same in the order of the digest.
    by_name: Vec<usize>,
    /// How many columns they fill.
    width: usize,
    /// Those whose words are searched.
    searched: Vec<usize>,
    /// The columns that a summary is made of, where the kind has one.
    pub summed: Option<Summed>,
    /// Adds a row, unless a live one has its key.
    pub insert: String,
    /// Finds the live row of a source and key.
    pub live: String,
}

impl Form {
    /// That of a kind.
    pub fn of(kind: &'static Kind) -> Form {
        let mut columns: Vec<String> = Vec::new();
        let mut fields = Vec::new();
        for field in kind.fields().filter(|field| field.is_given()) {
            fields.push((field, columns.len()));
            columns.extend(field.columns());
        }
        let width = columns.len();
        columns.extend(SIGNED.map(str::to_owned));
        let mut by_name: Vec<usize> = (0..fields.len()).collect();
        by_name.sort_unstable_by_key(|i| fields[*i].0.name);
        let marks = vec!["?"; columns.len()].join(", ");
        let table = kind.table;
        let searched = (0..fields.len()).filter(|i| search::is_searched(fields[*i].0)).collect();
        let column =
            |name: &str| columns.iter().position(|column| column == name).unwrap_or_default();
        let summed = (!kind.summed.is_empty()).then(|| Summed {
            source: column("source_id"),
            date: column("date"),
            span: column("date_span"),
            topic: column("topic"),
            event: kind.field("event").map(|field| column(field.name)),
            sorts: kind.summed.iter().map(|name| column(name)).collect(),
            figures: rollup::figures(kind).map(|figure| column(figure.name)).collect(),
        });
        Form {
            kind,
            fields,
            by_name,
            width,
            searched,
            summed,
            insert: format!(
                "INSERT INTO {table} ({}) VALUES ({marks}) ON CONFLICT (source_id, key) WHERE retired_by_id IS NULL DO NOTHING",
                columns.join(", ")
            ),
            live: format!(
                "SELECT f.id, f.digest, r.file IS NULL FROM {table} f JOIN imports r ON r.id = f.import_id
                  WHERE f.source_id = ?1 AND f.key = ?2 AND f.retired_by_id IS NULL"
            ),
        }
    }

    /// The fields that a row may be given.
    pub fn given(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().map(|(field, _)| *field)
    }

    /// The digest of a row whose given fields have these values, references in their wording.
    pub fn sum(&self, cells: &[Cell<'_>]) -> Sum {
        self.sum_of(|i| (!cells[i].is_null()).then(|| Cow::Owned(cells[i].to_string())))
    }

    fn sum_of<'t>(&self, text_of: impl Fn(usize) -> Option<Cow<'t, str>>) -> Sum {
        let mut stated = Vec::with_capacity(1 << 10);
        let mut take = |text: &str| {
            stated.extend_from_slice(&(text.len() as u64).to_le_bytes());
            stated.extend_from_slice(text.as_bytes());
        };
        for i in &self.by_name {
            let name = self.fields[*i].0.name;
            match text_of(*i) {
                None => {}
                Some(row) if name == "locator" && row.starts_with("row=") => {}
                Some(text) => {
                    take(name);
                    take(&text);
                }
            }
        }
        let whole: [u8; 32] = Sha256::digest(&stated).into();
        std::array::from_fn(|i| whole[i])
    }

    fn find(&self, name: &str) -> Option<(usize, usize)> {
        self.fields.iter().position(|(field, _)| field.name == name).map(|i| (i, self.fields[i].1))
    }

    /// The same for a field, which is told quicker by where it is declared than by its name.
    fn find_field(&self, wanted: &Field) -> Option<(usize, usize)> {
        match self.fields.iter().position(|(field, _)| std::ptr::eq(*field, wanted)) {
            Some(i) => Some((i, self.fields[i].1)),
            None => self.find(wanted.name),
        }
    }
}

/// The columns that a summary is made of.
#[derive(Debug)]
pub struct Summed {
    /// The source.
    pub source: usize,
    /// The date, and behind it its first and last day.
    pub date: usize,
    /// Whether it holds throughout the date.
    pub span: usize,
    /// The question that it answers.
    pub topic: usize,
    /// The event that it belongs to.
    pub event: Option<usize>,
    /// What the kind is summed by.
    pub sorts: Vec<usize>,
    /// What is added up.
    pub figures: Vec<usize>,
}

/// What a fact states, in short.
pub type Sum = [u8; 16];

/// A value on its way into a column, without a copy of its text.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound<'r> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Real(f64),
    /// Text.
    Text(Cow<'r, str>),
    /// A digest.
    Blob(Sum),
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Bound::Null => ValueRef::Null,
            Bound::Integer(n) => ValueRef::Integer(*n),
            Bound::Real(n) => ValueRef::Real(*n),
            Bound::Text(text) => ValueRef::Text(text.as_bytes()),
            Bound::Blob(sum) => ValueRef::Blob(sum),
        }))
    }
}

impl<'r> From<&'r Cell<'_>> for Bound<'r> {
    fn from(cell: &'r Cell<'_>) -> Bound<'r> {
        match cell {
            Cell::Null => Bound::Null,
            Cell::Int(n) | Cell::Day(n) => Bound::Integer(*n),
            Cell::Real(n) | Cell::Partial(n, ..) => Bound::Real(*n),
            Cell::Text(text) | Cell::Json(text) => Bound::Text(Cow::Borrowed(text)),
        }
    }
}

/// A fact that is ready to be written.
#[derive(Debug)]
pub struct Prepared<'r> {
    /// How.
    pub form: Rc<Form>,
    /// The values of its columns.
    pub values: Vec<Bound<'r>>,
    /// What the digest takes in of references, their wording, and the words that find them.
    wording: Vec<(usize, Rc<str>, Rc<str>)>,
    /// The country of the place, or what that lies in.
    pub country: Option<i64>,
}

impl<'r> Prepared<'r> {
    /// One that states nothing yet.
    pub fn new(form: Rc<Form>) -> Prepared<'r> {
        let values = vec![Bound::Null; form.width + SIGNED.len()];
        Prepared { form, values, wording: Vec::new(), country: None }
    }

    /// The same, owning its texts.
    pub fn into_owned(self) -> Prepared<'static> {
        let own = |value| match value {
            Bound::Text(text) => Bound::Text(Cow::Owned(text.into_owned())),
            Bound::Null => Bound::Null,
            Bound::Integer(n) => Bound::Integer(n),
            Bound::Real(n) => Bound::Real(n),
            Bound::Blob(sum) => Bound::Blob(sum),
        };
        let values = self.values.into_iter().map(own).collect();
        Prepared { form: self.form, values, wording: self.wording, country: self.country }
    }

    /// Sets a field.
    pub fn set(&mut self, field: &Field, value: &'r Cell<'_>) {
        if let Some((_, column)) = self.form.find_field(field) {
            self.values[column] = value.into();
        }
    }

    /// Sets a field that refers to a row of another table, which is written so and found by these
    /// words.
    pub fn set_reference(&mut self, field: &Field, id: i64, wording: &Rc<str>, words: &Rc<str>) {
        if let Some((i, column)) = self.form.find_field(field) {
            self.values[column] = Bound::Integer(id);
            self.wording.retain(|(other, ..)| *other != i);
            self.wording.push((i, Rc::clone(wording), Rc::clone(words)));
        }
    }

    /// Sets a field that names an actor or place.
    pub fn set_name(&mut self, field: &Field, meant: &Meant) {
        self.set_reference(field, meant.id, &meant.wording, &meant.words);
        if field.name == "place" {
            self.country = meant.country;
        }
    }

    /// Adds the words by which the fact is found, as `search::words_of` has them.
    pub fn words(&self, words: &mut String) {
        let begin = words.len();
        for i in &self.form.searched {
            let found = match (
                self.wording.iter().find(|(other, ..)| other == i),
                &self.values[self.form.fields[*i].1],
            ) {
                (Some((.., words)), _) => words.as_ref(),
                (None, Bound::Text(text)) => text.as_ref(),
                (None, _) => continue,
            };
            if words.len() > begin {
                words.push('\n');
            }
            words.push_str(found);
        }
    }

    /// Sets the days of the date.
    pub fn set_days(&mut self, days: Days) {
        if let Some((_, column)) = self.form.find("date") {
            self.values[column + 1] = days.first.map_or(Bound::Null, Bound::Integer);
            self.values[column + 2] = days.last.map_or(Bound::Null, Bound::Integer);
        }
    }

    /// Adds what no field tells to the columns that have none.
    pub fn add_extra(&mut self, untold: &[(String, String)]) {
        let Some((_, column)) = self.form.find("extra") else { return };
        let mut object = match &self.values[column] {
            Bound::Text(json) => {
                serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json)
                    .unwrap_or_default()
            }
            _ => serde_json::Map::new(),
        };
        for (name, text) in untold {
            object.insert(name.clone(), serde_json::Value::String(text.clone()));
        }
        self.values[column] = Bound::Text(serde_json::Value::Object(object).to_string().into());
    }

    /// Takes the columns that have no field out of the row.
    pub fn take_extra(&mut self) -> Option<Cow<'r, str>> {
        let (_, column) = self.form.find("extra")?;
        match std::mem::replace(&mut self.values[column], Bound::Null) {
            Bound::Text(object) => Some(object),
            _ => None,
        }
    }

    /// Puts them back.
    pub fn set_extra(&mut self, object: Cow<'r, str>) {
        if let Some((_, column)) = self.form.find("extra") {
            self.values[column] = Bound::Text(object);
        }
    }

    /// Says what it is called, within which source.
    pub fn called(&mut self, slug: &Rc<str>, source: i64, key: &str) -> &Prepared<'r> {
        if let Some((_, column)) = self.form.find("key") {
            self.values[column] = Bound::Text(Cow::Owned(key.to_owned()));
        }
        if let Some((i, column)) = self.form.find("source")
            && self.values[column] == Bound::Null
        {
            self.values[column] = Bound::Integer(source);
            self.wording.push((i, Rc::clone(slug), Rc::clone(slug)));
        }
        self
    }

    /// Says which run retired it, and why.
    pub fn retire(&mut self, by: Option<i64>, why: Option<String>) {
        let width = self.form.width;
        self.values[width + 1] = by.map_or(Bound::Null, Bound::Integer);
        self.values[width + 2] = why.map_or(Bound::Null, |why| Bound::Text(why.into()));
    }

    /// Whether it is retired.
    pub fn is_retired(&self) -> bool {
        self.values[self.form.width + 1] != Bound::Null
    }

    /// Says which run recorded it, and what it states in short.
    pub fn sign(&mut self, import: i64, digest: Sum) {
        let width = self.form.width;
        self.values[width] = Bound::Integer(import);
        self.values[width + 3] = Bound::Blob(digest);
    }

    /// The value of a field.
    pub fn value(&self, name: &str) -> &Bound<'r> {
        self.form.find(name).map_or(&Bound::Null, |(_, column)| &self.values[column])
    }

    /// The first half of the SHA-256 of what it states: the name and the text of each field that is
    /// stated, in the order of the names, each behind its length, so that a field added later
    /// changes no digest. The row of a data set that it came from is left out: releases order their
    /// rows anew.
    pub fn digest(&self) -> Sum {
        self.form.sum_of(|i| {
            match (
                self.wording.iter().find(|(other, ..)| *other == i),
                &self.values[self.form.fields[i].1],
            ) {
                (Some((_, wording, _)), _) => Some(Cow::Borrowed(wording.as_ref())),
                (None, Bound::Text(text)) => Some(Cow::Borrowed(text.as_ref())),
                (None, Bound::Integer(n)) => Some(Cow::Owned(n.to_string())),
                (None, Bound::Real(n)) => Some(Cow::Owned(real(*n))),
                (None, Bound::Null | Bound::Blob(_)) => None,
            }
        })
    }
}
