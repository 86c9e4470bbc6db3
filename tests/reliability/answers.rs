//! Answers are right: filters against a filter of our own, cross-tables against a count of our own,
//! and text that attacks.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use super::{Chance, done, events, say, size, within};

/// A database of the shipped facts and of made-up events, and the events as JSON.
pub struct World {
    pub folder: tempfile::TempDir,
    pub database: String,
    pub rows: Vec<Value>,
}

const FIELDS: &str = "ref,source,type,actor,target,others,side_a,side_b,supporters,said_by,place,country,deaths_best,date,date_from,date_to,summary,stance,topic";

pub fn world(shipped: bool) -> World {
    let folder = tempfile::tempdir().unwrap();
    if shipped {
        done(folder.path(), &["seed"]);
    }
    fs::write(folder.path().join("few.csv"), events(300, 31)).unwrap();
    done(folder.path(), &["import", "few.csv", "--dataset", "ucdp-ged", "--release", "1"]);
    let database = folder.path().join("facts.db").to_str().unwrap().to_owned();
    let (code, text, said) =
        within(&["query", "events", "--columns", FIELDS, "-f", "json", "--db", &database]);
    assert_eq!(code, 0, "{said}");
    World { folder, database, rows: serde_json::from_str(&text).unwrap() }
}

/// A day as three numbers that compare; the years before the common era too.
fn day(text: &Value) -> Option<(i32, u32, u32)> {
    let text = text.as_str()?;
    let (sign, bare) = text.strip_prefix('-').map_or((1, text), |bare| (-1, bare));
    let parts: Vec<&str> = bare.split('-').collect();
    Some((
        sign * parts[0].parse::<i32>().unwrap(),
        parts[1].parse().unwrap(),
        parts[2].parse().unwrap(),
    ))
}

fn is(row: &Value, field: &str, wanted: &str) -> bool {
    row[field].as_str().is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

/// Whether one of the names of a field is somebody, or acts for them.
fn names(row: &Value, field: &str, wanted: &str) -> bool {
    static STATES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/seed/actors.csv");
        let mut actors = csv::Reader::from_path(file).unwrap();
        let columns = actors.headers().unwrap().clone();
        let at = |name: &str| columns.iter().position(|column| column == name).unwrap();
        let (name, acts_for) = (at("name"), at("acts_for"));
        let pair = |row: csv::StringRecord| (row[name].to_owned(), row[acts_for].to_owned());
        actors.records().map(|row| pair(row.unwrap())).collect()
    });
    // a list is all of them
    row[field].as_str().is_some_and(|text| {
        wanted.split("; ").all(|wanted| {
            text.split("; ").any(|name| {
                let mut name = name;
                while !name.is_empty() && !name.eq_ignore_ascii_case(wanted) {
                    name = STATES.get(name).map_or("", String::as_str);
                }
                !name.is_empty()
            })
        })
    })
}

/// A filter: its flags, and whether a row passes.
type Filter = (Vec<String>, Box<dyn Fn(&Value) -> bool>);

