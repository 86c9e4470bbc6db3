//! `facts show`: one fact in full, with its evidence, its voice and its history.

use super::console::Console;
use super::global::Global;
use crate::exit::{Exit, Failure, Result};
use crate::kind::Need;
use crate::render::Heading;
use crate::store::{History, Store};
use crate::value::nearest::did_you_mean;
use crate::value::{Cell, Type, Value};

/// Show facts in full.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts show us-iraq-2014:arms-12\n  facts show us-iraq-2014:casualty-1 -f json")]
pub struct Args {
    /// source:key, the ref of a query
    #[arg(value_name = "REF", required = true)]
    refs: Vec<String>,
}

/// Runs it.
pub fn run(args: &Args, global: &Global, console: &mut Console) -> Result<Exit> {
    let store = global.open()?;
    let mut found = Vec::new();
    let mut exit = Exit::Done;
    for reference in &args.refs {
        let (source, key) = reference.split_once(':').ok_or_else(|| {
            Failure::usage(format!("\"{reference}\" is no REF: write source:key"))
                .hint("facts query all --columns ref,summary lists them")
        })?;
        let rows = store.history(source, key)?;
        if rows.is_empty() {
            let refs = store.refs()?;
            console
                .say(&format!("no fact is called \"{reference}\"{}", did_you_mean(reference, refs.iter().map(String::as_str))));
            exit = Exit::No;
        }
        found.push(rows);
    }
    for (n, rows) in found.iter().filter(|rows| !rows.is_empty()).enumerate() {
        let in_full = global.format.is_none() && global.output.is_none();
        let shown: Vec<&History> = rows.iter().filter(|row| row.retired.is_none()).chain(rows.iter().take(1)).take(1).collect();
        for row in shown {
            if in_full && n > 0 {
                console.text("\n")?;
            }
            let (headings, cells) = if in_full { full(&store, row, rows)? } else { plain(row) };
            let global = if in_full { &as_table(global) } else { global };
            console.record(global, headings, &cells)?;
        }
    }
    Ok(exit)
}

/// The same options, for a fact a person reads.
fn as_table(global: &Global) -> Global {
    Global { format: Some("table".into()), ..global.clone() }
}

/// What an older row stated otherwise: `best 1458, note –`.
fn differences(older: &History, row: &History) -> String {
    let other = |name: &str| row.cells.iter().find(|(field, _)| field.name == name).map(|(_, cell)| cell);
    let stated: Vec<String> = older
        .cells
        .iter()
        .filter(|(field, cell)| field.is_given() && other(field.name) != Some(cell))
        .map(|(field, cell)| format!("{} {}", field.name, if cell.is_null() { "–".to_owned() } else { cell.to_string() }))
        .collect();
    if stated.is_empty() { "the same".to_owned() } else { stated.join(", ") }
}

/// The fields that a query shows, and `extra`.
fn plain(row: &History) -> (Vec<Heading>, Vec<Value>) {
    row.cells
        .iter()
        .filter(|(field, _)| field.need != Need::Kept && field.name != "key")
        .map(|(field, cell)| (Heading { name: field.name.to_owned(), number: field.ty.is_number() }, cell.clone()))
        .unzip()
}

/// What is stated, and what a person wants to know about it.
fn full(store: &Store, row: &History, rows: &[History]) -> Result<(Vec<Heading>, Vec<Value>)> {
    let mut lines: Vec<(Heading, Value)> = Vec::new();
    let mut put = |name: &str, value: Value| lines.push((Heading::text(name), value));
    for (field, cell) in
        row.cells.iter().filter(|(field, cell)| field.need != Need::Kept && field.name != "key" && !cell.is_null())
    {
        let text = cell.to_string();
        let more = match field.ty {
            Type::Source => store.title(&text)?,
            Type::Topic => store.question(&text)?,
            _ => None,
        };
        put(field.name, more.map_or_else(|| cell.clone(), |more| Cell::Text(format!("{text}: {more}").into())));
    }
    let what = |row: &History| {
        let release = row.release.as_ref().map(|release| format!(", release {release}")).unwrap_or_default();
        format!("{} from {}{release}", row.recorded, row.file.as_deref().unwrap_or("the command line"))
    };
    put("recorded", Cell::Text(what(row).into()));
    for older in rows.iter().filter(|other| other.retired.is_some()) {
        let why =
            older.cells.iter().find(|(field, _)| field.name == "retired_why").map(|(_, why)| why.to_string()).unwrap_or_default();
        let until = older.retired.as_deref().unwrap_or_default();
        put("earlier", Cell::Text(format!("{}, {why} {until}: {}", what(older), differences(older, row)).into()));
    }
    Ok(lines.into_iter().unzip())
}
