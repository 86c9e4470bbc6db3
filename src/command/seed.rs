//! `facts seed`: load the shipped facts, or a folder of CSV, all of it or nothing.

use std::path::PathBuf;

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::load_folder::load;
use crate::command::merge_report;
use crate::command::rejected_rows::OnErrorArgs;
use crate::command::seed_folder::SeedFolder;
use crate::command::ui::Ui;
use crate::error::Result;
use crate::render::Heading;
use crate::store::{Counts, ImportInfo, Store};
use crate::value::text::count;
use crate::value::{OwnedValue, Value};

/// Load the example facts or a folder of CSV files, creating the database if needed.
///
/// A folder contains one file per table, as `facts export` writes them: sources.csv, topics.csv,
/// actors.csv, places.csv, names.csv, and a file for each kind of fact. Any of them may be missing.
/// Either everything is loaded or nothing is, but for rows that --on-error skip leaves out.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts seed\n  facts seed my-facts/ --db my.db")]
pub struct Args {
    /// Folder to load [default: the example facts]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    refused: OnErrorArgs,
    /// Check everything, but write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let folder = args.folder.clone().map_or(SeedFolder::Shipped, SeedFolder::Path);
    folder.check()?;
    let differing = folder.differing()?;
    if !differing.is_empty() {
        ui.status(&format!("changed since the export: {}", differing.join(", ")));
    }
    let path = global.database().path;
    let info = ImportInfo {
        file: Some(folder.name()),
        is_trial: args.dry_run,
        ..global.import_info("seed")
    };
    let (loaded, created) = Store::open_or_create(&path, args.dry_run, |store, created| {
        let loaded = load(&folder, store, &info, args.refused.skips())?;
        ui.say_clock_set_back(store)?;
        Ok((loaded, created))
    })?;
    let (report, held, history) = (loaded.report, loaded.held, loaded.skipped_history);
    let is_whole = loaded.rejected.count() == 0;
    loaded.rejected.finish(&args.refused, &loaded.refused, ui)?;
    let headings = vec![
        Heading::text("kind"),
        Heading::number("facts"),
        Heading::number("added"),
        Heading::number("changed"),
    ];
    let whole = |n: u64| -> OwnedValue { Value::Int(i64::try_from(n).unwrap_or(i64::MAX)) };
    if !global.quiet || global.format.is_some() || global.output.is_some() {
        ui.rows(global, headings, Vec::new(), |row| {
            for ((kind, counts), held) in report.iter().zip(&held) {
                row(&[
                    Value::Text(kind.name.into()),
                    whole(*held),
                    whole(counts.added),
                    whole(counts.changed),
                ])?;
            }
            Ok(report.len() as u64)
        })?;
    }
    let sum = |of: fn(&Counts) -> u64| report.iter().map(|(_, counts)| of(counts)).sum::<u64>();
    let shown = path.display();
    ui.status(&format!(
        "{shown}: {}, {} added, {} changed{}{}",
        count(held.iter().sum(), "fact", "facts"),
        sum(|c| c.added),
        sum(|c| c.changed),
        if created || loaded.rows == 0 {
            String::new()
        } else {
            format!(", {}", merge_report::rows(loaded.rows))
        },
        match (args.dry_run, created) {
            (true, _) => "; nothing was written",
            (false, true) => "; new database",
            (false, false) => "",
        }
    ));
    if history > 0 {
        ui.status(&format!(
            "{} of the folder's history skipped: the database has its own history",
            count(history, "row", "rows")
        ));
    }
    if !loaded.kept.is_empty() {
        let shown: Vec<&str> = loaded.kept.iter().take(5).map(String::as_str).collect();
        let more = if loaded.kept.len() > 5 { ", …" } else { "" };
        ui.status(&format!(
            "changed by hand since and not overwritten: {}{more}",
            shown.join(", ")
        ));
    }
    let exit = if is_whole { Exit::Done } else { Exit::No };
    if args.dry_run {
        return Ok(exit);
    }
    let db = if global.db.is_some() { format!(" --db {shown}") } else { String::new() };
    ui.status(&format!(
        "next:\n  facts query events --during 2013{db}\n  facts query arms-transfers --recipient Iraq{db}\n  facts tabulate casualties --rows year --cols population --value best{db}"
    ));
    Ok(exit)
}
