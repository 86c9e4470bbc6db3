//! Kills, signals, full disks, failing disks, little memory, many writers: before or after, never between.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{Chance, done, events, facts, program, say, settled, size, state, top, words};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// A folder with a database of some events, and a file of more.
fn prepared(rows: usize) -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("few.csv"), events(50, 1)).unwrap();
    fs::write(folder.path().join("more.csv"), events(rows, 2)).unwrap();
    done(folder.path(), &["import", "few.csv", "--dataset", "ucdp-ged", "--release", "1"]);
    let database = fs::read(folder.path().join("facts.db")).unwrap();
    (folder, database)
}

const MORE: [&str; 6] = ["import", "more.csv", "--dataset", "ucdp-ged", "--release", "2"];

/// What is there before and after the import of more, and how long that takes.
fn sides(folder: &Path, database: &[u8]) -> ((i64, i64, i64), (i64, i64, i64), Duration) {
    let path = folder.join("facts.db");
    let before = state(&path);
    let start = Instant::now();
    done(folder, &MORE);
    let took = start.elapsed();
    let after = state(&path);
    fs::write(&path, database).unwrap();
    assert_ne!(before, after);
    (before, after, took)
}

fn begin(folder: &Path, arguments: &[&str]) -> Child {
    facts(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn moment(chance: &mut Chance, most: Duration) -> Duration {
    most.mul_f64(f64::from(u32::try_from(chance.below(1000)).unwrap()) / 1000.0)
}

fn is_hot(folder: &Path) -> bool {
    fs::metadata(folder.join("facts.db-journal")).is_ok_and(|found| found.len() > 0)
}

/// R1: 200 kills here, 1,000 in the long form.
#[test]
fn a_killed_import_leaves_before_or_after() {
    let (folder, database) = prepared(size(1500, 3000));
    let folder = folder.path();
    let (before, after, took) = sides(folder, &database);
    let mut chance = Chance::new(3);
    let (mut hot, mut changed, trials) = (0, 0, size(60, 1000));
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
            let values = (0..50).map(|n| format!("({})", chunk * 50 + n)).collect::<Vec<_>>().join(",");
            connection.execute_batch(&format!("BEGIN; INSERT INTO t VALUES {values}; COMMIT;")).unwrap();
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
        let rows: i64 = Connection::open(&path).unwrap().query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
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
            Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
            let since = Instant::now();
            let status = child.wait_with_output().unwrap().status;
            // before it opens the database nothing is watched, and the system ends it
            assert!([Some(0), Some(code), None].contains(&status.code()), "{signal}: {status}");
            told += usize::from(status.code() == Some(code));
            assert!(since.elapsed() < Duration::from_secs(5), "{signal}: took {:?}", since.elapsed());
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
            entry.file_name().to_string_lossy().ends_with(".tmp") && entry.metadata().unwrap().len() > 400_000
        });
        if drafts.count() > 0 {
            break;
        }
        sleep(Duration::from_millis(2));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(143));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["more.csv"]);
}

