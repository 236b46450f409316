//! When a shard ships.

use crate::campaign::CampaignId;

/// Milliseconds from the first entry that is to be shipped to the shipping, for statements and
/// counters. The more shards, the longer: each call carries what came in the meantime, so that the
/// shards of a campaign make some 230 calls a second together, however busy they are.
pub fn delay_ms(campaign: CampaignId) -> u32 {
    (campaign.shards() * 75).clamp(500, 10_000)
}

/// The same for a segment that is not full: so many small objects cost more than they are worth.
pub fn segment_delay_ms(campaign: CampaignId) -> u64 {
    u64::from(delay_ms(campaign)) * 6
}

/// Milliseconds after which a consumer is tried again that failed so many times in a row.
pub fn backoff_ms(failures: u32) -> u32 {
    const LONGEST_MS: u32 = 60_000;
    1_u32
        .checked_shl(failures)
        .map_or(LONGEST_MS, |times| times.saturating_mul(500))
        .min(LONGEST_MS)
}

/// How often the shards of a campaign are asked to report: while it is used, and later.
pub fn report_every_ms(since_last_entry_ms: u64) -> u64 {
    const USED_MS: u64 = 15 * 60_000;
    if since_last_entry_ms < USED_MS { 60_000 } else { 600_000 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_of_a_campaign_call_at_most_so_often_together() {
        let calls = |log2| {
            let campaign = CampaignId::new(log2, 1).unwrap();
            // One to each of 16 statement objects, one to the counters.
            f64::from(campaign.shards()) * 17.0 / (f64::from(delay_ms(campaign)) / 1000.0)
        };
        assert!((0..=7).all(|log2| calls(log2) < 230.0));
        assert_eq!(delay_ms(CampaignId::new(0, 1).unwrap()), 500);
        assert_eq!(delay_ms(CampaignId::new(16, 1).unwrap()), 10_000);
    }

    #[test]
    fn backoff_grows_to_a_minute_and_stays() {
        let waits: Vec<_> = (0..9).map(backoff_ms).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(backoff_ms(u32::MAX), 60_000);
    }
}
