//! Whom a data set means: names and codes on their way in, and those that nobody has borne before.
//!
//! A code that is known decides; then the spelling. What neither knows becomes a new actor or place
//! and is listed: nothing is guessed onto somebody known. A code says whom a fact is about and makes
//! no name of theirs, since a data set may give a newspaper the code of its country.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use rusqlite::{OptionalExtension, params};

use crate::error::{Result, Stop};
use crate::kind::reference_table::{HOMONYM, WORDING};
use crate::store::entities::lookup::{EntityClass, spelled_in};
use crate::store::entities::name_cache::{Entity, NameHit, ResolvedName, write_days, write_key};
use crate::store::write::transaction::Writer;
use crate::value::date::{self, Days};
use crate::value::text::{BETWEEN_NAMES, fold};
use crate::value::{EntityRef, NameStyle, StatePattern};

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
                let outcome = self.resolve_uncached(class, named, days).map(Rc::new);
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

    /// Codes that were used outside of the years in which they are valid.
    #[must_use]
    pub fn outside_their_years(&self) -> &BTreeSet<String> {
        &self.resolved.outside
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
        if let Some(style) = named.style
            && let Some(several) = self.several(class, named, style, days)?
        {
            return Ok(several);
        }
        let split = named.style.and_then(|style| style.split.as_deref());
        let (hit, agrees) = match split {
            // several codes of one name are no code
            Some(split) if named.codes.iter().any(|(_, code)| code.contains(split)) => {
                let mut named = named.clone();
                named.codes.retain(|(_, code)| !code.contains(split));
                self.one(class, &named, days)?
            }
            _ => self.one(class, named, days)?,
        };
        Ok(ResolvedName { agrees, ..self.whole(class, &hit)? })
    }

    /// The one actor or place that a name means, and whether its name and its codes agree.
    fn one(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        days: Days,
    ) -> Result<(NameHit, Option<bool>), Stop<String>> {
        let within = named.within.as_deref().filter(|within| !within.is_empty());
        let Some(within) = within else { return Ok(self.entity_of(class, named, days, None)?) };
        if let Some(style) = within.style
            && named.name.is_some()
            && self.several(class, within, style, days)?.is_some()
        {
            return Err(Stop::Input(
                "several countries for a place of its own: leave out entity = true".into(),
            ));
        }
        let (country, agrees) = self.one(class, within, days)?;
        let Some(name) = named.name.as_deref() else { return Ok((country, agrees)) };
        let usual = Rc::clone(&self.known(class, country.entity)?.usual);
        let folded = fold(name);
        if folded == fold(&usual)
            || within.name.as_deref().is_some_and(|other| folded == fold(other))
        {
            return Ok((country, agrees));
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
        let place = EntityRef { name: Some(full.into()), within: None, ..named.clone() };
        if place.codes.is_empty() {
            let hit = match known {
                Some(known) => self.as_spelled(class, known, &place)?,
                None => self.create_entity(class, &place, Some(country.entity), false)?,
            };
            return Ok((hit, agrees));
        }
        Ok(self.entity_of(class, &place, days, Some(country.entity))?)
    }

    /// Whom the codes or the spelling mean, or somebody new.
    pub(super) fn entity_of(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        days: Days,
        within: Option<i64>,
    ) -> Result<(NameHit, Option<bool>)> {
        let name = named.name.as_deref();
        let is_reliable = named.style.is_some_and(|style| style.alias);
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
        let spelled = match name {
            Some(name) => self.by_spelling(class, name, named.style)?,
            None => None,
        };
        if let Some(coded) = coded {
            if is_reliable {
                self.add_codes(class, coded.entity, named)?;
            }
            let Some(name) = name else { return Ok((coded, None)) };
            let agrees = match &spelled {
                Some(spelled) => self.agree(class, spelled.entity, coded.entity, &named.codes)?,
                None => None,
            };
            return Ok((self.worded(class, &coded, name, is_reliable)?, agrees));
        }
        let mut taken = false;
        if let (Some(name), Some(spelled)) = (name, spelled) {
            let free = match named.codes.first() {
                Some((scheme, _)) => !self.has_code(class, spelled.entity, scheme)?,
                None => true,
            };
            if free {
                if is_reliable {
                    self.add_codes(class, spelled.entity, named)?;
                }
                return Ok((self.as_spelled(class, spelled, named)?, None));
            }
            taken = self.exactly(class, name)?.is_some();
        }
        let is_government = name.zip(named.style).is_some_and(|(name, style)| {
            class == EntityClass::Actor && government(name, style).is_some()
        });
        if is_government {
            // nobody knows the state, but that it is one
            let named = EntityRef { kind: Some("state".into()), ..named.clone() };
            return Ok((self.create_entity(class, &named, within, taken)?, None));
        }
        Ok((self.create_entity(class, named, within, taken)?, None))
    }

    /// Whom a spelling means: itself, or the state that stands behind a prefix such as `Government
    /// of `.
    pub(super) fn by_spelling(
        &mut self,
        class: EntityClass,
        name: &str,
        style: Option<&NameStyle>,
    ) -> Result<Option<NameHit>> {
        if let Some(known) = self.spelled(class, name)? {
            return Ok(Some(known));
        }
        if let Some(rest) = style.and_then(|style| government(name, style))
            && let Some(state) = self.spelled(class, rest)?
            && self.known(class, state.entity)?.is_state
        {
            return Ok(Some(state));
        }
        Ok(None)
    }

    /// Whether a name and a code mean the same state; none where one of them is no state, whose
    /// spelling may be anybody's.
    fn agree(
        &mut self,
        class: EntityClass,
        spelled: i64,
        coded: i64,
        codes: &[(&'static str, Cow<'_, str>)],
    ) -> Result<Option<bool>> {
        if !(self.known(class, spelled)?.is_state && self.known(class, coded)?.is_state) {
            return Ok(None);
        }
        // a state and the one before it share name and code
        for (scheme, code) in codes {
            if spelled != coded && self.bears(class, spelled, scheme, code)? {
                return Ok(Some(true));
            }
        }
        Ok(Some(spelled == coded))
    }

    /// Whether somebody has a code, at whatever time.
    pub(super) fn bears(
        &self,
        class: EntityClass,
        entity: i64,
        scheme: &str,
        code: &str,
    ) -> Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM names WHERE folded = ?1 AND +scheme = ?2 AND {} = ?3)",
            class.column()
        );
        let mut find = self.transaction.prepare_cached(&sql)?;
        Ok(find.query_row(params![fold(code), scheme, entity], |row| row.get(0))?)
    }

    /// The row by which a data set calls somebody whom a code means.
    pub(super) fn worded(
        &mut self,
        class: EntityClass,
        coded: &NameHit,
        name: &str,
        is_reliable: bool,
    ) -> Result<NameHit> {
        match self.exactly(class, name)? {
            Some(spelled) if spelled.entity == coded.entity => Ok(spelled),
            None if is_reliable => self.add_name(class, coded.entity, "name", name),
            _ => self.add_wording(class, coded.entity, name, &coded.wording),
        }
    }

    /// The row of a spelling as it is given: another spelling of the same folded form gets a row of
    /// its own, and what stands behind a prefix a wording.
    pub(super) fn as_spelled(
        &mut self,
        class: EntityClass,
        spelled: NameHit,
        named: &EntityRef<'_>,
    ) -> Result<NameHit> {
        let given = named.name.as_deref().unwrap_or_default();
        if wording(given) == spelled.wording || given == spelled_in(&spelled.wording) {
            return Ok(spelled);
        }
        if fold(given) != fold(spelled_in(&spelled.wording))
            && !named.style.is_some_and(|style| style.alias)
        {
            return self.add_wording(class, spelled.entity, given, &spelled.wording);
        }
        match self.exactly(class, given)? {
            Some(exact) => Ok(exact),
            None => self.add_name(class, spelled.entity, "name", given),
        }
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
        let unknown = if class == EntityClass::Actor { "unknown" } else { "other" };
        let kind = named.kind.as_deref().unwrap_or(unknown);
        let entity = match class {
            EntityClass::Actor => {
                let acts_for =
                    self.state_in(&spelling, named.style.map_or(&[][..], |style| &style.acts_for))?;
                let of =
                    self.state_in(&spelling, named.style.map_or(&[][..], |style| &style.of))?;
                let add = "INSERT INTO actors (name, kind, acts_for_id, of_id, import_id) VALUES (?1, ?2, ?3, ?4, ?5)";
                self.transaction.prepare_cached(add)?.execute(params![
                    usual,
                    kind,
                    acts_for,
                    of.filter(|_| acts_for.is_none()),
                    self.first_run
                ])?;
                self.transaction.last_insert_rowid()
            }
            EntityClass::Place => {
                let (lat, lon) = named.point.unzip();
                let add = "INSERT INTO places (name, kind, within_id, latitude, longitude, import_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                self.transaction.prepare_cached(add)?.execute(params![
                    usual,
                    kind,
                    within,
                    lat,
                    lon,
                    self.first_run
                ])?;
                self.transaction.last_insert_rowid()
            }
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
                point: named.point,
            },
        );
        // whoever is said to be a state, and is none that is known, is most likely a misspelling
        if (named.kind.is_none() || ["state", "country"].contains(&kind))
            && within.is_none()
            && named.point.is_none()
        {
            self.resolved.new.push((class, usual.clone()));
        }
        let spelled = self.add_name(class, entity, "name", &usual)?;
        self.add_codes(class, entity, named)?;
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
                let by: Rc<str> = format!("{scheme}:{code}").into();
                self.add_wording(class, entity, &spelling, &by)
            }
            _ => Ok(spelled),
        }
    }

    /// The state that stands in a name which looks like one of these.
    fn state_in(&mut self, name: &str, patterns: &[StatePattern]) -> Result<Option<i64>> {
        for pattern in patterns {
            if let Some(state) = pattern.state(name)
                && let Some(found) = match self.spelled(EntityClass::Actor, state)? {
                    None => self.spelled(EntityClass::Actor, state.trim_start_matches("the "))?,
                    found => found,
                }
                && self.known(EntityClass::Actor, found.entity)?.is_state
            {
                return Ok(Some(found.entity));
            }
        }
        Ok(None)
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
    ) -> Result<Option<NameHit>> {
        let mut rows = self.rows_of(class, scheme, &fold(code))?;
        rows.sort_by(|a, b| b.valid_from.cmp(&a.valid_from));
        let mut known: Vec<(NameHit, bool, bool)> = Vec::new();
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
            let wording = format!("{scheme}:{code}").into();
            known.push((NameHit { id, entity, wording }, valid, named));
        }
        let only = known
            .first()
            .filter(|(first, ..)| known.iter().all(|(meant, ..)| meant.entity == first.entity));
        self.resolved.dated |= only.is_none() && !known.is_empty();
        let valid = || known.iter().filter(|(_, valid, _)| *valid);
        // the latest stands first
        let best = valid().find(|(.., named)| *named).or_else(|| valid().next());
        if let (None, Some(_)) = (best, only) {
            self.resolved.outside.insert(format!("{scheme}:{code}"));
        }
        let best = best.or(only);
        Ok(best.map(|(meant, ..)| meant.clone()))
    }

    /// The row of a spelling, to the letter.
    pub(in crate::store) fn exactly(
        &self,
        class: EntityClass,
        name: &str,
    ) -> Result<Option<NameHit>> {
        Ok(self.spelled(class, name)?.filter(|found| found.wording == wording(name)))
    }

    /// The row of a spelling, to the letter or as the only one with this folded form.
    pub(in crate::store) fn spelled(
        &self,
        class: EntityClass,
        name: &str,
    ) -> Result<Option<NameHit>> {
        let mut found: Option<NameHit> = None;
        let mut several = false;
        for row in self.rows_of(class, "name", &fold(name))? {
            let meant = NameHit { id: row.id, entity: row.entity, wording: wording(&row.name) };
            if row.name == name {
                return Ok(Some(meant));
            }
            several |= found.as_ref().is_some_and(|first| first.entity != meant.entity);
            found.get_or_insert(meant);
        }
        Ok(found.filter(|_| !several))
    }

    /// The rows of `names` of a class that have this folded form and scheme.
    fn rows_of(&self, class: EntityClass, scheme: &str, folded: &str) -> Result<Vec<NameRow>> {
        // the plus keeps SQLite from looking through all names of a scheme
        let sql = format!(
            "SELECT id, name, {column}, valid_from, valid_to FROM names
              WHERE folded = ?1 AND +scheme = ?2 AND {column} IS NOT NULL",
            column = class.column()
        );
        let mut find = self.transaction.prepare_cached(&sql)?;
        let rows = find.query_map(params![folded, scheme], |row| {
            Ok(NameRow {
                id: row.get(0)?,
                name: row.get(1)?,
                entity: row.get(2)?,
                valid_from: row.get(3)?,
                valid_to: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
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
        meant_by: &Rc<str>,
    ) -> Result<NameHit> {
        let find = format!(
            "SELECT id FROM names WHERE folded = ?1 AND +scheme = '{WORDING}' AND name = ?2 AND meant_by = ?3 AND {} = ?4",
            class.column()
        );
        let found: Option<i64> = self
            .transaction
            .prepare_cached(&find)?
            .query_row(params![fold(name), name, meant_by, entity], |row| row.get(0))
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => self.add_row(class, Some(entity), WORDING, name, Some(meant_by))?,
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
                (Rc::clone(&known.usual), known.country.clone())
            }
            None => (name.into(), None),
        };
        let add = format!(
            "INSERT INTO names (scheme, name, folded, class, label, country, meant_by, {}, import_id)
             VALUES (?1, ?2, ?3, '{}', ?4, ?5, ?6, ?7, ?8)",
            class.column(),
            class.one()
        );
        self.transaction.prepare_cached(&add)?.execute(params![
            scheme,
            name,
            fold(name),
            label,
            country,
            meant_by,
            entity,
            self.first_run
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
        let find = format!(
            "SELECT n.id, (SELECT json_group_array(member_id ORDER BY position) FROM name_members WHERE name_id = n.id)
               FROM names n WHERE n.folded = ?1 AND +n.scheme = '{WORDING}' AND n.name = ?2 AND n.meant_by = ?3
                AND n.class = '{}' AND n.actor_id IS NULL AND n.place_id IS NULL",
            class.one()
        );
        let ids: Vec<i64> = members.iter().map(|member| member.id).collect();
        let wanted = serde_json::json!(ids).to_string();
        let found: Option<i64> = self
            .transaction
            .prepare_cached(&find)?
            .query_map(params![fold(name), name, meant_by], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })?
            .find_map(|row| row.ok().filter(|(_, members)| *members == wanted).map(|(id, _)| id));
        let mut labels = Vec::new();
        let mut countries = Vec::new();
        for member in members {
            let known = self.known(class, member.entity)?;
            labels.push(Rc::clone(&known.usual));
            countries.extend(known.country.clone());
        }
        let (label, countries) = (joined(labels), joined(countries));
        let id = match found {
            Some(id) => id,
            None => {
                let id = self.add_row(class, None, WORDING, name, Some(&meant_by))?;
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
        let wording = if meant_by == name { meant_by } else { format!("{name} [= {meant_by}]") };
        Ok(ResolvedName {
            id,
            wording: wording.into(),
            words: words.into(),
            label: label.into(),
            agrees: None,
        })
    }

    /// What is known of an actor or place.
    pub(in crate::store) fn known(&mut self, class: EntityClass, id: i64) -> Result<Rc<Entity>> {
        if let Some(entity) = self.resolved.entities.get(&(class, id)) {
            return Ok(Rc::clone(entity));
        }
        let find = match class {
            EntityClass::Actor => {
                "SELECT name, kind = 'state', NULL, NULL, NULL FROM actors WHERE id = ?1"
            }
            EntityClass::Place => {
                "SELECT name, kind = 'country', latitude, longitude, (SELECT country FROM names WHERE place_id = p.id LIMIT 1)
                   FROM places p WHERE id = ?1"
            }
        };
        let entity = self.transaction.prepare_cached(find)?.query_row([id], |row| {
            let (lat, lon): (Option<f64>, Option<f64>) = (row.get(2)?, row.get(3)?);
            Ok(Entity {
                usual: row.get_ref(0)?.as_str()?.into(),
                is_state: row.get(1)?,
                country: row.get_ref(4)?.as_str_or_null()?.map(Rc::from),
                point: lat.zip(lon),
            })
        })?;
        Ok(self.resolved.remember((class, id), entity))
    }

    /// The same with the words that find it.
    pub(in crate::store) fn whole(
        &mut self,
        class: EntityClass,
        hit: &NameHit,
    ) -> Result<ResolvedName> {
        let label = Rc::clone(&self.known(class, hit.entity)?.usual);
        let name = spelled_in(&hit.wording);
        let words =
            if *name == *label { Rc::clone(&label) } else { format!("{name} {label}").into() };
        Ok(ResolvedName {
            id: hit.id,
            wording: Rc::clone(&hit.wording),
            words,
            label,
            agrees: None,
        })
    }

    /// Whether a place is known to lie elsewhere.
    fn is_elsewhere(&mut self, place: i64, lat: f64, lon: f64) -> Result<bool> {
        Ok(self
            .known(EntityClass::Place, place)?
            .point
            .is_some_and(|point| !is_near(point, (lat, lon))))
    }
}

/// The state whose government a name means.
fn government<'n>(name: &'n str, style: &NameStyle) -> Option<&'n str> {
    style.strip_prefix.iter().find_map(|prefix| name.strip_prefix(prefix.as_str()))
}

/// A row of `names` as it is looked up.
struct NameRow {
    id: i64,
    name: String,
    entity: i64,
    valid_from: Option<String>,
    valid_to: Option<String>,
}

/// Whether two points are one.
fn is_near((lat, lon): (f64, f64), (other_lat, other_lon): (f64, f64)) -> bool {
    (lat - other_lat).abs() <= SAME && (lon - other_lon).abs() <= SAME
}

/// The labels of members as their name has them: each once, in alphabetical order.
fn joined(mut labels: Vec<Rc<str>>) -> String {
    labels.sort_by(|a, b| {
        (a.to_ascii_lowercase().as_str(), a).cmp(&(b.to_ascii_lowercase().as_str(), b))
    });
    labels.dedup();
    labels.join(BETWEEN_NAMES)
}

/// The abbreviation and the full name in `TNLA: Ta'ang National Liberation Army`.
pub(in crate::store) fn abbreviated(name: &str) -> Option<[&str; 2]> {
    let (short, full) = name.split_once(": ")?;
    let is_short = (2..=15).contains(&short.len())
        && short.starts_with(|c: char| c.is_ascii_uppercase())
        && short
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "-&/.".contains(c));
    (is_short && !full.trim().is_empty()).then_some([short, full.trim()])
}

/// A spelling as an export writes it: a colon must not make a scheme of its beginning, nor a bracket
/// a gloss of its end.
pub(in crate::store) fn wording(name: &str) -> Rc<str> {
    if name.contains(':') || name.contains(" [= ") {
        format!("name:{name}").into()
    } else {
        name.into()
    }
}
