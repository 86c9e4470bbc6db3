//! A document as one self-contained page: its passages marked by kind, each leading to its facts
//! and back.

use std::fmt::Write;
use std::ops::Range;

use crate::command::source::field;
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::locator::Locator;
use crate::evidence::rights::Rights;
use crate::kind::{KINDS, common_field};
use crate::query::{ColumnRef, Query};
use crate::render::html::{escaped, page};
use crate::store::Store;
use crate::value::OwnedValue;

/// One fact on the page.
struct PageFact {
    reference: String,
    kind: &'static str,
    date: String,
    summary: String,
    stance: String,
    voice: String,
    topic: String,
    passage: Option<Range<usize>>,
    contested: bool,
}

/// The page of a document whose text is held.
pub fn write(store: &Store, slug: &str, source: &[OwnedValue]) -> Result<String> {
    let Some(held) = store.held_text(slug)? else {
        return Err(Error::new(ErrorKind::NotFound, format!("{slug} has no stored text"))
            .hint(format!("add it with: facts source attach {slug} FILE")));
    };
    let rights = Rights::of(field(source, "redistribution"), field(source, "restricted"));
    if rights != Rights::Whole {
        return Err(Error::usage(format!("{slug}: its text must not be passed on")).hint(format!(
            "if it may, say so: facts edit sources {slug} redistribution=yes restricted=no"
        )));
    }
    let facts = facts(store, slug, &held.text)?;
    let title = field(source, "title").unwrap_or(slug);
    let mut body =
        format!("<h1>{}</h1>\n<p class=\"about\">Facts: {}; ", escaped(title), facts.len());
    for kind in KINDS {
        let _ = write!(body, "<span class=\"key {0}\">{0}</span> ", kind.name);
    }
    body.push_str("<span class=\"key contested\">contested</span></p>\n<main>\n<article>\n");
    body.push_str(&marked(&held.text, &facts));
    body.push_str("</article>\n<aside>\n");
    for (n, fact) in facts.iter().enumerate() {
        body.push_str(&card(n, fact));
    }
    body.push_str("</aside>\n</main>\n");
    Ok(page(title, &style(), &body))
}

fn facts(store: &Store, slug: &str, text: &str) -> Result<Vec<PageFact>> {
    let mut facts: Vec<PageFact> = Vec::new();
    let field = |name: &str| common_field(name).map(ColumnRef::Field);
    for kind in KINDS {
        let mut query = Query::of(vec![kind]);
        let Some(by_source) = field("source") else { continue };
        query.tests = vec![crate::query::among(by_source, KINDS, vec![slug.to_owned()], false)?];
        query.columns = ["ref", "date", "summary", "stance", "said_by", "topic", "locator"]
            .into_iter()
            .filter_map(field)
            .collect();
        store.select(&query, |cells| {
            let text_of = |i: usize| cells[i].to_string();
            let passage = Locator::parse(&text_of(6)).and_then(|locator| locator.resolve(text));
            facts.push(PageFact {
                reference: text_of(0),
                kind: kind.name,
                date: text_of(1),
                summary: text_of(2),
                stance: text_of(3),
                voice: text_of(4),
                topic: text_of(5),
                passage,
                contested: false,
            });
            Ok(())
        })?;
    }
    // a question that somebody answers and somebody denies is contested, and so is every answer to
    // it
    let denied: Vec<String> = facts
        .iter()
        .filter(|fact| fact.stance == "denies" && !fact.topic.is_empty())
        .map(|fact| fact.topic.clone())
        .collect();
    for fact in &mut facts {
        fact.contested = denied.contains(&fact.topic);
    }
    facts.sort_by_key(|fact| fact.passage.as_ref().map_or(usize::MAX, |passage| passage.start));
    Ok(facts)
}

