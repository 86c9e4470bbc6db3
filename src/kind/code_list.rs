//! Lists of the codes that a field's values come from, with what each means and how it relates to
//! the codes of other schemes: a table that a reader can check, which ships with the program.

use std::fmt;

/// The codes of a field.
#[derive(Debug, Clone)]
pub struct CodeList {
    /// The schemes that the codes are related to, in the order of the table.
    pub schemes: Vec<String>,
    /// The codes.
    pub codes: Vec<Code>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The value of the field.
    pub name: String,
    /// Whose code it is: `facts` for those of the facts that ship.
    pub list: String,
    /// The group that it belongs to.
    pub group: String,
    /// What it means, in a sentence.
    pub definition: String,
    /// What it is to codes of other schemes.
    pub relations: Vec<CodeRelation>,
}

/// What a code is to one of another scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRelation {
    /// The other scheme.
    pub scheme: String,
    /// Its code.
    pub code: String,
    /// What the code of this list is to it.
    pub relation: Relation,
}

/// How much of another code a code covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same.
    Exact,
    /// A part of it, and nothing else.
    Narrower,
    /// All of it, and more.
    Broader,
    /// Some of it, and something else.
    Related,
}

impl Relation {
    const ALL: [Relation; 4] =
        [Relation::Exact, Relation::Narrower, Relation::Broader, Relation::Related];

    /// Whether all that the code covers is covered by the other.
    #[must_use]
    pub fn is_within(self) -> bool {
        matches!(self, Relation::Exact | Relation::Narrower)
    }

    fn name(self) -> &'static str {
        match self {
            Relation::Exact => "exact",
            Relation::Narrower => "narrower",
            Relation::Broader => "broader",
            Relation::Related => "related",
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The codes of a list that a code of another scheme stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Those that lie within it.
    pub taken: Vec<String>,
    /// Those that cover something else too, and how.
    pub left_out: Vec<(String, Relation)>,
}

/// Number of columns before those of the schemes: the code, its list, its group, its definition.
const FIRST: usize = 4;

impl CodeList {
    /// Reads a table of codes.
    #[must_use]
    pub fn of(table: &str) -> CodeList {
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let schemes: Vec<String> = header.iter().skip(FIRST).map(str::to_owned).collect();
        let codes = reader.records().filter_map(Result::ok).map(|row| {
            let cell = |n: usize| row.get(n).unwrap_or_default().to_owned();
            let relations = schemes.iter().enumerate().flat_map(|(n, scheme)| {
                let cell = row.get(FIRST + n).unwrap_or_default();
                cell.split(';').filter_map(move |part| relation(scheme, part))
            });
            Code {
                name: cell(0),
                list: cell(1),
                group: cell(2),
                definition: cell(3),
                relations: relations.collect(),
            }
        });
        CodeList { codes: codes.collect(), schemes: schemes.clone() }
    }

    /// The scheme and the code of a text such as `plover:assault`, if it begins with a scheme.
    #[must_use]
    pub fn scheme_of<'t>(&self, text: &'t str) -> Option<(&str, &'t str)> {
        let (scheme, code) = text.split_once(':')?;
        let scheme = self.schemes.iter().find(|known| known.eq_ignore_ascii_case(scheme.trim()))?;
        Some((scheme, code.trim()))
    }

    /// The codes of a scheme that any code of the list is related to.
    #[must_use]
    pub fn codes_of(&self, scheme: &str) -> Vec<&str> {
        let all = self.codes.iter().flat_map(|code| &code.relations);
        let mut codes: Vec<&str> = all
            .filter(|relation| relation.scheme == scheme)
            .map(|relation| relation.code.as_str())
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// What a code of another scheme stands for.
    #[must_use]
    pub fn expand(&self, scheme: &str, wanted: &str) -> Expansion {
        let wanted = normal(wanted);
        let mut expansion = Expansion::default();
        for code in &self.codes {
            let mut related = code.relations.iter();
            match related.find(|other| other.scheme == scheme && other.code == wanted) {
                Some(other) if other.relation.is_within() => {
                    expansion.taken.push(code.name.clone());
                }
                Some(other) => expansion.left_out.push((code.name.clone(), other.relation)),
                None => {}
            }
        }
        expansion
    }
}

/// A part of a cell: `narrower assault`.
fn relation(scheme: &str, part: &str) -> Option<CodeRelation> {
    let (name, code) = part.trim().split_once(' ')?;
    let relation = Relation::ALL.into_iter().find(|relation| relation.name() == name)?;
    Some(CodeRelation { scheme: scheme.to_owned(), code: normal(code), relation })
}

/// A code as it is compared: `Explosions/Remote violence` is `explosions-remote-violence`, and 4 is 04.
fn normal(code: &str) -> String {
    let parts: Vec<String> = code
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    match parts.as_slice() {
        [digit] if digit.len() == 1 && digit.as_bytes()[0].is_ascii_digit() => format!("0{digit}"),
        _ => parts.join("-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::find;

    fn types() -> CodeList {
        find("events").unwrap().field("type").unwrap().code_list().unwrap()
    }

    #[test]
    fn every_cell_of_the_table_is_read() {
        let table = include_str!("event_types.csv");
        let words = table.matches(" 0").count() + table.matches(" 1").count();
        assert!(words > 0);
        let mut rows = csv::Reader::from_reader(table.as_bytes());
        let stated: usize = rows
            .records()
            .map(|row| row.unwrap())
            .map(|row| {
                let cells = row.iter().skip(FIRST).filter(|cell| !cell.is_empty());
                cells.map(|cell| cell.split(';').count()).sum::<usize>()
            })
            .sum();
        let read: usize = types().codes.iter().map(|code| code.relations.len()).sum();
        assert_eq!(read, stated);
        for code in &types().codes {
            assert!(["utterance", "act", "state"].contains(&code.group.as_str()), "{code:?}");
            assert!(code.definition.ends_with('.') || code.definition.ends_with(")."), "{code:?}");
        }
    }

    #[test]
    fn a_code_of_another_scheme_takes_what_lies_within_it() {
        let assault = types().expand("plover", "assault");
        for taken in ["battle", "Battles", "state-based violence"] {
            assert!(assault.taken.iter().any(|name| name == taken), "{taken}");
        }
        assert!(assault.left_out.contains(&("war".to_owned(), Relation::Broader)));
        assert!(!assault.taken.iter().any(|name| name == "Protests"));
        let civilians = types().expand("acled", "Violence against civilians");
        assert_eq!(civilians.taken, ["Violence against civilians"]);
        assert_eq!(types().expand("cameo", "4"), types().expand("cameo", "04"));
        assert_eq!(types().expand("plover", "peace"), Expansion::default());
    }

    #[test]
    fn the_schemes_have_all_their_codes() {
        let types = types();
        for (scheme, number) in [("plover", 16), ("cameo", 20), ("acled", 6), ("ucdp", 3)] {
            assert_eq!(
                types.codes_of(scheme).len(),
                number,
                "{scheme}: {:?}",
                types.codes_of(scheme)
            );
        }
        assert_eq!(types.scheme_of("PLOVER: assault"), Some(("plover", "assault")));
        assert_eq!(types.scheme_of("Battle: of Basra"), None);
    }
}
