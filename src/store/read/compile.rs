//! From a query to the SQL that answers it, with every value bound. The SQL runs in any `SQLite`
//! shell as it is printed.

use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use crate::error::Result;
use crate::kind::{self, COLUMN, Field, Kind};
use crate::query::{AsOf, Order, Predicate, Query};
use crate::store::entities::lookup::{EntityClass, WORDING};
use crate::store::read::as_of::live;
use crate::store::read::predicate::condition;
use crate::store::{extras, fact_id, literal, rollup, search};
use crate::value::Type;
use crate::value::date::Bucket;

/// SQL with its values, and how each shown field is read back.
pub struct CompiledQuery {
    /// The statement.
    pub sql: String,
    /// Its values, in the order of its question marks.
    pub values: Vec<Sql>,
    /// One for each shown field.
    pub decoders: Vec<ColumnDecoder>,
}

/// How a shown field is read from a row of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnDecoder {
    /// One column, as it is.
    Plain,
    /// One column: a Julian day number.
    Day,
    /// One column: an object, packed.
    Object,
    /// Two columns: the first and the last day.
    Bucket(Bucket),
    /// One column: a number that [`lookup_sql`] tells the name of.
    Called(&'static Field),
    /// Two columns: the number of this field, which is the source, and the key.
    Ref(&'static Field),
    /// A column of an object: its place among those that are asked for, and its name. The first is
    /// one column of the answer, the object, packed; the others are in it too.
    Column(usize, &'static str),
}

impl CompiledQuery {
    /// Makes the answer's part another than the [`Scan::Ids`] that it was compiled for.
    pub fn set_ids(&mut self, first: i64, last: i64) {
        // one kind, and no words: they are the first values
        self.values[..2].clone_from_slice(&[Sql::Integer(first), Sql::Integer(last)]);
    }
}

impl ColumnDecoder {
    /// How many columns of the answer it takes.
    pub fn width(self) -> usize {
        match self {
            ColumnDecoder::Bucket(_) | ColumnDecoder::Ref(_) => 2,
            ColumnDecoder::Column(1.., _) => 0,
            _ => 1,
        }
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
    let decoder = |field: &'static Field| match field.column() {
        Some(name) => ColumnDecoder::Column(0, name),
        None => read_of(field),
    };
    compiled(connection, query, (shown, decoder, PLACES), &sort_keys(query), Scan::Whole)
}

/// Compiles a query to SQL that any `SQLite` understands.
///
/// # Errors
/// Names cannot be looked up.
pub fn compile_portable(connection: &Connection, query: &Query) -> Result<CompiledQuery> {
    let shown = |kind, field: &'static Field| {
        if field.ty == Type::Json { expression(kind, field) } else { shown(kind, field) }
    };
    compiled(connection, query, (shown, read_of, PLACES), &sort_keys(query), Scan::Whole)
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
    let shown = |kind, field: &'static Field| match read_of_much(field) {
        ColumnDecoder::Ref(_) => "f.source_id, f.key".to_owned(),
        ColumnDecoder::Column(..) => extras::packed(kind),
        ColumnDecoder::Called(_) if field.name == "country" => {
            "iif(pp.kind = 'country', pp.id, ifnull(pp.within_id, pp.id))".to_owned()
        }
        ColumnDecoder::Called(_) => number(kind, field),
        _ => shown(kind, field),
    };
    compiled(connection, query, (shown, read_of_much, PLACES), &sort_keys(query), part)
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
            read_of(field)
        } else {
            ColumnDecoder::Plain
        }
    };
    compiled(connection, query, (number, read, ""), &[], part)
}

/// Joins the place of the row `f` and what that lies in, once for all that is shown of it.
const PLACES: &str = "
  LEFT JOIN names pn ON pn.id = f.place_id LEFT JOIN places pp ON pp.id = pn.place_id LEFT JOIN places pw ON pw.id = pp.within_id";

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
        "place" => "pp.name".to_owned(),
        "lat" | "lon" => format!("pp.{}", field.name),
        // most places lie in a country, or are one
        "country" => format!(
            "CASE 'country' WHEN pp.kind THEN pp.name WHEN pw.kind THEN pw.name ELSE iif(pw.id IS NULL, NULL, ({})) END",
            country_of("VALUES (pp.id)")
        ),
        _ => return None,
    })
}

/// The SQL that gives a field of the row `f`: ids, which [`lookup_sql`] tells the names of; of a
/// country a place in it.
pub fn number(kind: &'static Kind, field: &Field) -> String {
    match field.ty {
        // most places lie in a country, so that few are left
        _ if field.name == "country" => {
            "(SELECT CASE WHEN p.kind = 'country' THEN p.id ELSE ifnull(p.within_id, p.id) END
           FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id)"
                .to_owned()
        }
        Type::Actor | Type::Place | Type::Source => format!("f.{}_id", field.name),
        Type::Json => extras::packed(kind),
        _ => expression(kind, field),
    }
}

