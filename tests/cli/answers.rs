//! The answers of queries and tables, worked out a second time by a program of its own: it reads the
//! folder that `facts export` writes, and Python's standard library does the rest.

use std::path::Path;
use std::process::Command;

use super::skipped;

/// Runs `tests/oracle/answers.py`; its output, unless there is no Python here.
fn oracle(arguments: &[&str]) -> Option<(bool, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/answers.py");
    let mut python = Command::new("python3");
    python.arg(script).arg(env!("CARGO_BIN_EXE_facts")).args(arguments);
    python.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let Ok(output) = python.output() else {
        skipped("needs python3");
        return None;
    };
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn random_queries_and_tables_are_answered_as_the_documentation_has_them() {
    if let Some((is_equal, said)) = oracle(&["--queries", "300", "--tables", "300"]) {
        assert!(is_equal, "{said}");
    }
}

/// The answers are altered behind the oracle's back: a filter that is left out, a guard that is off.
#[test]
fn a_fault_that_is_planted_is_found() {
    if let Some((all_found, said)) = oracle(&["--plant", "--queries", "900", "--tables", "1200"]) {
        assert!(all_found, "{said}");
    }
}
