//! From a query to the SQL that answers it, with every value bound.

use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use crate::error::Result;
use crate::kind::{Field, Kind};
use crate::query::{AsOf, ColumnRef, Order, Predicate, Query};
use crate::store::read::as_of::live;
use crate::store::read::columns::{BEGIN, expression, number, of_column, source_slug, spot};
use crate::store::read::decoder::{self, ColumnDecoder};
use crate::store::read::predicate::condition;
use crate::store::{date_parts, extras, fact_id, rollup, search};
use crate::value::Type;

/// SQL with its values, and how each shown field is read back.
pub struct CompiledQuery {
    /// The statement.
    pub sql: String,
    /// Its values, in the order of its question marks.
    pub values: Vec<Sql>,
    /// One for each shown field.
    pub decoders: Vec<ColumnDecoder>,
}

impl CompiledQuery {
    /// Makes the answer's part another than the [`Scan::Ids`] that it was compiled for.
    pub fn set_ids(&mut self, first: i64, last: i64) {
        // one kind, and no words: they are the first values
        self.values[..2].clone_from_slice(&[Sql::Integer(first), Sql::Integer(last)]);
    }
}

/// Compiles a query.
///
/// # Errors
/// Names cannot be looked up.
pub fn compile(connection: &Connection, query: &Query) -> Result<CompiledQuery> {
    compile_part(connection, query, Scan::Whole)
}

/// Compiles a query for a part of the facts.
///
/// # Errors
/// Names cannot be looked up.
pub fn compile_part(connection: &Connection, query: &Query, part: Scan) -> Result<CompiledQuery> {
    let compiler = FieldCompiler {
        expression: shown,
        decoder: decoder::of_names,
        joins: PLACES,
        is_packed: true,
    };
    compiled(connection, query, &compiler, &sort_keys(query), part)
}

/// Compiles a query to SQL that any `SQLite` understands.
///
/// # Errors
/// Names cannot be looked up.
pub fn compile_portable(connection: &Connection, query: &Query) -> Result<CompiledQuery> {
    let shown = |kind, field: &'static Field| {
        if field.ty == Type::Json { expression(kind, field) } else { shown(kind, field) }
    };
    let compiler = FieldCompiler {
        expression: shown,
        decoder: decoder::of_names,
        joins: PLACES,
        is_packed: false,
    };
    compiled(connection, query, &compiler, &sort_keys(query), Scan::Whole)
}

/// Compiles a query of one kind for a part of an answer of many facts: with numbers in place of
/// names that come again and again, which are looked up once.
///
/// # Errors
/// Names cannot be looked up.
pub fn compile_parallel(
    connection: &Connection,
    query: &Query,
    part: Scan,
) -> Result<CompiledQuery> {
    let shown = |kind, field: &'static Field| match decoder::of_ids(field) {
        ColumnDecoder::Ref(_) => "f.source_id, f.key".to_owned(),
        ColumnDecoder::Called(_) => number(kind, field),
        _ => shown(kind, field),
    };
    let compiler = FieldCompiler {
        expression: shown,
        decoder: decoder::of_ids,
        joins: PLACES,
        is_packed: true,
    };
    compiled(connection, query, &compiler, &sort_keys(query), part)
}

/// Which of the facts that a query is about.
#[derive(Debug, Clone, Copy)]
pub enum Scan {
    /// All of them.
    Whole,
    /// Those with these ids, found by going through all of them.
    Ids(i64, i64),
    /// Those that no summary holds.
    Alone,
    /// The first of them, this many, of which those are wanted that pass the tests.
    First(i64),
    /// Those that begin before this day.
    Before(i64),
    /// Those that begin on this day or later.
    From(i64),
    /// The same, found by going through all of them, and those without a day.
    Rest(i64),
}

/// Compiles a query for an answer in any order, with numbers in place of names.
///
/// # Errors
/// Names cannot be looked up.
pub fn compile_ids(connection: &Connection, query: &Query, part: Scan) -> Result<CompiledQuery> {
    let read = |field: &'static Field| {
        if matches!(field.ty, Type::Day | Type::Json) {
            decoder::of_names(field)
        } else {
            ColumnDecoder::Plain
        }
    };
    let compiler = FieldCompiler { expression: number, decoder: read, joins: "", is_packed: false };
    compiled(connection, query, &compiler, &[], part)
}

/// Joins the name of the place of the row `f` and the place, once for all that is shown of it.
const PLACES: &str = "
  LEFT JOIN names pn ON pn.id = f.place_id LEFT JOIN places pp ON pp.id = pn.place_id";

/// The SQL that gives a field of the row `f`, for a statement with [`PLACES`].
fn shown(kind: &'static Kind, field: &Field) -> String {
    match field.ty {
        Type::Json => extras::packed(kind),
        _ => of_place(field).unwrap_or_else(|| expression(kind, field)),
    }
}

