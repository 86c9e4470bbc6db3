//! Where output goes: a file that appears whole, or a pipe or device as it is; never a database.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::fs::atomic_file::{begin, finish, folder_of};
use crate::fs::paths::{is_database, real};

/// Where output goes: a draft that replaces the file when it is complete, or a pipe or device,
/// which is written directly.
pub enum Output {
    /// The file appears whole.
    Whole(NamedTempFile, PathBuf),
    /// Written directly; it cannot be taken back.
    Stream(File, PathBuf),
}

impl Output {
    /// Begins to write what will stand under this name. A link leads to its target; a database is
    /// never overwritten.
    ///
    /// # Errors
    /// It cannot be written, or is a database.
    pub fn begin(path: &Path) -> Result<Output> {
        let failed = |e: &io::Error| Error::io(format!("cannot write {}", path.display()), e);
        let target = real(path)?;
        match fs::metadata(&target) {
            Ok(found) if !found.is_file() => Ok(Output::Stream(
                File::options().write(true).open(&target).map_err(|e| failed(&e))?,
                target,
            )),
            Ok(found) => {
                if is_database(&target) {
                    let message =
                        format!("{} is a database and is not overwritten", path.display());
                    return Err(Error::usage(message).hint("name another file with -o"));
                }
                let draft = begin(folder_of(&target)).map_err(|e| failed(&e))?;
                draft.as_file().set_permissions(found.permissions()).map_err(|e| failed(&e))?;
                Ok(Output::Whole(draft, target))
            }
            Err(_) => Ok(Output::Whole(begin(folder_of(&target)).map_err(|e| failed(&e))?, target)),
        }
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> Result<()> {
        let (done, target) = match self {
            Output::Whole(draft, target) => (finish(draft, &target), target),
            Output::Stream(mut file, target) => (file.flush(), target),
        };
        done.map_err(|e| Error::io(format!("cannot write {}", target.display()), &e))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::Whole(draft, _) => draft.write(bytes),
            Output::Stream(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Whole(draft, _) => draft.flush(),
            Output::Stream(file, _) => file.flush(),
        }
    }
}
