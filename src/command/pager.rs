//! A pager for what is longer than the screen.

use std::io::Write;
use std::process::{Command, Stdio};

/// Shows a text in the pager that the user wants; false if there is none, or it does not start.
pub fn show(text: &[u8]) -> bool {
    let asked = ["FACTS_PAGER", "PAGER"].into_iter().find_map(|name| std::env::var(name).ok());
    let command = match asked {
        Some(command) if command.trim().is_empty() || command.trim() == "cat" => return false,
        Some(command) => command,
        None => "less".to_owned(),
    };
    let mut words = command.split_whitespace();
    let Some(program) = words.next() else { return false };
    let mut pager = Command::new(program);
    pager.args(words).stdin(Stdio::piped());
    if program.rsplit('/').next() == Some("less") && std::env::var_os("LESS").is_none() {
        pager.env("LESS", "FIRX");
    }
    let Ok(mut running) = pager.spawn() else { return false };
    if let Some(mut input) = running.stdin.take() {
        // whoever closes the pager has seen enough
        let _ = input.write_all(text);
    }
    let _ = running.wait();
    true
}
