//! Writing the tables that facts lean on: rows that come again are updated, those that refer to
//! each other wait.

use std::collections::BTreeSet;

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params, params_from_iter};
use sha2::{Digest, Sha256};

use crate::error::{Result, Stop};
use crate::kind::reference_table::{self, ReferenceTable};
use crate::kind::{self, Field, InputRow};
use crate::store::entities::lookup::{EntityClass, NameEntry, NameMatch, abbreviated};
use crate::store::read::predicate::bind;
use crate::store::search;
use crate::store::write::counts::Outcome;
use crate::store::write::encode_row::{LATITUDE, LONGITUDE, half_location};
use crate::store::write::pending_reference::PendingReference;
use crate::store::write::transaction::{RowError, RowOrigin, Writer};
use crate::store::write::undo_steps;
use crate::value::suggest::did_you_mean;
use crate::value::text::{fold_name, hex};
use crate::value::{InputValue, Type, Value};

/// An identifier for an import that was made before imports had one: all copies of a database make
/// the same of it.
fn uid_of(row: &InputRow<'_>) -> String {
    let mut sum = Sha256::new();
    for (field, value) in row.iter().filter(|(_, value)| !value.is_null()) {
        sum.update(format!("{}={}\n", field.name, value.text().unwrap_or_default()));
    }
    let at: String = kind::given(row, "ran_at").chars().filter(|c| !"-:".contains(*c)).collect();
    format!("{at}-{}", &hex(&sum.finalize())[..12])
}

/// Adds to the columns of a name those that follow from them.
fn complete_name(row: &InputRow<'_>, columns: &mut Vec<(String, Sql)>) -> Result<(), RowError> {
    columns.push(("folded".into(), Sql::Text(fold_name(&kind::given(row, "name")))));
    let entities = columns.iter().filter(|(column, value)| {
        (column == "actor_id" || column == "place_id") && *value != Sql::Null
    });
    if entities.count() != 1 {
        return Err(RowError {
            field: "actor",
            expected: "expected either an actor or a place".into(),
        });
    }
    if kind::given(row, "scheme") == reference_table::WORDING_SCHEME {
        return Err(RowError {
            field: "scheme",
            expected: "a wording belongs in the cell of a fact, as in: the Kremlin [= Russia]"
                .into(),
        });
    }
    let is_actor =
        columns.iter().any(|(column, value)| column == "actor_id" && *value != Sql::Null);
    let class = if is_actor { EntityClass::Actor } else { EntityClass::Place };
    columns.push(("class".into(), Sql::Text(class.one().into())));
    // the label is brought up to date when everything is there
    columns.push(("label".into(), Sql::Text(kind::given(row, "name").into_owned())));
    Ok(())
}

/// What became of the references that waited.
#[derive(Debug, Default)]
pub struct Settled {
    /// Those that lead nowhere, with the place of their row, if it was told.
    pub refused: Vec<(Option<u64>, RowError)>,
    /// The places of the rows that refer to another one than before.
    pub changed: BTreeSet<u64>,
}

