//! What writing, releases and the resolution of names do, on a database in memory.

use crate::error::Stop;
use crate::kind::{self, FactKey, InputRow, Kind, NewFact, reference_table};
use crate::store::entities::lookup::EntityClass;
use crate::store::entities::name_cache::NameCache;
use crate::store::write::transaction::Writer;
use crate::store::{
    Counts, ImportInfo, Outcome, RecordFacts, ReleaseImport, ReleaseInfo, RowError, Store,
};
use crate::value::date::{self, Days};
use crate::value::{EntityRef, InputValue, Value};

pub(super) fn events() -> &'static Kind {
    kind::find("events").unwrap()
}

pub(super) fn run(file: Option<&str>) -> ImportInfo {
    ImportInfo {
        at: "2026-01-01T00:00:00Z".into(),
        action: "import".into(),
        file: file.map(str::to_owned),
        ..ImportInfo::default()
    }
}

/// A row of these fields and texts, as a cell of a table gives them.
fn row(kind: &'static Kind, cells: &[(&str, &str)]) -> InputRow<'static> {
    let value = |(name, text): &(&str, &str)| {
        let field = kind.field(name).unwrap();
        (field, InputValue::Value(field.ty.parse(text).unwrap().into_owned()))
    };
    cells.iter().map(value).collect()
}

/// A store with the sources `a` and `b`.
pub(super) fn store() -> Store {
    let store = Store::in_memory();
    let mut writer = store.write(run(None)).unwrap();
    for slug in ["a", "b"] {
        let fields = |name: &str| {
            reference_table::SOURCES.fields.iter().find(|field| field.name == name).unwrap()
        };
        let text = |name: &str, text: &str| {
            (fields(name), InputValue::Value(Value::Text(text.to_owned().into())))
        };
        let source = vec![text("slug", slug), text("kind", "document"), text("title", "A title")];
        writer.put_reference(&reference_table::SOURCES, &source).unwrap();
    }
    writer.commit().unwrap();
    store
}

/// A meeting of a source, of this key and with these words.
pub(super) fn meeting(source: &str, key: &str, summary: &str) -> InputRow<'static> {
    let cells = [
        ("source", source),
        ("key", key),
        ("summary", summary),
        ("type", "meeting"),
        ("stance", "states"),
        ("confidence", "unrated"),
    ];
    row(events(), &cells)
}

/// Why a row was refused.
fn refusal(outcome: Result<Outcome, Stop<Vec<RowError>>>) -> RowError {
    match outcome {
        Err(Stop::Input(mut faults)) => faults.remove(0),
        other => panic!("{other:?}"),
    }
}

