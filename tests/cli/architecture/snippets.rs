//! The rules on snippets: each way around a rule is found, and what only looks like one is not.

use super::modules::Sources;
use super::rules::{self, Breaches};

/// A program with a file of this name and text.
fn program(name: &str, text: &str) -> Sources {
    let others = ["lib.rs", "store/mod.rs", "kind/mod.rs", "render/mod.rs", "command/query.rs"];
    let others =
        others.iter().filter(|other| **other != name).map(|other| (*other, "//! Nothing."));
    let files = others.chain([(name, text)]);
    Sources::from_texts(files.map(|(name, text)| (name.to_owned(), text.to_owned())))
}

/// What a rule finds, without the files.
fn found(breaches: Breaches) -> Vec<String> {
    let mut found: Vec<String> = breaches.into_iter().map(|(_, what)| what).collect();
    found.sort();
    found
}

fn dependencies(name: &str, text: &str) -> Vec<String> {
    found(rules::dependencies(&program(name, text)))
}

#[test]
fn dependencies_are_found_in_any_spelling() {
    for text in [
        "use crate::store;",
        "use crate::{store::Store, value};",
        "use {crate::{value::Cell, store::{self as files, Store}}, std::fmt};",
        "use super::super::store;",
        "use self::super::super::store::Store as Keeper;",
        "use crate as root; fn f() { root::store::open(); }",
        "use super::super as root; use root::store::Store;",
        "fn f() { super::super::store::open(); }",
        "fn f() -> crate::store::Result<()> { g::<crate::value::Cell>() }",
        "fn f<T>() where T: Into<<crate::store::Store as Iterator>::Item> {}",
        "mod inner { mod more { use super::super::super::super::store; } }",
        "macro_rules! open { () => { $crate::store::open() } }",
        "fn f() { format!(\"{}\", crate::store::NAME); }",
        "#[serde(with = \"crate::store::text\")] struct Named;",
        "#[crate::store::traced] fn f() {}",
        "#[cfg(test)] mod tests { use crate::kind; } use crate::store;",
        "#[cfg(test)] const A: [u8; 1] = { [1] }; use crate::store;",
        "#[cfg(test)] use crate::{kind, query}; use crate::store;",
        "use facts::store;",
    ] {
        assert_eq!(dependencies("render/table.rs", text), ["store"], "{text}");
    }
    let both = dependencies("render/table.rs", "use crate::{store::Store, kind};");
    assert_eq!(both, ["kind", "store"]);
    assert_eq!(dependencies("render/table.rs", "use crate::*;"), ["*"]);
    assert_eq!(dependencies("render/table.rs", "use super::super::*;"), ["*"]);
    assert_eq!(dependencies("main.rs", "use facts::{command, store};"), ["store"]);
    assert_eq!(dependencies("lib.rs", "pub use store::Store;"), ["store"]);
    assert_eq!(dependencies("unheard.rs", "").len(), 1);
}

