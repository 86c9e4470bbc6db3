//! Records to facts, as a plan says.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::kind::{ExtraColumns, FactKey, Field, NewFact, common_field};
use crate::mapping::cell_error::{CellError, FieldError};
use crate::mapping::compiled::{
    CompiledCondition, CompiledFact, CompiledMapping, FieldRule, KeyPart,
};
use crate::mapping::compiled_template::{CompiledTemplate, RecordCells};
use crate::mapping::fact_draft::FactDraft;
use crate::mapping::{KnownDates, Record};
use crate::value::{InputValue, Type, Value};

/// A record as its repetitions see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// What they have in common, by name.
    pub key: String,
    /// A sum of all cells that must be equal.
    pub shared: u64,
    /// What `{$others}` has of it.
    pub gathered: String,
    /// The cells that may differ and that `{$others}` does not tell.
    pub untold: Vec<String>,
}

/// What a rule made for the first of the facts that share it.
#[derive(Clone, Copy)]
struct SharedPart {
    /// The number of that fact among those of the record.
    fact: usize,
    /// The field that it was made for.
    field: &'static Field,
    /// The part of the row of that fact.
    from: usize,
    to: usize,
}

impl SharedPart {
    /// Copies it into another fact, where the field may have another name.
    fn copy<'p>(
        self,
        made: &[(usize, NewFact<'p>)],
        field: &'static Field,
        draft: &mut FactDraft<'p>,
    ) {
        let stated = &made[self.fact].1.row[self.from..self.to];
        draft.row.extend(stated.iter().map(|(other, value)| {
            (if other.name == self.field.name { field } else { *other }, value.clone())
        }));
        if field.ty == Type::Date {
            draft.days = made[self.fact].1.days;
        }
    }
}

impl CompiledMapping {
    /// Whether a record is none: a total, a footnote.
    #[must_use]
    pub fn skips(&self, record: &Record) -> bool {
        let dates = KnownDates::default();
        let cells = self.cells(record, "", "", &dates);
        self.skip.iter().any(|test| test.holds(&cells) == Ok(true))
    }

    /// The key of a record, if it is known without making its facts.
    #[must_use]
    pub fn key_of(&self, record: &Record) -> Option<String> {
        let dates = KnownDates::default();
        match self.leads()?.key_of(&self.cells(record, "", "", &dates)) {
            Ok(FactKey::Explicit(key)) if record.len() == self.header.len() => Some(key),
            _ => None,
        }
    }

    /// The cells of a record that its facts are made of.
    pub fn cells_of<'r>(&'r self, record: &'r Record) -> impl Iterator<Item = &'r str> {
        let cells = record.iter().enumerate();
        cells.filter(|(column, _)| !self.ignored.contains(column)).map(|(_, cell)| cell)
    }

    /// What a record shares with its repetitions and what differs; none where records are not
    /// repeated.
    #[must_use]
    pub fn repeats(&self, record: &Record) -> Option<Repeated> {
        let plan = self.repeats.as_ref()?;
        let dates = KnownDates::default();
        let cells = self.cells(record, "", "", &dates);
        let text = |text: &CompiledTemplate| text.fill(&cells).unwrap_or_default().into_owned();
        let mut shared = DefaultHasher::new();
        for (column, cell) in record.iter().enumerate() {
            if !plan.with.contains(&column) && !self.ignored.contains(&column) {
                (column, cell).hash(&mut shared);
            }
        }
        let cell = |column: &usize| record.get(*column).unwrap_or_default().to_owned();
        Some(Repeated {
            key: text(&plan.key),
            shared: shared.finish(),
            gathered: text(&plan.gather),
            untold: plan.untold.iter().map(cell).collect(),
        })
    }

