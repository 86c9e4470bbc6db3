//! What a command must not pass on: asked by all that writes for others to read.

use crate::command::global_args::GlobalArgs;
use crate::command::source;
use crate::command::ui::Ui;
use crate::error::Result;
use crate::evidence::rights::Rights;
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

/// The query whose answer may be written in the format that was asked for: a page leaves the facts
/// out that must not be passed on, and it is said so.
///
/// # Errors
/// The database cannot be read.
pub fn for_format(query: &Query, store: &Store, global: &GlobalArgs, ui: &mut Ui) -> Result<Query> {
    let mut query = query.clone();
    if global.format(ui.terminal)?.name != "html" {
        return Ok(query);
    }
    let rights = of_sources(store)?;
    let withheld: Vec<(String, Rights)> =
        rights.into_iter().filter(|(_, rights)| !rights.has_facts()).collect();
    if withheld.is_empty() {
        return Ok(query);
    }
    let named: Vec<&str> = withheld
        .iter()
        .filter(|(_, rights)| *rights != Rights::Nothing)
        .map(|(slug, _)| slug.as_str())
        .collect();
    let all = count(withheld.len() as u64, "source", "sources");
    let which = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
    ui.status(&format!(
        "facts of {all}{which} are left out of the page: redistribution is not allowed; other formats have them, for your own use"
    ));
    let slugs = withheld.into_iter().map(|(slug, _)| slug).collect();
    let column = query::column("source", &query.kinds)?;
    let others = query::among(column, &query.kinds, slugs, true)?;
    query.tests.push(others);
    Ok(query)
}
