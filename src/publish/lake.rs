//! A publication that grows by imports, without a database of its facts: for what no file should hold.
//! The facts of a piece of a file are written as Parquet, and forgotten; names stay.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::fs::folder_swap::FolderDraft;
use crate::publish::{LoadedFile, Manifest, PublishedFile, TableFormat, tables, write_table};
use crate::store::{Access, Store};

/// The database of the names that the facts of a lake have. Engines pass over what begins so.
const NAMES: &str = "_names.db";

/// The folder of the pieces that are being imported.
const PIECES: &str = "_pieces";

/// A lake that is being made or added to. Until it is finished, the old one is as it was.
pub struct LakeDraft {
    shown: String,
    draft: FolderDraft,
    manifest: Manifest,
    /// The database of the piece that is imported now, and those that were before.
    pieces: usize,
    base: PathBuf,
}

impl LakeDraft {
    /// Begins one, with the names of a database or of the lake that is there.
    ///
    /// # Errors
    /// The folder is something else, or another program writes to it, or it cannot be written.
    pub fn begin(target: &Path, names: Option<&Path>, at: String) -> Result<LakeDraft> {
        let shown = target.display().to_string();
        let failed = |e: &std::io::Error| Error::io(format!("cannot write {shown}"), e);
        let old = if target.exists() { Manifest::read(target)? } else { None };
        match &old {
            Some(manifest) if manifest.loaded.is_empty() => {
                let message = format!("{shown} was published from a database");
                return Err(Error::usage(message)
                    .hint("import into that database and publish again, or name another folder"));
            }
            None if target.exists()
                && fs::read_dir(target).map_err(|e| failed(&e))?.next().is_some() =>
            {
                let message = format!("{shown} is neither empty nor a lake");
                return Err(Error::usage(message).hint("name another folder"));
            }
            _ => {}
        }
        if old.is_some() && names.is_some() {
            return Err(Error::usage(format!("{shown} has names of its own"))
                .hint("--names is for a new lake"));
        }
        let Some(draft) = FolderDraft::begin(target).map_err(|e| failed(&e))? else {
            let message = format!("{shown}: another program is writing to it");
            return Err(Error::new(ErrorKind::Busy, message).hint("try again when it is done"));
        };
        let pieces = draft.path().join(PIECES);
        fs::create_dir(&pieces).map_err(|e| failed(&e))?;
        let base = pieces.join("0.db");
        let mut manifest = Manifest::new(TableFormat::Parquet.name(), &[], 0, at);
        if let Some(old) = old {
            manifest.loaded = old.loaded;
            for file in old.files.into_iter().filter(|file| is_of_facts(&file.table)) {
                link(&target.join(&file.path), &draft.path().join(&file.path))
                    .map_err(|e| failed(&e))?;
                manifest.files.push(file);
            }
        }
        let own = target.join(NAMES);
        let names = names.map(Path::to_owned).or_else(|| own.exists().then_some(own));
        if let Some(names) = names {
            Store::open(&names, Access::Read { any_schema: false })?.copy_without_facts(&base)?;
        }
        Ok(LakeDraft { shown, draft, manifest, pieces: 0, base })
    }

    /// What messages call it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The database of its names, once it is finished.
    #[must_use]
    pub fn names(&self) -> PathBuf {
        Path::new(&self.shown).join(NAMES)
    }

    /// The database that the next piece is imported into: it has the names so far, and no facts.
    #[must_use]
    pub fn piece(&self) -> &Path {
        &self.base
    }

    /// Fails if a file is in the lake already, or its source is there in another release.
    ///
    /// # Errors
    /// It is.
    pub fn refuse(&self, file: &LoadedFile) -> Result<()> {
        let LoadedFile { name, source, release, sha256 } = file;
        if let Some(same) = self.manifest.loaded.iter().find(|known| known.sha256 == *sha256) {
            let message = format!("{}: {name} is in it already, as {}", self.shown, same.name);
            return Err(Error::new(ErrorKind::Rejected, message));
        }
        let other = |known: &&LoadedFile| known.source == *source && known.release != *release;
        if let Some(known) = self.manifest.loaded.iter().find(other) {
            let of = known.release.as_deref().unwrap_or("without a name");
            let message = format!("{}: it has {source}, release {of}", self.shown);
            return Err(Error::new(ErrorKind::Rejected, message)
                .hint("a lake keeps one release of a source: import the other into a new folder"));
        }
        Ok(())
    }

    /// Whether it has facts of a source from another file.
    #[must_use]
    pub fn has_source(&self, source: &str) -> bool {
        self.manifest.loaded.iter().any(|known| known.source == source)
    }

    /// Writes the facts of a piece, and makes the database for the next one.
    ///
    /// # Errors
    /// The database cannot be read, or a file not be written.
    pub fn add(&mut self, store: &Store) -> Result<()> {
        let part = format!("-{:06}", self.manifest.files.len());
        for table in tables().iter().filter(|table| table.grows_with_facts()) {
            let written =
                write_table(table, store, self.draft.path(), TableFormat::Parquet, &part)?;
            self.manifest.files.extend(written);
        }
        self.pieces += 1;
        let next = self.base.with_file_name(format!("{}.db", self.pieces));
        store.copy_without_facts(&next)?;
        let _ = fs::remove_file(std::mem::replace(&mut self.base, next));
        Ok(())
    }

    /// Notes that a file was imported.
    pub fn loaded(&mut self, file: LoadedFile) {
        self.manifest.loaded.push(file);
    }

    /// Writes the names, and puts the lake in the place of the old one. Returns how many facts it has, in
    /// how many files.
    ///
    /// # Errors
    /// It cannot be written; then the old one is as it was.
    pub fn finish(mut self) -> Result<(u64, u64)> {
        let failed = |e: &std::io::Error| Error::io(format!("cannot write {}", self.shown), e);
        let folder = self.draft.path().to_owned();
        let store = Store::open(&self.base, Access::Read { any_schema: false })?;
        self.manifest.schema = store.schema_version()?.0;
        let has = |files: &[PublishedFile], table: &str| files.iter().any(|f| f.table == table);
        for table in tables() {
            // a table of facts without any is there too
            if !table.grows_with_facts() || !has(&self.manifest.files, table.name) {
                let written = write_table(&table, &store, &folder, TableFormat::Parquet, "")?;
                self.manifest.files.extend(written);
            }
        }
        drop(store);
        fs::rename(&self.base, folder.join(NAMES)).map_err(|e| failed(&e))?;
        fs::remove_dir_all(folder.join(PIECES)).map_err(|e| failed(&e))?;
        self.manifest.write(&folder)?;
        let facts = self.manifest.facts().map(|file| file.rows).sum();
        let files = self.manifest.files.len() as u64;
        self.draft.finish().map_err(|e| Error::io(format!("cannot write {}", self.shown), &e))?;
        Ok((facts, files))
    }
}

fn is_of_facts(table: &str) -> bool {
    tables().iter().any(|known| known.name == table && known.grows_with_facts())
}

/// Has a file under another name too; copies it where the file system cannot link.
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ()))
}
