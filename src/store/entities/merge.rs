//! Links names to another entity. Facts refer to names, so every fact with the name follows.

use rusqlite::{Connection, params};

use crate::error::Result;
use crate::kind::{KINDS, Kind};
use crate::store::entities::country_names::in_english;
use crate::store::entities::labels;
use crate::store::entities::lookup::{EntityClass, NameEntry, NameLookup, NameMatch, spelling};
use crate::store::search::Reindex;
use crate::store::write::transaction::Writer;
use crate::store::write::undo_steps;
use crate::store::{Store, rollup};
use crate::value::Type;
use crate::value::text::fold_name;

/// What became of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkOutcome {
    /// The name means this bearer now, and so many facts bear it.
    Done(String, u64),
    /// Nobody is called so.
    NoEntity,
    /// Nobody has the name that was to be merged.
    NoName,
    /// The name is somebody else's.
    Taken(String),
    /// What is to be merged is one of several names of this one.
    FurtherName(String),
    /// Both that are to be merged are states, by their usual names.
    BothStates(String, String),
    /// What is to be merged is what the other, named second, belongs to.
    Above(String, String),
}

impl Writer<'_> {
    /// Gives a name the bearer that another name or code has. With `merge`, all names of its bearer
    /// go over.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn link(
        &mut self,
        class: EntityClass,
        name: &str,
        entity: &str,
        merge: bool,
    ) -> Result<LinkOutcome> {
        if std::mem::take(&mut self.relabel) {
            labels::refresh(&self.transaction)?;
        }
        let mut lookup = NameLookup::default();
        let NameMatch::One(NameEntry { entity: to, usual: to_usual, .. }) =
            lookup.find(&self.transaction, class, entity)?
        else {
            return Ok(LinkOutcome::NoEntity);
        };
        let from = match lookup.find(&self.transaction, class, name)? {
            NameMatch::One(NameEntry { entity: from, usual, .. }) => Some((from, usual)),
            NameMatch::None => None,
            NameMatch::Several(several) => {
                return Ok(LinkOutcome::Taken(several.join(" and ")));
            }
        };
        let mut facts = 0;
        match from {
            None if merge => return Ok(LinkOutcome::NoName),
            None => {
                let add = format!(
                    "INSERT INTO names (scheme, name, folded, class, label, country, import_id, {column})
                     SELECT 'name', ?1, ?2, class, label, country, ?4, {column} FROM names WHERE {column} = ?3 LIMIT 1",
                    column = class.column()
                );
                let spelled = spelling(name).name;
                let run = self.begin_for_names()?;
                self.transaction.execute(&add, params![spelled, fold_name(spelled), to, run])?;
            }
            Some((from, usual)) if from == to && merge => return Ok(LinkOutcome::Taken(usual)),
            Some((from, _)) if from == to => {}
            Some((_, usual))
                if merge
                    && spelling(name).scheme.is_none()
                    && fold_name(&usual) != fold_name(spelling(name).name) =>
            {
                return Ok(LinkOutcome::FurtherName(usual));
            }
            Some((from, usual))
                if merge
                    && is_state(&self.transaction, class, from)?
                    && is_state(&self.transaction, class, to)? =>
            {
                return Ok(LinkOutcome::BothStates(usual, to_usual));
            }
            Some((from, usual)) if belongs_to(&self.transaction, class, to, from)? => {
                return Ok(LinkOutcome::Above(usual, to_usual));
            }
            Some((from, usual)) => {
                let is_unknown =
                    format!("SELECT {} FROM {} WHERE id = ?1", class.unknown(), class.table());
                if !(merge || self.transaction.query_row(&is_unknown, [from], |row| row.get(0))?) {
                    return Ok(LinkOutcome::Taken(usual));
                }
                let run = self.begin_for_names()?;
                facts = facts_of(&self.transaction, class, from)?;
                let words =
                    Reindex::begin(&self.transaction, from, |kind| has_name_of(class, kind))?;
                go_over(&self.transaction, run, class, from, to)?;
                labels::refresh(&self.transaction)?;
                words.end(&self.transaction)?;
            }
        }
        self.names.forget();
        Ok(LinkOutcome::Done(to_usual, facts))
    }
}

impl Store {
    /// The actors, or the places, that nobody has said anything about.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn unknown_entities(&self, class: EntityClass) -> Result<Vec<String>> {
        let sql =
            format!("SELECT name FROM {} WHERE {} ORDER BY name", class.table(), class.unknown());
        let mut read = self.connection.prepare(&sql)?;
        let names = read.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The usual name of the actor, or the place, that a name means.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn usual_name(&self, class: EntityClass, name: &str) -> Result<Option<String>> {
        match NameLookup::default().find(&self.connection, class, name)? {
            NameMatch::One(entry) => Ok(Some(entry.usual)),
            _ => Ok(None),
        }
    }

