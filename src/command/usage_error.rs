//! What is wrong with a command line, in the program's own words.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;
use crate::value::suggest::did_you_mean;

/// The failure that clap's error is; none: it is better shown as clap has it.
pub fn failure(error: &clap::Error) -> Option<Error> {
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let list = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::Strings(list)) => list.clone(),
        Some(ContextValue::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    };
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => command_of(&usage.to_string()),
        _ => None,
    };
    let help = usage.map_or("facts help".to_owned(), |command| format!("{command} --help"));
    let meant = |names: &[String]| match names {
        [] => String::new(),
        names => format!("; did you mean {}?", names.join(" or ")),
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let argument = text(ContextKind::InvalidArg)?;
            let what = if argument.starts_with('-') { "option" } else { "argument" };
            let near = meant(&list(ContextKind::SuggestedArg));
            Some(
                Error::usage(format!("unexpected {what} \"{argument}\"{near}"))
                    .hint(format!("{help} lists what it takes")),
            )
        }
        ErrorKind::InvalidSubcommand => {
            let command = text(ContextKind::InvalidSubcommand)?;
            let near = meant(&list(ContextKind::SuggestedSubcommand));
            Some(
                Error::usage(format!("unknown command \"{command}\"{near}"))
                    .hint("facts help lists the commands"),
            )
        }
        ErrorKind::InvalidValue => {
            let (option, value) =
                (option(&text(ContextKind::InvalidArg)?), text(ContextKind::InvalidValue)?);
            let known = list(ContextKind::ValidValue);
            if value.is_empty() {
                let missing = Error::usage(format!("{option} is missing its value"));
                return Some(match known.as_slice() {
                    [] => missing,
                    known => missing.hint(format!("expected one of {}", known.join(", "))),
                });
            }
            if known.is_empty() {
                return None;
            }
            let near = did_you_mean(&value, known.iter().map(String::as_str));
            let list = known.join(", ");
            Some(Error::usage(format!("{option} \"{value}\": expected one of {list}{near}")))
        }
        ErrorKind::ValueValidation => {
            let (option, value) =
                (option(&text(ContextKind::InvalidArg)?), text(ContextKind::InvalidValue)?);
            let why = std::error::Error::source(error).map(ToString::to_string)?;
            let why = match why.as_str() {
                "invalid float literal" => "expected a number".to_owned(),
                _ => why,
            };
            Some(Error::usage(format!("{option} \"{value}\": {why}")))
        }
        ErrorKind::MissingRequiredArgument => {
            let missing: Vec<String> =
                list(ContextKind::InvalidArg).iter().map(|argument| option(argument)).collect();
            Some(Error::usage(format!("missing {}", missing.join(" and "))).hint(help))
        }
        ErrorKind::ArgumentConflict => {
            let (one, others) = (text(ContextKind::InvalidArg)?, list(ContextKind::PriorArg));
            let others: Vec<String> = others.iter().map(|other| option(other)).collect();
            if others.iter().all(|other| *other == option(&one)) {
                return Some(Error::usage(format!("{} may be given only once", option(&one))));
            }
            Some(Error::usage(format!(
                "{} cannot be used with {}",
                option(&one),
                others.join(" or ")
            )))
        }
        _ => None,
    }
}

/// An option without the name of its value: `--limit` of `--limit <N>`; an argument as it is.
fn option(argument: &str) -> String {
    if argument.starts_with('-') {
        argument.split([' ', '=']).next().unwrap_or(argument).trim_end_matches('[').to_owned()
    } else {
        argument.trim_matches(['<', '>', '[', ']', '.']).to_owned()
    }
}

/// The command of a line of usage: `facts names link` of `Usage: facts names link <NAME>`.
fn command_of(usage: &str) -> Option<String> {
    let words = usage.split_whitespace().skip_while(|word| *word == "Usage:");
    let command: Vec<&str> = words.take_while(|word| !word.starts_with(['<', '[', '-'])).collect();
    (command.len() > 1).then(|| command.join(" "))
}
