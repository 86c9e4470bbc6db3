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
const RETIRED: &[&str] = &["changed", "absent", "deleted", "mistake"];

/// Shared fields that a query shows only when it names them.
pub const HIDDEN: &[&str] =
    &["key", "year", "quarter", "month", "decade", "country", "lat", "lon", "extra"];

/// The shared fields that stand before the kind's own.
pub const HEAD: &[Field] = &[
    Field::new("ref", Type::Text, "The fact's name, source:key; it survives re-imports.").derived(),
    Field::new("kind", Type::Term, "The kind of fact.").derived(),
    Field::new("key", Type::Key, "The fact's own key within its source.").required(),
    Field::new("source", Type::Source, "The work that states it.").required().filter(Is),
    Field::new("date", Type::Date, "When it is true, in EDTF, at the precision of the source."),
    Field::new("date_from", Type::Day, "The first day on which it may lie; none where open.")
        .derived(),
    Field::new("date_to", Type::Day, "The last day on which it may lie; none where open.")
        .derived(),
    Field::new(
        "date_span",
        Type::Choice(SPANS),
        "Whether it happened within the date, or held throughout it.",
    ),
    Field::new(
        "date_basis",
        Type::Choice(BASES),
        "Whether the source states the date, it is inferred, or only bounded by the source's own date.",
    ),
    Field::new("year", Type::Bucket(Bucket::Year), "The year of the date.").derived(),
    Field::new("quarter", Type::Bucket(Bucket::Quarter), "The quarter of the date.").derived(),
    Field::new("month", Type::Bucket(Bucket::Month), "The month of the date.").derived(),
    Field::new("decade", Type::Bucket(Bucket::Decade), "The decade of the date.").derived(),
];

/// The shared fields that stand behind the kind's own.
pub const TAIL: &[Field] = &[
    Field::new("summary", Type::Text, "What the source says, in the words of whoever recorded it.")
        .required(),
    Field::new(
        "stance",
        Type::Choice(STANCES),
        "How the voice speaks: it states, alleges, denies, or declines to say.",
    )
    .default("states")
    .filter(Is),
    Field::new(
        "said_by",
        Type::Actor,
        "The voice that the source reports; none: the source itself.",
    )
    .filter(Is),
    Field::new(
        "said_via",
        Type::Term,
        "The channel between voice and source: an interview, a parliament.",
    ),
    Field::new("said_on", Type::Edtf, "When the voice said it."),
    Field::new("topic", Type::Topic, "The question, with one answer, that the fact answers.")
        .filter(Is),
    Field::new("place", Type::Place, "Where it is true; a filter takes in the places within it.")
        .filter(Is),
    Field::new(
        "place_precision",
        Type::Choice(PLACE_PRECISIONS),
        "How exactly the place is known (after the UCDP GED codebook, where_prec).",
    ),
    Field::new("country", Type::Place, "The country that the place lies in.").derived().filter(Is),
    Field::new("lat", Type::Real, "Latitude of the place, degrees north (WGS 84).").derived(),
    Field::new("lon", Type::Real, "Longitude of the place, degrees east (WGS 84).").derived(),
    Field::new("confidence", Type::Choice(CONFIDENCES), "How far whoever recorded it trusts it.")
        .default("unrated"),
    Field::new(
        "locator",
        Type::Term,
        "The passage of the source: char=START,END (RFC 5147), row=N (RFC 7111), page=N (RFC 8118).",
    ),
    Field::new("quote", Type::Text, "The source's own words."),
    Field::new(
        "note",
        Type::Text,
        "What a reader should know: imprecision, misnaming, how a date was inferred.",
    )
    .filter(Contains),
    Field::new(
        "extra",
        Type::Json,
        "Columns of a data set that have no field here, as an object; extra.NAME is one of them.",
    ),
    Field::new("import", Type::Import, "The run that recorded the row.").kept(),
    Field::new("retired_by", Type::Import, "The run that retired the row; none: it is live.")
        .kept(),
    Field::new("retired_why", Type::Choice(RETIRED), "Why the row was retired.").kept(),
];
