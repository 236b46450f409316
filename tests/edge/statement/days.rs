//! When a day begins and ends, as the platform's table of time zones has it, and what is no day.

use super::*;
use coupon_edge::calendar::TimeZone;
use coupon_edge::policy::GroupTimeZone;

#[test]
fn a_day_is_that_of_the_wall_where_the_shop_is() {
    let edge = Edge::start();
    let till = edge.till(SHOP, 1);
    for (zone, day, from, until) in [
        ("UTC", "2026-02-06", "2026-02-06T00:00:00.000Z", "2026-02-07T00:00:00.000Z"),
        ("Asia/Shanghai", "2026-02-06", "2026-02-05T16:00:00.000Z", "2026-02-06T16:00:00.000Z"),
        ("America/Sao_Paulo", "2026-02-06", "2026-02-06T03:00:00.000Z", "2026-02-07T03:00:00.000Z"),
        ("Asia/Kathmandu", "2026-02-06", "2026-02-05T18:15:00.000Z", "2026-02-06T18:15:00.000Z"),
        (
            "Pacific/Kiritimati",
            "2026-02-06",
            "2026-02-05T10:00:00.000Z",
            "2026-02-06T10:00:00.000Z",
        ),
        ("Etc/GMT%2B12", "2026-02-06", "2026-02-06T12:00:00.000Z", "2026-02-07T12:00:00.000Z"),
        // 23 and 25 hours.
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"),
        // There is no midnight: the day begins at 01:00.
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00.000Z", "2026-04-24T21:00:00.000Z"),
        // Midnight comes twice: the day before has 25 hours.
        ("Africa/Cairo", "2026-10-29", "2026-10-28T21:00:00.000Z", "2026-10-29T22:00:00.000Z"),
        ("Africa/Cairo", "2026-10-30", "2026-10-29T22:00:00.000Z", "2026-10-30T22:00:00.000Z"),
        // A leap day, and the first there is.
        ("UTC", "2024-02-29", "2024-02-29T00:00:00.000Z", "2024-03-01T00:00:00.000Z"),
        ("Asia/Tokyo", "2020-01-01", "2019-12-31T15:00:00.000Z", "2020-01-01T15:00:00.000Z"),
    ] {
        let path = format!("/v1/shops/me/statement?day={day}&tz={zone}");
        let answer = till.call("GET", &path).send();
        let told = (&answer.body["from"], &answer.body["until"]);
        assert_eq!(told, (&json!(from), &json!(until)), "{zone} {day} {}", answer.text);
        assert_eq!(answer.body["time_zone"], zone.replace("%2B", "+"));
    }
}

#[test]
fn an_entry_is_of_the_day_that_it_was_there() {
    let edge = edge();
    let till = edge.till(SHOP, 1);
    let last = |seq, at| Entry { at: Timestamp::from_millis(at), ..entry(seq, Kind::Redemption) };
    // The last millisecond of 6 February in Shanghai, and the first of the 7th.
    let entries = vec![last(1, 1_770_393_599_999), last(2, 1_770_393_600_000)];
    bring(&edge, &parcel(edge.issuer.campaign.campaign, 0, 0, entries));
    let of = |query: &str| {
        let answer = till.call("GET", &format!("/v1/shops/me/statement?{query}")).send();
        answer.body["campaigns"][0]["redeemed"]["count"].clone()
    };
    assert_eq!(of("day=2026-02-06&tz=Asia/Shanghai"), 1);
    assert_eq!(of("day=2026-02-07&tz=Asia/Shanghai"), 1);
    assert_eq!(of("day=2026-02-06"), 2);
    assert_eq!(of("day=2026-02-05"), Value::Null);
}

#[test]
fn the_shops_policy_says_where_a_shop_is_unless_it_says_so_itself() {
    let zone = |name: &str| TimeZone::try_from(name.to_owned()).unwrap();
    let mut issuer = Issuer::new();
    issuer.shops.time_zone = Some(zone("Europe/Berlin"));
    let group = |group, name| GroupTimeZone { group, time_zone: zone(name) };
    issuer.shops.group_time_zones = vec![group(1, "Asia/Shanghai"), group(2, "Mars/Olympus_Mons")];
    let edge = Edge::start_with(issuer);
    let of = |groups| {
        let mut till = edge.till(SHOP, 1);
        till.attributes.groups = groups;
        Till::new(&edge, till.attributes)
    };
    assert_eq!(ask(&of(0b1), "").body["from"], "2026-02-05T23:00:00.000Z");
    assert_eq!(ask(&of(0b10), "").body["time_zone"], "Asia/Shanghai");
    assert_eq!(ask(&of(0b10), "&tz=UTC").body["time_zone"], "UTC");
    let nowhere = ask(&of(0b100), "");
    assert_eq!(nowhere.body["detail"], "tz: the edge knows no time zone Mars/Olympus_Mons");
    assert_eq!(ask(&of(0b100), "&tz=UTC").status, 200);
}

#[test]
fn what_is_no_question_is_told_what_is_wrong() {
    let edge = Edge::start();
    let till = edge.till(SHOP, 1);
    let tomorrow = Timestamp::from_seconds(crate::support::now_s() + 2 * 86_400).rfc3339();
    for (query, detail) in [
        ("", "missing parameter `day`"),
        ("day=yesterday", "day: a day is like 2026-02-06"),
        ("day=2019-12-31", "day: there is nothing before 2020-01-01"),
        (&format!("day={}", &tomorrow[..10]), "day: it has not begun in UTC"),
        ("day=9999-12-31&tz=Asia/Tokyo", "day: it has not begun in Asia/Tokyo"),
        ("day=2026-02-06&tz=Europe/Atlantis", "tz: the edge knows no time zone Europe/Atlantis"),
        ("day=2026-02-06&tz=%2B08:00", "tz: a time zone is a name like Asia/Shanghai"),
        ("day=2026-02-06&day=2026-02-06", "duplicate parameter `day`"),
        ("day=2026-02-06&page=2", "unknown parameter `page`"),
        ("day=2026-02-06&limit=501", "limit: it is 1 to 500"),
        ("day=2026-02-06&cursor=x", "cursor: it is none"),
    ] {
        let answer = till.call("GET", &format!("/v1/shops/me/statement?{query}")).send();
        assert_eq!(answer.code(), "malformed-request", "{query} {}", answer.text);
        assert_eq!(answer.body["detail"], detail, "{query}");
    }
}
