//! Drafts of the status of a treaty: who signed it and when, and who is bound by it since when.

use crate::command::import::draft::date_reading::DateReading;
use crate::command::import::draft::roles::CountryColumn;
use crate::command::import::draft::toml_text::{list, quoted, style_keys};
use crate::command::import::draft::words::{HOLDERS, words_of};
use crate::command::import::draft::write::Draft;
use crate::kind::EVENTS;

/// Words of columns of the days when somebody signed a treaty, or was bound by it.
const ACTS: [&str; 33] = [
    "signature",
    "signed",
    "ratification",
    "ratified",
    "accession",
    "acceded",
    "acceptance",
    "approval",
    "succession",
    "deposit",
    "adhesion",
    "entry",
    "force",
    "denunciation",
    "withdrawal",
    "unterzeichnung",
    "ratifikation",
    "ratifizierung",
    "beitritt",
    "firma",
    "ratificacion",
    "ratificacao",
    "assinatura",
    "ratifica",
    "imza",
    "onay",
    "подписание",
    "ратификация",
    "присоединение",
    "підписання",
    "ратифікація",
    "التوقيع",
    "التصديق",
];

/// The columns of a table of the status of a treaty.
pub(super) struct TreatyColumns {
    party: usize,
    acts: Vec<usize>,
}

impl Draft<'_> {
    /// The columns of who did what to be bound by a treaty, if the table is of nothing else.
    pub(super) fn treaty_columns(&self, country: Option<CountryColumn>) -> Option<TreatyColumns> {
        let is_act = |column: &usize| {
            let words = words_of(self.name(*column));
            self.columns.date(*column).is_some()
                && words.iter().any(|word| ACTS.contains(&word.as_str()))
        };
        let acts: Vec<usize> = (0..self.columns.width).filter(is_act).collect();
        let is_party = |column: &usize| {
            let sample = &self.columns.all[*column];
            sample.is_text() && sample.has_no_blanks() && sample.is_distinct()
        };
        let named = self.columns.named(&HOLDERS, |column| is_party(&column)).into_iter().next();
        let party = country
            .map(|(column, _)| column)
            .or(named)
            .or_else(|| (0..self.columns.width.min(1)).find(is_party))
            .filter(is_party)?;
        let is_of_treaty = acts.len() > 1 && self.measures(country).is_empty();
        is_of_treaty.then_some(TreatyColumns { party, acts })
    }

    /// A table of the status of a treaty: an event for each day that a party signed, or was bound.
    pub(super) fn treaty(&mut self, found: &TreatyColumns) {
        let mut reading = DateReading::default();
        let mut formats: Vec<&str> = Vec::new();
        let (mut missing, mut unread): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for date in found.acts.iter().filter_map(|column| self.columns.date(*column)) {
            formats.extend(
                date.formats
                    .iter()
                    .filter(|format| !formats.contains(format))
                    .copied()
                    .collect::<Vec<_>>(),
            );
            missing.extend(date.missing.iter().cloned());
            unread.extend(date.unread.iter().cloned());
            reading.join(date);
        }
        for words in [&mut missing, &mut unread] {
            words.sort_unstable();
            words.dedup();
        }
        self.used.extend(&found.acts);
        let acts: Vec<String> = found
            .acts
            .iter()
            .map(|column| format!("{{ column = {0}, act = {0} }}", quoted(self.name(*column))))
            .collect();
        self.line("\n# guess: an event for each of these columns that states a day");
        self.line(&format!("[[fact]]\nkind    = {}", quoted(EVENTS.name)));
        self.each_stated(&acts, &missing);
        let party = self.cell(found.party);
        self.line(&format!("key     = [{party}, \"{{$act}}\"]"));
        self.line("type    = \"{$act}\"");
        let mut guesses = Vec::new();
        let name = self.names(found.party, &mut guesses);
        self.field("actor", &name, &guesses);
        let mut keys = vec!["text = \"{$value}\"".to_owned()];
        if !formats.is_empty() {
            keys.push(format!("formats = {}", list(&formats)));
        }
        keys.extend(style_keys(&reading));
        if !unread.is_empty() {
            let shown: Vec<String> = unread.iter().take(12).map(|cell| quoted(cell)).collect();
            let shown = shown.join(", ");
            self.line(&format!("# not read as dates, and unknown: {shown}"));
            keys.push(format!("missing = {}", list(&unread)));
        }
        let date = if keys.len() == 1 {
            "\"{$value}\"".to_owned()
        } else {
            format!("{{ {} }}", keys.join(", "))
        };
        self.field("date", &date, &[]);
        let party = self.template(found.party);
        self.field("summary", &quoted(&format!("{party}: {{$act}}")), &[]);
    }
}
