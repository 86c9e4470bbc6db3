//! The script that makes the tables of a publication in `PostgreSQL` and fills them from the CSV files
//! beside it.

use std::fmt::Write;

use crate::publish::{ColumnType, PublishedTable, tables};

/// The name of the script.
pub const LOAD_SCRIPT: &str = "load.sql";

/// The table that holds the manifest, and the stem of its file.
pub const PUBLICATION: &str = "publication";

/// The schema that the tables are made in.
pub const SCHEMA: &str = "facts";

/// The script. Whoever reads meanwhile finds the old tables: the new ones take their names at the end.
#[must_use]
pub fn load_script() -> String {
    let mut script = String::from(
        "-- in this folder: psql -v ON_ERROR_STOP=1 -d DATABASE -f load.sql\n\
         -- text sorts by its bytes, as facts sorts it\n\
         SET client_min_messages = warning;\nSET client_encoding = 'UTF8';\nBEGIN;\n",
    );
    let _ = writeln!(script, "CREATE SCHEMA IF NOT EXISTS {SCHEMA};");
    let tables = tables();
    let mut names: Vec<&str> = Vec::new();
    for table in &tables {
        names.push(table.name);
        fill(&mut script, table.name, &columns(table));
    }
    names.push(PUBLICATION);
    fill(&mut script, PUBLICATION, "  \"manifest\" text");
    for name in names {
        let _ = writeln!(
            script,
            "DROP TABLE IF EXISTS {SCHEMA}.{name};\nALTER TABLE {SCHEMA}.new_{name} RENAME TO {name};"
        );
    }
    script.push_str("COMMIT;\n");
    script
}

fn columns(table: &PublishedTable) -> String {
    let column = |(name, ty): (&str, ColumnType)| {
        let ty = match ty {
            ColumnType::Text => "text COLLATE \"C\"",
            ColumnType::Integer => "bigint",
            ColumnType::Real => "double precision",
            ColumnType::Date => "date",
        };
        format!("  \"{name}\" {ty}")
    };
    let columns: Vec<String> = table.columns.iter().map(|own| column((own.name, own.ty))).collect();
    columns.join(",\n")
}

fn fill(script: &mut String, name: &str, columns: &str) {
    let _ = writeln!(
        script,
        "DROP TABLE IF EXISTS {SCHEMA}.new_{name};\nCREATE TABLE {SCHEMA}.new_{name} (\n{columns}\n);\n\
         \\copy {SCHEMA}.new_{name} FROM '{name}.csv' WITH (FORMAT csv, HEADER)"
    );
}
