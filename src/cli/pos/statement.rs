//! `coupon statement`

use clap::Args;
use form_urlencoded::Serializer;
use serde_json::Value;

use super::Pos;
use super::tell::{tell, text};
use crate::cli::outcome::Outcome;

/// Show what a shop redeemed on a day: what to take off the till's total.
#[derive(Args)]
#[command(after_help = "Example:
  coupon statement --day 2026-02-06 --url https://coupons.example.com --shops shops.csv --shop 17
  coupon statement --day 2026-02-06 --tz Europe/Berlin --json
  coupon statement --day 2026-02-06 --shop 0 --till 9 --of 17        as chain 9, of one of its shops")]
pub(in crate::cli) struct Statement {
    /// The day, like 2026-02-06.
    #[arg(long)]
    day: String,
    /// Where it begins, like Asia/Shanghai; as the shops' policy says if not given.
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Of which shop, for a chain's credential.
    #[arg(long, value_name = "SHOP")]
    of: Option<u32>,
    /// Where the page before ended.
    #[arg(long)]
    cursor: Option<String>,
    /// How many entries at most, 1 to 500.
    #[arg(long, value_name = "N")]
    limit: Option<u16>,
    #[command(flatten)]
    pos: Pos,
}

impl Statement {
    pub(in crate::cli) fn run(&self) -> anyhow::Result<Outcome> {
        let parameters = [
            ("day", Some(self.day.clone())),
            ("tz", self.tz.clone()),
            ("shop", self.of.map(|shop| shop.to_string())),
            ("cursor", self.cursor.clone()),
            ("limit", self.limit.map(|limit| limit.to_string())),
        ];
        let given = parameters.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let query = Serializer::new(String::new()).extend_pairs(given).finish();
        let told = tell(self.pos.client()?.get(&format!("/v1/shops/me/statement?{query}")), None)?;
        Ok(Outcome { text: page(told.json.get("body").unwrap_or(&Value::Null)), ..told })
    }
}

/// A page of a statement, for people.
fn page(body: &Value) -> String {
    let of = |value: &Value, name: &str| value.get(name).map(text).unwrap_or_default();
    let complete = match body.get("complete_until").and_then(Value::as_str) {
        Some(until) => format!("complete until {until}"),
        None => "not complete yet: not every shard has reported".to_owned(),
    };
    let mut lines = vec![
        format!("shop {}, {} in {}", of(body, "shop"), of(body, "day"), of(body, "time_zone")),
        complete,
    ];
    for total in items(body, "campaigns") {
        let count = |kind: &str| {
            let count = total.get(kind).unwrap_or(&Value::Null);
            format!("{} {kind} ({})", of(count, "count"), of(count, "discount"))
        };
        lines.push(format!(
            "campaign {}: {}, {}, {}; net {} {}",
            of(total, "campaign"),
            count("redeemed"),
            count("reversed"),
            count("conflicts"),
            of(total, "currency"),
            of(total, "net_discount"),
        ));
    }
    for entry in items(body, "entries") {
        let columns =
            ["at", "kind", "id", "till", "currency", "discount", "order_amount", "order_ref"];
        let columns: Vec<_> = columns.iter().map(|name| of(entry, name)).collect();
        lines.push(columns.join("  ").trim_end().to_owned());
    }
    if let Some(cursor) = body.get("next_cursor").and_then(Value::as_str) {
        lines.push(format!("There are more: --cursor {cursor}"));
    }
    lines.join("\n")
}

fn items<'a>(body: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    body.get(name).and_then(Value::as_array).into_iter().flatten()
}
