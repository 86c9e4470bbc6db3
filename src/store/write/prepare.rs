//! Rows on their way in made ready: names resolved, dates given their days, quotes their place.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use crate::error::{Error, Result, Stop};
use crate::evidence::gate::{self, Citation};
use crate::evidence::quote::QuoteStatus;
use crate::kind::{Field, InputRow, Kind, common_field};
use crate::store::entities::lookup::{
    EntityClass, NameEntry, NameMatch, glossed, listed, spelling,
};
use crate::store::entities::name_cache::{NameHit, ResolvedName};
use crate::store::source_texts;
use crate::store::write::encode_row::{RecordNames, References, Referred, date_in, encode_row};
use crate::store::write::row_encoder::{EncodedFact, RowEncoder};
use crate::store::write::transaction::{RowError, Writer};
use crate::value::date::{self, Days};
use crate::value::text::BETWEEN_NAMES;
use crate::value::{EntityRef, InputValue, Type, Value, real};

/// What a row cites, checked, and the order of its figures.
struct CitedRow<'a> {
    /// The row with the locator that its quote has, if it gave none.
    located: Option<InputRow<'a>>,
    /// How the quote was found.
    quote_status: Option<String>,
    /// What is wrong.
    faults: Vec<RowError>,
}

impl Writer<'_> {
    /// Everything that is wrong with a row, whether or not some of its cells could be read.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn faults(&mut self, kind: &'static Kind, row: &InputRow<'_>) -> Result<Vec<RowError>> {
        let CitedRow { located, mut faults, .. } = self.cited(kind, row)?;
        let row = located.as_ref().unwrap_or(row);
        match self.prepare(kind, row, &mut RecordNames::default()) {
            Ok(_) => Ok(faults),
            Err(Stop::Input(more)) => {
                faults.extend(more);
                Ok(faults)
            }
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Makes a row ready to be written.
    pub(in crate::store) fn ready(
        &mut self,
        kind: &'static Kind,
        row: &InputRow<'_>,
    ) -> Result<EncodedFact<'static>, Stop<Vec<RowError>>> {
        let CitedRow { located, quote_status, mut faults } = self.cited(kind, row)?;
        let row = located.as_ref().unwrap_or(row);
        let prepared = match self.prepare(kind, row, &mut RecordNames::default()) {
            Err(Stop::Input(more)) => {
                faults.extend(more);
                return Err(Stop::Input(faults));
            }
            prepared => prepared?,
        };
        if !faults.is_empty() {
            return Err(Stop::Input(faults));
        }
        let mut prepared = prepared.into_owned();
        prepared.set_quote_status(quote_status);
        Ok(prepared)
    }

    /// Checks what a row cites, and the order of its figures.
    fn cited<'a>(&mut self, kind: &'static Kind, row: &InputRow<'a>) -> Result<CitedRow<'a>> {
        let mut faults = self.order_faults(kind, row)?;
        match self.cite(kind, row) {
            Ok((located, quote_status)) => Ok(CitedRow { located, quote_status, faults }),
            Err(Stop::Input(fault)) => {
                faults.push(fault);
                Ok(CitedRow { located: None, quote_status: None, faults })
            }
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Checks what a row cites against the text of its source, if that is held: the row with the
    /// locator that its quote has, if it gave none, and how the quote was found.
    pub(in crate::store) fn cite<'a>(
        &mut self,
        kind: &'static Kind,
        row: &InputRow<'a>,
    ) -> Result<(Option<InputRow<'a>>, Option<String>), Stop<RowError>> {
        let stated = |name: &str| stated(row, name);
        let status = stated("quote_status").map(str::to_owned);
        let (quote, given) = (stated("quote"), stated("locator"));
        // most facts of a data set cite a row, and no words
        let is_row = given.is_some_and(|locator| locator.starts_with("row="));
        // what was retired is history, and was judged when it was entered
        let is_history = stated("retired_why").is_some();
        if is_history || quote.is_none() && (given.is_none() || is_row) {
            return Ok((None, status));
        }
        let text = match stated("source") {
            Some(source) => self.text_of(source)?,
            None => None,
        };
        let earlier = self.earlier_status(kind, stated("source"), stated("key"), quote)?;
        let near = Some(QuoteStatus::Near.name());
        let accepts_nearest = self.accepts_nearest
            || [&earlier, &status].iter().any(|status| status.as_deref() == near);
        let citation = Citation { quote, locator: given, text: text.as_deref(), accepts_nearest };
        let unchecked = QuoteStatus::Unchecked.name();
        let cited = match gate::check(citation) {
            Ok(cited) => cited,
            Err((field, expected)) => {
                let is_kept = self.keeps_quotes
                    || status.as_deref() == Some(unchecked)
                    || earlier.as_deref() == Some(unchecked);
                if quote.is_some() && is_kept {
                    return Ok((None, Some(unchecked.to_owned())));
                }
                return Err(Stop::Input(RowError { field, expected }));
            }
        };
        if !cited.omitted.is_empty() {
            self.quote_notes.push(format!("the quote leaves out: {}", cited.omitted.join(" … ")));
        }
        if !cited.added.is_empty() {
            self.quote_notes.push(format!("the text does not have: {}", cited.added.join(", ")));
        }
        let status = cited.status.map(|status| status.name().to_owned());
        let locator = cited.locator.filter(|_| given.is_none());
        let Some((locator, field)) = locator.zip(common_field("locator")) else {
            return Ok((None, status));
        };
        let others = row.iter().filter(|(field, _)| field.name != "locator").cloned();
        let located = (field, InputValue::Value(Value::Text(locator.into())));
        Ok((Some(others.chain([located]).collect()), status))
    }

    /// The figures whose low, best and high do not stand in order. A data set is taken as it is.
    fn order_faults(&self, kind: &'static Kind, row: &InputRow<'_>) -> Result<Vec<RowError>> {
        let mut faults = Vec::new();
        if stated(row, "retired_why").is_some() {
            return Ok(faults);
        }
        for figure in kind.figures {
            let figures: Vec<(&'static str, f64)> = [figure.low, figure.best, figure.high]
                .into_iter()
                .filter_map(|name| Some((name, number(row, name)?)))
                .collect();
            let numbers: Vec<f64> = figures.iter().map(|(_, number)| *number).collect();
            let Some(at) = gate::out_of_order(&numbers) else { continue };
            let is_carried = self.is_loading() || self.carries;
            if is_carried && self.is_data_set(stated(row, "source"))?
                || self.has_figures(kind, row, &figures)?
            {
                continue;
            }
            let ((field, _), (above, limit)) = (figures[at], figures[at + 1]);
            let expected = format!("must not be above {above}, which is {}", real(limit));
            faults.push(RowError { field, expected });
        }
        Ok(faults)
    }

    /// Whether the live version of a fact has the same figures: whoever changes something else is not
    /// to mend them.
    fn has_figures(
        &self,
        kind: &Kind,
        row: &InputRow<'_>,
        figures: &[(&'static str, f64)],
    ) -> Result<bool> {
        let same: Vec<String> =
            figures.iter().map(|(name, number)| format!("{name} IS {number}")).collect();
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} WHERE source_id = (SELECT id FROM sources WHERE slug = ?1) AND key = ?2
               AND retired_by_id IS NULL AND {})",
            kind.table,
            same.join(" AND ")
        );
        let asked = params![stated(row, "source"), stated(row, "key")];
        Ok(self.transaction.query_row(&sql, asked, |row| row.get(0))?)
    }

    /// Whether a source is a data set.
    fn is_data_set(&self, source: Option<&str>) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM sources WHERE slug = ?1 AND kind = 'dataset')";
        Ok(self.transaction.query_row(sql, params![source], |row| row.get(0))?)
    }

    /// How the quote of a record is found; a data set is taken as it is.
    pub(in crate::store) fn status_of(
        &mut self,
        source: &str,
        row: &InputRow<'_>,
    ) -> Result<String> {
        let text = self.text_of(source)?;
        let quote = stated(row, "quote");
        let cited = gate::check(Citation {
            quote,
            locator: None,
            text: text.as_deref(),
            accepts_nearest: false,
        });
        let status = cited.ok().and_then(|cited| cited.status).unwrap_or(QuoteStatus::Unchecked);
        Ok(status.name().to_owned())
    }

    /// The text of a source, read once.
    pub(in crate::store) fn text_of(&mut self, source: &str) -> Result<Option<Arc<str>>> {
        if let Some(text) = self.texts.get(source) {
            return Ok(text.clone());
        }
        let text: Option<Arc<str>> = source_texts::text(&self.transaction, source)?.map(Into::into);
        self.texts.insert(source.to_owned(), text.clone());
        Ok(text)
    }

    /// How the live version of a fact has the same quote.
    fn earlier_status(
        &self,
        kind: &Kind,
        source: Option<&str>,
        key: Option<&str>,
        quote: Option<&str>,
    ) -> Result<Option<String>> {
        let sql = format!(
            "SELECT quote_status FROM {} WHERE source_id = (SELECT id FROM sources WHERE slug = ?1) AND key = ?2
               AND quote = ?3 AND retired_by_id IS NULL",
            kind.table
        );
        let mut find = self.transaction.prepare_cached(&sql)?;
        Ok(find.query_row(params![source, key, quote], |row| row.get(0)).optional()?.flatten())
    }

    /// Resolves the names of a row and gives its date its days.
    pub(in crate::store) fn prepare<'r>(
        &mut self,
        kind: &'static Kind,
        row: &'r InputRow<'r>,
        names: &mut RecordNames,
    ) -> Result<EncodedFact<'r>, Stop<Vec<RowError>>> {
        let form = Arc::clone(
            self.forms.entry(kind.name).or_insert_with(|| Arc::new(RowEncoder::of(kind))),
        );
        let days = match date_in(row) {
            Some(date) => date::parse(date).map_err(Error::usage)?,
            None => Days::default(),
        };
        let row = row.iter().map(|(field, value)| (*field, value.borrowed()));
        encode_row(form, row, days, &mut KnownToWriter { writer: self, names })
    }

    /// Whom a name or code means that must be known, or several with "; " between. One that passed
    /// from one state to another means whoever bears it on the days of the fact.
    fn known_name(
        &mut self,
        class: EntityClass,
        text: &str,
        days: Days,
    ) -> Result<ResolvedName, Stop<String>> {
        let parts = listed(text);
        if parts.len() > 1 && self.exactly(class, text)?.is_none() {
            return self.known_several(class, None, &parts, days);
        }
        if let Some((wording, meant_by)) = glossed(text)
            && let parts @ [_, _, ..] = listed(meant_by).as_slice()
        {
            return self.known_several(class, Some(wording), parts, days);
        }
        let hit = self.known_one(class, text, days)?;
        Ok(self.whole(class, &hit)?)
    }

    /// Several that must be known, by the source's wording for all of them if it has one.
    fn known_several(
        &mut self,
        class: EntityClass,
        wording: Option<&str>,
        parts: &[&str],
        days: Days,
    ) -> Result<ResolvedName, Stop<String>> {
        let mut members = Vec::new();
        for part in parts {
            let member = self.known_one(class, part, days);
            members.push(member.map_err(|stop| stop.map(|why| format!("{why} (\"{part}\")")))?);
        }
        let listed = || {
            members
                .iter()
                .map(|member| member.wording.as_ref())
                .collect::<Vec<_>>()
                .join(BETWEEN_NAMES)
        };
        let wording = wording.map_or_else(listed, str::to_owned);
        Ok(self.name_of_several(class, &wording, &members)?)
    }

    /// The one whom a name or code means that must be known.
    fn known_one(
        &mut self,
        class: EntityClass,
        text: &str,
        days: Days,
    ) -> Result<NameHit, Stop<String>> {
        if let Some((wording, meant_by)) = glossed(text) {
            let meant = self.known_one(class, meant_by, days)?;
            return Ok(self.add_wording(class, meant.entity, wording, &meant_by.into())?);
        }
        let found = self.names.find(&self.transaction, class, text)?;
        let code = spelling(text);
        let is_code = code.scheme.is_some_and(|scheme| scheme != "name");
        match found {
            NameMatch::One(NameEntry { id, entity, wording, .. }) => {
                Ok(NameHit { id, entity, wording: wording.into() })
            }
            NameMatch::Several(_)
                if is_code
                    && let Some(meant) = self.coded(
                        class,
                        code.scheme.unwrap_or_default(),
                        code.name,
                        (None, None),
                        days,
                    )? =>
            {
                Ok(NameHit { wording: text.into(), ..meant })
            }
            NameMatch::Several(_)
                if !is_code && let Some(meant) = self.spelled_on(class, code.name, days)? =>
            {
                Ok(meant)
            }
            NameMatch::None if self.creates_names && !is_code && !text.trim().is_empty() => {
                let named = EntityRef { name: Some(text.into()), ..EntityRef::default() };
                let hit = self.create_entity(class, &named, None, false)?;
                self.names.forget();
                self.created.push(format!("{} \"{text}\"", class.one()));
                Ok(hit)
            }
            found => Err(Stop::Input(self.expected_name(class, text, &found)?)),
        }
    }
}

