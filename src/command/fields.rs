//! `facts fields`: what each kind can state, and how to ask for it.

use super::console::Console;
use super::global::Global;
use crate::exit::{Exit, Result};
use crate::kind::{Field, Filter, Kind, Need};
use crate::query;
use crate::render::Heading;
use crate::value::{Cell, Type};

/// List the fields of a kind: type, flag, allowed values, meaning.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts fields arms-transfers\n  facts fields all -f json")]
pub struct Args {
    /// The kind
    #[arg(value_name = "KIND", default_value = "all")]
    kind: String,
}

/// Runs it.
pub fn run(args: &Args, global: &Global, console: &mut Console) -> Result<Exit> {
    let kinds = query::kinds(&args.kind)?;
    let headings = ["kind", "field", "type", "need", "flag", "values", "about"].map(Heading::text).into();
    let leading = ["field", "type", "about", "kind", "values", "need", "flag"].map(String::from).into();
    console.rows(global, headings, leading, |row| {
        let mut count = 0;
        for kind in &kinds {
            for field in kind.fields() {
                row(&line(kind, field))?;
                count += 1;
            }
        }
        Ok(count)
    })?;
    Ok(Exit::Done)
}

fn line(kind: &Kind, field: &'static Field) -> [Cell<'static>; 7] {
    let text = |text: &'static str| Cell::Text(text.into());
    let need = match (field.need, field.default) {
        (Need::Required, _) => text("required"),
        (Need::Optional, Some(value)) => Cell::Text(format!("else {value}").into()),
        (Need::Optional, None) => text("optional"),
        (Need::Derived, _) => text("derived"),
        (Need::Kept, _) => text("kept"),
    };
    let flag = if field.filter == Filter::None { Cell::Null } else { Cell::Text(format!("--{}", field.flag()).into()) };
    let values = match field.ty {
        Type::Choice(list) => Cell::Text(list.join(", ").into()),
        _ => Cell::Null,
    };
    [text(kind.name), text(field.name), text(field.ty.name()), need, flag, values, text(field.about)]
}
