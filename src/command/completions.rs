//! `facts completions`: what a shell needs to complete the command line, names from the database
//! included.

use clap_complete::env::Shells;

use crate::command::Exit;
use crate::command::ui::Ui;
use crate::error::{Error, Result};

/// Print a completion script for a shell; it completes kinds, fields, sources and names.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts completions bash > ~/.local/share/bash-completion/completions/facts\n  facts completions fish > ~/.config/fish/completions/facts.fish"
)]
pub struct Args {
    /// Shell
    #[arg(value_name = "SHELL", value_parser = ["bash", "zsh", "fish", "powershell", "elvish"])]
    shell: String,
}

/// What Bash runs: the library's script does not put together the pieces of `FIELD=VALUE`, and readline
/// quotes a name with spaces only where it takes it for the name of a file.
const BASH: &str = include_str!("completions.bash");

pub fn run(args: &Args, ui: &mut Ui) -> Result<Exit> {
    if args.shell == "bash" {
        ui.text(BASH)?;
        return Ok(Exit::Done);
    }
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(&args.shell) else {
        return Err(Error::usage(format!("no completions for {}", args.shell)));
    };
    let mut script = Vec::new();
    shell.write_registration("COMPLETE", "facts", "facts", "facts", &mut script)?;
    ui.text(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
