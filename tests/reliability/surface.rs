//! What people and programs see: terminals that are not obeyed, pipes that close, paths of all
//! sorts, the same bytes anywhere.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{done, events, facts, program, settled, skipped, words};

const COMMANDS: &[&[&str]] = &[
    &["query", "all"],
    &["query", "events", "-x"],
    &["show", "us-iraq-2014:event-1", "hostile:x"],
    &["search", "hostile"],
    &["tabulate", "events", "--rows", "type", "--cols", "source"],
    &["chart", "events", "--x", "type"],
    &["compare", "all"],
    &["check"],
    &["coverage", "us-iraq-2014"],
    &["names", "hostile"],
    &["source", "list"],
    &["source", "show", "hostile"],
    &["log"],
    &["status"],
    &["fields"],
    &["sql", "select * from current_facts"],
    &["migrate", "--status"],
    &["help", "dates"],
];

/// Every character that a terminal would obey.
fn dangerous() -> String {
    let controls = (1..0x20)
        .chain([0x7f])
        .chain(0x80..0xa0)
        .chain([0x2028, 0x2029])
        .chain(0x202a..=0x202e)
        .chain(0x2066..=0x2069);
    controls.filter_map(char::from_u32).collect()
}

fn hostile(folder: &Path) {
    done(folder, &["seed"]);
    let text = format!("hostile {}", dangerous());
    done(folder, &["source", "add", "hostile", "--title", &text]);
    done(folder, &["add", "actors", &format!("name={text}"), "kind=person"]);
    let [summary, actor, kind] =
        ["summary", "actor", "type"].map(|field| format!("{field}={text}"));
    done(
        folder,
        &[
            "add",
            "events",
            "source=hostile",
            "key=x",
            &summary,
            &actor,
            &kind.replace(['\n', '\t'], ""),
        ],
    );
}

/// What a terminal would obey in what was written, but for line ends.
fn obeyed(text: &str) -> Option<char> {
    let dangerous = dangerous();
    text.chars().find(|c| *c != '\n' && dangerous.contains(*c))
}

/// R27: whatever stands in a row, a file's name or an argument, a terminal is only shown it.
#[test]
fn terminals_are_never_told_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    hostile(folder);
    for command in COMMANDS {
        let mut arguments = command.to_vec();
        if !["chart", "help"].contains(&command[0]) {
            arguments.extend(["-f", "table"]);
        }
        let output = facts(folder).args(&arguments).env("COLUMNS", "100").output().unwrap();
        let (out, said) = (String::from_utf8(output.stdout.clone()).unwrap(), words(&output));
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        for (stream, text) in [("stdout", &out), ("stderr", &said)] {
            assert_eq!(obeyed(text), None, "{arguments:?}: {stream}: {text}");
        }
    }
    // and in what goes wrong
    let text = format!("x{}", dangerous().replace(['\n', '/'], ""));
    for arguments in [
        vec!["query", &text],
        vec!["query", "events", "--type", &text],
        vec!["query", "events", "-w", &text],
        vec!["import", &text],
        vec!["status", "--db", &text],
        vec!["show", &text],
        vec!["sql", &text],
        vec!["run", &text],
        vec!["help", &text],
        vec!["names", &text],
        vec!["query", "events", "-o", &text],
    ] {
        let output = facts(folder).args(&arguments).output().unwrap();
        assert_eq!(obeyed(&words(&output)), None, "{arguments:?}: {}", words(&output));
    }
    // what programs read keeps every byte
    let json = done(
        folder,
        &["query", "events", "--source", "hostile", "-f", "json", "--columns", "summary"],
    );
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(read[0]["summary"].as_str().unwrap(), format!("hostile {}", dangerous()).trim());
}

