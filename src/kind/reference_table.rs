//! The tables that facts lean on: sources, topics, actors, places, names and imports.

use crate::kind::Field;
use crate::value::Type;

/// A table that facts refer to.
#[derive(Debug)]
pub struct ReferenceTable {
    /// Its table, and the stem of its seed file.
    pub table: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// Its fields; an `Actor` or `Place` here is a canonical name, kept as a reference to the actor
    /// or place itself.
    pub fields: &'static [Field],
    /// The fields by which a row is recognised when it comes again.
    pub key: &'static [&'static str],
    /// What the program keeps beside the declared fields.
    pub kept: &'static [&'static str],
}

const SOURCE_KINDS: &[&str] = &["document", "dataset"];
const REDISTRIBUTION: &[&str] = &["yes", "excerpt", "no"];
const YES_NO: &[&str] = &["yes", "no"];
const RELIABILITIES: &[&str] = &["A", "B", "C", "D", "E", "F"];
const ACTOR_KINDS: &[&str] =
    &["state", "body", "armed-group", "person", "media", "organisation", "population", "unknown"];
const PLACE_KINDS: &[&str] = &["country", "region", "admin1", "admin2", "city", "site", "other"];

/// The schemes by which names are looked up: `name` for spellings, and the code lists of the field.
pub const SCHEMES: &[&str] =
    &["name", "iso2", "iso3", "iso-numeric", "cow", "gw", "ucdp", "sipri", "acled"];

const ALL_SCHEMES: &[&str] = &[
    "name",
    "iso2",
    "iso3",
    "iso-numeric",
    "cow",
    "gw",
    "ucdp",
    "sipri",
    "acled",
    HOMONYM,
    WORDING_SCHEME,
];

/// The scheme of a spelling that somebody else has too: a filter finds all who are called so, and a
/// row on its way in means the other one.
pub const HOMONYM: &str = "homonym";

/// The scheme of a wording that a source has for whom a code or another name means: it is shown,
/// and never looked up.
pub const WORDING_SCHEME: &str = "wording";

/// Works that state facts.
pub static SOURCES: ReferenceTable = ReferenceTable {
    table: "sources",
    about: "Sources of the facts: documents and data sets.",
    fields: &[
        Field::new(
            "slug",
            Type::Slug,
            "Short name, the first part of every reference (SOURCE:KEY).",
        )
        .required(),
        Field::new("kind", Type::Choice(SOURCE_KINDS), "Document or data set.").required(),
        Field::new("title", Type::Text, "Its title.").required(),
        Field::new("author", Type::Text, "Authors, separated by \"; \"."),
        Field::new("publisher", Type::Text, "Publisher."),
        Field::new("published", Type::Edtf, "Date of publication (EDTF)."),
        Field::new("url", Type::Text, "Web address."),
        Field::new("licence", Type::Text, "Licence."),
        Field::new("citation", Type::Text, "Citation that the publisher asks for."),
        Field::new(
            "reliability",
            Type::Choice(RELIABILITIES),
            "Reliability, from A (completely reliable) to E (unreliable); F: cannot be judged (Admiralty code).",
        ),
        Field::new("sha256", Type::Sha256, "SHA-256 of the document's file (hexadecimal)."),
        Field::new("accessed", Type::Edtf, "Date of access (EDTF)."),
        Field::new("archived_url", Type::Text, "Address of an archived copy."),
        Field::new("collected_by", Type::Text, "Who collected it."),
        Field::new("collected_at", Type::Edtf, "When it was collected (EDTF)."),
        Field::new("doi", Type::Text, "Digital object identifier."),
        Field::new("isbn", Type::Text, "ISBN."),
        Field::new("container", Type::Text, "The journal, book or site that it appeared in."),
        Field::new("edition", Type::Text, "Edition."),
        Field::new("language", Type::Text, "Language (BCP 47), such as en or ar."),
        Field::new("medium", Type::Text, "Medium, such as report, article, video or web page."),
        Field::new(
            "redistribution",
            Type::Choice(REDISTRIBUTION),
            "What export --public and pages may pass on: everything (yes), the facts with a passage each (excerpt), or only the citation (no).",
        ),
        Field::new(
            "restricted",
            Type::Choice(YES_NO),
            "Whether nothing of the source may be passed on, not even its citation.",
        ),
        Field::new(
            "derived_from",
            Type::Text,
            "Slugs of the sources that it is derived from, separated by \"; \".",
        ),
        Field::new(
            "family",
            Type::Slug,
            "Group of related sources, such as one publisher's: agreement within it is not confirmation.",
        ),
        Field::new(
            PARTITIONED_BY,
            Type::Text,
            "Fields, separated by \"; \", that divide the records into groups that do not overlap; figures may be summed over them.",
        ),
        Field::new("note", Type::Text, "What a reader should know."),
    ],
    key: &["slug"],
    kept: &["id", "import_id"],
};

/// The field of a source that names the fields which divide its records.
pub const PARTITIONED_BY: &str = "partitioned_by";

/// The texts of documents.
pub static TEXTS: ReferenceTable = ReferenceTable {
    table: "source_texts",
    about: "Texts attached to documents.",
    fields: &[
        Field::new("source", Type::Source, "The document the text belongs to.").required(),
        Field::new("sha256", Type::Sha256, "SHA-256 of the attached file (hexadecimal).")
            .required(),
        Field::new("text", Type::Text, "The text (UTF-8, no byte order mark).").required(),
    ],
    key: &["source"],
    kept: &["id", "import_id"],
};

/// Questions with one answer.
pub static TOPICS: ReferenceTable = ReferenceTable {
    table: "topics",
    about: "Questions that facts answer; each has one right answer.",
    fields: &[
        Field::new("slug", Type::Slug, "Short name.").required(),
        Field::new("question", Type::Text, "The question.").required(),
        Field::new("note", Type::Text, "What a reader should know."),
    ],
    key: &["slug"],
    kept: &["id", "import_id"],
};

