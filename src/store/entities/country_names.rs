//! Countries as other languages than English call them: Syrie, Siria, سوريا. The names are those of the
//! Unicode CLDR, and some in common use beside them. They are none of the database: what a source calls a
//! country is kept as its own words, `Syrie [= Syria]`.

use std::sync::LazyLock;

use crate::value::text::fold_name;

/// Lines of a folded name, a comma and the country as the shipped list calls it, in the order of the names.
const NAMES: &str = include_str!("country_names.csv");

/// The English name of the country that some other language calls so.
pub(in crate::store) fn in_english(name: &str) -> Option<&'static str> {
    static LINES: LazyLock<Vec<&str>> = LazyLock::new(|| NAMES.lines().collect());
    let folded = fold_name(name);
    let of = |line: &'static str| line.rsplit_once(',').unwrap_or((line, ""));
    let at = LINES.binary_search_by(|line| of(line).0.cmp(&folded)).ok()?;
    Some(of(LINES[at]).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_one_country() {
        let names: Vec<&str> =
            NAMES.lines().filter_map(|line| Some(line.rsplit_once(',')?.0)).collect();
        assert!(names.len() > 5000);
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "in order, and each once");
        for name in &names {
            assert_eq!(fold_name(name), **name);
        }
        for name in ["Syrie", "SIRIA", "سوريا", "Сирия", "Suriye"] {
            assert_eq!(in_english(name), Some("Syria"), "{name}");
        }
        assert_eq!(in_english("Aleppo"), None);
    }
}
