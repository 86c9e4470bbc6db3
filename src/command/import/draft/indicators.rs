//! Drafts of tables of figures: a column for each year, or countries and years with a column for each
//! measure.

use crate::command::import::draft::roles::CountryColumn;
use crate::command::import::draft::sample::NumberReading;
use crate::command::import::draft::toml_text::{list, quoted};
use crate::command::import::draft::write::{DEATHS, Draft};
use crate::kind::INDICATORS;

/// A column that is called after a year.
pub(super) struct WideYear {
    pub(super) column: usize,
    year: String,
    /// What else it says: "killed" in "2013 killed".
    what: String,
}

impl Draft<'_> {
    /// The columns that are called after years, with the year of each, and what else they say. Where
    /// most say nothing else, one that does, such as a total of several years, is none of them.
    pub(super) fn wide_years(&self) -> Vec<WideYear> {
        let year_of = |name: &str| {
            let name = name.trim();
            let at = name.find(|c: char| c.is_ascii_digit())?;
            let year = name.get(at..at + 4)?;
            let is_year = year.parse::<u16>().is_ok_and(|n| (1800..2200).contains(&n));
            let behind = name.get(at + 4..).unwrap_or_default();
            let is_whole = at <= 1 && !behind.starts_with(|c: char| c.is_ascii_digit());
            (is_year && is_whole).then(|| (year.to_owned(), behind.to_owned()))
        };
        let all: Vec<WideYear> = self
            .columns
            .all
            .iter()
            .enumerate()
            .filter(|(n, column)| column.stated == 0 || self.columns.number(*n).is_some())
            .filter_map(|(column, sample)| {
                let (year, behind) = year_of(&sample.name)?;
                let what = behind.trim_matches(|c: char| !c.is_alphanumeric() && c != '%');
                let what = if what.starts_with("YR") { "" } else { what }.to_owned();
                Some(WideYear { column, year, what })
            })
            .collect();
        let bare = all.iter().filter(|year| year.what.is_empty()).count();
        if bare * 2 >= all.len() {
            return all.into_iter().filter(|year| year.what.is_empty()).collect();
        }
        all.into_iter().filter(|year| !year.what.is_empty()).collect()
    }

    /// A table with a column for each year: an indicator for each cell.
    pub(super) fn wide(&mut self, years: &[WideYear], country: Option<CountryColumn>) {
        let is_year = |column: usize| years.iter().any(|year| year.column == column);
        let measure = self
            .columns
            .choose(
                &[INDICATORS.one, "series", "measure", "variable", "item", "category"],
                |column| self.columns.all[column].is_text() && !is_year(column),
            )
            .map(|choice| choice.column);
        let mut missing: Vec<String> = Vec::new();
        let mut style: Option<NumberReading> = None;
        for year in years {
            if let Some(number) = self.columns.number(year.column) {
                missing.extend(number.missing.iter().chain(&number.unread).cloned());
                if style.as_ref().is_none_or(|known| number.read > known.read) {
                    style = Some(number.clone());
                }
            }
        }
        missing.sort_unstable();
        missing.dedup();
        let whole: Vec<usize> = (0..self.columns.all.len())
            .filter(|column| !is_year(*column) && self.columns.all[*column].is_whole())
            .collect();
        self.line(&format!("\n[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
        let has_rest = years.iter().any(|year| !year.what.is_empty());
        let entries: Vec<String> = years
            .iter()
            .map(|WideYear { column, year, what }| {
                let name = quoted(self.name(*column));
                let what =
                    if has_rest { format!(", what = {}", quoted(what)) } else { String::new() };
                format!("{{ column = {name}, year = {}{what} }}", quoted(year))
            })
            .collect();
        self.line("# one fact for each year that has a number");
        self.line(&format!("each    = [\n  {},\n]", entries.join(",\n  ")));
        let mut conditions = vec!["{ text = \"{$value}\", stated = true }".to_owned()];
        if !missing.is_empty() {
            conditions.push(format!("{{ text = \"{{$value}}\", not = {} }}", list(&missing)));
        }
        self.line(&format!("when    = [{}]", conditions.join(", ")));
        self.used.extend(years.iter().map(|year| year.column));
        let mut key: Vec<String> =
            whole.iter().take(6).map(|column| quoted(&self.template(*column))).collect();
        if has_rest {
            key.push(quoted("{$what}"));
        }
        key.push(quoted("{$year}"));
        self.line(&format!("key     = [{}]", key.join(", ")));
        match measure {
            _ if has_rest => self.field("measure", &quoted("{$what}"), &[]),
            Some(column) => {
                let cell = self.cell(column);
                self.field("measure", &cell, &[]);
            }
            None => self.field(
                "measure",
                &quoted("value"),
                &["guess: say what is measured, and in which unit".into()],
            ),
        }
        self.line("date    = { year = \"{$year}\" }");
        self.place(country, None);
        self.number_field("quantity", "{$value}", style.as_ref(), &[]);
        let told: Vec<String> = country
            .iter()
            .map(|(column, _)| *column)
            .chain(measure)
            .map(|column| self.template(column))
            .collect();
        let told = if told.is_empty() { "{$value}".to_owned() } else { told.join(", ") };
        self.line(&format!("summary = {}", quoted(&format!("{told}: {{$value}} in {{$year}}"))));
    }

    /// Whether the table has a country, a year and otherwise only numbers.
    pub(super) fn is_panel(&self, country: Option<CountryColumn>) -> bool {
        let (Some((country, _)), Some((parts, None))) = (country, self.columns.parts()) else {
            return false;
        };
        if parts.month.is_some() || self.columns.start().is_some() || self.columns.point().is_some()
        {
            return false;
        }
        let deaths = self.columns.called(&DEATHS, |_| true);
        let is_number = |column: usize| self.columns.number(column).is_some();
        let is_measure = |column: &usize| is_number(*column) && !is_code(self.name(*column));
        let others: Vec<usize> = (0..self.columns.all.len())
            .filter(|column| *column != country && *column != parts.year.0)
            .filter(|column| self.columns.all[*column].stated > 0)
            .collect();
        let texts = others
            .iter()
            .filter(|column| !is_number(**column) && self.columns.all[**column].length() > 4)
            .count();
        deaths.is_empty() && others.iter().any(is_measure) && texts <= 1
    }

    /// A table of countries and years: an indicator for each number.
    pub(super) fn panel(&mut self, country: Option<CountryColumn>) {
        let Some((parts, _)) = self.columns.parts() else { return };
        let mut entries = Vec::new();
        let (mut style, mut missing) = (None, Vec::new());
        for column in 0..self.columns.all.len() {
            let is_other =
                country.is_none_or(|(country, _)| country != column) && column != parts.year.0;
            if let Some(number) =
                self.columns.number(column).filter(|_| is_other && !is_code(self.name(column)))
            {
                entries
                    .push(format!("{{ column = {0}, measure = {0} }}", quoted(self.name(column))));
                missing.extend(number.missing.iter().chain(&number.unread).cloned());
                style = style.or(Some(number.clone()));
                self.used.push(column);
            }
        }
        missing.sort_unstable();
        missing.dedup();
        self.line(&format!("\n[[fact]]\nkind    = {}", quoted(INDICATORS.name)));
        self.line("# guess: each of these columns is a measure; delete those that are none, and add a unit");
        self.line(&format!("each    = [\n  {},\n]", entries.join(",\n  ")));
        let place = country.map(|(column, _)| self.template(column)).unwrap_or_default();
        let year = self.template(parts.year.0);
        let mut key = vec![quoted(&place)];
        for (column, sample) in self.columns.all.iter().enumerate() {
            if sample.is_text() && sample.is_whole() && self.template(column) != place {
                key.push(quoted(&self.template(column)));
            }
        }
        key.extend([quoted(&year), quoted("{$measure}")]);
        self.line(&format!("key     = [{}]", key.join(", ")));
        self.line("measure = \"{$measure}\"");
        self.date_of_parts(&parts, None);
        self.place(country, None);
        self.number_field("quantity", "{$value}", style.as_ref(), &missing);
        self.line(&format!(
            "summary = {}",
            quoted(&format!("{{$measure}}, {place}, {year}: {{$value}}"))
        ));
    }
}

/// Whether a column of numbers is called as one of codes is.
fn is_code(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = ["code", "id", "column 1", "ccode", "gwno", "iso"];
    name.is_empty() || words.iter().any(|word| name.contains(word))
}
