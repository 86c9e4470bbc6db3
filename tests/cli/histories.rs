//! Random histories of what people do by hand: undone to the byte, merged from two copies, merged by
//! Git from two branches of an exported folder. `FACTS_LONG=1` tries the numbers that the promise was
//! made for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use facts::command::{Exit, Ui, run};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::top;

/// A stream that keeps what is written to it.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A database in a folder of its own.
pub(super) struct Copy {
    pub(super) db: PathBuf,
}

impl Copy {
    /// Runs the program in this process: how it ended, and what it printed.
    pub(super) fn try_facts(&self, arguments: &[&str]) -> (Exit, String) {
        let db = ["--db", self.db.to_str().unwrap()];
        let arguments = ["facts"].iter().chain(&db).chain(arguments).map(OsString::from);
        let (out, said) = (Kept::default(), Kept::default());
        let exit = run(arguments, Ui::new(Box::new(out.clone()), Box::new(said.clone()), false));
        let text = |kept: &Kept| String::from_utf8(kept.0.borrow().clone()).unwrap();
        assert!(
            matches!(exit, Exit::Done | Exit::No | Exit::Rejected | Exit::Usage),
            "{exit:?}: {}",
            text(&said)
        );
        (exit, text(&out))
    }

    /// The same for what must succeed.
    pub(super) fn facts(&self, arguments: &[&str]) -> String {
        let (exit, text) = self.try_facts(arguments);
        assert_eq!(exit, Exit::Done, "{arguments:?}");
        text
    }

    /// The first cells of an answer.
    fn list(&self, arguments: &[&str]) -> Vec<String> {
        let text = self.facts(&[arguments, &["-f", "csv"]].concat());
        text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
    }

    /// The tables of an export, but for what was undone.
    fn export(&self) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("x");
        self.facts(&["export", place.to_str().unwrap(), "-q"]);
        let mut tables = BTreeMap::new();
        for entry in fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.extension().is_some_and(|end| end == "csv") && name != "undone.csv" {
                tables.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
        tables
    }

    /// What is stated now: the rows of the tables, without who recorded them and what was before.
    pub(super) fn state(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut state = BTreeMap::new();
        for (table, text) in self.export().into_iter().filter(|(name, _)| name != "imports.csv") {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let header = reader.headers().unwrap().clone();
            for row in reader.records() {
                let mut row: BTreeMap<String, String> = header
                    .iter()
                    .map(str::to_owned)
                    .zip(row.unwrap().iter().map(str::to_owned))
                    .collect();
                if row.get("retired_by").is_some_and(|by| !by.is_empty()) {
                    continue;
                }
                let is_fact = row.contains_key("key");
                let keys: &[&str] = if is_fact {
                    &["source", "key"]
                } else {
                    &["source", "slug", "scheme", "name", "actor", "place"]
                };
                let name = keys
                    .iter()
                    .filter_map(|key| row.get(*key))
                    .filter(|text| !text.is_empty())
                    .cloned()
                    .collect::<Vec<_>>();
                for history in
                    ["import", "retired_by", "retired_why", "retired_note", "quote_status"]
                {
                    row.remove(history);
                }
                state.insert(format!("{table} {}", name.join(":")), row);
            }
        }
        state
    }
}

/// Something that a person does: which kind of thing, and two numbers that make it one of them.
type Deed = (u8, u8, u8);

