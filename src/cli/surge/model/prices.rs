//! List prices of the platform, in US dollars: Workers Paid, beyond what the plan includes a month.
//!
//! Read on 22 November 2026 in copies of the platform's pages; `docs/operations.md` has the same.
//! They change: look before you rely on them.

/// When the prices and limits were read.
pub(super) const READ: &str = "2026-11-22";

/// The plan itself, a month.
pub(super) const PLAN_USD: f64 = 5.0;

/// What is metered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Price {
    pub(super) meter: &'static str,
    /// Units that the plan includes a month.
    pub(super) included: f64,
    /// US dollars for so many units.
    pub(super) usd: f64,
    pub(super) per: f64,
    /// Where it stands.
    pub(super) source: &'static str,
}

const WORKERS: &str = "https://developers.cloudflare.com/workers/platform/pricing/";
const OBJECTS: &str = "https://developers.cloudflare.com/durable-objects/platform/pricing/";
const KV: &str = "https://developers.cloudflare.com/kv/platform/pricing/";
const R2: &str = "https://developers.cloudflare.com/r2/pricing/";
const LOGS: &str =
    "https://developers.cloudflare.com/workers/observability/logs/workers-logs/#pricing";

const MILLION: f64 = 1e6;

/// Inbound requests. Calls from the Worker to objects and KV are none.
pub(super) const WORKER_REQUESTS: Price =
    Price { meter: "Worker requests", included: 10e6, usd: 0.30, per: MILLION, source: WORKERS };

/// Milliseconds of processor time of the Worker.
pub(super) const WORKER_CPU_MS: Price =
    Price { meter: "Worker CPU ms", included: 30e6, usd: 0.02, per: MILLION, source: WORKERS };

/// Calls to objects.
pub(super) const OBJECT_REQUESTS: Price =
    Price { meter: "object requests", included: 1e6, usd: 0.15, per: MILLION, source: OBJECTS };

/// Gigabytes × seconds for which an object is active, at 128 MB whatever it holds.
pub(super) const OBJECT_GB_S: Price =
    Price { meter: "object GB-s", included: 400e3, usd: 12.50, per: MILLION, source: OBJECTS };

/// Rows written, of tables and of indexes.
pub(super) const ROWS_WRITTEN: Price =
    Price { meter: "rows written", included: 50e6, usd: 1.00, per: MILLION, source: OBJECTS };

/// Rows read.
pub(super) const ROWS_READ: Price =
    Price { meter: "rows read", included: 25e9, usd: 0.001, per: MILLION, source: OBJECTS };

/// Gigabytes (10⁹ bytes) kept for a month.
pub(super) const STORAGE_GB_MONTH: Price =
    Price { meter: "storage GB-month", included: 5.0, usd: 0.20, per: 1.0, source: OBJECTS };

/// Reads of KV.
pub(super) const KV_READS: Price =
    Price { meter: "KV reads", included: 10e6, usd: 0.50, per: MILLION, source: KV };

/// Lines of Workers Logs, the platform's own included.
pub(super) const LOG_LINES: Price =
    Price { meter: "log lines", included: 20e6, usd: 0.60, per: MILLION, source: LOGS };

/// Writes of R2 (Class A).
pub(super) const R2_WRITES: Price =
    Price { meter: "R2 writes", included: 1e6, usd: 4.50, per: MILLION, source: R2 };

/// Reads of R2 (Class B).
pub(super) const R2_READS: Price =
    Price { meter: "R2 reads", included: 10e6, usd: 0.36, per: MILLION, source: R2 };

/// Gigabytes kept in R2 for a month.
pub(super) const R2_GB_MONTH: Price =
    Price { meter: "R2 GB-month", included: 10.0, usd: 0.015, per: 1.0, source: R2 };
