//! A file of input that can be read from its beginning more than once: plain or packed, or what
//! comes through a pipe.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result, Stop};
use crate::fs::paths;
use crate::ingest::strict_csv::CsvError;
use crate::ingest::unpack_budget::BoundedReader;
use crate::ingest::{web_page, workbook};
use crate::value::text::hex;

/// How a file is packed, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstandard,
}

/// Packed files up to this size are unpacked once before they are read.
const TRIED_AT_ONCE: u64 = 16 << 20;

/// A file of input.
pub struct SourceFile {
    /// What messages call it.
    pub shown: String,
    /// Its name, without its folders and without what the packing added.
    pub name: String,
    /// The bytes as they were given.
    given: Arc<File>,
    /// The member of an archive, unpacked.
    member: Option<Arc<File>>,
    packing: Packing,
    /// The sheet of a workbook that is read, and the others.
    sheets: Option<(String, Vec<String>)>,
    /// How many sheets are read.
    sheets_read: usize,
    /// Somebody chose the sheet.
    is_chosen: bool,
    /// All sheets with the same columns are read.
    is_all: bool,
    /// How far anybody has read, for the progress of a run.
    read: Arc<AtomicU64>,
}

impl SourceFile {
    /// What the sheet that was read is called, where a workbook has several.
    #[must_use]
    pub fn sheet(&self) -> Option<&str> {
        self.sheets.as_ref().map(|(read, _)| read.as_str())
    }

    /// How many sheets of a workbook are read as one table; 0 of anything else.
    #[must_use]
    pub fn sheets_read(&self) -> usize {
        self.sheets_read
    }

    /// Which sheet was read and which others there are; none if somebody chose it, or there is only
    /// one.
    #[must_use]
    pub fn sheets_unseen(&self) -> Option<String> {
        let (read, others) = self.sheets.as_ref().filter(|_| !self.is_chosen || self.is_all)?;
        let others = others.join(", ");
        let read = match self.sheets_read {
            0 | 1 => format!("the sheet \"{read}\" was read"),
            n => format!("{n} sheets with the same columns were read ({read})"),
        };
        Some(format!("{read}; the others, to be named with --sheet: {others}"))
    }

