//! A copy of the database without what must not be passed on.

use std::path::Path;

use rusqlite::Connection;

use crate::error::Result;
use crate::evidence::rights::Rights;
use crate::kind::{Field, KINDS, Kind};
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
    let slugs = |is: &dyn Fn(Rights) -> bool| -> Vec<&str> {
        rights.iter().filter(|(_, rights)| is(*rights)).map(|(slug, _)| slug.as_str()).collect()
    };
    let imports = format!("SELECT id FROM imports WHERE source_id IN ({withheld})");
    let mut steps = vec!["PRAGMA foreign_keys = OFF; BEGIN".to_owned()];
    // what only withheld facts use is as telling as they are
    let withheld_facts = format!("source_id IN ({withheld})");
    steps.push(format!("CREATE TEMP TABLE gone AS {}", names_used(&withheld_facts)));
    steps.push(format!("CREATE TEMP TABLE gone_topics AS {}", topics_used(&withheld_facts)));
    let unlinked = slugs(&|rights| !rights.has_facts());
    for kind in KINDS {
        let table = kind.table;
        let is_excerpt = format!("source_id IN ({excerpts})");
        steps.push(format!("DELETE FROM {table} WHERE source_id IN ({withheld})"));
        steps.push(format!("UPDATE {table} SET extra = NULL WHERE {is_excerpt}"));
        steps.push(extras::forget_sql(kind, &format!("f.{is_excerpt}")));
        if kind.field("event").is_some() {
            for slug in &unlinked {
                steps.push(format!("UPDATE {table} SET event = NULL WHERE event LIKE '{slug}:%'"));
            }
        }
    }
    steps.extend(names_go(&imports));
    for table in ["names", "actors", "places", "topics", "sources"] {
        steps.push(format!("UPDATE {table} SET import_id = NULL WHERE import_id IN ({imports})"));
    }
    // what other sources and imports say of one that must not be named
    for slug in slugs(&|rights| rights == Rights::Nothing) {
        steps.push(format!(
            "UPDATE sources SET derived_from = nullif(trim(replace('; ' || derived_from || ';', '; {slug};', ';'), '; '), '')
              WHERE derived_from IS NOT NULL"
        ));
        steps.push(format!("UPDATE imports SET note = NULL WHERE instr(note, '{slug}') > 0"));
        steps.push(format!("UPDATE imports SET file = NULL WHERE instr(file, '{slug}') > 0"));
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

/// The SQL that selects the names that facts of a condition use.
fn names_used(condition: &str) -> String {
    let mut parts = Vec::new();
    for kind in KINDS {
        let names = kind.fields().filter(|field| EntityClass::of(field.ty).is_some());
        for column in names.filter(|field| field.is_stored()).flat_map(Field::columns) {
            parts.push(format!("SELECT {column} AS id FROM {} WHERE {condition}", kind.table));
        }
    }
    format!("SELECT DISTINCT id FROM ({}) WHERE id IS NOT NULL", parts.join(" UNION ALL "))
}

/// The SQL that selects the topics of facts of a condition.
fn topics_used(condition: &str) -> String {
    let of = |kind: &&'static Kind| format!("SELECT topic FROM {} WHERE {condition}", kind.table);
    let parts: Vec<String> = KINDS.iter().map(of).collect();
    format!("SELECT DISTINCT topic FROM ({}) WHERE topic IS NOT NULL", parts.join(" UNION ALL "))
}

/// The steps that delete what was used by withheld facts alone: topics, names, and whom no name that
/// is left means; `imports` selects the imports that go.
fn names_go(imports: &str) -> Vec<String> {
    let mut steps = vec![
        format!("CREATE TEMP TABLE used AS {}", names_used("TRUE")),
        "INSERT INTO used SELECT member_id FROM name_members WHERE name_id IN (SELECT id FROM used)".to_owned(),
        "INSERT INTO gone SELECT member_id FROM name_members WHERE name_id IN (SELECT id FROM gone)".to_owned(),
        "DELETE FROM gone WHERE id IN (SELECT id FROM used)".to_owned(),
        format!(
            "DELETE FROM topics WHERE slug IN (SELECT topic FROM gone_topics) AND slug NOT IN ({})",
            topics_used("TRUE")
        ),
    ];
    for (table, column, ties) in [
        ("actors", "actor_id", &["of_id", "acts_for_id"][..]),
        ("places", "place_id", &["within_id"]),
    ] {
        // whom a name that is left means, and those that they belong to
        let of = |tie: &&str| {
            format!(
                " UNION SELECT t.{tie} FROM {table} t JOIN kept ON kept.id = t.id WHERE t.{tie} IS NOT NULL"
            )
        };
        let tied = ties.iter().map(of).collect::<Vec<_>>().concat();
        steps.push(format!(
            "CREATE TEMP TABLE gone_{table} AS SELECT DISTINCT n.{column} AS id FROM names n JOIN {table} e ON e.id = n.{column}
              WHERE n.id IN (SELECT id FROM gone) AND e.import_id IS NOT NULL
                AND n.{column} NOT IN (WITH RECURSIVE kept(id) AS (SELECT {column} FROM names WHERE id IN (SELECT id FROM used) AND {column} IS NOT NULL{tied})
                                       SELECT id FROM kept)"
        ));
        steps.push(format!("DELETE FROM names WHERE {column} IN (SELECT id FROM gone_{table})"));
        steps.push(format!("DELETE FROM {table} WHERE id IN (SELECT id FROM gone_{table})"));
    }
    steps.extend([
        format!(
            "DELETE FROM names WHERE id NOT IN (SELECT id FROM used)
                AND (import_id IN ({imports}) OR id IN (SELECT id FROM gone) AND import_id IS NOT NULL)"
        ),
        "DELETE FROM name_members WHERE name_id NOT IN (SELECT id FROM names)".to_owned(),
    ]);
    for (table, column) in [("actors", "actor_id"), ("places", "place_id")] {
        steps.push(format!(
            "DELETE FROM {table} WHERE import_id IN ({imports})
                AND id NOT IN (SELECT {column} FROM names WHERE {column} IS NOT NULL)"
        ));
    }
    steps
}
