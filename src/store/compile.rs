//! From a query to the SQL that answers it, with every value bound. The SQL runs in any `SQLite` shell as it is printed.

use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use super::names::{self, Class, WORDING};
use super::{literal, search};
use crate::exit::Result;
use crate::kind::{Field, Kind};
use crate::query::{Moment, Op, Order, Past, Query, Strength, Test, is_partial};
use crate::value::date::{Bucket, Days};
use crate::value::{Cell, Type, Value, date};

/// SQL with its values, and how each shown field is read back.
pub struct Compiled {
    /// The statement.
    pub sql: String,
    /// Its values, in the order of its question marks.
    pub values: Vec<Sql>,
    /// One for each shown field.
    pub reads: Vec<Read>,
}

/// How a shown field is read from a row of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// One column, as it is.
    Plain,
    /// One column: a Julian day number.
    Day,
    /// One column: JSON.
    Json,
    /// Two columns: the first and the last day.
    Bucket(Bucket),
}

/// Compiles a query.
///
/// # Errors
/// Names cannot be looked up.
pub fn compile(connection: &Connection, query: &Query) -> Result<Compiled> {
    let reads: Vec<Read> = query.columns.iter().map(|field| read_of(field.ty)).collect();
    let mut values = Vec::new();
    let mut arms = Vec::new();
    let single = query.kinds.len() == 1;
    let orders = sort_keys(query);
    let (live, matched) = (live(connection, &query.past)?, query.words.as_deref().map(search::words));
    for kind in &query.kinds {
        let mut shown: Vec<String> = Vec::new();
        for field in &query.columns {
            let own = kind.field(field.name);
            let name = format!("\"{}\"", field.name);
            match (own, read_of(field.ty)) {
                (Some(own), Read::Bucket(_)) => {
                    let _ = own;
                    shown.push(format!("f.first_day AS {name}, f.last_day"));
                }
                (Some(own), _) => shown.push(format!("{} AS {name}", expression(kind, own))),
                (None, Read::Bucket(_)) => shown.push(format!("NULL AS {name}, NULL")),
                (None, _) => shown.push(format!("NULL AS {name}")),
            }
        }
        if !single {
            if matched.is_some() {
                shown.push("s.rank AS rank".to_owned());
            }
            for (i, (order, part)) in orders.iter().enumerate() {
                let key =
                    kind.field(order.field.name).map_or("NULL".to_owned(), |own| sort_expressions(kind, own)[*part].clone());
                shown.push(format!("{key} AS sort{i}"));
            }
        }
        let from = match &matched {
            None => format!("{} f", kind.table),
            Some(words) => {
                values.push(Sql::Text(words.clone().unwrap_or_else(|| "\"\"".into())));
                let rows = format!(
                    "SELECT rowid >> 4 AS id, rank FROM search WHERE search MATCH ? AND rowid & 15 = {}",
                    search::place(kind)
                );
                format!("({rows}) s JOIN {} f ON f.id = s.id", kind.table)
            }
        };
        let condition = conditions(connection, kind, &live, &query.tests, &mut values)?;
        arms.push(format!("SELECT {}\n  FROM {from}\n WHERE {condition}", shown.join(",\n       ")));
    }
    let key = |i: usize, order: &Order, part: usize| {
        let by = if single { sort_expressions(query.kinds[0], order.field)[part].clone() } else { format!("sort{i}") };
        format!("{by}{} NULLS LAST", if order.descending { " DESC" } else { "" })
    };
    let best_first = (matched.is_some() && query.sort.is_empty()).then(|| if single { "s.rank" } else { "rank" }.to_owned());
    let order: Vec<String> =
        best_first.into_iter().chain(orders.iter().enumerate().map(|(i, (order, part))| key(i, order, *part))).collect();
    let mut sql = if single {
        arms.remove(0)
    } else {
        let names: Vec<String> = query.columns.iter().map(|field| format!("\"{}\"", field.name)).collect();
        let has_buckets = reads.iter().any(|read| matches!(read, Read::Bucket(_)));
        let shown = if has_buckets { "*".to_owned() } else { names.join(", ") };
        format!("SELECT {shown} FROM (\n{}\n)", arms.join("\nUNION ALL\n"))
    };
    sql.push_str("\n ORDER BY ");
    sql.push_str(&order.join(", "));
    if query.limit.is_some() || query.offset > 0 {
        sql.push_str("\n LIMIT ? OFFSET ?");
        let whole = |n: u64| Sql::Integer(i64::try_from(n).unwrap_or(i64::MAX));
        values.push(query.limit.map_or(Sql::Integer(-1), whole));
        values.push(whole(query.offset));
    }
    Ok(Compiled { sql, values, reads })
}

