//! A cross-table: labels of rows and columns, and the cells, which refuse what must not be added
//! up.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use crate::tabulate::group::{Groups, TallyGroup};
use crate::tabulate::label::{self, LabelSet};
use crate::tabulate::period::periods;
use crate::tabulate::{Across, Aggregate, Dispute, Label, LabelKey, name};
use crate::value::text::grouped;
use crate::value::{Number, OwnedValue, Value};

/// The cross-table: labels of the rows and columns, and the cells.
#[derive(Debug)]
pub struct Cross {
    /// A cell of each row, by its place, in the order of the rows.
    rows: Vec<u32>,
    /// The labels of the columns, in order.
    columns: Vec<LabelKey>,
    /// How many labels a row has.
    width: usize,
    /// By the labels of the row and of the column, one behind the other.
    cells: Groups,
    labels: LabelSet,
    /// What figures count, by its number.
    counted: IndexSet<LabelKey, RandomState>,
    aggregate: Aggregate,
}

/// Along what totals are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalOf {
    /// One for each row.
    Rows,
    /// One for each column.
    Columns,
    /// One of all.
    All,
}

impl Cross {
    /// Makes the cross-table of these cells; the first `width` labels of a key belong to the row.
    pub(super) fn of(
        width: usize,
        cells: Groups,
        (labels, counted): (LabelSet, IndexSet<LabelKey, RandomState>),
        aggregate: Aggregate,
    ) -> Cross {
        let (rows, columns) = (Vec::new(), Vec::new());
        let mut cross = Cross { rows, columns, width, cells, labels, counted, aggregate };
        let mut rows: Vec<u32> = (0..cross.cells.len()).map(label::number).collect();
        rows.sort_unstable_by(|a, b| {
            let [a, b] = [a, b].map(|cell| cross.labels_of(cross.row_of(*cell)));
            a.cmp(b)
        });
        rows.dedup_by(|a, b| cross.row_of(*a) == cross.row_of(*b));
        let columns = cross.sorted(cross.cells.keys().map(|key| &key[width..]));
        (cross.rows, cross.columns) = (rows, columns);
        cross
    }

    /// The labels of the row that the cell at a place belongs to.
    fn row_of(&self, cell: u32) -> &[u32] {
        self.cells.get_index(cell as usize).map_or(&[], |(key, _)| &key[..self.width])
    }

