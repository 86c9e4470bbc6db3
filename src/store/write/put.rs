//! Facts written: what comes again is compared by its digest, and what changes is retired and added
//! anew.

use rusqlite::{OptionalExtension, params};

use crate::error::{Result, Stop};
use crate::kind::{InputRow, Kind};
use crate::store::date_parts;
use crate::store::extras::SharedExtras;
use crate::store::write::counts::Outcome;
use crate::store::write::param::{FactDigest, Param};
use crate::store::write::row_encoder::{EncodedFact, KnownField, RowEncoder};
use crate::store::write::transaction::{RowError, RowOrigin, Writer};
use crate::value::{InputValue, Value, date};

/// What became of a fact that was to be new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewFactOutcome {
    /// It is.
    Added,
    /// It was there already.
    Unchanged,
    /// It was there, and somebody edited it since.
    Edited,
    /// It was there, and somebody retired it.
    Retired,
    /// Another fact has its key.
    Differs,
}

/// What is set when a row is retired.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Retirement<'a> {
    /// The run that retires it.
    pub run: i64,
    /// A value of `retired_why`.
    pub why: &'a str,
    /// The same in somebody's words.
    pub note: Option<&'a str>,
}

/// The condition that a person retired a row.
pub(in crate::store) const RETIRED_BY_HAND: &str = "retired_why NOT IN ('changed', 'absent')";

/// The live row of a key.
pub(in crate::store) struct LiveRow {
    pub id: i64,
    pub digest: Vec<u8>,
    pub by_hand: bool,
    /// The identifier of the run that recorded it.
    pub uid: Option<String>,
    /// Its number.
    pub import: i64,
}

