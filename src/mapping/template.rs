//! Texts with the cells of a record in them: `{column}`, `{first|else second}`, `{$variable}`, and
//! `[parts left out]`.

use std::fmt::{self, Display};

use serde::Deserialize;

/// A text that a record fills in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// Its parts, in order.
    pub parts: Vec<TemplatePart>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text as it stands.
    Text(String),
    /// The first of these that states something.
    Pick(Vec<TemplateName>),
    /// Left out where nothing in it is stated.
    Optional(Vec<TemplatePart>),
}

/// What a template asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateName {
    /// A column of the file.
    Column(String),
    /// A variable: `$release`, `$source`, `$column`, `$value`, `$key`, `$others`, or one of `each`.
    Variable(String),
}

impl Template {
    /// Reads a template. `{{`, `[[` and so on stand for the sign itself.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Template, String> {
        let mut chars = text.chars().peekable();
        let mut stack: Vec<Vec<TemplatePart>> = vec![Vec::new()];
        let mut plain = String::new();
        while let Some(c) = chars.next() {
            if "{}[]".contains(c) && chars.next_if_eq(&c).is_some() {
                plain.push(c);
                continue;
            }
            if !"{}[]".contains(c) {
                plain.push(c);
                continue;
            }
            if let (false, Some(parts)) = (plain.is_empty(), stack.last_mut()) {
                parts.push(TemplatePart::Text(std::mem::take(&mut plain)));
            }
            match c {
                '{' => {
                    let mut inside = String::new();
                    loop {
                        match chars.next() {
                            Some('}') => break,
                            Some(c) => inside.push(c),
                            None => {
                                return Err(format!("\"{text}\": unclosed brace: {{{inside}"));
                            }
                        }
                    }
                    let names: Vec<TemplateName> =
                        inside.split('|').map(name).collect::<Result<_, _>>()?;
                    if let Some(parts) = stack.last_mut() {
                        parts.push(TemplatePart::Pick(names));
                    }
                }
                '[' => stack.push(Vec::new()),
                ']' if stack.len() > 1 => {
                    let inside = stack.pop().unwrap_or_default();
                    if let Some(parts) = stack.last_mut() {
                        parts.push(TemplatePart::Optional(inside));
                    }
                }
                _ => {
                    return Err(format!(
                        "\"{text}\": unmatched \"{c}\"; write \"{c}{c}\" for the character itself"
                    ));
                }
            }
        }
        if stack.len() > 1 {
            return Err(format!(
                "\"{text}\": unclosed bracket; write \"[[\" for the character itself"
            ));
        }
        let mut parts = stack.pop().unwrap_or_default();
        if !plain.is_empty() {
            parts.push(TemplatePart::Text(plain));
        }
        Ok(Template { parts })
    }

    /// A template that is one column.
    #[must_use]
    pub fn column(name: &str) -> Template {
        Template { parts: vec![TemplatePart::Pick(vec![TemplateName::Column(name.to_owned())])] }
    }

    /// Everything that it asks for: columns and variables that may stand in for each other.
    #[must_use]
    pub fn picks(&self) -> Vec<&[TemplateName]> {
        fn of(parts: &[TemplatePart]) -> Vec<&[TemplateName]> {
            parts
                .iter()
                .flat_map(|part| match part {
                    TemplatePart::Text(_) => Vec::new(),
                    TemplatePart::Pick(names) => vec![names.as_slice()],
                    TemplatePart::Optional(parts) => of(parts),
                })
                .collect()
        }
        of(&self.parts)
    }
}

fn name(text: &str) -> Result<TemplateName, String> {
    match (text.trim(), text.strip_prefix('$')) {
        ("", _) => {
            Err("expected a column name between the braces, or several separated by |".into())
        }
        (_, Some(variable)) => Ok(TemplateName::Variable(variable.trim().to_owned())),
        (column, None) => Ok(TemplateName::Column(column.to_owned())),
    }
}

impl Display for TemplateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TemplateName::Column(name) => f.write_str(name),
            TemplateName::Variable(name) => write!(f, "${name}"),
        }
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
        let text = String::deserialize(deserializer)?;
        Template::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read_or_refused() {
        let names = |text: &str| {
            let template = Template::parse(text).unwrap();
            template.picks().concat().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            names("{side_a} in {where|country}[ ({$release})]"),
            ["side_a", "where", "country", "$release"]
        );
        assert!(names("killed").is_empty());
        assert_eq!(
            Template::parse("a [[b]] {{c}}").unwrap().parts,
            [TemplatePart::Text("a [b] {c}".into())]
        );
        for text in ["{a", "a}", "[a", "a]", "{}", "{a|}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
