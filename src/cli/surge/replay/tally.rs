//! What became of each coupon, by the answers: a byte for each, and at the end a count.
//!
//! This looks at answers alone and not at why they came, so that it is a second opinion beside the
//! judge's, which looks at one answer at a time.

/// The coupons of a run, by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally(Vec<u8>);

/// What is kept of a coupon: in the low four bits, how many redemptions stand, and these.
const UNKNOWN: u8 = 0x10;
const FORGED: u8 = 0x20;
const ONCE: u8 = 0x40;

/// The coupons, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// Coupons of which one redemption stands.
    pub(super) once: u64,
    /// Of which more than one stands: each is money lost.
    pub(super) twice: u64,
    /// That were redeemed and given back.
    pub(super) given_back: u64,
    /// Whose customers were all told no, although nobody had the coupon.
    pub(super) by_nobody: u64,
    /// Of which somebody gave up asking: a redemption may stand of which no answer was heard.
    pub(super) unknown: u64,
    /// Forgeries that were redeemed.
    pub(super) forged: u64,
}

impl Tally {
    /// The next coupon, with the number that is as many as there were before.
    pub(super) fn issue(&mut self, forged: bool) {
        self.0.push(if forged { FORGED } else { 0 });
    }

    /// A redemption of it was answered with yes.
    pub(super) fn redeemed(&mut self, n: u64) {
        self.change(n, |it| if it & 0x0f == 0x0f { it } else { (it | ONCE) + 1 });
    }

    /// A reversal of it was answered with yes.
    pub(super) fn reversed(&mut self, n: u64) {
        self.change(n, |it| if it & 0x0f == 0 { it } else { it - 1 });
    }

    /// Somebody who asked to redeem it gave up before an answer.
    pub(super) fn given_up(&mut self, n: u64) {
        self.change(n, |it| it | UNKNOWN);
    }

    fn change(&mut self, n: u64, to: impl Fn(u8) -> u8) {
        if let Some(it) = usize::try_from(n).ok().and_then(|index| self.0.get_mut(index)) {
            *it = to(*it);
        }
    }

    /// Counts them.
    pub(super) fn count(&self) -> Standing {
        let mut all = Standing::default();
        for it in &self.0 {
            let (stand, is) = (it & 0x0f, |flag: u8| it & flag != 0);
            all.forged += u64::from(is(FORGED) && stand > 0);
            all.unknown += u64::from(is(UNKNOWN));
            all.once += u64::from(stand == 1);
            all.twice += u64::from(stand > 1);
            all.given_back += u64::from(stand == 0 && is(ONCE));
            all.by_nobody += u64::from(stand == 0 && !is(ONCE) && !is(UNKNOWN) && !is(FORGED));
        }
        all
    }
}

impl Standing {
    /// Whether no coupon was redeemed twice, none without a signature, and none was lost.
    pub(super) fn is_exactly_once(&self) -> bool {
        (self.twice, self.by_nobody, self.forged) == (0, 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(coupons: u64) -> Tally {
        let mut tally = Tally::default();
        (0..coupons).for_each(|_| tally.issue(false));
        tally
    }

    #[test]
    fn each_coupon_is_counted_once() {
        let mut tally = tally(3);
        tally.redeemed(0);
        tally.redeemed(1);
        tally.reversed(1);
        tally.given_up(2);
        let all = tally.count();
        assert_eq!(all, Standing { once: 1, given_back: 1, unknown: 1, ..Standing::default() });
        assert!(all.is_exactly_once());
    }

    #[test]
    fn two_redemptions_that_stand_are_found() {
        let mut tally = tally(2);
        tally.redeemed(1);
        tally.redeemed(1);
        assert_eq!((tally.count().twice, tally.count().is_exactly_once()), (1, false));
        // Given back in between is no second one.
        tally.reversed(1);
        assert_eq!(tally.count().twice, 0);
    }

    #[test]
    fn a_coupon_that_nobody_got_is_found_unless_somebody_did_not_hear() {
        let mut tally = tally(2);
        tally.redeemed(0);
        assert_eq!((tally.count().by_nobody, tally.count().is_exactly_once()), (1, false));
        tally.given_up(1);
        assert!(tally.count().is_exactly_once());
    }

    #[test]
    fn a_forgery_that_was_redeemed_is_found() {
        let mut tally = tally(0);
        tally.issue(true);
        assert!(tally.count().is_exactly_once());
        tally.redeemed(0);
        assert_eq!((tally.count().forged, tally.count().is_exactly_once()), (1, false));
    }
}
