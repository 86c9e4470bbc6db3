//! The number of a fact over all kinds, under which the index of words and the extra columns have
//! it: sixteen times the id of its row, and the tag of its kind.

use crate::kind::Kind;

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

#[cfg(test)]
mod tests {
    use crate::kind::KINDS;

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
