//! The migration that makes the views, written from the declarations of kinds.
//!
//! A test holds the file equal to this text; `SNAPSHOTS=overwrite cargo test --lib views` writes
//! it. Once a release has frozen it, a new kind needs a new migration that drops the view and makes
//! it again, and the test reads that one.

use crate::kind::{Field, KINDS, Kind};
use crate::value::Type;

/// The fields that the view shows, in its order and in the lines of the file.
const SHOWN: &[&[&str]] = &[
    &["ref", "kind", "source"],
    &["key", "locator"],
    &["said_by"],
    &["said_via", "said_on", "stance", "topic", "summary"],
    &["date", "date_from", "date_to"],
    &["date_span", "date_basis"],
    &["place"],
    &["place_precision", "confidence", "note"],
];

/// The beginning of the file.
const HEAD: &str = "\
-- The view facts: every live fact of every kind in one shape, for other tools. It shows names in
-- place of ids, and ISO days in place of Julian day numbers.
--
-- This file is written by views() in src/store/schema/views.rs. Change it there.
--
-- Columns that differ from those of the tables, or that these lack:
--   ref                 reference to the fact, SLUG:KEY
--   kind                kind of the fact, as the command line calls it
--   source              slug of the source
--   said_by, place      usual name of the actor or place; the tables keep the source's spelling
--   date_from, date_to  first and last day on which the fact may lie. NULL: open, unknown, or a
--                       day that SQLite cannot write, before -4713 or after 9999
-- events (V3) explains the others.
";

/// Returns the text of the migration.
#[must_use]
pub fn views() -> String {
    let selects: Vec<String> = KINDS.iter().map(|kind| select(kind)).collect();
    let facts = selects.join("\nUNION ALL\n");
    format!(
        "{HEAD}CREATE VIEW facts AS\n{facts};\n\nPRAGMA user_version = {};\n",
        crate::store::schema::migrations::newest()
    )
}

/// Returns the statement that selects the live facts of a kind.
fn select(kind: &Kind) -> String {
    let line = |names: &&[&str]| {
        let fields = names.iter().filter_map(|name| kind.field(name));
        fields.map(|field| column(kind, field)).collect::<Vec<_>>().join(", ")
    };
    let columns = SHOWN.iter().map(line).collect::<Vec<_>>().join(",\n         ");
    let table = kind.table;
    format!(
        "  SELECT {columns}
    FROM {table} f JOIN sources s ON s.id = f.source_id
   WHERE f.retired_by_id IS NULL"
    )
}

/// Returns the SQL of a field of the row `f`, whose source is the row `s`.
fn column(kind: &Kind, field: &Field) -> String {
    let name = field.name;
    let usual_name = |table: &str, row: char, id: &str| {
        format!(
            "(SELECT {row}.name FROM names n JOIN {table} {row} ON {row}.id = n.{id}
           WHERE n.id = f.{name}_id) AS {name}"
        )
    };
    match (name, field.ty) {
        ("ref", _) => format!("s.slug || ':' || f.key AS {name}"),
        ("kind", _) => format!("'{}' AS {name}", kind.name),
        ("date_from", _) => format!("date(f.first_day) AS {name}"),
        ("date_to", _) => format!("date(f.last_day) AS {name}"),
        (_, Type::Source) => format!("s.slug AS {name}"),
        (_, Type::Actor) => usual_name("actors", 'a', "actor_id"),
        (_, Type::Place) => usual_name("places", 'p', "place_id"),
        _ => format!("f.{name}"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_migration_is_what_the_declarations_make() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/V9__views.sql");
        if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
            std::fs::write(file, crate::store::schema::views::views()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(file).unwrap(), crate::store::schema::views::views());
    }
}
