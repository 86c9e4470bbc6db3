//! Diplomatic posts: missions, who heads them, how many there are and how many people staff them.

use crate::kind::Filter::{Contains, Is};
use crate::kind::{Field, Figure, Kind, QUALIFIERS};
use crate::value::Type;

const POST_TYPES: &[&str] = &[
    "embassy",
    "high-commission",
    "nunciature",
    "legation",
    "consulate-general",
    "consulate",
    "honorary-consulate",
    "branch-office",
    "interests-section",
    "liaison-office",
    "permanent-mission",
    "representative-office",
    "home-office",
    "unspecified",
];
const STATUSES: &[&str] = &["open", "planned", "suspended", "closed", "none", "unspecified"];
const CLASSES: &[&str] =
    &["ambassador", "minister", "charge-d-affaires", "consul-general", "consul", "other"];
const POSTS: &[&str] = &["post_type"];
const STAFF: &[&str] = &["post_type"];

/// The declaration of diplomatic posts.
pub static KIND: Kind = Kind {
    tag: 3,
    name: "posts",
    one: "diplomatic post",
    table: "diplomatic_posts",
    about: "Missions abroad and offices at home: sender, receiver, head and staff.",
    own: &[
        Field::new("sender", Type::Actor, "The sending state.").filter(Is),
        Field::new("receiver", Type::Actor, "The receiving state; empty for an office at home.").filter(Is),
        Field::new("post_type", Type::Choice(POST_TYPES), "Type of post (after the Lowy Global Diplomacy Index).")
            .required()
            .filter(Is),
        Field::new("post_status", Type::Choice(STATUSES), "Status of the post, such as open or closed.").default("unspecified").filter(Is),
        Field::new("office", Type::Term, "The office held, as the source names it.").filter(Contains).searched(),
        Field::new("head", Type::Actor, "Who heads the post or holds the office.").filter(Is),
        Field::new(
            "head_class",
            Type::Choice(CLASSES),
            "Class of the head of post: ambassador, minister, chargé d'affaires (Vienna Convention, article 14) or consul.",
        )
        .filter(Is),
        Field::new("posts_low", Type::Integer, "Number of posts, lower bound.").unit_fields(POSTS),
        Field::new("posts_best", Type::Integer, "Number of posts, best estimate.").unit_fields(POSTS),
        Field::new("posts_high", Type::Integer, "Number of posts, upper bound.").unit_fields(POSTS),
        Field::new("posts_text", Type::Text, "Number of posts, in the source's words."),
        Field::new("staff_low", Type::Integer, "Staff, lower bound.").unit_fields(STAFF),
        Field::new("staff_best", Type::Integer, "Staff, best estimate.").unit_fields(STAFF),
        Field::new("staff_high", Type::Integer, "Staff, upper bound.").unit_fields(STAFF),
        Field::new("staff_text", Type::Text, "Staff, in the source's words."),
        Field::new("staff_qualifier", Type::Choice(QUALIFIERS), "How the source qualifies the staff figure, such as about or at least."),
    ],
    figures: &[
        Figure {
            stem: "posts",
            low: "posts_low",
            best: "posts_best",
            high: "posts_high",
            text: Some("posts_text"),
            qualifier: None,
            is_period: false, is_stock: true, counts: None,
        },
        Figure {
            stem: "staff",
            low: "staff_low",
            best: "staff_best",
            high: "staff_high",
            text: Some("staff_text"),
            qualifier: Some("staff_qualifier"),
            is_period: false, is_stock: true, counts: None,
        },
    ],
    has_place_question: false,
    comparable_by: &["post_type"],
    scope_by: &[],
    rollup_by: &[],
    stock_if: None,
    same_by: &["sender", "receiver", "post_type", "place", "office", "head"],
    leading: &[
        "date",
        "sender",
        "receiver",
        "post_type",
        "posts_best",
        "place",
        "head",
        "staff_best",
        "ref",
        "office",
        "summary",
    ],
    parties: &[],
};
