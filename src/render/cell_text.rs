//! The text of a cell in a table, and the marks of found words in it.

use crate::render::{MARK_OFF, MARK_ON, Sheet};
use crate::value::Value;
use crate::value::text::{count, grouped, visible};

/// The longest text of a cell, in characters, where a table has a width.
const LONGEST: usize = 400;

/// A cell as people read it: numbers with separators, control characters visible, a dash for NULL.
pub fn shown(cell: &Value<'_>, sheet: &Sheet) -> String {
    match cell {
        Value::Null => sheet.null.clone().unwrap_or_else(|| "–".into()),
        Value::Int(_) | Value::Real(_) => grouped(&cell.to_string()),
        Value::Partial(_, parts, lacking) => {
            format!("{} ({lacking} of {parts} unknown)", grouped(&cell.to_string()))
        }
        other => {
            let text = visible(&other.to_string()).into_owned();
            let most = sheet.width.map_or(usize::MAX, |_| LONGEST);
            match text.char_indices().nth(most) {
                None => text,
                Some((end, _)) => {
                    let all = count(text.chars().count() as u64, "character", "characters");
                    format!("{}… ({all})", &text[..end])
                }
            }
        }
    }
}

/// Marks shown: bold on a terminal, in brackets elsewhere. A mark that goes on over lines begins
/// anew on each.
pub fn marked(line: &str, color: bool) -> String {
    if color {
        line.replace(MARK_ON, "\u{1b}[1m").replace(MARK_OFF, "\u{1b}[0m")
    } else {
        line.replace(MARK_ON, "[").replace(MARK_OFF, "]")
    }
}

/// Maximum length of the text in a cell of a workbook, in units of UTF-16.
const LONGEST_IN_WORKBOOK: usize = 32_767;

/// As much of a text as a cell of a workbook holds.
#[must_use]
pub fn in_workbook(text: &str) -> &str {
    if text.encode_utf16().count() <= LONGEST_IN_WORKBOOK {
        return text;
    }
    text.char_indices().nth(LONGEST_IN_WORKBOOK / 2).map_or(text, |(end, _)| &text[..end])
}
