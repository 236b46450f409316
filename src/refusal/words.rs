//! What a cashier reads out: one line, in Chinese and in English, with the next step where there is
//! one.

use super::{Code, Refusal};
use crate::time::UtcOffset;

/// One line in two languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

fn words(zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words { zh: zh.into(), en: en.into() }
}

impl Refusal {
    /// The words for this refusal, times in the campaign's local time.
    pub fn words(&self, offset: UtcOffset) -> Words {
        match self {
            Self::NotYetValid { from } => {
                let from = from.local(offset);
                words(
                    format!("此券尚未生效，{from} 起可用。"),
                    format!("This coupon is not valid yet. It can be used from {from}."),
                )
            }
            Self::Expired { at } => {
                let at = at.local(offset);
                words(format!("此券已于 {at} 过期。"), format!("This coupon expired on {at}."))
            }
            Self::BelowMinimumSpend { minimum } => words(
                format!("订单满 {minimum} 才能使用此券。"),
                format!("The order must be at least {minimum} to use this coupon."),
            ),
            Self::AlreadyRedeemed { at, till: Some(till) } => {
                let at = at.local(offset);
                words(
                    format!("此券已于 {at} 在本店 {till} 号收银台使用。"),
                    format!("This coupon was used on {at} at this shop, till {till}."),
                )
            }
            Self::AlreadyRedeemed { at, till: None } => {
                let at = at.local(offset);
                words(
                    format!("此券已于 {at} 在其他门店使用。"),
                    format!("This coupon was used on {at} at another shop."),
                )
            }
            Self::RedemptionReversed { at } => {
                let at = at.local(offset);
                words(
                    format!("这次用券已于 {at} 撤销，如需使用请重新扫码。"),
                    format!("This use was undone on {at}. Scan the coupon again to use it."),
                )
            }
            Self::ReversalTooLate { until } => {
                let until = until.local(offset);
                words(
                    format!("可撤销时间已于 {until} 结束，请联系活动方。"),
                    format!("Undoing was possible until {until}. Contact the campaign."),
                )
            }
            Self::CurrencyMismatch { expected } => words(
                format!("此券仅限 {expected} 订单使用，请联系技术支持。"),
                format!("This coupon is for orders in {expected}. Call technical support."),
            ),
            _ => self.code().words(),
        }
    }
}

impl Code {
    /// The words where there is nothing more to say than the code does.
    pub fn words(self) -> Words {
        match self {
            Self::NotFound => words("找不到这笔用券记录。", "There is no such redemption."),
            Self::ShopSuspended => words(
                "本店或本收银台已暂停用券，请联系活动方。",
                "This shop or till is suspended. Contact the campaign.",
            ),
            Self::MethodNotAllowed
            | Self::UnsupportedMediaType
            | Self::BodyTooLarge
            | Self::IdempotencyKeyMissing
            | Self::SignatureMissing
            | Self::SignatureInvalid
            | Self::MalformedRequest
            | Self::IdempotencyKeyReused
            | Self::CurrencyMismatch => words(
                "收银系统出错，请联系技术支持。",
                "The till's software made a mistake. Call technical support.",
            ),
            Self::SignatureStale => words(
                "收银机时间不准，请校准时间后重试。",
                "The till's clock is wrong. Set the time and try again.",
            ),
            Self::TokenMalformed => {
                words("这不是有效的券码，请重新扫码。", "This is not a coupon code. Scan it again.")
            }
            Self::TokenUnknownKey => {
                words("此券不属于进行中的活动。", "This coupon belongs to no running campaign.")
            }
            Self::TokenForged => words("此券不是真券。", "This coupon is not genuine."),
            Self::RedemptionReversed => words("这次用券已撤销。", "This use was undone."),
            Self::CampaignPaused => {
                words("活动暂停中，请稍后再试。", "The campaign is paused. Please try again later.")
            }
            Self::NotYetValid => words("此券尚未生效。", "This coupon is not valid yet."),
            Self::Expired => words("此券已过期。", "This coupon has expired."),
            Self::OutOfScope => {
                words("此券不能在本店使用。", "This coupon cannot be used at this shop.")
            }
            Self::BelowMinimumSpend => words("订单金额不足。", "The order is too small."),
            Self::Revoked => words("此券已作废。", "This coupon was withdrawn."),
            Self::AlreadyRedeemed => words("此券已使用。", "This coupon has been used."),
            Self::ReversalTooLate => words("已过可撤销时间。", "It is too late to undo this."),
            Self::LimitReached => words(
                "此券使用和撤销次数过多，不能再用。",
                "This coupon was used and undone too often. It cannot be used any more.",
            ),
            Self::Busy => words("系统繁忙，请重试。", "The system is busy. Please try again."),
            Self::Fault => words("系统故障，请重试。", "The system failed. Please try again."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Amount, Price};
    use crate::time::Timestamp;

    #[test]
    fn what_the_refusal_knows_is_in_the_words_of_both_languages() {
        let at = Timestamp::from_millis(1_770_350_645_123);
        let (amount, currency) = (Amount::from(3000), "CNY".parse().unwrap());
        let minimum = Price { amount, currency, digits: 2 };
        for (refusal, known) in [
            (Refusal::NotYetValid { from: at }, "2026-02-06 12:04"),
            (Refusal::Expired { at }, "2026-02-06 12:04"),
            (Refusal::BelowMinimumSpend { minimum }, "CNY 30.00"),
            (Refusal::AlreadyRedeemed { at, till: Some(2) }, "2026-02-06 12:04"),
            (Refusal::AlreadyRedeemed { at, till: Some(42) }, " 42"),
            (Refusal::AlreadyRedeemed { at, till: None }, "2026-02-06 12:04"),
            (Refusal::RedemptionReversed { at }, "2026-02-06 12:04"),
            (Refusal::ReversalTooLate { until: at }, "2026-02-06 12:04"),
            (Refusal::CurrencyMismatch { expected: currency }, "CNY"),
        ] {
            let Words { zh, en } = refusal.words(UtcOffset::CHINA);
            assert!(zh.contains(known) && en.contains(known), "{refusal:?}: {zh} {en}");
        }
    }

    #[test]
    fn every_code_has_words_in_both_languages() {
        for code in Code::ALL {
            let Words { zh, en } = code.words();
            assert!(zh.ends_with('。') && en.ends_with('.'), "{code:?}: {zh} {en}");
        }
    }
}
