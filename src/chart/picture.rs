//! Charts as SVG and PNG. The one place that knows `plotters`.

use plotters::coord::Shift;
use plotters::prelude::{
    BLACK, BitMapBackend, Circle, Color, DrawingArea, DrawingBackend, IntoDrawingArea, IntoFont,
    PathElement, RGBColor, Rectangle, SVGBackend, Text, TextStyle, WHITE,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use unicode_width::UnicodeWidthStr;

use crate::chart::{Chart, ChartStyle, Point, folded, pixel, short};
use crate::value::real;
use crate::value::text::grouped;

/// Colours that people with any colour vision tell apart (Okabe and Ito 2008).
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(213, 94, 0),
    RGBColor(90, 90, 90),
];

const WIDTH: u32 = 1000;
const LEFT: i32 = 90;
const RIGHT: i32 = 30;
const TOP: i32 = 50;
const LINE: i32 = 20;
/// The height of a line of a timeline.
const ROW: i32 = 24;

/// A drawing failed; there is nothing that whoever uses the program could do about it.
type Drawn = Result<(), String>;

impl Chart {
    /// As SVG.
    ///
    /// # Errors
    /// It cannot be drawn.
    pub fn svg(&self) -> Result<String, String> {
        fonts()?;
        let mut text = String::new();
        {
            let area =
                SVGBackend::with_string(&mut text, (WIDTH, self.height())).into_drawing_area();
            self.draw(&area)?;
        }
        Ok(text)
    }

    /// As PNG.
    ///
    /// # Errors
    /// It cannot be drawn.
    pub fn png(&self) -> Result<Vec<u8>, String> {
        fonts()?;
        let (width, height) = (WIDTH, self.height());
        let mut pixels = vec![255; 3 * width as usize * height as usize];
        {
            let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
            self.draw(&area)?;
        }
        let mut bytes = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        image::ImageEncoder::write_image(encoder, &pixels, width, height, image::ColorType::Rgb8)
            .map_err(|e| e.to_string())?;
        Ok(bytes)
    }

    fn rows(&self) -> i32 {
        i32::try_from(self.series.iter().map(|series| series.points.len()).sum::<usize>())
            .unwrap_or(i32::MAX)
    }

    fn plot_height(&self) -> i32 {
        if self.style == ChartStyle::Timeline { self.rows().max(1) * ROW } else { 380 }
    }

    fn legend(&self) -> i32 {
        if self.series.len() > 1 {
            i32::try_from(self.series.len().div_ceil(4)).unwrap_or(1)
        } else {
            0
        }
    }