/// The SQL that names what a number stands for, if it stands for something.
pub fn lookup_sql(field: &Field) -> Option<String> {
    let entity = |class: EntityClass| {
        format!(
            "SELECT b.name FROM names n JOIN {} b ON b.id = n.{} WHERE n.id = ?1",
            class.table(),
            class.column()
        )
    };
    match field.ty {
        _ if field.name == "country" => Some(country_of("VALUES (?1)")),
        Type::Actor => Some(entity(EntityClass::Actor)),
        Type::Place => Some(entity(EntityClass::Place)),
        Type::Source => Some("SELECT slug FROM sources WHERE id = ?1".to_owned()),
        _ => None,
    }
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
    (expression, read_of, joins): FieldCompiler,
    orders: &[(Order, usize)],
    part: Scan,
) -> Result<CompiledQuery> {
    let mut decoders: Vec<ColumnDecoder> =
        query.columns.iter().map(|field| read_of(field)).collect();
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
            format!("sort{i}")
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

fn read_of(field: &'static Field) -> ColumnDecoder {
    match field.ty {
        Type::Day => ColumnDecoder::Day,
        Type::Json => ColumnDecoder::Object,
        Type::Bucket(bucket) => ColumnDecoder::Bucket(bucket),
        _ => ColumnDecoder::Plain,
    }
}

fn read_of_much(field: &'static Field) -> ColumnDecoder {
    match (field.name, field.ty) {
        _ if field.column().is_some() => {
            ColumnDecoder::Column(0, field.column().unwrap_or_default())
        }
        ("ref", _) => kind::shared()
            .find(|field| field.ty == Type::Source)
            .map_or(ColumnDecoder::Plain, ColumnDecoder::Ref),
        // places are many, and joined; their countries are few
        ("country", _) | (_, Type::Actor | Type::Source) => ColumnDecoder::Called(field),
        _ => read_of(field),
    }
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
            vec![format!("{by} COLLATE NOCASE"), by]
        }
    }
}

fn source_slug() -> String {
    "(SELECT slug FROM sources WHERE id = f.source_id)".to_owned()
}

/// The SQL that gives a field of the row `f`: names, not ids.
pub fn expression(kind: &'static Kind, field: &Field) -> String {
    let usual = |class: EntityClass, column: &str| {
        format!(
            "(SELECT b.name FROM names n JOIN {} b ON b.id = n.{} WHERE n.id = f.{column})",
            class.table(),
            class.column()
        )
    };
    match (field.name, field.ty) {
        ("ref", _) => format!("{} || ':' || f.key", source_slug()),
        ("kind", _) => literal(kind.name),
        (name, _) if name.starts_with(COLUMN) => extras::column(kind, &name[COLUMN.len()..]),
        ("date_from", _) => "f.first_day".to_owned(),
        ("date_to", _) => "f.last_day".to_owned(),
        // most places lie in a country, or are one
        ("country", _) => format!(
            "(SELECT CASE 'country' WHEN p.kind THEN p.name WHEN c.kind THEN c.name ELSE ({}) END
               FROM names n JOIN places p ON p.id = n.place_id LEFT JOIN places c ON c.id = p.within_id WHERE n.id = f.place_id)",
            country_of("VALUES (p.id)")
        ),
        (axis @ ("lat" | "lon"), _) => {
            format!("(SELECT p.{axis} FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id)")
        }
        (_, Type::Source) => source_slug(),
        (name, Type::Actor) => usual(EntityClass::Actor, &format!("{name}_id")),
        (name, Type::Place) => usual(EntityClass::Place, &format!("{name}_id")),
        (name, Type::Import) => format!("f.{name}_id"),
        (_, Type::Json) => extras::expression(kind),
        (_, Type::Bucket(_)) => "f.first_day".to_owned(),
        (name, _) => format!("f.{name}"),
    }
}

/// The country that a place lies in.
fn country_of(place: &str) -> String {
    format!(
        "WITH RECURSIVE up(id) AS ({place}
         UNION SELECT p.within_id FROM places p JOIN up ON p.id = up.id WHERE p.kind <> 'country')
        SELECT max(p.name) FROM places p JOIN up ON p.id = up.id WHERE p.kind = 'country'"
    )
}

/// The SQL that gives a stored field as an export writes it: the source's wording of names.
pub fn wording(kind: &'static Kind, field: &Field) -> String {
    match field.ty {
        Type::Json => extras::expression(kind),
        Type::Actor | Type::Place => {
            format!("(SELECT {WORDING} FROM names n WHERE n.id = f.{}_id)", field.name)
        }
        Type::Source => source_slug(),
        Type::Import => format!("f.{}_id", field.name),
        _ => format!("f.{}", field.name),
    }
}

/// The SQL that gives the same to [`Cursor`](crate::store::read::cursor::Cursor), which reads it as
/// [`read_of_stored`] says.
pub fn stored(kind: &'static Kind, field: &Field) -> String {
    if field.ty == Type::Json { extras::packed(kind) } else { wording(kind, field) }
}

/// How a field that [`stored`] gives is read.
pub fn read_of_stored(field: &Field) -> ColumnDecoder {
    if field.ty == Type::Json { ColumnDecoder::Object } else { ColumnDecoder::Plain }
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
