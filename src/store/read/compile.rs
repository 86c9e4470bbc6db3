//! From a query to the SQL that answers it, with every value bound. The SQL runs in any `SQLite`
//! shell as it is printed.

use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use crate::error::Result;
use crate::kind::{Field, Kind};
use crate::query::{AsOf, Order, Predicate, Query};
use crate::store::read::as_of::live;
use crate::store::read::columns::{expression, number, source_slug, spot};
use crate::store::read::decoder::{self, ColumnDecoder};
use crate::store::read::predicate::condition;
use crate::store::{extras, fact_id, rollup, search};
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
    // one column of the answer for all that are asked for of an object: a sub-select for each would
    // be more than SQLite takes
    let shown = |kind, field: &'static Field| {
        if field.column().is_some() { extras::packed(kind) } else { shown(kind, field) }
    };
    let read = |field: &'static Field| match field.column() {
        Some(name) => ColumnDecoder::Column(0, name),
        None => decoder::of_names(field),
    };
    compiled(connection, query, (shown, read, PLACES), &sort_keys(query), Scan::Whole)
}

/// Compiles a query to SQL that any `SQLite` understands.
///
/// # Errors
/// Names cannot be looked up.
pub fn compile_portable(connection: &Connection, query: &Query) -> Result<CompiledQuery> {
    let shown = |kind, field: &'static Field| {
        if field.ty == Type::Json { expression(kind, field) } else { shown(kind, field) }
    };
    compiled(connection, query, (shown, decoder::of_names, PLACES), &sort_keys(query), Scan::Whole)
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
        ColumnDecoder::Column(..) => extras::packed(kind),
        ColumnDecoder::Called(_) => number(kind, field),
        _ => shown(kind, field),
    };
    compiled(connection, query, (shown, decoder::of_ids, PLACES), &sort_keys(query), part)
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
    compiled(connection, query, (number, read, ""), &[], part)
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

