//! A set that mostly has one element, of which a table holds one in each cell.

use std::collections::BTreeSet;

/// A set: nothing is allocated for it before it has two elements.
#[derive(Debug, Clone, Default)]
pub(super) enum SmallSet<T> {
    #[default]
    Empty,
    One(T),
    #[expect(clippy::box_collection, reason = "a pointer is smaller than a set")]
    Many(Box<BTreeSet<T>>),
}

impl<T: Ord> SmallSet<T> {
    /// Adds an element, unless it is there.
    pub(super) fn insert(&mut self, element: T) {
        match self {
            SmallSet::Empty => *self = SmallSet::One(element),
            SmallSet::One(one) if *one == element => {}
            SmallSet::One(_) => {
                let SmallSet::One(one) = std::mem::take(self) else { return };
                *self = SmallSet::Many(Box::new([one, element].into()));
            }
            SmallSet::Many(many) => {
                many.insert(element);
            }
        }
    }

    /// How many elements there are.
    pub(super) fn len(&self) -> usize {
        match self {
            SmallSet::Empty => 0,
            SmallSet::One(_) => 1,
            SmallSet::Many(many) => many.len(),
        }
    }

    /// The elements, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        let (one, many) = match self {
            SmallSet::Empty => (None, None),
            SmallSet::One(one) => (Some(one), None),
            SmallSet::Many(many) => (None, Some(many.iter())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }
}

impl<T: Ord + Clone> SmallSet<T> {
    /// Takes in the elements of another.
    pub(super) fn take(&mut self, other: &SmallSet<T>) {
        other.iter().for_each(|element| self.insert(element.clone()));
    }

    /// The set of what `to` makes of its elements.
    pub(super) fn map(&self, to: impl Fn(&T) -> T) -> SmallSet<T> {
        let mut all = SmallSet::Empty;
        self.iter().for_each(|element| all.insert(to(element)));
        all
    }
}
