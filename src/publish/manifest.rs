//! What a publication says of itself, in a file beside its tables: what it was made from, and the sum of
//! each file.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::kind::KINDS;
use crate::publish::TableFormat;
use crate::publish::load_script::PUBLICATION;
use crate::value::text::hex;

/// The name of the file.
pub const NAME: &str = "_facts.json";

/// The version of the format.
const FORMAT: u32 = 1;

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the format.
    pub format: u32,
    /// `parquet` or `csv`.
    pub tables: String,
    /// Identifier of the last import that it has.
    pub import: Option<String>,
    /// Identifiers of all imports that it has, as one SHA-256: an import that was undone changes it.
    pub imports: String,
    /// The version of the database's schema.
    pub schema: i64,
    /// Whether what the sources do not allow to be passed on was left out.
    pub public: bool,
    /// The program.
    pub program: String,
    /// When it was made (RFC 3339, UTC).
    pub published_at: String,
    /// The files of its tables.
    pub files: Vec<PublishedFile>,
    /// The files that were imported into it, if it is not made from a database.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loaded: Vec<LoadedFile>,
}

/// A file of a data set that was imported into a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadedFile {
    /// Its name.
    pub name: String,
    /// The source of its facts.
    pub source: String,
    /// The release, as the publisher names it.
    pub release: Option<String>,
    /// SHA-256 (hexadecimal).
    pub sha256: String,
}

/// A file of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFile {
    /// The table that it is a part of.
    pub table: String,
    /// Its path in the publication, with `/` between folders.
    pub path: String,
    /// Number of rows.
    pub rows: u64,
    /// SHA-256 (hexadecimal).
    pub sha256: String,
}

impl PublishedFile {
    /// Describes a file that was written.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(folder: &Path, table: &str, path: &Path, rows: u64) -> Result<PublishedFile> {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let sha256 = sum_of(&folder.join(path))?;
        Ok(PublishedFile { table: table.to_owned(), path: parts.join("/"), rows, sha256 })
    }

    /// Whether the file is there as it was written.
    ///
    /// # Errors
    /// It cannot be read, though it is there.
    pub fn is_whole(&self, folder: &Path) -> Result<bool> {
        let path = folder.join(&self.path);
        Ok(path.is_file() && sum_of(&path)? == self.sha256)
    }
}

fn sum_of_imports(uids: &[String]) -> String {
    let mut sum = Sha256::new();
    uids.iter().for_each(|uid| sum.update(format!("{uid}\n")));
    hex(&sum.finalize())
}

fn sum_of(path: &Path) -> Result<String> {
    let failed = |e: &std::io::Error| Error::io(path.display(), e);
    let mut file = File::open(path).map_err(|e| failed(&e))?;
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(|e| failed(&e))? {
            0 => return Ok(hex(&sum.finalize())),
            n => sum.update(&buffer[..n]),
        }
    }
}

impl Manifest {
    /// The manifest of a publication that is made now.
    #[must_use]
    pub fn new(tables: &str, uids: &[String], schema: i64, at: String) -> Manifest {
        Manifest {
            format: FORMAT,
            tables: tables.to_owned(),
            import: uids.last().cloned(),
            imports: sum_of_imports(uids),
            schema,
            public: false,
            program: format!("facts {}", env!("CARGO_PKG_VERSION")),
            published_at: at,
            files: Vec::new(),
            loaded: Vec::new(),
        }
    }

    /// Whether these are the imports that it has.
    #[must_use]
    pub fn has_imports(&self, uids: &[String]) -> bool {
        self.imports == sum_of_imports(uids)
    }

    /// The files of facts.
    pub fn facts(&self) -> impl Iterator<Item = &PublishedFile> {
        let is_kind = |table: &str| KINDS.iter().any(|kind| kind.table == table);
        self.files.iter().filter(move |file| is_kind(&file.table))
    }

    /// Reads the manifest of a folder; none if the folder is not a publication.
    ///
    /// # Errors
    /// It cannot be read, or a later version of the program wrote it.
    pub fn read(folder: &Path) -> Result<Option<Manifest>> {
        let path = folder.join(NAME);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io(path.display(), &e)),
        };
        Manifest::parse(&text, &path.display().to_string()).map(Some)
    }

    /// Reads the text of a manifest; `shown` is where it stands.
    ///
    /// # Errors
    /// It is none, or a later version of the program wrote it.
    pub fn parse(text: &str, shown: &str) -> Result<Manifest> {
        let unlike = || Error::usage(format!("{shown}: not the manifest of a publication"));
        let manifest: Manifest = serde_json::from_str(text).map_err(|_| unlike())?;
        if manifest.format > FORMAT {
            let message = format!("{shown}: a later version of facts wrote this publication");
            return Err(Error::usage(message).hint("update facts, or publish again"));
        }
        Ok(manifest)
    }

    /// The manifest as text.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Writes it into the folder of the publication.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(NAME);
        let failed = |e: std::io::Error| super::failed(&path, &e);
        let text = self.text();
        let mut file = File::create_new(&path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        if self.tables == TableFormat::Csv.name() {
            let path = folder.join(format!("{PUBLICATION}.csv"));
            let cell = text.replace('"', "\"\"");
            std::fs::write(&path, format!("manifest\n\"{cell}\"\n"))
                .map_err(|e| super::failed(&path, &e))?;
        }
        Ok(())
    }
}
