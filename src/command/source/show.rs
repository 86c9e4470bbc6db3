//! `facts source show`: one source, or its text as a page with the passages of its facts marked.

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::source::{one, page};
use crate::command::ui::Ui;
use crate::error::Result;
use crate::kind::reference_table::SOURCES;
use crate::render::Heading;
use crate::value::Value;

/// Show a source; with -f html, show its text as a page with the cited passages marked.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts source show us-iraq-2014\n  facts source show us-iraq-2014 -f html -o page.html"
)]
pub struct Args {
    /// Slug of the source
    #[arg(value_name = "SLUG")]
    slug: String,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let store = global.open()?;
    let source = one(&store, &args.slug)?;
    if global.format(ui.terminal)?.name == "html" {
        let page = page::write(&store, &args.slug, &source)?;
        ui.whole(global, page.as_bytes())?;
        return Ok(Exit::Done);
    }
    let mut headings: Vec<Heading> =
        SOURCES.fields.iter().map(|field| Heading::text(field.name)).collect();
    let mut cells = source;
    let held = store.held_text(&args.slug)?;
    headings.push(Heading::number("characters_held"));
    cells.push(held.map_or(Value::Null, |held| {
        Value::Int(i64::try_from(held.text.chars().count()).unwrap_or(i64::MAX))
    }));
    ui.record(global, headings, &cells)?;
    Ok(Exit::Done)
}
