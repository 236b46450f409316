//! `coupon till accept`

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use serde_json::json;

use super::sale::{ACCEPTED, Item, Sale};
use super::spool::Spool;
use super::verify::{Trusted, Verifier, refused};
use crate::base64url;
use crate::cli::outcome::{Failure, table};
use crate::cli::pos::{credential, idempotency_key};
use crate::cli::{Context, Outcome, now};
use crate::money::{Amount, Currency};
use crate::order::{Order, OrderRef};
use crate::refusal::Refusal;
use crate::till::Till;
use crate::time::Timestamp;

/// Accept a coupon without a network.
///
/// Verifies the coupon's signature, window and scope, and that this till has not accepted it before.
/// Whether another has, nobody knows yet. When this says "accepted", the sale is on disk.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon till accept C2.AAEg… --amount 3000 --spool spool --shops shops.csv \\
      --public-key 536870913/1=ed25519:A6EH… --policy policy.txt --policy-key OvNA…
  With --lines in place of token and amount it reads a sale from each line of stdin: TOKEN AMOUNT.")]
pub(crate) struct Accept {
    /// The coupon's token, as scanned.
    #[arg(required_unless_present = "lines")]
    token: Option<String>,

    /// The bill before the coupon, in minor units (3000 = CNY 30.00).
    #[arg(long, required_unless_present = "lines")]
    amount: Option<u64>,

    /// Its currency.
    #[arg(long, default_value = "CNY", value_parser = currency)]
    currency: Currency,

    /// The till's bill number.
    #[arg(long)]
    order_ref: Option<String>,

    /// The till's own number of the sale: the same for each try, never for another. Made up, and
    /// printed, if not given.
    #[arg(long, allow_hyphen_values = true, value_parser = idempotency_key)]
    txn: Option<String>,

    /// Read sales from stdin, one from each line, and answer each with a line.
    #[arg(long, conflicts_with_all = ["token", "amount", "order_ref", "txn"])]
    lines: bool,

    /// The folder where the till keeps its sales.
    #[arg(long, value_name = "DIR")]
    spool: PathBuf,

    /// Credentials, as `coupon shop enrol` writes them: who this till is.
    #[arg(long, env = "COUPON_SHOPS", value_name = "FILE")]
    shops: PathBuf,

    /// The shop; the first in the file if not given.
    #[arg(long)]
    shop: Option<u32>,

    /// The till of the shop; the shop's first if not given.
    #[arg(long)]
    till: Option<u16>,

    #[command(flatten)]
    trusted: Trusted,
}

impl Accept {
    pub(crate) fn run(&self, context: &Context) -> Result<Outcome> {
        let mut desk = Desk::open(self)?;
        if self.lines {
            return self.each_line(&mut desk);
        }
        let token = self.token.as_deref().context("no token")?;
        let amount = self.amount.context("no --amount")?;
        let reference = self.order_ref.clone().map(OrderRef::try_from).transpose();
        let reference = reference.map_err(|why| anyhow!("--order-ref: {why}"))?;
        let order = order(amount, self.currency, reference)?;
        let sale = desk.accept(token, &order, self.txn.as_deref(), context.now)?;
        Ok(told(&sale))
    }

    fn each_line(&self, desk: &mut Desk) -> Result<Outcome> {
        let mut stdout = io::stdout().lock();
        for line in io::stdin().lock().lines() {
            let line = line.context("cannot read stdin")?;
            let (token, amount) = line.split_once(' ').context("a line is TOKEN AMOUNT")?;
            let amount = amount.parse().context("a line is TOKEN AMOUNT")?;
            let order = order(amount, self.currency, None)?;
            match desk.accept(token, &order, None, now()) {
                Ok(sale) => {
                    writeln!(stdout, "accepted {} {}", sale.item.txn, sale.discount.minor_units())?
                }
                Err(why) if why.is::<Failure>() => writeln!(stdout, "refused {why}")?,
                Err(why) => return Err(why),
            }
            stdout.flush()?;
        }
        Ok(Outcome { text: String::new(), json: json!({}) })
    }
}

/// A till at work: what it knows, and where it writes down what it does.
struct Desk {
    verifier: Verifier,
    till: Till,
    spool: Spool<Sale>,
    sales: Vec<Sale>,
}

impl Desk {
    fn open(accept: &Accept) -> Result<Self> {
        let verifier = accept.trusted.verifier()?;
        let (till, _) = credential::find(&accept.shops, accept.shop, accept.till)?;
        make_folder(&accept.spool)?;
        let (spool, sales) = Spool::open(&accept.spool.join(ACCEPTED))?;
        Ok(Self { verifier, till, spool, sales })
    }

    /// Accepts a coupon, or says why not. The sale is on disk when this returns it.
    fn accept(
        &mut self,
        token: &str,
        order: &Order,
        txn: Option<&str>,
        now: Timestamp,
    ) -> Result<Sale> {
        // The same sale again: the till was cut off before it could say so.
        if let Some(sale) = self.sales.iter().find(|sale| Some(sale.item.txn.as_str()) == txn) {
            let item = &sale.item;
            let asked = (token, order.amount(), order.currency(), order.reference());
            if asked == (&item.token, item.order_amount, item.currency, item.order_ref.as_ref()) {
                return Ok(sale.clone());
            }
            bail!("--txn {} is another sale's: each has its own", item.txn);
        }
        self.verifier.in_force(now)?;
        let (coupon, discount) = self.verifier.verify(token, &self.till, order, now)?;
        let (campaign, serial) = coupon.coupon().id();
        let same = |sale: &&Sale| (sale.campaign, sale.serial) == (campaign, serial);
        if let Some(sale) = self.sales.iter().find(same) {
            let at = Timestamp::parse_rfc3339(&sale.item.offline_at).unwrap_or(now);
            let used = Refusal::AlreadyRedeemed { at, till: Some(self.till.till) };
            return Err(refused(used, self.verifier.policy.document().utc_offset_minutes).into());
        }
        let txn = match txn {
            Some(txn) => txn.to_owned(),
            None => made_up()?,
        };
        let item = Item {
            txn,
            token: token.to_owned(),
            order_amount: order.amount(),
            currency: order.currency(),
            order_ref: order.reference().cloned(),
            offline_at: now.rfc3339(),
        };
        let sale = Sale { item, campaign, serial, discount };
        self.spool.append(&sale)?;
        self.sales.push(sale.clone());
        Ok(sale)
    }
}

fn told(sale: &Sale) -> Outcome {
    let to_pay = sale.item.order_amount.less(sale.discount);
    let rows = [
        ("accepted", sale.item.txn.clone()),
        ("discount", sale.discount.minor_units().to_string()),
        ("to pay", to_pay.minor_units().to_string()),
    ];
    let json = json!({
        "accepted": sale.item.txn, "offline_at": sale.item.offline_at,
        "discount": sale.discount, "to_pay": to_pay,
    });
    Outcome { text: table(&rows), json }
}

fn order(amount: u64, currency: Currency, reference: Option<OrderRef>) -> Result<Order> {
    let amount = Amount::try_from(amount).map_err(anyhow::Error::msg)?;
    Order::new(amount, currency, reference).context("an order is of 1 minor unit or more")
}

fn made_up() -> Result<String> {
    let mut random = [0; 12];
    getrandom::fill(&mut random)?;
    Ok(base64url::encode(&random))
}

fn make_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))
}

fn currency(code: &str) -> Result<Currency, String> {
    code.parse().map_err(str::to_owned)
}
