//! Damaged, foreign and hostile databases, and statements that would do more than read.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{Chance, alone, done, facts, say, size, within, words};
use facts::kind::KINDS;

/// A database of the shipped facts, closed.
fn seeded() -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["seed"]);
    let database = fs::read(folder.path().join("facts.db")).unwrap();
    (folder, database)
}

/// Runs a command that may fail, but neither panics nor hangs; its exit code and output.
fn bounded(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut child = facts(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let mut out = child.stdout.take().unwrap();
    let reading = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = std::io::Read::read_to_end(&mut out, &mut text);
        text
    });
    loop {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        if start.elapsed() > Duration::from_secs(10) {
            child.kill().unwrap();
            panic!("{arguments:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let output = child.wait_with_output().unwrap();
    let said = words(&output);
    let code =
        output.status.code().unwrap_or_else(|| panic!("{arguments:?}: {}: {said}", output.status));
    assert!(code != 101 && !said.contains("panicked"), "{arguments:?}: {said}");
    (code, String::from_utf8_lossy(&reading.join().unwrap()).into_owned())
}

/// R13: a database with changed bytes is answered or refused.
#[test]
fn a_mutated_database_never_breaks_the_program() {
    let (folder, database) = seeded();
    let folder = folder.path();
    let path = folder.join("facts.db");
    let mut chance = Chance::new(11);
    let (trials, mut refused) = (size(1_000, 10_000), 0);
    let commands: [&[&str]; 4] = [
        &["query", "all", "-f", "csv"],
        &["tabulate", "events", "--rows", "year"],
        &["check"],
        &["add", "events", "source=us-iraq-2014", "type=test", "summary=x"],
    ];
    for trial in 0..trials {
        let mut bytes = database.clone();
        match trial % 4 {
            0 => (0..=chance.below(20)).for_each(|_| {
                let at = chance.below(bytes.len());
                bytes[at] = chance.next().to_le_bytes()[0];
            }),
            1 => bytes.truncate(chance.below(bytes.len())),
            2 => {
                let (from, to) =
                    (chance.below(bytes.len() - 4096), chance.below(bytes.len() - 4096));
                bytes.copy_within(from..from + 4096, to);
            }
            _ => {
                let at = 100 + chance.below(2000);
                bytes[at] ^= 1 << chance.below(8);
            }
        }
        let command = commands[chance.below(commands.len())];
        fs::write(&path, bytes).unwrap();
        let _ = fs::remove_file(folder.join("facts.db-journal"));
        let (code, _) = bounded(folder, command);
        assert!([0, 1, 3, 4, 6, 7].contains(&code), "trial {trial}: {command:?}: {code}");
        refused += usize::from(code != 0);
    }
    say(&format!("{trials} mutated databases: {refused} refused or found, the others answered"));
}

/// What all rows of all kinds state, as another program reads them; none if it cannot.
fn dump(path: &Path) -> Option<Vec<String>> {
    let connection = Connection::open(path).ok()?;
    let mut all = Vec::new();
    for table in KINDS.iter().map(|kind| kind.table) {
        let columns: Vec<String> = {
            let mut read = connection.prepare("SELECT name FROM pragma_table_info(?1)").ok()?;
            let names = read.query_map([table], |row| row.get::<_, String>(0)).ok()?;
            names.collect::<Result<_, _>>().ok()?
        };
        let quoted: Vec<String> = columns
            .iter()
            .filter(|name| !name.ends_with("_id"))
            .map(|column| format!("quote({column})"))
            .collect();
        let mut read = connection
            .prepare(&format!("SELECT {} FROM {table} ORDER BY id", quoted.join(" || ',' || ")))
            .ok()?;
        let rows = read.query_map([], |row| row.get::<_, String>(0)).ok()?;
        all.extend(rows.collect::<Result<Vec<_>, _>>().ok()?);
    }
    Some(all)
}

/// R14: every flipped bit that changes what a fact states is found, and a sound database is never
/// accused.
#[test]
fn bit_rot_is_found() {
    let (folder, database) = seeded();
    let folder = folder.path();
    let path = folder.join("facts.db");
    let sound = dump(&path).unwrap();
    assert_eq!(bounded(folder, &["check", "--rule", "integrity"]).0, 0);
    // the pages of facts are few among those of countries and of the index
    let needles = [b"states".as_slice(), b"us-iraq".as_slice(), b"within".as_slice()];
    let places: Vec<usize> = (0..database.len() - 8)
        .filter(|at| needles.iter().any(|n| database[*at..].starts_with(n)))
        .collect();
    let mut chance = Chance::new(12);
    let (trials, mut changed, mut unreadable) = (size(400, 4000), 0, 0);
    for _ in 0..trials {
        let mut bytes = database.clone();
        let at = (*chance.pick(&places) + chance.below(400)).min(bytes.len() - 1);
        bytes[at] ^= 1 << chance.below(8);
        fs::write(&path, bytes).unwrap();
        let now = dump(&path);
        let (code, said) = bounded(folder, &["check", "--rule", "integrity", "-f", "csv"]);
        match now {
            Some(now) if now == sound => {}
            Some(_) => {
                changed += 1;
                assert!(
                    code == 1 || code == 3,
                    "a changed fact at byte {at} was not found: {code} {said}"
                );
            }
            None => unreadable += 1,
        }
    }
    say(&format!("{trials} flips: {changed} changed a fact, all found; {unreadable} unreadable"));
    assert!(changed > trials / 20);
}

/// R10: whatever stands in the record of migrations, nothing panics.
#[test]
fn a_damaged_ledger_is_refused() {
    let (folder, database) = seeded();
    let path = folder.path().join("facts.db");
    let mut chance = Chance::new(13);
    let values = [
        "NULL",
        "-1",
        "''",
        "'x'",
        "x'00ff'",
        "9223372036854775807",
        "'2026-01-01T00:00:00Z'",
        "1e300",
        "'1'",
        "99",
    ];
    for _ in 0..size(50, 50) {
        fs::write(&path, &database).unwrap();
        let column = *chance.pick(&["version", "name", "applied_on", "checksum"]);
        let sql = format!(
            "UPDATE refinery_schema_history SET {column} = {} WHERE version = {}",
            chance.pick(&values),
            1 + chance.below(9)
        );
        let changed = Connection::open(&path).unwrap().execute_batch(&sql);
        for command in [&["migrate"][..], &["migrate", "--status"], &["query", "all"]] {
            let (code, _) = bounded(folder.path(), command);
            assert!([0, 3].contains(&code), "{sql} ({changed:?}): {command:?}: {code}");
        }
    }
}

/// R15: what other programs add beside the tables of facts is theirs, and does no harm.
#[test]
fn views_tables_and_indexes_of_others_are_welcome() {
    let (folder, database) = seeded();
    let path = folder.path().join("facts.db");
    for sql in [
        "CREATE INDEX more ON events(summary)",
        "CREATE TABLE more (a)",
        "CREATE TABLE events_copy AS SELECT * FROM events",
        "CREATE VIRTUAL TABLE more USING fts5(a)",
        "CREATE VIEW more AS SELECT randomblob(1000000000)",
        "CREATE VIEW mine AS SELECT country, count(*) AS n FROM current_events GROUP BY country",
        "CREATE TABLE \"facts.toml\" (a)",
        "CREATE TABLE more (a); CREATE TRIGGER t AFTER INSERT ON more BEGIN DELETE FROM more; END",
    ] {
        fs::write(&path, &database).unwrap();
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        for command in [
            &["query", "all", "-f", "csv"][..],
            &["add", "events", "source=us-iraq-2014", "type=test", "summary=x"],
            &["undo", "2"],
            &["check", "--rule", "integrity"],
            &["backup", "copy.db"],
            &["query", "events", "--db", "copy.db", "-f", "csv"],
        ] {
            let (code, out) = bounded(folder.path(), command);
            assert_eq!(code, 0, "{sql}: {command:?} printed {out}");
        }
        fs::remove_file(folder.path().join("copy.db")).unwrap();
    }
}

/// R15: a schema that somebody else made cannot make the program lie, hang or write elsewhere.
#[test]
fn hostile_schemas_are_refused() {
    let fixtures = [
        "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END",
        "CREATE TRIGGER t AFTER INSERT ON imports BEGIN UPDATE imports SET added = 0; END",
        "CREATE TRIGGER t INSTEAD OF INSERT ON current_facts BEGIN SELECT 1; END",
        "DROP TABLE search",
        "DROP VIEW current_facts; CREATE VIEW current_facts AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS ref FROM n",
        "ALTER TABLE events RENAME TO real; CREATE VIEW events AS SELECT * FROM real",
        "ALTER TABLE events RENAME TO real; CREATE VIEW events AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT real.* FROM n, real",
        "ALTER TABLE events ADD COLUMN more TEXT",
        "ALTER TABLE events ADD COLUMN more TEXT GENERATED ALWAYS AS (upper(summary)) VIRTUAL",
        "ALTER TABLE sources DROP COLUMN note",
        "ALTER TABLE sources RENAME COLUMN note TO notes",
        "CREATE INDEX more ON events(load_extension('x'))",
        "CREATE UNIQUE INDEX more ON events(type)",
        "DROP INDEX events_live",
        "DROP TABLE indicators",
        "DROP TABLE names; CREATE TABLE names (id INTEGER PRIMARY KEY, scheme, name, folded, actor_id, place_id, valid_from, valid_to, import_id)",
    ];
    let (folder, database) = seeded();
    let path = folder.path().join("facts.db");
    for sql in fixtures {
        fs::write(&path, &database).unwrap();
        let made = Connection::open(&path)
            .unwrap()
            .execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql};"));
        if fs::read(&path).unwrap() == database {
            // SQLite itself would not have it
            assert!(made.is_err(), "{sql}");
            continue;
        }
        for command in [
            &["query", "all", "-f", "csv"][..],
            &["sql", "select count(*) from current_facts", "--timeout", "1"],
            &["add", "events", "source=us-iraq-2014", "type=test", "summary=x"],
            &["check"],
            &["backup", "copy.db"],
        ] {
            let (code, out) = bounded(folder.path(), command);
            assert_eq!(code, 3, "{sql}: {command:?} printed {out}");
        }
        // read all the same, it ends
        let (code, _) = bounded(
            folder.path(),
            &["query", "events", "--limit", "5", "--force-schema", "-f", "csv"],
        );
        assert!([0, 3, 7].contains(&code), "{sql}: {code}");
        let left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["facts.db"], "{sql}");
    }
}

