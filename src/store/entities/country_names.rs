//! Countries as other languages than English call them: Syrie, Siria, سوريا. The names are those of the
//! Unicode CLDR, and some in common use beside them. They are none of the database: what a source calls a
//! country is kept as its own words, `Syrie [= Syria]`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::value::text::fold_name;

/// Lines of a name, a comma and the country as the shipped list calls it.
const NAMES: &str = include_str!("country_names.csv");

/// The English name of the country that some other language calls so.
pub(in crate::store) fn in_english(name: &str) -> Option<&'static str> {
    static KNOWN: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
        let pairs = NAMES.lines().skip(1).filter_map(|line| line.rsplit_once(','));
        pairs.map(|(name, country)| (fold_name(name), country)).collect()
    });
    KNOWN.get(&fold_name(name)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_country() {
        let mut known: HashMap<String, &str> = HashMap::new();
        for (name, country) in NAMES.lines().skip(1).filter_map(|line| line.rsplit_once(',')) {
            let other = known.insert(fold_name(name), country);
            assert!(other.is_none_or(|other| other == country), "{name}: {country}, {other:?}");
        }
        assert!(known.len() > 5000);
        for name in ["Syrie", "SIRIA", "سوريا", "Сирия", "Suriye"] {
            assert_eq!(in_english(name), Some("Syria"), "{name}");
        }
        assert_eq!(in_english("Aleppo"), None);
    }
}
