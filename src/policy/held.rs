//! A policy in memory: how long it may be used, and what may take its place.

use std::rc::Rc;

use crate::time::Timestamp;

/// A document that the issuer signs and replaces by later ones.
pub trait Policy: PartialEq {
    /// Reads the document; what it says is checked.
    ///
    /// # Errors
    /// [`Rejected::Document`] with what is wrong.
    fn parse(json: &str) -> Result<Self, Rejected>
    where
        Self: Sized;

    /// The KV key under which it belongs.
    fn kv_key(&self) -> String;

    /// Its number: each later document has a higher one.
    fn epoch(&self) -> u32;

    /// From when on it must not be used at all.
    fn valid_until(&self) -> Timestamp;

    /// Whether `next` keeps all that may never change.
    ///
    /// # Errors
    /// [`Rejected::Immutable`] with the name of the field that differs.
    fn keeps_promises(&self, next: &Self) -> Result<(), Rejected>;

    /// Whether `next` may take this document's place.
    ///
    /// # Errors
    /// [`Rejected::Older`], [`Rejected::EpochReused`], or that of [`Policy::keeps_promises`].
    fn may_become(&self, next: &Self) -> Result<(), Rejected> {
        if next.epoch() < self.epoch() {
            return Err(Rejected::Older);
        }
        if next.epoch() == self.epoch() && next != self {
            return Err(Rejected::EpochReused);
        }
        self.keeps_promises(next)
    }
}

/// Why a document is not taken. The last good one stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// Over 1 MiB.
    TooLarge,
    /// No key of the issuer's signed it for this place.
    NotSigned,
    /// It is signed, but not a policy; what is wrong with it.
    Document(String),
    /// It is another campaign's.
    Foreign,
    /// Its epoch is lower than one already seen.
    Older,
    /// It has the epoch of another document.
    EpochReused,
    /// It changes what must not change.
    Immutable(&'static str),
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the document is larger than 1 MiB"),
            Self::NotSigned => f.write_str("the issuer's signature is missing or wrong"),
            Self::Document(why) => write!(f, "the document is not a policy: {why}"),
            Self::Foreign => f.write_str("the document belongs to another campaign"),
            Self::Older => f.write_str("the epoch is lower than the one in force"),
            Self::EpochReused => f.write_str("another document was published with this epoch"),
            Self::Immutable(field) => write!(f, "`{field}` can never change"),
        }
    }
}

impl std::error::Error for Rejected {}

/// What to do before a policy in memory is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Up to 30 s old: use it.
    Fresh,
    /// 30 to 120 s old: use it, and fetch the next one behind the request.
    RefreshBehind,
    /// Older: the request waits for KV.
    RefreshFirst,
}

/// A verified policy in memory, when KV last gave it, and when it was last asked for the next.
#[derive(Debug)]
pub struct Held<P> {
    policy: Rc<P>,
    fetched: Timestamp,
    asked: Timestamp,
    failed: bool,
}

const FRESH_MS: u64 = 30_000;
const USABLE_MS: u64 = 120_000;

/// How long KV is left alone after it was asked without success: a KV that is down or slow must not
/// slow down every request.
const RETRY_MS: u64 = 5_000;

impl<P: Policy> Held<P> {
    /// Holds what was fetched at this time.
    pub fn new(policy: P, fetched: Timestamp) -> Self {
        Self { policy: Rc::new(policy), fetched, asked: fetched, failed: false }
    }

    /// How fresh it is.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        let asked_just_now = now.millis_since(self.asked) < RETRY_MS;
        match now.millis_since(self.fetched) {
            0..FRESH_MS => Freshness::Fresh,
            FRESH_MS..USABLE_MS if asked_just_now => Freshness::Fresh,
            FRESH_MS..USABLE_MS => Freshness::RefreshBehind,
            _ if asked_just_now && self.failed => Freshness::Fresh,
            _ => Freshness::RefreshFirst,
        }
    }

    /// Notes that KV is being asked for the next one.
    pub fn asking(&mut self, now: Timestamp) {
        self.asked = now;
        self.failed = false;
    }

    /// Notes that KV gave nothing that can be used.
    pub fn asked_in_vain(&mut self) {
        self.failed = true;
    }

    /// The policy while it is in force, however old the copy: with KV unreachable an edge goes on
    /// until `valid_until`, and then answers nothing rather than guess.
    pub fn in_force(&self, now: Timestamp) -> Option<Rc<P>> {
        (now < self.policy.valid_until()).then(|| Rc::clone(&self.policy))
    }

    /// Takes what KV gives now. The same document again counts as fresh.
    ///
    /// # Errors
    /// What [`Policy::may_become`] says; then the held policy stays and grows older.
    pub fn replace(&mut self, next: P, fetched: Timestamp) -> Result<(), Rejected> {
        self.policy.may_become(&next)?;
        *self = Self::new(next, fetched);
        Ok(())
    }
}
