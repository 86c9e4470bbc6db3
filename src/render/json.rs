//! JSON: an array of objects, or an object a line; `null` for NULL, numbers as numbers.

use std::io::{self, Write};

use serde::ser::{Error, Serialize, SerializeMap, Serializer};

use crate::render::{Format, Heading, Sheet, Sink};
use crate::value::text::BETWEEN_NAMES;
use crate::value::{Number, Value};

/// An array.
pub static JSON: Format = Format {
    name: "json",
    extensions: &["json"],
    about: "a JSON array of objects",
    binary: false,
    open: |out, sheet| begin(out, sheet, true),
};

/// An object a line.
pub static JSONL: Format = Format {
    name: "jsonl",
    extensions: &["jsonl", "ndjson"],
    about: "one JSON object per line",
    binary: false,
    open: |out, sheet| begin(out, sheet, false),
};

struct JsonObjects<'a> {
    out: &'a mut dyn Write,
    sheet: &'a Sheet,
    array: bool,
    rows: u64,
}

fn begin<'a>(
    out: &'a mut dyn Write,
    sheet: &'a Sheet,
    array: bool,
) -> io::Result<Box<dyn Sink + 'a>> {
    if array {
        out.write_all(b"[")?;
    }
    Ok(Box::new(JsonObjects { out, sheet, array, rows: 0 }))
}

impl Sink for JsonObjects<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        if self.array {
            self.out.write_all(if self.rows == 0 { b"\n" } else { b",\n" })?;
        }
        serde_json::to_writer(&mut *self.out, &JsonObject { sheet: self.sheet, cells, skip: &[] })?;
        if !self.array {
            self.out.write_all(b"\n")?;
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        if self.array {
            self.out.write_all(if self.rows == 0 { b"]\n" } else { b"\n]\n" })?;
        }
        Ok(Vec::new())
    }
}

struct JsonObject<'a> {
    sheet: &'a Sheet,
    cells: &'a [Value<'a>],
    skip: &'a [usize],
}

/// Writes a row as an object, without some of its columns.
///
/// # Errors
/// The output cannot be written.
pub fn object(
    out: &mut dyn Write,
    sheet: &Sheet,
    cells: &[Value<'_>],
    skip: &[usize],
) -> io::Result<()> {
    Ok(serde_json::to_writer(out, &JsonObject { sheet, cells, skip })?)
}

impl Serialize for JsonObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (n, (Heading { name, names, .. }, cell)) in
            self.sheet.headings.iter().zip(self.cells).enumerate()
        {
            if self.skip.contains(&n) {
                continue;
            }
            match (cell, &self.sheet.null) {
                (Value::Null, Some(null)) => map.serialize_entry(name, null)?,
                _ => map.serialize_entry(name, cell)?,
            }
            if let (true, Value::Text(text)) = (names, cell)
                && text.contains(BETWEEN_NAMES)
            {
                let members: Vec<&str> = text.split(BETWEEN_NAMES).collect();
                map.serialize_entry(&format!("{name}_members"), &members)?;
            }
        }
        map.end()
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_none(),
            Value::Int(n) | Value::Partial(Number::Int(n), ..) => serializer.serialize_i64(*n),
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 fits")]
            Value::Real(n) | Value::Partial(Number::Real(n), ..)
                if n.fract() == 0.0 && n.abs() < 9e15 =>
            {
                serializer.serialize_i64(*n as i64)
            }
            Value::Real(n) | Value::Partial(Number::Real(n), ..) => serializer.serialize_f64(*n),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Day(_) => serializer.collect_str(self),
            Value::Json(text) => serde_json::from_str::<serde_json::Value>(text)
                .map_err(S::Error::custom)?
                .serialize(serializer),
        }
    }
}
