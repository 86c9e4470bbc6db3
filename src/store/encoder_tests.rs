//! Encoding facts on the reader, and skipping records that did not change, must not change the result:
//! the same releases written record by record make the same rows.

use std::fmt::Debug;
use std::sync::Arc;

use proptest::prelude::*;
use rusqlite::types::Value as Sql;

use crate::error::Stop;
use crate::kind::{self, ExtraColumns, FactKey, InputRow, Kind, NewFact};
use crate::store::write::{FactEncoder, RecordFacts};
use crate::store::{Counts, ImportInfo, ReleaseImport, ReleaseInfo, Store, Writer, extras};
use crate::value::{EntityRef, InputValue, NameStyle, Value, date};

static STYLE: NameStyle = NameStyle {
    split: None,
    strip_prefix: Vec::new(),
    acts_for: Vec::new(),
    of: Vec::new(),
    alias: true,
};
const NAMES: [&str; 4] = ["Freedonia", "the Freedonia", "Sylvanian Front", "Nobody"];
const CODES: [&str; 3] = ["900", "901", "902"];
const DATES: [&str; 4] = ["2031-02-03", "2031-02", "2031-02-03/2031-03-01", "1970~"];
const COLUMNS: [&str; 3] = ["\"office\":", "\"headline\":", "\"a \\\"b\\\"\":"];
const CELLS: [&str; 5] = ["Daily Echo", "clashes \"at the ford\"", "1", "22", "x\ny"];

/// A record of a made-up data set.
#[derive(Debug, Clone)]
struct Drawn {
    key: usize,
    actor: Option<(usize, Option<usize>)>,
    date: Option<usize>,
    deaths: Option<i64>,
    civilians: Option<i64>,
    extra: Vec<(usize, usize)>,
    /// Its key ends in a counter. This holds for all records of a data set, or for none.
    is_counted: bool,
    /// Before the record, the reader learns the names that the writer has met so far.
    learns: bool,
}

/// What happens between two releases.
#[derive(Debug, Clone)]
enum Between {
    Nothing,
    /// Somebody corrects the deaths of civilians of a record.
    Edit(usize),
    /// The last import is taken back.
    Undo,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let named = prop::option::of((0..NAMES.len(), prop::option::of(0..CODES.len())));
    let extra = prop_oneof![
        3 => Just(vec![(0, 0)]),
        1 => prop::collection::btree_map(0..COLUMNS.len(), 0..CELLS.len(), 0..3)
            .prop_map(|extra| extra.into_iter().collect()),
    ];
    let numbers = (prop::option::of(0..2_i64), prop::option::of(1..3_i64));
    let dated = prop::option::of(0..DATES.len());
    (0..3_usize, named, dated, numbers, extra, any::<bool>()).prop_map(
        |(key, actor, date, (deaths, civilians), extra, learns)| Drawn {
            key,
            actor,
            date,
            deaths,
            civilians,
            extra,
            is_counted: false,
            learns,
        },
    )
}

fn events() -> &'static Kind {
    kind::find("events").unwrap()
}

fn casualties() -> &'static Kind {
    kind::find("casualties").unwrap()
}

impl Drawn {
    /// Whether it states the same as another.
    fn is(&self, other: &Drawn) -> bool {
        self.stated() == other.stated()
    }

    /// What it states, as text.
    fn stated(&self) -> String {
        format!("{:?}", Drawn { learns: false, ..self.clone() })
    }

    fn key(&self) -> String {
        format!("k{}", self.key)
    }

