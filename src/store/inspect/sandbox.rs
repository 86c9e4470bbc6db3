//! `facts sql`: one statement that reads, in a connection that can do nothing else.
//!
//! Each layer by itself leaks: read-only connections write files with VACUUM INTO, and ATTACH reads
//! other files. All of them together do not.

use std::time::{Duration, Instant};

use rusqlite::Statement;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::{Value as Sql, ValueRef};

use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;
use crate::store::read::cursor::plain;
use crate::value::suggest::did_you_mean;
use crate::value::text::hex;
use crate::value::{Value, real};

/// The pragmas that only tell, and only without a value.
const PRAGMAS: [&str; 10] = [
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "compile_options",
    "function_list",
    "user_version",
];

/// The functions that reach beyond the database.
const FORBIDDEN: [&str; 4] = ["load_extension", "fts3_tokenizer", "readfile", "writefile"];

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlColumn {
    /// Its name.
    pub name: String,
    /// It was declared to hold numbers.
    pub number: bool,
}

/// What an answer may cost.
#[derive(Debug, Clone, Copy)]
pub struct SqlLimits {
    /// At most so long.
    pub time: Duration,
    /// At most so many rows.
    pub rows: Option<u64>,
}

impl Store {
    /// The columns of the answer to one statement that reads; from now on the connection can do
    /// nothing else.
    ///
    /// # Errors
    /// It is no such statement, or a parameter is missing.
    pub fn sql_columns(
        &mut self,
        sql: &str,
        parameters: &[(String, String)],
        cost: SqlLimits,
    ) -> Result<Vec<SqlColumn>> {
        self.fence(cost.time)?;
        let mut statement = self.reading(sql, cost)?;
        bind(&mut statement, parameters, cost)?;
        let number = |column: &rusqlite::Column<'_>| {
            column.decl_type().is_some_and(|ty| {
                ty.eq_ignore_ascii_case("integer") || ty.eq_ignore_ascii_case("real")
            })
        };
        Ok(statement
            .columns()
            .map(|column| SqlColumn { name: column.name().to_owned(), number: number(&column) })
            .collect())
    }

    /// Answers the statement whose columns were asked for.
    ///
    /// # Errors
    /// A parameter is missing, a limit was reached, or `row` fails.
    pub fn sql_rows(
        &self,
        sql: &str,
        parameters: &[(String, String)],
        cost: SqlLimits,
        mut row: impl FnMut(&[Value<'_>]) -> Result<()>,
    ) -> Result<u64> {
        let mut statement = self.reading(sql, cost)?;
        bind(&mut statement, parameters, cost)?;
        let columns = statement.column_count();
        let mut answer = statement.raw_query();
        let mut rows = 0;
        while let Some(found) = answer.next().map_err(|e| refused(&e, cost))? {
            if cost.rows.is_some_and(|most| rows >= most) {
                return Err(Error::new(
                    ErrorKind::Limit,
                    format!("the result has more rows than the limit of {rows} (--max-rows)"),
                )
                .hint("add LIMIT to the statement, or raise --max-rows"));
            }
            let mut cells = Vec::with_capacity(columns);
            for i in 0..columns {
                cells.push(match found.get_ref(i)? {
                    ValueRef::Blob(bytes) => Value::Text(hex(bytes).into()),
                    ValueRef::Real(n) if !n.is_finite() => Value::Text(real(n).into()),
                    value => plain(value)?,
                });
            }
            row(&cells)?;
            rows += 1;
        }
        Ok(rows)
    }

    fn reading(&self, sql: &str, cost: SqlLimits) -> Result<Statement<'_>> {
        let statement =
            self.connection.prepare(sql).map_err(|e| self.nearer(refused(&e, cost), sql))?;
        if !statement.readonly() || statement.column_count() == 0 {
            return Err(Error::usage("expected a statement that returns rows, such as SELECT"));
        }
        Ok(statement)
    }

    /// What is wrong with a statement, in words of this program: what only reads, and which name
    /// was meant.
    fn nearer(&self, mut failure: Error, sql: &str) -> Error {
        const READING: [&str; 5] = ["select", "with", "values", "explain", "pragma"];
        let first: String = sql
            .trim_start()
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_lowercase();
        let changing = [
            "insert", "update", "delete", "replace", "create", "drop", "alter", "vacuum", "attach",
            "detach", "begin", "reindex",
        ];
        if changing.contains(&first.as_str()) {
            return not_allowed();
        }
        if failure.message.starts_with("near \"") && !READING.contains(&first.as_str()) {
            let near = did_you_mean(&first, READING);
            failure.message = format!("unknown statement \"{first}\"{near}");
            return failure;
        }
        if let Some(at) = failure
            .message
            .strip_prefix("near ")
            .and_then(|rest| rest.strip_suffix(": syntax error"))
        {
            failure.message = format!("syntax error near {at}");
            return failure;
        }
        if failure.message.starts_with("Expression tree is too large") {
            return Error::new(
                ErrorKind::Limit,
                "the statement is nested too deeply (limit: 200 levels)",
            );
        }
        if let Some(name) = failure.message.strip_prefix("no such function: ") {
            let name = name.split(' ').next().unwrap_or(name);
            failure.message = format!("unknown function \"{name}\"");
            return failure;
        }
        let names = |sql: &str| -> Vec<String> {
            let mut read = self.connection.prepare(sql).ok();
            let rows = read.as_mut().and_then(|read| read.query_map([], |row| row.get(0)).ok());
            rows.into_iter().flatten().flatten().collect()
        };
        let (what, known) = if let Some(name) = failure.message.strip_prefix("no such table: ") {
            (name, names("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"))
        } else if let Some(name) = failure.message.strip_prefix("no such column: ") {
            let of = "SELECT DISTINCT c.name FROM sqlite_schema s JOIN pragma_table_info(s.name) c WHERE s.type IN ('table', 'view')";
            (name, names(of))
        } else {
            return failure;
        };
        let quoted = what.starts_with('"');
        let name = what.trim_start_matches('"').split([' ', '"']).next().unwrap_or(what).to_owned();
        let near = did_you_mean(
            name.rsplit('.').next().unwrap_or(&name),
            known.iter().map(String::as_str),
        );
        let kind = if failure.message.starts_with("no such table") { "table" } else { "column" };
        failure.message = format!("unknown {kind} \"{name}\"{near}");
        if quoted {
            return failure.hint("put text in single quotes: 'Syria'");
        }
        failure
    }

    /// Takes everything from the connection that reading does not need.
    fn fence(&mut self, time: Duration) -> Result<()> {
        let connection = &mut self.connection;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        // sorting in memory is one step, which no limit of time ends: so much is sorted in seconds
        connection.pragma_update(None, "hard_heap_limit", 256 << 20)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, true)?;
        for (limit, value) in [
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_LENGTH, 10_000_000),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 1_000_000),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
            (Limit::SQLITE_LIMIT_VDBE_OP, 250_000),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            connection.set_limit(limit, value)?;
        }
        let end = Instant::now() + time;
        connection.progress_handler(1000, Some(move || Instant::now() > end))?;
        connection.authorizer(Some(allow))?;
        Ok(())
    }
}

