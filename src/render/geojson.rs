//! `GeoJSON` (RFC 7946): a feature for each row with coordinates, in its columns `latitude`
//! and `longitude`.

use std::io::{self, Write};

use crate::render::{Format, Sheet, Sink, json};
use crate::value::Value;
use crate::value::text::count;

/// Points on a map.
pub static FORMAT: Format = Format {
    name: "geojson",
    extensions: &["geojson"],
    about: "points on a map, for facts whose place has coordinates",
    binary: false,
    open: |out, sheet| {
        let place = |name: &str| sheet.headings.iter().position(|heading| heading.name == name);
        let (Some(lat), Some(lon)) = (place("latitude"), place("longitude")) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "geojson needs coordinates: use it with facts query",
            ));
        };
        write!(out, "{{\"type\":\"FeatureCollection\",\"features\":[")?;
        Ok(Box::new(Features { out, sheet, lat, lon, written: 0, without: 0 }))
    },
};

struct Features<'a> {
    out: &'a mut dyn Write,
    sheet: &'a Sheet,
    lat: usize,
    lon: usize,
    written: u64,
    without: u64,
}

impl Sink for Features<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        let (Some(_), Some(_)) = (cells[self.lat].number(), cells[self.lon].number()) else {
            self.without += 1;
            return Ok(());
        };
        writeln!(self.out, "{}", if self.written == 0 { "" } else { "," })?;
        write!(
            self.out,
            "{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{},{}]}},\"properties\":",
            cells[self.lon], cells[self.lat]
        )?;
        json::object(self.out, self.sheet, cells, &[self.lat, self.lon])?;
        write!(self.out, "}}")?;
        self.written += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        writeln!(self.out, "\n]}}")?;
        let left = (self.without > 0).then(|| {
            format!("{} without coordinates left out", count(self.without, "row", "rows"))
        });
        Ok(left.into_iter().collect())
    }
}
