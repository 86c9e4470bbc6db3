//! A table of an exported folder, changed on two branches: rows joined by what they are called, and
//! their cells merged one by one.

use std::collections::{HashMap, HashSet};

use crate::merge::fields::{FieldChanges, Fields};

/// A table: the names of its columns, and its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportedTable {
    /// The columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Fields>,
    /// The lines of its file on which they begin, if it is read from one.
    pub lines: Vec<u64>,
}

impl ExportedTable {
    /// Checks that it is a table with rows that can be told apart.
    ///
    /// # Errors
    /// What it is not, behind the name of its file.
    pub fn check(&self) -> Result<(), String> {
        let key = key_of(&self.columns).ok_or(": not a table that facts export writes")?;
        let mut columns = HashSet::new();
        if let Some(twice) = self.columns.iter().find(|column| !columns.insert(column.as_str())) {
            return Err(format!(":1: two columns are called \"{twice}\""));
        }
        let mut seen: HashMap<(Vec<String>, &str), usize> = HashMap::new();
        for (n, row) in self.rows.iter().enumerate() {
            // of a fact there are the earlier versions too
            if let Some(earlier) = seen.insert((name_of(row, key), import(row)), n) {
                let line = |n: usize| self.lines.get(n).copied().unwrap_or(n as u64 + 2);
                return Err(format!(":{}: the same row as on line {}", line(n), line(earlier)));
            }
        }
        Ok(())
    }
}

/// Two branches of a table made one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TableMerge {
    /// The table; where both changed a cell differently it has ours.
    pub table: ExportedTable,
    /// Where that was, in words.
    pub conflicts: Vec<String>,
}

/// The import that recorded a row, the one that retired it, and why; nobody edits these.
const HISTORY: [&str; 4] = ["import", "retired_by", "retired_why", "retired_note"];

/// The columns by which facts are called, and by which the rows of other tables are, of which the
/// first that a table has are meant.
const KEYS: [&[&str]; 6] = [
    &["source", "key"],
    &["scheme", "name", "valid_from"],
    &["uid"],
    &["slug"],
    &["name"],
    &["source"],
];

/// Merges the changes that two branches made to a table.
///
/// # Errors
/// They are not one table.
pub fn merge_tables(
    base: &ExportedTable,
    ours: &ExportedTable,
    theirs: &ExportedTable,
) -> Result<TableMerge, String> {
    let columns = columns(ours, theirs);
    let keys = [base, ours, theirs].into_iter().filter(|table| !table.columns.is_empty());
    let mut keys = keys.map(|table| key_of(&table.columns));
    let key = keys.next().flatten().unwrap_or(&[]);
    if keys.any(|other| other != Some(key)) {
        return Err("these are different tables".to_owned());
    }
    let group = |table: &ExportedTable| {
        let mut groups: HashMap<Vec<String>, Vec<Fields>> = HashMap::new();
        for row in &table.rows {
            groups.entry(name_of(row, key)).or_default().push(row.clone());
        }
        groups
    };
    let (base, ours_by, theirs_by) = (group(base), group(ours), group(theirs));
    let mut merge = TableMerge::default();
    let mut merged: HashMap<Vec<String>, Vec<Fields>> = HashMap::new();
    for name in ours_by.keys().chain(theirs_by.keys()).chain(base.keys()) {
        if merged.contains_key(name) {
            continue;
        }
        let none = Vec::new();
        let of =
            |groups: &HashMap<Vec<String>, Vec<Fields>>| groups.get(name).unwrap_or(&none).clone();
        let (base, ours, theirs) = (of(&base), of(&ours_by), of(&theirs_by));
        let rows = match () {
            () if ours == theirs || theirs == base => ours,
            () if ours == base => theirs,
            () => RecordVersions { name, base, ours, theirs }.merge(&mut merge.conflicts),
        };
        merged.insert(name.clone(), rows);
    }
    merge.conflicts.extend(circles(&base, &ours_by, &mut merged));
    merge.conflicts.sort_unstable();
    let rows = in_order(ours, theirs, key, merged);
    merge.table = ExportedTable { columns, rows, lines: Vec::new() };
    Ok(merge)
}

