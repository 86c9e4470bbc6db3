//! Charts as text: a bar of blocks for a number, a line for a span of time.

use unicode_width::UnicodeWidthStr;

use crate::chart::{Chart, ChartStyle, Point, folded, pixel, short};
use crate::value::real;
use crate::value::text::{grouped, visible};

impl Chart {
    /// As text, so many columns wide.
    #[must_use]
    pub fn text(&self, width: usize) -> String {
        let mut out = String::new();
        let mut line = |text: &str| {
            out.push_str(text.trim_end());
            out.push('\n');
        };
        line(&visible(&self.title));
        if self.style == ChartStyle::Timeline {
            let points: Vec<&Point> =
                self.series.iter().flat_map(|series| &series.points).collect();
            let (begin, end) = self.extent();
            let room = (width / 3).max(10);
            for point in points {
                let at = |x: f64| {
                    pixel(
                        (x - begin) / (end - begin) * f64::from(u32::try_from(room).unwrap_or(10)),
                    )
                };
                let (from, to) = (at(point.span.0), at(point.span.1));
                let (from, to) = (
                    usize::try_from(from).unwrap_or(0).min(room - 1),
                    usize::try_from(to).unwrap_or(0),
                );
                let bar = "█".repeat((to.saturating_sub(from)).clamp(1, room - from));
                let rest = room - from - bar.chars().count();
                let label = short(&visible(&point.label), width.saturating_sub(room + 2).max(10));
                line(&format!("{}{bar}{}  {label}", " ".repeat(from), " ".repeat(rest)));
            }
        } else {
            line(&visible(&self.measure));
            let mut rows: Vec<(f64, &str, &str, &Point)> = Vec::new();
            for series in &self.series {
                rows.extend(
                    series
                        .points
                        .iter()
                        .map(|point| (point.x, point.label.as_str(), series.name.as_str(), point)),
                );
            }
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            let most = rows.iter().filter_map(|row| row.3.y).fold(0.0, f64::max);
            let names = if self.series.len() > 1 {
                self.series.iter().map(|series| series.name.width()).max().unwrap_or(0)
            } else {
                0
            };
            let labels = rows.iter().map(|row| row.1.width()).max().unwrap_or(0);
            let numbers = rows.iter().map(|row| figure(row.3).width()).max().unwrap_or(0);
            let room = width.saturating_sub(labels + names + numbers + 6).max(8);
            let mut last = "";
            for (_, label, name, point) in rows {
                let share = point.y.map_or(0.0, |y| if most > 0.0 { y / most } else { 0.0 });
                let bar = bar(share, room);
                let shown = if label == last { "" } else { label };
                last = label;
                let pad = |text: &str, width: usize| {
                    format!("{}{}", visible(text), " ".repeat(width.saturating_sub(text.width())))
                };
                let name =
                    if names > 0 { format!("{}  ", pad(name, names)) } else { String::new() };
                line(&format!("{}  {name}{bar} {}", pad(shown, labels), figure(point)));
            }
        }
        for note in self.notes.iter().flat_map(|note| folded(note, width)) {
            line(&visible(&note));
        }
        out
    }
}

/// A number with its bounds.
fn figure(point: &Point) -> String {
    let shown = |n: f64| grouped(&real(n));
    match (point.y, point.bounds) {
        (Some(y), Some((low, high))) if low < y || high > y => {
            format!("{} ({}–{})", shown(y), shown(low), shown(high))
        }
        (Some(y), _) => shown(y),
        (None, Some((low, high))) => format!("{}–{}", shown(low), shown(high)),
        (None, None) => "–".into(),
    }
}

/// A bar of blocks, in eighths of a column.
fn bar(share: f64, room: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = pixel(share * f64::from(u32::try_from(room * 8).unwrap_or(80)));
    let eighths = usize::try_from(eighths).unwrap_or(0);
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}
