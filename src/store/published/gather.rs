//! Facts that an engine may add up: those that no guard asks about, by their labels.

use serde_json::Value as Json;

use crate::error::Result;
use crate::kind::Kind;
use crate::query::ColumnRef;
use crate::store::published::compile::{cell, column, real, sql_type, unlike, values_of, whole};
use crate::store::published::dialect::{Dialect, SqlType};
use crate::store::rollup::{AggregateRequest, Reason, RollupRow, figures, reasons};
use crate::value::date::{Bucket, Days, first_of_month};
use crate::value::{FigureStats, Type, Value};

/// Whether an engine may add up facts of a kind: it has rules for which must be looked at by
/// themselves, and the figures are whole numbers, which add up to the same in any order.
pub fn adds_up(kind: &Kind, asked: AggregateRequest<'_>) -> bool {
    !kind.rollup_by.is_empty()
        && !asked.each
        && asked.value.is_none_or(|value| figures(kind).any(|figure| figure.name == value.name))
        && asked.sides.iter().all(|side| side.field().is_some())
}

/// The condition that a fact must be looked at by itself.
pub fn alone(dialect: Dialect, kind: &Kind) -> String {
    let named = |name: &str| dialect.of_row(name);
    let condition = |reason: &Reason| match *reason {
        Reason::Always => "1 = 1".to_owned(),
        Reason::Stated(column) => format!("{} IS NOT NULL", named(column)),
        Reason::Missing(column) => format!("{} IS NULL", named(column)),
        Reason::Is(column, text) => format!("{} = {}", named(column), dialect.text(text)),
        Reason::Contains(column, part) => {
            dialect.contains(&named(column), &dialect.text(&part.to_string()))
        }
        Reason::Below(column, least) => format!("{} < {least}", named(column)),
        Reason::Above(column, most) => format!("{} > {most}", named(column)),
    };
    let all: Vec<String> = reasons(kind).iter().map(condition).collect();
    format!("({})", all.join(" OR "))
}

/// What of the days the sides of a table tell apart.
enum Told {
    Nothing,
    Years,
    Months,
    Days,
}

fn told(asked: AggregateRequest<'_>) -> Told {
    let mut told = Told::Nothing;
    for side in asked.sides {
        told = match (side.ty(), told) {
            (Type::Date | Type::Day, _) | (_, Told::Days) => Told::Days,
            (Type::Bucket(Bucket::Year | Bucket::Decade), Told::Nothing | Told::Years) => {
                Told::Years
            }
            (Type::Bucket(_), _) => Told::Months,
            (_, told) => told,
        };
    }
    told
}

/// The SQL that adds up the facts that may be.
pub fn sums(
    dialect: Dialect,
    kind: &'static Kind,
    asked: AggregateRequest<'_>,
    test: &str,
) -> String {
    let named = |name: &str| dialect.of_row(name);
    let days = match told(asked) {
        Told::Nothing => ["NULL", "NULL"].map(|null| dialect.cast(null, SqlType::Integer)),
        Told::Years => ["first_year", "last_year"].map(named),
        Told::Months => ["first_month", "last_month"].map(named),
        Told::Days => ["first_day", "last_day"].map(named),
    };
    let mut by = vec![named("source")];
    by.extend(days);
    by.extend(asked.sides.iter().map(|side| {
        match side.field().map(|field| (field, kind.field(field.name))) {
            Some((field, Some(own))) if !matches!(field.ty, Type::Bucket(_)) => {
                column(dialect, own)
            }
            Some((field, _)) => dialect.cast("NULL", sql_type(field)),
            None => dialect.cast("NULL", SqlType::Text),
        }
    }));
    let n = by.len();
    let figure = asked.value.and_then(|value| kind.field(value.name));
    let sums = match figure.map(|own| column(dialect, own)) {
        None => vec!["0".to_owned(), "NULL".to_owned(), "NULL".to_owned(), "NULL".to_owned()],
        Some(own) => vec![
            format!("count({own})"),
            dialect.cast(&format!("sum({own})"), SqlType::Text),
            format!("min({own})"),
            format!("max({own})"),
        ],
    };
    let all = by.iter().cloned().chain(["count(*)".to_owned()]).chain(sums);
    let shown: Vec<String> = all.enumerate().map(|(i, sql)| format!("{sql} AS c{i}")).collect();
    let columns: Vec<String> = (0..shown.len()).map(|i| format!("u.c{i}")).collect();
    let places: Vec<String> = (1..=n).map(|i| i.to_string()).collect();
    format!(
        "SELECT {} AS answer FROM (\nSELECT {}\n  FROM {} f\n WHERE {test}\n   AND {} IS NOT TRUE\n GROUP BY {}\n) u",
        dialect.row(&columns),
        shown.join(",\n       "),
        dialect.table(kind.table),
        alone(dialect, kind),
        places.join(", ")
    )
}

/// What a row of [`sums`] says.
///
/// # Errors
/// It is not what was asked for.
pub fn sum(json: Json, asked: AggregateRequest<'_>) -> Result<RollupRow<'static>> {
    let values = values_of(json)?;
    let n = 3 + asked.sides.len();
    if values.len() != n + 5 {
        return Err(unlike());
    }
    let day = |value: &Json| {
        whole(value).and_then(|number| match told(asked) {
            Told::Nothing => None,
            Told::Years => first_of_month(number, 1),
            Told::Months => first_of_month(number.div_euclid(12), number.rem_euclid(12) + 1),
            Told::Days => Some(number),
        })
    };
    let side = |(side, value): (&ColumnRef, &Json)| match side.field() {
        Some(field) => cell(field, value.clone()),
        None => Ok(Value::Null),
    };
    let number = |at: usize| whole(&values[at]).and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    Ok(RollupRow {
        source: Value::Text(values[0].as_str().unwrap_or_default().to_owned().into()),
        days: Days { first: day(&values[1]), last: day(&values[2]) },
        sides: asked.sides.iter().zip(&values[3..n]).map(side).collect::<Result<_>>()?,
        many: FigureStats {
            facts: number(n),
            stated: number(n + 1),
            sum: real(&values[n + 2]).unwrap_or(0.0),
            low: real(&values[n + 3]),
            high: real(&values[n + 4]),
        },
    })
}
