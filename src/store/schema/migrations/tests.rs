//! Databases of an older schema: every row kept, never stuck, migrated once. The later schema is
//! made up.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::command::Exit;
use crate::command::{self, Ui};

/// A later schema: a table rebuilt, as `SQLite` wants it where a constraint changes, and a new one
/// with rows.
const LATER: &str = "
    CREATE TABLE topics_new (
      id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, question TEXT NOT NULL, note TEXT, import_id INTEGER, asked_by TEXT,
      CONSTRAINT no_empty_text CHECK (slug <> '' AND question <> '' AND note <> '' AND asked_by <> '')
    ) STRICT;
    INSERT INTO topics_new (id, slug, question, note, import_id) SELECT id, slug, question, note, import_id FROM topics;
    DROP TABLE topics;
    ALTER TABLE topics_new RENAME TO topics;
    CREATE TABLE words (id INTEGER PRIMARY KEY, of TEXT NOT NULL) STRICT;
    INSERT INTO words (of) SELECT summary FROM events;
    PRAGMA user_version = 1000;";

/// The schema that follows the newest.
fn later() -> Schema {
    let mut schema = Schema::newest();
    let last = schema.migrations.iter().map(Migration::version).max().unwrap();
    schema.migrations.push(Migration::unapplied(&format!("V{}__later", last + 1), LATER).unwrap());
    schema.number = 1000;
    schema
}

/// A database with the shipped facts.
fn seeded(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("facts.db");
    let words = ["facts", "seed", "--quiet", "--db", path.to_str().unwrap()].map(Into::into);
    let console = Ui::new(Box::new(std::io::sink()), Box::new(std::io::sink()), false);
    assert_eq!(command::run(words, console), Exit::Done);
    path
}

fn opened(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_mins(1)).unwrap();
    connection
}

/// Every row of every table that both schemas have, in those columns that both have.
fn rows(connection: &Connection) -> Vec<String> {
    let mut tables = connection
        .prepare("SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite%' AND name NOT IN ('words', 'refinery_schema_history') ORDER BY name")
        .unwrap();
    let names: Vec<String> =
        tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(names.len() > 10, "{names:?}");
    let mut rows = Vec::new();
    for table in names {
        let columns: String = connection
            .query_row(
                "SELECT group_concat('quote(' || name || ')', ' || '','' || ') FROM (SELECT name FROM pragma_table_info(?1) WHERE name <> 'asked_by' ORDER BY name)",
                [&table],
                |row| row.get(0),
            )
            .unwrap();
        let mut read = connection
            .prepare(&format!("SELECT {columns} FROM {table} ORDER BY id"))
            .or_else(|_| connection.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1")));
        let found = read.as_mut().unwrap().query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.extend(found.map(|row| format!("{table}: {}", row.unwrap())));
    }
    rows
}

#[test]
fn a_later_migration_keeps_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = seeded(folder.path());
    let mut connection = opened(&path);
    let before = rows(&connection);
    bring_to(&mut connection, &path, &later()).unwrap();
    assert_eq!(rows(&connection), before);
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM words"), count("SELECT count(*) FROM events"));
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_eq!(version(&connection).unwrap(), 1000);
    // again: nothing is pending
    bring_to(&mut connection, &path, &later()).unwrap();
    // and a program that knows less leaves it alone
    assert!(check_current(&connection, &path).unwrap_err().message.contains("newer version"));
    assert!(run(&mut connection, &path).unwrap_err().message.contains("newer version"));
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = seeded(folder.path());
    let mut connection = opened(&path);
    let before = rows(&connection);
    for broken in
        ["CREATE TABLE more (a) STRICT", "INSERT INTO topics (slug) VALUES ('x')", "nonsense"]
    {
        let mut schema = later();
        let version = schema.migrations.iter().map(Migration::version).max().unwrap() + 1;
        schema
            .migrations
            .push(Migration::unapplied(&format!("V{version}__broken"), broken).unwrap());
        let failure = bring_to(&mut connection, &path, &schema).unwrap_err();
        assert_eq!(failure.kind, ErrorKind::Database, "{broken}: {failure}");
        assert_eq!(rows(&connection), before, "{broken}");
    }
}

