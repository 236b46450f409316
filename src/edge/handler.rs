//! The way of a request.

use std::cell::Cell;
use std::rc::Rc;

use worker::web_sys::Request;
use worker::{Context, Env};

use super::admission::Place;
use super::config::Config;
use super::log::Log;
use super::policies::Behalf;
use super::{admission, clock, ledger_client, receive};
use crate::api::{
    self, Answer, CancelRequest, CheckRequest, HealthBody, Incoming, Method, Problem,
    RedeemRequest, ReverseRequest, Route,
};
use crate::campaign::{CampaignId, Shard};
use crate::ledger::{Call, Command, IdempotencyKey, LedgerRefusal, Outcome, RedemptionId};
use crate::policy::{AdmittedTill, CampaignPolicy};
use crate::refusal::{Fault, Refusal};
use crate::signature::AuthenticatedTill;
use crate::time::{Timestamp, UtcOffset};
use crate::token::{UnverifiedToken, VerifiedCoupon};

/// Serves one request with what this instance has.
pub(super) struct Desk<'a> {
    pub(super) config: Rc<Config>,
    pub(super) env: Env,
    pub(super) context: Context,
    pub(super) log: &'a Log,
    /// The campaign's local time, once the campaign is known.
    pub(super) offset: Cell<UtcOffset>,
}

/// Why a request ends before its answer.
enum Stop {
    Refused(Refusal),
    Failed(Fault),
}

impl<R: Into<Refusal>> From<R> for Stop {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

fn failed(fault: Fault) -> Stop {
    Stop::Failed(fault)
}

/// What the policies and the ledger say to a call.
struct Consulted<T> {
    policy: Rc<CampaignPolicy>,
    till: AdmittedTill,
    outcome: Outcome,
    /// What the policy was asked before the ledger.
    judged: T,
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
        match self.serve(request, incoming, place).await {
            Ok(answer) => answer,
            Err(Stop::Refused(refusal)) => {
                let problem = Problem::of_refusal(&refusal, self.offset.get());
                self.log.note("code", problem.code().meaning().code);
                problem.answer(route.and_then(Route::accept_signature))
            }
            Err(Stop::Failed(fault)) => self.log.fault(&fault),
        }
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
            Route::OpenApi => return Ok(api::openapi_document()),
            Route::Docs => return Ok(api::docs_page()),
            Route::Check | Route::Redeem | Route::Find(_) | Route::Reverse(_) | Route::Cancel => {}
        }

        // 2
        if !matches!(route, Route::Find(_)) {
            incoming.body = receive::body(request).await.map_err(failed)?;
            incoming.check_body(route)?;
        }
        let _place = admission::begin(place).map_err(failed)?;

        // 3
        let key = if route.is_write() { Some(incoming.idempotency_key()?) } else { None };

        // 4
        let now = clock::now();
        let till = incoming.authenticate(route, &self.config.verifier, now)?;
        self.log.note("shop", till.till().shop);
        self.log.note("till", till.till().till);

        // 5
        self.config.policies.shops(self.behalf()).await.map_err(failed)?.admit(&till)?;

        // 6 to 9
        match (route, key) {
            (Route::Redeem, Some(key)) => self.redeem(&till, &key, &incoming.body).await,
            (Route::Reverse(id), Some(key)) => {
                ReverseRequest::read(&incoming.body)?;
                self.reverse(&till, &key, id).await
            }
            (Route::Cancel, Some(_)) => self.cancel(&till, &incoming.body).await,
            (Route::Find(id), _) => self.find(&till, id).await,
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
        let consulted = self
            .consult(till, shard, |policy, till| {
                match policy.judge(&coupon, till, &order, clock::now()) {
                    Ok(terms) => Ok((Command::redeem(&coupon, till, key, &order, &terms), None)),
                    // Replay comes before policy: the ledger is asked for an earlier answer only.
                    Err(refusal) => {
                        Ok((Command::recall(&coupon, till, key, &order), Some(refusal.into())))
                    }
                }
            })
            .await?;
        let Consulted { policy, till, outcome, judged } = consulted;
        let currency = policy.document().currency;
        Ok(api::redeemed(shard, &till, currency, outcome, judged).map_err(failed)??)
    }

