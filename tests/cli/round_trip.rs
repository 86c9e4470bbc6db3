//! Export and seed are each other's inverse, whatever the text.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use facts::command::Exit;
use facts::command::{Ui, run};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::skipped;

/// Runs the program in this process; what it says is dropped.
fn facts(arguments: &[&str]) -> Exit {
    let arguments = std::iter::once("facts").chain(arguments.iter().copied()).map(OsString::from);
    run(arguments, Ui::new(Box::new(std::io::sink()), Box::new(std::io::sink()), false))
}

/// Text that has broken some program of the field.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\""),
        Just("\"\""),
        Just("'"),
        Just(","),
        Just(";"),
        Just("\t"),
        Just("\n"),
        Just("\r\n"),
        Just("\r"),
        Just("=1+1"),
        Just("@SUM(1)"),
        Just("-1"),
        Just("+1"),
        Just("\u{202e}"),
        Just("\u{200f}"),
        Just("\u{feff}"),
        Just("\u{1b}[31m"),
        Just("\u{7f}"),
        Just("😀"),
        Just("👩‍👩‍👧"),
        Just("العراق"),
        Just("Ğ"),
        Just("e\u{301}"),
        Just("NULL"),
        Just("–"),
        Just("%_\\"),
        Just("');--"),
        Just(" "),
        Just("a"),
        Just("0"),
        Just("\u{2028}"),
    ];
    prop::collection::vec(piece, 1..8)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("blank text is refused", |text| !text.trim().is_empty())
}

/// A name: text without white space around it.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        hostile(),
        Just("cow:645".to_owned()),
        Just("name:x".to_owned()),
        Just("Washington, D.C.".to_owned()),
        Just("Front; Army".to_owned()),
        Just("Front [= Army]".to_owned())
    ]
    .prop_map(|text| text.trim().to_owned())
}

fn date() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("2014-03-12"),
        Just("2013-11"),
        Just("-0538"),
        Just("2006/2007"),
        Just("2013/.."),
        Just("/2014-02"),
        Just("2011-12~"),
        Just("[2014-03-05..2014-03-11]"),
        Just("")
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("0".to_owned()),
        (0..=i64::MAX).prop_map(|n| n.to_string())
    ]
}

#[derive(Debug, Clone)]
struct Fact {
    key: String,
    summary: String,
    note: String,
    designation: String,
    supplier: usize,
    date: &'static str,
    best: String,
    tiv: Option<f64>,
}

fn fact() -> impl Strategy<Value = Fact> {
    let key = hostile()
        .prop_map(|text| {
            text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
        })
        .prop_filter("a key", |key| !key.is_empty());
    (
        key,
        hostile(),
        prop_oneof![Just(String::new()), hostile()],
        hostile(),
        0..3_usize,
        date(),
        number(),
        prop::option::of(prop::num::f64::NORMAL | prop::num::f64::ZERO),
    )
        .prop_map(|(key, summary, note, designation, supplier, date, best, tiv)| Fact {
            key,
            summary,
            note,
            designation,
            supplier,
            date,
            best,
            tiv,
        })
}

fn table(folder: &Path, name: &str, rows: &[Vec<String>]) {
    let mut writer = csv::Writer::from_path(folder.join(name)).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.flush().unwrap();
}

fn words(row: &[&str]) -> Vec<String> {
    row.iter().map(|cell| (*cell).to_owned()).collect()
}

/// Every file of a folder.
fn bytes(folder: &Path) -> BTreeMap<String, String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

/// How many imports a database has.
fn imports(db: &str) -> i64 {
    let connection = rusqlite::Connection::open(db).unwrap();
    connection.query_row("SELECT count(*) FROM imports", [], |row| row.get(0)).unwrap()
}

/// A sheet that nobody touched changes nothing, in whatever format it is.
fn untouched_sheets_change_nothing(folder: &Path, db: &str) -> Result<(), TestCaseError> {
    let before = imports(db);
    for name in ["sheet.xlsx", "sheet.csv", "sheet.jsonl", "sheet.tsv"] {
        let sheet = path(folder, name);
        let written = ["query", "arms-transfers", "--sheet", "-o", &sheet, "--db", db];
        prop_assert_eq!(facts(&written), Exit::Done, "{}", name);
        prop_assert_eq!(facts(&["edit", "--from", &sheet, "--db", db]), Exit::Done, "{}", name);
        prop_assert_eq!(imports(db), before, "{}", name);
    }
    Ok(())
}

