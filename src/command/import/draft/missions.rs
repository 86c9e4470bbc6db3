//! Drafts of tables of diplomatic posts: who sends whom where.

use std::collections::BTreeMap;

use crate::command::import::draft::roles::Choice;
use crate::command::import::draft::toml_text::{list, quoted};
use crate::command::import::draft::words::{COUNTRIES, words_of};
use crate::command::import::draft::write::Draft;
use crate::kind::DIPLOMATIC_POSTS;
use crate::value::text::fold;

const SENDERS: [&str; 14] = [
    "sender",
    "sending_state",
    "sending_country",
    "sending",
    "represented",
    "entsendestaat",
    "envoyeur",
    "accreditant",
    "acreditante",
    "mandante",
    "аккредитующее",
    "направляющее",
    "from",
    "gonderen",
];

const RECEIVERS: [&str; 17] = [
    "receiver",
    "receiving_state",
    "receiving_country",
    "receiving",
    "host_country",
    "host",
    "hosting",
    "residence",
    "accredited",
    "accreditation",
    "empfangsstaat",
    "gastland",
    "accueil",
    "receptor",
    "пребывания",
    "перебування",
    "to",
];

/// Words that columns of ambassadors are called by, and no others.
const AMBASSADORS: [&str; 13] = [
    "head_of_mission",
    "ambassador",
    "ambassadors",
    "botschafter",
    "ambassadeur",
    "ambassadrice",
    "embajador",
    "embaixador",
    "ambasciatore",
    "посол",
    "buyukelci",
    "السفير",
    "chief_of_mission",
];

/// Words that their columns are called by, and others too.
const HEADS: [&str; 14] = [
    "head",
    "titulaire",
    "envoy",
    "consul",
    "high_commissioner",
    "representative",
    "incumbent",
    "officeholder",
    "name",
    "nom",
    "nombre",
    "имя",
    "фио",
    "isim",
];

const OFFICES: [&str; 11] = [
    "title",
    "rank",
    "office",
    "function",
    "fonction",
    "cargo",
    "amt",
    "titel",
    "rang",
    "должность",
    "посада",
];

const TOWNS: [&str; 10] =
    ["city", "town", "seat", "ville", "stadt", "dienstort", "ciudad", "sede", "город", "місто"];

const STAFF: [&str; 9] = [
    "staff",
    "personnel",
    "effectif",
    "effectifs",
    "personal",
    "mitarbeiter",
    "штат",
    "personel",
    "employees",
];

/// Words in the types of posts, the more special before the others, and the types.
const TYPES: [(&str, &str); 40] = [
    ("honorary consul", "honorary-consulate"),
    ("honorarkonsul", "honorary-consulate"),
    ("consulat honoraire", "honorary-consulate"),
    ("consulado honorario", "honorary-consulate"),
    ("почетное консульство", "honorary-consulate"),
    ("consulate general", "consulate-general"),
    ("consulate-general", "consulate-general"),
    ("general consulate", "consulate-general"),
    ("consulat general", "consulate-general"),
    ("generalkonsulat", "consulate-general"),
    ("consulado general", "consulate-general"),
    ("генеральное консульство", "consulate-general"),
    ("baskonsolos", "consulate-general"),
    ("high commission", "high-commission"),
    ("haut-commissariat", "high-commission"),
    ("interests section", "interests-section"),
    ("section d'interets", "interests-section"),
    ("liaison office", "liaison-office"),
    ("bureau de liaison", "liaison-office"),
    ("permanent mission", "permanent-mission"),
    ("permanent representation", "permanent-mission"),
    ("representation permanente", "permanent-mission"),
    ("standige vertretung", "permanent-mission"),
    ("mision permanente", "permanent-mission"),
    ("representative office", "representative-office"),
    ("trade office", "representative-office"),
    ("branch office", "branch-office"),
    ("embassy", "embassy"),
    ("ambassade", "embassy"),
    ("botschaft", "embassy"),
    ("embajada", "embassy"),
    ("embaixada", "embassy"),
    ("ambasciata", "embassy"),
    ("посольство", "embassy"),
    ("buyukelci", "embassy"),
    ("سفارة", "embassy"),
    ("consul", "consulate"),
    ("konsulat", "consulate"),
    ("legation", "legation"),
    ("nunci", "nunciature"),
];