    /// The labels of the rows, in order; totals are not among them.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        self.rows.iter().map(|cell| self.row_of(*cell))
    }

    /// The labels of the columns, in order; totals are not among them.
    #[must_use]
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        self.columns.iter().map(|column| &**column)
    }

    /// The different ones of some lists of labels, in order.
    fn sorted<'k>(&self, keys: impl Iterator<Item = &'k [u32]>) -> Vec<LabelKey> {
        let keys: HashSet<&[u32], RandomState> = keys.collect();
        let mut keys: Vec<LabelKey> = keys.into_iter().map(LabelKey::from).collect();
        keys.sort_unstable_by(|a, b| self.labels_of(a).cmp(self.labels_of(b)));
        keys
    }

    /// The labels of a row or a column.
    pub fn labels_of<'k>(&'k self, key: &'k [u32]) -> impl Iterator<Item = &'k Label> {
        key.iter().map(|n| &self.labels[*n as usize])
    }

    /// The same as a list of its own.
    #[must_use]
    pub fn named(&self, key: &[u32]) -> Vec<Label> {
        self.labels_of(key).cloned().collect()
    }

    fn find(&self, row: &[Label], column: &[Label]) -> Option<&TallyGroup> {
        let number = |label: &Label| self.labels.get_index_of(label).map(label::number);
        let key: Option<Vec<u32>> = row.iter().chain(column).map(number).collect();
        self.cells.get(key?.as_slice())
    }

    /// Returns the cell of a row and a column; NULL if no fact there states a figure.
    #[must_use]
    pub fn cell(&self, row: &[Label], column: &[Label]) -> OwnedValue {
        self.find(row, column).map_or(Value::Null, |group| self.summed(group))
    }

    /// The same by the numbers of the labels.
    #[must_use]
    pub fn cell_at(&self, row: &[u32], column: &[u32]) -> OwnedValue {
        let group = self.cells.get([row, column].concat().as_slice());
        group.map_or(Value::Null, |group| self.summed(group))
    }

    /// The rows and columns that have facts in common, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (Vec<Label>, Vec<Label>)> {
        self.sorted_cells().into_iter().map(|(row, column)| (self.named(row), self.named(column)))
    }

    fn sorted_cells(&self) -> Vec<(&[u32], &[u32])> {
        let mut keys: Vec<(&[u32], &[u32])> =
            self.cells.keys().map(|key| key.split_at(self.width)).collect();
        keys.sort_unstable_by(|a, b| {
            let rows = self.labels_of(a.0).cmp(self.labels_of(b.0));
            rows.then_with(|| self.labels_of(a.1).cmp(self.labels_of(b.1)))
        });
        keys
    }

    /// Whether a row and a column have a fact in common.
    #[must_use]
    pub fn has(&self, row: &[Label], column: &[Label]) -> bool {
        self.find(row, column).is_some()
    }

    /// Why the facts of a row and a column must not be added up, if they must not.
    #[must_use]
    pub fn dispute(&self, row: &[Label], column: &[Label]) -> Option<Dispute> {
        let group = self.find(row, column)?;
        self.check_cell(|| name(row, column), group, Across::default()).err()
    }

    /// The totals of the rows, of the columns, or of all, in their order.
    ///
    /// # Errors
    /// A total would mix what must not be mixed.
    pub fn totals(&self, of: TotalOf, across: Across) -> Result<Vec<OwnedValue>, Dispute> {
        let part = |key: &LabelKey| -> LabelKey {
            match of {
                TotalOf::Rows => key[..self.width].into(),
                TotalOf::Columns => key[self.width..].into(),
                TotalOf::All => LabelKey::new(),
            }
        };
        let mut totals = Groups::default();
        for (key, group) in &self.cells {
            totals.entry(part(key)).or_default().take(group, self.aggregate);
        }
        let none = TallyGroup::default();
        let total = |key: &[u32]| {
            let group = totals.get(key).unwrap_or(&none);
            if self.aggregate.adds_up() {
                self.check_cell(|| name(self.labels_of(key), &[]), group, across)?;
            }
            Ok(self.summed(group))
        };
        match of {
            TotalOf::Rows => self.rows().map(total).collect(),
            TotalOf::Columns => self.columns().map(total).collect(),
            TotalOf::All => total(&[]).map(|total| vec![total]),
        }
    }

    /// Refuses the first cell, in the order of rows and columns, that adds up what must not be.
    pub(super) fn check(&self, across: Across) -> Result<(), Dispute> {
        if !self.aggregate.adds_up() {
            return Ok(());
        }
        let is_refused =
            |key: &LabelKey| self.check_cell(String::new, &self.cells[key], across).is_err();
        if !self.cells.keys().any(is_refused) {
            return Ok(());
        }
        for (row, column) in self.sorted_cells() {
            let group = &self.cells[[row, column].concat().as_slice()];
            let cell = || name(self.labels_of(row), self.labels_of(column));
            self.check_cell(cell, group, across)?;
        }
        Ok(())
    }

    /// Adds the missing half of each pair of columns `sole` and `shared`, even if it is empty; `at` is
    /// the place of the two words in a column's labels.
    pub fn pair_columns(&mut self, at: usize) {
        let pair = label::sole_and_shared().map(|label| label::number_of(&mut self.labels, label));
        let both = self.columns.iter().flat_map(|column| {
            pair.map(|label| {
                let mut column = column.clone();
                column[at] = label;
                column
            })
        });
        let both: Vec<LabelKey> = both.collect();
        self.columns = self.sorted(both.iter().map(|column| &**column));
    }

    fn text(&self, label: u32) -> &str {
        &self.labels[label as usize].text
    }

    fn check_cell(
        &self,
        cell: impl Fn() -> String,
        group: &TallyGroup,
        across: Across,
    ) -> Result<(), Dispute> {
        if group.sources.len() > 1 && !across.sources {
            let mut sources: Vec<String> =
                group.sources.iter().map(|source| self.text(*source).to_owned()).collect();
            sources.sort_unstable();
            return Err(if self.aggregate == Aggregate::Count {
                Dispute::Counts(cell(), sources)
            } else {
                Dispute::Sources(cell(), sources)
            });
        }
        if group.has_other_dates() && !across.periods {
            return Err(Dispute::States(cell(), group.dates_of_states()));
        }
        let Some(figures) = group.figures().filter(|_| self.aggregate != Aggregate::Count) else {
            return Ok(());
        };
        if figures.counts.len() > 1 {
            let labels = |counted: &u32| self.labels_of(&self.counted[*counted as usize]);
            let counted = figures.counts.iter().map(|counted| name(labels(counted), &[]));
            let mut counted: Vec<String> = counted.collect();
            counted.sort_unstable();
            return Err(Dispute::Unlike(cell(), counted));
        }
        let Some(rare) = figures.rare() else { return Ok(()) };
        let twice = |(_, answers): &(&String, &Vec<String>)| answers.len() > 1 && !across.topics;
        if let Some((topic, answers)) = rare.answers.iter().find(twice) {
            let mut answers = answers.clone();
            answers.sort_unstable();
            return Err(Dispute::Answers(cell(), topic.clone(), answers));
        }
        if figures.has_flows() && !rare.stocks.is_empty() && !across.periods {
            return Err(Dispute::StockAndFlow(cell()));
        }
        if rare.stocks.len() > 1 && !across.periods {
            return Err(Dispute::Stocks(cell(), rare.stocks.len()));
        }
        if across.periods { Ok(()) } else { periods(cell, &rare.periods) }
    }

    fn summed(&self, group: &TallyGroup) -> OwnedValue {
        if self.aggregate == Aggregate::Count {
            return Value::Int(i64::try_from(group.facts).unwrap_or(i64::MAX));
        }
        let Some(figures) = group.figures() else { return Value::Null };
        if figures.stated == 0 {
            return Value::Null;
        }
        let (low, high) = figures.ends();
        #[expect(clippy::cast_precision_loss, reason = "no table has 2^53 rows")]
        let n = figures.stated as f64;
        let rare = figures.rare();
        let figure = match self.aggregate {
            Aggregate::Count | Aggregate::Sum => figures.sum.total(),
            Aggregate::Min => low,
            Aggregate::Max => high,
            Aggregate::Mean => Number::Real(figures.sum.total().real() / n),
            Aggregate::Median => Number::Real(middle(figures.each())),
            Aggregate::Range => {
                let shown = |n: Number| grouped(&n.text());
                return Value::Text(
                    if low.order(&high).is_eq() {
                        shown(low)
                    } else {
                        format!("{}–{}", shown(low), shown(high))
                    }
                    .into(),
                );
            }
            Aggregate::List => {
                let shown = |figure: &Option<Number>| {
                    figure.map_or("–".to_owned(), |n| grouped(&n.text()))
                };
                let list = rare.map_or(&[][..], |rare| &rare.list);
                let mut parts: Vec<String> = list
                    .iter()
                    .map(|(source, figure)| format!("{} {}", self.text(*source), shown(figure)))
                    .collect();
                parts.sort_unstable();
                return Value::Text(parts.join("; ").into());
            }
        };
        match group.facts - figures.stated {
            0 => figure.cell(),
            lacking => Value::Partial(figure, group.facts, lacking),
        }
    }
}

/// The middle one of some figures.
fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len().is_multiple_of(2) {
        f64::midpoint(figures[middle - 1], figures[middle])
    } else {
        figures[middle]
    }
}