/// Everything in a folder, by name, to the byte.
fn everything(folder: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name(), fs::read(entry.path()).unwrap_or_default())
        })
        .collect();
    all.sort();
    all
}

/// R16: what people have tried, by hand.
#[test]
fn facts_sql_only_reads() {
    let _alone = alone();
    let attacks = [
        "INSERT INTO events (key) VALUES ('x')",
        "UPDATE events SET summary = 'x' RETURNING id",
        "WITH x AS (SELECT 1) DELETE FROM events",
        "DELETE FROM events RETURNING *",
        "REPLACE INTO topics (slug, question) VALUES ('a', 'b')",
        "DROP TABLE events",
        "DROP VIEW current_facts",
        "CREATE TABLE x (a)",
        "CREATE TEMP TABLE x AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON events BEGIN SELECT 1; END",
        "ALTER TABLE events RENAME TO e",
        "REINDEX",
        "ANALYZE",
        "VACUUM",
        "VACUUM INTO 'out.db'",
        "ATTACH 'out.db' AS x",
        "ATTACH 'facts.db' AS x",
        "DETACH main",
        "BEGIN",
        "BEGIN IMMEDIATE",
        "SAVEPOINT x",
        "COMMIT",
        "ROLLBACK",
        "PRAGMA journal_mode = WAL",
        "PRAGMA query_only = 0",
        "PRAGMA user_version = 7",
        "PRAGMA writable_schema = 1",
        "PRAGMA hard_heap_limit = 0",
        "PRAGMA temp_store_directory = '.'",
        "PRAGMA data_store_directory = '.'",
        "PRAGMA wal_checkpoint",
        "PRAGMA optimize",
        "PRAGMA incremental_vacuum",
        "PRAGMA foreign_keys = 0",
        "PRAGMA trusted_schema = 1",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
        "SELECT writefile('out.txt', 'x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT edit('x')",
        "SELECT * FROM sqlite_dbpage",
        "INSERT INTO search (search) VALUES ('rebuild')",
        "SELECT 1; DELETE FROM events",
        "SELECT 1; SELECT 2",
        "EXPLAIN DELETE FROM events",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "SELECT count(*) FROM names a, names b, names c, names d",
        "SELECT randomblob(900000000)",
        "SELECT printf('%900000000d', 1)",
        "SELECT replace(hex(zeroblob(5000000)), '0', hex(zeroblob(5000)))",
        "SELECT json_group_array(a.name) FROM names a, names b, names c",
        "SELECT group_concat(a.name) FROM names a, names b",
        "SELECT a.name FROM names a, names b ORDER BY random()",
    ];
    let (folder, _) = seeded();
    let before = everything(folder.path());
    for sql in attacks {
        let start = Instant::now();
        let (code, _) = bounded(
            folder.path(),
            &["sql", sql, "--timeout", "1", "--max-rows", "1000", "-f", "csv"],
        );
        assert!([0, 2, 3, 7].contains(&code), "{sql}: {code}");
        let reads = sql.starts_with("EXPLAIN");
        assert!(code != 0 || reads, "{sql} was answered");
        assert!(start.elapsed() < Duration::from_secs(8), "{sql} took {:?}", start.elapsed());
        assert_eq!(everything(folder.path()), before, "{sql}");
    }
}

