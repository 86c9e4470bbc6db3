//! Which mapping a file is read with, in which encoding, and how the file lies before its
//! records.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};

use crate::command::import::Args;
use crate::command::import::json_records::{header_line, is_json, json};
use crate::error::{Error, ErrorKind, Result};
use crate::fs::paths;
use crate::ingest::source_file::{SharedFile, SourceFile, behind};
use crate::ingest::{self, CsvDialect, CsvReader, ShortRows};
use crate::mapping::{
    self, CompiledMapping, DATASETS, FileHead, FileLayout, KnownValues, Mapping, MappingError,
    Record,
};
use crate::value::suggest::did_you_mean;

/// Everything that is known of a file before its records are read.
pub struct ChosenMapping {
    /// Its mapping.
    pub mapping: Mapping,
    /// How it lies before its records.
    pub layout: FileLayout,
    /// The mapping, made ready for it.
    pub plan: CompiledMapping,
    /// The release.
    pub release: Option<String>,
    /// Its encoding.
    pub encoding: &'static Encoding,
    /// It is a table made of JSON: there are no lines to speak of.
    pub table: Option<Arc<std::fs::File>>,
}

impl ChosenMapping {
    /// Returns a reader at the first record.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn records(&self, input: &SourceFile) -> Result<CsvReader> {
        let width = self.layout.header.len();
        let read = &self.mapping.read;
        if let Some(table) = &self.table {
            let form = CsvDialect { short: Some(ShortRows::Pad(width)), ..CsvDialect::default() };
            return Ok(CsvReader::of(Box::new(SharedFile::of(table)), form));
        }
        let mut text = text(input, self.encoding)?;
        let mut passed = std::io::Read::take(&mut text, self.layout.start as u64);
        std::io::copy(&mut passed, &mut std::io::sink()).map_err(|e| input.failed(&e))?;
        let form = CsvDialect {
            delimiter: u8::try_from(self.layout.delimiter).unwrap_or(b','),
            quotes: read.quotes,
            line: self.layout.line,
            short: read.rejoin.then_some(ShortRows::Rejoin(width)),
        };
        let mut records = CsvReader::of(text, form);
        let mut header = Record::new();
        if self.layout.has_header {
            // the header was read; what is wrong behind it is told with its line
            input.has_more(records.next(&mut header))?;
        }
        for _ in 0..read.skip_rows + read.header_rows.saturating_sub(1) {
            input.has_more(records.next(&mut header))?;
        }
        Ok(records)
    }
}

/// The text of a file from its beginning, in UTF-8 and without a byte order mark.
///
/// # Errors
/// It cannot be read.
pub fn text(input: &SourceFile, encoding: &'static Encoding) -> Result<Box<dyn std::io::Read>> {
    let mut bytes = input.reader()?;
    let mut head = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(&mut bytes, 3), &mut head)
        .map_err(|e| input.failed(&e))?;
    if let Some((_, length)) = ingest::of_mark(&head) {
        head.drain(..length);
    }
    Ok(ingest::decoded(behind(head, bytes), encoding))
}

