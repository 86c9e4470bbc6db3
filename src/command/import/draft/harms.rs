//! Drafts of people harmed beside the deaths of an event: wounded, displaced, detained, missing, and
//! the dead of one group.

use crate::command::import::draft::toml_text::quoted;
use crate::command::import::draft::words::{DEATHS, HARMS, counts_no_people};
use crate::command::import::draft::words::{TOTAL_OF, words_of};
use crate::command::import::draft::write::Draft;
use crate::kind::CASUALTIES;

/// A column that counts people harmed.
pub(super) struct HarmColumn {
    pub(super) column: usize,
    /// The column of the most that it may be, where this one has the least.
    high: Option<usize>,
    harm: &'static str,
    /// Who they are: the words of the column that say nothing else.
    population: String,
}

impl HarmColumn {
    /// Whether it counts people as dead of whom it does not say who they are.
    pub(super) fn is_of_any_dead(&self) -> bool {
        const NOBODY: [&str; 8] =
            ["all", "src", "source", "type", "code", "prec", "precision", "quality"];
        self.harm == "killed" && NOBODY.contains(&self.population.as_str())
    }

    /// The columns that it is read from.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.column).chain(self.high)
    }
}

/// Words beside those of the harm that say nothing of who was harmed.
const PLAIN: [&str; 36] = [
    "casualty",
    "min",
    "max",
    "victims",
    "у",
    "т",
    "ч",
    "davon",
    "чел",
    "человек",
    "осіб",
    "osob",
    "kisi",
    "personas",
    "pessoas",
    "persone",
    "total",
    "number",
    "of",
    "which",
    "no",
    "the",
    "count",
    "people",
    "persons",
    "personnes",
    "new",
    "reported",
    "confirmed",
    "estimate",
    "best",
    "de",
    "num",
    "nr",
    "and",
    "incl",
];

/// Words of columns that count a day, and of those that count all until then.
const DAILY: [&str; 13] = [
    "24h",
    "24",
    "daily",
    "day",
    "добу",
    "сутки",
    "jour",
    "taglich",
    "diario",
    "diarios",
    "dia",
    "doba",
    "gunluk",
];
const TOTALS: [&str; 14] = [
    "total",
    "totals",
    "overall",
    "всього",
    "усього",
    "всего",
    "итого",
    "загалом",
    "insgesamt",
    "gesamt",
    "toplam",
    "lacznie",
    "totale",
    "acumulado",
];

/// Words of columns that count something else, or count it in another way.
const OTHER: [&str; 4] = ["cum", "cumulative", "cumul", "running"];

/// Whether a column says that it counts some of those whom another one counts.
fn is_of_which(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "of which",
        "of whom",
        "thereof",
        "davon",
        "darunter",
        "dont ",
        "di cui",
        "de ellos",
        "в том числе",
        "з них",
        "из них",
        "waarvan",
    ];
    let name = name.to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
}

/// Whether a column counts everybody, and not a group.
fn is_everybody(harm: &HarmColumn) -> bool {
    let first = harm.population.split(' ').next().unwrap_or_default();
    ["all", "everyone", "overall", "altogether", "todos", "tous"].contains(&first)
        || TOTAL_OF.contains(&first)
}

