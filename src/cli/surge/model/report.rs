//! The model's tables, for a person and for a program. A column for each rate.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::cost::{self, Line, bill};
use super::demand::Campaign;
use super::limits::{self, Limit};
use super::prices;

/// Milliseconds that a request is at work in an object at least: the median wait of a whole request
/// on one machine, so that the object alone is less. For the lower bound of the duration.
const LEAST_OBJECT_MS: f64 = 2.5;

/// The tables, one under the other, as Markdown.
pub(super) fn text(campaigns: &[Campaign]) -> String {
    let mut text = String::from("In the worst second:\n\n");
    table(&mut text, "redemptions a second", campaigns, &PER_SECOND);
    let _ = write!(text, "\nIn all, and US dollars at list prices of {}:\n\n", prices::READ);
    costs(&mut text, campaigns);
    let _ = writeln!(
        text,
        "\nObject GB-s are the most that they can be: every shard active for all of the hours. If only \
         the time at work counts, at {LEAST_OBJECT_MS} ms a request, they are {}.",
        each(campaigns, |it| it.least_object_gb_s(LEAST_OBJECT_MS))
    );
    let _ = writeln!(
        text,
        "\nOf the sums, shipping the journal is {}: behind the redemptions, if each shard always has \
         something to ship.",
        each(campaigns, |it| cost::gross_usd(&cost::shipping(it)))
    );
    text += "\nHow far from the platform's published limits, nearest first:\n\n";
    for campaign in campaigns {
        headroom(&mut text, campaign);
    }
    text += "What gives way first as the rate grows:\n\n";
    table(&mut text, "redemptions a second", campaigns, &GIVES_WAY);
    text += "\nKV: reads have no limit; a changed policy is seen within 60 s, sometimes more, and instances \
             ask every 30 s: so a pause takes about 90 s. Worker requests, objects and storage of an \
             account have no published limit.";
    text
}

fn each(campaigns: &[Campaign], figure: Figure) -> String {
    let all: Vec<_> = campaigns.iter().map(|it| short(figure(it))).collect();
    all.join(" and ")
}

/// A figure of a campaign.
type Figure = fn(&Campaign) -> f64;

const PER_SECOND: [(&str, Figure); 10] = [
    ("requests, to the Worker and to objects each", Campaign::requests_per_s),
    ("shards", |it| it.shards.into()),
    ("requests of a shard, mean", Campaign::shard_per_s),
    ("requests of the busiest shard", Campaign::busiest_shard_per_s),
    ("rows written", Campaign::rows_written_per_s),
    ("ledger grows, MB", |it| it.bytes_per_s() / 1e6),
    ("KV reads", Campaign::kv_reads_per_s),
    ("log lines", Campaign::log_lines_per_s),
    ("Worker CPU, cores", Campaign::cores),
    ("days until the first shard is full", |it| limits::seconds_until_full(it) / 86_400.0),
];

const GIVES_WAY: [(&str, Figure); 3] = [
    ("the log is no longer whole, if it lasts a day", limits::rate_of_full_log),
    ("the busiest of these shards is at the soft limit", limits::rate_of_full_shards),
    ("the same with all shards that a campaign can have", |it| {
        limits::rate_of_full_shards(&Campaign { shards: limits::SHARDS, ..*it })
    }),
];

fn table(text: &mut String, title: &str, campaigns: &[Campaign], rows: &[(&str, Figure)]) {
    let _ = write!(text, "| {title} |");
    for campaign in campaigns {
        let _ = write!(text, " {} |", short(campaign.rate));
    }
    let _ = writeln!(text, "\n|---|{}", "---:|".repeat(campaigns.len()));
    for (name, figure) in rows {
        let _ = write!(text, "| {name} |");
        for campaign in campaigns {
            let _ = write!(text, " {} |", short(figure(campaign)));
        }
        text.push('\n');
    }
}

fn costs(text: &mut String, campaigns: &[Campaign]) {
    *text += "| meter |";
    for campaign in campaigns {
        let of = short(campaign.redemptions);
        let _ = write!(
            text,
            " used by {of} on {} shards | USD | USD beyond the plan |",
            campaign.shards
        );
    }
    let _ = writeln!(text, "\n|---|{}", "---:|".repeat(campaigns.len() * 3));
    let bills: Vec<_> = campaigns.iter().map(bill).collect();
    for index in 0..bills.first().map_or(0, |lines| lines.len()) {
        let lines: Vec<_> = bills.iter().filter_map(|lines| lines.get(index)).collect();
        let _ = write!(text, "| {} |", lines.first().map_or("", |line| line.price.meter));
        for line in lines {
            let (used, gross, net) = (short(line.used), line.gross_usd(), line.net_usd());
            let _ = write!(text, " {used} | {gross:.2} | {net:.2} |");
        }
        text.push('\n');
    }
    *text += "| sum; with the plan's 5.00 on the right |";
    for lines in &bills {
        let _ = write!(text, " | {:.2} | {:.2} |", cost::gross_usd(lines), cost::net_usd(lines));
    }
    text.push('\n');
}