/// The SQL that gives a field, how what it gives is read back, and what it joins for it.
type FieldCompiler = (
    fn(&'static Kind, &'static Field) -> String,
    fn(&'static Field) -> ColumnDecoder,
    &'static str,
);

fn compiled(
    connection: &Connection,
    query: &Query,
    (expression, read, joins): FieldCompiler,
    orders: &[(Order, usize)],
    part: Scan,
) -> Result<CompiledQuery> {
    let mut decoders: Vec<ColumnDecoder> = query.columns.iter().map(|field| read(field)).collect();
    let parts = decoders
        .iter_mut()
        .filter_map(|read| if let ColumnDecoder::Column(n, _) = read { Some(n) } else { None });
    parts.enumerate().for_each(|(n, part)| *part = n);
    let mut values = Vec::new();
    let mut arms = Vec::new();
    let single = query.kinds.len() == 1;
    let matched = query.words.as_deref().map(search::words);
    let order = order_clause(query, orders, part);
    let is_limited = query.limit.is_some() || query.offset > 0;
    // a few of many are found before what is shown of them is
    let is_few = single && matched.is_none() && is_limited;
    for kind in &query.kinds {
        let mut shown = shown_columns(kind, query, &decoders, expression);
        if !single {
            shown.extend(matched.is_some().then(|| "s.rank AS rank".to_owned()));
            shown.extend(orders.iter().enumerate().map(|(i, (order, part))| {
                let key = kind
                    .own(order.field)
                    .map_or("NULL".to_owned(), |own| sort_expressions(kind, own)[*part].clone());
                format!("{key} AS sort{i}")
            }));
        }
        let places =
            if query.columns.iter().any(|field| of_place(field).is_some()) { joins } else { "" };
        let from = match &matched {
            None => match part {
                Scan::Whole => format!("{} f{places}", kind.table),
                Scan::Ids(..) => format!("{} f NOT INDEXED{places}", kind.table),
                Scan::Alone => rollup::not_rolled_up_rows(kind),
            },
            Some(words) => {
                values.push(Sql::Text(words.clone().unwrap_or_else(|| "\"\"".into())));
                let rows = format!(
                    "SELECT {} AS id, rank FROM search WHERE search MATCH ? AND {} = {}",
                    fact_id::row_of("rowid"),
                    fact_id::tag_of("rowid"),
                    fact_id::kind_tag(kind)
                );
                format!("({rows}) s JOIN {} f ON f.id = s.id{places}", kind.table)
            }
        };
        if let Scan::Ids(first, last) = part {
            values.extend([Sql::Integer(first), Sql::Integer(last)]);
        }
        let mut condition = conditions(connection, kind, &query.past, &query.tests, &mut values)?;
        match part {
            Scan::Whole => {}
            Scan::Ids(..) => condition = format!("f.id BETWEEN ? AND ?\n   AND {condition}"),
            Scan::Alone => {
                condition = format!("{condition}\n   AND {}", rollup::not_rolled_up(kind));
            }
        }
        if is_few {
            condition = format!(
                "f.id IN (SELECT f.id FROM {} f WHERE {condition}{order}\n LIMIT ? OFFSET ?)",
                kind.table
            );
        }
        arms.push(format!(
            "SELECT {}\n  FROM {from}\n WHERE {condition}",
            shown.join(",\n       ")
        ));
    }
    let mut sql = if single {
        arms.remove(0)
    } else {
        let taken = query.columns.iter().zip(&decoders).filter(|(_, decoder)| decoder.width() > 0);
        let names: Vec<String> = taken.map(|(field, _)| quoted(field.name)).collect();
        let has_buckets = decoders.iter().any(|read| matches!(read, ColumnDecoder::Bucket(_)));
        let shown = if has_buckets { "*".to_owned() } else { names.join(", ") };
        format!("SELECT {shown} FROM (\n{}\n)", arms.join("\nUNION ALL\n"))
    };
    sql.push_str(&order);
    if is_limited {
        if !is_few {
            sql.push_str("\n LIMIT ? OFFSET ?");
        }
        let whole = |n: u64| Sql::Integer(i64::try_from(n).unwrap_or(i64::MAX));
        values.push(query.limit.map_or(Sql::Integer(-1), whole));
        values.push(whole(query.offset));
    }
    Ok(CompiledQuery { sql, values, decoders })
}

/// How an answer is ordered: the best match first, where words are searched and nothing is sorted;
/// else by its keys.
fn order_clause(query: &Query, orders: &[(Order, usize)], part: Scan) -> String {
    let single = query.kinds.len() == 1;
    let key = |(i, (order, part)): (usize, &(Order, usize))| {
        let by = if single {
            sort_expressions(query.kinds[0], order.field)[*part].clone()
        } else {
            // the kinds that lack the field have no collation for it
            let mut owners =
                query.kinds.iter().filter_map(|kind| Some((*kind, kind.own(order.field)?)));
            let folds = |(kind, own)| sort_expressions(kind, own)[*part].ends_with(FOLDED);
            format!("sort{i}{}", if owners.any(folds) { FOLDED } else { "" })
        };
        format!("{by}{} NULLS LAST", if order.descending { " DESC" } else { "" })
    };
    let best_first = (query.words.is_some() && query.sort.is_empty())
        .then(|| if single { "s.rank" } else { "rank" }.to_owned());
    let keys: Vec<String> =
        best_first.into_iter().chain(orders.iter().enumerate().map(key)).collect();
    // as they lie, or as they come where all facts are gone through
    let as_they_lie = single && (query.unsorted || matches!(part, Scan::Alone));
    match keys.as_slice() {
        [] if as_they_lie => "\n ORDER BY f.id".to_owned(),
        [] => String::new(),
        keys => format!("\n ORDER BY {}", keys.join(", ")),
    }
}

/// What is shown of the facts of a kind; a column that the kind lacks is NULL.
fn shown_columns(
    kind: &'static Kind,
    query: &Query,
    decoders: &[ColumnDecoder],
    expression: fn(&'static Kind, &'static Field) -> String,
) -> Vec<String> {
    let taken = query.columns.iter().zip(decoders).filter(|(_, decoder)| decoder.width() > 0);
    taken
        .map(|(field, decoder)| {
            let name = quoted(field.name);
            match (kind.own(field), decoder) {
                (Some(_), ColumnDecoder::Bucket(_)) => {
                    format!("f.first_day AS {name}, f.last_day")
                }
                (Some(own), _) => format!("{} AS {name}", expression(kind, own)),
                (None, ColumnDecoder::Bucket(_)) => format!("NULL AS {name}, NULL"),
                (None, _) => format!("NULL AS {name}"),
            }
        })
        .collect()
}

/// The keys of the sort, each with the part of it that one SQL expression covers; date and ref
/// always come last.
fn sort_keys(query: &Query) -> Vec<(Order, usize)> {
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
        .map(|field| Order { field, descending: false });
    let given = query.sort.iter().copied();
    given
        .chain(last)
        .flat_map(|order| {
            let parts = query.kinds.iter().find_map(|kind| {
                kind.own(order.field).map(|own| sort_expressions(kind, own).len())
            });
            (0..parts.unwrap_or(0)).map(move |part| (order, part))
        })
        .collect()
}

/// What a field is sorted by, first things first.
/// What has texts sorted whatever their case.
const FOLDED: &str = " COLLATE NOCASE";

fn sort_expressions(kind: &'static Kind, field: &Field) -> Vec<String> {
    match field.ty {
        Type::Date | Type::Bucket(_) => {
            vec!["coalesce(f.first_day, f.last_day)".into(), "f.last_day".into()]
        }
        Type::Edtf => vec![format!("f.{}", field.name)],
        _ if field.name == "ref" => vec![source_slug(), "length(f.key)".into(), "f.key".into()],
        ty if ty.is_number() || matches!(ty, Type::Day | Type::Flag | Type::Import) => {
            vec![expression(kind, field)]
        }
        _ => {
            let by = expression(kind, field);
            vec![format!("{by}{FOLDED}"), by]
        }
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
