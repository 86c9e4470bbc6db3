//! The records of a CSV file, read by the `csv` crate behind the strict pass.

use std::io::{self, Cursor, Read};

use csv::{ErrorKind, StringRecord};

use super::strict::{Fault, Strict};

/// One record: its cells, and where it begins.
pub type Record = StringRecord;

/// Reads a CSV file record by record; the first is its header.
pub struct Records {
    reader: csv::Reader<Strict<Box<dyn Read>>>,
    header: Record,
    /// Where the current record begins, and on which line.
    current: u64,
    line: u64,
}

impl Records {
    /// Begins to read; a byte order mark is passed over.
    ///
    /// # Errors
    /// The file cannot be read (outer), or has no sound header (inner).
    pub fn open(mut file: Box<dyn Read>) -> io::Result<Result<Records, Fault>> {
        let mut head = Vec::new();
        file.by_ref().take(3).read_to_end(&mut head)?;
        if head == b"\xef\xbb\xbf" {
            head.clear();
        }
        let whole: Box<dyn Read> = Box::new(Cursor::new(head).chain(file));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(Strict::new(whole, b','));
        let mut records = Records { reader, header: Record::new(), current: 0, line: 1 };
        let mut header = Record::new();
        match records.next(&mut header)? {
            Err(fault) => return Ok(Err(fault)),
            Ok(false) => {
                return Ok(Err(Fault {
                    line: 1,
                    column: 1,
                    expected: "the file is empty: expected a header with the names of its columns".into(),
                }));
            }
            Ok(true) => records.header = header,
        }
        Ok(Ok(records))
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> &Record {
        &self.header
    }

    /// Reads the next record; false at the end.
    ///
    /// # Errors
    /// The file cannot be read (outer), or breaks the format (inner).
    pub fn next(&mut self, record: &mut Record) -> io::Result<Result<bool, Fault>> {
        match self.reader.read_record(record) {
            Ok(found) => {
                if let Some(position) = record.position() {
                    let start = self.reader.get_ref().record_start(position.byte());
                    self.line = self.reader.get_ref().position_from(self.current, self.line, start).0;
                    self.current = start;
                    self.reader.get_mut().forget_before(self.current, self.line);
                }
                Ok(Ok(found))
            }
            Err(error) => match error.into_kind() {
                ErrorKind::Io(error) => self.reader.get_ref().fault().map_or(Err(error), |fault| Ok(Err(fault.clone()))),
                ErrorKind::Utf8 { pos, err } => {
                    let start = pos.map_or(self.current, |pos| self.reader.get_ref().record_start(pos.byte()));
                    let (line, column) = self.place(start, Some(err.field()));
                    let expected = "not UTF-8 here: save the file as UTF-8".to_owned();
                    Ok(Err(Fault { line, column, expected }))
                }
                other => Err(io::Error::other(format!("{other:?}"))),
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
        pass.position_from(self.current, self.line, cell.map_or(start, |n| pass.cell_start(start, n)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8]) -> Result<Vec<Vec<String>>, Fault> {
        let mut records = Records::open(Box::new(Cursor::new(text.to_vec()))).unwrap()?;
        let mut all = vec![records.header().iter().map(str::to_owned).collect()];
        let mut record = Record::new();
        while records.next(&mut record).unwrap()? {
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
        assert_eq!(fault("a,b\n1,\"never\n2,3\n"), (2, 3, "the quote opened here is never closed".into()));
        assert_eq!(fault("a,b\n\n\n1,sa\"y\n").0, 4);
        assert_eq!(fault("a,b\n1,\"x\"y\n"), (2, 6, "text behind a closing quote: double the quotes within a cell".into()));
        assert_eq!(fault("a,b\n1,2\0\n").1, 4);
        assert_eq!(fault("a,b\n1,2\r3,4\n").0, 2);
        assert!(fault("").2.contains("empty"));
        assert_eq!(read(b"a,b\n1,K\xf6ln\n").unwrap_err().line, 2);
    }

    #[test]
    fn cells_are_located_behind_blank_lines_and_quoted_line_breaks() {
        let text = "\u{feff}a,b\r\n\r\n\"x\ny\",ü\r\nü,\"\"\"q\",3\r\n";
        let mut records = Records::open(Box::new(Cursor::new(text.as_bytes().to_vec()))).unwrap().unwrap();
        let mut record = Record::new();
        assert!(records.next(&mut record).unwrap().unwrap());
        assert_eq!((records.locate(Some(0)), records.locate(Some(1))), ((3, 1), (4, 4)));
        assert!(records.next(&mut record).unwrap().unwrap());
        assert_eq!((records.locate(Some(1)), records.locate(Some(2))), ((5, 3), (5, 9)));
        assert!(!records.next(&mut record).unwrap().unwrap());
    }

    #[test]
    fn files_with_carriage_returns_alone_are_read_and_counted() {
        assert_eq!(read(b"a,b\r1,2\r3,4").unwrap().len(), 3);
        assert_eq!(fault("a,b\r1,2\r3,\"").0, 3);
    }

    proptest! {
        /// The crate alone and the crate behind the strict pass agree on everything that the pass lets through.
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
