//! `facts help`: a command, or one of the topics that no command's help holds.

use std::fmt::Write;

use crate::command::CODES;
use crate::command::Exit;
use crate::command::global_args::OF_ONE_COMMAND;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::render::FORMATS;
use crate::value::suggest::did_you_mean;

/// Show help on a command or a topic: dates, names, evidence, mapping, tabulate, import, formats,
/// exit-codes, environment.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts help query\n  facts help dates\n  facts help mapping")]
pub struct Args {
    /// A command or topic
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
}

/// The topics; one that is a command too is told behind the command's help.
const TOPICS: [&str; 9] = [
    "dates",
    "names",
    "evidence",
    "mapping",
    "tabulate",
    "import",
    "formats",
    "exit-codes",
    "environment",
];

const DATES: &str = "Dates are EDTF (ISO 8601-2), at the precision of the source:

  2014-03-12               a day
  2013-11                  a day in November 2013, or the whole month
  2013                     a day in 2013, or the whole year
  2011-12~                 about December 2011
  2006/2007                from 2006 to 2007
  2013/..                  since 2013, and still going on
  2013/  /2014-02          since 2013, end unknown; until February 2014, start unknown
  [2014-03-05..2014-03-11] one of these days
  -0538                    539 BCE

date_from and date_to are the first and last day of the date. date_span says whether the fact happened at some
time within the date or held throughout it. date_basis says where the date comes from: stated by the source, inferred,
or only the source's own date.

A date window is a year, month or day, or a range: --during 2013, --during 2013-11..2014-03, --during 2013.. ; both
ends are included in full. A fact matches if its date may overlap the window; with --match within, its
date must lie entirely within the window.
";

const ENVIRONMENT: &str = "FACTS_DB        the database to use without --db
FACTS_PAGER     the pager for long tables; otherwise PAGER, otherwise less -FIRX; cat disables it
FACTS_BY        who runs the command, for facts log; otherwise by in facts.toml, otherwise Git's user.name
FACTS_LOG       if set, trace each SQL statement with its rows and time, like -vv
NO_COLOR        disables colour, as TERM=dumb does; CLICOLOR_FORCE forces it, even in a pipe
COLUMNS         width of tables in a pipe

Settings are read from facts.toml in this folder, or else in the nearest parent folder that has one. Those it does not
set are read from facts/config.toml in the user's configuration folder:

  database      = \"facts.db\"   relative to the folder of this file
  output_format = \"json\"
  excel         = \"eu\"
  color         = \"never\"
  [queries]
  jets = \"query arms-transfers --recipient Iraq -w 'designation~F-16'\"

facts run jets runs a saved query; facts status shows where each setting comes from. The command line takes precedence
over the environment, and the environment over the files.
";

const IMPORT: &str =
    "facts import FILE recognises well-known data sets by their columns. Any other table needs a mapping (TOML):
facts import --draft FILE writes a first one; pass it with --mapping.

Each file is one import: all of it is written, or nothing. Every record read is counted as added, changed, unchanged,
rejected or repeated. --on-error skip --rejects rejects.csv sets bad records aside; fix that file and import it.
--dry-run writes nothing. Importing the same file again adds nothing; a later release updates facts, and --complete
withdraws those it no longer contains. facts log lists imports, facts diff compares releases, facts undo N undoes an
import, and --as-of import=N shows the database after it.

The mapping language, with an example: facts help mapping.
";

const EVIDENCE: &str = include_str!("../../docs/evidence.md");

const TABULATE: &str = include_str!("../../docs/tabulate.md");

const NAMES: &str = include_str!("../../docs/meaning.md");

/// The page on imports, whose last part is the mapping language.
const MAPPING: &str = include_str!("../../docs/import.md");

/// A page of the documentation as text for a terminal: examples are indented instead of fenced.
fn page(markdown: &str) -> String {
    let mut is_example = false;
    let mut text = String::new();
    for line in markdown.lines() {
        if line.starts_with("```") {
            is_example = !is_example;
        } else if is_example && !line.is_empty() {
            let _ = writeln!(text, "    {line}");
        } else {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

/// What help there is: topics, and every command.
pub fn topics() -> Vec<String> {
    let line = crate::command::Cli::whole();
    let commands = line.get_subcommands().map(|command| command.get_name().to_owned());
    let commands = commands.filter(|command| !TOPICS.contains(&command.as_str()));
    TOPICS.iter().map(|topic| (*topic).to_owned()).chain(commands).collect()
}

/// What a topic tells, if there is one of that name.
fn topic(name: &str) -> Option<String> {
    Some(match name {
        "dates" => DATES.to_owned(),
        "environment" => ENVIRONMENT.to_owned(),
        "import" => IMPORT.to_owned(),
        "evidence" => page(EVIDENCE),
        "names" => page(NAMES),
        "tabulate" => page(TABULATE),
        "mapping" => {
            let start = MAPPING.find("## The mapping language").unwrap_or_default();
            page(&MAPPING[start..])
        }
        "formats" => {
            let mut text = FORMATS.iter().fold(String::new(), |mut text, format| {
                let ends: Vec<String> =
                    format.extensions.iter().map(|end| format!(".{end}")).collect();
                let _ = writeln!(text, "{:10} {:17} {}", format.name, ends.join(" "), format.about);
                text
            });
            text.push('\n');
            for (name, command) in OF_ONE_COMMAND {
                let _ = writeln!(text, "{command} also writes {name}.");
            }
            text
        }
        "exit-codes" => CODES.iter().fold(String::new(), |mut text, (code, about)| {
            let _ = writeln!(text, "{}  {about}", *code as u8);
            text
        }),
        _ => return None,
    })
}

pub fn run(args: &Args, ui: &mut Ui) -> Result<Exit> {
    let mut line = crate::command::Cli::whole();
    let Some(name) = &args.topic else {
        ui.page(line.render_long_help().to_string().as_bytes())?;
        return Ok(Exit::Done);
    };
    line.build();
    let help = line.find_subcommand_mut(name).map(|command| command.render_long_help().to_string());
    let texts: Vec<String> = help.into_iter().chain(topic(name)).collect();
    if texts.is_empty() {
        let known = topics();
        let near = did_you_mean(name, known.iter().map(String::as_str));
        return Err(Error::usage(format!("unknown help topic \"{name}\"{near}"))
            .hint(format!("topics: {}, and every command", TOPICS.join(", "))));
    }
    ui.page(texts.join("\n").as_bytes())?;
    Ok(Exit::Done)
}
