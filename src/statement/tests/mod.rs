//! Statements on SQLite, with the very statements of the edge.

mod answers;
mod formats;
mod properties;
mod taking;

use super::{Book, Cursor, Line, Period, Position, Question, Report};
use crate::calendar::{Day, TimeZone};
use crate::campaign::{CampaignId, Serial, Shard};
use crate::journal::{Origin, Parcel};
use crate::ledger::tests::sqlite::Sqlite;
use crate::ledger::{Entry, Fingerprint, Identity, KeyHash, Kind};
use crate::money::Amount;
use crate::policy::{Epochs, Scope, tests::scope};
use crate::time::Timestamp;

const SHOP: u32 = 7;

/// All that there is.
const EVER: Period = Period { from: at(0), until: at(u64::MAX) };

const fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn book() -> Book<Sqlite> {
    Book::open(Sqlite::in_memory()).unwrap()
}

/// A campaign of two shards.
fn campaign() -> CampaignId {
    CampaignId::new(1, 5).unwrap()
}

fn origin(shard: u32) -> Origin {
    let shard = Shard::new(campaign(), shard).unwrap();
    Origin { shard, currency: "CNY".parse().unwrap() }
}

/// An entry of the shop, at a time that goes by its number.
fn entry(seq: u64, kind: Kind) -> Entry {
    Entry {
        seq,
        serial: Serial::from_bytes([seq as u8; 12]),
        n: if kind == Kind::Conflict { -1 } else { 0 },
        kind,
        at: at(seq * 1000),
        by: Identity { shop: SHOP, till: 2, key: KeyHash::from_bytes([1; 16]) },
        chain: 12,
        fingerprint: Fingerprint::from_bytes([2; 16]),
        discount: Amount::from(2500),
        order_amount: Amount::from(3000),
        order_ref: None,
        epochs: Epochs { campaign: 1, shops: 1 },
        reversible_until: at(seq * 1000 + 1),
        offline_at: None,
        answer: 1,
    }
}

/// Redemptions of the first shard, and that it is complete until the last one.
fn parcel(after: u64, until: u64) -> Parcel {
    let entries = (after + 1..=until).map(|seq| entry(seq, Kind::Redemption)).collect();
    Parcel::new(origin(0), 1, (after, until), at(until * 1000), entries)
}

fn question(after: Option<Position>, limit: u16) -> Question {
    let question = asked(shop(SHOP), EVER, limit, vec![campaign()]);
    match after {
        None => question,
        Some(position) => question.after(Cursor::new(SHOP, EVER, position)).unwrap(),
    }
}

fn asked(scope: Scope, period: Period, limit: u16, campaigns: Vec<CampaignId>) -> Question {
    let day = (Day::parse("2026-02-06").unwrap(), TimeZone::utc());
    Question::new(scope, day, period, limit, campaigns)
}

fn shop(shop: u32) -> Scope {
    scope(shop, None)
}

fn ask(book: &mut Book<Sqlite>) -> Report {
    book.ask(&question(None, 500)).unwrap()
}

fn seqs(report: &Report) -> Vec<u64> {
    report.lines.iter().map(|line: &Line| line.seq).collect()
}

/// How many redemptions the totals count.
fn count(report: &Report) -> u64 {
    report.campaigns.iter().map(|total| total.redeemed.count).sum()
}
