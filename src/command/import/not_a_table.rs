//! Refuses files that are not tables, and says what they are.

use crate::error::{Error, ErrorKind, Result};
use crate::ingest;
use crate::ingest::source_file::SourceFile;

/// Refuses a file that is not a table, and says what it is.
///
/// # Errors
/// It is not a table.
pub fn refuse(input: &SourceFile) -> Result<()> {
    let head = input.head()?;
    // spreadsheets open web pages and XML that are called .xls
    let start = String::from_utf8_lossy(&head[..head.len().min(2000)]).to_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    let is_page = start.starts_with("<html")
        || start.starts_with("<!doctype html")
        || start.starts_with("<table");
    let is_xml = start.starts_with("<?xml");
    if is_page || is_xml {
        let what = match () {
            () if is_page => "a web page",
            () if start.contains("urn:schemas-microsoft-com:office:spreadsheet") => {
                "an XML spreadsheet of 2003"
            }
            () => "XML",
        };
        let message = format!("{} is {what}, not a table", input.shown);
        return Err(Error::new(ErrorKind::Rejected, message)
            .hint("open it in a spreadsheet and save the table as .xlsx or CSV"));
    }
    let kinds: [(&[u8], &str, &str); 8] = [
        (b"\x89PNG", "a picture", "type its table, or attach the document it is from to a source"),
        (
            b"\xff\xd8\xff",
            "a picture",
            "type its table, or attach the document it is from to a source",
        ),
        (b"GIF8", "a picture", "type its table, or attach the document it is from to a source"),
        (
            b"$FL2",
            "an SPSS file (.sav)",
            "save it as CSV, in SPSS, or in R with haven::read_sav and write.csv",
        ),
        (
            b"<stata_dta>",
            "a Stata file (.dta)",
            "save it as CSV, in Stata with export delimited, or in R with haven::read_dta",
        ),
        (b"RDX", "an R file (.RData)", "save its table as CSV, in R with write.csv"),
        (b"PAR1", "a Parquet file", "save it as CSV, for example with DuckDB"),
        (
            b"SQLite format 3",
            "a SQLite database",
            "save its table as CSV, with the sqlite3 shell or sqlite-utils",
        ),
    ];
    for (mark, what, hint) in kinds {
        if head.starts_with(mark) {
            let message = format!("{} is {what}, not a table", input.shown);
            return Err(Error::new(ErrorKind::Rejected, message).hint(hint));
        }
    }
    // a text with a few stray bytes is told where they are
    let begin = &head[..head.len().min(4096)];
    let is_sign = |b: &&u8| matches!(**b, 0..=8 | 14..=25 | 27..=31);
    let signs = begin.iter().filter(is_sign).count();
    let is_text = signs < 8 || signs * 50 <= begin.len() || ingest::of_mark(&head).is_some();
    if is_text {
        return Ok(());
    }
    let message = format!("{} is not a table: it has bytes that are not text", input.shown);
    Err(Error::new(ErrorKind::Rejected, message).hint(
        "if it is a workbook, it is damaged: open it in a spreadsheet and save it as .xlsx or CSV",
    ))
}
