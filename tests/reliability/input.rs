//! Files of input: what breaks the format, what is too large, which encodings and values are taken,
//! and the same again.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Chance, done, events, facts, say, size, skipped, top, within, words};

/// A description of a table with a key, a number, a date and a text.
const MAPPING: &str = r#"
name = "mine"
title = "Mine"

[recognise]
columns = ["k", "n", "d", "t"]

[[fact]]
kind = "casualties"
key = ["{k}"]
harm = "killed"
population = "people"
quantity = "{n}"
date = { start = "{d}" }
summary = "{t}"
"#;

fn import(folder: &Path, file: &[u8], more: &[&str]) -> (i32, String, String) {
    fs::write(folder.join("mine.toml"), MAPPING).unwrap();
    fs::write(folder.join("table.csv"), file).unwrap();
    let _ = fs::remove_file(folder.join("facts.db"));
    let output = facts(folder)
        .args(["import", "table.csv", "--mapping", "mine.toml"])
        .args(more)
        .output()
        .unwrap();
    let said = words(&output);
    let code = output.status.code().unwrap_or_else(|| panic!("{}: {said}", output.status));
    assert!(code != 101, "{said}");
    assert_eq!(folder.join("facts.db").exists(), code == 0 || code == 1, "{said}");
    let held = if code == 0 {
        done(folder, &["query", "casualties", "--columns", "key,best,date,summary", "-f", "csv"])
    } else {
        String::new()
    };
    (code, held, said)
}

/// R19: what breaks the format is refused at its line and column.
#[test]
fn malformed_files_are_refused_where_they_break() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "empty"),
        (b"k,n,d,t\na,1,2013,\"x\nb,2,2013,y\n", "table.csv:2:10"),
        (b"k,n,d,t\na,1,2013,x\nb,2,2013,\"", "table.csv:3:10"),
        (b"k,n,d,t\na,1,2013,\"x\"y\n", "table.csv:2:13"),
        (b"k,n,d,t\na,1,2013,sa\"y\n", "table.csv:2:12"),
        (b"k,n,d,t\na,1,2013,x\0y\n", "table.csv:2:11"),
        (b"k,n,d,t\na,1,2013\n", "table.csv:2"),
        (b"k,n,d,t\na,1,2013,x,y\n", "table.csv:2"),
        (b"k,n,d,t\n\n\n\na,one,2013,x\n", "table.csv:5:3"),
        (b"k,n,d,t\r\n\r\na,one,2013,x\r\n", "table.csv:3:3"),
        (b"k,n,d,t\na,1,2013,\"two\nlines\"\nb,x,2013,y\n", "table.csv:4:3"),
        (b"k,n,d,t\r\na,1,2013,\"two\r\nlines\"\nb,x,2013,y\r\n", "table.csv:4:3"),
        (b"k,n,d,t\na,1,2013,x\rb,2,2013,y\n", "table.csv:2"),
        (b"k,n,d,t\n\xc3\xa9\xc3\xa9,x,2013,y\n", "table.csv:2:4"),
        (b"k,n,d,t\na,1,2013,\xff\xfe\n", "table.csv:2"),
        (b"k,n,d\na,1,2013\n", "the file has no column \"t\""),
        (b"k,n,d,t\na,1,2014-02-30,x\n", "table.csv:2:5"),
        (b"k,n,d,t\n,1,2013,x\n", "table.csv:2"),
        (b"k,n,d,t\na,1,2013,x\na,2,2013,x\n", "table.csv:3"),
        (b"\xef\xbb\xbfk,n,d,t\na,x,2013,y\n", "table.csv:2:3"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (file, place) in cases {
        let (code, _, said) = import(folder.path(), file, &[]);
        assert!(
            code == 4 || file.is_empty() && code != 0,
            "{}: {code} {said}",
            String::from_utf8_lossy(file)
        );
        assert!(
            said.contains(place),
            "{}: expected {place}: {said}",
            String::from_utf8_lossy(file)
        );
    }
}

