//! The tests of a query as conditions on a row of a flat table.

use rusqlite::{Connection, params_from_iter};

use crate::error::{Error, Result};
use crate::kind::{Field, Kind};
use crate::query::{ActorTie, ColumnRef, DateMatch, Op, Predicate};
use crate::store::entities::lookup::{EntityClass, Meaning, spelling};
use crate::store::published::compile::{column, sql_type};
use crate::store::published::dialect::{Dialect, SqlType};
use crate::store::read::predicate::{SUPPORT, coded, is_named, meaning_of, sign};
use crate::store::search;
use crate::value::date::{self, Bucket, Days, SET_SEPARATOR};
use crate::value::text::fold;
use crate::value::{OwnedValue, Type, Value};

/// What nothing passes, and what everything passes.
const NONE: &str = "1 = 0";
const ALL: &str = "1 = 1";

/// One test as a condition; a kind without the field has no fact that passes.
///
/// # Errors
/// Names cannot be looked up, or the test cannot be asked of a published copy.
pub fn of_test(
    names: &Connection,
    dialect: Dialect,
    kind: &'static Kind,
    test: &Predicate,
) -> Result<String> {
    let asked = FlatConditions { names, dialect, kind };
    match test {
        Predicate::DateWindow(days, strength) => Ok(asked.window(*days, *strength)),
        Predicate::AnyActor { names, tie, exclusively } => {
            let meaning = Meaning {
                belongings: *tie == ActorTie::Belonging,
                exclusively: *exclusively,
                ..Meaning::of(EntityClass::Actor)
            };
            let labels = asked.labels(meaning, names)?;
            let roles = kind.fields().filter(|field| {
                field.ty == Type::Actor && (*tie != ActorTie::Party || field.name != SUPPORT)
            });
            let any: Vec<String> =
                roles.map(|field| asked.is_one_of(&column(dialect, field), &labels)).collect();
            Ok(format!("({})", any.join(" OR ")))
        }
        Predicate::Known(column_ref, known) => {
            let Some(own) = own(kind, column_ref) else {
                return Ok(if *known { NONE } else { ALL }.into());
            };
            Ok(format!("{} IS {}NULL", column(dialect, own), if *known { "NOT " } else { "" }))
        }
        Predicate::In { column, values, not, exclusively } => {
            let Some(own) = own(kind, column) else {
                return Ok(if *not { ALL } else { NONE }.into());
            };
            let words = coded(&own.into(), values);
            let plain = asked.among(own, &words, *exclusively)?;
            Ok(if *not { format!("({plain}) IS NOT TRUE") } else { plain })
        }
        Predicate::Compare(column, op, value) => match own(kind, column) {
            None => Ok(NONE.into()),
            Some(own) => asked.compare(own, *op, value),
        },
    }
}

fn own(kind: &'static Kind, column: &ColumnRef) -> Option<&'static Field> {
    column.field().and_then(|field| kind.field(field.name))
}

/// The conditions on the flat table of a kind.
struct FlatConditions<'a> {
    /// The names.
    names: &'a Connection,
    dialect: Dialect,
    kind: &'static Kind,
}