impl Draft<'_> {
    /// The columns that count people harmed, but for those of the event's own deaths.
    pub(super) fn harms(&self, deaths: &[usize]) -> Vec<HarmColumn> {
        let columns = (0..self.columns.all.len()).filter(|column| !deaths.contains(column));
        let found: Vec<HarmColumn> = columns.filter_map(|column| self.harm(column)).collect();
        let mut found: Vec<HarmColumn> =
            found.into_iter().filter(|harm| !self.is_running(harm.column)).collect();
        // two words for one harm, "kidnapped" and "arrested", are told apart by the words
        let is_alike = |harm: &HarmColumn| {
            let same = |other: &&HarmColumn| {
                (other.harm, &other.population) == (harm.harm, &harm.population)
            };
            found.iter().filter(same).count() > 1
        };
        let alike: Vec<bool> = found.iter().map(is_alike).collect();
        for (harm, _) in found.iter_mut().zip(alike).filter(|(_, is_alike)| *is_alike) {
            harm.population = words_of(self.name(harm.column)).join(" ");
        }
        found
    }

    /// Whether a column counts all until a day, beside one of the same harm that counts the day alone.
    pub(super) fn is_running(&self, column: usize) -> bool {
        let has = |column: usize, words: &[&str]| {
            words_of(self.name(column)).iter().any(|word| words.contains(&word.as_str()))
        };
        let Some(own) = self.harm(column) else { return false };
        let is_of_day = |other: usize| {
            other != column
                && has(other, &DAILY)
                && self.harm(other).is_some_and(|other| other.harm == own.harm)
        };
        has(column, &TOTALS) && (0..self.columns.all.len()).any(is_of_day)
    }

    /// Takes out the columns that count everybody where others count the groups of the same harm: a
    /// sum would have each person twice.
    fn without_totals(&mut self, mut harms: Vec<HarmColumn>) -> Vec<HarmColumn> {
        // a part of a group that is counted whole
        let is_part = |harm: &&HarmColumn| {
            let is_whole = |other: &HarmColumn| other.harm == harm.harm && is_everybody(other);
            is_of_which(self.name(harm.column)) && harms.iter().any(is_whole)
        };
        let parts: Vec<usize> = harms.iter().filter(is_part).map(|harm| harm.column).collect();
        harms.retain(|harm| !parts.contains(&harm.column));
        for part in parts {
            let name = quoted(self.name(part));
            self.line(&format!(
                "# {name} counts some of those whom another column counts: kept in extra"
            ));
        }
        let groups = |of: &HarmColumn| {
            let is_group = |other: &&HarmColumn| other.harm == of.harm && !is_everybody(other);
            harms.iter().filter(is_group).count()
        };
        let is_total: Vec<bool> =
            harms.iter().map(|harm| is_everybody(harm) && groups(harm) > 1).collect();
        let (totals, kept): (Vec<_>, Vec<_>) =
            harms.into_iter().zip(is_total).partition(|(_, is_total)| *is_total);
        for (total, _) in &totals {
            let name = quoted(self.name(total.column));
            self.line(&format!(
                "# {name} counts those whom other columns count in groups: kept in extra"
            ));
        }
        kept.into_iter().map(|(harm, _)| harm).collect()
    }

    /// Whether a column is called as numbers of people are.
    pub(super) fn is_of_people(&self, column: usize) -> bool {
        let words = words_of(self.name(column));
        let is_harm = |word: &String| {
            word != "best" && DEATHS.contains(&word.as_str())
                || HARMS.iter().any(|(_, words)| words.contains(&word.as_str()))
        };
        words.iter().any(is_harm) && !counts_no_people(self.name(column), &words)
    }

    /// Whether a column counts those who suffered any of several harms: "killed, wounded and missing".
    pub(super) fn is_of_several_harms(&self, column: usize) -> bool {
        let words = words_of(self.name(column));
        let is_death = |word: &String| word != "best" && DEATHS.contains(&word.as_str());
        let harms = HARMS
            .iter()
            .filter(|(_, known)| words.iter().any(|word| known.contains(&word.as_str())))
            .count();
        harms + usize::from(words.iter().any(is_death)) > 1
            && !words.iter().any(|word| OTHER.contains(&word.as_str()))
    }

    /// Whom a column of deaths counts; none where it does not say so.
    pub(super) fn dead(&self, column: usize) -> Option<String> {
        let harm = self.harm(column).filter(|found| found.harm == "killed");
        harm.map(|found| found.population).filter(|population| population != "all")
    }

    fn harm(&self, column: usize) -> Option<HarmColumn> {
        let number = self.columns.number(column)?;
        let mut words = words_of(self.name(column));
        let is_bound = self.is_low(column) || self.is_high(column);
        let high = is_bound.then(|| self.upper_bound(column));
        if is_bound {
            words = self.stem(column);
        }
        // bounds without their other end are kept in extra
        if high == Some(None) {
            return None;
        }
        let is_other =
            words.iter().any(|word| OTHER.contains(&word.as_str()) || word.parse::<u32>().is_ok());
        if !number.is_integer
            || number.least < 0.0
            || is_other
            || counts_no_people(self.name(column), &words)
        {
            return None;
        }
        let is_death = |word: &str| word != "best" && DEATHS.contains(&word);
        let of = |word: &String| {
            let known = HARMS.iter().find(|(_, words)| words.contains(&word.as_str()));
            known.map(|(harm, _)| *harm).or(is_death(word).then_some("killed"))
        };
        let mut harms = words.iter().filter_map(of);
        let harm = harms.next()?;
        if harms.any(|other| other != harm) {
            return None;
        }
        let others: Vec<&str> = words
            .iter()
            .filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()))
            .filter(|word| {
                of(word).is_none()
                    && !PLAIN.contains(&word.as_str())
                    && *word != CASUALTIES.name
                    && !DAILY.contains(&word.as_str())
                    && !TOTALS.contains(&word.as_str())
                    && word.as_str() != "за"
            })
            .map(String::as_str)
            .collect();
        let population = if others.is_empty() { "all".to_owned() } else { others.join(" ") };
        Some(HarmColumn { column, high: high.flatten(), harm, population })
    }

    /// The column of the most that a figure may be, for that of the least.
    fn upper_bound(&self, low: usize) -> Option<usize> {
        let is_high = |column: &usize| {
            self.is_high(*column)
                && self.stem(*column) == self.stem(low)
                && self.columns.number(*column).is_some()
        };
        (0..self.columns.all.len()).find(is_high).filter(|_| self.is_low(low))
    }

    /// A casualty statistic for each of the columns; of the event that a record is, if it is one.
    pub(super) fn casualties(&mut self, harms: Vec<HarmColumn>, of_event: bool) {
        self.used.extend(harms.iter().map(|harm| harm.column));
        self.line("\n# guess: whom each of these columns counts");
        let harms = self.without_totals(harms);
        let (bounded, harms): (Vec<_>, Vec<_>) =
            harms.into_iter().partition(|harm| harm.high.is_some());
        for HarmColumn { column, high, harm, population } in &bounded {
            let Some(high) = *high else { continue };
            self.used.push(high);
            let both = self.template(*column) + &self.template(high);
            self.line(&format!("[[fact]]\nkind       = {}", quoted(CASUALTIES.name)));
            self.line(&format!("when       = {{ text = {}, stated = true }}", quoted(&both)));
            let (who, what) = (quoted(population), quoted(&format!("{harm} {population}")));
            self.line(&format!("key        = [\"{{$key}}\", {what}]"));
            self.line(&format!("harm       = {}\npopulation = {who}", quoted(harm)));
            self.bounds_field("quantity", *column, None, high);
            if of_event {
                self.line("event      = \"{$source}:{$key}\"");
            }
            self.line(&format!("summary    = {}", quoted(&format!("{harm} ({population})"))));
        }
        let columns: Vec<usize> = harms.iter().map(|harm| harm.column).collect();
        for (group, style) in self.written_alike(&columns) {
            let entries: Vec<String> = harms
                .iter()
                .filter(|harm| group.contains(&harm.column))
                .map(|HarmColumn { column, harm, population, .. }| {
                    let name = quoted(self.name(*column));
                    let (harm, who) = (quoted(harm), quoted(population));
                    format!("{{ column = {name}, harm = {harm}, who = {who} }}")
                })
                .collect();
            self.line(&format!("[[fact]]\nkind       = {}", quoted(CASUALTIES.name)));
            self.each_stated(&entries, &style.missing);
            self.line("key        = [\"{$key}\", \"{$harm} {$who}\"]");
            self.line("harm       = \"{$harm}\"");
            self.line("population = \"{$who}\"");
            self.number_field("quantity", "{$value}", Some(&style), &[]);
            if of_event {
                self.line("event      = \"{$source}:{$key}\"");
            }
            self.line("summary    = \"{$value} {$harm} ({$who})\"");
        }
    }
}