#[test]
fn a_database_from_before_the_first_release_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = seeded(folder.path());
    let mut connection = opened(&path);
    for old in [1, 7, 99] {
        connection.pragma_update(None, "user_version", old).unwrap();
        for failure in [
            run(&mut connection, &path).unwrap_err(),
            check_current(&connection, &path).unwrap_err(),
        ] {
            assert!(
                failure.message.contains(&format!("pre-release version of facts (schema {old};")),
                "{failure}"
            );
            assert!(
                failure.hints[0].contains("facts export DIR")
                    && failure.hints[0].contains("facts seed DIR")
            );
        }
    }
}

/// refinery panics on what stands here; the ledger is read before it is.
#[test]
fn a_damaged_ledger_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = seeded(folder.path());
    let database = std::fs::read(&path).unwrap();
    for damage in [
        "checksum = 'abc'",
        "checksum = x'00'",
        "checksum = NULL",
        "checksum = 1e300",
        "applied_on = 'garbage'",
        "applied_on = NULL",
        "applied_on = ''",
        "version = -1",
        "version = 9223372036854775807",
        "name = 'other'",
    ] {
        std::fs::write(&path, &database).unwrap();
        let mut connection = opened(&path);
        let changed = connection.execute_batch(&format!(
            "UPDATE refinery_schema_history SET {damage} WHERE version = 2"
        ));
        if changed.is_ok() {
            let failure = bring_to(&mut connection, &path, &later()).unwrap_err();
            assert_eq!(failure.kind, ErrorKind::Database, "{damage}: {failure}");
        }
    }
}

/// Not a test of its own: the program that the next two start, kill and start again.
#[test]
fn migrate_the_database_of_the_environment() {
    let Some(path) = std::env::var_os("FACTS_TEST_MIGRATE") else { return };
    bring_to(&mut opened(Path::new(&path)), Path::new(&path), &later()).unwrap();
}

fn begin(path: &Path) -> Child {
    let name = "store::schema::migrations::tests::migrate_the_database_of_the_environment";
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env("FACTS_TEST_MIGRATE", path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_migration_never_sticks() {
    let folder = tempfile::tempdir().unwrap();
    let path = seeded(folder.path());
    // rows enough that the migration takes a while
    opened(&path)
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
             INSERT INTO topics (slug, question) SELECT 'topic-' || i, printf('%200d?', i) FROM n",
        )
        .unwrap();
    let database = std::fs::read(&path).unwrap();
    let start = Instant::now();
    assert!(begin(&path).wait().unwrap().success());
    let took = start.elapsed();
    let (after, mut killed, mut hot) = (rows(&opened(&path)), 0_u32, 0_u32);
    let trials: u32 = if std::env::var_os("FACTS_LONG").is_some() { 300 } else { 30 };
    for trial in 0..trials {
        let journal = folder.path().join("facts.db-journal");
        let _ = std::fs::remove_file(&journal);
        std::fs::write(&path, &database).unwrap();
        let mut child = begin(&path);
        std::thread::sleep(took.mul_f64(f64::from(trial) / f64::from(trials)));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        hot += u32::from(journal.exists());
        bring_to(&mut opened(&path), &path, &later()).unwrap();
        assert_eq!(rows(&opened(&path)), after);
    }
    assert!(killed > 0, "{killed} killed, {hot} with a journal");
}

#[test]
fn an_old_database_is_migrated_once_by_many() {
    let folder = tempfile::tempdir().unwrap();
    let path = seeded(folder.path());
    let database = std::fs::read(&path).unwrap();
    for _ in 0..if std::env::var_os("FACTS_LONG").is_some() { 100 } else { 3 } {
        std::fs::write(&path, &database).unwrap();
        let started: Vec<Child> = (0..8).map(|_| begin(&path)).collect();
        for mut child in started {
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(version(&opened(&path)).unwrap(), 1000);
    }
}

#[test]
fn migrations_leave_the_transaction_to_the_runner() {
    for migration in Schema::newest().migrations {
        let sql = migration.sql().unwrap().to_uppercase();
        for word in ["PRAGMA FOREIGN_KEYS", "BEGIN;", "BEGIN IMMEDIATE", "COMMIT", "VACUUM"] {
            assert!(
                !sql.lines().any(|line| line.trim_start().starts_with(word)),
                "{migration}: {word}"
            );
        }
    }
}
