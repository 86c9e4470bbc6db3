//! What a field of the row `f` is in SQL: names, ids, or the wording of its source.

use crate::kind::{COLUMN, Field, Kind};
use crate::store::entities::lookup::{EntityClass, WORDING};
use crate::store::{extras, literal};
use crate::value::Type;

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
/// [`of_stored`](crate::store::read::decoder::of_stored) says.
pub fn stored(kind: &'static Kind, field: &Field) -> String {
    if field.ty == Type::Json { extras::packed(kind) } else { wording(kind, field) }
}

/// The source of the row `f`.
pub fn source_slug() -> String {
    "(SELECT slug FROM sources WHERE id = f.source_id)".to_owned()
}

/// The country that a place lies in.
pub fn country_of(place: &str) -> String {
    format!(
        "WITH RECURSIVE up(id) AS ({place}
         UNION SELECT p.within_id FROM places p JOIN up ON p.id = up.id WHERE p.kind <> 'country')
        SELECT max(p.name) FROM places p JOIN up ON p.id = up.id WHERE p.kind = 'country'"
    )
}
