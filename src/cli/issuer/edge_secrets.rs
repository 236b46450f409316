//! `edge-secrets.json`: what the edge is told in secret, as `wrangler secret bulk` takes it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::bail;

use super::edit::{Edit, complete_json};
use super::{Campaign, Issuer};
use crate::cli::output::{Complete, NewFile};
use crate::token::{CouponKey, KeyId};

/// The platform's limit for a secret is 5 KB; whether of 1000 or 1024 bytes it does not say.
const MAX_BYTES: usize = 5000;

const COUPON_KEYS: &str = "COUPON_KEYS";
const POLICY_KEYS: &str = "POLICY_KEYS";

/// The secrets file, being written: nobody else adds a campaign or a key until it is done.
#[derive(Debug)]
pub(crate) struct EdgeSecrets<'a> {
    issuer: &'a Issuer,
    place: NewFile,
}

impl Issuer {
    /// Begins to write the secrets of the edge.
    pub(crate) fn edit_edge_secrets(&self) -> anyhow::Result<EdgeSecrets<'_>> {
        let place = NewFile::create(&self.edge_secrets_path(), true)?;
        Ok(EdgeSecrets { issuer: self, place })
    }

    /// Where the secrets of the edge are.
    pub(crate) fn edge_secrets_path(&self) -> PathBuf {
        self.dir.join("edge-secrets.json")
    }

    /// Name and text of everything that the edge knows from this issuer.
    pub(crate) fn edge_bindings(&self) -> anyhow::Result<Vec<(String, String)>> {
        self.bindings(&self.key_ids()?)
    }

    fn key_ids(&self) -> anyhow::Result<Vec<KeyId>> {
        let mut ids = Vec::new();
        for campaign in self.campaigns()? {
            let kids = self.campaign(campaign)?.kids;
            ids.extend(kids.into_iter().map(|kid| KeyId { campaign, kid }));
        }
        Ok(ids)
    }

    fn bindings(&self, ids: &[KeyId]) -> anyhow::Result<Vec<(String, String)>> {
        let root = self.keys.issuer_root();
        let secret = |id: &KeyId| {
            let name = format!("{}/{}", id.campaign, id.kid);
            (name, CouponKey::secret(&root, *id).reveal())
        };
        let coupon_keys: BTreeMap<_, _> = ids.iter().map(secret).collect();
        Ok(vec![
            (COUPON_KEYS.to_owned(), serde_json::to_string(&coupon_keys)?),
            ("POS_ROOTS".to_owned(), serde_json::to_string(&self.keys.revealed_pos_roots())?),
            (POLICY_KEYS.to_owned(), self.policy_public_key()),
        ])
    }
}

impl EdgeSecrets<'_> {
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
        ids.retain(|id| id.campaign != changed.campaign);
        ids.extend(changed.kids.iter().map(|&kid| KeyId { campaign: changed.campaign, kid }));
        self.issuer.bindings(&ids)
    }

    fn write(self, bindings: Vec<(String, String)>) -> anyhow::Result<Complete> {
        // The policy keys are public: they are in wrangler.toml, where one sees them.
        let secrets = bindings.into_iter().filter(|(name, _)| name != POLICY_KEYS);
        let secrets: BTreeMap<_, _> = secrets.collect();
        let bytes = secrets.get(COUPON_KEYS).map_or(0, String::len);
        if bytes > MAX_BYTES {
            bail!(
                "{COUPON_KEYS} would take {bytes} bytes, and a secret of the edge has room for \
                 {MAX_BYTES}: retire an ended campaign, by moving its file out of {} when its \
                 last reversal is past",
                self.issuer.dir.join("campaigns").display()
            );
        }
        complete_json(self.place, &secrets)
    }
}
