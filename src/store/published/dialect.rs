//! How engines differ in what they take for SQL: all that differs stands here.

/// A dialect of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `SQLite`, for the tests.
    Sqlite,
    /// `DuckDB`.
    DuckDb,
    /// `PostgreSQL`.
    Postgres,
    /// Spark.
    Spark,
}

/// What a column of an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A decimal number.
    Real,
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";

impl Dialect {
    /// The dialects, each with the name by which `--explain` knows it.
    pub const ALL: [(&'static str, Dialect); 4] = [
        ("sqlite", Dialect::Sqlite),
        ("duckdb", Dialect::DuckDb),
        ("postgres", Dialect::Postgres),
        ("spark", Dialect::Spark),
    ];

    /// A text.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        // no text of a fact contains NUL, so the question finds nothing
        let text = text.replace('\0', "\u{fffd}");
        match self {
            Dialect::Spark => {
                let text = text.replace('\\', "\\\\").replace('\'', "\\'");
                format!("'{}'", text.replace('\r', "\\r").replace('\n', "\\n"))
            }
            Dialect::Sqlite => format!("'{}'", text.replace('\'', "''")),
            // a client may change the ends of lines that it reads
            _ => {
                let text = text.replace('\'', "''");
                let text =
                    text.replace('\r', "' || chr(13) || '").replace('\n', "' || chr(10) || '");
                if text.contains("' || chr(") { format!("('{text}')") } else { format!("'{text}'") }
            }
        }
    }

    /// A table of a publication.
    #[must_use]
    pub fn table(self, name: &str) -> String {
        match self {
            Dialect::Postgres => format!("facts.{name}"),
            _ => name.to_owned(),
        }
    }

    /// A column, whatever its name.
    #[must_use]
    pub fn column(self, name: &str) -> String {
        match self {
            Dialect::Spark => format!("`{name}`"),
            _ => format!("\"{name}\""),
        }
    }

    /// A column of the row `f`.
    #[must_use]
    pub fn of_row(self, name: &str) -> String {
        format!("f.{}", self.column(name))
    }

    /// A text with A to Z made small, and no other letter: engines differ in the others.
    #[must_use]
    pub fn folded(self, text: &str) -> String {
        match self {
            Dialect::Sqlite => format!("lower({text})"),
            _ => format!("translate({text}, '{UPPER}', '{LOWER}')"),
        }
    }

    /// The condition that a text holds another.
    #[must_use]
    pub fn contains(self, text: &str, part: &str) -> String {
        match self {
            Dialect::Sqlite | Dialect::Spark => format!("instr({text}, {part}) > 0"),
            Dialect::DuckDb | Dialect::Postgres => format!("strpos({text}, {part}) > 0"),
        }
    }

    /// The name of a type.
    fn type_name(self, ty: SqlType) -> &'static str {
        match (self, ty) {
            (Dialect::Spark, SqlType::Text) => "STRING",
            (_, SqlType::Text) => "TEXT",
            (_, SqlType::Integer) => "BIGINT",
            (Dialect::Postgres, SqlType::Real) => "DOUBLE PRECISION",
            (_, SqlType::Real) => "DOUBLE",
        }
    }

    /// An expression as a type.
    #[must_use]
    pub fn cast(self, sql: &str, ty: SqlType) -> String {
        format!("CAST({sql} AS {})", self.type_name(ty))
    }

    /// A key of a sort: texts by their bytes.
    #[must_use]
    pub fn sorted(self, key: &str, ty: SqlType) -> String {
        match (self, ty) {
            (Dialect::Postgres, SqlType::Text) => format!("{key} COLLATE \"C\""),
            _ => key.to_owned(),
        }
    }

    /// Which rows of an answer are wanted.
    #[must_use]
    pub fn part(self, limit: Option<u64>, offset: u64) -> String {
        match (limit, offset, self) {
            (None, 0, _) => String::new(),
            (Some(limit), 0, _) => format!("\n LIMIT {limit}"),
            (Some(limit), offset, _) => format!("\n LIMIT {limit} OFFSET {offset}"),
            (None, offset, Dialect::Sqlite) => format!("\n LIMIT -1 OFFSET {offset}"),
            (None, offset, _) => format!("\n OFFSET {offset}"),
        }
    }

    /// A row as one value of JSON, of these columns.
    #[must_use]
    pub fn row(self, columns: &[String]) -> String {
        let list = columns.join(", ");
        match self {
            Dialect::Sqlite => format!("json_array({list})"),
            Dialect::Postgres => format!("json_build_array({list})"),
            Dialect::DuckDb => {
                let named: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(n, column)| format!("'c{n}': {column}"))
                    .collect();
                format!("to_json({{{}}})", named.join(", "))
            }
            Dialect::Spark => {
                let named: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(n, column)| format!("'c{n}', {column}"))
                    .collect();
                format!(
                    "to_json(named_struct({}), map('ignoreNullFields', 'false'))",
                    named.join(", ")
                )
            }
        }
    }
}