fn read_of(ty: Type) -> Read {
    match ty {
        Type::Day => Read::Day,
        Type::Json => Read::Json,
        Type::Bucket(bucket) => Read::Bucket(bucket),
        _ => Read::Plain,
    }
}

/// The keys of the sort, each with the part of it that one SQL expression covers; date and ref always come last.
fn sort_keys(query: &Query) -> Vec<(Order, usize)> {
    let kind = query.kinds[0];
    // over several kinds a ref may occur twice
    let names: &[&str] = if query.kinds.len() > 1 { &["date", "ref", "kind"] } else { &["date", "ref"] };
    let last = names.iter().filter_map(|name| kind.field(name)).map(|field| Order { field, descending: false });
    let given = query.sort.iter().copied();
    given
        .chain(last)
        .flat_map(|order| {
            let parts =
                query.kinds.iter().find_map(|kind| kind.field(order.field.name).map(|own| sort_expressions(kind, own).len()));
            (0..parts.unwrap_or(0)).map(move |part| (order, part))
        })
        .collect()
}

/// What a field is sorted by, first things first.
fn sort_expressions(kind: &Kind, field: &Field) -> Vec<String> {
    match field.ty {
        Type::Date | Type::Bucket(_) => vec!["coalesce(f.first_day, f.last_day)".into(), "f.last_day".into()],
        Type::Edtf => vec![format!("f.{}", field.name)],
        _ if field.name == "ref" => vec![source_slug(), "length(f.key)".into(), "f.key".into()],
        ty if ty.is_number() || matches!(ty, Type::Day | Type::Flag | Type::Import) => vec![expression(kind, field)],
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
pub fn expression(kind: &Kind, field: &Field) -> String {
    let usual = |class: Class, column: &str| {
        format!("(SELECT b.name FROM names n JOIN {} b ON b.id = n.{} WHERE n.id = f.{column})", class.table(), class.column())
    };
    match (field.name, field.ty) {
        ("ref", _) => format!("{} || ':' || f.key", source_slug()),
        ("kind", _) => literal(kind.name),
        ("date_from", _) => "f.first_day".to_owned(),
        ("date_to", _) => "f.last_day".to_owned(),
        ("country", _) => COUNTRY.to_owned(),
        (_, Type::Source) => source_slug(),
        (name, Type::Actor) => usual(Class::Actor, &format!("{name}_id")),
        (name, Type::Place) => usual(Class::Place, &format!("{name}_id")),
        (name, Type::Import) => format!("f.{name}_id"),
        (_, Type::Bucket(_)) => "f.first_day".to_owned(),
        (name, _) => format!("f.{name}"),
    }
}

/// The country that the row's place lies in.
const COUNTRY: &str = "(WITH RECURSIVE up(id) AS (SELECT place_id FROM names WHERE id = f.place_id
         UNION SELECT p.within_id FROM places p JOIN up ON p.id = up.id WHERE p.kind <> 'country')
        SELECT p.name FROM places p JOIN up ON p.id = up.id WHERE p.kind = 'country')";

/// The SQL that gives a stored field as an export writes it: the source's wording of names.
pub fn wording(field: &Field) -> String {
    match field.ty {
        Type::Actor | Type::Place => format!("(SELECT {WORDING} FROM names n WHERE n.id = f.{}_id)", field.name),
        Type::Source => source_slug(),
        Type::Import => format!("f.{}_id", field.name),
        _ => format!("f.{}", field.name),
    }
}

/// The last run at a moment.
///
/// # Errors
/// Runs cannot be looked up.
pub fn run_at(connection: &Connection, moment: &Moment) -> Result<i64> {
    match moment {
        Moment::Run(run) => Ok(*run),
        Moment::Before(time) => {
            Ok(connection.query_row("SELECT ifnull(max(id), 0) FROM imports WHERE ran_at < ?1", [time], |row| row.get(0))?)
        }
    }
}

