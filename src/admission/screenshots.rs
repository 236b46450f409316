//! Coupons that many tills scan although another shop used them: a screenshot goes around.
//!
//! All of them ask the coupon's shard, which would then have no time for its other coupons. So once
//! the ledger has refused such a coupon a few times in a row, the next tills are told what the last
//! was told, for at most two seconds, and the shard is not asked.
//!
//! `already-redeemed` is the only answer that is ever given from memory, and never to the shop that
//! used the coupon: its own retry is answered by the ledger. What it costs: for two seconds after
//! that shop undoes the redemption, another may still hear that the coupon is used
//! (docs/threat-model.md).

use std::collections::HashMap;

use crate::campaign::{CampaignId, Serial};
use crate::time::Timestamp;

/// For so long a refusal holds after the ledger was asked for it.
pub const REMEMBERED_MS: u64 = 2000;

/// So many refusals within [`REMEMBERED_MS`] of each other come from the ledger before one comes
/// from memory: two customers with one coupon are no screenshot that goes around.
pub const FROM_THE_LEDGER: u8 = 8;

/// Coupons that are kept in mind at once, about 16 KiB of them.
const COUPONS: usize = 256;

/// Which coupon: a serial is one only within its campaign.
pub type CouponId = (CampaignId, Serial);

/// The redemption that a refusal names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// When.
    pub at: Timestamp,
    /// At which shop.
    pub shop: u32,
}

/// The coupons that this instance lately saw refused.
#[derive(Debug, Default)]
pub struct Screenshots(HashMap<CouponId, Refused>);

#[derive(Debug)]
struct Refused {
    used: Used,
    /// When the ledger was asked last.
    asked: Timestamp,
    /// How often it was, without a pause.
    times: u8,
}

impl Refused {
    fn holds(&self, now: Timestamp) -> bool {
        now.millis_since(self.asked) < REMEMBERED_MS
    }
}

impl Screenshots {
    /// The ledger, asked at this time, said that the coupon is used.
    pub fn refused(&mut self, coupon: CouponId, used: Used, asked: Timestamp) {
        if let Some(refused) = self.0.get_mut(&coupon) {
            let goes_on = refused.used == used && refused.holds(asked);
            refused.times = if goes_on { refused.times.saturating_add(1) } else { 1 };
            refused.used = used;
            refused.asked = asked;
            return;
        }
        if self.0.len() >= COUPONS {
            self.0.retain(|_, refused| refused.holds(asked));
        }
        if self.0.len() < COUPONS {
            self.0.insert(coupon, Refused { used, asked, times: 1 });
        }
    }

    /// The ledger said something else of the coupon.
    pub fn forget(&mut self, coupon: CouponId) {
        self.0.remove(&coupon);
    }

    /// When the coupon was used, if this shop is told so without asking the ledger.
    pub fn known(&self, coupon: CouponId, shop: u32, now: Timestamp) -> Option<Timestamp> {
        let refused = self.0.get(&coupon)?;
        let many = refused.times >= FROM_THE_LEDGER;
        let told = many && refused.holds(now) && refused.used.shop != shop;
        told.then_some(refused.used.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USED: Used = Used { at: Timestamp::from_millis(5), shop: 7 };
    const OTHER: u32 = 8;

    fn coupon(number: u16) -> CouponId {
        let mut serial = [0; 12];
        serial[..2].copy_from_slice(&number.to_be_bytes());
        (CampaignId::new(0, 1).unwrap(), Serial::from_bytes(serial))
    }

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + millis)
    }

    /// The ledger has refused the coupon so often at this time.
    fn refused(times: u8, millis: u64) -> Screenshots {
        let mut screenshots = Screenshots::default();
        (0..times).for_each(|_| screenshots.refused(coupon(1), USED, at(millis)));
        screenshots
    }

    #[test]
    fn the_first_refusals_come_from_the_ledger() {
        assert_eq!(refused(FROM_THE_LEDGER - 1, 0).known(coupon(1), OTHER, at(0)), None);
        let screenshots = refused(FROM_THE_LEDGER, 0);
        assert_eq!(screenshots.known(coupon(1), OTHER, at(0)), Some(USED.at));
        assert_eq!(screenshots.known(coupon(2), OTHER, at(0)), None);
    }

    #[test]
    fn none_is_older_than_two_seconds() {
        let screenshots = refused(FROM_THE_LEDGER, 0);
        assert_eq!(screenshots.known(coupon(1), OTHER, at(1999)), Some(USED.at));
        assert_eq!(screenshots.known(coupon(1), OTHER, at(2000)), None);
    }

    #[test]
    fn the_shop_that_used_it_always_asks_the_ledger() {
        assert_eq!(refused(FROM_THE_LEDGER, 0).known(coupon(1), USED.shop, at(0)), None);
    }

    #[test]
    fn after_a_pause_or_for_another_redemption_it_counts_anew() {
        let mut screenshots = refused(FROM_THE_LEDGER, 0);
        screenshots.refused(coupon(1), USED, at(2000));
        assert_eq!(screenshots.known(coupon(1), OTHER, at(2000)), None);

        let mut screenshots = refused(FROM_THE_LEDGER, 0);
        screenshots.refused(coupon(1), Used { shop: 9, ..USED }, at(1));
        assert_eq!(screenshots.known(coupon(1), OTHER, at(1)), None);
    }

    #[test]
    fn what_else_the_ledger_says_ends_it() {
        let mut screenshots = refused(FROM_THE_LEDGER, 0);
        screenshots.forget(coupon(1));
        assert_eq!(screenshots.known(coupon(1), OTHER, at(0)), None);
    }

    #[test]
    fn a_crowd_of_coupons_takes_no_more_room_and_makes_room_in_time() {
        let mut screenshots = Screenshots::default();
        let many = u16::try_from(COUPONS).unwrap();
        for number in 0..many + 10 {
            screenshots.refused(coupon(number), USED, at(0));
        }
        assert_eq!(screenshots.0.len(), COUPONS);
        for _ in 0..FROM_THE_LEDGER {
            screenshots.refused(coupon(many + 20), USED, at(2000));
        }
        assert_eq!(screenshots.known(coupon(many + 20), OTHER, at(2000)), Some(USED.at));
        assert_eq!(screenshots.0.len(), 1);
    }
}
