//! Dates that records gave of late: most days come again, and to read a text in several formats takes
//! long.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::value::date_formats::DateStyle;
use crate::value::partial_date::PartialDate;

/// What texts mean as dates, by how they are written; none: they are no dates.
#[derive(Debug, Default)]
pub struct KnownDates(RefCell<HashMap<usize, HashMap<String, Option<PartialDate>>>>);

impl KnownDates {
    /// So many texts are known of a style at once.
    const MANY: usize = 1 << 14;

    /// The date that a text states. A style belongs to a mapping, which lives as long as the run.
    pub fn read(&self, style: &DateStyle, text: &str) -> Option<PartialDate> {
        let mut known = self.0.borrow_mut();
        let known = known.entry(std::ptr::from_ref(style).addr()).or_default();
        if let Some(date) = known.get(text) {
            return *date;
        }
        if known.len() >= KnownDates::MANY {
            known.clear();
        }
        let date = style.read(text);
        known.insert(text.to_owned(), date);
        date
    }
}