/// R28: a reader that has seen enough is no error, a full disk is one.
#[test]
fn pipes_close_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    hostile(folder);
    for command in COMMANDS {
        for (redirect, code) in [("| head -n 1 >/dev/null", 0), (">/dev/full", 6), (">&-", 0)] {
            // the first command's code is the one that counts
            let script = format!("set -o pipefail; \"$0\" \"$@\" {redirect}");
            let mut shell = Command::new("bash");
            shell.args(["-c", &script]).arg(program()).args(*command).stdin(Stdio::null());
            settled(&mut shell, folder);
            let output = shell.output().unwrap();
            let said = words(&output);
            assert!(
                !said.contains("panicked") && !said.contains("RUST_BACKTRACE"),
                "{command:?} {redirect}: {said}"
            );
            let found = output.status.code();
            // a check that found something says so first
            let says_no = matches!(command[0], "check" | "compare" | "coverage" | "show");
            assert!(
                found == Some(code) || says_no && found == Some(1),
                "{command:?} {redirect}: {found:?} {said}"
            );
        }
    }
}

/// R33: names that mean something else to `SQLite` or to a shell.
#[test]
fn paths_are_files() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, code) in [("", 2), (":memory:", 2)] {
        let output = facts(folder).args(["seed", "--db", name]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}: {}", words(&output));
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
    for name in ["file:x?mode=memory", "-x.db", "a b.db", "ü.db", "%41.db", "a?b.db", "a#b.db"] {
        done(folder, &["seed", &format!("--db={name}")]);
        assert!(folder.join(name).is_file(), "{name}");
        done(folder, &["query", "events", &format!("--db={name}")]);
        fs::remove_file(folder.join(name)).unwrap();
    }
    let odd = std::ffi::OsStr::from_bytes(b"od\xffd.db");
    let output = facts(folder).arg("seed").arg("--db").arg(odd).output().unwrap();
    assert!(!words(&output).contains("panicked"), "{}", words(&output));
    let _ = fs::remove_file(folder.join(odd));
    done(folder, &["seed", "--db", "real.db"]);
    std::os::unix::fs::symlink("real.db", folder.join("link.db")).unwrap();
    done(folder, &["add", "topics", "slug=a", "question=b", "--db", "link.db"]);
    assert!(fs::symlink_metadata(folder.join("link.db")).unwrap().file_type().is_symlink());
    assert!(
        done(folder, &["query", "events", "--db", "real.db"])
            == done(folder, &["query", "events", "--db", "link.db"])
    );
    for (path, code) in [(".", 3), ("/dev/null", 3), ("missing/x.db", 6)] {
        let output = facts(folder).args(["seed", "--db", path]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{path}: {}", words(&output));
    }
    let mut left: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["link.db", "real.db"]);
}

/// R29: the same bytes in every time zone and locale, and whatever order `SQLite` finds rows in.
#[test]
fn answers_are_the_same_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    done(folder, &["seed"]);
    fs::write(folder.join("few.csv"), events(150, 41)).unwrap();
    done(folder, &["import", "few.csv", "--dataset", "ucdp-ged", "--release", "1"]);
    let outputs = |zone: &str, locale: &str, reverse: bool| -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let more: &[&[&str]] = &[
            &["query", "events", "--limit", "7"],
            &["query", "all", "--sort", "kind", "--limit", "9"],
            &["tabulate", "casualties", "--rows", "year", "--cols", "source", "--value", "best"],
            &["tabulate", "casualties", "--rows", "harm", "--value", "best", "--agg", "list"],
            &["search", "baghdad", "--limit", "3"],
            &["source", "list", "-f", "json"],
            &["export", "--stdout"],
        ];
        for command in COMMANDS
            .iter()
            .chain(more)
            .filter(|command| !["sql", "status", "log"].contains(&command[0]))
        {
            let mut run = facts(folder);
            run.args(*command).env("TZ", zone).env("LC_ALL", locale).env("COLUMNS", "100");
            if reverse {
                run.env("FACTS_TEST_REVERSE", "1");
            }
            let output = run.output().unwrap();
            all.push([output.stdout, output.stderr].concat());
        }
        done(folder, &["export", "out"]);
        let mut files: Vec<_> =
            fs::read_dir(folder.join("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        all.extend(files.iter().map(|file| fs::read(file).unwrap()));
        fs::remove_dir_all(folder.join("out")).unwrap();
        all
    };
    let usual = outputs("UTC", "C.UTF-8", false);
    for (zone, locale, reverse) in [
        ("UTC", "C.UTF-8", true),
        ("Asia/Kathmandu", "de_DE.UTF-8", false),
        ("America/St_Johns", "tr_TR.UTF-8", false),
        ("UTC", "C", false),
    ] {
        let other = outputs(zone, locale, reverse);
        for (n, (a, b)) in usual.iter().zip(&other).enumerate() {
            assert_eq!(
                String::from_utf8_lossy(a),
                String::from_utf8_lossy(b),
                "{zone} {locale} {reverse}: answer {n}"
            );
        }
    }
    if !cfg!(debug_assertions) {
        skipped("only a debug build reverses unordered answers");
    }
}

