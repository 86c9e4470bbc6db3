//! Records of JSON, an array of objects somewhere in a document or an object a line, turned into a
//! table.

use std::fmt;
use std::io::{self, Read, Write};

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::error::Stop;

/// Writes the records of a JSON document as CSV and returns the names of its columns, which records
/// to come may add to: rows have as many cells as there were columns then; none if there are no
/// records. An object within a
/// record gives columns with dots in their names, and so does a list of objects; a list has "; "
/// between, and the position of a `GeoJSON` point is two columns.
///
/// # Errors
/// It cannot be read or written ([`Stop::Failed`]), or has no JSON records at this path ([`Stop::Input`]).
pub fn table(
    document: impl Read,
    path: Option<&str>,
    out: &mut impl Write,
) -> Result<Vec<String>, Stop<String, io::Error>> {
    let mut table = Table {
        out: csv::WriterBuilder::new().flexible(true).from_writer(out),
        header: Vec::new(),
        rows: 0,
    };
    let document = io::BufReader::new(document);
    let steps: Vec<&str> =
        path.map_or(Vec::new(), |path| path.split('.').filter(|step| !step.is_empty()).collect());
    let mut reader = serde_json::Deserializer::from_reader(document);
    let found = if steps.is_empty() {
        // an array, or one object after another
        loop {
            match JsonPosition(&[], &mut table).deserialize(&mut reader) {
                Ok(()) => {}
                Err(e) if e.is_eof() && table.rows > 0 && e.column() == 0 => break Ok(()),
                Err(e) => break Err(e),
            }
            if reader.end().is_ok() {
                break Ok(());
            }
        }
    } else {
        JsonPosition(&steps, &mut table).deserialize(&mut reader)
    };
    table.out.flush()?;
    match found {
        Err(e) if e.is_io() => Err(Stop::Failed(e.into())),
        Err(e) => Err(Stop::Input(format!(
            "expected JSON with records{}: {e}",
            path.map_or(String::new(), |path| format!(" at {path}"))
        ))),
        Ok(()) => Ok(table.header),
    }
}

/// Where the rows go.
struct Table<W: Write> {
    out: csv::Writer<W>,
    header: Vec<String>,
    rows: u64,
}

impl<W: Write> Table<W> {
    fn add(&mut self, record: Map<String, Value>) -> Result<(), String> {
        let mut cells = vec![String::new(); self.header.len()];
        self.flatten("", record, &mut cells)?;
        self.rows += 1;
        self.out.write_record(&cells).map_err(|e| e.to_string())
    }

    fn flatten(
        &mut self,
        prefix: &str,
        record: Map<String, Value>,
        cells: &mut Vec<String>,
    ) -> Result<(), String> {
        for (name, value) in record {
            let name = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            let text = match value {
                Value::Object(inner) => {
                    self.flatten(&name, inner, cells)?;
                    continue;
                }
                Value::Array(point) if name.ends_with("coordinates") && is_point(&point) => {
                    let place = name.trim_end_matches("coordinates");
                    for (name, value) in ["longitude", "latitude"].into_iter().zip(point) {
                        self.put(format!("{place}{name}"), plain(value), cells);
                    }
                    continue;
                }
                Value::Array(items)
                    if items.iter().all(|item| !item.is_array() && !item.is_object()) =>
                {
                    items
                        .into_iter()
                        .map(plain)
                        .filter(|item| !item.is_empty())
                        .collect::<Vec<_>>()
                        .join("; ")
                }
                Value::Array(items) if items.iter().all(Value::is_object) => {
                    for (inner, text) in listed(items) {
                        self.put(format!("{name}.{inner}"), text, cells);
                    }
                    continue;
                }
                other => plain(other),
            };
            self.put(name, text, cells);
        }
        Ok(())
    }

    /// Puts a text into the column of this name.
    fn put(&mut self, name: String, text: String, cells: &mut Vec<String>) {
        let place = self.header.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.header.push(name);
            self.header.len() - 1
        });
        if cells.len() <= place {
            cells.resize(place + 1, String::new());
        }
        cells[place] = text;
    }
}

/// The members of the objects of a list, each with what the objects say of it: nothing where one lacks it,
/// so that the parts of two members match.
fn listed(objects: Vec<Value>) -> Vec<(String, String)> {
    let mut members: Vec<(String, Vec<String>)> = Vec::new();
    let all = objects.len();
    for (n, object) in objects.into_iter().enumerate() {
        let Value::Object(object) = object else { continue };
        for (name, value) in object {
            let at = members.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                members.push((name, vec![String::new(); all]));
                members.len() - 1
            });
            members[at].1[n] = plain(value);
        }
    }
    members.into_iter().map(|(name, texts)| (name, texts.join("; "))).collect()
}