/// The text, cut where passages begin and end, each piece with the facts that rest on it.
fn marked(text: &str, facts: &[PageFact]) -> String {
    let mut cuts: Vec<usize> = facts
        .iter()
        .filter_map(|fact| fact.passage.clone())
        .flat_map(|range| [range.start, range.end])
        .collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    let mut out = String::from("<p>");
    let mut anchored = vec![false; facts.len()];
    for piece in cuts.windows(2) {
        let (start, end) = (piece[0], piece[1]);
        let here: Vec<usize> = (0..facts.len())
            .filter(|&n| {
                facts[n]
                    .passage
                    .as_ref()
                    .is_some_and(|range| range.start <= start && end <= range.end)
            })
            .collect();
        let shown = escaped(&text[start..end]).replace("\n\n", "</p>\n<p>");
        let Some(&first) = here.first() else {
            out.push_str(&shown);
            continue;
        };
        let mut anchors = String::new();
        for &n in &here {
            if !std::mem::replace(&mut anchored[n], true) {
                let _ = write!(anchors, "<a id=\"p{n}\"></a>");
            }
        }
        let mut classes: Vec<&str> = here.iter().map(|&n| facts[n].kind).collect();
        classes.dedup();
        if here.iter().any(|&n| facts[n].contested) {
            classes.push("contested");
        }
        let mut links = String::new();
        for &n in &here {
            let _ = write!(
                links,
                "<a class=\"to\" href=\"#f{n}\" title=\"{}\">{}</a>",
                escaped(&facts[n].summary),
                n + 1
            );
        }
        let ends_here =
            here.iter().any(|&n| facts[n].passage.as_ref().is_some_and(|range| range.end == end));
        let links = if ends_here { format!("<sup>{links}</sup>") } else { String::new() };
        // a mark may not reach over the end of a paragraph
        let shown = shown.replace(
            "</p>\n<p>",
            &format!("</mark></p>\n<p><mark class=\"{}\">", classes.join(" ")),
        );
        let _ = write!(
            out,
            "{anchors}<mark class=\"{}\" data-first=\"{first}\">{shown}</mark>{links}",
            classes.join(" ")
        );
    }
    out.push_str("</p>\n");
    out
}

fn card(n: usize, fact: &PageFact) -> String {
    let back = if fact.passage.is_some() {
        format!("<a href=\"#p{n}\">passage</a>")
    } else {
        "no passage".to_owned()
    };
    let voice = if fact.voice.is_empty() { "the source" } else { &fact.voice };
    let contested = if fact.contested { " contested" } else { "" };
    let date =
        if fact.date.is_empty() { String::new() } else { format!("{} · ", escaped(&fact.date)) };
    let topic =
        if fact.topic.is_empty() { String::new() } else { format!(" · {}", escaped(&fact.topic)) };
    format!(
        "<section id=\"f{n}\" class=\"{}{contested}\"><h2>{} {}</h2><p>{}</p><p class=\"small\">{date}{} {}{topic} · {back}</p></section>\n",
        fact.kind,
        n + 1,
        escaped(&fact.reference),
        escaped(&fact.summary),
        escaped(voice),
        escaped(&fact.stance),
    )
}

/// The colours of a kind, by its tag: of its passages, and of the border of its facts.
const COLOURS: [(&str, &str); 8] = [
    ("#cfe3f7", "#4b8bc8"),
    ("#fbdcc0", "#d9822b"),
    ("#e5d4f1", "#8a56ac"),
    ("#cdeade", "#2e9e76"),
    ("#f2ecb8", "#a8992a"),
    ("#f7d0d6", "#c2475c"),
    ("#d5e8c4", "#6a9a3b"),
    ("#d6dbe8", "#5c6f9c"),
];

/// The style sheet of the page.
fn style() -> String {
    KINDS.iter().fold(STYLE.to_owned(), |mut style, kind| {
        let (passage, border) = COLOURS[usize::from(kind.tag) % COLOURS.len()];
        let name = kind.name;
        let _ = writeln!(
            style,
            "mark.{name}, .key.{name} {{ background: {passage}; }} section.{name} {{ border-color: {border}; }}"
        );
        style
    })
}

const STYLE: &str = "
main { display: grid; grid-template-columns: minmax(0, 3fr) minmax(16rem, 2fr); gap: 2rem; align-items: start; }
article { line-height: 1.6; max-width: 46rem; }
aside { max-height: 92vh; overflow: auto; position: sticky; top: 1rem; }
section { border-left: .3rem solid; padding: .2rem .8rem; margin: 0 0 .8rem; background: #fafafa; }
section:target { background: #fff3c4; }
section h2 { font-size: .8rem; margin: 0; font-weight: 600; color: #555; }
section p { margin: .15rem 0; }
.small { font-size: .8rem; color: #555; }
mark { color: inherit; padding: .05rem 0; }
sup { line-height: 0; } a.to { font-size: .65rem; margin-left: .15rem; text-decoration: none; color: #555; }
a[id]:target + mark, a[id]:target ~ mark[data-first]:first-of-type { outline: 2px solid #b58900; }
.key { padding: .1rem .4rem; border-radius: .2rem; font-size: .85rem; }
mark.contested, .key.contested, section.contested { box-shadow: inset 0 -.18rem 0 #c0392b; }
@media (max-width: 50rem) { main { display: block; } aside { position: static; max-height: none; } }
";
