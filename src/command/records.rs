//! Files of facts that people and programs write by hand: JSON, TOML, CSV, or the first sheet of a
//! workbook.

use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::{Map, Value as Json};
use toml::de::{DeTable, DeValue};

use crate::command::manual_input::{self, Fault, ManualFields};
use crate::error::{Error, Result, Stop};
use crate::ingest::source_file::SourceFile;
use crate::ingest::{CsvDialect, CsvReader, ShortRows};
use crate::kind::reference_table::{self, ReferenceTable};
use crate::kind::{self, KINDS};
use crate::mapping::{REJECT_COLUMNS, Record};

/// A record, and where it begins.
#[derive(Debug, Clone, Default)]
pub struct ManualRecord {
    /// The line, or the number of the record in a JSON array.
    pub line: u64,
    /// The lines of its fields, where they have lines of their own.
    pub field_lines: Vec<(String, u64)>,
    /// The table that it is a row of, if it is not a fact.
    pub table: Option<&'static ReferenceTable>,
    /// What it states.
    pub fields: ManualFields,
}

impl ManualRecord {
    /// A fault with the line that it is on, of this file.
    #[must_use]
    pub fn placed(&self, fault: Fault, file: &str) -> Fault {
        // of a field that is not known, the name is the value
        let field = fault.field.as_ref().or(fault.value.as_ref());
        let own = self.field_lines.iter().find(|(name, _)| Some(name) == field);
        let line = own.map_or(self.line, |(_, line)| *line);
        Fault { place: Some((file.to_owned(), line)), ..fault }
    }
}

/// The records of a file, and what could not be read of it.
#[derive(Debug, Default)]
pub struct RecordFile {
    /// What messages call it.
    pub shown: String,
    /// Its records.
    pub records: Vec<ManualRecord>,
    /// What is wrong with it as a whole.
    pub faults: Vec<Fault>,
    /// Records that cannot be read: their text, and what is wrong with it.
    pub broken: Vec<(String, Fault)>,
    /// The columns that all of its records have, if it is a table.
    pub columns: Vec<String>,
}

/// The tables whose rows are written by hand beside facts.
pub const BY_HAND: [&ReferenceTable; 3] =
    [&reference_table::ACTORS, &reference_table::PLACES, &reference_table::TOPICS];

/// The largest file that is read whole, in bytes.
const LARGEST: u64 = 256 << 20;

impl RecordFile {
    /// Reads a file; `-` is the standard input. What it is made of is seen from its beginning.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(path: &Path) -> Result<RecordFile> {
        let input = SourceFile::open(path, None)?;
        let mut file = RecordFile { shown: input.shown.clone(), ..RecordFile::default() };
        let mut bytes = Vec::new();
        let mut reader = input.reader()?.take(LARGEST + 1);
        reader.read_to_end(&mut bytes).map_err(|e| input.failed(&e))?;
        if bytes.len() as u64 > LARGEST {
            file.fault(1, "larger than 256 MB: facts import reads large files");
            return Ok(file);
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => {
                let sound = &e.as_bytes()[..e.utf8_error().valid_up_to()];
                let line = sound.iter().filter(|b| **b == b'\n').count() as u64 + 1;
                file.fault(line, "not valid UTF-8: save the file as UTF-8");
                return Ok(file);
            }
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let form = FileForm::of(text);
        match form {
            FileForm::JsonLines => file.json_lines(text),
            FileForm::JsonArray => file.json_array(text),
            FileForm::Toml => file.toml(text),
            FileForm::Table => file.table(text)?,
        }
        // what is read may be rows that were refused and are mended now
        for record in &mut file.records {
            record.fields.retain(|(name, _)| !REJECT_COLUMNS.contains(&name.as_str()));
        }
        if file.records.is_empty()
            && file.faults.is_empty()
            && file.broken.is_empty()
            && !matches!(form, FileForm::Toml)
        {
            file.fault(1, "no facts in the file: expected JSON, TOML, or a table with a header");
        }
        Ok(file)
    }

    fn fault(&mut self, line: u64, expected: impl Into<String>) {
        let place = Some((self.shown.clone(), line));
        self.faults.push(Fault { place, field: None, value: None, expected: expected.into() });
    }

