//! Points in time, as the ledger stores them and as people read them.
//!
//! Out of scope: reading a clock. The shells do that and pass the time in.

use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z, up to the end of the year 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub struct Timestamp(u64);

/// The last millisecond that [RFC 3339] can write with a four-digit year.
///
/// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
const LAST_MILLIS: u64 = 253_402_300_799_999;

impl Timestamp {
    /// The time `millis` after the epoch; later than the year 9999 is taken as its end.
    pub const fn from_millis(millis: u64) -> Self {
        Self(if millis > LAST_MILLIS { LAST_MILLIS } else { millis })
    }

    /// The time `seconds` after the epoch.
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(seconds as u64 * 1000)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// This time and so many seconds.
    pub const fn plus_seconds(self, seconds: u32) -> Self {
        Self::from_millis(self.0 + seconds as u64 * 1000)
    }

    /// How long after `earlier` this is, in milliseconds; 0 if it is before.
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// As [RFC 3339] in UTC with milliseconds: `2026-02-06T04:04:05.123Z`.
    ///
    /// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
    pub fn rfc3339(self) -> String {
        humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(self.0)).to_string()
    }

    /// As a cashier reads it, in the campaign's local time: `2026-02-06 12:04`.
    pub fn local(self, offset: UtcOffset) -> String {
        let shifted = self.0.saturating_add_signed(i64::from(offset.0) * 60_000);
        let shifted = Self::from_millis(shifted).rfc3339();
        shifted.chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect()
    }

    /// Reads RFC 3339 in UTC (`2026-02-06T04:04:05Z`); `None` if it is anything else.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let time = humantime::parse_rfc3339(text).ok()?;
        let since_epoch = time.duration_since(UNIX_EPOCH).ok()?;
        Some(Self::from_millis(u64::try_from(since_epoch.as_millis()).ok()?))
    }
}

impl From<u64> for Timestamp {
    fn from(millis: u64) -> Self {
        Self::from_millis(millis)
    }
}

impl From<Timestamp> for u64 {
    fn from(time: Timestamp) -> Self {
        time.0
    }
}

/// Minutes that the campaign's clocks are ahead of UTC (China: 480); used for words only, never to
/// decide. From -720 to 840, as on Earth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i16", into = "i16")]
pub struct UtcOffset(i16);

impl UtcOffset {
    /// China Standard Time.
    pub const CHINA: Self = Self(480);
}

impl TryFrom<i16> for UtcOffset {
    type Error = &'static str;

    fn try_from(minutes: i16) -> Result<Self, Self::Error> {
        match minutes {
            -720..=840 => Ok(Self(minutes)),
            _ => Err("a UTC offset is -720 to 840 minutes"),
        }
    }
}

impl From<UtcOffset> for i16 {
    fn from(offset: UtcOffset) -> Self {
        offset.0
    }
}

/// Serde for a time that people write: RFC 3339 in UTC instead of a number.
pub mod as_rfc3339 {
    use super::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use std::borrow::Cow;

    /// Writes RFC 3339.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        time.rfc3339().serialize(serializer)
    }

    /// Reads RFC 3339 in UTC.
    ///
    /// # Errors
    /// When the text is not such a time.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = <Cow<'_, str>>::deserialize(deserializer)?;
        Timestamp::parse_rfc3339(&text)
            .ok_or_else(|| D::Error::custom("a time is RFC 3339 in UTC, like 2026-02-06T04:00:00Z"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_rfc3339_and_as_local_time() {
        let opening = Timestamp::from_millis(1_770_350_645_123);
        assert_eq!(opening.rfc3339(), "2026-02-06T04:04:05.123Z");
        assert_eq!(opening.local(UtcOffset::CHINA), "2026-02-06 12:04");
        assert_eq!(opening.local(UtcOffset(-300)), "2026-02-05 23:04");
        assert_eq!(Timestamp::parse_rfc3339("2026-02-06T04:04:05.123Z"), Some(opening));
        assert_eq!(Timestamp::parse_rfc3339("2026-02-06 04:04"), None);
    }

    #[test]
    fn seconds_are_added_as_seconds() {
        assert_eq!(Timestamp::from_millis(1_234).plus_seconds(3), Timestamp::from_millis(4_234));
    }

    #[test]
    fn an_offset_is_one_that_clocks_on_earth_have() {
        assert_eq!(UtcOffset::try_from(480), Ok(UtcOffset::CHINA));
        for (minutes, exists) in [(-721, false), (-720, true), (840, true), (841, false)] {
            assert_eq!(UtcOffset::try_from(minutes).is_ok(), exists, "{minutes}");
        }
    }

    #[test]
    fn never_leaves_four_digit_years() {
        assert_eq!(Timestamp::from_millis(u64::MAX).rfc3339(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_millis(0).local(UtcOffset(-60)), "1970-01-01 00:00");
    }
}