/// R16: statements put together at random.
#[test]
fn random_statements_change_nothing() {
    const WORDS: &[&str] = &[
        "SELECT",
        "*",
        "FROM",
        "events",
        "current_facts",
        "names",
        "sqlite_schema",
        "WHERE",
        "id",
        "=",
        "1",
        "'x'",
        "(",
        ")",
        ",",
        ";",
        "INSERT",
        "INTO",
        "VALUES",
        "UPDATE",
        "SET",
        "summary",
        "DELETE",
        "DROP",
        "TABLE",
        "PRAGMA",
        "query_only",
        "writable_schema",
        "ATTACH",
        "'a.db'",
        "AS",
        "x",
        "WITH",
        "RECURSIVE",
        "UNION",
        "ALL",
        "VACUUM",
        "CREATE",
        "TEMP",
        "VIEW",
        "LIMIT",
        "5",
        "RETURNING",
        "randomblob",
        "load_extension",
        "json_each",
        "search",
        "MATCH",
        "ORDER",
        "BY",
        "GROUP",
        "count",
        "EXPLAIN",
        "BEGIN",
        "REINDEX",
    ];
    let (folder, _) = seeded();
    let before = everything(folder.path());
    let database = folder.path().join("facts.db");
    let database = database.to_str().unwrap();
    let mut chance = Chance::new(14);
    let mut answered = 0;
    for n in 0..size(5_000, 100_000) {
        let mut words: Vec<&str> = (0..=chance.below(10)).map(|_| *chance.pick(WORDS)).collect();
        if chance.below(3) > 0 {
            words.splice(0..0, ["SELECT", "*", "FROM"]);
        }
        let sql = words.join(" ");
        let (code, _, said) = within(&[
            "sql",
            &sql,
            "--db",
            database,
            "--timeout",
            "1",
            "--max-rows",
            "100",
            "-f",
            "csv",
        ]);
        assert!([0, 2, 3, 7].contains(&code) && !said.contains("panicked"), "{sql}: {code} {said}");
        answered += usize::from(code == 0);
        if n % 500 == 0 {
            assert_eq!(everything(folder.path()), before, "{sql}");
        }
    }
    assert_eq!(everything(folder.path()), before);
    say(&format!("random statements: {answered} answered"));
    assert!(answered > 0);
}

