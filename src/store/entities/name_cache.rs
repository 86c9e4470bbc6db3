//! What a run found out about names, remembered for when they come again.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;
use rusqlite::Connection;

use crate::error::Result;
use crate::store::entities::lookup::EntityClass;
use crate::value::EntityRef;
use crate::value::date::{self, Days};

/// A row of `names` that means one actor or place.
#[derive(Debug, Clone)]
pub struct NameHit {
    /// The row.
    pub id: i64,
    /// The actor or place.
    pub entity: i64,
    /// How an export writes it.
    pub wording: Arc<str>,
}

/// What a name on its way in means: a row of `names`, and what is told by it.
#[derive(Debug, Clone)]
pub struct ResolvedName {
    /// The row.
    pub id: i64,
    /// How an export writes it.
    pub wording: Arc<str>,
    /// The words by which it is found: the spelling, and the usual name of whom it means.
    pub words: Arc<str>,
    /// That usual name.
    pub label: Arc<str>,
    /// Whether its name and its codes mean the same; none where one of them is unknown.
    pub agrees: Option<bool>,
}

/// What is known of an actor or place.
#[derive(Debug)]
pub struct Entity {
    /// Its usual name.
    pub usual: Arc<str>,
    /// Whether it is a state or a country.
    pub is_state: bool,
    /// Of a place the name of its country.
    pub country: Option<Arc<str>>,
    /// Where a place lies.
    pub point: Option<(f64, f64)>,
}

/// What was resolved of late. A name that does not come again for long is looked up anew, so that
/// memory stays flat.
#[derive(Debug)]
pub struct RecentNames {
    most: usize,
    recent: HashMap<Box<[u8]>, Option<Arc<ResolvedName>>, RandomState>,
    older: HashMap<Box<[u8]>, Option<Arc<ResolvedName>>, RandomState>,
}

impl Default for RecentNames {
    fn default() -> RecentNames {
        RecentNames::holding(RecentNames::MANY)
    }
}

impl RecentNames {
    /// How many names the first generation holds, and a further one: where more names come than the
    /// first holds, as with a place for each record, to remember many of them does not pay.
    const MANY: usize = 1 << 16;
    const FEW: usize = 1 << 12;

    /// An empty one whose first generation holds this many.
    pub fn holding(most: usize) -> RecentNames {
        RecentNames { most, recent: HashMap::default(), older: HashMap::default() }
    }

    #[expect(
        clippy::option_option,
        reason = "not looked up, and looked up without finding one entity, are two answers"
    )]
    pub fn get(&mut self, key: &[u8]) -> Option<Option<Arc<ResolvedName>>> {
        if let Some(meant) = self.recent.get(key) {
            return Some(meant.clone());
        }
        let (key, meant) = self.older.remove_entry(key)?;
        self.insert(key, meant.clone());
        Some(meant)
    }

    pub fn insert(&mut self, key: Box<[u8]>, meant: Option<Arc<ResolvedName>>) {
        if self.recent.len() >= self.most {
            self.older = std::mem::take(&mut self.recent);
            self.most = RecentNames::FEW;
        }
        self.recent.insert(key, meant);
    }
}

/// What was resolved so far.
#[derive(Debug, Default)]
pub struct NameCache {
    /// Names that mean the same entity on every day. `None`: the day decides, and its epoch is appended to
    /// the key.
    pub found: RecentNames,
    /// The epochs, once they were asked for.
    pub epochs: Option<NameEpochs>,
    /// The name at hand had different bearers at different times.
    pub dated: bool,
    /// The place under which the name at hand is looked up, kept to spare a new text for each.
    pub key: Vec<u8>,
    /// Bearers, which no import changes.
    pub entities: HashMap<(EntityClass, i64), Arc<Entity>>,
    /// Names that nobody known bears, in the order of their coming.
    pub new: Vec<(EntityClass, String)>,
    /// Codes that were used outside of the years in which they are valid.
    pub outside: BTreeSet<String>,
    /// Codes of states that no list has.
    pub unlisted: BTreeSet<String>,
}

impl NameCache {
    pub fn remember(&mut self, of: (EntityClass, i64), entity: Entity) -> Arc<Entity> {
        if self.entities.len() >= RecentNames::FEW {
            self.entities.clear();
        }
        let entity = Arc::new(entity);
        self.entities.insert(of, Arc::clone(&entity));
        entity
    }
}

/// Names that the writer resolved, on their way to the reader.
#[derive(Debug, Clone, Default)]
pub struct NameNews(Arc<Mutex<Vec<NewName>>>);

/// The key of a name, and who is meant; `None` if that depends on the day.
type NewName = (Box<[u8]>, Option<Arc<ResolvedName>>);

impl NameNews {
    /// Passes on who is meant by a name.
    pub fn tell(&self, key: &[u8], meant: Option<&Arc<ResolvedName>>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((key.into(), meant.cloned()));
    }

    /// Takes what was passed on since the last call.
    pub fn take(&self) -> Vec<NewName> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Appends to `key` everything that identifies a name; each part has a length prefix or a fixed
/// length.
pub fn write_key(key: &mut Vec<u8>, class: EntityClass, named: &EntityRef<'_>) {
    key.push(if class == EntityClass::Actor { b'a' } else { b'p' });
    let mut text = |text: &str| {
        key.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        key.extend_from_slice(text.as_bytes());
    };
    text(named.name.as_deref().unwrap_or_default());
    text(named.kind.as_deref().unwrap_or_default());
    for (scheme, code) in &named.codes {
        text(scheme);
        text(code);
    }
    if let Some(style) = named.style {
        // a style belongs to a field of the mapping, which lives as long as the run
        key.push(b'~');
        key.extend_from_slice(&std::ptr::from_ref(style).addr().to_le_bytes());
    }
    if let Some((lat, lon)) = named.point {
        key.push(b'@');
        key.extend_from_slice(&lat.to_le_bytes());
        key.extend_from_slice(&lon.to_le_bytes());
    }
    if let Some(within) = named.within.as_deref() {
        key.push(b'<');
        write_key(key, class, within);
    }
}

/// The days on which any name changes its bearer. Between two of them a name means the same on every day.
#[derive(Debug, Clone, Default)]
pub struct NameEpochs(Arc<[i64]>);

impl NameEpochs {
    /// Reads them from all names.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(connection: &Connection) -> Result<NameEpochs> {
        let mut read = connection.prepare(
            "SELECT valid_from, FALSE FROM names WHERE valid_from IS NOT NULL
             UNION SELECT valid_to, TRUE FROM names WHERE valid_to IS NOT NULL",
        )?;
        let rows = read.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        let mut days = BTreeSet::new();
        for row in rows {
            let (text, is_end): (String, bool) = row?;
            let known = date::parse(&text).unwrap_or_default();
            // the day after the last is another's
            days.extend(if is_end { known.last.map(|day| day + 1) } else { known.first });
        }
        Ok(NameEpochs(days.into_iter().collect()))
    }

    /// Adds the time at which a name is used to its key.
    pub fn write(&self, key: &mut Vec<u8>, days: Days) {
        let epoch = |day: i64| self.0.partition_point(|begin| *begin <= day);
        if let Some((first, last)) = days.first.zip(days.last)
            && epoch(first) == epoch(last)
        {
            key.push(b'e');
            key.extend_from_slice(&epoch(first).to_le_bytes());
            return;
        }
        for day in [days.first, days.last] {
            key.push(u8::from(day.is_some()));
            key.extend_from_slice(&day.unwrap_or_default().to_le_bytes());
        }
    }
}
