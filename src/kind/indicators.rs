//! Indicators: other figures, such as trade ranks and border lengths.

use crate::kind::Filter::Is;
use crate::kind::common_fields::STOCKS_AND_FLOWS;
use crate::kind::{Field, Figure, Kind, QUALIFIERS};
use crate::value::Type;

const MEASURED: &[&str] = &["measure", "unit"];

/// The declaration of indicators.
pub static KIND: Kind = Kind {
    tag: 4,
    name: "indicators",
    one: "indicator",
    table: "indicators",
    about: "Other figures, such as ranks, lengths, counts and values.",
    own: &[
        Field::new(
            "measure",
            Type::Term,
            "What is measured, such as border length or goods export rank.",
        )
        .searched()
        .required()
        .filter(Is),
        Field::new("unit", Type::Term, "The unit, such as km, rank, people or USD.").filter(Is),
        Field::new("subject", Type::Actor, "The actor that the figure describes.").filter(Is),
        Field::new(
            "counterpart",
            Type::Actor,
            "The other actor, if the figure relates two actors.",
        )
        .filter(Is),
        Field::new("low", Type::Real, "Lower bound.").unit_fields(MEASURED),
        Field::new("best", Type::Real, "Best estimate.").unit_fields(MEASURED),
        Field::new("high", Type::Real, "Upper bound.").unit_fields(MEASURED),
        Field::new("quantity_text", Type::Text, "The figure in the source's words."),
        Field::new(
            "qualifier",
            Type::Choice(QUALIFIERS),
            "How the source qualifies the figure, such as about or at least.",
        ),
        Field::new(
            "stock_flow",
            Type::Choice(STOCKS_AND_FLOWS),
            "Whether the number covers a period (flow), holds at a date (stock) or is a running total (cumulative).",
        ),
    ],
    figures: &[Figure::only(true)],
    has_place_question: false,
    comparable_by: &["measure", "unit", "stock_flow"],
    scope_by: &[],
    rollup_by: &[],
    stock_if: None,
    same_by: &[],
    leading: &["date", "measure", "subject", "best", "unit", "counterpart", "ref", "summary"],
    parties: &[],
};
