//! `facts source attach`: keep the text of a document in the database, so that its facts can be
//! checked.

use std::path::PathBuf;

use encoding_rs::Encoding;
use sha2::{Digest, Sha256};

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::source::{field, one};
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Access, ImportInfo, Store};
use crate::value::text::{count, hex};

/// Store the text of a document in the database, so that its facts can be checked.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts source attach report report.txt\n  facts source attach memoir memoir.txt --encoding windows-1252"
)]
pub struct Args {
    /// Slug of the source
    #[arg(value_name = "SLUG")]
    slug: String,
    /// Plain text file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Encoding of the file, if not UTF-8
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Store the text even if its SHA-256 differs from the one recorded for the source, or replace another text
    #[arg(long)]
    force: bool,
    /// Check everything, but write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let shown = args.file.display();
    let bytes = std::fs::read(&args.file).map_err(|e| Error::io(&shown, &e))?;
    let text = decode(&bytes, args.encoding.as_deref()).map_err(|why| {
        Error::new(ErrorKind::Rejected, format!("{shown}: {why}; nothing was written"))
    })?;
    let sum = hex(&Sha256::digest(&bytes));
    let store = Store::open(&global.database().path, Access::Write)?;
    let info = ImportInfo { is_trial: args.dry_run, ..global.import_info("source attach") };
    let mut writer = store.write(info)?;
    agree(&store, args, &sum)?;
    let quotes = writer.attach(&args.slug, &text, &sum)?;
    writer.commit()?;
    let end = if args.dry_run { "; nothing was written" } else { "" };
    ui.status(&format!(
        "{}: {} stored{end}",
        args.slug,
        count(text.chars().count() as u64, "character", "characters")
    ));
    if quotes.lacking > 0 {
        ui.status(&format!(
            "{} of {} not in the text; facts check --source {} lists them",
            quotes.lacking,
            count(quotes.found + quotes.lacking, "quote is", "quotes are"),
            args.slug
        ));
    }
    Ok(Exit::Done)
}

/// Refuses a text that is not the document its source names, or that would take the place of
/// another.
fn agree(store: &Store, args: &Args, sum: &str) -> Result<()> {
    let source = one(store, &args.slug)?;
    let rejected = |message: String| Err(Error::new(ErrorKind::Rejected, message));
    if let Some(expected) = field(&source, "sha256").filter(|expected| *expected != sum)
        && !args.force
    {
        return rejected(format!(
            "{} is not the document of {}: SHA-256 {sum}, expected {expected}; nothing was written",
            args.file.display(),
            args.slug
        ))
        .map_err(|failure| {
            failure.hint("locators may point to the wrong passages in it; --force stores it anyway")
        });
    }
    if store.held_text(&args.slug)?.is_some_and(|held| held.sha256 != sum) && !args.force {
        return rejected(format!(
            "another text is already stored for {}; nothing was written",
            args.slug
        ))
        .map_err(|failure| {
            failure.hint(
                "its locators may point to the wrong passages in this one; --force replaces it",
            )
        });
    }
    Ok(())
}

/// The text of a file, or why it is none.
fn decode(bytes: &[u8], encoding: Option<&str>) -> Result<String, String> {
    if bytes.starts_with(b"%PDF") {
        return Err(
            "this is a PDF; convert it to plain text (for example with pdftotext) and attach that"
                .into(),
        );
    }
    let text = match encoding {
        Some(name) => {
            let encoding = Encoding::for_label(name.as_bytes()).ok_or_else(|| {
                format!("unknown encoding \"{name}\" (windows-1252, iso-8859-1, utf-16le, …)")
            })?;
            let (text, _, broken) = encoding.decode(bytes);
            if broken {
                return Err(format!("not valid {}", encoding.name()));
            }
            text.into_owned()
        }
        None if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") => {
            let (text, _, broken) = encoding_rs::UTF_16LE.decode(bytes);
            if broken {
                return Err("not valid UTF-16, although its byte order mark says so".into());
            }
            text.into_owned()
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
            Err(_) if bytes.contains(&0) => return Err("not a plain text file".into()),
            Err(e) => {
                let line = bytes[..e.valid_up_to()].split(|b| *b == b'\n').count();
                return Err(format!(
                    "invalid UTF-8 on line {line}; set --encoding (often windows-1252)"
                ));
            }
        },
    };
    if text.contains('\0') {
        return Err("not a plain text file: it contains NUL characters".into());
    }
    if text.trim().is_empty() {
        return Err("the file is empty".into());
    }
    Ok(text)
}
