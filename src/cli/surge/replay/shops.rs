//! 300,000 shops: which of them a customer comes to, and whose chain it is of.
//!
//! No list of shops with their volumes is public. Two laws stand in for it; both are assumptions:
//!
//! - **Volume.** The shop of rank r has a volume in proportion to r^−0.5, a Zipf law with exponent ½.
//!   The busiest of 300,000 has 550 times the mean, as a chain's own order system would have; half of
//!   all customers come to a quarter of the shops.
//! - **Chains.** Of 200 chains the c-th has shops in proportion to 1 ÷ c: the largest has 17 % of
//!   all shops, about 51,000, and ten have half of them. So large are the largest in reality.

/// Shops that take the coupon, as published.
pub(in crate::cli) const SHOPS: u32 = 300_000;

/// Exponent of the law of volumes.
pub(super) const VOLUME_EXPONENT: f64 = 0.5;

/// Chains; what is in none of them is not told apart.
pub(super) const CHAINS: u16 = 200;

/// The shop for a lot between 0 and 1; shop 1 is the busiest.
///
/// The inverse of the law's distribution, with ranks as a continuum: P(rank ≤ r) = (r ÷ N)^(1 − s).
pub(in crate::cli) fn shop(lot: f64) -> u32 {
    let rank = f64::from(SHOPS) * lot.powf(1.0 / (1.0 - VOLUME_EXPONENT));
    (rank as u32).min(SHOPS - 1) + 1
}

/// The chain of a shop, from 1: always the same one.
pub(in crate::cli) fn chain(shop: u32) -> u16 {
    // Spread over the ranks: a chain has large shops and small ones. 2³² ÷ golden ratio, so that
    // neighbours land far from each other.
    let lot = f64::from(shop.wrapping_mul(2_654_435_769)) / 4_294_967_296.0;
    let all: f64 = (1..=CHAINS).map(|chain| 1.0 / f64::from(chain)).sum();
    let mut below = 0.0;
    for chain in 1..CHAINS {
        below += 1.0 / f64::from(chain) / all;
        if lot < below {
            return chain;
        }
    }
    CHAINS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evenly spread lots.
    fn lots(count: u32) -> impl Iterator<Item = f64> {
        (0..count).map(move |index| (f64::from(index) + 0.5) / f64::from(count))
    }

    #[test]
    fn half_of_all_come_to_a_quarter_of_the_shops() {
        let here = lots(100_000).filter(|lot| shop(*lot) <= SHOPS / 4).count();
        assert!((49_990..=50_010).contains(&here), "{here}");
        assert_eq!([shop(0.0), shop(0.999_999_999)], [1, SHOPS]);
    }

    #[test]
    fn the_busiest_shop_has_some_hundred_times_the_mean() {
        let busiest = lots(3_000_000).filter(|lot| shop(*lot) == 1).count();
        assert!((5400..5600).contains(&busiest), "{busiest} where the mean is 10");
    }

    #[test]
    fn few_chains_have_most_shops() {
        let mut shops = vec![0_u32; usize::from(CHAINS) + 1];
        for shop in 1..=SHOPS {
            shops[usize::from(chain(shop))] += 1;
        }
        assert_eq!(shops[0], 0);
        assert!((50_500..51_500).contains(&shops[1]), "{}", shops[1]);
        let ten: u32 = shops[1..=10].iter().sum();
        assert!((0.49..0.51).contains(&(f64::from(ten) / f64::from(SHOPS))), "{ten}");
        assert!(shops[1..].iter().all(|count| *count > 0));
    }
}