/// A name written so that a colon in it makes no scheme of its beginning.
fn written(name: &str) -> String {
    if name.contains(':') || name.contains(" [= ") {
        format!("name:{name}")
    } else {
        name.to_owned()
    }
}

/// Writes a folder of these facts, as people write one.
fn folder_of(
    given: &Path,
    facts_in: Vec<Fact>,
    names: &[String],
    question: &str,
) -> BTreeMap<String, Fact> {
    fs::create_dir(given).unwrap();
    let source = words(&["s", "document", question]);
    table(given, "sources.csv", &[words(&["slug", "kind", "title"]), source]);
    table(given, "topics.csv", &[words(&["slug", "question"]), words(&["t", question])]);
    let actors: Vec<Vec<String>> = names.iter().map(|name| words(&[name, "unknown"])).collect();
    table(given, "actors.csv", &[vec![words(&["name", "kind"])], actors].concat());
    let mut by_key: BTreeMap<String, Fact> = BTreeMap::new();
    for fact in facts_in {
        by_key.insert(fact.key.clone(), fact);
    }
    let row = |fact: &Fact| {
        let basis = if fact.date.is_empty() { "" } else { "stated" };
        let tiv = fact.tiv.map(|n| format!("{n:?}")).unwrap_or_default();
        words(&[
            &fact.key,
            "s",
            &fact.summary,
            &fact.note,
            &fact.designation,
            &written(&names[fact.supplier]),
            fact.date,
            basis,
            "sought",
            &fact.best,
            &tiv,
            "t",
        ])
    };
    let header =
        "key source summary note designation supplier date date_basis stage best tiv topic";
    let header = words(&header.split(' ').collect::<Vec<_>>());
    let rows: Vec<Vec<String>> = by_key.values().map(row).collect();
    table(given, "arms_transfers.csv", &[vec![header], rows].concat());
    by_key
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn facts_survive_export_seed_export_byte_for_byte(
        facts_in in prop::collection::vec(fact(), 1..6),
        names in prop::collection::btree_set(name(), 3),
        question in hostile(),
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let temp = tempfile::tempdir().unwrap();
        let given = temp.path().join("given");
        let by_key = folder_of(&given, facts_in, &names, &question);

        let (first, second) = (path(temp.path(), "1.db"), path(temp.path(), "2.db"));
        let (out, again) = (path(temp.path(), "out"), path(temp.path(), "again"));
        prop_assert_eq!(facts(&["seed", &given.display().to_string(), "--db", &first]), Exit::Done);
        untouched_sheets_change_nothing(temp.path(), &first)?;
        prop_assert_eq!(facts(&["export", &out, "--db", &first]), Exit::Done);
        prop_assert_eq!(facts(&["seed", &out, "--db", &second]), Exit::Done);
        prop_assert_eq!(facts(&["export", &again, "--db", &second]), Exit::Done);
        prop_assert_eq!(bytes(Path::new(&out)), bytes(Path::new(&again)));

        // and what came out is what went in
        let mut reader = csv::Reader::from_path(Path::new(&out).join("arms_transfers.csv")).unwrap();
        let columns = reader.headers().unwrap().clone();
        let at = |name: &str| columns.iter().position(|column| column == name).unwrap();
        let mut seen = 0;
        for record in reader.records() {
            let record = record.unwrap();
            let fact = &by_key[&record[at("key")]];
            prop_assert_eq!(&record[at("summary")], &fact.summary);
            prop_assert_eq!(&record[at("note")], &fact.note);
            prop_assert_eq!(&record[at("designation")], &fact.designation);
            prop_assert_eq!(&record[at("supplier")], &written(&names[fact.supplier]));
            prop_assert_eq!(&record[at("date")], fact.date);
            prop_assert_eq!(&record[at("best")], &fact.best);
            prop_assert_eq!(record[at("tiv")].parse::<f64>().ok(), fact.tiv);
            seen += 1;
        }
        prop_assert_eq!(seen, by_key.len());

        // seeding once more changes nothing, not even the file
        let before = fs::read(&second).unwrap();
        prop_assert_eq!(facts(&["seed", &out, "--db", &second]), Exit::Done);
        prop_assert!(before == fs::read(&second).unwrap(), "a second seed of the same facts wrote to the database");
    }
}

