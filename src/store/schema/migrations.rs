//! Bringing a database to the newest schema: all pending migrations in one transaction, or none.
//!
//! refinery's default mode commits each migration and its ledger row apart, so that a kill between
//! the two leaves the database stuck; grouped, everything is one transaction. Foreign keys are off
//! meanwhile, or rebuilding a parent table would delete its children, and are checked before
//! anybody goes on.

use std::path::Path;

use refinery::{Migration, Runner};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;
use crate::store::schema::SCHEMAS;
use crate::store::schema::pages;

#[cfg(test)]
mod tests;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// How often a run is tried when several programs meet on one database.
const TRIES: u32 = 4;

/// One migration, as `facts migrate --status` lists it.
#[derive(Debug, Clone)]
pub struct AppliedMigration {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// When it was applied here (RFC 3339), if it was.
    pub applied: Option<String>,
}

/// The first schema of a released program. Lower numbers are of databases from before, which no
/// migration leads from.
const FIRST: i64 = 100;

/// A schema: the migrations that make it, and its number.
struct Schema {
    migrations: Vec<Migration>,
    number: i64,
}

impl Schema {
    /// The newest one that this program knows.
    fn newest() -> Schema {
        Schema {
            migrations: embedded::migrations::runner().get_migrations().clone(),
            number: newest(),
        }
    }
}

/// The number of the newest schema that this program knows.
#[must_use]
pub fn newest() -> i64 {
    SCHEMAS.last().map_or(FIRST, |(number, _)| *number)
}

/// Returns the schema number of the database.
pub fn version(connection: &Connection) -> Result<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Refuses a database that is not of the newest schema: reading never changes one.
///
/// # Errors
/// It is newer, or older.
pub fn check_current(connection: &Connection, path: &Path) -> Result<()> {
    let (here, known) = (version(connection)?, newest());
    check_known(path, here, known)?;
    if here == known {
        return Ok(());
    }
    Err(Error::database(format!(
        "{} has schema {here}; this version of facts reads schema {known}",
        path.display()
    ))
    .hint(format!("update it with: facts migrate --db {}", path.display())))
}

/// Refuses a schema from which no migration leads to the one that is known.
fn check_known(path: &Path, here: i64, known: i64) -> Result<()> {
    let shown = path.display();
    if here > known {
        return Err(Error::database(format!(
            "{shown} was made by a newer version of facts (schema {here}; this one reads {known})"
        ))
        .hint("install that version, or use it to export the facts to CSV"));
    }
    if (1..FIRST).contains(&here) {
        let message = format!(
            "{shown} was made by a pre-release version of facts (schema {here}; this one reads {known})"
        );
        return Err(Error::database(message).hint(
            "export it with the version of facts that created it (facts export DIR), and load that folder into a new file (facts seed DIR --db NEW.db)",
        ));
    }
    Ok(())
}

/// Applies what is pending; takes no lock if nothing is.
///
/// # Errors
/// The database is newer, or from before the first release, its ledger is damaged, or a migration
/// fails; then nothing was changed.
pub fn run(connection: &mut Connection, path: &Path) -> Result<()> {
    // refinery takes the names of its migrations apart, which is a third of the time of showing one
    // fact
    if version(connection)? == newest() {
        Ok(())
    } else {
        bring_to(connection, path, &Schema::newest())
    }
}

/// Brings a database to a schema.
fn bring_to(connection: &mut Connection, path: &Path, schema: &Schema) -> Result<()> {
    let mut last = None;
    for _ in 0..TRIES {
        let here = version(connection)?;
        check_known(path, here, schema.number)?;
        if here == schema.number {
            return Ok(());
        }
        match attempt(connection, path, schema) {
            Ok(()) => return Ok(()),
            Err(failure) if failure.kind == ErrorKind::Busy => last = Some(failure),
            Err(failure) => return Err(failure),
        }
    }
    Err(last.unwrap_or_else(|| Error::database("the database could not be migrated").about_file()))
}

