//! Writing facts: names resolved, dates given their days, rows that come again compared by their digest.
//!
//! Everything a run writes is one transaction. Nothing is deleted: a row that changes is retired and a new one added.

use std::collections::HashMap;

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params, params_from_iter};
use sha2::{Digest, Sha256};

use super::condition::bind;
use super::names::{Class, Found, Lookup};
use super::parents::Later;
use super::{Store, search, texts};
use crate::exit::{Failure, Result};
use crate::kind::{Field, Kind, shared};
use crate::passage;
use crate::value::{Cell, Type, Value, date};

/// A row on its way in: the fields that it states, in any order.
pub type Row = Vec<(&'static Field, Value)>;

/// Why a row cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The field whose cell is at fault.
    pub field: &'static str,
    /// What was expected.
    pub expected: String,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Added,
    /// It replaced an older one.
    Changed,
    /// It was there already.
    Unchanged,
}

/// How many rows were added, changed and unchanged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// New rows.
    pub added: u64,
    /// Rows that replaced an older one.
    pub changed: u64,
    /// Rows that were there already.
    pub unchanged: u64,
}

impl Counts {
    /// Counts one more row.
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Added => self.added += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
        }
    }
}

/// What a run says of itself in `imports`.
#[derive(Debug, Clone)]
pub struct Run {
    /// When it ran (RFC 3339, UTC).
    pub at: String,
    /// What it read: a folder, a file, `shipped facts`; none: a fact was given by hand.
    pub file: Option<String>,
}

/// A transaction that writes.
pub struct Writer<'c> {
    pub(super) transaction: Transaction<'c>,
    pub(super) names: Lookup,
    pub(super) later: Vec<Later>,
    run: Run,
    pub(super) sources: HashMap<String, i64>,
    imports: HashMap<i64, (Option<i64>, Counts)>,
    /// The runs that came with the rows: a database is being restored, history and all.
    restoring: bool,
    /// The first of the runs that the rows written here belong to.
    first_run: Option<i64>,
    /// Facts that were changed by hand, and that the folder would have changed back.
    kept: Vec<String>,
    /// Texts of documents were written.
    pub(super) texts: bool,
}

impl Store {
    /// Begins to write; nothing lasts before [`Writer::commit`].
    ///
    /// # Errors
    /// Another program writes.
    pub fn write(&mut self, run: Run) -> Result<Writer<'_>> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(Writer {
            transaction,
            names: Lookup::default(),
            later: Vec::new(),
            run,
            sources: HashMap::new(),
            imports: HashMap::new(),
            restoring: false,
            first_run: None,
            kept: Vec::new(),
            texts: false,
        })
    }

    /// Whether no run has written here yet.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_fresh(&self) -> Result<bool> {
        Ok(self.connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM imports)", [], |row| row.get(0))?)
    }
}

