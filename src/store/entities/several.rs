//! A cell that names several: "Poland, Russia (Soviet Union), Ukraine". It is taken apart with care,
//! since a comma or an "and" may be part of a name, and codes confirm it as a set, since data sets sort names by
//! letter and codes by number.

use crate::error::{Result, Stop};
use crate::kind::reference_table::HOMONYM;
use crate::store::entities::lookup::{EntityClass, spelled_in};
use crate::store::entities::name_cache::{NameHit, ResolvedName};
use crate::store::write::RecordFacts;
use crate::store::write::transaction::Writer;
use crate::value::date::{self, Days};
use crate::value::text::BETWEEN_NAMES;
use crate::value::{EntityRef, InputValue, NameStyle};

/// The schemes whose codes are of states and countries.
pub(super) const STATES: &[&str] = &["gw", "cow", "iso2", "iso3", "iso-numeric"];

/// A cell with more pieces than this is taken apart in one way only: at every separator.
const PIECES: usize = 12;

/// One way to take a cell apart.
#[derive(Debug)]
struct Reading<'n> {
    parts: Vec<String>,
    /// Whom each part means by its spelling, and whether a code says the same.
    spelled: Vec<Option<(NameHit, bool)>>,
    /// Codes that no part's spelling means, with whom they mean.
    left: Vec<(&'n str, Option<NameHit>)>,
    /// How many parts mean one of the codes.
    confirmed: usize,
    /// Which parts are called as somebody who has another code.
    contradicted: Vec<bool>,
}

impl Reading<'_> {
    /// How much speaks for it: parts that codes confirm, then parts that are known at all.
    fn rank(&self) -> (usize, usize) {
        (self.confirmed, self.spelled.iter().flatten().count())
    }
}

