//! The hot paths one by one: a record to facts, cells to CSV and JSON, a date, a fact into a
//! cross-table.

use std::io::Cursor;

use divan::{Bencher, counter::ItemsCount};
use facts::ingest::CsvReader;
use facts::mapping::{self, CompiledMapping, KnownDates, KnownValues, Mapping, Record};
use facts::render::{self, Heading, Sheet};
use facts::tabulate::{Aggregate, Label, StockFlow, Tally, TallyEntry};
use facts::value::date::{self, Days};
use facts::value::{Number, OwnedValue, Value};

fn main() {
    divan::main();
}

const DESCRIPTION: &str = r#"
name = "mine"
title = "Mine"
[recognise]
columns = ["id", "type", "actor", "place", "country", "day", "low", "best", "high", "note"]
[[fact]]
kind = "events"
key = ["{id}"]
type = "{type}"
actor = { name = "{actor}", kind = "armed-group" }
place = { name = "{place}", within = { name = "{country}" } }
deaths = { low = "{low}", best = "{best}", high = "{high}" }
date = { start = "{day}" }
summary = "{actor}: {place}"
"#;

const TABLE: &str = "id,type,actor,place,country,day,low,best,high,note\n\
    7,battle,Front,Mosul,Iraq,2014-06-10,3,5,8,\"said a spokesman, \"\"on the road\"\"\"\n";

fn plan() -> CompiledMapping {
    let description = Mapping::parse(DESCRIPTION).unwrap();
    let layout =
        mapping::match_mapping(&description, &mapping::FileHead::of(TABLE), "mine.csv").unwrap();
    mapping::compile(
        &description,
        DESCRIPTION,
        &KnownValues { header: layout.header, release: None },
    )
    .unwrap()
}

fn records(rows: usize) -> CsvReader {
    let (header, row) = TABLE.split_once('\n').unwrap();
    CsvReader::open(Box::new(Cursor::new(format!("{header}\n{}", row.repeat(rows)).into_bytes())))
        .unwrap()
}

#[divan::bench]
fn a_record_is_read(bencher: Bencher) {
    bencher.counter(ItemsCount::new(1000_usize)).with_inputs(|| records(1000)).bench_values(
        |mut records| {
            let mut record = Record::new();
            while records.next(&mut record).unwrap() {}
        },
    );
}

#[divan::bench]
fn a_record_becomes_a_fact(bencher: Bencher) {
    let plan = plan();
    let mut record = Record::new();
    assert!(records(1).next(&mut record).unwrap());
    bencher
        .counter(ItemsCount::new(1_usize))
        .with_inputs(KnownDates::default)
        .bench_refs(|dates| plan.make(&record, &[], 2, dates).unwrap().len());
}

fn row() -> Vec<OwnedValue> {
    vec![
        Value::Text("mine:7".into()),
        Value::Day(2_456_819),
        Value::Int(5),
        Value::Null,
        Value::Text("said \"so\", he".into()),
    ]
}

fn render(bencher: Bencher, format: &str) {
    let format = render::find(format).unwrap();
    let sheet = Sheet {
        headings: ["ref", "day", "best", "note", "summary"].map(Heading::text).into(),
        ..Sheet::default()
    };
    let row = row();
    bencher.counter(ItemsCount::new(1000_usize)).bench(|| {
        let mut out = Vec::with_capacity(1 << 17);
        let mut sink = (format.open)(&mut out, &sheet).unwrap();
        (0..1000).for_each(|_| sink.row(&row).unwrap());
        sink.finish().unwrap();
        out.len()
    });
}

#[divan::bench]
fn a_row_as_csv(bencher: Bencher) {
    render(bencher, "csv");
}

#[divan::bench]
fn a_row_as_json(bencher: Bencher) {
    render(bencher, "jsonl");
}

#[divan::bench(args = ["2014-06-10", "2013-11", "2011-12~", "2006/2007", "[2014-03-05..2014-03-11]"])]
fn a_date(text: &str) -> Days {
    date::parse(text).unwrap()
}

#[divan::bench]
fn a_fact_into_a_table(bencher: Bencher) {
    let mut tally = Tally::new(Aggregate::Sum);
    let labels: Vec<u32> = ["2013", "battle"]
        .map(|text| tally.label(Label { text: text.into(), ..Label::default() }))
        .into();
    let days = date::parse("2013-06-10").unwrap();
    let entry = TallyEntry {
        figure: Some(Number::Int(5)),
        over_period: false,
        measure: StockFlow::Flow,
        state: None,
        source: labels[0],
        topic: None,
        days,
        parts: &[],
        reference: "",
    };
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| tally.add(&labels, 0, &entry));
}