    fn row(&self, kind: &'static Kind, cells: &[(&str, String)]) -> InputRow<'static> {
        let mut row: InputRow<'static> = Vec::new();
        let dates = self.date.iter().flat_map(|date| {
            [("date", DATES[*date]), ("date_span", "within"), ("date_basis", "stated")]
        });
        let stated = [("stance", "states"), ("confidence", "unrated")].into_iter().chain(dates);
        let stated = stated.map(|(name, text)| (name, text.to_owned()));
        for (name, text) in stated.chain(cells.iter().cloned()) {
            let field = kind.field(name).unwrap();
            row.push((field, InputValue::Value(field.ty.parse(&text).unwrap())));
        }
        row
    }

    /// The facts that it becomes. They share their parties.
    fn facts(&self) -> Vec<NewFact<'static>> {
        let named = self.actor.map(|(name, code)| {
            Arc::new(EntityRef {
                name: Some(NAMES[name].into()),
                codes: code.map(|code| ("ucdp", CODES[code].into())).into_iter().collect(),
                kind: Some("armed-group".into()),
                style: Some(&STYLE),
                ..EntityRef::default()
            })
        });
        let days = self.date.map(|date| date::parse(DATES[date]).unwrap()).unwrap_or_default();
        let cells: Vec<_> =
            self.extra.iter().map(|(column, cell)| (COLUMNS[*column], CELLS[*cell])).collect();
        let extra = (!cells.is_empty()).then(|| Arc::new(ExtraColumns { cells, repeated: None }));
        let mut event = vec![("type", "battle".to_owned()), ("summary", "A clash".to_owned())];
        event.extend(self.deaths.map(|deaths| ("deaths_best", deaths.to_string())));
        let mut row = self.row(events(), &event);
        if let Some(named) = &named {
            row.push((events().field("side_a").unwrap(), InputValue::Entity(Arc::clone(named))));
        }
        let key = if self.is_counted { FactKey::Sequence } else { FactKey::Explicit };
        let mut facts = vec![NewFact { kind: events(), key: key(self.key()), row, days, extra }];
        if let Some(civilians) = self.civilians {
            let cells = [
                ("harm", "killed".to_owned()),
                ("population", "civilians".to_owned()),
                ("summary", "A clash: civilians".to_owned()),
                ("best", civilians.to_string()),
                ("event", format!("r:{}", self.key())),
            ];
            let mut row = self.row(casualties(), &cells);
            if let Some(named) = &named {
                let field = casualties().field("perpetrator").unwrap();
                row.push((field, InputValue::Entity(Arc::clone(named))));
            }
            let key = FactKey::Child("civilians".to_owned());
            facts.push(NewFact { kind: casualties(), key, row, days, extra: None });
        }
        facts
    }
}

/// Writes a record as the program does: skipped if unchanged, else encoded by the reader.
fn write_encoded(
    drawn: &Drawn,
    encoder: &mut FactEncoder,
    release: &mut ReleaseImport,
    writer: &mut Writer<'_>,
) -> Result<(), Stop<()>> {
    if drawn.learns {
        encoder.learn();
    }
    let stated = drawn.stated();
    let digest = (!drawn.is_counted).then(|| encoder.digest([stated.as_str()].into_iter()));
    let same = digest.and_then(|digest| encoder.ask(events(), || Some(drawn.key()), digest));
    let mut facts = match same {
        Some(same) if release.is_same(writer, &same)? => return Ok(()),
        Some(same) => RecordFacts::of_changed(drawn.facts(), &same),
        None => encoder.encode(drawn.facts(), digest),
    };
    release.record(writer, &mut facts).map_err(|stop| stop.map(|_| ()))
}

fn info(file: Option<&str>) -> ImportInfo {
    ImportInfo {
        at: "2031-01-01T00:00:00Z".into(),
        action: "import".into(),
        file: file.map(str::to_owned),
        ..ImportInfo::default()
    }
}

/// Imports a release, with or without the encoder of the reader.
fn import(store: &Store, version: usize, records: &[Drawn], encodes: bool) -> Counts {
    let mut writer = store.write(info(Some("r.csv"))).unwrap();
    let version = version.to_string();
    let about = ReleaseInfo {
        source: "r",
        title: "A data set",
        dataset: "r",
        release: Some(&version),
        kinds: vec![events(), casualties()],
        parts: 1,
        allows_older: true,
        ..ReleaseInfo::default()
    };
    let mut release = writer.release(&about).unwrap();
    let mut encoder = writer.encoder(&release, "a mapping").unwrap();
    for drawn in records {
        let done = if encodes {
            write_encoded(drawn, &mut encoder, &mut release, &mut writer)
        } else {
            let mut facts = RecordFacts::new(drawn.facts());
            release.record(&mut writer, &mut facts).map_err(|stop| stop.map(|_| ()))
        };
        match done {
            Ok(()) => {}
            Err(Stop::Input(())) => release.reject(&mut writer),
            Err(Stop::Failed(error)) => panic!("{error}"),
        }
    }
    writer.take_counts(encoder);
    let counts =
        release.finish(&mut writer, true, Some(&format!("{version:0>64}"))).unwrap().counts;
    writer.commit().unwrap();
    counts
}

