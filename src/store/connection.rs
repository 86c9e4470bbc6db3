//! Opening a file as a database of facts, or refusing it; creating one whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, ErrorKind, Result};
use crate::fs::atomic_file;
use crate::fs::paths::{self, MAGIC};
use crate::store::schema::{self, migrations, pages};
use crate::store::{Store, interrupt, trace};

/// 'FACT', in the header of every database of facts (set by the first migration).
const APPLICATION_ID: [u8; 4] = *b"FACT";

/// What a writer keeps of the file in memory, in KiB.
const CACHE: &str = "PRAGMA cache_size = -8192;";

/// How long a reader waits for a writer.
const READERS_WAIT: Duration = Duration::from_secs(5);

/// How many steps `SQLite` takes before it asks whether a signal came.
pub(in crate::store) const STEPS: i32 = 10_000;

/// What a command means to do with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read; with `true`, also where the schema is not the expected one.
    Read {
        /// `--force-schema`
        any_schema: bool,
    },
    /// Read and write; pending migrations are applied first.
    Write,
}

impl Store {
    /// Opens an existing database.
    ///
    /// # Errors
    /// It is missing, no database of facts, made by a newer program, of an unexpected schema, or
    /// cannot be opened.
    pub fn open(path: &Path, access: Access) -> Result<Store> {
        let path = as_file_name(path)?;
        if !is_ours(&path)? {
            return Err(missing(&path));
        }
        if matches!(access, Access::Read { .. }) {
            roll_back_if_hot(&path)?;
        }
        let is_ours = access != Access::Read { any_schema: true };
        let mut store =
            Store { connection: connect(&path, access)?, path, is_ours, published: None };
        match access {
            Access::Read { .. } => {
                store.begin_reading()?;
                migrations::check_current(&store.connection, &store.path)?;
                let check = if is_ours { schema::check } else { schema::check_tables };
                check(&store.connection, &store.path)?;
            }
            Access::Write => {
                migrations::run(&mut store.connection, &store.path)?;
                schema::check(&store.connection, &store.path)?;
            }
        }
        Ok(store)
    }

    /// Opens an existing database as [`Store::open`] does, without asking whether its schema is
    /// this program's.
    ///
    /// # Errors
    /// It is missing, no database of facts, or cannot be opened.
    pub fn open_any_version(path: &Path) -> Result<Store> {
        let path = as_file_name(path)?;
        if !is_ours(&path)? {
            return Err(missing(&path));
        }
        roll_back_if_hot(&path)?;
        let store = Store {
            connection: connect(&path, Access::Read { any_schema: true })?,
            path,
            is_ours: false,
            published: None,
        };
        store.begin_reading()?;
        Ok(store)
    }

    /// Begins the one transaction in which everything is read: no answer is made of two states of
    /// the database.
    fn begin_reading(&self) -> Result<()> {
        Ok(self.connection.execute_batch("BEGIN")?)
    }

    /// Ends that transaction once all is read: whoever is slow to take an answer keeps no writer
    /// waiting.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn end_reading(&self) -> Result<()> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    /// A further connection to a database that is open for reading, which has begun to read and
    /// waited for nobody.
    ///
    /// # Errors
    /// A writer is about to commit, or the file cannot be opened.
    pub(in crate::store) fn beside(path: &Path) -> Result<Store> {
        let connection = connect(path, Access::Read { any_schema: true })?;
        connection.busy_timeout(Duration::ZERO)?;
        connection.execute_batch("BEGIN; SELECT count(*) FROM layouts;")?;
        Ok(Store { connection, path: path.to_owned(), is_ours: false, published: None })
    }

