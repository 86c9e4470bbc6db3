//! Encodes facts of a data set on the thread that reads them, while another writes. It has no database: a
//! record can be encoded if the writer has resolved all its names before.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use foldhash::fast::RandomState;
use sha2::{Digest, Sha256};

use crate::error::{Result, Stop};
use crate::kind::{FactKey, Field, Kind, NewFact};
use crate::store::entities::lookup::EntityClass;
use crate::store::entities::name_cache::{
    NameEpochs, NameNews, RecentNames, ResolvedName, write_key,
};
use crate::store::extras::{EncodedExtra, SharedExtras};
use crate::store::write::agreement::Agreement;
use crate::store::write::encode_row::{
    RecordNames, References, Referred, encode_row, is_reference,
};
use crate::store::write::param::{FactDigest, RecordDigest};
use crate::store::write::release::ReleaseImport;
use crate::store::write::row_encoder::{EncodedFact, RowEncoder};
use crate::store::write::transaction::{RowError, Writer};
use crate::value::date::Days;
use crate::value::{EntityRef, InputValue};

/// The facts of a record on their way to the writer.
pub struct RecordFacts<'r> {
    pub(super) facts: EncodedFacts<'r>,
    /// The digest of the record.
    pub(super) record: Option<RecordDigest>,
}

/// A record that may be in the database unchanged, so that no facts were made of it yet.
#[derive(Debug)]
pub struct SameRecord {
    pub(super) kind: &'static Kind,
    pub(super) key: String,
    pub(super) digest: RecordDigest,
}

/// How far the facts of a record are.
pub(super) enum EncodedFacts<'r> {
    /// The writer must resolve their names. Each comes with its extra columns, if it has any.
    New(Vec<(NewFact<'r>, Option<FactExtra>)>),
    /// They are ready to be written.
    Ready(Vec<ReadyFact<'r>>),
    /// One of them is wrong.
    Refused(usize, RowError),
}

/// The extra columns of a fact: encoded, where possible, and as an object.
pub(super) type FactExtra = (Option<EncodedExtra>, String);

/// A fact that is ready to be written, once its record has a key.
pub(super) struct ReadyFact<'r> {
    pub(super) key: FactKey,
    pub(super) encoded: EncodedFact<'r>,
    /// It belongs to the event that the first fact of its record is, which has a number yet to come.
    pub(super) of_first: bool,
    /// What it is called, where that is known, and its digest.
    pub(super) named: Option<(String, FactDigest)>,
}

impl<'r> RecordFacts<'r> {
    /// Facts that are not encoded.
    #[must_use]
    pub fn new(facts: Vec<NewFact<'r>>) -> RecordFacts<'r> {
        let facts = facts.into_iter().map(|fact| (fact, None)).collect();
        RecordFacts { facts: EncodedFacts::New(facts), record: None }
    }

    /// Facts of a record that turned out to be changed or new.
    #[must_use]
    pub fn of_changed(facts: Vec<NewFact<'r>>, record: &SameRecord) -> RecordFacts<'r> {
        RecordFacts { record: Some(record.digest), ..RecordFacts::new(facts) }
    }

    /// Whether the record states nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.facts {
            EncodedFacts::New(facts) => facts.is_empty(),
            EncodedFacts::Ready(facts) => facts.is_empty(),
            EncodedFacts::Refused(..) => false,
        }
    }

    /// The facts that are not encoded.
    pub(in crate::store) fn unencoded(&self) -> impl Iterator<Item = &NewFact<'r>> {
        match &self.facts {
            EncodedFacts::New(facts) => facts.as_slice(),
            _ => &[],
        }
        .iter()
        .map(|(fact, _)| fact)
    }
}

/// Encodes the facts of a release.
#[derive(Debug)]
pub struct FactEncoder {
    slug: Arc<str>,
    source: i64,
    forms: HashMap<&'static str, Arc<RowEncoder>, RandomState>,
    extras: SharedExtras,
    known: KnownToReader,
    news: NameNews,
    /// The beginning of every digest of a record: what it is read with.
    read_with: Sha256,
    /// Whether records may be there already.
    may_be_there: bool,
    changes: RecordChanges,
}

/// Whether many records turned out to be changed lately. The writer counts them; the reader then stops
/// asking.
#[derive(Debug, Clone, Default)]
pub struct RecordChanges(Arc<AtomicU32>);

impl RecordChanges {
    /// A changed record outweighs this many unchanged ones, since the writer then has to make its facts. From
    /// a total weight of `MANY` on, the reader makes all facts.
    const WEIGHT: u32 = 8;
    const MANY: u32 = 512;

