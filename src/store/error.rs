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
            _ => error.about_file(),
        };
        if code.is_some() { error } else { error.hint("-v shows the SQLite error") }
    }
}

impl<E> From<rusqlite::Error> for Stop<E> {
    fn from(error: rusqlite::Error) -> Stop<E> {
        Stop::Failed(error.into())
    }
}