/// The SQL that gives a field of a place that was joined, if the field is of one.
fn of_place(field: &Field) -> Option<String> {
    Some(match field.name {
        "place" => spot("pn.label"),
        "latitude" | "longitude" => format!("coalesce(f.{0}, pp.{0})", field.name),
        "country" => "pn.country".to_owned(),
        _ => return None,
    })
}

/// How what is shown becomes SQL.
struct FieldCompiler {
    /// The SQL that gives a field of a kind.
    expression: fn(&'static Kind, &'static Field) -> String,
    /// How what it gives is read back.
    decoder: fn(&'static Field) -> ColumnDecoder,
    /// What it joins for a place.
    joins: &'static str,
    /// One column of the answer holds all that are asked for of an object: a sub-select for each
    /// may be more than `SQLite` takes.
    is_packed: bool,
}

impl FieldCompiler {
    /// How each column is read back.
    fn decoders(&self, columns: &[ColumnRef]) -> Vec<ColumnDecoder> {
        let mut extras = 0..;
        let decoder = |column: &ColumnRef| match (column, column.extra()) {
            (ColumnRef::Field(field), _) => (self.decoder)(field),
            (_, Some(name)) if self.is_packed => {
                ColumnDecoder::Extra(extras.next().unwrap_or_default(), name.into())
            }
            _ => ColumnDecoder::Plain,
        };
        columns.iter().map(decoder).collect()
    }

