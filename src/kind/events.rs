//! Events: what happened, agreements (`type` agreement) and statements (`type` statement) among it.

use crate::kind::Filter::Is;
use crate::kind::common_fields::{CONFLICT_COUNTRY, SIDE_A, SIDE_B, SUPPORTERS, VIOLENCE_FIELD};
use crate::kind::{CountsAs, Field, Figure, Kind, PartyPair, SIDES};
use crate::value::Type;

/// The declaration of events.
pub static KIND: Kind = Kind {
    tag: 0,
    name: "events",
    one: "event",
    table: "events",
    about: "Things that happened: meetings, battles, agreements, statements.",
    own: &[
        Field::new("type", Type::Term, "Type of event: meeting, battle, agreement, statement, …")
            .required()
            .filter(Is)
            .searched()
            .codes(include_str!("event_types.csv")),
        Field::new("subtype", Type::Term, "Subtype, in the source's words."),
        Field::new("actor", Type::Actor, "Who acted."),
        Field::new(
            "target",
            Type::Actor,
            "The actor that the action was directed at, or shared with.",
        )
        .filter(Is),
        Field::new("others", Type::Actor, "Further parties; may be several.").filter(Is),
        SIDE_A,
        SIDE_B,
        SUPPORTERS,
        VIOLENCE_FIELD,
        CONFLICT_COUNTRY,
        Field::new("deaths_low", Type::Integer, "Deaths, low estimate.").unit_fields(&["type"]),
        Field::new(
            "deaths_best",
            Type::Integer,
            "Deaths, best estimate; in ACLED data, 0 means none reported or no information.",
        )
        .unit_fields(&["type"]),
        Field::new("deaths_high", Type::Integer, "Deaths, high estimate.").unit_fields(&["type"]),
        Field::new("deaths_text", Type::Text, "Deaths, in the source's words."),
    ],
    figures: &[Figure {
        stem: "deaths",
        low: "deaths_low",
        best: "deaths_best",
        high: "deaths_high",
        text: Some("deaths_text"),
        qualifier: None,
        is_period: false,
        is_stock: false,
        counts: Some(CountsAs {
            kind: "casualties",
            fields: &[("harm", "killed"), ("population", "all")],
        }),
    }],
    has_place_question: false,
    comparable_by: &[],
    scope_by: &[],
    rollup_by: &["type"],
    stock_if: None,
    same_by: &[],
    leading: &[
        "date",
        "deaths_best",
        "parties",
        "summary",
        "ref",
        "type",
        "place",
        "said_by",
        "stance",
    ],
    parties: &[PartyPair { first: "actor", between: " → ", second: "target" }, SIDES],
};
