//! The one object for all output: rows to stdout or a file, everything said to people to stderr.

use std::io::{BufWriter, Write};

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::output_style::When;
use crate::command::progress::Waiting;
use crate::error::{Error, ErrorKind, Result};
use crate::fs::output::Output;
use crate::kind::reference_table::SOURCES;
use crate::publish::postgres::PostgresUrl;
use crate::query::Query;
use crate::render::{CitedWork, Heading, Sheet, SheetNotes, Sink, TableColumns};
use crate::store::{Store, trace};
use crate::value::Value;
use crate::value::text::visible;

/// How many rows a table shows on a terminal.
const CAP: usize = 1000;

/// The streams of a run, and what is known of whoever reads them.
pub struct Ui {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    /// Whether stdout is a terminal.
    pub terminal: bool,
    quiet: bool,
    verbose: bool,
    /// The command line, as whoever runs the program wrote it.
    command: String,
    about: SheetNotes,
    /// A table that is longer than the screen, with what was written and what was said after it:
    /// shown when the command is done and its database closed, since whoever reads it in a pager
    /// would keep all writers waiting.
    paged: Option<(Vec<u8>, Vec<String>)>,
}

/// Takes one row.
pub type RowSink<'a> = dyn FnMut(&[Value<'_>]) -> Result<()> + 'a;

impl Ui {
    /// Writes data to `out` and says everything else on `err`.
    #[must_use]
    pub fn new(out: Box<dyn Write>, err: Box<dyn Write>, terminal: bool) -> Ui {
        Ui {
            out,
            err,
            terminal,
            quiet: false,
            verbose: false,
            command: String::new(),
            about: SheetNotes::default(),
            paged: None,
        }
    }

    pub(super) fn set(&mut self, global: &GlobalArgs) {
        self.quiet = global.quiet;
        self.verbose = global.verbose > 0;
        let log = std::env::var_os("FACTS_LOG").is_some_and(|value| !value.is_empty());
        if global.verbose > 1 || log {
            trace::begin();
        }
    }

    /// Remembers the command line.
    pub(super) fn set_command(&mut self, command: String) {
        self.command = command;
    }

    /// Gets ready to say which works the rows to come cite, and what was asked; for the formats
    /// that say so.
    ///
    /// # Errors
    /// The database cannot be read, or the format is unknown.
    pub fn cite(&mut self, store: &Store, global: &GlobalArgs) -> Result<()> {
        self.cite_some(store, global, |_| true)
    }

    /// The same for some works alone.
    ///
    /// # Errors
    /// As [`Ui::cite`].
    pub fn cite_some(
        &mut self,
        store: &Store,
        global: &GlobalArgs,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        if !["xlsx", "html"].contains(&global.format(self.terminal)?.name) {
            return Ok(());
        }
        let named =
            ["slug", "title", "author", "publisher", "published", "licence", "url", "citation"];
        let mut works = Vec::new();
        store.export_reference(&SOURCES, |cells| {
            let text = |name: &str| {
                let place = SOURCES.fields.iter().position(|field| field.name == name);
                place.map_or(String::new(), |place| cells[place].to_string())
            };
            if wanted(&text("slug")) {
                works.push(CitedWork {
                    slug: text("slug"),
                    lines: named.map(|name| (name.to_owned(), text(name))).into(),
                });
            }
            Ok(())
        })?;
        let line = |name: &str, text: String| (name.to_owned(), text);
        let query = vec![
            line("command", self.command.clone()),
            line(
                "database",
                PostgresUrl::without_password(&global.database().path.to_string_lossy()),
            ),
            line("program", concat!("facts ", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        (self.about.query, self.about.works) = (query, works);
        Ok(())
    }

    /// Whether somebody watches who wants to know how far a long run is.
    #[must_use]
    pub fn shows_progress(&self) -> bool {
        !self.quiet && std::io::IsTerminal::is_terminal(&std::io::stderr())
    }

    /// Begins something that may take long and has no known end; it is shown until what comes back
    /// is dropped.
    #[must_use]
    pub fn wait(&self, what: &'static str) -> Waiting {
        Waiting::begin(self.shows_progress(), what)
    }

    /// Says something to whoever runs the program, unless they asked for quiet.
    pub fn status(&mut self, line: &str) {
        if self.quiet {
            return;
        }
        if let Some((_, said)) = &mut self.paged {
            said.push(line.to_owned());
            return;
        }
        for line in line.split('\n') {
            let _ = writeln!(self.err, "{}", visible(line));
        }
    }

    /// Shows the table that waits for the end of the command, and says what waits behind it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn finish(&mut self) -> Result<()> {
        let Some((text, said)) = self.paged.take() else { return Ok(()) };
        if !crate::command::pager::show(&text) {
            self.out.write_all(&text)?;
            self.out.flush()?;
        }
        said.iter().for_each(|line| self.status(line));
        Ok(())
    }

    /// Says that the clock was set back between two imports, if it was.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn say_clock_set_back(&mut self, store: &Store) -> Result<()> {
        if let Some(later) = store.clock_set_back()? {
            self.status(&clock_note(&later));
        }
        Ok(())
    }

    /// Says something of the answer to come, behind it; the formats that tell what they hold tell
    /// it too.
    pub fn note(&mut self, line: &str) {
        self.about.notes.push(line.to_owned());
    }

    /// Shows help, the version, or what is wrong with the command line.
    pub(super) fn usage(&mut self, error: &clap::Error) -> Exit {
        let text = error.render().to_string();
        if error.use_stderr() {
            let _ = write!(self.err, "{text}");
            return Exit::Usage;
        }
        match self.text(&text) {
            Ok(()) => Exit::Done,
            Err(error) => self.fail(&error),
        }
    }

    /// Says what went wrong.
    pub(super) fn fail(&mut self, error: &Error) -> Exit {
        if error.kind == ErrorKind::Stopped {
            return Exit::Done;
        }
        for line in &error.details {
            let _ = writeln!(self.err, "{}", visible(line));
        }
        let _ = writeln!(self.err, "error: {}", visible(&error.message));
        for hint in &error.hints {
            let _ = writeln!(self.err, "hint: {}", visible(hint));
        }
        if let (true, Some(source)) = (self.verbose, std::error::Error::source(error)) {
            let _ = writeln!(self.err, "cause: {}", visible(&source.to_string()));
        }
        error.kind.into()
    }

    /// Writes text as it is.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn text(&mut self, text: &str) -> Result<()> {
        self.show(text.as_bytes())
    }

