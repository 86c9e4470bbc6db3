//! Markdown: a table as forges and wikis show it.

use std::io::{self, Write};

use crate::render::{Format, Sheet, Sink};
use crate::value::Value;
use crate::value::text::visible;

/// A Markdown table.
pub static FORMAT: Format = Format {
    name: "markdown",
    extensions: &["md", "markdown"],
    about: "a Markdown table",
    binary: false,
    open: |out, sheet| {
        let names: Vec<String> =
            sheet.headings.iter().map(|heading| escaped(&heading.name)).collect();
        let rules: Vec<&str> = sheet
            .headings
            .iter()
            .map(|heading| if heading.number { "---:" } else { "---" })
            .collect();
        writeln!(out, "| {} |\n| {} |", names.join(" | "), rules.join(" | "))?;
        Ok(Box::new(MarkdownRows { out, sheet }))
    },
};

struct MarkdownRows<'a> {
    out: &'a mut dyn Write,
    sheet: &'a Sheet,
}

impl Sink for MarkdownRows<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        for cell in cells {
            let text = match cell {
                Value::Null => self.sheet.null.clone().unwrap_or_default(),
                Value::Partial(_, parts, lacking) => {
                    format!("{cell} ({lacking} of {parts} unknown)")
                }
                other => other.to_string(),
            };
            write!(self.out, "| {} ", escaped(&text))?;
        }
        writeln!(self.out, "|")
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }
}

fn escaped(text: &str) -> String {
    let text =
        text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace("\r\n", "<br>");
    visible(&text.replace(['\n', '\r'], "<br>")).into_owned()
}
