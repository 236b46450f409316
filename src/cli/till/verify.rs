//! What a till can verify without a network: the coupon's signature, and what the policy says.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::campaign::CampaignId;
use crate::cli::args::{policy_keys, public_key};
use crate::cli::outcome::Failure;
use crate::cli::published;
use crate::money::Amount;
use crate::order::Order;
use crate::policy::{CampaignPolicy, Policy, PolicyKeys};
use crate::refusal::Refusal;
use crate::till::Till;
use crate::time::{Timestamp, UtcOffset};
use crate::token::{KeyId, Keyring, PublicKey, UnverifiedToken, VerifiedCoupon, Version};

/// What the till was given while it had a network.
#[derive(Args)]
pub(super) struct Trusted {
    /// A key of the campaign's coupons, from `coupon campaign public-key`; may be repeated.
    #[arg(long, value_name = "CAMPAIGN/KID=KEY", required = true, value_parser = public_key)]
    public_key: Vec<(KeyId, PublicKey)>,

    /// The campaign's policy as it was published: `published/policy/ID` of the issuer's directory.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,

    /// The key that policies are signed with: POLICY_KEYS of the edge.
    #[arg(long, value_name = "KEY", value_parser = policy_keys, allow_hyphen_values = true)]
    policy_key: PolicyKeys,
}

/// What a coupon is verified with.
pub(super) struct Verifier {
    keyring: Keyring,
    pub(super) policy: CampaignPolicy,
}

impl Trusted {
    /// Reads the policy.
    pub(super) fn verifier(&self) -> Result<Verifier> {
        let Some((KeyId { campaign, .. }, _)) = self.public_key.first() else {
            bail!("no --public-key");
        };
        let policy = published::read(&self.policy, *campaign, &self.policy_key)?;
        Ok(Verifier { keyring: self.public_key.iter().copied().collect(), policy })
    }
}

impl Verifier {
    /// Without a policy in force nothing is guessed: as at the edge.
    pub(super) fn in_force(&self, now: Timestamp) -> Result<()> {
        let until = self.policy.valid_until();
        if now >= until {
            bail!("the policy was good until {}: get the one published now", until.rfc3339());
        }
        Ok(())
    }

    /// The coupon, and what it takes off the bill.
    pub(super) fn verify(
        &self,
        token: &str,
        till: &Till,
        order: &Order,
        now: Timestamp,
    ) -> Result<(VerifiedCoupon, Amount), Failure> {
        let offset = self.policy.document().utc_offset_minutes;
        let token = UnverifiedToken::parse(token).map_err(|why| refused(why.into(), offset))?;
        if token.version() == Version::One {
            return Err(Failure::Refused {
                code: "token-unknown-key",
                detail: "a coupon of version 1 cannot be verified without a network".to_owned(),
            });
        }
        let coupon = token.verify(&self.keyring).map_err(|why| refused(why.into(), offset))?;
        let campaign = coupon.coupon().campaign();
        if campaign != self.campaign() {
            return Err(refused(Refusal::TokenUnknownKey, offset));
        }
        let discount = self.policy.judge_at_till(&coupon, till, order, now);
        Ok((coupon, discount.map_err(|why| refused(why.into(), offset))?))
    }

    fn campaign(&self) -> CampaignId {
        self.policy.document().campaign
    }
}

/// The refusal, in the words that the edge would have.
pub(super) fn refused(refusal: Refusal, offset: UtcOffset) -> Failure {
    let code = refusal.code().meaning().code;
    let detail = match &refusal {
        Refusal::MalformedRequest(why) => why.clone(),
        refusal => refusal.words(offset).en,
    };
    Failure::Refused { code, detail }
}
