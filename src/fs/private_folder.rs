//! Folders for a moment that nobody else may look into.

use std::io;

use tempfile::{Builder, TempDir};

/// Makes a folder that only its owner may read; it goes when it is dropped.
///
/// # Errors
/// It cannot be made.
pub fn make() -> io::Result<TempDir> {
    let mut builder = Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    builder.tempdir()
}
