//! `coupon surge model`: what a rate takes of the hosted platform, by its published prices and
//! limits. A calculation: nothing is called and nothing is measured.
//!
//! `demand` says what redeeming uses and `shipping` what the journal does, `prices` and `cost` what it costs, `limits` how far it is from what
//! the platform allows, `report` prints it. `docs/surge.md` has the assumptions in words.

mod cost;
mod demand;
mod limits;
mod prices;
mod report;
mod shipping;

use clap::Args;

use self::demand::{Campaign, shards};
use crate::cli::outcome::Outcome;

/// Calculate what a rate takes of the hosted platform, and what it costs.
#[derive(Args)]
#[command(after_help = "Example:
  coupon surge model
  coupon surge model --rate 9340 --redemptions 100000000 --others 5

A calculation from published prices and limits (docs/surge.md). Nothing here ran on the hosted
platform.")]
pub(in crate::cli) struct Model {
    /// Redemptions a second in the worst second; may be repeated. 20000 and 100000 if not given.
    #[arg(long, value_name = "N", value_parser = number::<1, 10_000_000>)]
    rate: Vec<f64>,

    /// Requests a second that a shard is given. The platform's soft limit is 1000: a margin of 3.3.
    #[arg(long, default_value = "300", value_name = "N", value_parser = number::<1, 1000>)]
    per_shard: f64,

    /// Redemptions in all, for the costs.
    #[arg(long, default_value = "10000000", value_name = "N", value_parser = number::<1, { u32::MAX }>)]
    redemptions: f64,

    /// Hours within which they come: shards are taken to be active all of that time.
    #[arg(long, default_value = "9", value_name = "N", value_parser = number::<1, 720>)]
    hours: f64,

    /// Refusals, replays, retries and checks for each hundred redemptions.
    #[arg(long, default_value = "0", value_name = "PERCENT", value_parser = number::<0, 1000>)]
    others: f64,

    /// Milliseconds of the Worker's processor for a request: what all of workerd took here, the
    /// object and HTTP included, so that it is more than is billed.
    #[arg(long, default_value = "1.2", value_name = "MS", value_parser = number::<0, 30_000>)]
    cpu_ms: f64,

    /// Instances of the Worker that are busy at once; each reads two documents every 30 s.
    #[arg(long, value_name = "N", value_parser = number::<1, 1_000_000>)]
    instances: Option<f64>,
}

/// What is printed when no rate is asked for.
const RATES: [f64; 2] = [20_000.0, 100_000.0];

/// The least number of instances that is assumed, as `docs/operations.md` does.
const INSTANCES: f64 = 1000.0;

/// Requests a second that an instance is assumed to get, when there are more instances than these.
const INSTANCE_PER_S: f64 = 50.0;

impl Model {
    pub(super) fn run(&self) -> Outcome {
        let rates = if self.rate.is_empty() { &RATES[..] } else { &self.rate };
        let campaigns: Vec<_> = rates.iter().map(|rate| self.campaign(*rate)).collect();
        Outcome { text: report::text(&campaigns), json: report::json(&campaigns, self.per_shard) }
    }

    fn campaign(&self, rate: f64) -> Campaign {
        let others = self.others / 100.0;
        let requests_per_s = rate * (1.0 + others);
        let instances = (requests_per_s / INSTANCE_PER_S).max(INSTANCES);
        Campaign {
            rate,
            redemptions: self.redemptions,
            hours: self.hours,
            others,
            shards: shards(requests_per_s, self.per_shard),
            cpu_ms: self.cpu_ms,
            instances: self.instances.unwrap_or(instances),
        }
    }
}

/// A number within limits.
fn number<const LOW: u32, const HIGH: u32>(text: &str) -> Result<f64, String> {
    let limits = f64::from(LOW)..=f64::from(HIGH);
    let number = text.parse().ok().filter(|number| limits.contains(number));
    number.ok_or_else(|| format!("not from {LOW} to {HIGH}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_within_its_limits() {
        assert_eq!(number::<1, 10>("2.5"), Ok(2.5));
        for no in ["0.9", "11", "NaN", ""] {
            assert!(number::<1, 10>(no).is_err(), "{no}");
        }
    }
}
