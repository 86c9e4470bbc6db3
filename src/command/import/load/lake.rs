//! One file into a lake: a piece of its records after the other, each in a database of its own, whose
//! facts are written as Parquet and forgotten.

use std::collections::HashMap;
use std::path::Path;

use crate::command::import::load::notes::NameNotes;
use crate::command::import::load::{ImportLoad, countries};
use crate::command::import::pipeline::{self, Batches};
use crate::command::import::{Args, ImportReport};
use crate::error::{Result, Stop};
use crate::publish::LoadedFile;
use crate::publish::lake::LakeDraft;
use crate::store::{Access, Counts, ImportInfo, Store};

/// How many records a piece has at most.
const PIECE: u64 = 100_000;

/// What is known of the file when a piece ends.
#[derive(Default)]
struct SoFar {
    counts: Counts,
    names: NameNotes,
    notes: Vec<String>,
    /// How many records are called the same.
    counters: HashMap<String, u64>,
}

impl ImportLoad<'_> {
    /// Imports the file into a lake.
    pub(super) fn run_into(
        &mut self,
        lake: &mut LakeDraft,
        info: &ImportInfo,
        args: &Args,
    ) -> Result<ImportReport> {
        let (chosen, input) = (self.chosen, self.input);
        let mut file = LoadedFile {
            name: input.name.clone(),
            source: chosen.mapping.source().to_owned(),
            release: chosen.release.clone(),
            sha256: String::new(),
        };
        lake.refuse(&file)?;
        let mut so_far = SoFar::default();
        let drive = |batches: &mut Batches<'_>| {
            loop {
                let path = lake.piece().to_owned();
                let has_more = self.piece(&path, batches, info, args, &mut so_far)?;
                // indexes that nobody needs are not there
                lake.add(&Store::open(&path, Access::Read { any_schema: true })?)?;
                if !has_more {
                    return Ok(());
                }
            }
        };
        let end = match pipeline::in_batches(chosen, input, None, drive) {
            Ok(end) => end,
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Input(fault)) => return Err(self.broken(fault)),
        };
        file.sha256 = end.sha256;
        lake.refuse(&file)?;
        if lake.has_source(&file.source) {
            so_far.notes.push(format!(
                "{} is in the lake already: a record that both files have is there twice",
                file.source
            ));
        }
        lake.loaded(file);
        self.add_up(so_far.counts)?;
        let mut notes = self.notes_of_file(end.joined, end.notes);
        notes.extend(so_far.names.lines(&format!(" --db {}", lake.names().display())));
        notes.extend(so_far.notes);
        notes.extend(input.sheets_unseen());
        notes.extend(self.end_rejects()?);
        Ok(self.report(None, so_far.counts, notes))
    }

    /// Imports the next records into a database without facts; false if there are no more.
    fn piece(
        &mut self,
        path: &Path,
        batches: &mut Batches<'_>,
        info: &ImportInfo,
        args: &Args,
        so_far: &mut SoFar,
    ) -> Result<bool> {
        Store::open_or_create(path, false, |store, created| {
            let mut writer = store.write(info.clone())?;
            if created {
                countries(&mut writer)?;
            }
            writer.pass_on();
            writer.expect(PIECE, |kind, field| self.chosen.plan.fills(kind, field))?;
            let mut release = writer.release(&self.release_info(args, false))?;
            release.go_on(std::mem::take(&mut so_far.counters));
            if self.read == 0 && self.chosen.plan.lists_coded_names() {
                self.learn(&mut writer)?;
            }
            let until = self.read + PIECE;
            let mut has_more = true;
            while has_more && self.read < until {
                has_more = batches.next(|record, at, made| {
                    self.one(record, at, made, &mut release, &mut writer)
                })?;
            }
            if !self.diagnostics.is_empty() && !self.skip {
                return Err(self.refusal(true));
            }
            for note in self.refuse_wrong_codes(&writer, args.force_codes)? {
                if !so_far.notes.contains(&note) {
                    so_far.notes.push(note);
                }
            }
            so_far.counters = release.counters();
            let end = release.finish(&mut writer, false, None)?;
            so_far.counts.take(end.counts);
            so_far.names.add(&writer);
            writer.commit()?;
            Ok(has_more)
        })
    }
}