    /// Whether a text means a place that is known, or a country as another language calls it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn is_place(&self, text: &str) -> Result<bool> {
        Ok(self.usual_name(EntityClass::Place, text)?.is_some() || in_english(text).is_some())
    }

    /// The usual names of whoever a text means: actors and places.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn entities(&self, text: &str) -> Result<Vec<String>> {
        let mut entities = Vec::new();
        for class in [EntityClass::Actor, EntityClass::Place] {
            if let NameMatch::One(entry) =
                NameLookup::default().find(&self.connection, class, text)?
            {
                entities.push(entry.usual);
            }
        }
        Ok(entities)
    }

    /// Every spelling of actors or places.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn all_names(&self, class: EntityClass) -> Result<Vec<String>> {
        crate::store::entities::lookup::known(&self.connection, class)
    }

    /// Every spelling and designation by which a sentence looks like a fact.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn searched_names(&self) -> Result<Vec<String>> {
        let mut arms = vec!["SELECT name FROM names WHERE scheme = 'name'".to_owned()];
        arms.extend(KINDS.iter().filter(|kind| kind.field("designation").is_some()).map(|kind| {
            format!("SELECT designation FROM {} WHERE retired_by_id IS NULL", kind.table)
        }));
        let mut read = self.connection.prepare(&arms.join(" UNION "))?;
        let names = read.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }
}

/// Gives all names of one bearer to another; the first is no more.
fn go_over(
    connection: &Connection,
    run: Option<i64>,
    class: EntityClass,
    from: i64,
    to: i64,
) -> Result<()> {
    let (column, table) = (class.column(), class.table());
    let change = |table: &str, column: &str, old: i64, new: i64| -> Result<()> {
        undo_steps::keep(connection, run, table, &[column], &format!("{column} = ?1"), old)?;
        let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
        connection.execute(&sql, [old, new])?;
        Ok(())
    };
    // a name that both have is one name: facts that bear the first bear the second
    let mut both = connection.prepare(&format!(
        "SELECT a.id, b.id FROM names a JOIN names b ON b.{column} = ?2 AND b.scheme = a.scheme AND b.name = a.name
          AND b.valid_from IS a.valid_from AND b.meant_by IS a.meant_by WHERE a.{column} = ?1"
    ))?;
    let doubled: Vec<(i64, i64)> = both
        .query_map([from, to], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (old, new) in doubled {
        for (table, column) in roles(class) {
            change(table, &column, old, new)?;
        }
        if class == EntityClass::Place {
            rollup::move_place(connection, old, new)?;
        }
        let columns = ["position", "member_id"];
        undo_steps::keep(connection, run, "name_members", &columns, "member_id = ?1", old)?;
        connection
            .execute("UPDATE name_members SET member_id = ?2 WHERE member_id = ?1", [old, new])?;
        undo_steps::keep_whole(connection, run, "names", old)?;
        connection.execute("DELETE FROM names WHERE id = ?1", [old])?;
    }
    change("names", column, from, to)?;
    for tie in class.ties() {
        change(table, tie, from, to)?;
    }
    undo_steps::keep_whole(connection, run, table, from)?;
    connection.execute(&format!("DELETE FROM {table} WHERE id = ?1"), [from])?;
    Ok(())
}

/// The condition that the row `f` of a kind has a name of the entity `?1`, or one that has such a
/// member.
pub(in crate::store) fn has_name_of(class: EntityClass, kind: &'static Kind) -> String {
    let names = format!(
        "SELECT id FROM names WHERE {column} = ?1
         UNION SELECT m.name_id FROM name_members m JOIN names n ON n.id = m.member_id WHERE n.{column} = ?1",
        column = class.column()
    );
    let roles: Vec<String> = roles(class)
        .into_iter()
        .filter(|(table, _)| *table == kind.table)
        .map(|(_, column)| format!("f.{column} IN ({names})"))
        .collect();
    format!("({})", roles.join(" OR "))
}

/// The columns of facts that point to names of a class.
pub(in crate::store) fn roles(class: EntityClass) -> Vec<(&'static str, String)> {
    let ty = if class == EntityClass::Actor { Type::Actor } else { Type::Place };
    KINDS
        .iter()
        .flat_map(|kind| {
            kind.fields()
                .filter(|field| field.ty == ty && field.is_stored())
                .map(|field| (kind.table, format!("{}_id", field.name)))
        })
        .collect()
}

/// How many live facts name an entity, alone or among others.
fn facts_of(connection: &Connection, class: EntityClass, entity: i64) -> Result<u64> {
    let mut facts = 0_i64;
    for kind in KINDS {
        let sql = format!(
            "SELECT count(*) FROM {} f WHERE f.retired_by_id IS NULL AND {}",
            kind.table,
            has_name_of(class, kind)
        );
        facts += connection.query_row(&sql, [entity], |row| row.get::<_, i64>(0))?;
    }
    Ok(facts.unsigned_abs())
}

/// Whether an actor or place belongs to another, or lies in it, perhaps by way of others.
fn belongs_to(connection: &Connection, class: EntityClass, id: i64, above: i64) -> Result<bool> {
    let table = class.table();
    let ties = class.ties();
    let steps: Vec<String> = ties
        .iter()
        .map(|tie| {
            format!("SELECT t.{tie} FROM {table} t JOIN up USING (id) WHERE t.{tie} IS NOT NULL")
        })
        .collect();
    let sql = format!(
        "WITH RECURSIVE up (id) AS (SELECT ?1 UNION {}) SELECT EXISTS (SELECT 1 FROM up WHERE id = ?2)",
        steps.join(" UNION ")
    );
    Ok(connection.query_row(&sql, [id, above], |row| row.get(0))?)
}

/// Whether an actor or place is a state that a list of codes has.
fn is_state(connection: &Connection, class: EntityClass, id: i64) -> Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM names WHERE {} = ?1 AND scheme IN ('iso3', 'iso2', 'iso-numeric', 'gw', 'cow'))",
        class.column()
    );
    Ok(connection.query_row(&sql, [id], |row| row.get(0))?)
}
