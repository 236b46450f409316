//! An entry of a period, as it is settled.

use rusqlite::{Connection, Row, Rows, Statement};

use super::db::{shard, time};
use crate::ledger::RedemptionId;
use crate::time::Timestamp;

/// What an entry is to finance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Redemption,
    Reversal,
    Void,
    Conflict,
}

/// An entry, and what it pays.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) campaign: u32,
    pub(super) shard: u32,
    pub(super) incarnation: u32,
    pub(super) seq: u64,
    pub(super) kind: Kind,
    pub(super) at: Timestamp,
    pub(super) shop: u32,
    pub(super) till: u16,
    pub(super) chain: u16,
    pub(super) discount: i64,
    pub(super) order_amount: i64,
    pub(super) order_ref: Option<String>,
    pub(super) offline_at: Option<Timestamp>,
    /// The redemption that it undid or ran into.
    pub(super) redeemed: Option<u64>,
    /// Who bears it, if it is a conflict, and why.
    pub(super) borne: Option<(String, String)>,
}

/// The lines of a period, sorted by chain, shop and time. What follows on the time makes the order
/// the same each time.
pub(super) const BY_SHOP: &str =
    "ORDER BY e.chain, e.shop, e.at, e.campaign, e.shard, e.incarnation, e.seq";

/// The question for a period's lines, with what is added to it.
pub(super) fn prepare<'a>(db: &'a Connection, rest: &str) -> rusqlite::Result<Statement<'a>> {
    // What only reversals and conflicts have is looked up for them alone.
    db.prepare(&format!(
        "SELECT e.campaign, e.shard, e.incarnation, e.seq, e.kind, e.at, e.shop, e.till, e.chain, \
           e.discount, e.order_amount, e.order_ref, e.offline_at, \
           CASE WHEN e.kind IN (2, 4) THEN (SELECT redeemed FROM link l WHERE \
             (l.campaign, l.shard, l.incarnation, l.seq) = \
             (e.campaign, e.shard, e.incarnation, e.seq)) END, \
           CASE WHEN e.kind = 4 THEN (SELECT by || ':' || why FROM borne b WHERE \
             (b.campaign, b.shard, b.incarnation, b.seq) = \
             (e.campaign, e.shard, e.incarnation, e.seq)) END \
         FROM span s CROSS JOIN journal e USING (campaign, shard, incarnation) \
         WHERE s.period = ?1 AND e.seq BETWEEN s.first AND s.last {rest}"
    ))
}

/// Hands on each line.
pub(super) fn each(
    mut rows: Rows<'_>,
    mut take: impl FnMut(Line) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    while let Some(row) = rows.next()? {
        take(Line::read(row)?)?;
    }
    Ok(())
}

impl Line {
    fn read(row: &Row<'_>) -> anyhow::Result<Self> {
        let borne: Option<String> = row.get(14)?;
        let borne = borne.as_deref().and_then(|borne| borne.split_once(':'));
        Ok(Self {
            campaign: row.get(0)?,
            shard: row.get(1)?,
            incarnation: row.get(2)?,
            seq: row.get::<_, i64>(3)?.unsigned_abs(),
            kind: match row.get::<_, u8>(4)? {
                1 => Kind::Redemption,
                2 => Kind::Reversal,
                3 => Kind::Void,
                4 => Kind::Conflict,
                other => anyhow::bail!("an entry of kind {other} in the database"),
            },
            at: time(row.get(5)?),
            shop: row.get(6)?,
            till: row.get(7)?,
            chain: row.get(8)?,
            discount: row.get(9)?,
            order_amount: row.get(10)?,
            order_ref: row.get(11)?,
            offline_at: row.get::<_, Option<i64>>(12)?.map(time),
            redeemed: row.get::<_, Option<i64>>(13)?.map(i64::unsigned_abs),
            borne: borne.map(|(by, why)| (by.to_owned(), why.to_owned())),
        })
    }

    /// Whether the issuer bears it, if it is a conflict.
    pub(super) fn is_borne_by_issuer(&self) -> bool {
        self.borne.as_ref().is_some_and(|(by, _)| by == "issuer")
    }

    /// What the shop gets for it, in minor units.
    pub(super) fn payable(&self) -> i64 {
        match self.kind {
            Kind::Redemption => self.discount,
            Kind::Reversal => -self.discount,
            Kind::Conflict if self.is_borne_by_issuer() => self.discount,
            Kind::Conflict | Kind::Void => 0,
        }
    }

    /// The public id of the entry.
    pub(super) fn id(&self) -> anyhow::Result<String> {
        self.id_of(self.seq)
    }

    /// The public id of the redemption that it is, undid, or ran into.
    pub(super) fn redemption(&self) -> anyhow::Result<Option<String>> {
        match self.kind {
            Kind::Redemption => self.id().map(Some),
            _ => self.redeemed.map(|seq| self.id_of(seq)).transpose(),
        }
    }

    fn id_of(&self, seq: u64) -> anyhow::Result<String> {
        let id = RedemptionId::new(shard(self.campaign, self.shard)?, seq);
        Ok(id.map(|id| id.to_string()).unwrap_or_default())
    }
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Redemption => "redemption",
            Self::Reversal => "reversal",
            Self::Void => "void",
            Self::Conflict => "conflict",
        }
    }
}
