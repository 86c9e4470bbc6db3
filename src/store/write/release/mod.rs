//! Importing a release of a data set: its records are new, changed, there already, or there twice,
//! and those that it lacks were withdrawn.
//!
//! The facts of a record are written together or not at all.

mod columns;
mod older;
mod record;
mod row_set;
mod same_record;
mod withdraw;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use rusqlite::params;

use crate::error::{Error, Result, Stop};
use crate::kind::{KINDS, Kind};
use crate::store::entities::labels;
use crate::store::write::counts::{Counts, Outcome};
use crate::store::write::fact_encoder::{ReadyFact, RecordChanges};
use crate::store::write::put::{RETIRED_BY_HAND, Retirement};
use crate::store::write::release::row_set::RowSet;
use crate::store::write::release::withdraw::Covered;
use crate::store::write::transaction::Writer;
use crate::value::text::BETWEEN_NAMES;

/// What a release says of itself.
#[derive(Debug, Clone, Default)]
pub struct ReleaseInfo<'a> {
    /// The slug of the source that it feeds.
    pub source: &'a str,
    /// Its title, publisher, URL, licence and citation, should the source be new.
    pub title: &'a str,
    /// Who publishes it.
    pub publisher: Option<&'a str>,
    /// Where it can be had.
    pub url: Option<&'a str>,
    /// On what terms.
    pub licence: Option<&'a str>,
    /// How its makers want it cited.
    pub citation: Option<&'a str>,
    /// The sources that it is related to.
    pub family: Option<&'a str>,
    /// The fields that divide its records.
    pub partitioned_by: Option<String>,
    /// What of it may be passed on: yes, excerpt or no.
    pub redistribution: Option<&'a str>,
    /// The sources that it is made of.
    pub derived_from: Option<String>,
    /// The mapping that it is read with.
    pub dataset: &'a str,
    /// The publisher's version.
    pub release: Option<&'a str>,
    /// The kinds of the facts that its records become.
    pub kinds: Vec<&'static Kind>,
    /// The file holds records that were rejected before and are mended now: none of them replaces
    /// another.
    pub mended: bool,
    /// Of how many parts, "/" between, the key of a record's first fact is made.
    pub parts: usize,
    /// The columns of the file.
    pub columns: &'a [String],
    /// The field for whose values a complete file is complete: of other values it says nothing.
    pub within: Option<&'a str>,
    /// It may replace what a later release says.
    pub allows_older: bool,
}

/// What became of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseEnd {
    /// What became of its records.
    pub counts: Counts,
    /// Records in the database that the file lacks and that were kept, as it is not complete; 0 if
    /// it shares no record with the database.
    pub lacking: u64,
    /// The release whose facts it changed or withdrew, although it states none itself.
    pub replaced: Option<String>,
}

