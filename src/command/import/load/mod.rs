//! One file into the database: every record read, made into facts, written; all of it or nothing.

#[cfg(feature = "parquet")]
mod lake;
mod notes;

use std::fs::canonicalize;
use std::path::Path;

use crate::command::global_args::GlobalArgs;
use crate::command::import::choose::{ChosenMapping, choose};
use crate::command::import::load::notes::NameNotes;
use crate::command::import::pipeline::{self, Finder, RecordOutcome, RecordPosition};
use crate::command::import::rejects::Rejects;
use crate::command::import::{Args, ImportReport, Whether, not_a_table};
use crate::command::load_folder::countries;
use crate::command::progress::Progress;
use crate::command::rejected_rows::OnError;
use crate::command::ui::{Ui, clock_note};
use crate::error::{Error, ErrorKind, Result, Stop};
use crate::ingest::source_file::SourceFile;
use crate::ingest::{CsvError, Diagnostic, Diagnostics, likely};
use crate::mapping::cell_error::CellError;
use crate::mapping::{
    Complete, DATASETS, KnownDates, REJECT_COLUMNS, Record, Redistribution, is_complete,
};
#[cfg(feature = "parquet")]
use crate::publish::lake::LakeDraft;
use crate::store::{Counts, ImportInfo, RecordFacts, ReleaseImport, ReleaseInfo, Store, Writer};
use crate::value::text::{BETWEEN_NAMES, count, grouped, quoted};

/// Imports a file.
///
/// # Errors
/// It cannot be read, or records of it cannot be loaded; then nothing was written.
pub fn file(
    input: &SourceFile,
    args: &Args,
    global: &GlobalArgs,
    ui: &mut Ui,
) -> Result<ImportReport> {
    not_a_table::refuse(input)?;
    let chosen = choose(input, args)?;
    let path = global.database().path;
    let info = ImportInfo {
        file: Some(input.shown.clone()),
        is_trial: args.dry_run,
        ..global.import_info("import")
    };
    Store::open_or_create(&path, args.dry_run, |store, _| {
        ImportLoad::begin(input, &chosen, args, ui)?.run(store, &info, args)
    })
}

/// Imports a file into a lake.
///
/// # Errors
/// It cannot be read, or records of it cannot be loaded.
#[cfg(feature = "parquet")]
pub fn into_lake(
    input: &SourceFile,
    lake: &mut LakeDraft,
    args: &Args,
    global: &GlobalArgs,
    ui: &mut Ui,
) -> Result<ImportReport> {
    not_a_table::refuse(input)?;
    let chosen = choose(input, args)?;
    let info = ImportInfo { file: Some(input.shown.clone()), ..global.import_info("import") };
    ImportLoad::begin(input, &chosen, args, ui)?.run_into(lake, &info, args)
}

/// The percentage of records in which the name and the code of a field may disagree.
const WRONG_CODES: u64 = 10;

/// How often a file is read at most for the names in it: each time a list may tell one more.
const LESSONS: usize = 5;

/// How many bytes of a file a record has, as a guess.
const BYTES: u64 = 512;

/// An import under way.
struct ImportLoad<'a> {
    input: &'a SourceFile,
    chosen: &'a ChosenMapping,
    skip: bool,
    most: u64,
    diagnostics: Diagnostics,
    rejects: Option<Rejects>,
    progress: Progress,
    /// Finds the cells of records that are wrong.
    finder: Option<Finder>,
    /// Number of records read.
    read: u64,
    /// Number of those that were set aside.
    skipped: u64,
    /// Number of those that make no fact.
    factless: u64,
    dates: KnownDates,
}

