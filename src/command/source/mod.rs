//! `facts source`: the works that state the facts, and the texts of documents.

mod add;
mod attach;
mod list;
mod page;
mod show;

use clap::Subcommand;

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::kind::reference_table::SOURCES;
use crate::store::Store;
use crate::value::suggest::did_you_mean;
use crate::value::{OwnedValue, Value};

/// List, add and show sources, and store the texts of documents.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: SourceCommand,
}

#[derive(Debug, Subcommand)]
enum SourceCommand {
    List(list::Args),
    Add(Box<add::Args>),
    Show(show::Args),
    Attach(attach::Args),
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    match &args.command {
        SourceCommand::List(args) => list::run(args, global, ui),
        SourceCommand::Add(args) => add::run(args, global, ui),
        SourceCommand::Show(args) => show::run(args, global, ui),
        SourceCommand::Attach(args) => attach::run(args, global, ui),
    }
}

/// Every source, its fields in declared order.
pub(super) fn all(store: &Store) -> Result<Vec<Vec<OwnedValue>>> {
    let mut sources = Vec::new();
    store.export_reference(&SOURCES, |cells| {
        sources.push(cells.iter().cloned().map(Value::into_owned).collect());
        Ok(())
    })?;
    Ok(sources)
}

/// The value of a field of a source.
pub(super) fn field<'a>(source: &'a [OwnedValue], name: &str) -> Option<&'a str> {
    let at = SOURCES.fields.iter().position(|field| field.name == name)?;
    source.get(at).and_then(Value::text)
}

/// The source of this slug.
pub fn one(store: &Store, slug: &str) -> Result<Vec<OwnedValue>> {
    let sources = all(store)?;
    let known: Vec<&str> = sources.iter().filter_map(|source| field(source, "slug")).collect();
    match sources.iter().find(|source| field(source, "slug") == Some(slug)) {
        Some(source) => Ok(source.clone()),
        None => Err(Error::new(
            ErrorKind::NotFound,
            format!("unknown source \"{slug}\"{}", did_you_mean(slug, known.iter().copied())),
        )
        .hint("list all: facts source list")),
    }
}
