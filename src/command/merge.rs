//! `facts merge`: what a colleague did in another copy of the database, done here too, field by
//! field.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::load_folder;
use crate::command::manual_input::{self, ManualFields, stated};
use crate::command::merge_names;
use crate::command::merge_report::{MergeConflict, MergeReport, map};
use crate::command::seed_folder::SeedFolder;
use crate::command::ui::Ui;
use crate::error::{Error, Result, Stop};
use crate::merge::{FieldChanges, Fields};
use crate::store::{
    Access, ChangedFact, FactVersion, ImportInfo, ImportRecord, LiveFact, Outcome, Store, Writer,
};

/// Take over what was done in another copy of the database since the two were the same.
///
/// Facts, names, sources and texts are merged field by field: two people may change different fields
/// of one fact. Where both changed one field differently, the value here stays, and the conflict is
/// listed; then the exit code is 1. Each import of the copy is in facts log here, and can be undone.
/// Merging again adds nothing.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts merge colleague.db --dry-run\n  facts merge colleague.db\n  facts merge colleague.db --theirs memo:event-7k\n  facts merge exported-folder/"
)]
pub struct Args {
    /// The other database, or a folder that facts export wrote
    #[arg(value_name = "DB|DIR")]
    other: PathBuf,
    /// Facts that stay as they are here: their conflicts are decided, and not listed
    #[arg(long, value_name = "REF", num_args = 1..)]
    ours: Vec<String>,
    /// Facts for which the other copy is right where the two differ
    #[arg(long, value_name = "REF", num_args = 1..)]
    theirs: Vec<String>,
    /// Say what would change, but write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let path = global.database().path;
    let (other, _folder) = open(&args.other, global)?;
    let store = Store::open(&path, Access::Write)?;
    let note = Some(args.other.display().to_string());
    let info = ImportInfo { is_trial: args.dry_run, note, ..global.import_info("merge") };
    let mut writer = store.write(info)?;
    // evidence is judged where a fact is entered; a merge carries it over
    writer.carry();
    let waiting = ui.wait("merging");
    let mut merge = Merge::begin(&store, &other, args)?;
    merge.adopt(&mut writer)?;
    merge_names::rows(&other, &merge.new_ids, &merge.numbers, &mut writer, &mut merge.report)?;
    merge.names(&mut writer)?;
    merge.facts(&mut writer)?;
    merge.end(&mut writer)?;
    merge.decided(&mut writer)?;
    drop(waiting);
    writer.commit()?;
    ui.say_clock_set_back(&store)?;
    let Merge { report, new_ids, .. } = merge;
    report.show(global, ui)?;
    report.say(&args.other, new_ids.len() as u64, args.dry_run, ui);
    Ok(if report.conflicts.is_empty() { Exit::Done } else { Exit::No })
}

/// Opens the other copy; a folder is loaded into a database that is thrown away.
fn open(path: &Path, global: &GlobalArgs) -> Result<(Store, Option<TempDir>)> {
    if !path.is_dir() {
        return Ok((Store::open(path, Access::Read { any_schema: global.force_schema })?, None));
    }
    let folder = SeedFolder::Path(path.to_owned());
    folder.check()?;
    if folder.history()?.is_none() {
        let message = format!("{}: no imports.csv, which facts export writes", path.display());
        return Err(Error::usage(message)
            .hint(format!("to load the facts of a folder: facts seed {}", path.display())));
    }
    let place = tempfile::tempdir().map_err(|e| Error::io("cannot create a folder", &e))?;
    let copy = place.path().join("copy.db");
    let info = ImportInfo { file: Some(folder.name()), ..global.import_info("seed") };
    Store::open_or_create(&copy, false, |store, _| {
        load_folder::load(&folder, store, &info).map(|_| ())
    })?;
    Ok((Store::open(&copy, Access::Read { any_schema: false })?, Some(place)))
}

/// A merge under way.
struct Merge<'a> {
    store: &'a Store,
    other: &'a Store,
    args: &'a Args,
    /// The imports that are new here.
    new: Vec<ImportRecord>,
    /// Their numbers there.
    new_ids: Vec<i64>,
    /// Their numbers there, and here.
    numbers: HashMap<i64, i64>,
    /// The imports there since the two copies were the same.
    since: Vec<i64>,
    report: MergeReport,
}

/// What imports did to a fact.
struct TheirChanges<'f> {
    changes: FieldChanges,
    /// They made it.
    is_new: bool,
    /// What it states after them; none: they retired it.
    after: Option<Fields>,
    /// The version that they retired last.
    retired: Option<&'f FactVersion>,
    /// The last of them that did anything to it.
    import: i64,
}