    async fn check(&self, till: &AuthenticatedTill, body: &[u8]) -> Result<Answer, Stop> {
        let CheckRequest { token, order } = CheckRequest::read(body)?;
        let coupon = self.verify(&token)?;
        let shard = coupon.coupon().shard();
        let consulted = self
            .consult(till, shard, |policy, till| {
                match &order {
                    Some(order) => {
                        policy.judge(&coupon, till, order, clock::now()).map(|_terms| ())
                    }
                    None => policy.judge_without_order(&coupon, till, clock::now()),
                }?;
                Ok((Command::look(&coupon), ()))
            })
            .await?;
        let Consulted { policy, till, outcome, .. } = consulted;
        Ok(api::checked(&coupon, &policy, order.as_ref(), &till, outcome).map_err(failed)??)
    }

    async fn cancel(&self, till: &AuthenticatedTill, body: &[u8]) -> Result<Answer, Stop> {
        let CancelRequest { token, redemption_key } = CancelRequest::read(body)?;
        let coupon = self.verify(&token)?;
        let shard = coupon.coupon().shard();
        let consulted = self
            .consult(till, shard, |_, till| {
                Ok((Command::cancel(&coupon, till, &redemption_key), ()))
            })
            .await?;
        let Consulted { policy, till, outcome, .. } = consulted;
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
        let consulted = self
            .consult(till, id.shard(), |_, till| Ok((Command::reverse(&id, till, key), ())))
            .await?;
        let Consulted { policy, till, outcome, .. } = consulted;
        let currency = policy.document().currency;
        Ok(api::reversed(id.shard(), &till, currency, outcome).map_err(failed)??)
    }

    async fn find(&self, till: &AuthenticatedTill, id: RedemptionId) -> Result<Answer, Stop> {
        self.must_know(id.shard().campaign())?;
        let consulted =
            self.consult(till, id.shard(), |_, till| Ok((Command::find(&id, till), ()))).await?;
        let Consulted { policy, till, outcome, .. } = consulted;
        let currency = policy.document().currency;
        Ok(api::found(id.shard(), &till, currency, outcome).map_err(failed)??)
    }

    /// A policy that ends takes the campaign down with it: say so in time.
    fn warn_of_end(&self, valid_until: Timestamp) {
        const A_WEEK_MS: u64 = 7 * 24 * 3600 * 1000;
        if valid_until.millis_since(clock::now()) < A_WEEK_MS {
            self.log.note("policy_ends", valid_until.rfc3339());
        }
    }

    fn behalf(&self) -> Behalf<'_> {
        Behalf { env: &self.env, context: &self.context, log: self.log }
    }

    /// No stranger names objects into being: a redemption of a campaign that has no key is not
    /// looked for.
    fn must_know(&self, campaign: CampaignId) -> Result<(), Stop> {
        if self.config.keyring.knows(campaign) { Ok(()) } else { Err(Refusal::NotFound.into()) }
    }

    /// 7: the coupon that the token is, if it is one.
    fn verify(&self, token: &str) -> Result<VerifiedCoupon, Stop> {
        let coupon = UnverifiedToken::parse(token)?.verify(&self.config.keyring)?;
        self.log.note("serial", coupon.coupon().serial().to_string());
        Ok(coupon)
    }

    /// 8 and 9: judges by the policies and asks the ledger; once more with fresh policies if the
    /// shard has seen newer ones.
    async fn consult<T>(
        &self,
        till: &AuthenticatedTill,
        shard: Shard,
        judge: impl Fn(&CampaignPolicy, &AdmittedTill) -> Result<(Command, T), Refusal>,
    ) -> Result<Consulted<T>, Stop> {
        let policies = &self.config.policies;
        let mut refreshed = false;
        loop {
            let policy =
                policies.campaign(shard.campaign(), self.behalf()).await.map_err(failed)?;
            let document = policy.document();
            self.offset.set(document.utc_offset_minutes);
            let till = policies.shops(self.behalf()).await.map_err(failed)?.admit(till)?;
            let epochs = policy.epochs(&till);
            self.log.note("campaign", shard.campaign().get());
            self.log.note("policy_epoch", epochs.campaign);
            self.log.note("shops_epoch", epochs.shops);
            self.warn_of_end(document.valid_until);

            let (command, judged) = judge(&policy, &till)?;
            let call = Call::new(epochs, command);
            let hint = document.location_hint;
            let place = admission::call(shard).map_err(failed)?;
            let reply = ledger_client::ask(&self.env, place, hint, &call, self.log).await;
            let outcome = reply.map_err(failed)?.outcome;
            if outcome == Outcome::Refused(LedgerRefusal::PolicyStale) && !refreshed {
                policies.refresh(shard.campaign(), self.behalf()).await;
                refreshed = true;
                continue;
            }
            return Ok(Consulted { policy, till, outcome, judged });
        }
    }
}
