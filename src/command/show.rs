//! `facts show`: one fact in full: the passage that states it, its voice, other answers, where it
//! came from, its history.

use std::ops::Range;

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::command::{as_of_args, heading, rights, targets};
use crate::error::{Error, Result};
use crate::evidence::locator::{self, Locator};
use crate::evidence::quote;
use crate::kind::{Field, KINDS, Need, common_field};
use crate::query::{self, ColumnRef, Query};
use crate::render::{Heading, MARK_OFF, MARK_ON};
use crate::store::{History, Store};
use crate::value::{OwnedValue, Type, Value};

/// How many characters of context stand on each side of a passage.
const CONTEXT: usize = 160;

/// Show facts in full: the passage, who said it, other answers to the same question, and history.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts show us-iraq-2014:arms-12\n  facts show us-iraq-2014:casualty-1 -f json"
)]
pub struct Args {
    /// References of facts: SOURCE:KEY
    #[arg(value_name = "REF", required = true)]
    refs: Vec<String>,
    #[command(flatten)]
    past: as_of_args::AsOfArgs,
}

/// One fact as it is written: headings and cells.
type Shown = Vec<(Heading, OwnedValue)>;

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let store = rights::open(global, ui)?;
    let past = args.past.read()?;
    let run = store.import_at(&past)?;
    let in_full = global.format.is_none() && global.output.is_none();
    let mut facts: Vec<Shown> = Vec::new();
    let mut exit = Exit::Done;
    for reference in &args.refs {
        let (source, key) = reference.split_once(':').ok_or_else(|| {
            Error::usage(format!("invalid reference \"{reference}\": expected SOURCE:KEY"))
                .hint("list all: facts query all --columns ref,summary")
        })?;
        let mut rows = store.history(source, key)?;
        if rows.is_empty() && !store.references(reference)?.is_empty() {
            let (source, key) = targets::reference(reference, &store)?;
            rows = store.history(&source, &key)?;
        }
        let mut current: Vec<&History> = rows.iter().filter(|row| row.is_live_at(run)).collect();
        if current.is_empty() && past.as_of.is_none() {
            // what was withdrawn is shown as it was last
            current.extend(rows.first());
        }
        if current.is_empty() {
            let known = if rows.is_empty() {
                targets::no_such_ref(&store, reference)?.message
            } else {
                format!("{reference} was not yet recorded at that time")
            };
            ui.status(&known);
            exit = Exit::No;
        }
        for row in current {
            facts.push(if in_full { full(&store, row, &rows)? } else { plain(&store, row)? });
        }
    }
    if in_full {
        for (n, fact) in facts.into_iter().enumerate() {
            if n > 0 {
                ui.text("\n")?;
            }
            let (headings, cells): (Vec<Heading>, Vec<OwnedValue>) = fact.into_iter().unzip();
            ui.record(
                &GlobalArgs { format: Some("table".into()), ..global.clone() },
                headings,
                &cells,
            )?;
        }
        return Ok(exit);
    }
    drop(store);
    write(&facts, global, ui)?;
    Ok(exit)
}

/// Writes facts of several kinds as one table: each has the fields of all.
fn write(facts: &[Shown], global: &GlobalArgs, ui: &mut Ui) -> Result<()> {
    let mut headings: Vec<Heading> = Vec::new();
    for (heading, _) in facts.iter().flatten() {
        if !headings.iter().any(|known| known.name == heading.name) {
            headings.push(heading.clone());
        }
    }
    let names: Vec<String> = headings.iter().map(|heading| heading.name.clone()).collect();
    ui.rows(global, headings, Vec::new(), |row| {
        for fact in facts {
            let cell = |name: &String| {
                fact.iter()
                    .find(|(heading, _)| heading.name == *name)
                    .map_or(Value::Null, |(_, cell)| cell.clone())
            };
            row(&names.iter().map(cell).collect::<Vec<_>>())?;
        }
        Ok(facts.len() as u64)
    })?;
    Ok(())
}

/// The value of a field of a row, as text.
fn text_of(row: &History, name: &str) -> Option<String> {
    row.cells
        .iter()
        .find(|(field, cell)| field.name == name && !cell.is_null())
        .map(|(_, cell)| cell.to_string())
}

/// The fields that a query shows, `extra`, the passage and where the row came from, for machines.
fn plain(store: &Store, row: &History) -> Result<Shown> {
    let mut fields: Shown = row
        .cells
        .iter()
        .filter(|(field, _)| is_shown(field))
        .map(|(field, cell)| (heading(field), cell.clone()))
        .collect();
    let passage = match evidence(store, row)? {
        Evidence::Held(_, passage, _) => Value::Text(passage.into()),
        _ => Value::Null,
    };
    let text =
        |value: &Option<String>| value.clone().map_or(Value::Null, |text| Value::Text(text.into()));
    fields.push((Heading::text("passage"), passage));
    fields.push((Heading::text("recorded"), Value::Text(row.recorded.clone().into())));
    fields.push((Heading::text("file"), text(&row.file)));
    fields.push((Heading::text("release"), text(&row.release)));
    fields.push((Heading::text("retired"), text(&row.retired)));
    for name in ["retired_why", "retired_note"] {
        fields.push((Heading::text(name), text(&text_of(row, name))));
    }
    Ok(fields)
}

/// Whether a field is shown: what is stated, and how its quote was found.
fn is_shown(field: &Field) -> bool {
    (field.need != Need::System || field.name == "quote_status") && field.name != "key"
}

