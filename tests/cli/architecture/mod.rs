//! The rules of ARCHITECTURE.md: what may know what, and what every file must have.
//!
//! The sources are read as tokens (`tokens.rs`) and their paths resolved (`modules.rs`), so that no
//! spelling of an import gets past a rule. What breaks a rule today stands in `breaches.rs`.

mod breaches;
mod modules;
mod rules;
mod snippets;
mod sql;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use facts::kind::KINDS;

use super::top;
use modules::Sources;

/// The sources of the program.
static SOURCES: LazyLock<Sources> = LazyLock::new(|| {
    let sources = Sources::read(&top().join("src"));
    assert!(sources.files.len() > 20, "the sources are not where they were");
    sources
});

/// Compares what breaks a rule with the list of what is known to: nothing may be new, and what no
/// longer breaks it must be taken off. What a file does several times has the number behind it.
fn only_known(rule: &str, found: Vec<(String, String)>, known: &[(&str, &str)]) {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for breach in found {
        *counts.entry(breach).or_default() += 1;
    }
    let found: BTreeSet<(String, String)> = counts
        .into_iter()
        .map(|((file, what), count)| match count {
            1 => (file, what),
            _ => (file, format!("{what} ×{count}")),
        })
        .collect();
    let known: BTreeSet<(String, String)> =
        known.iter().map(|(file, what)| ((*file).to_owned(), (*what).to_owned())).collect();
    let lines = |breaches: BTreeSet<&(String, String)>| -> String {
        let line = |(file, what): &(String, String)| format!("    ({file:?}, {what:?}),");
        breaches.into_iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let new = lines(found.difference(&known).collect());
    let gone = lines(known.difference(&found).collect());
    assert!(
        new.is_empty() && gone.is_empty(),
        "{rule}\nnew:\n{new}\nno longer so, take it off the list in breaches.rs:\n{gone}"
    );
}

#[test]
fn dependencies_point_one_way() {
    only_known(
        "a module may use only those that its line in rules::MAY_USE names",
        rules::dependencies(&SOURCES),
        breaches::DEPENDENCIES,
    );
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let cycles = SOURCES.cycles(&["crate".to_owned()]);
    assert!(cycles.is_empty(), "these modules use each other: {cycles:?}");
    let cycles = SOURCES.file_cycles();
    assert!(cycles.is_empty(), "these files use each other: {cycles:?}");
}

#[test]
fn each_crate_is_known_where_it_belongs() {
    only_known(
        "a crate is known in its home alone (rules::HOMES)",
        rules::crates(&SOURCES),
        breaches::CRATES,
    );
}

#[test]
fn what_is_forbidden_is_used_nowhere() {
    only_known(
        "these are used nowhere (rules::FORBIDDEN)",
        rules::forbidden(&SOURCES),
        breaches::FORBIDDEN,
    );
}

#[test]
fn the_world_is_touched_by_few_modules() {
    only_known(
        "the clock, the environment and the file system are for a few modules (rules::WORLD)",
        rules::world(&SOURCES),
        breaches::WORLD,
    );
}

#[test]
fn sql_stands_in_the_store_and_what_is_published_alone() {
    only_known(
        "SQL stands in the store and what is published alone",
        rules::sql(&SOURCES),
        breaches::SQL,
    );
}

#[test]
fn kinds_are_named_by_their_declarations_alone() {
    let names = KINDS.iter().flat_map(|kind| [kind.name, kind.table, kind.one]);
    // `event` is also a field, by which a figure names its event
    let is_field = |name: &&str| KINDS.iter().any(|kind| kind.field(name).is_some());
    let names: Vec<&str> = names.filter(|name| !is_field(name)).collect();
    only_known(
        "a kind is named in its declaration alone; elsewhere ask the declaration for what it is",
        rules::kinds(&SOURCES, &names),
        breaches::KINDS,
    );
}

#[test]
fn a_type_name_is_declared_once() {
    only_known(
        "a name of a type is declared once (`Args` of the commands aside)",
        rules::types(&SOURCES),
        breaches::TYPES,
    );
}

#[test]
fn every_file_opens_with_its_job() {
    for file in &SOURCES.files {
        let name = &file.name;
        assert!(file.text.starts_with("//! "), "{name} does not open with a sentence on its job");
    }
}