/// One filter at random, from values that occur.
fn filter(chance: &mut Chance, rows: &[Value]) -> Filter {
    let pick = |chance: &mut Chance, field: &str| {
        let stated: Vec<&str> = rows.iter().filter_map(|row| row[field].as_str()).collect();
        (*chance.pick(&stated)).to_owned()
    };
    let flag = |name: &str, value: &str| vec![format!("--{name}={value}")];
    match chance.below(9) {
        0 => {
            let (a, b) = (pick(chance, "type"), pick(chance, "type"));
            let flags = [flag("type", &a), flag("type", &b)].concat();
            (flags, Box::new(move |row| is(row, "type", &a) || is(row, "type", &b)))
        }
        1 => {
            let source = pick(chance, "source");
            (flag("source", &source), Box::new(move |row| is(row, "source", &source)))
        }
        2 => {
            let stated = |role: &&str| rows.iter().any(|row| !row[*role].is_null());
            let some: Vec<&str> = ["actor", "target", "side_a", "side_b", "said_by"]
                .into_iter()
                .filter(stated)
                .collect();
            let role = *chance.pick(&some);
            let name = pick(chance, role);
            let roles = ["actor", "target", "others", "side_a", "side_b", "said_by"];
            (
                flag("actor", &name),
                Box::new(move |row| roles.iter().any(|role| names(row, role, &name))),
            )
        }
        3 => {
            let country = pick(chance, "country");
            (flag("country", &country), Box::new(move |row| names(row, "country", &country)))
        }
        4 | 5 => {
            let years = [-600, -539, 1979, 1991, 2003, 2013, 2014];
            let (mut a, mut b) = (*chance.pick(&years), *chance.pick(&years));
            if a > b {
                (a, b) = (b, a);
            }
            let text =
                |year: i32| if year < 0 { format!("-{:04}", -year) } else { format!("{year:04}") };
            let month = 1 + u32::try_from(chance.below(12)).unwrap();
            let must = chance.below(2) == 0;
            let mut flags = flag("during", &format!("{}-{month:02}..{}", text(a), text(b)));
            // a window that ends before it begins is refused
            let (begin, end) = ((a, month, 1), (b, 12, 31));
            if must {
                flags.push("--match=within".into());
            }
            (
                flags,
                Box::new(move |row| {
                    let (from, to) = (day(&row["date_from"]), day(&row["date_to"]));
                    if must {
                        from.is_some_and(|from| from >= begin) && to.is_some_and(|to| to <= end)
                    } else {
                        !row["date"].is_null()
                            && from.is_none_or(|from| from <= end)
                            && to.is_none_or(|to| to >= begin)
                    }
                }),
            )
        }
        6 => {
            let n = i64::try_from(chance.below(8)).unwrap();
            let (sign, holds): (&str, fn(i64, i64) -> bool) = *chance.pick(&[
                ("=", (|a, b| a == b) as fn(i64, i64) -> bool),
                ("!=", |a, b| a != b),
                ("<", |a, b| a < b),
                ("<=", |a, b| a <= b),
                (">", |a, b| a > b),
                (">=", |a, b| a >= b),
            ]);
            (
                vec!["-w".into(), format!("deaths_best{sign}{n}")],
                Box::new(move |row| row["deaths_best"].as_i64().is_some_and(|d| holds(d, n))),
            )
        }
        7 => {
            let word = *chance.pick(&["front", "IRAQ", "e", "Town 3", "%", "_", "'"]);
            let not = chance.below(2) == 0;
            let flags = vec!["-w".into(), format!("summary{}~{word}", if not { "!" } else { "" })];
            let lower = word.to_lowercase();
            (
                flags,
                Box::new(move |row| {
                    row["summary"].as_str().unwrap().to_lowercase().contains(&lower) != not
                }),
            )
        }
        _ => {
            let field = *chance.pick(&["target", "place", "deaths_best", "date", "topic"]);
            let known = chance.below(2) == 0;
            let flags =
                vec!["-w".into(), format!("{field} is {}null", if known { "not " } else { "" })];
            (flags, Box::new(move |row| row[field].is_null() != known))
        }
    }
}

fn refs(text: &str) -> Vec<String> {
    let mut refs: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    refs.sort_unstable();
    refs
}

