//! `facts migrate`: bring a database to this program's schema, or say how far it is.

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::error::Result;
use crate::render::Heading;
use crate::store::{Access, Store};
use crate::value::Value;

/// Update a database to the current schema, or list its migrations.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// List the migrations instead of applying them
    #[arg(long, visible_alias = "dry-run")]
    status: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let path = global.database().path;
    if !args.status {
        let store = Store::open(&path, Access::Write)?;
        let (here, _) = store.schema_version()?;
        ui.status(&format!("{} has schema version {here}", path.display()));
        return Ok(Exit::Done);
    }
    let store = Store::open_any_version(&path)?;
    let (here, known) = store.schema_version()?;
    let ledger = store.ledger()?;
    let headings =
        vec![Heading::number("version"), Heading::text("name"), Heading::text("applied")];
    ui.rows(global, headings, Vec::new(), |row| {
        for migration in &ledger {
            let applied =
                migration.applied.as_deref().map_or(Value::Null, |at| Value::Text(at.into()));
            row(&[
                Value::Int(migration.version),
                Value::Text(migration.name.as_str().into()),
                applied,
            ])?;
        }
        Ok(ledger.len() as u64)
    })?;
    ui.status(&format!("schema version {here}; this program uses {known}"));
    Ok(Exit::Done)
}
