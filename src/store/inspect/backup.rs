//! A copy of the database that is whole, even while others write.

use std::path::Path;

use crate::error::{Error, Result};
use crate::fs::atomic_file::{self, folder_of};
use crate::fs::paths::{real, refuse_leftovers};
use crate::store::{Access, Store, interrupt};

impl Store {
    /// Copies the database to a file that appears whole, and is checked before it does; returns its
    /// size in bytes.
    ///
    /// # Errors
    /// The file is there and is not to be replaced, or cannot be written.
    pub fn backup(&mut self, target: &Path, replace: bool) -> Result<u64> {
        let shown = target.display().to_string();
        let failed = |e: &std::io::Error| Error::io(format!("cannot write {shown}"), e);
        let target = &real(target)?;
        if let Ok(found) = std::fs::metadata(target)
            && !found.is_file()
        {
            let what = if found.is_dir() { "a folder" } else { "a special file" };
            return Err(Error::usage(format!("{shown} is {what}")).hint("name a regular file"));
        }
        let taken = || Error::usage(format!("{shown} already exists")).hint("--force replaces it");
        if target.exists() && !replace {
            return Err(taken());
        }
        if let (Ok(own), Ok(there)) =
            (std::fs::canonicalize(&self.path), std::fs::canonicalize(target))
            && own == there
        {
            return Err(
                Error::usage(format!("{shown} is the database itself")).hint("name another file")
            );
        }
        refuse_leftovers(target)?;
        let made = atomic_file::begin(folder_of(target)).map_err(|e| failed(&e))?;
        let name = made
            .path()
            .to_str()
            .ok_or_else(|| Error::usage(format!("{shown}: the file name is not valid UTF-8")))?;
        interrupt::watch();
        self.connection.progress_handler(crate::store::connection::STEPS, Some(interrupt::came))?;
        // VACUUM is a transaction of its own
        self.end_reading()?;
        self.connection.execute("VACUUM INTO ?1", [name])?;
        let copy = Store::open(made.path(), Access::Read { any_schema: true })?;
        copy.check_pages()?;
        drop(copy);
        let size = made.as_file().metadata().map_err(|e| failed(&e))?.len();
        refuse_leftovers(target)?;
        if replace {
            atomic_file::finish(made, target).map_err(|e| failed(&e))?;
        } else {
            made.as_file().sync_all().map_err(|e| failed(&e))?;
            made.persist_noclobber(target).map_err(|e| match e.error.kind() {
                std::io::ErrorKind::AlreadyExists => taken(),
                _ => failed(&e.error),
            })?;
            atomic_file::sync_folder(folder_of(target));
        }
        Ok(size)
    }
}
