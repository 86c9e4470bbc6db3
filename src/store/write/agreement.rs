//! Whether the names and the codes of a data set mean the same.

use std::collections::BTreeMap;

use crate::value::EntityRef;

/// How often the name and the code of a field mean the same state.
#[derive(Debug, Default)]
pub struct Agreement {
    fields: BTreeMap<&'static str, (u64, u64, String)>,
    /// Fields of the record at hand that are counted already: several facts may be made of it.
    counted: Vec<&'static str>,
}

impl Agreement {
    /// Says that another record begins.
    pub fn begin_record(&mut self) {
        self.counted.clear();
    }

    /// Counts a field of a record.
    pub fn count(&mut self, field: &'static str, agrees: Option<bool>, named: &EntityRef<'_>) {
        if let Some(agrees) = agrees
            && !self.counted.contains(&field)
        {
            self.counted.push(field);
            let (rows, differ, example) = self.fields.entry(field).or_default();
            *rows += 1;
            *differ += u64::from(!agrees);
            if !agrees && example.is_empty() {
                let codes: Vec<&str> = named.codes.iter().map(|(_, code)| code.as_ref()).collect();
                let name = named.name.as_deref().unwrap_or_default();
                *example = format!("{name}: {}", codes.join(", "));
            }
        }
    }

    /// Adds what the reader counted. The first example was always met here.
    pub fn take(&mut self, other: Agreement) {
        for (field, (rows, differ, example)) in other.fields {
            let own = self.fields.entry(field).or_default();
            own.0 += rows;
            own.1 += differ;
            if own.2.is_empty() {
                own.2 = example;
            }
        }
    }

    /// The fields in which name and code disagree, with the number of such records and of all, and
    /// the first of them.
    pub fn disagreements(&self) -> impl Iterator<Item = (&'static str, u64, u64, &str)> {
        self.fields
            .iter()
            .filter(|(_, (_, differ, _))| *differ > 0)
            .map(|(field, (rows, differ, example))| (*field, *differ, *rows, example.as_str()))
    }
}