/// Names that the two branches gave to each other's bearers, so that nobody bears them: one made A
/// another name of B, the other B one of A. What the other branch did is left out, and told.
fn circles(
    base: &HashMap<Vec<String>, Vec<Fields>>,
    ours: &HashMap<Vec<String>, Vec<Fields>>,
    merged: &mut HashMap<Vec<String>, Vec<Fields>>,
) -> Vec<String> {
    const BEARERS: [&str; 2] = ["actor", "place"];
    let mut found = Vec::new();
    for column in BEARERS {
        let names = |rows: &HashMap<Vec<String>, Vec<Fields>>| -> HashMap<String, String> {
            let of = |row: &Fields| Some((row.get("name")?.clone(), row.get(column)?.clone()));
            rows.values().flatten().filter_map(of).collect()
        };
        let bearers = names(merged);
        let leads_back = |name: &String| {
            let mut at = bearers.get(name);
            for _ in 0..bearers.len() {
                match at {
                    Some(next) if next == name => return true,
                    Some(next) => at = bearers.get(next),
                    None => return false,
                }
            }
            false
        };
        let mut in_circle: Vec<&String> = bearers.keys().filter(|name| leads_back(name)).collect();
        if in_circle.is_empty() {
            continue;
        }
        in_circle.sort_unstable();
        let told: Vec<String> = in_circle.iter().map(|name| format!("\"{name}\"")).collect();
        found.push(format!(
            "{}: merged into each other, here and there; only what is here is kept: mend {column}s.csv too",
            told.join(", ")
        ));
        merged.retain(|key, rows| {
            let is_theirs = !ours.contains_key(key) && !base.contains_key(key);
            let name = rows.first().and_then(|row| row.get("name"));
            !is_theirs || !name.is_some_and(|name| in_circle.contains(&name))
        });
    }
    found
}

/// The columns that tell the rows of a table apart, if it is one.
fn key_of(columns: &[String]) -> Option<&'static [&'static str]> {
    let has = |name: &&str| columns.iter().any(|column| column == name);
    KEYS.into_iter().find(|key| key.iter().all(has))
}

/// The columns of both: ours, and behind each the ones that theirs has there and ours has not.
fn columns(ours: &ExportedTable, theirs: &ExportedTable) -> Vec<String> {
    let mut columns = ours.columns.clone();
    for (n, column) in theirs.columns.iter().enumerate() {
        if columns.contains(column) {
            continue;
        }
        let mut before = theirs.columns[..n].iter().rev();
        let at = before.find_map(|other| columns.iter().position(|own| own == other));
        columns.insert(at.map_or(0, |at| at + 1), column.clone());
    }
    columns
}

fn name_of(row: &Fields, key: &[&str]) -> Vec<String> {
    let text = |name: &str| row.get(name).cloned().unwrap_or_default();
    let mut name: Vec<String> = key.iter().map(|name| text(name)).collect();
    if key.contains(&"scheme") {
        // an actor and a place may have one name, and several actors a homonym
        name.extend(match text("scheme").as_str() {
            "homonym" => [text("actor"), text("place")],
            _ => [text("place").is_empty().to_string(), String::new()],
        });
    }
    name
}

/// The rows in the order of ours; what theirs added stands behind the record that it follows there.
fn in_order(
    ours: &ExportedTable,
    theirs: &ExportedTable,
    key: &[&str],
    mut merged: HashMap<Vec<String>, Vec<Fields>>,
) -> Vec<Fields> {
    let names = |table: &ExportedTable| {
        let mut names: Vec<Vec<String>> = Vec::new();
        for row in &table.rows {
            let name = name_of(row, key);
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        names
    };
    let own = names(ours);
    let is_own: HashSet<&Vec<String>> = own.iter().collect();
    let mut behind: HashMap<Option<Vec<String>>, Vec<Vec<String>>> = HashMap::new();
    let mut last = None;
    for name in names(theirs) {
        if is_own.contains(&name) {
            last = Some(name);
        } else {
            behind.entry(last.clone()).or_default().push(name);
        }
    }
    let mut order = behind.remove(&None).unwrap_or_default();
    for name in own.iter().cloned() {
        let added = behind.remove(&Some(name.clone())).unwrap_or_default();
        order.push(name);
        order.extend(added);
    }
    order.into_iter().flat_map(|name| merged.remove(&name).unwrap_or_default()).collect()
}

/// The rows of one record: of a fact the earlier ones too, each with the import that recorded it.
struct RecordVersions<'a> {
    name: &'a [String],
    base: Vec<Fields>,
    ours: Vec<Fields>,
    theirs: Vec<Fields>,
}

