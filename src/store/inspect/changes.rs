//! What imports did, as another copy of the database asks: facts with their versions, rows that
//! facts refer to with what they were before.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde_json::{Map, Value as Json};

use crate::error::Result;
use crate::kind::reference_table::{IMPORTS, ReferenceTable, UNDONE};
use crate::kind::{Field, KINDS, Kind};
use crate::store::Store;
use crate::store::read::StatedFields;
use crate::store::read::columns::{self, reference_expression};
use crate::store::read::cursor::plain;
use crate::value::Type;

/// An import that a copy has.
#[derive(Debug, Clone)]
pub struct ImportRecord {
    /// Its number there.
    pub id: i64,
    /// Its identifier.
    pub uid: String,
    /// All that is known of it.
    pub stated: StatedFields,
}

/// A version of a fact.
#[derive(Debug, Clone)]
pub struct FactVersion {
    /// What it states.
    pub stated: StatedFields,
    /// The number of the import that recorded it.
    pub import: i64,
    /// The number of the import that retired it.
    pub retired_by: Option<i64>,
    /// Why, in a word of `retired_why`.
    pub why: Option<String>,
    /// The same in somebody's words.
    pub note: Option<String>,
}

/// A fact that imports changed, with those of its versions that they recorded or retired.
#[derive(Debug, Clone)]
pub struct ChangedFact {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its source.
    pub source: String,
    /// Its key.
    pub key: String,
    /// Its versions, the oldest first.
    pub versions: Vec<FactVersion>,
}

/// A row of a table that facts refer to, which imports added or changed.
#[derive(Debug, Clone)]
pub struct ChangedRow {
    /// What it states now.
    pub after: StatedFields,
    /// What it stated before, in the fields that changed; none for a row that they added.
    pub before: Option<StatedFields>,
    /// The number of the import that added it, or else of the one that changed it last.
    pub import: i64,
}

impl Store {
    /// The imports in their order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn imports(&self) -> Result<Vec<ImportRecord>> {
        let mut imports = Vec::new();
        self.export_reference(&IMPORTS, |cells| {
            let stated: StatedFields = IMPORTS
                .fields
                .iter()
                .zip(cells)
                .map(|(field, cell)| (field.name.to_owned(), cell.to_string()))
                .collect();
            let text = |name: &str| {
                stated.iter().find(|(field, _)| field == name).map_or("", |(_, text)| text)
            };
            imports.push(ImportRecord {
                id: text("id").parse().unwrap_or(0),
                uid: text("uid").to_owned(),
                stated: stated.clone(),
            });
            Ok(())
        })?;
        Ok(imports)
    }

    /// The identifiers of the imports that were undone.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn undone(&self) -> Result<Vec<String>> {
        let mut undone = Vec::new();
        self.export_reference(&UNDONE, |cells| {
            undone.push(cells[0].to_string());
            Ok(())
        })?;
        Ok(undone)
    }

    /// The facts that these imports recorded, changed or retired, each with those versions that they
    /// did it to.
    ///
    /// # Errors
    /// The database cannot be read, or `each` fails.
    pub fn changed_facts(
        &self,
        imports: &[i64],
        mut each: impl FnMut(&ChangedFact) -> Result<()>,
    ) -> Result<()> {
        let among = serde_json::json!(imports).to_string();
        let condition = "f.import_id IN (SELECT value FROM json_each(?1)) OR f.retired_by_id IN (SELECT value FROM json_each(?1))";
        for kind in KINDS {
            let mut fact: Option<ChangedFact> = None;
            self.each_version(kind, condition, &[&among], |source, key, version| {
                match &mut fact {
                    Some(fact) if fact.source == source && fact.key == key => {
                        fact.versions.push(version);
                    }
                    _ => {
                        if let Some(whole) = fact.take() {
                            each(&whole)?;
                        }
                        fact = Some(ChangedFact { kind, source, key, versions: vec![version] });
                    }
                }
                Ok(())
            })?;
            if let Some(whole) = fact {
                each(&whole)?;
            }
        }
        Ok(())
    }

    /// Hands on the versions of the facts that meet a condition, fact by fact, each with its source
    /// and key.
    fn each_version(
        &self,
        kind: &'static Kind,
        condition: &str,
        values: &[&str],
        mut each: impl FnMut(String, String, FactVersion) -> Result<()>,
    ) -> Result<()> {
        let fields: Vec<&'static Field> = kind.fields().filter(|field| field.is_given()).collect();
        let shown: Vec<String> = fields.iter().map(|field| columns::wording(kind, field)).collect();
        let source = columns::source_slug();
        let sql = format!(
            "SELECT {}, {source}, f.key, f.import_id, f.retired_by_id, f.retired_why, f.retired_note FROM {} f
              WHERE {condition} ORDER BY f.source_id, f.key, f.import_id, f.id",
            shown.join(", "),
            kind.table
        );
        let mut find = self.connection.prepare_cached(&sql)?;
        let mut rows = find.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let mut stated = Vec::new();
            for (i, field) in fields.iter().enumerate() {
                stated.push((field.name.to_owned(), plain(row.get_ref(i)?)?.to_string()));
            }
            let n = fields.len();
            let version = FactVersion {
                stated,
                import: row.get(n + 2)?,
                retired_by: row.get(n + 3)?,
                why: row.get(n + 4)?,
                note: row.get(n + 5)?,
            };
            each(row.get(n)?, row.get(n + 1)?, version)?;
        }
        Ok(())
    }

    /// All versions of a fact, the oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn fact_versions(
        &self,
        kind: &'static Kind,
        source: &str,
        key: &str,
    ) -> Result<Vec<FactVersion>> {
        let condition = "f.source_id = (SELECT id FROM sources WHERE slug = ?1) AND f.key = ?2";
        let mut versions = Vec::new();
        self.each_version(kind, condition, &[source, key], |_, _, version| {
            versions.push(version);
            Ok(())
        })?;
        Ok(versions)
    }

    /// Whether a fact of this source and key is or was there.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn has_had(&self, kind: &Kind, source: &str, key: &str) -> Result<bool> {
        let find = |retired: &str| {
            format!(
                "EXISTS (SELECT 1 FROM {} WHERE source_id = (SELECT id FROM sources WHERE slug = ?1) AND key = ?2 AND retired_by_id {retired})",
                kind.table
            )
        };
        let sql = format!("SELECT {} OR {}", find("IS NULL"), find("IS NOT NULL"));
        Ok(self.connection.prepare_cached(&sql)?.query_row([source, key], |row| row.get(0))?)
    }

    /// Whether a fact of any kind of this source and key is or was there.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn has_had_any(&self, source: &str, key: &str) -> Result<bool> {
        KINDS.iter().try_fold(false, |found, kind| Ok(found || self.has_had(kind, source, key)?))
    }

    /// The rows of a table that these imports added or changed.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn changed_rows(
        &self,
        table: &'static ReferenceTable,
        imports: &[i64],
    ) -> Result<Vec<ChangedRow>> {
        let among = serde_json::json!(imports).to_string();
        let shown: Vec<String> = table.fields.iter().map(reference_expression).collect();
        let of_run = "import_id IN (SELECT value FROM json_each(?1))";
        let sql = format!(
            "SELECT {}, f.id, iif(f.{of_run}, f.import_id, NULL) FROM {table} f
              WHERE f.{of_run} OR f.id IN (SELECT row_id FROM undo_steps WHERE changed_table = '{table}' AND {of_run})
              ORDER BY f.id",
            shown.join(", "),
            table = table.table
        );
        let mut find = self.connection.prepare(&sql)?;
        let mut rows = find.query([&among])?;
        let mut changed = Vec::new();
        while let Some(row) = rows.next()? {
            let mut after = Vec::new();
            for (i, field) in table.fields.iter().enumerate() {
                after.push((field.name.to_owned(), plain(row.get_ref(i)?)?.to_string()));
            }
            let n = table.fields.len();
            let (id, added): (i64, Option<i64>) = (row.get(n)?, row.get(n + 1)?);
            let steps = steps_of(&self.connection, table, id, &among)?;
            let last = steps.last().map(|(import, _)| *import);
            let before = if added.is_some() {
                None
            } else {
                let mut before: StatedFields = Vec::new();
                for (_, step) in &steps {
                    for (name, value) in fields_before(&self.connection, table, step)? {
                        if !before.iter().any(|(known, _)| *known == name) {
                            before.push((name, value));
                        }
                    }
                }
                Some(before)
            };
            // what was added may be used by facts of the import that added it
            let Some(import) = added.or(last) else { continue };
            changed.push(ChangedRow { after, before, import });
        }
        Ok(changed)
    }
}

