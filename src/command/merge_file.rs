//! `facts merge-file`: Git's merge of one table of an exported folder, row by row and cell by cell.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::command::Exit;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result, Stop};
use crate::fs::output::Output;
use crate::ingest::{CsvError, CsvReader};
use crate::kind::reference_table::REFERENCE_TABLES;
use crate::kind::{Field, KINDS};
use crate::mapping::Record;
use crate::merge::{ExportedTable, merge_tables};
use crate::value::text::count;

/// Merge two branches of a table that facts export wrote; a merge driver for Git.
///
/// Rows are joined by what they are called, and cells are merged one by one, so that neighbouring
/// rows and two additions at one place are no conflict. Where both branches changed one cell
/// differently, it stays as it is in OURS, the conflict is listed, and the exit code is 1.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git config merge.facts.name 'facts, field by field'\n  git config merge.facts.driver 'facts merge-file %O %A %B'"
)]
pub struct Args {
    /// The table that both branches come from
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// The table of this branch; the merged table is written here
    #[arg(value_name = "OURS")]
    ours: PathBuf,
    /// The table of the other branch
    #[arg(value_name = "THEIRS")]
    theirs: PathBuf,
    /// List the conflicts, but write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, ui: &mut Ui) -> Result<Exit> {
    let (base, ours, theirs) = (read(&args.base)?, read(&args.ours)?, read(&args.theirs)?);
    let named = [&base, &ours, &theirs].into_iter().filter_map(|table| name_of(&table.columns));
    let names: BTreeSet<&str> = named.collect();
    if names.len() > 1 {
        let names = names.into_iter().collect::<Vec<_>>().join(" and ");
        let message = format!("these are different tables, {names}; nothing was written");
        return Err(Error::new(ErrorKind::Rejected, message));
    }
    for (path, table) in [(&args.ours, &ours), (&args.theirs, &theirs)] {
        if table.rows.is_empty() && !base.rows.is_empty() {
            let message = format!("{}: nothing is left of it; nothing was written", path.display());
            return Err(Error::new(ErrorKind::Rejected, message));
        }
    }
    let merge = merge_tables(&base, &ours, &theirs)
        .map_err(|why| Error::new(ErrorKind::Rejected, format!("{why}; nothing was written")))?;
    if !args.dry_run {
        write(&args.ours, &merge.table)?;
    }
    for conflict in &merge.conflicts {
        ui.status(&format!("conflict: {conflict}"));
    }
    if merge.conflicts.is_empty() {
        return Ok(Exit::Done);
    }
    ui.status(&format!(
        "{}: what is here stays; edit the file, then git add it",
        count(merge.conflicts.len() as u64, "conflict", "conflicts")
    ));
    Ok(Exit::No)
}

/// The table that these are the columns of: the one that has most of them.
fn name_of(columns: &[String]) -> Option<&'static str> {
    let kinds = KINDS.iter().map(|kind| (kind.table, kind.fields().collect::<Vec<_>>()));
    let others = REFERENCE_TABLES.iter().map(|table| (table.table, table.fields.iter().collect()));
    let share = |fields: &[&Field]| {
        columns.iter().filter(|column| fields.iter().any(|field| field.name == **column)).count()
    };
    let best = kinds.chain(others).map(|(name, fields)| (share(&fields), name));
    // a later version of the program may have added some
    best.max_by_key(|(share, _)| *share)
        .filter(|(share, _)| share * 2 > columns.len())
        .map(|(_, name)| name)
}

fn read(path: &Path) -> Result<ExportedTable> {
    let shown = path.display();
    let failed = |e: &std::io::Error| Error::io(&shown, e);
    let mut table = ExportedTable::default();
    // a table that one branch alone has comes from nothing
    if fs::metadata(path).map_err(|e| failed(&e))?.len() == 0 {
        return Ok(table);
    }
    let broken = |stop: Stop<CsvError, std::io::Error>| match stop {
        Stop::Failed(e) => failed(&e),
        Stop::Input(CsvError { line, column, expected, .. }) => {
            Error::new(ErrorKind::Rejected, format!("{shown}:{line}:{column}: {expected}"))
        }
    };
    let file = File::open(path).map_err(|e| failed(&e))?;
    let mut records = CsvReader::open(Box::new(file)).map_err(broken)?;
    table.columns = records.header().iter().map(str::to_owned).collect();
    let width = table.columns.len();
    let mut row = Record::new();
    while records.next(&mut row).map_err(broken)? {
        let line = records.locate(None).0;
        if row.len() != width {
            let message =
                format!("{shown}:{line}: {} cells, and the header has {width}", row.len());
            return Err(Error::new(ErrorKind::Rejected, message));
        }
        let cells = table.columns.iter().cloned().zip(row.iter().map(str::to_owned));
        table.rows.push(cells.filter(|(_, cell)| !cell.is_empty()).collect());
        table.lines.push(line);
    }
    if name_of(&table.columns).is_none() {
        let message = format!("{shown}: not a table that facts export writes; nothing was written");
        return Err(Error::new(ErrorKind::Rejected, message));
    }
    table.check().map_err(|why| {
        Error::new(ErrorKind::Rejected, format!("{shown}{why}; nothing was written"))
    })?;
    Ok(table)
}

fn write(path: &Path, table: &ExportedTable) -> Result<()> {
    let failed = |e: &std::io::Error| Error::io(format!("cannot write {}", path.display()), e);
    let mut made = Output::begin(path)?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let none = String::new();
    writer.write_record(&table.columns).map_err(|e| failed(&e.into()))?;
    for row in &table.rows {
        let cells = table.columns.iter().map(|column| row.get(column).unwrap_or(&none));
        writer.write_record(cells).map_err(|e| failed(&e.into()))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.error()))?;
    made.write_all(&bytes).map_err(|e| failed(&e))?;
    made.finish()
}
