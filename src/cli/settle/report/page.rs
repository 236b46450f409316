//! The page: one file, nothing loaded from anywhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{bars, lines};
use super::figures::{Figures, Part, Pulled};
use crate::cli::settle::money::grouped;
use crate::time::{Timestamp, UtcOffset};

/// Points of a line; more are not seen.
const POINTS: i64 = 320;

/// Chains that have a bar of their own.
const CHAINS: usize = 20;

/// Pulls that are listed, the last ones.
const PULLS: usize = 12;

const STYLE: &str = "
body { font: 16px/1.5 system-ui, sans-serif; color: #1c2421; background: #fff; max-width: 960px;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.15rem; margin: 2rem 0 .3rem }
p { margin: .3rem 0; color: #4a5650 } svg { width: 100%; height: auto; display: block }
table { border-collapse: collapse; margin: .6rem 0; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .25rem 1.2rem .25rem 0; border-bottom: 1px solid #e3e8e5 }
th:first-child, td:first-child { text-align: left } th { font-weight: 600 }
";

/// What the page is of.
pub(super) struct Page<'a> {
    pub(super) title: String,
    pub(super) currency: &'a str,
    pub(super) offset: UtcOffset,
    pub(super) figures: &'a Figures,
    /// Refusals by code, when counters were given.
    pub(super) refusals: Option<Vec<(String, f64)>>,
}

impl Page<'_> {
    pub(super) fn html(&self) -> anyhow::Result<String> {
        let parts = self.figures.parts(POINTS);
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    h1 { (self.title) }
                    @if let (Some(first), Some(last)) = (parts.first(), parts.last()) {
                        p { "Entries from " (self.time(first.minute)) " to "
                            (self.time(last.minute + last.minutes)) ", local time." }
                    }
                    (self.sums())
                    @if !parts.is_empty() { (self.over_time(&parts)?) }
                    h2 { "By chain" }
                    p { "Value of redemptions, without what was undone, in " (self.currency) "." }
                    (svg(bars(&self.figures.top_chains(CHAINS), |it| self.money(it))?))
                    @if let Some(refusals) = &self.refusals {
                        h2 { "Refusals by reason" }
                        p { "From the operator's counters, since these began to count." }
                        (svg(bars(refusals, |it| count(it as u64))?))
                    }
                    (self.drain()?)
                }
            }
        };
        Ok(page.into_string())
    }

    fn sums(&self) -> Markup {
        let sums = &self.figures.sums;
        let rows = [
            ("Redemptions", sums.redemptions),
            ("Reversals", sums.reversals),
            ("Conflicts", sums.conflicts),
            ("Voids", sums.voids),
        ];
        html! {
            table {
                tr { th { "" } th { "entries" } th { "discount, " (self.currency) } }
                @for (name, sum) in rows {
                    tr {
                        td { (name) } td { (count(sum.count)) }
                        td { (grouped(sum.discount, self.currency)) }
                    }
                }
            }
        }
    }

    fn over_time(&self, parts: &[Part]) -> anyhow::Result<Markup> {
        let minutes = parts.first().map_or(1, |part| part.minutes);
        let per = match minutes {
            1 => "a minute".to_owned(),
            minutes => format!("in {minutes} minutes"),
        };
        // In hours or days, so that the marks below a long chart are at whole ones.
        let unit = match minutes * parts.len() as i64 {
            ..=180 => 1.0,
            181..=4320 => 60.0,
            _ => 1440.0,
        };
        let clock = |at: f64| self.clock(at * unit, parts);
        let line = |of: fn(&Part) -> f64| -> Vec<_> {
            parts.iter().map(|part| (part.minute as f64 / unit, of(part))).collect()
        };
        let entries = lines(
            &[
                ("redemptions", line(|part| part.redemptions as f64)),
                ("reversals", line(|part| part.reversals as f64)),
            ],
            clock,
            |it| count(it as u64),
        )?;
        let value = lines(&[("value", line(|part| part.value as f64))], clock, |it| {
            self.money(it).split('.').next().unwrap_or_default().to_owned()
        })?;
        Ok(html! {
            h2 { "Redemptions and reversals" }
            p { "Entries " (per) "." }
            (svg(entries))
            h2 { "Value" }
            p { (self.currency) " " (per) ": discounts of redemptions, less those of reversals." }
            (svg(value))
        })
    }

    /// How old what is loaded was at each pull. How long a single entry took from the till to here
    /// is not known: it waits for its segment, the mirror, and the next pull.
    fn drain(&self) -> anyhow::Result<Markup> {
        let pulls = &self.figures.pulls;
        let line = |of: fn(&Pulled) -> f64| -> Vec<_> {
            pulls.iter().map(|pull| (pull.at.seconds() as f64 / 60.0, of(pull))).collect()
        };
        let drawn = match pulls.len() {
            0 | 1 => None,
            _ => Some(lines(
                &[
                    ("newest entry", line(|pull| pull.age_s / 60.0)),
                    ("complete until", line(|pull| pull.behind_s / 60.0)),
                ],
                |at| self.time(at as i64),
                |it| format!("{it:.0} min"),
            )?),
        };
        let last = pulls.iter().skip(pulls.len().saturating_sub(PULLS));
        Ok(html! {
            h2 { "Time to drain" }
            p { "How old the newest loaded entry was at each pull, and how far back the time is "
                "until which every shard is complete. A pull of an old archive shows its age." }
            @if let Some(drawn) = drawn { (svg(drawn)) }
            table {
                tr { th { "pull" } th { "new entries" } th { "newest entry" } th { "complete until" } }
                @for pull in last {
                    tr {
                        td { (pull.at.local(self.offset)) } td { (count(pull.entries)) }
                        td { (ago(pull.age_s)) } td { (ago(pull.behind_s)) }
                    }
                }
            }
        })
    }

    /// A minute as a mark below a chart: with the date when there are several days.
    fn clock(&self, minute: f64, parts: &[Part]) -> String {
        let text = self.time(minute.round() as i64);
        let day = |part: Option<&Part>| part.map(|part| self.time(part.minute)).unwrap_or_default();
        let same = day(parts.first()).get(..10) == day(parts.last()).get(..10);
        let from = if same { 11 } else { 5 };
        text.get(from..).unwrap_or_default().to_owned()
    }

    fn time(&self, minute: i64) -> String {
        Timestamp::from_millis(minute.unsigned_abs() * 60_000).local(self.offset)
    }

    fn money(&self, minor_units: f64) -> String {
        grouped(minor_units as i64, self.currency)
    }
}

/// A number for people.
fn count(number: u64) -> String {
    // A currency without decimals is written like a count.
    grouped(number, "JPY")
}

fn ago(seconds: f64) -> String {
    let minutes = (seconds / 60.0) as u64;
    match minutes {
        0 => format!("{seconds:.0} s ago"),
        1..120 => format!("{minutes} min ago"),
        _ if minutes < 2880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}

fn svg(svg: String) -> Markup {
    // Scaled to the page: the size of the drawing is what it was drawn in.
    let (width, height) = ("width=\"960\"", "height=\"");
    let scaled = svg.replacen(width, "", 1).replacen(height, "data-height=\"", 1);
    PreEscaped(scaled)
}
