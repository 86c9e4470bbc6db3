//! What a database holds, and one table of it after another for an export.

use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::kind::reference_table::{self, ReferenceTable};
use crate::kind::{Field, KINDS, Kind};
use crate::store::Store;
use crate::store::read::columns::{self, reference_expression};
use crate::store::read::compile::CompiledQuery;
use crate::store::read::cursor::{Cursor, plain};
use crate::store::read::decoder::{self, ColumnDecoder};
use crate::value::{OwnedValue, Type, Value};

/// How many facts of a kind a database holds.
#[derive(Debug, Clone)]
pub struct KindCount {
    /// The kind.
    pub kind: &'static Kind,
    /// Live facts.
    pub live: u64,
    /// Rows that later ones replaced or withdrew.
    pub retired: u64,
}

/// What a database says of itself.
#[derive(Debug, Clone)]
pub struct Status {
    /// Facts, kind by kind.
    pub held: Vec<KindCount>,
    /// Sources, actors, places, names, topics.
    pub parents: Vec<(&'static str, u64)>,
    /// When the last run wrote (RFC 3339, UTC).
    pub last_import: Option<String>,
}

impl Store {
    /// When an earlier import ran, if the clock of the last one was before it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn clock_set_back(&self) -> Result<Option<String>> {
        let sql = "SELECT max(ran_at) FROM imports
                   WHERE ran_at > (SELECT ran_at FROM imports ORDER BY id DESC LIMIT 1)";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// What the database holds.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn status(&self) -> Result<Status> {
        let count = |sql: &str| -> Result<u64> {
            Ok(self.connection.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
        };
        let held = KINDS
            .iter()
            .map(|kind| {
                let all = count(&format!("SELECT count(*) FROM {}", kind.table))?;
                // few are retired, and have an index
                let retired = count(&format!(
                    "SELECT count(*) FROM {} WHERE retired_by_id IS NOT NULL",
                    kind.table
                ))?;
                Ok(KindCount { kind, live: all - retired, retired })
            })
            .collect::<Result<_>>()?;
        let parents = reference_table::REFERENCE_TABLES
            .iter()
            .map(|table| {
                Ok((table.table, count(&format!("SELECT count(*) FROM {}", table.table))?))
            })
            .collect::<Result<_>>()?;
        let last_import = self
            .connection
            .query_row("SELECT max(ran_at) FROM imports", [], |row| row.get(0))
            .optional()?
            .flatten();
        Ok(Status { held, parents, last_import })
    }

