//! What a cell says: words with their codes read, and whom a name means.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::mapping::apply_figure;
use crate::mapping::compiled::{NameRule, TextRule};
use crate::mapping::compiled_template::{CompiledTemplate, RecordCells};
use crate::value::EntityRef;
use crate::value::text::looks_like;

impl TextRule {
    /// A text as it stands.
    pub(super) fn of(text: CompiledTemplate) -> TextRule {
        TextRule {
            text,
            codes: HashMap::new(),
            patterns: Vec::new(),
            otherwise: None,
            missing: Vec::new(),
            split: None,
            dates: None,
        }
    }

    /// What a record makes of it, codes read and lists joined.
    pub(super) fn fill<'p>(
        &'p self,
        cells: &RecordCells<'p, '_>,
    ) -> Result<Option<Cow<'p, str>>, String> {
        let Some(text) = self.text.fill(cells) else { return Ok(None) };
        if self.missing.iter().any(|word| *word == text) {
            return Ok(None);
        }
        let Some(split) = &self.split else { return self.one(text, cells) };
        let mut items: Vec<Cow<'_, str>> = Vec::new();
        for item in text.split(split.as_str()).map(str::trim).filter(|item| !item.is_empty()) {
            if let Some(item) = self.meaning(item, cells)? {
                items.push(item);
            }
        }
        let joined = items.join("; ");
        Ok((!joined.is_empty()).then_some(Cow::Owned(joined)))
    }

    fn one<'p>(
        &'p self,
        text: Cow<'p, str>,
        cells: &RecordCells<'p, '_>,
    ) -> Result<Option<Cow<'p, str>>, String> {
        if let Some(style) = &self.dates {
            return match style.read(&text) {
                Some(date) => Ok(Some(Cow::Owned(date.edtf()))),
                None => Err(style.expected(&text)),
            };
        }
        if self.codes.is_empty() {
            return Ok(Some(text));
        }
        match text {
            Cow::Borrowed(text) => self.meaning(text, cells),
            Cow::Owned(text) => {
                Ok(self.meaning(&text, cells)?.map(|meaning| Cow::Owned(meaning.into_owned())))
            }
        }
    }

    /// What a code means; a text that is none means what the mapping says, or itself where
    /// there are no codes.
    fn meaning<'a>(
        &'a self,
        text: &'a str,
        cells: &RecordCells<'a, '_>,
    ) -> Result<Option<Cow<'a, str>>, String> {
        if self.codes.is_empty() {
            return Ok(Some(Cow::Borrowed(text)));
        }
        let bare = apply_figure::bare_code(text);
        if let Some(meaning) = self.codes.get(text).or_else(|| self.codes.get(bare)) {
            return Ok((!meaning.is_empty()).then_some(Cow::Borrowed(meaning)));
        }
        // data sets are not strict about capitals
        let same = |code: &&String| code.to_lowercase() == text.to_lowercase();
        if let Some(meaning) = self.codes.keys().find(same).and_then(|code| self.codes.get(code)) {
            return Ok((!meaning.is_empty()).then_some(Cow::Borrowed(meaning)));
        }
        if let Some((_, meaning)) =
            self.patterns.iter().find(|(pattern, _)| looks_like(text, pattern))
        {
            return Ok((!meaning.is_empty()).then_some(Cow::Borrowed(meaning)));
        }
        match &self.otherwise {
            Some(otherwise) => Ok(otherwise.fill(cells)),
            None => {
                let mut codes: Vec<&str> = self.codes.keys().map(String::as_str).collect();
                codes.sort_unstable();
                Err(format!("expected one of the codes {}", codes.join(", ")))
            }
        }
    }
}

