//! What becomes of records, counted.

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Added,
    /// It replaced an older one.
    Changed,
    /// It was there already.
    Unchanged,
    /// It was there already; only extra columns came or went with the layout of the file.
    ColumnsOnly,
    /// The same input has it twice.
    Repeated,
}

/// What became of the records of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// New ones.
    pub added: u64,
    /// Those that replaced an older one.
    pub changed: u64,
    /// Those that were there already.
    pub unchanged: u64,
    /// Those of them whose extra columns are others than before.
    pub columns_only: u64,
    /// Those that were there and are no more.
    pub withdrawn: u64,
    /// Those that could not be loaded.
    pub rejected: u64,
    /// Those that the same input has twice.
    pub repeated: u64,
}

impl Counts {
    /// Counts one more.
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Added => self.added += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::ColumnsOnly => {
                self.unchanged += 1;
                self.columns_only += 1;
            }
            Outcome::Repeated => self.repeated += 1,
        }
    }

    /// Adds those of another part of the same run.
    pub fn take(&mut self, other: Counts) {
        self.added += other.added;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.columns_only += other.columns_only;
        self.withdrawn += other.withdrawn;
        self.rejected += other.rejected;
        self.repeated += other.repeated;
    }

    /// How many were read.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.added + self.changed + self.unchanged + self.rejected + self.repeated
    }

    /// The numbers that are recorded of an import and shown of it, in this order: read, added,
    /// changed, unchanged, withdrawn, rejected, repeated.
    #[must_use]
    pub fn numbers(&self) -> [i64; 7] {
        [
            self.read(),
            self.added,
            self.changed,
            self.unchanged,
            self.withdrawn,
            self.rejected,
            self.repeated,
        ]
        .map(|n| i64::try_from(n).unwrap_or(i64::MAX))
    }
}