/// What a row states, without its history.
fn stated(row: &Fields) -> Fields {
    row.iter()
        .filter(|(name, _)| !HISTORY.contains(&name.as_str()))
        .map(|(name, text)| (name.clone(), text.clone()))
        .collect()
}

fn import(row: &Fields) -> &str {
    row.get("import").map_or("", String::as_str)
}

fn is_live(row: &Fields) -> bool {
    !row.contains_key("retired_by")
}

impl RecordVersions<'_> {
    fn merge(self, conflicts: &mut Vec<String>) -> Vec<Fields> {
        let RecordVersions { name, base, mut ours, theirs } = self;
        let name =
            name.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(":");
        let mut tell = |field: &str, own: &str, other: &str| {
            conflicts.push(format!("{name}: {field}: \"{own}\" here, \"{other}\" there"));
        };
        if ours.is_empty() || theirs.is_empty() {
            let what =
                if ours.is_empty() { ("deleted", "changed") } else { ("changed", "deleted") };
            tell("row", what.0, what.1);
            return ours;
        }
        // cells that were edited in the file
        for own in &mut ours {
            let same = |row: &&Fields| import(row) == import(own);
            let (before, other) = (base.iter().find(same), theirs.iter().find(same));
            let Some(other) = other else { continue };
            let none = Fields::new();
            let changes = FieldChanges::between(&stated(before.unwrap_or(&none)), &stated(other));
            let (merged, contested) = changes.apply(&stated(own));
            for conflict in contested {
                tell(&conflict.field, &conflict.ours, &conflict.theirs);
            }
            own.retain(|field, _| HISTORY.contains(&field.as_str()));
            own.extend(merged);
        }
        // versions that imports added there since
        let is_new = |row: &&Fields| !ours.iter().any(|own| import(own) == import(row));
        let new: Vec<Fields> = theirs.iter().filter(is_new).cloned().collect();
        let since = |rows: &[Fields]| -> Vec<Fields> {
            let is_old = |row: &&Fields| base.iter().any(|other| import(other) == import(row));
            rows.iter().filter(|row| !is_old(row)).map(stated).collect()
        };
        let (ours_since, theirs_since) = (since(&ours), since(&theirs));
        let mut changes = FieldChanges::default();
        for row in &new {
            let is_before =
                |other: &&Fields| other.get("retired_by").map(String::as_str) == Some(import(row));
            let before = theirs.iter().find(is_before).map(stated);
            changes.add(&before.unwrap_or_default(), &stated(row));
        }
        let mut gone = theirs.iter().filter(|row| !is_live(row));
        if let Some(last) = gone.next_back().filter(|_| !theirs.iter().any(is_live)) {
            // retired there: what was not changed here is retired too
            if let Some(own) = ours.iter_mut().find(|own| is_live(own)) {
                let (merged, contested) = changes.apply(&stated(own));
                if contested.is_empty() && merged == stated(last) {
                    let history =
                        last.iter().filter(|(name, _)| HISTORY[1..].contains(&name.as_str()));
                    own.extend(history.map(|(name, text)| (name.clone(), text.clone())));
                } else {
                    tell("row", "changed", "retired");
                }
            }
        } else if let Some(last) = new.last() {
            // what both stated alike, and one retired, stays retired
            let stays = ours.last().is_some_and(|own| changes.is_in(&stated(own)));
            match ours.iter_mut().find(|own| is_live(own)) {
                Some(own) => {
                    let (merged, contested) =
                        changes.apply_after(&stated(own), &ours_since, &theirs_since);
                    for conflict in contested {
                        tell(&conflict.field, &conflict.ours, &conflict.theirs);
                    }
                    if merged != stated(own) {
                        own.insert("retired_by".into(), import(last).to_owned());
                        own.insert("retired_why".into(), "changed".into());
                        let mut next = merged;
                        next.insert("import".into(), import(last).to_owned());
                        ours.push(next);
                    }
                }
                None if stays => {}
                None => tell("row", "retired", "changed"),
            }
        }
        ours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[&str], rows: &[&[&str]]) -> ExportedTable {
        let row = |cells: &&[&str]| {
            columns
                .iter()
                .zip(*cells)
                .filter(|(_, cell)| !cell.is_empty())
                .map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned()))
                .collect()
        };
        ExportedTable {
            lines: Vec::new(),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows: rows.iter().map(row).collect(),
        }
    }

    const TOPICS: [&str; 3] = ["slug", "question", "note"];

    #[test]
    fn adjacent_rows_and_two_appends_are_no_conflict() {
        let base = table(&TOPICS, &[&["a", "A?", ""], &["b", "B?", ""]]);
        let ours = table(&TOPICS, &[&["a", "A?", "n"], &["b", "B?", ""], &["c", "C?", ""]]);
        let theirs = table(&TOPICS, &[&["a", "A?", ""], &["b", "B2?", ""], &["d", "D?", ""]]);
        let merge = merge_tables(&base, &ours, &theirs).unwrap();
        let wanted: [&[&str]; 4] =
            [&["a", "A?", "n"], &["b", "B2?", ""], &["d", "D?", ""], &["c", "C?", ""]];
        assert_eq!(merge, TableMerge { table: table(&TOPICS, &wanted), conflicts: Vec::new() });
    }

    #[test]
    fn one_cell_changed_twice_is_told() {
        let base = table(&TOPICS, &[&["a", "A?", ""]]);
        let ours = table(&TOPICS, &[&["a", "A1?", ""]]);
        let theirs = table(&TOPICS, &[&["a", "A2?", "n"]]);
        let merge = merge_tables(&base, &ours, &theirs).unwrap();
        assert_eq!(merge.table, table(&TOPICS, &[&["a", "A1?", "n"]]));
        assert_eq!(merge.conflicts, ["a: question: \"A1?\" here, \"A2?\" there"]);
    }

    #[test]
    fn names_that_were_merged_into_each_other_are_a_conflict() {
        const NAMES: [&str; 4] = ["scheme", "name", "actor", "place"];
        let base = table(&NAMES, &[&["name", "the army", "Army", ""]]);
        let known = ["name", "the army", "Army", ""];
        let ours = table(&NAMES, &[&known, &["name", "Front", "Army", ""]]);
        let theirs = table(&NAMES, &[&known, &["name", "Army", "Front", ""]]);
        let merge = merge_tables(&base, &ours, &theirs).unwrap();
        assert_eq!(merge.table, ours);
        assert_eq!(merge.conflicts.len(), 1);
        assert!(merge.conflicts[0].starts_with("\"Army\", \"Front\": merged into each other"));
        let apart = table(&NAMES, &[&known, &["name", "Guard", "Front", ""]]);
        let merge = merge_tables(&base, &ours, &apart).unwrap();
        assert_eq!((merge.table.rows.len(), merge.conflicts), (3, Vec::new()));
    }

    const FACTS: [&str; 7] =
        ["source", "key", "best", "note", "import", "retired_by", "retired_why"];

    #[test]
    fn edits_of_one_fact_follow_each_other() {
        let base = table(&FACTS, &[&["m", "1", "5", "", "u", "", ""]]);
        let ours = table(
            &FACTS,
            &[&["m", "1", "5", "", "u", "a", "changed"], &["m", "1", "6", "", "a", "", ""]],
        );
        let theirs = table(
            &FACTS,
            &[&["m", "1", "5", "", "u", "b", "changed"], &["m", "1", "5", "n", "b", "", ""]],
        );
        let merge = merge_tables(&base, &ours, &theirs).unwrap();
        let wanted: [&[&str]; 3] = [
            &["m", "1", "5", "", "u", "a", "changed"],
            &["m", "1", "6", "", "a", "b", "changed"],
            &["m", "1", "6", "n", "b", "", ""],
        ];
        assert_eq!(merge, TableMerge { table: table(&FACTS, &wanted), conflicts: Vec::new() });
    }

    #[test]
    fn what_one_branch_retired_and_the_other_changed_is_told() {
        let base = table(&FACTS, &[&["m", "1", "5", "", "u", "", ""]]);
        let ours = table(
            &FACTS,
            &[&["m", "1", "5", "", "u", "a", "changed"], &["m", "1", "6", "", "a", "", ""]],
        );
        let theirs = table(&FACTS, &[&["m", "1", "5", "", "u", "b", "mistake"]]);
        let merge = merge_tables(&base, &ours, &theirs).unwrap();
        assert_eq!(merge.table, ours);
        assert_eq!(merge.conflicts, ["m:1: row: \"changed\" here, \"retired\" there"]);
    }
}
