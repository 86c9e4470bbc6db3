//! Charts: bars, lines and a timeline, as pictures (`picture.rs`) or text (`text.rs`). Without any
//! I/O; knows labels and numbers, never kinds.
//!
//! A gap is a gap, a whisker goes from low to high, and every axis of dates has whole buckets on
//! it.

#[cfg(feature = "chart")]
mod picture;
mod text;

use unicode_width::UnicodeWidthStr;

use crate::value::text::visible;

/// What a chart shows.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// What it is about.
    pub title: String,
    /// What the numbers are.
    pub measure: String,
    /// One for each of what is told apart.
    pub series: Vec<Series>,
    /// The labels of the axis, each at its place, in order.
    pub ticks: Vec<(f64, String)>,
    /// How long a bucket of the axis is.
    pub bucket: f64,
    /// What stands under the chart: the sources, and what is left out.
    pub notes: Vec<String>,
    /// How the numbers are drawn.
    pub style: ChartStyle,
}

/// How numbers are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChartStyle {
    /// A bar each.
    #[default]
    Bars,
    /// Points, joined where nothing lies between.
    Lines,
    /// Not numbers but spans of time, one a line.
    Timeline,
}

/// What is drawn in one colour.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its points, in the order of the axis.
    pub points: Vec<Point>,
}

/// One number.
#[derive(Debug, Clone, Default)]
pub struct Point {
    /// Its place on the axis.
    pub x: f64,
    /// Where on the axis it begins and ends: more than a bucket for what is longer.
    pub span: (f64, f64),
    /// What it is called.
    pub label: String,
    /// The number; none: nothing is known.
    pub y: Option<f64>,
    /// Its lower and upper bound, where both are known.
    pub bounds: Option<(f64, f64)>,
}

impl Chart {
    /// The beginning and the end of the axis.
    fn extent(&self) -> (f64, f64) {
        let spans = || self.series.iter().flat_map(|series| &series.points).map(|point| point.span);
        let begin = spans().map(|(begin, _)| begin).fold(f64::INFINITY, f64::min);
        let end = spans().map(|(_, end)| end).fold(f64::NEG_INFINITY, f64::max);
        if begin < end { (begin, end) } else { (0.0, 1.0) }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a place on a drawing of a thousand pixels")]
fn pixel(x: f64) -> i32 {
    x.round() as i32
}

/// A text of at most so many columns.
fn short(text: &str, room: usize) -> String {
    let text = visible(text);
    if text.width() <= room {
        return text.into_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if kept.width() + 2 > room {
            break;
        }
        kept.push(c);
    }
    format!("{}…", kept.trim_end())
}

/// A note in lines that fit under a chart.
fn folded(note: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in note.split(' ') {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].width() + 1 + word.width() > width {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_of_text_has_a_bar_for_a_figure_and_none_for_none() {
        let point = |x: f64, label: &str, y: Option<f64>| Point {
            x,
            span: (x, x + 1.0),
            label: label.into(),
            y,
            bounds: None,
        };
        let points = vec![
            point(1.0, "2012", Some(4500.0)),
            point(2.0, "2013", Some(9000.0)),
            point(3.0, "2014", None),
        ];
        let chart = Chart {
            title: "killed".into(),
            measure: "people".into(),
            series: vec![Series { name: "a".into(), points }],
            bucket: 1.0,
            ..Chart::default()
        };
        assert_eq!(
            chart.text(30),
            "killed\npeople\n2012  ███████▌ 4,500\n2013  ███████████████ 9,000\n2014   –\n"
        );
        #[cfg(feature = "chart")]
        {
            assert!(chart.svg().unwrap().contains("<svg"));
            assert!(chart.png().unwrap().starts_with(b"\x89PNG"));
        }
    }
}
