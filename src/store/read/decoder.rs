//! How what a statement gives is read back as a field.

use std::sync::Arc;

use crate::kind::{self, Field};
use crate::value::Type;
use crate::value::date::Bucket;

/// How a shown field is read from a row of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnDecoder {
    /// One column, as it is.
    Plain,
    /// One column: a Julian day number.
    Day,
    /// One column: an object, packed.
    Object,
    /// Three columns: the first and the last day, and the date if it is a set.
    Bucket(Bucket),
    /// One column: a number that [`lookup_sql`](crate::store::read::columns::lookup_sql) tells the name of.
    Called(&'static Field),
    /// Two columns: the number of this field, which is the source, and the key.
    Ref(&'static Field),
    /// A column of an object: its place among those that are asked for, and its name. The first is
    /// one column of the answer, the object, packed; the others are in it too.
    Extra(usize, Arc<str>),
}

impl ColumnDecoder {
    /// How many columns of the answer it takes.
    pub fn width(&self) -> usize {
        match self {
            ColumnDecoder::Bucket(_) => 3,
            ColumnDecoder::Ref(_) => 2,
            ColumnDecoder::Extra(1.., _) => 0,
            _ => 1,
        }
    }
}

/// How a field is read where its statement gives names.
pub fn of_names(field: &'static Field) -> ColumnDecoder {
    match field.ty {
        Type::Day => ColumnDecoder::Day,
        Type::Json => ColumnDecoder::Object,
        Type::Bucket(bucket) => ColumnDecoder::Bucket(bucket),
        _ => ColumnDecoder::Plain,
    }
}

/// How it is read where names are looked up afterwards.
pub fn of_ids(field: &'static Field) -> ColumnDecoder {
    match (field.name, field.ty) {
        ("ref", _) => kind::common_fields()
            .find(|field| field.ty == Type::Source)
            .map_or(ColumnDecoder::Plain, ColumnDecoder::Ref),
        // names of places are joined; those of actors and countries are few
        ("country", _) | (_, Type::Actor | Type::Source) => ColumnDecoder::Called(field),
        _ => of_names(field),
    }
}

/// How a field that [`stored`](crate::store::read::columns::stored) gives is read.
pub fn of_stored(field: &Field) -> ColumnDecoder {
    if field.ty == Type::Json { ColumnDecoder::Object } else { ColumnDecoder::Plain }
}
