//! The figures of a report, in one pass through the entries.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::cli::settle::db::time;
use crate::journal::{Sum, Sums};
use crate::time::Timestamp;

/// A minute, or several together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Part {
    /// Minutes since 1970.
    pub(super) minute: i64,
    pub(super) minutes: i64,
    pub(super) redemptions: u64,
    pub(super) reversals: u64,
    /// Discounts of redemptions, without those of reversals.
    pub(super) value: i64,
}

/// What a pull found of a campaign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulled {
    pub(super) at: Timestamp,
    pub(super) entries: u64,
    /// From the newest entry that it loaded, in seconds.
    pub(super) age_s: f64,
    /// From the time until which all was loaded, in seconds.
    pub(super) behind_s: f64,
}

/// All that a report shows.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) sums: Sums,
    pub(super) minutes: BTreeMap<i64, Part>,
    /// Redemptions, and their discounts without those that were undone.
    pub(super) chains: BTreeMap<u16, (u64, i64)>,
    pub(super) pulls: Vec<Pulled>,
}

/// Of a period, or of everything that is loaded.
pub(super) fn collect(
    db: &Connection,
    period: Option<i64>,
    currency: &str,
) -> rusqlite::Result<Figures> {
    let mut figures = Figures::default();
    let columns = "e.kind, e.at / 60000, e.chain, e.discount";
    let of_currency = "e.campaign IN (SELECT campaign FROM shard WHERE currency = ?1)";
    let mut query = db.prepare(&match period {
        None => format!("SELECT {columns} FROM journal e WHERE {of_currency} AND ?2 IS NULL"),
        Some(_) => format!(
            "SELECT {columns} FROM span s CROSS JOIN journal e USING (campaign, shard, incarnation) \
             WHERE {of_currency} AND s.period = ?2 AND e.seq BETWEEN s.first AND s.last"
        ),
    })?;
    let mut rows = query.query(params![currency, period])?;
    while let Some(row) = rows.next()? {
        figures.add(row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    }
    figures.pulls = pulls(db)?;
    Ok(figures)
}

fn pulls(db: &Connection) -> rusqlite::Result<Vec<Pulled>> {
    let mut query =
        db.prepare("SELECT at, entries, newest, complete_until FROM pull ORDER BY at, campaign")?;
    let rows = query.query_map([], |row| {
        let at = time(row.get(0)?);
        let since = |millis: i64| at.millis_since(time(millis)) as f64 / 1000.0;
        Ok(Pulled {
            at,
            entries: row.get::<_, i64>(1)?.unsigned_abs(),
            age_s: row.get::<_, Option<i64>>(2)?.map_or(0.0, since),
            behind_s: since(row.get(3)?),
        })
    })?;
    rows.collect()
}

impl Figures {
    fn add(&mut self, kind: u8, minute: i64, chain: u16, discount: i64) {
        let sums = &mut self.sums;
        let sum = match kind {
            1 => &mut sums.redemptions,
            2 => &mut sums.reversals,
            3 => &mut sums.voids,
            _ => &mut sums.conflicts,
        };
        *sum = Sum { count: sum.count + 1, discount: sum.discount + discount.unsigned_abs() };
        let sign = match kind {
            1 => 1,
            2 => -1,
            _ => return,
        };
        let part =
            self.minutes.entry(minute).or_insert(Part { minute, minutes: 1, ..Part::default() });
        let of_chain = self.chains.entry(chain).or_default();
        part.redemptions += u64::from(kind == 1);
        part.reversals += u64::from(kind == 2);
        part.value += sign * discount;
        of_chain.0 += u64::from(kind == 1);
        of_chain.1 += sign * discount;
    }

    /// The time that the entries cover in at most so many parts of the same length, empty ones too.
    pub(super) fn parts(&self, most: i64) -> Vec<Part> {
        let (Some(first), Some(last)) = (self.minutes.keys().next(), self.minutes.keys().last())
        else {
            return Vec::new();
        };
        let span = last - first + 1;
        let minutes = (span + most - 1) / most;
        let count = (span + minutes - 1) / minutes;
        let empty = |at| Part { minute: first + at * minutes, minutes, ..Part::default() };
        let mut parts: Vec<_> = (0..count).map(empty).collect();
        for part in self.minutes.values() {
            let index = usize::try_from((part.minute - first) / minutes).unwrap_or(0);
            if let Some(sum) = parts.get_mut(index) {
                sum.redemptions += part.redemptions;
                sum.reversals += part.reversals;
                sum.value += part.value;
            }
        }
        parts
    }

    /// The chains with most value, and the rest together.
    pub(super) fn top_chains(&self, count: usize) -> Vec<(String, f64)> {
        let name = |chain: u16| match chain {
            0 => "no chain".to_owned(),
            chain => format!("chain {chain}"),
        };
        let mut chains: Vec<_> = self.chains.iter().map(|(chain, it)| (it.1, *chain)).collect();
        chains.sort_by_key(|(value, chain)| (-value, *chain));
        let (top, rest) = chains.split_at(count.min(chains.len()));
        let mut rows: Vec<_> =
            top.iter().map(|(value, chain)| (name(*chain), *value as f64)).collect();
        if !rest.is_empty() {
            let sum: i64 = rest.iter().map(|(value, _)| value).sum();
            rows.push((format!("{} others", rest.len()), sum as f64));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_time_and_lose_nothing() {
        let mut figures = Figures::default();
        for minute in [100, 100, 107, 350] {
            figures.add(1, minute, 7, 2500);
        }
        figures.add(2, 351, 7, 2500);
        figures.add(3, 900, 0, 0);
        let parts = figures.parts(50);
        assert_eq!((parts.len(), parts[0].minutes, parts[0].redemptions), (42, 6, 2));
        assert_eq!(parts.iter().map(|part| part.redemptions).sum::<u64>(), 4);
        assert_eq!(parts.iter().map(|part| part.value).sum::<i64>(), 7500);
        assert!(Figures::default().parts(50).is_empty());
    }

    #[test]
    fn the_rest_of_the_chains_is_one_row() {
        let mut figures = Figures::default();
        for (chain, discount) in [(1, 10), (2, 30), (3, 20), (0, 5)] {
            figures.add(1, 0, chain, discount);
        }
        let rows = [("chain 2", 30.0), ("chain 3", 20.0), ("2 others", 15.0)];
        assert_eq!(figures.top_chains(2), rows.map(|(name, value)| (name.to_owned(), value)));
    }
}
