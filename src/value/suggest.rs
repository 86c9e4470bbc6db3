//! The nearest names to one that is not known, for messages.

use crate::value::text::fold;

/// The known names nearest to `name`, best first, three at the most; none if nothing is near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = fold(name);
    let length = wanted.chars().count();
    let reach = if length < 4 { 1 } else { (length / 3).clamp(2, 4) };
    // who begins alike may end otherwise: casualty, casualties
    let begins = |candidate: &str| {
        wanted.chars().zip(candidate.chars()).take_while(|(a, b)| a == b).count() * 2 >= length
    };
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let distance = strsim::damerau_levenshtein(&wanted, &folded);
            let part = length >= 3
                && (folded.contains(&wanted)
                    || (folded.chars().count() >= 3 && wanted.contains(&folded)));
            if distance <= reach || distance == reach + 1 && length >= 4 && begins(&folded) {
                Some((distance, candidate))
            } else if part {
                Some((reach + 1, candidate))
            } else {
                None
            }
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(3);
    near.into_iter().map(|(_, candidate)| candidate).collect()
}

/// `; did you mean "Iraq"?`, or nothing if no known name is near.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near: Vec<String> = nearest(name, known).into_iter().map(|n| format!("\"{n}\"")).collect();
    match near.split_last() {
        None => String::new(),
        Some((last, [])) => format!("; did you mean {last}?"),
        Some((last, others)) => format!("; did you mean {} or {last}?", others.join(", ")),
    }
}

/// A message without the nearest names that it offers, and the first of them.
#[must_use]
pub fn without_nearest(message: &str) -> (&str, Option<&str>) {
    match message.split_once("; did you mean \"") {
        None => (message, None),
        Some((said, near)) => (said, near.split('"').next()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_comes_first() {
        let known = ["arms-transfers", "events", "casualties", "posts"];
        assert_eq!(nearest("event", known), ["events"]);
        assert_eq!(nearest("arms", known), ["arms-transfers"]);
        assert_eq!(nearest("Irak", ["Iraq", "Iran", "Syria"]), ["Iran", "Iraq"]);
        assert!(nearest("zebra", known).is_empty());
    }
}
