//! One record of a release written: its facts compared with what is there, all of them or none.

use std::borrow::Cow;
use std::sync::Arc;

use rusqlite::params;

use crate::error::{Result, Stop};
use crate::kind::{self, FactKey, Kind, NewFact};
use crate::store::extras;
use crate::store::write::counts::Outcome;
use crate::store::write::encode_row::RecordNames;
use crate::store::write::fact_encoder::{EncodedFacts, FactExtra, ReadyFact, RecordFacts};
use crate::store::write::param::{FactDigest, Param};
use crate::store::write::put::LiveRow;
use crate::store::write::release::ReleaseImport;
use crate::store::write::row_encoder::{EncodedFact, KnownField};
use crate::store::write::transaction::{RowError, Writer};

impl ReadyFact<'_> {
    /// Sets the key of the fact, given that of its record too; returns its digest.
    fn name(&mut self, slug: &Arc<str>, source: i64, key: &str, record: &str) -> FactDigest {
        if self.of_first {
            self.encoded.set_event(format!("{slug}:{record}"));
        }
        self.encoded.set_key(slug, source, key).digest()
    }
}

impl ReleaseImport {
    /// Writes the facts of a record, all of them or none.
    ///
    /// # Errors
    /// The database cannot be written; what is wrong with one of the facts is in the outcome, with
    /// its place.
    pub fn record(
        &mut self,
        writer: &mut Writer<'_>,
        record: &mut RecordFacts<'_>,
    ) -> Result<(), Stop<(usize, RowError)>> {
        if let Some(extras) = &writer.extras {
            extras.write_news(&writer.transaction)?;
        }
        match &mut record.facts {
            EncodedFacts::New(facts) => {
                let mut ready = self.ready(writer, facts)?;
                ready.iter_mut().take(1).for_each(|first| first.encoded.record = record.record);
                self.write_ready(writer, &mut ready)
            }
            EncodedFacts::Ready(ready) => self.write_ready(writer, ready),
            EncodedFacts::Refused(n, fault) => Err(Stop::Input((*n, fault.clone()))),
        }
    }

