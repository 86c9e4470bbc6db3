//! Folders that appear whole under their name: a new one takes the place of the old one in one step.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::fs::atomic_file::{folder_of, sync_folder};

/// A folder that is being filled, beside the one whose place it will take.
pub struct FolderDraft {
    folder: TempDir,
    target: PathBuf,
    _lock: LockFile,
}

/// A file that is open, and so locked, as long as a folder is being filled.
struct LockFile {
    path: PathBuf,
    _file: File,
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // one that stays locks nothing
        let _ = fs::remove_file(&self.path);
    }
}

impl FolderDraft {
    /// Makes an empty folder beside another, and removes those that an earlier program left when it was
    /// killed; none if another program is filling one.
    ///
    /// # Errors
    /// The folder around them cannot be written.
    pub fn begin(target: &Path) -> io::Result<Option<FolderDraft>> {
        // the folder that a link leads to, and not the link
        let target = &fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let around = folder_of(target).to_owned();
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let lock = around.join(format!(".{name}.publishing"));
        let locked = File::options().create(true).append(true).open(&lock)?;
        if locked.try_lock().is_err() {
            return Ok(None);
        }
        let lock = LockFile { path: lock, _file: locked };
        let prefix = format!(".{name}.publishing-");
        for entry in fs::read_dir(&around)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let folder = builder.tempdir_in(&around)?;
        Ok(Some(FolderDraft { folder, target: target.to_owned(), _lock: lock }))
    }

    /// The folder to fill.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the folder its name; what bore the name is removed. Whoever looks finds the old one or the
    /// new one.
    ///
    /// # Errors
    /// It cannot be renamed; then what bore the name is as it was.
    pub fn finish(self) -> io::Result<()> {
        sync_folder(self.folder.path());
        if self.target.exists() {
            exchange(self.folder.path(), &self.target)?;
            sync_folder(folder_of(&self.target));
            self.folder.close()?;
        } else {
            fs::rename(self.folder.path(), &self.target)?;
            sync_folder(folder_of(&self.target));
            // it has another name by now
            let _ = self.folder.keep();
        }
        Ok(())
    }
}

/// Exchanges the names of two folders.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        // some file systems cannot
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
            in_steps(one, other)
        }
        done => Ok(done?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    in_steps(one, other)
}

/// Exchanges them one after the other: for a moment, neither has the second name.
fn in_steps(one: &Path, other: &Path) -> io::Result<()> {
    let aside = one.with_extension("aside");
    fs::rename(other, &aside)?;
    if let Err(e) = fs::rename(one, other) {
        fs::rename(&aside, other)?;
        return Err(e);
    }
    fs::rename(&aside, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_takes_the_place_of_the_old_one() {
        let around = tempfile::tempdir().unwrap();
        let target = around.path().join("lake");
        for text in ["first", "second"] {
            let draft = FolderDraft::begin(&target).unwrap().unwrap();
            assert!(FolderDraft::begin(&target).unwrap().is_none(), "two at once");
            fs::write(draft.path().join("table"), text).unwrap();
            fs::write(draft.path().join(text), "").unwrap();
            draft.finish().unwrap();
            assert_eq!(fs::read_to_string(target.join("table")).unwrap(), text);
        }
        assert!(!target.join("first").exists(), "nothing of the old one stays");
        assert_eq!(fs::read_dir(around.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_program_left_is_removed() {
        let around = tempfile::tempdir().unwrap();
        let target = around.path().join("lake");
        let draft = FolderDraft::begin(&target).unwrap().unwrap();
        let left = {
            let FolderDraft { folder, _lock, .. } = draft;
            folder.keep()
        };
        assert!(FolderDraft::begin(&target).unwrap().is_some());
        assert!(!left.exists());
    }
}
