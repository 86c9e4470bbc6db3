//! `facts fields`: what each kind can state, and how to ask for it.

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::kind::reference_table::REFERENCE_TABLES;
use crate::kind::{Field, Filter, KINDS, Kind, Need};
use crate::query;
use crate::render::Heading;
use crate::value::{Type, Value};

/// List the fields of a kind, with type, flag, allowed values and meaning.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts fields arms-transfers\n  facts fields events --codes type\n  facts fields all -f json\n  facts fields --tables"
)]
pub struct Args {
    /// A kind, all kinds, or a table that facts refer to: sources, topics, actors, places, names
    #[arg(value_name = "KIND", default_value = "all")]
    kind: String,
    /// List the tables of the database and their columns, for facts sql
    #[arg(long)]
    tables: bool,
    /// List the codes of a field: what each means, and what it is to codes of other schemes
    #[arg(long, value_name = "FIELD", conflicts_with = "tables")]
    codes: Option<String>,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    // what facts refer to has fields too: facts add actors takes them
    let parent = REFERENCE_TABLES.iter().find(|parent| parent.table == args.kind);
    let kinds = if parent.is_some() { Vec::new() } else { query::kinds(&args.kind)? };
    if args.tables {
        return tables(&kinds, global, ui);
    }
    if let Some(name) = &args.codes {
        return codes(name, &kinds, global, ui);
    }
    let of_kinds = kinds.iter().flat_map(|kind| kind.fields().map(|field| (kind.name, field)));
    let of_parent = parent
        .into_iter()
        .flat_map(|parent| parent.fields.iter().map(|field| (parent.table, field)));
    let headings =
        ["kind", "field", "type", "need", "flag", "values", "about"].map(Heading::text).into();
    let leading =
        ["field", "values", "about", "type", "need", "flag", "kind"].map(String::from).into();
    ui.rows(global, headings, leading, |row| {
        let mut count = 0;
        for (of, field) in of_kinds.chain(of_parent) {
            row(&line(of, field))?;
            count += 1;
        }
        Ok(count)
    })?;
    Ok(Exit::Done)
}

