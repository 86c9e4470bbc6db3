//! The exit codes of the program.

use crate::error::ErrorKind;

/// How a run ended. The numbers are a published contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Success, with or without rows.
    Done = 0,
    /// A check said no: `-e` and no rows, a REF that is not there.
    No = 1,
    /// The command line is wrong: unknown kind, field, flag or value.
    Usage = 2,
    /// The database is missing, not ours, older, newer, damaged or of an unexpected schema.
    Database = 3,
    /// Input was rejected, and nothing from that file was written.
    Rejected = 4,
    /// The database is busy: try again.
    Busy = 5,
    /// Input or output failed: disk full, no permission, read-only.
    Io = 6,
    /// A limit was reached.
    Limit = 7,
    /// The program itself is at fault: it panicked, and wrote a report.
    Bug = 101,
    /// The terminal was closed (SIGHUP); unfinished work was not written.
    HungUp = 129,
    /// Somebody interrupted it (SIGINT); unfinished work was not written.
    Interrupted = 130,
    /// It was told to end (SIGTERM); unfinished work was not written.
    Terminated = 143,
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Exit {
        match kind {
            ErrorKind::Stopped => Exit::Done,
            ErrorKind::NotFound => Exit::No,
            ErrorKind::Usage => Exit::Usage,
            ErrorKind::Database => Exit::Database,
            ErrorKind::Rejected => Exit::Rejected,
            ErrorKind::Busy => Exit::Busy,
            ErrorKind::Io => Exit::Io,
            ErrorKind::Limit => Exit::Limit,
            ErrorKind::HungUp => Exit::HungUp,
            ErrorKind::Interrupted => Exit::Interrupted,
            ErrorKind::Terminated => Exit::Terminated,
        }
    }
}

/// The codes with their meaning, as `facts help exit-codes` shows them.
pub const CODES: &[(Exit, &str)] = &[
    (Exit::Done, "success, with or without rows"),
    (
        Exit::No,
        "a test failed (-e, --exit-code, --min, check), a conflict of merge or edit, --on-error skip left out records, or an unknown reference, source, release, import or name",
    ),
    (Exit::Usage, "usage error: unknown command, kind, field or value"),
    (
        Exit::Database,
        "the database is missing or damaged, or belongs to another program or version of facts",
    ),
    (Exit::Rejected, "input was rejected; nothing from that file was written"),
    (Exit::Busy, "the database is busy; try again"),
    (Exit::Io, "input/output error, such as disk full or no permission"),
    (Exit::Limit, "--max-rows, --timeout or --max-errors was exceeded"),
    (Exit::Bug, "a bug in facts; a report was written"),
    (Exit::HungUp, "the terminal was closed; unfinished work was not written"),
    (Exit::Interrupted, "interrupted; unfinished work was not written"),
    (Exit::Terminated, "terminated; unfinished work was not written"),
];
