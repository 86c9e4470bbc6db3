//! Tests that did not run say so: `.ci/run` prints them, and fails if one is skipped that it does
//! not expect.

use std::fs::File;
use std::io::Write;

/// Records that the test which calls this does not run, and why. The caller returns.
#[expect(clippy::print_stderr, reason = "a test that is skipped must say so")]
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    let line = format!("{}: {}: {why}\n", env!("CARGO_CRATE_NAME"), thread.name().unwrap_or("?"));
    eprint!("skipped: {line}");
    // one write, so that tests which run beside each other do not mix their lines
    let list = File::options()
        .create(true)
        .append(true)
        .open(concat!(env!("CARGO_TARGET_TMPDIR"), "/skipped"));
    list.and_then(|mut file| file.write_all(line.as_bytes())).unwrap();
}
