//! Corrections by hand: facts retired, actors and places renamed, rows deleted that nothing refers
//! to.

use rusqlite::{OptionalExtension, params};

use crate::error::{Error, Result, Stop};
use crate::kind::reference_table::{ReferenceTable, SOURCES, TOPICS};
use crate::kind::{KINDS, Kind};
use crate::store::entities::labels;
use crate::store::entities::lookup::EntityClass;
use crate::store::entities::merge::{has_name_of, roles};
use crate::store::search::{self, Reindex};
use crate::store::write::put::Retirement;
use crate::store::write::transaction::Writer;
use crate::store::write::undo_steps;
use crate::value::text::count;

impl Writer<'_> {
    /// Retires the live fact of a key.
    ///
    /// # Errors
    /// The database cannot be written, or there is no such fact.
    pub fn retire_fact(
        &mut self,
        kind: &'static Kind,
        source: &str,
        key: &str,
        why: &str,
        note: Option<&str>,
    ) -> Result<()> {
        let source = self.source(source).map_err(|stop| stop.into_error(Error::usage))?;
        let sql = format!(
            "SELECT id FROM {} WHERE source_id = ?1 AND key = ?2 AND retired_by_id IS NULL",
            kind.table
        );
        let id: Option<i64> = self
            .transaction
            .prepare_cached(&sql)?
            .query_row(params![source, key], |row| row.get(0))
            .optional()?;
        let Some(id) = id else { return Ok(()) };
        let run = self.begin(source)?;
        self.counts.withdrawn += 1;
        self.retire(kind, id, Retirement { run, why, note })
    }

    /// Gives an actor or place another usual name; the old one stays a name of it.
    ///
    /// # Errors
    /// Another has the name, or nobody the old one; the database cannot be written.
    pub fn rename(
        &mut self,
        class: EntityClass,
        name: &str,
        new_name: &str,
    ) -> Result<(), Stop<String>> {
        let (table, column) = (class.table(), class.column());
        let find = format!("SELECT id FROM {table} WHERE name = ?1");
        let id = |name: &str| -> Result<Option<i64>> {
            Ok(self
                .transaction
                .prepare_cached(&find)?
                .query_row([name], |row| row.get(0))
                .optional()?)
        };
        let Some(entity) = id(name)? else {
            return Err(Stop::Input(format!("unknown {}", class.one())));
        };
        let other = self.exactly(class, new_name)?.filter(|other| other.entity != entity);
        if other.is_some() || id(new_name)?.is_some() {
            let one = class.one();
            return Err(Stop::Input(format!(
                "already a name of another {one}; to make them one: facts names merge"
            )));
        }
        let run = self.begin_for_names()?;
        let words = Reindex::begin(&self.transaction, entity, |kind| has_name_of(class, kind))?;
        undo_steps::keep(&self.transaction, run, table, &["name"], "id = ?1", entity)?;
        self.transaction.execute(
            &format!("UPDATE {table} SET name = ?2 WHERE id = ?1"),
            params![entity, new_name],
        )?;
        let called = format!(
            "SELECT EXISTS (SELECT 1 FROM names WHERE {column} = ?1 AND scheme = 'name' AND name = ?2)"
        );
        if !self.transaction.query_row(&called, params![entity, new_name], |row| row.get(0))? {
            self.add_name(class, entity, "name", new_name)?;
        }
        labels::refresh(&self.transaction)?;
        words.end(&self.transaction)?;
        self.names.forget();
        self.counts.changed += 1;
        Ok(())
    }

    /// Deletes a row of a table.
    ///
    /// # Errors
    /// Something refers to it; the database cannot be written.
    pub fn delete_reference(
        &mut self,
        table: &'static ReferenceTable,
        name: &str,
    ) -> Result<(), Stop<String>> {
        let find = format!("SELECT id FROM {} WHERE {} = ?1", table.table, table.key[0]);
        let id: i64 = self.transaction.query_row(&find, [name], |row| row.get(0))?;
        let class = [EntityClass::Actor, EntityClass::Place]
            .into_iter()
            .find(|class| class.table() == table.table);
        let facts = self.facts_that_name(table, class, id, name)?;
        if facts > 0 {
            return Err(Stop::Input(format!(
                "{name} is used by {}, retired ones included",
                count(facts, "fact", "facts")
            )));
        }
        if let Some(class) = class {
            for tie in class.ties() {
                let sql = format!("SELECT name FROM {} WHERE {tie} = ?1", class.table());
                let tied: Option<String> =
                    self.transaction.query_row(&sql, [id], |row| row.get(0)).optional()?;
                if let Some(tied) = tied {
                    return Err(Stop::Input(format!(
                        "{tied} belongs to {name}: change or delete it first"
                    )));
                }
            }
        }
        let run = self.begin_for_names()?;
        let owned: Vec<(&str, String)> = match class {
            Some(class) => vec![("names", format!("{} = ?1", class.column()))],
            None if table.table == SOURCES.table => {
                vec![("source_texts", "source_id = ?1".to_owned())]
            }
            None => Vec::new(),
        };
        if table.table == SOURCES.table {
            search::forget_text(&self.transaction, id)?;
            let of_source = "source_id = ?1";
            undo_steps::keep(&self.transaction, run, "imports", &["source_id"], of_source, id)?;
            self.transaction
                .execute("UPDATE imports SET source_id = NULL WHERE source_id = ?1", [id])?;
        }
        for (owned, condition) in owned {
            let sql = format!("SELECT id FROM {owned} WHERE {condition}");
            let rows: Vec<i64> = {
                let mut find = self.transaction.prepare(&sql)?;
                find.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?
            };
            for row in rows {
                undo_steps::keep_whole(&self.transaction, run, owned, row)?;
            }
            self.transaction.execute(&format!("DELETE FROM {owned} WHERE {condition}"), [id])?;
        }
        undo_steps::keep_whole(&self.transaction, run, table.table, id)?;
        self.transaction.execute(&format!("DELETE FROM {} WHERE id = ?1", table.table), [id])?;
        self.counts.withdrawn += 1;
        self.names.forget();
        Ok(())
    }

    /// How many facts, retired ones among them, or imports refer to a row.
    fn facts_that_name(
        &self,
        table: &ReferenceTable,
        class: Option<EntityClass>,
        id: i64,
        name: &str,
    ) -> Result<u64> {
        let mut conditions: Vec<(&str, String)> = Vec::new();
        if table.table == TOPICS.table {
            conditions.extend(KINDS.iter().map(|kind| (kind.table, "topic = ?2".to_owned())));
        }
        if table.table == SOURCES.table {
            conditions.extend(KINDS.iter().map(|kind| (kind.table, "source_id = ?1".to_owned())));
        }
        if let Some(class) = class {
            let names = format!(
                "(SELECT id FROM names WHERE {0} = ?1 UNION SELECT m.name_id FROM name_members m JOIN names n ON n.id = m.member_id WHERE n.{0} = ?1)",
                class.column()
            );
            conditions.extend(
                roles(class)
                    .into_iter()
                    .map(|(table, column)| (table, format!("{column} IN {names}"))),
            );
        }
        let mut facts = 0_i64;
        for (table, condition) in conditions {
            let sql = format!("SELECT count(*) FROM {table} WHERE {condition} AND ?1 IS NOT ?2");
            facts +=
                self.transaction.query_row(&sql, params![id, name], |row| row.get::<_, i64>(0))?;
        }
        Ok(facts.unsigned_abs())
    }
}
