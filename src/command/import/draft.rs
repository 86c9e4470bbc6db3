//! `facts import --draft`: a first description of a table, from its header and a sample of its
//! records.

use std::collections::HashSet;
use std::fmt::Write;
use std::io::Read;

use crate::command::import::choose::{beginning, by_name, json_as_table, text as whole};
use crate::error::{Error, ErrorKind, Result};
use crate::ingest::source_file::SourceFile;
use crate::ingest::{self, CsvDialect, CsvReader, ShortRows};
use crate::kind::EVENTS;
use crate::mapping::{self, FileHead, Record};
use crate::value::date_formats::DateStyle;

/// What a column is made of, as far as a sample tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnType {
    Date,
    Year,
    Number,
    Text,
    Empty,
}

/// How dates are written in the field's files.
const FORMATS: [&str; 8] = [
    "%Y-%m-%d",
    "%d %B %Y",
    "%d %b %Y",
    "%d-%B-%Y",
    "%d-%b-%y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%Y-%m-%d %H:%M:%S%.f",
];

/// A first description of the table in a file.
///
/// # Errors
/// The file cannot be read, or holds no table.
pub fn draft(input: &SourceFile, encoding: Option<&str>) -> Result<String> {
    let json = json_as_table(input)?;
    let head = input.head()?;
    let is_utf8 = ingest::is_utf8(input.reader()?).map_err(|e| input.failed(&e))?;
    let marked = ingest::of_mark(&head).map(|(encoding, _)| encoding);
    let asked = encoding.map(by_name).transpose()?;
    let found = match (marked.or(asked), is_utf8) {
        (Some(encoding), _) => encoding,
        (None, true) => encoding_rs::UTF_8,
        (None, false) => by_name(ingest::likely(input.reader()?).map_err(|e| input.failed(&e))?)?,
    };
    let text = match &json {
        Some((_, table)) => table.clone(),
        None => beginning(input, found)?,
    };
    let layout = mapping::guess_layout(&FileHead::of(&text)).ok_or_else(|| {
        Error::new(
            ErrorKind::Rejected,
            format!("{}: no header row found at the start of the file", input.shown),
        )
    })?;
    let width = layout.header.len();
    let short = json.is_some().then_some(ShortRows::Pad(width));
    let form = CsvDialect {
        delimiter: u8::try_from(layout.delimiter).unwrap_or(b','),
        line: layout.line,
        short,
        ..CsvDialect::default()
    };
    let mut all: Box<dyn Read> = match &json {
        Some((_, table)) => Box::new(std::io::Cursor::new(table.clone())),
        None => whole(input, found)?,
    };
    std::io::copy(&mut (&mut all).take(layout.start as u64), &mut std::io::sink())
        .map_err(|e| input.failed(&e))?;
    let mut records = CsvReader::of(all, form);
    let mut columns: Vec<SampledColumn> =
        layout.header.iter().map(|_| SampledColumn::default()).collect();
    let mut record = Record::new();
    let (mut read, mut tags) = (0, false);
    // what cannot be read is told when the table is imported
    while let Ok(true) = records.next(&mut record) {
        if record.len() != width || records.locate(None).0 <= layout.line {
            continue;
        }
        if read == 0 && record.iter().all(|cell| cell.is_empty() || cell.starts_with('#')) {
            tags = true;
            continue;
        }
        read += 1;
        columns.iter_mut().zip(&record).for_each(|(column, cell)| column.add(cell.trim()));
        if read >= MANY {
            break;
        }
    }
    let sorts: Vec<(ColumnType, Option<&str>)> = columns.iter().map(SampledColumn::sort).collect();
    let told = DraftNotes {
        encoding: (marked.is_none() && !is_utf8).then(|| found.name()),
        records: json.and_then(|(path, _)| path),
        tags,
    };
    Ok(write(input, &layout, &columns, &sorts, &told))
}

/// How many records are looked at.
const MANY: usize = 200_000;

/// What else was found out.
struct DraftNotes {
    encoding: Option<&'static str>,
    records: Option<String>,
    tags: bool,
}

/// What the cells of a column are, as far as they were looked at.
#[derive(Debug, Default)]
struct SampledColumn {
    stated: usize,
    blank: usize,
    not_date: Vec<bool>,
    not_year: bool,
    not_number: bool,
    /// The cells as long as each is another.
    distinct: HashSet<String>,
    doubled: bool,
}

