//! `facts query --sheet`: facts as a sheet to work in, which `facts edit --from` reads back.

use crate::command::Exit;
use crate::command::edit_sheet::{DELETE, VERSION};
use crate::command::global_args::GlobalArgs;
use crate::command::manual_input::stated;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::kind::{Field, common_fields};
use crate::query::{self, ColumnRef, Query};
use crate::render::Heading;
use crate::store::{LiveFact, Store};
use crate::value::text::count;
use crate::value::{OwnedValue, Type, Value};

/// Writes the facts that a query finds with the fields that can be edited.
///
/// # Errors
/// The database cannot be read, or the sheet cannot be written.
pub fn write(
    mut query: Query,
    columns: Option<&str>,
    store: &Store,
    global: &GlobalArgs,
    ui: &mut Ui,
) -> Result<Exit> {
    if query.past.as_of.is_some() || query.past.published_by.is_some() {
        return Err(Error::usage("--sheet takes the facts as they are now, not as of a time"));
    }
    if global.flavour().is_some() && global.excel.is_some() {
        return Err(Error::usage("--sheet and --excel do not go together")
            .hint("write a workbook with -o NAME.xlsx, which every spreadsheet opens"));
    }
    let is_one = query.kinds.len() == 1;
    let fields = fields(&query, columns)?;
    let mut headings =
        vec![Heading::text("ref"), Heading { hidden: true, ..Heading::text(VERSION) }];
    if !is_one {
        headings.push(Heading::text("kind"));
    }
    headings.extend(fields.iter().map(|field| {
        let heading = if field.ty.is_number() {
            Heading::number(field.name)
        } else {
            Heading::text(field.name)
        };
        match field.ty {
            Type::Choice(choices) => Heading { choices, ..heading },
            _ => heading,
        }
    }));
    headings.push(Heading::text(DELETE));
    query.columns = query::columns("source,key", &query.kinds)?;
    store.check(&query)?;
    let mut references = Vec::new();
    store.select(&query, |cells| {
        references.push((cells[0].to_string(), cells[1].to_string()));
        Ok(())
    })?;
    let rows = ui.rows(global, headings, Vec::new(), |row| {
        let mut written = 0;
        for (source, key) in &references {
            let live = store.live_facts(source, key)?;
            for fact in live
                .iter()
                .filter(|fact| query.kinds.iter().any(|kind| kind.name == fact.kind.name))
            {
                row(&cells(fact, &fields, is_one))?;
                written += 1;
            }
        }
        Ok(written)
    })?;
    ui.status(&format!(
        "{}; change cells, then: facts edit --from {}",
        count(rows, "fact", "facts"),
        global.output.as_ref().map_or("FILE".into(), |file| file.display().to_string())
    ));
    Ok(Exit::Done)
}

/// The fields that a sheet has: those that can be edited, or those of them that were named.
fn fields(query: &Query, columns: Option<&str>) -> Result<Vec<&'static Field>> {
    let is_edited =
        |field: &&'static Field| field.is_given() && !["key", "extra"].contains(&field.name);
    if let Some(list) = columns {
        let columns = query::columns(list, &query.kinds)?;
        return Ok(columns.iter().filter_map(ColumnRef::field).filter(is_edited).collect());
    }
    Ok(match query.kinds.as_slice() {
        [kind] => kind.fields().filter(is_edited).collect(),
        _ => common_fields().filter(is_edited).collect(),
    })
}

fn cells(fact: &LiveFact, fields: &[&'static Field], is_one: bool) -> Vec<OwnedValue> {
    let text = |text: String| if text.is_empty() { Value::Null } else { Value::Text(text.into()) };
    let reference = format!("{}:{}", stated(&fact.stated, "source"), stated(&fact.stated, "key"));
    let mut cells = vec![text(reference), text(fact.version.clone())];
    if !is_one {
        cells.push(Value::Text(fact.kind.name.into()));
    }
    cells.extend(fields.iter().map(|field| {
        let stated = stated(&fact.stated, field.name);
        match field.ty.parse(stated).map(Value::into_owned) {
            Ok(Value::Int(n)) => Value::Int(n),
            // a spreadsheet keeps 15 digits
            Ok(Value::Real(n)) if format!("{n:.14e}").parse() == Ok(n) => Value::Real(n),
            _ => text(stated.to_owned()),
        }
    }));
    cells.push(Value::Null);
    cells
}