/// Found by hand: a fact that was deleted, or given to another run, by something else than the
/// program.
#[test]
fn facts_that_went_or_changed_hands_are_found() {
    let (folder, database) = seeded();
    let path = folder.path().join("facts.db");
    for (sql, found) in [
        (
            "DELETE FROM events WHERE id = 3",
            "events row 3,is in the search index but no longer exists",
        ),
        ("UPDATE events SET import_id = 77 WHERE id = 2", "belongs to a missing import"),
        ("DELETE FROM imports WHERE id = 1", "belongs to a missing import"),
        ("DELETE FROM search_docsize WHERE id = 16", "is missing from the search index"),
        (
            "UPDATE events SET first_day = first_day + 1 WHERE id = 2",
            "has days that do not match its date",
        ),
        (
            "UPDATE casualty_statistics SET best = 1 WHERE id = 1",
            "differs from what was written (digest mismatch)",
        ),
    ] {
        fs::write(&path, &database).unwrap();
        Connection::open(&path)
            .unwrap()
            .execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}"))
            .unwrap();
        let (code, out) = bounded(folder.path(), &["check", "--rule", "integrity", "-f", "csv"]);
        assert!(code == 1 && out.contains(found), "{sql}: {code} {out}");
    }
    fs::write(&path, &database).unwrap();
    assert_eq!(bounded(folder.path(), &["check", "--rule", "integrity"]).0, 0);
}
