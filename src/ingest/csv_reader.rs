//! The records of a CSV file, read by the `csv` crate behind the strict pass.

use std::io::{self, Cursor, Read};

use csv::ErrorKind;

use crate::error::Stop;
use crate::ingest::dialect::{CsvDialect, ShortRows};
use crate::ingest::strict_csv::{CsvError, StrictCsv};
use crate::mapping::Record;

/// Reads a CSV file record by record; the first is its header.
pub struct CsvReader {
    reader: csv::Reader<StrictCsv<Box<dyn Read>>>,
    header: Record,
    /// Where the current record begins, and on which line.
    current: u64,
    line: u64,
    short: Option<ShortRows>,
    /// The rest of a record that was cut by a line break, and how many were put together.
    rest: Record,
    joined: u64,
    /// The line that was read to see whether it belongs to the record before it.
    ahead: Option<LineAhead>,
}

impl CsvReader {
    /// Begins to read; a byte order mark is passed over.
    ///
    /// # Errors
    /// The file cannot be read ([`Stop::Failed`]), or has no sound header ([`Stop::Input`]).
    pub fn open(mut file: Box<dyn Read>) -> Result<CsvReader, Stop<CsvError, io::Error>> {
        let mut head = Vec::new();
        file.by_ref().take(3).read_to_end(&mut head)?;
        if head == b"\xef\xbb\xbf" {
            head.clear();
        }
        let whole: Box<dyn Read> = Box::new(Cursor::new(head).chain(file));
        let mut records = CsvReader::of(whole, CsvDialect::default());
        let mut header = Record::new();
        if !records.next(&mut header)? {
            let expected = "the file is empty: expected a header row";
            return Err(Stop::Input(CsvError {
                line: 1,
                column: 1,
                expected: expected.into(),
                is_encoding: false,
            }));
        }
        records.header = header;
        Ok(records)
    }

    /// Reads records of this form, every one of them; the header, if there is one, is the first.
    #[must_use]
    pub fn of(file: Box<dyn Read>, form: CsvDialect) -> CsvReader {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(form.delimiter)
            .quoting(form.quotes)
            .buffer_capacity(1 << 16)
            .from_reader(StrictCsv::new(file, form));
        CsvReader {
            reader,
            header: Record::new(),
            current: 0,
            line: form.line,
            short: form.short,
            rest: Record::new(),
            joined: 0,
            ahead: None,
        }
    }

