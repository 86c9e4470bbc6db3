//! Rows on their way in made ready: names resolved, dates given their days, quotes their place.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::evidence::locator;
use crate::kind::{Field, InputRow, Kind, shared};
use crate::store::entities::lookup::{EntityClass, NameMatch, spelling};
use crate::store::entities::name_cache::ResolvedName;
use crate::store::source_texts;
use crate::store::write::row_encoder::{EncodedFact, RowEncoder};
use crate::store::write::transaction::{RowError, Writer};
use crate::value::date::{self, Days};
use crate::value::{InputValue, Type, Value};

impl Writer<'_> {
    /// A row with a quote and no locator gets one, if the text is held and has the quote once;
    /// several places are named.
    pub(in crate::store) fn locate<'a>(
        &mut self,
        row: &InputRow<'a>,
    ) -> Result<Result<Option<InputRow<'a>>, RowError>> {
        let stated = |name: &str| {
            row.iter().find(|(field, _)| field.name == name).and_then(|(_, value)| match value {
                InputValue::Value(cell) => cell.text(),
                InputValue::Entity(_) => None,
            })
        };
        let (Some(quote), None, Some(source), false) =
            (stated("quote"), stated("locator"), stated("source"), self.restoring)
        else {
            return Ok(Ok(None));
        };
        let Some(text) = source_texts::text(&self.transaction, source)? else {
            return Ok(Ok(None));
        };
        let places: Vec<String> =
            locator::find(&text, quote).iter().map(|range| locator::chars(&text, range)).collect();
        match places.as_slice() {
            [] => Ok(Ok(None)),
            [one] => {
                let Some(field) = spine_field("locator") else { return Ok(Ok(None)) };
                let others = row.iter().filter(|(field, _)| field.name != "locator").cloned();
                Ok(Ok(Some(
                    others
                        .chain([(field, InputValue::Value(Value::Text(one.clone().into())))])
                        .collect(),
                )))
            }
            several => Ok(Err(RowError {
                field: "quote",
                expected: format!(
                    "stands in several places of the text; give one as locator: {}",
                    several.join(" or ")
                ),
            })),
        }
    }

    /// Resolves the names of a row and gives its date its days.
    pub(in crate::store) fn prepare<'r>(
        &mut self,
        kind: &'static Kind,
        row: &'r InputRow<'_>,
    ) -> Result<Result<EncodedFact<'r>, RowError>> {
        let form =
            Rc::clone(self.forms.entry(kind.name).or_insert_with(|| Rc::new(RowEncoder::of(kind))));
        let mut prepared = EncodedFact::new(form);
        let mut days = Days { first: None, last: None };
        if let Some((_, InputValue::Value(Value::Text(text)))) =
            row.iter().find(|(field, _)| field.ty == Type::Date)
        {
            days = date::parse(text).map_err(Error::usage)?;
            prepared.set_days(days);
        }
        let mut untold: Vec<(String, String)> = Vec::new();
        for (field, value) in
            row.iter().filter(|(field, value)| field.is_given() && !value.is_null())
        {
            let expected = match (value, EntityClass::of(field.ty)) {
                (InputValue::Entity(named), Some(class)) => {
                    match self.resolve(class, named, days)? {
                        Ok(entry) => {
                            if let (true, Some(name)) = (entry.other_name, &named.name) {
                                untold.push((format!("{} as given", field.name), name.to_string()));
                            }
                            if let (true, Some((lat, lon))) = (entry.no_point, named.point) {
                                untold.push((
                                    format!("{} lat, lon", field.name),
                                    format!("{lat}, {lon}"),
                                ));
                            }
                            prepared.set_name(field, &entry);
                            continue;
                        }
                        Err(expected) => expected,
                    }
                }
                // a code means whoever bears it on the days of the fact
                (InputValue::Value(Value::Text(text)), Some(class))
                    if spelling(text).scheme.is_some_and(|scheme| scheme != "name")
                        && matches!(
                            self.names.find(&self.transaction, class, text)?,
                            NameMatch::Several(_)
                        ) =>
                {
                    let code = spelling(text);
                    match self.coded(
                        class,
                        code.scheme.unwrap_or_default(),
                        code.name,
                        None,
                        days,
                    )? {
                        Some(meant) => {
                            let meant = self.whole(
                                class,
                                ResolvedName { wording: text.as_ref().into(), ..meant },
                            )?;
                            prepared.set_name(field, &meant);
                            continue;
                        }
                        None => {
                            let found = self.names.find(&self.transaction, class, text)?;
                            self.expected_name(class, text, &found)?
                        }
                    }
                }
                (InputValue::Value(Value::Text(text)), Some(class)) => {
                    match self.names.find(&self.transaction, class, text)? {
                        NameMatch::One(entry) => {
                            let meant = self.whole(
                                class,
                                ResolvedName::row(entry.id, entry.entity, entry.wording.into()),
                            )?;
                            prepared.set_name(field, &meant);
                            continue;
                        }
                        found => self.expected_name(class, text, &found)?,
                    }
                }
                (InputValue::Value(Value::Text(slug)), None) if field.ty == Type::Source => {
                    match self.source(slug)? {
                        Ok(id) => {
                            let slug = slug.as_ref().into();
                            prepared.set_reference(field, id, &slug, &slug);
                            continue;
                        }
                        Err(expected) => expected,
                    }
                }
                (InputValue::Value(cell), _) => {
                    let known = match (field.ty, cell.text()) {
                        (Type::Topic, Some(slug)) => self.topic(slug)?,
                        _ => Ok(()),
                    };
                    match known {
                        Ok(()) => {
                            prepared.set(field, cell);
                            continue;
                        }
                        Err(expected) => expected,
                    }
                }
                (InputValue::Entity(_), None) => "expected no name".into(),
            };
            return Ok(Err(RowError { field: field.name, expected }));
        }
        if !untold.is_empty() {
            prepared.add_extra(&untold);
        }
        Ok(Ok(prepared))
    }
}

/// A field that all kinds share.
fn spine_field(name: &str) -> Option<&'static Field> {
    shared().find(|field| field.name == name)
}