    /// The facts of a record, which is in a row of its file, and of its repetitions; `dates` are those of
    /// earlier records.
    ///
    /// # Errors
    /// Every cell that cannot be what its field wants.
    pub fn make<'p>(
        &'p self,
        record: &'p Record,
        repetitions: &[Repeated],
        row: u64,
        dates: &KnownDates,
    ) -> Result<Vec<NewFact<'p>>, Vec<CellError>> {
        let others: Vec<&str> = repetitions
            .iter()
            .map(|other| other.gathered.as_str())
            .filter(|text| !text.is_empty())
            .collect();
        let others = &others.join("; ");
        if record.len() != self.header.len() {
            let expected = format!(
                "number of cells: {} in the record, {} in the header",
                record.len(),
                self.derived.width
            );
            return Err(vec![CellError { cell: None, field: None, value: None, expected }]);
        }
        let key = self
            .facts
            .first()
            .map(|first| first.key_of(&self.cells(record, "", others.as_str(), dates)))
            .transpose();
        let record_key = match &key {
            Ok(Some(FactKey::Explicit(key) | FactKey::Sequence(key) | FactKey::Child(key))) => {
                key.as_str()
            }
            _ => "",
        };
        let cells = self.cells(record, record_key, others, dates);
        let mut made: Vec<(usize, NewFact<'p>)> = Vec::new();
        let mut shared: Vec<Option<SharedPart>> = vec![None; self.shared];
        let mut bad = Vec::new();
        let (mut lost, mut told, mut untold) = (Vec::new(), Vec::new(), Vec::new());
        for (n, fact) in self.facts.iter().enumerate() {
            let mut applies = true;
            for test in &fact.when {
                match test.holds(&cells) {
                    Ok(holds) => applies &= holds,
                    Err(wrong) => {
                        let wrong = self.bad("when", wrong, record);
                        if !bad.contains(&wrong) {
                            bad.push(wrong);
                        }
                        applies = false;
                    }
                }
            }
            if !applies {
                continue;
            }
            let mut draft = fact.draft(&cells, row, &made, &mut shared);
            match fact.key_of(&cells) {
                Ok(key) => made.push((
                    n,
                    NewFact { kind: fact.kind, key, row: draft.row, extra: None, days: draft.days },
                )),
                Err(wrong) => {
                    shared.fill(None);
                    draft.bad.push(self.bad("key", wrong, record));
                }
            }
            // several facts are made of the same cells
            for one in draft.bad.into_iter().map(|one| self.called(one)) {
                if !bad.contains(&one) {
                    bad.push(one);
                }
            }
            lost.extend(draft.lost);
            told.extend(draft.told);
            untold.extend(draft.untold);
        }
        lost.extend(untold.into_iter().filter(|column| !told.contains(column)));
        if !bad.is_empty() {
            return Err(bad);
        }
        self.add_extras(record, &mut made, &lost, repetitions);
        Ok(made.into_iter().map(|(_, fact)| fact).collect())
    }

    /// The column that a field is made of, as the file calls it.
    #[must_use]
    pub fn column_of(&self, field: &str) -> Option<&str> {
        let makes = |making: &&FieldRule| making.makes(field);
        let making = self.facts.iter().find_map(|fact| fact.fields.iter().find(makes))?;
        self.header.get(making.column?).map(String::as_str)
    }

    /// What the store refused of a record, at the cell that is at fault.
    #[must_use]
    pub fn refused(&self, field: &str, expected: String, record: &Record) -> CellError {
        let makes = |making: &&FieldRule| making.makes(field);
        let making = self.facts.iter().find_map(|fact| fact.fields.iter().find(makes));
        self.bad(field, (making.and_then(|making| making.column), expected), record)
    }

    fn cells<'r, 'k>(
        &'r self,
        record: &'r Record,
        key: &'k str,
        others: &'k str,
        dates: &'k KnownDates,
    ) -> RecordCells<'r, 'k> {
        RecordCells { record, missing: &self.missing, key, others, dates }
    }

    fn bad(&self, field: &str, (cell, expected): FieldError, record: &Record) -> CellError {
        let value = cell
            .and_then(|cell| record.get(cell))
            .filter(|value| !value.is_empty())
            .map(str::to_owned);
        self.called(CellError { cell, field: Some(field.to_owned()), value, expected })
    }

