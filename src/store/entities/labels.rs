//! What `names` says of itself beside its entity: the usual name, and the country of a place.
//! Queries and views read it there, so that they need no look-up a row.

use rusqlite::Connection;

use crate::error::Result;
use crate::store::entities::lookup::EntityClass;

/// The usual name that a row `n` of `names` must have, but for one with members.
fn label(class: EntityClass) -> String {
    format!("(SELECT name FROM {} WHERE id = n.{})", class.table(), class.column())
}

/// The country of the place of a row `n` of `names`.
const COUNTRY: &str = "(WITH RECURSIVE up(id) AS (VALUES (n.place_id)
     UNION SELECT p.within_id FROM places p JOIN up ON p.id = up.id WHERE p.kind <> 'country')
    SELECT max(p.name) FROM places p JOIN up ON p.id = up.id WHERE p.kind = 'country')";

/// What members have in common with their name: each of their labels once, in alphabetical order.
fn joined(column: &str) -> String {
    format!(
        "(SELECT group_concat({column}, '; ' ORDER BY {column} COLLATE NOCASE, {column}) FROM
     (SELECT DISTINCT m.{column} FROM name_members nm JOIN names m ON m.id = nm.member_id WHERE nm.name_id = n.id))"
    )
}

/// The conditions on a row `n` of `names`, each with what its label and country must be.
fn rules() -> [(String, String, String); 3] {
    let [actors, places] = [EntityClass::Actor, EntityClass::Place]
        .map(|class| (format!("n.{} IS NOT NULL", class.column()), label(class)));
    [
        (actors.0, actors.1, "NULL".to_owned()),
        (places.0, places.1, COUNTRY.to_owned()),
        (
            "n.actor_id IS NULL AND n.place_id IS NULL".to_owned(),
            joined("label"),
            joined("country"),
        ),
    ]
}

/// Brings all labels and countries to what actors, places and members say now.
///
/// # Errors
/// The database cannot be written.
pub fn refresh(connection: &Connection) -> Result<()> {
    for (rows, label, country) in rules() {
        connection.execute(
            &format!(
                "UPDATE names AS n SET label = {label}, country = {country}
                  WHERE {rows} AND (n.label IS NOT {label} OR n.country IS NOT {country})"
            ),
            [],
        )?;
    }
    Ok(())
}

/// The names whose label or country is not what it must be.
///
/// # Errors
/// The database cannot be read.
pub fn stale(connection: &Connection) -> Result<Vec<String>> {
    let mut stale = Vec::new();
    for (rows, label, country) in rules() {
        let sql = format!(
            "SELECT n.name FROM names n WHERE {rows} AND (n.label IS NOT {label} OR n.country IS NOT {country}) ORDER BY n.id"
        );
        let mut find = connection.prepare(&sql)?;
        let names = find.query_map([], |row| row.get::<_, String>(0))?;
        stale.extend(names.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(stale)
}
