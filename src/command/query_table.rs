//! `facts query sources`, `topics`, `actors` and `places`: the rows that facts refer to.

use std::cmp::Ordering;

use crate::command::filter_args::FilterArgs;
use crate::command::global_args::GlobalArgs;
use crate::command::manual_input::stated;
use crate::command::query_sheet;
use crate::command::ui::Ui;
use crate::command::{Exit, heading, reference_rows};
use crate::error::{Error, Result};
use crate::kind::Field;
use crate::kind::reference_table::ReferenceTable;
use crate::query::field_of;
use crate::render::Heading;
use crate::store::{StatedFields, Store};
use crate::value::Type;
use crate::value::text::count;

/// What is asked of a table.
pub struct TableQuery<'a> {
    /// The table.
    pub table: &'static ReferenceTable,
    /// The fields to show, separated by commas; all, if none are named.
    pub columns: Option<&'a str>,
    /// The fields to sort by, with `-` for descending.
    pub sort: Option<&'a str>,
    /// Maximum number of rows.
    pub limit: Option<u64>,
    /// Number of rows to skip.
    pub offset: u64,
    /// Whether it is for a sheet to work in.
    pub sheet: bool,
    /// The conditions.
    pub filters: &'a FilterArgs,
}

impl TableQuery<'_> {
    /// Shows the rows; returns how many.
    ///
    /// # Errors
    /// A field or condition that the table does not have, or the database cannot be read.
    pub fn run(&self, store: &Store, global: &GlobalArgs, ui: &mut Ui) -> Result<u64> {
        let fields = match self.columns {
            Some(list) => named(list, self.table)?,
            None => self.table.fields.iter().collect(),
        };
        let mut rows = reference_rows::matching(store, self.table, self.filters.conditions()?)?;
        if let Some(list) = self.sort.filter(|list| *list != "none") {
            sort(&mut rows, list, self.table)?;
        }
        let skipped = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let most = self.limit.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let rows: Vec<StatedFields> = rows.into_iter().skip(skipped).take(most).collect();
        if self.sheet {
            return query_sheet::write_rows(self.table, &fields, &rows, global, ui);
        }
        let headings: Vec<Heading> = fields.iter().map(|field| heading(field)).collect();
        ui.rows(global, headings, Vec::new(), |row| {
            for stated in &rows {
                row(&reference_rows::cells(stated, &fields))?;
            }
            Ok(rows.len() as u64)
        })
    }

    /// Says how many rows there are, and how the command ends.
    #[must_use]
    pub fn ended(&self, rows: u64, exit_code: bool, global: &GlobalArgs, ui: &mut Ui) -> Exit {
        if ui.terminal && global.output.is_none() && !self.sheet {
            ui.status(&count(rows, "row", "rows"));
        }
        if rows == 0 && exit_code { Exit::No } else { Exit::Done }
    }
}

fn named(list: &str, table: &ReferenceTable) -> Result<Vec<&'static Field>> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let fields: Vec<&'static Field> =
        names.map(|name| field_of(name, table)).collect::<Result<_>>()?;
    if fields.is_empty() {
        return Err(Error::usage(format!("no field in \"{list}\"")));
    }
    Ok(fields)
}

/// Sorts rows by fields; rows without a value come last.
fn sort(rows: &mut [StatedFields], list: &str, table: &ReferenceTable) -> Result<()> {
    let mut keys = Vec::new();
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let descending = name.starts_with('-');
        keys.push((field_of(name.trim_start_matches('-'), table)?, descending));
    }
    rows.sort_by(|one, other| {
        keys.iter().fold(Ordering::Equal, |order, (field, descending)| {
            order.then_with(|| {
                compare(stated(one, field.name), stated(other, field.name), field, *descending)
            })
        })
    });
    Ok(())
}

fn compare(one: &str, other: &str, field: &Field, descending: bool) -> Ordering {
    let missing = one.is_empty().cmp(&other.is_empty());
    let number = |text: &str| field.ty.parse(text).ok().and_then(|value| value.number());
    let order = match field.ty {
        Type::Degrees(_) => number(one).partial_cmp(&number(other)).unwrap_or(Ordering::Equal),
        _ => one.to_lowercase().cmp(&other.to_lowercase()),
    };
    missing.then(if descending { order.reverse() } else { order })
}
