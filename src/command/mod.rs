//! The command line: arguments and their commands, one a file, and the one `match` that runs them.

mod add;
mod as_of_args;
mod backup;
mod chart;
mod check;
mod compare;
mod compare_totals;
mod complete;
mod completions;
mod coverage;
mod diff;
mod edit;
mod edit_sheet;
mod edit_table_sheet;
mod edits;
mod exit;
mod export;
mod extra_columns;
mod fields;
mod filter_args;
mod folder_renames;
mod folder_rows;
mod gather;
mod global_args;
mod help;
mod import;
mod init;
mod load_claims;
mod load_folder;
mod log;
mod man;
mod manual_input;
mod merge;
mod merge_file;
mod merge_names;
mod merge_own_changes;
mod merge_report;
mod merge_their_changes;
mod migrate;
mod names;
mod output_style;
mod pager;
mod progress;
mod publish;
mod query;
mod query_sheet;
mod query_table;
mod records;
mod reference_rows;
mod rejected_rows;
mod retire;
mod rights;
mod run;
mod schema;
mod search;
mod seed;
mod seed_folder;
mod settings;
mod sheet_rows;
mod show;
mod source;
mod sql;
mod status;
mod table_columns;
mod tabulate;
mod targets;
mod template;
mod ui;
mod undo;
mod usage_error;

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use exit::{CODES, Exit};
use global_args::GlobalArgs;
pub use ui::Ui;

use crate::error::{Error, Result};
use crate::kind::{self, Field, KINDS};
use crate::publish::copy::PublishedCopy;
use crate::publish::postgres::PostgresUrl;
use crate::render::Heading;
use crate::value::Type;

/// A database of sourced facts for people who study conflict and diplomacy.
///
/// Every fact names its source, can cite and quote the passage, and records who said it and how
/// (stated, alleged, denied, declined). Dates keep the precision of the source; figures have low, best and high
/// estimates and the source's own words.
#[derive(Debug, Parser)]
#[command(name = "facts", version, max_term_width = 100, disable_help_subcommand = true, after_help = after_help())]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    global: GlobalArgs,
}

/// Declares the commands, each with its module. The options of a command are declared when it is
/// asked for: to declare those of all would take a sixth of the time of `facts show`.
macro_rules! commands {
    ($($command:ident in $module:ident,)*) => {
        #[derive(Debug, Subcommand)]
        #[command(defer = true)]
        enum Command {
            $($command($module::Args),)*
        }

        impl Command {
            /// Each command, with all that it takes.
            fn all() -> Vec<clap::Command> {
                let named = |module: &str| clap::Command::new(module.replace('_', "-"));
                vec![$(<$module::Args as clap::Args>::augment_args(named(stringify!($module))),)*]
            }
        }
    };
}

commands! {
    Init in init,
    Seed in seed,
    Import in import,
    Add in add,
    Edit in edit,
    Retire in retire,
    Query in query,
    Tabulate in tabulate,
    Chart in chart,
    Show in show,
    Search in search,
    Compare in compare,
    Sql in sql,
    Run in run,
    Check in check,
    Coverage in coverage,
    Source in source,
    Names in names,
    Log in log,
    Diff in diff,
    Undo in undo,
    Export in export,
    Publish in publish,
    Backup in backup,
    Merge in merge,
    MergeFile in merge_file,
    Fields in fields,
    Schema in schema,
    Status in status,
    Migrate in migrate,
    Completions in completions,
    Man in man,
    Help in help,
}

impl Command {
    /// Whether a published copy cannot do what it does.
    fn needs_database(&self) -> bool {
        use Command::{
            Chart, Compare, Completions, Fields, Help, Man, MergeFile, Query, Run, Schema, Tabulate,
        };
        !matches!(
            self,
            Query(_)
                | Tabulate(_)
                | Compare(_)
                | Chart(_)
                | Run(_)
                | Fields(_)
                | Schema(_)
                | Help(_)
                | Man(_)
                | Completions(_)
                | MergeFile(_)
        )
    }

