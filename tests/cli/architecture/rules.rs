//! The rules on the sources. Each returns what breaks it: the file, and what stands there.

use std::collections::BTreeMap;

use regex::Regex;

use super::modules::{SourceFile, Sources};
use super::sql::Statements;

/// What breaks a rule: the file, and what stands there.
pub type Breaches = Vec<(String, String)>;

/// Each module, and the modules that it may use.
pub const MAY_USE: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("panic", &["error"]),
    ("value", &[]),
    ("kind", &["value"]),
    ("query", &["error", "value", "kind"]),
    ("mapping", &["value", "kind"]),
    ("merge", &[]),
    ("evidence", &["value"]),
    ("tabulate", &["value"]),
    ("chart", &["value"]),
    ("render", &["value"]),
    ("fs", &["error", "value"]),
    ("ingest", &["error", "value", "kind", "mapping", "fs"]),
    ("store", &["error", "value", "kind", "query", "evidence", "fs"]),
    ("publish", &["error", "fs", "value", "kind", "query", "store"]),
    (
        "command",
        &[
            "error", "value", "kind", "query", "mapping", "merge", "evidence", "tabulate", "chart",
            "render", "fs", "ingest", "store", "publish",
        ],
    ),
    ("lib", &[]),
    ("main", &["command", "panic"]),
];

/// Crates, each with the only module or file that may know it.
pub const HOMES: &[(&str, &str)] = &[
    ("rusqlite", "store"),
    ("refinery", "store"),
    ("signal_hook", "store"),
    ("parquet", "publish"),
    ("rustix", "fs"),
    ("clap", "command"),
    ("clap_complete", "command"),
    ("clap_mangen", "command"),
    ("comfy_table", "render"),
    ("rust_xlsxwriter", "render"),
    ("calamine", "ingest"),
    ("edtf_core", "value/date.rs"),
    ("plotters", "chart"),
    ("image", "chart"),
    ("epaint_default_fonts", "chart"),
];

/// Macros, attributes and paths that are used nowhere. `include!`, `#[path]` and macros for the
/// whole crate would hide from these rules what a module is made of.
pub const FORBIDDEN: &[&str] = &[
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "include!",
    "#[path]",
    "#[macro_use]",
    "#[macro_export]",
    "std::print",
    "std::println",
    "std::eprint",
    "std::eprintln",
    "std::dbg",
    "std::process::exit",
    "std::process::abort",
    "std::time::SystemTime",
];

/// The clock, the environment, the file system, and what else lies outside of the program.
pub const WORLD: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io::stdin",
    "std::net",
    "std::os",
    "std::process::Command",
    "std::time::Instant",
    "jiff::Timestamp",
    "jiff::Zoned",
    "etcetera",
    "tempfile",
    "terminal_size",
];

/// Methods of `std::path::Path` that look at the file system.
const LOOKS_AT_FILES: &[&str] = &[
    "exists",
    "try_exists",
    "is_file",
    "is_dir",
    "is_symlink",
    "metadata",
    "symlink_metadata",
    "canonicalize",
    "read_dir",
    "read_link",
];

/// The modules that may touch the world.
const TOUCH_THE_WORLD: &[&str] = &["fs", "ingest", "store", "publish", "command", "panic", "main"];

/// Uses of modules that `MAY_USE` does not name, and modules that have no line there.
pub fn dependencies(sources: &Sources) -> Breaches {
    let mut found = Vec::new();
    for file in &sources.files {
        if !MAY_USE.iter().any(|(module, _)| *module == file.top_module()) {
            found.push((
                file.name.clone(),
                "a new module: say in rules::MAY_USE what it may use".to_owned(),
            ));
        }
    }
    for (own, used, file) in sources.uses(&["crate".to_owned()]) {
        let line = MAY_USE.iter().find(|(module, _)| *module == own);
        if line.is_some_and(|(_, may)| !may.contains(&used.as_str())) {
            found.push((file, used));
        }
    }
    found
}

/// Crates that are known outside of their homes.
pub fn crates(sources: &Sources) -> Breaches {
    let mut found = Vec::new();
    for file in &sources.files {
        let paths = sources.paths(file);
        for (name, home) in HOMES {
            let is_home = file.name == *home || file.top_module() == *home;
            if !is_home && paths.iter().any(|path| path[0] == *name) {
                found.push((file.name.clone(), (*name).to_owned()));
            }
        }
    }
    found
}

