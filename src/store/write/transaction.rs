//! Writing facts: rows that come again compared by their digest, everything a run writes begun and
//! committed.
//!
//! Everything a run writes is one transaction. Nothing is deleted: a row that changes is retired
//! and a new one added.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use rusqlite::{
    Connection, OptionalExtension, Transaction, TransactionBehavior, params, params_from_iter,
};

use crate::error::{Result, Stop};
use crate::kind::{InputRow, Kind};
use crate::store::Store;
use crate::store::date_parts;
use crate::store::entities::labels;
use crate::store::entities::lookup::NameLookup;
use crate::store::entities::name_cache::NameCache;
use crate::store::extras::ExtrasEncoder;
use crate::store::rollup::RollupChanges;
use crate::store::search::SearchWords;
use crate::store::write::agreement::Agreement;
use crate::store::write::bulk::Bulk;
use crate::store::write::counts::{Counts, Outcome};
use crate::store::write::param::{FactDigest, Param};
use crate::store::write::pending_reference::PendingReference;
use crate::store::write::row_encoder::{EncodedFact, RowEncoder};
use crate::store::write::statements::StatementCache;
use crate::value::{InputValue, Value, date};

/// Why a row cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The field whose cell is at fault.
    pub field: &'static str,
    /// What was expected.
    pub expected: String,
}

/// What a run says of itself in `imports`.
#[derive(Debug, Clone, Default)]
pub struct ImportInfo {
    /// When it ran (RFC 3339, UTC).
    pub at: String,
    /// Who ran it, if that is known.
    pub by: Option<String>,
    /// What ran: `import`, `edit`, `names merge`.
    pub action: String,
    /// What it did or why, for readers.
    pub note: Option<String>,
    /// What it read: a folder, a file, `shipped facts`; none: a fact was given by hand.
    pub file: Option<String>,
    /// It is a trial: everything is written and checked, and nothing of it lasts.
    pub is_trial: bool,
}

/// What became of a fact that was to be new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewFactOutcome {
    /// It is.
    Added,
    /// It was there already.
    Unchanged,
    /// It was there, and somebody edited it since.
    Edited,
    /// It was there, and somebody retired it.
    Retired,
    /// Another fact has its key.
    Differs,
}

/// The run under way, once it has written something.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct CurrentRun {
    /// Its number in `imports`.
    pub id: i64,
    /// The source of its facts, until there is a second one.
    source: Option<i64>,
    has_several: bool,
    /// Another copy made it, and says what it counted.
    is_adopted: bool,
}

impl CurrentRun {
    fn new(id: i64) -> CurrentRun {
        CurrentRun { id, source: None, has_several: false, is_adopted: false }
    }

    /// A run that another copy made.
    pub fn adopted(id: i64) -> CurrentRun {
        CurrentRun { is_adopted: true, ..CurrentRun::new(id) }
    }
}

/// What the rows that are written belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum RowOrigin {
    /// The run under way.
    Run,
    /// Nothing: every database begins with them.
    Base,
    /// Runs that came with them: a database is being restored, history and all.
    History,
}

/// What is set when a row is retired.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Retirement<'a> {
    /// The run that retires it.
    pub run: i64,
    /// A value of `retired_why`.
    pub why: &'a str,
    /// The same in somebody's words.
    pub note: Option<&'a str>,
}

