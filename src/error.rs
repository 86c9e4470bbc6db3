//! The exit codes of the whole program, and the one error type whose kind decides which is earned.

use std::fmt::{self, Display};
use std::io;

/// How a run ended. The numbers are a published contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; no rows is done too.
    Done = 0,
    /// A check said no: `-e` and no rows, a REF that is not there.
    No = 1,
    /// The command line is wrong: unknown kind, field, flag or value.
    Usage = 2,
    /// The database is missing, not ours, newer, damaged or of an unexpected schema.
    Database = 3,
    /// Input was rejected and nothing was written.
    Rejected = 4,
    /// The database is busy: try again.
    Busy = 5,
    /// Input or output failed: disk full, no permission, read-only.
    Io = 6,
    /// A limit was reached.
    Limit = 7,
    /// The program itself is at fault: it panicked, and wrote a report.
    Bug = 101,
    /// The terminal was closed (SIGHUP); nothing was written.
    HungUp = 129,
    /// Somebody interrupted it (SIGINT); nothing was written.
    Interrupted = 130,
    /// It was told to end (SIGTERM); nothing was written.
    Terminated = 143,
}

/// The codes with their meaning, as help and README show them.
pub const CODES: &[(Exit, &str)] = &[
    (Exit::Done, "done; no rows is done too"),
    (Exit::No, "a check said no: -e and no rows, a REF that is not there"),
    (Exit::Usage, "wrong usage: unknown command, kind, field or value"),
    (Exit::Database, "the database is missing, not ours, newer or damaged"),
    (Exit::Rejected, "input was rejected; nothing was written"),
    (Exit::Busy, "the database is busy; try again"),
    (Exit::Io, "input or output failed: disk full, no permission"),
    (Exit::Limit, "a limit was reached"),
    (Exit::Bug, "a fault in facts itself; a report was written"),
    (Exit::HungUp, "the terminal was closed; nothing was written"),
    (Exit::Interrupted, "interrupted; nothing was written"),
    (Exit::Terminated, "told to end; nothing was written"),
];

/// What went wrong, in a sentence, and what to do about it.
#[derive(Debug)]
pub struct Error {
    /// The code that it earns.
    pub exit: Exit,
    /// The sentence: lower case, what and where.
    pub message: String,
    /// Lines that come before the sentence: each cell that is wrong.
    pub details: Vec<String>,
    /// What to do; a line each.
    pub hints: Vec<String>,
    /// What a library said, shown with `-v` only.
    pub source: Option<String>,
}

/// The result of everything that can fail on its user.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure that earns `exit`.
    pub fn new(exit: Exit, message: impl Into<String>) -> Error {
        Error {
            exit,
            message: message.into(),
            details: Vec::new(),
            hints: Vec::new(),
            source: None,
        }
    }

    /// A mistake on the command line.
    pub fn usage(message: impl Into<String>) -> Error {
        Error::new(Exit::Usage, message)
    }

    /// Something about the database file.
    pub fn database(message: impl Into<String>) -> Error {
        Error::new(Exit::Database, message)
    }

    /// The same with one more thing to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hints.push(hint.into());
        self
    }

    /// The same with what a library said.
    #[must_use]
    pub fn with_source(mut self, source: impl Display) -> Error {
        self.source = Some(source.to_string());
        self
    }

    /// An input or output failure on something with a name.
    pub fn io(what: impl Display, error: &io::Error) -> Error {
        Error::new(Exit::Io, format!("{what}: {}", plain(error)))
    }
}

/// What the system says, without its error number and in lower case.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// Failures to write output. A closed pipe is no failure: whoever read has seen enough.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Error::new(Exit::Done, "")
        } else {
            Error::io("cannot write the output", &error)
        }
    }
}
