//! `facts source`: the works that state the facts, and the texts of documents.

mod add;
mod attach;
mod list;
mod page;
mod show;

use clap::Subcommand;

use crate::command::global_args::Global;
use crate::command::ui::Console;
use crate::error::{Exit, Failure, Result};
use crate::kind::reference_table::SOURCES;
use crate::store::Store;
use crate::value::suggest::did_you_mean;
use crate::value::{Cell, Value};

/// List, add and show sources, and keep the texts of documents.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Add(Box<add::Args>),
    Show(show::Args),
    Attach(attach::Args),
}

/// Runs it.
pub fn run(args: &Args, global: &Global, console: &mut Console) -> Result<Exit> {
    match &args.command {
        Command::List(args) => list::run(args, global, console),
        Command::Add(args) => add::run(args, global, console),
        Command::Show(args) => show::run(args, global, console),
        Command::Attach(args) => attach::run(args, global, console),
    }
}

/// Every source, its fields in declared order.
fn all(store: &Store) -> Result<Vec<Vec<Value>>> {
    let mut sources = Vec::new();
    store.export_parent(&SOURCES, |cells| {
        sources.push(cells.iter().cloned().map(Cell::into_owned).collect());
        Ok(())
    })?;
    Ok(sources)
}

/// The value of a field of a source.
fn field<'a>(source: &'a [Value], name: &str) -> Option<&'a str> {
    let at = SOURCES.fields.iter().position(|field| field.name == name)?;
    source.get(at).and_then(Cell::text)
}

/// The source of this slug.
pub fn one(store: &Store, slug: &str) -> Result<Vec<Value>> {
    let sources = all(store)?;
    let known: Vec<&str> = sources.iter().filter_map(|source| field(source, "slug")).collect();
    match sources.iter().find(|source| field(source, "slug") == Some(slug)) {
        Some(source) => Ok(source.clone()),
        None => Err(Failure::new(
            Exit::No,
            format!("no source is called \"{slug}\"{}", did_you_mean(slug, known.iter().copied())),
        )
        .hint("facts source list shows them")),
    }
}