/// Whether a list is a position as `GeoJSON` has it: degrees east, degrees north, perhaps a height.
fn is_point(list: &[Value]) -> bool {
    (2..=3).contains(&list.len()) && list.iter().all(Value::is_number)
}

fn plain(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The members of an object, each of which may be there once.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members, M::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.contains_key(&name) {
                        return Err(M::Error::custom(format!(
                            "duplicate key \"{name}\" in a record"
                        )));
                    }
                    members.insert(name, value);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}

/// The records below a path of names.
struct JsonPosition<'a, W: Write>(&'a [&'a str], &'a mut Table<W>);

impl<'de, W: Write> DeserializeSeed<'de> for JsonPosition<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, W: Write> Visitor<'de> for JsonPosition<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.first() {
            Some(step) => write!(f, "an object with the key \"{step}\""),
            None => f.write_str("an array of objects"),
        }
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<(), S::Error> {
        if let Some(step) = self.0.first() {
            return Err(S::Error::custom(format!(
                "expected an object with the key \"{step}\", found an array"
            )));
        }
        while let Some(Members(record)) = list.next_element()? {
            self.1.add(record).map_err(S::Error::custom)?;
        }
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let Some((step, rest)) = self.0.split_first() else {
            let Members(record) =
                Members::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
            return self.1.add(record).map_err(M::Error::custom);
        };
        let mut found = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == *step && !found {
                map.next_value_seed(JsonPosition(rest, &mut *self.1))?;
                found = true;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found { Ok(()) } else { Err(M::Error::custom(format!("key \"{step}\" not found"))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, path: Option<&str>) -> Result<(Vec<String>, String), String> {
        let mut out = Vec::new();
        let header = table(text.as_bytes(), path, &mut out).map_err(|stop| match stop {
            Stop::Input(expected) => expected,
            Stop::Failed(failure) => failure.to_string(),
        })?;
        Ok((header, String::from_utf8(out).unwrap()))
    }

    #[test]
    fn records_become_rows() {
        let text = r#"{"count": 2, "data": [{"id": 1, "name": "a,b", "tags": ["x", "y"]}, {"id": 2, "at": {"lat": 3.50}, "name": null}]}"#;
        let (header, rows) = read(text, Some("data")).unwrap();
        assert_eq!(header, ["id", "name", "tags", "at.lat"]);
        assert_eq!(rows, "1,\"a,b\",x; y\n2,,,3.50\n");
        let list =
            r#"[{"parties": [{"name": "A", "side": 1}, {"name": "B"}, {"side": 2, "name": "C"}]}]"#;
        let (header, rows) = read(list, None).unwrap();
        assert_eq!(header, ["parties.name", "parties.side"]);
        assert_eq!(rows, "A; B; C,1; ; 2\n");
        let point = r#"[{"geometry": {"type": "Point", "coordinates": [36.2, 33.5]}}]"#;
        let (header, rows) = read(point, None).unwrap();
        assert_eq!(header[1..], ["geometry.longitude", "geometry.latitude"]);
        assert_eq!(rows, "Point,36.2,33.5\n");
        assert_eq!(
            read("[{\"a\": 12345678901234567890123}]", None).unwrap().1,
            "12345678901234567890123\n"
        );
        assert_eq!(read("[{\"a\": 1}]", None).unwrap().1, "1\n");
        assert_eq!(read("{\"a\": 1}\n{\"a\": 2}\n", None).unwrap().1, "1\n2\n");
    }

    #[test]
    fn no_records_make_no_columns() {
        for (text, path) in [("[]", None), ("{\"data\": []}", Some("data")), ("[{}]", None)] {
            assert!(read(text, path).unwrap().0.is_empty(), "{text}");
        }
    }

    #[test]
    fn what_has_no_records_is_refused() {
        for (text, path) in [
            ("{\"a\": []}", Some("b")),
            ("[1]", None),
            ("[{\"a\": 1}", None),
            ("", None),
            ("{\"a\": [{}", Some("a")),
            ("[{\"a\": 1, \"a\": 2}]", None),
        ] {
            assert!(read(text, path).is_err(), "{text}");
        }
    }
}
