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
const RELIABILITIES: &[&str] = &["A", "B", "C", "D", "E", "F"];
const ACTOR_KINDS: &[&str] =
    &["state", "body", "armed-group", "person", "media", "organisation", "population", "unknown"];
const PLACE_KINDS: &[&str] = &["country", "region", "admin1", "admin2", "city", "site", "other"];

/// The schemes of names: `name` for spellings, and the code lists of the field.
pub const SCHEMES: &[&str] =
    &["name", "iso2", "iso3", "iso-numeric", "cow", "gw", "ucdp", "sipri", "acled"];

/// Works that state facts.
pub static SOURCES: ReferenceTable = ReferenceTable {
    table: "sources",
    about: "The works that state the facts.",
    fields: &[
        Field::new("slug", Type::Slug, "Its short name, the first part of every REF.").required(),
        Field::new("kind", Type::Choice(SOURCE_KINDS), "A document or a data set.").required(),
        Field::new("title", Type::Text, "Its title.").required(),
        Field::new("author", Type::Text, "Who wrote it."),
        Field::new("publisher", Type::Text, "Who published it."),
        Field::new("published", Type::Edtf, "When it was published, in EDTF."),
        Field::new("url", Type::Text, "Where it can be read."),
        Field::new("licence", Type::Text, "On what terms."),
        Field::new("citation", Type::Text, "How its makers want it cited."),
        Field::new(
            "reliability",
            Type::Choice(RELIABILITIES),
            "A completely reliable … E unreliable, F cannot be judged (the Admiralty system).",
        ),
        Field::new("sha256", Type::Sum, "SHA-256 of the document's file, in hexadecimal."),
        Field::new("note", Type::Text, "What a reader should know."),
    ],
    key: &["slug"],
    kept: &["id", "import_id"],
};

/// The texts of documents.
pub static TEXTS: ReferenceTable = ReferenceTable {
    table: "source_texts",
    about: "The texts of documents, as attached.",
    fields: &[
        Field::new("source", Type::Source, "The document.").required(),
        Field::new("sha256", Type::Sum, "SHA-256 of the file that was attached, in hexadecimal.")
            .required(),
        Field::new("text", Type::Text, "The text, in UTF-8 without a byte order mark.").required(),
    ],
    key: &["source"],
    kept: &["id"],
};

/// Questions with one answer.
pub static TOPICS: ReferenceTable = ReferenceTable {
    table: "topics",
    about: "Questions with one answer, which facts answer.",
    fields: &[
        Field::new("slug", Type::Slug, "Its short name.").required(),
        Field::new("question", Type::Text, "The question.").required(),
        Field::new("note", Type::Text, "What a reader should know."),
    ],
    key: &["slug"],
    kept: &["id"],
};

/// States, bodies, groups and people.
pub static ACTORS: ReferenceTable = ReferenceTable {
    table: "actors",
    about: "States, bodies, armed groups, people: whoever acts or speaks.",
    fields: &[
        Field::new("name", Type::Term, "Its usual name.").required(),
        Field::new("kind", Type::Choice(ACTOR_KINDS), "What sort of actor.").required(),
        Field::new(
            "of",
            Type::Actor,
            "The actor that it belongs to: a ministry's state, a minister's state.",
        ),
        Field::new("note", Type::Text, "What a reader should know."),
    ],
    key: &["name"],
    kept: &["id", "import_id"],
};

/// Countries, regions, cities and sites.
pub static PLACES: ReferenceTable = ReferenceTable {
    table: "places",
    about: "Countries, regions, cities, sites.",
    fields: &[
        Field::new("name", Type::Term, "Its usual name.").required(),
        Field::new("kind", Type::Choice(PLACE_KINDS), "What sort of place.").required(),
        Field::new("within", Type::Place, "The place that it lies in."),
        Field::new("lat", Type::Real, "Latitude, degrees north (WGS 84)."),
        Field::new("lon", Type::Real, "Longitude, degrees east (WGS 84)."),
        Field::new("note", Type::Text, "What a reader should know."),
    ],
    key: &["name"],
    kept: &["id", "import_id"],
};

/// Every spelling and code.
pub static NAMES: ReferenceTable = ReferenceTable {
    table: "names",
    about: "Every spelling and every code of actors and places.",
    fields: &[
        Field::new("scheme", Type::Choice(SCHEMES), "`name` for a spelling, else the code list.")
            .required(),
        Field::new("name", Type::Term, "The spelling or code.").required(),
        Field::new("actor", Type::Actor, "The actor that bears it."),
        Field::new("place", Type::Place, "The place that bears it."),
        Field::new("valid_from", Type::Edtf, "Since when the code is valid."),
        Field::new("valid_to", Type::Edtf, "Until when the code is valid."),
    ],
    key: &["scheme", "name", "actor", "place", "valid_from"],
    kept: &["id", "folded", "import_id"],
};

/// Runs of seed and import.
pub static IMPORTS: ReferenceTable = ReferenceTable {
    table: "imports",
    about: "The runs that brought facts in.",
    fields: &[
        Field::new("id", Type::Integer, "Its number, in the order of the runs.").required(),
        Field::new("source", Type::Source, "The work.").required(),
        Field::new("dataset", Type::Slug, "The description that the file was read with."),
        Field::new("release", Type::Term, "The publisher's version."),
        Field::new("complete", Type::Flag, "1: rows that it lacks were withdrawn.").required(),
        Field::new("file", Type::Text, "The file's name."),
        Field::new("sha256", Type::Sum, "SHA-256 of the file, in hexadecimal."),
        Field::new("ran_at", Type::Term, "When it ran (RFC 3339, UTC).").required(),
        Field::new("program", Type::Term, "What ran.").required(),
        Field::new(
            "read",
            Type::Integer,
            "Records read: added, changed, unchanged, rejected and repeated together.",
        )
        .required(),
        Field::new("added", Type::Integer, "Records that were new.").required(),
        Field::new("changed", Type::Integer, "Records that replaced an older one.").required(),
        Field::new("unchanged", Type::Integer, "Records that were there already.").required(),
        Field::new(
            "withdrawn",
            Type::Integer,
            "Records that were there and that a complete release lacks.",
        )
        .required(),
        Field::new("rejected", Type::Integer, "Records that could not be loaded.").required(),
        Field::new("repeated", Type::Integer, "Exact repetitions within the file.").required(),
    ],
    key: &["id"],
    kept: &[],
};

/// The parents, in the order in which rows must arrive.
pub static PARENTS: &[&ReferenceTable] =
    &[&SOURCES, &TEXTS, &TOPICS, &ACTORS, &PLACES, &NAMES, &IMPORTS];

impl ReferenceTable {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
