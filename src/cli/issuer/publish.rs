//! Publishing a policy: `published/<KV key>` is exactly the text that KV must hold.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::json::read_text;
use super::{Edit, Issuer, make_dir};
use crate::base64url;
use crate::cli::output::NewFile;
use crate::cli::shell::quoted;
use crate::policy::{
    CampaignDocument, CampaignPolicy, Policy, PolicyKeys, Rejected, ShopsDocument, ShopsPolicy,
    open, sign,
};
use crate::time::Timestamp;

/// What is to be said of a campaign that has not been published.
pub(crate) const NOT_PUBLISHED: &str = "not published: the edge redeems none of its coupons";

/// A policy as the issuer drafts it.
pub(crate) trait Draft: Serialize + DeserializeOwned {
    /// What it becomes.
    type Policy: Policy;

    /// Of the last publication.
    fn epoch(&self) -> u32;

    /// Whether it can be published at all.
    fn judge(&self) -> Result<(), Rejected>;

    /// Makes it the next publication.
    fn stamp(&mut self, epoch: u32, valid_until: Timestamp);
}

/// The two kinds of document have the same fields.
macro_rules! draft {
    ($document:ty, $policy:ty) => {
        impl Draft for $document {
            type Policy = $policy;

            fn epoch(&self) -> u32 {
                self.epoch
            }

            fn judge(&self) -> Result<(), Rejected> {
                <$policy>::try_from(self.clone()).map(drop)
            }

            fn stamp(&mut self, epoch: u32, valid_until: Timestamp) {
                (self.epoch, self.valid_until) = (epoch, valid_until);
            }
        }
    };
}
draft!(CampaignDocument, CampaignPolicy);
draft!(ShopsDocument, ShopsPolicy);

/// A document that was published just now.
#[derive(Debug)]
pub(crate) struct Published {
    /// Its place in KV.
    pub(crate) kv_key: String,
    /// Its number.
    pub(crate) epoch: u32,
    /// From when on it must not be used at all.
    pub(crate) valid_until: Timestamp,
    /// What KV must hold.
    pub(crate) text: String,
    /// Where that is.
    pub(crate) file: PathBuf,
}

impl Issuer {
    /// The public key of the policies: no secret.
    pub(crate) fn policy_public_key(&self) -> String {
        base64url::encode(&self.keys.policy_key().verifying_key().to_bytes())
    }

    /// Where the document of this KV key is published.
    pub(crate) fn published_path(&self, kv_key: &str) -> PathBuf {
        self.dir.join("published").join(kv_key)
    }

    /// Whether any document of this KV key was published, whatever became of it.
    pub(crate) fn has_published(&self, kv_key: &str) -> bool {
        self.published_path(kv_key).exists()
    }

    /// The document that was published last; `None` when none was.
    pub(crate) fn published<D: Draft>(&self, kv_key: &str) -> anyhow::Result<Option<D>> {
        Ok(self.last::<D>(kv_key)?.map(|(document, _)| document))
    }

    /// Signs the draft as the next publication, and writes both.
    pub(crate) fn publish<F: Serialize, D: Draft>(
        &self,
        kv_key: &str,
        mut file: Edit<F>,
        draft: fn(&mut F) -> &mut D,
        valid_until: Timestamp,
    ) -> anyhow::Result<Published> {
        let last = self.last::<D>(kv_key)?;
        let draft = draft(&mut file.value);
        // The edge would say the same of the signed text, but not in which file it is to be put
        // right.
        draft
            .judge()
            .map_err(|why| anyhow!("{} cannot be published: {why}", file.path.display()))?;
        let epoch = last.as_ref().map_or(0, |(last, _)| last.epoch()).max(draft.epoch());
        let epoch = epoch.checked_add(1).context("`epoch` cannot go any higher")?;
        draft.stamp(epoch, valid_until);
        let text = sign(kv_key, &serde_json::to_string(draft)?, &self.keys.policy_key());

        // Judged as the edge will: from the text.
        let judged = open::<D::Policy>(kv_key, &text, &self.policy_keys()?)
            .and_then(|next| last.map_or(Ok(()), |(_, last)| last.may_become(&next)));
        judged.map_err(|why| anyhow!("nothing was published: {why}{}", advice(&why)))?;

        let path = self.published_path(kv_key);
        make_dir(path.parent().unwrap_or(&self.dir))?;
        let mut published = NewFile::create(&path, true)?;
        published.write_all(text.as_bytes())?;
        let published = published.complete()?;
        // The draft first: after a crash between the two it is published again, whereas a draft
        // that lags behind would take back what was published, such as a pause.
        file.complete()?.put_in_place()?;
        published.put_in_place()?;
        Ok(Published { kv_key: kv_key.to_owned(), epoch, valid_until, text, file: path })
    }

    fn last<D: Draft>(&self, kv_key: &str) -> anyhow::Result<Option<(D, D::Policy)>> {
        let path = self.published_path(kv_key);
        let Some(text) = read_text(&path)? else { return Ok(None) };
        let why = || {
            format!(
                "{} is damaged: get it back with `npx wrangler kv key get --remote \
                 --binding POLICY {kv_key} > {}`",
                path.display(),
                quoted(&path)
            )
        };
        let policy = open::<D::Policy>(kv_key, &text, &self.policy_keys()?).with_context(why)?;
        let (_, document) = text.split_once('\n').unwrap_or_default();
        Ok(Some((serde_json::from_str(document).with_context(why)?, policy)))
    }

    fn policy_keys(&self) -> anyhow::Result<PolicyKeys> {
        PolicyKeys::parse(&self.policy_public_key()).context("the policy key cannot be used")
    }
}

/// What to do about a document that is not taken.
fn advice(why: &Rejected) -> &'static str {
    match why {
        Rejected::Immutable(_) => {
            ". Put back what is published, or make another campaign with `coupon campaign create`"
        }
        Rejected::Foreign => ". Put back its own id in the policy's `campaign`",
        Rejected::TooLarge => ". Put serials that follow each other into `ranges`",
        _ => "",
    }
}
