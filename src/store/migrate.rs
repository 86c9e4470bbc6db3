//! Bringing a database to the newest schema: all pending migrations in one transaction, or none.
//!
//! refinery's default mode commits each migration and its ledger row apart, so that a kill between the two leaves the
//! database stuck; grouped, everything is one transaction. Foreign keys are off meanwhile, or rebuilding a parent
//! table would delete its children, and are checked before anybody goes on.

use std::path::Path;

use refinery::Runner;
use rusqlite::{Connection, TransactionBehavior};

use crate::exit::{Exit, Failure, Result};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// How often a run is tried when several programs meet on one database.
const TRIES: u32 = 4;

/// One migration, as `facts migrate --status` lists it.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// When it was applied here (RFC 3339), if it was.
    pub applied: Option<String>,
}

/// The newest schema that this program knows: that of its last migration. refinery would tell it too, but takes the names
/// of its migrations apart for that, which was a third of the time of showing one fact.
#[must_use]
pub fn newest() -> i64 {
    7
}

/// The schema of the database.
pub fn version(connection: &Connection) -> Result<i64> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Refuses a database that is not of the newest schema: reading never changes one.
///
/// # Errors
/// It is newer, or older.
pub fn check_current(connection: &Connection, path: &Path) -> Result<()> {
    let (here, known) = (version(connection)?, newest());
    if here == known {
        return Ok(());
    }
    Err(if here > known {
        newer(path, here, known)
    } else {
        Failure::database(format!("{} has schema {here}; this facts reads schema {known}", path.display()))
            .hint(format!("facts migrate --db {} brings it up to date", path.display()))
    })
}

fn newer(path: &Path, here: i64, known: i64) -> Failure {
    Failure::database(format!("{} was made by a newer facts (schema {here}; this one knows {known})", path.display()))
        .hint("install that version, or have it export the facts to CSV")
}

/// Applies what is pending; takes no lock if nothing is.
///
/// # Errors
/// The database is newer, its ledger is damaged, or a migration fails; then nothing was changed.
pub fn run(connection: &mut Connection, path: &Path) -> Result<()> {
    let known = newest();
    let mut last = None;
    for _ in 0..TRIES {
        match version(connection)? {
            here if here == known => return Ok(()),
            here if here > known => return Err(newer(path, here, known)),
            _ => {}
        }
        match attempt(connection, path) {
            Ok(()) => return Ok(()),
            Err(failure) if failure.exit == Exit::Busy => last = Some(failure),
            Err(failure) => return Err(failure),
        }
    }
    Err(last.unwrap_or_else(|| Failure::database("the database could not be migrated")))
}

fn attempt(connection: &mut Connection, path: &Path) -> Result<()> {
    check_ledger(connection, path)?;
    if version(connection)? > 0 {
        super::open::check_pages(connection, path)?;
    }
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    let outcome = runner().run(connection);
    connection.set_transaction_behavior(TransactionBehavior::Deferred);
    connection.pragma_update(None, "foreign_keys", true)?;
    match outcome {
        Ok(_) => {}
        // another program was quicker: what is there now is looked at again
        Err(e) if format!("{e:?}").contains("Busy") || version(connection)? == newest() => {
            return Err(Failure::new(Exit::Busy, "the database is busy: another program is migrating it").because(e));
        }
        Err(e) => return Err(explain(path, &e)),
    }
    let orphans: i64 = connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    if orphans > 0 {
        return Err(Failure::database(format!("{}: {orphans} rows refer to rows that are not there", path.display())));
    }
    Ok(())
}

fn runner() -> Runner {
    embedded::migrations::runner().set_grouped(true)
}

fn explain(path: &Path, error: &refinery::Error) -> Failure {
    use refinery::error::Kind::{DivergentVersion, MissingVersion};
    let shown = path.display();
    let failure = match error.kind() {
        DivergentVersion(applied, _) => Failure::database(format!(
            "{shown} was made by another build of facts: its migration {} differs from this one's",
            applied.version()
        ))
        .hint("export it with the facts that made it, and seed a new one from that folder"),
        MissingVersion(applied) => Failure::database(format!(
            "{shown} was made by a newer facts: this one does not know its migration {}",
            applied.version()
        ))
        .hint("install that version, or have it export the facts to CSV"),
        _ => {
            let said = format!("{error:?}");
            if let Some(code) = [
                ("DiskFull", "no space left on device"),
                ("SystemIoFailure", "input/output error"),
                ("ReadOnly", "no permission"),
            ]
            .iter()
            .find(|(code, _)| said.contains(code))
            {
                return Failure::new(Exit::Io, format!("cannot write {shown}: {}", code.1)).because(error);
            }
            Failure::database(format!("{shown} could not be migrated; it is as it was"))
        }
    };
    failure.because(error)
}