/// Does it, as far as it can be done here.
fn act(copy: &Copy, folder: &Path, (kind, a, b): Deed) {
    let sources = copy.list(&["source", "list"]);
    let source = sources.get(usize::from(a) % sources.len().max(1)).map_or("none", String::as_str);
    let refs = copy.list(&["query", "all", "--columns", "ref"]);
    let reference = refs.get(usize::from(a) % refs.len().max(1)).map_or("none:x", String::as_str);
    let actor = format!("New{}", a % 5);
    let sample = |name: &str| top().join("tests/samples").join(name).display().to_string();
    let words = |line: &str| -> Vec<String> { line.split('|').map(str::to_owned).collect() };
    let line = match kind % 15 {
        0 | 1 => words(&format!(
            "add|events|source={source}|type=x|summary=s{}|actor={actor}|place=Spot{}|date=2014|--create",
            b % 20,
            b % 3
        )),
        2 => words(&format!("edit|{reference}|note=n{}", b % 6)),
        3 => words(&format!("edit|{reference}|date=20{:02}", b % 20)),
        4 => words(&format!("edit|{reference}|subtype=q{}", b % 4)),
        5 => words(&format!("retire|{reference}|--reason|duplicate|--why|w{}", b % 3)),
        6 => words(&format!(
            "names|merge|{actor}|{}",
            if b % 2 == 0 { "Iraq".into() } else { format!("New{}", b % 5) }
        )),
        7 => words(&format!("names|link|Spelling{}|Iraq", b % 4)),
        8 => words(&format!("source|add|s{}|--title|T", b % 3)),
        9 => {
            let text = folder.join("text.txt");
            fs::write(&text, format!("text {}\nsome words", b % 3)).unwrap();
            words(&format!("source|attach|{source}|{}|--force", text.display()))
        }
        10 => words(&format!("edit|sources|{source}|note=n{}", b % 4)),
        11 => words(&format!(
            "edit|actors|{actor}|{}",
            ["kind=person", "of=Iraq", "note=m"][usize::from(b) % 3]
        )),
        12 => words(&format!("add|topics|slug=t{}|question=Q?", b % 3)),
        13 => {
            words(&format!("import|{}", sample(["ged41.csv", "Nonstate.csv"][usize::from(b) % 2])))
        }
        _ => words(&format!("retire|actors|{actor}")),
    };
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    copy.try_facts(&[&line[..], &["-q"]].concat());
}

fn deeds(most: usize) -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec(any::<Deed>(), 2..most)
}

/// Tries a property so many times, or as often as it was promised.
pub(super) fn try_out<S: Strategy>(
    few: u32,
    many: u32,
    strategy: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let cases = if std::env::var_os("FACTS_LONG").is_some() { many } else { few };
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 40, ..Config::default() };
    if let Err(why) = TestRunner::new(config).run(strategy, test) {
        panic!("{why}");
    }
}

#[test]
fn every_run_is_undone_to_the_byte() {
    try_out(6, 300, &deeds(9), |deeds| {
        let folder = tempfile::tempdir().unwrap();
        let copy = Copy { db: folder.path().join("f.db") };
        copy.facts(&["init", "-q"]);
        copy.facts(&["source", "add", "memo", "--title", "A memo", "-q"]);
        let mut states = vec![(copy.list(&["log"]), copy.export())];
        for deed in deeds {
            act(&copy, folder.path(), deed);
            let log = copy.list(&["log"]);
            if log != states.last().unwrap().0 {
                states.push((log, copy.export()));
            }
        }
        while let Some((log, _)) = states.pop().filter(|_| !states.is_empty()) {
            copy.facts(&["undo", log.last().unwrap(), "-q"]);
            let (before, tables) = states.last().unwrap();
            prop_assert_eq!(&copy.list(&["log"]), before);
            prop_assert_eq!(&copy.export(), tables);
            prop_assert_eq!(copy.try_facts(&["check", "--rule", "integrity"]).0, Exit::Done);
        }
        Ok(())
    });
}

/// The facts and rows that a merge left to people.
fn conflicts(text: &str) -> BTreeSet<(String, String)> {
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(|row| row.map(|row| (row[0].to_owned(), row[1].to_owned())).unwrap())
        .collect()
}

/// Two copies of one beginning are merged both ways: they leave the same to people, and state the same
/// otherwise.
fn both_ways(before: Vec<Deed>, ours: Vec<Deed>, theirs: Vec<Deed>) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| Copy { db: folder.path().join(name) };
    let (a, b) = (at("a.db"), at("b.db"));
    a.facts(&["init", "-q"]);
    a.facts(&["source", "add", "memo", "--title", "A memo", "-q"]);
    before.into_iter().for_each(|deed| act(&a, folder.path(), deed));
    fs::copy(&a.db, &b.db).unwrap();
    ours.into_iter().for_each(|deed| act(&a, folder.path(), deed));
    theirs.into_iter().for_each(|deed| act(&b, folder.path(), deed));
    let (a_alone, b_alone) = (at("a-alone.db"), at("b-alone.db"));
    fs::copy(&a.db, &a_alone.db).unwrap();
    fs::copy(&b.db, &b_alone.db).unwrap();
    let merge = |into: &Copy, from: &Copy| {
        conflicts(&into.try_facts(&["merge", from.db.to_str().unwrap(), "-f", "csv"]).1)
    };
    let left = merge(&a, &b_alone);
    prop_assert_eq!(&left, &merge(&b, &a_alone), "each direction leaves the same to people");
    let (one, other) = (a.state(), b.state());
    let contested =
        |name: &str| left.iter().any(|(row, _)| name.ends_with(row.as_str()) || row.contains(' '));
    for name in one.keys().chain(other.keys()).filter(|name| !contested(name)) {
        prop_assert_eq!(one.get(name), other.get(name), "{}", name);
    }
    prop_assert!(merge(&a, &b_alone).is_empty(), "merging again finds nothing");
    prop_assert_eq!(a.state(), one, "merging again changes nothing");
    prop_assert_eq!(a.try_facts(&["check", "--rule", "integrity"]).0, Exit::Done);
    Ok(())
}

