//! An older release after a newer one: what the newer one said would be lost.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};

use crate::error::{Error, ErrorKind, Result};
use crate::kind::KINDS;
use crate::store::write::release::ReleaseImport;
use crate::store::write::release::withdraw::value_within;
use crate::store::write::transaction::Writer;
use crate::value::text::BETWEEN_NAMES;

/// The import whose facts another import has just replaced, although its file came later.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NewerRelease {
    /// Its number.
    import: i64,
    /// Its release, if the file states one.
    release: Option<String>,
}

impl ReleaseImport {
    /// Refuses to replace what a later release says.
    pub(super) fn refuse_older(&self, writer: &Writer<'_>, sha256: Option<&str>) -> Result<()> {
        if self.fresh || self.allows_older {
            return Ok(());
        }
        let about = (self.dataset.as_str(), self.release.as_deref());
        let ids = (self.source, self.import);
        let within = self.within.as_deref();
        let Some(newer) = writer.newer_release(ids, about, within, sha256)? else {
            return Ok(());
        };
        let later = match (newer.release.as_deref(), self.release.as_deref()) {
            (Some(later), Some(own)) if later != own => {
                format!("release {own} is older than release {later}")
            }
            (Some(later), _) => {
                format!("this file was imported before release {later}")
            }
            (None, _) => format!("this file was imported before import {}", newer.import),
        };
        Err(Error::new(
            ErrorKind::Rejected,
            format!("{}: {later}, whose facts it would replace; nothing was written", self.slug),
        )
        .hint("--older imports it anyway; --as-of shows the facts of an earlier release"))
    }
}

impl Writer<'_> {
    /// The last release of a data set that an import before this one named.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) fn last_release(
        &self,
        source: i64,
        dataset: &str,
        import: i64,
    ) -> Result<Option<String>> {
        let sql = "SELECT release FROM imports WHERE source_id = ?1 AND dataset = ?2 AND id < ?3 AND release IS NOT NULL
                    ORDER BY id DESC LIMIT 1";
        let release =
            self.transaction.query_row(sql, params![source, dataset, import], |row| row.get(0));
        Ok(release.optional()?)
    }

    /// The newest import of the data set that is newer than `import` and whose facts `import` changes,
    /// withdraws or restores. Newer means a later release; where no release is named, that this same
    /// file was imported before it.
    ///
    /// # Errors
    /// The database cannot be read.
    fn newer_release(
        &self,
        (source, import): (i64, i64),
        (dataset, release): (&str, Option<&str>),
        within: Option<&str>,
        sha256: Option<&str>,
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
            "SELECT id, release, complete, covers, id IN ({}) FROM imports
              WHERE source_id = ?1 AND dataset = ?3 AND id < ?2 ORDER BY id DESC",
            touched.join(" UNION ")
        );
        let replaced = self.replaced(source, import, within)?;
        let mut find = self.transaction.prepare(&sql)?;
        let mut rows = find.query(params![source, import, dataset])?;
        while let Some(row) = rows.next()? {
            let other = NewerRelease { import: row.get(0)?, release: row.get(1)? };
            let (is_complete, covers): (bool, Option<String>) = (row.get(2)?, row.get(3)?);
            let covers: Option<Vec<&str>> =
                covers.as_deref().map(|covers| covers.split(BETWEEN_NAMES).collect());
            // a complete release had what was there after it
            let had = is_complete
                && replaced.iter().any(|(written_by, values)| {
                    let is_covered = match (&covers, values) {
                        (None, _) => true,
                        (Some(_), None) => false,
                        (Some(covers), Some(values)) => {
                            values.split(BETWEEN_NAMES).all(|one| covers.contains(&one))
                        }
                    };
                    *written_by <= other.import && is_covered
                });
            if !had && !row.get::<_, bool>(4)? {
                continue;
            }
            let is_newer = match (release, other.release.as_deref()) {
                (Some(own), Some(other)) if own != other => is_later(other, own),
                // who names a release knows more than the order of files
                (Some(_), None) => false,
                _ => same_file.is_some_and(|same| same < other.import),
            };
            if is_newer {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// Which imports wrote what an import changed or withdrew, and the values of that for which a
    /// file may be complete.
    fn replaced(
        &self,
        source: i64,
        import: i64,
        within: Option<&str>,
    ) -> Result<BTreeSet<(i64, Option<String>)>> {
        let mut replaced = BTreeSet::new();
        for kind in KINDS {
            let sql = format!(
                "SELECT DISTINCT f.import_id, {} FROM {} f WHERE f.source_id = ?1 AND f.retired_by_id = ?2",
                value_within(kind, within),
                kind.table
            );
            let mut find = self.transaction.prepare(&sql)?;
            let rows = find.query_map([source, import], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for row in rows {
                replaced.insert(row?);
            }
        }
        Ok(replaced)
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
