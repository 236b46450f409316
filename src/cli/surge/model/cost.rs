//! What that costs by the list prices: with what the plan includes, and without.

use super::demand::Campaign;
use super::prices::{self, Price};
use super::shipping::Shipping;

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
pub(super) fn bill(campaign: &Campaign) -> Vec<Line> {
    let mut lines = redeeming(campaign).to_vec();
    for behind in shipping(campaign) {
        match lines.iter_mut().find(|line| line.price == behind.price) {
            Some(line) => line.used += behind.used,
            None => lines.push(behind),
        }
    }
    lines
}

/// What is used while a cashier waits, and kept of it.
fn redeeming(campaign: &Campaign) -> [Line; 9] {
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

/// What is used behind that, to ship the journal.
pub(super) fn shipping(campaign: &Campaign) -> [Line; 8] {
    let shipping = Shipping::of(campaign);
    [
        (prices::OBJECT_REQUESTS, shipping.object_requests()),
        (prices::OBJECT_GB_S, shipping.object_gb_s()),
        (prices::ROWS_WRITTEN, shipping.rows_written()),
        (prices::STORAGE_GB_MONTH, shipping.storage_gb()),
        (prices::LOG_LINES, shipping.log_lines()),
        (prices::R2_WRITES, shipping.r2_writes()),
        (prices::R2_READS, shipping.r2_reads()),
        (prices::R2_GB_MONTH, shipping.r2_gb()),
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
        let outside = ["log lines", "Worker CPU ms"];
        let each = |lines: &[Line]| -> Vec<_> {
            lines.iter().map(|line| cents(line.gross_usd())).collect()
        };
        let lines = without(&redeeming(&NIGHT), &outside);
        assert_eq!(each(&lines), [300, 150, 83, 2000, 4, 26, 108]);
        assert_eq!(cents(gross_usd(&lines)), 2671);
        let lines = without(&shipping(&NIGHT), &outside);
        assert_eq!(each(&lines), [117, 88, 2594, 18, 65, 3, 2]);
        assert_eq!(cents(gross_usd(&lines)), 2887);
        let lines = without(&bill(&NIGHT), &outside);
        assert_eq!((cents(gross_usd(&lines)), cents(net_usd(&lines))), (5558, 752));
    }

    #[test]
    fn a_million_beyond_what_is_included_costs_2_48() {
        let million = Campaign { redemptions: 1e6, ..NIGHT };
        let outside = ["log lines", "Worker CPU ms", "object GB-s", "KV reads"];
        assert_eq!(cents(gross_usd(&without(&redeeming(&million), &outside))), 248);
    }

    #[test]
    fn processor_and_log_are_on_the_bill() {
        let line = |meter| {
            let lines = redeeming(&Campaign { cpu_ms: 1.2, ..NIGHT });
            lines.into_iter().find(|line| line.price.meter == meter).unwrap()
        };
        let (cpu, log) = (line("Worker CPU ms"), line("log lines"));
        assert_eq!((cents(cpu.gross_usd()), cents(cpu.net_usd())), (24, 0));
        assert_eq!((cents(log.gross_usd()), cents(log.net_usd())), (1800, 600));
    }
}
