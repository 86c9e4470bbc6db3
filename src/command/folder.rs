//! A folder of CSV files, a file a table: on the disk, or one that ships with the program.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use include_dir::{Dir, include_dir};

use crate::exit::{Exit, Failure, Result};
use crate::kind::KINDS;
use crate::kind::parent::PARENTS;
use crate::value::nearest::did_you_mean;

/// The facts that ship with the program, and below them the countries that every database begins with.
static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/seed");

/// Where the files come from.
pub enum Folder {
    /// The shipped facts.
    Shipped,
    /// The shipped countries with their codes: ISO 3166, Correlates of War, Gleditsch and Ward.
    Countries,
    /// A folder on the disk.
    Path(PathBuf),
}

impl Folder {
    /// Refuses a folder that is none, or holds a table that nobody knows.
    ///
    /// # Errors
    /// As said.
    pub fn check(&self) -> Result<()> {
        let Folder::Path(path) = self else { return Ok(()) };
        let shown = path.display();
        let entries = std::fs::read_dir(path).map_err(|e| Failure::io(&shown, &e))?;
        let known: Vec<String> = tables().map(|table| format!("{table}.csv")).collect();
        let mut found = 0;
        for entry in entries {
            let name = entry.map_err(|e| Failure::io(&shown, &e))?.file_name();
            if PathBuf::from(&name).extension() != Some(OsStr::new("csv")) {
                continue;
            }
            let name = name.to_string_lossy().into_owned();
            if !known.contains(&name) {
                let near = did_you_mean(&name, known.iter().map(String::as_str));
                return Err(Failure::new(
                    Exit::Rejected,
                    format!("{shown}: no table is called {name}{near}; nothing was written"),
                )
                .hint(format!("a folder of facts holds {}", known.join(", "))));
            }
            found += 1;
        }
        if found == 0 {
            return Err(Failure::new(Exit::Rejected, format!("{shown} holds no CSV file of facts"))
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
            Folder::Shipped | Folder::Countries => {
                let name = if matches!(self, Folder::Countries) { format!("countries/{name}") } else { name };
                Ok(SHIPPED.get_file(&name).map(|file| {
                    let bytes: Box<dyn Read> = Box::new(Cursor::new(file.contents()));
                    (format!("seed/{name}"), bytes)
                }))
            }
            Folder::Path(path) => {
                let file = path.join(name);
                let shown = file.display().to_string();
                match File::open(&file) {
                    Ok(opened) => Ok(Some((shown, Box::new(opened)))),
                    Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(e) => Err(Failure::io(shown, &e)),
                }
            }
        }
    }

    /// What messages and the history call it.
    pub fn name(&self) -> String {
        match self {
            Folder::Shipped => "shipped facts".to_owned(),
            Folder::Countries => "shipped countries".to_owned(),
            Folder::Path(path) => path.display().to_string(),
        }
    }
}

fn tables() -> impl Iterator<Item = &'static str> {
    PARENTS.iter().map(|parent| parent.table).chain(KINDS.iter().map(|kind| kind.table))
}
