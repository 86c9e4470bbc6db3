//! A table for people: as wide as the terminal, the less important columns left out before any word
//! is broken.

use std::io::{self, Write};

use comfy_table::{
    Attribute, Cell as Box_, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table,
    TableStyle, Width,
};
use unicode_width::UnicodeWidthStr;

use crate::render::cell_text::{marked, shown};
use crate::render::record::RecordTables;
use crate::render::{Format, Sheet, Sink, TableColumns};
use crate::value::Value;
use crate::value::text::{BETWEEN_NAMES, count, visible};

/// A table on a terminal.
pub static FORMAT: Format = Format {
    name: "table",
    extensions: &["txt"],
    about: "a table to read; the default on a terminal",
    binary: false,
    open: |out, sheet| {
        if sheet.records {
            return Ok(Box::new(RecordTables::new(out, sheet)));
        }
        Ok(Box::new(AlignedTable {
            out,
            laid_out: Vec::new(),
            sheet,
            rows: Vec::new(),
            left_out: 0,
            begun: None,
        }))
    },
};

/// Space between columns.
const GAP: usize = 2;

/// A column of names is not squeezed below this, and one of sentences not below the second.
const READABLE: usize = 18;
const SENTENCE: usize = 30;

/// From this width on a column holds sentences.
const LONG: usize = 60;

/// A table of at least this many rows says once, above it, what a column has in all of them.
const SAID_ONCE: usize = 3;

/// The widest value that is said once.
const WIDEST_ONCE: usize = 40;

/// Of a longer table these many rows at its beginning decide which columns there are and how wide
/// they are; what follows is written as it comes, and a longer text goes on in the next line.
const DECIDING: usize = 1000;

/// How many bytes of a long table are kept until the database is closed, so that a slow reader does
/// not keep writers waiting.
const KEPT: usize = 4 << 20;

struct AlignedTable<'a> {
    out: &'a mut dyn Write,
    /// What is laid out and not written yet.
    laid_out: Vec<u8>,
    sheet: &'a Sheet,
    /// Those that are not written yet.
    rows: Vec<Vec<CellText>>,
    left_out: u64,
    /// How the table lies, once it is too long to be kept.
    begun: Option<TableLayout>,
}

/// The columns that are shown, and how wide each is.
struct TableLayout {
    columns: Vec<usize>,
    widths: Vec<usize>,
}

/// The text of a cell, and whether it states nothing.
type CellText = (String, bool);

/// A figure in one cell: `704–766 (725)`, or what of it is stated.
fn figure(low: &CellText, best: &CellText, high: &CellText) -> CellText {
    let stated = |(text, is_null): &CellText| (!is_null).then(|| text.clone());
    let (low, best, high) = (stated(low), stated(best), stated(high));
    let bounds = match (low, high) {
        (Some(low), Some(high)) if low == high && best.as_ref().is_none_or(|best| *best == low) => {
            Some(low)
        }
        (Some(low), Some(high)) => Some(format!("{low}–{high}")),
        (Some(low), None) => Some(format!("≥{low}")),
        (None, Some(high)) => Some(format!("≤{high}")),
        (None, None) => None,
    };
    match (bounds, best) {
        (Some(bounds), Some(best)) if bounds == best => (best, false),
        (Some(bounds), Some(best)) => (format!("{bounds} ({best})"), false),
        (Some(one), None) | (None, Some(one)) => (one, false),
        (None, None) => ("–".to_owned(), true),
    }
}

impl Sink for AlignedTable<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        if self.sheet.cap.is_some_and(|cap| self.rows.len() >= cap) {
            self.left_out += 1;
            return Ok(());
        }
        if self.rows.len() >= DECIDING {
            self.write_on()?;
        }
        self.rows
            .push(cells.iter().map(|cell| (shown(cell, self.sheet), cell.is_null())).collect());
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<Vec<String>> {
        let mut notes = Vec::new();
        if self.begun.is_some() {
            let hidden = self.write_on()?;
            self.out.write_all(&self.laid_out)?;
            notes.extend(not_shown(hidden));
            return Ok(notes);
        }
        let AlignedTable { out, sheet: given, rows: all, left_out, .. } = *self;
        let (sheet, rows) = joined(given, &all);
        let (sheet, once) = (&sheet, said_once(&sheet, &rows));
        let TableLayout { columns, widths } = layout(sheet, &rows, &once);
        // on a terminal one row that does not fit is read better line by line
        if let ([row], true, true) =
            (all.as_slice(), sheet.cap.is_some(), columns.len() < sheet.headings.len())
        {
            RecordTables::new(out, given).lines(row.iter().map(|(text, _)| text.clone()))?;
            return Ok(notes);
        }
        let hidden = sheet.headings.len() - columns.len() - once.len();
        if !once.is_empty() {
            let said =
                once.iter().map(|&i| format!("{}: {}", sheet.headings[i].name, rows[0][i].0));
            for line in in_lines(said, sheet.width) {
                writeln!(out, "{line}")?;
            }
        }
        if !rows.is_empty() {
            write_table(out, sheet, &rows, &TableLayout { columns, widths }, true)?;
        }
        if left_out > 0 {
            writeln!(out, "… {}", count(left_out, "more", "more"))?;
        }
        if !rows.is_empty() {
            notes.extend(not_shown(hidden));
        }
        Ok(notes)
    }
}

