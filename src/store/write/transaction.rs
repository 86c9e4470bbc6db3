//! Writing facts: rows that come again compared by their digest, everything a run writes begun and
//! committed.
//!
//! Everything a run writes is one transaction. Nothing is deleted: a row that changes is retired
//! and a new one added.

use std::collections::HashMap;
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
#[derive(Debug, Clone)]
pub struct ImportInfo {
    /// When it ran (RFC 3339, UTC).
    pub at: String,
    /// What it read: a folder, a file, `shipped facts`; none: a fact was given by hand.
    pub file: Option<String>,
}

/// A transaction that writes.
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
    pub(in crate::store) imports: HashMap<i64, (Option<i64>, Counts)>,
    /// The runs that came with the rows: a database is being restored, history and all.
    pub(in crate::store) restoring: bool,
    /// The first of the runs that the rows written here belong to.
    pub(in crate::store) first_run: Option<i64>,
    /// Quotes that are nowhere in the text of their source are kept, as unchecked.
    pub(in crate::store) keeps_quotes: bool,
    /// The texts of the sources that facts cite, where they are held.
    pub(in crate::store) texts: HashMap<String, Option<Rc<str>>>,
    /// What the texts have between the pieces of quotes that were written.
    pub(in crate::store) omitted: Vec<String>,
    /// Facts that were changed by hand, and that the folder or file would have changed back.
    pub(in crate::store) kept: Vec<String>,
    /// Actors, places or names were written: labels and countries may be others.
    pub(in crate::store) relabel: bool,
    /// Whether names and codes of a data set mean the same, by field.
    pub(in crate::store) agreement: Agreement,
}

/// The live row of a key.
pub(in crate::store) struct LiveRow {
    pub id: i64,
    pub digest: Vec<u8>,
    pub by_hand: bool,
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
            imports: HashMap::new(),
            restoring: false,
            first_run: None,
            keeps_quotes: false,
            texts: HashMap::new(),
            omitted: Vec::new(),
            kept: Vec::new(),
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
    /// From now on quotes that are nowhere in the text of their source are kept, as unchecked.
    pub fn keep_quotes(&mut self) {
        self.keeps_quotes = true;
    }

    /// What the texts of sources have between the pieces of the quotes that were written.
    #[must_use]
    pub fn omitted(&self) -> &[String] {
        &self.omitted
    }

    /// From now on rows carry the runs that recorded and retired them.
    pub fn restore(&mut self) {
        self.restoring = true;
    }

    /// Writes a fact.
    ///
    /// # Errors
    /// The database cannot be written; a bad reference is in the outcome.
    pub fn put(
        &mut self,
        kind: &'static Kind,
        row: &InputRow<'_>,
    ) -> Result<Outcome, Stop<RowError>> {
        self.check_order(kind, row)?;
        let (located, quote_status) = self.cite(kind, row)?;
        let mut prepared = self.prepare(kind, located.as_ref().unwrap_or(row))?;
        prepared.set_quote_status(quote_status);
        if self.restoring
            && row.iter().any(|(field, value)| field.name == "import" && !value.is_null())
        {
            return self.put_back(row, &mut prepared);
        }
        let (Param::Integer(source), Param::Text(key)) =
            (prepared.value("source").clone(), prepared.value("key").clone())
        else {
            return Err(Stop::Input(RowError {
                field: "source",
                expected: "expected a source".into(),
            }));
        };
        let digest = prepared.digest();
        let live = self.live(&prepared.form, source, &key)?;
        let outcome = match &live {
            Some(live) if live.digest == digest => Outcome::Unchanged,
            Some(live) if live.by_hand && self.is_loading() => {
                self.kept.push(format!("{}:{key}", crate::kind::given(row, "source")));
                Outcome::Unchanged
            }
            Some(_) => Outcome::Changed,
            None => Outcome::Added,
        };
        self.imports.entry(source).or_default().1.count(outcome);
        if outcome != Outcome::Unchanged {
            let import = self.import(source)?;
            if let Some(live) = live {
                self.retire(kind, live.id, import, "changed")?;
            }
            if let Some(id) = self.insert(&mut prepared, import, digest)? {
                self.note(&prepared, id)?;
            }
        }
        Ok(outcome)
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
        let why =
            Some(crate::kind::given(row, "retired_why").into_owned()).filter(|why| !why.is_empty());
        prepared.retire(retired_by, why);
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
                Ok(LiveRow { id: row.get(0)?, digest: row.get(1)?, by_hand: row.get(2)? })
            })
            .optional()?;
        Ok(found)
    }

    /// Retires a row.
    pub(in crate::store) fn retire(
        &mut self,
        kind: &'static Kind,
        id: i64,
        import: i64,
        why: &str,
    ) -> Result<()> {
        let retire = || {
            format!("UPDATE {} SET retired_by_id = ?1, retired_why = ?2 WHERE id = ?3", kind.table)
        };
        self.statements.get("retire", kind.name, retire)?.execute(params![import, why, id])?;
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
        self.first_run = Some(self.first_run.map_or(import, |first| first.min(import)));
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

    /// What is written from now on belongs to this run.
    pub(in crate::store) fn begin_run(&mut self, run: i64) {
        self.first_run = Some(run);
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

    /// The run that writes rows of this source, begun if it has not.
    pub(in crate::store) fn import(&mut self, source: i64) -> Result<i64> {
        if let Some((Some(import), _)) = self.imports.get(&source) {
            return Ok(*import);
        }
        self.transaction.execute(
            "INSERT INTO imports (source_id, complete, file, ran_at, program, read, added, changed, unchanged, withdrawn, rejected, repeated)
             VALUES (?1, 0, ?2, ?3, ?4, 0, 0, 0, 0, 0, 0, 0)",
            params![source, self.run.file, self.run.at, concat!("facts ", env!("CARGO_PKG_VERSION"))],
        )?;
        let import = self.transaction.last_insert_rowid();
        self.imports.entry(source).or_default().0 = Some(import);
        Ok(import)
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

    /// Makes everything last. A run that changed nothing of a source leaves no trace of itself.
    ///
    /// # Errors
    /// The database cannot be written; then nothing was.
    pub fn commit(mut self) -> Result<()> {
        if let Some(bulk) = self.bulk.take() {
            bulk.end(&self.transaction)?;
        }
        for (import, counts) in self.imports.values() {
            let Some(import) = import else { continue };
            let numbers = counts.numbers();
            self.transaction.execute(
                "UPDATE imports SET read = ?1, added = ?2, changed = ?3, unchanged = ?4, withdrawn = ?5, rejected = ?6, repeated = ?7
                  WHERE id = ?8",
                params_from_iter(numbers.iter().chain([import])),
            )?;
        }
        if self.relabel {
            labels::refresh(&self.transaction)?;
        }
        self.words.write(&mut self.statements)?;
        self.changes.end(&self.transaction, self.run.file.is_some())?;
        self.transaction.commit()?;
        Ok(())
    }
}
