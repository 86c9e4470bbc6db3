//! The one error type: its kind, a sentence, what to do about it, and what a library said.

use std::fmt::{self, Display};
use std::io;

/// What kind of thing went wrong. The command line decides which exit code each earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing went wrong: whoever reads the output has seen enough, or only a trial was asked for.
    Stopped,
    /// What was asked for is not there.
    NotFound,
    /// The command line is wrong: an unknown kind, field, flag or value.
    Usage,
    /// The database is missing, not ours, newer, damaged or of an unexpected schema.
    Database,
    /// Input was rejected and nothing was written.
    Rejected,
    /// The database is busy: try again.
    Busy,
    /// Input or output failed: disk full, no permission, read-only.
    Io,
    /// A limit was reached.
    Limit,
    /// The terminal was closed (SIGHUP); unfinished work was not written.
    HungUp,
    /// Somebody interrupted it (SIGINT); unfinished work was not written.
    Interrupted,
    /// It was told to end (SIGTERM); unfinished work was not written.
    Terminated,
}

/// What went wrong, in a sentence, and what to do about it.
#[derive(Debug)]
pub struct Error {
    /// What kind of thing it is.
    pub kind: ErrorKind,
    /// The sentence: lower case, what and where.
    pub message: String,
    /// Lines that come before the sentence: each cell that is wrong.
    pub details: Vec<String>,
    /// What to do; a line each.
    pub hints: Vec<String>,
    /// Whether it comes from the database and does not name it: whoever knows the file puts its
    /// name before the sentence.
    pub lacks_file: bool,
    /// What a library said, shown with `-v` only.
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything that can fail on its user.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Returns an error of a kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error {
            kind,
            message: message.into(),
            details: Vec::new(),
            hints: Vec::new(),
            lacks_file: false,
            source: None,
        }
    }

    /// Returns a mistake on the command line.
    pub fn usage(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Usage, message)
    }

    /// Returns an error about the database file.
    pub fn database(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Database, message)
    }

    /// Returns the error as one about a database that it does not name.
    #[must_use]
    pub fn about_file(mut self) -> Error {
        self.lacks_file = true;
        self
    }

    /// Returns the error with one more thing to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hints.push(hint.into());
        self
    }

    /// Returns the error with what a library said.
    #[must_use]
    pub fn with_source(mut self, source: impl Display) -> Error {
        self.source = Some(source.to_string().into());
        self
    }

    /// Returns an input or output error on something with a name.
    pub fn io(what: impl Display, error: &io::Error) -> Error {
        Error::new(ErrorKind::Io, format!("{what}: {}", plain(error)))
    }
}

/// What ends a step early: something in the input, which whoever knows where it stands reports
/// there, or a failure that ends everything.
#[derive(Debug)]
pub enum Stop<E, F = Error> {
    /// Something in the input.
    Input(E),
    /// A failure.
    Failed(F),
}

impl<E, F> Stop<E, F> {
    /// Returns the same with another account of the input.
    pub fn map<G>(self, tell: impl FnOnce(E) -> G) -> Stop<G, F> {
        match self {
            Stop::Input(input) => Stop::Input(tell(input)),
            Stop::Failed(failure) => Stop::Failed(failure),
        }
    }
}

impl<E> Stop<E> {
    /// Returns the error that it is for a caller that has nothing to add to it.
    pub fn into_error(self, tell: impl FnOnce(E) -> Error) -> Error {
        match self {
            Stop::Input(input) => tell(input),
            Stop::Failed(error) => error,
        }
    }
}

impl<E, F> From<F> for Stop<E, F> {
    fn from(failure: F) -> Stop<E, F> {
        Stop::Failed(failure)
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

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

/// Errors of writing output. A closed pipe is none: whoever read has seen enough.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Error::new(ErrorKind::Stopped, "")
        } else {
            Error::io("cannot write the output", &error)
        }
    }
}