/// `LibreOffice` opens the sheets and saves them, and nothing has changed; all of them at once, since
/// it takes seconds to begin.
#[test]
fn a_spreadsheet_keeps_what_nobody_touched() {
    let has_it =
        Command::new("soffice").arg("--version").output().is_ok_and(|out| out.status.success());
    if !has_it {
        skipped("needs soffice");
        return;
    }
    let many = if std::env::var_os("FACTS_LONG").is_some() { 500 } else { 12 };
    let temp = tempfile::tempdir().unwrap();
    let names = prop::collection::btree_set(name(), 3);
    let strategy = (prop::collection::vec(fact(), 1..6), names, hostile());
    let mut runner = TestRunner::new(ProptestConfig::default());
    let db = |n: usize| path(temp.path(), &format!("{n}.db"));
    let mut sheets = Vec::new();
    for n in 0..many {
        let (facts_in, names, question) = strategy.new_tree(&mut runner).unwrap().current();
        let given = temp.path().join(format!("given{n}"));
        let names: Vec<String> = names.into_iter().collect();
        folder_of(&given, facts_in, &names, &question);
        assert_eq!(facts(&["seed", given.to_str().unwrap(), "--db", &db(n)]), Exit::Done);
        let sheet = path(temp.path(), &format!("{n}.xlsx"));
        let written = ["query", "arms-transfers", "--sheet", "-o", &sheet, "--db", &db(n)];
        assert_eq!(facts(&written), Exit::Done);
        sheets.push(sheet);
    }
    let saved = temp.path().join("saved");
    // it converts no more than 248 at a time
    for sheets in sheets.chunks(100) {
        let converted = Command::new("soffice")
            .args(["--headless", "--convert-to", "xlsx", "--outdir"])
            .arg(&saved)
            .args(sheets)
            .env("HOME", temp.path())
            .output()
            .unwrap();
        assert!(converted.status.success(), "{converted:?}");
    }
    let mut changed = Vec::new();
    for n in 0..many {
        let before = imports(&db(n));
        let sheet = saved.join(format!("{n}.xlsx"));
        let edited = ["edit", "--from", sheet.to_str().unwrap(), "--db", &db(n)];
        if facts(&edited) != Exit::Done || imports(&db(n)) != before {
            changed.push(db(n));
        }
    }
    assert!(changed.is_empty(), "{}: kept in {}", changed.join(", "), temp.keep().display());
}

#[test]
fn text_with_a_nul_is_refused() {
    let temp = tempfile::tempdir().unwrap();
    fs::write(temp.path().join("sources.csv"), "slug,kind,title\ns,document,a\0b\n").unwrap();
    let db = path(temp.path(), "facts.db");
    assert_eq!(facts(&["seed", &temp.path().display().to_string(), "--db", &db]), Exit::Rejected);
    assert!(!Path::new(&db).exists());
}

#[test]
fn history_is_restored_too() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("given");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("sources.csv"), "slug,kind,title\ns,document,T\n").unwrap();
    let (first, second) = (path(temp.path(), "1.db"), path(temp.path(), "2.db"));
    for figure in ["1", "2", "3"] {
        fs::write(
            folder.join("indicators.csv"),
            format!("key,source,measure,best,summary\nk,s,length,{figure},a length\n"),
        )
        .unwrap();
        assert_eq!(facts(&["seed", &folder.display().to_string(), "--db", &first]), Exit::Done);
    }
    let (out, again) = (path(temp.path(), "out"), path(temp.path(), "again"));
    assert_eq!(facts(&["export", &out, "--db", &first]), Exit::Done);
    assert_eq!(facts(&["seed", &out, "--db", &second]), Exit::Done);
    assert_eq!(facts(&["export", &again, "--db", &second]), Exit::Done);
    assert_eq!(bytes(Path::new(&out)), bytes(Path::new(&again)));
    let rows = bytes(Path::new(&out))["indicators.csv"].lines().count();
    assert_eq!(rows, 1 + 3, "one live row, two retired");
}
