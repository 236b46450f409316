//! What that costs by the list prices: with what the plan includes, and without.

use super::demand::Campaign;
use super::prices::{self, Price};

/// One meter of the bill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) price: Price,
    pub(super) used: f64,
}

impl Line {
    /// US dollars if nothing were included.
    pub(super) fn gross_usd(&self) -> f64 {
        self.used * self.price.usd / self.price.per
    }

    /// US dollars if nothing else is in the account this month.
    pub(super) fn net_usd(&self) -> f64 {
        (self.used - self.price.included).max(0.0) * self.price.usd / self.price.per
    }
}

/// The bill of a campaign, without the plan.
pub(super) fn bill(campaign: &Campaign) -> [Line; 9] {
    [
        (prices::WORKER_REQUESTS, campaign.requests()),
        (prices::WORKER_CPU_MS, campaign.cpu_ms_in_all()),
        (prices::OBJECT_REQUESTS, campaign.requests()),
        (prices::OBJECT_GB_S, campaign.object_gb_s()),
        (prices::ROWS_WRITTEN, campaign.rows_written()),
        (prices::ROWS_READ, campaign.rows_read()),
        (prices::STORAGE_GB_MONTH, campaign.storage_gb()),
        (prices::KV_READS, campaign.kv_reads()),
        (prices::LOG_LINES, campaign.log_lines()),
    ]
    .map(|(price, used)| Line { price, used })
}

/// US dollars if nothing were included, without the plan.
pub(super) fn gross_usd(lines: &[Line]) -> f64 {
    lines.iter().map(Line::gross_usd).sum()
}

/// US dollars in a month with nothing else in it, with the plan.
pub(super) fn net_usd(lines: &[Line]) -> f64 {
    prices::PLAN_USD + lines.iter().map(Line::net_usd).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::super::demand::tests::NIGHT;
    use super::*;

    /// Without the meters that `docs/operations.md` leaves out of its sums.
    fn without(lines: &[Line], meters: &[&str]) -> Vec<Line> {
        lines.iter().copied().filter(|line| !meters.contains(&line.price.meter)).collect()
    }

    fn cents(usd: f64) -> i64 {
        (usd * 100.0).round() as i64
    }

    #[test]
    fn the_night_costs_what_the_operations_guide_says() {
        let lines = without(&bill(&NIGHT), &["log lines", "Worker CPU ms"]);
        let gross: Vec<_> = lines.iter().map(|line| cents(line.gross_usd())).collect();
        assert_eq!(gross, [300, 150, 83, 2000, 4, 26, 108]);
        assert_eq!((cents(gross_usd(&lines)), cents(net_usd(&lines))), (2671, 635));
    }

    #[test]
    fn a_million_beyond_what_is_included_costs_2_48() {
        let million = Campaign { redemptions: 1e6, ..NIGHT };
        let outside = ["log lines", "Worker CPU ms", "object GB-s", "KV reads"];
        assert_eq!(cents(gross_usd(&without(&bill(&million), &outside))), 248);
    }

    #[test]
    fn processor_and_log_are_on_the_bill() {
        let line = |meter| {
            let lines = bill(&Campaign { cpu_ms: 1.2, ..NIGHT });
            lines.into_iter().find(|line| line.price.meter == meter).unwrap()
        };
        let (cpu, log) = (line("Worker CPU ms"), line("log lines"));
        assert_eq!((cents(cpu.gross_usd()), cents(cpu.net_usd())), (24, 0));
        assert_eq!((cents(log.gross_usd()), cents(log.net_usd())), (1800, 600));
    }
}
