//! What a shell completes from the database: kinds, fields, sources, topics, and the names of
//! countries and parties.

use std::ffi::OsStr;

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::command::global_args::GlobalArgs;
use crate::command::reference_rows;
use crate::kind::reference_table::{ReferenceTable, SOURCES, TOPICS};
use crate::kind::{Field, KINDS};
use crate::store::{Access, EntityClass, Store};
use crate::value::Type;

/// The most candidates that are of use.
const MANY: usize = 200;

/// Adds completers to the arguments whose values the program or the database knows.
pub fn add(command: Command) -> Command {
    let names: Vec<String> =
        command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let of_one = |command: Command| {
        let arguments: Vec<String> =
            command.get_arguments().map(|argument| argument.get_id().to_string()).collect();
        // an argument that is changed goes to the end: all of them do, and their order stays
        let name = command.get_name().to_owned();
        arguments.into_iter().fold(command, |command, id| {
            let completer = completer(&name, &id);
            command.mut_arg(id, |argument| match completer {
                Some(completer) => argument.add(completer),
                None => argument,
            })
        })
    };
    let with_inner = |command: Command| {
        let inner: Vec<String> =
            command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
        inner
            .into_iter()
            .fold(of_one(command), |command, name| command.mut_subcommand(name, of_one))
    };
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, with_inner))
}

fn completer(command: &str, id: &str) -> Option<ArgValueCompleter> {
    match id {
        "kind" if command == "add" => Some(ArgValueCompleter::new(|begun: &OsStr| {
            let by_hand = tables().into_iter().filter(|table| table != SOURCES.table);
            let kinds = KINDS.iter().map(|kind| kind.name.to_owned());
            matching(begun, kinds.chain(by_hand).collect())
        })),
        "kind" if command == "query" => Some(ArgValueCompleter::new(|begun: &OsStr| {
            matching(begun, kinds().into_iter().chain(tables()).collect())
        })),
        "kind" => Some(ArgValueCompleter::new(|begun: &OsStr| matching(begun, kinds()))),
        "sort" => Some(ArgValueCompleter::new(|begun: &OsStr| {
            listed(begun, fields().into_iter().chain(["none".to_owned()]).collect())
        })),
        "columns" | "rows" | "cols" | "value" | "x" | "y" | "by" => {
            Some(ArgValueCompleter::new(|begun: &OsStr| listed(begun, fields())))
        }
        "name" if command == "run" => {
            Some(ArgValueCompleter::new(|begun: &OsStr| matching(begun, queries())))
        }
        "topic" if command == "help" => Some(ArgValueCompleter::new(|begun: &OsStr| {
            matching(begun, crate::command::help::topics())
        })),
        "refs" if ["edit", "retire"].contains(&command) => {
            let is_edit = command == "edit";
            Some(ArgValueCompleter::new(move |begun: &OsStr| corrected(begun, is_edit)))
        }
        "fields" if command == "add" => Some(ArgValueCompleter::new(|begun: &OsStr| {
            let table = table_typed();
            assignment(begun, table).unwrap_or_else(|| matching(begun, assignable(table)))
        })),
        "refs" | "ours" | "theirs" => {
            Some(ArgValueCompleter::new(|begun: &OsStr| matching(begun, refs())))
        }
        "source" | "slug" => {
            Some(ArgValueCompleter::new(|begun: &OsStr| matching(begun, slugs(&SOURCES))))
        }
        "topic" => Some(ArgValueCompleter::new(|begun: &OsStr| matching(begun, slugs(&TOPICS)))),
        "actor" => Some(ArgValueCompleter::new(|begun: &OsStr| {
            matching(begun, entities(EntityClass::Actor))
        })),
        id => {
            let field = KINDS.iter().find_map(|kind| kind.field(id))?;
            match field.ty {
                Type::Actor => Some(ArgValueCompleter::new(|begun: &OsStr| {
                    matching(begun, entities(EntityClass::Actor))
                })),
                Type::Place => Some(ArgValueCompleter::new(|begun: &OsStr| {
                    matching(begun, entities(EntityClass::Place))
                })),
                Type::Choice(list) => Some(ArgValueCompleter::new(move |begun: &OsStr| {
                    listed(begun, list.iter().map(|value| (*value).to_owned()).collect())
                })),
                _ => None,
            }
        }
    }
}

fn kinds() -> Vec<String> {
    KINDS.iter().map(|kind| kind.name.to_owned()).chain(["all".to_owned()]).collect()
}

