//! What every command takes: which database, which format, where to, how loud.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use etcetera::BaseStrategy;

use crate::exit::{Failure, Result};
use crate::render::{self, FORMATS, Format};
use crate::store::{Access, Store};

/// What `facts source list` can write besides the formats.
pub const CITATIONS: [&str; 2] = ["bibtex", "csl-json"];

/// Options before or behind any command.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The database [default: by the environment, else facts.db here, else in the user's data folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub db: Option<PathBuf>,
    /// The output format [default: by -o, else table on a terminal, csv in a pipe]
    #[arg(short, long, global = true, value_name = "FORMAT", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|f| f.name).chain(CITATIONS)))]
    pub format: Option<String>,
    /// Write to a file, whole or not at all; its name's end chooses the format
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// A field a line, all fields
    #[arg(short = 'x', long, global = true)]
    pub expanded: bool,
    /// What stands for "not stated"
    #[arg(long, global = true, value_name = "TEXT")]
    pub null: Option<String>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub color: When,
    /// No counts, hints or warnings
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Show what libraries said when something fails
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Read a database whose schema something else has changed
    #[arg(long, global = true, hide_short_help = true)]
    pub force_schema: bool,
}

/// When to do something that suits a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A database, and what chose it.
pub struct Chosen {
    /// The file.
    pub path: PathBuf,
    /// `--db`, `FACTS_DB`, `here` or `data folder`.
    pub by: &'static str,
}

impl Global {
    /// The database that is meant: `--db`, then `FACTS_DB`, then `facts.db` here, then the user's data folder.
    pub fn database(&self) -> Chosen {
        if let Some(path) = &self.db {
            return Chosen { path: path.clone(), by: "--db" };
        }
        if let Some(path) = std::env::var_os("FACTS_DB").filter(|path| !path.is_empty()) {
            return Chosen { path: path.into(), by: "FACTS_DB" };
        }
        let here = Path::new("facts.db");
        if !here.exists()
            && let Ok(base) = etcetera::choose_base_strategy()
        {
            let kept = base.data_dir().join("facts").join("facts.db");
            if kept.exists() {
                return Chosen { path: kept, by: "data folder" };
            }
        }
        Chosen { path: here.to_owned(), by: "here" }
    }

    /// Opens the database to read.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open(&self) -> Result<Store> {
        Store::open(&self.database().path, Access::Read { any_schema: self.force_schema })
    }

    /// The format that is meant.
    ///
    /// # Errors
    /// The end of the output file's name is no format's.
    pub fn format(&self, terminal: bool) -> Result<&'static Format> {
        if let Some(name) = self.format.as_deref().filter(|name| CITATIONS.contains(name)) {
            return Err(Failure::usage(format!("{name} is a format of facts source list alone")));
        }
        let named = self.format.as_deref().and_then(render::find);
        if let (None, Some(file)) = (named, &self.output) {
            let extension = file.extension().and_then(|end| end.to_str()).unwrap_or_default();
            return render::by_extension(extension).ok_or_else(|| {
                let ends: Vec<&str> = FORMATS.iter().flat_map(|format| format.extensions).copied().collect();
                Failure::usage(format!("{}: no format is called after \"{extension}\"", file.display()))
                    .hint(format!("name it with --format, or end it with one of {}", ends.join(", ")))
            });
        }
        let usual = if terminal { "table" } else { "csv" };
        named.or_else(|| render::find(usual)).ok_or_else(|| Failure::usage("no such format"))
    }
}
