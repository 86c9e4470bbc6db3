//! An older release after a newer one: what the newer one said would be lost.

use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::kind::KINDS;
use crate::store::write::transaction::Writer;

/// The import whose facts another import has just replaced, although its file came later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewerRelease {
    /// Its number.
    pub import: i64,
    /// Its release, if the file states one.
    pub release: Option<String>,
}

impl Writer<'_> {
    /// The newest import of a data set that is newer than this one, and of which this one changes,
    /// withdraws or restores facts. By its release; or, since a file that was imported before is as
    /// old as it was then, by its content.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(in crate::store) fn newer_release(
        &self,
        (source, import): (i64, i64),
        (dataset, release): (&str, Option<&str>),
        sha256: &str,
    ) -> Result<Option<NewerRelease>> {
        let same_file: Option<i64> = self
            .transaction
            .query_row(
                "SELECT max(id) FROM imports WHERE source_id = ?1 AND dataset = ?2 AND sha256 = ?3 AND id < ?4",
                params![source, dataset, sha256, import],
                |row| row.get(0),
            )
            .optional()?
            .flatten();
        let touched: Vec<String> = KINDS
            .iter()
            .map(|kind| {
                // what it changed or withdrew, and what it has again that another withdrew
                format!(
                    "SELECT import_id FROM {0} WHERE source_id = ?1 AND retired_by_id = ?2
                     UNION SELECT o.retired_by_id FROM {0} o WHERE o.source_id = ?1 AND o.retired_by_id < ?2 AND o.retired_why = 'absent'
                       AND EXISTS (SELECT 1 FROM {0} f WHERE f.source_id = o.source_id AND f.key = o.key AND f.retired_by_id IS NULL AND f.import_id = ?2)",
                    kind.table
                )
            })
            .collect();
        let sql = format!(
            "SELECT id, release FROM imports WHERE dataset = ?3 AND id <> ?2 AND id IN ({}) ORDER BY id DESC",
            touched.join(" UNION ")
        );
        let mut find = self.transaction.prepare(&sql)?;
        let rows = find.query_map(params![source, import, dataset], |row| {
            Ok(NewerRelease { import: row.get(0)?, release: row.get(1)? })
        })?;
        for row in rows {
            let other = row?;
            let is_newer = match (release, other.release.as_deref()) {
                (Some(own), Some(other)) if own != other => is_later(other, own),
                _ => same_file.is_some_and(|same| same < other.import),
            };
            if is_newer {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }
}

/// Whether a release is later than another, both as versions or dates; false where they cannot be
/// compared, such as a year and a version.
fn is_later(release: &str, than: &str) -> bool {
    let (Some(release), Some(than)) = (numbers(release), numbers(than)) else { return false };
    let is_year = |numbers: &[u64]| numbers[0] >= 1000;
    is_year(&release) == is_year(&than) && release > than
}

/// The numbers of a version or a date; none if it has anything else but a leading "v".
fn numbers(release: &str) -> Option<Vec<u64>> {
    let release = release.trim().trim_start_matches(['v', 'V']);
    release.split(['.', '-', '_', '/', ' ']).map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_as_versions_or_dates() {
        for (later, earlier) in [
            ("24.1", "23.1"),
            ("10.1", "9.2"),
            ("2026-05-18", "2024-04-13"),
            ("v1.1", "1"),
            ("2019", "2016"),
        ] {
            assert!(is_later(later, earlier), "{later} is later than {earlier}");
            assert!(!is_later(earlier, later), "{earlier} is not later than {later}");
        }
        for (one, other) in [("2017", "23.1"), ("final", "1"), ("1", "1"), ("23.1-beta", "23.1")] {
            assert!(!is_later(one, other) && !is_later(other, one), "{one} and {other}");
        }
    }
}
