//! Which rows of a table a release has seen, a bit each.

/// A set of row numbers.
#[derive(Default)]
pub(super) struct RowSet(Vec<u64>);

impl RowSet {
    pub(super) fn add(&mut self, id: i64) {
        let (word, bit) = RowSet::place(id);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= bit;
    }

    pub(super) fn has(&self, id: i64) -> bool {
        let (word, bit) = RowSet::place(id);
        self.0.get(word).is_some_and(|found| found & bit != 0)
    }

    fn place(id: i64) -> (usize, u64) {
        (usize::try_from(id / 64).unwrap_or(0), 1 << (id % 64))
    }
}
