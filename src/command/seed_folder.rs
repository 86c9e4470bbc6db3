//! A folder of CSV files, a file a table: on the disk, or one that ships with the program.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::kind::KINDS;
use crate::kind::reference_table::PARENTS;
use crate::value::suggest::did_you_mean;
use crate::value::text::hex;

/// The facts that ship with the program, and below them the countries that every database begins
/// with.
static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/seed");

/// The format of an exported folder, which its `datapackage.json` states. A folder that states none
/// is of format 1.
pub const FORMAT: u64 = 1;

/// The file of an exported folder that describes its tables.
pub const PACKAGE: &str = "datapackage.json";

/// The file of an exported folder that has the SHA-256 of each table, as sha256sum writes and reads
/// it.
pub const SUMS: &str = ".export.sha256";

/// The file that stands in a folder while an export gives its files their names.
pub const INCOMPLETE: &str = "INCOMPLETE";

/// Where the files come from.
pub enum SeedFolder {
    /// The shipped facts.
    Shipped,
    /// The shipped countries with their codes: ISO 3166, Correlates of War, Gleditsch and Ward.
    Countries,
    /// A folder on the disk.
    Path(PathBuf),
}

impl SeedFolder {
    /// Refuses a folder that is none, or holds a table that nobody knows.
    ///
    /// # Errors
    /// As said.
    pub fn check(&self) -> Result<()> {
        let SeedFolder::Path(path) = self else { return Ok(()) };
        let shown = path.display();
        let entries = std::fs::read_dir(path).map_err(|e| Error::io(&shown, &e))?;
        if path.join(INCOMPLETE).exists() {
            let message = format!(
                "{shown}: the export to this folder was interrupted: some of its files are of an earlier one"
            );
            return Err(Error::new(ErrorKind::Rejected, message).hint(format!(
                "facts export {shown} --force writes it again; or restore all its files and remove {INCOMPLETE}"
            )));
        }
        check_format(path)?;
        let known: Vec<String> = tables().map(|table| format!("{table}.csv")).collect();
        let mut found = 0;
        for entry in entries {
            let name = entry.map_err(|e| Error::io(&shown, &e))?.file_name();
            if PathBuf::from(&name).extension() != Some(OsStr::new("csv")) {
                continue;
            }
            let name = name.to_string_lossy().into_owned();
            if !known.contains(&name) {
                let near = did_you_mean(&name, known.iter().map(String::as_str));
                return Err(Error::new(
                    ErrorKind::Rejected,
                    format!("{shown}: no table is called {name}{near}; nothing was written"),
                )
                .hint(format!("a folder of facts holds {}", known.join(", "))));
            }
            found += 1;
        }
        if found == 0 {
            return Err(Error::new(
                ErrorKind::Rejected,
                format!("{shown} holds no CSV file of facts"),
            )
            .hint(format!("it may hold {}", known.join(", "))));
        }
        Ok(())
    }

    /// The file of a table, and what messages call it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn open(&self, table: &str) -> Result<Option<(String, Box<dyn Read>)>> {
        let name = format!("{table}.csv");
        match self {
            SeedFolder::Shipped | SeedFolder::Countries => {
                let name = if matches!(self, SeedFolder::Countries) {
                    format!("countries/{name}")
                } else {
                    name
                };
                Ok(SHIPPED.get_file(&name).map(|file| {
                    let bytes: Box<dyn Read> = Box::new(Cursor::new(file.contents()));
                    (format!("seed/{name}"), bytes)
                }))
            }
            SeedFolder::Path(path) => {
                let file = path.join(name);
                let shown = file.display().to_string();
                match File::open(&file) {
                    Ok(opened) => Ok(Some((shown, Box::new(opened)))),
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(e) => Err(Error::io(shown, &e)),
                }
            }
        }
    }

    /// The tables of an exported folder that are not as they were exported: edited, mixed up with
    /// others, or gone.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn differing(&self) -> Result<Vec<String>> {
        let SeedFolder::Path(path) = self else { return Ok(Vec::new()) };
        let Ok(sums) = std::fs::read_to_string(path.join(SUMS)) else { return Ok(Vec::new()) };
        let mut differing = Vec::new();
        for (sum, name) in sums.lines().filter_map(|line| line.split_once("  ")) {
            // the description is for other programs
            if name != PACKAGE && sum_of(path, name)?.as_deref() != Some(sum) {
                differing.push(name.to_owned());
            }
        }
        Ok(differing)
    }

    /// What messages and the history call it.
    pub fn name(&self) -> String {
        match self {
            SeedFolder::Shipped => "shipped facts".to_owned(),
            SeedFolder::Countries => "shipped countries".to_owned(),
            SeedFolder::Path(path) => path.display().to_string(),
        }
    }
}

/// The SHA-256 of a file of a folder; none if it is not there.
fn sum_of(folder: &Path, name: &str) -> Result<Option<String>> {
    let path = folder.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(hex(&Sha256::digest(bytes)))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io(path.display(), &e)),
    }
}

/// Refuses a folder of a format that a later program wrote. A description that another program
/// wrote is not looked at.
fn check_format(folder: &Path) -> Result<()> {
    let path = folder.join(PACKAGE);
    let described: Option<Json> =
        std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(package) = described.filter(|package| package["name"] == "facts") else {
        return Ok(());
    };
    match &package["format"] {
        Json::Null => Ok(()),
        format if format.as_u64() == Some(FORMAT) => Ok(()),
        format => Err(Error::new(
            ErrorKind::Rejected,
            format!(
                "{}: format {format} is not known to this facts, which reads format {FORMAT}",
                path.display()
            ),
        )
        .hint("a newer facts wrote this folder: seed it with that one")),
    }
}

fn tables() -> impl Iterator<Item = &'static str> {
    PARENTS.iter().map(|parent| parent.table).chain(KINDS.iter().map(|kind| kind.table))
}