impl<'a> Merge<'a> {
    fn begin(store: &'a Store, other: &'a Store, args: &'a Args) -> Result<Merge<'a>> {
        let (ours, theirs) = (store.imports()?, other.imports()?);
        let own: HashSet<&str> = ours.iter().map(|import| import.uid.as_str()).collect();
        let undone: HashSet<String> = store.undone()?.into_iter().collect();
        let same = ours.iter().zip(&theirs).take_while(|(one, other)| one.uid == other.uid).count();
        let since = theirs[same..].iter().map(|import| import.id).collect();
        let new: Vec<ImportRecord> = theirs
            .iter()
            .filter(|import| !own.contains(import.uid.as_str()) && !undone.contains(&import.uid))
            .cloned()
            .collect();
        let new_ids = new.iter().map(|import| import.id).collect();
        let report = MergeReport::default();
        Ok(Merge { store, other, args, new, new_ids, numbers: HashMap::new(), since, report })
    }

    /// Records the new imports.
    fn adopt(&mut self, writer: &mut Writer<'_>) -> Result<()> {
        for import in &self.new {
            self.numbers.insert(import.id, writer.adopt(&import.stated)?);
        }
        Ok(())
    }

    /// Links and merges names as the new imports did.
    fn names(&mut self, writer: &mut Writer<'_>) -> Result<()> {
        for import in &self.new {
            writer.write_as(self.numbers[&import.id]);
            merge_names::link(import, self.store, writer, &mut self.report)?;
        }
        merge_names::spellings(self.other, &self.new_ids, &self.numbers, writer, &mut self.report)
    }

    /// Does to the facts what the new imports did.
    fn facts(&mut self, writer: &mut Writer<'_>) -> Result<()> {
        let (other, new) = (self.other, self.new_ids.clone());
        other.changed_facts(&new, |fact| {
            let Some(theirs) = changes(fact, &new) else { return Ok(()) };
            writer.write_as(self.numbers[&theirs.import]);
            let reference = format!("{}:{}", fact.source, fact.key);
            let is_decided =
                [&self.args.ours, &self.args.theirs].iter().any(|refs| refs.contains(&reference));
            self.fact(fact, &theirs, is_decided, false, writer)
        })
    }

    /// Takes the other copy's word for the facts that the command names so.
    fn decided(&mut self, writer: &mut Writer<'_>) -> Result<()> {
        if self.args.theirs.is_empty() {
            return Ok(());
        }
        let mut found: HashSet<String> = HashSet::new();
        let (other, since) = (self.other, self.since.clone());
        other.changed_facts(&since, |fact| {
            let reference = format!("{}:{}", fact.source, fact.key);
            if !self.args.theirs.contains(&reference) {
                return Ok(());
            }
            found.insert(reference);
            match changes(fact, &since) {
                Some(theirs) => self.fact(fact, &theirs, false, true, writer),
                None => Ok(()),
            }
        })?;
        match self.args.theirs.iter().find(|reference| !found.contains(*reference)) {
            None => Ok(()),
            Some(reference) => Err(Error::usage(format!(
                "--theirs {reference}: the other copy did not change such a fact"
            ))),
        }
    }

    /// Does to a fact what was done to it there; with `force`, whatever was done to it here.
    fn fact(
        &mut self,
        fact: &ChangedFact,
        theirs: &TheirChanges<'_>,
        is_decided: bool,
        force: bool,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        let live = self.store.live_facts(&fact.source, &fact.key)?;
        let live = live.into_iter().find(|live| live.kind.name == fact.kind.name);
        let was_here = self.store.has_had(fact.kind, &fact.source, &fact.key)?;
        let contested = match (&theirs.after, &live) {
            (None, None) => Vec::new(),
            (None, Some(live)) => self.retire(fact, theirs, live, force, writer)?,
            (Some(after), None) if force || !was_here => {
                self.put(fact, &fields(None, after), None, writer)?
            }
            // it was retired here
            (Some(_), None) if theirs.is_new => Vec::new(),
            (Some(_), None) => vec![conflict(fact, "", "retired", "changed")],
            (Some(_), Some(live)) => self.change(fact, theirs, live, force, writer)?,
        };
        if !is_decided {
            self.report.conflicts.extend(contested);
        }
        Ok(())
    }

    fn retire(
        &mut self,
        fact: &ChangedFact,
        theirs: &TheirChanges<'_>,
        live: &LiveFact,
        force: bool,
        writer: &mut Writer<'_>,
    ) -> Result<Vec<MergeConflict>> {
        let Some(last) = theirs.retired else { return Ok(Vec::new()) };
        let (merged, contested) = theirs.changes.apply(&map(&live.stated));
        if !(force || contested.is_empty() && merged == map(&last.stated)) {
            return Ok(vec![conflict(fact, "", "changed", "retired")]);
        }
        let why = last.why.as_deref().unwrap_or("withdrawn");
        writer.retire_fact(fact.kind, &fact.source, &fact.key, why, last.note.as_deref())?;
        self.report.retired += 1;
        Ok(Vec::new())
    }

    fn change(
        &mut self,
        fact: &ChangedFact,
        theirs: &TheirChanges<'_>,
        live: &LiveFact,
        force: bool,
        writer: &mut Writer<'_>,
    ) -> Result<Vec<MergeConflict>> {
        let ours = map(&live.stated);
        let (merged, contested) = if force {
            (theirs.changes.force(&ours), Vec::new())
        } else {
            theirs.changes.apply(&ours)
        };
        let mut conflicts: Vec<MergeConflict> = contested
            .iter()
            .map(|contested| conflict(fact, &contested.field, &contested.ours, &contested.theirs))
            .collect();
        if merged != ours {
            conflicts.extend(self.put(fact, &fields(Some(live), &merged), Some(&ours), writer)?);
        }
        Ok(conflicts)
    }

    /// Writes what a fact states now. What is no sound fact, since each side changed a part of it, is
    /// a conflict.
    fn put(
        &mut self,
        fact: &ChangedFact,
        given: &ManualFields,
        ours: Option<&Fields>,
        writer: &mut Writer<'_>,
    ) -> Result<Vec<MergeConflict>> {
        match manual_input::put(fact.kind, given, writer) {
            Ok(Outcome::Added) => self.report.added += 1,
            Ok(Outcome::Changed) => self.report.changed += 1,
            Ok(_) => {}
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Input(faults)) => {
                return Ok(faults
                    .into_iter()
                    .map(|fault| {
                        let field = fault.field.unwrap_or_default();
                        let own = ours.and_then(|ours| ours.get(&field)).cloned();
                        let theirs = format!("{} ({})", stated(given, &field), fault.expected);
                        conflict(fact, &field, &own.unwrap_or_default(), theirs.trim())
                    })
                    .collect());
            }
        }
        Ok(Vec::new())
    }

