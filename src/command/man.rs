//! `facts man`: a manual page for each command.

use std::io::Write;
use std::path::PathBuf;

use crate::command::CODES;
use crate::command::Exit;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::fs::atomic_file;
use crate::value::text::count;

/// Write a man page for each command to a folder.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts man ~/.local/share/man/man1\n  facts man pages && man -l pages/facts-query.1"
)]
pub struct Args {
    /// Folder; created if it does not exist
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub fn run(args: &Args, ui: &mut Ui) -> Result<Exit> {
    let shown = args.folder.display();
    let failed = |e: &std::io::Error| Error::io(format!("cannot write to {shown}"), e);
    std::fs::create_dir_all(&args.folder).map_err(|e| failed(&e))?;
    let mut line = crate::command::Cli::whole();
    line.build();
    let mut pages = vec![("facts".to_owned(), line.clone())];
    for command in line.get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = format!("facts-{}", command.get_name());
        pages.push((name.clone(), command.clone().name(name)));
    }
    let pages_written = pages.len() as u64;
    for (name, command) in pages {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(|e| failed(&e))?;
        writeln!(page, ".SH \"EXIT STATUS\"").map_err(|e| failed(&e))?;
        for (code, about) in CODES {
            writeln!(page, ".TP\n{}\n{about}", *code as u8).map_err(|e| failed(&e))?;
        }
        let target = args.folder.join(format!("{name}.1"));
        let mut made = atomic_file::begin(&args.folder).map_err(|e| failed(&e))?;
        made.write_all(&page).map_err(|e| failed(&e))?;
        atomic_file::finish(made, &target).map_err(|e| failed(&e))?;
    }
    ui.status(&format!("{shown}: {}", count(pages_written, "page", "pages")));
    Ok(Exit::Done)
}