impl SampledColumn {
    fn add(&mut self, cell: &str) {
        if cell.is_empty() {
            self.blank += 1;
            return;
        }
        self.stated += 1;
        self.not_date.resize(FORMATS.len(), false);
        for (not, format) in self.not_date.iter_mut().zip(FORMATS) {
            *not = *not || DateStyle::of(vec![format.to_owned()]).read(cell).is_none();
        }
        self.not_year |= !(cell.len() == 4
            && cell.parse::<u16>().is_ok_and(|year| (1000..2200).contains(&year)));
        self.not_number |= cell.replace(',', "").parse::<f64>().is_err();
        if !self.doubled {
            self.doubled = !self.distinct.insert(cell.to_owned());
            if self.doubled {
                self.distinct = HashSet::new();
            }
        }
    }

    fn sort(&self) -> (ColumnType, Option<&'static str>) {
        if self.stated == 0 {
            return (ColumnType::Empty, None);
        }
        if let Some(n) = self.not_date.iter().position(|not| !not) {
            return (ColumnType::Date, Some(FORMATS[n]));
        }
        match (self.not_year, self.not_number) {
            (false, _) => (ColumnType::Year, None),
            (_, false) => (ColumnType::Number, None),
            _ => (ColumnType::Text, None),
        }
    }

    /// Every record states it.
    fn is_whole(&self) -> bool {
        self.blank == 0 && self.stated > 0
    }
}

/// The column whose name holds one of these words and whose cells are of this sort.
fn pick<'h>(
    header: &'h [String],
    sorts: &[(ColumnType, Option<&str>)],
    wanted: &[ColumnType],
    words: &[&str],
) -> Option<&'h str> {
    let good = |n: usize| wanted.contains(&sorts[n].0);
    let held = |word: &&&str| {
        header.iter().enumerate().find(|(n, name)| good(*n) && name.to_lowercase().contains(**word))
    };
    words.iter().find_map(|word| held(&word)).map(|(_, name)| name.as_str())
}

fn write(
    input: &SourceFile,
    layout: &mapping::FileLayout,
    columns: &[SampledColumn],
    sorts: &[(ColumnType, Option<&str>)],
    told: &DraftNotes,
) -> String {
    let header = &layout.header;
    let stem = input.name.split('.').next().unwrap_or_default().to_lowercase();
    let slug: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let slug = if slug.trim_matches('-').is_empty() { "my-table" } else { slug.trim_matches('-') };
    let quoted = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
    let column =
        |name: &str| quoted(&format!("{{{}}}", name.replace('{', "{{").replace('}', "}}")));
    let mut out = String::new();
    let _ = writeln!(out, "# Draft mapping of {}: check it, then try it with", quoted(&input.name));
    let _ = writeln!(out, "#   facts import --mapping THIS.toml --dry-run FILE");
    let _ = writeln!(out, "# The mapping language is explained in: facts help mapping");
    let _ = writeln!(out, "format = 1");
    let _ = writeln!(out, "name  = {}", quoted(slug));
    let _ = writeln!(out, "title = {}", quoted(&format!("{} (name the source here)", input.name)));
    let _ = writeln!(out, "# publisher = \"\"   licence = \"\"   codebook = \"\"\n");
    let _ = writeln!(out, "[read]");
    match &told.records {
        Some(path) => {
            let _ = writeln!(out, "records   = {}", quoted(path));
        }
        None => {
            let _ = writeln!(out, "delimiter = {}", quoted(&layout.delimiter.to_string()));
        }
    }
    if told.tags {
        let _ = writeln!(out, "skip_rows = 1");
    }
    if let Some(encoding) = told.encoding {
        let _ = writeln!(out, "encoding  = [{}]", quoted(&encoding.to_lowercase()));
    }
    let numbers = [ColumnType::Number, ColumnType::Year];
    let deaths = pick(header, sorts, &numbers, &["fatal", "death", "killed", "dead", "best"]);
    let id = header.iter().enumerate().find(|(n, name)| {
        columns[*n].is_whole()
            && !columns[*n].doubled
            && (name.to_lowercase().contains("id") || *n == 0)
    });
    let text = [ColumnType::Text];
    let summary =
        pick(header, sorts, &text, &["note", "descr", "summary", "comment", "title", "headline"]);
    let place = |name: &str| header.iter().position(|other| other == name).unwrap_or(0);
    let is_whole = |name: &&String| columns[place(name)].is_whole();
    let first_text =
        header.iter().filter(is_whole).find(|name| sorts[place(name)].0 == ColumnType::Text);
    // every fact needs a summary: what every record states stands in for one that is blank
    let described = match (summary, first_text.or(header.iter().find(is_whole))) {
        (Some(summary), _) if columns[place(summary)].is_whole() => column(summary),
        (Some(summary), Some(other)) => quoted(&format!("{{{summary}|{other}}}")),
        (None, Some(other)) => column(other),
        _ => quoted("a record of the table"),
    };
    let _ = writeln!(out, "\n[[fact]]\nkind    = {}", quoted(EVENTS.name));
    let _ =
        writeln!(out, "key     = [{}]", id.map_or("\"#\"".to_owned(), |(_, name)| column(name)));
    let kind = pick(header, sorts, &text, &["event_type", "type", "category"])
        .filter(|name| columns[place(name)].is_whole());
    let _ = writeln!(out, "type    = {}", kind.map_or("\"event\"".to_owned(), &column));
    let _ = writeln!(out, "summary = {described}");
    write_date(&mut out, header, sorts, &column);
    for (field, words) in [
        ("actor", &["actor1", "side_a", "perpetrator", "actor"][..]),
        ("target", &["actor2", "side_b", "victim", "target"]),
    ] {
        if let Some(name) = pick(header, sorts, &text, words) {
            let _ = writeln!(out, "{field:<7} = {}", column(name));
        }
    }
    write_place(&mut out, header, sorts, &column);
    if let Some(deaths) = deaths {
        let _ = writeln!(out, "deaths  = {}", column(deaths));
    }
    let _ = writeln!(out, "# Columns not used above are kept as `extra.NAME`:");
    let left: Vec<&str> = header
        .iter()
        .map(String::as_str)
        .filter(|name| !out.contains(&format!("{{{name}}}")))
        .collect();
    for line in left.chunks(6) {
        let _ = writeln!(out, "#   {}", line.join(", "));
    }
    out
}

