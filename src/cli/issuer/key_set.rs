//! The keys that sign what others verify, and their rotation.

use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use super::Issuer;
use super::edge_secrets::{ARCHIVE_KEYS, EdgeSecrets, RECEIPT_KEYS};
use super::edit::Edit;
use super::json::read_secret;
use super::keys::{Keys, Secret};
use crate::jws::{PublicKey, SigningKeys};

/// What keys sign. Each use has keys of its own, so that what is found out about the one is nothing
/// about the other.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum KeyUse {
    /// Receipts of redemptions.
    Receipt,
    /// The archive's head.
    Archive,
}

impl KeyUse {
    fn secret_name(self) -> &'static str {
        match self {
            Self::Receipt => RECEIPT_KEYS,
            Self::Archive => ARCHIVE_KEYS,
        }
    }
}

/// Keys of one use, as [`SigningKeys`] reads them: the first signs. Never printed.
#[derive(Deserialize)]
#[serde(try_from = "Vec<String>")]
pub(super) struct KeySet(Vec<Zeroizing<String>>);

impl KeySet {
    /// One new key.
    pub(super) fn generate() -> anyhow::Result<Self> {
        Ok(Self(vec![Secret::generate()?.reveal()]))
    }

    /// The keys, as the edge reads them.
    pub(super) fn reveal(&self) -> String {
        let entries: Vec<_> = self.0.iter().map(|entry| entry.as_str()).collect();
        entries.join(",")
    }

    fn signer(&self) -> anyhow::Result<PublicKey> {
        let keys = SigningKeys::parse(&self.reveal()).context("the keys cannot be read")?;
        Ok(keys.signer())
    }

    /// A new key in front of these, of which the first loses its seed.
    fn rotated(&self, keep_old: bool) -> anyhow::Result<Self> {
        let mut next = Self::generate()?;
        if keep_old {
            next.0.push(Zeroizing::new(SigningKeys::retired(&self.signer()?)));
        }
        next.0.extend(self.0.iter().skip(1).cloned());
        Ok(next)
    }
}

impl TryFrom<Vec<String>> for KeySet {
    type Error = &'static str;

    fn try_from(entries: Vec<String>) -> Result<Self, Self::Error> {
        let set = Self(entries.into_iter().map(Zeroizing::new).collect());
        match SigningKeys::parse(&Zeroizing::new(set.reveal())) {
            Some(_) => Ok(set),
            None => Err("keys are a seed, then seeds or `public:` and a public key, none twice"),
        }
    }
}

impl Serialize for KeySet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|entry| entry.as_str()))
    }
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeySet")
    }
}

/// A new key and the one before it, by their names.
#[derive(Debug)]
pub(crate) struct Rotated {
    pub(crate) kid: String,
    pub(crate) before: String,
}

impl Issuer {
    /// Opens an issuer that must be there and has every key that the edge needs: those that an
    /// earlier version did not make are made now.
    pub(crate) fn open_for_edge(dir: &Path) -> anyhow::Result<Self> {
        let issuer = Self::open(dir)?;
        if issuer.keys.are_complete() {
            return Ok(issuer);
        }
        let mut keys = issuer.edit_keys()?;
        keys.value.complete()?;
        keys.complete()?.put_in_place()?;
        Self::open(dir)
    }

    fn edit_keys(&self) -> anyhow::Result<Edit<Keys>> {
        let path = self.keys_path();
        Edit::begin(&path, || {
            read_secret(&path)?.with_context(|| format!("{} is gone", path.display()))
        })
    }
}

impl EdgeSecrets {
    /// Makes a new key that signs from now on, and writes the secrets with it. The old one stays
    /// listed without its seed, unless it is to be forgotten.
    ///
    /// The issuer's keys first: a crash between the two leaves the edge with the old key, which is
    /// listed, and never with one that nobody has.
    pub(crate) fn rotate(mut self, of: KeyUse, keep_old: bool) -> anyhow::Result<Rotated> {
        let mut keys = self.issuer.edit_keys()?;
        let old = keys.value.set(of)?;
        let (before, next) = (old.signer()?, old.rotated(keep_old)?);
        self.issuer.must_fit(of.secret_name(), &next.reveal())?;
        let rotated =
            Rotated { kid: next.signer()?.kid().to_owned(), before: before.kid().to_owned() };
        keys.value.replace(of, next);
        keys.complete()?.put_in_place()?;
        self.issuer = Issuer::open(&self.issuer.dir)?;
        self.save()?;
        Ok(rotated)
    }
}
