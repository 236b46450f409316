//! The query of a statement.

use super::json::malformed;
use crate::calendar::{Day, TimeZone};
use crate::refusal::Refusal;
use crate::statement::{Cursor, MAX_LINES};

/// `GET /v1/shops/me/statement`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRequest {
    /// The day.
    pub day: Day,
    /// Where it begins and ends; as the shops' policy says if not given.
    pub time_zone: Option<TimeZone>,
    /// Whose; the caller's own if not given.
    pub shop: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// How many entries at most.
    pub limit: u16,
}

impl StatementRequest {
    /// Reads the query, as it is signed: with its `?`.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`], which says of which parameter.
    pub fn read(query: &str) -> Result<Self, Refusal> {
        let (mut day, mut zone, mut shop, mut cursor, mut limit) = Default::default();
        let query = query.strip_prefix('?').unwrap_or(query);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place: &mut Option<String> = match &*name {
                "day" => &mut day,
                "tz" => &mut zone,
                "shop" => &mut shop,
                "cursor" => &mut cursor,
                "limit" => &mut limit,
                _ => return Err(malformed(&format!("unknown parameter `{name}`"))),
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(malformed(&format!("duplicate parameter `{name}`")));
            }
        }
        let day = day.ok_or_else(|| malformed("missing parameter `day`"))?;
        let limit = match limit {
            None => Some(MAX_LINES),
            Some(text) => number(&text).filter(|limit| (1..=MAX_LINES).contains(limit)),
        };
        Ok(Self {
            day: Day::parse(&day).map_err(|why| malformed(&format!("day: {why}")))?,
            time_zone: zone
                .map(TimeZone::try_from)
                .transpose()
                .map_err(|why| malformed(&format!("tz: {why}")))?,
            shop: shop
                .map(|text| number(&text).ok_or_else(|| malformed("shop: it is a shop's number")))
                .transpose()?,
            cursor: cursor
                .map(|text| Cursor::parse(&text).ok_or_else(|| malformed("cursor: it is none")))
                .transpose()?,
            limit: limit.ok_or_else(|| malformed("limit: it is 1 to 500"))?,
        })
    }
}

/// A number in its one spelling.
fn number<T: std::str::FromStr + ToString>(text: &str) -> Option<T> {
    text.parse::<T>().ok().filter(|number| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(query: &str) -> String {
        match StatementRequest::read(query) {
            Err(Refusal::MalformedRequest(why)) => why,
            other => panic!("{query}: {other:?}"),
        }
    }

    #[test]
    fn reads_what_it_must() {
        let day = StatementRequest::read("?day=2026-02-06").unwrap();
        assert_eq!((day.day.as_str(), day.limit), ("2026-02-06", 500));
        assert_eq!((day.time_zone, day.shop, day.cursor), (None, None, None));
        let cursor = "A".repeat(64);
        let all =
            format!("?limit=1&shop=4294967295&tz=Etc%2FGMT%2B8&cursor={cursor}&day=2026-02-06");
        let all = StatementRequest::read(&all).unwrap();
        assert_eq!((all.limit, all.shop), (1, Some(u32::MAX)));
        assert_eq!(all.time_zone.unwrap().as_str(), "Etc/GMT+8");
        assert_eq!(all.cursor.unwrap().to_string(), cursor);
    }

    #[test]
    fn says_what_is_wrong() {
        for (query, why) in [
            ("?", "missing parameter `day`"),
            ("?Day=2026-02-06", "unknown parameter `Day`"),
            ("?day=2026-02-06&page=2", "unknown parameter `page`"),
            ("?day=2026-02-06&day=2026-02-06", "duplicate parameter `day`"),
            ("?day=2026-02-06&limit=1&limit=", "duplicate parameter `limit`"),
            ("?day", "day: a day is like 2026-02-06"),
            ("?day=2026-02-30", "day: a day is like 2026-02-06"),
            ("?day=2019-12-31", "day: there is nothing before 2020-01-01"),
            ("?day=2026-02-06&tz=Etc/GMT+8", "tz: a time zone is a name like Asia/Shanghai"),
            ("?day=2026-02-06&limit=0", "limit: it is 1 to 500"),
            ("?day=2026-02-06&limit=501", "limit: it is 1 to 500"),
            ("?day=2026-02-06&limit=+5", "limit: it is 1 to 500"),
            ("?day=2026-02-06&limit=", "limit: it is 1 to 500"),
            ("?day=2026-02-06&shop=01", "shop: it is a shop's number"),
            ("?day=2026-02-06&shop=4294967296", "shop: it is a shop's number"),
            ("?day=2026-02-06&cursor=x", "cursor: it is none"),
        ] {
            assert_eq!(refusal(query), why, "{query}");
        }
        assert_eq!(refusal(&format!("?{}=1", "x".repeat(10_000))).chars().count(), 200);
    }
}
