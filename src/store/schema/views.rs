//! The migration of the views for other programs: one a kind, and one of all kinds, all of one shape.
//!
//! The file is what [`views`] makes, and a test holds it so: `SNAPSHOTS=overwrite cargo test --lib
//! views` writes it. Once a release has frozen it, a new kind needs a new migration that drops the
//! views and makes them again, and the test reads that one.

use std::fmt::Write as _;

use crate::kind::{Field, KINDS, Kind, Need};
use crate::store::read::columns::spot;
use crate::value::{Type, date::Bucket};

/// The beginning of the file.
const HEAD: &str = "\
-- Views for other tools: the live facts of each kind, and of all kinds, with names in place of ids
-- and ISO days in place of Julian day numbers.
--
-- This file is written by views() in src/store/schema/views.rs. Change it there.
--
-- The columns are those of facts query, in its order, with the same names. Those that differ from
-- the columns of the tables, or that these lack:
--   ref                  reference to the fact, SLUG:KEY
--   kind                 kind of the fact, as the command line calls it
--   source               slug of the source
--   actors and places    usual names, several with '; ' between; the tables keep the source's spelling
--   place                the spot and the place that it lies in
--   country              country of the place
--   latitude, longitude  of the fact, or of its place
--   date_from, date_to   first and last day on which the fact may lie. NULL: open, unknown, or a day
--                        that SQLite cannot write, before -4713 or after 9999; first_day and last_day
--                        say it as a Julian day number
--   year                 year of the first day
--   figure               the best estimate, else a bound
--   parties              all actors of the fact
-- events (V3) explains the others.
--
-- The + keeps SQLite from going through the partial index of live rows where it must read all of
-- them anyway. DuckDB reads the text of a view by itself, so that it has nothing of SQLite's own.
";

/// The fields that the view of all kinds shows, besides a figure and the parties.
const OF_ALL: &[&str] = &[
    "ref",
    "kind",
    "source",
    "key",
    "date",
    "date_from",
    "date_to",
    "year",
    "summary",
    "stance",
    "said_by",
    "topic",
    "place",
    "country",
    "latitude",
    "longitude",
    "locator",
    "note",
];

/// Returns the text of the migration.
#[must_use]
pub fn views() -> String {
    let mut text = HEAD.to_owned();
    for kind in KINDS {
        let fields: Vec<&Field> = kind.fields().filter(|field| is_shown(field)).collect();
        let days = ["f.first_day", "f.last_day"].map(str::to_owned);
        let columns: Vec<String> = fields
            .iter()
            .map(|field| column(kind, field))
            .chain(days)
            .chain([figure(kind), parties(kind)])
            .collect();
        let _ = write!(text, "CREATE VIEW {} AS\n{};\n\n", view(kind), select(kind, &columns));
    }
    let arms: Vec<String> = KINDS.iter().map(|kind| of_all(kind)).collect();
    let _ = write!(text, "CREATE VIEW current_facts AS\n{};\n\n", arms.join("\nUNION ALL\n"));
    let newest = crate::store::schema::migrations::newest();
    let _ = writeln!(text, "PRAGMA user_version = {newest};");
    text
}

/// Whether a view shows a field: all that a query can, but for buckets finer or coarser than a year,
/// the columns of data sets, and what the program keeps.
fn is_shown(field: &Field) -> bool {
    field.need != Need::System
        && field.ty != Type::Json
        && !matches!(field.ty, Type::Bucket(bucket) if bucket != Bucket::Year)
}

/// The name of the view of a kind.
fn view(kind: &Kind) -> String {
    format!("current_{}", kind.name.replace('-', "_"))
}

/// Returns the SELECT of a kind with the columns of `current_facts`: names of columns alone, since
/// `DuckDB` can read no UNION that works anything out.
fn of_all(kind: &Kind) -> String {
    let columns = OF_ALL.iter().filter(|name| kind.field(name).is_some()).copied();
    let columns: Vec<String> = columns.chain(["figure", "parties"]).map(str::to_owned).collect();
    format!("  SELECT {}\n    FROM {}", lines(&columns), view(kind))
}

/// Returns the SQL of the best estimate, else of a bound.
fn figure(kind: &Kind) -> String {
    let figures: Vec<String> = kind
        .figures
        .iter()
        .flat_map(|figure| [figure.best, figure.low, figure.high])
        .map(|name| format!("f.{name}"))
        .collect();
    match figures.as_slice() {
        [] => "NULL AS figure".to_owned(),
        [one] => format!("{one} AS figure"),
        several => format!("coalesce({}) AS figure", several.join(", ")),
    }
}

