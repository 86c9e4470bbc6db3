//! `facts diff`: what changed in a source from one release to another.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::render::Heading;
use crate::store::{FactChange, Store, compared};
use crate::value::suggest::did_you_mean;
use crate::value::text::grouped;
use crate::value::{OwnedValue, Value};

/// Show what changed in a source between two releases: facts added, changed or withdrawn.
///
/// Each line is a field that differs. Facts that differ only in extra columns are counted; --all
/// shows them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts diff 2020 2021\n  facts diff import=3 import=4 -f csv\n  facts diff 24.1 25.1 --source ucdp-ged"
)]
pub struct Args {
    /// Earlier release, as the publisher names it, or an import (import=3)
    #[arg(value_name = "RELEASE")]
    from: String,
    /// Later release or import
    #[arg(value_name = "RELEASE")]
    to: String,
    /// Source, if several sources have both releases
    #[arg(long, value_name = "SLUG")]
    source: Option<String>,
    /// Also show facts that differ only in extra columns
    #[arg(long)]
    all: bool,
    /// Exit with 1 if anything differs
    #[arg(short, long)]
    exit_code: bool,
}

/// One field that differs.
type Difference = (String, OwnedValue, OwnedValue);

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let store = rights::open(global, ui)?;
    let (from, to, source) = runs(args, &store)?;
    let (mut added, mut changed, mut withdrawn, mut silent) = (0_u64, 0_u64, 0_u64, 0_u64);
    let headings = ["change", "ref", "kind", "field", "before", "after"].map(Heading::text).into();
    let leading = ["change", "ref", "field", "before", "after"].map(String::from).into();
    ui.rows(global, headings, leading, |row| {
        let mut rows = 0;
        let mut show = |what: &'static str,
                        change: &FactChange,
                        field: Option<&str>,
                        before: &OwnedValue,
                        after: &OwnedValue| {
            rows += 1;
            let reference = format!("{source}:{}", change.key);
            let field = field.map_or(Value::Null, |field| Value::Text(field.into()));
            row(&[
                Value::Text(what.into()),
                Value::Text(reference.into()),
                Value::Text(change.kind.name.into()),
                field,
                before.clone(),
                after.clone(),
            ])
        };
        store.diff(&source, from, to, |change| {
            let summary = |state: &Option<Vec<OwnedValue>>| {
                let place = compared(change.kind).position(|field| field.name == "summary");
                state.as_ref().zip(place).map_or(Value::Null, |(state, place)| state[place].clone())
            };
            match (&change.before, &change.after) {
                (None, _) => {
                    added += 1;
                    show("added", &change, None, &Value::Null, &summary(&change.after))
                }
                (_, None) => {
                    withdrawn += 1;
                    show("withdrawn", &change, None, &summary(&change.before), &Value::Null)
                }
                (Some(before), Some(after)) => {
                    let mut differing = differences(&change, before, after);
                    let is_extra = |(field, ..): &Difference| field.starts_with("extra.");
                    if differing.iter().all(is_extra) && !args.all {
                        silent += u64::from(!differing.is_empty());
                        return Ok(());
                    }
                    // a column that only one of the two has says nothing of the fact
                    differing.retain(|one| {
                        args.all || !(is_extra(one) && (one.1.is_null() || one.2.is_null()))
                    });
                    changed += 1;
                    differing.iter().try_for_each(|(field, before, after)| {
                        show("changed", &change, Some(field), before, after)
                    })
                }
            }
        })?;
        store.end_reading()?;
        Ok(rows)
    })?;
    let n = |n: u64| grouped(&n.to_string());
    let more = if silent > 0 {
        format!("; {} differ only in extra columns (--all shows them)", n(silent))
    } else {
        String::new()
    };
    ui.status(&format!(
        "{source}: {} added, {} changed, {} withdrawn{more}",
        n(added),
        n(changed),
        n(withdrawn)
    ));
    let differs = added + changed + withdrawn + silent > 0;
    Ok(if args.exit_code && differs { Exit::No } else { Exit::Done })
}

/// The two runs, and the source that both are of.
fn runs(args: &Args, store: &Store) -> Result<(i64, i64, String)> {
    let of = |release: &str| -> Result<Vec<(i64, String)>> {
        let mut runs = store.runs_of(release)?;
        runs.retain(|(_, source)| args.source.as_ref().is_none_or(|wanted| wanted == source));
        if runs.is_empty() {
            let known = store.releases()?;
            let near = did_you_mean(release, known.iter().map(String::as_str));
            if let Some(import) = release.strip_prefix("import=") {
                return Err(Error::new(ErrorKind::NotFound, format!("unknown import {import}"))
                    .hint("list all: facts log"));
            }
            let of = args.source.as_ref().map_or(String::new(), |source| format!(" of {source}"));
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("unknown release \"{release}\"{of}{near}"),
            )
            .hint("facts log lists imports with their releases; import=N selects one by number"));
        }
        Ok(runs)
    };
    let (from, to) = (of(&args.from)?, of(&args.to)?);
    let both: Vec<(i64, i64, &String)> = from
        .iter()
        .flat_map(|(a, source)| {
            to.iter().filter(move |(_, other)| other == source).map(move |(b, _)| (*a, *b, source))
        })
        .collect();
    match both.as_slice() {
        [(from, to, source)] => Ok((*from, *to, (*source).clone())),
        [] => Err(Error::usage(format!(
            "{} and {} are releases of different sources",
            args.from, args.to
        ))),
        several => {
            let names: Vec<&str> = several.iter().map(|(.., source)| source.as_str()).collect();
            Err(Error::usage(format!(
                "{} and {} are releases of {}",
                args.from,
                args.to,
                names.join(" and of ")
            ))
            .hint("choose one with --source"))
        }
    }
}

/// Returns the fields in which two versions of a fact differ, each extra column separately.
fn differences(
    change: &FactChange,
    before: &[OwnedValue],
    after: &[OwnedValue],
) -> Vec<Difference> {
    let mut differing = Vec::new();
    for (i, field) in compared(change.kind).enumerate() {
        let (old, new) = (&before[i], &after[i]);
        if old == new {
            continue;
        }
        if field.name != "extra" {
            differing.push((field.name.to_owned(), old.clone(), new.clone()));
            continue;
        }
        let (old, new) = (columns(old), columns(new));
        let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let cell = |columns: &BTreeMap<String, String>| {
                columns.get(name).map_or(Value::Null, |text| Value::Text(text.clone().into()))
            };
            if old.get(name) != new.get(name) {
                differing.push((format!("extra.{name}"), cell(&old), cell(&new)));
            }
        }
    }
    differing
}

fn columns(extra: &OwnedValue) -> BTreeMap<String, String> {
    let object: Map<String, Json> =
        extra.text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let text = |value: Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    object.into_iter().map(|(name, value)| (name, text(value))).collect()
}
