//! `facts.toml`, here or in a folder above, and the user's own: what commands do when nobody says
//! otherwise.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Deserialize;

use crate::command::output_style::{Flavour, When};
use crate::error::{Error, Result};
use crate::publish::copy::PublishedCopy;
use crate::render::FORMATS;
use crate::value::suggest::did_you_mean;

/// The keys that a file may have.
const KEYS: [&str; 7] = ["format", "database", "output_format", "excel", "color", "by", "queries"];

/// The number of the format of such a file. One that states none is of this one.
const FORMAT: i64 = 1;

/// One file of settings.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SettingsFile {
    database: Option<PathBuf>,
    output_format: Option<String>,
    excel: Option<Flavour>,
    color: Option<When>,
    by: Option<String>,
    queries: BTreeMap<String, String>,
}

/// A setting and the file that made it.
#[derive(Debug, Clone)]
pub struct Setting<T> {
    /// The setting.
    pub value: T,
    /// The file.
    pub by: PathBuf,
}

/// The settings of all files; the nearest file goes first.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The database; a relative path starts at the file's folder.
    pub database: Option<Setting<PathBuf>>,
    /// The output format in a pipe and on a terminal.
    pub format: Option<Setting<String>>,
    /// The flavour of CSV for spreadsheets.
    pub excel: Option<Setting<Flavour>>,
    /// When to use colour.
    pub color: Option<Setting<When>>,
    /// Who works here, for the log.
    pub by: Option<Setting<String>>,
    /// Saved queries: a name, and the command line behind `facts`.
    pub queries: BTreeMap<String, Setting<String>>,
}

impl Settings {
    /// Reads `facts.toml` here or in the nearest folder above, then the user's own.
    ///
    /// # Errors
    /// A file is not what it should be; the message has its line.
    pub fn read() -> Result<Settings> {
        let mut config = Settings::default();
        let here = std::env::current_dir().unwrap_or_default();
        let nearest =
            here.ancestors().map(|folder| folder.join("facts.toml")).find(|file| file.is_file());
        let own = etcetera::choose_base_strategy()
            .ok()
            .map(|base| base.config_dir().join("facts").join("config.toml"));
        for path in nearest.into_iter().chain(own.filter(|file| file.is_file())) {
            config.add(&path)?;
        }
        Ok(config)
    }

    /// Each setting with its value and the file that made it.
    #[must_use]
    pub fn told(&self) -> Vec<(&'static str, String, &Path)> {
        let mut told = Vec::new();
        if let Some(Setting { value, by }) = &self.database {
            told.push(("set_database", value.display().to_string(), by.as_path()));
        }
        if let Some(Setting { value, by }) = &self.format {
            told.push(("set_output_format", value.clone(), by.as_path()));
        }
        if let Some(Setting { value, by }) = &self.excel {
            told.push(("set_excel", format!("{value:?}").to_lowercase(), by.as_path()));
        }
        if let Some(Setting { value, by }) = &self.color {
            told.push(("set_color", format!("{value:?}").to_lowercase(), by.as_path()));
        }
        if let Some(Setting { value, by }) = &self.by {
            told.push(("set_by", value.clone(), by.as_path()));
        }
        if let Some(Setting { by, .. }) = self.queries.values().next() {
            told.push((
                "set_queries",
                self.queries.keys().cloned().collect::<Vec<_>>().join(", "),
                by.as_path(),
            ));
        }
        told
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(&shown, &e))?;
        let wrong = |span: Option<std::ops::Range<usize>>, said: &str| {
            let line =
                span.map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::usage(format!("{shown}:{line}: {said}"))
        };
        let table: toml::Table =
            text.parse().map_err(|e: toml::de::Error| wrong(e.span(), e.message()))?;
        if let Some(format) =
            table.get("format").filter(|format| format.as_integer() != Some(FORMAT))
        {
            let what =
                format!("{shown}:{}: format {format}: expected {FORMAT}", line(&text, "format"));
            return Err(Error::usage(what).hint(match format {
                toml::Value::Integer(_) => "a later format needs a newer version of facts",
                _ => "format is the version of this file's format; output_format sets the output format",
            }));
        }
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let line = text.lines().position(|line| {
                line.trim_start().trim_start_matches('[').starts_with(key.as_str())
            });
            let near = did_you_mean(key, KEYS);
            return Err(Error::usage(format!(
                "{shown}:{}: unknown setting \"{key}\"{near}",
                line.unwrap_or(0) + 1
            ))
            .hint(format!("settings: {}", KEYS.join(", "))));
        }
        let line = |key: &str| line(&text, key);
        for (key, known) in [("excel", &["us", "eu"][..]), ("color", &["auto", "always", "never"])]
        {
            if let Some(word) = table.get(key).and_then(toml::Value::as_str)
                && !known.contains(&word)
            {
                let near = did_you_mean(word, known.iter().copied());
                let known = known.join(", ");
                return Err(Error::usage(format!(
                    "{shown}:{}: {key}: expected one of {known}, found \"{word}\"{near}",
                    line(key)
                )));
            }
        }
        let file: SettingsFile = toml::from_str(&text)
            .map_err(|e| wrong(e.span(), e.message().lines().next().unwrap_or_default()))?;
        if let Some(format) = &file.output_format
            && !FORMATS.iter().any(|known| known.name == format)
        {
            let near = did_you_mean(format, FORMATS.iter().map(|known| known.name));
            return Err(Error::usage(format!(
                "{shown}:{}: output_format: unknown format \"{format}\"{near}",
                line("output_format")
            )));
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        let by = || path.to_owned();
        set(
            &mut self.database,
            file.database.map(|database| {
                if PublishedCopy::has_scheme(&database) { database } else { folder.join(database) }
            }),
            by(),
        );
        set(&mut self.format, file.output_format, by());
        set(&mut self.excel, file.excel, by());
        set(&mut self.color, file.color, by());
        set(&mut self.by, file.by, by());
        for (name, query) in file.queries {
            self.queries.entry(name).or_insert_with(|| Setting { value: query, by: by() });
        }
        Ok(())
    }
}

/// The line on which a key of the top level stands, or the first.
fn line(text: &str, key: &str) -> usize {
    text.lines().position(|line| line.trim_start().starts_with(key)).unwrap_or(0) + 1
}

fn set<T>(setting: &mut Option<Setting<T>>, value: Option<T>, by: PathBuf) {
    if let (None, Some(value)) = (&setting, value) {
        *setting = Some(Setting { value, by });
    }
}