impl Writer<'_> {
    /// From now on rows carry the runs that recorded and retired them.
    pub fn restore(&mut self) {
        self.restoring = true;
    }

    /// Writes a fact.
    ///
    /// # Errors
    /// The database cannot be written; a bad reference is in the outcome.
    pub fn put(&mut self, kind: &'static Kind, row: &Row) -> Result<Result<Outcome, Refused>> {
        let mut columns: Vec<(String, Sql)> = Vec::new();
        let mut kept = Kept::default();
        let mut content: Vec<(&str, String)> = Vec::new();
        let located = match self.locate(row)? {
            Ok(located) => located,
            Err(refused) => return Ok(Err(refused)),
        };
        for (field, value) in located.as_ref().unwrap_or(row) {
            if let (false, Cell::Int(n)) = (field.is_given(), value) {
                kept.set(field, *n);
                continue;
            }
            if !field.is_given() {
                kept.why = value.text().map(str::to_owned);
                continue;
            }
            let wording = match self.place(field, value, &mut columns)? {
                Ok(wording) => wording,
                Err(expected) => return Ok(Err(Refused { field: field.name, expected })),
            };
            content.extend(wording.map(|wording| (field.name, wording)));
        }
        let digest = digest(content);
        if self.restoring
            && let Some(import) = kept.import
        {
            for (field, run) in [("import", Some(import)), ("retired_by", kept.retired_by)] {
                if let Some(run) = run
                    && !self.has_run(run)?
                {
                    return Ok(Err(Refused { field, expected: "expected a run that imports.csv holds".into() }));
                }
            }
            columns.push(("import_id".into(), Sql::Integer(import)));
            columns.push(("retired_by_id".into(), kept.retired_by.map_or(Sql::Null, Sql::Integer)));
            columns.push(("retired_why".into(), kept.why.map_or(Sql::Null, Sql::Text)));
            columns.push(("digest".into(), Sql::Blob(digest)));
            self.first_run = Some(self.first_run.map_or(import, |first| first.min(import)));
            self.insert(kind, &columns)?;
            return Ok(Ok(Outcome::Added));
        }
        let value_of =
            |name: &str| columns.iter().find(|(column, _)| column == name).map_or(Sql::Null, |(_, value)| value.clone());
        let (Sql::Integer(source), key) = (value_of("source_id"), value_of("key")) else {
            return Ok(Err(Refused { field: "source", expected: "expected a source".into() }));
        };
        let find = format!(
            "SELECT f.id, f.digest, r.file IS NULL FROM {} f JOIN imports r ON r.id = f.import_id
              WHERE f.source_id = ?1 AND f.key = ?2 AND f.retired_by_id IS NULL",
            kind.table
        );
        let live: Option<(i64, Vec<u8>, bool)> = self
            .transaction
            .prepare_cached(&find)?
            .query_row(params![source, key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let outcome = match &live {
            Some((_, same, _)) if *same == digest => Outcome::Unchanged,
            Some((_, _, true)) if self.is_loading() => {
                let text = |name: &str| row.iter().find(|(field, _)| field.name == name).map(|(_, value)| value.to_string());
                self.kept.push(format!("{}:{}", text("source").unwrap_or_default(), text("key").unwrap_or_default()));
                Outcome::Unchanged
            }
            Some(_) => Outcome::Changed,
            None => Outcome::Added,
        };
        self.imports.entry(source).or_default().1.count(outcome);
        if outcome == Outcome::Unchanged {
            return Ok(Ok(outcome));
        }
        let import = self.import(source)?;
        if let Some((id, ..)) = live {
            let retire = format!("UPDATE {} SET retired_by_id = ?1, retired_why = 'changed' WHERE id = ?2", kind.table);
            self.transaction.prepare_cached(&retire)?.execute(params![import, id])?;
        }
        columns.push(("import_id".into(), Sql::Integer(import)));
        columns.push(("digest".into(), Sql::Blob(digest)));
        self.first_run = Some(self.first_run.map_or(import, |first| first.min(import)));
        self.insert(kind, &columns)?;
        Ok(Ok(outcome))
    }

    /// Whether a folder or file is loaded, and nothing given by hand.
    pub(super) fn is_loading(&self) -> bool {
        self.run.file.is_some()
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

    /// A row with a quote and no locator gets one, if the text is held and has the quote once; several places are named.
    fn locate(&mut self, row: &Row) -> Result<Result<Option<Row>, Refused>> {
        let stated = |name: &str| row.iter().find(|(field, _)| field.name == name).and_then(|(_, value)| value.text());
        let (Some(quote), None, Some(source), false) = (stated("quote"), stated("locator"), stated("source"), self.restoring)
        else {
            return Ok(Ok(None));
        };
        let Some(text) = texts::text(&self.transaction, source)? else { return Ok(Ok(None)) };
        let places: Vec<String> = passage::find(&text, quote).iter().map(|range| passage::chars(&text, range)).collect();
        match places.as_slice() {
            [] => Ok(Ok(None)),
            [one] => {
                let Some(field) = spine_field("locator") else { return Ok(Ok(None)) };
                let others = row.iter().filter(|(field, _)| field.name != "locator").cloned();
                Ok(Ok(Some(others.chain([(field, Cell::Text(one.clone().into()))]).collect())))
            }
            several => Ok(Err(Refused {
                field: "quote",
                expected: format!("stands in several places of the text; give one as locator: {}", several.join(" or ")),
            })),
        }
    }

    fn insert(&mut self, kind: &'static Kind, columns: &[(String, Sql)]) -> Result<()> {
        let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
        let marks = vec!["?"; names.len()].join(", ");
        let insert = format!("INSERT INTO {} ({}) VALUES ({marks})", kind.table, names.join(", "));
        self.transaction.prepare_cached(&insert)?.execute(params_from_iter(columns.iter().map(|(_, value)| value)))?;
        Ok(())
    }

    /// Adds the columns of a field; returns what its digest takes in, or what was expected instead.
    fn place(
        &mut self,
        field: &Field,
        value: &Value,
        columns: &mut Vec<(String, Sql)>,
    ) -> Result<Result<Option<String>, String>> {
        let mut put = |column: String, value: Sql| columns.push((column, value));
        let column = field.columns().remove(0);
        if value.is_null() {
            put(column, Sql::Null);
            return Ok(Ok(None));
        }
        let text = value.to_string();
        match field.ty {
            Type::Actor | Type::Place => {
                let class = Class::of(field.ty).unwrap_or(Class::Actor);
                let found = self.names.find(&self.transaction, class, &text)?;
                let Found::One(entry) = found else {
                    return Ok(Err(self.expected_name(class, &text, &found)?));
                };
                put(column, Sql::Integer(entry.id));
                return Ok(Ok(Some(entry.wording)));
            }
            Type::Source => match self.source(&text)? {
                Ok(id) => put(column, Sql::Integer(id)),
                Err(expected) => return Ok(Err(expected)),
            },
            Type::Topic => {
                if let Err(expected) = self.topic(&text)? {
                    return Ok(Err(expected));
                }
                put(column, Sql::Text(text.clone()));
            }
            Type::Date => {
                let days = date::parse(&text).map_err(Failure::usage)?;
                put(column, Sql::Text(text.clone()));
                put("first_day".into(), days.first.map_or(Sql::Null, Sql::Integer));
                put("last_day".into(), days.last.map_or(Sql::Null, Sql::Integer));
            }
            _ => put(column, bind(value)),
        }
        Ok(Ok(Some(text)))
    }

    /// The run that writes rows of this source, begun if it has not.
    fn import(&mut self, source: i64) -> Result<i64> {
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

    /// Makes everything last. A run that changed nothing of a source leaves no trace of itself.
    ///
    /// # Errors
    /// The database cannot be written; then nothing was.
    pub fn commit(self) -> Result<()> {
        for (import, Counts { added, changed, unchanged }) in self.imports.values() {
            let Some(import) = import else { continue };
            let whole = |n: &u64| i64::try_from(*n).unwrap_or(i64::MAX);
            self.transaction.execute(
                "UPDATE imports SET read = ?2, added = ?3, changed = ?4, unchanged = ?5 WHERE id = ?1",
                params![import, whole(&(added + changed + unchanged)), whole(added), whole(changed), whole(unchanged)],
            )?;
        }
        if let Some(first) = self.first_run {
            search::add(&self.transaction, first)?;
        }
        if self.texts {
            texts::index(&self.transaction)?;
        }
        self.transaction.commit()?;
        Ok(())
    }
}

/// The first half of the SHA-256 of what a row states: the name and the text of each field that is stated, in the
/// order of the names, each behind its length, so that a field added later changes no digest.
fn digest(mut content: Vec<(&str, String)>) -> Vec<u8> {
    content.sort_unstable();
    let mut sum = Sha256::new();
    for part in content.iter().flat_map(|(name, text)| [*name, text.as_str()]) {
        sum.update((part.len() as u64).to_le_bytes());
        sum.update(part);
    }
    sum.finalize()[..16].to_vec()
}

/// A field that all kinds share.
fn spine_field(name: &str) -> Option<&'static Field> {
    shared().find(|field| field.name == name)
}

/// What a restored row says of the runs that recorded and retired it.
#[derive(Default)]
struct Kept {
    import: Option<i64>,
    retired_by: Option<i64>,
    why: Option<String>,
}

impl Kept {
    fn set(&mut self, field: &Field, n: i64) {
        match field.name {
            "import" => self.import = Some(n),
            _ => self.retired_by = Some(n),
        }
    }
}
