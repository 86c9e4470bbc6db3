//! Hands the arguments and streams to the library, and returns its exit code.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use facts::command::{self, Exit, Ui};
use facts::panic;

fn main() -> ExitCode {
    let exit = panic::guard(Exit::Bug, || {
        command::complete();
        let (out, err) = (io::stdout(), io::stderr());
        let terminal = out.is_terminal();
        let console = Ui::new(Box::new(out), Box::new(err), terminal);
        command::run(std::env::args_os(), console)
    });
    ExitCode::from(exit as u8)
}
