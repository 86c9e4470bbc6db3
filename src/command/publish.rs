//! `facts publish`: the live facts as flat tables for other engines, and whether an earlier publication
//! is still what the database says.

use std::path::{Path, PathBuf};

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::rights::Rights;
use crate::fs::folder_swap::FolderDraft;
use crate::fs::private_folder;
use crate::publish::postgres::PostgresUrl;
use crate::publish::{self, Manifest, TableFormat};
use crate::store::Store;
use crate::store::published::SqliteTables;
use crate::value::text::count;

/// Write the live facts as flat tables for DuckDB, Spark, pandas or PostgreSQL.
///
/// The tables are Parquet files; with --format csv, CSV and a script that loads it into PostgreSQL; or
/// they are made in a PostgreSQL database, in the schema facts. There is a table for each kind of fact,
/// with names resolved, and small ones of sources, topics, names and places. A later publication takes
/// the place of the earlier one in one step.
#[derive(Debug, clap::Args)]
#[expect(clippy::doc_markdown, reason = "help shows names as they are")]
#[command(
    after_help = "Examples:\n  facts publish lake/\n  facts publish --public lake/\n  facts publish postgres://host/facts\n  facts publish --check lake/"
)]
pub struct Args {
    /// Folder, created if it does not exist; or postgres://HOST/DATABASE, through psql
    #[arg(value_name = "DIR|URL")]
    target: PathBuf,
    /// Leave out what the sources' redistribution and restricted do not allow to be passed on
    #[arg(long)]
    public: bool,
    /// Write nothing; say whether the publication is what the database says now, and exit with 1 if not
    #[arg(long, conflicts_with = "public")]
    check: bool,
}

/// The format that was asked for: Parquet, if nothing was; `PostgreSQL` loads CSV.
fn format(global: &GlobalArgs, target: &Target<'_>) -> Result<TableFormat> {
    match (global.format.as_deref(), target) {
        (None, Target::Postgres(_) | Target::Sqlite(_)) => Ok(TableFormat::Csv),
        (Some(_), Target::Postgres(_) | Target::Sqlite(_)) => {
            Err(Error::usage("--format is for a folder; a database has tables"))
        }
        #[cfg(feature = "parquet")]
        (None | Some("parquet"), _) => Ok(TableFormat::Parquet),
        #[cfg(not(feature = "parquet"))]
        (None, _) => Ok(TableFormat::Csv),
        (Some("csv"), _) => Ok(TableFormat::Csv),
        (Some(other), _) => {
            Err(Error::usage(format!("a publication cannot be written as {other}"))
                .hint("formats: parquet (the default) and csv, with a script for PostgreSQL"))
        }
    }
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let shown = args.target.to_string_lossy().into_owned();
    let target = match PostgresUrl::parse(&shown) {
        Some(url) => Target::Postgres(url),
        None if shown.starts_with(SQLITE) => Target::Sqlite(Path::new(&shown[SQLITE.len()..])),
        None if shown.contains("://") => {
            return Err(Error::usage(format!(
                "{shown}: expected a folder, or postgres://HOST/DATABASE"
            )));
        }
        None => Target::Folder(&args.target),
    };
    let format = format(global, &target)?;
    let mut store = global.open()?;
    if args.check {
        return check(&target, &store, ui);
    }
    if let Target::Folder(folder) = &target
        && folder.exists()
    {
        let message = match Manifest::read(folder)? {
            None if !is_empty(folder)? => "is neither empty nor a publication",
            Some(manifest) if !manifest.loaded.is_empty() => {
                "holds imported facts that no database has"
            }
            _ => "",
        };
        if !message.is_empty() {
            return Err(Error::usage(format!("{shown} {message}")).hint("name another folder"));
        }
    }
    let uids = uids(&store)?;
    let schema = store.schema_version()?.0;
    let at = global.import_info("publish").at;
    let mut manifest = Manifest::new(format.name(), &uids, schema, at);
    let rights = if args.public { rights::of_sources(&store)? } else { Vec::new() };
    let copied = private_folder::make().map_err(|e| Error::io("cannot make a folder", &e))?;
    if rights.iter().any(|(_, rights)| *rights != Rights::Whole) {
        store = store.public_copy(&copied.path().join("public.db"), &rights)?;
    }
    manifest.public = args.public;
    let waiting = ui.wait("writing tables");
    match &target {
        Target::Folder(folder) => {
            let failed = |e: &std::io::Error| Error::io(format!("cannot write {shown}"), e);
            let Some(draft) = FolderDraft::begin(folder).map_err(|e| failed(&e))? else {
                let message = format!("{shown}: another facts publish is writing to it");
                return Err(Error::new(ErrorKind::Busy, message).hint("try again when it is done"));
            };
            manifest.files = publish::write(&store, draft.path(), format)?;
            manifest.write(draft.path())?;
            draft.finish().map_err(|e| failed(&e))?;
        }
        Target::Postgres(url) => {
            let tables = copied.path().join("tables");
            std::fs::create_dir(&tables)
                .map_err(|e| Error::io(format!("cannot make {}", tables.display()), &e))?;
            manifest.files = publish::write(&store, &tables, format)?;
            manifest.write(&tables)?;
            url.load(&tables)?;
        }
        Target::Sqlite(file) => {
            "sqlite".clone_into(&mut manifest.tables);
            manifest = publish::sqlite_table::write(&store, file, manifest)?;
        }
    }
    drop(waiting);
    rights::say_withheld(&rights, ui);
    let facts = count(manifest.facts().map(|file| file.rows).sum(), "fact", "facts");
    ui.status(&match &target {
        Target::Folder(_) => {
            let files = count(manifest.files.len() as u64, "file", "files");
            format!("{shown}: {facts} in {files}")
        }
        Target::Postgres(url) => format!("{}: {facts} in the schema facts", url.shown()),
        Target::Sqlite(_) => format!("{shown}: {facts}"),
    });
    Ok(Exit::Done)
}