fn count(store: &Store, sql: &str) -> i64 {
    store.connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_row_is_added_then_unchanged_then_changed() {
    let store = store();
    for (summary, expected) in [
        ("They met", Outcome::Added),
        ("They met", Outcome::Unchanged),
        ("They met again", Outcome::Changed),
    ] {
        let mut writer = store.write(run(None)).unwrap();
        assert_eq!(writer.put(events(), &meeting("a", "m", summary)).unwrap(), expected);
        writer.commit().unwrap();
    }
    assert_eq!(count(&store, "SELECT count(*) FROM events WHERE retired_by_id IS NULL"), 1);
    assert_eq!(
        count(
            &store,
            "SELECT count(*) FROM events WHERE retired_by_id = 3 AND retired_why = 'changed'"
        ),
        1
    );
    // the run that changed nothing left no trace
    assert_eq!(count(&store, "SELECT count(*) FROM imports"), 3);
}

#[test]
fn what_is_not_committed_never_was() {
    let store = store();
    let mut writer = store.write(run(None)).unwrap();
    writer.put(events(), &meeting("a", "m", "They met")).unwrap();
    drop(writer);
    assert_eq!(
        count(&store, "SELECT count(*) FROM events")
            + count(&store, "SELECT count(*) FROM imports WHERE id > 1"),
        0
    );
}

#[test]
fn a_source_that_nobody_knows_is_refused_with_the_nearest() {
    let store = store();
    let mut writer = store.write(run(None)).unwrap();
    let refused = refusal(writer.put(events(), &meeting("c", "m", "They met")));
    assert_eq!(refused.field, "source");
    let cells = [("source", "a"), ("actor", "Nobody"), ("type", "x")];
    let refused = refusal(writer.put(events(), &row(events(), &cells)));
    assert_eq!(refused.field, "actor");
}

#[test]
fn a_folder_does_not_take_back_what_was_changed_by_hand() {
    let store = store();
    for (file, summary) in
        [(Some("seed"), "They met"), (None, "Corrected"), (Some("seed"), "They met")]
    {
        let mut writer = store.write(run(file)).unwrap();
        writer.put(events(), &meeting("a", "m", summary)).unwrap();
        let kept = writer.kept().to_vec();
        writer.commit().unwrap();
        assert_eq!(
            kept.is_empty(),
            summary != "They met" || count(&store, "SELECT count(*) FROM events") == 1
        );
    }
    assert_eq!(
        count(
            &store,
            "SELECT count(*) FROM events WHERE retired_by_id IS NULL AND summary = 'Corrected'"
        ),
        1
    );
}

#[test]
fn what_is_written_is_found_by_its_words_and_in_its_summary() {
    let store = store();
    let mut writer = store.write(run(None)).unwrap();
    writer.put(events(), &meeting("a", "m", "Ambassadors met")).unwrap();
    writer.commit().unwrap();
    assert_eq!(count(&store, "SELECT count(*) FROM search WHERE search MATCH 'ambassadors'"), 1);
    assert_eq!(count(&store, "SELECT sum(facts) FROM events_summary WHERE type = 'meeting'"), 1);
}

/// Imports a release of the source `r`, a record for each key and its words.
fn release(
    store: &Store,
    version: &str,
    records: &[(FactKey, &str)],
    complete: bool,
) -> (Counts, Vec<RowError>) {
    let mut writer = store.write(run(Some("r.csv"))).unwrap();
    let about = ReleaseInfo {
        source: "r",
        title: "A data set",
        dataset: "r",
        release: Some(version),
        kinds: vec![events()],
        parts: 1,
        ..ReleaseInfo::default()
    };
    let mut release: ReleaseImport = writer.release(&about).unwrap();
    let mut refused = Vec::new();
    for (key, summary) in records {
        let mut stated = meeting("", "", summary);
        stated.retain(|(field, _)| !["source", "key"].contains(&field.name));
        let fact = NewFact {
            kind: events(),
            key: key.clone(),
            row: stated,
            days: Days::default(),
            extra: None,
        };
        match release.record(&mut writer, &mut RecordFacts::new(vec![fact])) {
            Ok(()) => {}
            Err(Stop::Input((_, why))) => {
                release.reject(&mut writer);
                refused.push(why);
            }
            Err(Stop::Failed(error)) => panic!("{error}"),
        }
    }
    let counts =
        release.finish(&mut writer, complete, Some(&format!("{version:0>64}"))).unwrap().counts;
    writer.commit().unwrap();
    (counts, refused)
}

fn own(key: &str) -> FactKey {
    FactKey::Explicit(key.to_owned())
}

#[test]
fn a_release_changes_adds_and_withdraws() {
    let store = store();
    let (first, _) =
        release(&store, "1", &[(own("1"), "one"), (own("2"), "two"), (own("3"), "three")], true);
    assert_eq!(first, Counts { added: 3, ..Counts::default() });
    let (second, _) =
        release(&store, "2", &[(own("1"), "one"), (own("2"), "second"), (own("4"), "four")], true);
    assert_eq!(
        second,
        Counts { added: 1, changed: 1, unchanged: 1, withdrawn: 1, ..Counts::default() }
    );
    assert_eq!(
        count(
            &store,
            "SELECT count(*) FROM events WHERE retired_why = 'absent' AND summary = 'three'"
        ),
        1
    );
    let (third, _) = release(&store, "3", &[(own("5"), "five")], false);
    assert_eq!(third.withdrawn, 0, "a part of a data set withdraws nothing");
    assert_eq!(count(&store, "SELECT count(*) FROM events WHERE retired_by_id IS NULL"), 4);
}

#[test]
fn a_record_twice_is_one_and_two_under_one_key_are_refused() {
    let store = store();
    let (counts, refused) =
        release(&store, "1", &[(own("1"), "one"), (own("1"), "one"), (own("1"), "other")], true);
    assert_eq!(counts, Counts { added: 1, repeated: 1, rejected: 1, ..Counts::default() });
    assert_eq!(refused[0].field, "key");
    assert_eq!(count(&store, "SELECT count(*) FROM events"), 1);
}

#[test]
fn records_without_a_key_are_matched_by_what_they_state() {
    let store = store();
    let counted = |words: &[&'static str]| -> Vec<(FactKey, &'static str)> {
        words.iter().map(|words| (FactKey::Sequence("day".into()), *words)).collect()
    };
    release(&store, "1", &counted(&["one", "two", "two"]), true);
    // in another order they are the same three
    let (again, _) = release(&store, "2", &counted(&["two", "one", "two"]), true);
    assert_eq!(again, Counts { unchanged: 3, ..Counts::default() });
    let (third, _) = release(&store, "3", &counted(&["two", "one", "three"]), true);
    assert_eq!(third, Counts { unchanged: 2, changed: 1, ..Counts::default() });
}

/// Resolves a name in the role of an actor of an event, and returns the actor's usual name.
fn actor(writer: &mut Writer<'_>, named: EntityRef<'static>) -> String {
    let n = count_of(writer, "SELECT count(*) FROM events");
    let key = format!("n{n}");
    let mut stated = meeting("a", &key, "They met");
    stated.push((events().field("actor").unwrap(), InputValue::Entity(named.into())));
    writer.put(events(), &stated).unwrap();
    let sql = "SELECT a.name FROM events e JOIN names n ON n.id = e.actor_id JOIN actors a ON a.id = n.actor_id WHERE e.key = ?1";
    writer.transaction.query_row(sql, [&key], |row| row.get(0)).unwrap()
}

fn count_of(writer: &Writer<'_>, sql: &str) -> i64 {
    writer.transaction.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn named(name: &'static str) -> EntityRef<'static> {
    EntityRef { name: Some(name.into()), ..EntityRef::default() }
}

fn coded(name: &'static str, scheme: &'static str, code: &'static str) -> EntityRef<'static> {
    EntityRef {
        name: Some(name.into()),
        codes: vec![(scheme, code.into())],
        ..EntityRef::default()
    }
}

#[test]
fn a_name_that_nobody_bears_makes_somebody_who_is_listed() {
    let store = store();
    let mut writer = store.write(run(Some("r.csv"))).unwrap();
    assert_eq!(actor(&mut writer, named("Northern Front")), "Northern Front");
    assert_eq!(writer.unresolved().len(), 1);
    // the second time it is known, accents and case aside
    assert_eq!(actor(&mut writer, named("NORTHERN FRÓNT")), "Northern Front");
    assert_eq!(count_of(&writer, "SELECT count(*) FROM actors"), 1);
    assert_eq!(count_of(&writer, "SELECT count(*) FROM names"), 2, "each spelling is kept");
}

#[test]
fn a_code_decides_before_a_spelling() {
    let store = store();
    let mut writer = store.write(run(Some("r.csv"))).unwrap();
    assert_eq!(actor(&mut writer, coded("Front", "ucdp", "1")), "Front");
    // another code under the same name is another actor
    assert_eq!(actor(&mut writer, coded("Front", "ucdp", "2")), "Front (ucdp 2)");
    // and the same code under another name is the same one
    assert_eq!(actor(&mut writer, coded("The Front", "ucdp", "1")), "Front");
    assert_eq!(actor(&mut writer, coded("Front", "ucdp", "2")), "Front (ucdp 2)");
    assert_eq!(count_of(&writer, "SELECT count(*) FROM actors"), 2);
}

/// What was found out for one day holds for its epoch, and for no other day.
#[test]
fn a_code_that_passed_on_means_the_same_whether_or_not_it_was_met_before() {
    let store = store();
    let mut writer = store.write(run(Some("r.csv"))).unwrap();
    let sql = "INSERT INTO actors (id, name, kind) VALUES (1, 'Old Union', 'state'), (2, 'New State', 'state');
               INSERT INTO names (scheme, name, folded, class, label, actor_id, valid_from, valid_to) VALUES
                 ('gw', '345', '345', 'actor', 'Old Union', 1, '1992-04-27', '2006-06-04'),
                 ('gw', '345', '345', 'actor', 'New State', 2, '2006-06-05', '2010'),
                 ('gw', '999', '999', 'actor', 'New State', 2, '2006-06-05', NULL)";
    writer.transaction.execute_batch(sql).unwrap();
    let edges = ["1992-04-27", "2006-06-04", "2010-12-31"];
    let near = edges.map(|day| date::parse(day).unwrap().first.unwrap());
    let firsts = near.iter().flat_map(|day| day - 2..=day + 2).map(Some).chain([None]);
    let spans = |first: Option<i64>| {
        let lasts = [0, 1, 3, 40, 4_000, 9_000].map(|more| first.map(|first| first + more));
        lasts.into_iter().chain([None]).map(move |last| Days { first, last })
    };
    let days: Vec<Days> = firsts.flat_map(spans).collect();
    let mut meant = |forgets: bool, code: &'static str, days: Days| {
        if forgets {
            writer.resolved = NameCache::default();
        }
        let named = coded("The Union", "gw", code);
        let found = writer.resolve(EntityClass::Actor, &named, days);
        found.unwrap().label.to_string()
    };
    for code in ["345", "999"] {
        let expected: Vec<String> = days.iter().map(|days| meant(true, code, *days)).collect();
        assert!(code == "999" || expected.iter().any(|label| *label != expected[0]));
        for _ in 0..2 {
            for (days, expected) in days.iter().zip(&expected) {
                assert_eq!(meant(false, code, *days), *expected, "{code} {days:?}");
            }
        }
    }
}

#[test]
fn a_point_off_the_globe_is_refused() {
    let store = store();
    let mut writer = store.write(run(Some("r.csv"))).unwrap();
    let mut stated = meeting("a", "p", "They met");
    let place = EntityRef { point: Some((91.0, 0.0)), ..named("Nowhere") };
    stated.push((events().field("place").unwrap(), InputValue::Entity(place.into())));
    assert_eq!(refusal(writer.put(events(), &stated)).field, "place");
}

#[test]
fn a_release_covers_countries_by_their_usual_names() {
    let store = store();
    let mut writer = store.write(run(Some("r.csv"))).unwrap();
    let cells = |table: &'static reference_table::ReferenceTable,
                 cells: &[(&str, &'static str)]| {
        let cell = |(name, text): &(&str, &'static str)| {
            let field = table.fields.iter().find(|field| field.name == *name).unwrap();
            (field, InputValue::Value(Value::Text((*text).into())))
        };
        cells.iter().map(cell).collect::<InputRow<'static>>()
    };
    // a new database gets its countries in the transaction of its first import
    let place = cells(&reference_table::PLACES, &[("name", "Iraq"), ("kind", "country")]);
    writer.put_reference(&reference_table::PLACES, &place).unwrap();
    let name = [("scheme", "name"), ("name", "Irak"), ("place", "Iraq")];
    let name = cells(&reference_table::NAMES, &name);
    writer.put_reference(&reference_table::NAMES, &name).unwrap();
    let about = ReleaseInfo {
        source: "r",
        title: "A data set",
        dataset: "r",
        kinds: vec![events()],
        parts: 1,
        within: Some("country"),
        ..ReleaseInfo::default()
    };
    let mut release = writer.release(&about).unwrap();
    let mut stated = meeting("", "", "They met");
    stated.retain(|(field, _)| !["source", "key"].contains(&field.name));
    stated.push((events().field("place").unwrap(), InputValue::Entity(named("Irak").into())));
    let fact =
        NewFact { kind: events(), key: own("1"), row: stated, days: Days::default(), extra: None };
    release.record(&mut writer, &mut RecordFacts::new(vec![fact])).unwrap();
    release.finish(&mut writer, true, None).unwrap();
    writer.commit().unwrap();
    let covers = "SELECT covers FROM imports WHERE covers IS NOT NULL";
    let covers: String = store.connection.query_row(covers, [], |row| row.get(0)).unwrap();
    assert_eq!(covers, "Iraq");
}
