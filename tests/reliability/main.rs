//! Nothing lost, nothing half-written, nothing let in: the requirements of `tests/README.md`, each
//! with its test.
//!
//! Sizes are those of a submission; `FACTS_LONG=1` runs the long forms, `FACTS_PROGRAM` another
//! build of the program.

#![cfg(unix)]

mod answers;
mod crash;
mod damage;
mod disks;
mod fuzz;
mod input;
mod leftovers;
mod publish;
#[path = "../support/skipped.rs"]
mod skipped;
mod summaries;
mod surface;
mod together;

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use facts::command::{Ui, run};
use skipped::skipped;

/// Held by tests that keep the machine busy, and by those that time what they run.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The top of the project.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The size of a test: here, and in its long form.
fn size(here: usize, long: usize) -> usize {
    if std::env::var_os("FACTS_LONG").is_some() { long } else { here }
}

/// Says what a test counted.
#[expect(clippy::print_stderr, reason = "seen with --nocapture")]
fn say(what: &str) {
    eprintln!("{what}");
}

fn program() -> PathBuf {
    std::env::var_os("FACTS_PROGRAM")
        .map_or_else(|| env!("CARGO_BIN_EXE_facts").into(), PathBuf::from)
}

/// The program in a folder of its own, with nobody's settings.
fn facts(folder: &Path) -> Command {
    let mut command = Command::new(program());
    settled(&mut command, folder);
    command
}

fn settled(command: &mut Command, folder: &Path) {
    command.current_dir(folder).env("HOME", folder).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
    for name in
        ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "FACTS_DB", "NO_COLOR", "CLICOLOR_FORCE", "COLUMNS"]
    {
        command.env_remove(name);
    }
}

/// Runs a command that must end well, and returns what it prints.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = facts(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a run in this process wrote.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs the program in this process: its exit code, and what it wrote on both streams.
fn within(arguments: &[&str]) -> (u8, String, String) {
    let (out, err) = (Written::default(), Written::default());
    let console = Ui::new(Box::new(out.clone()), Box::new(err.clone()), false);
    let exit =
        run(std::iter::once("facts").chain(arguments.iter().copied()).map(Into::into), console);
    let text = |written: &Written| String::from_utf8_lossy(&written.0.lock().unwrap()).into_owned();
    (exit as u8, text(&out), text(&err))
}

/// Numbers that look random and are the same each time (xorshift).
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Events in the layout of UCDP GED.
fn events(rows: usize, seed: u64) -> String {
    let mut chance = Chance::new(seed);
    let mut file = "id,year,type_of_violence,conflict_name,dyad_name,side_a,side_b,where_prec,where_coordinates,latitude,longitude,\
        country,country_id,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low,gwnoa,gwnob\n"
        .to_owned();
    for n in 1..=rows {
        let (country, code) = *chance.pick(&[("Iraq", 645), ("Syria", 652), ("Turkey", 640)]);
        let (town, front) = (chance.below(40), chance.below(5));
        let (a, b) = (chance.below(4), chance.below(4));
        let (year, month, day) =
            (1990 + chance.below(30), 1 + chance.below(12), 1 + chance.below(28));
        let _ = writeln!(
            file,
            "{n},{year},1,War,Government of {country} - Front {front},Government of {country},Front {front},1,Town {town},{town}.5,40.25,\
             {country},{code},1,{year}-{month:02}-{day:02},{year}-{month:02}-{day:02},{a},{b},0,0,{},{},{},{code},",
            a + b,
            a + b + 2,
            a + b
        );
    }
    file
}

/// How many live rows of each sort a database holds, as another program sees it; and that its pages
/// are sound.
fn state(database: &Path) -> (i64, i64, i64) {
    let connection = rusqlite::Connection::open(database).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let sound: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let orphans = count("SELECT count(*) FROM pragma_foreign_key_check");
    assert_eq!(orphans, 0);
    (
        count("SELECT count(*) FROM current_facts"),
        count("SELECT count(*) FROM imports"),
        count("SELECT count(*) FROM names"),
    )
}

/// A folder with a database of some events, and a file of more.
fn prepared(rows: usize) -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("few.csv"), events(50, 1)).unwrap();
    std::fs::write(folder.path().join("more.csv"), events(rows, 2)).unwrap();
    done(folder.path(), &["import", "few.csv", "--dataset", "ucdp-ged", "--release", "1"]);
    let database = std::fs::read(folder.path().join("facts.db")).unwrap();
    (folder, database)
}

const MORE: [&str; 6] = ["import", "more.csv", "--dataset", "ucdp-ged", "--release", "2"];

/// What is there before and after the import of more, and how long that takes.
fn sides(folder: &Path, database: &[u8]) -> ((i64, i64, i64), (i64, i64, i64), Duration) {
    let path = folder.join("facts.db");
    let before = state(&path);
    let start = Instant::now();
    done(folder, &MORE);
    let took = start.elapsed();
    let after = state(&path);
    std::fs::write(&path, database).unwrap();
    assert_ne!(before, after);
    (before, after, took)
}

fn begin(folder: &Path, arguments: &[&str]) -> Child {
    facts(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn moment(chance: &mut Chance, most: Duration) -> Duration {
    most.mul_f64(f64::from(u32::try_from(chance.below(1000)).unwrap()) / 1000.0)
}
