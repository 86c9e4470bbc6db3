//! `facts query --sheet`: facts as a sheet to work in, which `facts edit --from` reads back.

use std::rc::Rc;

use crate::command::global_args::GlobalArgs;
use crate::command::manual_input::{VERSION, stated};
use crate::command::sheet_rows::{DELETE, REF};
use crate::command::ui::Ui;
use crate::command::{Exit, reference_rows};
use crate::error::{Error, Result};
use crate::kind::reference_table::ReferenceTable;
use crate::kind::{self, Field, Kind, common_fields};
use crate::query::{self, ColumnRef, Query};
use crate::render::Heading;
use crate::store::{LiveFact, StatedFields, Store};
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
    check_format(global)?;
    let is_one = query.kinds.len() == 1;
    let fields = fields(&query, columns)?;
    let headings = headings(if is_one { None } else { Some("kind") }, &fields);
    query.columns = query::columns("source,key,kind", &query.kinds)?;
    store.check(&query)?;
    let mut references: Vec<(&'static Kind, Rc<str>, Box<str>)> = Vec::new();
    store.select(&query, |cells| {
        let text = |cell: usize| cells[cell].text().unwrap_or_default();
        let Some(kind) = kind::find(text(2)) else { return Ok(()) };
        // most facts are of the source of the one before
        let source = match references.last() {
            Some((_, last, _)) if **last == *text(0) => Rc::clone(last),
            _ => text(0).into(),
        };
        references.push((kind, source, text(1).into()));
        Ok(())
    })?;
    let rows = ui.rows(global, headings, Vec::new(), |row| {
        let mut written = 0;
        for (kind, source, key) in &references {
            for fact in store.live_facts(&[*kind], source, key)? {
                row(&cells(&fact, &fields, is_one))?;
                written += 1;
            }
        }
        Ok(written)
    })?;
    say_next(&count(rows, "fact", "facts"), "", global, ui);
    Ok(Exit::Done)
}

/// Writes rows of a table that facts refer to; returns how many.
///
/// # Errors
/// The sheet cannot be written.
pub fn write_rows(
    table: &'static ReferenceTable,
    fields: &[&'static Field],
    rows: &[StatedFields],
    global: &GlobalArgs,
    ui: &mut Ui,
) -> Result<u64> {
    check_format(global)?;
    // the program itself notes what was attached
    let fields: Vec<&'static Field> =
        fields.iter().copied().filter(|field| field.ty != Type::Sha256).collect();
    let text = |text: &str| Value::Text(text.to_owned().into());
    let written = ui.rows(global, headings(None, &fields), Vec::new(), |row| {
        for stated_row in rows {
            let name = stated(stated_row, table.key[0]);
            let mut cells = vec![text(name), text(&reference_rows::version(stated_row))];
            cells.extend(reference_rows::cells(stated_row, &fields));
            cells.push(Value::Null);
            row(&cells)?;
        }
        Ok(rows.len() as u64)
    })?;
    say_next(&count(written, "row", "rows"), &format!(" {}", table.table), global, ui);
    Ok(written)
}

fn check_format(global: &GlobalArgs) -> Result<()> {
    if global.flavour().is_some() && global.excel.is_some() {
        return Err(Error::usage("--sheet and --excel do not go together")
            .hint("write a workbook with -o NAME.xlsx, which every spreadsheet opens"));
    }
    Ok(())
}

fn say_next(what: &str, table: &str, global: &GlobalArgs, ui: &mut Ui) {
    let file = global.output.as_ref().map_or("FILE".into(), |file| file.display().to_string());
    ui.status(&format!("{what}; change cells, then: facts edit{table} --from {file}"));
}

/// The columns of a sheet: what each row is made of, the fields, and whether it goes.
fn headings(kind: Option<&str>, fields: &[&'static Field]) -> Vec<Heading> {
    let mut headings = vec![Heading::text(REF), Heading { hidden: true, ..Heading::text(VERSION) }];
    headings.extend(kind.map(Heading::text));
    headings.extend(fields.iter().map(|field| {
        let is_number = field.ty.is_number() || matches!(field.ty, Type::Degrees(_));
        let heading =
            if is_number { Heading::number(field.name) } else { Heading::text(field.name) };
        match field.ty {
            Type::Choice(choices) => Heading { choices, ..heading },
            _ => heading,
        }
    }));
    headings.push(Heading::text(DELETE));
    headings
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
