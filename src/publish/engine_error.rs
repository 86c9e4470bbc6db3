//! What an engine's client says when it cannot answer, told as the cause and what to do.

use crate::error::{Error, ErrorKind};

/// Causes by the words that clients have for them, in lower case: what to say of the copy, and what to do.
const CAUSES: [(&[&str], &str, &str); 8] = [
    (
        &["no files found", "path_not_found", "path does not exist", "file_not_exist"],
        "files of the publication are missing",
        "publish it again",
    ),
    (
        &[
            "no magic bytes",
            "not a parquet file",
            "cannot_read_file_footer",
            "failed_read_file",
            "could not read footer",
            "snappy",
            "invalid parquet",
        ],
        "a file of the publication is damaged",
        "publish it again",
    ),
    (
        &["password authentication failed", "no password supplied", "pg_hba.conf"],
        "the server refuses the login",
        "name the role in the address, and keep its password in ~/.pgpass or PGPASSWORD",
    ),
    (
        &[
            "connection refused",
            "could not translate host name",
            "could not connect",
            "timeout expired",
            "no route to host",
            "connection to server on socket",
        ],
        "cannot connect to the server",
        "does it run, and are host and port right?",
    ),
    (
        &["permission denied"],
        "the role may not read the publication",
        "GRANT USAGE ON SCHEMA facts, and SELECT on its tables, to the role",
    ),
    (
        &["database \""],
        "the server has no such database",
        "name another one at the end of the address",
    ),
    (
        &[
            "does not exist",
            "table_or_view_not_found",
            "unresolved_column",
            "not found in from clause",
        ],
        "this version of facts did not publish it",
        "publish it again, or ask the database itself",
    ),
    (
        &["out of memory", "outofmemory", "java heap"],
        "the engine ran out of memory",
        "ask for less at once: a source, a country, a window of dates",
    ),
];

/// The failure of a question that a client could not answer, by what it said on its standard error.
pub fn of(program: &str, shown: &str, said: &str) -> Error {
    let words = said.to_lowercase();
    let known = CAUSES.iter().find(|(marks, ..)| marks.iter().any(|mark| words.contains(mark)));
    if let Some((_, what, hint)) = known {
        return Error::new(ErrorKind::Database, format!("{shown}: {what}")).hint(*hint);
    }
    let is_told = |line: &&str| {
        let line = line.trim();
        let is_noise = ["WARN", "INFO", "Using Spark", "Setting default", "To adjust", "Spark Web"];
        !line.is_empty()
            && !line.starts_with("LINE ")
            && !line.trim_matches('^').is_empty()
            && !is_noise.iter().any(|noise| line.contains(noise))
    };
    let told: Vec<&str> = said.lines().filter(is_told).collect();
    let cause = told.iter().find(|line| line.to_lowercase().contains("error")).or(told.first());
    let cause = cause.map_or("without a word", |line| line.trim());
    Error::new(ErrorKind::Database, format!("{shown}: {program} could not answer: {cause}")).hint(
        "was it published by this version of facts? publish it again, or ask the database itself",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_say_is_told_as_a_cause() {
        for (said, told) in [
            (
                "IO Error: No files found that match the pattern \"lake/events/*.parquet\"\nLINE 1: CREATE TEMP VIEW",
                "lake: files of the publication are missing",
            ),
            (
                "Invalid Input Error: No magic bytes found at end of file 'lake/events/a.parquet'",
                "lake: a file of the publication is damaged",
            ),
            (
                "26/11/27 20:01:18 WARN Utils: Your hostname\n[FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER] Encountered error while reading file",
                "lake: a file of the publication is damaged",
            ),
            (
                "psql: error: connection to server at \"127.0.0.1\", port 1 failed: Connection refused",
                "lake: cannot connect to the server",
            ),
            (
                "psql: error: connection to server failed: FATAL:  password authentication failed for user \"a\"",
                "lake: the server refuses the login",
            ),
            (
                "psql: error: connection to server failed: FATAL:  database \"x\" does not exist",
                "lake: the server has no such database",
            ),
            (
                "ERROR:  permission denied for table events",
                "lake: the role may not read the publication",
            ),
            (
                "ERROR:  relation \"facts.events\" does not exist\nLINE 1: SELECT",
                "lake: this version of facts did not publish it",
            ),
            (
                "26/11/27 WARN Utils: x\nParser Error: syntax error at or near \"(\"\nLINE 1: SELECT (\n        ^",
                "lake: duckdb could not answer: Parser Error: syntax error at or near \"(\"",
            ),
        ] {
            assert_eq!(of("duckdb", "lake", said).message, told);
        }
    }
}
