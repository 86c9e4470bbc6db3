//! What is kept beside the facts says what they say: summaries, and the index of words.

use std::fs;

use super::answers::world;
use super::{Chance, done, events, say, size, within};

/// R31: what another program changes is no longer answered by a summary, until it is made anew.
#[test]
fn a_summary_is_not_believed_when_another_program_wrote() {
    let world = world(false);
    let another = rusqlite::Connection::open(&world.database).unwrap();
    another
        .execute("UPDATE events SET deaths_best = deaths_best + 1 WHERE id % 3 = 0", [])
        .unwrap();
    let whole: i64 =
        another.query_row("SELECT count(*) FROM summed", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, 1, "a trigger tells that the summary of events is not whole");
    drop(another);
    let table = |more: &[&str]| {
        within(
            &[
                &[
                    "tabulate",
                    "events",
                    "--rows",
                    "year",
                    "--value",
                    "deaths_best",
                    "--source",
                    "ucdp-ged",
                    "-f",
                    "csv",
                    "--db",
                    &world.database,
                ],
                more,
            ]
            .concat(),
        )
    };
    assert_eq!(table(&[]).1, table(&["--as-of=9000"]).1);
    fs::write(world.folder.path().join("few.csv"), events(300, 33)).unwrap();
    done(world.folder.path(), &["import", "few.csv", "--dataset", "ucdp-ged", "--release", "2"]);
    // the digests tell of the facts that were altered; the summary is what they say now
    let (_, found, _) =
        within(&["check", "--rule", "integrity", "-f", "csv", "--db", &world.database]);
    assert!(found.contains("digest") && !found.contains("summary"), "{found}");
    assert_eq!(table(&[]).1, table(&["--as-of=9000"]).1);
}

