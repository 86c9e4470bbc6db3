//! `facts compare`: the answers to each question side by side, and how they stand to each other.

use crate::command::compare_totals::Compared;
use crate::command::filter_args::FilterArgs;
use crate::command::global_args::GlobalArgs;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::command::{Exit, kinds_or};
use crate::command::{compare_totals, extra_columns, load_claims};
use crate::error::{Error, Result};
use crate::evidence::claim::{Claim, ClaimFigure};
use crate::evidence::compare::{self, Question};
use crate::evidence::totals::TotalQuestion;
use crate::evidence::verdict::Verdict;
use crate::kind::{self, Figure, Kind};
use crate::query::{self, ColumnRef, Predicate, Query};
use crate::render::Heading;
use crate::store::Store;
use crate::value::text::count;
use crate::value::{OwnedValue, Value};

/// Show conflicting answers to the same question side by side.
///
/// A question is a topic; casualty figures without a topic are compared by place, population and
/// harm if their periods overlap. Verdicts: denied (stated by one, denied by another), disjoint
/// (ranges do not overlap), point-differs (single figures differ), stage-differs (a deal is at
/// conflicting stages, and no dates put them in order), revision (sources of one family, such as
/// those of one publisher, differ), overlap (ranges overlap but differ),
/// scope-differs (the figures count different things, so they do not conflict), agree.
///
/// With --rows, the totals of the sources are compared instead: each label, such as a country and a
/// year, is a question, and the labels on which the sources differ most come first.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  facts compare all\n  facts compare casualties --during 2013 --min-spread 10%\n  facts compare casualties --rows country,year --min-ratio 2"
)]
pub struct Args {
    #[arg(value_name = "KIND", help = kinds_or("all"))]
    kind: String,
    /// Compare totals: the sum of each source for each label of these fields
    #[arg(long, value_name = "FIELDS")]
    rows: Option<String>,
    /// Figure to add up with --rows [default: the best estimate of the kind's first figure]
    #[arg(long, value_name = "FIELD", requires = "rows")]
    value: Option<String>,
    /// Only questions whose highest figure is at least this many times the lowest
    #[arg(long, value_name = "N")]
    min_ratio: Option<f64>,
    /// Only questions whose figures differ by at least this much: 500, or 10% of the lowest
    #[arg(long, value_name = "N|N%")]
    min_spread: Option<String>,
    /// Only these verdicts
    #[arg(long, value_name = "VERDICT", value_delimiter = ',', value_parser = ["denied", "disjoint", "point-differs", "stage-differs", "revision", "overlap", "scope-differs", "agree"])]
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
    let store = rights::open_for_answers(global, ui)?;
    extra_columns::say_unknown(tests.iter().filter_map(Predicate::column), &kinds, &store, ui)?;
    let is_asked = |verdict: Verdict| {
        if args.verdict.is_empty() {
            args.all
                || verdict.is_contradiction()
                || matches!(verdict, Verdict::Overlap | Verdict::Revision)
        } else {
            args.verdict.iter().any(|asked| asked == verdict.name())
        }
    };
    let is_wide = |range: Option<(f64, f64)>, ratio: Option<f64>| {
        spread.as_ref().is_none_or(|least| range.is_some_and(|range| least.is_met(range)))
            && args.min_ratio.is_none_or(|least| match range {
                // nothing is any number of times nothing
                Some((low, high)) if low <= 0.0 => high > low,
                _ => ratio.is_some_and(|ratio| ratio >= least),
            })
    };
    if let Some(rows) = &args.rows {
        let past = args.filters.past()?;
        let counting = counting(args, &kinds, &store)?
            .into_iter()
            .map(|(query, figure)| (Query { past: past.clone(), ..query }, figure))
            .collect::<Vec<_>>();
        let query = Query { tests, past, ..Query::of(kinds) };
        let wanted = (rows.as_str(), args.value.as_deref());
        let compared = compare_totals::totals(&query, &counting, wanted, &store)?;
        drop(store);
        let questions: Vec<&TotalQuestion> = compared
            .questions
            .iter()
            .filter(|question| {
                is_asked(question.verdict) && is_wide(Some(question.range), question.ratio())
            })
            .collect();
        let contradictions =
            questions.iter().filter(|question| question.verdict.is_contradiction()).count();
        compared.notes.iter().for_each(|said| ui.note(said));
        totals(&compared, &questions, args.by == "question", global, ui)?;
        return Ok(end(args, (questions.len(), contradictions), ui));
    }
    let past = args.filters.past()?;
    let claims = load_claims::load_answers(&store, &kinds, &tests, &past)?;
    let questions: Vec<Question<'_>> = compare::questions(&claims)
        .into_iter()
        .filter(|question| is_asked(question.verdict) && is_wide(question.range, question.ratio()))
        .collect();
    let data_sets = match questions.as_slice() {
        [] => load_claims::count_data_sets(&store, &kinds, &tests, &past)?,
        _ => 0,
    };
    drop(store);
    if args.by == "question" {
        by_question(&questions, global, ui)?;
    } else {
        by_answer(&questions, global, ui)?;
    }
    let contradictions =
        questions.iter().filter(|question| question.verdict.is_contradiction()).count();
    let count = questions.len();
    if data_sets > 1 {
        ui.status("records of different data sets are not compared with each other; --rows country,year compares their totals");
    }
    Ok(end(args, (count, contradictions), ui))
}

