//! `facts edit`: change a fact by hand; the row as it was is retired, so that its history stays.

use crate::command::Exit;
use crate::command::add::no_such_ref;
use crate::command::global_args::GlobalArgs;
use crate::command::manual_input;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::kind::Field;
use crate::store::{Access, Outcome, Store};

/// Change a fact by hand; the previous version is kept in its history.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts edit unami:2013 best=7818 note='corrected on p. 3'\n  facts edit unami:2013 note="
)]
pub struct Args {
    /// Reference of the fact: SOURCE:KEY
    #[arg(value_name = "REF")]
    reference: String,
    /// New values; nothing after = removes a value
    #[arg(value_name = "FIELD=VALUE", required = true)]
    fields: Vec<String>,
    /// Keep a quote that is not in the stored text of its source, marked as unchecked
    #[arg(long)]
    quote_unchecked: bool,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let changes = manual_input::words(&args.fields)?;
    let reference = &args.reference;
    let (source, key) = reference.split_once(':').ok_or_else(|| {
        Error::usage(format!("invalid reference \"{reference}\": expected SOURCE:KEY"))
    })?;
    if let Some((name, _)) = changes.iter().find(|(name, _)| name == "key" || name == "source") {
        return Err(Error::usage(format!(
            "{name} is part of the reference and cannot change; add a new fact with facts add"
        )));
    }
    let store = Store::open(&global.database().path, Access::Write)?;
    let mut writer = manual_input::write(&store)?;
    if args.quote_unchecked {
        writer.keep_quotes();
    }
    let mut found = store.stated(source, key)?;
    let (kind, mut stated) = match (found.pop(), found.pop()) {
        (None, _) => return Err(no_such_ref(&store, reference)?),
        (Some(one), None) => one,
        (Some(_), Some(_)) => {
            return Err(Error::usage(format!("{reference} refers to facts of several kinds")));
        }
    };
    for (name, value) in &changes {
        stated.retain(|(known, _)| known != name);
        stated.push((name.clone(), value.clone()));
        // a date that goes takes with it what is said of it
        if name == "date" && value.is_empty() {
            stated.retain(|(known, _)| !known.starts_with("date_"));
        }
    }
    let fields: Vec<&'static Field> = kind.fields().collect();
    let row = manual_input::check(&stated, &fields, true).map_err(manual_input::rejected)?;
    let outcome = writer.put(kind, &row).map_err(|stop| {
        stop.into_error(|refused| {
            manual_input::rejected(vec![manual_input::refused(&refused, &stated)])
        })
    })?;
    manual_input::say_omitted(&writer, ui);
    writer.commit()?;
    ui.say_clock_set_back(&store)?;
    ui.status(match outcome {
        Outcome::Unchanged | Outcome::ColumnsOnly => "nothing changed",
        _ => "updated; the previous version is kept in its history",
    });
    Ok(Exit::Done)
}
