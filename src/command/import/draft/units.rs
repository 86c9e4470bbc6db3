//! The units of the measures of a draft.

use crate::command::import::draft::beside::unit_in;
use crate::command::import::draft::toml_text::quoted;
use crate::command::import::draft::write::Draft;

impl Draft<'_> {
    /// The unit of a column as a variable of its entry, where any of the columns has one.
    pub(super) fn unit_key(&self, column: usize, have_units: bool) -> String {
        let unit = || quoted(&unit_in(self.name(column)).unwrap_or_default());
        if have_units { format!(", unit = {}", unit()) } else { String::new() }
    }

    pub(super) fn have_units(&self, columns: &[usize]) -> bool {
        columns.iter().any(|column| unit_in(self.name(*column)).is_some())
    }

    /// The unit of measures: that of each column where some name one, else that which stands beside the
    /// table.
    pub(super) fn unit_of(&mut self, columns: &[usize]) {
        // a spreadsheet keeps 20 % as 0.2
        let is_share = |column: &usize| {
            self.columns.number(*column).is_some_and(|number| {
                !number.is_integer && number.least >= 0.0 && number.greatest <= 1.0
            })
        };
        let said = columns.iter().filter_map(|column| unit_in(self.name(*column)));
        let said: Vec<String> = said.chain(self.unit_beside.clone()).collect();
        let is_of_shares = said.iter().any(|unit| unit.contains('%') || unit.contains("percent"));
        if is_of_shares && columns.iter().all(is_share) {
            self.line("# guess: a spreadsheet keeps 20 % as 0.2: these figures are shares of 1");
            self.line("unit    = \"share of 1\"");
        } else if self.have_units(columns) {
            self.line("unit    = \"{$unit}\"");
        } else if let Some(unit) = self.unit_beside.clone()
            && self.sheet_of_measure().is_none()
            && !(0..self.columns.width).any(|column| {
                self.columns.number(column).is_some() && unit_in(self.name(column)).is_some()
            })
        {
            self.line("# guess: the unit, which stands beside the table");
            self.line(&format!("unit    = {}", quoted(&unit)));
        }
    }
}