/// The codes of a field of these kinds.
fn codes(name: &str, kinds: &[&'static Kind], global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let field = query::field(name, kinds)?;
    let Some(list) = field.code_list() else {
        let with_codes = KINDS.iter().flat_map(|kind| {
            let coded = kind.fields().filter(|field| field.codes.is_some());
            coded.map(|field| format!("facts fields {} --codes {}", kind.name, field.name))
        });
        let known: Vec<String> = with_codes.collect();
        return Err(Error::usage(format!("{} has no code list", field.name))
            .hint(format!("fields with one: {}", known.join(", "))));
    };
    let first = ["code", "list", "group", "definition"].into_iter();
    let schemes = list.schemes.iter().map(String::as_str);
    let headings = first.chain(schemes).map(Heading::text).collect();
    ui.rows(global, headings, Vec::new(), |row| {
        for code in &list.codes {
            let text = |text: &str| match text {
                "" => Value::Null,
                text => Value::Text(text.to_owned().into()),
            };
            let mut cells: Vec<Value<'_>> = [&code.name, &code.list, &code.group, &code.definition]
                .map(|cell| text(cell))
                .into();
            cells.extend(list.schemes.iter().map(|scheme| {
                let related = code.relations.iter().filter(|other| other.scheme == *scheme);
                let related: Vec<String> =
                    related.map(|other| format!("{} {}", other.relation, other.code)).collect();
                text(&related.join("; "))
            }));
            row(&cells)?;
        }
        Ok(list.codes.len() as u64)
    })?;
    Ok(Exit::Done)
}

/// The tables of these kinds, and those that they lean on.
fn tables(kinds: &[&'static Kind], global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let headings = ["table", "column", "type", "about"].map(Heading::text).into();
    let text = |text: &'static str| Value::Text(text.into());
    ui.rows(global, headings, Vec::new(), |row| {
        let of_kinds = kinds.iter().map(|kind| (kind.table, kind.fields().filter(|field| field.is_stored()).collect::<Vec<_>>()));
        let parents = REFERENCE_TABLES.iter().map(|parent| (parent.table, parent.fields.iter().collect::<Vec<_>>()));
        let mut lines: Vec<[Value<'static>; 4]> =
            VIEW.map(|(column, about)| [text("current_facts"), text(column), text("text"), text(about)]).into();
        for (table, fields) in of_kinds.chain(parents) {
            if table != "imports" {
                lines.push([
                    text(table),
                    text("id"),
                    text("integer"),
                    text("Row id, which other tables refer to."),
                ]);
            }
            for field in fields {
                for column in field.columns() {
                    let (ty, about) = match column.as_str() {
                        "first_day" => {
                            (text("integer"), text("First day of the date as a Julian day number; date(first_day) gives the ISO date."))
                        }
                        "last_day" => (text("integer"), text("Last day of the date as a Julian day number.")),
                        name if name.ends_with("_id") => (text(points_to(field.ty, table)), text(field.about)),
                        _ => (text(field.ty.name()), text(field.about)),
                    };
                    lines.push([text(table), Value::Text(column.into()), ty, about]);
                }
            }
        }
        let numbers: Vec<String> = KINDS.iter().map(|kind| format!("{} for {}", kind.tag, kind.name)).collect();
        let id = format!("The fact's id times 16, plus {}.", numbers.join(", "));
        lines.push([text("extras"), text("id"), text("integer"), Value::Text(id.into())]);
        lines.extend(ASIDE.map(|(table, column, ty, about)| [text(table), text(column), text(ty), text(about)]));
        for line in &lines {
            row(line)?;
        }
        Ok(lines.len() as u64)
    })?;
    Ok(Exit::Done)
}

/// The columns of data sets that have no field, kept aside.
const ASIDE: [(&str, &str, &str, &str); 6] = [
    ("extras", "layout_id", "integer, of layouts", "Names of the columns."),
    (
        "extras",
        "cells",
        "json",
        "The cells, an array in the same order: cells ->> 0 is the first. A number is an id in extra_texts.",
    ),
    ("extra_texts", "id", "integer", "Row id, which cells refer to."),
    (
        "extra_texts",
        "text",
        "json",
        "A text shared by many cells; text ->> '$' gives the text itself.",
    ),
    ("layouts", "id", "integer", "Row id, which other tables refer to."),
    ("layouts", "columns", "json", "Names of extra columns, as an array."),
];

/// The view over the live facts of all kinds.
const VIEW: [(&str, &str); 20] = [
    ("ref", "Reference to the fact, SOURCE:KEY."),
    ("kind", "Kind of fact."),
    ("source", "Slug of the source."),
    ("key", "The fact's key within its source."),
    ("locator", "Passage in the source."),
    ("said_by", "Who said it, by usual name."),
    ("said_via", "Where it was said, such as in an interview."),
    ("said_on", "When it was said."),
    ("stance", "How it is said: states, alleges, denies, declines."),
    ("topic", "The question that the fact answers."),
    ("summary", "The fact in a sentence."),
    ("date", "Date in EDTF."),
    ("date_from", "First day of the date (ISO 8601)."),
    ("date_to", "Last day of the date (ISO 8601)."),
    ("date_span", "Whether it happened within the date or held throughout it."),
    ("date_basis", "Where the date comes from."),
    ("place", "Place, by usual name."),
    ("place_precision", "Precision of the place."),
    ("confidence", "Confidence of whoever recorded it."),
    ("note", "Anything else a reader should know."),
];

/// What a reference points to.
fn points_to(ty: Type, table: &str) -> &'static str {
    let is_kind = KINDS.iter().any(|kind| kind.table == table);
    match ty {
        Type::Source => "integer, of sources",
        Type::Import => "integer, of imports",
        Type::Actor | Type::Place if is_kind => "integer, of names",
        Type::Actor => "integer, of actors",
        Type::Place => "integer, of places",
        _ => "integer",
    }
}

fn line(of: &'static str, field: &'static Field) -> [Value<'static>; 7] {
    let text = |text: &'static str| Value::Text(text.into());
    let need = match (field.need, field.default) {
        (Need::Required, _) => text("required"),
        (Need::Optional, Some(value)) => Value::Text(format!("default {value}").into()),
        (Need::Optional, None) => text("optional"),
        (Need::Derived, _) => text("derived"),
        (Need::System, _) => text("system"),
    };
    let flag = if field.filter == Filter::None {
        Value::Null
    } else {
        Value::Text(format!("--{}", field.flag()).into())
    };
    let values = match field.ty {
        Type::Choice(list) => Value::Text(list.join(", ").into()),
        _ => Value::Null,
    };
    [text(of), text(field.name), text(field.ty.name()), need, flag, values, text(field.about)]
}
