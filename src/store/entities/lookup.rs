//! Names and codes: which rows of `names` a word means, and how a row is written so that it is
//! found again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, params, params_from_iter};

use crate::error::Result;
use crate::kind::reference_table::{HOMONYM, SCHEMES};
use crate::store::entities::country_names::in_english;
use crate::value::Type;
use crate::value::text::{BETWEEN_NAMES, fold_name};

/// Who bears a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntityClass {
    /// An actor.
    Actor,
    /// A place.
    Place,
}

impl EntityClass {
    /// The class that a field of this type refers to.
    #[must_use]
    pub fn of(ty: Type) -> Option<EntityClass> {
        match ty {
            Type::Actor => Some(EntityClass::Actor),
            Type::Place => Some(EntityClass::Place),
            _ => None,
        }
    }

    /// The table of its bearers.
    #[must_use]
    pub fn table(self) -> &'static str {
        match self {
            EntityClass::Actor => "actors",
            EntityClass::Place => "places",
        }
    }

    /// The column of `names` that points to the bearer.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            EntityClass::Actor => "actor_id",
            EntityClass::Place => "place_id",
        }
    }

    /// The SQL condition that nobody has said anything about one: an actor of unknown kind and tie, a place
    /// that lies nowhere, a state or country that only a data set has heard of.
    #[must_use]
    pub fn unknown(self) -> &'static str {
        match self {
            EntityClass::Actor => {
                "(kind = 'unknown' AND acts_for_id IS NULL AND of_id IS NULL OR kind = 'state' AND ifnull(import_id, 0) IN (SELECT id FROM imports WHERE dataset IS NOT NULL))"
            }
            EntityClass::Place => {
                "(kind = 'other' AND within_id IS NULL AND latitude IS NULL OR kind = 'country' AND ifnull(import_id, 0) IN (SELECT id FROM imports WHERE dataset IS NOT NULL))"
            }
        }
    }

    /// The columns of its table that point to another of the same table.
    #[must_use]
    pub fn ties(self) -> &'static [&'static str] {
        match self {
            EntityClass::Actor => &["of_id", "acts_for_id"],
            EntityClass::Place => &["within_id"],
        }
    }

    /// One of them, which is what `names.class` says.
    #[must_use]
    pub fn one(self) -> &'static str {
        match self {
            EntityClass::Actor => "actor",
            EntityClass::Place => "place",
        }
    }
}

/// A name as people write it: `Iraq`, `IRQ`, `cow:645`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spelling<'a> {
    /// The scheme, if one is named.
    pub scheme: Option<&'a str>,
    /// The name or code.
    pub name: &'a str,
}

/// Takes `scheme:code` apart; a colon behind anything but a scheme belongs to the name.
#[must_use]
pub fn spelling(text: &str) -> Spelling<'_> {
    match text.split_once(':') {
        Some((scheme, name)) if SCHEMES.contains(&scheme) && !name.is_empty() => {
            Spelling { scheme: Some(scheme), name }
        }
        _ => Spelling { scheme: None, name: text },
    }
}

/// The SQL that writes a row `n` of `names` so that [`spelling`] reads it back.
pub const WORDING_SQL: &str = "CASE WHEN n.scheme = 'wording' THEN iif(n.name = n.meant_by, n.name, n.name || ' [= ' || n.meant_by || ']')
  WHEN n.scheme = 'name' AND instr(n.name, ':') = 0 AND instr(n.name, ' [= ') = 0 THEN n.name ELSE n.scheme || ':' || n.name END";

/// Takes `the Kremlin [= Russia]` apart: what a source calls somebody, and the name or code that
/// says whom it means.
#[must_use]
pub fn glossed(text: &str) -> Option<(&str, &str)> {
    let (wording, meant_by) = text.strip_suffix(']')?.split_once(" [= ")?;
    (!text.starts_with("name:") && !wording.is_empty() && !meant_by.is_empty())
        .then_some((wording, meant_by))
}

