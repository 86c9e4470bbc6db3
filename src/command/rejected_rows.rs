//! Rows of a file that are refused: with them the whole file, or they alone, set aside to be mended.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Map, Value as Json};

use crate::command::manual_input::{Fault, ManualFields};
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::fs::output::Output;
use crate::mapping::{REJECT_COLUMNS, Record};
use crate::value::text::count;

/// What becomes of a file with a row that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnError {
    /// Nothing of it is written.
    Abort,
    /// The other rows are.
    Skip,
}

/// What to do with rows that are refused.
#[derive(Debug, clap::Args)]
pub struct OnErrorArgs {
    /// What to do with a row that is refused: write nothing, or skip the row
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = OnError::Abort)]
    pub on_error: OnError,
    /// Where to put the rows that are refused, with what is wrong; fix them there, and read that
    #[arg(long, value_name = "PATH")]
    pub rejects: Option<PathBuf>,
}

impl OnErrorArgs {
    /// Whether the other rows are written.
    #[must_use]
    pub fn skips(&self) -> bool {
        self.on_error == OnError::Skip
    }

    /// Says how many rows were skipped, and where they are.
    fn say(&self, rows: usize, lines: &[String], ui: &mut Ui) {
        lines.iter().for_each(|line| ui.status(line));
        let skipped = count(rows as u64, "row skipped", "rows skipped");
        ui.status(&match &self.rejects {
            Some(path) => format!("{skipped}; see {}", path.display()),
            None => format!("{skipped}; --rejects PATH keeps them in a file"),
        });
    }
}

/// Records that were refused, and why.
#[derive(Default)]
pub struct RejectedRecords(Vec<(ManualFields, Vec<Fault>)>);

impl RejectedRecords {
    /// Adds one.
    pub fn add(&mut self, record: ManualFields, faults: Vec<Fault>) {
        self.0.push((record, faults));
    }

    /// Writes them as lines of JSON where they are to be put, and says how many they are.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn finish(self, args: &OnErrorArgs, ui: &mut Ui) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        if let Some(path) = &args.rejects {
            let mut file = Output::begin(path)?;
            for (record, faults) in &self.0 {
                let stated = record.iter().filter(|(_, value)| !value.is_empty());
                let mut object: Map<String, Json> =
                    stated.map(|(name, value)| (name.clone(), value.as_str().into())).collect();
                let line = faults.iter().find_map(|fault| fault.place.as_ref());
                object.insert(REJECT_COLUMNS[0].into(), line.map(|(_, line)| *line).into());
                let fields = faults.iter().filter_map(|fault| fault.field.as_deref());
                object.insert(REJECT_COLUMNS[1].into(), joined(fields).into());
                let errors = faults.iter().map(|fault| fault.expected.as_str());
                object.insert(REJECT_COLUMNS[2].into(), joined(errors).into());
                writeln!(file, "{}", Json::Object(object))
                    .map_err(|e| Error::io(format!("cannot write {}", path.display()), &e))?;
            }
            file.finish()?;
        }
        let lines: Vec<String> =
            self.0.iter().flat_map(|(_, faults)| faults).map(ToString::to_string).collect();
        args.say(self.0.len(), &lines, ui);
        Ok(())
    }
}

/// Rows of the tables of a folder that were refused, and why.
#[derive(Default)]
pub struct RejectedTables {
    tables: BTreeMap<String, Vec<Vec<String>>>,
    rows: usize,
}

impl RejectedTables {
    /// Adds a row of a table with this header: its line, and what is wrong with which fields.
    pub fn add(
        &mut self,
        table: &str,
        (header, row): (&Record, &Record),
        line: u64,
        faults: &[(Option<String>, String)],
    ) {
        let kept: Vec<usize> = (0..header.len())
            .filter(|n| header.get(*n).is_none_or(|name| !REJECT_COLUMNS.contains(&name)))
            .collect();
        let cells = |record: &Record| -> Vec<String> {
            kept.iter().map(|n| record.get(*n).unwrap_or_default().to_owned()).collect()
        };
        let rows = self.tables.entry(table.to_owned()).or_insert_with(|| {
            vec![[cells(header), REJECT_COLUMNS.map(str::to_owned).to_vec()].concat()]
        });
        let fields = joined(faults.iter().filter_map(|(field, _)| field.as_deref()));
        let errors = joined(faults.iter().map(|(_, expected)| expected.as_str()));
        rows.push([cells(row), vec![line.to_string(), fields, errors]].concat());
        self.rows += 1;
    }

    /// How many they are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows
    }

    /// Writes them into a folder where they are to be put, and says how many they are.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn finish(self, args: &OnErrorArgs, lines: &[String], ui: &mut Ui) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        if let Some(folder) = &args.rejects {
            let failed =
                |e: &std::io::Error| Error::io(format!("cannot write {}", folder.display()), e);
            fs::create_dir_all(folder).map_err(|e| failed(&e))?;
            for (table, rows) in &self.tables {
                let mut file = csv::Writer::from_writer(Vec::new());
                for row in rows {
                    file.write_record(row).map_err(|e| failed(&e.into()))?;
                }
                let bytes = file.into_inner().map_err(|e| failed(e.error()))?;
                let mut made = Output::begin(&folder.join(format!("{table}.csv")))?;
                made.write_all(&bytes).map_err(|e| failed(&e))?;
                made.finish()?;
            }
        }
        args.say(self.rows, lines, ui);
        Ok(())
    }
}

fn joined<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.collect::<Vec<_>>().join("; ")
}
