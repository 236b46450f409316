//! `edge-secrets.json`: what the edge is told in secret, as `wrangler secret bulk` takes it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::bail;

use super::edit::{Edit, complete_json};
use super::json::read_secret;
use super::key_set::KeyUse;
use super::{Campaign, Issuer};
use crate::cli::output::{Complete, NewFile};
use crate::token::{KeyId, Version};

/// The platform's limit for a secret is 5 KB; whether of 1000 or 1024 bytes it does not say.
const MAX_BYTES: usize = 5000;

const COUPON_KEYS: &str = "COUPON_KEYS";
const POS_ROOTS: &str = "POS_ROOTS";
pub(super) const RECEIPT_KEYS: &str = "RECEIPT_KEYS";
pub(super) const ARCHIVE_KEYS: &str = "ARCHIVE_KEYS";
pub(super) const OPS_KEYS: &str = "OPS_KEYS";
const POLICY_KEYS: &str = "POLICY_KEYS";

/// The secrets. The policy keys are public: they are in wrangler.toml, where one sees them.
const SECRETS: [&str; 5] = [COUPON_KEYS, POS_ROOTS, RECEIPT_KEYS, ARCHIVE_KEYS, OPS_KEYS];

/// The secrets file, being written: nobody else adds a campaign or a key until it is done.
#[derive(Debug)]
pub(crate) struct EdgeSecrets {
    pub(super) issuer: Issuer,
    place: NewFile,
}

impl Issuer {
    /// Begins to write the secrets of the edge.
    pub(crate) fn edit_edge_secrets(&self) -> anyhow::Result<EdgeSecrets> {
        let place = NewFile::create(&self.edge_secrets_path(), true)?;
        // Read again: now nobody else rotates a key.
        Ok(EdgeSecrets { issuer: Self::open_for_edge(&self.dir)?, place })
    }

    /// Whether the secrets of the edge are there, all of them.
    pub(super) fn has_edge_secrets(&self) -> anyhow::Result<bool> {
        let secrets = read_secret::<BTreeMap<String, String>>(&self.edge_secrets_path())?;
        let has_all = |it: BTreeMap<_, _>| SECRETS.iter().all(|name| it.contains_key(*name));
        Ok(self.keys.are_complete() && secrets.is_some_and(has_all))
    }

    /// Where the secrets of the edge are.
    pub(crate) fn edge_secrets_path(&self) -> PathBuf {
        self.dir.join("edge-secrets.json")
    }

    /// Name and text of everything that the edge knows from this issuer.
    pub(crate) fn edge_bindings(&self) -> anyhow::Result<Vec<(String, String)>> {
        self.bindings(&self.key_ids()?)
    }

    /// Whether the edge has room for a secret.
    pub(super) fn must_fit(&self, name: &str, secret: &str) -> anyhow::Result<()> {
        let bytes = secret.len();
        let advice = match name {
            _ if bytes <= MAX_BYTES => return Ok(()),
            COUPON_KEYS => format!(
                "retire an ended campaign, by moving its file out of {} when its last reversal is \
                 past",
                self.dir.join("campaigns").display()
            ),
            OPS_KEYS => "revoke a token with `coupon ops credential revoke`".to_owned(),
            _ => format!("take old keys out of {}", self.keys_path().display()),
        };
        bail!(
            "{name} would take {bytes} bytes, and a secret of the edge has room for {MAX_BYTES}: \
             {advice}"
        )
    }

    fn key_ids(&self) -> anyhow::Result<Vec<(KeyId, Version)>> {
        let mut ids = Vec::new();
        for campaign in self.campaigns()? {
            ids.extend(versioned(&self.campaign(campaign)?));
        }
        Ok(ids)
    }

    fn bindings(&self, ids: &[(KeyId, Version)]) -> anyhow::Result<Vec<(String, String)>> {
        let root = self.keys.issuer_root();
        let key = |(id, version): &(KeyId, Version)| (id.to_string(), version.edge_key(&root, *id));
        let coupon_keys: BTreeMap<_, _> = ids.iter().map(key).collect();
        Ok(vec![
            (COUPON_KEYS.to_owned(), serde_json::to_string(&coupon_keys)?),
            (POS_ROOTS.to_owned(), serde_json::to_string(&self.keys.revealed_pos_roots())?),
            (RECEIPT_KEYS.to_owned(), self.keys.set(KeyUse::Receipt)?.reveal()),
            (ARCHIVE_KEYS.to_owned(), self.keys.set(KeyUse::Archive)?.reveal()),
            (OPS_KEYS.to_owned(), self.revealed_operators()?),
            (POLICY_KEYS.to_owned(), self.policy_public_key()),
        ])
    }
}

impl EdgeSecrets {
    /// Writes the secrets for the campaigns that are there.
    pub(super) fn save(self) -> anyhow::Result<()> {
        let bindings = self.issuer.edge_bindings()?;
        self.write(bindings)?.put_in_place()
    }

    /// Writes the secrets, then a campaign that is not there yet. In this order, so that a crash
    /// between the two leaves the edge with a key too many, never with one too few.
    pub(crate) fn save_with_new(self, campaign: &Campaign) -> anyhow::Result<()> {
        let file = self.issuer.new_campaign(campaign)?;
        let bindings = self.bindings_with(campaign)?;
        self.write(bindings)?.put_in_place()?;
        file.put_in_place()
    }

    /// The same for a campaign that got a new key.
    pub(crate) fn save_with(self, campaign: Edit<Campaign>) -> anyhow::Result<()> {
        let bindings = self.bindings_with(&campaign.value)?;
        self.write(bindings)?.put_in_place()?;
        campaign.complete()?.put_in_place()
    }

    fn bindings_with(&self, changed: &Campaign) -> anyhow::Result<Vec<(String, String)>> {
        let mut ids = self.issuer.key_ids()?;
        ids.retain(|(id, _)| id.campaign != changed.campaign);
        ids.extend(versioned(changed));
        self.issuer.bindings(&ids)
    }

    fn write(self, bindings: Vec<(String, String)>) -> anyhow::Result<Complete> {
        let secrets = bindings.into_iter().filter(|(name, _)| SECRETS.contains(&name.as_str()));
        let secrets: BTreeMap<_, _> = secrets.collect();
        for (name, secret) in &secrets {
            self.issuer.must_fit(name, secret)?;
        }
        complete_json(self.place, &secrets)
    }
}

/// The ids of a campaign's keys, each with the version of all of them.
fn versioned(campaign: &Campaign) -> impl Iterator<Item = (KeyId, Version)> {
    campaign.key_ids().map(|id| (id, campaign.token_version))
}
