//! Parts of a draft as TOML.

use crate::command::import::draft::date_reading::DateReading;
use crate::command::import::draft::number_reading::NumberReading;

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// Texts as a TOML list.
pub(super) fn list(items: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| quoted(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

/// How numbers are written, and the words that stand for a missing value.
pub(super) fn number_keys(style: Option<&NumberReading>, missing: &[String]) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(sign) = style.and_then(|style| style.thousands) {
        keys.push(format!("thousands = {}", quoted(&sign.to_string())));
    }
    if let Some(style) = style.filter(|style| style.decimal != '.') {
        keys.push(format!("decimal = {}", quoted(&style.decimal.to_string())));
    }
    if let Some(style) = style.filter(|style| !style.scale.is_empty()) {
        let scale: Vec<String> =
            style.scale.iter().map(|(word, times)| format!("{} = {times}", quoted(word))).collect();
        keys.push(format!("scale = {{ {} }}", scale.join(", ")));
    }
    if let Some(style) = style.filter(|style| !style.nil.is_empty()) {
        keys.push(format!("nil = {}", list(&style.nil)));
    }
    if style.is_some_and(|style| style.footnotes) {
        keys.push("footnotes = true".into());
    }
    if !missing.is_empty() {
        keys.push(format!("missing = {}", list(missing)));
    }
    if let Some(style) = style.filter(|style| !style.marks.is_empty()) {
        let marks: Vec<String> = style
            .marks
            .iter()
            .map(|(mark, qualifier)| format!("{} = {}", quoted(mark), quoted(qualifier)))
            .collect();
        keys.push(format!("marks = {{ {} }}", marks.join(", ")));
    }
    keys
}

/// How dates are written.
pub(super) fn style_keys(reading: &DateReading) -> Vec<String> {
    let mut keys = Vec::new();
    match reading.locale {
        [] => {}
        [one] => keys.push(format!("locale = {}", quoted(one))),
        several => keys.push(format!("locale = {}", list(several))),
    }
    if let Some(century) = reading.century {
        keys.push(format!("century = {century}"));
    }
    match reading.range.as_slice() {
        [] => {}
        [one] => keys.push(format!("range = {}", quoted(one))),
        several => keys.push(format!("range = {}", list(several))),
    }
    if !reading.codes.is_empty() {
        let codes = reading.codes.iter();
        let codes: Vec<String> =
            codes.map(|(cell, date)| format!("{} = {}", quoted(cell), quoted(date))).collect();
        keys.push(format!("codes = {{ {} }}", codes.join(", ")));
    }
    if reading.excel {
        keys.push("excel = true".into());
    }
    keys
}
