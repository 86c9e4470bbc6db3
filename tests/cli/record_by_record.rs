//! An import takes a file in batches, on two threads, by the places of its columns. Whatever the mapping
//! and the file, it makes the facts that its records make one by one, each in an import of its own.
//! `FACTS_LONG=1` tries more of them.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use facts::command::Exit;
use proptest::prelude::*;

use crate::histories::{Copy, try_out};

/// A record: two numbers for each of its cells.
type Cells = Vec<(u8, u8)>;

const HEADER: [&str; 13] = [
    "id", "name", "day", "year", "month", "where", "country", "lat", "lon", "parties", "dead",
    "hurt", "note",
];

/// The ways in which a mapping may make each of its fields; none: the field is left out.
const DATES: [&str; 5] = [
    "",
    "date = \"{day}\"",
    "date = { text = \"{day}\", formats = [\"%Y-%m-%d\", \"%d/%m/%Y\", \"%B %Y\"], missing = [\"n/a\", \"?\"] }",
    "date = { year = \"{year}\", month = { column = \"month\", missing = [\"-9\"] } }",
    "date = { start = \"{year}\", end = \"{day}\", formats = [\"%Y\", \"%Y-%m-%d\", \"%d/%m/%Y\", \"%B %Y\"], missing = [\"n/a\", \"?\"] }",
];
const PLACES: [&str; 4] = [
    "",
    "place = { name = \"{country}\" }",
    "place = { name = \"{where}\", within = { name = \"{country}\" } }",
    "place = { name = \"{where}\", point = [\"{lat}\", \"{lon}\"] }",
];
const PARTIES: [&str; 4] = [
    "",
    "actor = \"{parties}\"",
    "actor = { name = \"{parties}\", split = \";\", missing = [\"unknown\"] }",
    "target = { name = \"{parties}\", split = \",\" }",
];
const DEATHS: [&str; 4] = [
    "",
    "deaths = \"{dead}\"",
    "deaths = { text = \"{dead}\", thousands = \",\", missing = [\"?\", \"n/a\"], marks = { \"c. \" = \"about\", \"+\" = \"over\", \"-\" = \"range\" } }",
    "deaths = { low = \"{dead}\", high = \"{hurt}\", thousands = \",\", missing = [\"?\", \"n/a\"] }",
];
const KEYS: [&str; 2] = ["[\"{id}\"]", "[\"{id}\", \"{name}\"]"];
const TYPES: [&str; 3] = [
    "\"battle\"",
    "\"{name|note}\"",
    "{ column = \"month\", codes = { \"5\" = \"raid\" }, otherwise = \"other\" }",
];
const OTHER_FACTS: [&str; 3] = [
    "",
    "[[fact]]\nkind = \"casualties\"\neach = [{ column = \"dead\", harm = \"killed\" }, { column = \"hurt\", harm = \"wounded\" }]\nwhen = [{ text = \"{$value}\", stated = true }]\nkey = [\"{$key}\", \"{$harm}\"]\nharm = \"{$harm}\"\npopulation = \"people\"\nquantity = { text = \"{$value}\", thousands = \",\", missing = [\"?\", \"n/a\"], marks = { \"c. \" = \"about\", \"+\" = \"over\", \"-\" = \"range\" } }\nevent = \"{$source}:{$key}\"\nsummary = \"{$value} {$harm}\"\nlocator = \"row={id}\"\n",
    "[[fact]]\nkind = \"indicators\"\nkey = [\"{$key}\", \"hurt\"]\nmeasure = \"hurt\"\nquantity = { text = \"{hurt}\", thousands = \",\", missing = [\"?\", \"n/a\"], marks = { \"c. \" = \"about\", \"+\" = \"over\", \"-\" = \"range\" } }\nsubject = \"{name}\"\nsummary = \"{hurt}\"\nlocator = \"row={id}\"\n",
];

/// A mapping that makes its fields in the ways of these numbers.
fn mapping(ways: [u8; 7]) -> String {
    let [key, sort, date, place, party, deaths, other] =
        [&KEYS[..], &TYPES, &DATES, &PLACES, &PARTIES, &DEATHS, &OTHER_FACTS]
            .iter()
            .zip(ways)
            .map(|(all, way)| all[usize::from(way) % all.len()])
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
    format!(
        "format = 1\nname = \"t\"\ntitle = \"T\"\n[[fact]]\nkind = \"events\"\nkey = {key}\ntype = {sort}\nsummary = \"{{note|name|id}}\"\nlocator = \"row={{id}}\"\n{date}\n{place}\n{party}\n{deaths}\n{other}"
    )
}

