//! Columns that a file does not have and its mapping makes: the heading above a record, and the parts of a
//! cell that says two things.

use serde::Deserialize;

use crate::mapping::Record;

/// What the column is called that says of which sheet a record is, where several are read as one table.
pub const SHEET_COLUMN: &str = "sheet";

/// A column whose cells are divided in two.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Division {
    /// The column.
    pub column: String,
    /// What stands between the parts; where it occurs several times, the last is meant.
    pub at: String,
    /// What the columns of the two parts are called.
    pub into: [String; 2],
}

/// What becomes of the columns that a mapping makes.
#[derive(Debug, Clone, Default)]
pub struct DerivedColumns {
    /// How many columns the file has; the others follow them.
    pub width: usize,
    /// What the first of the others is called, which is the heading above a record.
    pub heading: Option<String>,
    /// The columns that are divided, each into the next two of the others, and where.
    pub divisions: Vec<(usize, String)>,
}

impl DerivedColumns {
    /// Whether there are none.
    fn are_none(&self) -> bool {
        self.heading.is_none() && self.divisions.is_empty()
    }

    /// The column of the file that a column is made of; none for a heading.
    #[must_use]
    pub fn origin(&self, column: usize) -> Option<usize> {
        let Some(derived) = column.checked_sub(self.width) else { return Some(column) };
        let part = derived.checked_sub(usize::from(self.heading.is_some()))?;
        self.divisions.get(part / 2).map(|(column, _)| *column)
    }

    /// Whether a column is a part of another one, which has all of it.
    #[must_use]
    pub fn is_part(&self, column: usize) -> bool {
        column >= self.width + usize::from(self.heading.is_some())
    }

    /// What a heading says: "Supplier: France" is France in a column called Supplier.
    pub(super) fn heading<'t>(&self, text: &'t str) -> &'t str {
        let name = self.heading.as_deref().unwrap_or_default();
        let rest = text.trim().strip_prefix(name).and_then(|rest| rest.trim().strip_prefix(':'));
        rest.unwrap_or(text).trim()
    }

    /// Adds the cells of these columns to a record that has all of the file's own.
    pub(super) fn add(&self, heading: &str, record: &mut Record) {
        if self.are_none() || record.len() != self.width {
            return;
        }
        if self.heading.is_some() {
            record.push_field(heading);
        }
        for (column, at) in &self.divisions {
            let cell = record.get(*column).unwrap_or_default().to_owned();
            let (first, second) = divided(&cell, at);
            record.push_field(first);
            record.push_field(second);
        }
    }
}

/// The parts of a cell before and behind the last of these signs; all of it is the first part where it
/// has none. A bracket that opens is closed behind the second part.
#[must_use]
pub fn divided<'t>(cell: &'t str, at: &str) -> (&'t str, &'t str) {
    let (first, second) = cell.rsplit_once(at).unwrap_or((cell, ""));
    let second = match at.trim_end().chars().next_back() {
        Some('(') => second.trim_end().trim_end_matches(')'),
        Some('[') => second.trim_end().trim_end_matches(']'),
        _ => second,
    };
    (first.trim(), second.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_divided_at_the_last_sign() {
        assert_eq!(divided("Gao, Gao Region, Mali", ", "), ("Gao, Gao Region", "Mali"));
        assert_eq!(divided("Libya", ", "), ("Libya", ""));
        assert_eq!(divided("Bamako (Mali)", " ("), ("Bamako", "Mali"));
    }
}
