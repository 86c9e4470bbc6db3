//! Several at once: writers, readers beside a writer, backups beside writers.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{
    Chance, MORE, alone, begin, done, events, facts, moment, prepared, say, settled, sides, size,
    state, words,
};

/// R11: writers wait for each other, and nothing is lost.
#[test]
fn many_writers_lose_nothing() {
    let (folder, _) = prepared(1);
    let folder = folder.path();
    let (before, ..) = state(&folder.join("facts.db"));
    let each = size(6, 1000);
    std::thread::scope(|scope| {
        for writer in 0..8 {
            scope.spawn(move || {
                for n in 0..each {
                    let (key, summary) =
                        (format!("key=w{writer}-{n}"), format!("summary=Event {n} of {writer}"));
                    done(
                        folder,
                        &["add", "events", "source=ucdp-ged", "type=test", &key, &summary],
                    );
                }
            });
        }
    });
    let (after, ..) = state(&folder.join("facts.db"));
    assert_eq!(after, before + 8 * i64::try_from(each).unwrap());
}

/// Programs that start at once on an empty file: the first makes the database of it, and the others
/// find what it made.
#[test]
fn first_starts_on_an_empty_file_lose_nothing() {
    for _ in 0..size(10, 200) {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("facts.db"), "").unwrap();
        std::thread::scope(|scope| {
            for writer in 0..6 {
                scope.spawn(move || {
                    let slug = format!("notes-{writer}");
                    done(folder, &["source", "add", &slug, "--title", "Notes", "-q"]);
                });
            }
        });
        let made = done(folder, &["source", "list", "-f", "csv"]);
        assert_eq!(made.matches("notes-").count(), 6, "{made}");
    }
}