/// The facts of data sets whose figures count the same as those of the kind that is compared, such
/// as the deaths that events state; none for filters that they cannot answer.
fn counting(
    args: &Args,
    kinds: &[&'static Kind],
    store: &Store,
) -> Result<Vec<(Query, &'static Figure)>> {
    let [compared] = kinds else { return Ok(Vec::new()) };
    let data_sets: Vec<String> = load_claims::sources(store)?
        .into_iter()
        .filter(|source| !source.document)
        .map(|source| source.slug)
        .collect();
    if data_sets.is_empty() {
        return Ok(Vec::new());
    }
    let mut counting = Vec::new();
    for (kind, figure, counts) in kind::counting(compared) {
        if let Ok(Some(tests)) = args.filters.tests_of_counting(kind, counts) {
            let mut query = Query { tests, ..Query::of(vec![kind]) };
            let source = query::column("source", &query.kinds)?;
            query.tests.push(query::among(source, &query.kinds, data_sets.clone(), false)?);
            counting.push((query, figure));
        }
    }
    Ok(counting)
}

/// Says how many there are.
fn end(args: &Args, (questions, contradictions): (usize, usize), ui: &mut Ui) -> Exit {
    ui.status(&format!(
        "{}, {}",
        count(questions as u64, "question", "questions"),
        count(contradictions as u64, "contradiction", "contradictions")
    ));
    if args.exit_code && contradictions > 0 { Exit::No } else { Exit::Done }
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

impl Spread {
    fn is_met(&self, (low, high): (f64, f64)) -> bool {
        match self {
            Spread::Figures(n) => high - low >= *n,
            Spread::Part(part) => high - low >= low * part,
        }
    }
}

fn text(text: &str) -> OwnedValue {
    if text.is_empty() { Value::Null } else { Value::Text(text.to_owned().into()) }
}

fn real(n: Option<f64>) -> OwnedValue {
    n.map_or(Value::Null, Value::Real)
}

/// Lowest, highest, spread and ratio.
fn range(range: Option<(f64, f64)>, ratio: Option<f64>) -> [OwnedValue; 4] {
    let (low, high) = range.unzip();
    let ratio = ratio.map(|ratio| (ratio * 100.0).round() / 100.0);
    [real(low), real(high), real(range.map(|(low, high)| high - low)), real(ratio)]
}

/// The totals of each label: a row for each source, or for each label.
fn totals(
    compared: &Compared,
    questions: &[&TotalQuestion],
    by_question: bool,
    global: &GlobalArgs,
    ui: &mut Ui,
) -> Result<u64> {
    let columns = compared.rows.iter().chain(&compared.scope);
    let mut headings: Vec<Heading> = columns.map(|column| Heading::text(column.name())).collect();
    headings.push(Heading::text("verdict"));
    let leading: Vec<String> = if by_question {
        headings.push(Heading::text("sources"));
        Vec::new()
    } else {
        headings.push(Heading::text("source"));
        headings.extend(["low", "best", "high"].map(Heading::number));
        let rows = compared.rows.iter().map(ColumnRef::name);
        rows.chain(["verdict", "source", "best", "low", "high", "ratio"])
            .map(String::from)
            .collect()
    };
    headings.extend(["lowest", "highest", "spread", "ratio"].map(Heading::number));
    ui.rows(global, headings, leading, |row| {
        let mut rows = 0;
        for question in questions {
            let TotalQuestion { label, scope, violence, population, answers, .. } = question;
            let mut shared: Vec<OwnedValue> =
                label.iter().chain(scope).map(|part| text(part)).collect();
            for column in &compared.scope[scope.len()..] {
                let part = if column.name() == "violence" { violence } else { population };
                shared.push(part.as_deref().map_or(Value::Null, text));
            }
            shared.push(text(question.verdict.name()));
            let end = range(Some(question.range), question.ratio());
            if by_question {
                let sources: Vec<&str> =
                    answers.iter().map(|(source, _)| source.as_str()).collect();
                shared.push(text(&sources.join("; ")));
                row(&[shared, end.to_vec()].concat())?;
                rows += 1;
                continue;
            }
            for (source, figure) in answers {
                let mut cells = shared.clone();
                cells.push(text(source));
                cells.extend([figure.low, figure.best, figure.high].map(real));
                cells.extend(end.clone());
                row(&cells)?;
                rows += 1;
            }
        }
        Ok(rows)
    })
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
                cells.extend(range(question.range, question.ratio()));
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
            cells.extend(range(question.range, question.ratio()));
            row(&cells)?;
        }
        Ok(questions.len() as u64)
    })
}
