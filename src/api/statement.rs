//! A shop's statement, as it is told. Not a word-for-word answer: it grows while entries arrive.

use serde::Serialize;

use crate::calendar::{Day, TimeZone};
use crate::campaign::{CampaignId, Serial};
use crate::ledger::{Kind, RedemptionId};
use crate::money::{Amount, Currency};
use crate::order::OrderRef;
use crate::statement::{Count, Cursor, Line, Question, Report, Total};
use crate::time::Timestamp;

/// `GET /v1/shops/me/statement`
#[derive(Clone, Debug, Serialize)]
pub struct StatementBody {
    shop: u32,
    day: Day,
    time_zone: TimeZone,
    from: String,
    until: String,
    complete_until: Option<String>,
    campaigns: Vec<CampaignBody>,
    entries: Vec<EntryBody>,
    next_cursor: Option<Cursor>,
}

#[derive(Clone, Debug, Serialize)]
struct CampaignBody {
    campaign: CampaignId,
    currency: Currency,
    redeemed: Count,
    reversed: Count,
    conflicts: Count,
    net_discount: i64,
    complete_until: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct EntryBody {
    id: String,
    kind: Kind,
    at: String,
    till: u16,
    campaign: CampaignId,
    coupon: Serial,
    currency: Currency,
    discount: Amount,
    order_amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_ref: Option<OrderRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offline_at: Option<String>,
}

impl StatementBody {
    /// What is told of a shop's day. The object that has the shop makes it, so that the entries go
    /// over its border once.
    ///
    /// # Errors
    /// When an entry stands where no id can name it.
    pub fn new(question: &Question, report: Report) -> Result<Self, &'static str> {
        let (shop, period) = (question.shop(), question.period());
        let last = report.lines.last().filter(|_| report.more).map(Line::position);
        let entries = report.lines.into_iter().map(EntryBody::new).collect::<Option<_>>();
        Ok(Self {
            shop,
            day: question.day().clone(),
            time_zone: question.time_zone().clone(),
            from: period.from.rfc3339(),
            until: period.until.rfc3339(),
            complete_until: report.complete_until.map(Timestamp::rfc3339),
            campaigns: report.campaigns.into_iter().map(CampaignBody::new).collect(),
            entries: entries.ok_or("an entry without an id")?,
            next_cursor: last.map(|last| Cursor::new(shop, period, last)),
        })
    }
}

impl CampaignBody {
    fn new(total: Total) -> Self {
        let net_discount = total.net_discount();
        let Total { campaign, currency, redeemed, reversed, conflicts, complete_until } = total;
        let complete_until = complete_until.map(Timestamp::rfc3339);
        Self { campaign, currency, redeemed, reversed, conflicts, net_discount, complete_until }
    }
}

impl EntryBody {
    fn new(line: Line) -> Option<Self> {
        Some(Self {
            id: RedemptionId::new(line.shard, line.seq)?.to_string(),
            kind: line.kind,
            at: line.at.rfc3339(),
            till: line.till,
            campaign: line.shard.campaign(),
            coupon: line.serial,
            currency: line.currency,
            discount: line.discount,
            order_amount: line.order_amount,
            order_ref: line.order_ref,
            offline_at: line.offline_at.map(Timestamp::rfc3339),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::Shard;
    use crate::statement::Period;

    fn line(seq: u64) -> Line {
        Line {
            at: Timestamp::from_millis(1_770_350_645_123),
            shard: Shard::new(CampaignId::new(4, 1).unwrap(), 10).unwrap(),
            incarnation: 1,
            seq,
            kind: Kind::Redemption,
            serial: Serial::from_bytes([1; 12]),
            till: 2,
            currency: "CNY".parse().unwrap(),
            discount: Amount::from(2500),
            order_amount: Amount::from(3000),
            order_ref: None,
            offline_at: None,
        }
    }

    fn told(report: Report) -> String {
        let scope = crate::policy::tests::scope(7, None);
        let bounds = [1_770_307_200_000, 1_770_393_600_000].map(Timestamp::from_millis);
        let period = Period { from: bounds[0], until: bounds[1] };
        let zone = TimeZone::try_from("Asia/Shanghai".to_owned()).unwrap();
        let day = Day::parse("2026-02-06").unwrap();
        let question = Question::new(scope, (day, zone), period, 2, Vec::new());
        serde_json::to_string(&StatementBody::new(&question, report).unwrap()).unwrap()
    }

    #[test]
    fn a_statement_is_pinned() {
        let one = Count { count: 1, discount: 2500, order_amount: 3000 };
        let campaign = CampaignId::new(4, 1).unwrap();
        let total = Total { redeemed: one, ..Total::new(campaign, "CNY".parse().unwrap()) };
        let conflict = Line {
            kind: Kind::Conflict,
            order_ref: Some("账单 1".to_owned().try_into().unwrap()),
            offline_at: Some(Timestamp::from_millis(1_770_350_000_000)),
            ..line(259)
        };
        let body = told(Report {
            complete_until: Some(Timestamp::from_millis(1_770_350_700_000)),
            campaigns: vec![total],
            lines: vec![line(258), conflict],
            more: true,
        });
        let expected = concat!(
            r#"{"shop":7,"day":"2026-02-06","time_zone":"Asia/Shanghai","#,
            r#""from":"2026-02-05T16:00:00.000Z","until":"2026-02-06T16:00:00.000Z","#,
            r#""complete_until":"2026-02-06T04:05:00.000Z","campaigns":[{"campaign":536870913,"#,
            r#""currency":"CNY","redeemed":{"count":1,"discount":2500,"order_amount":3000},"#,
            r#""reversed":{"count":0,"discount":0,"order_amount":0},"#,
            r#""conflicts":{"count":0,"discount":0,"order_amount":0},"net_discount":2500,"#,
            r#""complete_until":null}],"entries":[{"id":"R1.IAAAAQAKAAAAAAEC","kind":"redemption","#,
            r#""at":"2026-02-06T04:04:05.123Z","till":2,"campaign":536870913,"#,
            r#""coupon":"AQEBAQEBAQEBAQEB","currency":"CNY","discount":2500,"order_amount":3000},"#,
            r#"{"id":"R1.IAAAAQAKAAAAAAED","kind":"conflict","at":"2026-02-06T04:04:05.123Z","#,
            r#""till":2,"campaign":536870913,"coupon":"AQEBAQEBAQEBAQEB","currency":"CNY","#,
            r#""discount":2500,"order_amount":3000,"order_ref":"账单 1","#,
            r#""offline_at":"2026-02-06T03:53:20.000Z"}],"next_cursor":"CURSOR"}"#,
        );
        let cursor = body.split("next_cursor\":\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(body, expected.replace("CURSOR", cursor));
        assert!(Cursor::parse(cursor).is_some());
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let report = |lines, more| Report { complete_until: None, campaigns: vec![], lines, more };
        assert!(told(report(vec![line(1)], false)).contains(r#""next_cursor":null"#));
        assert!(
            told(report(vec![], false))
                .contains(r#""complete_until":null,"campaigns":[],"entries":[]"#)
        );
    }
}
