//! A publication as tables in a file of `SQLite`.

use std::borrow::Cow;
use std::path::Path;

use crate::error::{Error, Result};
use crate::publish::load_script::PUBLICATION;
use crate::publish::tables::{day_text, tables};
use crate::publish::{ColumnType, Manifest, PublishedFile, failed};
use crate::store::Store;
use crate::store::published::{SqlType, SqliteTables};
use crate::value::Value;

/// Writes the tables to a file, which takes the place of an earlier one when it is whole, and the
/// manifest with them; returns what was written.
///
/// # Errors
/// The database cannot be read, or the file cannot be written.
pub fn write(store: &Store, path: &Path, mut manifest: Manifest) -> Result<Manifest> {
    let is_publication = || matches!(SqliteTables::manifest(path), Ok(Some(_)));
    if std::fs::symlink_metadata(path).is_ok() && !is_publication() {
        return Err(Error::usage(format!("{} is not a publication", path.display()))
            .hint("name another file; it was not changed"));
    }
    let beside = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = tempfile::tempdir_in(beside).map_err(|e| failed(path, &e))?;
    let draft = folder.path().join("publication.db");
    let file = SqliteTables::create(&draft)?;
    for table in tables() {
        let columns: Vec<(&str, SqlType)> = table
            .columns
            .iter()
            .map(|column| {
                let ty = match column.ty {
                    ColumnType::Text | ColumnType::Date => SqlType::Text,
                    ColumnType::Integer => SqlType::Integer,
                    ColumnType::Real => SqlType::Real,
                };
                (column.name, ty)
            })
            .collect();
        file.table(table.name, &columns)?;
        let mut rows = 0;
        table.read(store, &mut |cells| {
            rows += 1;
            let plain = |cell: &Value<'_>| match cell {
                Value::Day(day) => {
                    day_text(*day).map_or(Value::Null, |day| Value::Text(day.into()))
                }
                cell => cell.with_text(|text| Cow::Owned(text.to_owned())),
            };
            let cells: Vec<Value<'_>> = cells.iter().map(plain).collect();
            file.add(table.name, &cells)
        })?;
        let (path, sha256) = (String::new(), String::new());
        manifest.files.push(PublishedFile { table: table.name.to_owned(), path, rows, sha256 });
    }
    file.table(PUBLICATION, &[("manifest", SqlType::Text)])?;
    file.add(PUBLICATION, &[Value::Text(manifest.text().into())])?;
    file.finish()?;
    std::fs::rename(&draft, path).map_err(|e| failed(path, &e))?;
    Ok(manifest)
}
