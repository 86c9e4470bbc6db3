//! `facts names`: every spelling and code, those that belong to nobody known, and who they mean.

use clap::Subcommand;

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::kind::reference_table::{NAMES, SCHEMES};
use crate::render::Heading;
use crate::store::{Access, EntityClass, ImportInfo, LinkOutcome, Store};
use crate::value::Value;
use crate::value::suggest::did_you_mean;
use crate::value::text::{count, fold};

/// List names and codes of actors and places, and resolve unmatched names.
///
/// Countries come with their ISO 3166 codes, and with Correlates of War (cow) and Gleditsch and
/// Ward (gw) codes, each with the days on which it is valid.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  facts names iraq\n  facts names --unresolved\n  facts names link Turkiye TUR\n  facts names merge 'B. McGurk' 'Brett McGurk'"
)]
pub struct Args {
    #[command(subcommand)]
    pub(super) command: Option<NamesCommand>,
    /// Only names that contain this text, or that belong to the actor or place it names
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// Only unmatched names
    #[arg(long)]
    unresolved: bool,
    /// Only names of this scheme: name, iso2, iso3, iso-numeric, cow, gw, …
    #[arg(long, value_name = "SCHEME", value_parser = clap::builder::PossibleValuesParser::new(SCHEMES))]
    scheme: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum NamesCommand {
    /// Match a name to an actor or place; all facts with that name are updated
    Link {
        /// Name to match, new or unmatched
        #[arg(value_name = "NAME")]
        name: String,
        /// What it means: a name, or a code such as TUR or cow:640
        #[arg(value_name = "CODE|NAME")]
        entity: String,
        /// Match to a place, not an actor
        #[arg(long)]
        place: bool,
        /// Say what would change, but write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Merge two actors or places: the first becomes another name of the second
    Merge {
        /// Actor or place to merge
        #[arg(value_name = "NAME")]
        from: String,
        /// Actor or place to keep
        #[arg(value_name = "INTO")]
        into: String,
        /// Merge places, not actors
        #[arg(long)]
        place: bool,
        /// Say what would change, but write nothing
        #[arg(long)]
        dry_run: bool,
    },
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    match &args.command {
        None => list(args, global, ui),
        Some(NamesCommand::Link { name, entity, place, dry_run }) => {
            Link { name, entity, place: *place, merge: false, dry_run: *dry_run }.run(global, ui)
        }
        Some(NamesCommand::Merge { from, into, place, dry_run }) => {
            Link { name: from, entity: into, place: *place, merge: true, dry_run: *dry_run }
                .run(global, ui)
        }
    }
}

fn list(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let store = rights::open(global, ui)?;
    let unknown =
        [store.unknown_entities(EntityClass::Actor)?, store.unknown_entities(EntityClass::Place)?];
    let headings = NAMES.fields.iter().map(|field| Heading::text(field.name)).collect();
    let wanted = args.text.as_deref().map(fold);
    let known = match &args.text {
        Some(text) => store.entities(text)?,
        None => Vec::new(),
    };
    let rows = ui.rows(global, headings, Vec::new(), |row| {
        let mut found = 0;
        store.export_reference(&NAMES, |cells| {
            let entity =
                [cells[2].text(), cells[3].text()].into_iter().flatten().next().unwrap_or_default();
            let holds = |text: &String| {
                fold(&cells[1].to_string()).contains(text)
                    || known.iter().any(|name| name == entity)
            };
            let among = |cell: &Value<'_>, names: &[String]| {
                cell.text().is_some_and(|entity| names.iter().any(|name| name == entity))
            };
            let is_unknown = among(&cells[2], &unknown[0]) || among(&cells[3], &unknown[1]);
            let scheme = args.scheme.as_ref().is_none_or(|scheme| cells[0].text() == Some(scheme));
            if scheme && (!args.unresolved || is_unknown) && wanted.as_ref().is_none_or(holds) {
                row(cells)?;
                found += 1;
            }
            Ok(())
        })?;
        store.end_reading()?;
        Ok(found)
    })?;
    if rows == 0
        && let Some(text) = &args.text
    {
        let names = store.all_names(EntityClass::Actor)?;
        ui.status(&format!(
            "no name contains \"{text}\"{}",
            did_you_mean(text, names.iter().map(String::as_str))
        ));
    }
    Ok(Exit::Done)
}

/// What stands in the note of a link between the name and whom it means.
pub const LINKED: &str = " = ";

/// A name, and whom it is to mean.
struct Link<'a> {
    name: &'a str,
    entity: &'a str,
    place: bool,
    merge: bool,
    dry_run: bool,
}

