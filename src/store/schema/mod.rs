//! The schema that a database must have: one made by somebody else cannot pass triggers, views or
//! loose tables for it.

use std::path::Path;
use std::sync::LazyLock;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::kind::KINDS;
use crate::kind::reference_table::REFERENCE_TABLES;
use crate::value::text::hex;

pub mod migrations;
pub mod pages;
#[cfg(test)]
mod views;

/// Every schema that there was, by its number, with the SHA-256 of its statements; only the last
/// can be read. The list is added to and never changed: each commit that edits a migration before
/// the first release takes the next number.
pub const SCHEMAS: &[(i64, &str)] = &[
    (100, "5a544fe9210d404bbed60ca967ad827b3e03e5364ebef4093a2a29a41987b1bb"),
    (101, "4189272b750915d500bd1f8c93b725af53a4c524dfb2e7e3a771f278ed94a1e2"),
    (102, "c3e3b568e2bc6d64f48267c7af5fb8cff4b924e0a316e9a95dffa7040f07dbea"),
    (103, "83e741972966a32ca8dc6b669a47ddcafc55b074fb9078806aac9818da755ab4"),
    (104, "40bead16bde02a0a15a5b39463014365554587611128db7955fac7d243bece24"),
    (105, "176c77a74ac0b25a25d4064d4aa78d45c54c987f7e672cb12516d7c2a4cfe854"),
    (106, "e8b257428d8baf46b806180530e96f82923c6129ceb97adb948557c5f559caae"),
    (107, "13eafd4caf9e53c300d571bd8f0e892379b91760e491bd071240e761671c9e3b"),
    (108, "0a1a60ca0ddbb2adc65783ebf2ac3e13fa320adcd3b8a985df861b4f232cc8b6"),
    (109, "0def96342b197620163c6497f26c640e23247b647b6780c98107e2c6deee92e1"),
    (110, "1a1ddc6d2b4c02b742bceb7cf89b981b3a835991f9a5c3df3ec24d4163ec388f"),
    (111, "96b6638606238f6782818fc9423b75a7422dfe4df21b51f33b148d67b752d143"),
    (112, "6bdf4787e746347c0ec109d9f1c71e5de5f81570790a88812b8a6c9105e38744"),
];

/// Checks that the schema is the one that the migrations create. Other programs may add views,
/// tables and non-unique indexes.
///
/// # Errors
/// It is another.
pub fn check(connection: &Connection, path: &Path) -> Result<()> {
    let (here, intruder) = read(connection)?;
    let shown = path.display();
    if SCHEMAS.last().is_none_or(|(_, known)| here != *known) {
        return Err(Error::database(format!("{shown}: unexpected database schema"))
            .hint("another program changed its schema; --force-schema reads it anyway"));
    }
    let Some(Intruder { what, name, table }) = intruder else { return Ok(()) };
    let drops = what.rsplit(' ').next().unwrap_or_default().to_uppercase();
    Err(Error::database(format!("{shown}: another program added the {what} \"{name}\" to {table}"))
        .hint(format!("DROP {drops} \"{name}\" removes it"))
        .hint("--force-schema reads the database anyway"))
}

/// What somebody else put on a table or view of ours, and that would change or refuse what is
/// written: a trigger, or an index of unique values.
struct Intruder {
    what: &'static str,
    name: String,
    table: String,
}

/// SHA-256 over every table, index, view and trigger that the migrations make, and what somebody else put on
/// one of them.
fn read(connection: &Connection) -> Result<(String, Option<Intruder>)> {
    let mut read = connection.prepare(
        "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema ORDER BY type, name",
    )?;
    let mut rows = read.query([])?;
    let mut sum = Sha256::new();
    let mut intruder = None;
    while let Some(row) = rows.next()? {
        let text = |i: usize| Ok::<_, Error>(row.get_ref(i)?.as_str().unwrap_or_default());
        let (name, table) = (text(1)?, text(2)?);
        if is_ours(name) {
            for i in 0..4 {
                sum.update(row.get_ref(i)?.as_bytes().unwrap_or_default());
                sum.update([0]);
            }
            continue;
        }
        let what = match text(0)? {
            "trigger" => "trigger",
            "index" if text(3)?.starts_with("CREATE UNIQUE") => "unique index",
            _ => continue,
        };
        if intruder.is_none() && is_ours(table) {
            intruder = Some(Intruder { what, name: name.to_owned(), table: table.to_owned() });
        }
    }
    Ok((hex(&sum.finalize()), intruder))
}

