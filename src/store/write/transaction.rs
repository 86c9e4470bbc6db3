//! The transaction in which a run writes everything, begun and committed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use rusqlite::{Connection, Transaction, TransactionBehavior, params, params_from_iter};

use crate::error::{Error, Result, Stop};
use crate::kind::{Field, Kind};
use crate::store::Store;
use crate::store::entities::labels;
use crate::store::entities::lookup::NameLookup;
use crate::store::entities::name_cache::{NameCache, NameNews};
use crate::store::extras::SharedExtras;
use crate::store::rollup::RollupChanges;
use crate::store::search::SearchWords;
use crate::store::write::agreement::Agreement;
use crate::store::write::bulk::Bulk;
use crate::store::write::counts::Counts;
use crate::store::write::pending_reference::PendingReference;
use crate::store::write::row_encoder::RowEncoder;
use crate::store::write::statements::StatementCache;

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

/// The run under way, once it has written something.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct CurrentImport {
    /// Its number in `imports`.
    pub id: i64,
    /// The source of its facts, until there is a second one.
    source: Option<i64>,
    has_several: bool,
    /// Another copy made it, and says what it counted.
    is_adopted: bool,
}

impl CurrentImport {
    fn new(id: i64) -> CurrentImport {
        CurrentImport { id, source: None, has_several: false, is_adopted: false }
    }

    /// A run that another copy made.
    pub fn adopted(id: i64) -> CurrentImport {
        CurrentImport { is_adopted: true, ..CurrentImport::new(id) }
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

/// A transaction that writes.
#[expect(clippy::struct_excessive_bools, reason = "each is a leniency or a state of its own")]
pub struct Writer<'c> {
    pub(in crate::store) statements: StatementCache<'c>,
    pub(in crate::store) transaction: Transaction<'c>,
    pub(in crate::store) names: NameLookup,
    pub(in crate::store) resolved: NameCache,
    /// Whoever reads the records that are written is told of names.
    pub(in crate::store) news: Option<NameNews>,
    pub(in crate::store) extras: Option<SharedExtras>,
    pub(in crate::store) words: SearchWords,
    pub(in crate::store) changes: RollupChanges,
    /// A large load is under way.
    pub(in crate::store) bulk: Option<Bulk>,
    /// Facts are read once, in their order, and then the database is thrown away.
    pub(in crate::store) is_passing_on: bool,
    pub(in crate::store) later: Vec<PendingReference>,
    /// The position of the current row in its input, if the caller gave one.
    pub(in crate::store) place: Option<u64>,
    pub(in crate::store) run: ImportInfo,
    pub(in crate::store) forms: HashMap<&'static str, Arc<RowEncoder>, RandomState>,
    pub(in crate::store) sources: HashMap<String, i64>,
    pub(in crate::store) current: Option<CurrentImport>,
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
    pub(in crate::store) texts: HashMap<String, Option<Arc<str>>>,
    /// What a reader should know of the quotes that were written.
    pub(in crate::store) quote_notes: Vec<String>,
    /// Facts that were changed by hand, and that the folder or file would have changed back.
    pub(in crate::store) kept: Vec<String>,
    /// The runs that the folder that is loaded knows of.
    pub(in crate::store) known: HashSet<String>,
    /// Actors and places that are not known are made.
    pub(in crate::store) creates_names: bool,
    /// Those that were.
    pub(in crate::store) created: Vec<String>,
    /// Actors, places or names were written: labels and countries may be others.
    pub(in crate::store) relabel: bool,
    /// Whether names and codes of a data set mean the same, by field.
    pub(in crate::store) agreement: Agreement,
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
            news: None,
            extras: None,
            words: SearchWords::default(),
            changes: RollupChanges::default(),
            bulk: None,
            is_passing_on: false,
            later: Vec::new(),
            place: None,
            run,
            forms: HashMap::default(),
            sources: HashMap::new(),
            current: None,
            counts: Counts::default(),
            origin: RowOrigin::Run,
            keeps_quotes: false,
            accepts_nearest: false,
            carries: false,
            texts: HashMap::new(),
            quote_notes: Vec::new(),
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

    /// What a reader should know of the quotes that were written: what the text has between their
    /// pieces, and what it does not have.
    #[must_use]
    pub fn quote_notes(&self) -> &[String] {
        &self.quote_notes
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

    /// The folder that is loaded was exported after these runs: what differs from them in it was
    /// changed in it.
    pub fn set_known_imports(&mut self, uids: HashSet<String>) {
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
        self.current = Some(CurrentImport::new(id));
        Ok(id)
    }

    /// Does what `write` does or, where that is refused, nothing of it.
    ///
    /// # Errors
    /// Those of `write`, and the database cannot be written.
    pub fn or_nothing<T, E>(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<T, Stop<E>>,
    ) -> Result<T, Stop<E>> {
        let had_begun = self.current.is_some();
        let (created, notes, later) =
            (self.created.len(), self.quote_notes.len(), self.later.len());
        self.transaction.execute_batch("SAVEPOINT attempt").map_err(Error::from)?;
        let done = write(self);
        if let Err(Stop::Input(_)) = &done {
            self.transaction.execute_batch("ROLLBACK TO attempt").map_err(Error::from)?;
            if !had_begun {
                self.current = None;
            }
            // what was learned of names may be gone
            self.names.forget();
            self.resolved = NameCache::default();
            self.created.truncate(created);
            self.quote_notes.truncate(notes);
            self.later.truncate(later);
        }
        self.transaction.execute_batch("RELEASE attempt").map_err(Error::from)?;
        done
    }

    /// Counts rows that were refused and left out.
    pub fn reject(&mut self, rows: u64) {
        self.counts.rejected += rows;
    }

    /// From now on no fact is indexed or summed: whoever passes them on reads them once, in their
    /// order, and throws the database away.
    pub fn pass_on(&mut self) {
        self.is_passing_on = true;
    }

    /// Announces how many records are about to come, and which fields they fill: many are loaded
    /// without the indexes that can be made at the end.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn expect(&mut self, records: u64, fills: impl Fn(&Kind, &Field) -> bool) -> Result<()> {
        if self.bulk.is_none() {
            self.bulk = Bulk::begin(&self.transaction, records, fills)?;
        }
        Ok(())
    }

    /// Makes everything last. A run that changed nothing leaves no trace of itself.
    ///
    /// # Errors
    /// The database cannot be written; then nothing was.
    pub fn commit(mut self) -> Result<()> {
        if let Some(bulk) = self.bulk.take().filter(|_| !self.is_passing_on) {
            bulk.end(&self.transaction)?;
        }
        if let Some(CurrentImport { id, source, has_several, is_adopted: false }) = self.current {
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
