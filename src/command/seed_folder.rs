//! A folder of CSV files, a file a table: on the disk, or one that ships with the program.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::kind::KINDS;
use crate::kind::reference_table::{IMPORTS, REFERENCE_TABLES};
use crate::value::suggest::did_you_mean;
use crate::value::text::hex;

/// The facts that ship with the program, and below them the countries that every database begins
/// with.
static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/seed");

/// The format of an exported folder, which its `datapackage.json` states. An exported folder that
/// states none is of format 1. In format 1 further parties of an event are free text, and places
/// have `lat` and `lon`. Up to format 2 imports are told by their numbers, since then by
/// identifiers that no two copies of a database share.
pub const FORMAT: u64 = 3;

/// The file of an exported folder that describes its tables.
pub const PACKAGE: &str = "datapackage.json";

/// The file of an exported folder that has the SHA-256 of each table, as sha256sum writes and reads
/// it.
pub const SUMS: &str = ".export.sha256";

/// Marks a folder whose export is not finished: some files may be from an earlier one.
pub const INCOMPLETE: &str = "INCOMPLETE";

/// The approximate size of a row of facts, in bytes.
const BYTES: u64 = 512;

/// The imports that an exported folder knows of.
#[derive(Debug, Default)]
pub struct FolderHistory {
    /// Their identifiers, as far as they have one.
    pub uids: HashSet<String>,
    /// Facts name them by their numbers.
    pub is_numbered: bool,
}

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
    /// The format that its files are in.
    ///
    /// # Errors
    /// A later program wrote them.
    pub fn format(&self) -> Result<u64> {
        match self {
            SeedFolder::Path(path) => format_of(path),
            SeedFolder::Shipped | SeedFolder::Countries => Ok(FORMAT),
        }
    }

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
                "{shown}: an export to this folder was interrupted; some files are from an earlier export"
            );
            return Err(Error::new(ErrorKind::Rejected, message).hint(format!(
                "run facts export {shown} --force, or restore all files and delete {INCOMPLETE}"
            )));
        }
        format_of(path)?;
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
                    format!("{shown}: unknown table {name}{near}; nothing was written"),
                )
                .hint(format!("a facts folder may contain {}", known.join(", "))));
            }
            found += 1;
        }
        if found == 0 {
            return Err(Error::new(
                ErrorKind::Rejected,
                format!("{shown} contains no CSV files of facts"),
            )
            .hint(format!("expected one or more of {}", known.join(", "))));
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

    /// About how many facts its files hold, told by their sizes; the shipped ones are few.
    #[must_use]
    pub fn about(&self) -> u64 {
        let SeedFolder::Path(path) = self else { return 0 };
        let size = |table: &str| {
            std::fs::metadata(path.join(format!("{table}.csv"))).map_or(0, |file| file.len())
        };
        KINDS.iter().map(|kind| size(kind.table) / BYTES).sum()
    }

    /// The tables of an exported folder that are not as they were exported: edited, mixed up with
    /// others, or gone.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn differing(&self) -> Result<Vec<String>> {
        let SeedFolder::Path(path) = self else { return Ok(Vec::new()) };
        let Some(sums) = self.sums() else { return Ok(Vec::new()) };
        let mut differing = Vec::new();
        for name in tables().map(|table| format!("{table}.csv")) {
            let exported = sums.lines().find_map(|line| {
                line.split_once("  ").filter(|(_, file)| *file == name).map(|(sum, _)| sum)
            });
            if let Some(exported) = exported
                && sum_of(path, &name)?.as_deref() != Some(exported)
            {
                differing.push(name);
            }
        }
        Ok(differing)
    }

    /// The sums of what was exported, as they stand in the folder now.
    pub fn sums(&self) -> Option<String> {
        let SeedFolder::Path(path) = self else { return None };
        let path = path.join(SUMS);
        path.is_file().then(|| std::fs::read_to_string(path).ok()).flatten()
    }

    /// The imports that an exported folder knows of; none for a folder that nobody exported.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn history(&self) -> Result<Option<FolderHistory>> {
        let Some((file, bytes)) = self.open(IMPORTS.table)? else { return Ok(None) };
        // what is wrong with the file is told when it is loaded
        let mut records = csv::Reader::from_reader(bytes);
        let header = records.headers().map_err(|e| Error::io(&file, &e.into()))?;
        let column = header.iter().position(|name| name == "uid");
        let is_numbered = header.iter().any(|name| name == "id");
        let (mut uids, mut has_rows) = (HashSet::new(), false);
        for row in records.records().flatten() {
            has_rows = true;
            let uid = column.and_then(|column| row.get(column)).filter(|uid| !uid.is_empty());
            uids.extend(uid.map(str::to_owned));
        }
        Ok(has_rows.then_some(FolderHistory { uids, is_numbered }))
    }

    /// Refuses a folder that was exported anew since its sums were read.
    ///
    /// # Errors
    /// As said.
    pub fn check_same(&self, sums: Option<&String>) -> Result<()> {
        let SeedFolder::Path(path) = self else { return Ok(()) };
        if self.sums().as_ref() == sums && !path.join(INCOMPLETE).exists() {
            return Ok(());
        }
        let message = format!(
            "{}: an export replaced files while they were read; nothing was written",
            path.display()
        );
        Err(Error::new(ErrorKind::Busy, message).hint("try again when the export is done"))
    }

    /// What messages and the history call it.
    pub fn name(&self) -> String {
        match self {
            SeedFolder::Shipped => "example facts".to_owned(),
            SeedFolder::Countries => "shipped countries".to_owned(),
            SeedFolder::Path(path) => path.display().to_string(),
        }
    }
}

/// The SHA-256 of a table of a folder; none if it is not there.
fn sum_of(folder: &Path, name: &str) -> Result<Option<String>> {
    let path = folder.join(name);
    if !path.is_file() {
        return Ok(None);
    }
    let failed = |e: &std::io::Error| Error::io(path.display(), e);
    let mut file = File::open(&path).map_err(|e| failed(&e))?;
    let (mut sum, mut buffer) = (Sha256::new(), vec![0; 1 << 18]);
    loop {
        match file.read(&mut buffer).map_err(|e| failed(&e))? {
            0 => return Ok(Some(hex(&sum.finalize()))),
            n => sum.update(&buffer[..n]),
        }
    }
}

/// The format of a folder; fails where a later program wrote it. A description that another program
/// wrote is not looked at, and a folder that nobody exported is as today's are.
fn format_of(folder: &Path) -> Result<u64> {
    let path = folder.join(PACKAGE);
    if !path.is_file() {
        return Ok(FORMAT);
    }
    let described: Option<Json> =
        std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(package) = described.filter(|package| package["name"] == "facts") else {
        return Ok(FORMAT);
    };
    match &package["format"] {
        Json::Null => Ok(1),
        format if let Some(format @ 1..=FORMAT) = format.as_u64() => Ok(format),
        format => Err(Error::new(
            ErrorKind::Rejected,
            format!(
                "{}: unknown format {format}; this version of facts reads formats 1 to {FORMAT}",
                path.display()
            ),
        )
        .hint("seed it with the version of facts that wrote it")),
    }
}

fn tables() -> impl Iterator<Item = &'static str> {
    REFERENCE_TABLES.iter().map(|parent| parent.table).chain(KINDS.iter().map(|kind| kind.table))
}
