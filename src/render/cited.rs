//! The works that rows cite, for the formats that list them.

use std::collections::BTreeSet;

use crate::render::{CitedWork, Sheet};
use crate::value::Value;

/// Collects the works that rows cite, by their columns `source` and `ref`; without either it is all
/// works.
pub struct Cited {
    source: Option<usize>,
    reference: Option<usize>,
    slugs: BTreeSet<String>,
}

impl Cited {
    /// None yet.
    pub fn new(sheet: &Sheet) -> Cited {
        let place = |name: &str| sheet.headings.iter().position(|heading| heading.name == name);
        Cited { source: place("source"), reference: place("ref"), slugs: BTreeSet::new() }
    }

    /// Looks at a row.
    pub fn row(&mut self, cells: &[Value<'_>]) {
        let slug = match (self.source, self.reference) {
            (Some(source), _) => cells[source].text(),
            (None, Some(reference)) => {
                cells[reference].text().and_then(|text| text.split_once(':')).map(|(slug, _)| slug)
            }
            (None, None) => None,
        };
        if let Some(slug) = slug
            && !self.slugs.contains(slug)
        {
            self.slugs.insert(slug.to_owned());
        }
    }

    /// The works.
    pub fn works<'s>(&self, sheet: &'s Sheet) -> Vec<&'s CitedWork> {
        let all = self.source.is_none() && self.reference.is_none();
        sheet.about.works.iter().filter(|work| all || self.slugs.contains(&work.slug)).collect()
    }
}
