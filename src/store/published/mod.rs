//! A published copy: flat tables of facts that another engine holds, asked through its own client.
//!
//! What is small, names and sources, is in a database of the usual kind beside the tables. It says what a
//! word means; the facts are asked for by their labels, in SQL that every engine takes.

mod compile;
mod condition;
mod dialect;
mod gather;
mod reference;
mod sqlite;

use std::fmt::Debug;
use std::path::Path;

use serde_json::Value as Json;

pub use compile::{is_published, sql_type};
pub use dialect::{Dialect, SqlType};
pub use reference::REFERENCE;
pub use sqlite::SqliteTables;

use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::query::{ColumnRef, Predicate, Query};
use crate::store::read::compile::sort_keys;
use crate::store::rollup::{AggregateRequest, RollupRow};
use crate::store::{Access, Store};
use crate::value::{Type, Value};

/// The client of an engine that holds a published copy.
pub trait EngineClient: Debug + Send {
    /// How the engine writes SQL.
    fn dialect(&self) -> Dialect;

    /// Runs statements, one after the other, and hands on their rows, each with the number of its
    /// statement: a row is one JSON array or object, whose values are in the order of the columns.
    ///
    /// # Errors
    /// The client is not installed, or the engine refuses a statement.
    fn run(
        &self,
        statements: &[String],
        row: &mut dyn FnMut(usize, Json) -> Result<()>,
    ) -> Result<()>;
}

impl Store {
    /// Asks a published copy; the names and sources of it are copied to a file that does not exist.
    ///
    /// # Errors
    /// The engine cannot be asked, or holds no publication.
    pub fn of_published(client: Box<dyn EngineClient>, names: &Path) -> Result<Store> {
        reference::fetch(client.as_ref(), names)?;
        let mut store = Store::open(names, Access::Read { any_schema: false })?;
        store.published = Some(client);
        Ok(store)
    }

    /// Whether another engine holds the facts.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.published.is_some()
    }

    /// The client of the engine that holds the facts, if another does.
    pub(in crate::store) fn engine(&self) -> Option<&dyn EngineClient> {
        self.published.as_deref()
    }

    /// The SQL that asks an engine for the answer to a query.
    pub(in crate::store) fn published_sql(
        &self,
        dialect: Dialect,
        query: &Query,
    ) -> Result<String> {
        refuse_what_is_not_published(query)?;
        let tests = self.published_tests(dialect, query)?;
        Ok(compile::rows(dialect, query, &sort_keys(query), &tests))
    }

    /// The conditions of each kind of a query.
    fn published_tests(&self, dialect: Dialect, query: &Query) -> Result<Vec<String>> {
        let of_kind = |kind: &&'static Kind| -> Result<String> {
            let tests = query
                .tests
                .iter()
                .map(|test| condition::of_test(&self.connection, dialect, kind, test))
                .collect::<Result<Vec<_>>>()?;
            Ok(if tests.is_empty() { "1 = 1".to_owned() } else { tests.join("\n   AND ") })
        };
        query.kinds.iter().map(of_kind).collect()
    }

    /// Answers a query, as [`Store::select`] does.
    pub(in crate::store) fn select_published(
        &self,
        engine: &dyn EngineClient,
        query: &Query,
        mut row: impl FnMut(&[Value<'_>]) -> Result<()>,
    ) -> Result<u64> {
        let sql = self.published_sql(engine.dialect(), query)?;
        let mut rows = 0;
        engine.run(&[sql], &mut |_, json| {
            rows += 1;
            row(&compile::cells(json, &query.columns)?)
        })?;
        Ok(rows)
    }

    /// Gathers facts, as [`Store::gather`] does: what the engine may add up it adds up.
    pub(in crate::store) fn gather_published<T>(
        &self,
        engine: &dyn EngineClient,
        query: &Query,
        asked: AggregateRequest<'_>,
        gathered: &mut T,
        row: impl Fn(&mut T, &Store, &[Value<'_>]) -> Result<()>,
        summed: impl Fn(&mut T, &Store, &RollupRow<'_>) -> Result<()>,
    ) -> Result<()> {
        refuse_what_is_not_published(query)?;
        let dialect = engine.dialect();
        let tests = self.published_tests(dialect, query)?;
        // an engine takes long to start: all is asked at once
        let (mut statements, mut are_sums) = (Vec::new(), Vec::new());
        for (kind, test) in query.kinds.iter().zip(tests) {
            let of_kind = Query { kinds: vec![*kind], unsorted: true, ..query.clone() };
            let mut test = test;
            if gather::adds_up(kind, asked) {
                statements.push(gather::sums(dialect, kind, asked, &test));
                are_sums.push(true);
                test = format!("{test}\n   AND {}", gather::alone(dialect, kind));
            }
            statements.push(compile::rows(dialect, &of_kind, &[], &[test]));
            are_sums.push(false);
        }
        engine.run(&statements, &mut |n, json| {
            if are_sums[n] {
                summed(gathered, self, &gather::sum(json, asked)?)
            } else {
                row(gathered, self, &compile::cells(json, &query.columns)?)
            }
        })
    }

    /// Whether any fact passes a test.
    pub(in crate::store) fn occurs_published(
        &self,
        engine: &dyn EngineClient,
        query: &Query,
        test: &Predicate,
    ) -> Result<bool> {
        let mut statements = Vec::new();
        for kind in &query.kinds {
            let test = condition::of_test(&self.connection, engine.dialect(), kind, test)?;
            statements.push(compile::first(engine.dialect(), kind, &test));
        }
        let mut found = false;
        engine.run(&statements, &mut |_, _| {
            found = true;
            Ok(())
        })?;
        Ok(found)
    }
}

/// The values that occur in a column of a published copy, or as any actor; the first few thousand.
pub(in crate::store) fn occurring(
    engine: &dyn EngineClient,
    query: &Query,
    column: Option<&ColumnRef>,
) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    for kind in &query.kinds {
        let own = kind.fields().filter(|own| match column {
            Some(column) => own.name == column.name(),
            None => own.ty == Type::Actor,
        });
        let own = own.filter(|own| compile::is_published(own));
        statements.extend(own.map(|own| compile::values(engine.dialect(), kind, own)));
    }
    let mut values = Vec::new();
    engine.run(&statements, &mut |_, json| {
        values.extend(compile::first_text(json));
        Ok(())
    })?;
    values.sort_unstable();
    values.dedup();
    Ok(values)
}

/// Refuses what only the database itself can answer.
fn refuse_what_is_not_published(query: &Query) -> Result<()> {
    let refused = |what: &str| {
        Err(Error::usage(format!("a published copy cannot answer {what}"))
            .hint("ask the database itself, with --db FILE"))
    };
    if query.words.is_some() {
        return refused("a search");
    }
    if query.past.as_of.is_some() || query.past.published_by.is_some() {
        return refused("as of a time: it holds the facts as they were published");
    }
    let tested = query.tests.iter().filter_map(Predicate::column);
    let sorted = query.sort.iter().map(|order| &order.column);
    for column in query.columns.iter().chain(tested).chain(sorted) {
        if column.extra().is_some() {
            return refused(&format!("{}: it keeps these columns as one text", column.name()));
        }
        if !column.field().is_some_and(compile::is_published) {
            return refused(&format!("{}: it is not published", column.name()));
        }
    }
    Ok(())
}
