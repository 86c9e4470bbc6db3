//! Names of files: where one leads, which are nobody's to write, and the nearest of its folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::atomic_file::folder_of;
use crate::value::suggest::did_you_mean;

/// What every database of `SQLite` begins with.
pub const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What follows a database's name in those of the files that `SQLite` keeps beside it.
const SIDECARS: [&str; 3] = ["-journal", "-wal", "-shm"];

/// Refuses a name for a new database beside which files of an earlier one lie: `SQLite` would take
/// what they hold into the new one. They are never removed, since that earlier database may only
/// have been moved.
///
/// # Errors
/// A file or folder of such a name is there.
pub fn refuse_leftovers(database: &Path) -> Result<()> {
    for suffix in SIDECARS {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        let leftover = Path::new(&name);
        if fs::symlink_metadata(leftover).is_ok() {
            let exists = is_database(database);
            let (shown, database) = (leftover.display(), database.display());
            return Err(if exists {
                Error::database(format!(
                    "{database} is being written, or a write to it was interrupted: {shown} exists"
                ))
                .hint(format!(
                    "try again when the write is done; after an interruption, repair the database by opening it once (facts status --db {database}), or name another file"
                ))
            } else {
                Error::database(format!(
                    "{shown} is left over from another database; SQLite would write its contents into a new {database}"
                ))
                .hint(format!(
                    "if that database was moved, move {shown} to it; otherwise delete {shown}"
                ))
            });
        }
    }
    Ok(())
}

/// Where a name leads: links are followed. What `SQLite` keeps beside a database is nobody's to
/// write.
///
/// # Errors
/// A link leads nowhere, or the name is that of a database's journal.
pub fn real(path: &Path) -> Result<PathBuf> {
    let shown = path.display();
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_symlink());
    let target = match fs::canonicalize(path) {
        Ok(target) => target,
        // a pipe has no name to lead to
        Err(_) if is_link && fs::metadata(path).is_err() => {
            return Err(Error::usage(format!("{shown} is a broken symbolic link")));
        }
        Err(_) => path.to_owned(),
    };
    let name = target.to_string_lossy();
    let beside = SIDECARS.iter().find_map(|end| name.strip_suffix(end));
    if beside.is_some_and(|database| is_database(Path::new(database))) {
        return Err(Error::usage(format!(
            "{shown} is a file that SQLite keeps next to a database"
        ))
        .hint("name another file"));
    }
    Ok(target)
}

/// Whether a file is a database of `SQLite`.
#[must_use]
pub fn is_database(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut head));
    read.is_ok() && head == MAGIC
}

/// The failure to read a file; one that is not there may be another one of its folder.
#[must_use]
pub fn cannot_read(path: &Path, error: &io::Error) -> Error {
    let mut failure = Error::io(path.display(), error);
    if error.kind() == io::ErrorKind::NotFound {
        failure.message += &near(path);
    }
    failure
}

/// `; did you mean "ged.csv"?`, if a file of the folder is called nearly so.
#[must_use]
pub fn near(path: &Path) -> String {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return String::new() };
    let entries = fs::read_dir(folder_of(path)).into_iter().flatten().flatten();
    let names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    did_you_mean(name, names.iter().map(String::as_str).filter(|other| *other != name))
}
