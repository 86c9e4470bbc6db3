//! `facts compare`: the answers to each question side by side, and how they stand to each other.

use crate::command::Exit;
use crate::command::filter_args::FilterArgs;
use crate::command::global_args::GlobalArgs;
use crate::command::ui::Ui;
use crate::command::{extra_columns, load_claims};
use crate::error::{Error, Result};
use crate::evidence::claim::{Claim, ClaimFigure};
use crate::evidence::compare::{self, Question, Verdict};
use crate::query::{self, Predicate};
use crate::render::Heading;
use crate::value::text::count;
use crate::value::{OwnedValue, Value};

/// Show conflicting answers to the same question side by side.
///
/// A question is a topic; casualty figures without a topic are compared by place, population and
/// harm if their periods overlap. Verdicts: denied (stated by one, denied by another), disjoint
/// (ranges do not overlap), point-differs (single figures differ), stage-differs (a deal is at
/// conflicting stages, and no dates put them in order), overlap (ranges overlap but differ),
/// scope-differs (the figures count different things, so they do not conflict), agree.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts compare all\n  facts compare casualties --during 2013 --min-spread 10%"
)]
pub struct Args {
    /// events, arms-transfers, casualties, posts, indicators, or all
    #[arg(value_name = "KIND")]
    kind: String,
    /// Only questions whose figures differ by at least this much: 500, or 10% of the lowest
    #[arg(long, value_name = "N|N%")]
    min_spread: Option<String>,
    /// Only these verdicts
    #[arg(long, value_name = "VERDICT", value_delimiter = ',', value_parser = ["denied", "disjoint", "point-differs", "stage-differs", "overlap", "scope-differs", "agree"])]
    verdict: Vec<String>,
    /// Also show questions whose answers agree or count different things
    #[arg(long)]
    all: bool,
    /// One row per answer, or one per question
    #[arg(long, value_name = "WHAT", value_parser = ["answer", "question"], default_value = "answer")]
    by: String,
    /// Exit with 1 if any answers contradict each other
    #[arg(short = 'e', long)]
    exit_code: bool,
    #[command(flatten)]
    filters: FilterArgs,
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let kinds = query::kinds(&args.kind)?;
    let tests = args.filters.tests(&kinds)?;
    let spread = args.min_spread.as_deref().map(spread).transpose()?;
    let store = global.open()?;
    extra_columns::say_unknown(tests.iter().filter_map(Predicate::field), &kinds, &store, ui)?;
    let claims = load_claims::load(&store, &kinds, &tests, &args.filters.past()?)?;
    drop(store);
    let questions: Vec<Question<'_>> = compare::questions(&claims)
        .into_iter()
        .filter(|question| {
            let asked = if args.verdict.is_empty() {
                args.all
                    || question.verdict.is_contradiction()
                    || question.verdict == Verdict::Overlap
            } else {
                args.verdict.iter().any(|verdict| verdict == question.verdict.name())
            };
            asked && spread.as_ref().is_none_or(|least| is_wide(question, least))
        })
        .collect();
    if args.by == "question" {
        by_question(&questions, global, ui)?;
    } else {
        by_answer(&questions, global, ui)?;
    }
    let contradictions =
        questions.iter().filter(|question| question.verdict.is_contradiction()).count();
    ui.status(&format!(
        "{}, {}",
        count(questions.len() as u64, "question", "questions"),
        count(contradictions as u64, "contradiction", "contradictions")
    ));
    Ok(if args.exit_code && contradictions > 0 { Exit::No } else { Exit::Done })
}

/// A spread in figures, or in parts of the lowest.
enum Spread {
    Figures(f64),
    Part(f64),
}

fn spread(text: &str) -> Result<Spread> {
    let (number, part) = text.strip_suffix('%').map_or((text, false), |number| (number, true));
    let number: f64 =
        number.parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0).ok_or_else(|| {
            Error::usage(format!(
                "--min-spread \"{text}\": expected a number or a percentage, such as 500 or 10%"
            ))
        })?;
    Ok(if part { Spread::Part(number / 100.0) } else { Spread::Figures(number) })
}

fn is_wide(question: &Question<'_>, least: &Spread) -> bool {
    question.range.is_some_and(|(low, high)| match least {
        Spread::Figures(n) => high - low >= *n,
        Spread::Part(part) => high - low >= low * part,
    })
}

fn text(text: &str) -> OwnedValue {
    if text.is_empty() { Value::Null } else { Value::Text(text.to_owned().into()) }
}

fn real(n: Option<f64>) -> OwnedValue {
    n.map_or(Value::Null, Value::Real)
}

/// Lowest, highest, spread and ratio.
fn range(question: &Question<'_>) -> [OwnedValue; 4] {
    let (low, high) = question.range.unzip();
    let ratio = question.ratio().map(|ratio| (ratio * 100.0).round() / 100.0);
    [real(low), real(high), real(question.range.map(|(low, high)| high - low)), real(ratio)]
}

fn by_answer(questions: &[Question<'_>], global: &GlobalArgs, ui: &mut Ui) -> Result<u64> {
    let mut headings: Vec<Heading> = [
        "question", "verdict", "counted", "ref", "source", "said_by", "said_via", "stance",
        "stage", "date",
    ]
    .map(Heading::text)
    .into();
    headings.extend(
        ["low", "best", "high", "lowest", "highest", "spread", "ratio"].map(Heading::number),
    );
    headings.push(Heading::text("summary"));
    let leading = [
        "question", "verdict", "said_by", "stance", "best", "low", "high", "ref", "source",
        "stage", "summary", "counted", "spread", "ratio",
    ]
    .map(String::from)
    .into();
    ui.rows(global, headings, leading, |row| {
        let mut rows = 0;
        for question in questions {
            for (claim, figure) in &question.answers {
                let mut cells = answer(question, claim, *figure);
                cells.extend(range(question));
                cells.push(text(&claim.summary));
                row(&cells)?;
                rows += 1;
            }
        }
        Ok(rows)
    })
}

fn answer(question: &Question<'_>, claim: &Claim, figure: Option<&ClaimFigure>) -> Vec<OwnedValue> {
    let optional = |value: &Option<String>| value.as_deref().map_or(Value::Null, text);
    vec![
        text(&question.asked),
        text(question.verdict.name()),
        text(&question.counted),
        text(&claim.reference),
        text(&claim.source),
        optional(&claim.said_by),
        optional(&claim.said_via),
        text(&claim.stance),
        optional(&claim.stage),
        optional(&claim.date),
        real(figure.and_then(|figure| figure.low)),
        real(figure.and_then(|figure| figure.best)),
        real(figure.and_then(|figure| figure.high)),
    ]
}

fn by_question(questions: &[Question<'_>], global: &GlobalArgs, ui: &mut Ui) -> Result<u64> {
    let mut headings: Vec<Heading> = ["question", "verdict", "counted"].map(Heading::text).into();
    headings.extend(["answers", "lowest", "highest", "spread", "ratio"].map(Heading::number));
    ui.rows(global, headings, Vec::new(), |row| {
        for question in questions {
            let answers = i64::try_from(question.answers.len()).unwrap_or(i64::MAX);
            let mut cells = vec![
                text(&question.asked),
                text(question.verdict.name()),
                text(&question.counted),
                Value::Int(answers),
            ];
            cells.extend(range(question));
            row(&cells)?;
        }
        Ok(questions.len() as u64)
    })
}
