//! The facts that ship with the program, held to what they promise.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use facts::kind::KINDS;
use facts::value::text::hex;
use sha2::{Digest, Sha256};

use super::{facts as program, shared, stdout, top};

/// The rows of a seed file, each by the names of its columns.
pub(super) fn rows(table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(top().join(format!("seed/{table}.csv"))).unwrap();
    let header = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| {
            header
                .iter()
                .map(str::to_owned)
                .zip(record.unwrap().iter().map(str::to_owned))
                .collect()
        })
        .collect()
}

/// Every shipped fact, with its kind.
fn facts() -> Vec<(&'static str, BTreeMap<String, String>)> {
    KINDS.iter().flat_map(|kind| rows(kind.table).into_iter().map(|row| (kind.name, row))).collect()
}

/// The first and the last character of a locator.
fn passage(locator: &str) -> (usize, usize) {
    let (start, end) = locator.strip_prefix("char=").unwrap().split_once(',').unwrap();
    (start.parse().unwrap(), end.parse().unwrap())
}

#[test]
fn every_fact_has_a_source_a_place_in_it_a_summary_and_a_basis_for_its_date() {
    for (kind, row) in facts() {
        for field in ["key", "source", "locator", "summary", "stance"] {
            assert!(!row[field].is_empty(), "{kind} {} has no {field}", row["key"]);
        }
        assert_eq!(row["date"].is_empty(), row["date_basis"].is_empty(), "{kind} {}", row["key"]);
        let (start, end) = passage(&row["locator"]);
        assert!(start < end, "{kind} {}", row["key"]);
    }
}

#[test]
fn types_of_events_come_from_the_code_list() {
    let events = facts::kind::EVENTS.field("type").unwrap();
    let codes = events.code_list().unwrap().codes;
    let known: HashSet<&str> =
        codes.iter().filter(|code| code.list == "facts").map(|code| code.name.as_str()).collect();
    for row in rows("events") {
        assert!(known.contains(row["type"].as_str()), "{}: {}", row["key"], row["type"]);
    }
}

#[test]
fn every_fact_has_a_date() {
    for (kind, row) in facts() {
        assert!(!row["date"].is_empty(), "{kind} {}", row["key"]);
    }
}

#[test]
fn keys_are_unique_over_all_kinds() {
    let mut seen = BTreeSet::new();
    for (_, row) in facts() {
        assert!(seen.insert(row["key"].clone()), "{} is there twice", row["key"]);
    }
}

#[test]
fn a_careful_reading_gives_well_over_a_hundred() {
    let count = |kind: &str| facts().iter().filter(|(of, _)| *of == kind).count();
    let typed = |ty: &str| {
        facts().iter().filter(|(_, row)| row.get("type").is_some_and(|is| is == ty)).count()
    };
    assert!(facts().len() >= 110, "{}", facts().len());
    assert!(count("events") >= 50 && typed("agreement") >= 2 && typed("accusation") >= 3);
    assert!(
        count("arms-transfers") >= 26
            && count("casualties") >= 6
            && count("posts") >= 14
            && count("indicators") >= 8
    );
}

#[test]
fn every_locator_lies_inside_the_document_that_the_source_names() {
    let Some(essay) = shared("essay.txt") else { return };
    let bytes = std::fs::read(essay).unwrap();
    assert_eq!(rows("sources")[0]["sha256"], hex(&Sha256::digest(&bytes)));
    let text: Vec<char> = String::from_utf8(bytes).unwrap().chars().collect();
    for (kind, row) in facts() {
        let (start, end) = passage(&row["locator"]);
        assert!(end <= text.len(), "{kind} {}: {}", row["key"], row["locator"]);
        // a passage begins and ends with a word, and does not cut one
        let inside = |i: usize| text[i].is_alphanumeric();
        assert!(
            !text[start].is_whitespace() && !text[end - 1].is_whitespace(),
            "{kind} {}: {}",
            row["key"],
            row["locator"]
        );
        assert!(
            start == 0 || !(inside(start) && inside(start - 1)),
            "{kind} {}: begins within a word",
            row["key"]
        );
        assert!(
            end == text.len() || !(inside(end) && inside(end - 1)),
            "{kind} {}: ends within a word",
            row["key"]
        );
    }
}

