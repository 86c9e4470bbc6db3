//! Rows that are like no others: the last line of an export, an area among points; and rows that stand twice.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::command::import::draft::sample::ColumnSample;
use crate::command::import::draft::sums::{wholes_above, word_of_sum};
use crate::mapping::Record;

/// A table whose rows state more different columns than so has no usual ones.
const SORTS: usize = 1_000;

/// A table of fewer rows is looked through for rows that add up those below them.
const SHORT: usize = 500;

/// How many rows of each odd shape are kept to be looked at.
const KEPT: usize = 3;

/// The rows of a table by what they state.
#[derive(Debug, Default)]
pub struct RowKinds {
    /// By the columns that they state: how many they are, and the first of them.
    kinds: HashMap<Vec<bool>, (u64, Vec<Record>)>,
    seen: HashSet<u64>,
    /// The first rows, and how many there are.
    rows: Vec<Record>,
    all: usize,
    /// Rows that repeat another one in every cell.
    pub repeated: u64,
}

impl RowKinds {
    /// Looks at one more row.
    pub fn add(&mut self, record: &Record) {
        self.repeated +=
            u64::from(!self.seen.insert(FixedState::default().hash_one(record.as_slice())));
        self.all += 1;
        if self.rows.len() < SHORT {
            self.rows.push(record.clone());
        }
        if self.kinds.len() > SORTS {
            return;
        }
        let stated = record.iter().map(|cell| !cell.trim().is_empty()).collect();
        let (times, rows) = self.kinds.entry(stated).or_default();
        *times += 1;
        if rows.len() < KEPT {
            rows.push(record.clone());
        }
    }

    /// The rows of a short table that add up those below them, each by a cell that no other row has; they are
    /// taken out of the samples of the columns.
    pub fn wholes(&self, columns: &mut [ColumnSample]) -> Vec<(usize, String)> {
        let rows = if self.rows.len() == self.all { self.rows.as_slice() } else { &[] };
        let mut found = Vec::new();
        for row in wholes_above(rows).into_iter().map(|n| &rows[n]) {
            let word = word_of_sum(row);
            let own = word.filter(|(column, word)| columns[*column].cells.get(word) == Some(&1));
            if let Some(own) = own {
                columns
                    .iter_mut()
                    .zip(row)
                    .for_each(|(column, cell)| column.take_back(cell.trim()));
                found.push(own);
            }
        }
        found
    }

    /// The rows that state hardly anything of what all others do, but something that none of them does, where
    /// they are few, each by a cell that no other row has; they are taken out of the samples of the columns.
    pub fn strays(self, columns: &mut [ColumnSample]) -> Vec<(usize, String)> {
        if self.kinds.len() > SORTS {
            return Vec::new();
        }
        let all: u64 = self.kinds.values().map(|(times, _)| times).sum();
        let usual: Vec<usize> =
            (0..columns.len()).filter(|column| columns[*column].stated * 10 >= all * 9).collect();
        // it says something that no other row says, too
        let is_stray = |stated: &[bool], times: u64| {
            let told = usual.iter().filter(|column| stated.get(**column) == Some(&true)).count();
            let mut own = stated.iter().zip(columns.iter()).filter(|(stated, _)| **stated);
            usual.len() > 3
                && told * 3 <= usual.len()
                && own.any(|(_, column)| column.stated == times)
        };
        let strays = self.kinds.into_iter().filter(|(stated, (times, _))| is_stray(stated, *times));
        let strays: Vec<(u64, Vec<Record>)> = strays.map(|(_, rows)| rows).collect();
        let many: u64 = strays.iter().map(|(times, _)| times).sum();
        if all < 10 || many * 20 > all || strays.iter().any(|(times, _)| *times > KEPT as u64) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for row in strays.iter().flat_map(|(_, rows)| rows) {
            let is_own = |(column, cell): &(usize, &str)| {
                !cell.is_empty() && columns[*column].cells.get(*cell) == Some(&1)
            };
            let Some((column, cell)) = row.iter().map(str::trim).enumerate().find(is_own) else {
                continue;
            };
            found.push((column, cell.to_owned()));
            columns.iter_mut().zip(row).for_each(|(column, cell)| column.take_back(cell.trim()));
        }
        found
    }
}