    fn broken(&mut self, line: u64, text: String, expected: String) {
        let place = Some((self.shown.clone(), line));
        self.broken.push((text, Fault { place, field: None, value: None, expected }));
    }

    fn object(&mut self, line: u64, object: &Map<String, Json>) {
        match manual_input::object(object) {
            Ok(fields) => {
                self.records.push(ManualRecord { line, fields, ..ManualRecord::default() });
            }
            Err(why) => self.broken(line, Json::from(object.clone()).to_string(), why),
        }
    }

    fn json_lines(&mut self, text: &str) {
        for (line, row) in (1..).zip(text.lines()).filter(|(_, row)| !row.trim().is_empty()) {
            match serde_json::from_str::<Map<String, Json>>(row) {
                Ok(object) => self.object(line, &object),
                Err(e) => {
                    let column = e.column();
                    let expected =
                        format!("column {column}: expected one JSON object per line: {e}");
                    self.broken(line, row.to_owned(), expected);
                }
            }
        }
    }

    fn json_array(&mut self, text: &str) {
        match serde_json::from_str::<Vec<Map<String, Json>>>(text) {
            Ok(objects) => {
                for (number, object) in (1..).zip(&objects) {
                    self.object(number, object);
                }
            }
            Err(e) => {
                self.fault(e.line() as u64, format!("expected an array of JSON objects: {e}"));
            }
        }
    }

    /// Reads a TOML file: what stands above the first table holds for all facts, each fact is a table
    /// `[[KIND]]`, and an empty text is not stated. A table that states nothing is a form that nobody
    /// filled in.
    fn toml(&mut self, text: &str) {
        let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count() as u64 + 1;
        let document = match DeTable::parse(text) {
            Ok(document) => document.into_inner(),
            Err(e) => {
                let line = e.span().map_or(1, |span| line_of(span.start));
                self.fault(line, e.message().to_owned());
                return;
            }
        };
        let mut shared: ManualFields = Vec::new();
        let mut tables = Vec::new();
        for (name, value) in document {
            let at = name.span().start;
            match value.into_inner() {
                DeValue::Array(rows)
                    if rows.iter().any(|row| matches!(row.get_ref(), DeValue::Table(_))) =>
                {
                    tables.extend(rows.into_iter().map(|row| (name.get_ref().to_string(), row)));
                }
                DeValue::Table(_) => {
                    let expected =
                        format!("expected [[{0}]], with two brackets, for a fact", name.get_ref());
                    self.fault(line_of(at), expected);
                }
                value => match toml_text(&value) {
                    Some(text) => shared.push((field_name(name.get_ref()), text)),
                    None => self.fault(
                        line_of(at),
                        format!("{}: expected text or a number", name.get_ref()),
                    ),
                },
            }
        }
        if tables.is_empty()
            && self.faults.is_empty()
            && shared.iter().any(|(_, text)| !text.trim().is_empty())
        {
            let first = KINDS.first().map_or("facts", |kind| kind.name);
            self.fault(
                1,
                format!("no record: expected a line such as [[{first}]] above its fields"),
            );
        }
        for (name, row) in tables {
            let line = line_of(row.span().start);
            let DeValue::Table(row) = row.into_inner() else {
                self.fault(line, "expected a table of fields");
                continue;
            };
            let table = BY_HAND.into_iter().find(|table| table.table == name);
            if table.is_none() && !is_kind(&name) {
                let tables = BY_HAND.iter().map(|table| table.table);
                let names: Vec<String> = KINDS
                    .iter()
                    .map(|kind| kind.name)
                    .chain(tables)
                    .map(|name| format!("[[{name}]]"))
                    .collect();
                self.fault(
                    line,
                    format!("unknown table [[{name}]]: expected {}", names.join(", ")),
                );
                continue;
            }
            let mut fields: ManualFields = Vec::new();
            let mut field_lines = Vec::new();
            for (name, value) in row {
                field_lines.push((field_name(name.get_ref()), line_of(name.span().start)));
                match toml_text(value.get_ref()) {
                    Some(text) if text.trim().is_empty() => {}
                    Some(text) => fields.push((field_name(name.get_ref()), text)),
                    None => self.fault(
                        line_of(name.span().start),
                        format!("{}: expected text, a number or a list of texts", name.get_ref()),
                    ),
                }
            }
            if fields.is_empty() {
                continue;
            }
            if table.is_some() {
                self.records.push(ManualRecord { line, field_lines, table, fields });
                continue;
            }
            let has =
                |field: &str| kind::find(&name).is_none_or(|kind| kind.field(field).is_some());
            let is_of_others = |field: &str| KINDS.iter().any(|kind| kind.field(field).is_some());
            for (field, text) in shared.iter().filter(|(_, text)| !text.trim().is_empty()) {
                // what only other kinds have is for them
                let is_for_it = has(field) || !is_of_others(field);
                if is_for_it && !fields.iter().any(|(known, _)| known == field) {
                    fields.push((field.clone(), text.clone()));
                }
            }
            if name != ANY && !fields.iter().any(|(known, _)| known == "kind") {
                fields.push(("kind".into(), name));
            }
            self.records.push(ManualRecord { line, field_lines, table, fields });
        }
        // facts may refer to what stands behind them
        self.records.sort_by_key(|record| (record.table.is_none(), record.line));
    }

