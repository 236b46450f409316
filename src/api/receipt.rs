//! A redemption's receipt: what the ledger holds of it, signed for whoever was not there.

use serde::{Deserialize, Serialize};

use super::RedemptionBody;
use crate::jws::{SigningKeys, Typ};
use crate::ledger::{Entry, RedemptionId};
use crate::money::{Amount, Currency};
use crate::object::objects;
use crate::order::OrderRef;

/// Who issues receipts; which of them, the key says.
const ISSUER: &str = "coupon-edge";

/// What is signed. Like a redemption's body a pure function of entries and of what can never change
/// in a campaign; the order of the fields is part of that. `iss` and `iat` are the registered claims
/// of [RFC 7519 section 4.1].
///
/// [RFC 7519 section 4.1]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Receipt {
    iss: String,
    id: String,
    campaign: u32,
    shop: u32,
    till: u16,
    redeemed_at: String,
    order_amount: Amount,
    discount: Amount,
    to_pay: Amount,
    currency: Currency,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order_ref: Option<OrderRef>,
    status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reversed_at: Option<String>,
    /// When the ledger came to hold this, in Unix seconds: the time of the newest entry that it is
    /// made of, not that of the question, so that it is the same whenever it is asked for.
    iat: u64,
    /// Version of these fields.
    v: u8,
}
objects!(Receipt);

/// What became of the redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    /// It stands.
    Redeemed,
    /// It was undone.
    Reversed,
}

impl Receipt {
    /// The redemption's, and that it was undone if it was.
    pub fn new(
        id: &RedemptionId,
        currency: Currency,
        redemption: &Entry,
        reversal: Option<&Entry>,
    ) -> Self {
        let newest = reversal.unwrap_or(redemption);
        let body = RedemptionBody::new(id, currency, redemption, reversal);
        Self {
            iss: ISSUER.to_owned(),
            id: body.id,
            campaign: body.campaign,
            shop: body.shop,
            till: body.till,
            redeemed_at: body.redeemed_at,
            order_amount: body.order_amount,
            discount: body.discount,
            to_pay: body.to_pay,
            currency: body.currency,
            order_ref: body.order_ref,
            status: if reversal.is_some() { Status::Reversed } else { Status::Redeemed },
            reversed_at: body.reversed_at,
            iat: newest.at.seconds(),
            v: 1,
        }
    }

    /// Reads what was signed; `None` when it is no receipt of this version.
    pub fn read(payload: &str) -> Option<Self> {
        let receipt: Self = serde_json::from_str(payload).ok()?;
        (receipt.iss == ISSUER && receipt.v == 1).then_some(receipt)
    }
}

/// The answer to a question for a receipt.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptBody {
    /// A compact JWS.
    pub receipt: String,
}

impl ReceiptBody {
    /// Signs a receipt.
    pub fn sign(receipt: &Receipt, keys: &SigningKeys) -> Self {
        // A plain struct with text keys: writing it cannot fail.
        let payload = serde_json::to_string(receipt).unwrap_or_default();
        Self { receipt: keys.sign(Typ::Receipt, &payload) }
    }
}
