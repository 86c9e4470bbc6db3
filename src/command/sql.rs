//! `facts sql`: one statement that reads, for what the other commands cannot ask.

use std::io::Read;
use std::time::Duration;

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::render::Heading;
use crate::store::SqlLimits;

/// Run one read-only SQL statement, with a time limit.
///
/// The view `current_facts` shows all current facts with names and ISO dates; `current_events`,
/// `current_casualties` and so on show each kind with all its fields. facts fields --tables lists
/// the tables.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts sql 'select kind, count(*) from current_facts group by kind'\n  facts sql 'select ref, summary from current_facts where place = :place' -p place=Mosul"
)]
pub struct Args {
    /// SQL statement; - reads it from standard input
    #[arg(value_name = "SQL")]
    sql: String,
    /// Value for the parameter :NAME in the statement
    #[arg(short, long = "param", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Time limit in seconds
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    timeout: f64,
    /// Maximum number of rows; more is an error (exit code 7)
    #[arg(long, value_name = "N")]
    max_rows: Option<u64>,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let mut sql = args.sql.clone();
    if sql == "-" {
        sql.clear();
        std::io::stdin()
            .take(1 << 20)
            .read_to_string(&mut sql)
            .map_err(|e| Error::io("<stdin>", &e))?;
    }
    let parameters: Vec<(String, String)> = args
        .parameters
        .iter()
        .map(|word| {
            let (name, value) = word
                .split_once('=')
                .ok_or_else(|| Error::usage(format!("-p \"{word}\": expected NAME=VALUE")))?;
            Ok((name.trim_start_matches([':', '@', '$']).to_owned(), value.to_owned()))
        })
        .collect::<Result<_>>()?;
    let time = Duration::try_from_secs_f64(args.timeout)
        .ok()
        .filter(|time| time.as_secs() < 1 << 32)
        .ok_or_else(|| {
            Error::usage(format!("--timeout {:e}: expected seconds, 0 or more", args.timeout))
        })?;
    let cost = SqlLimits { time, rows: args.max_rows };
    let mut store = rights::open(global, ui)?;
    ui.cite(&store, global)?;
    let mut headings: Vec<Heading> = Vec::new();
    for column in store.sql_columns(&sql, &parameters, cost)? {
        // two columns of one name would be one in JSON
        let is_taken = |name: &str| headings.iter().any(|heading| heading.name == name);
        let mut name = column.name.clone();
        let mut n = 2;
        while is_taken(&name) {
            name = format!("{}_{n}", column.name);
            n += 1;
        }
        headings.push(if column.number { Heading::number(name) } else { Heading::text(name) });
    }
    ui.rows(global, headings, Vec::new(), |row| store.sql_rows(&sql, &parameters, cost, row))?;
    Ok(Exit::Done)
}