fn happen(store: &mut Store, between: &Between) {
    match between {
        Between::Nothing => {}
        Between::Edit(key) => {
            let drawn = Drawn {
                key: *key,
                actor: None,
                date: None,
                deaths: None,
                civilians: Some(9),
                extra: Vec::new(),
                is_counted: false,
                learns: false,
            };
            let mut writer = store.write(info(None)).unwrap();
            let mut row = drawn.facts().remove(1).row;
            for (name, text) in [("source", "r"), ("key", &format!("k{key}/civilians"))] {
                let field = casualties().field(name).unwrap();
                let text = Value::Text(text.to_owned().into());
                row.push((field, InputValue::Value(text)));
            }
            writer.put(casualties(), &row).unwrap();
            writer.commit().unwrap();
        }
        Between::Undo => {
            let last = "SELECT max(id) FROM imports";
            let last: i64 = store.connection.query_row(last, [], |row| row.get(0)).unwrap();
            store.undo(last..=last, &info(None)).unwrap();
        }
    }
}

/// Everything that a store holds of the facts, as text.
fn contents(store: &Store) -> Vec<String> {
    let rows = |sql: &str| -> Vec<String> {
        let mut read = store.connection.prepare(sql).unwrap();
        let width = read.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let cells: Vec<Sql> = (0..width).map(|i| row.get(i).unwrap()).collect();
            Ok(format!("{cells:?}"))
        };
        read.query_map([], row).unwrap().map(Result::unwrap).collect()
    };
    let mut all = Vec::new();
    for kind in [events(), casualties()] {
        let table = kind.table;
        let extra = extras::expression(kind);
        all.extend(rows(&format!("SELECT f.*, {extra} FROM {table} f ORDER BY f.id")));
        all.extend(rows(&format!("SELECT source_id, first_day, sum(facts) s FROM {table}_summary GROUP BY 1, 2 HAVING s <> 0 ORDER BY 1, 2")));
    }
    for table in ["names", "actors", "search_docsize"] {
        all.extend(rows(&format!("SELECT * FROM {table} ORDER BY id")));
    }
    all
}

/// Fails the property where the two differ.
fn same<T: PartialEq + Debug>(encoded: &T, plain: &T) -> Result<(), TestCaseError> {
    prop_assert_eq!(encoded, plain);
    Ok(())
}

proptest! {
    // each makes two databases
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn records_that_are_encoded_or_asked_for_make_the_same_rows(
        known in prop::collection::vec(drawn(), 1..5),
        releases in prop::collection::vec(
            (
                // records appear and disappear, and so do their further facts
                prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(1..3_i64)), 0..5),
                prop_oneof![
                    3 => Just(Between::Nothing),
                    2 => (0..3_usize).prop_map(Between::Edit),
                    1 => Just(Between::Undo),
                ],
                any::<bool>(),
            ),
            1..7,
        ),
        is_counted in prop::bool::weighted(0.2),
    ) {
        let (mut encoded, mut plain) = (Store::in_memory(), Store::in_memory());
        let mut last: Vec<Drawn> = Vec::new();
        for (n, (changes, between, goes_on)) in releases.iter().enumerate() {
            let change = |(which, civilians): &(prop::sample::Index, Option<i64>)| Drawn {
                civilians: *civilians,
                is_counted,
                ..which.get(&known).clone()
            };
            let changed: Vec<Drawn> = changes.iter().map(change).collect();
            // a release mostly repeats the one before
            let mut now = if *goes_on { last.clone() } else { Vec::new() };
            now.retain(|old| changed.iter().all(|new| new.key != old.key));
            for drawn in changed {
                // without counters, two records with one key are equal
                if is_counted || now.iter().all(|other| other.key != drawn.key || other.is(&drawn)) {
                    now.push(drawn);
                }
            }
            same(&import(&encoded, n, &now, true), &import(&plain, n, &now, false))?;
            same(&contents(&encoded), &contents(&plain))?;
            happen(&mut encoded, between);
            happen(&mut plain, between);
            same(&contents(&encoded), &contents(&plain))?;
            last = now;
        }
    }
}