    /// Opens a file; `-` is the standard input. Of a workbook it is one sheet.
    ///
    /// # Errors
    /// It cannot be read, is an archive of several files, or has no such sheet.
    pub fn open(path: &Path, wanted: Option<&str>) -> Result<SourceFile> {
        let piped = path.as_os_str() == "-";
        let shown = if piped { "<stdin>".to_owned() } else { path.display().to_string() };
        let failed = |e: &io::Error| Error::io(&shown, e);
        let given = if piped {
            let mut spool = tempfile::tempfile().map_err(|e| failed(&e))?;
            io::copy(&mut io::stdin().lock(), &mut spool).map_err(|e| failed(&e))?;
            spool
        } else {
            let file = File::open(path).map_err(|e| paths::cannot_read(path, &e))?;
            if file.metadata().map_err(|e| failed(&e))?.is_dir() {
                return Err(Error::usage(format!(
                    "{shown} is a folder: use facts seed for folders, facts import for files"
                )));
            }
            if file.try_clone().and_then(|mut file| file.stream_position()).is_ok() {
                file
            } else {
                // a pipe by name is read once
                let mut spool = tempfile::tempfile().map_err(|e| failed(&e))?;
                io::copy(&mut &file, &mut spool).map_err(|e| failed(&e))?;
                spool
            }
        };
        let given = Arc::new(given);
        let mut head = Vec::new();
        SharedFile::of(&given).take(2000).read_to_end(&mut head).map_err(|e| failed(&e))?;
        let mut name =
            path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        let (mut packing, mut member, mut sheets, mut sheets_read) =
            (Packing::Plain, None, None, 0);
        match head.as_slice() {
            [0x1f, 0x8b, ..] => packing = Packing::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd] => packing = Packing::Zstandard,
            [b'%', b'P', b'D', b'F', ..] => {
                let what = format!("{shown} is a PDF, not a table");
                return Err(Error::new(ErrorKind::Rejected, what).hint(
                    "save its table as CSV, or attach its text to a source (facts source attach)",
                ));
            }
            [0xd0, 0xcf, 0x11, 0xe0, ..] => {
                let sheet = workbook::old(&given, &shown, wanted)?;
                (sheets, sheets_read) = (Some((sheet.name, sheet.others)), sheet.read);
                member = Some(Arc::new(sheet.file));
            }
            head if web_page::is_page(head) => {
                if let Some(table) = web_page::table(SharedFile::of(&given), &shown, wanted)? {
                    sheets = Some((table.name, table.others));
                    member = Some(Arc::new(table.file));
                }
            }
            [b'P', b'K', 3 | 5, 4 | 6, ..] => match workbook::table(&given, &shown, wanted)? {
                Some(sheet) => {
                    (sheets, sheets_read) = (Some((sheet.name, sheet.others)), sheet.read);
                    member = Some(Arc::new(sheet.file));
                }
                None => {
                    let (file, inner) = unzip(&given, &shown)?;
                    (member, name) = (Some(Arc::new(file)), inner);
                }
            },
            _ => {}
        }
        if packing != Packing::Plain {
            let bare = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst"));
            name.truncate(bare.unwrap_or(&name).len());
        }
        let sheets = sheets.filter(|(_, others)| !others.is_empty());
        let is_chosen = wanted.is_some();
        let is_all = wanted == Some(workbook::ALL) && sheets_read > 0;
        let read = Arc::default();
        let file = SourceFile {
            shown,
            name,
            given,
            member,
            packing,
            sheets,
            sheets_read,
            is_chosen,
            is_all,
            read,
        };
        if packing != Packing::Plain && file.size() <= TRIED_AT_ONCE {
            file.refuse_bomb()?;
        }
        Ok(file)
    }

    /// Fails if a small file unpacks to too much: at the rate at which records are read, it would be a
    /// while before that is seen.
    fn refuse_bomb(&self) -> Result<()> {
        match io::copy(&mut self.reader()?, &mut io::sink()) {
            Err(e) if BoundedReader::<File>::is_bomb(&e) => Err(self.failed(&e)),
            // what is broken in another way is told with its place
            _ => Ok(()),
        }
    }

    /// The bytes from the beginning, unpacked; several may read at once.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn reader(&self) -> Result<Box<dyn Read>> {
        let file = SharedFile::of(self.member.as_ref().unwrap_or(&self.given));
        let counted = CountingReader { file, read: Arc::clone(&self.read) };
        Ok(match self.packing {
            Packing::Plain => Box::new(counted),
            Packing::Gzip => Box::new(BoundedReader::of(
                flate2::read::MultiGzDecoder::new(BufReader::new(counted)),
                self.size(),
            )),
            Packing::Zstandard => Box::new(BoundedReader::of(
                ruzstd::decoding::StreamingDecoder::new(BufReader::new(counted)).map_err(|e| {
                    Error::new(
                        ErrorKind::Rejected,
                        format!("{}: corrupt Zstandard data", self.shown),
                    )
                    .with_source(e)
                })?,
                self.size(),
            )),
        })
    }

    /// The first bytes, unpacked.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn head(&self) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        self.reader()?.take(1 << 18).read_to_end(&mut head).map_err(|e| self.failed(&e))?;
        Ok(head)
    }

    /// SHA-256 of the file as it was given, in hexadecimal.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn sha256(&self) -> Result<String> {
        let mut file = SharedFile::of(&self.given);
        let mut sum = Sha256::new();
        let mut buffer = vec![0; 1 << 18];
        loop {
            match file.read(&mut buffer).map_err(|e| self.failed(&e))? {
                0 => return Ok(hex(&sum.finalize())),
                n => sum.update(&buffer[..n]),
            }
        }
    }

    /// How many bytes there are to read, before they are unpacked.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.member.as_ref().unwrap_or(&self.given).metadata().map_or(0, |found| found.len())
    }

    /// How many bytes there are to read, and how far anybody who begins from now on has read.
    #[must_use]
    pub fn progress(&self) -> (u64, Arc<AtomicU64>) {
        self.read.store(0, Ordering::Relaxed);
        (self.size(), Arc::clone(&self.read))
    }

    /// Whether reading gave one more record: none at the end, and none where the file breaks its
    /// format, which whoever reads it all reports.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn has_more(&self, next: Result<bool, Stop<CsvError, io::Error>>) -> Result<bool> {
        match next {
            Ok(more) => Ok(more),
            Err(Stop::Input(_)) => Ok(false),
            Err(Stop::Failed(e)) => Err(self.failed(&e)),
        }
    }

    /// A failure to read it.
    #[must_use]
    pub fn failed(&self, error: &io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof => Error::new(
                ErrorKind::Rejected,
                format!("{}: {error}; nothing was written", self.shown),
            ),
            _ if self.packing != Packing::Plain && error.raw_os_error().is_none() => Error::new(
                ErrorKind::Rejected,
                format!("{}: corrupt compressed data: {error}; nothing was written", self.shown),
            ),
            _ => Error::io(&self.shown, error),
        }
    }
}

