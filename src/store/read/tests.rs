//! What the quick ways of reading answer, and which indexes they use.

use rusqlite::params_from_iter;

use crate::kind;
use crate::query::{self, Op, Order, Predicate, Query};
use crate::store::read::compile::{self, CompiledQuery, Scan};
use crate::store::tests::{events, meeting, run, store};
use crate::store::{Access, Store};
use crate::value::Value;

/// A query with a limit may test only the first facts, or begin at a later day. It must find the same facts
/// as a query for all.
#[test]
fn a_few_of_many_facts_are_those_that_stand_there_in_the_whole_answer() {
    let store = store();
    let mut writer = store.write(run(None)).unwrap();
    writer.put(events(), &meeting("a", "0", "They met")).unwrap();
    writer.commit().unwrap();
    // every seventh day has forty times as many facts; some facts are retired
    store
        .connection
        .execute_batch(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 60000)
             INSERT INTO events (source_id, key, stance, summary, date, first_day, last_day, date_span,
                                 date_basis, confidence, digest, import_id, retired_by_id, retired_why, type)
             SELECT source_id, n, stance, 'They met ' || CASE WHEN n % 50 = 0 THEN 'often' WHEN n % 9000 = 0 THEN 'once' ELSE '' END,
                    date(2450000 + day), 2450000 + day, 2450000 + day + n % 3, 'within', 'stated', confidence,
                    digest, import_id, CASE WHEN n % 97 = 0 THEN 1 END, CASE WHEN n % 97 = 0 THEN 'mistake' END, type
               FROM (SELECT n, CASE WHEN n % 4 = 0 THEN n * 7919 % 300 ELSE n * 7919 % 300 / 7 * 7 END AS day FROM n), events
              WHERE key = '0'",
        )
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let answer = |store: &Store, query: &Query| {
        let mut refs = Vec::new();
        store
            .select(query, |cells| {
                refs.push(cells[0].to_string());
                Ok(())
            })
            .unwrap();
        refs
    };
    let kinds = vec![events()];
    let [summary, date] = ["summary", "date"].map(|name| query::column(name, &kinds).unwrap());
    let says = |word: &str| {
        Predicate::Compare(summary.clone(), Op::Contains, Value::Text(word.to_owned().into()))
    };
    let columns = query::columns("ref", &kinds).unwrap();
    let all = Query { columns, ..Query::of(kinds.clone()) };
    // the first fact has no day, and comes last
    for has_undated in [true, false] {
        // of a file, the first facts are shown before the others are sorted
        let file = folder.path().join(format!("{has_undated}.db"));
        store.connection.execute("VACUUM INTO ?1", [file.to_str()]).unwrap();
        let file = Store::open(&file, Access::Read { any_schema: false }).unwrap();
        for tests in [vec![], vec![says("often")]] {
            let whole = Query { tests, ..all.clone() };
            assert!(file.day_of_first(&whole).unwrap().is_some());
            assert!(answer(&file, &whole) == answer(&store, &whole), "{whole:?}");
        }
        for tests in [vec![], vec![says("often")], vec![says("once")], vec![says("never")]] {
            for sort in [vec![], vec![Order { column: date.clone(), descending: true }]] {
                let whole = Query { tests: tests.clone(), sort, ..all.clone() };
                let expected = answer(&store, &whole);
                for offset in [0, 3, 900, 2_500, 40_000, 59_350, 59_390, 70_000] {
                    let few = Query { limit: Some(12), offset, ..whole.clone() };
                    let from = expected.len().min(usize::try_from(offset).unwrap());
                    let to = expected.len().min(from + 12);
                    assert_eq!(answer(&store, &few), expected[from..to], "{few:?}");
                }
            }
        }
        // unsorted facts of several kinds
        let all_kinds = Query { kinds: kind::KINDS.to_vec(), unsorted: true, ..all.clone() };
        for tests in [vec![], vec![says("often")]] {
            let whole = Query { tests, ..all_kinds.clone() };
            let expected = answer(&store, &whole);
            for offset in [0, 5, 40_000] {
                let few = Query { limit: Some(12), offset, ..whole.clone() };
                let from = expected.len().min(usize::try_from(offset).unwrap());
                let to = expected.len().min(from + 12);
                assert_eq!(answer(&store, &few), expected[from..to], "{few:?}");
            }
        }
        if has_undated {
            store.connection.execute("DELETE FROM events WHERE key = '0'", []).unwrap();
        }
    }
}

/// The planner knows no numbers of rows, and would read all facts through an index of live rows, which is
/// four times as slow, or sort all to find the first.
#[test]
fn scans_read_the_table_and_the_first_facts_come_from_the_index_of_days() {
    let store = store();
    let plan = |compiled: CompiledQuery| -> String {
        let mut explain =
            store.connection.prepare(&format!("EXPLAIN QUERY PLAN {}", compiled.sql)).unwrap();
        let steps = explain.query_map(params_from_iter(compiled.values), |row| row.get(3)).unwrap();
        steps.map(|step| step.unwrap()).collect::<Vec<String>>().join("\n")
    };
    for kind in kind::KINDS {
        let sorted = format!("SCAN f USING INDEX {}_date", kind.table);
        let all = Query::of(vec![kind]);
        let unsorted = Query { unsorted: true, ..all.clone() };
        let scan = compile::compile_parallel(&store.connection, &unsorted, Scan::Ids(1, 9));
        let gathered = compile::compile_ids(&store.connection, &all, Scan::Ids(1, 9));
        for plan in [plan(scan.unwrap()), plan(gathered.unwrap())] {
            assert!(plan.starts_with("SEARCH f USING INTEGER PRIMARY KEY"), "{plan}");
            assert!(!plan.contains(&format!("INDEX {}", kind.table)), "{plan}");
        }
        let first = Query { limit: Some(10), ..all.clone() };
        let plan_of_first = plan(compile::compile(&store.connection, &first).unwrap());
        assert!(plan_of_first.contains(&sorted), "{plan_of_first}");
        let known = Predicate::Known(query::column("summary", &[kind]).unwrap(), true);
        let tested = Query { tests: vec![known], ..first };
        let few = compile::compile_part(&store.connection, &tested, Scan::First(2_000)).unwrap();
        let plan_of_few = plan(few);
        assert!(plan_of_few.contains("CO-ROUTINE first"), "{plan_of_few}");
        assert!(plan_of_few.contains(&sorted), "{plan_of_few}");
    }
}
