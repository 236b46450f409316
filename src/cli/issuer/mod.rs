//! The issuer's directory.
//!
//! | file | holds |
//! |---|---|
//! | `keys.json` | every secret of the issuer: back it up, and let nobody read it |
//! | `campaigns/<id>.json` | a campaign's key ids and the draft of its policy |
//! | `shops.json` | the draft of the shops' policy |
//! | `batches.ndjson` | one line per batch of coupons issued: what the issuer may have to pay |
//! | `published/<KV key>` | each policy as it was last signed: what KV must hold |
//! | `operators.json` | the hashes of the operators' tokens |
//! | `edge-secrets.json` | the secrets of the edge, derived from `keys.json`, and those hashes |

mod batch;
mod campaign_file;
mod campaigns;
mod delivery;
mod edge_secrets;
mod edit;
mod issued;
mod json;
mod key_set;
mod keys;
mod operators;
mod publish;
mod shops;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::output::{NewFile, append_line};
use crate::secret::Root;
use crate::token::{CouponKey, KeyId, PublicKey, Version};
pub(crate) use batch::Batch;
pub(crate) use campaign_file::Campaign;
pub(crate) use delivery::Delivery;
pub(crate) use edit::Edit;
pub(crate) use issued::Issued;
use json::read_secret;
pub(crate) use key_set::KeyUse;
use keys::Keys;
pub(crate) use operators::Operator;
pub(crate) use publish::NOT_PUBLISHED;

/// How long a policy is good unless something else is said.
pub(crate) const VALID_SECONDS: u32 = 30 * 24 * 60 * 60;

/// An issuer: its directory, and its keys in memory.
#[derive(Debug)]
pub(crate) struct Issuer {
    dir: PathBuf,
    keys: Keys,
}

impl Issuer {
    /// Makes the directory and the keys; `None`, and nothing changed, when they are there.
    pub(crate) fn create(dir: &Path) -> anyhow::Result<Option<Self>> {
        if Self::find(dir)?.is_some() {
            return Ok(None);
        }
        make_dir(&dir.join("campaigns"))?;
        let keys = Keys::generate()?;
        let mut file = NewFile::create(&dir.join("keys.json"), false)?;
        serde_json::to_writer_pretty(&mut file, &keys)?;
        file.complete()?.put_in_place()?;
        Ok(Some(Self { dir: dir.to_owned(), keys }))
    }

    /// Opens an issuer that must be there.
    pub(crate) fn open(dir: &Path) -> anyhow::Result<Self> {
        Self::find(dir)?.with_context(|| {
            format!("no issuer in {}: run `coupon init` first, or say --dir", dir.display())
        })
    }

    /// Opens the issuer if there is one.
    pub(crate) fn find(dir: &Path) -> anyhow::Result<Option<Self>> {
        let path = dir.join("keys.json");
        let Some(keys) = read_secret(&path)? else { return Ok(None) };
        Ok(Some(Self { dir: dir.to_owned(), keys }))
    }

    /// Where the keys are.
    fn keys_path(&self) -> PathBuf {
        self.dir.join("keys.json")
    }

    /// The key that signs coupons under this id.
    pub(crate) fn coupon_key(&self, version: Version, id: KeyId) -> CouponKey {
        version.key(&self.keys.issuer_root(), id)
    }

    /// The public keys of a campaign; none in version 1, whose keys are secret.
    pub(crate) fn public_keys(&self, campaign: &Campaign) -> Vec<(KeyId, PublicKey)> {
        let keys = campaign.key_ids().map(|id| self.coupon_key(campaign.token_version, id));
        keys.filter_map(|key| Some((key.id(), key.public()?))).collect()
    }

    /// The root that tills' secrets are derived from.
    pub(crate) fn pos_root(&self, number: u8) -> anyhow::Result<Root> {
        self.keys.pos_root(number).with_context(|| {
            format!("no POS root {number} in {}: say another --root", self.dir.display())
        })
    }

    /// Adds a batch to what was issued.
    pub(crate) fn record(&self, batch: &Batch) -> anyhow::Result<()> {
        let path = self.dir.join("batches.ndjson");
        append_line(&path, &serde_json::to_string(batch)?)
            .with_context(|| format!("cannot add to {}", path.display()))
    }
}

/// Makes a directory that only its owner can look into, unless it is there.
fn make_dir(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make the directory {}", path.display()))
}
