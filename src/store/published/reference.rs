//! The names, sources and topics of a publication: a database of the usual kind without facts, carried
//! in a table of its own as pieces of text, so that one way leads to it in every engine.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::error::{Error, Result};
use crate::fs::private_folder;
use crate::store::Store;
use crate::store::published::EngineClient;
use crate::store::published::compile::first_text;
use crate::value::text::hex;

/// The table that carries it.
pub const REFERENCE: &str = "reference";

/// The number of bytes in one row.
const PIECE: usize = 1 << 14;

/// The tables that facts refer to, whatever refers to another behind it.
const TABLES: [&str; 6] = ["sources", "topics", "places", "actors", "names", "name_members"];

impl Store {
    /// The database without its facts, compressed, in pieces of hexadecimal digits.
    ///
    /// # Errors
    /// The database cannot be read, or no file be written beside the temporary ones.
    pub fn reference_pieces(&self) -> Result<Vec<String>> {
        let failed = |e: std::io::Error| Error::io("cannot copy the names", &e);
        let folder = private_folder::make().map_err(failed)?;
        let target = folder.path().join("names.db");
        self.copy_without_facts(&target)?;
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        let mut file = File::open(&target).map_err(failed)?;
        std::io::copy(&mut file, &mut packed).map_err(failed)?;
        let packed = packed.finish().map_err(failed)?;
        Ok(packed.chunks(PIECE).map(hex).collect())
    }

    /// Makes a new database with the sources, topics and names of this one, and without its facts.
    ///
    /// # Errors
    /// The database cannot be read, or the new one not be written.
    pub fn copy_without_facts(&self, target: &Path) -> Result<()> {
        Store::open_or_create(target, false, |copy, _| copy.copy_reference(&self.path))
    }

    /// Copies the tables that facts refer to from another database.
    fn copy_reference(&self, from: &Path) -> Result<()> {
        self.connection.execute("ATTACH ?1 AS other", [from.to_string_lossy()])?;
        let mut steps = vec!["PRAGMA foreign_keys = OFF; BEGIN".to_owned()];
        for table in TABLES {
            steps.push(format!("DELETE FROM main.{table}"));
            steps.push(format!("INSERT INTO main.{table} SELECT * FROM other.{table}"));
            // who did what when stays in the database
            if table != "name_members" {
                steps.push(format!("UPDATE main.{table} SET import_id = NULL"));
            }
        }
        steps.push("COMMIT; DETACH other; VACUUM".to_owned());
        Ok(self.connection.execute_batch(&steps.join(";\n"))?)
    }
}

/// Writes the database that a publication carries to a file that does not exist.
pub fn fetch(client: &dyn EngineClient, target: &Path) -> Result<()> {
    let dialect = client.dialect();
    let [part, data] = ["part", "data"].map(|name| dialect.column(name));
    let sql = format!(
        "SELECT {} AS answer FROM (SELECT {part} AS s0, {data} AS c0 FROM {}) u ORDER BY u.s0",
        dialect.row(&["u.c0".to_owned()]),
        dialect.table(REFERENCE)
    );
    let mut packed = Vec::new();
    client.run(&[sql], &mut |_, json| {
        let piece = first_text(json).and_then(|text| bytes(&text)).ok_or_else(damaged)?;
        packed.extend(piece);
        Ok(())
    })?;
    let mut database = Vec::new();
    DeflateDecoder::new(packed.as_slice())
        .take(1 << 32)
        .read_to_end(&mut database)
        .map_err(|_| damaged())?;
    let failed = |e: std::io::Error| Error::io(format!("cannot write {}", target.display()), &e);
    File::create_new(target).and_then(|mut file| file.write_all(&database)).map_err(failed)
}

fn damaged() -> Error {
    Error::database("the names of the publication are damaged").hint("publish it again")
}

/// The bytes that hexadecimal digits stand for.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok().filter(|_| pair.len() == 2)
        })
        .collect()
}