    /// Whether it only asks, and changes neither database nor settings.
    fn asks(&self) -> bool {
        use Command::{
            Chart, Check, Compare, Coverage, Diff, Fields, Log, Query, Search, Show, Sql, Status,
            Tabulate,
        };
        matches!(
            self,
            Query(_)
                | Tabulate(_)
                | Chart(_)
                | Show(_)
                | Check(_)
                | Compare(_)
                | Coverage(_)
                | Search(_)
                | Sql(_)
                | Diff(_)
                | Log(_)
                | Fields(_)
                | Status(_)
                | Command::Names(names::Args { command: None, .. })
        )
    }
}

/// Runs the program with these arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>, mut ui: Ui) -> Exit {
    let arguments: Vec<OsString> = excel_joined(arguments.into_iter().collect());
    let words: Vec<String> =
        arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let shown: Vec<String> = words.iter().map(|word| PostgresUrl::without_password(word)).collect();
    ui.set_command(format!("facts {}", shown.join(" ")));
    let mut cli = match Cli::read(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refused(&error, &mut ui),
    };
    match settings::Settings::read() {
        Ok(config) => cli.global.config = config,
        Err(error) => return ui.fail(&error),
    }
    ui.set(&cli.global);
    let done = dispatch(&cli, &mut ui);
    match ui.finish().and(done) {
        Ok(exit) => exit,
        Err(mut error) => {
            if error.lacks_file {
                let file = cli.global.database().path;
                error.message = format!("{}: {}", file.display(), error.message);
            }
            ui.fail(&error)
        }
    }
}

impl Cli {
    /// The command line with what every command takes.
    #[must_use]
    pub fn whole() -> clap::Command {
        Command::all().into_iter().enumerate().fold(Self::command(), |line, (n, command)| {
            let name = command.get_name().to_owned();
            line.mut_subcommand(name, |_| command.display_order(n))
        })
    }

    /// What the words ask for, the first of which is the name of the program. Help and errors may
    /// speak of any command: they are made from the whole command line.
    fn read<W>(words: &[W]) -> std::result::Result<Self, clap::Error>
    where
        W: AsRef<OsStr> + Into<OsString> + Clone,
    {
        let read = |line: clap::Command| {
            let found = line.try_get_matches_from(words)?;
            Self::from_arg_matches(&found)
        };
        read(Self::command()).or_else(|error| match error.kind() {
            ErrorKind::DisplayVersion => Err(error),
            _ => read(with_flags_of(Self::whole(), words)),
        })
    }
}

/// Says what is wrong with a command line, or the help that it asks for.
fn refused(error: &clap::Error, ui: &mut Ui) -> Exit {
    match usage_error::failure(error) {
        Some(failure) => ui.fail(&failure),
        None => ui.usage(error),
    }
}

/// Where help is asked for with a kind, as in `facts query events --help`, the flags of other kinds
/// are left out of it.
fn with_flags_of(line: clap::Command, words: &[impl AsRef<OsStr>]) -> clap::Command {
    let kind = words.iter().find_map(|word| kind::find(word.as_ref().to_str()?));
    let command = line.get_subcommands().map(clap::Command::get_name);
    let command =
        command.filter(|name| words.iter().any(|word| word.as_ref() == *name)).map(str::to_owned);
    match (kind, command.last()) {
        (Some(kind), Some(name)) => {
            line.mut_subcommand(name, |command| filter_args::hide_others(command, kind))
        }
        _ => line,
    }
}

/// `--excel eu` as `--excel=eu`: the flavour may be left out, and what follows is then a word of
/// its own.
fn excel_joined(arguments: Vec<OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::with_capacity(arguments.len());
    for word in arguments {
        match joined.last_mut() {
            Some(last) if last == "--excel" && (word == "us" || word == "eu") => {
                last.push("=");
                last.push(word);
            }
            _ => joined.push(word),
        }
    }
    joined
}

/// What `facts` says by itself.
const OVERVIEW: &str = "\
facts: a database of sourced facts about conflict and diplomacy

  Ask       query, tabulate, compare, show, search, chart, run, sql
  Bring in  import, add, source, names
  Correct   edit, retire, undo
  Check     check, coverage, diff, log
  Share     export, publish, backup, merge
  Database  init, seed, status, fields, schema, migrate

