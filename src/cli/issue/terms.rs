//! What all coupons of a batch have in common, settled from the arguments and the campaign.

use anyhow::{Context, anyhow, bail};

use super::Issue;
use crate::campaign::Serial;
use crate::cli::args::whole_seconds;
use crate::cli::issuer::{Campaign, Issuer};
use crate::time::Timestamp;
use crate::token::{Coupon, CouponFields, CouponKey, KeyId, Malformed, Version};

/// The terms of a batch: a key, and every field but the serial.
pub(super) struct Terms {
    pub(super) key: CouponKey,
    fields: CouponFields,
}

impl Terms {
    /// Settles them; fails when there could be no such coupon.
    pub(super) fn settle(
        args: &Issue,
        issuer: &Issuer,
        campaign: &Campaign,
    ) -> anyhow::Result<Self> {
        let kid = choose_kid(args.kid, campaign)?;
        let key =
            issuer.coupon_key(campaign.token_version, KeyId { campaign: campaign.campaign, kid });
        let window = &campaign.policy.window;
        let fields = CouponFields {
            campaign: campaign.campaign,
            serial: Serial::from_bytes([0; 12]),
            value: args.value.get(),
            not_before: time(args.from, window.from, "--from")?,
            not_after: time(args.until, window.until, "--until")?,
            scope: args.scope,
            flags: 0,
        };
        let terms = Self { key, fields };
        terms.coupon(fields.serial)?;
        Ok(terms)
    }

    /// The coupon of this serial.
    pub(super) fn coupon(&self, serial: Serial) -> anyhow::Result<Coupon> {
        Coupon::new(CouponFields { serial, ..self.fields })
            .map_err(|invalid| anyhow!("no such coupon: {}", Malformed::Coupon(invalid).detail()))
    }

    /// Which of the campaign's keys signs.
    pub(super) fn kid(&self) -> u16 {
        self.key.id().kid
    }

    /// Of which version the tokens are.
    pub(super) fn version(&self) -> Version {
        self.key.version()
    }

    /// Face value in minor units.
    pub(super) fn value(&self) -> u32 {
        self.fields.value
    }

    /// From when they may be used.
    pub(super) fn not_before(&self) -> Timestamp {
        Timestamp::from_seconds(self.fields.not_before)
    }

    /// Until when (exclusive) they may be used.
    pub(super) fn not_after(&self) -> Timestamp {
        Timestamp::from_seconds(self.fields.not_after)
    }
}

fn choose_kid(asked: Option<u16>, campaign: &Campaign) -> anyhow::Result<u16> {
    let (id, kids) = (campaign.campaign, &campaign.kids);
    match asked {
        Some(kid) if kids.contains(&kid) => Ok(kid),
        Some(kid) => bail!("campaign {id} has no kid {kid}: it has {kids:?}"),
        None => kids.iter().max().copied().with_context(|| format!("campaign {id} has no kid")),
    }
}

fn time(asked: Option<u32>, window: Timestamp, option: &str) -> anyhow::Result<u32> {
    match asked {
        Some(time) => Ok(time),
        None => whole_seconds(window)
            .map_err(|why| anyhow!("the campaign's window cannot be used, say {option}: {why}")),
    }
}
