//! `facts export`: every table as CSV, with a `datapackage.json` that describes them.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::command::Exit;
use crate::command::as_of_args;
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::seed_folder::{FORMAT, INCOMPLETE, PACKAGE, SUMS};
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::rights::Rights;
use crate::fs::{atomic_file, private_folder};
use crate::kind::reference_table::{IMPORTS, REFERENCE_TABLES};
use crate::kind::{self, Field, KINDS, Need};
use crate::query::{AsOf, AsOfPoint};
use crate::render::{self, Heading, Sheet};
use crate::store::Store;
use crate::value::text::{count, hex};
use crate::value::{Type, Value};

/// Write every table as CSV, with a datapackage.json; `facts seed DIR` recreates the database.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts export my-facts/\n  facts export --public for-others/\n  facts seed my-facts/ --db copy.db"
)]
pub struct Args {
    /// Folder; created if it does not exist
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Replace an earlier export
    #[arg(long)]
    force: bool,
    /// Leave out what the sources' redistribution and restricted do not allow to be passed on
    #[arg(long)]
    public: bool,
    /// State of the database at the end of a day (2026-11-24), at a time (RFC 3339), or after an
    /// import (import=3)
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let mut store = global.open()?;
    let as_of = args.as_of.as_deref().map(as_of_args::moment).transpose()?;
    let folder = &args.folder;
    let shown = folder.display();
    let is_new = !folder.exists();
    if is_new && let Some(kind) = folder.to_str().and_then(kind::find) {
        let name = kind.name;
        return Err(Error::usage(format!(
            "{name} is a kind of fact, and facts export writes a folder"
        ))
        .hint(format!("to write its facts to a file: facts query {name} -o {name}.csv"))
        .hint(format!("to write all tables to a folder of this name: facts export ./{name}")));
    }
    fs::create_dir_all(folder).map_err(|e| Error::io(format!("cannot create {shown}"), &e))?;
    let taken = fs::read_dir(folder).map_err(|e| Error::io(&shown, &e))?.next().is_some();
    if taken && !args.force {
        return Err(Error::usage(format!("{shown} is not empty"))
            .hint("name another folder, or replace the export with --force"));
    }
    let rights = if args.public { rights::of_sources(&store)? } else { Vec::new() };
    let copied = private_folder::make().map_err(|e| Error::io("cannot make a folder", &e))?;
    if rights.iter().any(|(_, rights)| *rights != Rights::Whole) {
        store = store.public_copy(&copied.path().join("public.db"), &rights)?;
    }
    let waiting = ui.wait("writing tables");
    let done = export(&store, folder, as_of);
    drop(waiting);
    if done.is_err() && is_new {
        // nothing of it is left, and so not the folder
        let _ = fs::remove_dir(folder);
    }
    let facts = done?;
    rights::say_withheld(&rights, ui);
    ui.status(&format!(
        "{shown}: {} tables, with {}",
        KINDS.len() + REFERENCE_TABLES.len(),
        count(facts, "row of facts", "rows of facts")
    ));
    Ok(Exit::Done)
}

