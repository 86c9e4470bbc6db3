//! Whether rows are still what was written: digests, days, references, and rows that went.

use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::kind::{KINDS, Kind};
use crate::store::entities::labels;
use crate::store::extras::ExtrasDecoder;
use crate::store::read::columns::stored;
use crate::store::read::cursor::plain;
use crate::store::write::row_encoder::RowEncoder;
use crate::store::{Store, fact_id, rollup};
use crate::value::{Type, Value, date};

impl Store {
    /// Hands on the REF of each row, live or retired, that is not what was written: its digest or
    /// its days tell.
    ///
    /// # Errors
    /// The database is damaged beyond reading, or `each` fails.
    pub fn check_digests(
        &self,
        mut each: impl FnMut(String, &'static str) -> Result<()>,
    ) -> Result<()> {
        let said: String =
            self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if said != "ok" {
            return Err(Error::database(format!("{} is damaged", self.path.display()))
                .with_source(said)
                .hint("restore a backup"));
        }
        for kind in KINDS {
            check_digests(&self.connection, kind, &mut each)?;
            self.check_index(kind, &mut each)?;
        }
        self.check_extras(&mut each)?;
        for name in labels::stale(&self.connection)? {
            each(name, "is a name whose label or country is out of date")?;
        }
        for kind in self.false_sums()? {
            each(rollup::table(kind), "differs from the totals of the facts")?;
        }
        let mut read = self
            .connection
            .prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check")?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            let (table, id, parent): (String, Option<i64>, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let told = format!("{table} row {}", id.unwrap_or_default());
            each(
                told,
                if parent == "imports" {
                    "belongs to a missing import"
                } else {
                    "refers to a missing row"
                },
            )?;
        }
        Ok(())
    }

    /// Layouts and cells of columns without a field that no fact can have written so.
    fn check_extras(
        &self,
        each: &mut impl FnMut(String, &'static str) -> Result<()>,
    ) -> Result<()> {
        let tag = fact_id::tag_of("id");
        let tags: Vec<String> =
            KINDS.iter().map(|kind| fact_id::kind_tag(kind).to_string()).collect();
        let questions = [
            (
                format!("SELECT 'extras row ' || id FROM extras WHERE {tag} NOT IN ({}) OR id < 0", tags.join(", ")),
                "does not belong to any kind of fact",
            ),
            (
                "SELECT 'layouts row ' || id FROM layouts WHERE json_type(columns) <> 'array'
                    OR EXISTS (SELECT 1 FROM json_each(columns) WHERE type <> 'text')"
                    .to_owned(),
                "is not a list of names",
            ),
            (
                format!(
                    "SELECT 'layouts row ' || l.id FROM layouts l JOIN (SELECT DISTINCT layout_id, {tag} AS tag FROM extras) u
                         ON u.layout_id = l.id WHERE NOT l.kinds >> u.tag & 1 GROUP BY l.id"
                ),
                "does not list a kind that uses it",
            ),
        ];
        self.ask(&questions, each)
    }

    /// Facts that the index of words has and the table lacks, or the other way round; and those of
    /// another source's run.
    fn check_index(
        &self,
        kind: &'static Kind,
        each: &mut impl FnMut(String, &'static str) -> Result<()>,
    ) -> Result<()> {
        let table = kind.table;
        let kind_tag = fact_id::kind_tag(kind);
        let (tag, row) = (fact_id::tag_of("id"), fact_id::row_of("id"));
        let number = fact_id::number("f", kind_tag);
        let reference = "(SELECT slug FROM sources WHERE id = f.source_id) || ':' || f.key";
        let questions = [
            (
                format!(
                    "SELECT '{table} row ' || ({row}) FROM search_docsize
                      WHERE {tag} = {kind_tag} AND {row} NOT IN (SELECT id FROM {table})"
                ),
                "is in the search index but no longer exists",
            ),
            (
                format!("SELECT {reference} FROM {table} f WHERE {number} NOT IN (SELECT id FROM search_docsize)"),
                "is missing from the search index",
            ),
            (
                format!(
                    "SELECT {reference} FROM {table} f JOIN imports r ON r.id IN (f.import_id, f.retired_by_id)
                      WHERE r.source_id <> f.source_id"
                ),
                "belongs to an import of another source",
            ),
            (
                format!(
                    "SELECT '{table} row ' || ({row}) FROM extras WHERE {tag} = {kind_tag} AND {row} NOT IN (SELECT id FROM {table})"
                ),
                "has extra columns but no longer exists",
            ),
        ];
        self.ask(&questions, each)
    }

    /// Hands on what each question finds, with what is to say of it.
    fn ask(
        &self,
        questions: &[(String, &'static str)],
        each: &mut impl FnMut(String, &'static str) -> Result<()>,
    ) -> Result<()> {
        for (sql, what) in questions {
            let mut read = self.connection.prepare(sql)?;
            let mut rows = read.query([])?;
            while let Some(row) = rows.next()? {
                each(
                    row.get::<_, Option<String>>(0)?
                        .unwrap_or_else(|| "a row without a source".to_owned()),
                    what,
                )?;
            }
        }
        Ok(())
    }
}

fn check_digests(
    connection: &Connection,
    kind: &'static Kind,
    each: &mut impl FnMut(String, &'static str) -> Result<()>,
) -> Result<()> {
    let form = RowEncoder::of(kind);
    let shown: Vec<String> = form.given().map(|field| stored(kind, field)).collect();
    let packed = form.given().position(|field| field.ty == Type::Json);
    let (mut objects, mut object) = (ExtrasDecoder::of(connection), String::new());
    let sql = format!(
        "SELECT (SELECT slug FROM sources WHERE id = f.source_id) || ':' || f.key, f.digest, f.date, f.first_day, f.last_day, {}
           FROM {} f ORDER BY f.id",
        shown.join(", "),
        kind.table
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let reference: Option<String> = row.get(0)?;
        let reference =
            reference.unwrap_or_else(|| format!("a row of {} without a source", kind.table));
        let mut cells = (0..shown.len())
            .map(|i| plain(row.get_ref(i + 5)?))
            .collect::<Result<Vec<Value<'_>>>>();
        if let (Some(packed), Ok(cells)) = (packed, &mut cells)
            && let Some(text) = cells[packed].text()
        {
            objects.put_together(text, &mut object)?;
            cells[packed] = Value::Json(object.as_str().into());
        }
        let written: Vec<u8> = row.get(1)?;
        if !cells.is_ok_and(|cells| written == form.sum(&cells)) {
            each(reference, "differs from what was written (digest mismatch)")?;
            continue;
        }
        let days = row.get::<_, Option<String>>(2)?.map_or(Ok((None, None)), |text| {
            date::parse(&text).map(|days| (days.first, days.last))
        });
        if days != Ok((row.get(3)?, row.get(4)?)) {
            each(reference, "has days that do not match its date")?;
        }
    }
    Ok(())
}
