//! Answering a query: rows of cells, one at a time.

use crate::error::{Error, ErrorKind, Result};
use crate::kind::Kind;
use crate::query::{AsOf, ColumnRef, Predicate, Query};
use crate::store::published::Dialect;
use crate::store::read::batch::{CellBatch, LineBatch};
use crate::store::read::compile::{self, CompiledQuery, Scan};
use crate::store::read::cursor::Cursor;
use crate::store::read::{as_of, columns};
use crate::store::rollup::{AggregateRequest, RollupRow};
use crate::store::{Store, extras, fact_id};
use crate::value::Value;

/// So many rows are worth a second thread.
pub const MANY: i64 = 50_000;

impl Store {
    /// Hands the answer to `row`, a fact at a time, until it fails. Where an answer is many rows,
    /// other threads read them and this one only hands them on.
    ///
    /// # Errors
    /// The database cannot be read, or `row` fails.
    pub fn select(
        &self,
        query: &Query,
        mut row: impl FnMut(&[Value<'_>]) -> Result<()>,
    ) -> Result<u64> {
        if let Some(engine) = self.engine() {
            return self.select_published(engine, query, row);
        }
        let much = self.in_parallel(query, || {
            if query.unsorted {
                self.read_in_turn(query, CellBatch::push, |batch| batch.hand_on(&mut row))
            } else {
                self.read_beside(query, &mut row)
            }
        })?;
        if let Some(rows) = much {
            return Ok(rows);
        }
        if let Some((mut first, rows)) = self.among_first(query)? {
            return first.hand_on(&mut row).map(|()| rows);
        }
        let compiled = match self.day_of_offset(query)? {
            Some((day, rest)) => {
                let rest = Query { offset: rest, ..query.clone() };
                compile::compile_part(&self.connection, &rest, Scan::From(day))?
            }
            None => compile::compile(&self.connection, query)?,
        };
        Cursor::of(self).hand_on(&compiled, row)
    }

    /// Has the threads that read make the rows into bytes, where an answer is many rows and in no
    /// order, and hands them to `write` some rows at a time; none where it is not: nothing was
    /// written then.
    ///
    /// # Errors
    /// The database cannot be read, or `write` fails.
    pub fn select_as(
        &self,
        query: &Query,
        line: impl Fn(&mut Vec<u8>, &[Value<'_>]) + Sync,
        mut write: impl FnMut(&[u8], u64) -> Result<()>,
    ) -> Result<Option<u64>> {
        if !query.unsorted {
            return Ok(None);
        }
        let add = |lines: &mut LineBatch, cells: &[Value<'_>]| {
            line(&mut lines.bytes, cells);
            lines.rows += 1;
        };
        self.in_parallel(query, || {
            self.read_in_turn(query, add, |lines| {
                write(&lines.bytes, lines.rows)?;
                lines.bytes.clear();
                lines.rows = 0;
                Ok(())
            })
        })
    }

    /// Runs `read`, which uses other threads, if the answer has many rows and no writer is waiting.
    fn in_parallel(
        &self,
        query: &Query,
        read: impl FnOnce() -> Result<u64>,
    ) -> Result<Option<u64>> {
        if !self.is_worth_threads(query)? {
            return Ok(None);
        }
        match read() {
            // a writer waits, and lets nobody else begin
            Err(busy) if busy.kind == ErrorKind::Busy => Ok(None),
            outcome => outcome.map(Some),
        }
    }

    /// Whether a query goes through many facts of one kind, and another connection would see the
    /// same: while this one reads nobody can commit. With a write-ahead log, which somebody else
    /// may have given the database, anybody can; and what a writer has not committed nobody else
    /// sees.
    fn is_worth_threads(&self, query: &Query) -> Result<bool> {
        let is_whole = query.words.is_none()
            && query.limit.is_none()
            && query.offset == 0
            && !query.tests.iter().any(|test| matches!(test, Predicate::DateWindow(..)));
        let [kind] = query.kinds.as_slice() else { return Ok(false) };
        if !is_whole
            || !self.connection.is_readonly("main")?
            || fact_id::most_of(&self.connection, kind)? < MANY
        {
            return Ok(false);
        }
        let journal: String =
            self.connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok(journal != "wal")
    }

    /// Gathers every fact that a query is about, in any order; names and sources are numbers that
    /// [`Store::name_of`] knows. Where a summary tells what is asked, it goes to `summed`, and only
    /// the facts that it does not hold to `row`. Many facts are read by two threads, each of which
    /// begins with a `T` of its own.
    ///
    /// # Errors
    /// The database cannot be read, or `row` or `summed` fails.
    pub fn gather<T: Send>(
        &self,
        query: &Query,
        asked: AggregateRequest<'_>,
        begin: impl Fn() -> T + Sync,
        row: impl Fn(&mut T, &Store, &[Value<'_>]) -> Result<()> + Sync,
        summed: impl Fn(&mut T, &Store, &RollupRow<'_>) -> Result<()>,
    ) -> Result<Vec<T>> {
        let part = |store: &Store, part: Scan| {
            let mut gathered = begin();
            let compiled = compile::compile_ids(&store.connection, query, part)?;
            Cursor::of(store).hand_on(&compiled, |cells| row(&mut gathered, store, cells))?;
            Ok(gathered)
        };
        if let Some(engine) = self.engine() {
            let mut gathered = begin();
            self.gather_published(engine, query, asked, &mut gathered, row, summed)?;
            return Ok(vec![gathered]);
        }
        if let Some(kind) = self.summed_kind(query, asked)? {
            let mut gathered = part(self, Scan::Alone)?;
            self.sums(kind, query, asked, |sums| summed(&mut gathered, self, sums))?;
            return Ok(vec![gathered]);
        }
        let path = self.path.clone();
        let gathered = if self.is_worth_threads(query)? {
            let most = fact_id::most_of(&self.connection, query.kinds[0])?;
            std::thread::scope(|scope| {
                let other =
                    scope.spawn(|| part(&Store::beside(&path)?, Scan::Ids(most / 2 + 1, most)));
                let first = part(self, Scan::Ids(i64::MIN, most / 2))?;
                let other: Result<T> =
                    other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                Ok::<_, Error>(match other {
                    // a writer waits, and lets nobody else begin
                    Err(busy) if busy.kind == ErrorKind::Busy => {
                        vec![first, part(self, Scan::Ids(most / 2 + 1, most))?]
                    }
                    other => vec![first, other?],
                })
            })?
        } else {
            vec![part(self, Scan::Whole)?]
        };
        Ok(gathered)
    }

    /// What a number that [`Store::gather`] gave for a column stands for: the usual name, the
    /// source, the country.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn name_of<'a>(&self, column: &ColumnRef, cell: &Value<'a>) -> Result<Value<'a>> {
        let lookup = column.field().and_then(columns::lookup_sql);
        let (Some(sql), Value::Int(number)) = (lookup, cell) else {
            return Ok(cell.clone());
        };
        let mut find = self.connection.prepare_cached(&sql)?;
        Ok(find
            .query_row([number], |row| row.get::<_, Option<String>>(0))?
            .map_or(Value::Null, |name| Value::Text(name.into())))
    }

    /// The columns of data sets without a field that facts of these kinds have; all of `wanted` are
    /// known without going through the facts, if the layouts have them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn columns(&self, kinds: &[&'static Kind], wanted: Option<&[&str]>) -> Result<Vec<String>> {
        let mut columns: Vec<String> = Vec::new();
        for read in [extras::columns, extras::columns_of_objects] {
            for kind in kinds {
                for name in read(&self.connection, kind)? {
                    // no command line, and no SQL, can have a NUL
                    if !columns.contains(&name) && !name.contains('\0') {
                        columns.push(name);
                    }
                }
            }
            if wanted.is_some_and(|wanted| {
                wanted.iter().all(|name| columns.iter().any(|known| known == name))
            }) {
                break;
            }
        }
        Ok(columns)
    }

    /// The last run at the moment that is asked for; `None`: now.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn import_at(&self, past: &AsOf) -> Result<Option<i64>> {
        past.as_of.as_ref().map(|moment| as_of::import_at(&self.connection, moment)).transpose()
    }

    /// Plans a query, so that what is wrong with it is said before any row is written.
    ///
    /// # Errors
    /// Names or imports cannot be looked up, or the filters are too many.
    pub fn check(&self, query: &Query) -> Result<()> {
        if let Some(engine) = self.engine() {
            return self.published_sql(engine.dialect(), query).map(|_| ());
        }
        let CompiledQuery { sql, .. } = compile::compile_portable(&self.connection, query)?;
        self.connection.prepare(&sql)?;
        Ok(())
    }

    /// The SQL that answers a query, with its values in it: it runs in any `SQLite` shell.
    ///
    /// # Errors
    /// Names cannot be looked up.
    pub fn explain(&self, query: &Query) -> Result<String> {
        if let Some(engine) = self.engine() {
            return self.published_sql(engine.dialect(), query);
        }
        let CompiledQuery { sql, values, .. } = compile::compile_portable(&self.connection, query)?;
        let mut statement = self.connection.prepare(&sql)?;
        for (i, value) in values.iter().enumerate() {
            statement.raw_bind_parameter(i + 1, value)?;
        }
        Ok(statement.expanded_sql().unwrap_or(sql))
    }

    /// The SQL that asks a published copy of the facts for the answer, in this dialect.
    ///
    /// # Errors
    /// Names cannot be looked up, or a published copy cannot answer.
    pub fn explain_as(&self, query: &Query, dialect: Dialect) -> Result<String> {
        self.published_sql(dialect, query)
    }
}
