//! Databases of older schemas: every row kept, never stuck, migrated once.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::thread::sleep;
use std::time::Instant;

use rusqlite::Connection;

use super::{Chance, begin, done, events, facts, moment, say, size, state};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// A database of an older schema with rows in every table, made of a new one.
fn older(version: u32, path: &Path) {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["seed"]);
    fs::write(folder.path().join("few.csv"), events(50, 1)).unwrap();
    done(folder.path(), &["import", "few.csv", "--dataset", "ucdp-ged", "--release", "1"]);
    fs::write(folder.path().join("text.txt"), "A text.").unwrap();
    let mut connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let migrate = |connection: &mut Connection, version: u32| {
        let target = refinery::Target::Version(version.try_into().unwrap());
        embedded::migrations::runner().set_grouped(true).set_target(target).run(connection).unwrap();
    };
    // the third migration and the fourth index the words of what is there
    migrate(&mut connection, version.min(2));
    connection.execute("ATTACH ?1 AS new", [folder.path().join("facts.db").to_str().unwrap()]).unwrap();
    for table in TABLES {
        let shared: Vec<String> = {
            let sql = "SELECT a.name FROM pragma_table_info(?1, 'main') a JOIN pragma_table_info(?1, 'new') b ON b.name = a.name";
            let mut read = connection.prepare(sql).unwrap();
            read.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        if !shared.is_empty() {
            let columns = shared.join(", ");
            connection.execute(&format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}"), []).unwrap();
        }
    }
    // the columns without a field were objects until the sixth migration
    let objects = "UPDATE main.events SET extra = (
        SELECT json_group_object(l.columns ->> c.key, iif(c.type = 'integer', (SELECT t.text ->> '$' FROM new.extra_texts t WHERE t.id = c.value), c.value))
          FROM new.extras x JOIN new.layouts l ON l.id = x.layout_id, json_each(x.cells) c
         WHERE x.id = events.id * 16 AND c.type <> 'null')
        WHERE id * 16 IN (SELECT id FROM new.extras)";
    assert_eq!(connection.execute(objects, []).unwrap(), 50);
    connection.execute_batch("DETACH new").unwrap();
    if version > 2 {
        migrate(&mut connection, version);
    }
}

const TABLES: [&str; 10] = [
    "sources",
    "imports",
    "actors",
    "places",
    "names",
    "topics",
    "events",
    "arms_transfers",
    "casualty_statistics",
    "diplomatic_posts",
];

/// What a table holds, column by column that it has in the oldest schema, as one text.
fn rows(connection: &Connection, table: &str) -> Vec<String> {
    let columns: Vec<String> = {
        let mut read = connection.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY name").unwrap();
        let names = read.query_map([table], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
        names.filter(|name| !["import_id", "dataset"].contains(&name.as_str()) || TABLES[6..].contains(&table)).collect()
    };
    let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
    let mut read = connection.prepare(&format!("SELECT {} FROM {table} ORDER BY id", quoted.join(" || ',' || "))).unwrap();
    read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// R9: every migration keeps every row, to the digest.
#[test]
fn migrations_keep_rows() {
    for version in 1..=5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.db");
        older(version, &path);
        let old: Vec<Vec<String>> = {
            let connection = Connection::open(&path).unwrap();
            TABLES.iter().map(|table| rows(&connection, table)).collect()
        };
        for (table, rows) in TABLES.iter().zip(&old) {
            assert!(rows.len() >= 2 || ["topics", "sources", "imports"].contains(table), "{table} has {} rows", rows.len());
        }
        done(folder.path(), &["migrate"]);
        let connection = Connection::open(&path).unwrap();
        for (table, old) in TABLES.iter().zip(&old) {
            assert_eq!(&rows(&connection, table), old, "{table} from schema {version}");
        }
        drop(connection);
        state(&path);
        let check = facts(folder.path()).args(["check", "--rule", "integrity", "-f", "csv"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&check.stdout), "rule,ref,finding\n", "from schema {version}");
    }
}

/// R7: a killed migration is made good by the next run.
#[test]
fn a_killed_migration_never_sticks() {
    let mut chance = Chance::new(6);
    let mut killed = 0;
    for version in 1..=5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("facts.db");
        older(version, &path);
        let database = fs::read(&path).unwrap();
        let start = Instant::now();
        done(folder.path(), &["migrate"]);
        let (took, after) = (start.elapsed(), state(&path));
        for _ in 0..size(8, 75) {
            let _ = fs::remove_file(folder.path().join("facts.db-journal"));
            fs::write(&path, &database).unwrap();
            let mut child = begin(folder.path(), &["migrate"]);
            sleep(moment(&mut chance, took));
            child.kill().unwrap();
            killed += usize::from(child.wait().unwrap().code().is_none());
            done(folder.path(), &["migrate"]);
            assert_eq!(state(&path), after);
        }
    }
    say(&format!("migrations: {killed} killed, none stuck"));
    assert!(killed > 0);
}

/// R8: several programs meet an old database at once.
#[test]
fn an_old_database_is_migrated_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.db");
    older(2, &path);
    let database = fs::read(&path).unwrap();
    for _ in 0..size(3, 100) {
        fs::write(&path, &database).unwrap();
        let started: Vec<Child> = (0..8).map(|_| begin(folder.path(), &["migrate"])).collect();
        for child in started {
            assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
        }
        state(&path);
    }
}
