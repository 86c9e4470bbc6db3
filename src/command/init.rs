//! `facts init`: an empty database, for facts of one's own.

use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::command::{Exit, load_folder};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Store;

/// Create an empty database.
///
/// It contains the countries and their codes, as every database does, but no facts.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts init\n  facts init --db notes.db")]
pub struct Args {}

/// Creates the database that is meant.
pub fn run(_args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let path = global.database().path;
    let shown = path.display();
    Store::open_or_create(&path, false, |store, created| {
        if !created {
            let message = format!("{shown} already exists; nothing was changed");
            return Err(Error::new(ErrorKind::Usage, message).hint("name another file with --db"));
        }
        let mut writer = store.write(global.import_info("init"))?;
        load_folder::countries(&mut writer)?;
        writer.commit()
    })?;
    let db = if global.db.is_some() { format!(" --db {shown}") } else { String::new() };
    ui.status(&format!("created {shown}; it has no facts yet"));
    ui.status(&format!(
        "next:\n  facts source add my-source --title 'My source'{db}\n  facts source attach my-source document.txt{db}\n  facts add events source=my-source type=meeting date=2013 date_basis=stated quote='...' summary='...'{db}\n  facts import FILE{db}"
    ));
    Ok(Exit::Done)
}
