//! A sample campaign, coupon, till and redemption, all made by the code that makes real ones.

use anyhow::{Context, anyhow};
use serde_json::{Value, json};

use super::signed::{CREATED, KEY, Signed};
use crate::campaign::{CampaignId, Serial, Shard};
use crate::jws::SigningKeys;
use crate::ledger::entry::ANSWER_VERSION;
use crate::ledger::{Entry, Fingerprint, IdempotencyKey, Identity, Kind};
use crate::money::Amount;
use crate::order::Order;
use crate::policy::{AdmittedTill, CampaignPolicy, Policy, Scope, ShopsPolicy};
use crate::secret::Root;
use crate::time::Timestamp;
use crate::token::{Coupon, CouponFields, CouponKey, KeyId, UnverifiedToken, VerifiedCoupon};

/// The issuer's root of `docs/token.md`: public.
const ISSUER_ROOT: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const SERIAL: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/// When the example's till without a network gave the goods.
pub(super) const OFFLINE_AT: &str = "2026-02-06T03:40:00.000Z";
const OTHER_SERIAL: [u8; 12] = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
/// The seed of RFC 8037, appendix A.1: public.
const RECEIPT_KEY: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
/// The example's order.
pub(super) const ORDER_AMOUNT: u32 = 3000;
const ORDER_REF: &str = "bill 4711";

/// Everything that the examples are made of.
pub(super) struct Sample {
    pub(super) token: String,
    /// Of another coupon of the same kind.
    pub(super) other_token: String,
    /// Of a campaign of version 2.
    pub(super) offline_token: String,
    pub(super) coupon: VerifiedCoupon,
    pub(super) policy: CampaignPolicy,
    pub(super) signed: Signed,
    pub(super) redemption: Entry,
    pub(super) reversal: Entry,
    pub(super) till: AdmittedTill,
    /// The till's shop's statement.
    pub(super) scope: Scope,
    pub(super) order: Order,
    pub(super) receipt_keys: SigningKeys,
}

impl Sample {
    pub(super) fn new() -> anyhow::Result<Self> {
        let campaign = CampaignId::new(4, 1).context("no such campaign")?;
        let root = Root::parse(ISSUER_ROOT).context("no root")?;
        let offline_campaign = offline_campaign()?;
        let key = KeyId { campaign: offline_campaign, kid: 1 };
        let offline_token =
            token(offline_campaign, SERIAL, &CouponKey::derive_signing(&root, key))?;
        let key = CouponKey::derive(&root, KeyId { campaign, kid: 1 });
        let [token, other_token] = [SERIAL, OTHER_SERIAL].map(|it| token(campaign, it, &key));
        let (token, other_token) = (token?, other_token?);
        let coupon = UnverifiedToken::parse(&token).map_err(|why| anyhow!(why.detail()))?;
        let coupon = coupon.verify(&[key].into_iter().collect());
        let coupon = coupon.map_err(|why| anyhow!("the example's token: {why:?}"))?;

        let policy = CampaignPolicy::parse(&policy(campaign).to_string())?;
        let currency = policy.document().currency;
        let reference = ORDER_REF.to_owned().try_into().map_err(|why: &str| anyhow!(why))?;
        let order = Order::new(Amount::from(ORDER_AMOUNT), currency, Some(reference));
        let order = order.context("an order of nothing")?;

        let signed = Signed::new(format!(
            r#"{{"token":"{token}","order_amount":{ORDER_AMOUNT},"currency":"CNY","order_ref":"{ORDER_REF}"}}"#
        ))?;
        let shops = ShopsPolicy::parse(r#"{"epoch":1,"valid_until":"2026-03-01T00:00:00Z"}"#)?;
        let wrong = |why| anyhow!("the example's till: {why:?}");
        let signer = signed.verified()?;
        let till = shops.admit(&signer).map_err(wrong)?;
        let scope = shops.admit_reader(&signer).map_err(wrong)?.scope(None);
        let scope = scope.map_err(|why| anyhow!("the example's shop: {why:?}"))?;
        let redemption = redemption(&coupon, &till, &order, &policy)?;
        let mut reversal = redemption.clone();
        (reversal.seq, reversal.n, reversal.kind) = (271, 1, Kind::Reversal);
        reversal.at = redemption.at.plus_seconds(600);
        let receipt_keys = SigningKeys::parse(RECEIPT_KEY).context("no key for receipts")?;
        Ok(Self {
            token,
            other_token,
            offline_token,
            coupon,
            policy,
            signed,
            redemption,
            reversal,
            till,
            scope,
            order,
            receipt_keys,
        })
    }

    /// When the examples happen.
    pub(super) fn now(&self) -> Timestamp {
        self.redemption.at
    }

    /// A coupon's ledger shard.
    pub(super) fn shard(&self) -> Shard {
        let coupon = self.coupon.coupon();
        coupon.shard()
    }
}

/// A campaign that takes sales of tills without a network.
pub(super) fn offline_campaign() -> anyhow::Result<CampaignId> {
    CampaignId::new(4, 2).context("no such campaign")
}

fn token(campaign: CampaignId, serial: [u8; 12], key: &CouponKey) -> anyhow::Result<String> {
    let (not_before, not_after) = (1_770_336_000, 1_771_804_800);
    let serial = Serial::from_bytes(serial);
    let fields =
        CouponFields { campaign, serial, value: 2500, not_before, not_after, scope: 5, flags: 0 };
    let coupon = Coupon::new(fields).map_err(|why| anyhow!("the example's coupon: {why:?}"))?;
    coupon.mint(key).context("the example's key is another campaign's")
}

fn policy(campaign: CampaignId) -> Value {
    json!({
        "campaign": campaign, "epoch": 1, "valid_until": "2026-03-01T00:00:00Z",
        "name": "春日奶茶券", "currency": "CNY", "currency_digits": 2, "utc_offset_minutes": 480,
        "window": { "from": "2026-02-06T00:00:00Z", "until": "2026-02-28T16:00:00Z" },
        "reversal_window_s": 86_400, "minimum_spend": 1000,
    })
}

fn redemption(
    coupon: &VerifiedCoupon,
    till: &AdmittedTill,
    order: &Order,
    policy: &CampaignPolicy,
) -> anyhow::Result<Entry> {
    let at = Timestamp::from_millis(CREATED * 1000 + 123);
    let terms = policy.judge(coupon, till, order, at);
    let terms = terms.map_err(|why| anyhow!("the example's policy: {why:?}"))?;
    let key = IdempotencyKey::parse(KEY).context("the example's key is none")?;
    Ok(Entry {
        seq: 258,
        serial: coupon.coupon().serial(),
        n: 0,
        kind: Kind::Redemption,
        at,
        by: Identity::new(till.till(), &key),
        fingerprint: Fingerprint::of_redemption(coupon.coupon(), order, None),
        discount: terms.discount(),
        order_amount: order.amount(),
        order_ref: order.reference().cloned(),
        epochs: policy.epochs(till),
        reversible_until: at.plus_seconds(terms.reversal_window_s()),
        chain: till.till().chain,
        offline_at: None,
        answer: ANSWER_VERSION,
    })
}
