//! `facts coverage`: how much of a document its facts rest on, and what looks as if it held
//! another.

use crate::command::Exit;
use crate::command::as_of_args::AsOfArgs;
use crate::command::global_args::GlobalArgs;
use crate::command::load_claims;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::coverage::{self, Sentence};
use crate::evidence::locator::Locator;
use crate::kind::KINDS;
use crate::query;
use crate::render::Heading;
use crate::value::Value;
use crate::value::text::count;

/// Show how much of a document the facts cover, and list uncovered sentences that may state more
/// facts.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  facts coverage report\n  facts coverage report --min 80%")]
pub struct Args {
    /// Source with a stored text
    #[arg(value_name = "SOURCE")]
    source: String,
    /// List every sentence, covered or not
    #[arg(long)]
    all: bool,
    /// Show the share of covered sentences, overall and for each kind, instead of the sentences
    #[arg(long, conflicts_with = "all")]
    share: bool,
    /// Exit with 1 if less than this share of the sentences is covered
    #[arg(long, value_name = "N%")]
    min: Option<String>,
    #[command(flatten)]
    past: AsOfArgs,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let least = args.min.as_deref().map(percent).transpose()?;
    let store = rights::open(global, ui)?;
    let slug = &args.source;
    crate::command::source::one(&store, slug)?;
    let Some(held) = store.held_text(slug)? else {
        return Err(Error::new(ErrorKind::NotFound, format!("{slug} has no stored text"))
            .hint(format!("add it with: facts source attach {slug} FILE")));
    };
    let by_source =
        query::among(query::column("source", KINDS)?, KINDS, vec![slug.clone()], false)?;
    let claims = load_claims::load(&store, KINDS, &[by_source], &args.past.read()?)?;
    let facts: Vec<_> = claims
        .iter()
        .filter_map(|claim| {
            Some((claim.kind, Locator::parse(claim.locator.as_deref()?)?.resolve(&held.text)?))
        })
        .collect();
    let sentences = coverage::sentences(&held.text, &facts, &store.searched_names()?);
    drop(store);
    if args.share {
        shares(&sentences, global, ui)?;
        return Ok(if least.is_some_and(|least| coverage::share(&sentences) < least) {
            Exit::No
        } else {
            Exit::Done
        });
    }
    let shown: Vec<&Sentence> = sentences
        .iter()
        .filter(|sentence| args.all || (sentence.facts == 0 && !sentence.looks.is_empty()))
        .collect();
    let mut headings: Vec<Heading> = vec![Heading::text("locator"), Heading::number("facts")];
    headings.extend(["kinds", "looks_like", "text"].map(Heading::text));
    let leading = ["locator", "looks_like", "text", "facts", "kinds"].map(String::from).into();
    let list =
        |items: String| if items.is_empty() { Value::Null } else { Value::Text(items.into()) };
    ui.rows(global, headings, leading, |row| {
        for sentence in &shown {
            let facts = i64::try_from(sentence.facts).unwrap_or(i64::MAX);
            row(&[
                Value::Text(sentence.locator.as_str().into()),
                Value::Int(facts),
                list(sentence.kinds.join("; ")),
                list(sentence.looks.join("; ")),
                Value::Text(sentence.text.as_str().into()),
            ])?;
        }
        Ok(shown.len() as u64)
    })?;
    let share = coverage::share(&sentences);
    let covered = sentences.iter().filter(|sentence| sentence.facts > 0).count();
    ui.status(&format!(
        "{slug}: facts cover {covered} of {} ({share:.1}%)",
        count(sentences.len() as u64, "sentence", "sentences")
    ));
    for kind in KINDS {
        let covered =
            sentences.iter().filter(|sentence| sentence.kinds.contains(&kind.name)).count();
        ui.status(&format!(
            "  {:15} {}",
            kind.name,
            count(covered as u64, "sentence", "sentences")
        ));
    }
    Ok(if least.is_some_and(|least| share < least) { Exit::No } else { Exit::Done })
}

/// How many sentences facts rest on, and which share of all they are, over all kinds and for each.
fn shares(sentences: &[Sentence], global: &GlobalArgs, ui: &mut Ui) -> Result<()> {
    let mut headings = vec![Heading::text("kind")];
    headings.extend(["sentences", "covered", "percent"].map(Heading::number));
    let whole = |n: usize| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    ui.rows(global, headings, Vec::new(), |row| {
        for kind in std::iter::once("all").chain(KINDS.iter().map(|kind| kind.name)) {
            let rests = |sentence: &&Sentence| {
                if kind == "all" { sentence.facts > 0 } else { sentence.kinds.contains(&kind) }
            };
            let covered: Vec<&Sentence> = sentences.iter().filter(rests).collect();
            let percent = coverage::percent(covered.len(), sentences.len());
            row(&[
                Value::Text(kind.into()),
                whole(sentences.len()),
                whole(covered.len()),
                Value::Real((percent * 10.0).round() / 10.0),
            ])?;
        }
        Ok(KINDS.len() as u64 + 1)
    })?;
    Ok(())
}

fn percent(text: &str) -> Result<f64> {
    let number =
        text.trim_end_matches('%').parse().ok().filter(|n: &f64| (0.0..=100.0).contains(n));
    number
        .ok_or_else(|| Error::usage(format!("--min \"{text}\": expected a percentage such as 80%")))
}