/// Figures and four-digit years that a fact states stand in the passage that it rests on.
#[test]
fn stated_figures_stand_in_their_passage() {
    let Some(essay) = shared("essay.txt") else { return };
    let text: Vec<char> = std::fs::read_to_string(essay).unwrap().chars().collect();
    for (kind, row) in facts() {
        let (start, end) = passage(&row["locator"]);
        let passage: String = text[start..end].iter().filter(|c| **c != ',').collect();
        if matches!(kind, "casualties" | "indicators") {
            for field in ["low", "best", "high"] {
                let figure = &row[field];
                let spelled = row["quantity_text"].chars().any(|c| c.is_ascii_digit());
                assert!(
                    figure.is_empty() || !spelled || passage.contains(figure.as_str()),
                    "{} {field} {figure}: {passage}",
                    row["key"]
                );
            }
        }
        if row["date_basis"] == "stated" && row["date"].len() >= 4 && !row["date"].starts_with('-')
        {
            let year: String = row["date"].chars().filter(char::is_ascii_digit).take(4).collect();
            assert!(passage.contains(&year), "{} {}: {passage}", row["key"], row["date"]);
        }
    }
}

/// So many words in a row are a sentence of somebody's.
const RUN: usize = 8;

#[test]
fn no_sentence_of_the_document_ships() {
    let Some(essay) = shared("essay.txt") else { return };
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase()
            .replace('’', "")
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let essay = words(&std::fs::read_to_string(essay).unwrap());
    let runs: HashSet<&[String]> = essay.windows(RUN).collect();
    for table in KINDS
        .iter()
        .map(|kind| kind.table)
        .chain(["sources", "topics", "actors", "places", "names"])
    {
        for row in rows(table) {
            for cell in row.values() {
                let cell = words(cell);
                assert!(
                    !cell.windows(RUN).any(|run| runs.contains(run)),
                    "{table}: {}",
                    cell.join(" ")
                );
            }
        }
    }
}

/// Seeds a database in a folder, and attaches a text to the shipped source.
fn with_text(folder: &std::path::Path, text: &str, more: &[&str]) {
    std::fs::write(folder.join("essay.txt"), text).unwrap();
    stdout(&program(folder).args(["-q", "seed"]).output().unwrap());
    let attach = ["-q", "source", "attach", "us-iraq-2014", "essay.txt"];
    stdout(&program(folder).args(attach).args(more).output().unwrap());
}

#[test]
fn every_locator_of_the_shipped_facts_resolves_and_shows_its_passage() {
    let Some(essay) = shared("essay.txt") else { return };
    let folder = tempfile::tempdir().unwrap();
    with_text(folder.path(), &std::fs::read_to_string(essay).unwrap(), &[]);
    stdout(
        &program(folder.path())
            .args(["check", "--rule", "locator,text,order,dates,duplicate,period,name"])
            .output()
            .unwrap(),
    );
    let refs: Vec<String> =
        facts().iter().map(|(_, row)| format!("us-iraq-2014:{}", row["key"])).collect();
    let shown = stdout(
        &program(folder.path()).arg("show").args(&refs).args(["-f", "json"]).output().unwrap(),
    );
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    for fact in shown.as_array().unwrap() {
        assert!(
            fact["passage"].as_str().is_some_and(|passage| passage.len() > 5),
            "{}",
            fact["ref"]
        );
    }
    assert_eq!(shown.as_array().unwrap().len(), refs.len());
}