#[test]
fn a_dependency_is_found_behind_a_re_export() {
    let files = [
        ("store/mod.rs", "pub mod open;"),
        ("store/open.rs", "pub struct Store;"),
        ("kind.rs", "pub use crate::store::open::Store as Kept;"),
        ("query.rs", "use crate::kind::Kept; fn f() -> Kept {}"),
    ];
    let sources = Sources::from_texts(files.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let store = "store".to_owned();
    let expected = [("kind.rs".to_owned(), store.clone()), ("query.rs".to_owned(), store)];
    assert_eq!(rules::dependencies(&sources), expected);
}

#[test]
fn circles_are_found_at_the_top_and_within_a_folder() {
    let files = [
        ("kind.rs", "use crate::value::Type;"),
        ("value.rs", "use super::query;"),
        ("query.rs", "fn f() { crate::kind::find(); }"),
        ("store/mod.rs", "mod read; mod write; mod plan; pub use read::Reader; pub struct Store;"),
        ("store/read.rs", "use super::{Store, write};"),
        ("store/write/mod.rs", "mod rows;"),
        ("store/write/rows.rs", "use crate::store::Reader;"),
        ("store/plan.rs", "use super::read; use super::Store;"),
        ("store/tests.rs", "use super::{plan, read};"),
    ];
    let sources = Sources::from_texts(files.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let cycles = |folder: &[&str]| -> Vec<Vec<String>> {
        let folder: Vec<String> = folder.iter().map(|name| (*name).to_owned()).collect();
        sources.cycles(&folder).into_iter().map(|circle| circle.into_iter().collect()).collect()
    };
    assert_eq!(cycles(&["crate"]), [["kind", "query", "value"]]);
    assert_eq!(cycles(&["crate", "store"]), [["read", "write"]]);
    let files = [
        ("store/mod.rs", "mod one; mod two; pub use one::One;"),
        ("store/one.rs", "use crate::store::two::Two; mod inner { use super::One; }"),
        ("store/two.rs", "use crate::store::One;"),
    ];
    let sources = Sources::from_texts(files.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let circle = ["crate::store::one", "crate::store::two"].map(str::to_owned).into();
    assert_eq!(sources.file_cycles(), [circle]);
}

#[test]
fn crates_are_found_in_any_spelling() {
    for (text, name) in [
        ("use clap::Args;", "clap"),
        ("use {clap::Args, std::fmt};", "clap"),
        ("use clap as line; fn f(c: line::Command) {}", "clap"),
        ("#[derive(clap::Args)] struct Args;", "clap"),
        ("#[derive(Debug)] struct Args { #[cfg_attr(unix, clap::skip)] a: u8 }", "clap"),
        ("extern crate rusqlite as base;", "rusqlite"),
        ("fn f(base: &::rusqlite::Connection) {}", "rusqlite"),
        ("fn f() -> ::rusqlite::Result<()> { }", "rusqlite"),
        ("fn f() { rusqlite::params![1]; }", "rusqlite"),
        ("use edtf_core::level_1;", "edtf_core"),
    ] {
        assert_eq!(found(rules::crates(&program("value/mod.rs", text))), [name], "{text}");
    }
}

#[test]
fn the_world_is_found_in_any_spelling() {
    for (text, what) in [
        ("use std::{fs, io};", "std::fs"),
        ("use std::fs::File; fn f() { File::open(\"x\"); }", "std::fs::File::open"),
        ("use std::{env as here}; fn f() { here::var(\"HOME\"); }", "std::env::var"),
        ("use std as all; fn f() { all::fs::read(\"x\"); }", "std::fs::read"),
        ("use ::std::fs;", "std::fs"),
        ("use std::*;", "std::*"),
        ("use std::fs::*;", "std::fs::*"),
        ("fn f(path: &std::path::Path) -> bool { path.exists() }", ".exists()"),
        (
            "use std::time::{self, Duration}; fn f() { time::Instant::now(); }",
            "std::time::Instant::now",
        ),
        ("use jiff::Timestamp; fn f() { Timestamp::now(); }", "jiff::Timestamp::now"),
    ] {
        let found = found(rules::world(&program("chart/mod.rs", text)));
        assert!(found.iter().any(|path| path == what), "{text}: {found:?}");
        assert_eq!(rules::world(&program("store/mod.rs", text)), []);
    }
}

#[test]
fn what_is_forbidden_is_found_in_any_spelling() {
    for (text, what) in [
        ("fn f() { println ! (\"x\"); }", "println!"),
        ("fn f() { std::eprintln!(\"x\"); }", "eprintln!"),
        ("use std::println as say; fn f() { say!(\"x\"); }", "std::println"),
        ("use std::process::{self, ExitCode}; fn f() { process::exit(1); }", "std::process::exit"),
        ("use std::process::exit;", "std::process::exit"),
        (
            "use std::time::SystemTime as Clock; fn f() { Clock::now(); }",
            "std::time::SystemTime::now",
        ),
        ("#[path = \"../store/open.rs\"] mod open;", "#[path]"),
        ("include!(\"../store/open.rs\");", "include!"),
    ] {
        let found = found(rules::forbidden(&program("command/query.rs", text)));
        assert!(found.iter().any(|path| path == what), "{text}: {found:?}");
    }
}

#[test]
fn sql_is_found_in_any_letter_case() {
    for text in [
        r#""select slug from sources""#,
        r#""Select slug\n  From sources""#,
        r#"format!("delete from {t}")"#,
        r##"r#"update "events" set summary = 'x'"#"##,
        r#"b"insert or ignore into names values (1)""#,
        r#""select\u{20}max(a, b) from (select 1)""#,
        r#""sel\x65ct/* */slug from sources""#,
        r#"concat!("select slug ", "from sources")"#,
        r#""select a, b from t""#,
        r#""select a from t""#,
        r#""select exists(x)""#,
        r#""explain query plan select * from {view}""#,
        r#""create unique index {name} on {table} (a)""#,
        r#""create table if not exists t (a)""#,
        r#""drop table t""#,
        r#""alter table t add column a""#,
        r#""pragma journal_mode""#,
        r#""attach ?1 as other""#,
        r#""vacuum into ?1""#,
        r#""VACUUM""#,
        r#""with recursive up(id) as (values (1))""#,
        r#""begin immediate""#,
        r#""SELECT ""#,
        r#""UPDATE {table} ""#,
        r#""select the rows; select slug from sources""#,
        r#""select all slug from sources""#,
        r#""select a as b from {view}""#,
        r#""facts sources, then select slug from sources""#,
        r#""facts query events\nselect slug from sources""#,
        "stringify!(select slug from sources)",
        r#"include_str!("../../migrations/V1__facts.sql")"#,
    ] {
        let code = format!("//! Reads.\nfn f() {{ g({text}); }}");
        let found = found(rules::sql(&program("render/mod.rs", &code)));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
    }
}

#[test]
fn kinds_are_found_by_each_of_their_names() {
    let names = ["arms-transfers", "arms_transfers", "arms transfer", "events", "posts"];
    let kinds = |text: &str| found(rules::kinds(&program("tabulate/mod.rs", text), &names));
    assert_eq!(kinds("fn f(k: &str) -> bool { k == \"events\" }"), ["events"]);
    assert_eq!(
        kinds("const A: &[&str] = &[\"arms_transfers\", r\"posts\"];"),
        ["arms_transfers", "posts"]
    );
    assert_eq!(
        kinds("fn f() { format!(\"{n} Events and an arms transfer\"); }"),
        ["Events", "arms transfer"]
    );
    assert_eq!(kinds("fn f() { g(\"posts_low posts-low no-posts outposts\"); }"), [""; 0]);
    assert_eq!(kinds("fn f() { g(\"facts query events --from 2013\\nnext\"); }"), [""; 0]);
    assert_eq!(kinds("#[arg(help = \"the events\")] struct A;"), [""; 0]);
    assert_eq!(kinds("#[arg(default_value = \"events\")] struct A;"), ["events"]);
}

#[test]
fn types_are_counted_outside_of_tests_and_traits() {
    let text = "
        struct Row; enum Cell {} trait Sink { type Row; fn f() { struct Local; } }
        impl Iterator for Sheet { type Cell = u8; }
        type Args = (); self_cell!(struct Batch { a: u8 });
        #[cfg(test)] mod tests { struct Sink; }
        #[cfg(test)] struct Row { a: u8 }
        mod inner { pub(crate) struct Batch<T>(T); type Sink = u8; type r#Local = u8; struct Args; }
    ";
    assert_eq!(
        found(rules::types(&program("render/csv.rs", text))),
        ["Batch", "Batch", "Local", "Local", "Sink", "Sink"]
    );
}

#[test]
fn what_only_looks_like_a_breach_is_none() {
    let text = r#"
        //! Rows to bytes; `crate::store` knows the SQL: select slug from sources.

        /// Select rows from `events`, `std::fs::read` and `println!`.
        // use crate::store; std::process::exit
        use std::io::{self, Write as _};

        use super::{Format, html::escaped};
        use crate::render;
        use toml::toml;
        use self::Fill::Fill;
        use crate::value::{self, Cell, date::Days};

        #[derive(Debug, Clone)]
        #[command(after_help = "Examples:\n  facts query events\n  facts sql 'select 1 from x'")]
        pub(crate) struct Rows<'a> {
            store: &'a [Cell],
            fs: Vec<(value::Type, Days)>,
        }

        impl<'a> Iterator for Rows<'a> {
            type Item = Cell;

            fn next(&mut self) -> Option<Self::Item> {
                let clap = self.store.first().map(|cell| <Cell as Clone>::clone(cell));
                let kind = Vec::<u8>::with_capacity(1) != escaped("x");
                if !(kind || self.env().is_some()) { return None }
                write!(self.out, "crate::store is 'no' path: {}", render::WIDTH);
                g("Select rows from the list; select a format from those of another file");
                g("update the set of rows, insert into a table, delete from one, drop an index");
                g("create a table of contents, attach it as text, with this as (a) hint");
                g("see: facts sql \"SELECT slug FROM sources\"", '"', b'\'', '\u{1F600}');
                clap.or(Some(Cell::Null))
            }
        }

        #[cfg(all(test, unix))]
        mod tests {
            use crate::store::Store;
            use rusqlite::Connection;

            fn f() {
                println!("select slug from events");
                std::process::exit(1);
            }
        }

        #[cfg(test)]
        mod more_tests;
    "#;
    let tests = "use crate::store::Store; fn f() { println!(\"select slug from events\"); }";
    let sources = Sources::from_texts(
        [
            ("command/query.rs", ""),
            ("command/sql.rs", ""),
            ("render/csv.rs", text),
            ("render/csv/more_tests.rs", tests),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned())),
    );
    let all = [
        rules::dependencies(&sources),
        rules::crates(&sources),
        rules::forbidden(&sources),
        rules::world(&sources),
        rules::sql(&sources),
        rules::kinds(&sources, &["events"]),
        rules::types(&sources),
    ];
    assert_eq!(all.concat(), []);
}