/// The condition that a row was live, and published, at the moment that is asked for.
///
/// # Errors
/// Runs or sources cannot be looked up.
pub fn live(connection: &Connection, past: &Past) -> Result<String> {
    let mut live = match &past.as_of {
        None => "f.retired_by_id IS NULL".to_owned(),
        Some(moment) => {
            let run = run_at(connection, moment)?;
            format!("f.import_id <= {run} AND (f.retired_by_id IS NULL OR f.retired_by_id > {run})")
        }
    };
    if let Some(by) = past.published_by {
        let mut read = connection.prepare("SELECT id, published FROM sources WHERE published IS NOT NULL")?;
        let found = read.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        let mut ids = Vec::new();
        for source in found {
            let (id, published) = source?;
            // known only to the year, it may have been published on any day of it
            if date::parse(&published).is_ok_and(|days| days.last.is_some_and(|last| last <= by)) {
                ids.push(id.to_string());
            }
        }
        live = format!("{live} AND f.source_id IN ({})", ids.join(", "));
    }
    Ok(live)
}

fn conditions(connection: &Connection, kind: &Kind, live: &str, tests: &[Test], values: &mut Vec<Sql>) -> Result<String> {
    let mut all = vec![live.to_owned()];
    for test in tests {
        all.push(condition(connection, kind, test, values)?);
    }
    Ok(all.join("\n   AND "))
}

/// One test as SQL that is true or not; a kind without the field has no fact that passes.
pub fn condition(connection: &Connection, kind: &Kind, test: &Test, values: &mut Vec<Sql>) -> Result<String> {
    match test {
        Test::When(days, strength) => Ok(window(*days, *strength, values)),
        Test::AnyActor(words) => {
            let ids = ids_of(connection, Class::Actor, words, false)?;
            let roles: Vec<String> = kind
                .fields()
                .filter(|field| field.ty == Type::Actor)
                .map(|field| format!("f.{}_id IN ({ids})", field.name))
                .collect();
            Ok(format!("({})", roles.join(" OR ")))
        }
        Test::Known(field, known) => Ok(match kind.field(field.name) {
            None if *known => "0".into(),
            None => "1".into(),
            Some(own) if matches!(own.ty, Type::Bucket(_)) => format!("f.date IS {}NULL", if *known { "NOT " } else { "" }),
            Some(own) => format!("{} IS {}NULL", expression(kind, own), if *known { "NOT " } else { "" }),
        }),
        Test::Among { field, values: words, not } => {
            let Some(own) = kind.field(field.name) else {
                return Ok(if *not { "1" } else { "0" }.into());
            };
            let plain = among(connection, kind, own, words, values)?;
            Ok(if *not { format!("({plain}) IS NOT TRUE") } else { plain })
        }
        Test::Compare(field, op, value) => match kind.field(field.name) {
            None => Ok("0".into()),
            Some(own) => compare(connection, kind, own, *op, value, values),
        },
    }
}

fn window(Days { first, last }: Days, strength: Strength, values: &mut Vec<Sql>) -> String {
    let mut parts = vec!["f.date IS NOT NULL".to_owned()];
    let mut bound = |sql: &str, day: Option<i64>| {
        if let Some(day) = day {
            parts.push(sql.to_owned());
            values.push(Sql::Integer(day));
        }
    };
    match strength {
        Strength::Overlap => {
            bound("(f.first_day IS NULL OR f.first_day <= ?)", last);
            bound("(f.last_day IS NULL OR f.last_day >= ?)", first);
        }
        Strength::Within => {
            bound("f.first_day >= ?", first);
            bound("f.last_day <= ?", last);
        }
    }
    parts.join(" AND ")
}

