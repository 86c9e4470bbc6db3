//! A form for facts, to be filled in and read with `facts add --from`.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use tempfile::NamedTempFile;

use crate::command::manual_input::{ManualFields, stated};
use crate::command::records::RecordFile;
use crate::error::{Error, ErrorKind, Result};
use crate::kind::{Field, KINDS, Kind, Need};
use crate::value::Type;

/// The fields that most facts of a form share: they stand above the facts, once.
const SHARED: [&str; 2] = ["source", "confidence"];

/// The fields that few people fill in.
const RARE: [&str; 6] = ["key", "date_span", "extra", "latitude", "longitude", "place_precision"];

/// A form for facts of some kinds, in which some fields are filled in already.
///
/// # Errors
/// One of those fields is none of any kind.
pub fn of(kinds: &[&'static Kind], given: &ManualFields) -> Result<String> {
    for (name, _) in given {
        let field = crate::query::field(name, kinds)?;
        if !field.is_given() {
            let message = format!("{name} follows from other fields and cannot be given");
            return Err(Error::usage(message));
        }
    }
    Ok(form(kinds, given))
}

fn form(kinds: &[&'static Kind], given: &ManualFields) -> String {
    let is_given = |name: &str| !stated(given, name).is_empty();
    let mut text = String::from(
        "# Each table in double brackets is a fact; copy it for more facts. What is left empty is not\n\
         # stated. Read the form with: facts add --from FILE\n\n\
         # What stands here holds for all facts.\n",
    );
    for name in SHARED {
        if let Some(field) = KINDS[0].field(name) {
            line(&mut text, field, stated(given, name));
        }
    }
    for kind in kinds {
        let _ = writeln!(text, "\n[[{}]]", kind.name);
        let fields = kind.fields().filter(|field| field.is_given());
        for field in fields.filter(|field| {
            !SHARED.contains(&field.name) && (!RARE.contains(&field.name) || is_given(field.name))
        }) {
            line(&mut text, field, stated(given, field.name));
        }
    }
    text
}

fn line(text: &mut String, field: &Field, value: &str) {
    let must =
        if field.need == Need::Required && field.name != "summary" { "required; " } else { "" };
    let about = match field.ty {
        Type::Choice(words) => words.join(", "),
        _ => field.about.trim_end_matches('.').to_owned(),
    };
    let about = if field.name == "summary" { format!("{about}; empty: the quote") } else { about };
    let value = toml::Value::from(value);
    let _ = writeln!(text, "{:<18} = {value}  # {must}{about}", field.name);
}

/// Opens a form in the user's editor, and reads what was filled in.
///
/// # Errors
/// There is no editor, or it failed.
pub fn filled_in(
    kinds: &[&'static Kind],
    given: &ManualFields,
) -> Result<(RecordFile, NamedTempFile)> {
    let editor = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|editor| !editor.trim().is_empty()))
        .ok_or_else(|| {
            Error::usage("no editor: set VISUAL or EDITOR")
                .hint("or write a form with --template and read it with --from")
        })?;
    let failed = |e: &std::io::Error| Error::io("cannot write the form", e);
    let file = tempfile::Builder::new()
        .prefix("facts-")
        .suffix(".toml")
        .tempfile()
        .map_err(|e| failed(&e))?;
    std::fs::write(file.path(), of(kinds, given)?).map_err(|e| failed(&e))?;
    match edit(&editor, file.path()) {
        Ok(()) => Ok((RecordFile::read(file.path())?, file)),
        Err(failed) => Err(keep(file, failed)?),
    }
}

/// Keeps a form that was refused: an hour of typing is not thrown away for a missing quote.
///
/// # Errors
/// It cannot be kept.
pub fn keep(form: NamedTempFile, refused: Error) -> Result<Error> {
    let (_, path) = form.keep().map_err(|e| Error::io("cannot keep the form", &e.error))?;
    let path = path.display();
    Ok(refused.hint(format!("the form is kept; mend it, then: facts add --from {path}")))
}

fn edit(editor: &str, file: &Path) -> Result<()> {
    let words = shlex::split(editor).unwrap_or_else(|| vec![editor.to_owned()]);
    let Some((program, arguments)) = words.split_first() else {
        return Err(Error::usage("no editor: set VISUAL or EDITOR"));
    };
    let status = Command::new(program)
        .args(arguments)
        .arg(file)
        .status()
        .map_err(|e| Error::io(format!("cannot run the editor {program}"), &e))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Rejected,
        format!("the editor {program} failed; nothing was written"),
    ))
}