/// Uses of what stands in `FORBIDDEN`.
pub fn forbidden(sources: &Sources) -> Breaches {
    let mut found = uses_of(sources, FORBIDDEN, |_| true);
    for file in &sources.files {
        let macros = file.code.macros.iter().filter(|name| FORBIDDEN.contains(&name.as_str()));
        found.extend(macros.map(|name| (file.name.clone(), name.clone())));
    }
    found
}

/// Uses of the clock, the environment and the file system outside of the modules that may.
pub fn world(sources: &Sources) -> Breaches {
    let is_inner = |file: &SourceFile| !TOUCH_THE_WORLD.contains(&file.top_module());
    let mut found = uses_of(sources, WORLD, is_inner);
    for file in sources.files.iter().filter(|file| is_inner(file)) {
        let methods =
            file.code.methods.iter().filter(|name| LOOKS_AT_FILES.contains(&name.as_str()));
        found.extend(methods.map(|name| (file.name.clone(), format!(".{name}()"))));
    }
    found
}

/// Paths at or below those of a list, and `*` imports that would bring them in unseen.
fn uses_of(sources: &Sources, list: &[&str], looked_at: impl Fn(&SourceFile) -> bool) -> Breaches {
    let mut found = Vec::new();
    for file in sources.files.iter().filter(|file| looked_at(file)) {
        for path in sources.paths(file) {
            let path = path.join("::");
            let is_used = list.iter().any(|entry| match path.strip_suffix("::*") {
                Some(all) => is_at_or_below(&path, entry) || is_at_or_below(entry, all),
                None => is_at_or_below(&path, entry),
            });
            // the constants of `std::env` are those of the compiler
            if is_used && !path.starts_with("std::env::consts") {
                found.push((file.name.clone(), path));
            }
        }
    }
    found
}

fn is_at_or_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Modules that may hold statements of SQL: for the database, and for those of others.
const SPEAK_SQL: &[&str] = &["store", "publish"];

/// String literals elsewhere that hold a statement of SQL.
pub fn sql(sources: &Sources) -> Breaches {
    let (examples, statements) = (examples(sources), Statements::new());
    let mut found = Vec::new();
    for file in sources.files.iter().filter(|file| !SPEAK_SQL.contains(&file.top_module())) {
        for text in &file.code.strings {
            let text = examples.replace_all(text, "");
            found.extend(statements.find(&text).map(|what| (file.name.clone(), what)));
        }
    }
    found
}

/// String literals outside of `kind` that name a kind: each name as a whole word.
pub fn kinds(sources: &Sources, names: &[&str]) -> Breaches {
    let examples = examples(sources);
    // "arms-transfers", "arms_transfers" and "arms transfers" are one name
    let words: BTreeMap<String, Regex> = names
        .iter()
        .map(|name| name.replace(['-', '_'], " "))
        .map(|name| {
            (name.clone(), Regex::new(&format!(r"(?i)\b{}\b", name.replace(' ', "[ _-]"))).unwrap())
        })
        .collect();
    let mut found = Vec::new();
    for file in sources.files.iter().filter(|file| file.top_module() != "kind") {
        for text in &file.code.strings {
            let text = examples.replace_all(text, "");
            for word in words.values().flat_map(|word| word.find_iter(&text)) {
                // a part of a longer name is another name
                let is_part =
                    text[..word.start()].ends_with('-') || text[word.end()..].starts_with('-');
                if !is_part {
                    found.push((file.name.clone(), word.as_str().to_owned()));
                }
            }
        }
    }
    found
}

/// Names of types that are declared more than once, but for `Args`, which each command has.
pub fn types(sources: &Sources) -> Breaches {
    let mut declared: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in &sources.files {
        for name in &file.code.types {
            declared.entry(name).or_default().push(&file.name);
        }
    }
    declared.retain(|name, files| *name != "Args" && files.len() > 1);
    let each = |(name, files): (&str, Vec<&str>)| {
        files.into_iter().map(move |file| (file.to_owned(), name.to_owned())).collect::<Vec<_>>()
    };
    declared.into_iter().flat_map(each).collect()
}

/// Matches an example of a command line, `facts COMMAND …` or a saved query `"COMMAND …`, to the
/// end of its line. The commands are the files of `command`.
fn examples(sources: &Sources) -> Regex {
    let files = sources.files.iter().filter_map(|file| file.name.strip_prefix("command/"));
    let commands: Vec<&str> = files
        .map(|rest| rest.split('/').next().unwrap_or_default().trim_end_matches(".rs"))
        .collect();
    Regex::new(&format!(r#"(?:\bfacts |")(?:{})\b.*"#, commands.join("|"))).unwrap()
}