/// Takes `Iraq; the Kremlin [= Russia]` apart; a gloss may have several in it.
#[must_use]
pub fn listed(text: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, c) in text.char_indices() {
        if text[at..].starts_with(" [= ") {
            depth += 1;
        } else if c == ']' {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && text[at..].starts_with(BETWEEN_NAMES) {
            parts.push(text[begin..at].trim());
            begin = at + 2;
        }
    }
    parts.push(text[begin..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A spelling as an export writes it: a colon must not make a scheme of its beginning, nor a bracket
/// a gloss of its end.
pub(in crate::store) fn wording(name: &str) -> Arc<str> {
    if name.contains(':') || name.contains(" [= ") {
        format!("name:{name}").into()
    } else {
        name.into()
    }
}

/// The spelling of a name of this wording: what stands behind its scheme, or before whom it means.
#[must_use]
pub fn spelled_in(wording: &str) -> &str {
    glossed(wording).map_or_else(|| spelling(wording).name, |(wording, _)| wording)
}

/// The SQL condition on schemes for a word that names none: spellings and the ISO letter codes.
const BY_ITSELF: &str = "scheme IN ('name', 'iso2', 'iso3')";

/// How a filter's word is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Meaning {
    /// Actors or places.
    pub class: EntityClass,
    /// Only countries are meant: a homonym of one is not.
    pub countries: bool,
    /// Actors that belong to the one that is called so, and not itself.
    pub belongings: bool,
    /// A name that means several must mean no others.
    pub exclusively: bool,
}

impl Meaning {
    /// Whoever of a class is called so.
    pub const fn of(class: EntityClass) -> Meaning {
        Meaning { class, countries: false, belongings: false, exclusively: false }
    }
}

/// The SQL that selects every entity that one of a filter's words means, and its values.
pub fn entities_called(meaning: Meaning, words: &[String]) -> (String, Vec<String>) {
    let mut by_scheme: BTreeMap<Option<&str>, Vec<String>> = BTreeMap::new();
    for word in words {
        let Spelling { scheme, name } = spelling(word);
        let names = by_scheme.entry(scheme).or_default();
        names.push(fold_name(name));
        if scheme.is_none() {
            names.extend(in_english(name).map(fold_name));
        }
    }
    let mut values = Vec::new();
    let selects: Vec<String> = by_scheme
        .into_iter()
        .map(|(scheme, mut names)| {
            // a list is one value, however long it is
            let are_called = if names.len() == 1 {
                values.append(&mut names);
                "= ?"
            } else {
                values.push(serde_json::json!(names).to_string());
                "IN (SELECT value FROM json_each(?))"
            };
            values.extend(scheme.map(str::to_owned));
            entities_of_scheme(meaning, are_called, scheme.is_some())
        })
        .collect();
    (selects.join("\n    UNION "), values)
}

fn entities_of_scheme(meaning: Meaning, are_called: &str, with_scheme: bool) -> String {
    let column = meaning.class.column();
    let schemes = if with_scheme {
        "+scheme = ?".to_owned()
    } else {
        format!("+scheme IN ('name', 'iso2', 'iso3', '{HOMONYM}')")
    };
    let countries = if meaning.countries {
        "\n       AND place_id IN (SELECT id FROM places WHERE kind = 'country')"
    } else {
        ""
    };
    format!(
        "SELECT {column} FROM names WHERE folded {are_called} AND {schemes} AND {column} IS NOT NULL{countries}"
    )
}

/// The SQL that selects every row of `names` that belongs to the entities which another statement
/// selects, or that has one of them for a member; of a place those of the places within it too, of
/// an actor those of whoever acts for it.
pub fn names_of(meaning: Meaning, entities: &str) -> String {
    let column = meaning.class.column();
    let inside = match (meaning.class, meaning.belongings) {
        (EntityClass::Place, _) => format!(
            "inside(id) AS ({entities}
    UNION SELECT p.id FROM places p JOIN inside ON p.within_id = inside.id)"
        ),
        (EntityClass::Actor, false) => format!(
            "inside(id) AS ({entities}
    UNION SELECT a.id FROM actors a JOIN inside ON a.acts_for_id = inside.id)"
        ),
        (EntityClass::Actor, true) => format!(
            "called(id) AS ({entities}), inside(id) AS (SELECT a.id FROM actors a JOIN called c ON a.of_id = c.id
    UNION SELECT a.id FROM actors a JOIN inside ON a.of_id = inside.id)"
        ),
    };
    let own = format!("SELECT id FROM names WHERE {column} IN (SELECT id FROM inside)");
    let members = if meaning.exclusively {
        format!(
            "SELECT m.name_id FROM name_members m JOIN names n ON n.id = m.member_id
     GROUP BY m.name_id HAVING min(n.{column} IN (SELECT id FROM inside)) = 1"
        )
    } else {
        format!(
            "SELECT m.name_id FROM names n JOIN name_members m ON m.member_id = n.id WHERE n.{column} IN (SELECT id FROM inside)"
        )
    };
    format!("WITH RECURSIVE {inside}\n    {own}\n    UNION ALL {members}")
}