    /// Counts a record.
    pub fn count(&self, is_changed: bool) {
        let weight = self.0.load(Ordering::Relaxed);
        let now = if is_changed {
            (weight + RecordChanges::WEIGHT).min(2 * RecordChanges::MANY)
        } else {
            weight.saturating_sub(1)
        };
        // one thread counts
        self.0.store(now, Ordering::Relaxed);
    }

    fn are_many(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= RecordChanges::MANY
    }
}

/// The number of names in the first generation that the reader remembers.
const KNOWN: usize = 1 << 14;

impl Writer<'_> {
    /// Makes the encoder for a release. From then on the writer passes resolved names on to it. `read_with` is
    /// what the facts of a record depend on besides its cells.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn encoder(&mut self, release: &ReleaseImport, read_with: &str) -> Result<FactEncoder> {
        let (news, extras) = (NameNews::default(), SharedExtras::of(&self.transaction)?);
        self.news = Some(news.clone());
        self.extras = Some(extras.clone());
        Ok(FactEncoder {
            slug: release.slug(),
            source: release.source(),
            forms: HashMap::default(),
            extras,
            known: KnownToReader::new(self.epochs()?),
            news,
            read_with: Sha256::new_with_prefix(read_with),
            may_be_there: release.may_be_there(),
            changes: release.changes(),
        })
    }

    /// Takes over what an encoder counted.
    pub fn take_counts(&mut self, encoder: FactEncoder) {
        self.news = None;
        self.agreement.take(encoder.known.agreement);
    }
}

impl FactEncoder {
    /// Learns the names that the writer has resolved.
    pub fn learn(&mut self) {
        for (key, meant) in self.news.take() {
            self.known.names.insert(key, meant);
        }
    }

    /// The digest of a record with these cells.
    #[must_use]
    pub fn digest<'c>(&self, cells: impl Iterator<Item = &'c str>) -> RecordDigest {
        let mut sum = self.read_with.clone();
        for cell in cells {
            sum.update((cell.len() as u64).to_le_bytes());
            sum.update(cell);
        }
        let whole: [u8; 32] = sum.finalize().into();
        std::array::from_fn(|i| whole[i])
    }

    /// The record, if the writer should look for it in the database before facts are made of it. `kind` and
    /// `key` are those of its first fact.
    pub fn ask(
        &self,
        kind: &'static Kind,
        key: impl FnOnce() -> Option<String>,
        digest: RecordDigest,
    ) -> Option<SameRecord> {
        if !self.may_be_there || self.changes.are_many() {
            return None;
        }
        key().map(|key| SameRecord { kind, key, digest })
    }

    /// Encodes the facts of a record, if all their names are known.
    pub fn encode<'r>(
        &mut self,
        facts: Vec<NewFact<'r>>,
        record: Option<RecordDigest>,
    ) -> RecordFacts<'r> {
        let extras = self.extras_of(&facts);
        let facts = if can_encode(&facts) && self.knows_names(&facts) {
            match self.ready(facts, extras) {
                Ok(mut facts) => {
                    facts.iter_mut().take(1).for_each(|first| first.encoded.record = record);
                    EncodedFacts::Ready(facts)
                }
                Err((n, fault)) => EncodedFacts::Refused(n, fault),
            }
        } else {
            EncodedFacts::New(facts.into_iter().zip(extras).collect())
        };
        RecordFacts { facts, record }
    }

    /// The extra columns of each fact; facts of one kind share them.
    fn extras_of(&mut self, facts: &[NewFact<'_>]) -> Vec<Option<FactExtra>> {
        let mut extras: Vec<Option<FactExtra>> = Vec::with_capacity(facts.len());
        for (n, fact) in facts.iter().enumerate() {
            let extra = fact.extra.as_ref().map(|columns| {
                let is_same = |other: &NewFact<'_>| {
                    other.kind.tag == fact.kind.tag
                        && other.extra.as_ref().is_some_and(|other| Arc::ptr_eq(other, columns))
                };
                match facts[..n].iter().position(is_same).and_then(|same| extras[same].clone()) {
                    Some(known) => known,
                    None => self.extras.encode_columns(fact.kind, columns),
                }
            });
            extras.push(extra);
        }
        extras
    }

    /// Whether all names of the facts are known, on the days of each.
    fn knows_names(&mut self, facts: &[NewFact<'_>]) -> bool {
        self.known.of_record.clear();
        facts.iter().all(|fact| {
            fact.row.iter().all(|(field, value)| match (value, EntityClass::of(field.ty)) {
                (InputValue::Entity(named), Some(class)) if field.is_given() => {
                    named.is_empty() || self.known.look_up(class, named, fact.days)
                }
                (InputValue::Entity(_), _) => false,
                _ => true,
            })
        })
    }

    /// The facts with the values of their columns, what they are called and their digests; or which of
    /// them is wrong, and how.
    fn ready<'r>(
        &mut self,
        facts: Vec<NewFact<'r>>,
        extras: Vec<Option<FactExtra>>,
    ) -> Result<Vec<ReadyFact<'r>>, (usize, RowError)> {
        self.known.agreement.begin_record();
        let mut ready: Vec<ReadyFact<'r>> = Vec::with_capacity(facts.len());
        let record = match facts.first().map(|first| &first.key) {
            Some(FactKey::Explicit(key)) => key.clone(),
            _ => String::new(),
        };
        for (n, (NewFact { kind, key, row, days, .. }, extra)) in
            facts.into_iter().zip(extras).enumerate()
        {
            let form = self.forms.entry(kind.name);
            let form = Arc::clone(form.or_insert_with(|| Arc::new(RowEncoder::of(kind))));
            let mut encoded = match encode_row(form, row.into_iter(), days, &mut self.known) {
                Ok(encoded) => encoded,
                Err(Stop::Input(mut faults)) => return Err((n, faults.remove(0))),
                Err(Stop::Failed(error)) => {
                    return Err((n, RowError { field: "key", expected: error.message }));
                }
            };
            if let Some((extra, object)) = extra {
                encoded.set_extra(Cow::Owned(object));
                encoded.extra = extra;
            }
            let called = key.called(&record);
            let digest = encoded.set_key(&self.slug, self.source, &called).digest();
            let named = Some((called, digest));
            ready.push(ReadyFact { key, encoded, of_first: false, named });
        }
        Ok(ready)
    }
}

