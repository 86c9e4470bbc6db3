//! The tests of a query as SQL conditions, with every text bound.

use std::borrow::Cow;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};

use crate::error::Result;
use crate::kind::{Field, Kind};
use crate::query::{ActorTie, ColumnRef, DateMatch, Op, Predicate};
use crate::store::entities::lookup::{self, EntityClass, Meaning, spelling};
use crate::store::extras::{self, like_any};
use crate::store::read::columns::{BEGIN, of_column};
use crate::store::{date_parts, search};
use crate::value::date::{self, Bucket, Days};
use crate::value::text::fold;
use crate::value::{OwnedValue, Type, Value};

/// The role of those who are no party of what they support.
pub const SUPPORT: &str = "supporters";

/// One test as SQL that is true or not; a kind without the field has no fact that passes.
pub fn condition(
    connection: &Connection,
    kind: &'static Kind,
    test: &Predicate,
    values: &mut Vec<Sql>,
) -> Result<String> {
    match test {
        Predicate::DateWindow(days, strength) => {
            let mut condition = window(*days, *strength);
            let bounds = (days.last.is_some(), days.first.is_some());
            if *strength == DateMatch::Overlap
                && let Some(parts) = date_parts::overlap(connection, kind, bounds)?
            {
                condition.push_str(" AND ");
                condition.push_str(&parts);
                values.extend(days.last.into_iter().chain(days.first).map(Sql::Integer));
            }
            Ok(condition)
        }
        Predicate::AnyActor { names, tie, exclusively } => {
            let meaning = Meaning {
                belongings: *tie == ActorTie::Belonging,
                exclusively: *exclusively,
                ..Meaning::of(EntityClass::Actor)
            };
            let roles = kind.fields().filter(|field| {
                field.ty == Type::Actor && (*tie != ActorTie::Party || field.name != SUPPORT)
            });
            let roles: Vec<String> = roles
                .map(|field| {
                    is_named(connection, &format!("{}_id", field.name), meaning, names, values)
                })
                .collect::<Result<_>>()?;
            Ok(format!("({})", roles.join(" OR ")))
        }
        Predicate::Known(column, known) => Ok(match of_column(kind, column) {
            None if *known => "0".into(),
            None => "1".into(),
            Some(sql) => {
                let by = if matches!(column.ty(), Type::Bucket(_)) { "f.date" } else { &sql };
                format!("{by} IS {}NULL", if *known { "NOT " } else { "" })
            }
        }),
        Predicate::In { column, values: words, not, exclusively } => {
            let Some(own) = column.of(kind) else {
                return Ok(if *not { "1" } else { "0" }.into());
            };
            let words = coded(&own, words);
            let plain = among(connection, kind, &own, &words, *exclusively, values)?;
            Ok(if *not { format!("({plain}) IS NOT TRUE") } else { plain })
        }
        Predicate::Compare(column, op, value) => match column.of(kind) {
            None => Ok("0".into()),
            Some(own) => compare(connection, kind, &own, *op, value, values),
        },
    }
}

/// The words, with each code of another scheme replaced by the values that lie within it.
pub fn coded<'w>(column: &ColumnRef, words: &'w [String]) -> Cow<'w, [String]> {
    match column.field().and_then(Field::code_list) {
        Some(codes) if words.iter().any(|word| codes.scheme_of(word).is_some()) => words
            .iter()
            .flat_map(|word| match codes.scheme_of(word) {
                Some((scheme, code)) => codes.expand(scheme, code).taken,
                None => vec![word.clone()],
            })
            .collect(),
        _ => Cow::Borrowed(words),
    }
}

/// The condition that a date lies in a window, or may lie in it. The index has the day on which a fact
/// begins.
fn window(Days { first, last }: Days, strength: DateMatch) -> String {
    let mut parts = vec!["f.date IS NOT NULL".to_owned()];
    match strength {
        DateMatch::Overlap => {
            parts.extend(last.map(|day| {
                format!("({BEGIN} <= {day} OR (f.first_day IS NULL AND f.date IS NOT NULL))")
            }));
            parts.extend(first.map(|day| format!("(f.last_day IS NULL OR f.last_day >= {day})")));
        }
        DateMatch::Within => {
            parts.extend(first.map(|day| format!("f.first_day >= {day} AND {BEGIN} >= {day}")));
            parts.extend(last.map(|day| format!("f.last_day <= {day} AND {BEGIN} <= {day}")));
        }
    }
    parts.join(" AND ")
}