/// Words of columns of what befalls missions, or of missions that observe.
const OTHERS: [&str; 8] = [
    "evacuated",
    "evacuees",
    "evacuation",
    "observers",
    "election",
    "attack",
    "incident",
    "ceasefire",
];

/// Words where a name would stand of a post that nobody holds, without accents.
const VACANT: [&str; 9] = [
    "vacan",
    "vakan",
    "vacat",
    "unbesetzt",
    "вакант",
    "вакансия",
    "boş",
    "nobody",
    "no ambassador",
];

/// The type of post that a text names.
fn type_of(text: &str) -> Option<&'static str> {
    let text = fold(text);
    TYPES.iter().find(|(word, _)| text.contains(word)).map(|(_, of)| *of)
}

/// The columns of a table of diplomatic posts.
pub(super) struct MissionColumns {
    sender: Option<usize>,
    receiver: Option<usize>,
    head: Option<usize>,
    office: Option<usize>,
    /// The column of the types of posts.
    post_type: Option<usize>,
}

impl Draft<'_> {
    /// The columns of a table of diplomatic posts, if it is one: most cells of a column are types of
    /// posts, or it is called after ambassadors.
    pub(super) fn mission_columns(&self) -> Option<MissionColumns> {
        let columns = self.columns;
        // attacks on missions are events
        let is_of_others = |column: usize| {
            words_of(self.name(column)).iter().any(|word| OTHERS.contains(&word.as_str()))
        };
        if (0..columns.all.len()).any(|column| self.is_of_people(column) || is_of_others(column)) {
            return None;
        }
        let text = |column: usize| columns.all[column].is_text();
        let is_type = |column: &usize| {
            let cells = || columns.all[*column].told();
            let known = cells().filter(|(cell, _)| type_of(cell).is_some()).count();
            // an account of an attack on an embassy is none
            text(*column) && columns.all[*column].length() < 30 && known * 5 >= cells().count() * 4
        };
        let post_type = (0..columns.all.len()).find(is_type);
        let pick = |words: &[&str]| {
            let free = |column: usize| text(column) && Some(column) != post_type;
            columns.choose(words, free).map(|choice| choice.column)
        };
        let ambassador = pick(&AMBASSADORS);
        let head = ambassador.or_else(|| pick(&HEADS));
        let office = pick(&OFFICES).filter(|column| Some(*column) != head);
        let is_of_ambassadors = office.is_some_and(|column| {
            let is_ambassador = |cell: &String| fold(cell).contains("ambassador");
            let told = columns.all[column].told();
            let (ambassadors, all) = told.fold((0, 0), |(ambassadors, all), (cell, times)| {
                (ambassadors + if is_ambassador(cell) { times } else { 0 }, all + times)
            });
            ambassadors > 0 && ambassadors * 2 >= all
        });
        let is_one = post_type.is_some() && (head.is_some() || pick(&SENDERS).is_some())
            || ambassador.is_some()
            || is_of_ambassadors && head.is_some();
        let receiver = pick(&RECEIVERS).or_else(|| pick(&COUNTRIES));
        let sender = pick(&SENDERS).filter(|column| Some(*column) != receiver);
        is_one.then_some(MissionColumns { sender, receiver, head, office, post_type })
    }

    /// A table of diplomatic posts: a fact for each of them.
    pub(super) fn missions(&mut self, found: &MissionColumns) {
        self.line(&format!("\n[[fact]]\nkind    = {}", quoted(DIPLOMATIC_POSTS.name)));
        self.lasts = true;
        self.key_line(&|_| true);
        // a country that nobody says to receive or to send
        let is_country =
            found.receiver.is_some_and(|column| !self.columns.is_called(column, &RECEIVERS));
        let only_country = found.sender.is_none() && is_country;
        for (field, column) in [("sender", found.sender), ("receiver", found.receiver)] {
            let Some(column) = column else { continue };
            let guess = (only_country && field == "receiver")
                .then(|| format!("guess: \"{}\" receives the missions", self.name(column)));
            let cell = self.cell(column);
            self.field(field, &cell, &Vec::from_iter(guess));
        }
        self.post_type(found.post_type);
        if let Some(column) = found.office {
            let cell = self.cell(column);
            self.field("office", &cell, &[]);
        }
        if let Some(column) = found.head {
            // an office that nobody holds is held by nobody called so
            let is_vacant = |cell: &&String| {
                let cell = fold(cell);
                VACANT.iter().any(|word| cell.contains(word))
            };
            let vacant: Vec<&String> =
                self.columns.all[column].cells.keys().filter(is_vacant).collect();
            let cell = self.cell(column);
            let (head, guess) = match vacant.as_slice() {
                [] => (cell, None),
                words => (
                    format!("{{ name = {cell}, missing = {} }}", list(words)),
                    Some(format!("guess: {} names nobody", quoted(words[0]))),
                ),
            };
            self.field("head", &head, &Vec::from_iter(guess));
        }
        self.when_held();
        let columns = self.columns;
        let town = columns.choose(&TOWNS, |column| columns.all[column].is_text());
        if let Some(Choice { column, .. }) = town {
            let name = self.cell(column);
            let within = found.receiver.map(|receiver| self.cell(receiver));
            let within =
                within.map_or(String::new(), |cell| format!(", within = {{ name = {cell} }}"));
            self.line(&format!("place   = {{ name = {name}{within} }}"));
        }
        let is_count =
            |column: usize| columns.number(column).is_some_and(|number| number.is_integer);
        if let Some(Choice { column, .. }) = columns.choose(&STAFF, is_count) {
            let text = self.template(column);
            self.used.push(column);
            let style = columns.number(column).cloned();
            let missing: Vec<String> = style
                .iter()
                .flat_map(|style| style.missing.iter().chain(&style.unread))
                .cloned()
                .collect();
            self.number_field("staff", &text, style.as_ref(), &missing);
        }
        let told: Vec<usize> =
            [found.sender, found.receiver, found.post_type.or(found.office), found.head]
                .into_iter()
                .flatten()
                .collect();
        self.line(&format!("summary = {}", quoted(&self.listed(&told))));
    }

    /// The type of post: what the cells of a column mean, or what the table is of.
    fn post_type(&mut self, column: Option<usize>) {
        let Some(column) = column else {
            self.field(
                "post_type",
                &quoted("embassy"),
                &["guess: all missions are embassies".into()],
            );
            return;
        };
        let cells = self.columns.all[column].cells.keys();
        let codes: BTreeMap<String, &str> =
            cells.map(|cell| (cell.clone(), type_of(cell).unwrap_or("unspecified"))).collect();
        let codes: Vec<String> =
            codes.iter().map(|(cell, of)| format!("{} = {}", quoted(cell), quoted(of))).collect();
        let name = quoted(self.name(column));
        self.used.push(column);
        self.line(&format!(
            "post_type = {{ column = {name}, codes = {{ {} }}, otherwise = \"unspecified\" }}",
            codes.join(", ")
        ));
    }

    /// From when on a post was held, and how long.
    fn when_held(&mut self) {
        const BEGINS: [&str; 15] = [
            "presented",
            "credentials",
            "creance",
            "lettres",
            "appointed",
            "nomme",
            "ernannt",
            "since",
            "from",
            "start",
            "beginn",
            "seit",
            "desde",
            "began",
            "took",
        ];
        let columns = self.columns;
        let is_date = |column: usize| columns.date(column).is_some();
        let mut begun = columns.named(&BEGINS, is_date);
        // of several, that which most records state
        begun.sort_by_key(|column| {
            std::cmp::Reverse(columns.date(*column).map_or(0, |reading| reading.read))
        });
        match begun.split_first() {
            Some((column, others)) => {
                self.date(&Choice { column: *column, others: others.to_vec() });
            }
            None => self.when(),
        }
    }
}
