//! Several programs on one database: first starts at once, and readers beside them.

use super::{facts, stdout};

#[test]
fn simultaneous_first_starts_make_one_database() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let started: Vec<_> = (0..8)
            .map(|_| {
                facts(folder.path())
                    .args(["-q", "seed"])
                    .stdout(std::process::Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        for child in started {
            stdout(&child.wait_with_output().unwrap());
        }
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["facts.db"]);
        let log = stdout(&facts(folder.path()).args(["status", "-f", "json"]).output().unwrap());
        let status: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!(status[0]["imports"], 1, "one seed loaded, the others found nothing to do");
    }
}

#[test]
fn a_busy_database_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    stdout(&facts(folder.path()).args(["-q", "seed"]).output().unwrap());
    let started: Vec<_> = (0..6)
        .map(|i| {
            let mut command = facts(folder.path());
            command.stdout(std::process::Stdio::piped());
            if i % 2 == 0 {
                command.args(["-q", "seed"])
            } else {
                command.args(["query", "all"])
            };
            command.spawn().unwrap()
        })
        .collect();
    for child in started {
        stdout(&child.wait_with_output().unwrap());
    }
}
