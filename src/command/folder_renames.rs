//! Actors and places that an exported folder calls by another name than the database does: those that
//! somebody renamed in the copy that was exported.

use std::collections::{BTreeMap, HashSet};

use crate::command::reference_rows::class_of;
use crate::command::seed_folder::SeedFolder;
use crate::error::{Error, Result, Stop};
use crate::ingest::CsvReader;
use crate::kind::reference_table::{ACTORS, NAMES, PLACES};
use crate::mapping::Record;
use crate::store::Writer;

/// Gives those actors and places the names that they have in the folder: one that is not known here, and
/// has for a further name the usual name of somebody here whom the folder does not know by it any more.
/// Returns how many there are.
///
/// # Errors
/// A file of the folder or the database cannot be read. What is wrong with a row is told when the
/// tables are loaded.
pub fn follow(folder: &SeedFolder, writer: &mut Writer<'_>) -> Result<u64> {
    let mut renamed = 0;
    for table in [&ACTORS, &PLACES] {
        let Some(class) = class_of(table) else { continue };
        let known: HashSet<String> = columns_of(folder, table.table, &["name"])?
            .into_iter()
            .filter_map(|mut row| row.pop())
            .collect();
        let mut further: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in columns_of(folder, NAMES.table, &["scheme", "name", class.one()])? {
            if let [scheme, name, usual] = row.as_slice()
                && scheme == "name"
                && known.contains(usual)
                && !known.contains(name)
            {
                further.entry(usual.clone()).or_default().push(name.clone());
            }
        }
        for (usual, names) in further {
            if writer.has_name(class, &usual)? {
                continue;
            }
            for name in names {
                if writer.row(table, &name)?.is_some() {
                    match writer.rename(class, &name, &usual) {
                        Ok(()) => {
                            renamed += 1;
                            break;
                        }
                        Err(Stop::Input(_)) => break,
                        Err(Stop::Failed(error)) => return Err(error),
                    }
                }
            }
        }
    }
    Ok(renamed)
}

/// These columns of a table of a folder; nothing where it lacks one of them, or cannot be read to its
/// end.
fn columns_of(folder: &SeedFolder, table: &str, names: &[&str]) -> Result<Vec<Vec<String>>> {
    let Some((file, bytes)) = folder.open(table)? else { return Ok(Vec::new()) };
    let Ok(mut records) = CsvReader::open(bytes) else { return Ok(Vec::new()) };
    let places: Vec<usize> = names
        .iter()
        .filter_map(|name| records.header().iter().position(|column| column == *name))
        .collect();
    let mut rows = Vec::new();
    let mut record = Record::new();
    while places.len() == names.len() {
        match records.next(&mut record) {
            Ok(true) => {
                let cell = |at: &usize| record.get(*at).unwrap_or_default().to_owned();
                rows.push(places.iter().map(cell).collect());
            }
            Ok(false) | Err(Stop::Input(_)) => break,
            Err(Stop::Failed(e)) => return Err(Error::io(&file, &e)),
        }
    }
    Ok(rows)
}