    /// Gives the adopted imports their sources.
    fn end(&self, writer: &mut Writer<'_>) -> Result<()> {
        for import in &self.new {
            writer.end_adopted(self.numbers[&import.id], stated(&import.stated, "source"))?;
        }
        Ok(())
    }
}

/// What imports, in this order, did to a fact; none if nothing of it.
fn changes<'f>(fact: &'f ChangedFact, imports: &[i64]) -> Option<TheirChanges<'f>> {
    let mut found: Option<TheirChanges<'f>> = None;
    for import in imports {
        let before = fact.versions.iter().find(|version| version.retired_by == Some(*import));
        let after = fact.versions.iter().find(|version| version.import == *import);
        if before.is_none() && after.is_none() {
            continue;
        }
        let theirs = found.get_or_insert_with(|| TheirChanges {
            changes: FieldChanges::default(),
            is_new: before.is_none(),
            after: None,
            retired: None,
            import: *import,
        });
        theirs.import = *import;
        if let Some(after) = after {
            // what comes again after it was retired is compared with what it was
            let earlier = before.or(theirs.retired).map(|version| map(&version.stated));
            theirs.changes.add(&earlier.unwrap_or_default(), &map(&after.stated));
            theirs.after = Some(map(&after.stated));
        } else {
            theirs.after = None;
        }
        if before.is_some() {
            theirs.retired = before;
        }
    }
    found
}

/// The fields of a fact as they are given, with those that are not stated any longer.
fn fields(live: Option<&LiveFact>, merged: &Fields) -> ManualFields {
    let mut given: ManualFields =
        merged.iter().map(|(name, text)| (name.clone(), text.clone())).collect();
    if let Some(live) = live {
        let gone = live.stated.iter().filter(|(name, _)| !merged.contains_key(name));
        given.extend(gone.map(|(name, _)| (name.clone(), String::new())));
    }
    given
}

fn conflict(fact: &ChangedFact, field: &str, ours: &str, theirs: &str) -> MergeConflict {
    MergeConflict {
        name: format!("{}:{}", fact.source, fact.key),
        field: field.to_owned(),
        ours: ours.to_owned(),
        theirs: theirs.to_owned(),
    }
}
