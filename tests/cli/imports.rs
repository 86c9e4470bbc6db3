//! Imports of the real files where they are present, and properties of all imports.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::{facts, shared, stdout};

/// Imports a file; what the program reports of it.
fn import(folder: &Path, file: &Path, more: &[&str]) -> Json {
    let output = facts(folder)
        .arg("import")
        .arg(file)
        .args(["-q", "-f", "jsonl"])
        .args(more)
        .output()
        .unwrap();
    serde_json::from_str(stdout(&output).lines().next().unwrap()).unwrap()
}

fn number(report: &Json, name: &str) -> u64 {
    report[name].as_u64().unwrap_or_else(|| panic!("{name} in {report}"))
}

/// What a command prints, but for the line of headings.
fn answer(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let output = facts(folder).args(arguments).output().unwrap();
    stdout(&output).lines().skip(1).map(str::to_owned).collect()
}

/// A file for one country withdraws that country's events and no others, and is never followed by
/// an older one.
#[test]
fn a_country_s_file_says_nothing_of_other_countries() {
    let Some(data) = shared("data/ucdp") else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let world = std::fs::read_to_string(data.join("ged_v23_1_sample1000.csv")).unwrap();
    std::fs::write(here.join("world.csv"), &world).unwrap();
    let sums = |country: &str| {
        answer(here, &["query", "events", "--country", country, "--columns", "deaths_best", "-q"])
            .iter()
            .fold((0, 0), |(n, sum), figure| (n + 1, sum + figure.parse::<u64>().unwrap_or(0)))
    };
    import(here, &here.join("world.csv"), &["--release", "19.1"]);
    let syria = sums("Syria");
    let ukraine = sums("Ukraine").0;
    let first =
        import(here, &data.join("ged_ukraine_hdx_2020.csv"), &["--release", "20.1", "--complete"]);
    assert_eq!(
        number(&first, "withdrawn") + number(&first, "changed") + number(&first, "unchanged"),
        ukraine
    );
    assert_eq!(sums("Ukraine"), (993, 6632));
    let second = import(here, &data.join("ged_ukraine_hdx_2021.csv"), &["--release", "21.1"]);
    assert_eq!((number(&second, "added"), number(&second, "withdrawn")), (174, 0));
    assert_eq!(sums("Ukraine"), (1167, 6875));
    assert_eq!(sums("Syria"), syria);
    for (more, why) in [
        (&["--release", "20.1"][..], "release 20.1 is older than release 21.1"),
        (&[], "this file was imported before release 21.1"),
    ] {
        let output = facts(here)
            .arg("import")
            .arg(data.join("ged_ukraine_hdx_2020.csv"))
            .args(more)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(4));
        assert!(String::from_utf8_lossy(&output.stderr).contains(why));
    }
    assert_eq!(sums("Ukraine"), (1167, 6875), "what was refused changed nothing");
    let older = ["--release", "20.1", "--older"];
    let third = import(here, &data.join("ged_ukraine_hdx_2020.csv"), &older);
    assert_eq!(number(&third, "withdrawn"), 174);
    assert_eq!(sums("Ukraine"), (993, 6632));
    assert_eq!(sums("Syria"), syria);
}

fn adds_up(report: &Json) {
    let parts =
        ["added", "changed", "unchanged", "rejected", "repeated"].map(|name| number(report, name));
    assert_eq!(number(report, "read"), parts.iter().sum::<u64>(), "{report}");
}

