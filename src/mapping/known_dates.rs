//! Dates that were read before. Most days come again, and trying several formats is slow.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::value::date_formats::DateStyle;
use crate::value::partial_date::PartialDate;

/// Dates by the text that they were read from, for each style. `None`: the text is not a date.
#[derive(Debug, Default)]
pub struct KnownDates(RefCell<HashMap<usize, HashMap<String, Option<PartialDate>>>>);

impl KnownDates {
    /// The most texts that are remembered per style.
    const MANY: usize = 1 << 14;

    /// The date that a text states. Styles are told apart by their address: they live as long as the run.
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