/// Finds out how to read a file.
///
/// # Errors
/// No mapping suits it, or several; a mistake in the mapping; the release is needed and
/// unknown.
pub fn choose(input: &SourceFile, args: &Args) -> Result<ChosenMapping> {
    let wanted = args.encoding.as_deref().map(by_name).transpose()?;
    let candidates = candidates(args)?;
    let head = input.head()?;
    if head.iter().all(u8::is_ascii_whitespace) {
        let expected = "the file is empty: expected a header row";
        return Err(Error::new(ErrorKind::Rejected, format!("{}: {expected}", input.shown)));
    }
    let paths: Vec<&str> =
        candidates.iter().filter_map(|(_, mapping)| mapping.read.records.as_deref()).collect();
    let table = if is_json(&head) { Some(json(input, &paths)?) } else { None };
    let mut guess = ingest::of_mark(&head).map(|(encoding, _)| encoding).or(wanted);
    if let (None, None, [(_, only)]) = (guess, &table, candidates.as_slice()) {
        guess = Some(by_trial(input, only)?);
    }
    let shown = match &table {
        Some((_, header)) => header_line(header),
        None => beginning(input, guess.unwrap_or(UTF_8))?,
    };
    let (text, mapping) = recognise(input, &candidates, &shown, args)?;
    let encoding = match (guess, &table) {
        (Some(encoding), _) => encoding,
        (None, Some(_)) => UTF_8,
        (None, None) => by_trial(input, &mapping)?,
    };
    let shown = if table.is_some() { shown } else { beginning(input, encoding)? };
    let layout = mapping::match_mapping(&mapping, &FileHead::of(&shown), &input.name)
        .map_err(|_| unlike(input, &mapping))?;
    let table = table.map(|(file, _)| Arc::new(file));
    let mut chosen = ChosenMapping {
        plan: CompiledMapping::default(),
        release: args.release.clone(),
        mapping,
        layout,
        encoding,
        table,
    };
    if chosen.release.is_none() {
        chosen.release = mapping::release(&chosen.mapping, &chosen.layout, &input.name)
            .or(in_column(&chosen, input)?);
    }
    if chosen.release.is_none() && chosen.mapping.needs_release() {
        return Err(Error::usage(format!("{}: the file does not state its release", input.shown))
            .hint("set it with --release, as the publisher names it: a year or a version"));
    }
    let mut header = chosen.layout.header.clone();
    header.extend(chosen.mapping.read.derived());
    let known = KnownValues { header, release: chosen.release.clone() };
    chosen.plan = mapping::compile(&chosen.mapping, &text.text, &known)
        .map_err(|all| mistaken(&text.name, &all))?;
    Ok(chosen)
}

/// The text of a mapping, and where it is from.
struct MappingSource {
    name: String,
    text: String,
}

/// The sheet of a workbook that the mapping file is for, if it says so.
///
/// # Errors
/// The mapping cannot be read.
pub fn sheet_of_mapping(args: &Args) -> Result<Option<String>> {
    let Some(path) = &args.mapping else { return Ok(None) };
    Ok(mapping_in(path)?.2.read.sheet)
}

/// The mapping in a file, with what messages call it and its text.
fn mapping_in(path: &Path) -> Result<(String, String, Mapping)> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidData => {
            Error::new(ErrorKind::Rejected, format!("{name}: not valid UTF-8"))
        }
        _ => paths::cannot_read(path, &e),
    })?;
    let mapping = Mapping::parse(&text).map_err(|mistake| mistaken(&name, &[mistake]))?;
    Ok((name, text, mapping))
}

fn candidates(args: &Args) -> Result<Vec<(MappingSource, Mapping)>> {
    if let Some(path) = &args.mapping {
        let (name, text, mut mapping) = mapping_in(path)?;
        mapping::check(&mapping, &text).map_err(|all| mistaken(&name, &all))?;
        for encoding in &mapping.read.encoding {
            by_name(encoding).map_err(|failure| {
                let at = text.find(encoding.as_str());
                mistaken(&name, &[MappingError::at(&text, at.map(|at| at..at), failure.message)])
            })?;
        }
        // whoever names a mapping knows better than the file's name
        mapping.recognise.file_name.clear();
        return Ok(vec![(MappingSource { name, text }, mapping)]);
    }
    let names = DATASETS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| args.dataset.as_deref().is_none_or(|asked| asked == *name));
    names
        .filter_map(|name| mapping::text(name).map(|text| (name, text)))
        .map(|(name, text)| {
            let mut mapping =
                Mapping::parse(&text).map_err(|mistake| mistaken(name, &[mistake]))?;
            if args.dataset.is_some() {
                mapping.recognise.file_name.clear();
            }
            Ok((MappingSource { name: name.into(), text: text.into_owned() }, mapping))
        })
        .collect()
}

