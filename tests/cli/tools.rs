//! Other people's programs read what this one writes; each test is skipped aloud where its program
//! is not installed.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use ::facts::kind::KINDS;

use super::shipped::rows;
use super::{facts, fixed, skipped, stdout, top};

/// Whether a program is installed; where it is not, the test is recorded as skipped.
pub(super) fn has(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .unwrap()
        .status
        .success();
    if !found {
        skipped(&format!("needs {program}"));
    }
    found
}

/// What a line of shell prints, in a folder with the shipped facts.
fn shell(folder: &Path, line: &str) -> String {
    if !folder.join("facts.db").exists() {
        stdout(&facts(folder).args(["seed", "-q"]).output().unwrap());
    }
    let mut command = Command::new("sh");
    command.args(["-c", line]);
    fixed(&mut command, folder);
    stdout(&command.output().unwrap())
}

#[test]
fn json_lines_go_through_jq() {
    if has("jq") {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            shell(folder.path(), "facts query all -f jsonl | jq -r .kind | sort | uniq -c | wc -l")
                .trim(),
            "5"
        );
    }
}

#[test]
fn csv_goes_through_miller_and_xan() {
    let folder = tempfile::tempdir().unwrap();
    if has("mlr") {
        assert_eq!(
            shell(folder.path(), "facts query events | mlr --icsv --ojson filter '$type == \"visit\"' | grep -c '\"ref\"'")
                .trim(),
            "2"
        );
    }
    if has("xan") {
        assert_eq!(
            shell(folder.path(), "facts query events | xan count").trim(),
            rows("events").len().to_string()
        );
    }
}

#[test]
fn sqlite_utils_reads_the_database_and_takes_what_is_written() {
    if has("sqlite-utils") {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let all: usize = KINDS.iter().map(|kind| rows(kind.table).len()).sum();
        let all = all.to_string();
        let insert = "facts query all -f jsonl | sqlite-utils insert copy.db facts - --nl --alter && sqlite-utils 'copy.db' 'select count(*) as n from facts' --csv";
        assert_eq!(shell(here, insert).split_whitespace().collect::<Vec<_>>(), ["n", &all]);
        let rows = shell(
            here,
            "sqlite-utils rows facts.db current_facts --limit 1 -c ref -c date_from --csv",
        );
        assert!(rows.replace('\r', "").starts_with("ref,date_from\nus-iraq-2014:"), "{rows}");
    }
}

#[test]
fn duckdb_opens_the_database() {
    let folder = tempfile::tempdir().unwrap();
    stdout(&facts(folder.path()).args(["seed", "-q"]).output().unwrap());
    let all: usize = KINDS.iter().map(|kind| rows(kind.table).len()).sum();
    let of_kinds = KINDS.iter().map(|kind| (kind.name.replace('-', "_"), rows(kind.table).len()));
    let views: Vec<(String, usize)> = of_kinds.chain([("facts".to_owned(), all)]).collect();
    for (view, facts) in views {
        let mut python = Command::new("python3");
        fixed(&mut python, folder.path());
        let sql =
            format!("SELECT count(*) FROM (SELECT * FROM f.current_{view}) WHERE ref IS NOT NULL");
        python.arg(top().join("tests/support/duckdb.py")).args(["facts.db", &sql]);
        match python.output() {
            Ok(output) if output.status.code() == Some(77) => {
                return skipped("needs DuckDB with its SQLite extension");
            }
            Ok(output) => assert_eq!(stdout(&output).trim(), facts.to_string(), "{view}"),
            Err(_) => return skipped("needs python3"),
        }
    }
}

#[test]
fn duckdb_answers_from_a_published_copy() {
    engine_answers("duckdb", "needs duckdb (duckdb-cli)");
}

#[test]
fn postgresql_answers_from_a_published_copy() {
    engine_answers("postgres", "needs the server of PostgreSQL");
}

/// A lake is written piece by piece, and says what a database says.
#[test]
fn duckdb_answers_from_a_lake_of_several_pieces() {
    if !has("duckdb") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let places = ["Iraq", "Mali", "Nowhere Town"];
    let mut table = "year,where,dead\n".to_owned();
    for n in 0..100_300 {
        let _ = writeln!(table, "{},{},{}", 1990 + n % 30, places[n % 3], n % 7);
    }
    std::fs::write(here.join("t.csv"), table).unwrap();
    let mapping = "name = \"t\"\ntitle = \"T\"\n[[fact]]\nkind = \"events\"\nkey = [\"{year}\", \"#\"]\n\
        type = \"x\"\nsummary = \"{where}\"\ndate = \"{year}\"\nplace = { name = \"{where}\" }\ndeaths = \"{dead}\"\n";
    std::fs::write(here.join("t.toml"), mapping).unwrap();
    shell(here, "facts -q import t.csv --mapping t.toml --db own.db > log");
    shell(here, "facts -q import t.csv --mapping t.toml --into lake > log");
    for asked in [
        "tabulate events --rows year --cols country --value deaths_best",
        "query events --country Mali --during 2003 --columns ref,place,deaths_best --limit 500",
        "query events --place 'Nowhere Town' --sort -ref --limit 5",
    ] {
        let of = |db: &str| shell(here, &format!("facts --db {db} {asked}"));
        assert_eq!(of("lake/"), of("own.db"), "{asked}");
    }
    assert_eq!(shell(here, "ls lake/events | wc -l").trim(), "2");
}