impl Writer<'_> {
    /// Writes a fact.
    ///
    /// # Errors
    /// The database cannot be written; what is wrong with the fact is in the outcome.
    pub fn put(
        &mut self,
        kind: &'static Kind,
        row: &InputRow<'_>,
    ) -> Result<Outcome, Stop<Vec<RowError>>> {
        let prepared = self.ready(kind, row)?;
        self.put_ready(kind, row, prepared)
    }

    fn put_ready(
        &mut self,
        kind: &'static Kind,
        row: &InputRow<'_>,
        mut prepared: EncodedFact<'static>,
    ) -> Result<Outcome, Stop<Vec<RowError>>> {
        if self.origin == RowOrigin::History
            && row.iter().any(|(field, value)| field.name == "import" && !value.is_null())
        {
            return self.put_back(row, &mut prepared).map_err(|stop| stop.map(|fault| vec![fault]));
        }
        let (Param::Integer(source), Param::Text(key)) =
            (prepared.value(KnownField::Source).clone(), prepared.value(KnownField::Key).clone())
        else {
            let fault = RowError { field: "source", expected: "expected a source".into() };
            return Err(Stop::Input(vec![fault]));
        };
        let digest = prepared.digest();
        let live = self.live(&prepared.form, source, &key)?;
        let outcome = match &live {
            Some(live) if live.digest == digest => Outcome::Unchanged,
            Some(live)
                if live.by_hand && self.is_loading() && !self.has_known(live.uid.as_ref()) =>
            {
                self.kept.push(format!("{}:{key}", crate::kind::given(row, "source")));
                Outcome::Unchanged
            }
            Some(_) => Outcome::Changed,
            None if self.is_loading() && self.is_retired_by_hand(kind, source, &key)? => {
                self.kept.push(format!("{}:{key}", crate::kind::given(row, "source")));
                Outcome::Unchanged
            }
            None => Outcome::Added,
        };
        self.counts.count(outcome);
        if outcome != Outcome::Unchanged {
            let import = self.begin(source)?;
            if let Some(live) = live {
                self.retire(kind, live.id, Retirement { run: import, why: "changed", note: None })?;
            }
            if let Some(id) = self.insert(&mut prepared, import, digest)? {
                self.note(&prepared, id)?;
            }
        }
        Ok(outcome)
    }

    /// Writes a fact, unless there is or was one of its key: what a person made of that stays.
    ///
    /// # Errors
    /// The database cannot be written; what is wrong with the fact is in the outcome.
    pub fn put_new(
        &mut self,
        kind: &'static Kind,
        row: &InputRow<'_>,
    ) -> Result<NewFactOutcome, Stop<Vec<RowError>>> {
        let prepared = self.ready(kind, row)?;
        let (Param::Integer(source), Param::Text(key)) =
            (prepared.value(KnownField::Source).clone(), prepared.value(KnownField::Key).clone())
        else {
            return self.put_ready(kind, row, prepared).map(|_| NewFactOutcome::Added);
        };
        if let Some(live) = self.live(&prepared.form, source, &key)? {
            let earlier = format!(
                "SELECT EXISTS (SELECT 1 FROM {} WHERE source_id = ?1 AND key = ?2 AND retired_by_id IS NOT NULL)",
                kind.table
            );
            // a text that was attached since may have given it another locator
            let is_same = live.digest == prepared.digest();
            let was_edited = !is_same
                && self.transaction.query_row(&earlier, params![source, key], |row| row.get(0))?;
            self.counts.count(Outcome::Unchanged);
            return Ok(match (is_same, was_edited) {
                (true, _) => NewFactOutcome::Unchanged,
                (false, true) => NewFactOutcome::Edited,
                (false, false) => NewFactOutcome::Differs,
            });
        }
        if self.is_retired_by_hand(kind, source, &key)? {
            self.counts.count(Outcome::Unchanged);
            return Ok(NewFactOutcome::Retired);
        }
        self.put_ready(kind, row, prepared).map(|_| NewFactOutcome::Added)
    }

    /// Writes a row that carries the runs that recorded and retired it.
    fn put_back(
        &mut self,
        row: &InputRow<'_>,
        prepared: &mut EncodedFact<'_>,
    ) -> Result<Outcome, Stop<RowError>> {
        let number = |name: &str| {
            row.iter().find_map(|(field, value)| match value {
                InputValue::Value(Value::Int(n)) if field.name == name => Some(*n),
                _ => None,
            })
        };
        let (import, retired_by) = (number("import"), number("retired_by"));
        for (field, run) in [("import", import), ("retired_by", retired_by)] {
            let known = match run {
                None => field != "import",
                Some(run) => self.has_run(run)?,
            };
            if !known {
                return Err(Stop::Input(RowError {
                    field,
                    expected: "expected an import listed in imports.csv".into(),
                }));
            }
        }
        let text =
            |name| Some(crate::kind::given(row, name).into_owned()).filter(|text| !text.is_empty());
        prepared.retire(retired_by, text("retired_why"), text("retired_note"));
        let digest = prepared.digest();
        if let Some(id) = self.insert(prepared, import.unwrap_or_default(), digest)? {
            self.note(prepared, id)?;
        }
        Ok(Outcome::Added)
    }

    /// The live row of a key.
    pub(in crate::store) fn live(
        &mut self,
        form: &RowEncoder,
        source: i64,
        key: &str,
    ) -> Result<Option<LiveRow>> {
        let found = self
            .statements
            .get("live", form.kind.name, || form.live.clone())?
            .query_row(params![source, key], |row| {
                Ok(LiveRow {
                    id: row.get(0)?,
                    digest: row.get(1)?,
                    by_hand: row.get(2)?,
                    uid: row.get(3)?,
                    import: row.get(4)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// Retires a row.
    pub(in crate::store) fn retire(
        &mut self,
        kind: &'static Kind,
        id: i64,
        Retirement { run, why, note }: Retirement<'_>,
    ) -> Result<()> {
        let retire = || {
            format!(
                "UPDATE {} SET retired_by_id = ?1, retired_why = ?2, retired_note = ?3 WHERE id = ?4",
                kind.table
            )
        };
        self.statements.get("retire", kind.name, retire)?.execute(params![run, why, note, id])?;
        self.changes.retire(kind, id);
        Ok(())
    }

    /// Adds a row, unless a live one has its key; returns its id.
    pub(in crate::store) fn insert(
        &mut self,
        prepared: &mut EncodedFact<'_>,
        import: i64,
        digest: FactDigest,
    ) -> Result<Option<i64>> {
        prepared.sign(import, digest);
        if prepared.extra.is_none()
            && let Param::Text(object) = prepared.value(KnownField::Extra)
        {
            let encoder = match &mut self.extras {
                Some(encoder) => encoder,
                none => none.insert(SharedExtras::of(&self.transaction)?),
            };
            let extra = encoder.encode(prepared.form.kind, object);
            encoder.write_news(&self.transaction)?;
            prepared.extra = extra;
        }
        let form = &prepared.form;
        let insert = self.statements.row(form.kind.table, || form.insert.clone())?;
        if insert.execute(prepared.stated())? == 0 {
            return Ok(None);
        }
        let id = self.transaction.last_insert_rowid();
        if let Param::Text(date) = prepared.value(KnownField::Date)
            && date::is_set(date)
        {
            date_parts::insert(&self.transaction, prepared.form.kind, id, date)?;
        }
        if let Some(extra) = &prepared.extra {
            extra.keep(&mut self.statements, form.kind, id, prepared.record.as_ref())?;
        }
        Ok(Some(id))
    }

    /// Has a new fact found by its words, and the summary of its kind hold it.
    pub(in crate::store) fn note(&mut self, prepared: &EncodedFact<'_>, id: i64) -> Result<()> {
        if self.is_passing_on {
            return Ok(());
        }
        let kind = prepared.form.kind;
        self.words.add(&mut self.statements, kind, id, |words| prepared.words(words))?;
        self.changes.add(&self.transaction, prepared)
    }

    fn has_known(&self, uid: Option<&String>) -> bool {
        uid.is_some_and(|uid| self.known.contains(uid))
    }

    /// Whether a person retired the last row of a key, and the folder that is loaded does not know
    /// of it.
    pub(in crate::store) fn is_retired_by_hand(
        &self,
        kind: &Kind,
        source: i64,
        key: &str,
    ) -> Result<bool> {
        let sql = format!(
            "SELECT f.{RETIRED_BY_HAND}, r.uid FROM {} f JOIN imports r ON r.id = f.retired_by_id
              WHERE f.source_id = ?1 AND f.key = ?2 AND f.retired_by_id IS NOT NULL ORDER BY f.retired_by_id DESC LIMIT 1",
            kind.table
        );
        let last: Option<(bool, Option<String>)> = self
            .transaction
            .prepare_cached(&sql)?
            .query_row(params![source, key], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(last.is_some_and(|(by_hand, uid)| by_hand && !self.has_known(uid.as_ref())))
    }

    fn has_run(&self, run: i64) -> Result<bool> {
        let find = "SELECT EXISTS (SELECT 1 FROM imports WHERE id = ?1)";
        Ok(self.transaction.prepare_cached(find)?.query_row([run], |row| row.get(0))?)
    }
}
