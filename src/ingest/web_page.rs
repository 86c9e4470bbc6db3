//! The tables of a web page, and of a spreadsheet saved as XML, as tables of text: many a file that is
//! called .xls is one of these.

use std::collections::HashMap;
use std::io::{BufWriter, Read, Write};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use html5gum::{StartTag, Token, Tokenizer};

use crate::error::{Error, ErrorKind, Result};
use crate::ingest::sheet_rows::is_label;
use crate::ingest::workbook::SheetTable;
use crate::value::suggest::did_you_mean;

/// No page with a table is as large as this, in bytes.
const LARGEST: u64 = 32 << 20;

/// How many cells of a page are held in memory.
const CELLS: usize = 2_000_000;

/// No page has as many tables.
const TABLES: usize = 10_000;

/// A table on its way.
#[derive(Default)]
struct PageTable {
    name: Option<String>,
    rows: Vec<Vec<String>>,
    /// Of each column, a cell that spans further rows, and how many.
    held: HashMap<usize, (String, usize)>,
    /// The text of the cell at hand.
    cell: Option<String>,
    /// How many columns and rows it spans.
    span: (usize, usize),
}

impl PageTable {
    /// How many cells of it state something.
    fn stated(&self) -> usize {
        self.rows.iter().flatten().filter(|cell| !cell.is_empty()).count()
    }

    /// Cells that are held from above come before the next one.
    fn fill_held(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        while let Some((text, left)) = self.held.get_mut(&row.len()) {
            row.push(text.clone());
            *left -= 1;
            if *left == 0 {
                self.held.remove(&(row.len() - 1));
            }
        }
    }

    fn begin_row(&mut self) {
        self.end_cell();
        self.fill_held();
        self.rows.push(Vec::new());
    }

    fn begin_cell(&mut self, tag: &StartTag<()>) {
        self.end_cell();
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        self.fill_held();
        let number = |name: &str| attribute(tag, name).and_then(|text| text.parse::<usize>().ok());
        // a cell of XML may say in which column it is
        if let (Some(column), Some(row)) = (number("ss:index"), self.rows.last_mut()) {
            row.resize(row.len().max(column.clamp(1, 16_384) - 1), String::new());
        }
        let span = |own: &str, more: &str| {
            number(own).or(number(more).map(|n| n + 1)).unwrap_or(1).clamp(1, 1000)
        };
        self.span = (span("colspan", "ss:mergeacross"), span("rowspan", "ss:mergedown"));
        self.cell = Some(String::new());
    }

    fn end_cell(&mut self) {
        let Some(text) = self.cell.take() else { return };
        // a mark may have brackets of its own
        let text = text.replace("[[", "[").replace("]]", "]");
        let lines = text.split(BREAK).map(one_line).filter(|line| !line.is_empty());
        let text = lines.collect::<Vec<_>>().join("\n");
        let (columns, rows) = self.span;
        let Some(row) = self.rows.last_mut() else { return };
        let first = row.len();
        row.resize(first + columns, String::new());
        if rows > 1 {
            for column in first..first + columns {
                let below =
                    if column == first && is_label(&text) { text.clone() } else { String::new() };
                self.held.insert(column, (below, rows - 1));
            }
        }
        row[first] = text;
    }
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).trim().to_owned())
}

/// Whether a file begins as a web page or a spreadsheet in XML does.
#[must_use]
pub fn is_page(head: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&head[..head.len().min(2000)]).to_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    ["<html", "<!doctype html", "<table"].iter().any(|begin| start.starts_with(begin))
        || start.starts_with("<?xml")
            && (start.contains("urn:schemas-microsoft-com:office:spreadsheet")
                || start.contains("<html"))
}