/// Where a publication is.
enum Target<'a> {
    Folder(&'a Path),
    Postgres(PostgresUrl),
    Sqlite(&'a Path),
}

/// What the name of a file of `SQLite` begins with.
const SQLITE: &str = "sqlite:";

impl Target<'_> {
    fn shown(&self) -> String {
        match self {
            Target::Folder(folder) => folder.display().to_string(),
            Target::Postgres(url) => url.shown().to_owned(),
            Target::Sqlite(file) => format!("{SQLITE}{}", file.display()),
        }
    }

    fn manifest(&self) -> Result<Option<Manifest>> {
        match self {
            Target::Folder(folder) => Manifest::read(folder),
            Target::Postgres(url) => url.manifest(),
            Target::Sqlite(file) => SqliteTables::manifest(file)?
                .map(|text| Manifest::parse(&text, &self.shown()))
                .transpose(),
        }
    }
}

fn is_empty(folder: &Path) -> Result<bool> {
    let failed = |e: &std::io::Error| Error::io(folder.display(), e);
    Ok(std::fs::read_dir(folder).map_err(|e| failed(&e))?.next().is_none())
}

/// The identifiers of the imports that the database has.
fn uids(store: &Store) -> Result<Vec<String>> {
    Ok(store.imports()?.into_iter().map(|import| import.uid).collect())
}

/// Compares a publication with the database, and its files with their sums.
fn check(target: &Target<'_>, store: &Store, ui: &mut Ui) -> Result<Exit> {
    let shown = target.shown();
    let Some(manifest) = target.manifest()? else {
        return Err(Error::new(ErrorKind::NotFound, format!("{shown} is not a publication"))
            .hint(format!("make one: facts publish {shown}")));
    };
    let mut findings = Vec::new();
    if let Target::Folder(folder) = target {
        for file in &manifest.files {
            if !file.is_whole(folder)? {
                let path = &file.path;
                findings.push(format!("{path}: missing, or changed since it was published"));
            }
        }
    }
    let uids = uids(store)?;
    if !manifest.has_imports(&uids) {
        findings.push(match since(&manifest, &uids) {
            Some(0) => "an import that it has was undone".to_owned(),
            Some(later) => {
                format!("{} since it was published", count(later, "import", "imports"))
            }
            None => "it was made from another database, or its last import was undone".to_owned(),
        });
    }
    for finding in &findings {
        ui.status(&format!("{shown}: {finding}"));
    }
    if findings.is_empty() {
        let facts = manifest.facts().map(|file| file.rows).sum();
        ui.status(&format!("{shown}: up to date, {}", count(facts, "fact", "facts")));
        return Ok(Exit::Done);
    }
    ui.status(&format!("publish again: facts publish {shown}"));
    Ok(Exit::No)
}

/// How many imports the database has behind the last one of a publication; none if it lacks that.
fn since(manifest: &Manifest, uids: &[String]) -> Option<u64> {
    let last = manifest.import.as_ref()?;
    let at = uids.iter().position(|uid| uid == last)?;
    Some((uids.len() - at - 1) as u64)
}