Start with `facts seed` (an example) or `facts init` (an empty database).
`facts help` lists all commands; `facts help query` explains one.
";

fn dispatch(cli: &Cli, ui: &mut Ui) -> Result<Exit> {
    assert!(
        !(cfg!(debug_assertions)
            && std::env::var_os("FACTS_TEST_PANIC").is_some_and(|value| value == "1")),
        "the tests asked for a panic"
    );
    let global = &cli.global;
    let Some(command) = &cli.command else {
        ui.text(OVERVIEW)?;
        return Ok(Exit::Done);
    };
    if command.needs_database()
        && let Some(copy) = PublishedCopy::parse(&global.database().path)
    {
        return Err(Error::usage(format!(
            "{copy} is a published copy: it answers query, tabulate, compare and chart"
        ))
        .hint("ask the database itself for anything else, and write there: --db FILE"));
    }
    match command {
        Command::Init(args) => init::run(args, global, ui),
        Command::Seed(args) => seed::run(args, global, ui),
        Command::Import(args) => import::run(args, global, ui),
        Command::Add(args) => add::run(args, global, ui),
        Command::Edit(args) => edit::run(args, global, ui),
        Command::Retire(args) => retire::run(args, global, ui),
        Command::Query(args) => query::run(args, global, ui),
        Command::Tabulate(args) => tabulate::run(args, global, ui),
        Command::Chart(args) => chart::run(args, global, ui),
        Command::Show(args) => show::run(args, global, ui),
        Command::Check(args) => check::run(args, global, ui),
        Command::Compare(args) => compare::run(args, global, ui),
        Command::Coverage(args) => coverage::run(args, global, ui),
        Command::Search(args) => search::run(args, global, ui),
        Command::Names(args) => names::run(args, global, ui),
        Command::Run(args) => run::run(args, global, ui),
        Command::Man(args) => man::run(args, ui),
        Command::Help(args) => help::run(args, ui),
        Command::Sql(args) => sql::run(args, global, ui),
        Command::Source(args) => source::run(args, global, ui),
        Command::Diff(args) => diff::run(args, global, ui),
        Command::Log(args) => log::run(args, global, ui),
        Command::Undo(args) => undo::run(args, global, ui),
        Command::Export(args) => export::run(args, global, ui),
        Command::Publish(args) => publish::run(args, global, ui),
        Command::Backup(args) => backup::run(args, global, ui),
        Command::Merge(args) => merge::run(args, global, ui),
        Command::MergeFile(args) => merge_file::run(args, ui),
        Command::Fields(args) => fields::run(args, global, ui),
        Command::Schema(args) => schema::run(args, global, ui),
        Command::Status(args) => status::run(args, global, ui),
        Command::Migrate(args) => migrate::run(args, global, ui),
        Command::Completions(args) => completions::run(args, ui),
    }
}

/// The column that a field makes.
fn heading(field: &Field) -> Heading {
    let date = matches!(field.ty, Type::Date | Type::Edtf | Type::Day);
    let names = field.names_several();
    Heading { number: field.ty.is_number(), date, names, ..Heading::text(field.name) }
}

/// Answers a shell that asks for completions, if it does; the program's own run comes after.
pub fn complete() {
    clap_complete::CompleteEnv::with_factory(|| complete::add(Cli::whole())).complete();
}

/// The names of the kinds, and what else may be named in their place, for help.
fn kinds_or(others: &str) -> String {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    format!("{}, or {others}", names.join(", "))
}

fn after_help() -> String {
    let codes: Vec<String> =
        CODES.iter().map(|(code, about)| format!("  {}  {about}", *code as u8)).collect();
    format!(
        "Examples:\n  facts seed\n  facts query arms-transfers --recipient Iraq\n  facts tabulate casualties --rows year --cols population --value best\n\nExit codes:\n{}",
        codes.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::whole().debug_assert();
        complete::add(Cli::whole()).debug_assert();
    }
}
