//! The facts that ship with the program, held to what they promise.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use facts::kind::KINDS;
use facts::value::text::hex;
use sha2::{Digest, Sha256};

use super::{shared, top};

/// The rows of a seed file, each by the names of its columns.
fn rows(table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(top().join(format!("seed/{table}.csv"))).unwrap();
    let header = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| header.iter().map(str::to_owned).zip(record.unwrap().iter().map(str::to_owned)).collect())
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
fn keys_are_unique_over_all_kinds() {
    let mut seen = BTreeSet::new();
    for (_, row) in facts() {
        assert!(seen.insert(row["key"].clone()), "{} is there twice", row["key"]);
    }
}

#[test]
fn a_careful_reading_gives_well_over_a_hundred() {
    let count = |kind: &str| facts().iter().filter(|(of, _)| *of == kind).count();
    let typed = |ty: &str| facts().iter().filter(|(_, row)| row.get("type").is_some_and(|is| is == ty)).count();
    assert!(facts().len() >= 110, "{}", facts().len());
    assert!(count("events") >= 50 && typed("agreement") >= 3 && typed("statement") >= 18);
    assert!(count("arms-transfers") >= 26 && count("casualties") >= 6 && count("posts") >= 14 && count("indicators") >= 9);
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
        assert!(!text[start].is_whitespace() && !text[end - 1].is_whitespace(), "{kind} {}: {}", row["key"], row["locator"]);
        assert!(start == 0 || !(inside(start) && inside(start - 1)), "{kind} {}: begins within a word", row["key"]);
        assert!(end == text.len() || !(inside(end) && inside(end - 1)), "{kind} {}: ends within a word", row["key"]);
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
        if row["date_basis"] == "stated" && row["date"].len() >= 4 && !row["date"].starts_with('-') {
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
    for table in KINDS.iter().map(|kind| kind.table).chain(["sources", "topics", "actors", "places", "names"]) {
        for row in rows(table) {
            for cell in row.values() {
                let cell = words(cell);
                assert!(!cell.windows(RUN).any(|run| runs.contains(run)), "{table}: {}", cell.join(" "));
            }
        }
    }
}