/// Looks names up in the database, and adds those that are new.
struct KnownToWriter<'w, 'c> {
    writer: &'w mut Writer<'c>,
    names: &'w mut RecordNames,
}

impl<'r> References<'r> for KnownToWriter<'_, '_> {
    fn named(
        &mut self,
        field: &'static Field,
        class: EntityClass,
        named: &Arc<EntityRef<'r>>,
        days: Days,
    ) -> Result<Arc<ResolvedName>, Stop<String>> {
        let meant = match self.names.find(named, class, days) {
            Some(meant) => meant,
            None => {
                let meant = self.writer.resolve(class, named, days)?;
                self.names.add(named, class, days, Arc::clone(&meant));
                meant
            }
        };
        self.writer.agreement.count(field.name, meant.agrees, named);
        Ok(meant)
    }

    fn referred(
        &mut self,
        field: &'static Field,
        text: &str,
        days: Days,
    ) -> Result<Option<Referred>, Stop<String>> {
        if let Some(class) = EntityClass::of(field.ty) {
            let ResolvedName { id, wording, words, .. } =
                self.writer.known_name(class, text, days)?;
            return Ok(Some(Referred { id, wording, words }));
        }
        match field.ty {
            Type::Source => {
                let id = self.writer.source(text)?;
                let slug: Arc<str> = text.into();
                Ok(Some(Referred { id, wording: Arc::clone(&slug), words: slug }))
            }
            Type::Topic => self.writer.topic(text).map(|()| None),
            _ => Ok(None),
        }
    }
}

/// The number that a row states in a field.
fn number(row: &InputRow<'_>, name: &str) -> Option<f64> {
    row.iter().find(|(field, _)| field.name == name).and_then(|(_, value)| match value {
        InputValue::Value(cell) => cell.number(),
        InputValue::Entity(_) => None,
    })
}

/// The text that a row states in a field.
fn stated<'v>(row: &'v InputRow<'_>, name: &str) -> Option<&'v str> {
    row.iter().find(|(field, _)| field.name == name).and_then(|(_, value)| match value {
        InputValue::Value(cell) => cell.text(),
        InputValue::Entity(_) => None,
    })
}
