//! How the facts of a kind are written: columns, statements and the order of the digest, worked out
//! once.

use std::borrow::Cow;
use std::io::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::kind::{Field, Kind};
use crate::store::extras::EncodedExtra;
use crate::store::rollup::{self, Reason};
use crate::store::search;
use crate::store::write::param::{FactDigest, Param, RecordDigest};
use crate::value::Value;
use crate::value::date::Days;

/// What the program itself writes, behind the columns of the fields.
const SIGNED: [&str; 6] =
    ["import_id", "retired_by_id", "retired_why", "digest", "quote_status", "retired_note"];

/// The fields that the program sets or asks for itself, of every kind that has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownField {
    /// What the fact is called within its source.
    Key,
    /// Its source.
    Source,
    /// Its date; the first and the last day follow it.
    Date,
    /// The columns that have no field.
    Extra,
    /// The event that it belongs to.
    Event,
    /// Where it was.
    Place,
    /// The spot where it was.
    Locality,
    /// The spot's latitude.
    Latitude,
    /// The spot's longitude.
    Longitude,
}

impl KnownField {
    /// All of them, in the order in which they are declared, with their names.
    const ALL: [(KnownField, &str); 9] = [
        (KnownField::Key, "key"),
        (KnownField::Source, "source"),
        (KnownField::Date, "date"),
        (KnownField::Extra, "extra"),
        (KnownField::Event, "event"),
        (KnownField::Place, "place"),
        (KnownField::Locality, "locality"),
        (KnownField::Latitude, "latitude"),
        (KnownField::Longitude, "longitude"),
    ];
}

/// How the facts of a kind are written.
#[derive(Debug)]
pub struct RowEncoder {
    /// The kind.
    pub kind: &'static Kind,
    /// The fields that a row may be given, each with the place of its first column.
    fields: Vec<(&'static Field, usize)>,
    /// Of each field of the kind, its place among those that a row may be given.
    places: Vec<Option<usize>>,
    /// Of each [`KnownField`], its place among the same.
    known: [Option<usize>; KnownField::ALL.len()],
    /// The same in the order of the digest.
    by_name: Vec<usize>,
    /// How many columns they fill.
    width: usize,
    /// Those whose words are searched.
    searched: Vec<usize>,
    /// The columns that a summary is made of, where the kind has one.
    pub rollup_by: Option<RollupColumns>,
    /// Adds a row, unless a live one has its key.
    pub insert: String,
    /// Finds the live row of a source and key.
    pub live: String,
}

impl RowEncoder {
    /// That of a kind.
    pub fn of(kind: &'static Kind) -> RowEncoder {
        let mut columns: Vec<String> = Vec::new();
        let mut fields = Vec::new();
        let mut places = Vec::new();
        for field in kind.fields() {
            places.push(field.is_given().then_some(fields.len()));
            if field.is_given() {
                fields.push((field, columns.len()));
                columns.extend(field.columns());
            }
        }
        let known = KnownField::ALL
            .map(|(_, name)| fields.iter().position(|(field, _)| field.name == name));
        let width = columns.len();
        columns.extend(SIGNED.map(str::to_owned));
        let mut by_name: Vec<usize> = (0..fields.len()).collect();
        by_name.sort_unstable_by_key(|i| fields[*i].0.name);
        let marks = vec!["?"; columns.len()].join(", ");
        let table = kind.table;
        let searched = (0..fields.len()).filter(|i| search::is_searched(fields[*i].0)).collect();
        let column =
            |name: &str| columns.iter().position(|column| column == name).unwrap_or_default();
        let rollup_by = (!kind.rollup_by.is_empty()).then(|| RollupColumns {
            source: column("source_id"),
            date: column("date"),
            place: column("place_id"),
            alone: rollup::reasons(kind)
                .into_iter()
                .map(|reason| (reason.column().map_or(0, column), reason))
                .collect(),
            sorts: kind.rollup_by.iter().map(|name| column(name)).collect(),
            figures: rollup::figures(kind).map(|figure| column(figure.name)).collect(),
        });
        RowEncoder {
            kind,
            fields,
            places,
            known,
            by_name,
            width,
            searched,
            rollup_by,
            insert: format!(
                "INSERT INTO {table} ({}) VALUES ({marks}) ON CONFLICT (source_id, key) WHERE retired_by_id IS NULL DO NOTHING",
                columns.join(", ")
            ),
            live: format!(
                "SELECT f.id, f.digest, r.file IS NULL, r.uid, r.id FROM {table} f JOIN imports r ON r.id = f.import_id
                  WHERE f.source_id = ?1 AND f.key = ?2 AND f.retired_by_id IS NULL"
            ),
        }
    }