/// Refuses a database whose tables are none: a view in place of one answers what it likes, for as
/// long as it likes.
///
/// # Errors
/// A table is missing, or is something else.
pub fn check_tables(connection: &Connection, path: &Path) -> Result<()> {
    let mut find = connection.prepare(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1 AND type = 'table')",
    )?;
    for table in KINDS
        .iter()
        .map(|kind| kind.table)
        .chain(REFERENCE_TABLES.iter().map(|parent| parent.table))
    {
        if !find.query_row([table], |row| row.get::<_, bool>(0))? {
            return Err(Error::database(format!("{}: table {table} is missing", path.display()))
                .hint("restore a backup"));
        }
    }
    Ok(())
}

/// Whether the migrations make something of this name; what else is in a file is somebody else's.
fn is_ours(name: &str) -> bool {
    OBJECTS.binary_search(&name).is_ok()
}

/// The names of all that the migrations make, in their order.
static OBJECTS: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("objects.txt").lines().collect());

/// A database in memory with all migrations applied, and the views as they are declared now.
#[cfg(test)]
pub fn migrated() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    migrations::run(&mut connection, Path::new("test")).unwrap();
    // the views as they are declared now, of which the migration may still be a former copy
    let drop =
        "SELECT group_concat('DROP VIEW ' || name, ';') FROM sqlite_schema WHERE type = 'view'";
    let drop: String = connection.query_row(drop, [], |row| row.get(0)).unwrap();
    connection.execute_batch(&drop).unwrap();
    connection.execute_batch(&views::views()).unwrap();
    connection
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::kind::{Field, Need};
    use crate::store::rollup;
    use crate::value::Type;

    /// Where this fails a migration was edited: add the next number with the new fingerprint to
    /// `SCHEMAS`.
    #[test]
    fn the_last_fingerprint_is_that_of_the_migrations() {
        let connection = migrated();
        assert_eq!(
            (migrations::version(&connection).unwrap(), read(&connection).unwrap().0.as_str()),
            *SCHEMAS.last().unwrap()
        );
    }

    #[test]
    fn all_that_the_migrations_make_is_listed() {
        let connection = migrated();
        let mut read = connection
            .prepare(
                "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                    AND name <> 'refinery_schema_history' ORDER BY name",
            )
            .unwrap();
        let names: Vec<String> =
            read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
            let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/schema/objects.txt");
            std::fs::write(file, names.join("\n") + "\n").unwrap();
        }
        assert_eq!(names, *OBJECTS);
    }

    #[test]
    fn schemas_are_numbered_from_100_and_none_twice() {
        assert_eq!(SCHEMAS[0].0, 100);
        assert!(
            SCHEMAS.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0 && pair[0].1 != pair[1].1)
        );
    }

    fn columns(connection: &Connection, table: &str) -> BTreeSet<String> {
        let mut read = connection.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
        read.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn declared(fields: &[&Field], kept: &[&str]) -> BTreeSet<String> {
        let stored =
            fields.iter().filter(|field| field.is_stored()).flat_map(|field| field.columns());
        stored.chain(kept.iter().map(|name| (*name).to_owned())).collect()
    }

    /// Every table with its declared fields and what the program keeps beside them.
    fn tables() -> Vec<(&'static str, Vec<&'static Field>, &'static [&'static str])> {
        let parents = REFERENCE_TABLES
            .iter()
            .map(|parent| (parent.table, parent.fields.iter().collect(), parent.kept));
        let kinds = KINDS
            .iter()
            .map(|kind| (kind.table, kind.fields().collect(), crate::kind::KEPT_COLUMNS));
        parents.chain(kinds).collect()
    }

    #[test]
    fn every_declared_column_is_in_the_schema_and_every_column_of_the_schema_is_declared() {
        let connection = migrated();
        for (table, fields, kept) in tables() {
            assert_eq!(columns(&connection, table), declared(&fields, kept), "{table}");
        }
    }

    #[test]
    fn every_table_of_the_schema_is_declared_and_strict() {
        let connection = migrated();
        let mut read = connection
            .prepare("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_%' AND name <> 'refinery_schema_history'")
            .unwrap();
        let found: BTreeSet<(String, bool)> = read
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let declared = tables().into_iter().map(|(table, ..)| table.to_owned());
        let summaries =
            KINDS.iter().filter(|kind| !kind.rollup_by.is_empty()).map(|kind| rollup::table(kind));
        let kept = [
            "layouts",
            "extras",
            "extra_texts",
            "summed",
            "name_members",
            "date_parts",
            "undo_steps",
        ]
        .map(str::to_owned);
        let all: BTreeSet<(String, bool)> =
            declared.chain(summaries).chain(kept).map(|table| (table, true)).collect();
        assert_eq!(found, all);
    }

    #[test]
    fn a_summary_has_the_sorts_and_figures_of_its_kind() {
        let connection = migrated();
        for kind in KINDS.iter().filter(|kind| !kind.rollup_by.is_empty()) {
            let fixed = ["id", "source_id", "date", "first_day", "last_day", "place_id", "facts"]
                .map(str::to_owned);
            let sorts = kind.rollup_by.iter().map(|name| (*name).to_owned());
            let figures = rollup::figures(kind).flat_map(|figure| {
                ["n", "sum", "min", "max"].map(|part| format!("{}_{part}", figure.name))
            });
            let declared: BTreeSet<String> =
                fixed.into_iter().chain(sorts).chain(figures).collect();
            assert_eq!(columns(&connection, &rollup::table(kind)), declared, "{}", kind.name);
            let not_rolled_up: String = connection
                .query_row(
                    "SELECT sql FROM sqlite_schema WHERE name = ?1",
                    [format!("{}_alone", kind.table)],
                    |row| row.get(0),
                )
                .unwrap();
            assert!(
                not_rolled_up.ends_with(&rollup::not_rolled_up(kind).replace("f.", "")),
                "{not_rolled_up}"
            );
        }
    }

    #[test]
    fn types_needs_references_and_choices_agree() {
        let connection = migrated();
        for (table, fields, _) in tables() {
            let sql: String = connection
                .query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [table], |row| {
                    row.get(0)
                })
                .unwrap();
            let is_kind = KINDS.iter().any(|kind| kind.table == table);
            for field in fields.iter().filter(|field| field.is_stored()) {
                let column = &field.columns()[0];
                let (ty, required): (String, bool) = connection
                    .query_row(
                        "SELECT type, \"notnull\" FROM pragma_table_info(?1) WHERE name = ?2",
                        [table, column],
                        |row| Ok((row.get(0)?, row.get(1)?)),
                    )
                    .unwrap();
                let (expected, refers) = match field.ty {
                    Type::Integer | Type::Flag => ("INTEGER", None),
                    Type::Import => ("INTEGER", Some("imports")),
                    Type::Source => ("INTEGER", Some("sources")),
                    Type::Actor | Type::Place if is_kind => ("INTEGER", Some("names")),
                    Type::Actor => ("INTEGER", Some("actors")),
                    Type::Place => ("INTEGER", Some("places")),
                    Type::Real | Type::Degrees(_) => ("REAL", None),
                    Type::Topic => ("TEXT", Some("topics")),
                    _ => ("TEXT", None),
                };
                assert_eq!(ty, expected, "{table}.{column}");
                let must = field.need == Need::Required
                    || field.default.is_some()
                    || (field.name == "import");
                let is_id = column == "id";
                assert!(is_id || required == must, "{table}.{column} NOT NULL");
                let found: Option<String> = connection
                    .query_row(
                        "SELECT \"table\" FROM pragma_foreign_key_list(?1) WHERE \"from\" = ?2",
                        [table, column],
                        |row| row.get(0),
                    )
                    .ok();
                assert_eq!(found.as_deref(), refers, "{table}.{column} REFERENCES");
                let check = format!("CONSTRAINT {column}_known CHECK (");
                match field.ty {
                    Type::Choice(list) => {
                        let list = |each: &dyn Fn(&str) -> String, between: &str| {
                            list.iter().map(|value| each(value)).collect::<Vec<_>>().join(between)
                        };
                        // an IN list costs time for each row that is checked
                        let compared = list(&|value| format!("{column} = '{value}'"), " OR ");
                        let listed =
                            format!("{column} IN ({})", list(&|value| format!("'{value}'"), ", "));
                        let checked = |what: &str| sql.contains(&format!("{check}{what})"));
                        assert!(
                            checked(&compared) || !is_kind && checked(&listed),
                            "{table}.{column} CHECK"
                        );
                    }
                    Type::Flag => {}
                    _ => assert!(
                        !sql.contains(&check),
                        "{table}.{column} has a CHECK that no declaration names"
                    ),
                }
                let fenced = sql.split("CHECK ('' NOT IN (").nth(1).unwrap_or_default();
                let mut fenced = fenced.split(')').next().unwrap_or_default().split(',');
                let is_fenced = fenced.any(|name| name.trim() == column);
                let is_text = matches!(
                    field.ty,
                    Type::Text | Type::Term | Type::Slug | Type::Key | Type::Edtf | Type::Date
                ) && field.name != "sha256";
                assert_eq!(is_fenced, is_text, "{table}.{column} in no_empty_text");
            }
        }
    }
}
