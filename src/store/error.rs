//! What `SQLite` reports, as sentences with the exit code they earn; its own words stay behind
//! `-v`.

use rusqlite::ErrorCode;

use crate::error::{Error, Exit};
use crate::store::interrupt;

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        let code = error.sqlite_error_code();
        let (exit, message) = match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                (Exit::Busy, "the database is busy: another program is writing to it; try again")
            }
            Some(ErrorCode::DiskFull) => {
                (Exit::Io, "the disk is full; nothing was written to the database")
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                (Exit::Io, "the database cannot be written: no permission")
            }
            Some(ErrorCode::CannotOpen) => {
                (Exit::Io, "the database cannot be opened: check its folder and permissions")
            }
            Some(ErrorCode::SystemIoFailure) => {
                (Exit::Io, "the database could not be read or written: input/output error")
            }
            Some(ErrorCode::OutOfMemory) => (Exit::Io, "out of memory"),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                (Exit::Database, "the database is damaged; restore a backup")
            }
            Some(ErrorCode::OperationInterrupted) if let Some(failure) = interrupt::received() => {
                return failure;
            }
            Some(ErrorCode::OperationInterrupted | ErrorCode::TooBig) => {
                (Exit::Limit, "a limit was reached")
            }
            _ => (Exit::Database, "the database could not answer"),
        };
        let failure = Error::new(exit, message).with_source(&error);
        if code.is_some() { failure } else { failure.hint("-v shows what SQLite said") }
    }
}