/// Whoever is slow to take an answer that was read whole keeps no writer waiting.
#[test]
fn a_slow_reader_keeps_no_writer_waiting() {
    let (folder, _) = prepared(4000);
    let folder = folder.path();
    done(folder, &MORE);
    for command in [
        &["query", "events"][..],
        &["search", "front"],
        &["tabulate", "events", "--rows", "key,summary"],
    ] {
        let mut slow = facts(folder)
            .args(command)
            .args(["-f", "table"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // a first byte comes when all is read; the rest fills the pipe
        let mut pipe = slow.stdout.take().unwrap();
        std::io::Read::read_exact(&mut pipe, &mut [0]).unwrap();
        let began = Instant::now();
        done(folder, &["add", "topics", &format!("slug={}", command[0]), "question=b"]);
        assert!(began.elapsed() < Duration::from_secs(20), "{command:?}");
        assert!(slow.try_wait().unwrap().is_none(), "{command:?} did not fill the pipe");
        slow.kill().unwrap();
        slow.wait().unwrap();
    }
}

/// R12: readers beside an import see before or after, and wait only shortly.
#[test]
fn readers_beside_an_import_see_before_or_after() {
    let (folder, database) = prepared(size(3000, 60_000));
    let folder = folder.path();
    let (before, after, _) = sides(folder, &database);
    let mut child = begin(folder, &MORE);
    let (mut reads, mut longest) = (0, Duration::ZERO);
    while child.try_wait().unwrap().is_none() || reads == 0 {
        let start = Instant::now();
        let count: i64 = done(folder, &["sql", "SELECT count(*) FROM current_facts", "-f", "csv"])
            .lines()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        longest = longest.max(start.elapsed());
        assert!(count == before.0 || count == after.0, "{count}");
        reads += 1;
    }
    say(&format!("{reads} reads beside an import, the longest took {longest:?}"));
    assert!(longest < Duration::from_secs(5));
}

/// R17: a backup beside writers is a state that was; a killed one leaves nothing or all.
#[test]
fn backups_are_whole() {
    let (folder, _) = prepared(1);
    let folder = folder.path();
    let mut writer = facts(folder);
    let script = "for n in $(seq 60); do \"$0\" add events source=ucdp-ged type=test key=b$n summary=x -q >/dev/null; done";
    let mut shell = Command::new("sh");
    settled(&mut shell, folder);
    let mut writing = shell.args(["-c", script]).arg(writer.get_program()).spawn().unwrap();
    writer.arg("status");
    for n in 0..size(10, 100) {
        let name = format!("copy-{n}.db");
        done(folder, &["backup", &name]);
        state(&folder.join(&name));
        let check =
            facts(folder).args(["check", "--rule", "integrity", "--db", &name]).output().unwrap();
        assert_eq!(check.status.code(), Some(0), "{}", words(&check));
    }
    writing.wait().unwrap();
    assert_eq!(
        facts(folder).args(["backup", "copy-0.db"]).output().unwrap().status.code(),
        Some(2),
        "it already exists"
    );
    done(folder, &["backup", "--force", "copy-0.db"]);
    assert_eq!(state(&folder.join("copy-0.db")), state(&folder.join("facts.db")));
    assert_eq!(
        facts(folder).args(["backup", "--force", "facts.db"]).output().unwrap().status.code(),
        Some(2),
        "itself"
    );
    let start = Instant::now();
    done(folder, &["backup", "timed.db"]);
    let took = start.elapsed();
    let mut chance = Chance::new(7);
    for _ in 0..size(10, 50) {
        let child = begin(folder, &["backup", "--force", "told.db"]);
        sleep(moment(&mut chance, took));
        Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let status = child.wait_with_output().unwrap().status;
        let drafts = fs::read_dir(folder)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".tmp"));
        assert!(drafts.count() == 0 || status.code().is_none(), "a draft was left: {status}");
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().to_string_lossy().contains(".tmp") {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }
    let (mut absent, trials) = (0, size(15, 150));
    for _ in 0..trials {
        let target = folder.join("killed.db");
        let _ = fs::remove_file(&target);
        let mut child = begin(folder, &["backup", "killed.db"]);
        sleep(moment(&mut chance, took));
        child.kill().unwrap();
        child.wait().unwrap();
        if target.exists() {
            assert_eq!(state(&target), state(&folder.join("facts.db")));
        } else {
            absent += 1;
        }
    }
    say(&format!("backups: {trials} killed, {absent} of them absent, the others whole"));
}

/// Begins a program that adds sources and facts of them, one after another, until it is killed.
fn keep_writing(folder: &Path, name: &str) -> Child {
    let script = format!(
        "n=0; while :; do n=$((n+1)); \"$0\" source add {name}$n --title x -q && \
           \"$0\" add events source={name}$n type=test date=2014 date_basis=stated summary=x -q >/dev/null; done"
    );
    let mut shell = Command::new("sh");
    settled(&mut shell, folder);
    shell.args(["-c", &script]).arg(facts(folder).get_program()).spawn().unwrap()
}

/// E2: an export beside writers is one state of the database.
#[test]
fn exports_beside_writers_are_of_one_state() {
    let _alone = alone();
    let (folder, _) = prepared(1);
    let folder = folder.path();
    fs::write(folder.join("many.csv"), events(3000, 3)).unwrap();
    done(folder, &["import", "many.csv", "--dataset", "ucdp-ged", "--release", "3"]);
    let mut writers = ["a", "b"].map(|name| keep_writing(folder, name));
    let exports = size(20, 200);
    let mut torn = Vec::new();
    for n in 0..exports {
        let _ = fs::remove_dir_all(folder.join("out"));
        done(folder, &["export", "out", "-q"]);
        let _ = fs::remove_file(folder.join("copy.db"));
        let seeded = facts(folder).args(["seed", "out", "--db", "copy.db", "-q"]).output().unwrap();
        if !seeded.status.success() {
            torn.push(format!("export {n}: {}", words(&seeded)));
        }
    }
    writers
        .iter_mut()
        .for_each(|writer| writer.kill().and_then(|()| writer.wait()).map(drop).unwrap());
    say(&format!("{exports} exports beside two writers: {} torn", torn.len()));
    assert!(torn.is_empty(), "{} of {exports}: {}", torn.len(), torn[0]);
}

/// E4: a check of integrity beside writers finds no damage that is not there.
#[test]
fn checks_beside_writers_raise_no_false_alarm() {
    let _alone = alone();
    let (folder, _) = prepared(1);
    let folder = folder.path();
    fs::write(folder.join("many.csv"), events(2000, 3)).unwrap();
    done(folder, &["import", "many.csv", "--dataset", "ucdp-ged", "--release", "3"]);
    let mut writers = ["a", "b"].map(|name| keep_writing(folder, name));
    let checks = size(20, 200);
    let mut alarms = Vec::new();
    for _ in 0..checks {
        let check =
            facts(folder).args(["check", "--rule", "integrity", "-f", "csv"]).output().unwrap();
        if check.status.code() != Some(0) {
            alarms.push(String::from_utf8_lossy(&check.stdout).into_owned() + &words(&check));
        }
    }
    writers
        .iter_mut()
        .for_each(|writer| writer.kill().and_then(|()| writer.wait()).map(drop).unwrap());
    say(&format!("{checks} checks beside two writers: {} false alarms", alarms.len()));
    assert!(alarms.is_empty(), "{} of {checks}: {}", alarms.len(), alarms[0]);
}
