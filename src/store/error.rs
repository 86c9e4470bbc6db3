//! What `SQLite` reports, as sentences; its own words stay behind `-v`.

use rusqlite::ErrorCode;

use crate::error::{Error, ErrorKind, Stop};
use crate::store::interrupt;

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        Error::from(&error)
    }
}

impl From<&rusqlite::Error> for Error {
    fn from(error: &rusqlite::Error) -> Error {
        let code = error.sqlite_error_code();
        let (kind, message) = match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                (ErrorKind::Busy, "the database is busy: another program is using it; try again")
            }
            Some(ErrorCode::DiskFull) => {
                (ErrorKind::Io, "the disk is full; nothing was written to the database")
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                (ErrorKind::Io, "cannot write to the database: no permission")
            }
            Some(ErrorCode::CannotOpen) => {
                (ErrorKind::Io, "cannot open the database: check its folder and permissions")
            }
            Some(ErrorCode::SystemIoFailure) => {
                (ErrorKind::Io, "cannot read or write the database: input/output error")
            }
            Some(ErrorCode::OutOfMemory) => (ErrorKind::Io, "out of memory"),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                (ErrorKind::Database, "the database is damaged; restore a backup")
            }
            Some(ErrorCode::OperationInterrupted) if let Some(error) = interrupt::received() => {
                return error;
            }
            Some(ErrorCode::OperationInterrupted | ErrorCode::TooBig) => {
                (ErrorKind::Limit, "a limit was reached")
            }
            // the parser's and the planner's limits, which only lists of filters reach
            Some(ErrorCode::Unknown) if is_too_complex(error) => {
                (ErrorKind::Usage, "the filters name too many values; ask for fewer at a time")
            }
            _ => (ErrorKind::Database, "the database query failed"),
        };
        let error = Error::new(kind, message).with_source(error);
        let error = match code {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted
                | ErrorCode::TooBig,
            ) => error,
            _ if kind == ErrorKind::Usage => error,
            _ => error.about_file(),
        };
        if code.is_some() { error } else { error.hint("-v shows the SQLite error") }
    }
}

/// Whether a statement is too large for `SQLite` to plan, which has a code of its own for nothing of
/// that.
fn is_too_complex(error: &rusqlite::Error) -> bool {
    let said = error.to_string();
    ["nested too deep", "Expression tree is too large", "too many SQL variables", "too many terms"]
        .iter()
        .any(|limit| said.contains(limit))
}

impl<E> From<rusqlite::Error> for Stop<E> {
    fn from(error: rusqlite::Error) -> Stop<E> {
        Stop::Failed(error.into())
    }
}
