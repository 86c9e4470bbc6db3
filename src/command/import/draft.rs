//! `facts import --draft`: a first description of a table, from its header and a sample of its records.

use std::fmt::Write;

use super::choose::{beginning, by_name};
use crate::command::input::Input;
use crate::exit::{Exit, Failure, Result};
use crate::import::{self, Form, Record, Records};

/// What a column is made of, as far as a sample tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Date,
    Year,
    Number,
    Text,
    Empty,
}

/// How dates are written in the field's files.
const FORMATS: [&str; 8] =
    ["%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d-%B-%Y", "%d-%b-%y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S%.f"];

/// A first description of the table in a file.
///
/// # Errors
/// The file cannot be read, or holds no table.
pub fn draft(input: &Input, encoding: Option<&str>) -> Result<String> {
    let head = input.head()?;
    let is_utf8 = import::is_utf8(input.reader()?).map_err(|e| input.failed(&e))?;
    let marked = import::of_mark(&head).map(|(encoding, _)| encoding);
    let asked = encoding.map(by_name).transpose()?;
    let found = match (marked.or(asked), is_utf8) {
        (Some(encoding), _) => encoding,
        (None, true) => encoding_rs::UTF_8,
        (None, false) => by_name(import::likely(input.reader()?).map_err(|e| input.failed(&e))?)?,
    };
    let text = beginning(input, found)?;
    let layout = import::any(&text).ok_or_else(|| {
        Failure::new(Exit::Rejected, format!("{}: no line of its beginning looks like the header of a table", input.shown))
    })?;
    let form = Form { delimiter: u8::try_from(layout.delimiter).unwrap_or(b','), line: layout.line, ..Form::default() };
    let rest = text[layout.start..].to_owned();
    let mut records = Records::of(Box::new(std::io::Cursor::new(rest)), form);
    let mut columns: Vec<Vec<String>> = vec![Vec::new(); layout.header.len()];
    let mut record = Record::new();
    // the last record of the sample may be cut off
    while let Ok(Ok(true)) = records.next(&mut record) {
        if record.len() == columns.len() && records.locate(None).0 > layout.line {
            columns.iter_mut().zip(&record).for_each(|(column, cell)| column.push(cell.trim().to_owned()));
        }
        if columns.first().is_some_and(|column| column.len() > 1000) {
            break;
        }
    }
    let sorts: Vec<(Sort, Option<&str>)> = columns.iter().map(|column| sort(column)).collect();
    Ok(write(input, &layout, &columns, &sorts, (marked.is_none() && !is_utf8).then(|| found.name())))
}

fn sort(cells: &[String]) -> (Sort, Option<&'static str>) {
    let stated: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    let all = |test: &dyn Fn(&str) -> bool| stated.iter().all(|cell| test(cell));
    if stated.is_empty() {
        return (Sort::Empty, None);
    }
    let is_day = |format: &'static str| move |cell: &str| crate::value::calendar::day(cell, &[format.to_owned()]).is_some();
    if let Some(format) = FORMATS.into_iter().find(|format| all(&is_day(format))) {
        return (Sort::Date, Some(format));
    }
    if all(&|cell| cell.len() == 4 && cell.parse::<u16>().is_ok_and(|year| (1000..2200).contains(&year))) {
        return (Sort::Year, None);
    }
    let number = |cell: &str| cell.replace(',', "").parse::<f64>().is_ok();
    (if all(&number) { Sort::Number } else { Sort::Text }, None)
}

/// The column whose name holds one of these words and whose cells are of this sort.
fn pick<'h>(header: &'h [String], sorts: &[(Sort, Option<&str>)], wanted: &[Sort], words: &[&str]) -> Option<&'h str> {
    let good = |n: usize| wanted.contains(&sorts[n].0);
    let held = |word: &&&str| header.iter().enumerate().find(|(n, name)| good(*n) && name.to_lowercase().contains(**word));
    words.iter().find_map(|word| held(&word)).map(|(_, name)| name.as_str())
}