/// The one member of an archive.
fn unzip(given: &File, shown: &str) -> Result<(File, String)> {
    let broken = |e: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Rejected, format!("{shown}: corrupt zip archive")).with_source(e)
    };
    let file = given.try_clone().map_err(|e| Error::io(shown, &e))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|e| broken(&e))?;
    let mut names: Vec<String> = Vec::new();
    for name in archive.file_names() {
        let name = name.map_err(|e| broken(&e))?;
        if !name.ends_with('/') && !name.starts_with("__MACOSX/") {
            names.push(name.into_owned());
        }
    }
    let [name] = names.as_slice() else {
        return Err(Error::new(
            ErrorKind::Rejected,
            format!("{shown} contains {} files: expected one", names.len()),
        )
        .hint("extract it and import the file you want"));
    };
    let member = archive.by_name(name).map_err(|e| broken(&e))?;
    let packed = member.compressed_size();
    let mut member = BoundedReader::of(member, packed);
    let mut spool = tempfile::tempfile().map_err(|e| Error::io(shown, &e))?;
    io::copy(&mut member, &mut spool).map_err(|e| match e.kind() {
        io::ErrorKind::InvalidData => Error::new(ErrorKind::Rejected, format!("{shown}: {e}")),
        _ => broken(&e),
    })?;
    let bare = name.rsplit('/').next().unwrap_or(name).to_owned();
    Ok((spool, bare))
}

/// A file read from its beginning, whoever else reads it.
pub struct SharedFile {
    file: Arc<File>,
    at: u64,
}

impl SharedFile {
    /// One at the beginning of a file.
    #[must_use]
    pub fn of(file: &Arc<File>) -> SharedFile {
        SharedFile { file: Arc::clone(file), at: 0 }
    }
}

impl Read for SharedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let n = std::os::unix::fs::FileExt::read_at(self.file.as_ref(), buffer, self.at)?;
        #[cfg(windows)]
        let n = std::os::windows::fs::FileExt::seek_read(self.file.as_ref(), buffer, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// A file that tells how far it was read.
struct CountingReader {
    file: SharedFile,
    read: Arc<AtomicU64>,
}

impl Read for CountingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.read.fetch_max(self.file.at, Ordering::Relaxed);
        Ok(n)
    }
}

/// A reader that begins with what was read of it already.
#[must_use]
pub fn behind(head: Vec<u8>, rest: Box<dyn Read>) -> Box<dyn Read> {
    Box::new(Cursor::new(head).chain(rest))
}
