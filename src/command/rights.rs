//! What a command must not pass on: asked by all that writes for others to read.

use std::ops::{Deref, DerefMut};

use tempfile::TempDir;

use crate::command::global_args::GlobalArgs;
use crate::command::source;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::evidence::rights::Rights;
use crate::fs::private_folder;
use crate::publish::copy::PublishedCopy;
use crate::query::{self, Query};
use crate::store::Store;
use crate::value::text::count;

/// What may be passed on of each source.
///
/// # Errors
/// The database cannot be read.
pub fn of_sources(store: &Store) -> Result<Vec<(String, Rights)>> {
    let of = |source: &Vec<crate::value::OwnedValue>| {
        let text = |name| source::field(source, name);
        let rights = Rights::of(text("redistribution"), text("restricted"));
        (text("slug").unwrap_or_default().to_owned(), rights)
    };
    Ok(source::all(store)?.iter().map(of).collect())
}

/// The database as a command reads it: the whole of it or, where a page is written that others may
/// read, a copy without what must not be passed on.
pub struct OpenedStore {
    store: Store,
    /// Where the copy is; it goes with it.
    _folder: Option<TempDir>,
}

impl Deref for OpenedStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl DerefMut for OpenedStore {
    fn deref_mut(&mut self) -> &mut Store {
        &mut self.store
    }
}

/// Opens the database for a command that reads; it is said what is left out of a page.
///
/// # Errors
/// The database cannot be read, or the copy not be written.
pub fn open(global: &GlobalArgs, ui: &mut Ui) -> Result<OpenedStore> {
    let mut store = global.open()?;
    if !global.format(ui.terminal).is_ok_and(|format| format.name == "html") {
        return Ok(OpenedStore { store, _folder: None });
    }
    let rights = of_sources(&store)?;
    if rights.iter().all(|(_, rights)| *rights == Rights::Whole) {
        return Ok(OpenedStore { store, _folder: None });
    }
    let folder = private_folder::make().map_err(|e| Error::io("cannot create a folder", &e))?;
    let copy = store.public_copy(&folder.path().join("public.db"), &rights)?;
    say_left_out(&rights, ui, ("page", |rights| !rights.has_facts()));
    Ok(OpenedStore { store: copy, _folder: Some(folder) })
}

/// Opens what answers `query`, `tabulate`, `compare` and `chart`: the database, or a published copy.
///
/// # Errors
/// As [`open`], and the engine cannot be asked.
pub fn open_for_answers(global: &GlobalArgs, ui: &mut Ui) -> Result<OpenedStore> {
    let Some(copy) = PublishedCopy::parse(&global.database().path) else {
        return open(global, ui);
    };
    let folder = private_folder::make().map_err(|e| Error::io("cannot create a folder", &e))?;
    let store = Store::of_published(copy.client()?, &folder.path().join("names.db"))?;
    let is_page = global.format(ui.terminal).is_ok_and(|format| format.name == "html");
    if is_page && of_sources(&store)?.iter().any(|(_, rights)| *rights != Rights::Whole) {
        return Err(Error::usage("this copy holds what its sources do not allow to be passed on")
            .hint(
                "facts publish --public leaves it out; or write the page from the database itself",
            ));
    }
    Ok(OpenedStore { store, _folder: Some(folder) })
}

/// Says what a public copy lacks of each source.
pub fn say_withheld(rights: &[(String, Rights)], ui: &mut Ui) {
    for (slug, rights) in rights {
        match rights {
            Rights::Whole => {}
            Rights::Excerpt => ui.status(&format!("{slug}: without the columns beside its facts")),
            Rights::Citation => ui.status(&format!("{slug}: the citation alone")),
            Rights::Nothing => ui.status(&format!("{slug}: left out (restricted)")),
        }
    }
}

/// The query without the facts of sources whose rights withhold them from a picture; it is said what
/// is left out.
///
/// # Errors
/// The database cannot be read.
pub fn for_picture(
    query: &Query,
    store: &Store,
    ui: &mut Ui,
    is_withheld: fn(Rights) -> bool,
) -> Result<Query> {
    let mut query = query.clone();
    let rights = of_sources(store)?;
    let slugs = say_left_out(&rights, ui, ("picture", is_withheld));
    if !slugs.is_empty() {
        let column = query::column("source", &query.kinds)?;
        let others = query::among(column, &query.kinds, slugs, true)?;
        query.tests.push(others);
    }
    Ok(query)
}

/// Says which sources are left out of a page or a picture, as far as they may be named, and returns
/// them.
fn say_left_out(
    rights: &[(String, Rights)],
    ui: &mut Ui,
    (what, is_withheld): (&str, fn(Rights) -> bool),
) -> Vec<String> {
    let withheld: Vec<&(String, Rights)> =
        rights.iter().filter(|(_, rights)| is_withheld(*rights)).collect();
    if withheld.is_empty() {
        return Vec::new();
    }
    let named: Vec<&str> = withheld
        .iter()
        .filter(|(_, rights)| *rights != Rights::Nothing)
        .map(|(slug, _)| slug.as_str())
        .collect();
    let all = count(withheld.len() as u64, "source", "sources");
    let which = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    ui.status(&format!(
        "facts of {all}{which} are left out of the {what}: redistribution is not allowed; other formats have them, for your own use"
    ));
    withheld.into_iter().map(|(slug, _)| slug.clone()).collect()
}
