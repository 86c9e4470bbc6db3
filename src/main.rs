//! Hands the arguments and streams to the library, and returns its exit code.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use facts::command::{self, Console};

fn main() -> ExitCode {
    command::complete();
    let (out, err) = (io::stdout(), io::stderr());
    let terminal = out.is_terminal();
    let console = Console::new(Box::new(out), Box::new(err), terminal);
    ExitCode::from(command::run(std::env::args_os(), console) as u8)
}
