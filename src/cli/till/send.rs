//! `coupon till send`

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::sale::{self, ACCEPTED, RESULTS, Sale, Settled};
use super::spool::{self, Spool};
use crate::cli::Outcome;
use crate::cli::outcome::{Failure, table};
use crate::cli::pos::{NoAnswer, Pos, PosClient};
use crate::ledger::command::MAX_COMMANDS;

/// What the items of a batch may take: the edge reads 256 KiB.
const MAX_BYTES: usize = 240 * 1024;

/// Send the sales that a till has made without a network.
///
/// In their order, 500 at a time if not said. What becomes of each is written down before the next are sent. A
/// sale that got no answer is sent again by the next run, under the same txn: the edge does it once.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon till send --spool spool --shops shops.csv --url https://coupons.example.com")]
pub(crate) struct Send {
    /// The folder where the till keeps its sales.
    #[arg(long, value_name = "DIR")]
    spool: PathBuf,

    /// How many to send at a time.
    #[arg(long, value_name = "N", default_value_t = MAX_COMMANDS, value_parser = batch)]
    batch: usize,

    #[command(flatten)]
    pos: Pos,
}

impl Send {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let client = self.pos.client()?;
        // Only this file is locked: the till goes on accepting meanwhile.
        let (mut results, settled) = Spool::<Settled>::open(&self.spool.join(RESULTS))?;
        let sales = spool::read::<Sale>(&self.spool.join(ACCEPTED))?;
        let waiting = sale::waiting(sales, &settled);
        let (mut tally, mut sent) = (BTreeMap::<String, usize>::new(), 0);
        let mut rest = waiting.as_slice();
        while let Some((batch, after)) = next_batch(rest, self.batch) {
            for settled in send(&client, batch)? {
                results.append(&settled)?;
                *tally.entry(settled.outcome).or_default() += 1;
                sent += 1;
            }
            rest = after;
        }
        let outcome = told(&tally, waiting.len() - sent);
        match sent == waiting.len() {
            true => Ok(outcome),
            false => Err(Failure::Answered { outcome, exit: 4 }.into()),
        }
    }
}

/// As many of the first as go into one batch, and the others.
fn next_batch(sales: &[Sale], most: usize) -> Option<(&[Sale], &[Sale])> {
    let mut bytes = 0;
    let fits = sales.iter().take(most).take_while(|sale| {
        bytes += json!(sale.item).to_string().len() + 1;
        bytes <= MAX_BYTES
    });
    let count = fits.count();
    (count > 0).then(|| sales.split_at(count))
}

/// What became of the sales of a batch; of those that are to be sent again, nothing.
fn send(client: &PosClient, batch: &[Sale]) -> Result<Vec<Settled>> {
    let items: Vec<_> = batch.iter().map(|sale| &sale.item).collect();
    let body = json!({ "items": items });
    // The call's own key decides nothing: each item has its own.
    let answered = client.post("/v1/redemptions/batch", Some("till"), Some(&body));
    let answered = match answered {
        Ok(answered) => answered,
        Err(why) if why.is::<NoAnswer>() => return Err(unknown(&format!("{why:#}"))),
        Err(why) => return Err(why),
    };
    let body = &answered.body;
    let results = body.get("results").and_then(Value::as_array);
    let Some(results) = results.filter(|results| results.len() == batch.len()) else {
        let code = body.get("code").and_then(Value::as_str);
        let said = format!("{} {}", answered.status, code.unwrap_or("not in the words of an edge"));
        if is_final(body) {
            bail!("the edge refuses the batch: {said}; the sales are kept");
        }
        return Err(unknown(&said));
    };
    Ok(results.iter().zip(batch).filter_map(|(result, sale)| settled(result, sale)).collect())
}

/// What became of a sale; `None` if it is to be sent again.
fn settled(result: &Value, sale: &Sale) -> Option<Settled> {
    let has = |part: &str| result.get(part).is_some_and(Value::is_object);
    let outcome = if has("redemption") {
        "redeemed"
    } else if has("conflict") {
        "conflict"
    } else {
        let problem = result.get("problem").filter(|problem| is_final(problem))?;
        problem.get("code")?.as_str()?
    };
    let txn = sale.item.txn.clone();
    Some(Settled { txn, outcome: outcome.to_owned(), result: result.clone() })
}

/// Whether a problem stays one, however often the same is sent.
fn is_final(problem: &Value) -> bool {
    problem.get("retryable") == Some(&Value::Bool(false))
}

fn unknown(why: &str) -> anyhow::Error {
    let text = format!("{why}\nWhat became of the sales is unknown: run it again.");
    let outcome = Outcome { text, json: json!({ "error": why }) };
    Failure::Answered { outcome, exit: 4 }.into()
}

fn told(tally: &BTreeMap<String, usize>, waiting: usize) -> Outcome {
    let mut rows: Vec<_> =
        tally.iter().map(|(what, count)| (what.as_str(), count.to_string())).collect();
    rows.push(("waiting", waiting.to_string()));
    Outcome { text: table(&rows), json: json!({ "sent": tally, "waiting": waiting }) }
}

fn batch(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| (1..=MAX_COMMANDS).contains(count));
    count.ok_or_else(|| format!("a batch is of 1 to {MAX_COMMANDS}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::{CampaignId, Serial};
    use crate::cli::till::sale::Item;
    use crate::money::Amount;

    fn sale(txn: &str) -> Sale {
        let item = Item {
            txn: txn.to_owned(),
            token: "C2.".to_owned(),
            order_amount: Amount::from(3000),
            currency: "CNY".parse().unwrap(),
            order_ref: Some("单".repeat(64).try_into().unwrap()),
            offline_at: "2026-02-06T04:00:00.000Z".to_owned(),
        };
        let (campaign, serial) = (CampaignId::new(4, 1).unwrap(), Serial::from_bytes([1; 12]));
        Sale { item, campaign, serial, discount: Amount::from(2500) }
    }

    #[test]
    fn a_batch_is_as_many_as_the_edge_reads() {
        let counts = |sales: &[Sale]| {
            let (mut counts, mut rest) = (Vec::new(), sales);
            while let Some((batch, after)) = next_batch(rest, MAX_COMMANDS) {
                let body = json!({ "items": batch.iter().map(|it| &it.item).collect::<Vec<_>>() });
                assert!(body.to_string().len() <= 256 * 1024);
                counts.push(batch.len());
                rest = after;
            }
            counts
        };
        assert_eq!(counts(&vec![sale("a"); 1001]), [500, 500, 1]);
        assert!(counts(&[]).is_empty());
        let long = counts(&vec![sale(&"k".repeat(255)); 1000]);
        assert!(long.len() > 2 && long.iter().sum::<usize>() == 1000, "{long:?}");
    }

    #[test]
    fn what_may_still_change_is_sent_again() {
        let outcome = |result: Value| settled(&result, &sale("a")).map(|it| it.outcome);
        assert_eq!(outcome(json!({ "status": 201, "redemption": {} })), Some("redeemed".into()));
        assert_eq!(outcome(json!({ "status": 200, "conflict": {} })), Some("conflict".into()));
        let problem = |retryable: bool| json!({ "status": 409, "problem": { "code": "expired", "retryable": retryable } });
        assert_eq!(outcome(problem(false)), Some("expired".into()));
        assert_eq!(outcome(problem(true)), None);
        assert_eq!(outcome(json!({ "status": 201 })), None);
    }
}
