//! Flat tables in a file of `SQLite`: the engine that is always there, and that the tests ask.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};
use serde_json::Value as Json;

use crate::error::{Error, ErrorKind, Result};
use crate::store::published::EngineClient;
use crate::store::published::dialect::{Dialect, SqlType};
use crate::store::read::predicate::bind;
use crate::value::Value;

/// A file of flat tables.
#[derive(Debug)]
pub struct SqliteTables {
    connection: Connection,
    path: PathBuf,
}

impl SqliteTables {
    /// Opens the tables to ask them.
    ///
    /// # Errors
    /// The file does not exist.
    pub fn open(path: &Path) -> Result<SqliteTables> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|_| {
            Error::new(ErrorKind::NotFound, format!("no publication at {}", path.display()))
                .hint(format!("make one: facts publish sqlite:{}", path.display()))
        })?;
        Ok(SqliteTables { connection, path: path.to_owned() })
    }

    /// The manifest of a file; none if it is not there.
    ///
    /// # Errors
    /// The file is not a publication.
    pub fn manifest(path: &Path) -> Result<Option<String>> {
        if !path.exists() {
            return Ok(None);
        }
        let tables = SqliteTables::open(path)?;
        let mut text = None;
        let sql = "SELECT json_array(manifest) FROM publication".to_owned();
        tables.run(&[sql], &mut |_, json| {
            text = json.get(0).and_then(Json::as_str).map(str::to_owned);
            Ok(())
        })?;
        Ok(text)
    }

    /// Makes a file that does not exist, for tables to be written.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(path: &Path) -> Result<SqliteTables> {
        let connection = Connection::open(path)?;
        connection.execute_batch("PRAGMA page_size = 16384; BEGIN")?;
        Ok(SqliteTables { connection, path: path.to_owned() })
    }

    /// Makes a table.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn table(&self, name: &str, columns: &[(&str, SqlType)]) -> Result<()> {
        let list: Vec<String> = columns
            .iter()
            .map(|(column, ty)| {
                let ty = match ty {
                    SqlType::Text => "TEXT",
                    SqlType::Integer => "INTEGER",
                    SqlType::Real => "REAL",
                };
                format!("\"{column}\" {ty}")
            })
            .collect();
        Ok(self.connection.execute_batch(&format!("CREATE TABLE {name} ({})", list.join(", ")))?)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&self, table: &str, cells: &[Value<'_>]) -> Result<()> {
        let mut sql = format!("INSERT INTO {table} VALUES (");
        for n in 0..cells.len() {
            let _ = write!(sql, "{}?", if n == 0 { "" } else { ", " });
        }
        sql.push(')');
        let values = cells.iter().map(bind).map(|value| Box::new(value) as Box<dyn ToSql>);
        self.connection.prepare_cached(&sql)?.execute(params_from_iter(values))?;
        Ok(())
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> Result<()> {
        Ok(self.connection.execute_batch("COMMIT")?)
    }
}

impl EngineClient for SqliteTables {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn run(
        &self,
        statements: &[String],
        row: &mut dyn FnMut(usize, Json) -> Result<()>,
    ) -> Result<()> {
        let refused = |e: &dyn std::fmt::Display| {
            Error::database(format!("{} is not a publication: {e}", self.path.display()))
                .hint("publish again")
        };
        for (n, sql) in statements.iter().enumerate() {
            let mut statement = self.connection.prepare(sql).map_err(|e| refused(&e))?;
            let mut rows = statement.query([])?;
            while let Some(found) = rows.next()? {
                let text: String = found.get(0)?;
                row(n, serde_json::from_str(&text).map_err(|e| refused(&e))?)?;
            }
        }
        Ok(())
    }
}
