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
use crate::store::{Access, Store};
use crate::value::text::{count, hex};

/// Keep the text of a document in the database, so that its facts can be checked.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts source attach us-iraq-2014 essay.txt\n  facts source attach memoir memoir.txt --encoding windows-1252"
)]
pub struct Args {
    /// The source
    #[arg(value_name = "SLUG")]
    slug: String,
    /// A file of plain text
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file's encoding, where it is not UTF-8
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Keep it although its SHA-256 is not the source's, or another text is held
    #[arg(long)]
    force: bool,
}

/// Runs it.
pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let shown = args.file.display();
    let bytes = std::fs::read(&args.file).map_err(|e| Error::io(&shown, &e))?;
    let text = decode(&bytes, args.encoding.as_deref()).map_err(|why| {
        Error::new(ErrorKind::Rejected, format!("{shown}: {why}; nothing was written"))
    })?;
    let sum = hex(&Sha256::digest(&bytes));
    let store = Store::open(&global.database().path, Access::Write)?;
    store.attach(&args.slug, &text, &sum, || agree(&store, args, &sum))?;
    ui.status(&format!(
        "{}: {} kept",
        args.slug,
        count(text.chars().count() as u64, "character", "characters")
    ));
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
            "{} is not the document that {} names: its SHA-256 is {sum}, expected {expected}; nothing was written",
            args.file.display(),
            args.slug
        ))
        .map_err(|failure| failure.hint("locators may lead astray in it; --force keeps it all the same"));
    }
    if store.held_text(&args.slug)?.is_some_and(|held| held.sha256 != sum) && !args.force {
        return rejected(format!("another text of {} is held already; nothing was written", args.slug)).map_err(|failure| {
            failure.hint("its locators may lead astray in this one; --force puts it in the place of the other")
        });
    }
    Ok(())
}

/// The text of a file, or why it is none.
fn decode(bytes: &[u8], encoding: Option<&str>) -> Result<String, String> {
    if bytes.starts_with(b"%PDF") {
        return Err("this is a PDF; make plain text of it (pdftotext does) and attach that".into());
    }
    let text = match encoding {
        Some(name) => {
            let encoding = Encoding::for_label(name.as_bytes()).ok_or_else(|| {
                format!("no encoding is called \"{name}\" (windows-1252, iso-8859-1, utf-16le, …)")
            })?;
            let (text, _, broken) = encoding.decode(bytes);
            if broken {
                return Err(format!("not in {}", encoding.name()));
            }
            text.into_owned()
        }
        None if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") => {
            let (text, _, broken) = encoding_rs::UTF_16LE.decode(bytes);
            if broken {
                return Err("not in UTF-16, which its byte order mark announces".into());
            }
            text.into_owned()
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
            Err(_) if bytes.contains(&0) => return Err("this is no plain text".into()),
            Err(e) => {
                let line = bytes[..e.valid_up_to()].split(|b| *b == b'\n').count();
                return Err(format!(
                    "not UTF-8 at line {line}; name its encoding with --encoding (windows-1252 is usual)"
                ));
            }
        },
    };
    if text.contains('\0') {
        return Err("this is no plain text: it holds NUL characters".into());
    }
    if text.trim().is_empty() {
        return Err("this file is empty".into());
    }
    Ok(text)
}