/// refinery panics on a ledger whose dates or checksums were damaged, so they are read first.
fn check_ledger(connection: &Connection, path: &Path) -> Result<()> {
    let kind: Option<String> = {
        let mut find = connection.prepare("SELECT type FROM sqlite_schema WHERE name = 'refinery_schema_history'")?;
        let mut rows = find.query([])?;
        match rows.next()? {
            Some(row) => Some(row.get(0)?),
            None => None,
        }
    };
    let damaged =
        || Failure::database(format!("{}: its record of migrations is damaged", path.display())).hint("restore a backup");
    match kind.as_deref() {
        None => return Ok(()),
        Some("table") => {}
        Some(_) => return Err(damaged()),
    }
    let mut read = connection
        .prepare("SELECT typeof(version) = 'integer' AND version BETWEEN 0 AND 2147483647, applied_on, checksum FROM refinery_schema_history")
        .map_err(|e| damaged().because(e))?;
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

impl super::Store {
    /// Every migration that this program knows, and when it was applied here.
    ///
    /// # Errors
    /// The record of migrations cannot be read.
    pub fn ledger(&self) -> Result<Vec<Ledger>> {
        check_ledger(&self.connection, &self.path)?;
        let mut read = self.connection.prepare("SELECT applied_on FROM refinery_schema_history WHERE version = ?1")?;
        embedded::migrations::runner()
            .get_migrations()
            .iter()
            .map(|migration| {
                let mut rows = read.query([migration.version()])?;
                let applied = match rows.next()? {
                    Some(row) => Some(row.get(0)?),
                    None => None,
                };
                Ok(Ledger { version: i64::from(migration.version()), name: migration.name().to_owned(), applied })
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::Connection;
    use sha2::{Digest, Sha256};

    use super::super::schema::MIGRATIONS;
    use crate::value::text::hex;

    const TEXTS: &[&str] = &[
        include_str!("../../migrations/V1__facts.sql"),
        include_str!("../../migrations/V2__indicators.sql"),
        include_str!("../../migrations/V3__texts_and_search.sql"),
        include_str!("../../migrations/V4__imports_of_data_sets.sql"),
        include_str!("../../migrations/V5__lists_as_comparisons.sql"),
        include_str!("../../migrations/V6__extras_and_summaries.sql"),
        include_str!("../../migrations/V7__texts_of_extras.sql"),
    ];

    /// Applied migrations are frozen to the byte: add a new file instead of changing one of these.
    #[test]
    fn released_migrations_never_change() {
        let sums: Vec<String> = TEXTS.iter().map(|text| hex(&Sha256::digest(text))).collect();
        assert_eq!(sums, MIGRATIONS);
        assert_eq!(super::newest(), i64::try_from(TEXTS.len()).unwrap(), "a migration is not in this test");
        let last = super::runner().get_migrations().iter().map(|migration| i64::from(migration.version())).max();
        assert_eq!(Some(super::newest()), last);
    }

    #[test]
    fn migrations_leave_the_transaction_to_the_runner() {
        for text in TEXTS {
            for word in ["PRAGMA FOREIGN_KEYS", "BEGIN", "COMMIT", "VACUUM"] {
                assert!(!text.to_uppercase().lines().any(|line| line.trim_start().starts_with(word)), "{word}");
            }
        }
    }

    /// An older database keeps its rows, and they are found by the words in them.
    #[test]
    fn a_database_of_an_older_schema_is_brought_up_to_date_with_its_rows() {
        let path = Path::new("test");
        let mut connection = Connection::open_in_memory().unwrap();
        super::runner().set_target(refinery::Target::Version(2)).run(&mut connection).unwrap();
        assert!(super::check_current(&connection, path).unwrap_err().hints[0].starts_with("facts migrate"));
        connection
            .execute_batch(
                "INSERT INTO sources (slug, kind, title) VALUES ('s', 'document', 'T');
                 INSERT INTO imports (source_id, complete, ran_at, program, read, added, changed, unchanged, withdrawn, rejected, repeated)
                 VALUES (1, 0, '2026-01-01T00:00:00Z', 'test', 2, 2, 0, 0, 0, 0, 0);
                 INSERT INTO events (source_id, key, stance, summary, confidence, digest, import_id, type)
                 VALUES (1, 'a', 'states', 'A battle at dawn', 'unrated', zeroblob(16), 1, 'battle');
                 INSERT INTO indicators (source_id, key, stance, summary, confidence, digest, import_id, measure)
                 VALUES (1, 'b', 'states', 'A border', 'unrated', zeroblob(16), 1, 'length');",
            )
            .unwrap();
        super::run(&mut connection, path).unwrap();
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM facts"), 2);
        assert_eq!(count("SELECT rowid FROM search WHERE search MATCH 'dawn'"), 16);
        assert_eq!(count("SELECT rowid FROM search WHERE search MATCH 'border length'"), 20);
        assert_eq!(super::version(&connection).unwrap(), super::newest());
        super::run(&mut connection, path).unwrap();
    }

    /// refinery panics on what stands here; the ledger is read before it is.
    #[test]
    fn a_damaged_ledger_is_refused() {
        for damage in ["checksum = 'abc'", "applied_on = 'garbage'", "applied_on = NULL", "version = -1", "checksum = x'00'"] {
            let mut connection = Connection::open_in_memory().unwrap();
            super::runner().set_target(refinery::Target::Version(2)).run(&mut connection).unwrap();
            connection.execute_batch(&format!("UPDATE refinery_schema_history SET {damage} WHERE version = 1")).unwrap();
            let failure = super::run(&mut connection, Path::new("test")).unwrap_err();
            assert_eq!(failure.exit, crate::exit::Exit::Database, "{damage}: {failure}");
        }
    }
}