    /// Opens the database to write, creating it if there is none, and lets `fill` write to it.
    ///
    /// A new database is made whole under another name beside its place and moved there at the end:
    /// whatever fails or is killed on the way, and whoever else creates one at the same time,
    /// nobody ever finds half of one. A trial creates none.
    ///
    /// # Errors
    /// Those of [`Store::open`] and of `fill`.
    pub fn open_or_create<T>(
        path: &Path,
        is_trial: bool,
        mut fill: impl FnMut(&mut Store, bool) -> Result<T>,
    ) -> Result<T> {
        let name = as_file_name(path)?;
        if is_ours(&name)? {
            return fill(&mut Store::open(&name, Access::Write)?, false);
        }
        let place = paths::real(&name)?;
        let folder = match place.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let failed = |e: &io::Error| Error::io(format!("cannot create {}", name.display()), e);
        refuse_leftovers(&place)?;
        let draft = atomic_file::begin(folder).map_err(|e| failed(&e))?.into_temp_path();
        let mut store = Store {
            connection: connect(&draft, Access::Write)?,
            path: name.clone(),
            is_ours: true,
            published: None,
        };
        // SQLite counts its cache in pages, those of the size that it had before
        store.connection.execute_batch(&format!("PRAGMA page_size = 16384; {CACHE}"))?;
        migrations::run(&mut store.connection, &store.path)?;
        let made = fill(&mut store, true)?;
        store.connection.close().map_err(|(_, e)| Error::from(e))?;
        if is_trial {
            return Ok(made);
        }
        File::open(&draft).and_then(|file| file.sync_all()).map_err(|e| failed(&e))?;
        refuse_leftovers(&place)?;
        match draft.persist_noclobber(&place) {
            Ok(()) => {
                atomic_file::sync_folder(folder);
                Ok(made)
            }
            Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => {
                // somebody else was quicker, or an empty file keeps the place: one program at a
                // time may take it, and the next one finds what that one put there
                let kept = OpenOptions::new().write(true).open(&place).map_err(|e| failed(&e))?;
                kept.lock().map_err(|e| failed(&e))?;
                if fs::metadata(&place).is_ok_and(|found| found.len() == 0) {
                    e.path.persist(&place).map_err(|e| failed(&e.error))?;
                    atomic_file::sync_folder(folder);
                    return Ok(made);
                }
                drop((kept, e.path));
                fill(&mut Store::open(&name, Access::Write)?, false)
            }
            Err(e) => Err(failed(&e.error)),
        }
    }
}

impl Store {
    /// Refuses a database whose pages are damaged, as far as a quick check tells.
    ///
    /// # Errors
    /// It is damaged.
    pub fn check_pages(&self) -> Result<()> {
        pages::check(&self.connection, &self.path)
    }
}

/// Refuses a new database where files of an earlier one lie beside its name.
///
/// # Errors
/// As said. Where another program made a database of this name meanwhile, they are files of that
/// one.
fn refuse_leftovers(path: &Path) -> Result<()> {
    match paths::refuse_leftovers(path) {
        Err(failure) if !is_ours(path)? => Err(failure),
        _ => Ok(()),
    }
}

/// The message for a database that is not there.
fn missing(path: &Path) -> Error {
    let shown = path.display();
    Error::database(format!("no database at {shown}{}", paths::near(path)))
        .hint(format!("create an empty one with: facts init --db {shown}"))
        .hint(format!("or one with example facts: facts seed --db {shown}"))
}

/// A path that `SQLite` takes for a file, whatever it looks like.
fn as_file_name(path: &Path) -> Result<PathBuf> {
    let Some(text) = path.to_str() else {
        return Ok(path.to_owned());
    };
    match text {
        "" | ":memory:" => {
            Err(Error::usage(format!("\"{text}\" is not a file name: the database must be a file")))
        }
        _ if text.starts_with("file:") || text.starts_with(':') => Ok(Path::new(".").join(path)),
        _ => Ok(path.to_owned()),
    }
}

/// Whether a database of facts is there; nothing, or an empty file, is no database yet, and
/// anything else is refused.
fn is_ours(path: &Path) -> Result<bool> {
    let shown = path.display();
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(Error::io(&shown, &e)),
    };
    if !found.is_file() {
        let what = if found.is_dir() { "a folder" } else { "a special file" };
        return Err(Error::database(format!("{shown} is {what}, not a database")));
    }
    if found.len() == 0 {
        return Ok(false);
    }
    let mut header = [0; 100];
    let mut file = File::open(path).map_err(|e| Error::io(&shown, &e))?;
    let whole = file.read_exact(&mut header);
    if whole.is_err() || &header[..16] != MAGIC {
        return Err(Error::database(format!(
            "{shown} is not a facts database; it was not changed"
        )));
    }
    if header[68..72] != APPLICATION_ID {
        return Err(Error::database(format!(
            "{shown} is a database of another program; it was not changed"
        )));
    }
    Ok(true)
}

