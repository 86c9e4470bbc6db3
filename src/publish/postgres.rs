//! A publication in a `PostgreSQL` database, by way of its own client, `psql`: encryption and log-in are
//! its business, and no password stands in an argument.

use std::path::Path;
use std::process::{Command, Output};

use percent_encoding::percent_decode_str;

use crate::error::{Error, ErrorKind, Result};
use crate::publish::Manifest;
use crate::publish::load_script::{LOAD_SCRIPT, PUBLICATION, SCHEMA};

/// The schemes of the addresses of `PostgreSQL` databases.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The address of a database, and the password that stood in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    url: String,
    password: Option<String>,
}

impl PostgresUrl {
    /// Reads an address; none if it is none of `PostgreSQL`.
    #[must_use]
    pub fn parse(text: &str) -> Option<PostgresUrl> {
        let scheme = SCHEMES.into_iter().find(|scheme| text.starts_with(scheme))?;
        let rest = &text[scheme.len()..];
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, password, host) = match authority.rsplit_once('@') {
            Some((user, host)) => match user.split_once(':') {
                Some((user, password)) => (Some(user), Some(password), host),
                None => (Some(user), None, host),
            },
            None => (None, None, authority),
        };
        let at = user.map_or(String::new(), |user| format!("{user}@"));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        // a password may stand among the options, too
        let (path, options) = path.split_once('?').unwrap_or((path, ""));
        let (mut kept, mut password) = (Vec::new(), password);
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.strip_prefix("password=") {
                Some(text) => password = Some(text),
                None => kept.push(option),
            }
        }
        let options = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
        Some(PostgresUrl {
            url: format!("{scheme}{at}{host}{path}{options}"),
            password: password.map(decoded),
        })
    }

    /// A text with the passwords left out of the addresses that it is or ends with.
    #[must_use]
    pub fn without_password(text: &str) -> String {
        let at = SCHEMES.into_iter().filter_map(|scheme| text.find(scheme)).min();
        let address = at.and_then(|at| Some((at, PostgresUrl::parse(&text[at..])?)));
        address.map_or_else(|| text.to_owned(), |(at, url)| format!("{}{}", &text[..at], url.url))
    }

    /// The address without the password, and the password.
    #[must_use]
    pub fn into_parts(self) -> (String, Option<String>) {
        (self.url, self.password)
    }

    /// The address without the password, for messages.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.url
    }

    /// Loads the CSV files of a publication: the new tables take the place of the old ones at once.
    ///
    /// # Errors
    /// There is no `psql`, or it fails; then the database is as it was.
    pub fn load(&self, folder: &Path) -> Result<()> {
        self.run(|psql| psql.args(["-f", LOAD_SCRIPT]).current_dir(folder)).map(|_| ())
    }

    /// The manifest of the publication in the database; none if there is none.
    ///
    /// # Errors
    /// There is no `psql`, or it fails.
    pub fn manifest(&self) -> Result<Option<Manifest>> {
        let is_there = format!("SELECT to_regclass('{SCHEMA}.{PUBLICATION}') IS NOT NULL");
        let asked = |sql: &str| -> Result<String> {
            let output = self.run(|psql| psql.args(["-A", "-t", "-c", sql]))?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        if asked(&is_there)? != "t" {
            return Ok(None);
        }
        let text = asked(&format!("SELECT manifest FROM {SCHEMA}.{PUBLICATION}"))?;
        Manifest::parse(&text, &self.url).map(Some)
    }

    fn run(&self, with: impl FnOnce(&mut Command) -> &mut Command) -> Result<Output> {
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url]);
        if let Some(password) = &self.password {
            psql.env("PGPASSWORD", password);
        }
        let output = with(&mut psql).output().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::usage(
                "psql, the client of PostgreSQL, is not installed",
            )
            .hint("Debian and Ubuntu: apt install postgresql-client; macOS: brew install libpq"),
            _ => Error::io("cannot run psql", &e),
        })?;
        if output.status.success() {
            return Ok(output);
        }
        let message = format!("{}: psql failed; nothing was changed there", self.url);
        let mut failure = Error::new(ErrorKind::Rejected, message);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        failure.details = said.lines().take(5).map(str::to_owned).collect();
        Err(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_leaves_the_address() {
        for (text, url, password) in [
            ("postgres://host/facts", "postgres://host/facts", None),
            (
                "postgresql://me@host:5433/facts?sslmode=require",
                "postgresql://me@host:5433/facts?sslmode=require",
                None,
            ),
            ("postgres://me:p%40ss:x@host/facts", "postgres://me@host/facts", Some("p@ss:x")),
            ("postgres:///facts?host=/tmp/run", "postgres:///facts?host=/tmp/run", None),
            (
                "postgres://host/facts?user=me&password=x%26y",
                "postgres://host/facts?user=me",
                Some("x&y"),
            ),
        ] {
            let parsed = PostgresUrl::parse(text).unwrap();
            assert_eq!((parsed.shown(), parsed.password.as_deref()), (url, password), "{text}");
        }
        assert_eq!(PostgresUrl::parse("lake/"), None);
        assert_eq!(
            PostgresUrl::without_password("--db=postgres://me:x@host/facts"),
            "--db=postgres://me@host/facts"
        );
    }
}