impl Writer<'_> {
    /// Says where the rows that are written next stand in their input, should a reference of theirs
    /// lead nowhere: the line of a file, or whatever the caller counts.
    pub fn stand_at(&mut self, place: u64) {
        self.place = Some(place);
    }

    /// Writes a row of a parent table. A reference to a row of the same table waits for
    /// [`settle`](Writer::settle).
    ///
    /// # Errors
    /// The database cannot be written; a bad reference is in the outcome.
    pub fn put_reference(
        &mut self,
        table: &'static ReferenceTable,
        row: &InputRow<'_>,
    ) -> Result<Outcome, Stop<RowError>> {
        let mut columns: Vec<(String, Sql)> = Vec::new();
        let mut later: Vec<(String, EntityClass, &'static Field, String)> = Vec::new();
        for (field, value) in row {
            let column = field.columns().remove(0);
            let refused = |expected| RowError { field: field.name, expected };
            let value = match (field.ty, value) {
                (_, value) if value.is_null() => Sql::Null,
                (Type::Actor | Type::Place, InputValue::Value(Value::Text(name))) => {
                    let class = EntityClass::of(field.ty).unwrap_or(EntityClass::Actor);
                    if class.table() == table.table {
                        later.push((column.clone(), class, field, name.to_string()));
                        continue;
                    }
                    Sql::Integer(self.entity(class, name).map_err(|stop| stop.map(refused))?)
                }
                (Type::Source, InputValue::Value(Value::Text(slug))) => {
                    Sql::Integer(self.source(slug).map_err(|stop| stop.map(refused))?)
                }
                (_, InputValue::Value(value)) => bind(value),
                (_, InputValue::Entity(_)) => Sql::Null,
            };
            columns.push((column, value));
        }
        if table.table == reference_table::NAMES.table {
            complete_name(row, &mut columns).map_err(Stop::Input)?;
        }
        if table.table == reference_table::IMPORTS.table && kind::given(row, "uid").is_empty() {
            columns.retain(|(column, _)| column != "uid");
            columns.push(("uid".into(), Sql::Text(uid_of(row))));
        }
        let named = [
            reference_table::NAMES.table,
            reference_table::ACTORS.table,
            reference_table::PLACES.table,
        ];
        if named.contains(&table.table)
            && let Some(expected) = self.other_bearer(table, &columns)?
        {
            // a folder may still have the name of somebody who was merged into another since
            if self.is_loading() && table.table != reference_table::NAMES.table {
                return Ok(Outcome::Unchanged);
            }
            return Err(Stop::Input(RowError { field: "name", expected }));
        }
        if let Some(refused) = self.half_location(table, &columns)? {
            return Err(Stop::Input(refused));
        }
        let text_of = match columns.first() {
            Some((_, Sql::Integer(source))) if table.table == reference_table::TEXTS.table => {
                search::forget_text(&self.transaction, *source)?;
                Some(*source)
            }
            _ => None,
        };
        let (id, outcome) = self.upsert(table, &columns)?;
        if !self.is_loading() && self.origin == RowOrigin::Run {
            self.counts.count(outcome);
        }
        if let Some(source) = text_of {
            search::add_text(&self.transaction, source)?;
        }
        if let Some(class) = [EntityClass::Actor, EntityClass::Place]
            .into_iter()
            .find(|class| class.table() == table.table)
        {
            self.usual_name(class, id, &kind::given(row, "name"))?;
        }
        for (column, class, field, name) in later {
            self.later.push(PendingReference {
                table: table.table,
                column,
                class,
                id,
                field: field.name,
                name,
                place: self.place,
            });
        }
        if outcome != Outcome::Unchanged {
            self.names.forget();
        }
        self.relabel |= outcome != Outcome::Unchanged && named.contains(&table.table);
        Ok(outcome)
    }

    /// Sets the references that waited.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn settle(&mut self) -> Result<Settled> {
        let mut settled = Settled::default();
        for later in std::mem::take(&mut self.later) {
            match self.entity(later.class, &later.name) {
                Ok(entity) if self.leads_back(&later, entity)? => {
                    let expected =
                        format!("\"{}\" is this one, or belongs to it already", later.name);
                    settled.refused.push((later.place, RowError { field: later.field, expected }));
                }
                Ok(entity) => {
                    if self.set_tie(&later, entity)? {
                        settled.changed.extend(later.place);
                    }
                }
                Err(Stop::Input(expected)) => {
                    settled.refused.push((later.place, RowError { field: later.field, expected }));
                }
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(settled)
    }

    /// Whether a reference would end where it began: a place within itself, or within one that lies in
    /// it.
    fn leads_back(
        &self,
        PendingReference { table, column, id, .. }: &PendingReference,
        entity: i64,
    ) -> Result<bool> {
        let sql = format!(
            "WITH RECURSIVE up (id) AS (SELECT ?1 UNION SELECT t.{column} FROM {table} t JOIN up USING (id) WHERE t.{column} IS NOT NULL)
             SELECT EXISTS (SELECT 1 FROM up WHERE id = ?2)"
        );
        let mut find = self.transaction.prepare_cached(&sql)?;
        Ok(find.query_row([entity, *id], |row| row.get(0))?)
    }

    /// Sets a reference that waited; says whether it was another one.
    fn set_tie(
        &mut self,
        PendingReference { table, column, id, .. }: &PendingReference,
        entity: i64,
    ) -> Result<bool> {
        let differs = format!("id = ?1 AND {column} IS NOT {entity}");
        let is_set = format!("SELECT NOT EXISTS (SELECT 1 FROM {table} WHERE {differs})");
        if self.transaction.prepare_cached(&is_set)?.query_row([id], |row| row.get(0))? {
            return Ok(false);
        }
        let run = self.begin_for_names()?;
        undo_steps::keep(&self.transaction, run, table, &[column.as_str()], &differs, *id)?;
        let set = format!("UPDATE {table} SET {column} = ?1 WHERE id = ?2");
        self.transaction.prepare_cached(&set)?.execute(params![entity, id])?;
        // what lies in a place has the country of that
        self.relabel = true;
        Ok(true)
    }

    /// What is wrong with a place that would have one coordinate: a row may leave out what the database
    /// has already.
    fn half_location(
        &self,
        table: &ReferenceTable,
        columns: &[(String, Sql)],
    ) -> Result<Option<RowError>> {
        let given =
            |name: &str| columns.iter().find(|(column, _)| column == name).map(|(_, value)| value);
        let coordinates = [LATITUDE, LONGITUDE].map(given);
        if table.table != reference_table::PLACES.table || coordinates == [None, None] {
            return Ok(None);
        }
        let find = "SELECT latitude IS NOT NULL, longitude IS NOT NULL FROM places WHERE name = ?1";
        let held: Option<[bool; 2]> = self
            .transaction
            .prepare_cached(find)?
            .query_row([given("name")], |row| Ok([row.get(0)?, row.get(1)?]))
            .optional()?;
        let held = held.unwrap_or_default();
        let has = |n: usize| coordinates[n].map_or(held[n], |value| *value != Sql::Null);
        Ok(half_location(has(0), has(1)))
    }

    /// The actor or place that a name means, or what was expected instead.
    fn entity(&mut self, class: EntityClass, name: &str) -> Result<i64, Stop<String>> {
        // a usual name has an index of its own
        let usual = format!("SELECT id FROM {} WHERE name = ?1", class.table());
        let name_of = crate::store::entities::lookup::spelling(name);
        if name_of.scheme.is_none_or(|scheme| scheme == "name") {
            let found: Option<i64> = self
                .transaction
                .prepare_cached(&usual)?
                .query_row([name_of.name], |row| row.get(0))
                .optional()?;
            if let Some(id) = found {
                return Ok(id);
            }
        }
        let found = self.names.find(&self.transaction, class, name)?;
        match found {
            NameMatch::One(NameEntry { entity, .. }) => Ok(entity),
            other => Err(Stop::Input(self.expected_name(class, name, &other)?)),
        }
    }

    /// What to say of a name that means nobody, or several.
    pub(in crate::store) fn expected_name(
        &self,
        class: EntityClass,
        name: &str,
        found: &NameMatch,
    ) -> Result<String> {
        let one = class.one();
        if let NameMatch::Several(entities) = found {
            return Ok(format!("ambiguous {one}: this name means {}", entities.join(" and ")));
        }
        let known = crate::store::entities::lookup::known(&self.transaction, class)?;
        let near = did_you_mean(name, known.iter().map(String::as_str));
        let table = class.table();
        let other = match self.run.action.as_str() {
            "seed" => format!("or list it in {table}.csv"),
            _ => "or let --create add it".to_owned(),
        };
        Ok(format!(
            "unknown {one}: add it with facts add {table} name=\"{name}\" kind=KIND, {other}{near}"
        ))
    }

    /// What to say when a name or code, or the usual name of somebody new, is somebody else's at
    /// that time.
    fn other_bearer(
        &self,
        table: &ReferenceTable,
        columns: &[(String, Sql)],
    ) -> Result<Option<String>> {
        let value = |name: &str| {
            columns
                .iter()
                .find(|(column, _)| column == name)
                .map_or(Sql::Null, |(_, value)| value.clone())
        };
        // several may bear a homonym, and be meant by words of a source
        let shared = [reference_table::HOMONYM, reference_table::WORDING_SCHEME];
        if let Sql::Text(scheme) = value("scheme")
            && shared.contains(&scheme.as_str())
        {
            return Ok(None);
        }
        let own = [EntityClass::Actor, EntityClass::Place]
            .into_iter()
            .find(|class| class.table() == table.table);
        let class = own.unwrap_or(if value("actor_id") == Sql::Null {
            EntityClass::Place
        } else {
            EntityClass::Actor
        });
        let (column, entities) = (class.column(), class.table());
        let (scheme, other) = match own {
            Some(_) => (Sql::Text("name".into()), "b.name <> n.name AND ?5 IS NULL".to_owned()),
            None => (value("scheme"), format!("n.{column} <> ?5")),
        };
        let sql = format!(
            "SELECT b.name FROM names n JOIN {entities} b ON b.id = n.{column}
              WHERE n.folded = ?1 AND n.scheme = ?2 AND n.name = ?3 AND n.valid_from IS ?4 AND {other}"
        );
        let folded = match value("name") {
            Sql::Text(name) => Sql::Text(fold_name(&name)),
            other => other,
        };
        let asked = [folded, scheme, value("name"), value("valid_from"), value(column)];
        let other: Option<String> = self
            .transaction
            .prepare_cached(&sql)?
            .query_row(params_from_iter(asked), |row| row.get(0))
            .optional()?;
        Ok(other.map(|other| {
            format!(
                "already a name of {other}; a name means only one {} at a time; if both are one: \
                 facts names merge",
                class.one()
            )
        }))
    }

    /// Gives somebody new their usual name, and the abbreviation and the full name in `TNLA: Ta'ang
    /// National Liberation Army`.
    fn usual_name(&mut self, class: EntityClass, entity: i64, name: &str) -> Result<()> {
        let mut spellings = vec![("name", name)];
        if let (EntityClass::Actor, Some(parts)) = (class, abbreviated(name)) {
            for part in parts {
                let other = self.exactly(class, part)?.is_some_and(|other| other.entity != entity);
                spellings.push((if other { reference_table::HOMONYM } else { "name" }, part));
            }
        }
        let (column, one) = (class.column(), class.one());
        let has = format!(
            "SELECT EXISTS (SELECT 1 FROM names WHERE scheme = ?1 AND name = ?2 AND {column} = ?3)"
        );
        let add = format!(
            "INSERT INTO names (scheme, name, folded, class, label, {column}, import_id)
             VALUES (?1, ?2, ?4, '{one}', ?2, ?3, ?5)"
        );
        for (scheme, name) in spellings {
            let asked = params![scheme, name, entity];
            if !self.transaction.prepare_cached(&has)?.query_row(asked, |row| row.get(0))? {
                let run = self.begin_for_names()?;
                let row = params![scheme, name, entity, fold_name(name), run];
                self.transaction.prepare_cached(&add)?.execute(row)?;
            }
        }
        Ok(())
    }

    fn upsert(
        &mut self,
        table: &ReferenceTable,
        columns: &[(String, Sql)],
    ) -> Result<(i64, Outcome)> {
        let declared = table
            .key
            .iter()
            .filter_map(|name| table.field(name))
            .map(|field| field.columns().remove(0));
        // names are found by their folded form, which has an index
        let folded =
            columns.iter().map(|(column, _)| column.clone()).filter(|column| column == "folded");
        let keys: Vec<String> = folded.chain(declared).collect();
        let is_key = |column: &String| keys.contains(column);
        let value_of = |name: &String| {
            columns
                .iter()
                .find(|(column, _)| column == name)
                .map_or(Sql::Null, |(_, value)| value.clone())
        };
        let at: Vec<String> = keys.iter().map(|column| format!("{column} IS ?")).collect();
        let key_values: Vec<Sql> = keys.iter().map(value_of).collect();
        let find = format!("SELECT id FROM {} WHERE {}", table.table, at.join(" AND "));
        let found: Option<i64> = self
            .transaction
            .prepare_cached(&find)?
            .query_row(params_from_iter(&key_values), |row| row.get(0))
            .optional()?;
        let Some(id) = found else {
            let mut columns = columns.to_vec();
            if table.kept.contains(&"import_id") {
                let run = self.begin_for_names()?;
                columns.push(("import_id".into(), run.map_or(Sql::Null, Sql::Integer)));
            }
            let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
            let marks = vec!["?"; names.len()].join(", ");
            let insert =
                format!("INSERT INTO {} ({}) VALUES ({marks})", table.table, names.join(", "));
            self.transaction
                .prepare_cached(&insert)?
                .execute(params_from_iter(columns.iter().map(|(_, value)| value)))?;
            return Ok((self.transaction.last_insert_rowid(), Outcome::Added));
        };
        // the label is kept by the entities themselves
        let others: Vec<&(String, Sql)> = columns
            .iter()
            .filter(|(column, _)| !is_key(column) && !["class", "label"].contains(&column.as_str()))
            .collect();
        if others.is_empty() {
            return Ok((id, Outcome::Unchanged));
        }
        let set: Vec<String> = others.iter().map(|(column, _)| format!("{column} = ?")).collect();
        let same: Vec<String> = others.iter().map(|(column, _)| format!("{column} IS ?")).collect();
        let values = others.iter().map(|(_, value)| value.clone());
        let is_same: bool = self
            .transaction
            .prepare_cached(&format!(
                "SELECT {} FROM {} WHERE id = ?",
                same.join(" AND "),
                table.table
            ))?
            .query_row(params_from_iter(values.clone().chain([Sql::Integer(id)])), |row| {
                row.get(0)
            })?;
        if is_same {
            return Ok((id, Outcome::Unchanged));
        }
        let run = self.begin_for_names()?;
        let changed: Vec<&str> = others.iter().map(|(column, _)| column.as_str()).collect();
        undo_steps::keep(&self.transaction, run, table.table, &changed, "id = ?1", id)?;
        let update = format!("UPDATE {} SET {} WHERE id = ?", table.table, set.join(", "));
        let all = values.chain([Sql::Integer(id)]);
        self.transaction.prepare_cached(&update)?.execute(params_from_iter(all))?;
        Ok((id, Outcome::Changed))
    }
}