fn allow(context: AuthContext<'_>) -> Authorization {
    let fine = match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => {
            !FORBIDDEN.contains(&function_name.to_ascii_lowercase().as_str())
        }
        AuthAction::Pragma { pragma_name, pragma_value } => {
            let name = pragma_name.to_ascii_lowercase();
            // these take the name of a table
            let names_table = PRAGMAS[..7].contains(&name.as_str());
            PRAGMAS.contains(&name.as_str()) && (pragma_value.is_none() || names_table)
        }
        _ => false,
    };
    if fine { Authorization::Allow } else { Authorization::Deny }
}

/// Gives the parameters of a statement their values.
fn bind(
    statement: &mut Statement<'_>,
    parameters: &[(String, String)],
    cost: SqlLimits,
) -> Result<()> {
    let mut bound = vec![false; statement.parameter_count()];
    for (name, value) in parameters {
        let found = [":", "@", "$"]
            .iter()
            .find_map(|sign| statement.parameter_index(&format!("{sign}{name}")).ok().flatten());
        let Some(place) = found else {
            return Err(Error::usage(format!("the statement has no parameter :{name}")));
        };
        statement.raw_bind_parameter(place, typed(value)).map_err(|e| refused(&e, cost))?;
        bound[place - 1] = true;
    }
    if let Some(place) = bound.iter().position(|bound| !bound) {
        let name =
            statement.parameter_name(place + 1).map_or_else(|| "?".to_owned(), str::to_owned);
        let bare = name.trim_start_matches([':', '@', '$']);
        return Err(Error::usage(format!("parameter {name} has no value"))
            .hint(format!("set it with -p {bare}=VALUE")));
    }
    Ok(())
}

/// A value as it is written: a number if it is one.
fn typed(text: &str) -> Sql {
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(n), _) => Sql::Integer(n),
        (_, Ok(n)) if n.is_finite() => Sql::Real(n),
        _ => Sql::Text(text.to_owned()),
    }
}

/// What `SQLite` says of a statement, in the words of this program.
fn refused(error: &rusqlite::Error, cost: SqlLimits) -> Error {
    use rusqlite::ErrorCode::{
        AuthorizationForStatementDenied, OperationInterrupted, OutOfMemory, TooBig,
    };
    match error {
        rusqlite::Error::MultipleStatement => Error::usage("expected one statement, found several"),
        rusqlite::Error::SqlInputError { msg, sql, offset, error } => match error.code {
            AuthorizationForStatementDenied => not_allowed(),
            _ if msg.starts_with("not authorized") => not_allowed(),
            _ => {
                let at =
                    usize::try_from(*offset).ok().and_then(|at| sql.get(at..)).unwrap_or_default();
                let near: String = at.chars().take_while(|c| !c.is_whitespace()).take(30).collect();
                let near = if near.is_empty() || msg.contains("near \"") || msg.contains(&near) {
                    String::new()
                } else {
                    format!(" (near \"{near}\")")
                };
                Error::usage(format!("{msg}{near}"))
                    .hint("facts fields --tables lists the tables and their columns")
            }
        },
        rusqlite::Error::SqliteFailure(code, said) => match code.code {
            OperationInterrupted => {
                let seconds = cost.time.as_secs_f64();
                Error::new(
                    ErrorKind::Limit,
                    format!("the statement took longer than {} s", real(seconds)),
                )
                .hint("raise the limit with --timeout")
            }
            TooBig | OutOfMemory => Error::new(
                ErrorKind::Limit,
                "the statement produces a value or result that is too large",
            ),
            AuthorizationForStatementDenied => not_allowed(),
            _ => Error::usage(said.clone().unwrap_or_else(|| code.to_string())),
        },
        rusqlite::Error::ExecuteReturnedResults | rusqlite::Error::InvalidQuery => not_allowed(),
        other => Error::usage(other.to_string()),
    }
}

fn not_allowed() -> Error {
    Error::usage("facts sql is read-only")
        .hint("seed, import, add, edit and undo change the database")
}
