//! Files that appear whole under their name, or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::exit::{Failure, Result};
use crate::value::nearest::did_you_mean;

/// Where output goes: a draft that takes the place of a file, or what is no file, such as a pipe or a device.
pub enum Output {
    /// The file appears whole.
    Whole(NamedTempFile, PathBuf),
    /// What is written is gone.
    Stream(File, PathBuf),
}

impl Output {
    /// Begins to write what will stand under this name. A link leads to its target; a database is never overwritten.
    ///
    /// # Errors
    /// It cannot be written, or is a database.
    pub fn begin(path: &Path) -> Result<Output> {
        let failed = |e: &io::Error| Failure::io(format!("cannot write {}", path.display()), e);
        let target = real(path)?;
        match fs::metadata(&target) {
            Ok(found) if !found.is_file() => {
                Ok(Output::Stream(File::options().write(true).open(&target).map_err(|e| failed(&e))?, target))
            }
            Ok(found) => {
                if is_database(&target) {
                    let message = format!("{} is a database: it is not overwritten", path.display());
                    return Err(Failure::usage(message).hint("name another file with -o"));
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
        done.map_err(|e| Failure::io(format!("cannot write {}", target.display()), &e))
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

/// Where a name leads: links are followed. What `SQLite` keeps beside a database is nobody's to write.
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
            return Err(Failure::usage(format!("{shown} is a link that leads nowhere")));
        }
        Err(_) => path.to_owned(),
    };
    let name = target.to_string_lossy();
    let beside = ["-journal", "-wal", "-shm"].iter().find_map(|end| name.strip_suffix(end));
    if beside.is_some_and(|database| is_database(Path::new(database))) {
        return Err(Failure::usage(format!("{shown} is the name of a file that SQLite keeps beside a database"))
            .hint("name another file"));
    }
    Ok(target)
}

/// Whether a file is a database of `SQLite`.
fn is_database(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut head));
    read.is_ok() && head == b"SQLite format 3\0"
}

/// The failure to read a file; one that is not there may be another one of its folder.
#[must_use]
pub fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    let mut failure = Failure::io(path.display(), error);
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
    let names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    did_you_mean(name, names.iter().map(String::as_str).filter(|other| *other != name))
}

/// A draft in the folder where the file will stand, with the rights that the user's umask gives to any new file.
///
/// # Errors
/// The folder cannot be written.
pub fn begin(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".facts-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// The folder that a file stands in.
#[must_use]
pub fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Gives a finished draft its name, replacing what bore it.
///
/// # Errors
/// It cannot be synced or renamed; then what bore the name is as it was.
pub fn finish(draft: NamedTempFile, file: &Path) -> io::Result<()> {
    draft.as_file().sync_all()?;
    draft.persist(file).map_err(|e| e.error)?;
    sync_folder(folder_of(file));
    Ok(())
}

/// Makes a new name last; where folders cannot be synced the file system does it in its own time.
pub fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