    fn height(&self) -> u32 {
        let notes = i32::try_from(self.notes.iter().flat_map(|note| folded(note, 120)).count())
            .unwrap_or(0);
        u32::try_from(TOP + self.plot_height() + 50 + (self.legend() + notes) * LINE).unwrap_or(600)
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Drawn {
        area.fill(&WHITE).map_err(as_text)?;
        write(area, &self.title, (LEFT, 14), 20.0, HPos::Left, BLACK)?;
        let bottom = TOP + self.plot_height();
        if self.style == ChartStyle::Timeline {
            self.draw_timeline(area, bottom)?;
        } else {
            self.draw_numbers(area, bottom)?;
        }
        self.draw_ticks(area, bottom)?;
        let mut line = bottom + 40;
        if self.series.len() > 1 {
            for (n, series) in self.series.iter().enumerate() {
                let n = i32::try_from(n).unwrap_or(0);
                let (x, y) = (LEFT + n % 4 * 220, line + n / 4 * LINE);
                let colour = colour(n);
                area.draw(&Rectangle::new([(x, y + 2), (x + 12, y + 14)], colour.filled()))
                    .map_err(as_text)?;
                write(area, &short(&series.name, 26), (x + 18, y), 14.0, HPos::Left, BLACK)?;
            }
            line += self.legend() * LINE;
        }
        for note in self.notes.iter().flat_map(|note| folded(note, 120)) {
            write(area, &note, (LEFT, line), 13.0, HPos::Left, RGBColor(90, 90, 90))?;
            line += LINE;
        }
        area.present().map_err(as_text)
    }

    fn across(&self, x: f64) -> i32 {
        let (begin, end) = self.extent();
        pixel(
            f64::from(LEFT)
                + (x - begin) / (end - begin)
                    * f64::from(i32::try_from(WIDTH).unwrap_or(1000) - LEFT - RIGHT),
        )
    }

    fn draw_ticks<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>, bottom: i32) -> Drawn {
        let (begin, end) = self.extent();
        let axis = RGBColor(120, 120, 120);
        line_of(area, (self.across(begin), bottom), (self.across(end), bottom), axis, 1)?;
        let visible: Vec<&(f64, String)> =
            self.ticks.iter().filter(|(x, _)| (begin..=end).contains(x)).collect();
        let widest = visible.iter().map(|(_, text)| text.width()).max().unwrap_or(1).min(18);
        let room = usize::try_from((i32::try_from(WIDTH).unwrap_or(1000) - LEFT - RIGHT) / 8)
            .unwrap_or(100);
        let step = (visible.len() * (widest + 2)).div_ceil(room).max(1);
        for (x, text) in visible.into_iter().step_by(step) {
            let x = self.across(*x);
            line_of(area, (x, bottom), (x, bottom + 5), axis, 1)?;
            write(area, &short(text, 18), (x, bottom + 10), 13.0, HPos::Center, BLACK)?;
        }
        Ok(())
    }

