//! What is said of an import beside its counts.

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

    /// What there is to say of the file and of the names in it.
    pub(super) fn notes(&self, writer: &Writer<'_>, joined: u64, footer: u64) -> Vec<String> {
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
        note(self.skipped, "line", "lines", "skipped: not a record (totals, tags, footnotes)");
        note(self.factless, "record", "records", "skipped: nothing in it becomes a fact");
        let kept = writer.kept().len() as u64;
        note(kept, "fact", "facts", "changed by hand and not overwritten");
        let lines = self.diagnostics.lines();
        if self.skip {
            notes.extend(lines);
        }
        let outside: Vec<&str> = writer.outside_their_years().iter().map(String::as_str).collect();
        notes.extend(some_of(
            &outside,
            "code is used outside the years in which it is valid",
            "codes are used outside the years in which they are valid",
        ));
        let unlisted: Vec<&str> = writer.unlisted_codes().iter().map(String::as_str).collect();
        notes.extend(some_of(
            &unlisted,
            "code is not in any list of states, so the name next to it was used",
            "codes are not in any list of states, so the names next to them were used",
        ));
        let mut unknown: Vec<&str> = Vec::new();
        // a country is an actor and a place, and one name all the same
        for (_, name) in writer.unresolved() {
            if !unknown.contains(&name.as_str()) {
                unknown.push(name);
            }
        }
        let unknown = some_of(&unknown, "unmatched name", "unmatched names");
        notes.extend(unknown.map(|note| format!("{note} (list all: facts names --unresolved)")));
        notes
    }
}

/// How many names or codes something is said of, and the first of them.
fn some_of(names: &[&str], one: &str, many: &str) -> Option<String> {
    const SHOWN: usize = 5;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| format!("{}: {shown}{more}", count(names.len() as u64, one, many)))
}
