//! `facts check`: what is wrong, or worth a second look; exit 1 if there is anything.

use clap::builder::PossibleValuesParser;

use crate::command::Exit;
use crate::command::as_of_args::AsOfArgs;
use crate::command::global_args::GlobalArgs;
use crate::command::load_claims;
use crate::command::rights;
use crate::command::ui::Ui;
use crate::error::Result;
use crate::evidence::check::{Checker, Finding, RULES};
use crate::kind::KINDS;
use crate::query;
use crate::render::Heading;
use crate::value::Value;
use crate::value::text::count;

/// Check facts and sources for problems; exits with 1 if there are any.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help())]
pub struct Args {
    /// Only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = PossibleValuesParser::new(RULES.iter().map(|(name, _)| *name)))]
    rule: Vec<String>,
    /// Only facts of this source
    #[arg(long, value_name = "SLUG")]
    source: Option<String>,
    #[command(flatten)]
    past: AsOfArgs,
}

fn after_help() -> String {
    let rules: Vec<String> =
        RULES.iter().map(|(name, about)| format!("  {name:10} {about}")).collect();
    format!(
        "Rules:\n{}\n\nExamples:\n  facts check\n  facts check --rule locator,order --source us-iraq-2014",
        rules.join("\n")
    )
}

pub fn run(args: &Args, global: &GlobalArgs, ui: &mut Ui) -> Result<Exit> {
    let store = rights::open(global, ui)?;
    // every digest and page, or the pages alone
    let mut findings = Vec::new();
    let asks = |rule: &str| args.rule.is_empty() || args.rule.iter().any(|asked| asked == rule);
    if asks("integrity") {
        store.check_digests(|reference, what| {
            if args.source.as_ref().is_none_or(|source| reference.split(':').next() == Some(source))
            {
                findings.push(Finding { rule: "integrity", reference, what: what.to_owned() });
            }
            Ok(())
        })?;
    } else {
        store.check_pages()?;
    }
    let mut tests = Vec::new();
    if let Some(source) = &args.source {
        crate::command::source::one(&store, source)?;
        tests.push(query::among(
            query::column("source", KINDS)?,
            KINDS,
            vec![source.clone()],
            false,
        )?);
    }
    let past = args.past.read()?;
    let mut sources = load_claims::sources(&store)?;
    if let Some(source) = &args.source {
        sources.retain(|known| known.slug == *source);
    }
    let mut checker = Checker::new(&sources);
    load_claims::each(&store, KINDS, (&tests, &past), |claim| checker.first(&claim))?;
    if checker.wants_again() {
        load_claims::each(&store, KINDS, (&tests, &past), |claim| checker.again(claim))?;
    }
    let (found, facts) = checker.finish();
    findings.splice(0..0, found);
    findings.retain(|finding| asks(finding.rule));
    drop(store);
    let headings = ["rule", "ref", "finding"].map(Heading::text).into();
    let leading = ["rule", "finding", "ref"].map(String::from).into();
    ui.rows(global, headings, leading, |row| {
        for finding in &findings {
            row(&[
                Value::Text(finding.rule.into()),
                Value::Text(finding.reference.as_str().into()),
                Value::Text(finding.what.as_str().into()),
            ])?;
        }
        Ok(findings.len() as u64)
    })?;
    ui.status(&format!(
        "{} in {}",
        count(findings.len() as u64, "finding", "findings"),
        count(facts, "fact", "facts")
    ));
    Ok(if findings.is_empty() { Exit::Done } else { Exit::No })
}
