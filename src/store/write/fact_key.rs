//! Keys of facts that are entered by hand: made of what a fact states, so that the same fact has the
//! same key wherever it is entered, and no two facts share one.

use sha2::{Digest, Sha256};

use crate::kind::{InputRow, Kind};

/// Letters and digits that nobody takes for one another (Crockford's base 32, in lower case).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How many of them a key has.
const LENGTH: usize = 10;

/// The SQL condition that a key of a kind was made of what its fact states.
#[must_use]
pub fn is_made(kind: &Kind, key: &str) -> String {
    let stem = kind.one.replace(' ', "-");
    format!("{key} GLOB '{stem}-{}'", "[0-9a-z]".repeat(LENGTH))
}

/// The key of a fact: what one of its kind is called, and ten characters of the SHA-256 of what was
/// given.
#[must_use]
pub fn key_of(kind: &Kind, row: &InputRow<'_>) -> String {
    let mut stated: Vec<(&str, String)> = row
        .iter()
        .filter(|(field, value)| field.is_given() && field.name != "key" && !value.is_null())
        .filter_map(|(field, value)| Some((field.name, value.text()?.into_owned())))
        .filter(|(name, text)| {
            // what a field means when it is left out is not stated
            kind.field(name).is_none_or(|field| field.default != Some(text.as_str()))
        })
        .collect();
    stated.sort_unstable();
    let mut sum = Sha256::new();
    for (name, text) in stated {
        for part in [name, &text] {
            sum.update((part.len() as u64).to_le_bytes());
            sum.update(part.as_bytes());
        }
    }
    let sum = sum.finalize();
    let bits = sum.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let letters = (0..LENGTH).map(|n| {
        let at = usize::try_from(bits >> (59 - 5 * n) & 31).unwrap_or(0);
        char::from(LETTERS[at])
    });
    format!("{}-{}", kind.one.replace(' ', "-"), letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::EVENTS;
    use crate::value::{InputValue, Value};

    fn row(given: &[(&str, &'static str)]) -> InputRow<'static> {
        given
            .iter()
            .map(|(name, text)| {
                (EVENTS.field(name).unwrap(), InputValue::Value(Value::Text((*text).into())))
            })
            .collect()
    }

    #[test]
    fn a_key_is_made_of_what_is_stated() {
        let one = key_of(&EVENTS, &row(&[("source", "memo"), ("summary", "They met.")]));
        assert!(one.starts_with("event-") && one.len() == "event-".len() + LENGTH, "{one}");
        let same = [("summary", "They met."), ("source", "memo"), ("stance", "states")];
        assert_eq!(one, key_of(&EVENTS, &row(&same)), "order and defaults do not count");
        let other = key_of(&EVENTS, &row(&[("source", "memo"), ("summary", "They met again.")]));
        assert_ne!(one, other);
    }
}