/// A release on its way in.
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct ReleaseImport {
    source: i64,
    slug: Arc<str>,
    dataset: String,
    import: i64,
    kinds: Vec<&'static Kind>,
    parts: usize,
    within: Option<String>,
    allows_older: bool,
    release: Option<String>,
    mended: bool,
    /// The source had no facts before, so that nothing need be compared.
    fresh: bool,
    /// Somebody retired facts of the source by hand.
    has_retired_by_hand: bool,
    changes: RecordChanges,
    /// The rows that were met, kind by kind.
    seen: HashMap<&'static str, RowSet, RandomState>,
    /// The places of the facts, where the file is complete for countries and nothing was there before.
    places: HashSet<i64, RandomState>,
    /// The columns of the file, and the extra columns that the source's facts had after each import, once
    /// they were asked for.
    columns: HashSet<String>,
    columns_before: HashMap<i64, HashSet<String>>,
    /// How many records are called the same.
    counters: HashMap<String, u64>,
    /// Records without a key of their own that are not there to the letter: they may have changed,
    /// or be new.
    waiting: Vec<(String, Vec<ReadyFact<'static>>)>,
}

impl Writer<'_> {
    /// Begins to import a release; its source is made if there is none.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn release(&mut self, about: &ReleaseInfo<'_>) -> Result<ReleaseImport> {
        let ReleaseInfo {
            source: slug,
            title,
            publisher,
            url,
            licence,
            citation,
            family,
            partitioned_by,
            redistribution,
            derived_from,
            dataset,
            release,
            ..
        } = about;
        let new = self.transaction.execute(
            "INSERT INTO sources (slug, kind, title, publisher, url, licence, citation, family, partitioned_by, redistribution, derived_from)
             VALUES (?1, 'dataset', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (slug) DO NOTHING",
            params![slug, title, publisher, url, licence, citation, family, partitioned_by, redistribution, derived_from],
        )?;
        let source = self.source(slug).map_err(|stop| stop.into_error(Error::usage))?;
        // what a release covers is told by the usual names of countries
        if std::mem::take(&mut self.relabel) {
            labels::refresh(&self.transaction)?;
        }
        let (mut fresh, mut has_retired_by_hand) = (true, false);
        for kind in KINDS {
            let retired = format!(
                "SELECT EXISTS (SELECT 1 FROM {} WHERE source_id = ?1 AND retired_by_id IS NOT NULL AND {RETIRED_BY_HAND})",
                kind.table
            );
            has_retired_by_hand |=
                self.transaction.query_row(&retired, [source], |row| row.get::<_, bool>(0))?;
            let sql = format!(
                "SELECT EXISTS (SELECT 1 FROM {} WHERE source_id = ?1 AND retired_by_id IS NULL)",
                kind.table
            );
            fresh &= !self.transaction.query_row(&sql, [source], |row| row.get::<_, bool>(0))?;
        }
        let import = self.begin(source)?;
        if new > 0 {
            self.transaction.execute(
                "UPDATE sources SET import_id = ?2 WHERE id = ?1",
                params![source, import],
            )?;
        }
        self.transaction.execute(
            "UPDATE imports SET dataset = ?2, release = ?3 WHERE id = ?1",
            params![import, dataset, release],
        )?;
        Ok(ReleaseImport {
            source,
            slug: (*slug).into(),
            dataset: (*dataset).to_owned(),
            import,
            kinds: about.kinds.clone(),
            parts: about.parts,
            columns: about.columns.iter().cloned().collect(),
            columns_before: HashMap::new(),
            within: about.within.map(str::to_owned),
            allows_older: about.allows_older,
            release: release.map(str::to_owned),
            mended: about.mended,
            fresh: fresh && !has_retired_by_hand,
            has_retired_by_hand,
            changes: RecordChanges::default(),
            seen: HashMap::default(),
            places: HashSet::default(),
            counters: HashMap::new(),
            waiting: Vec::new(),
        })
    }
}

impl ReleaseImport {
    /// The number of the run.
    #[must_use]
    pub fn run(&self) -> i64 {
        self.import
    }

    /// The slug of the source that it feeds.
    pub(super) fn slug(&self) -> Arc<str> {
        Arc::clone(&self.slug)
    }

    /// The number of that source.
    pub(super) fn source(&self) -> i64 {
        self.source
    }

    /// Whether the source has facts already.
    pub(super) fn may_be_there(&self) -> bool {
        !self.fresh
    }

    /// The count of changed records, for the reader.
    pub(super) fn changes(&self) -> RecordChanges {
        self.changes.clone()
    }

    /// Counts a record that the file gives once more.
    pub fn repeat(&self, writer: &mut Writer<'_>) {
        writer.counts.count(Outcome::Repeated);
    }

    /// Counts a record that could not be read.
    pub fn reject(&self, writer: &mut Writer<'_>) {
        writer.counts.rejected += 1;
    }

    /// Goes on counting where an earlier part of the same file ended: how many records are called the
    /// same.
    pub fn go_on(&mut self, counters: HashMap<String, u64>) {
        self.counters = counters;
    }

