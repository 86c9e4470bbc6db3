//! `facts help`: a command, or one of the topics that no command's help holds.

use std::fmt::Write;

use clap::CommandFactory;

use crate::command::CODES;
use crate::command::Exit;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::render::FORMATS;
use crate::value::suggest::did_you_mean;

/// Explain a command, or a topic: dates, formats, exit-codes, environment, import.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts help query\n  facts help dates")]
pub struct Args {
    /// A command or topic
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
}

const TOPICS: [&str; 5] = ["dates", "formats", "exit-codes", "environment", "import"];

const DATES: &str = "Dates are EDTF (ISO 8601-2), at the precision of the source:

  2014-03-12               a day
  2013-11                  some day in November 2013, or all of it
  2013                     some day in 2013, or all of it
  2011-12~                 about December 2011
  2006/2007                from 2006 to 2007
  2013/..  /2014-02        open at one end: goes on; beginning unknown
  [2014-03-05..2014-03-11] one of these days
  -0538                    539 before the common era

date_from and date_to are the first and last day on which the fact may lie. date_span says whether it happened
within the date or held throughout it, date_basis whether the source states the date, it is inferred, or only the
source's own date bounds it.

A window is a year, month or day, or two of them: --during 2013, --during 2013-11..2014-03, --during 2013.. ; a bound
takes in all of its year or month. A fact is found if it may lie in the window, with --match within if it must.
";

const ENVIRONMENT: &str = "FACTS_DB        the database, where --db does not name one
FACTS_PAGER     the pager of tables that are longer than the screen; before PAGER, else less -FIRX; cat for none
FACTS_LOG       anything: trace each SQL statement with its rows and time, as -vv does
NO_COLOR        no colour; CLICOLOR_FORCE: colour in a pipe too; TERM=dumb: none
COLUMNS         how wide tables are in a pipe

Settings stand in facts.toml, here or in a folder above, and in facts/config.toml of the user's configuration folder:

  database      = \"facts.db\"   from the folder of the file
  output_format = \"json\"
  excel         = \"eu\"
  color         = \"never\"
  [queries]
  jets = \"query arms-transfers --recipient Iraq -w 'designation~F-16'\"

facts run jets runs a saved query, facts status says which file set what. The command line goes first, then the
environment, then the nearest file.
";

const IMPORT: &str =
    "facts import FILE recognises the field's data sets by their columns; any other table is read with a description of its
own (TOML): facts import --draft FILE writes a first one, --mapping takes it.

A file is one run: all of it is written, or nothing. Records read are those added, changed, unchanged, rejected and
repeated. --on-error skip --rejects rejects.csv puts bad records aside; mended, that file can be imported. --dry-run
only tells. The same file again adds nothing; a later release changes rows, and --complete withdraws what it lacks.
facts log lists the runs, facts diff tells releases apart, facts undo N takes a run back, --as-of import=N has its state.

The words of descriptions, with an example: docs/import.md of the program.
";

/// What help there is: topics, and every command.
pub fn topics() -> Vec<String> {
    let line = crate::command::Cli::command();
    let commands = line.get_subcommands().map(|command| command.get_name().to_owned());
    TOPICS.iter().map(|topic| (*topic).to_owned()).chain(commands).collect()
}

/// Runs it.
pub fn run(args: &Args, ui: &mut Ui) -> Result<Exit> {
    let mut line = crate::command::Cli::command();
    let Some(topic) = &args.topic else {
        ui.text(&line.render_long_help().to_string())?;
        return Ok(Exit::Done);
    };
    let text = match topic.as_str() {
        "dates" => DATES.to_owned(),
        "environment" => ENVIRONMENT.to_owned(),
        "import" => IMPORT.to_owned(),
        "formats" => FORMATS.iter().fold(String::new(), |mut text, format| {
            let ends: Vec<String> = format.extensions.iter().map(|end| format!(".{end}")).collect();
            let _ = writeln!(text, "{:10} {:17} {}", format.name, ends.join(" "), format.about);
            text
        }),
        "exit-codes" => CODES.iter().fold(String::new(), |mut text, (code, about)| {
            let _ = writeln!(text, "{}  {about}", *code as u8);
            text
        }),
        name => {
            line.build();
            if let Some(command) = line.find_subcommand_mut(name) {
                let text = command.render_long_help().to_string();
                ui.text(&text)?;
                return Ok(Exit::Done);
            }
            let commands: Vec<String> =
                line.get_subcommands().map(|command| command.get_name().to_owned()).collect();
            let known = commands.iter().map(String::as_str).chain(TOPICS);
            return Err(Error::usage(format!(
                "there is no help on \"{name}\"{}",
                did_you_mean(name, known)
            ))
            .hint(format!("topics: {}; and every command", TOPICS.join(", "))));
        }
    };
    ui.text(&text)?;
    Ok(Exit::Done)
}
