//! Arms transfers: one item at one stage of a deal, from its being sought to its delivery.

use crate::kind::Filter::{Contains, Is};
use crate::kind::{Field, Figure, Kind, QUALIFIERS};
use crate::value::Type;

const STAGES: &[&str] = &[
    "sought",
    "offered",
    "negotiated",
    "notified",
    "blocked",
    "cleared",
    "under-review",
    "ordered",
    "delayed",
    "withheld",
    "delivered",
    "cancelled",
    "unspecified",
];
const CONDITIONS: &[&str] = &["new", "second-hand", "second-hand-modernised"];
const ITEMS: &[&str] = &["stage", "designation"];
const MONEY: &[&str] = &["stage", "currency"];

/// The declaration of arms transfers.
pub static KIND: Kind = Kind {
    tag: 1,
    name: "arms-transfers",
    one: "arms transfer",
    table: "arms_transfers",
    about: "Arms and services from a supplier to a recipient: one row per item and stage.",
    own: &[
        Field::new("supplier", Type::Actor, "The supplier.").filter(Is),
        Field::new("recipient", Type::Actor, "The recipient.").filter(Is),
        Field::new("designation", Type::Text, "The item, as the source names it.")
            .required()
            .filter(Contains),
        Field::new("category", Type::Term, "Armament category (SIPRI's, where there is one).")
            .filter(Is),
        Field::new(
            "stage",
            Type::Choice(STAGES),
            "How far the deal has got, such as ordered or delivered (not the stance).",
        )
        .required()
        .filter(Is),
        Field::new("low", Type::Integer, "Number of items, lower bound.").unit_fields(ITEMS),
        Field::new("best", Type::Integer, "Number of items, best estimate.").unit_fields(ITEMS),
        Field::new("high", Type::Integer, "Number of items, upper bound.").unit_fields(ITEMS),
        Field::new("quantity_text", Type::Text, "Number of items, in the source's words."),
        Field::new(
            "qualifier",
            Type::Choice(QUALIFIERS),
            "How the source qualifies the number, such as about or at least.",
        ),
        Field::new("value_low", Type::Real, "Price, lower bound.").unit_fields(MONEY),
        Field::new("value_best", Type::Real, "Price, best estimate.").unit_fields(MONEY),
        Field::new("value_high", Type::Real, "Price, upper bound.").unit_fields(MONEY),
        Field::new("currency", Type::Term, "Currency of the price (ISO 4217)."),
        Field::new(
            "condition",
            Type::Choice(CONDITIONS),
            "Condition of the item, new or second-hand (SIPRI's status).",
        ),
        Field::new("channel", Type::Term, "How it is supplied: FMS, DCS, gift, lease or licence."),
        Field::new("case_number", Type::Term, "Transmittal number of the notification."),
        Field::new(
            "tiv",
            Type::Real,
            "SIPRI trend-indicator value in millions: not a price; 0 means below 0.5.",
        )
        .unit_fields(&["stage"]),
    ],
    figures: &[
        Figure::only(false),
        Figure {
            stem: "value",
            low: "value_low",
            best: "value_best",
            high: "value_high",
            text: None,
            qualifier: None,
            is_period: false,
            is_stock: false,
            counts: None,
        },
    ],
    has_place_question: false,
    comparable_by: &["designation"],
    scope_by: &[],
    rollup_by: &[],
    stock_if: None,
    same_by: &[],
    leading: &[
        "date",
        "designation",
        "best",
        "recipient",
        "supplier",
        "stage",
        "ref",
        "value_best",
        "said_by",
        "stance",
        "summary",
    ],
    parties: &[],
};
