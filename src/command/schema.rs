//! `facts schema`: what a fact may state, as a JSON Schema for programs that make facts.

use serde_json::{Map, Value as Json, json};

use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::command::{Exit, kinds_or};
use crate::error::{Error, Result};
use crate::kind::reference_table::{self, ReferenceTable};
use crate::kind::{self, Field, Kind, Need};
use crate::query;
use crate::value::Type;

/// Print the JSON Schema (2020-12) of a record that facts add --from takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts schema events\n  facts schema casualties -o casualty.schema.json"
)]
pub struct Args {
    #[arg(value_name = "KIND", help = kinds_or("sources, actors, places or topics"))]
    kind: String,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let tables: [&ReferenceTable; 4] = [
        &reference_table::SOURCES,
        &reference_table::ACTORS,
        &reference_table::PLACES,
        &reference_table::TOPICS,
    ];
    let schema =
        match (kind::find(&args.kind), tables.iter().find(|table| table.table == args.kind)) {
            (Some(kind), _) => of_kind(kind),
            (None, Some(table)) => object(
                table.table,
                table.about,
                &table.fields.iter().collect::<Vec<_>>(),
                Field::is_given,
            ),
            (None, None) => {
                return Err(match query::kinds(&args.kind) {
                    Ok(_) => Error::usage("name one kind"),
                    Err(unknown) => unknown,
                });
            }
        };
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|e| Error::database("the schema cannot be written").with_source(e))?;
    ui.whole(global, format!("{text}\n").as_bytes())?;
    Ok(Exit::Done)
}

fn of_kind(kind: &'static Kind) -> Json {
    let fields: Vec<_> = kind.fields().filter(|field| field.is_given()).collect();
    // the program assigns a key, and a quote may stand for the summary
    let is_required = |field: &Field| !["key", "summary"].contains(&field.name);
    let mut schema = object(kind.name, kind.about, &fields, is_required);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert(
            "anyOf".into(),
            json!([{ "required": ["summary"] }, { "required": ["quote"] }]),
        );
    }
    schema
}

fn object(
    title: &str,
    about: &str,
    fields: &[&'static Field],
    is_required: impl Fn(&Field) -> bool,
) -> Json {
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| field.need == Need::Required && is_required(field))
        .map(|field| field.name)
        .collect();
    let properties: Map<String, Json> =
        fields.iter().map(|field| (field.name.to_owned(), property(field))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": about,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(field: &Field) -> Json {
    let mut property = json!({ "description": field.about });
    let types = match field.ty {
        Type::Integer | Type::Flag | Type::Import => json!(["integer", "null"]),
        Type::Real => json!(["number", "null"]),
        Type::Degrees(limit) => {
            property["minimum"] = json!(-i64::from(limit));
            property["maximum"] = json!(limit);
            json!(["number", "null"])
        }
        Type::Json => json!(["object", "null"]),
        Type::Actor | Type::Place => {
            property["items"] = json!({ "type": "string" });
            json!(["string", "array", "null"])
        }
        Type::Choice(words) => {
            let mut all: Vec<Json> = words.iter().map(|word| json!(word)).collect();
            if field.need != Need::Required {
                all.push(Json::Null);
            }
            property["enum"] = all.into();
            json!(["string", "null"])
        }
        Type::Date | Type::Edtf => {
            property["examples"] =
                json!(["2014", "2014-03", "2014-03-12", "2011-12~", "2006/2007", "2013/.."]);
            json!(["string", "null"])
        }
        Type::Slug => {
            property["pattern"] = json!("^[a-z0-9_.-]+$");
            json!(["string", "null"])
        }
        _ => json!(["string", "null"]),
    };
    property["type"] = match (types, field.need) {
        (Json::Array(mut types), Need::Required) => {
            types.retain(|ty| ty != "null");
            if let [one] = types.as_slice() { one.clone() } else { types.into() }
        }
        (types, _) => types,
    };
    if let Some(value) = field.default {
        property["default"] = json!(value);
    }
    property
}