    /// Resolves the names of the facts of a record.
    fn ready<'r>(
        &self,
        writer: &mut Writer<'_>,
        facts: &'r [(NewFact<'r>, Option<FactExtra>)],
    ) -> Result<Vec<ReadyFact<'r>>, Stop<(usize, RowError)>> {
        writer.agreement.begin_record();
        let mut ready = Vec::with_capacity(facts.len());
        let mut names = RecordNames::default();
        for (n, (NewFact { kind, key, row, extra: columns, .. }, extra)) in facts.iter().enumerate()
        {
            let mut encoded = writer
                .prepare(kind, row, &mut names)
                .map_err(|stop| stop.map(|mut faults| (n, faults.remove(0))))?;
            if row.iter().any(|(field, _)| field.name == "quote") {
                encoded.set_quote_status(Some(writer.status_of(&self.slug, row)?));
            }
            if let Some((extra, object)) = extra {
                encoded.set_extra(Cow::Borrowed(object));
                encoded.extra.clone_from(extra);
            } else if let Some(columns) = columns {
                encoded.set_extra(Cow::Owned(columns.json()));
            }
            let of_first = match facts.first().map(|(first, _)| &first.key) {
                Some(FactKey::Sequence(base)) => {
                    *kind::given(row, "event") == *format!("{}:{base}", self.slug)
                }
                _ => false,
            };
            ready.push(ReadyFact { key: key.clone(), encoded, of_first, named: None });
        }
        Ok(ready)
    }

    fn write_ready(
        &mut self,
        writer: &mut Writer<'_>,
        ready: &mut Vec<ReadyFact<'_>>,
    ) -> Result<(), Stop<(usize, RowError)>> {
        let key = match ready.first().map(|first| &first.key) {
            None => return Ok(()),
            Some(FactKey::Explicit(key) | FactKey::Child(key)) => key.clone(),
            Some(FactKey::Sequence(base)) => {
                let base = base.clone();
                if self.fresh {
                    self.next(&base, 0)
                } else if let Some(same) = self.same(writer, &base, ready)? {
                    same
                } else {
                    let own = |ReadyFact { key, encoded, of_first, named }| ReadyFact {
                        key,
                        encoded: encoded.into_owned(),
                        of_first,
                        named,
                    };
                    self.waiting.push((base, ready.drain(..).map(own).collect()));
                    return Ok(());
                }
            }
        };
        self.write(writer, ready, &key)
    }

    /// The key of a live record with this base whose facts all state the same.
    fn same(
        &self,
        writer: &mut Writer<'_>,
        base: &str,
        ready: &mut [ReadyFact<'_>],
    ) -> Result<Option<String>> {
        let Some(kind) = ready.first().map(|first| first.encoded.form.kind) else {
            return Ok(None);
        };
        'live: for (id, key, digest) in self.live_of(writer, kind, base)? {
            if self.has_seen(kind, id)
                || digest != ready[0].name(&self.slug, self.source, &key, &key)
            {
                continue;
            }
            for fact in &mut ready[1..] {
                let full = fact.key.called(&key);
                // the key that is tried here is replaced when the fact is written
                let digest = fact.name(&self.slug, self.source, &full, &key);
                if writer
                    .live(&fact.encoded.form, self.source, &full)?
                    .is_none_or(|live| live.digest != digest)
                {
                    continue 'live;
                }
            }
            return Ok(Some(key));
        }
        Ok(None)
    }

    /// Writes the facts of the record with this key.
    pub(super) fn write(
        &mut self,
        writer: &mut Writer<'_>,
        ready: &mut [ReadyFact<'_>],
        record: &str,
    ) -> Result<(), Stop<(usize, RowError)>> {
        let mut steps: Vec<WriteStep> = Vec::with_capacity(ready.len());
        for (n, fact) in ready.iter_mut().enumerate() {
            let (key, digest) = match fact.named.take() {
                Some(named) => named,
                None => {
                    let key = fact.key.called(record);
                    let digest = fact.name(&self.slug, self.source, &key, record);
                    (key, digest)
                }
            };
            let encoded = &mut fact.encoded;
            // two facts of one record may have one key: nothing of them is written yet
            let kind = encoded.form.kind;
            let earlier = steps.iter().find(|step| step.kind.name == kind.name && step.key == key);
            let same = earlier.map(|step| step.digest == digest);
            let live = if self.fresh || same.is_some() {
                None
            } else {
                writer.live(&encoded.form, self.source, &key)?
            };
            let outcome = match &live {
                _ if same == Some(false) => return Err(Stop::Input((n, twice()))),
                _ if same == Some(true) => Outcome::Repeated,
                None if self.has_retired_by_hand
                    && writer.is_retired_by_hand(kind, self.source, &key)? =>
                {
                    Outcome::Unchanged
                }
                None => Outcome::Added,
                Some(live) => {
                    match self.compare(kind, live.id, live.digest == digest, live.by_hand) {
                        Ok(Outcome::Changed)
                            if self.differs_in_columns_only(writer, encoded, live)? =>
                        {
                            Outcome::ColumnsOnly
                        }
                        Ok(outcome) => outcome,
                        Err(refused) => return Err(Stop::Input((n, refused))),
                    }
                }
            };
            steps.push(WriteStep { kind, key, digest, live, outcome });
        }
        let mut outcomes = Vec::with_capacity(steps.len());
        let mut added: Vec<(usize, i64)> = Vec::with_capacity(steps.len());
        for (n, WriteStep { kind, key, digest, live, outcome }) in steps.into_iter().enumerate() {
            outcomes.push(match (outcome, live) {
                (Outcome::Unchanged, None) => {
                    writer.kept.push(format!("{}:{key}", self.slug));
                    outcome
                }
                (Outcome::Unchanged, Some(live)) => {
                    if live.digest != digest {
                        writer.kept.push(format!("{}:{key}", self.slug));
                    }
                    self.see(kind, live.id);
                    outcome
                }
                (Outcome::Added | Outcome::Changed | Outcome::ColumnsOnly, live) => {
                    if let Some(live) = live {
                        writer.retire(kind, live.id, self.retired("changed"))?;
                    }
                    let encoded = &mut ready[n].encoded;
                    match writer.insert(encoded, self.import, digest)? {
                        Some(id) => {
                            self.see(kind, id);
                            self.see_place(encoded);
                            added.push((n, id));
                            outcome
                        }
                        // nothing was there before, so that this file has it twice
                        None => match writer.live(&encoded.form, self.source, &key)? {
                            Some(live) if live.digest == digest => Outcome::Repeated,
                            _ => {
                                for (n, id) in added {
                                    let kind = ready[n].encoded.form.kind;
                                    extras::forget(&writer.transaction, kind, "f.id = ?1", id)?;
                                    let sql = format!("DELETE FROM {} WHERE id = ?1", kind.table);
                                    writer.transaction.prepare_cached(&sql)?.execute([id])?;
                                }
                                return Err(Stop::Input((n, twice())));
                            }
                        },
                    }
                }
                _ => outcome,
            });
        }
        added.iter().try_for_each(|(n, id)| writer.note(&ready[*n].encoded, *id))?;
        let mut outcome = sum(&outcomes);
        if !self.fresh
            && outcome != Outcome::Repeated
            && self.retire_lost(writer, record)?
            && matches!(outcome, Outcome::Unchanged | Outcome::ColumnsOnly)
        {
            outcome = Outcome::Changed;
        }
        self.changes.count(!matches!(outcome, Outcome::Unchanged | Outcome::Repeated));
        writer.counts.count(outcome);
        Ok(())
    }

    /// Remembers where a fact was, if the file is complete for countries.
    fn see_place(&mut self, encoded: &EncodedFact<'_>) {
        if self.fresh
            && self.within.is_some()
            && let Param::Integer(place) = encoded.value(KnownField::Place)
        {
            self.places.insert(*place);
        }
    }

    fn compare(
        &self,
        kind: &Kind,
        id: i64,
        same: bool,
        by_hand: bool,
    ) -> Result<Outcome, RowError> {
        match (self.has_seen(kind, id), same) {
            (true, true) => Ok(Outcome::Repeated),
            // the record differs from the fact only since somebody corrected that
            (true, false) if by_hand => Ok(Outcome::Repeated),
            (true, false) => Err(twice()),
            (false, true) => Ok(Outcome::Unchanged),
            (false, false) if by_hand => Ok(Outcome::Unchanged),
            (false, false) => Ok(Outcome::Changed),
        }
    }

    /// Retires the further facts of a record that it gives no more: a side that has no deaths any
    /// longer.
    fn retire_lost(&mut self, writer: &mut Writer<'_>, record: &str) -> Result<bool> {
        let mut lost = false;
        for kind in self.kinds.clone() {
            let sql = format!(
                "SELECT f.id FROM {} f JOIN imports r ON r.id = f.import_id
                  WHERE f.source_id = ?1 AND f.key > ?2 || '/' AND f.key < ?2 || '0' AND f.retired_by_id IS NULL AND r.dataset = ?3",
                kind.table
            );
            let rows: Vec<i64> = {
                let mut find = writer.transaction.prepare_cached(&sql)?;
                let rows =
                    find.query_map(params![self.source, record, self.dataset], |row| row.get(0))?;
                rows.collect::<Result<_, _>>()?
            };
            for id in rows.into_iter().filter(|id| !self.has_seen(kind, *id)) {
                writer.retire(kind, id, self.retired("absent"))?;
                lost = true;
            }
        }
        Ok(lost)
    }
}

fn twice() -> RowError {
    let expected = "another record in this file has the same key but other values; add \"#\" to the key to number them";
    RowError { field: "key", expected: expected.into() }
}

/// What is to be done for a fact that is ready.
struct WriteStep {
    kind: &'static Kind,
    key: String,
    digest: FactDigest,
    /// The live row of its key.
    live: Option<LiveRow>,
    /// What becomes of it.
    outcome: Outcome,
}

/// What became of a record, by what became of its facts.
fn sum(outcomes: &[Outcome]) -> Outcome {
    let all = |wanted: Outcome| outcomes.iter().all(|outcome| *outcome == wanted);
    match () {
        () if all(Outcome::Added) => Outcome::Added,
        () if all(Outcome::Repeated) => Outcome::Repeated,
        () if outcomes
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Unchanged | Outcome::Repeated)) =>
        {
            Outcome::Unchanged
        }
        () if !outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Added | Outcome::Changed)) =>
        {
            Outcome::ColumnsOnly
        }
        () => Outcome::Changed,
    }
}