    /// The rows of a parent table in an order of their own, its fields as an export writes them.
    ///
    /// # Errors
    /// The database cannot be read, or `row` fails.
    pub fn export_reference(
        &self,
        table: &'static ReferenceTable,
        row: impl FnMut(&[Value<'_>]) -> Result<()>,
    ) -> Result<u64> {
        let is_names = table.table == reference_table::NAMES.table;
        let shown: Vec<String> = table.fields.iter().map(reference_expression).collect();
        // what a source calls somebody is written where it does
        let rows = if is_names {
            format!("WHERE f.scheme <> '{}'", reference_table::WORDING_SCHEME)
        } else {
            String::new()
        };
        let keys: Vec<usize> = table
            .key
            .iter()
            .filter_map(|key| table.fields.iter().position(|field| field.name == *key))
            .collect();
        let order: Vec<String> = keys.iter().map(|i| (i + 1).to_string()).collect();
        let sql = format!(
            "SELECT {} FROM {} f {rows} ORDER BY {}",
            shown.join(", "),
            table.table,
            // imports stand in the order in which they ran
            if table.table == reference_table::IMPORTS.table {
                "f.id".into()
            } else {
                order.join(", ")
            }
        );
        let decoders = vec![ColumnDecoder::Plain; shown.len()];
        Cursor::of(self).hand_on(&CompiledQuery { sql, values: Vec::new(), decoders }, row)
    }

    /// Every row of a kind, retired ones too, in an order of their own, its stored fields as an
    /// export writes them. With a run, as it was after it: later rows are not there, and what was
    /// retired later is live.
    ///
    /// # Errors
    /// The database cannot be read, or `row` fails.
    pub fn export_kind(
        &self,
        kind: &'static Kind,
        run: Option<i64>,
        row: impl FnMut(&[Value<'_>]) -> Result<()>,
    ) -> Result<u64> {
        let then = |field: &Field| match run {
            Some(run) if field.name.starts_with("retired_") => {
                format!(
                    "CASE WHEN f.retired_by_id <= {run} THEN {} END",
                    columns::wording(kind, field)
                )
            }
            _ => columns::stored(kind, field),
        };
        let fields: Vec<&'static Field> = kind.fields().filter(|field| field.is_stored()).collect();
        let shown: Vec<String> = fields.iter().map(|field| then(field)).collect();
        let order = "(SELECT slug FROM sources WHERE id = f.source_id), f.key, f.import_id, f.id";
        let by = run.map_or(String::new(), |run| format!("WHERE f.import_id <= {run}"));
        let sql =
            format!("SELECT {} FROM {} f {by} ORDER BY {order}", shown.join(", "), kind.table);
        let decoders = fields.iter().map(|field| decoder::of_stored(field)).collect();
        Cursor::of(self).hand_on(&CompiledQuery { sql, values: Vec::new(), decoders }, row)
    }

    /// Every row that one REF has or had, live ones first: its kind, and its stored fields as
    /// queries show them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn history(&self, source: &str, key: &str) -> Result<Vec<History>> {
        let mut rows = Vec::new();
        for (kind, ids) in self.rows_of_ref(source, key)? {
            let fields: Vec<&'static Field> =
                kind.fields().filter(|field| !matches!(field.ty, Type::Bucket(_))).collect();
            let shown: Vec<String> =
                fields.iter().map(|field| columns::expression(kind, field)).collect();
            let sql = format!(
                "SELECT {}, r.ran_at, r.file, r.release, (SELECT ran_at FROM imports WHERE id = f.retired_by_id)
                   FROM {} f JOIN imports r ON r.id = f.import_id
                  WHERE f.id IN ({}) ORDER BY f.retired_by_id IS NOT NULL, f.import_id DESC, f.id DESC",
                shown.join(", "),
                kind.table,
                ids.join(", ")
            );
            let mut statement = self.connection.prepare(&sql)?;
            let mut answer = statement.query([])?;
            while let Some(found) = answer.next()? {
                let mut cells = Vec::new();
                for (i, field) in fields.iter().enumerate() {
                    let cell = match plain(found.get_ref(i)?)?.into_owned() {
                        Value::Int(day) if field.ty == Type::Day => Value::Day(day),
                        Value::Text(text) if field.ty == Type::Json => Value::Json(text),
                        cell => cell,
                    };
                    cells.push((*field, cell));
                }
                let n = fields.len();
                rows.push(History {
                    kind,
                    cells,
                    recorded: found.get(n)?,
                    file: found.get(n + 1)?,
                    release: found.get(n + 2)?,
                    retired: found.get(n + 3)?,
                });
            }
        }
        Ok(rows)
    }

    /// The ids of the rows that a REF has or had, of each kind that has any.
    fn rows_of_ref(&self, source: &str, key: &str) -> Result<Vec<(&'static Kind, Vec<String>)>> {
        // live rows and retired ones have an index each
        let halves = KINDS.iter().enumerate().flat_map(|(n, kind)| {
            ["IS NULL", "IS NOT NULL"].map(|retired| {
                format!(
                    "SELECT {n}, id FROM {} WHERE source_id = ?1 AND key = ?2 AND retired_by_id {retired}",
                    kind.table
                )
            })
        });
        let find = "SELECT id FROM sources WHERE slug = ?1";
        let source = self.connection.query_row(find, [source], |row| row.get::<_, i64>(0));
        let Some(source) = source.optional()? else { return Ok(Vec::new()) };
        let sql = halves.collect::<Vec<_>>().join(" UNION ALL ");
        let mut find = self.connection.prepare(&sql)?;
        let mut found = find.query(params![source, key])?;
        let mut rows: Vec<(&'static Kind, Vec<String>)> = Vec::new();
        while let Some(row) = found.next()? {
            let (kind, id) =
                (KINDS[usize::from(row.get::<_, u8>(0)?)], row.get::<_, i64>(1)?.to_string());
            match rows.last_mut() {
                Some((last, ids)) if last.tag == kind.tag => ids.push(id),
                _ => rows.push((kind, vec![id])),
            }
        }
        Ok(rows)
    }

    /// Every REF that is live, for messages.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn refs(&self) -> Result<Vec<String>> {
        let mut read = self.connection.prepare("SELECT ref FROM current_facts LIMIT 20000")?;
        let refs = read.query_map([], |row| row.get(0))?;
        Ok(refs.collect::<Result<_, _>>()?)
    }

    /// The question of a topic.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn question(&self, topic: &str) -> Result<Option<String>> {
        Ok(self
            .connection
            .query_row("SELECT question FROM topics WHERE slug = ?1", [topic], |row| row.get(0))
            .optional()?)
    }

    /// The title of a source.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn title(&self, source: &str) -> Result<Option<String>> {
        Ok(self
            .connection
            .query_row("SELECT title FROM sources WHERE slug = ?1", [source], |row| row.get(0))
            .optional()?)
    }
}

/// A row that a REF has or had, with the run that recorded it and when it was retired.
#[derive(Debug, Clone)]
pub struct History {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its fields.
    pub cells: Vec<(&'static Field, OwnedValue)>,
    /// When it was recorded.
    pub recorded: String,
    /// From which file.
    pub file: Option<String>,
    /// In which release.
    pub release: Option<String>,
    /// When it was retired, if it was.
    pub retired: Option<String>,
}

impl History {
    /// The run that recorded it.
    #[must_use]
    pub fn import(&self) -> i64 {
        self.run("import").unwrap_or(0)
    }

    /// Whether it was live after a run; `None`: now.
    #[must_use]
    pub fn is_live_at(&self, run: Option<i64>) -> bool {
        let retired = self.run("retired_by");
        run.map_or(retired.is_none(), |run| {
            self.import() <= run && retired.is_none_or(|by| by > run)
        })
    }

    fn run(&self, name: &str) -> Option<i64> {
        self.cells.iter().find(|(field, _)| field.name == name).and_then(|(_, cell)| match cell {
            Value::Int(run) => Some(*run),
            _ => None,
        })
    }
}
