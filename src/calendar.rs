//! Days and time zones, by their names. When a day begins in a zone, only a table of all zones can
//! tell: the platform has one.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A day of some calendar on a wall, like `2026-02-06`: 2020-01-01 or later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(String);

/// No coupon of ours is older, and zones had stranger days then.
const FIRST: &str = "2020-01-01";

impl Day {
    /// Reads `YYYY-MM-DD`.
    ///
    /// # Errors
    /// What a day is, when the text is none.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        // The length leaves no room for a time; the rest is a calendar's work.
        let is_day =
            text.len() == 10 && Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).is_some();
        match is_day {
            false => Err("a day is like 2026-02-06"),
            true if text < FIRST => Err("there is nothing before 2020-01-01"),
            true => Ok(Self(text.to_owned())),
        }
    }

    /// As it was read.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0
    }
}

/// A name that can be one of the [IANA time zone database]'s, like `Asia/Shanghai`. Whether it is,
/// the platform knows.
///
/// [IANA time zone database]: https://www.iana.org/time-zones
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(String);

/// The longest name that there is has 32 characters.
const MAX_LENGTH: usize = 64;

impl TimeZone {
    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TimeZone {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let may_be = |c: char| c.is_ascii_alphanumeric() || "_+-/".contains(c);
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if begins && name.len() <= MAX_LENGTH && name.chars().all(may_be) {
            Ok(Self(name))
        } else {
            Err("a time zone is a name like Asia/Shanghai")
        }
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_that_a_calendar_has() {
        for day in ["2020-01-01", "2026-02-06", "2028-02-29", "9999-12-31"] {
            assert_eq!(Day::parse(day).unwrap().as_str(), day);
        }
        for wrong in [
            "",
            "2026-2-6",
            "2026-02-30",
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-02-00",
            "20260206",
            "2026-02-06T",
            "+026-02-06",
            "２026-02",
            "2026/02/06",
            "2026-02-06 ",
        ] {
            assert_eq!(Day::parse(wrong), Err("a day is like 2026-02-06"), "{wrong}");
        }
        assert!(Day::parse("2019-12-31").unwrap_err().contains("before"));
    }

    #[test]
    fn a_zone_has_the_form_of_a_name() {
        let zone = |name: &str| TimeZone::try_from(name.to_owned());
        for name in ["UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+8"] {
            assert_eq!(zone(name).unwrap().as_str(), name);
        }
        for wrong in ["", "+08:00", "/UTC", "Asia Shanghai", "中国", "a\0", &"a".repeat(65)] {
            assert!(zone(wrong).is_err(), "{wrong}");
        }
        assert!(zone(&"a".repeat(64)).is_ok());
    }
}