/// A transaction that writes.
#[expect(clippy::struct_excessive_bools, reason = "each is a leniency or a state of its own")]
pub struct Writer<'c> {
    pub(in crate::store) statements: StatementCache<'c>,
    pub(in crate::store) transaction: Transaction<'c>,
    pub(in crate::store) names: NameLookup,
    pub(in crate::store) resolved: NameCache,
    layouts: ExtrasEncoder,
    words: SearchWords,
    pub(in crate::store) changes: RollupChanges,
    /// A large load is under way.
    pub(in crate::store) bulk: Option<Bulk>,
    pub(in crate::store) later: Vec<PendingReference>,
    run: ImportInfo,
    pub(in crate::store) forms: HashMap<&'static str, Rc<RowEncoder>>,
    pub(in crate::store) sources: HashMap<String, i64>,
    pub(in crate::store) current: Option<CurrentRun>,
    pub(in crate::store) counts: Counts,
    /// What the rows belong to.
    pub(in crate::store) origin: RowOrigin,
    /// Quotes that are nowhere in the text of their source are kept, as unchecked.
    pub(in crate::store) keeps_quotes: bool,
    /// Quotes that differ from the text in a few letters are kept, as near.
    pub(in crate::store) accepts_nearest: bool,
    /// Facts of another copy are carried over.
    pub(in crate::store) carries: bool,
    /// The texts of the sources that facts cite, where they are held.
    pub(in crate::store) texts: HashMap<String, Option<Rc<str>>>,
    /// What the texts have between the pieces of quotes that were written.
    pub(in crate::store) omitted: Vec<String>,
    /// Facts that were changed by hand, and that the folder or file would have changed back.
    pub(in crate::store) kept: Vec<String>,
    /// The runs that the folder that is loaded knows of.
    known: HashSet<String>,
    /// Actors and places that are not known are made.
    pub(in crate::store) creates_names: bool,
    /// Those that were.
    pub(in crate::store) created: Vec<String>,
    /// Actors, places or names were written: labels and countries may be others.
    pub(in crate::store) relabel: bool,
    /// Whether names and codes of a data set mean the same, by field.
    pub(in crate::store) agreement: Agreement,
}

/// The condition that a person retired a row.
pub(in crate::store) const RETIRED_BY_HAND: &str = "retired_why NOT IN ('changed', 'absent')";

/// The live row of a key.
pub(in crate::store) struct LiveRow {
    pub id: i64,
    pub digest: Vec<u8>,
    pub by_hand: bool,
    /// The identifier of the run that recorded it.
    pub uid: Option<String>,
}

impl Store {
    /// Begins to write; nothing lasts before [`Writer::commit`], and what the store reads meanwhile
    /// is of the same transaction.
    ///
    /// # Errors
    /// Another program writes.
    pub fn write(&self, run: ImportInfo) -> Result<Writer<'_>> {
        let connection: &Connection = &self.connection;
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        Ok(Writer {
            statements: StatementCache::new(connection),
            transaction,
            names: NameLookup::default(),
            resolved: NameCache::default(),
            layouts: ExtrasEncoder::default(),
            words: SearchWords::default(),
            changes: RollupChanges::default(),
            bulk: None,
            later: Vec::new(),
            run,
            forms: HashMap::new(),
            sources: HashMap::new(),
            current: None,
            counts: Counts::default(),
            origin: RowOrigin::Run,
            keeps_quotes: false,
            accepts_nearest: false,
            carries: false,
            texts: HashMap::new(),
            omitted: Vec::new(),
            kept: Vec::new(),
            known: HashSet::new(),
            creates_names: false,
            created: Vec::new(),
            relabel: false,
            agreement: Agreement::default(),
        })
    }

    /// Whether no run has written here yet.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_fresh(&self) -> Result<bool> {
        Ok(self
            .connection
            .query_row("SELECT NOT EXISTS (SELECT 1 FROM imports)", [], |row| row.get(0))?)
    }
}

