//! A call that can be spoiled in many ways at once.

use coupon_edge::campaign::Serial;
use coupon_edge::token::CouponFields;
use serde_json::json;

use crate::support::{Call, Edge, Till};

/// Which call is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Redeem,
    Reverse,
}

/// What the policies say while the call is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Policies {
    pub paused: bool,
    pub suspended: bool,
    pub unopened: bool,
}

/// What happened to the coupon before the call.
#[derive(Clone, Copy, Debug, Default)]
pub struct History {
    /// The call's own key was voided.
    pub voided: bool,
    /// The call's own key redeemed it, on another order.
    pub reused: bool,
    /// The call itself redeemed it.
    pub replayed: bool,
    /// Another shop redeemed it.
    pub used: bool,
    /// It has as many entries as a coupon can have.
    pub worn: bool,
}

#[derive(Clone, Debug)]
pub struct Draft {
    pub method: &'static str,
    /// `ID` stands for the redemption.
    pub path: String,
    pub content_type: &'static str,
    pub length: usize,
    pub headers: Vec<(&'static str, &'static str)>,
    pub clock: i64,
    pub unknown_field: bool,
    pub coupon: CouponFields,
    pub kid: u16,
    pub padded: bool,
    pub tampered: bool,
    pub amount: u64,
    pub currency: &'static str,
    pub history: History,
    pub too_late: bool,
    pub policies: Policies,
    base: Base,
}

/// A signature of the right form that is nobody's.
pub const ZEROS: &str = "sig=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";

/// Serials that the policy takes back.
pub const REVOKED: (Serial, Serial) =
    (Serial::from_bytes([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), Serial::from_bytes([0xff; 12]));

const KEY: &str = "k";

impl Draft {
    /// A call with nothing wrong.
    pub fn new(edge: &Edge, base: Base) -> Self {
        let path = match base {
            Base::Redeem => "/v1/redemptions",
            Base::Reverse => "/v1/redemptions/ID/reversal",
        };
        let coupon = edge.issuer.fields();
        Self {
            method: "POST",
            path: path.to_owned(),
            content_type: "application/json",
            length: 0,
            headers: Vec::new(),
            clock: 0,
            unknown_field: false,
            coupon,
            kid: 1,
            padded: false,
            tampered: false,
            amount: 3000,
            currency: "CNY",
            history: History::default(),
            too_late: false,
            policies: Policies::default(),
            base,
        }
    }

    /// Makes it one of the coupons that the policy takes back.
    pub fn revoke(&mut self) {
        let mut serial = *self.coupon.serial.as_bytes();
        serial.rotate_right(4);
        serial[0] = 0xff;
        self.coupon.serial = Serial::from_bytes(serial);
    }

    /// Brings the coupon to where the call finds it, by a token of the same coupon that is good.
    pub fn make_history(&self, own: &Till<'_>, other: &Till<'_>) {
        let issuer = &own.edge().issuer;
        let good = CouponFields { serial: self.coupon.serial, ..issuer.fields() };
        let token = issuer.mint(good, 1);
        let History { voided, reused, replayed, used, worn } = self.history;
        let mut entries = 0;
        if voided {
            assert_eq!(own.cancel(&token, KEY).status, 201);
            entries += 1;
        }
        if reused && (used || worn) {
            // The key undid an earlier redemption, so that the coupon is free for others.
            let earlier = own.redeem(&token, "earlier");
            assert_eq!(own.reverse(&earlier.id(), KEY).status, 201);
            entries += 2;
        } else if reused {
            let order = json!({
                "token": token, "order_amount": 3000, "currency": "CNY", "order_ref": "another",
            });
            assert_eq!(own.post("/v1/redemptions", Some(KEY), &order).send().status, 201);
            entries += 1;
        }
        if worn {
            // A redemption is the last entry but one, so that it can be undone.
            for n in entries..if used { 18 } else { 20 } {
                assert_eq!(other.cancel(&token, &n.to_string()).status, 201);
            }
        }
        if used {
            assert_eq!(other.redeem(&token, "theirs").status, 201);
        }
        if replayed {
            assert_eq!(own.redeem(&token, KEY).status, 201);
        }
    }

    /// The call, spoiled.
    pub fn call<'a>(&self, till: &'a Till<'a>, id: &str) -> Call<'a> {
        let mut body = match self.base {
            Base::Reverse => json!({}),
            Base::Redeem => json!({
                "token": self.token(till.edge()),
                "order_amount": self.amount,
                "currency": self.currency,
            }),
        };
        if self.unknown_field {
            body["tip"] = json!(1);
        }
        let mut call = till.post(&self.path.replace("ID", id), Some(KEY), &body);
        call.method = self.method.to_owned();
        call.content_type = Some(self.content_type.to_owned());
        call.clock = self.clock;
        if let Some(body) = &mut call.body {
            body.resize(body.len().max(self.length), b' ');
        }
        for (name, value) in &self.headers {
            call = call.header(name, value);
        }
        call
    }

    fn token(&self, edge: &Edge) -> String {
        let mut token = edge.issuer.mint(self.coupon, self.kid);
        if self.tampered {
            let last = if token.ends_with('A') { 'B' } else { 'A' };
            token.pop();
            token.push(last);
        }
        if self.padded {
            token.push('=');
        }
        token
    }
}