    /// The fields that a row may be given.
    pub fn given(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().map(|(field, _)| *field)
    }

    /// The digest of a row whose given fields have these values, references in their wording.
    pub fn sum(&self, cells: &[Value<'_>]) -> FactDigest {
        self.sum_of(|i, text| write!(text, "{}", cells[i]).is_ok() && !cells[i].is_null())
    }

    /// The digest of a row; `put` adds the text of a given field, if it is stated.
    fn sum_of(&self, put: impl Fn(usize, &mut Vec<u8>) -> bool) -> FactDigest {
        let mut stated: Vec<u8> = Vec::with_capacity(1 << 11);
        for i in &self.by_name {
            let name = self.fields[*i].0.name;
            let before = stated.len();
            stated.extend_from_slice(&(name.len() as u64).to_le_bytes());
            stated.extend_from_slice(name.as_bytes());
            let length = stated.len();
            stated.extend_from_slice(&[0; 8]);
            let text = stated.len();
            let is_stated = put(*i, &mut stated);
            if !is_stated || name == "locator" && stated[text..].starts_with(b"row=") {
                stated.truncate(before);
                continue;
            }
            let long = ((stated.len() - text) as u64).to_le_bytes();
            stated[length..text].copy_from_slice(&long);
        }
        let whole: [u8; 32] = Sha256::digest(&stated).into();
        std::array::from_fn(|i| whole[i])
    }

    /// The place of a known field among those that a row may be given, and of its column.
    fn known(&self, field: KnownField) -> Option<(usize, usize)> {
        self.known[field as usize].map(|i| (i, self.fields[i].1))
    }

    /// The same of any field.
    fn find(&self, field: &Field) -> Option<(usize, usize)> {
        let i = self.places[self.kind.position(field)?]?;
        Some((i, self.fields[i].1))
    }
}

/// The columns that a summary is made of.
#[derive(Debug)]
pub struct RollupColumns {
    /// The source.
    pub source: usize,
    /// The date; its first and last day follow it.
    pub date: usize,
    /// The place.
    pub place: usize,
    /// Why a fact would be in no summary, and the column that tells.
    pub alone: Vec<(usize, Reason)>,
    /// What the kind is summed by.
    pub sorts: Vec<usize>,
    /// What is added up.
    pub figures: Vec<usize>,
}

/// A fact that is ready to be written.
#[derive(Debug)]
pub struct EncodedFact<'r> {
    /// How.
    pub form: Arc<RowEncoder>,
    /// The values of its columns.
    pub values: Vec<Param<'r>>,
    /// For each reference: its column, its wording for the digest, and the words that find it.
    wording: Vec<(usize, Arc<str>, Arc<str>)>,
    /// The extra columns, encoded.
    pub extra: Option<EncodedExtra>,
    /// If it is the first fact of a record, the digest of that record.
    pub record: Option<RecordDigest>,
}

impl<'r> EncodedFact<'r> {
    /// One that states nothing yet.
    pub fn new(form: Arc<RowEncoder>) -> EncodedFact<'r> {
        let values = vec![Param::Null; form.width + SIGNED.len()];
        EncodedFact { form, values, wording: Vec::new(), extra: None, record: None }
    }

