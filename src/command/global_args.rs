//! What every command takes: which database, which format, where to, how loud.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args};
use etcetera::BaseStrategy;

use crate::command::output_style::{Flavour, When};
use crate::command::settings::Settings;
use crate::error::{Error, Result};
use crate::render::{self, FORMATS, Format};
use crate::store::{Access, ImportInfo, Store};
use crate::value::suggest::did_you_mean;

/// Formats that one command alone writes, and that command.
pub const OF_ONE_COMMAND: &[(&str, &str)] = &[
    ("bibtex", "facts source list"),
    ("csl-json", "facts source list"),
    #[cfg(feature = "parquet")]
    ("parquet", "facts publish"),
];

/// Options before or behind any command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// Database file, or a published copy: a folder, duckdb:DIR, spark:DIR or the address of a database [default: `FACTS_DB`, else the one set in facts.toml, else facts.db in this folder, else in the user's data
    /// folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub db: Option<PathBuf>,
    /// Output format [default: by -o, else table on a terminal, csv in a pipe]
    #[arg(short, long, global = true, value_name = "FORMAT", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|f| f.name).chain(OF_ONE_COMMAND.iter().map(|(name, _)| *name))))]
    pub format: Option<String>,
    /// Write to a file, all or nothing; format from the file extension
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write CSV that opens in a spreadsheet: with commas (us), or with semicolons and decimal
    /// commas (eu)
    #[arg(long, global = true, value_name = "FLAVOUR", value_enum, num_args = 0..=1, require_equals = true)]
    #[expect(
        clippy::option_option,
        reason = "the flag without a flavour takes that of the settings"
    )]
    pub excel: Option<Option<Flavour>>,
    /// One field per line, all fields
    #[arg(short = 'x', long, global = true)]
    pub expanded: bool,
    /// Text to show for missing values
    #[arg(long, global = true, value_name = "TEXT")]
    pub null: Option<String>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum)]
    pub color: Option<When>,
    /// Print no counts, hints or warnings
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Show underlying errors; -vv traces each SQL statement
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Read a database even if another program changed its schema
    #[arg(long, global = true, hide_short_help = true)]
    pub force_schema: bool,
    /// What the files of settings say.
    #[arg(skip)]
    pub config: Settings,
}

/// A database, and what chose it.
pub struct ChosenDatabase {
    /// The file.
    pub path: PathBuf,
    /// `--db`, `FACTS_DB`, a file of settings, `here` or `data folder`.
    pub by: String,
}

impl GlobalArgs {
    /// What the environment and the files of settings say, without a command line.
    #[must_use]
    pub fn of_environment() -> GlobalArgs {
        GlobalArgs {
            db: None,
            format: None,
            output: None,
            excel: None,
            expanded: false,
            null: None,
            color: None,
            quiet: false,
            verbose: 0,
            force_schema: false,
            config: Settings::read().unwrap_or_default(),
        }
    }

    /// Takes over what another command line says and this one does not.
    pub fn under(&mut self, other: &GlobalArgs) {
        let GlobalArgs {
            db,
            format,
            output,
            excel,
            expanded,
            null,
            color,
            quiet,
            verbose,
            force_schema,
            config,
        } = other.clone();
        self.db = self.db.take().or(db);
        self.format = self.format.take().or(format);
        self.output = self.output.take().or(output);
        self.excel = self.excel.or(excel);
        self.null = self.null.take().or(null);
        self.color = self.color.or(color);
        self.expanded |= expanded;
        self.quiet |= quiet;
        self.verbose = self.verbose.max(verbose);
        self.force_schema |= force_schema;
        self.config = config;
    }

    /// What a run that begins now says of itself in the log.
    #[must_use]
    pub fn import_info(&self, action: &str) -> ImportInfo {
        ImportInfo {
            at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            by: self.by(),
            action: action.to_owned(),
            ..ImportInfo::default()
        }
    }

    /// Who works here: as the settings say, `FACTS_BY`, or Git.
    fn by(&self) -> Option<String> {
        let set = self.config.by.as_ref().map(|set| set.value.clone());
        let by = set.or_else(|| std::env::var("FACTS_BY").ok()).or_else(|| {
            let asked = Command::new("git").args(["config", "user.name"]).output().ok()?;
            String::from_utf8(asked.stdout).ok()
        })?;
        let by = by.split_whitespace().collect::<Vec<_>>().join(" ");
        (!by.is_empty()).then_some(by)
    }

    /// Which CSV for spreadsheets is meant: `--excel` without a flavour takes that of the settings.
    #[must_use]
    pub fn flavour(&self) -> Option<Flavour> {
        let set = self.config.excel.as_ref().map(|set| set.value);
        self.excel.map(|flavour| flavour.or(set).unwrap_or(Flavour::Us))
    }

    /// When to use colour.
    #[must_use]
    pub fn color(&self) -> When {
        self.color.or(self.config.color.as_ref().map(|set| set.value)).unwrap_or(When::Auto)
    }

    /// The database that is meant: `--db`, then `FACTS_DB`, then `facts.db` here, then the user's
    /// data folder.
    pub fn database(&self) -> ChosenDatabase {
        if let Some(path) = &self.db {
            return ChosenDatabase { path: path.clone(), by: "--db".into() };
        }
        if let Some(path) = std::env::var_os("FACTS_DB").filter(|path| !path.is_empty()) {
            return ChosenDatabase { path: path.into(), by: "FACTS_DB".into() };
        }
        if let Some(set) = &self.config.database {
            return ChosenDatabase { path: set.value.clone(), by: set.by.display().to_string() };
        }
        let here = Path::new("facts.db");
        if !here.exists()
            && let Ok(base) = etcetera::choose_base_strategy()
        {
            let kept = base.data_dir().join("facts").join("facts.db");
            if kept.exists() {
                return ChosenDatabase { path: kept, by: "data folder".into() };
            }
        }
        ChosenDatabase { path: here.to_owned(), by: "here".into() }
    }

    /// Opens the database for reading.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open(&self) -> Result<Store> {
        Store::open(&self.database().path, Access::Read { any_schema: self.force_schema })
    }

    /// Returns the output format, from `--format`, the output file's extension, or the default.
    ///
    /// # Errors
    /// Fails if the extension of the output file is unknown.
    pub fn format(&self, terminal: bool) -> Result<&'static Format> {
        let is_named = |(name, _): &&(&str, &str)| self.format.as_deref() == Some(name);
        if let Some((name, command)) = OF_ONE_COMMAND.iter().find(is_named) {
            return Err(Error::usage(format!("-f {name} works only with {command}")));
        }
        let named = self.format.as_deref().and_then(render::find);
        if let (None, Some(file)) = (named, &self.output) {
            let extension = file.extension().and_then(|end| end.to_str()).unwrap_or_default();
            return render::by_extension(extension).ok_or_else(|| {
                let ends: Vec<&str> =
                    FORMATS.iter().flat_map(|format| format.extensions).copied().collect();
                let near = did_you_mean(extension, ends.iter().copied());
                Error::usage(format!(
                    "{}: unknown file extension \"{extension}\"{near}",
                    file.display()
                ))
                .hint(format!(
                    "choose a format with --format, or use one of these extensions: {}",
                    ends.join(", ")
                ))
            });
        }
        let set = self.config.format.as_ref().and_then(|set| render::find(&set.value));
        if let (None, None, None, Some(set)) = (named, &self.output, self.excel, set) {
            return Ok(set);
        }
        let usual = if terminal && self.excel.is_none() { "table" } else { "csv" };
        named.or_else(|| render::find(usual)).ok_or_else(|| Error::usage("unknown format"))
    }
}
