//! `coupon offline-loss`: what an allowance for tills without a network may cost, and whom.
//!
//! A simulation, drawn from a seed: nothing is called and nothing is measured. `day` plays one day,
//! this file adds days up. `docs/offline.md` has the assumptions in words.

mod day;

use clap::Args;
use serde_json::{Value, json};

use self::day::{Day, World};
use super::outcome::Outcome;

/// Simulate what an allowance for tills without a network may cost.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon offline-loss
  coupon offline-loss --allowance 10 --allowance 50 --fraud 5 --copies 20

A simulation on assumptions (docs/offline.md). Amounts are minor units a day, of all shops.")]
pub(super) struct OfflineLoss {
    /// Shops.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    shops: u32,

    /// Of 1,000 shops, how many are without a network for some time of a day.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1000))]
    offline: u32,

    /// For how long, in hours on average: from 1 to twice as many less 1.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=24))]
    hours: u32,

    /// Coupons that a shop takes in an hour.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    hourly: u32,

    /// Of 100 customers at a shop without a network, how many also show their coupon elsewhere.
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100))]
    fraud: u32,

    /// At how many shops without a network they show it, the first included.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    copies: u32,

    /// What a coupon takes off a bill.
    #[arg(long, default_value_t = 2500, value_name = "MINOR_UNITS")]
    value: u32,

    /// An allowance: sales of a shop and day; may be repeated.
    #[arg(long, value_name = "COUNT", default_values_t = [0, 5, 10, 20, 50, 100, 1000])]
    allowance: Vec<u32>,

    /// The allowance in value of a shop and day; none if not given.
    #[arg(long, value_name = "MINOR_UNITS")]
    allowance_value: Option<u64>,

    /// Days that are played.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    days: u32,

    /// What the lots are drawn from: the same gives the same.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What an allowance came to, in minor units.
struct Loss {
    count: u32,
    /// A day, on average.
    issuer: u64,
    shops: u64,
    /// On the issuer's worst day.
    worst: u64,
    /// The most that a day with the average number of shops without a network could cost the issuer.
    bound: u64,
}

impl OfflineLoss {
    pub(super) fn run(&self) -> Outcome {
        let losses = self.losses();
        let rows: Vec<_> = losses.iter().map(row).collect();
        let text = format!("{HEAD}\n{}", rows.join("\n"));
        let losses: Vec<_> = losses.iter().map(document).collect();
        Outcome { text, json: json!({ "allowances": losses }) }
    }

    fn losses(&self) -> Vec<Loss> {
        let world = World {
            shops: self.shops,
            offline_per_mille: self.offline,
            hours: self.hours,
            hourly: self.hourly,
            fraud_percent: self.fraud,
            copies: self.copies,
        };
        let days: Vec<_> = Day::all(&world, self.seed, self.days).collect();
        let of = |count| self.loss(count, &days);
        self.allowance.iter().copied().map(of).collect()
    }

    /// The same days for each allowance, so that they differ in it and in nothing else.
    fn loss(&self, count: u32, days: &[Day]) -> Loss {
        let value = u64::from(self.value);
        let sales = self.allowance_value.map_or(u64::MAX, |most| most / value.max(1));
        let inside = u64::from(count).min(sales);
        let issuer: Vec<_> = days.iter().map(|day| day.conflicts_within(inside) * value).collect();
        let all: u64 = days.iter().map(|day| day.conflicts_within(u64::MAX) * value).sum();
        let offline: u64 = days.iter().map(|day| day.shops()).sum();
        let (total, played) = (issuer.iter().sum::<u64>(), u64::from(self.days));
        Loss {
            count,
            issuer: total / played,
            shops: (all - total) / played,
            worst: issuer.iter().copied().max().unwrap_or_default(),
            bound: inside.saturating_mul(value).saturating_mul(offline) / played,
        }
    }
}

const HEAD: &str = "\
| allowance of a shop and day | issuer bears a day | shops bear a day | issuer's worst day | bound |
|---:|---:|---:|---:|---:|";

fn row(loss: &Loss) -> String {
    let Loss { count, issuer, shops, worst, bound } = loss;
    format!("| {count} | {issuer} | {shops} | {worst} | {bound} |")
}

fn document(loss: &Loss) -> Value {
    let Loss { count, issuer, shops, worst, bound } = loss;
    json!({ "count": count, "issuer": issuer, "shops": shops, "worst": worst, "bound": bound })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        of: OfflineLoss,
    }

    fn losses(args: &str) -> Vec<Loss> {
        let line = format!("x --days 200 --shops 500 {args}");
        Line::parse_from(line.split_whitespace()).of.losses()
    }

    #[test]
    fn what_the_issuer_does_not_bear_the_shops_do_and_never_more_than_the_bound() {
        let losses = losses("--fraud 10");
        let all = |loss: &Loss| loss.issuer + loss.shops;
        let (least, most) = (losses.first().unwrap(), losses.last().unwrap());
        assert_eq!((least.issuer, most.shops), (0, 0));
        assert!(most.issuer > 0);
        for (less, more) in losses.iter().zip(losses.iter().skip(1)) {
            assert!(less.issuer <= more.issuer && less.shops >= more.shops);
            // Each side is rounded down.
            assert!(all(less).abs_diff(all(more)) <= 1);
            assert!(more.issuer <= more.bound && more.issuer <= more.worst);
        }
    }

    /// The loss in all is the number of copies that were shown: shops × share offline × hours ×
    /// sales an hour × share of fraud × (copies - 1) × value, as long as enough shops are offline.
    #[test]
    fn the_loss_is_what_the_formula_says() {
        let [loss] = &losses("--allowance 100000 --offline 100 --fraud 10 --copies 3")[..] else {
            panic!("one allowance")
        };
        let expected = 500.0 * 0.1 * 3.0 * 20.0 * 0.1 * 2.0 * 2500.0;
        let off = (loss.issuer as f64 - expected).abs() / expected;
        assert!(off < 0.05, "{} and not {expected}", loss.issuer);
    }

    #[test]
    fn nobody_cheats_and_nothing_is_lost() {
        for args in ["--fraud 0", "--copies 1", "--offline 0"] {
            assert!(losses(args).iter().all(|loss| loss.issuer + loss.shops == 0), "{args}");
        }
    }

    #[test]
    fn the_allowance_in_value_counts_too() {
        let [value] = &losses("--allowance 100 --allowance-value 12499")[..] else { panic!() };
        let [count] = &losses("--allowance 4")[..] else { panic!() };
        assert_eq!((value.issuer, value.bound), (count.issuer, count.bound));
    }
}
