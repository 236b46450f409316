//! `coupon settle close`.

mod bearer;
mod link;
mod span;
mod terms;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;

use self::terms::{Allowance, Rule, Terms};
use super::db::{Db, int};
use crate::campaign::CampaignId;
use crate::cli::args::{policy_keys, policy_of};
use crate::cli::outcome::{Outcome, table};
use crate::cli::{Context, published};
use crate::policy::PolicyKeys;
use crate::time::Timestamp;

/// Close a period: fix for ever which entries are in it, and who bears its conflicts.
///
/// A period holds all that is loaded and in no period yet; with --until, only what happened before
/// then. What arrives later falls into the next period. Closing a period again changes nothing.
#[derive(Args)]
#[command(after_help = "\
A conflict is goods that a till without a network gave for a coupon that was used already. The
issuer bears it while the shop's offline entries of that day are within the allowance of the
campaign's policy, in number and in summed discount; else the shop does. A conflict with the shop's
own redemption is always the shop's. A period with conflicts of a campaign whose allowance nobody
stated is not closed.

Example:
  coupon settle close --db settle.sqlite --period 2026-02 --until 2026-02-28T16:00:00Z \\
    --policy 536870913=issuer/published/policy/536870913 --policy-key OvNA…")]
pub(in crate::cli) struct Close {
    /// The database.
    #[arg(long, value_name = "FILE")]
    db: PathBuf,

    /// The period's name: letters, digits, dots, - and _; at most 40.
    #[arg(long, value_name = "NAME", value_parser = name)]
    period: String,

    /// Only entries before this time, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,

    /// Close although a shard's journal is not loaded up to --until: the rest falls into the next
    /// period.
    #[arg(long)]
    allow_incomplete: bool,

    /// A campaign's policy as it was published (`published/policy/ID` of the issuer's directory): its
    /// allowance, and its local time. May be repeated.
    #[arg(long, value_name = "CAMPAIGN=FILE", value_parser = policy_of, requires = "policy_key")]
    policy: Vec<(CampaignId, PathBuf)>,

    /// The key that policies are signed with: POLICY_KEYS of the edge.
    #[arg(long, value_name = "KEY", value_parser = policy_keys, allow_hyphen_values = true)]
    policy_key: Option<PolicyKeys>,

    /// For campaigns without --policy: what the issuer answers for of a shop's day, in minor units.
    #[arg(long, value_name = "count=N,value=N", value_parser = Allowance::parse)]
    offline_allowance: Option<Allowance>,

    /// For campaigns without --policy: minutes that the shops' clocks are ahead of UTC.
    #[arg(long, value_name = "MINUTES", default_value_t = 480, allow_negative_numbers = true,
        value_parser = clap::value_parser!(i16).range(-720..=840))]
    utc_offset: i16,
}

/// What a period is closed with.
pub(super) struct Closing<'a> {
    pub(super) name: &'a str,
    pub(super) until: Option<Timestamp>,
    pub(super) allow_incomplete: bool,
    pub(super) terms: Terms,
}

impl Close {
    pub(in crate::cli) fn run(&self, _: &Context) -> anyhow::Result<Outcome> {
        let closing = Closing {
            name: &self.period,
            until: self.until,
            allow_incomplete: self.allow_incomplete,
            terms: self.terms()?,
        };
        let mut db = Db::open(&self.db)?;
        let closed_now = close(&mut db, &closing)?;
        outcome(db.sql(), &self.period, closed_now)
    }

    fn terms(&self) -> anyhow::Result<Terms> {
        let mut campaigns = BTreeMap::new();
        for ((campaign, path), keys) in self.policy.iter().zip(self.policy_key.iter().cycle()) {
            let policy = published::read(path, *campaign, keys)?;
            let twice = campaigns.insert(campaign.get(), Rule::of_policy(policy.document()));
            ensure!(twice.is_none(), "campaign {campaign} has two policies here: give one");
        }
        let others = Rule { utc_offset: self.utc_offset, offline: self.offline_allowance };
        Ok(Terms { campaigns, others })
    }
}

/// Closes the period, and says whether that was now. All of it is one transaction.
pub(super) fn close(db: &mut Db, closing: &Closing<'_>) -> anyhow::Result<bool> {
    let Closing { name, until, allow_incomplete, terms } = closing;
    let until_millis = until.map(|until| int(until.millis()));
    let how = (until_millis, serde_json::to_string(terms)?);
    let closed: Option<(Option<i64>, String)> = db
        .sql()
        .query_row("SELECT until, terms FROM period WHERE name = ?1", [name], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    if let Some(closed) = closed {
        if closed != how {
            bail!(
                "{name} was closed otherwise: what is closed stays as it is. Choose another name"
            );
        }
        return Ok(false);
    }
    if let (Some(until), false) = (until, allow_incomplete) {
        span::check_complete(db, *until)?;
    }
    let transaction = db.sql_mut().transaction()?;
    transaction.execute(
        "INSERT INTO period (name, until, terms) VALUES (?1, ?2, ?3)",
        params![name, how.0, how.1],
    )?;
    let period = transaction.last_insert_rowid();
    transaction
        .execute("INSERT INTO basis SELECT ?1, campaign, shard, loaded FROM shard", [period])?;
    span::fix(&transaction, period, until_millis)?;
    link::fix(&transaction, period)?;
    bearer::fix(&transaction, period, terms)?;
    transaction.commit()?;
    Ok(true)
}

/// A period by its name.
pub(super) fn find(db: &Connection, name: &str) -> anyhow::Result<i64> {
    let id = db.query_row("SELECT id FROM period WHERE name = ?1", [name], |row| row.get(0));
    id.optional()?.with_context(|| format!("no period {name}: `coupon settle close` makes it"))
}

fn outcome(db: &Connection, name: &str, closed_now: bool) -> anyhow::Result<Outcome> {
    let period = find(db, name)?;
    let number = |sql| db.query_row(sql, [period], |row| row.get::<_, i64>(0));
    let entries = number("SELECT coalesce(sum(last - first + 1), 0) FROM span WHERE period = ?1")?;
    let shards =
        number("SELECT count(DISTINCT campaign * 65536 + shard) FROM span WHERE period = ?1")?;
    let conflicts = |by: &str| {
        db.query_row(
            "SELECT count(*) FROM span s JOIN borne b USING (campaign, shard, incarnation) \
             WHERE s.period = ?1 AND b.seq BETWEEN s.first AND s.last AND b.by = ?2",
            params![period, by],
            |row| row.get::<_, i64>(0),
        )
    };
    let (issuer, shop) = (conflicts(bearer::ISSUER)?, conflicts(bearer::SHOP)?);
    let done = if closed_now { "closed" } else { "was closed before; nothing changed" };
    let text = table(&[
        (name, done.to_owned()),
        ("entries", format!("{entries}, of {shards} shards")),
        ("conflicts", format!("{issuer} borne by the issuer, {shop} by the shop")),
    ]);
    let json = json!({
        "period": name, "closed_now": closed_now, "entries": entries, "shards": shards,
        "conflicts": { "issuer": issuer, "shop": shop },
    });
    Ok(Outcome { text, json })
}

fn name(text: &str) -> Result<String, &'static str> {
    let fits = (1..=40).contains(&text.len()) && !text.starts_with('.');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    match fits && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err("a name is 1 to 40 letters, digits, dots, - and _, a dot not the first"),
    }
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    Timestamp::parse_rfc3339(text).ok_or("a time is RFC 3339 in UTC, like 2026-03-01T00:00:00Z")
}
