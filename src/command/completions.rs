//! `facts completions`: what a shell needs to complete the command line.

use clap_complete::Shell;

use super::console::Console;
use crate::exit::{Exit, Result};

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts completions bash > ~/.local/share/bash-completion/completions/facts\n  facts completions fish > ~/.config/fish/completions/facts.fish"
)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Runs it.
pub fn run(args: &Args, console: &mut Console) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command_line(), "facts", &mut script);
    console.text(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
