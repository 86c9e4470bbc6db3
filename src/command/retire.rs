//! `facts retire`: facts that should not count any more; their history stays.

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::manual_input::stated;
use crate::command::targets::{self, Targets};
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Access, ImportInfo, LiveFact, Store, Writer};
use crate::value::text::count;

/// Why a person retires a fact; the first is meant where none is given.
pub const REASONS: [&str; 3] = ["mistake", "duplicate", "withdrawn"];

/// Retire facts, or delete sources, topics, actors or places that nothing refers to.
///
/// A retired fact is in no answer any more, but in its history (facts show REF), and facts undo
/// brings it back. An import or seed that has it again does not.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts retire memo:event-7k --reason duplicate --why 'same meeting as memo:event-2f'\n  facts retire events -w 'source=blog' --reason withdrawn --dry-run\n  facts retire actors 'Somebody'"
)]
pub struct Args {
    /// What to retire: REF, or a table (sources, topics, actors, places) and names in it
    #[arg(value_name = "REF", required_unless_present = "conditions")]
    refs: Vec<String>,
    /// Retire everything that matches, as in facts query; give a KIND or table instead of REF
    #[arg(short = 'w', long = "where", value_name = "EXPRESSION")]
    conditions: Vec<String>,
    /// Why: entered by mistake, there twice, or withdrawn by the source
    #[arg(long, value_name = "REASON", value_parser = REASONS, default_value = REASONS[0])]
    reason: String,
    /// The same in your words
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Show what would be retired, but write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let store = Store::open(&global.database().path, Access::Write)?;
    let info = ImportInfo {
        is_trial: args.dry_run,
        note: args.why.clone(),
        ..global.import_info("retire")
    };
    let mut writer = store.write(info)?;
    let mut names = Vec::new();
    let what = match targets::find(&args.refs, &args.conditions, &store)? {
        Targets::Facts(facts) => {
            for (source, key) in facts {
                let found = targets::one_fact(&store, &source, &key)?;
                fact(&found, &args.reason, args.why.as_deref(), &mut writer)?;
                names.push(format!("{source}:{key}"));
            }
            "retired"
        }
        Targets::Rows(table, rows) => {
            for row in rows {
                let name = stated(&row, table.key[0]);
                writer.delete_reference(table, name).map_err(|stop| {
                    stop.into_error(|users| {
                        let message = format!("{users}; nothing was written");
                        Error::new(ErrorKind::Rejected, message)
                    })
                })?;
                names.push(name.to_owned());
            }
            "deleted"
        }
    };
    writer.commit()?;
    ui.say_clock_set_back(&store)?;
    for name in &names {
        ui.text(&format!("{name}\n"))?;
    }
    let end = if args.dry_run { "; nothing was written" } else { "" };
    ui.status(&format!("{} {what}{end}", count(names.len() as u64, "row", "rows")));
    Ok(Exit::Done)
}

/// Retires a fact.
///
/// # Errors
/// The database cannot be written.
pub fn fact(
    fact: &LiveFact,
    reason: &str,
    note: Option<&str>,
    writer: &mut Writer<'_>,
) -> Result<()> {
    let (source, key) = (stated(&fact.stated, "source"), stated(&fact.stated, "key"));
    writer.retire_fact(fact.kind, source, key, reason, note)
}