/// The condition that a column of the row `f` points to a name that one of these words means.
fn is_meant(column: &str, meaning: Meaning, words: &[String], values: &mut Vec<Sql>) -> String {
    let (entities, words) = lookup::entities_called(meaning, words);
    values.extend(words.into_iter().map(Sql::Text));
    format!("f.{column} IN ({})", lookup::names_of(meaning, &entities))
}

/// The condition that a column points to a name that one of these words means; a word of several
/// names, as an answer shows them, means a name that has them all.
pub fn is_named(
    connection: &Connection,
    column: &str,
    meaning: Meaning,
    words: &[String],
    values: &mut Vec<Sql>,
) -> Result<String> {
    let mut any = Vec::new();
    let mut single = Vec::new();
    for word in words {
        let parts = lookup::listed(word);
        if parts.len() > 1 && lookup::usual_names(connection, meaning, word)?.is_empty() {
            let parts: Vec<String> = parts.into_iter().map(str::to_owned).collect();
            values.push(Sql::Text(names_of_all(connection, meaning, &parts)?));
            any.push(format!("f.{column} IN (SELECT value FROM json_each(?))"));
        } else {
            single.push(word.clone());
        }
    }
    if !single.is_empty() {
        any.push(is_meant(column, meaning, &single, values));
    }
    Ok(if any.len() == 1 { any.remove(0) } else { format!("({})", any.join(" OR ")) })
}