/// Returns the SQL of all actors of a fact.
fn parties(kind: &Kind) -> String {
    let parties = kind.own.iter().filter(|field| field.ty == Type::Actor);
    // concat_ws is not known to SQLite before 3.44, which many tools have
    let labels: Vec<String> = parties
        .map(|field| format!("ifnull('; ' || {}, '')", label(field.name, "label")))
        .collect();
    match labels.as_slice() {
        [] => "NULL AS parties".to_owned(),
        some => format!("nullif(substr({}, 3), '') AS parties", some.join(" || ")),
    }
}

/// Returns the statement that selects the live facts of a kind. Names are sub-selects, which cost
/// nothing where nobody asks for them; `SQLite` would make joins for every count.
fn select(kind: &Kind, columns: &[String]) -> String {
    format!(
        "  SELECT {}\n    FROM {} f\n   WHERE +f.retired_by_id IS NULL",
        lines(columns),
        kind.table
    )
}

/// What the name of a field of the row `f` tells.
fn label(field: &str, column: &str) -> String {
    format!("(SELECT {column} FROM names WHERE id = f.{field}_id)")
}

/// Columns in lines of a width that people read.
fn lines(columns: &[String]) -> String {
    let mut text = String::new();
    let mut width = 0;
    for (n, column) in columns.iter().enumerate() {
        if n > 0 {
            text.push(',');
            if width + column.len() > 84 {
                text.push_str("\n         ");
                width = 0;
            } else {
                text.push(' ');
            }
        }
        text.push_str(column);
        width += column.len() + 2;
    }
    text
}

/// Returns the SQL of a field of the row `f`.
fn column(kind: &Kind, field: &Field) -> String {
    let name = field.name;
    match (name, field.ty) {
        ("ref", _) => format!("{SLUG} || ':' || f.key AS {name}"),
        ("kind", _) => format!("'{}' AS {name}", kind.name),
        ("country", _) => format!("{} AS {name}", label("place", "country")),
        ("place", _) => format!("{} AS {name}", spot(&label(name, "label"))),
        ("latitude" | "longitude", _) => format!(
            "coalesce(f.{name}, (SELECT p.{name} FROM names n JOIN places p ON p.id = n.place_id
           WHERE n.id = f.place_id)) AS {name}"
        ),
        (_, Type::Source) => format!("{SLUG} AS {name}"),
        (_, Type::Actor | Type::Place) => format!("{} AS {name}", label(name, "label")),
        _ => format!("f.{name}"),
    }
}

/// The source of the row `f`.
const SLUG: &str = "(SELECT slug FROM sources WHERE id = f.source_id)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema::migrated;

    #[test]
    fn a_kind_may_have_neither_figures_nor_parties() {
        let kind = Kind { figures: &[], own: &[], ..*KINDS[0] };
        let connection = migrated();
        let columns = [figure(&kind), parties(&kind)];
        connection.prepare(&select(&kind, &columns)).unwrap();
        connection.prepare("SELECT * FROM current_facts").unwrap();
    }

    #[test]
    fn the_migration_is_what_the_declarations_make() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/V9__views.sql");
        if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
            std::fs::write(file, crate::store::schema::views::views()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(file).unwrap(), crate::store::schema::views::views());
    }

    /// A partial index of live rows makes a scan of all rows four times as slow, and a join that
    /// nobody asked for doubles it.
    #[test]
    fn a_count_by_country_reads_the_table_and_the_names_alone() {
        let connection = migrated();
        let plan = |sql: &str| -> String {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let rows = explain.query_map([], |row| row.get::<_, String>(3)).unwrap();
            rows.map(|row| row.unwrap() + "\n").collect()
        };
        let count = "SELECT country, count(*) FROM current_events GROUP BY country";
        let plan_of_count = plan(count);
        assert!(plan_of_count.starts_with("SCAN f\n"), "{plan_of_count}");
        assert_eq!(plan_of_count.matches("SEARCH").count(), 1, "{plan_of_count}");
        for kind in crate::kind::KINDS {
            let name = kind.name.replace('-', "_");
            let plan = plan(&format!("SELECT * FROM current_{name}"));
            assert!(
                plan.starts_with("SCAN f\n") && !plan.contains("USING INDEX"),
                "{name}: {plan}"
            );
        }
    }
}
