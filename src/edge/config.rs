//! The edge's keys, read from its bindings once per instance.

use std::cell::OnceCell;
use std::rc::Rc;

use worker::Env;
use worker::js_sys::Reflect;
use worker::wasm_bindgen::{JsCast, JsValue};

use super::policies::Policies;
use crate::jws::SigningKeys;
use crate::operator::Operators;
use crate::policy::PolicyKeys;
use crate::refusal::{Fault, Refusal};
use crate::signature::Verifier;
use crate::till::PosRoots;
use crate::token::{Keyring, UnverifiedToken, VerifiedCoupon};

/// What an instance of the edge keeps in memory.
pub(super) struct Config {
    /// The keys of the live campaigns' coupons.
    pub(super) keyring: Keyring,
    /// Judges the tills' signatures.
    pub(super) verifier: Verifier,
    /// The policies in memory.
    pub(super) policies: Policies,
    /// Sign receipts.
    pub(super) receipt_keys: SigningKeys,
    /// Sign the archive's head. Others than those of receipts, so that none can stand in for the
    /// other.
    pub(super) archive_keys: SigningKeys,
    /// May read the counters.
    pub(super) operators: Operators,
}

impl Config {
    /// The coupon that the token is, if it is one.
    pub(super) fn verify(&self, token: &str) -> Result<VerifiedCoupon, Refusal> {
        Ok(UnverifiedToken::parse(token)?.verify(&self.keyring)?)
    }
}

thread_local! {
    static CONFIG: OnceCell<Rc<Config>> = const { OnceCell::new() };
}

/// The configuration of this instance. Secrets change only with a deployment, which starts new
/// instances.
pub(super) fn load(env: &Env) -> Result<Rc<Config>, Fault> {
    CONFIG.with(|cell| match cell.get() {
        Some(config) => Ok(Rc::clone(config)),
        None => {
            let config = Rc::new(read(env)?);
            Ok(Rc::clone(cell.get_or_init(|| config)))
        }
    })
}

fn read(env: &Env) -> Result<Config, Fault> {
    let keyring = binding(env, "COUPON_KEYS", Keyring::parse)?;
    let roots = binding(env, "POS_ROOTS", PosRoots::parse)?;
    let policy_keys = binding(env, "POLICY_KEYS", PolicyKeys::parse)?;
    let authorities = binding(env, "AUTHORITIES", |list| {
        Some(list.split(',').map(|name| name.trim().to_ascii_lowercase()).collect())
    })?;
    Ok(Config {
        keyring,
        verifier: Verifier::new(roots, authorities),
        policies: Policies::new(policy_keys),
        receipt_keys: binding(env, "RECEIPT_KEYS", SigningKeys::parse)?,
        archive_keys: binding(env, "ARCHIVE_KEYS", SigningKeys::parse)?,
        operators: operators(env),
    })
}

/// The operators. Nobody can redeem less for want of them, so without a list that can be read there
/// are none.
fn operators(env: &Env) -> Operators {
    let text = Reflect::get(env, &"OPS_KEYS".into()).ok().and_then(|text| text.as_string());
    text.and_then(|text| Operators::parse(&text)).unwrap_or_default()
}

/// The keys that sign the archive's heads: all that an object needs.
pub(super) fn archive_keys(env: &JsValue) -> Result<SigningKeys, Fault> {
    binding(env.unchecked_ref(), "ARCHIVE_KEYS", SigningKeys::parse)
}

/// Reads a secret or a variable; the fault names it and never says what is in it.
fn binding<T>(env: &Env, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
    let text = env.var(name).map_err(|_| Fault::Internal(format!("{name} is not bound")))?;
    parse(&text.to_string()).ok_or_else(|| Fault::Internal(format!("{name} cannot be read")))
}