    /// The same with the field called as the file calls its column.
    fn called(&self, bad: CellError) -> CellError {
        let column = bad.cell.and_then(|cell| self.header.get(cell));
        let called = column.zip(bad.field.as_ref()).filter(|(column, field)| column != field);
        match called.map(|(column, field)| format!("{column} ({field})")) {
            Some(field) => CellError { field: Some(field), ..bad },
            None => bad,
        }
    }

    /// Gives the facts what stands beside them in the record. The cells of a wide table are facts alike, and
    /// it is said of each; a fact of another kind has it from its event, if it is of one.
    fn add_extras<'p>(
        &'p self,
        record: &'p Record,
        made: &mut [(usize, NewFact<'p>)],
        lost: &[usize],
        repetitions: &[Repeated],
    ) {
        let Some(first) = made.first().map(|(_, first)| first.kind.name) else { return };
        let is_of_event = |fact: &NewFact<'_>| fact.row.iter().any(|(f, _)| f.name == "event");
        let mut known: Vec<(&str, Option<Arc<ExtraColumns<'p>>>)> = Vec::new();
        for n in 0..made.len() {
            let (_, fact) = &made[n];
            let kind = fact.kind.name;
            if kind != first && is_of_event(fact) {
                continue;
            }
            let at = known.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
                let holders: Vec<usize> = made
                    .iter()
                    .filter(|(_, fact)| kind == first || fact.kind.name == kind)
                    .map(|(n, _)| *n)
                    .collect();
                known.push((kind, self.extra(record, &holders, lost, repetitions).map(Arc::new)));
                known.len() - 1
            });
            made[n].1.extra.clone_from(&known[at].1);
        }
    }

    /// The columns that none of these facts holds; none where all are held or empty.
    fn extra<'p>(
        &'p self,
        record: &'p Record,
        holders: &[usize],
        lost: &[usize],
        repetitions: &[Repeated],
    ) -> Option<ExtraColumns<'p>> {
        let mut cells = Vec::with_capacity(record.len());
        for (column, cell) in record.iter().enumerate() {
            let held = self.homes[column].iter().any(|fact| holders.contains(fact));
            if !(cell.is_empty()
                || held && !lost.contains(&column)
                || self.ignored.contains(&column))
            {
                cells.push((self.names[column].as_str(), cell));
            }
        }
        let untold = self.repeats.iter().flat_map(|plan| &plan.untold);
        let told: Vec<serde_json::Map<String, serde_json::Value>> = repetitions
            .iter()
            .map(|other| {
                let cells = untold.clone().zip(&other.untold).filter(|(_, cell)| !cell.is_empty());
                cells
                    .map(|(column, cell)| (self.labels[*column].clone(), cell.clone().into()))
                    .collect()
            })
            .filter(|cells: &serde_json::Map<_, _>| !cells.is_empty())
            .collect();
        let repeated = (!told.is_empty()).then(|| serde_json::json!(told).to_string());
        let is_any = !cells.is_empty() || repeated.is_some();
        is_any.then_some(ExtraColumns { cells, repeated })
    }
}

impl CompiledFact {
    /// What the fact is called.
    fn key_of(&self, cells: &RecordCells<'_, '_>) -> Result<FactKey, FieldError> {
        let mut key = String::new();
        let (mut counted, mut under, mut stated) = (false, false, false);
        for part in &self.key {
            match part {
                KeyPart::Counter => counted = true,
                KeyPart::Record => under = true,
                KeyPart::CompiledTemplate(text) => {
                    if stated {
                        key.push('/');
                    }
                    let begin = key.len();
                    escape(&mut key, &text.fill(cells).unwrap_or_default());
                    if key.len() == begin && self.key.len() == 1 {
                        return Err((
                            text.first_column(),
                            "empty: every record needs it, because it is the key".into(),
                        ));
                    }
                    stated = true;
                }
            }
        }
        Ok(match (counted, under) {
            (true, _) => FactKey::Sequence(key),
            (false, true) => FactKey::Child(key),
            (false, false) => FactKey::Explicit(key),
        })
    }

