//! Facts as checks and comparisons look at them, read from the database by their kinds'
//! declarations.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::error::Result;
use crate::evidence::check::CheckedSource;
use crate::evidence::claim::{Claim, ClaimFigure};
use crate::evidence::compare::place_question;
use crate::kind::reference_table::SOURCES;
use crate::kind::{FLOW, Field, Kind, STOCK_FLOW, common_fields};
use crate::query::{AsOf, ColumnRef, Predicate, Query};
use crate::store::{EntityClass, Store};
use crate::value::date::Days;
use crate::value::{Type, Value};

/// The facts of these kinds that pass the tests.
///
/// # Errors
/// The database cannot be read.
pub fn load(
    store: &Store,
    kinds: &[&'static Kind],
    tests: &[Predicate],
    past: &AsOf,
) -> Result<Vec<Claim>> {
    let mut claims = Vec::new();
    each(store, kinds, (tests, past), |claim| claims.push(claim))?;
    Ok(claims)
}

/// Hands on the facts of these kinds that pass the tests, in the order of their kinds and dates.
///
/// # Errors
/// The database cannot be read.
pub fn each(
    store: &Store,
    kinds: &[&'static Kind],
    (tests, past): (&[Predicate], &AsOf),
    mut hand_on: impl FnMut(Claim),
) -> Result<()> {
    for kind in kinds {
        let query = query(kind, tests, past, |field| {
            field.is_given() || matches!(field.name, "ref" | "date_from" | "date_to")
        });
        read(store, kind, &query, &mut hand_on)?;
    }
    Ok(())
}

/// The facts of these kinds that pass the tests and may answer a question that has another answer:
/// those with a topic and, of a kind whose place and period are a question, those of documents and
/// the records of data sets whose question somebody else answers too.
///
/// # Errors
/// The database cannot be read.
pub fn load_answers(
    store: &Store,
    kinds: &[&'static Kind],
    tests: &[Predicate],
    past: &AsOf,
) -> Result<Vec<Claim>> {
    let (of_places, of_topics): (Vec<&'static Kind>, Vec<_>) =
        kinds.iter().partition(|kind| kind.has_place_question);
    let mut claims = Vec::new();
    for kind in of_places {
        let asked = |name: &str| {
            matches!(name, "source" | "topic" | "place" | "date_from" | "date_to")
                || kind.comparable_by.contains(&name)
        };
        let mut questions = AskedQuestions::default();
        let mut query = query(kind, tests, past, |field| asked(field.name));
        query.unsorted = true;
        read(store, kind, &query, |claim| questions.add(&claim))?;
        let query = self::query(kind, tests, past, |field| {
            field.is_given() || asked(field.name) || field.name == "ref"
        });
        read(store, kind, &query, |claim| {
            if questions.may_be_answered_by(&claim) {
                claims.push(claim);
            }
        })?;
    }
    let topic = common_fields().find(|field| field.name == "topic");
    let with_topic = topic.map(|topic| Predicate::Known(topic.into(), true));
    let tests: Vec<Predicate> = tests.iter().cloned().chain(with_topic).collect();
    claims.extend(load(store, &of_topics, &tests, past)?);
    Ok(claims)
}

/// The questions of places that facts answer, and whose facts those are: by their hashes, since
/// there may be as many as facts.
#[derive(Default)]
struct AskedQuestions {
    /// By the hash of a question that of the data set whose records alone answer it, none without
    /// a topic; nothing if others do.
    of: HashMap<u64, Option<u64>, RandomState>,
    hashes: RandomState,
}

impl AskedQuestions {
    fn add(&mut self, claim: &Claim) {
        let Some(asked) = place_question(claim) else { return };
        let source = Some(self.hashes.hash_one(&claim.source))
            .filter(|_| claim.is_record && claim.topic.is_none());
        let asked = self.hashes.hash_one(asked);
        let known = self.of.entry(asked).or_insert(source);
        if *known != source {
            *known = None;
        }
    }

    fn may_be_answered_by(&self, claim: &Claim) -> bool {
        !claim.is_record
            || claim.topic.is_some()
            || place_question(claim).is_some_and(|asked| {
                self.of.get(&self.hashes.hash_one(asked)).is_some_and(Option::is_none)
            })
    }
}

/// The facts of a kind that pass the tests, with some of its fields.
fn query(
    kind: &'static Kind,
    tests: &[Predicate],
    past: &AsOf,
    is_wanted: impl Fn(&Field) -> bool,
) -> Query {
    let mut query = Query::of(vec![kind]);
    query.tests = tests.to_vec();
    query.past = past.clone();
    query.columns = kind.fields().filter(|field| is_wanted(field)).map(ColumnRef::Field).collect();
    query
}

/// Hands on the facts that a query finds, each with what its columns tell.
fn read(
    store: &Store,
    kind: &'static Kind,
    query: &Query,
    mut hand_on: impl FnMut(Claim),
) -> Result<()> {
    let unknown: HashSet<String> =
        store.unknown_entities(EntityClass::Actor)?.into_iter().collect();
    let datasets: HashSet<String> = sources(store)?
        .into_iter()
        .filter(|source| !source.document)
        .map(|source| source.slug)
        .collect();
    let families = families(store)?;
    store.select(query, |cells| {
        let row = ClaimRow { columns: &query.columns, cells };
        let claim = claim(kind, &row, &unknown);
        let family = families.get(&claim.source).unwrap_or(&claim.source).clone();
        let is_record = datasets.contains(&claim.source);
        hand_on(Claim { family, is_record, ..claim });
        Ok(())
    })?;
    Ok(())
}

/// Number of data sets that the facts of these kinds that pass the tests come from.
///
/// # Errors
/// The database cannot be read.
pub fn count_data_sets(
    store: &Store,
    kinds: &[&'static Kind],
    tests: &[Predicate],
    past: &AsOf,
) -> Result<usize> {
    let mut named: HashSet<String> = HashSet::new();
    for kind in kinds {
        let mut query = Query::of(vec![kind]);
        query.tests = tests.to_vec();
        query.past = past.clone();
        query.columns = kind.field("source").map(ColumnRef::Field).into_iter().collect();
        query.unsorted = true;
        store.select(&query, |cells| {
            if let Some(source) = cells[0].text().filter(|source| !named.contains(*source)) {
                named.insert(source.to_owned());
            }
            Ok(())
        })?;
    }
    Ok(sources(store)?
        .iter()
        .filter(|source| !source.document && named.contains(&source.slug))
        .count())
}

/// The family of each source that has relatives: the name that they share, or the source that it is
/// derived from.
///
/// # Errors
/// The database cannot be read.
pub fn families(store: &Store) -> Result<HashMap<String, String>> {
    let mut families = HashMap::new();
    store.export_reference(&SOURCES, |cells| {
        let text = |name: &str| source_text(cells, name);
        if let (Some(slug), Some(family)) = (text("slug"), text("family").or(text("derived_from")))
        {
            families.insert(slug, family);
        }
        Ok(())
    })?;
    // what is derived from a member of a family belongs to it
    let of_parents: Vec<(String, String)> = families
        .iter()
        .filter_map(|(slug, family)| Some((slug.clone(), families.get(family)?.clone())))
        .collect();
    families.extend(of_parents);
    Ok(families)
}

/// A field of a source, as text.
pub fn source_text(cells: &[Value<'_>], name: &str) -> Option<String> {
    let at = SOURCES.fields.iter().position(|field| field.name == name)?;
    cells[at].text().map(str::to_owned)
}

/// The sources as the rules look at them, with the texts that are held.
///
/// # Errors
/// The database cannot be read.
pub fn sources(store: &Store) -> Result<Vec<CheckedSource>> {
    let mut sources = Vec::new();
    store.export_reference(&SOURCES, |cells| {
        let text = |name: &str| source_text(cells, name);
        let slug = text("slug").unwrap_or_default();
        let held = store.held_text(&slug)?;
        sources.push(CheckedSource {
            slug,
            document: text("kind").as_deref() == Some("document"),
            has_url: text("url").is_some(),
            sums: held.as_ref().map(|held| (held.sha256.clone(), held.expected.clone())),
            text: held.map(|held| held.text),
        });
        Ok(())
    })?;
    Ok(sources)
}

/// One row with the names of its columns.
struct ClaimRow<'a, 'c> {
    columns: &'a [ColumnRef],
    cells: &'a [Value<'c>],
}

impl ClaimRow<'_, '_> {
    fn cell(&self, name: &str) -> &Value<'_> {
        self.columns
            .iter()
            .position(|column| column.name() == name)
            .map_or(&Value::Null, |i| &self.cells[i])
    }

    fn text(&self, name: &str) -> Option<String> {
        let cell = self.cell(name);
        (!cell.is_null()).then(|| cell.to_string())
    }

    fn day(&self, name: &str) -> Option<i64> {
        match self.cell(name) {
            Value::Day(day) => Some(*day),
            _ => None,
        }
    }
}

fn claim(kind: &'static Kind, row: &ClaimRow<'_, '_>, unknown: &HashSet<String>) -> Claim {
    let number = |name: &str| row.cell(name).number();
    let stated: Vec<ClaimFigure> = kind
        .figures
        .iter()
        .map(|figure| ClaimFigure {
            name: figure.stem.to_owned(),
            low: number(figure.low),
            best: number(figure.best),
            high: number(figure.high),
        })
        .filter(|figure| figure.stated().next().is_some())
        .collect();
    let text = |name: &str| row.text(name).unwrap_or_default();
    let join = |names: &mut dyn Iterator<Item = &'static str>| {
        names.map(&text).collect::<Vec<_>>().join("\u{1f}")
    };
    let parties = join(
        &mut ["supplier", "recipient", "designation"]
            .into_iter()
            .filter(|name| kind.field(name).is_some()),
    );
    let own = join(&mut kind.own.iter().map(|field| field.name));
    let spine = join(
        &mut common_fields()
            .filter(|field| {
                matches!(
                    field.name,
                    "date" | "stance" | "said_by" | "said_via" | "said_on" | "place"
                )
            })
            .map(|field| field.name),
    );
    let actors = row
        .columns
        .iter()
        .filter(|column| column.ty() == Type::Actor)
        .filter_map(|column| row.text(column.name()));
    Claim {
        reference: text("ref"),
        kind: kind.name,
        has_place_question: kind.has_place_question,
        source: text("source"),
        family: text("source"),
        topic: row.text("topic"),
        said_by: row.text("said_by"),
        said_via: row.text("said_via"),
        stance: text("stance"),
        summary: text("summary"),
        date: row.text("date"),
        days: Days { first: row.day("date_from"), last: row.day("date_to") },
        place: row.text("place"),
        locator: row.text("locator"),
        quote: row.text("quote"),
        stage: row.text("stage"),
        event: row.text("event"),
        counted: kind.comparable_by.iter().filter_map(|name| counted(row, name)).collect(),
        scope: {
            let mut scope: Vec<String> =
                kind.scope_by.iter().filter_map(|name| row.text(name)).collect();
            scope.sort_unstable();
            scope
        },
        is_record: false,
        figures: stated,
        content: format!("{parties}\u{1e}{own}\u{1f}{spine}"),
        unknown: actors.filter(|name| unknown.contains(name)).collect(),
    }
}

/// What a figure counts, by one of the fields that say so: what happened in a time goes without
/// saying.
fn counted(row: &ClaimRow<'_, '_>, name: &'static str) -> Option<String> {
    row.text(name).filter(|text| name != STOCK_FLOW || text != FLOW)
}
