//! The platform's published limits, and how far a campaign is from each.
//!
//! Read on the day that [`prices::READ`](super::prices::READ) says, for Workers Paid.

use super::demand::Campaign;

const WORKERS: &str = "https://developers.cloudflare.com/workers/platform/limits/";
const OBJECTS: &str = "https://developers.cloudflare.com/durable-objects/platform/limits/";
const LOGS: &str =
    "https://developers.cloudflare.com/workers/observability/logs/workers-logs/#limits";

/// Requests a second of one object: a soft limit.
pub(super) const OBJECT_REQUESTS_PER_S: f64 = 1000.0;

/// Bytes that one object can store.
const OBJECT_BYTES: f64 = 10e9;

/// Milliseconds of processor time of one request, of a Worker or an object, unless set otherwise.
const CPU_MS: f64 = 30_000.0;

/// Bytes of memory of an instance.
const MEMORY_BYTES: f64 = 128e6;

/// Bytes of bodies that an instance holds at most: 768 of 64 KiB (`docs/adr/0010-load-shedding.md`).
const OUR_BODIES_BYTES: f64 = 768.0 * 65_536.0;

/// Calls out of one request; a redemption makes two to a shard and four to KV at most.
const SUBREQUESTS: f64 = 10_000.0;
const OUR_SUBREQUESTS: f64 = 6.0;

/// Bytes of a request's body; ours is refused beyond 64 KiB.
const BODY_BYTES: f64 = 100e6;
const OUR_BODY_BYTES: f64 = 65_536.0;

/// Lines of Workers Logs of an account in a day; after that one in a hundred is kept.
const LOG_LINES_A_DAY: f64 = 5e9;

/// Milliseconds in which a Worker has to have started.
const START_MS: f64 = 1000.0;

/// What ours takes at most: V8 compiled all of it here in 39 ms, and lazily in 7.
const OUR_START_MS: f64 = 50.0;

/// Bytes of a Worker after gzip; ours as `scripts/test` bounds it.
const WORKER_BYTES: f64 = 10e6;
const OUR_WORKER_BYTES: f64 = 450e3;

/// Shards of a campaign: the token's format has room for 2¹⁶.
pub(super) const SHARDS: u32 = 65_536;

/// A limit, and what is used of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limit {
    pub(super) what: &'static str,
    pub(super) limit: f64,
    pub(super) used: f64,
    /// What happens beyond it.
    pub(super) beyond: &'static str,
    pub(super) source: &'static str,
}

impl Limit {
    /// How many times as much would reach it; below 1 it is passed.
    pub(super) fn headroom(&self) -> f64 {
        self.limit / self.used
    }
}

/// The limits, nearest first.
pub(super) fn of(campaign: &Campaign) -> Vec<Limit> {
    let limit = |what, limit, used, beyond, source| Limit { what, limit, used, beyond, source };
    let stored = campaign.storage_gb() * 1e9 / f64::from(campaign.shards);
    let lines = campaign.log_lines_per_s() * 86_400.0;
    let mut all = vec![
        limit(
            "requests a second of one object, busiest shard",
            OBJECT_REQUESTS_PER_S,
            campaign.busiest_shard_per_s(),
            "calls wait; then the Worker says busy and tills come again",
            OBJECTS,
        ),
        limit(
            "bytes of one object, after all redemptions",
            OBJECT_BYTES,
            stored,
            "the shard's free coupons cannot be redeemed; replays go on",
            OBJECTS,
        ),
        limit(
            "CPU ms of one request",
            CPU_MS,
            campaign.cpu_ms,
            "the request is ended; the till comes again",
            WORKERS,
        ),
        limit(
            "bytes of memory of an instance, by bodies",
            MEMORY_BYTES,
            OUR_BODIES_BYTES,
            "the instance is replaced; tills come again",
            WORKERS,
        ),
        limit(
            "calls out of one request",
            SUBREQUESTS,
            OUR_SUBREQUESTS,
            "the call fails: busy",
            WORKERS,
        ),
        limit(
            "bytes of a body",
            BODY_BYTES,
            OUR_BODY_BYTES,
            "our own limit comes first: body-too-large",
            WORKERS,
        ),
        limit(
            "log lines of a day at this rate",
            LOG_LINES_A_DAY,
            lines,
            "one line in a hundred is kept for the rest of the day; redemptions go on",
            LOGS,
        ),
        limit("ms to start", START_MS, OUR_START_MS, "the upload is refused", WORKERS),
        limit(
            "bytes of the Worker, gzip",
            WORKER_BYTES,
            OUR_WORKER_BYTES,
            "the upload is refused",
            WORKERS,
        ),
        limit(
            "shards of a campaign",
            SHARDS.into(),
            campaign.shards.into(),
            "our own format: docs/token.md",
            "docs/token.md",
        ),
    ];
    all.sort_by(|one, other| one.headroom().total_cmp(&other.headroom()));
    all
}

