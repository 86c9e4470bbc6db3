//! Whom a data set means: names and codes on their way in, and those that nobody has borne before.
//!
//! A code that is known decides; then the spelling. What neither knows becomes a new actor or place
//! and is listed: nothing is guessed onto somebody known. A code says whom a fact is about and makes
//! no name of theirs, since a data set may give a newspaper the code of its country.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::{Result, Stop};
use crate::kind::reference_table::HOMONYM;
use crate::store::entities::country_names::in_english;
use crate::store::entities::lookup::{EntityClass, spelled_in, wording};
use crate::store::entities::name_cache::{NameEpochs, NameHit, ResolvedName, write_key};
use crate::store::entities::several::STATES;
use crate::store::write::transaction::Writer;
use crate::value::date::Days;
use crate::value::text::fold_name;
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
    ) -> Result<Arc<ResolvedName>, Stop<String>> {
        let mut key = std::mem::take(&mut self.resolved.key);
        key.clear();
        write_key(&mut key, class, named);
        let mut known = self.resolved.found.get(&key);
        let dated = matches!(known, Some(None));
        if dated {
            self.epochs()?.write(&mut key, days);
            known = self.resolved.found.get(&key);
        }
        let outcome = match known {
            Some(Some(meant)) => {
                self.resolved.dated |= dated;
                Ok(meant)
            }
            _ => {
                self.resolved.dated = dated;
                let outcome = self.resolve_uncached(class, named, days).map(Arc::new);
                if self.resolved.dated && !dated {
                    self.remember(&key, None);
                    self.epochs()?.write(&mut key, days);
                }
                if let Ok(meant) = &outcome {
                    self.remember(&key, Some(meant));
                }
                outcome
            }
        };
        self.resolved.key = key;
        outcome
    }

    /// The days on which names change their bearers.
    pub(in crate::store) fn epochs(&mut self) -> Result<NameEpochs> {
        match &self.resolved.epochs {
            Some(epochs) => Ok(epochs.clone()),
            None => Ok(self.resolved.epochs.insert(NameEpochs::of(&self.transaction)?).clone()),
        }
    }

    /// Remembers who is meant, and tells the reader; `None` if that depends on the day.
    fn remember(&mut self, key: &[u8], meant: Option<&Arc<ResolvedName>>) {
        self.resolved.found.insert(key.into(), meant.cloned());
        if let Some(news) = &self.news {
            news.tell(key, meant);
        }
    }

    /// Names that nobody known bore before this run.
    #[must_use]
    pub fn unresolved(&self) -> &[(EntityClass, String)] {
        &self.resolved.new
    }

    /// Codes of states that no list has.
    #[must_use]
    pub fn unlisted_codes(&self) -> &BTreeSet<String> {
        &self.resolved.unlisted
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
                "a place of its own cannot lie in several countries: leave out entity = true"
                    .into(),
            ));
        }
        let (country, agrees) = self.one(class, within, days)?;
        let Some(name) = named.name.as_deref() else { return Ok((country, agrees)) };
        let usual = Arc::clone(&self.known(class, country.entity)?.usual);
        let folded = fold_name(name);
        if folded == fold_name(&usual)
            || within.name.as_deref().is_some_and(|other| folded == fold_name(other))
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
                None => {
                    let hit = self.create_entity(class, &place, Some(country.entity), false)?;
                    // whoever asks for it leaves the country out; others may be called so, too
                    self.add_name(class, hit.entity, HOMONYM, name)?;
                    hit
                }
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
        let spelled = match name {
            Some(name) => self.by_spelling(class, name, named.style, days)?,
            None => None,
        };
        if let Some((coded, scheme, is_disputed)) =
            self.decided(class, named, spelled.as_ref(), days)?
        {
            if is_reliable {
                self.add_codes(class, coded.entity, named, STATES.contains(&scheme))?;
            }
            let Some(name) = name else { return Ok((coded, None)) };
            let agrees = match &spelled {
                _ if is_disputed => Some(false),
                Some(spelled) => self.agree(class, spelled.entity, coded.entity, &named.codes)?,
                None => None,
            };
            return Ok((self.worded(class, &coded, name, is_reliable)?, agrees));
        }
        // a code of states that no list has says nothing of who is meant: the next who is given it
        // may be anybody
        let is_listed = |(scheme, _): &(&str, Cow<'_, str>)| !STATES.contains(scheme);
        let without = if name.is_some() && !is_reliable && !named.codes.iter().all(is_listed) {
            for (scheme, code) in named.codes.iter().filter(|code| !is_listed(code)) {
                self.resolved.unlisted.insert(format!("{scheme}:{code}"));
            }
            let mut without = named.clone();
            without.codes.retain(is_listed);
            Some(without)
        } else {
            None
        };
        let named = without.as_ref().unwrap_or(named);
        let mut taken = false;
        if let (Some(name), Some(spelled)) = (name, spelled) {
            let free = match named.codes.first() {
                Some((scheme, _)) => !self.has_code(class, spelled.entity, scheme)?,
                None => true,
            };
            if free {
                if is_reliable {
                    self.add_codes(class, spelled.entity, named, false)?;
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

    /// Whom the codes mean, by which scheme, and whether another code means another state.
    ///
    /// The first code decides, unless a further one means whom the name means and who never bore the
    /// first: two witnesses are more than one, but a number that went from one state to the next is
    /// that of its holder then. A further code finds nobody whose own codes say otherwise.
    fn decided(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        spelled: Option<&NameHit>,
        days: Days,
    ) -> Result<Option<(NameHit, &'static str, bool)>> {
        let name = named.name.as_deref();
        let mut decided: Option<(NameHit, &'static str)> = None;
        let mut others: Vec<(i64, &str, &str)> = Vec::new();
        for (n, (scheme, code)) in named.codes.iter().enumerate() {
            let witness = (name, spelled.map(|spelled| spelled.entity));
            let Some(found) = self.coded(class, scheme, code, witness, days)? else { continue };
            let is_spelled = spelled.is_some_and(|spelled| spelled.entity == found.entity);
            let is_first = decided.is_none()
                && (n == 0 || is_spelled || !self.is_contradicted(class, found.entity, named)?);
            let decides_more = match others.first() {
                Some((first, scheme, code)) if is_spelled && *first != found.entity => {
                    !self.bears(class, found.entity, scheme, code)?
                }
                _ => false,
            };
            others.push((found.entity, *scheme, code.as_ref()));
            if is_first || decides_more {
                decided = Some((found, *scheme));
            }
        }
        let Some((decided, by)) = decided else { return Ok(None) };
        let mut is_disputed = false;
        for (other, scheme, code) in others {
            is_disputed |= other != decided.entity
                && STATES.contains(&scheme)
                && self.known(class, other)?.is_state
                && !self.bears(class, decided.entity, scheme, code)?;
        }
        Ok(Some((decided, by, is_disputed)))
    }

    /// Whom a spelling means: itself, or the state that stands behind a prefix such as `Government
    /// of `.
    pub(super) fn by_spelling(
        &mut self,
        class: EntityClass,
        name: &str,
        style: Option<&NameStyle>,
        days: Days,
    ) -> Result<Option<NameHit>> {
        if let Some(known) = self.spelled_on(class, name, days)? {
            return Ok(Some(known));
        }
        if let Some(rest) = style.and_then(|style| government(name, style))
            && let Some(state) = self.spelled_on(class, rest, days)?
            && self.known(class, state.entity)?.is_state
        {
            return Ok(Some(state));
        }
        match in_english(name) {
            Some(country) => self.spelled_on(class, country, days),
            None => Ok(None),
        }
    }

    /// Whether a name and a code mean the same state. Returns `None` unless both mean states: other
    /// spellings prove nothing.
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
        if fold_name(given) != fold_name(spelled_in(&spelled.wording))
            && !named.style.is_some_and(|style| style.alias)
        {
            return self.add_wording(class, spelled.entity, given, &spelled.wording);
        }
        match self.exactly(class, given)? {
            Some(exact) => Ok(exact),
            None => self.add_name(class, spelled.entity, "name", given),
        }
    }

    /// Finds the state that a name contains, by patterns such as `Military Forces of {state}`.
    pub(super) fn state_in(
        &mut self,
        name: &str,
        patterns: &[StatePattern],
    ) -> Result<Option<i64>> {
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

    /// The same with the words that find it.
    pub(in crate::store) fn whole(
        &mut self,
        class: EntityClass,
        hit: &NameHit,
    ) -> Result<ResolvedName> {
        let label = Arc::clone(&self.known(class, hit.entity)?.usual);
        let name = spelled_in(&hit.wording);
        let words =
            if *name == *label { Arc::clone(&label) } else { format!("{name} {label}").into() };
        Ok(ResolvedName {
            id: hit.id,
            wording: Arc::clone(&hit.wording),
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

/// Whether two points are one.
fn is_near((lat, lon): (f64, f64), (other_lat, other_lon): (f64, f64)) -> bool {
    (lat - other_lat).abs() <= SAME && (lon - other_lon).abs() <= SAME
}
