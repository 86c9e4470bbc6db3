//! Whether a file suits a mapping: where its header is, what separates cells, which release it is.

use std::rc::Rc;

use crate::mapping::file_head::{DELIMITERS, FileHead, FileLayout, HeaderNames, WantedColumn};
use crate::mapping::{Mapping, ReadOptions};
use crate::value::date_formats::DateStyle;
use crate::value::partial_date::PartialDate;

use crate::value::text::looks_like;

/// A file that does not suit a mapping: the share of the columns that it has, and those that it
/// lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// Share of the required columns that the file has, in thousandths.
    pub share: usize,
    /// What it lacks, or has and must not have.
    pub why: Vec<String>,
    /// The columns that it has, in the line that comes nearest to a header.
    pub header: Vec<String>,
}

/// How a file lies whose beginning is this, if it suits the mapping.
///
/// # Errors
/// How near it comes.
pub fn match_mapping(
    mapping: &Mapping,
    head: &FileHead<'_>,
    file_name: &str,
) -> Result<FileLayout, Mismatch> {
    let names = &mapping.recognise.file_name;
    if !names.is_empty()
        && !names
            .iter()
            .any(|pattern| looks_like(&file_name.to_lowercase(), &pattern.to_lowercase()))
    {
        return Err(Mismatch {
            share: 0,
            why: vec![format!("a file name such as {}", names.join(" or "))],
            header: Vec::new(),
        });
    }
    let read = &mapping.read;
    let delimiters = read.delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    let needs = mapping.needs();
    let mut nearest = Mismatch {
        share: 0,
        why: needs.iter().map(|need| need.join("|")).collect(),
        header: Vec::new(),
    };
    let wanted: Vec<Vec<WantedColumn<'_>>> =
        needs.iter().map(|need| need.iter().map(|name| WantedColumn::of(name)).collect()).collect();
    let unwanted: Vec<WantedColumn<'_>> =
        mapping.recognise.without.iter().map(|name| WantedColumn::of(name)).collect();
    for (n, (start, _)) in head.lines.iter().enumerate() {
        for delimiter in &delimiters {
            let header = if read.header_rows < 2 && read.unnamed.is_none() {
                head.names(n, *delimiter, read.quotes)
            } else {
                Rc::new(HeaderNames::of(named(&head.header(n, *delimiter, read), read)))
            };
            if header.names.len() < 2 && needs.len() > 1 {
                continue;
            }
            let is_lacking = |need: &[WantedColumn<'_>]| !need.iter().any(|name| header.has(name));
            let lacks = wanted.iter().filter(|need| is_lacking(need)).count();
            let share = 1000 * (needs.len() - lacks) / needs.len().max(1);
            if lacks > 0 && share <= nearest.share {
                continue;
            }
            let lacking = needs.iter().zip(&wanted).filter(|(_, wanted)| is_lacking(wanted));
            let unwanted = unwanted.iter().filter(|name| header.has(name));
            let why: Vec<String> = lacking
                .map(|(need, _)| need.join("|"))
                .chain(unwanted.map(|name| format!("no column {}", name.name)))
                .collect();
            if why.is_empty() {
                return Ok(FileLayout {
                    delimiter: *delimiter,
                    header: header.names.to_vec(),
                    preamble: head.before(n),
                    start: *start,
                    line: n as u64 + 1,
                    has_header: true,
                    breaks: head.header_breaks(n, read),
                    score: needs.len() + usize::from(!names.is_empty()),
                });
            }
            if share > nearest.share {
                nearest = Mismatch { share, why, header: header.names.to_vec() };
            }
        }
    }
    match &read.header {
        Some(header) => without_header(header, read, &delimiters, head),
        None => Err(nearest),
    }
}

fn without_header(
    header: &[String],
    read: &ReadOptions,
    delimiters: &[char],
    head: &FileHead<'_>,
) -> Result<FileLayout, Mismatch> {
    let is_record = |delimiter: &char, line: usize| {
        head.record(line, *delimiter, read.quotes).len() == header.len()
    };
    // lines above a table have fewer cells
    let found =
        (0..head.lines.len()).filter(|line| !head.lines[*line].1.is_empty()).find_map(|line| {
            let delimiter = delimiters.iter().find(|delimiter| is_record(delimiter, line))?;
            Some((*delimiter, line))
        });
    match found {
        Some((delimiter, line)) => Ok(FileLayout {
            delimiter,
            header: header.to_vec(),
            preamble: head.before(line),
            start: head.lines[line].0,
            line: line as u64 + 1,
            has_header: false,
            breaks: 0,
            score: header.len(),
        }),
        None => Err(Mismatch {
            share: 0,
            why: vec![format!("a line with {} cells", header.len())],
            header: Vec::new(),
        }),
    }
}

/// A column without a name gets one from the column to its left, if that has one and the mapping says so.
fn named(header: &Rc<[String]>, read: &ReadOptions) -> Rc<[String]> {
    let Some(unnamed) = &read.unnamed else { return header.clone() };
    let name = |n: usize| match n.checked_sub(1).map(|left| &header[left]) {
        Some(left) if header[n].is_empty() && !left.is_empty() => unnamed.replace("{left}", left),
        _ => header[n].clone(),
    };
    (0..header.len()).map(name).collect()
}

/// The release that the mapping finds in the lines before the header, or in the name of the
/// file.
#[must_use]
pub fn release(mapping: &Mapping, layout: &FileLayout, file_name: &str) -> Option<String> {
    let release = &mapping.release;
    let told = release.preamble.as_ref().and_then(|before| {
        let line =
            layout.preamble.iter().find_map(|line| line.trim().strip_prefix(before.as_str()))?;
        DateStyle::of(release.formats.clone()).read(line.trim()).map(PartialDate::edtf)
    });
    told.or_else(|| release.file_name.iter().find_map(|pattern| in_name(file_name, pattern)))
}

/// Finds a release in a file name by a pattern in which `#` is a digit: `v##_#` finds `23.1` in
/// `v23_1`.
fn in_name(name: &str, pattern: &str) -> Option<String> {
    let (name, pattern): (Vec<char>, Vec<char>) =
        (name.chars().collect(), pattern.chars().collect());
    let fits = |at: usize| {
        pattern.iter().enumerate().all(|(i, wanted)| match (wanted, name.get(at + i)) {
            ('#', Some(c)) => c.is_ascii_digit(),
            (wanted, Some(c)) => c.eq_ignore_ascii_case(wanted),
            _ => false,
        })
    };
    let bounded = |at: usize| {
        let digit = |at: Option<&char>| at.is_some_and(char::is_ascii_digit);
        let goes_on = pattern.last() == Some(&'#') && digit(name.get(at + pattern.len()));
        let began = pattern.first() == Some(&'#') && at > 0 && digit(name.get(at - 1));
        !began && !goes_on
    };
    let at = (0..name.len()).find(|at| fits(*at) && bounded(*at))?;
    let found: String = name[at..at + pattern.len()].iter().collect();
    Some(found.trim_matches(|c: char| !c.is_ascii_digit()).replace('_', "."))
}

/// Whether a file that lies so holds everything, as far as the mapping can tell.
#[must_use]
pub fn is_complete(mapping: &Mapping, layout: &FileLayout) -> bool {
    use crate::mapping::Complete;
    match &mapping.complete {
        Complete::Unknown => false,
        Complete::Is(complete) => *complete,
        Complete::Within { .. } => true,
        Complete::Preamble { preamble } => layout.preamble.iter().any(|line| {
            let folded = line.split_whitespace().collect::<Vec<_>>().join(" ");
            preamble.list().iter().any(|pattern| looks_like(&folded, &format!("*{pattern}*")))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(more: &str) -> Mapping {
        Mapping::parse(&format!(
            "name = \"t\"\ntitle = \"T\"\n{more}\n[[fact]]\nkind = \"events\"\nkey = [\"{{id}}\"]\ntype = \"battle\"\nsummary = \"{{a|b}}\"\n"
        ))
        .unwrap()
    }

    fn layout(mapping: &Mapping, text: &str, file_name: &str) -> Result<FileLayout, Mismatch> {
        match_mapping(mapping, &FileHead::of(text), file_name)
    }

    #[test]
    fn the_header_is_found_behind_what_precedes_it() {
        let head = "A title; with a semicolon\r\n\r\nid;b;c\r\n1;2;3\r\n";
        let found = layout(&mapping(""), head, "x.csv").unwrap();
        assert_eq!((found.delimiter, found.line, found.start), (';', 3, 29));
        assert_eq!(found.header, ["id", "b", "c"]);
        assert_eq!(found.preamble.len(), 2);
        assert_eq!(layout(&mapping(""), "id\tA\r1\t2", "x").unwrap().delimiter, '\t');
        let unfit = layout(&mapping(""), "id,c\n", "x").unwrap_err();
        assert_eq!((unfit.share, unfit.why), (500, vec!["a|b".to_owned()]));
        assert!(layout(&mapping("[recognise]\nwithout = [\"c\"]"), head, "x").is_err());
        assert!(layout(&mapping("[recognise]\nfile_name = [\"*.tsv\"]"), head, "x.csv").is_err());
    }

    #[test]
    fn a_file_without_a_header_has_the_columns_that_it_is_said_to_have() {
        let bare = mapping("[read]\nheader = [\"id\", \"a\"]\n");
        let found = layout(&bare, "1|Mosul\n", "x").unwrap();
        assert_eq!((found.delimiter, found.line, found.start), ('|', 1, 0));
        assert!(layout(&bare, "1|Mosul|x\n", "x").is_err());
    }

    #[test]
    fn names_of_files_tell_releases() {
        assert_eq!(in_name("GEDEvent_v23_1.csv", "v##_#").as_deref(), Some("23.1"));
        assert_eq!(in_name("lowy_2017.csv", "####").as_deref(), Some("2017"));
        assert_eq!(in_name("20170101.csv", "####"), None);
        assert_eq!(in_name("lowy.csv", "####"), None);
    }
}
