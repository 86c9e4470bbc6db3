//! A published copy answers as the database does: what the transcripts ask is asked of both.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::skipped::skipped;
use super::tools::has;
use super::top;
use super::transcripts::{output_of, run_each};

/// The transcripts that ask most, and how many of their questions a copy answers at least.
const ASKING: [(&str, usize); 6] = [
    ("README.md", 5),
    ("tests/cli/query.md", 30),
    ("tests/cli/tabulate.md", 18),
    ("tests/cli/several.md", 8),
    ("docs/tabulate.md", 10),
    ("docs/meaning.md", 10),
];

/// Whether a command asks the database of its folder for facts, and nothing more.
fn asks(command: &str) -> bool {
    let mut words = command.split_whitespace().filter(|word| *word != "-q");
    let is_asked = words.next() == Some("facts")
        && matches!(words.next(), Some("query" | "tabulate" | "compare" | "chart"))
        && !matches!(words.next(), Some("sources" | "topics" | "actors" | "places"));
    // the order of a copy is its own where nobody asks for one, and so is its SQL
    let other = ["--db", "--explain", "--sort none", "--sheet", " -o", "--force-schema"];
    is_asked && !other.iter().any(|word| command.contains(word))
}

/// Asks a copy that is published `to` an address and asked `at` another what the transcripts ask.
fn answers_what_the_transcripts_ask(to: &str, at: &str) {
    for (path, least) in ASKING {
        let document = fs::read_to_string(top().join(path)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let folder = fs::canonicalize(folder.path()).unwrap();
        let mut answered = 0;
        run_each(&document, &folder, |command| {
            if !asks(command) || !folder.join("facts.db").is_file() {
                return;
            }
            if !output_of(&format!("facts publish -q '{to}'"), &folder, &[]).is_empty() {
                return;
            }
            let there = output_of(command, &folder, &[("FACTS_DB", at)]);
            if there.contains("a published copy cannot") {
                return;
            }
            answered += 1;
            let here = output_of(command, &folder, &[]);
            assert!(here == there, "{path}: {command}\nhere:\n{here}\nthere:\n{there}");
        });
        assert!(answered >= least, "{path}: a copy answered {answered} questions");
    }
}

#[test]
#[cfg(unix)]
fn a_published_copy_answers_what_the_transcripts_ask() {
    let beside = tempfile::tempdir().unwrap();
    let copy = format!("sqlite:{}", beside.path().join("flat.db").display());
    answers_what_the_transcripts_ask(&copy, &copy);
}

#[test]
#[cfg(unix)]
fn duckdb_answers_what_the_transcripts_ask() {
    if !has("duckdb") {
        return;
    }
    let beside = tempfile::tempdir().unwrap();
    let lake = beside.path().join("lake").display().to_string();
    answers_what_the_transcripts_ask(&lake, &format!("duckdb:{lake}"));
}

#[test]
#[cfg(unix)]
fn postgresql_answers_what_the_transcripts_ask() {
    let mut server = Command::new("bash");
    server
        .arg(top().join("tests/engines/run"))
        .args([env!("CARGO_BIN_EXE_facts"), "postgres-server"]);
    server.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = server.spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    match (lines.next(), lines.next()) {
        (Some(Ok(to)), Some(Ok(at))) => answers_what_the_transcripts_ask(&to, &at),
        _ => skipped("needs the server of PostgreSQL"),
    }
    drop(server.stdin.take());
    server.wait().unwrap();
}
