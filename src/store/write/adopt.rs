//! Imports of another copy of the database, recorded here with their identifiers, and what they did
//! written as theirs.

use rusqlite::types::Value as Sql;
use rusqlite::{params, params_from_iter};

use crate::error::Result;
use crate::kind::reference_table::IMPORTS;
use crate::store::read::StatedFields;
use crate::store::write::transaction::{CurrentImport, Writer};
use crate::value::Type;

impl Writer<'_> {
    /// Records an import of another copy, behind those that are here; its number here. Its source is
    /// set by [`Writer::end_adopted`], when that is there.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn adopt(&mut self, stated: &StatedFields) -> Result<i64> {
        let columns = IMPORTS.fields.iter().filter(|field| !["id", "source"].contains(&field.name));
        let mut names = Vec::new();
        let mut values = Vec::new();
        for field in columns {
            let text = stated.iter().find(|(name, _)| name == field.name).map(|(_, text)| text);
            let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
            names.push(field.name);
            values.push(match field.ty {
                Type::Integer | Type::Flag => text.parse().map_or(Sql::Null, Sql::Integer),
                _ => Sql::Text(text.clone()),
            });
        }
        let sql = format!(
            "INSERT INTO imports ({}) VALUES ({})",
            names.join(", "),
            vec!["?"; names.len()].join(", ")
        );
        self.transaction.prepare_cached(&sql)?.execute(params_from_iter(values))?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// What is written from now on belongs to an adopted import.
    pub fn write_as(&mut self, import: i64) {
        self.current = Some(CurrentImport::adopted(import));
    }

    /// Sets the source of an adopted import. What is written from now on belongs to the run of this
    /// command again.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end_adopted(&mut self, import: i64, source: &str) -> Result<()> {
        self.current = None;
        let set =
            "UPDATE imports SET source_id = (SELECT id FROM sources WHERE slug = ?2) WHERE id = ?1";
        self.transaction.prepare_cached(set)?.execute(params![import, source])?;
        Ok(())
    }
}
