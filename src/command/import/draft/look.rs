//! A first look at a table: which of its rows are records, and what is in its columns.

use std::collections::BTreeSet;
use std::io::Read;

use encoding_rs::Encoding;

use crate::command::import::choose::{beginning, by_name, text as whole};
use crate::command::import::draft::beside::years_in;
use crate::command::import::draft::odd_rows::RowKinds;
use crate::command::import::draft::roles::DraftColumns;
use crate::command::import::draft::sample::{
    ColumnSample, is_part_of_above, is_tally, is_total, only_year,
};
use crate::command::import::draft::sums::{IndentedParts, RunningSums, word_of_sum};
use crate::command::import::draft::table_notes::TableNotes;
use crate::command::import::json_records::json_as_table;
use crate::error::{Error, ErrorKind, Result};
use crate::ingest::source_file::SourceFile;
use crate::ingest::{self, CsvDialect, CsvReader, ShortRows};
use crate::mapping::{self, FileHead, GuessedLayout, Record};

/// How many records are looked at.
const MANY: u64 = 200_000;

/// A first line as long as this is none of a table.
const LINE: usize = 1 << 17;

/// Looks at the records of a table.
///
/// # Errors
/// The file cannot be read, or holds no table.
pub fn look(
    input: &SourceFile,
    encoding: Option<&str>,
    asked_sheet: Option<&str>,
) -> Result<(DraftColumns, TableNotes)> {
    let json = json_as_table(input)?;
    let head = input.head()?;
    let is_utf8 = ingest::is_utf8(input.reader()?).map_err(|e| input.failed(&e))?;
    let marked = ingest::of_mark(&head).map(|(encoding, _)| encoding);
    let found = encoding_of(input, (marked, is_utf8), encoding)?;
    let text = match &json {
        Some((_, table)) => table.clone(),
        None => beginning(input, found)?,
    };
    refuse_long_line(&text, &input.shown)?;
    let file_head = FileHead::of(&text);
    // the names of the columns of records in JSON are known
    let guessed = match &json {
        Some(_) => mapping::first_row_as_header(&file_head),
        None => mapping::guess_layout(&file_head),
    };
    let GuessedLayout { layout, header_rows } = guessed.ok_or_else(|| {
        let failure =
            Error::new(ErrorKind::Rejected, format!("{}: no table found in the file", input.shown));
        failure.hint(input.sheets_unseen().unwrap_or_else(|| {
            "a table has at least two columns, separated by commas, semicolons, tabs or |".into()
        }))
    })?;
    let width = layout.header.len();
    let form = CsvDialect {
        delimiter: u8::try_from(layout.delimiter).unwrap_or(b','),
        line: layout.line,
        short: json.is_some().then_some(ShortRows::Pad(width)),
        ..CsvDialect::default()
    };
    let mut all: Box<dyn Read> = match &json {
        Some((_, table)) => Box::new(std::io::Cursor::new(table.clone())),
        None => whole(input, found)?,
    };
    std::io::copy(&mut (&mut all).take(layout.start as u64), &mut std::io::sink())
        .map_err(|e| input.failed(&e))?;
    let mut records = CsvReader::of(all, form);
    let mut columns: Vec<ColumnSample> =
        layout.header.iter().map(|name| ColumnSample::of(name)).collect();
    let mut notes = TableNotes {
        name: input.name.clone(),
        sheet: asked_sheet.map(str::to_owned).or_else(|| input.sheet().map(str::to_owned)),
        is_sheet_chosen: asked_sheet.is_some(),
        encoding: (marked.is_none() && !is_utf8).then(|| found.name()),
        records: json.and_then(|(path, _)| path),
        delimiter: layout.delimiter,
        lines: layout.preamble.clone(),
        above_all: layout.preamble.len(),
        sheets_unseen: input.sheets_unseen(),
        above: layout.preamble.iter().filter(|line| !line.trim().is_empty()).count(),
        title: layout.preamble.iter().find_map(|line| title_in(line)),
        year_above: only_year(layout.preamble.iter().map(String::as_str).chain(input.sheet()))
            .filter(|_| !layout.preamble.iter().any(|line| years_in(line).is_some())),
        has_no_header: !layout.has_header,
        header_rows,
        ..TableNotes::default()
    };
    let passed = if layout.has_header { header_rows } else { 0 };
    let read =
        look_at_records(input, &mut records, &layout.header, passed, &mut columns, &mut notes)?;
    if read == 0 {
        return Err(Error::new(
            ErrorKind::Rejected,
            format!("{}: the table has a header and no records", input.shown),
        ));
    }
    if let Some(second) = side_by_side(&columns) {
        let message = format!(
            "{}:{}: two tables stand side by side: the second begins with column {second}",
            input.shown, layout.line
        );
        return Err(Error::new(ErrorKind::Rejected, message)
            .hint("put each table into a file or sheet of its own"));
    }
    // headings of several years date the days below them, and not the title
    let of_sections = only_year(notes.sections.iter().map(String::as_str));
    let has_years =
        notes.sections.iter().any(|text| only_year(std::iter::once(text.as_str())).is_some());
    if has_years && of_sections != notes.year_above {
        notes.year_above = None;
    }
    // a table whose cells stand between semicolons leaves commas to its numbers
    let year = notes.year_above.as_deref();
    Ok((DraftColumns::of(columns, layout.delimiter == ';', year), notes))
}