#[test]
fn a_changed_character_and_a_changed_offset_are_both_reported() {
    let Some(essay) = shared("essay.txt") else { return };
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(essay).unwrap().replacen("9,500", "9,600", 1);
    std::fs::write(folder.path().join("essay.txt"), &text).unwrap();
    stdout(&program(folder.path()).args(["-q", "seed"]).output().unwrap());
    let refused = program(folder.path())
        .args(["source", "attach", "us-iraq-2014", "essay.txt"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(4));
    with_text(folder.path(), &text, &["--force"]);
    let (start, end) = passage(&rows("casualty_statistics")[0]["locator"]);
    let moved = format!("locator=char={},{}", start + 1, end + 1);
    stdout(
        &program(folder.path())
            .args(["-q", "edit", "us-iraq-2014:casualty-1", &moved])
            .output()
            .unwrap(),
    );
    let check =
        program(folder.path()).args(["check", "-q", "--rule", "locator,text"]).output().unwrap();
    assert_eq!(check.status.code(), Some(1));
    let said = String::from_utf8(check.stdout).unwrap();
    assert!(said.contains("locator,us-iraq-2014:casualty-1,"), "{said}");
    assert!(said.contains("text,us-iraq-2014,\"the stored text comes from another file"), "{said}");
    assert_eq!(said.lines().count(), 3, "{said}");
}

/// What the shipped facts leave out that looks like a fact is the author's opinion; the README
/// names the share.
#[test]
fn the_share_of_the_document_that_facts_rest_on_is_the_one_that_the_readme_names() {
    let Some(essay) = shared("essay.txt") else { return };
    let folder = tempfile::tempdir().unwrap();
    with_text(folder.path(), &std::fs::read_to_string(essay).unwrap(), &[]);
    let coverage =
        program(folder.path()).args(["coverage", "us-iraq-2014", "--min", "80%"]).output().unwrap();
    let said = String::from_utf8(coverage.stderr.clone()).unwrap();
    let uncovered = stdout(&coverage);
    assert_eq!(uncovered.lines().count(), 1, "{uncovered}");
    let share = said.split(" (").nth(1).unwrap().split(')').next().unwrap();
    let readme = std::fs::read_to_string(top().join("README.md")).unwrap();
    assert!(readme.contains(&format!("{share} of its sentences")), "{share}");
}

#[test]
fn the_iranian_weapons_are_denied_by_one_of_four_voices_and_nothing_else_is_contested() {
    let folder = tempfile::tempdir().unwrap();
    stdout(&program(folder.path()).args(["-q", "seed"]).output().unwrap());
    let compared =
        stdout(&program(folder.path()).args(["compare", "all", "-f", "json"]).output().unwrap());
    let compared: serde_json::Value = serde_json::from_str(&compared).unwrap();
    let answers: Vec<(&str, &str, &str)> = compared
        .as_array()
        .unwrap()
        .iter()
        .map(|a| {
            (
                a["question"].as_str().unwrap(),
                a["verdict"].as_str().unwrap(),
                a["stance"].as_str().unwrap(),
            )
        })
        .collect();
    let voice = |stance| ("iran-iraq-arms", "denied", stance);
    assert_eq!(answers, [voice("alleges"), voice("denies"), voice("states"), voice("declines")]);
}

#[test]
fn a_second_document_that_contradicts_the_first_about_two_figures_is_found_to_do_so() {
    let folder = tempfile::tempdir().unwrap();
    let second = folder.path().join("second");
    std::fs::create_dir(&second).unwrap();
    std::fs::write(
        second.join("sources.csv"),
        "slug,kind,title\nunami,document,Made-up monthly figures\n",
    )
    .unwrap();
    std::fs::write(
        second.join("casualty_statistics.csv"),
        "key,source,date,date_basis,harm,population,place,low,best,high,summary,topic\n\
         a,unami,2013,stated,killed,civilians,Iraq,,7818,,Killed in 2013,iraqi-civilians-killed-2013\n\
         b,unami,2012,stated,killed,civilians,Iraq,3000,3238,3500,Killed in 2012,\n\
         c,unami,2008,stated,killed,civilians,Iraq,,10000,,Killed in 2008,iraqi-civilians-killed-2008\n\
         d,unami,2010,stated,killed,civilians,Iraq,,4000,,Killed in 2010,\n",
    )
    .unwrap();
    stdout(&program(folder.path()).args(["-q", "seed"]).output().unwrap());
    stdout(&program(folder.path()).args(["-q", "seed", "second"]).output().unwrap());
    let compared = stdout(
        &program(folder.path())
            .args(["compare", "casualties", "--by", "question", "-f", "csv"])
            .output()
            .unwrap(),
    );
    let found: Vec<String> = compared
        .lines()
        .skip(1)
        .map(|line| line.split(',').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        found,
        ["iraqi-civilians-killed-2012 disjoint", "iraqi-civilians-killed-2013 point-differs"]
    );
}

/// Each number in the text leads to a fact, and each fact back to its passage.
#[test]
fn the_page_of_a_document_leads_from_passages_to_facts_and_back() {
    let Some(essay) = shared("essay.txt") else { return };
    let folder = tempfile::tempdir().unwrap();
    with_text(folder.path(), &std::fs::read_to_string(essay).unwrap(), &[]);
    stdout(
        &program(folder.path())
            .args(["source", "show", "us-iraq-2014", "-f", "html", "-o", "page.html"])
            .output()
            .unwrap(),
    );
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    let all = |begin: &str| -> BTreeSet<String> {
        page.split(begin).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let (ids, links) = (all(" id=\""), all(" href=\"#"));
    assert_eq!(ids, links, "a link leads nowhere, or a place is not led to");
    assert_eq!(ids.len(), 2 * facts().len());
    assert!(
        !page.contains("<script") && !page.contains("src="),
        "the page needs something from elsewhere"
    );
}
