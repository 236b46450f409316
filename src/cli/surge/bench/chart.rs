//! A chart of what was measured, as SVG.

use anyhow::anyhow;
use plotters::prelude::*;

const ROW: u32 = 26;
const WIDTH: u32 = 860;

/// Horizontal bars, one below the other, each with its name and its value.
pub(super) fn bars(title: &str, bars: &[(String, f64)]) -> anyhow::Result<String> {
    let mut svg = String::new();
    let rows = u32::try_from(bars.len())?;
    let most = bars.iter().map(|(_, value)| *value).fold(1.0, f64::max);
    let fail = |why: String| anyhow!("no chart: {why}");
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, 70 + ROW * rows)).into_drawing_area();
        area.fill(&WHITE).map_err(|why| fail(why.to_string()))?;
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 18))
            .margin(10)
            .margin_right(60)
            .x_label_area_size(24)
            .build_cartesian_2d(0.0..most * 1.02, 0.0..f64::from(rows))
            .map_err(|why| fail(why.to_string()))?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .x_max_light_lines(0)
            .x_label_formatter(&|value| format!("{value:.0}"))
            .x_label_style(("sans-serif", 11))
            .draw()
            .map_err(|why| fail(why.to_string()))?;
        for (index, (name, value)) in bars.iter().enumerate() {
            let top = f64::from(rows) - index as f64;
            let colour = if name.starts_with("ours") {
                RGBColor(31, 111, 84)
            } else {
                RGBColor(176, 190, 197)
            };
            let bar = Rectangle::new([(0.0, top - 0.15), (*value, top - 0.85)], colour.filled());
            // Inside a long bar the name is white, beside a short one black.
            let long = *value > most * 0.45;
            let (at, ink) =
                if long { (most * 0.01, &WHITE) } else { (*value + most * 0.01, &BLACK) };
            let dark = long && !name.starts_with("ours");
            let style = ("sans-serif", 13).into_font().color(if dark { &BLACK } else { ink });
            let text = Text::new(format!("{name}  {value:.0}"), (at, top - 0.3), style);
            chart.draw_series([bar]).map_err(|why| fail(why.to_string()))?;
            chart.draw_series([text]).map_err(|why| fail(why.to_string()))?;
        }
        area.present().map_err(|why| fail(why.to_string()))?;
    }
    Ok(svg)
}