/// The rows of `names` that mean all of these at once, as a JSON list: they are few,
/// and the number of conditions in a statement is limited.
fn names_of_all(connection: &Connection, meaning: Meaning, parts: &[String]) -> Result<String> {
    let mut values = Vec::new();
    let one = Meaning { exclusively: false, ..meaning };
    let mut all: Vec<String> = parts
        .iter()
        .map(|part| is_meant("id", one, std::slice::from_ref(part), &mut values))
        .collect();
    if meaning.exclusively {
        all.push(is_meant("id", meaning, parts, &mut values));
    }
    let sql = format!("SELECT json_group_array(f.id) FROM names f WHERE {}", all.join(" AND "));
    Ok(connection.prepare(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
}

/// The condition that a fact lies in a place, or at a spot, that one of these words means.
fn is_placed(
    connection: &Connection,
    kind: &'static Kind,
    meaning: Meaning,
    words: &[String],
    values: &mut Vec<Sql>,
) -> Result<String> {
    let mut any = vec![is_named(connection, "place_id", meaning, words, values)?];
    for word in words {
        // `Avdiivka town, Ukraine`, as an answer shows it
        let whole = spots_called(connection, kind, word)?;
        let in_place = match word.rsplit_once(", ") {
            Some((spot, place)) if whole.is_empty() => Some((spot, place.to_owned())),
            _ => None,
        };
        let spots = match &in_place {
            Some((spot, _)) => spots_called(connection, kind, spot)?,
            None => whole,
        };
        if spots.is_empty() {
            continue;
        }
        let marks = vec!["?"; spots.len()].join(", ");
        let candidates = search::rows_with(kind);
        let mut condition = format!("f.id IN ({candidates}) AND f.locality IN ({marks})");
        values.push(Sql::Text(search::phrase(in_place.as_ref().map_or(word, |(spot, _)| spot))));
        values.extend(spots.into_iter().map(Sql::Text));
        if let Some((_, place)) = in_place {
            condition.push_str(" AND ");
            condition.push_str(&is_named(connection, "place_id", meaning, &[place], values)?);
        }
        any.push(condition);
    }
    Ok(format!("({})", any.join("\n    OR ")))
}

/// Returns the localities of a kind's facts that match `word`, ignoring case, accents and
/// apostrophes.
fn spots_called(connection: &Connection, kind: &Kind, word: &str) -> Result<Vec<String>> {
    if spelling(word).scheme.is_some() || search::words(word).is_none() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT locality FROM {} WHERE id IN ({}) AND locality IS NOT NULL ORDER BY locality",
        kind.table,
        search::rows_with(kind)
    );
    let mut find = connection.prepare_cached(&sql)?;
    let spots = find.query_map([search::phrase(word)], |row| row.get::<_, String>(0))?;
    let mut spots = spots.collect::<Result<Vec<_>, _>>()?;
    let wanted = fold(word);
    spots.retain(|spot| fold(spot) == wanted);
    Ok(spots)
}

fn among(
    connection: &Connection,
    kind: &'static Kind,
    column: &ColumnRef,
    words: &[String],
    exclusively: bool,
    values: &mut Vec<Sql>,
) -> Result<String> {
    if let Some(meaning) = meaning_of(column) {
        let meaning = Meaning { exclusively, ..meaning };
        return entity_condition(connection, kind, column, meaning, words, values);
    }
    let by = of_column(kind, column).unwrap_or_else(|| "NULL".to_owned());
    if !column.field().is_some_and(Field::is_partial)
        && column.ty() != Type::Date
        && !matches!(column.ty(), Type::Bucket(_))
    {
        let is_one_of = match words.len() {
            1 => "= ?".to_owned(),
            many => format!("IN ({})", vec!["?"; many].join(", ")),
        };
        let text = |word: &String| Sql::Text(word.clone());
        return Ok(if column.ty() == Type::Source {
            values.extend(words.iter().map(text));
            format!("f.source_id IN (SELECT id FROM sources WHERE slug {is_one_of})")
        } else if matches!(column.ty(), Type::Term | Type::Text) {
            let candidates = candidates(connection, kind, column, words, values)?;
            values.extend(words.iter().map(text));
            format!("{candidates}{by} COLLATE NOCASE {is_one_of}")
        } else {
            let value = |word: &String| bind(&column.ty().parse(word).unwrap_or(Value::Null));
            values.extend(words.iter().map(value));
            format!("{by} {is_one_of}")
        });
    }
    let mut any = Vec::new();
    for word in words {
        if column.field().is_some_and(Field::is_partial) {
            any.push(format!("f.{} LIKE ? ESCAPE '\\'", column.name()));
            values.push(Sql::Text(like_any(word)));
        } else {
            let word = match column.ty() {
                Type::Bucket(bucket) => bucket.edtf(word),
                _ => word.into(),
            };
            let parsed = Type::Date.parse(&word).unwrap_or(Value::Null);
            any.push(compare(connection, kind, column, Op::Is, &parsed, values)?);
        }
    }
    Ok(format!("({})", any.join(" OR ")))
}

/// A condition in front of one on an extra column, which is quicker and finds more; else nothing.
fn candidates(
    connection: &Connection,
    kind: &'static Kind,
    column: &ColumnRef,
    words: &[String],
    values: &mut Vec<Sql>,
) -> Result<String> {
    if column.extra().is_none() {
        return Ok(String::new());
    }
    Ok(format!("{} AND ", extras::may_hold(connection, kind, words, values)?))
}

/// How a word is to be understood that a field is filtered by, if the field names actors or places.
pub fn meaning_of(column: &ColumnRef) -> Option<Meaning> {
    let class = EntityClass::of(column.ty())?;
    Some(Meaning { countries: column.name() == "country", ..Meaning::of(class) })
}

fn entity_condition(
    connection: &Connection,
    kind: &'static Kind,
    column: &ColumnRef,
    meaning: Meaning,
    words: &[String],
    values: &mut Vec<Sql>,
) -> Result<String> {
    match column.name() {
        "country" => is_named(connection, "place_id", meaning, words, values),
        "place" => is_placed(connection, kind, meaning, words, values),
        name => is_named(connection, &format!("{name}_id"), meaning, words, values),
    }
}

fn compare(
    connection: &Connection,
    kind: &'static Kind,
    column: &ColumnRef,
    op: Op,
    value: &OwnedValue,
    values: &mut Vec<Sql>,
) -> Result<String> {
    let by = of_column(kind, column).unwrap_or_else(|| "NULL".to_owned());
    let text = value.text().unwrap_or_default().to_owned();
    match op {
        Op::Contains | Op::ContainsNot => {
            values.push(Sql::Text(like_any(&text)));
            return Ok(format!(
                "{by} {}LIKE ? ESCAPE '\\'",
                if op == Op::ContainsNot { "NOT " } else { "" }
            ));
        }
        Op::Is | Op::IsNot if let Some(meaning) = meaning_of(column) => {
            let test = entity_condition(connection, kind, column, meaning, &[text], values)?;
            if op == Op::Is {
                return Ok(test);
            }
            // a place that lies in no country lies in no other country either; a spot without a place
            // is in none
            return Ok(format!("(({test}) IS NOT TRUE AND {by} IS NOT NULL)"));
        }
        Op::IsShown if let Some(condition) = names_shown(column) => {
            values.push(Sql::Text(text));
            return Ok(condition);
        }
        _ => {}
    }
    if column.ty() == Type::Date || matches!(column.ty(), Type::Bucket(_)) {
        let days = date::parse(&text).unwrap_or(Days { first: None, last: None });
        return Ok(match (column.ty(), op) {
            // a table has 2013 and 2013~ apart, and so has a filter
            (Type::Date, Op::Is | Op::IsShown | Op::IsNot) => {
                values.push(Sql::Text(text));
                let sign = if op == Op::IsNot { "<>" } else { "=" };
                format!("(f.date IS NOT NULL AND f.date {sign} ?)")
            }
            (Type::Bucket(bucket), Op::Is | Op::IsShown | Op::IsNot) => {
                let not = if op == Op::IsNot { "NOT " } else { "" };
                let within = in_bucket(bucket, &text, days, values);
                format!("(f.date IS NOT NULL AND {not}({within}))")
            }
            _ => compare_days(op, days),
        });
    }
    let is_folded = matches!(column.ty(), Type::Term | Type::Text) && op != Op::IsShown;
    let collation = if is_folded { " COLLATE NOCASE" } else { "" };
    let candidates = match (op, value) {
        (Op::Is | Op::IsShown, Value::Text(_)) => {
            candidates(connection, kind, column, &[text], values)?
        }
        _ => String::new(),
    };
    values.push(bind(value));
    Ok(format!("{candidates}{by} {} ?{collation}", sign(op)))
}

/// The condition that a column of names shows a text, if it is one and shows no more than names.
fn names_shown(column: &ColumnRef) -> Option<String> {
    EntityClass::of(column.ty())?;
    Some(match column.name() {
        "place" => return None,
        "country" => "f.place_id IN (SELECT id FROM names WHERE country = ?)".to_owned(),
        name => format!("f.{name}_id IN (SELECT id FROM names WHERE label = ?)"),
    })
}

/// The condition that facts stand under a label of a table: they begin and end in the same stretches
/// as these days. What is longer than one stretch shows whether it is a set or all that lies between.
fn in_bucket(bucket: Bucket, text: &str, days: Days, values: &mut Vec<Sql>) -> String {
    if date::is_set(text) {
        values.push(Sql::Text(text.to_owned()));
        return "f.date = ?".to_owned();
    }
    let mut side = |column: &str, day: Option<i64>| match day {
        None => format!("f.{column} IS NULL"),
        Some(day) => {
            values.push(Sql::Integer(bucket.start_of(day)));
            values.push(Sql::Integer(bucket.next(day) - 1));
            format!("ifnull(f.{column} BETWEEN ? AND ?, 0)")
        }
    };
    let both = [side("first_day", days.first), side("last_day", days.last)].join(" AND ");
    if bucket.is_all_of(days) {
        both
    } else {
        format!("{both} AND instr(f.date, '{}') = 0", date::SET_SEPARATOR)
    }
}

/// Dates compare by their days: before means that all of it lies before.
fn compare_days(op: Op, days: Days) -> String {
    let (column, bound) = match op {
        Op::Less => ("last_day", days.first),
        Op::AtMost => ("last_day", days.last),
        Op::More => ("first_day", days.last),
        _ => ("first_day", days.first),
    };
    let sign = sign(op);
    // the index has the day on which a fact begins
    bound.map_or("NULL".to_owned(), |day| {
        format!("(f.{column} {sign} {day} AND {BEGIN} {sign} {day})")
    })
}

/// The sign of a comparison.
pub fn sign(op: Op) -> &'static str {
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
pub fn bind(value: &Value<'_>) -> Sql {
    match value {
        Value::Null => Sql::Null,
        Value::Int(n) | Value::Day(n) => Sql::Integer(*n),
        Value::Real(n) => Sql::Real(*n),
        Value::Partial(n, ..) => Sql::Real(n.real()),
        Value::Text(text) | Value::Json(text) => Sql::Text(text.as_ref().to_owned()),
    }
}
