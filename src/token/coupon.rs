//! What a coupon says.

use crate::campaign::{CampaignId, Serial, Shard};
use crate::money::Amount;
use crate::time::Timestamp;

/// A coupon: worth something, valid for some time, in a campaign that can exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coupon(CouponFields);

/// The fields of a coupon before they are checked by [`Coupon::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CouponFields {
    /// Whose coupon it is.
    pub campaign: CampaignId,
    /// Which of the campaign's coupons.
    pub serial: Serial,
    /// Face value in minor units of the campaign's currency (2500 = CNY 25.00).
    pub value: u32,
    /// First second in which it may be used, Unix time.
    pub not_before: u32,
    /// First second in which it may no longer be used, Unix time.
    pub not_after: u32,
    /// Bit set of shop groups that may redeem it; 0 = every group.
    pub scope: u32,
    /// Reserved: 0.
    pub flags: u8,
}

/// What a coupon may not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidCoupon {
    /// A flag is set, and none is defined.
    Flags,
    /// The face value is 0.
    Value,
    /// `not_before` is not before `not_after`.
    Window,
}

impl Coupon {
    /// Checks the fields.
    ///
    /// # Errors
    /// The first [`InvalidCoupon`] that applies, in their order.
    pub const fn new(fields: CouponFields) -> Result<Self, InvalidCoupon> {
        if fields.flags != 0 {
            Err(InvalidCoupon::Flags)
        } else if fields.value == 0 {
            Err(InvalidCoupon::Value)
        } else if fields.not_before >= fields.not_after {
            Err(InvalidCoupon::Window)
        } else {
            Ok(Self(fields))
        }
    }

    /// Whose coupon it is.
    pub fn campaign(&self) -> CampaignId {
        self.0.campaign
    }

    /// Which of the campaign's coupons.
    pub fn serial(&self) -> Serial {
        self.0.serial
    }

    /// Which coupon of all: a serial is one only within its campaign.
    pub fn id(&self) -> (CampaignId, Serial) {
        (self.campaign(), self.serial())
    }

    /// The ledger shard that decides on it.
    pub fn shard(&self) -> Shard {
        self.0.campaign.shard_of(self.0.serial)
    }

    /// Face value.
    pub fn value(&self) -> Amount {
        Amount::from(self.0.value)
    }

    /// From when it may be used.
    pub fn not_before(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.not_before)
    }

    /// Until when (exclusive) it may be used, unless the policy extends it.
    pub fn not_after(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.not_after)
    }

    /// Bit set of shop groups that may redeem it; 0 = every group.
    pub fn scope(&self) -> u32 {
        self.0.scope
    }

    /// The checked fields, as they are laid out in a token.
    pub fn fields(&self) -> &CouponFields {
        &self.0
    }
}