    fn table(&mut self, text: &str) -> Result<()> {
        let head = text.lines().next().unwrap_or_default();
        let count = |delimiter: char| head.matches(delimiter).count();
        let delimiter = [',', ';', '\t'].into_iter().max_by_key(|one| (count(*one), *one == ','));
        let form = CsvDialect {
            delimiter: delimiter.and_then(|one| u8::try_from(one).ok()).unwrap_or(b','),
            ..CsvDialect::default()
        };
        let bytes = text.to_owned().into_bytes();
        let mut header = Record::new();
        let mut records = CsvReader::of(Box::new(Cursor::new(bytes.clone())), form);
        if !self.next(&mut records, &mut header)? {
            if self.faults.is_empty() {
                self.fault(1, "the file is empty: expected a header row");
            }
            return Ok(());
        }
        self.columns = header.iter().map(|name| field_name(name.trim())).collect();
        // the last cells of a sheet are left out where they are empty
        let form = CsvDialect { short: Some(ShortRows::Pad(header.len())), ..form };
        let mut records = CsvReader::of(Box::new(Cursor::new(bytes)), form);
        let mut record = Record::new();
        self.next(&mut records, &mut record)?;
        while self.next(&mut records, &mut record)? {
            let line = records.locate(None).0;
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if record.len() > self.columns.len() {
                self.fault(
                    line,
                    format!(
                        "number of cells: {} in the row, {} in the header",
                        record.len(),
                        self.columns.len()
                    ),
                );
                continue;
            }
            let cells = record.iter().map(str::to_owned);
            let fields = self.columns.iter().cloned().zip(cells).collect();
            self.records.push(ManualRecord { line, fields, ..ManualRecord::default() });
        }
        Ok(())
    }

    /// Reads one more record of a table; what breaks the format is a fault, and ends it.
    fn next(&mut self, records: &mut CsvReader, record: &mut Record) -> Result<bool> {
        match records.next(record) {
            Ok(more) => Ok(more),
            Err(Stop::Input(fault)) => {
                self.fault(fault.line, fault.expected);
                Ok(false)
            }
            Err(Stop::Failed(e)) => Err(Error::io(&self.shown, &e)),
        }
    }
}

/// The table of a TOML file whose facts say their kind themselves, or are of the one that the command
/// names.
const ANY: &str = "fact";

fn is_kind(name: &str) -> bool {
    name == ANY || kind::find(name).is_some()
}

/// What a file is made of.
#[derive(Clone, Copy)]
enum FileForm {
    JsonLines,
    JsonArray,
    Toml,
    Table,
}

impl FileForm {
    fn of(text: &str) -> FileForm {
        let mut rest = text.trim_start();
        let has_comment = rest.starts_with('#');
        while rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        }
        let line = rest.lines().next().unwrap_or_default();
        let is_setting = line.split_once('=').is_some_and(|(name, _)| {
            let name = name.trim();
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        });
        match rest.chars().next() {
            Some('{') if !has_comment => FileForm::JsonLines,
            Some('[') if rest[1..].trim_start().starts_with(['{', ']']) => FileForm::JsonArray,
            Some('[') => FileForm::Toml,
            _ if is_setting || has_comment => FileForm::Toml,
            _ => FileForm::Table,
        }
    }
}

