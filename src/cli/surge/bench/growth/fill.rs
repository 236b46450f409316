//! What millions of redemptions leave in a shard's file, put there while nobody has it open.
//!
//! Each row is appended by the ledger's own statement, in a random order of serials: so table, index
//! and their half-full pages are as if the redemptions had happened.

use std::path::Path;

use anyhow::{Context as _, ensure};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng as _, SeedableRng as _};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::file::size;
use crate::campaign::{CampaignId, Serial};
use crate::ledger::entry::ANSWER_VERSION;
use crate::ledger::statement::REDEEM;
use crate::ledger::{Fingerprint, IdempotencyKey};
use crate::money::Amount;
use crate::order::{Order, OrderRef};
use crate::token::{Coupon, CouponFields};

/// Rows that one statement appends.
const TOGETHER: u64 = 500;

/// As in a giveaway at the shops of a country.
const SHOPS: u32 = 300_000;
const TILLS: u32 = 4;

/// Minor units.
const ORDER_AMOUNT: u32 = 3000;
const DISCOUNT: u32 = 2500;

/// Milliseconds.
const REVERSAL_WINDOW: i64 = 86_400_000;

/// Appends redemptions of the campaign until there are so many, all at this Unix millisecond.
pub(super) fn fill(path: &Path, rows: u64, campaign: CampaignId, at: i64) -> anyhow::Result<()> {
    let mut rng = StdRng::try_from_rng(&mut SysRng).context("the system gives no randomness")?;
    let have = size(path)?.rows;
    let mut connection = Connection::open(path)?;
    // What a crash would cost is one run. The memory is taken only as far as it is used.
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -4_000_000)?;
    let transaction = connection.transaction()?;
    let mut redeem = transaction.prepare(REDEEM)?;
    let mut number = have;
    while number < rows {
        let end = rows.min(number + TOGETHER);
        let requests = (number..end).map(|number| request(&mut rng, campaign, number));
        let requests = json!(requests.collect::<anyhow::Result<Vec<_>>>()?).to_string();
        // 1 and 1 are the epochs that policies of a local issuer begin with.
        let mut appended = redeem.query(params![requests, at, 1, 1, ANSWER_VERSION])?;
        let mut count = 0;
        while appended.next()?.is_some() {
            count += 1;
        }
        ensure!(count == end - number, "only {count} of {} rows were appended", end - number);
        number = end;
    }
    drop(redeem);
    transaction.commit()?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.close().map_err(|(_, why)| why).context("cannot close the shard's file")
}

/// A redemption, as the statement takes it.
fn request(rng: &mut StdRng, campaign: CampaignId, number: u64) -> anyhow::Result<Value> {
    let mut serial = [0; 12];
    rng.fill_bytes(&mut serial);
    let bill = format!("A{number:09}");
    let key = IdempotencyKey::parse(&bill).context("no key")?.hash();
    let fingerprint = fingerprint(campaign, serial, bill.clone())?;
    let (shop, till) = (rng.next_u32() % SHOPS, rng.next_u32() % TILLS);
    let [serial, key, fingerprint] = [&serial[..], key.as_bytes(), fingerprint.as_bytes()].map(hex);
    let (amounts, window) = ((DISCOUNT, ORDER_AMOUNT), REVERSAL_WINDOW);
    let no_chain = 0;
    Ok(json!([
        serial,
        shop,
        till,
        key,
        fingerprint,
        amounts.0,
        amounts.1,
        bill,
        window,
        no_chain,
        null
    ]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fingerprint(
    campaign: CampaignId,
    serial: [u8; 12],
    bill: String,
) -> anyhow::Result<Fingerprint> {
    let coupon = Coupon::new(CouponFields {
        campaign,
        serial: Serial::from_bytes(serial),
        value: DISCOUNT,
        not_before: 0,
        not_after: 1,
        scope: 0,
        flags: 0,
    });
    let coupon = coupon.map_err(|why| anyhow::anyhow!("no coupon: {why:?}"))?;
    let currency = "CNY".parse().map_err(anyhow::Error::msg)?;
    let reference = OrderRef::try_from(bill).map_err(anyhow::Error::msg)?;
    let order = Order::new(Amount::from(ORDER_AMOUNT), currency, Some(reference));
    Ok(Fingerprint::of_redemption(&coupon, &order.context("no order")?, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::schema::MIGRATIONS;

    #[test]
    fn rows_are_redemptions_of_as_many_coupons() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shard.sqlite");
        Connection::open(&path).unwrap().execute_batch(&MIGRATIONS.join(";")).unwrap();
        let campaign = CampaignId::new(0, 1).unwrap();

        fill(&path, 200, campaign, 1000).unwrap();
        fill(&path, 500, campaign, 2000).unwrap();

        let connection = Connection::open(&path).unwrap();
        let count = |sql: &str| {
            let sql = format!("SELECT count({sql}");
            connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(count("DISTINCT serial) FROM entry WHERE n = 0 AND kind = 1"), 500);
        assert_eq!(count("*) FROM entry WHERE length(key) = 16 AND length(order_ref) = 10"), 500);
        assert_eq!(count("*) FROM entry WHERE at = 2000 AND seq > 200"), 300);
    }
}