#[test]
fn the_real_files_import_with_no_option_but_their_name() {
    let Some(data) = shared("data") else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for (file, dataset, release, records) in [
        ("ucdp/ged_v23_1_sample1000.csv", "ucdp-ged", Some("23.1"), 1000),
        ("ucdp/BattleDeaths_v23_1.csv", "ucdp-brd", Some("23.1"), 1848),
        ("ucdp/Nonstate_v23_1.csv", "ucdp-nonstate", Some("23.1"), 1542),
        ("sipri/import-values_1990-2023.csv", "sipri-imports", Some("2024-04-13"), 223),
        ("lowy/lowy_2017.csv", "lowy", Some("2017"), 7190),
        ("us-missions/mission_status_range_gw_v0.1.csv", "us-missions", Some("0.1"), 670),
        ("acled/acled_2024_layout_2rows.csv", "acled", None, 2),
    ] {
        let report = import(here, &data.join(file), &[]);
        assert_eq!(report["dataset"], dataset, "{file}");
        assert_eq!(report["release"].as_str(), release, "{file}");
        assert_eq!(
            (number(&report, "read"), number(&report, "added")),
            (records, records),
            "{file}"
        );
        adds_up(&report);
        let again = import(here, &data.join(file), &[]);
        assert_eq!(
            number(&again, "unchanged"),
            records,
            "{file}: the same file again adds nothing"
        );
    }
    let sum = |source: &str, kind: &str, value: &str, rows: &str| {
        answer(
            here,
            &[
                "tabulate", kind, "--source", source, "--rows", rows, "--value", value, "--agg",
                "sum", "-q",
            ],
        )
    };
    assert_eq!(sum("ucdp-brd", "casualties", "best", "source"), ["ucdp-brd,1891168"]);
    assert_eq!(sum("ucdp-nonstate", "casualties", "best", "source"), ["ucdp-nonstate,315248"]);
    // the deaths of an event by side add up to those of the event
    assert_eq!(
        sum("ucdp-ged", "casualties", "best", "population"),
        ["civilians,2690", "side a,950", "side b,1532", "unknown,4389"]
    );
    // each event has one type
    assert_eq!(sum("ucdp-ged", "events", "deaths_best", "source"), ["ucdp-ged,9561"]);
    assert_eq!(sum("sipri-imports", "indicators", "best", "date").len(), 34);
    let rows = answer(
        here,
        &["tabulate", "casualties", "--rows", "year", "--cols", "source", "--value", "best", "-q"],
    );
    assert!(rows.iter().any(|row| row == "2014,115862,374,17609"), "{rows:?}");
    let refused = facts(here)
        .args(["tabulate", "casualties", "--rows", "year", "--value", "best"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2), "sources are never added up unasked");
}

#[test]
fn a_later_release_changes_rows_and_the_first_state_can_be_had() {
    let Some(data) = shared("data/ucdp") else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let first = import(here, &data.join("ged_ukraine_hdx_2020.csv"), &["--release", "2020"]);
    assert_eq!(number(&first, "added"), 993);
    let events =
        ["query", "events", "--columns", "ref,date,place,deaths_low,deaths_best,deaths_high"];
    let before = answer(here, &events);
    let second = import(here, &data.join("ged_ukraine_hdx_2021.csv"), &["--release", "2021"]);
    assert_eq!(number(&second, "added"), 174);
    assert_eq!(number(&second, "unchanged") + number(&second, "changed"), 993);
    assert_eq!(answer(here, &events).len(), 1167);
    assert_eq!(answer(here, &[&events[..], &["--as-of", "import=1"]].concat()), before);
    // of the events that both have, one lies elsewhere now
    let changed = answer(here, &["diff", "2020", "2021", "-q"]);
    let moved: Vec<&String> = changed
        .iter()
        .filter(|row| row.starts_with("changed,") && row.contains(",events,place,"))
        .collect();
    assert_eq!(moved.len(), 1, "{moved:?}");
    stdout(&facts(here).args(["undo", "2"]).output().unwrap());
    assert_eq!(answer(here, &events), before);
}

#[test]
fn the_trade_register_goes_from_one_release_to_the_next() {
    let Some(data) = shared("data/sipri") else { return };
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let first = import(here, &data.join("trade-register_2025-10-23.csv"), &[]);
    assert_eq!((number(&first, "read"), number(&first, "added")), (28_348, 28_348));
    let second = import(here, &data.join("trade-register_2026-05-18.csv"), &[]);
    adds_up(&second);
    assert_eq!(number(&second, "read"), 29_916);
    // no exact repetition is lost: every record has its order
    let orders = answer(here, &["tabulate", "arms-transfers", "--rows", "stage"]);
    assert!(orders.contains(&"ordered,29916".to_owned()), "{orders:?}");
    assert_eq!(
        number(&first, "added") - number(&second, "withdrawn") + number(&second, "added"),
        29_916
    );
    assert_eq!(
        number(&import(here, &data.join("trade-register_2026-05-18.csv"), &[]), "unchanged"),
        29_916
    );
}

/// Whatever the order of its records, a file becomes the same facts.
#[test]
fn the_order_of_records_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let lines: Vec<String> =
        (0..200).map(|n| format!("{},{},{}", n / 3, n % 7, (n * 7919) % 100)).collect();
    let mapping = "name = \"t\"\ntitle = \"T\"\n[[fact]]\nkind = \"indicators\"\nkey = [\"{a}\", \"#\"]\nmeasure = \"{b}\"\nquantity = \"{c}\"\nsummary = \"{a}\"\n";
    std::fs::write(here.join("t.toml"), mapping).unwrap();
    let mut first: Option<Vec<String>> = None;
    for step in [1, 7, 61, 199] {
        let shuffled: Vec<&str> =
            (0..lines.len()).map(|n| lines[n * step % lines.len()].as_str()).collect();
        let file = here.join(format!("{step}.csv"));
        std::fs::write(&file, format!("a,b,c\n{}\n", shuffled.join("\n"))).unwrap();
        let report = import(here, &file, &["--mapping", "t.toml", "--complete=yes"]);
        adds_up(&report);
        let mut facts = answer(here, &["query", "indicators", "--columns", "measure,best,summary"]);
        facts.sort_unstable();
        if let Some(first) = &first {
            assert_eq!(
                (number(&report, "unchanged"), number(&report, "withdrawn")),
                (200, 0),
                "{report}"
            );
            assert_eq!(first, &facts);
        }
        first = Some(facts);
    }
}

