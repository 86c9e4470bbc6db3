//! `facts edit`: facts and the rows that they refer to changed by hand; what was there before stays
//! in the history.

use std::path::PathBuf;

use crate::command::Exit;
use crate::command::edits::Edits;
use crate::command::global_args::GlobalArgs;
use crate::command::manual_input;
use crate::command::rejected_rows::{OnErrorArgs, RejectedRecords};
use crate::command::sheet_rows::SheetEdits;
use crate::command::targets::{self, Targets};
use crate::command::ui::Ui;
use crate::command::{edit_sheet, edit_table_sheet, reference_rows};
use crate::error::{Error, Result};
use crate::store::{Access, ImportInfo, Store};
use crate::value::text::count;

/// Change facts, sources, topics, actors or places by hand; earlier versions are kept.
///
/// REF is SOURCE:KEY, or its beginning. With -w, all facts that match are changed, or all rows of the
/// table that is named. A file or sheet (see: facts query --sheet) changes many at once: rows with a
/// ref change that fact or row, rows without one are new, and the column delete retires the fact, for
/// the reason that it gives, or deletes the row.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(
    after_help = "Examples:\n  facts edit unami:2013 best=7818 note='corrected on p. 3'\n  facts edit unami:2013 note=\n  facts edit casualties -w 'method=media' confidence=low --dry-run\n  facts edit actors 'B. McGurk' name='Brett McGurk' kind=person\n  facts edit sources -w 'publisher=UNAMI' reliability=B\n  facts edit --from corrections.xlsx"
)]
pub struct Args {
    /// What to change, and the new values: REF, or a table (sources, topics, actors, places) and
    /// names in it; nothing after = removes a value
    #[arg(value_name = "REF|FIELD=VALUE", required_unless_present = "from")]
    refs: Vec<String>,
    /// Change everything that matches, as in facts query; give a KIND or table instead of REF
    #[arg(short = 'w', long = "where", value_name = "EXPRESSION")]
    conditions: Vec<String>,
    /// Read changes from a file: CSV, JSON, TOML or a workbook; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "conditions")]
    from: Option<PathBuf>,
    /// Add actors and places that are not known yet
    #[arg(long)]
    create: bool,
    /// Keep a quote that differs from the text in a few letters, as a scan does, marked as near
    #[arg(long)]
    accept_nearest: bool,
    /// Keep a quote that is not in the stored text of its source, marked as unchecked
    #[arg(long)]
    quote_unchecked: bool,
    #[command(flatten)]
    refused: OnErrorArgs,
    /// Show what would change, but write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    args.refused.check(args.from.as_deref())?;
    let store = Store::open(&global.database().path, Access::Write)?;
    let note = args.from.as_ref().map(|file| file.display().to_string());
    let info = ImportInfo { is_trial: args.dry_run, note, ..global.import_info("edit") };
    let mut writer = store.write(info)?;
    if args.accept_nearest {
        writer.accept_nearest();
    }
    if args.quote_unchecked {
        writer.keep_quotes();
    }
    if args.create {
        writer.create_names();
    }
    let (words, fields): (Vec<String>, Vec<String>) =
        args.refs.iter().cloned().partition(|word| !is_change(word));
    let mut edits = Edits::default();
    let mut sheet = SheetEdits::default();
    let mut rejected = RejectedRecords::default();
    match &args.from {
        Some(file) => {
            if !fields.is_empty() {
                return Err(Error::usage("--from and FIELD=VALUE do not go together"));
            }
            let kept = args.refused.skips().then_some(&mut rejected);
            let of = (&store, &mut writer);
            sheet = match words.as_slice() {
                [word] if let Some(table) = reference_rows::table(word) => {
                    edit_table_sheet::apply(file, table, of, &mut edits, kept)?
                }
                words => edit_sheet::apply(file, words, of, &mut edits, kept)?,
            };
        }
        None => {
            if fields.is_empty() {
                return Err(Error::usage("nothing to change: expected FIELD=VALUE"));
            }
            let fields = manual_input::words(&fields)?;
            match targets::find(&words, &args.conditions, &store)? {
                Targets::Facts(facts) => edits.facts(facts, &fields, &store, &mut writer)?,
                Targets::Rows(table, rows) => edits.rows(table, rows, &fields, &mut writer)?,
            }
        }
    }
    edits.faults.extend(manual_input::unsettled(&mut writer, &edits.file)?);
    if !edits.faults.is_empty() {
        return Err(manual_input::rejected(&edits.faults, global, ui)?);
    }
    manual_input::say_quote_notes(&writer, ui);
    manual_input::say_created(&writer, ui);
    rejected.write(&args.refused)?;
    writer.commit()?;
    rejected.say(&args.refused, ui);
    ui.say_clock_set_back(&store)?;
    edits.show(global, ui)?;
    say(&edits, &sheet, args.dry_run, ui);
    Ok(if sheet.conflicts.is_empty() { rejected.exit() } else { Exit::No })
}

/// Whether a word is `field=value`, and no reference that has a `=` in it.
fn is_change(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-. ".contains(c))
    })
}

fn say(edits: &Edits, sheet: &SheetEdits, dry_run: bool, ui: &mut Ui) {
    for conflict in &sheet.conflicts {
        ui.status(conflict);
    }
    let mut parts = Vec::new();
    for (n, what) in [
        (edits.changed, "changed"),
        (sheet.added, "added"),
        (sheet.retired, "retired"),
        (sheet.conflicts.len() as u64, "in conflict"),
    ] {
        if n > 0 {
            parts.push(format!("{} {what}", count(n, "row", "rows")));
        }
    }
    let said = if parts.is_empty() { "nothing changed".to_owned() } else { parts.join(", ") };
    ui.status(&format!("{said}{}", if dry_run { "; nothing was written" } else { "" }));
}