/// Writes every table, all of them or none; the number of facts.
fn export(store: &Store, folder: &Path, as_of: Option<AsOfPoint>) -> Result<u64> {
    let shown = folder.display();
    let mut drafts = Vec::new();
    let run = store.import_at(&AsOf { as_of, published_by: None })?;
    let mut facts = 0;
    let mut resources = Vec::new();
    for parent in REFERENCE_TABLES {
        // an import has another number in each copy of a database
        let is_numbered = parent.table == IMPORTS.table;
        let fields: Vec<&'static Field> =
            parent.fields.iter().skip(usize::from(is_numbered)).collect();
        file(folder, &mut drafts, parent.table, &fields, |row| {
            store.export_reference(parent, |cells| match (&cells[0], run) {
                (Value::Int(id), Some(run)) if is_numbered && *id > run => Ok(()),
                _ if is_numbered => row(&cells[1..]),
                _ => row(cells),
            })
        })?;
        resources.push(resource(parent.table, parent.about, &fields, parent.key));
    }
    for kind in KINDS {
        let fields: Vec<&'static Field> = kind.fields().filter(|field| field.is_stored()).collect();
        facts += file(folder, &mut drafts, kind.table, &fields, |row| {
            store.export_kind(kind, run, row)
        })?;
        resources.push(resource(kind.table, kind.about, &fields, &["source", "key", "import"]));
    }
    let package = json!({ "profile": "tabular-data-package", "name": "facts", "format": FORMAT, "resources": resources });
    let text = serde_json::to_string_pretty(&package).map_err(|e| Error::io(&shown, &e.into()))?;
    write(folder, &mut drafts, PACKAGE, |out| Ok(writeln!(out, "{text}")?))?;
    let sums: Vec<String> =
        drafts.iter().map(|(_, path, sum)| format!("{sum}  {}\n", name_of(path))).collect();
    write(folder, &mut drafts, SUMS, |out| Ok(out.write_all(sums.concat().as_bytes())?))?;
    if !folder.join(".gitignore").exists() {
        // two people's exports would conflict in it at every change
        write(folder, &mut drafts, ".gitignore", |out| Ok(writeln!(out, "{SUMS}\n.facts-*.tmp")?))?;
    }
    if !folder.join(".gitattributes").exists() {
        let merged = "*.csv merge=facts\n";
        write(folder, &mut drafts, ".gitattributes", |out| Ok(out.write_all(merged.as_bytes())?))?;
    }
    replace(folder, drafts)?;
    Ok(facts)
}

/// Gives the files of an export their names. While some of them have theirs and some have not, a
/// file says so, and `facts seed` refuses the folder: neither a kill nor a power failure makes it
/// load half of two exports.
///
/// The folder itself is not exchanged for a new one: it may be a Git work tree, a mount point, or
/// hold notes.
fn replace(folder: &Path, drafts: Drafts) -> Result<()> {
    let failed =
        |path: &Path, e: &std::io::Error| Error::io(format!("cannot write {}", path.display()), e);
    for (made, path, _) in &drafts {
        made.as_file().sync_all().map_err(|e| failed(path, &e))?;
    }
    let mark = folder.join(INCOMPLETE);
    let (_marked, is_new) = mark_incomplete(folder, &mark)?;
    atomic_file::sync_folder(folder);
    for (n, (made, path, _)) in drafts.into_iter().enumerate() {
        let made = made.into_temp_path();
        if let Err(e) = fs::rename(&made, &path) {
            if n == 0 && is_new {
                let _ = fs::remove_file(&mark);
                return Err(failed(&path, &e));
            }
            return Err(failed(&path, &e).hint(format!(
                "some files in {shown} are already from this export; run it again with --force",
                shown = folder.display()
            )));
        }
    }
    atomic_file::sync_folder(folder);
    fs::remove_file(&mark).map_err(|e| failed(&mark, &e))?;
    atomic_file::sync_folder(folder);
    Ok(())
}

/// Marks a folder as one whose files are being replaced, and keeps other exports out of it as long
/// as the file that comes back is open; whether the mark is new.
fn mark_incomplete(folder: &Path, mark: &Path) -> Result<(File, bool)> {
    let failed = |e: &std::io::Error| Error::io(format!("cannot write {}", mark.display()), e);
    loop {
        let found = fs::symlink_metadata(mark).ok();
        let is_ours = |found: &fs::Metadata| {
            let text = fs::read_to_string(mark).unwrap_or_default();
            found.is_file() && (text.is_empty() || text.starts_with(MARK))
        };
        if found.as_ref().is_some_and(|found| !is_ours(found)) {
            let message = format!("{} was not written by facts export", mark.display());
            return Err(Error::usage(message).hint("move it out of the folder"));
        }
        let opened = File::options().create(true).append(true).open(mark);
        let mut marked = opened.map_err(|e| failed(&e))?;
        if marked.try_lock().is_err() {
            let message = format!("{}: another export is writing to this folder", folder.display());
            return Err(Error::new(ErrorKind::Busy, message).hint("try again when it is done"));
        }
        // another export may have ended, and taken its mark away, before this one had the lock
        if !is_at(&marked, mark) {
            continue;
        }
        let is_new = found.is_none();
        let written = if is_new { writeln!(marked, "{MARK} {ADVICE}") } else { Ok(()) };
        written.and_then(|()| marked.sync_all()).map_err(|e| {
            if is_new {
                let _ = fs::remove_file(mark);
            }
            failed(&e)
        })?;
        return Ok((marked, is_new));
    }
}