/// R3: each k-th write, sync, truncation or removal fails, once or from then on.
#[test]
fn every_failing_write_is_clean() {
    let (folder, database) = prepared(size(400, 400));
    let folder = folder.path();
    let (before, after, _) = sides(folder, &database);
    let shim = folder.join("fault.so");
    let source = top().join("tests/reliability/fault.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(source).arg("-ldl").status();
    if !built.is_ok_and(|status| status.success()) {
        return say("skipped: no C compiler makes the shim");
    }
    let run = |at: usize, error: &str, once: &str| {
        fs::write(folder.join("facts.db"), &database).unwrap();
        let _ = fs::remove_file(folder.join("facts.db-journal"));
        facts(folder)
            .args(MORE)
            .env("LD_PRELOAD", &shim)
            .env("FAULT_AT", at.to_string())
            .env("FAULT_ERROR", error)
            .env("FAULT_ONCE", once)
            .env("FAULT_COUNT", folder.join("count"))
            .output()
            .unwrap()
    };
    assert!(run(0, "EIO", "1").status.success());
    let calls: usize = fs::read_to_string(folder.join("count")).unwrap().trim().parse().unwrap();
    assert!(calls > 20, "the shim met {calls} calls");
    let (mut failed, mut runs) = (0, 0);
    for at in (1..=calls).step_by(size((calls / 12).max(1), 1)) {
        for error in ["EIO", "ENOSPC", "SHORT"] {
            for once in ["1", "0"] {
                let output = run(at, error, once);
                runs += 1;
                let said = words(&output);
                let code = output.status.code();
                assert!([Some(0), Some(6), Some(3)].contains(&code), "call {at} {error}: {:?} {said}", output.status);
                let positioned = said.lines().any(|line| line.starts_with("more.csv:") && line.as_bytes()[9].is_ascii_digit());
                assert!(!said.contains("panicked") && !positioned, "call {at} {error}: {said}");
                failed += usize::from(code != Some(0));
                done(folder, &["status"]);
                let now = state(&folder.join("facts.db"));
                assert!(now == before || now == after, "call {at} {error}: {now:?}");
                assert!(code != Some(0) || now == after, "call {at} {error}: it said done");
            }
        }
    }
    say(&format!("{runs} faults at {calls} calls: {failed} runs failed, all clean"));
    assert!(failed > 0);
}

/// R4: with little memory an import fails and changes nothing.
#[test]
fn little_memory_is_clean() {
    let (folder, database) = prepared(1500);
    let folder = folder.path();
    let (before, after, _) = sides(folder, &database);
    for megabytes in (8..200).step_by(size(32, 4)) {
        fs::write(folder.join("facts.db"), &database).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -v {}; exec \"$@\"", megabytes * 1024), "sh"]).arg(program()).args(MORE);
        settled(&mut shell, folder);
        let output = shell.output().unwrap();
        done(folder, &["status"]);
        let now = state(&folder.join("facts.db"));
        assert_eq!(now, if output.status.success() { after } else { before }, "{megabytes} MB: {}", words(&output));
    }
}

