//! Tests of a record: which facts it becomes, and which fields they have.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::mapping::one_or_several::OneOrSeveral;
use crate::mapping::template::Template;

/// A test of a record.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What is tested.
    #[serde(alias = "column", deserialize_with = "column_or_template")]
    pub text: Template,
    /// One of these.
    pub is: Option<OneOrSeveral>,
    /// None of these.
    pub not: Option<OneOrSeveral>,
    /// It begins so.
    pub starts_with: Option<String>,
    /// It is a number above this.
    pub above: Option<f64>,
    /// It is stated, or is not.
    pub stated: Option<bool>,
}

/// Both spellings mean the same for a plain name; a template is told by its braces.
fn column_or_template<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.contains('{') {
        Template::parse(&text).map_err(D::Error::custom)
    } else {
        Ok(Template::column(&text))
    }
}

/// One condition or a list of them.
#[derive(Debug, Clone, Default)]
pub struct Conditions(pub Vec<Condition>);

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Conditions, D::Error> {
        struct ConditionsVisitor;
        impl<'de> Visitor<'de> for ConditionsVisitor {
            type Value = Conditions;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a condition or a list of conditions")
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Conditions, M::Error> {
                Ok(Conditions(vec![Condition::deserialize(MapAccessDeserializer::new(map))?]))
            }

            fn visit_seq<S: serde::de::SeqAccess<'de>>(
                self,
                mut list: S,
            ) -> Result<Conditions, S::Error> {
                let mut conditions = Vec::new();
                while let Some(condition) = list.next_element()? {
                    conditions.push(condition);
                }
                Ok(Conditions(conditions))
            }
        }
        deserializer.deserialize_any(ConditionsVisitor)
    }
}
