//! Files of every format that the program has had are read (`tests/fixtures`).

use std::fs;

use super::{facts, stdout, top};

/// An exported folder seeds a new database, history and all, and an export of that is the folder
/// again, in the newest format.
#[test]
fn exported_folders_of_every_format_are_read() {
    let newest = top().join("tests/fixtures/folder-format-3");
    for name in ["folder-without-format", "folder-format-1", "folder-format-2", "folder-format-3"] {
        let fixture = top().join("tests/fixtures").join(name);
        let folder = tempfile::tempdir().unwrap();
        let run =
            |arguments: &[&str]| stdout(&facts(folder.path()).args(arguments).output().unwrap());
        run(&["seed", "-q", fixture.to_str().unwrap()]);
        assert_eq!(run(&["query", "all", "--columns", "ref"]).lines().count(), 1 + 5, "{name}");
        let shown = run(&["show", "notes:event-1", "-f", "jsonl"]);
        assert!(
            shown.contains("corrected on page 3") && shown.contains("2013-11~"),
            "{name}: {shown}"
        );
        assert!(
            run(&["query", "events", "--as-of", "import=6", "-f", "jsonl"])
                .contains("\"note\":null"),
            "{name}"
        );
        run(&["export", "-q", "again"]);
        for entry in fs::read_dir(&newest).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "csv") {
                let again = folder.path().join("again").join(path.file_name().unwrap());
                assert_eq!(
                    fs::read_to_string(&path).unwrap(),
                    fs::read_to_string(again).unwrap(),
                    "{path:?}"
                );
            }
        }
    }
}

#[test]
fn mappings_and_settings_of_format_1_are_read() {
    let fixtures = top().join("tests/fixtures");
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| stdout(&facts(folder.path()).args(arguments).output().unwrap());
    fs::copy(fixtures.join("facts-format-1.toml"), folder.path().join("facts.toml")).unwrap();
    let (table, mapping) = (fixtures.join("clashes.csv"), fixtures.join("mapping-format-1.toml"));
    run(&["import", "-q", table.to_str().unwrap(), "--mapping", mapping.to_str().unwrap()]);
    let killed = run(&["query", "casualties", "--columns", "date,best"]);
    assert_eq!(
        killed,
        "{\"date\":\"2014-03-12\",\"best\":7}\n{\"date\":\"2014-03-13\",\"best\":0}\n"
    );
    run(&["seed", "-q"]);
    assert_eq!(
        run(&["run", "meetings"]).lines().next().unwrap().matches("us-iraq-2014:").count(),
        1
    );
}