/// What the mark of an unfinished export begins with, and what to do.
const MARK: &str = "facts export was interrupted here:";
const ADVICE: &str = "some of these files are from an earlier export. Run it again with --force.";

/// Whether an open file is still the one that its name leads to.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |found: std::io::Result<fs::Metadata>| found.ok().map(|f| (f.dev(), f.ino()));
        id(file.metadata()) == id(fs::symlink_metadata(path))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Files that are written, and get their names when all of them are; with the SHA-256 of each.
type Drafts = Vec<(NamedTempFile, PathBuf, String)>;

fn name_of(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

type EachRow<'a> = &'a mut dyn FnMut(&[Value<'_>]) -> Result<()>;

fn file(
    folder: &Path,
    drafts: &mut Drafts,
    table: &str,
    fields: &[&'static Field],
    rows: impl FnOnce(EachRow<'_>) -> Result<u64>,
) -> Result<u64> {
    let headings = fields.iter().map(|field| Heading::text(field.name)).collect();
    let sheet = Sheet { headings, ..Sheet::default() };
    let csv = render::find("csv").ok_or_else(|| Error::usage("no such format"))?;
    let mut written = 0;
    write(folder, drafts, &format!("{table}.csv"), |out| {
        let mut sink = (csv.open)(out, &sheet)?;
        written = rows(&mut |cells| Ok(sink.row(cells)?))?;
        sink.finish()?;
        Ok(())
    })?;
    Ok(written)
}

fn write(
    folder: &Path,
    drafts: &mut Drafts,
    name: &str,
    fill: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let path = folder.join(name);
    let failed = |e: &std::io::Error| Error::io(format!("cannot write {}", path.display()), e);
    let mut made = atomic_file::begin(folder).map_err(|e| failed(&e))?;
    let mut out = BufWriter::with_capacity(
        1 << 16,
        HashingWriter { file: made.as_file_mut(), sum: Sha256::new() },
    );
    fill(&mut out)?;
    let summed = out.into_inner().map_err(|e| failed(e.error()))?;
    let sum = hex(&summed.sum.finalize());
    drafts.push((made, path, sum));
    Ok(())
}

/// A file, and the SHA-256 of what was written to it.
struct HashingWriter<'f> {
    file: &'f mut File,
    sum: Sha256,
}

impl Write for HashingWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// A table as the Frictionless Data Package standard describes one.
fn resource(table: &str, about: &str, fields: &[&Field], key: &[&str]) -> Json {
    let described: Vec<Json> = fields.iter().map(|field| described(field)).collect();
    let foreign: Vec<Json> = fields.iter().filter_map(|field| foreign(field)).collect();
    let mut schema = Map::new();
    schema.insert("fields".into(), described.into());
    schema.insert("missingValues".into(), json!([""]));
    schema.insert("primaryKey".into(), json!(key));
    if !foreign.is_empty() {
        schema.insert("foreignKeys".into(), foreign.into());
    }
    json!({
        "profile": "tabular-data-resource",
        "name": table,
        "path": format!("{table}.csv"),
        "title": about,
        "encoding": "utf-8",
        "schema": schema,
    })
}

fn described(field: &Field) -> Json {
    let ty = match field.ty {
        Type::Integer | Type::Flag => "integer",
        Type::Real | Type::Degrees(_) => "number",
        Type::Json => "object",
        _ => "string",
    };
    let mut constraints = Map::new();
    if field.need == Need::Required || field.default.is_some() {
        constraints.insert("required".into(), true.into());
    }
    if let Type::Choice(list) = field.ty {
        constraints.insert("enum".into(), json!(list));
    }
    let mut json = json!({ "name": field.name, "type": ty, "description": field.about });
    if !constraints.is_empty() {
        json["constraints"] = constraints.into();
    }
    json
}

fn foreign(field: &Field) -> Option<Json> {
    let (table, key) = match field.ty {
        Type::Source => ("sources", "slug"),
        Type::Topic => ("topics", "slug"),
        Type::Import => ("imports", "uid"),
        _ => return None,
    };
    Some(json!({ "fields": field.name, "reference": { "resource": table, "fields": key } }))
}
