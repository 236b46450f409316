//! The way of a request.

use std::cell::Cell;
use std::rc::Rc;

use worker::wasm_bindgen::JsValue;
use worker::web_sys::Request;
use worker::{Context, Env};

use super::admission::Place;
use super::config::Config;
use super::consult::{Consulted, judge_redemption};
use super::log::Log;
use super::policies::Behalf;
use super::tally::Known;
use super::{admission, clock, platform, receive};
use crate::api::{
    self, Answer, CancelRequest, CheckRequest, HealthBody, Incoming, Method, Problem,
    RedeemRequest, ReverseRequest, Route,
};
use crate::campaign::CampaignId;
use crate::ledger::{Command, IdempotencyKey, Outcome, RedemptionId};
use crate::refusal::{Fault, Refusal};
use crate::signature::AuthenticatedTill;
use crate::time::UtcOffset;
use crate::token::VerifiedCoupon;

/// Serves one request with what this instance has.
pub(super) struct Desk<'a> {
    pub(super) config: Rc<Config>,
    pub(super) env: Env,
    pub(super) context: Context,
    /// How long the request waits: `patience.js`.
    pub(super) patience: JsValue,
    pub(super) log: &'a Log,
    /// The campaign's local time, once the campaign is known.
    pub(super) offset: Cell<UtcOffset>,
    /// Whose request it is, as far as it was proven.
    pub(super) known: Known,
}

/// Why a request ends before its answer.
pub(super) enum Stop {
    Refused(Refusal),
    Failed(Fault),
}

impl<R: Into<Refusal>> From<R> for Stop {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

pub(super) fn failed(fault: Fault) -> Stop {
    Stop::Failed(fault)
}

impl Desk<'_> {
    /// Answers, whatever comes and was let in at the door.
    ///
    /// 1. path and method: 404, 405
    /// 2. media type and size of the body: 415, 413
    /// 3. idempotency key of a write: 400
    /// 4. the till's signature: 401
    /// 5. the till is not suspended: 403
    /// 6. the content: 400
    /// 7. the token: 422
    /// 8. the campaign's policy: 409, 403, 422
    /// 9. the ledger: 201, 200, 404, 409, 422, 429
    pub(super) async fn answer(
        &self,
        request: &Request,
        incoming: Incoming,
        place: Option<Place>,
    ) -> Answer {
        let route = Route::find(&incoming.method, &incoming.path).ok().map(|(route, _)| route);
        let problem = match self.serve(request, incoming, place).await {
            Ok(answer) => return answer,
            Err(Stop::Refused(refusal)) => {
                let problem = Problem::of_refusal(&refusal, self.offset.get());
                self.log.note("code", problem.code().meaning().code);
                problem
            }
            Err(Stop::Failed(fault)) => self.log.fault(&fault),
        };
        self.known.refused(problem.code());
        problem.answer(route)
    }

    async fn serve(
        &self,
        request: &Request,
        mut incoming: Incoming,
        place: Option<Place>,
    ) -> Result<Answer, Stop> {
        // 1
        let (route, method) = Route::find(&incoming.method, &incoming.path)?;
        self.log.note("route", route.name());
        if method == Method::Options {
            return Ok(Answer::options(route.allow()));
        }
        match route {
            Route::Health => return Ok(Answer::ok(&HealthBody::now())),
            Route::OpenApi => return Ok(Answer::openapi(platform::document("openapi"))),
            Route::Docs => return Ok(Answer::docs(platform::document("docs"))),
            Route::ReceiptKeys => return Ok(Answer::key_set(self.config.receipt_keys.public())),
            Route::ArchiveKeys => return Ok(Answer::key_set(self.config.archive_keys.public())),
            Route::Metrics => return self.metrics(request).await,
            Route::Check
            | Route::Redeem
            | Route::Batch
            | Route::Find(_)
            | Route::Receipt(_)
            | Route::Reverse(_)
            | Route::Cancel
            | Route::Statement => {}
        }

        // 2
        let _batch =
            if route == Route::Batch { Some(admission::batch().map_err(failed)?) } else { None };
        if !route.is_read() {
            incoming.body = receive::body(request, route.max_body_bytes(), &self.patience)
                .await
                .map_err(failed)?;
            incoming.check_body(route)?;
        }
        let _place = admission::begin(place).map_err(failed)?;

        // 3
        let key = if route.is_write() { Some(incoming.idempotency_key()?) } else { None };

        // 4
        let now = clock::now();
        let till = incoming.authenticate(route, &self.config.verifier, now)?;
        self.known.chain.set(till.till().chain);
        self.log.note("shop", till.till().shop);
        self.log.note("till", till.till().till);

        // 5
        if route == Route::Statement {
            return self.statement(&till, &incoming.query).await;
        }
        self.config.policies.shops(self.behalf()).await.map_err(failed)?.admit(&till)?;

        // 6 to 9
        match (route, key) {
            (Route::Redeem, Some(key)) => self.redeem(&till, &key, &incoming.body).await,
            (Route::Batch, Some(_)) => self.batch(&till, &incoming.body).await,
            (Route::Reverse(id), Some(key)) => {
                ReverseRequest::read(&incoming.body)?;
                self.reverse(&till, &key, id).await
            }
            (Route::Cancel, Some(_)) => self.cancel(&till, &incoming.body).await,
            (Route::Find(id), _) => self.find(&till, id).await,
            (Route::Receipt(id), _) => self.receipt(&till, id).await,
            (Route::Check, _) => self.check(&till, &incoming.body).await,
            _ => Err(failed(Fault::Internal("a route without its key".to_owned()))),
        }
    }