impl Link<'_> {
    fn run(&self, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
        let class = if self.place { EntityClass::Place } else { EntityClass::Actor };
        let (name, entity, merge) = (self.name.trim(), self.entity.trim(), self.merge);
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(Error::usage("the name is empty or contains control characters"));
        }
        let action = match (merge, self.place) {
            (true, false) => "names merge",
            (true, true) => "names merge --place",
            (false, false) => "names link",
            (false, true) => "names link --place",
        };
        let info = ImportInfo {
            is_trial: self.dry_run,
            note: Some(format!("{name}{LINKED}{entity}")),
            ..global.import_info(action)
        };
        let store = Store::open(&global.database().path, Access::Write)?;
        let mut writer = store.write(info)?;
        let waiting = ui.wait("updating facts");
        let told = writer.link(class, name, entity, merge)?;
        drop(waiting);
        if matches!(told, LinkOutcome::Done(..)) {
            writer.commit()?;
        }
        let unknown = |text: &str| -> Result<Error> {
            let names = store.all_names(class)?;
            let near = did_you_mean(text, names.iter().map(String::as_str));
            Ok(Error::new(ErrorKind::NotFound, format!("unknown {} \"{text}\"{near}", class.one())))
        };
        let refused =
            |why: String| Error::new(ErrorKind::Rejected, format!("{why}; nothing was written"));
        let usual = match told {
            LinkOutcome::NoEntity => return Err(unknown(entity)?),
            LinkOutcome::NoName => return Err(unknown(name)?),
            LinkOutcome::Taken(usual) if merge => {
                let why = format!("\"{name}\" and \"{entity}\" are already names of {usual}");
                return Err(refused(why));
            }
            LinkOutcome::FurtherName(usual) => {
                let why = format!(
                    "\"{name}\" is only another name of {usual}, and all of {usual} would be merged"
                );
                let hint =
                    format!("if {usual} is meant: facts names merge \"{usual}\" \"{entity}\"");
                return Err(refused(why).hint(hint));
            }
            LinkOutcome::BothStates(one, other) => {
                let why = format!("{one} and {other} are both states with codes of their own");
                let hint = format!(
                    "to add a spelling for one of them: facts names link SPELLING \"{other}\""
                );
                return Err(refused(why).hint(hint));
            }
            LinkOutcome::Above(above, below) => {
                let why = format!("{below} belongs to {above}, and cannot take its place");
                let hint =
                    format!("the other way round: facts names merge \"{below}\" \"{above}\"");
                return Err(refused(why).hint(hint));
            }
            LinkOutcome::Taken(usual) => {
                let hint = format!("to merge the two: facts names merge \"{usual}\" \"{entity}\"");
                return Err(refused(format!("\"{name}\" is already a name of {usual}")).hint(hint));
            }
            LinkOutcome::Done(usual, facts) => {
                let end = if self.dry_run { "; nothing was written" } else { "" };
                ui.status(&format!(
                    "\"{name}\" now means {usual}; {}{end}",
                    count(facts, "fact updated", "facts updated")
                ));
                usual
            }
        };
        ui.rows(
            global,
            [Heading::text("name"), Heading::text(class.one())].into(),
            Vec::new(),
            |row| {
                row(&[Value::Text(name.into()), Value::Text(usual.as_str().into())])?;
                Ok(1)
            },
        )?;
        Ok(Exit::Done)
    }
}
