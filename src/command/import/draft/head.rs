//! The beginning of a draft: what the file is, and how it lies before its records.

use crate::command::import::draft::table_notes::TableNotes;
use crate::command::import::draft::toml_text::{list, quoted};
use crate::command::import::draft::write::Draft;
use crate::ingest::ALL_SHEETS;

impl Draft<'_> {
    /// Rows that are no records.
    fn left_out(&mut self, notes: &TableNotes) {
        let mut totals = Vec::new();
        for column in 0..self.columns.all.len() {
            let cells: Vec<&String> = notes
                .totals
                .iter()
                .chain(&notes.strays)
                .filter(|(other, _)| *other == column)
                .map(|(_, cell)| cell)
                .collect();
            if !cells.is_empty() {
                let text = quoted(&self.template(column));
                totals.push(format!("{{ text = {text}, is = {} }}", list(cells)));
            }
        }
        if notes.repeats_header {
            self.line("# rows that repeat the header are no records");
            let named = (0..self.columns.all.len()).find(|n| !self.name(*n).starts_with("column "));
            let column = named.unwrap_or_default();
            totals.push(format!(
                "{{ text = {}, is = {} }}",
                quoted(&self.template(column)),
                quoted(self.name(column))
            ));
        }
        if !totals.is_empty() {
            if !notes.totals.is_empty() {
                self.line(
                    "# guess: rows that add up other rows, or count parts of them, are no records",
                );
            }
            if !notes.strays.is_empty() {
                let rows: Vec<String> = notes.strays.iter().map(|(_, cell)| quoted(cell)).collect();
                let rows = rows.join(", ");
                self.line(&format!(
                    "# guess: a row with nearly every cell empty is not a record: the row of {rows}"
                ));
            }
            self.line(&format!("skip      = [{}]", totals.join(", ")));
        }
    }

    /// Columns that the file does not have.
    fn derived(&mut self, notes: &TableNotes) {
        if let Some(heading) = &notes.heading {
            let shown: Vec<&str> = notes.sections.iter().take(5).map(String::as_str).collect();
            self.line(&format!(
                "# guess: rows that state nothing but {} are headings of the rows below them: {}",
                quoted(self.name(0)),
                shown.join(", ")
            ));
            self.line(&format!("heading   = {}", quoted(heading)));
        }
        if notes.divided.is_empty() {
            return;
        }
        let divided: Vec<String> = notes
            .divided
            .iter()
            .map(|(column, at, [first, second])| {
                let (name, at) = (quoted(self.name(*column)), quoted(at));
                format!("{{ column = {name}, at = {at}, into = {} }}", list([first, second]))
            })
            .collect();
        self.line("# guess: each cell of these columns says two things");
        self.line(&format!("divide    = [{}]", divided.join(", ")));
    }

    fn fill_down(&mut self) {
        let filled = self.columns.filled_down();
        if !filled.is_empty() {
            self.line("# guess: a blank cell in these columns means the one above it");
            let filled = list(filled.into_iter().map(|column| self.name(column)));
            self.line(&format!("fill_down = {filled}"));
        }
    }

    /// Quotes the first lines beside the table, which may say of what and when it is.
    fn quotes<'n>(&mut self, lines: impl Iterator<Item = &'n String>) {
        let bare =
            lines.map(|line| line.trim_matches(|c: char| ",;|\"".contains(c) || c.is_whitespace()));
        for line in bare.filter(|line| !line.is_empty()).take(4) {
            let short: String = line.chars().take(120).collect();
            let more = if short.len() < line.len() { "…" } else { "" };
            self.line(&format!("#   {short}{more}"));
        }
    }

    pub(super) fn head(&mut self, notes: &TableNotes) {
        let stem = notes.name.split('.').next().unwrap_or_default().to_lowercase();
        let slug: String =
            stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let slug =
            if slug.trim_matches('-').is_empty() { "my-table" } else { slug.trim_matches('-') };
        // the facts of one sheet are not those of another
        let of_sheet =
            notes.sheet.as_ref().filter(|sheet| notes.is_sheet_chosen && *sheet != ALL_SHEETS);
        let slug = &of_sheet.map_or(slug.to_owned(), |sheet| {
            let plain =
                |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
            format!("{slug}-{}", sheet.chars().map(plain).collect::<String>().trim_matches('-'))
        });
        self.line(&format!(
            "# Draft mapping of {}: check it, then try it with",
            quoted(&notes.name)
        ));
        self.line("#   facts import --mapping THIS.toml --dry-run FILE");
        self.line("# The mapping language is explained in: facts help mapping");
        if notes.above > 0 {
            self.line(&format!("# lines above the header that are skipped: {}", notes.above));
            self.quotes(notes.lines.iter().take(notes.above_all));
        }
        if let Some(sheets) = &notes.sheets_unseen {
            self.line(&format!("# {sheets}"));
        }
        self.line("format = 1");
        self.line(&format!("name  = {}", quoted(slug)));
        self.line(&format!(
            "title = {}",
            quoted(&format!("{} (name the source here)", notes.name))
        ));
        self.line("# publisher = \"\"   licence = \"\"   codebook = \"\"");
        self.line("");
        self.line("[read]");
        match &notes.records {
            Some(path) => self.line(&format!("records   = {}", quoted(path))),
            None => self.line(&format!("delimiter = {}", quoted(&notes.delimiter.to_string()))),
        }
        if let Some(sheet) = &notes.sheet {
            if sheet == ALL_SHEETS && self.columns.has_sheets {
                self.line("# guess: several sheets have the same columns, and are read as one table; for one of them: --sheet");
            }
            self.line(&format!("sheet     = {}", quoted(sheet)));
        }
        if notes.has_no_header {
            let own = &self.columns.all[..self.columns.width];
            let names = own.iter().map(|column| column.name.as_str()).collect::<Vec<_>>();
            self.line("# guess: the first line is a record, since it looks like the others; name the columns");
            let names = list(names);
            self.line(&format!("header    = {names}"));
        }
        if notes.header_rows > 1 {
            self.line("# guess: the header takes up two rows");
            self.line(&format!("header_rows = {}", notes.header_rows));
        }
        if let Some(units) = &notes.units {
            self.line(&format!("# guess: the row below the header holds units: {units}"));
        }
        if notes.has_tags {
            self.line("skip_rows = 1");
        }
        self.fill_down();
        self.derived(notes);
        if notes.has_indents && notes.totals.is_empty() {
            let name = quoted(self.name(0));
            self.line(&format!("# guess: some cells of {name} are indented; if they are parts of the row above them, and"));
            self.line("# its figure is their sum, skip one of the two");
        }
        if notes.footer > 0 {
            self.line(&format!(
                "# rows below the table that are taken for notes: {}",
                notes.footer
            ));
            let below = notes.lines.iter().skip(notes.above_all);
            self.quotes(
                below.filter(|line| !notes.sections.iter().any(|text| text.trim() == line.trim())),
            );
            self.line("footer    = true");
        }
        self.left_out(notes);
        if let Some(encoding) = notes.encoding {
            self.line("# guess: the encoding; check names with accents and signs such as ° and –");
            self.line(&format!("encoding  = [{}]", quoted(&encoding.to_lowercase())));
        }
    }
}