/// The ids of all names that these words mean, as a list for `IN`.
fn ids_of(connection: &Connection, class: Class, words: &[String], countries: bool) -> Result<String> {
    let mut ids = Vec::new();
    for word in words {
        if !countries || names::is_country(connection, word)? {
            ids.extend(names::meant(connection, class, word)?);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
}

fn among(connection: &Connection, kind: &Kind, field: &Field, words: &[String], values: &mut Vec<Sql>) -> Result<String> {
    match field.ty {
        Type::Actor => return Ok(format!("f.{}_id IN ({})", field.name, ids_of(connection, Class::Actor, words, false)?)),
        Type::Place => {
            let countries = field.name == "country";
            return Ok(format!("f.place_id IN ({})", ids_of(connection, Class::Place, words, countries)?));
        }
        _ => {}
    }
    let mut any = Vec::new();
    for word in words {
        if is_partial(field) {
            any.push(format!("f.{} LIKE ? ESCAPE '\\'", field.name));
            values.push(Sql::Text(pattern(word)));
        } else if field.ty == Type::Source {
            any.push("f.source_id = (SELECT id FROM sources WHERE slug = ?)".into());
            values.push(Sql::Text(word.clone()));
        } else if field.ty == Type::Date || matches!(field.ty, Type::Bucket(_)) {
            let parsed = Type::Date.parse(word).unwrap_or(Cell::Null);
            any.push(compare(connection, kind, field, Op::Is, &parsed, values)?);
        } else if matches!(field.ty, Type::Term | Type::Text) {
            any.push(format!("{} = ? COLLATE NOCASE", expression(kind, field)));
            values.push(Sql::Text(word.clone()));
        } else {
            any.push(format!("{} = ?", expression(kind, field)));
            values.push(bind(&field.ty.parse(word).unwrap_or(Cell::Null)));
        }
    }
    Ok(format!("({})", any.join(" OR ")))
}

/// `text` anywhere, whatever the case of A to Z.
fn pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

fn compare(connection: &Connection, kind: &Kind, field: &Field, op: Op, value: &Value, values: &mut Vec<Sql>) -> Result<String> {
    let by = expression(kind, field);
    let text = value.text().unwrap_or_default().to_owned();
    match op {
        Op::Holds | Op::HoldsNot => {
            values.push(Sql::Text(pattern(&text)));
            return Ok(format!("{by} {}LIKE ? ESCAPE '\\'", if op == Op::HoldsNot { "NOT " } else { "" }));
        }
        Op::Is | Op::IsNot if matches!(field.ty, Type::Actor | Type::Place) => {
            let class = Class::of(field.ty).unwrap_or(Class::Actor);
            let ids = ids_of(connection, class, &[text], field.name == "country")?;
            let column = if field.name == "country" { "place" } else { field.name };
            return Ok(format!("f.{column}_id {}IN ({ids})", if op == Op::IsNot { "NOT " } else { "" }));
        }
        _ => {}
    }
    if field.ty == Type::Date || matches!(field.ty, Type::Bucket(_)) {
        let days = date::parse(&text).unwrap_or(Days { first: None, last: None });
        return Ok(compare_days(op, days, values));
    }
    let collation = if matches!(field.ty, Type::Term | Type::Text) { " COLLATE NOCASE" } else { "" };
    values.push(bind(value));
    Ok(format!("{by} {} ?{collation}", sign(op)))
}

/// Dates compare by their days: before means that all of it lies before, `=` that both span the same days.
fn compare_days(op: Op, days: Days, values: &mut Vec<Sql>) -> String {
    let whole = |day: Option<i64>| day.map_or(Sql::Null, Sql::Integer);
    let (sql, bound): (&str, Vec<Option<i64>>) = match op {
        Op::Is => ("f.date IS NOT NULL AND f.first_day IS ? AND f.last_day IS ?", vec![days.first, days.last]),
        Op::IsNot => ("f.date IS NOT NULL AND NOT (f.first_day IS ? AND f.last_day IS ?)", vec![days.first, days.last]),
        Op::Less => ("f.last_day < ?", vec![days.first]),
        Op::AtMost => ("f.last_day <= ?", vec![days.last]),
        Op::More => ("f.first_day > ?", vec![days.last]),
        _ => ("f.first_day >= ?", vec![days.first]),
    };
    values.extend(bound.into_iter().map(whole));
    format!("({sql})")
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::IsNot => "<>",
        Op::Less => "<",
        Op::AtMost => "<=",
        Op::More => ">",
        Op::AtLeast => ">=",
        _ => "=",
    }
}

/// A value as `SQLite` binds it.
pub fn bind(value: &Cell<'_>) -> Sql {
    match value {
        Cell::Null => Sql::Null,
        Cell::Int(n) | Cell::Day(n) => Sql::Integer(*n),
        Cell::Real(n) | Cell::Partial(n, ..) => Sql::Real(*n),
        Cell::Text(text) | Cell::Json(text) => Sql::Text(text.as_ref().to_owned()),
    }
}