impl FlatConditions<'_> {
    fn named(&self, column: &str) -> String {
        self.dialect.of_row(column)
    }

    /// The labels under which those stand whom these words mean.
    fn labels(&self, meaning: Meaning, words: &[String]) -> Result<Vec<String>> {
        let mut values = Vec::new();
        let is_meant = is_named(self.names, "id", meaning, words, &mut values)?;
        let sql = format!("SELECT DISTINCT f.label FROM names f WHERE {is_meant} ORDER BY 1");
        let mut find = self.names.prepare(&sql)?;
        let labels = find.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(labels.collect::<Result<_, _>>()?)
    }

    /// The condition that a column is one of these texts.
    fn is_one_of(&self, column: &str, texts: &[String]) -> String {
        if texts.is_empty() {
            return NONE.to_owned();
        }
        let list: Vec<String> = texts.iter().map(|text| self.dialect.text(text)).collect();
        format!("{column} IN ({})", list.join(", "))
    }

    fn window(&self, Days { first, last }: Days, strength: DateMatch) -> String {
        let [from, to] = ["first_day", "last_day"].map(|name| self.named(name));
        let mut parts = vec![format!("{} IS NOT NULL", self.named("date"))];
        match strength {
            DateMatch::Within => {
                parts.extend(first.map(|day| format!("{from} >= {day}")));
                parts.extend(last.map(|day| format!("{to} <= {day}")));
            }
            DateMatch::Overlap => {
                parts.extend(last.map(|day| format!("({from} IS NULL OR {from} <= {day})")));
                parts.extend(first.map(|day| format!("({to} IS NULL OR {to} >= {day})")));
                // of a set of dates one must overlap
                let part = [
                    last.map(|day| format!(" AND (d.first_day IS NULL OR d.first_day <= {day})")),
                    first.map(|day| format!(" AND (d.last_day IS NULL OR d.last_day >= {day})")),
                ];
                let is_set = self.contains(&self.named("date"), &SET_SEPARATOR.to_string());
                parts.push(format!(
                    "(NOT {is_set} OR {} IN (SELECT d.ref FROM {} d WHERE d.kind = {}{}))",
                    self.named("ref"),
                    self.dialect.table("date_parts"),
                    self.dialect.text(self.kind.name),
                    part.into_iter().flatten().collect::<String>()
                ));
            }
        }
        parts.join(" AND ")
    }

    fn contains(&self, text: &str, part: &str) -> String {
        self.dialect.contains(text, &self.dialect.text(part))
    }

    /// The condition that a text holds another, whatever the case of A to Z.
    fn holds(&self, field: &Field, part: &str) -> Result<String> {
        if sql_type(field) != SqlType::Text {
            return Err(Error::usage(format!(
                "a published copy cannot look for a text in {}, which is a number",
                field.name
            ))
            .hint("compare it: = != < <= > >="));
        }
        let text = self.dialect.folded(&column(self.dialect, field));
        Ok(self.contains(&text, &part.to_ascii_lowercase()))
    }

    fn among(&self, field: &'static Field, words: &[String], exclusively: bool) -> Result<String> {
        if let Some(meaning) = meaning_of(&field.into()) {
            return self.entities(field, Meaning { exclusively, ..meaning }, words);
        }
        let by = column(self.dialect, field);
        let mut any = Vec::new();
        match field.ty {
            _ if field.is_partial() => {
                for word in words {
                    any.push(self.holds(field, word)?);
                }
            }
            Type::Date | Type::Bucket(_) => {
                for word in words {
                    let word = match field.ty {
                        Type::Bucket(bucket) => bucket.edtf(word),
                        _ => word.into(),
                    };
                    let parsed = Type::Date.parse(&word).unwrap_or(Value::Null);
                    any.push(self.compare(field, Op::Is, &parsed)?);
                }
            }
            Type::Term | Type::Text => {
                let words: Vec<String> = words.iter().map(|w| w.to_ascii_lowercase()).collect();
                return Ok(self.is_one_of(&self.dialect.folded(&by), &words));
            }
            _ if sql_type(field) == SqlType::Text => return Ok(self.is_one_of(&by, words)),
            _ => {
                for word in words {
                    let value = field.ty.parse(word).unwrap_or(Value::Null);
                    any.push(format!("{by} = {}", self.literal(&value)));
                }
            }
        }
        Ok(format!("({})", any.join(" OR ")))
    }

    /// The condition that a field of names means one of these.
    fn entities(&self, field: &Field, meaning: Meaning, words: &[String]) -> Result<String> {
        match field.name {
            "country" => {
                Ok(self.is_one_of(&self.named("place_label"), &self.labels(meaning, words)?))
            }
            "place" => self.placed(meaning, words),
            _ => Ok(self.is_one_of(&column(self.dialect, field), &self.labels(meaning, words)?)),
        }
    }

    /// The condition that a fact lies in a place, or at a spot, that one of these words means.
    fn placed(&self, meaning: Meaning, words: &[String]) -> Result<String> {
        let place = self.named("place_label");
        let mut any = vec![self.is_one_of(&place, &self.labels(meaning, words)?)];
        for word in words {
            if spelling(word).scheme.is_some() || search::words(word).is_none() {
                continue;
            }
            let at = |spot: &str| self.is_one_of(&self.named("spot_folded"), &[fold(spot)]);
            any.push(at(word));
            // `Avdiivka town, Ukraine`, as an answer shows it
            if let Some((spot, within)) = word.rsplit_once(", ") {
                let labels = self.labels(meaning, &[within.to_owned()])?;
                any.push(format!("({} AND {})", at(spot), self.is_one_of(&place, &labels)));
            }
        }
        Ok(format!("({})", any.join(" OR ")))
    }

    fn compare(&self, field: &'static Field, op: Op, value: &OwnedValue) -> Result<String> {
        let by = column(self.dialect, field);
        let text = value.text().unwrap_or_default().to_owned();
        match op {
            Op::Contains | Op::ContainsNot => {
                let holds = self.holds(field, &text)?;
                return Ok(if op == Op::Contains { holds } else { format!("NOT ({holds})") });
            }
            Op::Is | Op::IsNot if let Some(meaning) = meaning_of(&field.into()) => {
                let test = self.entities(field, meaning, &[text])?;
                return Ok(if op == Op::Is {
                    test
                } else {
                    format!("(({test}) IS NOT TRUE AND {by} IS NOT NULL)")
                });
            }
            _ => {}
        }
        if matches!(field.ty, Type::Date | Type::Bucket(_)) {
            let days = date::parse(&text).unwrap_or(Days { first: None, last: None });
            let date = self.named("date");
            return Ok(match (field.ty, op) {
                (Type::Date, Op::Is | Op::IsShown | Op::IsNot) => {
                    let sign = if op == Op::IsNot { "<>" } else { "=" };
                    format!("({date} IS NOT NULL AND {date} {sign} {})", self.dialect.text(&text))
                }
                (Type::Bucket(bucket), Op::Is | Op::IsShown | Op::IsNot) => {
                    let not = if op == Op::IsNot { "NOT " } else { "" };
                    let within = self.in_bucket(bucket, &text, days);
                    format!("({date} IS NOT NULL AND {not}({within}))")
                }
                _ => self.compare_days(op, days),
            });
        }
        let is_folded = matches!(field.ty, Type::Term | Type::Text) && op != Op::IsShown;
        Ok(if is_folded {
            let text = self.dialect.text(&value.to_string().to_ascii_lowercase());
            format!("{} {} {text}", self.dialect.folded(&by), sign(op))
        } else {
            format!("{by} {} {}", sign(op), self.literal(value))
        })
    }

    fn literal(&self, value: &Value<'_>) -> String {
        match value {
            Value::Null => "NULL".to_owned(),
            Value::Int(n) | Value::Day(n) => n.to_string(),
            Value::Real(n) => self.dialect.cast(&format!("{n:?}"), SqlType::Real),
            Value::Partial(n, ..) => self.dialect.cast(&format!("{:?}", n.real()), SqlType::Real),
            Value::Text(text) | Value::Json(text) => self.dialect.text(text),
        }
    }

    /// The condition that facts stand under a label of a table.
    fn in_bucket(&self, bucket: Bucket, text: &str, days: Days) -> String {
        if date::is_set(text) {
            return format!("{} = {}", self.named("date"), self.dialect.text(text));
        }
        let side = |column: &str, day: Option<i64>| {
            let column = self.named(column);
            match day {
                None => format!("{column} IS NULL"),
                Some(day) => format!(
                    "coalesce({column} BETWEEN {} AND {}, 1 = 0)",
                    bucket.start_of(day),
                    bucket.next(day) - 1
                ),
            }
        };
        let both = [side("first_day", days.first), side("last_day", days.last)].join(" AND ");
        if bucket.is_all_of(days) {
            both
        } else {
            let is_set = self.contains(&self.named("date"), &SET_SEPARATOR.to_string());
            format!("{both} AND NOT {is_set}")
        }
    }

    fn compare_days(&self, op: Op, days: Days) -> String {
        let (column, bound) = match op {
            Op::Less => ("last_day", days.first),
            Op::AtMost => ("last_day", days.last),
            Op::More => ("first_day", days.last),
            _ => ("first_day", days.first),
        };
        let bound = bound.map_or("NULL".to_owned(), |day| day.to_string());
        format!("({} {} {bound})", self.named(column), sign(op))
    }
}
