//! `facts run`: a query that was saved in facts.toml.

use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::command::{Cli, Exit, refused};
use crate::error::{Error, Result};
use crate::render::Heading;
use crate::value::Value;
use crate::value::suggest::did_you_mean;

/// Run a query saved in facts.toml, with any further options; without a name, list the saved queries.
///
/// Saved queries are in facts.toml, in this folder or a parent folder, one per line under
/// [queries]: jets = "query arms-transfers --recipient Iraq -w 'designation~F-16'".
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts run\n  facts run jets --during 2013 -f json")]
pub struct Args {
    /// Name of the query
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Options to add
    #[arg(value_name = "OPTION", trailing_var_arg = true, allow_hyphen_values = true)]
    more: Vec<String>,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let saved = &global.config.queries;
    let Some(name) = &args.name else {
        let headings = ["name", "query", "file"].map(Heading::text).into();
        ui.rows(global, headings, Vec::new(), |row| {
            for (name, query) in saved {
                let by = query.by.display().to_string();
                row(&[
                    Value::Text(name.into()),
                    Value::Text(query.value.as_str().into()),
                    Value::Text(by.into()),
                ])?;
            }
            Ok(saved.len() as u64)
        })?;
        if saved.is_empty() {
            ui.status("no saved queries; define them under [queries] in facts.toml");
        }
        return Ok(Exit::Done);
    };
    let Some(query) = saved.get(name) else {
        return Err(Error::usage(format!(
            "unknown query \"{name}\"{}",
            did_you_mean(name, saved.keys().map(String::as_str))
        ))
        .hint("facts run lists the saved queries"));
    };
    let words = shlex::split(&query.value).ok_or_else(|| {
        Error::usage(format!("{}: unclosed quote in the query \"{name}\"", query.by.display()))
    })?;
    let words = words.into_iter().skip_while(|word| word == "facts");
    let mut line: Vec<String> = std::iter::once("facts".to_owned()).chain(words).collect();
    // what the file says by itself must only ask; what is added to it was typed
    let saved = match Cli::read(&line) {
        Ok(saved) => saved,
        Err(error) => return Ok(refused(&error, ui)),
    };
    if matches!(saved.command, Some(crate::command::Command::Run(_))) {
        return Err(Error::usage(format!("the query \"{name}\" runs another query"))
            .hint("write out that query instead"));
    }
    if !saved.command.as_ref().is_some_and(crate::command::Command::asks)
        || saved.global.output.is_some()
    {
        return Err(Error::usage(format!(
            "the query \"{name}\" in {} would write; saved queries are read-only",
            query.by.display()
        ))
        .hint("run the command directly, or put -o after the name; saved queries cannot write"));
    }
    line.extend(args.more.iter().cloned());
    let mut cli = match Cli::read(&line) {
        Ok(cli) => cli,
        Err(error) => return Ok(refused(&error, ui)),
    };
    cli.global.under(global);
    ui.set_command(line.join(" "));
    crate::command::dispatch(&cli, ui)
}
