//! `facts source add`: a new work that states facts.

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
    /// Title
    #[arg(long)]
    title: String,
    /// Kind of source: document or dataset
    #[arg(long, default_value = "document")]
    kind: String,
    /// Authors, separated by "; "
    #[arg(long)]
    author: Option<String>,
    /// Publisher
    #[arg(long)]
    publisher: Option<String>,
    /// Date of publication (EDTF)
    #[arg(long)]
    published: Option<String>,
    /// Web address
    #[arg(long)]
    url: Option<String>,
    /// Licence
    #[arg(long)]
    licence: Option<String>,
    /// Citation that the publisher asks for
    #[arg(long)]
    citation: Option<String>,
    /// Reliability, from A (completely reliable) to E (unreliable); F: cannot be judged
    #[arg(long)]
    reliability: Option<String>,
    /// SHA-256 of the document's file (hexadecimal)
    #[arg(long)]
    sha256: Option<String>,
    /// Anything a reader should know
    #[arg(long)]
    note: Option<String>,
    /// Check everything, but write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let path = global.database().path;
    let values = [
        ("slug", Some(&args.slug)),
        ("title", Some(&args.title)),
        ("kind", Some(&args.kind)),
        ("author", args.author.as_ref()),
        ("publisher", args.publisher.as_ref()),
        ("published", args.published.as_ref()),
        ("url", args.url.as_ref()),
        ("licence", args.licence.as_ref()),
        ("citation", args.citation.as_ref()),
        ("reliability", args.reliability.as_ref()),
        ("sha256", args.sha256.as_ref()),
        ("note", args.note.as_ref()),
    ];
    let given: ManualFields = values
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value.clone())))
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
        writer.put_reference(&SOURCES, &row, 0).map_err(|stop| {
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