fn headroom(text: &mut String, campaign: &Campaign) {
    let rate = short(campaign.rate);
    let _ = writeln!(
        text,
        "| at {rate} a second, {} shards | used | limit | headroom | beyond it |\n|---|---:|---:|---:|---|",
        campaign.shards
    );
    for limit in limits::of(campaign) {
        let (used, most) = (short(limit.used), short(limit.limit));
        let times = short(limit.headroom());
        let _ =
            writeln!(text, "| {} | {used} | {most} | {times}× | {} |", limit.what, limit.beyond);
    }
    text.push('\n');
}

/// The same for a program.
pub(super) fn json(campaigns: &[Campaign], per_shard: f64) -> Value {
    let all: Vec<_> = campaigns.iter().map(campaign_json).collect();
    json!({
        "read": prices::READ,
        "assumed": {
            "requests_per_s_of_a_shard": per_shard,
            "object_requests_per_s_limit": limits::OBJECT_REQUESTS_PER_S,
            "least_object_ms": LEAST_OBJECT_MS,
            "plan_usd": prices::PLAN_USD,
        },
        "campaigns": all,
    })
}

fn campaign_json(it: &Campaign) -> Value {
    let lines = bill(it);
    let meters: Vec<_> = lines.iter().map(meter_json).collect();
    let limits: Vec<_> = limits::of(it).iter().map(limit_json).collect();
    let breaks_first = limits.first().map(|limit| limit["what"].clone());
    let per_second: serde_json::Map<_, _> = PER_SECOND
        .iter()
        .map(|(name, figure)| ((*name).to_owned(), rounded(figure(it)).into()))
        .collect();
    json!({
        "rate": it.rate,
        "redemptions": it.redemptions,
        "hours": it.hours,
        "others_per_redemption": it.others,
        "cpu_ms": it.cpu_ms,
        "instances": it.instances,
        "shards": it.shards,
        "in_the_worst_second": per_second,
        "meters": meters,
        "usd": rounded(cost::gross_usd(&lines)),
        "usd_beyond_the_plan": rounded(cost::net_usd(&lines)),
        "usd_of_shipping": rounded(cost::gross_usd(&cost::shipping(it))),
        "least_object_gb_s": rounded(it.least_object_gb_s(LEAST_OBJECT_MS)),
        "rate_of_full_log": rounded(limits::rate_of_full_log(it)),
        "rate_of_full_shards": rounded(limits::rate_of_full_shards(it)),
        "limits": limits,
        "breaks_first": breaks_first,
    })
}

fn meter_json(line: &Line) -> Value {
    json!({
        "meter": line.price.meter,
        "used": rounded(line.used),
        "included": line.price.included,
        "usd_for": [line.price.usd, line.price.per],
        "usd": rounded(line.gross_usd()),
        "usd_beyond_the_plan": rounded(line.net_usd()),
        "source": line.price.source,
    })
}

fn limit_json(limit: &Limit) -> Value {
    json!({
        "what": limit.what,
        "limit": limit.limit,
        "used": rounded(limit.used),
        "headroom": rounded(limit.headroom()),
        "beyond": limit.beyond,
        "source": limit.source,
    })
}

/// Three decimals.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Three figures that count, with thousands told apart.
fn short(value: f64) -> String {
    if value != 0.0 && value < 10.0 {
        let text = format!("{value:.2}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::demand::tests::NIGHT;
    use super::*;

    #[test]
    fn numbers_are_short_and_can_be_read() {
        let all = [0.0, 0.19, 2.5, 9.0, 10.4, 999.0, 1000.0, 12_345_678.9];
        let text = all.map(short);
        assert_eq!(text, ["0", "0.19", "2.5", "9", "10", "999", "1,000", "12,345,679"]);
    }

    #[test]
    fn each_rate_has_its_columns_and_its_limits() {
        let big = Campaign { rate: 100_000.0, shards: 512, ..NIGHT };
        let text = text(&[NIGHT, big]);
        for row in [
            "| redemptions a second | 309 | 100,000 |\n",
            "| shards | 16 | 512 |\n",
            "| rows read | 40,000,000 | 0.04 | 0.00 | 40,000,000 | 0.04 | 0.00 |\n",
            "| at 100,000 a second, 512 shards | used | limit | headroom | beyond it |\n",
        ] {
            assert!(text.contains(row), "{row}in\n{text}");
        }
    }

    #[test]
    fn a_program_is_told_what_breaks_first_and_where_a_price_stands() {
        let json = json(&[Campaign { rate: 100_000.0, shards: 512, ..NIGHT }], 300.0);
        let it = &json["campaigns"][0];
        assert_eq!(it["breaks_first"], "log lines of a day at this rate");
        assert_eq!(it["meters"][0]["usd"], 3.0);
        assert!(it["meters"][0]["source"].as_str().unwrap().starts_with("https://developers."));
        assert_eq!(json["assumed"]["requests_per_s_of_a_shard"], 300.0);
    }
}
