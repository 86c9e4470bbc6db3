//! Encodes a row as the values of its columns. Names are looked up by the writer or by the reader.

use std::sync::Arc;

use crate::error::{Result, Stop};
use crate::kind::{Field, InputRow};
use crate::store::entities::lookup::EntityClass;
use crate::store::entities::name_cache::ResolvedName;
use crate::store::write::param::Param;
use crate::store::write::row_encoder::{EncodedFact, KnownField, RowEncoder};
use crate::store::write::transaction::RowError;
use crate::value::date::Days;
use crate::value::text::fold;
use crate::value::{EntityRef, InputValue, Type, Value};

/// Looks up the names in a row, and whatever else it refers to.
pub trait References<'r> {
    /// The row of `names` that a data set's name means on these days, or what was expected instead.
    ///
    /// # Errors
    /// Nobody can be meant, or the database failed.
    fn named(
        &mut self,
        field: &'static Field,
        class: EntityClass,
        named: &Arc<EntityRef<'r>>,
        days: Days,
    ) -> Result<Arc<ResolvedName>, Stop<String>>;

    /// The row that a text refers to; `None` if it is only a text.
    ///
    /// # Errors
    /// It is not known, or the database failed.
    fn referred(
        &mut self,
        field: &'static Field,
        text: &str,
        days: Days,
    ) -> Result<Option<Referred>, Stop<String>>;
}

/// A row of another table that a field refers to.
pub struct Referred {
    /// Its number.
    pub id: i64,
    /// How an export writes it.
    pub wording: Arc<str>,
    /// The words by which it is found.
    pub words: Arc<str>,
}

/// The names of one record that were resolved. Its facts share their names, so that each is known by its
/// address while the record is processed.
#[derive(Debug, Default)]
pub struct RecordNames(Vec<(usize, EntityClass, Days, Arc<ResolvedName>)>);

impl RecordNames {
    /// Who is meant, if another fact of the record has the same name.
    pub fn find(
        &self,
        named: &Arc<EntityRef<'_>>,
        class: EntityClass,
        days: Days,
    ) -> Option<Arc<ResolvedName>> {
        let at = Arc::as_ptr(named).addr();
        let known = self.0.iter().find(|known| (known.0, known.1, known.2) == (at, class, days));
        known.map(|(.., meant)| Arc::clone(meant))
    }

    /// Adds who is meant by a name.
    pub fn add(
        &mut self,
        named: &Arc<EntityRef<'_>>,
        class: EntityClass,
        days: Days,
        meant: Arc<ResolvedName>,
    ) {
        self.0.push((Arc::as_ptr(named).addr(), class, days, meant));
    }

    /// Begins another record.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// The date that a row states.
pub fn date_in<'v>(row: &'v InputRow<'_>) -> Option<&'v str> {
    match row.iter().find(|(field, _)| field.ty == Type::Date) {
        Some((_, InputValue::Value(Value::Text(date)))) => Some(date),
        _ => None,
    }
}

/// Encodes a row whose date covers these days.
///
/// # Errors
/// Everything that is wrong with it, or the database failed.
pub fn encode_row<'r>(
    form: Arc<RowEncoder>,
    row: impl Iterator<Item = (&'static Field, InputValue<'r>)>,
    days: Days,
    references: &mut impl References<'r>,
) -> Result<EncodedFact<'r>, Stop<Vec<RowError>>> {
    let mut encoded = EncodedFact::new(form);
    encoded.set_days(days);
    let mut faults = Vec::new();
    for (field, value) in row.filter(|(field, value)| field.is_given() && !value.is_null()) {
        let set = match value {
            InputValue::Entity(named) => set_entity(&mut encoded, field, &named, days, references),
            InputValue::Value(value) => set_value(&mut encoded, field, value, days, references),
        };
        match set {
            Ok(()) => {}
            Err(Stop::Input(expected)) => faults.push(RowError { field: field.name, expected }),
            Err(Stop::Failed(error)) => return Err(error.into()),
        }
    }
    let is_set = |field| *encoded.value(field) != Param::Null;
    let (latitude, longitude) = (is_set(KnownField::Latitude), is_set(KnownField::Longitude));
    faults.extend(half_location(latitude, longitude));
    if faults.is_empty() { Ok(encoded) } else { Err(Stop::Input(faults)) }
}

/// Sets a field to whom a data set names.
fn set_entity<'r>(
    encoded: &mut EncodedFact<'r>,
    field: &'static Field,
    named: &Arc<EntityRef<'r>>,
    days: Days,
    references: &mut impl References<'r>,
) -> Result<(), Stop<String>> {
    let Some(class) = EntityClass::of(field.ty) else {
        return Err(Stop::Input("unexpected name".into()));
    };
    let meant = references.named(field, class, named, days)?;
    // a spot that is called as its country is the country
    if field.name == "place"
        && let Param::Text(spot) = encoded.value(KnownField::Locality)
        && fold(spot) == fold(&meant.label)
    {
        encoded.clear(KnownField::Locality);
    }
    encoded.set_reference(field, meant.id, &meant.wording, &meant.words);
    Ok(())
}

/// Sets a field to a value; what it refers to must be known.
fn set_value<'r>(
    encoded: &mut EncodedFact<'r>,
    field: &'static Field,
    value: Value<'r>,
    days: Days,
    references: &mut impl References<'r>,
) -> Result<(), Stop<String>> {
    let referred = match &value {
        Value::Text(text) if is_reference(field) => references.referred(field, text, days)?,
        _ => None,
    };
    match referred {
        Some(Referred { id, wording, words }) => {
            encoded.set_reference(field, id, &wording, &words);
        }
        None => encoded.set(field, value),
    }
    Ok(())
}

/// Whether a field refers to a row of another table.
pub fn is_reference(field: &Field) -> bool {
    EntityClass::of(field.ty).is_some() || matches!(field.ty, Type::Source | Type::Topic)
}

/// The fields of a spot on the map, which go together.
pub const LATITUDE: &str = "latitude";
pub const LONGITUDE: &str = "longitude";

/// What is wrong with a spot of which only one of the two is known.
pub fn half_location(has_latitude: bool, has_longitude: bool) -> Option<RowError> {
    let (field, other) = match (has_latitude, has_longitude) {
        (true, false) => (LATITUDE, LONGITUDE),
        (false, true) => (LONGITUDE, LATITUDE),
        _ => return None,
    };
    Some(RowError { field, expected: format!("needs a {other} too") })
}
