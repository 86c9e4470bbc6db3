//! Kills and signals: before or after, never between.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{Chance, MORE, begin, done, events, moment, prepared, say, sides, size, state};

fn is_hot(folder: &Path) -> bool {
    fs::metadata(folder.join("facts.db-journal")).is_ok_and(|found| found.len() > 0)
}

/// R1
#[test]
fn a_killed_import_leaves_before_or_after() {
    let (folder, database) = prepared(size(1500, 3000));
    let folder = folder.path();
    let (before, after, took) = sides(folder, &database);
    let mut chance = Chance::new(3);
    let (mut hot, mut changed, trials) = (0, 0, size(200, 1000));
    for _ in 0..trials {
        fs::write(folder.join("facts.db"), &database).unwrap();
        let mut child = begin(folder, &MORE);
        sleep(moment(&mut chance, took));
        child.kill().unwrap();
        child.wait().unwrap();
        hot += usize::from(is_hot(folder));
        // a reading command rolls the journal back
        done(folder, &["status"]);
        let now = state(&folder.join("facts.db"));
        assert!(now == before || now == after, "{now:?} is neither {before:?} nor {after:?}");
        changed += usize::from(now == after);
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            // one that was never begun is nothing to roll back
            let begun = || fs::read(entry.path()).unwrap().first().is_some_and(|byte| *byte != 0);
            assert!(!name.ends_with("-journal") || !begun(), "{name}");
        }
    }
    say(&format!("{trials} kills: {hot} with a hot journal, {changed} after"));
    assert!(hot * 5 > trials, "too few kills met a journal to mean anything");
}

/// The control of R1: a program that commits in chunks is found to.
#[test]
fn a_program_that_commits_in_chunks_would_be_found_out() {
    const ROWS: i64 = 20_000;
    if let Some(path) = std::env::var_os("FACTS_CONTROL") {
        let connection = Connection::open(path).unwrap();
        for chunk in 0..ROWS / 50 {
            let values =
                (0..50).map(|n| format!("({})", chunk * 50 + n)).collect::<Vec<_>>().join(",");
            connection
                .execute_batch(&format!("BEGIN; INSERT INTO t VALUES {values}; COMMIT;"))
                .unwrap();
        }
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let mut chance = Chance::new(4);
    let (trials, mut partial) = (size(20, 200), 0);
    for _ in 0..trials {
        let _ = fs::remove_file(&path);
        let _ = fs::remove_file(folder.path().join("t.db-journal"));
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (n)").unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::a_program_that_commits_in_chunks_would_be_found_out"])
            .env("FACTS_CONTROL", &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(20) + moment(&mut chance, Duration::from_millis(60)));
        child.kill().unwrap();
        child.wait().unwrap();
        let rows: i64 = Connection::open(&path)
            .unwrap()
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .unwrap();
        partial += usize::from(rows > 0 && rows < ROWS);
    }
    say(&format!("control: {partial} of {trials} partial"));
    assert!(partial * 2 > trials);
}

/// R6: the first signal takes a run back and earns its code.
#[test]
fn signals_take_an_import_back() {
    let (folder, database) = prepared(size(1500, 4000));
    let folder = folder.path();
    let (before, after, took) = sides(folder, &database);
    let mut chance = Chance::new(5);
    let mut told = 0;
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        for _ in 0..size(8, 100) {
            fs::write(folder.join("facts.db"), &database).unwrap();
            let child = begin(folder, &MORE);
            sleep(moment(&mut chance, took));
            Command::new("kill")
                .args([format!("-{signal}"), child.id().to_string()])
                .stderr(Stdio::null())
                .status()
                .unwrap();
            let since = Instant::now();
            let status = child.wait_with_output().unwrap().status;
            // before it opens the database nothing is watched, and the system ends it
            assert!([Some(0), Some(code), None].contains(&status.code()), "{signal}: {status}");
            told += usize::from(status.code() == Some(code));
            assert!(
                since.elapsed() < Duration::from_secs(5),
                "{signal}: took {:?}",
                since.elapsed()
            );
            assert!(!is_hot(folder) || status.code().is_none(), "{signal}: a journal was left");
            done(folder, &["status"]);
            let now = state(&folder.join("facts.db"));
            assert_eq!(now, if status.code() == Some(0) { after } else { before });
        }
    }
    say(&format!("signals: {told} runs ended with their code"));
    assert!(told > 0);
}

/// R6: no draft is left behind by a first import that is told to end.
#[test]
fn a_signal_during_a_first_import_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("more.csv"), events(6000, 2)).unwrap();
    let child = begin(folder.path(), &MORE);
    for _ in 0..500 {
        let drafts = fs::read_dir(folder.path()).unwrap().filter(|entry| {
            let entry = entry.as_ref().unwrap();
            entry.file_name().to_string_lossy().ends_with(".tmp")
                && entry.metadata().unwrap().len() > 400_000
        });
        if drafts.count() > 0 {
            break;
        }
        sleep(Duration::from_millis(2));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(143));
    let left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["more.csv"]);
}
