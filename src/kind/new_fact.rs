//! A fact of a data set on its way in: its key, what it states, and the columns of its record that are left.

use std::sync::Arc;

use crate::kind::{InputRow, Kind};
use crate::value::date::Days;
use crate::value::text::quote;

/// A fact of a data set on its way in.
#[derive(Debug, Clone)]
pub struct NewFact<'a> {
    /// Its kind.
    pub kind: &'static Kind,
    /// What it is called within its source.
    pub key: FactKey,
    /// What it states, except for its source, key and extra columns.
    pub row: InputRow<'a>,
    /// The days of its date.
    pub days: Days,
    /// The columns of its record that no fact holds.
    pub extra: Option<Arc<ExtraColumns<'a>>>,
}

/// Columns of a record that no fact holds, in the order of the file.
#[derive(Debug, Clone)]
pub struct ExtraColumns<'a> {
    /// Their names, as they stand in an object of JSON (`"name":`), and their cells.
    pub cells: Vec<(&'a str, &'a str)>,
    /// One more column, already in JSON: the cells in which repetitions of the record differ.
    pub repeated: Option<String>,
}

impl ExtraColumns<'_> {
    /// The same as an object of JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let long = self.cells.iter().map(|(name, cell)| name.len() + cell.len() + 3).sum::<usize>();
        // room for characters that are escaped
        let mut json = String::with_capacity(long + long / 8 + 2);
        for (name, cell) in &self.cells {
            json.push(if json.is_empty() { '{' } else { ',' });
            json.push_str(name);
            quote(&mut json, cell);
        }
        if let Some(repeated) = &self.repeated {
            json.push_str(if json.is_empty() { "{\"repeated\":" } else { ",\"repeated\":" });
            json.push_str(repeated);
        }
        json + "}"
    }
}

/// What a fact of a data set is called within its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactKey {
    /// This key.
    Explicit(String),
    /// This key with a counter behind it, since records have nothing that tells them apart.
    Sequence(String),
    /// As the first fact of its record, with this behind it.
    Child(String),
}

impl FactKey {
    /// The full key of the fact, given the key of its record.
    #[must_use]
    pub fn called(&self, record: &str) -> String {
        match self {
            FactKey::Explicit(key) => key.clone(),
            FactKey::Sequence(_) => record.to_owned(),
            FactKey::Child(under) => format!("{record}/{under}"),
        }
    }
}
