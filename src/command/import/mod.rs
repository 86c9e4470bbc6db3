//! `facts import`: data sets of the field and anybody's tables become facts, nothing lost and
//! nothing invented.

mod choose;
mod draft;
mod json_records;
mod load;
mod not_a_table;
mod pipeline;
mod rejects;

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::query::whole;
use crate::command::rejected_rows::OnError;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::ingest::ALL_SHEETS;
use crate::ingest::source_file::SourceFile;
use crate::mapping::DATASETS;
#[cfg(feature = "parquet")]
use crate::publish::lake::LakeDraft;
use crate::render::Heading;
use crate::store::Counts;
use crate::value::Value;
use crate::value::text::{count, grouped};

/// Import data sets: well-known ones are recognised; any other table is read with a mapping.
///
/// Reads CSV and similar formats, JSON, and a sheet of a workbook, plain or compressed (.gz, .zst,
/// or .zip with one file in it). Either the whole file is written or nothing is. Each file is one
/// import in facts log, and facts undo reverts it.
#[derive(Debug, Clone, clap::Args)]
#[command(
    after_help = "Examples:\n  facts import GEDEvent_v25_1.csv\n  facts import mine.tsv --mapping mine.toml\n  facts import --draft mine.tsv > mine.toml\n  facts import events-*.csv.gz --into lake/"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Args {
    /// Files to import; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Data set of the files [default: recognised by the columns]
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(DATASETS.iter().map(|(name, _)| *name)))]
    dataset: Option<String>,
    /// Your own mapping of the files (TOML; see: facts help mapping)
    #[arg(long, value_name = "FILE", conflicts_with = "dataset")]
    mapping: Option<PathBuf>,
    /// Write a first mapping of a table, from its header and a sample
    #[arg(long, conflicts_with_all = ["dataset", "mapping", "release", "complete", "dry_run", "rejects"])]
    draft: bool,
    /// Release, as the publisher names it [default: as stated in the file]
    #[arg(long, value_name = "VERSION")]
    release: Option<String>,
    /// Whether the file is complete, so that facts missing from it are withdrawn [default: depends
    /// on the data set]
    #[arg(long, value_name = "WHETHER", num_args = 0..=1, default_missing_value = "yes", require_equals = true)]
    complete: Option<Whether>,
    /// Import the file even if a later release of its facts has already been imported
    #[arg(long)]
    older: bool,
    /// Import the file even if its names and codes mean different countries; the codes decide
    #[arg(long)]
    force_codes: bool,
    /// Report what would be imported, but write nothing
    #[arg(long)]
    dry_run: bool,
    /// What to do with a record that cannot be loaded: stop the import, or skip the record
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = OnError::Abort)]
    on_error: OnError,
    /// File for records that cannot be loaded; fix the records in it, then import that file
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Show at most this many errors; with --on-error skip, stop after this many rejected records
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    max_errors: Option<u64>,
    /// Sheet of a workbook (.xlsx, .xls, .ods), or "all": those with the same columns, as one table
    /// [default: the first with a table]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Folder of Parquet files to import into, without a database: for data sets too large for one.
    /// It has no releases, and nothing is undone; facts --db LAKE asks it
    #[arg(long, value_name = "LAKE", conflicts_with_all = ["draft", "complete", "older"])]
    into: Option<PathBuf>,
    /// With --into: the database whose names the facts get [default: those of the lake, else the
    /// countries that facts knows]
    #[arg(long, value_name = "DB", requires = "into")]
    names: Option<PathBuf>,
    /// Encoding of the files [default: by byte order mark, else UTF-8, else that of the data set]
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Whether {
    Yes,
    No,
}

/// What became of a file.
struct ImportReport {
    file: String,
    dataset: String,
    source: String,
    release: Option<String>,
    /// The number of the import; none in a lake.
    run: Option<i64>,
    counts: Counts,
    /// What else there is to say.
    notes: Vec<String>,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    if args.draft {
        let [file] = args.files.as_slice() else {
            return Err(Error::usage("--draft takes one file"));
        };
        let (input, sheet) = draft_input(file, args)?;
        let text = draft::draft(&input, &Args { sheet, ..args.clone() }, global)?;
        ui.whole(global, text.as_bytes())?;
        return Ok(Exit::Done);
    }
    if let Some(target) = &args.into {
        return into_lake(target, args, global, ui);
    }
    let sheet = sheet_of(args)?;
    let mut reports = Vec::new();
    let mut failed = None;
    for file in &args.files {
        let done = SourceFile::open(file, sheet.as_deref())
            .and_then(|input| load::file(&input, args, global, ui));
        match done {
            Ok(report) => {
                report_on(&report, args.dry_run, ui);
                reports.push(report);
            }
            Err(failure) => {
                failed = Some(failure);
                break;
            }
        }
    }
    if !reports.is_empty() {
        write(&reports, global, ui)?;
    }
    if let Some(failure) = failed {
        return Err(match reports.len() {
            0 => failure,
            n => failure.hint(format!(
                "{} before this one",
                count(n as u64, "file was imported", "files were imported")
            )),
        });
    }
    Ok(exit_of(&reports))
}

