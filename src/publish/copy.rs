//! A publication that is asked: which engine holds it, and its client, which is started for each
//! question.

use std::fmt;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value as Json;

use crate::error::{Error, ErrorKind, Result};
use crate::publish::engine_error;
use crate::publish::postgres::PostgresUrl;
use crate::publish::{Manifest, tables};
use crate::store::published::{Dialect, EngineClient, SqliteTables};

/// A published copy, as `--db` names it.
#[derive(Debug)]
pub enum PublishedCopy {
    /// `duckdb:DIR`, or a folder alone.
    DuckDb(PathBuf),
    /// `spark:DIR`.
    Spark(PathBuf),
    /// `postgres://HOST/DATABASE`.
    Postgres(PostgresUrl),
    /// `sqlite:FILE`.
    Sqlite(PathBuf),
}

impl fmt::Display for PublishedCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PublishedCopy::DuckDb(path)
            | PublishedCopy::Spark(path)
            | PublishedCopy::Sqlite(path) => {
                write!(f, "{}", path.display())
            }
            PublishedCopy::Postgres(url) => f.write_str(url.shown()),
        }
    }
}

impl PublishedCopy {
    /// Reads what `--db` names; none if it is a database of facts.
    #[must_use]
    pub fn parse(path: &Path) -> Option<PublishedCopy> {
        let text = path.to_str()?;
        if let Some(url) = PostgresUrl::parse(text) {
            return Some(PublishedCopy::Postgres(url));
        }
        let of = [
            ("duckdb:", PublishedCopy::DuckDb as fn(PathBuf) -> PublishedCopy),
            ("spark:", PublishedCopy::Spark),
            ("sqlite:", PublishedCopy::Sqlite),
        ];
        let named =
            of.into_iter().find_map(|(scheme, copy)| Some(copy(text.strip_prefix(scheme)?.into())));
        named.or_else(|| {
            let is_publication =
                path.is_dir() && Manifest::read(path).is_ok_and(|found| found.is_some());
            is_publication.then(|| PublishedCopy::DuckDb(path.to_owned()))
        })
    }

    /// Whether a path begins with the name of an engine, and is therefore not relative to a folder.
    #[must_use]
    pub fn has_scheme(path: &Path) -> bool {
        !path.is_dir() && PublishedCopy::parse(path).is_some()
    }

    /// The client that asks it.
    ///
    /// # Errors
    /// No publication is there, or the engine cannot read it.
    pub fn client(self) -> Result<Box<dyn EngineClient>> {
        if let PublishedCopy::DuckDb(folder) | PublishedCopy::Spark(folder) = &self {
            let shown = folder.display();
            let Some(manifest) = Manifest::read(folder)? else {
                return Err(Error::new(
                    ErrorKind::NotFound,
                    format!("{shown} is not a publication"),
                )
                .hint(format!("make one: facts publish {shown}")));
            };
            if manifest.tables != "parquet" {
                return Err(Error::usage(format!("{shown} holds {} files", manifest.tables))
                    .hint(format!("publish Parquet files: facts publish {shown}")));
            }
        }
        Ok(match self {
            PublishedCopy::Sqlite(file) => Box::new(SqliteTables::open(&file)?),
            PublishedCopy::DuckDb(folder) => Box::new(Client::duckdb(&folder)),
            PublishedCopy::Spark(folder) => Box::new(Client::spark(&folder)),
            PublishedCopy::Postgres(url) => Box::new(Client::postgres(url)),
        })
    }
}

/// The files of each table in a folder; `within` is what the engine calls all files of a divided table.
fn files(folder: &Path, within: &'static str) -> impl Iterator<Item = (&'static str, PathBuf)> {
    let folder = folder.to_owned();
    tables().into_iter().map(move |table| {
        let files = if table.grows_with_facts() {
            folder.join(table.name).join(within)
        } else {
            folder.join(format!("{}.parquet", table.name))
        };
        (table.name, files)
    })
}

/// A program that takes SQL on its standard input and writes each row on a line.
#[derive(Debug)]
struct Client {
    dialect: Dialect,
    /// What messages call the publication.
    shown: String,
    program: &'static str,
    arguments: Vec<String>,
    password: Option<String>,
    /// Where to get the program.
    package: &'static str,
    /// What is said before each statement.
    prelude: String,
}

impl Client {
    fn duckdb(folder: &Path) -> Client {
        let views = files(folder, "*.parquet").map(|(table, files)| {
            let files = Dialect::DuckDb.text(&files.to_string_lossy());
            format!("CREATE TEMP VIEW {table} AS SELECT * FROM read_parquet({files});\n")
        });
        Client {
            dialect: Dialect::DuckDb,
            shown: folder.display().to_string(),
            program: "duckdb",
            arguments: ["-init", "/dev/null", "-batch", "-bail", "-noheader", "-list"]
                .map(str::to_owned)
                .into(),
            password: None,
            package: "pip install duckdb-cli, or https://duckdb.org",
            prelude: views.collect(),
        }
    }