impl Writer<'_> {
    /// From now on facts of another copy are carried over: data sets as they are, and quotes that are
    /// nowhere in the text of their source as unchecked.
    pub fn carry(&mut self) {
        self.carries = true;
        self.keeps_quotes = true;
    }

    /// From now on quotes that differ from the text in a few letters are kept, as near it.
    pub fn accept_nearest(&mut self) {
        self.accepts_nearest = true;
    }

    /// From now on quotes that are nowhere in the text of their source are kept, as unchecked.
    pub fn keep_quotes(&mut self) {
        self.keeps_quotes = true;
    }

    /// From now on actors and places that are not known are made, and nothing is known of them.
    pub fn create_names(&mut self) {
        self.creates_names = true;
    }

    /// The actors and places that were made.
    #[must_use]
    pub fn created(&self) -> &[String] {
        &self.created
    }

    /// What the texts of sources have between the pieces of the quotes that were written.
    #[must_use]
    pub fn omitted(&self) -> &[String] {
        &self.omitted
    }

    /// From now on rows carry the runs that recorded and retired them.
    pub fn restore(&mut self) {
        self.origin = RowOrigin::History;
    }

    /// Writes what every database begins with: it belongs to no run, and no undo takes it back.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn base(&mut self, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let origin = std::mem::replace(&mut self.origin, RowOrigin::Base);
        let written = write(self);
        self.origin = origin;
        written
    }

    /// Writes a fact.
    ///
    /// # Errors
    /// The database cannot be written; what is wrong with the fact is in the outcome.
    pub fn put(
        &mut self,
        kind: &'static Kind,
        row: &InputRow<'_>,
    ) -> Result<Outcome, Stop<Vec<RowError>>> {
        let prepared = self.ready(kind, row)?;
        self.put_ready(kind, row, prepared)
    }

    fn put_ready(
        &mut self,
        kind: &'static Kind,
        row: &InputRow<'_>,
        mut prepared: EncodedFact<'static>,
    ) -> Result<Outcome, Stop<Vec<RowError>>> {
        if self.origin == RowOrigin::History
            && row.iter().any(|(field, value)| field.name == "import" && !value.is_null())
        {
            return self.put_back(row, &mut prepared).map_err(|stop| stop.map(|fault| vec![fault]));
        }
        let (Param::Integer(source), Param::Text(key)) =
            (prepared.value("source").clone(), prepared.value("key").clone())
        else {
            let fault = RowError { field: "source", expected: "expected a source".into() };
            return Err(Stop::Input(vec![fault]));
        };
        let digest = prepared.digest();
        let live = self.live(&prepared.form, source, &key)?;
        let outcome = match &live {
            Some(live) if live.digest == digest => Outcome::Unchanged,
            Some(live)
                if live.by_hand && self.is_loading() && !self.has_known(live.uid.as_ref()) =>
            {
                self.kept.push(format!("{}:{key}", crate::kind::given(row, "source")));
                Outcome::Unchanged
            }
            Some(_) => Outcome::Changed,
            None if self.is_loading() && self.is_retired_by_hand(kind, source, &key)? => {
                self.kept.push(format!("{}:{key}", crate::kind::given(row, "source")));
                Outcome::Unchanged
            }
            None => Outcome::Added,
        };
        self.counts.count(outcome);
        if outcome != Outcome::Unchanged {
            let import = self.begin(source)?;
            if let Some(live) = live {
                self.retire(kind, live.id, Retirement { run: import, why: "changed", note: None })?;
            }
            if let Some(id) = self.insert(&mut prepared, import, digest)? {
                self.note(&prepared, id)?;
            }
        }
        Ok(outcome)
    }

    /// Writes a fact, unless there is or was one of its key: what a person made of that stays.
    ///
    /// # Errors
    /// The database cannot be written; what is wrong with the fact is in the outcome.
    pub fn put_new(
        &mut self,
        kind: &'static Kind,
        row: &InputRow<'_>,
    ) -> Result<NewFactOutcome, Stop<Vec<RowError>>> {
        let prepared = self.ready(kind, row)?;
        let (Param::Integer(source), Param::Text(key)) =
            (prepared.value("source").clone(), prepared.value("key").clone())
        else {
            return self.put_ready(kind, row, prepared).map(|_| NewFactOutcome::Added);
        };
        if let Some(live) = self.live(&prepared.form, source, &key)? {
            let earlier = format!(
                "SELECT EXISTS (SELECT 1 FROM {} WHERE source_id = ?1 AND key = ?2 AND retired_by_id IS NOT NULL)",
                kind.table
            );
            // a text that was attached since may have given it another locator
            let was_edited = live.digest != prepared.digest()
                && self.transaction.query_row(&earlier, params![source, key], |row| row.get(0))?;
            self.counts.count(Outcome::Unchanged);
            let is_same = live.digest == prepared.digest();
            return Ok(match (is_same, was_edited) {
                (true, _) => NewFactOutcome::Unchanged,
                (false, true) => NewFactOutcome::Edited,
                (false, false) => NewFactOutcome::Differs,
            });
        }
        if self.is_retired_by_hand(kind, source, &key)? {
            self.counts.count(Outcome::Unchanged);
            return Ok(NewFactOutcome::Retired);
        }
        self.put_ready(kind, row, prepared).map(|_| NewFactOutcome::Added)
    }

    /// Writes a row that carries the runs that recorded and retired it.
    fn put_back(
        &mut self,
        row: &InputRow<'_>,
        prepared: &mut EncodedFact<'_>,
    ) -> Result<Outcome, Stop<RowError>> {
        let number = |name: &str| {
            row.iter().find_map(|(field, value)| match value {
                InputValue::Value(Value::Int(n)) if field.name == name => Some(*n),
                _ => None,
            })
        };
        let (import, retired_by) = (number("import"), number("retired_by"));
        for (field, run) in [("import", import), ("retired_by", retired_by)] {
            let known = match run {
                None => field != "import",
                Some(run) => self.has_run(run)?,
            };
            if !known {
                return Err(Stop::Input(RowError {
                    field,
                    expected: "expected an import listed in imports.csv".into(),
                }));
            }
        }
        let text =
            |name| Some(crate::kind::given(row, name).into_owned()).filter(|text| !text.is_empty());
        prepared.retire(retired_by, text("retired_why"), text("retired_note"));
        let digest = prepared.digest();
        if let Some(id) = self.insert(prepared, import.unwrap_or_default(), digest)? {
            self.note(prepared, id)?;
        }
        Ok(Outcome::Added)
    }

    /// The live row of a key.
    pub(in crate::store) fn live(
        &mut self,
        form: &RowEncoder,
        source: i64,
        key: &str,
    ) -> Result<Option<LiveRow>> {
        let found = self
            .statements
            .get("live", form.kind.name, || form.live.clone())?
            .query_row(params![source, key], |row| {
                Ok(LiveRow {
                    id: row.get(0)?,
                    digest: row.get(1)?,
                    by_hand: row.get(2)?,
                    uid: row.get(3)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// Retires a row.
    pub(in crate::store) fn retire(
        &mut self,
        kind: &'static Kind,
        id: i64,
        Retirement { run, why, note }: Retirement<'_>,
    ) -> Result<()> {
        let retire = || {
            format!(
                "UPDATE {} SET retired_by_id = ?1, retired_why = ?2, retired_note = ?3 WHERE id = ?4",
                kind.table
            )
        };
        self.statements.get("retire", kind.name, retire)?.execute(params![run, why, note, id])?;
        self.changes.retire(kind, id);
        Ok(())
    }

    /// Adds a row, unless a live one has its key; returns its id.
    pub(in crate::store) fn insert(
        &mut self,
        prepared: &mut EncodedFact<'_>,
        import: i64,
        digest: FactDigest,
    ) -> Result<Option<i64>> {
        prepared.sign(import, digest);
        let mut layout = None;
        if let Some(object) = prepared.take_extra() {
            layout = self.layouts.take(&self.transaction, &object)?;
            if layout.is_none() {
                prepared.set_extra(object);
            }
        }
        let form = &prepared.form;
        let insert = self.statements.get("insert", form.kind.name, || form.insert.clone())?;
        // most columns say nothing
        insert.clear_bindings();
        for (i, value) in
            prepared.values.iter().enumerate().filter(|(_, value)| **value != Param::Null)
        {
            insert.raw_bind_parameter(i + 1, value)?;
        }
        if insert.raw_execute()? == 0 {
            return Ok(None);
        }
        let id = self.transaction.last_insert_rowid();
        if let Param::Text(date) = prepared.value("date")
            && date::is_set(date)
        {
            date_parts::insert(&self.transaction, prepared.form.kind, id, date)?;
        }
        if let Some(layout) = layout {
            self.layouts.keep(&mut self.statements, form.kind, id, layout)?;
        }
        Ok(Some(id))
    }

    /// Has a new fact found by its words, and the summary of its kind hold it.
    pub(in crate::store) fn note(&mut self, prepared: &EncodedFact<'_>, id: i64) -> Result<()> {
        let kind = prepared.form.kind;
        self.words.add(&mut self.statements, kind, id, |words| prepared.words(words))?;
        self.changes.add(&self.transaction, prepared)
    }

    /// The folder that is loaded was exported after these runs: what differs from them in it was
    /// changed in it.
    pub fn knows(&mut self, uids: HashSet<String>) {
        self.known = uids;
    }

    /// The numbers of imports, by their identifiers.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn import_numbers(&self) -> Result<HashMap<String, i64>> {
        let find = "SELECT uid, id FROM imports WHERE uid IS NOT NULL";
        let mut find = self.transaction.prepare(find)?;
        let rows = find.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn has_known(&self, uid: Option<&String>) -> bool {
        uid.is_some_and(|uid| self.known.contains(uid))
    }

    /// Whether a person retired the last row of a key, and the folder that is loaded does not know
    /// of it.
    pub(in crate::store) fn is_retired_by_hand(
        &self,
        kind: &Kind,
        source: i64,
        key: &str,
    ) -> Result<bool> {
        let sql = format!(
            "SELECT f.{RETIRED_BY_HAND}, r.uid FROM {} f JOIN imports r ON r.id = f.retired_by_id
              WHERE f.source_id = ?1 AND f.key = ?2 AND f.retired_by_id IS NOT NULL ORDER BY f.retired_by_id DESC LIMIT 1",
            kind.table
        );
        let last: Option<(bool, Option<String>)> = self
            .transaction
            .prepare_cached(&sql)?
            .query_row(params![source, key], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(last.is_some_and(|(by_hand, uid)| by_hand && !self.has_known(uid.as_ref())))
    }

    /// Whether a folder or file is loaded, and nothing given by hand.
    pub(in crate::store) fn is_loading(&self) -> bool {
        self.run.file.is_some()
    }

    /// Whether names and codes of what was written mean the same.
    #[must_use]
    pub fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// Facts that were changed by hand, and that the folder would have changed back.
    #[must_use]
    pub fn kept(&self) -> &[String] {
        &self.kept
    }

    fn has_run(&self, run: i64) -> Result<bool> {
        let find = "SELECT EXISTS (SELECT 1 FROM imports WHERE id = ?1)";
        Ok(self.transaction.prepare_cached(find)?.query_row([run], |row| row.get(0))?)
    }

    /// The run that writes facts of this source, begun if it has not.
    pub(in crate::store) fn begin(&mut self, source: i64) -> Result<i64> {
        let run = self.begin_any()?;
        if let Some(current) = &mut self.current {
            current.has_several |= current.source.is_some_and(|other| other != source);
            current.source = Some(source);
        }
        Ok(run)
    }

    /// The run that rows belong to that facts refer to; none for those that every database begins
    /// with, or that come with a history of their own.
    pub(in crate::store) fn begin_for_names(&mut self) -> Result<Option<i64>> {
        if self.origin != RowOrigin::Run {
            return Ok(None);
        }
        self.begin_any().map(Some)
    }

    fn begin_any(&mut self) -> Result<i64> {
        if let Some(current) = &self.current {
            return Ok(current.id);
        }
        let ImportInfo { at, by, action, note, file, .. } = &self.run;
        self.transaction.execute(
            "INSERT INTO imports (action, complete, file, ran_at, by, note, program, uid, read, added, changed, unchanged, withdrawn, rejected, repeated)
             VALUES (?1, 0, ?2, ?3, ?4, ?5, ?6, replace(replace(?3, '-', ''), ':', '') || '-' || lower(hex(randomblob(6))), 0, 0, 0, 0, 0, 0, 0)",
            params![action, file, at, by, note, concat!("facts ", env!("CARGO_PKG_VERSION"))],
        )?;
        let id = self.transaction.last_insert_rowid();
        self.current = Some(CurrentRun::new(id));
        Ok(id)
    }

    /// Says that about so many records come: many of them are loaded without the indexes that can
    /// be made at the end.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn expect(&mut self, records: u64) -> Result<()> {
        if self.bulk.is_none() {
            self.bulk = Bulk::begin(&self.transaction, records)?;
        }
        Ok(())
    }

    /// Makes everything last. A run that changed nothing leaves no trace of itself.
    ///
    /// # Errors
    /// The database cannot be written; then nothing was.
    pub fn commit(mut self) -> Result<()> {
        if let Some(bulk) = self.bulk.take() {
            bulk.end(&self.transaction)?;
        }
        if let Some(CurrentRun { id, source, has_several, is_adopted: false }) = self.current {
            let source = source.filter(|_| !has_several);
            let numbers = self.counts.numbers().map(Some);
            self.transaction.execute(
                "UPDATE imports SET read = ?1, added = ?2, changed = ?3, unchanged = ?4, withdrawn = ?5, rejected = ?6, repeated = ?7,
                        source_id = ?8 WHERE id = ?9",
                params_from_iter(numbers.iter().chain(&[source, Some(id)])),
            )?;
        }
        if self.relabel {
            labels::refresh(&self.transaction)?;
        }
        self.words.write(&mut self.statements)?;
        self.changes.end(&self.transaction, self.run.file.is_some())?;
        if !self.run.is_trial {
            self.transaction.commit()?;
        }
        Ok(())
    }
}