impl<'a> ImportLoad<'a> {
    fn begin(
        input: &'a SourceFile,
        chosen: &'a ChosenMapping,
        args: &Args,
        ui: &Ui,
    ) -> Result<ImportLoad<'a>> {
        if let Some(rejects) = &args.rejects {
            let is = |path: &Path| matches!((canonicalize(rejects), canonicalize(path)), (Ok(a), Ok(b)) if a == b);
            for (path, what) in [
                (Some(Path::new(&input.shown)), "the file being imported"),
                (args.mapping.as_deref(), "the mapping file"),
            ] {
                if path.is_some_and(is) {
                    return Err(
                        Error::usage(format!("--rejects names {what}")).hint("name another file")
                    );
                }
            }
        }
        let rejects =
            args.rejects.as_deref().map(|target| Rejects::begin(target, chosen)).transpose()?;
        let skip = args.on_error == OnError::Skip;
        let most = args.max_errors.unwrap_or(if skip { u64::MAX } else { 20 });
        let progress = Progress::begin(ui.shows_progress(), input.progress());
        Ok(ImportLoad {
            input,
            chosen,
            skip,
            most,
            diagnostics: Diagnostics::showing(usize::try_from(most).unwrap_or(usize::MAX).min(50)),
            rejects,
            progress,
            finder: None,
            read: 0,
            skipped: 0,
            factless: 0,
            dates: KnownDates::default(),
        })
    }

    fn run(&mut self, store: &Store, info: &ImportInfo, args: &Args) -> Result<ImportReport> {
        let (chosen, mapping) = (self.chosen, &self.chosen.mapping);
        let mut writer = store.write(info.clone())?;
        if store.is_fresh()? {
            countries(&mut writer)?;
        }
        // a file of mended records is a part of the file that they are from
        let mended =
            chosen.layout.header.iter().any(|name| REJECT_COLUMNS.contains(&name.as_str()));
        writer.expect(self.input.size() / BYTES, |kind, field| chosen.plan.fills(kind, field))?;
        let mut release = writer.release(&self.release_info(args, mended))?;
        let input = self.input;
        if chosen.plan.lists_coded_names() {
            self.learn(&mut writer)?;
        }
        let encoder = writer.encoder(&release, &chosen.plan.read_with)?;
        let write = |record: &Record, at: RecordPosition, made: &mut RecordOutcome<'_>| {
            self.one(record, at, made, &mut release, &mut writer)
        };
        let mut end = match pipeline::all(chosen, input, Some(encoder), write) {
            Ok(end) => end,
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Input(fault)) => return Err(self.broken(fault)),
        };
        if !self.diagnostics.is_empty() && !self.skip {
            return Err(self.refusal(true));
        }
        end.encoder.take().into_iter().for_each(|encoder| writer.take_counts(encoder));
        let differing = self.refuse_wrong_codes(&writer, args.force_codes)?;
        let rejected = self.diagnostics.rows();
        // a data set whose releases have names: a file without one may be any of them
        let is_unnamed = chosen.release.is_none() && mapping.release.is_stated_somewhere();
        let said = is_complete(mapping, &chosen.layout) && !is_unnamed;
        // a record that was rejected is not absent
        let complete = rejected == 0
            && args.complete.map_or(said && !mended, |whether| whether == Whether::Yes);
        self.progress.then("writing");
        let run = release.run();
        let end_of_release = release.finish(&mut writer, complete, Some(&end.sha256))?;
        let counts = end_of_release.counts;
        self.add_up(counts)?;
        self.refuse_mass_withdrawal(args, counts)?;
        let mut notes = self.notes_of_file(end.joined, end.notes);
        let kept = writer.kept().len() as u64;
        if kept > 0 {
            let kept = count(kept, "fact", "facts");
            notes.push(format!("{kept} changed by hand and not overwritten"));
        }
        let mut names = NameNotes::default();
        names.add(&writer);
        notes.extend(names.lines(""));
        notes.extend(differing);
        notes.extend(self.input.sheets_unseen());
        if rejected > 0 && (args.complete == Some(Whether::Yes) || args.complete.is_none() && said)
        {
            notes.push("nothing was withdrawn because records were rejected; fix them and import the file again".into());
        }
        self.notes_of_release(end_of_release, mended || rejected > 0, &mut notes);
        notes.extend(self.end_rejects()?);
        writer.commit()?;
        if !args.dry_run {
            notes.extend(store.clock_set_back()?.map(|later| clock_note(&later)));
        }
        Ok(self.report(Some(run), counts, notes))
    }

    /// Ends the file of records that were set aside, and says where they are.
    fn end_rejects(&mut self) -> Result<Option<String>> {
        let path = self.rejects.take().map(Rejects::finish).transpose()?.flatten();
        Ok(path.map(|path| format!("rejected records are in {}", path.display())))
    }

    fn report(&self, run: Option<i64>, counts: Counts, notes: Vec<String>) -> ImportReport {
        let mapping = &self.chosen.mapping;
        ImportReport {
            file: self.input.shown.clone(),
            dataset: mapping.name.clone(),
            source: mapping.source().to_owned(),
            release: self.chosen.release.clone(),
            run,
            counts,
            notes,
        }
    }

    /// Has the names of records that are clear known before a list of several names is met, however
    /// the records are sorted.
    fn learn(&self, writer: &mut Writer<'_>) -> Result<()> {
        for _ in 0..LESSONS {
            let mut has_learned = false;
            let learn = |_: &Record, _: RecordPosition, made: &mut RecordOutcome<'_>| {
                if let RecordOutcome::Facts(facts) = made {
                    has_learned |= writer.learn(facts)?;
                }
                Ok(())
            };
            match pipeline::all(self.chosen, self.input, None, learn) {
                Ok(_) if has_learned => {}
                // what is wrong with the file is told when it is written
                Ok(_) | Err(Stop::Input(_)) => return Ok(()),
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// What the file and its mapping say of the release.
    fn release_info(&self, args: &Args, mended: bool) -> ReleaseInfo<'a> {
        let (chosen, mapping) = (self.chosen, &self.chosen.mapping);
        ReleaseInfo {
            source: mapping.source(),
            title: &mapping.title,
            publisher: mapping.publisher.as_deref(),
            url: mapping.url.as_deref(),
            licence: mapping.licence.as_deref(),
            citation: mapping.citation.as_deref(),
            family: mapping.family.as_deref(),
            partitioned_by: joined(&mapping.partitioned_by),
            redistribution: mapping.redistribution.map(Redistribution::name),
            derived_from: joined(&mapping.derived_from),
            dataset: &mapping.name,
            release: chosen.release.as_deref(),
            kinds: chosen.plan.kinds(),
            mended,
            columns: &chosen.layout.header,
            within: match &mapping.complete {
                Complete::Within { within } => Some(within),
                _ => None,
            },
            allows_older: args.older,
            parts: chosen.plan.parts,
        }
    }

    /// The error of a file that cannot be read to its end.
    fn broken(&mut self, fault: CsvError) -> Error {
        let is_encoding = fault.is_encoding;
        let mut diagnostic = Diagnostic::fault(&self.input.shown, fault);
        if is_encoding {
            let likely = self
                .input
                .reader()
                .and_then(|reader| likely(reader).map_err(|e| self.input.failed(&e)));
            match likely {
                Err(error) => return error,
                Ok(name) => {
                    diagnostic.expected =
                        format!("invalid UTF-8; it looks like {name}: use --encoding {name}");
                }
            }
        }
        // behind a broken record nobody knows where the next begins
        self.diagnostics.push(diagnostic);
        self.refusal(false)
    }

    /// Refuses a file that would withdraw most of what the source has, unless it is said to be
    /// complete.
    fn refuse_mass_withdrawal(&self, args: &Args, counts: Counts) -> Result<()> {
        let before = counts.changed + counts.unchanged + counts.withdrawn;
        if args.complete.is_some() || counts.withdrawn * 2 <= before {
            return Ok(());
        }
        let live = count(before, "record", "records");
        Err(Error::new(
            ErrorKind::Rejected,
            format!(
                "{}: {} of {live} in the database are missing from the file; nothing was written",
                self.input.shown,
                grouped(&counts.withdrawn.to_string())
            ),
        )
        .hint(
            "if the file is complete, --complete withdraws them; if not, --complete=no keeps them",
        ))
    }

    /// Writes what a record became.
    fn one(
        &mut self,
        record: &Record,
        at: RecordPosition,
        made: &mut RecordOutcome<'_>,
        release: &mut ReleaseImport,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        if matches!(made, RecordOutcome::Nothing) {
            self.skipped += 1;
            return Ok(());
        }
        self.read += 1;
        self.progress.at(self.read);
        match made {
            RecordOutcome::Nothing => {}
            RecordOutcome::Repeated => release.repeat(writer),
            RecordOutcome::Facts(facts) if facts.is_empty() => {
                self.factless += 1;
                self.read -= 1;
            }
            RecordOutcome::Facts(facts) => {
                if let Err(stop) = release.record(writer, facts) {
                    let (_, refused) = match stop {
                        Stop::Input(refused) => refused,
                        Stop::Failed(error) => return Err(error),
                    };
                    let bad = self.chosen.plan.refused(refused.field, refused.expected, record);
                    return self.reject(&[bad], record, at, release, writer);
                }
            }
            RecordOutcome::CellError(bad) => return self.reject(bad, record, at, release, writer),
            RecordOutcome::Same(same) if release.is_same(writer, same)? => {}
            RecordOutcome::Same(same) => {
                self.read -= 1;
                let plan = &self.chosen.plan;
                let mut made = match plan.make(record, &[], at.row, &self.dates) {
                    Ok(facts) => RecordOutcome::Facts(RecordFacts::of_changed(facts, same)),
                    Err(bad) => RecordOutcome::CellError(bad),
                };
                return self.one(record, at, &mut made, release, writer);
            }
        }
        Ok(())
    }

    fn reject(
        &mut self,
        bad: &[CellError],
        record: &Record,
        at: RecordPosition,
        release: &ReleaseImport,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        release.reject(writer);
        if let Some(rejects) = &mut self.rejects {
            rejects.add(record, at.line, bad)?;
        }
        let mut finder = match self.finder.take() {
            Some(finder) => finder,
            None => Finder::begin(self.chosen, self.input)?,
        };
        for CellError { cell, field, value, expected } in bad {
            let cell = cell.and_then(|cell| self.chosen.plan.derived.origin(cell));
            let (line, column) = finder.locate(self.input, at, cell)?;
            let column = if self.chosen.table.is_some() { 0 } else { column };
            let file = self.input.shown.clone();
            let (field, value, expected) = (field.clone(), value.clone(), expected.clone());
            self.diagnostics.push(Diagnostic { file, line, column, field, value, expected });
        }
        self.finder = Some(finder);
        if self.skip && self.diagnostics.rows() > self.most {
            let mut failure = self.refusal(true);
            failure.kind = ErrorKind::Limit;
            return Err(failure);
        }
        Ok(())
    }

    /// The failure that the complaints make; `whole`: every record was looked at.
    fn refusal(&mut self, whole: bool) -> Error {
        let shown = &self.input.shown;
        let mut failure = Error::new(
            ErrorKind::Rejected,
            format!("{shown}: {}; nothing was written", self.diagnostics.sum(self.read)),
        );
        failure.details = self.diagnostics.lines();
        let bad = self.diagnostics.rows();
        match self.rejects.take().map(Rejects::finish) {
            Some(Ok(Some(path))) => {
                failure = failure.hint(format!("rejected records are in {}", path.display()));
            }
            Some(Err(other)) => failure = failure.hint(other.message),
            _ => {}
        }
        if whole && !self.skip && self.read > bad {
            let rest = count(self.read - bad, "record", "records");
            failure = failure
                .hint(format!("--on-error skip --rejects rejects.csv loads the remaining {rest}"));
        }
        let is_shipped = DATASETS.iter().any(|(name, _)| *name == self.chosen.mapping.name);
        if is_shipped && whole && bad == self.read {
            failure = failure.hint(format!(
                "if the file was saved in another form than it was published in: facts import --draft {shown} writes a mapping for it"
            ));
        }
        failure
    }

    /// Returns a note for each field whose name and code mean different countries in some records.
    /// Fails if they disagree in more than a tenth of them: the columns are probably out of order.
    fn refuse_wrong_codes(&self, writer: &Writer<'_>, force: bool) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        for (field, differ, rows, example) in writer.agreement().disagreements() {
            let name = self.chosen.plan.column_of(field).unwrap_or(field);
            let said = format!(
                "{} of {}: the name and the code of \"{name}\" differ, as in {}",
                grouped(&differ.to_string()),
                count(rows, "row", "rows"),
                quoted(example)
            );
            if differ * 100 > rows * WRONG_CODES && !force {
                return Err(Error::new(
                    ErrorKind::Rejected,
                    format!("{}: {said}; nothing was written", self.input.shown),
                )
                .hint("some columns of the file seem to be out of order; check the file or download it again")
                .hint("--force-codes imports the file anyway, and the codes decide"));
            }
            if !notes.contains(&said) {
                notes.push(said);
            }
        }
        Ok(notes)
    }

    /// Every record that was read must have become something.
    fn add_up(&self, counts: Counts) -> Result<()> {
        if counts.read() == self.read {
            return Ok(());
        }
        let (read, told) = (self.read, counts.read());
        Err(Error::database(format!(
            "{read} records were read but {told} were accounted for; nothing was written"
        ))
        .hint("this is a bug in facts; please report it"))
    }
}

/// A list as a cell has it.
fn joined(list: &[String]) -> Option<String> {
    (!list.is_empty()).then(|| list.join(BETWEEN_NAMES))
}
