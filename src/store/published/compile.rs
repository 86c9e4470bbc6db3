//! A query as SQL over the flat tables of a publication, and its rows as cells.

use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::kind::{Field, Kind, Need};
use crate::query::{ColumnRef, Order, Query};
use crate::store::published::dialect::{Dialect, SqlType};
use crate::value::date::{self, Days};
use crate::value::{Type, Value};

/// The largest number of values that are searched for the nearest ones.
const SAMPLE: u32 = 20_000;

/// Whether a publication has a field; years and months are made of its days.
#[must_use]
pub fn is_published(field: &Field) -> bool {
    field.need != Need::System
}

/// The column of the row `f` that has a field.
pub fn column(dialect: Dialect, field: &Field) -> String {
    let name = match field.ty {
        Type::Day if field.name == "date_from" => "first_day",
        Type::Day if field.name == "date_to" => "last_day",
        Type::Bucket(_) => "date",
        _ => field.name,
    };
    dialect.of_row(name)
}

/// What a field is in SQL.
#[must_use]
pub fn sql_type(field: &Field) -> SqlType {
    match field.ty {
        Type::Integer | Type::Import | Type::Flag | Type::Day => SqlType::Integer,
        Type::Real | Type::Degrees(_) => SqlType::Real,
        _ => SqlType::Text,
    }
}

/// The columns that tell what a column of the answer shows; a year and a month need the days, and the
/// date if it is a set.
fn shown(dialect: Dialect, kind: &'static Kind, column_ref: &ColumnRef) -> Vec<String> {
    let Some(asked) = column_ref.field() else { return Vec::new() };
    let own = kind.field(asked.name);
    if matches!(asked.ty, Type::Bucket(_)) {
        return ["first_day", "last_day", "date"].map(|name| dialect.of_row(name)).into();
    }
    let ty = sql_type(asked);
    vec![own.map_or_else(|| dialect.cast("NULL", ty), |own| column(dialect, own))]
}

/// The cells of a row that [`rows`] asked for.
///
/// # Errors
/// The row is not what was asked for.
pub fn cells(json: Json, columns: &[ColumnRef]) -> Result<Vec<Value<'static>>> {
    let mut values = values_of(json)?.into_iter();
    let mut cells = Vec::with_capacity(columns.len());
    for field in columns.iter().filter_map(ColumnRef::field) {
        let mut next = || values.next().ok_or_else(unlike);
        cells.push(if let Type::Bucket(bucket) = field.ty {
            let days = Days { first: whole(&next()?), last: whole(&next()?) };
            match text(next()?).filter(|date| date::is_set(date)) {
                Some(set) if !bucket.is_all_of(days) => Value::Text(set.into()),
                _ => bucket.label(days).map_or(Value::Null, |label| Value::Text(label.into())),
            }
        } else {
            cell(field, next()?)?
        });
    }
    Ok(cells)
}

/// The values of a row, in the order of its columns.
pub fn values_of(json: Json) -> Result<Vec<Json>> {
    match json {
        Json::Array(values) => Ok(values),
        Json::Object(named) => Ok(named.into_iter().map(|(_, value)| value).collect()),
        _ => Err(unlike()),
    }
}

/// The value of a field.
pub fn cell(field: &Field, value: Json) -> Result<Value<'static>> {
    Ok(match sql_type(field) {
        _ if value.is_null() => Value::Null,
        SqlType::Integer if field.ty == Type::Day => Value::Day(whole(&value).ok_or_else(unlike)?),
        // a field of another kind of facts may have the same name, and decimals
        SqlType::Integer => whole(&value)
            .map(Value::Int)
            .or_else(|| real(&value).map(Value::Real))
            .ok_or_else(unlike)?,
        SqlType::Real => Value::Real(real(&value).ok_or_else(unlike)?),
        SqlType::Text => {
            let text = text(value).unwrap_or_default().into();
            if field.ty == Type::Json { Value::Json(text) } else { Value::Text(text) }
        }
    })
}

/// What to say of a row that is not what was asked for.
pub fn unlike() -> Error {
    Error::database("the engine answered something else than was asked")
        .hint("was the copy published by this version of facts? publish again")
}

