//! Runs the README and the transcripts beside this file, command by command, and compares every
//! output.
//!
//! In a block marked `console`, a line that begins with `$ ` is run by `sh`, with the lines behind
//! it that begin with `> `; what follows is what it prints on both streams, and `? N` its exit
//! status where that is not 0. `[TIME]` stands for the time, `[IMPORT]` for the identifier of an import, `[TEMP]` for
//! the folder.
//! `SNAPSHOTS=overwrite cargo test` writes what the commands print now.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use regex::Regex;
use snapbox::{Assert, Data, IntoData};

use super::{fixed, top};

/// The document as it would read if every command were run now.
fn run(document: &str, folder: &Path) -> String {
    run_each(document, folder, |_| ())
}

/// The same; each command is told before it runs.
pub fn run_each(document: &str, folder: &Path, mut before: impl FnMut(&str)) -> String {
    let mut now = String::new();
    let mut lines = document.lines().peekable();
    while let Some(line) = lines.next() {
        let _ = writeln!(now, "{line}");
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            let Some(command) = line.strip_prefix("$ ") else { continue };
            let _ = writeln!(now, "{line}");
            let mut command = command.to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with("> ") || *line == ">") {
                let _ = writeln!(now, "{more}");
                command.push('\n');
                command.push_str(more.strip_prefix("> ").unwrap_or_default());
            }
            before(&command);
            now.push_str(&output_of(&command, folder, &[]));
            if lines.peek().is_some_and(|line| *line != "```") {
                // blank lines between commands are the document's own
                while lines.next_if(|line| !line.starts_with("$ ") && *line != "```").is_some() {}
            }
        }
    }
    now
}

/// What a command prints on both streams, and its exit status where that is not 0.
pub fn output_of(command: &str, folder: &Path, environment: &[(&str, &str)]) -> String {
    let time = Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").unwrap();
    let uid = Regex::new(r"\d{8}T\d{6}Z-[0-9a-f]{12}").unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1\n{command}")]).stdin(Stdio::null());
    fixed(&mut shell, folder);
    shell.envs(environment.iter().copied());
    let output = shell.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.replace(&folder.display().to_string(), "[TEMP]");
    let text = uid.replace_all(&text, "[IMPORT]");
    let mut text = time.replace_all(&text, "[TIME]").into_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => {
            let _ = writeln!(text, "? {code}");
        }
        None => text.push_str("? killed\n"),
    }
    text
}

fn holds(path: &str) {
    let file = top().join(path);
    let document = std::fs::read_to_string(&file).unwrap();
    assert!(document.contains("```console\n$ "), "{path} runs nothing");
    let folder = tempfile::tempdir().unwrap();
    let now = run(&document, &std::fs::canonicalize(folder.path()).unwrap());
    Assert::new().action_env("SNAPSHOTS").eq(now.raw(), Data::read_from(&file, None).raw());
}

macro_rules! transcripts {
    ($($name:ident: $path:literal,)*) => {
        $(
            #[test]
            #[cfg(unix)]
            fn $name() {
                holds($path);
            }
        )*

        /// A transcript that nobody runs is a transcript that lies.
        #[test]
        fn every_transcript_is_run() {
            let listed = [$($path),*];
            for folder in ["tests/cli", "docs"] {
                for entry in std::fs::read_dir(top().join(folder)).unwrap() {
                    let name = entry.unwrap().file_name().into_string().unwrap();
                    // what the program says of itself has a test of its own
                    if name.ends_with(".md") && name != "reference.md" {
                        assert!(listed.contains(&format!("{folder}/{name}").as_str()), "{name} is not run");
                    }
                }
            }
        }
    };
}

transcripts! {
    readme: "README.md",
    seed: "tests/cli/seed.md",
    query: "tests/cli/query.md",
    tabulate: "tests/cli/tabulate.md",
    show: "tests/cli/show.md",
    export: "tests/cli/export.md",
    publish: "tests/cli/publish.md",
    engines: "docs/engines.md",
    database: "tests/cli/database.md",
    formats: "tests/cli/formats.md",
    evidence: "tests/cli/evidence.md",
    search: "tests/cli/search.md",
    log: "tests/cli/log.md",
    import: "tests/cli/import.md",
    datasets: "tests/cli/datasets.md",
    spreadsheets: "tests/cli/spreadsheets.md",
    sql: "tests/cli/sql.md",
    charts: "tests/cli/charts.md",
    several: "tests/cli/several.md",
    shell: "tests/cli/shell.md",
    guide: "docs/guide.md",
    comparison: "docs/comparison.md",
    docs_corrections: "docs/corrections.md",
    docs_evidence: "docs/evidence.md",
    docs_formats: "docs/formats.md",
    docs_import: "docs/import.md",
    docs_meaning: "docs/meaning.md",
    docs_tabulate: "docs/tabulate.md",
}
