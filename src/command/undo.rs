//! `facts undo`: take runs back exactly.

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Access, ImportInfo, Store, UndoOutcome};
use crate::value::text::count;

/// Undo imports exactly: remove what they added and restore what they changed.
///
/// Actors, places and names that an import added are removed too, unless later facts use them. Of
/// several imports the latest is undone first; either all of them are undone or none.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts log\n  facts undo 3\n  facts undo 3..7")]
pub struct Args {
    /// Number of the import (id in facts log), or the first and the last of several: 3..7
    #[arg(value_name = "IMPORT|A..B", allow_negative_numbers = true, value_parser = imports)]
    runs: (i64, i64),
    /// Say what would be undone, but write nothing
    #[arg(long)]
    dry_run: bool,
}

fn imports(text: &str) -> Result<(i64, i64), String> {
    let number = |text: &str| text.trim().parse::<i64>();
    let runs = match text.split_once("..") {
        None => number(text).map(|run| (run, run)),
        Some((first, last)) => number(first).and_then(|first| Ok((first, number(last)?))),
    };
    match runs {
        Ok((first, last)) if first <= last => Ok((first, last)),
        Ok((first, last)) => {
            Err(format!("the first import is after the last: expected {last}..{first}"))
        }
        Err(_) => {
            Err("expected the number of an import, such as 3, or of several, such as 3..7"
                .to_owned())
        }
    }
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let mut store = Store::open(&global.database().path, Access::Write)?;
    let (first, last) = args.runs;
    let waiting = ui.wait("undoing the import");
    let info = ImportInfo { is_trial: args.dry_run, ..global.import_info("undo") };
    let (runs, undone) = store.undo(first..=last, &info)?;
    drop(waiting);
    let run = runs.first().copied().unwrap_or(first);
    match undone {
        UndoOutcome::NoRun => Err(Error::new(
            ErrorKind::NotFound,
            format!("unknown import {run}; nothing was written"),
        )
        .hint("list all: facts log")),
        UndoOutcome::Used => Err(Error::new(
            ErrorKind::NotFound,
            format!("facts of later imports use what import {run} added; nothing was written"),
        )
        .hint(format!(
            "undo those imports first, or all since: facts undo {run}..LAST; facts log lists them"
        ))),
        UndoOutcome::Later(later) => Err(Error::new(
            ErrorKind::NotFound,
            format!("import {later} changed what import {run} added; nothing was written"),
        )
        .hint(format!("undo that first: facts undo {later}"))),
        UndoOutcome::Done(gone, again) => {
            let end = if args.dry_run { "; nothing was written" } else { "" };
            let what = match runs.as_slice() {
                [one] => format!("import {one}"),
                many => count(many.len() as u64, "import", "imports"),
            };
            ui.status(&format!(
                "undid {what}: {} removed, {}{end}",
                count(gone, "row", "rows"),
                count(again, "row restored", "rows restored")
            ));
            Ok(Exit::Done)
        }
    }
}
