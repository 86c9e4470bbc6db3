//! What is said of an import beside its counts.

use indexmap::IndexSet;

use crate::command::import::load::ImportLoad;
use crate::store::{ReleaseEnd, Writer};
use crate::value::text::count;

impl ImportLoad<'_> {
    /// What there is to say of a release beside its counts.
    pub(super) fn notes_of_release(&self, end: ReleaseEnd, is_part: bool, notes: &mut Vec<String>) {
        let ReleaseEnd { counts, lacking, replaced } = end;
        let have = |n: u64| if n == 1 { "has" } else { "have" };
        if counts.columns_only > 0 {
            notes.push(format!(
                "{} {} different extra columns because the layout of the file changed",
                count(counts.columns_only, "unchanged record", "unchanged records"),
                have(counts.columns_only)
            ));
        }
        if let Some(replaced) = replaced {
            notes.push(format!(
                "the file names no release, and replaced facts of release {replaced}; name it with --release"
            ));
        }
        if lacking > 0 && !is_part {
            notes.push(format!(
                "{} of {} in the database {} not in the file; --complete withdraws what is missing",
                count(lacking, "record", "records"),
                self.chosen.mapping.source(),
                if lacking == 1 { "is" } else { "are" }
            ));
        }
    }

    /// What there is to say of the file.
    pub(super) fn notes_of_file(&self, joined: u64, footer: u64) -> Vec<String> {
        let mut notes = Vec::new();
        let mut note = |n: u64, one: &str, many: &str, what: &str| {
            if n > 0 {
                notes.push(format!("{} {what}", count(n, one, many)));
            }
        };
        note(joined, "record", "records", "joined from several lines");
        note(footer, "row", "rows", "below the table, taken for notes");
        let above = self.chosen.layout.preamble.iter().filter(|line| !line.trim().is_empty());
        note(above.count() as u64, "line", "lines", "above the header skipped");
        note(
            self.skipped,
            "line",
            "lines",
            "skipped: not a record (headings, totals, tags, footnotes)",
        );
        note(self.factless, "record", "records", "skipped: nothing in it becomes a fact");
        let lines = self.diagnostics.lines();
        if self.skip {
            notes.extend(lines);
        }
        notes
    }
}

/// The names and codes of a file that something is to be said of.
#[derive(Default)]
pub(super) struct NameNotes {
    outside: IndexSet<String>,
    unlisted: IndexSet<String>,
    /// A country is an actor and a place, and one name all the same.
    unknown: IndexSet<String>,
}

impl NameNotes {
    /// Adds those that a writer has met.
    pub(super) fn add(&mut self, writer: &Writer<'_>) {
        self.outside.extend(writer.outside_their_years().iter().cloned());
        self.unlisted.extend(writer.unlisted_codes().iter().cloned());
        self.unknown.extend(writer.unresolved().iter().map(|(_, name)| name.clone()));
    }

    /// What there is to say of them; `of` names the database that they are in, if it must be named.
    pub(super) fn lines(&self, of: &str) -> Vec<String> {
        let outside = some_of(
            &self.outside,
            "code is used outside the years in which it is valid",
            "codes are used outside the years in which they are valid",
        );
        let unlisted = some_of(
            &self.unlisted,
            "code is not in any list of states, so the name next to it was used",
            "codes are not in any list of states, so the names next to them were used",
        );
        let unknown = some_of(&self.unknown, "unmatched name", "unmatched names")
            .map(|note| format!("{note} (list all: facts names --unresolved{of})"));
        [outside, unlisted, unknown].into_iter().flatten().collect()
    }
}

/// How many names or codes something is said of, and the first of them.
fn some_of(names: &IndexSet<String>, one: &str, many: &str) -> Option<String> {
    const SHOWN: usize = 5;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| format!("{}: {shown}{more}", count(names.len() as u64, one, many)))
}
