//! The issuer's directory.
//!
//! | file | holds |
//! |---|---|
//! | `keys.json` | every secret of the issuer: back it up, and let nobody read it |
//! | `campaigns/<id>.json` | a campaign's key ids and its policy |
//! | `batches.ndjson` | one line per batch of coupons issued: what the issuer may have to pay |

mod batch;
mod campaign_file;
mod keys;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::output::{NewFile, append_line};
use crate::campaign::CampaignId;
use crate::secret::Root;
use crate::token::{CouponKey, KeyId};
pub(crate) use batch::Batch;
pub(crate) use campaign_file::{CampaignFile, Labels};
use keys::Keys;

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
        let campaigns = dir.join("campaigns");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&campaigns)
            .with_context(|| format!("cannot make the directory {}", campaigns.display()))?;
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
        let Some(keys) = read(&path)? else { return Ok(None) };
        Ok(Some(Self { dir: dir.to_owned(), keys }))
    }

    /// The key that signs and verifies coupons under this id.
    pub(crate) fn coupon_key(&self, id: KeyId) -> CouponKey {
        CouponKey::derive(&self.keys.issuer_root(), id)
    }

    /// The root that tills' secrets are derived from.
    pub(crate) fn pos_root(&self, number: u8) -> anyhow::Result<Root> {
        self.keys.pos_root(number).with_context(|| {
            format!("no POS root {number} in {}: say another --root", self.dir.display())
        })
    }

    /// The campaign's file, if it has one.
    pub(crate) fn find_campaign(&self, id: CampaignId) -> anyhow::Result<Option<CampaignFile>> {
        let path = self.dir.join("campaigns").join(format!("{id}.json"));
        let Some(campaign) = read::<CampaignFile>(&path)? else { return Ok(None) };
        if campaign.campaign != id {
            bail!("{} is the file of campaign {}", path.display(), campaign.campaign);
        }
        Ok(Some(campaign))
    }

    /// The campaign's file, which must be there.
    pub(crate) fn campaign(&self, id: CampaignId) -> anyhow::Result<CampaignFile> {
        self.find_campaign(id)?.with_context(|| {
            let dir = self.dir.display();
            format!("no campaign {id} in {dir}: make it with `coupon campaign create`")
        })
    }

    /// Adds a batch to what was issued.
    pub(crate) fn record(&self, batch: &Batch) -> anyhow::Result<()> {
        let path = self.dir.join("batches.ndjson");
        append_line(&path, &serde_json::to_string(batch)?)
            .with_context(|| format!("cannot add to {}", path.display()))
    }
}

/// Reads a JSON file; `None` when there is none. Says where it is wrong, never what it says: one
/// of them holds keys.
fn read<T: serde::de::DeserializeOwned>(path: &Path) -> anyhow::Result<Option<T>> {
    let text = match fs::read(path) {
        Ok(text) => zeroize::Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let value = serde_json::from_slice(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        anyhow::anyhow!("{} is damaged at line {line}, column {column}", path.display())
    })?;
    Ok(Some(value))
}