    /// How many records are called the same so far.
    pub fn counters(&mut self) -> HashMap<String, u64> {
        std::mem::take(&mut self.counters)
    }

    /// Writes what waited, withdraws what a complete release lacks, and says what became of the
    /// records. The sum of a file is not known before its end is reached.
    ///
    /// # Errors
    /// The database cannot be written, or a later release would be lost.
    pub fn finish(
        mut self,
        writer: &mut Writer<'_>,
        complete: bool,
        sha256: Option<&str>,
    ) -> Result<ReleaseEnd> {
        for (base, mut ready) in std::mem::take(&mut self.waiting) {
            let Some(kind) = ready.first().map(|first| first.encoded.form.kind) else { continue };
            let live = self.live_of(writer, kind, &base)?;
            let free = live.iter().find(|(id, ..)| !self.has_seen(kind, *id));
            let key = match free.filter(|_| !self.mended) {
                Some((_, key, _)) => key.clone(),
                None => {
                    let number = |key: &String| {
                        key.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(0)
                    };
                    self.next(&base, live.iter().map(|(_, key, _)| number(key)).max().unwrap_or(0))
                }
            };
            match self.write(writer, &mut ready, &key) {
                Ok(()) => {}
                Err(Stop::Input(_)) => writer.counts.rejected += 1,
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        let mut lacking = 0;
        let counts = writer.counts;
        let mut covers = Covered::default();
        if complete {
            let absent;
            (absent, covers) = self.absent(writer)?;
            writer.counts.withdrawn = self.withdraw(writer, &absent)?;
        } else if counts.changed + counts.unchanged > 0 {
            lacking = self.records_of(&self.absent(writer)?.0);
        }
        self.refuse_older(writer, sha256)?;
        let covers: Vec<String> = covers.into_iter().collect();
        let covers = Some(covers.join(BETWEEN_NAMES)).filter(|covers| !covers.is_empty());
        let set = "UPDATE imports SET complete = ?2, sha256 = ?3, covers = ?4 WHERE id = ?1";
        writer.transaction.execute(set, params![self.import, complete, sha256, covers])?;
        let counts = writer.counts;
        let replaced = if self.release.is_none() && counts.changed + counts.withdrawn > 0 {
            writer.last_release(self.source, &self.dataset, self.import)?
        } else {
            None
        };
        Ok(ReleaseEnd { counts, lacking, replaced })
    }

    fn retired(&self, why: &'static str) -> Retirement<'static> {
        Retirement { run: self.import, why, note: None }
    }

    fn has_seen(&self, kind: &Kind, id: i64) -> bool {
        self.seen.get(kind.name).is_some_and(|seen| seen.has(id))
    }

    fn see(&mut self, kind: &'static Kind, id: i64) {
        self.seen.entry(kind.name).or_default().add(id);
    }

    /// The key of one more record that is called so; numbers up to `taken` are in use.
    fn next(&mut self, base: &str, taken: u64) -> String {
        let counter = self.counters.entry(base.to_owned()).or_default();
        *counter = taken.max(*counter) + 1;
        if base.is_empty() { counter.to_string() } else { format!("{base}/{counter}") }
    }

    /// The live rows that are called so, in the order of their numbers.
    fn live_of(
        &self,
        writer: &Writer<'_>,
        kind: &Kind,
        base: &str,
    ) -> Result<Vec<(i64, String, Vec<u8>)>> {
        let stem = if base.is_empty() { String::new() } else { format!("{base}/") };
        let sql = format!(
            "SELECT id, key, digest FROM {} WHERE source_id = ?1 AND key >= ?2 AND key < ?2 || ':' AND retired_by_id IS NULL
                AND substr(key, length(?2) + 1) NOT GLOB '*[^0-9]*' ORDER BY CAST(substr(key, length(?2) + 1) AS INTEGER)",
            kind.table
        );
        let mut find = writer.transaction.prepare_cached(&sql)?;
        let rows = find.query_map(params![self.source, stem], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
