//! Failing and full disks, little memory, media that cannot be written: clean, whatever fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{
    MORE, done, facts, prepared, program, say, settled, sides, size, skipped, state, top, words,
};

/// Builds the library that makes calls fail, or says that there is no C compiler.
fn shim(folder: &Path) -> Option<PathBuf> {
    let shim = folder.join("fault.so");
    let source = top().join("tests/reliability/fault.c");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&shim)
        .arg(source)
        .arg("-ldl")
        .status();
    let is_built = built.is_ok_and(|status| status.success());
    if !is_built {
        skipped("no C compiler makes the shim");
    }
    is_built.then_some(shim)
}

/// E3: an export over an earlier one that is cut off at any renaming or removal of a file: the
/// folder is refused, or is one of the two exports whole.
#[test]
fn an_export_that_is_cut_off_is_never_taken_for_whole() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let Some(shim) = shim(folder) else { return };
    done(folder, &["seed", "-q"]);
    let run = |command: &[&str], kill: usize| {
        let mut facts = facts(folder);
        facts
            .args(command)
            .env("LD_PRELOAD", &shim)
            .env("FAULT_KILL", kill.to_string())
            .output()
            .unwrap()
            .status
    };
    let tables = |name: &str| -> Vec<String> {
        let mut paths: Vec<_> =
            fs::read_dir(folder.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.retain(|path| path.extension().is_some_and(|end| end == "csv"));
        paths
            .iter()
            .map(|path| format!("{:?} {}", path.file_name(), fs::read_to_string(path).unwrap()))
            .collect()
    };
    done(folder, &["export", "old", "-q"]);
    done(folder, &["source", "add", "notes", "--title", "Notes", "-q"]);
    let event =
        ["source=notes", "type=meeting", "date=2014", "date_basis=stated", "summary=A meeting"];
    done(folder, &[["add", "events", "-q"].as_slice(), &event].concat());
    done(folder, &["export", "new", "-q"]);
    let (old, new) = (tables("old"), tables("new"));
    assert_ne!(old, new);
    let (mut refused, mut whole) = (0, 0);
    for kill in 1.. {
        let _ = fs::remove_dir_all(folder.join("out"));
        Command::new("cp").args(["-r", "old", "out"]).current_dir(folder).status().unwrap();
        let status = run(&["export", "out", "--force", "-q"], kill);
        if status.success() {
            assert_eq!(tables("out"), new);
            break;
        }
        let _ = fs::remove_file(folder.join("copy.db"));
        let seeded = facts(folder).args(["seed", "out", "--db", "copy.db", "-q"]).output().unwrap();
        if seeded.status.success() {
            let now = tables("out");
            assert!(
                now == old || now == new,
                "killed at change {kill}: a mix of two exports was loaded"
            );
            whole += 1;
        } else {
            assert!(words(&seeded).contains("was interrupted"), "{}", words(&seeded));
            refused += 1;
        }
        // and the next export puts it right
        done(folder, &["export", "out", "--force", "-q"]);
        assert_eq!(tables("out"), new);
    }
    say(&format!("exports cut off: {refused} refused, {whole} one of the two whole"));
    assert!(refused > 10);
}

/// R3: each k-th write, sync, truncation or removal fails, once or from then on.
#[test]
fn every_failing_write_is_clean() {
    let (folder, database) = prepared(size(400, 400));
    let folder = folder.path();
    let (before, after, _) = sides(folder, &database);
    let Some(shim) = shim(folder) else { return };
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
    for at in (1..=calls).step_by(size(10, 1)) {
        for error in ["EIO", "ENOSPC", "SHORT"] {
            for once in ["1", "0"] {
                let output = run(at, error, once);
                runs += 1;
                let said = words(&output);
                let code = output.status.code();
                assert!(
                    [Some(0), Some(6), Some(3)].contains(&code),
                    "call {at} {error}: {:?} {said}",
                    output.status
                );
                let positioned = said.lines().any(|line| {
                    line.starts_with("more.csv:") && line.as_bytes()[9].is_ascii_digit()
                });
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
        shell
            .args(["-c", &format!("ulimit -v {}; exec \"$@\"", megabytes * 1024), "sh"])
            .arg(program())
            .args(MORE);
        settled(&mut shell, folder);
        let output = shell.output().unwrap();
        done(folder, &["status"]);
        let now = state(&folder.join("facts.db"));
        assert_eq!(
            now,
            if output.status.success() { after } else { before },
            "{megabytes} MB: {}",
            words(&output)
        );
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
        let kilobytes =
            need + 64 + u64::try_from(n).unwrap() * need * 3 / u64::try_from(size(5, 20)).unwrap();
        let mut shell = Command::new("unshare");
        shell.args(["-m", "sh", "-c", script]).arg(program()).arg(kilobytes.to_string());
        settled(&mut shell, folder);
        let Ok(output) = shell.output() else { return skipped("no unshare") };
        match output.status.code() {
            Some(99 | 1) => return skipped(&format!("no tmpfs of our own: {}", words(&output))),
            Some(code @ (0 | 6)) => {
                let now = state(&folder.join("after.db"));
                assert_eq!(now == before, code == 6, "{kilobytes} kB: {code}");
                codes.push(code);
            }
            code => panic!(
                "{kilobytes} kB: {code:?}: {}",
                fs::read_to_string(folder.join("said")).unwrap_or_default()
            ),
        }
    }
    say(&format!("full disks: {codes:?}"));
    assert!(codes.contains(&6) && codes.contains(&0));
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
        Ok(output) if matches!(output.status.code(), Some(99 | 1)) => {
            skipped("no mounts of our own");
        }
        Ok(output) => assert_eq!(output.status.code(), Some(0), "{}", words(&output)),
        Err(_) => skipped("no unshare"),
    }
}
