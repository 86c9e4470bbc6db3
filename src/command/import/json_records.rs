//! Where the records of a JSON document are, and the table that they make.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::Value as Json;

use crate::error::{Error, ErrorKind, Result, Stop};
use crate::ingest;
use crate::ingest::source_file::SourceFile;

/// What lists of records are usually called in a document.
const USUAL: [&str; 4] = ["data", "records", "results", "Result"];

/// Whether a file begins like JSON.
pub fn is_json(head: &[u8]) -> bool {
    let first = head.iter().find(|b| !b.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(b));
    match first {
        Some(b'{') => true,
        Some(b'[') => {
            let text = String::from_utf8_lossy(head);
            let inside = text
                .trim_start_matches('\u{feff}')
                .trim_start()
                .trim_start_matches('[')
                .trim_start();
            inside.starts_with(['{', ']'])
        }
        _ => false,
    }
}

/// A JSON document as a table with a header, for a first mapping of it: where its records are,
/// and the table.
///
/// # Errors
/// It holds no records.
pub fn json_as_table(input: &SourceFile) -> Result<Option<(Option<String>, String)>> {
    if !is_json(&input.head()?) {
        return Ok(None);
    }
    if is_split(input)? {
        let why = format!("{}: columns, index and data apart, as pandas splits them", input.shown);
        return Err(Error::new(ErrorKind::Rejected, why)
            .hint("write records instead: to_json(orient='records')"));
    }
    if let Some(path) = records_by_name(input)? {
        let (what, dot) = match path.as_str() {
            "" => ("an object".to_owned(), String::new()),
            path => (format!("{path}: an object"), format!(".{path} | ")),
        };
        let why = format!("{}: {what} whose members are records, not a list", input.shown);
        let hint =
            format!("make it a list: jq '{dot}to_entries | map({{name: .key}} + .value)' FILE");
        return Err(Error::new(ErrorKind::Rejected, why).hint(hint));
    }
    let (path, rows, header) = first_table(input, places_of_records(input)?, || Ok(Vec::new()))?;
    Ok(Some((path, header_line(&header) + &String::from_utf8_lossy(&rows))))
}

/// Makes a table of the records of a JSON document, which may be at these places.
///
/// # Errors
/// It holds no records.
pub fn json(input: &SourceFile, paths: &[&str]) -> Result<(std::fs::File, Vec<String>)> {
    let mut places: Vec<_> = paths.iter().map(|path| Some((*path).to_owned())).collect();
    // where a mapping does not say where records are, they are the document, or a list in it
    places.extend(places_of_records(input)?);
    let (_, file, header) =
        first_table(input, places, || tempfile::tempfile().map_err(|e| input.failed(&e)))?;
    Ok((file, header))
}

/// The table of the first of these places that has records, with the place and the columns' names.
fn first_table<W: Write>(
    input: &SourceFile,
    places: Vec<Option<String>>,
    make: impl Fn() -> Result<W>,
) -> Result<(Option<String>, W, Vec<String>)> {
    let refused = |why: &str| Error::new(ErrorKind::Rejected, format!("{}: {why}", input.shown));
    let mut why = "expected a list of records, found none".to_owned();
    for path in places {
        let mut rows = make()?;
        match ingest::json_table(input.reader()?, path.as_deref(), &mut rows) {
            Ok(header) if header.is_empty() => return Err(refused("it holds no records")),
            Ok(header) if header.len() > 1 || path.is_some() => return Ok((path, rows, header)),
            Ok(_) => {}
            Err(Stop::Input(said)) => why = said,
            Err(Stop::Failed(e)) => return Err(input.failed(&e)),
        }
    }
    Err(refused(&why).hint("in the mapping, say where the records are: [read] records = \"data\""))
}

/// Whether a document has the names of its columns in one list and its rows in another.
fn is_split(input: &SourceFile) -> Result<bool> {
    let head = String::from_utf8_lossy(&input.head()?).into_owned();
    let bare: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(bare.starts_with("{\"columns\":[\"") && bare.contains("\"data\":[["))
}

/// Where a document has an object of several objects, records by their names, that are more than the
/// longest list has.
fn records_by_name(input: &SourceFile) -> Result<Option<String>> {
    let whole: Option<Json> = serde_json::from_slice(&input.head()?).ok();
    let Some(whole) = whole else { return Ok(None) };
    let listed = longest_list(&whole).map_or(0, |(length, _)| length);
    let named = most_members(&whole, "").filter(|(members, _)| *members > listed.max(1));
    Ok(named.map(|(_, path)| path))
}

/// The object with the most members that are all objects with fields in common, with its path.
fn most_members(value: &Json, path: &str) -> Option<(usize, String)> {
    let members = value.as_object()?;
    let fields = |record: &Json| record.as_object().map(|record| record.keys().cloned().collect());
    let all: Option<Vec<BTreeSet<String>>> = members.values().map(fields).collect();
    let are_alike = all
        .as_ref()
        .is_some_and(|all| all.len() > 1 && all.iter().all(|one| !one.is_disjoint(&all[0])));
    let own = are_alike.then(|| (members.len(), path.to_owned()));
    let inner = members.iter().filter_map(|(name, value)| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        most_members(value, &path)
    });
    own.into_iter()
        .chain(inner)
        .max_by_key(|(members, path)| (*members, std::cmp::Reverse(path.len())))
}

/// Where the records of a document may be, the likeliest first; none: the document is them. One that
/// fits into its beginning has them in its longest list.
fn places_of_records(input: &SourceFile) -> Result<Vec<Option<String>>> {
    let head = input.head()?;
    if let Ok(whole) = serde_json::from_slice::<Json>(&head) {
        return Ok(vec![longest_list(&whole).map(|(_, path)| path)]);
    }
    let text = String::from_utf8_lossy(&head);
    let named = |key: &&str| text.contains(&format!("\"{key}\""));
    let list = USUAL.iter().copied().find(named);
    Ok(vec![None, list.map(str::to_owned)])
}

/// The longest list of objects in a document, with its path: `data.strikes`.
fn longest_list(value: &Json) -> Option<(usize, String)> {
    let lists = value.as_object()?.iter().filter_map(|(name, value)| {
        let may_be_empty = USUAL.contains(&name.as_str());
        let is_list =
            |list: &&Vec<Json>| list.iter().any(Json::is_object) || list.is_empty() && may_be_empty;
        match value.as_array().filter(is_list) {
            Some(list) => Some((list.len(), name.clone())),
            None => longest_list(value).map(|(length, path)| (length, format!("{name}.{path}"))),
        }
    });
    // of equals the first
    lists.fold(None, |longest, list| match longest {
        Some((length, _)) if length >= list.0 => longest,
        _ => Some(list),
    })
}

/// The names of columns as the header of a CSV file.
pub fn header_line(header: &[String]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(header).ok().and_then(|()| writer.into_inner().ok());
    written.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
