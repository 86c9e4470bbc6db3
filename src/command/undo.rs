//! `facts undo`: take one run back exactly.

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Access, Store, UndoOutcome};
use crate::value::text::count;

/// Take one run back exactly: what it added goes, what it changed is as it was.
///
/// The actors, places and names that an import brought go with it, unless later facts bear them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts log\n  facts undo 3")]
pub struct Args {
    /// The run's number, the id of facts log
    #[arg(value_name = "IMPORT")]
    run: i64,
}

/// Runs it.
pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let mut store = Store::open(&global.database().path, Access::Write)?;
    let run = args.run;
    let waiting = ui.wait("taking the run back");
    let undone = store.undo(run)?;
    drop(waiting);
    match undone {
        UndoOutcome::NoRun => {
            Err(Error::new(ErrorKind::NotFound, format!("there is no run {run}"))
                .hint("facts log lists them"))
        }
        UndoOutcome::Later(later) => Err(Error::new(
            ErrorKind::NotFound,
            format!("run {later} changed what run {run} added; nothing was written"),
        )
        .hint(format!("facts undo {later} first"))),
        UndoOutcome::Done(gone, again) => {
            ui.status(&format!(
                "run {run} is undone: {} gone, {}",
                count(gone, "row", "rows"),
                count(again, "row as it was", "rows as they were")
            ));
            Ok(Exit::Done)
        }
    }
}