fn write(
    input: &Input,
    layout: &import::Layout,
    columns: &[Vec<String>],
    sorts: &[(Sort, Option<&str>)],
    encoding: Option<&str>,
) -> String {
    let header = &layout.header;
    let stem = input.name.split('.').next().unwrap_or_default().to_lowercase();
    let slug: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let slug = if slug.trim_matches('-').is_empty() { "my-table" } else { slug.trim_matches('-') };
    let quoted = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
    let column = |name: &str| quoted(&format!("{{{}}}", name.replace('{', "{{").replace('}', "}}")));
    let mut out = String::new();
    let _ = writeln!(out, "# A first description of {}: look it through, then", quoted(&input.name));
    let _ = writeln!(out, "#   facts import --mapping THIS.toml --dry-run FILE");
    let _ = writeln!(out, "# The words of descriptions stand in src/dataset/README.md of the program.");
    let _ = writeln!(out, "name  = {}", quoted(slug));
    let _ = writeln!(out, "title = {}", quoted(&format!("{} (say what work this is)", input.name)));
    let _ = writeln!(out, "# publisher = \"\"   licence = \"\"   codebook = \"\"\n");
    let _ = writeln!(out, "[read]");
    let _ = writeln!(out, "delimiter = {}", quoted(&layout.delimiter.to_string()));
    if let Some(encoding) = encoding {
        let _ = writeln!(out, "encoding  = [{}]", quoted(&encoding.to_lowercase()));
    }
    let numbers = [Sort::Number, Sort::Year];
    let deaths = pick(header, sorts, &numbers, &["fatal", "death", "killed", "dead", "best"]);
    let id = header.iter().enumerate().find(|(n, name)| {
        let mut cells: Vec<&String> = columns[*n].iter().collect();
        let all = cells.len();
        cells.sort_unstable();
        cells.dedup();
        all > 0 && cells.len() == all && !cells[0].is_empty() && (name.to_lowercase().contains("id") || *n == 0)
    });
    let text = [Sort::Text];
    let summary = pick(header, sorts, &text, &["note", "descr", "summary", "comment", "title", "headline"]);
    let first_text = header.iter().zip(sorts).find(|(_, (sort, _))| *sort == Sort::Text).map(|(name, _)| name.as_str());
    let _ = writeln!(out, "\n[[fact]]\nkind    = \"events\"");
    let _ = writeln!(out, "key     = [{}]", id.map_or("\"#\"".to_owned(), |(_, name)| column(name)));
    let kind = pick(header, sorts, &text, &["event_type", "type", "category"]);
    let _ = writeln!(out, "type    = {}", kind.map_or("\"event\"".to_owned(), &column));
    let _ = writeln!(
        out,
        "summary = {}",
        summary.or(first_text).or(header.first().map(String::as_str)).map_or("\"\"".into(), &column)
    );
    let start = pick(header, sorts, &[Sort::Date], &["start", "begin", "from", "date", ""]);
    let end = pick(header, sorts, &[Sort::Date], &["end", "until", "to_"]);
    let year = pick(header, sorts, &[Sort::Year], &["year", "jahr", ""]);
    match (start, end.filter(|end| Some(*end) != start), year) {
        (Some(start), end, _) => {
            let format = header.iter().position(|name| name == start).and_then(|n| sorts[n].1).unwrap_or("%Y-%m-%d");
            let end = end.map_or(String::new(), |end| format!(", end = {}", column(end)));
            let _ = writeln!(out, "date    = {{ start = {}{end}, formats = [{}] }}", column(start), quoted(format));
        }
        (None, _, Some(year)) => {
            let _ = writeln!(out, "date    = {}", column(year));
        }
        _ => {}
    }
    for (field, words) in
        [("actor", &["actor1", "side_a", "perpetrator", "actor"][..]), ("target", &["actor2", "side_b", "victim", "target"])]
    {
        if let Some(name) = pick(header, sorts, &text, words) {
            let _ = writeln!(out, "{field:<7} = {}", column(name));
        }
    }
    let country = pick(header, sorts, &text, &["country", "state"]);
    let town = pick(header, sorts, &text, &["location", "town", "city", "place", "where"]);
    match (town, country) {
        (Some(town), Some(country)) => {
            let _ = writeln!(out, "place   = {{ name = {}, within = {{ name = {} }} }}", column(town), column(country));
        }
        (Some(one), None) | (None, Some(one)) => {
            let _ = writeln!(out, "place   = {}", column(one));
        }
        (None, None) => {}
    }
    if let Some(deaths) = deaths {
        let _ = writeln!(out, "deaths  = {}", column(deaths));
    }
    let _ = writeln!(out, "# Columns that are not named above are kept in `extra`:");
    let left: Vec<&str> = header.iter().map(String::as_str).filter(|name| !out.contains(&format!("{{{name}}}"))).collect();
    for line in left.chunks(6) {
        let _ = writeln!(out, "#   {}", line.join(", "));
    }
    out
}