fn field_name(name: &str) -> String {
    name.replace('-', "_")
}

fn toml_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(n) => {
            i64::from_str_radix(n.as_str(), n.radix()).map(|n| n.to_string()).ok()
        }
        DeValue::Float(n) => Some(n.as_str().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| toml_text(item.get_ref())).collect();
            texts.map(|texts| texts.join("; "))
        }
        DeValue::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> RecordFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        RecordFile::read(file.path()).unwrap()
    }

    fn fields(given: &[(&str, &str)]) -> ManualFields {
        given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn one_record_is_the_same_in_every_form() {
        for (text, line) in [
            ("{\"date\": \"2014\", \"best\": 17}\n", 1),
            ("[{\"date\": \"2014\", \"best\": 17}]", 1),
            ("\u{feff}date,best\n2014,17\n", 2),
            ("date;best\n2014;17\n", 2),
            ("date\tbest\n2014\t17\n", 2),
            ("# a form\n[[fact]]\ndate = \"2014\"\nbest = 17\nhigh = \"\"\n", 2),
        ] {
            let mut file = read(text);
            assert_eq!(file.faults, [], "{text}");
            let [record] = file.records.as_mut_slice() else { panic!("{text}") };
            record.fields.sort();
            let stated = fields(&[("best", "17"), ("date", "2014")]);
            assert_eq!((record.line, &record.fields), (line, &stated), "{text}");
        }
    }

    #[test]
    fn a_fault_of_a_form_has_the_line_of_its_field() {
        let file = read("[[casualties]]\ndate = \"2014\"\nbest = \"many\"\n");
        let placed = file.records[0].placed(Fault::of("best", "many", "a number"), "form.toml");
        assert_eq!(placed.place, Some(("form.toml".to_owned(), 3)));
    }

    #[test]
    fn what_stands_above_the_tables_holds_for_all_of_them() {
        let file = read(
            "source = \"memo\"\n[[events]]\ndate = 2014\n[[posts]]\n[[events]]\nsource = \"b\"\n",
        );
        let told: Vec<_> = file.records.into_iter().map(|record| record.fields).collect();
        let first = fields(&[("date", "2014"), ("source", "memo"), ("kind", "events")]);
        assert_eq!(told, [first, fields(&[("source", "b"), ("kind", "events")])]);
    }

    #[test]
    fn what_only_other_kinds_have_is_for_them_and_rows_of_tables_stand_first() {
        let file = read(
            "harm = \"killed\"\n[[events]]\ndate = 2014\n[[casualties]]\nbest = 3\n[[topics]]\nslug = \"t\"\n",
        );
        let told: Vec<_> = file.records.iter().map(|record| &record.fields).collect();
        let events = fields(&[("date", "2014"), ("kind", "events")]);
        let casualties = fields(&[("best", "3"), ("harm", "killed"), ("kind", "casualties")]);
        assert_eq!(told, [&fields(&[("slug", "t")]), &events, &casualties]);
        assert_eq!(file.records[0].table.map(|table| table.table), Some("topics"));
    }

    #[test]
    fn every_mistake_of_a_file_is_told() {
        for (text, line, said) in [
            ("{\"a\": 1}\n{\"b\": \n", 2, "one JSON object per line"),
            ("[{\"a\": 1}, 2]", 1, "array of JSON objects"),
            ("a,b\n1,2,3\n", 2, "3 in the row, 2 in the header"),
            ("x = 1\n[event]\n", 2, "[[event]], with two brackets"),
            ("[[battles]]\nx = 1\n", 1, "unknown table [[battles]]"),
            ("[[events]]\nx = {a = 1}\n", 2, "x: expected text"),
            ("[[events]]\nx = \n", 2, ""),
            ("", 1, "expected a header row"),
        ] {
            let file = read(text);
            let broken = file.broken.into_iter().map(|(_, fault)| fault);
            let all: Vec<Fault> = file.faults.into_iter().chain(broken).collect();
            let [fault] = all.as_slice() else { panic!("{text}: {all:?}") };
            let at = fault.place.as_ref().unwrap().1;
            assert!(
                at == line && fault.expected.contains(said),
                "{text}: {at}: {}",
                fault.expected
            );
        }
    }
}
