//! `facts undo`: take one run back exactly.

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Access, ImportInfo, Store, UndoOutcome};
use crate::value::text::count;

/// Undo one import exactly: remove what it added and restore what it changed.
///
/// Actors, places and names that the import added are removed too, unless later facts use them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts log\n  facts undo 3")]
pub struct Args {
    /// Number of the import (id in facts log)
    #[arg(value_name = "IMPORT", allow_negative_numbers = true, value_parser = import_number)]
    run: i64,
    /// Say what would be undone, but write nothing
    #[arg(long)]
    dry_run: bool,
}

fn import_number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "expected the number of an import, such as 3".to_owned())
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let mut store = Store::open(&global.database().path, Access::Write)?;
    let run = args.run;
    let waiting = ui.wait("undoing the import");
    let info = ImportInfo { is_trial: args.dry_run, ..global.import_info("undo") };
    let undone = store.undo(run, &info)?;
    drop(waiting);
    match undone {
        UndoOutcome::NoRun => Err(Error::new(ErrorKind::NotFound, format!("unknown import {run}"))
            .hint("list all: facts log")),
        UndoOutcome::Used => Err(Error::new(
            ErrorKind::NotFound,
            format!("later facts use what import {run} added; nothing was written"),
        )
        .hint("undo the imports that brought them first: facts log")),
        UndoOutcome::Later(later) => Err(Error::new(
            ErrorKind::NotFound,
            format!("import {later} changed what import {run} added; nothing was written"),
        )
        .hint(format!("undo that first: facts undo {later}"))),
        UndoOutcome::Done(gone, again) => {
            let end = if args.dry_run { "; nothing was written" } else { "" };
            ui.status(&format!(
                "undid import {run}: {} removed, {}{end}",
                count(gone, "row", "rows"),
                count(again, "row restored", "rows restored")
            ));
            Ok(Exit::Done)
        }
    }
}