/// R30: random filters give the rows that our own filter gives, and those of the `sqlite3` shell on
/// the printed SQL.
#[test]
fn filters_give_the_rows_that_pass() {
    let world = world(true);
    let mut chance = Chance::new(32);
    let shell = Command::new("sqlite3").arg("--version").output().is_ok();
    let (trials, mut found, mut shelled) = (size(1_000, 10_000), 0, 0);
    for trial in 0..trials {
        let filters: Vec<Filter> =
            (0..=chance.below(3)).map(|_| filter(&mut chance, &world.rows)).collect();
        // a flag that may be given once
        let flags: Vec<String> = filters.iter().flat_map(|(flags, _)| flags.clone()).collect();
        if flags.iter().filter(|flag| flag.starts_with("--during")).count() > 1 {
            continue;
        }
        let within_flag = flags.iter().filter(|flag| flag.starts_with("--match")).count();
        let either = |name: &str| flags.iter().filter(|flag| flag.starts_with(name)).count() > 2;
        // the same flag twice means "or", and only one filter at a time knows that
        let repeated = ["--source", "--actor", "--country"]
            .iter()
            .any(|name| flags.iter().filter(|flag| flag.starts_with(name)).count() > 1);
        if repeated || either("--type") || within_flag > 1 {
            continue;
        }
        let mut arguments =
            vec!["query", "events", "--columns", "ref", "-f", "csv", "--db", &world.database];
        arguments.extend(flags.iter().map(String::as_str));
        let (code, text, said) = within(&arguments);
        if code == 2 && said.contains("ends before it begins") {
            continue;
        }
        assert_eq!(code, 0, "{flags:?}: {said}");
        let naive = world.rows.iter().filter(|row| filters.iter().all(|(_, passes)| passes(row)));
        let mut naive: Vec<String> =
            naive.map(|row| row["ref"].as_str().unwrap().to_owned()).collect();
        naive.sort_unstable();
        assert_eq!(refs(&text), naive, "{flags:?}");
        found += naive.len();
        if shell && trial % 5 == 0 {
            arguments.push("--explain");
            let (_, sql, _) = within(&arguments);
            let output = Command::new("sqlite3")
                .args(["-csv", "-header", &world.database, &sql])
                .output()
                .unwrap();
            assert_eq!(refs(&String::from_utf8_lossy(&output.stdout)), naive, "sqlite3: {sql}");
            shelled += 1;
        }
    }
    say(&format!("{trials} filters, {found} rows in all, {shelled} of them through sqlite3"));
    assert!(found > 0);
}

/// R30: what a filter finds and what its negation finds are all.
#[test]
fn a_filter_and_its_negation_share_all_rows() {
    let world = world(true);
    let mut chance = Chance::new(33);
    for _ in 0..size(100, 2000) {
        let field =
            *chance.pick(&["type", "source", "actor", "target", "place", "country", "stance"]);
        let stated: Vec<&str> = world.rows.iter().filter_map(|row| row[field].as_str()).collect();
        let value = *chance.pick(&stated);
        let ask = |more: &[&str]| {
            let (code, text, said) = within(
                &[
                    &["query", "events", "--columns", "ref", "-f", "csv", "--db", &world.database],
                    more,
                ]
                .concat(),
            );
            assert_eq!(code, 0, "{more:?}: {said}");
            refs(&text).len()
        };
        let (test, not) = (format!("{field}={value}"), format!("--not={field}={value}"));
        let (yes, no) = (ask(&["-w", &test]), ask(&[&not]));
        assert_eq!(yes + no, world.rows.len(), "{field} = {value}");
        let (other, none) = (format!("{field}!={value}"), format!("{field} is null"));
        assert_eq!(
            yes + ask(&["-w", &other]) + ask(&["-w", &none]),
            world.rows.len(),
            "{field} = {value}"
        );
    }
}

/// What a row has on an axis, as a table shows it.
fn on(row: &Value, axis: &str) -> String {
    let year = |field: &str| {
        day(&row[field]).map(
            |(year, ..)| if year < 0 { format!("-{:04}", -year) } else { format!("{year:04}") },
        )
    };
    match axis {
        "year" => match (year("date_from"), year("date_to")) {
            (None, None) => String::new(),
            (Some(from), Some(to)) if from == to => from,
            (from, to) => format!("{}–{}", from.unwrap_or_default(), to.unwrap_or_default()),
        },
        axis => row[axis].as_str().unwrap_or_default().to_owned(),
    }
}

