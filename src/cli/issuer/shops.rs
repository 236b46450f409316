//! `shops.json`, and what an edge needs to start.

use std::path::PathBuf;

use anyhow::Context;

use super::edit::{Edit, complete_json};
use super::json::read_draft;
use super::{Issuer, VALID_SECONDS};
use crate::cli::output::NewFile;
use crate::policy::{ShopsDocument, ShopsPolicy};
use crate::time::Timestamp;

impl Issuer {
    /// The draft of the shops' policy, to be changed.
    pub(crate) fn edit_shops(&self) -> anyhow::Result<Edit<ShopsDocument>> {
        let path = self.shops_path();
        Edit::begin(&path, || {
            read_draft(&path)?
                .with_context(|| format!("no {}: `coupon init` makes it", path.display()))
        })
    }

    /// Makes what is missing of the files that follow from the others; names them.
    pub(crate) fn heal(&self, now: Timestamp) -> anyhow::Result<Vec<PathBuf>> {
        let (shops, secrets) = (self.shops_path(), self.edge_secrets_path());
        let published = self.published_path(ShopsPolicy::KV_KEY);
        let mut made = Vec::new();
        if !shops.exists() {
            // An empty draft in place of one that was published would let suspended shops in.
            let draft = self.published(ShopsPolicy::KV_KEY)?.unwrap_or_else(|| empty(now));
            complete_json(NewFile::create(&shops, false)?, &draft)?.put_in_place()?;
            made.push(shops);
        }
        if !published.exists() {
            let valid_until = now.plus_seconds(VALID_SECONDS);
            self.publish(ShopsPolicy::KV_KEY, self.edit_shops()?, |it| it, valid_until)?;
            made.push(published);
        }
        if !self.has_edge_secrets()? {
            if !self.keys.are_complete() {
                made.push(self.keys_path());
            }
            self.edit_edge_secrets()?.save()?;
            made.push(secrets);
        }
        Ok(made)
    }

    /// Where the draft of the shops' policy is.
    pub(crate) fn shops_path(&self) -> PathBuf {
        self.dir.join("shops.json")
    }
}

fn empty(now: Timestamp) -> ShopsDocument {
    ShopsDocument {
        epoch: 0,
        valid_until: now,
        suspended_shops: Vec::new(),
        suspended_tills: Vec::new(),
        minimum_key_issues: Vec::new(),
        retired_pos_roots: Vec::new(),
        time_zone: None,
        group_time_zones: Vec::new(),
    }
}
