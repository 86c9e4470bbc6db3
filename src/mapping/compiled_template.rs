//! A template made ready for one file: its columns found, its variables filled in.

use std::borrow::Cow;

use crate::mapping::{KnownDates, Record};

/// A text that a record fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledTemplate {
    /// Its parts, in order.
    pub parts: Vec<CompiledPart>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompiledPart {
    /// Text as it stands.
    Plain(String),
    /// The first of these that states something.
    Pick(Vec<CellRef>),
    /// Left out where nothing in it is stated.
    Optional(Vec<CompiledPart>),
}

/// Where a text takes something from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellRef {
    /// This column.
    Column(usize),
    /// A constant.
    Const(String),
    /// The key of the record's first fact.
    Key,
    /// What the repetitions of the record have in place of its first.
    Others,
}

/// A record as texts see it.
#[derive(Debug, Clone, Copy)]
pub struct RecordCells<'r, 'k> {
    /// Its cells.
    pub record: &'r Record,
    /// Words that mean "not stated".
    pub missing: &'r [String],
    /// The key of its first fact.
    pub key: &'k str,
    /// What its repetitions have in place of it.
    pub others: &'k str,
    /// Dates that earlier records gave.
    pub dates: &'k KnownDates,
}

impl<'r> RecordCells<'r, '_> {
    /// What a column states, if anything; white space around it is none of it.
    #[must_use]
    pub fn get(&self, column: usize) -> Option<&'r str> {
        let text = self.record.get(column)?.trim();
        (!text.is_empty() && !self.missing.iter().any(|word| word == text)).then_some(text)
    }
}

impl CompiledTemplate {
    /// The column that it is the whole of.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        match self.parts.as_slice() {
            [CompiledPart::Pick(picks)] => match picks.as_slice() {
                [CellRef::Column(column)] => Some(*column),
                _ => None,
            },
            _ => None,
        }
    }

    /// The first column that it takes something from.
    #[must_use]
    pub fn first_column(&self) -> Option<usize> {
        fn first(parts: &[CompiledPart]) -> Option<usize> {
            parts.iter().find_map(|part| match part {
                CompiledPart::Plain(_) => None,
                CompiledPart::Optional(parts) => first(parts),
                CompiledPart::Pick(picks) => picks.iter().find_map(|pick| match pick {
                    CellRef::Column(column) => Some(*column),
                    _ => None,
                }),
            })
        }
        first(&self.parts)
    }

    /// What it always is, if no record has a say in it.
    #[must_use]
    pub fn constant(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [CompiledPart::Plain(text)] => Some(text),
            [CompiledPart::Pick(picks)] => match picks.first() {
                Some(CellRef::Const(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a record makes of it; `None` if it states nothing of what is asked for.
    #[must_use]
    pub fn fill<'t>(&'t self, cells: &RecordCells<'t, '_>) -> Option<Cow<'t, str>> {
        match self.parts.as_slice() {
            [CompiledPart::Plain(text)] => Some(Cow::Borrowed(text)),
            [CompiledPart::Pick(picks)] => pick(picks, cells),
            parts => {
                let mut text = String::new();
                let stated = fill(parts, cells, &mut text);
                let text = text.trim();
                (stated && !text.is_empty()).then(|| Cow::Owned(text.to_owned()))
            }
        }
    }
}

/// Whether anything that was asked for is stated, or nothing was asked for.
fn fill(parts: &[CompiledPart], cells: &RecordCells<'_, '_>, text: &mut String) -> bool {
    let (mut asked, mut stated) = (false, false);
    for part in parts {
        match part {
            CompiledPart::Plain(plain) => text.push_str(plain),
            CompiledPart::Pick(picks) => {
                asked = true;
                if let Some(found) = pick(picks, cells) {
                    stated = true;
                    text.push_str(&found);
                }
            }
            CompiledPart::Optional(parts) => {
                let begin = text.len();
                if fill(parts, cells, text) {
                    stated = true;
                } else {
                    text.truncate(begin);
                }
            }
        }
    }
    stated || !asked
}

fn pick<'t>(picks: &'t [CellRef], cells: &RecordCells<'t, '_>) -> Option<Cow<'t, str>> {
    let own = |text: &str| (!text.is_empty()).then(|| Cow::Owned(text.to_owned()));
    picks.iter().find_map(|pick| match pick {
        CellRef::Column(column) => cells.get(*column).map(Cow::Borrowed),
        CellRef::Const(text) => Some(Cow::Borrowed(text.as_str())).filter(|text| !text.is_empty()),
        CellRef::Key => own(cells.key),
        CellRef::Others => own(cells.others),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(parts: Vec<CompiledPart>, cells: &[&str]) -> Option<String> {
        let record: Record = cells.iter().collect();
        let missing = ["-".to_owned()];
        let dates = KnownDates::default();
        let cells =
            RecordCells { record: &record, missing: &missing, key: "k", others: "", dates: &dates };
        CompiledTemplate { parts }.fill(&cells).map(Cow::into_owned)
    }

    #[test]
    fn a_text_takes_what_is_stated() {
        let column = |n| CompiledPart::Pick(vec![CellRef::Column(n)]);
        let plain = |text: &str| CompiledPart::Plain(text.into());
        assert_eq!(filled(vec![column(0)], &[" Iraq "]), Some("Iraq".into()));
        assert_eq!(filled(vec![column(0)], &["-"]), None);
        let town = vec![column(0), CompiledPart::Optional(vec![plain(", "), column(1)])];
        assert_eq!(filled(town.clone(), &["Mosul", "Nineveh"]), Some("Mosul, Nineveh".into()));
        assert_eq!(filled(town.clone(), &["Mosul", ""]), Some("Mosul".into()));
        assert_eq!(filled(town, &["", "-"]), None);
        assert_eq!(
            filled(vec![CompiledPart::Pick(vec![CellRef::Column(0), CellRef::Key])], &[""]),
            Some("k".into())
        );
        assert_eq!(filled(vec![plain("always")], &[]), Some("always".into()));
    }
}