/// R31: cross-tables hold what our own count and sum hold, and their cells add up to all.
#[test]
fn tables_hold_what_was_counted() {
    let mut chance = Chance::new(34);
    for (world, sums) in [(world(true), false), (world(false), true)] {
        for _ in 0..size(200, 1000) {
            let axes = ["year", "type", "country", "actor", "target", "source", "stance", "place"];
            let (a, b) = (*chance.pick(&axes), *chance.pick(&axes));
            let (flags, passes) = filter(&mut chance, &world.rows);
            let rows = if a == b { a.to_owned() } else { format!("{a},{b}") };
            let mut arguments =
                vec!["tabulate", "events", "--rows", &rows, "-f", "csv", "--db", &world.database];
            arguments.extend(flags.iter().map(String::as_str));
            if sums {
                arguments.extend(["--value", "deaths_best"]);
            } else if a != "source" && b != "source" {
                arguments.extend(["--sum-across", "source"]);
            }
            let (code, text, said) = within(&arguments);
            if code == 2 && said.contains("ends before it begins") {
                continue;
            }
            assert_eq!(code, 0, "{arguments:?}: {said}");
            let mut naive: BTreeMap<Vec<String>, i64> = BTreeMap::new();
            for row in world.rows.iter().filter(|row| passes(row)) {
                let key = rows.split(',').map(|axis| on(row, axis)).collect();
                *naive.entry(key).or_default() +=
                    if sums { row["deaths_best"].as_i64().unwrap() } else { 1 };
            }
            let mut told = BTreeMap::new();
            for record in csv::Reader::from_reader(text.as_bytes()).records() {
                let mut cells: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
                let figure: f64 = cells.pop().unwrap().parse().unwrap();
                #[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
                told.insert(cells, figure as i64);
            }
            assert_eq!(told, naive, "{arguments:?}");
        }
    }
}

/// R32: text that attacks is a text like any other, in every flag that takes one.
#[test]
fn hostile_text_is_text() {
    let world = world(true);
    let database = fs::read(&world.database).unwrap();
    let hostile = [
        "'",
        "''",
        "\"",
        "\\",
        "%",
        "_",
        "x' OR '1'='1",
        "x'; DROP TABLE events; --",
        "--",
        "/*",
        "*/",
        ";",
        "]",
        "[",
        ")",
        "(",
        "NULL",
        "1=1",
        "?1",
        ":a",
        "@a",
        "$a",
        "\u{202e}",
        "\u{1b}[31m",
        "é",
        "😀",
        "a,b",
        "a b",
        "\n",
        "\t",
        "=",
        "~",
        "!=",
        "<>",
        "is null",
        "x'00'",
        "0x10",
        "1e309",
        "' UNION SELECT 1 --",
        "\u{7f}",
        "\u{feff}",
        "🏴‍☠️",
        "İ",
        "ß",
    ];
    let flags = [
        "type", "source", "actor", "target", "place", "country", "said-by", "topic", "stance",
        "subtype", "not", "during", "sort", "columns",
    ];
    for text in hostile.iter().take(size(44, 44)) {
        for flag in flags {
            let value = if flag == "not" {
                format!("--not=type={text}")
            } else {
                format!("--{flag}={text}")
            };
            let (code, out, said) =
                within(&["query", "events", &value, "-f", "csv", "--db", &world.database]);
            assert!(
                [0, 2].contains(&code)
                    && !said.contains("panicked")
                    && !said.contains("syntax error"),
                "{value}: {code} {said}"
            );
            let rows = out.lines().count().saturating_sub(1);
            let all = ["not", "sort", "columns"].contains(&flag);
            assert!(code == 2 || all || rows == 0, "{value}: {rows} rows");
        }
        let test = format!("summary~{text}");
        let (code, out, said) = within(&[
            "query",
            "events",
            "-w",
            &test,
            "--columns",
            "ref",
            "-f",
            "csv",
            "--db",
            &world.database,
        ]);
        let naive = world.rows.iter().filter(|row| {
            row["summary"].as_str().unwrap().to_lowercase().contains(&text.trim().to_lowercase())
        });
        assert!(code == 2 || refs(&out).len() == naive.count(), "{test}: {code} {said}");
        let (code, _, said) = within(&["search", "--db", &world.database, "--", text]);
        assert!(
            [0, 1, 2].contains(&code) && !said.contains("fts5"),
            "search {text}: {code} {said}"
        );
    }
    assert_eq!(fs::read(&world.database).unwrap(), database);
}