/// The usual names of all whom a filter's word means.
///
/// # Errors
/// The database cannot be read.
pub fn usual_names(connection: &Connection, meaning: Meaning, text: &str) -> Result<Vec<String>> {
    let (entities, values) = entities_called(meaning, &[text.to_owned()]);
    let sql = format!(
        "SELECT DISTINCT name FROM {} WHERE id IN ({entities}) ORDER BY name",
        meaning.class.table(),
    );
    let mut find = connection.prepare_cached(&sql)?;
    let names = find.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// What a cell of a row on its way in means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameMatch {
    /// This row of `names`, borne by this actor or place, written so.
    One(NameEntry),
    /// No row.
    None,
    /// Several bearers.
    Several(Vec<String>),
}

/// A row of `names` and whom it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameEntry {
    /// The row.
    pub id: i64,
    /// The actor or place.
    pub entity: i64,
    /// How an export writes it.
    pub wording: String,
    /// The usual name of whom it means.
    pub usual: String,
}

/// Looks names up for rows on their way in, and remembers what it found.
#[derive(Debug, Default)]
pub struct NameLookup {
    found: HashMap<(EntityClass, String), NameMatch>,
}

impl NameLookup {
    /// The row that this text means: the exact spelling if there is one, else the one bearer of its
    /// folded form.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn find(
        &mut self,
        connection: &Connection,
        class: EntityClass,
        text: &str,
    ) -> Result<NameMatch> {
        if let Some(found) = self.found.get(&(class, text.to_owned())) {
            return Ok(found.clone());
        }
        let found = look(connection, class, text)?;
        self.found.insert((class, text.to_owned()), found.clone());
        Ok(found)
    }

    /// Forgets everything: names have changed.
    pub fn forget(&mut self) {
        self.found.clear();
    }
}

fn look(connection: &Connection, class: EntityClass, text: &str) -> Result<NameMatch> {
    let Spelling { scheme, name } = spelling(text);
    let column = class.column();
    let sql = format!(
        "SELECT n.id, n.{column}, {WORDING_SQL}, n.label FROM names n
          WHERE n.folded = ?1 AND n.{column} IS NOT NULL AND CASE WHEN ?2 IS NULL THEN {BY_ITSELF} ELSE n.scheme = ?2 END
          ORDER BY n.name <> ?3, n.scheme <> 'name', n.name, n.valid_from"
    );
    let mut find = connection.prepare_cached(&sql)?;
    let mut rows = find.query(params![fold_name(name), scheme, name])?;
    let mut entries: Vec<NameEntry> = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = NameEntry {
            id: row.get(0)?,
            entity: row.get(1)?,
            wording: row.get(2)?,
            usual: row.get(3)?,
        };
        entries.push(entry);
    }
    // an exact spelling means its own bearer, even if others share the folded form, and before
    // anybody's code
    let is_exact = |entry: &&NameEntry| spelled_in(&entry.wording) == name;
    let is_name =
        |entry: &&NameEntry| spelling(&entry.wording).scheme.is_none_or(|scheme| scheme == "name");
    let exact: Vec<&NameEntry> = entries.iter().filter(is_exact).collect();
    let names: Vec<&NameEntry> = exact.iter().copied().filter(is_name).collect();
    let candidates: Vec<&NameEntry> = [names, exact]
        .into_iter()
        .find(|some| !some.is_empty())
        .unwrap_or(entries.iter().collect());
    let mut entities: Vec<&str> = candidates.iter().map(|entry| entry.usual.as_str()).collect();
    entities.sort_unstable();
    entities.dedup();
    Ok(match candidates.first() {
        None => NameMatch::None,
        Some(first) if entities.len() == 1 => NameMatch::One((*first).clone()),
        Some(_) => NameMatch::Several(entities.into_iter().map(str::to_owned).collect()),
    })
}

/// The usual names of all actors or places, for messages.
///
/// # Errors
/// The database cannot be read.
pub fn known(connection: &Connection, class: EntityClass) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT DISTINCT name FROM names WHERE scheme = 'name' AND {} IS NOT NULL",
        class.column()
    );
    let mut read = connection.prepare_cached(&sql)?;
    let names = read.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
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