/// The file that a draft is made of, and the sheet: all that have the same columns, where nobody asks for
/// one and there are several.
fn draft_input(file: &Path, args: &Args) -> Result<(SourceFile, Option<String>)> {
    let input = SourceFile::open(file, args.sheet.as_deref())?;
    if args.sheet.is_none() && input.sheets_read() == 1 && input.sheet().is_some() {
        let all = SourceFile::open(file, Some(ALL_SHEETS)).ok();
        if let Some(all) = all.filter(|all| all.sheets_read() > 1) {
            return Ok((all, Some(ALL_SHEETS.to_owned())));
        }
    }
    Ok((input, args.sheet.clone()))
}

/// The sheet of a workbook that is read: that which was asked for, or that of the mapping.
fn sheet_of(args: &Args) -> Result<Option<String>> {
    let own = choose::sheet_of_mapping(args)?;
    match (&args.sheet, own) {
        (Some(asked), Some(own)) if *asked != own => {
            Err(Error::usage(format!("the mapping is for the sheet \"{own}\", not for \"{asked}\""))
                .hint("facts import --draft --sheet writes a mapping for another sheet, whose facts do not replace these"))
        }
        (asked, own) => Ok(asked.clone().or(own)),
    }
}

/// Imports the files into a lake, all of them or none.
#[cfg(feature = "parquet")]
fn into_lake(target: &Path, args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let at = global.import_info("import").at;
    let mut lake = LakeDraft::begin(target, args.names.as_deref(), at)?;
    let sheet = sheet_of(args)?;
    let mut reports = Vec::new();
    for file in &args.files {
        let input = SourceFile::open(file, sheet.as_deref())?;
        let report = load::into_lake(&input, &mut lake, args, global, ui)?;
        report_on(&report, args.dry_run, ui);
        reports.push(report);
    }
    if !args.dry_run {
        let shown = lake.shown().to_owned();
        let (facts, files) = lake.finish()?;
        let (facts, files) = (count(facts, "fact", "facts"), count(files, "file", "files"));
        ui.status(&format!("{shown}: {facts} in {files}"));
    }
    write(&reports, global, ui)?;
    Ok(exit_of(&reports))
}

/// This program writes no Parquet files.
#[cfg(not(feature = "parquet"))]
fn into_lake(target: &Path, _: &Args, _: &GlobalArgs, _: &mut Ui) -> Result<Exit> {
    Err(Error::usage(format!(
        "{}: this build of facts cannot write Parquet files (feature \"parquet\")",
        target.display()
    )))
}

/// 1 if records were rejected.
fn exit_of(reports: &[ImportReport]) -> Exit {
    if reports.iter().any(|report| report.counts.rejected > 0) { Exit::No } else { Exit::Done }
}

fn report_on(report: &ImportReport, dry_run: bool, ui: &mut Ui) {
    let ImportReport { file, dataset, release, run, counts, notes, .. } = report;
    let release = release.as_ref().map_or(String::new(), |release| format!(", release {release}"));
    ui.status(&format!("{file}: {dataset}{release}"));
    let mut parts = Vec::new();
    for (n, what) in [
        (counts.added, "added"),
        (counts.changed, "changed"),
        (counts.unchanged, "unchanged"),
        (counts.rejected, "rejected"),
        (counts.repeated, "repeated"),
    ] {
        if n > 0 {
            parts.push(format!("{} {what}", grouped(&n.to_string())));
        }
    }
    let became = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    let withdrawn = if counts.withdrawn > 0 {
        format!("; {} withdrawn", grouped(&counts.withdrawn.to_string()))
    } else {
        String::new()
    };
    let end = match run {
        _ if dry_run => "; nothing was written".to_owned(),
        Some(run) => format!(" (import={run})"),
        None => String::new(),
    };
    ui.status(&format!(
        "{} read{became}{withdrawn}{end}",
        count(counts.read(), "record", "records")
    ));
    for note in notes {
        ui.status(note);
    }
}

fn write(reports: &[ImportReport], global: &GlobalArgs, ui: &mut Ui) -> Result<()> {
    if global.quiet && global.format.is_none() && global.output.is_none() {
        return Ok(());
    }
    let mut headings: Vec<Heading> =
        ["file", "dataset", "source", "release"].map(Heading::text).into();
    headings.extend(
        ["read", "added", "changed", "unchanged", "withdrawn", "rejected", "repeated"]
            .map(Heading::number),
    );
    ui.rows(global, headings, Vec::new(), |row| {
        for report in reports {
            let mut cells = vec![
                Value::Text(report.file.as_str().into()),
                Value::Text(report.dataset.as_str().into()),
                Value::Text(report.source.as_str().into()),
                report
                    .release
                    .as_deref()
                    .map_or(Value::Null, |release| Value::Text(release.into())),
            ];
            cells.extend(report.counts.numbers().map(Value::Int));
            row(&cells)?;
        }
        Ok(reports.len() as u64)
    })?;
    Ok(())
}
