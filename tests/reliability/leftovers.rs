//! Files that a killed program left beside a database's name: no new database takes in what they
//! hold.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use ::facts::kind::KINDS;

use super::{done, events, facts, state, top, words};

/// Makes the files that a run leaves which is killed while it writes to `other.db`, under
/// `other.db` and a suffix.
fn leave(folder: &Path, suffix: &str) {
    let database = folder.join("other.db");
    fs::write(folder.join("other.csv"), events(400, 9)).unwrap();
    let import = ["import", "other.csv", "--dataset", "ucdp-ged", "--release", "1", "--db"];
    done(folder, &[import.as_slice(), &["other.db"]].concat());
    let connection = Connection::open(&database).unwrap();
    // a cache of a few pages, so that the journal is needed before the end
    let begin = match suffix {
        "-journal" => "PRAGMA cache_size = 4; PRAGMA cache_spill = 1; BEGIN IMMEDIATE;",
        "-journal, cold" => "PRAGMA journal_mode = PERSIST;",
        _ => "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;",
    };
    connection.execute_batch(begin).unwrap();
    connection.execute_batch("UPDATE events SET summary = 'from another database ' || id").unwrap();
    for end in ["-journal", "-wal", "-shm"] {
        let _ = fs::copy(format!("{}{end}", database.display()), folder.join(format!("left{end}")));
    }
    drop(connection);
}

/// E1: every leftover beside every command that makes or replaces a database: refused, or not taken
/// in.
#[test]
fn a_new_database_takes_in_nothing_of_an_earlier_one() {
    const LEFTOVERS: [&str; 7] =
        ["-journal", "-journal, cold", "-wal", "-shm", "-journal/", "-wal/", "-shm/"];
    const SEED: &[&str] = &["seed", "-q"];
    let import = ["import", "few.csv", "--dataset", "ucdp-ged", "--release", "1", "-q"];
    let source = ["source", "add", "notes", "--title", "Notes", "-q"];
    let backup = ["backup", "facts.db", "--db", "whole.db"];
    let replace = ["backup", "facts.db", "--db", "whole.db", "--force"];
    let mut refused = 0;
    for leftover in LEFTOVERS {
        let left = tempfile::tempdir().unwrap();
        if !leftover.ends_with('/') {
            leave(left.path(), leftover);
        }
        for (n, command) in [SEED, &import, &source, &backup, &replace].into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path();
            fs::write(folder.join("few.csv"), events(60, 1)).unwrap();
            done(folder, &["seed", "-q", "--db", "whole.db"]);
            if n == 4 {
                done(folder, &["backup", "facts.db", "--db", "whole.db", "-q"]);
            }
            let before = fs::read(folder.join("facts.db")).ok();
            let suffix = leftover.trim_end_matches('/').split(',').next().unwrap();
            let file = folder.join(format!("facts.db{suffix}"));
            if leftover.ends_with('/') {
                fs::create_dir(&file).unwrap();
            } else {
                fs::copy(left.path().join(format!("left{suffix}")), &file).unwrap();
            }
            let output = facts(folder).args(command).output().unwrap();
            let what = format!("{leftover} and {command:?}: {}", words(&output));
            match output.status.code() {
                Some(0) => {
                    let name = format!("facts.db{suffix}");
                    assert!(!folder.join(name).exists(), "the leftover is still there: {what}");
                    state(&folder.join("facts.db"));
                    let foreign = done(folder, &["query", "events", "--columns", "summary"]);
                    assert!(!foreign.contains("another database"), "{what}");
                }
                Some(3) => {
                    let said = if before.is_some() { "exists" } else { "is left over" };
                    assert!(words(&output).contains(&format!("facts.db{suffix} {said}")), "{what}");
                    assert!(file.exists(), "{what}");
                    assert_eq!(fs::read(folder.join("facts.db")).ok(), before, "{what}");
                    refused += 1;
                }
                _ => panic!("{what}"),
            }
        }
    }
    assert_eq!(refused, LEFTOVERS.len() * 5);
}

/// Number of facts that ship.
fn shipped() -> i64 {
    let rows = KINDS.iter().map(|kind| {
        let file = top().join(format!("seed/{}.csv", kind.table));
        csv::Reader::from_path(file).unwrap().records().count()
    });
    i64::try_from(rows.sum::<usize>()).unwrap()
}

/// The way in which it happens: an import is killed, its database removed, and a new one begun.
#[test]
fn a_database_begun_anew_after_a_killed_import_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    leave(folder, "-journal");
    fs::rename(folder.join("left-journal"), folder.join("facts.db-journal")).unwrap();
    let output = facts(folder).args(["seed", "-q"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", words(&output));
    fs::remove_file(folder.join("facts.db-journal")).unwrap();
    done(folder, &["seed", "-q"]);
    assert_eq!(state(&folder.join("facts.db")).0, shipped());
}

/// A link to the database, and a folder with the name of its journal, after a killed writer.
#[test]
fn a_hot_journal_is_found_behind_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("data")).unwrap();
    leave(folder, "-journal");
    let hot = fs::read(folder.join("left-journal")).unwrap();
    fs::rename(folder.join("other.db"), folder.join("data/other.db")).unwrap();
    std::os::unix::fs::symlink("data/other.db", folder.join("link.db")).unwrap();
    fs::write(folder.join("data/other.db-journal"), hot).unwrap();
    done(folder, &["query", "events", "--db", "link.db"]);
    assert!(!folder.join("data/other.db-journal").exists());

    fs::create_dir(folder.join("data/other.db-journal")).unwrap();
    let output = facts(folder).args(["status", "--db", "data/other.db"]).output().unwrap();
    assert!(!words(&output).contains("middle of a write"), "{}", words(&output));
}

/// A new database is made of no name that belongs to another one, and at the end of a link.
#[test]
fn a_new_database_takes_no_name_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    done(folder, &["seed", "-q", "--db", "a.db"]);
    let refused = |name: &str, said: &str| {
        let output = facts(folder).args(["init", "--db", name]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {}", words(&output));
        assert!(words(&output).contains(said), "{name}: {}", words(&output));
    };
    for end in ["-journal", "-wal", "-shm"] {
        refused(&format!("a.db{end}"), "SQLite keeps next to a database");
    }
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(to, folder.join(name)).unwrap();
    };
    link("nowhere.db", "dangling.db");
    refused("dangling.db", "a broken symbolic link");
    fs::write(folder.join("empty.db"), "").unwrap();
    link("empty.db", "link.db");
    done(folder, &["seed", "-q", "--db", "link.db"]);
    assert!(fs::symlink_metadata(folder.join("link.db")).unwrap().file_type().is_symlink());
    assert_eq!(state(&folder.join("empty.db")).0, shipped());
}