#[test]
fn two_copies_merge_to_the_same_but_for_what_both_changed() {
    try_out(5, 200, &(deeds(6), deeds(9), deeds(9)), |(before, ours, theirs)| {
        both_ways(before, ours, theirs)
    });
}

#[test]
fn a_row_that_one_changed_and_the_other_merged_is_told_alike() {
    let (add, change, merge) = ((0, 4, 8), (11, 4, 0), (6, 4, 0));
    both_ways(vec![add], vec![change], vec![merge]).unwrap();
}

/// Runs Git in a work tree, with `facts` as its merge driver; whether it succeeded.
fn git(tree: &Path, arguments: &[&str]) -> bool {
    let driver =
        format!("merge.facts.driver='{}' merge-file %O %A %B", env!("CARGO_BIN_EXE_facts"));
    Command::new("git")
        .current_dir(tree)
        .args(["-c", &driver, "-c", "user.name=x", "-c", "user.email=x@example.org"])
        .args(arguments)
        .output()
        .unwrap()
        .status
        .success()
}

#[test]
fn branches_of_an_exported_folder_merge_in_git() {
    if Command::new("git").arg("--version").output().is_err() {
        crate::skipped("needs git");
        return;
    }
    try_out(4, 200, &(deeds(6), deeds(8), deeds(8)), |(before, ours, theirs)| {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Copy { db: folder.path().join(name) };
        let (a, b) = (at("a.db"), at("b.db"));
        a.facts(&["init", "-q"]);
        a.facts(&["source", "add", "memo", "--title", "A memo", "-q"]);
        before.into_iter().for_each(|deed| act(&a, folder.path(), deed));
        fs::copy(&a.db, &b.db).unwrap();
        let tree = folder.path().join("tree");
        let export = |copy: &Copy, message: &str| {
            copy.facts(&["export", tree.to_str().unwrap(), "--force", "-q"]);
            git(&tree, &["add", "-A"])
                && git(&tree, &["commit", "-q", "--allow-empty", "-m", message])
        };
        fs::create_dir(&tree).unwrap();
        prop_assert!(git(&tree, &["init", "-q", "-b", "ours"]) && export(&a, "base"));
        prop_assert!(git(&tree, &["checkout", "-q", "-b", "theirs"]));
        theirs.into_iter().for_each(|deed| act(&b, folder.path(), deed));
        prop_assert!(export(&b, "theirs") && git(&tree, &["checkout", "-q", "ours"]));
        ours.into_iter().for_each(|deed| act(&a, folder.path(), deed));
        prop_assert!(export(&a, "ours"));
        let is_merged = git(&tree, &["merge", "-q", "theirs", "-m", "merged"]);
        let (_, left) = a.try_facts(&["merge", b.db.to_str().unwrap(), "-f", "csv"]);
        let left = conflicts(&left);
        let of_git = Command::new("git").current_dir(&tree).arg("diff").output().unwrap();
        let of_git = String::from_utf8_lossy(&of_git.stdout);
        // whom a name means that both branches added, and one of them merged, people say
        let is_of_names = of_git.lines().filter(|line| line.starts_with("diff")).all(|line| {
            ["names.csv", "actors.csv", "places.csv"].iter().any(|name| line.ends_with(name))
        });
        let is_told = is_merged == left.is_empty() || left.is_empty() && is_of_names;
        prop_assert!(is_told, "{:?}\n{}", left, of_git);
        if is_merged {
            let c = at("c.db");
            c.facts(&["seed", tree.to_str().unwrap(), "-q"]);
            prop_assert_eq!(c.state(), a.state());
        }
        Ok(())
    });
}