/// Samples the records below the header, whose rows are passed over; returns how many there are.
fn look_at_records(
    input: &SourceFile,
    records: &mut CsvReader,
    header: &[String],
    mut passed: usize,
    columns: &mut Vec<ColumnSample>,
    notes: &mut TableNotes,
) -> Result<u64> {
    let mut record = Record::new();
    let width = header.len();
    let mut read: u64 = 0;
    let mut headings: Vec<String> = Vec::new();
    let mut section = ColumnSample::of("section");
    let mut heading = String::new();
    let mut sums = RunningSums::default();
    let mut parts = IndentedParts::default();
    let mut summed: Vec<(usize, String)> = Vec::new();
    let mut is_gap = false;
    let mut kinds = RowKinds::default();
    // what cannot be read is told when the table is imported
    while let Ok(true) = records.next(&mut record) {
        if passed > 0 {
            passed -= 1;
            continue;
        }
        let is_blank = record.iter().all(|cell| cell.trim().is_empty());
        let is_below_gap = std::mem::replace(&mut is_gap, is_blank);
        if mapping::is_note(&record, width) {
            is_gap = true;
            notes.footer += usize::from(!is_blank);
            notes
                .lines
                .extend(record.iter().filter(|cell| !cell.trim().is_empty()).map(str::to_owned));
            headings.extend(record.get(0).filter(|_| record.len() == width).map(str::to_owned));
            continue;
        }
        if is_blank || record.len() != width {
            continue;
        }
        if notes.takes(&record, header, read == 0) {
            sums.end_part();
            note_sums(columns, &record);
            continue;
        }
        if let Some(names) = other_header(&record, header, columns, is_below_gap) {
            return Err(two_tables(input, records.locate(None).0, &names));
        }
        if sums.is_sum(&record)
            && let Some(word) = word_of_sum(&record)
        {
            summed.push(word);
            note_sums(columns, &record);
            continue;
        }
        sums.add(&record);
        notes.is_of_parts(parts.take(&record));
        // rows with too few cells that are followed by whole ones are no notes
        notes.footer = 0;
        let is_said = |heading: &String| !heading.trim().is_empty();
        if let Some(last) = headings.iter().rfind(|heading| is_said(heading)) {
            last.trim().clone_into(&mut heading);
        }
        notes.sections.extend(headings.drain(..).filter(is_said));
        section.add(&heading);
        notes.has_indents |= record.get(0).is_some_and(|cell| cell.starts_with("  "));
        read += 1;
        columns.iter_mut().zip(&record).for_each(|(column, cell)| column.add(cell.trim()));
        kinds.add(&record);
        if read >= MANY {
            break;
        }
    }
    notes.is_of_parts(parts.end());
    notes.repeated = kinds.repeated;
    notes.totals.extend(kinds.wholes(columns));
    notes.strays = kinds.strays(columns);
    for (column, word) in summed {
        // a word that other records have too is none of a total: its figures add up by chance
        if columns[column].cells.contains_key(&word) && !is_total(&word) {
            columns[column].add(&word);
        } else {
            notes.totals.insert((column, word));
        }
    }
    notes.fills_from_headings(columns);
    add_headings(notes, columns, section);
    Ok(read)
}