fn fields() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for kind in KINDS {
        names.extend(kind.fields().map(|field: &Field| field.name.to_owned()));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// What `edit` and `retire` take: references and fields; behind the name of a table, its rows and
/// its fields.
fn corrected(begun: &OsStr, is_edit: bool) -> Vec<CompletionCandidate> {
    let table = table_typed();
    if let Some(found) = assignment(begun, table).filter(|_| is_edit) {
        return found;
    }
    let mut words = match table {
        Some(table) => match reference_rows::class_of(table) {
            Some(class) => entities(class),
            None => slugs(table),
        },
        None => refs().into_iter().chain(tables()).collect(),
    };
    if !is_edit {
        return matching(begun, words);
    }
    // a field that is begun goes before names that begin so
    let fields = matching(begun, assignable(table));
    if !begun.is_empty() && !fields.is_empty() && table.is_some() {
        return fields;
    }
    words.extend(assignable(table));
    matching(begun, words)
}

/// The table that the command line names.
fn table_typed() -> Option<&'static ReferenceTable> {
    typed().iter().find_map(|word| reference_rows::table(word))
}

/// The words behind the name of the command, but for the one that is completed.
fn typed() -> Vec<String> {
    let words = std::env::args().skip_while(|word| word != "--").skip(3);
    let mut words: Vec<String> = words.collect();
    words.pop();
    words
}

fn tables() -> Vec<String> {
    reference_rows::TABLES.iter().map(|table| table.table.to_owned()).collect()
}

/// `FIELD=` for each field that may be given, of facts or of a table.
fn assignable(table: Option<&ReferenceTable>) -> Vec<String> {
    if let Some(table) = table {
        return table.fields.iter().map(|field| format!("{}=", field.name)).collect();
    }
    let mut names: Vec<String> = KINDS
        .iter()
        .flat_map(|kind| kind.fields().filter(|field| field.is_given()))
        .map(|field| format!("{}=", field.name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The values that a field of `FIELD=VALUE` may have, of facts or of a table, once its name is there.
fn assignment(
    begun: &OsStr,
    table: Option<&'static ReferenceTable>,
) -> Option<Vec<CompletionCandidate>> {
    let text = begun.to_string_lossy();
    let (name, value) = text.split_once('=')?;
    let field = match table {
        Some(table) => table.field(name)?,
        None => KINDS.iter().find_map(|kind| kind.field(name))?,
    };
    let known = match field.ty {
        Type::Actor => entities(EntityClass::Actor),
        Type::Place => entities(EntityClass::Place),
        Type::Source => slugs(&SOURCES),
        Type::Topic => slugs(&TOPICS),
        Type::Choice(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        _ => Vec::new(),
    };
    let found = matching(OsStr::new(value), known).into_iter().map(|candidate| {
        CompletionCandidate::new(format!("{name}={}", candidate.get_value().to_string_lossy()))
    });
    Some(found.collect())
}

/// The database that is meant, if there is one to read; whatever goes wrong, there is nothing to
/// complete.
fn store() -> Option<Store> {
    Store::open(&GlobalArgs::of_environment().database().path, Access::Read { any_schema: false })
        .ok()
}

fn slugs(table: &'static ReferenceTable) -> Vec<String> {
    let mut slugs = Vec::new();
    if let Some(store) = store() {
        let _ = store.export_reference(table, |cells| {
            slugs.extend(cells[0].text().map(str::to_owned));
            Ok(())
        });
    }
    slugs
}

fn entities(class: EntityClass) -> Vec<String> {
    store().and_then(|store| store.all_names(class).ok()).unwrap_or_default()
}

/// The saved queries.
fn queries() -> Vec<String> {
    crate::command::settings::Settings::read()
        .map(|config| config.queries.into_keys().collect())
        .unwrap_or_default()
}

fn refs() -> Vec<String> {
    store().and_then(|store| store.refs().ok()).unwrap_or_default()
}

/// Those that begin so, whatever their case; a shell hands on what was typed, with its quotes and
/// backslashes.
fn matching(begun: &OsStr, all: Vec<String>) -> Vec<CompletionCandidate> {
    let begun =
        begun.to_string_lossy().trim_start_matches(['"', '\'']).replace('\\', "").to_lowercase();
    let mut found: Vec<String> =
        all.into_iter().filter(|name| name.to_lowercase().starts_with(&begun)).collect();
    found.sort_unstable();
    found.into_iter().take(MANY).map(CompletionCandidate::new).collect()
}

/// The same for the last of a list with commas.
fn listed(begun: &OsStr, all: Vec<String>) -> Vec<CompletionCandidate> {
    let text = begun.to_string_lossy();
    let (before, last) = text.rfind(',').map_or(("", text.as_ref()), |at| text.split_at(at + 1));
    matching(OsStr::new(last), all)
        .into_iter()
        .map(|candidate| {
            CompletionCandidate::new(format!("{before}{}", candidate.get_value().to_string_lossy()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_completed_at_their_end() {
        let told = |begun: &str| -> Vec<String> {
            listed(OsStr::new(begun), vec!["date".into(), "best".into()])
                .iter()
                .map(|candidate| candidate.get_value().to_string_lossy().into_owned())
                .collect()
        };
        assert_eq!(told("ref,da"), ["ref,date"]);
        assert_eq!(told(""), ["best", "date"]);
        assert!(crate::query::kinds(&kinds()[0]).is_ok());
    }
}