/// Seconds at this rate until the first shard is full.
pub(super) fn seconds_until_full(campaign: &Campaign) -> f64 {
    OBJECT_BYTES * f64::from(campaign.shards) / campaign.bytes_per_s()
}

/// Redemptions a second at which the busiest shard reaches the limit of an object, in the worst
/// second: m of m + √(2 m ln S) = limit, for all shards.
pub(super) fn rate_of_full_shards(campaign: &Campaign) -> f64 {
    let spread = (2.0 * f64::from(campaign.shards).ln()).sqrt();
    let root = ((spread * spread + 4.0 * OBJECT_REQUESTS_PER_S).sqrt() - spread) / 2.0;
    root * root * f64::from(campaign.shards) / (1.0 + campaign.others)
}

/// Redemptions a second, for a whole day, at which the log is no longer whole.
pub(super) fn rate_of_full_log(campaign: &Campaign) -> f64 {
    campaign.rate * LOG_LINES_A_DAY / (campaign.log_lines_per_s() * 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::super::demand::tests::NIGHT;
    use super::*;

    fn at(rate: f64, shards: u32) -> Campaign {
        Campaign { rate, shards, cpu_ms: 1.2, ..NIGHT }
    }

    fn headroom(campaign: &Campaign, what: &str) -> f64 {
        let all = of(campaign);
        let limit = all.iter().find(|limit| limit.what.starts_with(what)).unwrap();
        (limit.headroom() * 100.0).round() / 100.0
    }

    #[test]
    fn headroom_of_20_000_a_second() {
        let it = at(20_000.0, 128);
        assert_eq!(headroom(&it, "requests a second of one object"), 5.12);
        // 10 GB ÷ (10⁷ × 130 B ÷ 128)
        assert_eq!(headroom(&it, "bytes of one object"), 984.62);
        assert_eq!(headroom(&it, "CPU ms"), 25_000.0);
        assert_eq!(headroom(&it, "bytes of memory"), 2.54);
        // 5 × 10⁹ ÷ (60,000 × 86,400)
        assert_eq!(headroom(&it, "log lines"), 0.96);
        assert_eq!(headroom(&it, "shards"), 512.0);
    }

    #[test]
    fn the_log_is_what_gives_way_first_and_then_a_shard() {
        let it = at(100_000.0, 512);
        let first = of(&it);
        assert!(first[0].what.starts_with("log lines"), "{first:?}");
        assert_eq!(headroom(&it, "log lines"), 0.19);
        // With too few shards, a shard does.
        let first = of(&at(100_000.0, 8));
        assert!(first[0].what.starts_with("requests a second of one"), "{first:?}");
    }

    #[test]
    fn the_rates_at_which_something_gives_way() {
        let it = at(20_000.0, 128);
        // 128 × 906.2, where 906.2 + √(2 × 906.2 × ln 128) = 1000.
        assert_eq!((rate_of_full_shards(&it) / 10.0).round(), 11_600.0);
        let there = Campaign { rate: rate_of_full_shards(&it), ..it };
        assert!((there.busiest_shard_per_s() - 1000.0).abs() < 1e-6);
        // 5 × 10⁹ ÷ 86,400 ÷ 3
        assert_eq!(rate_of_full_log(&it).round(), 19_290.0);
    }

    #[test]
    fn a_shard_is_full_after_days_at_the_worst_second() {
        // 128 × 10 GB ÷ (20,000 × 130 B) = 492,308 s
        assert_eq!(seconds_until_full(&at(20_000.0, 128)).round(), 492_308.0);
    }
}