    /// How many records were put together from several lines.
    #[must_use]
    pub fn joined(&self) -> u64 {
        self.joined
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> &Record {
        &self.header
    }

    /// Reads the next record; false at the end.
    ///
    /// # Errors
    /// The file cannot be read ([`Stop::Failed`]), or breaks the format ([`Stop::Input`]).
    pub fn next(&mut self, record: &mut Record) -> Result<bool, Stop<CsvError, io::Error>> {
        let found = self.line(record)?;
        self.reader.get_mut().forget_before(self.current, self.line);
        match (found, self.short) {
            (true, Some(ShortRows::Rejoin(width))) if record.len() < width => {
                return self.join(record, width);
            }
            (true, Some(ShortRows::Rejoin(width))) if self.is_padded_half(record, width) => {
                record.truncate(stated(record));
                return self.join(record, width);
            }
            (true, Some(ShortRows::Pad(width))) => {
                (record.len()..width).for_each(|_| record.push_field(""));
            }
            _ => {}
        }
        Ok(found)
    }

    /// Whether a record with blank cells at its end is the first half of one that a raw line break
    /// cut, where a spreadsheet filled both lines up to the width of the table: the cells that they
    /// state are then just those of one record.
    fn is_padded_half(&mut self, record: &Record, width: usize) -> bool {
        let first = stated(record);
        // in a narrow table two whole records may look like the halves of one
        if first == 0 || first == width || width < NARROW {
            return false;
        }
        let (begin, line) = (self.current, self.line);
        let mut next = Record::new();
        let found = self.line(&mut next);
        let is_half = matches!(found, Ok(true)) && first + stated(&next) == width + 1;
        if is_half {
            next.truncate(stated(&next));
        }
        self.ahead =
            Some(LineAhead { found, record: next, current: self.current, line: self.line });
        (self.current, self.line) = (begin, line);
        is_half
    }

    /// Puts a record together that a raw line break cut: the cell that was cut keeps its line
    /// break.
    fn join(
        &mut self,
        record: &mut Record,
        width: usize,
    ) -> Result<bool, Stop<CsvError, io::Error>> {
        let (begin, line) = (self.current, self.line);
        let mut rest = std::mem::take(&mut self.rest);
        while record.len() < width {
            if !self.line(&mut rest)? || record.len() + rest.len() > width + 1 {
                let expected = format!(
                    "number of cells: {} in the record, {width} in the header",
                    record.len()
                );
                let error = CsvError { line, column: 1, expected, is_encoding: false };
                return Err(Stop::Input(error));
            }
            let mut whole =
                Record::with_capacity(record.as_slice().len() + rest.as_slice().len() + 1, width);
            let last = record.len().saturating_sub(1);
            record.iter().take(last).for_each(|cell| whole.push_field(cell));
            whole.push_field(&format!(
                "{}\n{}",
                record.get(last).unwrap_or_default(),
                rest.get(0).unwrap_or_default()
            ));
            rest.iter().skip(1).for_each(|cell| whole.push_field(cell));
            *record = whole;
        }
        self.rest = rest;
        self.joined += 1;
        (self.current, self.line) = (begin, line);
        Ok(true)
    }

    fn line(&mut self, record: &mut Record) -> Result<bool, Stop<CsvError, io::Error>> {
        if let Some(ahead) = self.ahead.take() {
            *record = ahead.record;
            (self.current, self.line) = (ahead.current, ahead.line);
            return ahead.found;
        }
        match self.reader.read_record(record) {
            Ok(found) => {
                if let Some(position) = record.position() {
                    let start = self.reader.get_ref().record_start(position.byte());
                    self.line =
                        self.reader.get_ref().position_from(self.current, self.line, start).0;
                    self.current = start;
                }
                match self.reader.get_ref().fault() {
                    // the pass is ahead of the records, and what stopped it stays
                    Some(fault) if !found => Err(Stop::Input(fault.clone())),
                    _ => Ok(found),
                }
            }
            Err(error) => match error.into_kind() {
                ErrorKind::Io(error) => match self.reader.get_ref().fault() {
                    Some(fault) => Err(Stop::Input(fault.clone())),
                    None => Err(Stop::Failed(error)),
                },
                ErrorKind::Utf8 { pos, err } => {
                    let start = pos
                        .map_or(self.current, |pos| self.reader.get_ref().record_start(pos.byte()));
                    let (line, column) = self.place(start, Some(err.field()));
                    let expected = "invalid UTF-8: save the file as UTF-8".to_owned();
                    Err(Stop::Input(CsvError { line, column, expected, is_encoding: true }))
                }
                other => Err(Stop::Failed(io::Error::other(format!("{other:?}")))),
            },
        }
    }

    /// The line and column of a cell of the current record, or of the record itself.
    #[must_use]
    pub fn locate(&self, cell: Option<usize>) -> (u64, u64) {
        self.place(self.current, cell)
    }

    fn place(&self, start: u64, cell: Option<usize>) -> (u64, u64) {
        let pass = self.reader.get_ref();
        pass.position_from(
            self.current,
            self.line,
            cell.map_or(start, |n| pass.cell_start(start, n)),
        )
    }
}

/// Tables of fewer columns are too narrow to tell two halves of a record from two records.
const NARROW: usize = 12;

/// A line that was read before its turn.
struct LineAhead {
    found: Result<bool, Stop<CsvError, io::Error>>,
    record: Record,
    current: u64,
    line: u64,
}

/// How many cells a record has up to the last that states something.
fn stated(record: &Record) -> usize {
    let blank = |cell: &&str| cell.trim().is_empty();
    record.len() - record.iter().rev().take_while(blank).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8]) -> Result<Vec<Vec<String>>, CsvError> {
        let of = |stop| match stop {
            Stop::Input(error) => error,
            Stop::Failed(failure) => panic!("{failure}"),
        };
        let mut records = CsvReader::open(Box::new(Cursor::new(text.to_vec()))).map_err(of)?;
        let mut all = vec![records.header().iter().map(str::to_owned).collect()];
        let mut record = Record::new();
        while records.next(&mut record).map_err(of)? {
            all.push(record.iter().map(str::to_owned).collect());
        }
        Ok(all)
    }

    fn fault(text: &str) -> (u64, u64, String) {
        let fault = read(text.as_bytes()).unwrap_err();
        (fault.line, fault.column, fault.expected)
    }

    #[test]
    fn what_breaks_the_format_is_refused_where_it_stands() {
        assert_eq!(fault("a,b\n1,\"never\n2,3\n"), (2, 3, "unclosed quote starts here".into()));
        assert_eq!(fault("a,b\n\n\n1,sa\"y\n").0, 4);
        assert_eq!(
            fault("a,b\n1,\"x\"y\n"),
            (2, 6, "text after a closing quote: double the quotes inside a cell".into())
        );
        assert_eq!(fault("a,b\n1,2\0\n").1, 4);
        assert_eq!(fault("a,b\n1,2\r3,4\n").0, 2);
        assert!(fault("").2.contains("empty"));
        assert_eq!(read(b"a,b\n1,K\xf6ln\n").unwrap_err().line, 2);
    }

    #[test]
    fn a_record_that_a_line_break_cut_is_put_together() {
        let form = CsvDialect { short: Some(ShortRows::Rejoin(12)), ..CsvDialect::default() };
        // the second was cut, and a spreadsheet filled both halves with blank cells
        let lines = [
            "a,b,c,d,e,f,g,h,i,no",
            "tes,k,l",
            "1,2,3,4,5,6,7,8,9,no,,",
            "tes,11,12,,,,,,,,,",
            "1,2,,,,,,,,,,",
            "1,2,3,,5,,,,,,,",
            "1,2,3,4,5,6,7,8,9,10,11,",
        ];
        let text = lines.join("\n") + "\n";
        let mut records = CsvReader::of(Box::new(Cursor::new(text.into_bytes())), form);
        let (mut record, mut all) = (Record::new(), Vec::new());
        while records.next(&mut record).unwrap_or_else(|_| panic!("{all:?}")) {
            let cells: Vec<&str> = record.iter().collect();
            all.push((records.locate(None).0, cells.join("|")));
        }
        let whole = [
            (1, "a|b|c|d|e|f|g|h|i|no\ntes|k|l"),
            (3, "1|2|3|4|5|6|7|8|9|no\ntes|11|12"),
            (5, "1|2||||||||||"),
            (6, "1|2|3||5|||||||"),
            (7, "1|2|3|4|5|6|7|8|9|10|11|"),
        ];
        assert_eq!(all, whole.map(|(line, cells)| (line, cells.to_owned())));
        assert_eq!(records.joined(), 2);
    }

    #[test]
    fn a_file_that_broke_never_ends_well() {
        let broken = "a,b\n1,sa\"y\n2,3\n";
        let mut records =
            CsvReader::of(Box::new(Cursor::new(broken.as_bytes().to_vec())), CsvDialect::default());
        let mut record = Record::new();
        for _ in 0..4 {
            let stop = records.next(&mut record).unwrap_err();
            assert!(matches!(stop, Stop::Input(CsvError { line: 2, .. })), "{stop:?}");
        }
    }

    #[test]
    fn cells_are_located_behind_blank_lines_and_quoted_line_breaks() {
        let text = "\u{feff}a,b\r\n\r\n\"x\ny\",ü\r\nü,\"\"\"q\",3\r\n";
        let mut records = CsvReader::open(Box::new(Cursor::new(text.as_bytes().to_vec()))).unwrap();
        let mut record = Record::new();
        assert!(records.next(&mut record).unwrap());
        assert_eq!((records.locate(Some(0)), records.locate(Some(1))), ((3, 1), (4, 4)));
        assert!(records.next(&mut record).unwrap());
        assert_eq!((records.locate(Some(1)), records.locate(Some(2))), ((5, 3), (5, 9)));
        assert!(!records.next(&mut record).unwrap());
    }

    #[test]
    fn files_with_carriage_returns_alone_are_read_and_counted() {
        assert_eq!(read(b"a,b\r1,2\r3,4").unwrap().len(), 3);
        assert_eq!(fault("a,b\r1,2\r3,\"").0, 3);
    }

    proptest! {
        /// The crate alone and the crate behind the strict pass agree on everything that the pass
        /// lets through.
        #[test]
        fn the_strict_pass_changes_nothing(text in "[a,\"\r\nü ]{0,40}") {
            if let Ok(all) = read(text.as_bytes()) {
                let mut plain = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
                let alone: Vec<Vec<String>> = plain.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
                prop_assert_eq!(all, alone);
            }
        }

        /// What the csv crate writes is always let through, and reads back.
        #[test]
        fn what_is_written_reads_back(rows in prop::collection::vec(prop::collection::vec("[a,\"\r\nü' =]{0,6}", 2), 1..6)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            prop_assert_eq!(read(&writer.into_inner().unwrap()).unwrap(), rows);
        }
    }
}
