//! HTML: one self-contained page with a table, and what other pages are made of.

use std::io::{self, Write};

use crate::render::cell_text::shown;
use crate::render::cited::Cited;
use crate::render::{Format, Sheet, Sink};
use crate::value::Value;

/// A page with a table.
pub static FORMAT: Format = Format {
    name: "html",
    extensions: &["html", "htm"],
    about: "one self-contained HTML page",
    binary: false,
    open: |out, sheet| {
        let (head, _) = page("facts", STYLE, "\u{0}")
            .split_once('\u{0}')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap_or_default();
        write!(out, "{head}<table>\n<thead><tr>")?;
        for heading in &sheet.headings {
            write!(
                out,
                "<th{}>{}</th>",
                if heading.number { " class=\"n\"" } else { "" },
                escaped(&heading.name)
            )?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        Ok(Box::new(HtmlRows { out, sheet, cited: Cited::new(sheet) }))
    },
};

const STYLE: &str = "
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .25rem .7rem .25rem 0; }
th { border-bottom: 2px solid #888; position: sticky; top: 0; background: #fff; } td { border-bottom: 1px solid #ddd; }
h2 { font-size: 1.1rem; margin-top: 2rem; } dt { font-weight: 600; } dd { margin: 0 0 .5rem 1rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; } .null { color: #aaa; }
.w { white-space: nowrap; }
";

struct HtmlRows<'a> {
    out: &'a mut dyn Write,
    sheet: &'a Sheet,
    cited: Cited,
}

impl Sink for HtmlRows<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        self.cited.row(cells);
        write!(self.out, "<tr>")?;
        for (heading, cell) in self.sheet.headings.iter().zip(cells) {
            // dates and refs are one word, which a browser would break at its hyphens
            let is_word = cell.text().is_none_or(|text| text.len() < 40 && !text.contains(' '));
            let class = match (heading.number, cell.is_null()) {
                (true, _) => " class=\"n\"",
                (false, true) => " class=\"null\"",
                (false, false) if is_word => " class=\"w\"",
                (false, false) => "",
            };
            let text = match cell {
                Value::Text(text) | Value::Json(text) => escaped(text),
                other => escaped(&shown(other, self.sheet)),
            };
            write!(self.out, "<td{class}>{text}</td>")?;
        }
        writeln!(self.out, "</tr>")
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        writeln!(self.out, "</tbody></table>")?;
        for note in &self.sheet.about.notes {
            writeln!(self.out, "<p>{}</p>", escaped(note))?;
        }
        let works = self.cited.works(self.sheet);
        if !works.is_empty() {
            writeln!(self.out, "<h2>Sources</h2>\n<dl>")?;
            for work in works {
                let lines =
                    work.lines.iter().filter(|(name, text)| name != "slug" && !text.is_empty());
                let told: Vec<String> = lines.map(|(_, text)| escaped(text)).collect();
                writeln!(self.out, "<dt>{}</dt><dd>{}</dd>", escaped(&work.slug), told.join(". "))?;
            }
            writeln!(self.out, "</dl>")?;
        }
        if !self.sheet.about.query.is_empty() {
            writeln!(self.out, "<h2>About</h2>\n<dl>")?;
            for (name, text) in &self.sheet.about.query {
                writeln!(self.out, "<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(text))?;
            }
            writeln!(self.out, "</dl>")?;
        }
        writeln!(self.out, "</body></html>")?;
        Ok(Vec::new())
    }
}

/// A whole page: no script, nothing from elsewhere.
#[must_use]
pub fn page(title: &str, style: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\nbody {{ font: 16px/1.45 system-ui, sans-serif; margin: 1.5rem; color: #222; }}\nh1 {{ font-size: 1.4rem; }}{style}</style></head>\n<body>\n{body}</body></html>\n",
        escaped(title)
    )
}

/// Text as HTML shows it; control characters are made visible, direction is left to the browser's
/// isolation.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            c if crate::value::text::is_unsafe(c) => {
                out.push_str(&crate::value::text::visible(&c.to_string()));
            }
            c => out.push(c),
        }
    }
    out
}