    /// The SQL that gives a column, if the kind has it.
    fn sql(&self, kind: &'static Kind, column: &ColumnRef) -> Option<String> {
        match column {
            ColumnRef::Field(field) => {
                kind.field(field.name).map(|own| (self.expression)(kind, own))
            }
            ColumnRef::Extra(_) if self.is_packed => Some(extras::packed(kind)),
            ColumnRef::Extra(_) => of_column(kind, column),
        }
    }
}

fn compiled(
    connection: &Connection,
    query: &Query,
    compiler: &FieldCompiler,
    orders: &[(Order, usize)],
    part: Scan,
) -> Result<CompiledQuery> {
    let decoders = compiler.decoders(&query.columns);
    let whole = |n: u64| Sql::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    let mut values = Vec::new();
    let mut arms = Vec::new();
    let single = query.kinds.len() == 1;
    let matched = query.words.as_deref().map(search::words);
    let is_limited = query.limit.is_some() || query.offset > 0;
    // the first facts of all stand in the index; for all of them, or those that pass a test, it
    // would be read and then each fact looked up
    let by_index = is_limited && query.tests.is_empty();
    let order = order_clause(query, orders, part, by_index);
    // a few of many are found before what is shown of them is
    let is_few = single && matched.is_none() && is_limited;
    // the first rows of several kinds hold at most as many of each kind
    let of_each = query.limit.filter(|_| !single && matched.is_none());
    let lie_in_order = !single && query.unsorted && matched.is_none();
    for kind in &query.kinds {
        let mut shown = shown_columns(kind, query, &decoders, compiler);
        if !single {
            shown.extend(matched.is_some().then(|| "s.rank AS rank".to_owned()));
            shown.extend(orders.iter().enumerate().map(|(i, (order, part))| {
                let key = sort_expressions(kind, &order.column);
                let key = key.get(*part).map_or("NULL", String::as_str);
                format!("{key} AS sort{i}")
            }));
        }
        let places = if query
            .columns
            .iter()
            .filter_map(ColumnRef::field)
            .any(|field| of_place(field).is_some())
        {
            compiler.joins
        } else {
            ""
        };
        let from = rows_of(kind, part, matched.as_ref(), places, &mut values);
        if let Scan::Ids(first, last) = part {
            values.extend([Sql::Integer(first), Sql::Integer(last)]);
        }
        let mut condition = conditions(connection, kind, &query.past, &query.tests, &mut values)?;
        match part {
            Scan::Whole | Scan::First(_) => {}
            Scan::Before(day) => condition = format!("{condition}\n   AND {BEGIN} < {day}"),
            Scan::From(day) => condition = format!("{condition}\n   AND {BEGIN} >= {day}"),
            Scan::Rest(day) => {
                condition = format!("{condition}\n   AND ifnull({BEGIN} >= {day}, TRUE)");
            }
            Scan::Ids(..) => condition = format!("f.id BETWEEN ? AND ?\n   AND {condition}"),
            Scan::Alone => {
                condition = format!("{condition}\n   AND {}", rollup::not_rolled_up(kind));
            }
        }
        if is_few {
            condition = match part {
                Scan::First(many) => {
                    let by_day = order_clause(query, orders, part, true);
                    few_among(kind.table, &condition, many, &by_day)
                }
                _ => few(kind.table, &condition, &order),
            };
        }
        if let Some(limit) = of_each {
            let first = order_within(kind, query, orders, by_index);
            condition = format!(
                "f.id IN (SELECT f.id FROM {} f WHERE {condition}{first}\n LIMIT ?)",
                kind.table
            );
            values.push(whole(limit.saturating_add(query.offset)));
        }
        let arm = format!("SELECT {}\n  FROM {from}\n WHERE {condition}", shown.join(",\n       "));
        arms.push(if lie_in_order { in_own_order(&arm) } else { arm });
    }
    let mut sql = if single {
        arms.remove(0)
    } else {
        let taken = query.columns.iter().zip(&decoders).filter(|(_, decoder)| decoder.width() > 0);
        let names: Vec<String> = taken.map(|(column, _)| quoted(column.name())).collect();
        let has_buckets = decoders.iter().any(|read| matches!(read, ColumnDecoder::Bucket(_)));
        let shown = if has_buckets { "*".to_owned() } else { names.join(", ") };
        format!("SELECT {shown} FROM (\n{}\n)", arms.join("\nUNION ALL\n"))
    };
    sql.push_str(&order);
    if is_limited {
        if !is_few {
            sql.push_str("\n LIMIT ? OFFSET ?");
        }
        values.push(query.limit.map_or(Sql::Integer(-1), whole));
        values.push(whole(query.offset));
    }
    Ok(CompiledQuery { sql, values, decoders })
}

/// Where the rows `f` of a kind are from, with what is joined for their places: from its table or, with
/// words, from the full-text index.
fn rows_of(
    kind: &'static Kind,
    part: Scan,
    words: Option<&Option<String>>,
    places: &str,
    values: &mut Vec<Sql>,
) -> String {
    let Some(words) = words else {
        return match part {
            Scan::Whole | Scan::First(_) | Scan::Before(_) | Scan::From(_) | Scan::Rest(_) => {
                format!("{} f{places}", kind.table)
            }
            Scan::Ids(..) => format!("{} f NOT INDEXED{places}", kind.table),
            Scan::Alone => rollup::not_rolled_up_rows(kind),
        };
    };
    values.push(Sql::Text(words.clone().unwrap_or_else(|| "\"\"".into())));
    let rows = format!(
        "SELECT {} AS id, rank FROM search WHERE search MATCH ? AND {} = {}",
        fact_id::row_of("rowid"),
        fact_id::tag_of("rowid"),
        fact_id::kind_tag(kind)
    );
    format!("({rows}) s JOIN {} f ON f.id = s.id{places}", kind.table)
}

/// The facts of one of several kinds in the order of their ids: with another order, two pages of an answer
/// could have the same fact. `SQLite` ignores the order of a sub-select without a limit.
fn in_own_order(arm: &str) -> String {
    format!("SELECT * FROM (\n{arm}\n ORDER BY f.id LIMIT -1)")
}

/// The condition on the row `f` that it is one of a few, in this order, that fulfil a condition.
fn few(table: &str, condition: &str, order: &str) -> String {
    format!("f.id IN (SELECT f.id FROM {table} f WHERE {condition}{order}\n LIMIT ? OFFSET ?)")
}

/// The same, but looks only among the first `many` live rows in this order, and stops when it has found
/// enough. The number is a sub-select because `SQLite`, if it knew it, would sort all rows first.
fn few_among(table: &str, condition: &str, many: i64, order: &str) -> String {
    let first = format!(
        "SELECT f.id FROM {table} f WHERE f.retired_by_id IS NULL{order}\n LIMIT (SELECT {many})"
    );
    let tested = format!("({first}) first CROSS JOIN {table} f ON f.id = first.id");
    format!("f.id IN (SELECT f.id FROM {tested} WHERE {condition}\n LIMIT ? OFFSET ?)")
}

/// How an answer is ordered: the best match first, where words are searched and nothing is sorted;
/// else by its keys.
fn order_clause(query: &Query, orders: &[(Order, usize)], part: Scan, by_index: bool) -> String {
    let single = query.kinds.len() == 1;
    let order_by = |(i, (order, part)): (usize, &(Order, usize))| {
        let by = if single {
            key(&sort_expressions(query.kinds[0], &order.column)[*part], by_index)
        } else {
            format!("sort{i}{}", if folds(query, order, *part) { FOLDED } else { "" })
        };
        format!("{by}{} NULLS LAST", if order.descending { " DESC" } else { "" })
    };
    let best_first = (query.words.is_some() && query.sort.is_empty())
        .then(|| if single { "s.rank" } else { "rank" }.to_owned());
    let keys: Vec<String> =
        best_first.into_iter().chain(orders.iter().enumerate().map(order_by)).collect();
    // as they lie, or as they come where all facts are gone through
    let as_they_lie = single && (query.unsorted || matches!(part, Scan::Alone));
    match keys.as_slice() {
        [] if as_they_lie => "\n ORDER BY f.id".to_owned(),
        [] => String::new(),
        keys => format!("\n ORDER BY {}", keys.join(", ")),
    }
}

/// Whether any of the kinds sorts texts by a key whatever their case: those that lack the field have
/// no collation for it.
fn folds(query: &Query, order: &Order, part: usize) -> bool {
    let key = |kind: &&'static Kind| sort_expressions(kind, &order.column).get(part).cloned();
    query.kinds.iter().filter_map(key).any(|key| key.ends_with(FOLDED))
}

/// How the facts of one of several kinds are ordered among themselves.
fn order_within(
    kind: &'static Kind,
    query: &Query,
    orders: &[(Order, usize)],
    by_index: bool,
) -> String {
    let keys = orders.iter().filter_map(|(order, part)| {
        let mut by = key(sort_expressions(kind, &order.column).get(*part)?, by_index);
        if folds(query, order, *part) && !by.ends_with(FOLDED) {
            by.push_str(FOLDED);
        }
        Some(format!("{by}{} NULLS LAST", if order.descending { " DESC" } else { "" }))
    });
    let keys: Vec<String> = keys.collect();
    match keys.as_slice() {
        [] if query.unsorted => "\n ORDER BY f.id".to_owned(),
        [] => String::new(),
        keys => format!("\n ORDER BY {}", keys.join(", ")),
    }
}

/// What is shown of the facts of a kind; a column that the kind lacks is NULL.
fn shown_columns(
    kind: &'static Kind,
    query: &Query,
    decoders: &[ColumnDecoder],
    compiler: &FieldCompiler,
) -> Vec<String> {
    let taken = query.columns.iter().zip(decoders).filter(|(_, decoder)| decoder.width() > 0);
    taken
        .map(|(column, decoder)| {
            let name = quoted(column.name());
            match (compiler.sql(kind, column), decoder) {
                (Some(_), ColumnDecoder::Bucket(_)) => {
                    format!("f.first_day AS {name}, f.last_day, {}", date_parts::set("f.date"))
                }
                (Some(sql), _) => format!("{sql} AS {name}"),
                (None, ColumnDecoder::Bucket(_)) => format!("NULL AS {name}, NULL, NULL"),
                (None, _) => format!("NULL AS {name}"),
            }
        })
        .collect()
}

/// The keys of the sort, each with the part of it that one SQL expression covers; date and ref
/// always come last.
pub fn sort_keys(query: &Query) -> Vec<(Order, usize)> {
    if query.unsorted {
        return Vec::new();
    }
    let kind = query.kinds[0];
    // over several kinds a ref may occur twice
    let names: &[&str] =
        if query.kinds.len() > 1 { &["date", "ref", "kind"] } else { &["date", "ref"] };
    let last = names
        .iter()
        .filter_map(|name| kind.field(name))
        .map(|field| Order { column: field.into(), descending: false });
    let given = query.sort.iter().cloned();
    given
        .chain(last)
        .flat_map(|order| {
            let keys = query.kinds.iter().map(|kind| sort_expressions(kind, &order.column).len());
            (0..keys.max().unwrap_or(0)).map(move |part| (order.clone(), part))
        })
        .collect()
}

/// A key of a sort, so that the index of it is used or not.
fn key(by: &str, by_index: bool) -> String {
    if by == BEGIN && !by_index { format!("+{by}") } else { by.to_owned() }
}

/// What has texts sorted whatever their case.
const FOLDED: &str = " COLLATE NOCASE";

/// What a column is sorted by, first things first; nothing where the kind lacks it.
fn sort_expressions(kind: &'static Kind, column: &ColumnRef) -> Vec<String> {
    let Some(by) = of_column(kind, column) else { return Vec::new() };
    // fields of one name may have other types in other kinds
    let ty = column.of(kind).map_or(Type::Text, |own| own.ty());
    match ty {
        Type::Date | Type::Bucket(_) => {
            vec![BEGIN.into(), "f.last_day".into()]
        }
        Type::Edtf => vec![by],
        _ if column.name() == "ref" => vec![source_slug(), "length(f.key)".into(), "f.key".into()],
        ty if ty.is_number() || matches!(ty, Type::Day | Type::Flag | Type::Import) => {
            vec![by]
        }
        _ => vec![format!("{by}{FOLDED}"), by],
    }
}

/// A name as SQL has it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn conditions(
    connection: &Connection,
    kind: &'static Kind,
    as_of: &AsOf,
    tests: &[Predicate],
    values: &mut Vec<Sql>,
) -> Result<String> {
    let mut all = vec![live(connection, as_of, values)?];
    for test in tests {
        all.push(condition(connection, kind, test, values)?);
    }
    Ok(all.join("\n   AND "))
}
