//! Statements of SQL, found in the text of a literal whatever their letter case.

use regex::Regex;

/// What a statement of SQL begins with.
pub struct Statements {
    patterns: Vec<Regex>,
    in_capitals: Regex,
    comment: Regex,
}

/// Statements in any letter case. NAME is a name, in quotes or not, or one that is filled in; the
/// groups `first` and `next` are words that in an English sentence may be an article or the like.
const STATEMENTS: &[&str] = &[
    r"\bselect\s+(?<first>\S+).*?\s+from\s+\(?\s*(?<next>NAME)",
    r"\bselect\s+\S+\s+from\s+\(?\s*(?<next>NAME)",
    r"\bselect\s+(?:distinct\s+)?(?:\*|\d|\w+\()",
    r"\b(?:insert|insert\s+or\s+\w+|replace)\s+into\s+(?<next>NAME)",
    r"\bupdate\s+(?:or\s+\w+\s+)?NAME\s+set\s+(?:NAME\s*=|\{|\()",
    r"\bdelete\s+from\s+(?<next>NAME)",
    r"\bcreate\s+(?:(?:temp|unique|virtual)\s+)*(?:table|index|view|trigger)\s+(?<next>NAME)",
    r"\bcreate\s+temporary\b",
    r"\bdrop\s+(?:table|index|view|trigger|column)\s+(?<next>NAME)",
    r"\balter\s+table\s+(?<next>NAME)",
    r"\bpragma\s+NAME",
    r"\battach\s+(?:database\b|['?:{]\S*\s+as\s+\w)",
    r"\bvacuum\s+into\b|^\s*vacuum\s*;?\s*$",
    r"\bwith\s+(?:recursive\s+)?(?<next>NAME)\s*(?:\([^)]*\)\s*)?as\s+(?:not\s+materialized\s+)?\(",
    r"\bbegin\s+(?:immediate|exclusive|deferred)\b",
    r"^\S+\.sql$",
];

/// The words of statements in capitals, as in no sentence.
const IN_CAPITALS: &str = r"\b(?:SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|ALTER|DROP)(?:\s|$)";

/// Words that stand before a noun in a sentence, and never name a column or table.
const ENGLISH: &[&str] = &[
    "the", "an", "its", "this", "that", "these", "those", "which", "any", "each", "every", "some",
    "your", "their", "what", "another", "here", "there",
];

/// Words that do so too, and in a statement may stand behind `select`, but not for a table.
const ENGLISH_FOR_TABLES: &[&str] = &["a", "all", "one", "of", "for", "in", "it", "and", "or"];

impl Statements {
    pub fn new() -> Statements {
        let build = |pattern: &&str| {
            let pattern = pattern.replace("NAME", r#"[\w.\[\]"`{}$]+"#);
            Regex::new(&format!("(?is){pattern}")).unwrap()
        };
        Statements {
            patterns: STATEMENTS.iter().map(build).collect(),
            in_capitals: Regex::new(IN_CAPITALS).unwrap(),
            comment: Regex::new(r"(?s)/\*.*?\*/").unwrap(),
        }
    }

    /// Returns the beginning of a statement in a text.
    pub fn find(&self, text: &str) -> Option<String> {
        let text = self.comment.replace_all(text, " ");
        let found = self.patterns.iter().find_map(|pattern| first_statement(pattern, &text));
        let found = found.or_else(|| self.in_capitals.find(&text).map(|found| found.as_str()))?;
        let words: Vec<&str> = found.split_whitespace().collect();
        Some(words.join(" ").chars().take(48).collect())
    }
}

/// Returns the first match that is no sentence.
fn first_statement<'t>(pattern: &Regex, text: &'t str) -> Option<&'t str> {
    let mut start = 0;
    while let Some(found) = pattern.captures_at(text, start) {
        let word = |group: &str| found.name(group).map_or("", |word| word.as_str()).to_lowercase();
        let (first, next) = (word("first"), word("next"));
        let is_english = |word: &String| ENGLISH.contains(&word.as_str());
        let all = found.get(0)?;
        if !is_english(&first) && !is_english(&next) && !ENGLISH_FOR_TABLES.contains(&&next[..]) {
            return Some(all.as_str());
        }
        // a statement may begin within what passed for a sentence
        start = all.start() + all.as_str().chars().next()?.len_utf8();
    }
    None
}