/// Asks an engine what the database is asked.
fn engine_answers(engine: &str, needs: &str) {
    let mut run = Command::new("bash");
    run.arg(top().join("tests/engines/run")).args([env!("CARGO_BIN_EXE_facts"), engine]);
    run.args(["--queries", "40", "--tables", "30"]);
    match run.output() {
        Ok(output) if output.status.code() == Some(77) => skipped(needs),
        Ok(output) => assert!(stdout(&output).contains(" 0 differences")),
        Err(_) => skipped("needs bash"),
    }
}

#[test]
fn datasette_opens_the_database() {
    if has("datasette") {
        let folder = tempfile::tempdir().unwrap();
        let line = "datasette facts.db --get '/facts/current_facts.json?_size=1&_shape=array&_col=ref&_col=date_from'";
        let page = shell(folder.path(), line);
        assert!(page.contains("us-iraq-2014:"), "{page}");
    }
}

/// A workbook shows in a spreadsheet what the facts say: no formula runs, whole days are days,
/// months are text.
#[test]
fn a_spreadsheet_shows_what_the_facts_say() {
    if !has("soffice") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let columns = "ref,date,date_from,best,summary";
    let add = "facts -q add casualties source=us-iraq-2014 key=formula harm=killed population=all summary='=1+2' best=7 date=2014-03-12 date_basis=stated > added";
    let convert = "soffice --headless --convert-to csv:'Text - txt - csv (StarCalc)':44,34,76,1,,0,false,true,false,false,false,1 out.xlsx > log 2>&1 && cat out-facts.csv";
    shell(here, add);
    let sheet = shell(
        here,
        &format!("facts query casualties --columns {columns} -o out.xlsx && {convert}"),
    );
    let csv = shell(here, &format!("facts query casualties --columns {columns}"));
    let plain = |text: &str| text.replace(['"', '\r'], "").trim().to_owned();
    assert_eq!(plain(&sheet), plain(&csv));
    assert!(sheet.contains("=1+2") && sheet.contains("2014-03-12"), "{sheet}");
}

/// What the completion script of bash makes of a line whose last word is begun; readline splits words
/// at `=` and `:` too, and puts a candidate in the place of the last piece.
const BASH: &str = r#"
    source <(facts completions bash)
    complete() { COMP_LINE="$1"; COMP_POINT=${#1}; COMP_TYPE=9
        local apart="${1//=/ = }"; read -ra COMP_WORDS <<<"${apart//:/ : }"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _facts_complete; printf '%s\n' "${COMPREPLY[@]}"; }
    complete 'facts query posts --sender Saudi'; complete 'facts tab'; complete 'facts run j'
    complete 'facts edit us-iraq-2014:post-1 sender=Saudi'; complete 'facts show us-iraq-2014:post-13'
    complete 'facts edit actors Iraq kind=arm'; complete 'facts edit actors Saudi'
    complete 'facts retire topics us-emb'"#;

#[test]
fn shells_complete_from_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("facts.toml"), "[queries]\njets = \"query arms-transfers\"\n")
        .unwrap();
    if has("bash") {
        std::fs::write(here.join("line"), BASH).unwrap();
        let told = shell(here, "bash --norc line");
        let told: Vec<&str> = told.lines().map(str::trim).collect();
        assert_eq!(
            told,
            [
                "Saudi Arabia",
                "tabulate",
                "jets",
                "Saudi Arabia",
                "post-13",
                "armed-group",
                "Saudi Arabia",
                "us-embassy-baghdad-staff"
            ]
        );
        assert!(
            shell(here, "facts completions bash").contains("complete -o filenames"),
            "readline quotes spaces for files alone"
        );
    }
    if has("fish") {
        let ask = |line: &str| {
            shell(
                here,
                &format!(
                    "fish --no-config -c 'facts completions fish | source; complete -C \"{line}\"'"
                ),
            )
            .trim()
            .to_owned()
        };
        assert_eq!(ask("facts query posts --sender Saudi"), "Saudi Arabia");
        assert_eq!(ask("facts run j"), "jets");
    }
}
