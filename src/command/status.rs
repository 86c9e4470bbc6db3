//! `facts status`: which database is meant, and what it holds.

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::error::Result;
use crate::render::Heading;
use crate::value::{OwnedValue, Value};

/// Show which database is used, how it was chosen, and what it contains.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(_args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let chosen = global.database();
    let store = rights::open(global, ui)?;
    let status = store.status()?;
    let text = |text: &str| -> OwnedValue { Value::Text(text.to_owned().into()) };
    let whole = |n: u64| -> OwnedValue { Value::Int(i64::try_from(n).unwrap_or(i64::MAX)) };
    let (here, _) = store.schema_version()?;
    let size = std::fs::metadata(store.path()).map_or(0, |found| found.len());
    let mut lines: Vec<(Heading, OwnedValue)> = vec![
        (Heading::text("database"), text(&chosen.path.display().to_string())),
        (Heading::text("chosen_by"), text(&chosen.by)),
        (Heading::number("bytes"), whole(size)),
        (Heading::number("schema"), Value::Int(here)),
        (Heading::text("program"), text(concat!("facts ", env!("CARGO_PKG_VERSION")))),
    ];
    for (name, value, by) in global.config.told() {
        lines.push((Heading::text(name), text(&format!("{value} ({})", by.display()))));
    }
    for held in &status.held {
        lines.push((Heading::number(held.kind.name), whole(held.live)));
    }
    lines.push((
        Heading::number("retired"),
        whole(status.held.iter().map(|held| held.retired).sum()),
    ));
    for (table, rows) in &status.parents {
        lines.push((Heading::number(*table), whole(*rows)));
    }
    lines.push((
        Heading::text("last_import"),
        status.last_import.as_deref().map_or(Value::Null, text),
    ));
    let (headings, cells): (Vec<Heading>, Vec<OwnedValue>) = lines.into_iter().unzip();
    ui.record(global, headings, &cells)?;
    Ok(Exit::Done)
}