fn attempt(connection: &mut Connection, path: &Path, schema: &Schema) -> Result<()> {
    check_ledger(connection, path)?;
    if version(connection)? > 0 {
        pages::check(connection, path)?;
    }
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    let outcome = Runner::new(&schema.migrations).set_grouped(true).run(connection);
    connection.set_transaction_behavior(TransactionBehavior::Deferred);
    connection.pragma_update(None, "foreign_keys", true)?;
    match outcome {
        Ok(_) => {}
        // another program was quicker: what is there now is looked at again
        Err(e) if is_busy(&e) || version(connection)? == schema.number => {
            return Err(Error::new(
                ErrorKind::Busy,
                "the database is busy: another program is migrating it",
            )
            .with_source(e));
        }
        Err(e) => return Err(explain(path, &e)),
    }
    let orphans: i64 =
        connection
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    if orphans > 0 {
        return Err(Error::database(format!(
            "{}: {orphans} rows refer to missing rows",
            path.display()
        )));
    }
    Ok(())
}

/// What `SQLite` reported to refinery, if it did.
fn of_sqlite(error: &refinery::Error) -> Option<&rusqlite::Error> {
    match error.kind() {
        refinery::error::Kind::Connection(_, source) => source.downcast_ref(),
        _ => None,
    }
}

fn is_busy(error: &refinery::Error) -> bool {
    of_sqlite(error).is_some_and(|error| Error::from(error).kind == ErrorKind::Busy)
}

fn explain(path: &Path, error: &refinery::Error) -> Error {
    use refinery::error::Kind::{DivergentVersion, MissingVersion};
    let shown = path.display();
    let failure = match error.kind() {
        DivergentVersion(applied, _) => Error::database(format!(
            "{shown} was made by another build of facts: its migration {} differs from this one's",
            applied.version()
        ))
        .hint("export it with the version of facts that created it (facts export DIR), and load that folder into a new file (facts seed DIR --db NEW.db)"),
        MissingVersion(applied) => Error::database(format!(
            "{shown} was made by a newer version of facts: unknown migration {}",
            applied.version()
        ))
        .hint("install that version, or use it to export the facts to CSV"),
        _ => {
            let failure = of_sqlite(error).map(Error::from);
            if let Some(failure) = failure.filter(|failure| failure.kind == ErrorKind::Io) {
                return failure;
            }
            Error::database(format!("{shown} could not be migrated; it was not changed"))
        }
    };
    failure.with_source(error)
}

/// refinery panics on a ledger whose dates or checksums were damaged, so they are read first.
fn check_ledger(connection: &Connection, path: &Path) -> Result<()> {
    let kind: Option<String> = {
        let mut find = connection
            .prepare("SELECT type FROM sqlite_schema WHERE name = 'refinery_schema_history'")?;
        let mut rows = find.query([])?;
        match rows.next()? {
            Some(row) => Some(row.get(0)?),
            None => None,
        }
    };
    let damaged = || {
        Error::database(format!("{}: the migration history is damaged", path.display()))
            .hint("restore a backup")
    };
    match kind.as_deref() {
        None => return Ok(()),
        Some("table") => {}
        Some(_) => return Err(damaged()),
    }
    let mut read = connection
        .prepare("SELECT typeof(version) = 'integer' AND version BETWEEN 0 AND 2147483647, applied_on, checksum FROM refinery_schema_history")
        .map_err(|e| damaged().with_source(e))?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let sound = row.get::<_, bool>(0).unwrap_or(false)
            && row.get::<_, String>(1).is_ok_and(|on| on.parse::<jiff::Timestamp>().is_ok())
            && row.get::<_, String>(2).is_ok_and(|sum| sum.parse::<u64>().is_ok());
        if !sound {
            return Err(damaged());
        }
    }
    Ok(())
}

impl Store {
    /// Every migration that this program knows, and when it was applied here.
    ///
    /// # Errors
    /// The record of migrations cannot be read.
    pub fn ledger(&self) -> Result<Vec<AppliedMigration>> {
        check_known(&self.path, version(&self.connection)?, newest())?;
        check_ledger(&self.connection, &self.path)?;
        let mut read = self
            .connection
            .prepare("SELECT applied_on FROM refinery_schema_history WHERE version = ?1")?;
        // refinery has them by file name, V10 before V2
        let mut migrations = Schema::newest().migrations;
        migrations.sort();
        migrations
            .iter()
            .map(|migration| {
                let mut rows = read.query([migration.version()])?;
                let applied = match rows.next()? {
                    Some(row) => Some(row.get(0)?),
                    None => None,
                };
                Ok(AppliedMigration {
                    version: i64::from(migration.version()),
                    name: migration.name().to_owned(),
                    applied,
                })
            })
            .collect()
    }

    /// The schema of the database, and the newest that this program knows.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn schema_version(&self) -> Result<(i64, i64)> {
        Ok((version(&self.connection)?, newest()))
    }
}