/// The cell of a column in a record.
fn cell(column: &str, n: usize, (a, b): (u8, u8)) -> String {
    const NAMES: [&str; 6] = ["Ford", "Mill, upper", "Überlingen", "Мир", "\"Dale\"", ""];
    const COUNTRIES: [&str; 6] = ["Iraq", "Mali", "Chad", "Atlantis", "Côte d'Ivoire", ""];
    const PARTIES: [&str; 7] =
        ["Iraq", "Iraq; Iran", "unknown", "Mali;unknown", "France, Chad", "The Front", ""];
    const NUMBERS: [&str; 9] = ["", "0", "7", "1,204", "c. 40", "12+", "3-5", "?", "soon"];
    let of = |all: &[&str]| all[usize::from(a) % all.len()].to_owned();
    match column {
        "id" => n.to_string(),
        "name" => of(&NAMES),
        "day" => match a % 7 {
            0 => String::new(),
            1 => "n/a".to_owned(),
            2 => format!("{:02}/0{}/2014", b % 28 + 1, a % 9 + 1),
            3 => format!("May {}", 2000 + u16::from(b % 20)),
            _ => format!("20{:02}-1{}-{:02}", b % 30, a % 3, b % 28 + 1),
        },
        "year" => (1990 + u16::from(b % 20)).to_string(),
        "month" => (i16::from(a % 14) - 1).to_string().replace("-1", "-9"),
        "where" => of(&["Ford", "Mill", "Dale", "Überlingen"]),
        "country" => of(&COUNTRIES),
        "lat" => format!("{}.{b}", a % 95),
        "lon" => format!("{}.{b}", i16::from(a) - 100),
        "parties" => of(&PARTIES),
        "dead" | "hurt" => of(&NUMBERS),
        _ => format!("note {}", b % 5),
    }
}

/// A file of some records, as CSV.
fn file<'r>(records: impl Iterator<Item = &'r (usize, Cells)>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(HEADER).unwrap();
    for (n, record) in records {
        let cells = HEADER.iter().zip(record).map(|(column, numbers)| cell(column, *n, *numbers));
        out.write_record(cells).unwrap();
    }
    String::from_utf8(out.into_inner().unwrap()).unwrap()
}

/// Imports a text, leaving out the records that cannot be read; what the program reports.
fn import(copy: &Copy, folder: &Path, text: &str) -> String {
    let path = folder.join("t.csv");
    fs::write(&path, text).unwrap();
    let rejects = folder.join("rejects.csv");
    let mapping = folder.join("t.toml");
    let arguments = [
        "import",
        path.to_str().unwrap(),
        "--mapping",
        mapping.to_str().unwrap(),
        "--release",
        "1",
        "--on-error",
        "skip",
        "--rejects",
        rejects.to_str().unwrap(),
        "--force-codes",
        "-f",
        "jsonl",
    ];
    let (exit, report) = copy.try_facts(&arguments);
    assert!(matches!(exit, Exit::Done | Exit::No), "{exit:?}: {report}");
    report
}

/// Everything that a database answers: its rows, words, sums and columns without a field.
fn answers(copy: &Copy) -> String {
    let mut all = String::new();
    for (name, row) in copy.state() {
        // what an import is called is no part of what it states
        let _ = writeln!(all, "{name}: {row:?}");
    }
    for arguments in [
        &["query", "events", "--columns", "ref,extra.note,extra.month,extra.dead", "--sort", "ref"]
            [..],
        &["query", "events", "-w", "extra.note=note 3", "--columns", "ref", "--sort", "ref"],
        &["search", "note", "--columns", "ref", "--sort", "ref"],
        &["search", "Ford", "--columns", "ref", "--sort", "ref"],
        &["tabulate", "events", "--rows", "year", "--cols", "country"],
        &["tabulate", "casualties", "--rows", "harm", "--value", "low"],
    ] {
        let (_, answer) = copy.try_facts(&[arguments, &["-f", "csv"]].concat());
        let _ = writeln!(all, "{arguments:?}\n{answer}");
    }
    all
}

#[test]
fn a_file_becomes_what_its_records_become_one_by_one() {
    let record = prop::collection::vec(any::<(u8, u8)>(), HEADER.len());
    let strategy = (any::<[u8; 7]>(), prop::collection::vec(record, 1..12));
    try_out(12, 400, &strategy, |(ways, records)| {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        fs::write(here.join("t.toml"), mapping(ways)).unwrap();
        let records: Vec<(usize, Cells)> = records.into_iter().enumerate().collect();
        let [whole, singly] = ["whole.db", "singly.db"].map(|name| {
            let copy = Copy { db: here.join(name) };
            copy.facts(&["init", "-q"]);
            copy
        });
        import(&whole, here, &file(records.iter()));
        for record in &records {
            import(&singly, here, &file(std::iter::once(record)));
        }
        prop_assert_eq!(answers(&whole), answers(&singly));
        // and neither is changed by what made the other
        let report = import(&singly, here, &file(records.iter()));
        prop_assert!(!report.is_empty(), "no report");
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        prop_assert_eq!((&report["added"], &report["changed"]), (&0.into(), &0.into()));
        prop_assert_eq!(whole.try_facts(&["check", "--rule", "integrity"]).0, Exit::Done);
        Ok(())
    });
}
