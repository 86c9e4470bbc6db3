//! Rows of a file that are refused: with them the whole file, or they alone, set aside to be mended.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value as Json};

use crate::command::Exit;
use crate::command::manual_input::{Fault, ManualFields, VERSION, stated};
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
    /// Checks that there is a file whose rows can be skipped, and that they are not written over it.
    ///
    /// # Errors
    /// There is none, or they would be.
    pub fn check(&self, from: Option<&Path>) -> Result<()> {
        if from.is_none() && (self.skips() || self.rejects.is_some()) {
            return Err(Error::usage(
                "--on-error skip and --rejects need a file to read: --from FILE",
            ));
        }
        if self.rejects.is_some() && !self.skips() {
            return Err(Error::usage("--rejects needs --on-error skip"));
        }
        let place = |path: &Path| fs::canonicalize(path).ok();
        let same = from
            .zip(self.rejects.as_deref())
            .filter(|(from, rejects)| place(from).is_some_and(|from| place(rejects) == Some(from)));
        match same {
            Some((from, _)) => Err(Error::usage(format!(
                "--rejects {} would replace the file that is read",
                from.display()
            ))),
            None => Ok(()),
        }
    }

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

    /// Adds records that cannot be read: their text is kept.
    pub fn add_broken(&mut self, broken: Vec<(String, Fault)>) {
        let record = |(text, fault)| (vec![("record".to_owned(), text)], vec![fault]);
        self.0.extend(broken.into_iter().map(record));
    }

    /// Writes them where they are to be put, as CSV if the name says so and else as lines of JSON.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&self, args: &OnErrorArgs) -> Result<()> {
        let Some(path) = args.rejects.as_ref().filter(|_| !self.0.is_empty()) else {
            return Ok(());
        };
        let rows: Vec<ManualFields> = self.0.iter().map(told).collect();
        let is_csv = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        let failed = |e: &std::io::Error| Error::io(format!("cannot write {}", path.display()), e);
        let bytes = if is_csv { csv_of(&rows).map_err(|e| failed(&e))? } else { lines_of(&rows) };
        let mut file = Output::begin(path)?;
        file.write_all(&bytes).map_err(|e| failed(&e))?;
        file.finish()
    }

    /// The exit code of a run that was to be without them.
    #[must_use]
    pub fn exit(&self) -> Exit {
        if self.0.is_empty() { Exit::Done } else { Exit::No }
    }

    /// Says how many they are.
    pub fn say(&self, args: &OnErrorArgs, ui: &mut Ui) {
        if self.0.is_empty() {
            return;
        }
        let lines: Vec<String> =
            self.0.iter().flat_map(|(_, faults)| faults).map(ToString::to_string).collect();
        args.say(self.0.len(), &lines, ui);
    }
}

/// What a record states, and what is wrong with it.
fn told((record, faults): &(ManualFields, Vec<Fault>)) -> ManualFields {
    let line = faults.iter().find_map(|fault| fault.place.as_ref());
    let fields = faults.iter().filter_map(|fault| fault.field.as_deref());
    let errors = faults.iter().map(|fault| fault.expected.as_str());
    let wrong = [
        line.map(|(_, line)| line.to_string()).unwrap_or_default(),
        joined(fields),
        joined(errors),
    ];
    // an emptied cell of a sheet takes something back
    let is_sheet = !stated(record, VERSION).is_empty();
    let kept = record.iter().filter(|(_, value)| is_sheet || !value.is_empty()).cloned();
    kept.chain(REJECT_COLUMNS.map(str::to_owned).into_iter().zip(wrong)).collect()
}

fn lines_of(rows: &[ManualFields]) -> Vec<u8> {
    let cell = |name: &str, value: &str| match value.parse::<u64>() {
        Ok(line) if name == REJECT_COLUMNS[0] => Json::from(line),
        _ => Json::from(value),
    };
    let object = |row: &ManualFields| -> Json {
        row.iter()
            .map(|(name, value)| (name.clone(), cell(name, value)))
            .collect::<Map<_, _>>()
            .into()
    };
    rows.iter().flat_map(|row| format!("{}\n", object(row)).into_bytes()).collect()
}

fn csv_of(rows: &[ManualFields]) -> std::io::Result<Vec<u8>> {
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in rows.iter().flatten() {
        if !columns.contains(&name.as_str()) && !REJECT_COLUMNS.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    columns.extend(REJECT_COLUMNS);
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(&columns)?;
    for row in rows {
        file.write_record(columns.iter().map(|column| stated(row, column)))?;
    }
    file.into_inner().map_err(|e| std::io::Error::other(e.error().to_string()))
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