/// The table of this name, or the largest one, as CSV; none if the page has no table.
///
/// # Errors
/// The file cannot be read, is too large, or has no such table.
pub fn table(mut page: impl Read, shown: &str, wanted: Option<&str>) -> Result<Option<SheetTable>> {
    let failed = |e: &std::io::Error| Error::io(shown, e);
    let too_large = || {
        Error::new(ErrorKind::Rejected, format!("{shown}: a web page with more cells than fit"))
            .hint("save its table as CSV")
    };
    let mut bytes = Vec::new();
    page.by_ref().take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    let mut tables = tables(&decoded(&bytes)).ok_or_else(too_large)?;
    tables.retain(|table| table.rows.iter().any(|row| row.len() > 1));
    let mut names: Vec<String> = Vec::new();
    for (n, table) in tables.iter().enumerate() {
        let own = table.name.clone().filter(|name| !names.contains(name));
        names.push(own.unwrap_or(format!("table {}", n + 1)));
    }
    let at = match wanted {
        None => (0..tables.len()).rev().max_by_key(|n| tables[*n].stated()),
        Some(name) => Some(names.iter().position(|known| known == name).ok_or_else(|| {
            let near = did_you_mean(name, names.iter().map(String::as_str));
            Error::usage(format!("{shown}: unknown table \"{name}\"{near}"))
                .hint(format!("tables: {}", names.join(", ")))
        })?),
    };
    let Some(at) = at else { return Ok(None) };
    let width = tables[at].rows.iter().map(Vec::len).max().unwrap_or_default();
    let mut spool = tempfile::tempfile().map_err(|e| failed(&e))?;
    let mut out = csv::Writer::from_writer(BufWriter::new(&mut spool));
    for row in &mut tables[at].rows {
        row.resize(width, String::new());
        out.write_record(row)
            .map_err(|e| Error::new(ErrorKind::Io, shown.to_owned()).with_source(e))?;
    }
    out.into_inner().map_err(|e| failed(e.error()))?.flush().map_err(|e| failed(&e))?;
    let others = names.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, name)| name.clone());
    let (name, others) = (names[at].clone(), others.collect());
    Ok(Some(SheetTable { file: spool, name, others, read: 1 }))
}

/// Marks the end of a line within a cell; any other white space only separates words.
const BREAK: char = '\u{2028}';

/// A text with one space where white space is.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a page, in the encoding that its mark or its head names.
fn decoded(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    let named = ["charset=", "encoding="].iter().find_map(|key| {
        let rest = head.split_once(key)?.1.trim_start_matches(['"', '\'']);
        let name = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next();
        Encoding::for_label(name?.as_bytes())
    });
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    let likely = if is_utf8 { UTF_8 } else { named.unwrap_or(WINDOWS_1252) };
    likely.decode(bytes).0.into_owned()
}