impl Writer<'_> {
    /// The members of a name that means several, if it does.
    ///
    /// The whole is tried as one name first. At a comma, an "and" or an "&" it is taken apart only where
    /// all parts are known, or are as many as their codes; names never contain any other separator.
    pub(in crate::store) fn several(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        style: &NameStyle,
        days: Days,
    ) -> Result<Option<ResolvedName>> {
        self.several_if(class, named, style, days, |_| true)
    }

    /// The same, if this is so of how many parts nobody can tell apart: parts that no code confirms,
    /// beside codes that no part means.
    fn several_if(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        style: &NameStyle,
        days: Days,
        is_wanted: impl Fn(usize) -> bool,
    ) -> Result<Option<ResolvedName>> {
        let Some(split) = style.split.as_deref() else { return Ok(None) };
        let Some(name) = named.name.as_deref() else {
            return self.several_codes(class, named, split, days);
        };
        let cut = |text: &'_ str| -> Vec<String> {
            text.split(split)
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let pieces = cut(name);
        let scheme = named.codes.first().map_or("name", |(scheme, _)| *scheme);
        let codes: Vec<&str> = named.codes.first().map_or(Vec::new(), |(_, codes)| {
            codes.split(split).map(str::trim).filter(|code| !code.is_empty()).collect()
        });
        // a party of one name or one code is an alliance, whose codes may be those of its members; a
        // state's codes are states
        let are_states = STATES.contains(&scheme);
        let are_several = pieces.len().max(codes.len()) > 1;
        if !are_several || !are_states && (pieces.len() == 1 || codes.len() == 1) {
            return Ok(None);
        }
        if let Some(whole) = self.exactly(class, name)?
            && (codes.len() == 1 || pieces.len() > 1 && !self.is_unmatched(class, whole.entity)?)
        {
            return Ok(None);
        }
        let mut coded = Vec::new();
        for code in &codes {
            coded.push((*code, self.coded(class, scheme, code, (None, None), days)?));
        }
        let count = if codes.len() < 2 { pieces.len() } else { codes.len().min(pieces.len()) };
        let mut best: Option<Reading<'_>> = None;
        for parts in groupings(&pieces, count, split) {
            let reading = self.read_parts(class, parts, (scheme, &coded), (style, days))?;
            if best.as_ref().is_none_or(|best| reading.rank() > best.rank()) {
                best = Some(reading);
            }
        }
        let Some(Reading { parts, spelled, mut left, confirmed, contradicted }) = best else {
            return Ok(None);
        };
        let is_unknown =
            |(hit, is_contradicted): (&Option<_>, &bool)| hit.is_none() && !is_contradicted;
        let unknown = spelled.iter().zip(&contradicted).filter(|one| is_unknown(*one)).count();
        let unclear = if left.is_empty() { 0 } else { parts.len() - confirmed };
        if !is_wanted(unclear) {
            return Ok(None);
        }
        let is_versus = ["vs", "vs.", "v.", "versus"].contains(&split.trim());
        let may_be_part =
            matches!(split.trim(), "," | "&") || split.contains(char::is_alphabetic) && !is_versus;
        if may_be_part && unknown > 0 && parts.len() != codes.len() {
            return Ok(None);
        }
        let all_coded =
            are_states && !codes.is_empty() && coded.iter().all(|(_, hit)| hit.is_some());
        let mut members = Vec::new();
        for ((part, hit), is_contradicted) in parts.iter().zip(spelled).zip(contradicted) {
            // a code that is left over may be that of a part that is left over
            let is_confirmed = hit.as_ref().is_some_and(|(_, is_confirmed)| *is_confirmed);
            let code = if !is_confirmed && left.len() == 1 && confirmed + 1 == parts.len() {
                left.pop()
            } else {
                None
            };
            if all_coded && !is_confirmed && code.is_none() {
                // the codes decide, and none of them is this one's
                continue;
            }
            let hit = hit.map(|(hit, _)| hit).filter(|_| is_confirmed || code.is_none());
            if is_contradicted && code.is_none() {
                let codes: Vec<&str> = left.iter().map(|(code, _)| *code).collect();
                members.push(self.unclear(class, part, (scheme, &codes), named)?);
                continue;
            }
            let member = EntityRef {
                name: Some(part.as_str().into()),
                codes: code.iter().map(|(code, _)| (scheme, (*code).into())).collect(),
                kind: named.kind.clone(),
                style: Some(style),
                ..EntityRef::default()
            };
            members.push(self.member(class, &member, hit, code.and_then(|(_, hit)| hit), days)?);
        }
        if all_coded {
            members.extend(left.drain(..).filter_map(|(_, hit)| hit));
        }
        // one name that nobody knows, beside one code, agrees with it; of two, nobody can say
        let agrees = (all_coded && unknown < 2)
            .then(|| confirmed + unknown == parts.len() && parts.len() == codes.len());
        let resolved = match members.as_slice() {
            [one] if spelled_in(&one.wording) == name => self.whole(class, one)?,
            [one] => {
                let hit = self.add_wording(class, one.entity, name, &one.wording)?;
                self.whole(class, &hit)?
            }
            members => self.name_of_several(class, name, members)?,
        };
        Ok(Some(ResolvedName { agrees, ..resolved }))
    }

    /// The members of a cell that has several codes and no names.
    fn several_codes(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        split: &str,
        days: Days,
    ) -> Result<Option<ResolvedName>> {
        let Some((scheme, codes)) = named.codes.first().filter(|(_, codes)| codes.contains(split))
        else {
            return Ok(None);
        };
        let (mut members, mut names) = (Vec::new(), Vec::new());
        for code in codes.split(split).map(str::trim).filter(|code| !code.is_empty()) {
            let member = EntityRef {
                codes: vec![(*scheme, code.into())],
                kind: named.kind.clone(),
                ..EntityRef::default()
            };
            members.push(self.entity_of(class, &member, days, None)?.0);
            names.push(format!("{scheme}:{code}"));
        }
        Ok(Some(self.name_of_several(class, &names.join(BETWEEN_NAMES), &members)?))
    }

    fn read_parts<'n>(
        &mut self,
        class: EntityClass,
        parts: Vec<String>,
        (scheme, coded): (&str, &[(&'n str, Option<NameHit>)]),
        (style, days): (&NameStyle, Days),
    ) -> Result<Reading<'n>> {
        let mut left = coded.to_vec();
        let (mut spelled, mut contradicted) = (Vec::new(), Vec::new());
        let mut confirmed = 0;
        for part in &parts {
            let mut hit = self.by_spelling(class, part, Some(style), days)?;
            // "DR Congo (Zaire)": what stands before the bracket is enough where a code says the same
            let loose = match (&hit, part.split_once(" (")) {
                (None, Some((bare, _))) => self.by_spelling(class, bare, Some(style), days)?,
                _ => None,
            };
            let spelled_as = hit.as_ref().or(loose.as_ref());
            let same = |(_, coded): &(&str, Option<NameHit>)| matches!((coded, spelled_as), (Some(coded), Some(hit)) if coded.entity == hit.entity);
            let meant_by = match (left.iter().position(same), spelled_as) {
                (None, Some(hit)) => self.has_had(class, hit.entity, scheme, &left)?,
                (same, _) => same,
            };
            let meant_by = match meant_by {
                None => self.of_that_name(class, part, &left)?,
                by => by,
            };
            // a data set's number is whose it is: who has another one is somebody else of that name
            let is_contradicted = meant_by.is_none()
                && !coded.is_empty()
                && !STATES.contains(&scheme)
                && match &hit {
                    Some(hit) => self.has_code(class, hit.entity, scheme)?,
                    None => false,
                };
            contradicted.push(is_contradicted);
            if let Some(code) = meant_by {
                let (_, coded) = left.remove(code);
                confirmed += 1;
                if let Some(coded) = coded
                    && hit.as_ref().is_none_or(|hit| hit.entity != coded.entity)
                {
                    hit = Some(self.worded(class, &coded, part, style.alias)?);
                }
            }
            let hit = hit.filter(|_| !is_contradicted);
            spelled.push(hit.map(|hit| (hit, meant_by.is_some())));
        }
        Ok(Reading { parts, spelled, left, confirmed, contradicted })
    }

    /// Which of the codes is that of somebody who is called so, although others are better known by
    /// that name.
    fn of_that_name(
        &self,
        class: EntityClass,
        name: &str,
        codes: &[(&str, Option<NameHit>)],
    ) -> Result<Option<usize>> {
        if codes.iter().all(|(_, hit)| hit.is_none()) {
            return Ok(None);
        }
        let bearers = self.bearers(class, name)?;
        let bears = |hit: &NameHit| bearers.contains(&hit.entity);
        Ok(codes.iter().position(|(_, hit)| hit.as_ref().is_some_and(bears)))
    }

    /// A member of whom is known only that it has one of these codes, and is not who else bears its
    /// name.
    fn unclear(
        &mut self,
        class: EntityClass,
        part: &str,
        (scheme, codes): (&str, &[&str]),
        named: &EntityRef<'_>,
    ) -> Result<NameHit> {
        let usual = if codes.is_empty() {
            format!("{part} (another)")
        } else {
            format!("{part} ({scheme} {})", codes.join(" or "))
        };
        let known = match self.exactly(class, &usual)? {
            Some(known) => known,
            None => {
                let new = EntityRef {
                    name: Some(usual.as_str().into()),
                    kind: named.kind.clone(),
                    ..EntityRef::default()
                };
                let known = self.create_entity(class, &new, None, false)?;
                self.add_name(class, known.entity, HOMONYM, part)?;
                self.resolved.new.push((class, usual));
                known
            }
        };
        self.add_wording(class, known.entity, part, &known.wording)
    }

    /// Learns from a fact of a data set whose names have numbers of its own: a name alone with its
    /// number, and lists of which all is known but one. Done before any fact is written, what a list
    /// means does not depend on the order of the records. Returns whether anything was learned.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn learn(&mut self, facts: &RecordFacts<'_>) -> Result<bool> {
        let before = self.transaction.last_insert_rowid();
        for fact in facts.unencoded() {
            let date = crate::kind::given(&fact.row, "date");
            let days = date::parse(&date).unwrap_or(Days { first: None, last: None });
            for (field, value) in &fact.row {
                let InputValue::Entity(named) = value else { continue };
                let (Some(class), Some(style)) = (EntityClass::of(field.ty), named.style) else {
                    continue;
                };
                let (Some(split), Some(name), Some((scheme, code))) =
                    (style.split.as_deref(), &named.name, named.codes.first())
                else {
                    continue;
                };
                if STATES.contains(scheme) {
                    continue;
                }
                if code.contains(split) {
                    self.several_if(class, named, style, days, |unclear| unclear < 2)?;
                } else if !name.contains(split) {
                    match self.resolve(class, named, days) {
                        Ok(_) | Err(Stop::Input(_)) => {}
                        Err(Stop::Failed(error)) => return Err(error),
                    }
                }
            }
        }
        Ok(self.transaction.last_insert_rowid() != before)
    }

    /// Whether somebody was made for a name that nobody knew.
    fn is_unmatched(&self, class: EntityClass, entity: i64) -> Result<bool> {
        let sql = format!("SELECT {} FROM {} WHERE id = ?1", class.unknown(), class.table());
        Ok(self.transaction.prepare_cached(&sql)?.query_row([entity], |row| row.get(0))?)
    }

    /// Which of the codes somebody had at another time: "Serbia (Yugoslavia)" is one name of two
    /// states, and the day decides which.
    fn has_had(
        &self,
        class: EntityClass,
        entity: i64,
        scheme: &str,
        codes: &[(&str, Option<NameHit>)],
    ) -> Result<Option<usize>> {
        for (i, (code, _)) in codes.iter().enumerate() {
            if self.bears(class, entity, scheme, code)? {
                return Ok(Some(i));
            }
        }
        Ok(None)
    }

    /// The row of a member, by its spelling or its code.
    fn member(
        &mut self,
        class: EntityClass,
        named: &EntityRef<'_>,
        spelled: Option<NameHit>,
        coded: Option<NameHit>,
        days: Days,
    ) -> Result<NameHit> {
        match (spelled, coded) {
            (Some(hit), _) => self.as_spelled(class, hit, named),
            (None, Some(hit)) => {
                let name = named.name.as_deref().unwrap_or_default();
                let is_reliable = named.style.is_some_and(|style| style.alias);
                self.worded(class, &hit, name, is_reliable)
            }
            (None, None) => Ok(self.entity_of(class, named, days, None)?.0),
        }
    }
}