/// Found by hand: rejects and backups replaced databases, descriptions, devices, links and
/// journals.
#[test]
fn nothing_is_overwritten_that_was_not_meant() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    done(folder, &["seed"]);
    fs::write(
        folder.join("few.csv"),
        events(5, 42).replace(",1990-", ",soon-").replace(",20", ",soon"),
    )
    .unwrap();
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mapping/shipped/ucdp-ged.toml"),
        folder.join("mine.toml"),
    )
    .unwrap();
    std::os::unix::fs::symlink("nowhere", folder.join("dangling")).unwrap();
    std::os::unix::fs::symlink("real.copy", folder.join("link")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    fs::create_dir(folder.join("folder")).unwrap();
    let before = fs::read(folder.join("facts.db")).unwrap();
    let import = |rejects: &str| {
        let arguments = [
            "import",
            "few.csv",
            "--mapping",
            "mine.toml",
            "--release",
            "1",
            "--on-error",
            "skip",
            "--rejects",
            rejects,
        ];
        facts(folder).args(arguments).output().unwrap()
    };
    let backup = |target: &str| facts(folder).args(["backup", "--force", target]).output().unwrap();
    for (output, what) in [
        (import("facts.db"), "rejects onto the database"),
        (import("mine.toml"), "rejects onto the mapping"),
        (import("few.csv"), "rejects onto the file"),
        (import("facts.db-journal"), "rejects onto the journal"),
        (backup("facts.db"), "backup onto itself"),
        (backup("facts.db-journal"), "backup onto the journal"),
        (backup("facts.db-wal"), "backup onto the log"),
        (backup("pipe"), "backup onto a pipe"),
        (backup("folder"), "backup onto a folder"),
        (backup("dangling"), "backup onto a broken symbolic link"),
    ] {
        assert_eq!(output.status.code(), Some(2), "{what}: {}", words(&output));
        assert_eq!(fs::read(folder.join("facts.db")).unwrap(), before, "{what}");
    }
    fs::write(folder.join("real.copy"), "old").unwrap();
    assert_eq!(backup("link").status.code(), Some(0));
    assert!(fs::symlink_metadata(folder.join("link")).unwrap().file_type().is_symlink());
    assert!(fs::read(folder.join("real.copy")).unwrap().starts_with(b"SQLite"));
}

/// A fault of the program itself is one sentence, a report and a code of its own; what was begun is
/// taken back.
#[test]
fn a_panic_is_a_sentence_and_a_report() {
    if std::env::var_os("FACTS_PROGRAM").is_some() {
        return skipped("only a debug build panics when it is asked to");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut facts = facts(folder.path());
    facts.args(["seed"]).env("FACTS_TEST_PANIC", "1").env("TMPDIR", folder.path());
    let output = facts.output().unwrap();
    assert_eq!(output.status.code(), Some(101));
    let said = words(&output);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].starts_with("error: facts crashed because of a bug"), "{said}");
    let report = lines[1].split("attach ").nth(1).unwrap();
    let report = std::fs::read_to_string(report).unwrap();
    assert!(report.starts_with(concat!("facts ", env!("CARGO_PKG_VERSION"))), "{report}");
    assert!(
        report.contains("the tests asked for a panic") && report.contains("src/command/mod.rs"),
        "{report}"
    );
    assert!(!folder.path().join("facts.db").exists());
}
