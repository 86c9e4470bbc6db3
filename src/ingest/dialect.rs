//! How a file writes its records: what stands between cells, and what becomes of short rows.

/// How the records of a file stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvDialect {
    /// What stands between cells.
    pub delimiter: u8,
    /// Whether quotes hold cells together.
    pub quotes: bool,
    /// The line on which the reader begins.
    pub line: u64,
    /// What becomes of records with too few cells, if anything.
    pub short: Option<ShortRows>,
}

/// What becomes of a record with fewer cells than it should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShortRows {
    /// It goes on in the next line.
    Rejoin(usize),
    /// The last cells are empty.
    Pad(usize),
}

impl Default for CsvDialect {
    fn default() -> CsvDialect {
        CsvDialect { delimiter: b',', quotes: true, line: 1, short: None }
    }
}
