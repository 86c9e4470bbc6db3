//! A panic, which is always a fault of the program: one sentence, a report file, and an exit code
//! of its own.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::io::Write;
use std::panic::{self, PanicHookInfo};
use std::path::PathBuf;
use std::sync::Once;

/// Runs the program; a panic in any of its threads becomes `bug` once everything was unwound, so
/// that drafts of files are removed and transactions rolled back.
pub fn guard<T>(bug: T, run: impl FnOnce() -> T + panic::UnwindSafe) -> T {
    panic::set_hook(Box::new(tell));
    panic::catch_unwind(run).unwrap_or(bug)
}

/// Writes the report and says where it is, once: a thread that waits for one that panicked may
/// panic too.
fn tell(info: &PanicHookInfo<'_>) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        let report = report(info);
        let mut err = std::io::stderr();
        let _ = writeln!(
            err,
            "error: facts crashed because of a bug; an unfinished write was rolled back"
        );
        let _ = match save(&report) {
            Some(path) => writeln!(err, "hint: please report this and attach {}", path.display()),
            None => writeln!(err, "hint: please report this with these lines:\n{report}"),
        };
    });
}

/// What whoever mends the fault needs to know. The command line is left out: it may hold what
/// nobody else should read.
fn report(info: &PanicHookInfo<'_>) -> String {
    let mut report = format!(
        "facts {} on {} {}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let _ = writeln!(report, "{info}\n\n{}", Backtrace::force_capture());
    report
}

/// Keeps the report in a new file of the folder for temporary files.
fn save(report: &str) -> Option<PathBuf> {
    let mut file =
        tempfile::Builder::new().prefix("facts-report-").suffix(".txt").tempfile().ok()?;
    file.write_all(report.as_bytes()).ok()?;
    file.keep().ok().map(|(_, path)| path)
}
