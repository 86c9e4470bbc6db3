//! A copy of the database without what must not be passed on.

use std::path::Path;

use rusqlite::Connection;

use crate::error::Result;
use crate::evidence::rights::Rights;
use crate::kind::{Field, KINDS};
use crate::store::entities::lookup::EntityClass;
use crate::store::{Access, Store, extras};

impl Store {
    /// Copies the database to a file that does not exist, without what the rights withhold: the
    /// facts of a source, the columns beside them, and the names that only such facts use.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn public_copy(&mut self, target: &Path, rights: &[(String, Rights)]) -> Result<Store> {
        self.backup(target, false)?;
        let copy = Store::open(target, Access::Write)?;
        withhold(&copy.connection, rights)?;
        Ok(copy)
    }
}

/// Deletes what is withheld. The triggers of rollups and the text index may then be wrong: the copy
/// is only exported.
fn withhold(connection: &Connection, rights: &[(String, Rights)]) -> Result<()> {
    let ids = |is: &dyn Fn(Rights) -> bool| -> Result<String> {
        let mut ids = Vec::new();
        for (slug, _) in rights.iter().filter(|(_, rights)| is(*rights)) {
            let find = "SELECT id FROM sources WHERE slug = ?1";
            ids.push(connection.query_row(find, [slug], |row| row.get::<_, i64>(0))?.to_string());
        }
        Ok(ids.join(", "))
    };
    let withheld = ids(&|rights| !rights.has_facts())?;
    let hidden = ids(&|rights| rights == Rights::Nothing)?;
    let excerpts = ids(&|rights| rights == Rights::Excerpt)?;
    let imports = format!("SELECT id FROM imports WHERE source_id IN ({withheld})");
    let mut steps = vec!["PRAGMA foreign_keys = OFF; BEGIN".to_owned()];
    let mut used = Vec::new();
    for kind in KINDS {
        let table = kind.table;
        let is_excerpt = format!("source_id IN ({excerpts})");
        steps.push(format!("DELETE FROM {table} WHERE source_id IN ({withheld})"));
        steps.push(format!("UPDATE {table} SET extra = NULL WHERE {is_excerpt}"));
        steps.push(extras::forget_sql(kind, &format!("f.{is_excerpt}")));
        let names = kind.fields().filter(|field| EntityClass::of(field.ty).is_some());
        let columns = names.filter(|field| field.is_stored()).flat_map(Field::columns);
        used.extend(columns.map(|column| format!("SELECT {column} AS id FROM {table}")));
    }
    // names that only withheld facts use, and whom no other name means
    steps.extend([
        format!(
            "CREATE TEMP TABLE used AS SELECT DISTINCT id FROM ({}) WHERE id IS NOT NULL",
            used.join(" UNION ALL ")
        ),
        "INSERT INTO used SELECT member_id FROM name_members WHERE name_id IN (SELECT id FROM used)".to_owned(),
        format!("DELETE FROM names WHERE import_id IN ({imports}) AND id NOT IN (SELECT id FROM used)"),
        "DELETE FROM name_members WHERE name_id NOT IN (SELECT id FROM names)".to_owned(),
    ]);
    for (table, column) in [("actors", "actor_id"), ("places", "place_id")] {
        steps.push(format!(
            "DELETE FROM {table} WHERE import_id IN ({imports})
                AND id NOT IN (SELECT {column} FROM names WHERE {column} IS NOT NULL)"
        ));
    }
    for table in ["names", "actors", "places", "topics", "sources"] {
        steps.push(format!("UPDATE {table} SET import_id = NULL WHERE import_id IN ({imports})"));
    }
    let texts = [excerpts, withheld.clone()].into_iter().filter(|ids| !ids.is_empty());
    steps.extend([
        format!(
            "DELETE FROM source_texts WHERE source_id IN ({})",
            texts.collect::<Vec<_>>().join(", ")
        ),
        format!("DELETE FROM imports WHERE source_id IN ({withheld})"),
        format!("DELETE FROM sources WHERE id IN ({hidden})"),
        "COMMIT;".to_owned(),
    ]);
    let sql = steps.join(";\n");
    connection.execute_batch(&sql)?;
    Ok(())
}