impl AlignedTable<'_> {
    /// Writes the rows that wait, below a header if they are the first; returns how many columns are
    /// not shown.
    fn write_on(&mut self) -> io::Result<usize> {
        let (sheet, rows) = joined(self.sheet, &self.rows);
        let is_first = self.begun.is_none();
        let lies = self.begun.get_or_insert_with(|| layout(&sheet, &rows, &[]));
        if !rows.is_empty() {
            write_table(&mut self.laid_out, &sheet, &rows, lies, is_first)?;
        }
        self.rows.clear();
        if self.laid_out.len() > KEPT {
            self.out.write_all(&self.laid_out)?;
            self.laid_out.clear();
        }
        Ok(sheet.headings.len() - lies.columns.len())
    }
}

/// What is said of columns that have no room.
fn not_shown(columns: usize) -> Option<String> {
    let columns = (columns > 0).then(|| count(columns as u64, "column", "columns"))?;
    Some(format!("{columns} not shown; -x shows all"))
}

/// The parties in one cell: `Iraq → Iran`, `Syria – IS`.
fn parties(row: &[CellText], pairs: &[(usize, &'static str, usize)]) -> CellText {
    let stated = |i: usize| (!row[i].1).then(|| row[i].0.as_str());
    let pair = |&(first, between, second): &(usize, &str, usize)| {
        Some(match (stated(first), stated(second)) {
            (Some(one), Some(other)) => format!("{one}{between}{other}"),
            (Some(one), None) => one.to_owned(),
            (None, Some(other)) => format!("{}{other}", between.trim_start()),
            (None, None) => return None,
        })
    };
    let pairs: Vec<String> = pairs.iter().filter_map(pair).collect();
    if pairs.is_empty() { ("–".to_owned(), true) } else { (pairs.join(BETWEEN_NAMES), false) }
}

/// The sheet and its rows with the columns of each figure, and those of the parties, joined into one.
fn joined(sheet: &Sheet, rows: &[Vec<CellText>]) -> (Sheet, Vec<Vec<CellText>>) {
    let mut joined = sheet.clone();
    let TableColumns { figures, parties: pairs, repeated, .. } = &sheet.table;
    for columns in figures {
        let best = &sheet.headings[columns.best].name;
        joined.table.leading.iter_mut().filter(|name| *name == best).for_each(|name| {
            name.clone_from(&columns.name);
        });
        joined.headings[columns.best].name.clone_from(&columns.name);
    }
    let (name, pairs) =
        pairs.as_ref().map_or(("", &[][..]), |parties| (parties.name.as_str(), &parties.pairs));
    let of_parties: Vec<usize> =
        pairs.iter().flat_map(|&(first, _, second)| [first, second]).collect();
    let first_party = of_parties.iter().copied().min();
    if let Some(i) = first_party {
        name.clone_into(&mut joined.headings[i].name);
    }
    let gone = |i: usize| {
        figures.iter().any(|figure| figure.low == i || figure.high == i)
            || of_parties.contains(&i) && Some(i) != first_party
            || repeated.contains(&i)
    };
    let mut at = 0;
    joined.headings.retain(|_| {
        at += 1;
        !gone(at - 1)
    });
    let row = |cells: &Vec<CellText>| {
        let kept = cells.iter().enumerate().filter(|(i, _)| !gone(*i));
        kept.map(|(i, cell)| match figures.iter().find(|figure| figure.best == i) {
            Some(of) => figure(&cells[of.low], cell, &cells[of.high]),
            None if Some(i) == first_party => parties(cells, pairs),
            None => cell.clone(),
        })
        .collect()
    };
    (joined, rows.iter().map(row).collect())
}

/// The columns that have the same short value in every row: it is said once above the table.
fn said_once(sheet: &Sheet, rows: &[Vec<CellText>]) -> Vec<usize> {
    if !sheet.table.says_once || sheet.width.is_none() || rows.len() < SAID_ONCE {
        return Vec::new();
    }
    let is_same = |&i: &usize| {
        let (text, is_null) = &rows[0][i];
        !is_null && text.width() <= WIDEST_ONCE && rows.iter().all(|row| row[i].0 == *text)
    };
    let listed = |&i: &usize| sheet.table.leading.contains(&sheet.headings[i].name);
    (0..sheet.headings.len()).filter(listed).filter(is_same).collect()
}

/// What is said above a table, in lines that are as wide as it may be.
fn in_lines(said: impl Iterator<Item = String>, width: Option<usize>) -> Vec<String> {
    const BETWEEN: &str = " · ";
    let mut lines: Vec<String> = Vec::new();
    for one in said {
        match lines.last_mut() {
            Some(line)
                if width
                    .is_none_or(|width| line.width() + BETWEEN.width() + one.width() <= width) =>
            {
                line.push_str(BETWEEN);
                line.push_str(&one);
            }
            _ => lines.push(one),
        }
    }
    lines
}

/// Which columns fit, in their order, and how wide each is; those of `once` are left out.
fn layout(sheet: &Sheet, rows: &[Vec<CellText>], once: &[usize]) -> TableLayout {
    let all: Vec<usize> = (0..sheet.headings.len()).filter(|i| !once.contains(i)).collect();
    let texts = |i: usize| {
        rows.iter().map(move |row| row[i].0.as_str()).chain([sheet.headings[i].name.as_str()])
    };
    let natural: Vec<usize> = (0..sheet.headings.len())
        .map(|i| texts(i).map(UnicodeWidthStr::width).max().unwrap_or(0))
        .collect();
    let Some(room) = sheet.width else {
        let widths = all.iter().map(|&i| natural[i]).collect();
        return TableLayout { columns: all, widths };
    };
    let least: Vec<usize> = (0..sheet.headings.len())
        .map(|i| {
            let word = texts(i)
                .flat_map(|text| text.split(' '))
                .map(UnicodeWidthStr::width)
                .max()
                .unwrap_or(0);
            let solid = texts(i).any(|text| text.starts_with(|c: char| c.is_ascii_digit()));
            let readable = if natural[i] > LONG { SENTENCE } else { READABLE };
            if sheet.table.keeps_all {
                word.min(readable)
            } else if solid && natural[i] <= LONG / 2 {
                natural[i]
            } else {
                // a word as long as a long reference may be broken
                word.min(room * 2 / 5).max(natural[i].min(readable))
            }
        })
        .collect();
    let place =
        |i: usize| sheet.table.leading.iter().position(|name| *name == sheet.headings[i].name);
    // a column that was asked for by its name stays, empty or not
    let empty = |i: usize| !sheet.table.leading.is_empty() && rows.iter().all(|row| row[i].1);
    let (mut listed, unlisted): (Vec<usize>, Vec<usize>) =
        all.into_iter().partition(|&i| sheet.table.leading.is_empty() || place(i).is_some());
    listed.sort_by_key(|&i| place(i));
    let mut chosen: Vec<usize> = Vec::new();
    let mut used = 0;
    for i in listed {
        let gap = if chosen.is_empty() { 0 } else { GAP };
        if chosen.is_empty()
            || sheet.table.keeps_all
            || (!empty(i) && used + gap + least[i] <= room)
        {
            used += gap + least[i];
            chosen.push(i);
        }
    }
    let mut widths: Vec<usize> = chosen.iter().map(|&i| least[i]).collect();
    let mut spare = room.saturating_sub(used);
    for (width, &i) in widths.iter_mut().zip(&chosen) {
        let more = (natural[i] - *width).min(spare);
        *width += more;
        spare -= more;
    }
    // what nobody listed is shown where there is room left for all of it, if it tells rows apart
    let varies = |i: usize| rows.len() < 2 || rows.iter().any(|row| row[i].0 != rows[0][i].0);
    for i in unlisted {
        if !empty(i) && (sheet.table.leading.is_empty() || varies(i)) && GAP + natural[i] <= spare {
            spare -= GAP + natural[i];
            chosen.push(i);
            widths.push(natural[i]);
        }
    }
    let mut pairs: Vec<(usize, usize)> = chosen.into_iter().zip(widths).collect();
    pairs.sort_unstable();
    let (columns, widths) = pairs.into_iter().unzip();
    TableLayout { columns, widths }
}

fn write_table(
    out: &mut dyn Write,
    sheet: &Sheet,
    rows: &[Vec<CellText>],
    TableLayout { columns, widths }: &TableLayout,
    has_header: bool,
) -> io::Result<()> {
    const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─'));
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    let whole = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    table.set_width(whole(widths.iter().sum::<usize>() + GAP * (columns.len() - 1)));
    if sheet.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let align = |i: usize| {
        if sheet.headings[i].number { CellAlignment::Right } else { CellAlignment::Left }
    };
    if has_header {
        table.set_header(columns.iter().map(|&i| {
            Box_::new(visible(&sheet.headings[i].name))
                .set_alignment(align(i))
                .add_attribute(Attribute::Bold)
        }));
    }
    for row in rows {
        table.add_row(columns.iter().map(|&i| {
            let (text, null) = &row[i];
            let cell = Box_::new(text).set_alignment(align(i));
            if *null { cell.add_attribute(Attribute::Dim) } else { cell }
        }));
    }
    for (n, column) in table.column_iter_mut().enumerate() {
        let gap = if n + 1 < widths.len() { GAP } else { 0 };
        column.set_padding((0, whole(gap)));
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(whole(widths[n] + gap))));
    }
    for line in table.lines() {
        writeln!(out, "{}", marked(line.trim_end(), sheet.color))?;
    }
    Ok(())
}
