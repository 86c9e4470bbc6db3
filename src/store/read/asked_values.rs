//! What to say of the values that a query asks for: that they occur nowhere, or mean several.

use rusqlite::params_from_iter;

use crate::error::Result;
use crate::query::{ActorTie, ColumnRef, Op, Predicate, Query};
use crate::store::Store;
use crate::store::entities::lookup::{self, EntityClass, Meaning};
use crate::store::published;
use crate::store::read::{as_of, columns, predicate};
use crate::value::suggest::did_you_mean;
use crate::value::text::BETWEEN_NAMES;
use crate::value::{Type, Value};

/// How many facts, or values, are searched for the nearest ones.
const SAMPLE: i64 = 20_000;

impl Store {
    /// A sentence for each value of the query's filters that occurs nowhere, with the nearest that
    /// does.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn unknown_values(&self, query: &Query) -> Result<Vec<String>> {
        let mut said = Vec::new();
        // what alone was asked, of all facts, and finds none is nowhere
        let is_alone = query.tests.len() == 1
            && query.words.is_none()
            && query.offset == 0
            && query.limit != Some(0);
        for test in &query.tests {
            let (column, words) = match test {
                Predicate::In { column, values, .. } => (Some(column), values.clone()),
                Predicate::AnyActor { names, .. } => (None, names.clone()),
                Predicate::Compare(column, Op::Is | Op::IsShown | Op::IsNot, Value::Text(word)) => {
                    (Some(column), vec![word.to_string()])
                }
                _ => continue,
            };
            let tie = match test {
                Predicate::AnyActor { tie, .. } => *tie,
                _ => ActorTie::PartyOrSupporter,
            };
            let is_plain = match test {
                Predicate::In { not, exclusively, .. } => !not && !exclusively,
                Predicate::AnyActor { exclusively, .. } => !exclusively,
                Predicate::Compare(_, op, _) => *op != Op::IsNot,
                _ => false,
            };
            let is_alone = is_alone && is_plain && words.len() == 1;
            for word in &words {
                if is_alone || !self.occurs(query, column, tie, word)? {
                    said.push(self.unknown(query, column, word)?);
                }
            }
        }
        Ok(said)
    }

    /// The usual names of all whom words mean in a column of names.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn usual_names(&self, column: &ColumnRef, words: &[String]) -> Result<Vec<String>> {
        let Some(class) = EntityClass::of(column.ty()) else { return Ok(Vec::new()) };
        let countries = column.name() == "country";
        let meaning = Meaning { countries, ..Meaning::of(class) };
        let mut names = Vec::new();
        for word in words {
            names.extend(lookup::usual_names(&self.connection, meaning, word)?);
        }
        Ok(names)
    }

    /// What to say of words of the query that several are called by: a filter takes them all.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn homonyms(&self, query: &Query) -> Result<Vec<String>> {
        let mut said = Vec::new();
        for (meaning, word) in names_asked(query) {
            let called = lookup::usual_names(&self.connection, meaning, word)?;
            if called.len() > 1 {
                let (many, one) = (called.len(), meaning.class.one());
                let called = called.join(BETWEEN_NAMES);
                said.push(format!("\"{word}\" means {many} {one}s: {called}"));
            }
        }
        Ok(said)
    }

    fn occurs(
        &self,
        query: &Query,
        column: Option<&ColumnRef>,
        tie: ActorTie,
        word: &str,
    ) -> Result<bool> {
        let word = vec![word.to_owned()];
        let test = match column.cloned() {
            Some(column) => Predicate::In { column, values: word, not: false, exclusively: false },
            None => Predicate::AnyActor { names: word, tie, exclusively: false },
        };
        if let Some(engine) = self.engine() {
            return self.occurs_published(engine, query, &test);
        }
        for kind in &query.kinds {
            let mut values = Vec::new();
            let live = as_of::live(&self.connection, &query.past, &mut values)?;
            let condition = predicate::condition(&self.connection, kind, &test, &mut values)?;
            let sql = format!(
                "SELECT EXISTS (SELECT 1 FROM {} f WHERE {live} AND {condition})",
                kind.table
            );
            if self
                .connection
                .prepare(&sql)?
                .query_row(params_from_iter(values), |row| row.get(0))?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn unknown(&self, query: &Query, column: Option<&ColumnRef>, word: &str) -> Result<String> {
        let what = column.map_or("actor".to_owned(), |column| column.name().replace('_', " "));
        // numbers and days have no nearest spelling
        if column.is_some_and(has_no_spelling) {
            return Ok(format!("no fact has {what} {word}"));
        }
        let class = column.map_or(Some(EntityClass::Actor), |column| EntityClass::of(column.ty()));
        if let Some(class) = class
            && !lookup::usual_names(&self.connection, Meaning::of(class), word)?.is_empty()
        {
            return Ok(format!("\"{word}\" exists, but no fact here has it as {what}"));
        }
        let slugs = match column.map(ColumnRef::ty) {
            Some(Type::Source) => self.slugs("sources")?,
            Some(Type::Topic) => self.slugs("topics")?,
            _ => Vec::new(),
        };
        if slugs.iter().any(|slug| slug == word) {
            return Ok(format!("{what} \"{word}\" exists, but no fact here has it"));
        }
        let occurring = self.occurring(query, column)?;
        let mut near = did_you_mean(word, occurring.iter().map(String::as_str));
        if near.is_empty() {
            let known = match class {
                Some(class) => lookup::known(&self.connection, class)?,
                None => slugs,
            };
            near = did_you_mean(word, known.iter().map(String::as_str));
        }
        Ok(format!("{what} \"{word}\" not found{near}"))
    }

    fn slugs(&self, table: &str) -> Result<Vec<String>> {
        let mut read = self.connection.prepare(&format!("SELECT slug FROM {table}"))?;
        let slugs = read.query_map([], |row| row.get(0))?;
        Ok(slugs.collect::<Result<_, _>>()?)
    }

    /// The values that occur in a column, or as any actor; the first few thousand.
    fn occurring(&self, query: &Query, column: Option<&ColumnRef>) -> Result<Vec<String>> {
        if let Some(engine) = self.engine() {
            return published::occurring(engine, query, column);
        }
        let mut arms = Vec::new();
        for kind in &query.kinds {
            let named = kind.fields().filter(|own| match column {
                Some(column) => own.name == column.name() && EntityClass::of(own.ty).is_some(),
                None => own.ty == Type::Actor,
            });
            // an index does not tell whether a fact is live: its row is read only where some are not
            let any_retired = format!(
                "SELECT EXISTS (SELECT 1 FROM {} WHERE retired_by_id IS NOT NULL)",
                kind.table
            );
            let any_retired = self.connection.query_row(&any_retired, [], |row| row.get(0))?;
            let live = if any_retired { "f.retired_by_id IS NULL" } else { "TRUE" };
            arms.extend(named.map(|own| columns::names_in_use(kind, own, live)));
            let Some(by) = column.and_then(|column| columns::of_column(kind, column)) else {
                continue;
            };
            // a place is its name, or that of a spot in it
            let by = match column {
                Some(column) if column.name() == "place" => "f.locality".to_owned(),
                Some(column) if EntityClass::of(column.ty()).is_some() => continue,
                _ => by,
            };
            // most values occur in the first facts; taking cells apart is slow
            let is_slow =
                column.is_some_and(|column| column.extra().is_some()) || by == "f.locality";
            let some = if is_slow {
                format!("(SELECT * FROM {} LIMIT {SAMPLE})", kind.table)
            } else {
                kind.table.to_owned()
            };
            arms.push(format!(
                "SELECT CAST({by} AS TEXT) AS value FROM {some} f WHERE f.retired_by_id IS NULL"
            ));
        }
        if arms.is_empty() {
            return Ok(Vec::new());
        }
        // names are short, and few of them are near
        let is_named = column.is_none_or(|column| EntityClass::of(column.ty()).is_some());
        let most = if is_named { SAMPLE } else { SAMPLE / 4 };
        let sql = format!(
            "SELECT DISTINCT value FROM ({}) WHERE value IS NOT NULL LIMIT {most}",
            arms.join(" UNION ALL ")
        );
        let mut read = self.connection.prepare(&sql)?;
        let values = read.query_map([], |row| row.get(0))?;
        Ok(values.collect::<Result<_, _>>()?)
    }
}

/// The names that the tests of a query ask for, and what they are names of.
pub(super) fn names_asked(query: &Query) -> impl Iterator<Item = (Meaning, &str)> {
    let asked = query.tests.iter().filter_map(|test| match test {
        Predicate::AnyActor { names, .. } => Some((Meaning::of(EntityClass::Actor), names)),
        Predicate::In { column, values, .. } => {
            let meaning = Meaning::of(EntityClass::of(column.ty())?);
            Some((Meaning { countries: column.name() == "country", ..meaning }, values))
        }
        _ => None,
    });
    asked.flat_map(|(meaning, words)| words.iter().map(move |word| (meaning, word.as_str())))
}

/// Whether the values of a column are numbers or days, of which none is spelled nearly as another.
fn has_no_spelling(column: &ColumnRef) -> bool {
    column.ty().is_number() || matches!(column.ty(), Type::Date | Type::Day | Type::Bucket(_))
}
