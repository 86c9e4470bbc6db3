//! The number of a fact over all kinds, under which the index of words and the extra columns have
//! it: sixteen times the id of its row, and the tag of its kind.

use rusqlite::Connection;

use crate::error::Result;
use crate::kind::{KINDS, Kind};

/// How many tags there are: the last four bits of a number.
const TAGS: i64 = 16;

/// The tag of attached texts, which no kind has.
pub const TEXT: i64 = TAGS - 1;

/// The tag of a kind.
pub fn kind_tag(kind: &Kind) -> i64 {
    i64::from(kind.tag)
}

/// The number of the fact of a kind whose row has this id.
pub fn rowid(kind: &Kind, id: i64) -> i64 {
    id * TAGS + kind_tag(kind)
}

/// The number of the row `alias`, whose kind has this tag, in SQL.
pub fn number(alias: &str, tag: i64) -> String {
    format!("{alias}.id * {TAGS} + {tag}")
}

/// Returns the SQL expression for the kind tag of a fact number.
pub fn tag_of(number: &str) -> String {
    format!("{number} & {}", TAGS - 1)
}

/// The id of the row that a number is of, in SQL.
pub fn row_of(number: &str) -> String {
    format!("{number} >> {}", TAGS.trailing_zeros())
}

/// The most facts that there can be, by the ids of their rows.
///
/// # Errors
/// The database cannot be read.
pub fn most(connection: &Connection) -> Result<i64> {
    KINDS.iter().map(|kind| most_of(connection, kind)).sum()
}

/// The same of one kind: its highest id.
///
/// # Errors
/// The database cannot be read.
pub fn most_of(connection: &Connection, kind: &Kind) -> Result<i64> {
    let sql = format!("SELECT ifnull(max(id), 0) FROM {}", kind.table);
    Ok(connection.query_row(&sql, [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::KINDS;

    #[test]
    fn sql_and_rust_make_the_same_numbers() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        for kind in KINDS {
            let tag = kind_tag(kind);
            let sql = format!(
                "SELECT n.number, {}, {} FROM (SELECT {} AS number FROM (SELECT 77 AS id) f) n",
                row_of("n.number"),
                tag_of("n.number"),
                number("f", tag)
            );
            let found: (i64, i64, i64) = connection
                .query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .unwrap();
            assert_eq!(found, (rowid(kind, 77), 77, tag));
        }
    }

    /// Tags are written to databases: this list is added to and never changed.
    #[test]
    fn tags_are_those_that_databases_have() {
        let tags: Vec<(&str, u8)> = KINDS.iter().map(|kind| (kind.table, kind.tag)).collect();
        let known = [
            ("events", 0),
            ("arms_transfers", 1),
            ("casualty_statistics", 2),
            ("diplomatic_posts", 3),
            ("indicators", 4),
        ];
        assert_eq!(tags, known);
    }
}