    fn spark(folder: &Path) -> Client {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let views = files(&folder, "").map(|(table, files)| {
            let files = Dialect::Spark.text(&files.to_string_lossy());
            format!(
                "CREATE OR REPLACE TEMPORARY VIEW {table} USING parquet OPTIONS (path {files});\n"
            )
        });
        Client {
            dialect: Dialect::Spark,
            shown: folder.display().to_string(),
            program: "spark-sql",
            // a catalog in files could be used by one client at a time, and would stay behind
            arguments: [
                "-S",
                "--conf",
                "spark.sql.catalogImplementation=in-memory",
                "-f",
                "/dev/stdin",
            ]
            .map(str::to_owned)
            .into(),
            password: None,
            package: "pip install pyspark, or https://spark.apache.org",
            prelude: views.collect(),
        }
    }

    fn postgres(url: PostgresUrl) -> Client {
        let arguments = [
            "--no-psqlrc",
            "-w",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-v",
            "FETCH_COUNT=1000",
            "-d",
        ];
        let shown = url.shown().to_owned();
        let (url, password) = url.into_parts();
        Client {
            dialect: Dialect::Postgres,
            shown,
            program: "psql",
            arguments: arguments.map(str::to_owned).into_iter().chain([url]).collect(),
            password,
            package: "apt install postgresql-client, or brew install libpq",
            prelude: "SET standard_conforming_strings = on;\nSET client_encoding = 'UTF8';\nSET extra_float_digits = 1;\n".to_owned(),
        }
    }
}

impl EngineClient for Client {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn run(
        &self,
        statements: &[String],
        row: &mut dyn FnMut(usize, Json) -> Result<()>,
    ) -> Result<()> {
        let mut client = Command::new(self.program);
        client.args(&self.arguments);
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(password) = &self.password {
            client.env("PGPASSWORD", password);
        }
        let mut client = client.spawn().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                Error::usage(format!("{} is not installed", self.program))
                    .hint(format!("get it: {}", self.package))
            }
            _ => Error::io(format!("cannot run {}", self.program), &e),
        })?;
        let (mut input, output, mut errors) =
            (client.stdin.take(), client.stdout.take(), client.stderr.take());
        // a text between the answers says which of them begins
        let mut script = self.prelude.clone();
        for (n, sql) in statements.iter().enumerate() {
            let _ = writeln!(script, "SELECT '\"{n}\"' AS answer;\n{sql};");
        }
        let (outcome, said) = thread::scope(|scope| {
            // a client that ends early reads no further
            scope.spawn(move || {
                let _ = input.as_mut().map(|input| input.write_all(script.as_bytes()));
            });
            let errors = scope.spawn(move || {
                let mut said = Vec::new();
                let _ = errors.as_mut().map(|errors| errors.read_to_end(&mut said));
                String::from_utf8_lossy(&said).into_owned()
            });
            let outcome = self.read(output, row);
            if outcome.is_err() {
                let _ = client.kill();
            }
            (outcome, errors.join().unwrap_or_default())
        });
        let status = client.wait().map_err(|e| Error::io("cannot wait for the engine", &e))?;
        outcome?;
        if status.success() {
            Ok(())
        } else {
            Err(engine_error::of(self.program, &self.shown, &said))
        }
    }
}

impl Client {
    fn read(
        &self,
        output: Option<impl Read>,
        row: &mut dyn FnMut(usize, Json) -> Result<()>,
    ) -> Result<()> {
        let mut statement = 0;
        let Some(output) = output else { return Ok(()) };
        for line in BufReader::new(output).lines() {
            let line =
                line.map_err(|e| Error::io(format!("cannot read from {}", self.program), &e))?;
            if line.is_empty() {
                continue;
            }
            match serde_json::from_str(&line) {
                Ok(Json::String(n)) => statement = n.parse().unwrap_or_default(),
                Ok(json) => row(statement, json)?,
                Err(_) => return Err(engine_error::of(self.program, &self.shown, &line)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_db_names_is_told_by_its_beginning() {
        let is = |text: &str| PublishedCopy::parse(Path::new(text));
        assert!(
            matches!(is("duckdb:lake"), Some(PublishedCopy::DuckDb(path)) if path == Path::new("lake"))
        );
        assert!(matches!(is("spark:lake"), Some(PublishedCopy::Spark(_))));
        assert!(matches!(is("sqlite:flat.db"), Some(PublishedCopy::Sqlite(_))));
        assert!(matches!(is("postgres://host/facts"), Some(PublishedCopy::Postgres(_))));
        assert!(is("facts.db").is_none());
        assert!(is(".").is_none());
    }
}