/// Whether the facts need no look-ups but those of names, and have keys that are known. A key with a counter is
/// not.
fn can_encode(facts: &[NewFact<'_>]) -> bool {
    let has_key = matches!(facts.first().map(|first| &first.key), Some(FactKey::Explicit(_)));
    let is_value = |field: &Field, value: &InputValue<'_>| match value {
        InputValue::Value(value) => {
            field.name != "quote" && (value.is_null() || !is_reference(field))
        }
        InputValue::Entity(_) => true,
    };
    has_key && facts.iter().all(|fact| fact.row.iter().all(|(field, value)| is_value(field, value)))
}

/// What the reader knows of names.
#[derive(Debug)]
struct KnownToReader {
    names: RecentNames,
    epochs: NameEpochs,
    /// Those of the record at hand.
    of_record: RecordNames,
    key: Vec<u8>,
    agreement: Agreement,
}

impl KnownToReader {
    fn new(epochs: NameEpochs) -> KnownToReader {
        KnownToReader {
            names: RecentNames::holding(KNOWN),
            epochs,
            of_record: RecordNames::default(),
            key: Vec::new(),
            agreement: Agreement::default(),
        }
    }

    /// Looks up whom the record at hand names, as the writer does; false where that is not known.
    fn look_up(&mut self, class: EntityClass, named: &Arc<EntityRef<'_>>, days: Days) -> bool {
        if self.of_record.find(named, class, days).is_some() {
            return true;
        }
        self.key.clear();
        write_key(&mut self.key, class, named);
        let mut known = self.names.get(&self.key);
        if matches!(known, Some(None)) {
            self.epochs.write(&mut self.key, days);
            known = self.names.get(&self.key);
        }
        let Some(Some(meant)) = known else { return false };
        self.of_record.add(named, class, days, meant);
        true
    }
}

impl References<'_> for KnownToReader {
    fn named(
        &mut self,
        field: &'static Field,
        class: EntityClass,
        named: &Arc<EntityRef<'_>>,
        days: Days,
    ) -> Result<Arc<ResolvedName>, Stop<String>> {
        let known = self.of_record.find(named, class, days);
        let meant = known.ok_or_else(|| Stop::Input("expected a known name".to_owned()))?;
        self.agreement.count(field.name, meant.agrees, named);
        Ok(meant)
    }

    fn referred(
        &mut self,
        _: &'static Field,
        _: &str,
        _: Days,
    ) -> Result<Option<Referred>, Stop<String>> {
        Ok(None)
    }
}
