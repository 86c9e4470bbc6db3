//! `facts merge`: what a colleague did in another copy of the database, done here too, field by
//! field.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::command::Exit;
use crate::command::folder_renames;
use crate::command::global_args::GlobalArgs;
use crate::command::load_folder;
use crate::command::manual_input::{self, ManualFields, stated};
use crate::command::merge_names;
use crate::command::merge_own_changes::OwnChanges;
use crate::command::merge_report::{MergeConflict, MergeReport, map};
use crate::command::merge_their_changes::{TheirChanges, changes};
use crate::command::seed_folder::SeedFolder;
use crate::command::ui::Ui;
use crate::error::{Error, Result, Stop};
use crate::kind::KINDS;
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
    #[arg(long, value_name = "REF", num_args = 1.., value_delimiter = ',')]
    ours: Vec<String>,
    /// Facts for which the other copy is right where the two differ
    #[arg(long, value_name = "REF", num_args = 1.., value_delimiter = ',')]
    theirs: Vec<String>,
    /// Say what would change, but write nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let path = global.database().path;
    if let Some(both) = args.ours.iter().find(|reference| args.theirs.contains(reference)) {
        return Err(Error::usage(format!("--ours and --theirs both name {both}")));
    }
    let is_same = |one: &Path, other: &Path| matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other);
    if is_same(&path, &args.other) {
        return Err(Error::usage(format!("{} is the database itself", path.display()))
            .hint("name the other copy"));
    }
    let (other, _folder) = open(&args.other, global)?;
    let store = Store::open(&path, Access::Write)?;
    let note = Some(args.other.display().to_string());
    let info = ImportInfo { is_trial: args.dry_run, note, ..global.import_info("merge") };
    let mut writer = store.write(info)?;
    // evidence is judged where a fact is entered; a merge carries it over
    writer.carry();
    let edited = SeedFolder::Path(args.other.clone()).differing()?;
    if args.other.is_dir() && !edited.is_empty() {
        ui.status(&format!(
            "edited since the export: {}; facts seed {} takes over what was edited in the files",
            edited.join(", "),
            args.other.display()
        ));
    }
    let waiting = ui.wait("merging");
    let mut merge = Merge::begin(&store, &other, args)?;
    merge.adopt(&mut writer)?;
    let new = (merge.new_ids.as_slice(), &merge.numbers);
    merge_names::rows(&other, new, &merge.own, &mut writer, &mut merge.report)?;
    if let (true, Some(last)) = (args.other.is_dir(), merge.new_ids.last()) {
        // an exported folder does not say which import brought a name
        writer.write_as(merge.numbers[last]);
        let folder = SeedFolder::Path(args.other.clone());
        merge.report.rows += folder_renames::follow(&folder, &mut writer)?;
        merge_names::rows_of_folder(&other, *last, &merge.own, &mut writer, &mut merge.report)?;
    }
    merge.names(&mut writer)?;
    merge.facts(&mut writer)?;
    merge.deletions(&mut writer)?;
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
        load_folder::load(&folder, store, &info, false).map(|_| ())
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
    /// What was done here to rows that facts refer to, since they were the same.
    own: OwnChanges,
    /// The identifiers of the imports here, by their numbers.
    own_uids: HashMap<i64, String>,
    /// The places of the imports there in their order, by their identifiers.
    their_order: HashMap<String, usize>,
    report: MergeReport,
}

impl<'a> Merge<'a> {
    fn begin(store: &'a Store, other: &'a Store, args: &'a Args) -> Result<Merge<'a>> {
        let (ours, theirs) = (store.imports()?, other.imports()?);
        let known: HashSet<&str> = ours.iter().map(|import| import.uid.as_str()).collect();
        let undone: HashSet<String> = store.undone()?.into_iter().collect();
        let same = ours.iter().zip(&theirs).take_while(|(one, other)| one.uid == other.uid).count();
        let since = theirs[same..].iter().map(|import| import.id).collect();
        let ours_since: Vec<i64> = ours[same..].iter().map(|import| import.id).collect();
        let own = OwnChanges::since(store, &ours_since)?;
        let new: Vec<ImportRecord> = theirs
            .iter()
            .filter(|import| !known.contains(import.uid.as_str()) && !undone.contains(&import.uid))
            .cloned()
            .collect();
        let new_ids = new.iter().map(|import| import.id).collect();
        let own_uids = ours.iter().map(|import| (import.id, import.uid.clone())).collect();
        let their_order =
            theirs.iter().enumerate().map(|(n, import)| (import.uid.clone(), n)).collect();
        Ok(Merge {
            store,
            other,
            args,
            new,
            new_ids,
            numbers: HashMap::new(),
            since,
            own,
            own_uids,
            their_order,
            report: MergeReport::default(),
        })
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
            merge_names::link(import, self.store, &self.own, writer, &mut self.report)?;
        }
        merge_names::spellings(self.other, &self.new_ids, &self.numbers, writer, &mut self.report)
    }

