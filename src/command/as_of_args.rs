//! `--as-of` and `--published-by`: the moment that an answer is taken from.

use jiff::Timestamp;

use crate::error::{Error, Result};
use crate::query::{AsOf, AsOfPoint};
use crate::value::date;

/// What was known, or published, when.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "History")]
pub struct AsOfArgs {
    /// State of the database at the end of a day (2026-11-24), at a time (RFC 3339), or after an
    /// import (import=3)
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// Only facts published by the end of this day, month or year
    #[arg(long, value_name = "DATE")]
    published_by: Option<String>,
}

impl AsOfArgs {
    /// Reads them.
    ///
    /// # Errors
    /// One of them is no date.
    pub fn read(&self) -> Result<AsOf> {
        let as_of = self.as_of.as_deref().map(moment).transpose()?;
        let published_by = match &self.published_by {
            None => None,
            Some(text) => {
                let days = date::parse(text).map_err(|e| {
                    Error::usage(format!("--published-by \"{text}\": expected {e}"))
                })?;
                Some(days.last.ok_or_else(|| {
                    Error::usage(format!(
                        "--published-by \"{text}\": expected a day, month or year"
                    ))
                })?)
            }
        };
        Ok(AsOf { as_of, published_by })
    }
}

/// Reads a moment.
///
/// # Errors
/// It is none.
pub fn moment(text: &str) -> Result<AsOfPoint> {
    if let Some(run) = text.strip_prefix("import=").and_then(|run| run.parse().ok()) {
        return Ok(AsOfPoint::Import(run));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        // a run counts when it began at that second or before
        let next = time.as_second().saturating_add(1);
        let next = Timestamp::from_second(next).unwrap_or(time);
        return Ok(AsOfPoint::Before(next.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()));
    }
    match date::parse(text).map(|days| days.last) {
        Ok(Some(last)) => Ok(AsOfPoint::Before(format!("{}T00:00:00Z", date::iso(last + 1)))),
        _ => Err(Error::usage(format!(
            "--as-of \"{text}\": expected a day, month or year, a time (2026-11-24T10:00:00Z), or import=N"
        ))),
    }
}