    /// Writes text that is read in a pager if it is longer than the screen.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn page(&mut self, text: &[u8]) -> Result<()> {
        let height = terminal_size::terminal_size().map_or(24, |(_, height)| usize::from(height.0));
        let lines = text.iter().filter(|b| **b == b'\n').count();
        if self.terminal && lines >= height && self.paged.is_none() {
            self.paged = Some(Default::default());
        }
        self.show(text)
    }

    /// Writes to stdout, or behind what waits for the end of the command.
    fn show(&mut self, text: &[u8]) -> Result<()> {
        if let Some((paged, _)) = &mut self.paged {
            paged.extend(text);
            return Ok(());
        }
        self.out.write_all(text)?;
        Ok(self.out.flush()?)
    }

    /// Writes a whole document to stdout, or to the output file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn whole(&mut self, global: &GlobalArgs, document: &[u8]) -> Result<()> {
        let Some(target) = &global.output else { return self.show(document) };
        let failed =
            |e: &std::io::Error| Error::io(format!("cannot write {}", target.display()), e);
        let mut made = Output::begin(target)?;
        made.write_all(document).map_err(|e| failed(&e))?;
        made.finish()
    }

    /// Writes rows in the format that is meant, to stdout or to the output file.
    ///
    /// # Errors
    /// The format is unknown, `fill` fails, or the output cannot be written.
    pub fn rows(
        &mut self,
        global: &GlobalArgs,
        headings: Vec<Heading>,
        leading: Vec<String>,
        fill: impl FnOnce(&mut RowSink<'_>) -> Result<u64>,
    ) -> Result<u64> {
        let columns = TableColumns { leading, ..TableColumns::default() };
        self.write_rows(global, headings, columns, global.expanded, |page| {
            fill(&mut |cells| page.row(cells))
        })
    }

    /// Writes the answer to a query.
    ///
    /// # Errors
    /// As [`Ui::rows`], and the database cannot be read.
    pub fn select(
        &mut self,
        global: &GlobalArgs,
        headings: Vec<Heading>,
        columns: TableColumns,
        store: &Store,
        query: &Query,
    ) -> Result<u64> {
        self.write_rows(global, headings, columns, global.expanded, |page| {
            if let Some(line) = page.sink.line()
                && let Some(rows) =
                    store.select_as(query, line, |bytes, rows| page.lines(bytes, rows))?
            {
                return Ok(rows);
            }
            let rows = store.select(query, |cells| page.row(cells))?;
            store.end_reading()?;
            Ok(rows)
        })
    }

    /// Writes one row; as a table, a field a line.
    ///
    /// # Errors
    /// As [`Ui::rows`].
    pub fn record(
        &mut self,
        global: &GlobalArgs,
        headings: Vec<Heading>,
        cells: &[Value<'_>],
    ) -> Result<()> {
        self.write_rows(global, headings, TableColumns::default(), true, |page| {
            page.row(cells).map(|()| 1)
        })?;
        Ok(())
    }

    fn write_rows(
        &mut self,
        global: &GlobalArgs,
        headings: Vec<Heading>,
        table: TableColumns,
        records: bool,
        fill: impl FnOnce(&mut Page<'_>) -> Result<u64>,
    ) -> Result<u64> {
        let terminal = self.terminal && global.output.is_none();
        let format = global.format(terminal)?;
        let sheet = Sheet {
            headings,
            table,
            null: global.null.clone(),
            records,
            width: if global.output.is_some() { None } else { self.width() },
            cap: (terminal && global.format.is_none()).then_some(CAP),
            color: colour(global, terminal),
            excel: global.flavour().map(Into::into),
            about: std::mem::take(&mut self.about),
        };
        if format.binary && terminal {
            return Err(Error::usage(format!(
                "{} is a binary format and cannot be shown on a terminal",
                format.name
            ))
            .hint("write it to a file with -o"));
        }
        let (count, notes) = match &global.output {
            None if terminal && format.name == "table" => {
                let mut text = Vec::new();
                let done = write(format, &sheet, &mut text, fill, self.wait("reading"))?;
                self.page(&text)?;
                done
            }
            None => {
                // rows that somebody sees come are progress enough
                let waiting = Waiting::begin(self.shows_progress() && !terminal, "reading");
                let mut out = BufWriter::with_capacity(1 << 16, &mut self.out);
                let done = write(format, &sheet, &mut out, fill, waiting)?;
                out.flush()?;
                done
            }
            Some(target) => {
                let failed =
                    |e: &std::io::Error| Error::io(format!("cannot write {}", target.display()), e);
                let mut made = Output::begin(target)?;
                let mut out = BufWriter::with_capacity(1 << 16, &mut made);
                let done = write(format, &sheet, &mut out, fill, self.wait("reading"))?;
                out.flush().map_err(|e| failed(&e))?;
                drop(out);
                made.finish()?;
                done
            }
        };
        for note in sheet.about.notes.iter().chain(&notes) {
            self.status(note);
        }
        Ok(count)
    }

    /// Whether matches are marked: in a table on a terminal, with colour.
    #[must_use]
    pub fn marks(&self, global: &GlobalArgs) -> bool {
        global.output.is_none()
            && colour(global, self.terminal)
            && global.format(self.terminal).is_ok_and(|format| format.name == "table")
    }

    /// How wide tables may be: the terminal's width, or `COLUMNS`; none in a pipe.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        if !self.terminal {
            return asked;
        }
        terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).or(asked).or(Some(80))
    }
}