/// A whole number, however the engine writes it.
pub fn whole(value: &Json) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A decimal number, however the engine writes it.
pub fn real(value: &Json) -> Option<f64> {
    match value {
        Json::Number(number) => number.to_string().parse().ok(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn text(value: Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text),
        Json::Null => None,
        other => Some(other.to_string()),
    }
}

/// The text of the only column of a row.
pub fn first_text(json: Json) -> Option<String> {
    values_of(json).ok()?.into_iter().next().and_then(text)
}

/// A query as SQL; `tests` has the conditions of each kind.
pub fn rows(
    dialect: Dialect,
    query: &Query,
    orders: &[(Order, usize)],
    tests: &[String],
) -> String {
    let keys: Vec<Vec<(String, SqlType)>> = query
        .kinds
        .iter()
        .map(|kind| orders.iter().map(|order| key(dialect, kind, order)).collect())
        .collect();
    let mut arms = Vec::new();
    for ((kind, test), keys) in query.kinds.iter().zip(tests).zip(&keys) {
        let all = query.columns.iter().flat_map(|column| shown(dialect, kind, column));
        let mut shown: Vec<String> =
            all.enumerate().map(|(n, sql)| format!("{sql} AS c{n}")).collect();
        shown.extend(keys.iter().enumerate().map(|(n, (sql, _))| format!("{sql} AS s{n}")));
        arms.push(format!(
            "SELECT {}\n  FROM {} f\n WHERE {test}",
            shown.join(",\n       "),
            dialect.table(kind.table)
        ));
    }
    let width = query
        .columns
        .iter()
        .map(|column| if matches!(column.ty(), Type::Bucket(_)) { 3 } else { 1 })
        .sum::<usize>();
    let columns: Vec<String> = (0..width).map(|n| format!("u.c{n}")).collect();
    let mut sql = format!(
        "SELECT {} AS answer FROM (\n{}\n) u",
        dialect.row(&columns),
        arms.join("\nUNION ALL\n")
    );
    let by: Vec<String> = orders
        .iter()
        .enumerate()
        .map(|(n, (order, _))| {
            let ty = keys.first().map_or(SqlType::Text, |keys| keys[n].1);
            let key = dialect.sorted(&format!("u.s{n}"), ty);
            format!("{key}{} NULLS LAST", if order.descending { " DESC" } else { "" })
        })
        .collect();
    if !by.is_empty() {
        sql.push_str("\n ORDER BY ");
        sql.push_str(&by.join(", "));
    }
    sql.push_str(&dialect.part(query.limit, query.offset));
    sql
}

/// A key of the sort of a kind, and what it is; nothing sorts a kind that lacks the field.
fn key(dialect: Dialect, kind: &'static Kind, (order, part): &(Order, usize)) -> (String, SqlType) {
    let none = |ty| (dialect.cast("NULL", ty), ty);
    let Some(asked) = order.column.field() else { return none(SqlType::Text) };
    let own = kind.field(asked.name);
    let named = |name: &str| dialect.of_row(name);
    match asked.ty {
        Type::Date | Type::Bucket(_) => match (own, part) {
            (None, _) => none(SqlType::Integer),
            (_, 0) => {
                let days = ["first_day", "last_day"].map(named).join(", ");
                (format!("coalesce({days})"), SqlType::Integer)
            }
            _ => (named("last_day"), SqlType::Integer),
        },
        _ if asked.name == "ref" => match part {
            0 => (named("source"), SqlType::Text),
            1 => (named("key_length"), SqlType::Integer),
            _ => (named("key"), SqlType::Text),
        },
        _ => {
            let ty = sql_type(asked);
            let Some(own) = own else { return none(ty) };
            let by = column(dialect, own);
            let is_folded = ty == SqlType::Text && asked.ty != Type::Edtf && *part == 0;
            (if is_folded { dialect.folded(&by) } else { by }, ty)
        }
    }
}

/// The SQL that finds one fact that passes.
pub fn first(dialect: Dialect, kind: &Kind, test: &str) -> String {
    let one = dialect.row(&["1".to_owned()]);
    format!("SELECT {one} AS answer FROM {} f WHERE {test} LIMIT 1", dialect.table(kind.table))
}

/// The SQL that lists the values of a field.
pub fn values(dialect: Dialect, kind: &Kind, field: &Field) -> String {
    let by = column(dialect, field);
    format!(
        "SELECT {} AS answer FROM (SELECT DISTINCT {} AS c0 FROM {} f WHERE {by} IS NOT NULL LIMIT {SAMPLE}) u",
        dialect.row(&["u.c0".to_owned()]),
        dialect.cast(&by, SqlType::Text),
        dialect.table(kind.table)
    )
}
