//! Files that appear whole under their name, or not at all.

use std::fs::File;
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// A draft in the folder where the file will stand, with the rights that the user's umask gives to
/// any new file.
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

/// Syncs a folder, so that a new name in it survives a power failure; where folders cannot be
/// synced, the file system does it in its own time.
pub fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