/// States, bodies, groups and people.
pub static ACTORS: ReferenceTable = ReferenceTable {
    table: "actors",
    about: "States, organisations, armed groups and people: anyone who acts or speaks.",
    fields: &[
        Field::new("name", Type::Term, "Usual name.").required(),
        Field::new("kind", Type::Choice(ACTOR_KINDS), "Type of actor.").required(),
        Field::new(
            "of",
            Type::Actor,
            "The actor it belongs to without acting for it, such as the country of a rebel group, a firm or a person.",
        ),
        Field::new(
            "acts_for",
            Type::Actor,
            "The state it acts for, as an army, a ministry or a head of state does.",
        ),
        Field::new("note", Type::Text, "What a reader should know."),
    ],
    key: &["name"],
    kept: &["id", "import_id"],
};

/// Countries, regions, cities and sites.
pub static PLACES: ReferenceTable = ReferenceTable {
    table: "places",
    about: "Countries, regions, cities and sites.",
    fields: &[
        Field::new("name", Type::Term, "Usual name.").required(),
        Field::new("kind", Type::Choice(PLACE_KINDS), "Type of place.").required(),
        Field::new("within", Type::Place, "The place that contains it."),
        Field::new("latitude", Type::Degrees(90), "Latitude in degrees north (WGS 84)."),
        Field::new("longitude", Type::Degrees(180), "Longitude in degrees east (WGS 84)."),
        Field::new("note", Type::Text, "What a reader should know."),
    ],
    key: &["name"],
    kept: &["id", "import_id"],
};

/// Every spelling and code.
pub static NAMES: ReferenceTable = ReferenceTable {
    table: "names",
    about: "All spellings and codes of actors and places.",
    fields: &[
        Field::new(
            "scheme",
            Type::Choice(ALL_SCHEMES),
            "`name` for a spelling, `homonym` for a spelling that another actor has too, `wording` for a source's own words; otherwise the code list.",
        )
        .required(),
        Field::new("name", Type::Term, "The spelling or code.").required(),
        Field::new("actor", Type::Actor, "The actor it means."),
        Field::new("place", Type::Place, "The place it means."),
        Field::new("valid_from", Type::Edtf, "First day on which the code is valid."),
        Field::new("valid_to", Type::Edtf, "Last day on which the code is valid."),
    ],
    key: &["scheme", "name", "actor", "place", "valid_from"],
    kept: &["id", "folded", "class", "label", "country", "meant_by", "import_id"],
};

/// Runs of seed and import.
pub static IMPORTS: ReferenceTable = ReferenceTable {
    table: "imports",
    about: "Imports, one row each.",
    fields: &[
        Field::new("id", Type::Integer, "Number of the import in this database, in order."),
        Field::new("action", Type::Term, "What ran: import, seed, add, edit, retire, …")
            .default("import"),
        Field::new(
            "source",
            Type::Source,
            "The source of its facts; empty if they are of several.",
        ),
        Field::new("dataset", Type::Slug, "The mapping that the file was read with."),
        Field::new("release", Type::Term, "Release, as the publisher names it."),
        Field::new("complete", Type::Flag, "1 if facts missing from the file were withdrawn.")
            .required(),
        Field::new("file", Type::Text, "Name of the file."),
        Field::new("sha256", Type::Sha256, "SHA-256 of the file (hexadecimal)."),
        Field::new("ran_at", Type::Term, "Time of the import (RFC 3339, UTC).").required(),
        Field::new("program", Type::Term, "Program that ran the import.").required(),
        Field::new(
            "read",
            Type::Integer,
            "Records read: the sum of added, changed, unchanged, rejected and repeated.",
        )
        .required(),
        Field::new("added", Type::Integer, "New records.").required(),
        Field::new("changed", Type::Integer, "Records that replaced an earlier version.")
            .required(),
        Field::new("unchanged", Type::Integer, "Records identical to those in the database.")
            .required(),
        Field::new(
            "withdrawn",
            Type::Integer,
            "Records in the database that are missing from a complete release.",
        )
        .required(),
        Field::new("rejected", Type::Integer, "Rejected records.").required(),
        Field::new("repeated", Type::Integer, "Exact duplicates within the file.").required(),
        Field::new(
            "uid",
            Type::Term,
            "Identifier of the import, unique across copies of the database.",
        ),
        Field::new("by", Type::Term, "Who ran it."),
        Field::new("note", Type::Text, "What it did, or why."),
        Field::new(
            "covers",
            Type::Text,
            "What a complete file covers, such as certain countries; empty if it covers everything.",
        ),
    ],
    key: &["uid"],
    kept: &[],
};

/// Imports that were undone.
pub static UNDONE: ReferenceTable = ReferenceTable {
    table: "undone",
    about: "Imports that were undone; facts merge does not bring them back.",
    fields: &[
        Field::new("uid", Type::Term, "Identifier that the import had.").required(),
        Field::new("at", Type::Term, "Time at which it was undone (RFC 3339, UTC).").required(),
        Field::new("by", Type::Term, "Who undid it."),
    ],
    key: &["uid"],
    kept: &["id"],
};

/// The parents, in the order in which rows must arrive.
pub static REFERENCE_TABLES: &[&ReferenceTable] =
    &[&SOURCES, &TEXTS, &TOPICS, &ACTORS, &PLACES, &NAMES, &IMPORTS, &UNDONE];

/// The tables that tell what was done to a database. They come into a new one only.
pub static HISTORY: [&ReferenceTable; 2] = [&IMPORTS, &UNDONE];

impl ReferenceTable {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