    async fn redeem(
        &self,
        till: &AuthenticatedTill,
        key: &IdempotencyKey,
        body: &[u8],
    ) -> Result<Answer, Stop> {
        let RedeemRequest { token, order } = RedeemRequest::read(body)?;
        let coupon = self.verify(&token)?;
        let shard = coupon.coupon().shard();
        let (id, asked) = (coupon.coupon().id(), clock::now());
        let consulted = self
            .consult(till, shard, |policy, till| {
                let (command, judged) = judge_redemption(policy, till, key, &coupon, &order, None);
                if judged.is_none() {
                    admission::screenshot(id, till.till().shop)?;
                }
                Ok((command, judged))
            })
            .await?;
        let Consulted { policy, till, outcome, judged } = consulted;
        admission::said(id, &outcome, asked);
        let currency = policy.document().currency;
        Ok(api::redeemed(shard, &till, currency, outcome, judged).map_err(failed)??)
    }

    async fn check(&self, till: &AuthenticatedTill, body: &[u8]) -> Result<Answer, Stop> {
        let CheckRequest { token, order } = CheckRequest::read(body)?;
        let coupon = self.verify(&token)?;
        let shard = coupon.coupon().shard();
        let (id, asked) = (coupon.coupon().id(), clock::now());
        let consulted = self
            .consult(till, shard, |policy, till| {
                match &order {
                    Some(order) => {
                        policy.judge(&coupon, till, order, clock::now()).map(|_terms| ())
                    }
                    None => policy.judge_without_order(&coupon, till, clock::now()),
                }?;
                admission::screenshot(id, till.till().shop)?;
                Ok((Command::look(&coupon), ()))
            })
            .await?;
        let Consulted { policy, till, outcome, .. } = consulted;
        admission::said(id, &outcome, asked);
        Ok(api::checked(&coupon, &policy, order.as_ref(), &till, outcome).map_err(failed)??)
    }

    async fn cancel(&self, till: &AuthenticatedTill, body: &[u8]) -> Result<Answer, Stop> {
        let CancelRequest { token, redemption_key } = CancelRequest::read(body)?;
        let coupon = self.verify(&token)?;
        let shard = coupon.coupon().shard();
        let (id, asked) = (coupon.coupon().id(), clock::now());
        let consulted = self
            .consult(till, shard, |_, till| {
                Ok((Command::cancel(&coupon, till, &redemption_key), ()))
            })
            .await?;
        let Consulted { policy, till, outcome, .. } = consulted;
        admission::said(id, &outcome, asked);
        let currency = policy.document().currency;
        Ok(api::cancelled(shard, &till, currency, outcome).map_err(failed)??)
    }

    async fn reverse(
        &self,
        till: &AuthenticatedTill,
        key: &IdempotencyKey,
        id: RedemptionId,
    ) -> Result<Answer, Stop> {
        self.must_know(id.shard().campaign())?;
        let asked = clock::now();
        let consulted = self
            .consult(till, id.shard(), |_, till| Ok((Command::reverse(&id, till, key), ())))
            .await?;
        let Consulted { policy, till, outcome, .. } = consulted;
        if let Outcome::Reversed { redemption, .. } = &outcome {
            admission::said((id.shard().campaign(), redemption.serial), &outcome, asked);
        }
        let currency = policy.document().currency;
        Ok(api::reversed(id.shard(), &till, currency, outcome).map_err(failed)??)
    }

    pub(super) fn behalf(&self) -> Behalf<'_> {
        Behalf { env: &self.env, context: &self.context, log: self.log }
    }

    /// No stranger names objects into being: a redemption of a campaign that has no key is not
    /// looked for.
    pub(super) fn must_know(&self, campaign: CampaignId) -> Result<(), Stop> {
        if !self.config.keyring.knows(campaign) {
            return Err(Refusal::NotFound.into());
        }
        self.known.campaign.set(Some(campaign));
        Ok(())
    }

    /// 7: the coupon that the token is, if it is one.
    fn verify(&self, token: &str) -> Result<VerifiedCoupon, Stop> {
        let coupon = self.config.verify(token)?;
        self.known.campaign.set(Some(coupon.coupon().shard().campaign()));
        self.log.note("serial", coupon.coupon().serial().to_string());
        Ok(coupon)
    }
}
