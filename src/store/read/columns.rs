//! What a field of the row `f` is in SQL: names, ids, or the wording of its source.

use crate::kind::{Field, Kind};
use crate::query::ColumnRef;
use crate::store::entities::lookup::WORDING_SQL;
use crate::store::{extras, literal};
use crate::value::Type;

/// The SQL that gives a column of the row `f`: names, not ids. `None` where the kind lacks it.
pub fn of_column(kind: &'static Kind, column: &ColumnRef) -> Option<String> {
    match column {
        ColumnRef::Field(field) => kind.field(field.name).map(|own| expression(kind, own)),
        ColumnRef::Extra(_) => column.extra().map(|name| extras::column(kind, name)),
    }
}

/// The SQL that gives a field of the row `f`: names, not ids.
pub fn expression(kind: &'static Kind, field: &Field) -> String {
    let label = |column: &str| format!("(SELECT n.label FROM names n WHERE n.id = f.{column})");
    match (field.name, field.ty) {
        ("ref", _) => format!("{} || ':' || f.key", source_slug()),
        ("kind", _) => literal(kind.name),
        ("date_from", _) => "f.first_day".to_owned(),
        ("date_to", _) => "f.last_day".to_owned(),
        ("country", _) => "(SELECT n.country FROM names n WHERE n.id = f.place_id)".to_owned(),
        ("place", _) => spot(&label("place_id")),
        (axis @ ("latitude" | "longitude"), _) => format!(
            "coalesce(f.{axis}, (SELECT p.{axis} FROM names n JOIN places p ON p.id = n.place_id WHERE n.id = f.place_id))"
        ),
        (_, Type::Source) => source_slug(),
        (name, Type::Actor | Type::Place) => label(&format!("{name}_id")),
        (name, Type::Import) => format!("f.{name}_id"),
        (_, Type::Json) => extras::expression(kind),
        (_, Type::Bucket(_)) => "f.first_day".to_owned(),
        (name, _) => format!("f.{name}"),
    }
}

/// Where a fact lies: the spot within its place, and the place, of which this is the label.
pub fn spot(label: &str) -> String {
    format!("coalesce(f.locality || ', ' || {label}, f.locality, {label})")
}

/// The SQL that gives a field of the row `f`: ids, which [`lookup_sql`] tells the names of; of a
/// country the place in it.
pub fn number(kind: &'static Kind, field: &Field) -> String {
    match field.ty {
        _ if field.name == "country" => "f.place_id".to_owned(),
        _ if field.name == "place" => expression(kind, field),
        Type::Actor | Type::Place | Type::Source => format!("f.{}_id", field.name),
        Type::Json => extras::packed(kind),
        _ => expression(kind, field),
    }
}

/// The day on which a fact begins, the first key of most sorts; each kind has an index of it.
pub const BEGIN: &str = "coalesce(f.first_day, f.last_day)";

/// The SQL that lists, as `value`, what a field of names shows for the facts of a kind that a condition on the
/// row `f` finds: each name is asked for facts, of which there is an index.
pub fn names_in_use(kind: &'static Kind, field: &Field, condition: &str) -> String {
    let (column, shown) = match field.name {
        "country" => ("place", "n.country"),
        name => (name, "n.label"),
    };
    format!(
        "SELECT {shown} AS value FROM names n WHERE EXISTS (SELECT 1 FROM {} f WHERE f.{column}_id = n.id AND {condition})",
        kind.table
    )
}

/// The SQL that names what a number stands for, if it stands for something.
pub fn lookup_sql(field: &Field) -> Option<String> {
    match field.ty {
        _ if field.name == "country" => Some("SELECT country FROM names WHERE id = ?1".to_owned()),
        _ if field.name == "place" => None,
        Type::Actor | Type::Place => Some("SELECT label FROM names WHERE id = ?1".to_owned()),
        Type::Source => Some("SELECT slug FROM sources WHERE id = ?1".to_owned()),
        _ => None,
    }
}

/// The SQL that gives a stored field as an export writes it: the source's wording of names.
pub fn wording(kind: &'static Kind, field: &Field) -> String {
    match field.ty {
        Type::Json => extras::expression(kind),
        Type::Actor | Type::Place => {
            format!("(SELECT {WORDING_SQL} FROM names n WHERE n.id = f.{}_id)", field.name)
        }
        Type::Source => source_slug(),
        Type::Import => format!("(SELECT uid FROM imports WHERE id = f.{}_id)", field.name),
        _ => format!("f.{}", field.name),
    }
}

/// The SQL that gives the same to [`Cursor`](crate::store::read::cursor::Cursor), which reads it as
/// [`of_stored`](crate::store::read::decoder::of_stored) says.
pub fn stored(kind: &'static Kind, field: &Field) -> String {
    if field.ty == Type::Json { extras::packed(kind) } else { wording(kind, field) }
}

/// The source of the row `f`.
pub fn source_slug() -> String {
    "(SELECT slug FROM sources WHERE id = f.source_id)".to_owned()
}

/// A usual name, written so that it is found again: a colon must not make a scheme of its
/// beginning.
const USUAL: &str = "CASE WHEN instr(name, ':') = 0 THEN name ELSE 'name:' || name END";

/// The SQL that gives a field of the row `f` of a table that facts refer to, as an export writes it.
pub fn reference_expression(field: &Field) -> String {
    match field.ty {
        Type::Actor => format!("(SELECT {USUAL} FROM actors WHERE id = f.{}_id)", field.name),
        Type::Place => format!("(SELECT {USUAL} FROM places WHERE id = f.{}_id)", field.name),
        Type::Source => format!("(SELECT slug FROM sources WHERE id = f.{}_id)", field.name),
        _ => format!("f.{}", field.name),
    }
}