impl NameRule {
    /// Leaves out of a list of names the words that name nobody.
    fn without_unknown(&self, split: &str, named: &mut EntityRef<'_>) {
        let missing = self.name.as_ref().map_or(&[][..], |words| &words.missing);
        let is_unknown = |item: &str| missing.iter().any(|word| word == item.trim());
        if let Some(name) = &named.name
            && name.split(split).any(is_unknown)
        {
            let known: Vec<&str> = name.split(split).filter(|item| !is_unknown(item)).collect();
            let known = known.join(split).trim().to_owned();
            named.name = (!known.is_empty()).then_some(Cow::Owned(known));
        }
    }

    /// Whom a record names; columns whose marks the name does not keep go to `lost`.
    pub(super) fn named<'p>(
        &'p self,
        cells: &RecordCells<'p, '_>,
        lost: &mut Vec<usize>,
    ) -> Result<EntityRef<'p>, String> {
        let mut named = EntityRef { style: Some(&self.style), ..EntityRef::default() };
        if let Some(words) = &self.name {
            named.name = words.fill(cells)?;
        }
        if let (Some(split), Some(name)) = (&self.style.split, &named.name) {
            // lists that are put together may begin or end with what stands between
            let bare = name
                .trim()
                .trim_start_matches(split.as_str())
                .trim_end_matches(split.as_str())
                .trim();
            if bare.len() < name.len() {
                named.name = (!bare.is_empty()).then(|| Cow::Owned(bare.to_owned()));
            }
            self.without_unknown(split, &mut named);
        }
        if let Some(sort) = &self.kind {
            named.kind = sort.fill(cells)?;
        }
        if let Some(name) = &named.name
            && let Some((mark, kind)) =
                self.marks.iter().find(|(mark, _)| name.ends_with(mark.as_str()))
        {
            let bare = name[..name.len() - mark.len()].trim_end().to_owned();
            named.kind = Some(Cow::Borrowed(kind.as_str())).filter(|kind| !kind.is_empty());
            lost.extend(self.name.as_ref().and_then(|words| words.text.column()));
            named.name = (!bare.is_empty()).then_some(Cow::Owned(bare));
        }
        let is_between = self.style.split.as_deref() == Some("\n");
        if let Some(name) = named.name.as_ref().filter(|_| !is_between)
            && name.contains(|c: char| c.is_control())
        {
            named.name = Some(Cow::Owned(name.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
        for (scheme, text) in &self.codes {
            if let Some(code) = text.fill(cells) {
                let several = self.style.split.as_deref().filter(|split| code.contains(split));
                let code = match several {
                    Some(split) => {
                        lost.extend(text.column());
                        let codes =
                            code.split(split).map(str::trim).filter(|code| !code.is_empty());
                        let codes = codes.map(|code| as_code(scheme, code.into()));
                        Cow::Owned(codes.collect::<Vec<_>>().join(split))
                    }
                    None => as_code(scheme, code),
                };
                named.codes.push((scheme, code));
            }
        }
        if let Some([lat, lon]) = &self.point
            && let (Some(lat), Some(lon)) =
                (apply_figure::degrees(lat, cells)?, apply_figure::degrees(lon, cells)?)
        {
            named.point = Some((lat, lon));
            let rules = self.point.iter().flatten();
            let in_minutes = rules.filter(|rule| apply_figure::is_in_minutes(rule, cells));
            lost.extend(in_minutes.filter_map(|rule| rule.text.column()));
        }
        if let Some(within) = &self.within {
            let within = within.named(cells, lost)?;
            named.within = (!within.is_empty()).then(|| Box::new(within));
        }
        Ok(named)
    }
}

/// A code as its list has it: codes of ISO 3166 have three digits, which spreadsheets forget, and
/// those of others no decimals, which spreadsheets add.
fn as_code<'c>(scheme: &str, code: Cow<'c, str>) -> Cow<'c, str> {
    let bare = apply_figure::bare_code(&code);
    match scheme {
        "iso-numeric" if bare.len() < 3 => Cow::Owned(format!("{bare:0>3}")),
        _ if bare.len() == code.len() => code,
        _ => Cow::Owned(bare.to_owned()),
    }
}
