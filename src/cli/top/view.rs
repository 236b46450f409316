//! How a reading is shown: as a table, as lines, as JSON.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::reading::{Campaign, Consumer, Reading};
use crate::time::Timestamp;

/// How many chains and codes of a campaign are shown, those with the most first.
const SHOWN: usize = 8;

/// A reading, and the one before it with the seconds between them.
pub(super) struct View<'a> {
    now: &'a Reading,
    before: Option<(&'a Reading, f64)>,
}

/// A count so far and what it grows by in a second, once that is known.
#[derive(Clone, Copy)]
struct Count {
    total: u64,
    rate: Option<f64>,
}

impl<'a> View<'a> {
    pub(super) fn new(now: &'a Reading, before: Option<(&'a Reading, f64)>) -> Self {
        Self { now, before }
    }

    /// A block for each campaign.
    pub(super) fn table(&self) -> String {
        let blocks = self.now.0.iter().map(|(id, it)| self.block(*id, it));
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// A line for each campaign.
    pub(super) fn lines(&self) -> String {
        let line = |(id, it): (&u32, &Campaign)| {
            let backlog = it.consumers.iter();
            let backlog = backlog.map(|(name, it)| format!(", {name} {} behind", it.backlog));
            format!(
                "{}: {}{}{}",
                title(*id),
                if it.up { "" } else { "no answer, " },
                self.sums(*id, it),
                backlog.collect::<String>()
            )
        };
        self.now.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The same for a program.
    pub(super) fn json(&self) -> Value {
        let campaigns = self.now.0.iter().map(|(id, it)| {
            let consumer = |(name, it): (&String, &Consumer)| {
                let until = it.complete_until.map(rfc3339);
                let said = json!({
                    "backlog": it.backlog, "age_s": it.age_s, "complete_until": until,
                });
                (name.clone(), said)
            };
            let counts = |of: fn(&Campaign) -> BTreeMap<String, u64>| -> Value {
                self.each(*id, it, of).into_iter().map(|(name, it)| (name, it.json())).collect()
            };
            json!({
                "campaign": id,
                "up": it.up,
                "redemptions": self.sum(*id, it, redemptions).json(),
                "reversals": self.sum(*id, it, |it| it.reversals).json(),
                "refusals": counts(|it| it.refusals.clone()),
                "chains": counts(|it| it.redemptions.clone()),
                "consumers": it.consumers.iter().map(consumer).collect::<Value>(),
                "shards": it.shards,
                "shards_heard_of": it.heard_of,
                "silent_s": it.silent_s,
            })
        });
        campaigns.collect()
    }

    fn block(&self, id: u32, it: &Campaign) -> String {
        let mut text = title(id);
        if !it.up {
            return text + "\n  its counters do not answer\n";
        }
        if id != 0 {
            let _ = write!(text, ": {} of {} shards heard of", it.heard_of, it.shards);
            if let Some(silent) = it.silent_s {
                let _ = write!(text, ", the last {silent} s ago");
            }
        }
        let _ = write!(text, "\n  {}\n", self.sums(id, it));
        for (what, of) in [
            ("refused", (|it| it.refusals.clone()) as fn(&Campaign) -> BTreeMap<String, u64>),
            ("chains", |it| it.redemptions.clone()),
        ] {
            let counts = self.each(id, it, of);
            let shown = counts.iter().take(SHOWN).map(|(name, it)| format!("{name} {}", it.text()));
            let shown = shown.collect::<Vec<_>>().join(", ");
            if !shown.is_empty() {
                let _ = writeln!(text, "  {what:<10} {shown}");
            }
        }
        if !it.consumers.is_empty() {
            let _ = writeln!(text, "  {:<10} {:>9} {:>9}  complete until", "", "backlog", "age");
        }
        for (name, it) in &it.consumers {
            let until = it.complete_until.map_or("not known yet".to_owned(), rfc3339);
            let age = format!("{} s", it.age_s);
            let _ = writeln!(text, "  {name:<10} {:>9} {age:>9}  {until}", it.backlog);
        }
        text
    }

    fn sums(&self, id: u32, it: &Campaign) -> String {
        format!(
            "{} redeemed, {} reversed, {} refused",
            self.sum(id, it, redemptions).text(),
            self.sum(id, it, |it| it.reversals).text(),
            self.sum(id, it, |it| it.refusals.values().sum()).text()
        )
    }

    fn sum(&self, id: u32, it: &Campaign, of: impl Fn(&Campaign) -> u64) -> Count {
        let before = self.before(id).map(|(before, seconds)| (of(before), seconds));
        Count::new(of(it), before)
    }

    /// Each of several counts, the largest first.
    fn each(
        &self,
        id: u32,
        it: &Campaign,
        of: fn(&Campaign) -> BTreeMap<String, u64>,
    ) -> Vec<(String, Count)> {
        let before = self.before(id).map(|(before, seconds)| (of(before), seconds));
        let count = |(name, total): (String, u64)| {
            let before = before.as_ref();
            let before = before.map(|(all, s)| (all.get(&name).copied().unwrap_or(0), *s));
            (name, Count::new(total, before))
        };
        let mut counts: Vec<_> = of(it).into_iter().map(count).collect();
        counts.sort_by_key(|(_, count)| Reverse(count.total));
        counts
    }

    /// What was known of a campaign before, if its counters answered both times.
    fn before(&self, id: u32) -> Option<(&Campaign, f64)> {
        let (reading, seconds) = self.before?;
        let it = reading.0.get(&id).filter(|it| it.up && seconds > 0.0)?;
        Some((it, seconds))
    }
}

impl Count {
    fn new(total: u64, before: Option<(u64, f64)>) -> Self {
        // One that became less began anew.
        let grown = |before| if before <= total { total - before } else { total };
        Self { total, rate: before.map(|(before, seconds)| grown(before) as f64 / seconds) }
    }

    fn text(self) -> String {
        match self.rate {
            Some(rate) => format!("{} ({rate:.1}/s)", self.total),
            None => self.total.to_string(),
        }
    }

    fn json(self) -> Value {
        json!({ "total": self.total, "per_second": self.rate })
    }
}

fn redemptions(it: &Campaign) -> u64 {
    it.redemptions.values().sum()
}

fn title(id: u32) -> String {
    if id == 0 { "No campaign known".to_owned() } else { format!("Campaign {id}") }
}

fn rfc3339(seconds: u64) -> String {
    Timestamp::from_millis(seconds.saturating_mul(1000)).rfc3339()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn reading(redemptions: u64) -> Reading {
        let text = format!(
            "coupon_entries_total{{campaign=\"536870913\",chain=\"7\",kind=\"redemption\"}} {redemptions}\n\
             coupon_entries_total{{campaign=\"536870913\",chain=\"9\",kind=\"redemption\"}} 1\n\
             coupon_entries_total{{campaign=\"536870913\",chain=\"7\",kind=\"reversal\"}} 2\n\
             coupon_refusals_total{{campaign=\"536870913\",chain=\"7\",code=\"expired\"}} 3\n\
             coupon_refusals_total{{campaign=\"536870913\",chain=\"9\",code=\"expired\"}} 4\n\
             coupon_backlog_entries{{campaign=\"536870913\",consumer=\"archive\"}} 5\n\
             coupon_backlog_age_seconds{{campaign=\"536870913\",consumer=\"archive\"}} 6\n\
             coupon_complete_until_timestamp_seconds{{campaign=\"536870913\",consumer=\"archive\"}} 1770350645\n\
             coupon_shards{{campaign=\"536870913\"}} 16\n\
             coupon_shards_heard_of{{campaign=\"536870913\"}} 15\n\
             coupon_shard_silent_seconds{{campaign=\"536870913\"}} 42\n\
             coupon_up{{campaign=\"536870913\"}} 1\n\
             coupon_up{{campaign=\"7\"}} 0\n# EOF\n"
        );
        Reading::of(&samples::read(&text).unwrap())
    }

    #[test]
    fn a_table_says_how_much_there_is_and_then_how_fast() {
        let (before, now) = (reading(10), reading(30));
        let expected = "\
Campaign 7
  its counters do not answer

Campaign 536870913: 15 of 16 shards heard of, the last 42 s ago
  31 redeemed, 2 reversed, 7 refused
  refused    expired 7
  chains     7 30, 9 1
               backlog       age  complete until
  archive            5       6 s  2026-02-06T04:04:05.000Z
";
        assert_eq!(View::new(&now, None).table(), expected);
        let live = View::new(&now, Some((&before, 2.0)));
        let table = live.table();
        assert!(table.contains("31 (10.0/s) redeemed, 2 (0.0/s) reversed, 7 (0.0/s) refused"));
        assert!(table.contains("7 30 (10.0/s), 9 1 (0.0/s)"), "{table}");
        let lines = "Campaign 7: no answer, 0 redeemed, 0 reversed, 0 refused\n\
            Campaign 536870913: 31 (10.0/s) redeemed, 2 (0.0/s) reversed, 7 (0.0/s) refused, \
            archive 5 behind";
        assert_eq!(live.lines(), lines);
        assert_eq!(live.json()[1]["redemptions"], json!({ "total": 31, "per_second": 10.0 }));
        // Counters that began anew have no rate below zero.
        let anew = View::new(&before, Some((&now, 2.0)));
        assert!(anew.table().contains("11 (5.5/s) redeemed"), "{}", anew.table());
    }
}