/// The one mapping that suits a file whose beginning is this.
fn recognise<'c>(
    input: &SourceFile,
    candidates: &'c [(MappingSource, Mapping)],
    head: &str,
    args: &Args,
) -> Result<(&'c MappingSource, Mapping)> {
    let mut fitting: Vec<(usize, &(MappingSource, Mapping))> = Vec::new();
    let mut nearest: Vec<(usize, &str, Vec<String>)> = Vec::new();
    let mut headless: Vec<&str> = Vec::new();
    let mut header: Vec<String> = Vec::new();
    let head = FileHead::of(head);
    for candidate in candidates {
        match mapping::match_mapping(&candidate.1, &head, &input.name) {
            // the number of cells in a line is not enough to recognise a file
            Ok(layout)
                if !layout.has_header
                    && args.mapping.is_none()
                    && args.dataset.is_none()
                    && candidate.1.recognise.file_name.is_empty() =>
            {
                headless.push(&candidate.0.name);
            }
            Ok(layout) => fitting.push((layout.score, candidate)),
            Err(unfit) => {
                if args.mapping.is_some() {
                    header = unfit.header;
                }
                nearest.push((unfit.share, &candidate.1.name, unfit.why));
            }
        }
    }
    let best = fitting.iter().map(|(score, _)| *score).max();
    fitting.retain(|(score, _)| Some(*score) == best);
    match fitting.as_slice() {
        [(_, (source, mapping))] => Ok((source, mapping.clone())),
        [] if !header.is_empty() => {
            // somebody's own mapping names columns that the file does not have
            let Some((source, _)) = candidates.first() else { return Err(nothing_like(input)) };
            let lacking = nearest.into_iter().flat_map(|(_, _, why)| why);
            let mistakes: Vec<MappingError> = lacking
                .map(|name| {
                    let first = name.split('|').next().unwrap_or_default();
                    let at = [format!("{{{first}"), format!("\"{first}\"")]
                        .iter()
                        .find_map(|word| source.text.find(word.as_str()));
                    let near = did_you_mean(first, header.iter().map(String::as_str));
                    MappingError::at(
                        &source.text,
                        at.map(|at| at..at),
                        format!("the file has no column \"{name}\"{near}"),
                    )
                })
                .collect();
            Err(mistaken(&source.name, &mistakes))
        }
        [] => {
            let asked = args.mapping.is_some() || args.dataset.is_some();
            nearest.sort_by_key(|(share, ..)| std::cmp::Reverse(*share));
            let near: Vec<_> =
                nearest.iter().filter(|(share, ..)| asked || *share >= 300).take(3).collect();
            let mut failure = Error::new(
                ErrorKind::Rejected,
                match (asked, near.first()) {
                    (true, Some((_, name, _))) => {
                        format!("{}: does not match the mapping {name}", input.shown)
                    }
                    _ => nothing_like(input).message,
                },
            );
            if let Some(unseen) = input.sheets_unseen() {
                failure = failure.hint(unseen);
            }
            for name in headless {
                failure = failure.hint(format!(
                    "if it is {name} without a header, import it with --dataset {name}"
                ));
            }
            for (_, name, why) in &near {
                let mut missing: Vec<String> = why.iter().take(6).cloned().collect();
                if why.len() > 6 {
                    missing.push(format!("and {} more", why.len() - 6));
                }
                failure = failure.hint(format!("{name} also needs: {}", missing.join(", ")));
            }
            Err(failure.hint(format!(
                "facts import --draft {} writes a first mapping, to be used with --mapping",
                input.shown
            )))
        }
        several => {
            let names: Vec<&str> =
                several.iter().map(|(_, (source, _))| source.name.as_str()).collect();
            let several = format!("{} looks like {}", input.shown, names.join(" and like "));
            let hint = format!("choose one, such as --dataset {}", names.first().unwrap_or(&""));
            let unclear = Error::usage(several).hint(hint);
            Err(input.sheets_unseen().into_iter().fold(unclear, Error::hint))
        }
    }
}

