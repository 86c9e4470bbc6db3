//! `facts migrate`: bring a database to this program's schema, or say how far it is.

use crate::command::global_args::Global;
use crate::command::ui::Console;
use crate::error::{Exit, Result};
use crate::render::Heading;
use crate::store::{Access, Store};
use crate::value::Cell;

/// Bring a database up to date, or list its migrations.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// List the migrations instead of applying them
    #[arg(long)]
    status: bool,
}

/// Runs it.
pub fn run(args: &Args, global: &Global, console: &mut Console) -> Result<Exit> {
    let path = global.database().path;
    if !args.status {
        let store = Store::open(&path, Access::Write)?;
        let (here, _) = store.schema_version()?;
        console.say(&format!("{} has schema {here}", path.display()));
        return Ok(Exit::Done);
    }
    let store = Store::open_any_version(&path)?;
    let (here, known) = store.schema_version()?;
    let ledger = store.ledger()?;
    let headings =
        vec![Heading::number("version"), Heading::text("name"), Heading::text("applied")];
    console.rows(global, headings, Vec::new(), |row| {
        for migration in &ledger {
            let applied =
                migration.applied.as_deref().map_or(Cell::Null, |at| Cell::Text(at.into()));
            row(&[
                Cell::Int(migration.version),
                Cell::Text(migration.name.as_str().into()),
                applied,
            ])?;
        }
        Ok(ledger.len() as u64)
    })?;
    console.say(&format!("schema {here} of {known}"));
    Ok(Exit::Done)
}
