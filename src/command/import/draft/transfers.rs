//! Drafts of tables of arms: who supplies what to whom.

use crate::command::import::draft::beside::unit_in;
use crate::command::import::draft::roles::Choice;
use crate::command::import::draft::toml_text::{list, quoted};
use crate::command::import::draft::words::words_of;
use crate::command::import::draft::write::Draft;
use crate::kind::ARMS_TRANSFERS;

/// The columns of a table of arms.
pub(super) struct TransferColumns {
    supplier: Option<usize>,
    recipient: Option<usize>,
    designation: usize,
    /// The numbers of items, each with how far the deal has got.
    numbers: Vec<(usize, &'static str)>,
}

const SUPPLIERS: [&str; 18] = [
    "lieferstaat",
    "vendor",
    "exporting",
    "exportador",
    "постачальник",
    "satici",
    "المورد",
    "supplier",
    "exporter",
    "seller",
    "donor",
    "provider",
    "lieferant",
    "lieferland",
    "fournisseur",
    "proveedor",
    "поставщик",
    "from",
];
const RECIPIENTS: [&str; 24] = [
    "receiving",
    "destination",
    "customer",
    "importing",
    "beneficiary",
    "bestimmungsland",
    "endempfangerland",
    "beneficiaire",
    "comprador",
    "отримувач",
    "alici",
    "المستلم",
    "recipient",
    "importer",
    "buyer",
    "receiver",
    "purchaser",
    "empfanger",
    "empfangerland",
    "destinataire",
    "receptor",
    "destinatario",
    "получатель",
    "to",
];
const ITEMS: [&str; 22] = [
    "weapon_designation",
    "designation",
    "weapon_description",
    "waffensystem",
    "rustungsgut",
    "arme",
    "arma",
    "armas",
    "озброєння",
    "silah",
    "السلاح",
    "weapon",
    "weapons",
    "equipment",
    "item",
    "items",
    "system",
    "bezeichnung",
    "materiel",
    "armament",
    "main_items",
    "вооружение",
];
const NUMBERS: [&str; 16] = [
    "no_ordered",
    "no_delivered",
    "qty",
    "количество",
    "кількість",
    "adet",
    "ordered",
    "delivered",
    "quantity",
    "number",
    "units",
    "stuckzahl",
    "anzahl",
    "quantite",
    "cantidad",
    "menge",
];

/// What the words for deliveries have in common; a country that delivers, "Lieferland", is none.
const DELIVERED: [&str; 6] = ["deliver", "geliefert", "lieferung", "livr", "entreg", "поставлено"];

impl Draft<'_> {
    /// The columns of a table of arms, if it is one: it has an item, and a supplier or a recipient.
    pub(super) fn transfer_columns(&self) -> Option<TransferColumns> {
        let columns = self.columns;
        let text = |column: usize| columns.all[column].is_text();
        let pick = |words: &[&str]| columns.choose(words, text).map(|choice| choice.column);
        let designation = columns
            .choose(&ITEMS, |column| text(column) && columns.all[column].has_no_blanks())
            .map(|choice| choice.column)?;
        let (supplier, recipient) = (pick(&SUPPLIERS), pick(&RECIPIENTS));
        let is_party = |column: Option<usize>, words: &[&str]| {
            // "from" and "to" are enough only where both are there
            column.is_some_and(|column| {
                words_of(self.name(column))
                    .iter()
                    .any(|word| word.len() > 4 && words.contains(&word.as_str()))
            })
        };
        if !is_party(supplier, &SUPPLIERS) && !is_party(recipient, &RECIPIENTS) {
            return None;
        }
        let is_count = |column: usize| {
            columns.number(column).is_some_and(|number| number.is_integer)
                && !words_of(self.name(column)).iter().any(|word| word == "year" || word == "date")
        };
        let is_delivery = |column: usize| {
            let name = self.name(column).to_lowercase();
            DELIVERED.iter().any(|part| name.contains(part))
        };
        let numbers = columns.named(&NUMBERS, is_count).into_iter().map(|column| {
            let name = self.name(column).to_lowercase();
            let stage = match () {
                () if name.contains("order") => "ordered",
                () if is_delivery(column) => "delivered",
                () if (0..columns.all.len()).any(is_delivery) => "delivered",
                () => "unspecified",
            };
            (column, stage)
        });
        let mut numbers: Vec<(usize, &'static str)> = numbers.collect();
        numbers.sort_unstable();
        // two numbers of one stage: which is meant cannot be told
        numbers.dedup_by_key(|(_, stage)| *stage);
        Some(TransferColumns { supplier, recipient, designation, numbers })
    }

    /// Whether a column of numbers says itself of which stage they are.
    fn says_stage(&self, column: usize) -> bool {
        let name = self.name(column).to_lowercase();
        name.contains("order") || DELIVERED.iter().any(|part| name.contains(part))
    }

    /// The columns of dates or years that say of which stage they are.
    fn dates_of_stages(&self) -> Vec<(&'static str, usize)> {
        let columns = self.columns;
        let is_date = |column: usize| columns.date(column).is_some() || columns.is_years(column);
        let stage_of = |column: usize| {
            let name = self.name(column).to_lowercase();
            let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
            match () {
                () if has(&DELIVERED) => Some("delivered"),
                () if has(&["order", "contract", "bestell", "command", "pedido"]) => {
                    Some("ordered")
                }
                () => None,
            }
        };
        let all = (0..columns.all.len()).filter(|column| is_date(*column));
        all.filter_map(|column| Some((stage_of(column)?, column))).collect()
    }

    /// The date in one column, of days or years.
    fn date_of(&mut self, column: usize) {
        if self.columns.date(column).is_some() {
            // where it dates only some of the deals, another column may date all
            let stated = |column: usize| self.columns.all[column].stated;
            let years = (0..self.columns.width).filter(|other| {
                self.columns.is_years(*other) && stated(*other) * 9 > stated(column) * 10
            });
            let others = years.collect();
            self.date(&Choice { column, others });
        } else {
            let parts = self.columns.years_in(column);
            self.date_of_parts(&parts, None);
        }
    }

    /// A table of arms: one fact for each number of items, and an indicator for what the deal is worth.
    pub(super) fn transfers(&mut self, found: &TransferColumns) {
        self.deals(found);
        let numbers: Vec<usize> = found.numbers.iter().map(|(column, _)| *column).collect();
        let is_worth = |column: &usize| {
            let words = words_of(self.name(*column));
            !numbers.contains(column)
                && !self.used.contains(column)
                && (unit_in(self.name(*column)).is_some()
                    || words.iter().any(|word| {
                        ["tiv", "value", "price", "cost", "amount"].contains(&word.as_str())
                    }))
        };
        let worth: Vec<usize> = self.measures(None).into_iter().filter(is_worth).collect();
        // where each stage has a date of its own, nobody says of which the worth is
        if !worth.is_empty() && self.dates_of_stages().is_empty() {
            self.indicators(&worth, None, &[quoted("{$key}")], true);
        }
    }

    /// One fact for each number of items.
    fn deals(&mut self, found: &TransferColumns) {
        self.line("\n[shared]");
        for (field, column) in [("supplier", found.supplier), ("recipient", found.recipient)] {
            if let Some(column) = column {
                let cell = self.cell(column);
                self.field(field, &cell, &[]);
            }
        }
        let cell = self.cell(found.designation);
        self.field("designation", &cell, &[]);
        // a date that says of which stage it is dates that stage alone
        let dated = self.dates_of_stages();
        if dated.is_empty() {
            self.when();
        }
        let stages: Vec<(Option<usize>, &str)> = match found.numbers.as_slice() {
            [] => vec![(None, "unspecified")],
            numbers => numbers.iter().map(|(column, stage)| (Some(*column), *stage)).collect(),
        };
        let parties: Vec<String> = [found.supplier, found.recipient]
            .into_iter()
            .flatten()
            .map(|column| self.template(column))
            .collect();
        for (n, (column, stage)) in stages.into_iter().enumerate() {
            self.line(&format!("\n[[fact]]\nkind    = {}", quoted(ARMS_TRANSFERS.name)));
            if n == 0 {
                self.key_line(&|_| true);
            } else {
                self.line(&format!("key     = [\"{{$key}}\", \"{stage}\"]"));
            }
            // the stage may be that of another column, such as a date
            let is_own = column.is_some_and(|column| self.says_stage(column));
            let guess = match stage {
                "unspecified" => Some("guess: say how far the deals have got".to_owned()),
                _ if is_own => None,
                _ => Some(format!("guess: the numbers are of what was {stage}")),
            };
            self.field("stage", &format!("\"{stage}\""), &Vec::from_iter(guess));
            if !dated.is_empty() {
                match dated.iter().find(|(of, _)| *of == stage) {
                    Some((_, column)) => self.date_of(*column),
                    None => {
                        self.line(&format!("# no column was read as the date of what was {stage}"));
                    }
                }
            }
            if let Some(column) = column {
                if stage == "delivered" && n > 0 {
                    // where no number is stated, nothing was
                    let name = quoted(self.name(column));
                    let reading = self.columns.number(column);
                    let mut none: Vec<String> = reading
                        .iter()
                        .flat_map(|reading| reading.missing.iter().chain(&reading.unread))
                        .cloned()
                        .collect();
                    none.insert(0, "0".to_owned());
                    self.line(&format!(
                        "when    = [{{ column = {name}, stated = true }}, {{ column = {name}, not = {} }}]",
                        list(&none)
                    ));
                }
                let text = self.template(column);
                self.used.push(column);
                let style = self.columns.number(column).cloned();
                let missing: Vec<String> = style
                    .iter()
                    .flat_map(|style| style.missing.iter().chain(&style.unread))
                    .cloned()
                    .collect();
                self.number_field("quantity", &text, style.as_ref(), &missing);
            }
            let what = self.template(found.designation);
            let said = if stage == "unspecified" { String::new() } else { format!(", {stage}") };
            self.line(&format!(
                "summary = \"{}: {what}{said}\"",
                parties.join(" to ").replace('"', "\\\"")
            ));
        }
    }
}