impl Store {
    /// The names of the rows of a table that these imports deleted, each with the import.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn deleted_rows(
        &self,
        table: &'static ReferenceTable,
        imports: &[i64],
    ) -> Result<Vec<(String, i64)>> {
        let sql = format!(
            "SELECT json_extract(before, '$.{key}'), import_id FROM undo_steps
              WHERE changed_table = '{table}' AND import_id IN (SELECT value FROM json_each(?1))
                AND row_id NOT IN (SELECT id FROM {table}) AND json_extract(before, '$.{key}') IS NOT NULL
              ORDER BY id",
            key = table.key[0],
            table = table.table
        );
        let mut find = self.connection.prepare(&sql)?;
        let rows = find.query_map([serde_json::json!(imports).to_string()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// What imports changed of a row, the oldest first.
fn steps_of(
    connection: &Connection,
    table: &ReferenceTable,
    id: i64,
    among: &str,
) -> Result<Vec<(i64, Map<String, Json>)>> {
    let sql = "SELECT import_id, before FROM undo_steps WHERE changed_table = ?1 AND row_id = ?2
                AND import_id IN (SELECT value FROM json_each(?3)) ORDER BY id";
    let mut find = connection.prepare_cached(sql)?;
    let rows = find.query_map(params![table.table, id, among], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut steps = Vec::new();
    for row in rows {
        let (import, before) = row?;
        steps.push((import, serde_json::from_str(&before).unwrap_or_default()));
    }
    Ok(steps)
}

/// The fields that the columns of a step belong to, with what they stated.
fn fields_before(
    connection: &Connection,
    table: &'static ReferenceTable,
    step: &Map<String, Json>,
) -> Result<StatedFields> {
    let mut before = Vec::new();
    for field in table.fields {
        let Some(value) = step.get(&field.columns()[0]) else { continue };
        let text = match (field.ty, value) {
            (_, Json::Null) => String::new(),
            (Type::Actor | Type::Place, value) => {
                let of = if field.ty == Type::Actor { "actors" } else { "places" };
                let sql = format!("SELECT name FROM {of} WHERE id = ?1");
                connection
                    .query_row(&sql, [value.as_i64()], |row| {
                        Ok(match row.get_ref(0)? {
                            ValueRef::Text(name) => String::from_utf8_lossy(name).into_owned(),
                            _ => String::new(),
                        })
                    })
                    .optional()?
                    .unwrap_or_default()
            }
            (_, Json::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        };
        before.push((field.name.to_owned(), text));
    }
    Ok(before)
}
