//! Casualty statistics: how many people of a population came to one harm, in one place and period.

use crate::kind::Filter::Is;
use crate::kind::common_fields::{
    CONFLICT_COUNTRY, SIDE_A, SIDE_B, STOCKS_AND_FLOWS, SUPPORTERS, VIOLENCE_FIELD,
};
use crate::kind::{Field, Figure, Kind, PartyPair, QUALIFIERS, SIDES};
use crate::value::Type;

const HARMS: &[&str] = &["killed", "wounded", "missing", "detained", "displaced"];

/// The declaration of casualty statistics.
pub static KIND: Kind = Kind {
    tag: 2,
    name: "casualties",
    one: "casualty statistic",
    table: "casualty_statistics",
    about: "Counts of people harmed: one row per harm and population.",
    own: &[
        Field::new("harm", Type::Choice(HARMS), "What happened to the people counted.")
            .required()
            .filter(Is),
        Field::new(
            "population",
            Type::Term,
            "Who was counted, such as civilians, US soldiers, side a, all or unknown.",
        )
        .searched()
        .required()
        .filter(Is),
        Field::new("victim", Type::Actor, "The party that was harmed.").filter(Is),
        Field::new("perpetrator", Type::Actor, "The party that caused the harm.").filter(Is),
        SIDE_A,
        SIDE_B,
        SUPPORTERS,
        VIOLENCE_FIELD,
        CONFLICT_COUNTRY,
        Field::new("low", Type::Integer, "People, lower bound.").unit_fields(&["harm"]),
        Field::new("best", Type::Integer, "People, best estimate.").unit_fields(&["harm"]),
        Field::new("high", Type::Integer, "People, upper bound.").unit_fields(&["harm"]),
        Field::new("quantity_text", Type::Text, "The number in the source's words."),
        Field::new(
            "qualifier",
            Type::Choice(QUALIFIERS),
            "How the source qualifies the number, such as about or at least.",
        ),
        Field::new(
            "method",
            Type::Term,
            "How the figure was reached: incident count, media count, survey or model.",
        ),
        Field::new(
            "stock_flow",
            Type::Choice(STOCKS_AND_FLOWS),
            "Whether the number covers a period (flow), holds at a date (stock) or is a running total (cumulative).",
        ),
        Field::new("event", Type::Text, "The event it belongs to, as SOURCE:KEY."),
    ],
    figures: &[Figure::only(true)],
    has_place_question: true,
    comparable_by: &["harm", "population", "stock_flow"],
    scope_by: &["violence", "side_a", "side_b", "victim", "perpetrator"],
    rollup_by: &["harm", "population"],
    stock_if: Some(("harm", "displaced")),
    same_by: &[],
    leading: &[
        "date",
        "best",
        "harm",
        "parties",
        "population",
        "place",
        "ref",
        "said_by",
        "stance",
        "summary",
    ],
    parties: &[SIDES, PartyPair { first: "perpetrator", between: " → ", second: "victim" }],
};
