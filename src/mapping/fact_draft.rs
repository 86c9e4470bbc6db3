//! One fact under way: its fields, made one after the other from the cells of a record.

use std::borrow::Cow;
use std::sync::Arc;

use crate::kind::{Field, InputRow, common_field};
use crate::mapping::apply_figure::{self, ParsedFigure};
use crate::mapping::cell_error::{CellError, FieldError};
use crate::mapping::compiled::{
    DateRule, DateSource, FieldRule, NameRule, PLACE, RuleKind, TextRule,
};
use crate::mapping::compiled_template::RecordCells;
use crate::value::date::Days;
use crate::value::date_formats::spreadsheet_hint;
use crate::value::{EntityRef, InputValue, Type, Value, date, real};

/// A fact under way.
pub(super) struct FactDraft<'p> {
    /// What it states.
    pub(super) row: InputRow<'p>,
    /// Columns that the fact does not hold whole this time, though it may.
    pub(super) lost: Vec<usize>,
    /// Columns of names that it tells, and of names that this record has no field for.
    pub(super) told: Vec<usize>,
    pub(super) untold: Vec<usize>,
    /// What is wrong with it.
    pub(super) bad: Vec<CellError>,
    /// The days of its date.
    pub(super) days: Days,
}

impl<'p> FactDraft<'p> {
    /// An empty one, with room for this many values.
    pub(super) fn new(room: usize) -> FactDraft<'p> {
        FactDraft {
            row: Vec::with_capacity(room),
            lost: Vec::new(),
            told: Vec::new(),
            untold: Vec::new(),
            bad: Vec::new(),
            days: Days::default(),
        }
    }

    /// Whether a field is stated.
    pub(super) fn states(&self, wanted: &Field) -> bool {
        self.row.iter().any(|(field, value)| field.name == wanted.name && !value.is_null())
    }

    pub(super) fn set(&mut self, field: Option<&'static Field>, cell: Value<'p>) {
        if let Some(field) = field
            && !cell.is_null()
        {
            self.row.push((field, InputValue::Value(cell)));
        }
    }

    /// Makes a field, or a group of them, from a record.
    pub(super) fn add(&mut self, making: &'p FieldRule, cells: &RecordCells<'p, '_>) {
        let done = match &making.by {
            RuleKind::Text(words) => self.words(making.field, words, cells).map_err(|e| (None, e)),
            RuleKind::Number(number) if matches!(making.field.ty, Type::Degrees(_)) => {
                let read = apply_figure::degrees(number, cells);
                let in_range = |degrees: f64| making.field.ty.parse(&real(degrees));
                match read.and_then(|found| found.map(in_range).transpose()) {
                    Ok(found) => {
                        self.set(Some(making.field), found.unwrap_or(Value::Null));
                        if apply_figure::is_in_minutes(number, cells) {
                            self.lost.extend(number.text.column());
                        }
                        Ok(())
                    }
                    Err(expected) => Err((None, expected)),
                }
            }
            RuleKind::Number(number) => match apply_figure::number(number, cells) {
                Ok(found) => {
                    self.set(Some(making.field), found.map_or(Value::Null, |found| found.cell));
                    Ok(())
                }
                Err(expected) => Err((None, expected)),
            },
            RuleKind::Quantity(quantity) => apply_figure::quantity(quantity, cells).map(|figure| {
                // a flag beside no number is told by no field
                if let (None, Some(flag)) = (&figure, &quantity.flag)
                    && flag.fill(cells).is_some()
                {
                    self.lost.extend(flag.column());
                }
                // words that say more than that a number is not known stay as they are
                if figure.is_none()
                    && let Some(best) = &quantity.best
                    && best.text.fill(cells).is_some_and(|text| says_something(&text))
                {
                    self.lost.extend(best.text.column());
                }
                self.figure(&quantity.fields, figure);
            }),
            RuleKind::Name(name) => self.name(making.field, name, cells).map_err(|e| (None, e)),
            RuleKind::Date(date) => self.date(date, cells),
        };
        if let Err((cell, expected)) = done {
            let cell = cell.or(making.column);
            let value = cell
                .and_then(|cell| cells.record.get(cell))
                .filter(|value| !value.is_empty())
                .map(str::to_owned);
            self.bad.push(CellError {
                cell,
                field: Some(making.field.name.to_owned()),
                value,
                expected,
            });
        }
    }

    fn words(
        &mut self,
        field: &'static Field,
        words: &'p TextRule,
        cells: &RecordCells<'p, '_>,
    ) -> Result<(), String> {
        let Some(text) = words.fill(cells)? else { return Ok(()) };
        // free text is what it is; everything else must be what its field takes
        let cell = match field.ty {
            Type::Text if !text.contains('\0') => Value::Text(text),
            ty => match text {
                Cow::Borrowed(text) => ty.read(text)?,
                Cow::Owned(text) => ty.parse(&text)?,
            },
        };
        self.set(Some(field), cell);
        Ok(())
    }

    fn figure(&mut self, fields: &[Option<&'static Field>; 5], figure: Option<ParsedFigure<'p>>) {
        let Some(figure) = figure else { return };
        let [low, best, high, words, qualifier] = *fields;
        self.set(low, figure.low);
        self.set(best, figure.best);
        self.set(high, figure.high);
        self.set(words, figure.words.map_or(Value::Null, Value::Text));
        self.set(qualifier, figure.qualifier.map_or(Value::Null, |word| Value::Text(word.into())));
    }

    fn name(
        &mut self,
        field: &'static Field,
        plan: &'p NameRule,
        cells: &RecordCells<'p, '_>,
    ) -> Result<(), String> {
        for condition in &plan.when {
            if !condition.holds(cells).map_err(|(_, expected)| expected)? {
                self.untold.extend(&plan.columns);
                return Ok(());
            }
        }
        self.told.extend(&plan.columns);
        let mut named = plan.named(cells, &mut self.lost)?;
        if field.name == PLACE
            && let Some((lat, lon)) = named.point
        {
            for (name, degrees) in [("latitude", lat), ("longitude", lon)] {
                let field = common_field(name);
                if let Some(field) = field {
                    field.ty.parse(&degrees.to_string())?;
                }
                self.set(field, Value::Real(degrees));
            }
        }
        if plan.is_spot {
            let spot = named.name.take().map_or(Value::Null, Value::Text);
            self.set(common_field("locality"), spot);
            named = named.within.take().map_or_else(EntityRef::default, |within| *within);
        }
        if !named.is_empty() {
            self.row.push((field, InputValue::Entity(Arc::new(named))));
        }
        Ok(())
    }

    fn date(&mut self, plan: &'p DateRule, cells: &RecordCells<'p, '_>) -> Result<(), FieldError> {
        let Some((edtf, whole)) = plan.edtf(cells)? else { return Ok(()) };
        self.days = date::parse(&edtf).map_err(|e| {
            let hint = spreadsheet_hint(&edtf);
            let how = if hint.is_empty() && matches!(plan.source, DateSource::Edtf(_)) {
                "; for dates written any other way, set formats in the mapping"
            } else {
                hint
            };
            (None, format!("expected {e}{how}"))
        })?;
        if !whole {
            self.lost.extend(&plan.columns);
        }
        let [date, span, basis] = plan.fields;
        self.set(Some(date), Value::Text(edtf));
        self.set(
            Some(span),
            Value::Text(if plan.throughout { "throughout" } else { "within" }.into()),
        );
        self.set(Some(basis), Value::Text(plan.basis.as_str().into()));
        Ok(())
    }
}

/// Whether a text that cannot be read as a number is worth keeping: "0 (+1)" and "s/i" are, "-99" and ".." are not.
fn says_something(text: &str) -> bool {
    let is_number = text.parse::<f64>().is_ok();
    !is_number && text.contains(char::is_alphanumeric)
}
