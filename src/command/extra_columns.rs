//! Columns of data sets that have no field, as the command line names them: `extra.NAME`, and
//! `extra.*` for all.

use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::query::{self, ColumnRef, EXTRA};
use crate::store::Store;
use crate::value::suggest::did_you_mean;

/// What stands for all of them.
const ALL: &str = "extra.*";

/// The columns of a list, and the place among them where all of a data set's belong, if the list
/// has them.
///
/// # Errors
/// As [`query::columns`].
pub fn columns(list: &str, kinds: &[&'static Kind]) -> Result<(Vec<ColumnRef>, Option<usize>)> {
    let names: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    match names.iter().position(|name| *name == ALL) {
        None => Ok((query::columns(list, kinds)?, None)),
        Some(0) if names.len() == 1 => Ok((Vec::new(), Some(0))),
        Some(at) => {
            let others: Vec<&str> = names.iter().copied().filter(|name| *name != ALL).collect();
            Ok((query::columns(&others.join(","), kinds)?, Some(at)))
        }
    }
}

/// Puts all columns that facts of these kinds have in a place among those that are shown, but for
/// those that are there.
///
/// # Errors
/// The database cannot be read, or nothing is left.
pub fn put_all(
    columns: &mut Vec<ColumnRef>,
    at: usize,
    kinds: &[&'static Kind],
    store: &Store,
) -> Result<()> {
    let all = store.columns(kinds, None)?;
    let named = all.iter().filter_map(|name| ColumnRef::extra_named(&format!("{EXTRA}{name}")));
    let new: Vec<ColumnRef> = named.filter(|column| !columns.contains(column)).collect();
    columns.splice(at..at, new);
    if columns.is_empty() {
        return Err(Error::usage(format!("\"{ALL}\": no fact here has extra columns")));
    }
    Ok(())
}

/// Says which of the columns no fact of these kinds has.
///
/// # Errors
/// The database cannot be read.
pub fn say_unknown<'c>(
    columns: impl Iterator<Item = &'c ColumnRef>,
    kinds: &[&'static Kind],
    store: &Store,
    ui: &mut Ui,
) -> Result<()> {
    let mut named: Vec<&str> = columns.filter_map(ColumnRef::extra).collect();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() {
        return Ok(());
    }
    let known = store.columns(kinds, Some(&named))?;
    for name in named.into_iter().filter(|name| !known.iter().any(|known| known == name)) {
        let near =
            did_you_mean(name, known.iter().map(String::as_str).filter(|known| !known.is_empty()));
        ui.status(&format!("no fact here has an extra column \"{name}\"{near}"));
    }
    Ok(())
}
