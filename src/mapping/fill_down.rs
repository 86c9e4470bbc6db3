//! Cells that are blank because the cell above them is meant: a table for print names a country once,
//! above all of its rows.

use crate::mapping::{CompiledMapping, Record};

/// The last cells of the columns that are filled down.
#[derive(Debug, Default)]
pub struct FillDown {
    last: Vec<String>,
}

impl FillDown {
    /// Fills the blank cells of a record from those above. If a row has nothing but a cell in one of
    /// these columns, it is the heading of the rows below it, and becomes blank. Totals and other rows
    /// that are not records are left as they are, and fill nothing.
    pub fn fill(&mut self, plan: &CompiledMapping, record: &mut Record) {
        if plan.fill_down.is_empty() {
            return;
        }
        self.last.resize(plan.fill_down.len(), String::new());
        let is_heading = plan.is_heading(record);
        if !is_heading && plan.skips(record) {
            return;
        }
        let mut filled: Option<Vec<String>> = None;
        for (column, last) in plan.fill_down.iter().zip(&mut self.last) {
            match record.get(*column) {
                Some(cell) if !cell.trim().is_empty() => cell.clone_into(last),
                Some(_) if !is_heading => {
                    let cells =
                        filled.get_or_insert_with(|| record.iter().map(str::to_owned).collect());
                    cells[*column].clone_from(last);
                }
                _ => {}
            }
        }
        if is_heading {
            *record = Record::from(vec![""; record.len()]);
        } else if let Some(cells) = filled {
            *record = Record::from(cells);
        }
    }
}

impl CompiledMapping {
    /// Whether a record says something in a column that is filled down, and nowhere else.
    #[must_use]
    pub fn is_heading(&self, record: &Record) -> bool {
        let mut stated = (0..record.len()).filter(|n| !record[*n].trim().is_empty());
        let only = stated.next().filter(|_| stated.next().is_none());
        only.is_some_and(|column| self.fill_down.contains(&column))
    }
}
