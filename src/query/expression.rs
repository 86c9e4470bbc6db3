//! `-w FIELD OP VALUE`: one comparison, checked against the fields of the kinds.

use crate::error::{Error, Result};
use crate::kind::{Field, Kind};
use crate::query::{EXTRA, Op, Predicate, among, column, parse_of_any};
use crate::value::Type;

const FORM: &str = "write FIELD OP VALUE (OP is one of = == != ~ !~ < <= > >=), FIELD is null, or FIELD is not null";

/// Longer operators come first, so that `<=` is not read as `<`.
const OPS: &[(&str, Op)] = &[
    ("!=", Op::IsNot),
    ("!~", Op::ContainsNot),
    ("==", Op::IsShown),
    ("<=", Op::AtMost),
    (">=", Op::AtLeast),
    ("=", Op::Is),
    ("~", Op::Contains),
    ("<", Op::Less),
    (">", Op::More),
];

/// An expression, before anybody knows the field.
pub(super) struct Comparison<'t> {
    /// The name of the field.
    pub name: &'t str,
    /// What is asked of it.
    pub operation: Operation<'t>,
}

/// What an expression asks of a field.
pub(super) enum Operation<'t> {
    /// Whether it is stated.
    Known(bool),
    /// A comparison with a value, and its sign.
    Compared(Op, &'static str, &'t str),
}

/// Takes an expression apart.
///
/// # Errors
/// It has no operator, no value, or more than one word before the operator.
pub(super) fn read(text: &str) -> Result<Comparison<'_>> {
    // a column of a data set is called as the data set likes
    let is_extra = text.trim_start().starts_with(EXTRA);
    let is_name = |c: char| {
        c.is_ascii_alphanumeric() || "_- ".contains(c) || is_extra && !"=!~<>".contains(c)
    };
    let end = text.find(|c: char| !is_name(c)).unwrap_or(text.len());
    let words: Vec<&str> =
        if is_extra { in_two(&text[..end]) } else { text[..end].split_whitespace().collect() };
    if end == text.len() {
        return match words.as_slice() {
            [name, "is", "null"] => Ok(Comparison { name, operation: Operation::Known(false) }),
            [name, "is", "not", "null"] => {
                Ok(Comparison { name, operation: Operation::Known(true) })
            }
            _ => Err(Error::usage(format!("-w \"{text}\" has no operator")).hint(FORM)),
        };
    }
    let rest = &text[end..];
    let (sign, op) = OPS
        .iter()
        .find(|(sign, _)| rest.starts_with(sign))
        .ok_or_else(|| Error::usage(format!("-w \"{text}\" has no operator")).hint(FORM))?;
    let [name] = words.as_slice() else {
        return Err(Error::usage(format!("-w \"{text}\": expected one field before the operator"))
            .hint(FORM));
    };
    let value = rest[sign.len()..].trim();
    if value.is_empty() {
        return Err(Error::usage(format!("-w \"{text}\" has no value"))
            .hint(format!("to find facts without a value: -w \"{name} is null\"")));
    }
    Ok(Comparison { name, operation: Operation::Compared(*op, sign, value) })
}

/// Whether a comparison asks for what comes before or after.
pub(super) fn is_ordered(op: Op) -> bool {
    matches!(op, Op::Less | Op::AtMost | Op::More | Op::AtLeast)
}

/// Reads one expression.
///
/// # Errors
/// It has no operator, the field is unknown, the value is none of the field's, or the field has no
/// such comparison.
pub fn parse(text: &str, kinds: &[&'static Kind]) -> Result<Predicate> {
    let Comparison { name, operation } = read(text)?;
    let column = column(name, kinds)?;
    let (op, sign, value) = match operation {
        Operation::Known(known) => return Ok(Predicate::Known(column, known)),
        Operation::Compared(op, sign, value) => (op, sign, value),
    };
    if is_ordered(op)
        && !(column.ty().is_number()
            || matches!(column.ty(), Type::Date | Type::Day | Type::Bucket(_)))
    {
        return Err(Error::usage(format!(
            "cannot compare {} ({}) with {sign}; use = != ~ !~",
            column.name(),
            with_article(column.ty().name())
        )));
    }
    if matches!(op, Op::Contains | Op::ContainsNot) {
        if column.ty().is_number() || matches!(column.ty(), Type::Day | Type::Bucket(_)) {
            return Err(Error::usage(format!(
                "cannot compare {} ({}) with {sign}; use = != < <= > >=",
                column.name(),
                with_article(column.ty().name())
            )));
        }
        return Ok(Predicate::Compare(column, op, Type::Text.parse(value).map_err(Error::usage)?));
    }
    // a code of another scheme means several values
    if matches!(op, Op::Is | Op::IsNot)
        && let Some(codes) = column.field().and_then(Field::code_list)
        && codes.scheme_of(value).is_some()
    {
        return among(column, kinds, vec![value.to_owned()], op == Op::IsNot);
    }
    let parsed = match column.ty() {
        Type::Bucket(bucket) => Type::Date.parse(&bucket.edtf(value)),
        Type::Actor
        | Type::Place
        | Type::Source
        | Type::Topic
        | Type::Term
        | Type::Text
        | Type::Json => Type::Text.parse(value),
        _ => parse_of_any(&column, kinds, value),
    };
    let parsed = parsed.map_err(|e| Error::usage(format!("-w \"{text}\": \"{value}\": {e}")))?;
    Ok(Predicate::Compare(column, op, parsed))
}

pub(super) fn with_article(name: &str) -> String {
    format!("{} {name}", if name.starts_with(['a', 'i']) { "an" } else { "a" })
}

/// The name of a column, which may have spaces in it, and the words behind it that ask whether it
/// is stated.
fn in_two(text: &str) -> Vec<&str> {
    let text = text.trim();
    for end in [&["is", "not", "null"][..], &["is", "null"]] {
        if let Some(name) = text.strip_suffix(&end.join(" ")).filter(|name| name.ends_with(' ')) {
            return [&[name.trim()][..], end].concat();
        }
    }
    vec![text]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::find;
    use crate::value::Value;

    fn read(text: &str) -> Result<Predicate> {
        parse(text, &[find("casualties").unwrap()])
    }

    #[test]
    fn an_expression_is_a_field_an_operator_and_a_value() {
        let is = |text, op, value| match read(text).unwrap() {
            Predicate::Compare(_, read_op, read_value) => {
                assert_eq!((read_op, read_value), (op, value), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        };
        is("high>=100", Op::AtLeast, Value::Int(100));
        is("high >= 100", Op::AtLeast, Value::Int(100));
        is("summary~embassy", Op::Contains, Value::Text("embassy".into()));
        is("summary = a = b", Op::Is, Value::Text("a = b".into()));
        is("harm==killed", Op::IsShown, Value::Text("killed".into()));
        is("summary~<script>", Op::Contains, Value::Text("<script>".into()));
        assert!(matches!(read("best is null").unwrap(), Predicate::Known(_, false)));
        assert!(matches!(read("best is not null").unwrap(), Predicate::Known(_, true)));
    }

    #[test]
    fn what_is_none_is_answered() {
        for (text, says) in [
            ("best", "no operator"),
            ("best >", "no value"),
            ("bset>3", "did you mean \"best\""),
            ("best>many", "whole number"),
            ("harm=klled", "did you mean \"killed\""),
            ("harm<killed", "cannot compare harm (a choice) with <"),
            ("best~3", "cannot compare best (an integer) with ~"),
            ("", "no operator"),
        ] {
            let failure = read(text).unwrap_err();
            assert!(failure.message.contains(says), "{text}: {failure}");
        }
    }
}
