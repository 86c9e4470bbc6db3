//! Choices of how output looks that both the command line and `facts.toml` make.

use clap::ValueEnum;

use crate::render;

/// When to do something that suits a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Only on a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The two kinds of CSV that spreadsheets open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flavour {
    /// Commas between cells, decimal points.
    Us,
    /// Semicolons between cells, decimal commas.
    Eu,
}

impl From<Flavour> for render::Excel {
    fn from(flavour: Flavour) -> render::Excel {
        match flavour {
            Flavour::Us => render::Excel::Us,
            Flavour::Eu => render::Excel::Eu,
        }
    }
}
