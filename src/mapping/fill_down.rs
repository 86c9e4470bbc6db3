//! Cells that are blank because the cell above them is meant: a table for print names a country once,
//! above all of its rows.

use crate::mapping::{CompiledMapping, Record};

/// What stands above a record and is said of it too: the last cells of the columns that are filled
/// down, and the last heading.
#[derive(Debug, Default)]
pub struct FillDown {
    last: Vec<String>,
    heading: String,
    /// The sheet of the last record, where several are read as one table, and whether a heading came after it.
    sheet: String,
    is_heading_new: bool,
}

impl FillDown {
    /// Fills the blank cells of a record from those above, and adds the columns that the file does not
    /// have. If a row has nothing but a cell in one of the columns that are filled down, or is a
    /// heading, it is said of the rows below it, and becomes blank. Totals and other rows that are not
    /// records are left as they are, and fill nothing.
    pub fn fill(&mut self, plan: &CompiledMapping, record: &mut Record) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        if plan.is_section(record) {
            self.last.clear();
            plan.derived.heading(record.get(0).unwrap_or_default()).clone_into(&mut self.heading);
            self.is_heading_new = true;
            *record = Record::from(vec![""; record.len()]);
        } else {
            self.begin_sheet(plan, record);
            self.is_heading_new = false;
            self.fill_blanks(plan, record);
            plan.derived.add(&self.heading, record);
        }
    }

    /// What stands above the records of one sheet is not said of those of the next.
    fn begin_sheet(&mut self, plan: &CompiledMapping, record: &Record) {
        let Some(sheet) = plan.sheet.and_then(|column| record.get(column)) else { return };
        if sheet.is_empty() || sheet == self.sheet {
            return;
        }
        if !self.is_heading_new {
            self.heading.clear();
            self.last.clear();
        }
        sheet.clone_into(&mut self.sheet);
    }

    fn fill_blanks(&mut self, plan: &CompiledMapping, record: &mut Record) {
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
    /// Whether a record says something in its first column and nowhere else, where that is the heading of
    /// the records below it.
    fn is_section(&self, record: &Record) -> bool {
        let mut stated = (0..record.len()).filter(|n| !record[*n].trim().is_empty());
        self.derived.heading.is_some() && stated.next() == Some(0) && stated.next().is_none()
    }

    /// Whether a record says something in a column that is filled down, and nowhere else, or is the
    /// heading of a section.
    #[must_use]
    pub fn is_heading(&self, record: &Record) -> bool {
        if self.is_section(record) {
            return true;
        }
        let mut stated = (0..record.len()).filter(|n| !record[*n].trim().is_empty());
        let only = stated.next().filter(|_| stated.next().is_none());
        only.is_some_and(|column| self.fill_down.contains(&column))
    }
}
