//! Mistakes in a mapping, each with its line.

use std::ops::Range;

use crate::value::suggest::did_you_mean;

/// A mistake in a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub said: String,
}

impl MappingError {
    /// A mistake at a place of the text.
    #[must_use]
    pub fn at(text: &str, span: Option<Range<usize>>, said: String) -> MappingError {
        let before = span.map_or(0, |span| span.start).min(text.len());
        MappingError {
            line: text.as_bytes()[..before].iter().filter(|b| **b == b'\n').count() + 1,
            said,
        }
    }
}

/// The line on which a key of the top level stands.
pub(super) fn line_of(text: &str, key: &str) -> usize {
    text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |line| line + 1)
}

/// What the reader of TOML says, with the nearest of the words that it would have taken.
pub(super) fn nearer(said: &str) -> String {
    let words: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
    match words.split_first() {
        Some((wrong, known)) if said.starts_with("unknown field") && !known.is_empty() => {
            let near = did_you_mean(wrong, known.iter().copied());
            let list = if near.is_empty() {
                format!("; expected one of {}", known.join(", "))
            } else {
                near
            };
            format!("unknown key \"{wrong}\"{list}")
        }
        _ => said.to_owned(),
    }
}
