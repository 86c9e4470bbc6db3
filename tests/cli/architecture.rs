//! The rules of ARCHITECTURE.md: what may know what, and what every file and document must have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use facts::dataset::DATASETS;
use facts::exit::CODES;
use facts::kind::KINDS;
use facts::render::FORMATS;

use super::top;

/// Every Rust file below `src`, with its path there and its text without its tests.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let src = top().join("src");
    let mut found = Vec::new();
    walk(&src, &mut found);
    assert!(found.len() > 20, "the sources are not where they were");
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
            (name, text.split("\n#[cfg(test)]\nmod tests").next().unwrap().to_owned())
        })
        .collect()
}

/// The module that a file belongs to: `store`, `render`, `tabulate`.
fn module(name: &str) -> &str {
    name.split('/').next().unwrap().trim_end_matches(".rs")
}

#[test]
fn dependencies_point_one_way() {
    // each module with those that it may use
    let allowed: &[(&str, &[&str])] = &[
        ("exit", &[]),
        ("value", &[]),
        ("kind", &["value"]),
        ("query", &["exit", "value", "kind"]),
        ("dataset", &["value"]),
        ("import", &["exit", "value", "kind", "dataset"]),
        ("passage", &[]),
        ("claim", &["value"]),
        ("check", &["value", "claim", "passage"]),
        ("compare", &["value", "claim"]),
        ("coverage", &["value", "passage"]),
        ("chart", &["value"]),
        ("tabulate", &["value"]),
        ("render", &["value"]),
        ("store", &["exit", "value", "kind", "query", "passage"]),
        (
            "command",
            &[
                "exit", "value", "kind", "query", "dataset", "import", "passage", "claim", "check", "compare", "coverage",
                "chart", "chart", "tabulate", "render", "store",
            ],
        ),
        ("lib", &[]),
        ("main", &[]),
    ];
    for (name, text) in sources() {
        let own = module(&name);
        let (_, may) = allowed
            .iter()
            .find(|(module, _)| *module == own)
            .unwrap_or_else(|| panic!("{name}: a new module; say here what it may use"));
        for used in text.split("crate::").skip(1) {
            let used: String = used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            assert!(used == own || may.contains(&used.as_str()) || used.is_empty(), "{name} uses {used}");
        }
    }
}

#[test]
fn each_crate_is_known_where_it_belongs() {
    for (name, text) in sources() {
        let module = module(&name);
        for (crate_, home) in [
            ("rusqlite", "store"),
            ("refinery", "store"),
            ("clap", "command"),
            ("comfy_table", "render"),
            ("edtf_core", "value"),
            ("plotters", "chart"),
        ] {
            let used = text.contains(&format!("{crate_}::")) || text.contains(&format!("use {crate_}"));
            assert!(!used || module == home, "{name} knows {crate_}");
        }
        for word in ["println!", "eprintln!", "SystemTime::now", "std::process::exit"] {
            assert!(!text.contains(word), "{name} has {word}");
        }
        let reads_world = ["std::env::var", "std::fs::", "File::open", "Timestamp::now"];
        assert!(
            matches!(module, "store" | "command" | "main") || !reads_world.iter().any(|word| text.contains(word)),
            "{name} reads the clock, the environment or the file system"
        );
    }
}

#[test]
fn sql_stands_in_the_store_alone() {
    for (name, text) in sources() {
        let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let has = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "PRAGMA "].iter().any(|word| code.contains(word));
        assert!(!has || module(&name) == "store", "{name} has SQL");
    }
}

#[test]
fn every_file_opens_with_its_job() {
    for (name, text) in sources() {
        assert!(text.starts_with("//! "), "{name} does not open with a sentence on its job");
    }
}

fn readme() -> String {
    fs::read_to_string(top().join("README.md")).unwrap()
}

/// The first cells of the table under a heading.
fn listed(document: &str, heading: &str) -> BTreeSet<String> {
    let section =
        document.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_else(|| panic!("the README has no section {heading}"));
    let section = section.split("\n## ").next().unwrap();
    section
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').nth(1).unwrap().trim().trim_matches('`').to_owned())
        .collect()
}

#[test]
fn the_readme_lists_what_the_program_has() {
    let readme = readme();
    let set = |names: Vec<String>| names.into_iter().collect::<BTreeSet<String>>();
    assert_eq!(listed(&readme, "Kinds"), set(KINDS.iter().map(|kind| kind.name.to_owned()).collect()));
    assert_eq!(listed(&readme, "Import"), set(DATASETS.iter().map(|(name, _)| (*name).to_owned()).collect()));
    assert_eq!(listed(&readme, "Formats"), set(FORMATS.iter().map(|format| format.name.to_owned()).collect()));
    assert_eq!(listed(&readme, "Exit codes"), set(CODES.iter().map(|(code, _)| (*code as u8).to_string()).collect()));
}

#[test]
fn every_command_is_in_the_readme() {
    let readme = readme();
    let help = super::stdout(&super::facts(top()).arg("--help").output().unwrap());
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() >= 9, "{help}");
    for command in commands {
        assert!(readme.contains(&format!("facts {command}")), "the README does not tell of facts {command}");
    }
}
