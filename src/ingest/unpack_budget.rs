//! What a packed file may become: a few megabytes that unpack to gigabytes, or a workbook with one
//! cell in its last corner, are refused before they fill the memory or the disk.

use std::io::{self, Read};

/// How many bytes a packed file may become before its ratio is looked at.
const FREE: u64 = 128 << 20;

/// How many times its size a file may become beyond that.
const RATIO: u64 = 50;

/// What is said of a file that becomes more.
const TOO_MUCH: &str =
    "it unpacks to more than 50 times its size; if that is right, unpack it first";

/// How many cells a sheet may have, blank ones between its corners included: more than a spreadsheet
/// program opens in comfort.
#[cfg(feature = "excel")]
const CELLS: u64 = 20_000_000;

/// How many of them where all are held in memory.
#[cfg(feature = "excel")]
pub const CELLS_IN_MEMORY: u64 = 4_000_000;

/// A reader that fails once it has given too much for what it was made of.
pub struct BoundedReader<R> {
    inner: R,
    packed: u64,
    read: u64,
}

impl<R: Read> BoundedReader<R> {
    /// Wraps a reader that unpacks `packed` bytes.
    pub fn of(inner: R, packed: u64) -> BoundedReader<R> {
        BoundedReader { inner, packed, read: 0 }
    }
}

impl<R> BoundedReader<R> {
    /// Whether a failure to read is that of a file that becomes too much.
    pub fn is_bomb(e: &io::Error) -> bool {
        e.kind() == io::ErrorKind::InvalidData && e.to_string() == TOO_MUCH
    }
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read += n as u64;
        if self.read > FREE && self.read / RATIO > self.packed {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TOO_MUCH));
        }
        Ok(n)
    }
}

/// Fails if a sheet of this size has too many cells.
///
/// # Errors
/// It has.
#[cfg(feature = "excel")]
pub fn sheet(rows: u64, columns: u64, most: u64) -> Result<(), String> {
    let most = most.min(CELLS);
    if rows.saturating_mul(columns) <= most {
        return Ok(());
    }
    Err(format!(
        "its cells reach to row {rows} and column {columns}, which is too large: delete stray cells, or save the sheet as CSV"
    ))
}

/// The rows and columns that the cells of a sheet of an `OpenDocument` file take, with repeated ones.
#[cfg(feature = "excel")]
#[must_use]
pub fn of_open_document(content: &str) -> (u64, u64) {
    let number = |tag: &str, name: &str| {
        let value = tag.split_once(name)?.1.split('"').nth(1)?;
        value.parse::<u64>().ok()
    };
    let (mut row, mut column, mut repeated) = (0_u64, 0_u64, 1_u64);
    let (mut rows, mut columns) = (0_u64, 0_u64);
    for tag in content.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        if tag.starts_with("table:table ") {
            row = 0;
        } else if tag.starts_with("table:table-row") {
            row += repeated;
            repeated = number(tag, "number-rows-repeated=").unwrap_or(1);
            column = 0;
        } else if tag.starts_with("table:table-cell") || tag.starts_with("table:covered-table-cell")
        {
            column += number(tag, "number-columns-repeated=").unwrap_or(1);
            if tag.contains("office:value-type") {
                rows = rows.max(row + repeated);
                columns = columns.max(column);
            }
        }
    }
    (rows, columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let mut reader = BoundedReader::of(io::repeat(b'x'), 1 << 20);
        let error = io::copy(&mut reader, &mut io::sink()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let mut modest = BoundedReader::of(io::repeat(b'x').take(FREE), 1);
        assert_eq!(io::copy(&mut modest, &mut io::sink()).unwrap(), FREE);
    }

    #[cfg(feature = "excel")]
    #[test]
    fn repeated_cells_of_an_open_document_count() {
        let table = "<table:table table:name=\"a\"><table:table-row><table:table-cell office:value-type=\"string\"/>\
            </table:table-row><table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell \
            table:number-columns-repeated=\"1000\" office:value-type=\"float\"/></table:table-row><table:table-row \
            table:number-rows-repeated=\"48000\"><table:table-cell table:number-columns-repeated=\"16384\"/>\
            </table:table-row></table:table>";
        let (rows, columns) = of_open_document(table);
        assert_eq!(columns, 1000);
        assert!((1_000_000..1_000_010).contains(&rows), "{rows}");
        assert!(sheet(rows, columns, CELLS_IN_MEMORY).is_err());
    }
}