    /// Deletes the rows that the new imports deleted, now that no fact of theirs refers to them.
    fn deletions(&mut self, writer: &mut Writer<'_>) -> Result<()> {
        let new = (self.new_ids.as_slice(), &self.numbers);
        merge_names::deletions(self.other, new, &self.own, writer, &mut self.report)
    }

    /// Does to the facts what the new imports did.
    fn facts(&mut self, writer: &mut Writer<'_>) -> Result<()> {
        let (other, new) = (self.other, self.new_ids.clone());
        other.changed_facts(&new, |fact| {
            let Some(theirs) = changes(fact, &new) else { return Ok(()) };
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
        let live = self.store.live_facts(KINDS, &fact.source, &fact.key)?;
        let live = live.into_iter().find(|live| live.kind.name == fact.kind.name);
        let was_here = self.store.has_had(fact.kind, &fact.source, &fact.key)?;
        let contested = match (&theirs.after, &live) {
            (None, None) => Vec::new(),
            (None, Some(live)) => self.retire(fact, theirs, live, force, writer)?,
            // the import that it came with was undone here
            (Some(_), None) if !force && !was_here && theirs.is_of_older_fact() => {
                vec![conflict(fact, "", "undone", "changed")]
            }
            (Some(_), None) if force || !was_here => {
                // of a fact that was retired here, only some fields may have changed there
                let was = self.store.last_retired(fact.kind, &fact.source, &fact.key)?;
                let was = was.map(|was| map(&was.stated)).unwrap_or_default();
                self.replay(fact, theirs, &was, |_| true, writer)?
            }
            (Some(_), None) => {
                // what both stated alike, and one retired, stays retired
                let was = self.store.last_retired(fact.kind, &fact.source, &fact.key)?;
                if was.is_some_and(|was| theirs.changes.is_in(&map(&was.stated))) {
                    Vec::new()
                } else {
                    vec![conflict(fact, "", "retired", "changed")]
                }
            }
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
        let ours = map(&live.stated);
        let (merged, contested) = theirs.changes.apply(&ours);
        if !(force || contested.is_empty() && merged == map(&last.stated)) {
            return Ok(vec![conflict(fact, "", "changed", "retired")]);
        }
        self.replay(fact, theirs, &ours, |_| true, writer)?;
        self.write_as(theirs.import, writer);
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
        if force {
            let changes = &theirs.changes;
            return self.replay(fact, theirs, &ours, |field| changes.has(field), writer);
        }
        let versions = self.store.fact_versions(fact.kind, &fact.source, &fact.key)?;
        let is_own = |version: &&FactVersion| {
            self.own_uids
                .get(&version.import)
                .is_some_and(|uid| !self.their_order.contains_key(uid))
        };
        let ours_since: Vec<Fields> =
            versions.iter().filter(is_own).map(|version| map(&version.stated)).collect();
        let theirs_since: Vec<Fields> =
            theirs.steps.iter().filter_map(|step| step.after.clone()).collect();
        let (merged, mut contested) = theirs.changes.apply_after(&ours, &ours_since, &theirs_since);
        let mut taken: Vec<String> = Vec::new();
        contested.retain(|contested| {
            let is_later = self.knew(theirs, &versions, &contested.field);
            if is_later {
                taken.push(contested.field.clone());
            }
            !is_later
        });
        let wanted = |field: &str| {
            merged.get(field) != ours.get(field) || taken.iter().any(|taken| taken == field)
        };
        let mut conflicts: Vec<MergeConflict> = contested
            .iter()
            .map(|contested| conflict(fact, &contested.field, &contested.ours, &contested.theirs))
            .collect();
        conflicts.extend(self.replay(fact, theirs, &ours, wanted, writer)?);
        Ok(conflicts)
    }

    /// Whether whoever changed a field there last knew what is stated here: the import that stated
    /// it was there before.
    fn knew(&self, theirs: &TheirChanges<'_>, versions: &[FactVersion], field: &str) -> bool {
        let text = |version: &FactVersion| stated(&version.stated, field).to_owned();
        let Some(value) = versions.last().map(text) else { return false };
        let began = versions.iter().rev().take_while(|version| text(version) == value).last();
        let uid = began.and_then(|version| self.own_uids.get(&version.import));
        let seen = uid.and_then(|uid| self.their_order.get(uid));
        let changed = theirs.steps.iter().rev().find(|step| {
            step.after.as_ref().is_some_and(|after| after.get(field) != step.before.get(field))
        });
        let changed =
            changed.and_then(|step| self.new.iter().find(|import| import.id == step.import));
        let last = changed.and_then(|import| self.their_order.get(&import.uid));
        matches!((seen, last), (Some(seen), Some(last)) if seen < last)
    }

    /// Makes the changes one after the other, each as its import, in the fields that are wanted. If
    /// the result is not a valid fact, since each side changed a part of it, that is a conflict.
    fn replay(
        &mut self,
        fact: &ChangedFact,
        theirs: &TheirChanges<'_>,
        ours: &Fields,
        wanted: impl Fn(&str) -> bool,
        writer: &mut Writer<'_>,
    ) -> Result<Vec<MergeConflict>> {
        let mut now = ours.clone();
        let mut contested = Vec::new();
        for step in &theirs.steps {
            let Some(after) = &step.after else { continue };
            let changes = FieldChanges::between(&step.before, after).only(&wanted);
            let next = changes.force(&now);
            if next == now {
                continue;
            }
            self.write_as(step.import, writer);
            // a state on the way need not be sound here
            contested = self.put(fact, &fields(&now, &next), ours, writer)?;
            if contested.is_empty() {
                now = next;
            }
        }
        Ok(contested)
    }

    fn write_as(&self, import: i64, writer: &mut Writer<'_>) {
        if let Some(number) = self.numbers.get(&import) {
            writer.write_as(*number);
        }
    }

    /// Writes what a fact states; what is wrong with it is a conflict.
    fn put(
        &mut self,
        fact: &ChangedFact,
        given: &ManualFields,
        ours: &Fields,
        writer: &mut Writer<'_>,
    ) -> Result<Vec<MergeConflict>> {
        let mut done = manual_input::put(fact.kind, given, writer);
        if matches!(done, Err(Stop::Input(_)))
            && merge_names::bring(self.other, fact.kind, given, writer, &mut self.report)?
        {
            done = manual_input::put(fact.kind, given, writer);
        }
        match done {
            Ok(Outcome::Added) => self.report.added += 1,
            Ok(Outcome::Changed) => self.report.changed += 1,
            Ok(_) => {}
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Input(faults)) => {
                return Ok(faults
                    .into_iter()
                    .map(|fault| {
                        let field = fault.field.unwrap_or_default();
                        let own = ours.get(&field).cloned().unwrap_or_default();
                        let theirs = format!("{} ({})", stated(given, &field), fault.expected);
                        conflict(fact, &field, &own, theirs.trim())
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

/// The fields of a fact as they are given, with those that are not stated any longer.
fn fields(before: &Fields, after: &Fields) -> ManualFields {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let gone = gone.map(|name| (name.clone(), String::new()));
    after.iter().map(|(name, text)| (name.clone(), text.clone())).chain(gone).collect()
}

fn conflict(fact: &ChangedFact, field: &str, ours: &str, theirs: &str) -> MergeConflict {
    MergeConflict {
        name: format!("{}:{}", fact.source, fact.key),
        field: field.to_owned(),
        ours: ours.to_owned(),
        theirs: theirs.to_owned(),
    }
}