fn nothing_like(input: &SourceFile) -> Error {
    Error::new(
        ErrorKind::Rejected,
        format!(
            "{}: unrecognised file layout; describe it with --mapping (see: facts help mapping)",
            input.shown
        ),
    )
}

fn unlike(input: &SourceFile, mapping: &Mapping) -> Error {
    Error::new(
        ErrorKind::Rejected,
        format!("{}: does not match the mapping {}", input.shown, mapping.name),
    )
}

/// The encoding of a file without a byte order mark: UTF-8 if it is, else the next that the
/// mapping names.
fn by_trial(input: &SourceFile, mapping: &Mapping) -> Result<&'static Encoding> {
    let listed: Vec<&'static Encoding> =
        mapping.read.encoding.iter().map(|name| by_name(name)).collect::<Result<_>>()?;
    match listed.as_slice() {
        [] => Ok(UTF_8),
        [only] if *only != UTF_8 => Ok(only),
        several => {
            let is_utf8 = ingest::is_utf8(input.reader()?).map_err(|e| input.failed(&e))?;
            let other = several.iter().copied().find(|encoding| *encoding != UTF_8);
            Ok(if is_utf8 { UTF_8 } else { other.unwrap_or(UTF_8) })
        }
    }
}

pub fn by_name(name: &str) -> Result<&'static Encoding> {
    const KNOWN: [&str; 8] = [
        "utf-8",
        "windows-1252",
        "iso-8859-1",
        "utf-16le",
        "utf-16be",
        "macintosh",
        "shift_jis",
        "windows-1256",
    ];
    ingest::named(name).ok_or_else(|| {
        Error::usage(format!("unknown encoding \"{name}\"{}", did_you_mean(name, KNOWN)))
            .hint(format!("common encodings: {}", KNOWN.join(", ")))
    })
}

/// The first text of a file; what its encoding does not know is told when the records are read.
pub fn beginning(input: &SourceFile, encoding: &'static Encoding) -> Result<String> {
    let bytes = input.head()?;
    let bare = ingest::of_mark(&bytes).map_or(bytes.as_slice(), |(_, length)| &bytes[length..]);
    let (text, _) = encoding.decode_without_bom_handling(bare);
    Ok(text.into_owned())
}

/// The release as the first record that has one says.
fn in_column(chosen: &ChosenMapping, input: &SourceFile) -> Result<Option<String>> {
    let Some(place) = chosen.mapping.release.column.as_ref() else { return Ok(None) };
    let Some(place) = chosen.layout.header.iter().position(|name| name.eq_ignore_ascii_case(place))
    else {
        return Ok(None);
    };
    let mut records = chosen.records(input)?;
    let mut record = Record::new();
    for _ in 0..10 {
        if !input.has_more(records.next(&mut record))? {
            break;
        }
        let said = record.get(place).unwrap_or_default().trim();
        if !said.is_empty() && !said.starts_with('#') {
            return Ok(Some(with_point(said)));
        }
    }
    Ok(None)
}

/// A version as its publisher writes it: 22,1 is what a spreadsheet makes of 22.1.
fn with_point(version: &str) -> String {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match version.split_once(',') {
        Some((whole, part)) if is_number(whole) && is_number(part) => format!("{whole}.{part}"),
        _ => version.to_owned(),
    }
}

/// The failure that mistakes in a mapping make.
fn mistaken(name: &str, mistakes: &[MappingError]) -> Error {
    let mut failure = Error::new(
        ErrorKind::Rejected,
        format!("{name}: {}", crate::value::text::count(mistakes.len() as u64, "error", "errors")),
    );
    let mut mistakes: Vec<&MappingError> = mistakes.iter().collect();
    mistakes.sort_by_key(|mistake| mistake.line);
    failure.details = mistakes
        .iter()
        .map(|mistake| format!("{name}:{}: {}", mistake.line, mistake.said))
        .collect();
    failure.hint("see: facts help mapping")
}
