//! The fields that every fact has, whatever its kind: where it comes from, who says so, when and
//! where it is true.

use crate::kind::Field;
use crate::kind::Filter::{Contains, Is};
use crate::value::Type;
use crate::value::date::Bucket;

const STANCES: &[&str] = &["states", "alleges", "denies", "declines"];
const SPANS: &[&str] = &["within", "throughout"];
const BASES: &[&str] = &["stated", "inferred", "source"];
const PLACE_PRECISIONS: &[&str] =
    &["exact", "near", "admin2", "admin1", "region", "country", "open"];
const CONFIDENCES: &[&str] = &["high", "medium", "low", "unrated"];
const RETIRED: &[&str] = &["changed", "absent", "mistake", "duplicate", "withdrawn"];
const QUOTE_STATUSES: &[&str] = &["exact", "folded", "pieces", "near", "not-held", "unchecked"];

/// Kinds of organised violence, which are disjoint by definition (after the UCDP codebooks).
pub(in crate::kind) const VIOLENCE: &[&str] = &["state-based", "non-state", "one-sided", "other"];

/// What a figure is over time.
pub(in crate::kind) const STOCKS_AND_FLOWS: &[&str] = &["flow", "stock", "cumulative"];

/// The field of the two sides of a conflict and of those who support them, which several kinds
/// have.
pub(in crate::kind) const SIDE_A: Field = Field::new(
    "side_a",
    Type::Actor,
    "First side of a conflict, not necessarily the attacker; may be several.",
)
.filter(Is);
pub(in crate::kind) const SIDE_B: Field =
    Field::new("side_b", Type::Actor, "Second side of a conflict; may be several.").filter(Is);
pub(in crate::kind) const SUPPORTERS: Field = Field::new(
    "supporters",
    Type::Actor,
    "States that sent troops in support of a side; --actor does not match them.",
)
.filter(Is);
pub(in crate::kind) const CONFLICT_COUNTRY: Field = Field::new(
    "conflict_country",
    Type::Place,
    "Country whose conflict it is, not always where it happened; may be several.",
)
.filter(Is);
pub(in crate::kind) const VIOLENCE_FIELD: Field =
    Field::new("violence", Type::Choice(VIOLENCE), "Kind of organised violence (after UCDP).")
        .filter(Is);

/// Shared fields that a query shows only when it names them.
pub const HIDDEN: &[&str] = &[
    "key",
    "year",
    "quarter",
    "month",
    "decade",
    "country",
    "locality",
    "latitude",
    "longitude",
    "extra",
];

/// The shared fields that stand before the kind's own.
pub static HEAD: &[Field] = &[
    Field::new(
        "ref",
        Type::Text,
        "Reference to the fact, SOURCE:KEY; stays the same when the file is imported again.",
    )
    .derived(),
    Field::new("kind", Type::Term, "The kind of fact.").derived(),
    Field::new("key", Type::Key, "The fact's key within its source; facts add assigns one.")
        .required(),
    Field::new("source", Type::Source, "The source that states it.").required().filter(Is),
    Field::new("date", Type::Date, "Date in EDTF, at the precision of the source."),
    Field::new("date_from", Type::Day, "First day of the date; empty if the start is open.")
        .derived(),
    Field::new("date_to", Type::Day, "Last day of the date; empty if the end is open.").derived(),
    Field::new(
        "date_span",
        Type::Choice(SPANS),
        "Whether it happened at some time within the date or held throughout it.",
    ),
    Field::new(
        "date_basis",
        Type::Choice(BASES),
        "Where the date comes from: stated by the source, inferred, or only the source's own date.",
    ),
    Field::new("year", Type::Bucket(Bucket::Year), "Year of the date.").derived(),
    Field::new("quarter", Type::Bucket(Bucket::Quarter), "Quarter of the date.").derived(),
    Field::new("month", Type::Bucket(Bucket::Month), "Month of the date.").derived(),
    Field::new("decade", Type::Bucket(Bucket::Decade), "Decade of the date.").derived(),
];

/// The shared fields that stand behind the kind's own.
pub static TAIL: &[Field] = &[
    Field::new(
        "summary",
        Type::Text,
        "The fact in a sentence, in the words of whoever recorded it.",
    )
    .required(),
    Field::new(
        "stance",
        Type::Choice(STANCES),
        "How it is said: states, alleges, denies, or declines to say.",
    )
    .default("states")
    .filter(Is),
    Field::new(
        "said_by",
        Type::Actor,
        "Who said it, as the source reports; empty if the source itself says it.",
    )
    .filter(Is),
    Field::new(
        "said_via",
        Type::Term,
        "Where it was said, such as in an interview or in parliament.",
    ),
    Field::new("said_on", Type::Edtf, "When it was said."),
    Field::new("topic", Type::Topic, "The question that the fact answers.").filter(Is),
    Field::new("place", Type::Place, "Place; a filter also finds the places within it.").filter(Is),
    Field::new(
        "locality",
        Type::Text,
        "Spot within the place, as the source names it: a village or a road, for example.",
    ),
    Field::new(
        "place_precision",
        Type::Choice(PLACE_PRECISIONS),
        "Precision of the place (after where_prec in the UCDP GED codebook).",
    ),
    Field::new("country", Type::Place, "Country of the place.").derived().filter(Is),
    Field::new(
        "latitude",
        Type::Degrees(90),
        "Latitude in degrees north (WGS 84); if the fact states none, that of its place.",
    ),
    Field::new(
        "longitude",
        Type::Degrees(180),
        "Longitude in degrees east (WGS 84); if the fact states none, that of its place.",
    ),
    Field::new("confidence", Type::Choice(CONFIDENCES), "Confidence of whoever recorded the fact.")
        .default("unrated"),
    Field::new(
        "locator",
        Type::Term,
        "Passage in the source: char=START,END (RFC 5147), row=N (RFC 7111) or page=N (RFC 8118).",
    ),
    Field::new("quote", Type::Text, "The source's own words."),
    Field::new(
        "quote_status",
        Type::Choice(QUOTE_STATUSES),
        "How the quote was found in its source's text: exact, folded (apart from spaces, case, accents and typography), pieces (around an ellipsis), near, not-held (no text stored) or unchecked.",
    )
    .system(),
    Field::new(
        "note",
        Type::Text,
        "Anything a reader should know, such as how a date was inferred.",
    )
    .filter(Contains),
    Field::new(
        "extra",
        Type::Json,
        "Source columns that the mapping did not use, as a JSON object; extra.NAME is one of them.",
    ),
    Field::new("import", Type::Import, "The import that recorded the row.").system(),
    Field::new(
        "retired_by",
        Type::Import,
        "The import that retired the row; empty while it is current.",
    )
    .system(),
    Field::new("retired_why", Type::Choice(RETIRED), "Why the row was retired.").system(),
    Field::new("retired_note", Type::Term, "The same in the words of whoever retired it.").system(),
];