/// A journal that a killed writer left must be rolled back, which a read-only connection cannot do;
/// that of a writer who lives is none of ours.
fn roll_back_if_hot(path: &Path) -> Result<()> {
    // SQLite too keeps it beside the file that a link leads to
    let mut journal = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).into_os_string();
    journal.push("-journal");
    if !fs::metadata(journal).is_ok_and(|found| found.is_file() && found.len() > 0) {
        return Ok(());
    }
    let read = |connection: &Connection| {
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
    };
    let reader = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    reader.busy_timeout(READERS_WAIT)?;
    match read(&reader).map_err(Error::from) {
        Err(failure) if failure.kind != ErrorKind::Busy => {}
        outcome => return outcome,
    }
    match connect(path, Access::Write).and_then(|connection| Ok(read(&connection)?)) {
        Err(failure) if failure.kind == ErrorKind::Io => Err(Error::database(format!(
            "a write to {} was interrupted, and the file cannot be repaired in place",
            path.display()
        ))
        .hint("copy it together with its -journal file to a writable folder and read it there")),
        other => other,
    }
}

fn connect(path: &Path, access: Access) -> Result<Connection> {
    let (flags, wait) = match access {
        Access::Read { .. } => (OpenFlags::SQLITE_OPEN_READ_ONLY, READERS_WAIT),
        Access::Write => (OpenFlags::SQLITE_OPEN_READ_WRITE, Duration::from_mins(1)),
    };
    let mut connection =
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(wait)?;
    trace::watch(&mut connection)?;
    configure(connection, access)
}

/// Gives a connection the settings that hold for all.
fn configure(mut connection: Connection, access: Access) -> Result<Connection> {
    for (option, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
        // a plan that waits for no values: statements that are used again are not prepared again
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
    ] {
        connection.set_db_config(option, on)?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(
        "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -6144;",
    )?;
    if access == Access::Write {
        connection.execute_batch(&format!("PRAGMA synchronous = EXTRA; {CACHE}"))?;
        interrupt::watch();
        connection.progress_handler(STEPS, Some(interrupt::came))?;
    }
    // the tests ask whether any answer leans on an order that nobody asked for
    if cfg!(debug_assertions) && std::env::var_os("FACTS_TEST_REVERSE").is_some() {
        connection.pragma_update(None, "reverse_unordered_selects", true)?;
    }
    Ok(connection)
}

#[cfg(test)]
impl Store {
    /// A database in memory with the countries' tables empty, for tests of what is written and how
    /// names are resolved.
    pub(in crate::store) fn in_memory() -> Store {
        let mut connection =
            configure(Connection::open_in_memory().unwrap(), Access::Write).unwrap();
        migrations::run(&mut connection, Path::new("memory")).unwrap();
        Store { connection, path: "memory".into(), is_ours: true, published: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings that lost nothing in a simulation of power failures, and that let nobody's
    /// schema run anything.
    #[test]
    fn connections_have_the_settings_that_were_decided() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.db");
        Store::open_or_create(&path, false, |_, _| Ok(())).unwrap();
        for access in [Access::Write, Access::Read { any_schema: false }] {
            let store = Store::open(&path, access).unwrap();
            let is = |pragma: &str| -> String {
                let value = store.connection.pragma_query_value(None, pragma, |row| {
                    row.get::<_, rusqlite::types::Value>(0)
                });
                format!("{:?}", value.unwrap())
            };
            assert_eq!(is("journal_mode"), "Text(\"delete\")");
            assert_eq!(is("page_size"), "Integer(16384)");
            assert_eq!(is("foreign_keys"), "Integer(1)");
            assert_eq!(is("trusted_schema"), "Integer(0)");
            assert_eq!(is("cell_size_check"), "Integer(1)");
            if access == Access::Write {
                assert_eq!(is("synchronous"), "Integer(3)");
                assert_eq!(is("busy_timeout"), "Integer(60000)");
            }
        }
    }
}
