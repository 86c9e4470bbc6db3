//! The layouts of the outside world: one mapping a data set, and the list of them.
//!
//! A mapping is TOML (`definition.rs`, its fields in `field_mapping.rs`), with texts that cells fill in
//! (`template.rs`). Those that ship are embedded; a user's own is read from a file and is the same.

mod apply;
mod apply_date;
mod apply_figure;
mod apply_text;
pub mod cell_error;
mod compile;
pub mod compiled;
mod compiled_template;
mod condition;
mod definition;
mod derived;
mod fact_draft;
mod field_mapping;
mod file_head;
mod fill_down;
mod guess_layout;
mod known_dates;
mod mapping_error;
mod one_or_several;
mod recognise;
mod template;

use std::borrow::Cow;

pub use apply::Repeated;
pub use apply_figure::bounds_around;
pub use compile::{check, compile};
pub use compiled::{CompiledMapping, KnownValues, REJECT_COLUMNS};
pub use condition::Condition;
pub use definition::{Complete, Each, FactMapping, Mapping, ReadOptions, Redistribution, Repeats};
pub use derived::{DerivedColumns, Division, SHEET_COLUMN, divided};
pub use field_mapping::{FieldMapping, FieldOptions};
pub use file_head::{FileHead, FileLayout};
pub use fill_down::FillDown;
pub use guess_layout::{GuessedLayout, first_row_as_header, guess_layout, is_note};
pub use known_dates::KnownDates;
pub use mapping_error::MappingError;
pub use one_or_several::OneOrSeveral;
pub use recognise::{Mismatch, is_complete, match_mapping, release};
pub use template::{Template, TemplateName, TemplatePart};

/// The cells of one record.
pub type Record = csv::StringRecord;

/// The mappings that ship with the program: their names and their texts.
pub static DATASETS: &[(&str, &str)] = &[
    ("ucdp-ged", include_str!("shipped/ucdp-ged.toml")),
    ("ucdp-ged-candidate", include_str!("shipped/ucdp-ged-candidate.toml")),
    ("ucdp-acd", include_str!("shipped/ucdp-acd.toml")),
    ("ucdp-brd", include_str!("shipped/ucdp-brd.toml")),
    ("ucdp-nonstate", include_str!("shipped/ucdp-nonstate.toml")),
    ("ucdp-onesided", include_str!("shipped/ucdp-onesided.toml")),
    ("ucdp-dyadic", include_str!("shipped/ucdp-dyadic.toml")),
    ("sipri-at", include_str!("shipped/sipri-at.toml")),
    ("sipri-deals", include_str!("shipped/sipri-deals.toml")),
    ("sipri-imports", include_str!("shipped/sipri-imports.toml")),
    ("sipri-exports", include_str!("shipped/sipri-exports.toml")),
    ("sipri-milex-constant", include_str!("shipped/sipri-milex-constant.toml")),
    ("sipri-milex-current", include_str!("shipped/sipri-milex-current.toml")),
    ("sipri-milex-gdp", include_str!("shipped/sipri-milex-gdp.toml")),
    ("acled", include_str!("shipped/acled.toml")),
    ("acled-monadic", include_str!("shipped/acled-monadic.toml")),
    ("acled-weekly", include_str!("shipped/acled-weekly.toml")),
    ("ibc", include_str!("shipped/ibc.toml")),
    ("lowy", include_str!("shipped/lowy.toml")),
    ("cow-diplex", include_str!("shipped/cow-diplex.toml")),
    ("cow-wars", include_str!("shipped/cow-wars.toml")),
    ("cow-capitals", include_str!("shipped/cow-capitals.toml")),
    ("cow-mida", include_str!("shipped/cow-mida.toml")),
    ("cow-midb", include_str!("shipped/cow-midb.toml")),
    ("cow-midi", include_str!("shipped/cow-midi.toml")),
    ("cow-intrastate", include_str!("shipped/cow-intrastate.toml")),
    ("cow-intrastate-parties", include_str!("shipped/cow-intrastate-parties.toml")),
    ("cow-extrastate", include_str!("shipped/cow-extrastate.toml")),
    ("cow-territory", include_str!("shipped/cow-territory.toml")),
    ("cow-contiguity", include_str!("shipped/cow-contiguity.toml")),
    ("us-missions", include_str!("shipped/us-missions.toml")),
    ("gtd", include_str!("shipped/gtd.toml")),
    ("gdelt-1", include_str!("shipped/gdelt-1.toml")),
    ("gdelt-2", include_str!("shipped/gdelt-2.toml")),
    ("awsd", include_str!("shipped/awsd.toml")),
    ("unhcr", include_str!("shipped/unhcr.toml")),
    ("world-bank", include_str!("shipped/world-bank.toml")),
    ("em-dat", include_str!("shipped/em-dat.toml")),
    ("oryx", include_str!("shipped/oryx.toml")),
];

/// The text of the mapping of this name. A mapping that ships may have a `base`, another one that
/// ships: it says what that one says, but for its own words.
#[must_use]
pub fn text(name: &str) -> Option<Cow<'static, str>> {
    let (_, own) = DATASETS.iter().find(|(known, _)| *known == name)?;
    let mut table: toml::Table = own.parse().ok()?;
    let Some(toml::Value::String(base)) = table.remove("base") else {
        return Some(Cow::Borrowed(own));
    };
    let mut whole: toml::Table = text(&base)?.parse().ok()?;
    put_over(&mut whole, table);
    toml::to_string(&whole).ok().map(Cow::Owned)
}

/// Puts the words of a table over those of another, and each fact over the fact in its place;
/// another list takes the place of a list.
fn put_over(below: &mut toml::Table, above: toml::Table) {
    for (word, value) in above {
        match (below.get_mut(&word), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => put_over(below, above),
            // the facts of a mapping, one by one
            (Some(toml::Value::Array(below)), toml::Value::Array(above)) if word == "fact" => {
                for (below, above) in below.iter_mut().zip(above) {
                    if let (Some(below), toml::Value::Table(above)) = (below.as_table_mut(), above)
                    {
                        put_over(below, above);
                    }
                }
            }
            (_, value) => drop(below.insert(word, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mapping_that_ships_can_be_read() {
        for (name, _) in DATASETS {
            let mapping = Mapping::parse(&text(name).expect(name))
                .unwrap_or_else(|mistake| panic!("{name}: {mistake:?}"));
            assert_eq!(mapping.name, *name);
            assert!(mapping.codebook.is_some(), "{name} does not name its codebook");
        }
    }
}