/// A file that is four times as long takes hardly more memory.
#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mapping = "name = \"t\"\ntitle = \"T\"\n[[fact]]\nkind = \"indicators\"\nkey = [\"{id}\"]\nmeasure = \"m\"\nquantity = \"{n}\"\nsummary = \"{text}\"\n";
    std::fs::write(here.join("t.toml"), mapping).unwrap();
    let peak = |rows: usize| {
        let words = "words and more words ".repeat(20);
        let text: Vec<String> = (0..rows).map(|n| format!("{n},{n},{words}")).collect();
        std::fs::write(here.join("t.csv"), format!("id,n,text\n{}\n", text.join("\n"))).unwrap();
        let script = format!(
            "/usr/bin/env python3 -c 'import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' {} import t.csv --mapping t.toml -q --db {rows}.db",
            env!("CARGO_BIN_EXE_facts")
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]);
        super::fixed(&mut shell, here);
        stdout(&shell.output().unwrap()).trim().parse::<u64>().unwrap()
    };
    let (small, large) = (peak(10_000), peak(40_000));
    assert!(large < small + 40_000, "{small} kB, then {large} kB");
}

/// Codes that contradict each other make nobody of two, stop nothing, and lead to the same actors
/// when they come again.
#[test]
fn codes_that_contradict_each_other_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mapping = "name = \"t\"\ntitle = \"T\"\n[[fact]]\nkind = \"events\"\nkey = [\"#\"]\ntype = \"x\"\nsummary = \"{name}\"\nactor = { name = \"{name}\", gw = \"{gw}\", ucdp = \"{ucdp}\" }\n";
    std::fs::write(here.join("t.toml"), mapping).unwrap();
    let names = ["North", "South", "Government of Iraq"];
    let lines: Vec<String> = (0..300)
        .map(|n| format!("{},{},{}", names[n % 3], 9000 + n % 7, 8000 + (n * n) % 11))
        .collect();
    std::fs::write(here.join("t.csv"), format!("name,gw,ucdp\n{}\n", lines.join("\n"))).unwrap();
    let report = import(here, &here.join("t.csv"), &["--mapping", "t.toml"]);
    assert_eq!(number(&report, "added"), 300, "{report}");
    let before = answer(here, &["query", "events", "--columns", "ref,actor"]);
    let again = import(here, &here.join("t.csv"), &["--mapping", "t.toml"]);
    assert_eq!(number(&again, "unchanged"), 300, "{again}");
    assert_eq!(answer(here, &["query", "events", "--columns", "ref,actor"]), before);
}

/// A record whose facts would take each other's key is rejected whole: what it stated before stays.
#[test]
fn a_rejected_record_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let casualties = |who: &str, summary: &str| {
        format!(
            "[[fact]]\nkind = \"casualties\"\nkey = [\"{{$key}}\", \"{{{who}}}\"]\nharm = \"killed\"\npopulation = \"{who}\"\nquantity = \"{{n}}\"\nsummary = \"{summary}\"\n"
        )
    };
    let event = "name = \"dd\"\ntitle = \"DD\"\n[[fact]]\nkind = \"events\"\nkey = [\"{id}\"]\ntype = \"x\"\nsummary = \"s {a}\"\n";
    let description = [event, &casualties("a", "one {b}"), &casualties("b", "two {n}")].concat();
    std::fs::write(here.join("d.toml"), description).unwrap();
    let refs = || {
        answer(here, &["query", "all", "--source", "dd", "--columns", "ref,summary", "-f", "csv"])
    };
    std::fs::write(here.join("one.csv"), "id,a,b,n\n1,u,v,5\n2,u,v,6\n").unwrap();
    import(here, &here.join("one.csv"), &["--mapping", "d.toml", "--release", "1"]);
    let before = refs();
    assert_eq!(before.len(), 6);
    std::fs::write(here.join("two.csv"), "id,a,b,n\n1,u,u,7\n2,u,v,6\n").unwrap();
    let arguments = [
        "import",
        "two.csv",
        "--mapping",
        "d.toml",
        "--release",
        "2",
        "--on-error",
        "skip",
        "-q",
        "-f",
        "jsonl",
    ];
    let output = facts(here).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "some were rejected");
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((number(&report, "unchanged"), number(&report, "rejected")), (1, 1));
    assert_eq!(refs(), before);
}