fn write(
    format: &crate::render::Format,
    sheet: &Sheet,
    out: &mut dyn Write,
    fill: impl FnOnce(&mut Page<'_>) -> Result<u64>,
    waiting: Waiting,
) -> Result<(u64, Vec<String>)> {
    let sink = (format.open)(out, sheet).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidInput => Error::usage(e.to_string()),
        _ => e.into(),
    })?;
    let mut page = Page { sink, waiting };
    let count = fill(&mut page)?;
    Ok((count, page.sink.finish()?))
}

/// Where rows are written, and whoever waits for them is told how many they are.
struct Page<'a> {
    sink: Box<dyn Sink + 'a>,
    waiting: Waiting,
}

impl Page<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> Result<()> {
        self.waiting.rows(1);
        Ok(self.sink.row(cells)?)
    }

    fn lines(&mut self, bytes: &[u8], rows: u64) -> Result<()> {
        self.waiting.rows(rows);
        Ok(self.sink.lines(bytes)?)
    }
}

/// What to know of an import whose clock was before that of an earlier one.
pub fn clock_note(later: &str) -> String {
    format!(
        "the clock of this machine is behind the import of {later}; --as-of follows the order of imports"
    )
}

fn colour(global: &GlobalArgs, terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match global.color() {
        When::Always => true,
        When::Never => false,
        When::Auto if set("CLICOLOR_FORCE") => true,
        When::Auto => {
            terminal && !set("NO_COLOR") && !std::env::var("TERM").is_ok_and(|term| term == "dumb")
        }
    }
}