    /// The same, owning its texts.
    pub fn into_owned(self) -> EncodedFact<'static> {
        let values = self.values.into_iter().map(Param::into_owned).collect();
        EncodedFact {
            values,
            form: self.form,
            wording: self.wording,
            extra: self.extra,
            record: self.record,
        }
    }

    /// Sets a field.
    pub fn set(&mut self, field: &Field, value: Value<'r>) {
        if let Some((_, column)) = self.form.find(field) {
            self.values[column] = value.into();
        }
    }

    /// Sets a field that refers to a row of another table, which is written so and found by these
    /// words.
    pub fn set_reference(&mut self, field: &Field, id: i64, wording: &Arc<str>, words: &Arc<str>) {
        if let Some((i, column)) = self.form.find(field) {
            self.values[column] = Param::Integer(id);
            self.wording.retain(|(other, ..)| *other != i);
            self.wording.push((i, Arc::clone(wording), Arc::clone(words)));
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
                (None, Param::Text(text)) => text.as_ref(),
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
        if let Some((_, column)) = self.form.known(KnownField::Date) {
            self.values[column + 1] = days.first.map_or(Param::Null, Param::Integer);
            self.values[column + 2] = days.last.map_or(Param::Null, Param::Integer);
        }
    }

    /// Takes back what a field states.
    pub fn clear(&mut self, field: KnownField) {
        if let Some((_, column)) = self.form.known(field) {
            self.values[column] = Param::Null;
        }
    }

    /// The values of the columns in the order of the statement, without extra columns that were encoded.
    pub fn stated(&self) -> impl Iterator<Item = &Param<'r>> {
        let extra = self.form.known(KnownField::Extra).map(|(_, column)| column);
        let elsewhere = extra.filter(|_| self.extra.is_some());
        let values = self.values.iter().enumerate();
        values.map(move |(i, value)| if Some(i) == elsewhere { &Param::Null } else { value })
    }

    /// Takes the columns that have no field out of the row.
    pub fn take_extra(&mut self) -> Option<Cow<'r, str>> {
        let (_, column) = self.form.known(KnownField::Extra)?;
        match std::mem::replace(&mut self.values[column], Param::Null) {
            Param::Text(object) => Some(object),
            _ => None,
        }
    }

    /// Puts them back.
    pub fn set_extra(&mut self, object: Cow<'r, str>) {
        if let Some((_, column)) = self.form.known(KnownField::Extra) {
            self.values[column] = Param::Text(object);
        }
    }

    /// Says which event it belongs to.
    pub fn set_event(&mut self, event: String) {
        if let Some((_, column)) = self.form.known(KnownField::Event) {
            self.values[column] = Param::Text(Cow::Owned(event));
        }
    }

    /// Says what it is called, within which source.
    pub fn set_key(&mut self, slug: &Arc<str>, source: i64, key: &str) -> &EncodedFact<'r> {
        if let Some((_, column)) = self.form.known(KnownField::Key) {
            self.values[column] = Param::Text(Cow::Owned(key.to_owned()));
        }
        if let Some((i, column)) = self.form.known(KnownField::Source)
            && self.values[column] == Param::Null
        {
            self.values[column] = Param::Integer(source);
            self.wording.push((i, Arc::clone(slug), Arc::clone(slug)));
        }
        self
    }

    /// Says which run retired it, and why, in a word and in somebody's words.
    pub fn retire(&mut self, by: Option<i64>, why: Option<String>, note: Option<String>) {
        let width = self.form.width;
        let text = |text: Option<String>| text.map_or(Param::Null, |text| Param::Text(text.into()));
        self.values[width + 1] = by.map_or(Param::Null, Param::Integer);
        self.values[width + 2] = text(why);
        self.values[width + 5] = text(note);
    }

    /// Whether it is retired.
    pub fn is_retired(&self) -> bool {
        self.values[self.form.width + 1] != Param::Null
    }

    /// Says how its quote was found.
    pub fn set_quote_status(&mut self, status: Option<String>) {
        let status = status.map_or(Param::Null, |status| Param::Text(status.into()));
        self.values[self.form.width + 4] = status;
    }

    /// Says which run recorded it, and what it states in short.
    pub fn sign(&mut self, import: i64, digest: FactDigest) {
        let width = self.form.width;
        self.values[width] = Param::Integer(import);
        self.values[width + 3] = Param::Blob(digest);
    }

    /// The value of a field.
    pub fn value(&self, field: KnownField) -> &Param<'r> {
        self.form.known(field).map_or(&Param::Null, |(_, column)| &self.values[column])
    }

    /// The first half of the SHA-256 of what it states: the name and the text of each field that is
    /// stated, in the order of the names, each behind its length, so that a field added later
    /// changes no digest. The row of a data set that it came from is left out: releases order their
    /// rows anew.
    pub fn digest(&self) -> FactDigest {
        self.form.sum_of(|i, text| {
            let value = &self.values[self.form.fields[i].1];
            if *value == Param::Null {
                return false;
            }
            if let Some((_, wording, _)) = self.wording.iter().find(|(other, ..)| *other == i) {
                text.extend_from_slice(wording.as_bytes());
                return true;
            }
            match value {
                Param::Text(stated) => text.extend_from_slice(stated.as_bytes()),
                Param::Integer(n) => {
                    text.extend_from_slice(itoa::Buffer::new().format(*n).as_bytes());
                }
                Param::Real(n) => return write!(text, "{}", Value::Real(*n)).is_ok(),
                Param::Null | Param::Blob(_) => return false,
            }
            true
        })
    }
}
