//! LaTeX: a table with the rules of the booktabs package.

use std::io::{self, Write};

use crate::render::{Format, Sheet, Sink};
use crate::value::Value;
use crate::value::text::visible;

/// A LaTeX table.
pub static FORMAT: Format = Format {
    name: "latex",
    extensions: &["tex"],
    about: "a LaTeX table (booktabs)",
    binary: false,
    open: |out, sheet| {
        let columns: String =
            sheet.headings.iter().map(|heading| if heading.number { 'r' } else { 'l' }).collect();
        let names: Vec<String> =
            sheet.headings.iter().map(|heading| escaped(&heading.name)).collect();
        writeln!(out, "% \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{columns}}}\n\\toprule")?;
        writeln!(out, "{} \\\\\n\\midrule", names.join(" & "))?;
        Ok(Box::new(LatexRows { out, sheet }))
    },
};

struct LatexRows<'a> {
    out: &'a mut dyn Write,
    sheet: &'a Sheet,
}

impl Sink for LatexRows<'_> {
    fn row(&mut self, cells: &[Value<'_>]) -> io::Result<()> {
        for (n, cell) in cells.iter().enumerate() {
            let text = match cell {
                Value::Null => self.sheet.null.clone().unwrap_or_else(|| "--".into()),
                Value::Partial(_, parts, lacking) => {
                    escaped(&format!("{cell} ({lacking} of {parts} unknown)"))
                }
                other => escaped(&other.to_string()),
            };
            write!(self.out, "{}{text}", if n == 0 { "" } else { " & " })?;
        }
        writeln!(self.out, " \\\\")
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        writeln!(self.out, "\\bottomrule\n\\end{{tabular}}")?;
        Ok(Vec::new())
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(&text.replace(['\n', '\r'], " ")).chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            // brackets behind a row's end would be taken for an option
            '[' | ']' => {
                out.push('{');
                out.push(c);
                out.push('}');
            }
            c => out.push(c),
        }
    }
    out
}
