//! Actors and places that nobody named before, and further names, codes and wordings of all.

use std::borrow::Cow;
use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use crate::error::Result;
use crate::kind::reference_table::{HOMONYM, WORDING_SCHEME};
use crate::store::entities::lookup::{EntityClass, abbreviated, wording};
use crate::store::entities::name_cache::{Entity, NameHit, ResolvedName};
use crate::store::entities::several::STATES;
use crate::store::write::transaction::Writer;
use crate::value::EntityRef;
use crate::value::date::Days;
use crate::value::text::{BETWEEN_NAMES, fold_name};

impl Writer<'_> {
    /// Makes an actor or place for a name or code that nobody bears.
    pub(in crate::store) fn create_entity(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        within: Option<i64>,
        taken: bool,
    ) -> Result<NameHit> {
        let code = named.codes.first();
        let called = |(scheme, code): &(&str, Cow<'_, str>)| format!("{scheme} {code}");
        let mut usual = match (named.name.as_deref(), code) {
            (Some(name), _) => name.to_owned(),
            (None, Some(code)) => called(code),
            (None, None) => "unknown".to_owned(),
        };
        let spelling = usual.clone();
        // where somebody else has the name, whoever is new is called after its code too, and at
        // last after all of them
        if taken {
            let all: Vec<String> = named.codes.iter().map(called).collect();
            let every = format!("{usual} ({})", all.join(", "));
            usual = all.first().map_or_else(|| every.clone(), |code| format!("{usual} ({code})"));
            if let Some(known) = self.exactly(class, &usual)? {
                if !self.is_contradicted(class, known.entity, named)? {
                    return Ok(known);
                }
                usual = every;
                if let Some(known) = self.exactly(class, &usual)? {
                    return Ok(known);
                }
            }
        }
        // a code that nobody bears on these days, and that another record had on others
        if named.name.is_none()
            && let Some(known) = self.exactly(class, &usual)?
        {
            return Ok(known);
        }
        let unknown = if class == EntityClass::Actor { "unknown" } else { "other" };
        let run = self.begin_for_names()?;
        let kind = named.kind.as_deref().unwrap_or(unknown);
        let (acts_for, of) = match (class, named.style) {
            (EntityClass::Actor, Some(style)) => {
                (self.state_in(&spelling, &style.acts_for)?, self.state_in(&spelling, &style.of)?)
            }
            _ => (None, None),
        };
        // a point is that of the fact, and of a place only where it is a spot within another
        let point = named.point.filter(|_| within.is_some());
        let entity = match class {
            EntityClass::Actor => self.insert_actor(&usual, kind, (acts_for, of), run)?,
            EntityClass::Place => self.insert_place(&usual, kind, (within, point), run)?,
        };
        let country = match (class, within) {
            (EntityClass::Place, _) if kind == "country" => Some(usual.as_str().into()),
            (EntityClass::Actor, _) | (EntityClass::Place, None) => None,
            (EntityClass::Place, Some(within)) => self.known(class, within)?.country.clone(),
        };
        self.resolved.remember(
            (class, entity),
            Entity {
                usual: usual.as_str().into(),
                is_state: ["state", "country"].contains(&kind),
                country,
                point,
            },
        );
        // whoever is said to be a state, and is none that is known, is most likely a misspelling;
        // [`EntityClass::unknown`] says the same
        let is_unmatched = match class {
            EntityClass::Actor => kind == "state" || kind == "unknown" && acts_for.or(of).is_none(),
            EntityClass::Place => kind == "country" || kind == "other" && within.is_none(),
        };
        if is_unmatched {
            self.resolved.new.push((class, usual.clone()));
        }
        let spelled = self.add_name(class, entity, "name", &usual)?;
        self.add_codes(class, entity, named, false)?;
        // a code without a name is looked up as a code when it comes again
        if let (None, Some((scheme, code))) = (&named.name, code) {
            let any = Days { first: None, last: None };
            if let Some(coded) = self.coded(class, scheme, code, (None, None), any)?
                && coded.entity == entity
            {
                return Ok(coded);
            }
        }
        if taken {
            self.add_name(class, entity, HOMONYM, &spelling)?;
        }
        if class == EntityClass::Actor
            && let Some(parts) = abbreviated(&spelling)
        {
            for part in parts {
                let scheme = if self.exactly(class, part)?.is_some() { HOMONYM } else { "name" };
                self.add_name(class, entity, scheme, part)?;
            }
        }
        // the same words and code must lead to the same row when they come again
        match (taken, code) {
            (true, Some((scheme, code))) => {
                let by: Arc<str> = format!("{scheme}:{code}").into();
                self.add_wording(class, entity, &spelling, &by)
            }
            _ => Ok(spelled),
        }
    }

    /// Adds an actor who acts for a state, or else belongs to one, where either is known.
    fn insert_actor(
        &self,
        usual: &str,
        kind: &str,
        (acts_for, of): (Option<i64>, Option<i64>),
        run: Option<i64>,
    ) -> Result<i64> {
        let add = "INSERT INTO actors (name, kind, acts_for_id, of_id, import_id) VALUES (?1, ?2, ?3, ?4, ?5)";
        let of = of.filter(|_| acts_for.is_none());
        self.transaction.prepare_cached(add)?.execute(params![usual, kind, acts_for, of, run])?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// Adds a place that lies in another and at a point, where either is known.
    fn insert_place(
        &self,
        usual: &str,
        kind: &str,
        (within, point): (Option<i64>, Option<(f64, f64)>),
        run: Option<i64>,
    ) -> Result<i64> {
        let (lat, lon) = point.unzip();
        let add = "INSERT INTO places (name, kind, within_id, latitude, longitude, import_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.transaction
            .prepare_cached(add)?
            .execute(params![usual, kind, within, lat, lon, run])?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// Gives a bearer the codes of schemes that it has none in, unless they are somebody else's. Of
    /// whom the code of a state decided, a data set may have several numbers.
    pub(super) fn add_codes(
        &mut self,
        class: EntityClass,
        entity: i64,
        named: &EntityRef<'_>,
        is_decided_by_state: bool,
    ) -> Result<()> {
        let any = Days { first: None, last: None };
        for (scheme, code) in &named.codes {
            let may_be_several = is_decided_by_state && !STATES.contains(scheme);
            if (may_be_several || !self.has_code(class, entity, scheme)?)
                && self.coded(class, scheme, code, (None, None), any)?.is_none()
            {
                self.add_name(class, entity, scheme, code)?;
            }
        }
        Ok(())
    }

    /// Adds a name or code of an actor or place.
    pub(in crate::store) fn add_name(
        &mut self,
        class: EntityClass,
        entity: i64,
        scheme: &str,
        name: &str,
    ) -> Result<NameHit> {
        let id = self.add_row(class, Some(entity), scheme, name, None)?;
        self.names.forget();
        let wording =
            if scheme == "name" { wording(name) } else { format!("{scheme}:{name}").into() };
        Ok(NameHit { id, entity, wording })
    }

    /// The row of what a source calls somebody whom `meant_by` means, a code or another name.
    pub(in crate::store) fn add_wording(
        &mut self,
        class: EntityClass,
        entity: i64,
        name: &str,
        meant_by: &Arc<str>,
    ) -> Result<NameHit> {
        let find = format!(
            "SELECT id FROM names WHERE folded = ?1 AND +scheme = '{WORDING_SCHEME}' AND name = ?2 AND meant_by = ?3 AND {} = ?4",
            class.column()
        );
        let found: Option<i64> = self
            .transaction
            .prepare_cached(&find)?
            .query_row(params![fold_name(name), name, meant_by, entity], |row| row.get(0))
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => self.add_row(class, Some(entity), WORDING_SCHEME, name, Some(meant_by))?,
        };
        Ok(NameHit { id, entity, wording: format!("{name} [= {meant_by}]").into() })
    }

    /// Adds a row of `names` with what it tells of whom it means.
    fn add_row(
        &mut self,
        class: EntityClass,
        entity: Option<i64>,
        scheme: &str,
        name: &str,
        meant_by: Option<&str>,
    ) -> Result<i64> {
        let (label, country) = match entity {
            Some(entity) => {
                let known = self.known(class, entity)?;
                (Arc::clone(&known.usual), known.country.clone())
            }
            None => (name.into(), None),
        };
        let add = format!(
            "INSERT INTO names (scheme, name, folded, class, label, country, meant_by, {}, import_id)
             VALUES (?1, ?2, ?3, '{}', ?4, ?5, ?6, ?7, ?8)",
            class.column(),
            class.one()
        );
        let run = self.begin_for_names()?;
        self.transaction.prepare_cached(&add)?.execute(params![
            scheme,
            name,
            fold_name(name),
            label,
            country,
            meant_by,
            entity,
            run
        ])?;
        Ok(self.transaction.last_insert_rowid())
    }

    /// The row of a name that means several, made if there is none with these members.
    pub(in crate::store) fn name_of_several(
        &mut self,
        class: EntityClass,
        name: &str,
        members: &[NameHit],
    ) -> Result<ResolvedName> {
        let wordings: Vec<&str> = members.iter().map(|member| member.wording.as_ref()).collect();
        let meant_by = wordings.join(BETWEEN_NAMES);
        // a gloss behind a list would be one of its last name
        let name = if name.contains(BETWEEN_NAMES) { meant_by.as_str() } else { name };
        let find = format!(
            "SELECT n.id, (SELECT json_group_array(member_id ORDER BY position) FROM name_members WHERE name_id = n.id)
               FROM names n WHERE n.folded = ?1 AND +n.scheme = '{WORDING_SCHEME}' AND n.name = ?2 AND n.meant_by = ?3
                AND n.class = '{}' AND n.actor_id IS NULL AND n.place_id IS NULL",
            class.one()
        );
        let ids: Vec<i64> = members.iter().map(|member| member.id).collect();
        let wanted = serde_json::json!(ids).to_string();
        let found: Option<i64> = self
            .transaction
            .prepare_cached(&find)?
            .query_map(params![fold_name(name), name, meant_by], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?
            .find_map(|row| row.ok().filter(|(_, members)| *members == wanted).map(|(id, _)| id));
        let mut labels = Vec::new();
        let mut countries = Vec::new();
        for member in members {
            let known = self.known(class, member.entity)?;
            labels.push(Arc::clone(&known.usual));
            countries.extend(known.country.clone());
        }
        let (label, countries) = (joined(labels), joined(countries));
        let id = match found {
            Some(id) => id,
            None => {
                let id = self.add_row(class, None, WORDING_SCHEME, name, Some(&meant_by))?;
                let add =
                    "INSERT INTO name_members (name_id, position, member_id) VALUES (?1, ?2, ?3)";
                for (position, member) in (1_i64..).zip(&ids) {
                    self.transaction.prepare_cached(add)?.execute([id, position, *member])?;
                }
                self.transaction
                    .prepare_cached("UPDATE names SET label = ?2, country = ?3 WHERE id = ?1")?
                    .execute(params![
                        id,
                        label,
                        Some(countries.as_str()).filter(|text| !text.is_empty())
                    ])?;
                id
            }
        };
        let words = if *name == *label { label.clone() } else { format!("{name} {label}") };
        let wording =
            if meant_by == name { meant_by.clone() } else { format!("{name} [= {meant_by}]") };
        Ok(ResolvedName {
            id,
            wording: wording.into(),
            words: words.into(),
            label: label.into(),
            agrees: None,
        })
    }
}

/// The labels of members as their name has them: each once, in alphabetical order.
fn joined(mut labels: Vec<Arc<str>>) -> String {
    labels.sort_by(|a, b| {
        (a.to_ascii_lowercase().as_str(), a).cmp(&(b.to_ascii_lowercase().as_str(), b))
    });
    labels.dedup();
    labels.join(BETWEEN_NAMES)
}
