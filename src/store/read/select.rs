//! Answering a query: rows of cells, one at a time, and what to say of values that occur nowhere.

use rusqlite::params_from_iter;

use crate::error::{Error, ErrorKind, Result};
use crate::kind::Kind;
use crate::query::{ActorTie, AsOf, ColumnRef, Op, Predicate, Query};
use crate::store::entities::lookup::{self, EntityClass, Meaning};
use crate::store::published::{self, Dialect};
use crate::store::read::batch::{CellBatch, LineBatch};
use crate::store::read::compile::{self, CompiledQuery, Scan};
use crate::store::read::cursor::Cursor;
use crate::store::read::{as_of, columns, predicate};
use crate::store::rollup::{AggregateRequest, RollupRow};
use crate::store::{Store, extras, fact_id};
use crate::value::suggest::did_you_mean;
use crate::value::text::BETWEEN_NAMES;
use crate::value::{Type, Value};

/// How many facts, or values, are searched for the nearest ones.
const SAMPLE: i64 = 20_000;

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

    /// A sentence for each value of the query's filters that occurs nowhere, with the nearest that
    /// does.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn unknown_values(&self, query: &Query) -> Result<Vec<String>> {
        let mut said = Vec::new();
        // what alone was asked, of all facts, and finds none is nowhere
        let is_alone = query.tests.len() == 1
            && query.words.is_none()
            && query.offset == 0
            && query.limit != Some(0);
        for test in &query.tests {
            let (column, words) = match test {
                Predicate::In { column, values, .. } => (Some(column), values.clone()),
                Predicate::AnyActor { names, .. } => (None, names.clone()),
                Predicate::Compare(column, Op::Is | Op::IsShown | Op::IsNot, Value::Text(word)) => {
                    (Some(column), vec![word.to_string()])
                }
                _ => continue,
            };
            let tie = match test {
                Predicate::AnyActor { tie, .. } => *tie,
                _ => ActorTie::PartyOrSupporter,
            };
            let is_plain = match test {
                Predicate::In { not, exclusively, .. } => !not && !exclusively,
                Predicate::AnyActor { exclusively, .. } => !exclusively,
                Predicate::Compare(_, op, _) => *op != Op::IsNot,
                _ => false,
            };
            let is_alone = is_alone && is_plain && words.len() == 1;
            for word in &words {
                if is_alone || !self.occurs(query, column, tie, word)? {
                    said.push(self.unknown(query, column, word)?);
                }
            }
        }
        Ok(said)
    }

    /// The usual names of all whom words mean in a column of names.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn usual_names(&self, column: &ColumnRef, words: &[String]) -> Result<Vec<String>> {
        let Some(class) = EntityClass::of(column.ty()) else { return Ok(Vec::new()) };
        let countries = column.name() == "country";
        let meaning = Meaning { countries, ..Meaning::of(class) };
        let mut names = Vec::new();
        for word in words {
            names.extend(lookup::usual_names(&self.connection, meaning, word)?);
        }
        Ok(names)
    }

    /// What to say of words of the query that several are called by: a filter takes them all.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn homonyms(&self, query: &Query) -> Result<Vec<String>> {
        let mut said = Vec::new();
        for (meaning, word) in names_asked(query) {
            let called = lookup::usual_names(&self.connection, meaning, word)?;
            if called.len() > 1 {
                let (many, one) = (called.len(), meaning.class.one());
                let called = called.join(BETWEEN_NAMES);
                said.push(format!("\"{word}\" means {many} {one}s: {called}"));
            }
        }
        Ok(said)
    }

    fn occurs(
        &self,
        query: &Query,
        column: Option<&ColumnRef>,
        tie: ActorTie,
        word: &str,
    ) -> Result<bool> {
        let word = vec![word.to_owned()];
        let test = match column.cloned() {
            Some(column) => Predicate::In { column, values: word, not: false, exclusively: false },
            None => Predicate::AnyActor { names: word, tie, exclusively: false },
        };
        if let Some(engine) = self.engine() {
            return self.occurs_published(engine, query, &test);
        }
        for kind in &query.kinds {
            let mut values = Vec::new();
            let live = as_of::live(&self.connection, &query.past, &mut values)?;
            let condition = predicate::condition(&self.connection, kind, &test, &mut values)?;
            let sql = format!(
                "SELECT EXISTS (SELECT 1 FROM {} f WHERE {live} AND {condition})",
                kind.table
            );
            if self
                .connection
                .prepare(&sql)?
                .query_row(params_from_iter(values), |row| row.get(0))?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn unknown(&self, query: &Query, column: Option<&ColumnRef>, word: &str) -> Result<String> {
        let what = column.map_or("actor".to_owned(), |column| column.name().replace('_', " "));
        // numbers and days have no nearest spelling
        if column.is_some_and(has_no_spelling) {
            return Ok(format!("no fact has {what} {word}"));
        }
        let class = column.map_or(Some(EntityClass::Actor), |column| EntityClass::of(column.ty()));
        if let Some(class) = class
            && !lookup::usual_names(&self.connection, Meaning::of(class), word)?.is_empty()
        {
            return Ok(format!("\"{word}\" exists, but no fact here has it as {what}"));
        }
        let slugs = match column.map(ColumnRef::ty) {
            Some(Type::Source) => self.slugs("sources")?,
            Some(Type::Topic) => self.slugs("topics")?,
            _ => Vec::new(),
        };
        if slugs.iter().any(|slug| slug == word) {
            return Ok(format!("{what} \"{word}\" exists, but no fact here has it"));
        }
        let occurring = self.occurring(query, column)?;
        let mut near = did_you_mean(word, occurring.iter().map(String::as_str));
        if near.is_empty() {
            let known = match class {
                Some(class) => lookup::known(&self.connection, class)?,
                None => slugs,
            };
            near = did_you_mean(word, known.iter().map(String::as_str));
        }
        Ok(format!("{what} \"{word}\" not found{near}"))
    }

    fn slugs(&self, table: &str) -> Result<Vec<String>> {
        let mut read = self.connection.prepare(&format!("SELECT slug FROM {table}"))?;
        let slugs = read.query_map([], |row| row.get(0))?;
        Ok(slugs.collect::<Result<_, _>>()?)
    }

    /// The values that occur in a column, or as any actor; the first few thousand.
    fn occurring(&self, query: &Query, column: Option<&ColumnRef>) -> Result<Vec<String>> {
        if let Some(engine) = self.engine() {
            return published::occurring(engine, query, column);
        }
        let mut arms = Vec::new();
        for kind in &query.kinds {
            let named = kind.fields().filter(|own| match column {
                Some(column) => own.name == column.name() && EntityClass::of(own.ty).is_some(),
                None => own.ty == Type::Actor,
            });
            // an index does not tell whether a fact is live: its row is read only where some are not
            let any_retired = format!(
                "SELECT EXISTS (SELECT 1 FROM {} WHERE retired_by_id IS NOT NULL)",
                kind.table
            );
            let any_retired = self.connection.query_row(&any_retired, [], |row| row.get(0))?;
            let live = if any_retired { "f.retired_by_id IS NULL" } else { "TRUE" };
            arms.extend(named.map(|own| columns::names_in_use(kind, own, live)));
            let Some(by) = column.and_then(|column| columns::of_column(kind, column)) else {
                continue;
            };
            // a place is its name, or that of a spot in it
            let by = match column {
                Some(column) if column.name() == "place" => "f.locality".to_owned(),
                Some(column) if EntityClass::of(column.ty()).is_some() => continue,
                _ => by,
            };
            // most values occur in the first facts; taking cells apart is slow
            let is_slow =
                column.is_some_and(|column| column.extra().is_some()) || by == "f.locality";
            let some = if is_slow {
                format!("(SELECT * FROM {} LIMIT {SAMPLE})", kind.table)
            } else {
                kind.table.to_owned()
            };
            arms.push(format!(
                "SELECT CAST({by} AS TEXT) AS value FROM {some} f WHERE f.retired_by_id IS NULL"
            ));
        }
        if arms.is_empty() {
            return Ok(Vec::new());
        }
        // names are short, and few of them are near
        let is_named = column.is_none_or(|column| EntityClass::of(column.ty()).is_some());
        let most = if is_named { SAMPLE } else { SAMPLE / 4 };
        let sql = format!(
            "SELECT DISTINCT value FROM ({}) WHERE value IS NOT NULL LIMIT {most}",
            arms.join(" UNION ALL ")
        );
        let mut read = self.connection.prepare(&sql)?;
        let values = read.query_map([], |row| row.get(0))?;
        Ok(values.collect::<Result<_, _>>()?)
    }
}

/// The names that the tests of a query ask for, and what they are names of.
pub(super) fn names_asked(query: &Query) -> impl Iterator<Item = (Meaning, &str)> {
    let asked = query.tests.iter().filter_map(|test| match test {
        Predicate::AnyActor { names, .. } => Some((Meaning::of(EntityClass::Actor), names)),
        Predicate::In { column, values, .. } => {
            let meaning = Meaning::of(EntityClass::of(column.ty())?);
            Some((Meaning { countries: column.name() == "country", ..meaning }, values))
        }
        _ => None,
    });
    asked.flat_map(|(meaning, words)| words.iter().map(move |word| (meaning, word.as_str())))
}

/// Whether the values of a column are numbers or days, of which none is spelled nearly as another.
fn has_no_spelling(column: &ColumnRef) -> bool {
    column.ty().is_number() || matches!(column.ty(), Type::Date | Type::Day | Type::Bucket(_))
}