/// Adds the column of the headings above the records, where there are some.
fn add_headings(
    notes: &mut TableNotes,
    columns: &mut Vec<ColumnSample>,
    mut section: ColumnSample,
) {
    if notes.sections.is_empty() {
        return;
    }
    let is_taken = |name: &str| columns.iter().any(|column| column.name == name);
    // "Supplier: France", "Supplier: Germany"
    let labels: BTreeSet<&str> = notes
        .sections
        .iter()
        .map(|heading| heading.split_once(':').map_or("", |(label, _)| label.trim()))
        .collect();
    let label = labels.first().filter(|label| labels.len() == 1 && !label.is_empty());
    if let Some(label) = label.filter(|label| !is_taken(label)) {
        let mut named = ColumnSample::of(label);
        for (cell, times) in &section.cells {
            named.add_times(cell.split_once(':').map_or(cell, |(_, said)| said.trim()), *times);
        }
        section = named;
    } else if is_taken("section") {
        "heading".clone_into(&mut section.name);
    }
    notes.heading = Some(section.name.clone());
    columns.push(section);
}

impl TableNotes {
    /// Whether a row is not a record but tags or units below the header, the header again, a sum of
    /// other rows or a part of one. Such a row is noted.
    fn takes(&mut self, record: &Record, header: &[String], is_first: bool) -> bool {
        if is_first && (is_tags(record) || is_units(record)) {
            self.has_tags = true;
            self.units = is_units(record).then(|| record.iter().collect::<Vec<_>>().join(", "));
            return true;
        }
        // columns without a name have got one; a table without a header has no other
        let is_nameless = |name: &str| name.starts_with("column ");
        let mut named = record.iter().zip(header).filter(|(_, name)| !is_nameless(name)).peekable();
        if named.peek().is_some()
            && named.all(|(cell, name)| cell.split_whitespace().eq(name.split_whitespace()))
        {
            self.repeats_header = true;
            return true;
        }
        // a remark that is merged over all columns
        let mut all = record.iter().map(str::trim);
        if let Some(remark) = all.next().filter(|cell| cell.contains(char::is_alphabetic))
            && record.len() > 2
            && all.all(|cell| cell == remark)
        {
            self.totals.insert((0, remark.to_owned()));
            return true;
        }
        let is_sum = |(n, cell): &(usize, &str)| {
            is_total(cell) || *n < 2 && (is_part_of_above(cell) || is_tally(cell.trim()))
        };
        // what a row is stands at its beginning: "all" elsewhere is a value
        let stated = record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()).take(2);
        let sums: Vec<(usize, &str)> = stated.filter(is_sum).collect();
        self.totals.extend(sums.iter().map(|(column, cell)| (*column, cell.trim().to_owned())));
        !sums.is_empty()
    }
}

impl TableNotes {
    /// Where the first column is blank but for headings, those are what it says of the rows below
    /// them.
    fn fills_from_headings(&mut self, columns: &mut [ColumnSample]) {
        if let Some(first) = columns.first_mut().filter(|first| first.stated == 0) {
            for heading in self.sections.drain(..) {
                first.add(heading.trim());
                first.begins_blank = false;
            }
        }
    }

    /// Notes a row that adds up the indented rows below it, by its first cell.
    fn is_of_parts(&mut self, label: Option<String>) {
        self.totals.extend(label.filter(|label| !label.is_empty()).map(|label| (0, label)));
    }
}

/// What a line above a table says that the table is of.
fn title_in(line: &str) -> Option<String> {
    let text = line.trim_matches(|c: char| ",;|\"".contains(c) || c.is_whitespace());
    let words = text.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count();
    (words > 2 && text.chars().count() <= 100).then(|| text.replace("\"\"", "\""))
}

/// Notes the numbers of a row that adds up others.
fn note_sums(columns: &mut [ColumnSample], record: &Record) {
    for (column, cell) in columns.iter_mut().zip(record) {
        if cell.starts_with(|c: char| c.is_ascii_digit()) && column.sums.len() < 100 {
            column.sums.push(cell.trim().to_owned());
        }
    }
}

