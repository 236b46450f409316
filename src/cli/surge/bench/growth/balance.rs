//! How evenly shards get coupons: those with random serials, and those whose serials count, as
//! numbers that another system gave out do. A calculation; nothing is measured.

use anyhow::Context as _;
use rand::rngs::{StdRng, SysRng};
use rand::{Rng as _, SeedableRng as _};

use crate::campaign::{CampaignId, Serial};

/// log₂ of the numbers of shards that are looked at.
const SHARDS_LOG2: [u32; 3] = [4, 8, 10];

/// The fullest shard by the mean, in a campaign of so many shards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Balance {
    pub(super) shards: u32,
    pub(super) random: f64,
    pub(super) counting: f64,
}

/// Of so many coupons.
pub(super) fn balance(coupons: u64) -> anyhow::Result<Vec<Balance>> {
    let mut rng = StdRng::try_from_rng(&mut SysRng).context("the system gives no randomness")?;
    let mut random = || {
        let mut serial = [0; 12];
        rng.fill_bytes(&mut serial);
        serial
    };
    let one = |log2| {
        let campaign = CampaignId::new(log2, 1).context("too many shards")?;
        Ok(Balance {
            shards: campaign.shards(),
            random: fullest(campaign, (0..coupons).map(|_| random())),
            counting: fullest(campaign, (1..=coupons).map(counting)),
        })
    };
    SHARDS_LOG2.into_iter().map(one).collect()
}

/// The serial of an importer that writes its own number into it.
fn counting(number: u64) -> [u8; 12] {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    [0, 0, 0, 0, a, b, c, d, e, f, g, h]
}

/// The number of coupons of the shard that has most, by the mean.
fn fullest(campaign: CampaignId, serials: impl Iterator<Item = [u8; 12]>) -> f64 {
    let mut counts = vec![0_u64; campaign.shards() as usize];
    for serial in serials {
        let shard = campaign.shard_of(Serial::from_bytes(serial));
        if let Some(count) = counts.get_mut(shard.index() as usize) {
            *count += 1;
        }
    }
    let all: u64 = counts.iter().sum();
    let most = counts.iter().max().copied().unwrap_or(0);
    most as f64 * counts.len() as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_coupon_again_and_again_fills_one_shard() {
        let campaign = CampaignId::new(4, 1).unwrap();
        assert_eq!(fullest(campaign, (0..100).map(|_| [7; 12])), 16.0);
        assert_eq!(fullest(campaign, std::iter::empty()), 0.0);
    }

    #[test]
    fn serials_that_count_are_spread_as_random_ones_are() {
        for it in balance(100_000).unwrap() {
            // Seven standard deviations of a shard's number of coupons: once in ten million runs.
            let most = 1.0 + 7.0 / (100_000.0 / f64::from(it.shards)).sqrt();
            assert!((1.0..most).contains(&it.random), "{it:?}");
            assert!((1.0..most).contains(&it.counting), "{it:?}");
        }
    }

    #[test]
    fn a_counting_serial_ends_with_its_number() {
        assert_eq!(counting(0x0102), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(counting(u64::MAX)[3..5], [0, 255]);
    }
}