/// R31: facts are found by the words by which an index that is made anew finds them.
#[test]
fn words_are_those_of_an_index_made_anew() {
    let world = world(true);
    let folder = world.folder.path();
    fs::write(folder.join("few.csv"), events(200, 77)).unwrap();
    done(folder, &["import", "few.csv", "--dataset", "ucdp-ged", "--release", "2"]);
    let reference = world.rows.iter().find_map(|row| row["ref"].as_str()).unwrap();
    done(folder, &["edit", reference, "summary=Something else: \"Ädåm\" said so", "target=Iraq"]);
    let words = || -> Vec<String> {
        let connection = rusqlite::Connection::open(&world.database).unwrap();
        connection
            .execute_batch(
                "CREATE VIRTUAL TABLE temp.found USING fts5vocab(main, search, instance)",
            )
            .unwrap();
        let mut read = connection
            .prepare(
                "SELECT doc || ' ' || \"offset\" || ' ' || term FROM temp.found WHERE doc & 15 <> 15 ORDER BY doc, \"offset\"",
            )
            .unwrap();
        read.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let before = words();
    assert!(before.len() > 1_000);
    fs::write(folder.join("text.txt"), "A text that makes the index anew.").unwrap();
    done(folder, &["source", "attach", "us-iraq-2014", "text.txt", "--force"]);
    assert_eq!(words(), before);
}

/// R31: a summary says what the facts say, whatever was written, changed, merged, taken back or
/// altered by another program.
#[test]
#[expect(clippy::too_many_lines, reason = "one database through all that can happen to it")]
fn summaries_say_what_the_facts_say() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("facts.db").to_str().unwrap().to_owned();
    done(folder.path(), &["seed"]);
    done(folder.path(), &["source", "add", "large", "--title", "Large"]);
    for (key, figure) in
        [("a", "9000000000000000000"), ("b", "1"), ("c", "2"), ("d", "9007199254740993")]
    {
        let (key, figure) = (format!("key={key}"), format!("deaths_best={figure}"));
        done(
            folder.path(),
            &[
                "add",
                "events",
                "source=large",
                "type=sum",
                "summary=x",
                "date=2003",
                "date_basis=stated",
                &key,
                &figure,
            ],
        );
    }
    let mut chance = Chance::new(38);
    let mut tables = 0;
    let mut compare = |after: &str| {
        for _ in 0..size(25, 250) {
            let kind = *chance.pick(&["events", "casualties"]);
            let sorts: &[&str] = if kind == "events" { &["type"] } else { &["harm", "population"] };
            let sides = [&["year", "decade", "country", "source", "kind"], sorts].concat();
            let (a, b) = (*chance.pick(&sides), *chance.pick(&sides));
            let mut arguments = vec!["tabulate", kind, "--rows", a, "-f", "csv", "--db", &database];
            if a != b {
                arguments.extend(["--cols", b]);
            }
            if chance.below(3) > 0 {
                let figures: &[&str] = if kind == "events" {
                    &["deaths_low", "deaths_best"]
                } else {
                    &["best", "high"]
                };
                arguments.extend(["--value", *chance.pick(figures)]);
                arguments.extend([
                    "--agg",
                    *chance.pick(&["sum", "count", "min", "max", "mean", "range", "median"]),
                ]);
            }
            if chance.below(2) == 0 {
                arguments.push("--sum-across=source");
            }
            if chance.below(3) == 0 {
                arguments.push(*chance.pick(&["--totals=both", "--totals=rows"]));
            }
            let filters = [
                "--source=ucdp-ged",
                "--during=1990..2003",
                "--during=2003-05",
                "--country=Iraq",
                "--not=country=Iraq",
                "--match=within",
                "--type=state-based violence",
                "--harm=killed",
                "--published-by=2020",
                "--published-by=1999",
                "--country=Nowhere",
                "--not=country=Nowhere",
            ];
            let filter = *chance.pick(&filters);
            if chance.below(2) == 0
                && (filter.starts_with("--type"), filter.starts_with("--harm"))
                    <= (kind == "events", kind != "events")
            {
                arguments.push(filter);
                if filter == "--match=within" {
                    arguments.push("--during=1995..2010");
                }
            }
            let summed = within(&arguments);
            // an answer about the past, even of the future, comes from the facts
            arguments.push("--as-of=9000");
            let counted = within(&arguments);
            assert_eq!(
                (summed.0, &summed.1),
                (counted.0, &counted.1),
                "after {after}: {arguments:?}: {} / {}",
                summed.2,
                counted.2
            );
            tables += usize::from(summed.0 == 0);
        }
        let (code, found, said) =
            within(&["check", "--rule", "integrity", "-f", "csv", "--db", &database]);
        assert_eq!((code, found.as_str()), (0, "rule,ref,finding\n"), "after {after}: {said}");
    };
    compare("a seed");
    for (release, seed) in [("1", 31), ("2", 32)] {
        fs::write(folder.path().join("few.csv"), events(300, seed)).unwrap();
        done(folder.path(), &["import", "few.csv", "--dataset", "ucdp-ged", "--release", release]);
        compare("an import");
    }
    let (_, refs, _) = within(&[
        "query",
        "events",
        "--source",
        "ucdp-ged",
        "--columns",
        "ref,country",
        "-f",
        "csv",
        "--db",
        &database,
    ]);
    for line in refs.lines().skip(1).take(40) {
        let reference = line.split(',').next().unwrap();
        done(folder.path(), &["edit", reference, "deaths_best=0", "deaths_low=0"]);
    }
    compare("edits");
    // a region of which half of them are, and which then proves to be one of the countries
    done(folder.path(), &["add", "places", "name=Borderland", "kind=region"]);
    for line in refs.lines().skip(1).take(40).step_by(2) {
        let reference = line.split(',').next().unwrap();
        done(folder.path(), &["edit", reference, "place=Borderland"]);
    }
    compare("a region");
    let country = refs.lines().nth(1).and_then(|line| line.split(',').nth(1)).unwrap();
    done(folder.path(), &["names", "merge", "--place", "Borderland", country]);
    compare("a merge");
    let another = rusqlite::Connection::open(&database).unwrap();
    let last: i64 = another.query_row("SELECT max(id) FROM imports", [], |row| row.get(0)).unwrap();
    done(folder.path(), &["undo", &last.to_string()]);
    compare("an undo");
    drop(another);
    say(&format!("{tables} tables of summaries"));
    assert!(tables > 0);
}