/// R5: a full disk, for import, export and backup.
#[test]
fn a_full_disk_is_clean() {
    let (folder, _) = prepared(1500);
    let folder = folder.path();
    let script = r#"
        mount -t tmpfs -o size="$1"k none disk && cp facts.db disk/facts.db || exit 99
        "$0" import more.csv --dataset ucdp-ged --release 2 --db disk/facts.db >/dev/null 2>said; code=$?
        "$0" query all -f csv -o disk/out.csv --db disk/facts.db 2>>said || test ! -e disk/out.csv || exit 98
        "$0" backup disk/copy.db --db disk/facts.db 2>>said || test ! -e disk/copy.db || exit 97
        grep -q panicked said && exit 96
        "$0" export disk/export --db disk/facts.db 2>>said || test ! -e disk/export || exit 94
        "$0" seed --db disk/new.db 2>>said; new=$?
        test $new = 0 || { test $new = 6 && test ! -e disk/new.db; } || exit 93
        ls disk | grep -v '^facts.db$\|^out.csv$\|^copy.db$\|^export$\|^new.db$' && exit 95
        cp disk/facts.db after.db && exit $code"#;
    fs::create_dir(folder.join("disk")).unwrap();
    let before = state(&folder.join("facts.db"));
    let need = fs::metadata(folder.join("facts.db")).unwrap().len() / 1024;
    let mut codes = Vec::new();
    for n in 0..size(5, 20) {
        let kilobytes = need + 64 + u64::try_from(n).unwrap() * need * 3 / u64::try_from(size(5, 20)).unwrap();
        let mut shell = Command::new("unshare");
        shell.args(["-m", "sh", "-c", script]).arg(program()).arg(kilobytes.to_string());
        settled(&mut shell, folder);
        let Ok(output) = shell.output() else { return say("skipped: no unshare") };
        match output.status.code() {
            Some(99 | 1) => return say(&format!("skipped: no tmpfs of our own: {}", words(&output))),
            Some(code @ (0 | 6)) => {
                let now = state(&folder.join("after.db"));
                assert_eq!(now == before, code == 6, "{kilobytes} kB: {code}");
                codes.push(code);
            }
            code => panic!("{kilobytes} kB: {code:?}: {}", fs::read_to_string(folder.join("said")).unwrap_or_default()),
        }
    }
    say(&format!("full disks: {codes:?}"));
    assert!(codes.contains(&6) && codes.contains(&0));
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
    for version in 1..=4 {
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
    for version in 1..=4 {
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
                    let (key, summary) = (format!("key=w{writer}-{n}"), format!("summary=Event {n} of {writer}"));
                    done(folder, &["add", "events", "source=ucdp-ged", "type=test", &key, &summary]);
                }
            });
        }
    });
    let (after, ..) = state(&folder.join("facts.db"));
    assert_eq!(after, before + 8 * i64::try_from(each).unwrap());
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
        let count: i64 =
            done(folder, &["sql", "SELECT count(*) FROM facts", "-f", "csv"]).lines().nth(1).unwrap().parse().unwrap();
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
        let check = facts(folder).args(["check", "--rule", "integrity", "--db", &name]).output().unwrap();
        assert_eq!(check.status.code(), Some(0), "{}", words(&check));
    }
    writing.wait().unwrap();
    assert_eq!(facts(folder).args(["backup", "copy-0.db"]).output().unwrap().status.code(), Some(2), "it is there already");
    done(folder, &["backup", "--force", "copy-0.db"]);
    assert_eq!(state(&folder.join("copy-0.db")), state(&folder.join("facts.db")));
    assert_eq!(facts(folder).args(["backup", "--force", "facts.db"]).output().unwrap().status.code(), Some(2), "itself");
    let start = Instant::now();
    done(folder, &["backup", "timed.db"]);
    let took = start.elapsed();
    let mut chance = Chance::new(7);
    for _ in 0..size(10, 50) {
        let child = begin(folder, &["backup", "--force", "told.db"]);
        sleep(moment(&mut chance, took));
        Command::new("kill").args(["-TERM", &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
        let status = child.wait_with_output().unwrap().status;
        let drafts =
            fs::read_dir(folder).unwrap().filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(".tmp"));
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

/// R18: a medium that cannot be written is read, and a journal on it is not guessed at.
#[test]
fn read_only_media_are_read() {
    let (folder, _) = prepared(10);
    let folder = folder.path();
    let script = r#"
        mkdir -p medium && cp facts.db medium/facts.db && mount --bind medium medium && mount -o remount,ro,bind medium || exit 99
        "$0" query all -f csv --db medium/facts.db >out.csv || exit 98
        "$0" import more.csv --dataset ucdp-ged --release 2 --db medium/facts.db 2>said; test $? = 6 || exit 97
        umount medium; head -c 512 /dev/urandom >medium/facts.db-journal
        printf '\331\325\005\371\040\241\143\327\000\000\000\001' | dd of=medium/facts.db-journal conv=notrunc 2>/dev/null
        mount --bind medium medium && mount -o remount,ro,bind medium
        "$0" query all -f csv --db medium/facts.db >out.csv 2>said; code=$?
        test $code = 3 || test $code = 0 || exit 96"#;
    let mut shell = Command::new("unshare");
    shell.args(["-m", "sh", "-c", script]).arg(program());
    settled(&mut shell, folder);
    match shell.output() {
        Ok(output) if matches!(output.status.code(), Some(99 | 1)) => say("skipped: no mounts of our own"),
        Ok(output) => assert_eq!(output.status.code(), Some(0), "{}", words(&output)),
        Err(_) => say("skipped: no unshare"),
    }
}