/// R19: what the strict reader takes, Python's `csv` reads the same.
#[test]
fn python_reads_the_same() {
    const READ: &str = "import csv, sys; csv.field_size_limit(1 << 30)\n\
        for row in csv.reader(open(sys.argv[1], newline='', encoding='utf-8'), strict=True):\n    \
        if row: print(len(row), *[cell.encode('utf-8').hex() for cell in row])";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("any.csv");
    if Command::new("python3").arg("--version").output().is_err() {
        return skipped("no python3");
    }
    let mut chance = Chance::new(21);
    let (mut taken, trials) = (0, size(60, 5000));
    for _ in 0..trials {
        let cells = [
            "a",
            "",
            "ü 1",
            "\"x\"",
            "\"x,\"\"y\"",
            "\"two\nlines\"",
            "\"\"",
            "\"\r\n\"",
            " b ",
            "1.5",
        ];
        let end = *chance.pick(&["\n", "\r\n"]);
        let mut text = String::new();
        for _ in 0..=chance.below(4) {
            let row: Vec<&str> = (0..=chance.below(4)).map(|_| *chance.pick(&cells)).collect();
            text += &(row.join(",") + end);
        }
        for _ in 0..chance.below(3) {
            let at =
                (0..=chance.below(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let piece = *chance.pick(&["\"", ",", "\n", "x", "\r", " "]);
            text.insert_str(at, piece);
        }
        let file = fs::File::create(&path).unwrap();
        (&file).write_all(text.as_bytes()).unwrap();
        let Ok(mut records) =
            facts::ingest::CsvReader::open(Box::new(fs::File::open(&path).unwrap()))
        else {
            continue;
        };
        let hex = |record: &facts::mapping::Record| {
            let mut line = record.len().to_string();
            for cell in record {
                line.push(' ');
                cell.bytes().for_each(|b| write!(line, "{b:02x}").unwrap());
            }
            line.trim_end().to_owned()
        };
        let mut ours = vec![hex(records.header())];
        let mut record = facts::mapping::Record::new();
        let sound = loop {
            match records.next(&mut record) {
                Ok(true) => ours.push(hex(&record)),
                Ok(false) => break true,
                Err(_) => break false,
            }
        };
        if sound {
            let output = Command::new("python3").args(["-c", READ]).arg(&path).output().unwrap();
            let theirs: Vec<String> = String::from_utf8_lossy(&output.stdout)
                .lines()
                .map(|line| line.trim_end().to_owned())
                .collect();
            assert_eq!(ours, theirs, "{text:?}: {}", words(&output));
            taken += 1;
        }
    }
    say(&format!("csv: {taken} of {trials} random files taken, all as Python reads them"));
    assert!(taken > trials / 10);
}

/// R20: bytes of any sort, through the whole importer.
#[test]
fn any_bytes_are_loaded_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let samples: Vec<Vec<u8>> = fs::read_dir(top().join("tests/samples"))
        .unwrap()
        .map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .filter(|bytes| bytes.len() < 20_000)
        .collect();
    fs::write(path("mine.toml"), MAPPING).unwrap();
    let mut chance = Chance::new(22);
    let (mut loaded, trials) = (0, size(250, 20_000));
    for n in 0..trials {
        let mut bytes = chance.pick(&samples).clone();
        for _ in 0..chance.below(8) {
            let at = chance.below(bytes.len().max(1));
            match chance.below(5) {
                0 if !bytes.is_empty() => bytes[at] = chance.next().to_le_bytes()[0],
                1 => bytes.insert(at, *chance.pick(b"\",;\n\r\t\0{}[]'\xff")),
                2 => bytes.truncate(at),
                3 if !bytes.is_empty() => {
                    bytes.remove(at);
                }
                _ => {
                    let piece = bytes[at / 2..at].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        fs::write(path("any.csv"), &bytes).unwrap();
        let _ = fs::remove_file(path("facts.db"));
        let mapping = path("mine.toml");
        let mut arguments = vec!["import", "", "--db", "", "--release", "1"];
        let (file, database) = (path("any.csv"), path("facts.db"));
        (arguments[1], arguments[3]) = (&file, &database);
        if n % 5 == 0 {
            arguments.extend(["--mapping", &mapping]);
        }
        let (code, _, said) = within(&arguments);
        assert!(
            [0, 1, 2, 4].contains(&code),
            "{code}: {said}\n{}",
            String::from_utf8_lossy(&bytes)
        );
        loaded += usize::from(code == 0);
        // a description is input too
        let mut text = MAPPING.as_bytes().to_vec();
        let at = chance.below(text.len());
        text[at] = chance.next().to_le_bytes()[0] & 0x7f;
        fs::write(path("other.toml"), &text).unwrap();
        let other = path("other.toml");
        let (code, _, said) =
            within(&["import", &file, "--mapping", &other, "--db", &database, "--dry-run"]);
        assert!([0, 1, 2, 4].contains(&code), "{code}: {said}\n{}", String::from_utf8_lossy(&text));
    }
    say(&format!("{trials} mutated files and descriptions: {loaded} files loaded"));
}

/// R21: what is too large is refused before memory is.
#[test]
fn bombs_are_refused() {
    let cases: [(&str, &str); 4] = [
        ("cell", "printf 'k,n,d,t\\na,1,2013,'; head -c 300000000 /dev/zero | tr '\\0' x"),
        ("quote", "printf 'k,n,d,t\\na,1,2013,\"'; head -c 200000000 /dev/zero | tr '\\0' x"),
        ("columns", "printf 'k,n,d,t\\na,1,2013,x'; head -c 20000000 /dev/zero | tr '\\0' ,"),
        ("lines", "printf 'k,n,d,t\\na,1,2013,\"'; head -c 100000000 /dev/zero | tr '\\0' '\\n'"),
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.toml"), MAPPING).unwrap();
    for (name, make) in cases {
        let file = folder.path().join("bomb.csv");
        assert!(
            Command::new("sh")
                .args(["-c", make])
                .stdout(fs::File::create(&file).unwrap())
                .status()
                .unwrap()
                .success()
        );
        // 300 MB of address space hold the program, and not the bomb
        let mut shell = Command::new("sh");
        super::settled(&mut shell, folder.path());
        let output = shell
            .args(["-c", "ulimit -v 400000; exec \"$0\" import bomb.csv --mapping mine.toml"])
            .arg(super::program())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(4), "{name}: {} {}", output.status, words(&output));
        assert!(words(&output).contains("bomb.csv:2"), "{name}: {}", words(&output));
    }
}

/// A web page of a few megabytes that says that it has more tables or cells than fit.
#[test]
fn web_pages_that_grow_are_refused() {
    let cases: [(&str, String); 4] = [
        ("cells", "<td>".repeat(6_000_000)),
        ("spans", "<tr><td colspan=1000 rowspan=1000>x".repeat(100_000)),
        ("tables", "<table>".repeat(3_000_000)),
        ("tables with cells", "<table><tr><td>a<td>b".repeat(500_000)),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, body) in cases {
        fs::write(folder.path().join("bomb.xls"), format!("<html><table><tr>{body}")).unwrap();
        let mut shell = Command::new("sh");
        super::settled(&mut shell, folder.path());
        let output = shell
            .args(["-c", "ulimit -v 400000; exec \"$0\" import --draft bomb.xls"])
            .arg(super::program())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(4), "{name}: {} {}", output.status, words(&output));
        assert!(words(&output).contains("more cells than fit"), "{name}: {}", words(&output));
    }
}

/// R22: encodings are told, guessed for the message, and never replaced by question marks.
#[test]
fn encodings_are_read_or_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let text = "k,n,d,t\na,1,2013,Köln\n";
    let good = "key,best,date,summary\na,1,2013,Köln\n";
    for file in [
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        utf16(text, false),
        utf16(text, true),
    ] {
        assert_eq!(import(folder, &file, &[]).1, good);
    }
    let latin = b"k,n,d,t\na,1,2013,K\xf6ln\n";
    let (code, _, said) = import(folder, latin, &[]);
    assert!(
        code == 4 && said.contains("table.csv:2") && said.contains("--encoding"),
        "{code} {said}"
    );
    assert_eq!(import(folder, latin, &["--encoding", "windows-1252"]).1, good);
    let japanese = b"k,n,d,t\na,1,2013,\x93\x8c\x8b\x9e\n";
    assert_eq!(
        import(folder, japanese, &["--encoding", "shift_jis"]).1,
        "key,best,date,summary\na,1,2013,東京\n"
    );
    let (code, _, said) = import(folder, b"k,n,d,t\na,1,2013,\x81\n", &["--encoding", "shift_jis"]);
    assert_eq!(code, 4, "{said}");
    assert_eq!(import(folder, text.as_bytes(), &["--encoding", "klingon"]).0, 2);
}

/// R23: what a whole number and a date may be; nothing is altered on its way.
#[test]
fn values_are_taken_as_they_are_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = [
        ("9223372036854775807", Some("9223372036854775807")),
        ("9223372036854775808", None),
        ("0", Some("0")),
        ("9007199254740993", Some("9007199254740993")),
        ("1e3", None),
        (" 12 ", Some("12")),
        ("0x10", None),
        ("-0", None),
        ("-5", None),
        ("NaN", None),
        ("inf", None),
        ("1e999", None),
        ("7.5", None),
        ("1,000", None),
        ("", Some("")),
    ];
    for (given, taken) in numbers {
        let file = format!("k,n,d,t\na,\"{given}\",2013,x\n");
        let (code, held, said) = import(folder.path(), file.as_bytes(), &[]);
        match taken {
            Some(taken) => assert_eq!(
                held,
                format!("key,best,date,summary\na,{taken},2013,x\n"),
                "{given}: {said}"
            ),
            // a number that no field holds may not be stored as something else
            None => assert!(
                code == 4 || held.contains(&format!("a,{given},")),
                "{given}: {code} {held} {said}"
            ),
        }
    }
    let dates = [
        "2014-02-29",
        "2014-02-30",
        "2014-13",
        "0000-00",
        "2014-2-3",
        "10000",
        "soon",
        "2014-02-28",
        "0000",
        "9999",
        "-0538",
    ];
    let fine = ["2014-02-28", "0000", "9999", "-0538"];
    for date in dates {
        let (code, held, said) =
            import(folder.path(), format!("k,n,d,t\na,1,{date},x\n").as_bytes(), &[]);
        assert_eq!(code == 0, fine.contains(&date), "{date}: {said}");
        assert!(code != 0 || held.contains(&format!(",{date},")), "{date}: {held}");
    }
}

/// R25: the same file again changes nothing, nor do its rows in another order.
#[test]
fn the_same_rows_in_any_order_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = events(size(200, 2000), 5);
    fs::write(folder.path().join("a.csv"), &text).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    let mut chance = Chance::new(23);
    for n in (1..rows.len()).rev() {
        rows.swap(n, chance.below(n + 1));
    }
    fs::write(folder.path().join("b.csv"), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    let run = |file: &str| {
        done(
            folder.path(),
            &["import", file, "--dataset", "ucdp-ged", "--release", "1", "-f", "json"],
        )
    };
    run("a.csv");
    let export = || {
        done(folder.path(), &["query", "all", "-f", "csv", "--columns", "ref,date,summary,place"])
    };
    let before = export();
    for file in ["a.csv", "b.csv"] {
        let report: serde_json::Value = serde_json::from_str(&run(file)).unwrap();
        assert_eq!(
            (report[0]["added"].as_u64(), report[0]["changed"].as_u64()),
            (Some(0), Some(0)),
            "{report}"
        );
        assert_eq!(export(), before);
    }
}

/// A reader that nobody feeds ends.
#[test]
fn a_file_that_stays_empty_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let output = facts(folder.path()).args(["import", "-"]).stdin(Stdio::null()).output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    assert!(!words(&output).contains("panicked"));
}