/// The number of the column that a second table begins with: columns that are called as the first ones are,
/// beyond one in which nothing stands.
fn side_by_side(columns: &[ColumnSample]) -> Option<usize> {
    let gap = columns.iter().position(|column| column.stated == 0).filter(|gap| *gap > 1)?;
    let second = (gap..columns.len()).find(|n| columns[*n].stated > 0)?;
    let pairs = columns[..gap].iter().zip(&columns[second..]);
    let is_again = |(first, again): &(&ColumnSample, &ColumnSample)| {
        again.name == format!("{} (2)", first.name)
    };
    (pairs.clone().filter(is_again).count() > 1 && pairs.take(1).all(|pair| is_again(&pair)))
        .then_some(second + 1)
}

/// What to say of a file with a second table, which begins on a line.
fn two_tables(input: &SourceFile, line: u64, names: &str) -> Error {
    let message = format!("{}:{line}: another table begins here ({names})", input.shown);
    Error::new(ErrorKind::Rejected, message).hint("put each table into a file or sheet of its own")
}

/// The cells of a row that look like the header of another table: some are called as columns of this one
/// are, and none holds a number. Below a blank row or a heading one name is enough, or words where the
/// records above have figures.
fn other_header(
    record: &Record,
    header: &[String],
    columns: &[ColumnSample],
    is_below_gap: bool,
) -> Option<String> {
    let stated: Vec<&str> = record.iter().map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let has_number = stated.iter().any(|cell| cell.starts_with(|c: char| c.is_ascii_digit()))
        || stated.iter().filter(|cell| cell.contains(|c: char| c.is_ascii_digit())).count() * 3
            > stated.len();
    if stated.len() < 3 || has_number {
        return None;
    }
    let is_known = |cell: &&&str| header.iter().any(|name| name.trim() == **cell);
    let known = stated.iter().filter(is_known).count();
    // words where the records above have dates or numbers
    let is_word = |(cell, column): &(&str, &ColumnSample)| {
        let begins = |cell: &String| cell.starts_with(|c: char| c.is_ascii_digit());
        let figures = column.cells.keys().filter(|cell| begins(cell)).count();
        !cell.trim().is_empty() && figures > 1 && figures * 5 >= column.cells.len() * 3
    };
    let words = record.iter().zip(columns).filter(is_word).count();
    let is_header = if is_below_gap { known > 0 || words > 1 } else { known * 2 >= stated.len() };
    (is_header && known < stated.len()).then(|| stated.join(", "))
}

/// The encoding of a file: that of its mark, that which was asked for, or the likely one.
fn encoding_of(
    input: &SourceFile,
    (marked, is_utf8): (Option<&'static Encoding>, bool),
    asked: Option<&str>,
) -> Result<&'static Encoding> {
    match (marked.or(asked.map(by_name).transpose()?), is_utf8) {
        (Some(encoding), _) => Ok(encoding),
        (None, true) => Ok(encoding_rs::UTF_8),
        (None, false) => by_name(ingest::likely(input.reader()?).map_err(|e| input.failed(&e))?),
    }
}

fn refuse_long_line(text: &str, shown: &str) -> Result<()> {
    if text.len() < LINE || text.contains(['\n', '\r']) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Rejected,
        format!("{shown}: its first line is longer than {LINE} bytes: no table found"),
    ))
}

/// Whether a row below the header holds tags, as the Humanitarian Exchange Language has them.
fn is_tags(record: &Record) -> bool {
    record.iter().all(|cell| cell.is_empty() || cell.starts_with('#'))
}

/// Whether a row below the header says in which units or formats its columns are.
fn is_units(record: &Record) -> bool {
    const UNITS: [&str; 33] = [
        "%",
        "usd",
        "usd m",
        "us$",
        "us$m",
        "us$ m",
        "eur",
        "eur m",
        "m",
        "km",
        "persons",
        "people",
        "number",
        "count",
        "units",
        "tiv",
        "text",
        "string",
        "integer",
        "numeric",
        "date",
        "yyyy",
        "yyyy-mm-dd",
        "dd/mm/yyyy",
        "mm/dd/yyyy",
        "dd.mm.yyyy",
        "code",
        "name",
        "iso3",
        "year",
        "millions",
        "thousands",
        "of order",
    ];
    let is_unit = |cell: &str| {
        let cell = cell.trim().to_lowercase();
        let bare = cell.trim_matches(['(', ')', '[', ']']);
        UNITS.contains(&bare) || bare.len() + 2 == cell.len()
    };
    let mut stated = record.iter().filter(|cell| !cell.trim().is_empty()).peekable();
    stated.peek().is_some() && stated.all(is_unit)
}
