//! Whom a data set means: names and codes on their way in, and those that nobody has borne before.
//!
//! A code that is known decides; then the spelling. What neither knows becomes a new actor or place
//! and is listed: nothing is guessed onto somebody known.

use std::borrow::Cow;
use std::rc::Rc;

use rusqlite::params;

use crate::error::{Result, Stop};
use crate::store::entities::lookup::{EntityClass, spelling};
use crate::store::entities::name_cache::{Entity, ResolvedName, write_days, write_key};
use crate::store::write::bulk::{NameRow, rows_of};
use crate::store::write::transaction::Writer;
use crate::value::EntityRef;
use crate::value::date::{self, Days};
use crate::value::text::fold;

/// Two points that are one: a step of the seventh decimal is a centimetre.
const SAME: f64 = 1e-6;

impl Writer<'_> {
    /// The row of `names` that a data set's name means on these days, made if there is none; or
    /// what was expected instead.
    pub(in crate::store) fn resolve(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        days: Days,
    ) -> Result<Rc<ResolvedName>, Stop<String>> {
        let mut key = std::mem::take(&mut self.resolved.key);
        key.clear();
        write_key(&mut key, class, named);
        let mut known = self.resolved.found.get(&key);
        let dated = matches!(known, Some(None));
        if dated {
            write_days(&mut key, days);
            known = self.resolved.found.get(&key);
        }
        let outcome = match known {
            Some(Some(meant)) => {
                self.resolved.dated |= dated;
                Ok(meant)
            }
            _ => {
                self.resolved.dated = dated;
                let outcome = match self.resolve_uncached(class, named, days) {
                    Ok(meant) => Ok(Rc::new(self.whole(class, meant)?)),
                    Err(stop) => Err(stop),
                };
                if self.resolved.dated && !dated {
                    self.resolved.found.insert(key.as_slice().into(), None);
                    write_days(&mut key, days);
                }
                if let Ok(meant) = &outcome {
                    self.resolved.found.insert(key.as_slice().into(), Some(Rc::clone(meant)));
                }
                outcome
            }
        };
        self.resolved.key = key;
        outcome
    }

    /// Names that nobody known bore before this run.
    #[must_use]
    pub fn unresolved(&self) -> &[(EntityClass, String)] {
        &self.resolved.new
    }

    fn resolve_uncached(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        days: Days,
    ) -> Result<ResolvedName, Stop<String>> {
        if let Some((lat, lon)) = named.point
            && !((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon))
        {
            return Err(Stop::Input(format!(
                "expected a latitude within ±90 and a longitude within ±180, found {lat} and {lon}"
            )));
        }
        let within = match named.within.as_deref().filter(|within| !within.is_empty()) {
            None => None,
            Some(within) => {
                let meant = self.resolve(class, within, days)?;
                Some((Rc::unwrap_or_clone(meant), within.name.as_deref()))
            }
        };
        let Some((country, country_name)) = within else {
            return self.entity_of(class, named, days, None);
        };
        let Some(name) = named.name.as_deref() else {
            return Ok(country);
        };
        let usual = Rc::clone(&self.known(class, country.entity)?.usual);
        let folded = fold(name);
        if folded == fold(&usual) || country_name.is_some_and(|country| folded == fold(country)) {
            return Ok(ResolvedName { no_point: named.point.is_some(), ..country });
        }
        // a town is called after its country too: there is an Alexandria in many
        let mut full = format!("{name}, {usual}");
        let mut known = self.spelled(class, &full)?;
        if let (Some((lat, lon)), Some(other)) = (named.point, &known)
            && self.is_elsewhere(other.entity, lat, lon)?
        {
            full = format!("{full} ({lat}, {lon})");
            known = self.spelled(class, &full)?;
        }
        let place = EntityRef {
            name: Some(full.into()),
            codes: named.codes.clone(),
            kind: named.kind.clone(),
            point: named.point,
            within: None,
        };
        if place.codes.is_empty() {
            return Ok(match known {
                Some(known) => self.as_spelled(class, known, &place)?,
                None => self.create_entity(class, &place, Some(country.entity), false)?,
            });
        }
        self.entity_of(class, &place, days, Some(country.entity))
    }

    /// Whom the codes or the spelling mean, or somebody new.
    fn entity_of(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        days: Days,
        within: Option<i64>,
    ) -> Result<ResolvedName, Stop<String>> {
        let name = named.name.as_deref();
        let mut coded = None;
        // the first code decides; a further one finds nobody whose codes say otherwise
        for (n, (scheme, code)) in named.codes.iter().enumerate() {
            if coded.is_none()
                && let Some(found) = self.coded(class, scheme, code, name, days)?
                && (n == 0 || !self.is_contradicted(class, found.entity, named)?)
            {
                coded = Some(found);
            }
        }
        if let Some(coded) = coded {
            self.add_codes(class, coded.entity, named)?;
            let Some(name) = name else { return Ok(coded) };
            return Ok(match self.exactly(class, name)? {
                Some(spelled) if spelled.entity == coded.entity => spelled,
                // somebody else has the name; whoever was made for this code is called after both
                Some(_) => {
                    let usual = Rc::clone(&self.known(class, coded.entity)?.usual);
                    let other_name =
                        !usual.strip_prefix(name).is_some_and(|rest| rest.starts_with(" ("));
                    ResolvedName { other_name, ..coded }
                }
                None => self.add_name(class, coded.entity, "name", name)?,
            });
        }
        let mut taken = false;
        if let Some(name) = name
            && let Some(spelled) = self.spelled(class, name)?
        {
            let free = match named.codes.first() {
                Some((scheme, _)) => !self.has_code(class, spelled.entity, scheme)?,
                None => true,
            };
            if free {
                self.add_codes(class, spelled.entity, named)?;
                return Ok(self.as_spelled(class, spelled, named)?);
            }
            taken = self.exactly(class, name)?.is_some();
        }
        Ok(self.create_entity(class, named, within, taken)?)
    }

    /// The row of a spelling as it is given: another spelling of the same folded form gets a row of
    /// its own.
    fn as_spelled(
        &mut self,
        class: EntityClass,
        spelled: ResolvedName,
        named: &EntityRef<'_>,
    ) -> Result<ResolvedName> {
        let given = named.name.as_deref().unwrap_or_default();
        let meant = if wording(given) == spelled.wording {
            spelled
        } else {
            match self.exactly(class, given)? {
                Some(exact) => exact,
                None => self.add_name(class, spelled.entity, "name", given)?,
            }
        };
        let no_point = match named.point {
            Some((lat, lon)) => !self.is_there(meant.entity, lat, lon)?,
            None => false,
        };
        Ok(ResolvedName { no_point, ..meant })
    }

    /// Whether somebody has other codes than those that are given, and none of them: it cannot be
    /// who is meant.
    fn is_contradicted(
        &self,
        class: EntityClass,
        entity: i64,
        named: &EntityRef<'_>,
    ) -> Result<bool> {
        let sql = format!(
            "SELECT max(folded = ?3) FROM names WHERE {} = ?1 AND scheme = ?2 AND scheme IN ('gw', 'cow', 'ucdp', 'acled', 'sipri')",
            class.column()
        );
        for (scheme, code) in &named.codes {
            let same: Option<bool> = self
                .transaction
                .prepare_cached(&sql)?
                .query_row(params![entity, scheme, fold(code)], |row| row.get(0))?;
            if same == Some(false) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Makes an actor or place for a name or code that nobody bears.
    fn create_entity(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        within: Option<i64>,
        taken: bool,
    ) -> Result<ResolvedName> {
        let code = named.codes.first();
        let called = |(scheme, code): &(&str, Cow<'_, str>)| format!("{scheme} {code}");
        let mut usual = match (named.name.as_deref(), code) {
            (Some(name), _) => name.to_owned(),
            (None, Some(code)) => called(code),
            (None, None) => "unknown".to_owned(),
        };
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
        let unknown = if class == EntityClass::Actor { "unknown" } else { "other" };
        let kind = named.kind.as_deref().unwrap_or(unknown);
        match class {
            EntityClass::Actor => {
                let add = "INSERT INTO actors (name, kind, import_id) VALUES (?1, ?2, ?3)";
                self.transaction.prepare_cached(add)?.execute(params![
                    usual,
                    kind,
                    self.first_run
                ])?;
            }
            EntityClass::Place => {
                let (lat, lon) = named.point.unzip();
                let add = || {
                    "INSERT INTO places (name, kind, within_id, lat, lon, import_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)".to_owned()
                };
                let add = self.held.get("add", "place", add)?;
                add.execute(params![usual, kind, within, lat, lon, self.first_run])?;
            }
        }
        let entity = self.transaction.last_insert_rowid();
        let country = match class {
            EntityClass::Actor => None,
            EntityClass::Place => Some(within.filter(|_| kind != "country").unwrap_or(entity)),
        };
        self.resolved.remember(
            (class, entity),
            Entity { usual: usual.as_str().into(), country, point: named.point },
        );
        if kind == unknown && within.is_none() && named.point.is_none() {
            self.resolved.new.push((class, usual.clone()));
        }
        let spelled = self.add_name(class, entity, "name", &usual)?;
        self.add_codes(class, entity, named)?;
        // the same words and code must lead to the same row when they come again
        let anywhen = Days { first: None, last: None };
        match (taken, code) {
            (true, Some((scheme, code))) => {
                Ok(self.coded(class, scheme, code, None, anywhen)?.unwrap_or(spelled))
            }
            _ => Ok(spelled),
        }
    }

    /// The row of a code on these days. Where it went from one bearer to another within them, the
    /// spelling decides, else who bears it at their end; where it is nobody's, the only bearer that
    /// it ever had.
    pub(in crate::store) fn coded(
        &mut self,
        class: EntityClass,
        scheme: &str,
        code: &str,
        name: Option<&str>,
        days: Days,
    ) -> Result<Option<ResolvedName>> {
        let mut rows = rows_of(&self.transaction, self.bulk.as_ref(), class, scheme, &fold(code))?;
        rows.sort_by(|a, b| b.valid_from.cmp(&a.valid_from));
        let mut known: Vec<(ResolvedName, bool, bool)> = Vec::new();
        for NameRow { id, entity, valid_from, valid_to, .. } in rows {
            let edge = |text: Option<String>| text.and_then(|text| date::parse(&text).ok());
            let (from, to) = (
                edge(valid_from).and_then(|days| days.first),
                edge(valid_to).and_then(|days| days.last),
            );
            let after =
                |a: Option<i64>, b: Option<i64>| matches!((a, b), (Some(a), Some(b)) if a > b);
            let valid = !after(from, days.last) && !after(days.first, to);
            let usual = Rc::clone(&self.known(class, entity)?.usual);
            let named = name.is_some_and(|name| fold(name) == fold(&usual));
            known.push((
                ResolvedName::row(id, entity, format!("{scheme}:{code}").into()),
                valid,
                named,
            ));
        }
        let only = known
            .first()
            .filter(|(first, ..)| known.iter().all(|(meant, ..)| meant.entity == first.entity));
        self.resolved.dated |= only.is_none() && !known.is_empty();
        let valid = || known.iter().filter(|(_, valid, _)| *valid);
        // the latest stands first
        let best = valid().find(|(.., named)| *named).or_else(|| valid().next()).or(only);
        Ok(best.map(|(meant, ..)| meant.clone()))
    }

    /// The row of a spelling, to the letter.
    fn exactly(&self, class: EntityClass, name: &str) -> Result<Option<ResolvedName>> {
        Ok(self.spelled(class, name)?.filter(|found| found.wording == wording(name)))
    }

    /// The row of a spelling, to the letter or as the only one with this folded form.
    fn spelled(&self, class: EntityClass, name: &str) -> Result<Option<ResolvedName>> {
        let mut found: Option<ResolvedName> = None;
        let mut several = false;
        for row in rows_of(&self.transaction, self.bulk.as_ref(), class, "name", &fold(name))? {
            let meant = ResolvedName::row(row.id, row.entity, wording(&row.name));
            if row.name == name {
                return Ok(Some(meant));
            }
            several |= found.as_ref().is_some_and(|first| first.entity != meant.entity);
            found.get_or_insert(meant);
        }
        Ok(found.filter(|_| !several))
    }

    fn has_code(&self, class: EntityClass, entity: i64, scheme: &str) -> Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM names WHERE {} = ?1 AND scheme = ?2)",
            class.column()
        );
        Ok(self
            .transaction
            .prepare_cached(&sql)?
            .query_row(params![entity, scheme], |row| row.get(0))?)
    }

    /// Gives a bearer the codes of schemes that it has none in, unless they are somebody else's.
    fn add_codes(&mut self, class: EntityClass, entity: i64, named: &EntityRef<'_>) -> Result<()> {
        for (scheme, code) in &named.codes {
            if !self.has_code(class, entity, scheme)?
                && self
                    .coded(class, scheme, code, None, Days { first: None, last: None })?
                    .is_none()
            {
                self.add_name(class, entity, scheme, code)?;
            }
        }
        Ok(())
    }

    fn add_name(
        &mut self,
        class: EntityClass,
        entity: i64,
        scheme: &str,
        name: &str,
    ) -> Result<ResolvedName> {
        let add = || {
            format!(
                "INSERT INTO names (scheme, name, folded, {}, import_id) VALUES (?1, ?2, ?3, ?4, ?5)",
                class.column()
            )
        };
        let folded = fold(name);
        let add = self.held.get("add name", class.table(), add)?;
        add.execute(params![scheme, name, folded, entity, self.first_run])?;
        if let Some(bulk) = &mut self.bulk {
            bulk.hear(&folded, self.transaction.last_insert_rowid());
        }
        self.names.forget();
        let wording =
            if scheme == "name" { wording(name) } else { format!("{scheme}:{name}").into() };
        Ok(ResolvedName::row(self.transaction.last_insert_rowid(), entity, wording))
    }

    /// What is known of an actor or place.
    fn known(&mut self, class: EntityClass, id: i64) -> Result<Rc<Entity>> {
        if let Some(entity) = self.resolved.entities.get(&(class, id)) {
            return Ok(Rc::clone(entity));
        }
        let find = || {
            match class {
            EntityClass::Actor => "SELECT name, NULL, NULL, NULL FROM actors WHERE id = ?1".to_owned(),
            EntityClass::Place => {
                "SELECT name, iif(kind = 'country', id, ifnull(within_id, id)), lat, lon FROM places WHERE id = ?1".to_owned()
            }
        }
        };
        let entity = self.held.get("bearer", class.table(), find)?.query_row([id], |row| {
            let (lat, lon): (Option<f64>, Option<f64>) = (row.get(2)?, row.get(3)?);
            Ok(Entity {
                usual: row.get_ref(0)?.as_str()?.into(),
                country: row.get(1)?,
                point: lat.zip(lon),
            })
        })?;
        Ok(self.resolved.remember((class, id), entity))
    }

    /// The same with the words that find it, and its country.
    pub(in crate::store) fn whole(
        &mut self,
        class: EntityClass,
        meant: ResolvedName,
    ) -> Result<ResolvedName> {
        let entity = self.known(class, meant.entity)?;
        let name = spelling(&meant.wording).name;
        let words = if *name == *entity.usual {
            Rc::clone(&entity.usual)
        } else {
            format!("{name} {}", entity.usual).into()
        };
        Ok(ResolvedName { words, country: entity.country, ..meant })
    }

    /// Whether a place is known to lie elsewhere.
    fn is_elsewhere(&mut self, place: i64, lat: f64, lon: f64) -> Result<bool> {
        Ok(self
            .known(EntityClass::Place, place)?
            .point
            .is_some_and(|point| !is_near(point, (lat, lon))))
    }

    /// Whether a place is known to lie there.
    fn is_there(&mut self, place: i64, lat: f64, lon: f64) -> Result<bool> {
        Ok(self
            .known(EntityClass::Place, place)?
            .point
            .is_some_and(|point| is_near(point, (lat, lon))))
    }
}

/// Whether two points are one.
fn is_near((lat, lon): (f64, f64), (other_lat, other_lon): (f64, f64)) -> bool {
    (lat - other_lat).abs() <= SAME && (lon - other_lon).abs() <= SAME
}

/// A spelling as an export writes it: a colon must not make a scheme of its beginning.
fn wording(name: &str) -> Rc<str> {
    if name.contains(':') { format!("name:{name}").into() } else { name.into() }
}