/// What is stated, and what a person wants to know about it.
fn full(store: &Store, row: &History, rows: &[History]) -> Result<Shown> {
    let mut lines: Shown = Vec::new();
    let mut put = |name: &str, value: OwnedValue| lines.push((Heading::text(name), value));
    let stated = row.cells.iter().filter(|(field, cell)| is_shown(field) && !cell.is_null());
    for (field, cell) in stated {
        let text = cell.to_string();
        let more = match field.ty {
            Type::Source => store.title(&text)?,
            Type::Topic => store.question(&text)?,
            _ => None,
        };
        put(
            field.name,
            more.map_or_else(|| cell.clone(), |more| Value::Text(format!("{text}: {more}").into())),
        );
    }
    let text = match evidence(store, row)? {
        Evidence::None => None,
        Evidence::Held(before, passage, after) => {
            Some(format!("{before}{MARK_ON}{passage}{MARK_OFF}{after}").trim().to_owned())
        }
        Evidence::NotHeld(source) => {
            Some(format!("no text stored; add it with: facts source attach {source} FILE"))
        }
        Evidence::Astray => Some("the locator is outside the stored text".to_owned()),
    };
    if let Some(text) = text {
        put("passage", Value::Text(text.into()));
    }
    for answer in answers(store, row)? {
        put("answer", Value::Text(answer.into()));
    }
    put("recorded", Value::Text(recorded(row).into()));
    if let Some(at) = &row.retired {
        let why = text_of(row, "retired_why").unwrap_or_default();
        let note = text_of(row, "retired_note").map(|note| format!(": {note}")).unwrap_or_default();
        let by = text_of(row, "retired_by").unwrap_or_default();
        put("retired", Value::Text(format!("{at}, {why}{note} (import={by})").into()));
    }
    for older in rows.iter().filter(|other| other.import() < row.import()) {
        let why = text_of(older, "retired_why").unwrap_or_default();
        let until = older.retired.as_deref().unwrap_or_default();
        put(
            "earlier",
            Value::Text(
                format!("{}, {why} {until}: {}", recorded(older), differences(older, row)).into(),
            ),
        );
    }
    Ok(lines)
}

fn recorded(row: &History) -> String {
    let release =
        row.release.as_ref().map(|release| format!(", release {release}")).unwrap_or_default();
    let from = row.file.as_ref().map_or("by hand".to_owned(), |file| format!("from {file}"));
    format!("{} {from}{release} (import={})", row.recorded, row.import())
}

/// What the source says in the place that a fact rests on.
enum Evidence {
    /// The fact has no locator that leads into a text.
    None,
    /// The passage, with what stands before and behind it.
    Held(String, String, String),
    /// The text of this source is not held.
    NotHeld(String),
    /// The locator does not lead into the text.
    Astray,
}

fn evidence(store: &Store, row: &History) -> Result<Evidence> {
    let locator = text_of(row, "locator").as_deref().and_then(Locator::parse);
    let (Some(locator), Some(source)) = (locator, text_of(row, "source")) else {
        return Ok(Evidence::None);
    };
    if matches!(locator, Locator::Row(_) | Locator::Time) {
        return Ok(Evidence::None);
    }
    let Some(held) = store.held_text(&source)? else { return Ok(Evidence::NotHeld(source)) };
    if !locator.leads_into(&held.text) {
        return Ok(Evidence::None);
    }
    // of a page, what is quoted of it
    let quoted = |page: &Range<usize>| -> Option<Range<usize>> {
        let quote = text_of(row, "quote").filter(|_| matches!(locator, Locator::Page(_)))?;
        let places = quote::places(&held.text, &quote).into_iter().map(|place| place.range);
        places.into_iter().find(|place| page.start <= place.start && place.end <= page.end)
    };
    Ok(match locator.resolve(&held.text) {
        None => Evidence::Astray,
        Some(range) => {
            let range = quoted(&range).unwrap_or(range);
            let (before, passage, after) = locator::in_context(&held.text, &range, CONTEXT);
            Evidence::Held(before, passage, after)
        }
    })
}

/// The other live answers to the question of a fact.
fn answers(store: &Store, row: &History) -> Result<Vec<String>> {
    let (Some(topic), Some(own)) = (text_of(row, "topic"), text_of(row, "ref")) else {
        return Ok(Vec::new());
    };
    let mut query = Query::of(query::kinds("all")?);
    let field = |name: &str| common_field(name).map(ColumnRef::Field);
    let Some(by_topic) = field("topic") else { return Ok(Vec::new()) };
    query.tests = vec![query::among(by_topic, KINDS, vec![topic], false)?];
    query.columns = ["ref", "said_by", "stance", "summary"].into_iter().filter_map(field).collect();
    let mut answers = Vec::new();
    store.select(&query, |cells| {
        let reference = cells[0].to_string();
        if reference != own {
            let voice =
                if cells[1].is_null() { "the source".to_owned() } else { cells[1].to_string() };
            answers.push(format!("{reference}, {voice} {}: {}", cells[2], cells[3]));
        }
        Ok(())
    })?;
    Ok(answers)
}

/// What an older row stated otherwise: `best 1458, note –`.
fn differences(older: &History, row: &History) -> String {
    let stated: Vec<String> = older
        .cells
        .iter()
        .filter(|(field, _)| {
            field.is_given() && text_of(older, field.name) != text_of(row, field.name)
        })
        .map(|(field, cell)| {
            format!(
                "{} {}",
                field.name,
                if cell.is_null() { "–".to_owned() } else { cell.to_string() }
            )
        })
        .collect();
    if stated.is_empty() { "same as now".to_owned() } else { stated.join(", ") }
}
