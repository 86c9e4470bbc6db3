//! `facts search`: full text over what facts say, and over the texts of documents.

use std::ops::Range;

use crate::command::Exit;
use crate::command::extra_columns;
use crate::command::filter_args::FilterArgs;
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::error::{Error, Result};
use crate::evidence::locator;
use crate::kind::KINDS;
use crate::query::{self, AsOf, Predicate, Query};
use crate::render::Heading;
use crate::value::Value;
use crate::value::text::{count, fold};

/// Search summaries, designations, names, quotes, notes and document texts, best match first.
///
/// All words must occur; case and accents are ignored. Put a "phrase" in double quotes; end a
/// prefix with *.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts search hellfire\n  facts search '\"green zone\" embas*' --kind posts"
)]
pub struct Args {
    /// Words to search for
    #[arg(value_name = "TEXT", required = true)]
    words: Vec<String>,
    /// Only this kind of fact; `text` searches document texts
    #[arg(short, long, value_name = "KIND", default_value = "all")]
    kind: String,
    /// Maximum number of matches
    #[arg(short, long, value_name = "N", allow_negative_numbers = true, value_parser = crate::command::query::whole)]
    limit: Option<u64>,
    #[command(flatten)]
    filters: FilterArgs,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let words = args.words.join(" ");
    let terms = terms(&words);
    if terms.is_empty() {
        return Err(Error::usage(format!("no word to search for in \"{words}\"")));
    }
    let texts = args.kind == "text";
    let kinds = if texts { KINDS.to_vec() } else { query::kinds(&args.kind)? };
    let mut query = Query::of(kinds);
    query.tests = args.filters.tests(&query.kinds)?;
    query.past = args.filters.past()?;
    query.words = Some(words.clone());
    query.limit = args.limit;
    query.columns = query::columns("ref,kind,date,locator,summary", &query.kinds)?;
    let store = rights::open(global, ui)?;
    extra_columns::say_unknown(
        query.tests.iter().filter_map(Predicate::column),
        &query.kinds,
        &store,
        ui,
    )?;
    let headings = ["ref", "kind", "date", "locator", "text"].map(Heading::text).into();
    let leading = ["ref", "text", "kind", "date", "locator"].map(String::from).into();
    let most = args.limit.unwrap_or(u64::MAX);
    let color = ui.marks(global);
    store.import_at(&query.past)?;
    let rows = ui.rows(global, headings, leading, |row| {
        let mut found = 0;
        if !texts {
            found = store.select(&query, |cells| {
                let summary = marked(&cells[4].to_string(), &terms, color);
                let mut cells = cells.to_vec();
                cells[4] = Value::Text(summary.into());
                row(&cells)
            })?;
        }
        // filters are about facts: whoever filters, or asks the past, does not mean the texts of
        // today
        if (texts || args.kind == "all") && query.tests.is_empty() && query.past == AsOf::default()
        {
            for (slug, text) in store.texts_with(&words)? {
                for range in locator::sentences(&text) {
                    let body = text[range.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
                    if found >= most || !terms.iter().all(|term| !places(&body, term).is_empty()) {
                        continue;
                    }
                    let locator = locator::chars(&text, &range);
                    let text = marked(&body, &terms, color);
                    row(&[
                        Value::Text(slug.as_str().into()),
                        Value::Text("text".into()),
                        Value::Null,
                        Value::Text(locator.into()),
                        Value::Text(text.into()),
                    ])?;
                    found += 1;
                }
            }
        }
        store.end_reading()?;
        Ok(found)
    })?;
    if rows == 0 {
        ui.status(&format!("no match for {words}"));
    } else if ui.terminal && global.output.is_none() {
        ui.status(&count(rows, "match", "matches"));
    }
    Ok(Exit::Done)
}

/// A word, a phrase, or the beginning of a word.
struct Term {
    words: Vec<String>,
    prefix: bool,
}

fn terms(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    for (i, part) in text.split('"').enumerate() {
        let phrases: Vec<&str> =
            if i % 2 == 1 { vec![part] } else { part.split_whitespace().collect() };
        for phrase in phrases {
            let words: Vec<String> = tokens(phrase).into_iter().map(|(_, word)| word).collect();
            if !words.is_empty() {
                terms.push(Term { words, prefix: phrase.ends_with('*') });
            }
        }
    }
    terms
}

/// The words of a text, folded, with their places.
fn tokens(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut start = None;
    for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(i),
            (false, Some(begin)) => {
                found.push((begin..i, fold(&text[begin..i])));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// Where a term stands in a text.
fn places(text: &str, term: &Term) -> Vec<Range<usize>> {
    let tokens = tokens(text);
    let last = term.words.len() - 1;
    tokens
        .windows(term.words.len())
        .filter(|window| {
            window.iter().zip(&term.words).enumerate().all(|(i, ((_, word), wanted))| {
                if i == last && term.prefix { word.starts_with(wanted) } else { word == wanted }
            })
        })
        .map(|window| window[0].0.start..window[last].0.end)
        .collect()
}

/// A text with its matches marked, for a terminal.
fn marked(text: &str, terms: &[Term], marks: bool) -> String {
    if !marks {
        return text.to_owned();
    }
    let mut ranges: Vec<Range<usize>> = terms.iter().flat_map(|term| places(text, term)).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let (mut out, mut at) = (String::new(), 0);
    for range in ranges {
        if range.start >= at {
            out.push_str(&text[at..range.start]);
            out.push(crate::render::MARK_ON);
            out.push_str(&text[range.clone()]);
            out.push(crate::render::MARK_OFF);
            at = range.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_are_found_whatever_their_case_and_accents() {
        let found = |text: &str, words: &str| {
            terms(words).iter().map(|term| places(text, term).len()).collect::<Vec<_>>()
        };
        assert_eq!(found("The Green Zone's embassy", "\"green zone\" EMBAS*"), [1, 1]);
        assert_eq!(found("Türkiye", "turkiye"), [1]);
        assert_eq!(found("Iraqi", "iraq"), [0]);
        assert!(terms("* \" '").is_empty());
    }
}