/// Returns every way to join neighbouring pieces into `count` parts.
fn groupings(pieces: &[String], count: usize, split: &str) -> Vec<Vec<String>> {
    if count == pieces.len() || pieces.len() > PIECES {
        return vec![pieces.to_vec()];
    }
    let between = format!("{} ", split.trim_end());
    let mut all = Vec::new();
    let gaps = pieces.len() - 1;
    // a bit for each gap: whether the pieces beside it are two parts
    for cuts in 0_u32..1 << gaps {
        if cuts.count_ones() as usize + 1 != count {
            continue;
        }
        let mut parts = vec![pieces[0].clone()];
        for (gap, piece) in pieces[1..].iter().enumerate() {
            if cuts >> gap & 1 == 1 {
                parts.push(piece.clone());
            } else if let Some(last) = parts.last_mut() {
                last.push_str(&between);
                last.push_str(piece);
            }
        }
        all.push(parts);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_in_every_way_that_leaves_so_many_parts() {
        let pieces = ["Macedonia", "FYR", "Serbia (Yugoslavia)"].map(str::to_owned);
        assert_eq!(
            groupings(&pieces, 2, ","),
            [
                ["Macedonia", "FYR, Serbia (Yugoslavia)"].map(str::to_owned).to_vec(),
                ["Macedonia, FYR", "Serbia (Yugoslavia)"].map(str::to_owned).to_vec(),
            ]
        );
        assert_eq!(groupings(&pieces, 3, ",").len(), 1);
    }
}