/// Found by the test above it: a place that lies in no country was both of another country and of
/// none.
#[test]
fn a_place_without_a_country_is_not_in_another_country() {
    let world = world(true);
    let (_, text, _) = within(&[
        "query",
        "events",
        "-w",
        "country!=Iraq",
        "--columns",
        "country",
        "-f",
        "csv",
        "--db",
        &world.database,
    ]);
    assert!(text.lines().count() > 10 && text.lines().all(|country| !country.is_empty()));
}

/// Found by the hostile texts: white space as the value of --not made a list without an end of SQL.
#[test]
fn white_space_is_no_value_of_not() {
    let world = world(false);
    let (code, _, said) = within(&["query", "events", "--not=type=\n", "--db", &world.database]);
    assert_eq!(
        (code, said.lines().next().unwrap()),
        (2, "error: type: expected a value, found only white space")
    );
}

/// R31: many facts are read in two halves by two threads, and in one where the database has a
/// write-ahead log.
#[test]
fn two_halves_are_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let text = events(55_000, 35);
    fs::write(folder.path().join("many.csv"), &text).unwrap();
    done(folder.path(), &["import", "many.csv", "--dataset", "ucdp-ged", "--release", "1"]);
    let mut naive: BTreeMap<(String, String), i64> = BTreeMap::new();
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record.unwrap();
        // the usual name of a country is that of its code
        let country = record[11].replace("Turkey", "Türkiye");
        *naive.entry((country, record[1].to_owned())).or_default() +=
            record[20].parse::<i64>().unwrap();
    }
    let tabulate = || {
        done(
            folder.path(),
            &["tabulate", "events", "--rows", "side_a,year", "--value", "deaths_best", "-f", "csv"],
        )
    };
    let halves = tabulate();
    let told = csv::Reader::from_reader(halves.as_bytes()).into_records().map(|record| {
        let record = record.unwrap();
        ((record[0].to_owned(), record[1].to_owned()), record[2].parse::<i64>().unwrap())
    });
    assert_eq!(told.collect::<BTreeMap<_, _>>(), naive);
    // so are long answers, unless they are limited
    let columns = "ref,date,side_a,place,country,latitude,longitude,deaths_best,extra,extra.dyad_name,extra.deaths_a";
    let query = |more: &[&str]| {
        done(folder.path(), &[&["query", "events", "--columns", columns, "-q"], more].concat())
    };
    for sort in [&[][..], &["--sort", "-deaths_best,place"], &["-w", "type~state"]] {
        let (halves, whole) = (query(sort), query(&[sort, &["--limit", "1000000"]].concat()));
        assert!(halves == whole && halves.lines().count() > 10_000, "{sort:?}");
    }
    // and those that nobody wants sorted, whether the threads that read make them into text too or
    // not
    for format in ["csv", "json"] {
        let (parts, whole) = (
            query(&["--sort", "none", "-f", format]),
            query(&["--sort", "none", "--limit", "1000000", "-f", format]),
        );
        assert!(parts == whole && parts.lines().count() > 55_000, "{format}");
    }
    let (part, whole) = (
        query(&["--sort", "none", "--offset", "600"]),
        query(&["--sort", "none", "--limit", "100000", "--offset", "600"]),
    );
    assert!(part == whole && part.lines().count() == 55_000 - 600 + 1);
    let page = query(&["--sort", "none", "--limit", "50", "--offset", "600"]);
    assert!(
        page.lines().skip(1).eq(part.lines().skip(1).take(50)),
        "a page is a part of the whole"
    );
    let sorted = |text: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    assert!(sorted(query(&["--sort", "none"])) == sorted(query(&[])));
    rusqlite::Connection::open(folder.path().join("facts.db"))
        .unwrap()
        .pragma_update(None, "journal_mode", "wal")
        .unwrap();
    assert_eq!(tabulate(), halves);
    assert!(query(&[]) == query(&["--limit", "1000000"]));
    assert!(query(&["--sort", "none"]) == query(&["--sort", "none", "--limit", "1000000"]));
}
