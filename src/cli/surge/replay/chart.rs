//! The chart of a replay, as SVG: asked and answered over the day's clock, and the waits below.

use anyhow::anyhow;
use plotters::coord::Shift;
use plotters::prelude::*;

use super::findings::Findings;
use super::plan::clock;
use super::record::Second;
use super::report::title;

const SIZE: (u32, u32) = (960, 560);
const UPPER: u32 = 330;

/// Points a line has at most; more are not seen.
const POINTS: usize = 320;

const ASKED: RGBColor = RGBColor(201, 90, 20);
const ANSWERED: RGBColor = RGBColor(31, 111, 84);
const WAIT: RGBColor = RGBColor(70, 90, 160);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Line = Vec<(f64, f64)>;

/// The day's clock in hours, or for a short window in minutes, so that marks are at whole ones.
#[derive(Clone, Copy)]
struct Axis {
    /// Seconds.
    unit: f64,
    from: f64,
    until: f64,
}

impl Axis {
    fn of(findings: &Findings) -> Self {
        let plan = &findings.plan;
        let unit = if plan.until - plan.from > 7200.0 { 3600.0 } else { 60.0 };
        Self { unit, from: plan.from / unit, until: plan.until / unit }
    }

    fn range(self) -> std::ops::Range<f64> {
        self.from..self.until
    }

    fn label(self, at: f64) -> String {
        clock(at * self.unit)
    }
}

/// Draws it.
pub(super) fn draw(findings: &Findings) -> anyhow::Result<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        fallible(area.fill(&WHITE))?;
        let (upper, lower) = area.split_vertically(UPPER);
        rates(&upper, findings)?;
        waits(&lower, findings)?;
        fallible(area.present())?;
    }
    Ok(svg)
}

fn rates(area: &Area<'_>, findings: &Findings) -> anyhow::Result<()> {
    let axis = Axis::of(findings);
    let asked = line(findings, mean, |second| f64::from(second.asked));
    let answered = line(findings, mean, |second| f64::from(second.answered));
    let most = asked.iter().chain(&answered).map(|(_, value)| *value).fold(1.0, f64::max) * 1.1;
    let mut chart = fallible(
        ChartBuilder::on(area)
            .caption(title(findings), ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(24)
            .y_label_area_size(56)
            .build_cartesian_2d(axis.range(), 0.0..most),
    )?;
    fallible(
        chart
            .configure_mesh()
            .x_label_formatter(&|at| axis.label(*at))
            .x_max_light_lines(0)
            .y_max_light_lines(1)
            .y_desc("requests a second")
            .y_label_formatter(&|value| format!("{value:.0}"))
            .label_style(("sans-serif", 12))
            .draw(),
    )?;
    for (points, colour, width, name) in
        [(asked, ASKED, 4, "asked"), (answered, ANSWERED, 2, "answered for good")]
    {
        let style = colour.stroke_width(width);
        let drawn = fallible(chart.draw_series([PathElement::new(points, style)]))?;
        drawn.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    legend(&mut chart)
}

fn waits(area: &Area<'_>, findings: &Findings) -> anyhow::Result<()> {
    let axis = Axis::of(findings);
    let worst = line(findings, most, |second| second.p99_ms.max(1.0));
    let usual = line(findings, mean, |second| second.p50_ms.max(1.0));
    let top = worst.iter().map(|(_, value)| *value).fold(100.0, f64::max) * 1.5;
    let mut chart = fallible(
        ChartBuilder::on(area)
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(56)
            .build_cartesian_2d(axis.range(), (1.0..top).log_scale()),
    )?;
    fallible(
        chart
            .configure_mesh()
            .x_label_formatter(&|at| axis.label(*at))
            .x_max_light_lines(0)
            .y_max_light_lines(0)
            .x_desc("the day's clock, hours since the start")
            .y_desc("wait, ms")
            .y_label_formatter(&|value| format!("{value:.0}"))
            .label_style(("sans-serif", 12))
            .draw(),
    )?;
    for (points, colour, name) in
        [(worst, WAIT, "p99 of the worst second"), (usual, ANSWERED, "p50")]
    {
        let style = colour.stroke_width(2);
        let drawn = fallible(chart.draw_series([PathElement::new(points, style)]))?;
        drawn.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    legend(&mut chart)
}

fn legend<'a, C: CoordTranslate>(
    chart: &mut ChartContext<'a, SVGBackend<'a>, C>,
) -> anyhow::Result<()> {
    fallible(
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.85))
            .label_font(("sans-serif", 12))
            .draw(),
    )
}

/// A line of at most so many points, each of which stands for the seconds around it. What is after
/// the day's end is not drawn.
fn line(findings: &Findings, of_part: fn(&[f64]) -> f64, of: impl Fn(&Second) -> f64) -> Line {
    let axis = Axis::of(findings);
    let until = findings.plan.until - findings.plan.compress / 2.0;
    let seconds: Vec<_> = findings.record.seconds.iter().filter(|it| it.clock < until).collect();
    let parts = seconds.chunks(seconds.len().div_ceil(POINTS).max(1));
    let point = |part: &[&Second]| {
        let values: Vec<_> = part.iter().map(|second| of(second)).collect();
        let clock = part.iter().map(|second| second.clock).sum::<f64>() / part.len() as f64;
        (clock / axis.unit, of_part(&values))
    };
    parts.map(point).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

fn fallible<T, E: std::fmt::Display>(result: Result<T, E>) -> anyhow::Result<T> {
    result.map_err(|why| anyhow!("no chart: {why}"))
}

#[cfg(test)]
mod tests {
    use super::super::findings::tests::findings;
    use super::*;

    #[test]
    fn both_rates_and_both_waits_are_drawn() {
        let second = |clock| Second { clock, asked: 5, answered: 4, ..Second::default() };
        let it = findings(|it| {
            it.record.seconds = (1..=59).map(|at| second(f64::from(at) * 60.0)).collect()
        });
        let svg = draw(&it).unwrap();
        for words in
            ["one instance of 2", "asked", "answered for good", "p50", "p99 of the worst second"]
        {
            assert!(svg.contains(words), "{words}");
        }
        // The two rates, the wait that is worst, and the usual one in the colour of answers.
        for (colour, least) in [("#C95A14", 2), ("#1F6F54", 4), ("#465AA0", 2)] {
            assert!(svg.matches(colour).count() >= least, "{colour} in {svg}");
        }
    }

    #[test]
    fn a_long_run_is_drawn_with_few_points() {
        let it = findings(|it| {
            let second =
                |at: u32| Second { clock: f64::from(at) / 10.0, asked: at, ..Second::default() };
            it.record.seconds = (0..32_400).map(second).collect();
        });
        let points = line(&it, most, |second| f64::from(second.asked));
        assert!((300..=POINTS).contains(&points.len()), "{}", points.len());
        assert_eq!(points.last().unwrap().1, 32_399.0);
    }

    #[test]
    fn marks_are_at_whole_hours_of_a_day_and_minutes_of_a_window() {
        let day = Axis { unit: 3600.0, from: 0.0, until: 9.0 };
        let window = Axis { unit: 60.0, from: 270.0, until: 280.0 };
        assert_eq!((day.label(5.0), window.label(275.0)), ("5:00".to_owned(), "4:35".to_owned()));
        assert_eq!(Axis::of(&findings(|_| ())).unit, 60.0);
    }
}