/// Writes the date: of a column of dates, or of parts of dates.
fn write_date(
    out: &mut String,
    header: &[String],
    sorts: &[(ColumnType, Option<&str>)],
    column: &impl Fn(&str) -> String,
) {
    let start = pick(header, sorts, &[ColumnType::Date], &["start", "begin", "from", "date", ""]);
    let end = pick(header, sorts, &[ColumnType::Date], &["end", "until", "to_"]);
    let year = pick(header, sorts, &[ColumnType::Year], &["year", "jahr", ""]);
    match (start, end.filter(|end| Some(*end) != start), year) {
        (Some(start), end, _) => {
            let format = header
                .iter()
                .position(|name| name == start)
                .and_then(|n| sorts[n].1)
                .unwrap_or("%Y-%m-%d");
            let end = end.map_or(String::new(), |end| format!(", end = {}", column(end)));
            let _ = writeln!(
                out,
                "date    = {{ start = {}{end}, formats = [{}] }}",
                column(start),
                serde_json::Value::String(format.to_owned())
            );
        }
        (None, _, Some(year)) => {
            let parts = [ColumnType::Number, ColumnType::Text];
            let month = pick(header, sorts, &parts, &["month", "monat", "mois", "mes"]);
            let day = pick(header, sorts, &parts, &["day", "tag", "jour", "dia", "día"]);
            let part = |word: &str, name: Option<&str>| {
                name.map_or(String::new(), |name| format!(", {word} = {}", column(name)))
            };
            let _ = writeln!(
                out,
                "date    = {{ year = {}{}{} }}",
                column(year),
                part("month", month),
                part("day", day)
            );
        }
        _ => {}
    }
}

/// Writes the place: a town within a country, or what there is of the two.
fn write_place(
    out: &mut String,
    header: &[String],
    sorts: &[(ColumnType, Option<&str>)],
    column: &impl Fn(&str) -> String,
) {
    let text = [ColumnType::Text];
    let country = pick(header, sorts, &text, &["country", "state"]);
    let town = pick(header, sorts, &text, &["location", "town", "city", "place", "where"]);
    match (town, country) {
        (Some(town), Some(country)) => {
            let _ = writeln!(
                out,
                "place   = {{ name = {}, within = {{ name = {} }} }}",
                column(town),
                column(country)
            );
        }
        (Some(one), None) | (None, Some(one)) => {
            let _ = writeln!(out, "place   = {}", column(one));
        }
        (None, None) => {}
    }
}
