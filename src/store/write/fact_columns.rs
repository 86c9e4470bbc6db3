//! The values of the columns of a fact, most of which say nothing: only what is stated takes room.

use std::ops::Index;

use crate::store::write::param::Param;

/// A value for each column.
#[derive(Debug)]
pub struct FactColumns<'r> {
    /// Where the value of each column stands among those that are stated, from 1; 0: it states nothing.
    places: [u8; FactColumns::MOST],
    stated: Vec<Param<'r>>,
    width: usize,
}

impl FactColumns<'_> {
    /// No kind has more columns.
    pub const MOST: usize = 64;

    /// So many are stated as a rule.
    const USUAL: usize = 30;
}

impl<'r> FactColumns<'r> {
    /// So many columns, none of which states anything.
    pub fn new(width: usize) -> FactColumns<'r> {
        let stated = Vec::with_capacity(FactColumns::USUAL);
        FactColumns { places: [0; FactColumns::MOST], stated, width }
    }

    /// Has a column state a value.
    pub fn set(&mut self, column: usize, value: Param<'r>) {
        match usize::from(self.places[column]).checked_sub(1) {
            Some(place) => self.stated[place] = value,
            None if value == Param::Null => {}
            None => {
                self.stated.push(value);
                self.places[column] = u8::try_from(self.stated.len()).unwrap_or(u8::MAX);
            }
        }
    }

    /// Takes the value of a column away.
    pub fn take(&mut self, column: usize) -> Param<'r> {
        match usize::from(self.places[column]).checked_sub(1) {
            Some(place) => std::mem::replace(&mut self.stated[place], Param::Null),
            None => Param::Null,
        }
    }

    /// The values in the order of the columns.
    pub fn iter(&self) -> impl Iterator<Item = &Param<'r>> {
        (0..self.width).map(|column| &self[column])
    }

    /// The same, owning their texts.
    pub fn into_owned(self) -> FactColumns<'static> {
        let stated = self.stated.into_iter().map(Param::into_owned).collect();
        FactColumns { places: self.places, stated, width: self.width }
    }
}

impl<'r> Index<usize> for FactColumns<'r> {
    type Output = Param<'r>;

    fn index(&self, column: usize) -> &Param<'r> {
        match usize::from(self.places[column]).checked_sub(1) {
            Some(place) => &self.stated[place],
            None => &Param::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::KINDS;
    use crate::store::write::row_encoder::{EncodedFact, RowEncoder};

    #[test]
    fn every_kind_has_room() {
        for kind in KINDS {
            let width = EncodedFact::new(RowEncoder::of(kind).into()).values.width;
            assert!(width <= FactColumns::MOST, "{}: {width} columns", kind.name);
        }
    }

    #[test]
    fn a_column_states_what_it_was_set_to_last() {
        let mut values = FactColumns::new(3);
        values.set(2, Param::Integer(1));
        values.set(0, Param::Integer(2));
        values.set(2, Param::Integer(3));
        values.set(1, Param::Null);
        let all: Vec<_> = values.iter().cloned().collect();
        assert_eq!(all, [Param::Integer(2), Param::Null, Param::Integer(3)]);
        assert_eq!(values.take(2), Param::Integer(3));
        assert_eq!(values[2], Param::Null);
    }
}
