//! Drafts of tables whose records count several events each.

use crate::command::import::draft::roles::CountryColumn;
use crate::command::import::draft::toml_text::{list, quoted};
use crate::command::import::draft::words::words_of;
use crate::command::import::draft::write::Draft;
use crate::kind::{EVENTS, INDICATORS};

impl Draft<'_> {
    /// The column that counts several events in each record, if there is one.
    pub(super) fn count_of_events(&self) -> Option<usize> {
        const COUNTED: [&str; 6] =
            ["incidents", "attacks", "incidentes", "vorfalle", "инцидентов", "olay"];
        const BESIDE: [&str; 7] = ["number", "of", "no", "count", "total", "n", "num"];
        let is_counted = |word: &String| word == EVENTS.name || COUNTED.contains(&word.as_str());
        let is_count = |column: &usize| {
            let words = words_of(self.name(*column));
            let number = self.columns.number(*column);
            words.iter().any(is_counted)
                && words.iter().all(|word| is_counted(word) || BESIDE.contains(&word.as_str()))
                && number.is_some_and(|number| number.is_integer && number.greatest > 1.0)
        };
        (0..self.columns.all.len()).find(is_count)
    }

    /// A table that counts events: how many there were, whom they harmed, and an indicator for each
    /// other number of a record.
    pub(super) fn counts(&mut self, count: usize, country: Option<CountryColumn>) {
        let is_word = |column: usize| self.columns.all[column].is_text();
        let sort = self.columns.choose(&["event_type", "type", "category"], is_word);
        let sort = sort.map(|choice| choice.column);
        // whom events of several sorts harmed: one sort may be a part of another
        let harms = if sort.is_some() { Vec::new() } else { self.harms(&[]) };
        let mut measures = self.measures(country);
        if sort.is_some() {
            let is_people = |column: &usize| {
                self.is_of_people(*column) && self.columns.number(*column).is_some()
            };
            measures.extend((0..self.columns.all.len()).filter(is_people));
        }
        measures.retain(|column| *column != count);
        let is_told = |column: &usize| {
            let sample = &self.columns.all[*column];
            sample.has_no_blanks()
                && *column != count
                && !measures.contains(column)
                && !harms.iter().any(|harm| harm.column == *column)
        };
        let key: Vec<String> = (0..self.columns.width)
            .filter(is_told)
            .take(8)
            .map(|column| quoted(&self.template(column)))
            .collect();
        let key = if key.is_empty() { vec![quoted("#")] } else { key };
        self.line("\n[shared]");
        self.when();
        let is_free = |column: usize| country.is_none_or(|(country, _)| country != column);
        self.place_of_event(country, &is_free);
        self.line(&format!("\n# guess: each record counts several {}", EVENTS.name));
        self.line(&format!("[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
        let style = self.columns.number(count).cloned().unwrap_or_default();
        let missing: Vec<String> = style.missing.iter().chain(&style.unread).cloned().collect();
        let cell = self.cell(count);
        let mut conditions = vec![format!("{{ text = {cell}, stated = true }}")];
        if !missing.is_empty() {
            conditions.push(format!("{{ text = {cell}, not = {} }}", list(&missing)));
        }
        self.line(&format!("when    = [{}]", conditions.join(", ")));
        self.line(&format!("key     = [{}]", key.join(", ")));
        let of_sort = sort.map_or(String::new(), |sort| {
            self.used.push(sort);
            format!(", {}", self.template(sort))
        });
        let name = self.name(count).to_owned();
        let measure = name.replace('{', "{{").replace('}', "}}") + &of_sort;
        self.line(&format!("measure = {}", quoted(&measure)));
        let text = self.template(count);
        self.number_field("quantity", &text, Some(&style), &[]);
        self.line(&format!("summary = {}", quoted(&format!("{measure}: {text}"))));
        if !harms.is_empty() {
            self.casualties(harms, false);
        }
        if measures.is_empty() {
            return;
        }
        self.used.extend(&measures);
        self.line("\n# guess: each of these columns is a measure; delete those that are none, and add a unit");
        for (group, style) in self.written_alike(&measures) {
            self.line(&format!("[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
            self.each_stated(&self.measure_entries(&group), &style.missing);
            self.line("key     = [\"{$key}\", \"{$measure}\"]");
            self.line(&format!("measure = {}", quoted(&format!("{{$measure}}{of_sort}"))));
            self.unit_of(&group);
            self.number_field("quantity", "{$value}", Some(&style), &[]);
            self.line(&format!(
                "summary = {}",
                quoted(&format!("{{$measure}}{of_sort}: {{$value}}"))
            ));
        }
    }
}
