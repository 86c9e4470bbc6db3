//! `facts source add`: a new work that states facts.

use clap::{Arg, ArgMatches, Command, FromArgMatches};

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::load_folder;
use crate::command::manual_input::{self, ManualFields};
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::kind::Field;
use crate::kind::reference_table::SOURCES;
use crate::store::{ImportInfo, RowError, Store};

/// Add a source.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts source add unami-2013 --title 'Monthly casualty figures' --publisher UNAMI --published 2013\n  facts source add my-notes --title 'My notes'"
)]
pub struct Args {
    /// Short name, the first part of every reference (SOURCE:KEY)
    #[arg(value_name = "SLUG")]
    slug: String,
    #[command(flatten)]
    fields: SourceFields,
    /// Check everything, but write nothing
    #[arg(long)]
    dry_run: bool,
}

/// A flag for each field of a source but its slug.
#[derive(Debug)]
struct SourceFields(Vec<(&'static str, String)>);

/// The fields that have flags.
fn flags() -> impl Iterator<Item = &'static Field> {
    SOURCES.fields.iter().filter(|field| field.name != "slug")
}

impl clap::Args for SourceFields {
    fn augment_args(command: Command) -> Command {
        command.args(flags().map(|field| {
            let flag = Arg::new(field.name)
                .long(field.name.replace('_', "-"))
                .value_name(field.name.to_uppercase())
                .help(field.about.trim_end_matches('.'))
                .required(field.name == "title");
            if field.name == "kind" { flag.default_value("document") } else { flag }
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        SourceFields::augment_args(command)
    }
}

impl FromArgMatches for SourceFields {
    fn from_arg_matches(matches: &ArgMatches) -> Result<SourceFields, clap::Error> {
        let given = flags().filter_map(|field| {
            matches.get_one::<String>(field.name).map(|value| (field.name, value.clone()))
        });
        Ok(SourceFields(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = SourceFields::from_arg_matches(matches)?;
        Ok(())
    }
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let path = global.database().path;
    let given: ManualFields = [("slug", &args.slug)]
        .into_iter()
        .chain(args.fields.0.iter().map(|(name, value)| (*name, value)))
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    let fields: Vec<&'static Field> = SOURCES.fields.iter().collect();
    let row = match manual_input::check(&given, &fields, false) {
        Ok(row) => row,
        Err((_, faults)) => return Err(manual_input::rejected(&faults, global, ui)?),
    };
    let slug = &args.slug;
    let info = ImportInfo {
        is_trial: args.dry_run,
        note: Some(slug.clone()),
        ..global.import_info("source add")
    };
    Store::open_or_create(&path, args.dry_run, |store, created| {
        let mut writer = store.write(info.clone())?;
        if store.has_source(slug)? {
            return Err(Error::new(
                ErrorKind::Rejected,
                format!("source {slug} already exists; nothing was written"),
            ));
        }
        if created {
            load_folder::countries(&mut writer)?;
        }
        writer.put_reference(&SOURCES, &row).map_err(|stop| {
            stop.into_error(|RowError { field, expected }| {
                Error::new(ErrorKind::Rejected, format!("{field}: {expected}"))
            })
        })?;
        writer.commit()
    })?;
    let end = if args.dry_run { "; nothing was written" } else { "" };
    ui.status(&format!("{}: {slug} added{end}", path.display()));
    Ok(Exit::Done)
}
