//! `facts source list`: every source, also as citation managers read them.

use serde_json::{Value as Json, json};

use crate::command::Exit;
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::source::{all, field};
use crate::command::ui::Ui;
use crate::error::Result;
use crate::kind::reference_table::SOURCES;
use crate::render::Heading;
use crate::value::{OwnedValue, date};

/// List the sources.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts source list\n  facts source list -f bibtex > sources.bib"
)]
pub struct Args {}

/// What citation managers read.
enum Cite {
    /// BibTeX.
    Bibtex,
    /// CSL-JSON.
    CslJson,
}

pub fn run(_args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let store = rights::open(global, ui)?;
    let sources = all(&store)?;
    let cite = match global.format.as_deref() {
        Some("bibtex") => Some(Cite::Bibtex),
        Some("csl-json") => Some(Cite::CslJson),
        _ => None,
    };
    match cite {
        Some(Cite::Bibtex) => {
            let text: String = sources.iter().map(|source| bibtex(source)).collect();
            ui.whole(global, text.as_bytes())?;
        }
        Some(Cite::CslJson) => {
            let items: Vec<Json> = sources.iter().map(|source| csl(source)).collect();
            ui.whole(global, format!("{:#}\n", Json::from(items)).as_bytes())?;
        }
        None => {
            let headings = SOURCES.fields.iter().map(|field| Heading::text(field.name)).collect();
            let leading =
                ["slug", "title", "kind", "published", "author", "publisher", "reliability"]
                    .map(String::from)
                    .into();
            ui.rows(global, headings, leading, |row| {
                for source in &sources {
                    row(source)?;
                }
                Ok(sources.len() as u64)
            })?;
        }
    }
    Ok(Exit::Done)
}

/// The year, month and day of a publication, as far as they are stated.
fn published(source: &[OwnedValue]) -> Option<Vec<i64>> {
    let text = field(source, "published")?;
    date::parse(text).ok()?;
    let bare = text.trim_end_matches(['~', '?', '%']);
    bare.split('/').next()?.split('-').map(|part| part.parse().ok()).collect()
}

fn bibtex(source: &[OwnedValue]) -> String {
    let slug = field(source, "slug").unwrap_or_default();
    let kind = if field(source, "kind") == Some("dataset") { "dataset" } else { "misc" };
    let year =
        published(source).and_then(|parts| parts.first().copied()).map(|year| year.to_string());
    let pairs = [
        ("title", field(source, "title").map(str::to_owned)),
        (
            "author",
            field(source, "author")
                .map(|author| author.split("; ").map(person).collect::<Vec<_>>().join(" and ")),
        ),
        ("publisher", field(source, "publisher").map(str::to_owned)),
        ("year", year),
        (
            "month",
            published(source)
                .and_then(|parts| parts.get(1).copied())
                .map(|month| month.to_string()),
        ),
        ("url", field(source, "url").map(str::to_owned)),
        ("note", field(source, "note").map(str::to_owned)),
    ];
    let fields: String = pairs
        .into_iter()
        .filter_map(|(name, value)| {
            value.map(|value| {
                format!(
                    "  {name} = {{{}}},\n",
                    if matches!(name, "url" | "author" | "month") { value } else { tex(&value) }
                )
            })
        })
        .collect();
    format!("@{kind}{{{slug},\n{fields}}}\n\n")
}

/// A person as `Family, Given`; anybody else is kept whole.
fn person(name: &str) -> String {
    match name.split_once(", ") {
        Some((family, given)) => format!("{}, {}", tex(family), tex(given)),
        None => tex(name),
    }
}

/// Text as TeX reads it, capitals kept.
fn tex(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\n' | '\r' => escaped.push(' '),
            _ => escaped.push(c),
        }
    }
    format!("{{{escaped}}}")
}

fn csl(source: &[OwnedValue]) -> Json {
    let mut item = json!({
        "id": field(source, "slug"),
        "type": if field(source, "kind") == Some("dataset") { "dataset" } else { "document" },
        "title": field(source, "title"),
    });
    let mut put = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            item[name] = value;
        }
    };
    let authors = |text: &str| -> Json {
        let person = |name: &str| match name.split_once(", ") {
            Some((family, given)) => json!({ "family": family, "given": given }),
            None => json!({ "literal": name }),
        };
        text.split("; ").map(person).collect::<Vec<_>>().into()
    };
    put("author", field(source, "author").map(authors));
    put("publisher", field(source, "publisher").map(Json::from));
    put("issued", published(source).map(|parts| json!({ "date-parts": [parts] })));
    put("URL", field(source, "url").map(Json::from));
    put("note", field(source, "note").map(Json::from));
    item
}
