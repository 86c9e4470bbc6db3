//! `facts fields`: what each kind can state, and how to ask for it.

use super::console::Console;
use super::global::Global;
use crate::exit::{Exit, Result};
use crate::kind::parent::PARENTS;
use crate::kind::{Field, Filter, Kind, Need};
use crate::query;
use crate::render::Heading;
use crate::value::{Cell, Type};

/// List the fields of a kind: type, flag, allowed values, meaning.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts fields arms-transfers\n  facts fields all -f json\n  facts fields --tables")]
pub struct Args {
    /// The kind
    #[arg(value_name = "KIND", default_value = "all")]
    kind: String,
    /// The tables of the database and their columns, for facts sql
    #[arg(long)]
    tables: bool,
}

/// Runs it.
pub fn run(args: &Args, global: &Global, console: &mut Console) -> Result<Exit> {
    let kinds = query::kinds(&args.kind)?;
    if args.tables {
        return tables(&kinds, global, console);
    }
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

/// The tables of these kinds, and those that they lean on.
fn tables(kinds: &[&'static Kind], global: &Global, console: &mut Console) -> Result<Exit> {
    let headings = ["table", "column", "type", "about"].map(Heading::text).into();
    let text = |text: &'static str| Cell::Text(text.into());
    console.rows(global, headings, Vec::new(), |row| {
        let of_kinds = kinds.iter().map(|kind| (kind.table, kind.fields().filter(|field| field.is_stored()).collect::<Vec<_>>()));
        let parents = PARENTS.iter().map(|parent| (parent.table, parent.fields.iter().collect::<Vec<_>>()));
        let mut count = 0;
        for (table, fields) in of_kinds.chain(parents) {
            for field in fields {
                for column in field.columns() {
                    let ty = if column.ends_with("_id") { text("integer, points to") } else { text(field.ty.name()) };
                    row(&[text(table), Cell::Text(column.into()), ty, text(field.about)])?;
                    count += 1;
                }
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