    /// Makes its fields from a record. What it shares with an earlier fact of the record is copied.
    fn draft<'p>(
        &'p self,
        cells: &RecordCells<'p, '_>,
        row: u64,
        made: &[(usize, NewFact<'p>)],
        shared: &mut [Option<SharedPart>],
    ) -> FactDraft<'p> {
        let mut draft = FactDraft::new(self.fields.len() * 2 + 4);
        for rule in &self.fields {
            if let Some(known) = rule.shared.and_then(|number| shared[number]) {
                known.copy(made, rule.field, &mut draft);
                continue;
            }
            let (from, faults) = (draft.row.len(), draft.bad.len());
            draft.add(rule, cells);
            // what is wrong is told of each field
            if let Some(number) = rule.shared.filter(|_| draft.bad.len() == faults) {
                let (field, to) = (rule.field, draft.row.len());
                shared[number] = Some(SharedPart { fact: made.len(), field, from, to });
            }
        }
        for (field, value) in &self.defaults {
            if !draft.states(field) {
                draft.row.push((field, InputValue::Value(value.with_text(Cow::Borrowed))));
            }
        }
        self.complete(&mut draft, cells);
        if let Some(locator) = common_field("locator").filter(|field| !draft.states(field)) {
            let row = Value::Text(Cow::Owned(format!("row={row}")));
            draft.row.push((locator, InputValue::Value(row)));
        }
        draft
    }

    /// What a fact must state to be one.
    fn complete(&self, draft: &mut FactDraft<'_>, cells: &RecordCells<'_, '_>) {
        for needed in &self.needed {
            if draft.states(needed)
                || draft.bad.iter().any(|bad| bad.field.as_deref() == Some(needed.name))
            {
                continue;
            }
            let making = self.fields.iter().find(|making| making.makes(needed.name));
            let cell = making.and_then(|making| making.column);
            let value = cell
                .and_then(|cell| cells.record.get(cell))
                .filter(|cell| !cell.is_empty())
                .map(str::to_owned);
            let expected = "missing: every fact of this kind needs it".to_owned();
            draft.bad.push(CellError {
                cell,
                field: Some(needed.name.to_owned()),
                value,
                expected,
            });
        }
    }
}

/// A part of a key: "/" stands between parts, so one within becomes `%2F`; white space is one
/// space.
fn escape(key: &mut String, text: &str) {
    let begin = key.len();
    for word in text.split_whitespace() {
        if key.len() > begin {
            key.push(' ');
        }
        for c in word.chars().filter(|c| !c.is_control()) {
            match c {
                '/' => key.push_str("%2F"),
                '%' => key.push_str("%25"),
                c => key.push(c),
            }
        }
    }
}

impl CompiledCondition {
    /// Whether a record passes.
    ///
    /// # Errors
    /// `above` is asked of a text that is no number.
    pub(super) fn holds(&self, cells: &RecordCells<'_, '_>) -> Result<bool, FieldError> {
        let text = self.text.fill(cells);
        let condition = &self.condition;
        let text_or_empty = text.as_deref().unwrap_or_default();
        let above = match (condition.above, &text) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(above), Some(text)) => match text.parse::<f64>() {
                Ok(n) => n > above,
                Err(_) => return Err((self.text.first_column(), "expected a number".into())),
            },
        };
        Ok(above
            && condition
                .is
                .as_ref()
                .is_none_or(|is| is.list().iter().any(|wanted| wanted == text_or_empty))
            && condition
                .not
                .as_ref()
                .is_none_or(|not| !not.list().iter().any(|wanted| wanted == text_or_empty))
            && condition
                .starts_with
                .as_ref()
                .is_none_or(|begin| text_or_empty.starts_with(begin.as_str()))
            && condition.stated.is_none_or(|stated| stated == text.is_some()))
    }
}
