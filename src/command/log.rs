//! `facts log`: what each run of seed, add, edit or import did.

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::heading;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::error::Result;
use crate::kind::reference_table::IMPORTS;

/// List imports, including seed, add and edit, and what each one changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts log\n  facts log -f json")]
pub struct Args {}

pub fn run(_args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let store = rights::open(global, ui)?;
    let headings = IMPORTS.fields.iter().map(heading).collect();
    let leading = [
        "id",
        "ran_at",
        "action",
        "source",
        "added",
        "changed",
        "by",
        "note",
        "file",
        "withdrawn",
        "release",
    ]
    .map(String::from)
    .into();
    ui.rows(global, headings, leading, |row| {
        let rows = store.export_reference(&IMPORTS, row)?;
        store.end_reading()?;
        Ok(rows)
    })?;
    Ok(Exit::Done)
}