    fn draw_numbers<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>, bottom: i32) -> Drawn {
        let all = || self.series.iter().flat_map(|series| &series.points);
        let most = all()
            .flat_map(|point| [point.y, point.bounds.map(|(_, high)| high)])
            .flatten()
            .fold(0.0, f64::max);
        let least = all()
            .flat_map(|point| [point.y, point.bounds.map(|(low, _)| low)])
            .flatten()
            .fold(0.0, f64::min);
        let step = nice((most - least) / 5.0);
        let (floor, ceiling) =
            ((least / step).floor() * step, ((most / step).ceil() * step).max(step));
        let up = |y: f64| {
            pixel(f64::from(bottom) - (y - floor) / (ceiling - floor) * f64::from(bottom - TOP))
        };
        let mut y = floor;
        while y <= ceiling + step / 2.0 {
            let at = up(y);
            let right = i32::try_from(WIDTH).unwrap_or(1000) - RIGHT;
            line_of(area, (LEFT, at), (right, at), RGBColor(225, 225, 225), 1)?;
            write(
                area,
                &grouped(&real(rounded(y, step))),
                (LEFT - 8, at - 7),
                13.0,
                HPos::Right,
                BLACK,
            )?;
            y += step;
        }
        write(area, &self.measure, (LEFT, TOP - 16), 13.0, HPos::Left, RGBColor(90, 90, 90))?;
        let n = i32::try_from(self.series.len()).unwrap_or(1).max(1);
        for (i, series) in self.series.iter().enumerate() {
            let i = i32::try_from(i).unwrap_or(0);
            let colour = colour(i);
            let mut before: Option<(&Point, (i32, i32))> = None;
            for point in &series.points {
                let (begin, end) = (self.across(point.span.0), self.across(point.span.1));
                let wide = f64::from(end - begin) * 0.8 / f64::from(n);
                let left = f64::from(begin) + f64::from(end - begin) * 0.1 + wide * f64::from(i);
                let x = if self.style == ChartStyle::Lines {
                    self.across(point.x)
                } else {
                    pixel(left + wide / 2.0)
                };
                if let Some(y) = point.y {
                    if self.style == ChartStyle::Lines {
                        let here = (x, up(y));
                        if let Some((last, from)) = before
                            && point.span.0 <= last.span.1 + self.bucket * 0.01
                        {
                            line_of(area, from, here, colour, 2)?;
                        }
                        area.draw(&Circle::new(here, 4, colour.filled())).map_err(as_text)?;
                        before = Some((point, here));
                    } else {
                        let right = pixel((left + wide).max(left + 1.0));
                        // a figure of zero is a figure: it has a line of its own
                        let top = up(y).min(up(0.0) - 1);
                        area.draw(&Rectangle::new(
                            [(pixel(left), top), (right, up(0.0))],
                            colour.filled(),
                        ))
                        .map_err(as_text)?;
                    }
                } else {
                    before = None;
                }
                if let Some((low, high)) = point.bounds {
                    let dark = RGBColor(40, 40, 40);
                    line_of(area, (x, up(low)), (x, up(high)), dark, 1)?;
                    for y in [low, high] {
                        line_of(area, (x - 4, up(y)), (x + 4, up(y)), dark, 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn draw_timeline<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>, bottom: i32) -> Drawn {
        for (x, _) in &self.ticks {
            let (begin, end) = self.extent();
            if (begin..=end).contains(x) {
                line_of(
                    area,
                    (self.across(*x), TOP),
                    (self.across(*x), bottom),
                    RGBColor(235, 235, 235),
                    1,
                )?;
            }
        }
        let mut y = TOP + ROW / 2;
        for (i, series) in self.series.iter().enumerate() {
            let colour = colour(i32::try_from(i).unwrap_or(0));
            for point in &series.points {
                let (begin, end) = (self.across(point.span.0), self.across(point.span.1));
                let end = end.max(begin + 4);
                area.draw(&Rectangle::new([(begin, y - 9), (end, y + 9)], colour.filled()))
                    .map_err(as_text)?;
                // the label stands where there is most room: behind the bar, before it, or on it
                let edge = i32::try_from(WIDTH).unwrap_or(1000);
                let fits =
                    |room: i32| short(&point.label, usize::try_from(room / 7).unwrap_or(0).min(70));
                let (before, behind, on) = (begin - 10, edge - end - 10, end - begin - 10);
                if behind >= before.max(on) || behind > 420 {
                    write(area, &fits(behind), (end + 6, y - 7), 13.0, HPos::Left, BLACK)?;
                } else if before >= on {
                    write(area, &fits(before), (begin - 6, y - 7), 13.0, HPos::Right, BLACK)?;
                } else {
                    write(area, &fits(on), (begin + 6, y - 7), 13.0, HPos::Left, WHITE)?;
                }
                y += ROW;
            }
        }
        Ok(())
    }
}

/// A step of 1, 2 or 5 times a power of ten, at least as long.
fn nice(step: f64) -> f64 {
    if step <= 0.0 || !step.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|n| n * power)
        .find(|nice| *nice >= step)
        .unwrap_or(10.0 * power)
}

/// A multiple of a step without the noise of its sum.
fn rounded(y: f64, step: f64) -> f64 {
    let whole = (y / step).round() * step;
    if step >= 1.0 { whole.round() } else { (whole * 1e9).round() / 1e9 }
}

fn colour(n: i32) -> RGBColor {
    COLOURS[usize::try_from(n).unwrap_or(0) % COLOURS.len()]
}

fn fonts() -> Result<(), String> {
    register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| "cannot read the built-in font".to_owned())
}

fn write<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    text: &str,
    at: (i32, i32),
    size: f64,
    side: HPos,
    colour: RGBColor,
) -> Drawn {
    let style = TextStyle::from(("sans-serif", size).into_font())
        .color(&colour)
        .pos(Pos::new(side, VPos::Top));
    area.draw(&Text::new(text.to_owned(), at, style)).map_err(as_text)
}

fn line_of<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    from: (i32, i32),
    to: (i32, i32),
    colour: RGBColor,
    width: u32,
) -> Drawn {
    area.draw(&PathElement::new(vec![from, to], colour.stroke_width(width))).map_err(as_text)
}

fn as_text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_round_steps() {
        assert_eq!(
            [0.0, 0.3, 1.0, 12.0, 1700.0].map(|step| real(nice(step))),
            ["1", "0.5", "1", "20", "2000"]
        );
    }
}
