//! Which columns a table for people shows of an answer, which come first, and which it joins.

use crate::kind::{Figure, Kind};
use crate::query::Query;
use crate::render::{FigureColumns, PartyColumns, TableColumns};

/// The columns of a query's answer; `asked` where the user named them.
pub fn of_query(query: &Query, asked: bool) -> TableColumns {
    if asked {
        return TableColumns { keeps_all: true, ..TableColumns::default() };
    }
    let place = |name: &str| query.columns.iter().position(|column| column.name() == name);
    let (figures, parties) = match query.kinds.as_slice() {
        [kind] => (figures(kind, place), parties(kind, place)),
        _ => (Vec::new(), None),
    };
    TableColumns {
        leading: query.leading().map(str::to_owned).collect(),
        figures,
        parties,
        // the text of the date says both
        repeated: ["date_from", "date_to"].into_iter().filter_map(place).collect(),
        says_once: true,
        keeps_all: false,
    }
}

fn figures(kind: &Kind, place: impl Fn(&str) -> Option<usize>) -> Vec<FigureColumns> {
    let columns = |figure: &Figure| {
        Some(FigureColumns {
            name: figure.heading().to_owned(),
            low: place(figure.low)?,
            best: place(figure.best)?,
            high: place(figure.high)?,
        })
    };
    kind.figures.iter().filter_map(columns).collect()
}

fn parties(kind: &Kind, place: impl Fn(&str) -> Option<usize>) -> Option<PartyColumns> {
    let pairs = kind
        .parties
        .iter()
        .map(|pair| Some((place(pair.first)?, pair.between, place(pair.second)?)));
    let pairs: Vec<_> = pairs.collect::<Option<_>>()?;
    (!pairs.is_empty()).then(|| PartyColumns { name: Kind::PARTIES.to_owned(), pairs })
}
