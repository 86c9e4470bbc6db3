//! What the fuzzers do with bytes that nobody chose; the tests do the same within bounds
//! (`tests/reliability/fuzz.rs`).

use std::io::Cursor;

use facts::ingest::CsvReader;
use facts::kind::KINDS;
use facts::mapping::{self, KnownDates, KnownValues, Mapping, Record};
use facts::query;
use facts::value::{Type, date};

/// What is done with bytes.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 5] = [
    ("importer", importer),
    ("description", description),
    ("edtf", edtf),
    ("expression", expression),
    ("database", database),
];

/// A description that uses most of the language.
pub const DESCRIPTION: &str = r#"
name = "mine"
title = "Mine"
[recognise]
columns = ["k", "n", "d", "t", "a", "p"]
[read]
missing = ["-", "n/a"]
skip = [{ column = "k", starts_with = "total" }]
[[fact]]
kind = "casualties"
key = ["{k}"]
harm = { column = "t", codes = { k = "killed", w = "wounded", "*" = "missing" } }
population = "people of {p|a}"
quantity = "{n}"
date = { start = "{d}" }
perpetrator = { name = "{a}", kind = "armed-group" }
place = { name = "{p}" }
summary = "{a}[ in {p}]: {n}"
"#;

/// A table through the strict reader, a plan, and every field's own check; nothing is written.
pub fn importer(bytes: &[u8]) {
    let Ok(description) = Mapping::parse(DESCRIPTION) else { return };
    let head = String::from_utf8_lossy(bytes);
    let Ok(layout) = mapping::match_mapping(&description, &mapping::FileHead::of(&head), "any.csv")
    else {
        let _ = mapping::guess_layout(&mapping::FileHead::of(&head));
        return;
    };
    let known = KnownValues { header: layout.header.clone(), release: None };
    let Ok(plan) = mapping::compile(&description, DESCRIPTION, &known) else { return };
    let Ok(mut records) = CsvReader::open(Box::new(Cursor::new(bytes.to_vec()))) else {
        return;
    };
    let mut record = Record::new();
    let dates = KnownDates::default();
    while let Ok(true) = records.next(&mut record) {
        let (line, _) = records.locate(None);
        if let Err(bad) = plan.make(&record, &[], line, &dates) {
            for one in bad {
                let (line, column) = records.locate(one.cell);
                assert!(line > 0 && column > 0);
            }
        }
    }
}

/// A description of a layout.
pub fn description(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(description) = Mapping::parse(text) {
        let _ = mapping::check(&description, text);
        let known = KnownValues {
            header: ["k", "n", "d", "t", "a", "p"].map(str::to_owned).into(),
            release: Some("1".into()),
        };
        let _ = mapping::compile(&description, text, &known);
    }
}

/// A date: what is taken lies between its bounds, and its days survive.
pub fn edtf(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = date::window(text);
    if let Ok(days) = date::parse(text) {
        assert!(days.first.is_some() || days.last.is_some());
        if let (Some(first), Some(last)) = (days.first, days.last) {
            assert!(first <= last, "{text}");
            assert_eq!(
                date::parse(&date::iso(first)).map(|days| days.first),
                Ok(Some(first)),
                "{text}"
            );
        }
        let _ = Type::Date.parse(text);
    }
}

/// A filter expression, and lists of fields.
pub fn expression(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = query::parse_expression(text, KINDS);
    let _ = query::columns(text, KINDS);
    let _ = query::sort(text, KINDS);
}

/// A file in place of a database: opened, read, or refused.
pub fn database(bytes: &[u8]) {
    use facts::query::Query;
    use facts::store::{Access, Store};
    let Ok(folder) = tempfile::tempdir() else { return };
    let path = folder.path().join("facts.db");
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    if let Ok(store) = Store::open(&path, Access::Read { any_schema: true }) {
        let _ = store.check_pages();
        let _ = store.select(&Query::of(KINDS.to_vec()), |_| Ok(()));
        let _ = store.check_digests(|_, _| Ok(()));
    }
}
