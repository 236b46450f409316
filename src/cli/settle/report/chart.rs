//! The charts of a report, as SVG.

use anyhow::anyhow;
use plotters::prelude::*;

const SIZE: (u32, u32) = (960, 300);

const GREEN: RGBColor = RGBColor(31, 111, 84);
const ORANGE: RGBColor = RGBColor(201, 90, 20);
const COLOURS: [RGBColor; 2] = [GREEN, ORANGE];

/// A line, and what it is.
pub(super) type Series = (&'static str, Vec<(f64, f64)>);

/// Lines over time; `clock` writes a time, `value` what is measured.
pub(super) fn lines(
    series: &[Series],
    clock: impl Fn(f64) -> String,
    value: impl Fn(f64) -> String,
) -> anyhow::Result<String> {
    let points = || series.iter().flat_map(|(_, points)| points);
    let first = points().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    let last = points().map(|(x, _)| *x).fold(f64::NEG_INFINITY, f64::max).max(first + 1.0);
    let top = points().map(|(_, y)| *y).fold(1.0, f64::max) * 1.08;
    let low = points().map(|(_, y)| *y).fold(0.0, f64::min) * 1.08;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        fallible(area.fill(&WHITE))?;
        let mut chart = fallible(
            ChartBuilder::on(&area)
                .margin(10)
                .margin_right(30)
                .x_label_area_size(26)
                .y_label_area_size(86)
                .build_cartesian_2d(first..last, low..top),
        )?;
        fallible(
            chart
                .configure_mesh()
                .x_label_formatter(&|x| clock(*x))
                .y_label_formatter(&|y| value(*y))
                .x_labels(9)
                .y_labels(6)
                .x_max_light_lines(0)
                .y_max_light_lines(0)
                .bold_line_style(BLACK.mix(0.1))
                .axis_style(BLACK.mix(0.4))
                .label_style(("sans-serif", 13))
                .draw(),
        )?;
        for ((name, points), colour) in series.iter().zip(COLOURS) {
            let style = colour.stroke_width(2);
            // A line of one point would not be seen.
            let dots = points.iter().filter(|_| points.len() < 60);
            let dots = dots.map(|point| Circle::new(*point, 3, colour.filled()));
            fallible(chart.draw_series(dots))?;
            let line = PathElement::new(points.clone(), style);
            let drawn = fallible(chart.draw_series([line]))?;
            drawn.label(*name).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        }
        fallible(
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::UpperLeft)
                .background_style(WHITE.mix(0.85))
                .label_font(("sans-serif", 13))
                .draw(),
        )?;
        fallible(area.present())?;
    }
    Ok(svg)
}

/// Bars, one under the other, each with its name and value.
pub(super) fn bars(
    rows: &[(String, f64)],
    value: impl Fn(f64) -> String,
) -> anyhow::Result<String> {
    const ROW: i32 = 22;
    const LEFT: i32 = 190;
    const RIGHT: i32 = 150;
    let height = ROW * i32::try_from(rows.len())? + 16;
    let most = rows.iter().map(|(_, value)| value.abs()).fold(1.0, f64::max);
    let room = f64::from(960 - LEFT - RIGHT);
    let mut svg = String::new();
    {
        let area =
            SVGBackend::with_string(&mut svg, (960, height.unsigned_abs())).into_drawing_area();
        fallible(area.fill(&WHITE))?;
        let font = ("sans-serif", 13).into_font();
        for (index, (name, size)) in rows.iter().enumerate() {
            let top = 8 + ROW * i32::try_from(index)?;
            let end = LEFT + (size.abs() / most * room) as i32;
            let colour = if *size < 0.0 { ORANGE } else { GREEN };
            let bar = Rectangle::new(
                [(LEFT, top + 3), (end.max(LEFT + 1), top + ROW - 3)],
                colour.filled(),
            );
            fallible(area.draw(&bar))?;
            let text = |words: String, place: i32| Text::new(words, (place, top + 5), font.clone());
            fallible(area.draw(&text(name.clone(), 10)))?;
            fallible(area.draw(&text(value(*size), end + 8)))?;
        }
        fallible(area.present())?;
    }
    Ok(svg)
}

fn fallible<T, E: std::fmt::Display>(result: Result<T, E>) -> anyhow::Result<T> {
    result.map_err(|why| anyhow!("no chart: {why}"))
}
