//! Rows on their way in made ready: names resolved, dates given their days, quotes their place.

use std::rc::Rc;

use crate::error::{Failure, Result};
use crate::evidence::locator;
use crate::kind::{Field, Kind, Row, shared};
use crate::store::entities::lookup::{Class, Found, spelling};
use crate::store::entities::name_cache::Meant;
use crate::store::source_texts;
use crate::store::write::row_encoder::{Form, Prepared};
use crate::store::write::transaction::{Refused, Writer};
use crate::value::date::{self, Days};
use crate::value::{Cell, Given, Type};

impl Writer<'_> {
    /// A row with a quote and no locator gets one, if the text is held and has the quote once;
    /// several places are named.
    pub(in crate::store) fn locate<'a>(
        &mut self,
        row: &Row<'a>,
    ) -> Result<Result<Option<Row<'a>>, Refused>> {
        let stated = |name: &str| {
            row.iter().find(|(field, _)| field.name == name).and_then(|(_, value)| match value {
                Given::Cell(cell) => cell.text(),
                Given::Named(_) => None,
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
                    others.chain([(field, Given::Cell(Cell::Text(one.clone().into())))]).collect(),
                )))
            }
            several => Ok(Err(Refused {
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
        row: &'r Row<'_>,
    ) -> Result<Result<Prepared<'r>, Refused>> {
        let form =
            Rc::clone(self.forms.entry(kind.name).or_insert_with(|| Rc::new(Form::of(kind))));
        let mut prepared = Prepared::new(form);
        let mut days = Days { first: None, last: None };
        if let Some((_, Given::Cell(Cell::Text(text)))) =
            row.iter().find(|(field, _)| field.ty == Type::Date)
        {
            days = date::parse(text).map_err(Failure::usage)?;
            prepared.set_days(days);
        }
        let mut untold: Vec<(String, String)> = Vec::new();
        for (field, value) in
            row.iter().filter(|(field, value)| field.is_given() && !value.is_null())
        {
            let expected = match (value, Class::of(field.ty)) {
                (Given::Named(named), Some(class)) => match self.resolve(class, named, days)? {
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
                },
                // a code means whoever bears it on the days of the fact
                (Given::Cell(Cell::Text(text)), Some(class))
                    if spelling(text).scheme.is_some_and(|scheme| scheme != "name")
                        && matches!(
                            self.names.find(&self.transaction, class, text)?,
                            Found::Several(_)
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
                            let meant = self
                                .whole(class, Meant { wording: text.as_ref().into(), ..meant })?;
                            prepared.set_name(field, &meant);
                            continue;
                        }
                        None => {
                            let found = self.names.find(&self.transaction, class, text)?;
                            self.expected_name(class, text, &found)?
                        }
                    }
                }
                (Given::Cell(Cell::Text(text)), Some(class)) => {
                    match self.names.find(&self.transaction, class, text)? {
                        Found::One(entry) => {
                            let meant = self.whole(
                                class,
                                Meant::row(entry.id, entry.bearer, entry.wording.into()),
                            )?;
                            prepared.set_name(field, &meant);
                            continue;
                        }
                        found => self.expected_name(class, text, &found)?,
                    }
                }
                (Given::Cell(Cell::Text(slug)), None) if field.ty == Type::Source => {
                    match self.source(slug)? {
                        Ok(id) => {
                            let slug = slug.as_ref().into();
                            prepared.set_reference(field, id, &slug, &slug);
                            continue;
                        }
                        Err(expected) => expected,
                    }
                }
                (Given::Cell(cell), _) => {
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
                (Given::Named(_), None) => "expected no name".into(),
            };
            return Ok(Err(Refused { field: field.name, expected }));
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
