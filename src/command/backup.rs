//! `facts backup`: a copy of the database that is whole, even while others write.

use std::path::PathBuf;

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::error::Result;
use crate::value::text::count;

/// Copy the database to a file and check the copy, even while other programs write to it.
///
/// Do not `cp` or `mv` a database while it is being written. Do not move a backup to the name of a
/// database whose -journal or -wal file still exists: the contents of that file would be written into the
/// backup.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts backup facts-2026-11-25.db\n  facts backup --force /media/stick/facts.db"
)]
pub struct Args {
    /// File to create
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let mut store = global.open()?;
    let waiting = ui.wait("copying and checking");
    let size = store.backup(&args.file, args.force)?;
    drop(waiting);
    ui.status(&format!("{}: {}", args.file.display(), count(size, "byte", "bytes")));
    Ok(Exit::Done)
}