/// The tables of a page; none if there are too many, or they have too many cells.
fn tables(text: &str) -> Option<Vec<PageTable>> {
    let mut done: Vec<PageTable> = Vec::new();
    let mut open: Vec<PageTable> = Vec::new();
    let mut sheet = None;
    let (mut heading, mut is_heading) = (None::<String>, false);
    // text between these tags is not shown on a page
    let mut hidden = 0_usize;
    let mut cells = 0_usize;
    for token in Tokenizer::new(text) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let is_full = open.len() + done.len() >= TABLES;
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                match (name.trim_start_matches("ss:"), open.last_mut()) {
                    ("worksheet", _) => sheet = attribute(&tag, "ss:name"),
                    ("table", _) if is_full => return None,
                    ("table", _) => {
                        // a heading is that of the first table below it
                        let heading = heading.take().map(|text| one_line(&text));
                        let name = sheet.take().or(heading.filter(|text| !text.is_empty()));
                        is_heading = false;
                        open.push(PageTable { name, ..PageTable::default() });
                    }
                    ("tr" | "row", Some(table)) => table.begin_row(),
                    ("td" | "th" | "cell", Some(table)) => {
                        table.begin_cell(&tag);
                        cells += table.span.0 * table.span.1;
                        if cells > CELLS {
                            return None;
                        }
                        if tag.self_closing {
                            table.end_cell();
                        }
                    }
                    ("script" | "style" | "comment", _) if !tag.self_closing => hidden += 1,
                    // a title above the table
                    ("caption", Some(table)) => {
                        table.begin_row();
                        table.begin_cell(&tag);
                    }
                    // a footnote number must not be read as a digit of the figure
                    ("sup", Some(table)) => {
                        if let Some(cell) = &mut table.cell {
                            cell.push_str(" [");
                        }
                    }
                    ("br" | "p" | "div" | "li", Some(table)) => {
                        if let Some(cell) = &mut table.cell {
                            cell.push(BREAK);
                        }
                    }
                    ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", None) => {
                        heading = Some(String::new());
                        is_heading = true;
                    }
                    _ => {}
                }
            }
            Token::EndTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                match (name.trim_start_matches("ss:"), open.last_mut()) {
                    ("td" | "th" | "cell" | "caption", Some(table)) => table.end_cell(),
                    ("sup", Some(table)) => {
                        if let Some(cell) = &mut table.cell {
                            cell.push(']');
                        }
                    }
                    ("script" | "style" | "comment", _) => hidden = hidden.saturating_sub(1),
                    ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", None) => is_heading = false,
                    ("table", Some(_)) => {
                        let mut table = open.pop().unwrap_or_default();
                        table.end_cell();
                        table.fill_held();
                        done.push(table);
                    }
                    _ => {}
                }
            }
            Token::String(text) if hidden == 0 => {
                if is_heading && let Some(heading) = &mut heading {
                    heading.push_str(&String::from_utf8_lossy(&text));
                }
                if let Some(cell) = open.last_mut().and_then(|table| table.cell.as_mut()) {
                    cell.push_str(&String::from_utf8_lossy(&text));
                }
            }
            _ => {}
        }
    }
    done.append(&mut open);
    Some(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(page: &str) -> Vec<Vec<String>> {
        let all = tables(page).unwrap();
        all.into_iter().max_by_key(PageTable::stated).unwrap().rows
    }

    #[test]
    fn cells_that_span_rows_and_columns_keep_the_others_in_their_columns() {
        let page = "<html><style>td { x }</style><table><caption>Harm, 2019</caption><tr><th rowspan=2>Area<th colspan=2>Casualties</tr>
            <tr><th>Killed<th>Wounded</tr><tr><td rowspan=2>Ramadi<td>1,204<sup>2</sup><td>3&nbsp;</tr><tr><td>5<td>6<br>7</table>";
        assert_eq!(
            rows(page),
            [
                vec!["Harm, 2019"],
                vec!["Area", "Casualties", ""],
                vec!["Area", "Killed", "Wounded"],
                vec!["Ramadi", "1,204 [2]", "3"],
                vec!["Ramadi", "5", "6\n7"],
            ]
        );
    }

    #[test]
    fn a_table_is_called_after_the_heading_above_it() {
        let page = "<html><h1>Report</h1><h2>May <b>2021</b></h2><table><tr><td>a<td>b</table><table><tr><td>c<td>d</table>";
        let names: Vec<_> = tables(page).unwrap().into_iter().map(|table| table.name).collect();
        assert_eq!(names, [Some("May 2021".to_owned()), None]);
    }

    #[test]
    fn a_spreadsheet_in_xml_is_a_table_too() {
        let page = r#"<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
            <Worksheet ss:Name="2019"><Table><Row><Cell><Data ss:Type="String">Day</Data></Cell><Cell ss:Index="3"><Data>Dead</Data></Cell></Row>
            <Row><Cell/><Cell><Data>x</Data></Cell></Row></Table></Worksheet></Workbook>"#;
        assert_eq!(rows(page), [vec!["Day", "", "Dead"], vec!["", "x"]]);
        assert_eq!(tables(page).unwrap()[0].name.as_deref(), Some("2019"));
        assert!(is_page(page.as_bytes()));
    }
}
