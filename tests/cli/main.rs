//! The program from outside: transcripts that are documentation, properties, and the rules of the
//! architecture.

mod answers;
mod architecture;
mod concurrency;
mod formats_kept;
mod histories;
mod imports;
mod package;
mod published;
mod quotes;
mod record_by_record;
mod reference;
mod round_trip;
mod shipped;
#[path = "../support/skipped.rs"]
mod skipped;
mod tools;
mod transcripts;
mod who_and_where;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use skipped::skipped;

/// The top of the project.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file beside the project that is no part of it; where it is not, the test is recorded as
/// skipped.
fn shared(name: &str) -> Option<PathBuf> {
    let path = top().join("../shared").join(name);
    let found = path.exists().then_some(path);
    if found.is_none() {
        skipped(&format!("needs ../shared/{name}"));
    }
    found
}

/// The program, in an environment that is the same everywhere.
fn facts(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_facts"));
    fixed(&mut command, folder);
    command
}

/// Gives a command the environment of the tests: a home of its own, 100 columns, nobody's settings.
fn fixed(command: &mut Command, folder: &Path) {
    let bin = Path::new(env!("CARGO_BIN_EXE_facts")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&path));
    command
        .current_dir(folder)
        .env("PATH", std::env::join_paths(paths).unwrap())
        .env("HOME", folder)
        .env("COLUMNS", "100")
        .env("SAMPLES", top().join("tests/samples"))
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env_remove("XDG_DATA_HOME")
        .env_remove("FACTS_DB")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
}

/// What a command that must succeed prints.
fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}
